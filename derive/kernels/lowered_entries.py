"""Rules for nodes that are lowered entry by entry: leaves, arithmetic, functions of one variable, conditions."""

from collections.abc import Callable
from fractions import Fraction

from derive.expressions import tree
from derive.gradients.local import slope
from derive.kernels.algebra import Algebra
from derive.kernels.lowering import Lowering, Rules, Scope, Value
from derive.kernels.operations import Operation
from derive.kernels.refusal import NoKernel


def _number(of: Lowering, node: tree.Number, scope: Scope) -> Value:
    return Value(of.algebra.number(node.value))


def _constant(of: Lowering, node: tree.Constant, scope: Scope) -> Value:
    return Value(of.algebra.constant(node.name))


def _size(of: Lowering, node: tree.Size, scope: Scope) -> Value:
    return Value(of.algebra.size(of.extent(node.dim)))


def _symbol(of: Lowering, node: tree.Symbol, scope: Scope) -> Value:
    if node.name in of.labels:
        return Value(of.counted(of.labels[node.name]))
    if node.name not in of.names:
        raise NoKernel(f"{node.name}, which has no value", node.span)
    return Value(of.names[node.name])


def _identity(of: Lowering, node: tree.Identity, scope: Scope) -> Value:
    return Value(of.algebra.identity(of.extent(node.size)))


def _fill(of: Lowering, node: tree.Fill, scope: Scope) -> Value:
    return Value(of.algebra.fill(node.value, of.axes(node.shape)))


def _index_value(of: Lowering, node: tree.IndexValue, scope: Scope) -> Value:
    position = of.position(node.index, scope)
    return Value(of.counted(position.operation), position.letters)


def _negative(of: Lowering, node: tree.Negative, scope: Scope) -> Value:
    return of.each(of.algebra.negative, of.value(node.operand, scope))


def _add(of: Lowering, node: tree.Add, scope: Scope) -> Value:
    total = of.value(node.terms[0], scope)
    for term in node.terms[1:]:
        total = of.both(of.algebra.add, total, of.value(term, scope))
    return total


def _scale(of: Lowering, node: tree.Scale, scope: Scope) -> Value:
    return of.both(of.algebra.multiply, of.value(node.factor, scope), of.value(node.operand, scope))


def _hadamard(of: Lowering, node: tree.Hadamard, scope: Scope) -> Value:
    return of.both(of.algebra.multiply, of.value(node.left, scope), of.value(node.right, scope))


def _quotient(of: Lowering, node: tree.Quotient, scope: Scope) -> Value:
    upper, lower = of.value(node.numerator, scope), of.value(node.denominator, scope)
    return of.both(of.algebra.divide, upper, lower)


def _power(of: Lowering, node: tree.Power, scope: Scope) -> Value:
    return of.both(of.algebra.power, of.value(node.base, scope), of.value(node.exponent, scope))


def _extremum(of: Lowering, node: tree.Extremum, scope: Scope) -> Value:
    make = of.algebra.maximum if node.kind == "max" else of.algebra.minimum
    return of.both(make, of.value(node.left, scope), of.value(node.right, scope))


def _apply(of: Lowering, node: tree.Apply, scope: Scope) -> Value:
    if node.order:
        return _slope(of, node, scope)
    operand = of.value(node.operand, scope)
    parameters = [of.value(parameter, scope) for parameter in node.parameters]
    rule = ACTIVATIONS.get(node.function)
    if rule is None:
        return of.each(lambda a: of.algebra.function(node.function, a), operand)
    if not parameters:
        return of.each(lambda a: rule(of.algebra, a, a), operand)
    return of.both(lambda a, b: rule(of.algebra, a, b), operand, parameters[0])


def _slope(of: Lowering, node: tree.Apply, scope: Scope) -> Value:
    """f'(u) by the rule for slopes; higher orders have none."""
    if node.order > 1:
        raise NoKernel(f"a derivative of order {node.order} of {node.function}", node.span)
    return of.value(slope(node.function, node.operand, node.parameters, of.kink), scope)


def _unspecified(of: Lowering, node: tree.Unspecified, scope: Scope) -> Value:
    called = of.functions[node.name, node.order]
    return of.each(lambda a: of.algebra.called(called, a), of.value(node.operand, scope))


def _unspecified_map(of: Lowering, node: tree.UnspecifiedMap, scope: Scope) -> Value:
    operand = of.value(node.operand, scope)
    if operand.letters:
        raise NoKernel(f"{node.name} of many vectors", node.span)
    return Value(of.algebra.mapped(of.functions[node.name, 0], operand.operation, of.axes(node.shape)))


def _entry_by_entry(of: Lowering, node: tree.EntryByEntry, scope: Scope) -> Value:
    operand = of.value(node.operand, scope)
    before = of.names.get(node.parameter.name)
    if operand.letters:
        raise NoKernel("a formula of one variable at many vectors", node.span)
    of.names[node.parameter.name] = operand.operation
    try:
        return of.value(node.formula, scope)
    finally:
        if before is None:
            del of.names[node.parameter.name]
        else:
            of.names[node.parameter.name] = before


def _indicator(of: Lowering, node: tree.Indicator, scope: Scope) -> Value:
    return of.condition(node.condition, scope)


def _cases(of: Lowering, node: tree.Cases, scope: Scope) -> Value:
    *cases, last = node.branches
    total = of.value(last[0], scope)
    if last[1] is not None:
        cases = [*cases, last]
        total = Value(of.algebra.number(0))
    for value, condition in reversed(cases):
        assert condition is not None
        total = of.choice(of.condition(condition, scope), of.value(value, scope), total)
    return total


# ── functions of one variable that are made of others ──

Activation = Callable[[Algebra, Operation, Operation], Operation]


def _leaky(of: Algebra, u: Operation, slope_below: Operation) -> Operation:
    """max(u, 0) + α min(u, 0)."""
    zero = of.number(0)
    return of.add(of.maximum(u, zero), of.multiply(slope_below, of.minimum(u, zero)))


def _elu(of: Algebra, u: Operation, alpha: Operation) -> Operation:
    """max(u, 0) + α (e^{min(u, 0)} - 1)."""
    zero = of.number(0)
    below = of.function("expm1", of.minimum(u, zero))
    return of.add(of.maximum(u, zero), of.multiply(alpha, below))


def _gelu(of: Algebra, u: Operation, _: Operation) -> Operation:
    """u (1 + erf(u / sqrt 2)) / 2."""
    inner = of.divide(u, of.function("sqrt", of.number(2)))
    return of.multiply(of.multiply(of.number(Fraction(1, 2)), u), of.add(of.number(1), of.function("erf", inner)))


ACTIVATIONS: dict[str, Activation] = {
    "relu": lambda of, u, _: of.maximum(u, of.number(0)),
    "leaky": _leaky,
    "elu": _elu,
    "silu": lambda of, u, _: of.multiply(u, of.function("sigmoid", u)),
    "gelu": _gelu,
}

ENTRIES: Rules = {
    tree.Number: _number,
    tree.Constant: _constant,
    tree.Size: _size,
    tree.Symbol: _symbol,
    tree.Identity: _identity,
    tree.Fill: _fill,
    tree.IndexValue: _index_value,
    tree.Negative: _negative,
    tree.Add: _add,
    tree.Scale: _scale,
    tree.Hadamard: _hadamard,
    tree.Quotient: _quotient,
    tree.Power: _power,
    tree.Extremum: _extremum,
    tree.Apply: _apply,
    tree.Unspecified: _unspecified,
    tree.UnspecifiedMap: _unspecified_map,
    tree.EntryByEntry: _entry_by_entry,
    tree.Indicator: _indicator,
    tree.Cases: _cases,
}
"""The rules of these nodes."""
