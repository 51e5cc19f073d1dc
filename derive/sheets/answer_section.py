"""What a sheet says of the parts: the question, the lines that answer it, what to mind, and all results together."""

from collections.abc import Iterator, Sequence

from derive.expressions.tree import Derivative, Symbol
from derive.grading.parts import Part
from derive.sheets.blocks import (
    AnswerSpace,
    Block,
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
from derive.sheets.composition import Composition, ProvedAnswer, ProvedLine
from derive.sheets.kinks import kinks_between
from derive.sheets.plain_forms import has_kinks
from derive.sheets.prose import prose_text
from derive.sheets.unclaimed import unclaimed
from derive.sheets.usual_mistakes import UsualMistake

LINES_FOR_A_POINT = 3
MOST_LINES = 24
"""Room for an answer on a question sheet."""

FORMS = {"explicit": "Give it without derivatives in it.", "entries": "Give it entry by entry."}

IN_OTHER_FORMS = "In other forms, each under the convention that stands with it:"


def _line_blocks(line: ProvedLine) -> Iterator[Block]:
    """A line, behind the definitions of the names that it introduces."""
    for name, chain in line.introduces:
        yield Paragraph(said(f"Write for {name.sentence}:"))
        yield chain
    yield line.chain


def question(part: Part, asked: str) -> Question:
    """The head of a part."""
    return Question(part.id, asked, part.points, unclaimed(prose_text(part.prompt)), said(FORMS.get(part.form, "")))


def question_blocks(part: Part, asked: str) -> Iterator[Block]:
    """A part on a question sheet, with room for the answer."""
    yield question(part, asked)
    yield AnswerSpace(min(MOST_LINES, max(6, round(part.points * LINES_FOR_A_POINT))))


def answer_blocks(
    composition: Composition, answer: ProvedAnswer, mistakes: Sequence[UsualMistake], kinks: set[str]
) -> Iterator[Block]:
    """A part with its derivation and the mistakes that are often made in it.

    What is said of a kink is said once, and `kinks` gains it.
    """
    yield question(answer.part, composition.written(answer.part.value))
    for line in answer.lines:
        yield from _line_blocks(line)
    if answer.shorthands:
        yield Paragraph(said(IN_OTHER_FORMS))
    for line in answer.shorthands:
        yield line.chain
    if not answer.is_whole:
        yield Remark("note", said(_what_lacks(answer)))
    for sentence in _kinks(composition, answer):
        if sentence not in kinks:
            kinks.add(sentence)
            yield Remark("kink", said(sentence))
    for usual in mistakes:
        said_of_it = said(f" {usual.mistake.title}. {usual.mistake.message}")
        yield Remark("mistake", (Formula(usual.latex), Words(":"), *said_of_it))


def _what_lacks(answer: ProvedAnswer) -> str:
    if answer.problem is not None or not answer.lines:
        return "No answer to this part was found that could be proved."
    return "What follows from the lines above has no closed form that could be proved."


def _kinks(composition: Composition, answer: ProvedAnswer) -> Iterator[str]:
    """What is said of the functions with a kink through which an answer goes."""
    computation = composition.computation
    for line in answer.lines:
        match line.line.quantity:
            case Derivative(Symbol(top), Symbol(bottom)):
                for use in computation.uses(bottom, top):
                    value = computation.value(use)
                    if value is None or not (said_of_it := kinks_between(value, bottom, computation.kink)):
                        continue
                    if has_kinks(computation, line.line.quantity):
                        yield from said_of_it


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
    dims = composition.exercise.model.table.dims
    sizes = ", ".join(f"{name} is {dim.size}" for name, dim in dims.items() if dim.size)
    if count == general == 1:
        words = "The numbered equation is proved, for all dimensions."
    elif general == count:
        words = f"Each of the {count} numbered equations is proved, for all dimensions."
    else:
        words = (
            f"Each of the {count} numbered equations is proved, {general} for all dimensions, the others where {sizes}."
        )
    others = len(composition.shorthands)
    if others:
        words += (
            f" The {others} in other forms {'holds' if others == 1 else 'hold'} under the conventions that are named."
        )
    yield Remark("proved", (Words(words),))
