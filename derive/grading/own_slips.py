"""Slips that belong to the part that follows from them: the gradient of one example's loss by what the part asks for.

What is left to do after such a slip is to take the mean. Where no part asks for it, it is a mistake in the work for
this part, as one in any other line of it.
"""

from collections.abc import Iterable

from derive.checking.results import StepResult
from derive.expressions.tree import Derivative
from derive.expressions.walk import walk
from derive.grading.asked import ValueOf, alike, core_of
from derive.grading.parts import Part
from derive.grading.workings import Line


def is_own(slip: StepResult, part: Part, lines: Iterable[Line], answers: Iterable[Line], value_of: ValueOf) -> bool:
    """Whether a slip is in the derivative of a number by what a part differentiates by, in none of some answers."""
    if any(_holds(line, slip) for line in answers):
        return False
    return any(_holds(line, slip) and _says_as_much(line, part, value_of) for line in lines)


def _holds(line: Line, slip: StepResult) -> bool:
    return any(link.step == slip for link in line.links)


def _says_as_much(line: Line, part: Part, value_of: ValueOf) -> bool:
    said, asked = line.members[0].value, core_of(part.value, lambda name: None).value
    core = None if said is None else core_of(said, value_of).value
    if said is None or not isinstance(core, Derivative) or not isinstance(asked, Derivative):
        return False
    is_of_number = core.of.shape.is_scalar or any(
        isinstance(node, Derivative) and node.of.shape.is_scalar for node in walk(said)
    )
    return is_of_number and alike(core.by, asked.by) and not alike(core.of, asked.of)
