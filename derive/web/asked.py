"""The fields of a request, read from its JSON; what is wrong with them is one line."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]

LONGEST_NAME = 200
LONGEST_KEY = 40
MOST_KEYS = 2_000


class BadRequestError(Exception):
    """A request that can not be used: one line for who sent it, and the status of the answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.message, self.status = message, status
        super().__init__(message)


def fields_of(body: bytes) -> Fields:
    """The object in a body of JSON."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refused, object_pairs_hook=_each_once)
    except RecursionError:
        raise BadRequestError("the JSON of this request is nested too deeply") from None
    except ValueError as error:
        raise BadRequestError(f"this request holds no JSON: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise BadRequestError("this request holds no JSON object")
    return found


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice: readers of JSON do not agree on which of both is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def only(fields: Fields, known: Sequence[str]) -> None:
    """Raises `BadRequestError` where there is a field of another name."""
    for name in fields:
        if name not in known:
            raise BadRequestError(f"there is no field {json.dumps(name[:40])} here; the fields are {', '.join(known)}")


def object_in(fields: Fields, name: str) -> Fields:
    """A field that is an object."""
    found = fields.get(name)
    if found is None:
        raise BadRequestError(f'"{name}" is missing; it is an object')
    if not isinstance(found, dict):
        raise BadRequestError(f'"{name}" is to be an object')
    return found


def objects_in(fields: Fields, name: str) -> Sequence[Fields]:
    """A field that is a list of objects."""
    found = fields.get(name)
    if found is None:
        raise BadRequestError(f'"{name}" is missing; it is a list of objects')
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadRequestError(f'"{name}" is to be a list of objects')
    return found


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


def texts(fields: Fields, name: str, most: int = 100) -> Mapping[str, str]:
    """A field that is an object of texts; empty where it is left out."""
    found = fields.get(name, {})
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise BadRequestError(f'"{name}" is to be an object of texts')
    if len(found) > most:
        raise BadRequestError(f'"{name}" has {len(found)} entries; at most {most} are taken')
    return {text({"": key}, ""): text(found, key) for key in found}


def list_of_texts(fields: Fields, name: str, longest: int, most: int) -> Sequence[str]:
    """A field that is a list of short texts; empty where it is left out."""
    found = fields.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) and len(each) <= longest for each in found):
        raise BadRequestError(f'"{name}" is to be a list of texts of at most {longest} characters')
    if len(found) > most:
        raise BadRequestError(f'"{name}" has {len(found)} entries; at most {most} are taken')
    return found


def name_of_file(fields: Fields, name: str = "name", default: str | None = None) -> str:
    """A field that is the name of a document, without folders: it is shown, and its ending says what it is."""
    found = text(fields, name, default).replace("\\", "/").rpartition("/")[2]
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        said = f'"{name}" is to be the name of a file, of at most {LONGEST_NAME} printable characters'
        raise BadRequestError(said, status=422)
    return found
