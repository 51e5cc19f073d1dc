"""What a page of marks is made of, and what somebody might put into it who means harm."""

from collections.abc import Sequence
from fractions import Fraction
from html.parser import HTMLParser

from derive.checking.results import Counterexample, Diagnosis, DocumentResult, StepResult
from derive.grading.results import Marked, PartResult, Status
from derive.writing.mathml import ATTRIBUTES, ELEMENTS

ATTACKS = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</style></script></svg></math><b>",
    "\"' onmouseover=alert(1) x='",
    "javascript:alert(1)",
    "[click](javascript:alert(1)) ![x](https://example.org/x.png) <https://example.org>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eevil\u2066 \u0627\u0628",
    "$x</span>$ $$ `code` ```",
    r"\text{<img src=x>} \href{javascript:alert(1)}{x}",
    "../../etc/passwd",
    "w" * 400,
    "a | b\n\n# heading\n- item\n<!-- ",
    "&lt;b&gt; &#x3c;",
    "\x00\x1b[31m\ud800",
)

OF_PAGES = ELEMENTS | frozenset(
    ["html", "head", "meta", "title", "style", "script", "body", "main", "header", "nav", "section", "article", "div"]
    + ["h1", "h2", "h3", "p", "b", "i", "a", "bdi", "ul", "li", "details", "summary", "figure", "figcaption", "pre"]
    + ["code", "table", "thead", "tbody", "tr", "th", "td", "label", "input", "output"]
    + ["dl", "dt", "dd", "span"]
    + ["svg", "desc", "defs", "pattern", "path", "g", "rect", "circle", "line", "text"]
)
ATTRIBUTES_OF_PAGES = ATTRIBUTES | frozenset(
    ["lang", "charset", "http-equiv", "content", "name", "class", "id", "role", "title", "href", "scope", "hidden"]
    + ["type", "placeholder", "tabindex", "aria-label", "aria-labelledby", "aria-hidden"]
    + ["data-equation", "data-line", "data-step", "open"]
    + ["height", "x", "y", "x1", "x2", "y1", "y2", "dx", "rx", "r", "cx", "cy", "d", "fill", "text-anchor"]
    + ["patternunits"]
)


class Elements(HTMLParser):
    """The names of a page's elements, its attributes, its links, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(text: str, statuses: Sequence[Status] = ("right", "partial", "wrong", "review", "missing")) -> Marked:
    """A submission of which every text is one text."""
    finding = (Diagnosis(text, text, text),)
    found = Counterexample({text: [[text]], "b": text}, (1, 2), text, text)
    steps = tuple(
        StepResult(
            text, at, 1, 3, 4, text, text, text, "refuted", text, (text,), (text, text), found, finding, None, text
        )
        for at in range(1, len(statuses) + 1)
    )
    parts = tuple(
        PartResult(
            f"{text}{at}",
            text,
            text,
            status,
            Fraction(1),
            Fraction(2),
            text,
            text,
            (at, 1),
            text,
            finding,
            (text,),
            None,
        )
        for at, status in enumerate(statuses, 1)
    )
    return Marked(text, text, parts, DocumentResult(text, text, {text: 3}, steps, text), None)
