"""`W_{ji}` for `W_{ij}`: an index in the wrong place, or another letter than the right one."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from derive.expressions.tree import Derivative, Entry, Expr, IndexVariable
from derive.expressions.walk import walk
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_subscript
from derive.mistakes.respelling import exchanged as in_another_order
from derive.mistakes.rewriting import everywhere, exchanged
from derive.mistakes.wrong import Wrong
from derive.notation.syntax import List


def repairs(wrong: Wrong) -> Iterator[Expr | List]:
    """The indices of one entry exchanged, one of them replaced by another letter, two letters exchanged everywhere."""
    if wrong.syntax is not None:
        yield from each_subscript(wrong.syntax, in_another_order)
    if wrong.written is None:
        return
    letters = {node for node in walk(wrong.written) if isinstance(node, IndexVariable)}
    letters |= {IndexVariable(letter) for letter in wrong.known.free}
    in_order = sorted(letters, key=lambda index: (index.name, index.scope))
    yield from everywhere(wrong.written, lambda node: _with_other_indices(node, in_order))
    for first, second in itertools.combinations(in_order, 2):
        yield exchanged(wrong.written, first, second)


def _with_other_indices(node: Expr, letters: list[IndexVariable]) -> Iterator[Expr]:
    if isinstance(node, Derivative):
        for other in _with_other_indices(node.by, letters):
            yield replace(node, by=other)
    if not isinstance(node, Entry):
        return
    if node.row != node.column:
        yield Entry(node.operand, node.column, node.row)
    for letter in letters:
        if isinstance(node.row, IndexVariable) and node.row != letter:
            yield Entry(node.operand, letter, node.column)
        if isinstance(node.column, IndexVariable) and node.column != letter:
            yield Entry(node.operand, node.row, letter)


WRONG_INDEX = Mistake(
    code="wrong-index",
    title="an index is wrong",
    message="Follow each index through the formula: one of them is wrong.",
    looks_like=r"\frac{\partial L}{\partial H_{nj}} = \sum_k \delta_{nk} V_{kj}",
    instead=r"\frac{\partial L}{\partial H_{nj}} = \sum_k \delta_{nk} V_{jk}",
    because=(
        r"From $O_{nk} = \sum_j H_{nj} V_{jk}$ follows $\frac{\partial O_{nk}}{\partial H_{nj}} = V_{jk}$: the "
        r"indices of $V$ keep the order that they have in the forward pass. An index stands for the same thing on "
        r"both sides, and one that is summed over stands on neither."
    ),
    repairs=repairs,
    caught=(
        Example("square layer", r"\frac{\partial L}{\partial h_i} = \sum_j e_j W_{ij}"),
        Example("square layer", r"\frac{\partial L}{\partial W_{ij}} = e_j h_i"),
    ),
    not_caught=(
        Example("square layer", r"\frac{\partial L}{\partial h_i} = \sum_j e_j W_{ji}"),
        Example("square layer", r"\frac{\partial L}{\partial W_{ij}} = -e_i h_j"),
    ),
)
