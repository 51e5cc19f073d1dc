"""`1(S > 0)` for `1(Z > 0)`: a mask taken of something else."""

from collections.abc import Iterator

from derive.expressions.tree import Comparison, Entry, Expr, Node, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.mistakes.masks import in_letters_of, is_a_mask, true_masks
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_comparison, named
from derive.mistakes.rewriting import everywhere, substituted
from derive.mistakes.wrong import Wrong
from derive.mistakes.wrong_layer import other_names, value_names, with_other_names
from derive.notation.syntax import List


def repairs(wrong: Wrong) -> Iterator[Expr | List]:
    """One mask in the formula replaced by one of the truth or of an activation; what is compared by another name."""
    masks = wrong.known.once(true_masks)
    if wrong.written is not None:
        yield from everywhere(wrong.written, lambda node: _other_masks(wrong, node, masks))
    if wrong.syntax is not None:
        names = [written for name in value_names(wrong) if (written := named(name)) is not None]
        yield from each_comparison(wrong.syntax, lambda term: with_other_names(term, names))


def _other_masks(wrong: Wrong, node: Expr, masks: tuple[Expr, ...]) -> Iterator[Expr]:
    if is_a_mask(node):
        for mask in masks:
            yield from in_letters_of(mask, node, wrong.known.free)
        for symbol in dict.fromkeys(symbols_of(node)):
            for other in other_names(wrong, symbol):
                yield substituted(node, symbol, other)
        for part in _formulas_compared(node):
            for name in value_names(wrong):
                if getattr(wrong.known.table.meanings[name], "shape", None) == part.shape:
                    yield substituted(node, part, Symbol(name, part.shape))


def _formulas_compared(node: Node) -> Iterator[Expr]:
    """What a mask looks at where that is a formula: `X W` in `1((X W)_i > 0)`."""
    for comparison in walk(node):
        if isinstance(comparison, Comparison):
            for side in (comparison.left, comparison.right):
                whole = side.operand if isinstance(side, Entry) else side
                if symbols_of(whole) and not isinstance(whole, Symbol):
                    yield whole


MASK_OF_WRONG_QUANTITY = Mistake(
    code="mask-of-wrong-quantity",
    title="the mask is that of another quantity",
    message="Which quantity does this mask look at? It must show where the activation let its input through.",
    looks_like=r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(S > 0)",
    instead=r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(Z > 0)",
    because=(
        r"The derivative of $\max(0, z)$ depends on the sign of its own argument $z$ in the forward pass, not on "
        r"that of the gradient that comes back, of the scores, or of another layer."
    ),
    repairs=repairs,
    caught=(
        Example(
            "two layers",
            r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot 1(\frac{\partial L}{\partial A} > 0)",
        ),
        Example("scaled activation", r"\frac{\partial L}{\partial z} = 3 (h - t) \odot \mathbb{1}(t > 0)"),
    ),
    not_caught=(
        Example("two layers", r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(Z > 0)"),
        Example("two layers", r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial A} \odot \mathbb{1}(A > 0)"),
    ),
)
