"""The value of any expression, in floating point, at given values of its names: for the small arrays of examples.

It serves to try what a wrong program would give; what is right is computed exactly (`derive.implementations.truth`).
A scalar is an array without dimensions, everything else has two. Where something cannot be evaluated `NoValue` is
raised.
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import singledispatchmethod
from typing import Any

import numpy as np

from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.expressions.tree import Expr, Node
from derive.implementations.truth import Array
from derive.records import dataclass

LARGEST = 20_000
Environment = Mapping[tree.IndexVariable, int]


class NoValue(Exception):
    """Something that is not evaluated here; the text names it."""


def _elu(z: Array, a: Array) -> Array:
    return np.where(z > 0, z, a * np.expm1(z))


def _sigmoid(z: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -z))


def _normal(z: Array) -> Any:
    return (1 + _erf(z / math.sqrt(2))) / 2


_erf = np.vectorize(math.erf, otypes=[np.float64])

# function: (its value, its derivative), of the argument and the parameters
FUNCTIONS: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "exp": (np.exp, np.exp),
    "log": (np.log, lambda z: 1 / z),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sinh": (np.sinh, np.cosh),
    "cosh": (np.cosh, np.sinh),
    "sin": (np.sin, np.cos),
    "cos": (np.cos, lambda z: -np.sin(z)),
    "tan": (np.tan, lambda z: 1 / np.cos(z) ** 2),
    "coth": (lambda z: 1 / np.tanh(z), lambda z: -1 / np.sinh(z) ** 2),
    "erf": (_erf, lambda z: 2 / math.sqrt(math.pi) * np.exp(-(z**2))),
    "sqrt": (np.sqrt, lambda z: 1 / (2 * np.sqrt(z))),
    "abs": (np.abs, np.sign),
    "sign": (np.sign, np.zeros_like),
    "floor": (np.floor, np.zeros_like),
    "trunc": (np.trunc, np.zeros_like),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "leaky": (lambda z, a: np.where(z > 0, z, a * z), lambda z, a: np.where(z > 0, 1.0, a)),
    "softplus": (lambda z: np.logaddexp(0, z), _sigmoid),
    "gelu": (lambda z: z * _normal(z), lambda z: _normal(z) + z * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)),
    "elu": (_elu, lambda z, a: np.where(z > 0, 1.0, a * np.exp(z))),
    "silu": (lambda z: z * _sigmoid(z), lambda z: _sigmoid(z) * (1 + z * (1 - _sigmoid(z)))),
}

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip

REDUCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "logsumexp": np.logaddexp.reduce,
    "l1": lambda a: np.sum(np.abs(a)),
    "l2": lambda a: np.sqrt(np.sum(a**2)),
    "trace": np.trace,
    "det": np.linalg.det,
}

QUANTIFIERS: Mapping[str, Callable[[Any], Any]] = {"sum": sum, "product": math.prod, "max": max, "min": min}


@dataclass
class Evaluator:
    """Evaluates expressions at values of names; `classes` are those of labels and one-hot symbols, from 0."""

    values: Mapping[str, Array]
    classes: Mapping[str, Array]
    index_base: int

    def value(self, node: Expr) -> Array:
        """The value of an expression. Raises `NoValue`."""
        with np.errstate(all="ignore"):
            try:
                found = np.asarray(self._of(node, {}), dtype=np.float64)
            except (ValueError, IndexError, KeyError, ZeroDivisionError, OverflowError, RecursionError) as error:
                raise NoValue(str(error)) from None
            except np.linalg.LinAlgError as error:
                raise NoValue(str(error)) from None
        return found.reshape(()) if node.shape.is_scalar and found.size == 1 else found

    def _of(self, node: Node, at: Environment) -> Any:
        return _RULE(type(node))(self, node, at)

    @singledispatchmethod
    def _rule(self, node: Node, at: Environment) -> Any:
        raise NoValue(f"{type(node).__name__} is not evaluated")

    # ── what stands for itself ──

    @_rule.register
    def _number(self, node: tree.Number, at: Environment) -> Any:
        return float(node.value)

    @_rule.register
    def _constant(self, node: tree.Constant, at: Environment) -> Any:
        return math.pi if node.name == "pi" else math.e

    @_rule.register
    def _size(self, node: tree.Size, at: Environment) -> Any:
        return float(node.dim.size or 0)

    @_rule.register
    def _symbol(self, node: tree.Symbol, at: Environment) -> Any:
        return self.values[node.name]

    @_rule.register
    def _identity(self, node: tree.Identity, at: Environment) -> Any:
        return np.eye(node.size.size or 1)

    @_rule.register
    def _fill(self, node: tree.Fill, at: Environment) -> Any:
        return np.full(node.shape.sizes() if not node.shape.is_scalar else (), float(node.value))

    # ── arithmetic ──

    @_rule.register
    def _negative(self, node: tree.Negative, at: Environment) -> Any:
        return -self._of(node.operand, at)

    @_rule.register
    def _add(self, node: tree.Add, at: Environment) -> Any:
        return sum(self._of(term, at) for term in node.terms)

    @_rule.register
    def _scale(self, node: tree.Scale, at: Environment) -> Any:
        return self._of(node.factor, at) * self._of(node.operand, at)

    @_rule.register
    def _matmul(self, node: tree.MatMul, at: Environment) -> Any:
        product = self._of(node.left, at) @ self._of(node.right, at)
        return product.reshape(()) if node.shape.is_scalar else product

    @_rule.register
    def _hadamard(self, node: tree.Hadamard, at: Environment) -> Any:
        return self._of(node.left, at) * self._of(node.right, at)

    @_rule.register
    def _quotient(self, node: tree.Quotient, at: Environment) -> Any:
        return self._of(node.numerator, at) / np.asarray(self._of(node.denominator, at))

    @_rule.register
    def _dot(self, node: tree.Dot, at: Environment) -> Any:
        left, right = self._of(node.left, at), self._of(node.right, at)
        return np.sum(np.ravel(left) * np.ravel(right)) if node.left.shape.is_vector else np.sum(left * right)

    @_rule.register
    def _outer(self, node: tree.Outer, at: Environment) -> Any:
        return np.outer(self._of(node.left, at), self._of(node.right, at))

    @_rule.register
    def _kronecker(self, node: tree.Kronecker, at: Environment) -> Any:
        return np.kron(self._of(node.left, at), self._of(node.right, at))

    @_rule.register
    def _transpose(self, node: tree.Transpose, at: Environment) -> Any:
        return np.transpose(self._of(node.operand, at))

    @_rule.register
    def _inverse(self, node: tree.Inverse, at: Environment) -> Any:
        return np.linalg.inv(self._of(node.operand, at))

    @_rule.register
    def _power(self, node: tree.Power, at: Environment) -> Any:
        base, exponent = np.asarray(self._of(node.base, at)), self._of(node.exponent, at)
        return base ** int(exponent) if float(exponent).is_integer() and exponent >= 0 else np.power(base, exponent)

    @_rule.register
    def _matrix_power(self, node: tree.MatrixPower, at: Environment) -> Any:
        return np.linalg.matrix_power(self._of(node.base, at), node.exponent)

    # ── functions ──

    @_rule.register
    def _apply(self, node: tree.Apply, at: Environment) -> Any:
        rules = FUNCTIONS.get(node.function)
        if rules is None or node.order > 1:
            raise NoValue(f"{node.function} is not evaluated")
        parameters = [self._of(one, at) for one in node.parameters]
        return rules[node.order](np.asarray(self._of(node.operand, at)), *parameters)

    @_rule.register
    def _entry_by_entry(self, node: tree.EntryByEntry, at: Environment) -> Any:
        whole = np.asarray(self._of(node.operand, at))
        inner = replace(self, values={**self.values, node.parameter.name: whole})
        return np.broadcast_to(inner._of(node.formula, at), whole.shape)

    @_rule.register
    def _extremum(self, node: tree.Extremum, at: Environment) -> Any:
        return (np.maximum if node.kind == "max" else np.minimum)(self._of(node.left, at), self._of(node.right, at))

    @_rule.register
    def _softmax(self, node: tree.Softmax, at: Environment) -> Any:
        value = self._of(node.operand, at)
        shifted = value - np.max(value, axis=node.axis, keepdims=True)
        logarithm = shifted - np.log(np.sum(np.exp(shifted), axis=node.axis, keepdims=True))
        return logarithm if node.logarithm else np.exp(logarithm)

    @_rule.register
    def _reduce(self, node: tree.Reduce, at: Environment) -> Any:
        value = np.asarray(self._of(node.operand, at))
        return REDUCTIONS[node.kind](value.ravel() if node.kind not in ("trace", "det") else value)

    @_rule.register
    def _diagonal(self, node: tree.Diagonal, at: Environment) -> Any:
        value = self._of(node.operand, at)
        return np.diag(np.ravel(value)) if node.operand.shape.is_vector else np.diag(value).reshape(-1, 1)

    @_rule.register
    def _vectorised(self, node: tree.Vectorised, at: Environment) -> Any:
        return np.reshape(self._of(node.operand, at), (-1, 1), order="F")

    @_rule.register
    def _blocks(self, node: tree.Blocks, at: Environment) -> Any:
        return np.block([[np.atleast_2d(self._of(block, at)) for block in line] for line in node.rows])

    # ── indices ──

    @_rule.register
    def _index_value(self, node: tree.IndexValue, at: Environment) -> Any:
        return float(self._position(node.index, at) + self.index_base)

    @_rule.register
    def _entry(self, node: tree.Entry, at: Environment) -> Any:
        whole = self._of(node.operand, at)
        row, column = self._position(node.row, at), self._position(node.column, at)
        if min(row, column) < 0:
            raise NoValue("an index before the first")
        return whole[row, column]

    @_rule.register
    def _slice(self, node: tree.Slice, at: Environment) -> Any:
        whole, position = self._of(node.operand, at), self._position(node.index, at)
        if position < 0:
            raise NoValue("an index before the first")
        return whole[[position], :] if node.along == "row" else whole[:, [position]]

    def _position(self, index: tree.Index, at: Environment) -> int:
        match index:
            case tree.IndexVariable():
                return at[index]
            case tree.IndexNumber(position):
                return position
            case tree.IndexShift(inner, by):
                return self._position(inner, at) + by
            case tree.Label(name, example):
                classes = self.classes[name]
                return int(np.ravel(classes)[0 if example is None else self._position(example, at)])

    @_rule.register
    def _quantified(self, node: tree.Quantified, at: Environment) -> Any:
        found = []
        for position in range(node.range.first, node.range.last + 1):
            here = {**at, node.index: position}
            if node.condition is None or bool(np.all(self._of(node.condition, here))):
                found.append(self._of(node.body, here))
        if not found:
            if node.kind in ("max", "min"):
                raise NoValue("an extremum of nothing")
            return 0.0 if node.kind == "sum" else 1.0
        return QUANTIFIERS[node.kind](found)

    @_rule.register
    def _entry_formula(self, node: tree.EntryFormula, at: Environment) -> Any:
        rows, columns = _sizes(node.of_shape)
        if rows * columns > LARGEST:
            raise NoValue("too many entries")
        found = np.empty((rows, columns))
        for row in range(rows):
            for column in range(columns):
                here = dict(at)
                here.update({node.row: row} if node.row is not None else {})
                here.update({node.column: column} if node.column is not None else {})
                if node.of_shape.is_vector and (node.row is None or node.column is None):
                    only = node.row or node.column
                    here.update({only: max(row, column)} if only is not None else {})
                found[row, column] = self._of(node.body, here)
        return found

    # ── conditions ──

    @_rule.register
    def _indicator(self, node: tree.Indicator, at: Environment) -> Any:
        return np.asarray(self._of(node.condition, at)) * 1.0

    @_rule.register
    def _comparison(self, node: tree.Comparison, at: Environment) -> Any:
        return COMPARISONS[node.comparator](self._of(node.left, at), self._of(node.right, at))

    @_rule.register
    def _all_of(self, node: tree.AllOf, at: Environment) -> Any:
        found: Any = True
        for condition in node.conditions:
            found = np.logical_and(found, self._of(condition, at))
        return found

    @_rule.register
    def _cases(self, node: tree.Cases, at: Environment) -> Any:
        shape = node.shape.sizes() if not node.shape.is_scalar else ()
        found = np.full(shape, np.nan)
        open_places = np.full(shape, True)
        for value, condition in node.branches:
            holds = open_places if condition is None else np.logical_and(open_places, self._of(condition, at))
            if np.any(holds):
                found = np.where(holds, self._of(value, at), found)
            open_places = np.logical_and(open_places, np.logical_not(holds))
        return found


_RULE = inspect.getattr_static(Evaluator, "_rule").dispatcher.dispatch
"""The rule for a kind of nodes: a method that is found without a look at the object."""


def _sizes(shape: Shape) -> tuple[int, int]:
    rows, columns = shape.sizes()
    return rows, columns
