"""The conventions under which a step may hold: each has a name and a sentence, and is applied in one place.

A student who drops the regulariser, the sum over the batch or the case j = y has made a mistake, not used a convention:
those are listed in a setting's `allow`, or not used at all.
"""

from derive.records import dataclass


@dataclass(frozen=True)
class Convention:
    """A name, the sentence that a report says, and whether the convention is used without being allowed."""

    name: str
    sentence: str
    by_default: bool = True


CONVENTIONS = {
    convention.name: convention
    for convention in (
        Convention("transposed", "the two sides are equal after one of them is transposed"),
        Convention("layout", "the sides are equal in the other derivative layout"),
        Convention(
            "kink", "the sides differ only where a function has no derivative, by the value that is chosen there"
        ),
        Convention(
            "local-factor",
            "a derivative by a matrix, or a diagonal Jacobian, is given as the factor with which "
            "the chain rule multiplies",
        ),
        Convention(
            "operator-scope",
            "the derivative operator is meant to reach to the end of the sum, for which brackets are missing",
        ),
        Convention("entrywise", "a vector is equated with the formula of its general entry"),
        Convention("entrywise-product", "factors of one shape that stand side by side are multiplied entry by entry"),
        Convention("stacked", "columns beside each other in one pair of brackets are stacked one below the other"),
        Convention("held-fixed", "what varies is what has a differential in the document; all else is held fixed"),
        Convention(
            "one-term", "an additive term of the loss is left out here, which the document treats in a step of its own"
        ),
        Convention(
            "broadcast", "the sides are equal after the sum over the batch that broadcasting implies", by_default=False
        ),
        Convention(
            "distinct-index", "two different index letters are meant to be two different indices", by_default=False
        ),
    )
}

ORDER = tuple(CONVENTIONS)


def in_order(names: frozenset[str]) -> tuple[str, ...]:
    """Names of conventions in the order of the list above."""
    return tuple(sorted(names, key=ORDER.index))


def sentence(names: tuple[str, ...]) -> str:
    """What a report says of a step that holds under these conventions: a sentence for each."""
    return " ".join(_capital(CONVENTIONS[name].sentence) + "." for name in names)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
