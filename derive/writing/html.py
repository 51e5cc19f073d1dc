"""Results as one HTML page that needs nothing else: no script, no font, no network.

Jinja escapes every text; formulas are MathML where they convert, else their LaTeX as code.
The page's own style sheet is the one thing that its content security policy allows.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import groupby, pairwise
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from derive.checking.results import ACCEPTED, VERDICTS, DocumentResult, Ground, StepResult, Verdict
from derive.writing.mathml import to_mathml

MARKS: dict[Verdict, str] = {
    "definition": "·",
    "proved": "✓",
    "convention": "≈",
    "refuted": "✗",
    "unknown": "?",
    "unreadable": "!",
}
GROUNDS: dict[Ground, str] = {"index form": "its index form", "entries": "its entries"}

SCOPE = "derive-results"

_FORMULA = re.compile(r"\$([^$]+)\$")


def to_html(results: Sequence[DocumentResult]) -> str:
    """One page about one or several documents."""
    style = _resource("report.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _environment().get_template("report.html").render(results=results, style=Markup(style), policy=policy)


def to_fragment(result: DocumentResult) -> str:
    """One result as a part of somebody else's page, its style sheet with it, which applies to nothing else there."""
    style = _scoped(_resource("report.css"), f".{SCOPE}")
    inside = _environment().get_template("results.html").render(results=[result])
    return f'<div class="{SCOPE} tex2jax_ignore mathjax_ignore"><style>{style}</style>\n{inside}</div>'


def _scoped(style: str, scope: str) -> str:
    """The style sheet with every rule applying to elements below a scope alone; the page's own rules go to the scope.

    >>> _scoped("body { margin: 0; }\\np, .a b { top: 0; }\\n@media print { :root { top: 0; } }", ".s")
    '.s { margin: 0; }\\n.s p, .s .a b { top: 0; }\\n@media print { .s { top: 0; } }'
    """

    def scoped(rule: re.Match[str]) -> str:
        selectors = [selector.strip() for selector in rule[2].split(",")]
        applied = [scope if selector in (":root", "body") else f"{scope} {selector}" for selector in selectors]
        return f"{rule[1]}{', '.join(applied)} {{"

    return re.sub(r"(^|[{}]\s*|\n)([^\s@{}][^@{}]*?)\s*\{", scoped, style)


def write_html(results: Sequence[DocumentResult], path: str | Path) -> None:
    """Write the page to a file."""
    Path(path).write_text(to_html(results), encoding="utf-8", newline="\n")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({name: _resource(name) for name in ("report.html", "results.html")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["formula"] = formula
    environment.globals.update(verdicts=VERDICTS, accepted=ACCEPTED, marks=MARKS, grounds=GROUNDS)
    environment.globals["formulas"] = {"formula": formula, "code": code}
    environment.filters["words"] = words
    environment.filters["equations"] = equations
    environment.filters["is_matrix"] = lambda value: not isinstance(value, str)
    return environment


@cache
def _resource(name: str) -> str:
    return (files("derive.writing") / "templates" / name).read_text(encoding="utf-8")


def formula(latex: str) -> Markup:
    """A formula as MathML, or its LaTeX as code."""
    mathml = to_mathml(latex)
    return Markup(mathml) if mathml is not None else code(latex)


def code(latex: str) -> Markup:
    """LaTeX as it was written: what could not be read has no other form."""
    return Markup("<code>{}</code>").format(latex)


def words(text: str) -> Markup:
    """Words with formulas between dollar signs."""
    pieces = _FORMULA.split(text)
    return Markup("").join(formula(piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces))


def equations(steps: Sequence[StepResult]) -> Iterator[list[tuple[StepResult, bool]]]:
    """The steps of each equation; with each, whether its left side is the right side just above it."""
    for _, group in groupby(steps, key=lambda step: (step.equation, step.tag)):
        chain = list(group)
        continues = [False, *(a.rhs == b.lhs for a, b in pairwise(chain))]
        yield list(zip(chain, continues, strict=True))
