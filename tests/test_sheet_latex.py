"""A sheet as LaTeX: what it looks like in the source, that it is set without a fault, that it is read again as meant."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from remembering import check_document
from sheets_by_hand import ATTACKS, LONG, QUESTIONS, SCORES, SETTING, SOLUTION, WEIGHTS, hostile

from derive.documents import read_document
from derive.errors import DocumentError
from derive.sheets.blocks import Chain, Display, Member, Paragraph, Sheet, Table, Words, said
from derive.sheets.prose import prose_text
from derive.writing.formula_width import broken, width
from derive.writing.latex_engine import ENGINES
from derive.writing.sheet_chains import Layout, arranged, in_groups
from derive.writing.sheet_latex import to_latex
from derive.writing.sheet_markdown import to_markdown
from derive.writing.tex_text import ACCENTED, MATHEMATICS, SIGNS, SPECIAL, to_plain, to_tex


def sheet(*blocks, **values) -> Sheet:
    """A sheet of some blocks."""
    return Sheet(**{"title": said("T"), "source": (), "setting": SETTING, "is_solution": True, **values}, blocks=blocks)


def body(*blocks) -> str:
    """What is written for some blocks, on one line."""
    text = to_latex(sheet(*blocks)).split(r"T\par}" + "\n\\vspace{0.6\\baselineskip}\n")[1].split(r"\end{document}")[0]
    return " ".join(text.split())


# ── words ──

WRITTEN = [
    ("50% & more_#1", r"50\% \& more\_\#1"),
    (r"\input{x}", r"\textbackslash{}input\{x\}"),
    ("^^41 ~ $x$", r"\textasciicircum{}\textasciicircum{}41 \textasciitilde{} \$x\$"),
    ("a -- b --- ''c'' ,,d", "a -{}- b -{}-{}- '{}'c'{}' ,{},d"),
    ("é ł ß Å", r"\'{e} \l{} \ss{} \r{A}"),
    ("Ω ≤ β", r"\ensuremath{\Omega} \ensuremath{\le} \ensuremath{\beta}"),
    ("数 😀", r"\missing{6570} \missing{1F600}"),
    ("a\u202eb\u200bc\x00", r"abc\missing{0000}"),
    ("two\nlines\t here", "two lines here"),
    ("ﬁ ²", "fi 2"),
    ("https://example.org/a-path", r"https:\allowbreak{}/\allowbreak{}/\allowbreak{}example.\allowbreak{}org/\allowbreak{}a-\allowbreak{}path"),
]  # fmt: skip


@pytest.mark.parametrize("words, expected", WRITTEN)
def test_words_are_escaped(words, expected):
    assert to_tex(words) == expected


def test_whatever_the_words_only_ascii_and_known_commands_come_out():
    known = set(re.findall(r"\\[A-Za-z]+", " ".join([*SPECIAL.values(), *SIGNS.values(), *MATHEMATICS.values()])))
    known |= {r"\missing", r"\ensuremath", r"\allowbreak", r"\textcommabelow"} | {rf"\{mark}" for mark in "cvkrHudbij"}
    for attack in [*ATTACKS, "".join(map(chr, range(0x2500)))]:
        written = to_tex(attack)
        assert written.isascii()
        assert written.isprintable()
        assert set(re.findall(r"\\[A-Za-z]+", written)) <= known
        assert not re.search(r"(?<!\\)[$%#&_]", written)


def test_bookmarks_are_plain():
    assert to_plain("Café: 50% of $W_1$ \\input{x} – (part 2)") == "Cafe: 50 of W 1 input x (part 2)"


# ── displays ──


def test_a_chain_with_reasons_beside_its_members():
    assert body(WEIGHTS) == (
        r"\keep{10} \begin{result} \displaystart \begin{align*} \frac{\partial L}{\partial W_{2}} "
        r"&= A^{T} \frac{\partial L}{\partial S} && \why{20.58em}{the chain rule for $S = A W_{2}$ when the batch is summed} "
        r"\\ &= \frac{1}{N} A^{T} \left(P - Y\right) && \why{20.58em}{by (1)} \tag{2} \end{align*} \end{result}"
    ).replace("20.58", re.findall(r"\\why\{([\d.]+)em", body(WEIGHTS))[0])


def test_a_long_chain_is_broken_and_its_reasons_stand_below():
    layout = arranged(LONG, 36_000)
    assert layout.beside is None
    assert [len(row.lines) for row in layout.rows] == [1, 4, 1]
    assert body(LONG).count(r"&\quad {} ") == 3


MEASURES = range(9_000, 60_000, 3_000)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_line_fits_whatever_the_measure(measure):
    for chain in (SCORES, WEIGHTS, LONG):
        layout = arranged(chain, measure)
        scale = {"normal": 1.0, "small": 0.913, "footnotesize": 0.822, "scriptsize": 0.731}[layout.size]
        left = 0 if layout.lhs_alone else width(chain.lhs)
        for row in layout.rows:
            if row.squeezed is None:
                assert all((left + width(line)) * scale <= measure for line in row.lines)
            else:
                assert (left + row.squeezed) * scale <= measure
        assert "".join(layout.rows[-1].lines).replace(" ", "") == chain.members[-1].latex.replace(" ", "")


def test_a_formula_that_can_not_be_broken_is_squeezed():
    product = " ".join(["A B C D"] * 40)
    layout = arranged(Chain("L", (Member(product),)), 30_000)
    assert isinstance(layout, Layout)
    assert layout.rows[0].squeezed is not None
    assert r"\squeezed{" in body(Chain("L", (Member(product),)))


def test_formulas_are_broken_before_signs_outside_brackets_alone():
    assert broken(r"a + (b + c) - \frac{d + e}{f} - g", 4_000, 9_000) == ["a", r"+ (b + c) - \frac{d + e}{f}", "- g"]
    assert broken(r"\sum_i - a + -b", 1_000, 1_000) == [r"\sum_i - a", "+ -b"]


def test_plain_equations_that_follow_one_another_are_one_display():
    first, second = Chain("Z", (Member("X W_1"),)), Chain("A", (Member(r"\max(0, Z)"),))
    assert list(in_groups([first, second, SCORES, first])) == [(first, second), SCORES, first]
    assert body(first, second) == r"\displaystart \begin{align*} Z &= X W_{1} \\ A &= \max (0, Z) \end{align*}"


def test_a_display_of_the_author_keeps_its_name_and_its_lines():
    assert body(Display("a = b", "eq_1")) == r"\displaystart \[ a = b \tag{eq\_1} \]"
    assert body(Display("a = b" + " + c" * 60)).count(r"&\quad {} + c") >= 2


def test_a_formula_that_is_not_known_is_code():
    assert (
        body(Paragraph(prose_text(r"a $\input{x}$ b")))
        == r"a \texttt{\textbackslash{}\allowbreak{}input\{\allowbreak{}x\}} b"
    )


def test_a_table_whose_columns_are_too_wide_shares_the_space():
    wide = "a long sentence of many words " * 4
    table = Table((said("a"), said("b")), ((said(wide), said(wide)),), (False, False))
    assert (
        r"\begin{tabularx}{\linewidth}{@{}>{\raggedright\arraybackslash}X>{\raggedright\arraybackslash}X@{}}"
        in body(table)
    )
    narrow = Table((said("a"), said("b")), ((said("c"), said("d")),), (False, False))
    assert r"\begin{tabular}{@{}ll@{}}" in body(narrow)


# ── the template ──


def test_another_template_takes_the_place_of_ours():
    template = (
        r"\VAR{head}\BLOCK{for line in headings}[\VAR{line}]\BLOCK{endfor}\VAR{title}\COMMENT{nothing}\VAR{body(20)}"
    )
    text = to_latex(sheet(Paragraph(said("Words."))), headings=("R&D",), template=("mine.tex", template))
    assert text.startswith("% ---\n% title: Two-layer ReLU network\n")
    assert text.endswith("% ---\n[R\\&D]T\nWords.\n")


FAULTY = [
    (r"\VAR{nobody}", "mine.tex: the template can not be filled in: 'nobody' is undefined"),
    ("\n\\BLOCK{for x}", "mine.tex: line 2 of the template: expected token 'in', got 'end of statement block'"),
    (r"\VAR{body('x')}", "mine.tex: the template can not be filled in: could not convert string to float: 'x'"),
    (r"\VAR{title.__class__.__mro__}", "mine.tex: the template can not be filled in: access to attribute '__class__' of 'str' object is unsafe."),
]  # fmt: skip


@pytest.mark.parametrize("template, message", FAULTY)
def test_what_is_wrong_with_a_template_is_one_line(template, message):
    with pytest.raises(DocumentError) as caught:
        to_latex(SOLUTION, template=("mine.tex", template))
    assert str(caught.value) == message


# ── the file is a document again ──


def steps(path: Path) -> Sequence[tuple[str | None, str, str]]:
    """The steps of a document: the name of each equation, what stands right, the verdict."""
    result = check_document(read_document(path))
    return [
        (step.tag, re.sub(r"[\s{}]|\\quad", "", step.rhs).replace(r"\gt", ">"), step.verdict) for step in result.steps
    ]


def test_both_forms_are_read_again_as_the_same_steps(tmp_path):
    tex, markdown = tmp_path / "sheet.tex", tmp_path / "sheet.md"
    tex.write_text(to_latex(SOLUTION), encoding="utf-8")
    markdown.write_text(to_markdown(SOLUTION).text, encoding="utf-8")
    found = steps(tex)
    assert [tag for tag, _, _ in found] == ["1", "2", "2", None, None, "a.3", "a.3", "a.3"]
    assert {verdict for _, _, verdict in found} == {"proved"}
    assert [(tag, rhs) for tag, rhs, _ in steps(markdown)] == [(tag, rhs) for tag, rhs, _ in found]


def test_a_question_sheet_claims_nothing(tmp_path):
    for name, text in (("q.tex", to_latex(QUESTIONS)), ("q.md", to_markdown(QUESTIONS).text)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert steps(tmp_path / name) == []


# ── what LaTeX makes of it ──

FAULTS = re.compile(
    r"^!.*|Overfull \\[hv]box \((?:[1-9]\d*\.)\d+pt.*|Missing character.*|.*undefined.*|.*Warning.*", re.MULTILINE
)


def set_by(engine: str, text: str, folder: Path) -> str:
    """The log of an engine, of pdflatex that of its second run; the test is skipped where it is not installed."""
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    (folder / "s.tex").write_text(text, encoding="utf-8")
    command = [engine, "-no-shell-escape", "-interaction=nonstopmode", "s.tex"]
    for _ in range(2 if engine == "pdflatex" else 1):
        subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=200, check=False)
    return (folder / "s.log").read_text(encoding="utf-8", errors="replace")


def every_sign() -> Sheet:
    signs = " ".join([*SPECIAL, *SIGNS, *MATHEMATICS, *sorted(ACCENTED)])
    return sheet(*SOLUTION.blocks, *QUESTIONS.blocks, *hostile(prose_text).blocks, Paragraph((Words(signs),)))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_sets_everything_without_a_fault(engine, tmp_path):
    log = set_by(engine, to_latex(every_sign(), headings=ATTACKS), tmp_path)
    unsettled = "LastPage|references|[Rr]erun|Label" if engine != "pdflatex" else "$."
    assert [fault for fault in FAULTS.findall(log) if not re.search(unsettled, fault)] == []
    assert "Output written on s.pdf" in log
    assert not {path.name for path in tmp_path.iterdir()} - {
        f"s.{suffix}" for suffix in ("tex", "log", "aux", "out", "pdf")
    }
