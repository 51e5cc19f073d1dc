"""A check as it happens: a stream of equations, each as soon as it is decided, and what surrounds it.

What stands in an event is described with the route that sends it, in `application`.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from derive.checking.check import check_document
from derive.checking.placing import waiting
from derive.checking.results import VERDICTS, StepResult, Verdict, WaitingStep
from derive.documents.document import Document, Passage
from derive.documents.notebook import text_of_notebook
from derive.documents.reading import check_text, read_sources
from derive.notation.chains import Chain
from derive.source import Source
from derive.web.desk import Desk
from derive.web.drawn import Drawn
from derive.web.places import Units
from derive.web.setting_rows import setting_rows
from derive.writing.equations import View, at_once, waiting_html
from derive.writing.html import to_html
from derive.writing.pages import pieces
from derive.writing.plain import plain
from derive.writing.sections import Outline, outline_of, section_html

Content = Mapping[str, Any]
Tell = Callable[[Mapping[str, Any]], None]


def check(content: Content, desk: Desk, tell: Tell) -> None:
    """Check a document again: `page`, `name`, `text`; `shows_fixes` says whether mistakes are also repaired."""
    began = time.perf_counter()
    document = document_of(content)
    watch = Teller(document, View(shows_fixes=content["shows_fixes"]), tell, drawn_before(content, desk))
    result = desk.checker(content["page"]).check(document, watch)
    took = time.perf_counter() - began
    done = {"event": "done", "summary": result.summary(), "equations": watch.number}
    tell({**done, "milliseconds": round(took * 1e3), "setting": setting_rows(document, result)})


def tell_headings(document: Document, tell: Tell) -> Outline:
    """Tell the headings of a document, which stand between its equations."""
    outline = outline_of(document.headings)
    told = [{"line": section.heading.line, "html": section_html(section)} for section in outline.sections]
    tell({"event": "headings", "headings": told})
    return outline


def drawn_before(content: Content, desk: Desk) -> Drawn:
    """What was drawn for a page, ready for its text; with `again` in the content the work on it is taken up again."""
    drawn = desk.drawn(content["page"])
    drawn.begin(content["text"], content.get("held", ()), again=bool(content.get("again")))
    return drawn


def report(content: Content, desk: Desk, tell: Tell) -> None:
    """The whole page that `derive check --html` writes; the repairs of mistakes only where it `shows_fixes`."""
    result = check_document(document_of(content), store=desk.store)
    tell({"event": "report", "html": to_html([result], shows_fixes=content["shows_fixes"])})


def open_file(content: Content, _desk: Desk, tell: Tell) -> None:
    """A file as it is to be edited: a notebook as the Markdown of its cells."""
    source = source_of(content)
    if not source.name.lower().endswith(".ipynb"):
        check_text(source)
        tell({"event": "opened", "name": source.name, "text": source.text})
        return
    tell({"event": "opened", "name": f"{source.name[:-6]}.md", "text": text_of_notebook(source)})


def source_of(content: Content) -> Source:
    """The text with its lines ended by `\\n` alone, under its name."""
    return Source(content["name"], content["text"].replace("\r\n", "\n").replace("\r", "\n"))


def document_of(content: Content) -> Document:
    """The document of a request. Raises `DocumentError`."""
    return read_sources(source_of(content))


class Teller:
    """Tells the headings of a document, then its equations as they are decided; `number` counts these."""

    def __init__(self, document: Document, view: View, tell: Tell, drawn: Drawn) -> None:
        self._view, self._tell, self._drawn = view, tell, drawn
        self._outline = tell_headings(document, tell)
        self._units = Units(document.source.text)
        self._verdicts: dict[int, list[Verdict]] = {}
        self.number = 0

    def pending(self, passage: Passage, chain: Chain) -> None:
        """Show an equation before it is decided; one in a line of text may have no step."""
        if passage.kind == "display":
            steps = waiting(passage, chain, self.number + 1)
            html = waiting_html(steps, self._view_of(steps))
            self._tell({"event": "pending", "number": self.number + 1, "line": steps[0].line, "html": html})

    def judged(self, steps: Sequence[StepResult], is_final: bool) -> None:
        """Show an equation with its verdicts."""
        if not steps:
            return
        number = steps[0].equation
        self.number = max(self.number, number)  # what is explained late is told again, after the others
        self._verdicts[number] = [step.verdict for step in steps]
        if not self._drawn.tells_new(steps, is_final):
            return
        picture = self._drawn.picture(steps, self._view_of(steps))
        self._tell(
            {
                "event": "equation",
                "number": number,
                "line": steps[0].line,
                "key": picture.key,
                "html": picture.html,
                "final": is_final,
                "steps": [self._step(step) for step in steps],
            }
        )

    def decided(self) -> None:
        """Say that all verdicts are told: explanations may wait for the verdicts of others."""
        counted = Counter(verdict for verdicts in self._verdicts.values() for verdict in verdicts)
        summary = {verdict: counted[verdict] for verdict in VERDICTS}
        self._tell({"event": "verdicts", "summary": summary, "equations": self.number})

    def _view_of(self, steps: Sequence[StepResult | WaitingStep]) -> View:
        return replace(self._view, level=self._outline.level_of(steps[0]))

    def _step(self, step: StepResult) -> Mapping[str, Any]:
        start, end = (None, None) if step.span is None else map(self._units.offset, step.span)
        return {"step": step.step, "verdict": step.verdict, "message": in_one_line(step), "start": start, "end": end}


def in_one_line(step: StepResult) -> str:
    """What is said of a step before its reason is opened, as plain text: the same as beside its equation."""
    said = pieces(at_once(step) or step.message)
    return "".join(plain(piece) if is_formula else piece for piece, is_formula in said)
