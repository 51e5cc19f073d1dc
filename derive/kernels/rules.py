"""The rules of every kind of operation, in the order in which they are asked."""

from derive.kernels import exponents, identities, logarithms, overflow, sigmoids, vanishing
from derive.kernels.algebra import Algebra, Rule, Rules
from derive.kernels.identities import OTHERS
from derive.kernels.matrices import MATRICES
from derive.kernels.moves import MOVES
from derive.kernels.operations import Operation
from derive.kernels.sums import SUMS


def either_way(*rules: Rule) -> Rule:
    """Rules for a and b, then the same ones for b and a."""

    def rule(of: Algebra, a: Operation, b: Operation) -> Operation | None:
        for one, other in ((a, b), (b, a)):
            for each in rules:
                if (found := each(of, one, other)) is not None:
                    return found
        return None

    return rule


RULES: Rules = {
    **OTHERS,
    **SUMS,
    **MATRICES,
    **MOVES,
    "add": (
        either_way(
            sigmoids.one_plus_tanh,
            sigmoids.some_plus_as_much_tanh,
            identities.sum_with_zero,
            identities.sum_with_negative,
        ),
    ),
    "subtract": (
        identities.difference_with_zero,
        identities.difference_of_same,
        identities.difference_with_negative,
        sigmoids.one_less,
        sigmoids.some_less_as_much_tanh,
        identities.difference_with_one_at_labels,
    ),
    "multiply": (
        either_way(
            identities.product_with_unit,
            identities.product_with_filled,
            identities.product_with_negative,
            identities.product_with_quotient,
            sigmoids.product_of_opposites,
            sigmoids.product_of_exponential_and_sigmoid,
            sigmoids.product_of_exponential_and_mask,
            exponents.product_with_mask_of_labels,
        ),
        identities.product_of_same,
        either_way(vanishing.product_with_vanishing, overflow.product_with_large),
        identities.product_with_number,
    ),
    "divide": (
        identities.quotient_by_one,
        identities.quotient_of_negative,
        identities.quotient_of_same,
        identities.quotient_by_inverse,
        sigmoids.hyperbolic_tangent,
        vanishing.quotient_by_vanishing,
        overflow.quotient_by_large,
        identities.quotient_by_constant,
    ),
    "exp": (
        logarithms.exponential_of_logarithm,
        logarithms.exponential_of_zero,
        exponents.exponential_of_cancelling,
    ),
    "log": (logarithms.logarithm_of_exponential, logarithms.logarithm_undone, logarithms.logarithm_of_large),
}  # fmt: skip


def algebra() -> Algebra:
    """An algebra with these rules."""
    return Algebra(RULES)
