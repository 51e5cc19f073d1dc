"""Results as one HTML page that needs nothing else, and as a part of somebody else's page."""

import re
from collections.abc import Sequence
from pathlib import Path

from derive.checking.results import DocumentResult
from derive.writing.pages import environment, page, style_sheet

STYLES = ("base.css", "report.css")
SCOPE = "derive-results"


def to_html(results: Sequence[DocumentResult]) -> str:
    """One page about one or several documents."""
    return page("report.html", STYLES, results=results)


def to_fragment(result: DocumentResult) -> str:
    """One result as a part of somebody else's page, its style sheet with it, which applies to nothing else there."""
    style = scoped(style_sheet(STYLES), f".{SCOPE}")
    inside = environment().get_template("results.html").render(results=[result])
    return f'<div class="{SCOPE} tex2jax_ignore mathjax_ignore"><style>{style}</style>\n{inside}</div>'


def scoped(style: str, scope: str) -> str:
    """The style sheet with every rule applying to elements below a scope alone; the page's own rules go to the scope.

    >>> scoped("body { margin: 0; }\\np, .a b { top: 0; }\\n@media print { :root { top: 0; } }", ".s")
    '.s { margin: 0; }\\n.s p, .s .a b { top: 0; }\\n@media print { .s { top: 0; } }'
    """

    def applied(rule: re.Match[str]) -> str:
        selectors = [selector.strip() for selector in rule[2].split(",")]
        within = [scope if selector in (":root", "body") else f"{scope} {selector}" for selector in selectors]
        return f"{rule[1]}{', '.join(within)} {{"

    return re.sub(r"(^|[{}]\s*|\n)([^\s@{}][^@{}]*?)\s*\{", applied, style)


def write_html(results: Sequence[DocumentResult], path: str | Path) -> None:
    """Write the page to a file."""
    Path(path).write_text(to_html(results), encoding="utf-8", newline="\n")
