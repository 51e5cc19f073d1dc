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
from numpy.typing import NDArray

from derive.expressions.shapes import Shape
from derive.implementations.setting import (
    CodeSetting,
    Constant,
    Named,
    Parameter,
    Quantity,
    Several,
    Size,
    Structure,
    steps_of,
)
from derive.implementations.source import Code
from derive.implementations.truth import Array, Draw
from derive.models import Model
from derive.notation.symbols import Given
from derive.records import dataclass
from derive.sandbox import Finished, Limits, run

LARGEST_RESULT = 200_000
LONGEST_TEXT = 400
SANDBOX = Limits(seconds=20.0, cpu_seconds=20)

_DTYPE = re.compile(r"bool|u?int(?:8|16|32|64)|float(?:16|32|64|96|128)|complex(?:64|128|192|256)|object")

Json = dict[str, Any]


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
        "calls": [
            {"id": call.id, "is_new": call.is_new, "is_timed": call.is_timed, **call.inputs} for call in calls
        ],
    }
    script = (files("derive.implementations") / "runner.py").read_text(encoding="utf-8")
    finished = run(script, json.dumps(request).encode(), limits, trust=trust)
    return _conversation(finished, len(setting.results))


# ── inputs ──


def inputs_at(setting: CodeSetting, draw: Draw) -> Json:
    """What the code is given at a draw."""
    return _inputs(setting, lambda structure: _encoded(setting, structure, draw))


def inputs_of_sizes(setting: CodeSetting, model: Model, sizes: Mapping[str, int]) -> Json:
    """Chance numbers of these sizes, by the dimensions' names: to see how long a call takes."""
    return _inputs(setting, lambda structure: _drawn(setting, structure, model, sizes))


def _inputs(setting: CodeSetting, encoded: Any) -> Json:
    def pairs(parameters: Sequence[Parameter]) -> list[list[Any]]:
        return [[one.name, encoded(one.value)] for one in parameters]

    attributes = [[one.name, [list(step) for step in steps_of(one.name)], encoded(one.value)] for one in setting.attributes]
    return {"construct": pairs(setting.construct), "attributes": attributes, "arguments": pairs(setting.arguments)}


def _encoded(setting: CodeSetting, structure: Structure, draw: Draw) -> Json:
    match structure:
        case Several(items):
            return {"kind": "list", "items": [_encoded(setting, item, draw) for item in items]}
        case Named(pairs):
            return {"kind": "dict", "items": [[key, _encoded(setting, item, draw)] for key, item in pairs]}
        case Size(dim):
            sizes = {key: one.size for key, one in draw.session.table.dims.items()}
            return {"kind": "plain", "value": sizes.get(dim.name, dim.size)}
        case Constant(value):
            return _constant(value)
    found = draw.value(structure, setting.first_label)
    return encoded_numbers(found, setting.dtype)


def encoded_numbers(found: Array | NDArray[np.int64], dtype: str) -> Json:
    """An array or a number as the request holds it; whole numbers stay such."""
    if found.dtype.kind == "i":
        if found.ndim == 0:
            return {"kind": "plain", "value": int(found)}
        return _array(found, "int64")
    if found.ndim == 0:
        return {"kind": "float", "value": float(found).hex()}
    return _array(found, dtype)


def _array(found: Array | NDArray[np.int64], dtype: str) -> Json:
    data = np.ascontiguousarray(found, dtype="<f8").tobytes().hex()
    return {"kind": "array", "shape": list(found.shape), "dtype": dtype, "data": data}


def _constant(value: float | int | bool | None) -> Json:
    return {"kind": "float", "value": value.hex()} if isinstance(value, float) else {"kind": "plain", "value": value}


def _drawn(setting: CodeSetting, structure: Structure, model: Model, sizes: Mapping[str, int]) -> Json:
    match structure:
        case Several(items):
            return {"kind": "list", "items": [_drawn(setting, item, model, sizes) for item in items]}
        case Named(pairs):
            return {"kind": "dict", "items": [[key, _drawn(setting, item, model, sizes)] for key, item in pairs]}
        case Size(dim):
            return {"kind": "plain", "value": sizes.get(dim.name, dim.size)}
        case Constant(value):
            return _constant(value)
    return _drawn_quantity(setting, structure, model, sizes)


def _drawn_quantity(setting: CodeSetting, quantity: Quantity, model: Model, sizes: Mapping[str, int]) -> Json:
    shape = sizes_of(quantity.value.shape, sizes)
    if quantity.form in ("labels", "one-hot"):
        meaning = model.table.meanings[quantity.name or ""]
        assert isinstance(meaning, Given) and meaning.classes is not None
        count = sizes.get(meaning.classes.name, meaning.classes.size or 1)
        rows = [] if _is_one_label(meaning) else shape[:1]
        if quantity.form == "one-hot":
            return _array(np.tile(np.eye(1, count), (rows[0], 1)) if rows else np.eye(1, count)[0], setting.dtype)
        first = setting.first_label
        if not rows:
            return {"kind": "plain", "value": first}
        return {"kind": "classes", "shape": rows, "low": first, "high": first + count, "number": 1}
    if not shape:
        return {"kind": "float", "value": (0.5).hex()}
    shape = [int(np.prod(shape))] if quantity.form == "flat" else shape
    shape = shape[::-1] if quantity.form == "transpose" else shape
    return {"kind": "drawn", "shape": shape, "dtype": setting.dtype, "number": 1}


def _is_one_label(meaning: Given) -> bool:
    return meaning.shape.is_vector if meaning.kind == "one-hot" else meaning.shape.is_scalar


def sizes_of(shape: Shape, sizes: Mapping[str, int]) -> list[int]:
    """A shape at given sizes of the dimensions with names."""
    return [sizes.get(dim.name, dim.size or 1) for dim in shape.dims]


# ── answers ──


def _conversation(finished: Finished, number: int) -> Conversation:
    """What was said, as far as it has the form that it should have."""
    said = [found for line in finished.output.split(b"\n") if (found := _object(line)) is not None]
    loaded = next((one for one in said if one.get("event") == "loaded"), None)
    errors = [] if loaded is None else _list(loaded.get("errors"))
    calls = [one for one in said if one.get("event") == "call"]
    end = next((one for one in said if one.get("event") == "end"), None)
    returned = {found.id: found for one in calls if (found := _returned(one, number)) is not None}
    return Conversation(
        tuple(_failure(error) for error in errors),
        loaded is not None and loaded.get("found") is True,
        loaded is not None,
        end is not None and finished.status == "done",
        returned,
        finished,
        tuple(at for at in _list(end and end.get("overwritten")) if isinstance(at, int) and 0 <= at < number),
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
