"""One document checked again and again as it is written."""

from typing import Protocol

from derive.certificates import Store
from derive.checking.check import check_document
from derive.checking.memory import Memory
from derive.checking.observing import Observed
from derive.checking.results import DocumentResult, StepResult
from derive.documents.document import Document, Passage
from derive.notation.chains import Chain


class Watch(Protocol):
    """Is told of a check while it goes on, in the document's order. It may raise, which gives the check up."""

    def pending(self, passage: Passage, chain: Chain) -> None:
        """A chain that must be decided anew, before it is."""

    def judged(self, steps: tuple[StepResult, ...], is_final: bool) -> None:
        """The steps of one chain; told twice where the mistake in a refuted one is still looked for at first."""


class Rechecker:
    """Checks one document again and again as it is written. Each result is that of a check from scratch."""

    def __init__(self, store: Store, memory: Memory | None = None) -> None:
        self.store = store
        self.memory = Memory() if memory is None else memory

    def check(self, document: Document, watch: Watch) -> DocumentResult:
        """The verdicts on a document. Raises `DocumentError` as `check_document` does, and what the watch raises."""

        def tell(observed: Observed) -> None:
            if observed.steps:
                watch.judged(observed.steps, True)

        return check_document(document, store=self.store, memory=self.memory, observer=tell)
