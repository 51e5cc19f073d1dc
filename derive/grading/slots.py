r"""The indices of a quantity that a formula fixes: in `(\partial L / \partial S)^T_{j,y}` the row y and the column j.

A quantity has a slot for each of its directions: two for the derivative of a number by a matrix, four for that of a
matrix by a matrix. Other than the core of an expression, which only tells quantities apart, slots say exactly which
index stands where, whatever is transposed.
"""

from collections.abc import Mapping
from typing import TypeVar

from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Derivative,
    Entry,
    EntryFormula,
    Expr,
    Index,
    IndexVariable,
    Slice,
    Symbol,
    Transpose,
)
from derive.grading.asked import MOST_STEPS, ValueOf
from derive.records import dataclass

T = TypeVar("T")

Slot = tuple[str, int]
"""A part of a derivative, such as `/by` or `/of/by`, nothing for another quantity; and which of its directions."""

Axes = tuple[Slot | None, ...]
"""Which slot each direction of an expression runs along: none for the one that a vector does not have."""


@dataclass(frozen=True)
class Located:
    """A quantity, the dimensions of its slots, the index at each that is fixed, and along which the others run."""

    core: Expr
    dims: Mapping[Slot, Dim]
    fixed: Mapping[Slot, Index]
    axes: Axes


def located(value: Expr, value_of: ValueOf, depth: int = 0) -> Located | None:
    """Which entries of which quantity an expression is; null where that is not certain."""
    if depth > MOST_STEPS:
        return None
    match value:
        case Symbol(name) if (meaning := value_of(name)) is not None:
            return located(meaning, value_of, depth + 1)
        case Transpose(operand):
            inner = located(operand, value_of, depth + 1)
            return inner and _running(inner, inner.fixed, inner.axes[::-1])
        case Entry(operand, row, column):
            inner = located(operand, value_of, depth + 1)
            return inner and _at(inner, (row, column))
        case Slice(operand, index, along):
            inner = located(operand, value_of, depth + 1)
            return inner and _at(inner, (index, None) if along == "row" else (None, index))
        case EntryFormula(row, column, body):
            inner = located(body, value_of, depth + 1)
            return inner and _for_every(inner, (row, column))
        case Derivative(of, by):
            top, bottom = located(of, value_of, depth + 1), located(by, value_of, depth + 1)
            return top and bottom and _derivative(value, top, bottom)
    return _whole(value)


def generalized(found: Located) -> Located:
    r"""The same for any indices, those that are one tied to each other: `\partial \ell_1 / \partial Z_{1,y_1}` as
    `\partial \ell_i / \partial Z_{i,k}`.
    """
    names = {index: IndexVariable(f"any {at}") for at, index in enumerate(dict.fromkeys(found.fixed.values()))}
    return _running(found, {slot: names[index] for slot, index in found.fixed.items()}, found.axes)


def is_instance(found: Located, of: Located) -> bool:
    """Whether entries are those that another speaks of for one choice, or every choice, of its letters."""
    chosen: dict[IndexVariable, Index | Slot] = {}
    for slot, index in of.fixed.items():
        wanted = found.fixed.get(slot, slot)
        same = chosen.setdefault(index, wanted) if isinstance(index, IndexVariable) else index
        if same != wanted:
            return False
    return True


def _whole(value: Expr) -> Located:
    slots: Axes = tuple(None if dim.is_unit else ("", at) for at, dim in enumerate(value.shape.dims))
    dims = {slot: dim for slot, dim in zip(slots, value.shape.dims, strict=True) if slot is not None}
    return Located(value, dims, {}, slots)


def _running(found: Located, fixed: Mapping[Slot, Index], axes: Axes) -> Located:
    return Located(found.core, found.dims, fixed, axes)


def _at(found: Located, indices: tuple[Index | None, Index | None]) -> Located | None:
    """An entry, a row or a column: the direction that a vector does not have has no slot."""
    if len(found.axes) != len(indices):
        return None
    pairs = list(zip(found.axes, indices, strict=True))
    fixed = {slot: index for slot, index in pairs if slot is not None and index is not None}
    is_entry = None not in indices
    axes = () if is_entry else tuple(slot if index is None else None for slot, index in pairs)
    return _running(found, {**found.fixed, **fixed}, axes)


def _for_every(found: Located, indices: tuple[IndexVariable | None, IndexVariable | None]) -> Located | None:
    """The matrix of a formula for every entry: its own letters fix nothing."""
    places = {index: slot for slot, index in found.fixed.items()}
    own = [index for index in indices if index is not None]
    stands_once = all(list(found.fixed.values()).count(index) == 1 for index in own)
    if found.axes or not stands_once:
        return None
    fixed = {slot: index for slot, index in found.fixed.items() if index not in own}
    return _running(found, fixed, tuple(None if index is None else places[index] for index in indices))


def _derivative(value: Derivative, top: Located, bottom: Located) -> Located | None:
    """A derivative runs along what is left of its numerator and its denominator, in the order of its layout."""
    if isinstance(bottom.core, Derivative):
        return None
    dims = {**_inside("of", top.dims), **_inside("by", bottom.dims)}
    fixed = {**_inside("of", top.fixed), **_inside("by", bottom.fixed)}
    left, right = (
        tuple(None if slot is None else _slot(side, slot) for slot in found.axes)
        for side, found in (("of", top), ("by", bottom))
    )
    return Located(Derivative(top.core, bottom.core), dims, fixed, _order(value, left, right))


def _order(value: Derivative, top: Axes, bottom: Axes) -> Axes:
    """Along which slots the directions of a derivative run; see `derivative_shape`."""
    of, by = value.of.shape, value.by.shape
    if by.is_scalar:
        return top[::-1] if value.layout == "denominator" and of.is_vector else top
    if of.is_scalar:
        return bottom[::-1] if value.layout == "numerator" else bottom
    if of.is_vector and by.is_vector:
        jacobian = (_along(top), _along(bottom))
        return jacobian[::-1] if value.layout == "denominator" else jacobian
    return (*top, *bottom)


def _along(axes: Axes) -> Slot | None:
    """The slot along which a vector runs."""
    return next((slot for slot in axes if slot is not None), None)


def _inside(side: str, found: Mapping[Slot, T]) -> dict[Slot, T]:
    return {_slot(side, slot): value for slot, value in found.items()}


def _slot(side: str, slot: Slot) -> Slot:
    return f"/{side}{slot[0]}", slot[1]
