"""Small arrays of floating-point numbers against numpy's."""

import operator

import numpy as np
import pytest

from derive.checking import arrays
from derive.checking.arrays import Values

A = np.array([[1.0, -2.0, 3.5], [0.5, 4.0, -1.0]])
B = np.array([[2.0, 1.0], [-3.0, 0.25], [1.5, 6.0]])


def kept(value) -> Values:
    """An array of numpy's as one of ours."""
    found = np.asarray(value, dtype=float)
    return Values(found.shape, tuple(float(entry) for entry in found.ravel()))


def same(found: Values, expected) -> bool:
    return found.sizes == np.shape(expected) and np.allclose(found.entries, np.ravel(expected), rtol=1e-14)


SHAPES = [A, A + 0.25, A[:1], A[:, :1], np.array(2.5), A[:1, :1]]


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv, max, min])
def test_entries_go_together_as_in_numpy(operation):
    on_arrays = {max: np.maximum, min: np.minimum}.get(operation, operation)
    for first in SHAPES:
        for second in SHAPES:
            assert same(arrays.both(operation, kept(first), kept(second)), on_arrays(first, second))


@pytest.mark.parametrize("sizes", [((2, 3), (3, 2)), ((2, 3), (1, 2)), ((2, 3), (2, 2)), ((2, 3, 1, 1), (2, 3))])
def test_what_does_not_go_together_is_refused(sizes):
    first, second = (arrays.filled(size, 1) for size in sizes)
    with pytest.raises(ValueError, match="not go together"):
        arrays.both(operator.add, first, second)


def test_products_are_those_of_numpy():
    assert same(arrays.product(kept(A), kept(B)), A @ B)
    assert same(arrays.outer(kept(A[:1]), kept(B[:, :1])), np.outer(A[:1], B[:, :1]))
    assert arrays.dot(kept(A), kept(B.T)) == pytest.approx(np.vdot(A, B.T))
    with pytest.raises(ValueError, match="times"):
        arrays.product(kept(A), kept(A))


def test_shapes():
    assert same(arrays.transposed(kept(A)), A.T)
    assert arrays.transposed(arrays.scalar(3)) == Values((), (3.0,))
    assert same(arrays.identity(3), np.eye(3))
    assert same(arrays.matrix([[1, 2], [3, 4]]), [[1, 2], [3, 4]])
    assert kept(A).rows == [(1.0, -2.0, 3.5), (0.5, 4.0, -1.0)]
    assert kept(A).largest == 4.0


@pytest.mark.parametrize("axis", [0, 1])
def test_softmax_sums_to_one_along_its_axis(axis):
    powers = np.exp(A)
    assert same(arrays.softmax(kept(A), axis), powers / powers.sum(axis=axis, keepdims=True))
    huge = arrays.softmax(kept(A + 1000), axis)
    assert huge.is_finite


def test_what_has_no_value_says_so():
    assert not arrays.filled((1, 2), float("inf")).is_finite
    with pytest.raises(ArithmeticError):
        arrays.both(operator.truediv, kept(A), arrays.scalar(0))
