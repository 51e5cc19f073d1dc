"""One document checked again and again as it is written: after each change only what it touches is decided anew."""

from collections.abc import Iterator
from typing import Protocol

from derive.certificates import Store
from derive.checking.beginning import Ground, at_other_sizes, begun, ground_of
from derive.checking.check import result_of
from derive.checking.inference import infer
from derive.checking.judging import Judging
from derive.checking.memory import Memory
from derive.checking.remembered_course import Remembered, RememberedCourse
from derive.checking.reporting import Reported, Reporting
from derive.checking.results import DocumentResult, StepResult
from derive.checking.sentences import surroundings
from derive.checking.sizes import OtherSizes, counts_by_size
from derive.documents.document import Document, Passage
from derive.notation.chains import Chain

Steps = tuple[StepResult, ...]

MOST_OF_ONE = 600
"""Of one document so much is remembered: what some hundred versions of it have needed."""


class Watch(Protocol):
    """Is told of a check while it goes on. It may raise, which gives the check up."""

    def pending(self, passage: Passage, chain: Chain) -> None:
        """A chain that must be decided anew, before it is."""

    def judged(self, steps: Steps, is_final: bool) -> None:
        """The steps of one chain, in the document's order, `is_final` if all is said of them.

        The mistake in what is refuted takes longer to find than a verdict: such chains are told again when all others
        are, and once more at the end those of whose steps the document's author expects something.
        """

    def decided(self) -> None:
        """All verdicts are told; what is told from now on explains them."""


class Rechecker:
    """Checks one document again and again as it is written. Each result is that of a check from scratch."""

    def __init__(self, store: Store, memory: Memory | None = None) -> None:
        self._store = store
        self._remembered = Remembered(Memory(MOST_OF_ONE) if memory is None else memory, is_shared=memory is not None)

    @property
    def memory(self) -> Memory:
        """What was found of claims, which other checkers may share."""
        return self._remembered.memory

    def check(self, document: Document, watch: Watch) -> DocumentResult:
        """The verdicts on a document. Raises `DocumentError` as `check_document` does, and what the watch raises."""
        return _Check(self._remembered, self._store, document, watch).result()


class _Check:
    """One check of one version of a document."""

    def __init__(self, remembered: Remembered, store: Store, document: Document, watch: Watch) -> None:
        self.remembered = remembered
        self.document = document
        self.watch = watch
        self.told: tuple[Passage, Chain] | None = None
        remembered.make_room(max(len(document.passages), remembered.asked))
        remembered.asked = 0
        self.inference = infer(document, remembered.memory)
        self.ground = remembered.same(ground_of(document, self.inference, store, remembered.memory))
        self.course = self._course(self.ground)
        other = OtherSizes(self._at_other_sizes) if counts_by_size(self.course.table, document) else None
        self.judging = Judging(document, self.inference, surroundings(document.passages), self.course, other)
        self.reporting = Reporting(document, self.inference, self.course.table.words, remembered.memory)

    def _at_other_sizes(self) -> RememberedCourse:
        return self._course(self.remembered.same(at_other_sizes(self.document, self.inference, self.ground)))

    def _course(self, ground: Ground) -> RememberedCourse:
        return RememberedCourse(self.remembered, ground, begun(self.document, ground), self._tell_pending)

    def _tell_pending(self) -> None:
        """Tell of the chain that is judged, once, however much of it is new."""
        now = self.judging.now
        if now is not None and now is not self.told:
            self.told = now
            self.watch.pending(*now)

    def result(self) -> DocumentResult:
        """The verdicts on the document, told to the watch on the way."""
        chains = list(self._verdicts())
        self.watch.decided()
        found = [steps if steps is not None else self._explained(reported) for reported, steps in chains]
        steps = [step for of_chain in found for step in of_chain]
        result = result_of(self.document, self.inference, self.course.table, steps, self.reporting.questions)
        if self.document.setting.expect:
            self._tell_expected(found, result)
        return result

    def _verdicts(self) -> Iterator[tuple[Reported, Steps | None]]:
        """The steps of every chain that has any; null where they are still to be explained."""
        waits = False
        for number in range(len(self.document.passages)):
            for judged in self.judging.chains(number):
                reported = self.reporting.heard(judged)
                if not reported.found:
                    continue
                steps = None if waits and reported.has_refuted else self.reporting.known(reported)
                waits = waits or steps is None
                if steps is None:
                    self.watch.judged(self.reporting.unexplained(reported), False)
                else:
                    self.watch.judged(steps, True)
                yield reported, steps

    def _explained(self, reported: Reported) -> Steps:
        steps = self.reporting.steps(reported)
        self.watch.judged(steps, True)
        return steps

    def _tell_expected(self, found: list[Steps], result: DocumentResult) -> None:
        """Tell those chains again of which something is expected."""
        at = 0
        for steps in found:
            expected = result.steps[at : at + len(steps)]
            at += len(steps)
            if expected != steps:
                self.watch.judged(expected, True)
