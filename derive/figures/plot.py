"""Functions and their derivatives as plots: a row for each, kinks and jumps as open and closed points."""

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from derive.expressions.latex import latex
from derive.figures.curves import Curve, curve
from derive.figures.functions import Plotted, read_function
from derive.figures.mathematics import formula, width
from derive.figures.scene import (
    SMALL,
    TINY,
    Box,
    Item,
    Label,
    Path,
    Place,
    Point,
    Role,
    Scene,
    framed,
    math_label,
    moved,
)
from derive.records import dataclass

WIDE, HIGH = 192.0, 116.0
"""The size of a panel."""
GAP, PADDING = 34.0, 6.0
USUAL = (Fraction(-4), Fraction(4))
TALLEST = 2.5
"""How high a panel reaches for the sake of all of a curve, in widths of its span."""

Span = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Panel:
    """A part of the plane and where it stands: x from `left` to `right`, y from `low` to `high`."""

    left: float
    right: float
    low: float
    high: float

    def at(self, x: float, y: float) -> Place:
        return (
            WIDE * (x - self.left) / (self.right - self.left),
            HIGH * (self.high - y) / (self.high - self.low),
        )


def plot_of(texts: Sequence[str], span: Span = USUAL, kink: Fraction = Fraction(0), *, together: bool = False) -> Scene:
    """The plots of functions given by name or as LaTeX. Raises `FormulaError` for what is no function."""
    rows = [_row(read_function(text, kink), span, together=together) for text in texts]
    items: list[Item] = []
    down = 0.0
    for row in rows:
        items += [moved(item, 0, down) for item in row]
        down += HIGH + 44.0
    title = "Plot of " + ", ".join(texts)
    return framed(items, title, f"{title}, each with its derivative, from {span[0]} to {span[1]}")


def _row(function: Plotted, span: Span, *, together: bool) -> list[Item]:
    own = curve(function.value, function.variable, span)
    slope = curve(function.slope, function.variable, span, (function.value,))
    title, title_of_slope = _titles(function, WIDE if not together else WIDE / 2 - PADDING)
    if together:
        panel = _panel([own, slope], span)
        legend = [*_heading(title, "forward", 0.0), *_heading(title_of_slope, "derivative", WIDE, "end")]
        return [*_axes(panel), *_drawn(own, panel, "forward"), *_drawn(slope, panel, "derivative"), *legend]
    left, right = _panel([own], span), _panel([slope], span)
    first = [*_axes(left), *_drawn(own, left, "forward"), *_heading(title, "forward", 0.0)]
    second = [*_axes(right), *_drawn(slope, right, "derivative"), *_heading(title_of_slope, "derivative", 0.0)]
    return [*first, *(moved(item, WIDE + GAP, 0) for item in second)]


def _titles(function: Plotted, room: float) -> tuple[str, str]:
    """The names of a function and of its derivative, with their formulas where there is room for them."""
    name, variable = function.name, function.variable
    both = (f"{name}({variable})", function.formula), (f"{name}'({variable})", latex(function.slope))
    whole = (f"{called} = {what}" for called, what in both)
    first, second = (title if _fits(title, room) else called for title, (called, _) in zip(whole, both, strict=True))
    return first, second


def _fits(title: str, room: float) -> bool:
    return r"\begin" not in title and width(formula(title), SMALL) <= room


def _heading(text: str, role: Role, x: float, anchor: str = "start") -> Iterator[Item]:
    yield math_label(x, -8.0, text, role, SMALL, "end" if anchor == "end" else "start")


# ── the part of the plane ────────────────────────────────────────────────────────────────────────────


def _panel(curves: Iterable[Curve], span: Span) -> Panel:
    """High enough for the curves, and for zero; not much higher than it is wide."""
    left, right = float(span[0]), float(span[1])
    heights = [(y, x - before) for one in curves for piece in one.pieces for (before, _), (x, y) in pairwise(piece)]
    heights += [(mark.y, 0.0) for one in curves for mark in one.marks]
    low = -_most([(-y, wide) for y, wide in heights], right - left)
    high = _most(heights, right - left)
    if high - low < 1e-9:
        low, high = -1.0, 1.0
    margin = 0.08 * (high - low)
    return Panel(left, right, low - margin, high + margin)


def _most(heights: Sequence[tuple[float, float]], wide: float) -> float:
    """How high a panel reaches above zero: where a curve goes far up, as high as it is in four fifths of its width."""
    highest = max([0.0, *(y for y, _ in heights)])
    if highest <= TALLEST * wide:
        return highest
    rest = sum(share for _, share in heights) / 5
    for y, share in sorted(heights, reverse=True):
        rest -= share
        if rest <= 0:
            return max(y, wide / 2)
    return wide / 2


def ticks(low: float, high: float, most: int = 6) -> list[Fraction]:
    """Nice numbers between two bounds: 1, 2 or 5 times a power of ten apart.

    >>> [str(tick) for tick in ticks(-4, 4)]
    ['-4', '-2', '0', '2', '4']
    """
    rough = (high - low) / most
    power = Fraction(10) ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if float(power * times) >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [step * number for number in range(first, last + 1)]


def _axes(panel: Panel) -> Iterator[Item]:
    """A frame with numbers at its left and lower edge, and the axes where they pass."""
    yield Box(WIDE / 2, HIGH / 2, WIDE, HIGH, "frame", 0.0)
    if panel.low < 0 < panel.high:
        yield Path((panel.at(panel.left, 0), panel.at(panel.right, 0)), "muted", False, 0.0, 0.4)
    if panel.left < 0 < panel.right:
        yield Path((panel.at(0, panel.low), panel.at(0, panel.high)), "muted", False, 0.0, 0.4)
    for tick in ticks(panel.left, panel.right):
        x, _ = panel.at(float(tick), 0)
        yield Path(((x, HIGH), (x, HIGH - 2.5)), "axis", False, 0.0, 0.4)
        yield Label(x, HIGH + 9.0, formula(_shown(tick)), "muted", TINY)
    for tick in ticks(panel.low, panel.high, 5):
        _, y = panel.at(0, float(tick))
        yield Path(((0, y), (2.5, y)), "axis", False, 0.0, 0.4)
        yield Label(-3.5, y + 2.4, formula(_shown(tick)), "muted", TINY, "end")


def _shown(number: Fraction) -> str:
    return f"{float(number):g}"


# ── curves ───────────────────────────────────────────────────────────────────────────────────────────


def _drawn(one: Curve, panel: Panel, role: Role) -> Iterator[Item]:
    for piece in one.pieces:
        for line in _inside(piece, panel):
            yield Path(tuple(panel.at(x, y) for x, y in line), role, False, 0.0, 1.2)
    for mark in sorted(one.marks, key=lambda mark: not mark.is_open):
        if panel.low <= mark.y <= panel.high:
            x, y = panel.at(mark.x, mark.y)
            yield Point(x, y, role, mark.is_open)


def _inside(piece: Sequence[Place], panel: Panel) -> Iterator[list[Place]]:
    """The parts of a line that lie in the panel, cut at its lower and upper edge."""
    line: list[Place] = []
    for start, end in pairwise(piece):
        cut = _cut(start, end, panel)
        if cut is None:
            if line:
                yield _thinned(line)
            line = []
            continue
        if not line or line[-1] != cut[0]:
            if line:
                yield _thinned(line)
            line = [cut[0]]
        line.append(cut[1])
    if line:
        yield _thinned(line)


def _cut(start: Place, end: Place, panel: Panel) -> tuple[Place, Place] | None:
    (x, y), (right, top) = start, end
    rise = top - y
    shares = [0.0, 1.0]
    for bound, is_low in ((panel.low, True), (panel.high, False)):
        outside = [value < bound if is_low else value > bound for value in (y, top)]
        if all(outside):
            return None
        if any(outside):
            share = (bound - y) / rise
            shares = [max(shares[0], share), shares[1]] if outside[0] else [shares[0], min(shares[1], share)]
    first, last = ((x + (right - x) * share, y + rise * share) for share in shares)
    return (start if shares[0] == 0 else first), (end if shares[1] == 1 else last)


def _thinned(line: list[Place]) -> list[Place]:
    """The line without points at which it goes straight on."""
    kept = [line[0]]
    for here, after in pairwise(line[1:]):
        before = kept[-1]
        area = (here[0] - before[0]) * (after[1] - before[1]) - (after[0] - before[0]) * (here[1] - before[1])
        if abs(area) > 1e-9:
            kept.append(here)
    return [*kept, line[-1]]
