"""A sheet as a page: it needs nothing else, nothing from outside is an element of it, formulas are MathML."""

import re
from html.parser import HTMLParser

from sheets_by_hand import ATTACKS, LONG, QUESTIONS, SOLUTION, hostile

from derive.figures.scene import COLOURS, Point, Scene
from derive.sheets.blocks import Chain, Display, Member, Paragraph, Picture, Sheet, Table, said
from derive.sheets.prose import prose_text
from derive.writing.mathml import ELEMENTS
from derive.writing.sheet_html import to_html


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text outside the style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)


def page_of(*blocks, **values) -> str:
    return to_html(
        Sheet(**{"title": said("T"), "source": (), "setting": "", "is_solution": True, **values}, blocks=blocks)
    )


HTML = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "p", "h1", "h2", "h3", "h4", "bdi", "b",
    "ul", "ol", "li", "div", "span", "table", "caption", "thead", "tbody", "tr", "th", "td", "strong", "em", "code",
}  # fmt: skip


def test_nothing_from_outside_is_an_element():
    page = to_html(hostile(prose_text), headings=ATTACKS)
    elements = Elements(page)
    assert {tag for tag, _ in elements.found} <= HTML | ELEMENTS
    attributes = {name for _, found in elements.found for name in found}
    assert not {name for name in attributes if name.startswith("on")}
    assert not attributes & {"href", "src", "style", "id"}
    assert "\x00" not in page
    assert "\u202e" not in page
    assert "<script>alert(1)</script>" in "".join(elements.words)


def test_a_page_needs_nothing_else():
    page = to_html(SOLUTION)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "script" not in policy[1]
    assert page.count("<style") == 1
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/\S+", "", page)


def test_every_formula_is_mathml():
    page = to_html(SOLUTION)
    assert "\\" not in re.sub(r"<code>.*?</code>", "", page)
    assert page.count("<math") > 25
    assert "𝟙" in page


def test_the_bounds_of_a_sum_stand_below_and_above_it_in_a_display_alone():
    shown = page_of(Chain("L", (Member(r"\sum_{i=1}^n h_i"),)), Paragraph(said(r"The sum $\sum_{i=1}^n h_i$.")))
    assert (shown.count("<munderover>"), shown.count("<msubsup>")) == (1, 1)
    assert shown.count('<math display="inline" displaystyle="true">') == 1


def test_bars_stand_close_to_what_is_between_them():
    shown = page_of(Chain("h", (Member(r"\lvert r \rvert"),)))
    bar = '<mo lspace="0" rspace="0">|</mo>'
    assert f"{bar}<mi>r</mi>{bar}" in shown


def test_a_factor_stands_apart_from_a_function_behind_it():
    shown = page_of(Chain("L", (Member(r"y \ln(p)"), Member(r"c \text{sign}(r)"), Member(r"\ln(p)"))))
    assert shown.count("<mspace") == 2


def test_a_long_chain_goes_on_below_itself():
    page = page_of(LONG)
    assert page.count('class="right goes-on"') == 1
    assert page.count('class="why"') == 4
    assert re.findall(r'<div class="label">(.*?)</div>', page) == ["(a.3)"]
    assert 'class="equations result"' in page


def test_an_aligned_display_has_rows():
    page = page_of(Display(r"\begin{aligned} a &= b \\ &= c \end{aligned}", "x"))
    assert page.count('class="left"') == 2
    assert "aligned" not in page
    assert '<div class="label">(x)</div>' in page


def test_values_stand_side_by_side():
    rows = ((said("$X$"), said(r"$\begin{pmatrix} 1 & 2 \end{pmatrix}$")), (said("$y$"), said("$3$")))
    page = page_of(Table((said("Given"), said("Value")), rows, (False, True)))
    assert page.count("<dt>") == 2
    assert "<table" not in page


def test_a_picture_takes_its_colours_from_the_page():
    page = page_of(
        Picture(
            Scene(10, 10, "a <b>", "a & b", (Point(5, 5, "given", is_open=True),)), said("What <i>it</i> is."), 'x "y"'
        )
    )
    assert page.count("<style") == 1
    assert "style=" not in page
    assert all(f".figure-{role}" in page for role in COLOURS)
    assert 'aria-label="x &#34;y&#34;"' in page
    assert "<figcaption>What &lt;i&gt;it&lt;/i&gt; is.</figcaption>" in page


def test_a_question_sheet_has_room_for_answers():
    page = to_html(QUESTIONS)
    assert page.count('class="answer"') == 2
    assert re.search(r'class="answer"[^>]*>(<div></div>){10}</div>', page)
    assert "variant 17" in page
