r"""The small words between formulas in other languages than English, and the punctuation of Chinese and Japanese."""

import pytest
from claimed import judged, last, told

SETTING = """
dims: {n: 2, m: 3}
symbols: {W: m x n, x: n x 1, t: m x 1, a: scalar}
"""

JOINED = [
    r"z = W x \quad\text{und}\quad L = z^T z",
    r"z = W x, \quad \text{sowie} \quad L = z^T z",
    r"z = W x \quad \text{et} \quad L = z^T z",
    r"z = W x \quad \text{donc} \quad L = z^T z",
    r"z = W x，\quad L = z^T z。",
    r"z = W x, \quad \text{其中}\quad L = z^T z",
    r"z = W x \quad\text{よって}\quad L = z^T z",
]


@pytest.mark.parametrize("formula", JOINED)
def test_they_part_equations(formula):
    steps = judged(SETTING, formula, r"\frac{\partial L}{\partial x} = 2 W^T W x")
    assert told(steps) == ["definition", "definition", "proved"]


SIGNS = [
    r"|a| = \begin{cases} a & \text{falls } a > 0, \\ -a & \text{sonst} \end{cases}",
    r"|a| = \begin{cases} a & \text{si } a > 0, \\ -a & \text{sinon} \end{cases}",
    r"|a| = \begin{cases} a & \text{wenn } a > 0, \\ -a & \text{andernfalls} \end{cases}",
    r"|a| = \begin{cases} a & \text{若 } a > 0， \\ -a & \text{否则} \end{cases}",
]


@pytest.mark.parametrize("formula", SIGNS)
def test_they_make_conditions(formula):
    assert told(judged(SETTING, formula)) == ["proved"]
    assert last(SETTING, formula.replace("-a", "a")).verdict == "refuted"


def test_a_quantifier_is_one_in_every_language():
    for words in ("für alle", "pour tout", "para todo", "for all"):
        formula = rf"(W x)_i = \sum_j W_{{ij}} x_j \quad \text{{{words} }} i"
        assert told(judged(SETTING, formula)) == ["proved"]
