"""The kernels of exercises, written for each library of arrays and run there.

Arguments are drawn as a NumPy module draws them, and become arrays of the library; results become NumPy arrays again.
"""

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from derive.commands.kernel import _asked, _model
from derive.documents import read_document
from derive.kernels.asked import further_derivatives
from derive.kernels.assembled import Kernel, kernel_of
from derive.kernels.backends import BACKENDS, with_dtype
from derive.kernels.checks import example
from derive.kernels.program import program_of
from derive.kernels.writing import Printing, module_text

EXERCISES = Path(__file__).parent.parent / "exercises"
NAMES = sorted(path.parent.name for path in (EXERCISES / "homework").glob("*/exercise.md"))


@cache
def kernel(name: str) -> Kernel:
    """The kernel of an exercise of `homework`, with all that its parts ask for."""
    return kernel_in(EXERCISES / "homework" / name / "exercise.md")


def kernel_in(path: Path) -> Kernel:
    """The kernel of a document."""
    model = _model(read_document(str(path)))
    return kernel_of(program_of(model, None, further_derivatives(model, _asked(str(path), model))))


def module(of: Kernel, backend: str, dtype: str = "float64") -> SimpleNamespace:
    """The module of a kernel, with its checks."""
    text = module_text(of, Printing(backend=with_dtype(BACKENDS[backend], dtype)))
    names: dict[str, Any] = {"__name__": "kernel"}
    exec(compile(text, f"<{backend}>", "exec"), names)
    return SimpleNamespace(**names)


def arguments(of: Kernel) -> dict[str, Any]:
    """Arguments of a kernel as NumPy arrays of float64, the same ones each time."""
    names: dict[str, Any] = {"np": np, "DTYPE": np.float64, "Any": Any}
    exec("\n".join(example(of, BACKENDS["numpy"])), names)
    return names["example"](np.random.default_rng(1))


class Library:
    """One library: its arrays from those of NumPy and back, and its functions."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        modules = {"torch": "torch", "jax": "jax.numpy", "array-api": "array_api_strict"}
        self.module = pytest.importorskip(modules[backend]) if backend in modules else np

    def array(self, value: np.ndarray) -> Any:
        """An array of the library's own."""
        return self.module.from_numpy(value.copy()) if self.backend == "torch" else self.module.asarray(value.copy())

    def numpy(self, value: Any) -> np.ndarray:
        """An array of the library as one of NumPy."""
        return np.from_dlpack(value) if self.backend == "array-api" and hasattr(value, "shape") else np.asarray(value)

    def given(self, of: Kernel, dtype: str) -> dict[str, Any]:
        """The arguments of a kernel in this library."""
        found: dict[str, Any] = {}
        for one in of.inputs:
            value = arguments(of)[one.identifier]
            if one.given.kind == "function":
                found[one.identifier] = self._function(one.order)
            elif one.is_function:
                found[one.identifier] = lambda z, f=value: self.array(np.asarray(f(self.numpy(z)), dtype=dtype))
            elif isinstance(value, np.ndarray):
                found[one.identifier] = self.array(value.astype(dtype) if value.dtype.kind == "f" else value)
            else:
                found[one.identifier] = value
        if self.backend == "array-api" and not any(one.axes for one in of.inputs):
            first = of.inputs[0].identifier
            found[first] = self.array(np.asarray(found[first], dtype=dtype))
        return found

    def _function(self, order: int) -> Any:
        """tanh or a derivative of it."""
        tanh = self.module.tanh
        return (tanh, lambda z: 1 - tanh(z) ** 2, lambda z: -2 * tanh(z) * (1 - tanh(z) ** 2))[order]


def results(of: SimpleNamespace, given: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """Everything that a module computes, by the function and the name."""
    found: dict[tuple[str, str], Any] = {("forward", name): value for name, value in of.forward(**given).items()}
    if hasattr(of, "loss"):
        found["loss", ""] = of.loss(**given)
    if hasattr(of, "loss_and_gradients"):
        found["gradients", "loss"], gradients = of.loss_and_gradients(**given)
        found |= {("gradients", name): value for name, value in gradients.items()}
    if hasattr(of, "derivatives"):
        found |= {("derivatives", name): value for name, value in of.derivatives(**given).items()}
    return found
