"""Sizes that are used as numbers, made symbols: 2/N is not 1 because N is 2 where a step is checked."""

from dataclasses import replace

from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Expr, Node, Size, Symbol
from derive.expressions.walk import rebuilt
from derive.notation.symbols import Computed, Given, Meaning, SymbolTable


def freed(value: Expr) -> Expr:
    """An expression in which sizes are symbols."""
    return rebuilt(value, _symbol)  # type: ignore[return-value]


def with_free_sizes(table: SymbolTable) -> SymbolTable:
    """A table in which all is computed with sizes that are any positive numbers."""
    meanings: dict[str, Meaning] = {_name(dim.name): Given("positive", SCALAR) for dim in table.dims.values()}
    for name, meaning in table.meanings.items():
        is_computed = isinstance(meaning, Computed) and meaning.value is not None
        meanings[name] = replace(meaning, value=freed(meaning.value)) if is_computed else meaning  # type: ignore
    return replace(table, meanings=meanings, other_values={})


def _symbol(node: Node) -> Node | None:
    return Symbol(_name(node.dim.name), SCALAR) if isinstance(node, Size) else None


def _name(dim: str) -> str:
    return f"(size) {dim}"
