"""Records: the standard library's dataclasses, made in a tenth of the time.

`dataclasses.dataclass` writes and compiles the source of up to six methods for every class. This program has two
hundred classes of data, and every start of it waited for them. Here equality, hash, representation and what forbids
assignment are one function each, shared by all classes, and `__init__` is compiled when the first record of its class
is made: half of the classes have none in most runs. All of it means what it means in the standard library.

>>> @dataclass(frozen=True)
... class Point:
...     x: int
...     y: int = 0
>>> Point(1), Point(1) == Point(1, 0), Point(1) == (1, 0), len({Point(1), Point(1), Point(2)})
(Point(x=1, y=0), True, False, 2)
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError
from functools import wraps
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["dataclass", "remembered"]

_KEPT_HASH = "_hash"

Assigning = Callable[[Mapping[str, str]], str]
Record = TypeVar("Record")
Value = TypeVar("Value")

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, **options):
        """`dataclasses.dataclass`; with any options but `frozen=True` it is that itself."""
        if options not in ({}, {"frozen": True}):
            return dataclasses.dataclass(cls, **options)
        make = _frozen if options else _changeable
        return make if cls is None else make(cls)


def remembered(function: Callable[[Record], Value]) -> Callable[[Record], Value]:
    """The same function of a record, worked out once for each: neither the record nor what is said of it changes.

    The value is kept with the record itself. To look equal records up would compare them whole, again at every call,
    and pieces of syntax that are equal stand at different places.
    """
    name = f"_{function.__name__}"

    @wraps(function)
    def known(record: Record) -> Value:
        kept = record.__dict__
        if name not in kept:
            kept[name] = function(record)
        value: Value = kept[name]
        return value

    return known


# ── how a class is made ──────────────────────────────────────────────────────────────────────────────


def _frozen(cls: type) -> Any:
    made = _with_fields(cls, _fields_at_once, (_eq, _hash, _repr))
    made.__getstate__ = _getstate
    made.__setattr__ = _refuses_assignment
    made.__delattr__ = _refuses_deletion
    return made


def _changeable(cls: type) -> Any:
    made = _with_fields(cls, _fields_one_by_one, (_eq, _repr))
    if "__hash__" not in cls.__dict__:
        made.__hash__ = None
    return made


def _fields_at_once(values: Mapping[str, str]) -> str:
    """The statement that gives a record all its fields: where assignment is forbidden, that is much the cheapest."""
    return f"_set(self, '__dict__', {{{', '.join(f'{name!r}: {value}' for name, value in values.items())}}})"


def _fields_one_by_one(values: Mapping[str, str]) -> str:
    return "; ".join(f"self.{name} = {value}" for name, value in values.items()) or "pass"


def _with_fields(cls: type, assigning: Assigning, methods: tuple[Callable[..., Any], ...]) -> Any:
    """The class with its fields and the methods that it does not define itself."""
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    fields = dataclasses.fields(made)
    compared = [field.name for field in fields if field.compare]
    made._shown = tuple(field.name for field in fields if field.repr)
    made._compared = attrgetter(*compared) if compared else _nothing
    for method in methods:
        if cls.__dict__.get(name := f"_{method.__name__}__") is None:
            setattr(made, name, method)
    if "__init__" not in cls.__dict__:
        made.__init__ = _compiled_when_called(made, fields, assigning)
    return made


def _compiled_when_called(made: Any, fields: tuple[Field[Any], ...], assigning: Assigning) -> Callable[..., None]:
    """An `__init__` that puts the compiled one in its place."""

    def first(self: Any, *values: Any, **named: Any) -> None:
        made.__init__ = _init(made, fields, assigning)
        made.__init__(self, *values, **named)

    return first


def _init(made: Any, fields: tuple[Field[Any], ...], assigning: Assigning) -> Any:
    """The `__init__` that sets every field in order, and then calls `__post_init__` if there is one."""
    scope: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    parameters: dict[bool, list[str]] = {False: ["self"], True: ["*"]}
    values: dict[str, str] = {}
    for field in fields:
        name, value = field.name, field.name
        makes = field.default_factory is not MISSING
        scope[f"_default_{name}"] = field.default_factory if makes else field.default
        if makes:
            value = f"_default_{name}()"
            value = f"{value} if {name} is _missing else {name}" if field.init else value
        if field.init:
            default = "=_missing" if makes else "" if field.default is MISSING else f"=_default_{name}"
            parameters[bool(field.kw_only)].append(name + default)
        if field.init or makes:
            values[name] = value
    body = [assigning(values)]
    if hasattr(made, "__post_init__"):
        body.append("self.__post_init__()")
    listed = ", ".join(parameters[False] + (parameters[True] if len(parameters[True]) > 1 else []))
    exec(f"def __init__({listed}):\n " + "\n ".join(body), scope)
    scope["__init__"].__qualname__ = f"{made.__qualname__}.__init__"
    return scope["__init__"]


# ── what all classes share ───────────────────────────────────────────────────────────────────────────


class _Nothing:
    """What is compared of a record without fields: always the same."""

    def __call__(self, _record: object) -> tuple[()]:
        return ()


_nothing = _Nothing()


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self is other or self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    """The hash, kept with the record: an expression is looked up again and again, and every part of it would be."""
    kept = self.__dict__
    known: int | None = kept.get(_KEPT_HASH)
    if known is None:
        known = kept[_KEPT_HASH] = hash((self.__class__.__qualname__, self._compared(self)))
    return known


def _getstate(self: Any) -> dict[str, Any]:
    """What is copied, also into another process: the hash of a text is another one there."""
    return {name: value for name, value in self.__dict__.items() if name != _KEPT_HASH}


def _repr(self: Any) -> str:
    return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._shown)})"


def _refuses_assignment(self: Any, name: str, value: Any) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuses_deletion(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
