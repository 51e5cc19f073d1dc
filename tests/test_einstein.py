"""Einstein's convention: an index that stands twice in a term is summed over, where the setting says so."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {m: 3, n: 2}
indices: einstein
symbols:
  W: m x n
  A: n x n
  x: n x 1
  b: m x 1
  g: m x 1
model:
  z: W x + b
  L: \frac{1}{2} z^T z
"""

TRUE = [
    r"z_i = W_{ij} x_j + b_i",
    r"L = \frac{1}{2} z_i z_i",
    r"\frac{\partial L}{\partial x_j} = \frac{\partial L}{\partial z_i} \frac{\partial z_i}{\partial x_j}",
    r"\frac{\partial L}{\partial x_j} = z_i W_{ij}",
    r"\frac{\partial L}{\partial W_{ij}} = z_i x_j",
    r"\frac{\partial z_i}{\partial x_j} = W_{ij}",
    r"A_{ii} = \operatorname{tr}(A)",
    r"(A A)_{ik} = A_{ij} A_{jk}",
    r"\delta_{ij} x_j = x_i",
    r"x_j A_{jk} x_k = x^T A x",
    r"\sum_j W_{ij} x_j = W_{ij} x_j",
    r"\frac{\partial x_j}{\partial x_j} = n",
]

FALSE = [
    r"z_i = W_{ji} x_j + b_i",
    r"z_i = W_{ij} x_j",
    r"L = z_i z_i",
    r"\frac{\partial L}{\partial x_j} = W_{ij}",
    r"\frac{\partial L}{\partial x_j} = -z_i W_{ij}",
    r"(A A)_{ik} = A_{ij} A_{kj}",
    r"A_{ii} = A_{11}",
    r"x_j A_{jk} x_k = x_j A_{jk} x_j",
]


@pytest.mark.parametrize("formula", TRUE)
def test_a_repeated_index_is_summed_over(formula):
    assert told([last(SETTING, formula)]) == ["proved"]


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_claim_is_not_accepted(formula):
    assert last(SETTING, formula).verdict in ("refuted", "unreadable")


def test_a_definition_by_entries_may_leave_its_sum_out():
    assert told(judged(SETTING, r"c_i = W_{ij} x_j", r"c = W x")) == ["definition", "proved"]


MESSAGES = [
    (r"g_i b_i z_i = 0", "The index i stands 3 times in this term; write the sum, or with fewer."),
]


@pytest.mark.parametrize("formula, message", MESSAGES)
def test_what_is_not_certain_is_said(formula, message):
    step = last(SETTING, formula)
    assert (step.verdict, step.message) == ("unreadable", message)


WITHOUT_A_SUM = [
    (r"z_i b_i = b_i z_i", "proved"),
    (r"(b \odot g)_i = b_i g_i", "proved"),
    (r"\frac{\partial z_i}{\partial b_k} g_i = g_k", "proved"),
    (r"(b \odot g)_i = b_i g_i \frac{b_i}{b_i}", "proved"),
    (r"g_i = g_i b_i", "refuted"),
    (r"(b \odot g)_i = b_i b_i", "refuted"),
]


@pytest.mark.parametrize("formula, verdict", WITHOUT_A_SUM)
def test_no_sum_is_over_an_index_of_the_left_side(formula, verdict):
    assert last(SETTING, formula).verdict == verdict


def test_a_definition_by_entries_sums_over_no_index_of_its_name():
    assert told(judged(SETTING, r"c_i = g_i b_i", r"c = g \odot b", r"c = g \odot g")) == [
        "definition", "proved", "refuted",
    ]  # fmt: skip


BRACKETS = [
    (r"L = \frac{1}{2} z_i (W_{ij} x_j + b_i)", "proved"),
    (r"g^T (b + W x) = g_i (b_i + W_{ij} x_j)", "proved"),
    (r"g^T z = g_i z_i \mathbf{1}_j x_j / (\mathbf{1}_k x_k)", "proved"),
    (r"x^T \mathbf{1} = \mathbf{1}_j x_j", "proved"),
    (r"\frac{\partial}{\partial x_k} (W_{ij} x_j) = W_{ik}", "proved"),
    (r"g^T (b + W x) = g_i (b_i - W_{ij} x_j)", "refuted"),
    (r"x^T \mathbf{1} = 2 \mathbf{1}_j x_j", "refuted"),
    (r"\frac{\partial}{\partial x_k} (W_{ij} x_j) = W_{ki}", "refuted"),
]


@pytest.mark.parametrize("formula, verdict", BRACKETS)
def test_an_index_is_summed_over_where_all_its_places_are(formula, verdict):
    assert last(SETTING, formula).verdict == verdict


def test_without_the_setting_no_sum_is_left_out():
    setting = SETTING.replace("indices: einstein\n", "")
    assert last(setting, r"z_i = W_{ij} x_j + b_i").verdict == "refuted"
    assert told([last(setting, r"z_i = \sum_j W_{ij} x_j + b_i")]) == ["proved"]
