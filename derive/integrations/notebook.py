"""IPython and Jupyter: after `%load_ext derive`, `%%derive` checks the cell below it and `%derive notes.md` a file.

A cell is a Markdown document. Its setting stands at its head between lines `---`; a cell without one is checked under
that of the last cell that had one. What is wrong with a cell or a file is one line, and the cell fails.
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from derive.certificates import Store, default_directory
from derive.checking.check import check_document
from derive.checking.results import DocumentResult
from derive.documents import read_document
from derive.documents.document import Document
from derive.documents.markdown import read_markdown
from derive.documents.reading import read_text
from derive.documents.setting import Entries
from derive.errors import DocumentError
from derive.source import Place, Source
from derive.writing.html import to_fragment
from derive.writing.lines import to_text

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

WIDTH = 80


def load(shell: "InteractiveShell") -> None:
    """Give a shell its magic `derive`, with a memory of its own."""
    magic = _Magic(shell)
    shell.magics_manager.register_function(magic.derive, magic_kind="line_cell", magic_name="derive")


class Checked:
    """A result that a notebook shows as a page does, and a terminal as text; `result` is the data."""

    def __init__(self, result: DocumentResult) -> None:
        self.result = result

    def __repr__(self) -> str:
        return to_text(self.result, WIDTH, "utf-8").rstrip("\n")

    def _repr_pretty_(self, printer: Any, _is_cyclic: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        return to_fragment(self.result)


class _Cell(Source):
    """The text of a cell below the line of its magic, which is its first: lines count as the author sees them."""

    def place(self, offset: int) -> Place:
        below = super().place(offset)
        return replace(below, line=below.line + 1)


class _Magic:
    """The magic with what it remembers: the setting of the last cell that had one."""

    def __init__(self, shell: "InteractiveShell") -> None:
        self._shell = shell
        self._remembered: Entries = {}

    def derive(self, line: str, cell: str | None = None) -> Checked:
        """Check derivations: `%derive notes.md` checks a file, `%%derive` the Markdown in the cell below it."""
        argument = line.strip().strip("\"'")
        try:
            document = self._file(argument) if cell is None else self._cell(argument, cell)
            return Checked(check_document(document, store=Store(default_directory())))
        except DocumentError as error:
            raise UsageError(str(error)) from None

    def _file(self, name: str) -> Document:
        if not name:
            raise UsageError("%derive: name a file, as in '%derive notes.md', or write %%derive above a derivation")
        return read_document(Path(os.path.expanduser(name)))

    def _cell(self, argument: str, cell: str) -> Document:
        if argument:
            raise UsageError(f"%%derive: '{argument}' stands behind it; the derivation begins in the line below")
        source = _Cell(f"In[{self._shell.execution_count}]", cell)
        document, self._remembered = read_text(source, read_markdown, self._remembered)
        return document
