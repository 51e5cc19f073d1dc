"""The normal form of an expression: an element over generators.

Generators are symbols, exponentials of linearly independent arguments, logarithms, roots with `r^n = radicand`, sines
and cosines with `c² = 1 - s²`, flags for `[u > 0]`, `[u = 0]` and one-hot labels, and opaque values of other functions.

* Every rewriting is an identity at each point where the rewritten expression has a value. If a rule needs a sign, the
  sign is proved first.
* Equal arguments give the same generator; nothing else is known of an opaque value.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from derive.exact import scalars
from derive.exact.cases import Step
from derive.exact.elements import Element, NoValue, integral
from derive.exact.functions import Absolute, Maximum, Positive, Sign, Unspecified, UnspecifiedComponent, Zero
from derive.exact.polynomials import ONE, ZERO, Sizes
from derive.exact.scalars import PI, Number, Scalar, Symbol
from derive.exact.signs import POSITIVE, UNKNOWN, Signs
from derive.exact.vanishing import Vanishing

Cut = Callable[[Symbol], Scalar | None]


class Algebra(Vanishing):
    """Converts expressions to elements.

    `opened(s)`: the definition to put in for a cut symbol, or None to leave it a free symbol.
    """

    def __init__(
        self,
        sizes: Sizes,
        check: Callable[[], None],
        signs: Signs,
        partitions: Sequence[Sequence[Symbol]],
        opened: Cut,
        split: bool,
        granularity: int = 1,
        root_order: int = 2,
    ) -> None:
        super().__init__(sizes, check, split, granularity, root_order)
        self.signs = signs
        self._opened = opened
        self._group_of = {symbol: tuple(group) for group in partitions for symbol in group}
        self._elements: dict[Scalar, Element] = {}
        self._flag_of_symbol: dict[Symbol, Element] = {}

    def convert(self, expression: Scalar) -> Element:
        """The normal form of an expression."""
        element = self._elements.get(expression)
        if element is None:
            self.ring.check()
            element = self._elements[expression] = _RULES[type(expression)](self, expression)
        return element

    def _sum(self, expression: scalars.Add) -> Element:
        return self._cancelled(self.add([self.convert(summand) for summand in expression.summands]))

    def _product(self, expression: scalars.Mul) -> Element:
        coefficient = [] if expression.coefficient == 1 else [self.constant(expression.coefficient)]
        return self.product([*coefficient, *map(self.convert, expression.factors)])

    def _symbol(self, symbol: Symbol) -> Element:
        group = self._group_of.get(symbol)
        if group is not None:
            if symbol not in self._flag_of_symbol:
                self._label(group)
            return self._flag_of_symbol[symbol]
        definition = self._opened(symbol)
        if definition is not None:
            return self.convert(definition)
        return integral(self._named(("symbol", symbol), self.signs.of(symbol), symbol.name))

    def _label(self, group: tuple[Symbol, ...]) -> None:
        """One-hot labels: the last is 1 minus the others."""
        flags = self.ring.flags(len(group) - 1) if len(group) > 1 else []
        for symbol, flag in zip(group, flags, strict=False):
            self._flag_of_symbol[symbol] = integral(self.ring.flagged(flag))
        last = self.ring.add([(1, ONE), *((-1, self.ring.flagged(flag)) for flag in flags)])
        self._flag_of_symbol[group[-1]] = integral(last)

    def _power(self, expression: scalars.Pow) -> Element:
        base, exponent = expression.base, expression.exponent
        if isinstance(exponent, Number):
            return self.root(self.convert(base), Fraction(exponent.value))
        below, above = self.convert(base), self.convert(exponent)
        fixed = self._rational(above)
        if fixed is not None:
            return self.root(below, fixed).excluding(above.excluded)
        if self.signs.of(base) == POSITIVE or self._sign_of(below) == POSITIVE:
            return self.exponential(self.multiply(above, self.logarithm(below)))
        return self.function(("power",), (below, above))

    def _rational(self, element: Element) -> Fraction | None:
        """The value, if it is a rational number."""
        constant = element.parts[()].constant if list(element.parts) == [()] else None
        return Fraction(0) if not element else None if constant is None else Fraction(constant, element.scale)

    def function(self, kind: tuple[object, ...], arguments: tuple[Element, ...]) -> Element:
        """The value of a function of which nothing is known but that equal arguments give equal values."""
        if self._splits(*arguments):
            return self._cases(arguments, lambda case: self.function(kind, case))
        arguments = tuple(self._cancelled(argument) for argument in arguments)
        index, _ = self._opaque(kind, arguments)
        excluded = 0
        for argument in arguments:
            excluded |= argument.excluded
        return integral(self.ring.power_of(index), excluded)

    def odd(self, kind: str, argument: Element) -> Element:
        """`f(-u) = -f(u)`, `f(0) = 0`."""
        if self._splits(argument):
            return self.by_cases(argument, lambda case: self.odd(kind, case))
        argument = self._cancelled(argument)
        if not argument:
            return argument
        if argument.leads_negative:
            return self.scaled(self.function((kind,), (self.scaled(argument, Fraction(-1)),)), Fraction(-1))
        return self.function((kind,), (argument,))

    def cosine(self, argument: Element) -> Element:
        """`cos(-u) = cos u`, `cos² u = 1 - sin² u`, `cos 0 = 1`."""
        if self._splits(argument):
            return self.by_cases(argument, self.cosine)
        argument = self._cancelled(argument)
        if not argument:
            return integral(ONE, argument.excluded)
        sine = self.odd("sin", argument).parts[()]
        key = ("cos", self.ring.multiply(sine, sine).key())
        index = self._exact.get(key, -1)
        if index < 0:
            square = self.ring.subtract(ONE, self.ring.multiply(sine, sine))
            index = self._exact[key] = self._generator(UNKNOWN, "cos(…)", 2, square)
        return integral(self.ring.power_of(index), argument.excluded)

    def _hyperbolic(self, argument: Element) -> Element:
        """`tanh u = (e^2u - 1)/(e^2u + 1)`."""
        square = self.exponential(self.scaled(argument, Fraction(2)))
        above, below = self.add([square, self.constant(-1)]), self.add([square, self.constant(1)])
        return self.multiply(above, self.reciprocal(below))

    def _constant(self, expression: scalars.Constant) -> Element:
        """π, of which nothing else is known, or e."""
        if expression is PI:
            return integral(self._named(("pi",), POSITIVE, "pi"))
        return self.exponential(self.constant(1))

    def _nothing(self, expression: scalars.Nothing) -> Element:
        raise NoValue("a denominator is identically zero")

    def _stepped(self, argument: Scalar) -> Step:
        sign = self.signs.of(argument)
        if abs(sign) == POSITIVE:
            self.convert(argument)
            return Step(ONE if sign > 0 else ZERO, ZERO)
        return self.step(self.convert(argument))

    def _step_function(self, expression: Positive | Zero | Sign) -> Element:
        """`[u > 0]`, `[u = 0]`, `[u > 0] - [u < 0]`."""
        step = self._stepped(expression.args[0])
        if isinstance(expression, Positive):
            value = step.positive
        elif isinstance(expression, Zero):
            value = step.zero
        else:
            value = self.ring.add([(2, step.positive), (1, step.zero), (-1, ONE)])
        return integral(value, step.excluded)

    def _maximum(self, expression: Maximum) -> Element:
        """`max(a, b) = b + (a - b) [a - b > 0]`."""
        first, second = self.convert(expression.args[0]), self.convert(expression.args[1])
        ahead = self.subtract(first, second)
        step = self.step(ahead)
        return self.add([second, self.times(ahead, step.positive)]).excluding(step.excluded)


def _of_argument(made: Callable[[Algebra, Element], Element]) -> Callable[[Algebra, scalars.Function], Element]:
    """The rule that makes a value of the first argument of a function."""
    return lambda algebra, expression: made(algebra, algebra.convert(expression.args[0]))


def _unspecified(algebra: Algebra, expression: Unspecified) -> Element:
    kind = ("unspecified", expression.name, expression.order)
    return algebra.function(kind, tuple(map(algebra.convert, expression.args)))


def _component(algebra: Algebra, expression: UnspecifiedComponent) -> Element:
    kind = ("component", expression.name, expression.component, expression.orders)
    return algebra.function(kind, tuple(map(algebra.convert, expression.args)))


_RULES: dict[type[Scalar], Callable[[Algebra, Any], Element]] = {
    scalars.Number: lambda algebra, expression: algebra.constant(expression.value),
    scalars.Constant: Algebra._constant,
    scalars.Nothing: Algebra._nothing,
    scalars.Symbol: Algebra._symbol,
    scalars.Add: Algebra._sum,
    scalars.Mul: Algebra._product,
    scalars.Pow: Algebra._power,
    scalars.Exp: _of_argument(Algebra.exponential),
    scalars.Log: _of_argument(Algebra.logarithm),
    scalars.Tanh: _of_argument(Algebra._hyperbolic),
    scalars.Sin: _of_argument(lambda algebra, argument: algebra.odd("sin", argument)),
    scalars.Cos: _of_argument(Algebra.cosine),
    scalars.Erf: _of_argument(lambda algebra, argument: algebra.odd("erf", argument)),
    Positive: Algebra._step_function,
    Zero: Algebra._step_function,
    Sign: Algebra._step_function,
    Absolute: _of_argument(Algebra.absolute),
    Maximum: Algebra._maximum,
    Unspecified: _unspecified,
    UnspecifiedComponent: _component,
}
