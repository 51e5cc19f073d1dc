"""Values of formulas in floating point at one point: they say which formulas are worth a proof, and decide nothing.

A search for a mistake compares hundreds of formulas with one value. They share most of their parts, whose values are
remembered, and plain matrix arithmetic is done here; whatever else a formula holds is lowered to its exact entries.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from derive.checking.session import Session
from derive.deciding.limits import WORKING_BITS
from derive.errors import FormulaError, Undecidable
from derive.exact.balls import NoUse, Point
from derive.expressions import tree
from derive.expressions.tree import Expr, Index, IndexNumber, IndexShift, IndexVariable
from derive.expressions.walk import walk
from derive.gradients.indices import free_indices

Values = np.ndarray[Any, np.dtype[np.float64]]
Environment = Mapping[IndexVariable, int]

CLOSE = 1e-9


class NoValueError(Exception):
    """A formula has no value at a point, or none that could be found."""


class Probe:
    """The values of formulas at one point, for fixed values of free indices."""

    def __init__(self, session: Session, point: Point, environment: Environment) -> None:
        self._session = session
        self._point = point
        self._environment = environment
        self._known: dict[int, tuple[Expr, Values | None]] = {}
        self._inner: dict[tuple[IndexVariable, int], Probe] = {}

    def value(self, node: Expr) -> Values:
        """The entries of a formula, without axes for a scalar. Raises `NoValueError`."""
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = (node, self._computed(node))
        if known[1] is None:
            raise NoValueError
        return known[1]

    def _computed(self, node: Expr) -> Values | None:
        rule = _RULES.get(type(node))
        try:
            with np.errstate(all="ignore"):
                found = self.lowered(node) if rule is None else rule(self, node)
        except (NoValueError, NoUse, Undecidable, FormulaError, RecursionError):
            return None
        return found if np.isfinite(found).all() else None

    def lowered(self, node: Expr) -> Values:
        """By the exact entries. Raises `NoValueError` where an index in it is not fixed."""
        if not set(free_indices(node)) <= self._environment.keys() or any(map(_is_open, walk(node))):
            raise NoValueError
        entries = self._session.entries
        array = entries.lower(node, self._environment)
        entries.obligations.clear()
        entries.domain.clear()
        entries.required.clear()
        values = [float(self._point.value(entry, WORKING_BITS)) for entry in array.entries]
        return np.array(values).reshape(array.sizes)

    def holds(self, condition: tree.Condition) -> bool:
        """Whether a condition holds at the point, in every entry."""
        try:
            return bool((self.value(tree.Indicator(condition)) == 1).all())
        except NoValueError:
            return False

    def at(self, index: IndexVariable, position: int) -> "Probe":
        """The same point with one more index fixed."""
        key = index, position
        if key not in self._inner:
            self._inner[key] = Probe(self._session, self._point, {**self._environment, index: position})
        return self._inner[key]

    def position(self, index: Index) -> int:
        """The position, from 0, that an index has here. Raises `NoValueError` where it is not fixed."""
        match index:
            case IndexNumber(position):
                return position
            case IndexShift(inner, by):
                return self.position(inner) + by
            case IndexVariable() if index in self._environment:
                return self._environment[index]
        raise NoValueError


def _is_open(node: tree.Node) -> bool:
    """Whether a part has no size yet, as the identity in `I - A` before A gives it one."""
    return isinstance(node, Expr) and node.shape.is_open


def alike(first: Values, second: Values) -> bool:
    """Whether two values agree as far as floating point can tell."""
    if first.shape != second.shape:
        return False
    difference = np.abs(first - second).max(initial=0.0)
    return bool(difference <= CLOSE * (1 + np.abs(second).max(initial=0.0)))


# ── plain arithmetic, by the kind of node ──


def _size(probe: Probe, node: tree.Size) -> Values:
    if node.dim.size is None:
        raise NoValueError
    return np.array(float(node.dim.size))


def _identity(probe: Probe, node: tree.Identity) -> Values:
    if node.shape.is_open:
        raise NoValueError
    return np.eye(node.shape.sizes()[0])


def _fill(probe: Probe, node: tree.Fill) -> Values:
    if node.shape.is_open:
        raise NoValueError
    return np.full(node.shape.sizes(), float(node.value))


def _add(probe: Probe, node: tree.Add) -> Values:
    total = probe.value(node.terms[0])
    for term in node.terms[1:]:
        total = total + probe.value(term)
    return total


def _matmul(probe: Probe, node: tree.MatMul) -> Values:
    return _as_shaped(probe.value(node.left) @ probe.value(node.right), node)


def _hadamard(probe: Probe, node: tree.Hadamard) -> Values:
    return probe.value(node.left) * probe.value(node.right)


def _dot(probe: Probe, node: tree.Dot) -> Values:
    left, right = probe.value(node.left), probe.value(node.right)
    return np.array(np.vdot(left.ravel(), right.ravel()))


def _outer(probe: Probe, node: tree.Outer) -> Values:
    return np.outer(probe.value(node.left), probe.value(node.right))


def _power(probe: Probe, node: tree.Power) -> Values:
    return np.asarray(probe.value(node.base) ** probe.value(node.exponent))


def _apply(probe: Probe, node: tree.Apply) -> Values:
    function = _FUNCTIONS.get((node.function, node.order))
    if function is None or node.parameters:
        return probe.lowered(node)
    return np.asarray(function(probe.value(node.operand)))


def _softmax(probe: Probe, node: tree.Softmax) -> Values:
    value = probe.value(node.operand)
    powers = np.exp(value - value.max())
    total = powers / powers.sum(axis=node.axis, keepdims=True)
    return np.log(total) if node.logarithm else np.asarray(total)


def _reduce(probe: Probe, node: tree.Reduce) -> Values:
    if node.kind not in ("sum", "mean"):
        return probe.lowered(node)
    value = probe.value(node.operand)
    return np.asarray(value.sum() if node.kind == "sum" else value.mean())


def _quantified(probe: Probe, node: tree.Quantified) -> Values:
    if node.kind != "sum" or node.condition is not None:
        return probe.lowered(node)
    positions = range(node.range.first, node.range.last + 1)
    return np.asarray(sum(probe.at(node.index, position).value(node.body) for position in positions))


def _entry_formula(probe: Probe, node: tree.EntryFormula) -> Values:
    rows, columns = node.shape.sizes()
    found = np.empty((rows, columns))
    for row in range(rows):
        of_row = probe if node.row is None else probe.at(node.row, row)
        for column in range(columns):
            of_entry = of_row if node.column is None else of_row.at(node.column, column)
            found[row, column] = of_entry.value(node.body)
    return found


def _entry(probe: Probe, node: tree.Entry) -> Values:
    if isinstance(node.row, tree.Label) or isinstance(node.column, tree.Label):
        return probe.lowered(node)
    value, place = probe.value(node.operand), (probe.position(node.row), probe.position(node.column))
    if any(not 0 <= position < size for position, size in zip(place, value.shape, strict=True)):
        raise NoValueError
    return np.asarray(value[place])


def _indicator(probe: Probe, node: tree.Indicator) -> Values:
    condition = node.condition
    compare = _COMPARATORS.get(condition.comparator) if isinstance(condition, tree.Comparison) else None
    if compare is None or not isinstance(condition, tree.Comparison):
        return probe.lowered(node)
    if any(isinstance(side, tree.IndexValue) for side in (condition.left, condition.right)):
        return probe.lowered(node)
    return np.asarray(compare(probe.value(condition.left), probe.value(condition.right)), dtype=float)


def _extremum(probe: Probe, node: tree.Extremum) -> Values:
    larger = np.maximum if node.kind == "max" else np.minimum
    return np.asarray(larger(probe.value(node.left), probe.value(node.right)))


def _as_shaped(value: Values, node: Expr) -> Values:
    return value.reshape(()) if node.shape.is_scalar else value


def _sigmoid(value: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-value)))


_FUNCTIONS: Mapping[tuple[str, int], Callable[[Values], Values]] = {
    ("exp", 0): np.exp,
    ("exp", 1): np.exp,
    ("log", 0): np.log,
    ("log", 1): np.reciprocal,
    ("sqrt", 0): np.sqrt,
    ("tanh", 0): np.tanh,
    ("tanh", 1): lambda value: 1 - np.tanh(value) ** 2,
    ("sigmoid", 0): _sigmoid,
    ("sigmoid", 1): lambda value: _sigmoid(value) * _sigmoid(-value),
    ("relu", 0): lambda value: np.maximum(value, 0),
    ("relu", 1): lambda value: (value > 0).astype(float),
    ("softplus", 0): lambda value: np.logaddexp(0, value),
    ("softplus", 1): _sigmoid,
    ("abs", 0): np.abs,
    ("abs", 1): np.sign,
    ("sign", 0): np.sign,
}

_COMPARATORS: Mapping[str, Callable[[Values, Values], Any]] = {
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
    "=": np.equal,
    "!=": np.not_equal,
}

_RULES: Mapping[type[Expr], Callable[[Probe, Any], Values]] = {
    tree.Number: lambda probe, node: np.array(float(node.value)),
    tree.Size: _size,
    tree.Fill: _fill,
    tree.Identity: _identity,
    tree.Negative: lambda probe, node: -probe.value(node.operand),
    tree.Add: _add,
    tree.Scale: lambda probe, node: probe.value(node.factor) * probe.value(node.operand),
    tree.MatMul: _matmul,
    tree.Hadamard: _hadamard,
    tree.Quotient: lambda probe, node: probe.value(node.numerator) / probe.value(node.denominator),
    tree.Dot: _dot,
    tree.Outer: _outer,
    tree.Transpose: lambda probe, node: probe.value(node.operand).T,
    tree.Power: _power,
    tree.Apply: _apply,
    tree.Softmax: _softmax,
    tree.Reduce: _reduce,
    tree.Quantified: _quantified,
    tree.EntryFormula: _entry_formula,
    tree.Entry: _entry,
    tree.Indicator: _indicator,
    tree.Extremum: _extremum,
}
