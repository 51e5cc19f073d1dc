"""A `CodeResult` as lines of text for a person, each piece with the style in which a terminal shows it.

What came from a student's code is shown as it is: control characters are spelled out.
"""

from collections.abc import Iterator, Mapping

from derive.implementations.results import CodeResult, Difference, Finding, ResultVerdict, Shown, Verdict
from derive.writing.cells import Line, is_unicode, printable, text_of, width_of, wrapped
from derive.writing.plain import plain

# verdict: mark, its ASCII form, style, how a summary counts it
LOOKS: Mapping[Verdict, tuple[str, str, str, str]] = {
    "right": ("✓", "+", "green", "right"),
    "convention": ("≈", "~", "cyan", "right up to a convention"),
    "wrong": ("✗", "x", "bold red", "wrong"),
    "missing": ("✗", "x", "bold red", "missing"),
    "error": ("!", "!", "bold magenta", "not returned"),
}
FAULT, REMARK = ("✗", "x", "bold red"), ("·", ".", "dim")
ARROW, ASCII_ARROW = "→", "->"
LONGEST_VALUE = 400
MARGIN = "      "


def to_text(result: CodeResult, width: int, encoding: str) -> str:
    """The result as text without styles, the line's end of its last line included."""
    return "".join(f"{text_of(line)}\n" for line in code_lines(result, width, encoding))


def code_lines(result: CodeResult, width: int, encoding: str) -> Iterator[Line]:
    """The result for a width and an encoding: a heading, every result, every finding, the example, the sum of it."""
    yield from _Writer(width, encoding).all_of(result)


class _Writer:
    """Arranges a result for one encoding and width."""

    def __init__(self, width: int, encoding: str) -> None:
        self.unicode = is_unicode(encoding)
        self.encoding = encoding if self.unicode else "ascii"
        self.width = width

    def all_of(self, result: CodeResult) -> Iterator[Line]:
        yield from self._heading(result)
        if result.problem is not None:
            yield []
            yield from self._hanging([("  ! ", LOOKS["error"][2])], [(self._safe(result.problem), "")])
        if result.results:
            yield []
        for before, verdict in zip([None, *result.results], result.results, strict=False):
            yield from self._verdict(verdict, is_said=before is not None and _says_the_same(before, verdict))
        if result.findings:
            yield []
        for finding in result.findings:
            yield from self._finding(finding)
        if any(verdict.differences for verdict in result.results):
            yield from self._example(result)
        yield []
        yield from self._hanging([], self._summary(result))

    def _heading(self, result: CodeResult) -> Iterator[Line]:
        yield [(self._safe(result.submission), "bold"), (f"  {self._safe(result.called)}", "")]
        yield [(f"against the exercise {self._safe(result.exercise)}", "dim")]
        if result.sizes:
            sizes = ", ".join(f"{self._formula(name)} = {size}" for name, size in result.sizes.items())
            yield from self._hanging([], [(f"called at {sizes}", "dim")])

    # ── results ──

    def _verdict(self, verdict: ResultVerdict, *, is_said: bool) -> Iterator[Line]:
        """The result and its formula with a mark, then what there is to say about it, unless that was just said."""
        style = "dim" if verdict.follows_from and not verdict.diagnosis else LOOKS[verdict.verdict][2]
        head = f"{self._safe(verdict.label)}  {self._formula(verdict.latex)}"
        yield from self._hanging([(f"  {self._mark(LOOKS[verdict.verdict])} ", style)], [(head, "")])
        if verdict.verdict != "right" and not is_said:
            names = f" ({', '.join(verdict.conventions)})" if verdict.conventions else ""
            yield from self._remark(f"{verdict.verdict}{names}: ", style, verdict.message)
        if verdict.differences:
            yield from self._remark("", "", self._differences(verdict))
        for found in verdict.diagnosis:
            body: Line = [(self._safe(found.message), ""), (f"  [{self._safe(found.code)}]", "dim")]
            yield from self._hanging([(f"{MARGIN}{ARROW if self.unicode else ASCII_ARROW} ", "")], body)
        if verdict.follows_from:
            also = "and " if verdict.diagnosis else ""
            yield from self._remark(f"{also}by the mistake that is named at {self._safe(verdict.follows_from)}", "dim")

    def _differences(self, verdict: ResultVerdict) -> str:
        """`for example entry [0, 1] is 2, and 3 is right`."""
        several = [_difference(one) for one in verdict.differences]
        more = "" if verdict.differing <= len(several) else f"; {verdict.differing - len(several)} more"
        return f"at the example {'; '.join(several)}{more}"

    # ── findings ──

    def _finding(self, finding: Finding) -> Iterator[Line]:
        looks = FAULT if finding.is_fault else REMARK
        where = f"line {finding.where}: " if finding.cell is None and finding.where else ""
        where = f"{finding.where}: " if finding.cell is not None else where
        body: Line = [(where, "dim"), (self._safe(finding.message), ""), (f"  [{finding.code}]", "dim")]
        yield from self._hanging([(f"  {self._mark(looks)} ", looks[2])], body)
        if finding.text:
            yield from self._hanging([(f"{MARGIN}  ", "")], [(self._safe(finding.text), "dim")])

    # ── the example ──

    def _example(self, result: CodeResult) -> Iterator[Line]:
        yield []
        yield [("the example:", "dim")]
        for name, value in (result.example or {}).items():
            head: Line = [(f"{MARGIN}{self._safe(name)} = ", "")]
            yield from self._hanging(head, [(self._safe(python_of(value)), "")])

    # ── text ──

    def _summary(self, result: CodeResult) -> Line:
        """How many results got each verdict, how many faults and remarks there are."""
        parts: Line = []
        for verdict, (_, _, style, counted) in LOOKS.items():
            if number := sum(one.verdict == verdict for one in result.results):
                parts += [(f"{number} {counted}", style), (", ", "")]
        for number, word, style in (
            (len(result.faults), "fault", FAULT[2]),
            (len(result.remarks), "remark", "dim"),
        ):
            if number:
                parts += [(f"{number} {word}{'s' * (number != 1)}", style), (", ", "")]
        total = len(result.results)
        if not total:
            return [("not run", LOOKS["error"][2])]
        return [(f"{total} result{'s' * (total != 1)}: ", ""), *parts[:-1]]

    def _mark(self, looks: tuple[str, ...]) -> str:
        return looks[0] if self.unicode else looks[1]

    def _remark(self, text: str, style: str, rest: str = "") -> Iterator[Line]:
        return self._hanging([(MARGIN, "")], [(text, style), (self._safe(rest), "")])

    def _hanging(self, head: Line, body: Line) -> Iterator[Line]:
        """A body that wraps beside its head, not below it."""
        indent = width_of(text_of(head))
        for at, line in enumerate(wrapped(body, max(20, self.width - indent))):
            beside: Line = [(" " * indent, "")] if at else head
            yield [*beside, *line] if line else []

    def _formula(self, latex: str) -> str:
        return self._safe(plain(latex) if self.unicode else " ".join(latex.split()))

    def _safe(self, text: str) -> str:
        return printable(text, self.encoding)


def _says_the_same(before: ResultVerdict, verdict: ResultVerdict) -> bool:
    """Whether one error ended the call, and was told with the result before."""
    return verdict.verdict == before.verdict == "error" and verdict.message == before.message


def _difference(one: Difference) -> str:
    entry = f"entry [{', '.join(map(str, one.entry))}]" if one.entry else "it"
    found, expected = told_apart(one.found, one.expected)
    return f"{entry} is {found} and should be {expected}"


def told_apart(found: float, expected: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ, at least 6."""
    for digits in range(6, 18):
        texts = f"{found:.{digits}g}", f"{expected:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def python_of(value: Shown) -> str:
    """A value as it can be pasted into Python."""
    if isinstance(value, str):
        return value
    rows = [f"[{', '.join(row)}]" if isinstance(row, list) else row for row in value]
    text = f"[{', '.join(rows)}]"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
