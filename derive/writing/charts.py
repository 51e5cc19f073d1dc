"""Pictures of marks, as SVG: data comes in, text goes out, the same text for the same data.

Lengths along a line are percentages, so that a picture fills any width while its letters keep their size; colours are
those of the page, by the class of each shape. Each picture has a title, and a description that says all it shows.

>>> bar(Fraction(1, 4))
'<svg class="chart bar" height="10" aria-hidden="true"><rect class="rest" width="100%" height="10" rx="2"/>\
<rect class="share" width="25%" height="10" rx="2"/></svg>'
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from html import escape

from derive.grading.results import STATUSES, Status
from derive.writing.distribution import Column, Distribution
from derive.writing.statuses import MARKS, WORDS, number

SMALL_CLASS = 24
"""Up to so many submissions, each is a dot of its own."""

_ABOVE, _BELOW = 46, 26
_PHONE, _DESKTOP, _LETTER = 340, 880, 8
_DOT = 18
_TALL = 150


def histogram(key: str, title: str, found: Distribution, lines: Sequence[tuple[str, Fraction]]) -> str:
    """The distribution of marks, with a line at each named number; a dot for each submission of a small class.

    `key` makes the names inside the picture its own on a page.
    """
    is_small = sum(column.height for column in found.columns) <= SMALL_CLASS
    tall = max(2, found.highest) * _DOT + 4 if is_small else _TALL
    base = _ABOVE + tall
    shapes = [_patterns(key)]
    shapes += [_rule(name, value, found, row, base) for row, (name, value) in enumerate(lines)]
    for at, column in enumerate(found.columns):
        middle = Fraction(2 * at + 1, 2 * len(found.columns))
        shapes.append(_dots(column, middle, base) if is_small else _column(key, column, at, found, base))
        shapes.append(_text(middle, base + 18, column.label, _label_class(at, len(found.columns))))
    shapes.append(f'<line class="base" x1="0" x2="100%" y1="{base}" y2="{base}"/>')
    kind = "few" if len(found.columns) <= 6 else "dense" if len(found.columns) > 12 else ""
    said = [f"{_submissions(column.height)} with {_points(column.label)}" for column in found.columns if column.height]
    said += [f"{name} {number(value)}" for name, value in lines]
    return _picture(key, f"chart histogram {kind}".rstrip(), base + _BELOW, title, "; ".join(said) + ".", shapes)


def _label_class(at: int, count: int) -> str:
    """Among many columns every other label can be left out where there is little room."""
    return "label" if count <= 12 or at % 2 == 0 else "label spare"


def _column(key: str, column: Column, at: int, found: Distribution, base: int) -> str:
    """One column: final marks below, marks so far on top, their number above."""
    if not column.height:
        return ""
    count = len(found.columns)
    left, wide = _percent(Fraction(at, count) + Fraction(6, 100 * count)), _percent(Fraction(88, 100 * count))
    heights = [_TALL * Fraction(part, found.highest) for part in (column.final, column.open)]
    top, shapes = Fraction(base), []
    for height, kind in zip(heights, ("final", "open"), strict=True):
        if height:
            top -= height
            shapes.append(_rect(key, left, wide, float(top), float(height), kind))
    middle = Fraction(2 * at + 1, 2 * count)
    return (
        f"<g><title>{_column_title(column)}</title>{''.join(shapes)}"
        f"{_text(middle, float(top) - 5, str(column.height), 'count')}</g>"
    )


def _dots(column: Column, middle: Fraction, base: int) -> str:
    """One column of a small class: a dot a submission, hollow where its marks are not final."""
    kinds = ["final"] * column.final + ["open"] * column.open
    if not kinds:
        return ""
    dots = "".join(
        f'<circle class="{kind}" cx="{_percent(middle)}" cy="{base - _DOT // 2 - 2 - at * _DOT}" r="7"/>'
        for at, kind in enumerate(kinds)
    )
    return f"<g><title>{_column_title(column)}</title>{dots}</g>"


def _column_title(column: Column) -> str:
    so_far = f", {column.open} of them so far" if column.open else ""
    return f"{_submissions(column.height)} with {_points(column.label)}{so_far}"


def _rule(name: str, value: Fraction, found: Distribution, row: int, base: int) -> str:
    """An upright line at a number, its name beside its upper end, on the side that has room."""
    at, top = found.position(value), 14 + 16 * row
    is_right = at > Fraction(1, 2)
    anchor = "end" if is_right else "start"
    offset = -5 if is_right else 5
    where = _percent(at)
    return (
        f'<g class="{escape(name)}"><line class="rule" x1="{where}" x2="{where}" y1="{top - 10}" y2="{base}"/>'
        f'<text x="{where}" dx="{offset}" y="{top}" text-anchor="{anchor}">{escape(name)} {number(value)}</text></g>'
    )


def stacked(key: str, title: str, counts: Mapping[Status, int]) -> str:
    """How many got each status, as one bar; a stretch that has room for it carries its mark and its number."""
    total = sum(counts.values())
    shapes, left = [_patterns(key)], Fraction(0)
    for status in STATUSES:
        if counts[status]:
            share = Fraction(counts[status], total)
            rect = _rect(key, _percent(left), _percent(share), 0, 30, status)
            text = _fitting(left + share / 2, 20, f"{MARKS[status]} {counts[status]}", f"on {status}", share)
            shapes.append(f"<g><title>{_words(counts[status], status)}</title>{rect}{text}</g>")
            left += share
    said = ", ".join(_words(counts[status], status) for status in STATUSES if counts[status])
    return _picture(key, "chart stacked", 30, title, f"{said}.", shapes)


def earned(key: str, title: str, parts: Iterable[tuple[str, Status, Fraction, Fraction]]) -> str:
    """The points of one submission: a stretch for each part as wide as its points, filled as far as they were earned.

    Each part is its name, its status, its points and the most that there are.
    """
    parts = tuple(parts)
    total = sum((most for *_, most in parts), Fraction(0))
    shapes, left, said = [_patterns(key)], Fraction(0), []
    for name, status, points, most in parts:
        if not most:
            continue
        share = most / total
        sentence = f"({name}) {WORDS[status]}, {number(points)} of {number(most)} points"
        rests = _rect(key, _percent(left), _percent(share), 0, 22, "review" if status == "review" else "rest")
        filled = _rect(key, _percent(left), _percent(share * points / most), 0, 22, status) if points else ""
        label = _fitting(left + share / 2, 40, f"({name}) {MARKS[status]}", "label", share)
        shapes.append(f"<g><title>{escape(sentence)}</title>{rests}{filled}{label}</g>")
        said.append(sentence)
        left += share
    return _picture(key, "chart earned", 46, title, "; ".join(said) + ".", shapes)


def bar(share: Fraction) -> str:
    """A share of a whole beside the words that say it; it says nothing else, so it is silent."""
    inner = f'<rect class="share" width="{_percent(share)}" height="10" rx="2"/>'
    rest = '<rect class="rest" width="100%" height="10" rx="2"/>'
    return f'<svg class="chart bar" height="10" aria-hidden="true">{rest}{inner}</svg>'


# --- What all pictures share ---------------------------------------------------------------------

# What tells statuses apart without colour: lines of the paper's colour over the shape. A solid shape has none.
_HATCHES: Mapping[str, str] = {
    "partial": "M0 4H8",
    "wrong": "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    "review": "M4 0V8",
    "open": "M4 0V8",
}


def _patterns(key: str) -> str:
    """The hatches of a picture, under its own names."""
    made = "".join(
        f'<pattern id="{key}-{kind}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<path class="hatch" d="{path}"/></pattern>'
        for kind, path in _HATCHES.items()
    )
    return f"<defs>{made}</defs>"


def _rect(key: str, left: str, wide: str, top: float, height: float, kind: str) -> str:
    """A shape of one kind, hatched as its kind is."""
    where = f'x="{left}" y="{top:g}" width="{wide}" height="{height:g}"'
    hatch = f'<rect {where} fill="url(#{key}-{kind})"/>' if kind in _HATCHES else ""
    return f'<rect class="{kind}" {where}/>{hatch}'


def _picture(key: str, kind: str, height: int, title: str, description: str, shapes: Iterable[str]) -> str:
    return (
        f'<svg class="{kind}" height="{height}" role="img" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>'
        f"{''.join(shapes)}</svg>"
    )


def _text(at: Fraction, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{_percent(at)}" y="{y:g}" text-anchor="middle">{escape(text)}</text>'


def _fitting(at: Fraction, y: float, text: str, kind: str, share: Fraction) -> str:
    """Text in a share of a picture, where even a desktop's has room for it; one that a phone's lacks can be spared."""
    room = _LETTER * (len(text) + 1)
    if share * _DESKTOP < room:
        return ""
    return _text(at, y, text, kind if share * _PHONE >= room else f"{kind} spare")


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.5g}%"


def _words(count: int, status: Status) -> str:
    return f"{count} {WORDS[status]}"


def _submissions(count: int) -> str:
    return "1 submission" if count == 1 else f"{count} submissions"


def _points(label: str) -> str:
    return "1 point" if label == "1" else f"{label} points"
