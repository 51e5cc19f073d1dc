"""The homework of `exercises/homework`, and the marks that the author of each exercise set down beforehand.

A folder holds `exercise.md`, the students' work in `submissions`, and `marks.yaml`:

    ada.md:  {points: 10, a: right, b: right}
    ben.tex: {points: 4, a: right, b: {status: wrong, mistakes: [missing-mean]}}
    cleo.md: {points: 7, a: right, b: {status: partial, points: 3, follows: true}}

A part that is `right` has all its points and one that is `wrong`, `review` or `missing` none, unless `points` says
otherwise. The `mistakes` are those made in the part; it `follows` where it is right but for a slip in an earlier part.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import yaml
from remembering import mark_file

from derive.checking.results import DocumentResult
from derive.grading.results import STATUSES, Marked, Status
from derive.mistakes.catalogue import CATALOGUE

HOMEWORK = Path(__file__).parent.parent / "exercises" / "homework"
NAMES = sorted(path.parent.name for path in HOMEWORK.glob("*/exercise.md"))

PLAIN = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Every scalar as text; written in C where that was built, as all marks are read before the first test."""

OF_A_PART = {"status", "points", "mistakes", "follows"}

CODES = {mistake.code for mistake in CATALOGUE}


@dataclass(frozen=True)
class Part:
    """A part of an exercise: its name, what is asked, the points that it is worth."""

    id: str
    ask: str
    points: Fraction


@dataclass(frozen=True)
class ExpectedPart:
    """What the author of the exercise gives for one part of one submission."""

    id: str
    status: Status
    points: Fraction
    mistakes: tuple[str, ...] = ()
    follows: bool = False


@dataclass(frozen=True)
class Sample:
    """A submission with its marks, set down before the program was asked."""

    exercise: str
    name: str
    points: Fraction
    parts: tuple[ExpectedPart, ...]

    @property
    def path(self) -> Path:
        return HOMEWORK / self.exercise / "submissions" / self.name

    @property
    def is_right(self) -> bool:
        """Whether every part is right."""
        return all(part.status == "right" for part in self.parts)

    @property
    def is_for_a_person(self) -> bool:
        """Whether something in it cannot be read, or decided, on purpose."""
        return any(part.status == "review" for part in self.parts)

    @property
    def mistaken(self) -> tuple[ExpectedPart, ...]:
        """The parts in which a mistake was planted."""
        return tuple(part for part in self.parts if part.mistakes)


def exercise_path(name: str) -> Path:
    return HOMEWORK / name / "exercise.md"


@cache
def setting(name: str) -> dict:
    """The setting of an exercise as plain YAML, every scalar text."""
    _, head, _ = exercise_path(name).read_text(encoding="utf-8").split("---\n", 2)
    return yaml.load(head, Loader=PLAIN)


@cache
def parts(name: str) -> dict[str, Part]:
    """The parts of an exercise by their names."""
    found = (Part(part["id"], part["ask"], Fraction(part["points"])) for part in setting(name)["parts"])
    return {part.id: part for part in found}


@cache
def samples(name: str) -> tuple[Sample, ...]:
    """The submissions to an exercise, with their marks.

    Raises AssertionError, saying where, if `marks.yaml` is not as described above.
    """
    text = (HOMEWORK / name / "marks.yaml").read_text(encoding="utf-8")
    marks = yaml.load(text, Loader=PLAIN)
    return tuple(_sample(name, submission, entry) for submission, entry in marks.items())


def all_samples() -> tuple[Sample, ...]:
    return tuple(sample for name in NAMES for sample in samples(name))


def _sample(exercise: str, submission: str, entry: dict) -> Sample:
    where = f"{exercise}/marks.yaml, {submission}"
    asked = parts(exercise)
    assert list(entry) == ["points", *asked], f"{where}: expected points, then {', '.join(asked)}"
    expected = tuple(_part(f"{where}, {part.id}", part, entry[part.id]) for part in asked.values())
    return Sample(exercise, submission, Fraction(entry["points"]), expected)


def _part(where: str, part: Part, entry: str | dict) -> ExpectedPart:
    said = {"status": entry} if isinstance(entry, str) else entry
    assert set(said) <= OF_A_PART, f"{where}: unknown {', '.join(sorted(set(said) - OF_A_PART))}"
    status = said.get("status")
    assert status in STATUSES, f"{where}: no such status: {status}"
    assert status != "partial" or "points" in said, f"{where}: how many points?"
    points = Fraction(said.get("points", part.points if status == "right" else 0))
    return ExpectedPart(part.id, status, points, tuple(said.get("mistakes", ())), said.get("follows") == "true")


def checked(sample: Sample) -> DocumentResult:
    """The verdicts on a submission's steps, as marking finds them."""
    result = marked(sample).result
    assert result is not None, marked(sample).problem
    return result


@cache
def marked(sample: Sample) -> Marked:
    """The marks that the program gives."""
    return mark_file(exercise_path(sample.exercise), sample.path)
