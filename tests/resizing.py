"""The same expressions and tables at other sizes: what is proved for every dimension must hold there too.

A dimension is known by its name. Ranges to the end of a dimension, and positions counted from its end, go along.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from derive.expressions import tree
from derive.expressions.shapes import Dim, Shape
from derive.notation.symbols import Computed, Given, SymbolTable

T = TypeVar("T")
Sizes = Mapping[str, int]


class NoSuchPlaceError(Exception):
    """A position that is written down is outside a dimension of this size."""


def resized(node: T, sizes: Sizes) -> T:
    """A node, shape, meaning or table with the sizes of its dimensions put in by their names."""
    return _resized(node, sizes)  # type: ignore[no-any-return]


def _resized(node: Any, sizes: Sizes) -> Any:
    match node:
        case Dim(_, name):
            return Dim(sizes[name], name) if name in sizes else node
        case tuple():
            return tuple(_resized(part, sizes) for part in node)
        case tree.Range(_, _, dim) if node.extent == "dimension":
            new = _resized(dim, sizes)
            return replace(node, last=new.size - 1 - node.from_end, dim=new)
        case tree.IndexNumber(position, _, end) if end is not None:
            new = _resized(end, sizes)
            at = new.size - ((end.size or 0) - position)
            if at < 0:
                raise NoSuchPlaceError
            return replace(node, position=at, end=new)
        case tree.Expr() | tree.Node() | Shape() | Given() | Computed():
            parts = {part.name: getattr(node, part.name) for part in fields(node) if part.init and part.name != "span"}
            return replace(node, **{name: _resized(part, sizes) for name, part in parts.items()})
    return node


def resized_table(table: SymbolTable, sizes: Sizes) -> SymbolTable:
    meanings = {
        name: _resized(meaning, sizes) if isinstance(meaning, Given | Computed) else meaning
        for name, meaning in table.meanings.items()
    }
    return replace(table, dims={name: _resized(dim, sizes) for name, dim in table.dims.items()}, meanings=meanings)
