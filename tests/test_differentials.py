"""Differentials and inner products: an equation between them is claimed for every direction."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {N: 3, D: 2, C: 4}
symbols:
  X: N x D
  W: D x C
  Y: N x C
  x: D x 1
  A: D x D
  B: D x D
  S_0: symmetric D x D
  Q: orthogonal D x D
  \Lambda: diagonal D x D
  \lambda: scalar
model:
  S: X W
  L: \frac{1}{2}\|S - Y\|_F^2
  z: W^T x
  a: \sigma(z)
  u: x^T W
"""

HELD = "convention held-fixed"

TRUE = [
    (r"d(AB) = (dA) B + A\,dB", "proved"),
    (r"d(AB) = dA\,B + A\,dB", "proved"),
    (r"\mathrm{d}(AB) = (\mathrm{d}A) B + A\,\mathrm{d}B", "proved"),
    (r"\partial(AB) = (\partial A) B + A\,\partial B", "proved"),
    (r"d(A^T) + d(A) = (dA)^T + dA", "proved"),
    (r"d(A^{-1}) = -A^{-1} (dA) A^{-1}", "proved"),
    (r"d(A + B) - dA^{-1} = dA + dB + A^{-1} dA\, A^{-1}", "proved"),
    (r"d\log\det A = \operatorname{tr}(A^{-1} dA)", "proved"),
    (r"d\operatorname{tr}(AB) = \operatorname{tr}(B\,dA) + \operatorname{tr}(A\,dB)", "proved"),
    (r"d\|W\|_F^2 = 2 \operatorname{tr}(W^T dW)", "proved"),
    (r"d\|W\|_F^2 = 2\, W : dW", "proved"),
    (r"d(\lambda \|W\|_F^2) = 2\lambda\,\langle W, dW\rangle", HELD),
    (r"dL = \langle X^T(S - Y), dW\rangle", HELD),
    (r"dL = \langle X^T(S - Y), dW\rangle + \langle (S-Y) W^T, dX\rangle - \langle S - Y, dY\rangle", "proved"),
    (r"dL = \operatorname{tr}((S-Y)^T X\,dW)", HELD),
    (r"dL = (S - Y) : X\,dW", HELD),
    (r"(S - Y) : X\,dW = X^T (S - Y) : dW", "proved"),
    (r"\mathrm{d}\mathbf{z} = (\mathrm{d}W)^T x + W^T \mathrm{d}x", "proved"),
    (r"\mathrm{d}\mathbf{z} = W^T\,\mathrm{d}\mathbf{x}", HELD),
    (r"du = dx^T W + x^T dW", "proved"),
    (r"\mathrm{d}a = \operatorname{diag}(a \odot (1 - a))\,\mathrm{d}z", "proved"),
    (r"da = \sigma'(z) \odot dz", "proved"),
    (r"d\sigma(z) = \sigma'(z) \odot dz", "proved"),
    (r"dS = (dX) W + X\,dW", "proved"),
    (r"d(x^T S_0 x) = 2 x^T S_0\,dx + x^T (dS_0) x", "proved"),
    (r"\operatorname{tr}(A\,d(S_0)) = \operatorname{tr}(A^T d(S_0))", "proved"),
    (r"\operatorname{tr}(Q^T d(Q)) = 0", "proved"),
    (r"d(\Lambda \Lambda) = 2\Lambda\,d\Lambda", "proved"),
    (r"A : B = \operatorname{tr}(A^T B)", "proved"),
    (r"A : B + 2\,B : A = 3 \operatorname{tr}(A B^T)", "proved"),
    (r"A : B A = A A^T : B", "proved"),
]

FALSE = [
    r"d(AB) = (dA) B + dB\,A",
    r"d(AB) = (dA) B - A\,dB",
    r"d(A^{-1}) = A^{-1} (dA) A^{-1}",
    r"d(A^{-1}) = -A^{-1} A^{-1} dA",
    r"d\log\det A = \operatorname{tr}(A\,dA)",
    r"d\log\det A = \operatorname{tr}(A^{-T} dA)",
    r"d\|W\|_F^2 = \operatorname{tr}(W^T dW)",
    r"d(\lambda \|W\|_F^2) = 2\langle W, dW\rangle",
    r"dL = \langle (S - Y)^T X, dW^T\rangle + \langle S - Y, dY\rangle",
    r"dL = \operatorname{tr}((Y-S)^T X\,dW)",
    r"dL = (S - Y) : dW",
    r"(S - Y) : X\,dW = X^T (S - Y) : dW^T",
    r"\mathrm{d}\mathbf{z} = (\mathrm{d}W)^T x + W\,\mathrm{d}x",
    r"\mathrm{d}a = \operatorname{diag}(a)\,\mathrm{d}z",
    r"d\sigma(z) = \sigma(z) \odot dz",
    r"dS = (dX) W",
    r"d(x^T S_0 x) = x^T S_0\,dx + x^T (dS_0) x",
    r"\operatorname{tr}(A\,d(S_0)) = -\operatorname{tr}(A^T d(S_0))",
    r"A : B = \operatorname{tr}(A B)",
    r"A : B A = A^T A : B",
    r"x^T : dx = x^T dx",
    r"dL = (S - Y)^T : dS",
]


@pytest.mark.parametrize("formula, expected", TRUE)
def test_what_holds_in_every_direction_is_accepted(formula, expected):
    assert told([last(SETTING, formula)]) == [expected]


@pytest.mark.parametrize("formula", [formula for formula in FALSE if formula != r"dS = (dX) W"])
def test_what_fails_in_some_direction_is_refuted(formula):
    assert last(SETTING, formula).verdict == "refuted"


def test_a_symbol_is_held_fixed_only_where_its_differential_stands_nowhere():
    assert told(judged(SETTING, r"d(AB) = (dA) B")) == [HELD]
    assert told(judged(SETTING, r"d(AB) = (dA) B", r"d(BA) = (dB) A + B\,dA")) == ["refuted", "proved"]
    assert last(SETTING, r"d(AB) = 0").verdict == "refuted"


def test_a_counterexample_names_the_directions():
    example = last(SETTING, r"d(x^T x) = x^T dx").counterexample
    assert example is not None
    assert set(example.at) == {"x", "dx"}


# ── names for gradients, which look alike ──


def test_a_name_that_is_defined_is_no_differential():
    steps = told(judged(SETTING, r"dS = S - Y", r"dW = X^T dS", r"dW = \frac{\partial L}{\partial W}"))
    assert steps == ["definition", "definition", "proved"]


def test_a_name_of_the_notation_is_no_differential():
    setting = SETTING + "notation:\n  dS: \\frac{\\partial L}{\\partial S}\n"
    assert told(judged(setting, r"dS = S - Y", r"\frac{\partial L}{\partial W} = X^T dS")) == ["proved", "proved"]


def test_a_name_that_may_be_a_gradient_or_a_differential_is_refused():
    step = last(SETTING, r"\frac{\partial L}{\partial W} = X^T dS")
    message = (
        "The name dS is not defined, and whether it is a differential is not certain; "
        "define it first, or say in the setting's notation what it stands for."
    )
    assert (step.verdict, step.message) == ("unreadable", message)


def test_gradients_that_flow_back_make_no_document_of_differentials():
    assert [step.verdict for step in judged(SETTING, r"dW = X^T dS", r"dX = dS\,W^T")] == ["unreadable", "unreadable"]


def test_a_power_of_a_differential_is_refused():
    steps = judged(SETTING, r"d(\lambda^2) = 2\lambda\,d\lambda", r"d\lambda^2 = 2\lambda\,d\lambda")
    assert told(steps) == ["proved", "unreadable"]
    assert steps[1].message == "Whether this power is of the differential is not certain; write d(…)."


def test_a_dimension_called_d_leaves_the_upright_sign():
    setting = "dims: {d: 3, k: 2}\nsymbols: {x: d x 1, M: k x d}\nmodel: {y: M x}"
    assert told(judged(setting, r"\mathrm{d}y = M\,\mathrm{d}x + (\mathrm{d}M) x")) == ["proved"]
    assert told(judged(setting, r"\frac{1}{d}\, d\, x = x")) == ["proved"]


def test_a_function_called_d_is_one():
    assert told(judged(SETTING, r"d(t) = t^2 + 1", r"d(3) = 10")) == ["definition", "proved"]


def test_rows_of_an_old_spelling_are_aligned():
    rows = r"\eqalign{ dL &= (S - Y) : dS \cr &= (S - Y) : X\,dW \cr \frac{\partial L}{\partial W} &= X^T (S - Y) \cr }"
    assert told(judged(SETTING, rows)) == [HELD, HELD, "proved"]


def test_a_colon_still_declares_a_shape():
    steps = told(judged(SETTING, r"x : D \times 1", r"A = A : D \times D", r"x : \mathbb{R}^D"))
    assert steps == ["proved", "proved", "proved", "proved"]
