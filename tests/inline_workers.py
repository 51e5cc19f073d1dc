"""Workers without processes, and what they mark by word: for tests of what stands around them."""

from concurrent.futures import Future

from marking_by_word import BLANK, mark_by_word

from derive.commands.class_run import Subject
from derive.grading.entries import Job
from derive.grading.marker import Failure, Limits, Marker, mark_within
from derive.grading.results import Marked

BY_WORD = Subject(mark_by_word, BLANK, "Two parts")


class InlineWorkers:
    """Workers without processes, for tests of what stands around them: quick, and as fragile as what they mark."""

    def __init__(self, marker: Marker, limits: Limits, *_: object) -> None:
        self._marker, self._limits = marker, limits

    def room(self) -> int:
        return 1

    def start(self, job: Job) -> Future:
        answer: Future = Future()
        answer.set_result(mark_within(self._marker, job, self._limits))
        return answer

    def expire(self) -> None:
        """Nothing runs."""

    def outcome(self, answer: Future) -> Marked | Failure:
        return answer.result()

    def close(self) -> None:
        """Nothing is open."""
