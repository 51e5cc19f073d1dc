"""One result held against what it should be: its numbers, up to rounding; its shape; its type.

Results in 64-bit floating point may differ by 1e-8 of the largest entry, those in 32-bit by 1e-4. Where they differ by
little more, as if a small number were added inside of a logarithm, or a derivative were taken by differences, it takes
a person to say what that is.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Literal

import numpy as np

from derive.implementations.calls import Value
from derive.implementations.results import Difference
from derive.implementations.truth import Array
from derive.records import dataclass

Outcome = Literal["right", "transposed", "reshaped", "typed", "turned", "nearly", "wrong", "missing", "ended"]
"""`transposed` and `turned` have right numbers with rows and columns exchanged: where that is allowed, where not.

Of what is `ended` nothing is known: the call that should give it came to no end."""

TOLERANCES: Mapping[str, float] = {"float32": 1e-4, "float16": 1e-2}
TOLERANCE = 1e-8
NEARLY = 1e-5
LEAST_SCALE = 1e-6
MOST_DIFFERENCES = 3

NEARLY_RIGHT = (
    "It is right to some digits only: is a small number added somewhere, or a derivative taken by differences?"
)

CONVENTIONS: Mapping[Outcome, str] = {"transposed": "transposed", "reshaped": "shape", "typed": "dtype"}
"""The conventions under which a result is right all the same; `transposed` is also one of written answers."""


@dataclass(frozen=True)
class Compared:
    """What came of a comparison; `numbers` are those of the result where they are comparable, in the right shape."""

    outcome: Outcome
    message: str
    differences: tuple[Difference, ...] = ()
    differing: int = 0
    numbers: Array | None = None

    @property
    def is_right(self) -> bool:
        """Whether the numbers are right."""
        return self.outcome == "right" or self.outcome in CONVENTIONS

    @property
    def is_wrong(self) -> bool:
        """Whether something came back that is not right, or nothing did."""
        return not self.is_right and self.outcome != "ended"


def compare(value: Value, expected: Array, is_single: bool = False, *, may_be_transposed: bool = False) -> Compared:
    """Whether a result is what is expected, and else in what it differs.

    `is_single`: the code computes in single precision, so that its results are right to fewer digits, whatever their
    type is. A transposed result is wrong unless it may be: `W -= rate * dW` fails with it, or does something else.
    """
    found = _compare(value, expected)
    if is_single and found.outcome == "nearly":
        return Compared("right", "Right.", numbers=value.numbers)
    if may_be_transposed and found.outcome == "turned":
        return replace(found, outcome="transposed", message=f"Right, but transposed{_shapes(value, expected, ': ')}.")
    return found


def _compare(value: Value, expected: Array) -> Compared:
    if value.numbers is None:
        return _without_numbers(value, expected)
    if value.is_complex:
        return Compared("wrong", f"It is complex ({value.dtype}); real numbers are expected.")
    if value.dtype == "object":
        return Compared("wrong", "It is an array of Python objects; an array of numbers is expected.")
    if value.shape != expected.shape:
        return _of_other_shape(value, expected)
    if agrees(value.numbers, expected, value.dtype):
        return _typed(value, Compared("right", "Right.", numbers=value.numbers))
    if expected.ndim == 2 and expected.shape[0] == expected.shape[1] and agrees(value.numbers.T, expected, value.dtype):
        return _turned(value, expected)
    return _different(value, expected)


def agrees(found: Array, expected: Array, dtype: str = "float64") -> bool:
    """Whether numbers are equal up to rounding."""
    return found.shape == expected.shape and not np.any(_far(found, expected, TOLERANCES.get(dtype, TOLERANCE)))


def _far(found: Array, expected: Array, tolerance: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where two arrays of one shape differ by more than rounding."""
    scale = max(float(np.max(np.abs(expected), initial=0.0)), LEAST_SCALE)
    with np.errstate(invalid="ignore"):
        return ~(np.abs(found - expected) <= tolerance * scale)


def _without_numbers(value: Value, expected: Array) -> Compared:
    if value.kind == "ended":
        return Compared("ended", "The call came to no end.")
    if value.kind == "missing":
        return Compared("missing", f"It is missing: {value.words}.")
    if value.kind == "none":
        return Compared("missing", "It is None.")
    if value.kind == "huge":
        return Compared("wrong", f"Its shape is {shown_shape(value.shape)}; expected is {shown_shape(expected.shape)}.")
    return Compared("wrong", f"It is {_article(value.words)}; {_kind_of(expected)} is expected.")


def _article(words: str) -> str:
    if words.startswith("an array"):
        return words
    return f"of the type {words}" if words else "no number"


def _kind_of(expected: Array) -> str:
    return "a number" if expected.ndim == 0 else f"an array of the shape {shown_shape(expected.shape)}"


def shown_shape(shape: tuple[int, ...]) -> str:
    """A shape as Python writes it; that of a number in words."""
    return "that of a number, ()" if not shape else str(tuple(int(side) for side in shape))


def _of_other_shape(value: Value, expected: Array) -> Compared:
    """Right up to a transpose or to axes of length 1, or wrong."""
    assert value.numbers is not None
    shapes = _shapes(value, expected, "")
    if _without_ones(value.shape) == _without_ones(expected.shape):
        moved = value.numbers.reshape(expected.shape)
        if agrees(moved, expected, value.dtype):
            return Compared("reshaped", f"The numbers are right; {shapes}.", numbers=moved)
        found = _different(value, expected, moved)
        return Compared("wrong", f"{_upper(shapes)}. {found.message}", found.differences, found.differing, moved)
    if value.shape == expected.shape[::-1] and agrees(value.numbers.T, expected, value.dtype):
        return _turned(value, expected)
    return Compared("wrong", f"{_upper(shapes)}.", numbers=value.numbers)


def _turned(value: Value, expected: Array) -> Compared:
    """Right numbers with rows and columns exchanged."""
    assert value.numbers is not None
    message = f"The numbers are right, but it is transposed{_shapes(value, expected, ': ')}."
    return Compared("turned", message, numbers=value.numbers.T)


def _shapes(value: Value, expected: Array, before: str) -> str:
    """Which shape it has and which it should have, where these are two."""
    if value.shape == expected.shape:
        return ""
    return f"{before}its shape is {shown_shape(value.shape)}, and {shown_shape(expected.shape)} is expected"


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(side for side in shape if side != 1)


def _typed(value: Value, found: Compared) -> Compared:
    """Right numbers in a type that holds them only by chance."""
    if value.dtype and np.dtype(value.dtype).kind in "biu":
        return Compared(
            "typed", f"The numbers are right, but whole numbers ({value.dtype}) came back.", numbers=found.numbers
        )
    return found


def _different(value: Value, expected: Array, moved: Array | None = None) -> Compared:
    """Numbers that differ: how many, and a few of them."""
    found = value.numbers if moved is None else moved
    assert found is not None
    far = _far(found, expected, TOLERANCES.get(value.dtype, TOLERANCE))
    places = [tuple(int(at) for at in place) for place in np.argwhere(far)]
    several = tuple(
        Difference(place, float(found[place]), float(expected[place])) for place in islice(places, MOST_DIFFERENCES)
    )
    if not np.any(_far(found, expected, NEARLY)):
        return Compared("nearly", NEARLY_RIGHT, several, len(places), found)
    return Compared("wrong", _about(value, found, expected, len(places)), several, len(places), found)


def _about(value: Value, found: Array, expected: Array, differing: int) -> str:
    """One sentence on how numbers differ."""
    if not np.all(np.isfinite(found)):
        return "It is not finite: there is nan or inf in it."
    if np.dtype(value.dtype or "float64").kind in "biu" and agrees(found, np.trunc(expected)):
        return f"Whole numbers ({value.dtype}) came back: what stands behind the point was cut off."
    if not np.any(found) and expected.size > 1:
        return "It is zero everywhere."
    if expected.ndim == 0:
        return "It is another number."
    if differing == expected.size:
        return "All of its entries differ." if expected.size > 1 else "It differs."
    return f"{differing} of its {expected.size} entries differ{'s' if differing == 1 else ''}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
