"""What a check finds, as data: one `StepResult` a relation, one `DocumentResult` a document.

Writers only arrange these; no writer decides anything.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from derive.documents.document import Heading
from derive.records import dataclass

Verdict = Literal["definition", "proved", "convention", "refuted", "unknown", "unreadable"]
Scope = Literal["all dimensions", "these dimensions"]
Ground = Literal["index form", "entries"]
Concern = Literal["unexpected", "refuted", "unknown", "unreadable"]
VERDICTS: tuple[Verdict, ...] = ("definition", "proved", "convention", "refuted", "unknown", "unreadable")
ACCEPTED = VERDICTS[:3]

Matrix = list[list[str]]


@dataclass(frozen=True)
class Counterexample:
    """Values at which the two sides certainly differ.

    `at` gives each symbol a matrix (a scalar is a string) of exact rationals, labels as integers;
    `entry` is the row and column at which the sides differ, from 1; null where both sides are scalars.
    `lhs` and `rhs` are exact rationals, or decimals of which every printed digit is certain.
    `size` is how many rows and columns both sides have, where they have entries.
    """

    at: Mapping[str, str | Matrix]
    entry: tuple[int, int] | None
    lhs: str
    rhs: str
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Diagnosis:
    """A mistake that was made in a step: its code, a sentence for its author, and the side as it would be right.

    `fix` is LaTeX, for teachers: it gives the answer away.
    """

    code: str
    message: str
    fix: str


@dataclass(frozen=True)
class StepResult:
    """The verdict on one relation. `line` and `column` are those of the step's first character in its file.

    In a notebook they are those in its cell, and `cell` is that cell's number, from 1: this is what its author sees.

    An accepted step says how far it was shown (`scope`), by which exact form (`ground`), and what it rests on: each
    of its `side_conditions` is a few words, with formulas in LaTeX between dollar signs.
    `expectation` holds the words, verdicts and conventions, one of which the document's author expects of the step; it
    is empty where the author says nothing.
    `label` is the name that the equation has for references, `tag` the one that readers see; often they are one.
    `span` is the part of the file's text that the verdict is about, as offsets of characters: what could not be read
    or cannot be, else the relation with its right side; of what a macro yields, the macro's call. A notebook's file is
    no such text: there it is null.
    """

    tag: str | None
    equation: int
    step: int
    line: int
    column: int
    lhs: str
    relation: str
    rhs: str
    verdict: Verdict
    message: str
    conventions: tuple[str, ...] = ()
    shapes: tuple[str, str] | None = None
    counterexample: Counterexample | None = None
    diagnosis: tuple[Diagnosis, ...] = ()
    follows_from: tuple[int, int] | None = None
    excerpt: str | None = None
    scope: Scope | None = None
    ground: Ground | None = None
    side_conditions: tuple[str, ...] = ()
    expectation: tuple[str, ...] = ()
    label: str | None = None
    cell: int | None = None
    span: tuple[int, int] | None = None

    @property
    def where(self) -> str:
        """Its place as it stands behind the document's name: `2:5`, in a notebook `cell 3:2:5`."""
        return where(self.line, self.column, self.cell)

    @property
    def holds_for_all_dimensions(self) -> bool:
        """Whether the step is shown for every size of its dimensions, not only for those that were checked."""
        return self.scope == "all dimensions"

    @property
    def is_as_expected(self) -> bool | None:
        """Whether the step got what its author expects of it, a convention by name if no other was needed.

        Null where the author says nothing.
        """
        if not self.expectation:
            return None
        if self.conventions and set(self.conventions) <= set(self.expectation):
            return True
        return self.verdict in self.expectation or ("accepted" in self.expectation and self.verdict in ACCEPTED)

    @property
    def concern(self) -> "Concern | None":
        """Why somebody should look at the step; null where nobody need."""
        if self.is_as_expected is not None:
            return None if self.is_as_expected else "unexpected"
        match verdict := self.verdict:
            case "refuted" | "unknown" | "unreadable":
                return verdict
        return None

    @property
    def surprise(self) -> str | None:
        """One sentence on what was expected and what was found, where these differ."""
        if self.is_as_expected is not False:
            return None
        *others, last = self.expectation
        found = f"{self.verdict} ({', '.join(self.conventions)})" if self.conventions else self.verdict
        return f"Expected {', '.join(others)}{' or ' if others else ''}{last}, found {found}."

    @property
    def shapes_matter(self) -> bool:
        """Whether a person needs to see the shapes: they disagree, and the message does not say so already."""
        if self.verdict != "refuted" or self.shapes is None or self.counterexample is not None:
            return False
        return self.shapes[0] != self.shapes[1] and not all(shape in self.message for shape in self.shapes)


@dataclass(frozen=True)
class WaitingStep:
    """A relation as its author wrote it, of which nothing is known yet: what a `StepResult` says of it as well."""

    tag: str | None
    equation: int
    step: int
    line: int
    column: int
    lhs: str
    relation: str
    rhs: str
    cell: int | None = None

    @property
    def where(self) -> str:
        """Its place, as that of a `StepResult`."""
        return where(self.line, self.column, self.cell)


def where(line: int, column: int, cell: int | None) -> str:
    """A place as it stands behind a document's name: `2:5`, in a notebook `cell 3:2:5`."""
    place = f"{line}:{column}"
    return place if cell is None else f"cell {cell}:{place}"


@dataclass(frozen=True)
class Inferred:
    """A declaration that a document's setting lacks and its text implies: `because` is one sentence's reason."""

    name: str
    declaration: str
    because: str
    line: int
    column: int


@dataclass(frozen=True)
class ProposedEntry:
    """One name of a proposed setting, what stands behind it, and a comment on where that comes from."""

    name: str
    value: str
    comment: str = ""


@dataclass(frozen=True)
class ProposedSetting:
    """A complete setting for a document, for its author to correct; `words` and `more` are keys with one word each."""

    remarks: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    dims: tuple[tuple[str, int], ...] = ()
    symbols: tuple[ProposedEntry, ...] = ()
    model: tuple[ProposedEntry, ...] = ()
    loss: ProposedEntry | None = None
    notation: tuple[ProposedEntry, ...] = ()
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Question:
    """A name of which nothing is known: what to add to the setting, and where the name stands first."""

    name: str
    message: str
    line: int
    column: int


@dataclass(frozen=True)
class TwoReadings:
    """A formula that two readers read in two ways, with its place; both readings as LaTeX."""

    line: int
    column: int
    formula: str
    reading: str
    second_reading: str


@dataclass(frozen=True)
class SecondReading:
    """How many formulas a second reader could read as well, and where it read something else."""

    compared: int
    differences: tuple[TwoReadings, ...]


@dataclass(frozen=True)
class DocumentResult:
    """All steps of a document, in its order, and the concrete sizes at which they were checked.

    `inferred` is what its setting lacks and was taken from its text; `questions` is what could not be.
    `left_out`: the commands that take text from other files, which is not read, each with its line.
    `headings` are those of its sections.
    `second_reading` is there where a second reader was asked for.
    """

    document: str
    title: str | None
    dims: Mapping[str, int]
    steps: tuple[StepResult, ...] = field(default=())
    exercise: str | None = None
    inferred: tuple[Inferred, ...] = ()
    questions: tuple[Question, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    second_reading: SecondReading | None = None
    headings: tuple[Heading, ...] = ()

    def summary(self) -> dict[Verdict, int]:
        """How many steps got each verdict, every verdict listed."""
        return {verdict: sum(step.verdict == verdict for step in self.steps) for verdict in VERDICTS}

    def for_all_dimensions(self, verdict: Verdict) -> int:
        """How many of the steps with this verdict hold for all dimensions."""
        return sum(step.verdict == verdict and step.holds_for_all_dimensions for step in self.steps)

    def following(self) -> int:
        """How many of the refuted steps follow correctly from an earlier one."""
        return sum(step.follows_from is not None for step in self.steps)

    def as_expected(self, verdict: Verdict) -> int:
        """How many of the steps with this verdict are meant to have it."""
        return sum(step.verdict == verdict and step.is_as_expected is True for step in self.steps)
