"""Notebooks: which cells are read, where their formulas stand, and what is wrong with a file."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from remembering import check_document

from derive import cli
from derive.documents import read_document
from derive.documents.document import Contents
from derive.documents.markdown import read_markdown
from derive.documents.notebook import LARGEST_TEXT, read_notebook
from derive.documents.reading import LARGEST_NOTEBOOK
from derive.errors import DocumentError
from derive.source import Place, Source
from derive.writing.html import to_html
from derive.writing.lines import to_text

DOCUMENTS = Path(__file__).parent / "documents"


def cell(kind: str, *lines: str) -> dict:
    return {"cell_type": kind, "metadata": {}, "source": list(lines)}


def notebook(*cells: dict) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


def read(text: str) -> Contents:
    return read_notebook(Source("notes.ipynb", text))


def found(text: str) -> list[tuple[str, int | None, Place]]:
    return [(p.text.value, p.text.source.cell, p.text.place()) for p in read(text).passages]


def test_markdown_cells_are_read_and_others_are_not():
    code = {**cell("code", "$b$"), "outputs": [{"data": {"text/latex": ["$$c$$"]}}]}
    attached = {**cell("markdown", "x\n", " $$d$$"), "attachments": {"e.png": {"text/plain": "$$e$$"}}}
    text = notebook(cell("markdown", "$$a$$"), code, cell("raw", "$f$"), attached, cell("heading", "$g$"))
    assert found(text) == [("a", 1, Place(1, 3)), ("d", 4, Place(2, 4))]


def test_a_source_may_be_one_string():
    text = notebook({"cell_type": "markdown", "source": "one\r\ntwo $$a$$"})
    assert found(text) == [("a", 1, Place(2, 7))]


def test_the_third_format_has_worksheets():
    old = {
        "nbformat": 3,
        "worksheets": [{"cells": [cell("markdown", "$$a$$"), {"cell_type": "code", "input": ["$b$"]}]}],
    }
    old["worksheets"].append({"cells": [cell("markdown", "$$c$$")]})
    assert found(json.dumps(old)) == [("a", 1, Place(1, 3)), ("c", 3, Place(1, 3))]


def test_the_magic_makes_markdown_of_a_code_cell():
    text = notebook(cell("code", "%%derive --strict\n", "\n", "$$a$$"), cell("code", "%%derived\n", "$$b$$"))
    assert found(text) == [("a", 1, Place(3, 3))]


def test_a_display_ends_with_its_cell():
    first, second = read(notebook(cell("markdown", "$$ a"), cell("markdown", "b $$ c $$"))).passages
    assert (first.problem, second.problem) == ("the display that $$ opens here is never closed; expected $$", None)
    assert second.text.value == "c"


def test_macros_hold_in_later_cells():
    text = notebook(cell("markdown", "$$\\def\\R{\\mathbb{R}}$$"), cell("markdown", "$\\R$"))
    assert [value for value, *_ in found(text)] == ["\\mathbb{R}"]


@pytest.mark.parametrize("kind, first", [("markdown", ""), ("raw", ""), ("code", "%%derive\n")])
def test_the_setting_is_front_matter_of_the_first_cell_of_text(kind, first):
    head = (first, "---\n", "title: t\n", "---\n", "$a$")
    contents = read(
        notebook(cell("code", "import x"), cell("markdown", " \n"), cell(kind, *head), cell(kind, "---\nb: 1\n---"))
    )
    assert contents.setting is not None
    assert contents.setting.value == "title: t\n"
    assert contents.setting.place() == Place(2 + len(first.splitlines()), 1)
    assert [passage.text.value for passage in contents.passages] == (["a"] if kind != "raw" else [])


BROKEN = {
    "no JSON": (
        "{",
        ":1:2: invalid JSON: expecting property name enclosed in double quotes; a notebook is a JSON file",
    ),
    "text": ("# Title\n", ":1:1: invalid JSON: expecting value; a notebook is a JSON file"),
    "deep": ("[" * 100_000, ": invalid JSON: nested too deeply, or with a number that is too long"),
    "list": ("[]", ": a JSON file, but no notebook"),
    "object": ("{}", ": a notebook with no nbformat; those with 3 and 4 are read"),
    "format": ('{"nbformat": 5, "cells": []}', ": a notebook with nbformat 5; those with 3 and 4 are read"),
    "no cells": ('{"nbformat": 4}', ": a notebook whose cells are not a list of objects"),
    "odd cells": ('{"nbformat": 4, "cells": [1]}', ": a notebook whose cells are not a list of objects"),
    "odd sheets": ('{"nbformat": 3, "worksheets": 1}', ": a notebook whose cells are not a list of objects"),
    "odd source": (
        '{"nbformat": 4, "cells": [{}, {"source": [1]}]}',
        ": the source of cell 2 is neither text nor a list of lines",
    ),
    "many cells": (notebook(*[cell("code")] * 10_001), ": the notebook has 10,001 cells; at most 10,000 are read"),
    "much text": (
        notebook(cell("markdown", "x" * (LARGEST_TEXT + 1))),
        ": the notebook's text has more than 5,000,000 characters",
    ),
    "setting": (
        notebook(cell("code"), cell("markdown", "---\n", "los: L\n", "---")),
        ":cell 2:2:1: unknown key 'los'; did you mean 'loss'?",
    ),
    "model": (
        notebook(cell("markdown", "---\n", "model:\n", "  L: x y\n", "---")),
        ":cell 1:3:6: the name x is not defined or declared",
    ),
}


@pytest.mark.parametrize("text, line", BROKEN.values(), ids=BROKEN)
def test_a_file_that_can_not_be_used_is_one_line(capsys, tmp_path, monkeypatch, text, line):
    monkeypatch.chdir(tmp_path)
    Path("notes.ipynb").write_text(text, encoding="utf-8")
    assert cli.main(["check", "notes.ipynb"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"notes.ipynb{line}\n")


def test_outputs_may_be_large_and_a_notebook_too_large(tmp_path):
    big = {**cell("code"), "outputs": [{"data": {"image/png": "A" * 6_000_000}}]}
    path = tmp_path / "big.ipynb"
    path.write_text(notebook(big, cell("markdown", "$$a$$")), encoding="utf-8")
    assert [passage.text.value for passage in read_document(path).passages] == ["a"]
    with path.open("wb") as file:
        file.truncate(LARGEST_NOTEBOOK + 1)
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    assert str(caught.value) == f"{path}: the file has 50,000,001 bytes; at most 50,000,000 are read"


# --- A whole notebook ----------------------------------------------------------------------------

STEPS = [
    ("by-score", 3, 3, 13, "proved"),
    ("eq-gradient", 3, 9, 12, "proved"),
    ("eq-gradient", 3, 10, 12, "proved"),
    ("no-mean", 5, 3, 15, "refuted"),
    (None, 5, 5, 50, "proved"),
    ("curvature", 6, 2, 19, "proved"),
]


def test_a_notebook_of_a_student():
    path = DOCUMENTS / "logistic-notebook.ipynb"
    result = check_document(read_document(path))
    assert [(step.tag, step.cell, step.line, step.column, step.verdict) for step in result.steps] == STEPS
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for step in result.steps:
        lines = "".join(cells[step.cell - 1]["source"]).splitlines()
        assert lines[step.line - 1][step.column - 1] == "="
    text = to_text(result, 200, "utf-8")
    assert f"(no-mean)  {path}:cell 5:3:15\n" in text
    assert '<span class="place">cell 6, line 2</span>' in to_html([result])


def test_the_report_names_the_cell_of_a_step_and_only_in_a_notebook(capsys):
    cli.main(["check", "--json", str(DOCUMENTS / "logistic-notebook.ipynb"), str(DOCUMENTS / "least-squares.md")])
    ours, other = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert list(ours["steps"][0])[:6] == ["tag", "equation", "step", "cell", "line", "column"]
    assert [step["cell"] for step in ours["steps"]] == [3, 3, 3, 5, 5, 6]
    assert all("cell" not in step for step in other["steps"])
    assert "left_out" not in ours


PARTS = st.lists(
    st.sampled_from(["$a$ ", "$$b$$\n", "text\n", "\n", "- x\n", "> $$c$$\n", "`$d$` ", "\\(e\\)\n"]), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PARTS.map("".join), max_size=5))
def test_cells_read_like_markdown_files_of_their_own(texts):
    expected = [
        (passage.kind, passage.text.value, number, passage.text.place())
        for number, text in enumerate(texts, 1)
        for passage in read_markdown(Source("notes.md", text)).passages
    ]
    passages = read(notebook(*(cell("markdown", *text.splitlines(keepends=True)) for text in texts))).passages
    assert [(p.kind, p.text.value, p.text.source.cell, p.text.place()) for p in passages] == expected
