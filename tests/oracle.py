"""A second opinion in floating point: numpy evaluates expressions, derivatives come from perturbing a variable.

Nothing here is shared with the exact side: there are no symbols, no normal forms and no rules of differentiation. The
tree of `derive.expressions.tree` is the input; its names mean what the symbol table says; a value is an array with a
batch axis in front (`batch x rows x columns`, a scalar has one row and one column). `∂f/∂x` puts an imaginary step of
1e-30 on each entry of `x` in turn, or, inside such a step, central differences of 1e-5.
"""

import itertools
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any, TypeAlias

import numpy as np

from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.expressions.tree import Expr, Index, IndexVariable
from derive.notation.symbols import Computed, Given, SymbolTable

Values: TypeAlias = Any
"""Arrays of floats or complex numbers; numpy's own types do not say which comes of which."""
Position = tuple[int, int]
Environment = Mapping[IndexVariable, int]

IMAGINARY_STEP = 1e-30
REAL_STEP = 1e-5
TOLERANCE = 1e-6


class UnjudgedError(Exception):
    """The oracle has no opinion: it does not know what something is, or cannot perturb it."""


# ── points ──


@dataclass
class Point:
    """Values for everything that is given, drawn when first asked for; `fixed` are prescribed. Labels count from 0.

    What is computed from them stays with the point: who asks about many expressions asks the same points.
    """

    table: SymbolTable
    seed: int
    positive: bool = False
    fixed: dict[str, Values] = field(default_factory=dict)
    drawn: dict[tuple[str, Shape], Values] = field(default_factory=dict)
    jacobians: dict[tuple[str, Shape, str, Shape], Values] = field(default_factory=dict)
    computed: dict[str, Values] = field(default_factory=dict)

    def given(self, name: str, shape: Shape) -> Values:
        """The value of a given symbol, or of one that is only bound in a statement."""
        if name in self.fixed:
            return self.fixed[name]
        if (name, shape) not in self.drawn:  # one name may be bound in two statements, in two shapes
            meaning = self.table.meanings.get(name)
            generator = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
            given = meaning if isinstance(meaning, Given) else Given("real", shape)
            self.drawn[name, shape] = self._draw(given, generator)
        return self.drawn[name, shape]

    def _draw(self, given: Given, generator: np.random.Generator) -> Values:
        sizes = (1, *(given.shape.sizes() or (1, 1)))
        if given.kind == "one-hot":
            return self._one_hot(sizes, generator)
        if given.kind == "positive" or (given.kind == "real" and self.positive):
            value = generator.uniform(0.2, 1.9, sizes)
        elif given.kind == "integer":
            value = generator.integers(1, 5, sizes).astype(float)
        else:
            value = generator.uniform(-1.6, 1.6, sizes)
        return _structured(value, given.structure)

    def _one_hot(self, sizes: Sequence[int], generator: np.random.Generator) -> Values:
        value = np.zeros(sizes)
        if 1 in sizes[1:]:
            value.reshape(-1)[generator.integers(value.size)] = 1.0
        else:
            for row in range(sizes[1]):
                value[0, row, generator.integers(sizes[2])] = 1.0
        return value

    def wave(self, name: str, operand: Values, order: int) -> Values:
        """What stands for an unspecified function: a sine and a parabola, and their derivatives."""
        a, b, c = np.random.default_rng([self.seed, zlib.crc32(name.encode())]).uniform(0.4, 1.6, 3)
        square = (c * operand**2, 2 * c * operand, 2 * c * np.ones_like(operand))
        return a**order * np.sin(a * operand + b + order * math.pi / 2) + (square[order] if order < len(square) else 0)

    def weights(self, name: str, outputs: int, inputs: int) -> Values:
        """An unspecified vector function stands for sin(w_i · x + 3/10) + w_i · x²; these are its w."""
        generator = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        return np.array([generator.uniform(-1.2, 1.2, inputs) for _ in range(outputs)])

    def component(self, name: str, number: int, arguments: Values, orders: Sequence[int]) -> float:
        """A component of an unspecified vector function, differentiated by each argument so many times."""
        weights = self.weights(name, number + 1, len(arguments))[number]
        total = sum(orders)
        sine = math.sin(float(weights @ arguments) + 0.3 + total * math.pi / 2)
        sine *= float(np.prod(weights ** np.array(orders)))
        if total == 0:
            return sine + float(weights @ arguments**2)
        if max(orders) != total or total > 2:
            return sine
        at = list(orders).index(total)
        return sine + float(2 * weights[at] * (arguments[at] if total == 1 else 1))

    def label(self, name: str, example: int | None) -> int:
        """The class, from 0, that a label or hot index names here."""
        meaning = self.table.meanings.get(name)
        if not isinstance(meaning, Given):
            raise UnjudgedError(f"{name} is no label")
        if meaning.target is not None:
            target = self.table.meanings[meaning.target]
            assert isinstance(target, Given)
            one_hot = self.given(meaning.target, target.shape)[0]
            return int(np.argmax(one_hot if example is None else one_hot[example]))
        if name in self.fixed:
            return int(self.fixed[name].reshape(-1)[example or 0])
        classes = meaning.classes.size if meaning.classes and meaning.classes.size else 1
        generator = np.random.default_rng([self.seed, zlib.crc32(name.encode()), example or 0])
        return int(generator.integers(classes))


def _structured(value: Values, structure: str) -> Values:
    """The nearest matrix of that structure, more or less."""
    transposed = np.swapaxes(value, 1, 2)
    match structure:
        case "":
            return value
        case "symmetric":
            return (value + transposed) / 2
        case "positive definite":
            return value @ transposed + 0.5 * np.eye(value.shape[1])
        case "diagonal":
            return value * np.eye(value.shape[1])
        case "orthogonal":
            return np.linalg.qr(value)[0]
        case "invertible":
            return value + 2.5 * np.eye(value.shape[1])
    raise UnjudgedError(f"a {structure} matrix")


# ── evaluation ──


@dataclass
class World:
    """A point, and the names that stand there for other values than they are computed to have."""

    point: Point
    free: dict[str, Values] = field(default_factory=dict)
    is_complex: bool = False
    known: dict[str, Values] = field(default_factory=dict)

    @property
    def batch(self) -> int:
        return max((len(value) for value in self.free.values()), default=1)


def value_at(point: Point, expression: Expr, environment: Environment | None = None) -> Values:
    """The entries of an expression: two axes, or four for a derivative of a matrix by a matrix."""
    with np.errstate(all="ignore"):
        value = Evaluation(point.table).value(expression, dict(environment or {}), World(point, known=point.computed))
    return np.real(value[0])


def holds_at(point: Point, condition: tree.Condition, environment: Environment) -> bool:
    """Whether a condition holds, in every entry."""
    with np.errstate(all="ignore"):
        return bool(
            np.all(Evaluation(point.table).truth(condition, dict(environment), World(point, known=point.computed)))
        )


@dataclass
class Evaluation:
    """The interpreter of expressions."""

    table: SymbolTable

    def value(self, node: Expr, env: Environment, world: World) -> Values:
        return _RULE(type(node))(self, node, env, world)

    @singledispatchmethod
    def _value(self, node: Expr, env: Environment, world: World) -> Values:
        raise UnjudgedError(type(node).__name__)

    @_value.register
    def _(self, node: tree.Number, env: Environment, world: World) -> Values:
        return _number(float(node.value))

    @_value.register
    def _(self, node: tree.Constant, env: Environment, world: World) -> Values:
        return _number(math.pi if node.name == "pi" else math.e)

    @_value.register
    def _(self, node: tree.Size, env: Environment, world: World) -> Values:
        return _number(float(node.dim.size or 0))

    @_value.register
    def _(self, node: tree.IndexValue, env: Environment, world: World) -> Values:
        return _number(float(self.position(node.index, env, world) + self.table.index_base))

    @_value.register
    def _(self, node: tree.Symbol, env: Environment, world: World) -> Values:
        return self.named(node.name, node.shape, world)

    def named(self, name: str, shape: Shape, world: World) -> Values:
        if name in world.free:
            return world.free[name]
        meaning = self.table.meanings.get(name)
        if not (isinstance(meaning, Computed) and meaning.value is not None):
            return world.point.given(name, shape)
        if name not in world.known:
            world.known[name] = self.value(meaning.value, {}, world)
        return world.known[name]

    @_value.register
    def _(self, node: tree.Identity, env: Environment, world: World) -> Values:
        return np.eye(node.shape.sizes()[0])[None]

    @_value.register
    def _(self, node: tree.Fill, env: Environment, world: World) -> Values:
        return np.full((1, *node.shape.sizes()), float(node.value))

    @_value.register
    def _(self, node: tree.Negative, env: Environment, world: World) -> Values:
        return -self.value(node.operand, env, world)

    @_value.register
    def _(self, node: tree.Add, env: Environment, world: World) -> Values:
        total = self.value(node.terms[0], env, world)
        for term in node.terms[1:]:
            total = total + self.value(term, env, world)
        return total

    @_value.register
    def _(self, node: tree.Scale, env: Environment, world: World) -> Values:
        factor, operand = self.value(node.factor, env, world), self.value(node.operand, env, world)
        return factor.reshape(factor.shape + (1,) * (operand.ndim - factor.ndim)) * operand

    @_value.register
    def _(self, node: tree.MatMul, env: Environment, world: World) -> Values:
        left, right = self.value(node.left, env, world), self.value(node.right, env, world)
        return np.einsum("bik,bkj->bij", *_batched(left, right))

    @_value.register
    def _(self, node: tree.Hadamard, env: Environment, world: World) -> Values:
        return self.value(node.left, env, world) * self.value(node.right, env, world)

    @_value.register
    def _(self, node: tree.Quotient, env: Environment, world: World) -> Values:
        return self.value(node.numerator, env, world) / self.value(node.denominator, env, world)

    @_value.register
    def _(self, node: tree.Dot, env: Environment, world: World) -> Values:
        left, right = (_flat(self.value(part, env, world)) for part in (node.left, node.right))
        return np.sum(left * right, axis=1)[:, None, None]

    @_value.register
    def _(self, node: tree.Outer, env: Environment, world: World) -> Values:
        left, right = (_flat(self.value(part, env, world)) for part in (node.left, node.right))
        return left[:, :, None] * right[:, None, :]

    @_value.register
    def _(self, node: tree.Kronecker, env: Environment, world: World) -> Values:
        left, right = _batched(self.value(node.left, env, world), self.value(node.right, env, world))
        products = left[:, :, None, :, None] * right[:, None, :, None, :]
        return products.reshape(len(left), left.shape[1] * right.shape[1], left.shape[2] * right.shape[2])

    @_value.register
    def _(self, node: tree.Transpose, env: Environment, world: World) -> Values:
        return np.swapaxes(self.value(node.operand, env, world), 1, 2)

    @_value.register
    def _(self, node: tree.Inverse, env: Environment, world: World) -> Values:
        return np.linalg.inv(self.value(node.operand, env, world))

    @_value.register
    def _(self, node: tree.Power, env: Environment, world: World) -> Values:
        base, exponent = self.value(node.base, env, world), self.value(node.exponent, env, world)
        first = exponent.reshape(-1)[0]
        if np.all(exponent == first) and np.imag(first) == 0 and float(np.real(first)).is_integer():
            return _whole_power(base, int(np.real(first)))
        return np.exp(exponent * _log(base))

    @_value.register
    def _(self, node: tree.MatrixPower, env: Environment, world: World) -> Values:
        return np.linalg.matrix_power(self.value(node.base, env, world), node.exponent)

    @_value.register
    def _(self, node: tree.Apply, env: Environment, world: World) -> Values:
        parameters = [self.value(parameter, env, world) for parameter in node.parameters]
        operand = self.value(node.operand, env, world)
        if node.order == 0:
            return FUNCTIONS[node.function](operand, *parameters)
        return self._slope(node.function, operand, parameters, node.order)

    def _slope(self, function: str, operand: Values, parameters: Sequence[Values], order: int) -> Values:
        """A derivative of a function of one variable, by central differences of the one before it."""
        if order == 0:
            return FUNCTIONS[function](operand, *parameters)
        step = REAL_STEP if order == 1 else 1e-3
        above = self._slope(function, operand + step, parameters, order - 1)
        below = self._slope(function, operand - step, parameters, order - 1)
        return (above - below) / (2 * step)

    @_value.register
    def _(self, node: tree.Unspecified, env: Environment, world: World) -> Values:
        return world.point.wave(node.name, self.value(node.operand, env, world), node.order)

    @_value.register
    def _(self, node: tree.UnspecifiedMap, env: Environment, world: World) -> Values:
        operand = _flat(self.value(node.operand, env, world))
        weights = world.point.weights(node.name, node.codomain.size or 1, operand.shape[1])
        waves = np.sin(operand @ weights.T + 0.3) + (operand**2) @ weights.T
        return waves[:, None, :] if node.shape.is_row else waves[:, :, None]

    @_value.register
    def _(self, node: tree.EntryByEntry, env: Environment, world: World) -> Values:
        operand = self.value(node.operand, env, world)
        result = np.zeros(operand.shape, dtype=complex if world.is_complex else float)
        for i, j in itertools.product(range(operand.shape[1]), range(operand.shape[2])):
            free = {**world.free, node.parameter.name: operand[:, i : i + 1, j : j + 1]}
            inner = self.value(node.formula, env, World(world.point, free, world.is_complex))
            result[:, i, j] = inner[:, 0, 0]
        return result

    @_value.register
    def _(self, node: tree.Extremum, env: Environment, world: World) -> Values:
        return _extremum(node.kind, self.value(node.left, env, world), self.value(node.right, env, world))

    @_value.register
    def _(self, node: tree.Softmax, env: Environment, world: World) -> Values:
        exponentials = np.exp(self.value(node.operand, env, world))
        value = exponentials / np.sum(exponentials, axis=1 + node.axis, keepdims=True)
        return np.log(value) if node.logarithm else value

    @_value.register
    def _(self, node: tree.Reduce, env: Environment, world: World) -> Values:
        operand = self.value(node.operand, env, world)
        match node.kind:
            case "trace":
                return np.trace(operand, axis1=1, axis2=2)[:, None, None]
            case "det":
                return np.linalg.det(operand)[:, None, None]
            case "max" | "min":
                columns = _flat(operand)
                total = columns[:, :1]
                for at in range(1, columns.shape[1]):
                    total = _extremum(node.kind, total, columns[:, at : at + 1])
                return total[:, :, None]
        return REDUCTIONS[node.kind](_flat(operand))[:, None, None]

    @_value.register
    def _(self, node: tree.Diagonal, env: Environment, world: World) -> Values:
        operand = self.value(node.operand, env, world)
        if 1 in operand.shape[1:]:
            flat = _flat(operand)
            return flat[:, :, None] * np.eye(flat.shape[1])
        return np.einsum("bii->bi", operand)[:, :, None]

    @_value.register
    def _(self, node: tree.Vectorised, env: Environment, world: World) -> Values:
        return _flat(np.swapaxes(self.value(node.operand, env, world), 1, 2))[:, :, None]

    @_value.register
    def _(self, node: tree.Entry, env: Environment, world: World) -> Values:
        operand = self.value(node.operand, env, world)
        i, j = self.position(node.row, env, world), self.position(node.column, env, world)
        if not (0 <= i < operand.shape[1] and 0 <= j < operand.shape[2]):
            raise UnjudgedError("an index out of its range")
        return operand[:, i : i + 1, j : j + 1]

    @_value.register
    def _(self, node: tree.Slice, env: Environment, world: World) -> Values:
        operand, at = self.value(node.operand, env, world), self.position(node.index, env, world)
        return operand[:, at : at + 1, :] if node.along == "row" else operand[:, :, at : at + 1]

    @_value.register
    def _(self, node: tree.Quantified, env: Environment, world: World) -> Values:
        values = []
        for position in range(node.range.first, node.range.last + 1):
            inner = {**env, node.index: position}
            if node.condition is None or bool(np.all(self.truth(node.condition, inner, world))):
                values.append(self.value(node.body, inner, world))
        if not values:
            if node.kind in ("max", "min"):
                raise UnjudgedError("the maximum of nothing")
            return np.full((1, *(node.shape.sizes() or (1, 1))), 0.0 if node.kind == "sum" else 1.0)
        total = values[0]
        for value in values[1:]:
            match node.kind:
                case "sum":
                    total = total + value
                case "product":
                    total = total * value
                case _:
                    total = _extremum(node.kind, total, value)
        return total

    @_value.register
    def _(self, node: tree.EntryFormula, env: Environment, world: World) -> Values:
        rows, columns = node.shape.sizes()
        entries = []
        for i, j in itertools.product(range(rows), range(columns)):
            inner = {**env, **({node.row: i} if node.row else {}), **({node.column: j} if node.column else {})}
            entries.append(self.value(node.body, inner, world)[:, 0, 0])
        batch = max(len(entry) for entry in entries)
        columns_of = [np.broadcast_to(entry, (batch,)) for entry in entries]
        return np.stack(columns_of, axis=1).reshape(batch, rows, columns)

    @_value.register
    def _(self, node: tree.Blocks, env: Environment, world: World) -> Values:
        lines = [[self.value(block, env, world) for block in line] for line in node.rows]
        batch = max(len(block) for line in lines for block in line)
        wide = [[np.broadcast_to(block, (batch, *block.shape[1:])) for block in line] for line in lines]
        return np.concatenate([np.concatenate(line, axis=2) for line in wide], axis=1)

    @_value.register
    def _(self, node: tree.Indicator, env: Environment, world: World) -> Values:
        return self.truth(node.condition, env, world).astype(float)

    @_value.register
    def _(self, node: tree.Cases, env: Environment, world: World) -> Values:
        """Without value where no case applies."""
        total: Values = np.full((1, 1, 1), complex(np.nan, np.nan) if world.is_complex else np.nan)
        for branch, condition in reversed(node.branches):
            value = self.value(branch, env, world)
            total = value if condition is None else np.where(self.truth(condition, env, world), value, total)
        return total

    # ── conditions and indices ──

    def truth(self, condition: tree.Condition, env: Environment, world: World) -> Values:
        if isinstance(condition, tree.AllOf):
            total = self.truth(condition.conditions[0], env, world)
            for part in condition.conditions[1:]:
                total = total & self.truth(part, env, world)
            return total
        left, right = (np.real(self.value(side, env, world)) for side in (condition.left, condition.right))
        return COMPARATORS[condition.comparator](left, right)

    def position(self, index: Index, env: Environment, world: World) -> int:
        match index:
            case tree.IndexVariable():
                if index not in env:
                    raise UnjudgedError(f"the index {index.name} has no value")
                return env[index]
            case tree.IndexNumber(position):
                return position
            case tree.IndexShift(inner, by):
                return self.position(inner, env, world) + by
            case tree.Label(name, example):
                return world.point.label(name, None if example is None else self.position(example, env, world))
        raise UnjudgedError(type(index).__name__)

    # ── derivatives ──

    @_value.register
    def _(self, node: tree.Derivative, env: Environment, world: World) -> Values:
        return _arranged(self.jacobian(node, env, world), node.of.shape, node.by.shape, node.layout)

    @_value.register
    def _(self, node: tree.ChainRule, env: Environment, world: World) -> Values:
        total = self.jacobian(node.factors[0], env, world)
        for factor in node.factors[1:]:
            total = np.einsum("bik,bkj->bij", *_batched(total, self.jacobian(factor, env, world)))
        first, last = node.factors[0], node.factors[-1]
        return _arranged(total, first.of.shape, last.by.shape, first.layout)

    @_value.register
    def _(self, node: tree.LocalFactor, env: Environment, world: World) -> Values:
        """F where T[i, j, k, l] is δ F along the paired axes; without value where T is not of that form."""
        jacobian = self.jacobian(node.derivative, env, world)
        of, by = node.derivative.of.shape.sizes(), node.derivative.by.shape.sizes()
        if node.paired in (tree.DIAGONAL, tree.ENTRYWISE):
            diagonal = np.einsum("bii->bi", jacobian)
            right = bool(np.allclose(jacobian, diagonal[:, :, None] * np.eye(diagonal.shape[1])))
            factor = diagonal[:, :, None] if node.paired == tree.DIAGONAL else diagonal.reshape(-1, *of)
        else:
            a, b = node.paired
            tensor = np.moveaxis(jacobian.reshape(-1, *of, *by), (1 + a, 3 + b), (1, 3))
            factor = tensor[:, 0, :, 0, :]
            expected = np.eye(of[a])[None, :, None, :, None] * factor[:, None, :, None, :]
            right = bool(np.allclose(tensor, expected))
        if not right:
            factor = factor * np.nan
        return np.swapaxes(factor, 1, 2) if node.transposed else factor

    def jacobian(self, node: tree.Derivative, env: Environment, world: World) -> Values:
        """batch x entries of the numerator x entries of the denominator."""
        if world.free or not (isinstance(node.of, tree.Symbol) and isinstance(node.by, tree.Symbol)):
            return self._jacobian(node, env, world)
        key = (node.of.name, node.of.shape, node.by.name, node.by.shape)
        if key not in world.point.jacobians:
            world.point.jacobians[key] = self._jacobian(node, env, world)
        return world.point.jacobians[key]

    def _jacobian(self, node: tree.Derivative, env: Environment, world: World) -> Values:
        places = self._places(node.by, env, world)
        return self._by_places(node.of, places, env, world) if places else self._by_value(node, env, world)

    def _places(self, by: Expr, env: Environment, world: World) -> list[tuple[tree.Symbol, Position]]:
        """Which entries of which name `by` is made of, entry by entry; nothing where it is a value of its own."""
        match by:
            case tree.Symbol():
                rows, columns = by.shape.sizes() or (1, 1)
                return [(by, place) for place in itertools.product(range(rows), range(columns))]
            case tree.Entry(tree.Symbol() as operand, row, column):
                return [(operand, (self.position(row, env, world), self.position(column, env, world)))]
            case tree.Slice(tree.Symbol() as operand, index, along):
                at, (rows, columns) = self.position(index, env, world), operand.shape.sizes()
                line = [(at, j) for j in range(columns)] if along == "row" else [(i, at) for i in range(rows)]
                return [(operand, place) for place in line]
            case tree.Transpose(operand) if operand.shape.is_matrix:
                inner = self._places(operand, env, world)
                rows, columns = operand.shape.sizes()
                return [inner[i * columns + j] for j in range(columns) for i in range(rows)] if inner else []
        return []

    def _by_places(
        self, of: Expr, places: Sequence[tuple[tree.Symbol, Position]], env: Environment, world: World
    ) -> Values:
        if world.is_complex:
            above, below = (self._moved(of, places, env, world, sign * REAL_STEP) for sign in (1, -1))
            change = (above - below) / (2 * REAL_STEP)
        else:
            change = np.imag(self._moved(of, places, env, world, 1j * IMAGINARY_STEP)) / IMAGINARY_STEP
        return np.swapaxes(change, 1, 2)

    def _moved(
        self, of: Expr, places: Sequence[tuple[tree.Symbol, Position]], env: Environment, world: World, step: complex
    ) -> Values:
        """batch x places x entries: the value of `of` after a step at each place."""
        batch, count = world.batch, len(places)
        is_complex = world.is_complex or isinstance(step, complex)
        values = {**world.free, **{symbol.name: self.named(symbol.name, symbol.shape, world) for symbol, _ in places}}
        free = {}
        for name, value in values.items():
            wide = np.repeat(np.broadcast_to(value, (batch, *value.shape[1:])), count, axis=0)
            free[name] = wide.astype(complex if is_complex else float)
        for number, (symbol, (i, j)) in enumerate(places):
            free[symbol.name].reshape(batch, count, *free[symbol.name].shape[1:])[:, number, i, j] += step
        value = self.value(of, env, World(world.point, free, is_complex))
        value = np.broadcast_to(value, (batch * count, *value.shape[1:]))
        return value.reshape(batch, count, -1)

    def _by_value(self, node: tree.Derivative, env: Environment, world: World) -> Values:
        """∂f/∂u of an expression u, from df = ∂f/∂u du over the entries of the names in u that move u."""
        names = {part.name: part for part in _nodes(node.by) if isinstance(part, tree.Symbol)}
        places = [place for symbol in names.values() for place in self._places(symbol, env, world)]
        if not places:
            raise UnjudgedError("a derivative by something that does not vary")
        of, by = self._by_places(node.of, places, env, world), self._by_places(node.by, places, env, world)
        if len(of) > 1 or len(by) > 1:
            raise UnjudgedError("a derivative by an expression inside another derivative")
        moving = np.any(np.abs(by[0]) > 1e-9, axis=0)
        if not np.any(moving) or np.linalg.matrix_rank(by[0][:, moving]) < by.shape[1]:
            raise UnjudgedError("a derivative by an expression that cannot be moved freely")
        solution, *_ = np.linalg.lstsq(by[0][:, moving].T, of[0][:, moving].T, rcond=None)
        if not np.allclose(by[0][:, moving].T @ solution, of[0][:, moving].T, rtol=1e-6, atol=1e-8):
            raise UnjudgedError("a derivative by an expression of which the numerator is no function")
        return solution.T[None]


_RULE = Evaluation.__dict__["_value"].dispatcher.dispatch
"""The rule for a type of node, without the wrapper that a dispatching method makes anew for every call."""


def _nodes(node: tree.Node) -> list[tree.Node]:
    return [node, *(inner for part in tree.parts(node) for inner in _nodes(part))]


def _arranged(jacobian: Values, of: Shape, by: Shape, layout: str) -> Values:
    """The entries of a Jacobian as the layout arranges them."""
    batch = len(jacobian)
    if by.is_scalar:
        value = jacobian[:, :, 0].reshape(batch, *(of.sizes() or (1, 1)))
        return np.swapaxes(value, 1, 2) if layout == "denominator" and of.is_vector else value
    if of.is_scalar:
        value = jacobian[:, 0, :].reshape(batch, *by.sizes())
        return np.swapaxes(value, 1, 2) if layout == "numerator" else value
    if of.is_vector and by.is_vector:
        return np.swapaxes(jacobian, 1, 2) if layout == "denominator" else jacobian
    return jacobian.reshape(batch, *of.sizes(), *by.sizes())


# ── functions ──


def _number(value: float) -> Values:
    return np.full((1, 1, 1), value)


def _flat(value: Values) -> Values:
    return value.reshape(len(value), -1)


def _batched(left: Values, right: Values) -> tuple[Values, Values]:
    batch = max(len(left), len(right))
    return np.broadcast_to(left, (batch, *left.shape[1:])), np.broadcast_to(right, (batch, *right.shape[1:]))


def _extremum(kind: str, left: Values, right: Values) -> Values:
    first = np.real(left) >= np.real(right)
    return np.where(first if kind == "max" else ~first, left, right)


def _whole_power(base: Values, exponent: int) -> Values:
    total = np.ones_like(base)
    for _ in range(abs(exponent)):
        total = total * base
    return total if exponent >= 0 else 1 / total


def _log(value: Values) -> Values:
    return np.where(np.real(value) > 0, np.log(value), value * np.nan)


def _erf(value: Values) -> Values:
    """On the real axis; an imaginary part is so small that the slope says all of it."""
    real = np.vectorize(math.erf)(np.real(value))
    if not np.iscomplexobj(value):
        return real
    return real + 1j * np.imag(value) * 2 / math.sqrt(math.pi) * np.exp(-(np.real(value) ** 2))


def _sigmoid(value: Values) -> Values:
    return 1 / (1 + np.exp(-value))


FUNCTIONS: dict[str, Any] = {
    "exp": np.exp,
    "log": _log,
    "sqrt": lambda u: np.where(np.real(u) >= 0, np.sqrt(u), u * np.nan),
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "coth": lambda u: 1 / np.tanh(u),
    "erf": _erf,
    "sigmoid": _sigmoid,
    "softplus": lambda u: np.log(1 + np.exp(u)),
    "silu": lambda u: u * _sigmoid(u),
    "gelu": lambda u: u * (1 + _erf(u / math.sqrt(2))) / 2,
    "relu": lambda u: np.where(np.real(u) > 0, u, 0 * u),
    "leaky": lambda u, slope: np.where(np.real(u) > 0, u, slope * u),
    "elu": lambda u, scale: np.where(np.real(u) > 0, u, scale * (np.exp(u) - 1)),
    "abs": lambda u: np.where(np.real(u) > 0, u, -u),
    "sign": lambda u: np.sign(np.real(u)),
}

REDUCTIONS: dict[str, Any] = {
    "sum": lambda flat: np.sum(flat, axis=1),
    "mean": lambda flat: np.mean(flat, axis=1),
    "logsumexp": lambda flat: np.log(np.sum(np.exp(flat), axis=1)),
    "l1": lambda flat: np.sum(FUNCTIONS["abs"](flat), axis=1),
    "l2": lambda flat: np.sqrt(np.sum(flat * flat, axis=1)),
}

COMPARATORS: dict[str, Any] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


# ── comparing ──


def close(left: Values, right: Values, tolerance: float = TOLERANCE) -> bool | None:
    """Whether two values agree; None where either has no value, or where they have different shapes."""
    if left.shape != right.shape or not (np.all(np.isfinite(left)) and np.all(np.isfinite(right))):
        return None
    return bool(np.all(np.abs(left - right) <= tolerance * (1 + np.maximum(np.abs(left), np.abs(right)))))


def points(table: SymbolTable, count: int, seed: int = 0) -> list[Point]:
    """Points of both kinds: any real numbers, and positive ones."""
    return [Point(table, seed * 1000 + number, positive=number % 3 == 2) for number in range(count)]
