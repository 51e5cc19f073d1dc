"""A derivation is typed, judged and mended on the page."""

import re

import pytest
from typed import (
    DOCUMENT,
    MENDED,
    RIGHT,
    SETTING,
    SLIP,
    caret,
    editor,
    equations,
    marked,
    put,
    replace,
    select,
    selected,
    write,
)

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect


def test_a_slip_is_seen_opened_mended_and_proved(page):
    write(page, f"{SETTING}{RIGHT}\n\n")
    expect(page.locator(".step.proved")).to_have_count(1)
    page.keyboard.type(SLIP)
    refuted = page.locator(".step.refuted")
    expect(refuted).to_have_count(1)
    expect(marked(page, "refuted")).to_have_text(" = X^T (T - S)".strip())
    expect(page.locator("#summary li")).to_have_text(["✓ 1 proved", "✗ 1 refuted"])
    expect(page.locator("#problem")).to_have_text(re.compile(r"^Line 14, refuted: \w"))

    refuted.locator("summary").first.click()
    expect(refuted.locator(".reason")).to_be_visible()
    expect(refuted.locator(".reason")).to_contain_text("difference-reversed")

    replace(page, "T - S", "S - T")
    expect(page.locator(".step.proved")).to_have_count(2)
    expect(marked(page, "refuted")).to_have_count(0)
    expect(page.locator("#problem")).to_have_text("")
    expect(page.locator("#summary")).to_have_text("✓ 2 proved")
    expect(page.locator("#voice")).to_have_text("2 proved")


def test_a_reason_stays_open_and_keeps_the_focus_while_the_text_changes(page):
    write(page, DOCUMENT)
    refuted = page.locator(".step.refuted")
    refuted.locator("summary").first.click()
    refuted.locator("summary").first.evaluate("(summary) => { summary.isOld = true; }")
    editor(page).evaluate(
        """(field) => {
          field.value = field.value.replace("---\\n\\n", "---\\n\\nOne more line.\\n\\n");
          field.dispatchEvent(new InputEvent("input"));
        }"""
    )
    expect(page.get_by_role("button", name="line 16")).to_have_count(1)
    expect(page.locator("#equations")).to_have_attribute("aria-busy", "false")
    state = "(summary) => [summary.isOld, summary === document.activeElement]"
    assert refuted.locator("summary").first.evaluate(state) == [True, True]
    expect(refuted).to_have_attribute("open", "")


def test_equations_come_and_go_in_the_order_of_the_text(page):
    write(page, DOCUMENT)
    expect(equations(page)).to_have_count(2)
    second = equations(page).nth(1)
    second.evaluate("(section) => { section.isOld = true; }")
    replace(page, RIGHT, f"$$S = X W$$\n\n{RIGHT}")
    expect(equations(page)).to_have_count(3)
    expect(page.locator(".place")).to_have_text(["line 12", "line 14", "line 16"])
    assert equations(page).evaluate_all("(all) => all.map((each) => Boolean(each.isOld))") == [False, False, True]
    replace(page, f"$$S = X W$$\n\n{RIGHT}\n\n", "")
    expect(equations(page)).to_have_count(1)
    expect(page.locator(".step.refuted")).to_have_count(1)
    replace(page, SLIP, "")
    expect(equations(page)).to_have_count(0)
    expect(page.locator("#nothing")).to_be_visible()


def test_the_equation_at_the_caret_is_shown(page):
    write(page, DOCUMENT)
    expect(equations(page)).to_have_count(2)
    select(page, DOCUMENT.index(RIGHT) + 5)
    expect(page.locator("[aria-current]")).to_have_attribute("data-equation", "1")
    select(page, DOCUMENT.index(SLIP) + 5)
    expect(page.locator("[aria-current]")).to_have_attribute("data-equation", "2")
    select(page, 0)
    expect(page.locator("[aria-current]")).to_have_count(0)


def test_a_place_leads_to_the_text(page):
    write(page, DOCUMENT)
    page.get_by_role("button", name="line 14").click()
    expect(editor(page)).to_be_focused()
    assert caret(page) == DOCUMENT.index(SLIP)


def test_problems_are_stepped_through(page):
    first, second = r"$$S = W X$$", r"$$\frac{\partial L}{\partial S} = T$$"
    write(page, f"{SETTING}{first}\n\n{second}\n\n$$L = \\frac{{1}}{{2$$")
    expect(page.locator("#summary")).to_contain_text("unreadable")
    expect(page.get_by_role("group", name="Problems")).to_be_visible()
    found = []
    for _ in range(4):
        page.keyboard.press("F8")
        found.append(selected(page))
    assert found[0] == found[3] != ""
    assert len(set(found)) == 3
    page.keyboard.press("Shift+F8")
    assert selected(page) == found[2]
    page.get_by_role("button", name="Previous problem").click()
    assert selected(page) == found[1]
    expect(page.locator("#problem")).to_have_class("refuted")
    assert page.locator("#problem").inner_text().startswith("Line 14, refuted: ")


def test_a_setting_that_can_not_be_used_is_said_and_the_equations_wait(page):
    write(page, DOCUMENT)
    expect(equations(page)).to_have_count(2)
    replace(page, "  T: N x C\n", "  T: N y C\n")
    expect(page.locator("#summary")).to_have_text("! 1 unreadable")
    expect(equations(page)).to_have_count(2)
    expect(page.locator(".equation.stale")).to_have_count(2)
    page.keyboard.press("F8")
    assert page.locator("#problem").inner_text().startswith("Line 5, unreadable: ")
    replace(page, "  T: N y C\n", "  T: N x C\n")
    expect(page.locator("#summary")).to_contain_text("1 proved")
    expect(page.locator(".equation.stale")).to_have_count(0)


def test_the_example_of_the_empty_page_has_one_slip(page):
    page.get_by_role("button", name="Show an example").click()
    expect(page.locator(".step.refuted")).to_have_count(1)
    expect(page.locator("#welcome")).to_be_hidden()
    verdicts = page.locator(".step").evaluate_all("(all) => all.map((step) => step.classList[1])")
    assert set(verdicts) == {"proved", "refuted"}
    put(page, "")
    expect(page.locator("#welcome")).to_be_visible()
    expect(equations(page)).to_have_count(0)


def test_the_last_of_many_keys_counts(page):
    beginning, end = MENDED.split("(S - T)")
    write(page, SETTING + beginning)
    page.keyboard.type(f"(T - S + S - S){end}", delay=1)
    expect(page.locator(".step.refuted")).to_have_count(1)
    replace(page, "(T - S + S - S)", "(S - T)")
    expect(page.locator(".step.proved")).to_have_count(1)
    expect(page.locator(".step")).to_have_count(1)


def test_text_and_equations_scroll_together(page):
    body = "\n\n".join([RIGHT, "Some words.\n\n" * 5] * 25)
    put(page, f"{SETTING}{body}")
    expect(page.locator(".step.proved")).to_have_count(25)
    paper, read = page.locator("#paper"), page.locator("#equations")
    top = "(box) => box.scrollTop"
    share = "(box) => box.scrollTop / (box.scrollHeight - box.clientHeight)"
    paper.hover()
    page.mouse.wheel(0, -1_000_000)
    expect_soon(page, lambda: paper.evaluate(top) == 0 == read.evaluate(top))
    page.mouse.wheel(0, 1_000_000)
    expect_soon(page, lambda: paper.evaluate(share) > 0.99 and read.evaluate(share) > 0.99)
    read.hover()
    page.mouse.wheel(0, -1_000_000)
    expect_soon(page, lambda: paper.evaluate(top) == 0 == read.evaluate(top))
    page.mouse.wheel(0, read.evaluate("(box) => box.scrollHeight / 2"))
    expect_soon(page, lambda: 0.3 < paper.evaluate(share) < 0.9)
    assert _lines_apart(page) < 12


def expect_soon(page, holds):
    for _ in range(40):
        if holds():
            return
        page.wait_for_timeout(50)
    assert holds()


def _lines_apart(page):
    """How many lines apart are text and equations, as far down in the view as the view is in the whole."""
    return page.evaluate(
        """() => {
          const nearest = (box, elements) => {
            const share = box.scrollTop / (box.scrollHeight - box.clientHeight);
            const height = box.getBoundingClientRect().top + share * box.clientHeight;
            const away = (element) => Math.abs(element.getBoundingClientRect().top - height);
            return elements.reduce((best, each) => (away(each) < away(best) ? each : best));
          };
          const lines = [...document.querySelectorAll("#mirror div")];
          const line = nearest(document.getElementById("paper"), lines);
          const equation = nearest(document.getElementById("equations"), [...document.querySelectorAll(".equation")]);
          return Math.abs(lines.indexOf(line) + 1 - Number(equation.dataset.line));
        }"""
    )


def test_headings_stand_between_the_equations_and_lead_to_the_text(page):
    write(page, f"{SETTING}# One\n\n{RIGHT}\n\n## Two\n\n{SLIP}\n")
    expect(page.locator("#equations > *")).to_have_count(4)
    kinds = page.locator("#equations > *").evaluate_all("(all) => all.map((each) => each.tagName)")
    assert kinds == ["H2", "SECTION", "H3", "SECTION"]
    page.locator(".heading", has_text="Two").get_by_role("button").click()
    assert editor(page).evaluate("(field) => field.value.slice(field.selectionStart)").startswith("## Two")
    page.keyboard.type("\n$$1 = 1$$\n\n#")
    expect(page.locator("#equations > *").nth(2)).to_contain_text("Equation 2")
    expect(page.locator(".heading").nth(1)).to_have_text(re.compile("^Two"))
    replace(page, "### Two", "Two")
    expect(page.locator(".heading")).to_have_count(1)


def test_what_keeps_a_text_from_being_checked_is_said_beside_it(page):
    write(page, "---\nsymbols: {x: 3 y 4}\n---\n\n$$x = x$$\n")
    hindrance = page.locator("#hindrance")
    expect(hindrance).to_contain_text("is not read; expected one like")
    hindrance.get_by_role("button", name="line 2").click()
    expect(page.locator("#problem")).to_contain_text("Line 2, unreadable")
    replace(page, "3 y 4", "scalar")
    expect(page.locator(".step.proved")).to_have_count(1)
    expect(hindrance).to_be_hidden()


def test_undoing_takes_back_more_than_a_letter(page):
    write(page, f"{SETTING}{RIGHT}\n\n")
    expect(page.locator(".step.proved")).to_have_count(1)
    before = editor(page).input_value()
    page.keyboard.type("Some words, typed in one go.")
    page.keyboard.press("Control+z")
    assert editor(page).input_value() == before
