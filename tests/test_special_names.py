"""Names that need no declaration, and names of derivatives: identities, unit vectors, Jacobians, Hessians."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {m: 3, n: 2, h: 4}
symbols:
  x: n x 1
  A: m x n
  B: n x n
  z: h x 1
  \lambda: scalar
model:
  y: \tanh(A x)
  s: softmax(z)
  L: \|A x\|^2
"""

TRUE = [
    r"I_{n \times n} B = B",
    r"\mathbf{I}_n B = B",
    r"\mathbb{I}_n B = B",
    r"E B = B",
    r"\det(B - \lambda E) = \det(B - \lambda I)",
    r"0_{n \times n} + B = B",
    r"\mathbf{0}_{m \times n} + A = A",
    r"\mathbf{1}_{m \times n} \odot A = A",
    r"1_m^T A = \sum_i A_{i,:}",
    r"B^{-T} B^T = I_n",
    r"B^{-\top} = (B^T)^{-1}",
    r"e_1^T x = x_1",
    r"A e_j = A_{:,j}",
    r"\mathbf{e}_i^T A \mathbf{e}_j = A_{ij}",
    r"\sum_i x_i e_i = x",
    r"B + e_1 e_2^T = B + \begin{bmatrix} 0 & 1 \\ 0 & 0 \end{bmatrix}",
    r"\frac{\partial y}{\partial x} e_j = \frac{\partial y}{\partial x_j}",
    r"J_y(x) = \operatorname{diag}(1 - y \odot y) A",
    r"J_s = \operatorname{diag}(s) - s s^T",
    r"\mathbf{J}_{\mathbf{s}} = \operatorname{diag}(s) - s s^T",
    r"H_L = 2 A^T A",
    r"\mathbf{H}_L(x) = 2 A^T A",
    r"\nabla^2 L = 2 A^T A",
    r"\nabla_x^2 L = 2 A^T A",
    r"\nabla \nabla^T L = 2 A^T A",
    r"\nabla_x \nabla_x^T L = 2 A^T A",
    r"\nabla_x (\nabla_x L) = 2 A^T A",
    r"\frac{\partial^2 L}{\partial x \partial x^T} = 2 A^T A",
    r"\frac{\partial^2 L}{\partial x_i \partial x_j} = 2 \sum_k A_{ki} A_{kj}",
    r"\nabla^2 L = 2 \operatorname{tr}(A^T A)",
    r"\nabla_x \cdot (B x) = \operatorname{tr}(B)",
    r"\nabla_z \cdot s = 1 - s^T s",
]

FALSE = [
    r"I_{n \times n} B = 2 B",
    r"E B = 2 B",
    r"\det(B - \lambda E) = \det(B)",
    r"\mathbf{1}_{m \times n} \odot A = 2 A",
    r"B^{-T} B = I_n",
    r"e_1^T x = x_2",
    r"A e_j = A_{:,1}",
    r"\sum_i x_i e_i = 2 x",
    r"B + e_1 e_2^T = B + e_2 e_1^T",
    r"J_y(x) = A \operatorname{diag}(x)",
    r"J_s = \operatorname{diag}(s) - s^T s I",
    r"H_L = A^T A",
    r"H_L(x) = 2 A A^T",
    r"\nabla^2 L = A^T A",
    r"\nabla \nabla^T L = 2 B",
    r"\nabla^2 L = \operatorname{tr}(A^T A)",
    r"\nabla_x \cdot (B x) = \operatorname{tr}(B^T B)",
    r"\nabla_z \cdot s = 1 + s^T s",
]


@pytest.mark.parametrize("formula", TRUE)
def test_a_name_means_what_it_always_does(formula):
    assert told([last(SETTING, formula)]) == ["proved"]


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_claim_about_it_is_refuted(formula):
    assert last(SETTING, formula).verdict == "refuted"


NO_E = "The name E is not defined or declared; the identity is written I."
MESSAGES = [
    (r"I_{m \times n} B = B", "refuted", "An identity is square, not m x n."),
    (r"B B^{-1} = E", "unreadable", NO_E),
    (r"\nabla_x E = x", "unreadable", NO_E),
    (r"\frac{\partial E}{\partial x} = x", "unreadable", NO_E),
    (r"\mathbb{E}[x] = x", "unreadable", "An expectation is not read; write the sum that it is."),
    (r"\nabla s = B", "unreadable", "∇ of h x 1: write the derivative of a vector as a Jacobian, ∂f/∂x."),
    (r"\nabla_x \cdot s = 0", "unreadable", "A divergence is of a vector as long as its variable, not of h x 1."),
]


@pytest.mark.parametrize("formula, verdict, message", MESSAGES)
def test_what_is_not_certain_is_said(formula, verdict, message):
    step = last(SETTING, formula)
    assert (step.verdict, step.message) == (verdict, message)


def test_a_jacobian_of_a_function_that_the_document_defines():
    steps = judged(SETTING, r"f(x) = B x + x", r"J_f(x) = B + I", r"J_f(x) = B")
    assert told(steps) == ["definition", "proved", "refuted"]


def test_a_name_that_is_declared_is_what_it_was_declared_as():
    setting = SETTING.replace(r"\lambda: scalar", "E: n x n\n  e: n x 1\n  H: n x n")
    assert last(setting, r"E B = B").verdict == "refuted"
    assert last(setting, r"e_1 = 1").verdict == "refuted"
    assert told(judged(setting, r"H_{11} = e_1")) == ["refuted"]


def test_a_loss_called_e_may_be_introduced():
    assert told(judged(SETTING, r"E = \frac{1}{2} x^T x", r"\nabla_x E = x")) == ["definition", "proved"]


UPDATES = [
    (r"x = x - \lambda \nabla_x L", "definition"),
    (r"x = x - \lambda \frac{\partial L}{\partial x}", "definition"),
    (r"x -= \lambda \nabla_x L", "definition"),
    (r"x \mathrel{-}= \lambda \nabla_x L", "definition"),
    (r"x += x", "definition"),
    (r"x = x + \lambda x", "refuted"),
    (r"x = 2 x - \lambda \nabla_x L", "refuted"),
    (r"x = \lambda \nabla_x L", "refuted"),
    (r"y = y - \nabla_x L", "refuted"),
]


@pytest.mark.parametrize("formula, verdict", UPDATES)
def test_an_update_is_no_equation(formula, verdict):
    assert last(SETTING, formula).verdict == verdict


def test_an_update_says_what_it_is():
    step = last(SETTING, r"x = x - \lambda \nabla_x L")
    assert step.message == "A name is given a new value here; what follows still speaks of the old one."
