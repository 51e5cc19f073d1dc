"""A class, marked: each submission once, whatever happens to the others, or to this program.

What was marked is recorded at once, one submission after the other; a run that begins again recalls it. A submission
that cannot be marked, because its worker died or went past a limit, is for a person: under review, with the reason.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import closing
from dataclasses import replace
from typing import Protocol

from derive.grading.entries import Job
from derive.grading.marker import Failure
from derive.grading.results import Marked, PartResult
from derive.grading.workers import Answer, Workers
from derive.records import dataclass

SECONDS_BETWEEN_LOOKS = 0.2
TIMES = 2
"""How often a submission is tried whose failure may be the fault of what its process had marked before."""

Progress = Callable[[int, int], None]


class Memory(Protocol):
    """What was marked before."""

    def recall(self, job: Job) -> Marked | None:
        """The marks of the very same submission for the very same exercise; null where there are none."""

    def record(self, job: Job, marked: Marked, *, by_limits: bool) -> None:
        """Keep marks. Those that fell to the limits hold only as long as these do."""


@dataclass(frozen=True)
class Run:
    """The marks by the submissions' names, and how many of them were recalled, not marked."""

    marked: Mapping[str, Marked]
    recalled: int


def mark_class(
    jobs: Sequence[Job],
    blank: Sequence[PartResult],
    memory: Memory,
    make_workers: Callable[[int], Workers],
    progress: Progress | None = None,
) -> Run:
    """The marks of all submissions.

    `blank` are the parts of the exercise without marks; `make_workers` makes the workers for a number of submissions.
    """
    found = {job.name: marked for job in jobs if (marked := memory.recall(job)) is not None}
    recalled = len(found)
    waiting = [job for job in jobs if job.name not in found]
    if progress is not None:
        progress(recalled, len(jobs))
    if waiting:
        with closing(make_workers(len(waiting))) as workers:
            for job, outcome in _outcomes(waiting, workers):
                marked, by_limits = _marks(job, outcome, blank)
                memory.record(job, marked, by_limits=by_limits)
                found[job.name] = marked
                if progress is not None:
                    progress(len(found), len(jobs))
    return Run({job.name: found[job.name] for job in jobs}, recalled)


def _outcomes(jobs: Sequence[Job], workers: Workers) -> Iterator[tuple[Job, Marked | Failure]]:
    """What becomes of each submission, in the order in which that is known."""
    waiting = deque((job, 1) for job in jobs)
    running: dict[Answer, tuple[Job, int]] = {}
    while waiting or running:
        while waiting and workers.room() > 0:
            job, time = waiting.popleft()
            running[workers.start(job)] = job, time
        done, _ = wait(running, timeout=SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED)
        for answer in done:
            job, time = running.pop(answer)
            outcome = workers.outcome(answer)
            if isinstance(outcome, Failure) and outcome.may_be_anothers and time < TIMES:
                waiting.appendleft((job, time + 1))
            else:
                yield job, outcome
        workers.expire()


def _marks(job: Job, outcome: Marked | Failure, blank: Sequence[PartResult]) -> tuple[Marked, bool]:
    """The marks that stand for an outcome, and whether they fell to the limits."""
    if isinstance(outcome, Failure):
        return for_review(job, outcome.problem, blank), outcome.by_limits
    return outcome, False


def for_review(job: Job, problem: str, blank: Sequence[PartResult]) -> Marked:
    """The marks of a submission that only a person can mark."""
    parts = tuple(replace(part, status="review", message="A person has to look at this.") for part in blank)
    return Marked(job.name, job.exercise, parts, problem=problem)
