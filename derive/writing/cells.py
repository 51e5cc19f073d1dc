r"""Text in the cells of a terminal: what may be printed, how wide it is, where a line breaks.

A `Line` is pieces of text, each with the style in which it stands.

>>> [text_of(line) for line in wrapped([("one two ", ""), ("three", "dim")], 9)]
['one two', 'three']
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from unicodedata import category, east_asian_width

Line = list[tuple[str, str]]

_WORD = re.compile(r"\s*\S+\s*")


def printable(text: str, encoding: str = "utf-8") -> str:
    """A text in which nothing controls a terminal: what is not printable, or not in the encoding, is spelled out."""
    shown = text.expandtabs(4)
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in shown)
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def is_unicode(encoding: str) -> bool:
    """Whether an encoding has the marks and letters that the rendering uses."""
    try:
        "✓≈✗·∂𝐱ŷᵀ₁→∀".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def width_of(text: str) -> int:
    """How many cells a text takes: two for a wide character, none for an accent that stands on another."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1


def text_of(line: Line) -> str:
    """What a line says, without its styles."""
    return "".join(text for text, _ in line)


def wrapped(line: Line, width: int) -> Iterator[Line]:
    """The line, broken between words where it is too wide, and within a word that is too wide alone."""
    text = text_of(line)
    start = 0
    for paragraph in text.split("\n"):
        end = start + len(paragraph)
        edges = [start, *(start + at for at in _breaks(paragraph, width)), end]
        for first, last in pairwise(edges):
            yield _part(line, first, first + len(text[first:last].rstrip()))
        start = end + 1


def cropped(line: Line, width: int) -> Line:
    """As much of a line as fits."""
    text = text_of(line)
    return _part(line, 0, len(text[: _fitting(text, width)].rstrip()))


def _breaks(text: str, width: int) -> Iterator[int]:
    """The offsets at which a new line begins."""
    used = 0
    for word in _WORD.finditer(text):
        start = word.start()
        if used and used + width_of(word[0].rstrip()) > width:
            yield start
            used = 0
        end = start + len(word[0].rstrip())
        while (fitting := _fitting(text[start:end], width)) < end - start:
            start += max(1, fitting)
            yield start
        used += width_of(text[start : word.end()])


def _fitting(text: str, width: int) -> int:
    """How many characters fit."""
    if text.isascii():
        return min(len(text), width)
    used = 0
    for at, character in enumerate(text):
        used += _width(character)
        if used > width:
            return at
    return len(text)


def _part(line: Line, start: int, end: int) -> Line:
    """The characters `start` to `end` of a line."""
    part = []
    at = 0
    for text, style in line:
        piece = text[max(0, start - at) : max(0, end - at)]
        at += len(text)
        if piece:
            part.append((piece, style))
    return part
