"""Markdown documents: which mathematics is found, where, and what is wrong with a file."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.documents import read_document
from derive.documents.document import Passage
from derive.documents.markdown import read_markdown
from derive.documents.reading import LARGEST_FILE
from derive.errors import DocumentError
from derive.source import Place, Source


def passages_of(text: str) -> tuple[Passage, ...]:
    return read_markdown(Source("notes.md", text)).passages


def found(text: str) -> list[str]:
    """Displays as they stand, inline formulas between dollars."""
    return [f"${p.text.value}$" if p.kind == "inline" else p.text.value for p in passages_of(text)]


FOUND = {
    # displays
    "dollars": ("$$a = b$$", ["a = b"]),
    "dollars over lines": ("$$\na\n= b\n$$", ["a\n= b"]),
    "dollars in a sentence": ("so $$a = b$$ and $$c$$.", ["a = b", "c"]),
    "side by side": ("$$a$$$$b$$", ["a", "b"]),
    "brackets": ("\\[a\\]\n\\[\nb\n\\]", ["a", "b"]),
    "row spacing is no bracket": ("$$a \\\\[4pt] b$$", ["a \\\\[4pt] b"]),
    "row spacing in brackets": ("\\[a \\\\[4pt] b\\]", ["a \\\\[4pt] b"]),
    "escaped dollar in a display": ("$$a \\$ b$$", ["a \\$ b"]),
    "a row end before the closer": ("$$a \\\\$$", ["a \\\\"]),
    "dollars in text in a display": ("$$a \\text{ if $x$}$$", ["a \\text{ if $x$}"]),
    "environment": ("\\begin{align*} a &= b \\end{align*}", ["\\begin{align*} a &= b \\end{align*}"]),
    "nested": ("\\begin{align}\\begin{split}a\\end{split}\\end{align}",)
    + (["\\begin{align}\\begin{split}a\\end{split}\\end{align}"],),
    "nested in itself": ("\\begin{split}\\begin{split}a\\end{split}\\end{split}",)
    + (["\\begin{split}\\begin{split}a\\end{split}\\end{split}"],),
    "one passage": ("$$\\begin{aligned} a &= b \\end{aligned}$$", ["\\begin{aligned} a &= b \\end{aligned}"]),
    "align in brackets": ("\\[\\begin{align} a \\end{align}\\]", ["\\begin{align} a \\end{align}"]),
    "not at top level": ("\\begin{bmatrix} a \\end{bmatrix}", []),
    "math fence": ("```math\na = b\n```", ["a = b"]),
    "tilde fence": ("~~~ math\na\n~~~", ["a"]),
    "MyST fence": ("```{math}\na\n```", ["a"]),
    "MyST colons": ("text\n:::{math}\na\n:::\n$b$", ["a", "$b$"]),
    "empty displays": ("$$$$ $$ $$ \\[\\] ```math\n```", []),
    # what a display may hold
    "rows that look like Markdown": (
        "$$\na\n= b\n- c\n+ d\n# e\n> f\n    g\n1. h\n$$\n$i$",
        ["a\n= b\n- c\n+ d\n# e\n> f\n    g\n1. h", "$i$"],
    ),
    "a setext line": ("$$\na\n===\nb\n---\nc\n$$", ["a\n===\nb\n---\nc"]),
    "a blank line": ("$$\na\n\n= b\n$$\nt", ["a\n\n= b"]),
    "blank line and four spaces": ("$$\na\n\n    b\n$$\n\n$c$", ["a\n\n    b", "$c$"]),
    "backticks": ("$$\na ` b\n$$ and `$c$`", ["a ` b"]),
    "a fence": ("$$\na\n~~~\nb\n$$\n\n$c$", ["a\n~~~\nb", "$c$"]),
    "HTML": ("$$\na\n<div>\n\n  b\n$$\n$c$", ["a\n<div>\n\n  b", "$c$"]),
    # in blocks
    "list": ("- a\n\n  $$\n  b\n  = c\n  $$\n- $d$", ["b\n  = c", "$d$"]),
    "list marker": ("1. $$\n   a\n   $$", ["a"]),
    "fence in a list": ("- ```math\n  a\n  ```", ["a"]),
    "heading": ("# On $x$\n", ["$x$"]),
    "table": ("| a | b |\n|---|---|\n| $x$ | $$y$$ |", ["$x$", "y"]),
    "details": ("<details>\n<summary>Proof</summary>\n\n$$a$$\n\n</details>\n<div>$$b$$</div>", ["a", "b"]),
    # inline
    "inline": ("$x$, \\(y\\), $`z`$", ["$x$", "$y$", "$z$"]),
    "inline over lines": ("$x\n= y$", ["$x\n= y$"]),
    "not over paragraphs": ("$x\n\ny$ \\(a\n\nb\\)", []),
    "not over items": ("- costs $5\n- costs 6$", []),
    "not into a heading": ("a $b\n# c$ d", []),
    "escaped dollar inside": ("$a \\$ b$", ["$a \\$ b$"]),
    # money
    "prices": ("$5 and $10; $20,000 and $30,000", []),
    "range": ("$5-$10", []),
    "price and formula": ("it costs $5, and $x$ too", ["$x$"]),
    "escaped prices": ("\\$5 and \\$6 and $x$", ["$x$"]),
    "closer before digit": ("$a$1", []),
    "space inside": ("$ a$ $a $", []),
    # code and comments
    "code span": ("`$a$` ``$b` $c$`` $d$", ["$d$"]),
    "unclosed code span": ("` $a$", ["$a$"]),
    "code span ends with its paragraph": ("a ` b\n\n$x$ ` c", ["$x$"]),
    "dollar before code": ("$1 `$a$`", []),
    "fenced": ("```\n$$a$$\n```\n~~~python\n$b$\n~~~\n````\n```math\nc\n```\n````", []),
    "indented": ("text\n\n    $$a$$\n\n\t$b$\n", []),
    "indented in a list": ("- a\n\n      $$b$$\n\n  $$c$$", ["c"]),
    "unclosed fence": ("```\n$$a$$", []),
    "comment": ("<!-- $$a$$\n\n$b$ --> $c$ a <!-- $d$ --> $e$", ["$c$", "$e$"]),
    "unclosed comment hides nothing": ("<!-- $a$", ["$a$"]),
    "raw HTML": ("<pre>$a$\n\n$b$</pre> <code>$c$</code> <SCRIPT>$d$</script> $e$", ["$e$"]),
    "front matter": ("---\ntitle: $a$\n---\n$b$", ["$b$"]),
    "front matter with dots": ("---\ntitle: a\n...\n$b$", ["$b$"]),
    "a rule is no front matter": ("---\n\n$a$\n\n---\n", ["$a$"]),
    "nothing": ("", []),
}


@pytest.mark.parametrize("case", FOUND)
def test_mathematics_is_found(case):
    text, expected = FOUND[case]
    assert found(text) == expected
    assert all(passage.problem is None for passage in passages_of(text))


@pytest.mark.parametrize(
    "name", ["equation", "align", "alignat", "aligned", "gather", "multline", "split", "eqnarray", "flalign"]
)
def test_every_environment_of_displays_is_found(name):
    for environment in (name, name + "*"):
        text = f"\\begin{{{environment}}}a\n\n\\end{{{environment}}}"
        assert found(f"so {text} $b$") == [text, "$b$"]


UNCLOSED = {
    "dollars to the end": ("$$ a = b", ["a = b"], "$$"),
    "dollars to the blank line": ("$$ a = b\n\nHere $x$ is new.\n", ["a = b", "$x$"], "$$"),
    "dollars to prose": ("$$ a\n\nThis is prose\n\n$$ c = d $$", ["a", "c = d"], "$$"),
    "dollars to a heading": ("$$ a\n\n# More\n\n$$ c $$", ["a", "c"], "$$"),
    "dollars to a display": ("$$ a\n$$ c $$", ["a", "c"], "$$"),
    "dollars to brackets": ("$$ a \\[ b \\]", ["a", "b"], "$$"),
    "brackets": ("\\[ a\n\n\\[ b \\]", ["a", "b"], "\\["),
    "brackets to the end": ("\\[ a\n\nb", ["a"], "\\["),
    "brackets to dollars": ("\\[ a\n$$b$$", ["a", "b"], "\\["),
    "environment": ("\\begin{align} a\n\nb $c$", ["\\begin{align} a", "$c$"], "\\begin{align}"),
    "wrong end": ("\\begin{align} a \\end{align*}", ["\\begin{align} a \\end{align*}"], "\\begin{align}"),
    "nothing inside": ("$$", [""], "$$"),
}


@pytest.mark.parametrize("case", UNCLOSED)
def test_an_unclosed_display_is_kept_with_its_problem(case):
    text, expected, opener = UNCLOSED[case]
    assert found(text) == expected
    closer = {"$$": "$$", "\\[": "\\]", "\\begin{align}": "\\end{align}"}[opener]
    problem = f"the display that {opener} opens here is never closed; expected {closer}"
    assert [passage.problem for passage in passages_of(text)] == [problem] + [None] * (len(expected) - 1)


def test_unclosed_fences_and_directives_are_kept_with_their_problem():
    (fence,) = passages_of("```math\na\n")
    assert (fence.text.value, fence.problem) == (
        "a",
        "the fence that ```math opens here is never closed; expected ```",
    )
    directive, inline = passages_of(":::{math}\na\n\n$b$\n")
    assert (directive.text.value, inline.text.value) == ("a", "b")
    assert directive.problem == "the directive :::{math} that opens here is never closed; expected :::"


@pytest.mark.parametrize(
    "text, label",
    [
        ("$$a$$ {#eq-first}", "eq-first"),
        ("$$\na\n$$ {#eq-a.b:c .class}\nmore", "eq-a.b:c"),
        ("$$a$$ (first)", "first"),
        ("\\[a\\] {#eq-x}", "eq-x"),
        ("$$a$$ (see above)", None),
        ("$$a$$ (first) and more", None),
        ("$$a$$ text", None),
        ("```{math}\n:label: first\n:nowrap:\n\na\n```", "first"),
        (":::{math}\n:label: first\na\n:::", "first"),
    ],
)
def test_labels_outside_the_mathematics(text, label):
    (passage,) = passages_of(text)
    assert (passage.text.value, passage.label) == ("a", label)


def test_quote_marks_are_blanked_and_relations_are_not():
    assert found("> $$\n> a\n> > b\n> $$") == ["a\n  > b"]
    assert found("> > $$\n> > a\n> > = b\n> > $$") == ["a\n    = b"]
    assert found("$$\na\n> b\n$$") == ["a\n> b"]
    assert found("so $$a\n> b$$") == ["a\n> b"]
    assert found("> ```math\n> a\n> ```\n\n> $x\n> = y$") == ["a", "$x\n  = y$"]


def test_places_are_those_of_the_file():
    (passage,) = passages_of("---\ntitle: x\n---\n\n- list\n\n  $$ a\n  = b $$\n")
    assert passage.text.place() == Place(7, 6)
    assert passage.text.place(passage.text.value.index("=")) == Place(8, 3)


# --- Any text ------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "$",
        "$$",
        "\\[",
        "\\]",
        "\\(",
        "\\)",
        "\\",
        "`",
        "```",
        "```math\n",
        "~~~\n",
        "\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        ">",
        "> ",
    ]
    + [
        "- ",
        "1. ",
        "a",
        "x = y",
        "=",
        "# ",
        "\\begin{align}",
        "\\end{align}",
        "\\begin{split}",
        "\\end{split}",
        "{",
        "}",
    ]
    + [
        "<!--",
        "-->",
        "<pre>",
        "</pre>",
        ":::{math}\n",
        ":::\n",
        ":label: q\n",
        "{#eq-a}",
        "(b)",
        "---\n",
        "5",
        "é",
        "𝟙",
        "\x00",
    ]
    + ["some words of prose", "\\\\", "|", "[a]: b", "***", "<div>"]
)
DOCUMENTS = st.lists(PIECES, max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_every_passage_stands_at_its_offset(text):
    try:
        passages = passages_of(text)
    except DocumentError:
        return
    behind = 0
    for passage in passages:
        value, start = passage.text.value, passage.text.start
        there = text[start : start + len(value)]
        assert start >= behind
        assert len(there) == len(value)
        assert all(a == b or (a == ">" and b == " ") for a, b in zip(there, value, strict=True))
        assert there == value or ">" in text
        assert value == value.strip()
        behind = start + len(value)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, st.sampled_from(["a = b", "a\n= b", "\\frac{a}{b} \\\\ - c"]))
def test_a_display_in_a_paragraph_of_its_own_is_found_after_closed_text(before, formula):
    text = (
        before.replace("$", "").replace("\\", "").replace("`", "").replace("~", "").replace("<", "").replace(":::", "")
    )
    text = "x\n" + text.replace("    ", "").replace("\t", "")
    assert found(f"{text}\n\nx\n\n$$\n{formula}\n$$\n")[-1:] == [formula]


UNITS = [
    "$",
    "\\[",
    "\\(",
    "$$ ",
    "$a ",
    "`",
    "` ",
    "<!--",
    "$$ a\n\n",
    "\\[\n\n",
    "\\begin{align}",
    "\\begin{align}\n\n",
]
UNITS += [":::{math}\n", "```math\n", "> ", "- ", "$`", "<pre>", "$$ a\n$$ a $$\n\n", "\\a", "    a\n\n", "{", "\\"]
UNITS += ["$$\n\nhello there big\n", "<div>$a ", "[a]: b\n", "*", "\n", " ", "\t", "$$a\n\n\n", "---\n", "--- \n"]


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_repetition_takes_linear_time(unit):
    text = unit * (60_000 // len(unit))
    started = time.process_time()
    try:
        passages_of(text)
    except DocumentError as error:
        assert str(error).endswith("formulas in one document")
    assert time.process_time() - started < 3


@pytest.mark.parametrize("unit", ["$", "\\["])
def test_four_megabytes_of_openers_do_not_hang(unit):
    started = time.process_time()
    try:
        passages_of(unit * (4_000_000 // len(unit)))
    except DocumentError as error:
        assert str(error).endswith("more than 100,000 formulas in one document")
    assert time.process_time() - started < 10


# --- Files ---------------------------------------------------------------------------------------


def problem_of(path: Path | str) -> str:
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    return str(caught.value)


BAD_FILES = {
    "binary.md": (b"PNG\0\1", "a binary file (byte 4 is zero), not a text"),
    "latin.md": (b"a\r\nb\xc3\xa9 \xe9\n", ":2:4: the byte 0xE9 is not UTF-8; save the text as UTF-8"),
    "cut.md": (b"\xef\xbb\xbfab\xc3", ":1:3: the byte 0xC3 is not UTF-8; save the text as UTF-8"),
    "wide.md": ("$$a$$".encode("utf-16"), "the text is in UTF-16; save it as UTF-8"),
    "large.md": (b"x" * (LARGEST_FILE + 1), "the file has 5,000,001 bytes; at most 5,000,000 are read"),
    "long.md": (b"\n" * 100_001, "the file has 100,001 lines; at most 100,000 are read"),
    "notes.txt": (b"$$a$$", "a document's name ends in one of .md, .markdown, .tex, .ipynb; this one does not"),
    "notes": (b"$$a$$", "a document's name ends in one of .md, .markdown, .tex, .ipynb; this one does not"),
    "open.md": (
        b"---\n# c\ntitle: x\n\n$$a$$",
        ":1:1: the front matter that begins here is never closed; expected a line ---",
    ),
    "setting.md": (b"---\nlos: x\n---\n", ":2:1: unknown key 'los'; did you mean 'loss'?"),
    "prose.md": (
        b"---\nA rule and prose.\n---\n",
        ":2:1: the setting is not a mapping; expected lines such as 'dims: {N: 2}'",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_clear_line(tmp_path, name):
    data, problem = BAD_FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    assert problem_of(path) == f"{path}{problem if problem.startswith(':') else ': ' + problem}"


def test_what_is_no_file_is_one_clear_line(tmp_path):
    assert problem_of(tmp_path / "none.md") == f"{tmp_path}/none.md: there is no such file"
    assert problem_of(tmp_path / "none") == f"{tmp_path}/none: there is no such file"
    assert problem_of(tmp_path) == f"{tmp_path}: a directory, not a document"
    (tmp_path / "d.md").mkdir()
    assert problem_of(tmp_path / "d.md") == f"{tmp_path}/d.md: a directory, not a document"
    os.mkfifo(tmp_path / "pipe.md")
    assert problem_of(tmp_path / "pipe.md") == f"{tmp_path}/pipe.md: not a regular file"
    assert problem_of("a\0b.md") == "a\\x00b.md: the file can not be read (embedded null byte)"
    assert problem_of("x" * 300 + ".md") == "x" * 300 + ".md: the file can not be read (File name too long)"
    assert problem_of("a\nb\x1b[31m.md") == "a\\nb\\x1b[31m.md: there is no such file"
    assert problem_of(os.fsdecode(b"\xff.md")) == "\\xff.md: there is no such file"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_forbidden_file_is_one_clear_line(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("a")
    path.chmod(0)
    assert problem_of(path) == f"{path}: the file may not be read (permission denied)"


def test_a_forbidden_file_is_one_clear_line_even_for_root(tmp_path, monkeypatch):
    path = tmp_path / "a.md"
    path.write_text("a")

    def forbid(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", forbid)
    assert problem_of(path) == f"{path}: the file may not be read (permission denied)"


def test_too_many_formulas_are_one_clear_line():
    with pytest.raises(DocumentError) as caught:
        passages_of("$a$\n" * 100_001)
    assert str(caught.value) == "notes.md:100001:2: more than 100,000 formulas in one document"


def test_bytes_become_text(tmp_path):
    path = tmp_path / "a.MD"
    path.write_bytes(b"\xef\xbb\xbf---\r\ntitle: x\r\n---\r\n```\r\n$a$\r\n```\r\n$$\r\nb\r\n$$\r$c$")
    document = read_document(str(path))
    assert document.setting.title == "x"
    assert [passage.text.value for passage in document.passages] == ["b", "c"]
    assert document.passages[1].text.place() == Place(10, 2)
    assert "\r" not in document.source.text
    assert document.source.name == str(path)


def test_a_document_without_a_setting_has_an_empty_one(tmp_path):
    path = tmp_path / "a.markdown"
    path.write_text("$$a = b$$")
    document = read_document(path)
    assert (document.setting.symbols, document.setting.dims, document.exercise) == ((), {}, None)
