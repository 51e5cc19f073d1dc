"""What runs inside of the sandbox: loads a student's code, calls it at given inputs, says what came back.

No module of the program imports this one; its text is sent into the sandbox, where only Python and NumPy are. The
request is one JSON object: `calls` are the functions and methods that are called one after the other, `rounds` the
inputs at which that is done. The answer is one JSON object a line: `loaded`, then a `round` for each, and `end`.
Numbers go over as the hexadecimal bytes of 64-bit floating point, so that nothing is rounded on the way. What comes
back from a student's code is only ever described: its shape, its type, its numbers.
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


DEEPEST = 6
"""So deep lists in lists are looked at for what was changed in them."""


class NoResult(Exception):
    """A result that is not there, or cannot be called for; the text says why."""


class NotCalled(Exception):
    """A call that is not made; the text says why."""


# ── values that are given ──


def made(value: Request, kept: Mapping[str, Any]) -> Any:
    """A value as the request describes it, new each time, or what is kept. Raises `NotCalled`."""
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
        return [made(item, kept) for item in value["items"]]
    if kind == "dict":
        return {key: made(item, kept) for key, item in value["items"]}
    if kind == "kept":
        return _found(value["value"], kept)
    return value["value"]


def _found(name: str, kept: Mapping[str, Any]) -> Any:
    """What an earlier call returned under a name."""
    if name not in kept:
        raise NotCalled(f"there is no {name}, as the call that returns it came to no end")
    if isinstance(kept[name], NoResult):
        raise NotCalled(f"there is no {name}: {kept[name]}")
    return kept[name]


def is_kept(value: Request) -> bool:
    """Whether something that is kept is a value, or stands in it."""
    if value["kind"] == "list":
        return any(is_kept(item) for item in value["items"])
    if value["kind"] == "dict":
        return any(is_kept(item) for _, item in value["items"])
    return bool(value["kind"] == "kept")


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


def frozen(value: Any, depth: int = 0) -> Any:
    """All that could be changed in an argument, to compare it with later; of what is no array or list, its type."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return value.shape, value.dtype.str, value.tobytes()
    if depth < DEEPEST and type(value) is dict:
        return {_shown_key(key): frozen(item, depth + 1) for key, item in value.items()}
    if depth < DEEPEST and type(value) in (list, tuple):
        return [frozen(item, depth + 1) for item in value]
    return repr(value) if type(value) in (bool, int, float, str) else type(value)


def _shown_key(key: Any) -> str:
    return repr(key) if type(key) in (int, str) else type(key).__name__


def changes(before: Any, after: Any, name: str) -> Iterator[str]:
    """The words for what differs between two frozen values."""
    if isinstance(before, dict) and isinstance(after, dict):
        if before.keys() != after.keys():
            yield name
        for key in before.keys() & after.keys():
            yield from changes(before[key], after[key], f"{name}[{key}]")
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
    """The student's functions, or an object of the student's class with its methods."""

    def __init__(self, request: Request, names: dict[str, Any]) -> None:
        self.request = request
        self.names = names
        self.cells = {cell["name"]: cell["text"] for cell in request["cells"]}
        self.own: Any = None
        self.watched: list[tuple[int, Any, Answer]] = []

    def round(self, asked: Request) -> Answer:
        """All calls at some inputs, described."""
        return next(self.in_turns([asked]))

    def in_turns(self, several: list[Request]) -> Iterator[Answer]:
        """Rounds of which each makes its first call before any makes its second, and so on."""
        rounds = [Round(self, asked) for asked in several]
        for number in range(len(self.request["calls"])):
            for one in rounds:
                one.make(number)
        yield from (one.answer() for one in rounds)

    def overwritten(self) -> list[int]:
        """Which results of the first round that succeeded are others now, after the calls behind it."""
        largest = self.request["largest"]
        return [
            number
            for number, value, before in self.watched
            if isinstance(value, np.ndarray) and described(value, largest) != before
        ]


class Round:
    """The calls at some inputs, each given what the setting says and what was kept of those before it."""

    def __init__(self, called: Called, asked: Request) -> None:
        self.called = called
        self.calls: list[Request] = called.request["calls"]
        self.asked = asked
        self.own: Any = None if asked["is_new"] else called.own
        self.is_set = False
        self.given: list[tuple[str, Any, Any]] = []
        self.kept_given: list[tuple[str, Any, Any]] = []
        self.kept: dict[str, Any] = {}
        self.results: list[tuple[Any, Answer]] = []
        self.errors: list[Answer | None] = []
        self.warnings: list[warnings.WarningMessage] = []
        self.seconds = 0.0
        self.by_name = True

    def make(self, number: int) -> None:
        """Make one of the calls; what ends it is noted."""
        call = self.calls[number]
        returned, error = None, None
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
            warnings.simplefilter("always")
            start = time.process_time()
            try:
                function, arguments = self._prepared(number)
                is_by_name = accepts(function, arguments)
                start = time.process_time()
                returned = function(**arguments) if is_by_name else function(*arguments.values())
                self.by_name = self.by_name and is_by_name
            except NotCalled as problem:
                error = {"type": "", "message": str(problem)[:LONGEST_MESSAGE], "cell": None, "line": None}
            except BaseException as problem:
                error = failure(problem, self.called.cells)
            self.seconds += time.process_time() - start
        self.warnings += caught
        self.errors.append(error)
        self._keep(call, returned, is_ended=error is not None)

    def _prepared(self, number: int) -> tuple[Callable[..., Any], dict[str, Any]]:
        """The function of a call, and its arguments."""
        function = self._function(self.calls[number])
        arguments = {}
        for name, value in self.asked["arguments"][number]:
            arguments[name] = made(value, self.kept)
            given = self.kept_given if is_kept(value) else self.given
            given.append((name, arguments[name], frozen(arguments[name])))
        return function, arguments

    def _function(self, call: Request) -> Callable[..., Any]:
        name = call["name"]
        if not call["is_method"]:
            if not callable(self.called.names.get(name)):
                raise NotCalled(f"there is no function {name}")
            function: Callable[..., Any] = self.called.names[name]
            return function
        self._set()
        for earlier, error in zip(self.calls, self.errors, strict=False):
            if earlier["is_method"] and error is not None:
                raise NotCalled(f"{earlier['name']} came to no end before it")
        method: Callable[..., Any] = getattr(self.own, name)
        return method

    def _set(self) -> None:
        """Make the object, unless it is there, and set what is set in it, once in a round."""
        if self.is_set:
            return
        class_name = self.called.request["class"]
        if not callable(self.called.names.get(class_name)):
            raise NotCalled(f"there is no class {class_name}")
        self.is_set = True
        if self.own is None:
            construct = {name: made(value, {}) for name, value in self.asked["construct"]}
            maker = self.called.names[class_name]
            self.own = maker(**construct) if accepts(maker, construct) else maker(*construct.values())
            self.called.own = self.own
        for name, steps, value in self.asked["attributes"]:
            attribute = made(value, {})
            self.given.append((name, attribute, frozen(attribute)))
            place(self.own, steps, attribute)

    def _keep(self, call: Request, returned: Any, *, is_ended: bool) -> None:
        """Describe what came back of a call, and keep what later calls are given of it."""
        for path in call["results"]:
            try:
                value = None if is_ended or self.asked["is_timed"] else taken(returned, self.own, path)
                found = {"kind": "ended"} if is_ended else described(value, self.called.request["largest"])
                self.results.append((value, found))
            except NoResult as problem:
                self.results.append((None, {"kind": "missing", "message": str(problem)[:LONGEST_MESSAGE]}))
        for name, path in () if is_ended else call["keeps"]:
            try:
                self.kept[name] = taken(returned, self.own, path)
            except NoResult as problem:
                self.kept[name] = problem

    def answer(self) -> Answer:
        """All that was seen in the round."""
        found: Answer = {"event": "round", "id": self.asked["id"], "seconds": self.seconds, "errors": self.errors}
        found["warnings"] = warned(self.warnings, self.called.cells)
        if self.asked["is_timed"]:
            return found
        if not self.called.watched and not any(self.errors):
            self.called.watched = [(number, *result) for number, result in enumerate(self.results)]
        shared = [
            [number, name]
            for number, (value, _) in enumerate(self.results)
            if isinstance(value, np.ndarray)
            for argument, whole, _ in self.given
            for name, array in arrays_in(argument, whole)
            if value.size and np.may_share_memory(value, array)
        ]
        return {
            **found,
            "results": [described for _, described in self.results],
            "changed": _changed(self.given),
            "rewritten": _changed(self.kept_given),
            "shared": shared,
            "by_name": self.by_name,
        }


def _changed(given: list[tuple[str, Any, Any]]) -> list[str]:
    """The words for what is no longer as it was given."""
    found = (words for name, value, before in given for words in changes(before, frozen(value), name))
    return list(dict.fromkeys(found))


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
    is_found = any(callable(names.get(wanted)) for wanted in request["wanted"])
    yield {"event": "loaded", "errors": errors, "found": is_found}
    if is_found:
        called = Called(request, names)
        for asked in request["rounds"]:
            if not asked["is_timed"]:
                yield called.round(asked)
        yield {"event": "kept", "overwritten": called.overwritten()}
        yield from called.in_turns(request["in_turns"])
        yield from timed(called, [asked for asked in request["rounds"] if asked["is_timed"]])
    yield {"event": "end"}


def timed(called: Called, calls: list[Request]) -> Iterator[Answer]:
    """How long calls take, each as often as it is asked if it is quick."""
    spent: dict[str, float] = {}
    for asked in calls:
        kind = asked["id"].rpartition(" ")[0]
        if spent.get(kind, 0.0) < LONG and sum(spent.values()) < TIMED:
            answer = called.round(asked)
            spent[kind] = answer["seconds"]
            yield answer


def main(request: bytes, answer: Callable[[bytes], None]) -> None:
    """Answer a request, a line for each thing that is said, as soon as it is known."""
    for found in answers(json.loads(request)):
        answer(json.dumps(found).encode() + b"\n")


if __name__ == "runner":
    main(globals()["request"], globals()["answer"])
