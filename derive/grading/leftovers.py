"""What is left of a submission where a part has no answer: what could not be read may be it."""

import re
from collections.abc import Collection, Sequence

from derive.checking.results import DocumentResult
from derive.documents.document import Document
from derive.documents.notebook import text_cells
from derive.expressions.tree import ChainRule, Derivative, Expr, parts
from derive.grading.asked import names_of, presence, undressed
from derive.grading.parts import Part
from derive.grading.workings import Line, Workings
from derive.source import Source

_HEAD = re.compile(r"[\w∂∇/()\[\]{}^]+(?=\s*:?\s*$)")
_PICTURE = re.compile(r"!\[[^\]\n]*\]\(|\\includegraphics|<img\b", re.I)


def beside_others(part: Part, workings: Workings, answered: Sequence[Line]) -> Line | None:
    """The last line on whose left what is asked stands beside other things, as in an equation to be solved for it."""
    taken = [id(line) for line in answered]
    for line in reversed(workings.lines):
        left = line.members[0].value
        if left is not None and line.links and id(line) not in taken and _holds(left, part, workings):
            return line
    return None


def _holds(value: Expr, part: Part, workings: Workings) -> bool:
    """Whether what is asked stands in a value, and not within another derivative."""
    if isinstance(value, (Derivative, ChainRule)):
        return presence(value, part, workings.value_of) == "whole"
    return any(_holds(node, part, workings) for node in parts(value) if isinstance(node, Expr))


_BRACE = re.compile(r"\\(?:under|over)brace(?![A-Za-z])")


def names_below_a_brace(document: Document, name: str) -> bool:
    """Whether a name stands at a brace below or above a formula, by which authors say what it is; that is not read."""
    braced = (passage.text.value for passage in document.passages if _BRACE.search(passage.text.value))
    bare = re.escape(name)
    return any(re.search(rf"[_^]\s*\{{\s*(?:[=:]|\\equiv)*\s*{bare}\s*\}}", text) for text in braced)


def leftover(
    part: Part, document: Document, result: DocumentResult, workings: Workings, answered: Sequence[Line]
) -> tuple[str, str] | None:
    """A place that could hold the answer to a part and was not read, with the reason; null where all was read."""
    taken = {step.equation for line in answered for link in line.links if (step := link.step) is not None}
    unread = [step for step in result.steps if step.verdict == "unreadable" and step.equation not in taken]
    names, _ = names_of(part)
    if unread:
        step = next((step for step in reversed(unread) if undressed(step.lhs) in names), unread[-1])
        return step.where, step.message
    lines = [line for line in workings.lines if line.members[0].value is not None]
    read = {step.equation for line in lines for link in line.links if (step := link.step) is not None}
    for step in reversed(result.steps):
        if step.verdict == "refuted" and step.equation not in taken | read:
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
    where = _in_plain_text(document.source, names)
    return None if where is None else (where, "a formula is written as plain text there, not as LaTeX.")


def _in_plain_text(source: Source, names: Collection[str]) -> str | None:
    """The first line that says in plain text what a part asks for, `dL/dS = (p - y) / N`; null where none does."""
    is_notebook = source.name.lower().endswith(".ipynb")
    for text in [cell for _, cell in text_cells(source)] if is_notebook else [source]:
        for at, line in enumerate(text.text.split("\n"), 1):
            left, equals, _ = line.partition("=")
            head = _HEAD.search(left) if equals else None
            if head is not None and _spoken(head[0]) in names:
                return str(at) if text.cell is None else f"cell {text.cell}:{at}"
    return None


def _spoken(head: str) -> str:
    """`∂L/∂W_2` as the name `dLdW2`."""
    return undressed(head.replace("∂", "d").replace("∇", "nabla").replace("/", ""))
