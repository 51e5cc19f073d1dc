"""Proofs by the signs of what steps depend on: what is one expression already is equal where it has a value."""

import pytest

from derive.deciding.facts import EntryEquation, Facts
from derive.deciding.knowledge import Knowledge
from derive.deciding.sign_cases import kinks_by_signs
from derive.exact.functions import positive
from derive.exact.scalars import log, symbols

X, Y = symbols("x y")


@pytest.mark.parametrize(
    "side, kinks",
    [
        (X * positive(X) + Y * positive(Y), []),
        (positive(X) * positive(Y) * X, []),
        (1 / positive(X), None),
        (log(positive(X) * Y), None),
        (positive(Y / positive(X)) * X, []),
        (X * Y, None),
    ],
    ids=str,
)
def test_a_side_is_equal_to_itself_unless_a_sign_takes_its_value(side, kinks):
    assert kinks_by_signs(Knowledge(Facts()), EntryEquation(side, side)) == kinks
