"""Square matrices with dots whose diagonal is of another form than the rest, and what leaves their pattern open."""

import pytest
from claimed import last

SETTING = r"""
dims: {K: 4}
symbols:
  z: K x 1
  d: K x 1
model:
  p: \text{softmax}(z)
"""


def written(corner: str, beside: str, below: str, last_corner: str) -> str:
    return rf"\begin{{pmatrix}} {corner} & \dots & {beside} \\ \vdots & \ddots & \vdots \\ {below} & \dots & {last_corner} \end{{pmatrix}}"  # noqa: E501


FOUR = r"""\begin{bmatrix}
p_1 (1 - p_1) & -p_1 p_2 & \cdots & -p_1 p_K \\ -p_2 p_1 & p_2 (1 - p_2) & \cdots & -p_2 p_K \\
\vdots & \vdots & \ddots & \vdots \\ -p_K p_1 & -p_K p_2 & \cdots & p_K (1 - p_K) \end{bmatrix}"""

TRUE = [
    r"\frac{\partial p}{\partial z} = " + written("p_1 (1 - p_1)", "-p_1 p_K", "-p_K p_1", "p_K (1 - p_K)"),
    r"\frac{\partial p}{\partial z} = " + FOUR,
    r"d d^T + \mathrm{diag}(z) = " + written("d_1^2 + z_1", "d_1 d_K", "d_K d_1", "d_K^2 + z_K"),
    r"d \mathbf{1}_K^T + \mathrm{diag}(z) = " + written("d_1 + z_1", "d_1", "d_K", "d_K + z_K"),
    r"d z^T - \mathrm{diag}(d \odot z) + I = " + written("1", "d_1 z_K", "d_K z_1", "1"),
]

FALSE = [
    r"\frac{\partial p}{\partial z} = " + written("p_1 (1 - p_1)", "p_1 p_K", "p_K p_1", "p_K (1 - p_K)"),
    r"\frac{\partial p}{\partial z} = " + written("p_1", "-p_1 p_K", "-p_K p_1", "p_K"),
    r"\frac{\partial p}{\partial z} = " + FOUR.replace("(1 -", "(2 -"),
    r"\mathbf{1}_K d^T + \mathrm{diag}(z) = " + written("d_1 + z_1", "d_1", "d_K", "d_K + z_K"),
    r"z d^T - \mathrm{diag}(d \odot z) + I = " + written("1", "d_1 z_K", "d_K z_1", "1"),
]

OPEN = [
    r"\frac{\partial p}{\partial z} = " + FOUR.replace("-p_2 p_1", "-p_1 p_2"),
    r"\frac{\partial p}{\partial z} = " + FOUR.replace("p_2 (1 - p_2)", "p_2 - p_2^2"),
    r"\frac{\partial p}{\partial z} = " + written("p_1 (1 - p_1)", "-p_1 p_K", "-p_K p_2", "p_K (1 - p_K)"),
]


@pytest.mark.parametrize("formula", TRUE)
def test_a_matrix_with_a_diagonal_of_its_own_is_proved_for_every_size(formula):
    step = last(SETTING, formula)
    assert (step.verdict, step.scope) == ("proved", "all dimensions"), step.message


@pytest.mark.parametrize("formula", FALSE)
def test_what_is_false_of_such_a_matrix_is_refuted(formula):
    step = last(SETTING, formula)
    assert step.verdict == "refuted", step.message


@pytest.mark.parametrize("formula", OPEN)
def test_a_cell_that_fits_neither_form_leaves_the_pattern_open(formula):
    assert last(SETTING, formula).verdict == "unreadable"
