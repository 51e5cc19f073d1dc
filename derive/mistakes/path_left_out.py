"""`\\delta` for `\\delta + J^T \\delta`: one of the ways in which a quantity acts on the loss."""

from collections.abc import Iterator

from derive.expressions.tree import Expr, Negative
from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.paths import held_constant, occurs_in_one_term
from derive.mistakes.rewriting import sum_of
from derive.mistakes.wrong import Wrong


def repairs(wrong: Wrong) -> Iterator[Expr]:
    """The formula with the part of the truth that runs through a quantity which does not stand in it."""
    if wrong.written is None or wrong.truth is None:
        return
    for constants in wrong.known.once(held_constant):
        if constants.value.shape == wrong.shape and not constants.are_statistics:
            yield sum_of([wrong.written, wrong.truth, Negative(constants.value)])
    if not wrong.known.once(occurs_in_one_term):
        yield from (sum_of([wrong.written, term]) for term in wrong.known.true_terms)


PATH_LEFT_OUT = Mistake(
    code="path-left-out",
    title="a path is left out",
    message="In how many ways does this quantity act on the loss? Follow every path that leaves it.",
    looks_like=r"\frac{\partial L}{\partial x} = J^T \frac{\partial L}{\partial o}",
    instead=r"\frac{\partial L}{\partial x} = J^T \frac{\partial L}{\partial o} + \frac{\partial L}{\partial o}",
    because=(
        r"In $o = x + f(x)$ the input acts on the output twice: through $f$, and by itself. The chain rule adds the "
        r"contributions of all paths from the variable to the loss."
    ),
    repairs=repairs,
    of_derivatives=True,
    caught=(
        Example("residual block", r"\frac{\partial L}{\partial x} = o - t"),
        Example("residual block", r"\frac{\partial L}{\partial x} = W^T ((o - t) \odot (1 - h^2))"),
    ),
    not_caught=(
        Example("residual block", r"\frac{\partial L}{\partial x} = W^T ((o - t) \odot (1 - h^2)) + o - t"),
        Example("residual block", r"\frac{\partial L}{\partial x} = W^T ((o - t) \odot (1 - h^2)) - 3 (o - t)"),
    ),
)
