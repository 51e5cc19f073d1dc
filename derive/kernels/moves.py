"""Entries moved about: moves of moves as one, moves past operations entry by entry, moves of one number.

Each rule gives None where it says nothing.
"""

from collections.abc import Callable

from derive.kernels.algebra import Algebra, Rules
from derive.kernels.extents import without
from derive.kernels.known import axes_before, numbers
from derive.kernels.operations import BINARY, Axes, Datum, Operation

Order = tuple[int, ...]

# ── axes in another order ──


def same_order(_: Algebra, a: Operation, order: Order) -> Operation | None:
    """The order that there is."""
    return a if order == tuple(range(len(order))) else None


def order_of_number(of: Algebra, a: Operation, order: Order) -> Operation | None:
    """An array of one number in another order."""
    return of.filled_like(a, tuple(a.axes[axis] for axis in order))


def order_of_identity(_: Algebra, a: Operation, order: Order) -> Operation | None:
    """I^T = I."""
    return a if a.kind == "identity" else None


def order_of_order(of: Algebra, a: Operation, order: Order) -> Operation | None:
    """(A^T)^T = A, and so for more axes."""
    if a.kind != "permute":
        return None
    inner = numbers(a.data)
    return of.permute(a.arguments[0], tuple(inner[axis] for axis in order))


def order_of_vector(of: Algebra, a: Operation, order: Order) -> Operation | None:
    """A vector along another axis."""
    if a.kind == "expand" and len(a.arguments[0].axes) <= 1:
        return of.expand(a.arguments[0], tuple(order.index(place) for place in numbers(a.data)), len(order))
    return None


def order_of_entries(of: Algebra, a: Operation, order: Order) -> Operation | None:
    """(A^T ⊙ B)^T = A ⊙ B^T, where something in it stands crosswise."""
    return pushed(of, a, lambda one: of.permute(one, order)) if _stands_crosswise(of, a) else None


def _stands_crosswise(of: Algebra, a: Operation) -> bool:
    """Whether an operation entry by entry is made of permuted arrays, so that the order is better changed there."""
    if a in of.shared or a.kind not in ("negative", "add", "subtract", "multiply", "divide"):
        return False
    return any(one.kind == "permute" or _stands_crosswise(of, one) for one in a.arguments)


def pushed(of: Algebra, a: Operation, move: Callable[[Operation], Operation]) -> Operation:
    """An operation entry by entry whose arguments are moved instead of it."""
    if a.kind == "negative":
        return of.negative(move(a.arguments[0]))
    one, other = (part if part.is_scalar else move(part) for part in a.arguments)
    make = {"add": of.add, "subtract": of.subtract, "multiply": of.multiply, "divide": of.divide}
    return make[a.kind](one, other) if a.kind in make else of.combined(a.kind, one, other)


# ── axes of extent 1 ──


def first_put_back(_: Algebra, a: Operation, places: Order, axes: Axes) -> Operation | None:
    """The one entry along an axis of extent 1, and that axis put back."""
    is_back = a.kind == "at" and a.axes and a.arguments[0].axes == axes and len(places) == 1
    return a.arguments[0] if is_back and a.data[0] in places else None


def put_in_before(of: Algebra, a: Operation, places: Order, axes: Axes) -> Operation | None:
    """Axes put in after others were, all at once."""
    if a.kind != "expand":
        return None
    rest = [place for place in range(len(axes)) if place not in places]
    every = (*places, *(rest[place] for place in numbers(a.data)))
    return of.expand(a.arguments[0], tuple(sorted(every)), len(axes))


# ── one position ──


def at_axis_put_in(of: Algebra, a: Operation, axis: int, position: Datum) -> Operation | None:
    """The one entry along an axis that was put in, or a position along another axis, before axes are put in."""
    if a.kind != "expand":
        return None
    places = numbers(a.data)
    moved = tuple(place - (place > axis) for place in places if place != axis)
    if axis in places:
        return of.expand(a.arguments[0], moved, len(a.axes) - 1)
    inner = of.at(a.arguments[0], axis - sum(place < axis for place in places), position)
    return of.expand(inner, moved, len(a.axes) - 1)


def at_of_order(of: Algebra, a: Operation, axis: int, position: Datum) -> Operation | None:
    """(A^T)_{:,0} = A_{0,:}, and so for more axes."""
    if a.kind != "permute":
        return None
    order = numbers(a.data)
    rest = [place - (place > order[axis]) for place in order if place != order[axis]]
    return of.permute(of.at(a.arguments[0], order[axis], position), tuple(rest))


def at_of_number(of: Algebra, a: Operation, axis: int, position: Datum) -> Operation | None:
    """One position in an array of one number."""
    return of.filled_like(a, without(a.axes, (axis,)))


def at_of_sum(of: Algebra, a: Operation, axis: int, position: Datum) -> Operation | None:
    """The one entry of a sum is the sum along that axis too."""
    if a.kind == "sum" and a.axes[axis] == 1 and a not in of.shared:
        return of.total(a.arguments[0], (*numbers(a.data), axes_before(a)[axis]))
    return None


def at_of_entries(of: Algebra, a: Operation, axis: int, position: Datum) -> Operation | None:
    """The one entry of a sum or a product of arrays is that of its parts."""
    if (a.kind in BINARY or a.kind == "negative") and a.axes[axis] == 1 and a not in of.shared:
        return pushed(of, a, lambda one: of.at(one, axis, position))
    return None


# ── labels ──


def pick_of_number(of: Algebra, a: Operation, labels: Operation, axis: int) -> Operation | None:
    """Entries of an array of one number."""
    return of.filled_like(a, without(a.axes, (axis,)))


def pick_of_difference(of: Algebra, a: Operation, labels: Operation, axis: int) -> Operation | None:
    """(a - c)_y = a_y - c, where c is the same along the axis."""
    if a.kind in ("add", "subtract") and any(one.is_scalar or one.axes[axis] == 1 for one in a.arguments):
        return pushed(of, a, lambda one: of.pick(one, labels, axis))
    return None


def pick_of_one_entry(of: Algebra, a: Operation, labels: Operation, axis: int) -> Operation | None:
    """The one entry that there is."""
    return of.at(a, axis, 0) if a.axes[axis] == 1 else None


def pick_beside_one_entry(of: Algebra, a: Operation, labels: Operation, axis: int) -> Operation | None:
    """The entry of a row or a column that one label names, without the axis of extent 1, which is put in again."""
    units = tuple(place for place, extent in enumerate(a.axes) if extent == 1 and place != axis)
    if labels.axes or not units:
        return None
    found = of.pick(of.dropped(a, units), labels, axis - sum(place < axis for place in units))
    return of.expand(found, tuple(place - (place > axis) for place in units), len(a.axes) - 1)


MOVES: Rules = {
    "permute": (same_order, order_of_number, order_of_identity, order_of_order, order_of_vector, order_of_entries),
    "expand": (first_put_back, put_in_before),
    "at": (at_axis_put_in, at_of_order, at_of_number, at_of_sum, at_of_entries),
    "pick": (pick_of_number, pick_of_difference, pick_of_one_entry, pick_beside_one_entry),
}
