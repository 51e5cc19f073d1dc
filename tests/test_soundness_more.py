"""Documents by an adversary: conditions that say less, names that speak of themselves, signs read too lightly.

Each once made a false step `proved` or a true one `refuted`, or gave a reason that was not so. Messages are whole.
"""

from pathlib import Path

import pytest
from claimed import judged
from remembering import check_document

from derive.documents import read_document

SETTING = """
dims: {n: 3, m: 2, C: 4}
symbols: {x: n x 1, y: n x 1, X: m x n, A: n x n, a: scalar, b: scalar, q: label of C, z: C x 1}
model: {E: x^T x}
loss: E
"""
EQUAL = "Both sides are equal for every value of the symbols."
OPEN = "Nothing says what all entries of u are; write all cases."
FURTHER = "u is introduced for these indices, too."
IN_ONE_CASE = "This says what {} is only under a condition; write all cases."


def told(*displays: str) -> list[tuple[str, str]]:
    return [(step.verdict, step.message) for step in judged(SETTING, *displays)]


def in_text(tmp_path: Path, *paragraphs: str) -> list[tuple[str, str]]:
    """The verdicts on the displays of a document, whose other paragraphs are text."""
    path = tmp_path / "notes.md"
    path.write_text(f"---\n{SETTING.strip()}\n---\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")
    return [(step.verdict, step.message) for step in check_document(read_document(path)).steps]


# ── definitions under a condition ──

FIRST, SECOND = "u_i is introduced, a scalar.", FURTHER
PARTS = [
    (r"\text{if } i = 1", r"\text{if } i \neq 1"),
    (r"\text{if } i < 2", r"\text{if } i \geq 2"),
    ("i = 1", r"i = 2, \dots, n"),
    (r"i \in \{1\}", r"i > 1"),
    (r"i = 1, 1", r"i = 2, \dots, n"),
    (r"1 \le i < 2", r"1 < i"),
]


@pytest.mark.parametrize("one, other", PARTS)
def test_two_definitions_under_conditions_are_one_by_cases(one, other):
    claims = ["u_2 = x_2^2", "u_1 = 2 x_1", "u_2 = 2 x_2"]
    steps = told(rf"u_i = 2 x_i, \quad {one}", rf"u_i = x_i^2, \quad {other}", *claims)
    assert steps[:4] == [("definition", FIRST), ("definition", SECOND), ("proved", EQUAL), ("proved", EQUAL)]
    assert steps[4] == ("refuted", "The two sides differ: 4 on the left, -4 on the right.")


@pytest.mark.parametrize("condition", ["i = 1", "i < 3", r"i = 1, 3", r"i = 2, \dots, n", r"i \in \{1, 2\}"])
def test_a_definition_for_some_indices_says_nothing_of_the_others(condition):
    assert told(rf"u_i = x_i, \quad {condition}", "u = x") == [("definition", FIRST), ("unreadable", OPEN)]


@pytest.mark.parametrize(
    "condition",
    [r"i = 1, \dots, n", r"i \in \{1, \dots, n\}", r"i \in [n]", r"i = 1, 2, 3", r"\forall i"],
)
def test_a_definition_for_all_indices_is_one_of_the_whole(condition):
    assert told(rf"u_i = x_i \quad {condition}", "u = x") == [("definition", FIRST), ("proved", EQUAL)]


def test_a_definition_for_all_pairs_of_indices():
    ranges = r"i = 1, \dots, m, \quad j = 1, \dots, n"
    first = ("definition", "u_{ij} is introduced, a scalar.")
    assert told(rf"u_{{ij}} = X_{{ij}}, \quad {ranges}", "u = X") == [first, ("proved", EQUAL)]


@pytest.mark.parametrize(
    "equation, name",
    [
        (r"u = x_1 \quad \text{if } q = 1", "u"),
        (r"u = x_1 \quad \text{if } j = 1", "u"),
        (r"u_i = \sum_j A_{ij} x_j \quad j \neq i", "u_i"),
        (r"u^{(i)} = X_{i,:}^T \quad \text{if } i = 1", "u^{(i)}"),
    ],
)
def test_a_condition_on_something_else_leaves_a_name_without_a_value(equation, name):
    assert told(equation, "x = u") == [
        ("unreadable", IN_ONE_CASE.format(name)),
        ("unreadable", "The name u is not defined or declared."),
    ]


@pytest.mark.parametrize(
    "words", ["For $i > 1$,", r"If $i \geq 2$,", r"For $i = 2, \dots, n$,", r"For $i \in \{2, 3\}$ we have"]
)
def test_a_condition_in_the_text_is_one_on_what_is_defined(tmp_path, words):
    assert in_text(tmp_path, words, "$$u_i = x_i$$", "Then $$u = x$$") == [("definition", FIRST), ("unreadable", OPEN)]


def test_the_opposite_of_a_case_is_named_as_such(tmp_path):
    steps = in_text(tmp_path, "If $a > 0$ then", "$$c = a$$", "Otherwise", "$$c = -a$$")
    message = r"This says what c is only where $a {} 0$, as the text beside it says; write all cases."
    assert steps == [("unreadable", message.format(">")), ("unreadable", message.format(r"\leq"))]


# ── over which indices a claim is made ──

DIFFER_AT = "The two sides differ at i = {}: -1 on the left, -2 on the right."


@pytest.mark.parametrize(
    "condition",
    [r"i \in \{1, 3\}", r"i = 1, 3", r"\text{for } i = 1, 3", r"i \in \{3, 1\}", r"i \in \{1, 3, 3\}"],
)
def test_numbers_in_a_list_are_a_condition(condition):
    assert told(rf"x_i + a \mathbb{{1}}(i = 2) = x_i, \quad {condition}") == [("proved", EQUAL)]
    assert told(rf"x_i + a \mathbb{{1}}(i = 3) = x_i, \quad {condition}") == [("refuted", DIFFER_AT.format(3))]


def test_a_range_is_not_cut_at_its_commas():
    two = r"X_{ij} = X_{1j}, \quad i = 1, \dots, m, \quad j = 1, \dots, n"
    assert told(two) == [("refuted", "The two sides differ at i = 2, j = 1: 2 on the left, -1 on the right.")]


def test_the_first_numbers():
    claim = r"x_i + a \mathbb{{1}}(i = 3) = x_i, \quad i \in [{}]"
    assert told(claim.format("2")) == [("proved", EQUAL)]
    assert told(claim.format("n")) == [("refuted", DIFFER_AT.format(3))]


def test_what_lies_outside_a_range_does_not_lie_in_it():
    claim = r"x_i + a \mathbb{1}(i = 3) = x_i, \quad i \notin \{1, \dots, m\}"
    message = r"The condition behind this equation is not read: the relation \notin is not read in a condition."
    assert told(claim) == [("unreadable", message)]


@pytest.mark.parametrize(
    "claim, name",
    [(r"x_i = y_i \quad \forall i \in S", "S"), (r"|a| = a \quad \forall a \in \mathbb{R}_+", r"\mathbb{R}_{+}")],
)
def test_what_is_false_in_general_may_be_true_in_a_set(claim, name):
    message = f"The set ${name}$ in the condition behind this equation is not read."
    assert told(claim) == [("unreadable", message)]


def test_what_is_true_in_general_is_true_in_a_set():
    assert (
        told(r"x_i = x_i \quad \forall i \in S", r"|a|^2 = a^2 \quad \forall a \in \mathbb{R}_+")
        == [("proved", EQUAL)] * 2
    )


@pytest.mark.parametrize("words", [r"For $i \in \{1, 3\}$ we have", "For $i = 1, 3$:"])
def test_a_list_in_the_text_is_a_condition_and_declares_nothing(tmp_path, words):
    verdicts = [
        verdict for verdict, _ in in_text(tmp_path, words, r"$$x_i + a \mathbb{1}(i = 2) = x_i$$", "$$x_i = x_i$$")
    ]
    assert verdicts == ["proved", "proved"]


# ── names that are explained by themselves ──


@pytest.mark.parametrize("says", [r"Let $h \in \mathbb{R}^n$.", r"$$h \in \mathbb{R}^n$$"])
def test_a_declared_name_is_not_defined_by_itself(tmp_path, says):
    steps = in_text(tmp_path, says, "$$h = 2h$$", "$$k = 2h$$", "$$h = 3k$$")[-3:]
    assert steps == [
        ("refuted", "The two sides differ in entry (1, 1): -1 on the left, -2 on the right."),
        ("definition", "k is introduced, n x 1."),
        ("refuted", "The two sides differ in entry (1, 1): -1 on the left, -6 on the right."),
    ]


# ── signs, marks and words that change what is said ──

DIFFER = "The two sides differ: 1 on the left, 3 on the right."


@pytest.mark.parametrize(
    "written",
    [r"\forall a, b: a = b", r"\text{for all } a, b: a = b", "a {=} b"],
)
def test_no_equation_is_passed_over(written):
    assert told(written) == [("refuted", DIFFER)]


def test_an_equation_right_behind_for_all_is_not_read():
    message = "Where this condition ends is not certain; write a colon before the equation."
    assert told(r"\forall i \; x_i = y_i", r"\forall i, x_i = x_i") == [("unreadable", message)] * 2


def test_one_of_two_conditions_is_not_both_of_them():
    message = "The condition behind this equation is not read: whether the words “or” change the value of the formula "
    message += "is not certain; a remark stands behind \\quad."
    assert told(r"|a| = a \quad a > 0 \text{ or } b > 0") == [("unreadable", message)]
    assert told(r"|a| = a \quad a > 0 \text{ and } b > 0") == [("proved", EQUAL)]


@pytest.mark.parametrize("words", ["is false", "(wrong!)", "never holds"])
def test_words_that_deny_an_equation_are_no_remark(words):
    said = words.strip("()")
    message = f"The words “{said}” may change the value of the formula; write what they say as a formula."
    assert told(rf"a = a \quad \text{{{words}}}") == [("unreadable", message)]


@pytest.mark.parametrize("arrow", [r"\Longrightarrow", r"\Longleftrightarrow"])
def test_long_arrows_are_arrows(arrow):
    hypothesis = "This stands before an implication as a hypothesis; by itself it is not true for every value."
    follows = "This follows from the hypothesis before the implication: the sides differ by what they differ by there"
    assert told(rf"a = 2b {arrow} 2a = 4b") == [("unknown", hypothesis), ("proved", f"{follows}, times $2$.")]


def test_double_bars_around_a_matrix_are_its_norm():
    matrix = r"\begin{Vmatrix} a & b \\ b & a \end{Vmatrix}"
    assert told(f"{matrix}^2 = 2 a^2 + 2 b^2") == [("proved", EQUAL)]
    assert told(f"{matrix} = a^2 - b^2") == [("refuted", "The two sides differ: 4.47213 on the left, -8 on the right.")]


NUMBERS = [
    (r"1\,000 a = 0", r"A space stands in a number; write the digits without it, or \cdot for a product."),
    (r"0{,}5 a = \frac12 a", "A comma stands in a number; write a decimal point, or the digits without a comma."),
    ("1{,}000 a = a", "A comma stands in a number; write a decimal point, or the digits without a comma."),
]


@pytest.mark.parametrize("claim, message", NUMBERS)
def test_a_number_with_separators_is_no_product_and_no_list(claim, message):
    assert told(claim) == [("unreadable", message)]


def test_numbers_beside_each_other_are_a_product():
    assert told(r"2 \, 3 a = 6 a", r"a^2 \, 100 = 100 a^2") == [("proved", EQUAL)] * 2


def test_a_name_keeps_its_letters_at_the_beginning_of_a_sentence():
    assert told("b = b", "x_b = 1")[1] == ("unreadable", "The name b is declared and is no index.")


# ── powers of numbers that may be negative ──

OPEN_EXPONENT = "symbols: {a: scalar, b: scalar, k: integer, s: positive scalar}"
ONLY_POSITIVE = "Neither a proof nor a counterexample was found: a power with an open exponent was compared only where "
ONLY_POSITIVE += "its base is positive."
NOWHERE = "Neither a proof nor a counterexample was found: what has to be positive in a root, a logarithm or below an "
NOWHERE += "open exponent never is."


def of_power(claim: str) -> tuple[str, str]:
    (step,) = judged(OPEN_EXPONENT, claim)
    return step.verdict, step.message


@pytest.mark.parametrize(
    "claim", ["a^k = |a|^k", "a^b = |a|^b", r"|a|^k = a^k \quad k > 0", r"a^k \sqrt{a^2} = a^{k+1}"]
)
def test_a_power_of_a_negative_number_is_not_that_of_its_absolute_value(claim):
    assert of_power(claim)[0] == "unknown"


def test_why_a_power_of_a_negative_number_is_not_decided():
    assert of_power("a^k = |a|^k") == ("unknown", ONLY_POSITIVE)
    assert of_power("(-1)^{2k} = 1") == ("unknown", NOWHERE)


@pytest.mark.parametrize(
    "claim",
    [
        r"\frac{d}{da} a^k = k a^{k-1}",
        "s^k = |s|^k",
        "a^{2k} = (a^k)^2",
        r"\frac{d}{da} (1-a)^b \log a = \frac{(1-a)^b}{a} - b (1-a)^{b-1} \log a",
    ],
)
def test_powers_that_are_settled_by_positive_bases(claim):
    assert of_power(claim) == ("proved", EQUAL)


# ── mistakes that are made in differentiating ──


@pytest.mark.parametrize("claim", ["a^2 = a^2 + b", "a^2 + b = a^2", "(a + b)^2 = a^2 + a b + b^2"])
def test_no_mistake_of_differentiating_where_nothing_is_differentiated(claim):
    (step,) = judged(SETTING, claim)
    assert (step.verdict, step.diagnosis) == ("refuted", ())


def test_no_softmax_is_spoken_of_where_there_is_none():
    (step,) = judged(SETTING, r"\frac{\partial (A x)_i}{\partial x_j} = 1")
    assert step.verdict == "refuted"
    assert "softmax-elementwise" not in [found.code for found in step.diagnosis]


# ── a document that says itself what the letter of the sigmoid function is ──

WITHOUT_MODEL = "dims: {n: 3, m: 2}\nsymbols: {x: n x 1, W: m x n, a: scalar}"
INTRODUCED = ("definition", r"The function \sigma is introduced.")
OWN = [
    (r"\sigma(z) = \max(0, z)", r"\sigma'(a) = \mathbb{1}(a > 0)"),
    (r"\sigma(z) = z^2", r"\sigma'(a) = 2 a"),
    (r"\sigma = \tanh", r"\sigma'(a) = 1 - \sigma(a)^2"),
    (r"\sigma(z) := \tanh(z)", r"\sigma'(a) = 1 - \sigma(a)^2"),
]


@pytest.mark.parametrize("definition, derivative", OWN)
def test_sigma_is_what_the_document_says(definition, derivative):
    chain = r"\frac{\partial \sum_i h_i}{\partial x} = W^T \sigma'(W x)"
    steps = judged(
        WITHOUT_MODEL, definition, r"h = \sigma(W x)", derivative, chain, r"\sigma'(a) = \sigma(a)(1 - \sigma(a))"
    )
    assert (steps[0].verdict, steps[0].message) == INTRODUCED
    assert [step.verdict for step in steps[1:]] == ["definition", "proved", "proved", "refuted"]


@pytest.mark.parametrize("text", [r"Let $\sigma(z) = \max(0, z)$.", r"Here $\sigma = \operatorname{ReLU}$."])
def test_sigma_is_what_a_line_of_text_says(tmp_path, text):
    path = tmp_path / "notes.md"
    claims = "$$\\sigma'(a) = \\mathbb{1}(a > 0)$$\n\n$$\\sigma'(a) = \\sigma(a)(1 - \\sigma(a))$$"
    path.write_text(f"---\n{WITHOUT_MODEL}\n---\n\n{text}\n\n{claims}\n", encoding="utf-8")
    assert [step.verdict for step in check_document(read_document(path)).steps] == ["proved", "refuted"]


def test_a_formula_for_the_sigmoid_function_is_a_claim():
    own = r"\sigma'(a) = \sigma(a)(1 - \sigma(a))"
    assert [step.verdict for step in judged(WITHOUT_MODEL, r"\sigma(z) = \frac{1}{1 + e^{-z}}", own)] == ["proved"] * 2
    wrong = judged(WITHOUT_MODEL, r"\sigma(z) = \frac{1}{1 + e^{z}}", own)
    assert [(step.verdict, step.message) for step in wrong] == [
        ("refuted", "The two sides differ: 0.622459 on the left, 0.377540 on the right."),
        ("proved", EQUAL),
    ]


def test_sigma_stays_what_the_setting_uses():
    setting = f"{WITHOUT_MODEL}\nmodel: {{h: '\\sigma(W x)'}}"
    steps = judged(setting, r"\sigma(z) = \max(0, z)", r"\sigma'(a) = \sigma(a)(1 - \sigma(a))")
    assert [step.verdict for step in steps] == ["refuted", "proved"]


def test_sigma_may_be_a_number():
    steps = judged(
        WITHOUT_MODEL, r"\sigma = \sqrt{\sum_i x_i^2}", r"\frac{\partial \sigma}{\partial x} = \frac{x}{\sigma}"
    )
    assert [(step.verdict, step.message) for step in steps] == [
        ("definition", r"\sigma is introduced, a scalar."),
        ("proved", EQUAL),
    ]


def test_sigma_squared_is_no_square_of_the_sigmoid_function():
    steps = judged(WITHOUT_MODEL, r"\sigma^2 = \sum_i x_i^2", r"\frac{\partial \sigma^2}{\partial x} = 2 x")
    assert [(step.verdict, step.message) for step in steps] == [
        ("definition", r"\sigma^2 is introduced, a scalar."),
        ("proved", EQUAL),
    ]


def test_a_mistake_is_looked_for_in_a_function_that_the_document_defines():
    """A repair must not take the place of the parameter of a formula that is taken entry by entry."""
    steps = judged(WITHOUT_MODEL, r"g(z) = \max(0, z)", "h = g(W x)", "g'(a) = g(a)(1 - g(a))")
    assert steps[-1].verdict == "refuted"


# ── properties that the text gives to names ──

IN_WORDS = "The text calls {} {}, which its declaration does not say; with it, this step may be true."
GRADIENT = r"$$\nabla_x x^T A x = {} A x$$"


@pytest.mark.parametrize(
    "words",
    [
        "Let $A$ be symmetric.",
        "If $A$ is symmetric,",
        "With a symmetric matrix $A$ we have",
        "Here $A$ and $X$ are symmetric.",
    ],
)
def test_what_is_false_in_general_may_be_true_with_a_property_in_words(tmp_path, words):
    true, false = in_text(tmp_path, words, GRADIENT.format(2), GRADIENT.format(1))
    assert true == ("unknown", IN_WORDS.format("A", "symmetric"))
    assert false == ("refuted", "The two sides differ in entry (1, 1): -15 on the left, -13/2 on the right.")


@pytest.mark.parametrize("words", ["$A$ is not symmetric.", "$A$ need not be symmetric.", "The symmetric part of $A$:"])
def test_a_property_that_is_denied_is_none(tmp_path, words):
    assert in_text(tmp_path, words, GRADIENT.format(2))[0][0] == "refuted"


def test_a_sign_in_words(tmp_path):
    steps = in_text(tmp_path, "For non-negative $a$ we have", "$$|a| = a$$", "$$|a| = -a$$", "$$|b| = b$$")
    assert steps == [
        ("unknown", IN_WORDS.format("a", "nonnegative")),
        ("refuted", "The two sides differ: 1 on the left, -1 on the right."),
        ("refuted", "The two sides differ: 1 on the left, -1 on the right."),
    ]


def test_a_property_that_no_declaration_says(tmp_path):
    steps = in_text(tmp_path, "Let $z$ be a probability vector.", r"$$\sum_k z_k = 1$$", "$$x_1 = y_1$$")
    assert steps[0] == ("unknown", IN_WORDS.format("z", "a probability vector"))
    assert steps[1][0] == "refuted"


def test_sizes_that_differ_by_one_are_not_so_by_what_they_stand_for():
    setting = "\ndims: {N: 2, D: 3, C: 4}\nsymbols: {X: N x D, p: C x 1}\n"
    for claim in ("D = N + 1", "C = 2 N", "C = D + 1"):
        (step,) = judged(setting, claim)
        assert step.verdict == "unknown", claim
        assert step.message.startswith("The sides are equal at these sizes only: at N = 4, D = 6, C = 2 they differ, ")


def test_a_size_beside_an_index_may_be_meant_as_the_number():
    setting = "\ndims: {n: 3, m: 5}\nsymbols: {z: m x 1, A: m x n}\n"
    either = (
        "Here n may be the size n, or an index that the other side does not have; write the number for the size, or "
        "another letter for the index."
    )
    for sign, right in ((r"\leq", "z_1 + z_2 + z_3"), (r"\neq", "z_1 + z_2 + z_4 + z_5")):
        (step,) = judged(setting, rf"\sum_{{i=1}}^m \mathbf{{1}}(i {sign} n) z_i = {right}")
        assert (step.verdict, step.message) == ("unreadable", either)
    (step,) = judged(setting, r"\sum_{i=1}^m A_{in} \mathbf{1}(i < n) = \sum_{i < n} A_{in}")
    assert step.verdict == "proved"
