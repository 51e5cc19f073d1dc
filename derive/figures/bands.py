"""A graph divided into bands that stand one under the other on a page."""

from functools import cached_property

from derive.figures.drawing import drawn, least_width
from derive.figures.flow import Flow
from derive.figures.parts import Part, Writing, parts_of
from derive.figures.scene import Scene
from derive.records import dataclass

SMALLEST = 0.9
"""How small a graph may be made to stand in fewer bands."""
BALANCING = (0.88, 0.78, 0.68)
"""The shares of a page to which bands are made narrower, while there are not more of them."""

Band = tuple[int, int]


def bands_of(flow: Flow, writing: Writing, page: float) -> list[Scene]:
    """As few bands as the page allows, about equally wide; a little wider where that makes one less."""
    division = _Division(flow, writing)
    best = division.of(page)
    if len(best) > 1:
        best = min(best, division.of(page / SMALLEST), key=len)
    for share in BALANCING if len(best) > 1 else ():
        found = division.of(page * share, by_estimate=True)
        if len(found) == len(best) and all(division.fits(band, page) for band in found):
            best = found
    return [division.scene(band) for band in best]


@dataclass(frozen=True)
class _Division:
    """Divides a graph; what was drawn for one division is there for the next."""

    flow: Flow
    writing: Writing

    def of(self, limit: float, *, by_estimate: bool = False) -> list[Band]:
        """Bands up to a width, each as long as it can be and at least one group long."""
        found: list[Band] = []
        first = 0
        while first < len(self._groups) - 1:
            last = first + 1
            while last + 1 < len(self._groups) and self.fits((first, last + 1), limit, by_estimate=by_estimate):
                last += 1
            found.append((first, last))
            first = last
        return found

    def fits(self, band: Band, limit: float, *, by_estimate: bool = False) -> bool:
        """Whether a band is narrow enough; what is surely too wide is not drawn for it."""
        if least_width(self._parts(band)) > limit:
            return False
        return by_estimate or self.scene(band).width <= limit

    def scene(self, band: Band) -> Scene:
        if band not in self._scenes:
            self._scenes[band] = drawn(self._parts(band))
        return self._scenes[band]

    def _parts(self, band: Band) -> list[Part]:
        if band not in self._known_parts:
            statements = range(self._groups[band[0]], self._groups[band[1]])
            self._known_parts[band] = parts_of(self.flow, statements, self.writing)
        return self._known_parts[band]

    @cached_property
    def _scenes(self) -> dict[Band, Scene]:
        return {}

    @cached_property
    def _known_parts(self) -> dict[Band, list[Part]]:
        return {}

    @cached_property
    def _groups(self) -> list[int]:
        """Where a band may begin, and the end: not between statements that share a value without a name."""
        last = max((node.statement for node in self.flow.nodes), default=-1)
        joined: set[int] = set()
        for node in self.flow.nodes:
            for one in node.inputs:
                source = self.flow.nodes[one]
                if not source.names and source.kind == "operation":
                    joined |= set(range(source.statement + 1, node.statement + 1))
        begins = [number for number in range(1, last + 1) if number not in joined]
        return [*begins, last + 1] if begins else []
