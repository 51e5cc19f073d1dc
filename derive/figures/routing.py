"""Wires along the columns and between them: horizontal in a column, vertical on a track between two columns.

Each value has at most one vertical line between two columns, on a track of its own; what leaves it there is a junction.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, permutations

from derive.figures.layers import Cell, Layered
from derive.figures.scene import Place
from derive.records import dataclass

MOST_TRIED = 5
"""Between two columns with more vertical lines than these their order is that of their heights."""
NEAR = 3.0

Segment = tuple[Place, Place]


@dataclass(frozen=True)
class Trunk:
    """The vertical line of a value between two columns: where it comes from and where it goes to."""

    node: int
    start: float
    ends: tuple[float, ...]

    @property
    def is_straight(self) -> bool:
        return all(abs(end - self.start) < 0.01 for end in self.ends)

    @property
    def reach(self) -> tuple[float, float]:
        return min(self.start, *self.ends), max(self.start, *self.ends)


def trunks(graph: Layered, layer: int) -> list[Trunk]:
    """The vertical lines behind a column, in the order of their tracks from the left."""
    ends: dict[int, list[Cell]] = {}
    starts: dict[int, Cell] = {}
    for start, end in graph.ends(layer):
        starts[start.node] = start
        ends.setdefault(start.node, []).append(end)
    found = [Trunk(node, starts[node].y, tuple(end.y for end in cells)) for node, cells in ends.items()]
    straight = [trunk for trunk in found if trunk.is_straight]
    bent = sorted((trunk for trunk in found if not trunk.is_straight), key=lambda trunk: trunk.start)
    if len(bent) <= MOST_TRIED:
        orders = [list(order) for order in permutations(bent)]
        return min(orders, key=lambda order: _cost(order, straight))
    return sorted(bent, key=lambda trunk: trunk.start - sum(trunk.ends) / len(trunk.ends))


def _cost(order: Sequence[Trunk], straight: Sequence[Trunk]) -> float:
    """Lines that would lie on each other cost most, then crossings."""
    cost = 0.0
    for at, left in enumerate(order):
        for right in order[at + 1 :]:
            cost += 1000 * sum(abs(end - right.start) < NEAR for end in left.ends)
            cost += sum(right.reach[0] < end < right.reach[1] for end in left.ends)
            cost += left.reach[0] < right.start < left.reach[1]
        cost += sum(left.reach[0] < other.start < left.reach[1] for other in straight)
    return cost


# ── from segments to lines ───────────────────────────────────────────────────────────────────────────


def chains(segments: Iterable[Segment]) -> tuple[list[list[Place]], list[Place]]:
    """The segments of one value joined to lines between its ends and its junctions, and the junctions."""
    near = _neighbours(list(segments))
    knots = {place for place, others in near.items() if len(others) != 2}
    lines: list[list[Place]] = []
    seen: set[Segment] = set()
    for knot in sorted(knots):
        for following in sorted(near[knot]):
            if (knot, following) not in seen:
                line = [knot, following]
                while line[-1] not in knots:
                    line.append(next(one for one in near[line[-1]] if one != line[-2]))
                seen |= {(line[0], line[1]), (line[-1], line[-2])}
                lines.append(_corners(line))
    return lines, [place for place in sorted(knots) if len(near[place]) > 2]


def _neighbours(segments: list[Segment]) -> dict[Place, set[Place]]:
    """The ends of all segments, each with those next to it along a segment."""
    rounded = [(_rounded(start), _rounded(end)) for start, end in segments]
    places = {place for segment in rounded for place in segment}
    near: dict[Place, set[Place]] = {place: set() for place in places}
    for start, end in rounded:
        along = sorted(place for place in places if _is_on(place, start, end))
        for one, other in pairwise(along):
            near[one].add(other)
            near[other].add(one)
    return {place: others for place, others in near.items() if others}


def _rounded(place: Place) -> Place:
    return round(place[0], 2), round(place[1], 2)


def _is_on(place: Place, start: Place, end: Place) -> bool:
    (x, y), (left, right), (top, bottom) = place, sorted((start[0], end[0])), sorted((start[1], end[1]))
    return left <= x <= right and top <= y <= bottom


def _corners(line: list[Place]) -> list[Place]:
    """The line without the places at which it goes straight on."""
    return [line[0], *_bends(line), line[-1]]


def _bends(line: list[Place]) -> Iterator[Place]:
    for before, here, after in zip(line, line[1:], line[2:], strict=False):
        if not (before[0] == here[0] == after[0] or before[1] == here[1] == after[1]):
            yield here
