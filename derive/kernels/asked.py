"""What an exercise asks of its model, as far as a kernel computes it: gradients by names, and further derivatives."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from derive.expressions.tree import ChainRule, Derivative, Entry, Expr, IndexVariable, LocalFactor, Symbol
from derive.expressions.walk import walk
from derive.kernels.identifiers import identifier_of
from derive.kernels.refusal import NoKernel
from derive.models import Model
from derive.notation.symbols import Computed, Given

DERIVATIVES = (Derivative, ChainRule, LocalFactor)


def gradient_names(model: Model, wanted: Sequence[str]) -> tuple[str, ...]:
    """The names by which a loss is to be differentiated, each given as in LaTeX or as in code. Raises `NoKernel`."""
    table = model.table
    known = [name for name, meaning in table.meanings.items() if isinstance(meaning, (Given, Computed))]
    found = []
    for text in wanted:
        matches = [name for name in known if text in (name, identifier_of(name)) or table.find(text) == name]
        if not matches:
            raise NoKernel(f"a derivative by {text}, which is no name of the model")
        found.append(matches[0])
    return tuple(dict.fromkeys(found))


def further_derivatives(model: Model, asked: Iterable[Expr]) -> tuple[Expr, ...]:
    """What is asked beside gradients of the loss: Jacobians, gradients of other scalars, second derivatives.

    Of what is asked for one entry the whole array; what has four indices is no array of this program's.
    """
    whole = [_whole(quantity) for quantity in asked]
    found = [one for one in whole if _is_derivative(one) and not _has_tensor(one) and not is_gradient(model, one)]
    return tuple(dict.fromkeys(found))


def _is_derivative(quantity: Expr) -> bool:
    """Whether there is a derivative in what is asked, and no index that stands for one of many values."""
    parts = list(walk(quantity))
    has_letter = any(isinstance(part, IndexVariable) for part in parts)
    return any(isinstance(part, DERIVATIVES) for part in parts) and not has_letter


def _has_tensor(quantity: Expr) -> bool:
    """Whether a derivative with four indices stands in what is asked."""
    return any(isinstance(part, Expr) and part.shape.is_tensor for part in walk(quantity))


def _whole(quantity: Expr) -> Expr:
    """∂f/∂x for ∂f_i/∂x_j."""
    if isinstance(quantity, Entry):
        return _whole(quantity.operand)
    if isinstance(quantity, Derivative):
        return replace(quantity, of=_whole(quantity.of), by=_whole(quantity.by))
    return quantity


def is_gradient(model: Model, quantity: Expr) -> bool:
    """Whether this is the derivative of the loss by a name."""
    return (
        isinstance(quantity, Derivative)
        and isinstance(quantity.of, Symbol)
        and quantity.of.name == model.table.loss
        and isinstance(quantity.by, Symbol)
    )
