"""The value of an index form at a point and at some sizes: sums are sums over positions, heads are what they say.

Nothing is shared with the algebra of forms but the form itself and the definitions of cut names.
"""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from oracle import Point, UnjudgedError

from derive.expressions.shapes import SCALAR
from derive.indexed.heads import FIRST_POSITION, LAST_POSITION, SLOTS, Form, Head
from derive.indexed.lowering import Lowering

Places = Mapping[int, int]


@dataclass
class Forms:
    """Values of forms over one lowering, at a point and at sizes of the dimensions by their names."""

    lowering: Lowering
    point: Point
    sizes: Mapping[str, int]
    known: dict[tuple[int, tuple[int, ...]], float] = field(default_factory=dict)

    def size(self, dim: str) -> int:
        return int(dim) if dim.isdigit() else self.sizes[dim]

    def value(self, form: Form, places: Places) -> float:
        """`Σ c Π factors`, the sums over all positions of the bound indices."""
        total = 0.0
        heads = self.lowering.heads
        for monomial, number in form.items():
            bound: dict[int, str] = {}
            for head, indices, _ in monomial:
                bound.update({i: dim for i, dim in zip(indices, heads[head].dims, strict=True) if i >= 0})
            for positions in itertools.product(*(range(self.size(dim)) for dim in bound.values())):
                at = {**places, **dict(zip(bound, positions, strict=True))}
                total += float(number) * self._product(monomial, at)
        return total

    def _product(self, monomial: tuple[tuple[int, tuple[int, ...], object], ...], at: Places) -> float:
        result = 1.0
        for head, indices, exponent in monomial:
            base = self.entry(self.lowering.heads[head], indices, at)
            power = float(exponent)  # type: ignore[arg-type]
            if (base == 0 and power < 0) or (base < 0 and not power.is_integer()):
                return math.nan
            result *= base**power
        return result

    def _position(self, index: int, dim: str, at: Places) -> int:
        if index > FIRST_POSITION:
            return at[index]
        return FIRST_POSITION - index if index > LAST_POSITION else self.size(dim) - 1 - (LAST_POSITION - index)

    def entry(self, head: Head, indices: tuple[int, ...], at: Places) -> float:
        positions = tuple(self._position(index, dim, at) for index, dim in zip(indices, head.dims, strict=True))
        outside = any(not 0 <= p < self.size(dim) for p, dim in zip(positions, head.dims, strict=True))
        if outside and head.kind not in ("delta", "less"):
            raise UnjudgedError("a position outside its dimension")
        key = (head.number, positions)
        if key not in self.known:
            self.known[key] = self._entry(head, positions)
        return self.known[key]

    def _entry(self, head: Head, at: tuple[int, ...]) -> float:  # noqa: PLR0912
        inner = dict(zip(SLOTS, at, strict=False))
        match head.kind:
            case "symbol":
                return self._given(head, at)
            case "cut":
                return self.value(self.lowering.cuts.definitions[head.number], inner)
            case "delta":
                return float(at[0] == at[1])
            case "less":
                return float(at[0] < at[1])
            case "size":
                return float(self.size(head.name))
            case "prime":
                return float(head.name)
            case "logprime":
                return math.log(int(head.name))
            case "constant":
                return math.pi
            case "inverse":
                return self._matrix_of(head, np.linalg.inv)[at]
            case "determinant":
                return float(np.linalg.det(self._matrix(head.template, head.name)))
            case "extremum" if not head.name.startswith("weight"):
                last = SLOTS[len(at)]
                size = self.size(head.name.partition(" ")[2])
                return max(self.value(head.template, {**inner, last: k}) for k in range(size))
            case "map":
                return self._component(head, at)
            case "extremum":
                raise UnjudgedError("the weights of a maximum")
        return self._function(head, self.value(head.template, inner))

    def _matrix(self, template: Form, dim: str) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        size = self.size(dim)
        return np.array([[self.value(template, {-1: i, -2: j}) for j in range(size)] for i in range(size)])

    def _matrix_of(self, head: Head, function: object) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        return function(self._matrix(head.template, head.dims[0]))  # type: ignore[operator, no-any-return]

    def _given(self, head: Head, at: tuple[int, ...]) -> float:
        if head.name.startswith("label "):
            name = head.name.removeprefix("label ")
            return float(self.point.label(name, at[0] if len(at) == 2 else None) == at[-1])
        name = head.name.removeprefix("diagonal of ")
        meaning = self.lowering.table.meanings.get(name)
        shape = getattr(meaning, "shape", SCALAR)
        value = self.point.given(name, shape)[0]
        if name != head.name:
            return float(value[at[0], at[0]])
        full = iter(at)
        place = tuple(0 if dim.is_unit else next(full) for dim in shape.dims) or (0, 0)
        return float(value[place])

    def _function(self, head: Head, u: float) -> float:
        if head.kind in ("positive", "negative") and 0 < abs(u) < 1e-9:
            raise UnjudgedError("too near to a step to tell its side")
        match head.kind:
            case "exp":
                return math.exp(u) if u < 700 else math.nan
            case "group":
                return u
            case "log":
                return math.log(u) if u > 0 else math.nan
            case "positive":
                return float(u > 0)
            case "negative":
                return float(u < 0)
            case "ramp":
                return max(u, 0.0)
            case "antiramp":
                return max(-u, 0.0)
            case "absolute":
                return abs(u)
            case "function" if head.name.startswith("unspecified "):
                name = head.name.removeprefix("unspecified ")
                return float(self.point.wave(name, np.full((1, 1, 1), u), head.order)[0, 0, 0])
            case "function":
                return {"sin": math.sin, "cos": math.cos, "erf": math.erf}[head.name](u)
        raise UnjudgedError(head.kind)

    def _component(self, head: Head, at: tuple[int, ...]) -> float:
        name, _, rest = head.name.partition(" to ")
        domain = self.size(rest.rpartition(" of ")[2])
        derivatives, others = at[1 : 1 + head.order], at[1 + head.order :]
        inner = dict(zip(SLOTS[1:], others, strict=False))
        arguments = np.array([self.value(head.template, {**inner, -1: k}) for k in range(domain)])
        orders = [derivatives.count(k) for k in range(domain)]
        return self.point.component(name, at[0], arguments, orders)
