"""What the marks of a class come to: how often what happened, and what waits for a person. Nothing is drawn here."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import mean, median

from derive.grading.results import STATUSES, Marked, PartResult, Status
from derive.records import dataclass
from derive.writing.answers import left_side

_NUMBER = re.compile(r"\d+(?:[:.]\d+)*")


@dataclass(frozen=True)
class Mistake:
    """A named mistake in one part: its sentence as most of those who made it were told, and who they are."""

    code: str
    message: str
    submissions: tuple[str, ...]


@dataclass(frozen=True)
class PartSummary:
    """One part over the class: how many got each status, points on average, what went wrong, most frequent first.

    `conventions` are those under which answers were right, `follows` says how many followed from an earlier slip;
    `unnamed` are the submissions whose answer is wrong or partly right for a reason that has no name.
    """

    id: str
    ask: str
    prompt: str
    max_points: Fraction
    mean: Fraction
    counts: Mapping[Status, int]
    mistakes: tuple[Mistake, ...]
    conventions: tuple[tuple[str, int], ...]
    follows: int
    unnamed: tuple[str, ...]


@dataclass(frozen=True)
class Review:
    """Answers that one decision of a person settles: the same words in the same part, for the same reason.

    Where reasons differ in numbers only, the lines that they speak of, `reason` stands without them.

    `part` is that of the first of them, `left` what its student says the answer is equal to; each submission stands
    with the place to look at.
    """

    part: PartResult
    left: str
    reason: str
    submissions: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class ClassSummary:
    """A class. Mean and median are those of `settled` submissions, whose marks are final, or of all if none are.

    `problems` are the submissions at which a person must look as a whole; their parts are in no review.
    """

    size: int
    settled: int
    max_points: Fraction
    mean: Fraction
    median: Fraction
    full: int
    parts: tuple[PartSummary, ...]
    problems: tuple[Marked, ...]
    reviews: tuple[Review, ...]


def summarise(marked: Sequence[Marked]) -> ClassSummary:
    """The summary of a class; an empty one has no parts and all its numbers are 0."""
    settled = [each.points for each in marked if not each.needs_review]
    counted = settled or [each.points for each in marked] or [Fraction(0)]
    return ClassSummary(
        size=len(marked),
        settled=len(settled),
        max_points=max((each.max_points for each in marked), default=Fraction(0)),
        mean=mean(counted),
        median=median(counted),
        full=sum(not each.needs_review and each.points == each.max_points for each in marked),
        parts=tuple(_part(name, marked) for name in _part_names(marked)),
        problems=tuple(each for each in marked if each.problem is not None),
        reviews=tuple(_reviews(marked)),
    )


def _part_names(marked: Iterable[Marked]) -> list[str]:
    """The parts' names in the exercise's order, each once."""
    return list(dict.fromkeys(part.id for each in marked for part in each.parts))


def _part(part_name: str, marked: Sequence[Marked]) -> PartSummary:
    """What became of one part."""
    found = [(each.submission, part) for each in marked for part in each.parts if part.id == part_name]
    first = found[0][1]
    tally = Counter(part.status for _, part in found)
    decided = [part.points for _, part in found if part.status != "review"]
    conventions = Counter(name for _, part in found for name in part.conventions)
    return PartSummary(
        id=part_name,
        ask=first.ask,
        prompt=first.prompt,
        max_points=first.max_points,
        mean=mean(decided) if decided else Fraction(0),
        counts={status: tally[status] for status in STATUSES},
        mistakes=_mistakes(found),
        conventions=tuple(conventions.most_common()),
        follows=sum(part.follows_from is not None for _, part in found),
        unnamed=tuple(name for name, part in found if _is_unnamed(part)),
    )


def _is_unnamed(part: PartResult) -> bool:
    """Whether an answer lost points for something that no named mistake explains."""
    return part.status in ("wrong", "partial") and not part.diagnosis and part.follows_from is None


def _mistakes(found: Sequence[tuple[str, PartResult]]) -> tuple[Mistake, ...]:
    """The named mistakes in a part, each once for each submission that has it."""
    by_code: dict[str, dict[str, str]] = {}
    for name, part in found:
        for finding in part.diagnosis:
            by_code.setdefault(finding.code, {}).setdefault(name, finding.message)
    mistakes = [
        Mistake(code, Counter(said.values()).most_common(1)[0][0], tuple(said)) for code, said in by_code.items()
    ]
    return tuple(sorted(mistakes, key=lambda mistake: (-len(mistake.submissions), mistake.code)))


def _reviews(marked: Sequence[Marked]) -> Iterator[Review]:
    """The answers that a person must look at, part by part, what settles most first."""
    for name in _part_names(marked):
        groups: dict[tuple[str, str | None], list[tuple[Marked, PartResult]]] = {}
        for each in marked:
            if each.problem is None:
                for part in each.parts:
                    if part.id == name and part.status == "review":
                        groups.setdefault((_NUMBER.sub("…", part.message), part.answer), []).append((each, part))
        for (general, _), members in sorted(groups.items(), key=lambda group: -len(group[1])):
            first, its_part = members[0]
            places = tuple((each.submission, part.where) for each, part in members)
            is_one = all(part.message == its_part.message for _, part in members)
            yield Review(its_part, left_side(first, its_part), its_part.message if is_one else general, places)
