"""Conditions on the range of an index: `i = 2, \\dots, n`, `\\forall i \\in \\{2, \\dots, n\\}`, `1 \\le i \\le n`."""

import itertools
import operator
from collections.abc import Sequence
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
from derive.notation.elaboration import Elaborator
from derive.notation.elaboration.ranges import End
from derive.notation.syntax import Dots, Formula, Group, List, Name, listed, parse
from derive.notation.tables import RELATIONS
from derive.notation.tokens import Token


def read_range(tokens: Sequence[Token], elaborator: Elaborator) -> Restriction | None:
    """The restriction to a range with dots, or None where a condition is no such range."""
    content = parse(_with_commas(tokens))
    head = content.entries[0]
    name = head.leading_factor
    if not isinstance(name, Name) or len(head.relations) != 1 or head.sides[1] is None:
        return None
    members = _members(head, content)
    if len(members) < 3 or not any(isinstance(member.single_factor, Dots) for member in members):
        return None
    try:
        index = elaborator.index(listed(name), name.span)
        ends = [_end(member, elaborator) for member in (members[0], members[-1])]
    except FormulaError:
        return None
    if not isinstance(index, IndexVariable):
        return None
    first, last = (_number(end, elaborator.table.index_base) for end in ends)
    at = IndexValue(index)
    return Restriction(AllOf((Comparison(at, ">=", first), Comparison(at, "<=", last))), {index.name: []})


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
    if isinstance(factor, Group) and factor.kind == "{":
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
