"""An exercise -> what will be awarded for what, in words that students may read before they hand in."""

from collections.abc import Iterator
from fractions import Fraction

from derive.grading.parts import ExerciseDocument, Part
from derive.grading.policy import FULL, NONE, OTHERS, Credit, Policy
from derive.mistakes.catalogue import CATALOGUE
from derive.mistakes.of_code import ALL_OF_CODE
from derive.records import dataclass


@dataclass(frozen=True)
class Award:
    """What one outcome earns: a share of a part's points, null where a person decides."""

    outcome: str
    share: Fraction | None


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
    "convention": "right in another convention, such as another layout of derivatives",
    "form": "true, but not in the form that is asked for",
    "follow_through": "wrong, but it follows correctly from an earlier mistake",
    "unknown": "the program cannot decide whether it is right",
    "unreadable": "the program cannot read it",
}
"""The words for each outcome of a policy that has one credit."""


def rubric(exercise: ExerciseDocument) -> Rubric:
    """What is awarded for each part of an exercise."""
    title = exercise.document.setting.title or exercise.name
    return Rubric(title, tuple(_part(part) for part in exercise.parts))


def _part(part: Part) -> RubricPart:
    awards = tuple(_awards(part.policy, part.form))
    return RubricPart(part.id, part.ask, part.prompt, FORMS[part.form], part.points, awards)


def _awards(policy: Policy, form: str) -> Iterator[Award]:
    titles = {one.code: one.title for one in CATALOGUE} | {one.code: one.title for one in ALL_OF_CODE}
    yield Award("right", FULL)
    for outcome, words in OUTCOMES.items():
        if outcome != "form" or form != "any":
            yield Award(words, _share(getattr(policy, outcome)))
    for code, share in policy.mistake.items():
        if code != OTHERS:
            yield Award(f"wrong only in this: {titles.get(code, 'a mistake')} ({code})", _share(share))
    others = "another" if len(policy.mistake) > 1 else "one"
    yield Award(f"wrong only by {others} mistake that the program knows by name", _share(policy.mistake[OTHERS]))
    yield Award("anything else, or nothing", NONE)


def _share(credit: Credit) -> Fraction | None:
    return None if credit == "review" else credit
