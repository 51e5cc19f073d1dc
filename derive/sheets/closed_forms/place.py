"""Where a closed form is looked for: a derivative in a model, and the names that the model has around it."""

from collections.abc import Callable, Iterator
from dataclasses import field
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.gradients.tidy import divided, extent, number, tidied
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.records import dataclass


@dataclass(frozen=True)
class Place:
    """The derivative of `of` by `by`; `at` are the indices of its entry, and of the entry of `of`, where one is meant.

    `adjoint` gives ∂of/∂name for a name in between: a derivative in the steps of a derivation, else its closed form.
    """

    table: SymbolTable
    of: Symbol
    by: Symbol
    order: int = 1
    at: tuple[tree.Index, tree.Index] | None = None
    of_at: tuple[tree.Index, tree.Index] | None = None
    adjoint: Callable[[str], Expr | None] = field(default=lambda name: None)

    @property
    def is_gradient(self) -> bool:
        """Whether it is the whole gradient of a number."""
        return self.order == 1 and self.of.shape.is_scalar and self.at is None

    @property
    def is_jacobian(self) -> bool:
        """Whether it is the derivative of a vector by a vector."""
        return self.order == 1 and self.of.shape.is_vector and self.by.shape.is_vector

    def symbol(self, name: str) -> Symbol:
        meaning = self.table.meanings[name]
        assert isinstance(meaning, (Given, Computed))
        return Symbol(name, meaning.shape)

    # ── the names of the model ──

    def computed(self) -> Iterator[tuple[Symbol, Expr]]:
        """Every computed name with its value, in order."""
        for name, meaning in self.table.meanings.items():
            if isinstance(meaning, Computed) and meaning.value is not None:
                yield Symbol(name, meaning.shape), meaning.value

    def next_names(self) -> list[tuple[Symbol, Expr]]:
        """The names that are computed from `by` at once, with their values."""
        return [(name, value) for name, value in self.computed() if self.by in symbols_of(value)]

    def later_names(self) -> list[Symbol]:
        """All names that depend on `by`, in order."""
        found = [self.by]
        for name, value in self.computed():
            if any(symbol in found for symbol in symbols_of(value)) and name not in found:
                found.append(name)
        return found[1:]

    def given(self, shape: Shape | None = None) -> list[Symbol]:
        """What is given as numbers, of a shape if one is said."""
        kinds = ("real", "positive", "integer", "one-hot")
        return [
            Symbol(name, meaning.shape)
            for name, meaning in self.table.meanings.items()
            if isinstance(meaning, Given) and meaning.kind in kinds and shape in (None, meaning.shape)
        ]

    def labels(self) -> Iterator[tuple[str, Given]]:
        """The names of class indices."""
        for name, meaning in self.table.meanings.items():
            if isinstance(meaning, Given) and meaning.kind in ("labels", "hot index"):
                yield name, meaning

    # ── numbers in front ──

    def counts(self) -> list[Dim]:
        """The dimensions of what the number is computed from: it may be a mean over any of them."""
        dims = {str(dim): dim for name in (self.by, *self.later_names()) for dim in name.shape.dims if not dim.is_unit}
        return list(dims.values())

    def fractions(self, *numbers: int) -> list[Expr]:
        """1, and one by each dimension, each times some numbers."""
        plain = [number(Fraction(size)) for size in numbers or (1,)]
        return [*plain, *(divided(size, extent(dim)) for dim in self.counts() for size in plain)]

    # ── softmaxes and other functions of what is asked for ──

    def softmaxes(self) -> list[Expr]:
        """What may be the softmax of `by`: names of its shape that are computed by exponentials of it; else itself."""
        named: list[Expr] = [
            name for name, value in self.next_names() if name.shape == self.by.shape and "exp" in functions_in(value)
        ]
        if not self.by.shape.is_matrix:
            return named
        axes = (0 if self.by.shape.is_column else 1,) if self.by.shape.is_vector else (1, 0)
        return named + [tree.Softmax(self.by, axis) for axis in axes]  # type: ignore[arg-type]


def functions_in(value: Expr) -> frozenset[str]:
    """The functions of one variable in an expression; a softmax is one of exponentials, a kink is `relu`."""
    found: set[str] = set()
    for part in walk(value):
        match part:
            case tree.Apply(function=function):
                found.add(function)
            case tree.Softmax() | tree.Reduce(kind="logsumexp"):
                found.add("exp")
            case tree.Extremum() | tree.Cases() | tree.Indicator():
                found.add("relu")
    return frozenset(found)


def is_function_of(value: Expr, function: str, symbol: Symbol) -> bool:
    """Whether a value is a function of a name, entry by entry."""
    return tidied(value) == tree.Apply(function, symbol)
