"""Numbers that inputs may have: small multiples of 1/4, which floating point holds exactly, and what `draws` says.

At some inputs all numbers of a name are large, or most of them of one sign: a deep network of random weights is
otherwise dead or alive as a whole, and nothing is ever beyond the limit at which a careless program cuts it off.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

from derive.exact.balls import Point
from derive.exact.scalars import Symbol as Coordinate
from derive.implementations.quantities import Between, Drawn, OneOf, Shares
from derive.records import dataclass

ENTRIES = tuple(Fraction(part, 4) for part in (-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6))
SCALARS = tuple(Fraction(part, 4) for part in (1, 2, 3, 5, 6, 7))
"""What entries of matrices may be, and what numbers may be: no 1, by which a factor more or less would hide."""

WHOLE = (1, 2, 3, 4)
PARTS = 16
"""Entries that sum to 1 are multiples of one part in so many."""

_SMALL, _VERY_LARGE = Fraction(1, 16), Fraction(36)
_SCALES = (Fraction(1), Fraction(1), Fraction(6), _SMALL)
"""What is upstream of small scores may be large only where something between them is small."""

_LEANING = 0.85


@dataclass(frozen=True)
class Lean:
    """How the numbers of one name are at one attempt: how much larger, and the sign of most, 0 for either."""

    scale: Fraction
    sign: int


PLAIN = Lean(Fraction(1), 0)


def lean_of(name: str, names: Sequence[str], attempt: int, *, is_plain: bool) -> Lean:
    """How a name's numbers are; plain ones are small and of both signs, so that people can follow them.

    At some attempts one of the names is very large and all others are small: a gradient by what is multiplied with it
    is large, and scores are not.
    """
    random = Random(f"{attempt} of {name}")
    if attempt % 4 == 3:
        return Lean(_VERY_LARGE if name == names[attempt // 4 % len(names)] else _SMALL, 0)
    return PLAIN if is_plain else Lean(random.choice(_SCALES), random.choice((0, 0, 1, -1)))


def numbers_of(
    entries: Sequence[Sequence[Coordinate]], base: Point, key: str, lean: Lean, drawn: Drawn | None
) -> dict[Coordinate, Fraction]:
    """Numbers for the entries of a name, row by row; `key` says at which attempt, at which sizes."""
    if isinstance(drawn, Shares):
        groups = list(zip(*entries, strict=True)) if drawn.along == "columns" else entries
        return {symbol: share for group in groups for symbol, share in zip(group, _shares(group, key), strict=True)}
    return {symbol: _number(symbol, base, key, lean, drawn) for row in entries for symbol in row}


def _number(symbol: Coordinate, base: Point, key: str, lean: Lean, drawn: OneOf | Between | None) -> Fraction:
    random = Random(f"{key} {symbol.name}")
    if isinstance(drawn, OneOf):
        return random.choice(drawn.numbers)
    if isinstance(drawn, Between) and drawn.high is not None:
        return drawn.low + (drawn.high - drawn.low) * Fraction(random.randrange(1, PARTS), PARTS)
    if symbol in base.points.integers:
        return Fraction(random.choice(WHOLE))
    value = random.choice(ENTRIES if " " in symbol.name else SCALARS) * lean.scale
    if isinstance(drawn, Between):
        return drawn.low + abs(value)
    if lean.sign and random.random() < _LEANING:
        value = lean.sign * abs(value)
    return abs(value) if symbol in base.points.positive else value


def _shares(group: Sequence[Coordinate], key: str) -> list[Fraction]:
    """Positive multiples of one part that sum to 1; of more entries than parts, of so much smaller ones."""
    random = Random(f"{key} {group[0].name}")
    parts = PARTS
    while parts < 2 * len(group):
        parts *= 2
    cuts = [0, *sorted(random.sample(range(1, parts), len(group) - 1)), parts]
    return [Fraction(after - before, parts) for before, after in pairwise(cuts)]


def classes_of(groups: Sequence[Sequence[Coordinate]], key: str, attempt: int) -> dict[Coordinate, Fraction]:
    """A class for each example: at every other attempt in order, so that all of them come, else by chance."""
    random = Random(key)
    start, found = random.randrange(len(groups[0])) if groups else 0, {}
    for place, group in enumerate(groups):
        here = start + place if attempt % 2 else random.randrange(len(group))
        found.update({symbol: Fraction(int(at == here % len(group))) for at, symbol in enumerate(group)})
    return found
