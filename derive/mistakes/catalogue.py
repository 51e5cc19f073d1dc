"""All mistakes, in the order in which they are tried: where two explain a step, the one that says more comes first."""

from derive.mistakes.difference_reversed import DIFFERENCE_REVERSED
from derive.mistakes.missing_mean import MISSING_MEAN
from derive.mistakes.missing_transpose import MISSING_TRANSPOSE
from derive.mistakes.mistake import Mistake
from derive.mistakes.wrong_sign import WRONG_SIGN

CATALOGUE: tuple[Mistake, ...] = (
    MISSING_TRANSPOSE,
    DIFFERENCE_REVERSED,
    WRONG_SIGN,
    MISSING_MEAN,
)
