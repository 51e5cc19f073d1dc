"""Conditions on the range of an index: `i = 2, \\dots, n`, `i \\in \\{2, \\dots, n\\}`, `i = 1, 3`, `i \\in [n]`."""

import itertools
import operator
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.checking.candidates import Restriction
from derive.errors import FormulaError, Unreadable
from derive.expressions.tree import (
    Add,
    AllOf,
    Comparator,
    Comparison,
    Condition,
    Expr,
    IndexValue,
    IndexVariable,
    Negative,
    Number,
    Size,
)
from derive.notation.chains import kind_of
from derive.notation.elaboration import Elaborator
from derive.notation.elaboration.ranges import End
from derive.notation.names import canonical, unwrapped
from derive.notation.symbols import shown
from derive.notation.syntax import Dots, Formula, Group, List, Name, Scripted, Sum, listed, parse
from derive.notation.tables import RELATIONS
from derive.notation.tokens import Token

_OPENING = frozenset({"LPAR", "LBRACK", "LSET", "LBRACE"})
_CLOSING = frozenset({"RPAR", "RBRACK", "RSET", "RBRACE"})


def single_conditions(tokens: Sequence[Token]) -> list[list[Token]]:
    """`i = 1, j = 2` as two conditions, `i, j \\in S` as one for each letter."""
    pieces: list[list[Token]] = [[]]
    depth, compares = 0, False
    for at, token in enumerate(tokens):
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        behind_dots = at > 0 and tokens[at - 1].kind == "DOTS"
        if token.kind == "COMMA" and not depth and compares and not behind_dots and _letters_of(tokens[at + 1 :]):
            pieces.append([])
            compares = False
        else:
            pieces[-1].append(token)
            compares = compares or (token.kind == "RELATION" and not depth)
    return [one for piece in pieces for one in _for_each_letter(piece)]


def _for_each_letter(tokens: list[Token]) -> list[list[Token]]:
    letters = _letters_of(tokens)
    said = tokens[max(2 * len(letters) - 1, 0) :]
    return [[letter, *said] for letter in letters] if len(letters) > 1 else [tokens]


def _letters_of(tokens: Sequence[Token]) -> list[Token]:
    """The names in `i, j \\in` and in `i =`, where nothing else stands before the sign."""
    letters: list[Token] = []
    for name, mark in zip(tokens[::2], tokens[1::2], strict=False):
        letters.append(name)
        if name.kind != "NAME" or mark.kind not in ("COMMA", "RELATION"):
            return []
        if mark.kind == "RELATION":
            return letters if kind_of(mark) in ("claim", "member") else []
    return []


def read_range(tokens: Sequence[Token], elaborator: Elaborator) -> Restriction | None:
    """The restriction to a range with dots, to numbers in a list, or to `[n]`; None where a condition is none of these.

    Raises `Unreadable` for a list of numbers that lie far apart.
    """
    content = parse(_with_commas(tokens))
    head = content.entries[0]
    name = head.leading_factor
    if not isinstance(name, Name) or len(head.relations) != 1 or head.sides[1] is None:
        return None
    if RELATIONS.get(head.relations[0]) not in ("claim", "member"):
        return None
    try:
        index = elaborator.index(listed(name), name.span)
        ends = _ends(head, content, elaborator)
    except FormulaError:
        return None
    if not isinstance(index, IndexVariable) or not ends:
        return None
    first, last = (_number(end, elaborator.table.index_base) for end in (ends[0], ends[-1]))
    at = IndexValue(index)
    left_out = [] if len(ends) == 2 else _left_out(ends, elaborator.table.index_base, name)
    others = (Comparison(at, "!=", Number(Fraction(number))) for number in left_out)
    return Restriction(AllOf((Comparison(at, ">=", first), Comparison(at, "<=", last), *others)), {index.name: []})


def _ends(head: Formula, content: List, elaborator: Elaborator) -> list[End]:
    """Both ends of a range, or all the numbers of a list in order, three or more of them; nothing for any other."""
    members = _members(head, content)
    if len(members) >= 3 and any(isinstance(member.single_factor, Dots) for member in members):
        return [_end(member, elaborator) for member in (members[0], members[-1])]
    if _is_initial(head):
        count = _end(members[0], elaborator).moved(elaborator.table.index_base - 1)
        return [replace(count, position=0, dim=None, is_number=True), count]
    ends = sorted((_end(member, elaborator) for member in members), key=lambda end: end.position)
    is_list = len(ends) > 1 or RELATIONS.get(head.relations[0]) == "member"
    return [ends[0], *ends, ends[-1]] if is_list and ends and all(end.is_number for end in ends) else []


def _is_initial(head: Formula) -> bool:
    """Whether `[n]`, the first n numbers, stands behind a sign of membership."""
    factor = None if head.sides[1] is None else head.sides[1].single_factor
    is_one = isinstance(factor, Group) and factor.kind == "[" and len(factor.content.entries) == 1
    return is_one and RELATIONS.get(head.relations[0]) == "member"


MAX_LEFT_OUT = 64
"""A list of numbers may leave out so many between its first and its last."""


def _left_out(ends: Sequence[End], base: int, name: Name) -> list[int]:
    """The numbers between those of a list that are not in it."""
    listed_there = {end.position for end in ends}
    left_out = [at + base for at in range(ends[0].position, ends[-1].position) if at not in listed_there]
    if len(left_out) > MAX_LEFT_OUT:
        raise Unreadable("these numbers lie too far apart to be read as a list", name.span)
    return left_out


def unread_set(content: List, elaborator: Elaborator) -> str | None:
    """The set of which a condition says that something lies in it, where that may say more than is known anyway."""
    for entry in content.entries:
        name = entry.leading_factor
        is_index = isinstance(name, Name) and elaborator.resolve(name) is None
        for relation, side in zip(entry.relations, entry.sides[1:], strict=True):
            if RELATIONS.get(relation) == "member" and not _is_whole(side, is_index=is_index):
                return shown(canonical(side).strip())
    return None


def _is_whole(side: Sum | None, *, is_index: bool) -> bool:
    """Whether a set is one of all real numbers, or arrays of them; or of all whole ones, for an index."""
    factor = None if side is None else side.single_factor
    base = unwrapped(factor.base) if isinstance(factor, Scripted) else factor
    scripts = factor.scripts if isinstance(factor, Scripted) else ()
    if base is None or any(
        script.kind == "sub" or script.bare or canonical(script.content) == "+" for script in scripts
    ):
        return False
    return canonical(base).strip() in (REALS | WHOLE_NUMBERS if is_index else REALS)


REALS = frozenset({"\\mathbb{R}", "R", "\\Re"})
WHOLE_NUMBERS = frozenset({"\\mathbb{N}", "\\mathbb{Z}"})


_OPPOSITES: dict[Comparator, Comparator] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def opposite(condition: Condition) -> Condition:
    """What holds where a comparison does not. Raises `Unreadable` for several comparisons at once."""
    if not isinstance(condition, Comparison):
        raise Unreadable("what the opposite of this condition is, is not certain", condition.span)
    return Comparison(condition.left, _OPPOSITES[condition.comparator], condition.right, span=condition.span)


def _with_commas(tokens: Sequence[Token]) -> list[Token]:
    """`1 \\cdots C` is `1, \\cdots, C`."""
    out: list[Token] = []
    for at, token in enumerate(tokens):
        behind = tokens[at + 1].kind if at + 1 < len(tokens) else "COMMA"
        is_bare = token.kind == "DOTS" and bool(out) and out[-1].kind in ("NUMBER", "NAME") and behind != "COMMA"
        if is_bare:
            out.append(Token("COMMA", ",", token.start, token.start))
        out.append(token)
        if is_bare:
            out.append(Token("COMMA", ",", token.end, token.end))
    return out


def holds_for_numbers(tokens: Sequence[Token], elaborator: Elaborator) -> bool | None:
    """Whether a condition on numbers holds, `l = 1, \\dots, L-1`, `1 \\le t < T`; None where it is no such one.

    "For all l" restricts nothing.
    """
    rest = [token for token in tokens if token.kind not in ("CONDITION", "FORALL", "QUAD", "PERIOD")]
    while rest and rest[-1].kind == "COMMA":
        rest.pop()
    try:
        content = parse(rest)
    except FormulaError:
        return None
    head = content.entries[0]
    if not head.relations:
        only = None if content.only is None else elaborator.number(content)
        return None if only is None else True
    number = None if head.sides[0] is None else elaborator.number(listed(head.sides[0]))
    members = _members(head, content) if len(head.relations) == 1 else []
    if len(members) >= 3 and number is not None:
        ends = [elaborator.number(List((member,), span=member.span)) for member in (members[0], members[-1])]
        if any(isinstance(member.single_factor, Dots) for member in members) and None not in ends:
            return min(end or 0 for end in ends) <= number <= max(end or 0 for end in ends)
    sides = [None if side is None else elaborator.number(listed(side)) for side in head.sides]
    if None in sides or len(content.entries) > 1:
        return None
    kinds = [RELATIONS.get(relation, "") for relation in head.relations]
    if not all(kind in _COMPARED for kind in kinds):
        return None
    pairs = itertools.pairwise(side or 0 for side in sides)
    return all(_COMPARED[kind](left, right) for kind, (left, right) in zip(kinds, pairs, strict=True))


_COMPARED = {
    "claim": operator.eq,
    "differ": operator.ne,
    "less": operator.lt,
    "greater": operator.gt,
    "at most": operator.le,
    "at least": operator.ge,
}


def _members(head: Formula, content: List) -> list[Formula]:
    """What stands between the commas: behind `i =`, or in the braces behind `i \\in`."""
    side = head.sides[1]
    factor = None if side is None else side.single_factor
    if isinstance(factor, Group) and factor.kind in "{[":
        return list(factor.content.entries)
    if side is None:
        return []
    return [Formula((side,), (), span=side.span), *content.entries[1:]]


def _end(member: Formula, elaborator: Elaborator) -> End:
    return elaborator.end(List((member,), span=member.span))


def _number(end: End, base: int) -> Expr:
    """A bound as its author counts: a size where it is written by the name of a dimension."""
    value = end.position + base
    if end.dim is None:
        return Number(Fraction(value))
    size, more = Size(end.dim, end.dim.name), value - (end.dim.size or 0)
    if not more:
        return size
    term = Number(Fraction(abs(more)))
    return Add((size, term if more > 0 else Negative(term)))
