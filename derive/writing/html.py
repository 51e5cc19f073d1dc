"""Results as one HTML page that needs nothing else, and as a part of somebody else's page."""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from derive.checking.results import DocumentResult, StepResult
from derive.records import dataclass
from derive.writing.equations import View, step_id
from derive.writing.pages import BASE, environment, page, style_sheet
from derive.writing.sections import in_sections, outline_of

STYLES = (*BASE, "report.css", "equations.css")
SCOPE = "derive-results"


@dataclass(frozen=True)
class Shown:
    """A result, its headings and equations rendered, and the steps that somebody should look at, with their ids."""

    result: DocumentResult
    equations: tuple[Markup, ...]
    concerns: tuple[tuple[str, StepResult], ...]


def to_html(results: Sequence[DocumentResult], *, shows_fixes: bool = True) -> str:
    """One page about one or several documents; without fixes nothing on it could give an answer away."""
    views = [View(prefix=f"document-{at}-" if len(results) > 1 else "") for at in range(1, len(results) + 1)]
    shown = [
        _shown(result, replace(view, shows_fixes=shows_fixes)) for result, view in zip(results, views, strict=True)
    ]
    return page("report.html", STYLES, documents=shown)


def to_fragment(result: DocumentResult) -> str:
    """One result as a part of somebody else's page, its style sheet with it, which applies to nothing else there."""
    style = scoped(style_sheet(STYLES), f".{SCOPE}")
    digest = sha256(repr(result).encode("ascii", "backslashreplace")).hexdigest()
    shown = _shown(result, View(prefix=f"derive-{digest[:12]}-"))
    inside = environment().get_template("results.html").render(documents=[shown])
    return f'<div class="{SCOPE} tex2jax_ignore mathjax_ignore"><style>{style}</style>\n{inside}</div>'


def _shown(result: DocumentResult, view: View) -> Shown:
    """A result as its author sees it, what is refuted open."""
    view = replace(view, opens=frozenset(("refuted",)))
    headings = [each for each in result.headings if each.words != result.title]
    equations = tuple(in_sections(result.steps, outline_of(headings, view.level), view))
    concerns = ((step_id(step, view), step) for step in result.steps if step.concern is not None)
    return Shown(result, equations, tuple(concerns))


def scoped(style: str, scope: str) -> str:
    """The style sheet with every rule applying to elements below a scope alone; the page's own rules go to the scope.

    >>> scoped("body { margin: 0; }\\np, .a b { top: 0; }\\n@media print { :root { top: 0; } }", ".s")
    '.s { margin: 0; }\\n.s p, .s .a b { top: 0; }\\n@media print { .s { top: 0; } }'
    """

    def applied(rule: re.Match[str]) -> str:
        selectors = [selector.strip() for selector in _COMMA_OUTSIDE_BRACKETS.split(rule[2])]
        within = [scope if selector in (":root", "body") else f"{scope} {selector}" for selector in selectors]
        return f"{rule[1]}{', '.join(within)} {{"

    return re.sub(r"(^|[{}]\s*|\n)([^\s@{}][^@{}]*?)\s*\{", applied, style)


_COMMA_OUTSIDE_BRACKETS = re.compile(r",(?![^()]*\))")


def write_html(results: Sequence[DocumentResult], path: str | Path) -> None:
    """Write the page to a file."""
    Path(path).write_text(to_html(results), encoding="utf-8", newline="\n")
