"""`%load_ext derive` in IPython: cells and files checked, settings remembered, one line for what is wrong."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from derive.writing.html import SCOPE

interactiveshell = pytest.importorskip("IPython.core.interactiveshell", reason="IPython is not installed")
traitlets = pytest.importorskip("traitlets", reason="IPython is not installed")

SETTING = "---\ntitle: A product\ndims: {D: 2}\nsymbols: {x: D x 1, y: D x 1}\nmodel: {s: x^T y}\n---\n"
TRUE, FALSE = r"$$s = y^T x \tag{1}$$" + "\n", r"$$s = x x^T \tag{2}$$" + "\n"

TEXT = """\
In[1]  A product
checked at D = 2

(1)  In[1]:8:5
  ✓ s = yᵀ x   ∀ dims

(2)  In[1]:9:5
  ✗ s = x xᵀ
      refuted: The left side is scalar and the right side D x D: these shapes
      cannot be equal.

2 steps: 1 proved for all dimensions, 1 refuted"""


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.chdir(tmp_path)
    config = {"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}}
    shell = interactiveshell.InteractiveShell(config=traitlets.config.Config(config))
    shell.run_line_magic("load_ext", "derive")
    return shell


def checked(shell, cell: str):
    return shell.run_cell(cell).result


def complaint(shell, capsys, cell: str) -> str:
    """What a cell says that fails."""
    capsys.readouterr()
    outcome = shell.run_cell(cell)
    assert not outcome.success
    out, err = capsys.readouterr()
    return out + err


def test_a_cell_is_a_document_whose_lines_are_the_cells(shell):
    found = checked(shell, "%%derive\n" + SETTING + TRUE + FALSE)
    assert repr(found) == TEXT
    assert [(step.verdict, step.line) for step in found.result.steps] == [("proved", 8), ("refuted", 9)]


def test_a_terminal_shows_the_text_and_a_notebook_the_page(shell):
    found = checked(shell, "%%derive\n" + SETTING + TRUE)
    data, _ = shell.display_formatter.format(found)
    assert set(data) == {"text/plain", "text/html"}
    assert data["text/plain"] == repr(found)
    assert data["text/html"] == found._repr_html_()


def test_a_cell_without_a_setting_takes_that_of_the_last_cell_that_had_one(shell, capsys):
    expecting = SETTING.replace("model:", 'expect: {"2": refuted}\nmodel:')
    assert [step.concern for step in checked(shell, "%%derive\n" + expecting + TRUE + FALSE).result.steps] == [None] * 2
    found = checked(shell, "%%derive\n" + FALSE).result
    assert (found.title, [step.concern for step in found.steps]) == ("A product", ["refuted"])
    assert [step.verdict for step in checked(shell, "%%derive\n" + TRUE).result.steps] == ["proved"]
    other = SETTING.replace("x^T y", "x^T x")
    assert [step.verdict for step in checked(shell, "%%derive\n" + other + TRUE).result.steps] == ["refuted"]
    complaint(shell, capsys, "%%derive\n---\nmodl: a\n---\n" + TRUE)
    assert [step.verdict for step in checked(shell, "%%derive\n" + TRUE).result.steps] == ["refuted"]


def test_another_shell_remembers_for_itself(shell):
    checked(shell, "%%derive\n" + SETTING + TRUE)
    other = interactiveshell.InteractiveShell(config=shell.config)
    other.run_line_magic("load_ext", "derive")
    assert [step.verdict for step in checked(other, "%%derive\n" + TRUE).result.steps] == ["unreadable"]


def test_a_line_checks_a_file(shell, tmp_path):
    (tmp_path / "my notes.md").write_text(SETTING + TRUE, encoding="utf-8")
    for name in ("my notes.md", "'my notes.md'", str(tmp_path / "my notes.md")):
        found = checked(shell, f"%derive {name}").result
        assert (found.document, [step.line for step in found.steps]) == (name.strip("'"), [7])


COMPLAINTS = [
    ("%%derive\n---\nmodl: a\n---\n$$a = b$$", "UsageError: In[1]:3:1: unknown key 'modl'; did you mean 'model'?\n"),
    ("%derive none.md", "UsageError: none.md: there is no such file\n"),
    (
        "%derive",
        "UsageError: %derive: name a file, as in '%derive notes.md', or write %%derive above a derivation\n",
    ),
    (
        "%%derive notes.md\n$$a = b$$",
        "UsageError: %%derive: 'notes.md' stands behind it; the derivation begins in the line below\n",
    ),
]


@pytest.mark.parametrize("cell, line", COMPLAINTS)
def test_what_is_wrong_is_one_line(shell, capsys, cell, line):
    assert complaint(shell, capsys, cell) == line


class Elements(HTMLParser):
    """The elements that are opened and closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.closed.append(tag)


def test_the_page_of_a_cell_is_one_element_and_styles_nothing_else(shell):
    page = checked(shell, "%%derive\n" + SETTING + TRUE + FALSE)._repr_html_()
    elements = Elements(page)
    assert sorted(elements.opened) == sorted(elements.closed)
    assert (elements.opened[0], elements.closed[-1]) == ("div", "div")
    assert not {"html", "head", "body", "meta", "title", "script", "link"} & set(elements.opened)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    selectors = [one.strip() for rule in re.findall(r"([^{}]+)\{", style) for one in re.split(r",(?![^()]*\))", rule)]
    assert len(selectors) > 40
    assert {one for one in selectors if not re.match(rf"\.{SCOPE}(?:\s|$)", one)} == {
        "@media (prefers-color-scheme: dark)",
        "@media print",
        "@container (max-width: 36rem)",
        "@supports selector(::details-content)",
    }
    assert "<h1>A product</h1>" in page


def test_the_package_alone_loads_nothing():
    code = "import derive, sys; derive.load_ipython_extension; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'derive'" in loaded
    for name in ("IPython", "sympy", "flint", "yaml", "derive.integrations"):
        assert f"'{name}'" not in loaded
