r"""Small letters beside a matrix: `x_i^T \beta` with the rows of X, `w_{ij}` for the entries of W."""

import pytest
from remembering import check_document

from derive.documents import read_document


def result(tmp_path, text):
    path = tmp_path / "notes.md"
    path.write_text(text, encoding="utf-8")
    return check_document(read_document(path))


def inferred(found):
    return {item.name: item.declaration for item in found.inferred}


ROWS = r"""Let $X \in \mathbb{R}^{n \times p}$, $y \in \mathbb{R}^n$ and $\beta \in \mathbb{R}^p$.

$$Q = \sum_{i=1}^n (y_i - x_i^T \beta)^2$$

$$\frac{\partial Q}{\partial \beta} = -2 \sum_{i=1}^n (y_i - x_i^T \beta) x_i = -2 X^T (y - X \beta)$$

$$\frac{\partial^2 Q}{\partial \beta \partial \beta^T} = 2 \sum_{i=1}^n x_i x_i^T = X^T X$$
"""


def test_examples_are_the_rows_along_which_their_index_runs(tmp_path):
    found = result(tmp_path, ROWS)
    assert inferred(found)["x_i"] == "row of X as a column"
    assert [step.verdict for step in found.steps] == ["definition", "proved", "proved", "proved", "refuted"]


def test_examples_may_be_the_columns(tmp_path):
    text = (
        ROWS.replace(r"{n \times p}", r"{p \times n}").replace("X^T (y - X ", r"X (y - X^T ").replace("X^T X", "X X^T")
    )
    found = result(tmp_path, text)
    assert inferred(found)["x_i"] == "column of X"
    assert [step.verdict for step in found.steps] == ["definition", "proved", "proved", "proved", "refuted"]


OTHERWISE = [
    (r"{n \times p}", r"{n \times n}"),
    (r"$X \in \mathbb{R}^{n \times p}$", r"$Z \in \mathbb{R}^{n \times p}$"),
    (r"\sum_{i=1}^n", r"\sum_{i}"),
]


@pytest.mark.parametrize("old, new", OTHERWISE)
def test_without_a_matrix_or_a_range_that_says_which_nothing_is_taken_for_a_row(tmp_path, old, new):
    assert "x_i" not in inferred(result(tmp_path, ROWS.replace(old, new)))


def test_a_name_that_the_text_declares_is_no_row(tmp_path):
    text = ROWS.replace("and $\\beta", "$x \\in \\mathbb{R}^n$ and $\\beta")
    assert "x_i" not in inferred(result(tmp_path, text))


ENTRIES = r"""Let $W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$ and $t \in \mathbb{R}^m$.

$$E = \frac12 \sum_{i=1}^m \left(\sum_{j=1}^n w_{ij} x_j - t_i\right)^2$$

$$\frac{\partial E}{\partial w_{kl}} = (W x - t)_k x_l$$

$$\frac{\partial E}{\partial w_{kl}} = (W x - t)_l x_k$$
"""


def test_a_small_letter_with_two_indices_is_an_entry_of_the_matrix(tmp_path):
    found = result(tmp_path, ENTRIES)
    assert inferred(found)["w_{ij}"] == "W_{ij}"
    assert [step.verdict for step in found.steps] == ["definition", "proved", "refuted"]


def test_it_is_none_where_the_letter_has_a_meaning(tmp_path):
    text = ENTRIES.replace("and $t", "$w \\in \\mathbb{R}^{m \\times n}$ and $t")
    found = result(tmp_path, text)
    assert "w_{ij}" not in inferred(found)
    assert found.steps[1].verdict == "refuted"


def test_an_update_of_entries_defines_none(tmp_path):
    found = result(tmp_path, ENTRIES + "\n$$w_{kl} \\leftarrow w_{kl} - (W x - t)_k x_l$$\n")
    assert inferred(found)["w_{kl}"] == "W_{kl}"
    assert [step.verdict for step in found.steps] == ["definition", "proved", "refuted", "definition"]


def test_a_pi_with_an_index_is_a_name(tmp_path):
    text = r"""Let $X \in \mathbb{R}^{n \times p}$ and $\beta \in \mathbb{R}^p$.

$$\pi_i = \frac{1}{1 + e^{-(X \beta)_i}}$$

$$\frac{\partial \pi_i}{\partial \beta_j} = \pi_i (1 - \pi_i) X_{ij}$$

$$\pi = 3 X \beta$$
"""
    assert [step.verdict for step in result(tmp_path, text).steps] == ["definition", "proved", "refuted"]


def test_one_hot_is_one_hot_in_other_languages(tmp_path):
    words = ["是 one-hot 向量", "sei ein One-Hot-Vektor", "est un vecteur one-hot", "es un vector one-hot"]
    for said in words:
        text = f"$y$ {said}, $y \\in \\mathbb{{R}}^c$, $a \\in \\mathbb{{R}}$.\n\n$$\\sum_{{i=1}}^c a y_i = a$$\n"
        found = result(tmp_path, text)
        assert inferred(found)["y"] == "one-hot c x 1"
        assert found.steps[-1].verdict == "proved"
