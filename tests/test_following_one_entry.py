"""A wrong derivative of one example, one entry, one member of a family is carried to all that is made of them."""

import pytest
from claimed import judged

REGRESSION = r"""
dims: {M: 3, P: 2}
symbols:
  A: M x P
  \theta: P x 1
  c: scalar
  t: M x 1
  \mu: positive scalar
model:
  u: A \theta + c
  \ell_i: (u_i - t_i)^2
  J: \frac{1}{2M} \sum_{i=1}^{M} \ell_i + \mu \|\theta\|^2
loss: J
"""
WITHOUT_FAMILY = REGRESSION.replace("  \\ell_i: (u_i - t_i)^2\n", "")
LABELS = r"""
dims: {B: 2, D: 3, K: 4}
symbols:
  X: B x D
  \Theta: D x K
  b: 1 x K
  y: labels B of K
model:
  Z: X \Theta + b
  Q: \text{softmax}(Z)
  R: -\frac{1}{B} \sum_{n=1}^{B} \log Q_{n,y_n}
loss: R
"""
COLUMNS = r"""
dims: {N: 3, d: 2, k: 4}
symbols:
  X: d x N
  x^{(i)}: column of X
  W: k x d
  y^{(i)}: one-hot k x 1 for i of N
model:
  z^{(i)}: W x^{(i)}
  p^{(i)}: \text{softmax}(z^{(i)})
  E^{(i)}: -\sum_{j=1}^{k} y^{(i)}_j \log p^{(i)}_j
  E: \frac{1}{N} \sum_{i=1}^{N} E^{(i)}
loss: E
"""
HIDDEN = r"""
dims: {N: 3, D: 2, H: 4}
symbols:
  X: N x D
  V: D x H
  v: H x 1
  t: N x 1
model:
  A: X V
  G: \tanh(A)
  o: G v
  L: \frac{1}{2} \sum_{n=1}^{N} (o_n - t_n)^2
loss: L
"""
HINGE = r"""
dims: {N: 3, D: 2}
symbols:
  X: N x D
  y: N x 1
  w: D x 1
  b: scalar
  \lambda: positive scalar
model:
  s: X w + b
  m: y \odot s
  L: \frac{1}{N} \sum_{i=1}^{N} \max(0, 1 - m_i) + \lambda \|w\|^2
loss: L
"""
OF_A_LABEL = r"\ell_n = -\log Q_{n,y_n}"
ONE, OF_I, THETA, WEIGHTS = r"\ell_n", r"\ell_i", r"\Theta", r"\theta"


@pytest.fixture(autouse=True)
def _without_haste_or_what_others_test(monkeypatch):
    """A busy machine changes nothing; which mistake it is, and what is certified, are subjects of other tests."""
    monkeypatch.setattr("derive.checking.beginning.certified_names", lambda *arguments, **words: None)
    monkeypatch.setattr("derive.checking.explaining.SECONDS", 60.0)
    monkeypatch.setattr("derive.checking.diagnosing.diagnosed", lambda session, claimed: ())


def sources(setting, *formulas):
    """For each step the one from which it follows, or its verdict where it follows from none."""
    return [step.follows_from or step.verdict for step in judged(setting, *formulas)]


def by(name, of="R"):
    """A derivative."""
    return rf"\frac{{\partial {of}}}{{\partial {name}}}"


# ── of the loss of one example to that of the batch ──


@pytest.mark.parametrize(
    "total",
    [r"\sum_{i=1}^{M} \ell_i", r"\sum_{i=1}^{M} (u_i - t_i)^2", r"\|u - t\|^2", r"\sum_k (t_k^2 - 2 t_k u_k + u_k^2)"],
)
def test_however_the_loss_of_the_batch_is_written(total):
    setting = REGRESSION.replace(r"\sum_{i=1}^{M} \ell_i", total)
    assert sources(
        setting,
        rf"{by('u_i', OF_I)} = u_i - t_i",
        rf"{by('u', 'J')} = \frac{{1}}{{2M}} (u - t)",
        rf"{by(WEIGHTS, 'J')} = \frac{{1}}{{2M}} A^T (u - t) + 2 \mu \theta",
        rf"{by('c', 'J')} = \frac{{1}}{{2M}} \sum_{{i=1}}^{{M}} (u_i - t_i)",
        rf"{by(WEIGHTS, 'J')} = \frac{{1}}{{2M}} A^T (u - t) + \mu \theta",
        rf"{by('c', 'J')} = \frac{{1}}{{2}} \sum_{{i=1}}^{{M}} (u_i - t_i)",
    ) == ["refuted", (1, 1), (1, 1), (1, 1), "refuted", "refuted"]


@pytest.mark.parametrize(
    "own, slope, batch",
    [
        (r"(u_i - t_i)^2", "u_i - t_i", r"\frac{1}{2M} (u_i - t_i)"),
        (r"\frac{1}{2} (t_i - u_i)^2", "t_i - u_i", r"\frac{1}{M} (t_i - u_i)"),
        (r"\frac{1}{2M} (t_i - u_i)^2", r"\frac{1}{2M} (u_i - t_i)", r"\frac{1}{2M} (u_i - t_i)"),
    ],
)
def test_the_loss_of_one_example_may_be_the_author_s_own(own, slope, batch):
    setting = WITHOUT_FAMILY.replace(r"\sum_{i=1}^{M} \ell_i", r"\|u - t\|^2")
    steps = (rf"\ell_i = {own}", rf"{by('u_i', OF_I)} = {slope}", rf"{by('u_i', 'J')} = {batch}")
    assert sources(setting, *steps) == ["definition", "refuted", (2, 1)]


@pytest.mark.parametrize(
    "slip",
    [
        rf"{by('Z_{nk}', ONE)} = Q_{{nk}}",
        rf"{by('Z_{n,:}', ONE)} = Q_{{n,:}}",
        rf"{by('Z_{n,y_n}', ONE)} = Q_{{n,y_n}}",
        rf"{by('Z_{nk}', ONE)} = Q_{{nk}} \quad \text{{for }} k = y_n",
        rf"\gamma_{{nk}} = {by('Z_{nk}', ONE)} = Q_{{nk}}",
        rf"{by('Z_{nk}')} = \frac{{1}}{{B}} {by('Z_{nk}', ONE)} = \frac{{1}}{{B}} Q_{{nk}}",
    ],
)
def test_by_rows_by_entries_at_the_label_or_in_a_chain(slip):
    *_, weights, bias, new = sources(
        LABELS,
        OF_A_LABEL,
        slip,
        rf"{by('b')} = \frac{{1}}{{B}} \mathbf{{1}}^T Q",
        rf"{by(THETA + '_{dk}')} = \frac{{1}}{{B}} \sum_{{n=1}}^{{B}} X_{{nd}} Q_{{nk}}",
        rf"{by(THETA)} = X^T Q",
    )
    assert weights == bias
    assert (weights[0], new) == (2, "refuted")


def test_by_the_parameters_at_once():
    assert sources(
        LABELS,
        OF_A_LABEL,
        rf"{by(THETA + '_{dk}', ONE)} = X_{{nd}} Q_{{nk}}",
        rf"{by(THETA)} = \frac{{1}}{{B}} X^T Q",
        rf"{by('b')} = \frac{{1}}{{B}} \mathbf{{1}}^T Q",
    ) == ["definition", "refuted", (2, 1), "refuted"]


def test_of_members_in_columns():
    total = r"\sum_{i=1}^N (y^{(i)} - p^{(i)}) x^{(i)T}"
    assert sources(
        COLUMNS,
        rf"{by('z^{(i)}', 'E^{(i)}')} = y^{{(i)}} - p^{{(i)}}",
        rf"{by('z^{(i)}', 'E')} = \frac{{1}}{{N}} (y^{{(i)}} - p^{{(i)}})",
        rf"{by('W', 'E')} = \frac{{1}}{{N}} {total}",
        rf"{by('W', 'E')} = {total}",
    ) == ["refuted", (1, 1), (1, 1), "refuted"]


@pytest.mark.parametrize(
    "name, sum_of", [("dZ_{nk}", "dZ_{nk}"), (r"\delta", r"\delta_{nk}"), (r"\bar{Z}", r"\bar{Z}_{nk}")]
)
def test_a_name_of_the_author_s_own_may_be_meant_for_one_example(name, sum_of):
    value = "Q_{nk}" if "nk" in name else "Q"
    assert sources(
        LABELS,
        f"{name} = {value}",
        rf"{by('b_k')} = \frac{{1}}{{B}} \sum_{{n=1}}^{{B}} {sum_of}",
        rf"{by('b_k')} = \frac{{2}}{{B}} \sum_{{n=1}}^{{B}} {sum_of}",
    ) == ["definition", (1, 1), "refuted"]


# ── of any other entry ──


def test_of_an_activation_and_of_a_softmax_entry_by_entry():
    assert sources(
        HIDDEN,
        rf"{by('A_{nh}', 'G_{nh}')} = 1 - G_{{nh}}",
        rf"{by('A_{nh}', 'L')} = (o_n - t_n) v_h (1 - G_{{nh}})",
        rf"{by('V', 'L')} = X^T ((o - t) v^T \odot (1 - G))",
        rf"{by('V', 'L')} = X^T ((o - t) v^T \odot (1 + G))",
    ) == ["refuted", (1, 1), (1, 1), "refuted"]
    assert sources(
        LABELS,
        rf"{by('Z_{nj}', 'Q_{nk}')} = Q_{{nk}} (1 - Q_{{nj}})",
        rf"{by('Z_{nj}')} = -\frac{{1}}{{B}} (1 - Q_{{nj}})",
        rf"{by(THETA)} = \frac{{1}}{{B}} X^T (1 - Q)",
    ) == ["refuted", (1, 1), "refuted"]


def test_of_a_residual_that_the_loss_is_written_without():
    assert sources(
        HIDDEN,
        "r = t - o",
        rf"{by('v', 'r_n')} = G_{{n,:}}^T",
        rf"{by('v', 'L')} = \sum_n r_n G_{{n,:}}^T",
        rf"{by('v', 'L')} = 2 \sum_n r_n G_{{n,:}}^T",
    ) == ["definition", "refuted", (2, 1), "refuted"]


def test_two_of_them_together():
    assert sources(
        LABELS,
        OF_A_LABEL,
        rf"{by('Z_{nk}', ONE)} = Q_{{nk}}",
        rf"{by(THETA + '_{dk}', 'Z_{nk}')} = -X_{{nd}}",
        rf"{by(THETA)} = -\frac{{1}}{{B}} X^T Q",
        rf"{by(THETA)} = -\frac{{1}}{{B}} X^T Q + \Theta",
    ) == ["definition", "refuted", "refuted", (3, 1), "refuted"]


def test_a_lost_mask_may_leave_a_constant():
    assert sources(
        HINGE,
        rf"{by('m_i', 'L')} = -\frac{{1}}{{N}}",
        rf"{by('s_i', 'L')} = -\frac{{1}}{{N}} y_i",
        rf"{by('w', 'L')} = -\frac{{1}}{{N}} X^T y + 2 \lambda w",
        rf"{by('w', 'L')} = -\frac{{1}}{{N}} X^T y",
    ) == ["refuted", (1, 1), (1, 1), "refuted"]


# ── slips after which all is easy, and none at all ──


@pytest.mark.parametrize(
    "setting, steps",
    [
        (LABELS, (OF_A_LABEL, rf"{by('Z_{nk}', ONE)} = 0", rf"{by(THETA)} = 0")),
        (LABELS, (OF_A_LABEL, rf"{by('Z_{nk}', ONE)} = 1", rf"{by('b')} = \mathbf{{1}}^T")),
        (LABELS, (OF_A_LABEL, rf"{by('Z_{nk}', ONE)} = -3", rf"{by('b')} = -3 \mathbf{{1}}^T")),
        (
            LABELS,
            (
                r"\ell_n = 0 \cdot Z_{n,1}",
                rf"{by('Z_{nk}', ONE)} = Q_{{nk}}",
                rf"{by('Z')} = \frac{{1}}{{B}} Q",
            ),
        ),
        (
            LABELS,
            (r"\ell_n = Z_{n,1}", rf"{by('Z_{nk}', ONE)} = Q_{{nk}}", rf"{by('Z')} = \frac{{1}}{{B}} Q"),
        ),
        (LABELS, (r"q = R", rf"{by('Z', 'q')} = Z", rf"{by('Z')} = Z")),
        (HIDDEN, (rf"{by('A_{nh}', 'G_{nh}')} = 1", rf"{by('A', 'L')} = {by('G', 'L')}")),
        (HIDDEN, (rf"{by('A_{nh}', 'G_{nh}')} = 0", rf"{by('A', 'L')} = 0")),
        (HINGE, (rf"{by('m', 'L')} = \mathbf{{1}}", rf"{by('s', 'L')} = y")),
        (HINGE, (rf"{by('m', 'L')} = 0", rf"{by('w', 'L')} = 2 \lambda w")),
    ],
)
def test_nothing_follows_from_a_slip_that_makes_it_easy(setting, steps):
    assert sources(setting, *steps)[-1] == "refuted"


def test_a_wrong_derivative_of_one_example_does_not_follow_from_itself():
    slip = rf"{by('Z_{nk}', ONE)} = Q_{{nk}}"
    row = rf"{by('Z_{n,:}', ONE)} = Q_{{n,:}}"
    assert sources(LABELS, OF_A_LABEL, slip, slip, row) == ["definition", "refuted", "refuted", "refuted"]


def test_a_wrong_entry_of_what_has_no_name_is_carried_nowhere():
    setting = "symbols: {q: n x 1}\n"
    wrong = r"\begin{cases} p_i (1 - p_i) & i = j \\ 0 & i \neq j \end{cases}".replace("p", r"\text{softmax}(q)")
    steps = judged(setting, rf"\frac{{\partial \text{{softmax}}(q)_i}}{{\partial q_j}} = {wrong}", "q_i = 2 q_i")
    assert [(step.verdict, step.follows_from) for step in steps] == [("refuted", None), ("refuted", None)]
