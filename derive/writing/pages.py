"""Pages that need nothing else: one file each, no font, no network, no script but their own.

Jinja escapes every text; formulas are MathML where they convert, else their LaTeX as code.
The page's own style sheet and script are all that its content security policy allows.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import groupby

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from derive.checking.results import ACCEPTED, VERDICTS, Ground, StepResult, Verdict
from derive.grading.results import STATUSES
from derive.writing.file_names import feedback_link
from derive.writing.mathml import to_mathml
from derive.writing.statuses import FOR_STUDENTS, STEPS_FOR_STUDENTS, WORDS, number, of_points
from derive.writing.statuses import MARKS as STATUS_MARKS

BASE = ("colours.css", "base.css")
"""The style sheets of every page."""

MARKS: Mapping[Verdict, str] = {
    "definition": "·",
    "proved": "✓",
    "convention": "≈",
    "refuted": "✗",
    "unknown": "?",
    "unreadable": "!",
}
GROUNDS: Mapping[Ground, str] = {"index form": "its index form", "entries": "its entries"}

TEMPLATES = (
    "base.html",
    "report.html",
    "results.html",
    "equation.html",
    "evidence.html",
    "class.html",
    "feedback.html",
    "feedback_body.html",
    "topics.html",
    "sheet.html",
    "sheet_blocks.html",
)

_FORMULA = re.compile(r"\$([^$]+)\$")
_CODE = re.compile(r"`([^`]+)`")


def page(template: str, styles: Sequence[str], script: str | None = None, /, **values: object) -> str:
    """A whole page: a template with its values, its style sheets one after the other, and its script if it has one."""
    style = style_sheet(styles)
    code_of_page = None if script is None else resource(script)
    policy = ["default-src 'none'", f"style-src '{_digest(style)}'"]
    policy += [] if code_of_page is None else [f"script-src '{_digest(code_of_page)}'"]
    policy += ["base-uri 'none'", "form-action 'none'"]
    return (
        environment()
        .get_template(template)
        .render(
            values,
            style=Markup(style),
            script=None if code_of_page is None else Markup(code_of_page),
            policy="; ".join(policy),
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def style_sheet(names: Sequence[str]) -> str:
    """Some of the project's style sheets as one."""
    return "".join(resource(name) for name in names)


@cache
def resource(name: str) -> str:
    """The text of a template, a style sheet or a script."""
    return (files("derive.writing") / "templates" / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """The templates of pages, in which every text is escaped."""
    made = Environment(
        loader=DictLoader({name: resource(name) for name in TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(verdicts=VERDICTS, accepted=ACCEPTED, marks=MARKS, grounds=GROUNDS)
    made.globals["formulas"] = {"formula": formula, "code": code}
    made.filters["formula"] = formula
    made.filters["words"] = words
    made.globals.update(statuses=STATUSES, status_marks=STATUS_MARKS, status_words=WORDS, students_words=FOR_STUDENTS)
    made.globals["step_words"] = STEPS_FOR_STUDENTS
    made.filters["number"] = number
    made.filters["of_points"] = of_points
    made.filters["unplaced"] = lambda names: [(name, None) for name in names]
    made.filters["feedback_link"] = feedback_link
    made.filters["is_matrix"] = lambda value: not isinstance(value, str)
    return made


def formula(latex: str) -> Markup:
    """A formula as MathML, or its LaTeX as code."""
    mathml = to_mathml(latex)
    return Markup(mathml) if mathml is not None else code(latex)


def code(latex: str) -> Markup:
    """LaTeX as it was written: what could not be read has no other form."""
    return Markup("<code>{}</code>").format(latex)


def words(text: str) -> Markup:
    """Words with formulas between dollar signs, and code between backticks.

    >>> str(words("say `layout`"))
    'say <code>layout</code>'
    """
    return Markup("").join(formula(piece) if is_formula else _prose(piece) for piece, is_formula in pieces(text))


def _prose(text: str) -> Markup:
    """Words without formulas."""
    return Markup("").join(code(piece) if at % 2 else escape(piece) for at, piece in enumerate(_CODE.split(text)))


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text; with each, whether it stood between dollar signs and is a formula."""
    return ((piece, at % 2 == 1) for at, piece in enumerate(_FORMULA.split(text)))


def in_equations(steps: Sequence[StepResult]) -> Iterator[list[StepResult]]:
    """The steps of each equation."""
    return (list(group) for _, group in groupby(steps, key=lambda step: (step.equation, step.tag)))
