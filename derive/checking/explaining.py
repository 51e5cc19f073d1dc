"""What is said of a refuted step beside its counterexample: from which slip it follows, or which mistake was made."""

from dataclasses import dataclass, field, replace

from derive.checking.claims import Judgement
from derive.checking.diagnosing import diagnosed
from derive.checking.following import SECONDS, Slips
from derive.checking.session import Session
from derive.deciding.limits import Deadline

MOST_UNEXPLAINED = 10
"""After so many refuted steps that no mistake explains, none is looked for: the document is of another kind."""


@dataclass
class Explainer:
    """Explains the refuted steps of one document, which it is shown in their order."""

    session: Session
    slips: Slips = field(default_factory=Slips)
    names: dict[tuple[int, int], str] = field(default_factory=dict)
    unexplained: int = 0

    def explained(self, judgement: Judgement, place: tuple[int, int], tag: str | None = None) -> Judgement:
        """The judgement on the step at a place (equation, step), explained where it is refuted.

        A step that follows from a slip has no mistake of its own.
        """
        self.names[place] = _name(place, tag)
        source = self.slips.followed(self.session, judgement, place, Deadline(SECONDS))
        self.slips.note(self.session, judgement, place)
        if source is not None:
            message = f"This follows correctly from the slip in {self.names[source]}. {judgement.message}"
            return replace(judgement, message=message, follows_from=source)
        if judgement.verdict != "refuted" or judgement.claimed is None or self.unexplained >= MOST_UNEXPLAINED:
            return judgement
        diagnosis = diagnosed(self.session, judgement.claimed)
        self.unexplained += not diagnosis
        return replace(judgement, diagnosis=diagnosis)


def _name(place: tuple[int, int], tag: str | None) -> str:
    """How people call a step: its equation, and which step of it where that is not the first."""
    equation = f"({tag})" if tag else f"equation {place[0]}"
    return equation if place[1] == 1 else f"step {place[1]} of {equation}"
