"""Whether a file holds a setting, seen at a glance: without the reader of documents, which takes a while to load.

Any Markdown file may begin with front matter of its own; only that of a derivation says what is given or computed:
`dims`, `symbols`, `model` or `notation`, each with names below it or in brackets behind it.
"""

import json
import re
from pathlib import Path
from typing import Any

SUFFIXES = (".md", ".markdown", ".tex", ".ipynb")
LONGEST_SETTING = 100_000
LARGEST_NOTEBOOK = 5_000_000

# As text: most runs meet no document and need none of these compiled.
_NAMES = r"(?m)^(?:(?:dims|symbols|model|notation)[ \t]*:[ \t]*(?:\{|#|$)|dims[ \t]*:[ \t]*\[)"
_FRONT_MATTER = r"(?ms)---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$"
_FIRST_PARAGRAPH = r"---[ \t]*\n((?:[^\n]*\S[^\n]*\n?)+)"
_FIRST_COMMENT = r"(?:[ \t]*(?:%[ \t]*(?:!|-\*-)[^\n]*)?\n)*((?:%[^\n]*(?:\n|$))+)"  # behind those for editors
_PERCENT_SIGN = r"(?m)^%[ \t]?"


def is_document(path: Path) -> bool:
    """Whether the name is that of a document."""
    return path.suffix.lower() in SUFFIXES


def holds_setting(path: Path) -> bool:
    """Whether a file is a document that holds a setting; what can not be read holds none."""
    if not is_document(path):
        return False
    try:
        if path.suffix.lower() == ".ipynb":
            return _notebook_holds_one(path)
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            head = file.read(LONGEST_SETTING)
    except (OSError, ValueError, RecursionError):
        return False
    if path.suffix.lower() == ".tex":
        comment = re.match(_FIRST_COMMENT, head)
        head = "" if comment is None else re.sub(_PERCENT_SIGN, "", comment[1])
    return _begins_with_setting(head)


def _notebook_holds_one(path: Path) -> bool:
    """Whether the first cell of text in a notebook, or the first one below `%%derive`, begins with a setting."""
    if path.stat().st_size > LARGEST_NOTEBOOK:
        return False
    text = path.read_text(encoding="utf-8-sig")
    if "---" not in text:
        return False
    notebook = json.loads(text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    texts = (_text_of(cell) for cell in cells) if isinstance(cells, list) else iter(())
    return _begins_with_setting(next((text for text in texts if text.strip()), ""))


def _text_of(cell: Any) -> str:
    """What a cell says to people; nothing if it is code."""
    source = cell.get("source") if isinstance(cell, dict) else None
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return ""
    if cell.get("cell_type") == "code":
        magic, _, source = source.partition("\n")
        return source if magic.strip() == "%%derive" else ""
    return source


def _begins_with_setting(text: str) -> bool:
    """Whether a text begins with front matter that a derivation has, be it that its end is forgotten."""
    found = re.match(_FRONT_MATTER, text) or re.match(_FIRST_PARAGRAPH, text)
    return found is not None and re.search(_NAMES, found[1]) is not None
