"""Rules for nodes with indices: sums and their kin, softmax, formulas of entries, entries, rows and columns, labels."""

from derive.expressions import tree
from derive.kernels.lowering import Lowering, Rules, Run, Scope, Value
from derive.kernels.operations import Operation
from derive.kernels.refusal import NoKernel


def _reduce(of: Lowering, node: tree.Reduce, scope: Scope) -> Value:
    operand = of.value(node.operand, scope)
    if not operand.rank and node.kind in ("sum", "mean", "max", "min", "trace", "det"):
        return operand
    match node.kind:
        case "sum":
            return of.total(operand)
        case "mean":
            count = [of.algebra.size(extent) for extent in of.axes(node.operand.shape)]
            whole = of.total(operand)
            return of.each(lambda a: of.algebra.divide(a, of.algebra.multiply(*count)), whole)
        case "max" | "min":
            axes = of.core_axes(operand)
            return Value(of.algebra.largest(operand.operation, axes, node.kind), operand.letters)
        case "logsumexp":
            exponentials = of.total(of.each(lambda a: of.algebra.function("exp", a), operand))
            return of.each(lambda a: of.algebra.function("log", a), exponentials)
        case "l1":
            return of.total(of.each(lambda a: of.algebra.function("abs", a), operand))
        case "l2":
            squares = of.total(of.each(lambda a: of.algebra.function("square", a), operand))
            return of.each(lambda a: of.algebra.function("sqrt", a), squares)
        case "trace":
            return of.each(of.algebra.trace, operand)
        case "det":
            return of.each(of.algebra.determinant, operand)


def _softmax(of: Lowering, node: tree.Softmax, scope: Scope) -> Value:
    operand = of.value(node.operand, scope)
    axis = len(operand.letters) + node.axis
    exponentials = of.algebra.function("exp", operand.operation)
    whole = of.algebra.total(exponentials, (axis,))
    parts = of.algebra.divide(exponentials, of.algebra.expand(whole, (axis,), len(exponentials.axes)))
    return Value(of.algebra.function("log", parts) if node.logarithm else parts, operand.letters)


def _quantified(of: Lowering, node: tree.Quantified, scope: Scope) -> Value:
    run = _run(node.range)
    body = of.value(node.body, {**scope, node.index: run})
    if node.condition is not None:
        condition = of.condition(node.condition, {**scope, node.index: run})
        body = of.choice(condition, body, Value(_neutral(of, node.kind)))
    if node.index not in body.letters:
        return _repeated(of, node, body, run)
    axis = body.letters.index(node.index)
    letters = tuple(letter for letter in body.letters if letter != node.index)
    if node.kind == "sum":
        return Value(of.algebra.total(body.operation, (axis,)), letters)
    kind = "prod" if node.kind == "product" else node.kind
    return Value(of.algebra.largest(body.operation, (axis,), kind), letters)


def _neutral(of: Lowering, kind: str) -> Operation:
    """What changes no sum, product, maximum or minimum."""
    if kind in ("max", "min"):
        return of.algebra.constant("-inf" if kind == "max" else "inf")
    return of.algebra.number(1 if kind == "product" else 0)


def _repeated(of: Lowering, node: tree.Quantified, body: Value, run: Run) -> Value:
    """A sum or a product of what is the same for every value of the index."""
    count = of.algebra.size(of.extent_of(run))
    if node.kind == "sum":
        return of.each(lambda a: of.algebra.multiply(count, a), body)
    return of.each(lambda a: of.algebra.power(a, count), body) if node.kind == "product" else body


def _entry_formula(of: Lowering, node: tree.EntryFormula, scope: Scope) -> Value:
    rows, columns = node.shape.dims
    own = {letter: Run(dim) for letter, dim in ((node.row, rows), (node.column, columns)) if letter is not None}
    body = of.value(node.body, {**scope, **own})
    others = tuple(letter for letter in body.letters if letter not in own)
    placed = tuple(letter for letter in (node.row, node.column) if letter in body.letters)
    moved = of.in_order(body, (*others, *placed))
    missing = tuple(len(others) + place for place, letter in enumerate((node.row, node.column)) if letter not in placed)
    array = of.algebra.expand(moved, missing, len(others) + 2)
    return Value(of.algebra.broadcast(array, (*moved.axes[: len(others)], *of.axes(node.shape))), others)


def _entry(of: Lowering, node: tree.Entry, scope: Scope) -> Value:
    operand = of.value(node.operand, scope)
    if not operand.rank:
        return operand
    shape = node.operand.shape
    if isinstance(node.column, tree.Label):  # labels of many examples meet the letter of the example
        row = of.indexed(operand, len(operand.letters), node.row, shape.rows, scope)
        return of.indexed(row, len(row.letters), node.column, shape.columns, scope)
    column = of.indexed(operand, len(operand.letters) + 1, node.column, shape.columns, scope)
    return of.indexed(column, len(column.letters), node.row, shape.rows, scope)


def _slice(of: Lowering, node: tree.Slice, scope: Scope) -> Value:
    operand = of.value(node.operand, scope)
    count = len(operand.letters)
    dim = node.operand.shape.rows if node.along == "row" else node.operand.shape.columns
    found = of.indexed(operand, count + (node.along == "column"), node.index, dim, scope)
    count = len(found.letters)
    place = count + (node.along == "column")
    return Value(of.algebra.expand(found.operation, (place,), count + 2), found.letters)


def _derivative(of: Lowering, node: tree.Derivative, scope: Scope) -> Value:
    if node not in of.derivatives:
        raise NoKernel("a derivative without a closed form", node.span)
    return Value(of.derivatives[node])


def _run(positions: tree.Range) -> Run:
    """Where an index runs, at any size. Raises `NoKernel` where that is known at one size only."""
    if positions.extent == "dimension":
        return Run(positions.dim, positions.first, positions.from_end)
    if positions.extent == "numbers":
        return Run(positions.dim, positions.first, count=positions.last - positions.first + 1)
    raise NoKernel("a sum whose range is known at these sizes only", positions.span)


INDICES: Rules = {
    tree.Reduce: _reduce,
    tree.Softmax: _softmax,
    tree.Quantified: _quantified,
    tree.EntryFormula: _entry_formula,
    tree.Entry: _entry,
    tree.Slice: _slice,
    tree.Derivative: _derivative,
}
"""The rules of these nodes."""
