"""Data from JSON -> the records that it was written from, every value of the type that its field has.

A mapping may stand for a tuple of fixed length, its values in order, as `{"lhs": ..., "rhs": ...}` does in a report.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


class DamagedError(ValueError):
    """Data that no record was written as."""


def read(kind: Any, data: Any) -> Any:
    """The value of a type that the data stands for. Raises `DamagedError` where there is none.

    >>> read(tuple[int, ...], [1, 2]), read(Fraction, "1/3"), read(str | None, None)
    ((1, 2), Fraction(1, 3), None)
    """
    origin = get_origin(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, data)
    if origin is Literal:
        return _expected(kind, data, data in get_args(kind))
    if origin in (Union, UnionType):
        return _one_of(get_args(kind), data)
    if origin is tuple:
        return _tuple(get_args(kind), data)
    if origin is list:
        _expected(kind, data, isinstance(data, list))
        return [read(get_args(kind)[0], one) for one in data]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        _expected(kind, data, isinstance(data, dict))
        return {read(str, key): read(get_args(kind)[1], value) for key, value in data.items()}
    return _scalar(kind, data)


def _record(kind: type, data: Any) -> Any:
    """A record; fields that are left out have their defaults, and nothing else may stand there."""
    _expected(kind, data, isinstance(data, dict))
    hints = _hints(kind)
    _expected(kind, sorted(data), set(data) <= hints.keys())
    try:
        return kind(**{name: read(hints[name], value) for name, value in data.items()})
    except TypeError as error:
        raise DamagedError(f"{kind.__name__}: {error}") from None


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _one_of(kinds: tuple[Any, ...], data: Any) -> Any:
    for kind in kinds:
        try:
            return read(kind, data)
        except DamagedError:
            continue
    raise DamagedError(f"expected one of {kinds}, found {data!r}")


def _tuple(kinds: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    values = list(data.values()) if isinstance(data, dict) else data
    _expected(kinds, data, isinstance(values, list))
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(read(kinds[0], value) for value in values)
    _expected(kinds, data, len(values) == len(kinds))
    return tuple(read(kind, value) for kind, value in zip(kinds, values, strict=True))


def _scalar(kind: Any, data: Any) -> Any:
    if kind is Fraction:
        _expected(kind, data, isinstance(data, str))
        try:
            return Fraction(data)
        except (ValueError, ZeroDivisionError):
            raise DamagedError(f"expected a fraction, found {data!r}") from None
    if kind in (None, NoneType):
        return _expected(kind, data, data is None)
    return _expected(kind, data, isinstance(data, kind) and (kind is bool or not isinstance(data, bool)))


def _expected(kind: Any, data: Any, fits: bool) -> Any:
    if not fits:
        raise DamagedError(f"expected {getattr(kind, '__name__', kind)}, found {data!r}")
    return data
