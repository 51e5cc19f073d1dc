"""What the author of an exercise says, as a sheet repeats it: no equation in it that is not proved."""

import re
from collections.abc import Iterator

from derive.certificates import Store
from derive.documents.document import Document
from derive.grading.parts import ExerciseDocument
from derive.sheets.blocks import Block, Display, Remark, said
from derive.sheets.prose import prose_blocks
from derive.sheets.proving import all_proved
from derive.sheets.unclaimed import unclaimed_block

LEFT_OUT = "An equation of the exercise's text is left out here, since it could not be proved."


def text_blocks(exercise: ExerciseDocument, store: Store) -> Iterator[Block]:
    """The text of an exercise: its displays as they are where they are proved, its lines so that they claim nothing.

    Raises `DocumentError` where the setting cannot be used.
    """
    blocks = [unclaimed_block(block) for block in prose_blocks(exercise.document)]
    displays = [block for block in blocks if isinstance(block, Display)]
    if not displays:
        yield from blocks
        return
    texts = [display.latex for display in displays]
    holds = iter(all_proved(texts, exercise.document.setting, store, exercise.name))
    for block in blocks:
        yield Remark("note", said(LEFT_OUT)) if isinstance(block, Display) and not next(holds) else block


def last_number(document: Document) -> int:
    """The greatest number by which a display of the text goes; 0 if none has one."""
    labels = (block.label or "" for block in prose_blocks(document) if isinstance(block, Display))
    return max((int(label) for label in labels if re.fullmatch(r"[0-9]{1,6}", label)), default=0)


def letters_of_formulas(exercise: ExerciseDocument) -> frozenset[str]:
    """The letters in formulas of the text and of the questions: names there, or as good as names."""
    formulas = [passage.text.value for passage in exercise.document.passages]
    formulas += [formula for part in exercise.parts for formula in re.findall(r"\$([^$]+)\$", part.prompt)]
    return frozenset(
        letter for formula in formulas for letter in re.findall(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", formula)
    )
