"""Where a kernel may overflow, or divide by what vanishes: what its rules did not mend."""

from collections.abc import Iterable

from derive.kernels.known import is_at_most_zero, is_largest, may_overflow, may_vanish, moved_from
from derive.kernels.operations import Operation, everything_before


def hazards(ends: Iterable[Operation]) -> int:
    """How many operations, of those that some need, may overflow, or be no number, for large arguments."""
    return sum(map(is_hazard, everything_before(*ends)))


def is_hazard(a: Operation) -> bool:
    """e^u for a large u, a / b and log b where b may overflow, or vanish though it is not zero."""
    match a.kind:
        case "exp":
            return not is_at_most_zero(a.arguments[0]) and not _is_relative(a.arguments[0])
        case "cosh" | "sinh":
            return True
        case "divide":
            return _is_no_divisor(a.arguments[1])
        case "log":
            return _is_no_divisor(a.arguments[0])
    return False


def _is_no_divisor(b: Operation) -> bool:
    """Whether something may overflow, vanish, or be all that is left of 1."""
    inner = moved_from(b)[1]
    if inner.kind in ("sqrt", "square", "multiply"):
        return any(map(_is_no_divisor, inner.arguments))
    return may_vanish(b) or may_overflow(b) or _is_rest(b) or inner.kind == "softplus"


def _is_relative(u: Operation) -> bool:
    """Whether this is a difference from a logarithm or from a largest entry: what it belongs to is a share."""
    if u.kind == "where":
        return _is_relative(u.arguments[1])
    if u.kind not in ("add", "subtract"):
        return False
    first, last = (moved_from(one)[1] for one in u.arguments)
    return (last.kind in ("softplus", "log") and first.kind != "softplus") or _has_largest(last)


def _has_largest(a: Operation) -> bool:
    a = moved_from(a)[1]
    return is_largest(a) or (a.kind in ("add", "subtract") and any(map(_has_largest, a.arguments)))


def _is_rest(a: Operation) -> bool:
    """Whether this is what is left of something when a share, which may be all of it, is taken away."""
    a = moved_from(a)[1]
    return a.kind in ("add", "subtract") and any(may_vanish(one) for one in a.arguments)
