"""What is said of a refuted step beside its counterexample: from which slip it follows, or which mistake was made.

The catalogue of mistakes is loaded when the first step is refuted: most documents have none.
"""

from collections.abc import Sequence
from dataclasses import field, replace

from derive.checking.claims import Claimed, Judgement
from derive.checking.expectations import expects_refutation
from derive.checking.following import SECONDS, Slips
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


@dataclass
class Explainer:
    """Explains the refuted steps of one document, which it is shown in their order.

    What was found after the very same steps in another document is taken over. `waiting` are the steps whose slips were
    not noted yet, since nothing had to be looked for.
    """

    session: Session
    expectations: Sequence[Expectation] = ()
    slips: Slips = field(default_factory=Slips)
    names: dict[Place, str] = field(default_factory=dict)
    history: tuple[int, ...] = ()
    waiting: list[tuple[Judgement, Place]] = field(default_factory=list)
    unexplained: int = 0

    def explained(self, judgement: Judgement, place: Place, tag: str | None, label: str | None = None) -> Judgement:
        """The judgement on the step at a place (equation, step), explained where it is refuted.

        A step that follows from a slip has no mistake of its own. What the document's author expects to be refuted
        needs no explanation.
        """
        self.names[place] = _name(place, tag)
        if judgement.claimed is None:
            return judgement
        self.waiting.append((judgement, place))
        self._write_down(judgement, judgement.claimed, place)
        is_known = expects_refutation(self.expectations, (tag, label), *place)
        if judgement.verdict != "refuted" or is_known:
            return judgement
        source, diagnosis = self._explanation(judgement, judgement.claimed, place)
        if source is not None:
            message = f"This follows correctly from the slip in {self.names[source]}. {judgement.message}"
            return replace(judgement, message=message, follows_from=source)
        self.unexplained += not diagnosis
        return replace(judgement, diagnosis=diagnosis)

    def _explanation(self, judgement: Judgement, claimed: Claimed, place: Place) -> Explanation:
        """What explains a refuted step. Where time may have run out it is not kept for other documents."""
        memory, key = self.session.memory, ("explained", self.history)
        known: Explanation | None = None if memory is None else memory.recall(key)
        if known is not None:
            return known
        began = clock()
        source = self._source(judgement, place)
        is_open = source is None and self.unexplained < MOST_UNEXPLAINED
        found: Explanation = (source, self._mistakes(claimed) if is_open else ())
        if memory is not None and (any(found) or clock() - began < SECONDS):
            memory.keep(key, found)
        return found

    def _source(self, judgement: Judgement, place: Place) -> Place | None:
        for earlier, where in self.waiting[:-1]:
            self.slips.note(self.session, earlier, where)
        self.waiting.clear()
        source = self.slips.followed(self.session, judgement, place, Deadline(SECONDS))
        self.slips.note(self.session, judgement, place)
        return source

    def _mistakes(self, claimed: Claimed) -> tuple[Diagnosis, ...]:
        """The mistakes in a claim, or in the formula of the name that all of its right side is."""
        from derive.checking.diagnosing import diagnosed  # noqa: PLC0415

        found = diagnosed(self.session, claimed)
        definition = None if found else self.slips.definition_of(claimed.right)
        return found if definition is None else diagnosed(self.session, replace(claimed, right=definition.right))

    def _write_down(self, judgement: Judgement, claimed: Claimed, place: Place) -> None:
        """Adds a step to the history by which another document is known to say the same."""
        memory = self.session.memory
        if memory is not None:
            sides = (claimed.left.content, claimed.right.content, tuple(one.key for one in claimed.restrictions))
            bound = tuple(claimed.formal.items()), tuple(claimed.numbers.items())
            said = memory.number((sides, bound, judgement.verdict, place, self.session.state()))
            self.history = (*self.history, said)


def _name(place: tuple[int, int], tag: str | None) -> str:
    """How people call a step: its equation, and which step of it where that is not the first."""
    equation = f"({tag})" if tag else f"equation {place[0]}"
    return equation if place[1] == 1 else f"step {place[1]} of {equation}"
