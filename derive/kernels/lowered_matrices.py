"""Rules for nodes that are matrices as wholes: products, transposes, inverses, diagonals, blocks."""

from derive.expressions import tree
from derive.expressions.tree import Expr, IndexVariable
from derive.kernels.lowering import Lowering, Rules, Scope, Value
from derive.kernels.operations import Operation
from derive.kernels.refusal import NoKernel


def _mat_mul(of: Lowering, node: tree.MatMul, scope: Scope) -> Value:
    factors, bare = _unscaled(node)
    if isinstance(bare, tree.MatMul) and (found := _picked_block(of, bare, scope)) is not None:
        for factor in factors:
            found = of.both(of.algebra.multiply, of.value(factor, scope), found)
        return found
    (a, b), letters = of.aligned((of.value(node.left, scope), of.value(node.right, scope)))
    product = Value(of.algebra.matmul(a, b), letters)
    return of.as_number(product) if node.shape.is_scalar else product


def _picked_block(of: Lowering, node: tree.MatMul, scope: Scope) -> Value | None:
    """(I ⊗ e_p)^T G, (e_p ⊗ I)^T G, G (I ⊗ e_q), G (e_q ⊗ I): G in blocks, one entry or block of each."""
    match node:
        case tree.MatMul(tree.Transpose(tree.Kronecker(first, second)), other):
            axis = 0
        case tree.MatMul(other, tree.Kronecker(first, second)):
            axis = 1
        case _:
            return None
    for place, unit, identity in ((1, second, first), (0, first, second)):
        index = _unit_of(unit, scope)
        if index is not None and isinstance(identity, tree.Identity):
            value = of.value(other, scope)
            if index in value.letters:
                raise NoKernel("blocks of a Kronecker product that depend on their own place", node.span)
            count = len(value.letters)
            at = count + axis
            extents = (of.extent(first.shape.rows), of.extent(second.shape.rows))
            blocks = of.algebra.folded(_as_letters(of, value, other), at, extents)
            rest = [number for number in range(count, count + 3) if number != at + place]
            order = (*range(count), at + place, *rest)
            return Value(of.algebra.permute(blocks, order), (*value.letters, index))
    return None


def _as_letters(of: Lowering, value: Value, node: Expr) -> Operation:
    """A matrix for every value of its letters, every axis as long as it should be."""
    count = len(value.letters)
    operation = of.algebra.numeric(value.operation)
    if not value.rank:
        operation = of.algebra.expand(operation, (count, count + 1), count + 2)
    return of.algebra.broadcast(operation, (*operation.axes[:count], *of.axes(node.shape)))


def _dot(of: Lowering, node: tree.Dot, scope: Scope) -> Value:
    left, right = of.value(node.left, scope), of.value(node.right, scope)
    if node.left.shape.is_vector and node.left.shape.is_row != node.right.shape.is_row:
        right = of.transposed(right)
    return of.total(of.both(of.algebra.multiply, left, right))


def _outer(of: Lowering, node: tree.Outer, scope: Scope) -> Value:
    left, right = of.value(node.left, scope), of.value(node.right, scope)
    left = of.transposed(left) if not node.left.shape.is_column else left
    right = of.transposed(right) if not node.right.shape.is_row else right
    return of.both(of.algebra.multiply, left, right)


def _kronecker(of: Lowering, node: tree.Kronecker, scope: Scope) -> Value:
    left, right = of.alone(node.left, scope), of.alone(node.right, scope)
    return Value(of.algebra.kronecker(left, right))


def _transpose(of: Lowering, node: tree.Transpose, scope: Scope) -> Value:
    return of.transposed(of.value(node.operand, scope))


def _inverse(of: Lowering, node: tree.Inverse, scope: Scope) -> Value:
    return of.each(of.algebra.inverse, of.value(node.operand, scope))


def _matrix_power(of: Lowering, node: tree.MatrixPower, scope: Scope) -> Value:
    return of.each(lambda a: of.algebra.matrix_power(a, node.exponent), of.value(node.base, scope))


def _diagonal(of: Lowering, node: tree.Diagonal, scope: Scope) -> Value:
    if not node.operand.shape.is_vector:
        operand = of.value(node.operand, scope)
        count = len(operand.letters)
        diagonal = of.algebra.diagonal(operand.operation)
        return Value(of.algebra.expand(diagonal, (count + 1,), count + 2), operand.letters)
    vector = of.alone(node.operand, scope)
    column = vector if node.operand.shape.is_column else of.algebra.permute(vector, (1, 0))
    return Value(of.algebra.diagonal_matrix(column))


def _vectorised(of: Lowering, node: tree.Vectorised, scope: Scope) -> Value:
    return Value(of.algebra.vectorised(of.alone(node.operand, scope)))


def _blocks(of: Lowering, node: tree.Blocks, scope: Scope) -> Value:
    if node.filled is not None:
        raise NoKernel("a matrix written out with dots, which has other entries at other sizes", node.span)
    rows = tuple(tuple(_block(of, one, scope) for one in line) for line in node.rows)
    return Value(of.algebra.blocks(rows))


def _block(of: Lowering, node: Expr, scope: Scope) -> Operation:
    array = of.alone(node, scope)
    return array if array.axes else of.algebra.expand(array, (0, 1), 2)


def _unscaled(node: Expr) -> tuple[list[Expr], Expr]:
    """The numbers by which a product of matrices is multiplied, and the product without them."""
    match node:
        case tree.Scale(factor, operand):
            factors, bare = _unscaled(operand)
            return [factor, *factors], bare
        case tree.MatMul(left, right):
            (first, one), (second, other) = _unscaled(left), _unscaled(right)
            return [*first, *second], node if not (first or second) else tree.MatMul(one, other)
    return [], node


def _unit_of(node: Expr, scope: Scope) -> IndexVariable | None:
    """p, if this is e_p, a column of the identity, and p runs along all of it."""
    match node:
        case tree.Slice(tree.Identity(size), IndexVariable() as index, "column") if index in scope:
            run = scope[index]
            return index if (run.dim, run.first, run.from_end) == (size, 0, 0) else None
    return None


MATRICES: Rules = {
    tree.MatMul: _mat_mul,
    tree.Dot: _dot,
    tree.Outer: _outer,
    tree.Kronecker: _kronecker,
    tree.Transpose: _transpose,
    tree.Inverse: _inverse,
    tree.MatrixPower: _matrix_power,
    tree.Diagonal: _diagonal,
    tree.Vectorised: _vectorised,
    tree.Blocks: _blocks,
}
"""The rules of these nodes."""
