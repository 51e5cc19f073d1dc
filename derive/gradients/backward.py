"""Reverse mode, one rule a node: from the adjoint of a node to those of its parts, expression to expression.

The adjoint of A is ∂L/∂A in gradient layout: it has the shape of A. Notation of the docstrings: G is the adjoint of
the node, Ā that of its part A. What a rule yields may have indices that the node binds (a sum's body has the sum's
index): a share names them, and they are summed over as soon as a part no longer has them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction
from functools import singledispatch

from derive.expressions import tree
from derive.expressions.shapes import ONE, SCALAR, Dim, Shape, column, matrix
from derive.expressions.tree import Expr, Index, Symbol
from derive.expressions.walk import rebuilt, symbols_of, walk
from derive.gradients.indices import Binder, Indices, mentions, replaced, whole
from derive.gradients.local import compared, slope, slope_by_parameter, step
from derive.gradients.refusal import NoClosedForm
from derive.gradients.terms import scalar_as, spread, zero
from derive.gradients.tidy import (
    as_column,
    column_sums,
    divided,
    extent,
    inner,
    is_zero,
    like,
    matmul,
    minus,
    narrowed,
    negative,
    number,
    plus,
    power,
    row_sums,
    split,
    summed,
    tidied,
    times,
    transposed,
    value_of,
    weight,
)
from derive.records import dataclass


@dataclass(frozen=True)
class Share:
    """A part of a node and its adjoint; `binders` are indices that both may have and that the node binds."""

    part: Expr
    adjoint: Expr
    binders: tuple[Binder, ...] = ()


@dataclass
class Context:
    """What rules need to know of the model: κ, its names for values, which lines of which symbols sum to one.

    `closed` gives the closed form of a derivative that stands in an expression. `slopes` are formulas that are supposed
    for derivatives of functions of one variable, each with the symbol of its variable.
    """

    kink: Fraction
    indices: Indices
    names: Mapping[Expr, Symbol] = field(default_factory=dict)
    lines_of_one: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    closed: Callable[[Expr], Expr] = field(default=lambda node: node)
    slopes: Mapping[str, tuple[Symbol, Expr]] = field(default_factory=dict)

    def named(self, node: Expr) -> Expr:
        """The node with every part for which the model has a name called by it."""
        return rebuilt(node, self._name) if self.names else node  # type: ignore[return-value]

    def _name(self, node: tree.Node) -> tree.Node | None:
        return self.names.get(node) if isinstance(node, Expr) else None

    def value(self, node: Expr) -> Expr:
        """The node's own value, by its name where it has one."""
        value = tidied(node)
        if value.shape.is_scalar and any(isinstance(part, tree.Quantified) for part in walk(value)):
            value = self.indices.formula(None, None, value, value.shape)
        return self.named(value)

    def along(self, node: Expr, axis: int) -> Expr:
        """The sums along an axis: a number of a vector, a column (axis 1) or a row of a matrix."""
        if isinstance(node, tree.Add):
            return plus(*(self.along(spread(part, node.shape), axis) for part in node.terms))
        front, rest = split(node)
        is_vector = node.shape.is_vector
        if axis in self._lines(rest):
            ones = number(1) if is_vector else tree.Fill(1, _across(node.shape, axis))
            return times(front, ones)
        if is_vector:
            return times(front, summed(rest))
        return times(front, row_sums(rest) if axis == 1 else column_sums(rest))

    def _lines(self, node: Expr) -> tuple[int, ...]:
        """The axes along which the entries of something sum to one."""
        match node:
            case tree.Symbol(name):
                return self.lines_of_one.get(name, ())
            case tree.Softmax(axis=axis, logarithm=False):
                return (axis,)
            case tree.Transpose(operand):
                return tuple(1 - axis for axis in self._lines(operand))
            case tree.EntryFormula(
                row, _, tree.Indicator(tree.Comparison(tree.IndexValue(tree.Label()), "=", tree.IndexValue(index)))
            ):
                return (0 if index == row else 1,)
        return ()


def _across(shape: Shape, axis: int) -> Shape:
    return column(shape.rows) if axis == 1 else matrix(ONE, shape.columns)


# ── the driver ──


@dataclass
class Found:
    """The adjoints that reached each symbol, and why some did not."""

    shares: dict[str, list[Expr]] = field(default_factory=dict)
    refused: dict[str, NoClosedForm] = field(default_factory=dict)


def spread_adjoint(node: Expr, adjoint: Expr, context: Context) -> Found:
    """The share of an expression in the adjoint of every symbol that stands in it."""
    found = Found()
    _walk(Share(node, adjoint), (), context, found)
    return found


def _walk(share: Share, scope: tuple[Binder, ...], context: Context, found: Found) -> None:
    node = share.part
    names = {symbol.name for symbol in symbols_of(node)}
    if not names:
        return
    try:
        adjoint, scope = _closed(share, (*scope, *share.binders), context)
        if is_zero(adjoint):
            return
        if isinstance(node, Symbol):
            if adjoint.shape.is_scalar:
                adjoint = context.indices.formula(None, None, adjoint, adjoint.shape)
            found.shares.setdefault(node.name, []).append(context.named(scalar_as(adjoint, node.shape)))
            return
        if node.shape.is_tensor:
            raise NoClosedForm(f"a value with four indices, {node.shape}, is no matrix", node.span)
        for inner_share in shares(node, scalar_as(adjoint, node.shape), context):
            _walk(inner_share, scope, context, found)
    except NoClosedForm as refusal:
        for name in names:
            found.refused.setdefault(name, refusal)


def _closed(share: Share, scope: tuple[Binder, ...], context: Context) -> tuple[Expr, tuple[Binder, ...]]:
    """The adjoint summed over every index that the part does not have."""
    adjoint, remaining = share.adjoint, []
    for binder in reversed(scope):
        if mentions(share.part, binder.index):
            remaining.append(binder)
        elif not is_zero(adjoint):
            adjoint = context.indices.total(binder, adjoint)
    return adjoint, tuple(reversed(remaining))


# ── the rules, in the order of the tree ──


@singledispatch
def shares(node: Expr, adjoint: Expr, context: Context) -> Iterator[Share]:
    """The parts of a node with their adjoints, given the node's own."""
    raise NotImplementedError(
        f"no rule for the adjoints of {type(node).__name__}; add one in derive/gradients/backward.py"
    )


@shares.register(tree.Number)
@shares.register(tree.Constant)
@shares.register(tree.Size)
@shares.register(tree.IndexValue)
@shares.register(tree.Identity)
@shares.register(tree.Fill)
def of_constant(node: Expr, adjoint: Expr, context: Context) -> Iterator[Share]:
    """dc = 0."""
    return iter(())


@shares.register
def of_symbol(node: tree.Symbol, adjoint: Expr, context: Context) -> Iterator[Share]:
    """Ā = G: it is collected where the adjoint arrives."""
    yield Share(node, adjoint)


@shares.register
def of_negative(node: tree.Negative, adjoint: Expr, context: Context) -> Iterator[Share]:
    """-A: Ā = -G."""
    yield Share(node.operand, negative(adjoint))


@shares.register
def of_add(node: tree.Add, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A + B + …: Ā = G; of a row that is added to every row 1^T G, of a scalar the sum of G."""
    for term in node.terms:
        yield Share(term, narrowed(adjoint, term.shape))


@shares.register
def of_scale(node: tree.Scale, adjoint: Expr, context: Context) -> Iterator[Share]:
    """c A: c̄ = ⟨G, A⟩, Ā = c G."""
    yield Share(node.factor, inner(adjoint, context.value(node.operand)))
    yield Share(node.operand, times(context.value(node.factor), adjoint))


@shares.register
def of_matmul(node: tree.MatMul, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A B: Ā = G B^T, B̄ = A^T G; where A B is a scalar, Ā = G B^T and B̄ = G A^T."""
    left, right = context.value(node.left), context.value(node.right)
    if node.shape.is_scalar:
        yield Share(node.left, times(adjoint, transposed(right)))
        yield Share(node.right, times(adjoint, transposed(left)))
    else:
        yield Share(node.left, matmul(adjoint, transposed(right), node.left.shape))
        yield Share(node.right, matmul(transposed(left), adjoint, node.right.shape))


@shares.register
def of_hadamard(node: tree.Hadamard, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A ⊙ B: Ā = G ⊙ B, B̄ = G ⊙ A, summed over where A or B was broadcast."""
    left, right = context.value(node.left), context.value(node.right)
    yield Share(node.left, narrowed(times(adjoint, right), node.left.shape))
    yield Share(node.right, narrowed(times(adjoint, left), node.right.shape))


@shares.register
def of_quotient(node: tree.Quotient, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A / B: Ā = G / B, B̄ = -G ⊙ A / B²."""
    above, below = context.value(node.numerator), context.value(node.denominator)
    yield Share(node.numerator, narrowed(divided(adjoint, below), node.numerator.shape))
    if symbols_of(node.denominator):
        square = power(below, number(2))
        yield Share(
            node.denominator, narrowed(negative(divided(times(adjoint, above), square)), node.denominator.shape)
        )


@shares.register
def of_dot(node: tree.Dot, adjoint: Expr, context: Context) -> Iterator[Share]:
    """a · b: ā = G b, b̄ = G a."""
    left, right = context.value(node.left), context.value(node.right)
    yield Share(node.left, times(adjoint, like(right, node.left.shape)))
    yield Share(node.right, times(adjoint, like(left, node.right.shape)))


@shares.register
def of_outer(node: tree.Outer, adjoint: Expr, context: Context) -> Iterator[Share]:
    """a ⊗ b: ā = G b, b̄ = G^T a."""
    left, right = as_column(context.value(node.left)), as_column(context.value(node.right))
    first = matmul(adjoint, right, column(node.left.shape.length))
    second = matmul(transposed(adjoint), left, column(node.right.shape.length))
    yield Share(node.left, like(first, node.left.shape))
    yield Share(node.right, like(second, node.right.shape))


@shares.register
def of_kronecker(node: tree.Kronecker, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A ⊗ B: Ā = sum_pq B_pq (I ⊗ e_p)^T G (I ⊗ e_q), B̄ = sum_ij A_ij (e_i ⊗ I)^T G (e_j ⊗ I)."""
    left, right = node.left, node.right
    rows, columns = left.shape.dims
    p, q = context.indices.letters(node, adjoint)

    def picked(row_of: Callable[[Expr], Expr], column_of: Callable[[Expr], Expr], by: Expr) -> Expr:
        first, second = row_of(_unit(by.shape.rows, p)), column_of(_unit(by.shape.columns, q))
        body = times(
            context.indices.entry(context.value(by), p, q),
            tree.MatMul(tree.MatMul(tree.Transpose(first), adjoint), second),
        )
        over_columns = tree.Quantified("sum", q, whole(q, by.shape.columns).range, body)
        return tree.Quantified("sum", p, whole(p, by.shape.rows).range, over_columns)

    def identity(dim: Dim) -> Expr:
        return tree.Identity(dim)

    yield Share(
        left,
        scalar_as(
            picked(
                lambda unit: tree.Kronecker(identity(rows), unit),
                lambda unit: tree.Kronecker(identity(columns), unit),
                right,
            ),
            left.shape,
        ),
    )
    yield Share(
        right,
        scalar_as(
            picked(
                lambda unit: tree.Kronecker(unit, identity(right.shape.rows)),
                lambda unit: tree.Kronecker(unit, identity(right.shape.columns)),
                left,
            ),
            right.shape,
        ),
    )


def _unit(dim: Dim, index: Index) -> Expr:
    """e_i, a column of the identity."""
    return tree.Slice(tree.Identity(dim), index, "column")


@shares.register
def of_transpose(node: tree.Transpose, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A^T: Ā = G^T."""
    yield Share(node.operand, transposed(adjoint))


@shares.register
def of_inverse(node: tree.Inverse, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A^{-1}: Ā = -A^{-T} G A^{-T}."""
    inverse = transposed(context.value(node))
    yield Share(node.operand, negative(matmul(matmul(inverse, adjoint), inverse)))


@shares.register
def of_power(node: tree.Power, adjoint: Expr, context: Context) -> Iterator[Share]:
    """a^c: ā = c G ⊙ a^{c-1}, c̄ = sum G ⊙ a^c ⊙ log a."""
    base, exponent = context.value(node.base), context.value(node.exponent)
    less = power(base, minus(exponent, number(1)))
    yield Share(node.base, times(exponent, adjoint, less))
    if symbols_of(node.exponent):
        is_e = base == tree.Constant("e")
        weighted = times(adjoint, context.value(node))
        yield Share(node.exponent, summed(weighted if is_e else times(weighted, tree.Apply("log", base))))


@shares.register
def of_matrix_power(node: tree.MatrixPower, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A^n: Ā = sum_{k<n} (A^T)^k G (A^T)^{n-1-k}."""
    if node.exponent > 12:
        raise NoClosedForm("a power of a matrix above 12 is not differentiated", node.span)
    flipped = transposed(context.value(node.base))
    terms = []
    for before in range(node.exponent):
        first, last = _matrix_power(flipped, before), _matrix_power(flipped, node.exponent - 1 - before)
        terms.append(matmul(matmul(first, adjoint), last))
    if terms:
        yield Share(node.base, plus(*terms))


def _matrix_power(base: Expr, exponent: int) -> Expr:
    if exponent == 0:
        return tree.Identity(base.shape.rows)
    return base if exponent == 1 else tree.MatrixPower(base, exponent)


@shares.register
def of_apply(node: tree.Apply, adjoint: Expr, context: Context) -> Iterator[Share]:
    """f(A): Ā = G ⊙ f'(A), ᾱ = sum G ⊙ ∂f/∂α; log of a product is first a sum of logarithms."""
    if node.function == "log" and node.order == 0:
        opened = opened_log(node.operand)
        if opened is not None:
            yield Share(opened, adjoint)
            return
    if node.order > 0:
        yield Share(_in_closed_form(node, context), adjoint)
        return
    operand = context.value(node.operand)
    parameters = [context.value(parameter) for parameter in node.parameters]
    if symbols_of(node.operand):
        local = context.value(_slope(node.function, operand, parameters, context))
        yield Share(node.operand, times(adjoint, local))
    for parameter in node.parameters[:1]:
        if symbols_of(parameter):
            local = slope_by_parameter(node.function, operand, parameters, context.kink)
            yield Share(parameter, inner(adjoint, local))


def _slope(function: str, operand: Expr, parameters: Sequence[Expr], context: Context) -> Expr:
    """f'(u), or what is supposed to be it."""
    if function not in context.slopes:
        return slope(function, operand, parameters, context.kink)
    variable, formula = context.slopes[function]
    return at_every_entry(formula, variable, operand, context)


def opened_log(operand: Expr) -> Expr | None:
    """log(a / b) = log a - log b, log e^x = x and so on: equal up to where they have a value."""

    def log(node: Expr) -> Expr:
        return tree.Apply("log", node)

    match operand:
        case tree.Quotient(above, below):
            return tree.Add((log(above), tree.Negative(log(below))))
        case tree.Scale(left, right) | tree.Hadamard(left, right):
            return tree.Add((log(left), log(right)))
        case tree.Apply(function="exp", operand=exponent, order=0):
            return exponent
        case tree.Power(base, exponent) if value_of(exponent) is not None:
            return tree.Scale(exponent, log(base))
        case tree.Softmax(logarithm=False):
            return replace(operand, logarithm=True)
        case tree.Entry(operand=tree.Softmax(logarithm=False) as inside):
            return replace(operand, operand=replace(inside, logarithm=True))
    return None


FORMAL = Symbol("formal u", SCALAR)


def _in_closed_form(node: tree.Apply, context: Context) -> Expr:
    """f'(A) and higher derivatives without their primes."""
    formula = slope(node.function, FORMAL, node.parameters, context.kink)
    for _ in range(node.order - 1):
        found = spread_adjoint(formula, number(1), context)
        if FORMAL.name in found.refused:
            raise found.refused[FORMAL.name]
        formula = plus(*found.shares.get(FORMAL.name, [number(0)]), shape=SCALAR)
    return at_every_entry(formula, FORMAL, node.operand, context)


def at_every_entry(formula: Expr, parameter: Symbol, operand: Expr, context: Context) -> Expr:
    """A formula of one scalar, taken at every entry."""

    def put(value: Expr) -> Expr:
        return rebuilt(formula, lambda part: value if part == parameter else None)  # type: ignore[return-value]

    if operand.shape.is_scalar:
        return tidied(put(operand))
    row, column_index = context.indices.letters(formula, operand)
    body = tidied(put(context.indices.entry(operand, row, column_index)))
    return context.indices.formula(row, column_index, body, operand.shape)


@shares.register
def of_unspecified(node: tree.Unspecified, adjoint: Expr, context: Context) -> Iterator[Share]:
    """f(A): Ā = G ⊙ f'(A)."""
    local = tree.Unspecified(node.name, context.value(node.operand), node.order + 1)
    yield Share(node.operand, times(adjoint, local))


@shares.register
def of_unspecified_map(node: tree.UnspecifiedMap, adjoint: Expr, context: Context) -> Iterator[Share]:
    """g(x): x̄ = J^T G with J = ∂g(x)/∂x, which stays a derivative."""
    operand = node.operand
    jacobian = tree.Derivative(context.value(node), context.value(operand))
    value = matmul(transposed(jacobian), as_column(adjoint), column(node.domain))
    yield Share(operand, like(value, operand.shape))


@shares.register
def of_entry_by_entry(node: tree.EntryByEntry, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A formula at every entry: that of the matrix whose entries it gives."""
    formula = context.closed(node.formula)
    yield Share(at_every_entry(formula, node.parameter, node.operand, context), adjoint)


@shares.register
def of_extremum(node: tree.Extremum, adjoint: Expr, context: Context) -> Iterator[Share]:
    """max(A, B): Ā = G ⊙ (1(A > B) + κ 1(A = B)), B̄ the same with A and B exchanged; min with < for >."""
    left, right = context.value(node.left), context.value(node.right)
    above: tree.Comparator = ">" if node.kind == "max" else "<"
    for own, other, part in ((left, right, node.left), (right, left, node.right)):
        if symbols_of(part):
            mask = step(own, other, context.kink, above)
            yield Share(part, narrowed(times(adjoint, mask), part.shape))


@shares.register
def of_softmax(node: tree.Softmax, adjoint: Expr, context: Context) -> Iterator[Share]:
    """P = softmax(Z): Z̄ = P ⊙ (G - (P ⊙ G) 1 1^T) along each line; its logarithm: Z̄ = G - P ⊙ (G 1 1^T)."""
    value = context.value(replace(node, logarithm=False))
    if node.logarithm:
        yield Share(node.operand, minus(adjoint, times(value, context.along(adjoint, node.axis))))
        return
    weighted = times(value, adjoint)
    if node.shape.is_vector and node.axis != (0 if node.shape.is_column else 1):
        return
    total = context.along(weighted, node.axis)
    apart, together = minus(weighted, times(value, total)), times(value, minus(adjoint, total))
    yield Share(node.operand, together if weight(together) < weight(apart) else apart)


@shares.register
def of_reduce(node: tree.Reduce, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A number from all entries of A: Ā = G ∂node/∂A."""
    if node.operand.shape.is_scalar and node.kind not in ("l1", "l2"):
        yield Share(node.operand, adjoint)
        return
    yield Share(node.operand, times(adjoint, _reduction(node, context)))


def _reduction(node: tree.Reduce, context: Context) -> Expr:
    """sum: 1; mean: 1/n; l2: A/‖A‖; l1: sign(A); trace: I; det: det(A) A^{-T}; logsumexp: softmax."""
    operand = context.value(node.operand)
    shape = operand.shape
    match node.kind:
        case "sum":
            return tree.Fill(1, shape)
        case "mean":
            count = times(extent(shape.rows), extent(shape.columns))
            return times(divided(number(1), count), tree.Fill(1, shape))
        case "l2":
            return divided(operand, context.value(node))
        case "l1":
            return slope("abs", operand, (), context.kink)
        case "trace":
            return tree.Identity(shape.rows)
        case "det":
            return times(context.value(node), tree.Transpose(context.value(tree.Inverse(operand))))
        case "logsumexp":
            return _softmax_of_all(operand, context)
        case "max" | "min":
            return _chosen(node, operand, context)


def _softmax_of_all(operand: Expr, context: Context) -> Expr:
    """e^A / sum e^A."""
    if operand.shape.is_vector:
        return context.value(tree.Softmax(operand, 0 if operand.shape.is_column else 1))
    exponentials = tree.Apply("exp", operand)
    return divided(exponentials, summed(exponentials))


def _chosen(node: tree.Reduce, operand: Expr, context: Context) -> Expr:
    """1 at the largest entry. Ties: κ at each of them, once for every other, as max(max(a, b), c) has it."""
    if context.kink == 1:
        return compared(operand, "=", context.value(node))
    if context.kink != 0:
        raise NoClosedForm(
            f"the derivative of a {node.kind} of many entries at a tie, where κ is {context.kink}", node.span
        )
    indices = context.indices
    i, j, k, m = indices.letters(operand, count=4)
    shape = operand.shape
    below: tree.Comparator = "<" if node.kind == "max" else ">"
    smaller = compared(indices.entry(operand, k, m), below, indices.entry(operand, i, j))
    if shape.is_vector:
        own, other = (i, k) if shape.is_column else (j, m)
        differ = tree.Comparison(tree.IndexValue(other), "!=", tree.IndexValue(own))
        product: Expr = tree.Quantified("product", other, whole(other, shape.length).range, smaller, differ)
    else:
        same = times(indices.same(k, i), indices.same(m, j))
        inside = tree.Quantified("product", m, whole(m, shape.columns).range, plus(smaller, same))
        product = tree.Quantified("product", k, whole(k, shape.rows).range, inside)
    at = (None if shape.rows.is_unit else i), (None if shape.columns.is_unit else j)
    return tree.EntryFormula(*at, product, shape)


@shares.register
def of_diagonal(node: tree.Diagonal, adjoint: Expr, context: Context) -> Iterator[Share]:
    """diag(v): v̄ = diag(G); of a matrix, Ā = diag(G)."""
    if node.operand.shape.is_vector:
        yield Share(node.operand, like(tree.Diagonal(adjoint), node.operand.shape))
    else:
        yield Share(node.operand, tree.Diagonal(adjoint))


@shares.register
def of_vectorised(node: tree.Vectorised, adjoint: Expr, context: Context) -> Iterator[Share]:
    """vec(A) = sum_j (e_j ⊗ I) A e_j: Ā = sum_j (e_j ⊗ I)^T G e_j^T."""
    shape = node.operand.shape
    if shape.is_vector:
        yield Share(node.operand, like(adjoint, shape))
        return
    j = context.indices.letters(adjoint, count=1)[0]
    unit = _unit(shape.columns, j)
    picked = tree.MatMul(tree.Transpose(tree.Kronecker(unit, tree.Identity(shape.rows))), adjoint)
    body = tree.MatMul(picked, tree.Transpose(unit))
    yield Share(node.operand, tree.Quantified("sum", j, whole(j, shape.columns).range, body))


@shares.register
def of_entry(node: tree.Entry, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A_ij: Ā_rs = G 1(r = i) 1(s = j)."""
    shape, indices = node.operand.shape, context.indices
    r, s = indices.fresh(_letter(node.row, "i")), indices.fresh(_letter(node.column, "j"))
    body = adjoint
    if not shape.rows.is_unit:
        body = times(body, indices.same(r, node.row))
    if not shape.columns.is_unit:
        body = times(body, indices.same(s, node.column))
    yield Share(node.operand, _formula(r, s, body, shape, context))


def _formula(r: tree.IndexVariable, s: tree.IndexVariable, body: Expr, shape: Shape, context: Context) -> Expr:
    at = (None if shape.rows.is_unit else r), (None if shape.columns.is_unit else s)
    return context.indices.formula(*at, body, shape)


def _letter(index: Index, otherwise: str) -> str:
    """The letter of an index; of a label none."""
    return index.name if isinstance(index, tree.IndexVariable) else otherwise


@shares.register
def of_slice(node: tree.Slice, adjoint: Expr, context: Context) -> Iterator[Share]:
    """Row i of A: Ā_rs = 1(r = i) G_s; column j: Ā_rs = G_r 1(s = j)."""
    shape, indices = node.operand.shape, context.indices
    r, s = indices.letters(adjoint, node)
    at = indices.same(r, node.index) if node.along == "row" else indices.same(s, node.index)
    body = times(indices.entry(adjoint, r, s), at)
    yield Share(node.operand, _formula(r, s, body, shape, context))


@shares.register
def of_quantified(node: tree.Quantified, adjoint: Expr, context: Context) -> Iterator[Share]:
    """sum_i a_i: ā_i = G; prod_i a_i: ā_i = G prod_{k≠i} a_k; max_i a_i: ā_i = G prod_{k≠i} 1(a_k < a_i)."""
    opened = context.indices.rebound(node)
    holds = number(1) if opened.condition is None else tree.Indicator(opened.condition)
    if node.kind == "sum":
        local = holds
    elif node.kind == "product":
        local = times(holds, _others(node, opened.index, lambda other: other, context))
    elif context.kink == 1:
        local = times(holds, compared(context.value(opened.body), "=", node))
    elif context.kink == 0:
        below: tree.Comparator = "<" if node.kind == "max" else ">"
        own = context.value(opened.body)
        local = times(holds, _others(node, opened.index, lambda other: compared(other, below, own), context))
    else:
        raise NoClosedForm(
            f"the derivative of a {node.kind} over an index at a tie, where κ is {context.kink}", node.span
        )
    yield Share(opened.body, times(adjoint, local), (Binder(opened.index, opened.range),))


def _others(node: tree.Quantified, index: tree.IndexVariable, each: Callable[[Expr], Expr], context: Context) -> Expr:
    """prod_{k≠i} of something of a_k."""
    other = context.indices.rebound(replace(node, index=node.index))
    letter = context.indices.letters(node, count=1)[0]
    other = replace(
        other,
        index=letter,
        body=replaced(other.body, other.index, letter),
        condition=None
        if other.condition is None
        else replaced(tree.Indicator(other.condition), other.index, letter).condition,  # type: ignore[attr-defined]
    )
    differ = tree.Comparison(tree.IndexValue(letter), "!=", tree.IndexValue(index))
    condition = differ if other.condition is None else tree.AllOf((differ, other.condition))
    return tree.Quantified("product", letter, node.range, each(other.body), condition)


@shares.register
def of_entry_formula(node: tree.EntryFormula, adjoint: Expr, context: Context) -> Iterator[Share]:
    """A_ij = a formula of i and j: its adjoint is G_ij, for every i and j."""
    indices = context.indices
    body, binders, at = node.body, [], []
    for index, dim in ((node.row, node.shape.rows), (node.column, node.shape.columns)):
        if index is None:
            at.append(tree.IndexNumber(0))
            continue
        own = indices.fresh(index.name)
        body = replaced(body, index, own)
        binders.append(whole(own, dim))
        at.append(own)  # type: ignore[arg-type]
    yield Share(body, indices.entry(adjoint, *at), tuple(binders))


@shares.register
def of_blocks(node: tree.Blocks, adjoint: Expr, context: Context) -> Iterator[Share]:
    """[A B]: Ā = G [I 0]^T, the part of G where A stands."""
    heights = [_height(line[0]) for line in node.rows]
    widths = [_width(block) for block in node.rows[0]]
    for a, line in enumerate(node.rows):
        for b, block in enumerate(line):
            if not symbols_of(block):
                continue
            if all(dim.is_unit for dim in (*heights[: a + 1], *widths[: b + 1])):
                value = context.indices.entry(adjoint, tree.IndexNumber(a), tree.IndexNumber(b))
                yield Share(block, scalar_as(value, block.shape))
                continue
            value = adjoint
            if len(heights) > 1:
                value = matmul(_picking(heights, a), value, matrix(heights[a], node.shape.columns))
            if len(widths) > 1:
                value = matmul(value, tree.Transpose(_picking(widths, b)), matrix(heights[a], widths[b]))
            yield Share(block, summed(value) if block.shape.is_scalar else value)


def _height(block: Expr) -> Dim:
    return ONE if block.shape.is_scalar else block.shape.rows


def _width(block: Expr) -> Dim:
    return ONE if block.shape.is_scalar else block.shape.columns


def _picking(dims: list[Dim], which: int) -> Expr:
    """[0 I 0], which picks one of some blocks."""
    blocks: list[Expr] = []
    for at, dim in enumerate(dims):
        if at == which:
            blocks.append(number(1) if dim.is_unit else tree.Identity(dim))
        else:
            blocks.append(zero(SCALAR if dim.is_unit and dims[which].is_unit else matrix(dims[which], dim)))
    return tree.Blocks((tuple(blocks),))


@shares.register
def of_indicator(node: tree.Indicator, adjoint: Expr, context: Context) -> Iterator[Share]:
    """1(…) is constant except where it jumps, and has the derivative 0 there too."""
    return iter(())


@shares.register
def of_cases(node: tree.Cases, adjoint: Expr, context: Context) -> Iterator[Share]:
    """The value of the first case that holds: G there, 0 elsewhere."""
    for at, (value, condition) in enumerate(node.branches):
        earlier = tuple((number(0), holds) for _, holds in node.branches[:at])
        branches = (*earlier, (adjoint, condition), *(() if condition is None else ((number(0), None),)))
        selected: Expr = tree.Cases(branches)
        if at == 0 and condition is not None:
            selected = times(adjoint, tree.Indicator(condition))
        yield Share(value, narrowed(spread(selected, node.shape), value.shape))


@shares.register(tree.Derivative)
@shares.register(tree.ChainRule)
@shares.register(tree.LocalFactor)
def of_derivative(node: Expr, adjoint: Expr, context: Context) -> Iterator[Share]:
    """∂f/∂x: what its closed form has."""
    yield Share(context.closed(node), adjoint)
