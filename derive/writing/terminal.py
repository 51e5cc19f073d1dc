"""A `DocumentResult` for a person at a terminal.

Every text from outside is shown as it is, never as markup: control characters
are spelled out, and where the terminal's encoding lacks a character, so is that.
Without a Unicode encoding all marks are ASCII and formulas stay LaTeX.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from derive.checking.results import VERDICTS, Counterexample, DocumentResult, Matrix, StepResult, Verdict
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

ASCII_ARROW, ARROW = "->", "→"


@dataclass(frozen=True)
class Rendering:
    """A document's result as rich renders it on a console."""

    result: DocumentResult

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from _Writer(console, options.max_width).document(self.result)


class ResultConsole(Console):
    """A console that leaves it to its caller what a reader who has gone means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_result(result: DocumentResult, console: Console) -> None:
    """Write a document's result to a console."""
    console.print(Rendering(result), highlight=False, markup=False, emoji=False)


def printable(text: str, encoding: str = "utf-8") -> str:
    """A text in which nothing controls a terminal: what is not printable, or not in the encoding, is spelled out."""
    shown = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text.expandtabs(4))
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def is_unicode(encoding: str) -> bool:
    """Whether an encoding has the marks and letters that the rendering uses."""
    try:
        "✓≈✗·∂𝐱ŷᵀ₁→".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class _Writer:
    """Turns results into rich's renderables for one encoding and width."""

    def __init__(self, console: Console, width: int) -> None:
        encoding = console.encoding or "ascii"
        self.console = console
        self.unicode = is_unicode(encoding)
        self.encoding = encoding if self.unicode else "ascii"
        self.width = width
        self._dots = "…" if self.unicode else "..."

    def document(self, result: DocumentResult) -> Iterator[Text]:
        """A heading, every equation, and the sum of it."""
        for line in self._heading(result):
            yield from self._wrapped(line)
        for _, group in groupby(result.steps, key=lambda step: (step.equation, step.tag)):
            steps = list(group)
            yield Text("")
            yield from self._wrapped(self._equation_heading(result.document, steps[0]))
            for before, step in zip([None, *steps], steps, strict=False):
                yield from self._step(step, before, steps[0].line)
        yield Text("")
        yield from self._wrapped(self._summary(result))

    def _heading(self, result: DocumentResult) -> Iterator[Text]:
        """What the document is, against which exercise, at which sizes."""
        title = Text(self._safe(result.document), style="bold")
        if result.title:
            title.append(f"  {self._safe(' '.join(result.title.split()))}", style="not bold")
        yield title
        if result.exercise:
            yield Text(f"against the exercise {self._safe(result.exercise)}", style="dim")
        if result.dims:
            sizes = ", ".join(f"{self._formula(name)} = {size}" for name, size in result.dims.items())
            yield Text(f"checked at {sizes}", style="dim")

    def _equation_heading(self, document: str, step: StepResult) -> Text:
        """The equation's name, or its number, and where it begins."""
        name = f"({self._safe(step.tag)})" if step.tag else f"equation {step.equation}"
        place = f"{self._safe(document)}:{step.line}:{step.column}"
        return Text.assemble((name, "bold"), "  ", (place, "dim"))

    # --- A step ---

    def _step(self, step: StepResult, before: StepResult | None, heading_line: int) -> Iterator[Text]:
        """The relation with its mark, then what there is to say about it."""
        mark, ascii_mark, style, _ = LOOKS[step.verdict]
        yield from self._hanging(
            Text(f"  {mark if self.unicode else ascii_mark} ", style=style), self._relation(step, before)
        )
        for line in self._remarks(step, heading_line):
            yield from self._hanging(Text("      "), line)
        if step.counterexample is not None:
            yield from self._counterexample(step.counterexample)
        for finding in step.diagnosis:
            yield from self._hanging(Text(f"      {ARROW if self.unicode else ASCII_ARROW} "), self._finding(finding))

    def _relation(self, step: StepResult, before: StepResult | None) -> Text:
        """Both sides; only the right one where the left one stands just above."""
        relation = self._formula(step.relation)
        right = self._side(step.rhs)
        if before is not None and before.equation == step.equation and before.rhs == step.lhs:
            return Text(f"  {relation} {right}")
        return Text(f"{self._side(step.lhs)} {relation} {right}")

    def _side(self, latex: str) -> str:
        """One side of a relation, cut where it is very long."""
        text = self._formula(latex)
        if len(text) <= LONGEST_SIDE:
            return text
        return f"{text[:LONGEST_SIDE].rsplit(' ', 1)[0]} {self._dots}"

    def _remarks(self, step: StepResult, heading_line: int) -> Iterator[Text]:
        """The reason in words, the excerpt, the shapes, the earlier slip: what a reader needs for this verdict."""
        if step.verdict in ("definition", "proved"):
            return
        where = "" if step.line == heading_line else f" in line {step.line}"
        names = f" ({', '.join(map(self._safe, step.conventions))})" if step.conventions else ""
        head = f"{step.verdict}{names}{where}: "
        yield Text.assemble((head, LOOKS[step.verdict][2]), self._safe(step.message))
        if step.excerpt:
            for line in step.excerpt.splitlines():
                yield Text(self._safe(line), style="dim", overflow="crop", no_wrap=True)
        if step.shapes_matter and step.shapes is not None:
            left, right = map(self._safe, step.shapes)
            yield Text(f"left side {left}, right side {right}", style="dim")
        if step.follows_from is not None:
            equation, number = step.follows_from
            yield Text(f"it follows correctly from equation {equation}, step {number}, which was refuted", style="dim")

    def _finding(self, finding: Mapping[str, str]) -> Text:
        """A named mistake and what to write instead."""
        text = Text.assemble(
            self._safe(finding.get("message", "")), (f"  [{self._safe(finding.get('code', ''))}]", "dim")
        )
        if finding.get("fix"):
            text.append(f"; write {self._side(finding['fix'])}")
        return text

    # --- A counterexample ---

    def _counterexample(self, found: Counterexample) -> Iterator[Text]:
        """Where the sides differ and by what values, then the symbols' values as small matrices."""
        entry = "" if found.entry is None else f" in entry ({found.entry[0]}, {found.entry[1]})"
        left, right = self._safe(found.lhs), self._safe(found.rhs)
        at = ", at" if found.at else ""
        sentence = Text(f"for example{entry} the left side is {left}, the right side {right}{at}")
        yield from self._hanging(Text("      "), sentence)
        blocks = [self._value(name, value) for name, value in found.at.items()]
        for row in _side_by_side(blocks, self.width - 8):
            yield Text(f"        {row}", no_wrap=True, overflow="crop")

    def _value(self, name: str, value: str | Matrix) -> list[str]:
        """`name = value`, a matrix over as many lines as it has rows."""
        head = f"{self._formula(name)} = "
        if isinstance(value, str):
            return [head + self._safe(value)]
        rows = [[self._safe(cell) for cell in _abridged(row, self._dots)] for row in value]
        cells = _abridged(rows, [self._dots] * len(rows[0]) if rows else [])
        widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
        margin = " " * cell_len(head)
        return [f"{margin if at else head}[ {line} ]" for at, line in enumerate(lines)]

    # --- Text ---

    def _wrapped(self, body: Text) -> Iterator[Text]:
        return self._hanging(Text(""), body)

    def _hanging(self, head: Text, body: Text) -> Iterator[Text]:
        """A body that wraps beside its head, not below it; one that must not wrap is cropped."""
        beside = max(20, self.width - head.cell_len)
        margin = Text(" " * head.cell_len)
        for at, line in enumerate(body.wrap(self.console, beside)):
            line.rstrip()
            yield (margin if at else head) + line

    def _summary(self, result: DocumentResult) -> Text:
        """How many steps got each verdict, the worst in colour."""
        counts = result.summary()
        parts: list[tuple[str, str]] = []
        for verdict in VERDICTS:
            if counts[verdict]:
                parts += [(f"{counts[verdict]} {LOOKS[verdict][3]}", LOOKS[verdict][2]), (", ", "")]
        total = len(result.steps)
        return Text.assemble(f"{total} step{'s' * (total != 1)}: " if total else "no steps", *parts[:-1])

    def _formula(self, latex: str) -> str:
        return self._safe(plain(latex) if self.unicode else " ".join(latex.split()))

    def _safe(self, text: str) -> str:
        return printable(text, self.encoding)


Item = TypeVar("Item")


def _abridged(items: list[Item], dots: Item) -> list[Item]:
    """The items, the middle ones of many replaced by dots."""
    return items if len(items) <= LARGEST_MATRIX else [*items[: LARGEST_MATRIX - 2], dots, items[-1]]


def _side_by_side(blocks: Iterable[list[str]], width: int) -> Iterator[str]:
    """Blocks of lines beside each other as long as they fit, then below."""
    row: list[list[str]] = []
    used = 0
    for block in blocks:
        block_width = max(map(cell_len, block)) + 4
        if row and used + block_width > width:
            yield from _joined_blocks(row)
            row, used = [], 0
        row.append(block)
        used += block_width
    if row:
        yield from _joined_blocks(row)


def _joined_blocks(blocks: list[list[str]]) -> Iterator[str]:
    """The lines of blocks that stand beside each other."""
    widths = [max(map(cell_len, block)) for block in blocks]
    for at in range(max(map(len, blocks))):
        cells = [block[at] if at < len(block) else "" for block in blocks]
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True))
        yield "    ".join(padded).rstrip()
