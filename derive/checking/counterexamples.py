"""A point at which two sides differ -> the matrices that a person reads."""

import re

from derive.checking.evidence import Found
from derive.checking.results import Counterexample, Matrix
from derive.checking.session import Session
from derive.deciding.evidence import Different
from derive.exact.entries import Array
from derive.exact.scalars import Symbol
from derive.notation.symbols import Given, Meaning, shown


def counterexample(session: Session, found: Different, where: Found) -> tuple[Counterexample, str]:
    """The counterexample as data, and where it lies in words: ` in entry (1, 2)`, ` at i = 1`, or nothing."""
    indices, position = where.places[found.equation]
    entry = (position[0] + 1, position[1] + 1) if len(position) == 2 else None
    at_indices = ", ".join(f"{letter} = {value}" for letter, value in indices.items())
    words = (f" at {at_indices}" if indices else "") + (f" in entry ({entry[0]}, {entry[1]})" if entry else "")
    at: dict[str, str | Matrix] = {}
    for name in _names(session, found):
        at[_latex(name)] = _value(session, name, found)
    at.update({shown(letter): str(value) for letter, value in indices.items()})
    at.update({shown(name): description for name, description in found.functions.items()})
    size = (where.sizes[0], where.sizes[1]) if entry is not None and len(where.sizes) == 2 else None
    return Counterexample(at, entry, found.lhs, found.rhs, size), words


def _names(session: Session, found: Different) -> list[str]:
    """The names of the symbols that have a value, in the order of their declaration."""
    used = {session.entries.origin[Symbol(name)][0] for name in found.at if Symbol(name) in session.entries.origin}
    declared = [name for name in session.table.meanings if name in used]
    return declared + sorted(used - set(declared))


def _latex(name: str) -> str:
    return shown(re.sub(r"^formal ", "", name))


def _value(session: Session, name: str, found: Different) -> str | Matrix:
    """A scalar, a matrix of exact numbers, or for labels the class of each example."""
    array = session.entries.arrays[name]
    meaning = session.table.meanings.get(name)
    values = dict(zip(array.positions(), _entries(session, array, meaning, found), strict=True))
    if isinstance(meaning, Given) and meaning.kind == "labels" and meaning.target is None:
        rows, columns = array.sizes
        classes = [[values[row, k] for k in range(columns)].index("1") for row in range(rows)]
        counted = [str(label + session.table.index_base) for label in classes]
        return counted[0] if meaning.shape.is_scalar else [[label] for label in counted]
    if not array.sizes:
        return values[()]
    rows, columns = array.sizes
    return [[values[i, j] for j in range(columns)] for i in range(rows)]


def _entries(session: Session, array: Array, meaning: Meaning | None, found: Different) -> list[str]:
    """The entries of a given array. Those that the sides do not depend on are 0, unless something is known of them."""
    has_facts = isinstance(meaning, Given) and (meaning.kind != "real" or meaning.structure)
    if has_facts and any(symbol.name not in found.at for symbol in array.symbols):
        return [str(value) for value in session.decider().values(found, array.symbols)]
    return [str(found.at.get(symbol.name, 0)) for symbol in array.symbols]
