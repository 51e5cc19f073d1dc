"""`derive sheet`: the form by the ending of the file, one line for whatever is wrong."""

import shutil
from pathlib import Path

import pytest

from derive import cli

EXERCISE = """---
title: A line
dims: {N: 3, D: 2}
symbols:
  X: N x D
  w: D x 1
  y: N x 1
model:
  r: X w - y
  L: \\frac{1}{2} r^T r
loss: L
parts:
  - {id: a, ask: '\\frac{\\partial L}{\\partial w}', points: 2, prompt: 'Derive the gradient of $w$.', form: no derivatives left}
---

# A line

Fit $w$ to **data**.
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("line.md").write_text(EXERCISE, encoding="utf-8")

    def called(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["sheet", *arguments])
        return status, *capsys.readouterr()

    return called


def test_markdown_is_printed(run):
    status, out, err = run("line.md")
    assert (status, err) == (0, "")
    assert out.startswith("---\ntitle: A line\n")
    assert "**Result.**" in out
    assert "X^{T}" in out
    assert ".svg" not in out


@pytest.mark.parametrize("name, beginning", [("a.tex", "% ---\n"), ("a.html", "<!DOCTYPE html>"), ("a.md", "---\n")])
def test_the_form_follows_from_the_ending(run, name, beginning):
    status, out, err = run("line.md", "-o", name, "--heading", "CS & Co")
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == f"{name}: written"
    text = Path(name).read_text(encoding="utf-8")
    assert text.startswith(beginning)
    assert "CS" in text
    assert all(Path(line.removesuffix(": written")).is_file() for line in out.splitlines())


def test_a_sheet_is_a_document_that_is_proved(run, capsys):
    assert run("line.md", "-o", "a.tex")[0] == 0
    assert run("line.md", "-o", "a.md")[0] == 0
    for name in ("a.tex", "a.md"):
        assert cli.main(["check", name]) == 0
        out = capsys.readouterr().out
        assert "proved" in out.splitlines()[-1]
        assert "unknown" not in out.splitlines()[-1]


def test_a_question_sheet_has_no_answers(run):
    status, out, _ = run("line.md", "--student")
    assert status == 0
    assert "Derive the gradient of $w$." in out
    assert "X^{T}" not in out


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_pdf_is_made(run):
    assert run("line.md", "-o", "a.pdf") == (0, "a.pdf: written\n", "")
    assert Path("a.pdf").read_bytes().startswith(b"%PDF")


def test_a_template_of_the_users(run):
    Path("mine.tex").write_text(r"\VAR{head}\VAR{title}: \VAR{body(30)}", encoding="utf-8")
    assert run("line.md", "-o", "a.tex", "--template", "mine.tex")[0] == 0
    assert "% ---\nA line: " in Path("a.tex").read_text(encoding="utf-8")


WRONG = [
    (("none.md", "-o", "a.tex"), "none.md: there is no such file\n"),
    (("line.md", "-o", "a.docx"), "a.docx: the form of a sheet is its file's ending, one of .md, .markdown, .tex, .pdf, .html, .htm\n"),
    (("line.md", "-o", "line.md"), "line.md: this is the exercise itself; its sheet needs another name\n"),
    (("line.md", "-o", "no/a.tex"), "no/a.tex: the file can not be written (No such file or directory)\n"),
    (("line.md", "-o", "a.md", "--engine", "xelatex"), "a.md: --engine makes a PDF; it has no meaning for .md\n"),
    (("line.md", "-o", "a.html", "--template", "line.md"), "a.html: --template is LaTeX; it has no meaning for .html\n"),
    (("line.md", "-o", "a.tex", "--template", "none.tex"), "none.tex: there is no such file\n"),
]  # fmt: skip


@pytest.mark.parametrize("arguments, message", WRONG)
def test_what_is_wrong_is_one_line(run, arguments, message):
    assert run(*arguments) == (2, "", message)


def test_a_broken_template_is_one_line(run):
    Path("mine.tex").write_text("\\VAR{head}\n\\VAR{nobody}", encoding="utf-8")
    assert run("line.md", "-o", "a.tex", "--template", "mine.tex") == (
        2, "", "mine.tex: the template can not be filled in: 'nobody' is undefined\n",
    )  # fmt: skip
    assert not Path("a.tex").exists()


def test_without_an_engine_nothing_is_derived(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, err = run("line.md", "-o", "a.pdf")
    assert status == 2
    assert err.startswith("a.pdf: no LaTeX engine is installed; ")
    assert err.count("\n") == 1
