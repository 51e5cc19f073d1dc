"""Names that a document introduces: squares of unknown letters, names with a mark, and members beside a family."""

import pytest
from claimed import judged, told

SYMBOLS = r"""
dims: {N: 4, D: 3}
symbols: {x: N x 1, X: N x D, a: scalar, \epsilon: positive scalar}
"""
MEAN = r"\mu = \frac1N \sum_i x_i"
VARIANCE = r"\sigma^2 = \frac1N \sum_i (x_i - \mu)^2"

SQUARES = {
    "a variance": [MEAN, VARIANCE, r"\frac{\partial \sigma^2}{\partial x_i} = \frac2N (x_i - \mu)"],
    "with a hat": [r"\hat{s}^2 = x^T x", r"\nabla_x \hat{s}^2 = 2 x"],
    "with an index": [
        r"m_j = \frac1N \sum_i X_{ij}",
        r"\sigma_j^2 = \frac1N \sum_i (X_{ij} - m_j)^2",
        r"\frac{\partial \sigma_j^2}{\partial X_{ij}} = \frac2N (X_{ij} - m_j)",
    ],
    "in a root": [
        MEAN,
        VARIANCE,
        r"h = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}",
        r"h_1 = (x_1 - \mu) (\sigma^2 + \epsilon)^{-1/2}",
    ],
}


@pytest.mark.parametrize("formulas", SQUARES.values(), ids=SQUARES)
def test_the_square_of_a_letter_that_nobody_knows_is_a_name(formulas: list[str]) -> None:
    assert told(judged(SYMBOLS, *formulas)) == [*["definition"] * (len(formulas) - 1), "proved"]


def test_it_is_one_name_only_once() -> None:
    false = r"\frac{\partial \sigma^2}{\partial x_i} = \frac1N (x_i - \mu)"
    assert told(judged(SYMBOLS, MEAN, VARIANCE, false, r"\sigma^2 = x^T x")) == ["definition"] * 2 + ["refuted"] * 2


NO_NAMES = [r"a^2 = 3", r"\mu^2 = 3", r"N^2 = 3", r"e^2 = 3", r"\pi^2 = 3", r"x^2 = 3"]


@pytest.mark.parametrize("formula", NO_NAMES)
def test_the_square_of_what_is_known_is_a_square(formula: str) -> None:
    assert told(judged(SYMBOLS, MEAN, formula))[-1] == "refuted"


def test_a_sigmoid_is_still_a_function_beside_a_variance() -> None:
    assert told(judged(SYMBOLS, MEAN, VARIANCE, r"\sigma(a) = \frac{1}{1 + e^{-a}}"))[-1] == "proved"


MARKED = [
    r"x^*",
    r"x^{*}",
    r"x^\star",
    r"x_{new}",
    r"x^{new}",
    r"x_{\text{new}}",
    r"x^{\text{old}}",
    r"\mathbf{x}^{opt}",
]


@pytest.mark.parametrize("name", MARKED)
def test_a_mark_makes_another_name(name: str) -> None:
    formulas = [rf"{name} = x - a x", rf"{name} + a x = x", rf"{name} = x"]
    assert told(judged(SYMBOLS, *formulas)) == ["definition", "proved", "refuted"]


def test_marked_entries_are_introduced_with_their_indices() -> None:
    assert told(judged(SYMBOLS, r"X_{ij}^{new} = X_{ij} + a", r"X_{12}^{new} = X_{12} + a", r"X_{12}^{new} = a")) == [
        "definition",
        "proved",
        "refuted",
    ]


def test_letters_that_make_no_mark_are_indices_and_powers() -> None:
    assert told(judged(SYMBOLS, r"X_{ij}^{aa} = 2"))[0] != "definition"


def test_an_escaped_underscore_is_a_subscript() -> None:
    assert told(judged(SYMBOLS, r"x\_i = x_i", r"\|x\|\_2^2 = x^T x", r"X\_{ij} = X_{ij}", r"x\_1 = x_2")) == [
        "proved",
        "proved",
        "proved",
        "refuted",
    ]
    assert judged(SYMBOLS, r"a\_bc = 2")[0].message == r"The command \_ is not known."


def test_a_large_circle_with_a_dot_is_a_product_of_entries() -> None:
    assert told(judged(SYMBOLS, r"x \bigodot x = x \odot x", r"x \bigodot x = x^T x")) == ["proved", "refuted"]


FAMILY = r"""
dims: {d: 2, K: 3}
symbols: {v: d x 1, u_o: d x 1, U: K x d, u_k: row of U as a column}
model:
  J: -\log \sigma(u_o^T v) - \sum_{k=1}^K \log \sigma(-u_k^T v)
loss: J
"""


def test_a_vector_declared_beside_a_family_is_no_member() -> None:
    true = [
        r"\frac{\partial J}{\partial u_o} = (\sigma(u_o^T v) - 1) v",
        r"\frac{\partial J}{\partial u_k} = \sigma(u_k^T v) v",
    ]
    false = [
        r"\frac{\partial J}{\partial u_o} = \sigma(u_o^T v) v",
        r"\frac{\partial J}{\partial u_o} = \sigma(-u_o^T v) v",
    ]
    assert told(judged(FAMILY, *true, *false)) == ["proved", "proved", "refuted", "refuted"]


ENTRIES = r"""
dims: {N: 4, D: 3, K: 2}
symbols:
  W: D x K
  w_{ij}: entry of W
  \mathbf{V}^{(1)}: D x K
  v_{d,k}: entry of \mathbf{V}^{(1)}
"""


def test_entries_of_a_matrix_may_have_a_name_of_their_own() -> None:
    formulas = [r"w_{ij} = W_{ij}", r"w_{12} = W_{12}", r"v_{ij} = (\mathbf{V}^{(1)})_{i,j}", r"w_{12} = W_{21}"]
    assert told(judged(ENTRIES, *formulas)) == ["proved", "proved", "proved", "refuted"]
