"""What a check finds, as data: one `StepResult` a relation, one `DocumentResult` a document.

Writers only arrange these; no writer decides anything.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from derive.records import dataclass

Verdict = Literal["definition", "proved", "convention", "refuted", "unknown", "unreadable"]
Scope = Literal["all dimensions", "these dimensions"]
Ground = Literal["index form", "entries"]
VERDICTS: tuple[Verdict, ...] = ("definition", "proved", "convention", "refuted", "unknown", "unreadable")

Matrix = list[list[str]]


@dataclass(frozen=True)
class Counterexample:
    """Values at which the two sides certainly differ.

    `at` gives each symbol a matrix (a scalar is a string) of exact rationals, labels as integers;
    `entry` is the row and column at which the sides differ, from 1; null where both sides are scalars.
    `lhs` and `rhs` are exact rationals, or decimals of which every printed digit is certain.
    """

    at: Mapping[str, str | Matrix]
    entry: tuple[int, int] | None
    lhs: str
    rhs: str


@dataclass(frozen=True)
class StepResult:
    """The verdict on one relation. `line` and `column` are those of the step's first character in its file.

    In a notebook they are those in its cell, and `cell` is that cell's number, from 1: this is what its author sees.

    An accepted step says how far it was shown (`scope`), by which exact form (`ground`), and what it rests on: each
    of its `side_conditions` is a few words, with formulas in LaTeX between dollar signs.
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
    diagnosis: tuple[Mapping[str, str], ...] = ()
    follows_from: tuple[int, int] | None = None
    excerpt: str | None = None
    scope: Scope | None = None
    ground: Ground | None = None
    side_conditions: tuple[str, ...] = ()
    cell: int | None = None

    @property
    def where(self) -> str:
        """Its place as it stands behind the document's name: `2:5`, in a notebook `cell 3:2:5`."""
        place = f"{self.line}:{self.column}"
        return place if self.cell is None else f"cell {self.cell}:{place}"

    @property
    def holds_for_all_dimensions(self) -> bool:
        """Whether the step is shown for every size of its dimensions, not only for those that were checked."""
        return self.scope == "all dimensions"

    @property
    def shapes_matter(self) -> bool:
        """Whether a person needs to see the shapes: they disagree, and the message does not say so already."""
        if self.verdict != "refuted" or self.shapes is None or self.counterexample is not None:
            return False
        return self.shapes[0] != self.shapes[1] and not all(shape in self.message for shape in self.shapes)


@dataclass(frozen=True)
class DocumentResult:
    """All steps of a document, in its order, and the concrete sizes at which they were checked.

    `left_out`: the commands that take text from other files, which is not read, each with its line.
    """

    document: str
    title: str | None
    dims: Mapping[str, int]
    steps: tuple[StepResult, ...] = field(default=())
    exercise: str | None = None
    left_out: tuple[tuple[str, int], ...] = ()

    def summary(self) -> dict[Verdict, int]:
        """How many steps got each verdict, every verdict listed."""
        return {verdict: sum(step.verdict == verdict for step in self.steps) for verdict in VERDICTS}

    def for_all_dimensions(self, verdict: Verdict) -> int:
        """How many of the steps with this verdict hold for all dimensions."""
        return sum(step.verdict == verdict and step.holds_for_all_dimensions for step in self.steps)
