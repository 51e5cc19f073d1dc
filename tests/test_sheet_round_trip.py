"""Every sheet that is written reads again, and every step of it is proved: those of exercises, and of variants."""

from collections import Counter
from collections.abc import Callable

import pytest
from homework import HOMEWORK, NAMES
from thoroughness import THOROUGH

from derive.certificates import Store, default_directory
from derive.checking.check import check_document
from derive.checking.memory import Memory
from derive.checking.results import DocumentResult
from derive.documents.document import Contents
from derive.documents.latex import read_latex
from derive.documents.markdown import read_markdown
from derive.documents.reading import read_text
from derive.grading.parts import read_exercise
from derive.sheets.blocks import Chain, Question, Remark, Sheet
from derive.sheets.sheet import sheet_of
from derive.source import Source
from derive.writing.sheet_latex import to_latex
from derive.writing.sheet_markdown import to_markdown

VARIANTS = [
    (name, (2 * at + more) % 6 + 1)
    for at, name in enumerate(NAMES)
    for more in ((0, 1) if THOROUGH else (at // 3 % 2,))
]
"""Two numbers of each exercise, or one: any six in a row have the three notations and both orientations."""


def sheet(name: str, variant: int | None = None, *, student: bool = False) -> Sheet:
    exercise = read_exercise(HOMEWORK / name / "exercise.md")
    return sheet_of(exercise, variant=variant, student=student, store=Store(default_directory()))


def checked(name: str, text: str, reader: Callable[[Source], Contents], memory: Memory | None = None) -> DocumentResult:
    document, _ = read_text(Source(name, text), reader)
    return check_document(document, store=Store(default_directory()), memory=memory)


def assert_proved(made: Sheet, result: DocumentResult) -> None:
    """Every step is proved, and the numbered equations are those of the sheet, none lost and none added."""
    unproved = [(step.line, step.lhs, step.rhs, step.message) for step in result.steps if step.verdict != "proved"]
    definitions = [step for step in result.steps if step.verdict == "definition"]
    assert len(unproved) == len(definitions), unproved
    numbered = Counter(step.tag for step in result.steps if step.tag is not None)
    chains = [block for block in made.blocks if isinstance(block, Chain) and block.label is not None]
    assert numbered == {chain.label: len(chain.members) for chain in chains}


def assert_answered(made: Sheet) -> None:
    """Every part has its answer, and nothing says that one is missing."""
    asked = [block.asked for block in made.blocks if isinstance(block, Question)]
    results = [block.lhs for block in made.blocks if isinstance(block, Chain) and block.is_result]
    assert results == asked
    assert not any(isinstance(block, Remark) and block.kind == "note" for block in made.blocks)


@pytest.mark.parametrize("name", NAMES)
def test_the_sheet_of_an_exercise_is_proved_in_every_step(name: str) -> None:
    made, memory = sheet(name), Memory()  # what reads alike in both forms is proved once
    assert_answered(made)
    assert_proved(made, checked("sheet.md", to_markdown(made).text, read_markdown, memory))
    assert_proved(made, checked("sheet.tex", to_latex(made), read_latex, memory))


@pytest.mark.parametrize("name, number", VARIANTS)
def test_the_sheet_of_a_variant_is_proved_in_every_step(name: str, number: int) -> None:
    made = sheet(name, number)
    assert made.variant == number
    assert_answered(made)
    assert_proved(made, checked("sheet.md", to_markdown(made).text, read_markdown))


@pytest.mark.parametrize("name", NAMES[::5])
def test_a_question_sheet_claims_no_more_than_its_forward_pass(name: str) -> None:
    made = sheet(name, student=True)
    assert_proved(made, checked("questions.md", to_markdown(made).text, read_markdown))
    assert not any(isinstance(block, Chain) and block.is_result for block in made.blocks)
