"""`1(z > 0)` for `3 \\cdot 1(z > 0)`: a constant of the model is missing."""

from collections.abc import Iterator
from fractions import Fraction

from derive.expressions.tree import Expr, Number, Scale, Symbol
from derive.expressions.walk import walk
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import each_term
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The whole, or one of its terms, times a constant that stands in the model."""
    if wrong.written is not None:
        constants = list(dict.fromkeys(_constants(wrong)))
        yield from each_term(wrong.written, lambda term: [Scale(constant, term) for constant in constants])


def _constants(wrong: Wrong) -> Iterator[Expr]:
    """Numbers in the model's formulas, those aside that squares and halves bring, and given scalars."""
    for _, value in wrong.known.computed:
        for node in walk(value):
            if isinstance(node, Number) and abs(node.value) not in (0, 1, 2, Fraction(1, 2)):
                yield node
            if isinstance(node, Symbol) and wrong.known.is_given_scalar(node.name):
                yield node


MISSING_CONSTANT_FACTOR = Mistake(
    code="missing-constant-factor",
    title="a constant of the model is missing",
    message="A constant of the model is missing here. Go through the formulas of the model, factor by factor.",
    looks_like=r"\frac{\partial}{\partial z} 3 \max(0, z) = \mathbb{1}(z > 0)",
    instead=r"\frac{\partial}{\partial z} 3 \max(0, z) = 3 \cdot \mathbb{1}(z > 0)",
    because=(
        r"A constant factor stays: $\frac{d}{dx} c f(x) = c f'(x)$. A scale of an activation, a temperature, the "
        r"weight $\lambda$ of a penalty appear in every derivative that runs through them."
    ),
    repairs=repairs,
    caught=(
        Example("scaled activation", r"\frac{\partial L}{\partial z} = (h - t) \odot \mathbb{1}(z > 0)"),
        Example("ridge regression", r"\nabla_w L = \frac{2}{N} X^T (X w - y) + 2 w"),
    ),
    not_caught=(
        Example("scaled activation", r"\frac{\partial L}{\partial z} = 3 (h - t) \odot \mathbb{1}(z > 0)"),
        Example("scaled activation", r"\frac{\partial L}{\partial z} = 7 (h - t) \odot \mathbb{1}(z > 0)"),
    ),
)
