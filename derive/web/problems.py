"""What is told in place of an answer: one line, where it is, and the status of HTTP that says whose affair it is."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from derive.errors import DocumentError

Event = Mapping[str, Any]

UNUSABLE = 422
"""The document can not be used, or costs more than one request may."""
DEFECT = 500
STOPPING = 503
TOOK_TOO_LONG = 504


def problem(message: str, status: int = UNUSABLE, line: int | None = None, column: int | None = None) -> Event:
    """What a job tells where it can not be done."""
    return {"event": "problem", "message": message, "line": line, "column": column, "status": status}


def problem_of(error: DocumentError) -> Event:
    """What is wrong with a document, with its place and the document's name without the folders in which it lies."""
    said = error.problem[:1].upper() + error.problem[1:].rstrip(".") + "."
    place = (None, None) if error.place is None else (error.place.line, error.place.column)
    return {**problem(said, UNUSABLE, *place), "document": PurePath(error.name).name}
