r"""Whether an expression is what is asked, as an author writes it: as a whole, turned, entry by entry, by a name.

The core of an expression is what is left of `\left(\frac{\partial L}{\partial W_{ij}}\right)^T` without its transpose
and its indices: the derivative of L by W. Names of the submission's own stand for what they were defined as.
"""

import re
from collections.abc import Callable, Collection
from typing import Literal

from derive.checking.session import Session
from derive.checking.sides import Readings, Side
from derive.expressions.tree import (
    ChainRule,
    Derivative,
    Entry,
    EntryFormula,
    Expr,
    Index,
    IndexNumber,
    IndexVariable,
    Layout,
    Slice,
    Symbol,
    Transpose,
)
from derive.grading.parts import Part
from derive.notation.elaboration import readings
from derive.notation.names import plain
from derive.notation.syntax import List
from derive.records import dataclass

ValueOf = Callable[[str], Expr | None]
"""What a name of the submission's own stands for."""

Presence = Literal["whole", "entries", "one entry", "chain rule"]

MOST_STEPS = 40


@dataclass(frozen=True)
class Core:
    """An expression without transposes and indices, and these indices in order."""

    value: Expr
    indices: tuple[Index, ...] = ()


def core_of(value: Expr, value_of: ValueOf, depth: int = 0) -> Core:
    """The core of an expression, own names unfolded as long as they stand alone."""
    if depth > MOST_STEPS:
        return Core(value)
    match value:
        case Transpose(operand):
            return core_of(operand, value_of, depth + 1)
        case Symbol(name):
            meaning = value_of(name)
            return Core(value) if meaning is None else core_of(meaning, value_of, depth + 1)
        case Entry(operand, row, column):
            inner = core_of(operand, value_of, depth + 1)
            return Core(inner.value, (*inner.indices, *_running((row, column), operand)))
        case Slice(operand, index):
            inner = core_of(operand, value_of, depth + 1)
            return Core(inner.value, (*inner.indices, index))
        case EntryFormula(row, column, body):
            return _without_own(core_of(body, value_of, depth + 1), [index for index in (row, column) if index])
        case Derivative(of, by):
            top, bottom = core_of(of, value_of, depth + 1), core_of(by, value_of, depth + 1)
            return Core(Derivative(top.value, bottom.value), (*top.indices, *bottom.indices))
    return Core(value)


def _running(indices: tuple[Index, Index], operand: Expr) -> list[Index]:
    """The indices of an entry without the one that a vector does not have."""
    return [
        index
        for index, dim in zip(indices, operand.shape.dims, strict=False)
        if not (isinstance(index, IndexNumber) and index.position == 0 and dim.size == 1)
    ]


def _without_own(core: Core, own: Collection[Index]) -> Core:
    """The core of a formula for every entry: its running indices are no indices of the whole."""
    return Core(core.value, tuple(index for index in core.indices if index not in own))


def alike(first: Expr, second: Expr) -> bool:
    """Whether two cores are one expression, whatever the layout of the derivatives in front of them."""
    if isinstance(first, Derivative) and isinstance(second, Derivative):
        return alike(first.of, second.of) and alike(first.by, second.by)
    return first == second


def presence(value: Expr, part: Part, value_of: ValueOf) -> Presence | None:
    """How what is asked stands in for a whole member; null where the member is something else."""
    asked = core_of(part.value, lambda name: None)
    found = core_of(value, value_of)
    if isinstance(found.value, ChainRule) and isinstance(asked.value, Derivative):
        first, last = found.value.factors[0], found.value.factors[-1]
        ends = core_of(Derivative(first.of, last.by), value_of)
        return "chain rule" if alike(ends.value, asked.value) and not ends.indices and not asked.indices else None
    if not alike(found.value, asked.value):
        return None
    if not found.indices:
        return "whole"
    if _are_free(found.indices) or found.indices == asked.indices:
        return "entries"
    return None


def is_one_entry(value: Expr, part: Part, value_of: ValueOf) -> bool:
    """Whether a member is some entry of what is asked as a whole, and not the general one."""
    asked, found = core_of(part.value, lambda name: None), core_of(value, value_of)
    return alike(found.value, asked.value) and bool(found.indices) and presence(value, part, value_of) is None


def _are_free(indices: tuple[Index, ...]) -> bool:
    """Whether indices are different letters: then it is the general entry."""
    letters = [index for index in indices if isinstance(index, IndexVariable) and index.scope == 0]
    return len(letters) == len(indices) == len(set(letters))


# ── names that say what they stand for ──

_PREFIXES = ("d", "grad", "nabla", "bar", "partial", "Grad")
_LESS_CERTAIN = ("g", "G", "D", "delta", "Delta", "dot", "J")
_DRESS = re.compile(r"[\\{}_^,\s()\[\]|]")


def names_of(part: Part) -> tuple[frozenset[str], frozenset[str]]:
    """Undressed names under which authors keep a derivative by a name: those that say it, those that may mean it."""
    asked = core_of(part.value, lambda name: None).value
    if not (isinstance(asked, Derivative) and isinstance(asked.of, Symbol) and isinstance(asked.by, Symbol)):
        return frozenset(), frozenset()
    top, bottom = undressed(asked.of.name), undressed(asked.by.name)
    certain = {f"{prefix}{bottom}" for prefix in _PREFIXES} | {f"d{top}d{bottom}", f"d{top}{bottom}"}
    certain |= {f"{bottom}grad", f"grad{top}{bottom}", f"nabla{bottom}{top}"}
    return frozenset(certain), frozenset(f"{prefix}{bottom}" for prefix in _LESS_CERTAIN)


def undressed(name: str) -> str:
    """`\\bar{W}_{2}` as `barW2`: a canonical name without fonts, braces and signs of scripts."""
    return _DRESS.sub("", plain(name))


# ── the asked quantity as a side of a claim ──


@dataclass
class AskedSide(Side):
    """What is asked, always read with the exercise's own names, whatever a submission defines."""

    content: List | None

    def read(self, session: Session, layout: Layout | None, formal: dict[str, Expr]) -> Readings:
        """The readings of what is asked, the plainest first."""
        assert self.content is not None
        options = session.options(layout, {})
        return Readings(readings(session.model.table, self.content, options))
