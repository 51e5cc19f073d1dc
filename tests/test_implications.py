"""What stands before `\\Rightarrow` may be a hypothesis; what stands behind it follows, or is not decided."""

import pytest
from claimed import judged

SETTING = r"""
dims: {N: 4, D: 3}
symbols: {X: N x D, w: D x 1, y: N x 1, a: scalar, b: scalar}
model:
  r: X w - y
  L: \frac12 r^T r
loss: L
"""
HYPOTHESIS = (
    "unknown",
    "This stands before an implication as a hypothesis; by itself it is not true for every value.",
)
NOT_DECIDED = ("unknown", "Whether this follows from the hypothesis before the implication is not decided.")
TRUE = ("proved", "Both sides are equal for every value of the symbols.")


def follows(factor: str = "") -> tuple[str, str]:
    return (
        "proved",
        "This follows from the hypothesis before the implication: the sides differ by what they differ by there"
        f"{factor}.",
    )


IMPLICATIONS = [
    (r"\nabla_w L = 0 \Rightarrow X^T X w = X^T y", [HYPOTHESIS, follows()]),
    (r"\frac{\partial L}{\partial w} = 0 \iff X^T (X w - y) = 0", [HYPOTHESIS, follows()]),
    (r"\nabla_w L = 0 \implies 2 X^T y = 2 X^T X w", [HYPOTHESIS, follows(r", times $-2$")]),
    (r"\nabla_w L = 0 \Rightarrow w^T X^T X = y^T X", [HYPOTHESIS, follows()]),
    (r"\nabla_w L = X^T (X w - y) = 0 \Rightarrow X^T X w = X^T y", [TRUE, HYPOTHESIS, follows()]),
    (
        r"\begin{align} \nabla_w L &= 0 \\ \Rightarrow X^T X w &= X^T y \\ "
        r"\Rightarrow w &= (X^T X)^{-1} X^T y \end{align}",
        [HYPOTHESIS, follows(), NOT_DECIDED],
    ),
    (r"a = b \Rightarrow 2a = 2b", [HYPOTHESIS, follows(", times $2$")]),
    (r"a = b \Rightarrow 2a = 3b", [HYPOTHESIS, NOT_DECIDED]),
    (r"a = b \Rightarrow a - a = 0", [HYPOTHESIS, TRUE]),
    (r"r = X w - y \Rightarrow r^T = w^T X^T - y^T", [TRUE, TRUE]),
    (r"\nabla_w L = 0 \implies X^T X w = 3 X^T y", [HYPOTHESIS, NOT_DECIDED]),
]


@pytest.mark.parametrize("formula, expected", IMPLICATIONS)
def test_an_implication_claims_what_follows(formula: str, expected: list[tuple[str, str]]) -> None:
    assert [(step.verdict, step.message) for step in judged(SETTING, formula)] == expected


REFUTED = [
    r"r = X w - y \Rightarrow r^T = w^T X^T + y^T",
    r"\frac{\partial L}{\partial w} = X^T r \Rightarrow X^T X w = X^T y",
    r"\frac{\partial L}{\partial w} = 2 X^T r \Rightarrow \frac{\partial L}{\partial r} = 2 r",
    r"\therefore X^T X w = X^T y",
    r"a = b, \quad 2a = 2b",
]


@pytest.mark.parametrize("formula", REFUTED)
def test_what_is_false_without_a_hypothesis_is_refuted(formula: str) -> None:
    assert judged(SETTING, formula)[-1].verdict == "refuted"


ANSWERS = [
    r"\frac{\partial L}{\partial w}^T = 0 \Rightarrow \frac{\partial L}{\partial w} = 0",
    r"2 \frac{\partial L}{\partial w} = 4 X^T r \Rightarrow \frac{\partial L}{\partial w} = 2 X^T r",
    r"2 r = 4 X w \Rightarrow r = 2 X w",
    r"2 \nabla_w L = 4 X^T r \iff \nabla_w L = 2 X^T r",
]


@pytest.mark.parametrize("formula", ANSWERS)
def test_a_hypothesis_makes_no_answer_right(formula: str) -> None:
    assert judged(SETTING, formula)[-1].verdict in ("unknown", "refuted")


def test_a_differential_or_a_name() -> None:
    told = [(step.verdict, step.message) for step in judged(SETTING, "dL = 0", "dL := 0")]
    assert told == [
        ("unreadable", "Here dL may be a differential or a new name; write := to introduce a name."),
        ("definition", told[1][1]),
    ]
