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
    """An exception in a student's code: its type and message, and the line that it came through last.

    Without a type there was none: the call was not made, and the message says why.
    """

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
    """One result. `kind` is array, number, list, tuple, none, other, huge or missing; `numbers` where it has any.

    It is `ended` where its call came to no end.
    """

    kind: str
    words: str = ""
    dtype: str = ""
    shape: tuple[int, ...] = ()
    numbers: Array | None = None
    is_complex: bool = False


@dataclass(frozen=True)
class Returned:
    """What the calls at some inputs came to: the results in the order of the setting, and what ended which call.

    `failures` has one for each call, null where it came to its end. `changed` are arguments that are no longer as they
    were, `rewritten` those that earlier calls returned.
    """

    id: str
    seconds: float
    results: tuple[Value, ...]
    failures: tuple[Failure | None, ...] = ()
    warnings: tuple[Warned, ...] = ()
    changed: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    shared: tuple[tuple[int, str], ...] = ()
    is_by_name: bool = True

    @property
    def errors(self) -> tuple[Failure, ...]:
        """The exceptions that ended calls."""
        return tuple(one for one in self.failures if one is not None and one.kind)

    @property
    def error(self) -> Failure | None:
        """What ended the first call that came to no end."""
        return next((one for one in self.failures if one is not None), None)

    @property
    def is_empty(self) -> bool:
        """Whether no call came to its end."""
        return bool(self.failures) and None not in self.failures


@dataclass(frozen=True)
class Conversation:
    """All that came back: the errors at loading, whether anything that is called is there, what the calls came to."""

    errors: tuple[Failure, ...]
    is_found: bool
    is_loaded: bool
    is_complete: bool
    returned: Mapping[str, Returned]
    finished: Finished
    overwritten: tuple[int, ...] = ()


@dataclass(frozen=True)
class Round:
    """The calls at some inputs, and whether the object is a new one. A timed one only says how long it took."""

    id: str
    inputs: Json
    is_new: bool = False
    is_timed: bool = False

    @property
    def asked(self) -> Json:
        """The round as the request holds it."""
        return {"id": self.id, "is_new": self.is_new, "is_timed": self.is_timed, **self.inputs}


def converse(
    setting: CodeSetting,
    code: Code,
    rounds: Sequence[Round],
    *,
    in_turns: Sequence[Round] = (),
    trust: bool,
    limits: Limits = SANDBOX,
) -> Conversation:
    """Load a student's code in the sandbox and call it; `in_turns` are rounds whose calls come in turns.

    Raises `NoSandboxError`.
    """
    request = {
        **request_of(setting, code),
        "rounds": [one.asked for one in rounds],
        "in_turns": [one.asked for one in in_turns],
    }
    script = (files("derive.implementations") / "runner.py").read_text(encoding="utf-8")
    finished = run(script, json.dumps(request).encode(), limits, trust=trust)
    return _conversation(finished, setting)


def request_of(setting: CodeSetting, code: Code) -> Json:
    """What a request says beside the inputs: the code, what is called in it, what is looked at and what is kept."""
    return {
        "cells": [{"name": cell.name, "text": cell.text} for cell in code.cells],
        "class": setting.class_name,
        "wanted": list(setting.wanted),
        "calls": [
            {
                "name": call.name,
                "is_method": call.is_method,
                "results": [[list(step) for step in expected.path] for expected in call.results],
                "keeps": [[name, [list(step) for step in path]] for name, path in call.keeps],
            }
            for call in setting.calls
        ],
        "largest": LARGEST_RESULT,
    }


# ── answers ──


def _conversation(finished: Finished, setting: CodeSetting) -> Conversation:
    """What was said, as far as it has the form that it should have."""
    number = len(setting.results)
    said = [one for one in map(_object, finished.output.split(b"\n")) if one is not None]
    loaded = next((one for one in said if one.get("event") == "loaded"), None)
    errors = [] if loaded is None else _list(loaded.get("errors"))
    rounds = [one for one in said if one.get("event") == "round"]
    kept = next((one for one in said if one.get("event") == "kept"), None)
    end = next((one for one in said if one.get("event") == "end"), None)
    returned = [found for one in rounds if (found := _returned(one, number, len(setting.calls))) is not None]
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
    found = value if isinstance(value, dict) else {"type": "Exception"}
    cell = found.get("cell")
    kind = _text(found.get("type"))
    return Failure(kind, _text(found.get("message")), cell if isinstance(cell, str) else None, _line(found.get("line")))


def _warned(value: object) -> Warned:
    found = _failure(value)
    return Warned(found.message, found.cell, found.line)


def _returned(found: Json, results_there: int, calls_there: int) -> Returned | None:
    """What one round came to, if that has the form that it should have; of a timed one there are no results."""
    seconds = found.get("seconds")
    if not isinstance(found.get("id"), str) or not isinstance(seconds, (int, float)):
        return None
    failures = tuple(None if one is None else _failure(one) for one in _list(found.get("errors")))
    results = tuple(_value(one) for one in _list(found.get("results")))
    if len(failures) != calls_there or len(results) not in (0, results_there):
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
        failures,
        tuple(_warned(one) for one in _list(found.get("warnings"))),
        tuple(_text(one) for one in _list(found.get("changed"))),
        tuple(_text(one) for one in _list(found.get("rewritten"))),
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
