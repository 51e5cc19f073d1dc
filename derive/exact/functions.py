"""Step functions, absolute values, maxima and functions known by name only, each with its derivative.

Nothing is evaluated except on rational numbers: so no constructor ever claims more than arithmetic does.

| function | value | derivative |
| --- | --- | --- |
| `positive(u)` | `[u > 0]` | 0 |
| `zero(u)` | `[u = 0]` | 0 |
| `sign(u)` | `[u > 0] - [u < 0]` | 0 |
| `absolute(u, κ)` | `|u|` | `[u > 0] - [u < 0] + κ [u = 0]` |
| `maximum(a, b, κ)` | `max(a, b)` | `[a > b] + κ [a = b]` in `a`, `[b > a] + κ [a = b]` in `b` |
| `unspecified(f, u, n)` | `f⁽ⁿ⁾(u)` | `f⁽ⁿ⁺¹⁾(u)` |
| `unspecified_component(f, i, u, n)` | `∂^n f_i(u_1, …, u_h)` | raises `n_j` in `u_j` |
"""

from collections.abc import Sequence

from derive.exact.scalars import (
    HALF,
    MINUS_ONE,
    NOTHING,
    ONE,
    ZERO,
    Function,
    Number,
    Rational,
    Scalar,
    digest_of,
    node,
    number,
)


class _Step(Function):
    """A piecewise constant function: its derivative is 0 by convention, also at the jump."""

    __slots__ = ()

    def slope(self, position: int) -> Scalar:
        """`0`, everywhere."""
        return ZERO


class Positive(_Step):
    """`[u > 0]`: 1 where `u` is positive, else 0."""

    __slots__ = ()

    @classmethod
    def at_numbers(cls, *values: Rational) -> Scalar | None:
        """1 or 0."""
        return ONE if values[0] > 0 else ZERO


class Zero(_Step):
    """`[u = 0]`: 1 where `u` is zero, else 0."""

    __slots__ = ()

    @classmethod
    def at_numbers(cls, *values: Rational) -> Scalar | None:
        """1 or 0."""
        return ONE if values[0] == 0 else ZERO


class Sign(_Step):
    """`[u > 0] - [u < 0]`: 1, 0 or -1."""

    __slots__ = ()

    @classmethod
    def at_numbers(cls, *values: Rational) -> Scalar | None:
        """1, 0 or -1."""
        return ONE if values[0] > 0 else MINUS_ONE if values[0] < 0 else ZERO


class Absolute(Function):
    """`|u|`; `κ` is the value that its derivative takes where `u = 0`."""

    __slots__ = ()

    @classmethod
    def of(cls, *args: Scalar) -> Scalar:
        """A number where `u` is one."""
        argument = args[0]
        return number(max(argument.value, -argument.value)) if isinstance(argument, Number) else super().of(*args)

    def slope(self, position: int) -> Scalar:
        """`[u > 0] - [-u > 0] + κ [u = 0]`."""
        argument, kappa = self.args
        if position != 0:
            return ZERO
        return positive(argument) - positive(-argument) + kappa * zero(argument)


class Maximum(Function):
    """`max(a, b)`; `κ` is the value that its derivative takes, in `a` and in `b`, where `a = b`."""

    __slots__ = ()

    @classmethod
    def of(cls, *args: Scalar) -> Scalar:
        """A number where both are."""
        first, second = args[:2]
        if isinstance(first, Number) and isinstance(second, Number):
            return first if first.value >= second.value else second
        return super().of(*args)

    def slope(self, position: int) -> Scalar:
        """`[a > b] + κ [a = b]` in `a`, `[b > a] + κ [a = b]` in `b`."""
        first, second, kappa = self.args
        if position > 1:
            return ZERO
        ahead = first - second if position == 0 else second - first
        return positive(ahead) + kappa * zero(first - second)


class Unspecified(Function):
    """`f⁽ⁿ⁾(u)`: the n-th derivative of an unspecified differentiable function of one real number."""

    __slots__ = ("name", "order")
    name: str
    order: int

    def _fill(self, name: str, order: int, *args: Scalar) -> None:  # type: ignore[override]
        super()._fill(*args)
        self.name, self.order = name, order
        self.digest = hash((self.digest, digest_of(name), order))

    def slope(self, position: int) -> Scalar:
        """`f⁽ⁿ⁺¹⁾(u)`."""
        return unspecified(self.name, self.args[0], self.order + 1)

    def with_operands(self, operands: list[Scalar]) -> Scalar:
        """The same derivative at another argument."""
        return unspecified(self.name, operands[0], self.order)

    def __repr__(self) -> str:
        return self.name + "'" * self.order + f"({self.args[0]!r})"


class UnspecifiedComponent(Function):
    """`∂^n f_i(u_1, …, u_h)`: a partial derivative of one component of an unspecified differentiable vector function.

    `orders` counts by each argument: mixed partial derivatives commute by construction.
    """

    __slots__ = ("component", "name", "orders")
    name: str
    component: int
    orders: tuple[int, ...]

    def _fill(self, name: str, component: int, orders: tuple[int, ...], *args: Scalar) -> None:  # type: ignore[override]
        super()._fill(*args)
        self.name, self.component, self.orders = name, component, orders
        self.digest = hash((self.digest, digest_of(name), component, orders))

    def slope(self, position: int) -> Scalar:
        """One more derivative by the argument at a position."""
        orders = [order + (index == position) for index, order in enumerate(self.orders)]
        return unspecified_component(self.name, self.component, self.args, orders)

    def with_operands(self, operands: list[Scalar]) -> Scalar:
        """The same derivative at other arguments."""
        return unspecified_component(self.name, self.component, operands, self.orders)

    def __repr__(self) -> str:
        return f"{self.name}_{self.component}{list(self.orders)}{self.args!r}"


def positive(argument: Scalar) -> Scalar:
    """`[u > 0]`."""
    return Positive.of(argument)


def zero(argument: Scalar) -> Scalar:
    """`[u = 0]`."""
    return Zero.of(argument)


def sign(argument: Scalar) -> Scalar:
    """`[u > 0] - [u < 0]`."""
    return Sign.of(argument)


def maximum(first: Scalar, second: Scalar, kappa: Scalar = HALF) -> Scalar:
    """`max(a, b)`, with its derivative at a tie."""
    return Maximum.of(first, second, kappa)


def absolute(argument: Scalar, kappa: Scalar = ZERO) -> Scalar:
    """`|u|`, with its derivative at 0."""
    return Absolute.of(argument, kappa)


def unspecified(name: str, argument: Scalar, order: int = 0) -> Scalar:
    """`f⁽ⁿ⁾(u)` of the function called `name`."""
    if argument is NOTHING:
        return NOTHING
    return node(Unspecified, (name, order, id(argument)), name, order, argument)


def unspecified_component(
    name: str, component: int, arguments: Sequence[Scalar], orders: Sequence[int] | None = None
) -> Scalar:
    """`∂^n f_i(u_1, …, u_h)` of the vector function called `name`; without `orders`, the function itself."""
    counts = (0,) * len(arguments) if orders is None else tuple(orders)
    if len(counts) != len(arguments):
        raise ValueError(f"{len(counts)} orders of derivatives for {len(arguments)} arguments")
    if NOTHING in arguments:
        return NOTHING
    key = (name, component, counts, *map(id, arguments))
    return node(UnspecifiedComponent, key, name, component, counts, *arguments)
