"""What is said of a refuted step beside its counterexample: from which slip it follows, or which mistake was made.

The catalogue of mistakes is loaded when the first step is refuted: most documents have none.
"""

from collections.abc import Hashable, Sequence
from dataclasses import field, replace

from derive.checking.claims import Claimed, Judgement
from derive.checking.course import Found, Standing
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
    """A refuted step that is to be explained: its number among the steps that were heard, and where it stands."""

    number: int
    judgement: Judgement
    claimed: Claimed
    place: Place
    standing: Standing


@dataclass
class Explainer:
    """Explains the refuted steps of one document, all steps of which it hears in their order.

    What was found after the same steps in another document is taken over: `past` is a number for what was said, as far
    as it may explain what comes, and how that was explained. It and the slips are those of the first `noted` of the
    `steps`: what comes after is not noted before something has to be looked for.
    """

    memory: Memory | None = None
    expectations: Sequence[Expectation] = ()
    names: dict[Place, str] = field(default_factory=dict)
    steps: list[tuple[Judgement, Place, Hashable]] = field(default_factory=list)
    slips: Slips = field(default_factory=Slips)
    past: int = -1
    noted: int = 0
    unexplained: int = 0
    _equation: tuple[Hashable, ...] = ()
    _explained: dict[int, Judgement] = field(default_factory=dict)

    def heard(
        self, judgement: Judgement, place: Place, names: tuple[str | None, str | None], standing: Standing
    ) -> Refuted | None:
        """The step at a place (equation, step), if it is to be explained; `names` are its equation's tag and label.

        What the document's author expects to be refuted needs no explanation.
        """
        self.names[place] = _name(place, names[0])
        if judgement.claimed is None:
            return None
        self.steps.append((judgement, place, self._said(judgement, judgement.claimed, place, standing)))
        if judgement.verdict != "refuted" or expects_refutation(self.expectations, names, *place):
            return None
        return Refuted(len(self.steps), judgement, judgement.claimed, place, standing)

    def is_known(self, refuted: Refuted) -> bool:
        """Whether nothing has to be looked for to explain a step; those before it are explained already."""
        return refuted.number in self._explained or refuted.standing.knows(self._question(refuted))

    def explained(self, refuted: Refuted) -> Judgement:
        """The judgement on a refuted step, with what explains it; those before it are explained already.

        A step that follows from a slip has no mistake of its own.
        """
        if refuted.number not in self._explained:
            self._explained[refuted.number] = self._with(self._explanation(refuted), refuted.judgement)
        return self._explained[refuted.number]

    def _with(self, explanation: Explanation, judgement: Judgement) -> Judgement:
        source, diagnosis = explanation
        if source is not None:
            message = f"This follows correctly from the slip in {self.names[source]}. {judgement.message}"
            return replace(judgement, message=message, follows_from=source)
        self.unexplained += not diagnosis
        return replace(judgement, diagnosis=diagnosis)

    def _explanation(self, refuted: Refuted) -> Explanation:
        """What explains a refuted step. Where time may have run out it is looked for again in another document."""

        def look(session: Session) -> Found[tuple[Explanation, Slips]]:
            began = clock()
            source = self._source(session, refuted)
            is_open = source is None and self.unexplained < MOST_UNEXPLAINED
            found: Explanation = (source, self._mistakes(refuted) if is_open else ())
            return Found((found, self.slips.copy()), any(found) or clock() - began < SECONDS)

        question = self._question(refuted)
        is_known = refuted.standing.knows(question)
        explanation, slips = refuted.standing.found(question, look)
        if is_known:
            self.slips = slips.copy()
        self.past = self._number(question, explanation)
        self.noted = refuted.number
        return explanation

    def _source(self, session: Session, refuted: Refuted) -> Place | None:
        for earlier, where, _ in self.steps[self.noted : refuted.number - 1]:
            self.slips.note(session, earlier, where)
        source = self.slips.followed(refuted.standing, refuted.judgement, refuted.place, Deadline(SECONDS))
        self.slips.note(session, refuted.judgement, refuted.place)
        return source

    def _question(self, refuted: Refuted) -> Hashable:
        """What is asked of a refuted step; the same in another document where nothing else may explain it."""
        said = [said for _, _, said in self.steps[self.noted : refuted.number] if said is not None]
        return "explained", self.past, *said

    def _said(self, judgement: Judgement, claimed: Claimed, place: Place, standing: Standing) -> Hashable | None:
        """What a step says that may explain what comes: null for what is proved, but for the one that it began."""
        equation, *before = self._equation or (place[0],)
        before = before if equation == place[0] else []
        self._equation = place[0], *before, (self._number_of(claimed), judgement.verdict)
        is_part = judgement.verdict in ("refuted", "definition")
        return self._number(place, standing.rest, self._equation) if is_part else None

    def _number_of(self, claimed: Claimed) -> int:
        """A number for what a claim says; the same for all where nothing is remembered."""
        return self._number("claimed", claimed.key)

    def _number(self, *said: Hashable) -> int:
        return 0 if self.memory is None else self.memory.number(said)

    def _mistakes(self, refuted: Refuted) -> tuple[Diagnosis, ...]:
        """The mistakes in a claim; not looked for again where it was made before, whatever else was false."""
        claimed = refuted.claimed
        definition = self.slips.definition_of(claimed.right)

        def look(session: Session) -> Found[tuple[Diagnosis, ...]]:
            began = clock()
            found = _mistakes(session, claimed, definition)
            return Found(found, bool(found) or clock() - began < SECONDS)

        defined = None if definition is None else self._number_of(definition)
        return refuted.standing.found(("mistakes", self._number_of(claimed), defined), look)


def _mistakes(session: Session, claimed: Claimed, definition: Claimed | None) -> tuple[Diagnosis, ...]:
    """The mistakes in a claim, or in the formula of the name that all of its right side is."""
    from derive.checking.diagnosing import diagnosed  # noqa: PLC0415

    found = diagnosed(session, claimed)
    return found if found or definition is None else diagnosed(session, replace(claimed, right=definition.right))


def _name(place: tuple[int, int], tag: str | None) -> str:
    """How people call a step: its equation, and which step of it where that is not the first."""
    equation = f"({tag})" if tag else f"equation {place[0]}"
    return equation if place[1] == 1 else f"step {place[1]} of {equation}"
