"""What people use instead: SymPy on the difference of the sides, entry by entry, and Math-Verify on whole formulas.

SymPy gets the entries with every name written out down to inputs and parameters, derivatives taken beforehand by
SymPy itself. It is told what holds of a one-hot row, whose last entry is 1 minus the others, and that step functions
have the derivative 0. What it does is limited in time; to stop is an answer, too.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sympy
from sympy.core.cache import clear_cache

from benchmarks.judging import Pair, Prepared
from derive.checking.candidates import sized
from derive.checking.session import Session
from derive.exact.scalars import Scalar
from derive.exact.sympy_derivatives import SympyDefinitions
from derive.exact.sympy_form import to_sympy

LIMIT = 60
"""Seconds for one claim."""


class OutOfTime(BaseException):
    """Not an `Exception`: SymPy catches those."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Inside, `OutOfTime` is raised after so many seconds."""

    def stop(number: int, frame: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def differences(prepared: Prepared, pair: Pair) -> list[sympy.Expr]:
    """left - right in every entry, in inputs and parameters alone."""
    session = Session(prepared.model, definitions=SympyDefinitions())
    sides = [side.read(session, None, {}).upto(1)[0].value for side in pair]
    left, right = (session.entries.lower(side, {}) for side in sized(*sides))
    opened: dict[Scalar, sympy.Expr] = {}
    for group in session.definitions.partitions:
        opened[group[-1]] = 1 - sympy.Add(*map(to_sympy, group[:-1]))
    return [
        _opened(session, left.at(*position), opened) - _opened(session, right.at(*position), opened)
        for position in left.positions()
    ]


def _opened(session: Session, scalar: Scalar, opened: dict[Scalar, sympy.Expr]) -> sympy.Expr:
    values = session.definitions.values
    for symbol in scalar.free_symbols:
        if symbol not in opened:
            opened[symbol] = _opened(session, values[symbol], opened) if symbol in values else to_sympy(symbol)
    return to_sympy(scalar).xreplace({to_sympy(symbol): opened[symbol] for symbol in scalar.free_symbols})


# What SymPy says of all the entries: true, false, or null where it does not know. It stops at the first that is false.


def simplify(entries: list[sympy.Expr]) -> bool | None:
    return all(sympy.simplify(entry) == 0 for entry in entries)


def equals(entries: list[sympy.Expr]) -> bool | None:
    for entry in entries:
        answer = entry.equals(0)
        if not answer:
            return answer
    return True


def from_nothing(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method without what SymPy remembers of earlier questions, and within the limit."""

    def run(*arguments: Any) -> Any:
        clear_cache()
        try:
            with limited(LIMIT):
                return method(*arguments)
        except OutOfTime:
            return "out of time"

    return run


def math_verify(left: str, right: str) -> bool:
    """Math-Verify's answer to two formulas."""
    from math_verify import parse, verify

    return verify(parse(f"${left}$"), parse(f"${right}$"))
