"""What a document says of its names, as data: declarations, equations for a name, derivatives, ranges."""

from dataclasses import field

from derive.checking.inference.names import spelled
from derive.checking.inference.spaces import SpaceWords
from derive.notation.syntax import List, Literal, Syntax
from derive.records import dataclass
from derive.source import Text

Sign = tuple[int, int]
"""A relation sign of a document: the number of its passage, and where it begins there."""


@dataclass(frozen=True)
class Declared:
    r"""A name and the set that it is said to lie in; `sign` is the relation that says so, `because` says it in words.

    `is_quantified`: it is said of every such thing, as in `for all $x \in \mathbb{R}$`.
    """

    name: Syntax
    key: str
    space: SpaceWords
    at: Text
    because: str
    sign: Sign | None = None
    is_quantified: bool = False


@dataclass(frozen=True)
class DeclaredMap:
    r"""`f: \mathbb{R}^n \to \mathbb{R}^m`; without dimensions a function of one real variable."""

    key: str
    dims: tuple[str, ...]
    at: Text


@dataclass(frozen=True)
class Equation:
    """A name and the first thing that it is set equal to."""

    key: str
    name: Text
    value: Text
    body: List
    sign: Sign
    is_inline: bool
    is_function: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the value is a bare number, as in `$x = 0$`."""
        only = self.body.only
        return (
            only is not None
            and len(only.terms) == 1
            and isinstance(only.terms[0].factors[0], Literal)
            and not (len(only.terms[0].factors) > 1)
        )


@dataclass(frozen=True)
class Differentiated:
    """That the document differentiates `of` by `by`, a name where it says one."""

    of: Syntax
    by: Syntax | None
    at: Text


@dataclass
class Gathered:
    """All that a document says of its names, in its order.

    `ranges`: the dimension along which an index letter is said to run; `bound`: every letter that a sum binds;
    `indexing`: those and every letter below a name that a displayed equation is for, as the k of `p_k = …`;
    `bodies`: every side of every displayed equation, with its sign; `compared`: names whose sign some formula asks for;
    `symmetric`: names that are said to be their own transposes, with the places; `grams`: the names A of inverses
    `(A^T A)^{-1}`, with whether it is `(A A^T)^{-1}`.
    """

    declared: list[Declared] = field(default_factory=list)
    maps: list[DeclaredMap] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    differentiated: list[Differentiated] = field(default_factory=list)
    ranges: dict[str, str] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    bodies: list[tuple[Sign, List]] = field(default_factory=list)
    compared: set[str] = field(default_factory=set)
    symmetric: list[tuple[str, Text]] = field(default_factory=list)
    grams: set[tuple[str, bool]] = field(default_factory=set)
    words: frozenset[str] = frozenset()
    indexing: set[str] = field(default_factory=set)
    counts_from_zero: bool = False
    counts_from_one: bool = False

    @property
    def letters(self) -> set[str]:
        """All letters that are said to run over a range, or that a sum binds."""
        return self.bound | self.ranges.keys()

    @property
    def told(self) -> frozenset[str]:
        """How the names may be written for which there is an equation."""
        return frozenset(spelled(equation.key for equation in self.equations))
