"""All mistakes, in the order in which they are tried: where two explain a step, the one that says more comes first."""

from derive.mistakes.chain_rule_order import CHAIN_RULE_ORDER
from derive.mistakes.difference_reversed import DIFFERENCE_REVERSED
from derive.mistakes.dropped_batch_sum import DROPPED_BATCH_SUM
from derive.mistakes.elementwise_for_matrix_product import ELEMENTWISE_FOR_MATRIX_PRODUCT
from derive.mistakes.extra_factor_two import EXTRA_FACTOR_TWO
from derive.mistakes.extra_transpose import EXTRA_TRANSPOSE
from derive.mistakes.log_base import LOG_BASE
from derive.mistakes.matrix_product_for_elementwise import MATRIX_PRODUCT_FOR_ELEMENTWISE
from derive.mistakes.mean_for_sum import MEAN_FOR_SUM
from derive.mistakes.mean_twice import MEAN_TWICE
from derive.mistakes.missing_constant_factor import MISSING_CONSTANT_FACTOR
from derive.mistakes.missing_factor_two import MISSING_FACTOR_TWO
from derive.mistakes.missing_mean import MISSING_MEAN
from derive.mistakes.missing_regulariser import MISSING_REGULARISER
from derive.mistakes.missing_target import MISSING_TARGET
from derive.mistakes.missing_transpose import MISSING_TRANSPOSE
from derive.mistakes.mistake import Mistake
from derive.mistakes.regulariser_divided import REGULARISER_DIVIDED
from derive.mistakes.sum_for_mean import SUM_FOR_MEAN
from derive.mistakes.swapped_factors import SWAPPED_FACTORS
from derive.mistakes.transposed_wrong_factor import TRANSPOSED_WRONG_FACTOR
from derive.mistakes.wrong_index import WRONG_INDEX
from derive.mistakes.wrong_layer import WRONG_LAYER
from derive.mistakes.wrong_sign import WRONG_SIGN

CATALOGUE: tuple[Mistake, ...] = (
    ELEMENTWISE_FOR_MATRIX_PRODUCT,
    MISSING_TRANSPOSE,
    EXTRA_TRANSPOSE,
    TRANSPOSED_WRONG_FACTOR,
    CHAIN_RULE_ORDER,
    SWAPPED_FACTORS,
    MATRIX_PRODUCT_FOR_ELEMENTWISE,
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
    LOG_BASE,
    WRONG_INDEX,
    WRONG_LAYER,
)
