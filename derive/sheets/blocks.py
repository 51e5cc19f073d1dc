r"""What a sheet consists of: blocks of text, displays, tables and pictures, as data; writers only arrange them.

Formulas are LaTeX that the reader of this program reads, words are plain text: every writer escapes words for its form.

>>> said("The rows of $Y$ sum to one.")
(Words(text='The rows of ', style='plain'), Formula(latex='Y'), Words(text=' sum to one.', style='plain'))
"""

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from derive.records import dataclass

if TYPE_CHECKING:
    from derive.figures.scene import Scene

Style = Literal["plain", "strong", "emphasis", "code"]


@dataclass(frozen=True)
class Words:
    """Some words, not escaped for anything."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True)
class Formula:
    """A formula in a line of text."""

    latex: str


Text = tuple[Words | Formula, ...]

_FORMULA = re.compile(r"\$([^$]+)\$")


def said(sentence: str) -> Text:
    """A sentence of this program with formulas between dollar signs; never one from outside."""
    pieces = enumerate(_FORMULA.split(sentence))
    return tuple(Formula(piece) if at % 2 else Words(piece) for at, piece in pieces if piece)


def plain_words(text: str) -> Text:
    """Words from outside, in which a dollar sign is a dollar sign."""
    return (Words(text),) if text else ()


@dataclass(frozen=True)
class Heading:
    """A heading: level 1 is a section of the sheet."""

    text: Text
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Some sentences."""

    text: Text


@dataclass(frozen=True)
class Bullets:
    """A list, of points or of numbers."""

    items: tuple[Text, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Member:
    """What a quantity is equal to, and why: the reason stands beside or below it."""

    latex: str
    reason: Text = ()
    relation: str = "="


@dataclass(frozen=True)
class Chain:
    """A display `lhs = member = member`, each member on a line of its own where there are several.

    `label` names the equation for references within the sheet. `is_result` marks what was asked: it is set off.
    """

    lhs: str
    members: tuple[Member, ...]
    label: str | None = None
    is_result: bool = False


@dataclass(frozen=True)
class Display:
    """A formula on lines of its own, as the exercise's author wrote it, with its author's name for it."""

    latex: str
    label: str | None = None


@dataclass(frozen=True)
class Table:
    """A table with a header; `wide` says of each column whether it takes the space that is left."""

    header: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    wide: tuple[bool, ...]
    caption: Text = ()


@dataclass(frozen=True)
class Picture:
    """A picture with what it shows in words, for those who can not see it."""

    scene: "Scene"
    caption: Text
    description: str


RemarkKind = Literal["proved", "rule", "kink", "mistake", "note"]


@dataclass(frozen=True)
class Remark:
    """A sentence that is set off: what was proved, a rule that was used, a mistake that is often made."""

    kind: RemarkKind
    text: Text


@dataclass(frozen=True)
class AnswerSpace:
    """Room for an answer by hand, in lines."""

    lines: int


@dataclass(frozen=True)
class Question:
    """The head of a part: its id, what is asked, the points that it earns."""

    id: str
    asked: str
    points: Fraction
    prompt: Text
    form: Text = ()


Block = Heading | Paragraph | Bullets | Chain | Display | Table | Picture | Remark | AnswerSpace | Question


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, where the exercise comes from, its setting as YAML, its blocks.

    With its setting at its head a sheet is a document that can be checked again.
    """

    title: Text
    source: Text
    setting: str
    blocks: tuple[Block, ...]
    is_solution: bool
    variant: int | None = None
    proved: str = ""


def text_of(text: Text) -> str:
    """The text as one line, formulas as LaTeX between dollar signs: for a title, for a test."""
    return "".join(run.text if isinstance(run, Words) else f"${run.latex}$" for run in text)
