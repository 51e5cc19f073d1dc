r"""The mathematics of a Jupyter notebook: that of its Markdown cells, each a text of its own.

A place in a notebook is a line and a column of a cell, and the cell's number:
that is what its author sees; the lines of the JSON file nobody does. Cells count
from 1, those with code too. A code cell that begins with `%%derive` is Markdown behind its first line.

>>> from derive.source import Source
>>> cells = '[{"cell_type": "code", "source": []}, {"cell_type": "markdown", "source": ["So\\n", "$$a = b$$"]}]'
>>> contents = read_notebook(Source("notes.ipynb", '{"nbformat": 4, "cells": ' + cells + "}"))
>>> [(p.text.value, p.text.source.name, p.text.place()) for p in contents.passages]
[('a = b', 'notes.ipynb:cell 2', Place(line=2, column=3))]
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from derive.documents.document import Contents, Heading
from derive.documents.formulas import Formulas
from derive.documents.markdown import behind, find_contents, find_front_matter
from derive.errors import DocumentError
from derive.source import Place, Source, Text

FORMATS = (3, 4)
LARGEST_NUMBER_OF_CELLS = 10_000
LARGEST_TEXT = 5_000_000

_MAGIC = re.compile(r"%%derive(?:[^\S\n][^\n]*)?(?:\n|$)")
_BACKTICKS = re.compile(r"`{3,}")
_JSON = json.JSONDecoder()

Cell = Mapping[str, Any]


def read_notebook(source: Source) -> Contents:
    """The setting's YAML, from the first cell of text, passages, headings. Raises `DocumentError` for no notebook."""
    formulas = Formulas()
    headings: list[Heading] = []
    setting: Text | None = None
    size = 0
    for number, (kind, cell) in enumerate(text_cells(source)):
        size += len(cell.text)
        if size > LARGEST_TEXT:
            raise DocumentError(source.name, f"the notebook's text has more than {LARGEST_TEXT:,} characters")
        magic = _MAGIC.match(cell.text) if kind == "code" else None
        start = 0 if magic is None else magic.end()
        head = find_front_matter(cell, start) if number == 0 else None
        setting = setting or head
        if kind != "raw":
            passages, found = find_contents(cell, start if head is None else behind(head))
            formulas.add_all(cell, passages)
            headings += found
    return Contents(setting, tuple(formulas.found), formulas.first, headings=tuple(headings))


def text_cells(source: Source) -> Iterator[tuple[str, Source]]:
    """The cells that hold text for people, with their kinds, each a source with the cell's number."""
    for number, cell in enumerate(_cells(source), 1):
        kind, text = cell.get("cell_type"), _text(source, number, cell)
        is_text = kind in ("markdown", "raw") or (kind == "code" and _MAGIC.match(text) is not None)
        if is_text and text.strip():
            yield str(kind), Source(f"{source.name}:cell {number}", text, number)


def code_cells(source: Source) -> Iterator[Source]:
    """The cells that hold code, each a source with the cell's number."""
    for number, cell in enumerate(_cells(source), 1):
        text = _text(source, number, cell)
        if cell.get("cell_type") == "code" and text.strip() and _MAGIC.match(text) is None:
            yield Source(f"{source.name}:cell {number}", text, number)


def _text(source: Source, number: int, cell: Cell) -> str:
    """A cell's text, which is one string or a list of lines."""
    written = cell.get("source", cell.get("input", ""))
    if isinstance(written, list) and all(isinstance(line, str) for line in written):
        written = "".join(written)
    if not isinstance(written, str):
        raise DocumentError(source.name, f"the source of cell {number} is neither text nor a list of lines")
    return written.replace("\r\n", "\n").replace("\r", "\n")


def _cells(source: Source) -> list[Cell]:
    """The cells of a notebook of a known format."""
    notebook = _object(source)
    version = notebook.get("nbformat")
    if version not in FORMATS or isinstance(version, bool):
        shown = "no nbformat" if version is None else f"nbformat {json.dumps(version)[:20]}"
        raise DocumentError(source.name, f"a notebook with {shown}; those with 3 and 4 are read")
    sheets = notebook.get("worksheets") if version == 3 else [notebook]
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else [None]
    cells = [cell for cells in lists if isinstance(cells, list) for cell in cells]
    if not all(isinstance(cells, list) for cells in lists) or not all(isinstance(cell, dict) for cell in cells):
        raise DocumentError(source.name, "a notebook whose cells are not a list of objects")
    if len(cells) > LARGEST_NUMBER_OF_CELLS:
        raise DocumentError(
            source.name, f"the notebook has {len(cells):,} cells; at most {LARGEST_NUMBER_OF_CELLS:,} are read"
        )
    return cells


def _object(source: Source) -> Mapping[str, Any]:
    """The JSON object that a notebook is."""
    try:
        notebook = _JSON.decode(source.text)
    except json.JSONDecodeError as error:
        problem = f"invalid JSON: {error.msg[:1].lower()}{error.msg[1:]}; a notebook is a JSON file"
        raise DocumentError(source.name, problem, Place(error.lineno, error.colno)) from None
    except (RecursionError, ValueError):
        raise DocumentError(source.name, "invalid JSON: nested too deeply, or with a number that is too long") from None
    if not isinstance(notebook, dict):
        raise DocumentError(source.name, "a JSON file, but no notebook")
    return notebook


def text_of_notebook(source: Source) -> str:
    """A notebook as one Markdown text: its cells of text as they are, those of code between fences."""
    parts = []
    for number, cell in enumerate(_cells(source), 1):
        text = _text(source, number, cell).strip("\n")
        magic = _MAGIC.match(text)
        if text.strip() and cell.get("cell_type") == "code" and magic is None:
            fence = "`" * max((len(run) + 1 for run in _BACKTICKS.findall(text)), default=3)
            parts.append(f"{fence}python\n{text}\n{fence}")
        elif text.strip():
            parts.append(text if magic is None else text[magic.end() :])
    return "\n\n".join(parts) + "\n"
