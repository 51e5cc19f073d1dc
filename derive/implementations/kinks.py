"""Inputs beside kinks: some quantity at which a function bends is next to zero there, once above and once below.

Code that asks `Z + 1e-3 > 0` for `Z > 0` is right wherever no entry of Z lies between. So one number of an input is
changed until an entry at a kink is as near as `GAP`, which is far more than rounding, also in single precision.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from derive.exact.scalars import Symbol as Coordinate
from derive.expressions import tree
from derive.expressions.tree import Node
from derive.implementations.evaluation import Environment, Evaluator, NoValue
from derive.implementations.programs import Inputs, Program, inputs_at
from derive.implementations.truth import Draw, Truth
from derive.records import dataclass

GAP = Fraction(1, 4096)
STEP = Fraction(1, 4)
FINEST = 2**24
"""Inputs are multiples of one part in so many."""

MOST_KINKS, MOST_COORDINATES, MOST_ENTRIES = 3, 24, 4
LEAST_SLOPE = 1 / 16

_BENT = frozenset({"relu", "abs", "sign", "leaky", "elu"})

Kinks = Mapping[int, np.ndarray[tuple[int], np.dtype[np.float64]]]
"""By the place of a node in the program: what stands at its kink, all entries in the order in which they are met."""


def beside_kinks(truth: Truth, program: Program, draw: Draw) -> list[Draw]:
    """Draws like another one, of which each has entries on both sides of a kink, as near to it as `GAP`."""
    try:
        found = kinks_at(program, inputs_at(draw))
    except NoValue:
        return []
    nodes = [node for node, values in found.items() if values.size and np.all(np.abs(values) > float(GAP))]
    moved = (_beside(truth, program, draw, node) for node in nodes)
    return list(islice((one for one in moved if one is not None and truth.is_usable(one)), MOST_KINKS))


def kinks_at(program: Program, inputs: Inputs) -> Kinks:
    """What stands at each kink of the forward pass at some inputs. Raises `NoValue`."""
    values = dict(inputs.values)
    met: dict[int, list[Any]] = {}
    for statement in program.statements:
        if not statement.is_derivative:
            evaluator = _Bending(values, inputs.classes, program.table.index_base, met)
            values[statement.name] = evaluator.value(statement.value)
    return {place: np.concatenate([np.ravel(one) for one in several]) for place, several in enumerate(met.values())}


@dataclass
class _Bending(Evaluator):
    """Notes what stands at the kinks of a formula."""

    met: dict[int, list[Any]]

    def _of(self, node: Node, at: Environment) -> Any:
        for bent in self._at_kink(node, at):
            self.met.setdefault(id(node), []).append(bent)
        return super()._of(node, at)

    def _at_kink(self, node: Node, at: Environment) -> Iterator[Any]:
        match node:
            case tree.Apply(function, operand, _, 0) if function in _BENT:
                yield super()._of(operand, at)
            case tree.Extremum(_, left, right):
                yield np.subtract(super()._of(left, at), super()._of(right, at))
            case tree.Indicator(tree.Comparison(tree.Expr() as left, _, tree.Expr() as right)) if not (
                isinstance(left, tree.IndexValue) or isinstance(right, tree.IndexValue)
            ):
                yield np.subtract(super()._of(left, at), super()._of(right, at))


# ── moving one entry ──


def _beside(truth: Truth, program: Program, draw: Draw, node: int) -> Draw | None:
    """A draw in which one entry at a kink is just above it and another one just below; null if neither can be."""
    found = draw
    taken: set[int] = set()
    for gap in (GAP, -GAP):
        moved = _moved(truth, program, found, node, float(gap), taken)
        if moved is not None:
            found, entry = moved
            taken.add(entry)
    return found if taken else None


def _moved(
    truth: Truth, program: Program, draw: Draw, node: int, gap: float, taken: set[int]
) -> tuple[Draw, int] | None:
    """A draw in which an entry is as near to the kink as it should be, and the number of the entry."""
    before = kinks_at(program, inputs_at(draw))[node]
    entries = [int(entry) for entry in np.argsort(np.abs(before)) if int(entry) not in taken][:MOST_ENTRIES]
    for coordinate in islice(_coordinates(truth, draw), MOST_COORDINATES):
        slopes = (_values(program, _shifted(draw, coordinate, STEP), node) - before) / float(STEP)
        for entry in entries:
            if abs(slopes[entry]) < LEAST_SLOPE or any(slopes[other] for other in taken):
                continue
            by = Fraction(round((gap - before[entry]) / slopes[entry] * FINEST), FINEST)
            found = _shifted(draw, coordinate, by)
            after = _values(program, found, node)
            if abs(after[entry] - gap) < abs(gap) / 4 and np.all(np.abs(after) > abs(gap) / 2):
                return found, entry
    return None


def _values(program: Program, draw: Draw, node: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return kinks_at(program, inputs_at(draw))[node]


def _shifted(draw: Draw, coordinate: Coordinate, by: Fraction) -> Draw:
    """A draw with one number changed."""
    fixed = {coordinate: draw.point.coordinate(coordinate) + by}
    return Draw(draw.session, draw.point.with_fixed(fixed), is_plain=False)


def _coordinates(truth: Truth, draw: Draw) -> Iterator[Coordinate]:
    """Numbers that may be changed freely, the first of each name, then the second, and so on; offsets first."""
    several = [[one for row in rows for one in row] for rows in _free(truth, draw)]
    several.sort(key=len)
    for place in range(max(map(len, several), default=0)):
        yield from (entries[place] for entries in several if place < len(entries))


def _free(truth: Truth, draw: Draw) -> Sequence[list[list[Coordinate]]]:
    """The entries of real names of which nothing more is said."""
    points = draw.point.points
    return [
        rows
        for name, rows in truth.free_coordinates(draw.point)
        if name not in truth.drawn and not any(one in points.integers for row in rows for one in row)
    ]
