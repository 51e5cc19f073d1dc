"""The marks of a class as one HTML page that needs nothing else: what waits for a person, pictures, all students.

Everything on it can be read without its script, which only sorts and filters the list of students.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from markupsafe import Markup

from derive.grading.results import Marked, PartResult
from derive.writing.charts import bar, histogram, stacked
from derive.writing.class_summary import ClassSummary, PartSummary, summarise
from derive.writing.distribution import Distribution, distribution
from derive.writing.pages import BASE, page

STYLES = (*BASE, "marks.css", "class.css")
REVIEWS_IN_VIEW = 6
RENDERED_ANSWERS = 200
"""So many answers under review are shown as formulas; of a class in which more differ, the rest are LaTeX."""
STUDENTS_IN_VIEW = 8
"""A list of more students than these is folded."""


def class_page(marked: Sequence[Marked], *, title: str, names: Mapping[str, str] | None = None) -> str:
    """The page. `names` gives the people behind submissions, where it is known; others go by their submissions."""
    summary = summarise(marked)
    people = {each.submission: (names or {}).get(each.submission) for each in marked}
    return page(
        "class.html",
        STYLES,
        "class.js",
        title=title,
        exercises=sorted({each.exercise for each in marked}),
        rows=[_row(each) for each in marked],
        summary=summary,
        people=people,
        histogram=_histogram(marked, summary),
        bars={part.id: _bars(at, part) for at, part in enumerate(summary.parts)},
        share=lambda count: Markup(bar(Fraction(count, summary.size))),
        reviews_in_view=REVIEWS_IN_VIEW,
        rendered_answers=RENDERED_ANSWERS,
        students_in_view=STUDENTS_IN_VIEW,
        is_rounded=_columns(marked, summary).is_rounded,
    )


def _row(marked: Marked) -> tuple[Marked, Mapping[str, PartResult], Sequence[str]]:
    """A submission with its parts by name, and the codes of its mistakes, each once."""
    codes = dict.fromkeys(finding.code for part in marked.parts for finding in part.diagnosis)
    return marked, {part.id: part for part in marked.parts}, tuple(codes)


def _columns(marked: Sequence[Marked], summary: ClassSummary) -> Distribution:
    return distribution([(each.points, not each.needs_review) for each in marked], summary.max_points)


def _histogram(marked: Sequence[Marked], summary: ClassSummary) -> Markup:
    """The distribution of marks, with their mean and median."""
    lines = (("mean", summary.mean), ("median", summary.median)) if marked else ()
    return Markup(histogram("marks", "How many submissions have how many points", _columns(marked, summary), lines))


def _bars(at: int, part: PartSummary) -> Markup:
    """What became of one part, as one bar."""
    return Markup(stacked(f"part-{at}", f"Part ({part.id}): what became of it", part.counts))


def write_class_report(
    marked: Sequence[Marked], path: str | Path, *, title: str, names: Mapping[str, str] | None = None
) -> Path:
    """Write the page to a file, or to `index.html` in a directory; its links lead to `feedback/` there. Says where."""
    place = Path(path)
    if place.suffix.lower() not in (".html", ".htm"):
        place = place / "index.html"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(class_page(marked, title=title, names=names), encoding="utf-8", newline="\n", errors="replace")
    return place
