"""A scene as SVG that any viewer shows alone, and that a page may colour.

The ink is the text colour of the page; the other colours are variables of the page, `--figure-backward` and so on, with
colours of their own where it sets none. No script, no foreign objects, nothing from elsewhere.
"""

from collections.abc import Iterator
from dataclasses import replace
from html import escape

from derive.figures.mathematics import AROUND, SCRIPT, Formula, Glyphs, Scripts, Space, width
from derive.figures.paths import Corner, rounded
from derive.figures.scene import COLOURS, Box, Circle, Item, Label, Path, Point, Role, Scene
from derive.records import dataclass

PIXELS = 4 / 3
"""The pixels of a page in a point of type."""

FACES = "'STIX Two Text','Times New Roman','Liberation Serif','Latin Modern Roman',serif"


def svg(scene: Scene) -> str:
    """The scene as one SVG element."""
    wide, high = _number(scene.width), _number(scene.height)
    size = f'width="{_number(scene.width * PIXELS)}" height="{_number(scene.height * PIXELS)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="figure-of-derive" {size} viewBox="0 0 {wide} {high}"'
        f' role="img" fill="none" stroke-linecap="round" font-family="{FACES}">',
        f"<title>{escape(_printable(scene.title))}</title>",
        f"<desc>{escape(_printable(scene.description))}</desc>",
        f"<style>{_style()}</style>",
        *(line for item in scene.items for line in _drawn(item)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _style() -> str:
    """The colours of the roles, in a form for viewers that know variables and in one for those that do not."""
    rules = (
        f".figure-of-derive .figure-{role}{{color:{colour};color:var(--figure-{role},{colour})}}"
        for role, colour in COLOURS.items()
    )
    return "".join(rules) + ".figure-of-derive .figure-open{fill:#fff;fill:var(--figure-paper,#fff)}"


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _printable(text: str) -> str:
    """Text without the control characters that XML forbids."""
    return "".join(character if character.isprintable() else " " for character in text)


def _drawn(item: Item) -> Iterator[str]:
    match item:
        case Box(role=role, radius=radius, is_dashed=is_dashed):
            bounds = item.bounds()
            corner = f'x="{_number(bounds.left)}" y="{_number(bounds.top)}"'
            dashes = ' stroke-dasharray="2.5 2"' if is_dashed else ""
            yield (
                f'<rect class="figure-{role}" {corner} width="{_number(item.width)}" height="{_number(item.height)}"'
                f' rx="{_number(radius)}" {_tinted(role)}{dashes}/>'
            )
        case Circle(x, y, radius, role):
            yield f'<circle class="figure-{role}" {_around(x, y, radius)} {_tinted(role)}/>'
        case Point(x, y, role, is_open, radius):
            kind, inside = (f"figure-{role} figure-open", "#fff") if is_open else (f"figure-{role}", "currentColor")
            look = f'fill="{inside}" stroke="currentColor" stroke-width="0.8"'
            yield f'<circle class="{kind}" {_around(x, y, radius)} {look}/>'
        case Path():
            yield from _path(item)
        case Label():
            yield _text(item)


def _around(x: float, y: float, radius: float) -> str:
    return f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"'


def _tinted(role: Role) -> str:
    inside = "" if role == "frame" else 'fill="currentColor" fill-opacity="0.1" '
    return f'{inside}stroke="currentColor" stroke-width="{0.5 if role == "frame" else 0.8}"'


# ── paths ────────────────────────────────────────────────────────────────────────────────────────────


def _path(path: Path) -> Iterator[str]:
    line, head = rounded(path)
    dashes = ' stroke-dasharray="2.5 2"' if path.is_dashed else ""
    data = " ".join(_step(step) for step in line)
    stroke = f'stroke="currentColor" stroke-width="{_number(path.thickness)}"{dashes}'
    yield f'<path class="figure-{path.role}" d="{data}" {stroke}/>'
    if head:
        corners = " ".join(f"{_number(x)},{_number(y)}" for x, y in head)
        yield f'<polygon class="figure-{path.role}" points="{corners}" fill="currentColor"/>'


def _step(step: Corner) -> str:
    """A line to a point, or around a corner to the point behind it."""
    points = " ".join(f"{_number(x)} {_number(y)}" for x, y in step.points)
    return f"{step.kind}{points}"


# ── labels ───────────────────────────────────────────────────────────────────────────────────────────


def _text(label: Label) -> str:
    runs = "".join(_Setting(label.size).runs(label.text))
    anchor = "" if label.anchor == "start" else f' text-anchor="{label.anchor}"'
    place = f'x="{_number(label.x)}" y="{_number(label.y)}" font-size="{_number(label.size)}"'
    return f'<text class="figure-{label.role}" {place}{anchor} fill="currentColor">{runs}</text>'


@dataclass(frozen=True)
class Mark:
    """An accent as a character of its own, since few faces have letters with all accents: its width, size and lift."""

    text: str
    width: float = 0.333
    size: float = 1.0
    lift: float = 0.0


_MARKS = {
    "\u0302": Mark("ˆ"), "\u0303": Mark("˜"), "\u0304": Mark("ˉ"), "\u0306": Mark("˘"), "\u0307": Mark("˙"),
    "\u0308": Mark("¨"), "\u030c": Mark("ˇ"), "\u20d7": Mark("→", 0.7, 0.7, 0.38),
    "\u0332": Mark("_", 0.5, 1.0, -0.06),
}  # fmt: skip
_TALL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZbdfhklβδζθλξφψΓΔΘΛΞΠΣΥΦΨΩ")
TALL, STACKED = 0.2, 0.2
"""How much higher the accent of a tall letter stands, and one above another."""
LEAN = 0.84
"""How wide letters are in the faces of pages beside those of TeX."""


def _dotless(piece: Glyphs) -> Glyphs:
    """An i or j gives its dot for an accent."""
    return replace(piece, text={"i": "ı", "j": "ȷ"}.get(piece.text, piece.text)) if piece.accents else piece


class _Setting:
    """Sets a label from left to right; `low` is how far below the line the last run stands."""

    def __init__(self, size: float) -> None:
        self.size = size
        self.low = 0.0
        self.skip = 0.0

    def runs(self, label: Formula, scale: float = 1.0, down: float = 0.0) -> Iterator[str]:
        for piece in label:
            match piece:
                case Space(own):
                    self.skip += own * scale
                case Glyphs():
                    yield self._run(_dotless(piece), scale, down)
                    yield from self._accents(piece, scale, down)
                case Scripts(base, below, above):
                    yield from self.runs(base, scale, down)
                    yield from self._scripts(base, below, above, scale, down)

    def _scripts(self, base: Formula, below: Formula, above: Formula, scale: float, down: float) -> Iterator[str]:
        """Both scripts behind the base, one over the other."""
        small = scale * SCRIPT
        if above and all(isinstance(piece, Glyphs) and piece.text == "′" for piece in above):  # raised as it is
            yield from self.runs(above, scale, down)
            above = ()
        scripts = [(width(below, small), below, 0.2), (width(above, small), above, -0.38)]
        for place, (wide, script, low) in enumerate(sorted(scripts, key=lambda one: one[0])):
            yield from self.runs(script, small, down + low * scale)
            if place == 0:  # back to where it began: the shorter one first, since widths are estimates
                self.skip -= wide
        self.skip += 0.05 * scale

    def _accents(self, piece: Glyphs, scale: float, down: float) -> Iterator[str]:
        """The accents of a letter, each above the one before; then on from behind the letter."""
        half = LEAN * width((Glyphs(piece.text, piece.face, ""),), 1.0) / 2
        high = TALL if piece.text in _TALL else 0.0
        for accent in piece.accents:
            mark = _MARKS[accent]
            self.skip -= (half + mark.width / 2) * scale
            lift = mark.lift + (high if mark.lift >= 0 else 0.0)
            yield self._run(Glyphs(mark.text, piece.face, ""), scale * mark.size, down - lift * scale)
            self.skip += (half - mark.width / 2) * scale
            high += STACKED

    def _run(self, piece: Glyphs, scale: float, down: float) -> str:
        around = AROUND.get(piece.kind, 0.0) * scale
        attributes = ""
        if abs(self.skip + around) > 1e-6:
            attributes += f' dx="{_number((self.skip + around) * self.size)}"'
        if abs(down - self.low) > 1e-6:
            attributes += f' dy="{_number((down - self.low) * self.size)}"'
        if scale != 1.0:
            attributes += f' font-size="{_number(scale * self.size)}"'
        attributes += {"italic": ' font-style="italic"', "bold": ' font-weight="bold"'}.get(piece.face, "")
        self.skip = around + (0.17 * scale if piece.kind == "punctuation" else 0.0)
        self.low = down
        return f"<tspan{attributes}>{escape(_printable(piece.text))}</tspan>"
