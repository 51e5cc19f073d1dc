"""An exercise -> what will be awarded for what, in words that students may read before they hand in."""

from collections.abc import Iterator
from fractions import Fraction

from derive.grading.parts import ExerciseDocument, Part
from derive.grading.policy import OTHERS, Credit, Policy
from derive.records import dataclass


@dataclass(frozen=True)
class Award:
    """What one outcome earns: points of a part, null where a person decides."""

    outcome: str
    points: Fraction | None


@dataclass(frozen=True)
class RubricPart:
    """One part: what is asked, in which form, for how many points, and what other outcomes earn."""

    id: str
    ask: str
    prompt: str
    form: str
    points: Fraction
    awards: tuple[Award, ...]


@dataclass(frozen=True)
class Rubric:
    """What is awarded in an exercise."""

    title: str
    parts: tuple[RubricPart, ...]

    @property
    def points(self) -> Fraction:
        """All points that there are."""
        return sum((part.points for part in self.parts), Fraction(0))


FORMS = {
    "given": "In terms of what the exercise gives, asks for, or you have worked out.",
    "explicit": "Without derivatives left in it.",
    "entries": "Entry by entry.",
    "any": "In any form.",
}

OUTCOMES = {
    "convention": "right up to a convention, such as another layout",
    "form": "true, but not in the form that is asked for",
    "follow_through": "wrong, but it follows correctly from an earlier mistake",
    "unknown": "neither proved nor refuted",
    "unreadable": "not readable",
}
"""The words for each outcome of a policy that has one credit."""


def rubric(exercise: ExerciseDocument) -> Rubric:
    """What is awarded for each part of an exercise."""
    title = exercise.document.setting.title or exercise.name
    return Rubric(title, tuple(_part(part) for part in exercise.parts))


def _part(part: Part) -> RubricPart:
    awards = tuple(_awards(part.points, part.policy, part.form))
    return RubricPart(part.id, part.ask, part.prompt, FORMS[part.form], part.points, awards)


def _awards(points: Fraction, policy: Policy, form: str) -> Iterator[Award]:
    yield Award("right", points)
    for outcome, words in OUTCOMES.items():
        if outcome != "form" or form != "any":
            yield Award(words, _points(getattr(policy, outcome), points))
    for code, share in policy.mistake.items():
        if code != OTHERS:
            yield Award(f"wrong only by the mistake “{code}”", _points(share, points))
    others = "another" if len(policy.mistake) > 1 else "one"
    yield Award(f"wrong only by {others} known mistake", _points(policy.mistake[OTHERS], points))
    yield Award("anything else, or nothing", Fraction(0))


def _points(credit: Credit, points: Fraction) -> Fraction | None:
    return None if credit == "review" else credit * points
