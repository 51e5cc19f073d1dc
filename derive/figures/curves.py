"""The curve of a function of one variable: its pieces between the places where it or its slope may break, exactly.

Where a condition, a maximum, an absolute value or a denominator changes its sign a function may have a kink, a jump or
no value. Such a place is exact where what changes its sign is linear in the variable; else it is found by halving.
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from derive.expressions import tree
from derive.expressions.tree import Expr, Node, Number
from derive.expressions.walk import walk
from derive.figures.evaluation import Value, value_at
from derive.records import dataclass

STEPS, LEAST_STEPS = 120, 48
"""The straight pieces of which a curve is drawn, and those of a part of it at least."""
NEAR_ENDS = 10
"""How often the way to an end is halved at which a curve goes to infinity."""
LOOKS = 240
"""How often it is looked for a change of sign."""
CLOSE = Fraction(1, 10**7)

Place = tuple[float, float]


@dataclass(frozen=True)
class Mark:
    """A point at a break: it belongs to the curve, or it is open."""

    x: float
    y: float
    is_open: bool


@dataclass(frozen=True)
class Curve:
    """Pieces between breaks, and the points at the breaks."""

    pieces: tuple[tuple[Place, ...], ...]
    marks: tuple[Mark, ...]


def curve(value: Expr, variable: str, span: tuple[Fraction, Fraction], others: Sequence[Expr] = ()) -> Curve:
    """The curve of an expression over a span. Raises `FormulaError` for what has no numbers for values.

    Where one of the `others` has no value there is no curve, and where it jumps no point: the slope of a function.
    """
    zeros = switches(value, variable, span)
    places = list(zeros)
    jumps = {at for other in others for at in switches(other, variable, span) if _jumps(other, variable, at)}
    ends = sorted({span[0], *places, *jumps, span[1]})
    pieces: list[tuple[Place, ...]] = []
    marks: list[Mark] = []
    for left, right in pairwise(ends):
        share = (right - left) / (span[1] - span[0])
        middle = (left + right) / 2
        if not any(math.isnan(value_at(other, variable, middle)) for other in others):
            pieces += _pieces(value, variable, left, right, max(LEAST_STEPS, math.ceil(STEPS * share)))
    for at in sorted({*places, *jumps}):
        own = math.nan if at in jumps else float(value_at(value, variable, at, zeros[at]))
        marks += _marks(value, variable, at, span, own)
    return Curve(tuple(_joined(pieces, marks)), tuple(marks))


def _pieces(value: Expr, variable: str, left: Fraction, right: Fraction, steps: int) -> Iterator[tuple[Place, ...]]:
    """The curve between two breaks, its ends the limits there; broken where there is no value."""
    points: list[Place] = []
    places = [left + (right - left) * Fraction(number, steps) for number in range(1, steps)]
    ends = limit(value, variable, left, 1), limit(value, variable, right, -1)
    near = [(right - left) / steps / 2**times for times in range(1, NEAR_ENDS)]
    if math.isnan(ends[0]):
        places = [left + distance for distance in reversed(near)] + places
    if math.isnan(ends[1]):
        places += [right - distance for distance in near]
    heights = [float(value_at(value, variable, float(x))) for x in places]
    for x, y in zip([left, *places, right], [ends[0], *heights, ends[1]], strict=True):
        if not math.isnan(y):
            points.append((float(x), y))
        else:
            yield from [tuple(points)] if len(points) > 1 else []
            points = []
    yield from [tuple(points)] if len(points) > 1 else []


def limit(value: Expr, variable: str, x: Value, side: int) -> float:
    """The limit from above (1) or below (-1), nan where there is none that is finite."""
    near = float(value_at(value, variable, x + side * CLOSE))
    further = float(value_at(value, variable, x + 2 * side * CLOSE))
    if not abs(near - further) < 1e-3 * (1 + abs(near)):  # nan, too
        return math.nan
    found = 2 * near - further
    exact = value_at(value, variable, x)
    return float(exact) if _is_close(found, float(exact)) else round(found, 7)


def _is_close(found: float, exact: float) -> bool:
    return abs(found - exact) < 1e-6 * (1 + abs(found))


def _marks(value: Expr, variable: str, x: Fraction, span: tuple[Fraction, Fraction], own: float) -> Iterator[Mark]:
    """The points at a break, where the curve has a value of its own or none; nothing where it goes through."""
    sides = [side for side, end in ((-1, span[0]), (1, span[1])) if x != end]
    found_limits = (limit(value, variable, x, side) for side in sides)
    limits = [own if _is_close(found, own) else found for found in found_limits if not math.isnan(found)]
    if all(found == own for found in limits):
        return
    yield from (Mark(float(x), found, True) for found in dict.fromkeys(limits) if found != own)
    if not math.isnan(own):
        yield Mark(float(x), own, False)


def _joined(pieces: Sequence[tuple[Place, ...]], marks: Sequence[Mark]) -> Iterator[tuple[Place, ...]]:
    """Pieces that meet at a place without a mark are one."""
    at_mark = {mark.x for mark in marks}
    whole: list[Place] = []
    for piece in pieces:
        if whole and whole[-1] == piece[0] and piece[0][0] not in at_mark:
            whole += piece[1:]
        else:
            if whole:
                yield tuple(whole)
            whole = list(piece)
    if whole:
        yield tuple(whole)


def _jumps(value: Expr, variable: str, at: Fraction) -> bool:
    """Whether a function is broken at a place, and so has no slope there."""
    left, right = limit(value, variable, at, -1), limit(value, variable, at, 1)
    own = float(value_at(value, variable, at))
    return not left == right == own


# ── where a curve may break ──────────────────────────────────────────────────────────────────────────


def switches(value: Node, variable: str, span: tuple[Fraction, Fraction]) -> dict[Fraction, frozenset[Expr]]:
    """The places in a span at which something in an expression changes its sign, each with what is zero there."""
    found: dict[Fraction, frozenset[Expr]] = {}
    switching = dict.fromkeys(inner for part in walk(value) for inner in _switching(part))
    for inner in switching:
        for at in _zeros(inner, variable, span):
            found[at] = found.get(at, frozenset()) | {inner}
    return found


_KINKED = frozenset({"relu", "leaky", "elu", "abs", "sign", "log", "sqrt"})


def _switching(part: Node) -> Iterator[Expr]:
    match part:
        case tree.Apply(function, operand) if function in _KINKED:
            yield operand
        case tree.Apply("tan", operand):
            yield tree.Apply("cos", operand)
        case tree.Apply("coth", operand):
            yield operand
        case tree.Extremum(_, left, right) | tree.Comparison(left, _, right):
            yield tree.Add((left, tree.Negative(right)))
        case tree.Quotient(_, denominator):
            yield denominator
        case tree.Power(base, _):
            yield base


def _zeros(value: Expr, variable: str, span: tuple[Fraction, Fraction]) -> Iterator[Fraction]:
    line = linear(value, variable)
    if line is not None:
        slope, offset = line
        if slope and span[0] <= -offset / slope <= span[1]:
            yield -offset / slope
        return
    step = (span[1] - span[0]) / LOOKS
    before, sign_before = span[0], _sign(value, variable, span[0])
    if sign_before == 0:
        yield before
    for number in range(1, LOOKS + 1):
        here = span[0] + step * number
        sign = _sign(value, variable, float(here))
        if sign == 0 and _sign(value, variable, here) == 0:
            yield here
        elif sign * sign_before == -1:
            yield _halved(value, variable, before, here)
        before, sign_before = here, sign


def _sign(value: Expr, variable: str, x: Value) -> int:
    found = value_at(value, variable, x)
    return (found > 0) - (found < 0)


def _halved(value: Expr, variable: str, left: Fraction, right: Fraction) -> Fraction:
    """A zero between two places with different signs; a short fraction where that is one."""
    sign = _sign(value, variable, left)
    for _ in range(50):
        middle = (left + right) / 2
        found = _sign(value, variable, middle)
        if found == 0:
            return middle
        left, right = (middle, right) if found == sign else (left, middle)
    simple = right.limit_denominator(1000)
    return simple if _sign(value, variable, simple) == 0 else right.limit_denominator(10**12)


def linear(value: Expr, variable: str) -> tuple[Fraction, Fraction] | None:
    """The slope and the offset of a x + b with rational numbers; None for anything else."""
    match value:
        case Number(number):
            return Fraction(0), number
        case tree.Symbol(name):
            return (Fraction(1), Fraction(0)) if name == variable else None
        case tree.Negative(inner):
            line = linear(inner, variable)
            return None if line is None else (-line[0], -line[1])
        case tree.Add(terms):
            lines = [linear(term, variable) for term in terms]
            known = [line for line in lines if line is not None]
            return (sum((a for a, _ in known), Fraction(0)), sum((b for _, b in known), Fraction(0))) \
                if len(known) == len(lines) else None  # fmt: skip
        case tree.Scale(factor, inner) | tree.MatMul(factor, inner) | tree.Hadamard(factor, inner):
            return _product(linear(factor, variable), linear(inner, variable))
        case tree.Quotient(top, bottom):
            line, under = linear(top, variable), linear(bottom, variable)
            if line is None or under is None or under[0] or not under[1]:
                return None
            return line[0] / under[1], line[1] / under[1]
    return None


def _product(
    first: tuple[Fraction, Fraction] | None, second: tuple[Fraction, Fraction] | None
) -> tuple[Fraction, Fraction] | None:
    if first is None or second is None or (first[0] and second[0]):
        return None
    return first[0] * second[1] + first[1] * second[0], first[1] * second[1]
