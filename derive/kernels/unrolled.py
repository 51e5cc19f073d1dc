"""Exponentials without names of their own: the same model, where what is made of them stands written out.

`E = e^S`, `Q_i = sum_j E_ij` and `P = E / Q` are each a function of the one before, and a chain of derivatives has
factors 1 / Q² and E, of which one vanishes where the other overflows. In terms of S there is nothing of the kind.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from derive.expressions import tree
from derive.expressions.tree import Expr, Node, Symbol, parts
from derive.expressions.walk import rebuilt, symbols_of
from derive.notation.symbols import Computed, SymbolTable

EXPONENTIALS = frozenset({"exp", "sigmoid", "softplus", "tanh", "sinh", "cosh"})
"""The functions that are as large or as small as an exponential, or undo one."""


def unrolled(table: SymbolTable, names: Collection[str]) -> SymbolTable:
    """A table in which some computed names stand in no value: what they are stands there."""
    values: dict[str, Expr] = {}
    meanings = dict(table.meanings)
    for name, meaning in table.meanings.items():
        if isinstance(meaning, Computed) and meaning.value is not None:
            value = _with_values(meaning.value, values)
            meanings[name] = replace(meaning, value=value)
            if name in names:
                values[name] = value
    return replace(table, meanings=meanings)


def _with_values(node: Expr, values: dict[str, Expr]) -> Expr:
    found = rebuilt(node, lambda part: values.get(part.name) if isinstance(part, Symbol) else None)
    assert isinstance(found, Expr)
    return found


def names_of_exponentials(table: SymbolTable) -> tuple[str, ...]:
    """The computed names that are made of exponentials, and that only such names and the loss are made from."""
    found: set[str] = set()
    users: dict[str, set[str]] = {}
    for name, value in _values(table):
        for symbol in symbols_of(value):
            users.setdefault(symbol.name, set()).add(name)
        if is_exponential(value, found):
            found.add(name)
    for name, _ in reversed(list(_values(table))):
        if not users.get(name, set()) <= found | {table.loss}:
            found.discard(name)
    return tuple(name for name, _ in _values(table) if name in found and name != table.loss)


def _values(table: SymbolTable) -> Iterator[tuple[str, Expr]]:
    for name, meaning in table.meanings.items():
        if isinstance(meaning, Computed) and meaning.value is not None:
            yield name, meaning.value


def is_exponential(node: Node, names: Collection[str]) -> bool:
    """Whether a value is made of exponentials by arithmetic, sums and logarithms; `names` are values that are."""
    match node:
        case Symbol():
            return node.name in names
        case tree.Apply():
            return node.function in EXPONENTIALS or is_exponential(node.operand, names)
        case tree.Softmax():
            return True
        case tree.MatMul():
            return all(isinstance(part, tree.Fill) or is_exponential(part, names) for part in (node.left, node.right))
    return any(is_exponential(part, names) for part in parts(node))
