"""Whoever comes reaches everything: by keyboard alone, in light and dark, on a phone, by what axe can tell."""

from pathlib import Path

import pytest
from typed import DOCUMENT, MENDED, SETTING, SLIP, caret, editor, equations, select, text_of, write

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

WIDTHS = {"desktop": (1280, 800), "phone": (390, 844), "small phone": (360, 640)}
LONG = "$$" + " + ".join(r"\frac{\partial L}{\partial W_{first}}" for _ in range(30)) + " = 0$$"


def _viewport(width):
    return dict(zip(("width", "height"), WIDTHS[width], strict=True))


def test_the_whole_way_by_keyboard_alone(page):
    press = page.keyboard.press
    for _ in range(20):
        if editor(page).evaluate("(field) => field === document.activeElement"):
            break
        press("Tab")
    page.keyboard.insert_text(SETTING + SLIP.removesuffix(")$$"))
    page.keyboard.type(")$$")
    expect(page.locator(".step.refuted")).to_have_count(1)

    press("F8")
    press("Control+Enter")
    expect(page.locator(".step.refuted summary").first).to_be_focused()
    expect(page.locator(".step.refuted .reason")).to_be_visible()
    press("Enter")
    expect(page.locator(".step.refuted .reason")).to_be_hidden()
    press("Shift+Tab")
    expect(page.get_by_role("button", name="line 12")).to_be_focused()
    press("Escape")
    expect(editor(page)).to_be_focused()

    select(page, text_of(page).index("T - S"))
    for _ in "T - S":
        press("Shift+ArrowRight")
    page.keyboard.type("S - T")
    expect(page.locator(".step.proved")).to_have_count(1)
    assert text_of(page) == SETTING + MENDED

    press("Escape")
    press("Tab")
    expect(editor(page)).not_to_be_focused()
    press("Shift+Tab")
    expect(editor(page)).to_be_focused()
    press("Escape")
    press("Shift+Tab")
    expect(page.get_by_role("button", name="Help")).to_be_focused()
    press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Help")).to_be_focused()


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_axe_finds_nothing_in_light_and_dark(open_page, width):
    axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    page = open_page(_viewport(width), reduced_motion="reduce")
    page.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    assert _violations(page) == []
    write(page, f"{DOCUMENT}\n\n$$Q = X + 1$$\n\n$$L = \\frac{{1$$")
    expect(equations(page)).to_have_count(4)
    expect(page.locator("#equations")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("F8")
    page.keyboard.press("Control+Enter")
    assert _violations(page) == []
    page.get_by_role("button", name="Help").click()
    assert _violations(page) == []


def _violations(page):
    """All that axe finds in light, and the contrasts that it finds too weak in dark."""
    wanted = """async (options) => {
      const { violations } = await axe.run({ resultTypes: ["violations"], ...options });
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => [id, node.target, node.failureSummary]));
    }"""
    page.emulate_media(color_scheme="dark")
    in_dark = page.evaluate(wanted, {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    return [*in_dark, *page.evaluate(wanted, {})]


def test_the_page_is_as_broad_as_its_window(page):
    write(page, f"{DOCUMENT}\n\n{LONG}\n\n{'w' * 400}")
    expect(equations(page)).to_have_count(3)
    page.locator("details.step").evaluate_all("(all) => all.forEach((each) => { each.open = true; })")
    beyond = "(element) => element.scrollWidth - element.clientWidth"
    for name, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("[document.documentElement.scrollWidth, scrollY, scrollX]") == [width, 0, 0], name
        for element in ("body > header", "main", "#paper", "#equations", ".verdicts"):
            box = page.locator(element).bounding_box()
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= width, name
        assert page.locator("#paper").evaluate(beyond) == 0, name
        page.get_by_role("button", name="Help").click()
        assert page.get_by_role("dialog").evaluate(beyond) == 0, name
        page.get_by_role("button", name="Close").click()


def test_a_phone_shows_the_text_the_equations_or_both(open_page):
    page = open_page(_viewport("phone"), has_touch=True)
    write(page, DOCUMENT)
    views = page.get_by_role("group", name="What is shown")
    expect(equations(page)).to_have_count(2)
    text, verdicts = page.locator(".writing"), page.locator(".reading")
    assert text.bounding_box()["y"] + text.bounding_box()["height"] <= verdicts.bounding_box()["y"]
    views.get_by_role("button", name="Equations").tap()
    expect(text).to_be_hidden()
    expect(views.get_by_role("button", pressed=True)).to_have_text("Equations")
    page.get_by_role("button", name="line 14").tap()
    expect(verdicts).to_be_hidden()
    expect(editor(page)).to_be_focused()
    assert caret(page) == DOCUMENT.index(SLIP)
    views.get_by_role("button", name="Both").tap()
    expect(text).to_be_visible()
    expect(verdicts).to_be_visible()


def test_a_desktop_has_both_side_by_side(page):
    expect(page.get_by_role("group", name="What is shown")).to_be_hidden()
    text, verdicts = page.locator(".writing").bounding_box(), page.locator(".reading").bounding_box()
    assert text["y"] == verdicts["y"]
    assert text["x"] + text["width"] == verdicts["x"]


def test_what_the_editor_is_described_by_says_the_problem_and_how_to_leave(page):
    write(page, DOCUMENT)
    expect(page.locator(".step.refuted")).to_have_count(1)
    page.keyboard.press("F8")
    ids = editor(page).get_attribute("aria-describedby").split()
    described = [page.locator(f"#{each}").inner_text() for each in ids]
    assert described[0].startswith("Line 14, refuted: ")
    assert described[1] == "Tab indents. To leave the editor: Esc, then Tab."
    assert page.locator("#mirror").get_attribute("aria-hidden") == "true"
