"""Whether signs can occur together, by Fourier-Motzkin elimination over the rational numbers.

If `impossible(constraints)` is true, no values of the unknowns satisfy all of them. If it is false, nothing is said.
"""

from collections.abc import Sequence
from fractions import Fraction

from derive.records import dataclass

_MOST = 300
"""Constraints beyond which elimination stops: it may square their number at every unknown."""


@dataclass(frozen=True)
class Constraint:
    """`Σ coefficient · unknown + constant`, and whether that is `> 0`, `>= 0` or `= 0`."""

    coefficients: dict[int, Fraction]
    constant: Fraction
    relation: str


def impossible(constraints: Sequence[Constraint]) -> bool:
    """Whether the constraints contradict each other."""
    waiting = list(constraints)
    while True:
        if any(not one.coefficients and _is_false(one) for one in waiting):
            return True
        waiting = [one for one in waiting if one.coefficients]
        if not waiting or len(waiting) > _MOST:
            return False
        waiting = _without_one_unknown(waiting)


def _is_false(constraint: Constraint) -> bool:
    if constraint.relation == "=":
        return constraint.constant != 0
    return constraint.constant < 0 or (constraint.constant == 0 and constraint.relation == ">")


def _without_one_unknown(constraints: list[Constraint]) -> list[Constraint]:
    """The consequences that do not mention one of the unknowns: of an equation if there is one, else of the rarest."""
    for position, one in enumerate(constraints):
        if one.relation == "=":
            unknown = next(iter(one.coefficients))
            rest = constraints[:position] + constraints[position + 1 :]
            return [
                _combined(other, one, _ratio(other, one, unknown)) if unknown in other.coefficients else other
                for other in rest
            ]
    counts: dict[int, int] = {}
    for one in constraints:
        for unknown in one.coefficients:
            counts[unknown] = counts.get(unknown, 0) + 1
    unknown = min(counts, key=lambda key: (counts[key], key))
    rising = [one for one in constraints if one.coefficients.get(unknown, 0) > 0]
    falling = [one for one in constraints if one.coefficients.get(unknown, 0) < 0]
    rest = [one for one in constraints if unknown not in one.coefficients]
    return rest + [_combined(low, high, _ratio(low, high, unknown)) for low in rising for high in falling]


def _ratio(first: Constraint, second: Constraint, unknown: int) -> Fraction:
    return -first.coefficients[unknown] / second.coefficients[unknown]


def _combined(first: Constraint, second: Constraint, factor: Fraction) -> Constraint:
    """`first + factor · second`: for inequalities the factor is positive."""
    coefficients = dict(first.coefficients)
    for unknown, coefficient in second.coefficients.items():
        coefficients[unknown] = coefficients.get(unknown, Fraction(0)) + factor * coefficient
    kept = {unknown: coefficient for unknown, coefficient in coefficients.items() if coefficient}
    relation = ">" if ">" in (first.relation, second.relation) else first.relation
    return Constraint(kept, first.constant + factor * second.constant, relation)
