"""What a sheet says of the parts: the question, the lines that answer it, what to mind, and all results together."""

from collections.abc import Iterator, Sequence

from derive.expressions.tree import Derivative, Symbol
from derive.grading.parts import Part
from derive.sheets.auxiliary import Auxiliary
from derive.sheets.blocks import (
    AnswerSpace,
    Block,
    Chain,
    Formula,
    Heading,
    Paragraph,
    Question,
    Remark,
    Table,
    Text,
    Words,
    plain_words,
    said,
)
from derive.sheets.composition import Composition, ProvedAnswer
from derive.sheets.computation import Computation
from derive.sheets.reasons import has_kink

LINES_FOR_A_POINT = 3
MOST_LINES = 24
"""Room for an answer on a question sheet."""

FORMS = {"explicit": "Give it without derivatives in it.", "entries": "Give it entry by entry."}


def definition_blocks(definitions: Sequence[tuple[Auxiliary, Chain]]) -> Iterator[Block]:
    """The names that the derivation needs beside those of the model."""
    if not definitions:
        return
    yield Heading(said("Names for the derivation"))
    for name, chain in definitions:
        yield Paragraph((Words("For "), *said(name.sentence), Words(", write")))
        yield chain


def question(part: Part, asked: str) -> Question:
    """The head of a part."""
    return Question(part.id, asked, part.points, plain_words(part.prompt), said(FORMS.get(part.form, "")))


def question_blocks(part: Part, asked: str) -> Iterator[Block]:
    """A part on a question sheet, with room for the answer."""
    yield question(part, asked)
    yield AnswerSpace(min(MOST_LINES, max(6, round(part.points * LINES_FOR_A_POINT))))


def answer_blocks(composition: Composition, answer: ProvedAnswer) -> Iterator[Block]:
    """A part with its derivation."""
    yield question(answer.part, composition.written(answer.part.value))
    yield from (line.chain for line in answer.lines)
    if not answer.is_whole:
        yield Remark("note", said(_what_lacks(answer)))
    kink = _kink(composition, answer)
    if kink:
        yield Remark("kink", kink)


def _what_lacks(answer: ProvedAnswer) -> str:
    if answer.problem is not None or not answer.lines:
        return "No answer to this part was found that could be proved."
    return "What follows from the lines above has no closed form that could be proved."


def _kink(composition: Composition, answer: ProvedAnswer) -> Text:
    """What is taken for a derivative where there is none, if the part goes through such a place."""
    computation = Computation(composition.exercise.model)
    for line in answer.lines:
        quantity = line.line.quantity
        if not (
            isinstance(quantity, Derivative) and isinstance(quantity.by, Symbol) and isinstance(quantity.of, Symbol)
        ):
            continue
        for use in computation.uses(quantity.by.name, quantity.of.name):
            value = computation.value(use)
            if value is not None and has_kink(value, quantity.by.name):
                name = computation.written(use)
                return said(
                    f"Where ${name}$ has a kink it has no derivative; the value {computation.kink} is taken there. "
                    "At such a place any value between those on both sides is a subgradient."
                )
    return ()


def summary_blocks(composition: Composition) -> Iterator[Block]:
    """All results in one table."""
    rows: list[tuple[Text, ...]] = []
    for answer in composition.answers:
        if answer.is_whole:
            chain = answer.lines[-1].chain
            rows.append((plain_words(answer.part.id), (Formula(chain.lhs),), (Formula(chain.members[-1].latex),)))
    if rows:
        yield Heading(said("All results"))
        yield Table((said("Part"), said("What is asked"), said("Result")), tuple(rows), (False, False, True))


def check_blocks(composition: Composition) -> Iterator[Block]:
    """What was proved."""
    count = len(composition.lines)
    if not count:
        return
    general = sum(line.holds_for_all_dimensions for line in composition.lines)
    if general == count:
        yield Remark("proved", (Words(f"Each of the {count} numbered equations is proved, for all dimensions."),))
        return
    dims = composition.exercise.model.table.dims
    sizes = ", ".join(f"{name} is {dim.size}" for name, dim in dims.items() if dim.size)
    words = f"Each of the {count} numbered equations is proved, {general} for all dimensions, the others where {sizes}."
    yield Remark("proved", (Words(words),))
