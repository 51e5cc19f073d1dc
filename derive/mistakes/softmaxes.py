"""What comes out where softmax is differentiated as a function of each entry by itself: p (1 - p) and no more."""

from collections.abc import Iterator
from fractions import Fraction

from derive.errors import FormulaError
from derive.expressions.tree import Add, Apply, Derivative, Diagonal, Expr, Hadamard, Negative, Number, Softmax, Symbol
from derive.expressions.walk import walk
from derive.gradients.closed import Backward
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import number
from derive.mistakes.wrong import Known


def softmaxes(known: Known) -> Iterator[tuple[Symbol, Expr]]:
    """The names of the model that are a softmax, each with its argument."""
    for name, value in known.computed:
        if isinstance(value, Softmax) and not value.logarithm:
            yield Symbol(name, value.shape), value.operand


def has_shares(known: Known) -> bool:
    """Whether something is divided by a sum of exponentials behind the quantity, as softmax does."""
    values, seen = dict(known.computed), set[str]()
    waiting = [known.quantity]
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Softmax) or (isinstance(node, Apply) and node.function == "exp"):
                return True
            if isinstance(node, Symbol) and node.name in values and node.name not in seen:
                seen.add(node.name)
                waiting.append(values[node.name])
    return False


def elementwise_gradients(known: Known) -> tuple[Expr, ...]:
    """What the quantity would be if each output of a softmax depended on its own input alone."""
    return tuple(_elementwise_gradients(known))


def _elementwise_gradients(known: Known) -> Iterator[Expr]:
    quantity = known.quantity
    if not isinstance(quantity, Derivative) or not isinstance(quantity.by, Symbol):
        return
    for output, argument in softmaxes(known):
        slope = Hadamard(output, Add((Number(Fraction(1)), Negative(output))))
        if quantity.of == output and quantity.by == argument and output.shape.is_vector:
            yield Diagonal(slope)
        elif quantity.of.shape.is_scalar:
            yield from _sent_back(known, quantity.of, quantity.by, output, argument, slope)


def _sent_back(known: Known, of: Expr, by: Symbol, output: Symbol, argument: Expr, slope: Expr) -> Iterator[Expr]:
    """The gradient that comes back to a softmax, times its slopes, sent back through its argument."""
    try:
        of = known.differentiator.without_derivatives(of)
        back = Backward(known.differentiator, of, number(1))
        arriving = Hadamard(back.adjoint(output.name), slope)
        yield presented(Backward(known.differentiator, argument, arriving).adjoint(by.name))
    except (NoClosedForm, FormulaError):
        return
