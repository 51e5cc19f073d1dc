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

    `second_reading` is there where a second reader was asked for.
    """

    document: str
    title: str | None
    dims: Mapping[str, int]
    steps: tuple[StepResult, ...] = field(default=())
    exercise: str | None = None
    second_reading: SecondReading | None = None

    def summary(self) -> dict[Verdict, int]:
        """How many steps got each verdict, every verdict listed."""
        return {verdict: sum(step.verdict == verdict for step in self.steps) for verdict in VERDICTS}

    def for_all_dimensions(self, verdict: Verdict) -> int:
        """How many of the steps with this verdict hold for all dimensions."""
        return sum(step.verdict == verdict and step.holds_for_all_dimensions for step in self.steps)
