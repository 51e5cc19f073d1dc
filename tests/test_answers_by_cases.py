"""Answers given case by case: for some indices each, under conditions before, in or behind a display, or by a name."""

import pytest
from classroom import ENTRIES, SCORES, exercise, marked, result, said, statuses

BATCH = r"""dims: {N: 5, D: 2, C: 3}
symbols: {X: N x D, W: D x C, b: 1 x C, y: labels N of C}
model:
  S: X W + b
  P: softmax(S)
  L: -\frac{1}{N}\sum_{i=1}^N \log P_{i,y_i}
loss: L
"""
HOT = r"""dims: {D: 2, K: 4}
symbols: {x: D x 1, V: K x D, t: one-hot K x 1}
model:
  z: V x
  q_k: \frac{e^{z_k}}{\sum_l e^{z_l}}
  E: -\sum_k t_k \log q_k
loss: E
"""
HINGE = r"""dims: {d: 2, K: 4}
symbols: {a: d x 1, U: K x d, c: label of K, m: positive scalar}
model:
  f: U a
  J: \sum_{k \neq c} \max(0, f_k - f_c + m)
loss: J
"""

OF_BATCH = exercise(
    BATCH,
    (r"- {id: a, ask: '\frac{\partial L}{\partial S}', points: 4}", r"- {id: b, ask: '\nabla_W L', points: 6}"),
)
OF_WEIGHTS = exercise(BATCH, (r"- {id: b, ask: '\nabla_W L', points: 6}",))
OF_HOT = exercise(HOT, (r"- {id: a, ask: '\frac{\partial E}{\partial z}', points: 4}",))
OF_HINGE = exercise(
    HINGE,
    (r"- {id: f, ask: '\frac{\partial J}{\partial f}', points: 4}", r"- {id: U, ask: '\nabla_U J', points: 4}"),
)

S = r"\frac{\partial L}{\partial S_{ij}}"
OTHERS, CORRECT = r"\frac1N P_{ij}", r"\frac1N (P_{ij} - 1)"
AT_LABEL = r"$$\frac{\partial L}{\partial S_{i,y_i}} = \frac1N (P_{i,y_i} - 1)$$"

RIGHT = {
    "an entry at the label": rf"$${S} = {OTHERS}, \qquad j \neq y_i$$ {AT_LABEL}",
    "for all others": rf"{AT_LABEL} $${S} = {OTHERS} \quad \forall j \ne y_i$$",
    "conditions in words": rf"$${S} = {OTHERS} \text{{ if }} j \neq y_i$$ $${S} = {CORRECT} \text{{ for }} j = y_i$$",
    "brackets in one line": rf"$${S} = {OTHERS} \quad (j \neq y_i), \qquad {S} = {CORRECT} \quad (j = y_i)$$",
    "other letters": r"$$\nabla_{S_{nk}} L = P_{nk} / N \quad (k \neq y_n)$$"
    r"$$\nabla_{S_{n,y_n}} L = (P_{n,y_n} - 1) / N$$",
    "turned": r"$$(\nabla_S L)^T_{ji} = P_{ij} / N, \quad j \neq y_i$$"
    r"$$(\nabla_S L)^T_{y_i,i} = (P_{i,y_i} - 1) / N$$",
    "otherwise": rf"If $j = y_i$, then $${S} = {CORRECT}$$ and otherwise $${S} = {OTHERS}$$",
    "before the display": f"If $j = y_i$,\n$${S} = {CORRECT}$$\nFor $j \\neq y_i$:\n$${S} = {OTHERS}$$",
    "behind the display": f"$${S} = {OTHERS}$$\nfor $j \\neq y_i$, and\n$${S} = {CORRECT}$$\nif $j = y_i$.",
    "where": f"Where $j \\neq y_i$ we have $${S} = {OTHERS}.$$ {AT_LABEL}",
    "in the text": rf"- If $j = y_i$: ${S} = {CORRECT}$" + "\n" + rf"- If $j \neq y_i$: ${S} = {OTHERS}$",
    "rows that exclude each other": rf"\begin{{align}} {S} &= {OTHERS} & \text{{if }} j \neq y_i \\ &= {CORRECT}"
    r" & \text{if } j = y_i \end{align}",
    "a case twice": rf"$${S} = {OTHERS}, \quad j \neq y_i$$ {AT_LABEL} $${S} = {CORRECT}, \quad j = y_i$$",
    "by the name of the derivative": rf"$$dS_{{ij}} = {OTHERS} \quad (j \neq y_i)$$"
    r"$$dS_{i,y_i} = \frac1N (P_{i,y_i} - 1)$$",
    "by any name": rf"$$G_{{ij}} = {OTHERS}, \quad j \neq y_i$$ $$G_{{ij}} = {CORRECT}, \quad j = y_i$$",
    "one case said by the others": rf"$$G_{{ij}} = {OTHERS}, \quad j \neq y_i$$"
    r"$$G_{i,y_i} = -\sum_{j \neq y_i} G_{ij}$$ $$\nabla_S L = G$$",
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_cases_that_are_proved_and_all_are_right(text):
    assert said(OF_BATCH, text, "a") == ("right", "Right.")
    assert result(OF_BATCH, f"{text}\n\n$$\\nabla_W L = X^T \\nabla_S L$$", "b").status == "right"


def test_the_cases_stand_beside_each_other_in_the_marks():
    found = result(OF_BATCH, RIGHT["an entry at the label"], "a")
    assert (found.answer, found.points) == (r"\frac1N P_{ij},\quad \frac1N (P_{i,y_i} - 1)", 4)


ZEROS_AND_ONES = [
    (r"\text{if } t_k = 0", r"\text{if } t_k = 1"),
    (r"\text{where } t_k = 0", r"\text{where } t_k = 1"),
    ("t_k = 0", "t_k = 1"),
    (r"t_k \neq 1", "t_k = 1"),
]


@pytest.mark.parametrize("zero, one", ZEROS_AND_ONES)
def test_zeros_and_ones_make_the_cases(zero, one):
    by = r"\frac{\partial E}{\partial z_k}"
    text = rf"$${by} = q_k, \quad {zero}$$ $${by} = q_k - 1, \quad {one}$$"
    assert said(OF_HOT, text, "a") == ("right", "Right.")
    assert said(OF_HOT, text.replace("- 1", "+ 1"), "a")[0] == "wrong"


def test_zeros_and_ones_behind_a_display():
    by = r"\frac{\partial E}{\partial z_k}"
    text = f"$${by} = q_k$$\nwhere $t_k = 0$, and\n$${by} = q_k - 1$$\nwhere $t_k = 1$."
    assert said(OF_HOT, text, "a") == ("right", "Right.")


MARGIN = r"\mathbb{1}(f_k - f_c + m > 0)"
IN_F = rf"$$\frac{{\partial J}}{{\partial f_k}} = {MARGIN} \quad (k \neq c)$$"
IN_C = rf"$$\frac{{\partial J}}{{\partial f_c}} = -\sum_{{k \neq c}} {MARGIN}$$"
IN_ROWS = (
    rf"$$\nabla_{{U_{{k,:}}}} J = {MARGIN} a^T, \quad k \neq c$$"
    rf"$$\nabla_{{U_{{c,:}}}} J = -\sum_{{k \neq c}} {MARGIN} a^T$$"
)


def test_rows_are_cases_too():
    assert statuses(OF_HINGE, f"{IN_F} {IN_C} {IN_ROWS}") == "right right"


def test_the_general_entry_of_a_jacobian():
    first = r"$$\frac{\partial p_k}{\partial s_k} = p_k (1 - p_k)$$"
    assert (
        said(
            exercise(SCORES, ENTRIES),
            rf"{first} $$\frac{{\partial p_k}}{{\partial s_l}} = -p_k p_l, \quad k \neq l$$",
            "J",
        )[0]
        == "right"
    )
    assert said(exercise(SCORES, ENTRIES), first, "J")[0] == "review"


# ── the class in words ──

CLASSES = {
    "before": f"For the correct class\n$${S} = {CORRECT}$$\nand for the other classes\n$${S} = {OTHERS}$$",
    "behind": f"$${S} = {CORRECT}$$\nfor the true class, and\n$${S} = {OTHERS}$$\nfor all wrong classes.\n\nSo:",
    "items": f"- for the right label: ${S} = {CORRECT}$\n- for every other class: ${S} = {OTHERS}$",
    "otherwise": f"For the target class, $${S} = {CORRECT},$$ otherwise $${S} = {OTHERS}$$",
}


@pytest.mark.parametrize("text", CLASSES.values(), ids=CLASSES)
def test_a_class_in_words_is_a_condition(text):
    assert said(OF_BATCH, text, "a") == ("right", "Right.")


def test_a_class_in_words_is_one_of_the_sentence_only():
    text = f"For the correct class this is simple. $${S} = {CORRECT}$$ For the other classes, $${S} = {OTHERS}$$"
    assert said(OF_BATCH, text, "a")[0] == "wrong"


Z = r"\frac{\partial E}{\partial z_k}"
AT_C = Z.replace("k", "c")
LETTERS = {
    "let": f"Let $c$ be the correct class, $t_c = 1$. $${AT_C} = q_c - 1$$ $${Z} = q_k \\quad (k \\neq c)$$",
    "the class": f"For the true class $c$ we have $${AT_C} = q_c - 1,$$ and if $k \\neq c$, $${Z} = q_k.$$",
    "where": f"$${Z} = q_k, \\quad k \\neq c$$ $${AT_C} = q_c - 1$$ where $c$ is the index of the right class.",
    "for each": f"For the correct class $k$, $${Z} = q_k - 1,$$ and for the other classes $k$, $${Z} = q_k.$$",
}


@pytest.mark.parametrize("text", LETTERS.values(), ids=LETTERS)
def test_a_letter_that_the_text_gives_to_the_correct_class(text):
    assert said(OF_HOT, text, "a") == ("right", "Right.")


def test_a_letter_of_the_correct_class_is_not_any_index():
    text = f"Let $k$ be the correct class. $${Z} = q_k - 1$$"
    message = r"Only one entry is given, in line 1; what is asked is $\frac{\partial E}{\partial z}$."
    assert said(OF_HOT, text, "a") == ("review", message)


UNNAMED = f"$${Z} = q_k, \\quad k \\neq c$$ $${AT_C} = q_c - 1, \\quad \\text{{where }} t_c = 1$$"
NOBODY = (
    "What stands in line 1, column 35 could not be read: Nothing says what c is, which stands in the condition only."
)


def test_a_letter_that_only_a_condition_has_is_for_a_person():
    assert said(OF_HOT, UNNAMED, "a") == ("review", NOBODY)
    assert said(OF_HOT, UNNAMED.replace("q_k,", "2 q_k,"), "a") == ("review", NOBODY)
    assert said(OF_HOT, UNNAMED.replace("q_c - 1", "q_c + 1"), "a")[0] == "wrong"


def test_what_holds_whatever_such_a_letter_is_needs_no_person():
    text = f"$${Z} = q_k - t_k, \\quad k \\neq c$$ $${AT_C} = q_c - t_c$$"
    assert said(OF_HOT, text, "a") == ("right", "Right.")


# ── what is not all, or not right ──

SOME = "This is said for some indices only; whether that is all that is asked is for a person."
INCOMPLETE = {
    "one case": rf"$${S} = {OTHERS}, \qquad j \neq y_i$$",
    "the same case twice": rf"$${S} = {OTHERS}, \quad j \neq y_i$$ $${S} = P_{{ij}} / N, \quad j \neq y_i$$",
    "one example": rf"$${S} = {OTHERS}, \quad j \neq y_i$$"
    r"$$\frac{\partial L}{\partial S_{1,y_1}} = \frac1N (P_{1,y_1} - 1)$$",
}  # fmt: skip


@pytest.mark.parametrize("text", INCOMPLETE.values(), ids=INCOMPLETE)
def test_what_is_not_all_is_for_a_person(text):
    assert said(OF_BATCH, text, "a") == ("review", SOME)


def test_a_condition_that_never_holds_makes_no_case():
    text = rf"$${S} = {OTHERS}, \qquad j \neq y_i$$ $${S} = {CORRECT}, \quad j \neq j$$"
    assert said(OF_BATCH, text, "a")[0] == "review"


def test_a_case_that_is_said_by_the_others_is_for_a_person():
    others = r"-\sum_{j \neq y_i} \frac{\partial L}{\partial S_{ij}}"
    text = rf"$${S} = {OTHERS}, \quad j \neq y_i$$ $$\frac{{\partial L}}{{\partial S_{{i,y_i}}}} = {others}$$"
    message = "What is said in line 1 may follow from the other cases, which is for a person."
    assert said(OF_BATCH, text, "a") == ("review", message)
    assert said(OF_BATCH, text.replace("-", ""), "a")[0] == "wrong"


WRONG = {
    "a sign": (AT_LABEL.replace("-", "+"), ["wrong-sign"]),
    "the mean": (AT_LABEL.replace(r"\frac1N", ""), ["missing-mean"]),
    "exchanged": (rf"$${S} = {CORRECT}, \quad j \neq y_i$$ $${S} = {OTHERS}, \quad j = y_i$$", None),
    "a case that overlaps": (rf"{AT_LABEL} $${S} = {CORRECT}, \quad i = 1$$", None),
    "a wrong one last": (rf"{AT_LABEL} $${S} = 2 P_{{ij}}, \quad j = y_i$$", None),
    "for all": (rf"{AT_LABEL} $${S} = {OTHERS}$$", None),
}


@pytest.mark.parametrize("text, codes", WRONG.values(), ids=WRONG)
def test_one_wrong_case_makes_the_answer_wrong(text, codes):
    found = result(OF_BATCH, rf"$${S} = {OTHERS}, \qquad j \neq y_i$$ {text}", "a")
    assert (found.status, found.points) == ("wrong", 0)
    assert codes is None or [one.code for one in found.diagnosis] == codes


def test_both_cases_may_be_wrong_and_each_is_named():
    text = rf"$${S} = P_{{ij}}, \quad j \neq y_i$$ {AT_LABEL.replace('-', '+')}"
    found = result(OF_BATCH, text, "a")
    assert [one.code for one in found.diagnosis] == ["missing-mean", "wrong-sign"]
    assert found.where == "1:38"


def test_a_case_given_again_counts_the_last_time():
    text = rf"$${S} = P_{{ij}}, \quad j \neq y_i$$ {AT_LABEL} $${S} = {OTHERS}, \quad j \neq y_i$$"
    told = "Right. Another answer (line 1, column 38) contradicts this one; the last one counts."
    assert said(OF_BATCH, text, "a") == ("right", told)


def test_cases_after_a_wrong_general_answer_count_and_before_one_do_not():
    general, cases = rf"$${S} = P_{{ij}}$$", RIGHT["an entry at the label"]
    assert said(OF_BATCH, f"{general} {cases}", "a")[0] == "right"
    assert said(OF_BATCH, f"{cases} {general}", "a")[0] == "wrong"


def test_a_wrong_case_beside_a_right_general_answer_is_told():
    general = r"$$\frac{\partial L}{\partial S_{ij}} = \frac1N (P_{ij} - \mathbb{1}(j = y_i))$$"
    text = rf"$${S} = P_{{ij}}, \quad j \neq y_i$$ {general}"
    status, message = said(OF_BATCH, text, "a")
    assert (status, message.endswith("contradicts this one; the last one counts.")) == ("right", True)


MISTAKES = {
    "mask-of-wrong-quantity": (IN_F + IN_C).replace(MARGIN, r"\mathbb{1}(f_k > 0)"),
    "wrong-sign": IN_F + IN_C.replace(r"-\sum", r"\sum"),
}


@pytest.mark.parametrize("code, text", MISTAKES.items(), ids=MISTAKES)
def test_mistakes_in_cases_are_named(code, text):
    found = result(OF_HINGE, text, "f")
    assert (found.status, [one.code for one in found.diagnosis]) == ("wrong", [code])


def test_an_index_that_runs_out_of_its_range_is_named():
    text = rf"$$\nabla_{{U_{{kj}}}} J = {MARGIN} a_k, \quad k \neq c$$"
    assert [one.code for one in result(OF_HINGE, text, "U").diagnosis] == ["wrong-index"]


# ── what follows from cases ──


def test_a_slip_in_a_case_is_followed():
    slip = rf"$${S} = {OTHERS}, \quad j \neq y_i$$ {AT_LABEL.replace('-', '+')}"
    entry = r"\frac{\partial L}{\partial W_{dj}}"
    text = rf"{slip} $${entry} = \frac1N \sum_i X_{{id}} (P_{{ij}} + \mathbb{{1}}(j = y_i))$$"
    found = result(OF_BATCH, text, "b")
    assert (found.status, found.points, found.follows_from) == ("partial", 3, (2, 1))


def test_two_slips_in_two_cases_are_followed_together():
    slips = rf"$${S} = P_{{ij}}, \quad j \neq y_i$$ $${S} = P_{{ij}} - 1, \quad j = y_i$$"
    entry = r"\frac{\partial L}{\partial W_{dj}}"
    text = rf"{slips} $${entry} = \sum_i X_{{id}} (P_{{ij}} - \mathbb{{1}}(j = y_i))$$"
    found = result(OF_BATCH, text, "b")
    assert (found.status, found.follows_from) == ("partial", (2, 1))


def test_a_derivative_is_worked_out_by_all_its_cases_and_not_by_one():
    then = r"$$\nabla_W L = X^T \nabla_S L$$"
    assert statuses(OF_WEIGHTS, RIGHT["an entry at the label"] + then) == "right"
    assert statuses(OF_WEIGHTS, AT_LABEL + then) == "review"
    assert statuses(OF_WEIGHTS, rf"$${S} = {OTHERS}, \quad j \neq y_i$$ {then}") == "review"


def test_a_name_that_is_not_known_everywhere_is_for_a_person():
    text = rf"$$G_{{ij}} = {OTHERS}, \quad j \neq y_i$$ $$\nabla_S L = G$$ $$\nabla_W L = X^T G$$"
    message = (
        "What stands in line 1, column 60 could not be read: Nothing says what all entries of G are; write all cases."
    )
    assert said(OF_BATCH, text, "a") == ("review", message)
    assert statuses(OF_BATCH, text) == "review review"


def test_entries_of_a_name_that_are_known_are_not_defined_again():
    text = rf"$$G_{{ij}} = {OTHERS}, \quad j \neq y_i$$ $$G_{{i,y_i}} = 1$$ $$G_{{i,y_i}} = \frac1N (P_{{i,y_i}} - 1)$$"
    steps = marked(OF_BATCH, text).result.steps
    assert [step.verdict for step in steps] == ["definition", "definition", "refuted"]
    assert steps[1].message == "G is introduced for these indices, too."
    assert (steps[2].counterexample.lhs, steps[2].counterexample.at["i"]) == ("1", "1")


def test_a_range_along_another_dimension_is_a_case():
    formula = r"\frac1N (P_{ij} - \mathbb{1}(j = y_i) \mathbb{1}(j \leq 2))"
    assert said(OF_BATCH, rf"$${S} = {formula}, \quad j = 1, \dots, D$$", "a")[0] in ("review", "wrong")
    assert said(OF_BATCH, rf"$${S} = {OTHERS} - \frac1N \delta_{{j,y_i}}, \quad j = 1, \dots, C$$", "a")[0] == "right"
