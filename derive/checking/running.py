"""Letters that run over entries and stand in names as well: the i of `∂L/∂y_i = r_i` where r_1 and r_2 are names.

Such a claim is one for every entry. If one of the names is not there it is not made for all, whatever the others are.
"""

from collections.abc import Iterator, Mapping

from derive.checking.session import Session
from derive.errors import FormulaError
from derive.expressions.shapes import Dim
from derive.notation.chains import Chain
from derive.notation.elaboration import Elaborator
from derive.notation.names import canonical, plain
from derive.notation.symbols import Computed, Given
from derive.notation.syntax import List, Name, Scripted, nodes, parse


def positions(session: Session, chain: Chain, letters: Mapping[str, object]) -> dict[str, range]:
    """For letters that run over entries, the indices that these have, as people count them."""
    base = session.table.index_base
    found: dict[str, range] = {}
    for letter, dim in _uses(session, chain, letters):
        if dim.size is not None:
            mine = range(base, base + dim.size)
            before = found.get(letter, mine)
            found[letter] = range(max(mine.start, before.start), min(mine.stop, before.stop))
    return found


def _uses(session: Session, chain: Chain, letters: Mapping[str, object]) -> Iterator[tuple[str, Dim]]:
    """Each letter that is an index of a known vector or matrix, with the dimension along which it runs."""
    reader = Elaborator.plain(session.table, {})
    for member in chain.members:
        try:
            content = parse(member.tokens) if member.tokens else None
        except FormulaError:
            continue
        for node in nodes(content) if content is not None else ():
            if isinstance(node, Scripted):
                yield from _of_name(reader, node, letters)


def _of_name(reader: Elaborator, node: Scripted, letters: Mapping[str, object]) -> Iterator[tuple[str, Dim]]:
    try:
        resolved = reader.resolve(node)
    except FormulaError:
        return
    if resolved is None or resolved.sub is None or not isinstance(resolved.meaning, (Given, Computed)):
        return
    shape, names = resolved.meaning.shape, _indices(resolved.sub)
    if shape.is_vector and len(names) == 1:
        dims: tuple[Dim, ...] = (shape.length,)
    elif shape.is_matrix and len(names) == len(shape.dims):
        dims = shape.dims
    else:
        return
    yield from ((name, dim) for name, dim in zip(names, dims, strict=True) if name in letters)


def _indices(sub: List) -> list[str]:
    """The letters of a subscript that consists of letters alone; `i + 1` is none."""
    found = [plain(node.text) for node in nodes(sub) if isinstance(node, Name)]
    written = canonical(sub).replace(",", "").replace(" ", "")
    return found if written == "".join(found) else []
