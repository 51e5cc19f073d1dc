"""The one tree of expressions: frozen nodes, each with its shape and its place.

A document's equations, the model and a closed form are all made of these
nodes; everything else (LaTeX, exact entries, derivatives) interprets them.
A node computes its shape from its parts when it is made and raises
`Meaningless` where they do not fit, so an ill-shaped expression cannot exist.
Nothing is simplified here: what the author wrote can be quoted back.

Notation of the docstrings: A is m x n, `·` separates indices.
"""

from dataclasses import field, fields
from fractions import Fraction
from typing import Literal

from derive.errors import Meaningless
from derive.expressions.shapes import (
    ONE,
    SCALAR,
    Dim,
    Shape,
    column,
    matrix,
    meet,
    product_dim,
    row,
)
from derive.records import dataclass, remembered
from derive.source import Span

Layout = Literal["gradient", "numerator", "denominator"]


@dataclass(frozen=True)
class Node:
    """What indices, conditions and expressions have in common: a place, left out of equality."""

    span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)


# ── indices ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class IndexVariable(Node):
    """An index letter. `scope` tells two indices of one letter apart; 0 is a free index."""

    name: str
    scope: int = 0


@dataclass(frozen=True)
class IndexNumber(Node):
    """A fixed position, counted from 0 whatever the document's index base. `shown` is what the author wrote.

    `end`: the dimension by whose name the position is written, as in x_n and x_{n-1}; at every size it is then
    as far from the end of that dimension as it is here. None: it is written as a number, and is the same at every size.
    """

    position: int
    shown: str = field(default="", compare=False)
    end: Dim | None = field(default=None, compare=False)


@dataclass(frozen=True)
class IndexShift(Node):
    """i + 1, l - 1: an index moved by a whole number."""

    index: "Index"
    by: int


@dataclass(frozen=True)
class Label(Node):
    """The class that a label or one-hot symbol names, for an example of a batch where there are several."""

    name: str
    example: "Index | None" = None


Index = IndexVariable | IndexNumber | IndexShift | Label


# ── expressions ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Expr(Node):
    """An expression with a shape."""

    shape: Shape = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", self._shape())

    def _shape(self) -> Shape:
        raise NotImplementedError(f"{type(self).__name__} has no shape rule; add _shape in derive/expressions/tree.py")


def _no(problem: str, node: Node) -> Meaningless:
    return Meaningless(problem, node.span)


def _same(first: Shape, second: Shape) -> Shape | None:
    """The common shape of two values, open sizes filled in; None where they disagree."""
    if len(first.dims) != len(second.dims):
        return None
    dims = tuple(meet(a, b) for a, b in zip(first.dims, second.dims, strict=True))
    return None if None in dims else Shape(dims)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Number(Expr):
    """A rational number."""

    value: Fraction

    def _shape(self) -> Shape:
        return SCALAR


@dataclass(frozen=True)
class Constant(Expr):
    """pi or e."""

    name: Literal["pi", "e"]

    def _shape(self) -> Shape:
        return SCALAR


@dataclass(frozen=True)
class Size(Expr):
    """A dimension used as a number, as N in 1/N."""

    dim: Dim
    name: str = ""

    def _shape(self) -> Shape:
        return SCALAR


@dataclass(frozen=True)
class IndexValue(Expr):
    """An index used as a number, or a label in `1(y_i = k)`."""

    index: Index

    def _shape(self) -> Shape:
        return SCALAR


@dataclass(frozen=True)
class Symbol(Expr):
    """A given symbol, a node of the model, or a name that the document defined."""

    name: str
    of_shape: Shape = field(compare=False)

    def _shape(self) -> Shape:
        return self.of_shape


@dataclass(frozen=True)
class Identity(Expr):
    """I, m x m; open until its surroundings give it a size."""

    size: Dim

    def _shape(self) -> Shape:
        return matrix(self.size, self.size)


@dataclass(frozen=True)
class Fill(Expr):
    """A matrix all of whose entries are one number: 0, or the vector of ones."""

    value: int
    of_shape: Shape

    def _shape(self) -> Shape:
        return self.of_shape


@dataclass(frozen=True)
class Negative(Expr):
    """-A."""

    operand: Expr

    def _shape(self) -> Shape:
        return self.operand.shape


@dataclass(frozen=True)
class Add(Expr):
    """A + B + …, entry by entry; a row is added to every row, a column to every column, a scalar to every entry."""

    terms: tuple[Expr, ...]

    def _shape(self) -> Shape:
        total = self.terms[0].shape
        for term in self.terms[1:]:
            joined = broadcast(total, term.shape)
            if joined is None:
                raise _no(f"cannot add {total} and {term.shape}", term)
            total = joined
        return total


def broadcast(first: Shape, second: Shape) -> Shape | None:
    """The shape of a sum: equal shapes, a scalar with anything, a row with rows, a column with columns."""
    if first.is_scalar or second.is_scalar:
        return second if first.is_scalar else first
    same = _same(first, second)
    if same is not None:
        return same
    if not (first.is_matrix and second.is_matrix):
        return None
    for whole, part in ((first, second), (second, first)):
        if part.is_row and part.columns == whole.columns:
            return whole
        if part.is_column and part.rows == whole.rows:
            return whole
    return None


@dataclass(frozen=True)
class Scale(Expr):
    """c A: a scalar times anything."""

    factor: Expr
    operand: Expr

    def _shape(self) -> Shape:
        if not self.factor.shape.is_scalar:
            raise _no(f"a scalar was expected, not {self.factor.shape}", self.factor)
        return self.operand.shape


@dataclass(frozen=True)
class MatMul(Expr):
    """A B: m x k by k x n gives m x n; a 1 x 1 result is a scalar."""

    left: Expr
    right: Expr

    def _shape(self) -> Shape:
        left, right = self.left.shape, self.right.shape
        if not (left.is_matrix and right.is_matrix) or meet(left.columns, right.rows) is None:
            problem = f"cannot multiply {left} by {right}: {inner_sizes(left, right)}"
            raise _no(problem + _fitting_transpose(self.left, self.right), self)
        if left.rows.is_unit and right.columns.is_unit:
            return SCALAR
        return matrix(left.rows, right.columns)


def inner_sizes(left: Shape, right: Shape) -> str:
    """Why two shapes are no matrix product, in words."""
    if left.is_matrix and right.is_matrix:
        return f"the inner sizes {left.columns} and {right.rows} differ"
    return "a matrix product needs two matrices"


def _fitting_transpose(left: Expr, right: Expr) -> str:
    """Which one of two factors would fit if it were transposed, or if it were not, in words; nothing where both do."""
    if not (left.shape.is_matrix and right.shape.is_matrix):
        return ""
    first = meet(left.shape.rows, right.shape.rows) is not None
    second = meet(left.shape.columns, right.shape.columns) is not None
    if first == second:
        return ""
    factor, which = (left, "first") if first else (right, "second")
    how = "without its transpose" if isinstance(factor, Transpose) else "transposed"
    return f"; the {which} factor {how} would fit"


@dataclass(frozen=True)
class Hadamard(Expr):
    """(A ⊙ B)_ij = A_ij B_ij; a row or a column of fitting length multiplies every row or column."""

    left: Expr
    right: Expr

    def _shape(self) -> Shape:
        joined = broadcast(self.left.shape, self.right.shape)
        if joined is None:
            raise _no(f"cannot multiply {self.left.shape} and {self.right.shape} entry by entry", self)
        return joined


@dataclass(frozen=True)
class Quotient(Expr):
    """A / c, or entry by entry for two values of one shape, or c / B entry by entry."""

    numerator: Expr
    denominator: Expr

    def _shape(self) -> Shape:
        joined = broadcast(self.numerator.shape, self.denominator.shape)
        if joined is None or joined.is_tensor:
            raise _no(f"cannot divide {self.numerator.shape} by {self.denominator.shape}", self)
        return joined


@dataclass(frozen=True)
class Dot(Expr):
    """a · b = sum_i a_i b_i for two vectors of one length, or two matrices of one shape (their inner product)."""

    left: Expr
    right: Expr

    def _shape(self) -> Shape:
        left, right = self.left.shape, self.right.shape
        vectors = left.is_vector and right.is_vector and left.length == right.length
        if not (vectors or (left.is_matrix and left == right)):
            raise _no(f"no inner product of {left} and {right}", self)
        return SCALAR


@dataclass(frozen=True)
class Outer(Expr):
    """(a ⊗ b)_ij = a_i b_j for two vectors, whichever way each of them stands."""

    left: Expr
    right: Expr

    def _shape(self) -> Shape:
        if not (self.left.shape.is_vector and self.right.shape.is_vector):
            raise _no(f"no outer product of {self.left.shape} and {self.right.shape}", self)
        return matrix(self.left.shape.length, self.right.shape.length)


@dataclass(frozen=True)
class Kronecker(Expr):
    """A ⊗ B: m x n and p x q give mp x nq."""

    left: Expr
    right: Expr

    def _shape(self) -> Shape:
        left, right = self.left.shape, self.right.shape
        if not (left.is_matrix and right.is_matrix):
            raise _no(f"no Kronecker product of {left} and {right}", self)
        return matrix(product_dim(left.rows, right.rows), product_dim(left.columns, right.columns))


@dataclass(frozen=True)
class Transpose(Expr):
    """(A^T)_ij = A_ji; a scalar is its own transpose."""

    operand: Expr

    def _shape(self) -> Shape:
        if self.operand.shape.is_tensor:
            raise _no(f"{self.operand.shape} has four indices and no transpose", self)
        return self.operand.shape.transposed


@dataclass(frozen=True)
class Inverse(Expr):
    """A^{-1} of a square matrix."""

    operand: Expr

    def _shape(self) -> Shape:
        if not self.operand.shape.is_square:
            raise _no(f"{self.operand.shape} is not square and has no inverse", self)
        return self.operand.shape


@dataclass(frozen=True)
class Power(Expr):
    """a^c, entry by entry for a vector."""

    base: Expr
    exponent: Expr

    def _shape(self) -> Shape:
        if not self.exponent.shape.is_scalar:
            raise _no(f"an exponent is a scalar, not {self.exponent.shape}", self.exponent)
        if self.base.shape.is_tensor:
            raise _no(f"{self.base.shape} has four indices and no power", self)
        return self.base.shape


@dataclass(frozen=True)
class MatrixPower(Expr):
    """A^n = A A … A of a square matrix, n a whole number from 0."""

    base: Expr
    exponent: int

    def _shape(self) -> Shape:
        if not self.base.shape.is_square:
            raise _no(f"{self.base.shape} is not square and has no power", self)
        return self.base.shape


@dataclass(frozen=True)
class Apply(Expr):
    """A function of one real variable (a name of `derive.expressions.functions`), entry by entry.

    `parameters` are the function's own scalars: the slope of a leaky ReLU.
    `order` counts derivatives: 1 is f'.
    """

    function: str
    operand: Expr
    parameters: tuple[Expr, ...] = ()
    order: int = 0

    def _shape(self) -> Shape:
        if self.operand.shape.is_tensor:
            raise _no(f"{self.function} of {self.operand.shape}, which has four indices", self)
        return self.operand.shape


@dataclass(frozen=True)
class Unspecified(Expr):
    """f(x) of a declared function of one variable, entry by entry, or its derivative of some order."""

    name: str
    operand: Expr
    order: int = 0

    def _shape(self) -> Shape:
        return self.operand.shape


@dataclass(frozen=True)
class UnspecifiedMap(Expr):
    """g(x) of a declared function from columns (or rows) of one length to columns (rows) of another."""

    name: str
    operand: Expr
    domain: Dim
    codomain: Dim

    def _shape(self) -> Shape:
        shape = self.operand.shape
        if not shape.is_vector or shape.length != self.domain:
            raise _no(f"{self.name} takes a vector of length {self.domain}, not {shape}", self)
        return row(self.codomain) if shape.is_row and not shape.is_column else column(self.codomain)


@dataclass(frozen=True)
class EntryByEntry(Expr):
    """A formula of one scalar, taken at every entry of its operand."""

    parameter: Symbol
    formula: Expr
    operand: Expr

    def _shape(self) -> Shape:
        return self.operand.shape


@dataclass(frozen=True)
class Extremum(Expr):
    """max(a, b) or min(a, b), entry by entry; scalars meet every entry."""

    kind: Literal["max", "min"]
    left: Expr
    right: Expr

    def _shape(self) -> Shape:
        joined = broadcast(self.left.shape, self.right.shape)
        if joined is None:
            raise _no(f"cannot compare {self.left.shape} and {self.right.shape} entry by entry", self)
        return joined


@dataclass(frozen=True)
class Softmax(Expr):
    """softmax(z)_i = e^{z_i} / sum_j e^{z_j} along a vector, each row (axis 1) or column (axis 0); or its log."""

    operand: Expr
    axis: Literal[0, 1]
    logarithm: bool = False

    def _shape(self) -> Shape:
        if not self.operand.shape.is_matrix:
            raise _no(f"softmax takes a vector, not {self.operand.shape}", self)
        return self.operand.shape


@dataclass(frozen=True)
class Reduce(Expr):
    """One number from all entries of A: sum, mean, max, min, logsumexp, l1, l2 (Frobenius), trace, det."""

    kind: Literal["sum", "mean", "max", "min", "logsumexp", "l1", "l2", "trace", "det"]
    operand: Expr

    def _shape(self) -> Shape:
        shape = self.operand.shape
        if shape.is_tensor:
            raise _no(f"{self.kind} of {shape}, which has four indices", self)
        if self.kind in ("trace", "det") and not (shape.is_square or shape.is_scalar):
            raise _no(f"{self.kind} needs a square matrix, not {shape}", self)
        return SCALAR


@dataclass(frozen=True)
class Diagonal(Expr):
    """diag(v), n x n with v on its diagonal; of a square matrix, its diagonal as a column."""

    operand: Expr

    def _shape(self) -> Shape:
        shape = self.operand.shape
        if shape.is_vector:
            return matrix(shape.length, shape.length)
        if shape.is_square:
            return column(shape.rows)
        raise _no(f"diag takes a vector or a square matrix, not {shape}", self)


@dataclass(frozen=True)
class Vectorised(Expr):
    """vec(A): the columns of A one under the other, mn x 1."""

    operand: Expr

    def _shape(self) -> Shape:
        if not self.operand.shape.is_matrix:
            raise _no(f"vec takes a matrix, not {self.operand.shape}", self)
        return column(product_dim(*self.operand.shape.dims))


@dataclass(frozen=True)
class Entry(Expr):
    """A_ij; a vector's entry has one index, the other is its first."""

    operand: Expr
    row: Index
    column: Index

    def _shape(self) -> Shape:
        return SCALAR


@dataclass(frozen=True)
class Slice(Expr):
    """Row i of A (1 x n) or column j (m x 1)."""

    operand: Expr
    index: Index
    along: Literal["row", "column"]

    def _shape(self) -> Shape:
        shape = self.operand.shape
        return row(shape.columns) if self.along == "row" else column(shape.rows)


Extent = Literal["dimension", "numbers", "these sizes"]


@dataclass(frozen=True)
class Range(Node):
    """The values that an index takes along a dimension: positions `first` to `last` (from 0, both included).

    `extent` says what the range is at other sizes. "dimension": from `first` to `from_end` before the end of `dim`,
    since the upper bound is written with the name of that dimension or left out, and all that has the index has that
    dimension by name. "numbers": the same positions, since both bounds are numbers. "these sizes": not known; a bound
    is written by the name of a dimension that has the same size here as one along which the index runs.
    """

    first: int
    last: int
    dim: Dim
    extent: Extent = field(default="these sizes", compare=False)

    @property
    def from_end(self) -> int:
        """How many places before the end of its dimension a range of extent "dimension" ends; 0 for the end itself."""
        return (self.dim.size or 0) - 1 - self.last

    @property
    def is_whole(self) -> bool:
        """Whether this is the whole dimension, whatever its size."""
        return self.extent == "dimension" and self.first == 0 and self.from_end == 0


DOTS, ROW_OF_DOTS, COLUMN_OF_DOTS = "index of the dots", "row of the dots", "column of the dots"
"""The letters of indices that dots stand for, which no author writes."""


@dataclass(frozen=True)
class Quantified(Expr):
    """sum_i, prod_i, max_i or min_i of a body over a range, where a condition holds."""

    kind: Literal["sum", "product", "max", "min"]
    index: IndexVariable
    range: Range
    body: Expr
    condition: "Condition | None" = None

    def _shape(self) -> Shape:
        if self.kind in ("max", "min") and not self.body.shape.is_scalar:
            raise _no(f"{self.kind} over an index takes a scalar, not {self.body.shape}", self)
        return self.body.shape


@dataclass(frozen=True)
class EntryFormula(Expr):
    """The matrix whose entry at (i, j) is a formula of i and j; a vector's formula has one index."""

    row: IndexVariable | None
    column: IndexVariable | None
    body: Expr
    of_shape: Shape

    def _shape(self) -> Shape:
        if not self.body.shape.is_scalar:
            raise _no(f"the formula of an entry is a scalar, not {self.body.shape}", self.body)
        return self.of_shape


@dataclass(frozen=True)
class Blocks(Expr):
    """A matrix written out: rows of entries or of blocks whose sizes fit.

    `filled`: the dimensions of one written with dots that are filled in at these sizes; at others it has other blocks.
    """

    rows: tuple[tuple[Expr, ...], ...]
    filled: Shape | None = field(default=None, compare=False)

    def _shape(self) -> Shape:
        """The sizes are those of the blocks; the names of dimensions for which dots stand are kept."""
        written = self._written_shape()
        return written if self.filled is None or self.filled != written else self.filled

    def _written_shape(self) -> Shape:
        heights = []
        widths = [_block(block).columns for block in self.rows[0]]
        for line in self.rows:
            if len(line) != len(widths):
                raise _no(f"a row of {len(line)} entries stands below one of {len(widths)}", line[0])
            heights.append(_block(line[0]).rows)
            for block, width in zip(line, widths, strict=True):
                if _block(block).rows != heights[-1] or _block(block).columns != width:
                    raise _no(
                        f"{block.shape} does not fit beside {line[0].shape} and below {self.rows[0][0].shape}", block
                    )
        return matrix(_total(heights), _total(widths))


def _block(block: Expr) -> Shape:
    if block.shape.is_tensor:
        raise _no(f"{block.shape} cannot stand in a matrix", block)
    return matrix(ONE, ONE) if block.shape.is_scalar else block.shape


def _total(dims: list[Dim]) -> Dim:
    if len(dims) == 1:
        return dims[0]
    sizes = [dim.size for dim in dims]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    return Dim(total, "" if all(size == 1 for size in sizes) else "+".join(map(str, dims)))


@dataclass(frozen=True)
class Indicator(Expr):
    """1(condition): 1 where it holds, else 0; entry by entry where the condition compares matrices."""

    condition: "Condition"

    def _shape(self) -> Shape:
        return self.condition.shape


@dataclass(frozen=True)
class Cases(Expr):
    """The first branch whose condition holds (None: otherwise); entry by entry where a condition compares matrices."""

    branches: tuple[tuple[Expr, "Condition | None"], ...]

    def _shape(self) -> Shape:
        total = SCALAR
        for value, condition in self.branches:
            for shape in (value.shape, SCALAR if condition is None else condition.shape):
                joined = broadcast(total, shape)
                if joined is None or joined.is_tensor:
                    raise _no(f"cases of {total} and {shape} do not fit", value)
                total = joined
        return total


@dataclass(frozen=True)
class Derivative(Expr):
    """∂f/∂x, where x is a symbol, one of its entries, or an expression taken as a fresh variable.

    Shapes (x a scalar: that of f; else for f a scalar): gradient and denominator have the shape of x, numerator
    its transpose. A vector by a vector: J_ij = ∂f_i/∂x_j, transposed in denominator layout. Else four indices.
    """

    of: Expr
    by: Expr
    layout: Layout = "gradient"

    def _shape(self) -> Shape:
        return derivative_shape(self.of.shape, self.by.shape, self.layout)


def derivative_shape(of: Shape, by: Shape, layout: Layout) -> Shape:
    """The shape of a derivative; see `Derivative`."""
    if of.is_tensor or by.is_tensor:
        raise Meaningless(f"a derivative of {of} by {by} has too many indices")
    if by.is_scalar:
        return of.transposed if layout == "denominator" and of.is_vector else of
    if of.is_scalar:
        return by.transposed if layout == "numerator" else by
    if of.is_vector and by.is_vector:
        jacobian = matrix(of.length, by.length)
        return jacobian.transposed if layout == "denominator" else jacobian
    return Shape(of.dims + by.dims)


@dataclass(frozen=True)
class ChainRule(Expr):
    """∂a/∂b ∂b/∂c …: contracted over the variables in which they meet; it has the shape of ∂a/∂c."""

    factors: tuple[Derivative, ...]

    def _shape(self) -> Shape:
        first, last = self.factors[0], self.factors[-1]
        return derivative_shape(first.of.shape, last.by.shape, first.layout)


@dataclass(frozen=True)
class LocalFactor(Expr):
    """The matrix F with which the chain rule multiplies in place of a derivative of two matrices.

    `paired` are the axes (one of the numerator, one of the denominator) along which the derivative is the identity:
    T[i, j, k, l] = δ[paired] F[rest]. DIAGONAL: a vector by a vector, F is the diagonal of the Jacobian. ENTRYWISE:
    both axes are paired, T[i, j, k, l] = δ_ik δ_jl F_ij.
    """

    derivative: Derivative
    paired: tuple[int, int]
    transposed: bool = False

    def _shape(self) -> Shape:
        of, by = self.derivative.of.shape, self.derivative.by.shape
        if self.paired == DIAGONAL:
            shape = column(of.length)
        elif self.paired == ENTRYWISE:
            shape = of
        else:
            shape = matrix(of.dims[1 - self.paired[0]], by.dims[1 - self.paired[1]])
        return shape.transposed if self.transposed else shape


DIAGONAL = (-1, -1)
ENTRYWISE = (-2, -2)


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────

Comparator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Comparison(Node):
    """a < b and its kin; entry by entry between matrices."""

    left: Expr
    comparator: Comparator
    right: Expr

    @property
    def shape(self) -> Shape:
        joined = broadcast(self.left.shape, self.right.shape)
        if joined is None:
            raise _no(f"cannot compare {self.left.shape} with {self.right.shape}", self)
        return joined


@dataclass(frozen=True)
class AllOf(Node):
    """Every one of some conditions."""

    conditions: tuple["Condition", ...]

    @property
    def shape(self) -> Shape:
        total = SCALAR
        for condition in self.conditions:
            joined = broadcast(total, condition.shape)
            if joined is None:
                raise _no(f"conditions of {total} and {condition.shape} do not fit", condition)
            total = joined
        return total


Condition = Comparison | AllOf


@remembered
def parts(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of, in order."""
    found: list[Node] = []
    for name in names_of_parts(type(node)):
        _collect(getattr(node, name), found)
    return tuple(found)


def _collect(value: object, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, found)


def names_of_parts(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a kind of nodes that say what it is made of: neither its place nor its shape."""
    if kind not in _NAMES_OF_PARTS:
        _NAMES_OF_PARTS[kind] = tuple(part.name for part in fields(kind) if part.init and part.name != "span")
    return _NAMES_OF_PARTS[kind]


_NAMES_OF_PARTS: dict[type, tuple[str, ...]] = {}
