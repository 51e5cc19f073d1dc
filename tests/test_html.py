"""The HTML page: self-contained, under a policy that allows nothing, and deaf to what it quotes."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.checking.results import VERDICTS, Counterexample, Diagnosis, DocumentResult, StepResult
from derive.writing.html import to_html, write_html
from derive.writing.mathml import ATTRIBUTES, ELEMENTS, to_mathml

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>&lt;</style>{{ 7 * 7 }}"
OF_THE_PAGE = frozenset(
    ["html", "head", "meta", "title", "style", "body", "article", "header", "h1", "h2", "p", "ul", "li", "b"]
    + [
        "section",
        "div",
        "span",
        "table",
        "tr",
        "td",
        "code",
        "main",
        "details",
        "summary",
        "dl",
        "dt",
        "dd",
        "a",
        "nav",
    ]
)


def step(text: str, verdict: str = "refuted", **fields: object) -> StepResult:
    values: dict[str, object] = {
        "conventions": (text,),
        "shapes": (text, text),
        "counterexample": Counterexample({text: [[text]], "b": text}, (1, 2), text, text),
        "diagnosis": (Diagnosis(text, text, text),),
        "excerpt": text,
        "follows_from": (1, 1),
        "scope": "all dimensions",
        "ground": "index form",
        "side_conditions": (text, f"${text}$"),
    }
    return StepResult(text, 1, 1, 3, 4, text, text, text, verdict, text, **(values | fields))  # type: ignore[arg-type]


class Elements(HTMLParser):
    """The names of a page's elements, and every attribute."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(attrs)


def test_the_policy_allows_the_one_style_sheet_and_nothing_else():
    page = to_html([DocumentResult("a.md", None, {})])
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(style) == 1
    digest = b64encode(sha256(style[0].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page.replace("&#39;", "'").replace(
        "&#43;", "+"
    )
    assert not re.search(r"url\(|@import|https?:|src=|href=| style=", page)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_what_is_quoted_is_text(verdict):
    page = to_html([DocumentResult(HOSTILE, HOSTILE, {HOSTILE: 3}, (step(HOSTILE, verdict),), HOSTILE)])
    elements = Elements(page)
    assert elements.names <= OF_THE_PAGE | ELEMENTS
    assert {name for name, _ in elements.attributes} <= ATTRIBUTES | {
        *("lang", "charset", "http-equiv", "content", "name", "class", "role", "aria-label", "aria-hidden", "tabindex"),
        *("id", "href", "open", "data-equation", "data-line", "data-step"),
    }
    assert "{{ 7 * 7 }}" in page
    assert "49" not in re.sub(r"<style>.*?</style>|content=\"[^\"]*\"", "", page, flags=re.DOTALL)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>&\"'/ab=\\{}^_$ \n\x00\x1b"), max_size=30), st.sampled_from(VERDICTS))
def test_any_text_is_text(text, verdict):
    elements = Elements(to_html([DocumentResult(text, text, {text: 1}, (step(text, verdict),))]))
    assert elements.names <= OF_THE_PAGE | ELEMENTS


def test_formulas_are_mathml_and_what_was_not_read_is_code():
    page = to_html(
        [DocumentResult("a.md", "T", {"N": 2}, (StepResult("1", 1, 1, 1, 1, "x", "=", "y", "proved", "m"),))]
    )
    assert '<math aria-label="x" display="inline"><mrow><mi>x</mi></mrow></math>' in page
    page = to_html(
        [DocumentResult("a.md", "T", {}, (StepResult("1", 1, 1, 1, 1, r"\frac{1", "=", "y", "unreadable", "m"),))]
    )
    assert r'<span class="lhs"><code>\frac{1</code></span>' in page
    assert '<span class="rhs"><code>y</code></span>' in page


def test_what_holds_for_all_dimensions_says_so_and_on_what_it_rests():
    proved = StepResult("1", 1, 1, 1, 1, "x", "=", "y", "proved", "m", scope="these dimensions", ground="entries")
    general = replace(
        proved, scope="all dimensions", ground="index form", side_conditions=(r"$x \neq 0$", "<b> is $y$ or $z$")
    )
    assert "for all dimensions" not in to_html([DocumentResult("a.md", None, {}, (proved,))])
    page = to_html([DocumentResult("a.md", None, {}, (general,))])
    assert '<b>1</b> proved<span class="scope"> for all dimensions</span></li>' in page
    assert '<span class="scope">for all dimensions</span>' in page
    assert "<dd>all dimensions, by its index form</dd>" in page
    x, y, z = (
        f'<math display="inline"><mrow>{inside}</mrow></math>'
        for inside in ("<mi>x</mi><mo>&#8800;</mo><mn>0</mn>", "<mi>y</mi>", "<mi>z</mi>")
    )
    assert f"<dd>{x}; &lt;b&gt; is {y} or {z}</dd>" in page.replace("≠", "&#8800;")
    page = to_html([DocumentResult("a.md", None, {}, (proved, general))])
    assert '<b>2</b> proved<span class="scope">, 1 for all dimensions</span></li>' in page


def test_what_to_look_at_is_named_at_the_head():
    steps = (
        StepResult("1", 1, 1, 1, 1, "x", "=", "y", "proved", "m"),
        StepResult("1", 1, 2, 1, 1, "y", "=", "z", "refuted", "m"),
        StepResult(None, 2, 1, 2, 1, "x", "=", "z", "unknown", "m"),
        StepResult(None, 3, 1, 3, 1, "x", "=", "w", "refuted", "m", expectation=("refuted",)),
    )
    page = to_html([DocumentResult("a.md", None, {}, steps)])
    named = re.findall(r'<a href="#([^"]*)">.*?aria-label="(\w+)">(.)</span> (.*?)</a>', page)
    assert named == [("step-1-2", "refuted", "✗", "(1), step 2"), ("step-2-1", "unknown", "?", "equation 2")]
    assert 'aria-label="What to look at"' in page
    assert "To look at" not in to_html([DocumentResult("a.md", None, {}, steps[:1])])
    both = to_html([DocumentResult("a.md", None, {}, steps), DocumentResult("b.md", None, {}, steps)])
    assert {*re.findall(r'href="#([^"]*)"', both)} <= {*(ids := re.findall(r' id="([^"]*)"', both))}
    assert len(ids) == len({*ids})
    assert 'aria-label="What to look at in b.md"' in both


def test_several_documents_stand_on_one_page(tmp_path):
    write_html([DocumentResult("a.md", "First", {}), DocumentResult("b.md", None, {})], tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<title>Derivations checked</title>" in page
    assert "<h1>First</h1>" in page
    assert "<h1>b.md</h1>" in page
    assert page.count("no steps") == 2


def test_no_document_at_all_is_a_page():
    assert "<title>Derivations checked</title>" in to_html([])


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<b>x</b>}",
        r"\text{<script>}",
        "{" * 3000 + "}" * 3000,
        "x_a_b",
        "x" * 5000,
        r"\frac{1",
        "",
        " ",
        r"\text{&x;}",
    ],
)
def test_what_does_not_convert_safely_is_no_mathml(latex):
    assert to_mathml(latex) is None


def test_attributes_from_outside_are_left_out():
    mathml = to_mathml(r"\href{javascript:alert(1)}{x} \class{y}{z} \style{color: red}{w}")
    assert mathml is not None
    assert not re.search("href|class|style|alert", mathml)
    assert to_mathml("a < b & c") is None or "&lt;" in to_mathml("a < b")  # type: ignore[operator]
