"""`\\delta \\sigma'(z)` for `\\delta \\odot \\sigma'(z)`: a matrix product where entry by entry is meant."""

from collections.abc import Iterator

from derive.mistakes.mistake import Example, Mistake
from derive.mistakes.respelling import each_product, is_transposed, joined_otherwise, transposed, with_factor
from derive.mistakes.wrong import Wrong
from derive.notation.syntax import List, Term

MATRIX_PRODUCT = frozenset({"", "CDOT"})


def repairs(wrong: Wrong) -> Iterator[List]:
    """One matrix product made entry by entry, also without a transpose that it needed."""
    if wrong.syntax is not None:
        yield from each_product(wrong.syntax, _entry_by_entry)


def _entry_by_entry(term: Term) -> Iterator[Term]:
    for joined in joined_otherwise(term, MATRIX_PRODUCT, "ODOT"):
        yield joined
        for at, factor in enumerate(joined.factors):
            if is_transposed(factor):
                yield with_factor(joined, at, transposed(factor))


MATRIX_PRODUCT_FOR_ELEMENTWISE = Mistake(
    code="matrix-product-for-elementwise",
    title="a matrix product stands for a product entry by entry",
    message="Is this a matrix product? Look at how the function acts on the entries of its argument.",
    looks_like=r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} (1 - H^2)",
    instead=r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} \odot (1 - H^2)",
    because=(
        r"A function that acts entry by entry, as $H = \tanh(Q)$, has a derivative for every entry: $\frac{\partial "
        r"L}{\partial Q_{ij}} = \frac{\partial L}{\partial H_{ij}} (1 - H_{ij}^2)$. Nothing is summed, so it is no "
        r"matrix product."
    ),
    repairs=repairs,
    caught=(
        Example("square activation", r"\frac{\partial L}{\partial Z} = (H - T) (1 - H \odot H)"),
        Example("square activation", r"\frac{\partial L}{\partial Z} = \frac{\partial L}{\partial H} \tanh'(Z)"),
    ),
    not_caught=(
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} \odot (1 - H \odot H)"),
        Example("tanh layers", r"\frac{\partial L}{\partial Q} = \frac{\partial L}{\partial H} (1 + H \odot H)"),
    ),
)
