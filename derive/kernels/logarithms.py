"""Logarithms and exponentials of one another, so that what would overflow on the way is never made.

log sum e^v    =  m + log sum e^{v-m}   with m = max v
log sigmoid(u) =  -softplus(-u)
log(1 + e^v)   =  softplus(v)
log(a + b)     =  log a + softplus(log b - log a)
"""

from fractions import Fraction

from derive.kernels.algebra import Algebra
from derive.kernels.extents import joined
from derive.kernels.known import exponent_beside_one, is_positive, may_overflow, may_vanish, moved_from, number_of
from derive.kernels.operations import STRUCTURAL, Datum, Operation

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
    """The logarithm of what may overflow, or vanish though it is a sum, without a way over it."""
    return log_of(of, a) if may_overflow(a) or (a.kind == "add" and may_vanish(a)) else None


# ── where a logarithm undoes something ──


def _undoes(of: Algebra, a: Operation) -> bool:
    """Whether a logarithm undoes an exponential in `a`."""
    if a.kind in ("exp", "sigmoid") or exponent_beside_one(a) is not None:
        return True
    if a.kind in STRUCTURAL:
        return total_of_exponentials(of, a) is not None or _undoes(of, a.arguments[0])
    if a.kind in ("divide", "multiply"):
        return all(map(is_positive, a.arguments)) and any(_undoes(of, one) for one in a.arguments)
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
        case "multiply" | "divide":
            first, second = (log_of(of, one) for one in a.arguments)
            if first is None or second is None:
                return None
            return of.add(first, second) if a.kind == "multiply" else of.subtract(first, second)
    if a.kind in STRUCTURAL and (inner := log_of(of, a.arguments[0])) is not None:
        return of.moved(a, inner) if inner.axes == a.arguments[0].axes else None
    return None


def logarithm_of_slope_of_tanh(of: Algebra, a: Operation) -> Operation | None:
    """log(1 - tanh(u)²) = log 4 - softplus(2 u) - softplus(-2 u)."""
    if a.kind != "subtract" or number_of(a.arguments[0]) != 1 or a.arguments[1].kind != "square":
        return None
    chain, inner = moved_from(a.arguments[1].arguments[0])
    if inner.kind != "tanh":
        return None
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
    exponent = {"square": Fraction(2), "sqrt": Fraction(1, 2)}.get(a.kind)
    exponent = number_of(a.arguments[1]) if exponent is None else exponent
    inner = log_of(of, a.arguments[0])
    return None if inner is None or exponent is None else of.multiply(of.number(exponent), inner)


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
    inner = log_of(of, a.arguments[0])
    if inner is None or inner.axes != a.arguments[0].axes:
        return None
    if _is_shifted(of, inner, a.data):
        return of.applied("log", a)
    largest = of.reduced("max", inner, a.data)
    shifted = of.subtract(inner, of.kept(largest, inner, a.data))
    return of.add(largest, of.applied("log", of.reduced("sum", of.function("exp", shifted), a.data)))
