"""The makers of operations: what each kind takes, and the axes of what it gives.

A maker first asks the rules of its kind, in their order: a rule that knows something simpler, or something that does
not overflow, gives it. Which rules there are stands in `rules`; they hold for all real numbers for which both sides
have a value.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from derive.kernels.extents import joined, plus, times, without
from derive.kernels.known import is_number, number_of, numbers
from derive.kernels.operations import BINARY, STRUCTURAL, Axes, Datum, Extent, Graph, Operation, is_constant

Rule = Callable[..., Operation | None]
"""What is made instead of an operation of some arguments, given the algebra and these; None where a rule says nothing.

Beside arrays a rule gets what its maker is called with: axes, an order, positions.
"""

Rules = Mapping[str, tuple[Rule, ...]]
"""The rules of each kind."""


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    return base ** int(exponent) if exponent.denominator == 1 and exponent >= 0 else None


FOLDED: dict[str, Callable[[Fraction, Fraction], Fraction | None]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y if y else None,
    "power": _power,
    "maximum": max,
    "minimum": min,
}
"""What an operation on two numbers is; None where it is left to be computed."""


class Algebra:
    """Makes the operations of one kernel."""

    def __init__(self, rules: Rules) -> None:
        self.graph = Graph()
        self.rules = rules
        self.one_hot: dict[Operation, int] = {}
        """Arrays of zeros and ones that sum to one along an axis."""
        self.shared: set[Operation] = set()
        """What has a name of its own: it is there anyway, and nothing is gained by taking it apart."""

    def by_rules(self, kind: str, *arguments: object) -> Operation | None:
        """What the first rule of a kind that says something makes of arguments; None where none does."""
        for rule in self.rules.get(kind, ()):
            if (found := rule(self, *arguments)) is not None:
                return found
        return None

    def numeric(self, a: Operation) -> Operation:
        """What is true or false as 1 or 0."""
        return self.graph.make("as_number", (a,), a.axes) if a.is_logical else a

    def counted(self, a: Operation) -> Operation:
        """What is whole numbers as numbers like all others."""
        return a if is_constant(a) else self.graph.make("as_number", (a,), a.axes)

    # ── leaves ──

    def number(self, value: Fraction | int) -> Operation:
        """A number."""
        return self.graph.make("number", (), (), (Fraction(value),))

    def named(self, name: str, axes: Axes) -> Operation:
        """What is given under a name."""
        return self.graph.make("name", (), axes, (name,))

    def size(self, extent: Extent) -> Operation:
        """How long an axis is, as a number."""
        return self.number(extent) if isinstance(extent, int) else self.graph.make("size", (), (), (extent,))

    def constant(self, name: str) -> Operation:
        """pi or e."""
        return self.graph.make("constant", (), (), (name,))

    def positions(self, extent: Extent) -> Operation:
        """0, 1, 2, … along an axis."""
        return self.graph.make("positions", (), (extent,))

    def identity(self, extent: Extent) -> Operation:
        """The identity matrix."""
        return self.graph.make("identity", (), (extent, extent))

    def fill(self, value: Fraction | int, axes: Axes) -> Operation:
        """An array of one number."""
        return self.graph.make("fill", (), axes, (Fraction(value),)) if axes else self.number(value)

    # ── entry by entry ──

    def negative(self, a: Operation) -> Operation:
        """-a."""
        a = self.numeric(a)
        if a.kind == "broadcast":
            return self.broadcast(self.negative(a.arguments[0]), a.axes)
        return self.by_rules("negative", a) or self.graph.make("negative", (a,), a.axes)

    def add(self, a: Operation, b: Operation) -> Operation:
        """a + b."""
        return self._of_two("add", self.numeric(a), self.numeric(b))

    def subtract(self, a: Operation, b: Operation) -> Operation:
        """a - b."""
        return self._of_two("subtract", self.numeric(a), self.numeric(b))

    def multiply(self, a: Operation, b: Operation) -> Operation:
        """a b; a mask beside an array is none the worse for being true or false."""
        if a.is_logical and (b.is_logical or b.is_scalar):
            a = self.numeric(a)
        if b.is_logical and a.is_scalar:
            b = self.numeric(b)
        return self._of_two("multiply", a, b)

    def divide(self, a: Operation, b: Operation) -> Operation:
        """a / b."""
        return self._of_two("divide", self.numeric(a), self.numeric(b))

    def power(self, a: Operation, exponent: Operation) -> Operation:
        """a to a power."""
        return self._of_two("power", self.numeric(a), self.numeric(exponent))

    def maximum(self, a: Operation, b: Operation) -> Operation:
        """max(a, b), numbers last."""
        a, b = self.numeric(a), self.numeric(b)
        return self._of_two("maximum", *((b, a) if is_number(a) else (a, b)))

    def minimum(self, a: Operation, b: Operation) -> Operation:
        """min(a, b), numbers last."""
        a, b = self.numeric(a), self.numeric(b)
        return self._of_two("minimum", *((b, a) if is_number(a) else (a, b)))

    def compared(self, kind: str, a: Operation, b: Operation) -> Operation:
        """a < b and its kin."""
        return self._of_two(kind, a, b)

    def both(self, a: Operation, b: Operation) -> Operation:
        """a and b."""
        return self._of_two("logical_and", a, b)

    def where(self, condition: Operation, a: Operation, b: Operation) -> Operation:
        """a where the condition holds, else b."""
        a, b = (self.number(value) if (value := number_of(one)) is not None else self.numeric(one) for one in (a, b))
        axes = joined(joined(condition.axes, a.axes), b.axes)
        return self.graph.make("where", (condition, a, b), axes)

    def function(self, kind: str, a: Operation) -> Operation:
        """A function of one variable, entry by entry."""
        a = self.numeric(a)
        return self.by_rules(kind, a) or self.applied(kind, a)

    def called(self, name: str, a: Operation) -> Operation:
        """A function of one variable that the caller gives."""
        a = self.numeric(a)
        return self.graph.make("called", (a,), a.axes, (name,))

    def mapped(self, name: str, a: Operation, axes: Axes) -> Operation:
        """A function from vectors to vectors that the caller gives."""
        a = self.numeric(a)
        return self.graph.make("mapped", (a,), axes, (name,))

    def applied(self, kind: str, a: Operation) -> Operation:
        """A function of one variable as it stands, before axes of extent 1 are put in."""
        if a.kind == "expand":
            return self.expand(self.function(kind, a.arguments[0]), numbers(a.data), len(a.axes))
        if a.kind == "broadcast":
            return self.broadcast(self.function(kind, a.arguments[0]), a.axes)
        return self.graph.make(kind, (a,), a.axes)

    def _of_two(self, kind: str, a: Operation, b: Operation) -> Operation:
        return self.by_rules(kind, a, b) or self.combined(kind, a, b)

    def combined(self, kind: str, a: Operation, b: Operation) -> Operation:
        """An operation on two arrays as it stands, of which none repeats what is repeated beside the other anyway."""
        assert kind in BINARY
        axes = joined(a.axes, b.axes)
        x, y = number_of(a), number_of(b)
        fold = FOLDED.get(kind)
        if fold is not None and x is not None and y is not None and (value := fold(x, y)) is not None:
            return self.fill(value, axes)
        a = self._once(a, b.axes, axes)
        return self.graph.make(kind, (a, self._once(b, a.axes, axes)), axes)

    def _once(self, a: Operation, beside: Axes, axes: Axes) -> Operation:
        """What an array repeats, where what is beside it in an operation has the axes along which it does."""
        if a.kind == "broadcast" and joined(a.arguments[0].axes, beside) == axes:
            return a.arguments[0]
        if beside != axes:
            return a
        if a.kind == "expand" and a.arguments[0].is_scalar:
            return a.arguments[0]
        if a.kind == "multiply" and a.arguments[0].is_scalar and a.arguments[1].kind == "fill":
            return self.multiply(self.number(number_of(a.arguments[1]) or 0), a.arguments[0])
        return self.number(number_of(a) or 0) if a.kind == "fill" else a

    # ── over axes ──

    def total(self, a: Operation, axes: tuple[int, ...]) -> Operation:
        """The sum along axes."""
        a = self.numeric(a)
        axes = tuple(sorted(axes))
        return self.by_rules("sum", a, axes) or self.reduced("sum", a, axes)

    def largest(self, a: Operation, axes: tuple[int, ...], kind: str = "max") -> Operation:
        """The largest (or with `min` the smallest) along axes, or their product."""
        return self.reduced(kind, self.numeric(a), tuple(sorted(axes)))

    def reduced(self, kind: str, a: Operation, axes: tuple[Datum, ...]) -> Operation:
        """A sum, a largest or a product along axes, and along those of extent 1, which are put in again."""
        along = numbers(axes)
        units = tuple(axis for axis, extent in enumerate(a.axes) if extent == 1 and axis not in along)
        every = tuple(sorted((*along, *units)))
        whole = self.graph.make(kind, (a,), without(a.axes, every), every)
        kept = [axis for axis in range(len(a.axes)) if axis not in along]
        return self.expand(whole, tuple(map(kept.index, units)), len(kept))

    def kept(self, reduced: Operation, a: Operation, axes: tuple[Datum, ...]) -> Operation:
        """What is left after some axes were reduced, with axes of extent 1 in their places."""
        return self.expand(reduced, numbers(axes), len(a.axes))

    # ── matrices ──

    def matmul(self, a: Operation, b: Operation) -> Operation:
        """A B of the last two axes."""
        a, b = self.numeric(a), self.numeric(b)
        axes = (*joined(a.axes[:-2], b.axes[:-2]), a.axes[-2], b.axes[-1])
        return self.by_rules("matmul", a, b) or self.graph.make("matmul", (a, b), axes)

    def inverse(self, a: Operation) -> Operation:
        """A^{-1}."""
        a = self.numeric(a)
        return self.by_rules("inverse", a) or self.graph.make("inverse", (a,), a.axes)

    def solved(self, a: Operation, b: Operation) -> Operation:
        """A^{-1} B."""
        return self.graph.make("solve", (a, b), (a.axes[0], b.axes[1]))

    def matrix_power(self, a: Operation, exponent: int) -> Operation:
        """A^n."""
        a = self.numeric(a)
        return self.graph.make("matrix_power", (a,), a.axes, (exponent,))

    def determinant(self, a: Operation) -> Operation:
        """det A."""
        a = self.numeric(a)
        return self.graph.make("determinant", (a,), a.axes[:-2])

    def trace(self, a: Operation) -> Operation:
        """tr A."""
        return self.by_rules("trace", a) or self.total(self.diagonal(a), (len(a.axes) - 2,))

    def diagonal(self, a: Operation) -> Operation:
        """The diagonal of the last two axes."""
        return self.graph.make("diagonal", (a,), a.axes[:-1])

    def diagonal_matrix(self, column: Operation) -> Operation:
        """diag(v) of a column."""
        column = self.numeric(column)
        extent = column.axes[0]
        return self.graph.make("diagonal_matrix", (column,), (extent, extent))

    def kronecker(self, a: Operation, b: Operation) -> Operation:
        """The Kronecker product of two matrices."""
        a, b = self.numeric(a), self.numeric(b)
        axes = tuple(times(x, y) for x, y in zip(a.axes, b.axes, strict=True))
        return self.graph.make("kronecker", (a, b), axes)

    def blocks(self, rows: tuple[tuple[Operation, ...], ...]) -> Operation:
        """A matrix made of blocks."""
        height = plus(*(line[0].axes[0] for line in rows))
        width = plus(*(one.axes[1] for one in rows[0]))
        parts = tuple(self.numeric(one) for line in rows for one in line)
        return self.graph.make("blocks", parts, (height, width), (len(rows[0]),))

    def vectorised(self, a: Operation) -> Operation:
        """vec: the columns one under the other."""
        return self.graph.make("reshape", (self.permute(a, (1, 0)),), (times(*a.axes), 1))

    # ── moving entries about ──

    def permute(self, a: Operation, order: tuple[int, ...]) -> Operation:
        """The axes in another order."""
        axes = tuple(a.axes[axis] for axis in order)
        return self.by_rules("permute", a, order) or self.graph.make("permute", (a,), axes, order)

    def expand(self, a: Operation, places: tuple[int, ...], rank: int) -> Operation:
        """Axes of extent 1 put in, at these places of the result; one number needs them only where its rank is seen."""
        if not places:
            return a
        kept = iter(a.axes)
        axes: Axes = tuple(1 if place in places else next(kept) for place in range(rank))
        return self.by_rules("expand", a, places, axes) or self.graph.make("expand", (a,), axes, places)

    def dropped(self, a: Operation, places: tuple[int, ...]) -> Operation:
        """The same without some axes of extent 1."""
        if not places:
            return a
        if a.kind == "expand" and a.data == places:
            return a.arguments[0]
        for place in sorted(places, reverse=True):
            a = self.at(a, place, 0)
        return a

    def at(self, a: Operation, axis: int, position: Datum) -> Operation:
        """The entries at one position along an axis; a text is a position from the end, as `-1`."""
        found = self.by_rules("at", a, axis, position)
        return found or self.graph.make("at", (a,), without(a.axes, (axis,)), (axis, position))

    def slice(self, a: Operation, axis: int, first: int, beyond: Datum, extent: Extent) -> Operation:
        """The entries from position `first` to before `beyond` along an axis."""
        axes = (*a.axes[:axis], extent, *a.axes[axis + 1 :])
        return self.filled_like(a, axes) or self.graph.make("slice", (a,), axes, (axis, first, beyond))

    def pick(self, a: Operation, labels: Operation, axis: int) -> Operation:
        """The entry that a label names along an axis, for each label."""
        found = self.by_rules("pick", a, labels, axis)
        axes = joined(without(a.axes, (axis,)), labels.axes)
        return found or self.graph.make("pick", (a, labels), axes, (axis,))

    def broadcast(self, a: Operation, axes: Axes) -> Operation:
        """The array repeated along axes of extent 1."""
        if a.axes == axes:
            return a
        return self.filled_like(a, axes) or self.graph.make("broadcast", (a,), axes)

    def repeated(self, a: Operation, axes: Axes) -> Operation:
        """A number, or an array with as many axes, repeated along axes of extent 1."""
        return self.broadcast(self.expand(a, tuple(range(len(axes))), len(axes)) if a.is_scalar else a, axes)

    def filled_like(self, a: Operation, axes: Axes) -> Operation | None:
        """The array of other axes whose entries are the number that all of `a` are; None where they are none."""
        return self.fill(number_of(a) or 0, axes) if a.kind in ("number", "fill") else None

    def moved(self, like: Operation, a: Operation) -> Operation:
        """An array of another one's axes, moved about as that was, each way by its own rule."""
        match like.kind, like.data:
            case "permute", order:
                return self.permute(a, numbers(order))
            case "expand", places:
                return self.expand(a, numbers(places), len(like.axes))
            case "broadcast", _:
                return self.broadcast(a, like.axes)
            case "pick", (int() as axis,):
                return self.pick(a, like.arguments[1], axis)
            case "at", (int() as axis, position):
                return self.at(a, axis, position)
        assert like.kind in STRUCTURAL
        return self.graph.make(like.kind, (a, *like.arguments[1:]), like.axes, like.data)

    def moved_along(self, chain: list[Operation], a: Operation) -> Operation:
        """An array moved about as others were, the innermost move last in the list."""
        for one in reversed(chain):
            a = self.moved(one, a)
        return a
