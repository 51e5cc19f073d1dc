"""Operations on arrays: what the trees of a model become before they are printed as code.

An operation is what a line of array code does: it has its kind, the operations that it takes, and the extents of its
axes. Equal operations are one object (`Graph.make`), so that nothing is computed twice. Elementwise operations take
arrays with as many axes as each other, or numbers; an axis of extent 1 meets any extent, as in NumPy.
"""

from dataclasses import field
from fractions import Fraction

from derive.records import dataclass

Extent = int | str
"""How long an axis is: a number, or the Python expression of a size, as `N` or `n - 1`."""

Axes = tuple[Extent, ...]

Datum = int | str | Fraction | None | tuple["Datum", ...]


@dataclass(frozen=True)
class Operation:
    """One operation, `data` being what it needs beside arrays: an axis, a number, a permutation.

    Operations are compared by identity: a `Graph` makes equal ones once.
    """

    kind: str
    arguments: tuple["Operation", ...]
    axes: Axes
    data: tuple[Datum, ...] = ()
    is_logical: bool = False
    number: int = field(default=0)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return self.number

    @property
    def is_scalar(self) -> bool:
        """Whether this is one number."""
        return not self.axes


LOGICAL = frozenset({"equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and"})
"""The kinds whose entries are true or false."""

UNARY = frozenset({
    "negative", "exp", "expm1", "log", "tanh", "sigmoid", "softplus", "abs", "sign", "sqrt", "square", "sin", "cos",
    "tan", "sinh", "cosh", "coth", "erf", "as_number",
})  # fmt: skip

BINARY = frozenset({"add", "subtract", "multiply", "divide", "power", "maximum", "minimum"}) | LOGICAL

ELEMENTWISE = UNARY | BINARY | {"where"}
"""The kinds that work entry by entry, and so could write over one of their arguments."""


class Graph:
    """The operations that were made, equal ones once, in the order in which they were made."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Operation] = {}

    def make(self, kind: str, arguments: tuple[Operation, ...], axes: Axes, data: tuple[Datum, ...] = ()) -> Operation:
        """The operation of a kind, made anew only where there is none."""
        key = (kind, arguments, axes, data)
        found = self._made.get(key)
        if found is None:
            is_logical = kind in LOGICAL or (kind in STRUCTURAL and arguments[0].is_logical)
            found = Operation(kind, arguments, axes, data, is_logical, len(self._made))
            self._made[key] = found
        return found

    def find(self, kind: str, arguments: tuple[Operation, ...], axes: Axes) -> Operation | None:
        """The operation of a kind, if it was made."""
        return self._made.get((kind, arguments, axes, ()))


STRUCTURAL = frozenset({"permute", "expand", "slice", "at", "pick", "diagonal", "broadcast", "reshape", "fold"})
"""The kinds that move the entries of their first argument and change none."""


def is_constant(operation: Operation) -> bool:
    """Whether an operation is a number that sizes and constants alone determine: a Python number, not an array."""
    if operation.kind in ("number", "size", "constant"):
        return True
    return operation.is_scalar and bool(operation.arguments) and all(map(is_constant, operation.arguments))


def everything_before(*ends: Operation) -> list[Operation]:
    """All that some operations need and they themselves, each after its arguments, in the order of their making."""
    found: set[Operation] = set()
    waiting = list(ends)
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(current.arguments)
    return sorted(found, key=lambda one: one.number)


def uses(operations: list[Operation]) -> dict[Operation, list[Operation]]:
    """Which of some operations take each of them, once for every time."""
    found: dict[Operation, list[Operation]] = {}
    for one in operations:
        for argument in one.arguments:
            found.setdefault(argument, []).append(one)
    return found
