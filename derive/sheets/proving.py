"""Every line of a sheet held against the checker, as it will be read: what is not proved is not printed."""

from collections.abc import Sequence
from dataclasses import replace

from derive.certificates import Store
from derive.checking.check import check_document
from derive.checking.results import StepResult
from derive.documents.document import Document, Setting
from derive.documents.markdown import read_markdown
from derive.records import dataclass
from derive.source import Source

ROUNDS = 6
"""A display loses one of its members in each round, until what is left of it is proved."""


@dataclass(frozen=True)
class Claim:
    """A display that is to be proved: a quantity, and spellings for each thing that it is equal to, the best first.

    Steps of it may hold under some conventions, if it names them.
    """

    lhs: str
    members: tuple[tuple[str, ...], ...]
    conventions: frozenset[str] = frozenset()
    relation: str = "="


@dataclass(frozen=True)
class Shown:
    """What is left of a claim: the number of each member that is proved, its spelling, and what was found of it."""

    kept: tuple[tuple[int, str], ...]
    steps: tuple[StepResult, ...]

    @property
    def holds_for_all_dimensions(self) -> bool:
        """Whether every step of it is proved for all dimensions."""
        return bool(self.steps) and all(step.holds_for_all_dimensions for step in self.steps)


@dataclass
class _Open:
    """A display on its way: the members that are left, each with its spellings that are left."""

    lhs: str
    relation: str
    members: list[tuple[int, tuple[str, ...]]]
    conventions: frozenset[str]
    steps: tuple[StepResult, ...] = ()

    @property
    def text(self) -> str:
        members = " = ".join(spellings[0] for _, spellings in self.members)
        return f"{self.lhs} {self.relation} {members}"

    def judged(self, steps: Sequence[StepResult]) -> bool:
        """Whether all of it is proved; if not, the first member that is not takes its next spelling, or goes."""
        self.steps = tuple(steps)
        wrong = next((at for at, step in enumerate(steps) if not self._holds(step)), None)
        if wrong is None and len(steps) == len(self.members):
            return True
        at = min(wrong if wrong is not None else 0, len(self.members) - 1)
        number, spellings = self.members[at]
        self.members[at : at + 1] = [(number, spellings[1:])] if len(spellings) > 1 else []
        return not self.members

    def _holds(self, step: StepResult) -> bool:
        if step.verdict == "convention":
            return self.conventions.issuperset(step.conventions)
        return step.verdict in ("proved", "definition")


def proved(claims: Sequence[Claim], setting: Setting, store: Store, name: str) -> list[Shown]:
    """What of each claim is proved, under a setting. Raises `DocumentError` where the setting cannot be used."""
    displays = [_Open(claim.lhs, claim.relation, list(enumerate(claim.members)), claim.conventions) for claim in claims]
    waiting = list(displays)
    for _ in range(ROUNDS):
        waiting = [display for display in waiting if display.members]
        if not waiting:
            break
        found = _checked([display.text for display in displays if display.members], setting, store, name)
        all_open = [display for display in displays if display.members]
        waiting = [display for display, steps in zip(all_open, found, strict=True) if not display.judged(steps)]
    for display in waiting:
        display.members.clear()
    return [
        Shown(tuple((number, spellings[0]) for number, spellings in display.members), display.steps)
        for display in displays
    ]


def all_proved(texts: Sequence[str], setting: Setting, store: Store, name: str) -> list[bool]:
    """Whether every step of each display is proved or a definition, in the order of the document that they make."""
    found = _checked([" ".join(text.split()) for text in texts], setting, store, name)
    return [all(step.verdict in ("proved", "definition") for step in steps) for steps in found]


def _checked(texts: Sequence[str], setting: Setting, store: Store, name: str) -> list[list[StepResult]]:
    """The steps of each display, in their order."""
    source = Source(name, "\n".join(f"$${text}$$\n" for text in texts))
    contents = read_markdown(source)
    plain = replace(setting, aside={}, expect=())
    result = check_document(Document(source, plain, contents.passages), store=store)
    steps: list[list[StepResult]] = [[] for _ in texts]
    for step in result.steps:
        steps[(step.line - 1) // 2].append(step)
    return steps
