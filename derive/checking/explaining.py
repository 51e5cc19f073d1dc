"""What is said of a refuted step beside its counterexample: which mistake was made in it.

The catalogue of mistakes is loaded when the first step is refuted: most documents have none.
"""

from dataclasses import replace

from derive.checking.claims import Judgement
from derive.checking.session import Session
from derive.records import dataclass


@dataclass
class Explainer:
    """Explains the refuted steps of one document, which it is shown in their order."""

    session: Session

    def explained(self, judgement: Judgement, place: tuple[int, int]) -> Judgement:
        """The judgement on the step at a place (equation, step), explained where it is refuted."""
        if judgement.verdict != "refuted" or judgement.claimed is None:
            return judgement
        from derive.checking.diagnosing import diagnosed  # noqa: PLC0415

        return replace(judgement, diagnosis=diagnosed(self.session, judgement.claimed))
