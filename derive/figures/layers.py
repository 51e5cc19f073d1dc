"""Where the nodes of a graph stand from left to right, and in which order from top to bottom.

A layer is a column. A node stands behind all that it needs; what is given stands just before its first use. A wire that
passes a column has a cell of its own in it, so that it meets no node there. An operation has one input from its left;
another one comes down or up to it, from a cell above or below it in its own column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import pairwise
from typing import Literal

from derive.records import dataclass

SWEEPS = 8

Side = Literal["left", "above", "below"]


@dataclass(frozen=True)
class Vertex:
    """A node of the graph: the numbers of its inputs; whether it is a source; which inputs are drawn from where.

    `left` is the place among the inputs of the one that comes from the left; `prefers` is where another one would
    rather come from.
    """

    inputs: tuple[int, ...]
    is_source: bool
    left: int = 0
    prefers: Literal["above", "below"] = "above"


@dataclass
class Cell:
    """A place in a column: a node's, or that of a wire, which may go into a node above or below it (`into`)."""

    node: int
    layer: int
    is_wire: bool = False
    into: int | None = None
    passes: bool = False
    y: float = 0.0
    up: float = 0.0
    down: float = 0.0


Block = list[Cell]


@dataclass
class Layered:
    """The columns of a graph: cells in blocks that stay together, an operation between the wires that go into it."""

    vertices: Sequence[Vertex]
    layer: list[int]
    columns: list[list[Block]] = field(default_factory=list)
    nodes: dict[int, Cell] = field(default_factory=dict)
    carriers: dict[tuple[int, int], Cell] = field(default_factory=dict)

    def cells(self, layer: int) -> list[Cell]:
        """The cells of a column from top to bottom."""
        return [cell for block in self.columns[layer] for cell in block]

    def ends(self, layer: int) -> Iterator[tuple[Cell, Cell]]:
        """The wires from a column to the next: from the cell that carries a value to each cell that it goes to."""
        for cell in self.cells(layer + 1):
            if cell.is_wire:
                yield self.carrier(cell.node, layer), cell
            else:
                vertex = self.vertices[cell.node]
                if vertex.inputs:
                    yield self.carrier(vertex.inputs[vertex.left], layer), cell

    def carrier(self, node: int, layer: int) -> Cell:
        """The cell from which a node's value leaves a column."""
        return self.nodes[node] if self.layer[node] == layer else self.carriers[node, layer]

    def crossings(self) -> int:
        """How often wires of different values cross between columns."""
        return sum(self.crossings_behind(layer) for layer in range(len(self.columns) - 1))

    def crossings_behind(self, layer: int) -> int:
        """The same between a column and the next."""
        left = {id(cell): place for place, cell in enumerate(self.cells(layer))}
        right = {id(cell): place for place, cell in enumerate(self.cells(layer + 1))}
        ends = [(left[id(start)], right[id(end)], start.node) for start, end in self.ends(layer)]
        return sum(
            (a - c) * (b - d) < 0 for at, (a, b, one) in enumerate(ends) for c, d, other in ends[:at] if one != other
        )


# ── layers ───────────────────────────────────────────────────────────────────────────────────────────


def layers_of(vertices: Sequence[Vertex]) -> list[int]:
    """The layer of each node, from 0: the longest way to it; what needs only given things stands before its use."""
    used = consumers(vertices)
    first = [0] * len(vertices)
    from_given = [vertex.is_source for vertex in vertices]
    for number, vertex in enumerate(vertices):
        if not vertex.is_source:
            first[number] = 1 + max((first[one] for one in vertex.inputs), default=0)
            from_given[number] = all(from_given[one] for one in vertex.inputs)
    for number in reversed(range(len(vertices))):
        if from_given[number] and used[number]:
            first[number] = min(first[one] for one in used[number]) - 1
    lowest = min(first, default=0)
    return [layer - lowest for layer in first]


def consumers(vertices: Sequence[Vertex]) -> list[list[int]]:
    """The nodes that each node's value goes to."""
    found: list[list[int]] = [[] for _ in vertices]
    for number, vertex in enumerate(vertices):
        for one in dict.fromkeys(vertex.inputs):
            found[one].append(number)
    return found


# ── cells ────────────────────────────────────────────────────────────────────────────────────────────


def layered(vertices: Sequence[Vertex]) -> Layered:
    """The columns of a graph in an order with few crossings."""
    graph = Layered(vertices, layers_of(vertices))
    rank = _ranks(vertices)
    used = consumers(vertices)
    graph.columns = [[] for _ in range(max(graph.layer, default=0) + 1)]
    for number, layer in enumerate(graph.layer):
        graph.nodes[number] = Cell(number, layer)
    for number in sorted(range(len(vertices)), key=rank.__getitem__):
        graph.columns[graph.layer[number]].append(_block(graph, number, used))
    for number in sorted(range(len(vertices)), key=rank.__getitem__):
        _add_wires(graph, number, used[number], rank)
    _with_few_crossings(graph)
    return graph


def _ranks(vertices: Sequence[Vertex]) -> dict[int, float]:
    """An order in which a tree has no crossings: what comes from above, the node, what comes from below."""
    rank: dict[int, float] = {}

    def visit(number: int) -> None:
        if number in rank or number in waiting:
            return
        waiting.add(number)
        vertex = vertices[number]
        above, below = _sides(vertex)
        for one in (*above, *vertex.inputs[vertex.left : vertex.left + 1]):
            visit(one)
        rank[number] = len(rank)
        for one in below:
            visit(one)

    waiting: set[int] = set()
    used = consumers(vertices)
    for number in reversed(range(len(vertices))):
        if not used[number]:
            visit(number)
    for number in range(len(vertices)):
        visit(number)
    return rank


def _sides(vertex: Vertex) -> tuple[list[int], list[int]]:
    """The inputs from above and those from below: one goes where the node prefers, two to either side."""
    others = [one for place, one in enumerate(vertex.inputs) if place != vertex.left]
    half = (len(others) + (vertex.prefers == "above")) // 2
    return others[:half], others[half:]


def _block(graph: Layered, number: int, used: Sequence[Sequence[int]]) -> Block:
    """A node between the wires that come to it from above and from below."""
    layer = graph.layer[number]
    above, below = _sides(graph.vertices[number])
    block = [Cell(one, layer, True, number) for one in above]
    block.append(graph.nodes[number])
    block += [Cell(one, layer, True, number) for one in below]
    for cell in block:
        last = max((graph.layer[one] for one in used[cell.node]), default=0)
        if cell.is_wire and last > layer and (cell.node, layer) not in graph.carriers:
            graph.carriers[cell.node, layer] = cell
            cell.passes = True
    return block


def _add_wires(graph: Layered, number: int, used: Sequence[int], rank: dict[int, float]) -> None:
    """A cell in every column that a value passes without a wire into a node there."""
    last = max((graph.layer[one] for one in used), default=0)
    for layer in range(graph.layer[number] + 1, last):
        if (number, layer) not in graph.carriers:
            cell = Cell(number, layer, True, None, True)
            graph.carriers[number, layer] = cell
            column = graph.columns[layer]
            place = next((at for at, block in enumerate(column) if _rank_of(block, rank) > rank[number]), len(column))
            column.insert(place, [cell])


def _rank_of(block: Block, rank: dict[int, float]) -> float:
    return next((rank[cell.node] for cell in block if not cell.is_wire), rank[block[0].node])


# ── order ────────────────────────────────────────────────────────────────────────────────────────────


def _with_few_crossings(graph: Layered) -> None:
    """Each block near the middle of its neighbours, column by column, then blocks exchanged while that helps."""
    best = graph.crossings(), [list(column) for column in graph.columns]
    for sweep in range(SWEEPS):
        _sweep(graph, forwards=sweep % 2 == 0)
        _exchange(graph)
        found = graph.crossings()
        if found < best[0]:
            best = found, [list(column) for column in graph.columns]
        if not best[0]:
            break
    graph.columns = best[1]
    _exchange(graph)


def _sweep(graph: Layered, *, forwards: bool) -> None:
    count = len(graph.columns)
    for layer in range(1, count) if forwards else range(count - 2, -1, -1):
        other = layer - 1 if forwards else layer + 1
        place = {id(cell): float(at) for at, cell in enumerate(graph.cells(other))}
        near: dict[int, list[float]] = {}
        for start, end in graph.ends(min(layer, other)):
            here, there = (end, start) if forwards else (start, end)
            near.setdefault(id(here), []).append(place[id(there)])
        graph.columns[layer] = _by_middles(graph.columns[layer], near)


def _by_middles(column: list[Block], near: dict[int, list[float]]) -> list[Block]:
    """The blocks by the middle of their neighbours' places; one without neighbours keeps its own."""
    middles = {}
    for at, block in enumerate(column):
        places = [place for cell in block for place in near.get(id(cell), [])]
        middles[id(block)] = sum(places) / len(places) if places else float(at)
    return sorted(column, key=lambda block: middles[id(block)])


def _exchange(graph: Layered) -> None:
    """Exchange neighbouring blocks, and the wires above and below a node, while there are fewer crossings."""
    for _ in range(SWEEPS):
        before = graph.crossings()
        for layer, column in enumerate(graph.columns):
            around = [one for one in (layer - 1, layer) if 0 <= one < len(graph.columns) - 1]
            if not sum(map(graph.crossings_behind, around)):
                continue
            for at, _pair in enumerate(pairwise(column)):
                _keep_if_better(graph, column, at, around)
            for block in column:
                if len(block) > 1:
                    _turn_if_better(graph, block, around)
        if graph.crossings() >= before:
            return


def _keep_if_better(graph: Layered, column: list[Block], at: int, around: list[int]) -> None:
    before = sum(map(graph.crossings_behind, around))
    column[at], column[at + 1] = column[at + 1], column[at]
    if sum(map(graph.crossings_behind, around)) >= before:
        column[at], column[at + 1] = column[at + 1], column[at]


def _turn_if_better(graph: Layered, block: Block, around: list[int]) -> None:
    before = sum(map(graph.crossings_behind, around))
    block.reverse()
    if sum(map(graph.crossings_behind, around)) >= before:
        block.reverse()
