"""What inputs show: on which sides of zero, of 1 and of 5 everything lies that is computed from them.

Code that is wrong need not be wrong everywhere: `np.abs(du)` is right where `du` has no negative entry, `(dH > 0)` is
the mask `(Z > 0)` where both have the same signs. So the program of the exercise is run on the inputs, and of all that
is computed on the way it is noted which signs and magnitudes its entries have, of any two quantities of one shape which
signs they have at the same entry, of a maximum where it is taken, of labels which classes there are. Inputs that
together show all that inputs can show leave no such place for a wrong entry to hide.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from derive.expressions import tree
from derive.expressions.tree import Node
from derive.implementations.evaluation import Environment, Evaluator
from derive.implementations.programs import Inputs, Program
from derive.implementations.truth import Array, scores_in
from derive.records import dataclass

BORDERS = (1.0, 5.0)
"""Beside zero, entries lie on one side or the other of these, in absolute value."""


@dataclass(frozen=True)
class Shown:
    """What inputs show, each side as something that is equal where others show the same; and the largest score."""

    sides: frozenset[Hashable]
    score: float


NOTHING_SHOWN = Shown(frozenset(), 0.0)


def shown_by(program: Program, inputs: Inputs) -> Shown:
    """All that is shown by inputs. Raises `NoValue`."""
    sides: set[Hashable] = set()
    scores = [0.0]
    values = dict(inputs.values)
    for statement in program.statements:
        watching = _Watching(values, inputs.classes, program.table.index_base, sides, scores, {})
        values[statement.name] = watching.value(statement.value)
    sides.update(_of_quantities(values))
    sides.update(_of_labels(inputs.classes))
    return Shown(frozenset(sides), max(scores))


@dataclass
class _Watching(Evaluator):
    """Notes of every value that it computes on which sides its entries lie."""

    sides: set[Hashable]
    scores: list[float]
    last: dict[int, Any]

    def _of(self, node: Node, at: Environment) -> Any:
        found = super()._of(node, at)
        if not isinstance(node, _CONSTANT):
            self.last[id(node)] = found
        if not isinstance(node, _NOTED_ELSEWHERE):
            self.sides.update((id(node), side) for side in sides_of(found))
            self.sides.update((id(node), *side) for side in self._of_parts(node, at))
            self.scores += [float(np.max(np.abs(self._known(score)))) for score in scores_in(node)]
        return found

    def _of_parts(self, node: Node, at: Environment) -> Iterator[tuple[str, float]]:
        """What is shown by the parts of a node, whose values have just been computed."""
        match node:
            case tree.Hadamard(left, right) | tree.Scale(left, right):
                yield from (("signs", side) for side in sides_together(self._known(left), self._known(right)))
            case tree.Extremum(_, left, right):
                yield from (("larger", side) for side in sides_of(np.subtract(self._known(left), self._known(right))))
            case tree.Reduce("max", operand):
                yield "place", int(np.argmax(self._known(operand)))
            case tree.Quantified("max", index, among, body, None):
                values = [super(_Watching, self)._of(body, {**at, index: one}) for one in _positions(among)]
                yield "place", int(np.argmax(np.ravel(values)))

    def _known(self, node: Node) -> Any:
        """The value that a part had when it was last computed; a constant's is 1, whose sign tells nothing."""
        return self.last.get(id(node), 1.0)


_CONSTANT = (tree.Number, tree.Constant, tree.Size, tree.Fill, tree.Identity)
_NOTED_ELSEWHERE = (*_CONSTANT, tree.Symbol, tree.Entry, tree.Slice, tree.Transpose, tree.IndexValue)
"""What has the entries of something else, or none that inputs could change."""


def _positions(among: tree.Range) -> range:
    return range(among.first, among.last + 1)


def sides_of(value: Any) -> set[int]:
    """The sides on which entries lie: 0, or with their sign 1, 2, 3 up to 1, up to 5 and beyond."""
    return {_side(entry) for entry in np.ravel(value).tolist()}


def _side(entry: float) -> int:
    """Which side a number is on; one that is no number counts as 0."""
    side = bisect_left(BORDERS, abs(entry)) + 1
    return side if entry > 0 else -side if entry < 0 else 0


def sides_together(left: Any, right: Any) -> set[float]:
    """The signs that two values have at the same entry, each pair of them as one number."""
    return set(np.ravel(3 * np.sign(left) + np.sign(right)).tolist())


def _of_quantities(values: Mapping[str, Array]) -> Iterator[Hashable]:
    """The sides of every quantity, and the signs of two of one shape at the same entry."""
    for name, value in values.items():
        yield from ((name, side) for side in sides_of(value))
    for (one, left), (other, right) in combinations(values.items(), 2):
        if left.shape == right.shape and left.size > 1:
            yield from ((one, other, side) for side in sides_together(left, right))


def _of_labels(classes: Mapping[str, Array]) -> Iterator[Hashable]:
    """Which classes there are, whether one comes again, and whether they differ from the examples' numbers."""
    for name, found in classes.items():
        several = np.ravel(found).astype(int).tolist()
        yield from ((name, "class", one) for one in several)
        yield name, "again", len(set(several)) < len(several)
        yield name, "in order", several == sorted(several)
