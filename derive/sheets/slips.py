"""What often goes wrong in an answer: the right formula broken in the ways that students break it.

A break is printed only if the checker refutes it and names the mistake that it is meant to show.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice

from derive.expressions import tree
from derive.expressions.tree import (
    Add,
    Expr,
    Hadamard,
    MatMul,
    Negative,
    Node,
    Number,
    Power,
    Scale,
    Size,
    Symbol,
    Transpose,
)
from derive.expressions.walk import symbols_of, walk
from derive.mistakes.rewriting import everywhere, sum_of
from derive.records import dataclass

EACH_WAY = 2
"""So many places at which one break is tried."""


@dataclass(frozen=True)
class Slip:
    """A wrong answer, and the code of the mistake that makes it."""

    code: str
    value: Expr


def slips(truth: Expr, parameter: str | None) -> Iterator[Slip]:
    """The ways in which an answer is often got wrong, those that are seen most first.

    `parameter` is the given name by which is differentiated; null where it is a computed one, or no name.
    """
    for code, rule in BREAKS.items():
        changed = dict.fromkeys(value for value in everywhere(truth, rule) if value != truth)
        yield from (Slip(code, value) for value in islice(changed, EACH_WAY))
    for value in islice(_without_penalty(truth, parameter), EACH_WAY):
        yield Slip("missing-regulariser", value)


def _has(node: Node, *kinds: type[Node]) -> bool:
    return any(isinstance(part, kinds) for part in walk(node))


def _without_mask(node: Expr) -> Iterator[Expr]:
    r"""`G \odot 1(Z > 0)` as `G`."""
    if isinstance(node, Hadamard) and node.left.shape == node.right.shape:
        for kept, dropped in ((node.left, node.right), (node.right, node.left)):
            if isinstance(dropped, tree.Indicator) and _is_of_a_unit(dropped.condition):
                yield kept


def _is_of_a_unit(condition: tree.Condition) -> bool:
    """Whether a condition says which units are on: a name against zero, and no threshold of a loss."""
    match condition:
        case tree.Comparison(Symbol(), _, Number(value)) | tree.Comparison(Number(value), _, Symbol()):
            return value == 0
    return False


def _without_slope(node: Expr) -> Iterator[Expr]:
    r"""`G \odot (1 - a^2)` as `G`: a factor that is no mask and no incoming gradient."""
    if isinstance(node, Hadamard) and node.left.shape == node.right.shape:
        factor = node.right
        if _has(factor, Add, tree.Apply) and not _has(factor, tree.Indicator, MatMul):
            yield node.left


def _without_mean(node: Expr) -> Iterator[Expr]:
    """`(1/N) A` as `A`, `(2/N) A` as `2 A`."""
    match node:
        case Scale(tree.Quotient(Number(value), Size()), operand):
            yield operand if value == 1 else Scale(Number(value), operand)


def _without_two(node: Expr) -> Iterator[Expr]:
    r"""`2 \lambda W` as `\lambda W`, `(2/N) A` as `(1/N) A`."""
    match node:
        case Scale(Number(value), operand) if value == 2:
            yield operand
        case Scale(tree.Quotient(Number(value), size), operand) if value == 2:
            yield Scale(tree.Quotient(Number(Fraction(1)), size), operand)


def _without_target(node: Expr) -> Iterator[Expr]:
    """`p - y` as `p`."""
    match node:
        case Add((first, Negative(second))) if _is_quantity(first) and _is_quantity(second):
            yield first


def _reversed(node: Expr) -> Iterator[Expr]:
    """`p - y` as `y - p`."""
    match node:
        case Add((first, Negative(second))) if _is_quantity(first) and _is_quantity(second):
            yield Add((second, Negative(first)))


def _is_quantity(node: Expr) -> bool:
    """Whether something is a name, or an entry or the transpose of one: a prediction, a target."""
    return isinstance(node.operand if isinstance(node, (Transpose, tree.Entry)) else node, Symbol)


def _without_sum(node: Expr) -> Iterator[Expr]:
    """`1^T A` as `A`: the sum over the batch is dropped."""
    match node:
        case MatMul(Transpose(tree.Fill()), rest) | MatMul(rest, tree.Fill()):
            yield rest


def _without_square(node: Expr) -> Iterator[Expr]:
    """`1 - a^2` as `1 - a`."""
    match node:
        case Add((Number() as one, Negative(Power(base, Number(value))))) if value == 2:
            yield Add((one, Negative(base)))


def _without_transpose(node: Expr) -> Iterator[Expr]:
    """`A^T B` as `A B`, where the shapes happen to fit."""
    match node:
        case MatMul(Transpose(left), right):
            yield MatMul(left, right)
        case MatMul(left, Transpose(right)):
            yield MatMul(left, right)


BREAKS: Mapping[str, Callable[[Expr], Iterator[Expr]]] = {
    "missing-mask": _without_mask,
    "missing-activation-derivative": _without_slope,
    "missing-mean": _without_mean,
    "dropped-batch-sum": _without_sum,
    "missing-target": _without_target,
    "difference-reversed": _reversed,
    "unsquared-activation": _without_square,
    "missing-factor-two": _without_two,
    "missing-transpose": _without_transpose,
}
"""How an answer is broken at one place, by the code of the mistake that this is."""


def _without_penalty(truth: Expr, parameter: str | None) -> Iterator[Expr]:
    """A sum without a term in which nothing but the parameter and numbers stands, beside others with more in them.

    An inverse is of no penalty: it comes from a determinant or from a quadratic form, which no one leaves out.
    """
    if not isinstance(truth, Add) or parameter is None:
        return
    names = [{symbol.name for symbol in symbols_of(term) if not symbol.shape.is_scalar} for term in truth.terms]
    if all(found <= {parameter} for found in names):
        return
    for at, term in enumerate(truth.terms):
        if names[at] == {parameter} and not _has(term, tree.Inverse):
            yield sum_of([*truth.terms[:at], *truth.terms[at + 1 :]])
