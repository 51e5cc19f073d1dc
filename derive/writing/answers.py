"""An answer as its student wrote it: which side it stands on, and what its step is called."""

import re

from derive.checking.results import StepResult, WaitingStep
from derive.grading.results import Marked, PartResult


def left_side(marked: Marked, part: PartResult) -> str:
    """What the student says the answer is equal to: the beginning of its chain, else what was asked."""
    if marked.result is None or part.step is None:
        return part.ask
    equation, _ = part.step
    first = next((step for step in marked.result.steps if step.equation == equation), None)
    return part.ask if first is None or first.lhs == part.answer else first.lhs


def reason(part: PartResult) -> str:
    """The message of a part without what stands beside it: the sentences of its named mistakes, its status as a word.

    >>> from dataclasses import replace
    >>> from fractions import Fraction
    >>> from derive.checking.results import Diagnosis
    >>> finding = Diagnosis("wrong-sign", "the sign is wrong", "")
    >>> part = PartResult("a", "x", "", "wrong", Fraction(0), Fraction(1), "Not so. The sign is wrong. Look.")
    >>> reason(replace(part, diagnosis=(finding,))), reason(part)
    ('Not so. Look.', 'Not so. The sign is wrong. Look.')
    """
    said = part.message
    for finding in part.diagnosis:
        sentence = finding.message.strip().rstrip(".")
        if sentence:
            said = re.sub(rf"(?<!\S)(?i:{re.escape(sentence[0])}){re.escape(sentence[1:])}(?:\.|(?<=[?!])|$)", "", said)
    said = " ".join(said.split())
    return "" if said.lower().rstrip(".") == part.status else said


def step_name(step: StepResult) -> str:
    """A step as its author finds it: by its equation's name, else by its line.

    >>> step_name(StepResult("7", 3, 1, 12, 1, "a", "=", "b", "refuted", ""))
    'your step (7)'
    """
    return f"your step in {place_of(step)}" if step.tag is None else f"your step ({step.tag})"


def place_of(step: StepResult | WaitingStep) -> str:
    """Where a step stands in its file, for the file's author."""
    return line_in(step.line, step.cell)


def line_in(line: int, cell: int | None) -> str:
    """A line of a file, or of a notebook's cell."""
    return f"line {line}" if cell is None else f"cell {cell}, line {line}"
