"""LaTeX documents: which mathematics is found, where, the setting at the head, and what is wrong with a file."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from remembering import check_document

from derive import cli
from derive.documents import read_document
from derive.documents.document import Passage
from derive.documents.latex import read_latex
from derive.errors import DocumentError
from derive.source import Place, Source
from derive.writing.lines import to_text

DOCUMENTS = Path(__file__).parent / "documents"


def passages_of(text: str) -> tuple[Passage, ...]:
    return read_latex(Source("notes.tex", text)).passages


def found(text: str) -> list[str]:
    """Displays as they stand, inline formulas between dollars."""
    return [f"${p.text.value}$" if p.kind == "inline" else p.text.value for p in passages_of(text)]


FOUND = {
    "displays": ("$$a$$ \\[b\\]\n\\[\nc\n\\]", ["a", "b", "c"]),
    "inline": ("$a$, \\(b\\), $a$$b$ \\begin{math}c\\end{math}",)
    + (["$a$", "$b$", "$a$", "$b$", "$\\begin{math}c\\end{math}$"],),
    "environments": ("\\begin{align*} a &= b \\end{align*}", ["\\begin{align*} a &= b \\end{align*}"]),
    "every environment": ("".join(f"\\begin{{{e}}}a\\end{{{e}}}" for e in (
        "equation", "align", "gather", "multline", "split", "eqnarray", "flalign", "displaymath", "aligned")),
        [f"\\begin{{{e}}}a\\end{{{e}}}" for e in (
        "equation", "align", "gather", "multline", "split", "eqnarray", "flalign", "displaymath", "aligned")]),
    "alignat": ("\\begin{alignat}{2}a\\end{alignat}", ["\\begin{alignat}{2}a\\end{alignat}"]),
    "breqn": ("\\begin{dmath*}[l]a\\end{dmath*}", ["\\begin{equation}a\\end{equation}"]),
    "empheq": ("\\begin{empheq}[left=\\empheqlbrace]{align} a \\end{empheq}", ["\\begin{align} a \\end{align}"]),
    "nested": ("\\begin{equation}\\begin{split}a\\end{split}\\end{equation}",)
    + (["\\begin{equation}\\begin{split}a\\end{split}\\end{equation}"],),
    "in brackets": ("\\[\\begin{align} a \\end{align}\\]", ["\\begin{align} a \\end{align}"]),
    "subequations": ("\\begin{subequations}\\label{x}\\begin{align}a\\end{align}\\end{subequations}",)
    + (["\\begin{align}a\\end{align}"],),
    "in a theorem": ("\\begin{proof}[of $x$] $$a$$ \\end{proof}", ["$x$", "a"]),
    "no display": ("\\begin{tabular}{c} $a$ \\end{tabular}", ["$a$"]),
    "row spacing": ("text \\\\[2pt] $a$ \\[b \\\\[2pt] c\\]", ["$a$", "b \\\\[2pt] c"]),
    "dollars in text": ("\\[a \\text{ if $x$}\\] $b \\text{ if $x$}$", ["a \\text{ if $x$}", "$b \\text{ if $x$}$"]),
    "money": ("\\$5 and \\$6, $x$", ["$x$"]),
    "a blank line in an environment": ("\\begin{align}a\n\nb\\end{align}", ["\\begin{align}a\n\nb\\end{align}"]),
    # what is no mathematics
    "comments": ("% $a$\n$b$ 5\\% $c$ %%$d$\n", ["$b$", "$c$"]),
    "a comment in a display": ("\\[ a % + b \\] $\n = c \\]", ["a = c"]),
    "verbatim": ("\\begin{verbatim}$a$\\end{verbatim}\\begin{lstlisting}$b$\\end{lstlisting} $c$", ["$c$"]),
    "minted": ("\\begin{minted}{python}\n$a$\n\\end{minted} \\mintinline{py}{$b$} $c$", ["$c$"]),
    "verb": ("\\verb|$a$| \\verb*+$b$+ \\lstinline{$c$} \\url{a%b} $d$", ["$d$"]),
    "comment environment": ("\\begin{comment} \\[a\\] \\end{comment} $b$", ["$b$"]),
    "pictures": ("\\begin{tikzpicture}\\node{$a$};\\end{tikzpicture}$b$", ["$b$"]),
    "iffalse": ("\\iffalse $a$ \\ifx b\\fi \\else $c$ \\fi $d$", ["$c$", "$d$"]),
    "switches": ("\\newif\\ifs \\ifs$a$\\else$b$\\fi \\strue\\ifs$c$\\else$d$\\fi", ["$b$", "$c$"]),
    "other conditions": ("\\ifx a b $a$ \\else $b$ \\fi", ["$a$", "$b$"]),
    "preamble": ("\\title{$a$}\n\\begin{document}\n$b$\n\\end{document}\n$c$", ["$b$"]),
}  # fmt: skip


@pytest.mark.parametrize("text, expected", FOUND.values(), ids=FOUND)
def test_what_is_mathematics(text, expected):
    assert found(text) == expected


UNCLOSED = {
    "dollars": ("$$ a = b\n\n$c$", "the display that $$ opens here is not closed before the blank line; expected $$"),
    "bracket": ("\\[ a = b \\section{x} $c$", "the display that \\[ opens here is never closed; expected \\]"),
    "environment": (
        "\\begin{align} a = b\n\n some text $c$",
        "the display that \\begin{align} opens here is never closed; expected \\end{align}",
    ),
    "another": (
        "\\begin{align*} a = b \\end{align} $c$",
        "the display that \\begin{align*} opens here is never closed; expected \\end{align*}",
    ),
    "at the end of its surroundings": (
        "\\begin{proof}\\[ a = b \\end{proof} $c$",
        "the display that \\[ opens here is never closed; expected \\]",
    ),
}


@pytest.mark.parametrize("text, problem", UNCLOSED.values(), ids=UNCLOSED)
def test_a_display_that_is_never_closed_ends_where_text_begins(text, problem):
    display, inline = passages_of(text)
    assert (display.problem, inline.text.value) == (problem, "c")
    assert display.text.value.endswith("a = b")


def test_inline_mathematics_that_is_never_closed_is_text():
    assert found("$a\n\nb \\(c\n\n$d$") == ["$d$"]
    assert found("$\\frac{a$ and $b$\n\n$c$") == ["$\\frac{a$", "$b$", "$c$"]


# --- The setting ---------------------------------------------------------------------------------

HEAD = "% ---\n% title: t\n% symbols:\n%   a: scalar\n% ---\n"


def write(folder: Path, text: str, name: str = "notes.tex") -> Path:
    (folder / name).write_bytes(text.encode("utf-8"))
    return folder / name


@pytest.mark.parametrize("before", ["", "\n", "%!TEX root = main.tex\n% -*- mode: latex -*-\n\n"])
def test_the_setting_stands_behind_percent_signs(tmp_path, before):
    document = read_document(write(tmp_path, before + HEAD + "$a$"))
    ((name, value),) = document.setting.symbols
    assert (document.setting.title, name.value, value.value) == ("t", "a", "scalar")
    assert (name.place(), value.place()) == (Place(before.count("\n") + 4, 5), Place(before.count("\n") + 4, 8))
    assert [passage.text.value for passage in document.passages] == ["a"]


def test_without_a_space_behind_the_percent_sign(tmp_path):
    document = read_document(write(tmp_path, "%---\n%symbols: {a: scalar}\n%\n%---\n"))
    assert [name.place() for name, _ in document.setting.symbols] == [Place(2, 12)]


@pytest.mark.parametrize("head", ["% ----\n% My homework\n", "% ---\n% My homework\n% ---\n", "% a\n" + HEAD, "$x$"])
def test_other_comments_are_no_setting(tmp_path, head):
    assert read_document(write(tmp_path, head)).setting.title is None


BAD_HEADS = {
    "unknown key": ("% ---\n% dims: {n: 2}\n% los: L\n% ---\n", "3:3: unknown key 'los'; did you mean 'loss'?"),
    "unclosed": ("% ---\n% title: t\nText\n",)
    + ("1:1: the front matter that begins here is never closed; expected a line % ---",),
    "YAML": ("% ---\n% dims: {n: 2\n% ---\n",)
    + ("3:1: invalid YAML: a {...} that is not closed or misses a comma; if it is LaTeX, put the value in single quotes",),
    "a macro": ("% ---\n% loss: \\x\n% ---\n\\edef\\x{1}",)
    + ("2:9: \\x is not followed: \\edef defines it; define it with \\newcommand",),
}  # fmt: skip


@pytest.mark.parametrize("text, line", BAD_HEADS.values(), ids=BAD_HEADS)
def test_what_is_wrong_with_a_setting_is_one_line(tmp_path, text, line):
    path = write(tmp_path, text)
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    assert str(caught.value) == f"{path}:{line}"


def test_a_setting_speaks_in_the_macros_of_the_preamble(tmp_path):
    text = (
        "% ---\n% symbols:\n%   \\W: 2 x 2\n% model:\n%   L: \\sq{\\W}\n% ---\n"
        "\\def\\W{\\mathbf{W}}\\newcommand{\\sq}[1]{\\lVert #1\\rVert^2}\\begin{document} $x$ \\def\\W{y} $\\W$"
    )
    document = read_document(write(tmp_path, text))
    ((name, _),) = document.setting.symbols
    ((_, value),) = document.setting.model
    assert (name.value, value.value) == ("\\mathbf{W}", "\\lVert \\mathbf{W}\\rVert^2")
    assert value.place(value.value.index("W")) == Place(5, 12)


# --- Verdicts ------------------------------------------------------------------------------------


def report(capsys, path: Path) -> tuple[int, dict, str]:
    status = cli.main(["check", "--json", str(path)])
    captured = capsys.readouterr()
    return status, json.loads(captured.out) if captured.out else {}, captured.err


def test_a_macro_that_is_not_followed_makes_its_step_unreadable(capsys, tmp_path):
    path = write(tmp_path, HEAD + "\\def\\vec#1,{#1}\n\\begin{align} a &= \\vec a, \\\\ a &= a \\end{align}")
    status, found, _ = report(capsys, path)
    first, second = found["steps"]
    assert (status, first["verdict"], second["verdict"]) == (2, "unreadable", "proved")
    assert (first["line"], first["column"]) == (7, 20)
    assert first["message"] == (
        "\\vec is not followed: its arguments are delimited by text; define it with \\newcommand."
    )


def test_a_name_that_another_file_may_define_says_so(tmp_path):
    text = HEAD + "\\input{macros}\n\\begin{document}\\input intro\n\\[ a = \\foo{a} \\]\n\\[ a = a \\]\\end{document}"
    result = check_document(read_document(write(tmp_path, text)))
    assert result.left_out == (("\\input{macros}", 6), ("\\input intro", 7))
    assert [step.verdict for step in result.steps] == ["unreadable", "proved"]
    assert result.steps[0].message == (
        "The command \\foo is not known. It may be defined in another file: \\input{macros} in line 6 "
        "and commands like it are not read. Put its definition into this one."
    )
    assert "not read: \\input{macros} in line 6\nnot read: \\input intro in line 7\n" in to_text(result, 200, "utf-8")


def test_an_excerpt_shows_what_stands_in_the_file_and_what_it_is(tmp_path):
    text = HEAD + "\\newcommand{\\sm}[1]{\\operatorname{softmx}(#1)}\\[ a = \\sm{a} \\]"
    (step,) = check_document(read_document(write(tmp_path, text))).steps
    assert (step.verdict, step.where) == ("unreadable", "6:54")
    assert step.excerpt == "\\sm{a}, which is \\operatorname{softmx}"


WHOLE = [
    ("latin.tex", b"Stra\xdfe $a$", "latin.tex:1:5: the byte 0xDF is not UTF-8; save the text as UTF-8"),
    ("brace.tex", b"a\n\\newcommand{\\x}{a", "brace.tex:2:1: the definition that \\newcommand begins here is never closed;")
    + (" expected }",),
    ("binary.tex", b"a\0", "binary.tex: a binary file (byte 2 is zero), not a text"),
]  # fmt: skip


@pytest.mark.parametrize("given_", WHOLE, ids=[row[0] for row in WHOLE])
def test_a_file_that_can_not_be_used_is_one_line(capsys, tmp_path, monkeypatch, given_):
    monkeypatch.chdir(tmp_path)
    Path(given_[0]).write_bytes(given_[1])
    assert report(capsys, Path(given_[0])) == (2, {}, "".join(given_[2:]) + "\n")


def test_marks_and_line_ends_move_nothing(tmp_path):
    (tmp_path / "a.tex").write_bytes(
        b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode() + b"\r\n\\[ 1 % b\r\n = a \\]"
    )
    (step,) = check_document(read_document(tmp_path / "a.tex")).steps
    assert (step.verdict, step.where) == ("refuted", "8:2")


def test_unbalanced_braces_are_one_unreadable_step(capsys, tmp_path):
    _, found, _ = report(capsys, write(tmp_path, HEAD + "\\[ \\frac{a = a \\]\n\\[ a = a \\]"))
    assert [(step["verdict"], step["message"]) for step in found["steps"]] == [
        ("unreadable", "{ is never closed."),
        ("proved", "Both sides are equal for every value of the symbols."),
    ]


# --- A whole document ----------------------------------------------------------------------------

HOMEWORK = [
    ("eq:loss", 59, 9, "proved"),
    ("eq:S", 64, 16, "proved"),
    ("eq:W2", 65, 16, "proved"),
    ("eq:W2", 66, 16, "proved"),
    ("eq:A", 67, 16, "proved"),
    ("eq:Z", 69, 16, "proved"),
    ("W1", 74, 15, "proved"),
    ("eq:slip", 80, 15, "refuted"),
]


def test_a_homework_of_a_student():
    result = check_document(read_document(DOCUMENTS / "overleaf-homework.tex"))
    assert [(step.tag, step.line, step.column, step.verdict) for step in result.steps] == HOMEWORK
    lines = (DOCUMENTS / "overleaf-homework.tex").read_text(encoding="utf-8").splitlines()
    assert all(lines[step.line - 1][step.column - 1] == "=" for step in result.steps)
    slip = result.steps[-1]
    assert slip.lhs == "\\frac{\\partial \\mathcal{L}}{\\partial \\mathbf{W}_1}"
    assert (
        slip.rhs == "\\mathbf{X}^{\\top} \\frac{\\partial \\mathcal{L}}{\\partial \\mathbf{Z}} + \\lambda \\mathbf{W}_1"
    )


@pytest.mark.parametrize("name", ["least-squares", "logistic-regression", "softplus-network"])
def test_a_markdown_document_in_latex_has_the_same_verdicts(tmp_path, name):
    text = (DOCUMENTS / f"{name}.md").read_text(encoding="utf-8")
    _, setting, body = text.split("---\n", 2)
    head = "".join(f"% {line}\n" for line in ["---", *setting.splitlines(), "---"])
    preamble = "\\documentclass{article}\n\\def\\F{\\frac}\\begin{document}\n"
    latex = head + preamble + body.replace("\\frac", "\\F").replace("%", "\\%") + "\\end{document}\n"
    before = check_document(read_document(DOCUMENTS / f"{name}.md"))
    after = check_document(read_document(write(tmp_path, latex)))
    assert len(before.steps) > 5
    assert [step.verdict for step in after.steps] == [step.verdict for step in before.steps]
    assert [step.line for step in after.steps] == [step.line + 2 for step in before.steps]


# --- Any text ------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "$",
        "$$",
        "\\[",
        "\\]",
        "\\(",
        "\\)",
        "\\begin{align}",
        "\\end{align}",
        "\\begin{x}",
        "\\end{x}",
        "{",
        "}",
        "%",
        "\n",
    ]
    + [
        "\n\n",
        "a",
        " ",
        "= b",
        "\\",
        "\\\\",
        "&",
        "\\def\\a{b}",
        "\\newcommand{\\a}[1]{#1}",
        "\\a",
        "\\be",
        "\\verb",
        "|",
        "#",
    ]
    + [
        "\\def\\be{\\[}",
        "\\iffalse",
        "\\fi",
        "\\else",
        "\\begin{document}",
        "\\end{document}",
        "\\begin{verbatim}",
        "\\frac",
    ]
    + [
        "\\pdv",
        "[",
        "]",
        "*",
        "\\text",
        "\\begin",
        "\\end",
        "\\input{x}",
        "\\qty(",
        ")",
        "é",
        "\\let",
        "\\sqrt",
        "_",
        "^",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_passage_knows_where_it_stands(text):
    try:
        passages = passages_of(text)
    except DocumentError as error:
        assert str(error).startswith("notes.tex:")
        return
    for passage in passages:
        value = passage.text.value
        assert value == value.strip() or passage.problem
        for at, character in enumerate(value):
            offset = passage.text.offset(at)
            assert 0 <= offset < len(text)
            assert passage.text.runs or text[offset] == character
            assert passage.text.written(at, at + 1) in text


UNITS = [
    "$",
    "$$ a\n\n",
    "\\(",
    "\\[",
    "\\begin{align}",
    "\\begin{split}\n\n",
    "\\begin{x}",
    "{",
    "\\iffalse ",
    "\\verb|",
]
UNITS += ["$\\frac{a$ ", "\\newcommand{", "\\def\\a#1{", "\\input ", "$\\text{$x$ ", "\\begin", "\\def\\be{\\[}\\be "]


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_repetition_takes_linear_time(unit):
    started = time.perf_counter()
    try:
        passages_of(unit * (10_000 // len(unit)))
    except DocumentError as error:
        assert "never closed" in str(error)
    assert time.perf_counter() - started < 5
