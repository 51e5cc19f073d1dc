"""Kernels of models with Kronecker products and vec: the loss and its gradients, at any sizes, in every library."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_points import setting_from

from derive.kernels.compiled import compiled
from derive.kernels.model import model_of_any_size
from derive.kernels.program import program_of

SYMBOLS = {"A": "m x n", "B": "p x q", "X": "q x n", "Y": "p x m", "C": "a x b", "v": "p x 1"}
SIZES = {"m": 2, "n": 3, "p": 4, "q": 5, "a": 6, "b": 7}
MODELS = {
    "squares": {"L": r"\|A \otimes B\|_F^2"},
    "a name": {"K": r"A \otimes B", "L": r"\|K\|_F^2 + \text{sum}(K)"},
    "three": {"L": r"\|A \otimes B \otimes C\|_F^2"},
    "vec": {"r": r"(A \otimes B) \text{vec}(X) - \text{vec}(Y)", "L": r"\frac{1}{2} \|r\|^2"},
    "vec of a product": {"r": r"\text{vec}(B X A^T)", "L": r"r^T (A \otimes B) \text{vec}(X)"},
    "tanh": {"L": r"\text{sum}(\tanh(A \otimes B)) + \|X\|_F^2"},
    "a column": {"L": r"\|A \otimes (v v^T)\|_F^2 + \text{sum}(B)"},
    "transposed": {"L": r"\text{sum}((A^T \otimes B) \odot (A^T \otimes B))"},
}
STEP = 1e-6


def kernel(nodes):
    text = " ".join(nodes.values())
    symbols = {name: shape for name, shape in SYMBOLS.items() if name in text}
    used = {name: size for name, size in SIZES.items() if any(name in shape for shape in symbols.values())}
    return compiled(program_of(model_of_any_size(setting_from(symbols, nodes, used))))


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=4, deadline=None)
@given(sizes=st.fixed_dictionaries({name: st.integers(1, 4) for name in SIZES}), key=st.integers(0, 1000))
def test_gradients_are_slopes_of_the_loss(name, sizes, key):
    found = kernel(MODELS[name])
    random = np.random.default_rng(key)
    inputs = {
        one.name: random.normal(size=[sizes.get(dim.name, dim.size) for dim in one.given.shape.dims])
        for one in found.kernel.inputs
    }
    loss, gradients = found.loss_and_gradients(**inputs)
    assert loss == pytest.approx(found.loss(**inputs), rel=1e-12)
    for by, gradient in gradients.items():
        assert gradient.shape == inputs[by].shape
        direction = random.normal(size=inputs[by].shape)
        above, below = (found.loss(**{**inputs, by: inputs[by] + sign * STEP * direction}) for sign in (1, -1))
        assert (above - below) / (2 * STEP) == pytest.approx(np.sum(gradient * direction), rel=1e-6, abs=1e-6)
