r"""The forms in which a sheet writes what it derives: a formula before its result, entries, operators, factors."""

import pytest

from derive.certificates import Store
from derive.grading.parts import exercise_from_text
from derive.sheets.composition import Composition, ProvedAnswer


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("certificates"))


def answers(setting: str, store: Store, *asked: str) -> list[ProvedAnswer]:
    parts = "\n".join(f"  - {{id: {at}, ask: '{ask}'}}" for at, ask in enumerate(asked))
    text = f"---\n{setting.strip()}\nparts:\n{parts}\n---\n"
    found = Composition(exercise_from_text(text, "exercise.md"), store).answers
    assert all(answer.is_whole and answer.problem is None for answer in found)
    return list(found)


def lines(setting: str, store: Store, *asked: str) -> list[tuple[str, list[str]]]:
    """What is left of each line of the last answer: its left side, its members."""
    last = answers(setting, store, *asked)[-1]
    assert [len(line.chain.members) for line in last.lines] == [len(line.line.steps) for line in last.lines]
    return [(line.chain.lhs, [member.latex for member in line.chain.members]) for line in last.lines]


# ── what a name is ──

LAYER = r"""
dims: {p: 3, q: 2}
symbols:
  v: p x 1
  \Theta: q x p
model:
  r: \Theta v
  g: \sigma(r)
"""


def test_a_vector_goes_back_to_what_is_given():
    (found,) = lines(LAYER, Store(None), "g")
    written = r"\frac{1}{1 + \exp(-\Theta v)}"
    assert found == ("g", [r"\sigma(r)", r"\sigma(\Theta v)", written])


CLASSES = r"""
dims: {M: 3, K: 4}
symbols:
  F: M x K
  t: labels M of K
model:
  E_m: -\log \frac{\exp(F_{m,t_m})}{\sum_k \exp(F_{m,k})}
  E: \frac{1}{M} \sum_m E_m
loss: E
"""


def test_a_loss_goes_back_to_its_parts_and_no_farther(store: Store):
    (found,) = lines(CLASSES, store, "E")
    assert found[0] == "E"
    assert found[1] == [
        r"\frac{1}{M} \sum_m E_m",
        r"\frac{1}{M} \sum_m \left(-\log\left(\frac{\exp(F_{m,t_m})}{\sum_k \exp(F_{m,k})}\right)\right)",
        r"\frac{1}{M} \sum_m \left(-F_{m,t_m} + \log\left(\sum_k \exp(F_{m,k})\right)\right)",
    ]


def test_of_a_sum_over_a_one_hot_vector_one_term_is_left(store: Store):
    setting = r"""
dims: {K: 4}
symbols:
  s: K x 1
  d: one-hot K x 1
  c: hot index of d
model:
  q: \text{softmax}(s)
  H: -\sum_{k=1}^K d_k \log(q_k)
"""
    ((_, members),) = lines(setting, store, "H")
    assert members[:3] == [
        r"-\sum_{k=1}^K d_k \log(q_k)",
        r"-d_c \log(q_c)",
        r"-d_c \log((\text{softmax}(s))_c)",
    ]


def test_a_maximum_with_zero_has_its_pieces(store: Store):
    ((_, members),) = lines("symbols: {u: scalar}\nmodel: {r: 'max(0, u)'}".replace("max", r"\max"), store, "r")
    assert members == [r"\max(0, u)", r"\begin{cases} 0 & \text{if } u \leq 0\\ u & \text{if } u > 0 \end{cases}"]


def test_what_nothing_computes_has_no_line():
    exercise = exercise_from_text(f"---\n{LAYER.strip()}\nparts:\n  - {{id: a, ask: v}}\n---\n", "exercise.md")
    (answer,) = Composition(exercise, Store(None)).answers
    assert not answer.is_whole
    assert answer.problem == "nothing says how this is computed"


# ── Jacobians and what is differentiated in them ──


def test_the_slope_of_a_function_stands_before_the_name_of_its_value(store: Store):
    ((lhs, members),) = lines(LAYER, store, r"\frac{\partial g}{\partial r}")
    assert lhs == r"\frac{\partial g}{\partial r}"
    assert members == [
        r"\frac{\partial}{\partial r} \sigma(r)",
        r"\operatorname{diag}(\sigma(r) \odot (1 - \sigma(r)))",
        r"\operatorname{diag}(g \odot (1 - g))",
    ]


def test_an_entry_of_a_jacobian_says_of_what_it_is_the_derivative(store: Store):
    (_, entry) = lines(LAYER, store, r"\left(\frac{\partial r}{\partial v}\right)_{ij}")
    assert entry == (
        r"\left(\frac{\partial r}{\partial v}\right)_{ij}",
        [r"\frac{\partial r_i}{\partial v_j}", r"\Theta_{ij}"],
    )


def test_a_jacobian_of_two_numbers_by_two_is_written_out(store: Store):
    setting = "symbols: {u: 2 x 1, c: 2 x 1}\nmodel: {w: u + c}"
    ((_, members),) = lines(setting, store, r"\frac{\partial w}{\partial c}")
    assert members[1:] == [
        r"\begin{bmatrix} \frac{\partial w_1}{\partial c_1} & \frac{\partial w_1}{\partial c_2} \\"
        r" \frac{\partial w_2}{\partial c_1} & \frac{\partial w_2}{\partial c_2} \end{bmatrix}",
        r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}",
        "I_2",
    ]


def test_a_jacobian_with_dots_has_columns_rows_and_entries(store: Store):
    asked = r"\begin{bmatrix} \frac{\partial r}{\partial v_1} & \cdots & \frac{\partial r}{\partial v_p} \end{bmatrix}"
    (*_, (lhs, members)) = lines(LAYER, store, asked)
    assert lhs == asked
    assert members == [
        r"\begin{bmatrix} \left(\frac{\partial r_1}{\partial v}\right)^T \\ \vdots \\"
        r" \left(\frac{\partial r_q}{\partial v}\right)^T \end{bmatrix}",
        r"\begin{bmatrix} \frac{\partial r_1}{\partial v_1} & \cdots & \frac{\partial r_1}{\partial v_p} \\"
        r" \vdots & \ddots & \vdots \\ \frac{\partial r_q}{\partial v_1} & \cdots & \frac{\partial r_q}{\partial v_p}"
        r" \end{bmatrix}",
        r"\frac{\partial r}{\partial v}",
        r"\Theta",
    ]


def test_dots_count_from_the_base_of_the_setting(store: Store):
    first = r"\frac{\partial E}{\partial F_{0,0}} & \frac{\partial E}{\partial F_{0,1}} & \dots"
    second = r"\frac{\partial E}{\partial F_{1,0}} & \frac{\partial E}{\partial F_{1,1}} & \dots"
    asked = rf"\begin{{pmatrix}} {first} \\ {second} \\ \vdots & \vdots & \ddots \end{{pmatrix}}"
    setting = CLASSES + "index_base: 0\n"
    last = answers(setting, store, asked)[-1].lines[-1].chain
    assert r"\frac{\partial E}{\partial F_{M-1,K-1}} \end{bmatrix}" in last.lhs


# ── more than two indices, and the chain rule ──

AFFINE = r"""
dims: {p: 3, q: 2}
symbols:
  v: p x 1
  \Theta: p x q
  y: q x 1
model:
  r: \Theta^T v
  L: \|r - y\|^2
loss: L
"""


def test_a_derivative_with_three_indices_has_its_entries(store: Store):
    first, entry = lines(AFFINE, store, r"\frac{\partial r}{\partial \Theta}")
    assert first == (r"\frac{\partial r}{\partial \Theta}", [r"\frac{\partial}{\partial \Theta} (\Theta^T v)"])
    assert entry[1] == [
        r"\frac{\partial}{\partial \Theta_{jk}} \left(\sum_{l=1}^p \Theta_{li} v_l\right)",
        r"v_j \mathbb{1}(k = i)",
    ]


def test_a_factor_that_was_asked_for_stands_in_the_chain_rule(store: Store):
    asked = r"\frac{\partial r}{\partial \Theta}", r"\frac{\partial L}{\partial \Theta}"
    (*_, (_, members)) = lines(AFFINE, store, *asked)
    assert members[0] == r"\frac{\partial L}{\partial r} \frac{\partial r}{\partial \Theta}"
    (*_, (_, without)) = lines(AFFINE, store, asked[1])
    assert without == members[1:]


def test_a_transposed_product_stands_before_it_is_turned(store: Store):
    (*_, (_, members)) = lines(AFFINE, store, r"\frac{\partial L}{\partial \Theta}")
    assert members[0] == r"\left(\frac{\partial L}{\partial r} v^T\right)^T"


def test_numerator_layout_begins_with_the_chain_rule(store: Store):
    (*_, (_, members)) = lines(AFFINE + "layout: numerator\n", store, r"\frac{\partial L}{\partial v}")
    assert members[0] == r"\frac{\partial L}{\partial r} \frac{\partial r}{\partial v}"


# ── operators ──


def test_an_entry_of_a_gradient_is_found_from_the_formula_of_the_loss(store: Store):
    (*_, (_, members)) = lines(CLASSES, store, r"\frac{\partial E}{\partial F_{m,j}}")
    total = r"\log\left(\sum_k \exp(F_{m,k})\right)"
    assert r"\frac{\partial}{\partial F_{m,j}}" in members[0]
    assert rf"\frac{{1}}{{M}} \left(\frac{{\partial}}{{\partial F_{{m,j}}}} {total}" in members[3]
    assert members[4].startswith(r"\frac{1}{M} \left(\frac{1}{\sum_k \exp(F_{m,k})} \frac{\partial}{\partial F_{m,j}}")


def test_the_letter_of_a_sum_is_none_of_the_entry(store: Store):
    (*_, (_, members)) = lines(CLASSES, store, r"\frac{\partial E}{\partial F_{m,k}}")
    assert r"\sum_m" not in members[0]
    assert r"\sum_k" not in members[0]


def test_where_matrices_are_in_between_there_are_no_operators(store: Store):
    (*_, (_, members)) = lines(AFFINE, store, r"\frac{\partial L}{\partial v_i}")
    assert not any(r"\frac{\partial}{" in member for member in members)
