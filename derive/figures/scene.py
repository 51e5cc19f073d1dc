"""A picture as data: a few primitives on a plane, which every writer draws at the same places.

One unit is a point of type; x grows to the right and y downwards. What a thing is coloured by is what it means.
"""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from derive.figures.mathematics import Formula, formula, height, width, words
from derive.records import dataclass

Role = Literal["forward", "backward", "given", "operation", "result", "axis", "frame", "muted", "derivative"]
"""What a thing means: values and wires of the forward pass, of the backward pass, what is given, an operation, the
result, an axis, the frame of a plot, the curve of a derivative; muted is what may be overlooked."""

COLOURS = MappingProxyType({
    "backward": "#D9363E", "given": "#3A78C9", "operation": "#767D8A", "result": "#2E8B43", "muted": "#767D8A",
    "frame": "#9CA3AF", "derivative": "#D9363E",
})  # fmt: skip
"""The colours of the roles that are not drawn in ink; each is readable on white and on a dark page."""

Anchor = Literal["start", "middle", "end"]
Place = tuple[float, float]

PAGE = 450.0
"""How wide the text of a page is: A4 with wide margins."""
NORMAL, SMALL, TINY = 10.0, 8.0, 7.0
"""The sizes of type."""


@dataclass(frozen=True)
class Rectangle:
    """The place that something takes, from its top left corner to its bottom right one."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Rectangle", slack: float = 0.0) -> bool:
        """Whether two places share more than a margin of `slack`."""
        return (
            self.left < other.right - slack
            and other.left < self.right - slack
            and self.top < other.bottom - slack
            and other.top < self.bottom - slack
        )

    def holds(self, other: "Rectangle", slack: float = 0.0) -> bool:
        """Whether another place lies inside this one."""
        return (
            self.left <= other.left + slack
            and other.right <= self.right + slack
            and self.top <= other.top + slack
            and other.bottom <= self.bottom + slack
        )


@dataclass(frozen=True)
class Box:
    """A box around its centre, its corners round; dashed for what is drawn elsewhere."""

    x: float
    y: float
    width: float
    height: float
    role: Role
    radius: float = 4.0
    is_dashed: bool = False

    def bounds(self) -> Rectangle:
        return Rectangle(
            self.x - self.width / 2, self.y - self.height / 2, self.x + self.width / 2, self.y + self.height / 2
        )


@dataclass(frozen=True)
class Circle:
    """A circle around its centre."""

    x: float
    y: float
    radius: float
    role: Role

    def bounds(self) -> Rectangle:
        return Rectangle(self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius)


@dataclass(frozen=True)
class Path:
    """Straight lines through some points, their corners rounded; an arrow has its head at the last point."""

    points: tuple[Place, ...]
    role: Role
    has_head: bool = False
    rounding: float = 0.0
    thickness: float = 0.7
    is_dashed: bool = False

    def bounds(self) -> Rectangle:
        return around(self.points)


@dataclass(frozen=True)
class Point:
    """A point that belongs to a curve, or an open one that does not; a junction of wires is a small one."""

    x: float
    y: float
    role: Role
    is_open: bool = False
    radius: float = 2.0

    def bounds(self) -> Rectangle:
        return Rectangle(self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius)


@dataclass(frozen=True)
class Label:
    """A formula or words on a line through `y`, to the right of `x`, around it or to its left."""

    x: float
    y: float
    text: Formula
    role: Role
    size: float = NORMAL
    anchor: Anchor = "middle"

    def bounds(self) -> Rectangle:
        wide = width(self.text, self.size)
        above, below = height(self.text, self.size)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return Rectangle(left, self.y - above, left + wide, self.y + below)


Item = Box | Circle | Path | Point | Label


@dataclass(frozen=True)
class Scene:
    """A picture: its size, what it is called, what it shows in words, and its items from the back to the front."""

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...]


def around(points: Iterable[Place]) -> Rectangle:
    """The smallest rectangle that holds some points."""
    some = list(points)
    return Rectangle(min(x for x, _ in some), min(y for _, y in some), max(x for x, _ in some), max(y for _, y in some))


def math_label(x: float, y: float, latex: str, role: Role, size: float = NORMAL, anchor: Anchor = "middle") -> Label:
    """A label of mathematics whose line is at `y`."""
    return Label(x, y, formula(latex), role, size, anchor)


def text_label(x: float, y: float, text: str, role: Role, size: float = NORMAL, anchor: Anchor = "middle") -> Label:
    """A label of words."""
    return Label(x, y, words(text), role, size, anchor)


def centred(x: float, y: float, text: Formula, role: Role, size: float = NORMAL) -> Label:
    """A label whose letters stand around a point: its line is a third of the size below."""
    return Label(x, y + 0.34 * size, text, role, size)


def moved(item: Item, right: float, down: float) -> Item:
    """The same thing at another place."""
    if isinstance(item, Path):
        return replace(item, points=tuple((x + right, y + down) for x, y in item.points))
    return replace(item, x=item.x + right, y=item.y + down)


def scaled(item: Item, by: float) -> Item:
    """The same thing in another size, its strokes as thick as they were."""
    match item:
        case Path(points):
            return replace(item, points=tuple((x * by, y * by) for x, y in points), rounding=item.rounding * by)
        case Box(x, y, wide, high):
            return replace(item, x=x * by, y=y * by, width=wide * by, height=high * by, radius=item.radius * by)
        case Label(x, y):
            return replace(item, x=x * by, y=y * by, size=item.size * by)
        case Circle(x, y, radius) | Point(x, y, _, _, radius):
            return replace(item, x=x * by, y=y * by, radius=radius * by)


def fitted(scene: Scene, page: float) -> Scene:
    """The scene, smaller where it is wider than a page."""
    if scene.width <= page:
        return scene
    by = page / scene.width
    items = tuple(scaled(item, by) for item in scene.items)
    return replace(scene, width=page, height=round(scene.height * by, 2), items=items)


def framed(items: Iterable[Item], title: str, description: str, margin: float = 4.0) -> Scene:
    """The scene of some items, moved so that they fill it up to a margin."""
    some = list(items)
    boxes = [item.bounds() for item in some]
    whole = around([corner for box in boxes for corner in ((box.left, box.top), (box.right, box.bottom))])
    shifted = (moved(item, margin - whole.left, margin - whole.top) for item in some)
    wide, high = whole.right - whole.left + 2 * margin, whole.bottom - whole.top + 2 * margin
    return Scene(round(wide, 2), round(high, 2), title, description, tuple(shifted))


def stacked(scenes: Iterable[Scene], title: str, description: str, gap: float = 14.0) -> Scene:
    """Scenes one under the other, from the left."""
    items: list[Item] = []
    down, wide = 0.0, 0.0
    for scene in scenes:
        items += [moved(item, 0, down) for item in scene.items]
        down += scene.height + gap
        wide = max(wide, scene.width)
    return Scene(wide, round(max(0.0, down - gap), 2), title, description, tuple(items))
