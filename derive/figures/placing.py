"""How high the cells of each column stand: in their order, far enough apart, wires as straight as they can be.

Each column in turn takes the heights that are nearest to those of its neighbours: the sum of weighted distances is
least among all heights that keep the order and the distances.
"""

from collections.abc import Sequence

from derive.figures.layers import Cell, Layered

GAP = 5.0
"""The room between two cells."""
ROUNDS = 16
MOST_MOVES = 40
NEAR, BEND = 0.01, 6.0
"""Heights that differ by less are the same; what a bend costs beside its height."""
MAIN, LONG, LIGHT, TO_NODE = 24.0, 4.0, 1.0, 0.5
"""How much a bend costs: between two operations, in a wire that passes a column, at what is given; and how much it
costs that a wire goes far down or up to its node."""

Pull = tuple[float, float]


def place(graph: Layered) -> None:
    """Give every cell its height."""
    for layer in range(len(graph.columns)):
        cells = graph.cells(layer)
        for cell, height in zip(cells, _packed(cells), strict=True):
            cell.y = height
    for number in range(ROUNDS):
        for forwards in (True, False):
            count = len(graph.columns)
            for layer in range(count) if forwards else range(count - 1, -1, -1):
                both = number >= ROUNDS // 8
                near = 0.0 if number > ROUNDS // 2 else TO_NODE
                _settle(graph, layer, before=forwards or both, behind=not forwards or both, to_node=near)
    _straighten(graph)


# ── moving what is straight together ──


def _straighten(graph: Layered) -> None:
    """Move cells that one straight wire joins to where another wire is straight, too, while that makes it better."""
    for _ in range(MOST_MOVES):
        before = _cost(graph)
        best: tuple[float, list[Cell], float] | None = None
        for start, end in _bent(graph):
            for moving, aim in ((end, start.y), (start, end.y)):
                cells, shift = _pushed(graph, moving, aim - moving.y), aim - moving.y
                _shift(cells, shift)
                cost = _cost(graph)
                _shift(cells, -shift)
                if cost < before - 0.01 and (best is None or cost < best[0]):
                    best = cost, cells, shift
        if best is None:
            return
        _shift(best[1], best[2])


def _bent(graph: Layered) -> list[tuple[Cell, Cell]]:
    ends = [pair for layer in range(len(graph.columns) - 1) for pair in graph.ends(layer)]
    return [(start, end) for start, end in ends if abs(start.y - end.y) > NEAR]


def _cost(graph: Layered) -> float:
    """How much all bends cost, each for itself and by its height, and how far wires go down or up to their nodes."""
    cost = 0.0
    for layer in range(len(graph.columns) - 1):
        for start, end in graph.ends(layer):
            bend = abs(start.y - end.y)
            cost += _weight(graph, start, end) * (bend + BEND * (bend > NEAR))
            if end.into is not None:
                cost += TO_NODE * abs(end.y - graph.nodes[end.into].y)
    return cost


def _shift(cells: Sequence[Cell], by: float) -> None:
    for cell in cells:
        cell.y += by


def _pushed(graph: Layered, first: Cell, by: float) -> list[Cell]:
    """The cells that move with one: those that straight wires join to it, and those that would be in their way."""
    joined: dict[int, list[Cell]] = {}
    for layer in range(len(graph.columns) - 1):
        for start, end in graph.ends(layer):
            if abs(start.y - end.y) <= NEAR:
                joined.setdefault(id(start), []).append(end)
                joined.setdefault(id(end), []).append(start)
    found: dict[int, Cell] = {}
    waiting = [first]
    while waiting:
        cell = waiting.pop()
        if id(cell) not in found:
            found[id(cell)] = cell
            waiting += joined.get(id(cell), [])
            waiting += _in_the_way(graph, cell, by)
    return list(found.values())


def _in_the_way(graph: Layered, cell: Cell, by: float) -> list[Cell]:
    """The next cell of a column, where one that moves comes too near to it."""
    cells = graph.cells(cell.layer)
    at = next(number for number, one in enumerate(cells) if one is cell)
    if by > 0 and at + 1 < len(cells):
        other = cells[at + 1]
        return [other] if cell.y + by + cell.down + GAP + other.up > other.y + NEAR else []
    if by < 0 and at > 0:
        other = cells[at - 1]
        return [other] if cell.y + by - cell.up - GAP - other.down < other.y - NEAR else []
    return []


def _packed(cells: Sequence[Cell]) -> list[float]:
    """Heights one right below the other, the first node's being 0."""
    heights, at = [], 0.0
    for number, cell in enumerate(cells):
        at += 0.0 if number == 0 else cells[number - 1].down + GAP + cell.up
        heights.append(at)
    first = next((height for cell, height in zip(cells, heights, strict=True) if not cell.is_wire), 0.0)
    return [height - first for height in heights]


def _settle(graph: Layered, layer: int, *, before: bool, behind: bool, to_node: float) -> None:
    cells = graph.cells(layer)
    pulls: dict[int, list[Pull]] = {id(cell): [(cell.y, 0.001)] for cell in cells}
    if before and layer:
        for start, end in graph.ends(layer - 1):
            pulls[id(end)].append((start.y, _weight(graph, start, end)))
    if behind and layer < len(graph.columns) - 1:
        for start, end in graph.ends(layer):
            pulls[id(start)].append((end.y, _weight(graph, start, end)))
    for cell in cells:
        if cell.into is not None and to_node:
            pulls[id(cell)].append((graph.nodes[cell.into].y, to_node))
    offsets = _packed(cells)
    settled = nearest([[(y - offset, weight) for y, weight in pulls[id(cell)]]
                       for cell, offset in zip(cells, offsets, strict=True)], offsets)  # fmt: skip
    for cell, offset, height in zip(cells, offsets, settled, strict=True):
        cell.y = height + offset


def _weight(graph: Layered, start: Cell, end: Cell) -> float:
    if start.is_wire and end.is_wire:
        return LONG
    if not start.is_wire and not end.is_wire:
        return MAIN / 2 if graph.vertices[start.node].is_source else MAIN
    return LIGHT + (start.is_wire or end.is_wire)


def nearest(pulls: Sequence[Sequence[Pull]], outwards: Sequence[float]) -> list[float]:
    """Numbers that do not fall, each near to the numbers that pull it, by weight.

    Neighbours that would fall stand together at their common weighted median; of two that are as good it is the one to
    the side to which the neighbours lie, so that what is further out makes room.

    >>> nearest([[(3, 1)], [(1, 1), (1, 1)], [(5, 1)]], [0, 0, 0])
    [1, 1, 5]
    >>> nearest([[(3, 1)], [(1, 1)]], [0, 1]), nearest([[(3, 1)], [(1, 1)]], [0, -1])
    ([3, 3], [1, 1])
    """
    blocks: list[tuple[list[Pull], int, float, float]] = []
    for own, side in zip(pulls, outwards, strict=True):
        block = (list(own), 1, _median(own, side), side)
        while blocks and blocks[-1][2] > block[2]:
            before = blocks.pop()
            merged, sides = before[0] + block[0], before[3] + block[3]
            block = (merged, before[1] + block[1], _median(merged, sides), sides)
        blocks.append(block)
    return [height for _, count, height, _ in blocks for _ in range(count)]


def _median(pulls: Sequence[Pull], side: float) -> float:
    """The weighted median; of two the higher one for a positive side."""
    ordered = sorted(pulls)
    half, total = sum(weight for _, weight in ordered) / 2, 0.0
    for value, weight in ordered:
        total += weight
        if total > half + 0.01 or (total >= half - 0.01 and side <= 0):
            return value
    return ordered[-1][0]
