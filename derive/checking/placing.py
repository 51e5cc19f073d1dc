"""A judgement -> the step of the report, placed in the file that its author sees."""

import re
from collections.abc import Sequence
from dataclasses import replace

from derive.checking.claims import Judgement
from derive.checking.results import StepResult, WaitingStep
from derive.documents.document import Passage
from derive.notation.chains import Chain, slice_of
from derive.source import Span, Text

_COMMAND = re.compile(r"\\[A-Za-z]+")


def _told(passage: Passage, judgement: Judgement, left_out: Sequence[Text]) -> Judgement:
    """Of a command that is not read, why a macro is not followed, or where it may be defined."""
    if judgement.verdict != "unreadable" or judgement.span is None:
        return judgement
    start, end = judgement.span.start, judgement.span.end
    if start in passage.unread:
        return replace(judgement, message=f"{passage.unread[start]}.")
    if left_out and _COMMAND.fullmatch(passage.text.value[start:end]):
        named = f"{on_one_line(left_out[0].value)} in line {left_out[0].place().line}"
        what = "is not read" if len(left_out) == 1 else "and commands like it are not read"
        hint = f"It may be defined in another file: {named} {what}. Put its definition into this one."
        return replace(judgement, message=f"{judgement.message} {hint}")
    return judgement


LONGEST_EXPANSION = 200


def _excerpt(text: Text, span: Span) -> str | None:
    """What stands in the file for a part of a passage; if that is a macro, what it was expanded to as well."""
    read, written = text.value[span.start : span.end], text.written(span.start, span.end)
    if text.runs and on_one_line(written) != on_one_line(read) and len(read) <= LONGEST_EXPANSION:
        return f"{on_one_line(written)}, which is {on_one_line(read)}"
    return on_one_line(written) or None


def on_one_line(text: str) -> str:
    """The text with its white space, line breaks too, made single spaces."""
    return " ".join(text.split())


def _extent(text: Text, span: Span) -> tuple[int, int] | None:
    """Where a part of a passage stands in its file; null in a notebook."""
    if text.source.cell is not None:
        return None
    start = min(span.start, max(0, len(text.value) - 1))
    extent = text.extent(start, max(start + 1, min(span.end, len(text.value))))
    return extent.start, extent.end


def _claimed(text: Text, chain: Chain, number: int) -> Span:
    """A relation of a chain with its right side, or alone where that stands in another display."""
    relation, right = chain.relations[number].span, chain.members[number + 1]
    stands_here = right.span is not None and right.written is None and right.span.end <= len(text.value)
    return relation.to(right.span) if stands_here and right.span is not None else relation


def waiting(passage: Passage, chain: Chain, equation: int) -> tuple[WaitingStep, ...]:
    """The relations of a chain before anything is known of them."""
    text = passage.text
    places = [text.place(relation.start) for relation in chain.relations]
    return tuple(
        WaitingStep(
            chain.tag,
            equation,
            number + 1,
            place.line,
            place.column,
            slice_of(text.value, chain.members[number]),
            chain.relations[number].text,
            slice_of(text.value, chain.members[number + 1]),
            text.source.cell,
        )
        for number, place in enumerate(places)
    )


def placed(
    passage: Passage, chain: Chain, equation: int, number: int, judgement: Judgement, left_out: Sequence[Text]
) -> StepResult:
    """The step of a judgement on a relation of a chain. `left_out`: commands that take text from other files."""
    judgement = _told(passage, judgement, left_out)
    text = passage.text
    relation = chain.relations[number]
    place, excerpt, span = text.place(relation.start), None, _claimed(text, chain, number)
    stands_here = judgement.span is not None and judgement.span.end <= len(text.value)
    if judgement.span is not None and stands_here and judgement.counterexample is None:
        span = judgement.span
        place = text.place(span.start)
        excerpt = _excerpt(text, span)
    return StepResult(
        tag=chain.tag,
        label=chain.label,
        equation=equation,
        step=number + 1,
        line=place.line,
        column=place.column,
        lhs=slice_of(text.value, chain.members[number]),
        relation=relation.text,
        rhs=slice_of(text.value, chain.members[number + 1]),
        verdict=judgement.verdict,
        message=judgement.message,
        conventions=judgement.conventions,
        shapes=judgement.shapes,
        counterexample=judgement.counterexample,
        excerpt=excerpt,
        cell=text.source.cell,
        span=_extent(text, span),
        scope=judgement.scope,
        ground=judgement.ground,
        side_conditions=judgement.side_conditions,
        diagnosis=judgement.diagnosis,
        follows_from=judgement.follows_from,
    )
