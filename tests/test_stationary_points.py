r"""A variable that gets a value behind its derivatives, `u = -K x`, stays one: the gradient is not zero for it."""

import tempfile
from pathlib import Path

import pytest
from remembering import check_document

from derive.documents import read_document

GIVEN = r"""Let $x \in \mathbb{R}^n$, $u \in \mathbb{R}^m$,
$A \in \mathbb{R}^{n \times n}$, $B \in \mathbb{R}^{n \times m}$.
"""
COST = r"$$V = x^T x + u^T u + (A x + B u)^T (A x + B u)$$"
AS_FUNCTION = r"$$V(x, u) = x^T x + u^T u + (A x + B u)^T (A x + B u)$$"
GRADIENTS = r"""
$$\frac{\partial V}{\partial x} = 2 x + 2 A^T (A x + B u)$$

$$\frac{\partial V}{\partial u} = 2 u + 2 B^T (A x + B u)$$

$$\frac{\partial V}{\partial u} = u + B^T (A x + B u)$$
"""
DISPLAYED = r"so the minimiser is $$u = -(I + B^T B)^{-1} B^T A x$$"
IN_LINE = r"which vanishes with $u = -(I + B^T B)^{-1} B^T A x$."


def verdicts(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.md"
        path.write_text(text, encoding="utf-8")
        return [step.verdict for step in check_document(read_document(path)).steps]


@pytest.mark.parametrize("cost", [COST, AS_FUNCTION])
@pytest.mark.parametrize("value", [DISPLAYED, IN_LINE])
def test_the_value_of_a_variable_is_no_definition_of_it(cost, value):
    found = verdicts(f"{GIVEN}\n{cost}\n{GRADIENTS}\n{value}\n")
    assert found[:4] == ["definition", "proved", "proved", "refuted"]


def test_what_is_computed_from_what_the_loss_does_not_hold_is_defined():
    text = r"""Let $x \in \mathbb{R}^n$, $W \in \mathbb{R}^{m \times n}$, $a \in \mathbb{R}^m$, $y \in \mathbb{R}^m$.

$$L = \frac12 \|a - y\|^2$$

$$\frac{\partial L}{\partial a} = a - y$$

$$a = \sigma(W x)$$

$$\frac{\partial L}{\partial W} = \left(\frac{\partial L}{\partial a} \odot \sigma'(W x)\right) x^T$$
"""
    assert verdicts(text) == ["definition", "proved", "definition", "proved"]
