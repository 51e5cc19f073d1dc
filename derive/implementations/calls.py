"""What the sandbox is asked to do, and what came back, as data.

Whatever comes back was perhaps written by a student's code: it is read as data of a known form, and anything else in it
is as if nothing had come back.
"""

import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from derive.implementations.inputs import Json
from derive.implementations.quantities import CodeSetting
from derive.implementations.source import Code
from derive.implementations.truth import Array
from derive.records import dataclass
from derive.sandbox import Finished, Limits, run

LARGEST_RESULT = 200_000
LONGEST_TEXT = 400
SANDBOX = Limits(seconds=20.0, cpu_seconds=20)

_DTYPE = re.compile(r"bool|u?int(?:8|16|32|64)|float(?:16|32|64|96|128)|complex(?:64|128|192|256)|object")


@dataclass(frozen=True)
class Failure:
    """An exception in a student's code: its type and message, and the line that it came through last."""

    kind: str
    message: str
    cell: str | None
    line: int | None


@dataclass(frozen=True)
class Warned:
    """A warning of NumPy's about numbers, and the line at which it was given."""

    message: str
    cell: str | None
    line: int | None


@dataclass(frozen=True)
class Value:
    """One result. `kind` is array, number, list, tuple, none, other, huge or missing; `numbers` where it has any."""

    kind: str
    words: str = ""
    dtype: str = ""
    shape: tuple[int, ...] = ()
    numbers: Array | None = None
    is_complex: bool = False


@dataclass(frozen=True)
class Returned:
    """What one call came to: its results in the order of the setting, or the error that ended it."""

    id: str
    seconds: float
    results: tuple[Value, ...]
    error: Failure | None = None
    warnings: tuple[Warned, ...] = ()
    changed: tuple[str, ...] = ()
    shared: tuple[tuple[int, str], ...] = ()
    is_by_name: bool = True


@dataclass(frozen=True)
class Conversation:
    """All that came back: the errors at loading, whether the function is there, the calls that came to an end."""

    errors: tuple[Failure, ...]
    is_found: bool
    is_loaded: bool
    is_complete: bool
    returned: Mapping[str, Returned]
    finished: Finished
    overwritten: tuple[int, ...] = ()


@dataclass(frozen=True)
class Call:
    """One call: what is given, and whether the object is a new one. A timed one only says how long it took."""

    id: str
    inputs: Json
    is_new: bool = False
    is_timed: bool = False


def converse(
    setting: CodeSetting, code: Code, calls: Sequence[Call], *, trust: bool, limits: Limits = SANDBOX
) -> Conversation:
    """Load a student's code in the sandbox and call it. Raises `NoSandboxError`."""
    request = {
        "cells": [{"name": cell.name, "text": cell.text} for cell in code.cells],
        "class": setting.class_name,
        "function": setting.function,
        "results": [[list(step) for step in expected.path] for expected in setting.results],
        "largest": LARGEST_RESULT,
        "calls": [{"id": call.id, "is_new": call.is_new, "is_timed": call.is_timed, **call.inputs} for call in calls],
    }
    script = (files("derive.implementations") / "runner.py").read_text(encoding="utf-8")
    finished = run(script, json.dumps(request).encode(), limits, trust=trust)
    return _conversation(finished, len(setting.results))


# ── answers ──


def _conversation(finished: Finished, number: int) -> Conversation:
    """What was said, as far as it has the form that it should have."""
    said = [one for one in map(_object, finished.output.split(b"\n")) if one is not None]
    loaded = next((one for one in said if one.get("event") == "loaded"), None)
    errors = [] if loaded is None else _list(loaded.get("errors"))
    calls = [one for one in said if one.get("event") == "call"]
    kept = next((one for one in said if one.get("event") == "kept"), None)
    end = next((one for one in said if one.get("event") == "end"), None)
    returned = [found for one in calls if (found := _returned(one, number)) is not None]
    return Conversation(
        tuple(_failure(error) for error in errors),
        loaded is not None and loaded.get("found") is True,
        loaded is not None,
        end is not None and finished.status == "done",
        {found.id: found for found in returned},
        finished,
        tuple(at for at in _list(kept and kept.get("overwritten")) if isinstance(at, int) and 0 <= at < number),
    )


def _object(line: bytes) -> Json | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return " ".join(value.split())[:LONGEST_TEXT] if isinstance(value, str) else ""


def _line(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**7 else None


def _failure(value: object) -> Failure:
    found = value if isinstance(value, dict) else {}
    cell = found.get("cell")
    kind = _text(found.get("type")) or "Exception"
    return Failure(kind, _text(found.get("message")), cell if isinstance(cell, str) else None, _line(found.get("line")))


def _warned(value: object) -> Warned:
    found = _failure(value)
    return Warned(found.message, found.cell, found.line)


def _returned(found: Json, number: int) -> Returned | None:
    seconds = found.get("seconds")
    if not isinstance(found.get("id"), str) or not isinstance(seconds, (int, float)):
        return None
    error = None if found.get("error") is None else _failure(found["error"])
    results = tuple(_value(one) for one in _list(found.get("results")))
    if error is None and results and len(results) != number:
        return None
    shared = tuple(
        (pair[0], _text(pair[1]))
        for pair in _list(found.get("shared"))
        if isinstance(pair, list) and len(pair) == 2 and _line(pair[0] + 1 if isinstance(pair[0], int) else None)
    )
    return Returned(
        found["id"],
        float(seconds),
        results,
        error,
        tuple(_warned(one) for one in _list(found.get("warnings"))),
        tuple(_text(one) for one in _list(found.get("changed"))),
        shared,
        found.get("by_name") is not False,
    )


def _value(found: object) -> Value:
    if not isinstance(found, dict):
        return Value("missing", "nothing came back")
    kind = _text(found.get("kind"))
    words = _text(found.get("message")) or _text(found.get("type"))
    shape = tuple(side for side in _list(found.get("shape")) if isinstance(side, int) and 0 <= side < 10**9)
    dtype = _text(found.get("dtype"))
    dtype = dtype if _DTYPE.fullmatch(dtype) else ""
    value = Value(kind, words, dtype, shape, None, found.get("is_complex") is True)
    if not isinstance(found.get("data"), str):
        return value
    try:
        numbers = np.frombuffer(bytes.fromhex(found["data"]), dtype="<f8").reshape(shape)
    except ValueError:
        return Value("missing", "what came back could not be read")
    return Value(kind, words, value.dtype, shape, numbers, value.is_complex)
