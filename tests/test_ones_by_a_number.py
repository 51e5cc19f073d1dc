r"""`1^T x` and `x 1^T`: a 1 that is transposed is a vector of ones, as no number is."""

import pytest
from claimed import judged, last, told

SETTING = """
dims: {n: 2, m: 3}
symbols: {X: n x m, u: n x 1, v: 1 x m, a: scalar}
"""

TRUE = [r"(1^T X)_j = \sum_i X_{ij}", r"1^\top u = \sum_i u_i", r"u 1^T v^T = u \sum_j v_j", r"a 1^T u = a \sum_i u_i"]
FALSE = [r"1^T u = u", r"1^T X = X", r"1^T u = 1"]


@pytest.mark.parametrize("formula", TRUE)
def test_a_transposed_one_is_a_row_of_ones(formula):
    assert told(judged(SETTING, formula)) == ["proved"]


@pytest.mark.parametrize("formula", FALSE)
def test_it_is_not_the_number(formula):
    assert last(SETTING, formula).verdict == "refuted"


def test_a_power_of_one_is_one_where_the_exponent_is_a_number():
    assert told(judged("symbols: {T: scalar, a: scalar}", r"1^T a = a")) == ["proved"]
