"""Quantities written with their arguments: what a bracket behind a name lists, and what is put in for it."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {N: 3, D: 2}
symbols:
  X: N x D
  w: D x 1
  u: D x 1
  y: N x 1
  \epsilon: scalar
  W: D x D
model:
  \hat{y}: X w
  L: \|\hat{y} - y\|^2
  P: \|\hat{y}\|^2
"""

KNOWN = r"L(w) = \|X w - y\|^2"

TRUE = [
    r"\mathcal{L}(\hat{y}, y) = \|\hat{y} - y\|^2",
    r"L(w; X, y) = \|X w - y\|^2",
    r"L(u) = \|X u - y\|^2",
    r"L(0) = \|y\|^2",
    r"L(\mathbf{0}) = \|y\|^2",
    r"L(W u) = \|X W u - y\|^2",
    r"L(w + u) = L(w) + 2 (X w - y)^T X u + u^T X^T X u",
    r"\nabla L(w) = 2 X^T (X w - y)",
    r"\nabla L(u) = 2 X^T (X u - y)",
    r"\frac{d}{d\epsilon} L(w + \epsilon u) = 2 u^T X^T (X (w + \epsilon u) - y)",
]

FALSE = [
    r"L(w; X, y) = \|X w + y\|^2",
    r"L(u) = \|X w - y\|^2",
    r"L(0) = 0",
    r"L(w + u) = L(w) + (X w - y)^T X u + u^T X^T X u",
    r"L(w + u) = L(w) + L(u)",
    r"\nabla L(u) = 2 X^T (X w - y)",
    r"\frac{d}{d\epsilon} L(w + \epsilon u) = u^T X^T (X (w + \epsilon u) - y)",
]


@pytest.mark.parametrize("formula", TRUE)
def test_a_quantity_at_its_arguments(formula):
    assert told(judged(SETTING, KNOWN, formula)) == ["proved", "proved"]


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_claim_about_it_is_refuted(formula):
    assert [step.verdict for step in judged(SETTING, KNOWN, formula)] == ["proved", "refuted"]


MESSAGES = [
    (r"P(u) = 3", "unreadable", "The name P is no function of what stands in these brackets."),
    (r"L(y) = 3", "unreadable", "The arguments of L stood in another order before."),
    (r"L(W) = 3", "refuted", "The argument w is D x 1, and D x D stands in its place."),
]


@pytest.mark.parametrize("formula, verdict, message", MESSAGES)
def test_what_is_no_argument_is_said(formula, verdict, message):
    step = last(SETTING, KNOWN, formula)
    assert (step.verdict, step.message) == (verdict, message)


def test_arguments_keep_their_order():
    step = last(SETTING, r"L(\hat{y}, y) = L", r"L(y, \hat{y}) = L")
    assert (step.verdict, step.message) == ("unreadable", "The arguments of L stood in another order before.")


def test_an_index_of_an_argument_is_not_caught_by_the_quantity():
    setting = "dims: {n: 3}\nsymbols: {a: n x 1, t: scalar}\nmodel:\n  F: \\sum_i a_i t\n"
    found = judged(setting, r"F(t) = t \sum_j a_j", r"\sum_i F(a_i) = (\sum_j a_j)^2", r"\sum_i F(a_i) = \sum_i a_i^2")
    assert [step.verdict for step in found] == ["proved", "unreadable", "unreadable"]


OF_NODES = r"""
dims: {N: 3, D: 2, K: 4}
symbols:
  X: N x D
  W: D x K
  Y: one-hot N x K
  y: hot index of Y
model:
  Z: X W
  P: softmax(Z)
  L: -\sum_{i,j} Y_{ij} \log P_{ij}
loss: L
"""


def test_the_formula_of_a_node_stands_for_it_as_an_argument():
    assert told([last(OF_NODES, r"\nabla_W L(X W, y) = X^T (P - Y)")]) == ["proved"]
    assert last(OF_NODES, r"\nabla_W L(X W, y) = X^T (P + Y)").verdict == "refuted"


def test_another_formula_is_no_argument():
    step = last(OF_NODES, r"\nabla_W L(2 X W, y) = X^T (P - Y)")
    assert (step.verdict, step.message) == ("unreadable", "A list in brackets stands where a value is expected.")
