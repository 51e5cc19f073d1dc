"""What is known of operations before anything is computed: numbers, signs, moves, and what may overflow or vanish.

Nothing here makes an operation. An answer is certain where it is yes; no means that nothing is known.
"""

from fractions import Fraction

from derive.kernels.extents import joined
from derive.kernels.operations import STRUCTURAL, Datum, Operation

# ── numbers and axes ──


def number_of(a: Operation) -> Fraction | None:
    """The number that all entries are, if that is known."""
    if a.kind in ("number", "fill"):
        value = a.data[0]
        assert isinstance(value, Fraction)
        return value
    if a.kind == "expand":
        return number_of(a.arguments[0])
    return None


def is_number(a: Operation) -> bool:
    """Whether this is a number, not an array of one."""
    return a.kind == "number"


def covers(a: Operation, b: Operation) -> bool:
    """Whether an operation on both has the axes of the first."""
    return joined(a.axes, b.axes) == a.axes


def numbers(data: tuple[Datum, ...]) -> tuple[int, ...]:
    """The whole numbers among what an operation needs beside arrays: its axes."""
    return tuple(one for one in data if isinstance(one, int))


def axes_before(reduced: Operation) -> list[int]:
    """Which axes of its argument the axes of a sum were."""
    return [axis for axis in range(len(reduced.arguments[0].axes)) if axis not in reduced.data]


def moved_from(a: Operation) -> tuple[list[Operation], Operation]:
    """The moves of entries that were made of something, the last one first, and that."""
    chain: list[Operation] = []
    while a.kind in STRUCTURAL:
        chain.append(a)
        a = a.arguments[0]
    return chain, a


# ── signs ──


def is_positive(a: Operation) -> bool:
    """Whether all entries are certainly greater than zero."""
    if a.kind in ("exp", "sigmoid", "softplus"):
        return True
    if a.kind in ("number", "fill"):
        return (number_of(a) or 0) > 0
    if a.kind == "size":
        return True
    if a.kind in ("sum", "max", "sqrt") or a.kind in STRUCTURAL:
        return is_positive(a.arguments[0])
    return a.kind in ("add", "multiply", "divide") and all(map(is_positive, a.arguments))


def is_at_most_zero(a: Operation) -> bool:
    """Whether no entry is certainly greater than zero."""
    if a.kind in STRUCTURAL:
        return is_at_most_zero(a.arguments[0])
    match a.kind:
        case "number" | "fill":
            return (number_of(a) or 0) <= 0
        case "negative":
            return a.arguments[0].kind in ("square", "abs", "softplus") or is_positive(a.arguments[0])
        case "multiply":
            first, second = a.arguments
            return (number_of(first) or 1) < 0 and (second.kind in ("square", "abs") or is_positive(second))
        case "minimum":
            return any(map(is_at_most_zero, a.arguments))
        case "subtract":
            return is_largest(a.arguments[1])
    return False


def is_largest(a: Operation) -> bool:
    """Whether this is a largest entry, which is taken away so that exponentials stay small."""
    return moved_from(a)[1].kind == "max"


# ── exponentials ──


def may_overflow(a: Operation) -> bool:
    """Whether an exponential of something that may be large stands in `a` so that all of it may be as large."""
    if a.kind == "exp":
        return not is_at_most_zero(a.arguments[0])
    if a.kind in ("cosh", "sinh"):
        return True
    if a.kind in ("negative", "square", "sqrt", "power", "divide", "sum", "max") or a.kind in STRUCTURAL:
        return may_overflow(a.arguments[0])
    kinds = ("add", "subtract", "multiply", "vdot", "matmul", "where")
    return a.kind in kinds and any(map(may_overflow, a.arguments))


def may_vanish(a: Operation) -> bool:
    """Whether an exponential of something that may be far below zero is a factor of `a`, or of all its terms."""
    if a.kind in ("exp", "sigmoid") or is_rest_of_one(a):
        return True
    if a.kind in ("square", "sqrt", "power", "divide") or a.kind in STRUCTURAL:
        return may_vanish(a.arguments[0])
    if a.kind == "where":
        return number_of(a.arguments[2]) == 0 and may_vanish(a.arguments[1])
    if a.kind == "sum":
        return may_vanish(a.arguments[0]) and not _is_shifted_exponential(a.arguments[0])
    return (a.kind == "multiply" and any(map(may_vanish, a.arguments))) or (
        a.kind == "add" and all(map(may_vanish, a.arguments))
    )


def is_rest_of_one(a: Operation) -> bool:
    """Whether this is 1 - s, 1 - s² or 1 - tanh(u)², where s is a sigmoid or a share of a whole."""
    if a.kind != "subtract" or number_of(a.arguments[0]) != 1:
        return False
    inner = moved_from(a.arguments[1])[1]
    if inner.kind == "square":
        inner = moved_from(inner.arguments[0])[1]
        return inner.kind in ("sigmoid", "tanh") or is_part(inner)
    return inner.kind == "sigmoid" or is_part(inner)


def _is_shifted_exponential(a: Operation) -> bool:
    """Whether this is e^{v - max v}, of which one entry is 1, or such entries under a mask."""
    parts = masked(a)
    inner = a if parts is None else parts[1]
    if inner.kind != "exp":
        return False
    u = inner.arguments[0].arguments[0] if inner.arguments[0].kind == "minimum" else inner.arguments[0]
    return u.kind == "subtract" and is_largest(u.arguments[1])


def is_part(a: Operation) -> bool:
    """Whether this is a share of a whole: an exponential over a sum of such."""
    inner = moved_from(a)[1]
    return inner.kind == "divide" and moved_from(inner.arguments[0])[1].kind == "exp"


def exponent_beside_one(a: Operation) -> Operation | None:
    """v, if a is 1 + e^v."""
    if a.kind == "add":
        for one, other in (a.arguments, a.arguments[::-1]):
            if number_of(one) == 1 and other.kind == "exp":
                return other.arguments[0]
    return None


# ── masks ──


def masked(a: Operation) -> tuple[Operation, Operation] | None:
    """A mask and what it leaves, if `a` is that."""
    if a.kind == "where" and number_of(a.arguments[2]) == 0:
        return a.arguments[0], a.arguments[1]
    for one, other in (a.arguments, a.arguments[::-1]) if a.kind == "multiply" else ():
        if one.is_logical:
            return one, other
    return None


def one_at(mask: Operation) -> tuple[Operation, int] | None:
    """The labels and the axis along which they count, if a mask is 1 at the place that a label names in each line."""
    if mask.kind == "as_number":
        mask = mask.arguments[0]
    if mask.kind != "equal":
        return None
    for one, other in (mask.arguments, mask.arguments[::-1]):
        for axis in (0, 1):
            if one.kind == other.kind == "expand" and one.data == (1 - axis,) and other.data == (axis,):
                labels, positions = other.arguments[0], one.arguments[0]
                if positions.kind == "positions" and labels.kind == "name":
                    return labels, axis
    return None


def at_one_label(mask: Operation) -> tuple[Operation, int] | None:
    """The label and the axis along which it counts, if a mask is 1 at the one place that it names."""
    chain, inner = moved_from(mask)
    if inner.kind == "as_number":
        further, inner = moved_from(inner.arguments[0])
        chain += further
    if inner.kind != "equal" or [one.kind for one in chain] != ["expand"]:
        return None
    for one, other in (inner.arguments, inner.arguments[::-1]):
        if one.kind == "name" and one.is_scalar and other.kind == "positions":
            return one, next(axis for axis in range(len(mask.axes)) if axis not in chain[0].data)
    return None


def falls_below(mask: Operation, u: Operation) -> Operation | None:
    """The bound c, if a mask is 1 only where u < c or u <= c."""
    if mask.kind in ("less", "less_equal") and mask.arguments[0] is u and is_number(mask.arguments[1]):
        return mask.arguments[1]
    return None
