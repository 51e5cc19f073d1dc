"""One band of a graph: its columns, its nodes with what stands beside their wires, and the wires."""

from collections.abc import Iterator, Sequence

from derive.figures.layers import Cell, Layered, layered, layers_of
from derive.figures.mathematics import height
from derive.figures.parts import LINE, Note, Part
from derive.figures.placing import place
from derive.figures.routing import Segment, Trunk, chains, trunks
from derive.figures.scene import Box, Circle, Item, Label, Path, Place, Point, Role, Scene, centred, framed
from derive.records import dataclass

TRACK, ARROW, PADDING = 6.0, 11.0, 4.5
"""How wide a track is, the way of an arrow into a node, and the room beside a label."""
ROUNDING = 3.0
ROLES: dict[str, Role] = {"given": "given", "again": "muted", "operation": "operation", "result": "result"}


@dataclass(frozen=True)
class Columns:
    """Where each column stands: its middle, half its width, and where the labels behind it end."""

    middle: tuple[float, ...]
    half: tuple[float, ...]
    labelled: tuple[float, ...]
    trunks: tuple[tuple[Trunk, ...], ...]


def drawn(parts: Sequence[Part]) -> Scene:
    """The picture of some parts; its title is that of the whole graph."""
    graph = layered([part.vertex for part in parts])
    _with_extents(graph, parts)
    place(graph)
    columns = _columns(graph, parts)
    items = [*_wires(graph, parts, columns), *_nodes(graph, parts, columns)]
    return framed(items, "", "") if items else Scene(10, 10, "", "", ())


def least_width(parts: Sequence[Part]) -> float:
    """About how wide a band is, and not wider: its columns without the tracks of wires that bend."""
    layers = layers_of([part.vertex for part in parts])
    total = 0.0
    for layer in set(layers):
        here = [part for part, own in zip(parts, layers, strict=True) if own == layer]
        wide = max(part.width for part in here)
        total += wide + max(_room(part, wide) for part in here) + ARROW
    return total - ARROW


def _with_extents(graph: Layered, parts: Sequence[Part]) -> None:
    """How much room each cell needs above and below its wire."""
    for number, cell in graph.nodes.items():
        part = parts[number]
        cell.up = max(part.height / 2, sum(note.height for note in part.above) + 3)
        cell.down = max(part.height / 2, sum(note.height for note in part.below) + 6 * bool(part.below))
    for column in graph.columns:
        for block in column:
            for cell in block:
                if cell.is_wire:
                    cell.up = cell.down = 2.0


def _columns(graph: Layered, parts: Sequence[Part]) -> Columns:
    middle, half, labelled, all_trunks = [], [], [], []
    at = 0.0
    for layer in range(len(graph.columns)):
        nodes = [cell.node for cell in graph.cells(layer) if not cell.is_wire]
        wide = max((parts[number].width for number in nodes), default=0.0)
        lines = trunks(graph, layer) if layer < len(graph.columns) - 1 else []
        bent = tuple(trunk for trunk in lines if not trunk.is_straight)
        room = max((_room(parts[number], wide) for number in nodes), default=0.0)
        middle.append(at + wide / 2)
        half.append(wide / 2)
        labelled.append(at + wide + room)
        all_trunks.append(bent)
        at += wide + room + TRACK * len(bent) + ARROW
    return Columns(tuple(middle), tuple(half), tuple(labelled), tuple(all_trunks))


def _room(part: Part, wide: float) -> float:
    """How far the labels of a wire reach behind its column."""
    return max(0.0, part.wire + 2 * PADDING - (wide - part.width) / 2) if part.wire else 2.0


# ── nodes ────────────────────────────────────────────────────────────────────────────────────────────


def _nodes(graph: Layered, parts: Sequence[Part], columns: Columns) -> Iterator[Item]:
    for number, cell in graph.nodes.items():
        part, x = parts[number], columns.middle[cell.layer]
        yield from _node(part, x, cell.y)
        start, end = x + part.width / 2, columns.labelled[cell.layer]
        yield from _notes(part, (start + end) / 2, cell.y)
        if part.below:
            yield Path(((end, cell.y + 3.2), (start + 2, cell.y + 3.2)), "backward", True, 0.0, 0.5)


def _node(part: Part, x: float, y: float) -> Iterator[Item]:
    role = ROLES[part.look]
    if part.is_round:
        yield Circle(x, y, part.width / 2, role)
    else:
        radius = 8.0 if part.look == "operation" else 3.0
        yield Box(x, y, part.width, part.height, role, radius, part.look == "again")
    top = y - LINE * (len(part.lines) - 1) / 2
    for number, line in enumerate(part.lines):
        yield centred(x, top + LINE * number, line, "forward", part.size_of_type)


def _notes(part: Part, x: float, y: float) -> Iterator[Item]:
    """What stands above a wire, from the wire up, and what stands below it."""
    up = y - 2.5
    for note in reversed(part.above):
        yield Label(x, up - height(note.text, note.size)[1], note.text, note.role, note.size)
        up -= note.height
    down = y + 5.5
    for note in part.below:
        yield from _note(note, x, down)
        down += note.height


def _note(note: Note, x: float, top: float) -> Iterator[Item]:
    yield Label(x, top + 0.85 * note.size, note.text, note.role, note.size)
    if note.under:
        stroke = top + 1.22 * note.size
        yield Path(((x - note.width / 2, stroke), (x + note.width / 2, stroke)), note.role, False, 0.0, 0.5)
        yield Label(x, top + 2.15 * note.size, note.under, note.role, note.size)


# ── wires ────────────────────────────────────────────────────────────────────────────────────────────


def _wires(graph: Layered, parts: Sequence[Part], columns: Columns) -> Iterator[Item]:
    """The wires of each value, then the junctions on them."""
    for number in range(len(parts)):
        segments, ports = _segments(graph, parts, columns, number)
        lines, junctions = chains(segments)
        for line in lines:
            if line[0] in ports and line[-1] not in ports:
                line.reverse()
            yield Path(tuple(line), "forward", line[-1] in ports, ROUNDING)
        for x, y in junctions:
            yield Point(x, y, "forward", False, 1.3)


def _segments(graph: Layered, parts: Sequence[Part], columns: Columns, number: int) -> tuple[list[Segment], set[Place]]:
    """The straight pieces of the wires of a value, and the places at which they go into nodes."""
    segments: list[Segment] = []
    ports: set[Place] = set()
    for layer in range(len(graph.columns) - 1):
        ends = [(start, end) for start, end in graph.ends(layer) if start.node == number]
        if ends:
            segments += _between(ends, parts, columns, layer, number)
        for _, end in ends:
            if not end.is_wire:
                ports.add(_port(columns.middle[layer + 1] - parts[end.node].width / 2, end.y))
            elif end.into is not None:
                node = graph.nodes[end.into]
                half = parts[end.into].height / 2
                edge = node.y - half if end.y < node.y else node.y + half
                x = columns.middle[layer + 1]
                segments.append(((x, end.y), (x, edge)))
                ports.add(_port(x, edge))
    return segments, ports


def _port(x: float, y: float) -> Place:
    return round(x, 2), round(y, 2)


def _between(
    ends: Sequence[tuple[Cell, Cell]], parts: Sequence[Part], columns: Columns, layer: int, number: int
) -> Iterator[Segment]:
    """The pieces from a column to the next."""
    start = ends[0][0]
    left = columns.middle[layer] + (0 if start.is_wire else parts[number].width / 2)
    order = [trunk.node for trunk in columns.trunks[layer]]
    for _, end in ends:
        right = columns.middle[layer + 1] - (0 if end.is_wire else parts[end.node].width / 2)
        if number not in order:
            yield (left, start.y), (right, end.y)
            continue
        track = columns.labelled[layer] + TRACK * (order.index(number) + 0.5)
        yield (left, start.y), (track, start.y)
        if abs(end.y - start.y) > 0.01:
            yield (track, start.y), (track, end.y)
        yield (track, end.y), (right, end.y)
