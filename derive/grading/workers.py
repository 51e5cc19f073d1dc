"""The processes of this machine that mark submissions, one at a time each.

Every worker is an executor of one process. So when a process dies it is certain which submission it was at, and no
other is touched; what runs too long is ended together with its process alone.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import contextmanager
from typing import Protocol

from joblib import cpu_count
from joblib.externals.loky.process_executor import ProcessPoolExecutor, ShutdownExecutorError

from derive.grading.entries import Job
from derive.grading.marker import Failure, Limits, Marker, load, mark_within, prepare, time_problem
from derive.grading.results import Marked

Answer = Future[Marked | Failure]


class WorkersLostError(Exception):
    """Workers elsewhere that cannot be reached, or no longer."""


class Workers(Protocol):
    """Where submissions are marked: `start` while there is `room`, then take what became of each."""

    def room(self) -> int:
        """How many submissions could be started now."""

    def start(self, job: Job) -> Answer:
        """Begin to mark a submission."""

    def expire(self) -> None:
        """End what has run for longer than it may; it is done then."""

    def outcome(self, answer: Answer) -> Marked | Failure:
        """What became of a submission whose answer is done."""

    def close(self) -> None:
        """End all workers, whatever they are at."""


class LocalWorkers:
    """Workers on this machine; as many as it has cores, unless a number is given."""

    def __init__(self, marker: Marker, limits: Limits, number: int | None = None, at_most: int | None = None) -> None:
        number = cpu_count() if number is None else number
        number = number if at_most is None else min(number, at_most)
        self._limits = limits
        self._lanes = [_Lane(marker, limits) for _ in range(max(number, 1))]
        self._lane_of: dict[Answer, _Lane] = {}
        self._expired: set[Answer] = set()

    def room(self) -> int:
        return sum(lane.is_free for lane in self._lanes)

    def start(self, job: Job) -> Answer:
        lane = next(lane for lane in self._lanes if lane.is_free)
        answer = lane.start(job)
        self._lane_of[answer] = lane
        return answer

    def expire(self) -> None:
        for answer, lane in self._lane_of.items():
            if not answer.done() and lane.seconds() > self._limits.seconds:
                self._expired.add(answer)
                lane.kill()

    def outcome(self, answer: Answer) -> Marked | Failure:
        lane = self._lane_of.pop(answer)
        lane.is_free = True
        try:
            found = answer.result()
        except (BrokenExecutor, ShutdownExecutorError, CancelledError):
            found = self._of_dead(answer)
        if isinstance(found, Failure) and found.may_be_anothers:
            found = Failure(found.problem, found.by_limits, may_be_anothers=lane.marked > 1)
            lane.kill()
        return found

    def _of_dead(self, answer: Answer) -> Failure:
        if answer in self._expired:
            self._expired.discard(answer)
            return Failure(time_problem(self._limits), by_limits=True)
        return Failure("The process that marked it died.", by_limits=True, may_be_anothers=True)

    def close(self) -> None:
        _close(lane.take_executor() for lane in self._lanes)


class _Lane:
    """One process, made when it is needed. `marked` counts what it has begun since."""

    def __init__(self, marker: Marker, limits: Limits) -> None:
        self._marker, self._limits = marker, limits
        self._executor: ProcessPoolExecutor | None = None
        self._begun = 0.0
        self._ready: float | None = None
        self.is_free = True
        self.marked = 0

    def start(self, job: Job) -> Answer:
        """Mark a submission; the clock starts when the process is ready for it."""
        self.is_free = False
        executor = self._executor or self._open()
        try:
            answer = self._submit(executor, job)
        except BrokenExecutor:  # it died while it was idle
            answer = self._submit(self._open(), job)
        self._begun = time.monotonic()
        self.marked += 1
        return answer

    def _submit(self, executor: ProcessPoolExecutor, job: Job) -> Answer:
        answer: Answer = executor.submit(mark_within, self._marker, job, self._limits)
        return answer

    def _open(self) -> ProcessPoolExecutor:
        self.kill()
        self._ready, self.marked = None, 0
        executor = ProcessPoolExecutor(1, initializer=prepare, initargs=(self._limits, os.getpid()))
        with _interrupts_wait():
            loaded = executor.submit(load, self._marker)
        loaded.add_done_callback(lambda _: self._note_ready(executor))
        self._executor = executor
        return executor

    def _note_ready(self, executor: ProcessPoolExecutor) -> None:
        if self._executor is executor:
            self._ready = time.monotonic()

    def seconds(self) -> float:
        """For how long the process has been at what it does."""
        return 0.0 if self._ready is None else time.monotonic() - max(self._begun, self._ready)

    def kill(self) -> None:
        """End the process; the next start makes another."""
        executor = self.take_executor()
        if executor is not None:
            executor.shutdown(wait=False, kill_workers=True)

    def take_executor(self) -> ProcessPoolExecutor | None:
        executor, self._executor = self._executor, None
        return executor


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Inside, Ctrl-C waits; a process that is made inside never hears of it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _close(executors: Iterable[ProcessPoolExecutor | None]) -> None:
    """End the processes of executors, all at once, and wait for that."""
    open_ones = [executor for executor in executors if executor is not None]
    for executor in open_ones:
        executor.shutdown(wait=False, kill_workers=True)
    for executor in open_ones:
        executor.shutdown(wait=True, kill_workers=True)
