"""What the factors of a monomial are entries of: given symbols, names that are cut, functions of whole forms.

A *form* is a sum of monomials: `{monomial: coefficient}`. A *monomial* is a sorted tuple of factors, a *factor* is
`(head, indices, exponent)`: the head by its number, one index for each of its slots. An index is an integer:

* `0, 1, …` are summed over (bound), numbered afresh in every monomial;
* `-1 … -9` are the slots of a value: its row, its column, …;
* `-10 … -999` stand for index letters of a claim;
* below that, fixed positions, counted from the first; below `-100 000`, counted from the last.

Rows and columns of length 1 have no index. Heads live in one `Heads` and mean nothing outside it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from fractions import Fraction
from typing import Literal, TypeAlias

from derive.errors import Undecidable
from derive.records import dataclass

Number: TypeAlias = int | Fraction
Indices: TypeAlias = tuple[int, ...]
Factor: TypeAlias = tuple[int, Indices, Number]
Monomial: TypeAlias = tuple[Factor, ...]
Form: TypeAlias = Mapping[Monomial, Number]

ROW, COLUMN = -1, -2
SLOTS = tuple(range(-1, -10, -1))
FIRST_LETTER = -10
FIRST_POSITION = -1000
LAST_POSITION = -100_000

Kind = Literal[
    "symbol",     # an entry of a given symbol
    "cut",        # an entry of a name or a derivative that has a definition
    "delta",      # 1 where two indices are equal, else 0
    "less",       # 1 where one index stands before another, else 0
    "size",       # a dimension as a number
    "prime",      # a prime number under a root
    "constant",   # pi
    "exp",        # e to the power of a monomial
    "group",      # a sum under a power
    "log",        # the logarithm of a sum
    "logprime",   # the logarithm of a prime number
    "positive",   # 1 where a form is positive, else 0
    "negative",   # 1 where a form is negative, else 0
    "ramp",       # max(u, 0)
    "antiramp",   # max(-u, 0)
    "absolute",   # |u|
    "function",   # a function of one variable of which nothing else is known
    "map",        # a component of a function of a vector of which nothing else is known, or a derivative of it
    "extremum",   # the largest or least of values over an index
    "inverse",    # an entry of the inverse of a matrix
    "determinant",
]  # fmt: skip


_FUNCTIONS = frozenset({"exp", "group", "log", "positive", "negative", "ramp", "antiramp", "absolute", "function"})


class NotGeneral(Undecidable):
    """Something has no index form, or none that is small enough: it is left to the entries at concrete dimensions."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a factor is an entry of.

    `dims` are the dimensions of its slots. `template` is the form that a function is taken of, in slots; `name` tells
    symbols and functions apart. `hot` is the slot in which exactly one entry is 1 and all others are 0.
    `positive` and `below_one` say of all entries that they are more than 0, or less than 1.
    """

    number: int
    kind: Kind
    name: str
    dims: tuple[str, ...]
    template: Form = field(default_factory=dict)
    order: int = 0
    hot: int | None = None
    symmetric: bool = False
    orthogonal: bool = False
    positive: bool = False
    mentions: frozenset[int] = frozenset()

    is_flag: bool = field(init=False)
    is_plain: bool = field(init=False)
    is_function: bool = field(init=False)
    is_derivative: bool = False
    below_one: bool = False

    def __post_init__(self) -> None:
        """`is_flag`: its entries are 0 or 1. `is_plain`: no fact is known of products with it. `is_function`: it is a
        function of its template, whose slots are told apart by nothing else.
        """
        is_flag = self.kind in ("delta", "less", "positive", "negative") or self.hot is not None
        acts = self.kind in ("prime", "group") or self.orthogonal or self.name == "cos"
        object.__setattr__(self, "is_flag", is_flag)
        object.__setattr__(self, "is_plain", not is_flag and not acts)
        object.__setattr__(self, "is_function", self.kind in _FUNCTIONS)


class Heads:
    """All heads of one document, each made once: the same content has the same number."""

    def __init__(self) -> None:
        self.all: list[Head] = []
        self._known: dict[object, Head] = {}

    def __getitem__(self, number: int) -> Head:
        return self.all[number]

    def find(self, key: object, make: Callable[[int], Head]) -> Head:
        """The head with a content, made when it is first met."""
        head = self._known.get(key)
        if head is None:
            head = make(len(self.all))
            self.all.append(head)
            self._known[key] = head
        return head

    def named(
        self,
        kind: Kind,
        name: str,
        dims: tuple[str, ...] = (),
        *,
        hot: int | None = None,
        symmetric: bool = False,
        orthogonal: bool = False,
        positive: bool = False,
        is_derivative: bool = False,
        below_one: bool = False,
    ) -> Head:
        """A head without a template."""
        return self.find(
            (kind, name),
            lambda number: Head(
                number,
                kind,
                name,
                dims,
                hot=hot,
                symmetric=symmetric,
                orthogonal=orthogonal,
                positive=positive,
                is_derivative=is_derivative,
                below_one=below_one,
                mentions=frozenset({number}),
            ),
        )

    def delta(self, dim: str) -> Head:
        """`δ_ij` over a dimension."""
        return self.find(
            ("delta", dim),
            lambda number: Head(number, "delta", dim, (dim, dim), symmetric=True, mentions=frozenset({number})),
        )

    def of_form(
        self,
        kind: Kind,
        name: str,
        template: Form,
        dims: tuple[str, ...],
        order: int = 0,
        *,
        positive: bool = False,
        symmetric: bool = False,
    ) -> Head:
        """The head of a function of a form, which is given in slots in canonical order."""
        key = (kind, name, order, frozenset(template.items()))
        return self.find(
            key,
            lambda number: Head(
                number,
                kind,
                name,
                dims,
                template,
                order,
                symmetric=symmetric,
                positive=positive,
                mentions=self.mentioned(template) | {number},
            ),
        )

    def mentioned(self, form: Form) -> frozenset[int]:
        """All heads in a form, those in templates too."""
        direct = {head for monomial in form for head, _, _ in monomial}
        return frozenset[int]().union(*(self.all[head].mentions for head in direct)) if direct else frozenset()


def free_indices(form: Form) -> set[int]:
    """The slots and letters that occur in a form."""
    return {index for monomial in form for _, indices, _ in monomial for index in indices if FIRST_POSITION < index < 0}


def indices_of(monomials: Iterable[Monomial]) -> set[int]:
    return {index for monomial in monomials for _, indices, _ in monomial for index in indices}
