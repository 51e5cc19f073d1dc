r"""Powers with open exponents, `a^k`: proofs look at positive bases only, and must hold for negative ones as well.

Where k is a whole number, `a^k` has a value for a negative a, too: there `a^k = |a|^k` is false. What consists of
powers, sums, products and functions that are analytic on the whole line is settled by its values at positive bases: for
each k both sides are meromorphic in a. A logarithm or a root does not harm where its argument is positive everywhere,
or linear: the numbers at which that is positive lie on one side.
"""

from collections.abc import Iterator, Mapping, Sequence

from derive.checking.session import Session
from derive.deciding.facts import EntryEquation
from derive.errors import Undecidable
from derive.exact.entries import is_plainly_nonnegative, is_plainly_positive
from derive.exact.scalars import (
    Add,
    Constant,
    Cos,
    Erf,
    Exp,
    Log,
    Mul,
    Number,
    Pow,
    Scalar,
    Sin,
    Symbol,
    Tanh,
    parts_of,
)

ANALYTIC = (Symbol, Number, Constant, Add, Mul, Exp, Sin, Cos, Tanh, Erf)


def check_open_powers(session: Session, equations: Sequence[EntryEquation]) -> None:
    """Raises `Undecidable` where what is proved for positive bases of powers may fail for negative ones."""
    values = session.definitions.values
    parts = list(_parts(values, equations))
    positive = session.definitions.positives
    if any(_is_open(part) and part.operands[0] not in positive for part in parts) and not all(
        _is_settled(values, part) for part in parts
    ):
        raise Undecidable("a power with an open exponent was compared only where its base is positive")


def _parts(values: Mapping[Symbol, Scalar], equations: Sequence[EntryEquation]) -> Iterator[Scalar]:
    """Every part of both sides, and of what names stand for."""
    seen: set[Scalar] = set()
    waiting = [side for equation in equations for side in (equation.lhs, equation.rhs)]
    while waiting:
        for part in parts_of(waiting.pop()) - seen:
            seen.add(part)
            yield part
            if isinstance(part, Symbol) and part in values:
                waiting.append(values[part])


def _is_open(part: Scalar) -> bool:
    """Whether a power has an exponent that is no number, and a base that may be negative."""
    return isinstance(part, Pow) and not isinstance(part.exponent, Number) and not is_plainly_nonnegative(part.base)


def _is_settled(values: Mapping[Symbol, Scalar], part: Scalar) -> bool:
    """Whether a part is analytic wherever it has a value, and has one on one side of the line alone if not on both."""
    if isinstance(part, Pow):
        is_root = isinstance(part.exponent, Number) and not isinstance(part.exponent.value, int)
        return not is_root or _is_on_one_side(values, part.base)
    if isinstance(part, Log):
        return _is_on_one_side(values, part.args[0])
    return isinstance(part, ANALYTIC)


def _is_on_one_side(values: Mapping[Symbol, Scalar], argument: Scalar) -> bool:
    """Whether an argument is positive everywhere, or linear in what is given."""
    if is_plainly_positive(argument):
        return True
    if isinstance(argument, Symbol):
        return argument not in values or _is_on_one_side(values, values[argument])
    return isinstance(argument, Add) and all(
        isinstance(term, Symbol) and term not in values for term, _ in argument.terms
    )
