r"""Sizes that are chosen so that `(X^T X)^{-1}` has a value: X has more rows than columns."""

import pytest
from claimed import judged, told
from remembering import check_document

from derive.documents import read_document

SETTING = """
symbols: {X: n x p, Z: a x c, W: diagonal n x n, y: n x 1}
"""

TRUE = [
    r"X (X^T X)^{-1} X^T X = X",
    r"\operatorname{tr}(X (X^T X)^{-1} X^T) = p",
    r"X (X^\top W X)^{-1} X^\top W X = X",
    r"Z Z^T (Z Z^T)^{-1} Z = Z",
    r"X^T (y - X (X^T X)^{-1} X^T y) = 0",
]


@pytest.mark.parametrize("formula", TRUE)
def test_what_is_inverted_is_not_singular(formula):
    assert told(judged(SETTING, formula)) == ["proved"]


def test_a_projection_is_not_the_identity():
    assert told(judged(SETTING, r"X (X^T X)^{-1} X^T = I")) == ["refuted"]


def test_sizes_that_are_given_stay(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("---\ndims: {n: 2, p: 3}\nsymbols: {X: n x p}\n---\n$$X (X^T X)^{-1} X^T X = X$$\n")
    result = check_document(read_document(path))
    assert result.dims == {"n": 2, "p": 3}
    assert result.steps[0].verdict in ("unknown", "proved")


def test_the_order_of_other_sizes_stays(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("---\nsymbols: {A: n x p, X: p x n, B: q x n}\n---\n$$X (X^T X)^{-1} X^T X = X$$\n$$A = A$$\n")
    result = check_document(read_document(path))
    assert list(result.dims.items()) == [("n", 2), ("p", 3), ("q", 4)]
