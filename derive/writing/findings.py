"""What somebody should look at, one finding a step or a document, for the formats that list nothing else.

| rule | level | is found where |
| --- | --- | --- |
| `refuted`, `unreadable` | error | a step has that verdict |
| `unexpected` | error | a step has another verdict than its author expects |
| `unknown` | note | a step has that verdict |
| `question` | note | the document leaves out what a name is |
| `document` | error | a document or its setting can not be used |
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from derive.checking.results import Concern, DocumentResult, StepResult
from derive.errors import DocumentError
from derive.records import dataclass
from derive.writing.plain import plain

Outcome = DocumentResult | DocumentError
"""What became of one document."""

Rule = Literal[Concern, "question", "document"]
Level = Literal["error", "note"]

LEVELS: Mapping[Rule, Level] = {
    "refuted": "error",
    "unreadable": "error",
    "unexpected": "error",
    "unknown": "note",
    "question": "note",
    "document": "error",
}


@dataclass(frozen=True)
class Finding:
    """One line of a list: where it is, under which rule, what to say of it. What has no place concerns the document."""

    rule: Rule
    document: str
    place: tuple[int, int] | None
    title: str
    message: str
    step: StepResult | None = None

    @property
    def level(self) -> Level:
        """How much it matters."""
        return LEVELS[self.rule]


def findings(outcomes: Iterable[Outcome]) -> Iterator[Finding]:
    """The findings of some documents, in their order."""
    for outcome in outcomes:
        if isinstance(outcome, DocumentError):
            place = None if outcome.place is None else (outcome.place.line, outcome.place.column)
            yield Finding("document", outcome.name, place, "derive", outcome.problem)
        else:
            for step, name in zip(outcome.steps, step_names(outcome), strict=True):
                if step.concern is not None:
                    yield _of_step(outcome.document, step, name, step.concern)
            for asked in outcome.questions:
                yield Finding("question", outcome.document, (asked.line, asked.column), "question", asked.message)


def _of_step(document: str, step: StepResult, name: str, concern: Concern) -> Finding:
    said = [text for text in (step.surprise, step.message) if text]
    message = "\n".join([" ".join(said), relation(step)])
    if step.cell is not None:  # the lines of a notebook's file are not those of its cells
        return Finding(concern, document, None, f"{concern} ({name})", f"{step.where}: {message}", step)
    return Finding(concern, document, (step.line, step.column), f"{concern} ({name})", message, step)


def relation(step: StepResult) -> str:
    """Both sides of a step as plain text."""
    return f"{plain(step.lhs)} {plain(step.relation)} {plain(step.rhs)}"


def step_names(result: DocumentResult) -> list[str]:
    """The steps' names, no two alike: `21`, or `21/2` where several have that name, and `#7` without a name.

    By these names `expect` in a setting knows them, too.

    >>> steps = [StepResult(tag, at, 1, 1, 1, "a", "=", "b", "proved", "") for at, tag in enumerate("xyx", 1)]
    >>> step_names(DocumentResult("a.md", None, {}, tuple(steps)))
    ['x/1', 'y', 'x/2']
    """
    names = [step.tag if step.tag is not None else f"#{step.equation}" for step in result.steps]
    totals, seen = Counter(names), Counter[str]()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(name if totals[name] == 1 else f"{name}/{seen[name]}")
    return numbered
