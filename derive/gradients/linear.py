"""The matrix of a linear map that is given as an expression: f(v) = M v -> M.

Reverse mode with a formal vector v for the adjoint gives J^T v; from it the Jacobian is read off.
"""

from functools import singledispatch

from derive.expressions import tree
from derive.expressions.shapes import Dim, column
from derive.expressions.tree import Expr, Node, Symbol
from derive.expressions.walk import rebuilt, symbols_of
from derive.gradients.refusal import NoClosedForm
from derive.gradients.terms import Term, expression, terms_of, without
from derive.gradients.tidy import as_column, is_zero, matmul, ones_column, plus, split, times, transposed

FORMAL = "formal v"


def formal(length: Dim, *, as_row: bool) -> Symbol:
    """The vector that stands for any."""
    shape = column(length)
    return Symbol(FORMAL, shape.transposed if as_row else shape)


def depends(node: Expr) -> bool:
    return any(symbol.name == FORMAL for symbol in symbols_of(node))


def matrix_of(node: Expr) -> Expr:
    """M where a vector is M v, read as columns. Raises `NoClosedForm` where that is not plain."""
    length = node.shape.length
    parts = [_of_term(term) for term in terms_of(node)]
    if any(part is None for part in parts):
        raise NoClosedForm("no matrix notation was found for this Jacobian")
    found = [part for part in parts if part is not None]
    return plus(*found) if found else tree.Fill(0, column(length))


def _of_term(term: Term) -> Expr | None:
    """c a ⊙ … ⊙ f(v): diag(c a …) times the matrix of f; s(v) a: a times the row of s."""
    scalars = [atom for atom in term.scalars if depends(atom)]
    factors = [atom for atom in term.factors if depends(atom)]
    if len(scalars) + len(factors) != 1:
        return None
    atom = (scalars or factors)[0]
    if (term.scalars if scalars else term.factors)[atom] != 1:
        return None
    rest = without(term, atom)
    if isinstance(atom, tree.Add) and rest.factors and factors:
        opened = [_of_term(rest.times(part)) for part in terms_of(atom)]
        made = [part for part in opened if part is not None]
        return plus(*made) if len(made) == len(opened) else None
    front = expression(Term(rest.number, scalars=rest.scalars))
    if scalars:
        row = row_of(atom)
        around = expression(Term(rest.number**0, term.shape, {}, rest.factors))
        return None if row is None else times(front, _outer(as_column(around), row))
    inside = _of_vector(atom)
    if inside is None:
        return None
    if not rest.factors:
        return times(front, inside)
    around = expression(Term(rest.number**0, term.shape, {}, rest.factors))
    return times(front, _diagonal_times(around, inside))


def _outer(left: Expr, row: Expr) -> Expr:
    return matmul(left, row)


def _diagonal_times(around: Expr, inside: Expr) -> Expr:
    """diag(a) M."""
    if isinstance(inside, tree.Identity):
        return tree.Diagonal(around)
    if isinstance(inside, tree.Diagonal):
        return tree.Diagonal(times(as_column(around), as_column(inside.operand)))
    return tree.MatMul(tree.Diagonal(around), inside)


@singledispatch
def _of_vector(node: Expr) -> Expr | None:
    """M of one vector-valued factor."""
    return None


@_of_vector.register
def _(node: tree.Symbol) -> Expr | None:
    """v: I."""
    return tree.Identity(node.shape.length)


@_of_vector.register
def _(node: tree.Transpose) -> Expr | None:
    """The same vector, lying."""
    return matrix_or_none(node.operand)


@_of_vector.register
def _(node: tree.MatMul) -> Expr | None:
    """A f(v): A M; f(v)^T A: A^T M."""
    if node.shape.is_scalar:
        return None
    if depends(node.right) and not depends(node.left) and node.right.shape.is_column:
        inside = matrix_or_none(node.right)
        return None if inside is None else multiplied(node.left, inside)
    if depends(node.left) and not depends(node.right) and node.left.shape.is_row:
        inside = matrix_or_none(node.left)
        return None if inside is None else multiplied(transposed(node.right), inside)
    return None


@_of_vector.register
def _(node: tree.Add) -> Expr | None:
    return matrix_or_none(node)


def multiplied(left: Expr, right: Expr) -> Expr:
    """A M, where diag(a) stays a matrix of its own."""
    if isinstance(right, tree.Identity):
        return left
    if isinstance(left, tree.Identity):
        return right
    (front, a), (other, b) = split(left), split(right)
    if isinstance(a, tree.Diagonal) and isinstance(b, tree.Diagonal):
        return times(front, other, tree.Diagonal(times(as_column(a.operand), as_column(b.operand))))
    if isinstance(b, tree.MatMul) and b.shape.is_matrix:
        return times(front, other, tree.MatMul(multiplied(a, b.left), b.right))
    return times(front, other, tree.MatMul(a, b))


def joined_diagonals(node: Expr) -> Expr:
    """diag(a) M + diag(b) M = diag(a + b) M, in every sum of an expression."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, tree.Add):
            return None
        found: dict[Expr | None, list[Expr]] = {}
        others: list[Expr] = []
        for term in part.terms:
            front, rest = split(joined_diagonals(term))
            left, right = (rest.left, rest.right) if isinstance(rest, tree.MatMul) else (rest, None)
            if isinstance(left, tree.Diagonal) and left.operand.shape.is_vector:
                found.setdefault(right, []).append(times(front, as_column(left.operand)))
            else:
                others.append(times(front, rest))
        joint = [_of_diagonal(plus(*parts), right) for right, parts in found.items()]
        return plus(*joint, *others, shape=part.shape)

    return rebuilt(node, change)  # type: ignore[return-value]


def _of_diagonal(vector: Expr, right: Expr | None) -> Expr:
    front, rest = split(vector)
    diagonal = tree.Diagonal(rest)
    return times(front, diagonal if right is None else tree.MatMul(diagonal, right))


def matrix_or_none(node: Expr) -> Expr | None:
    if is_zero(node) or not node.shape.is_vector:
        return None
    parts = [_of_term(term) for term in terms_of(node)]
    found = [part for part in parts if part is not None]
    return plus(*found) if len(found) == len(parts) else None


def row_of(node: Expr) -> Expr | None:
    """r^T where a scalar is r^T v."""
    match node:
        case tree.Dot(left, right):
            own, other = (left, right) if depends(left) else (right, left)
        case tree.MatMul(left, right):
            own, other = (left, right) if depends(left) else (right, left)
        case tree.Reduce(kind="sum", operand=operand) if operand.shape.is_vector:
            own, other = operand, ones_column(operand.shape.length)
        case _:
            return None
    if depends(other) or not own.shape.is_vector:
        return None
    inside = matrix_or_none(own)
    if inside is None:
        return None
    row = transposed(as_column(other))
    if isinstance(inside, tree.Diagonal):
        return transposed(times(as_column(other), as_column(inside.operand)))
    return multiplied(row, inside)
