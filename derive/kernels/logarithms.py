"""Logarithms and exponentials of one another, so that what would overflow on the way is never made.

log sum e^v    =  m + log sum e^{v-m}   with m = max v
log sigmoid(u) =  -softplus(-u)
log(1 + e^v)   =  softplus(v)
log(a + b)     =  log a + softplus(log b - log a)
"""

from fractions import Fraction

from derive.kernels.algebra import Algebra
from derive.kernels.extents import joined
from derive.kernels.known import (
    exponent_beside_one,
    is_positive,
    is_rest_of_one,
    masked,
    may_overflow,
    may_vanish,
    moved_from,
    number_of,
    numbers,
)
from derive.kernels.operations import STRUCTURAL, Datum, Operation

Chain = list[Operation]
"""Moves of entries, the last one first."""

# ── rules ──


def exponential_of_logarithm(_: Algebra, a: Operation) -> Operation | None:
    """e^{log a} = a."""
    return a.arguments[0] if a.kind == "log" else None


def exponential_of_zero(of: Algebra, a: Operation) -> Operation | None:
    """e^0 = 1."""
    return of.fill(1, a.axes) if number_of(a) == 0 else None


def logarithm_of_exponential(_: Algebra, a: Operation) -> Operation | None:
    """log e^a = a."""
    return a.arguments[0] if a.kind == "exp" else None


def logarithm_undone(of: Algebra, a: Operation) -> Operation | None:
    """The logarithm of a product or a quotient in which it undoes an exponential, as a sum."""
    return _undone(of, a) if _undoes(of, a) else None


def logarithm_of_large(of: Algebra, a: Operation) -> Operation | None:
    """The logarithm of what may overflow, or vanish, without a way over it."""
    return log_of(of, a) if may_overflow(a) or may_vanish(a) else None


# ── where a logarithm undoes something ──


def _undoes(of: Algebra, a: Operation) -> bool:
    """Whether a logarithm undoes an exponential in `a`."""
    if a.kind in ("exp", "sigmoid") or exponent_beside_one(a) is not None:
        return True
    if a.kind in STRUCTURAL:
        return total_of_exponentials(of, a) is not None or _undoes(of, a.arguments[0])
    if a.kind in ("divide", "multiply"):
        return any(is_positive(one) and _undoes(of, one) for one in a.arguments)
    return total_of_exponentials(of, a) is not None


def _undone(of: Algebra, a: Operation) -> Operation:
    if (total := total_of_exponentials(of, a)) is not None:
        return of.add(total[0], of.function("log", total[1]))
    if (v := exponent_beside_one(a)) is not None:
        return of.function("softplus", v)
    if a.kind == "sigmoid":
        return of.negative(of.function("softplus", of.negative(a.arguments[0])))
    if a.kind in STRUCTURAL:
        inner = of.function("log", a.arguments[0])
        return of.moved(a, inner)
    upper, lower = (of.function("log", one) for one in a.arguments)
    return of.subtract(upper, lower) if a.kind == "divide" else of.add(upper, lower)


def total_of_exponentials(of: Algebra, a: Operation) -> tuple[Operation, Operation] | None:
    """m and sum e^{v-m}, both as `a` stands, if `a` is sum e^v, moved about perhaps."""
    chain, a = moved_from(a)
    if a.kind != "sum" or a.arguments[0].kind != "exp":
        return None
    axes = a.data
    v = a.arguments[0].arguments[0]
    if _is_shifted(of, v, axes):
        return None
    largest = of.reduced("max", v, axes)
    rest = of.reduced("sum", of.function("exp", of.subtract(v, of.kept(largest, v, axes))), axes)
    return of.moved_along(chain, largest), of.moved_along(chain, rest)


def _is_shifted(of: Algebra, v: Operation, axes: tuple[Datum, ...]) -> bool:
    """Whether v is w - max w along these axes."""
    if v.kind != "subtract":
        return False
    w, largest = v.arguments
    kept = of.kept(of.reduced("max", w, axes), w, axes)
    return largest in (kept, *kept.arguments)


# ── logarithms of what is made of exponentials ──


def log_of(of: Algebra, a: Operation) -> Operation | None:
    """log a where a is made of exponentials and positive numbers, without a way over them; else None."""
    value = number_of(a)
    if value is not None:
        return _log_of_number(of, value)
    match a.kind:
        case "exp":
            return a.arguments[0]
        case "sigmoid":
            return of.negative(of.function("softplus", of.negative(a.arguments[0])))
        case "cosh":
            return _log_of_cosh(of, a.arguments[0])
        case "square" | "sqrt" | "power":
            return _log_of_power(of, a)
        case "sum":
            return _log_of_total(of, a)
        case "add":
            return _log_of_sum(of, *a.arguments)
        case "subtract":
            return _log_of_rest(of, a)
        case "multiply" | "divide":
            first, second = (log_of(of, one) for one in a.arguments)
            if first is None or second is None:
                return None
            return of.add(first, second) if a.kind == "multiply" else of.subtract(first, second)
    if a.kind in STRUCTURAL and (inner := log_of(of, a.arguments[0])) is not None:
        return of.moved(a, inner) if inner.axes == a.arguments[0].axes else None
    return None


def _log_of_rest(of: Algebra, a: Operation) -> Operation | None:
    """log(1 - s), log(1 - s²) = log(1 - s) + log(1 + s), and log(1 - tanh(u)²)."""
    if not is_rest_of_one(a):
        return None
    one, other = a.arguments
    chain, inner = moved_from(other)
    if inner.kind != "square":
        return _log_of_complement(of, chain, inner)
    further, core = moved_from(inner.arguments[0])
    if core.kind == "tanh":
        return _log_of_slope_of_tanh(of, [*chain, *further], core)
    share = of.moved_along(chain, inner.arguments[0])
    first, second = _log_of_complement(of, [*chain, *further], core), log_of(of, of.add(one, share))
    return None if first is None or second is None else of.add(first, second)


def _log_of_complement(of: Algebra, chain: Chain, share: Operation) -> Operation | None:
    """log(1 - sigmoid(u)) = -softplus(u), log(1 - p_y) of the other shares; `chain` are the moves made of a share."""
    if share.kind == "sigmoid":
        return of.moved_along(chain, of.negative(of.function("softplus", share.arguments[0])))
    place = next((place for place, one in enumerate(chain) if one.kind == "pick"), None)
    others = None if place is None else total_of_others(of, chain[place])
    return None if others is None else log_of(of, of.moved_along(chain[:place], others))


def total_of_others(of: Algebra, picked: Operation) -> Operation | None:
    """1 - p_y, where the p_k sum to 1, as the sum of all other p_k."""
    if picked.kind != "pick" or not is_whole(picked.arguments[0], picked.data[0]):
        return None
    return of.total(of.multiply(is_other(of, picked), picked.arguments[0]), numbers(picked.data))


def is_other(of: Algebra, picked: Operation) -> Operation:
    """Where an entry is not the one that is picked, for all entries."""
    parts, labels = picked.arguments
    axis = numbers(picked.data)[0]
    rank = len(parts.axes)
    places = tuple(place for place in range(rank) if place != axis)
    positions = of.expand(of.positions(parts.axes[axis]), places, rank)
    chosen = of.expand(labels, (axis,), rank) if labels.axes else labels
    return of.compared("not_equal", positions, chosen)


def is_whole(parts: Operation, axis: Datum) -> bool:
    """Whether positive entries sum to 1 along an axis: they are divided by their sum, of a vector moved or not."""
    inner = moved_from(parts)[1]
    if inner.kind != "divide" or not is_positive(inner.arguments[0]):
        return False
    upper, lower = inner.arguments
    whole = moved_from(lower)[1]
    source = moved_from(upper)[1]
    if whole.kind != "sum" or moved_from(whole.arguments[0])[1] is not source:
        return False
    long = [place for place, extent in enumerate(source.axes) if extent != 1]
    is_vector = len(parts.axes) == len(long) == 1 and parts.axes == (source.axes[long[0]],) and not whole.axes
    return is_vector or (parts is inner and whole.arguments[0] is upper and axis in whole.data)


def _log_of_slope_of_tanh(of: Algebra, chain: Chain, inner: Operation) -> Operation:
    """log(1 - tanh(u)²) = log 4 - softplus(2 u) - softplus(-2 u)."""
    twice = of.moved_along(chain, of.multiply(of.number(2), inner.arguments[0]))
    both = of.add(of.function("softplus", twice), of.function("softplus", of.negative(twice)))
    return of.subtract(of.function("log", of.number(4)), both)


def _log_of_number(of: Algebra, value: Fraction) -> Operation | None:
    """log c for c > 0, log 1 = 0."""
    if value <= 0:
        return None
    return of.number(0) if value == 1 else of.function("log", of.number(value))


def _log_of_cosh(of: Algebra, u: Operation) -> Operation:
    """log cosh u = u + softplus(-2 u) - log 2."""
    largest = of.add(u, of.function("softplus", of.multiply(of.number(-2), u)))
    return of.subtract(largest, of.function("log", of.number(2)))


def _log_of_power(of: Algebra, a: Operation) -> Operation | None:
    """c log b for b^c."""
    inner = log_of(of, a.arguments[0])
    if inner is None:
        return None
    known = {"square": Fraction(2), "sqrt": Fraction(1, 2)}.get(a.kind)
    return of.multiply(a.arguments[1] if known is None else of.number(known), inner)


def _log_of_sum(of: Algebra, one: Operation, other: Operation) -> Operation | None:
    """log(a + b) = log a + softplus(log b - log a), the number first where there is one."""
    if number_of(other) is not None:
        one, other = other, one
    first, second = log_of(of, one), log_of(of, other)
    if first is None or second is None:
        return None
    found = of.add(first, of.function("softplus", of.subtract(second, first)))
    return found if found.axes == joined(one.axes, other.axes) else None


def _log_of_total(of: Algebra, a: Operation) -> Operation | None:
    """log sum b = m + log sum e^{log b - m} with m = max log b."""
    if (parts := masked(a.arguments[0])) is not None:
        return _log_of_masked_total(of, *parts, a.data)
    inner = log_of(of, a.arguments[0])
    if inner is None or inner.axes != a.arguments[0].axes:
        return None
    if _is_shifted(of, inner, a.data):
        return of.applied("log", a)
    largest = of.reduced("max", inner, a.data)
    shifted = of.subtract(inner, of.kept(largest, inner, a.data))
    return of.add(largest, of.applied("log", of.reduced("sum", of.function("exp", shifted), a.data)))


def _log_of_masked_total(of: Algebra, mask: Operation, b: Operation, axes: tuple[Datum, ...]) -> Operation | None:
    """log sum b over the entries of a mask; those beside it are no larger than the smallest."""
    inner = log_of(of, b)
    if inner is None or joined(inner.axes, mask.axes) != b.axes:
        return None
    least = of.kept(of.reduced("min", inner, axes), inner, axes)
    largest = of.reduced("max", of.where(mask, inner, least), axes)
    shifted = of.minimum(of.subtract(inner, of.kept(largest, inner, axes)), of.number(0))
    rest = of.reduced("sum", of.multiply(mask, of.function("exp", shifted)), axes)
    return of.add(largest, of.applied("log", rest))
