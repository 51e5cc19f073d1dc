"""Making expressions that read well: constructors that tidy what they make, and `tidied` for a whole tree.

Zeros and ones go, signs and scalars come out in front, equal factors are joined and cancelled, a sum is multiplied out
only where that makes it smaller. Everything is an identity for all sizes, wherever both sides have a value.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from functools import reduce, singledispatch

from derive.expressions import tree
from derive.expressions.shapes import ONE, SCALAR, Dim, Shape, column
from derive.expressions.tree import Expr, Node, Number
from derive.expressions.walk import walk, with_fields
from derive.gradients.terms import (
    Term,
    collected,
    expanded,
    expression,
    expression_of_sum,
    filled,
    scalar_as,
    spread,
    term_of,
    terms_of,
    without,
    zero,
)

MANY = 24
"""Sums of more terms are not multiplied out."""


# ── numbers ──


def number(value: Fraction | int) -> Expr:
    return Number(Fraction(value))


def value_of(node: Expr) -> Fraction | None:
    """The rational number that an expression is, if it is one; also that of which all entries of a matrix are."""
    term = term_of(node)
    return term.number if not (term.scalars or term.factors) or not term.number else None


def is_zero(node: Expr) -> bool:
    return value_of(node) == 0


def is_one(node: Expr) -> bool:
    return value_of(node) == 1


def extent(dim: Dim) -> Expr:
    """A dimension as a number."""
    return number(1) if dim.is_unit else tree.Size(dim, dim.name)


def ones_column(dim: Dim) -> Expr:
    return tree.Fill(1, column(dim))


def weight(node: Node) -> int:
    """How much there is to read."""
    return sum(1 for part in walk(node) if isinstance(part, Expr))


# ── sums ──


def plus(*parts: Expr, shape: Shape | None = None) -> Expr:
    """A + B + …"""
    total = shape
    for part in parts:
        total = part.shape if total is None else tree.Add((zero(total), part)).shape
    assert total is not None
    terms = [filled(term, total) for part in parts for term in terms_of(part)]
    return _smallest(collected(terms), total)


def _smallest(terms: list[Term], shape: Shape) -> Expr:
    """The sum as it stands, or multiplied out where that is smaller."""
    plain = expression_of_sum(terms, shape)
    if len(terms) < 2 or not any(
        isinstance(atom, tree.Add) for term in terms for atom in (*term.scalars, *term.factors)
    ):
        return plain
    opened = collected(filled(inner, shape) for term in terms for inner in expanded(term))
    if len(opened) > min(MANY, len(terms)):
        return plain
    other = expression_of_sum(opened, shape)
    return other if weight(other) < weight(plain) else plain


def negative(node: Expr) -> Expr:
    """-A."""
    return plus(tree.Negative(node))


def minus(left: Expr, right: Expr) -> Expr:
    """A - B."""
    return plus(left, tree.Negative(right))


# ── entrywise products ──


def times(*factors: Expr) -> Expr:
    """A ⊙ B ⊙ …, scalars and broadcasting included; sums are multiplied out where their denominators cancel."""
    return of_term(reduce(Term.times, map(term_of, factors)) if factors else Term(Fraction(1)))


def of_term(term: Term) -> Expr:
    """The tree of a term, its sums multiplied out where something cancels."""
    term = _softmaxes(term)
    if not term.number:
        return zero(term.shape)
    total = _sum_alone(term)
    if total is not None:
        return total
    plain = expression(term)
    for atom, power in (*term.scalars.items(), *term.factors.items()):
        if isinstance(atom, tree.Add) and power == 1 and _cancels(atom, without(term, atom)):
            rest = without(term, atom)
            opened = _smallest(collected(_softmaxes(rest.times(part)) for part in terms_of(atom)), term.shape)
            if weight(opened) < weight(plain):
                plain = opened
    return plain


def _sum_alone(term: Term) -> Expr | None:
    """c (A + B), as a sum, so that what it shares with c is seen."""
    atoms = [*term.scalars.items(), *term.factors.items()]
    sums = [atom for atom, power in atoms if isinstance(atom, tree.Add) and power == 1]
    if len(sums) != 1 or any(not atom.shape.is_scalar for atom, _ in atoms if atom != sums[0]):
        return None
    if sums[0].shape != term.shape:
        return None
    rest = without(term, sums[0])
    if any(power > 0 for power in rest.scalars.values()) and term.shape.is_scalar:
        return None
    return expression_of_sum(collected(filled(rest.times(part), term.shape) for part in terms_of(sums[0])), term.shape)


def _cancels(total: tree.Add, rest: Term) -> bool:
    """Whether a denominator inside a sum meets its numerator outside, or the other way round."""
    outside = {**rest.scalars, **rest.factors}
    return any(
        power * outside.get(atom, 0) < 0
        for part in terms_of(total)
        for atom, power in (*part.scalars.items(), *part.factors.items())
    )


def _softmaxes(term: Term) -> Term:
    """e^Z / (e^Z 1) = softmax(Z)."""
    for atom, power in term.factors.items():
        if not (isinstance(atom, tree.Apply) and atom.function == "exp" and not atom.order and power > 0):
            continue
        for axis in (0, 1):
            total = _total_of(atom, axis)
            below = term.scalars.get(total, 0) if total.shape.is_scalar else term.factors.get(total, 0)
            if below < 0:
                count = min(power, -below)
                fused = Term(Fraction(1), atom.shape, {}, {tree.Softmax(atom.operand, axis): count})
                ratio = term_of(atom).times(term_of(total).to_the(-1)).to_the(-count)
                return _softmaxes(fused.times(term.times(ratio)))
    return term


def _total_of(node: Expr, axis: int) -> Expr:
    """The sums of the entries along an axis: of a vector along itself a number."""
    if node.shape.is_vector:
        runs = 0 if node.shape.is_column else 1
        return tree.Reduce("sum", node) if axis == runs else node
    return row_sums(node) if axis == 1 else column_sums(node)


def divided(numerator: Expr, denominator: Expr) -> Expr:
    """A / B, entry by entry."""
    below = term_of(denominator)
    if not below.number:
        return tree.Quotient(numerator, denominator)
    return of_term(term_of(numerator).times(below.to_the(-1)))


def power(base: Expr, exponent: Expr) -> Expr:
    """a^c, entry by entry."""
    size = value_of(exponent)
    if size is not None and size.denominator == 1:
        term = term_of(base)
        if size == 0:
            return expression(Term(Fraction(1), base.shape))
        if size > 0 or term.number:
            return of_term(term.to_the(int(size)))
    return tree.Power(base, exponent)


# ── matrix products ──


def matmul(left: Expr, right: Expr, shape: Shape | None = None) -> Expr:
    """A B, scalars in front; a product of 1 x k and k x 1 is a scalar unless a shape is asked for."""
    made = tree.MatMul(left, right).shape
    if is_zero(left) or is_zero(right):
        return zero(shape or made)
    (front, a), (other, b) = split(left), split(right)
    if isinstance(a, tree.Identity):
        core = b
    elif isinstance(b, tree.Identity):
        core = a
    else:
        core = _chained(a, b)
    value = times(front, other, core)
    return value if shape is None else scalar_as(value, shape)


def _chained(left: Expr, right: Expr) -> Expr:
    """A (B C) = (A B) C: products associate to the left, except where a 1 x 1 would come of it, which is a scalar."""
    if isinstance(right, tree.MatMul) and right.shape.is_matrix:
        inner = tree.MatMul(left, right.left) if left.shape.columns == right.left.shape.rows else None
        if inner is not None and inner.shape.is_matrix:
            return tree.MatMul(_chained(left, right.left), right.right)
    return tree.MatMul(left, right)


def split(node: Expr) -> tuple[Expr, Expr]:
    """A matrix as scalar and rest: -2 c A is -2 c and A."""
    term = term_of(node)
    front = expression(Term(term.number, SCALAR, term.scalars))
    rest = expression(Term(Fraction(1), term.shape, {}, term.factors))
    return front, rest


def transposed(node: Expr) -> Expr:
    """A^T, into products: (A B)^T = B^T A^T."""
    match node:
        case _ if node.shape.is_scalar:
            return node
        case tree.Transpose(operand):
            return operand
        case tree.Negative() | tree.Scale():
            front, rest = split(node)
            return times(front, tree.Transpose(rest) if rest == node else transposed(rest))
        case tree.MatMul(left, right):
            return matmul(transposed(right), transposed(left))
        case tree.Identity():
            return node
        case tree.Diagonal(operand) if operand.shape.is_vector:
            return node
        case tree.Fill(value, shape) if not shape.is_vector or value == 0:
            return tree.Fill(value, shape.transposed)
        case tree.Outer(left, right):
            return tree.Outer(right, left)
        case tree.Add(terms):
            pushed = plus(*(transposed(term) for term in terms), shape=node.shape.transposed)
            return pushed if weight(pushed) <= weight(node) else tree.Transpose(node)
    return tree.Transpose(node)


def as_column(node: Expr) -> Expr:
    return node if node.shape.is_column else transposed(node)


def applied(node: tree.Apply | tree.Unspecified) -> Expr:
    """f(A^T) = f(A)^T."""
    if isinstance(node.operand, tree.Transpose):
        return transposed(replace(node, operand=node.operand.operand))
    return node


def like(node: Expr, shape: Shape) -> Expr:
    """A vector, standing as another one does."""
    return node if node.shape == shape else transposed(node)


# ── sums of entries ──


def summed(node: Expr) -> Expr:
    """The sum of all entries."""
    if node.shape.is_scalar:
        return node
    if isinstance(node, tree.Add):
        apart, together = plus(*(summed(spread(part, node.shape)) for part in node.terms)), tree.Reduce("sum", node)
        return together if weight(together) < weight(apart) else apart
    front, rest = split(node)
    match rest:
        case tree.Fill(value):
            return times(front, number(value), extent(node.shape.rows), extent(node.shape.columns))
        case tree.Add():
            return times(front, summed(rest))
        case tree.Transpose(operand):
            return times(front, summed(operand))
        case tree.Identity(size):
            return times(front, extent(size))
    factors = term_of(rest).factors
    if len(factors) == 1 and next(iter(factors.values())) == 2:
        return times(front, _square_of_norm(next(iter(factors))))
    return times(front, tree.Reduce("sum", rest))


def _square_of_norm(node: Expr) -> Expr:
    """‖A‖² = sum_ij A_ij²."""
    if isinstance(node, tree.Transpose):
        node = node.operand
    return tree.Power(tree.Reduce("l2", node), number(2))


def inner(left: Expr, right: Expr) -> Expr:
    """⟨A, B⟩ = sum_ij A_ij B_ij."""
    if left.shape.is_scalar:
        return times(left, right)
    if is_zero(left) or is_zero(right):
        return number(0)
    (front, a), (other, b) = split(left), split(right)
    if isinstance(a, tree.Fill):
        return times(front, other, summed(b))
    if isinstance(b, tree.Fill):
        return times(front, other, summed(a))
    if a == b:
        return times(front, other, _square_of_norm(a))
    return times(front, other, tree.Dot(a, b))


def row_sums(node: Expr) -> Expr:
    """A 1: the sum of each row, a column."""
    if node.shape.columns.is_unit:
        return node
    if isinstance(node, tree.Add):
        return plus(*(row_sums(spread(part, node.shape)) for part in node.terms))
    front, rest = split(node)
    if isinstance(rest, tree.Fill):
        return times(front, number(rest.value), extent(rest.shape.columns), tree.Fill(1, column(rest.shape.rows)))
    return matmul(node, ones_column(node.shape.columns), column(node.shape.rows))


def column_sums(node: Expr) -> Expr:
    """1^T A: the sum of each column, a row."""
    if node.shape.rows.is_unit:
        return node
    return matmul(tree.Transpose(ones_column(node.shape.rows)), node, Shape((ONE, node.shape.columns)))


def narrowed(node: Expr, shape: Shape) -> Expr:
    """The adjoint of broadcasting: what went to many places is summed over them."""
    if node.shape == shape:
        return node
    if shape.is_scalar:
        return summed(node)
    if node.shape.is_scalar:
        return scalar_as(node, shape)
    if shape.is_row and shape.columns == node.shape.columns:
        return column_sums(node)
    return row_sums(node)


# ── whole trees ──


def tidied(node: Expr) -> Expr:
    """The same value, tidy from the leaves up."""
    return _made(with_fields(node, lambda value: changed(value, tidied)))


def changed(value: object, change: Callable[[Expr], Expr]) -> object:
    """A field of a node with every expression that stands in it changed, conditions' sides too."""
    if isinstance(value, Expr):
        return change(value)
    if isinstance(value, (tree.Comparison, tree.AllOf)):
        updates = {
            part.name: after
            for part in fields(value)
            if (after := changed(getattr(value, part.name), change)) is not getattr(value, part.name)
        }
        return replace(value, **updates) if updates else value  # type: ignore[arg-type]
    if isinstance(value, tuple):
        items = tuple(changed(item, change) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


@singledispatch
def _made(node: Expr) -> Expr:
    """A node whose parts are tidy, made anew by its constructor; most are tidy as they are."""
    return node


@_made.register
def _(node: tree.Negative) -> Expr:
    return negative(node.operand)


@_made.register
def _(node: tree.Add) -> Expr:
    return plus(*node.terms)


@_made.register(tree.Scale)
@_made.register(tree.Hadamard)
@_made.register(tree.Quotient)
def _(node: Expr) -> Expr:
    return of_term(term_of(node))


@_made.register
def _(node: tree.Power) -> Expr:
    return power(node.base, node.exponent)


@_made.register
def _(node: tree.MatMul) -> Expr:
    return matmul(node.left, node.right)


@_made.register(tree.Apply)
@_made.register(tree.Unspecified)
def _(node: tree.Apply | tree.Unspecified) -> Expr:
    return applied(node)


@_made.register
def _(node: tree.Transpose) -> Expr:
    return transposed(node.operand)


@_made.register
def _(node: tree.Dot) -> Expr:
    if node.left.shape == node.right.shape:
        return inner(node.left, node.right)
    return node


@_made.register
def _(node: tree.Indicator) -> Expr:
    """1(i = i) is 1."""
    match node.condition:
        case tree.Comparison(tree.IndexValue(left), "=" | "<=" | ">=", tree.IndexValue(right)) if left == right:
            return number(1)
        case tree.Comparison(tree.IndexValue(left), "!=" | "<" | ">", tree.IndexValue(right)) if left == right:
            return number(0)
    return node


@_made.register
def _(node: tree.Reduce) -> Expr:
    return summed(node.operand) if node.kind == "sum" else node
