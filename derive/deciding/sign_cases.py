"""Proofs by the signs of what steps depend on: `1 - (1 - [u > 0] - [u = 0]) (1 - [-u > 0]) = 1` for each sign of u.

Every real number is negative, zero or positive. Where both sides become the very same expression in all of these cases
they are equal, whatever else is known of the arguments: no two of them are taken to depend on one another. Cut symbols
stand for themselves first; then they are opened, the latest first.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from derive.deciding.facts import EntryEquation
from derive.deciding.knowledge import Knowledge
from derive.exact.functions import Positive, Sign, Zero
from derive.exact.scalars import NOTHING, ZERO, Add, Mul, Number, Scalar, Symbol, number, parts_of

MAX_ARGUMENTS = 4
"""More arguments than these have too many signs together."""

MAX_OPENINGS = 3
"""So often the latest cut symbols are opened."""

MAX_PARTS = 40
"""Larger equations are left to the normal form."""

_STEPS = (Positive, Zero, Sign)
_Step = Positive | Zero | Sign


def kinks_by_signs(knowledge: Knowledge, equation: EntryEquation) -> list[Scalar] | None:
    """The arguments of steps where they are zero for which the sides were not found to be one expression.

    They are so in all other cases; null where that was not found, which says nothing.
    """
    found = _kinks(equation)
    for _ in range(MAX_OPENINGS):
        if found is not None or not (latest := _latest(knowledge, equation)):
            break
        lhs, rhs, where = (side.xreplace(latest) for side in (equation.lhs, equation.rhs, equation.where))
        equation = EntryEquation(lhs, rhs, where)
        found = _kinks(equation)
    return found


def _latest(knowledge: Knowledge, equation: EntryEquation) -> dict[Symbol, Scalar]:
    """The cut symbols of the highest rank that an equation mentions, with their definitions."""
    mentioned = equation.lhs.free_symbols | equation.rhs.free_symbols | equation.where.free_symbols
    cuts = [symbol for symbol in mentioned if symbol in knowledge.definitions]
    highest = max((knowledge.ranks[cut] for cut in cuts), default=0)
    return {cut: knowledge.definitions[cut] for cut in cuts if knowledge.ranks[cut] == highest}


def _kinks(equation: EntryEquation) -> list[Scalar] | None:
    parts = parts_of(equation.lhs, equation.rhs, equation.where)
    if len(parts) > MAX_PARTS:
        return None
    steps = [part for part in parts if isinstance(part, _STEPS)]
    arguments = _up_to_sign([step.args[0] for step in steps])
    free = sorted(set(arguments.values()), key=_order)
    if not 0 < len(free) <= MAX_ARGUMENTS:
        return None
    if equation.lhs is equation.rhs and not any(map(_may_lose_its_value, parts)):
        return []
    kinks: dict[Scalar, None] = {}
    for signs in itertools.product((-1, 0, 1), repeat=len(free)):
        sign_of = dict(zip(free, signs, strict=True))
        if not _is_identity(equation, dict(_values(steps, arguments, sign_of))):
            at = [argument for argument in free if sign_of[argument] == 0]
            if not at:
                return None
            kinks.update(dict.fromkeys(at))
    return list(kinks)


def _may_lose_its_value(part: Scalar) -> bool:
    """Whether a step stands in a power or in a function, which a sign might leave without a value."""
    if isinstance(part, (Add, Mul, *_STEPS)):
        return False
    return any(isinstance(inner, _STEPS) for inner in parts_of(part))


def _up_to_sign(arguments: Sequence[Scalar]) -> dict[Scalar, Scalar]:
    """The one of `u` and `-u` that stands for both, for each of some arguments."""
    return {argument: min(argument, -argument, key=_order) for argument in arguments}


def _order(argument: Scalar) -> tuple[bool, int]:
    """What begins with a minus comes last."""
    return isinstance(argument, Mul) and argument.coefficient < 0, argument.digest


def _values(
    steps: Sequence[_Step], arguments: Mapping[Scalar, Scalar], sign_of: Mapping[Scalar, int]
) -> Iterator[tuple[Scalar, Number]]:
    """What each step is where its argument has its sign."""
    for step in steps:
        chosen = arguments[step.args[0]]
        sign = sign_of[chosen] if chosen is step.args[0] else -sign_of[chosen]
        match step:
            case Positive():
                yield step, number(int(sign > 0))
            case Zero():
                yield step, number(int(sign == 0))
            case _:
                yield step, number(sign)


def _is_identity(equation: EntryEquation, case: Mapping[Scalar, Scalar]) -> bool:
    """Whether both sides become the same expression, or the equation is not claimed."""
    if equation.where.xreplace(case) is ZERO:
        return True
    left, right = equation.lhs.xreplace(case), equation.rhs.xreplace(case)
    return left is right and left is not NOTHING
