"""An answer as its student wrote it: which side it stands on, and what its step is called."""

from derive.checking.results import StepResult
from derive.grading.results import Marked, PartResult


def left_side(marked: Marked, part: PartResult) -> str:
    """What the student says the answer is equal to: the beginning of its chain, else what was asked."""
    if marked.result is None or part.step is None:
        return part.ask
    equation, _ = part.step
    first = next((step for step in marked.result.steps if step.equation == equation), None)
    return part.ask if first is None or first.lhs == part.answer else first.lhs


def step_name(step: StepResult) -> str:
    """A step as its author finds it: by its equation's name, else by its line.

    >>> step_name(StepResult("7", 3, 1, 12, 1, "a", "=", "b", "refuted", ""))
    'your step (7)'
    """
    return f"your step in {place_of(step)}" if step.tag is None else f"your step ({step.tag})"


def place_of(step: StepResult) -> str:
    """Where a step stands in its file, for the file's author."""
    return f"line {step.line}" if step.cell is None else f"cell {step.cell}, line {step.line}"
