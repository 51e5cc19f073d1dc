"""What a student's code gave at some sizes, beside the program there: whether a broken program gives the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from derive.implementations.breaks import AllBreaks, Break, breaks
from derive.implementations.calls import Value
from derive.implementations.comparing import agrees
from derive.implementations.evaluation import NoValue
from derive.implementations.preparing import Trial
from derive.implementations.programs import Inputs, Program, inputs_at
from derive.implementations.quantities import Form
from derive.implementations.rules_of_statements import SHIFTED
from derive.implementations.truth import Array
from derive.records import dataclass

NOT_BACK = frozenset({"ended", "missing"})
"""Kinds of results that did not come back."""


@dataclass(frozen=True)
class Seen:
    """What one call gave, result by result, and what it was given and should have given."""

    trial: Trial
    found: tuple[Value, ...]


def worlds_of(seen: Sequence[Seen]) -> "list[World]":
    """A world for the calls at each of the sizes, which have one program."""
    groups: list[list[Seen]] = []
    for one in seen:
        same = next((group for group in groups if group[0].trial.program is one.trial.program), None)
        if same is None:
            groups.append([one])
        else:
            same.append(one)
    return [World(several) for several in groups]


class World:
    """The program at some sizes, and what the student's code gave at each of the inputs there."""

    def __init__(self, seen: Sequence[Seen]) -> None:
        self.seen = seen
        self.program: Program = seen[0].trial.program
        self.inputs = [_with_shifted_labels(inputs_at(one.trial.draw)) for one in seen]
        self.right = [self.program.run(inputs, {}, {}) for inputs in self.inputs]
        self._breaks: dict[AllBreaks, list[Break]] = {}

    def breaks_like(self, broken: Break, wrong: frozenset[int], all_breaks: AllBreaks = breaks) -> list[Break]:
        """The breaks of this program that are the same mistake in the same statements."""
        if all_breaks not in self._breaks:
            self._breaks[all_breaks] = list(all_breaks(self.program, wrong))
        return [one for one in self._breaks[all_breaks] if one.is_like(broken)]

    def matches(self, *broken: Break) -> tuple[frozenset[int], frozenset[int]]:
        """The results that a broken program gives as the student's code does, and those that it gives otherwise.

        What is right and stays so is in neither.
        """
        changed = {name: value for one in broken for name, value in one.changed.items()}
        for_adjoints = any(one.for_adjoints for one in broken)
        agreeing: frozenset[int] | None = None
        differing: frozenset[int] = frozenset()
        for one, inputs, right in zip(self.seen, self.inputs, self.right, strict=True):
            try:
                values = {
                    pinned: self.program.run(inputs, changed, right, for_adjoints=for_adjoints, pinned=pinned)
                    for pinned in set(self.program.pins)
                }
            except NoValue:
                return frozenset(), frozenset(range(len(self.program.results)))
            same, other = self._compared(one, values, right)
            agreeing = same if agreeing is None else agreeing & same
            differing |= other
            if not agreeing - differing:
                break
        return (agreeing or frozenset()) - differing, differing

    def _compared(
        self, one: Seen, values: Mapping[frozenset[str], Mapping[str, Array]], right: Mapping[str, Array]
    ) -> tuple[frozenset[int], frozenset[int]]:
        """The same at one call; of what did not come back nothing is known."""
        same, other = set(), set()
        for at, (name, pinned) in enumerate(zip(self.program.results, self.program.pins, strict=True)):
            value = None if name is None else values[pinned].get(name)
            if name is None or value is None or value is right[name] or one.found[at].kind in NOT_BACK:
                continue
            form = one.trial.setting.results[at].quantity.form
            if agrees_in_shape(one.found[at], in_form(value, form), one.trial.expected[at]):
                same.add(at)
            else:
                other.add(at)
        return frozenset(same), frozenset(other)


def in_form(value: Array, form: Form) -> Array:
    """A value of the program as the code should return it."""
    if form == "flat":
        return value.ravel() if 1 in value.shape else value
    return value.T if form == "transpose" else value


def agrees_in_shape(found: Value, predicted: Array, expected: Array) -> bool:
    """Whether numbers are those that a break gives; in another shape only if they are turned or have axes of 1."""
    if found.numbers is None:
        return False
    numbers = found.numbers
    scale = max(float(np.max(np.abs(predicted), initial=0.0)), float(np.max(np.abs(expected), initial=0.0)))
    if not np.all(np.isfinite(predicted)) or not np.all(np.isfinite(numbers)):
        return False
    if numbers.shape != predicted.shape:
        if numbers.ndim == 2 and numbers.T.shape == predicted.shape:
            numbers = numbers.T
        elif numbers.size == predicted.size and _without_ones(numbers) == _without_ones(predicted):
            numbers = numbers.reshape(predicted.shape)
        else:
            return False
    return agrees(numbers, predicted, found.dtype) or (
        scale > 0 and agrees(numbers / scale, predicted / scale, found.dtype)
    )


def _without_ones(array: Array) -> tuple[int, ...]:
    return tuple(side for side in array.shape if side != 1)


def _with_shifted_labels(inputs: Inputs) -> Inputs:
    """The inputs with one-hot symbols whose classes are one further, and one less far."""
    shifted = {
        f"{SHIFTED}{by} {name}": np.roll(inputs.values[name], by, axis=0 if inputs.values[name].shape[1] == 1 else 1)
        for name in inputs.classes
        if name in inputs.values
        for by in (1, -1)
    }
    return replace(inputs, values={**inputs.values, **shifted})
