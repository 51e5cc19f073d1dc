"""An interpreter of expressions in numbers, at many points at once: the oracle's eyes.

It shares nothing with what decides or differentiates: no symbols, no normal forms, no rules of differentiation. A value
is an array `points x rows x columns` (a scalar has one row and one column; one point stands for all). The numbers are
floats, or mpmath's with many digits. A derivative puts an imaginary step, too small to be seen, on each entry in turn.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import mpmath
import numpy as np

from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.expressions.tree import Expr, Index, IndexVariable
from derive.notation.symbols import Computed, Given, SymbolTable

Values: TypeAlias = Any
Places: TypeAlias = Any
"""A position, or one for each point where a label says which."""
Environment = Mapping[IndexVariable, Places]

DIGITS = 150
SNAP = 1e-12
"""At points that are meant to lie on kinks, what is nearer to zero than this is zero."""


class UnjudgedError(Exception):
    """The oracle has no opinion: it does not know what something is, or cannot perturb it."""


# ── numbers ──


@dataclass(frozen=True)
class Numbers:
    """A kind of numbers: how a float becomes one, an imaginary step, and what the functions are."""

    array: Callable[[Values], Values]
    step: Any
    real: Callable[[Values], Values]
    imaginary: Callable[[Values], Values]
    functions: Mapping[str, Callable[[Values], Values]]
    pi: Any
    e: Any


def _float_erf(value: Values) -> Values:
    """On the real axis; an imaginary part is so small that the slope says all of it."""
    real = _erf_of_reals(np.real(value))
    if not np.iscomplexobj(value):
        return real
    return real + 1j * np.imag(value) * 2 / math.sqrt(math.pi) * np.exp(-(np.real(value) ** 2))


_erf_of_reals = np.vectorize(math.erf, otypes=[float])

FLOATS = Numbers(
    array=lambda value: np.asarray(value, dtype=float),
    step=1e-30j,
    real=np.real,
    imaginary=np.imag,
    functions={
        "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "erf": _float_erf,
    },
    pi=math.pi,
    e=math.e,
)  # fmt: skip


def _elementwise(function: Callable[[Any], Any]) -> Callable[[Values], Values]:
    return np.frompyfunc(function, 1, 1)


def _exact_erf(value: Any) -> Any:
    real, imaginary = mpmath.re(value), mpmath.im(value)
    if not imaginary:
        return mpmath.erf(real)
    return mpmath.mpc(mpmath.erf(real), imaginary * 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-(real**2)))


def _exact_log(value: Any) -> Any:
    return mpmath.log(value) if value != 0 else mpmath.nan


def _many_digits() -> Numbers:
    functions = {name: _elementwise(getattr(mpmath, name)) for name in ("exp", "sqrt", "sin", "cos", "tanh")}
    with mpmath.workdps(DIGITS):
        return Numbers(
            array=lambda value: _elementwise(mpmath.mpmathify)(np.asarray(value, dtype=object)),
            step=mpmath.mpc(0, mpmath.mpf(10) ** (25 - DIGITS)),
            real=_elementwise(mpmath.re),
            imaginary=_elementwise(mpmath.im),
            functions={**functions, "log": _elementwise(_exact_log), "erf": _elementwise(_exact_erf)},
            pi=+mpmath.pi,
            e=+mpmath.e,
        )


MANY_DIGITS = _many_digits()


# ── where an expression is evaluated ──


@dataclass
class World:
    """Values of what is given at some points, and the names that stand there for other values than they have.

    `labels` are classes from 0, `points x examples`. `exactly_zero` is below what size a number counts as zero.
    """

    table: SymbolTable
    numbers: Numbers
    count: int
    given: Mapping[str, Values]
    labels: Mapping[str, Values]
    exactly_zero: float = 0.0
    free: Mapping[str, Values] = field(default_factory=dict)
    known: dict[str, Values] = field(default_factory=dict)
    slopes: dict[tuple[Expr, str], Values] = field(default_factory=dict)
    spreads: "dict[int, Spread]" = field(default_factory=dict)

    def value(self, node: Expr, env: Environment) -> Values:
        """The value of an expression. Raises `UnjudgedError`."""
        rule = RULES.get(type(node))
        if rule is None:
            raise UnjudgedError(type(node).__name__)
        return rule(self, node, env)

    def named(self, name: str) -> Values:
        if name in self.free:
            return self.free[name]
        if name in self.given:
            return self.given[name]
        if name not in self.known:
            meaning = self.table.meanings.get(name)
            if not isinstance(meaning, Computed) or meaning.value is None:
                raise UnjudgedError(f"{name} has no value")
            self.known[name] = self.value(meaning.value, {})
        return self.known[name]

    def apply(self, function: str, value: Values) -> Values:
        return self.numbers.functions[function](value)

    def sign(self, value: Values) -> Values:
        """-1, 0 or 1 by the real part."""
        real = np.asarray(self.numbers.real(value))
        near = np.abs(real) <= self.exactly_zero
        return np.where(near, 0, np.where(real > 0, 1, -1)).astype(int)

    # ── indices and conditions ──

    def position(self, index: Index, env: Environment) -> Places:
        match index:
            case IndexVariable():
                if index not in env:
                    raise UnjudgedError(f"the index {index.name} has no value")
                return env[index]
            case tree.IndexNumber(position):
                return position
            case tree.IndexShift(inner, by):
                return self.position(inner, env) + by
            case tree.Label(name, example):
                if name not in self.labels:
                    raise UnjudgedError(f"{name} is no label")
                at = 0 if example is None else self.position(example, env)
                label = self.labels[name]
                return label[:, at] if isinstance(at, int) else label[np.arange(self.count), at]
        raise UnjudgedError(type(index).__name__)

    def truth(self, condition: tree.Condition, env: Environment) -> Values:
        if isinstance(condition, tree.AllOf):
            total = self.truth(condition.conditions[0], env)
            for part in condition.conditions[1:]:
                total = total & self.truth(part, env)
            return total
        return COMPARATORS[condition.comparator](
            self.sign(self.value(condition.left, env) - self.value(condition.right, env))
        )

    # ── derivatives ──

    def gradient(self, of: Expr, by: tree.Symbol) -> Values:
        """∂f/∂x for a scalar f: every entry of x is moved in turn, at every point."""
        key = (of, by.name)
        if key in self.slopes:
            return self.slopes[key]
        if not of.shape.is_scalar or self.free:
            raise UnjudgedError("a derivative of no scalar")
        rows, columns = by.shape.sizes() or (1, 1)
        moves = rows * columns
        value = np.broadcast_to(self.named(by.name), (self.count, rows, columns))
        steps = np.zeros((moves, rows, columns), dtype=object)
        steps.reshape(moves, -1)[np.diag_indices(moves)] = self.numbers.step
        if self.numbers is FLOATS:
            steps = steps.astype(complex)
        moved = (value[:, None] + steps[None]).reshape(-1, rows, columns)
        world = World(
            self.table,
            self.numbers,
            self.count * moves,
            {name: np.repeat(given, moves, axis=0) for name, given in self.given.items()},
            {name: np.repeat(label, moves, axis=0) for name, label in self.labels.items()},
            self.exactly_zero,
            {by.name: moved},
        )
        total = np.broadcast_to(world.value(of, {}), (self.count * moves, 1, 1))
        found = self.numbers.imaginary(total).reshape(self.count, rows, columns) / self.numbers.imaginary(
            np.array(self.numbers.step)
        )
        self.slopes[key] = found
        return found

    def spread(self, times: int) -> "Spread":
        """The same points, each so many times: for the values of free indices."""
        if times not in self.spreads:
            labels = {name: np.repeat(label, times, axis=0) for name, label in self.labels.items()}
            self.spreads[times] = Spread(
                self.table, self.numbers, self.count * times, {}, labels, self.exactly_zero, times=times, base=self
            )
        return self.spreads[times]


@dataclass
class Spread(World):
    """A world whose points are those of another, repeated."""

    times: int = 1
    base: World | None = None

    def named(self, name: str) -> Values:
        if name not in self.known:
            assert self.base is not None
            self.known[name] = self._repeated(self.base.named(name))
        return self.known[name]

    def gradient(self, of: Expr, by: tree.Symbol) -> Values:
        key = (of, by.name)
        if key not in self.slopes:
            assert self.base is not None
            self.slopes[key] = self._repeated(self.base.gradient(of, by))
        return self.slopes[key]

    def _repeated(self, value: Values) -> Values:
        return value if len(value) == 1 else np.repeat(value, self.times, axis=0)


COMPARATORS: dict[str, Callable[[Values], Values]] = {
    "=": lambda sign: sign == 0, "!=": lambda sign: sign != 0, "<": lambda sign: sign < 0, "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0, ">=": lambda sign: sign >= 0,
}  # fmt: skip


# ── rules, one a node ──

Rule = Callable[[World, Any, Environment], Values]


def _number(world: World, value: Any) -> Values:
    return world.numbers.array(np.full((1, 1, 1), value))


def _rational(world: World, node: tree.Number, env: Environment) -> Values:
    return _number(world, node.value.numerator) / _number(world, node.value.denominator)


def _constant(world: World, node: tree.Constant, env: Environment) -> Values:
    return _number(world, world.numbers.pi if node.name == "pi" else world.numbers.e)


def _index_value(world: World, node: tree.IndexValue, env: Environment) -> Values:
    position = np.atleast_1d(world.position(node.index, env)) + world.table.index_base
    return world.numbers.array(position.reshape(-1, 1, 1))


def _full(world: World, value: float, shape: Shape) -> Values:
    return world.numbers.array(np.full((1, *(shape.sizes() or (1, 1))), value))


def _add(world: World, node: tree.Add, env: Environment) -> Values:
    total = world.value(node.terms[0], env)
    for term in node.terms[1:]:
        total = total + world.value(term, env)
    return total


def _pair(operation: Callable[[Values, Values], Values], *names: str) -> Rule:
    def rule(world: World, node: Any, env: Environment) -> Values:
        first, second = (world.value(getattr(node, name), env) for name in names)
        return operation(first, second)

    return rule


def _flat(value: Values) -> Values:
    return value.reshape(len(value), -1)


def _dot(left: Values, right: Values) -> Values:
    return np.sum(_flat(left) * _flat(right), axis=1)[:, None, None]


def _outer(left: Values, right: Values) -> Values:
    return _flat(left)[:, :, None] * _flat(right)[:, None, :]


def _transpose(world: World, node: tree.Transpose, env: Environment) -> Values:
    return np.swapaxes(world.value(node.operand, env), 1, 2)


def _power(world: World, node: tree.Power, env: Environment) -> Values:
    base, exponent = world.value(node.base, env), world.value(node.exponent, env)
    if isinstance(node.exponent, tree.Number) and node.exponent.value.denominator == 1:
        total = base
        for _ in range(abs(node.exponent.value.numerator) - 1):
            total = total * base
        total = total if node.exponent.value else base * 0 + 1
        return total if node.exponent.value >= 0 else 1 / total
    return world.apply("exp", exponent * world.apply("log", base))


def _matrix_power(world: World, node: tree.MatrixPower, env: Environment) -> Values:
    total = _full(world, 0, node.shape) + world.numbers.array(np.eye(node.shape.sizes()[0]))
    for _ in range(node.exponent):
        total = np.matmul(total, world.value(node.base, env))
    return total


def _apply(world: World, node: tree.Apply, env: Environment) -> Values:
    parameters = [world.value(parameter, env) for parameter in node.parameters]
    operand, function = world.value(node.operand, env), FUNCTIONS.get(node.function)
    if function is None or node.order > 1:
        raise UnjudgedError(node.function)
    if node.order == 0:
        return function(world, operand, *parameters)
    if world.free:
        raise UnjudgedError("a derivative inside another one")
    above = function(world, operand + world.numbers.step, *parameters)
    return world.numbers.imaginary(above) / world.numbers.imaginary(np.array(world.numbers.step))


def _positive_part(world: World, value: Values) -> Values:
    return np.where(world.sign(value) > 0, value, 0 * value)


def _sigmoid(world: World, value: Values) -> Values:
    return 1 / (1 + world.apply("exp", -value))


def _normal(world: World, value: Values) -> Values:
    half = _number(world, 1) / 2
    return half * (1 + world.apply("erf", value * world.apply("sqrt", half)))


FUNCTIONS: dict[str, Callable[..., Values]] = {
    **{name: lambda world, u, _name=name: world.apply(_name, u) for name in ("exp", "log", "sqrt", "sin", "cos")},
    "tanh": lambda world, u: world.apply("tanh", u),
    "erf": lambda world, u: world.apply("erf", u),
    "sigmoid": _sigmoid,
    "softplus": lambda world, u: world.apply("log", 1 + world.apply("exp", u)),
    "gelu": lambda world, u: u * _normal(world, u),
    "relu": _positive_part,
    "leaky": lambda world, u, slope: slope * u + (1 - slope) * _positive_part(world, u),
    "abs": lambda world, u: _positive_part(world, u) + _positive_part(world, -u),
    "sign": lambda world, u: world.sign(u) + 0 * u,
}


def _extremum(world: World, node: tree.Extremum, env: Environment) -> Values:
    return _larger(world, world.value(node.left, env), world.value(node.right, env), node.kind == "max")


def _larger(world: World, left: Values, right: Values, larger: bool = True) -> Values:
    """The larger or the smaller; of two equal ones that which does not move, as a derivative of 0 at a kink wants."""
    sign = world.sign(left - right) * (1 if larger else -1)
    left_moves = np.abs(world.numbers.imaginary(left)) > np.abs(world.numbers.imaginary(right))
    return np.where((sign > 0) | ((sign == 0) & ~left_moves.astype(bool)), left, right)


def _softmax(world: World, node: tree.Softmax, env: Environment) -> Values:
    exponentials = world.apply("exp", world.value(node.operand, env))
    value = exponentials / np.sum(exponentials, axis=1 + node.axis, keepdims=True)
    return world.apply("log", value) if node.logarithm else value


def _reduce(world: World, node: tree.Reduce, env: Environment) -> Values:
    operand = world.value(node.operand, env)
    flat = _flat(operand)
    match node.kind:
        case "sum":
            total = np.sum(flat, axis=1)
        case "mean":
            total = np.sum(flat, axis=1) / flat.shape[1]
        case "logsumexp":
            total = world.apply("log", np.sum(world.apply("exp", flat), axis=1))
        case "l1":
            total = np.sum(FUNCTIONS["abs"](world, flat), axis=1)
        case "l2":
            total = world.apply("sqrt", np.sum(flat * flat, axis=1))
        case "trace":
            total = sum(operand[:, at, at] for at in range(operand.shape[1]))
        case _:
            raise UnjudgedError(node.kind)
    return total[:, None, None]


def _diagonal(world: World, node: tree.Diagonal, env: Environment) -> Values:
    operand = world.value(node.operand, env)
    if node.operand.shape.is_vector:
        flat = _flat(operand)
        return flat[:, :, None] * world.numbers.array(np.eye(flat.shape[1]))
    return np.stack([operand[:, at, at] for at in range(operand.shape[1])], axis=1)[:, :, None]


def _entry(world: World, node: tree.Entry, env: Environment) -> Values:
    operand = world.value(node.operand, env)
    i, j = world.position(node.row, env), world.position(node.column, env)
    if isinstance(i, int) and isinstance(j, int):
        if not (0 <= i < operand.shape[1] and 0 <= j < operand.shape[2]):
            raise UnjudgedError("an index out of its range")
        return operand[:, i : i + 1, j : j + 1]
    for at, size in ((i, operand.shape[1]), (j, operand.shape[2])):
        if np.any((np.asarray(at) < 0) | (np.asarray(at) >= size)):
            raise UnjudgedError("an index out of its range")
    wide = np.broadcast_to(operand, (world.count, *operand.shape[1:]))
    return wide[np.arange(world.count), i, j][:, None, None]


def _slice(world: World, node: tree.Slice, env: Environment) -> Values:
    operand, at = world.value(node.operand, env), world.position(node.index, env)
    if not isinstance(at, int):
        wide = np.broadcast_to(operand, (world.count, *operand.shape[1:]))
        found = wide[np.arange(world.count), at] if node.along == "row" else wide[np.arange(world.count), :, at]
        return found[:, None, :] if node.along == "row" else found[:, :, None]
    return operand[:, at : at + 1, :] if node.along == "row" else operand[:, :, at : at + 1]


def _quantified(world: World, node: tree.Quantified, env: Environment) -> Values:
    if node.kind in ("max", "min") and node.condition is not None:
        raise UnjudgedError("an extremum under a condition")
    empty = _full(world, 1 if node.kind == "product" else 0, node.shape)
    total = None
    for position in range(node.range.first, node.range.last + 1):
        inner = {**env, node.index: position}
        value = world.value(node.body, inner)
        if node.condition is not None:
            value = np.where(world.truth(node.condition, inner), value, empty)
        if total is None:
            total = value
        elif node.kind == "sum":
            total = total + value
        elif node.kind == "product":
            total = total * value
        else:
            total = _larger(world, total, value, node.kind == "max")
    return empty if total is None else total


def _entry_formula(world: World, node: tree.EntryFormula, env: Environment) -> Values:
    rows, columns = node.shape.sizes()
    entries = []
    for i, j in itertools.product(range(rows), range(columns)):
        inner = {**env, **({node.row: i} if node.row else {}), **({node.column: j} if node.column else {})}
        entries.append(world.value(node.body, inner)[:, 0, 0])
    batch = max(len(entry) for entry in entries)
    return np.stack([np.broadcast_to(entry, (batch,)) for entry in entries], axis=1).reshape(batch, rows, columns)


def _cases(world: World, node: tree.Cases, env: Environment) -> Values:
    """Without value where no case applies."""
    total = _number(world, math.nan)
    for branch, condition in reversed(node.branches):
        value = world.value(branch, env)
        total = value if condition is None else np.where(world.truth(condition, env), value, total)
    return total


def _derivative(world: World, node: tree.Derivative, env: Environment) -> Values:
    """Of a scalar, by a name or its entries, in the layout that gives it their shape."""
    if node.layout != "gradient":
        raise UnjudgedError(node.layout)
    match node.by:
        case tree.Symbol():
            return world.gradient(node.of, node.by)
        case tree.Entry(tree.Symbol() as operand):
            gradient = tree.Derivative(node.of, operand)
            return _entry(world, tree.Entry(gradient, node.by.row, node.by.column), env)
    raise UnjudgedError("a derivative by an expression")


def _indicator(world: World, node: tree.Indicator, env: Environment) -> Values:
    return world.numbers.array(world.truth(node.condition, env).astype(int))


RULES: dict[type, Rule] = {
    tree.Number: _rational,
    tree.Constant: _constant,
    tree.Size: lambda world, node, env: _number(world, node.dim.size),
    tree.IndexValue: _index_value,
    tree.Symbol: lambda world, node, env: world.named(node.name),
    tree.Identity: lambda world, node, env: world.numbers.array(np.eye(node.shape.sizes()[0])[None]),
    tree.Fill: lambda world, node, env: _full(world, node.value, node.of_shape),
    tree.Negative: lambda world, node, env: -world.value(node.operand, env),
    tree.Add: _add,
    tree.Scale: _pair(lambda a, b: a * b, "factor", "operand"),
    tree.MatMul: _pair(np.matmul, "left", "right"),
    tree.Hadamard: _pair(lambda a, b: a * b, "left", "right"),
    tree.Quotient: _pair(lambda a, b: a / b, "numerator", "denominator"),
    tree.Dot: _pair(_dot, "left", "right"),
    tree.Outer: _pair(_outer, "left", "right"),
    tree.Transpose: _transpose,
    tree.Power: _power,
    tree.MatrixPower: _matrix_power,
    tree.Apply: _apply,
    tree.Extremum: _extremum,
    tree.Softmax: _softmax,
    tree.Reduce: _reduce,
    tree.Diagonal: _diagonal,
    tree.Entry: _entry,
    tree.Slice: _slice,
    tree.Quantified: _quantified,
    tree.EntryFormula: _entry_formula,
    tree.Indicator: _indicator,
    tree.Cases: _cases,
    tree.Derivative: _derivative,
}


# ── points ──


def given_names(table: SymbolTable) -> Iterable[tuple[str, Given]]:
    return ((name, meaning) for name, meaning in table.meanings.items() if isinstance(meaning, Given))


def drawn(
    table: SymbolTable, count: int, seed: int, whole: bool = False
) -> tuple[dict[str, Values], dict[str, Values]]:
    """Values of what is given, and the labels: of either sign, some positive, some small; or small whole numbers."""
    generator = np.random.default_rng(seed)
    given: dict[str, Values] = {}
    labels: dict[str, Values] = {}
    for name, meaning in given_names(table):
        rows, columns = meaning.shape.sizes() or (1, 1)
        if meaning.kind == "labels" and meaning.target is None:
            labels[name] = generator.integers(0, meaning.classes.size, (count, rows))  # type: ignore[union-attr]
        elif meaning.kind == "one-hot":
            given[name] = _one_hot(generator, count, rows, columns)
        elif meaning.kind in ("real", "positive"):
            given[name] = _reals(generator, count, rows, columns, whole)
    for name, meaning in given_names(table):
        if meaning.target is not None:
            one_hot = given[meaning.target]
            examples = one_hot.reshape(count, 1, -1) if 1 in one_hot.shape[1:] and meaning.shape.is_scalar else one_hot
            labels[name] = np.argmax(examples, axis=2)
    return given, labels


def _reals(generator: Any, count: int, rows: int, columns: int, whole: bool) -> Values:
    if whole:
        return generator.integers(-1, 2, (count, rows, columns)).astype(float)
    value = generator.uniform(-1.3, 1.3, (count, rows, columns))
    value *= min(1.0, math.sqrt(2 / max(rows, columns)))
    value[: count // 6] = np.abs(value[: count // 6])
    value[-(count // 4) :] *= 0.5
    return value


def _one_hot(generator: Any, count: int, rows: int, columns: int) -> Values:
    value = np.zeros((count, rows, columns))
    if 1 in (rows, columns):
        value.reshape(count, -1)[np.arange(count), generator.integers(0, rows * columns, count)] = 1.0
    else:
        for row in range(rows):
            value[np.arange(count), row, generator.integers(0, columns, count)] = 1.0
    return value


def world_at(table: SymbolTable, numbers: Numbers, given: Mapping[str, Values], labels: Mapping[str, Values]) -> World:
    """A world whose points have these values."""
    count = max(len(value) for value in (*given.values(), *labels.values()))
    return World(table, numbers, count, {name: numbers.array(value) for name, value in given.items()}, labels)
