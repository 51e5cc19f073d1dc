"""Recurrent networks: what is said of every time, in sums over the times, and what is false of some time."""

from functools import cache

import numpy as np
import pytest
from claimed import judged, last

from derive.checking.results import StepResult

SETTING = r"""
dims: {T: 3, D: 2, H: 3, C: 2}
symbols:
  x_t: D x 1 for t = 1..T
  y_t: C x 1 for t = 1..T
  W_{hh}: H x H
  W_{xh}: H x D
  W_{hy}: C x H
  b_h: H x 1
  h_0: H x 1
model:
  h_t: \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)
  o_t: W_{hy} h_t
  L_t: \frac{1}{2} \|o_t - y_t\|^2
  L: \sum_t L_t
loss: L
"""

H = r"\frac{\partial L}{\partial h_t}"
NEXT = r"\frac{\partial L}{\partial h_{t+1}}"
SLOPE = r"\mathrm{diag}(1 - h_t^2)"

TRUE = [
    r"h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)",
    r"L = \sum_{t=1}^T L_t",
    r"\frac{\partial L}{\partial o_t} = o_t - y_t",
    r"\frac{\partial L}{\partial h_T} = W_{hy}^T \frac{\partial L}{\partial o_T}",
    rf"{H} = W_{{hh}}^T \mathrm{{diag}}(1 - h_{{t+1}}^2) {NEXT} + W_{{hy}}^T (o_t - y_t), \quad t < T",
    rf"{H} = \left(\frac{{\partial h_{{t+1}}}}{{\partial h_t}}\right)^T {NEXT} + W_{{hy}}^T (o_t - y_t)",
    rf"\frac{{\partial h_t}}{{\partial h_{{t-1}}}} = {SLOPE} W_{{hh}}",
    r"\frac{\partial L}{\partial W_{hy}} = \sum_{t=1}^T (o_t - y_t) h_t^T",
    rf"\frac{{\partial L}}{{\partial W_{{xh}}}} = \sum_t {SLOPE} {H} x_t^T",
    rf"\frac{{\partial L}}{{\partial W_{{hh}}}} = \sum_t {SLOPE} {H} h_{{t-1}}^T",
    r"\frac{\partial h_T}{\partial h_t} = \prod_{k=t+1}^{T} \frac{\partial h_k}{\partial h_{k-1}}",
    r"\frac{\partial L_T}{\partial h_t} = \frac{\partial L_T}{\partial h_T} "
    r"\left(\prod_{k=t+1}^{T} \frac{\partial h_k}{\partial h_{k-1}}\right)",
    rf"{H} = \sum_{{k=t}}^{{T}} \frac{{\partial L_k}}{{\partial h_t}}",
]

FALSE = [
    rf"{H} = W_{{hh}}^T \mathrm{{diag}}(1 - h_t^2) {NEXT} + W_{{hy}}^T (o_t - y_t)",
    rf"{H} = W_{{hh}} \mathrm{{diag}}(1 - h_{{t+1}}^2) {NEXT} + W_{{hy}}^T (o_t - y_t)",
    rf"{H} = \mathrm{{diag}}(1 - h_{{t+1}}^2) W_{{hh}}^T {NEXT} + W_{{hy}}^T (o_t - y_t)",
    rf"{H} = W_{{hy}}^T (o_t - y_t)",
    rf"\frac{{\partial h_t}}{{\partial h_{{t-1}}}} = W_{{hh}} {SLOPE}",
    r"\frac{\partial L}{\partial W_{hy}} = (o_T - y_T) h_T^T",
    rf"\frac{{\partial L}}{{\partial W_{{hh}}}} = \sum_t {SLOPE} {H} h_t^T",
    rf"\frac{{\partial L}}{{\partial W_{{hh}}}} = \sum_{{t=2}}^T {SLOPE} {H} h_{{t-1}}^T",
    r"\frac{\partial h_T}{\partial h_t} = \prod_{k=t}^{T} \frac{\partial h_k}{\partial h_{k-1}}",
    rf"{H} = \sum_{{k=t+1}}^{{T}} \frac{{\partial L_k}}{{\partial h_t}}",
]


@cache
def steps() -> list[StepResult]:
    return judged(SETTING, *TRUE, *FALSE)


@pytest.mark.parametrize("number", range(len(TRUE)))
def test_what_is_true_at_every_time_is_proved(number):
    step = steps()[number]
    assert step.verdict == "proved", f"{step.rhs}: {step.message}"


@pytest.mark.parametrize("number", range(len(FALSE)))
def test_what_is_false_at_some_time_is_refuted(number):
    step = steps()[len(TRUE) + number]
    assert step.verdict == "refuted", f"{step.rhs}: {step.message}"


def test_the_time_at_which_a_claim_fails_is_named():
    example = steps()[len(TRUE)]
    assert example.message.startswith("At t = 1: The two sides differ in entry (1, 1): ")


# ── the gradients of the report against finite differences ──


def loss(at: dict[str, np.ndarray]) -> float:
    h, total = at["h_0"], 0.0
    for t in (1, 2, 3):
        h = np.tanh(at["W_{hh}"] @ h + at["W_{xh}"] @ at[f"x_{t}"] + at["b_h"])
        total += 0.5 * float(((at["W_{hy}"] @ h - at[f"y_{t}"]) ** 2).sum())
    return total


@pytest.mark.parametrize("name", ["W_{hh}", "W_{hy}"])
def test_the_left_sides_of_refuted_steps_are_gradients_by_finite_differences(name):
    found = [step for step in steps() if step.verdict == "refuted" and step.lhs.endswith(f"partial {name}}}")]
    assert found
    for step in found:
        example = step.counterexample
        assert example is not None
        assert example.entry is not None
        at = {key: _numbers(value) for key, value in example.at.items()}
        entry = (example.entry[0] - 1, example.entry[1] - 1)
        width = 1e-5
        sides = []
        for sign in (1, -1):
            moved = {**at, name: at[name].copy()}
            moved[name][entry] += sign * width
            sides.append(loss(moved))
        assert (sides[0] - sides[1]) / (2 * width) == pytest.approx(float(_fraction(example.lhs)), rel=1e-5, abs=1e-8)


def _fraction(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


def _numbers(value: object) -> np.ndarray:
    assert isinstance(value, list)
    return np.array([[_fraction(entry) for entry in line] for line in value])


# ── what is not certain ──


def test_a_sum_up_to_a_dimension_that_counts_no_names_is_refused():
    step = last(SETTING, r"L = \sum_{t=1}^{C} L_t")
    assert (step.verdict, step.message) == (
        "unreadable",
        "The bounds of t are not those of the names that it numbers.",
    )


def test_a_sum_past_the_last_time_is_refused():
    step = last(SETTING, r"L = \sum_{t=1}^{4} L_t")
    assert (step.verdict, step.message) == ("unreadable", "There is no L_4; there are L_1, …, L_3.")


def test_a_sum_over_all_times_begins_with_the_first_that_is_declared():
    true, false = (
        rf"\frac{{\partial L}}{{\partial b_h}} = {sign} {SLOPE} {H}" for sign in (r"\sum_t", r"\sum_{t=0}^T")
    )
    steps = judged(SETTING, true, false)
    assert [step.verdict for step in steps] == ["proved", "refuted"]


def test_what_is_false_of_the_state_before_the_first_time_alone_is_not_decided():
    step = last(SETTING, r"\|h_t\|^2 + \mathbb{1}\{t = 0\} = \|h_t\|^2")
    assert (step.verdict, step.message) == (
        "unknown",
        "At t = 0 this is false; whether that is meant is not certain, so write for which t it is said.",
    )
    step = last(SETTING, r"\|h_t\|^2 + \mathbb{1}\{t \le 1\} = \|h_t\|^2")
    assert (step.verdict, step.message[:9]) == ("refuted", "At t = 1:")


# ── entries of numbered names, powers, shapes of several names ──

LINEAR = r"""
dims: {T: 3, D: 2, H: 3}
symbols:
  x_t: D x 1 for t = 1..T
  y_t: one-hot H x 1 for t = 1..T
  W: H x H
  U: H x D
  h_0: H x 1
model:
  h_t: W h_{t-1} + U x_t
  p_t: \text{softmax}(h_t)
  L_t: -y_t^T \log p_t
  L: \sum_{t=1}^T L_t
loss: L
"""

LINEAR_TRUE = [
    r"L_t = -\sum_{i=1}^H y_{t,i} \log p_{t,i}",
    r"p_{t,i} = \frac{\exp(h_{t,i})}{\sum_{j=1}^H \exp(h_{t,j})}",
    r"\frac{\partial L_t}{\partial h_{t,i}} = p_{t,i} - y_{t,i}",
    r"\frac{\partial p_{t,i}}{\partial h_{t,j}} = p_{t,i} (\mathbf{1}\{i = j\} - p_{t,j})",
    r"h_{t,i} = \sum_{k=1}^H W_{i,k} h_{t-1,k} + \sum_{k=1}^D U_{i,k} x_{t,k}",
    r"\|h_t\|^2 = h_{t,1}^2 + h_{t,2}^2 + h_{t,3}^2",
    r"h_T = W^T h_0 + \sum_{t=1}^T W^{T-t} U x_t".replace("W^T h_0", "W^3 h_0"),
    r"\frac{\partial L}{\partial h_t} = \sum_{k=t}^T (W^\top)^{k-t} (p_k - y_k), \quad t \geq 1",
]

LINEAR_FALSE = [
    r"L_t = \sum_{i=1}^H y_{t,i} \log p_{t,i}",
    r"\frac{\partial L_t}{\partial h_{t,i}} = p_{t,i}",
    r"\frac{\partial p_{t,i}}{\partial h_{t,j}} = p_{t,i} (\mathbf{1}\{i = j\} - p_{t,i})",
    r"h_{t,i} = \sum_{k=1}^H W_{k,i} h_{t-1,k} + \sum_{k=1}^D U_{i,k} x_{t,k}",
    r"h_{t,i} = \sum_{k=1}^H W_{i,k} h_{t,k} + \sum_{k=1}^D U_{i,k} x_{t,k}",
    r"h_T = W^2 h_0 + \sum_{t=1}^T W^{T-t} U x_t",
    r"h_T = W^3 h_0 + \sum_{t=1}^T W^t U x_t",
    r"\frac{\partial L}{\partial h_t} = \sum_{k=t}^T (W^\top)^k (p_k - y_k), \quad t \geq 1",
]


@cache
def linear() -> list[StepResult]:
    return judged(LINEAR, *LINEAR_TRUE, *LINEAR_FALSE)


@pytest.mark.parametrize("number", range(len(LINEAR_TRUE)))
def test_what_is_true_of_entries_and_powers_is_proved(number):
    step = linear()[number]
    assert step.verdict == "proved", f"{step.rhs}: {step.message}"


@pytest.mark.parametrize("number", range(len(LINEAR_FALSE)))
def test_what_is_false_of_entries_and_powers_is_refuted(number):
    step = linear()[len(LINEAR_TRUE) + number]
    assert step.verdict == "refuted", f"{step.rhs}: {step.message}"


def test_the_shapes_of_several_names_declare_none_for_another_time():
    steps = judged(LINEAR, r"p_t, y_t: H \times 1", r"p_t = \text{softmax}(h_t)", r"\|y_0\|^2 = 1")
    assert [(step.verdict, step.message) for step in steps] == [
        ("proved", "p_1 is H x 1."),
        ("proved", "Both sides are equal for every value of the symbols."),
        ("unreadable", "There is no y_0; there are y_1, …, y_3."),
    ]


def test_a_number_above_that_may_be_that_of_a_layer_is_no_power():
    setting = "dims: {L: 3, n: 2}\nsymbols:\n  W: n x n\n  b^l: n x 1 for l = 1..L\nmodel:\n"
    setting += "  a^0: \\mathbf{1}_n\n  a^l: W a^{l-1} + b^l\n"
    step = last(setting, r"a^l = W^l a^{l-1} + b^l")
    assert (step.verdict, step.message) == (
        "unreadable",
        "Whether this is a power or the number of a name is not certain; declare the name with its numbers, or write "
        "the power as a product.",
    )
