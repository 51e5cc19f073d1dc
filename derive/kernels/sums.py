"""Sums along axes: what stands before a sum, what a sum of a product is, sums that need no arrays.

sum (-a) = -(sum a)    sum c a = c (sum a)    sum (a / c) = (sum a) / c    sum (a + b) = sum a + sum b
sum_k a_ik b_kj = (A B)_ij      sum a b = vdot(a, b)      sums of other products by letters, as in einsum
"""

from derive.kernels.algebra import Algebra, Rules
from derive.kernels.extents import without
from derive.kernels.known import axes_before, is_largest, number_of, numbers
from derive.kernels.operations import Operation
from derive.kernels.sigmoids import factors

_LETTERS = "ijklmnopqrst"
_MOST_FACTORS = 6

Axes = tuple[int, ...]

# ── what needs no sum ──


def sum_along_nothing(_: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """The sum along no axis is the array."""
    return None if axes else a


def sum_of_number(of: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """sum_{i=1}^n c = n c."""
    if a.kind != "fill":
        return None
    count = of.number(number_of(a) or 0)
    for axis in axes:
        count = of.multiply(count, of.size(a.axes[axis]))
    rest = without(a.axes, axes)
    return count if not rest else of.broadcast(of.expand(count, tuple(range(len(rest))), len(rest)), rest)


def sum_of_repeated(of: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """sum_{i=1}^n a_j = n a_j."""
    if a.kind != "broadcast":
        return None
    inner = a.arguments[0]
    repeated = tuple(axis for axis in axes if inner.axes[axis] == 1 and a.axes[axis] != 1)
    if not repeated:
        return None
    for axis in repeated:
        inner = of.multiply(of.size(a.axes[axis]), inner)
    kept = tuple(1 if axis in repeated else extent for axis, extent in enumerate(a.axes))
    return of.total(of.broadcast(inner, kept), axes)


def sum_of_one_entry(of: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """The sum along axes of extent 1."""
    return of.dropped(a, axes) if all(a.axes[axis] == 1 for axis in axes) else None


def sum_of_named(of: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """The sum of what has a name is not taken apart."""
    return of.reduced("sum", a, axes) if a in of.shared and a not in of.one_hot else None


def sum_of_one_hot(of: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """sum_k y_k = 1."""
    hot = of.one_hot.get(a)
    if hot is None or hot not in axes:
        return None
    others = tuple(axis - (axis > hot) for axis in axes if axis != hot)
    return of.total(of.fill(1, without(a.axes, (hot,))), others)


# ── what stands before a sum ──


def sum_of_parts(of: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """The sum by the kind of what is summed: signs, numbers and sums of sums."""
    match a.kind:
        case "negative":
            return of.negative(of.total(a.arguments[0], axes))
        case "divide" if a.arguments[1].is_scalar:
            return of.divide(of.total(a.arguments[0], axes), a.arguments[1])
        case "multiply" if a.arguments[0].is_scalar or a.arguments[1].is_scalar:
            one, other = a.arguments if a.arguments[0].is_scalar else a.arguments[::-1]
            return of.multiply(one, of.total(other, axes))
        case "sum":
            inner = axes_before(a)
            return of.total(a.arguments[0], (*map(inner.__getitem__, axes), *numbers(a.data)))
        case "add" | "subtract":
            one, other = a.arguments
            if one.axes == other.axes == a.axes and (_shrinks(of, one) or _shrinks(of, other)):
                combine = of.add if a.kind == "add" else of.subtract
                return combine(of.total(one, axes), of.total(other, axes))
    return None


def _shrinks(of: Algebra, a: Operation) -> bool:
    """Whether the sum of `a` takes one operation without an array for its terms, or is one sum with another."""
    if a in of.shared:
        return False
    while a.kind == "negative" or (a.kind in ("multiply", "divide") and a.arguments[1].is_scalar):
        a = a.arguments[0]
    return a.kind in ("multiply", "square", "sum")


# ── sums of products ──


def sum_of_product(of: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """A number from two arrays of one shape, a matrix product, or sums of products by letters."""
    if a.kind not in ("multiply", "square"):
        return None
    if (apart := _distributed(of, a, axes)) is not None:
        return apart
    stripped = [_stripped(of, one) for one in factors(of, a)]
    if any(one.is_logical for one, _ in stripped) or len(stripped) > _MOST_FACTORS:
        return None
    rest = tuple(axis for axis in range(len(a.axes)) if axis not in axes)
    covered = {axis for _, places in stripped for axis in places}
    if not covered.issuperset(axis for axis, extent in enumerate(a.axes) if extent != 1):
        return None
    if len(stripped) == 2:
        (one, first), (two, second) = stripped
        if not rest and first == second:
            whole = factors(of, a)
            return of.graph.make("vdot", tuple(whole) if whole[0].axes == whole[1].axes else (one, two), ())
        if (product := _matrix_product(of, stripped, axes, rest)) is not None:
            return product
    if all(places == stripped[0][1] for _, places in stripped):
        return None
    inputs = tuple("".join(_LETTERS[axis] for axis in places) for _, places in stripped)
    output = "".join(_LETTERS[axis] for axis in rest)
    kept = tuple(a.axes[axis] for axis in rest)
    return of.graph.make("einsum", tuple(one for one, _ in stripped), kept, (*inputs, output))


def _distributed(of: Algebra, a: Operation, axes: Axes) -> Operation | None:
    """sum a (b - c) = sum a b - sum a c, where c is the same along one of the axes, which are summed first."""
    if a.kind != "multiply":
        return None
    for one, other in (a.arguments, a.arguments[::-1]):
        is_apart = other in of.shared or one.is_scalar or one.axes != a.axes
        if other.kind in ("add", "subtract") and not is_apart:
            same = [
                axis
                for part in other.arguments
                for axis in axes
                if part.axes and part.axes[axis] == 1 and not is_largest(part)
            ]
            if same and a.axes[same[0]] != 1:
                first, second = (of.total(of.multiply(one, part), axes) for part in other.arguments)
                return of.add(first, second) if other.kind == "add" else of.subtract(first, second)
        if other.axes and one.axes == a.axes:
            for axis in axes:
                if other.axes[axis] == 1 and a.axes[axis] != 1:
                    inner = of.expand(of.total(one, (axis,)), (axis,), len(a.axes))
                    return of.total(of.multiply(inner, other), axes)
    return None


def _stripped(of: Algebra, a: Operation) -> tuple[Operation, Axes]:
    """An array without its axes of extent 1, and where the others stand."""
    places = tuple(axis for axis, extent in enumerate(a.axes) if extent != 1)
    return of.dropped(a, tuple(axis for axis in range(len(a.axes)) if axis not in places)), places


def _matrix_product(of: Algebra, stripped: list[tuple[Operation, Axes]], axes: Axes, rest: Axes) -> Operation | None:
    """sum_k a_ik b_kj as a matrix product; None where it is none."""
    (one, first), (two, second) = stripped
    if len(first) != 2 or len(second) != 2 or len(axes) != 1 or len(rest) != 2:
        return None
    (k,) = axes
    if k not in first or k not in second or first == second:
        return None
    row = next(axis for axis in first if axis != k)
    col = next(axis for axis in second if axis != k)
    if row == col:
        return None
    left = one if first == (row, k) else of.permute(one, (1, 0))
    right = two if second == (k, col) else of.permute(two, (1, 0))
    product = of.matmul(left, right)
    return product if rest == (row, col) else of.permute(product, (1, 0))


SUMS: Rules = {
    "sum": (
        sum_along_nothing,
        sum_of_number,
        sum_of_repeated,
        sum_of_one_entry,
        sum_of_named,
        sum_of_one_hot,
        sum_of_parts,
        sum_of_product,
    ),
}
