"""Indices that stand at nothing with a size: they run as elsewhere in their chain, or are compared alone."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {n: 2, m: 4}
symbols:
  V: m x n
  s: n x 1
model:
  g: V s
"""

CASES = r"\begin{cases} s_j & \text{if } i = k \\ 0 & \text{if } i \neq k \end{cases}"


def test_an_index_runs_as_it_does_elsewhere_in_its_chain():
    true = rf"\frac{{\partial g_k}}{{\partial V_{{i,j}}}} = {CASES} = \mathbf{{1}}(i = k) s_j"
    false = rf"\frac{{\partial g_k}}{{\partial V_{{i,j}}}} = {CASES} = \mathbf{{1}}(i \neq k) s_j"
    steps = judged(SETTING, true, false)
    assert told(steps) == ["proved", "proved", "proved", "refuted"]
    assert {step.scope for step in steps[:3]} == {"all dimensions"}


COMPARED = [
    (r"\mathbf{1}(i = j) = \begin{cases} 1 & \text{if } i = j \\ 0 & \text{if } i \neq j \end{cases}", "proved"),
    (r"\delta_{ij} = \delta_{ji}", "proved"),
    (r"\delta_{ij} \delta_{jk} = \delta_{ij} \delta_{ik}", "proved"),
    (r"\delta_{ij} = 1 - \mathbf{1}(i \neq j)", "proved"),
    (r"\mathbf{1}(i = j) = \mathbf{1}(i \neq j)", "refuted"),
    (r"\delta_{ij} + \delta_{jk} + \delta_{ik} = 1", "refuted"),
    (r"\mathbf{1}(i \neq j) \mathbf{1}(j \neq k) \mathbf{1}(i \neq k) = 0", "refuted"),
]


@pytest.mark.parametrize("formula, verdict", COMPARED)
def test_indices_that_are_compared_alone_need_no_range(formula, verdict):
    assert told(judged(SETTING, formula)) == [verdict]


NO_RANGE = [r"\delta_{ij} = 1, \quad i > 1, j > 1", r"\mathbf{1}(i < j) = 1 - \mathbf{1}(j \leq i)", r"\delta_{ij} = i"]


@pytest.mark.parametrize("formula", NO_RANGE)
def test_other_indices_without_a_range_are_refused(formula):
    assert last(SETTING, formula).verdict == "unreadable"
