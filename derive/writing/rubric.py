"""What is awarded in an exercise, as Markdown that reads well as plain text too."""

from collections.abc import Iterator

from derive.grading.rubric import Award, Rubric, RubricPart
from derive.writing.cells import printable
from derive.writing.statuses import of_points


def to_text(rubric: Rubric) -> str:
    """The whole rubric."""
    return "\n".join(_lines(rubric)) + "\n"


def _lines(rubric: Rubric) -> Iterator[str]:
    yield f"# {printable(rubric.title)}"
    yield ""
    yield f"{of_points(rubric.points)} in all."
    for part in rubric.parts:
        yield ""
        yield from _part(part)


def _part(part: RubricPart) -> Iterator[str]:
    yield f"## Part {part.id}: {of_points(part.points)}"
    yield ""
    if part.prompt:
        yield printable(part.prompt)
        yield ""
    yield f"Asked for: ${printable(part.ask)}$. {part.form}"
    yield ""
    yield from (f"- {_award(award)}" for award in part.awards)


def _award(award: Award) -> str:
    earned = "a person decides" if award.points is None else of_points(award.points)
    return f"{printable(award.outcome)}: {earned}"
