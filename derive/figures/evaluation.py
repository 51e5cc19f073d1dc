"""The value of an expression at a point: exact while it is rational, else a float; nan where it has none."""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import singledispatch

from derive.errors import Unreadable
from derive.expressions import tree
from derive.expressions.tree import Expr
from derive.records import dataclass

Value = Fraction | float
NOTHING = math.nan
MOST_DIGITS = 400
"""A fraction of more digits than these goes on as a float."""


@dataclass(frozen=True)
class At:
    """The values of names; `zeros` are expressions that are zero there, whatever arithmetic makes of them."""

    values: Mapping[str, Value]
    zeros: frozenset[Expr] = frozenset()

    def __call__(self, node: Expr) -> Value:
        """Raises `Unreadable` for what is no number."""
        return Fraction(0) if node in self.zeros else evaluated(node, self)

    def holds(self, condition: tree.Condition) -> bool:
        if isinstance(condition, tree.AllOf):
            return all(map(self.holds, condition.conditions))
        difference = tree.Add((condition.left, tree.Negative(condition.right)))
        if difference in self.zeros:
            return _COMPARED[condition.comparator](Fraction(0), Fraction(0))
        return _COMPARED[condition.comparator](self(condition.left), self(condition.right))


_COMPARED: dict[str, Callable[[Value, Value], bool]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def value_at(node: Expr, name: str, x: Value, zeros: frozenset[Expr] = frozenset()) -> Value:
    """The value of an expression where one name has a value; nan where it has none."""
    try:
        found = At({name: x}, zeros)(node)
        return found if isinstance(found, Fraction) or not math.isinf(found) else NOTHING
    except (ArithmeticError, ValueError):
        return NOTHING


def _kept(value: Value) -> Value:
    """Exact while it is short."""
    is_long = isinstance(value, Fraction) and value.denominator.bit_length() > MOST_DIGITS
    return float(value) if is_long else value


@singledispatch
def evaluated(node: Expr, at: At) -> Value:
    raise Unreadable(f"{type(node).__name__} has no number for a value here", node.span)


@evaluated.register
def _number(node: tree.Number, at: At) -> Value:
    return node.value


@evaluated.register
def _constant(node: tree.Constant, at: At) -> Value:
    return {"pi": math.pi, "e": math.e}[node.name]


@evaluated.register
def _symbol(node: tree.Symbol, at: At) -> Value:
    if node.name not in at.values:
        raise Unreadable(f"{node.name} has no value here", node.span)
    return at.values[node.name]


@evaluated.register
def _negative(node: tree.Negative, at: At) -> Value:
    return -at(node.operand)


@evaluated.register
def _add(node: tree.Add, at: At) -> Value:
    total: Value = Fraction(0)
    for term in node.terms:
        total = total + at(term)
    return _kept(total)


@evaluated.register
def _scale(node: tree.Scale, at: At) -> Value:
    return _kept(at(node.factor) * at(node.operand))


@evaluated.register(tree.MatMul)
@evaluated.register(tree.Hadamard)
@evaluated.register(tree.Dot)
def _product(node: tree.MatMul | tree.Hadamard | tree.Dot, at: At) -> Value:
    return _kept(at(node.left) * at(node.right))


@evaluated.register
def _quotient(node: tree.Quotient, at: At) -> Value:
    return _kept(at(node.numerator) / at(node.denominator))


@evaluated.register
def _transpose(node: tree.Transpose, at: At) -> Value:
    return at(node.operand)


@evaluated.register
def _power(node: tree.Power, at: At) -> Value:
    base, exponent = at(node.base), at(node.exponent)
    is_whole = isinstance(exponent, Fraction) and exponent.denominator == 1
    if isinstance(base, Fraction) and is_whole and -20 <= exponent <= 20:
        return _kept(base ** int(exponent))
    return math.pow(base, exponent)


@evaluated.register
def _apply(node: tree.Apply, at: At) -> Value:
    if node.order:
        raise Unreadable("a derivative of a function stands unworked here", node.span)
    return _FUNCTIONS[node.function](at(node.operand), *map(at, node.parameters))


@evaluated.register
def _extremum(node: tree.Extremum, at: At) -> Value:
    left, right = at(node.left), at(node.right)
    return max(left, right) if node.kind == "max" else min(left, right)


@evaluated.register
def _indicator(node: tree.Indicator, at: At) -> Value:
    return Fraction(at.holds(node.condition))


@evaluated.register
def _cases(node: tree.Cases, at: At) -> Value:
    for value, condition in node.branches:
        if condition is None or at.holds(condition):
            return at(value)
    return NOTHING


def _sigmoid(x: Value) -> Value:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: Value) -> Value:
    return max(float(x), 0.0) + math.log1p(math.exp(-abs(float(x))))


def _sign(x: Value) -> Value:
    return Fraction((x > 0) - (x < 0))


def _exact_root(x: Value) -> Value:
    if isinstance(x, Fraction) and x >= 0:
        top, bottom = math.isqrt(x.numerator), math.isqrt(x.denominator)
        if top * top == x.numerator and bottom * bottom == x.denominator:
            return Fraction(top, bottom)
    return math.sqrt(x)


def _exponential(x: Value) -> Value:
    return Fraction(1) if x == 0 else math.exp(x)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "exp": _exponential, "log": math.log, "sqrt": _exact_root, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "coth": lambda x: 1 / math.tanh(x), "erf": math.erf,
    "sigmoid": _sigmoid, "softplus": _softplus, "silu": lambda x: x * _sigmoid(x),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2, "relu": lambda x: max(x, Fraction(0)),
    "leaky": lambda x, slope=Fraction(1, 100): x if x > 0 else slope * x,
    "elu": lambda x, alpha=Fraction(1): x if x > 0 else alpha * (_exponential(x) - 1), "abs": abs, "sign": _sign,
}  # fmt: skip
