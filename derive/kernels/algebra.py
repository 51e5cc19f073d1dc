"""Operations with what is known of them worked in: numbers folded, ones and zeros dropped, overflow avoided.

Each method makes one kind of operation and says in its docstring which identities it uses. They hold for all real
numbers for which both sides have a value; where a value would overflow on the way, the side that does not is made:

    e^u / sum e^v  =  e^{u-m} / sum e^{v-m}      with m = max v
    log sum e^v    =  m + log sum e^{v-m}
    log sigmoid(u) =  -softplus(-u)              log(1 - sigmoid(u)) = -softplus(u)
    1 / (1 + e^v)  =  sigmoid(-v)                log(1 + e^v)        = softplus(v)
"""

from collections.abc import Callable
from fractions import Fraction

from derive.kernels.operations import BINARY, STRUCTURAL, Axes, Datum, Extent, Graph, Operation, is_constant

Wrap = Callable[[Operation], Operation]


class Algebra:
    """Makes the operations of one kernel."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.one_hot: dict[Operation, int] = {}
        """Arrays of zeros and ones that sum to one along an axis."""
        self.shared: set[Operation] = set()
        """What has a name of its own: it is there anyway, and nothing is gained by taking it apart."""

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
        """-(-a) = a, -(a - b) = b - a."""
        a = self.numeric(a)
        if (value := number_of(a)) is not None:
            return self.number(-value) if a.is_scalar else self.fill(-value, a.axes)
        match a.kind:
            case "negative":
                return a.arguments[0]
            case "subtract" if a.arguments[1].axes == a.axes:
                return self.subtract(a.arguments[1], a.arguments[0])
        return self.graph.make("negative", (a,), a.axes)

    def add(self, a: Operation, b: Operation) -> Operation:
        """0 + a = a, a + (-b) = a - b, 1 + tanh u = 2 sigmoid(2 u)."""
        a, b = self.numeric(a), self.numeric(b)
        for one, other in ((a, b), (b, a)):
            if number_of(one) == 1 and other.kind == "tanh" and covers(other, one):
                return self._twice_sigmoid(other.arguments[0])
            if number_of(one) == 0 and covers(other, one):
                return other
            if other.kind == "negative":
                return self.subtract(one, other.arguments[0])
        return self._binary("add", a, b, lambda x, y: x + y)

    def subtract(self, a: Operation, b: Operation) -> Operation:
        """a - 0 = a, 0 - a = -a, a - (-b) = a + b; 1 at labels by its places alone.

        1 - sigmoid(u) = sigmoid(-u), 1 - tanh(u) = 2 sigmoid(-2 u).
        """
        a, b = self.numeric(a), self.numeric(b)
        if number_of(b) == 0 and covers(a, b):
            return a
        if number_of(a) == 0 and covers(b, a):
            return self.negative(b)
        if a is b:
            return self.fill(0, a.axes)
        if b.kind == "negative":
            return self.add(a, b.arguments[0])
        if number_of(a) == 1 and covers(b, a):
            chain, inner = _moved_from(b)
            if inner.kind == "sigmoid":
                return self._moved_as(chain, self.function("sigmoid", self.negative(inner.arguments[0])))
            if inner.kind == "tanh":
                return self._moved_as(chain, self._twice_sigmoid(self.negative(inner.arguments[0])))
        if (labels := _one_at(b)) is not None and len(a.axes) == 2 and a.axes == b.axes and a.kind != "fill":
            return self.graph.make("subtract_at", (a, labels[0]), a.axes, (labels[1],))
        return self._binary("subtract", a, b, lambda x, y: x - y)

    def multiply(self, a: Operation, b: Operation) -> Operation:
        """1 a = a, (-1) a = -a, a (1 / b) = a / b, a (b / a) = b, e^u sigmoid(-u) = sigmoid(u); numbers come first."""
        if a.is_logical and (b.is_logical or b.is_scalar):
            a = self.numeric(a)
        if b.is_logical and a.is_scalar:
            b = self.numeric(b)
        for one, other in ((a, b), (b, a)):
            if (found := self._simple_product(one, other) or self._product_of_exponential(one, other)) is not None:
                return found
        if a is b:
            return self.function("square", a)
        for one, other in ((a, b), (b, a)):
            if may_vanish(one) and (cancelled := self._cancelled(other, one)) is not None:
                return cancelled
            if may_overflow(one) and (tamed := self._tamed(one, other)) is not None:
                return tamed
        if is_number(b):
            a, b = b, a
        if is_number(a) and b.kind == "multiply" and is_number(b.arguments[0]):
            return self.multiply(self.multiply(a, b.arguments[0]), b.arguments[1])
        if is_number(a) and b.kind == "divide" and is_number(b.arguments[0]):
            return self.divide(self.multiply(a, b.arguments[0]), b.arguments[1])
        return self._binary("multiply", a, b, lambda x, y: x * y)

    def _simple_product(self, one: Operation, other: Operation) -> Operation | None:
        """1 a, -a b, a (1 / b), a (b / a) without a product; None for others."""
        value = number_of(one)
        if value in (1, -1) and covers(other, one):
            return other if value == 1 else self.negative(other)
        if other.kind == "negative":
            return self.negative(self.multiply(one, other.arguments[0]))
        if other.kind == "divide":
            upper, lower = other.arguments
            if lower is one and covers(upper, one):
                return upper
            if number_of(upper) == 1 and (one.is_scalar or not is_constant(lower)):
                return self.divide(one, lower)
        return None

    def _product_of_exponential(self, one: Operation, other: Operation) -> Operation | None:
        """sigmoid(u) sigmoid(-u), e^u sigmoid(-u), e^u 1(u < 0) with fewer exponentials, or smaller ones."""
        if other.kind == "sigmoid" and (rest := self._rest_beside(one, other)) is not None:
            return self._binary("multiply", one, rest)
        if one.kind == "exp" and other.kind == "sigmoid" and self.negative(one.arguments[0]) is other.arguments[0]:
            return self.function("sigmoid", one.arguments[0])
        if one.kind == "exp" and (low := _falls_below(other, one.arguments[0])) is not None:
            return self._binary("multiply", self.function("exp", self.minimum(one.arguments[0], low)), other)
        return None

    def _rest_beside(self, a: Operation, b: Operation) -> Operation | None:
        """1 - s for b = sigmoid(-u), where s = sigmoid(u) is a factor of a: no second exponential is needed."""
        opposite = self.negative(b.arguments[0])
        for one in self._factors(a) if a.kind == "multiply" else [a]:
            if one.kind == "sigmoid" and one.arguments[0] is opposite:
                return self._binary("subtract", self.number(1), one)
        return None

    def divide(self, a: Operation, b: Operation) -> Operation:
        """a / 1 = a, a / b² = (a / b) / b, arrays by a number as products, and the quotients of exponentials above."""
        a, b = self.numeric(a), self.numeric(b)
        if number_of(b) == 1 and covers(a, b):
            return a
        if a.kind == "negative":
            return self.negative(self.divide(a.arguments[0], b))
        if a is b:
            return self.fill(1, a.axes)
        if b.kind == "divide" and number_of(b.arguments[0]) == 1:
            return self.multiply(a, b.arguments[1])
        if (quotient := self._tanh(a, b)) is not None:
            return quotient
        if may_vanish(b) and (quotient := self._by_vanishing(a, b)) is not None:
            return quotient
        if may_overflow(b) and (quotient := self._by_exponentials(a, b)) is not None:
            return quotient
        if is_constant(b) and not a.is_scalar and number_of(a) is None:
            return self.multiply(self.divide(self.number(1), b), a)
        return self._binary("divide", a, b, lambda x, y: x / y if y else None)

    def power(self, a: Operation, exponent: Operation) -> Operation:
        """a^1, a^2, a^{-1}, a^{-2}, a^{1/2} by their own operations."""
        a, exponent = self.numeric(a), self.numeric(exponent)
        value = number_of(exponent)
        if value == 1:
            return a
        if value == 2:
            return self.function("square", a)
        if value == Fraction(1, 2):
            return self.function("sqrt", a)
        if value is not None and value < 0:
            return self.divide(self.number(1), self.power(a, self.number(-value)))
        if value == 0:
            return self.fill(1, a.axes)
        return self._binary("power", a, exponent, _whole_power)

    def maximum(self, a: Operation, b: Operation) -> Operation:
        """max(a, b), numbers last."""
        a, b = self.numeric(a), self.numeric(b)
        if is_number(a):
            a, b = b, a
        return self._binary("maximum", a, b, max)

    def minimum(self, a: Operation, b: Operation) -> Operation:
        """min(a, b), numbers last."""
        a, b = self.numeric(a), self.numeric(b)
        if is_number(a):
            a, b = b, a
        return self._binary("minimum", a, b, min)

    def compared(self, kind: str, a: Operation, b: Operation) -> Operation:
        """a < b and its kin; a > 0 is max(a, 0) > 0 where that is there already."""
        if kind == "greater" and number_of(b) == 0:
            rectified = self.graph.find("maximum", (a, self.number(0)), a.axes)
            a = rectified or a
        return self._binary(kind, a, b)

    def both(self, a: Operation, b: Operation) -> Operation:
        """a and b."""
        return self._binary("logical_and", a, b)

    def where(self, condition: Operation, a: Operation, b: Operation) -> Operation:
        """a where the condition holds, else b."""
        a, b = (self.number(value) if (value := number_of(one)) is not None else self.numeric(one) for one in (a, b))
        axes = joined(joined(condition.axes, a.axes), b.axes)
        return self.graph.make("where", (condition, a, b), axes)

    def function(self, kind: str, a: Operation) -> Operation:
        """A function of one variable, entry by entry: log e^u = u and the identities of logarithms above."""
        a = self.numeric(a)
        match kind, a.kind:
            case ("exp", "log") | ("log", "exp"):
                return a.arguments[0]
            case "negative", _:
                return self.negative(a)
            case "exp", _ if number_of(a) == 0:
                return self.fill(1, a.axes)
            case "square", "sqrt":
                return a.arguments[0]
            case "square" | "abs", "negative":
                return self.function(kind, a.arguments[0])
            case "log", _:
                if (found := self._log(a)) is not None:
                    return found
                if may_overflow(a) and (found := self._log_of(a)) is not None:
                    return found
        return self._unary(kind, a)

    def called(self, name: str, a: Operation) -> Operation:
        """A function of one variable that the caller gives."""
        a = self.numeric(a)
        return self.graph.make("called", (a,), a.axes, (name,))

    def mapped(self, name: str, a: Operation, axes: Axes) -> Operation:
        """A function from vectors to vectors that the caller gives."""
        a = self.numeric(a)
        return self.graph.make("mapped", (a,), axes, (name,))

    def _unary(self, kind: str, a: Operation) -> Operation:
        if a.kind == "expand":
            return self.expand(self.function(kind, a.arguments[0]), _numbers(a.data), len(a.axes))
        return self.graph.make(kind, (a,), a.axes)

    def _binary(
        self,
        kind: str,
        a: Operation,
        b: Operation,
        fold: Callable[[Fraction, Fraction], Fraction | None] | None = None,
    ) -> Operation:
        """An operation on two arrays; an array of one number beside one of full size is that number."""
        assert kind in BINARY
        axes = joined(a.axes, b.axes)
        x, y = number_of(a), number_of(b)
        if fold is not None and x is not None and y is not None and (value := fold(x, y)) is not None:
            return self.fill(value, axes)
        if a.kind == "fill" and b.axes == axes:
            a = self.number(x or 0)
        elif b.kind == "fill" and a.axes == axes:
            b = self.number(y or 0)
        return self.graph.make(kind, (a, b), axes)

    # ── exponentials and logarithms ──

    def _one_plus_exp(self, a: Operation) -> Operation | None:
        """v, if a is 1 + e^v."""
        if a.kind == "add":
            for one, other in (a.arguments, a.arguments[::-1]):
                if number_of(one) == 1 and other.kind == "exp":
                    return other.arguments[0]
        return None

    def _total(self, a: Operation) -> tuple[Operation, Operation] | None:
        """m and sum e^{v-m}, both as `a` stands, if `a` is sum e^v, moved about perhaps."""
        chain: list[Operation] = []
        while a.kind in STRUCTURAL:
            chain.append(a)
            a = a.arguments[0]
        if a.kind != "sum" or a.arguments[0].kind != "exp":
            return None
        axes = a.data
        v = a.arguments[0].arguments[0]
        if self._is_shifted(v, axes):
            return None
        largest = self._reduce("max", v, axes)
        rest = self._reduce("sum", self.function("exp", self.subtract(v, self._kept(largest, v, axes))), axes)
        for one in reversed(chain):
            largest, rest = self._as(one, largest), self._as(one, rest)
        return largest, rest

    def _as(self, like: Operation, a: Operation) -> Operation:
        """An array moved about as another one was."""
        return self.graph.make(like.kind, (a, *like.arguments[1:]), like.axes, like.data)

    def _is_shifted(self, v: Operation, axes: tuple[Datum, ...]) -> bool:
        """Whether v is w - max w along these axes."""
        if v.kind != "subtract":
            return False
        w, largest = v.arguments
        return largest is self._kept(self._reduce("max", w, axes), w, axes)

    def _kept(self, reduced: Operation, a: Operation, axes: tuple[Datum, ...]) -> Operation:
        """What is left after some axes were reduced, with axes of extent 1 in their places."""
        return self.expand(reduced, tuple(axis for axis in axes if isinstance(axis, int)), len(a.axes))

    def _log(self, a: Operation) -> Operation | None:
        """The logarithm of what it undoes, as a sum; None where it undoes nothing."""
        if not self._log_undoes(a):
            return None
        if (total := self._total(a)) is not None:
            return self.add(total[0], self.function("log", total[1]))
        if (v := self._one_plus_exp(a)) is not None:
            return self.function("softplus", v)
        if a.kind == "sigmoid":
            return self.negative(self.function("softplus", self.negative(a.arguments[0])))
        if a.kind in STRUCTURAL:
            inner = self.function("log", a.arguments[0])
            return self._moved(a, inner)
        upper, lower = (self.function("log", one) for one in a.arguments)
        return self.subtract(upper, lower) if a.kind == "divide" else self.add(upper, lower)

    def _moved(self, like: Operation, a: Operation) -> Operation:
        """An array of another one's axes, moved about as that was, each way by its own rule."""
        match like.kind, like.data:
            case "pick", (int() as axis,):
                return self.pick(a, like.arguments[1], axis)
            case "at", (int() as axis, position):
                return self.at(a, axis, position)
        return self._as(like, a)

    def _log_undoes(self, a: Operation) -> bool:
        """Whether a logarithm undoes an exponential in `a`."""
        if a.kind in ("exp", "sigmoid") or self._one_plus_exp(a) is not None:
            return True
        if a.kind in STRUCTURAL:
            return self._total(a) is not None or self._log_undoes(a.arguments[0])
        if a.kind in ("divide", "multiply"):
            return all(map(is_positive, a.arguments)) and any(map(self._log_undoes, a.arguments))
        return self._total(a) is not None

    def _tanh(self, a: Operation, b: Operation) -> Operation | None:
        """(e^u - e^{-u}) / (e^u + e^{-u}) = sinh u / cosh u = tanh u, (e^u - 1) / (e^u + 1) = tanh(u / 2)."""
        if a.kind == "sinh" and b.kind == "cosh" and a.arguments == b.arguments:
            return self.function("tanh", a.arguments[0])
        if a.kind != "subtract" or b.kind != "add" or set(a.arguments) != set(b.arguments):
            return None
        first, second = a.arguments
        if first.kind == second.kind == "exp" and self.negative(first.arguments[0]) is second.arguments[0]:
            return self.function("tanh", first.arguments[0])
        half = self.number(Fraction(1, 2))
        if first.kind == "exp" and number_of(second) == 1:
            return self.function("tanh", self.multiply(half, first.arguments[0]))
        if second.kind == "exp" and number_of(first) == 1:
            return self.negative(self.function("tanh", self.multiply(half, second.arguments[0])))
        return None

    def _twice_sigmoid(self, u: Operation) -> Operation:
        """2 sigmoid(2 u)."""
        two = self.number(2)
        return self.multiply(two, self.function("sigmoid", self.multiply(two, u)))

    def _tamed(self, one: Operation, other: Operation) -> Operation | None:
        """e^u times another factor that is made of exponentials, as one exponential; None where there is none."""
        for x, y in (other.arguments, other.arguments[::-1]) if other.kind == "multiply" else ():
            if (tamed := self._tamed(one, y)) is not None:
                return self.multiply(x, tamed)
        for x, y in (one.arguments, one.arguments[::-1]) if one.kind == "multiply" else ():
            if may_overflow(y) and (tamed := self._tamed(y, other)) is not None:
                return self.multiply(x, tamed)
        core = _moved_from(other)[1]
        inner = core.arguments[0] if core.kind == "square" else core
        if inner.kind not in ("exp", "sigmoid") or not (covers(one, other) or covers(other, one)):
            return None
        if one.kind == "exp" and other.kind == "sigmoid" and self.negative(one.arguments[0]) is other.arguments[0]:
            return self.function("sigmoid", one.arguments[0])
        first, second = self._log_of(one), self._log_of(other)
        return None if first is None or second is None else self.function("exp", self.add(first, second))

    def _by_exponentials(self, a: Operation, b: Operation) -> Operation | None:
        """a / b without a way over b, which may overflow; None where b is not made of exponentials alone."""
        if a.kind == b.kind == "square":
            return self.function("square", self.divide(a.arguments[0], b.arguments[0]))
        if b.kind == "square":
            return self.divide(self.divide(a, b.arguments[0]), b.arguments[0])
        if b.kind == "multiply":
            first, second = b.arguments if may_overflow(b.arguments[0]) else b.arguments[::-1]
            return self.divide(self.divide(a, first), second)
        if may_overflow(a) and (apart := self._apart(a, b)) is not None:
            return apart
        if a.kind == "exp" and (total := self._total(b)) is not None:
            return self._binary("divide", self.function("exp", self.subtract(a.arguments[0], total[0])), total[1])
        if (v := self._one_plus_exp(b)) is not None:
            if a.kind == "exp" and a.arguments[0] is v:
                return self.function("sigmoid", v)
            if not may_overflow(a):
                return self.multiply(a, self.function("sigmoid", self.negative(v)))
        below = self._log_of(b)
        above = self._log_of(a) if may_overflow(a) else None
        if below is None or (above is None and may_overflow(a)):
            return None
        if above is not None:
            return self.function("exp", self.subtract(above, below))
        return self.multiply(a, self.function("exp", self.negative(below)))

    def _apart(self, a: Operation, b: Operation) -> Operation | None:
        """a c / b = a (c / b) for a factor c that may overflow, (a + c) / b = a / b + c / b."""
        if a.kind == "multiply":
            for one, other in (a.arguments, a.arguments[::-1]):
                if may_overflow(other):
                    return self.multiply(one, self.divide(other, b))
        if a.kind == "square":
            return self.multiply(a.arguments[0], self.divide(a.arguments[0], b))
        if a.kind in ("add", "subtract") and covers(a, b):
            first, second = (self.divide(one, b) for one in a.arguments)
            return self.add(first, second) if a.kind == "add" else self.subtract(first, second)
        return self._sum_apart(a, b)

    def _sum_apart(self, a: Operation, b: Operation) -> Operation | None:
        """(sum a) / b = sum (a / b) where b is the same along what is summed; so in products of matrices."""
        if a.kind == "vdot" and b.is_scalar:
            first, second = a.arguments if may_overflow(a.arguments[1]) else a.arguments[::-1]
            return self.total(self.multiply(first, self.divide(second, b)), tuple(range(len(first.axes))))
        if a.kind == "matmul" and len(a.axes) == 2:
            first, second = a.arguments
            if may_overflow(first) and (b.is_scalar or b.axes[1] == 1):
                return self.matmul(self.divide(first, b), second)
            if may_overflow(second) and (b.is_scalar or b.axes[0] == 1):
                return self.matmul(first, self.divide(second, b))
        if a.kind == "sum" and b.is_scalar and self._log_of(a) is None:
            return self.total(self.divide(a.arguments[0], b), _numbers(a.data))
        kept = a.arguments[0] if a.kind == "expand" else a
        if kept is not a and kept.kind == "sum" and kept.data == a.data and self._log_of(kept) is None:
            is_same = b.is_scalar or all(b.axes[axis] == 1 for axis in _numbers(a.data))
            if is_same:
                inner = self.total(self.divide(kept.arguments[0], b), _numbers(a.data))
                return self.expand(inner, _numbers(a.data), len(a.axes))
        return None

    # ── factors that may vanish ──

    def _cancelled(self, a: Operation, factor: Operation) -> Operation | None:
        """a times a factor by which parts of it are divided, in these without the division; None where no part is."""
        match a.kind:
            case "exp" if may_overflow(a):
                return self._tamed(a, factor)
            case "negative":
                inner = self._cancelled(a.arguments[0], factor)
                return None if inner is None else self.negative(inner)
            case "divide":
                upper, lower = a.arguments
                rest = self._without(lower, factor)
                if rest is not None and covers(upper, factor):
                    return self.divide(upper, rest)
                if _is_part(lower) and _is_part(factor) and covers(upper, factor) and covers(upper, lower):
                    above, below = self._log_of(factor), self._log_of(lower)
                    if above is not None and below is not None:
                        return self.multiply(upper, self.function("exp", self.subtract(above, below)))
                inner = self._cancelled(upper, factor)
                return None if inner is None else self.divide(inner, lower)
            case "multiply":
                for one, other in (a.arguments, a.arguments[::-1]):
                    if (inner := self._cancelled(other, factor)) is not None:
                        return self.multiply(one, inner)
            case "permute" if len(factor.axes) == len(a.axes):
                order = _numbers(a.data)
                back = tuple(order.index(axis) for axis in range(len(order)))
                inner = self._cancelled(a.arguments[0], self.permute(factor, back))
                return None if inner is None else self.permute(inner, order)
            case "add" | "subtract" if covers(a, factor):
                parts = [self._cancelled(one, factor) for one in a.arguments]
                if any(one is not None for one in parts):
                    first, second = (
                        self.multiply(whole, factor) if part is None else part
                        for part, whole in zip(parts, a.arguments, strict=True)
                    )
                    return self.add(first, second) if a.kind == "add" else self.subtract(first, second)
        return None

    def _without(self, a: Operation, factor: Operation) -> Operation | None:
        """a / factor where it is a factor of a, else None."""
        if a is factor:
            return self.number(1)
        if a.kind == "square" and a.arguments[0] is factor:
            return factor
        for one, other in (a.arguments, a.arguments[::-1]) if a.kind == "multiply" else ():
            if (rest := self._without(other, factor)) is not None:
                return self.multiply(one, rest)
        return None

    def _by_vanishing(self, a: Operation, b: Operation) -> Operation | None:
        """a / b where b may vanish and a with it: a factor that both have goes, exponentials are divided as such."""
        rest = self._without(a, b)
        if rest is not None and joined(rest.axes, b.axes) == rest.axes:
            return rest
        for one, other in (a.arguments, a.arguments[::-1]) if a.kind == "multiply" else ():
            if may_vanish(other) and (inner := self._by_vanishing(other, b)) is not None:
                return self.multiply(one, inner)
        if not may_vanish(a) or may_overflow(b):
            return None
        above, below = self._log_of(a), self._log_of(b)
        return None if above is None or below is None else self.function("exp", self.subtract(above, below))

    def _log_of(self, a: Operation) -> Operation | None:
        """log a where a is made of exponentials and positive numbers, without a way over them; else None."""
        value = number_of(a)
        if value is not None:
            return self.function("log", self.number(value)) if value > 0 and value != 1 else self._zero_if(value == 1)
        match a.kind:
            case "exp":
                return a.arguments[0]
            case "sigmoid":
                return self.negative(self.function("softplus", self.negative(a.arguments[0])))
            case "cosh":
                twice = self.multiply(self.number(-2), a.arguments[0])
                largest = self.add(a.arguments[0], self.function("softplus", twice))
                return self.subtract(largest, self.function("log", self.number(2)))
            case "square" | "sqrt" | "power":
                return self._log_of_power(a)
            case "sum":
                return self._log_of_total(a)
            case "add":
                return self._log_of_sum(*a.arguments)
            case "multiply" | "divide":
                first, second = map(self._log_of, a.arguments)
                if first is None or second is None:
                    return None
                return self.add(first, second) if a.kind == "multiply" else self.subtract(first, second)
        if a.kind in STRUCTURAL and (inner := self._log_of(a.arguments[0])) is not None:
            return self._moved(a, inner) if inner.axes == a.arguments[0].axes else None
        return None

    def _zero_if(self, is_zero: bool) -> Operation | None:
        return self.number(0) if is_zero else None

    def _log_of_power(self, a: Operation) -> Operation | None:
        """c log b for b^c."""
        exponent = {"square": Fraction(2), "sqrt": Fraction(1, 2)}.get(a.kind)
        exponent = number_of(a.arguments[1]) if exponent is None else exponent
        inner = self._log_of(a.arguments[0])
        return None if inner is None or exponent is None else self.multiply(self.number(exponent), inner)

    def _log_of_sum(self, one: Operation, other: Operation) -> Operation | None:
        """log(a + b) = log a + softplus(log b - log a), the number first where there is one."""
        if number_of(other) is not None:
            one, other = other, one
        first, second = self._log_of(one), self._log_of(other)
        if first is None or second is None:
            return None
        found = self.add(first, self.function("softplus", self.subtract(second, first)))
        return found if found.axes == joined(one.axes, other.axes) else None

    def _log_of_total(self, a: Operation) -> Operation | None:
        """log sum b = m + log sum e^{log b - m} with m = max log b."""
        inner = self._log_of(a.arguments[0])
        if inner is None or inner.axes != a.arguments[0].axes:
            return None
        if self._is_shifted(inner, a.data):
            return self._unary("log", a)
        largest = self._reduce("max", inner, a.data)
        shifted = self.subtract(inner, self._kept(largest, inner, a.data))
        return self.add(largest, self._unary("log", self._reduce("sum", self.function("exp", shifted), a.data)))

    def _moved_as(self, chain: list[Operation], a: Operation) -> Operation:
        """An array moved about as others were, the innermost move last in the list."""
        for one in reversed(chain):
            a = self._moved(one, a)
        return a

    # ── over axes ──

    def total(self, a: Operation, axes: tuple[int, ...]) -> Operation:
        """The sum along axes: of a product as a contraction, numbers and signs before it."""
        a = self.numeric(a)
        axes = tuple(sorted(axes))
        if not axes:
            return a
        if a.kind == "fill":
            count = self.number(number_of(a) or 0)
            for axis in axes:
                count = self.multiply(count, self.size(a.axes[axis]))
            rest = without(a.axes, axes)
            return count if not rest else self.broadcast(self.expand(count, tuple(range(len(rest))), len(rest)), rest)
        if all(a.axes[axis] == 1 for axis in axes):
            return self.dropped(a, axes)
        if a in self.shared and a not in self.one_hot:
            return self._reduce("sum", a, axes)
        if (hot := self.one_hot.get(a)) is not None and hot in axes:
            others = tuple(axis - (axis > hot) for axis in axes if axis != hot)
            return self.total(self.fill(1, without(a.axes, (hot,))), others)
        return self._total_of_parts(a, axes)

    def _total_of_parts(self, a: Operation, axes: tuple[int, ...]) -> Operation:
        """The sum along axes by the kind of what is summed."""
        match a.kind:
            case "negative":
                return self.negative(self.total(a.arguments[0], axes))
            case "divide" if a.arguments[1].is_scalar:
                return self.divide(self.total(a.arguments[0], axes), a.arguments[1])
            case "multiply" if a.arguments[0].is_scalar or a.arguments[1].is_scalar:
                one, other = a.arguments if a.arguments[0].is_scalar else a.arguments[::-1]
                return self.multiply(one, self.total(other, axes))
            case "multiply" | "square":
                return self._contraction(a, axes)
            case "sum":
                inner = _axes_before(a)
                return self.total(a.arguments[0], (*map(inner.__getitem__, axes), *_numbers(a.data)))
            case "add" | "subtract":
                one, other = a.arguments
                if one.axes == other.axes == a.axes and (self._shrinks(one) or self._shrinks(other)):
                    combine = self.add if a.kind == "add" else self.subtract
                    return combine(self.total(one, axes), self.total(other, axes))
        return self._reduce("sum", a, axes)

    def _shrinks(self, a: Operation) -> bool:
        """Whether the sum of `a` takes one operation without an array for its terms, or is one sum with another."""
        if a in self.shared:
            return False
        while a.kind == "negative" or (a.kind in ("multiply", "divide") and a.arguments[1].is_scalar):
            a = a.arguments[0]
        return a.kind in ("multiply", "square", "sum")

    def largest(self, a: Operation, axes: tuple[int, ...], kind: str = "max") -> Operation:
        """The largest (or with `min` the smallest) along axes, or their product."""
        a = self.numeric(a)
        return self._reduce(kind, a, tuple(sorted(axes)))

    def _reduce(self, kind: str, a: Operation, axes: tuple[Datum, ...]) -> Operation:
        kept = without(a.axes, tuple(axis for axis in axes if isinstance(axis, int)))
        return self.graph.make(kind, (a,), kept, axes)

    def _contraction(self, a: Operation, axes: tuple[int, ...]) -> Operation:
        """sum of a product: a number from two arrays of one shape, a matrix product, or sums of products by letters."""
        if (apart := self._distributed(a, axes)) is not None:
            return apart
        factors = [self._stripped(one) for one in self._factors(a)]
        if any(one.is_logical for one, _ in factors) or len(factors) > 6:
            return self._reduce("sum", a, axes)
        rest = tuple(axis for axis in range(len(a.axes)) if axis not in axes)
        covered = {axis for _, places in factors for axis in places}
        if not covered.issuperset(axis for axis, extent in enumerate(a.axes) if extent != 1):
            return self._reduce("sum", a, axes)
        if len(factors) == 2:
            (one, first), (two, second) = factors
            if not rest and first == second:
                whole = self._factors(a)
                return self.graph.make("vdot", tuple(whole) if whole[0].axes == whole[1].axes else (one, two), ())
            if (product := self._matrix_product(one, first, two, second, axes, rest)) is not None:
                return product
        if all(places == factors[0][1] for _, places in factors):
            return self._reduce("sum", a, axes)
        inputs = tuple("".join(_LETTERS[axis] for axis in places) for _, places in factors)
        output = "".join(_LETTERS[axis] for axis in rest)
        kept = tuple(a.axes[axis] for axis in rest)
        return self.graph.make("einsum", tuple(one for one, _ in factors), kept, (*inputs, output))

    def _distributed(self, a: Operation, axes: tuple[int, ...]) -> Operation | None:
        """sum a (b - c) = sum a b - sum a c, where c is the same along one of the axes, which are summed first."""
        if a.kind != "multiply":
            return None
        for one, other in (a.arguments, a.arguments[::-1]):
            is_apart = other in self.shared or one.is_scalar or one.axes != a.axes
            if other.kind in ("add", "subtract") and not is_apart:
                same = [
                    axis
                    for part in other.arguments
                    for axis in axes
                    if part.axes and part.axes[axis] == 1 and not _is_largest(part)
                ]
                if same and a.axes[same[0]] != 1:
                    first, second = (self.total(self.multiply(one, part), axes) for part in other.arguments)
                    return self.add(first, second) if other.kind == "add" else self.subtract(first, second)
            if other.axes and one.axes == a.axes:
                for axis in axes:
                    if other.axes[axis] == 1 and a.axes[axis] != 1:
                        inner = self.expand(self.total(one, (axis,)), (axis,), len(a.axes))
                        return self.total(self.multiply(inner, other), axes)
        return None

    def _factors(self, a: Operation) -> list[Operation]:
        """The factors of a product of arrays, those that have names whole."""
        parts = a.arguments * 2 if a.kind == "square" else a.arguments
        return [
            factor
            for one in parts
            for factor in (self._factors(one) if one.kind == "multiply" and one not in self.shared else [one])
        ]

    def _stripped(self, a: Operation) -> tuple[Operation, tuple[int, ...]]:
        """An array without its axes of extent 1, and where the others stand."""
        places = tuple(axis for axis, extent in enumerate(a.axes) if extent != 1)
        return self.dropped(a, tuple(axis for axis in range(len(a.axes)) if axis not in places)), places

    def _matrix_product(
        self,
        one: Operation,
        first: tuple[int, ...],
        two: Operation,
        second: tuple[int, ...],
        axes: tuple[int, ...],
        rest: tuple[int, ...],
    ) -> Operation | None:
        """sum_k a_ik b_kj as a matrix product; None where it is none."""
        if len(first) != 2 or len(second) != 2 or len(axes) != 1 or len(rest) != 2:
            return None
        (k,) = axes
        if k not in first or k not in second or first == second:
            return None
        row = next(axis for axis in first if axis != k)
        col = next(axis for axis in second if axis != k)
        if row == col:
            return None
        left = one if first == (row, k) else self.permute(one, (1, 0))
        right = two if second == (k, col) else self.permute(two, (1, 0))
        product = self.matmul(left, right)
        return product if rest == (row, col) else self.permute(product, (1, 0))

    # ── matrices ──

    def matmul(self, a: Operation, b: Operation) -> Operation:
        """A B of the last two axes: ones are sums, a row by a column one number, a column by a row their product."""
        a, b = self.numeric(a), self.numeric(b)
        axes = (*joined(a.axes[:-2], b.axes[:-2]), a.axes[-2], b.axes[-1])
        for one, other, is_left in ((a, b, True), (b, a, False)):
            if one in self.shared:
                continue
            if one.kind == "multiply" and one.arguments[0].is_scalar:
                inner = (one.arguments[1], other) if is_left else (other, one.arguments[1])
                return self.multiply(one.arguments[0], self.matmul(*inner))
            if one.kind == "negative":
                inner = (one.arguments[0], other) if is_left else (other, one.arguments[0])
                return self.negative(self.matmul(*inner))
        if len(a.axes) == len(b.axes) == 2 and (found := self._product_of_two(a, b)) is not None:
            return found
        if a.axes[-1] == 1:
            return self.multiply(a, b)
        return self.graph.make("matmul", (a, b), axes)

    def _product_of_two(self, a: Operation, b: Operation) -> Operation | None:
        """The product of two matrices where it is less: by an inverse, a diagonal, ones, of two vectors."""
        if a.kind == "inverse":
            return self.graph.make("solve", (a.arguments[0], b), (a.axes[0], b.axes[1]))
        if a.kind == "identity" or b.kind == "identity":
            return b if a.kind == "identity" else a
        if a.kind == "diagonal_matrix":
            return self.multiply(a.arguments[0], b)
        if b.kind == "diagonal_matrix":
            return self.multiply(a, self.permute(b.arguments[0], (1, 0)))
        if number_of(a) is not None and a.axes[0] == 1:
            return self.multiply(self.number(number_of(a) or 0), self.expand(self.total(b, (0,)), (0,), 2))
        if number_of(b) is not None and b.axes[1] == 1:
            return self.multiply(self.number(number_of(b) or 0), self.expand(self.total(a, (1,)), (1,), 2))
        if a.axes[0] == 1 and b.axes[1] == 1:
            return self.expand(self.total(self.multiply(self.permute(a, (1, 0)), b), (0, 1)), (0, 1), 2)
        return None

    def inverse(self, a: Operation) -> Operation:
        """A^{-1}."""
        a = self.numeric(a)
        return self.graph.make("inverse", (a,), a.axes)

    def matrix_power(self, a: Operation, exponent: int) -> Operation:
        """A^n."""
        a = self.numeric(a)
        return self.graph.make("matrix_power", (a,), a.axes, (exponent,))

    def determinant(self, a: Operation) -> Operation:
        """det A."""
        a = self.numeric(a)
        return self.graph.make("determinant", (a,), a.axes[:-2])

    def trace(self, a: Operation) -> Operation:
        """tr(A B) as a sum of products, tr A as it stands."""
        if a.kind == "matmul" and len(a.axes) == 2:
            left, right = a.arguments
            return self.total(self.multiply(left, self.permute(right, (1, 0))), (0, 1))
        return self.total(self.diagonal(a), (len(a.axes) - 2,))

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

    # ── moving entries about ──

    def permute(self, a: Operation, order: tuple[int, ...]) -> Operation:
        """The axes in another order; a transpose of a transpose is none, one of a product is that of its factors."""
        if order == tuple(range(len(order))):
            return a
        if a.kind in ("number", "fill"):
            return self.fill(number_of(a) or 0, tuple(a.axes[axis] for axis in order))
        if a.kind == "identity":
            return a
        if a.kind == "permute":
            inner = tuple(axis for axis in a.data if isinstance(axis, int))
            return self.permute(a.arguments[0], tuple(inner[axis] for axis in order))
        if a.kind == "expand" and len(a.arguments[0].axes) <= 1:
            return self.expand(a.arguments[0], tuple(order.index(place) for place in _numbers(a.data)), len(order))
        if self._stands_crosswise(a):
            return self._pushed(a, lambda one: self.permute(one, order))
        axes = tuple(a.axes[axis] for axis in order)
        return self.graph.make("permute", (a,), axes, order)

    def _stands_crosswise(self, a: Operation) -> bool:
        """Whether an operation entry by entry is made of permuted arrays, so that the order is better changed there."""
        if a in self.shared or a.kind not in ("negative", "add", "subtract", "multiply", "divide"):
            return False
        return any(one.kind == "permute" or self._stands_crosswise(one) for one in a.arguments)

    def expand(self, a: Operation, places: tuple[int, ...], rank: int) -> Operation:
        """Axes of extent 1 put in, at these places of the result; one number needs them only where its rank is seen."""
        if not places:
            return a
        kept = iter(a.axes)
        axes: Axes = tuple(1 if place in places else next(kept) for place in range(rank))
        if a.kind == "at" and a.axes and a.arguments[0].axes == axes and a.data[0] in places and len(places) == 1:
            return a.arguments[0]
        return self.graph.make("expand", (a,), axes, places)

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
        if a.kind == "expand" and axis in a.data:
            places = tuple(place for place in a.data if isinstance(place, int) and place != axis)
            moved = tuple(place - (place > axis) for place in places)
            return self.expand(a.arguments[0], moved, len(a.axes) - 1)
        if a.kind == "expand":
            places = _numbers(a.data)
            inner = self.at(a.arguments[0], axis - sum(place < axis for place in places), position)
            return self.expand(inner, tuple(place - (place > axis) for place in places), len(a.axes) - 1)
        if a.kind in ("number", "fill"):
            return self.fill(number_of(a) or 0, without(a.axes, (axis,)))
        if a.kind == "sum" and a.axes[axis] == 1 and a not in self.shared:
            return self.total(a.arguments[0], (*_numbers(a.data), _axes_before(a)[axis]))
        if (a.kind in BINARY or a.kind == "negative") and a.axes[axis] == 1 and a not in self.shared:
            return self._pushed(a, lambda one: self.at(one, axis, position))
        return self.graph.make("at", (a,), without(a.axes, (axis,)), (axis, position))

    def slice(self, a: Operation, axis: int, first: int, beyond: Datum, extent: Extent) -> Operation:
        """The entries from position `first` to before `beyond` along an axis."""
        axes = (*a.axes[:axis], extent, *a.axes[axis + 1 :])
        if a.kind in ("number", "fill"):
            return self.fill(number_of(a) or 0, axes)
        return self.graph.make("slice", (a,), axes, (axis, first, beyond))

    def pick(self, a: Operation, labels: Operation, axis: int) -> Operation:
        """The entry that a label names along an axis, for each label; of a difference the difference of the entries."""
        rest = without(a.axes, (axis,))
        if a.kind in ("number", "fill"):
            return self.fill(number_of(a) or 0, rest)
        if a.kind in ("add", "subtract") and any(one.is_scalar or one.axes[axis] == 1 for one in a.arguments):
            return self._pushed(a, lambda one: self.pick(one, labels, axis))
        if a.axes[axis] == 1:
            return self.at(a, axis, 0)
        return self.graph.make("pick", (a, labels), joined(rest, labels.axes), (axis,))

    def _pushed(self, a: Operation, move: Wrap) -> Operation:
        """An operation entry by entry whose arguments are moved instead of it."""
        if a.kind == "negative":
            return self.negative(move(a.arguments[0]))
        one, other = (part if part.is_scalar else move(part) for part in a.arguments)
        make = {"add": self.add, "subtract": self.subtract, "multiply": self.multiply, "divide": self.divide}
        return make[a.kind](one, other) if a.kind in make else self._binary(a.kind, one, other)

    def broadcast(self, a: Operation, axes: Axes) -> Operation:
        """The array repeated along axes of extent 1."""
        if a.axes == axes:
            return a
        if a.kind in ("number", "fill"):
            return self.fill(number_of(a) or 0, axes)
        return self.graph.make("broadcast", (a,), axes)

    def vectorised(self, a: Operation) -> Operation:
        """vec: the columns one under the other."""
        return self.graph.make("reshape", (self.permute(a, (1, 0)),), (times(*a.axes), 1))


# ── what is known of operations ──

_LETTERS = "ijklmnopqrst"


def number_of(a: Operation) -> Fraction | None:
    """The number that all entries are, if that is known."""
    if a.kind in ("number", "fill"):
        value = a.data[0]
        assert isinstance(value, Fraction)
        return value
    if a.kind == "expand":
        return number_of(a.arguments[0])
    return None


def _whole_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    return base ** int(exponent) if exponent.denominator == 1 and exponent >= 0 else None


def is_number(a: Operation) -> bool:
    """Whether this is a number, not an array of one."""
    return a.kind == "number"


def covers(a: Operation, b: Operation) -> bool:
    """Whether an operation on both has the axes of the first."""
    return joined(a.axes, b.axes) == a.axes


def joined(first: Axes, second: Axes) -> Axes:
    """The axes of an operation on two arrays with as many axes as each other, or a number."""
    if not first or not second:
        return first or second
    return tuple(y if x == 1 else x for x, y in zip(first, second, strict=True))


def without(axes: Axes, dropped: tuple[int, ...]) -> Axes:
    """The axes but for some."""
    return tuple(extent for axis, extent in enumerate(axes) if axis not in dropped)


def times(first: Extent, second: Extent) -> Extent:
    """The extent of a product of two dimensions."""
    if first == 1 or second == 1:
        return second if first == 1 else first
    if isinstance(first, int) and isinstance(second, int):
        return first * second
    return f"{_grouped(first)} * {_grouped(second)}"


def plus(*extents: Extent) -> Extent:
    """The extent of blocks beside one another."""
    known = sum(one for one in extents if isinstance(one, int))
    texts = [one for one in extents if isinstance(one, str)]
    if not texts:
        return known
    return " + ".join([*texts, str(known)] if known else texts)


def _grouped(extent: Extent) -> str:
    text = str(extent)
    return f"({text})" if " + " in text or " - " in text else text


def may_overflow(a: Operation) -> bool:
    """Whether an exponential of something that may be large stands in `a` so that all of it may be as large."""
    if a.kind == "exp":
        return not _is_at_most_zero(a.arguments[0])
    if a.kind in ("cosh", "sinh"):
        return True
    if a.kind in ("negative", "square", "sqrt", "power", "divide", "sum", "max") or a.kind in STRUCTURAL:
        return may_overflow(a.arguments[0])
    return a.kind in ("add", "subtract", "multiply", "vdot", "matmul") and any(map(may_overflow, a.arguments))


def _is_part(a: Operation) -> bool:
    """Whether this is a share of a whole: an exponential over a sum of such."""
    inner = _moved_from(a)[1]
    return inner.kind == "divide" and inner.arguments[0].kind == "exp"


def may_vanish(a: Operation) -> bool:
    """Whether an exponential of something that may be far below zero is a factor of `a`."""
    if a.kind in ("exp", "sigmoid"):
        return True
    if a.kind in ("square", "sqrt", "divide") or a.kind in STRUCTURAL:
        return may_vanish(a.arguments[0])
    return a.kind == "multiply" and any(map(may_vanish, a.arguments))


def _is_at_most_zero(a: Operation) -> bool:
    """Whether no entry is certainly greater than zero."""
    if a.kind in STRUCTURAL:
        return _is_at_most_zero(a.arguments[0])
    match a.kind:
        case "number" | "fill":
            return (number_of(a) or 0) <= 0
        case "negative":
            return a.arguments[0].kind in ("square", "abs", "softplus") or is_positive(a.arguments[0])
        case "multiply":
            first, second = a.arguments
            return (number_of(first) or 1) < 0 and (second.kind in ("square", "abs") or is_positive(second))
        case "minimum":
            return any(map(_is_at_most_zero, a.arguments))
        case "subtract":
            return _is_largest(a.arguments[1])
    return False


def _moved_from(a: Operation) -> tuple[list[Operation], Operation]:
    """The moves of entries that were made of something, the last one first, and that."""
    chain: list[Operation] = []
    while a.kind in STRUCTURAL:
        chain.append(a)
        a = a.arguments[0]
    return chain, a


def is_positive(a: Operation) -> bool:
    """Whether all entries are certainly greater than zero."""
    if a.kind in ("exp", "sigmoid", "softplus"):
        return True
    if a.kind in ("number", "fill"):
        return (number_of(a) or 0) > 0
    if a.kind == "size":
        return True
    if a.kind in ("sum", "max", "sqrt") or a.kind in STRUCTURAL:
        return is_positive(a.arguments[0])
    return a.kind in ("add", "multiply", "divide") and all(map(is_positive, a.arguments))


def _is_largest(a: Operation) -> bool:
    """Whether this is a largest entry, which is taken away so that exponentials stay small."""
    return _moved_from(a)[1].kind == "max"


def _numbers(data: tuple[Datum, ...]) -> tuple[int, ...]:
    return tuple(one for one in data if isinstance(one, int))


def _axes_before(reduced: Operation) -> list[int]:
    """Which axes of its argument the axes of a sum were."""
    return [axis for axis in range(len(reduced.arguments[0].axes)) if axis not in reduced.data]


def _one_at(mask: Operation) -> tuple[Operation, int] | None:
    """The labels and the axis along which they count, if a mask is 1 at the place that a label names in each line."""
    if mask.kind == "as_number":
        mask = mask.arguments[0]
    if mask.kind != "equal":
        return None
    for one, other in (mask.arguments, mask.arguments[::-1]):
        for axis in (0, 1):
            if one.kind == other.kind == "expand" and one.data == (1 - axis,) and other.data == (axis,):
                labels, positions = other.arguments[0], one.arguments[0]
                if positions.kind == "positions" and labels.kind == "name":
                    return labels, axis
    return None


def _falls_below(mask: Operation, u: Operation) -> Operation | None:
    """The bound c, if a mask is 1 only where u < c or u <= c."""
    if mask.kind in ("less", "less_equal") and mask.arguments[0] is u and is_number(mask.arguments[1]):
        return mask.arguments[1]
    return None
