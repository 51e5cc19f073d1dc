"""The real functions that SymPy lacks or evaluates too eagerly, each with its derivative.

If an expression is built from these, `.diff`, `.xreplace` and `.subs` work on it, and nothing is evaluated except on
rational numbers: so no constructor ever claims more than arithmetic does.

| function | value | derivative |
| --- | --- | --- |
| `Positive(u)` | `[u > 0]` | 0 |
| `Zero(u)` | `[u = 0]` | 0 |
| `Sign(u)` | `[u > 0] - [u < 0]` | 0 |
| `Absolute(u, κ)` | `|u|` | `[u > 0] - [u < 0] + κ [u = 0]` |
| `Maximum(a, b, κ)` | `max(a, b)` | `[a > b] + κ [a = b]` in `a`, `[b > a] + κ [a = b]` in `b` |
| `Unspecified(f, n, u)` | `f⁽ⁿ⁾(u)` | `f⁽ⁿ⁺¹⁾(u)` |
| `UnspecifiedComponent(f, i, h, n_1 … n_h, u_1 … u_h)` | `∂^n f_i(u)` | raises `n_j` in `u_j` |
"""

from collections.abc import Sequence
from typing import Any, cast

import sympy
from sympy import Expr, Function, Integer, Rational, S, Symbol


def _flag(truth: object) -> Expr:
    return S.One if truth else S.Zero


HALF = Rational(1, 2)


class _Step(Function):  # type: ignore[misc]
    """A piecewise constant function: its derivative is 0 by convention, also at the jump."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """`0`, everywhere."""
        return S.Zero


class Positive(_Step):
    """`[u > 0]`: 1 where `u` is positive, else 0."""

    @classmethod
    def eval(cls, argument: Expr) -> Expr | None:
        """A number where `u` is a rational number, else unevaluated."""
        return _flag(argument > 0) if argument.is_Rational else None


class Zero(_Step):
    """`[u = 0]`: 1 where `u` is zero, else 0."""

    @classmethod
    def eval(cls, argument: Expr) -> Expr | None:
        """A number where `u` is a rational number, else unevaluated."""
        return _flag(argument == 0) if argument.is_Rational else None

    def _printed(self, printer: Any) -> str:
        """`Zero(u)`: without this, SymPy's printers take the class for its number 0, which has the same name."""
        return f"Zero({printer.doprint(self.args[0])})"

    _sympystr = _pythoncode = _numpycode = _lambdacode = _printed


class Sign(_Step):
    """`[u > 0] - [u < 0]`: 1, 0 or -1."""

    @classmethod
    def eval(cls, argument: Expr) -> Expr | None:
        """A number where `u` is a rational number, else unevaluated."""
        return _flag(argument > 0) - _flag(argument < 0) if argument.is_Rational else None


class Absolute(Function):  # type: ignore[misc]
    """`|u|`; `κ` is the value that its derivative takes where `u = 0`."""

    nargs = 2

    @classmethod
    def eval(cls, argument: Expr, kappa: Expr) -> Expr | None:
        """A number where `u` is a rational number, else unevaluated."""
        return abs(argument) if argument.is_Rational else None

    def fdiff(self, argindex: int = 1) -> Expr:
        """`[u > 0] - [-u > 0] + κ [u = 0]`."""
        if argindex != 1:
            return S.Zero
        argument, kappa = self.args
        return Positive(argument) - Positive(-argument) + kappa * Zero(argument)


class Maximum(Function):  # type: ignore[misc]
    """`max(a, b)`; `κ` is the value that its derivative takes, in `a` and in `b`, where `a = b`."""

    nargs = 3

    @classmethod
    def eval(cls, first: Expr, second: Expr, kappa: Expr) -> Expr | None:
        """A number where both are rational numbers, else unevaluated."""
        if not (first.is_Rational and second.is_Rational):
            return None
        return first if first >= second else second

    def fdiff(self, argindex: int = 1) -> Expr:
        """`[a > b] + κ [a = b]` in `a`, `[b > a] + κ [a = b]` in `b`."""
        if argindex not in (1, 2):
            return S.Zero
        first, second, kappa = self.args
        ahead = first - second if argindex == 1 else second - first
        return Positive(ahead) + kappa * Zero(first - second)


class _Named(Function):  # type: ignore[misc]
    """A function known by name only. The name is no variable of the expression: nothing is differentiated by it."""

    @property
    def free_symbols(self) -> set[Any]:
        """The symbols of the arguments, without the function's name."""
        return set().union(*(argument.free_symbols for argument in self.arguments))

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """What the function is applied to."""
        raise NotImplementedError

    def raised(self, position: int) -> Expr:
        """The derivative with respect to the argument at `position`."""
        raise NotImplementedError

    def applied_to(self, arguments: Sequence[Expr]) -> Expr:
        """The same function, equally differentiated, of other arguments."""
        others = self.args[: len(self.args) - len(arguments)]
        return self.func(*others, *arguments)

    def _xreplace(self, rule: Any) -> tuple[Expr, bool]:
        """Replacement in the arguments alone: a symbol that happens to have the function's name is another thing."""
        if self in rule:
            return rule[self], True
        replaced = [argument._xreplace(rule) for argument in self.arguments]
        changed = any(one for _, one in replaced)
        return (self.applied_to([argument for argument, _ in replaced]) if changed else self), changed

    def _eval_subs(self, old: Expr, new: Expr) -> Expr:
        """Substitution in the arguments alone."""
        return self.applied_to([argument._subs(old, new) for argument in self.arguments])

    def _eval_derivative(self, variable: Symbol) -> Expr:
        """`Σ_j ∂_j f(u) · ∂u_j`: the chain rule over the arguments alone."""
        slopes = ((position, argument.diff(variable)) for position, argument in enumerate(self.arguments))
        return sympy.Add(*(self.raised(position) * slope for position, slope in slopes if slope != 0))


class Unspecified(_Named):
    """`f⁽ⁿ⁾(u)`: the n-th derivative of an unspecified differentiable function of one real number."""

    nargs = 3

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """`(u,)`."""
        return (self.args[2],)

    def raised(self, position: int) -> Expr:
        """`f⁽ⁿ⁺¹⁾(u)`."""
        name, order, argument = self.args
        return Unspecified(name, order + 1, argument)

    def fdiff(self, argindex: int = 1) -> Expr:
        """`f⁽ⁿ⁺¹⁾(u)` in `u`; nothing else varies."""
        return self.raised(0) if argindex == 3 else S.Zero


class UnspecifiedComponent(_Named):
    """`∂^n f_i(u_1, …, u_h)`: a partial derivative of one component of an unspecified differentiable vector function.

    The arguments are name, i, h, then h orders, then h arguments: mixed partial derivatives commute by construction.
    """

    @property
    def orders(self) -> tuple[int, ...]:
        """How often it has been differentiated by each argument."""
        return tuple(int(order) for order in self.args[3 : 3 + int(self.args[2])])

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """`(u_1, …, u_h)`."""
        return cast("tuple[Expr, ...]", self.args[3 + int(self.args[2]) :])

    def raised(self, position: int) -> Expr:
        """The same with one more derivative by the argument at `position`."""
        orders = [order + (index == position) for index, order in enumerate(self.orders)]
        return unspecified_component(self.args[0], self.args[1], self.arguments, orders)

    def fdiff(self, argindex: int = 1) -> Expr:
        """One more derivative by the argument that stands at `argindex`; nothing else varies."""
        position = argindex - 1 - 3 - int(self.args[2])
        return self.raised(position) if position >= 0 else S.Zero


def parts_of(*expressions: Expr) -> set[Expr]:
    """Every different part of the expressions, once however often it occurs. The names of functions are no parts."""
    seen: set[Expr] = set()
    waiting = list(expressions)
    while waiting:
        part = waiting.pop()
        if part not in seen:
            seen.add(part)
            waiting += part.arguments if isinstance(part, _Named) else part.args
    return seen


def maximum(first: Expr, second: Expr, kappa: Expr = HALF) -> Expr:
    """`max(a, b)`, with its derivative at a tie."""
    return Maximum(first, second, kappa)


def absolute(argument: Expr, kappa: Expr = S.Zero) -> Expr:
    """`|u|`, with its derivative at 0."""
    return Absolute(argument, kappa)


def unspecified(name: str | Symbol, argument: Expr, order: int = 0) -> Expr:
    """`f⁽ⁿ⁾(u)` of the function called `name`."""
    return Unspecified(_name(name), Integer(order), argument)


def unspecified_component(
    name: str | Symbol, component: int | Integer, arguments: Sequence[Expr], orders: Sequence[int] | None = None
) -> Expr:
    """`∂^n f_i(u_1, …, u_h)` of the vector function called `name`; without `orders`, the function itself."""
    counts = [0] * len(arguments) if orders is None else list(orders)
    if len(counts) != len(arguments):
        raise ValueError(f"{len(counts)} orders of derivatives for {len(arguments)} arguments")
    numbers = (Integer(component), Integer(len(arguments)), *map(Integer, counts))
    return UnspecifiedComponent(_name(name), *numbers, *arguments)


def _name(name: str | Symbol) -> Symbol:
    return Symbol(name) if isinstance(name, str) else name
