"""Families that a document declares: `x_i \\in \\mathbb{R}^D` beside a matrix X, `x^{(i)} \\in …` for i = 1, …, m.

Which rows or columns they are is told by the names of the dimensions alone; where these leave it open, it is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.checking.candidates import Restriction
from derive.checking.session import Session
from derive.errors import Unreadable
from derive.expressions.shapes import Dim, Shape, column, matrix
from derive.expressions.tree import AllOf, Comparison, IndexValue, Number, Size
from derive.models.families import patterns_of_member
from derive.notation.elaboration.scripts import is_index_letter
from derive.notation.names import plain
from derive.notation.symbols import Computed, Given, Member, SymbolTable, shown
from derive.records import dataclass


@dataclass(frozen=True)
class Declared:
    """A family that is declared: how its names look, what its members are parts of, in words too."""

    pattern: str
    member: Member
    shape: Shape | None
    words: str


def declared_family(session: Session, key: str, shape: Shape, restrictions: Sequence[Restriction]) -> Declared | None:
    """The family that a membership declares; None where its name is not that of one. Raises `Unreadable`."""
    found = [(letter, pattern) for letter, pattern in patterns_of_member(key) if is_index_letter(letter)]
    if len(found) != 1 or not (shape.is_vector or shape.is_scalar):
        return None
    letter, pattern = found[0]
    count = _count(letter, restrictions, session.table.index_base)
    holder = None if shape.is_scalar else _holder(session.table, pattern)
    if holder is not None:
        return _part_of(key, letter, pattern, holder, shape, count)
    if count is None:
        return None
    name = f"{key} for every {letter}"
    words = f"{shown(key)} is declared as {'a scalar' if shape.is_scalar else shape} for each {letter} of {count}."
    if shape.is_scalar:
        return Declared(pattern, Member(name, "entry"), column(count), words)
    if shape.is_column:
        return Declared(pattern, Member(name, "column"), matrix(shape.rows, count), words)
    return Declared(pattern, Member(name, "row"), matrix(count, shape.columns), words)


def learn(session: Session, declared: Declared) -> None:
    """Makes a family known to what follows."""
    table = session.table
    if declared.shape is None:
        session.learn(replace(table, members={**table.members, declared.pattern: declared.member}))
    else:
        session.learn(table.with_members(declared.pattern, declared.member, Computed(declared.shape, None)))


def _count(letter: str, restrictions: Sequence[Restriction], base: int) -> Dim | None:
    """The dimension along which a condition lets an index run, `i = 1, …, N`."""
    for restriction in restrictions:
        match restriction.condition:
            case AllOf(
                (
                    Comparison(IndexValue(index), ">=", Number(first)),
                    Comparison(IndexValue(), "<=", Size(dim)),
                )
            ) if getattr(index, "name", "") == letter and first == Fraction(base):
                return dim
    return None


def _holder(table: SymbolTable, pattern: str) -> tuple[str, Shape] | None:
    """The matrix X beside the vectors `x_i`."""
    letter = plain(pattern.split("_", maxsplit=1)[0].split("^", maxsplit=1)[0])
    name = table.find(letter.upper()) if len(letter) == 1 and letter.islower() else None
    meaning = None if name is None else table.meanings[name]
    if name is None or not isinstance(meaning, (Given, Computed)):
        return None
    return (name, meaning.shape) if meaning.shape.is_matrix and not meaning.shape.is_vector else None


def has_holder(table: SymbolTable, key: str) -> bool:
    """Whether a name of one of several vectors stands beside a matrix of which it may be a part."""
    return any(_holder(table, pattern) is not None for _, pattern in patterns_of_member(key))


def _part_of(
    key: str, letter: str, pattern: str, holder: tuple[str, Shape], shape: Shape, count: Dim | None
) -> Declared | None:
    """The rows or columns of a matrix, by the names of its dimensions; None where they are neither."""
    name, whole = holder
    length, number = str(shape.length), None if count is None else str(count)
    rows = str(whole.columns) == length and number in (None, str(whole.rows))
    columns = str(whole.rows) == length and number in (None, str(whole.columns))
    if rows and columns:
        raise Unreadable(
            f"the matrix {shown(name)} is {whole}, so that {shown(key)} may be a row or a column of it; "
            f"say which in the setting's symbols: “{shown(key)}: row of {shown(name)} as a column”"
        )
    if not (rows or columns):
        return None
    turned = shape.is_column if rows else not shape.is_column
    member = Member(name, "row" if rows else "column", turned)
    place = "row" if rows else "column"
    return Declared(pattern, member, None, f"{shown(key)} is declared as {shape}, {place} {letter} of {shown(name)}.")
