"""What runs inside of the sandbox: loads a student's code, calls it at given inputs, says what came back.

No module of the program imports this one; its text is sent into the sandbox, where only Python and NumPy are. The
request is one JSON object, the answer one JSON object a line: `loaded`, then a `call` for each that was asked for, and
`end`. Numbers go over as the hexadecimal bytes of 64-bit floating point, so that nothing is rounded on the way.
What comes back from a student's code is only ever described: its shape, its type, its numbers.
"""

import __future__

import ast
import inspect
import json
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

MOST_WARNINGS = 20
LONGEST_MESSAGE = 300

LONG = 0.1
TIMED = 1.5
"""Seconds: a call that took longer is not timed once more, and no call is timed after so many of them."""

Request = dict[str, Any]
Answer = dict[str, Any]


class NoResult(Exception):
    """A result that is not there, or cannot be called for; the text says why."""


# ── values that are given ──


def made(value: Request) -> Any:
    """A value as the request describes it, new each time."""
    kind = value["kind"]
    if kind == "array":
        flat = np.frombuffer(bytes.fromhex(value["data"]), dtype="<f8")
        return flat.reshape(value["shape"]).astype(value["dtype"], order="C")
    if kind == "drawn":
        chance, among = np.random.default_rng(value["number"]), value["among"]
        drawn = chance.uniform(0.1, 1.0, value["shape"]) if among is None else chance.choice(among, value["shape"])
        return np.asarray(drawn, dtype=value["dtype"])
    if kind == "classes":
        low, high = value["low"], value["high"]
        return np.random.default_rng(value["number"]).integers(low, high, value["shape"])
    if kind == "float":
        return float.fromhex(value["value"])
    if kind == "list":
        return [made(item) for item in value["items"]]
    if kind == "dict":
        return {key: made(item) for key, item in value["items"]}
    return value["value"]


def arrays_in(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The arrays in an argument, with the words for them."""
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from arrays_in(f"{name}[{key!r}]", item)
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from arrays_in(f"{name}[{number}]", item)


def frozen(value: Any) -> Any:
    """All that could be changed in an argument, to compare it with later."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    if isinstance(value, list):
        return [frozen(item) for item in value]
    return value


def changes(before: Any, after: Any, name: str) -> Iterator[str]:
    """The words for what differs between two frozen values."""
    if isinstance(before, dict) and isinstance(after, dict):
        if before.keys() != after.keys():
            yield name
        for key in before.keys() & after.keys():
            yield from changes(before[key], after[key], f"{name}[{key!r}]")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changes(old, new, f"{name}[{number}]")
    elif type(before) is not type(after) or before != after:
        yield name


# ── what comes back ──


def described(value: Any, largest: int) -> Answer:
    """A result: what it is, and its numbers if it has any."""
    if value is None:
        return {"kind": "none"}
    kind = "array" if isinstance(value, np.ndarray) else "number"
    if not isinstance(value, (np.ndarray, np.generic, int, float, complex)):
        if not isinstance(value, (list, tuple)):
            return {"kind": "other", "type": type(value).__name__[:60]}
        kind = type(value).__name__
        try:
            value = np.asarray(value)
        except Exception:
            return {"kind": "other", "type": kind}
    if isinstance(value, int) and not -(2**62) < value < 2**62:
        value = float(value) if -(2**1000) < value < 2**1000 else float("inf")
    array = np.asarray(np.ma.filled(value, np.nan) if isinstance(value, np.ma.MaskedArray) else value)
    found: Answer = {"kind": kind, "shape": list(array.shape), "dtype": str(array.dtype)}
    if array.size > largest:
        return {**found, "kind": "huge"}
    if array.dtype.kind == "c":
        found["is_complex"] = bool(np.any(array.imag != 0))
        array = array.real
    if array.dtype.kind not in "biuf":
        return {**found, "kind": "other", "type": f"an array of {array.dtype}"}
    with np.errstate(all="ignore"):
        found["data"] = np.ascontiguousarray(array, dtype="<f8").tobytes().hex()
    return found


def taken(returned: Any, own: Any, path: list[list[Any]]) -> Any:
    """The result at the end of a path. Raises `NoResult`."""
    value, steps = returned, path
    if path and path[0][0] == "self":
        value, steps = own, path[1:]
    for kind, name in steps:
        value = _step(value, kind, name)
    return value


def _step(value: Any, kind: str, name: Any) -> Any:
    if kind == "item":
        if not isinstance(value, (tuple, list)):
            raise NoResult(f"one value came back ({_type_of(value)}), where several are expected")
        if name >= len(value):
            raise NoResult(f"only {len(value)} values came back")
        return value[name]
    if kind == "key" and isinstance(value, Mapping):
        if name not in value:
            there = ", ".join(repr(key)[:40] for key in list(value)[:12])
            raise NoResult(f"the dictionary has no {name!r}; it has {there or 'nothing'}")
        return value[name]
    if value is not None and hasattr(value, str(name)):
        return getattr(value, str(name))
    expected = "an attribute" if kind == "attribute" else "a key or an attribute"
    raise NoResult(f"{_type_of(value)} has no {name!r}, {expected}")


def _type_of(value: Any) -> str:
    return "None" if value is None else f"of the type {type(value).__name__[:60]}"


def failure(error: BaseException, cells: Mapping[str, str]) -> Answer:
    """An exception, with the last line of the student's own code that it came through."""
    message = " ".join(str(error).split())[:LONGEST_MESSAGE]
    found: Answer = {"type": type(error).__name__[:60], "message": message, "cell": None, "line": None}
    if isinstance(error, SyntaxError) and error.filename in cells:
        return {**found, "cell": error.filename, "line": error.lineno}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in cells:
            found["cell"], found["line"] = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return found


def warned(caught: list[warnings.WarningMessage], cells: Mapping[str, str]) -> list[Answer]:
    """NumPy's warnings about numbers, each once for a line."""
    found: dict[tuple[str, int, str], Answer] = {}
    for one in caught:
        if issubclass(one.category, RuntimeWarning):
            message, is_own = " ".join(str(one.message).split())[:LONGEST_MESSAGE], one.filename in cells
            line = one.lineno if is_own else 0
            cell = one.filename if is_own else None
            found.setdefault((one.filename, line, message), {"message": message, "cell": cell, "line": line})
    return list(found.values())[:MOST_WARNINGS]


# ── calling ──


def loaded(cells: list[Request]) -> tuple[dict[str, Any], list[Answer]]:
    """What the code defines, and what went wrong in it; a statement that fails does not stop those behind it."""
    module = types.ModuleType("student")
    sys.modules["student"] = module
    texts = {cell["name"]: cell["text"] for cell in cells}
    errors: list[Answer] = []
    for cell in cells:
        for statement in statements(cell, texts, errors):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    exec(statement, module.__dict__)
            except BaseException as error:
                errors.append(failure(error, texts))
    return module.__dict__, errors


def statements(cell: Request, texts: Mapping[str, str], errors: list[Answer]) -> Iterator[types.CodeType]:
    """The statements at the top of a cell, compiled one by one with what they import from the future."""
    name = cell["name"]
    try:
        flags = compile(cell["text"], name, "exec", dont_inherit=True).co_flags
        tree = ast.parse(cell["text"], name)
    except BaseException as error:
        errors.append(failure(error, texts))
        return
    features = sum(getattr(__future__, feature).compiler_flag & flags for feature in __future__.all_feature_names)
    for statement in tree.body:
        yield compile(ast.Module([statement], []), name, "exec", flags=features, dont_inherit=True)


class Called:
    """The student's function, or the method of an object of the student's class."""

    def __init__(self, request: Request, names: dict[str, Any]) -> None:
        self.request = request
        self.names = names
        self.cells = {cell["name"]: cell["text"] for cell in request["cells"]}
        self.own: Any = None
        self.kept: list[tuple[Any, Answer]] = []

    def call(self, asked: Request) -> Answer:
        """One call, described."""
        construct = {name: made(value) for name, value in asked["construct"]}
        attributes = [(place, steps, made(value)) for place, steps, value in asked["attributes"]]
        arguments = {name: made(value) for name, value in asked["arguments"]}
        given = {**{place: value for place, _, value in attributes}, **arguments}
        before = {name: frozen(value) for name, value in given.items()}
        answer: Answer = {"event": "call", "id": asked["id"]}
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
            warnings.simplefilter("always")
            start = time.process_time()
            try:
                function = self._function(construct, attributes, is_new=asked["is_new"])
                by_name = accepts(function, arguments)
                start = time.process_time()
                returned = function(**arguments) if by_name else function(*arguments.values())
                answer["seconds"] = time.process_time() - start
                if not asked["is_timed"]:
                    answer.update(self._results(returned, given, before, by_name=by_name))
            except BaseException as error:
                answer["error"] = failure(error, self.cells)
                answer["seconds"] = time.process_time() - start
        answer["warnings"] = warned(caught, self.cells)
        return answer

    def _function(self, construct: Any, attributes: Any, *, is_new: bool) -> Callable[..., Any]:
        class_name, name = self.request["class"], self.request["function"]
        if class_name is None:
            function: Callable[..., Any] = self.names[name]
            return function
        if is_new or self.own is None:
            maker = self.names[class_name]
            self.own = maker(**construct) if accepts(maker, construct) else maker(*construct.values())
        for _, steps, value in attributes:
            place(self.own, steps, value)
        method: Callable[..., Any] = getattr(self.own, name)
        return method

    def _results(self, returned: Any, given: Any, before: Any, *, by_name: bool) -> Answer:
        largest = self.request["largest"]
        results, values = [], []
        for path in self.request["results"]:
            try:
                value = taken(returned, self.own, path)
                results.append(described(value, largest))
                values.append(value)
            except NoResult as problem:
                results.append({"kind": "missing", "message": str(problem)[:LONGEST_MESSAGE]})
                values.append(None)
        changed = [words for name in given for words in changes(before[name], frozen(given[name]), name)]
        if not self.kept:
            self.kept = list(zip(values, results, strict=True))
        shared = [
            [number, name]
            for number, value in enumerate(values)
            if isinstance(value, np.ndarray)
            for argument, whole in given.items()
            for name, array in arrays_in(argument, whole)
            if value.size and np.may_share_memory(value, array)
        ]
        return {"results": results, "changed": changed, "shared": shared, "by_name": by_name}

    def overwritten(self) -> list[int]:
        """Which results of the first call that succeeded are others now, after the calls behind it."""
        largest = self.request["largest"]
        return [
            number
            for number, (value, before) in enumerate(self.kept)
            if isinstance(value, np.ndarray) and described(value, largest) != before
        ]


def accepts(function: Callable[..., Any], arguments: Mapping[str, Any]) -> bool:
    """Whether a function takes all of these by name; else they are given in order."""
    try:
        inspect.signature(function).bind(**arguments)
    except (TypeError, ValueError):
        return False
    return True


def place(own: Any, steps: list[list[Any]], value: Any) -> None:
    """Set an attribute, or an entry of one: `params['W1']`."""
    target = own
    for number, (kind, name) in enumerate(steps):
        is_last = number == len(steps) - 1
        if kind == "attribute":
            if is_last:
                setattr(target, name, value)
            else:
                if not hasattr(target, name):
                    setattr(target, name, {})
                target = getattr(target, name)
        elif is_last:
            target[name] = value
        else:
            target = target[name]


def answers(request: Request) -> Iterator[Answer]:
    """Everything that is said, one after the other."""
    names, errors = loaded(request["cells"])
    wanted = request["class"] or request["function"]
    yield {"event": "loaded", "errors": errors, "found": callable(names.get(wanted))}
    if callable(names.get(wanted)):
        called = Called(request, names)
        for asked in request["calls"]:
            if not asked["is_timed"]:
                yield called.call(asked)
        yield {"event": "kept", "overwritten": called.overwritten()}
        yield from timed(called, [asked for asked in request["calls"] if asked["is_timed"]])
    yield {"event": "end"}


def timed(called: Called, calls: list[Request]) -> Iterator[Answer]:
    """How long calls take, each as often as it is asked if it is quick."""
    spent: dict[str, float] = {}
    for asked in calls:
        kind = asked["id"].rpartition(" ")[0]
        if spent.get(kind, 0.0) < LONG and sum(spent.values()) < TIMED:
            answer = called.call(asked)
            spent[kind] = answer["seconds"]
            yield answer


def main(request: bytes, answer: Callable[[bytes], None]) -> None:
    """Answer a request, a line for each thing that is said, as soon as it is known."""
    for found in answers(json.loads(request)):
        answer(json.dumps(found).encode() + b"\n")


if __name__ == "runner":
    main(globals()["request"], globals()["answer"])
