r"""Letters in fonts: `\bold`, `\textbf`, a font set twice, names of the notation in another font, letters of pairs."""

import pytest
from claimed import judged, last, told

from derive.notation.tokens import tokenize

SETTING = r"""
dims: {n: 3, p: 2}
symbols:
  a: scalar
  \textbf{a}: n x 1
  \mathbf{b}: 1 x p
  \textbf{X}: n x p
notation:
  \textbf{x}^{(i)}: \textbf{X}_{i,:}^T
  w_{ij}: \mathbf{X}_{ij}
"""

SPELLINGS = [
    (r"\textbf{a}", r"\mathbf{a}"), (r"\bold{a}", r"\mathbf{a}"), (r"\boldsymbol{\mathbf{a}}", r"\mathbf{a}"),
    (r"\textbf{ab}", "ab"), (r"\textbf{1}", r"\mathbf{1}"), (r"\space a", "a"), (r"a \nobreakspace", "a"),
]  # fmt: skip

CLAIMS = [
    (r"a^T = a", "proved"),
    (r"\textbf{a}^T \textbf{a} = \sum_i \textbf{a}_i^2", "proved"),
    (r"a \textbf{a} = \textbf{a} a", "proved"),
    (r"\bold{a} + \bold{1_n} = \textbf{1} + \mathbf{a}", "proved"),
    (r"x^{(i)}_j = \mathbf{X}_{ij}", "proved"),
    (r"w_{cb} = \mathbf{X}_{cb}", "proved"),
    (r"\sum_{ij} \delta_{bj} w_{ij} = \sum_i w_{ib}", "proved"),
    (r"\textbf{a}^T \textbf{a} = a^2", "refuted"),
    (r"x^{(i)}_j = \mathbf{X}_{1j}", "refuted"),
    (r"w_{cb} = \mathbf{X}_{c1}", "refuted"),
]


@pytest.mark.parametrize("written, name", SPELLINGS)
def test_a_name_in_a_font(written, name):
    assert [(token.kind, token.text) for token in tokenize(written, frozenset())] == [("NAME", name)]


@pytest.mark.parametrize("formula, verdict", CLAIMS)
def test_fonts_tell_names_apart_only_where_both_are_declared(formula, verdict):
    assert last(SETTING, formula).verdict == verdict


def test_a_name_of_the_notation_that_is_another_in_a_second_font():
    setting = "symbols: {x: scalar}\nnotation: {'\\mathbf{f}': f}"
    assert told(judged(setting, "f = 2 x", r"\mathbf{f} = 2 x")) == ["definition", "proved"]


def test_a_vector_is_no_index_by_itself():
    step = last(SETTING, r"\textbf{a}_b = 0")
    assert (step.verdict, step.message) == ("unreadable", "The name b is declared and is no index.")
