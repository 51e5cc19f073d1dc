"""`\\delta / s` for all of it: a quantity that varies with the variable treated as a constant."""

from collections.abc import Iterator

from derive.expressions.tree import Expr, Negative
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.paths import held_constant, occurs_in_one_term
from derive.mistakes.rewriting import sum_of
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The formula with the part of the truth that runs through a quantity which stands in it as a constant."""
    if wrong.written is None or wrong.truth is None:
        return
    for constants in wrong.known.once(held_constant):
        if constants.value.shape == wrong.shape and constants.are_statistics:
            yield sum_of([wrong.written, wrong.truth, Negative(constants.value)])
    if wrong.known.once(occurs_in_one_term):
        yield from (sum_of([wrong.written, term]) for term in wrong.known.true_terms)


VARIABLE_HELD_CONSTANT = Mistake(
    code="variable-held-constant",
    title="something that varies is treated as a constant",
    message="One of the quantities in this formula depends on the variable itself, and is not constant.",
    looks_like=r"\nabla_x L = \frac{1}{s} \nabla_u L",
    instead=r"\nabla_x L = \frac{1}{s} \nabla_u L + \frac{\partial L}{\partial s} \nabla_x s",
    because=(
        r"In $u = \frac{x}{s}$ the scale $s$ is computed from $x$, as the mean and the deviation are in a "
        r"normalisation. It changes with $x$, and the chain rule has a term for that."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("scaled by its norm", r"\frac{\partial L}{\partial x} = \frac{1}{s} (u - t)"),
        Example("less its mean", r"\nabla_x L = x - m \mathbf{1} - t"),
    ),
    not_caught=(
        Example("scaled by its norm", r"\frac{\partial L}{\partial u} = u - t"),
        Example("scaled by its norm", r"\frac{\partial L}{\partial x} = \frac{7}{s} (u - t)"),
    ),
)
