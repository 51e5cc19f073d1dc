"""What is awarded in an exercise, as Markdown that reads well as plain text too."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from derive.grading.rubric import Award, Rubric, RubricPart
from derive.writing.cells import printable
from derive.writing.statuses import of_points

BY_A_PERSON = "a person decides"


def to_text(rubric: Rubric) -> str:
    """The whole rubric."""
    return "\n".join(_lines(rubric)) + "\n"


def _lines(rubric: Rubric) -> Iterator[str]:
    yield f"# {printable(rubric.title)}"
    yield ""
    yield f"{of_points(rubric.points)} in all."
    shared = rubric.parts[0].awards if len({part.awards for part in rubric.parts}) == 1 else ()
    for part in rubric.parts:
        yield ""
        yield from _part(part, () if shared else part.awards)
    if shared:
        yield ""
        yield "## What an answer brings"
        yield ""
        yield from (f"- {printable(award.outcome)}: {_share(award.share)}" for award in shared)


def _part(part: RubricPart, awards: Sequence[Award]) -> Iterator[str]:
    yield f"## Part {part.id}: {of_points(part.points)}"
    yield ""
    if part.prompt:
        yield printable(part.prompt)
        yield ""
    yield f"Asked for: ${printable(part.ask)}$. {part.form}"
    if awards:
        yield ""
    yield from (f"- {printable(award.outcome)}: {_earned(award.share, part.points)}" for award in awards)


def _earned(share: Fraction | None, points: Fraction) -> str:
    return BY_A_PERSON if share is None else of_points(share * points)


def _share(share: Fraction | None) -> str:
    """A share of the points of any part.

    >>> [_share(share) for share in (Fraction(1), Fraction(1, 2), Fraction(0), None)]
    ['all points', '1/2 of the points', 'no points', 'a person decides']
    """
    if share is None:
        return BY_A_PERSON
    return {Fraction(0): "no points", Fraction(1): "all points"}.get(share, f"{share} of the points")
