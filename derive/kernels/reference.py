"""The reference of a model: its exact entries at its own sizes, differentiated by SymPy, as numeric code by `lambdify`.

What kernels are held against. It shares nothing with them: the entries are those of proofs, the derivatives SymPy's
own, and every entry is computed by itself. Each entry is an array of B numbers, one for each of B draws.
No text of a document reaches the code: symbols are called x0, x1, …, definitions d0, d1, …, functions f0, f1, ….
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy.simplify.cse_main import tree_cse

from derive.exact.derivatives import Definitions
from derive.exact.entries import Array, Entries
from derive.exact.scalars import Scalar, number
from derive.exact.scalars import Symbol as ScalarSymbol
from derive.exact.sympy_derivatives import SympyDefinitions
from derive.exact.sympy_form import to_sympy
from derive.exact.sympy_functions import Unspecified, UnspecifiedComponent
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.models import Model
from derive.notation.symbols import Computed, Given
from derive.records import dataclass

Values = NDArray[Any]
"""B values, of the shape B x the sizes of what they are values of."""

Draws = Mapping[str, Any]
"""What is given, by name: B arrays, B labels counted from 0, or what stands for a function.

A function is called with its order of differentiation and a value, a function of vectors with the number of a
component, the orders by its arguments, and these.
"""


@dataclass(frozen=True)
class Reference:
    """The reference of a model. `arrays` are the entries of its quantities, in their order."""

    model: Model
    quantities: tuple[Expr, ...]
    arrays: tuple[Array, ...]
    inputs: tuple[tuple[str, Given, Array], ...]
    functions: tuple[str, ...]
    code: Callable[..., Sequence[Any]]

    def at(self, draws: Draws) -> dict[Expr, Values]:
        """Every quantity at every draw. The values of what is not looked at may be missing."""
        columns = [column for name, given, array in self.inputs for column in _columns(draws[name], given, array)]
        count = max((len(column) for column in columns), default=1)
        functions = [_flat(draws[name], self.model.table.meanings[name]) for name in self.functions]
        with np.errstate(all="ignore"):
            entries = iter(self.code(*functions, *columns))
        found = {}
        for quantity, array in zip(self.quantities, self.arrays, strict=True):
            column = [np.broadcast_to(next(entries), (count,)) for _ in array.entries]
            found[quantity] = np.stack(column, axis=1).reshape(count, *array.sizes)
        return found

    def values(self, draws: Draws) -> dict[str, Values]:
        """Every computed name at every draw."""
        return {one.name: value for one, value in self.at(draws).items() if isinstance(one, Symbol)}

    def gradients(self, draws: Draws) -> dict[str, Values]:
        """The derivatives of the loss at every draw, of the shapes of the names by which they are taken."""
        found = self.at(draws)
        return {one.by.name: found[one] for one in _gradients(self.model) if isinstance(one.by, Symbol)}


def reference(model: Model, quantities: Iterable[Expr] = ()) -> Reference:
    """The reference of all computed names, of the loss's derivatives by all real names, and of further quantities.

    Raises `Undecidable` or `Unreadable` where an entry has no exact form.
    """
    table = model.table
    entries = Entries(table, number(model.kink), SympyDefinitions())
    wanted = tuple(dict.fromkeys((*_values(model), *_gradients(model), *quantities)))
    arrays = tuple(entries.lower(one, {}) for one in wanted)
    inputs = tuple((name, given, entries.arrays[name]) for name, given in _given(model) if name in entries.arrays)
    functions = tuple(name for name, meaning in table.meanings.items() if _is_function(meaning))
    symbols = [symbol for _, _, array in inputs for symbol in array.symbols]
    code = _Code(entries.definitions, symbols, functions).compiled(
        [entry for array in arrays for entry in array.entries]
    )
    return Reference(model, wanted, arrays, inputs, functions, code)


def _values(model: Model) -> Iterator[Expr]:
    for name, meaning in model.table.meanings.items():
        if isinstance(meaning, Computed) and meaning.value is not None:
            yield Symbol(name, meaning.shape)


def _gradients(model: Model) -> Iterator[Derivative]:
    """The derivatives of the loss by every real name, given or computed."""
    loss = model.table.loss
    for name, meaning in model.table.meanings.items():
        if loss is None or name == loss:
            continue
        if isinstance(meaning, Computed) or (isinstance(meaning, Given) and meaning.kind in ("real", "positive")):
            yield Derivative(Symbol(loss, SCALAR), Symbol(name, meaning.shape))


def _given(model: Model) -> Iterator[tuple[str, Given]]:
    """What has entries of its own; those of a hot index are its vector's."""
    for name, meaning in model.table.meanings.items():
        if isinstance(meaning, Given) and meaning.kind != "hot index" and not _is_function(meaning):
            yield name, meaning


def _is_function(meaning: object) -> bool:
    return isinstance(meaning, Given) and meaning.kind in ("function", "map")


# ── draws ──


def _columns(drawn: Any, given: Given, array: Array) -> Iterator[Values]:
    """B numbers for each entry; labels become the rows of zeros and a one that stand for them."""
    values = np.asarray(drawn)
    if given.kind == "labels":
        values = np.equal(values[..., None], np.arange(array.sizes[-1])).astype(float)
    flat = values.reshape(len(values), math.prod(array.sizes))
    return (flat[:, entry] for entry in range(flat.shape[1]))


def _flat(function: Callable[..., Any], given: object) -> Callable[..., Any]:
    """What stands for a function, called with one list of arguments as in SymPy's expressions."""

    def component(number: int, count: int, *rest: Any) -> Any:
        return function(number, rest[:count], rest[count:])

    return component if isinstance(given, Given) and given.kind == "map" else function


# ── code ──


class _Code:
    """Entries as a Python function of those that are given, whose words are all generated."""

    def __init__(self, definitions: Definitions, given: Iterable[ScalarSymbol], functions: Iterable[str]) -> None:
        self.definitions = definitions
        self.given = {one: sympy.Symbol(f"x{place}") for place, one in enumerate(given)}
        self.names = dict(self.given)
        self.functions = {name: sympy.Function(f"f{place}") for place, name in enumerate(functions)}

    def compiled(self, outputs: list[Scalar]) -> Callable[..., Sequence[Any]]:
        """The function, which takes what stands for functions, then B numbers for each entry that is given."""
        needed = self._needed(outputs)
        self.names |= {one: sympy.Symbol(f"d{place}") for place, one in enumerate(needed)}
        parts, last = self._parts([*(self.definitions.values[one] for one in needed), *outputs])
        parts += zip((self.names[one] for one in needed), last, strict=False)
        arguments = [*(str(one) for one in self.functions.values()), *self.given.values()]
        made: Callable[..., Sequence[Any]] = sympy.lambdify(
            arguments,
            last[len(needed) :],
            modules=[FUNCTIONS, "numpy"],
            cse=lambda reduced: (_in_order(parts), reduced),
        )
        return made

    def _needed(self, outputs: list[Scalar]) -> list[ScalarSymbol]:
        """The symbols with a definition on which something depends, up to what is given, in order."""
        found: set[ScalarSymbol] = set()
        waiting = [symbol for one in outputs for symbol in one.free_symbols]
        while waiting:
            symbol = waiting.pop()
            if symbol not in found and symbol not in self.given:
                found.add(symbol)
                waiting += self.definitions.values[symbol].free_symbols
        return sorted(found, key=self.definitions.rank.__getitem__)

    def _parts(self, scalars: list[Scalar]) -> tuple[list[tuple[sympy.Expr, sympy.Expr]], list[sympy.Expr]]:
        """Common subexpressions with their names, and what the expressions are in terms of these."""
        renamed = {to_sympy(symbol): name for symbol, name in self.names.items()}
        expressions = [self._without_names(to_sympy(one).xreplace(renamed)) for one in scalars]
        common, reduced = tree_cse(expressions, sympy.numbered_symbols("t"), order="none")
        return list(common), list(reduced)

    def _without_names(self, expression: sympy.Expr) -> sympy.Expr:
        """Functions that are known by name only under generated names."""
        if not self.functions:
            return expression
        return expression.replace(
            lambda part: isinstance(part, (Unspecified, UnspecifiedComponent)),
            lambda part: self.functions[part.args[0].name](*part.args[1:]),
        )


def _in_order(parts: list[tuple[sympy.Symbol, sympy.Expr]]) -> list[tuple[sympy.Symbol, sympy.Expr]]:
    """Definitions, each after those that stand in it."""
    values = dict(parts)
    graph = {one: [other for other in value.free_symbols if other in values] for one, value in parts}
    return [(one, values[one]) for one in TopologicalSorter(graph).static_order()]


def _positive(u: Any) -> Any:
    return (np.real(u) > 0).astype(float)


def _maximum(a: Any, b: Any, kink: Any) -> Any:
    return np.where(np.real(a) >= np.real(b), a, b)


FUNCTIONS = {
    "Positive": _positive,
    "Zero": lambda u: (np.real(u) == 0).astype(float),
    "Sign": lambda u: np.sign(np.real(u)),
    "Absolute": lambda u, kink: _maximum(u, -u, kink),
    "Maximum": _maximum,
    "erf": np.vectorize(math.erf, otypes=[float]),
}
"""What SymPy's printer has no word for; conditions look at real parts, so that imaginary steps go through."""
