"""What each student is told: one HTML page and one Markdown file a submission, which need nothing else.

They say what was found and why, never what the right answer is: the repairs of mistakes are for teachers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from derive.checking.results import StepResult
from derive.grading.results import STATUSES, Marked, PartResult
from derive.records import dataclass
from derive.writing.answers import left_side, place_of, reason, step_name
from derive.writing.cells import printable
from derive.writing.charts import earned
from derive.writing.equations import View
from derive.writing.file_names import file_name
from derive.writing.mathml import to_mathml
from derive.writing.pages import BASE, environment, page, pieces, resource
from derive.writing.pages import MARKS as VERDICT_MARKS
from derive.writing.sections import in_sections, outline_of
from derive.writing.statuses import FOR_STUDENTS, MARKS, STEPS_FOR_STUDENTS, number, of_points

STYLES = (*BASE, "marks.css", "equations.css", "feedback.css")


@dataclass(frozen=True)
class Told:
    """One part as its student sees it: its marks, what the answer is said to be equal to, the step it stands in.

    `slip` is the first refuted step of the answer's own chain, up to the answer: there it went wrong. `origin` is the
    earlier slip from which the answer follows.
    """

    part: PartResult
    left: str
    step: StepResult | None
    slip: StepResult | None
    origin: StepResult | None


def write_feedback(
    marked: Iterable[Marked],
    directory: str | Path,
    *,
    title: str,
    names: Mapping[str, str] | None = None,
    for_teachers: bool = False,
) -> None:
    """Write both files for each submission into `feedback/` of a directory; with `for_teachers` they show repairs."""
    folder = Path(directory) / "feedback"
    folder.mkdir(parents=True, exist_ok=True)
    for each in marked:
        name = (names or {}).get(each.submission)
        texts = {
            "html": feedback_page(each, title=title, name=name, for_teachers=for_teachers),
            "md": feedback_markdown(each, title=title, name=name, for_teachers=for_teachers),
        }
        for suffix, text in texts.items():
            place = folder / f"{file_name(each.submission)}.{suffix}"
            place.write_text(text, encoding="utf-8", newline="\n", errors="replace")


def feedback_page(marked: Marked, *, title: str, name: str | None = None, for_teachers: bool = False) -> str:
    """The feedback on one submission as a page."""
    return page("feedback.html", STYLES, **_shown(marked, title, name, for_teachers))


def feedback_fragment(marked: Marked, *, title: str, name: str | None = None) -> str:
    """The same for a student as a part of somebody else's page, which needs its style."""
    return environment().get_template("feedback_body.html").render(_shown(marked, title, name, for_teachers=False))


def _shown(marked: Marked, title: str, name: str | None, for_teachers: bool) -> dict[str, object]:
    """What the page shows: what both forms say, a picture, and every step."""
    return {
        "picture": Markup(_picture(marked)),
        "chains": list(_chains(marked, for_teachers=for_teachers)),
        **_values(marked, title, name, for_teachers),
    }


def _chains(marked: Marked, *, for_teachers: bool) -> Iterator[Markup]:
    """The headings and equations of a submission; an answer that counts, and what follows from a slip, are marked."""
    if marked.result is None:
        return
    view = View(
        shows_fixes=for_teachers,
        level=3,
        words=STEPS_FOR_STUDENTS,
        following_words="follows from your earlier mistake",
        fix_words="For teachers: write",
        notes={part.step: f"your answer to part ({part.id})" for part in marked.parts if part.step is not None},
    )
    yield from in_sections(marked.result.steps, outline_of(marked.result.headings, view.level), view)


def feedback_markdown(marked: Marked, *, title: str, name: str | None = None, for_teachers: bool = False) -> str:
    """The feedback on one submission as Markdown, formulas between dollar signs."""
    written = _markdown().get_template("feedback.md").render(_values(marked, title, name, for_teachers))
    return re.sub(r"\n{3,}", "\n\n", written).strip() + "\n"


def _values(marked: Marked, title: str, name: str | None, for_teachers: bool) -> dict[str, object]:
    """What both forms say."""
    return {
        "marked": marked,
        "title": title,
        "name": name,
        "told": [_told(marked, part) for part in marked.parts],
        "overall": overall(marked),
        "step_name": step_name,
        "place_of": place_of,
        "reason": reason,
        "for_teachers": for_teachers,
    }


def _told(marked: Marked, part: PartResult) -> Told:
    """A part with the steps that it speaks of."""
    steps = {} if marked.result is None else {(step.equation, step.step): step for step in marked.result.steps}
    origin = None if part.follows_from is None else steps.get(part.follows_from)
    chain: list[StepResult] = []
    if part.step is not None and part.status in ("wrong", "partial"):
        equation, counted = part.step
        chain = [steps[equation, at] for at in range(1, counted + 1) if (equation, at) in steps]
    slip = next((step for step in chain if step.verdict == "refuted"), None)
    step = None if part.step is None else steps.get(part.step)
    return Told(part, left_side(marked, part), step, slip, origin)


def overall(marked: Marked) -> str:
    """One or two sentences on a submission as a whole: what is right, and what is still open.

    >>> overall(Marked("a.md", "e.md", ()))
    'There are no parts to mark.'
    """
    by_status = {status: [part.id for part in marked.parts if part.status == status] for status in STATUSES}
    if not marked.parts:
        return "There are no parts to mark."
    if len(by_status["right"]) == len(marked.parts):
        return "Everything that was asked is right. Well done."
    said = []
    if right := by_status["right"]:
        said.append(f"{_parts(right)} {_is(right)} right.")
    if partial := by_status["partial"]:
        said.append(f"{_parts(partial)} {_is(partial)} partly right.")
    if wrong := by_status["wrong"]:
        said.append(f"{_parts(wrong)} {_is(wrong)} not right yet: below stands what to look at again.")
    if missing := by_status["missing"]:
        said.append(f"No answer was found to {_parts(missing, begins=False)}.")
    if waiting := by_status["review"]:
        said.append(f"A person will look at {_parts(waiting, begins=False)} before your marks are final.")
    return " ".join(said)


def _parts(ids: Sequence[str], *, begins: bool = True) -> str:
    """Some parts by their names: `Parts (a), (b) and (c)`."""
    *others, last = [f"({name})" for name in ids]
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"{'P' if begins else 'p'}art{'s' if others else ''} {listed}"


def _is(ids: Sequence[str]) -> str:
    return "is" if len(ids) == 1 else "are"


def _picture(marked: Marked) -> str:
    """The points of the parts, side by side."""
    title = f"{number(marked.points)} of {of_points(marked.max_points)}"
    return earned("points", title, [(part.id, part.status, part.points, part.max_points) for part in marked.parts])


# --- Markdown ------------------------------------------------------------------------------------

_SPACE = re.compile(r"\s+")
_SPECIAL = re.compile(r"[\\`*_\[\]<>$|~&#]")
_UNSAFE_FORMULA = re.compile(r"(?<!\\)\$|`|\]\s*\(|<!|\\$")


@cache
def _markdown() -> Environment:
    """The template of Markdown, in which every value is escaped unless it is made of Markdown already."""
    made = Environment(
        loader=DictLoader({"feedback.md": resource("feedback.md")}),
        autoescape=False,  # that is the way of HTML; here `finalize` does it
        finalize=lambda value: value if isinstance(value, Markup) else escaped(str(value)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(marks=VERDICT_MARKS, status_marks=MARKS, students_words=FOR_STUDENTS)
    made.globals["step_words"] = STEPS_FOR_STUDENTS
    made.filters["number"] = number
    made.filters["of_points"] = of_points
    made.filters["words"] = _words
    made.filters["inline"] = lambda latex: _formula(latex, "$")
    made.filters["displayed"] = lambda latex: _formula(latex, "$$")
    made.filters["in_cell"] = _in_cell
    made.filters["rows"] = _rows
    return made


def escaped(text: str) -> Markup:
    r"""A text in which nothing is markup, on one line.

    >>> str(escaped("[a](javascript:b) <i>\n$x$"))
    '\\[a\\](javascript:b) \\<i\\> \\$x\\$'
    """
    line = _SPACE.sub(" ", text)
    return Markup(_SPECIAL.sub(r"\\\g<0>", line if line.isprintable() else printable(line)))


def _words(text: str) -> Markup:
    """Words with formulas between dollar signs."""
    return Markup("").join(_formula(piece, "$") if is_formula else escaped(piece) for piece, is_formula in pieces(text))


def _formula(latex: str, fence: str) -> Markup:
    r"""A formula between dollar signs, or as code where it does not convert or would end too early.

    >>> str(_formula("a < b", "$$")), str(_formula("$x", "$"))
    ('$$a \\lt b$$', '`$x`')
    """
    line = printable(" ".join(latex.split()))
    if to_mathml(latex) is None or _UNSAFE_FORMULA.search(line):
        return _code(line)
    safe = line.replace("<", r"\lt ").replace(">", r"\gt ")
    return Markup(f"{fence}{re.sub(' +', ' ', safe)}{fence}")


def _in_cell(latex: str) -> Markup:
    """A formula in a cell of a table, where an upright stroke would end the cell."""
    return _formula(latex.replace(r"\|", r"\Vert ").replace("|", r"\vert "), "$")


def _code(text: str) -> Markup:
    """Text as code, between more backticks than it holds in a row."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return Markup(f"{fence}{pad}{text}{pad}{fence}")


def _rows(value: str | list[list[str]]) -> str:
    """The values of a symbol on one line: rows with semicolons between them."""
    return value if isinstance(value, str) else "; ".join(", ".join(row) for row in value)
