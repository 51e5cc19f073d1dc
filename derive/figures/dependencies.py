"""What the names of a model are computed from."""

from collections.abc import Iterable, Mapping

from derive.expressions.tree import Expr
from derive.figures.recognised import names_in
from derive.notation.symbols import Computed, SymbolTable


def computed_in(table: SymbolTable) -> dict[str, Expr]:
    """The names of which a table knows how they are computed, in its order."""
    return {
        name: meaning.value
        for name, meaning in table.meanings.items()
        if isinstance(meaning, Computed) and meaning.value is not None
    }


def ends_of(computed: Mapping[str, Expr]) -> list[str]:
    """The names that no other one is computed from."""
    used = {name for value in computed.values() for name in names_in(value)}
    return [name for name in computed if name not in used]


def upstream(computed: Mapping[str, Expr], ends: Iterable[str]) -> set[str]:
    """Some names and the computed ones from which they are."""
    found: set[str] = set()
    waiting = list(ends)
    while waiting:
        name = waiting.pop()
        if name in computed and name not in found:
            found.add(name)
            waiting += names_in(computed[name])
    return found
