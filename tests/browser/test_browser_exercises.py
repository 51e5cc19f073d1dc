"""Exercises in a browser: an answer is written and handed in; an exam; the setting as a table that is corrected."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typed import editor, put, text_of, write

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

TOKEN = "a-token-of-these-tests"
EXERCISE = r"""---
title: Half a squared error
symbols: {x: scalar, w: scalar, t: scalar}
model: {E: '\frac12 (w x - t)^2'}
loss: E
parts:
  - {id: w, ask: '\frac{\partial E}{\partial w}', points: 2}
---
"""
WRONG = r"$$\frac{\partial E}{\partial w} = (t - w x) x$$"
RIGHT = r"$$\frac{\partial E}{\partial w} = (w x - t) x$$"
PHONE = {"width": 390, "height": 844}
SIZES = ({"width": 1280, "height": 800}, PHONE)


@contextmanager
def server(*options: str) -> Iterator[str]:
    """The address of `derive serve` with some options."""
    command = [sys.executable, "-m", "derive", "serve", "--port", "0", "--token", TOKEN, "--workers", "1", *options]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield re.search(r"http://[^/\s]+", process.stdout.readline())[0]
        process.terminate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    found = tmp_path_factory.mktemp("exercises")
    (found / "error.md").write_text(EXERCISE, encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def practice(folder) -> Iterator[str]:
    with server("--exercises", str(folder), "--teacher") as address:
        yield address


@pytest.fixture(scope="module")
def exam(folder) -> Iterator[str]:
    with server("--exercises", str(folder), "--exam") as address:
        yield address


@pytest.fixture
def visit(browser):
    """Opens a page of a server; it may complain of nothing."""
    contexts, complaints = [], []

    def opened(address: str, path: str, viewport=SIZES[0]):
        context = browser.new_context(viewport=viewport)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}{path}?token={TOKEN}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("viewport", SIZES, ids=["desktop", "phone"])
def test_an_answer_is_mended_and_handed_in(visit, practice, viewport):
    page = visit(practice, "/exercises", viewport)
    page.get_by_role("link", name="Half a squared error").click()
    expect(page.locator("#question")).to_contain_text("What is asked")
    write(page, WRONG)
    page.locator("#parts").evaluate("(details) => (details.open = true)")
    expect(page.locator('[data-part="w"] .state')).to_have_text("not right yet")
    expect(page.locator(".step.refuted")).to_contain_text("which of the two is subtracted from which")
    assert "fix" not in page.locator("#equations").inner_html()
    put(page, RIGHT)
    expect(page.locator('[data-part="w"] .state')).to_have_text("right")
    page.get_by_role("button", name="Hand in…").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").press("Enter")
    expect(page.locator("#result")).to_contain_text("2 of 2 points")
    expect(page.locator("#result")).to_be_focused()
    page.get_by_role("button", name="Back to the answer").press("Enter")
    expect(editor(page)).to_be_focused()
    assert text_of(page) == RIGHT


def test_a_teacher_sees_the_solution_and_the_pictures(visit, practice):
    page = visit(practice, "/exercises/error")
    page.get_by_role("link", name="Solution").click()
    expect(page.locator(".sheet")).to_contain_text("Derivation")
    page.get_by_role("link", name="Pictures").click()
    image = page.locator(".picture img").first
    expect(image).to_be_visible()
    assert image.evaluate("(image) => image.complete && image.naturalWidth > 100")


def test_an_exam_shows_no_verdict_until_the_answer_is_handed_in(visit, exam):
    page = visit(exam, "/exercises/error")
    write(page, f"{WRONG}\n\n$$\\foo = 1$$\n")
    expect(page.locator("#summary")).to_contain_text("1 written")
    expect(page.locator(".step.unreadable")).to_have_count(1)
    expect(page.locator(".step.refuted")).to_have_count(0)
    page.get_by_role("button", name="Hand in…").click()
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator(".receipt")).to_contain_text("Handed in by Ada")
    expect(page.locator(".feedback")).to_contain_text("not right yet")
    expect(page.locator("textarea")).to_have_count(0)


@pytest.mark.parametrize("viewport", SIZES, ids=["desktop", "phone"])
def test_a_correction_in_the_table_is_written_to_the_text_and_can_be_undone(visit, practice, viewport):
    page = visit(practice, "/", viewport)
    text = "$X \\in \\mathbb{R}^{N \\times D}$\n\n$$S = X X^T$$\n"
    write(page, text)
    if viewport == PHONE:
        page.get_by_role("button", name="Equations").click()
    page.locator("#setting > summary").click()
    declaration = page.get_by_label("Declaration of X")
    expect(declaration).to_have_value("N x D")
    declaration.fill("symmetric N x N")
    declaration.press("Enter")
    expect(page.locator("#setting-said")).to_have_text("X is written to the head of the text.")
    expect(declaration).to_be_focused()
    if viewport == PHONE:
        expect(page.locator(".writing")).to_be_hidden()
        page.get_by_role("button", name="Both").click()
    assert text_of(page) == f"---\nsymbols:\n  X: symmetric N x N\n---\n\n{text}"
    editor(page).focus()
    page.keyboard.press("Control+z")
    assert text_of(page) == text
    expect(declaration).to_have_value("N x D")


@pytest.mark.parametrize("viewport", SIZES, ids=["desktop", "phone"])
def test_axe_finds_nothing(browser, practice, viewport):
    axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    context = browser.new_context(viewport=viewport, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{practice}/exercises?token={TOKEN}")
    _expect_nothing(page, script)
    page.goto(f"{practice}/exercises/error")
    write(page, WRONG)
    expect(page.locator("#marks")).to_have_text("0 of 1 right, 0 of 2 points")
    _expect_nothing(page, script)
    page.get_by_role("button", name="Hand in…").click()
    page.get_by_label("Your name").fill("Ada")
    _expect_nothing(page, script)
    page.get_by_label("Your name").press("Enter")
    expect(page.locator("#result")).to_be_visible()
    _expect_nothing(page, script)
    page.goto(f"{practice}/")
    write(page, "$X \\in \\mathbb{R}^{N \\times D}$ $$S = X X^T Z$$")
    page.locator("#setting > summary").click()
    _expect_nothing(page, script)
    context.close()


def _expect_nothing(page, script):
    page.evaluate(script)
    found = "async () => (await axe.run()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])"
    assert page.evaluate(found) == []
