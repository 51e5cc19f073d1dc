r"""Ones and identities whose sizes are told by what stands around them, in brackets, sums and products."""

import pytest
from claimed import last, told

SETTING = r"""
dims: {n: 3, m: 2}
symbols: {y: n x 1, z: m x 1, X: n x m, A: n x n}
"""

TRUE = [
    r"y^T (I - \frac{1}{n} \mathbf{1} \mathbf{1}^T) y = y^T y - \frac{1}{n} (\sum_i y_i)^2",
    r"(y - \frac{1}{n} \mathbf{1} \mathbf{1}^T y)_i = y_i - \frac{1}{n} \sum_j y_j",
    r"y - \frac{1}{n} \boldsymbol{1} \boldsymbol{1}^\top y = (I - \frac{1}{n} \boldsymbol{1} \boldsymbol{1}^\top) y",
    r"y^T (I - \frac{1}{n^2} 1_n 1_n^T \mathbf{1} \mathbf{1}^T) y = y^T (I - \frac{1}{n} \mathbf{1} \mathbf{1}^T) y",
    r"\begin{pmatrix} y & A \end{pmatrix} \begin{pmatrix} \mathbf{1}^T \\ X \end{pmatrix} = A X + y \mathbf{1}^T",
    r"\begin{pmatrix} A & I \end{pmatrix} \begin{pmatrix} I \\ A \end{pmatrix} = 2 A",
    r"\begin{pmatrix} I & A \\ 0 & I \end{pmatrix} \begin{pmatrix} I & -A \\ 0 & I \end{pmatrix} = I",
    r"A + \mathbf{1} \mathbf{1}^T \mathbf{1} \mathbf{1}^T = A + n \mathbf{1} \mathbf{1}^T",
    r"y + \mathbf{1} \mathbf{1}^T z = y + (\sum_j z_j) \mathbf{1}",
    r"X + \mathbf{1} \mathbf{1}^T = X + \mathbf{1}_n \mathbf{1}_m^T",
    r"X - y \mathbf{1}^T = X - y \bold{1_m^T}",
    r"X \bold{1_m} = X \boldsymbol{\mathbf{1}}",
]

FALSE = [
    r"y^T (I - \frac{1}{n} \mathbf{1} \mathbf{1}^T) y = y^T y - \frac{1}{m} (\sum_i y_i)^2",
    r"y - \frac{1}{n} \mathbf{1} \mathbf{1}^T y = \left(I - \mathbf{1} \mathbf{1}^T\right) y",
    r"A + \mathbf{1} \mathbf{1}^T \mathbf{1} \mathbf{1}^T = A + \mathbf{1} \mathbf{1}^T",
    r"y + \mathbf{1} \mathbf{1}^T z = y + n \mathbf{1}",
    r"\begin{pmatrix} y & A \end{pmatrix} \begin{pmatrix} \mathbf{1}^T \\ X \end{pmatrix} = A X - y \mathbf{1}^T",
    r"\begin{pmatrix} A & I \end{pmatrix} \begin{pmatrix} I \\ A \end{pmatrix} = A",
    r"X - y \mathbf{1}^T = X + y \mathbf{1}^T",
]


@pytest.mark.parametrize("formula", TRUE)
def test_sizes_follow_from_the_neighbours(formula):
    assert told([last(SETTING, formula)]) == ["proved"]


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_claim_is_refuted(formula):
    assert last(SETTING, formula).verdict == "refuted"


UNTOLD = [r"\mathbf{1}^T \mathbf{1} = n", r"X + \mathbf{1} \mathbf{1}^T \mathbf{1} \mathbf{1}^T = X"]


@pytest.mark.parametrize("formula", UNTOLD)
def test_a_size_that_nothing_tells_is_asked_for(formula):
    step = last(SETTING, formula)
    assert (step.verdict, step.message) == ("unreadable", "The size of this cannot be told from where it stands.")


ALIKE = [
    (r"y^T \begin{pmatrix} 1 \\ \vdots \\ 1 \end{pmatrix} = \sum_i y_i", "proved"),
    (r"y^T (2, \dots, 2)^T = 2 \sum_i y_i", "proved"),
    (r"X + y \begin{pmatrix} 1 & 1 & \cdots & 1 \end{pmatrix} = X + y \mathbf{1}^T", "proved"),
    (r"A + \begin{pmatrix} 1 & \dots & 1 \\ \vdots && \vdots \\ 1 & \dots & 1 \end{pmatrix} = A + 1_n 1_n^T", "proved"),
    (r"y^T (2, \dots, 2)^T = 3 \sum_i y_i", "refuted"),
    (r"X + y \begin{pmatrix} 1 & 1 & \cdots & 1 \end{pmatrix} = X", "refuted"),
]  # fmt: skip


@pytest.mark.parametrize("formula, verdict", ALIKE)
def test_one_number_again_and_again_is_as_long_as_its_place(formula, verdict):
    assert last(SETTING, formula).verdict == verdict
