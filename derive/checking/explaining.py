"""What is said of a refuted step beside its counterexample: from which slip it follows, or which mistake was made.

The catalogue of mistakes is loaded when the first step is refuted: most documents have none.
"""

from collections.abc import Hashable, Sequence
from dataclasses import field, replace

from derive.checking.claims import Claimed, Judgement
from derive.checking.course import Standing
from derive.checking.expectations import expects_refutation
from derive.checking.following import SECONDS, Slips
from derive.checking.memory import Memory
from derive.checking.results import Diagnosis
from derive.checking.session import Session
from derive.deciding.limits import Deadline, clock
from derive.documents.document import Expectation
from derive.records import dataclass

Place = tuple[int, int]
Explanation = tuple[Place | None, tuple[Diagnosis, ...]]
"""The step from which a step follows, and the mistakes that were made in it."""

MOST_UNEXPLAINED = 10
"""After so many refuted steps that no mistake explains, none is looked for: the document is of another kind."""


@dataclass(frozen=True)
class Refuted:
    """A refuted step that is to be explained: its number among the steps that were heard, and where it stands.

    By its `history` another document is known to have said the same up to it.
    """

    number: int
    judgement: Judgement
    claimed: Claimed
    place: Place
    standing: Standing
    history: Hashable


@dataclass
class Explainer:
    """Explains the refuted steps of one document, all steps of which it hears in their order.

    What was found after the very same steps in another document is taken over. The slips of the first `noted` of the
    `steps` are noted: not before something has to be looked for among them.
    """

    memory: Memory | None = None
    expectations: Sequence[Expectation] = ()
    names: dict[Place, str] = field(default_factory=dict)
    history: tuple[int, ...] = ()
    steps: list[tuple[Judgement, Place]] = field(default_factory=list)
    slips: Slips = field(default_factory=Slips)
    noted: int = 0
    unexplained: int = 0

    def heard(
        self, judgement: Judgement, place: Place, names: tuple[str | None, str | None], standing: Standing
    ) -> Refuted | None:
        """The step at a place (equation, step), if it is to be explained; `names` are its equation's tag and label.

        What the document's author expects to be refuted needs no explanation.
        """
        self.names[place] = _name(place, names[0])
        if judgement.claimed is None:
            return None
        self.steps.append((judgement, place))
        self._write_down(judgement, judgement.claimed, place, standing)
        if judgement.verdict != "refuted" or expects_refutation(self.expectations, names, *place):
            return None
        history = ("explained", self.history)
        return Refuted(len(self.steps), judgement, judgement.claimed, place, standing, history)

    def is_known(self, refuted: Refuted) -> bool:
        """Whether nothing has to be looked for to explain a step."""
        return self.memory is not None and self.memory.recall(refuted.history) is not None

    def explained(self, refuted: Refuted) -> Judgement:
        """The judgement on a refuted step, with what explains it; those before it are explained already.

        A step that follows from a slip has no mistake of its own.
        """
        source, diagnosis = self._explanation(refuted)
        self.noted = refuted.number
        if source is not None:
            message = f"This follows correctly from the slip in {self.names[source]}. {refuted.judgement.message}"
            return replace(refuted.judgement, message=message, follows_from=source)
        self.unexplained += not diagnosis
        return replace(refuted.judgement, diagnosis=diagnosis)

    def _explanation(self, refuted: Refuted) -> Explanation:
        """What explains a refuted step. Where time may have run out it is not kept for other documents."""
        known: tuple[Explanation, Slips] | None = None if self.memory is None else self.memory.recall(refuted.history)
        if known is not None:
            self.slips = known[1].copy()
            return known[0]
        began = clock()
        session = refuted.standing.session
        source = self._source(session, refuted)
        is_open = source is None and self.unexplained < MOST_UNEXPLAINED
        found: Explanation = (source, self._mistakes_remembered(refuted) if is_open else ())
        if self.memory is not None and (any(found) or clock() - began < SECONDS):
            self.memory.keep(refuted.history, (found, self.slips.copy()))
        return found

    def _source(self, session: Session, refuted: Refuted) -> Place | None:
        for earlier, where in self.steps[self.noted : refuted.number - 1]:
            self.slips.note(session, earlier, where)
        source = self.slips.followed(session, refuted.judgement, refuted.place, Deadline(SECONDS))
        self.slips.note(session, refuted.judgement, refuted.place)
        return source

    def _mistakes_remembered(self, refuted: Refuted) -> tuple[Diagnosis, ...]:
        """The mistakes in a claim; not looked for again where it was made in the same state, whatever was false before.

        Where time may have run out nothing is kept.
        """
        session, claimed = refuted.standing.session, refuted.claimed
        definition = self.slips.definition_of(claimed.right)
        if self.memory is None or definition is not None:
            return self._mistakes(session, claimed)
        what = self.memory.number_of(claimed, lambda: ("claimed", claimed.key))
        key = "mistakes", what, refuted.standing.state, session.known().key
        known: tuple[Diagnosis, ...] | None = self.memory.recall(key)
        if known is None:
            began = clock()
            known = self._mistakes(session, claimed)
            if known or clock() - began < SECONDS:
                self.memory.keep(key, known)
        return known

    def _mistakes(self, session: Session, claimed: Claimed) -> tuple[Diagnosis, ...]:
        """The mistakes in a claim, or in the formula of the name that all of its right side is."""
        from derive.checking.diagnosing import diagnosed  # noqa: PLC0415

        found = diagnosed(session, claimed)
        definition = None if found else self.slips.definition_of(claimed.right)
        return found if definition is None else diagnosed(session, replace(claimed, right=definition.right))

    def _write_down(self, judgement: Judgement, claimed: Claimed, place: Place, standing: Standing) -> None:
        """Adds a step to the history by which another document is known to say the same."""
        if self.memory is not None:
            what = self.memory.number_of(claimed, lambda: ("claimed", claimed.key))
            said = self.memory.number((what, judgement.verdict, place, standing.state))
            self.history = (*self.history, said)


def _name(place: tuple[int, int], tag: str | None) -> str:
    """How people call a step: its equation, and which step of it where that is not the first."""
    equation = f"({tag})" if tag else f"equation {place[0]}"
    return equation if place[1] == 1 else f"step {place[1]} of {equation}"
