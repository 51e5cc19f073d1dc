"""The report as a browser shows it: what opens, what scrolls, what is printed, and what axe says of it."""

import pytest

from derive.checking.check import check_document
from derive.documents.markdown import read_markdown
from derive.documents.reading import read_text
from derive.source import Source
from derive.writing.html import to_fragment, to_html

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

WIDTHS = {"desktop": 1280, "phone": 360}
SUM = " + ".join(r"\sum_{i,j} (S_{i,j} - T_{i,j})^2" for _ in range(8))
TEXT = rf"""---
title: A linear model
dims: {{N: 2, D: 3, C: 2}}
symbols: {{X: N x D, W: D x C, T: N x C}}
model: {{S: X W, L: '\frac{{1}}{{N}}\sum_{{i,j}} (S_{{i,j}} - T_{{i,j}})^2'}}
---
$$\frac{{\partial L}}{{\partial S}} = \frac{{2}}{{N}}(S - T) = 2 (S - T)$$

$$\frac{{\partial L}}{{\partial X}} = W \frac{{\partial L}}{{\partial S}}$$

$${SUM} = {SUM}$$

$$S = \frac{{1}}{{N - \foo$$

$$L \leq e^L$$
"""


@pytest.fixture(scope="module")
def result():
    document, _ = read_text(Source("model.md", TEXT), read_markdown)
    return check_document(document)


@pytest.fixture
def opened(browser, result, tmp_path):
    """Opens the report at a width and in a scheme; nothing may be complained of."""
    contexts, complaints = [], []
    place = tmp_path / "report.html"
    place.write_text(to_html([result]), encoding="utf-8")

    def open_at(width: int = 1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(place.as_uri())
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


def test_a_reason_opens_by_keyboard_and_without_a_script(opened):
    page = opened(java_script_enabled=False)
    expect(page.locator("#step-1-1 .reason")).to_be_hidden()
    expect(page.locator("#step-1-2 .reason")).to_be_visible()
    links = page.locator(".concerns a")
    page.keyboard.press("Tab")
    expect(links.first).to_be_focused()
    for _ in range(links.count()):
        page.keyboard.press("Tab")
    expect(page.locator("#step-1-1 > summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#step-1-1 .reason")).to_be_visible()
    expect(page.locator("#step-1-1 .reason")).to_contain_text("Both sides are equal for every value of the symbols.")


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_long_formulas_scroll_in_their_own_box(opened, width):
    page = opened(width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.focus("#step-3-1 > summary")
    lines = page.locator("#equation-3 .lines")
    assert lines.evaluate("(box) => box.scrollWidth > box.clientWidth")
    page.keyboard.press("ArrowRight")
    for _ in range(100):
        if lines.evaluate("(box) => box.scrollLeft") > 0:
            return
        page.wait_for_timeout(50)
    pytest.fail("an arrow key scrolls nothing")


def test_the_signs_of_a_chain_stand_below_each_other(opened):
    left = [sign.bounding_box()["x"] for sign in opened().locator("#equation-1 .sign").all()]
    assert len(left) == 2
    assert left[0] == pytest.approx(left[1], abs=0.5)


def test_what_is_refuted_is_printed_with_its_reason(opened):
    page = opened()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = false; })")
    expect(page.locator("#step-1-2 .counterexample")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator("#step-1-2 .counterexample")).to_be_visible()
    expect(page.locator("#step-1-1 .reason")).to_be_hidden()


@pytest.mark.parametrize("width, scheme", [(WIDTHS["desktop"], "light"), (WIDTHS["phone"], "dark")])
def test_axe_finds_nothing_with_everything_open(opened, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = opened(width, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert axe.run(page).response["violations"] == []


def test_the_part_of_a_notebook_leaves_the_rest_as_it_is(browser, result):
    page = browser.new_page()
    text = '<p id="own" class="value">Own words</p>'
    page.set_content(text)
    before = page.locator("#own").evaluate("(own) => JSON.stringify(Object.entries(getComputedStyle(own)))")
    page.set_content(f"{text}{to_fragment(result)}")
    expect(page.locator(".derive-results .step")).to_have_count(6)
    after = page.locator("#own").evaluate("(own) => JSON.stringify(Object.entries(getComputedStyle(own)))")
    page.close()
    assert after == before
