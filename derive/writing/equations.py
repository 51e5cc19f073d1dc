"""Equations with a mark on every relation sign: choosing one shows the reason, the shapes, the counterexample.

One markup for the report of `derive check --html`, for notebooks, for feedback and for the live page. A reason opens
without a script. Nothing depends on colour, and no element has a style of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache, lru_cache
from itertools import pairwise
from math import inf

from jinja2 import Template
from markupsafe import Markup

from derive.checking.results import Counterexample, Diagnosis, Matrix, StepResult, Verdict, WaitingStep
from derive.records import dataclass
from derive.writing.answers import place_of
from derive.writing.cells import printable
from derive.writing.formula_width import width
from derive.writing.mathml import to_mathml
from derive.writing.pages import code, environment, formula, style_sheet, words
from derive.writing.plain import plain
from derive.writing.topics import Topic, UnknownTopicError, topic

STYLES = ("colours.css", "equations.css")
LARGEST_OUTLINE = 8
BREADTHS = ((14_000, "broadest"), (6_000, "broad"))
"""From how many thousandths of an em on a left side takes a line of its own: anywhere, or on a narrow page."""
QUIET: frozenset[Verdict] = frozenset(("definition", "proved", "convention"))
MEANINGS: Mapping[Verdict, str] = {
    "unknown": "The step was neither proved nor refuted: it may well be true.",
    "unreadable": "Of what cannot be read nothing is said. What stands beside it is checked all the same.",
}


@dataclass(frozen=True)
class View:
    """How equations are shown, and what of them.

    `shows_verdicts`: else every sign is neutral, and only of what could not be read is anything said. `shows_fixes`:
    else nothing is shown that could give an answer away. `opens` are the verdicts whose reasons are open at first.
    `prefix` stands before every id, so that several documents fit on one page; `level` is that of the headings.
    `words` say the verdicts where they have other words, and
    `following_words` that a step follows from an earlier slip; `fix_words` stand before a fix, `notes` beside a step.
    """

    shows_verdicts: bool = True
    shows_fixes: bool = True
    opens: frozenset[Verdict] = frozenset()
    prefix: str = ""
    level: int = 2
    words: Mapping[Verdict, str] = field(default_factory=dict)
    following_words: str | None = None
    fix_words: str = "Write"
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)


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
    lines = list(zip(steps, continues, strict=True))
    broadest = max(_width(step.lhs) for step, goes_on in lines if not goes_on)
    breadth = next((name for least, name in BREADTHS if broadest >= least), None)
    return _template().render(steps=lines, view=view, is_waiting=is_waiting, breadth=breadth).strip()


@lru_cache(maxsize=4_096)
def _width(latex: str) -> float:
    """The width of a formula, infinite for one that nests too deeply to be a formula at all."""
    try:
        return width(latex)
    except RecursionError:
        return inf


@cache
def _template() -> Template:
    return environment().get_template("equation.html", globals=dict(HELPERS))


# ── what is said of a step ───────────────────────────────────────────────────────────────────────────


def step_id(step: StepResult | WaitingStep, view: View) -> str:
    """The id of a step on its page."""
    return f"{view.prefix}step-{step.equation}-{step.step}"


def at_once(step: StepResult) -> str | None:
    """The one line that is seen before a reason is opened: the mistake if it has a name, else the message."""
    if step.verdict in QUIET:
        return None
    return step.diagnosis[0].message if step.diagnosis else step.message


@lru_cache(maxsize=4_096)
def spoken_formula(latex: str) -> Markup:
    """A formula with a name in words: of MathML without one nothing goes into the name of what it stands in."""
    mathml = to_mathml(latex)
    if mathml is None:
        return code(latex)
    name = printable(" ".join(plain(latex).split()))
    return Markup('<math aria-label="{}"').format(name) + Markup(mathml.removeprefix("<math"))


def verdict_words(step: StepResult, view: View) -> str:
    """The verdict on a step, in the words of a view."""
    if step.follows_from is not None and view.following_words is not None:
        return view.following_words
    return view.words.get(step.verdict, step.verdict)


def tags(step: StepResult, view: View) -> list[str]:
    """What stands beside a step in a few words: a note, and on what it rests."""
    note = view.notes.get((step.equation, step.step))
    return [*([] if note is None else [note]), *step.conventions]


def excerpt(step: StepResult) -> Markup | None:
    """The characters that a message is about, if it does not hold them; what could be read, if it is no whole side."""
    if step.excerpt is None or step.excerpt in step.message:
        return None
    if step.verdict == "unreadable":
        return code(step.excerpt)
    return None if step.excerpt in (step.lhs, step.rhs) else formula(step.excerpt)


def in_capitals(text: str) -> Markup:
    """Words that begin with a capital letter."""
    return words(text[:1].upper() + text[1:])


def shape(text: str) -> Markup:
    """A shape in named dimensions.

    >>> str(shape("scalar")), str(shape("2 x D")).count("<math")
    ('scalar', 2)
    """
    rows, sign, columns = text.partition(" x ")
    return Markup("{} × {}").format(formula(rows), formula(columns)) if sign else words(text)


def outlines(found: Counterexample) -> list[tuple[str, Matrix]]:
    """Both sides as matrices of which only the differing entry is filled in; none where they would be too large."""
    entry, size = found.entry, found.size
    if entry is None or size is None or max(size) > LARGEST_OUTLINE:
        return []
    return [(side, _outline(size, entry, value)) for side, value in (("left", found.lhs), ("right", found.rhs))]


def _outline(size: tuple[int, int], entry: tuple[int, int], value: str) -> Matrix:
    rows, columns = size
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
    "step_id": step_id,
    "at_once": at_once,
    "verdict_words": verdict_words,
    "tags": tags,
    "excerpt": excerpt,
    "in_capitals": in_capitals,
    "place_of": place_of,
    "shape": shape,
    "outlines": outlines,
    "meanings": MEANINGS,
    "mistakes": mistakes,
    "conventions": conventions,
    "formula": formula,
    "spoken_formula": spoken_formula,
    "words": words,
}
