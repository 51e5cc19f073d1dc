"""A marker of submissions for tests: each submission says in words what becomes of it.

Workers load this file, so it loads little itself.
"""

import os
import time
from fractions import Fraction
from pathlib import Path

from derive.documents.reading import read_source
from derive.grading.results import Marked, PartResult

BLANK = (
    PartResult("a", r"\frac{\partial L}{\partial W}", "Derive it.", "missing", Fraction(0), Fraction(4), "Missing."),
    PartResult("b", r"\frac{\partial L}{\partial b}", "Derive it.", "missing", Fraction(0), Fraction(6), "Missing."),
)


def mark_by_word(exercise: str, path: str) -> Marked:
    """Full marks in every part whose letter stands in the submission; some words are commands."""
    text = read_source(path).text
    for word, act in ACTS.items():
        if word in text:
            act(text)
    own = Path(exercise).read_text(encoding="utf-8")
    return Marked(path, exercise, tuple(_part(part, text, own) for part in BLANK))


def _part(part: PartResult, text: str, exercise: str) -> PartResult:
    right = f"({part.id})" in text and f"not {part.id}" not in exercise
    points = part.max_points if right else part.max_points / 3
    status = "review" if "review" in text else "right" if right else "partial"
    return PartResult(part.id, part.ask, part.prompt, status, points, part.max_points, "Said in words.")


def _allocate(_text: str) -> None:
    blocks = []
    while True:
        blocks.append(bytearray(50_000_000))


def _note(text: str) -> None:
    """Add the first line to the file behind the word: so often was this marked."""
    first, *lines = text.splitlines()
    (path,) = (line.removeprefix("note in ") for line in lines if line.startswith("note in "))
    with open(path, "a", encoding="utf-8") as file:
        file.write(first + "\n")


def _raise(_text: str) -> None:
    raise KeyError("a defect")


ACTS = {
    "note in": _note,
    "sleep a little": lambda _: time.sleep(0.15),
    "sleep for a second": lambda _: time.sleep(1),
    "sleep long": lambda _: time.sleep(600),
    "die": lambda _: os._exit(7),
    "allocate": _allocate,
    "raise": _raise,
}
