"""Trees of expressions -> operations on arrays, for any sizes: one rule for each node.

A value is an array whose first axes are those of index letters, and whose last two are those of a matrix; a scalar
has none of these two, and so every node is lowered by itself: `X_{i,:} W` is one row for every i, `sum_i` a sum along
the letter's axis, `[...]_{ij}` the letters made rows and columns. A row is 1 x n, a column n x 1, labels of N
examples an array of N whole numbers from 0.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import singledispatchmethod

from derive.expressions import tree
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Expr, Index, IndexVariable
from derive.gradients.local import slope
from derive.kernels.algebra import Algebra
from derive.kernels.operations import Axes, Extent, Operation
from derive.kernels.refusal import NoKernel
from derive.records import dataclass


@dataclass(frozen=True)
class Value:
    """An array: the letters of its first axes, in order, then no axis more or the two of a matrix."""

    operation: Operation
    letters: tuple[IndexVariable, ...] = ()

    @property
    def rank(self) -> int:
        """How many axes there are besides those of letters: 0 or 2."""
        return len(self.operation.axes) - len(self.letters)


@dataclass(frozen=True)
class Run:
    """The positions along which an index letter runs: from `first` on, all but `from_end` at the end.

    `count` says how many there are, where that is the same at every size.
    """

    dim: Dim
    first: int = 0
    from_end: int = 0
    count: int | None = None


Scope = Mapping[IndexVariable, Run]

COMPARISONS = {
    "=": "equal", "!=": "not_equal", "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal",
}  # fmt: skip


class Lowering:
    """Lowers the expressions of one model, whose names mean the values in `names`.

    `extents` are what sizes are called in code, by the name of the dimension; `labels` the arrays of class numbers by
    the names of labels; `derivatives` what derivatives that were lowered before are.
    """

    def __init__(self, algebra: Algebra, extents: Mapping[str, Extent], *, index_base: int, kink: Fraction) -> None:
        self.algebra = algebra
        self.extents = extents
        self.index_base = index_base
        self.kink = kink
        self.names: dict[str, Operation] = {}
        self.labels: dict[str, Operation] = {}
        self.derivatives: dict[Expr, Operation] = {}
        self.functions: dict[tuple[str, int], str] = {}

    def array(self, node: Expr) -> Operation:
        """The array of an expression without free indices, of the axes of its shape. Raises `NoKernel`."""
        value = self.value(node, {})
        return self._as_shape(self.algebra.numeric(value.operation), node.shape)

    def axes(self, shape: Shape) -> Axes:
        """The extents of a shape. Raises `NoKernel`."""
        if shape.is_tensor:
            raise NoKernel(f"a derivative with four indices, {shape}")
        return tuple(self.extent(dim) for dim in shape.dims)

    def extent(self, dim: Dim) -> Extent:
        """How long a dimension is, in code: by its name where it has one, else its size. Raises `NoKernel`."""
        if dim.is_unit:
            return 1
        if dim.name in self.extents:
            return self.extents[dim.name]
        if dim.size is not None and dim.name in ("", str(dim.size)):
            return dim.size
        parts = dim.name.split("·")
        if len(parts) > 1 and all(part in self.extents for part in parts):
            return " * ".join(str(self.extents[part]) for part in parts)
        parts = dim.name.split("+")
        if len(parts) > 1 and all(part in self.extents or part.isdigit() for part in parts):
            return " + ".join(str(self.extents.get(part, part)) for part in parts)
        raise NoKernel(f"a size that no given name has, {dim}")

    def _as_shape(self, a: Operation, shape: Shape) -> Operation:
        axes = self.axes(shape)
        if not a.axes and axes:
            a = self.algebra.expand(a, (0, 1), 2)
        return self.algebra.broadcast(a, axes)

    def value(self, node: Expr, scope: Scope) -> Value:
        """The value of an expression whose free letters run as `scope` says. Raises `NoKernel`."""
        return self._lower(node, scope)

    @singledispatchmethod
    def _lower(self, node: Expr, scope: Scope) -> Value:
        raise NoKernel(f"{type(node).__name__} in code", node.span)

    # ── leaves ──

    @_lower.register
    def _(self, node: tree.Number, scope: Scope) -> Value:
        return Value(self.algebra.number(node.value))

    @_lower.register
    def _(self, node: tree.Constant, scope: Scope) -> Value:
        return Value(self.algebra.constant(node.name))

    @_lower.register
    def _(self, node: tree.Size, scope: Scope) -> Value:
        return Value(self.algebra.size(self.extent(node.dim)))

    @_lower.register
    def _(self, node: tree.Symbol, scope: Scope) -> Value:
        if node.name in self.labels:
            return Value(self._counted(self.labels[node.name]))
        if node.name not in self.names:
            raise NoKernel(f"{node.name}, which has no value", node.span)
        return Value(self.names[node.name])

    @_lower.register
    def _(self, node: tree.Identity, scope: Scope) -> Value:
        return Value(self.algebra.identity(self.extent(node.size)))

    @_lower.register
    def _(self, node: tree.Fill, scope: Scope) -> Value:
        return Value(self.algebra.fill(node.value, self.axes(node.shape)))

    @_lower.register
    def _(self, node: tree.IndexValue, scope: Scope) -> Value:
        position = self._position(node.index, scope)
        return Value(self._counted(position.operation), position.letters)

    def _counted(self, position: Operation) -> Operation:
        """A position as the document counts it, a number to reckon with."""
        return self.algebra.add(self.algebra.counted(position), self.algebra.number(self.index_base))

    # ── entry by entry ──

    @_lower.register
    def _(self, node: tree.Negative, scope: Scope) -> Value:
        return self._each(self.algebra.negative, self.value(node.operand, scope))

    @_lower.register
    def _(self, node: tree.Add, scope: Scope) -> Value:
        total = self.value(node.terms[0], scope)
        for term in node.terms[1:]:
            total = self._both(self.algebra.add, total, self.value(term, scope))
        return total

    @_lower.register
    def _(self, node: tree.Scale, scope: Scope) -> Value:
        return self._both(self.algebra.multiply, self.value(node.factor, scope), self.value(node.operand, scope))

    @_lower.register
    def _(self, node: tree.Hadamard, scope: Scope) -> Value:
        return self._both(self.algebra.multiply, self.value(node.left, scope), self.value(node.right, scope))

    @_lower.register
    def _(self, node: tree.Quotient, scope: Scope) -> Value:
        upper, lower = self.value(node.numerator, scope), self.value(node.denominator, scope)
        return self._both(self.algebra.divide, upper, lower)

    @_lower.register
    def _(self, node: tree.Power, scope: Scope) -> Value:
        return self._both(self.algebra.power, self.value(node.base, scope), self.value(node.exponent, scope))

    @_lower.register
    def _(self, node: tree.Extremum, scope: Scope) -> Value:
        make = self.algebra.maximum if node.kind == "max" else self.algebra.minimum
        return self._both(make, self.value(node.left, scope), self.value(node.right, scope))

    @_lower.register
    def _(self, node: tree.Apply, scope: Scope) -> Value:
        if node.order:
            return self._slope(node, scope)
        operand = self.value(node.operand, scope)
        parameters = [self.value(parameter, scope) for parameter in node.parameters]
        rule = ACTIVATIONS.get(node.function)
        if rule is None:
            return self._each(lambda a: self.algebra.function(node.function, a), operand)
        if not parameters:
            return self._each(lambda a: rule(self.algebra, a, a), operand)
        return self._both(lambda a, b: rule(self.algebra, a, b), operand, parameters[0])

    def _slope(self, node: tree.Apply, scope: Scope) -> Value:
        """f'(u) by the rule for slopes; higher orders have none."""
        if node.order > 1:
            raise NoKernel(f"a derivative of order {node.order} of {node.function}", node.span)
        return self.value(slope(node.function, node.operand, node.parameters, self.kink), scope)

    @_lower.register
    def _(self, node: tree.Unspecified, scope: Scope) -> Value:
        called = self.functions[node.name, node.order]
        return self._each(lambda a: self.algebra.called(called, a), self.value(node.operand, scope))

    @_lower.register
    def _(self, node: tree.UnspecifiedMap, scope: Scope) -> Value:
        operand = self.value(node.operand, scope)
        if operand.letters:
            raise NoKernel(f"{node.name} of many vectors", node.span)
        return Value(self.algebra.mapped(self.functions[node.name, 0], operand.operation, self.axes(node.shape)))

    @_lower.register
    def _(self, node: tree.EntryByEntry, scope: Scope) -> Value:
        operand = self.value(node.operand, scope)
        before = self.names.get(node.parameter.name)
        if operand.letters:
            raise NoKernel("a formula of one variable at many vectors", node.span)
        self.names[node.parameter.name] = operand.operation
        try:
            return self.value(node.formula, scope)
        finally:
            if before is None:
                del self.names[node.parameter.name]
            else:
                self.names[node.parameter.name] = before

    # ── conditions ──

    @_lower.register
    def _(self, node: tree.Indicator, scope: Scope) -> Value:
        return self._condition(node.condition, scope)

    @_lower.register
    def _(self, node: tree.Cases, scope: Scope) -> Value:
        *cases, last = node.branches
        total = self.value(last[0], scope)
        if last[1] is not None:
            cases = [*cases, last]
            total = Value(self.algebra.number(0))
        for value, condition in reversed(cases):
            assert condition is not None
            total = self._choice(self._condition(condition, scope), self.value(value, scope), total)
        return total

    def _condition(self, condition: tree.Condition, scope: Scope) -> Value:
        if isinstance(condition, tree.AllOf):
            first, *others = (self._condition(one, scope) for one in condition.conditions)
            for other in others:
                first = self._both(self.algebra.both, first, other)
            return first
        left, right = self._sides(condition, scope)
        kind = COMPARISONS[condition.comparator]
        return self._both(lambda a, b: self.algebra.compared(kind, a, b), left, right)

    def _sides(self, condition: tree.Comparison, scope: Scope) -> tuple[Value, Value]:
        """Both sides; two indices are compared as positions, however they are counted."""
        left, right = condition.left, condition.right
        if isinstance(left, tree.IndexValue) and isinstance(right, tree.IndexValue):
            return self._position(left.index, scope), self._position(right.index, scope)
        return self.value(left, scope), self.value(right, scope)

    def _choice(self, condition: Value, first: Value, second: Value) -> Value:
        (a, b, c), letters = self._aligned((condition, first, second))
        return Value(self.algebra.where(a, b, c), letters)

    # ── matrices ──

    @_lower.register
    def _(self, node: tree.MatMul, scope: Scope) -> Value:
        factors, bare = _unscaled(node)
        if isinstance(bare, tree.MatMul) and (found := self._picked_block(bare, scope)) is not None:
            for factor in factors:
                found = self._both(self.algebra.multiply, self.value(factor, scope), found)
            return found
        (a, b), letters = self._aligned((self.value(node.left, scope), self.value(node.right, scope)))
        product = Value(self.algebra.matmul(a, b), letters)
        return self._number(product) if node.shape.is_scalar else product

    def _picked_block(self, node: tree.MatMul, scope: Scope) -> Value | None:
        """(I ⊗ e_p)^T G, (e_p ⊗ I)^T G, G (I ⊗ e_q), G (e_q ⊗ I): G in blocks, one entry or block of each."""
        match node:
            case tree.MatMul(tree.Transpose(tree.Kronecker(first, second)), other):
                axis = 0
            case tree.MatMul(other, tree.Kronecker(first, second)):
                axis = 1
            case _:
                return None
        for place, unit, identity in ((1, second, first), (0, first, second)):
            index = _unit_of(unit, scope)
            if index is not None and isinstance(identity, tree.Identity):
                value = self.value(other, scope)
                if index in value.letters:
                    raise NoKernel("blocks of a Kronecker product that depend on their own place", node.span)
                count = len(value.letters)
                at = count + axis
                extents = (self.extent(first.shape.rows), self.extent(second.shape.rows))
                blocks = self.algebra.folded(self._as_letters(value, other), at, extents)
                rest = [number for number in range(count, count + 3) if number != at + place]
                order = (*range(count), at + place, *rest)
                return Value(self.algebra.permute(blocks, order), (*value.letters, index))
        return None

    def _as_letters(self, value: Value, node: Expr) -> Operation:
        """A matrix for every value of its letters, every axis as long as it should be."""
        count = len(value.letters)
        operation = self.algebra.numeric(value.operation)
        if not value.rank:
            operation = self.algebra.expand(operation, (count, count + 1), count + 2)
        return self.algebra.broadcast(operation, (*operation.axes[:count], *self.axes(node.shape)))

    def _number(self, value: Value) -> Value:
        """A matrix of one entry as a number."""
        count = len(value.letters)
        return Value(self.algebra.dropped(value.operation, (count, count + 1)), value.letters)

    @_lower.register
    def _(self, node: tree.Dot, scope: Scope) -> Value:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if node.left.shape.is_vector and node.left.shape.is_row != node.right.shape.is_row:
            right = self._transposed(right)
        return self._total(self._both(self.algebra.multiply, left, right))

    @_lower.register
    def _(self, node: tree.Outer, scope: Scope) -> Value:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        left = self._transposed(left) if not node.left.shape.is_column else left
        right = self._transposed(right) if not node.right.shape.is_row else right
        return self._both(self.algebra.multiply, left, right)

    @_lower.register
    def _(self, node: tree.Kronecker, scope: Scope) -> Value:
        left, right = self._alone(node.left, scope), self._alone(node.right, scope)
        return Value(self.algebra.kronecker(left, right))

    @_lower.register
    def _(self, node: tree.Transpose, scope: Scope) -> Value:
        return self._transposed(self.value(node.operand, scope))

    def _transposed(self, value: Value) -> Value:
        if not value.rank:
            return value
        count = len(value.letters)
        return Value(self.algebra.permute(value.operation, (*range(count), count + 1, count)), value.letters)

    @_lower.register
    def _(self, node: tree.Inverse, scope: Scope) -> Value:
        return self._each(self.algebra.inverse, self.value(node.operand, scope))

    @_lower.register
    def _(self, node: tree.MatrixPower, scope: Scope) -> Value:
        return self._each(lambda a: self.algebra.matrix_power(a, node.exponent), self.value(node.base, scope))

    @_lower.register
    def _(self, node: tree.Diagonal, scope: Scope) -> Value:
        if not node.operand.shape.is_vector:
            operand = self.value(node.operand, scope)
            count = len(operand.letters)
            diagonal = self.algebra.diagonal(operand.operation)
            return Value(self.algebra.expand(diagonal, (count + 1,), count + 2), operand.letters)
        vector = self._alone(node.operand, scope)
        column = vector if node.operand.shape.is_column else self.algebra.permute(vector, (1, 0))
        return Value(self.algebra.diagonal_matrix(column))

    @_lower.register
    def _(self, node: tree.Vectorised, scope: Scope) -> Value:
        return Value(self.algebra.vectorised(self._alone(node.operand, scope)))

    @_lower.register
    def _(self, node: tree.Blocks, scope: Scope) -> Value:
        if node.filled is not None:
            raise NoKernel("a matrix written out with dots, which has other entries at other sizes", node.span)
        rows = tuple(tuple(self._block(one, scope) for one in line) for line in node.rows)
        return Value(self.algebra.blocks(rows))

    def _block(self, node: Expr, scope: Scope) -> Operation:
        array = self._alone(node, scope)
        return array if array.axes else self.algebra.expand(array, (0, 1), 2)

    def _alone(self, node: Expr, scope: Scope) -> Operation:
        """An array without letters."""
        value = self.value(node, scope)
        if value.letters:
            raise NoKernel("this for many values of an index", node.span)
        return self._as_shape(value.operation, node.shape)

    # ── one number from many ──

    @_lower.register
    def _(self, node: tree.Reduce, scope: Scope) -> Value:
        operand = self.value(node.operand, scope)
        if not operand.rank and node.kind in ("sum", "mean", "max", "min", "trace", "det"):
            return operand
        match node.kind:
            case "sum":
                return self._total(operand)
            case "mean":
                count = [self.algebra.size(extent) for extent in self.axes(node.operand.shape)]
                whole = self._total(operand)
                return self._each(lambda a: self.algebra.divide(a, self.algebra.multiply(*count)), whole)
            case "max" | "min":
                axes = self._core(operand)
                return Value(self.algebra.largest(operand.operation, axes, node.kind), operand.letters)
            case "logsumexp":
                exponentials = self._total(self._each(lambda a: self.algebra.function("exp", a), operand))
                return self._each(lambda a: self.algebra.function("log", a), exponentials)
            case "l1":
                return self._total(self._each(lambda a: self.algebra.function("abs", a), operand))
            case "l2":
                squares = self._total(self._each(lambda a: self.algebra.function("square", a), operand))
                return self._each(lambda a: self.algebra.function("sqrt", a), squares)
            case "trace":
                return self._each(self.algebra.trace, operand)
            case "det":
                return self._each(self.algebra.determinant, operand)

    @staticmethod
    def _core(value: Value) -> tuple[int, ...]:
        count = len(value.letters)
        return tuple(range(count, count + value.rank))

    def _total(self, value: Value) -> Value:
        return Value(self.algebra.total(value.operation, self._core(value)), value.letters)

    @_lower.register
    def _(self, node: tree.Softmax, scope: Scope) -> Value:
        operand = self.value(node.operand, scope)
        axis = len(operand.letters) + node.axis
        exponentials = self.algebra.function("exp", operand.operation)
        whole = self.algebra.total(exponentials, (axis,))
        parts = self.algebra.divide(exponentials, self.algebra.expand(whole, (axis,), len(exponentials.axes)))
        return Value(self.algebra.function("log", parts) if node.logarithm else parts, operand.letters)

    @_lower.register
    def _(self, node: tree.Quantified, scope: Scope) -> Value:
        run = _run(node.range)
        body = self.value(node.body, {**scope, node.index: run})
        if node.condition is not None:
            condition = self._condition(node.condition, {**scope, node.index: run})
            body = self._choice(condition, body, Value(self._neutral(node.kind)))
        if node.index not in body.letters:
            return self._repeated(node, body, run)
        axis = body.letters.index(node.index)
        letters = tuple(letter for letter in body.letters if letter != node.index)
        if node.kind == "sum":
            return Value(self.algebra.total(body.operation, (axis,)), letters)
        kind = "prod" if node.kind == "product" else node.kind
        return Value(self.algebra.largest(body.operation, (axis,), kind), letters)

    def _neutral(self, kind: str) -> Operation:
        """What changes no sum, product, maximum or minimum."""
        if kind in ("max", "min"):
            return self.algebra.constant("-inf" if kind == "max" else "inf")
        return self.algebra.number(1 if kind == "product" else 0)

    def _repeated(self, node: tree.Quantified, body: Value, run: Run) -> Value:
        """A sum or a product of what is the same for every value of the index."""
        count = self.algebra.size(self._extent_of(run))
        if node.kind == "sum":
            return self._each(lambda a: self.algebra.multiply(count, a), body)
        return self._each(lambda a: self.algebra.power(a, count), body) if node.kind == "product" else body

    @_lower.register
    def _(self, node: tree.EntryFormula, scope: Scope) -> Value:
        rows, columns = node.shape.dims
        own = {letter: Run(dim) for letter, dim in ((node.row, rows), (node.column, columns)) if letter is not None}
        body = self.value(node.body, {**scope, **own})
        others = tuple(letter for letter in body.letters if letter not in own)
        placed = tuple(letter for letter in (node.row, node.column) if letter in body.letters)
        moved = self._in_order(body, (*others, *placed))
        missing = tuple(
            len(others) + place for place, letter in enumerate((node.row, node.column)) if letter not in placed
        )
        array = self.algebra.expand(moved, missing, len(others) + 2)
        return Value(self.algebra.broadcast(array, (*moved.axes[: len(others)], *self.axes(node.shape))), others)

    # ── entries ──

    @_lower.register
    def _(self, node: tree.Entry, scope: Scope) -> Value:
        operand = self.value(node.operand, scope)
        if not operand.rank:
            return operand
        shape = node.operand.shape
        if isinstance(node.column, tree.Label):  # labels of many examples meet the letter of the example
            row = self._indexed(operand, len(operand.letters), node.row, shape.rows, scope)
            return self._indexed(row, len(row.letters), node.column, shape.columns, scope)
        column = self._indexed(operand, len(operand.letters) + 1, node.column, shape.columns, scope)
        return self._indexed(column, len(column.letters), node.row, shape.rows, scope)

    @_lower.register
    def _(self, node: tree.Slice, scope: Scope) -> Value:
        operand = self.value(node.operand, scope)
        count = len(operand.letters)
        dim = node.operand.shape.rows if node.along == "row" else node.operand.shape.columns
        found = self._indexed(operand, count + (node.along == "column"), node.index, dim, scope)
        count = len(found.letters)
        place = count + (node.along == "column")
        return Value(self.algebra.expand(found.operation, (place,), count + 2), found.letters)

    def _indexed(self, value: Value, axis: int, index: Index, dim: Dim, scope: Scope) -> Value:
        """The value at an index along one axis of its matrix; the axis goes, a letter of the index may come first."""
        if isinstance(index, tree.IndexNumber):
            position = index.position if index.end is None or dim.size is None else index.position - dim.size
            return Value(self.algebra.at(value.operation, axis, position), value.letters)
        if isinstance(index, tree.Label):
            return self._labelled(value, axis, index, scope)
        letter, by = _shifted(index)
        if letter not in scope:
            raise NoKernel(f"the index {letter.name} for one value of it", index.span)
        run = scope[letter]
        array = value.operation
        extent = self._extent_of(run)
        if run.first + by or extent != array.axes[axis]:
            beyond = (by - run.from_end) or None if run.count is None else run.first + by + run.count
            array = self.algebra.slice(array, axis, run.first + by, beyond, extent)
        if letter in value.letters:
            return self._diagonal(Value(array, value.letters), letter, axis)
        order = (axis, *(other for other in range(len(array.axes)) if other != axis))
        return Value(self.algebra.permute(array, order), (letter, *value.letters))

    def _diagonal(self, value: Value, letter: IndexVariable, axis: int) -> Value:
        """The value where a letter's axis and another one have one position."""
        own = value.letters.index(letter)
        rest = [other for other in range(len(value.operation.axes)) if other not in (own, axis)]
        moved = self.algebra.permute(value.operation, (*rest, own, axis))
        letters = tuple(other for other in value.letters if other != letter)
        diagonal = self.algebra.diagonal(moved)
        count = len(letters)
        order = (len(rest), *range(len(rest)))
        assert count <= len(rest)
        return Value(self.algebra.permute(diagonal, order), (letter, *letters))

    def _labelled(self, value: Value, axis: int, label: tree.Label, scope: Scope) -> Value:
        """The entries that labels name along one axis."""
        labels = self._position(label, scope)
        letters = (*value.letters, *(letter for letter in labels.letters if letter not in value.letters))
        last = [place for place in range(len(value.letters), len(value.operation.axes)) if place != axis]
        rank = len(letters) + len(last) + 1
        array = self._placed(value, letters, rank)
        at = len(letters) + (axis - len(value.letters))
        names = labels.operation
        if labels.letters:
            names = self._placed(labels, letters, len(letters) + len(last))
        if len(letters) > len(value.letters):
            axes = tuple(
                extent if place >= len(letters) or letters[place] in value.letters else names.axes[place]
                for place, extent in enumerate(array.axes)
            )
            array = self.algebra.broadcast(array, axes)
        return Value(self.algebra.pick(array, names, at), letters)

    def _position(self, index: Index, scope: Scope) -> Value:
        """An index as a whole number from 0."""
        if isinstance(index, tree.IndexNumber):
            if index.end is not None:
                from_end = index.position - (index.end.size or 0)
                last = self.algebra.size(self.extent(index.end))
                return Value(self.algebra.add(last, self.algebra.number(from_end)))
            return Value(self.algebra.number(index.position))
        if isinstance(index, tree.Label):
            return self._label(index, scope)
        letter, by = _shifted(index)
        if letter not in scope:
            raise NoKernel(f"the index {letter.name} for one value of it", index.span)
        run = scope[letter]
        positions = self.algebra.positions(self._extent_of(run))
        return Value(self.algebra.add(positions, self.algebra.number(run.first + by)), (letter,))

    def _label(self, label: tree.Label, scope: Scope) -> Value:
        if label.name not in self.labels:
            raise NoKernel(f"the label {label.name}, which has no value", label.span)
        labels = self.labels[label.name]
        if label.example is None or not labels.axes:
            return Value(labels)
        column = self.algebra.expand(labels, (1,), 2)
        dim = Dim(None)
        found = self._indexed(Value(column), 0, label.example, dim, scope)
        return Value(self.algebra.dropped(found.operation, (len(found.letters),)), found.letters)

    def _extent_of(self, run: Run) -> Extent:
        """How many positions a letter has."""
        if run.count is not None:
            return run.count
        extent = self.extent(run.dim)
        dropped = run.first + run.from_end
        if isinstance(extent, int):
            return extent - dropped
        return f"{extent} - {dropped}" if dropped else extent

    # ── derivatives that were made before ──

    @_lower.register
    def _(self, node: tree.Derivative, scope: Scope) -> Value:
        if node not in self.derivatives:
            raise NoKernel("a derivative without a closed form", node.span)
        return Value(self.derivatives[node])

    # ── axes ──

    def _each(self, make: Callable[[Operation], Operation], value: Value) -> Value:
        return replace(value, operation=make(value.operation))

    def _both(self, make: Callable[[Operation, Operation], Operation], first: Value, second: Value) -> Value:
        (a, b), letters = self._aligned((first, second))
        return Value(make(a, b), letters)

    def _aligned(self, values: Iterable[Value]) -> tuple[list[Operation], tuple[IndexVariable, ...]]:
        """Arrays with the same axes in one order, of extent 1 where one lacks a letter; numbers stay numbers."""
        values = list(values)
        letters = tuple(dict.fromkeys(letter for value in values for letter in value.letters))
        rank = len(letters) + max(value.rank for value in values)
        return [self._placed(value, letters, rank) for value in values], letters

    def _placed(self, value: Value, letters: tuple[IndexVariable, ...], rank: int) -> Operation:
        """The array with axes for all letters, in their order, and for a matrix if others have them."""
        if value.operation.is_scalar:
            return value.operation
        moved = self._in_order(value, tuple(letter for letter in letters if letter in value.letters))
        absent = [place for place, letter in enumerate(letters) if letter not in value.letters]
        core = range(len(letters), rank) if not value.rank else ()
        return self.algebra.expand(moved, (*absent, *core), rank)

    def _in_order(self, value: Value, letters: tuple[IndexVariable, ...]) -> Operation:
        """The array with its letters' axes in an order."""
        order = (*(value.letters.index(letter) for letter in letters), *self._core(value))
        return self.algebra.permute(value.operation, order)


def _unscaled(node: Expr) -> tuple[list[Expr], Expr]:
    """The numbers by which a product of matrices is multiplied, and the product without them."""
    match node:
        case tree.Scale(factor, operand):
            factors, bare = _unscaled(operand)
            return [factor, *factors], bare
        case tree.MatMul(left, right):
            (first, one), (second, other) = _unscaled(left), _unscaled(right)
            return [*first, *second], node if not (first or second) else tree.MatMul(one, other)
    return [], node


def _unit_of(node: Expr, scope: Scope) -> IndexVariable | None:
    """p, if this is e_p, a column of the identity, and p runs along all of it."""
    match node:
        case tree.Slice(tree.Identity(size), IndexVariable() as index, "column") if index in scope:
            run = scope[index]
            return index if (run.dim, run.first, run.from_end) == (size, 0, 0) else None
    return None


def _run(positions: tree.Range) -> Run:
    """Where an index runs, at any size. Raises `NoKernel` where that is known at one size only."""
    if positions.extent == "dimension":
        return Run(positions.dim, positions.first, positions.from_end)
    if positions.extent == "numbers":
        return Run(positions.dim, positions.first, count=positions.last - positions.first + 1)
    raise NoKernel("a sum whose range is known at these sizes only", positions.span)


def _shifted(index: Index) -> tuple[IndexVariable, int]:
    """A letter and by how much it is moved."""
    by = 0
    while isinstance(index, tree.IndexShift):
        by += index.by
        index = index.index
    assert isinstance(index, IndexVariable)
    return index, by


# ── functions of one variable that are made of others ──

Rule = Callable[[Algebra, Operation, Operation], Operation]


def _leaky(of: Algebra, u: Operation, slope_below: Operation) -> Operation:
    """max(u, 0) + α min(u, 0)."""
    zero = of.number(0)
    return of.add(of.maximum(u, zero), of.multiply(slope_below, of.minimum(u, zero)))


def _elu(of: Algebra, u: Operation, alpha: Operation) -> Operation:
    """max(u, 0) + α (e^{min(u, 0)} - 1)."""
    zero = of.number(0)
    below = of.function("expm1", of.minimum(u, zero))
    return of.add(of.maximum(u, zero), of.multiply(alpha, below))


def _gelu(of: Algebra, u: Operation, _: Operation) -> Operation:
    """u (1 + erf(u / sqrt 2)) / 2."""
    inner = of.divide(u, of.function("sqrt", of.number(2)))
    return of.multiply(of.multiply(of.number(Fraction(1, 2)), u), of.add(of.number(1), of.function("erf", inner)))


ACTIVATIONS: dict[str, Rule] = {
    "relu": lambda of, u, _: of.maximum(u, of.number(0)),
    "leaky": _leaky,
    "elu": _elu,
    "silu": lambda of, u, _: of.multiply(u, of.function("sigmoid", u)),
    "gelu": _gelu,
}
