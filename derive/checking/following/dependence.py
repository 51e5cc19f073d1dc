"""What a value depends on, exactly: whether it can change while something given changes and all else stays.

A slip after which nothing is left to depend on makes all that follows easy: it earns nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from derive.checking.candidates import Candidate
from derive.checking.evidence import evidence
from derive.checking.session import Session
from derive.deciding.evidence import Different
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.expressions.tree import Expr, Label, Node, Symbol
from derive.expressions.walk import rebuilt, walk
from derive.notation.symbols import Computed, Given, IndexUse, Meaning, SymbolTable

DATA = ("real", "positive", "integer", "one-hot", "labels")


def names_behind(table: SymbolTable, value: Expr) -> frozenset[str]:
    """All names on which a value depends as it is written, and on which they do."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        for node in walk(waiting.pop()):
            if not isinstance(node, (Symbol, Label)) or node.name in found:
                continue
            found.add(node.name)
            meaning = table.meanings.get(node.name)
            if isinstance(meaning, Computed) and meaning.value is not None:
                waiting.append(meaning.value)
            if isinstance(meaning, Given) and meaning.target is not None:
                found.add(meaning.target)
    return frozenset(found)


def given_behind(table: SymbolTable, value: Expr) -> list[str]:
    """The parameters and data among them."""
    names = names_behind(table, value)
    return [name for name in table.meanings if name in names and _is_data(table.meanings[name])]


def _is_data(meaning: Meaning) -> bool:
    return isinstance(meaning, Given) and meaning.kind in DATA


def depends(
    session: Session,
    value: Expr,
    on: Iterable[str],
    deadline: Deadline,
    free: Mapping[str, list[IndexUse]] | None = None,
) -> bool:
    """Whether a value is certainly another one for some other values of what is given; `free` are its free indices."""
    table = session.table
    changed = frozenset(on) & names_behind(table, value)
    if not changed:
        return False
    again = _Again(table, changed)
    other = Session(session.model, session.allow, replace(session.trust, names=None), type(session.definitions)())
    other.learn(again.table)
    try:
        found = evidence(other, Candidate(value, again.renamed(value), frozenset(), dict(free or {})), (), deadline)
    except (FormulaError, Undecidable):
        return False
    return isinstance(found.evidence, Different)


class _Again:
    """A table in which some given names, and all that is computed from them, are there a second time."""

    def __init__(self, table: SymbolTable, given: frozenset[str]) -> None:
        self._names = set(given)
        meanings = dict(table.meanings)
        for name, meaning in table.meanings.items():
            if isinstance(meaning, Given) and (name in given or meaning.target in given):
                self._names.add(name)
                target = None if meaning.target is None else self._called(meaning.target)
                meanings[self._called(name)] = replace(meaning, target=target)
        for name, computed in table.meanings.items():
            value = computed.value if isinstance(computed, Computed) else None
            if value is not None and given & names_behind(table, value):
                self._names.add(name)
        for name in self._names & table.meanings.keys():
            computed = table.meanings[name]
            if isinstance(computed, Computed) and computed.value is not None:
                meanings[self._called(name)] = replace(computed, value=self.renamed(computed.value))
        self.table = replace(table, meanings=meanings)

    @staticmethod
    def _called(name: str) -> str:
        return f"{name} again"

    def renamed(self, value: Expr) -> Expr:
        def change(node: Node) -> Node | None:
            if isinstance(node, (Symbol, Label)) and node.name in self._names:
                return replace(node, name=self._called(node.name))
            return None

        return rebuilt(value, change)  # type: ignore[return-value]
