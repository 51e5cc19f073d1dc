"""Words beside a formula: those that only comment are passed over, all others make it unreadable."""

import pytest
from claimed import judged

SETTING = r"""
dims: {N: 5, D: 2, H: 3}
symbols: {X: N x D, W: D x H, Y: N x H, b: 1 x H, a: scalar}
model:
  Z: X W + b
  L: \frac12 \|Z - Y\|_F^2
loss: L
"""
TRUE = r"\frac{\partial L}{\partial Z} = Z - Y"
PROVED = ("proved", "Both sides are equal for every value of the symbols.")


def changes(words: str) -> tuple[str, str]:
    return "unreadable", f"The words “{words}” may change the value of the formula; write what they say as a formula."


def uncertain(words: str) -> tuple[str, str]:
    return (
        "unreadable",
        f"Whether the words “{words}” change the value of the formula is not certain; a remark stands behind \\quad.",
    )


def condition(words: str) -> tuple[str, str]:
    return "unreadable", f"The words “{words}” make a condition that is not read; write it as a formula."


COMMENTS = [
    r"\quad \text{by the chain rule}",
    r"\text{ (by the chain rule)}",
    r"(\text{by the chain rule})",
    r"\text{ (chain rule)}",
    r"\text{ (shape N x H)}",
    r"\text{ for all examples}",
    r"\text{ for every layer}",
    r"\text{ since the loss is a sum over the batch}",
    r"\text{ by } (3)",
    r"\text{ by } (3), (4)",
    r"\text{ as given}",
    r"\quad \text{softmax and cross-entropy}",
    r", \quad \text{where the rows are examples}",
    r"\qquad \text{recall that Z is affine}",
    r"\checkmark",
    r"\qquad \blacksquare",
    r". \quad \square",
]


@pytest.mark.parametrize("behind", COMMENTS)
def test_a_comment_changes_nothing(behind: str) -> None:
    assert [(step.verdict, step.message) for step in judged(SETTING, TRUE + behind)] == [PROVED]


UNREAD = [
    (r"\text{ times the mask}", changes("times the mask")),
    (r"\text{ averaged over the batch}", changes("averaged over the batch")),
    (r"\text{ summed over the rows}", changes("summed over the rows")),
    (r"\text{, elementwise}", changes("elementwise")),
    (r"\quad \text{averaged over the batch}", changes("averaged over the batch")),
    (r"\qquad \text{without the diagonal}", changes("without the diagonal")),
    (r", \quad \text{up to a constant}", changes("up to a constant")),
    (r"; \text{divided by N}", changes("divided by N")),
    (r"\text{ where the rows are averaged}", changes("where the rows are averaged")),
    (r"\text{ with the mask of Z}", changes("with the mask of Z")),
    (r"\text{ (transposed)}", changes("transposed")),
    (r"\text{ except at } a", changes("except at")),
    (r"\text{ per example}", changes("per example")),
    (r"\text{ of the batch}", uncertain("of the batch")),
    (r"\text{ softmax and cross-entropy}", uncertain("softmax and cross-entropy")),
    (r"\text{ by } N", uncertain("by")),
    (r"\text{ or } 2 Z", uncertain("or")),
    (r"\text{ if the unit is active}", condition("if the unit is active")),
    (r"\quad \text{for the correct class}", condition("for the correct class")),
    (r"\text{ unless masked}", condition("unless masked")),
]


@pytest.mark.parametrize("behind, expected", UNREAD)
def test_other_words_make_a_formula_unreadable(behind: str, expected: tuple[str, str]) -> None:
    assert [(step.verdict, step.message) for step in judged(SETTING, TRUE + behind)] == [expected]


def test_words_are_placed() -> None:
    (step,) = judged(SETTING, TRUE + r" \text{ averaged over the batch}")
    assert (step.column, step.excerpt) == (41, r"\text{ averaged over the batch}")


WITHIN = [
    (r"a = \text{sum of all rows of } b", [changes("sum of all rows of")]),
    (r"\text{mean of } " + TRUE, [changes("mean of")]),
    (r"\text{Averaging over the batch gives } " + TRUE, [PROVED]),
    (r"\text{The mean:} \quad " + TRUE, [PROVED]),
    (TRUE + r"\text{ (chain rule)} = X W + b - Y", [PROVED, PROVED]),
    (TRUE + r"\text{ times the mask} = Z - Y", [changes("times the mask"), PROVED]),
    (TRUE + r" \text{ and } Z = X W + b", [PROVED, PROVED]),
    (
        r"\begin{align} \frac{\partial L}{\partial Z} &= Z - Y && \text{averaged over the rows} \\ "
        r"&= X W + b - Y && \text{an outer product} \end{align}",
        [changes("averaged over the rows"), PROVED],
    ),
]


@pytest.mark.parametrize("formula, expected", WITHIN)
def test_words_within_a_display(formula: str, expected: list[tuple[str, str]]) -> None:
    assert [(step.verdict, step.message) for step in judged(SETTING, formula)] == expected


def test_words_that_are_not_read_hide_nothing_from_the_next_display() -> None:
    steps = judged(SETTING, r"\frac{\partial L}{\partial b} = \text{sum of all rows of } Z", r"Z = X W + b")
    assert [(step.verdict, step.message) for step in steps] == [changes("sum of all rows of"), PROVED]


def test_what_stands_behind_a_wide_space_with_a_sign_goes_on() -> None:
    assert [step.verdict for step in judged(SETTING, TRUE + r" \qquad + X W", TRUE + r" \qquad + X W - X W")] == [
        "refuted",
        "proved",
    ]


def test_a_formula_among_words_is_read() -> None:
    under = r"|a| = a \text{ if $a > 0$}"
    assert [step.verdict for step in judged(SETTING, under, under.replace("|a| = a", "|a| = -a"))] == [
        "proved",
        "refuted",
    ]


CASES = r"\begin{cases} 1 & i = j \text{ and } a > 0 \\ 0 & \text{otherwise} \end{cases}"
JOINED = [
    (rf"\mathbb{{1}}(i = j) \mathbb{{1}}(a > 0) = {CASES}", "proved"),
    (rf"\mathbb{{1}}(i = j) \mathbb{{1}}(a > 0) = {CASES.replace('text{ and }', 'land')}", "proved"),
    (rf"\mathbb{{1}}(i = j) = {CASES}", "refuted"),
    (rf"\mathbb{{1}}(i = j) \mathbb{{1}}(a > 0) = {CASES.replace('and', 'or')}", "unreadable"),
    (r"|a| = \begin{cases} a & \text{if not } a < 0 \\ -a & \text{otherwise} \end{cases}", "unreadable"),
]


@pytest.mark.parametrize("formula, verdict", JOINED)
def test_conditions_in_cases(formula: str, verdict: str) -> None:
    assert [step.verdict for step in judged(SETTING, formula)] == [verdict]


CROSSED = [
    (r"a = \cancel{2} a", "What is crossed out is not read; leave it away, or write it without \\cancel."),
    (r"a = \xcancel{2} a", "What is crossed out is not read; leave it away, or write it without \\xcancel."),
]


@pytest.mark.parametrize("formula, message", CROSSED)
def test_what_is_crossed_out_is_not_read(formula: str, message: str) -> None:
    assert [(step.verdict, step.message) for step in judged(SETTING, formula)] == [("unreadable", message)]


SIZES = [
    (TRUE + r" ~~(5 \times 3)", PROVED),
    (TRUE + r" \; (N \times H)", PROVED),
    (
        TRUE + r" ~~(3 \times 5)",
        (
            "unreadable",
            "What stands in these brackets may be a factor or a note of a size, and the formula before it is N x H; "
            "write \\cdot before a factor.",
        ),
    ),
    (r"a (2 \times 3) = 6 a", PROVED),
    (r"15 Z = Z \cdot (5 \times 3)", PROVED),
]


@pytest.mark.parametrize("formula, expected", SIZES)
def test_a_size_behind_a_matrix_is_a_note(formula: str, expected: tuple[str, str]) -> None:
    assert [(step.verdict, step.message) for step in judged(SETTING, formula)] == [expected]


NUMBERED = r"""
dims: {D: 3, H: 4}
symbols: {x: 1 x D, W: D x H, M: D x D, M_1: 1 x D}
model:
  h_0: x W
  h: \max(0, h_0)
"""


def test_an_entry_of_a_name_with_a_number() -> None:
    steps = judged(NUMBERED, r"h_j = \max(0, h_{0,j})", r"h_j = h_{0,j}", r"h_{0,2} = (h_0)_2", r"M_{1,j} = M_{1,j}")
    assert [step.verdict for step in steps] == ["proved", "refuted", "proved", "unreadable"]
    assert steps[-1].message == ("This may be entry j of M_1 or an entry of M; write (M_1)_j or (M)_{1,j}.")
