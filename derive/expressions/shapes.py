"""Shapes in named dimensions.

A `Dim` has the concrete size at which it is checked and the name under which
people know it; two dimensions agree when their sizes do, the name is for
messages. A size may be open (`None`): the identity matrix takes its size from
where it stands.

A shape has 0 dimensions (a scalar), 2 (a matrix; a column is n x 1, a row
1 x n), or 4 (the derivative of a matrix by a matrix: numerator, denominator).
"""

from dataclasses import field

from derive.records import dataclass


@dataclass(frozen=True)
class Dim:
    """One dimension: its size, or None where it is still open, and its name."""

    size: int | None
    name: str = field(default="", compare=False)

    @property
    def is_unit(self) -> bool:
        """Whether this is the 1 of a row or a column, and not a dimension that happens to have the size 1."""
        return self.size == 1 and self.name in ("", "1")

    def __str__(self) -> str:
        return self.name or ("?" if self.size is None else str(self.size))


ONE = Dim(1, "1")
OPEN = Dim(None)


@dataclass(frozen=True)
class Shape:
    """The dimensions of a value, none for a scalar."""

    dims: tuple[Dim, ...] = ()

    def __str__(self) -> str:
        """`N x D`; `scalar`; a derivative with four dimensions as `(1 x C) by (H x C)`."""
        if not self.dims:
            return "scalar"
        if len(self.dims) == 4:
            return "({} x {}) by ({} x {})".format(*self.dims)
        return " x ".join(map(str, self.dims))

    @property
    def is_scalar(self) -> bool:
        return not self.dims

    @property
    def is_matrix(self) -> bool:
        """Two dimensions: a matrix, a row or a column."""
        return len(self.dims) == 2

    @property
    def is_tensor(self) -> bool:
        """Four dimensions: a derivative that no matrix can hold."""
        return len(self.dims) == 4

    @property
    def rows(self) -> Dim:
        return self.dims[0]

    @property
    def columns(self) -> Dim:
        return self.dims[1]

    @property
    def is_column(self) -> bool:
        return self.is_matrix and self.columns.size == 1

    @property
    def is_row(self) -> bool:
        return self.is_matrix and self.rows.size == 1

    @property
    def is_vector(self) -> bool:
        return self.is_column or self.is_row

    @property
    def is_square(self) -> bool:
        return self.is_matrix and self.rows == self.columns

    @property
    def is_open(self) -> bool:
        """Whether some size is still to be found."""
        return any(dim.size is None for dim in self.dims)

    @property
    def length(self) -> Dim:
        """The dimension along which a vector runs."""
        return self.rows if self.is_column else self.columns

    @property
    def transposed(self) -> "Shape":
        return Shape(self.dims[::-1]) if self.is_matrix else self

    def sizes(self) -> tuple[int, ...]:
        """The concrete sizes; none may be open."""
        found = tuple(dim.size for dim in self.dims if dim.size is not None)
        if len(found) != len(self.dims):
            raise ValueError(f"the shape {self} is still open")
        return found


SCALAR = Shape()


def matrix(rows: Dim, columns: Dim) -> Shape:
    """The shape rows x columns."""
    return Shape((rows, columns))


def column(length: Dim) -> Shape:
    """The shape length x 1."""
    return matrix(length, ONE)


def row(length: Dim) -> Shape:
    """The shape 1 x length."""
    return matrix(ONE, length)


def product_dim(first: Dim, second: Dim) -> Dim:
    """The dimension of a Kronecker product or of vec: sizes multiply."""
    if first.size == 1:
        return second
    if second.size == 1:
        return first
    size = None if first.size is None or second.size is None else first.size * second.size
    return Dim(size, f"{first}·{second}")


def meet(first: Dim, second: Dim) -> Dim | None:
    """The dimension that both can be, the known one where one is open; None where they disagree."""
    if first.size is None:
        return second
    if second.size is None or first == second:
        return first
    return None
