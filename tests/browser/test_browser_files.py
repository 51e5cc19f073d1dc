"""Files that are dropped, opened and saved; a server that does not do what it is asked; leaving with unsaved text."""

import json
import re

import pytest
from typed import DOCUMENT, SETTING, SLIP, editor, equations, replace, select, text_of, write

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

LATEX = (
    "".join(f"% {line}\n" for line in SETTING.strip().split("\n"))
    + r"""\newcommand{\half}{\frac{1}{2}}
\begin{document}
\begin{equation}
L = \half \|S - T\|^2 % the loss
\end{equation}
\end{document}
"""
)
CELLS = [SETTING.strip(), "Some words.", SLIP]
NOTEBOOK = json.dumps(
    {
        "cells": [
            *({"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)} for text in CELLS),
            {"cell_type": "code", "metadata": {}, "source": ["x = 1"], "outputs": [], "execution_count": None},
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)


def drop(page, name, content):
    """Drops a file on the page, as the system does: first it hovers."""
    page.evaluate(
        """([name, bytes]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
          for (const kind of ["dragenter", "dragover", "drop"]) {
            const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
            document.querySelector("main").dispatchEvent(event);
          }
        }""",
        [name, list(content.encode() if isinstance(content, str) else content)],
    )


def test_a_latex_file_is_dropped(page):
    drop(page, "notes.tex", LATEX)
    expect(page.locator(".step.proved")).to_have_count(1)
    assert text_of(page) == LATEX
    expect(page.get_by_label("File name")).to_have_value("notes.tex")
    expect(page.locator("#overlay")).to_be_hidden()


def test_a_markdown_file_is_dropped_on_what_was_written_which_is_brought_back(page):
    write(page, "Something of mine.")
    drop(page, "derivation.md", DOCUMENT)
    expect(page.locator(".step.refuted")).to_have_count(1)
    expect(page.get_by_label("File name")).to_have_value("derivation.md")
    expect(page.get_by_role("alert")).to_have_text("derivation.md stands in place of what you had written.")
    page.get_by_role("button", name="Bring it back").click()
    assert text_of(page) == "Something of mine."
    expect(page.get_by_label("File name")).to_have_value("notes.md")
    expect(page.locator("#notice")).to_be_hidden()


def test_a_notebook_is_opened_as_the_text_of_its_cells(page):
    page.locator("#file").set_input_files({"name": "week 3.ipynb", "mimeType": "", "buffer": NOTEBOOK.encode()})
    expect(page.locator(".step.refuted")).to_have_count(1)
    expect(page.get_by_label("File name")).to_have_value("week 3.md")
    assert SLIP in text_of(page)


def test_of_a_notebook_the_outputs_are_not_sent(page):
    notebook = json.loads(NOTEBOOK)
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 9_000_000}, "metadata": {}}
    notebook["cells"].append({"cell_type": "code", "source": "plot()", "outputs": [picture], "metadata": {}})
    page.locator("#file").set_input_files(
        {"name": "large.ipynb", "mimeType": "", "buffer": json.dumps(notebook).encode()}
    )
    expect(page.get_by_label("File name")).to_have_value("large.md")
    assert "plot()" in text_of(page)


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("scan.pdf", "%PDF", r"scan\.pdf: only \.md, \.tex and \.ipynb files can be opened\."),
        ("notes.md", b"\xff\xfeL\x00", r"notes\.md: the file is not a text in UTF-8\."),
        ("broken.ipynb", "{", "Invalid JSON: .*; a notebook is a JSON file."),
    ],
)
def test_a_file_that_can_not_be_read_gets_one_line(open_page, name, content, said):
    page = open_page()
    write(page, "Something of mine.")
    drop(page, name, content)
    expect(page.get_by_role("alert")).to_have_text(re.compile(f"^{said}$"))
    assert text_of(page) == "Something of mine."
    _forget(open_page, "status of 422")


def test_the_text_and_the_report_are_saved(page):
    write(page, DOCUMENT)
    expect(equations(page)).to_have_count(2)
    page.get_by_label("File name").fill("my notes.md")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save text").click()
    assert saved.value.suggested_filename == "my notes.md"
    assert saved.value.path().read_text(encoding="utf-8") == DOCUMENT
    with page.expect_download() as report:
        page.get_by_role("button", name="Save report").click()
    assert report.value.suggested_filename == "my notes.html"
    assert report.value.path().read_text(encoding="utf-8").count('class="step ') == 2


def test_leaving_with_unsaved_text_is_asked_about(page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == []
    write(page, "Something of mine.")
    page.reload()
    assert asked == ["beforeunload"]
    assert text_of(page) == ""
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


# --- A server that does not do what it is asked ---------------------------------------------------

NO_ACCESS = "This page may no longer ask the server. Open the address that derive serve printed; save your text first."
NO_ANSWER = "The server does not answer. Your text is still here; the page keeps trying."
TOO_LONG = "this request has more than 4,000,000 bytes"
REFUSALS = [
    # status, what the server says, what the page says, whether it tries again
    (401, {}, NO_ACCESS, False),
    (413, {"message": TOO_LONG}, TOO_LONG, False),
    (429, {}, "The server is asked too often; the page waits a little.", True),
    (503, {}, "The server has too much to do, or met a problem of its own; the page keeps trying.", True),
]


@pytest.mark.parametrize("status, body, said, tries_again", REFUSALS, ids=[str(case[0]) for case in REFUSALS])
def test_a_refusal_is_one_line_and_tried_again_where_that_helps(open_page, status, body, said, tries_again):
    page = open_page()
    answers = [status, 200] if tries_again else [status]
    headers = {"Retry-After": "1", "Content-Type": "application/json"}

    def refuse_once(route):
        if answers.pop(0) == 200:
            route.continue_()
        else:
            route.fulfill(status=status, headers=headers, body=json.dumps(body))

    page.route("**/live/check", refuse_once)
    write(page, DOCUMENT)
    expect(page.get_by_role("alert")).to_have_text(said)
    if tries_again:
        expect(equations(page)).to_have_count(2)
        expect(page.locator("#notice")).to_be_hidden()
    assert answers == []
    _forget(open_page, f"status of {status}")


def test_a_lost_connection_is_said_and_taken_up_again(open_page):
    page = open_page()
    write(page, DOCUMENT)
    expect(equations(page)).to_have_count(2)
    page.route("**/live/check", lambda route: route.abort("connectionrefused"))
    replace(page, "(T - S)", "(S - T)")
    expect(page.get_by_role("alert")).to_have_text(NO_ANSWER)
    expect(equations(page)).to_have_count(2)
    page.unroute("**/live/check")
    expect(page.locator(".step.proved")).to_have_count(2)
    expect(page.locator("#notice")).to_be_hidden()
    _forget(open_page, "ERR_CONNECTION_REFUSED")


def test_an_answer_that_breaks_off_is_asked_for_again(page):
    answers = ['{"event": "pending", "number": 1, "line": 12, "html": "<section class=equation></section>"}\n']

    def break_off(route):
        if answers:
            route.fulfill(body=answers.pop(), headers={"Content-Type": "application/x-ndjson"})
        else:
            route.continue_()

    page.route("**/live/check", break_off)
    write(page, DOCUMENT)
    expect(page.locator(".step.refuted")).to_have_count(1)
    expect(equations(page)).to_have_count(2)
    assert answers == []


def _forget(open_page, expected):
    """The browser itself complains of answers that a test wanted to be bad."""
    rest = [complaint for complaint in open_page.complaints if expected not in complaint]
    assert len(rest) < len(open_page.complaints) or expected == "status of 422"
    open_page.complaints[:] = rest


# --- Brackets and the Tab key ---------------------------------------------------------------------


def test_the_tab_key_indents_and_is_undone(page):
    write(page, "one\ntwo")
    select(page, 0, 7)
    page.keyboard.press("Tab")
    assert text_of(page) == "  one\n  two"
    page.keyboard.press("Shift+Tab")
    assert text_of(page) == "one\ntwo"
    select(page, 3)
    page.keyboard.press("Tab")
    assert text_of(page) == "one  \ntwo"
    page.keyboard.press("Control+z")
    assert text_of(page) == "one\ntwo"
    expect(editor(page)).to_be_focused()
