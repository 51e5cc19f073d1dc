"""Names that are computed entry by entry or member by member: `p_{ij}`, `L_i`, `z^{(i)}`.

A formula with free indices that its name carries defines the vector or matrix of which it gives each entry, or the
matrix of which it gives each column (or each row, where it is a row).
"""

from collections.abc import Iterator

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import Dim, Shape, column, matrix, row
from derive.expressions.tree import Entry, EntryFormula, Expr, IndexNumber, IndexVariable
from derive.expressions.walk import walk
from derive.notation.elaboration import Reading
from derive.notation.names import canonical, key_of, plain, unwrapped_list, words_of
from derive.notation.numbering import SLOT, letters_in, place_of_number, with_number
from derive.notation.scripting import name_and_scripts
from derive.notation.symbols import Computed, Member, SymbolTable, shown
from derive.notation.syntax import Scripted, Sum, Syntax, parse
from derive.notation.tokens import tokenize
from derive.records import dataclass

COORDINATE = "coordinate of a member"
"""The letter of the index of a member's own entries, which no author writes."""


@dataclass(frozen=True)
class Family:
    """The name of a family taken apart: the pattern of its members, the index of a member, those of its entries."""

    pattern: str
    letter: str
    entries: tuple[str, ...] = ()


def defined(table: SymbolTable, key: str, reading: Reading) -> SymbolTable:
    """The table in which a name has the value of a reading: a whole, or by entries where its script has free indices.

    Raises `Unreadable` where an index is free that the name does not carry.
    """
    both = reading.summed & set(letters_of(key)) if reading.summed else frozenset()
    if both:
        raise Unreadable(f"the index {min(both)} stands twice in a term and in {shown(key)}; write the sum over it")
    if not reading.free:
        if reading.value.shape.is_open:
            raise Unreadable(f"the size of {shown(key)} cannot be told")
        return table.with_meaning(key, Computed(reading.value.shape, reading.value))
    letters = letters_of(key)
    missing = [letter for letter in reading.free if letter not in letters]
    if missing:
        raise Unreadable(
            f"the index {missing[0]} is free in the definition of {shown(key)}, which has no index {missing[0]}"
        )
    family = family_of(key, reading)
    if family is not None:
        return _with_members(table, key, family, reading)
    base, letters = family_letters(key)
    value = by_entries(table, letters, reading)
    return table.with_family(base, f"{key} for every {', '.join(letters)}", Computed(value.shape, value))


# ── names with indices ──


def letters_of(key: str) -> list[str]:
    """All index letters of a name: those of `p_{ij}`, and the i of `z^{(i)}_k`."""
    return [*family_letters(key)[1], *(letter for letter, _ in _in_superscripts(key))]


def family_letters(key: str) -> tuple[str, list[str]]:
    """The base of an indexed name and its index letters: `p_{ij}` is p with i and j."""
    syntax = unwrapped_list(parse(tokenize(key, words_of([key]))))
    if not isinstance(syntax, Scripted):
        return key, []
    subs = [script.content for script in syntax.scripts if script.kind == "sub" and script.content is not None]
    letters = [
        canonical(factor).strip() for sub in subs for entry in sub.entries for factor in _factors(entry.sides[0])
    ]
    rest = tuple(script for script in syntax.scripts if script.kind != "sub")
    base = canonical(Scripted(syntax.base, rest, span=syntax.span)) if rest else canonical(syntax.base)
    return base.strip(), letters


def _factors(side: Sum | None) -> Iterator[Syntax]:
    if side is not None:
        for term in side.terms:
            yield from term.factors


def _in_superscripts(key: str) -> list[tuple[str, str]]:
    """Each letter that is a superscript by itself, `i` or `(i)`, with the pattern of the name without its subscript."""
    syntax = unwrapped_list(parse(tokenize(key, words_of([key]))))
    found = None if syntax is None else name_and_scripts(syntax)
    if found is None:
        return []
    base, parts = found
    patterns = []
    sups = [item for item in parts.sups if not isinstance(item, str)]
    for at, item in enumerate(sups):
        place = place_of_number(item)
        letters = [] if place is None else letters_in(place)
        if len(letters) == 1 and canonical(place).strip() == canonical(letters[0]).strip():
            sup = "".join(map(canonical, (*sups[:at], with_number(item, SLOT), *sups[at + 1 :])))
            patterns.append((plain(letters[0].text), key_of(base.text, "", sup.strip(), parts.primes)))
    return patterns


def patterns_of_member(key: str) -> list[tuple[str, str]]:
    """Each letter that is a script of a name by itself, with the pattern of the name: `x_{#}`, `x^{(#)}`."""
    base, below = family_letters(key)
    found = _in_superscripts(key)
    return [*found, (below[0], _below(base))] if len(below) == 1 and not found else found


def _below(base: str) -> str:
    """`x_{#}^{2}`: the pattern of a name with an index below."""
    head = base.split("^", maxsplit=1)[0]
    return f"{head}_{{{SLOT}}}{base[len(head) :]}"


def family_of(key: str, reading: Reading) -> Family | None:
    """The family of vectors, or of numbers with their index above, that a formula defines; None where it gives entries.

    Raises `Unreadable` where it defines a family of more indices than a matrix can hold.
    """
    above = [(letter, pattern) for letter, pattern in _in_superscripts(key) if letter in reading.free]
    base, below = family_letters(key)
    is_number = reading.value.shape.is_scalar
    if not above and is_number:
        return None
    if not above and len(below) == 1 and "_{" not in base:
        return Family(_below(base), below[0])
    if len(above) == 1 and len(below) <= (1 if is_number else 0):
        return Family(above[0][1], above[0][0], tuple(below))
    raise Unreadable(f"the name {shown(key)} has too many indices for a family of {reading.value.shape}")


# ── their values ──


def _with_members(table: SymbolTable, key: str, family: Family, reading: Reading) -> SymbolTable:
    """The table with a family that is given member by member."""
    holder = f"{key} for every {', '.join((family.letter, *family.entries))}"
    if any(use.by for uses in reading.free.values() for use in uses):
        raise Unreadable(f"a moved index in the definition of {shown(key)} leaves its range open")
    number, count = IndexVariable(family.letter), _range(family.letter, reading)
    body, shape = reading.value, reading.value.shape
    value: EntryFormula
    if family.entries:
        entry = IndexVariable(family.entries[0])
        value = EntryFormula(entry, number, body, matrix(_range(family.entries[0], reading), count))
        return table.with_members(family.pattern, Member(holder, "column"), Computed(value.shape, value))
    if shape.is_scalar:
        value = EntryFormula(number, None, body, column(count))
        return table.with_members(family.pattern, Member(holder, "entry"), Computed(value.shape, value))
    if not shape.is_vector:
        raise Unreadable(f"a family of matrices {shape} is not read; write its members entry by entry")
    coordinate, first = IndexVariable(COORDINATE), IndexNumber(0)
    if shape.is_column:
        value = EntryFormula(coordinate, number, Entry(body, coordinate, first), matrix(shape.rows, count))
    else:
        value = EntryFormula(number, coordinate, Entry(body, first, coordinate), matrix(count, shape.columns))
    member = Member(holder, "column" if shape.is_column else "row")
    return table.with_members(family.pattern, member, Computed(value.shape, value))


def _range(letter: str, reading: Reading) -> Dim:
    """The dimension along which an index runs. Raises `Unreadable` where it has none, `Meaningless` where several."""
    uses = [use.dim for use in reading.free.get(letter, []) if use.dim.size is not None]
    if not uses:
        raise Unreadable(f"the range of the index {letter} is not known")
    if any(use != uses[0] for use in uses):
        raise Meaningless(f"the index {letter} runs over {uses[0]} in one place and over {uses[1]} in another")
    return uses[0]


def by_entries(table: SymbolTable, letters: list[str], reading: Reading) -> Expr:
    """The vector or matrix whose entries a formula gives. Raises `Unreadable` where an index has no range."""
    if len(letters) > 2 or not letters:
        raise Unreadable(f"a name with {len(letters)} indices is not read")
    dims = [_range(letter, reading) for letter in letters]
    indices = [IndexVariable(letter) for letter in letters]
    if len(letters) == 2:
        return EntryFormula(indices[0], indices[1], reading.value, matrix(*dims))
    shape = vector_shape(table, indices[0], dims[0], reading.value)
    return (
        EntryFormula(indices[0], None, reading.value, shape)
        if shape.is_column
        else EntryFormula(None, indices[0], reading.value, shape)
    )


def vector_shape(table: SymbolTable, index: IndexVariable, dim: Dim, body: Expr) -> Shape:
    """A vector given by entries stands as the vectors whose same entry its formula takes, else as the setting says."""
    for node in walk(body):
        if isinstance(node, Entry) and node.operand.shape.is_vector and index in (node.row, node.column):
            return row(dim) if node.operand.shape.is_row else column(dim)
    return column(dim) if table.vectors == "column" else row(dim)
