"""How high the cells of each column stand: in their order, far enough apart, wires as straight as they can be.

Each column in turn takes the heights that are nearest to those of its neighbours: the sum of weighted distances is
least among all heights that keep the order and the distances.
"""

from collections.abc import Sequence

from derive.figures.layers import Cell, Layered

GAP = 5.0
"""The room between two cells."""
ROUNDS = 16
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
