"""An exercise -> its sheet: the setting, the parts with their derivations, each line of them proved.

The lines are found first, then every display of the sheet is held against the checker, as a reader's checker will read
it; what is not proved is not printed, and a part of which nothing is left says so.
"""

from collections.abc import Iterator

from derive.certificates import Store
from derive.grading.parts import ExerciseDocument, exercise_from_text
from derive.sheets.answer_section import (
    answer_blocks,
    check_blocks,
    question,
    question_blocks,
    summary_blocks,
)
from derive.sheets.blocks import Block, Heading, Sheet, said
from derive.sheets.composition import Composition
from derive.sheets.example import example_of
from derive.sheets.example_section import example_blocks
from derive.sheets.picture_section import picture_blocks
from derive.sheets.prose import prose_text
from derive.sheets.setting_section import setting_blocks
from derive.sheets.text_section import text_blocks
from derive.sheets.usual_mistakes import usual_mistakes
from derive.sheets.variants import variant_of
from derive.sheets.variants.draft import setting_of


def sheet_of(
    exercise: ExerciseDocument, *, student: bool = False, variant: int | None = None, store: Store | None = None
) -> Sheet:
    """The solution sheet of an exercise, or of a variant of it; with `student` the questions alone.

    The setting at its head is that of the exercise, with what is asked: a question sheet is an exercise itself, by
    which answers to it can be marked. Of a step that holds under a convention it says which one is expected. Raises
    `DocumentError` where the exercise or its variant cannot be used.
    """
    if variant is not None:
        exercise = exercise_from_text(variant_of(exercise, variant), f"{exercise.name}, variant {variant}")
    composition = Composition(exercise, store or Store(None))
    setting = exercise.document.setting
    blocks = tuple(_questions(composition) if student else _solutions(composition))
    return Sheet(
        title=prose_text(setting.title or exercise.name),
        source=prose_text(setting.source_note or ""),
        setting=setting_of(exercise) + ("" if student else _expectations(composition)),
        blocks=blocks,
        is_solution=not student,
        variant=variant,
    )


def _expectations(composition: Composition) -> str:
    """What is expected of the lines under a convention, as YAML: that they hold under these and no others."""
    expected = [
        f"{line.chain.label}/{at}: [{', '.join(names)}]"
        for line in composition.shorthands
        for at, names in enumerate(line.conventions, start=1)
        if names
    ]
    return f"expect: {{{', '.join(expected)}}}\n" if expected else ""


def questions_of(exercise: ExerciseDocument, store: Store | None = None) -> tuple[Block, ...]:
    """The text of an exercise, what is given and what is asked, to be answered on a screen.

    Raises `DocumentError` where the exercise cannot be used.
    """
    composition = Composition(exercise, store or Store(None))
    asked = (question(part, composition.formulas.written(part.value)) for part in exercise.parts)
    return (*_given(composition), Heading(said("What is asked")), *asked)


def _given(composition: Composition) -> Iterator[Block]:
    yield from text_blocks(composition.exercise, composition.store)
    yield from setting_blocks(composition.exercise.model, composition.formulas, composition.forward)


def _questions(composition: Composition) -> Iterator[Block]:
    exercise = composition.exercise
    yield from _given(composition)
    yield from picture_blocks(exercise.model)
    yield Heading(said("What is asked"))
    for part in exercise.parts:
        yield from question_blocks(part, composition.formulas.written(part.value))


def _solutions(composition: Composition) -> Iterator[Block]:
    yield from _given(composition)
    yield from picture_blocks(composition.exercise.model)
    yield Heading(said("Derivation"))
    kinks: set[str] = set()
    mistakes = usual_mistakes(composition)
    for answer in composition.answers:
        yield from answer_blocks(composition, answer, mistakes.get(answer.part.id, ()), kinks)
    yield from summary_blocks(composition)
    asked = [part.value for part in composition.exercise.parts]
    yield from example_blocks(composition, example_of(composition.exercise.model, asked))
    yield from check_blocks(composition)
