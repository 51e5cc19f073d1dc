"""How a path is drawn: its corners rounded, its head as a small triangle, the same in every writer."""

from math import hypot
from typing import Literal

from derive.figures.scene import Path, Place
from derive.records import dataclass

HEAD, HALF_HEAD = 4.6, 1.9
"""The length of an arrow's head, and half its width."""


@dataclass(frozen=True)
class Corner:
    """M: begin here; L: a line to here; Q: a curve by a first point to a second one."""

    kind: Literal["M", "L", "Q"]
    points: tuple[Place, ...]


def rounded(path: Path) -> tuple[tuple[Corner, ...], tuple[Place, ...]]:
    """The steps of a path, and the corners of its head; the line of an arrow ends inside its head."""
    points = list(path.points)
    head: tuple[Place, ...] = ()
    if path.has_head:
        head = _head(points[-2], points[-1])
        points[-1] = _towards(points[-1], points[-2], HEAD * 0.7)
    steps = [Corner("M", (points[0],))]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        room = min(path.rounding, _distance(before, here) / 2, _distance(here, after) / 2)
        if room > 0.01:
            steps.append(Corner("L", (_towards(here, before, room),)))
            steps.append(Corner("Q", (here, _towards(here, after, room))))
        else:
            steps.append(Corner("L", (here,)))
    steps.append(Corner("L", (points[-1],)))
    return tuple(steps), head


def _distance(first: Place, second: Place) -> float:
    return hypot(second[0] - first[0], second[1] - first[1])


def _towards(start: Place, end: Place, length: float) -> Place:
    """The place at some length from one place on the way to another."""
    whole = _distance(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * length / whole, start[1] + (end[1] - start[1]) * length / whole


def _head(before: Place, tip: Place) -> tuple[Place, ...]:
    back = _towards(tip, before, HEAD)
    whole = _distance(before, tip) or 1.0
    across = (tip[1] - before[1]) / whole * HALF_HEAD, -(tip[0] - before[0]) / whole * HALF_HEAD
    return tip, (back[0] + across[0], back[1] + across[1]), (back[0] - across[0], back[1] - across[1])
