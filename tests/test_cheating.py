"""A submission that tries to cheat gets what it deserves, and is told so."""

import pytest
from classroom import NEURON, SCALARS, SOFTMAX, TWO, WEIGHTS, exercise, marked, said, statuses

OF = exercise(SOFTMAX, WEIGHTS)
RIGHT = r"$$\frac{\partial L}{\partial W} = \frac{1}{N} X^T (P - Y)$$"
ITSELF = "This is true, but it says what is asked by what is asked itself."

EMPTY_ANSWERS = [
    (r"$$\frac{\partial L}{\partial W} = \frac{\partial L}{\partial W}$$", ITSELF),
    (r"$$\frac{\partial L}{\partial W} = \nabla_W L$$", ITSELF),
    (r"$$G := \frac{\partial L}{\partial W}$$ $$\frac{\partial L}{\partial W} = G$$", ITSELF),
    (r"$$G_{ij} := \frac{\partial L}{\partial W_{ij}}$$ $$\frac{\partial L}{\partial W} = G$$", ITSELF),
    (r"$$A := \frac{\partial L}{\partial W}$$ $$B = A + 0 A$$ $$\frac{\partial L}{\partial W} = B$$", ITSELF),
    (r"$$\frac{\partial L}{\partial W} = \left(\frac{\partial L}{\partial W} - X^T P\right) + X^T P$$", ITSELF),
    (r"$$\frac{\partial L}{\partial W} = G$$", "The answer is the name $G$, which nothing in the submission defines."),
    (
        r"$$\frac{\partial L}{\partial W} = \frac12 \frac{\partial (2 L)}{\partial W}$$",
        r"This is true, but $\frac{\partial \left(2 L\right)}{\partial W}$ is left in it, which no other part asks for "
        "and nothing in the submission works out.",
    ),
]


@pytest.mark.parametrize("text, message", EMPTY_ANSWERS)
def test_an_answer_that_says_nothing_earns_nothing(text, message):
    assert said(OF, text, "b") == ("wrong", message)


def test_a_function_that_hides_the_derivative_earns_nothing():
    text = r"$$g(M) := \frac{\partial L}{\partial M}$$ $$\frac{\partial L}{\partial W} = g(W)$$"
    assert marked(OF, text).points == 0


def test_a_declared_name_without_a_value_earns_nothing():
    text = r"Let $G \in \mathbb{R}^{D \times C}$. $$\frac{\partial L}{\partial W} = G$$"
    assert marked(OF, text).points == 0


@pytest.mark.parametrize(
    "text",
    [
        r"$$L = 0$$ $$\frac{\partial L}{\partial W} = 0$$",
        r"$$L := \operatorname{tr}(W)$$ $$\frac{\partial L}{\partial W} = \mathbf{1}\mathbf{1}^T$$",
        r"$$P := Y$$ $$\frac{\partial L}{\partial W} = 0$$",
        r"$$N = 1$$ $$\frac{\partial L}{\partial W} = X^T (P - Y)$$",
        r"$$X = 0$$ $$\frac{\partial L}{\partial W} = X$$",
    ],
)
def test_the_model_is_not_redefined(text):
    assert marked(OF, text).points == 0


IGNORED = "It has a setting of its own, which belongs to the exercise and is not followed: "
SETTINGS = [
    ("layout: numerator", "layout in line 2."),
    ("kink: 1", "kink in line 2."),
    ("loss: S", "loss in line 2."),
    ("allow: [broadcast]", "allow in line 2."),
    ("dims: {N: 1, D: 1}", "dims in line 2."),
    ("model: {L: W}", "model in line 2."),
    ("symbols: {G: D x C}", "symbols in line 2."),
    (r"notation: {G: '\frac{\partial L}{\partial W}'}", "notation in line 2."),
    ("expect: {a: proved}\nvectors: row", "expect in line 2, vectors in line 3."),
    ("parts: []\npolicy: {form: full}", "parts in line 2, policy in line 3."),
]


@pytest.mark.parametrize("lines, ignored", SETTINGS)
def test_a_setting_of_its_own_is_not_followed(lines, ignored):
    text = r"$$\frac{\partial L}{\partial W} = G$$"
    found = marked(OF, f"---\n{lines}\n---\n{text}\n")
    assert (found.points, found.problem, found.needs_review) == (0, IGNORED + ignored, True)
    assert found.parts[0].message == "The answer is the name $G$, which nothing in the submission defines."


def test_a_copy_of_the_exercise_is_no_setting_of_its_own():
    found = marked(OF, f"{OF.document.source.text}\n{RIGHT}\n")
    assert (found.points, found.problem) == (6, None)
    found = marked(OF, f"---\ntitle: Ada\nsource: homework 3\nlayout: gradient\nallow: []\n---\n{RIGHT}\n")
    assert (found.points, found.problem) == (6, None)


def test_what_other_programs_keep_at_the_head_of_a_note_is_no_setting():
    head = "title: Ada\nauthor: Ada L.\ntags: [homework, ml]\nformat: {html: {toc: true}}\ndate: 2026-01-02"
    found = marked(OF, f"---\n{head}\n---\n{RIGHT}\n")
    assert (found.points, found.problem) == (6, None)
    found = marked(OF, f"---\n{head}\nlayout: numerator\n---\n{RIGHT}\n")
    assert found.problem == f"{IGNORED}layout in line 7."


def test_a_setting_that_cannot_be_read_is_not_followed():
    found = marked(OF, f"---\nlayout: [\n---\n{RIGHT}\n")
    assert found.points == 6
    assert found.problem is not None
    assert found.problem.startswith("Its own setting could not be read and is not followed (line 3: invalid YAML: ")


HIDDEN = [
    ("white text in line 1", r"$$\color{white} \frac{\partial L}{\partial W} = \frac{1}{N} X^T (P - Y)$$"),
    ("white text in line 1", rf'<span style="color: #ffffff">{RIGHT}</span>'),
    ("text that is not shown in line 2", f'\n<div style="display:none">\n\n{RIGHT}\n\n</div>'),
    ("white text in line 1", rf"\colorlet{{paper}}{{white}} {RIGHT}"),
    ("text without size in line 1", rf"\scalebox{{0}}{{}} {RIGHT}"),
    ("text without size in line 1", rf'<span style="font-size:0px">{RIGHT}</span>'),
]


@pytest.mark.parametrize("what, text", HIDDEN)
def test_a_person_looks_at_hidden_text(what, text):
    found = marked(OF, text)
    assert found.problem == f"There is {what}; what a reader does not see should not count."
    assert found.needs_review


@pytest.mark.parametrize(
    "text",
    [
        rf"<!-- {RIGHT} -->",
        r"$$\phantom{\frac{\partial L}{\partial W} = \frac{1}{N} X^T (P - Y)} 0 = 0$$",
        "$$0 = 0$$ $$1 = 1$$",
    ],
)
def test_what_nobody_sees_and_what_says_nothing_is_no_answer(text):
    assert [part.status for part in marked(OF, text).parts] == ["missing"]


def test_what_a_switch_hides_is_no_answer():
    text = rf"\documentclass{{article}}\begin{{document}}\iffalse {RIGHT} \fi\end{{document}}"
    assert marked(OF, text, ".tex").parts[0].status == "missing"


def test_a_conditional_answer_is_no_answer():
    text = r"$$\frac{\partial E}{\partial w} = 0 \quad \text{if } x = 0$$"
    message = "This is said under a condition only; what is asked is the answer for every value."
    assert said(exercise(NEURON, SCALARS), text, "w") == ("wrong", message)


def test_what_is_only_approximately_so_is_for_a_person_at_best():
    right, wrong = RIGHT.replace("=", r"\approx"), RIGHT.replace("=", r"\approx").replace("P - Y", "P + Y")
    message = "This is only said to be approximately so; what is asked is an equality."
    assert said(OF, right, "b") == ("review", message)
    assert said(OF, wrong, "b")[0] == "wrong"


def test_of_two_answers_the_last_counts():
    other = RIGHT.replace("P - Y", "P + Y")
    told = "Another answer (line 1, column 33) contradicts this one; the last one counts."
    assert said(OF, f"{other}\n{RIGHT}", "b") == ("right", f"Right. {told}")
    status, message = said(OF, f"{RIGHT}\n{other}", "b")
    assert status == "wrong"
    assert message.endswith(told)


def test_of_many_answers_a_person_says_which_is_meant():
    others = "\n".join(RIGHT.replace("P - Y", formula) for formula in ("P + Y", "P", "Y - P"))
    status, message = said(OF, f"{others}\n{RIGHT}", "b")
    assert (status, message) == (
        "review",
        "There are other answers that differ from this one (line 1, column 33; line 2, column 33; line 3, column 33); "
        "which one is meant?",
    )


def test_one_endless_line_is_not_read():
    found = marked(exercise(SOFTMAX, TWO), "$$x = " + "x + " * 1_200_000 + "x$$")
    message = (
        "What stands in line 1, column 5 could not be read: "
        "This formula has 4,800,005 characters; at most 20,000 are read."
    )
    assert [(part.status, part.message) for part in found.parts] == [("review", message)] * 2


DOUBTFUL = [
    (
        r"\text{ is wrong, it is } X^T",
        "What stands in line 1, column 59 could not be read: The words “is wrong, it is” may change the value of the "
        "formula; write what they say as a formula.",
    ),
    ("; X^T P; X^T Y", "Another formula stands behind this; which of them is meant is for a person."),
]


@pytest.mark.parametrize("words", ["or", "plus another"])
def test_words_before_another_formula_are_for_a_person(words):
    assert said(OF, rf"{RIGHT[:-2]} \text{{ {words} }} X^T P$$", "b")[0] == "review"


@pytest.mark.parametrize("behind, message", DOUBTFUL)
def test_what_is_taken_back_beside_an_answer_is_for_a_person(behind, message):
    assert said(OF, f"{RIGHT[:-2]} {behind}$$", "b") == ("review", message)


@pytest.mark.parametrize(
    "behind",
    [r"\text{ (shape } D \times C)", r";\quad \text{done}", r"\text{ or so}", r"; \quad C = C", r"\; . \tag{1}"],
)
def test_a_remark_beside_an_answer_takes_nothing_back(behind):
    assert said(OF, f"{RIGHT[:-2]} {behind}$$", "b") == ("right", "Right.")


def test_a_condition_that_is_not_needed_takes_nothing_back():
    text = r"$$\frac{\partial E}{\partial w} = (a - t) a (1 - a) x \quad \text{if } x > 0$$"
    assert said(exercise(NEURON, SCALARS), text, "w") == ("right", "Right.")


def test_conditional_answers_that_may_be_all_together_are_for_a_person():
    entry = r"\frac{\partial L}{\partial S_{ij}}"
    one = rf"$${entry} = \frac1N (P_{{ij}} - 1) \text{{ if }} Y_{{ij}} = 1$$"
    both = rf"{one} $${entry} = \frac1N (P_{{ij}} - Y_{{ij}}) \mathbb{{1}}(X_{{i1}} > 0) \text{{ if }} X_{{i1}} > 0$$"
    of = exercise(SOFTMAX, TWO)
    assert said(of, one, "a")[0] == "wrong"
    message = "This is said for some values each; whether that is all that is asked is for a person."
    assert said(of, both, "a") == ("review", message)


def test_what_is_only_said_to_differ_earns_nothing_by_any_policy():
    of = exercise(SOFTMAX, WEIGHTS, "policy: {form: full}\n")
    assert said(of, RIGHT.replace("=", r"\neq"), "b") == ("wrong", "Nothing is said to be equal to it here.")


UNSOLVED = [
    (
        r"N \frac{\partial L}{\partial W} = X^T (P - Y)",
        r"Line 1:35 speaks of $\frac{\partial L}{\partial W}$, but not of it alone.",
    ),
    (
        r"\frac{\partial L}{\partial W}_{3,5} = 0",
        "What stands in line 1, column 3 could not be read: The index 5 is outside its range 1..C = 4.",
    ),
]


@pytest.mark.parametrize("text, message", UNSOLVED)
def test_an_equation_in_which_the_answer_may_be_is_for_a_person(text, message):
    assert said(OF, f"$${text}$$", "b") == ("review", message)


def test_a_name_below_a_brace_is_for_a_person():
    text = (
        r"$$\frac{\partial L}{\partial W} = X^T \underbrace{\frac1N (P - Y)}_{= \delta}$$"
        r"$$\frac{\partial L}{\partial S} = \delta$$"
    )
    assert statuses(exercise(SOFTMAX, TWO), text) == "review right"
