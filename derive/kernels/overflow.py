"""Products and quotients of exponentials that may overflow, as exponentials of sums that do not.

e^u e^{-v}      =  e^{u-v}
e^u / sum e^v   =  e^{u-m} / sum e^{v-m}   with m = max v
1 / (1 + e^v)   =  sigmoid(-v)
(a + b) / c     =  a / c + b / c           where c may overflow as a and b may
"""

from collections.abc import Iterator

from derive.kernels.algebra import Algebra
from derive.kernels.extents import joined
from derive.kernels.known import covers, exponent_beside_one, masked, may_overflow, moved_from, numbers
from derive.kernels.logarithms import log_of, total_of_exponentials
from derive.kernels.operations import Operation

# ── products ──


def product_with_large(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """A product of which one factor may overflow, as one exponential."""
    return tamed(of, a, b) if may_overflow(a) else None


def tamed(of: Algebra, one: Operation, other: Operation) -> Operation | None:
    """e^u times another factor that is made of exponentials, as one exponential; None where there is none."""
    for x, y in _products(of, other):
        if (found := tamed(of, one, y)) is not None:
            return of.multiply(x, found)
    for x, y in _products(of, one):
        if may_overflow(y) and (found := tamed(of, y, other)) is not None:
            return of.multiply(x, found)
    core = moved_from(other)[1]
    inner = core.arguments[0] if core.kind == "square" else core
    if inner.kind not in ("exp", "sigmoid") or not (covers(one, other) or covers(other, one)):
        return None
    if one.kind == "exp" and other.kind == "sigmoid" and of.negative(one.arguments[0]) is other.arguments[0]:
        return of.function("sigmoid", one.arguments[0])
    first, second = log_of(of, one), log_of(of, other)
    return None if first is None or second is None else of.function("exp", of.add(first, second))


def _products(of: Algebra, a: Operation) -> Iterator[tuple[Operation, Operation]]:
    """Both factors of a product, which may have been moved about, either way round."""
    chain, inner = moved_from(a)
    if inner.kind == "multiply":
        first, second = (part if part.is_scalar else of.moved_along(chain, part) for part in inner.arguments)
        yield from ((first, second), (second, first))


# ── quotients ──


def quotient_by_large(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a / b without a way over b, which may overflow; None where b is not made of exponentials alone."""
    if not may_overflow(b):
        return None
    if a.kind == b.kind == "square":
        return of.function("square", of.divide(a.arguments[0], b.arguments[0]))
    chain, inner = moved_from(b)
    if inner.kind == "square":
        root = of.moved_along(chain, inner.arguments[0])
        return of.divide(of.divide(a, root), root)
    if b.kind == "multiply":
        first, second = b.arguments if may_overflow(b.arguments[0]) else b.arguments[::-1]
        return of.divide(of.divide(a, first), second)
    if may_overflow(a) and (share := _masked_share(of, a, b)) is not None:
        return share
    if may_overflow(a) and (apart := _apart(of, a, b)) is not None:
        return apart
    if (share := _share(of, a, b)) is not None:
        return share
    return _by_logarithms(of, a, b)


def _share(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """e^u / sum e^v, e^v / (1 + e^v) = sigmoid(v), a / (1 + e^v) = a sigmoid(-v)."""
    if a.kind == "exp" and (total := total_of_exponentials(of, b)) is not None:
        return of.divide(of.function("exp", of.subtract(a.arguments[0], total[0])), total[1])
    if (v := exponent_beside_one(b)) is not None:
        if a.kind == "exp" and a.arguments[0] is v:
            return of.function("sigmoid", v)
        if not may_overflow(a):
            return of.multiply(a, of.function("sigmoid", of.negative(v)))
    return None


def _masked_share(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """1(m) u / b = 1(m) e^{log u - log b}, the exponent beside the mask being 0: u may be far larger there than b."""
    if (parts := masked(a)) is None:
        return None
    mask, inner = parts
    above, below = log_of(of, inner), log_of(of, b)
    if above is None or below is None:
        return None
    exponent = of.where(mask, of.subtract(above, below), of.number(0))
    return of.multiply(mask, of.function("exp", exponent)) if exponent.axes == joined(a.axes, b.axes) else None


def _by_logarithms(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a / b = e^{log a - log b}, or a e^{-log b} where a does not overflow."""
    below = log_of(of, b)
    above = log_of(of, a) if may_overflow(a) else None
    if below is None or (above is None and may_overflow(a)):
        return None
    if above is not None:
        return of.function("exp", of.subtract(above, below))
    return of.multiply(a, of.function("exp", of.negative(below)))


def _apart(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a c / b = a (c / b) for a factor c that may overflow, (a + c) / b = a / b + c / b."""
    for one, other in _products(of, a):
        if may_overflow(other):
            return of.multiply(one, of.divide(other, b))
    if a.kind == "square":
        return of.multiply(a.arguments[0], of.divide(a.arguments[0], b))
    if a.kind in ("add", "subtract") and covers(a, b):
        first, second = (of.divide(one, b) for one in a.arguments)
        return of.add(first, second) if a.kind == "add" else of.subtract(first, second)
    return _sum_apart(of, a, b)


def _sum_apart(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """(sum a) / b = sum (a / b) where b is the same along what is summed; so in products of matrices."""
    if a.kind == "vdot" and b.is_scalar:
        first, second = a.arguments if may_overflow(a.arguments[1]) else a.arguments[::-1]
        share = _mended(of, second, b)
        return None if share is None else of.total(of.multiply(first, share), tuple(range(len(first.axes))))
    if a.kind == "matmul" and len(a.axes) == 2:
        first, second = a.arguments
        return _product_apart(of, first, second, b)
    kept = a.arguments[0] if a.kind == "expand" else a
    if kept.kind != "sum" or log_of(of, kept) is not None:
        return None
    axes = numbers(kept.data)
    if b.is_scalar or (kept is not a and a.data == kept.data and all(b.axes[axis] == 1 for axis in axes)):
        share = _mended(of, kept.arguments[0], b)
        total = None if share is None else of.total(share, axes)
        return total if total is None or kept is a else of.moved(a, total)
    return None


def _product_apart(of: Algebra, a: Operation, b: Operation, by: Operation) -> Operation | None:
    """(A B) / c = (A / c) B = A (B / c) where c is the same along each row or column."""
    if may_overflow(a) and (by.is_scalar or by.axes[1] == 1):
        share = _mended(of, a, by)
        return None if share is None else of.matmul(share, b)
    if may_overflow(b) and (by.is_scalar or by.axes[0] == 1):
        share = _mended(of, b, by)
        return None if share is None else of.matmul(a, share)
    return None


def _mended(of: Algebra, a: Operation, b: Operation) -> Operation | None:
    """a / b where that is no division by b any more; else None: it may as well be done after a sum."""
    found = of.divide(a, b)
    return None if any(one.kind == "divide" and one.arguments[1] is b for one in _parts_of(found)) else found


def _parts_of(a: Operation) -> Iterator[Operation]:
    """An operation and the factors of a product, moved about or not."""
    inner = moved_from(a)[1]
    yield inner
    if inner.kind in ("multiply", "negative"):
        for part in inner.arguments:
            yield from _parts_of(part)
