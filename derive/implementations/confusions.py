"""One quantity where another one belongs: before an activation for behind it, another time, another size.

The rules need to know the program around the statement that they break; `derive.implementations.rules` has those that
need to know nothing but the node.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from derive.expressions import tree
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Add,
    Apply,
    Expr,
    Hadamard,
    MatMul,
    Negative,
    Node,
    Number,
    Size,
    Softmax,
    Symbol,
    Transpose,
)
from derive.expressions.walk import rebuilt, symbols_of
from derive.implementations.programs import ADJOINT, Program, Statement
from derive.implementations.rules import ONE, has_upstream
from derive.mistakes.rewriting import over_size, times_size
from derive.notation.symbols import Computed, Given

_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")


def family_of(name: str) -> str:
    """What names share that differ in their last number, as those of layers or times."""
    return _LAST_NUMBER.sub("", name)


class Confusions:
    """What may be taken for what in one statement of a program."""

    def __init__(self, program: Program, statement: Statement) -> None:
        self.program = program
        self.statement = statement
        self.meanings = program.table.meanings
        self.dims = {dim.name: dim for dim in program.table.dims.values()}
        self.activated = dict(_activated(program))
        self.before = {argument.name: (output, function) for output, (argument, function) in self.activated.items()}

    # ── across an activation ──

    def unactivated(self, node: Expr) -> Iterator[Expr]:
        """`H` as `Z`, where H is what an activation makes of Z."""
        if isinstance(node, Symbol) and node.name in self.activated:
            yield self.activated[node.name][0]

    def unactivated_factor(self, node: Expr) -> Iterator[Expr]:
        """The same of a factor of a matrix product, which is no derivative of the activation."""
        if isinstance(node, MatMul):
            yield from (MatMul(left, node.right) for left in self._unactivated_side(node.left))
            yield from (MatMul(node.left, right) for right in self._unactivated_side(node.right))

    def _unactivated_side(self, side: Expr) -> Iterator[Expr]:
        if isinstance(side, Transpose):
            yield from (Transpose(found) for found in self.unactivated(side.operand))
        else:
            yield from self.unactivated(side)

    def past_mask(self, node: Expr) -> Iterator[Expr]:
        """The derivative by Z as that by H, where H is a ReLU of Z."""
        yield from self._past(node, lambda function: function == "relu")

    def past_slope(self, node: Expr) -> Iterator[Expr]:
        """The derivative by Z as that by H, where H is another activation of Z."""
        yield from self._past(node, lambda function: function != "relu")

    def _past(self, node: Expr, is_meant: Callable[[str], bool]) -> Iterator[Expr]:
        if isinstance(node, Symbol) and node.name.startswith(ADJOINT):
            output, function = self.before.get(node.name.removeprefix(ADJOINT), ("", ""))
            if output and is_meant(function):
                yield Symbol(ADJOINT + output, node.shape)

    # ── another time, another size ──

    def later(self, node: Expr) -> Iterator[Expr]:
        """`h_0` and `h_1` as `h_1` and `h_2`: the states of other times."""
        yield from self._shifted(node, 1)

    def earlier(self, node: Expr) -> Iterator[Expr]:
        """`h_1` and `h_2` as `h_0` and `h_1`."""
        yield from self._shifted(node, -1)

    def _shifted(self, node: Expr, by: int) -> Iterator[Expr]:
        if node != self.statement.value:
            return
        families = {family_of(one.name) for one in symbols_of(node)} - {one.name for one in symbols_of(node)}
        for family in sorted(families):
            changed = self._renumbered(node, family, by)
            if changed is not None:
                yield changed

    def _renumbered(self, node: Expr, family: str, by: int) -> Expr | None:
        """An expression with every name of a family one further; null where there is no such name."""
        others: dict[str, Symbol] = {}
        for symbol in symbols_of(node):
            if family_of(symbol.name) == family:
                name = _LAST_NUMBER.sub(lambda match: str(int(match[0]) + by), symbol.name)
                other = self._quantity(name)
                if other is None or other.shape != symbol.shape:
                    return None
                others[symbol.name] = other

        def change(part: Node) -> Node | None:
            return others.get(part.name) if isinstance(part, Symbol) else None

        return rebuilt(node, change) if others else None  # type: ignore[return-value]

    def _quantity(self, name: str) -> Symbol | None:
        meaning = self.meanings.get(name)
        return Symbol(name, meaning.shape) if isinstance(meaning, (Given, Computed)) else None

    def other_size(self, node: Expr) -> Iterator[Expr]:
        """The size of a dimension as that of another one."""
        if isinstance(node, Size):
            yield from (Size(dim) for dim in self.dims.values() if dim != node.dim)

    def other_sizes(self, averaged: set[str]) -> Iterator[Callable[[Expr], Expr]]:
        """A mean that is divided by another size."""
        for name in averaged & self.dims.keys():
            for other, dim in self.dims.items():
                if other != name:
                    yield _exchanged(self.dims[name], dim)

    # ── factors ──

    def without_given_factor(self, node: Expr) -> Iterator[Expr]:
        """`G ⊙ γ` as `G`, where γ is given."""
        if isinstance(node, Hadamard):
            for kept, dropped in ((node.left, node.right), (node.right, node.left)):
                if kept.shape != node.shape or not isinstance(dropped, Symbol):
                    continue
                if isinstance(self.meanings.get(dropped.name), Given) and has_upstream(kept):
                    yield kept

    def slope_once_more(self, form: Expr) -> Iterator[Expr]:
        """The derivative by Z, multiplied by the derivative of the activation a second time."""
        output, function = self.before.get(self.statement.of, ("", ""))
        if output and function in _SLOPES and self.statement.is_adjoint:
            yield Hadamard(form, _SLOPES[function](Symbol(output, form.shape)))


def softmax_elementwise(node: Expr) -> Iterator[Expr]:
    """`P ⊙ (G - (P ⊙ G) 1 1ᵀ)` as `P ⊙ (1 - P) ⊙ G`."""
    match node:
        case Hadamard(weights, Add((upstream, Negative(inside)))) if _has_part(inside, Hadamard(weights, upstream)):
            yield Hadamard(Hadamard(weights, Add((ONE, Negative(weights)))), upstream)


def _has_part(node: Node, part: Expr) -> bool:
    return node == part or any(_has_part(inner, part) for inner in tree.parts(node))


def _exchanged(dim: Dim, other: Dim) -> Callable[[Expr], Expr]:
    return lambda node: over_size(other, times_size(dim, node))


_SLOPES: Mapping[str, Callable[[Symbol], Expr]] = {
    "sigmoid": lambda output: Hadamard(output, Add((ONE, Negative(output)))),
    "tanh": lambda output: Add((ONE, Negative(Hadamard(output, output)))),
}
"""The derivatives of activations in terms of what they give."""


def _activated(program: Program) -> Iterator[tuple[str, tuple[Symbol, str]]]:
    """What an activation gives, with its argument and the name of the function; a softmax is one of them."""
    for statement in program.statements:
        match statement.value:
            case _ if statement.is_derivative:
                continue
            case Apply(function, Symbol() as argument):
                yield statement.name, (argument, function)
            case tree.Extremum("max", Number(value), Symbol() as argument) if not value:
                yield statement.name, (argument, "relu")
            case tree.Extremum("max", Symbol() as argument, Number(value)) if not value:
                yield statement.name, (argument, "relu")
            case Softmax(Symbol() as argument):
                yield statement.name, (argument, "softmax")
