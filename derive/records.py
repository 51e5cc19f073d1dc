"""Immutable records: the standard library's frozen dataclasses, made in half the time.

`dataclass` writes and compiles the source of six methods for every class. Syntax and expressions have seventy classes,
and every start of the program waited for that. Here equality, hash and representation are one function each, shared by
all classes, which mean the same; `__init__` and what forbids assignment remain those of the standard library.

>>> @dataclass(frozen=True)
... class Point:
...     x: int
...     y: int = 0
>>> Point(1), Point(1) == Point(1, 0), Point(1) == (1, 0), len({Point(1), Point(1), Point(2)})
(Point(x=1, y=0), True, False, 2)
"""

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, **options):
        """`dataclasses.dataclass`; with any options but `frozen=True` it is that itself."""
        return _made if cls is None and options == {"frozen": True} else dataclasses.dataclass(cls, **options)


def _made(cls: type) -> Any:
    made: Any = dataclasses.dataclass(frozen=True, eq=False, repr=False)(cls)
    fields = dataclasses.fields(made)
    compared = [field.name for field in fields if field.compare]
    made._shown = tuple(field.name for field in fields if field.repr)
    made._compared = attrgetter(*compared) if compared else _nothing
    for method in (_eq, _hash, _repr):
        name = f"_{method.__name__}__"
        if cls.__dict__.get(name) is None:
            setattr(made, name, method)
    return made


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
    return hash((self.__class__.__qualname__, self._compared(self)))


def _repr(self: Any) -> str:
    return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._shown)})"
