"""The one place that starts a process: the engine gets no shell, stays in its folder, and fails with one line."""

import os
import stat
import sys

import pytest

from derive.writing import latex_engine
from derive.writing.latex_engine import ENGINES, LatexError, compile_to_pdf, find_engine

DOCUMENT = "\\documentclass{article}\\begin{document}%s\\end{document}"
INSTALLED = [engine for engine in ENGINES if latex_engine.shutil.which(engine)]
needs_latex = pytest.mark.skipif("pdflatex" not in INSTALLED, reason="pdflatex is not installed")
needs_posix = pytest.mark.skipif(os.name != "posix", reason="the engine of this test is a shell script")


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """An engine that is a script of ours, the only one on the path."""

    def install(script: str, name: str = "pdflatex"):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin" if script else str(folder))
        return path

    return install


def test_without_an_engine_one_line_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for platform, hint in latex_engine.INSTALL.items():
        monkeypatch.setattr(sys, "platform", platform)
        with pytest.raises(LatexError) as caught:
            compile_to_pdf("x", tmp_path / "a.pdf")
        assert str(caught.value) == f"no LaTeX engine is installed; {hint}; or write a .tex, .md or .html file"
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(LatexError, match=r"^xelatex is not installed; install TeX Live"):
        find_engine("xelatex")


@needs_posix
def test_the_engine_is_told_to_stay_in_its_folder(made_up, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "yes")
    monkeypatch.setenv("TEXINPUTS", "/")
    made_up(f'echo "$@" > {tmp_path}/told; env > {tmp_path}/env; pwd > {tmp_path}/pwd; echo pdf > sheet.pdf')
    compile_to_pdf("x", tmp_path / "a.pdf")
    assert (tmp_path / "told").read_text() == "-no-shell-escape -interaction=nonstopmode -halt-on-error sheet.tex\n"
    variables = (tmp_path / "env").read_text().splitlines()
    assert {"openin_any=p", "openout_any=p", "shell_escape=f"} <= set(variables)
    assert not [line for line in variables if line.startswith(("SECRET", "TEXINPUTS"))]
    assert not os.path.exists((tmp_path / "pwd").read_text().strip())
    assert (tmp_path / "a.pdf").read_text() == "pdf\n"


@needs_latex
def test_a_template_may_use_the_files_of_its_folder(tmp_path):
    (tmp_path / "logo.tex").write_text("A logo.", encoding="utf-8")
    compile_to_pdf(DOCUMENT % r"\input{logo}", tmp_path / "a.pdf", inputs=tmp_path)
    with pytest.raises(LatexError, match="logo"):
        compile_to_pdf(DOCUMENT % r"\input{logo}", tmp_path / "b.pdf")


@needs_posix
def test_a_text_is_set_again_until_its_references_are_settled(made_up, tmp_path):
    made_up(f"echo run >> {tmp_path}/runs; echo 'Rerun to get references right' > sheet.log; echo pdf > sheet.pdf")
    compile_to_pdf("x", tmp_path / "a.pdf")
    assert (tmp_path / "runs").read_text() == "run\n" * latex_engine.RUNS


@needs_posix
def test_what_takes_too_long_is_ended(made_up, tmp_path, monkeypatch):
    monkeypatch.setattr(latex_engine, "SECONDS", 0.3)
    made_up("exec sleep 20")
    with pytest.raises(LatexError, match=r"^pdflatex took more than 0\.3 seconds and was ended$"):
        compile_to_pdf("x", tmp_path / "a.pdf")


@needs_posix
@pytest.mark.parametrize(
    "script, message",
    [
        ("exit 1", "pdflatex stopped: it wrote no PDF and does not say why"),
        (
            "printf '! Bad thing.\\nl.12 x\\n' > sheet.log; exit 1",
            "pdflatex stopped: Bad thing (line 12 of the LaTeX; -o FILE.tex shows it)",
        ),
        ("exit 0", "pdflatex stopped: it wrote no PDF and does not say why"),
    ],
)
def test_a_failure_is_one_line(made_up, tmp_path, script, message):
    made_up(script)
    with pytest.raises(LatexError) as caught:
        compile_to_pdf("x", tmp_path / "a.pdf")
    assert str(caught.value) == message
    assert not (tmp_path / "a.pdf").exists()


@needs_latex
def test_a_pdf_is_made(tmp_path):
    compile_to_pdf(DOCUMENT % "Hello", tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


ATTACKS = [
    (r"\input{/etc/passwd}", "File `/etc/passwd.tex' not found"),
    (r"\newwrite\o\immediate\openout\o=OUT/written.txt\relax", "I can't write on file"),
    (r"\newread\i\openin\i=/etc/passwd \ifeof\i\else\undefined\fi", None),
    (r"\immediate\write18{touch OUT/written.txt}", None),
    (r"\undefinedcommand", "Undefined control sequence"),
]  # fmt: skip


@needs_latex
@pytest.mark.parametrize("attack, complaint", ATTACKS)
def test_a_text_reads_and_writes_nothing_and_runs_nothing(tmp_path, attack, complaint):
    text = DOCUMENT % f"x{attack.replace('OUT', str(tmp_path))}"
    if complaint is None:
        compile_to_pdf(text, tmp_path / "a.pdf")
    else:
        with pytest.raises(LatexError) as caught:
            compile_to_pdf(text, tmp_path / "a.pdf")
        assert complaint in str(caught.value)
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "written.txt").exists()
