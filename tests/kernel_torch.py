"""The loss of a model in PyTorch, from its exact entries, and its gradients by PyTorch's own differentiation.

Only the values are written here: every derivative is PyTorch's.
"""

from collections.abc import Callable
from functools import reduce
from math import prod
from typing import Any

import numpy as np
import pytest
from kernel_points import drawn
from oracle import Point

from derive.exact import functions, scalars
from derive.exact.derivatives import Definitions
from derive.exact.entries import Entries
from derive.exact.scalars import Scalar
from derive.expressions.shapes import SCALAR
from derive.models import Model
from derive.notation.symbols import Given

torch = pytest.importorskip("torch")


class Tensors:
    """The entries of a model at B draws, each a tensor of B numbers."""

    def __init__(self, model: Model, points: list[Point]) -> None:
        self.model = model
        self.points = points
        self.entries = Entries(model.table, scalars.number(model.kink), Definitions())
        self.found: dict[Scalar, Any] = {}
        self.leaves: dict[str, Any] = {}
        self.loss = self._named(model.table.loss or "")

    def gradients(self) -> dict[str, Any]:
        """The derivatives of the loss by every name that is not its own, given or computed."""
        found = {}
        for name, array in self.entries.arrays.items():
            parts = [self.found.get(entry) for entry in array.entries]
            if name == self.model.table.loss or not any(one is not None and one.requires_grad for one in parts):
                continue
            known = [one for one in parts if one is not None]
            slopes = iter(torch.autograd.grad(self.loss.sum(), known, retain_graph=True, allow_unused=True))
            columns = [next(slopes) if one is not None else None for one in parts]
            zero = torch.zeros(len(self.points), dtype=torch.float64)
            stacked = torch.stack([zero if one is None else one for one in columns], dim=1)
            found[name] = stacked.numpy().reshape(-1, *array.sizes)
        return found

    def _named(self, name: str) -> Any:
        entry = self.entries.of_name(name, SCALAR).entries[0]
        draws = drawn(self.points)
        for given, array in self.entries.arrays.items():
            meaning = self.model.table.meanings[given]
            if isinstance(meaning, Given):
                self._leaf(array.entries, meaning, draws[given])
        return self.value(entry)

    def _leaf(self, entries: tuple[Scalar, ...], given: Given, values: Any) -> None:
        if given.kind == "labels":
            values = np.eye(given.classes.size if given.classes else 1)[values]
        columns = torch.tensor(values, dtype=torch.float64).reshape(len(values), prod(values.shape[1:]))
        for place, entry in enumerate(entries):
            self.found[entry] = columns[:, place].clone().requires_grad_(given.kind in ("real", "positive"))

    def value(self, scalar: Scalar) -> Any:
        """The tensor of an entry; that of a cut symbol is what its definition says."""
        if scalar not in self.found:
            if isinstance(scalar, scalars.Symbol):
                self.found[scalar] = self.value(self.entries.definitions.values[scalar])
            else:
                self.found[scalar] = self._made(scalar)
        return self.found[scalar]

    def _made(self, scalar: Scalar) -> Any:
        match scalar:
            case scalars.Number():
                return torch.full((len(self.points),), float(scalar.value), dtype=torch.float64)
            case scalars.Constant():
                return torch.full((len(self.points),), np.pi if scalar is scalars.PI else np.e, dtype=torch.float64)
            case scalars.Add():
                return reduce(torch.add, map(self.value, scalar.summands))
            case scalars.Mul():
                return float(scalar.coefficient) * reduce(torch.mul, map(self.value, scalar.factors))
            case scalars.Pow():
                return self._power(scalar)
        return FUNCTIONS[type(scalar)](*map(self.value, scalar.operands))

    def _power(self, scalar: scalars.Pow) -> Any:
        exponent = scalar.exponent
        if isinstance(exponent, scalars.Number):
            return self.value(scalar.base) ** float(exponent.value)
        return torch.pow(self.value(scalar.base), self.value(exponent))


FUNCTIONS: dict[type, Callable[..., Any]] = {
    scalars.Exp: torch.exp,
    scalars.Log: torch.log,
    scalars.Sin: torch.sin,
    scalars.Cos: torch.cos,
    scalars.Tanh: torch.tanh,
    scalars.Erf: torch.erf,
    functions.Positive: lambda u: (u > 0).double(),
    functions.Zero: lambda u: (u == 0).double(),
    functions.Sign: torch.sign,
    functions.Absolute: lambda u, kink: torch.abs(u),
    functions.Maximum: lambda a, b, kink: torch.maximum(a, b),
}
