"""Families that a setting declares: `x^{(i)}: column of X`, `x_i: row of X as a column`, `u_w: D x 1 for w of V`.

A family is held by a matrix: by one that has a name of its own, or by one that only the family speaks of. With
`for w of V` there is a member for each of V; together they are the columns of a D x V matrix. `w_{ij}: entry of W` is
notation for the entries of a matrix.
"""

import re
from typing import Literal

from derive.models.declarations import NAME, Declaration, Undeclarable
from derive.models.families import family_letters, patterns_of_member
from derive.notation.numbering import SLOT
from derive.notation.symbols import Member, shown
from derive.records import dataclass

_PART = re.compile(r"(?P<along>column|row|entry)\s+of\s+(?P<holder>.+?)(?P<turned>\s+as\s+an?\s+(?:column|row))?")
_EACH = re.compile(rf"(?P<what>.+?)\s+for\s+(?:each\s+)?(?P<letter>\\?[A-Za-z]+)\s+of\s+(?P<count>{NAME})", re.DOTALL)


@dataclass(frozen=True)
class PartOf:
    """A member that is a part of a matrix with a name of its own."""

    along: Literal["column", "row", "entry"]
    holder: str
    transposed: bool


@dataclass(frozen=True)
class OneOf:
    """A declaration for each of several members."""

    what: str
    letter: str
    count: str


def read_member(text: str) -> PartOf | OneOf | None:
    """The declaration of a family taken apart; None for any other. Raises `Undeclarable`."""
    words = " ".join(text.split())
    part = _PART.fullmatch(words)
    if part is not None:
        along, turned = part["along"], part["turned"] or ""
        if turned and (along == "entry" or turned.endswith(along)):
            raise Undeclarable(f"“{words}” is not read; expected “row of X as a column” or “column of X as a row”")
        return PartOf(along, part["holder"], bool(turned))  # type: ignore[arg-type]
    each = _EACH.fullmatch(words)
    return None if each is None else OneOf(*each.group("what", "letter", "count"))


def entry_of_matrix(key: str, part: PartOf | OneOf | None) -> str | None:
    """What `w_{ij}: entry of W` stands for, `(W)_{i,j}`; None for a declaration of anything else."""
    if not isinstance(part, PartOf) or part.along != "entry":
        return None
    letters = family_letters(key)[1]
    are_two = len(letters) == 2 and letters[0] != letters[1] and all(len(letter) == 1 for letter in letters)
    return f"({part.holder})_{{{','.join(letters)}}}" if are_two else None


def pattern_of(key: str, letter: str | None) -> tuple[str, str]:
    """The index letter of a family's name and its pattern. Raises `Undeclarable` where it has none, or several."""
    found = [(name, pattern) for name, pattern in patterns_of_member(key) if letter in (None, name)]
    if len(found) != 1:
        which = f"the index {letter}" if letter is not None else "one index"
        raise Undeclarable(f"{shown(key)} does not have {which} in a script of its own, as x^{{(i)}} and x_i have")
    return found[0]


def held(pattern: str, letter: str, declaration: Declaration, count: str) -> tuple[Member, Declaration]:
    """The members that a declaration is for, and the declaration of what holds them. Raises `Undeclarable`."""
    holder = f"{pattern.replace(SLOT, letter)} for every {letter}"
    match declaration.kind, declaration.dims:
        case ("real" | "positive" | "integer") as kind, ():
            return Member(holder, "entry"), Declaration(kind, (count, "1"))
        case ("real" | "positive") as kind, (rows, "1") if not declaration.structure:
            return Member(holder, "column"), Declaration(kind, (rows, count))
        case ("real" | "positive") as kind, ("1", columns) if not declaration.structure:
            return Member(holder, "row"), Declaration(kind, (count, columns))
        case "one-hot", (rows, "1"):
            return Member(holder, "row", transposed=True), Declaration("one-hot", (count, rows))
        case "one-hot", ("1", columns):
            return Member(holder, "row"), Declaration("one-hot", (count, columns))
        case "label", (classes,):
            return Member(holder, "entry"), Declaration("labels", (count, classes))
    raise Undeclarable(
        f"for each {letter} of {count} there can be a scalar, a vector or a label; "
        f"for matrices, give their numbers: for {letter} = 1..{count}"
    )
