r"""Matrices that the sentence of their declaration calls symmetric, positive definite, …, or equates with `A^T`."""

import tempfile
from pathlib import Path

import pytest
from remembering import check_document

from derive.documents import read_document


def steps(text):
    """The verdicts on a document, and what was inferred of its names."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.md"
        path.write_text(text, encoding="utf-8")
        result = check_document(read_document(path))
    return [step.verdict for step in result.steps], {item.name: item.declaration for item in result.inferred}


CLAIM = "\n\n$$f = x^T A x$$\n\n$$\\frac{\\partial f}{\\partial x} = 2 A x$$\n"

SAID = [
    (r"Let $x \in \mathbb{R}^n$ and let $A \in \mathbb{R}^{n \times n}$ be symmetric.", "symmetric"),
    (r"Let $x \in \mathbb{R}^n$ and a symmetric matrix $A \in \mathbb{R}^{n \times n}$ be given.", "symmetric"),
    (r"Let $x \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n \times n}$, $A = A^T$.", "symmetric"),
    (r"Let $x \in \mathbb{R}^n$ and $A = A^\top \in \mathbb{R}^{n \times n}$.", "symmetric"),
    (r"Let $x \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n \times n}$ with $A = A^{\mathsf T}$.", "symmetric"),
    (r"Here $x \in \mathbb{R}^n$, and $A \in \mathbb{R}^{n\times n}$ is positive definite.", "positive definite"),
    (
        r"Let $x \in \mathbb{R}^n$; $A \in \mathbb{R}^{n\times n}$ is symmetric and positive definite.",
        "positive definite",
    ),
]

NOT_SAID = [
    r"Let $x \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n \times n}$, not symmetric.",
    r"Let $x \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n \times n}$. In the special case $A = A^T$ things are easier.",
    r"Let $x \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n \times n}$. Note what happens if $A = A^T$.",
    r"Let $x \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n \times n}$. A matrix is symmetric if nothing else is said.",
    r"Let $x \in \mathbb{R}^n$ and $A \in \mathbb{R}^{n \times n}$, which need not be symmetric.",
]


@pytest.mark.parametrize("text, structure", SAID)
def test_the_words_beside_a_declaration_say_what_a_matrix_is(text, structure):
    verdicts, declared = steps(text + CLAIM)
    assert declared["A"] == f"{structure} n x n"
    assert verdicts[-1] == "proved"


@pytest.mark.parametrize("text", NOT_SAID)
def test_words_elsewhere_and_conditions_say_nothing_of_it(text):
    verdicts, declared = steps(text + CLAIM)
    assert declared["A"] == "n x n"
    assert verdicts[-1] == "refuted"


def test_a_name_of_two_is_not_meant():
    text = r"Let $A \in \mathbb{R}^{n \times n}, B \in \mathbb{R}^{n \times n}$ be symmetric and $x \in \mathbb{R}^n$."
    verdicts, declared = steps(text + CLAIM)
    assert (declared["A"], verdicts[-1]) == ("n x n", "unknown")
