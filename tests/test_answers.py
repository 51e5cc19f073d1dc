"""Finding the answer to a part: by an equation, by a name, by its value, over several equations, for each layer."""

import pytest
from classroom import (
    ENTRIES,
    LAYERED,
    LAYERS,
    NEURON,
    REGRESSION,
    RIDGE,
    SCALARS,
    SCORES,
    SOFTMAX,
    TWO,
    WEIGHTS,
    exercise,
    result,
    statuses,
)

GRADIENT = r"\frac{1}{N} X^T (P - Y)"

SPELLINGS = [
    rf"$$\frac{{\partial L}}{{\partial W}} = {GRADIENT}$$",
    rf"$$\partial L / \partial W = {GRADIENT}$$",
    rf"$$\frac{{dL}}{{dW}} = {GRADIENT}$$",
    rf"$$\nabla_W L = {GRADIENT}$$",
    rf"$$\nabla_W = {GRADIENT}$$",
    rf"$${GRADIENT} = \nabla_W L$$",
    r"$$\left(\frac{\partial L}{\partial W}\right)^T = \frac1N (P - Y)^T X$$",
    rf"$$dW = {GRADIENT}$$",
    rf"$$\mathrm{{grad}}_W := {GRADIENT}$$",
    rf"$$\bar W = {GRADIENT}$$",
    rf"$$g_W = {GRADIENT}$$",
    rf"$$Q = {GRADIENT}$$",
    rf"$$G := \frac{{\partial L}}{{\partial W}}$$ then $$G = {GRADIENT}$$",
    rf"$$Q = {GRADIENT}$$ so $$\frac{{\partial L}}{{\partial W}} = Q$$",
    r"$$\delta = \frac1N (P - Y)$$ $$\frac{\partial L}{\partial W} = X^T \delta$$",
    r"$$\frac{\partial L}{\partial W} = X^T \delta, \quad \text{where } \delta = \frac1N (P - Y)$$",
    r"$$\nabla_W L = X^T \frac{\partial L}{\partial S}, \quad \frac{\partial L}{\partial S} = (P-Y)/N$$",
    r"$$\frac{\partial L}{\partial W_{ij}} = \frac1N \sum_n X_{ni} (P_{nj} - Y_{nj})$$",
    r"$$\frac{\partial L}{\partial W_{ji}} = \frac1N \sum_n X_{nj} (P_{ni} - Y_{ni})$$",
    rf"$$\frac{{\partial L}}{{\partial S}} \frac{{\partial S}}{{\partial W}} = {GRADIENT}$$",
    rf"We find that $\frac{{\partial L}}{{\partial W}} = {GRADIENT}$ as claimed.",
    rf"$$\frac{{\partial L}}{{\partial W}} = {GRADIENT} \in \mathbb{{R}}^{{D \times C}}$$",
    rf"$$\frac{{\partial L}}{{\partial W}} = {GRADIENT} = 0$$",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_an_answer_is_found_in_any_spelling(text):
    assert statuses(exercise(SOFTMAX, WEIGHTS), text) == "right"


@pytest.mark.parametrize("text", [one.replace("P - Y", "P + Y").replace("P-Y", "P+Y") for one in SPELLINGS[:9]])
def test_a_wrong_answer_is_found_in_any_spelling(text):
    assert statuses(exercise(SOFTMAX, WEIGHTS), text) == "wrong"


@pytest.mark.parametrize("name", ["g_W", "Q", r"\Theta"])
def test_a_wrong_value_under_a_name_that_says_nothing_is_for_a_person(name):
    found = result(exercise(SOFTMAX, WEIGHTS), f"$${name} = X^T (P - Y)$$", "b")
    assert (found.status, found.points) == ("review", 0)


def test_the_last_member_counts_that_is_in_the_form_that_is_asked():
    chain_rule = r"X^T \frac{\partial L}{\partial S}"
    text = rf"$${chain_rule} = \frac{{\partial L}}{{\partial W}} = {GRADIENT} = {chain_rule}$$"
    found = result(exercise(SOFTMAX, WEIGHTS), text, "b")
    assert (found.status, found.answer, found.step, found.where) == ("right", GRADIENT, (1, 2), "1:69")


def test_names_tell_parts_apart_by_their_values():
    assert statuses(exercise(SOFTMAX, TWO), r"$$A = \frac1N (P - Y)$$ $$B = X^T A$$") == "right right"


def test_a_name_that_is_used_for_one_part_may_be_what_another_asks_for():
    text = r"$$\delta = \frac1N (P - Y)$$ $$\frac{\partial L}{\partial W} = X^T \delta$$"
    assert statuses(exercise(SOFTMAX, TWO), text) == "right right"
    assert statuses(exercise(SOFTMAX, TWO), text.replace(r"\frac1N", "")) == "review partial"


REGRESSIONS = [
    r"$$\nabla J(w) = \frac1n X^T (Xw - y) + \lambda w$$ $$\nabla^2 J(w) = \frac1n X^T X + \lambda I$$",
    r"$$\frac{\partial J}{\partial w} = \frac1n X^T (Xw - y) + \lambda w = 0$$ $$H = \frac1n X^T X + \lambda I$$",
    r"$$\frac{\partial J}{\partial w_k} = \frac1n \sum_i X_{ik} (\sum_j X_{ij} w_j - y_i) + \lambda w_k$$"
    r"$$H_{kl} = \frac{\partial^2 J}{\partial w_k \partial w_l} = \frac1n \sum_i X_{ik} X_{il} + \lambda \delta_{kl}$$",
]


@pytest.mark.parametrize("text", REGRESSIONS)
def test_gradients_and_hessians(text):
    assert statuses(exercise(RIDGE, REGRESSION), text) == "right right"


def test_what_another_part_is_said_by_is_no_answer_of_its_own():
    parts = (TWO[0], r"- {id: c, ask: '\nabla_b L'}", r"- {id: z, ask: '\nabla_P L'}")
    text = (
        r"$$\frac{\partial L}{\partial S} = \frac1N (P - Y)$$"
        r"$$\frac{\partial L}{\partial b} = \mathbf{1}^T \frac{\partial L}{\partial S}$$"
        r"$$\mathbf{1}^T \frac{\partial L}{\partial S} = \frac{\partial L}{\partial b}$$"
    )
    assert statuses(exercise(SOFTMAX, parts), text) == "right right missing"


def test_one_entry_is_not_all_of_them():
    text = r"$$\frac{\partial J}{\partial w_1} = \frac1n \sum_i X_{i1} (\sum_j X_{ij} w_j - y_i) + \lambda w_1$$"
    found = result(exercise(RIDGE, REGRESSION), text, "g")
    assert (found.status, found.message) == (
        "review",
        r"Only one entry is given, in line 1; what is asked is $\nabla_w J$.",
    )


def test_scalars():
    chain = r"\frac{\partial E}{\partial a}\frac{\partial a}{\partial z}\frac{\partial z}{\partial w}"
    text = rf"$$\frac{{\partial E}}{{\partial w}} = {chain} = (a - t) a(1-a) x$$ $$\bar{{b}} = (a - t) \sigma'(z)$$"
    assert statuses(exercise(NEURON, SCALARS), text) == "right right"


GENERAL = [
    r"$$\frac{\partial p_i}{\partial s_j} = p_i (\delta_{ij} - p_j)$$",
    r"$$\frac{\partial p_k}{\partial s_l} = p_k (\delta_{kl} - p_l)$$",
    r"$$\frac{\partial p}{\partial s} = \operatorname{diag}(p) - p p^T$$",
    r"$$\frac{\partial p_i}{\partial s_j} = \begin{cases} p_i (1 - p_i) & i = j \\ -p_i p_j & i \neq j \end{cases}$$",
    r"$$\frac{\partial p_i}{\partial s_j} = p_i (1-p_i) \quad \text{if } i = j$$"
    r"$$\frac{\partial p_i}{\partial s_j} = -p_i p_j \quad \text{if } i \neq j$$",
]


@pytest.mark.parametrize("text", GENERAL)
def test_the_general_entry(text):
    assert result(exercise(SCORES, ENTRIES), text, "J").status == "right"


def test_one_case_of_two_is_for_a_person_and_a_wrong_one_is_wrong():
    first, second = GENERAL[-1].split("$$$$")
    assert result(exercise(SCORES, ENTRIES), f"{first}$$", "J").status == "review"
    wrong = result(exercise(SCORES, ENTRIES), f"{first}$$ $${second}".replace("-p_i p_j", "p_i p_j"), "J")
    assert wrong.status == "wrong"


def test_what_is_said_of_every_layer_answers_for_each():
    text = (
        r"$$\delta^{[2]} = \mathbf{z}^{[2]} - \mathbf{y}$$"
        r"$$\delta^{[1]} = (\mathbf{W}^{[2]})^T \delta^{[2]} \odot (1 - \mathbf{a}^{[1]} \odot \mathbf{a}^{[1]})$$"
    )
    each = r"$$\mathbf{a}^{[0]} = \mathbf{x}$$ $$\frac{\partial C}{\partial W^{[l]}} = \delta^{[l]} (a^{[l-1]})^T$$"
    named = r"$$dW^{[2]} = \delta^{[2]} (a^{[1]})^T, \quad dW^{[1]} = \delta^{[1]} x^T$$"
    assert statuses(exercise(LAYERS, LAYERED), text + each) == "right right"
    assert statuses(exercise(LAYERS, LAYERED), text + named) == "right right"
    assert statuses(exercise(LAYERS, LAYERED), text + each.replace("[l-1]", "[l]")) == "wrong review"
