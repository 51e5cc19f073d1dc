"""Text that is no mathematics, or means harm: it stays text, and everything behind the text stays in its place."""

import pytest
from typed import RIGHT, SETTING, call, equations, put

from derive.writing.mathml import ELEMENTS

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

SCRIPT = "<script>window.harm = 1</script><img src=x onerror='window.harm = 1'><a href='javascript:harm'>"
HOSTILE = {
    "tags": f"{SCRIPT}\n\n$$L = {SCRIPT}$$\n\n$$\\text{{{SCRIPT}}} = L \\tag{{{SCRIPT}}}$$",
    "an end of the field": "</textarea><svg onload='window.harm = 1'>\n\n$$L = \\text{</template></details>}$$",
    "characters that are none": "a\x00b\x01\x0b\x0c\x1b $$L = \x00$$",
    "letters of the other direction": "\u202eabc \u05d0\u05d1 \u2066def\n\n$$L = \\text{\u202e\u05d0}$$",
    "a long line": "x" * 20_000 + "\n\n$$L = " + "(" * 500 + "$$",
    "a template": "{{ 7 * 7 }} ${7 * 7}\n\n$$L = {{ 7 * 7 }}$$",
}
OF_EQUATIONS = {
    *("section", "h2", "div", "span", "details", "summary", "p", "b", "dl", "dt", "dd", "button", "code", "a"),
    *("table", "tbody", "tr", "td", "ul", "li"),
}


def test_what_is_typed_injects_nothing(page):
    loading = "document.querySelectorAll('script, img, svg, iframe, a, style, link').length"
    before = page.evaluate(loading)
    for name, text in HOSTILE.items():
        put(page, "")
        expect(page.locator("#summary li")).to_have_count(0)
        put(page, f"{SETTING}{text}\n\n{RIGHT}")
        expect(page.locator("#summary li").first).to_be_visible()
        page.locator("#equations details").evaluate_all("(all) => all.forEach((each) => { each.open = true; })")
        assert page.evaluate("window.harm ?? null") is None, name
        assert page.evaluate(loading) == before, name
        assert _elements(page, "#mirror *") <= {"div", "span"}, name
        assert _elements(page, "#equations *") - ELEMENTS - OF_EQUATIONS == set(), name


def _elements(page, selector):
    return set(page.locator(selector).evaluate_all("(all) => all.map((each) => each.localName)"))


ODD = {
    "long words": "a" * 500 + " " + "b" * 200,
    "spaces": "word   " * 60 + "\n" + " " * 300 + "x",
    "tabs": "\ta\tb\tc " * 30,
    "the other direction": "abc \u202e def \u05d0\u05d1\u05d2 " * 20 + "\n" + "\u05d0\u05d1\u05d2 " * 60,
    "no spaces between words": "\u4e2d\u6587\u5b57" * 80 + "\uff0c\u3002" * 40,
    "joined characters": "e\u0301\u0302" * 100 + " \U0001f469\u200d\U0001f467 " * 30,
    "characters that are none": "a\x00b\x01c\x0b\x0c\x1b" * 60,
    "marks": "(a+b)-c/d{e}[f]\\g_h^i" * 40,
    "spaces that join": "a\xa0b\xad\u200b" * 150,
    "many lines": "x\n\n\n" * 40,
}


def test_what_is_behind_the_text_breaks_its_lines_in_the_same_places(open_page):
    page = open_page({"width": 390, "height": 300})
    page.get_by_role("button", name="Text", exact=True).click()
    heights = """(text) => {
      const field = document.getElementById("text");
      field.value = text;
      field.dispatchEvent(new InputEvent("input"));
      const behind = document.getElementById("mirror").scrollHeight;
      field.style.height = 0;
      field.style.alignSelf = "start";
      const found = [field.scrollHeight, behind];
      field.style.height = field.style.alignSelf = "";
      return found;
    }"""
    for name, text in ODD.items():
        field, behind = page.evaluate(heights, text)
        assert abs(field - behind) <= 1, name


def test_a_long_text_is_written_on_at_once(page):
    put(page, f"{SETTING}{'Some words that go on. ' * 3}\n" + "A line of prose, with nothing in it.\n" * 3_000)
    quickest = page.evaluate(
        """() => {
          const field = document.getElementById("text");
          const times = [];
          for (let key = 0; key < 12; key += 1) {
            field.setRangeText("x", 200, 200, "end");
            const began = performance.now();
            field.dispatchEvent(new InputEvent("input"));
            times.push(performance.now() - began);
          }
          return Math.min(...times);
        }"""
    )
    assert quickest < 50
    expect(equations(page)).to_have_count(0)


PAIRS = [
    # text, the brackets that belong together, those that stand alone
    ("$(a)$", ["$ $", "( )"], []),
    ("$$[0, 1)$$", ["$$ $$", "[ )"], []),
    (r"$\frac{a}{b$", ["$ $", "{ }"], ["{"]),
    (r"$\left( a \right.$ and $\left. b \right]$", ["$ $"] * 2 + [r"\left( \right.", r"\left. \right]"], []),
    (r"\[ \{ x \} \]", [r"\[ \]", r"\{ \}"], []),
    (r"\begin{align} a &= (b \\ &= c) \end{align}", [r"\begin{align} \end{align}", "( )"], []),
    (r"$$\begin{cases} a \end{array}$$", ["$$ $$"], [r"\begin{cases}", r"\end{array}"]),
    ("a) a list (of words, and `$(` code", [], []),
    ("```\n$(\n```\n\n```math\n(x)\n```", ["( )"], []),
    ("cost: \\$5 $x$", ["$ $"], []),
    ("$x (\n\ny) $", [], ["$", "(", "$"]),
    (r"$\leftarrow (a)$", ["$ $", "( )"], []),
    ("---\nmodel:\n  S: X (W\n---\n", [], ["("]),
]


@pytest.mark.parametrize("text, joined, alone", PAIRS, ids=[case[0] for case in PAIRS])
def test_brackets_of_mathematics_find_their_partners(shared_page, text, joined, alone):
    passages = call(shared_page, "passages.js", "it.passagesOf(...values)", text, False)
    brackets = "it.bracketsOf(...values).map(({ start, end, partner, isAlone }) => ({ start, end, partner, isAlone }))"
    found = call(shared_page, "brackets.js", brackets, text, passages)
    pairs = [f"{_word(text, each)} {_word(text, each['partner'])}" for each in found if _opens(each)]
    assert sorted(pairs) == sorted(joined)
    assert [_word(text, each) for each in found if each["isAlone"]] == alone


def _word(text, bracket):
    return text[bracket["start"] : bracket["end"]]


def _opens(bracket):
    return bracket["partner"] is not None and bracket["start"] < bracket["partner"]["start"]


@pytest.fixture(scope="module")
def shared_page(browser, address):
    """One page for tests that change nothing on it."""
    page = browser.new_context().new_page()
    page.goto(address)
    return page
