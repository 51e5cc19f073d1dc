"""Trees of expressions -> operations on arrays, for any sizes: one rule for each node.

A value is an array whose first axes are those of index letters, and whose last two are those of a matrix; a scalar
has none of these two, and so every node is lowered by itself: `X_{i,:} W` is one row for every i, `sum_i` a sum along
the letter's axis, `[...]_{ij}` the letters made rows and columns. A row is 1 x n, a column n x 1, labels of N
examples an array of N whole numbers from 0.

Here is what all rules need; the rules themselves stand by subject in `lowered_entries`, `lowered_matrices` and
`lowered_indices`, and `lowered` has the table of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Expr, Index, IndexVariable
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
    the names of labels; `derivatives` what derivatives that were lowered before are. `rules` are those of the nodes.
    """

    def __init__(
        self, algebra: Algebra, extents: Mapping[str, Extent], rules: "Rules", *, index_base: int, kink: Fraction
    ) -> None:
        self.algebra = algebra
        self.rules = rules
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
        return self.as_shape(self.algebra.numeric(value.operation), node.shape)

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

    def as_shape(self, a: Operation, shape: Shape) -> Operation:
        axes = self.axes(shape)
        if not a.axes and axes:
            a = self.algebra.expand(a, (0, 1), 2)
        return self.algebra.broadcast(a, axes)

    def value(self, node: Expr, scope: Scope) -> Value:
        """The value of an expression whose free letters run as `scope` says. Raises `NoKernel`."""
        rule = self.rules.get(type(node))
        if rule is None:
            raise NoKernel(f"{type(node).__name__} in code", node.span)
        return rule(self, node, scope)

    def counted(self, position: Operation) -> Operation:
        """A position as the document counts it, a number to reckon with."""
        return self.algebra.add(self.algebra.counted(position), self.algebra.number(self.index_base))

    def condition(self, condition: tree.Condition, scope: Scope) -> Value:
        if isinstance(condition, tree.AllOf):
            first, *others = (self.condition(one, scope) for one in condition.conditions)
            for other in others:
                first = self.both(self.algebra.both, first, other)
            return first
        left, right = self._sides(condition, scope)
        kind = COMPARISONS[condition.comparator]
        return self.both(lambda a, b: self.algebra.compared(kind, a, b), left, right)

    def _sides(self, condition: tree.Comparison, scope: Scope) -> tuple[Value, Value]:
        """Both sides; two indices are compared as positions, however they are counted."""
        left, right = condition.left, condition.right
        if isinstance(left, tree.IndexValue) and isinstance(right, tree.IndexValue):
            return self.position(left.index, scope), self.position(right.index, scope)
        return self.value(left, scope), self.value(right, scope)

    def choice(self, condition: Value, first: Value, second: Value) -> Value:
        (a, b, c), letters = self.aligned((condition, first, second))
        return Value(self.algebra.where(a, b, c), letters)

    def as_number(self, value: Value) -> Value:
        """A matrix of one entry as a number."""
        count = len(value.letters)
        return Value(self.algebra.dropped(value.operation, (count, count + 1)), value.letters)

    def transposed(self, value: Value) -> Value:
        if not value.rank:
            return value
        count = len(value.letters)
        return Value(self.algebra.permute(value.operation, (*range(count), count + 1, count)), value.letters)

    def alone(self, node: Expr, scope: Scope) -> Operation:
        """An array without letters."""
        value = self.value(node, scope)
        if value.letters:
            raise NoKernel("this for many values of an index", node.span)
        return self.as_shape(value.operation, node.shape)

    @staticmethod
    def core_axes(value: Value) -> tuple[int, ...]:
        count = len(value.letters)
        return tuple(range(count, count + value.rank))

    def total(self, value: Value) -> Value:
        return Value(self.algebra.total(value.operation, self.core_axes(value)), value.letters)

    def position(self, index: Index, scope: Scope) -> Value:
        """An index as a whole number from 0."""
        if isinstance(index, tree.IndexNumber):
            if index.end is not None:
                from_end = index.position - (index.end.size or 0)
                last = self.algebra.size(self.extent(index.end))
                return Value(self.algebra.add(last, self.algebra.number(from_end)))
            return Value(self.algebra.number(index.position))
        if isinstance(index, tree.Label):
            return self.label(index, scope)
        letter, by = shifted(index)
        if letter not in scope:
            raise NoKernel(f"the index {letter.name} for one value of it", index.span)
        run = scope[letter]
        positions = self.algebra.positions(self.extent_of(run))
        return Value(self.algebra.add(positions, self.algebra.number(run.first + by)), (letter,))

    def label(self, label: tree.Label, scope: Scope) -> Value:
        if label.name not in self.labels:
            raise NoKernel(f"the label {label.name}, which has no value", label.span)
        labels = self.labels[label.name]
        if label.example is None or not labels.axes:
            return Value(labels)
        column = self.algebra.expand(labels, (1,), 2)
        dim = Dim(None)
        found = self.indexed(Value(column), 0, label.example, dim, scope)
        return Value(self.algebra.dropped(found.operation, (len(found.letters),)), found.letters)

    def indexed(self, value: Value, axis: int, index: Index, dim: Dim, scope: Scope) -> Value:
        """The value at an index along one axis of its matrix; the axis goes, a letter of the index may come first."""
        if isinstance(index, tree.IndexNumber):
            position = index.position if index.end is None or dim.size is None else index.position - dim.size
            return Value(self.algebra.at(value.operation, axis, position), value.letters)
        if isinstance(index, tree.Label):
            return self._labelled(value, axis, index, scope)
        letter, by = shifted(index)
        if letter not in scope:
            raise NoKernel(f"the index {letter.name} for one value of it", index.span)
        run = scope[letter]
        array = value.operation
        extent = self.extent_of(run)
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
        labels = self.position(label, scope)
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

    def extent_of(self, run: Run) -> Extent:
        """How many positions a letter has."""
        if run.count is not None:
            return run.count
        extent = self.extent(run.dim)
        dropped = run.first + run.from_end
        if isinstance(extent, int):
            return extent - dropped
        return f"{extent} - {dropped}" if dropped else extent

    def each(self, make: Callable[[Operation], Operation], value: Value) -> Value:
        return replace(value, operation=make(value.operation))

    def both(self, make: Callable[[Operation, Operation], Operation], first: Value, second: Value) -> Value:
        (a, b), letters = self.aligned((first, second))
        return Value(make(a, b), letters)

    def aligned(self, values: Iterable[Value]) -> tuple[list[Operation], tuple[IndexVariable, ...]]:
        """Arrays with the same axes in one order, of extent 1 where one lacks a letter; numbers stay numbers."""
        values = list(values)
        letters = tuple(dict.fromkeys(letter for value in values for letter in value.letters))
        rank = len(letters) + max(value.rank for value in values)
        return [self._placed(value, letters, rank) for value in values], letters

    def _placed(self, value: Value, letters: tuple[IndexVariable, ...], rank: int) -> Operation:
        """The array with axes for all letters, in their order, and for a matrix if others have them."""
        if value.operation.is_scalar:
            return value.operation
        moved = self.in_order(value, tuple(letter for letter in letters if letter in value.letters))
        absent = [place for place, letter in enumerate(letters) if letter not in value.letters]
        core = range(len(letters), rank) if not value.rank else ()
        return self.algebra.expand(moved, (*absent, *core), rank)

    def in_order(self, value: Value, letters: tuple[IndexVariable, ...]) -> Operation:
        """The array with its letters' axes in an order."""
        order = (*(value.letters.index(letter) for letter in letters), *self.core_axes(value))
        return self.algebra.permute(value.operation, order)


Rule = Callable[..., Value]
"""What a node is, given the lowering, the node and the runs of its free letters."""

Rules = Mapping[type[Expr], Rule]


def shifted(index: Index) -> tuple[IndexVariable, int]:
    """A letter and by how much it is moved."""
    by = 0
    while isinstance(index, tree.IndexShift):
        by += index.by
        index = index.index
    assert isinstance(index, IndexVariable)
    return index, by
