"""A network as layers of units: circles, edges between neighbouring layers, names above and sizes below."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot

from derive.figures.layering import Layer, network_in, shown_names
from derive.figures.mathematics import formula, width
from derive.figures.scene import (
    NORMAL,
    PAGE,
    SMALL,
    Circle,
    Item,
    Path,
    Place,
    Point,
    Role,
    Scene,
    fitted,
    framed,
    math_label,
)
from derive.models.model import Model
from derive.notation.symbols import shown
from derive.records import dataclass

RADIUS, PITCH, LEAST = 8.0, 24.0, 84.0
"""The radius of a unit, from one unit to the next, and from one layer to the next at least."""
FEW, NARROW = 5, 56.0
"""More layers than these stand nearer to each other."""
MOST_UNITS = 6
"""A layer with more units than these shows the first ones and the last one, with dots between."""


@dataclass(frozen=True)
class Drawn:
    """A layer as it is drawn: the heights of its units, that of its dots, its labels."""

    heights: tuple[float, ...]
    dots: float | None
    name: str
    size: str
    layer: Layer


def network_of(model: Model, loss: str | None = None, *, page: float = PAGE) -> Scene | None:
    """The network of a model up to its loss; None where the model is no network."""
    found = network_in(model, loss or model.table.loss)
    if found is None:
        return None
    layers = [_drawn(layer, is_open=model.has_open_dims) for layer in found.layers]
    columns = _columns(layers)
    items = [*_edges(layers, columns), *_units(layers, columns), *_labels(layers, columns)]
    sizes = ", ".join(str(layer.units) for layer in found.layers)
    what = f"A network with layers of {sizes} units: {_in_words(found.layers)}"
    return fitted(framed(items, "Network of layers", what), page)


def _in_words(layers: Sequence[Layer]) -> str:
    return " to ".join(", ".join(map(shown, layer.names)) for layer in layers)


def _drawn(layer: Layer, *, is_open: bool) -> Drawn:
    """Where sizes were chosen by the program a layer has dots: how many units there are is not said."""
    count = layer.units.size or 0
    is_named = layer.units.name not in ("", str(count))
    has_dots = count > MOST_UNITS or (is_open and is_named)
    places = 4 if has_dots else count
    heights = [PITCH * (number - (places - 1) / 2) for number in range(places)]
    dots = heights.pop(2) if has_dots else None
    size = str(layer.units) if not is_named or is_open else f"{layer.units} = {count}"
    if count == 1 and not is_named:
        size = ""
    return Drawn(tuple(heights), dots, shown_names(layer.names), size, layer)


def _columns(layers: Sequence[Drawn]) -> list[float]:
    """Where each layer stands, far enough from the one before for all labels."""
    places = [0.0]
    for before, here in pairwise(layers):
        names = (_wide(before.name, NORMAL) + _wide(here.name, NORMAL)) / 2
        sizes, maps = (_below(before) + _below(here)) / 2, _wide(_map(here.layer), SMALL)
        least = LEAST if len(layers) <= FEW else NARROW
        places.append(places[-1] + max(least, names + 12, sizes + 12, maps + 12))
    return places


def _wide(latex: str, size: float) -> float:
    return width(formula(latex), size)


def _below(drawn: Drawn) -> float:
    return max(_wide(drawn.size, SMALL), _wide(drawn.layer.activation, SMALL))


def _map(layer: Layer) -> str:
    """The weights and the bias between two layers."""
    return f"{layer.weight},\\,{layer.bias}" if layer.bias else layer.weight


# ── drawing ──────────────────────────────────────────────────────────────────────────────────────────


def _edges(layers: Sequence[Drawn], columns: Sequence[float]) -> Iterator[Item]:
    for number, (before, here) in enumerate(pairwise(layers)):
        for top in before.heights:
            for bottom in here.heights:
                start, end = (columns[number], top), (columns[number + 1], bottom)
                yield Path((_from(start, end), _from(end, start)), "muted", False, 0.0, 0.4)


def _from(start: Place, end: Place) -> Place:
    """Where the way from one unit to another leaves its circle."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    return start[0] + (end[0] - start[0]) * RADIUS / length, start[1] + (end[1] - start[1]) * RADIUS / length


def _units(layers: Sequence[Drawn], columns: Sequence[float]) -> Iterator[Item]:
    for number, (layer, x) in enumerate(zip(layers, columns, strict=True)):
        role: Role = "given" if number == 0 else "result" if number == len(layers) - 1 else "operation"
        for y in layer.heights:
            yield Circle(x, y, RADIUS, role)
        if layer.dots is not None:
            yield from (Point(x, layer.dots + 5 * step, "muted", False, 0.9) for step in (-1, 0, 1))


def _labels(layers: Sequence[Drawn], columns: Sequence[float]) -> Iterator[Item]:
    tallest = max(abs(y) for layer in layers for y in layer.heights) + RADIUS
    for number, (layer, x) in enumerate(zip(layers, columns, strict=True)):
        yield math_label(x, -tallest - 8, layer.name, "forward")
        if layer.size:
            yield math_label(x, tallest + 15, layer.size, "muted", SMALL)
        if layer.layer.activation:
            yield math_label(x, tallest + 28, layer.layer.activation, "forward", SMALL)
        if number:
            middle = (columns[number - 1] + x) / 2
            yield math_label(middle, -tallest - 24, _map(layer.layer), "given", SMALL)
