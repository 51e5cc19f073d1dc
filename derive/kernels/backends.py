"""The libraries of arrays that a kernel can be written for, by their names."""

from dataclasses import replace

from derive.kernels.array_api_code import ARRAY_API
from derive.kernels.backend import Backend
from derive.kernels.jax_code import JAX
from derive.kernels.numpy_code import NUMPY
from derive.kernels.torch_code import TORCH

BACKENDS: dict[str, Backend] = {"numpy": NUMPY, "torch": TORCH, "jax": JAX, "array-api": ARRAY_API}


def with_dtype(backend: Backend, dtype: str) -> Backend:
    """The backend with numbers of another type, `float32` or `float64`. Raises `ValueError` for others."""
    if dtype not in backend.dtypes:
        raise ValueError(f"no type of numbers: {dtype!r}")
    return replace(backend, dtype=dtype)
