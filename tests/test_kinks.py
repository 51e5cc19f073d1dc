"""Where a minimum has no derivative one may be chosen apart from a maximum: a leak may be the slope at 0 as well."""

import pytest
from claimed import judged, told

LEAKY = r"""
dims: {N: 2, H: 3}
symbols:
  Z: N x H
  G: N x H
  \alpha: positive scalar
model:
  A: \max(0, Z) + \alpha \min(0, Z)
  L: \sum_{i,j} G_{ij} A_{ij}
loss: L
"""
SLOPES = {
    r"\mathbb{1}(Z > 0) + \alpha \mathbb{1}(Z < 0)": "proved",
    r"\mathbb{1}(Z > 0) + \alpha \mathbb{1}(Z \le 0)": "convention kink",
    r"\mathbb{1}(Z \ge 0) + \alpha \mathbb{1}(Z < 0)": "convention kink",
    r"\mathbb{1}(Z \ge 0) + \alpha \mathbb{1}(Z \le 0)": "convention kink",
    r"\mathbb{1}(Z > 0) - \alpha \mathbb{1}(Z \le 0)": "refuted",
}


@pytest.mark.parametrize("slopes", SLOPES)
def test_the_slope_at_a_kink_is_that_of_either_side(slopes):
    claim = rf"\frac{{\partial L}}{{\partial Z}} = G \odot ({slopes})"
    assert told(judged(LEAKY, claim)) == [SLOPES[slopes]]


def test_by_cases_too():
    cases = r"\begin{cases} G_{ij} & \text{if } Z_{ij} > 0 \\ \alpha G_{ij} & \text{otherwise} \end{cases}"
    assert told(judged(LEAKY, rf"\frac{{\partial L}}{{\partial Z_{{ij}}}} = {cases}")) == ["convention kink"]


def test_a_slip_before_it_changes_nothing():
    cases = r"\begin{cases} 2 G_{ij} & \text{if } Z_{ij} > 0 \\ 2 \alpha G_{ij} & \text{otherwise} \end{cases}"
    claims = (r"\frac{\partial L}{\partial A} = 2 G", rf"\frac{{\partial L}}{{\partial Z_{{ij}}}} = {cases}")
    wrong = cases.replace(r"2 \alpha", r"\alpha")
    *_, right, new = judged(LEAKY, *claims, rf"\frac{{\partial L}}{{\partial Z_{{ij}}}} = {wrong}")
    assert (right.follows_from, new.follows_from) == ((1, 1), None)
