r"""Formulas the other way round: of a matrix the transpose, of a number the same number.

(X W + b)^T = W^T X^T + b^T: where each name stands for its transpose from now on, that is W X + b.
"""

import re
from collections.abc import Collection
from functools import singledispatch

from derive.expressions import tree
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import walk
from derive.notation.names import read_name
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.notation.tokens import tokenize
from derive.records import dataclass
from derive.sheets.variants.formulas import edited, equations, written

_MARK = re.compile(r"\^\{?\s*\\?[A-Za-z]+\s*\}?$|(?<=\])T")
"""A transpose at the end of a name."""


class NotTurned(Exception):
    """Something for which there is no plain other way round."""


@dataclass(frozen=True)
class Turner:
    """Turns formulas, all names but the kept ones."""

    table: SymbolTable
    kept: Collection[str]

    def keeps(self, key: str) -> bool:
        return key in self.kept

    def keeps_shown(self, formula: str) -> bool:
        """Whether a formula is the name of something that keeps its rows."""
        values = (side.value for equation in equations(self.table, formula) for side in equation.sides)
        return any(isinstance(value, tree.Symbol) and value.name in self.kept for value in values)

    def declaration(self, name: str, what: str) -> str:
        """A declaration with its dimensions the other way round."""
        key = self.table.find(read_name(name))
        member = re.fullmatch(r"(row|column)( of .+?)( as a column)?", what)
        if member is not None:
            if member[1] == "column" or member[3] is None:
                raise NotTurned
            return f"column{member[2]}"
        meaning = None if key is None else self.table.meanings[key]
        if not isinstance(meaning, Given) or meaning.shape.is_scalar or key in self.kept or meaning.kind == "labels":
            return what
        if meaning.structure:
            return what
        turned = re.fullmatch(r"(.*?)(\S+)\s*x\s*(\S+)", what)
        if turned is None:
            raise NotTurned
        return f"{turned[1]}{turned[3]} x {turned[2]}"

    def name(self, name: str) -> str:
        """A name of the model; the indices of one that has two change places."""
        match = re.fullmatch(r"(.*)_\{?(\w)\s*,?\s*(\w)\}?", name)
        if read_name(name) in self.table.meanings or match is None:
            return name
        return f"{match[1]}_{{{match[3]}{match[2]}}}"

    def formula(self, formula: str) -> str:
        """A formula of the setting, every side of it turned. Raises `NotTurned` where one is not read."""
        edits = []
        for equation in equations(self.table, formula):
            for side in equation.sides:
                if side.value is None or side.value.span is None:
                    raise NotTurned
                span = side.value.span
                if not isinstance(side.value, tree.Symbol):
                    edits.append((span.start, span.end, turned(side.value, self, formula)))
        return edited(formula, edits)

    def asked(self, formula: str) -> str:
        """What is asked: a derivative by names stays so, one by entries is by others."""
        values = [side.value for equation in equations(self.table, formula) for side in equation.sides]
        nodes = [node for value in values if value is not None for node in walk(value)]
        return self.formula(formula) if any(isinstance(node, tree.Entry) for node in nodes) else formula

    def shown(self, formula: str) -> str:
        """A formula of the text; one that is not read stays, if it mentions nothing that is turned. Nor are shapes."""
        tokens = tokenize(formula, self.table.words)
        if any(token.kind == "TIMES" for token in tokens):
            raise NotTurned
        sides = [side for equation in equations(self.table, formula) for side in equation.sides]
        if sides and all(side.value is not None for side in sides):
            return self.formula(formula)
        if any(token.text in self._first_tokens for token in tokens):
            raise NotTurned
        return formula

    @property
    def _first_tokens(self) -> frozenset[str]:
        """How the names of vectors and matrices begin."""
        meanings = self.table.meanings.items()
        arrays = ((name, one.shape) for name, one in meanings if isinstance(one, (Computed, Given)))
        names = (name for name, shape in arrays if not shape.is_scalar)
        return frozenset(tokenize(name, self.table.words)[0].text for name in names)


@singledispatch
def turned(node: Node, turner: Turner, formula: str) -> str:
    """The LaTeX of the transpose of a node, of a number the same number. Raises `NotTurned`."""
    raise NotTurned


@turned.register(tree.Number)
@turned.register(tree.Size)
@turned.register(tree.Constant)
@turned.register(tree.IndexValue)
def _as_it_is(node: Expr, turner: Turner, formula: str) -> str:
    return written(formula, node)


@turned.register
def _ones(node: tree.Fill, turner: Turner, formula: str) -> str:
    """A vector of ones gets the mark of a transpose, or loses it; zeros are as long as what they stand beside."""
    text = written(formula, node)
    if not node.value or not node.shape.is_vector:
        return text
    without_mark = _MARK.sub("", text)
    return rf"{text}^T" if without_mark == text else without_mark


@turned.register(tree.Add)
@turned.register(tree.Negative)
@turned.register(tree.Scale)
@turned.register(tree.Hadamard)
@turned.register(tree.Quotient)
@turned.register(tree.Power)
@turned.register(tree.Apply)
@turned.register(tree.Extremum)
@turned.register(tree.Quantified)
@turned.register(tree.Derivative)
@turned.register(tree.Dot)
def _part_by_part(node: Expr, turner: Turner, formula: str) -> str:
    """(A + B)^T = A^T + B^T: what goes entry by entry, and sums over all entries."""
    if node.span is None:
        raise NotTurned
    edits = []
    for part in tree.parts(node):
        if isinstance(part, Expr) and part.span is not None:
            if part.span == node.span:
                return turned(part, turner, formula)
            text = _bare(part, turner, formula) if isinstance(node, tree.Derivative) else turned(part, turner, formula)
            edits.append((part.span.start - node.span.start, part.span.end - node.span.start, text))
    return edited(written(formula, node), edits)


def _bare(node: Expr, turner: Turner, formula: str) -> str:
    """What is differentiated, and by what: a name stays this name."""
    return written(formula, node) if isinstance(node, tree.Symbol) else turned(node, turner, formula)


@turned.register
def _symbol(node: tree.Symbol, turner: Turner, formula: str) -> str:
    """A name means its transpose from now on, but for the kept ones."""
    text = written(formula, node)
    return rf"{text}^T" if turner.keeps(node.name) and not node.shape.is_scalar else text


@turned.register
def _transpose(node: tree.Transpose, turner: Turner, formula: str) -> str:
    """(A^T)^T = A for a kept name; a turned one keeps its mark."""
    if not isinstance(node.operand, tree.Symbol):
        raise NotTurned
    text = written(formula, node)
    return _MARK.sub("", text) if turner.keeps(node.operand.name) else text


@turned.register
def _reduced(node: tree.Reduce, turner: Turner, formula: str) -> str:
    """Norms, sums and traces are those of the transpose too."""
    return written(formula, node) if isinstance(node.operand, tree.Symbol) else _part_by_part(node, turner, formula)


@turned.register
def _softmax(node: tree.Softmax, turner: Turner, formula: str) -> str:
    """Of a vector; that of a matrix runs along its rows, and nothing that is written would say along its columns."""
    if not node.shape.is_vector:
        raise NotTurned
    return _part_by_part(node, turner, formula)


@turned.register
def _product(node: tree.MatMul, turner: Turner, formula: str) -> str:
    """(A B)^T = B^T A^T, a number in front stays in front."""
    left, factor = node.left, ""
    if isinstance(left, tree.Scale):
        factor, left = f"{turned(left.factor, turner, formula)} ", left.operand
    right = turned(node.right, turner, formula)
    is_open = isinstance(node.right, tree.Apply) and not right.endswith((")", "}"))
    return f"{factor}{f'({right})' if is_open else right} {turned(left, turner, formula)}"


@turned.register
def _entry(node: tree.Entry, turner: Turner, formula: str) -> str:
    """(A^T)_ij = A_ji; a vector has one index whichever way it lies."""
    text = written(formula, node)
    if not isinstance(node.operand, tree.Symbol):
        raise NotTurned
    if node.operand.shape.is_vector or turner.keeps(node.operand.name):
        return text
    match = re.fullmatch(r"(.*?)_\{\s*(\w|\w(?=,))\s*(,?)\s*(\w(?:_\w)?)\s*\}(.*)", text)
    if match is None:
        raise NotTurned
    return f"{match[1]}_{{{match[4]}{match[3]}{match[2]}}}{match[5]}"
