"""The commands `derive graph` and `derive plot`: what they write, and one line for whatever is wrong."""

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from derive import cli
from derive.writing import latex_engine

EXERCISE = r"""---
title: One layer
dims: {n: 2, m: 3}
symbols: {x: n x 1, W: m x n, t: m x 1}
model: {z: W x, y: \tanh(z), L: '\|y - t\|^2'}
loss: L
---
"""
TWO_ENDS = r"""---
symbols: {x: n x 1}
model: {p: '\|x\|^2', q: '\|x\|^4'}
---
"""
TEXT = r"""---
symbols: {x: scalar, y: scalar, z: scalar}
---
$$a = xy + z$$
$$w = a(x + x)$$
"""
NO_MODEL = "# Nothing\n\nNo formula.\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERIVE_CACHE_DIR", str(tmp_path / "cache"))
    for name, text in (("ex.md", EXERCISE), ("two.md", TWO_ENDS), ("text.md", TEXT), ("none.md", NO_MODEL)):
        Path(name).write_text(text, encoding="utf-8")

    def called(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(list(arguments))
        return status, *capsys.readouterr()

    return called


def title(picture: str) -> str | None:
    return ElementTree.fromstring(picture).findtext("{http://www.w3.org/2000/svg}title")


def test_a_graph_is_printed_as_svg(run):
    status, out, err = run("graph", "ex.md")
    assert (status, err) == (0, "")
    assert title(out) == "Computational graph of L"
    assert 'class="figure-backward"' not in out


@pytest.mark.parametrize(
    "options, seen",
    [
        (["--backward"], 'class="figure-backward"'),
        (["--network"], "Network of layers"),
        (["--of", "y"], "Computational graph of y"),
        (["-o", "-"], "Computational graph of L"),
    ],
)
def test_options_say_what_is_drawn(run, options, seen):
    status, out, err = run("graph", "ex.md", *options)
    assert (status, err) == (0, "")
    assert seen in out


def test_a_document_whose_text_defines_its_names_has_a_graph(run):
    status, out, err = run("graph", "text.md", "--of", "w", "--backward", "--at", "x = 2, y = -1, z = 3")
    assert (status, err) == (0, "")
    assert title(out) == "Computational graph of w"
    assert ">4<" in out


def test_a_file_is_written_by_its_ending(run):
    assert run("graph", "ex.md", "-o", "g.svg") == (0, "", "")
    assert title(Path("g.svg").read_text(encoding="utf-8")) == "Computational graph of L"
    assert run("graph", "ex.md", "-o", "g.tex") == (0, "", "")
    assert Path("g.tex").read_text().startswith("\\documentclass")
    assert run("plot", "relu", "-o", "p.tex", "--bare") == (0, "", "")
    assert Path("p.tex").read_text().startswith("\\begin{tikzpicture}")
    assert sorted(path.name for path in Path().glob("*.part")) == []


@pytest.mark.skipif(not any(map(shutil.which, latex_engine.ENGINES)), reason="no LaTeX engine is installed")
def test_a_pdf_is_set_where_an_engine_is_installed(run):
    assert run("plot", "relu", "-o", "p.pdf") == (0, "", "")
    assert Path("p.pdf").read_bytes().startswith(b"%PDF")


def test_where_no_engine_is_installed_one_line_says_so(run, monkeypatch):
    monkeypatch.setenv("PATH", "")
    status, out, err = run("graph", "ex.md", "-o", "g.pdf")
    assert (status, out) == (2, "")
    assert err.startswith("g.pdf: no LaTeX engine is installed; ")
    assert err.count("\n") == 1


def test_plots_are_printed_as_svg(run):
    status, out, err = run("plot", "relu", r"\max(0, 1 - z)", "--range", "-2, 2", "--kink", "1/2", "--together")
    assert (status, err) == (0, "")
    assert title(out) == r"Plot of relu, \max(0, 1 - z)"


@pytest.mark.parametrize(
    "arguments, line",
    [
        (["graph", "gone.md"], "gone.md: there is no such file"),
        (["graph", "none.md"],
         "none.md: nothing is computed here: the setting has no 'model', and the text defines no names"),
        (["graph", "ex.md", "--of", "Q"], "ex.md: --of Q: no such name is computed; there are z, y, L"),
        (["graph", "ex.md", "--of", "x"], "ex.md: --of x: no such name is computed; there are z, y, L"),
        (["graph", "ex.md", "--of", r"\input"], r"ex.md: --of \input is not a name: the command \input is not known"),
        (["graph", "ex.md", "-o", "g.png"], "g.png: a picture is written to a file that ends with .svg, .tex, .pdf"),
        (["graph", "ex.md", "-o", "no/g.svg"], "no/g.svg: the picture can not be written (No such file or directory)"),
        (["graph", "ex.md", "--bare"], "--bare: only a .tex file can hold the tikzpicture alone"),
        (["graph", "ex.md", "--network", "--backward"],
         "ex.md: a network of layers shows no backward pass and no numbers; leave out --network"),
        (["graph", "two.md", "--network"],
         "two.md: the model is no network of layers, each an affine image of the one before under an activation"),
        (["graph", "two.md", "--backward"],
         "two.md: --backward needs a loss: the setting has none; --of NAME says what is meant"),
        (["graph", "ex.md", "--at", "x"], "ex.md: --at takes numbers such as 'x = -2, y = 1/2', not 'x'"),
        (["graph", "ex.md", "--at", "q = 1"], "ex.md: --at q: nothing of this name is given"),
        (["graph", "text.md", "--of", "w", "--at", "x = 1"], "text.md: --at: there is no number for y, z"),
        (["plot", "x y"], "derive plot: x y: a function has one free letter, and this has y, x"),
        (["plot", "relu", "--range", "4,-4"],
         "derive plot: --range is two numbers, the smaller one first, such as -4,4, not 4,-4"),
        (["plot", "relu", "--kink", "half"], "derive plot: --kink is a number such as 0 or 1/2, not half"),
        (["plot", *["relu"] * 13], "derive plot: at most 12 functions stand in one picture"),
        (["plot"], "derive plot: missing argument 'FUNCTION...'. (see derive plot --help)"),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_said_in_one_line(run, arguments, line):
    assert run(*arguments) == (2, "", line + "\n")


@pytest.mark.parametrize("command", ["graph", "plot"])
def test_help_says_what_a_command_does(run, command):
    status, out, err = run(command, "--help")
    assert (status, err) == (0, "")
    assert f"Usage: derive {command}" in out
    assert "Exit status:" in out
