"""How the status of a part is said and shown, and points written for people, wherever marks are written."""

from collections.abc import Mapping
from fractions import Fraction

from derive.checking.results import Verdict
from derive.grading.results import Status

# A mark and a word for each status, so that it never hangs on a colour alone.
MARKS: Mapping[Status, str] = {"right": "✓", "partial": "◐", "wrong": "✗", "review": "?", "missing": "–"}
WORDS: Mapping[Status, str] = {
    "right": "right",
    "partial": "partly right",
    "wrong": "wrong",
    "review": "to review",
    "missing": "missing",
}
FOR_STUDENTS: Mapping[Status, str] = {
    "right": "right",
    "partial": "partly right",
    "wrong": "not right yet",
    "review": "a person will look at it",
    "missing": "no answer found",
}
STEPS_FOR_STUDENTS: Mapping[Verdict, str] = {
    "definition": "definition",
    "proved": "correct",
    "convention": "correct in another convention",
    "refuted": "not correct",
    "unknown": "not decided",
    "unreadable": "could not be read",
}


def number(points: Fraction) -> str:
    """Points or a mean for people: with two decimals at most, and none that are 0.

    >>> [number(Fraction(*pair)) for pair in ((3, 1), (5, 2), (8, 3), (0, 1))]
    ['3', '2.5', '2.67', '0']
    """
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


def of_points(points: Fraction) -> str:
    """Points with their unit.

    >>> of_points(Fraction(1)), of_points(Fraction(5, 2))
    ('1 point', '2.5 points')
    """
    return f"{number(points)} point{'' if points == 1 else 's'}"
