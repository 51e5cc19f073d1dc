"""SymPy's derivative of one entry, renamed, is its derivative of every other."""

import pytest
import sympy

from derive.exact.functions import positive
from derive.exact.scalars import Scalar, exp, log, symbols
from derive.exact.sympy_derivatives import SympyDefinitions, _by_the_first
from derive.exact.sympy_form import from_sympy, to_sympy

A, B, C, D = symbols("a b c d")
FIRST, SECOND, THIRD = symbols("s0 s1 s2")
"""Symbols that are called like those that SymPy is given."""

EXPRESSIONS = [
    A * B + C * D,
    A * B**2 + C**3 * D,
    exp(A) / (exp(A) + exp(B) + exp(C)),
    exp(B) / (exp(A) + exp(B) + exp(C)),
    log(A * B) * positive(A - C) + A / D,
    THIRD * SECOND**2 + FIRST**3 * A,
    SECOND / FIRST + FIRST * THIRD,
    A + 0 * B,
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_it_is_the_derivative_that_sympy_finds_in_the_symbols_themselves(expression: Scalar):
    for by in (A, B, C, D, FIRST, SECOND, THIRD):
        found = SympyDefinitions().derivative(expression, by)
        known = sympy.diff(to_sympy(expression), to_sympy(by))
        assert sympy.expand(to_sympy(found) - known) == 0
        assert found is from_sympy(known)


def test_entries_that_differ_by_names_are_differentiated_once():
    _by_the_first.cache_clear()
    rows = [symbols(f"x{i} y{i} z{i} w{i}") for i in range(5)]
    for x, y, z, w in rows:
        for by in (x, y, z, w):
            SympyDefinitions().derivative(x * y + z * w, by)
    assert _by_the_first.cache_info().misses == 1
