"""A rendered equation: its marks, what opens below them, what is hidden from whom, and what a screen reader says."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from marked_pages import ATTACKS, ATTRIBUTES_OF_PAGES, OF_PAGES, Elements

from derive.checking.check import check_document
from derive.checking.results import VERDICTS, Counterexample, Diagnosis, StepResult, WaitingStep
from derive.documents.markdown import read_markdown
from derive.documents.reading import read_text
from derive.source import Source
from derive.writing.equations import View, equation_html, equation_style, waiting_html
from derive.writing.mathml import to_mathml
from derive.writing.pages import MARKS

GRADIENT = r"\frac{\partial L}{\partial W}"
PROVED = StepResult(
    "21", 3, 1, 12, 5, GRADIENT, "=", "X^T G", "proved", "Both sides are equal for every value of the symbols.",
    shapes=("D x C", "D x C"), scope="all dimensions", ground="index form", span=(40, 47),
)  # fmt: skip
REFUTED = StepResult(
    "21", 3, 2, 13, 5, "X^T G", "=", "2 X^T G", "refuted", "The two sides differ in entry (2, 1): 1 and 2.",
    shapes=("D x C", "C x D"),
    counterexample=Counterexample({"X": [["1", "1/2"]], "c": "3"}, (2, 1), "17", "34", (3, 2)),
    diagnosis=(Diagnosis("extra-factor-two", "Where does the $2$ come from?", "X^T G"),),
)  # fmt: skip
CONVENTION = StepResult(
    "21", 3, 3, 14, 5, "2 X^T G", "=", "G^T X", "convention", "The sides are equal in the other derivative layout.",
    ("layout",), scope="these dimensions", ground="entries", side_conditions=(r"$x \neq 0$",),
)  # fmt: skip
UNREADABLE = StepResult(
    None, 4, 1, 20, 5, r"\frac{1", "=", "y", "unreadable", "{ is never closed.", excerpt=r"\frac{1"
)  # fmt: skip


class Text(HTMLParser):
    """What a screen reader says of a part of a page: all but what is hidden from it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said = ""
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += bool(self.hidden) or ("aria-hidden", "true") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= bool(self.hidden)

    def handle_data(self, data: str) -> None:
        self.said += "" if self.hidden else data


def said(page: str) -> str:
    return " ".join(Text(page).said.split())


def summaries(page: str) -> list[str]:
    return re.findall(r'class="step.*?<summary>(.*?)</summary>', page, re.DOTALL)


def squeezed(page: str) -> str:
    """A page without the white space between its elements."""
    return re.sub(r"\s*\n\s*", "", page)


def side(latex: str, name: str) -> str:
    """A formula of a line, with its name."""
    return math(latex).replace("<math ", f'<math aria-label="{name}" ', 1)


def math(latex: str) -> str:
    return f'<math display="inline">{re.sub("^<math[^>]*>", "", to_mathml(latex) or "")}'


# --- The whole -----------------------------------------------------------------------------------


def test_a_proved_step_whole():
    assert squeezed(equation_html([PROVED], View(prefix="p-"))) == squeezed(f"""
<section class="equation" id="p-equation-3" data-equation="3" data-line="12">
<h2>(21) <span class="place">line 12</span></h2>
<div class="lines">
<details class="step proved" id="p-step-3-1" data-step="1">
<summary>
<span class="spoken">proved:</span>
<span class="lhs">{side(GRADIENT, "∂L/∂W")}</span> <span class="sign">
<span class="mark" aria-hidden="true">✓</span> {side("=", "=")}</span> <span class="rhs">{side("X^T G", "Xᵀ G")}</span>
<span class="tags"><span class="scope">for all dimensions</span></span>
</summary>
<div class="reason">
<p>Both sides are equal for every value of the symbols.</p>
<dl>
<div><dt>Shapes</dt> <dd>{math("D")} × {math("C")} on both sides</dd></div>
<div><dt>Shown for</dt> <dd>all dimensions, by its index form</dd></div>
</dl>
</div>
</details>
</div>
</section>""")


def test_an_equation_that_waits_whole():
    step = WaitingStep(None, 4, 1, 20, 5, "a", "=", "b")
    assert squeezed(waiting_html([step], View(level=3))) == squeezed(f"""
<section class="equation waiting" id="equation-4" data-equation="4" data-line="20">
<h3>Equation 4 <span class="place">line 20</span></h3>
<div class="lines">
<div class="step pending" id="step-4-1" data-step="1">
<div class="row">
<span class="spoken">being checked:</span>
<span class="lhs">{side("a", "a")}</span> <span class="sign">
<span class="mark" aria-hidden="true">…</span> {side("=", "=")}</span> <span class="rhs">{side("b", "b")}</span>
</div>
</div>
</div>
</section>""")


def test_a_chain_says_each_side_once():
    page = equation_html([PROVED, REFUTED, CONVENTION], View())
    assert page.count('<span class="lhs"></span>') == 2
    assert page.count("<section") == 1
    assert re.findall(r'id="(step[^"]*)" data-step="(\d)"', page) == [(f"step-3-{n}", str(n)) for n in (1, 2, 3)]
    other = replace(CONVENTION, lhs="Z")
    assert equation_html([PROVED, other], View()).count('<span class="lhs"></span>') == 0


# --- What a reader gets ----------------------------------------------------------------------------


def test_what_is_refuted_says_why_before_it_is_opened():
    (summary,) = summaries(equation_html([REFUTED], View()))
    assert '<b class="verdict" aria-hidden="true">refuted:</b> Where does the ' in summary
    unnamed = replace(REFUTED, diagnosis=())
    (summary,) = summaries(equation_html([unnamed], View()))
    assert "</b> The two sides differ in entry (2, 1): 1 and 2.</span>" in summary
    below = replace(unnamed, step=1, line=14)
    assert ">refuted in line 14:</b> The two" in equation_html([PROVED, below], View())


def test_a_counterexample_points_the_entry_out_on_both_sides():
    page = squeezed(equation_html([REFUTED], View()))
    dots = "<tr><td>·</td><td>·</td></tr>"
    for side, value in (("left", "17"), ("right", "34")):
        row = f'<tr><td class="differs">{value}</td><td>·</td></tr>'
        assert f'{side} side <table class="matrix">{dots}{row}{dots}</table>' in page
    assert '= <table class="matrix"><tr><td>1</td><td>1/2</td></tr></table>' in page
    assert f'<div class="value">{math("c")} = 3</div>' in page


@pytest.mark.parametrize("size", [None, (9, 2), (3, 900)])
def test_where_no_matrix_can_be_shown_the_entry_is_told_in_words(size):
    found = replace(REFUTED.counterexample, size=size)
    page = equation_html([replace(REFUTED, counterexample=found)], View())
    assert "differs" not in page
    assert "<p>left side <b>17</b>, right side <b>34</b> in row 2, column 1</p>" in page


@pytest.mark.parametrize(
    "claim, size",
    [("X^T y = 2 X^T y", (3, 1)), ("X_{i,j} = 2 X_{i,j}", None), ("y^T y = 0", None), ("X = 2 X", (2, 3))],
)
def test_a_counterexample_knows_how_large_the_sides_are(claim, size):
    text = f"---\ndims: {{N: 2, D: 3}}\nsymbols: {{X: N x D, y: N x 1}}\n---\n$${claim}$$"
    document, _ = read_text(Source("a.md", text), read_markdown)
    (step,) = check_document(document).steps
    assert (step.verdict, step.counterexample.size) == ("refuted", size)


def test_a_mistake_is_explained_with_its_title_and_its_fix():
    page = equation_html([REFUTED], View())
    assert '<b>One factor 2 too many</b> <span class="code">extra-factor-two</span>' in page
    assert f"Write {math('X^T G')}</p>" in page
    assert "<summary>An example</summary>" in page


def test_what_could_give_an_answer_away_is_hidden():
    fixed = replace(REFUTED, diagnosis=(replace(REFUTED.diagnosis[0], fix="secret"),))
    page = equation_html([fixed], View(shows_fixes=False))
    assert math("secret") in equation_html([fixed], View())
    assert "secret" not in page
    assert "Write" not in page
    assert "An example" not in page
    assert "One factor 2 too many" in page
    assert "An example" not in equation_html([CONVENTION], View(shows_fixes=False))


def test_a_convention_is_named_and_explained():
    page = equation_html([CONVENTION], View())
    assert '<span class="tags"><span>layout</span> </span>' in page
    assert '<b>The other derivative layout</b> <span class="code">layout</span>' in page
    assert "which one is meant plainly says <code>layout</code> in the setting." in page
    assert "<dd>these dimensions, by its entries</dd>" in page
    condition = math(r"x \neq 0")
    assert f"<dt>Where</dt> <dd>{condition}</dd>" in page


def test_shapes_that_differ_are_told_apart():
    page = equation_html([REFUTED], View())
    assert f"<dd>{math('D')} × {math('C')} on the left, {math('C')} × {math('D')} on the right</dd>" in page


def test_what_follows_from_a_slip_leads_to_it():
    page = equation_html([replace(REFUTED, follows_from=(2, 3))], View(prefix="p-"))
    assert '<a href="#p-step-2-3">step 3 of equation 2</a>' in page
    assert '<span class="mark" aria-hidden="true">↳</span>' in page
    assert ">equation 2</a>" in equation_html([replace(REFUTED, follows_from=(2, 1))], View())


def test_what_cannot_be_read_is_code_and_its_place_is_shown_once():
    page = equation_html([UNREADABLE], View())
    assert r'<span class="lhs"><code>\frac{1</code></span>' in page
    assert '<span class="rhs"><code>y</code></span>' in page
    assert r"{ is never closed. <code>\frac{1</code></span>" in page
    assert "Of what cannot be read nothing is said." in page
    told = replace(UNREADABLE, message=r"\frac{1 is never closed.")
    assert equation_html([told], View()).count(r"<code>\frac{1</code>") == 1


def test_what_a_message_is_about_stands_behind_it_as_a_formula_unless_it_is_a_whole_side():
    part = replace(REFUTED, excerpt="2 X", message="Not so.")
    assert f"<p>Not so. {math('2 X')}</p>" in equation_html([part], View())
    assert "<p>Not so.</p>" in equation_html([replace(part, excerpt="2 X^T G")], View())
    assert f"Not so. {math('2 X')}</span>" in equation_html([replace(part, diagnosis=())], View())


def test_what_is_open_at_first():
    opened = View(opens=frozenset(("refuted",)))
    assert re.findall(r'class="step (\w+)[^>]* open>', equation_html([PROVED, REFUTED], opened)) == ["refuted"]
    assert " open>" not in equation_html([PROVED, REFUTED], View())
    assert " open>" not in equation_html([replace(REFUTED, expectation=("refuted",))], opened)


def test_a_long_left_side_takes_a_line_of_its_own():
    breadths = [
        re.search(r'<section class="([^"]*)"', equation_html([replace(PROVED, lhs=lhs)], View()))[1]
        for lhs in ("a", "a + b + c + d + e", " + ".join("abcdefghij"), "{" * 3000)
    ]
    assert breadths == ["equation", "equation broad", "equation broadest", "equation broadest"]


# --- Verdicts that are hidden ------------------------------------------------------------------------


def test_without_verdicts_all_steps_that_can_be_read_look_the_same():
    view = View(shows_verdicts=False)
    pages = set()
    for step in (PROVED, REFUTED, CONVENTION, UNREADABLE):
        for verdict in set(VERDICTS) - {"unreadable"}:
            same = replace(step, verdict=verdict, lhs="a", rhs="b", tag=None, equation=1, step=1, line=1)
            pages.add(equation_html([same], view))
    (page,) = pages
    assert "<details" not in page
    assert '<div class="step neutral"' in page
    assert not any(mark in page for mark in MARKS.values())
    assert equation_html([UNREADABLE], view) == equation_html([UNREADABLE], View())


# --- Screen readers, keyboards -----------------------------------------------------------------------


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_name_of_a_summary_begins_with_the_verdict_in_words(verdict):
    (summary,) = summaries(equation_html([replace(PROVED, verdict=verdict)], View()))
    assert said(summary).startswith(f"{verdict}: ")
    assert said(summary).count(verdict) == 1
    assert MARKS[verdict] not in said(summary)
    (summary,) = summaries(equation_html([replace(PROVED, verdict=verdict)], View(words={verdict: "so so"})))
    assert said(summary).startswith("so so: ")


def test_what_scrolls_can_be_reached_and_has_a_name():
    page = equation_html([REFUTED, CONVENTION], View())
    scrolling = re.findall(r'<\w+ class="[^"]*\bscroll\b[^>]*>', page)
    assert len(scrolling) == 5
    assert all('tabindex="0"' in one and 'role="group"' in one and "aria-label=" in one for one in scrolling)


# --- What is quoted -----------------------------------------------------------------------------------


def hostile(text: str, verdict: str) -> StepResult:
    return StepResult(
        text, 1, 1, 3, 4, text, text, text, verdict, text, (text,), (text, f"{text} x {text}"),
        Counterexample({text: [[text]], "b": text}, (1, 1), text, text, (1, 1)),
        (Diagnosis(text, text, text),), (1, 1), text,
        "all dimensions", "index form", (text, f"${text}$"), (text,), text,
    )  # fmt: skip


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_quoted_is_text(text):
    view = View(notes={(1, 1): text}, words={"refuted": text}, fix_words=text)
    waiting = WaitingStep(text, 1, 1, 3, 4, text, text, text)
    pages = [equation_html([hostile(text, verdict)], view) for verdict in VERDICTS]
    for page in (*pages, waiting_html([waiting], view), equation_html([hostile(text, "proved")], View(False))):
        elements = Elements(page)
        assert set(elements.names) <= OF_PAGES
        assert elements.attributes <= ATTRIBUTES_OF_PAGES
        assert set(elements.links) <= {"#step-1-1"}
        assert len(elements.ids) == len(set(elements.ids))


def test_the_style_sheet_takes_nothing_from_elsewhere_and_has_both_schemes():
    style = equation_style()
    assert not re.search(r"url\(|@import|https?:", style)
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style
    assert set(re.findall(r"var\((--[\w-]+)\)", style)) <= {*re.findall(r"(--[\w-]+):", style)}
