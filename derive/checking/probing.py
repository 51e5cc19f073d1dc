"""Values of formulas in floating point at one point: they say which formulas are worth a proof, and decide nothing.

A search for a mistake compares hundreds of formulas with one value. They share most of their parts, whose values are
remembered, and plain matrix arithmetic is done here; whatever else a formula holds is lowered to its exact entries.
"""

import math
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from derive.checking.arrays import (
    Values,
    both,
    dot,
    each,
    filled,
    identity,
    matrix,
    outer,
    product,
    scalar,
    softmax,
    transposed,
)
from derive.checking.session import Session
from derive.deciding.limits import WORKING_BITS
from derive.errors import FormulaError, Undecidable
from derive.exact.balls import NoUse, Point
from derive.expressions import tree
from derive.expressions.tree import Expr, Index, IndexNumber, IndexShift, IndexVariable
from derive.expressions.walk import walk
from derive.gradients.indices import free_indices

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
            found = self.lowered(node) if rule is None else rule(self, node)
        except (NoValueError, NoUse, Undecidable, FormulaError, RecursionError, ArithmeticError, ValueError):
            return None
        return found if found.is_finite else None

    def lowered(self, node: Expr) -> Values:
        """By the exact entries. Raises `NoValueError` where an index in it is not fixed."""
        if not set(free_indices(node)) <= self._environment.keys() or any(map(_is_open, walk(node))):
            raise NoValueError
        entries = self._session.entries
        array = entries.lower(node, self._environment)
        entries.begin()
        return Values(
            tuple(array.sizes), tuple(float(self._point.value(entry, WORKING_BITS)) for entry in array.entries)
        )

    def holds(self, condition: tree.Condition) -> bool:
        """Whether a condition holds at the point, in every entry."""
        try:
            return all(entry == 1 for entry in self.value(tree.Indicator(condition)).entries)
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
    if first.sizes != second.sizes:
        return False
    return both(operator.sub, first, second).largest <= CLOSE * (1 + second.largest)


# ── plain arithmetic, by the kind of node ──


def _size(probe: Probe, node: tree.Size) -> Values:
    if node.dim.size is None:
        raise NoValueError
    return scalar(node.dim.size)


def _identity(probe: Probe, node: tree.Identity) -> Values:
    if node.shape.is_open:
        raise NoValueError
    return identity(node.shape.sizes()[0])


def _fill(probe: Probe, node: tree.Fill) -> Values:
    if node.shape.is_open:
        raise NoValueError
    return filled(node.shape.sizes(), float(node.value))


def _add(probe: Probe, node: tree.Add) -> Values:
    return _total([probe.value(term) for term in node.terms])


def _total(terms: list[Values]) -> Values:
    return reduce(lambda total, term: both(operator.add, total, term), terms)


def _matmul(probe: Probe, node: tree.MatMul) -> Values:
    found = product(probe.value(node.left), probe.value(node.right))
    return Values((), found.entries) if node.shape.is_scalar else found


def _outer(probe: Probe, node: tree.Outer) -> Values:
    return outer(probe.value(node.left), probe.value(node.right))


def _apply(probe: Probe, node: tree.Apply) -> Values:
    function = _FUNCTIONS.get((node.function, node.order))
    if function is None or node.parameters:
        return probe.lowered(node)
    return each(function, probe.value(node.operand))


def _softmax(probe: Probe, node: tree.Softmax) -> Values:
    found = softmax(probe.value(node.operand), node.axis)
    return each(math.log, found) if node.logarithm else found


def _reduce(probe: Probe, node: tree.Reduce) -> Values:
    if node.kind not in ("sum", "mean"):
        return probe.lowered(node)
    entries = probe.value(node.operand).entries
    return scalar(sum(entries) if node.kind == "sum" else sum(entries) / len(entries))


def _quantified(probe: Probe, node: tree.Quantified) -> Values:
    if node.kind != "sum" or node.condition is not None:
        return probe.lowered(node)
    positions = range(node.range.first, node.range.last + 1)
    return _total([scalar(0), *(probe.at(node.index, position).value(node.body) for position in positions)])


def _entry_formula(probe: Probe, node: tree.EntryFormula) -> Values:
    rows, columns = node.shape.sizes()
    found = []
    for row in range(rows):
        of_row = probe if node.row is None else probe.at(node.row, row)
        in_row = [of_row if node.column is None else of_row.at(node.column, column) for column in range(columns)]
        found.append([_alone(of_entry.value(node.body)) for of_entry in in_row])
    return matrix(found)


def _alone(value: Values) -> float:
    (entry,) = value.entries
    return entry


def _entry(probe: Probe, node: tree.Entry) -> Values:
    if isinstance(node.row, tree.Label) or isinstance(node.column, tree.Label):
        return probe.lowered(node)
    value, row, column = probe.value(node.operand), probe.position(node.row), probe.position(node.column)
    count, width = value.sizes
    if not (0 <= row < count and 0 <= column < width):
        raise NoValueError
    return scalar(value.entries[row * width + column])


def _indicator(probe: Probe, node: tree.Indicator) -> Values:
    condition = node.condition
    compare = _COMPARATORS.get(condition.comparator) if isinstance(condition, tree.Comparison) else None
    if compare is None or not isinstance(condition, tree.Comparison):
        return probe.lowered(node)
    if any(isinstance(side, tree.IndexValue) for side in (condition.left, condition.right)):
        return probe.lowered(node)
    return each(float, both(compare, probe.value(condition.left), probe.value(condition.right)))


def _extremum(probe: Probe, node: tree.Extremum) -> Values:
    return both(max if node.kind == "max" else min, probe.value(node.left), probe.value(node.right))


def _sigmoid(value: float) -> float:
    if value < 0:
        return math.exp(value) / (1 + math.exp(value))
    return 1 / (1 + math.exp(-value))


def _sign(value: float) -> float:
    return float(value > 0) - float(value < 0)


_FUNCTIONS: Mapping[tuple[str, int], Callable[[float], float]] = {
    ("exp", 0): math.exp,
    ("exp", 1): math.exp,
    ("log", 0): math.log,
    ("log", 1): lambda value: 1 / value,
    ("sqrt", 0): math.sqrt,
    ("tanh", 0): math.tanh,
    ("tanh", 1): lambda value: 1 - math.tanh(value) ** 2,
    ("sigmoid", 0): _sigmoid,
    ("sigmoid", 1): lambda value: _sigmoid(value) * _sigmoid(-value),
    ("relu", 0): lambda value: max(value, 0.0),
    ("relu", 1): lambda value: float(value > 0),
    ("softplus", 0): lambda value: max(value, 0.0) + math.log1p(math.exp(-abs(value))),
    ("softplus", 1): _sigmoid,
    ("abs", 0): abs,
    ("abs", 1): _sign,
    ("sign", 0): _sign,
}

_COMPARATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}

_RULES: Mapping[type[Expr], Callable[[Probe, Any], Values]] = {
    tree.Number: lambda probe, node: scalar(node.value),
    tree.Size: _size,
    tree.Fill: _fill,
    tree.Identity: _identity,
    tree.Negative: lambda probe, node: each(operator.neg, probe.value(node.operand)),
    tree.Add: _add,
    tree.Scale: lambda probe, node: both(operator.mul, probe.value(node.factor), probe.value(node.operand)),
    tree.MatMul: _matmul,
    tree.Hadamard: lambda probe, node: both(operator.mul, probe.value(node.left), probe.value(node.right)),
    tree.Quotient: lambda probe, node: both(
        operator.truediv, probe.value(node.numerator), probe.value(node.denominator)
    ),
    tree.Dot: lambda probe, node: scalar(dot(probe.value(node.left), probe.value(node.right))),
    tree.Outer: _outer,
    tree.Transpose: lambda probe, node: transposed(probe.value(node.operand)),
    tree.Power: lambda probe, node: both(math.pow, probe.value(node.base), probe.value(node.exponent)),
    tree.Apply: _apply,
    tree.Softmax: _softmax,
    tree.Reduce: _reduce,
    tree.Quantified: _quantified,
    tree.EntryFormula: _entry_formula,
    tree.Entry: _entry,
    tree.Indicator: _indicator,
    tree.Extremum: _extremum,
}
