"""How much work a model is, roughly, at given sizes: what the time of a good implementation grows with."""

from collections.abc import Mapping
from math import prod

from derive.expressions import tree
from derive.expressions.shapes import Dim
from derive.expressions.tree import Node
from derive.expressions.walk import walk
from derive.models import Model
from derive.notation.symbols import Computed

Sizes = Mapping[str, int]


def work_of(model: Model, sizes: Sizes) -> float:
    """The products and sums of all that the model computes; of sums over an index as if each were made anew."""
    values = [one.value for one in model.table.meanings.values() if isinstance(one, Computed) and one.value is not None]
    wholes = [node.operand for value in values for node in walk(value) if isinstance(node, (tree.Entry, tree.Slice))]
    return sum(_work(value, sizes) for value in (*values, *wholes))


def _work(node: Node, sizes: Sizes) -> float:
    """What one value costs; of that of which it takes an entry nothing, as it is made once."""
    if isinstance(node, tree.Entry):
        return 1
    inside = sum(_work(part, sizes) for part in tree.parts(node))
    match node:
        case tree.Quantified():
            return _size(node.range.dim, sizes) * max(inside, 1)
        case tree.EntryFormula():
            return _entries(node, sizes) * max(inside, 1)
        case tree.MatMul(left):
            return inside + _entries(node, sizes) * _size(left.shape.dims[-1], sizes)
        case tree.Inverse() | tree.MatrixPower() | tree.Reduce("det"):
            return inside + _entries(node, sizes) ** 2
        case tree.Slice():
            return _entries(node, sizes)
        case tree.Expr():
            return inside + _entries(node, sizes)
    return inside


def _entries(node: tree.Expr, sizes: Sizes) -> float:
    return float(prod(_size(dim, sizes) for dim in node.shape.dims))


def _size(dim: Dim, sizes: Sizes) -> int:
    """A dimension's size; that of a product of dimensions is the product of theirs."""
    return prod(sizes[name] for name in dim.name.split("·")) if _is_known(dim, sizes) else dim.size or 1


def _is_known(dim: Dim, sizes: Sizes) -> bool:
    return bool(dim.name) and all(name in sizes for name in dim.name.split("·"))
