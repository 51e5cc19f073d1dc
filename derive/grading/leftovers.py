"""What is left of a submission where a part has no answer: what could not be read may be it."""

import re
from collections.abc import Sequence

from derive.checking.results import DocumentResult
from derive.documents.document import Document
from derive.grading.parts import Part
from derive.grading.workings import Line, Workings

_PICTURE = re.compile(r"!\[[^\]\n]*\]\(|\\includegraphics|<img\b", re.I)


def leftover(
    part: Part, document: Document, result: DocumentResult, workings: Workings, answered: Sequence[Line]
) -> tuple[str, str] | None:
    """A place that could hold the answer to a part and was not read, with the reason; null where all was read."""
    taken = {step.equation for line in answered for link in line.links if (step := link.step) is not None}
    for step in reversed(result.steps):
        if step.verdict == "unreadable" and step.equation not in taken:
            return step.where, step.message
    for passage in workings.unseen:
        place = passage.text.place()
        reason = passage.problem or "a formula stands there by itself, and nothing says what it is"
        return f"{place.line}:{place.column}", f"{reason}."
    if document.left_out:
        text = document.left_out[0]
        return str(text.place().line), f"{' '.join(text.value.split())} takes text from another file."
    picture = _PICTURE.search(document.source.text)
    if picture is not None:
        return str(document.source.place(picture.start()).line), "a picture stands there."
    return None
