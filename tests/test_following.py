"""A wrong step that follows correctly from an earlier wrong one is told apart from a new mistake."""

import itertools
import random

import numpy as np
import pytest
from claimed import judged

from derive.checking.following import Slips
from derive.checking.following.world import World

ROWS = r"""
dims: {N: 2, D: 3, H: 4, C: 5}
symbols:
  X: N x D
  W_1: D x H
  b_1: 1 x H
  W_2: H x C
  b_2: 1 x C
  Y: one-hot N x C
  \lambda: scalar
model:
  Z: X W_1 + b_1
  H: \max(0, Z)
  S: H W_2 + b_2
  P: \text{softmax}(S)
  L: -\frac{1}{N}\sum_{i,k} Y_{ik} \log P_{ik} + \lambda \|W_1\|_F^2 + \lambda \|W_2\|_F^2
loss: L
"""
COLUMNS = r"""
dims: {d: 3, h: 4, k: 2}
symbols:
  x: d x 1
  \mathbf{W}^{[1]}: h x d
  \mathbf{b}^{[1]}: h x 1
  \mathbf{W}^{[2]}: k x h
  \mathbf{b}^{[2]}: k x 1
  y: k x 1
model:
  \mathbf{z}^{[1]}: \mathbf{W}^{[1]} x + \mathbf{b}^{[1]}
  \mathbf{a}^{[1]}: \tanh(\mathbf{z}^{[1]})
  \mathbf{z}^{[2]}: \mathbf{W}^{[2]} \mathbf{a}^{[1]} + \mathbf{b}^{[2]}
  L: \|\mathbf{z}^{[2]} - y\|^2
loss: L
"""
GREEK = r"""
dims: {n: 3, d: 4, m: 2}
symbols:
  X: n x d
  \Theta: d x m
  V: m x 1
  t: n x 1
model:
  U: X \Theta
  A: \sigma(U)
  r: A V
  q: \sigma(r)
  J: -\sum_i (t_i \log q_i + (1 - t_i) \log(1 - q_i))
loss: J
"""
LABELS = r"""
dims: {N: 2, H: 4, C: 3}
symbols:
  H: N x H
  W: H x C
  y: labels N of C
model:
  S: H W
  p_{ik}: \frac{e^{S_{ik}}}{\sum_j e^{S_{ij}}}
  L: -\frac{1}{N}\sum_{i=1}^{N} \log p_{i,y_i} + \|W\|_F^2
loss: L
notation:
  \delta: \frac{\partial L}{\partial S}
"""
LOGISTIC = r"""
dims: {n: 3, d: 2}
symbols:
  X: n x d
  w: d x 1
  y: n x 1
model:
  p: \sigma(X w)
  L: -\sum_i (y_i \log p_i + (1 - y_i) \log(1 - p_i))
loss: L
"""


@pytest.fixture(autouse=True)
def _without_haste_or_what_others_test(monkeypatch):
    """A busy machine changes nothing; which mistake it is, and what is certified, are subjects of other tests."""
    monkeypatch.setattr("derive.checking.beginning.certified_names", lambda *arguments, **words: None)
    monkeypatch.setattr("derive.checking.explaining.SECONDS", 60.0)
    monkeypatch.setattr("derive.checking.diagnosing.diagnosed", lambda session, claimed: ())


def by(name, loss="L"):
    """The derivative of the loss by a name."""
    return rf"\frac{{\partial {loss}}}{{\partial {name}}}"


def sources(setting, *formulas):
    """For each step the one from which it follows, or its verdict where it follows from none."""
    return [step.follows_from or step.verdict for step in judged(setting, *formulas)]


# ── from the output to every part before it ──

ERROR = "(P - Y)"
HIDDEN = rf"({ERROR} W_2^T) \odot \mathbb{{1}}(Z > 0)"
IN_ROWS = {
    "W_2": rf"H^T {ERROR} + 2 \lambda W_2",
    "b_2": rf"\mathbf{{1}}^T {ERROR}",
    "H": rf"{ERROR} W_2^T",
    "Z": HIDDEN,
    "W_1": rf"X^T ({HIDDEN}) + 2 \lambda W_1",
    "b_1": rf"\mathbf{{1}}^T ({HIDDEN})",
}


def test_every_part_of_a_network_in_rows_follows_from_a_missing_mean():
    claims = [f"{by(name)} = {value}" for name, value in IN_ROWS.items()]
    assert sources(ROWS, f"{by('S')} = P - Y", *claims) == ["refuted", *[(1, 1)] * 6]


z1, a1, z2 = r"\mathbf{z}^{[1]}", r"\mathbf{a}^{[1]}", r"\mathbf{z}^{[2]}"
W1, b1, W2, b2 = (rf"\mathbf{{{letter}}}^{{[{layer}]}}" for layer, letter in itertools.product((1, 2), "Wb"))


def test_every_part_of_a_network_in_columns_follows_from_a_missing_factor():
    hidden = rf"({W2}^T ({z2} - y)) \odot (1 - {a1} \odot {a1})"
    assert sources(
        COLUMNS,
        f"{by(z2)} = {z2} - y",
        f"{by(W2)} = ({z2} - y) {a1}^T",
        f"{by(b2)} = {z2} - y",
        f"{by(a1)} = {W2}^T ({z2} - y)",
        f"{by(z1)} = {hidden}",
        f"{by(W1)} = ({hidden}) x^T",
        f"{by(b1)} = {hidden}",
    ) == ["refuted", *[(1, 1)] * 6]


def test_other_names_follow_as_well():
    wrong = r"(t - q)"
    assert sources(
        GREEK,
        f"{by('r', 'J')} = {wrong}",
        rf"{by('V', 'J')} = A^T {wrong}",
        rf"{by('A', 'J')} = {wrong} V^T",
        rf"{by('U', 'J')} = ({wrong} V^T) \odot A \odot (1 - A)",
        rf"\nabla_\Theta J = X^T (({wrong} V^T) \odot A \odot (1 - A))",
        rf"\nabla_\Theta J = X^T (({wrong} V^T) \odot A \odot (1 + A))",
    ) == ["refuted", (1, 1), (1, 1), (1, 1), (1, 1), "refuted"]


def test_the_derivative_of_a_penalty_does_not_run_through_the_slip():
    slip = f"{by('S')} = P - Y"
    without = rf"X^T ({HIDDEN})"
    assert sources(ROWS, slip, f"{by('W_2')} = H^T {ERROR}", f"{by('W_1')} = {without}") == ["refuted"] * 3
    added = rf"{by('W_2')} \mathrel{{+}}= 2 \lambda W_2"
    assert sources(ROWS, slip, added, f"{by('W_2')} = H^T {ERROR}") == ["refuted", "proved", (1, 1)]


def test_a_true_step_needs_no_slip():
    assert sources(ROWS, f"{by('S')} = P - Y", rf"{by('H')} = {by('S')} W_2^T", rf"{by('H')} = {by('S')} W_2") == [
        "refuted",
        "proved",
        "refuted",
    ]


# ── new mistakes ──

MUTANTS = {
    "sign": ("b_1", rf"-\mathbf{{1}}^T ({HIDDEN})"),
    "factor": ("b_1", rf"2 \mathbf{{1}}^T ({HIDDEN})"),
    "mean": ("b_2", rf"\frac{{2}}{{N}} \mathbf{{1}}^T {ERROR}"),
    "transpose": ("H", rf"{ERROR}^T W_2"),
    "order": ("W_2", rf"{ERROR}^T H + 2 \lambda W_2 + W_2"),
    "mask": ("Z", rf"({ERROR} W_2^T) \odot \mathbb{{1}}(Z < 0)"),
    "no mask": ("W_1", rf"X^T ({ERROR} W_2^T) + 2 \lambda W_1"),
    "layer": ("W_1", rf"X^T ({HIDDEN}) + 2 \lambda X^T H W_2 W_2^T"),
    "penalty": ("W_1", rf"X^T ({HIDDEN}) + \lambda W_1"),
    "target": ("H", r"P W_2^T"),
}


@pytest.mark.parametrize("kind", MUTANTS)
def test_a_second_mistake_does_not_follow(kind):
    name, value = MUTANTS[kind]
    assert sources(ROWS, f"{by('S')} = P - Y", f"{by(name)} = {value}") == ["refuted", "refuted"]


def test_what_follows_from_a_second_mistake_is_told_from_what_follows_from_the_first():
    hidden = rf"({W2}^T ({z2} - y)) \odot (1 - {a1})"
    assert sources(
        COLUMNS,
        f"{by(z2)} = {z2} - y",
        f"{by(z1)} = {hidden}",
        f"{by(W2)} = ({z2} - y) {a1}^T",
        f"{by(W1)} = ({hidden}) x^T",
        f"{by(W1)} = 2 ({hidden}) x^T",
        rf"{by(b1)} = ({W2}^T ({z2} - y)) \odot (1 - {a1}^2)",
    ) == ["refuted", "refuted", (1, 1), (2, 1), "refuted", (1, 1)]


def test_where_several_slips_are_needed_the_last_is_named():
    jacobian = rf"\frac{{\partial {z2}}}{{\partial {z1}}}"
    assert sources(
        COLUMNS,
        rf"\frac{{\partial {z2}}}{{\partial {a1}}} = -{W2}",
        rf"\frac{{\partial {a1}}}{{\partial {z1}}} = \text{{diag}}(1 - {a1})",
        rf"{jacobian} = -{W2} \text{{diag}}(1 - {a1}^2)",
        rf"{jacobian} = -{W2} \text{{diag}}(1 - {a1})",
        rf"{jacobian} = {W2} \text{{diag}}(1 + {a1})",
    ) == ["refuted", "refuted", (1, 1), (2, 1), "refuted"]


def test_a_wrong_answer_does_not_follow_from_itself():
    wrong = "P - Y"
    assert sources(
        ROWS,
        f"{by('S')} = {wrong}",
        f"{by('S')} = {wrong}",
        rf"{by('S_{ik}')} = P_{{ik}} - Y_{{ik}}",
        rf"dS = {wrong}",
        f"{by('S')} = dS",
    ) == ["refuted", "refuted", "refuted", "definition", "refuted"]


# ── where slips stand ──


def test_a_chain_speaks_of_what_it_begins_with():
    assert sources(
        COLUMNS,
        rf"\delta = {by(z2)} = {z2} - y",
        rf"{by(W2)} = {by(z2)} {a1}^T = ({z2} - y) {a1}^T",
        rf"{by(a1)} = {W2}^T \delta = {W2}^T ({z2} - y) = 3 {W2}^T ({z2} - y)",
    ) == ["definition", "refuted", "proved", (1, 2), "proved", (1, 2), "refuted"]


def test_a_later_step_of_a_chain_is_a_slip_too():
    chain = rf"{by(a1)} = {W2}^T {by(z2)} = {W2}^T ({z2} - y)"
    assert sources(
        COLUMNS, chain, rf"{by(W1)} = (({W2}^T ({z2} - y)) \odot (1 - {a1}^2)) x^T", f"{by(W2)} = ({z2} - y) {a1}^T"
    ) == ["proved", "refuted", (1, 2), "refuted"]


def test_a_slip_in_the_entries_is_one_of_the_whole():
    assert sources(
        LABELS,
        r"\delta_{ik} = p_{ik} - \mathbb{1}(y_i = k)",
        r"\frac{\partial L}{\partial W_{jk}} = \sum_i H_{ij} (p_{ik} - \mathbb{1}(y_i = k)) + 2 W_{jk}",
        r"\frac{\partial L}{\partial W_{jk}} = \sum_i H_{ij} (p_{ik} - \mathbb{1}(y_i = k)) + 2 W_{kj}",
        r"\frac{\partial L}{\partial W} = H^T (p - Y) + 2 W",
    ) == ["refuted", (1, 1), "refuted", "unreadable"]


def test_a_slip_in_one_case_leaves_the_other_case_as_it_is():
    other = r"\mathbb{1}(k \neq y_i) p_{ik}"

    def weight(case, at_label):
        entry = rf"{case} + \frac{{1}}{{N}} \mathbb{{1}}(k = y_i)({at_label})"
        return rf"\frac{{\partial L}}{{\partial W_{{jk}}}} = \sum_i H_{{ij}} \left({entry}\right) + 2 W_{{jk}}"

    assert sources(
        LABELS,
        r"\frac{\partial L}{\partial S_{ik}} = p_{ik}, \quad k \neq y_i",
        weight(other, "p_{ik} - 1"),
        weight(rf"\frac{{1}}{{N}} {other}", "p_{ik} + 1"),
        r"\frac{\partial L}{\partial S_{i,y_i}} = \frac{1}{N} (p_{i,y_i} + 1)",
        weight(rf"\frac{{1}}{{N}} {other}", "p_{ik} + 1"),
        weight(other, "p_{ik} + 1"),
        weight(other, "p_{ik}"),
    ) == ["refuted", (1, 1), "refuted", "refuted", (4, 1), (4, 1), "refuted"]


def test_a_value_that_was_not_read_is_none():
    assert sources(ROWS, f"{by('S')} = P W_2 - Y", rf"{by('b_2')} = \mathbf{{1}}^T (P - Y)") == ["refuted", "refuted"]


def test_conventions_hold_after_a_slip_as_before():
    mask = r"\mathbb{1}(Z \ge 0)"
    assert sources(
        ROWS,
        f"{by('S')} = P - Y",
        rf"{by('Z')} = ({ERROR} W_2^T) \odot {mask}",
        rf"{by('b_1')} = \mathbf{{1}}^T (({ERROR} W_2^T) \odot {mask})",
    ) == ["refuted", (1, 1), (1, 1)]
    assert sources(
        COLUMNS + "layout: numerator\n",
        f"{by(z2)} = ({z2} - y)^T",
        f"{by(W2)} = {a1} ({z2} - y)^T",
        f"{by(a1)} = ({z2} - y)^T {W2}",
        f"{by(W2)} = ({z2} - y) {a1}^T",
        f"{by(W2)} = -{a1} ({z2} - y)^T",
    ) == ["refuted", (1, 1), (1, 1), (1, 1), "refuted"]


# ── names of the student's own ──


def test_a_delta_may_be_the_derivative_by_whatever_has_its_shape():
    assert sources(
        COLUMNS,
        rf"\delta^{{[2]}} = {z2} - y",
        rf"{by(W2)} = \delta^{{[2]}} {a1}^T",
        rf"\delta^{{[1]}} = ({W2}^T \delta^{{[2]}}) \odot (1 - {a1} \odot {a1})",
        rf"{by(W1)} = \delta^{{[1]}} x^T",
        rf"{by(b1)} = \delta^{{[1]}}",
        rf"{by(W1)} = -\delta^{{[1]}} x^T",
        rf"{by(a1)} = {W2}^T \delta^{{[2]}} + \delta^{{[1]}}",
    ) == ["definition", (1, 1), "definition", (1, 1), (1, 1), "refuted", "refuted"]


def test_a_d_says_by_what_a_name_is_the_derivative():
    assert sources(
        ROWS,
        r"dS = P - Y",
        rf"{by('W_2')} = H^T dS + 2 \lambda W_2",
        r"dH = dS W_2^T",
        r"dZ = dH \odot \mathbb{1}(Z > 0)",
        rf"{by('b_1')} = \mathbf{{1}}^T dZ",
        rf"{by('b_1')} = \mathbf{{1}}^T dH",
    ) == ["definition", (1, 1), "definition", "definition", (1, 1), "refuted"]


@pytest.mark.parametrize(
    "definition",
    [r"M = \mathbb{1}(Z > 0)", "R = Z", r"\delta = (\frac{1}{N} (P - Y) W_2^T) \odot \mathbb{1}(Z > 0)", "dZ = Z - Z"],
)
def test_names_of_something_else_and_right_names_are_no_slips(definition):
    name = definition.split(" = ")[0]
    assert sources(ROWS, definition, rf"{by('b_1')} = 2 \mathbf{{1}}^T {name}") == ["definition", "refuted"]
    assert sources(ROWS, definition, rf"{by('W_1')} = X^T {name}")[1] == "refuted"


# ── other quantities ──


def test_a_wrong_forward_value_changes_the_model():
    assert sources(
        COLUMNS,
        rf"{a1} = \sigma({z1})",
        rf"{z2} = {W2} \sigma({z1}) + {b2}",
        rf"{by(z1)} = ({W2}^T {by(z2)}) \odot {a1} \odot (1 - {a1})",
        rf"{by(z1)} = ({W2}^T {by(z2)}) \odot \sigma({z1}) \odot (1 - \sigma({z1}))",
        rf"{by(z1)} = ({W2}^T {by(z2)}) \odot {a1} \odot (1 + {a1})",
    ) == ["refuted", (1, 1), (1, 1), (1, 1), "refuted"]


def test_a_wrong_jacobian_is_multiplied_with():
    assert sources(
        COLUMNS,
        rf"\frac{{\partial {a1}}}{{\partial {z1}}} = \text{{diag}}(1 - {a1})",
        rf"{by(z1)} = 2 ({W2}^T ({z2} - y)) \odot (1 - {a1})",
        rf"{by(W1)} = 2 (({W2}^T ({z2} - y)) \odot (1 - {a1})) x^T",
        rf"{by(W1)} = 2 (({W2}^T ({z2} - y)) \odot (1 + {a1})) x^T",
        rf"{by(a1)} = {W2}^T ({z2} - y)",
    ) == ["refuted", (1, 1), (1, 1), "refuted", "refuted"]


def test_so_is_a_wrong_factor_of_the_chain_rule():
    assert sources(
        ROWS,
        r"\frac{\partial S}{\partial H} = -W_2^T",
        rf"{by('H')} = {by('S')} \frac{{\partial S}}{{\partial H}} = -{by('S')} W_2^T",
        r"\frac{\partial S}{\partial W_2} = 2 H",
        rf"{by('W_2')} = 2 H^T {by('S')} + 2 \lambda W_2",
        rf"{by('W_2')} = 2 H^T {by('S')}",
        r"\frac{\partial H}{\partial Z} = \mathbb{1}(Z < 0)",
        rf"{by('Z')} = {by('H')} \odot \mathbb{{1}}(Z < 0)",
    ) == ["refuted", "proved", (1, 1), "refuted", (3, 1), "refuted", "refuted", (6, 1)]


def test_a_wrong_derivative_of_an_activation_is_used_wherever_it_is_applied():
    slope = rf"{by(z1)} = ({W2}^T {by(z2)}) \odot (1 - {a1})"
    assert sources(COLUMNS, r"\tanh'(t) = 1 - \tanh(t)", slope, slope.replace("1 - ", "1 + ")) == [
        "refuted",
        (1, 1),
        "refuted",
    ]
    assert sources(COLUMNS, r"\tanh'(t) = 1", rf"{by(z1)} = {W2}^T {by(z2)}") == ["refuted", "refuted"]


def test_a_wrong_gradient_is_differentiated_as_it_is():
    outer = r"\frac{\partial}{\partial w} \left(\nabla_w L\right)"
    assert sources(
        LOGISTIC,
        r"\nabla_w L = X^T (y - p)",
        rf"{outer} = -X^T \text{{diag}}(p \odot (1 - p)) X",
        r"\nabla_w^2 L = -X^T \text{diag}(p \odot (1 - p)) X",
        r"\nabla_w^2 L = -X^T \text{diag}(p \odot (1 + p)) X",
    ) == ["refuted", (1, 1), (1, 1), "refuted"]


# ── slips after which all is easy ──


@pytest.mark.parametrize(
    "slip, claim",
    [
        (f"{by('S')} = 0", rf"{by('W_2')} = 2 \lambda W_2"),
        (f"{by('S')} = P - P", rf"{by('W_1')} = 2 \lambda W_1"),
        (rf"{by('H')} = \frac{{H - H + W_2^T W_2}}{{W_2^T W_2}}", rf"{by('b_1')} = \mathbf{{1}}^T \mathbb{{1}}(Z > 0)"),
        (rf"{by('S')} = P \odot 0 + \mathbf{{1}} \mathbf{{1}}^T", rf"{by('b_2')} = N \mathbf{{1}}^T"),
        ("S = b_2 - 0 H W_2", rf"{by('W_1')} = 2 \lambda W_1"),
        ("H = Z", rf"{by('Z')} = {by('H')}"),
        ("S = H W_2", rf"{by('b_2')} = 0"),
        ("L = 0", rf"{by('W_1')} = 0"),
        (r"L = \lambda \|W_1\|_F^2", rf"{by('W_1')} = 2 \lambda W_1"),
        ("W_2 = 0", rf"{by('H')} = 0"),
        (r"\delta := Y - Y", rf"{by('b_2')} = \mathbf{{1}}^T \delta"),
    ],
)
def test_nothing_follows_from_a_slip_that_makes_it_easy(slip, claim):
    assert sources(ROWS, slip, claim)[1] == "refuted"


def test_what_is_zero_after_a_slip_does_not_follow():
    assert sources(
        ROWS,
        r"\frac{\partial S}{\partial H} = 2 W_2^T",
        rf"{by('H')} - 2 {by('S')} W_2^T = 0",
    ) == ["refuted", "refuted"]


# ── what is said, and what it costs ──


def test_the_message_names_the_slip_and_still_says_what_differs():
    tagged = [rf"{by(b2)} = {z2} - y \tag{{7}}", rf"{by(a1)} = {W2}^T ({z2} - y)", rf"{by(z2)} = {z2} - y"]
    slip, new, again = judged(COLUMNS, rf"{by(z2)} = 2 {z2} - y \tag{{7}}", *tagged[1:])
    assert (slip.follows_from, new.follows_from, again.follows_from) == (None, None, None)
    _, step = judged(COLUMNS, rf"{by(z2)} = {z2} - y \tag{{7}}", tagged[1])
    assert step.message == "This follows correctly from the slip in (7). " + new.message
    *_, later = judged(COLUMNS, rf"{by(z2)} = 2 ({z2} - y) = {z2} - y", tagged[1])
    assert later.follows_from == (1, 2)
    assert later.message.startswith(
        "This follows correctly from the slip in step 2 of equation 1. The two sides differ"
    )


def test_where_no_step_is_refuted_nothing_is_computed(monkeypatch):
    def fail(*arguments):
        raise AssertionError("a world was made")

    monkeypatch.setattr(World, "__init__", fail)
    monkeypatch.setattr(Slips, "_source", fail)
    steps = judged(COLUMNS, rf"\delta = {z2} - y", rf"{by(z2)} = 2 \delta", rf"{by(W2)} = 2 \delta {a1}^T")
    assert [step.verdict for step in steps] == ["definition", "proved", "proved"]


# ── any wrong value ──

TERMS = {
    "P": lambda v: v["P"],
    "Y": lambda v: v["Y"],
    "S": lambda v: v["S"],
    r"P \odot P": lambda v: v["P"] ** 2,
    r"P \odot Y": lambda v: v["P"] * v["Y"],
    r"\tanh(S)": lambda v: np.tanh(v["S"]),
    r"H W_2": lambda v: v["H"] @ v["W_2"],
}


def wrong_value(generator):
    """A random value of the shape of S: as LaTeX, and as a function of numbers."""
    terms = generator.sample(sorted(TERMS), 2)
    factors = [generator.choice([1, 2, 3]), generator.choice([-1, -2, 5])]
    latex = " ".join(f"{factor:+d} {term}" for factor, term in zip(factors, terms, strict=True)).lstrip("+")

    def value(v):
        return sum(factor * TERMS[term](v) for factor, term in zip(factors, terms, strict=True))

    return f"({latex})", value


FOLLOWING = {
    "W_2": r"H^T E + 2 \lambda W_2",
    "b_2": r"\mathbf{1}^T E",
    "W_1": r"X^T ((E W_2^T) \odot \mathbb{1}(Z > 0)) + 2 \lambda W_1",
    "b_1": r"\mathbf{1}^T ((E W_2^T) \odot \mathbb{1}(Z > 0))",
}
NUMERIC = {
    "W_2": lambda v, e: v["H"].T @ e + 2 * v["l"] * v["W_2"],
    "b_2": lambda v, e: e.sum(0, keepdims=True),
    "W_1": lambda v, e: v["X"].T @ ((e @ v["W_2"].T) * (v["Z"] > 0)) + 2 * v["l"] * v["W_1"],
    "b_1": lambda v, e: ((e @ v["W_2"].T) * (v["Z"] > 0)).sum(0, keepdims=True),
}
SPOILED = {
    "sign": lambda name, value: value.replace("+ 2", "- 2") if "+ 2" in value else f"-{value}",
    "factor": lambda name, value: value.replace("E", "(3 E)"),
    "transpose": lambda name, value: value.replace("W_2^T", "W_2") if "W_2^T" in value else value.replace("^T E", " E"),
}


def forward(v):
    v["Z"] = v["X"] @ v["W_1"] + v["b_1"]
    v["H"] = np.maximum(0, v["Z"])
    v["S"] = v["H"] @ v["W_2"] + v["b_2"]
    weights = np.exp(v["S"])
    v["P"] = weights / weights.sum(1, keepdims=True)
    return v


def handed_back(v, name, held):
    """By differences: the derivative of what is handed back as `held` at S, and of the penalty."""

    def total(values):
        values = forward(values)
        penalty = values["l"] * ((values["W_1"] ** 2).sum() + (values["W_2"] ** 2).sum())
        return (held * values["S"]).sum() + penalty

    found = np.zeros_like(v[name])
    for at in np.ndindex(*v[name].shape):
        ends = []
        for sign in (1, -1):
            moved = {key: np.array(value) for key, value in v.items()}
            moved[name][at] += sign * 1e-6
            ends.append(total(moved))
        found[at] = (ends[0] - ends[1]) / 2e-6
    return found


@pytest.mark.parametrize("number", range(2))
def test_whatever_is_supposed_is_handed_back(number):
    generator = random.Random(number)
    numbers = np.random.default_rng(number)
    latex, value = wrong_value(generator)
    shapes = {"X": (2, 3), "W_1": (3, 4), "b_1": (1, 4), "W_2": (4, 5), "b_2": (1, 5), "l": ()}
    v = {name: numbers.normal(size=shape) for name, shape in shapes.items()}
    v["Y"] = np.eye(5)[numbers.integers(5, size=2)]
    held = value(forward(v))
    for name, closed in NUMERIC.items():
        assert np.allclose(handed_back(v, name, held), closed(v, held), atol=1e-5)
    right = [f"{by(name)} = {claim.replace('E', latex)}" for name, claim in FOLLOWING.items()]
    spoiled = [
        f"{by(name)} = {spoil(name, claim).replace('E', latex)}"
        for name, claim in FOLLOWING.items()
        for spoil in SPOILED.values()
        if spoil(name, claim) != claim
    ]
    found = sources(ROWS, f"{by('S')} = {latex}", *right, *spoiled)
    assert found == ["refuted", *[(1, 1)] * len(right), *["refuted"] * len(spoiled)]
