"""What every reader of files returns: a setting and passages of mathematics.

A passage is the LaTeX between a pair of delimiters (or a whole environment,
`\\begin` and `\\end` included), with the offset of its first character.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from derive.documents.macros import Macros
from derive.records import dataclass
from derive.source import Source, Text

Kind = Literal["display", "inline"]


@dataclass(frozen=True)
class Passage:
    """One display or one inline formula. `label` is a name given outside the mathematics, as Quarto's `{#eq-x}`.

    The text holds no white space at its ends and no macros. Without these it stands in the source character
    by character, save that the quote marks `>` which begin its lines inside a
    Markdown quotation are blanked. `problem` says why the passage can not be
    read as a whole, as when its delimiter is never closed; else it is null.
    `unread` says why a command, at an offset in the text, is no notation: a macro that can not be followed.
    """

    kind: Kind
    text: Text
    label: str | None = None
    problem: str | None = None
    unread: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Heading:
    """The heading of a section, its level from 1 for the outermost; in a notebook its line is that in a cell.

    `runs` are its words and, each marked by a true, its formulas in LaTeX.
    """

    level: int
    runs: tuple[tuple[str, bool], ...]
    line: int
    cell: int | None = None

    @property
    def words(self) -> str:
        """Its text with the formulas between dollar signs."""
        return "".join(f"${text}$" if is_formula else text for text, is_formula in self.runs)


@dataclass(frozen=True)
class Contents:
    """What a reader of one kind of file finds: the YAML of the setting, if there is any, and the passages.

    `macros` are those that hold where the first formula stands, and so in the setting. `left_out` are the commands
    that take text from other files, which is not read.
    """

    setting: Text | None
    passages: tuple[Passage, ...]
    macros: Macros
    left_out: tuple[Text, ...] = ()
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True)
class AsideList:
    """A list that was kept as it was written; `at` is an empty text at its place."""

    at: Text
    items: tuple["Aside", ...]


@dataclass(frozen=True)
class AsideMapping:
    """A mapping that was kept as it was written; `at` is an empty text at its place."""

    at: Text
    pairs: tuple[tuple[Text, "Aside"], ...]

    def get(self, name: str) -> "Aside | None":
        """What stands behind a key, null where there is no such key."""
        return next((value for key, value in self.pairs if key.value == name), None)


Aside = Text | AsideList | AsideMapping


@dataclass(frozen=True)
class Expectation:
    """What some steps are meant to get: one of these words, each a verdict, `accepted` or the name of a convention.

    The key says of which steps: the name of an equation or a pattern of names, or `#7`; `/2` behind it for one step.
    """

    key: Text
    words: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """The YAML setting as text, unread: names and expressions are LaTeX with their places.

    Mappings keep the author's order. A key that the author left out is empty.
    `dims` gives each dimension its size, null where it is to be chosen, and its name's text.
    `own` are functions of the notation that the document defines itself, and so are none.
    `aside` holds the keys that say nothing about the mathematics, as they were written.
    """

    title: str | None = None
    source_note: str | None = None
    dims: Mapping[str, tuple[int | None, Text]] = field(default_factory=dict)
    symbols: tuple[tuple[Text, Text], ...] = ()
    model: tuple[tuple[Text, Text], ...] = ()
    loss: Text | None = None
    notation: tuple[tuple[Text, Text], ...] = ()
    layout: Literal["gradient", "numerator", "denominator"] = "gradient"
    vectors: Literal["column", "row"] = "column"
    index_base: int = 1
    indices: Literal["written", "einstein"] = "written"
    kink: str = "0"
    own: frozenset[str] = frozenset()
    allow: tuple[str, ...] = ()
    expect: tuple[Expectation, ...] = ()
    aside: Mapping[str, Aside] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A source, its setting, its mathematics and its headings in order.

    `exercise` names the exercise whose setting it took;
    `left_out` are the commands in it that take text from other files.
    """

    source: Source
    setting: Setting
    passages: tuple[Passage, ...]
    exercise: str | None = None
    left_out: tuple[Text, ...] = ()
    headings: tuple[Heading, ...] = ()
