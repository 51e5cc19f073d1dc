"""Whether a model is a network of layers, each an affine image of the one before under an activation.

The weights and the biases are given, and nothing but the next layer uses what a layer computes, the last one apart.
"""

from collections.abc import Sequence
from dataclasses import replace

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import rebuilt, walk
from derive.figures.data import data_rank
from derive.figures.dependencies import computed_in, upstream
from derive.figures.operations import activation_label, displayed
from derive.figures.recognised import is_constant, names_in
from derive.models.model import Model
from derive.notation.symbols import Given, SymbolTable
from derive.records import dataclass

ENTRYWISE = (
    Symbol, tree.Number, tree.Constant, tree.Size, tree.Negative, tree.Add, tree.Scale, tree.Hadamard, tree.Apply,
    tree.Extremum, tree.Unspecified, tree.Power, tree.Quotient,
)  # fmt: skip
"""Of what an activation is made that acts on every entry alone."""


@dataclass(frozen=True)
class Layer:
    """One layer: its units, the names of what it computes before and after its activation, and by what."""

    units: Dim
    names: tuple[str, ...]
    activation: str = ""
    weight: str = ""
    bias: str = ""
    is_softmax: bool = False


Chain = tuple[Layer, ...]


@dataclass(frozen=True)
class Network:
    """The layers from the input to the output, and the names that are computed on the way."""

    layers: Chain
    inner: frozenset[str]


def network_in(model: Model, loss: str | None) -> Network | None:
    """The longest chain of layers of a model up to its loss; None where it is no network."""
    table = model.table
    computed = computed_in(table)
    needed = upstream(computed, list(computed) if loss is None else [loss])
    finder = _Finder(table, computed)
    found = [(name, chain) for name in computed if name in needed and (chain := finder.of_name(name)) is not None]
    output, chain = max(found, key=lambda one: (len(one[1]), len(one[1][-1].names)), default=("", ()))
    if len(chain) < 2 or any(layer.is_softmax for layer in chain[:-1]):
        return None
    inner = frozenset(name for layer in chain for name in layer.names) - {output}
    last = frozenset(chain[-1].names)
    used_outside = {
        name
        for user, value in computed.items()
        if user in needed and user not in inner | last
        for name in names_in(value)
    }
    return None if used_outside & (inner - last) else Network(chain, inner)


@dataclass(frozen=True)
class _Finder:
    """Finds the chain of layers that ends with a value."""

    table: SymbolTable
    computed: dict[str, Expr]

    def of_name(self, name: str) -> Chain | None:
        """The layers up to a computed name, which the last one then has."""
        chain = self.of(self.computed[name])
        if chain is None or len(chain) < 2:
            return None
        return (*chain[:-1], replace(chain[-1], names=(*chain[-1].names, name)))

    def of(self, value: Expr) -> Chain | None:
        match value:
            case Symbol(name) if name in self.computed:
                return self.of_name(name)
            case tree.Apply(_, inner) | tree.Unspecified(_, inner):
                return self._activated(inner, value)
            case tree.Softmax(inner, _, False):
                return self._activated(inner, value)
            case tree.Extremum("max", left, right) if is_constant(left) or is_constant(right):
                return self._activated(right if is_constant(left) else left, value)
            case tree.Scale(factor, inner) if is_constant(factor):
                return self._scaled(factor, inner)
            case tree.MatMul() | tree.Add():
                return self._affine(value) or self._entrywise(value)
        return None

    def _entrywise(self, value: Expr) -> Chain | None:
        """An activation that is written out, of numbers and of one layer, entry by entry."""
        if not all(isinstance(part, ENTRYWISE) for part in walk(value)):
            return None
        symbols = {part for part in walk(value) if isinstance(part, Symbol) and not part.shape.is_scalar}
        if len(symbols) != 1 or (only := symbols.pop()).name not in self.computed:
            return None
        chain = self.of(only)
        if chain is None or chain[-1].activation:
            return None
        dot = Symbol(r"\cdot", only.shape)
        label = latex(rebuilt(value, lambda part: dot if part == only else None))  # type: ignore[arg-type]
        return (*chain[:-1], replace(chain[-1], activation=label))

    def _activated(self, inner: Expr, value: Expr) -> Chain | None:
        chain = self.of(inner)
        if chain is None or len(chain) < 2 or chain[-1].activation:
            return None
        is_softmax = isinstance(value, tree.Softmax)
        return (*chain[:-1], replace(chain[-1], activation=activation_label(value), is_softmax=is_softmax))

    def _scaled(self, factor: Expr, inner: Expr) -> Chain | None:
        """A factor before an activation belongs to it."""
        chain = self.of(inner)
        if chain is None or not chain[-1].activation or chain[-1].is_softmax:
            return None
        return (*chain[:-1], replace(chain[-1], activation=rf"{latex(factor)}\,{chain[-1].activation}"))

    # ── affine maps ──

    def _affine(self, value: Expr) -> Chain | None:
        """W x + b: one product with a weight, and a bias that is given."""
        terms = value.terms if isinstance(value, tree.Add) else (value,)
        products = [term for term in terms if isinstance(term, tree.MatMul)]
        others = [term for term in terms if not isinstance(term, tree.MatMul)]
        if len(products) != 1 or len(others) > 1 or not all(map(self._is_given, others)):
            return None
        found = self._product(products[0])
        if found is None:
            return None
        chain, weight, units = found
        bias = displayed(names_in(others[0])[0]) if others else ""
        return (*chain, Layer(units, (), "", weight, bias))

    def _is_given(self, term: Expr) -> bool:
        names = names_in(term)
        return len(names) == 1 and isinstance(self.table.meanings.get(names[0]), Given)

    def _product(self, value: tree.MatMul) -> tuple[Chain, str, Dim] | None:
        """The layers before a product with a weight, the weight, and the units behind it."""
        left, right = _weight(value.left, self.table), _weight(value.right, self.table)
        if right is not None and (left is None or self._is_data(value.left, value.right)):
            before = self._before(value.left, value.left.shape, by_rows=True)
            units = value.right.shape.columns
            return None if before is None else (before, right, units)
        if left is not None:
            before = self._before(value.right, value.right.shape, by_rows=False)
            return None if before is None else (before, left, value.left.shape.rows)
        return None

    def _is_data(self, first: Expr, second: Expr) -> bool:
        """Whether the first of two given things is the data."""
        return data_rank(self.table, names_in(first)[0]) < data_rank(self.table, names_in(second)[0])

    def _before(self, value: Expr, shape: Shape, *, by_rows: bool) -> Chain | None:
        """The layers that end with what a weight is multiplied by; the input may have several names."""
        names: list[str] = []
        while isinstance(value, Symbol):
            names.insert(0, value.name)
            if value.name not in self.computed:
                return (Layer(shape.columns if by_rows else shape.rows, tuple(names)),)
            if not isinstance(self.computed[value.name], Symbol):
                break
            value = self.computed[value.name]
        return self.of(value)


def _weight(value: Expr, table: SymbolTable) -> str | None:
    """The LaTeX of a given matrix, transposed or not."""
    inner = value.operand if isinstance(value, tree.Transpose) else value
    if isinstance(inner, Symbol) and isinstance(table.meanings.get(inner.name), Given):
        return latex(value)
    return None


def shown_names(names: Sequence[str]) -> str:
    """The names of a layer, one behind the other."""
    return ",\\,".join(map(displayed, names))
