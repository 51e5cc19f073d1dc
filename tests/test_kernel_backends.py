"""Kernels in every library of arrays: the same numbers as in NumPy, of the type that was asked for."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from kernel_libraries import NAMES, Library, arguments, kernel, kernel_in, module, results

from derive.kernels.backends import BACKENDS, with_dtype
from derive.kernels.error_function import error_function
from derive.kernels.refusal import NoKernel
from derive.kernels.writing import Printing, module_text

EXPECTED = Path(__file__).parent / "expected_kernels"
DTYPES = ("float64", "float32")
CLOSE = {"float64": 1e-12, "float32": 1e-4}

FUNCTIONS = """---
dims: {N: 4, D: 3}
symbols:
  X: N x D
  w: D x 1
  a: scalar
  k: scalar
model:
  z: X w
  u: \\operatorname{gelu}(z)
  v: \\operatorname{softplus}(z) + \\sigma(a z)
  q: \\tanh(a) + \\max(k, 0) + \\sigma(k)
  L: \\frac{q}{N} \\sum_{i=1}^N u_i v_i
loss: L
---
"""
NUMBERS = """---
symbols: {x: scalar, y: scalar}
model:
  a: x y + \\exp(x)
  w: \\log(1 + a^2)
loss: w
---
"""
COUNTED = """---
dims: {N: 4}
symbols: {x: N x 1}
model:
  L: \\sum_{i=1}^N i x_i^2
loss: L
---
"""
BLOCKS = """---
dims: {m: 2, n: 3, p: 4, q: 5}
symbols: {A: m x n, B: p x q, X: q x n}
model:
  r: (A \\otimes B) \\text{vec}(X)
  L: r^T r
loss: L
---
"""
OWN = {"functions": FUNCTIONS, "numbers": NUMBERS, "counted": COUNTED, "blocks": BLOCKS}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The kernels of documents that have what exercises lack."""
    folder = tmp_path_factory.mktemp("documents")

    @cache
    def found(name):
        path = folder / f"{name}.md"
        path.write_text(OWN[name], encoding="utf-8")
        return kernel_in(path)

    return found


def assert_same(of, backend, dtype):
    """Everything that a kernel computes in a library, beside the same in NumPy; no argument is changed."""
    library = Library(backend)
    given = library.given(of, dtype)
    before = {name: library.numpy(value).copy() for name, value in given.items() if not callable(value)}
    found = results(module(of, backend, dtype), given)
    expected = results(module(of, "numpy"), arguments(of))
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        mine = library.numpy(found[key])
        assert mine.shape == np.shape(value), key
        np.testing.assert_allclose(mine, value, rtol=0, atol=CLOSE[dtype] * max(1e-9, np.abs(value).max()), err_msg=key)
        assert isinstance(found[key], (int, float)) or str(mine.dtype) == dtype, key
    for name, value in before.items():
        np.testing.assert_array_equal(library.numpy(given[name]), value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("backend, dtype", [
    ("numpy", "float32"), ("torch", "float64"), ("torch", "float32"), ("array-api", "float64"),
    ("array-api", "float32"),
])  # fmt: skip
def test_a_library_computes_what_numpy_does(backend, dtype, name):
    assert_same(kernel(name), backend, dtype)


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", ["numpy", "torch", "array-api"])
def test_functions_numbers_and_positions(own, backend, dtype, name):
    assert_same(own(name), backend, dtype)


@pytest.mark.parametrize("name", ["two-layer-relu-softmax-rows", "softmax-loss-of-scores", "layer-norm"])
def test_numpy_itself_follows_the_standard(name):
    of = kernel(name)
    found = results(module(of, "array-api"), arguments(of))
    for key, value in results(module(of, "numpy"), arguments(of)).items():
        np.testing.assert_allclose(found[key], value, rtol=0, atol=1e-12 * np.abs(value).max(), err_msg=key)


@pytest.fixture
def jax():
    """JAX with numbers of 64 bits."""
    found = pytest.importorskip("jax")
    before = found.config.read("jax_enable_x64")
    found.config.update("jax_enable_x64", True)
    yield found
    found.config.update("jax_enable_x64", before)


@pytest.mark.parametrize("name", NAMES)
def test_jax_can_trace_every_kernel(jax, name):
    """Shapes are known and nothing branches on a value, so that `jax.jit` can compile it."""
    of = kernel(name)
    given = Library("jax").given(of, "float32")
    fixed = {one.identifier: given.pop(one.identifier) for one in of.inputs if one.is_function}
    found = jax.eval_shape(lambda given: results_as_tree(module(of, "jax", "float32"), {**given, **fixed}), given)
    for key, value in results(module(of, "numpy"), arguments(of)).items():
        assert found[key].shape == np.shape(value)


def results_as_tree(of, given):
    """All results as arrays; those that are Python's numbers too."""
    import jax.numpy as jnp

    return {key: jnp.asarray(value) for key, value in results(of, given).items()}


@pytest.mark.parametrize("name, dtype", [
    ("softmax-loss-of-scores", "float64"), ("two-layer-sigmoid-cross-entropy", "float32"),
])  # fmt: skip
def test_jax_compiles_what_numpy_computes(jax, name, dtype):
    of = kernel(name)
    given = Library("jax").given(of, dtype)
    loss, gradients = jax.jit(module(of, "jax", dtype).loss_and_gradients)(**given)
    expected_loss, expected = module(of, "numpy").loss_and_gradients(**arguments(of))
    assert str(loss.dtype) == dtype
    np.testing.assert_allclose(loss, expected_loss, rtol=CLOSE[dtype])
    for key, value in expected.items():
        np.testing.assert_allclose(gradients[key], value, rtol=0, atol=CLOSE[dtype] * np.abs(value).max())


# ── the checks that a module carries ──


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_module_tests_its_gradients(backend, dtype, capsys):
    Library(backend)
    module(kernel("two-layer-relu-softmax-rows"), backend, dtype).self_test()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["X", "W_1", "b_1", "W_2", "b_2", "lambda_"]


def test_jax_tests_its_gradients(jax, capsys):
    module(kernel("ridge-regression"), "jax").self_test()
    assert all(float(line.split(": ")[1]) < 1e-9 for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_wrong_gradient_is_found(backend):
    Library(backend)
    of = module(kernel("ridge-regression"), backend)
    right = of.loss_and_gradients

    def wrong(**given):
        loss, gradients = right(**given)
        return loss, {name: 2 * value for name, value in gradients.items()}

    of.self_test.__globals__["loss_and_gradients"] = wrong
    with pytest.raises(SystemExit, match=r"the gradient by \w+ is not that of the loss"):
        of.self_test()


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_arguments_that_do_not_fit_are_named(backend):
    library = Library(backend)
    of = kernel("ridge-regression")
    given = library.given(of, "float64")
    array = next(one.identifier for one in of.inputs if one.axes)
    given[array] = library.array(np.zeros(3))
    with pytest.raises(ValueError, match=f"^{array} has 1 axes, expected 2$"):
        module(of, backend).check_inputs(**given)


# ── the code ──


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_the_whole_module(backend):
    printing = Printing(backend=BACKENDS[backend], title="Softmax loss of scores")
    assert module_text(kernel("softmax-loss-of-scores"), printing) == (EXPECTED / f"{backend}.txt").read_text("utf-8")


@pytest.mark.parametrize("backend", ["torch", "jax", "array-api"])
@pytest.mark.parametrize("name", NAMES)
def test_other_libraries_need_no_numpy(backend, name):
    text = module_text(kernel(name), Printing(backend=BACKENDS[backend]))
    assert "np." not in text.replace("jnp.", "")


def test_a_type_that_is_none():
    with pytest.raises(ValueError, match=r"^no type of numbers: 'float16'$"):
        with_dtype(BACKENDS["numpy"], "float16")


def test_what_a_library_lacks_is_named():
    lacking = {kind: spell for kind, spell in BACKENDS["array-api"].spellings.items() if kind != "matmul"}
    backend = replace(BACKENDS["array-api"], spellings=lacking)
    with pytest.raises(NoKernel, match=r"^matmul in functions of the array API standard$"):
        module_text(kernel("ridge-regression"), Printing(backend=backend))


# ── helpers ──


def test_the_error_function_is_right_to_a_few_units_in_the_last_place():
    names = {"np": np, "Array": np.ndarray}
    exec(error_function("np"), names)
    points = np.concatenate([np.linspace(-7, 7, 20001), np.logspace(-300, 1, 500), [0.0, np.inf, -np.inf]])
    expected = np.array([math.erf(point) for point in points])
    assert (np.abs(names["erf"](points) - expected) / np.spacing(np.abs(expected))).max() <= 6
    assert np.isnan(names["erf"](np.array([np.nan]))).all()
    assert names["erf"](np.float32([0.3, 2.0])).dtype == np.float32


@pytest.mark.parametrize("backend", ["numpy", "torch", "array-api"])
def test_large_scores_do_not_overflow(own, backend):
    library = Library(backend)
    of = own("functions")
    given = library.given(of, "float64")
    given["X"] = library.array(np.full((4, 3), 1e4))
    given["w"] = library.array(np.array([[1.0], [-2.0], [3.0]]))
    with np.errstate(all="raise", under="ignore"):
        found = results(module(of, backend), given)
    assert all(np.isfinite(library.numpy(value)).all() for value in found.values())


def test_torch_gradients_are_no_part_of_a_graph():
    torch = pytest.importorskip("torch")
    of = kernel("ridge-regression")
    given = Library("torch").given(of, "float64")
    arrays = {name: value.requires_grad_() if torch.is_tensor(value) else value for name, value in given.items()}
    loss, gradients = module(of, "torch").loss_and_gradients(**arrays)
    assert not any(value.requires_grad for value in (loss, *gradients.values()))
    assert module(of, "torch").loss(**arrays).requires_grad
