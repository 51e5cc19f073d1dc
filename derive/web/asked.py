"""The fields of a request, read from its JSON; what is wrong with them is one line."""

import json
from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]

LONGEST_NAME = 200


class BadRequestError(Exception):
    """A request that can not be used: one line for who sent it, and the status of the answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message, self.status = message, status
        super().__init__(message)


def fields_of(body: bytes) -> Fields:
    """The object in a body of JSON."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refused)
    except RecursionError:
        raise BadRequestError("the JSON of this request is nested too deeply") from None
    except ValueError as error:
        raise BadRequestError(f"this request holds no JSON: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise BadRequestError("this request holds no JSON object")
    return found


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def text(fields: Fields, name: str, default: str | None = None) -> str:
    """A field that is a text; without a default it must be there."""
    found = fields.get(name)
    if found is None and default is not None:
        return default
    if found is None:
        raise BadRequestError(f'"{name}" is missing; it is a text')
    if not isinstance(found, str):
        raise BadRequestError(f'"{name}" is to be a text')
    try:
        found.encode()
    except UnicodeEncodeError:
        raise BadRequestError(f'"{name}" holds half of a surrogate pair, which is no character') from None
    return found


def name_of_file(fields: Fields, name: str = "name", default: str | None = None) -> str:
    """A field that is the name of a document, without folders: it is shown, and its ending says what it is."""
    found = text(fields, name, default).replace("\\", "/").rpartition("/")[2]
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        raise BadRequestError(f'"{name}" is to be the name of a file, of at most {LONGEST_NAME} printable characters')
    return found
