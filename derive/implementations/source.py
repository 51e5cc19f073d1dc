r"""A student's code: a module, or the code cells of a notebook without IPython's magics, each with its own lines.

It is read by `ast` alone and never run in this process.

>>> from derive.source import Source
>>> code = read_code(Source("net.py", "def loss(w):\n    return w ** 2\n"))
>>> [(cell.name, cell.text.count("\n")) for cell in code.cells]
[('net.py', 2)]
"""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from derive.documents.notebook import code_cells
from derive.documents.reading import read_source
from derive.errors import DocumentError
from derive.records import dataclass
from derive.source import Place, Source

LARGEST_CODE = 500_000
SUFFIXES = (".py", ".ipynb")

_LINE_MAGIC = re.compile(r"(?m)^([^\S\n]*)(?:[%!?][^\n]*|[^\n#'\"]*\S\?{1,2}[^\S\n]*)$")
_ASSIGNED_MAGIC = re.compile(r"(?m)^([^\S\n]*[\w, ]+=\s*)[%!][^\n]*$")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*\n?")
_SINGLE = ("float32", "single", "f4", "<f4")
_TRANSPARENT = ("time", "timeit", "capture", "prun")
"""Magics whose cells are Python behind the first line."""


@dataclass(frozen=True)
class Cell:
    """A piece of code that runs as one: a module, or one cell of a notebook; `number` is that of the cell."""

    name: str
    text: str
    tree: ast.Module
    number: int | None = None


@dataclass(frozen=True)
class Code:
    """A student's code, its pieces in order."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def is_notebook(self) -> bool:
        """Whether it has cells with numbers."""
        return any(cell.number is not None for cell in self.cells)

    @property
    def is_in_single_precision(self) -> bool:
        """Whether 32-bit floating point is spoken of in it."""
        nodes = (node for cell in self.cells for node in ast.walk(cell.tree))
        return any(
            (isinstance(node, ast.Attribute) and node.attr in _SINGLE)
            or (isinstance(node, ast.Name) and node.id in _SINGLE)
            or (isinstance(node, ast.Constant) and node.value in _SINGLE)
            for node in nodes
        )

    def replaced(self, name: str, other: str) -> "Code":
        """The code with another name in the place of one, everywhere but in definitions."""
        return replace(self, cells=tuple(_replaced(cell, name, other) for cell in self.cells))


def read_code_file(path: str | Path) -> Code:
    """The code in a file. Raises `DocumentError` where there is none that can be read."""
    suffix = Path(path).suffix.lower()
    source = read_source(path)
    if suffix not in SUFFIXES:
        raise DocumentError(source.name, "a file with code ends in .py or .ipynb; this one does not")
    return read_code(source)


def read_code(source: Source) -> Code:
    """The code in a source; a notebook is known by the ending of its name. Raises `DocumentError`."""
    is_notebook = source.name.lower().endswith(".ipynb")
    pieces = list(code_cells(source)) if is_notebook else [source]
    if sum(len(piece.text) for piece in pieces) > LARGEST_CODE:
        raise DocumentError(source.name, f"there are more than {LARGEST_CODE:,} characters of code")
    cells = tuple(_cell(piece.name, piece.text, piece.cell if is_notebook else None) for piece in pieces)
    if not any(cell.tree.body for cell in cells):
        raise DocumentError(source.name, "there is no code in it")
    return Code(source.name, cells)


def _cell(name: str, text: str, number: int | None) -> Cell:
    """A piece that is valid Python, without magics if it is a cell."""
    try:
        return Cell(name, text, _parsed(text), number)
    except SyntaxError as error:
        if number is None:
            raise _syntax_error(name, error) from None
    except (RecursionError, MemoryError, ValueError):
        raise DocumentError(name, "the code is nested too deeply to be read") from None
    plain = without_magics(text)
    try:
        return Cell(name, plain, _parsed(plain), number)
    except SyntaxError as error:
        raise _syntax_error(name, error) from None
    except (RecursionError, MemoryError, ValueError):
        raise DocumentError(name, "the code is nested too deeply to be read") from None


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _syntax_error(name: str, error: SyntaxError) -> DocumentError:
    problem = " ".join((error.msg or "it cannot be read").split())
    line, column = error.lineno or 1, error.offset or 1
    return DocumentError(name, f"this is no valid Python: {problem}", Place(max(line, 1), max(column, 1)))


def without_magics(text: str) -> str:
    """A cell's text with IPython's magics and shell lines replaced by nothing; every line keeps its number."""
    match = _CELL_MAGIC.match(text)
    if match is not None:
        blank = "\n" * match[0].count("\n")
        rest = text[match.end() :]
        text = blank + rest if match[1] in _TRANSPARENT else blank + "\n" * rest.count("\n")
    text = _ASSIGNED_MAGIC.sub(r"\1None", text)
    return _LINE_MAGIC.sub(r"\1pass", text)


# ── names ──


def definitions(code: Code, name: str) -> Iterator[tuple[Cell, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    """The functions and classes of a name at the top of the code, in order."""
    for cell in code.cells:
        for node in cell.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
                yield cell, node


def defined_names(code: Code) -> tuple[str, ...]:
    """The functions and classes at the top of the code."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return tuple(dict.fromkeys(node.name for cell in code.cells for node in cell.tree.body if isinstance(node, kinds)))


def _replaced(cell: Cell, name: str, other: str) -> Cell:
    """Every use of a name exchanged, from the last to the first, so that places before it hold."""
    lines = [line.encode() for line in cell.text.split("\n")]
    uses = [node for node in ast.walk(cell.tree) if isinstance(node, ast.Name) and node.id == name]
    uses = [node for node in uses if isinstance(node.ctx, ast.Load)]
    for node in sorted(uses, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        line, start = lines[node.lineno - 1], node.col_offset
        lines[node.lineno - 1] = line[:start] + other.encode() + line[start + len(name.encode()) :]
    text = b"\n".join(lines).decode()
    return replace(cell, text=text, tree=ast.parse(text))


def line_of(code: Code, cell_name: str, line: int) -> str:
    """The text of one line of a piece, for people."""
    for cell in code.cells:
        if cell.name == cell_name:
            lines = cell.text.split("\n")
            return lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return ""
