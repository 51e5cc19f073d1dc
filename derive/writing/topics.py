"""What can be explained: every mistake, every convention and what is said of code, in groups that belong together."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Literal

from derive.checking.conventions import CONVENTIONS, Convention
from derive.checking.conventions_explained import EXPLAINED
from derive.mistakes.catalogue import CATALOGUE
from derive.mistakes.mistake import Mistake
from derive.mistakes.of_code import MANNERS, RESULTS, OfCode
from derive.records import dataclass

Kind = Literal["mistake", "convention", "code"]

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Products and transposes",
        (
            "missing-transpose",
            "extra-transpose",
            "transposed-wrong-factor",
            "swapped-factors",
            "elementwise-for-matrix-product",
            "matrix-product-for-elementwise",
        ),
    ),
    ("Signs and differences", ("wrong-sign", "difference-reversed", "missing-target")),
    ("Sums and means", ("missing-mean", "mean-twice", "sum-for-mean", "mean-for-sum", "dropped-batch-sum")),
    (
        "Factors and penalties",
        (
            "missing-factor-two",
            "extra-factor-two",
            "missing-constant-factor",
            "missing-regulariser",
            "regulariser-divided",
            "log-base",
        ),
    ),
    (
        "Activations",
        (
            "missing-activation-derivative",
            "missing-mask",
            "mask-of-wrong-quantity",
            "derivative-at-wrong-argument",
            "square-inside",
            "plus-for-minus",
            "unsquared-activation",
            "softmax-elementwise",
        ),
    ),
    (
        "The chain rule",
        (
            "chain-rule-order",
            "path-left-out",
            "upstream-left-out",
            "jacobian-for-product",
            "variable-held-constant",
            "constant-differentiated",
        ),
    ),
    ("Names", ("wrong-layer", "wrong-index")),
)
"""The mistakes, by what they are about."""

RESULTS_OF_CODE, MANNERS_OF_CODE = "Results of code", "Code as a whole"
USED, ALLOWED = "Conventions that are used where a step needs one", "Conventions that a setting has to allow"


@dataclass(frozen=True)
class Topic:
    """One mistake, one convention or one thing that is said of code, as it is explained.

    `example` is a wrong formula or one that holds under the convention, `plainly` the right one; of code they are lines
    of Python. `because` holds formulas between dollar signs.
    """

    kind: Kind
    code: str
    group: str
    title: str
    message: str
    example: str
    plainly: str
    because: str


class UnknownTopicError(Exception):
    """No mistake and no convention has this code."""


def topics() -> list[Topic]:
    """All of them, group after group."""
    mistakes = {mistake.code: mistake for mistake in CATALOGUE}
    found = [_of_mistake(mistakes[code], group) for group, codes in GROUPS for code in codes]
    by_use = sorted(CONVENTIONS.values(), key=lambda convention: not convention.by_default)
    found += [_of_code(one, RESULTS_OF_CODE) for one in RESULTS]
    found += [_of_code(one, MANNERS_OF_CODE) for one in MANNERS]
    return [*found, *map(_of_convention, by_use)]


def topic(code: str) -> Topic:
    """The mistake or the convention with this code. Raises `UnknownTopicError`, with the nearest code if one is near.

    >>> topic("Missing_Mean").code
    'missing-mean'
    """
    known = {one.code: one for one in topics()}
    wanted = "-".join(code.lower().replace("_", " ").replace("-", " ").split())
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted[:60], list(known), n=1, cutoff=0.6)
    hint = f"did you mean '{near[0]}'?" if near else "derive explain lists all that there are"
    raise UnknownTopicError(f"no mistake and no convention is called '{code[:60]}'; {hint}")


def in_groups(some: Sequence[Topic]) -> Iterator[tuple[str, list[Topic]]]:
    """The groups of some topics in their order, with the topics of each."""
    for group in dict.fromkeys(one.group for one in some):
        yield group, [one for one in some if one.group == group]


def _of_mistake(mistake: Mistake, group: str) -> Topic:
    return Topic(
        "mistake",
        mistake.code,
        group,
        mistake.title,
        mistake.message,
        mistake.looks_like,
        mistake.instead,
        mistake.because,
    )


def _of_code(one: OfCode, group: str) -> Topic:
    return Topic("code", one.code, group, one.title, one.message, one.looks_like, one.instead, one.because)


def _of_convention(convention: Convention) -> Topic:
    explained = EXPLAINED[convention.name]
    sentence = convention.sentence[:1].upper() + convention.sentence[1:] + "."
    return Topic(
        "convention",
        convention.name,
        USED if convention.by_default else ALLOWED,
        explained.title,
        sentence,
        explained.example,
        explained.plainly,
        explained.because,
    )
