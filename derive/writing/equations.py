"""Equations with a mark on every relation sign: choosing one shows the reason, the shapes, the counterexample.

One markup for the report of `derive check --html`, for notebooks, for feedback and for the live page. A reason opens
without a script. Nothing depends on colour, and no element has a style of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from jinja2 import Template
from markupsafe import Markup

from derive.checking.results import Diagnosis, Matrix, StepResult, Verdict, WaitingStep
from derive.records import dataclass
from derive.writing.pages import environment, formula, style_sheet, words
from derive.writing.topics import Topic, UnknownTopicError, topic

STYLES = ("colours.css", "equations.css")
LARGEST_OUTLINE = 8
QUIET: frozenset[Verdict] = frozenset(("definition", "proved", "convention"))
VERDICT_WORDS: Mapping[Verdict, str] = {verdict: verdict for verdict in (*QUIET, "refuted", "unknown", "unreadable")}


@dataclass(frozen=True)
class View:
    """How equations are shown, and what of them.

    `shows_verdicts`: else every sign is neutral, and only of what could not be read is anything said. `shows_fixes`:
    else nothing is shown that could give an answer away. `opens` are the verdicts whose reasons are open at first.
    `prefix` stands before every id, so that several documents fit on one page. `document` is the name before places,
    `level` that of the headings. `dims` are the sizes that counterexamples have. `verdict_words` says the verdicts,
    `notes` more of single steps.
    """

    shows_verdicts: bool = True
    shows_fixes: bool = True
    opens: frozenset[Verdict] = frozenset()
    prefix: str = ""
    document: str | None = None
    level: int = 2
    dims: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    verdict_words: Mapping[Verdict, str] = field(default_factory=lambda: VERDICT_WORDS)
    notes: Mapping[tuple[int, int], str] = field(default_factory=lambda: MappingProxyType({}))


def equation_html(steps: Sequence[StepResult], view: View) -> str:
    """The steps of one equation, one line a relation."""
    return _written(steps, view, is_waiting=False)


def waiting_html(steps: Sequence[WaitingStep], view: View) -> str:
    """The same equation before its steps are decided."""
    return _written(steps, view, is_waiting=True)


def equation_style() -> str:
    """The style sheet that equations need, their colours with it."""
    return style_sheet(STYLES)


def _written(steps: Sequence[StepResult | WaitingStep], view: View, *, is_waiting: bool) -> str:
    continues = (False, *(before.rhs == step.lhs for before, step in pairwise(steps)))
    return _template().render(steps=list(zip(steps, continues, strict=True)), view=view, is_waiting=is_waiting)


@cache
def _template() -> Template:
    return environment().get_template("equation.html", globals=dict(HELPERS))


# ── what is said of a step ───────────────────────────────────────────────────────────────────────────


def at_once(step: StepResult) -> str | None:
    """The one line that is seen before a reason is opened: the mistake if it has a name, else the message."""
    if step.verdict in QUIET:
        return None
    return step.diagnosis[0].message if step.diagnosis else step.message


def scope(step: StepResult) -> str | None:
    """How far an accepted step was shown."""
    by = {"index form": ", by its index form", "entries": ", by its entries", None: ""}[step.ground]
    return None if step.scope is None else f"{step.scope}{by}"


def shape(text: str) -> Markup:
    """A shape in named dimensions.

    >>> str(shape("scalar")), str(shape("2 x D")).count("<math")
    ('scalar', 2)
    """
    rows, sign, columns = text.partition(" x ")
    return Markup("{} × {}").format(formula(rows), formula(columns)) if sign else words(text)


def outlines(step: StepResult, dims: Mapping[str, int]) -> list[tuple[str, Matrix]]:
    """Both sides as matrices of which only the differing entry is filled in; none where their sizes are not known."""
    found = step.counterexample
    if found is None or found.entry is None or step.shapes is None:
        return []
    left, right = (
        _outline(_sizes(text, dims), found.entry, value)
        for text, value in zip(step.shapes, (found.lhs, found.rhs), strict=True)
    )
    return [] if left is None or right is None else [("left side", left), ("right side", right)]


def _sizes(text: str, dims: Mapping[str, int]) -> tuple[int, ...]:
    """The sizes of a shape at concrete dimensions, 0 where one is not known."""
    return tuple(int(name) if name.isdecimal() else dims.get(name, 0) for name in text.split(" x "))


def _outline(sizes: tuple[int, ...], entry: tuple[int, int], value: str) -> Matrix | None:
    """A matrix in which one entry is filled in; null where it would not fit or would be too large to be read."""
    if len(sizes) != 2 or not all(at <= size <= LARGEST_OUTLINE for at, size in zip(entry, sizes, strict=True)):
        return None
    rows, columns = sizes
    return [[value if (i, j) == entry else "" for j in range(1, columns + 1)] for i in range(1, rows + 1)]


def mistakes(step: StepResult) -> Iterator[tuple[Diagnosis, Topic | None]]:
    """The mistakes that were found in a step, each with what is known of it in general."""
    return ((found, _topic(found.code)) for found in step.diagnosis)


def conventions(step: StepResult) -> Iterator[tuple[str, Topic | None]]:
    """The conventions under which a step holds, each with what is known of it in general."""
    return ((name, _topic(name)) for name in step.conventions)


@cache
def _topic(code: str) -> Topic | None:
    try:
        return topic(code)
    except UnknownTopicError:
        return None


HELPERS: Mapping[str, object] = {
    "at_once": at_once,
    "scope": scope,
    "shape": shape,
    "outlines": outlines,
    "mistakes": mistakes,
    "conventions": conventions,
    "formula": formula,
    "words": words,
}
