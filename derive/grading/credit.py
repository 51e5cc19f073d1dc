"""A verdict on an answer -> what it earns and what its author is told, by the policy of its part.

A message says what is the matter; it never says what would be right.
"""

from collections.abc import Sequence
from fractions import Fraction

from derive.checking.conventions import sentence
from derive.checking.results import Diagnosis, StepResult
from derive.grading.parts import Part
from derive.grading.places import line_of, place_of
from derive.grading.policy import FULL, Credit
from derive.grading.results import Status
from derive.records import dataclass


@dataclass(frozen=True)
class Outcome:
    """What an answer earns: a share of the points, with its reason."""

    credit: Credit
    message: str
    diagnosis: tuple[Diagnosis, ...] = ()
    conventions: tuple[str, ...] = ()
    follows_from: tuple[int, int] | None = None

    @property
    def status(self) -> Status:
        """The status that this share has."""
        if self.credit == "review":
            return "review"
        return "right" if self.credit == 1 else "partial" if self.credit else "wrong"

    def points(self, part: Part) -> Fraction:
        """The points that are earned; none before a person has decided."""
        return Fraction(0) if self.credit == "review" else self.credit * part.points

    def with_note(self, note: str) -> "Outcome":
        """The same with one more sentence."""
        message = f"{self.message} {note}" if note else self.message
        return Outcome(self.credit, message, self.diagnosis, self.conventions, self.follows_from)


def right() -> Outcome:
    """The answer equals what is asked."""
    return Outcome(FULL, "Right.")


def right_by(part: Part, conventions: tuple[str, ...]) -> Outcome:
    """The answer equals what is asked, up to conventions."""
    return Outcome(
        part.policy.convention, f"Right up to a convention: {_lower(sentence(conventions))}", (), conventions
    )


def in_another_form(part: Part, problem: str, slip: StepResult | None = None) -> Outcome:
    """The answer is true, or right but for a slip before it, and leaves open what it should say."""
    if slip is None:
        return Outcome(part.policy.form, f"This is true, but {problem}.")
    message = f"This follows correctly from an earlier mistake, in {line_of(slip.where)}, but {problem}."
    return Outcome(_least(part.policy.form, part.policy.follow_through), message)


def _least(first: Credit, second: Credit) -> Credit:
    """The smaller one of two credits; a person decides where one of them says so."""
    return min(first, second) if isinstance(first, Fraction) and isinstance(second, Fraction) else "review"


def following(part: Part, slip: StepResult) -> Outcome:
    """The answer is wrong only since something before it is."""
    message = f"This follows correctly from an earlier mistake, in {line_of(slip.where)}."
    return Outcome(part.policy.follow_through, message, (), (), (slip.equation, slip.step))


def undecided(part: Part, reason: str) -> Outcome:
    """Neither right nor wrong could be established."""
    return Outcome(part.policy.unknown, f"Whether this is right could not be decided: {reason}")


def unread(part: Part, where: str, reason: str) -> Outcome:
    """The answer, or what may be it, could not be read."""
    return Outcome(part.policy.unreadable, f"What stands in {place_of(where)} could not be read: {reason}")


def wrong(part: Part, diagnosis: Sequence[Diagnosis], is_explained: bool, shapes: tuple[str, str] | None) -> Outcome:
    """The answer differs from what is asked; `is_explained`: the mistakes that are named are all that is wrong."""
    found = tuple(diagnosis)
    message = "This is not equal to what is asked for."
    if shapes is not None and shapes[0] != shapes[1]:
        message = f"The shapes differ: this is {shapes[1]}, and what is asked for is {shapes[0]}."
    told = " ".join(_sentence(one.message) for one in found)
    credit = part.policy.for_mistakes([one.code for one in found]) if is_explained and found else Fraction(0)
    return Outcome(credit, f"{message} {told}".strip(), found)


def nothing(message: str) -> Outcome:
    """It earns nothing, whatever the policy."""
    return Outcome(Fraction(0), message)


def for_a_person(message: str) -> Outcome:
    """A person decides, whatever the policy."""
    return Outcome("review", message)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
