"""`\\sigma'(a)` for `\\sigma'(z)`: a derivative taken at another place."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from derive.expressions.tree import Apply, Expr
from derive.expressions.walk import walk
from derive.mistakes.activations import Activation, activations
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.rewriting import everywhere, substituted
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The argument of a derivative replaced by an activation's; an activation's value by its argument, or back."""
    if wrong.written is None:
        return
    for activation in wrong.known.once(activations):
        yield from everywhere(wrong.written, partial(_at_argument, activation))
        yield from _everywhere_at_argument(wrong.written, activation)


def _at_argument(activation: Activation, node: Expr) -> Iterator[Expr]:
    if isinstance(node, Apply) and node.order == 1 and node.function == activation.function:
        yield activation.derivative
    if isinstance(node, Apply) and node.function == activation.function and node.operand != activation.argument:
        yield replace(node, operand=activation.argument)
    if activation.value is not None:
        yield from _other(substituted(node, activation.value, activation.argument), node)
        yield from _other(substituted(node, activation.argument, activation.value), node)


def _everywhere_at_argument(written: Expr, activation: Activation) -> Iterator[Expr]:
    """f(z) for every f(a), as in `f(a) (1 - f(a))`."""
    for node in dict.fromkeys(walk(written)):
        if isinstance(node, Apply) and node.function == activation.function and node.operand == activation.value:
            yield substituted(written, node, replace(node, operand=activation.argument))


def _other(changed: Expr, node: Expr) -> Iterator[Expr]:
    if changed is not node:
        yield changed


DERIVATIVE_AT_WRONG_ARGUMENT = Mistake(
    code="derivative-at-wrong-argument",
    title="a derivative is taken at the wrong place",
    message="At which point do you need this derivative: at the input of the function, or at its output?",
    looks_like=r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \odot \sigma'(a)",
    instead=r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \odot \sigma'(z)",
    because=(
        r"For $a = \sigma(z)$ the derivative is $\sigma'(z) = \sigma(z) (1 - \sigma(z)) = a (1 - a)$. It can be "
        r"written by the value $a$, but then it is $a (1 - a)$ and not $\sigma'(a)$, which would apply $\sigma$ "
        r"twice."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("sigmoid layers", r"\frac{\partial L}{\partial z} = (p - y) v \odot \sigma'(a)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = (O - T) V^T \odot (1 - Q \odot Q)"),
        Example("sigmoid layers", r"\frac{\partial a_i}{\partial z_i} = z_i (1 - z_i)"),
    ),
    not_caught=(
        Example("sigmoid layers", r"\frac{\partial L}{\partial z} = (p - y) v \odot \sigma'(z)"),
        Example("sigmoid layers", r"\frac{\partial L}{\partial z} = (p - y) v \odot a"),
    ),
)
