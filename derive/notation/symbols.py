"""The symbol table: what each name stands for, at one point of a document.

A table is immutable; a definition makes a new one. Names are canonical
(`derive.notation.names`). Bold and light forms of one letter are one name
unless both are declared.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

from derive.errors import Unreadable
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import Expr, IndexVariable, Layout
from derive.notation.names import plain
from derive.notation.numbering import Numbers, with_patterns
from derive.notation.syntax import List, Name, Syntax, nodes
from derive.records import dataclass
from derive.source import Span

Kind = Literal["real", "positive", "integer", "labels", "one-hot", "hot index", "function", "map"]


@dataclass(frozen=True)
class Given:
    """A declared symbol; `classes` counts the classes of a label or one-hot, `target` is the one-hot of a hot index."""

    kind: Kind
    shape: Shape
    structure: str = ""
    classes: Dim | None = None
    target: str | None = None
    domain: Dim | None = None
    codomain: Dim | None = None


@dataclass(frozen=True)
class Computed:
    """A node of the model, or a name that the document defined. `value` is None where only its shape is known."""

    shape: Shape
    value: Expr | None


@dataclass(frozen=True)
class Abbreviation:
    """A name that stands for an expression; `letters` are the index letters that its name carries.

    `bare` is the pattern of the name with its fonts dropped, unless its meaning is another font of the same name.
    """

    pattern: re.Pattern[str]
    bare: re.Pattern[str]
    letters: tuple[str, ...]
    meaning: List

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The letters that stand in the meaning, each in its font, as the light one of `\\mathbf{f}: f`."""
        return frozenset(node.text for node in nodes(self.meaning) if isinstance(node, Name))


@dataclass(frozen=True)
class UserFunction:
    """A function defined by a formula of its arguments, read anew at every call.

    `is_quantity`: the arguments are quantities that are known, as in `J(\\theta, b) = …`; J alone is its value at them.
    """

    parameters: tuple[str, ...]
    body: List
    is_quantity: bool = False


@dataclass(frozen=True)
class FunctionAlias:
    """`f = \\tanh`: another name for a function, or for its derivative."""

    function: str


@dataclass(frozen=True)
class Member:
    """What `x^{(i)}` is: row or column number i of what holds the family, as it stands or transposed, or its entry."""

    holder: str
    along: Literal["row", "column", "entry"]
    transposed: bool = False


Meaning = Given | Computed | UserFunction | FunctionAlias


@dataclass(frozen=True)
class SymbolTable:
    """All names that are known.

    `families` are names of entries (`L_i`) by their base, apart from whole names. `introduced` are the names that a
    document defined itself; `other_values` are expressions that it proved to be equal to a name.

    `members` are families of vectors and of numbers by the pattern of their names.

    `numbers` are the numbers of names that differ in a number alone, by their pattern (`derive.notation.numbering`);
    `counted` are the patterns that were declared as such, `starts` their first numbers, `depths` the dimensions that
    say how many names there are, `fixed` the letters that stand for one number in the step that is read.

    `own` are functions of the notation that the document defines itself, and so are none.
    `without_units` are letters like e that make no unit vector with an index, as the document has another use for them.
    """

    dims: Mapping[str, Dim] = field(default_factory=dict)
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)
    abbreviations: tuple[Abbreviation, ...] = ()
    words: frozenset[str] = frozenset()
    layout: Layout = "gradient"
    vectors: Literal["column", "row"] = "column"
    index_base: int = 1
    einstein: bool = False
    own: frozenset[str] = frozenset()
    loss: str | None = None
    other_values: Mapping[str, tuple[Expr, ...]] = field(default_factory=dict)
    introduced: frozenset[str] = frozenset()
    numbers: Numbers = field(default_factory=dict)
    counted: frozenset[str] = frozenset()
    starts: frozenset[int] = frozenset()
    depths: frozenset[str] = frozenset()
    fixed: Mapping[str, int] = field(default_factory=dict)
    without_units: frozenset[str] = frozenset()

    def find(self, key: str) -> str | None:
        """The declared name that a canonical name means: itself, or the one that differs from it by fonts alone."""
        if key in self.meanings:
            return key
        return _only_one(self._plain_names, key)

    def is_hot(self, key: str) -> bool:
        """Whether a name is that of a given vector or matrix with zeros and ones as its entries."""
        meaning = self.meanings.get(self.find(key) or "")
        return isinstance(meaning, Given) and meaning.kind == "one-hot"

    def find_dim(self, key: str) -> Dim | None:
        """The dimension of that name, in any font."""
        return self.dims.get(key) or self.dims.get(plain(key))

    def find_family(self, base: str) -> str | None:
        """The symbol that holds the entries of a family with this base."""
        name = base if base in self.families else _only_one(self._plain_bases, base)
        return None if name is None else self.families[name]

    def abbreviations_of(self, key: str) -> list[tuple[Abbreviation, dict[str, str]]]:
        """What the notation says a canonical name may stand for: in its own fonts, else in any."""
        own = [(found, match) for found in self.abbreviations if (match := found.pattern.fullmatch(key))]
        return [(found, match.groupdict()) for found, match in own or self._in_any_font(key)]

    def _in_any_font(self, key: str) -> "list[tuple[Abbreviation, re.Match[str]]]":
        """The same for a name whose own fonts are in no notation."""
        base, bare = key.split("_", maxsplit=1)[0].split("^", maxsplit=1)[0], plain(key)
        others = (found for found in self.abbreviations if base not in found.mentioned)
        return [(found, match) for found in others if (match := found.bare.fullmatch(bare))]

    def is_abbreviated(self, key: str) -> bool:
        """Whether the notation says what a canonical name stands for."""
        return bool(self.abbreviations_of(key))

    @cached_property
    def resolved(self) -> dict[int, tuple[Syntax, object]]:
        """What pieces of syntax were found to mean where no letter is bound, by their identity."""
        return {}

    @cached_property
    def _plain_names(self) -> dict[str, list[str]]:
        return _by_plain(self.meanings)

    @cached_property
    def _plain_bases(self) -> dict[str, list[str]]:
        return _by_plain(self.families)

    def meaning(self, name: str) -> Meaning:
        return self.meanings[name]

    def with_meaning(self, name: str, meaning: Meaning) -> "SymbolTable":
        """The table with one more name."""
        return replace(
            self,
            meanings={**self.meanings, name: meaning},
            words=self.words | words_in(name),
            numbers=with_patterns(self.numbers, (name,)),
        )

    def with_family(self, base: str, name: str, meaning: Meaning) -> "SymbolTable":
        """The table with a family of entries, held by the symbol `name`."""
        return replace(
            self,
            families={**self.families, base: name},
            meanings={**self.meanings, name: meaning},
            words=self.words | words_in(base),
            numbers=with_patterns(self.numbers, (base,)),
        )

    def with_members(self, pattern: str, member: Member, meaning: Meaning) -> "SymbolTable":
        """The table with a family of vectors or numbers, and with the symbol that holds them."""
        return replace(
            self,
            members={**self.members, pattern: member},
            meanings={**self.meanings, member.holder: meaning},
            words=self.words | words_in(pattern),
        )

    def with_other_value(self, name: str, value: Expr) -> "SymbolTable":
        """The table that also knows a second, proved, expression for a name."""
        return replace(self, other_values={**self.other_values, name: (*self.other_values.get(name, ()), value)})

    @property
    def known_dims(self) -> str:
        """`; known are N and D`: the dimensions that are declared, or nothing where none is."""
        *others, last = [shown(name) for name in self.dims] or [""]
        return f"; known are {', '.join(others)}{' and ' * bool(others)}{last}" if last else ""

    def suggestion(self, key: str) -> str:
        """` (did you mean W_1 or W_2?)` for a name that is not known, or nothing: by its letter, or by its spelling."""
        bare = plain(key)
        known = sorted({plain(name) for name in (*self.meanings, *self.dims, *self.families)} - {bare})
        alike = [name for name in known if _without_scripts(name) == _without_scripts(bare)]
        close = alike[:MAX_SUGGESTED] or get_close_matches(bare, known, n=1, cutoff=0.75)
        return f" (did you mean {' or '.join(map(shown, close))}?)" if close else ""


MAX_SUGGESTED = 3
"""More names than these are no help to who meant one of them."""


def _by_plain(names: Iterable[str]) -> dict[str, list[str]]:
    """Names by how they read with every font dropped."""
    found = defaultdict(list)
    for name in names:
        found[plain(name)].append(name)
    return dict(found)


def _only_one(names: Mapping[str, list[str]], key: str) -> str | None:
    """The name that differs from a key by fonts alone. Raises `Unreadable` where there are several."""
    found = names.get(plain(key), [])
    if len(found) > 1:
        raise Unreadable(f"{key} could be {' or '.join(sorted(found))}: both are declared")
    return found[0] if found else None


def _without_scripts(name: str) -> str:
    """What a canonical name begins with: the `W` of `W_{1}`."""
    return re.split(r"[_^']", name, maxsplit=1)[0]


def words_in(name: str) -> frozenset[str]:
    """The name of several letters that a canonical name begins with, if it does."""
    match = re.match(r"[A-Za-z]{2,}", name)
    return frozenset({match.group()}) if match else frozenset()


def shown(name: str) -> str:
    """A canonical name as a person would write it: no braces around one character."""
    return re.sub(r"([_^])\{(\w)\}", r"\1\2", name)


@dataclass
class IndexUse:
    """Where an index letter was used: the dimension that it ran along there, by how much it was moved, and in what."""

    dim: Dim
    span: Span | None
    by: int = 0
    of: str = ""

    @property
    def where(self) -> str:
        """` in W_1`, or nothing where what has the index has no name."""
        return f" in {self.of}" if self.of else ""


Uses = dict[IndexVariable, list[IndexUse]]
