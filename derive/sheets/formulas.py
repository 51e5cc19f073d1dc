"""Formulas of a sheet: a tree -> LaTeX that reads back, with the shapes of its factors where they teach something."""

import re
from collections.abc import Iterator

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.shapes import Shape
from derive.expressions.style import PLAIN, Style, in_style
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import symbols_of
from derive.notation.symbols import SymbolTable
from derive.records import dataclass
from derive.sheets.written_out import with_other_letters

_INDEX = re.compile(r"_\{([a-z])\}")
"""A letter in the subscript of a name."""


@dataclass(frozen=True)
class Formulas:
    """Writes formulas as the author of an exercise does."""

    table: SymbolTable
    style: Style = PLAIN

    def written(self, node: Expr) -> str:
        """The LaTeX of an expression; the letter in a name such as `L_i` is none of a sum beside it."""
        if taken := set(_letters_in_names(node)):
            node = with_other_letters(in_style(node, self.style), taken)
        second = self._second_derivative(node)
        return latex(node, self.style) if second is None else second

    def _second_derivative(self, node: Expr) -> str | None:
        r"""`\frac{\partial^2 L}{\partial w \partial w^T}`; null for anything else."""
        if not (isinstance(node, tree.Derivative) and isinstance(node.of, tree.Derivative)):
            return None
        top, first, second = (latex(part, self.style) for part in (node.of.of, node.of.by, node.by))
        if not isinstance(node.of.of, Symbol):
            return None
        return rf"\frac{{\partial^2 {top}}}{{\partial {second} \partial {first}}}"

    def shaped(self, node: Expr) -> str | None:
        """The LaTeX of a product, or of a sum with products, with the shape below each factor; null for others."""
        if isinstance(node, tree.Add):
            terms = [self.shaped(term) for term in node.terms]
            if not any(terms) or any(isinstance(term, tree.Negative) for term in node.terms):
                return None
            return " + ".join(text or self.written(term) for text, term in zip(terms, node.terms, strict=True))
        factors = _factors(node)
        if len(factors) < 2:
            return None
        return (self.style.times if self.style.products else r" \; ").join(map(self._with_shape, factors))

    def _with_shape(self, factor: Expr) -> str:
        """A factor over its shape; the numbers in front of it have none."""
        front = ""
        while isinstance(factor, tree.Scale):
            number = self.written(factor.factor)
            is_sum = isinstance(factor.factor, (tree.Add, tree.Negative))
            front += rf"\left({number}\right) " if is_sum else f"{number} "
            factor = factor.operand
        text = self.written(factor)
        if isinstance(factor, (tree.Add, tree.Negative, tree.Hadamard, tree.MatMul)):
            text = rf"\left({text}\right)"
        return rf"{front}\underbrace{{{text}}}_{{{shape_of(factor.shape)}}}"


def _letters_in_names(node: Expr) -> Iterator[str]:
    for symbol in symbols_of(node):
        if " for every " not in symbol.name:
            yield from _INDEX.findall(symbol.name)


def shape_of(shape: Shape) -> str:
    r"""`N \times H`; of a scalar nothing."""
    return r" \times ".join(str(dim) for dim in shape.dims)


def _factors(node: Expr) -> list[Expr]:
    """The factors of a matrix product."""
    if isinstance(node, tree.MatMul):
        return [*_factors(node.left), *_factors(node.right)]
    return [node]
