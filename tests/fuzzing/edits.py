"""Editing one place of a tree: what the rewritings and the breakages have in common."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.errors import FormulaError
from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import rebuilt, walk
from derive.notation.symbols import Computed, SymbolTable


@dataclass(frozen=True)
class Context:
    """What an edit may draw on."""

    generator: random.Random
    table: SymbolTable

    def symbols(self, shape: Shape) -> list[Expr]:
        """The names with a shape, transposed ones too."""
        found: list[Expr] = []
        for name, meaning in self.table.meanings.items():
            if not isinstance(meaning, Computed) and getattr(meaning, "kind", "") not in NUMBERS:
                continue
            symbol = tree.Symbol(name, meaning.shape)
            if meaning.shape == shape:
                found.append(symbol)
            elif shape.is_matrix and meaning.shape.is_matrix and meaning.shape.transposed == shape:
                found.append(tree.Transpose(symbol))
        return found

    def some(self, shape: Shape) -> Expr:
        """Something of a shape that is not zero."""
        found = self.symbols(shape)
        if found:
            return self.generator.choice(found)
        if shape.is_scalar:
            return tree.Number(Fraction(self.generator.choice((2, 3, 7))))
        return tree.Fill(1, shape)

    def definition(self, name: str) -> Expr | None:
        meaning = self.table.meanings.get(name)
        return meaning.value if isinstance(meaning, Computed) else None


Edit = Callable[[Expr, Context], Expr | None]
Edits = Mapping[str, Edit]


NUMBERS = ("real", "positive", "one-hot")
"""The kinds of what is given that can stand in a formula by themselves."""

FITTING_EVERYWHERE = frozenset({
    "add nothing", "by entries", "multiply by one", "transpose", "add a tiny term", "divide by a size", "flip a sign",
    "wrong factor", "complement",
})  # fmt: skip
EVERYWHERE = 0.2
"""How much rarer such an edit is tried, so that those which need a pattern get their turn."""


def number(value: int | Fraction) -> tree.Number:
    return tree.Number(Fraction(value))


def scaled(factor: int | Fraction, operand: Expr) -> Expr:
    """c A; a negative number gets its sign apart, as people write it."""
    if factor < 0:
        return tree.Negative(tree.Scale(number(-factor), operand))
    return tree.Scale(number(factor), operand)


def uses(node: Node, index: tree.IndexVariable) -> bool:
    return any(part == index for part in walk(node))


def fresh(node: Node, generator: random.Random) -> int:
    """A scope that no index in a tree has."""
    return 1000 + max((part.scope for part in walk(node) if isinstance(part, tree.IndexVariable)), default=0) + 1


def whole(dim: tree.Dim) -> tree.Range:
    return tree.Range(0, (dim.size or 1) - 1, dim)


def edited(root: Expr, edits: Edits, context: Context, tries: int = 40) -> tuple[str, Expr] | None:
    """The tree with one random edit at one random place, and the edit's name; None where none fits."""
    weights = [EVERYWHERE if name in FITTING_EVERYWHERE else 1 for name in edits]
    names = context.generator.choices(list(edits), weights, k=tries)
    places = list(_places(root))
    for name in names:
        context.generator.shuffle(places)
        for at, node in places:
            try:
                new = edits[name](node, context)
                if new is None or new == node or new.shape != node.shape:
                    continue
                found = _with(root, at, new)
            except FormulaError:
                continue
            if found.shape == root.shape:
                return name, found
    return None


def _places(root: Expr) -> Iterator[tuple[int, Expr]]:
    """Every expression in a tree with its number; a derivative is one place, whatever is in it."""
    found: list[Expr] = []

    def look(node: Node) -> Node | None:
        if not isinstance(node, Expr):
            return None
        found.append(node)
        return node if isinstance(node, tree.Derivative) else None

    rebuilt(root, look)
    return enumerate(found)


def _with(root: Expr, at: int, new: Expr) -> Expr:
    count = -1

    def change(node: Node) -> Node | None:
        nonlocal count
        if not isinstance(node, Expr):
            return None
        count += 1
        if count == at:
            return new
        return node if isinstance(node, tree.Derivative) else None

    return rebuilt(root, change)  # type: ignore[return-value]
