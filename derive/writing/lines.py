"""A `DocumentResult` as lines of text for a person, each piece with the style in which a terminal shows it.

Every text from outside is shown as it is: control characters are spelled out,
and where the encoding lacks a character, so is that. Without a Unicode
encoding all marks are ASCII and formulas stay LaTeX.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TypeVar

from derive.checking.results import (
    ACCEPTED,
    VERDICTS,
    Counterexample,
    Diagnosis,
    DocumentResult,
    Inferred,
    Matrix,
    SecondReading,
    StepResult,
    Verdict,
)
from derive.writing.cells import Line, cropped, is_unicode, printable, text_of, width_of, wrapped
from derive.writing.plain import plain

LONGEST_SIDE = 300
LARGEST_MATRIX = 8

# verdict: mark, its ASCII form, style, how a summary counts it
LOOKS: Mapping[Verdict, tuple[str, str, str, str]] = {
    "definition": ("·", ".", "dim", "defined"),
    "proved": ("✓", "+", "green", "proved"),
    "convention": ("≈", "~", "cyan", "proved under a convention"),
    "refuted": ("✗", "x", "bold red", "refuted"),
    "unknown": ("?", "?", "yellow", "unknown"),
    "unreadable": ("!", "!", "bold magenta", "unreadable"),
}

QUIET, SURPRISING = "dim", "bold red"  # what its author expects, and what not

ARROW, ASCII_ARROW = "→", "->"
FOR_ALL, ASCII_FOR_ALL = "∀ dims", "all dims"

_HAS_LATEX = re.compile(r"[\\_^]")
_FORMULA = re.compile(r"\$([^$]+)\$")


def to_text(result: DocumentResult, width: int, encoding: str) -> str:
    """The result as text without styles, the line's end of its last line included."""
    return "".join(f"{text_of(line)}\n" for line in lines(result, width, encoding))


def step_to_text(result: DocumentResult, step: StepResult, width: int, encoding: str) -> str:
    """What the result says of one step alone, as text without styles: its equation's heading, the relation, why."""
    return "".join(f"{text_of(line)}\n" for line in _Writer(width, encoding).one_step(result.document, step))


def lines(result: DocumentResult, width: int, encoding: str) -> Iterator[Line]:
    """The result for a width and an encoding: a heading, every equation, and the sum of it."""
    yield from _Writer(width, encoding).document(result)


class _Writer:
    """Arranges results for one encoding and width."""

    def __init__(self, width: int, encoding: str) -> None:
        self.unicode = is_unicode(encoding)
        self.encoding = encoding if self.unicode else "ascii"
        self.width = width
        self._dots = "…" if self.unicode else "..."
        self._margin = "      "

    def document(self, result: DocumentResult) -> Iterator[Line]:
        for line in self._heading(result):
            yield from self._hanging([], line)
        for _, group in groupby(result.steps, key=lambda step: (step.equation, step.tag)):
            steps = list(group)
            yield []
            yield from self._hanging([], self._equation_heading(result.document, steps[0]))
            for before, step in zip([None, *steps], steps, strict=False):
                yield from self._step(step, before, steps[0].line)
        if result.second_reading is not None:
            yield from self._second_reading(result.document, result.second_reading)
        yield from self._inferences(result)
        yield []
        yield from self._hanging([], self._summary(result))

    def one_step(self, document: str, step: StepResult) -> Iterator[Line]:
        """A step that stands alone, under the heading of its equation."""
        yield from self._hanging([], self._equation_heading(document, step))
        yield from self._step(step, None, step.line)

    def _heading(self, result: DocumentResult) -> Iterator[Line]:
        """What the document is, against which exercise, at which sizes."""
        title = f"  {self._safe(' '.join(result.title.split()))}" if result.title else ""
        yield [(self._safe(result.document), "bold"), (title, "")]
        if result.exercise:
            yield [(f"against the exercise {self._safe(result.exercise)}", "dim")]
        if result.dims:
            sizes = ", ".join(f"{self._formula(name)} = {size}" for name, size in result.dims.items())
            yield [(f"checked at {sizes}", "dim")]
        for command, line in result.left_out:
            yield [(f"not read: {self._safe(command)} in line {line}", "yellow")]

    def _inferences(self, result: DocumentResult) -> Iterator[Line]:
        """What was taken from the text, quietly; then, a line each, what is to be added to the setting."""
        if result.inferred:
            yield []
            found = ", ".join(map(self._inferred, result.inferred))
            yield from self._hanging([], [(f"inferred from the text: {found}", "dim")])
        if result.questions:
            yield []
        for question in result.questions:
            place = f"{self._safe(result.document)}:{question.line}:{question.column}: "
            yield from self._hanging([], [(place, "yellow"), (self._safe(question.message), "")])

    def _inferred(self, found: Inferred) -> str:
        return f"{self._formula(found.name)}: {self._declaration(found.declaration)} (line {found.line})"

    def _declaration(self, words: str) -> str:
        """A declaration in words, its dimensions as they are shown elsewhere."""
        return " ".join(self._formula(word) if _HAS_LATEX.search(word) else self._safe(word) for word in words.split())

    def _equation_heading(self, document: str, step: StepResult) -> Line:
        """The equation's name, or its number, and where it begins."""
        name = f"({self._safe(step.tag)})" if step.tag else f"equation {step.equation}"
        return [(name, "bold"), ("  ", ""), (f"{self._safe(document)}:{step.where}", "dim")]

    # --- A step ---

    def _step(self, step: StepResult, before: StepResult | None, heading_line: int) -> Iterator[Line]:
        """The relation with its mark, then what there is to say about it."""
        mark, ascii_mark, _, _ = LOOKS[step.verdict]
        head = (f"  {mark if self.unicode else ascii_mark} ", _style(step))
        yield from self._hanging([head], [(self._relation(step, before), ""), (self._scope(step), "dim")])
        yield from self._remarks(step, heading_line)
        if step.counterexample is not None:
            yield from self._counterexample(step.counterexample)
        for finding in step.diagnosis:
            arrow = ARROW if self.unicode else ASCII_ARROW
            yield from self._hanging([(f"{self._margin}{arrow} ", "")], self._finding(finding))

    def _relation(self, step: StepResult, before: StepResult | None) -> str:
        """Both sides; only the right one where the left one stands just above."""
        relation = self._formula(step.relation)
        right = self._side(step.rhs)
        if before is not None and before.equation == step.equation and before.rhs == step.lhs:
            return f"  {relation} {right}"
        return f"{self._side(step.lhs)} {relation} {right}"

    def _scope(self, step: StepResult) -> str:
        """Behind the relation, whether it is shown for every size; that it holds at these sizes says the heading."""
        if not step.holds_for_all_dimensions:
            return ""
        return f"   {FOR_ALL if self.unicode else ASCII_FOR_ALL}"

    def _side(self, latex: str) -> str:
        """One side of a relation, cut where it is very long."""
        text = self._formula(latex)
        if len(text) <= LONGEST_SIDE:
            return text
        return f"{text[:LONGEST_SIDE].rsplit(' ', 1)[0]} {self._dots}"

    def _remarks(self, step: StepResult, heading_line: int) -> Iterator[Line]:
        """The reason in words, the excerpt, the shapes: what a reader needs for this verdict."""
        if step.verdict not in ("definition", "proved"):
            where = "" if step.line == heading_line else f" in line {step.line}"
            names = f" ({', '.join(map(self._safe, step.conventions))})" if step.conventions else ""
            expected = ", as expected" if step.is_as_expected else ""
            yield from self._remark(f"{step.verdict}{names}{expected}{where}: ", _style(step), step.message)
            for line in (step.excerpt or "").splitlines():
                yield [(self._margin, ""), *cropped([(self._safe(line), "dim")], self.width - len(self._margin))]
        if step.shapes_matter and step.shapes is not None:
            yield from self._remark("left side {}, right side {}".format(*map(self._safe, step.shapes)), "dim")
        if step.side_conditions:
            yield from self._remark(self._conditions(step.side_conditions), "dim")
        if step.surprise is not None:
            yield from self._remark(self._safe(step.surprise), SURPRISING)

    def _remark(self, text: str, style: str, rest: str = "") -> Iterator[Line]:
        return self._hanging([(self._margin, "")], [(text, style), (self._safe(rest), "")])

    def _conditions(self, conditions: Iterable[str]) -> str:
        """What an accepted step rests on, formulas between dollar signs as text."""
        said = (_FORMULA.sub(lambda found: plain(found[1]) if self.unicode else found[1], text) for text in conditions)
        return f"where {'; '.join(self._safe(text) for text in said)}"

    def _finding(self, finding: Diagnosis) -> Line:
        """A named mistake and what to write instead."""
        fix = f"; write {self._side(finding.fix)}" if finding.fix else ""
        return [(self._safe(finding.message), ""), (f"  [{self._safe(finding.code)}]", "dim"), (fix, "")]

    # --- The second reader ---

    def _second_reading(self, document: str, found: SecondReading) -> Iterator[Line]:
        """Each formula that is read in two ways; how many were compared."""
        for each in found.differences:
            yield []
            place = f"{self._safe(document)}:{each.line}:{each.column}"
            yield from self._hanging([], [("read in two ways", "bold yellow"), ("  ", ""), (place, "dim")])
            yield [(self._margin, ""), *cropped([(self._safe(each.formula), "")], self.width - len(self._margin))]
            yield from self._remark("here: ", "dim", self._side(each.reading))
            yield from self._remark("by the second reader: ", "dim", self._side(each.second_reading))
        yield []
        times = "formula was" if found.compared == 1 else "formulas were"
        yield from self._hanging([], [(f"{found.compared} {times} compared with the second reader", "dim")])

    # --- A counterexample ---

    def _counterexample(self, found: Counterexample) -> Iterator[Line]:
        """Where the sides differ and by what values, then the symbols' values as small matrices."""
        entry = "" if found.entry is None else f" in entry ({found.entry[0]}, {found.entry[1]})"
        left, right = self._safe(found.lhs), self._safe(found.rhs)
        at = ", at" if found.at else ""
        yield from self._remark(f"for example{entry} the left side is {left}, the right side {right}{at}", "")
        blocks = [self._value(name, value) for name, value in found.at.items()]
        for row in _side_by_side(blocks, self.width - 8):
            yield cropped([(f"        {row}", "")], self.width)

    def _value(self, name: str, value: str | Matrix) -> list[str]:
        """`name = value`, a matrix over as many lines as it has rows."""
        head = f"{self._formula(name)} = "
        if isinstance(value, str):
            return [head + self._safe(value)]
        rows = [[self._safe(cell) for cell in _abridged(row, self._dots)] for row in value]
        cells = _abridged(rows, [self._dots] * len(rows[0]) if rows else [])
        widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
        shown = ["  ".join(_right(cell, width) for cell, width in zip(row, widths, strict=True)) for row in cells]
        margin = " " * width_of(head)
        return [f"{margin if at else head}[ {row} ]" for at, row in enumerate(shown)]

    # --- Text ---

    def _hanging(self, head: Line, body: Line) -> Iterator[Line]:
        """A body that wraps beside its head, not below it."""
        indent = width_of(text_of(head))
        for at, line in enumerate(wrapped(body, max(20, self.width - indent))):
            beside: Line = [(" " * indent, "")] if at else head
            yield [*beside, *line] if line else []

    def _summary(self, result: DocumentResult) -> Line:
        """How many steps got each verdict, how many of these for all dimensions, as expected or after a slip."""
        counts = result.summary()
        parts: Line = []
        for verdict in VERDICTS:
            if counts[verdict]:
                parts += [(f"{counts[verdict]} {LOOKS[verdict][3]}", LOOKS[verdict][2])]
                parts += [(_how_many(result.for_all_dimensions(verdict), counts[verdict], "for all dimensions"), "")]
                if verdict not in ACCEPTED:
                    parts += [(_how_many(result.as_expected(verdict), counts[verdict], "as expected"), "")]
                if verdict == "refuted":
                    parts += [(_how_many(result.following(), counts[verdict], "following from an earlier slip"), "")]
                parts += [(", ", "")]
        if surprises := sum(step.is_as_expected is False for step in result.steps):
            parts += [(f"{surprises} not as expected", SURPRISING), (", ", "")]
        total = len(result.steps)
        return [(f"{total} step{'s' * (total != 1)}: " if total else "no steps", ""), *parts[:-1]]

    def _formula(self, latex: str) -> str:
        return self._safe(plain(latex) if self.unicode else " ".join(latex.split()))

    def _safe(self, text: str) -> str:
        return printable(text, self.encoding)


def _style(step: StepResult) -> str:
    """Quiet for what its author expects, and for what only follows from a slip."""
    return QUIET if step.is_as_expected or step.follows_from is not None else LOOKS[step.verdict][2]


def _how_many(some: int, total: int, how: str) -> str:
    if some == 0:
        return ""
    return f" {how}" if some == total else f" ({some} {how})"


Item = TypeVar("Item")


def _abridged(items: list[Item], dots: Item) -> list[Item]:
    """The items, the middle ones of many replaced by dots."""
    return items if len(items) <= LARGEST_MATRIX else [*items[: LARGEST_MATRIX - 2], dots, items[-1]]


def _right(text: str, width: int) -> str:
    return " " * (width - width_of(text)) + text


def _side_by_side(blocks: Iterable[list[str]], width: int) -> Iterator[str]:
    """Blocks of lines beside each other as long as they fit, then below."""
    row: list[list[str]] = []
    used = 0
    for block in blocks:
        block_width = max(map(width_of, block)) + 4
        if row and used + block_width > width:
            yield from _joined_blocks(row)
            row, used = [], 0
        row.append(block)
        used += block_width
    if row:
        yield from _joined_blocks(row)


def _joined_blocks(blocks: list[list[str]]) -> Iterator[str]:
    """The lines of blocks that stand beside each other."""
    widths = [max(map(width_of, block)) for block in blocks]
    for at in range(max(map(len, blocks))):
        cells = [block[at] if at < len(block) else "" for block in blocks]
        padded = (cell + " " * (width - width_of(cell)) for cell, width in zip(cells, widths, strict=True))
        yield "    ".join(padded).rstrip()
