"""What holds: the oracle's opinion of a claim, from its values at many points and at two choices of sizes, or three.

Both sides are computed in floats. Where they differ clearly at several points the claim is false; where they agree to
the last digits at all of them it is true; all that lies between is computed again with many digits.
"""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from enum import Enum
from fractions import Fraction

import mpmath
import numpy as np

from derive.checking.results import Counterexample
from derive.errors import FormulaError
from derive.expressions.shapes import Dim, Shape
from derive.expressions.tree import IndexVariable, Node, Range
from derive.notation.elaboration import Reading
from derive.notation.symbols import Given, IndexUse, SymbolTable, shown
from fuzzing.values import (
    DIGITS,
    FLOATS,
    MANY_DIGITS,
    SNAP,
    Environment,
    Numbers,
    UnjudgedError,
    Values,
    World,
    drawn,
    world_at,
)

POINTS = 24
CLEAR = 1e-6
SAME = 1e-11
MOST_DIGITS = 1_500
"""Where a sigmoid is so near to 1 that the digits do not tell."""
SMALLEST = 1e-3
"""Differences are measured against the larger side, or against this where both are smaller."""
NEARLY_NONE = mpmath.mpf("1e-60")


class Truth(Enum):
    """`HERE`: at the sizes of the model, but not at others. `OFF_KINKS`: but not where a step function jumps."""

    TRUE = "true"
    OFF_KINKS = "true off kinks"
    HERE = "true at these sizes"
    FALSE = "false"
    UNJUDGED = "unjudged"


@dataclass(frozen=True)
class Claim:
    """Two readings that are claimed to be equal; `tiny` where their difference may be too small for floats."""

    left: Reading
    right: Reading
    tiny: bool = False

    @property
    def free(self) -> dict[str, list[IndexUse]]:
        letters = dict.fromkeys((*self.left.free, *self.right.free))
        return {letter: [*self.left.free.get(letter, []), *self.right.free.get(letter, [])] for letter in letters}

    def environments(self) -> list[dict[IndexVariable, int]]:
        """All values of the free indices. Raises `UnjudgedError` where an index has no single range."""
        ranges = {}
        for letter, uses in self.free.items():
            sizes = {use.dim.size for use in uses if use.dim.size is not None}
            if len(sizes) != 1 or any(use.by for use in uses):
                raise UnjudgedError(f"the index {letter} has no single range")
            ranges[letter] = range(*sizes)  # type: ignore[arg-type]
        return [
            {IndexVariable(letter): at for letter, at in zip(ranges, values, strict=True)}
            for values in itertools.product(*ranges.values())
        ]

    def at(self, world: World) -> tuple[Values, Values]:
        """Both sides at every point, for every value of the free indices one after the other in the rows."""
        every = self.environments()
        wide = world.spread(len(every)) if len(every) > 1 else world
        letters: Environment = {index: np.tile([env[index] for env in every], world.count) for index in every[0]}
        left, right = (np.asarray(wide.value(side.value, letters)) for side in (self.left, self.right))
        shape = np.broadcast_shapes(left.shape, right.shape, (wide.count, 1, 1))
        left, right = np.broadcast_to(left, shape), np.broadcast_to(right, shape)
        return left.reshape(world.count, -1), right.reshape(world.count, -1)


# ── the same claim at other sizes ──


def resized(node: Node, dims: dict[str, Dim]) -> Node:
    """A tree in which every dimension has the size of its name. Raises `Meaningless` where it fits no more.

    A range without a name stays as it is: a sum to N of what has no index is read as a sum of so many terms.
    """
    updates = {}
    for part in fields(node):
        if part.name == "span" or not part.init:
            continue
        before = getattr(node, part.name)
        after = _resized_part(before, dims)
        if after is not before:
            updates[part.name] = after
    if isinstance(node, Range) and node.last + 1 == node.dim.size and "dim" in updates:
        updates["last"] = updates["dim"].size - 1  # type: ignore[attr-defined]
    return replace(node, **updates) if updates else node  # type: ignore[arg-type]


def _resized_part(value: object, dims: dict[str, Dim]) -> object:
    match value:
        case Dim():
            other = dims.get(value.name)
            return value if other is None or other.size == value.size else other
        case Shape():
            found = tuple(_resized_part(dim, dims) for dim in value.dims)
            return Shape(found) if any(a is not b for a, b in zip(found, value.dims, strict=True)) else value  # type: ignore[arg-type]
        case Node():
            return resized(value, dims)
        case tuple():
            items = tuple(_resized_part(item, dims) for item in value)
            return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def at_sizes(claim: Claim, dims: dict[str, Dim]) -> Claim:
    """The claim at other sizes. Raises `Meaningless` where it fits no more."""

    def other(reading: Reading) -> Reading:
        free = {
            letter: [replace(use, dim=_resized_part(use.dim, dims)) for use in uses]
            for letter, uses in reading.free.items()
        }
        return Reading(resized(reading.value, dims), reading.conventions, free)  # type: ignore[arg-type]

    return Claim(other(claim.left), other(claim.right), claim.tiny)


# ── the oracle ──


class Oracle:
    """Points for a network at some choices of sizes, with all that was computed there before."""

    def __init__(self, table: SymbolTable, other: SymbolTable, seed: int, third: SymbolTable | None = None) -> None:
        self.table, self.seed = table, seed
        self.here = world_at(table, FLOATS, *drawn(table, POINTS, seed))
        self.elsewhere = world_at(other, FLOATS, *drawn(other, POINTS, seed + 1))
        self.third = None if third is None else world_at(third, FLOATS, *drawn(third, POINTS, seed + 3))
        self.on_kinks = world_at(table, FLOATS, *drawn(table, POINTS, seed + 2, whole=True))
        self.on_kinks.exactly_zero = SNAP

    def opinion(self, claim: Claim, careful: bool = False) -> Truth:
        """What holds of a claim; carefully, with many digits whatever the floats say."""
        try:
            found = _agree(self.here, claim, careful)
            if found is not True:
                return Truth.FALSE if found is False else Truth.UNJUDGED
            found = self._holds_in(self.elsewhere, claim, careful)
            if found is not True:
                return Truth.HERE if found is False else Truth.UNJUDGED
            return Truth.TRUE if self._holds_on_kinks(claim, careful) else Truth.OFF_KINKS
        except (UnjudgedError, ZeroDivisionError):
            return Truth.UNJUDGED

    def holds_at_a_third_choice(self, claim: Claim) -> bool:
        """Whether a claim holds where a dimension is 1 or all are equal, as far as it can be said there."""
        try:
            if self.third is None or self._holds_in(self.third, claim, False) is not False:
                return True
            return self._holds_in(self.third, claim, True) is not False
        except UnjudgedError:
            return True

    def _holds_in(self, world: World, claim: Claim, careful: bool) -> bool | None:
        """Whether a claim holds at the sizes of a world; None where too few points have a value."""
        try:
            other = at_sizes(claim, dict(world.table.dims))
        except FormulaError:
            return False
        return other.left.value.shape == other.right.value.shape and _agree(world, other, careful)

    def _holds_on_kinks(self, claim: Claim, careful: bool) -> bool:
        differences, valid = _differences(self.on_kinks, claim)
        found = [int(at) for at in np.flatnonzero(valid & (differences > CLEAR))]
        if not (found and careful):
            return not found
        with mpmath.workdps(MOST_DIGITS):
            world = at_points(self.on_kinks, found[:4], MANY_DIGITS)
            world.exactly_zero = SNAP
            left, right = claim.at(world)
            return all(abs(a - b) < NEARLY_NONE for a, b in zip(left.flat, right.flat, strict=True))

    def differs_at(self, claim: Claim, example: Counterexample, units: int = 1) -> bool | None:
        """Whether the sides differ as reported at the reported numbers; None where a side has no value there.

        A reported decimal may be wrong by so many units of its last digit.
        """
        found: bool | None = None
        for digits in (DIGITS, MOST_DIGITS):
            with mpmath.workdps(digits), suppress(ZeroDivisionError):
                found = self._differs_at(claim, example, units)
            if found:
                break
        return found

    def differs_plainly_at(self, claim: Claim, example: Counterexample) -> bool:
        """Whether floats show that the sides differ as reported at the reported numbers."""
        try:
            with np.errstate(all="ignore"):
                return self._differs_at(claim, example, 1, FLOATS) is True
        except (OverflowError, ZeroDivisionError):
            return False

    def _differs_at(
        self, claim: Claim, example: Counterexample, units: int, numbers: Numbers = MANY_DIGITS
    ) -> bool | None:
        given, labels = _values_of(self.table, example, self.seed)
        if numbers is FLOATS:
            given = {name: np.asarray(value, dtype=float) for name, value in given.items()}
        world = world_at(self.table, numbers, given, labels)
        reported = [_interval(text, units) for text in (example.lhs, example.rhs)]
        i, j = (0, 0) if example.entry is None else (example.entry[0] - 1, example.entry[1] - 1)
        for environment in self._reported_environments(claim, example):
            values = [np.asarray(world.value(side.value, environment)) for side in (claim.left, claim.right)]
            left, right = (value[0, i if value.shape[1] > 1 else 0, j if value.shape[2] > 1 else 0] for value in values)
            if not all(mpmath.isfinite(value) and mpmath.im(value) == 0 for value in (left, right)):
                return None
            left, right = mpmath.re(left), mpmath.re(right)
            blur, least = (SAME, CLEAR) if numbers is FLOATS else (0, NEARLY_NONE)
            size = max(abs(left), abs(right))
            as_said = all(
                low - blur * size <= value <= high + blur * size
                for value, (low, high) in zip((left, right), reported, strict=True)
            )
            if as_said and abs(left - right) > least * size:
                return True
        return False

    def _reported_environments(self, claim: Claim, example: Counterexample) -> Iterator[Environment]:
        """The values of the free indices that the counterexample gives, all where it gives none."""
        for environment in claim.environments():
            told = {index: example.at.get(index.name) for index in environment}
            if all(
                text is None or int(str(text)) - self.table.index_base == environment[i] for i, text in told.items()
            ):
                yield environment


def _differences(world: World, claim: Claim) -> tuple[Values, Values]:
    """At each point the largest difference of the sides, relative to their size, and whether both have values there."""
    with np.errstate(all="ignore"):
        left, right = (np.asarray(side, dtype=float) for side in claim.at(world))
        size = np.maximum(np.max(np.abs(left), axis=1), np.max(np.abs(right), axis=1))
        relative = np.max(np.abs(left - right), axis=1) / np.maximum(size, SMALLEST)
    return relative, np.isfinite(relative)


def _agree(world: World, claim: Claim, careful: bool = False) -> bool | None:
    """Whether the sides agree at the points of a world; None for no opinion."""
    relative, valid = _differences(world, claim)
    if np.sum(valid) < world.count // 3:
        return None
    if np.sum(valid & (relative > CLEAR)) >= 3 and not careful:
        return False
    if np.all(relative[valid] <= SAME) and not (careful or claim.tiny):
        return True
    most = np.argsort(np.where(valid, -relative, 1))[: 4 if careful else 3]
    points = [int(at) for at in most if valid[at]]
    found = _agree_in_many_digits(world, claim, points, DIGITS)
    return _agree_in_many_digits(world, claim, points[:1], MOST_DIGITS) if careful and found is False else found


def _agree_in_many_digits(world: World, claim: Claim, points: list[int], digits: int) -> bool | None:
    with mpmath.workdps(digits):
        try:
            left, right = claim.at(at_points(world, points, MANY_DIGITS))
        except ZeroDivisionError:
            return None
        worst = max((abs(a - b) for a, b in np.broadcast(left, right)), default=mpmath.nan)
        if not mpmath.isfinite(worst):
            return None
        return True if worst < NEARLY_NONE * NEARLY_NONE**0.1 else False if worst > NEARLY_NONE else None


def at_points(world: World, points: list[int], numbers: Numbers) -> World:
    """Some points of a world, in other numbers."""
    given = {name: np.asarray(value, dtype=float)[points] for name, value in world.given.items()}
    return world_at(world.table, numbers, given, {name: label[points] for name, label in world.labels.items()})


# ── counterexamples ──


def _values_of(table: SymbolTable, example: Counterexample, seed: int) -> tuple[dict[str, Values], dict[str, Values]]:
    """The numbers of a counterexample by the names of the table; what it leaves out is drawn."""
    given, labels = drawn(table, 1, seed)
    names = {shown(name): name for name in table.meanings}
    for written, value in example.at.items():
        name = names.get(written)
        if name is None:
            continue
        rows = [[value]] if isinstance(value, str) else value
        meaning = table.meanings[name]
        if isinstance(meaning, Given) and meaning.kind == "labels" and meaning.target is None:
            labels[name] = np.array([[int(entry) - table.index_base for line in rows for entry in line]])
            continue
        exact = [[_exactly(entry) for entry in line] for line in rows]
        given[name] = np.array([exact], dtype=object)
    for name, meaning in table.meanings.items():
        if isinstance(meaning, Given) and meaning.target is not None:
            one_hot = np.asarray(given[meaning.target], dtype=float)
            labels[name] = np.argmax(one_hot.reshape(1, 1, -1) if meaning.shape.is_scalar else one_hot, axis=2)
    return given, labels


def _exactly(text: str) -> mpmath.mpf:
    number = Fraction(text)
    return mpmath.mpf(number.numerator) / number.denominator


def _interval(text: str, units: int) -> tuple[mpmath.mpf, mpmath.mpf]:
    """The numbers that a reported one may stand for: a fraction for itself, a decimal is right to its last digit."""
    ends = text.removeprefix("between ").split(" and ")
    return _exactly(ends[0]) - units * _last_digit(ends[0]), _exactly(ends[-1]) + units * _last_digit(ends[-1])


def _last_digit(text: str) -> mpmath.mpf:
    """The worth of a decimal's last digit; of exact numbers, what rounding may cost here."""
    mantissa, _, exponent = text.lower().partition("e")
    if "." not in mantissa and not exponent:
        return mpmath.mpf("1e-25")
    places = len(mantissa.partition(".")[2])
    return mpmath.mpf(10) ** (int(exponent or 0) - places)
