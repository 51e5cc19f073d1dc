"""The rules by which exercises vary, one by one: what each changes in formulas and words, and what it leaves alone."""

import difflib

import pytest

from derive.grading.parts import ExerciseDocument, exercise_from_text
from derive.sheets.variants.activation import vary_activation
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, document_of, draft_of
from derive.sheets.variants.formulas import edited
from derive.sheets.variants.layers import vary_layers
from derive.sheets.variants.loss import vary_loss
from derive.sheets.variants.marks import vary_marks
from derive.sheets.variants.names import vary_names
from derive.sheets.variants.orientation import vary_orientation
from derive.sheets.variants.scaling import vary_scaling
from derive.sheets.variants.sizes import vary_sizes
from derive.sheets.variants.variant import Rule

NETWORK = r"""---
title: A ReLU network
dims: {N: 3, D: 2, H: 4}
symbols:
  X: N x D
  t: N x 1
  W_1: D x H
  b_1: 1 x H
  v: H x 1
  \lambda: scalar
model:
  Z_1: X W_1 + b_1
  A: \max(0, Z_1)
  y: A v
  L: \frac{1}{N} \|y - t\|^2 + \lambda \|v\|^2
loss: L
parts:
  - {id: a, ask: '\frac{\partial L}{\partial W_1}', points: 2, prompt: 'Go through the ReLU, back to $W_1$.'}
  - {id: b, ask: '\frac{\partial L}{\partial v}', points: 2, prompt: 'An H x 1 column, like v.'}
---

# A ReLU network

The rows of $X$ go through a ReLU, $A = \max(0, Z_1)$. At its kink take zero for the derivative. The loss is
$L = \frac{1}{N} \|y - t\|^2 + \lambda \|v\|^2$.
"""


def exercise(text: str = NETWORK) -> ExerciseDocument:
    return exercise_from_text(text, "own.md")


def all_results(rule: Rule, text: str = NETWORK) -> set[str]:
    """What a rule makes of an exercise, over some numbers: the lines that it changes, as they are then."""
    document = exercise(text)
    draft = draft_of(document)
    return {changed_lines(draft, rule(draft, document, Choices("a test", number))) for number in range(40)}


def changed_lines(before: Draft, after: Draft) -> str:
    old, new = (document_of(draft).splitlines() for draft in (before, after))
    lines = difflib.unified_diff(old, new, lineterm="", n=0)
    return "\n".join(line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++"))


def test_a_draft_is_the_exercise_again() -> None:
    again = exercise(document_of(draft_of(exercise())))
    assert [part.ask for part in again.parts] == [part.ask for part in exercise().parts]
    assert again.document.setting.title == "A ReLU network"
    assert document_of(draft_of(again)) == document_of(draft_of(exercise()))


def test_an_edit_keeps_a_command_apart_from_a_letter() -> None:
    assert edited("WX + W_1", [(0, 1, r"\Theta"), (5, 6, r"\Phi")]) == r"\Theta X + \Phi_1"


# ── activation ──


def test_another_activation_stands_in_formulas_and_in_words() -> None:
    results = all_results(vary_activation)
    assert len(results) == 4
    assert (
        "title: A tanh network\nA: \\tanh(Z_1)\nprompt: Go through the tanh, back to $W_1$.\n# A tanh network\n"
        "The rows of $X$ go through a tanh, $A = \\tanh(Z_1)$. The loss is"
    ) in results


def test_a_kink_is_spoken_of_where_there_is_one() -> None:
    smooth = (
        NETWORK.replace("ReLU", "tanh")
        .replace(r"\max(0, Z_1)", r"\tanh(Z_1)")
        .replace(" At its kink take zero for the derivative.", "")
    )
    rectified = [result for result in all_results(vary_activation, smooth) if r"\max(0, Z_1)" in result]
    assert [result.splitlines()[-1] for result in rectified] == [
        "At the kink of the ReLU take zero for its derivative."
    ]


def test_a_probability_keeps_its_sigmoid() -> None:
    text = NETWORK.replace("y: A v", r"y: \sigma(A v)").replace(r"\|y - t\|^2", r"\sum_{i=1}^N t_i \log y_i")
    assert all(r"y: " not in result for result in all_results(vary_activation, text))


def test_a_function_of_which_there_are_two_kinds_stays_where_words_speak_of_it() -> None:
    text = (
        NETWORK.replace("ReLU", "sigmoid").replace(r"\max(0, Z_1)", r"\sigma(Z_1)").replace("y: A v", r"y: \sigma(A v)")
    )
    text = text.replace(r"\|y - t\|^2", r"\sum_{i=1}^N t_i \log y_i")
    assert all_results(vary_activation, text) == {""}


# ── loss and scaling ──


def test_constants_of_a_loss_change_in_the_setting_and_in_the_text() -> None:
    losses = {result.splitlines()[0] for result in all_results(vary_loss)}
    assert losses == {
        r"L: \frac{1}{2 N} \|y - t\|^2 + \lambda \|v\|^2",
        r"L: \|y - t\|^2 + \lambda \|v\|^2",
        r"L: \frac{1}{N} \|y - t\|^2 + \frac{\lambda}{2} \|v\|^2",
    }
    assert all(result.splitlines()[1].startswith("$L = ") for result in all_results(vary_loss))


def test_a_mean_that_is_spoken_of_becomes_a_sum_only_in_words_that_are_known() -> None:
    told = NETWORK.replace("The loss is\n", "The loss is, on average over the rows,\n")
    assert not any(result.startswith(r"L: \|y") for result in all_results(vary_loss, told))
    spoken = NETWORK.replace("The loss is\n", "The loss is the mean squared error,\n")
    sums = [result for result in all_results(vary_loss, spoken) if result.startswith(r"L: \|y")]
    assert ["the total squared error" in result for result in sums] == [True]


def test_a_policy_for_means_keeps_the_mean() -> None:
    text = NETWORK.replace("parts:", "policy: {mistake: {missing-mean: half, default: none}}\nparts:")
    assert not any(result.startswith(r"L: \|y") for result in all_results(vary_loss, text))


def test_a_formula_that_the_text_tells_in_another_way_stays() -> None:
    text = NETWORK.replace(r"$L = \frac{1}{N} \|y - t\|^2", r"$L = \frac{1}{N} \sum_{i=1}^N (y_i - t_i)^2")
    assert all_results(vary_loss, text) == {""}


def test_a_factor_is_put_or_changed_where_the_text_tells_it() -> None:
    put = {result.splitlines()[0] for result in all_results(vary_scaling)}
    assert put == {rf"A: {factor} \max(0, Z_1)" for factor in (2, 3, 4, 5)}
    changed = all_results(vary_scaling, NETWORK.replace(r"\max(0, Z_1)", r"3 \max(0, Z_1)"))
    assert {result.splitlines()[0] for result in changed} == {rf"A: {factor} \max(0, Z_1)" for factor in (2, 4, 5)}
    assert all_results(vary_scaling, NETWORK.replace(r", $A = \max(0, Z_1)$", "")) == {""}


# ── names, sizes, marks, orientation ──


def test_letters_change_everywhere_and_alike() -> None:
    document = exercise()
    for number in range(20):
        changed = document_of(vary_names(draft_of(document), document, Choices("a test", number)))
        again = exercise(changed)
        (weights, _), (column, _) = again.document.setting.symbols[2], again.document.setting.symbols[4]
        assert (
            again.parts[0].ask == rf"\frac{{\partial {again.document.setting.loss.value}}}{{\partial {weights.value}}}"
        )
        assert again.parts[0].prompt == f"Go through the ReLU, back to ${weights.value}$."
        rows = list(again.document.setting.dims)[2]
        article = "An" if rows in "FHM" else "A"
        like = f"${column.value}$" if column.value != "v" else "v"
        assert again.parts[1].prompt in (
            f"{article} {rows} x 1 column, like {like}.",
            f"An {rows} x 1 column, like {like}.",
        )


def test_a_word_below_a_name_stays() -> None:
    text = NETWORK.replace("Z_1", "Z_{new}")
    assert all("_{new} = " in result or "_{new}: " in result for result in all_results(vary_names, text))


def test_code_and_addresses_stay() -> None:
    kept = "`W_1 = v @ X`, see [here](http://a.b/v/X)."
    document = exercise(f"{NETWORK}\n{kept}\n")
    assert kept in document_of(vary_names(draft_of(document), document, Choices("a test", 3)))


def test_sizes_keep_apart_what_a_mistake_would_confuse() -> None:
    document = exercise()
    for number in range(40):
        setting = exercise(
            document_of(vary_sizes(draft_of(document), document, Choices("a test", number)))
        ).document.setting
        sizes = {name: size for name, (size, _) in setting.dims.items()}
        assert len(set(sizes.values())) == 3
        assert sizes["N"] not in (1, 2, 4)
        assert sizes != {"N": 3, "D": 2, "H": 4}


def test_marks_of_three_authors() -> None:
    assert all_results(vary_marks) == {
        "",
        "A: \\text{ReLU}(Z_1)\nThe rows of $X$ go through a ReLU, $A = \\text{ReLU}(Z_1)$. At its kink take zero for "
        "the derivative. The loss is\n\nWrite $^{\\top}$ for a transpose.",
        "\nWrite $\\circ$ for a product entry by entry and $^{\\mathsf{T}}$ for a transpose.",
    }


def test_numbers_of_layers_stand_below_or_above() -> None:
    text = (
        NETWORK.replace("A v", "A v").replace("A: ", "A_1: ").replace("y: A v", "y: A_1 v").replace("$A = ", "$A_1 = ")
    )
    weights = {result.splitlines()[0] for result in all_results(vary_layers, text) if result}
    assert weights == {"W^{(1)}: D x H", "W^{[1]}: D x H"}


def test_rows_become_columns_in_formulas_declarations_and_words() -> None:
    assert all_results(vary_orientation, NETWORK.replace("An H x 1 column, like v.", "A column of $X$.")) == {
        "",
        "X: D x N\nt: 1 x N\nW_1: H x D\nb_1: H x 1\nZ_1: W_1 X + b_1\ny: v^T A\n"
        "prompt: A row of $X$.\nThe columns of $X$ go through a ReLU, $A = \\max(0, Z_1)$. "
        "At its kink take zero for the derivative. The loss is",
    }


@pytest.mark.parametrize(
    "words",
    [
        "Write the Jacobian.",
        "The weights stand in front of their inputs.",
        "Rows of $v$ are numbers.",
        "It is a D x H matrix.",
        "It has $D \\times H$ entries.",
        r"Let $W_1 \in \mathbb{R}^{D \times H}$.",
    ],
)
def test_what_is_said_of_rows_and_would_be_wrong_keeps_them(words: str) -> None:
    text = NETWORK.replace("An H x 1 column, like v.", "A column of $X$.")
    assert len(all_results(vary_orientation, text)) == 2
    assert all_results(vary_orientation, f"{text}\n{words}\n") == {""}


@pytest.mark.parametrize("ones, turned", [(r"\mathbf{1}", r"\mathbf{1}^T"), (r"\mathbf{1}_N", r"\mathbf{1}_N^T")])
def test_a_column_of_ones_is_a_row_where_examples_are_columns(ones: str, turned: str) -> None:
    text = NETWORK.replace("y: A v", rf"y: A v + \lambda {ones}").replace("An H x 1 column, like v.", "Go on.")
    assert rf"y: v^T A + \lambda {turned}" in "\n".join(all_results(vary_orientation, text))


def test_softmax_of_rows_keeps_its_rows() -> None:
    text = NETWORK.replace("A: \\max(0, Z_1)", "A: \\text{softmax}(Z_1)").replace("$A = \\max(0, Z_1)$", "$A$")
    assert all_results(vary_orientation, text) == {""}
