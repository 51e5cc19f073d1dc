"""Rows -> CSV that a spreadsheet shows and never runs."""

import csv
import io
from collections.abc import Iterable, Sequence

BEGINS_A_FORMULA = "=+-@＝＋－＠"


def to_csv(rows: Iterable[Sequence[object]]) -> str:
    """The rows as comma-separated values, a line each; null is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """The text on one line, with a quote mark before what a spreadsheet would take for a formula.

    >>> harmless("=1+1"), harmless("a = b"), harmless("two\\nlines")
    ("'=1+1", 'a = b', 'two lines')
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"'{line}" if line.startswith(tuple(BEGINS_A_FORMULA)) else line
