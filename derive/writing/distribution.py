"""The marks of a class, sorted into columns: how wide a column is, and where a number lies among them.

>>> made = distribution([(Fraction(3), True), (Fraction(1), True), (Fraction(3), False)], Fraction(4))
>>> [(column.label, column.final, column.open) for column in made.columns]
[('0', 0, 0), ('1', 1, 0), ('2', 0, 0), ('3', 1, 1), ('4', 0, 0)]
>>> made.position(Fraction(2))
Fraction(1, 2)
"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from derive.records import dataclass

MOST_COLUMNS = 24
WIDTHS = tuple(map(Fraction, ("1/4", "1/2", *(str(digit * 10**power) for power in range(6) for digit in (1, 2, 5)))))


@dataclass(frozen=True)
class Column:
    """One column: the marks it stands for, how many submissions have them for good, and how many so far."""

    label: str
    final: int
    open: int

    @property
    def height(self) -> int:
        """All its submissions."""
        return self.final + self.open


@dataclass(frozen=True)
class Distribution:
    """Columns from 0 upwards, each `width` points wide and holding its lower bound, the last one full marks."""

    columns: tuple[Column, ...]
    width: Fraction
    is_rounded: bool

    @property
    def highest(self) -> int:
        """The submissions of the highest column."""
        return max(column.height for column in self.columns)

    def position(self, points: Fraction) -> Fraction:
        """Where some points lie, as a share of the whole width; a mark that a column is for alone, in its middle."""
        unit = min(self.width, Fraction(1))
        return (points + unit / 2) / self.width / len(self.columns)


def distribution(marks: Sequence[tuple[Fraction, bool]], most: Fraction) -> Distribution:
    """The columns of some marks, of which each says whether it is final, where `most` is the highest mark."""
    points = [mark for mark, _ in marks]
    width = _width(points, most)
    count = floor(max([most, *points]) / width) + 1
    tallies = {True: [0] * count, False: [0] * count}
    for mark, is_final in marks:
        tallies[is_final][max(0, floor(mark / width))] += 1
    last = floor(most)
    columns = (Column(_label(at, width, last), tallies[True][at], tallies[False][at]) for at in range(count))
    return Distribution(tuple(columns), width, any(mark % min(width, Fraction(1)) for mark in points))


def _width(points: Sequence[Fraction], most: Fraction) -> Fraction:
    """The widest column up to one point in which no marks mix, else the narrowest from one point on that gives few."""
    fitting = [width for width in WIDTHS if most / width < MOST_COLUMNS] or [WIDTHS[-1]]
    pure = [width for width in fitting if width <= 1 and not any(mark % width for mark in points)]
    return max(pure, default=next((width for width in fitting if width >= 1), fitting[-1]))


def _label(at: int, width: Fraction, last: int) -> str:
    """The marks of a column, in as few characters as say it."""
    lowest = at * width
    if width <= 1:
        return f"{float(lowest):g}"
    highest = min(floor(lowest + width) - 1, last)
    return f"{lowest}" if highest <= lowest else f"{lowest}–{highest}"
