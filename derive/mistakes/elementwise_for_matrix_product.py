"""`H^T \\odot \\delta` for `H^T \\delta`: entry by entry where a matrix product is meant."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_product, joined_otherwise, transposed, with_factor
from derive.mistakes.wrong import Known, Wrong
from derive.notation.syntax import Group, List, Syntax, Term, listed

ENTRY_BY_ENTRY = frozenset({"ODOT", "CIRC", "STAR", "TIMES"})


def repairs(wrong: Wrong) -> Iterator[List]:
    """One sign of the product entry by entry left out, or all of them; with a vector beside it transposed.

    What stands on both sides of it may be products themselves: `(s ⊙ W) (r ⊙ V)` for `s ⊙ W ⊙ r ⊙ V`.
    """
    if wrong.syntax is not None:
        yield from each_product(wrong.syntax, lambda term: joined_otherwise(term, ENTRY_BY_ENTRY, ""))
        yield from each_product(wrong.syntax, _as_product_of_both_sides)
        if not wrong.shape.is_scalar:
            yield from each_product(wrong.syntax, partial(_as_outer_products, wrong.known))


def _as_product_of_both_sides(term: Term) -> Iterator[Term]:
    for at, operator in enumerate(term.operators):
        if operator.kind in ENTRY_BY_ENTRY and len(term.operators) > 1:
            before = replace(term, factors=term.factors[: at + 1], operators=term.operators[:at])
            after = replace(term, factors=term.factors[at + 1 :], operators=term.operators[at + 1 :])
            sides = tuple(_bracketed(side) for side in (before, after))
            yield replace(term, factors=sides, operators=(replace(operator, kind=""),))


def _bracketed(term: Term) -> Syntax:
    return term.factors[0] if len(term.factors) == 1 else Group("(", listed(term), span=term.span)


def _as_outer_products(known: Known, term: Term) -> Iterator[Term]:
    for joined in joined_otherwise(term, ENTRY_BY_ENTRY, ""):
        yield from _as_outer_product(known, term, joined)


def _as_outer_product(known: Known, term: Term, joined: Term) -> Iterator[Term]:
    """`u v^T` for `u ⊙ v`: a transpose that a matrix lacks is a mistake of its own."""
    for at, (before, after) in enumerate(zip(term.operators, joined.operators, strict=True)):
        for place in (at + 1, at) if before != after else ():
            if not known.is_matrix(joined.factors[place]):
                yield with_factor(joined, place, transposed(joined.factors[place]))


ELEMENTWISE_FOR_MATRIX_PRODUCT = Mistake(
    code="elementwise-for-matrix-product",
    title="a product entry by entry stands for a matrix product",
    message="Is this product meant entry by entry? Look at which index the chain rule sums over.",
    looks_like=r"\frac{\partial L}{\partial V} = H^T \odot \frac{\partial L}{\partial O}",
    instead=r"\frac{\partial L}{\partial V} = H^T \frac{\partial L}{\partial O}",
    because=(
        r"$A \odot B$ multiplies entries that stand in the same place and sums over nothing. Where a quantity is "
        r"computed by a matrix product, as $O = H V$, each entry of $V$ acts on many entries of $O$, and the chain "
        r"rule sums over them: that is a matrix product."
    ),
    repairs=repairs,
    caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T \odot (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = (O - T) \odot V^T \odot (1 - H^2)"),
        Example("linear regression", r"\nabla_w L = \frac{1}{N} X^T \odot (X w - y)"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial V} = H^T (O - T)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = (O - T) V^T \odot (1 - H^2)"),
    ),
)
