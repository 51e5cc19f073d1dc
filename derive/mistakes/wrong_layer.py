"""`W_1` for `W_2`, `X` for `H`: a quantity of another layer."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from derive.expressions.tree import Derivative, Expr, Symbol
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_product, is_transposed, named, transposed, with_factor
from derive.mistakes.rewriting import everywhere
from derive.mistakes.wrong import Wrong
from derive.notation.symbols import Computed, Given
from derive.notation.syntax import List, Name, Scripted, Syntax, Term


def repairs(wrong: Wrong) -> Iterator[Expr | List]:
    """One name replaced by another one that stands in the right formula or in the model."""
    if wrong.written is not None:
        yield from everywhere(wrong.written, lambda node: other_names(wrong, node))
    if wrong.syntax is not None:
        names = [written for name in value_names(wrong) if (written := named(name)) is not None]
        yield from each_product(wrong.syntax, lambda term: with_other_names(term, names))


def value_names(wrong: Wrong) -> Iterator[str]:
    """The names of numbers and matrices; the loss, what is one-hot or a label, and the quantity itself left out."""
    for name, meaning in wrong.known.table.meanings.items():
        is_value = isinstance(meaning, Computed) or (isinstance(meaning, Given) and meaning.kind == "real")
        if is_value and name != wrong.known.table.loss and " " not in name and not _is_quantity(wrong, name):
            yield name


def other_names(wrong: Wrong, node: Expr) -> Iterator[Expr]:
    """Other names of one shape for a name, also for that by which a derivative is taken."""
    if isinstance(node, Symbol) and not node.shape.is_scalar:
        for name in value_names(wrong):
            if name != node.name and wrong.known.table.meanings[name].shape == node.shape:  # type: ignore[union-attr]
                yield Symbol(name, node.shape)
    if isinstance(node, Derivative):
        for other in other_names(wrong, node.by):
            yield replace(node, by=other)


def _is_quantity(wrong: Wrong, name: str) -> bool:
    """Whether a name is but another one for the quantity itself."""
    meaning = wrong.known.table.meanings[name]
    quantity = wrong.quantity
    return (isinstance(quantity, Symbol) and quantity.name == name) or getattr(meaning, "value", None) == quantity


def with_other_names(term: Term, names: list[Syntax]) -> Iterator[Term]:
    """The term with one of its names replaced, transposed if that was."""
    for (at, factor), name in itertools.product(enumerate(term.factors), names):
        if isinstance(factor, (Name, Scripted)) and factor != name:
            yield with_factor(term, at, transposed(name) if is_transposed(factor) else name)


WRONG_LAYER = Mistake(
    code="wrong-layer",
    title="a quantity of another layer",
    message=(
        "One of these names is another quantity than the one that belongs here. In a network it is often that of "
        "another layer."
    ),
    looks_like=r"\frac{\partial L}{\partial V} = X^T \frac{\partial L}{\partial O}",
    instead=r"\frac{\partial L}{\partial V} = H^T \frac{\partial L}{\partial O}",
    because=(
        r"The derivative by a layer's weights holds the input of that very layer: from $O = H V$ it is $H$, not the "
        r"input $X$ of the layer before it. In the same way the gradient goes back through the weights of the layer "
        r"that it leaves, and through the activation of the one that it enters."
    ),
    repairs=repairs,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = X^T (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial H} = (O - T) U^T"),
        Example("two layers", r"\frac{\partial L}{\partial W_2} = A^T \frac{\partial L}{\partial S} + 2 \lambda W_1"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H (O - T)"),
    ),
)
