"""All mistakes, in the order in which they are tried: where two explain a step, the one that says more comes first."""

from derive.mistakes.chain_rule_order import CHAIN_RULE_ORDER
from derive.mistakes.constant_differentiated import CONSTANT_DIFFERENTIATED
from derive.mistakes.derivative_at_wrong_argument import DERIVATIVE_AT_WRONG_ARGUMENT
from derive.mistakes.difference_reversed import DIFFERENCE_REVERSED
from derive.mistakes.dropped_batch_sum import DROPPED_BATCH_SUM
from derive.mistakes.elementwise_for_matrix_product import ELEMENTWISE_FOR_MATRIX_PRODUCT
from derive.mistakes.extra_factor_two import EXTRA_FACTOR_TWO
from derive.mistakes.extra_transpose import EXTRA_TRANSPOSE
from derive.mistakes.jacobian_for_product import JACOBIAN_FOR_PRODUCT
from derive.mistakes.log_base import LOG_BASE
from derive.mistakes.mask_of_wrong_quantity import MASK_OF_WRONG_QUANTITY
from derive.mistakes.matrix_product_for_elementwise import MATRIX_PRODUCT_FOR_ELEMENTWISE
from derive.mistakes.mean_for_sum import MEAN_FOR_SUM
from derive.mistakes.mean_twice import MEAN_TWICE
from derive.mistakes.missing_activation_derivative import MISSING_ACTIVATION_DERIVATIVE
from derive.mistakes.missing_constant_factor import MISSING_CONSTANT_FACTOR
from derive.mistakes.missing_factor_two import MISSING_FACTOR_TWO
from derive.mistakes.missing_mask import MISSING_MASK
from derive.mistakes.missing_mean import MISSING_MEAN
from derive.mistakes.missing_regulariser import MISSING_REGULARISER
from derive.mistakes.missing_target import MISSING_TARGET
from derive.mistakes.missing_transpose import MISSING_TRANSPOSE
from derive.mistakes.mistake import Mistake
from derive.mistakes.path_left_out import PATH_LEFT_OUT
from derive.mistakes.plus_for_minus import PLUS_FOR_MINUS
from derive.mistakes.regulariser_divided import REGULARISER_DIVIDED
from derive.mistakes.softmax_elementwise import SOFTMAX_ELEMENTWISE
from derive.mistakes.square_inside import SQUARE_INSIDE
from derive.mistakes.sum_for_mean import SUM_FOR_MEAN
from derive.mistakes.swapped_factors import SWAPPED_FACTORS
from derive.mistakes.transposed_wrong_factor import TRANSPOSED_WRONG_FACTOR
from derive.mistakes.unsquared_activation import UNSQUARED_ACTIVATION
from derive.mistakes.upstream_left_out import UPSTREAM_LEFT_OUT
from derive.mistakes.variable_held_constant import VARIABLE_HELD_CONSTANT
from derive.mistakes.wrong_index import WRONG_INDEX
from derive.mistakes.wrong_layer import WRONG_LAYER
from derive.mistakes.wrong_sign import WRONG_SIGN

CATALOGUE: tuple[Mistake, ...] = (
    ELEMENTWISE_FOR_MATRIX_PRODUCT,
    EXTRA_TRANSPOSE,
    MISSING_TRANSPOSE,
    TRANSPOSED_WRONG_FACTOR,
    CHAIN_RULE_ORDER,
    SWAPPED_FACTORS,
    MATRIX_PRODUCT_FOR_ELEMENTWISE,
    SQUARE_INSIDE,
    PLUS_FOR_MINUS,
    UNSQUARED_ACTIVATION,
    DERIVATIVE_AT_WRONG_ARGUMENT,
    MASK_OF_WRONG_QUANTITY,
    SOFTMAX_ELEMENTWISE,
    MISSING_TARGET,
    DIFFERENCE_REVERSED,
    WRONG_SIGN,
    SUM_FOR_MEAN,
    MISSING_MEAN,
    REGULARISER_DIVIDED,
    MEAN_TWICE,
    MEAN_FOR_SUM,
    DROPPED_BATCH_SUM,
    MISSING_REGULARISER,
    MISSING_FACTOR_TWO,
    EXTRA_FACTOR_TWO,
    MISSING_CONSTANT_FACTOR,
    MISSING_MASK,
    MISSING_ACTIVATION_DERIVATIVE,
    JACOBIAN_FOR_PRODUCT,
    UPSTREAM_LEFT_OUT,
    VARIABLE_HELD_CONSTANT,
    PATH_LEFT_OUT,
    CONSTANT_DIFFERENTIATED,
    LOG_BASE,
    WRONG_INDEX,
    WRONG_LAYER,
)

ONCE_MORE: tuple[Mistake, ...] = (
    DIFFERENCE_REVERSED,
    WRONG_SIGN,
    PLUS_FOR_MINUS,
    UNSQUARED_ACTIVATION,
    MISSING_MEAN,
    MEAN_TWICE,
    MEAN_FOR_SUM,
    MISSING_REGULARISER,
    REGULARISER_DIVIDED,
    MISSING_FACTOR_TWO,
    EXTRA_FACTOR_TWO,
    MISSING_CONSTANT_FACTOR,
    MISSING_MASK,
    MISSING_ACTIVATION_DERIVATIVE,
)
"""Those that are tried on what another repair gives: they go with any other mistake, and cost little to try."""

RESPELLED: tuple[Mistake, ...] = (
    ELEMENTWISE_FOR_MATRIX_PRODUCT,
    MISSING_TRANSPOSE,
    EXTRA_TRANSPOSE,
    SWAPPED_FACTORS,
)
"""Those that are tried where another spelling has no shape yet."""

SHAPED_OTHERWISE: tuple[Mistake, ...] = (
    DROPPED_BATCH_SUM,
    JACOBIAN_FOR_PRODUCT,
    UPSTREAM_LEFT_OUT,
)
"""Those that are tried where a repair gives another shape than the quantity has."""

ONLY_ALONE: tuple[Mistake, ...] = (
    PATH_LEFT_OUT,
    VARIABLE_HELD_CONSTANT,
    CONSTANT_DIFFERENTIATED,
)
"""Those that explain nothing together with another one: a term more or less is soon found for any formula."""
