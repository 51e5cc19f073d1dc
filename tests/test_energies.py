r"""`E(w) = …` introduces a function; an E that nothing introduces may be an expectation, and is not the identity."""

import pytest
from claimed import judged, last, told

SETTING = r"""
dims: {n: 3, d: 2}
symbols:
  X: n x d
  \mathbf{w}: d x 1
  \mathbf{t}: n x 1
  a: d x 1
model:
  q: X \mathbf{w} - \mathbf{t}
"""

ENERGIES = [
    r"E(\mathbf{w}) = \frac{1}{2} \sum_{i=1}^n q_i^2",
    r"\mathbf{E}(\mathbf{w}) = \frac{1}{2} q^T q",
]


@pytest.mark.parametrize("energy", ENERGIES)
def test_an_energy_is_introduced(energy):
    name = energy.partition("(")[0]
    claims = rf"\nabla {name}(\mathbf{{w}}) = X^T q", rf"\frac{{\partial {name}}}{{\partial q}} = q"
    wrong = rf"\nabla {name}(\mathbf{{w}}) = X^T \mathbf{{t}}"
    assert told(judged(SETTING, energy, *claims, wrong)) == ["definition", "proved", "proved", "refuted"]


@pytest.mark.parametrize("formula", [r"E(\mathbf{w}) = a", r"E(\mathbf{w}) = 0", r"E(a, \mathbf{w}) = q^T q"])
def test_what_does_not_depend_on_its_brackets_may_be_an_expectation(formula):
    step = last(SETTING, formula)
    expected = "E is not defined, and may be an expectation; the identity is written I."
    assert (step.verdict, step.message) == ("unreadable", expected)


def test_a_formula_without_the_variable_is_not_read_as_one_of_it():
    written_out = r"E(\mathbf{w}) = \frac{1}{2} (X \mathbf{w} - \mathbf{t})^T (X \mathbf{w} - \mathbf{t})"
    steps = judged(SETTING, written_out, r"\nabla E(\mathbf{w}) = X^T q", r"\frac{\partial E}{\partial q} = q")
    assert told(steps) == ["definition", "proved", "unreadable"]
    assert steps[-1].message == "The formula of E does not hold what it is differentiated by."


def test_the_identity_is_still_written_e_beside_a_matrix():
    assert told(judged(SETTING, r"E X = X", r"(X^T X + E) a = X^T X a + a")) == ["proved", "proved"]
