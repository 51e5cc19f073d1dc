"""How an expression is to be written: the choices that authors make, and what they make of a tree.

A style changes how things are written and never what they are. Where a notation is another expression (a sum of all
entries as `1^T y` or as a sum over an index), `in_style` gives the tree that is then written: an identity for all
sizes.
"""

import re
from collections.abc import Mapping
from dataclasses import field, replace
from fractions import Fraction
from typing import Literal

from derive.expressions import tree
from derive.expressions.shapes import SCALAR, Dim, column
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import rebuilt, walk
from derive.records import dataclass


@dataclass(frozen=True)
class Style:
    r"""The choices of one author; the defaults are those of the program's own reports.

    `transpose`, `norms`: the script of a transpose, and of the norm of a vector and of a matrix. `entrywise`: the sign
    of an entrywise product, `products` that between the factors of a matrix product, if any. `indicator`: its sign and
    its brackets. `masks`: an indicator alone, or as cases.
    `derivative`: of a scalar by a name, as a fraction or as a gradient. `exponential`: \exp(z) or e^{z}.
    `total`: a sum of all entries as a function of them, by vectors of ones, or over indices.
    `softmax`: of each column of a matrix without saying so, or of each row of the transposed matrix, transposed.
    `brackets`: such that scale everywhere, or only around what is tall, and none around what is read without.
    `joined`: whether a transpose joins the superscript of a name, W^{[2]T}. `vectors`: how one of ones stands.
    `ones`: whether these show their size. `commas`: whether they stand between two index letters. `bounds`: whether a
    sum says them where its index has its whole range. `short`: whether a script of one sign goes without braces.
    `first`: the number of the first position of an index.
    `names`: how a canonical name is spelled. `functions`: how a function of the tree is.
    """

    transpose: str = "^{T}"
    entrywise: str = r"\odot"
    products: str = ""
    indicator: tuple[str, str, str] = (r"\mathbb{1}", "(", ")")
    masks: Literal["indicator", "cases"] = "indicator"
    derivative: Literal["fraction", "gradient"] = "fraction"
    exponential: Literal["function", "power"] = "function"
    total: Literal["function", "ones", "indices"] = "function"
    softmax: Literal["unsaid", "of rows"] = "unsaid"
    norms: tuple[str, str] = ("_{F}", "_{F}")
    brackets: Literal["scaling", "fitting"] = "scaling"
    joined: bool = False
    vectors: Literal["column", "row"] = "column"
    ones: Literal["sized", "bare"] = "sized"
    commas: bool = True
    bounds: bool = True
    short: bool = False
    first: int = 1
    names: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)

    def spelled(self, name: str) -> str:
        """A canonical name as its author spells it."""
        own = self.names.get(name)
        return own if own is not None else self.scripts(name)

    @property
    def times(self) -> str:
        """What stands between the factors of a matrix product."""
        return f" {self.products} " if self.products else " "

    def scripts(self, text: str) -> str:
        """Scripts of one letter, digit or command without their braces, where the style is short."""
        return _SHORT.sub(r"\1\2", text) if self.short else text

    def around(self, text: str, opening: str = "(", closing: str = ")") -> str:
        """A text in brackets of the style."""
        if self.brackets == "scaling" or _TALL.search(text):
            return rf"\left{opening}{text}\right{closing}"
        return f"{opening}{text}{closing}"


_SHORT = re.compile(r"([_^])\{([A-Za-z0-9]|\\[A-Za-z]+)\}(?![A-Za-z0-9])")
_TALL = re.compile(r"\\(?:frac|sum|prod|begin|left|max_|min_)")

PLAIN = Style()
"""The style of the program's own reports."""


# ── notations that are other expressions ──


def in_style(node: Expr, style: Style) -> Expr:
    """The same value, with the expressions by which an author in this style would write it."""
    if isinstance(node, tree.Indicator) and style.masks == "cases":
        return tree.Cases(((tree.Number(Fraction(1)), node.condition), (tree.Number(Fraction(0)), None)))
    return _inside(node, style)


def _inside(node: Expr, style: Style) -> Expr:
    def change(part: Node) -> Node | None:
        return _cross_entropy(part, style) or _softmax(part, style) or _total(part, style)

    return rebuilt(node, change)  # type: ignore[return-value]


def cross_entropy(node: Node) -> tuple[Expr, Expr] | None:
    """The target y and the prediction p of -<y, log p>; null for anything else."""
    match node:
        case tree.Negative(tree.Dot(target, tree.Apply("log", prediction, ()))):
            return target, prediction
    return None


def _cross_entropy(node: Node, style: Style) -> Node | None:
    """A cross-entropy stays one where the author calls it by name."""
    return node if "crossentropy" in style.functions and cross_entropy(node) is not None else None


def _softmax(node: Node, style: Style) -> Node | None:
    """softmax(Z) of each column as softmax(Z^T)^T: where nothing is said, it is that of each row."""
    if style.softmax == "unsaid" or not isinstance(node, tree.Softmax) or node.axis or node.shape.is_vector:
        return None
    return tree.Transpose(replace(node, operand=_flipped(_inside(node.operand, style)), axis=1))


def _total(node: Node, style: Style) -> Node | None:
    """A sum of all entries, or of those of an entrywise product, without its function."""
    if style.total == "function":
        return None
    if isinstance(node, tree.Reduce) and node.kind == "sum" and node.operand.shape.is_matrix:
        operand = _inside(node.operand, style)
        return _by_ones(operand) if style.total == "ones" else _over_indices(operand)
    if isinstance(node, tree.Dot) and node.left.shape == node.right.shape and node.left.shape.is_matrix:
        left, right = _inside(node.left, style), _inside(node.right, style)
        if style.total == "indices":
            return _over_indices(tree.Hadamard(left, right))
        if left.shape.is_column:
            return tree.MatMul(_flipped(left), right)
        if left.shape.is_row:
            return tree.MatMul(left, _flipped(right))
        return tree.Reduce("trace", tree.MatMul(_flipped(left), right))
    return None


def _flipped(node: Expr) -> Expr:
    return node.operand if isinstance(node, tree.Transpose) else tree.Transpose(node)


def _by_ones(node: Expr) -> Expr:
    """1^T A 1, with the vectors of ones that the shape of A needs."""
    rows, columns = node.shape.dims
    if node.shape.is_row and not node.shape.is_column:
        return tree.MatMul(node, _ones(columns))
    left = tree.MatMul(tree.Transpose(_ones(rows)), node)
    return left if node.shape.is_column else tree.MatMul(left, _ones(columns))


def _ones(dim: Dim) -> Expr:
    return tree.Fill(1, column(dim))


def _over_indices(node: Expr) -> Expr:
    """sum_ij A_ij."""
    taken = {part.name for part in walk(node) if isinstance(part, (tree.IndexVariable, tree.Label, tree.Symbol))}
    free = iter(letter for letter in "ijklpqrs" if letter not in taken)
    indices: list[tree.Index] = []
    sums: list[tuple[tree.IndexVariable, tree.Range]] = []
    for dim in node.shape.dims:
        if dim.is_unit:
            indices.append(tree.IndexNumber(0))
            continue
        index = tree.IndexVariable(next(free), -1)
        indices.append(index)
        sums.append((index, tree.Range(0, (dim.size or 1) - 1, dim, "dimension")))
    body = _entry(node, indices[0], indices[1])
    for index, values in reversed(sums):
        body = tree.Quantified("sum", index, values, body)
    return body


def _entry(node: Expr, row: tree.Index, column: tree.Index) -> Expr:
    """The entry of sums and of entrywise products from the entries of their parts."""
    if node.shape.is_scalar:
        return node
    match node:
        case tree.Negative(operand):
            return tree.Negative(_entry(operand, row, column))
        case tree.Add(terms) if _fit(node, *terms):
            return tree.Add(tuple(_entry(term, row, column) for term in terms))
        case tree.Scale(factor, operand):
            return tree.Scale(factor, _entry(operand, row, column))
        case tree.Hadamard(left, right) if left.shape == right.shape:
            return tree.Scale(_entry(left, row, column), _entry(right, row, column))
        case tree.Power(base, exponent):
            return tree.Power(_entry(base, row, column), exponent)
        case tree.Transpose(operand):
            return _entry(operand, column, row)
        case tree.Indicator(tree.Comparison(left, comparator, right)) if _fit(node, left, right):
            sides = _entry(left, row, column), _entry(right, row, column)
            return tree.Indicator(tree.Comparison(sides[0], comparator, sides[1]))
        case tree.Apply(operand=operand):
            return replace(node, operand=_entry(operand, row, column))
    return tree.Entry(node, row, column)


def _fit(node: Expr, *parts: Expr) -> bool:
    """Whether the parts have an entry wherever the node has one."""
    return all(part.shape in (node.shape, SCALAR) for part in parts)
