"""The labels of the backward pass: the derivative of the loss by every name that can vary."""

from derive.expressions.tree import Symbol
from derive.expressions.walk import walk
from derive.figures.operations import displayed
from derive.models.model import Model
from derive.notation.symbols import Computed, Given


def backward_labels(model: Model, loss: str) -> dict[str, str]:
    """∂L/∂name for the names on which the loss depends; labels and one-hot vectors do not vary."""
    table = model.table
    waiting, found = [loss], {loss: ""}
    while waiting:
        meaning = table.meanings.get(waiting.pop())
        if not isinstance(meaning, Computed) or meaning.value is None:
            continue
        for part in walk(meaning.value):
            if isinstance(part, Symbol) and part.name not in found and _varies(model, part.name):
                found[part.name] = rf"\frac{{\partial {displayed(loss)}}}{{\partial {displayed(part.name)}}}"
                waiting.append(part.name)
    del found[loss]
    return found


def _varies(model: Model, name: str) -> bool:
    meaning = model.table.meanings.get(name)
    return isinstance(meaning, Computed) or (
        isinstance(meaning, Given) and meaning.kind in ("real", "positive", "integer")
    )
