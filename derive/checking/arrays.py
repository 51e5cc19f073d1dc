"""Small arrays of floating-point numbers, in which formulas are compared: a package of arrays takes long to load.

What has no value raises `ArithmeticError` or `ValueError`, as Python's own numbers do; what is not finite is the
caller's to refuse. A row goes with every row, a column with every column, a scalar with every entry.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from operator import mul

from derive.records import dataclass


@dataclass(frozen=True)
class Values:
    """Entries in the order of rows; no sizes are those of a scalar."""

    sizes: tuple[int, ...]
    entries: tuple[float, ...]

    @property
    def rows(self) -> list[tuple[float, ...]]:
        """The rows of a matrix."""
        count, width = self.sizes
        return [self.entries[at * width : (at + 1) * width] for at in range(count)]

    @property
    def largest(self) -> float:
        """The largest absolute value of an entry."""
        return max(map(abs, self.entries), default=0.0)

    @property
    def is_finite(self) -> bool:
        """Whether every entry is a number."""
        return all(map(math.isfinite, self.entries))


def scalar(value: float) -> Values:
    """One number."""
    return Values((), (float(value),))


def filled(sizes: tuple[int, ...], value: float) -> Values:
    """The same number everywhere."""
    return Values(sizes, (float(value),) * math.prod(sizes))


def identity(size: int) -> Values:
    """The identity matrix."""
    return Values((size, size), tuple(float(row == column) for row in range(size) for column in range(size)))


def matrix(rows: Sequence[Sequence[float]]) -> Values:
    """Rows, of which there is at least one."""
    return Values((len(rows), len(rows[0])), tuple(entry for row in rows for entry in row))


def each(function: Callable[[float], float], value: Values) -> Values:
    """A function of every entry."""
    return Values(value.sizes, tuple(map(function, value.entries)))


def both(function: Callable[[float, float], float], first: Values, second: Values) -> Values:
    """A function of the entries of two arrays."""
    if first.sizes == second.sizes:
        return Values(first.sizes, tuple(map(function, first.entries, second.entries)))
    if not first.sizes:
        (alone,) = first.entries
        return Values(second.sizes, tuple(function(alone, entry) for entry in second.entries))
    if not second.sizes:
        (alone,) = second.entries
        return Values(first.sizes, tuple(function(entry, alone) for entry in first.entries))
    if len(first.sizes) != 2 or len(second.sizes) != 2:
        raise ValueError(f"{first.sizes} and {second.sizes} do not go together")
    sizes = (max(first.sizes[0], second.sizes[0]), max(first.sizes[1], second.sizes[1]))
    return Values(sizes, tuple(map(function, _spread(first, sizes), _spread(second, sizes))))


def _spread(value: Values, sizes: tuple[int, int]) -> Iterable[float]:
    """The entries of a matrix, a row or a column repeated to a size."""
    rows = value.rows * sizes[0] if value.sizes[0] == 1 else value.rows
    if len(rows) != sizes[0] or value.sizes[1] not in (1, sizes[1]):
        raise ValueError(f"{value.sizes} does not go together with {sizes}")
    return (entry for row in rows for entry in (row * sizes[1] if value.sizes[1] == 1 else row))


def product(first: Values, second: Values) -> Values:
    """The product of two matrices."""
    if first.sizes[1] != second.sizes[0]:
        raise ValueError(f"{first.sizes} times {second.sizes}")
    columns = transposed(second).rows
    return Values(
        (first.sizes[0], second.sizes[1]), tuple(sum(map(mul, row, column)) for row in first.rows for column in columns)
    )


def transposed(value: Values) -> Values:
    """Rows as columns; a scalar is its own transpose."""
    if not value.sizes:
        return value
    count, width = value.sizes
    return Values((width, count), tuple(entry for at in range(width) for entry in value.entries[at::width]))


def dot(first: Values, second: Values) -> float:
    """The sum of the products of entries."""
    return math.fsum(map(mul, first.entries, second.entries))


def outer(first: Values, second: Values) -> Values:
    """Every product of an entry of one with an entry of the other."""
    sizes = (len(first.entries), len(second.entries))
    return Values(sizes, tuple(a * b for a in first.entries for b in second.entries))


def softmax(value: Values, axis: int) -> Values:
    """`e^a / Σ e^b` along the columns (axis 0) or the rows (axis 1)."""
    if axis == 0:
        return transposed(softmax(transposed(value), 1))
    highest = max(value.entries)
    powers = [[math.exp(entry - highest) for entry in row] for row in value.rows]
    return matrix([[power / total for power in row] for row in powers for total in (sum(row),)])
