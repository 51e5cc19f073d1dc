"""Products of matrices with less to compute: by numbers, inverses, diagonals, ones, and of vectors.

Each rule gives None where it says nothing.
"""

from derive.kernels.algebra import Algebra, Rules
from derive.kernels.known import number_of
from derive.kernels.operations import Operation


def product_with_factor(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """(c A) B = c (A B) = A (c B), (-A) B = -(A B)."""
    for one, other, is_left in ((a, b, True), (b, a, False)):
        if one in of.shared:
            continue
        if one.kind == "multiply" and one.arguments[0].is_scalar:
            inner = (one.arguments[1], other) if is_left else (other, one.arguments[1])
            return of.multiply(one.arguments[0], of.matmul(*inner))
        if one.kind == "negative":
            inner = (one.arguments[0], other) if is_left else (other, one.arguments[0])
            return of.negative(of.matmul(*inner))
    return None


def product_with_inverse(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """A^{-1} B as the solution of A X = B."""
    return of.solved(a.arguments[0], b) if a.kind == "inverse" and _are_matrices(a, b) else None


def inverse_of_diagonal(of: Algebra, a: Operation) -> Operation | None:
    """diag(v)^{-1} = diag(1 / v)."""
    if a.kind != "diagonal_matrix":
        return None
    return of.diagonal_matrix(of.divide(of.number(1), a.arguments[0]))


def product_with_identity(_: Algebra, a: Operation, b: Operation) -> Operation | None:
    """I A = A I = A."""
    if not _are_matrices(a, b):
        return None
    return b if a.kind == "identity" else a if b.kind == "identity" else None


def product_with_diagonal(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """diag(v) A = v ⊙ A, A diag(v) = A ⊙ v^T."""
    if not _are_matrices(a, b):
        return None
    if a.kind == "diagonal_matrix":
        return of.multiply(a.arguments[0], b)
    return of.multiply(a, of.permute(b.arguments[0], (1, 0))) if b.kind == "diagonal_matrix" else None


def product_with_ones(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """1^T A, a row, is the sum of its rows, A 1 that of its columns."""
    if not _are_matrices(a, b):
        return None
    if (value := number_of(a)) is not None and a.axes[0] == 1:
        return of.multiply(of.number(value), of.expand(of.total(b, (0,)), (0,), 2))
    if (value := number_of(b)) is not None and b.axes[1] == 1:
        return of.multiply(of.number(value), of.expand(of.total(a, (1,)), (1,), 2))
    return None


def product_of_row_and_column(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """u^T v is the sum of u_i v_i."""
    if _are_matrices(a, b) and a.axes[0] == 1 and b.axes[1] == 1:
        return of.expand(of.total(of.multiply(of.permute(a, (1, 0)), b), (0, 1)), (0, 1), 2)
    return None


def product_of_column_and_row(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """u v^T is the product of their entries, each with each."""
    return of.multiply(a, b) if a.axes[-1] == 1 else None


def _are_matrices(a: Operation, b: Operation) -> bool:
    """Whether these are two matrices, not one for each value of an index."""
    return len(a.axes) == len(b.axes) == 2


def trace_of_product(of: Algebra, a: Operation) -> Operation | None:
    """tr(A B) = sum_ij a_ij b_ji."""
    if a.kind != "matmul" or len(a.axes) != 2:
        return None
    left, right = a.arguments
    return of.total(of.multiply(left, of.permute(right, (1, 0))), (0, 1))


MATRICES: Rules = {
    "matmul": (
        product_with_factor,
        product_with_inverse,
        product_with_identity,
        product_with_diagonal,
        product_with_ones,
        product_of_row_and_column,
        product_of_column_and_row,
    ),
    "inverse": (inverse_of_diagonal,),
    "trace": (trace_of_product,),
}
