"""A scene as TikZ: the same shapes at the same places as in SVG, for pdfLaTeX, XeLaTeX and LuaLaTeX."""

from collections.abc import Iterator

from derive.figures.mathematics import tex
from derive.figures.paths import Corner, rounded
from derive.figures.scene import COLOURS, Box, Circle, Item, Label, Path, Place, Point, Role, Scene

TIKZ_PREAMBLE = "\n".join(
    [
        r"\usepackage{amsmath,amssymb}",
        r"\usepackage{tikz}",
        *(rf"\definecolor{{derive-{role}}}{{HTML}}{{{colour[1:]}}}" for role, colour in COLOURS.items()),
        *(rf"\colorlet{{derive-{role}}}{{black}}" for role in ("forward", "axis")),
        r"\tikzset{derive text/.style={anchor=base,inner sep=0pt,outer sep=0pt}}",
        "",
    ]
)
"""What the preamble of a document needs before it can hold what `tikz` writes."""

STANDALONE = "\n".join(
    [r"\documentclass[border=2pt]{standalone}", TIKZ_PREAMBLE + r"\begin{document}", "%s" + r"\end{document}", ""]
)


def tikz(scene: Scene) -> str:
    """The scene as a tikzpicture, which is as wide as it says and stands on its lower edge."""
    wide, high = scene.width, scene.height
    lines = [
        r"\begin{tikzpicture}[x=1pt,y=-1pt,line cap=round]",
        rf"\path[use as bounding box] (0,0) rectangle {_place((wide, high))};",
        *(line for item in scene.items for line in _drawn(item)),
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines) + "\n"


def standalone(scene: Scene) -> str:
    """A document that holds the scene alone."""
    return STANDALONE % tikz(scene)


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _place(place: Place) -> str:
    return f"({_number(place[0])},{_number(place[1])})"


def _drawn(item: Item) -> Iterator[str]:
    match item:
        case Box(role=role, radius=radius, is_dashed=is_dashed):
            bounds = item.bounds()
            dashes = ",dash pattern=on 2.5pt off 2pt" if is_dashed else ""
            corners = f"{_place((bounds.left, bounds.top))} rectangle {_place((bounds.right, bounds.bottom))}"
            yield rf"\path[{_tinted(role)},rounded corners={_number(radius)}pt{dashes}] {corners};"
        case Circle(x, y, radius, role):
            yield rf"\path[{_tinted(role)}] {_place((x, y))} circle[radius={_number(radius)}pt];"
        case Point(x, y, role, is_open, radius):
            inside = "white" if is_open else f"derive-{role}"
            style = f"draw=derive-{role},fill={inside},line width=0.8pt"
            yield rf"\path[{style}] {_place((x, y))} circle[radius={_number(radius)}pt];"
        case Path():
            yield from _path(item)
        case Label():
            yield _text(item)


def _tinted(role: Role) -> str:
    if role == "frame":
        return "draw=derive-frame,line width=0.5pt"
    return f"draw=derive-{role},fill=derive-{role},fill opacity=0.1,draw opacity=1,line width=0.8pt"


def _path(path: Path) -> Iterator[str]:
    line, head = rounded(path)
    dashes = ",dash pattern=on 2.5pt off 2pt" if path.is_dashed else ""
    steps = "".join(_step(step, line[number - 1]) for number, step in enumerate(line))
    yield rf"\draw[derive-{path.role},line width={_number(path.thickness)}pt{dashes}] {steps};"
    if head:
        yield rf"\fill[derive-{path.role}] {' -- '.join(map(_place, head))} -- cycle;"


def _step(step: Corner, before: Corner) -> str:
    """A curve by one point is one by two, each two thirds of the way to it."""
    if step.kind == "M":
        return _place(step.points[0])
    if step.kind == "L":
        return f" -- {_place(step.points[0])}"
    (x, y), (right, bottom) = step.points
    left, top = before.points[-1]
    first = (left + 2 * (x - left) / 3, top + 2 * (y - top) / 3)
    second = (right + 2 * (x - right) / 3, bottom + 2 * (y - bottom) / 3)
    return f" .. controls {_place(first)} and {_place(second)} .. {_place((right, bottom))}"


SIZES = (5, 6, 7, 8, 9, 10)
"""The sizes of type that every TeX has as they are."""


def _text(label: Label) -> str:
    anchor = {"start": "base west", "middle": "base", "end": "base east"}[label.anchor]
    size = max((one for one in SIZES if one <= label.size + 0.01), default=SIZES[0])
    scale = "" if abs(size - label.size) < 0.01 else f",scale={_number(label.size / size)}"
    font = rf"\fontsize{{{size}}}{{{size}}}\selectfont"
    style = f"derive text,anchor={anchor},text=derive-{label.role},font={font}{scale}"
    return rf"\node[{style}] at {_place((label.x, label.y))} {{${tex(label.text)}$}};"
