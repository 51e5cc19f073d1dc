"""The processes of a dask.distributed cluster that mark submissions.

Its workers see the files under the same paths as this machine, and have this program installed. Each should have one
thread: a submission that takes too long ends the process that marks it. How much memory there is, the workers say.
"""

import time
from concurrent.futures import CancelledError

from distributed import Client, KilledWorker

from derive.grading.entries import Job
from derive.grading.marker import Failure, Limits, Marker, mark_within
from derive.grading.results import Marked
from derive.grading.workers import Answer, WorkersLostError

SECONDS_FOR_A_CONNECTION = 10
SECONDS_BETWEEN_COUNTS = 2.0


class ClusterWorkers:
    """The workers of the cluster with the scheduler at an address.

    Raises `WorkersLostError` where nobody answers there, or no longer.
    """

    def __init__(self, marker: Marker, limits: Limits, address: str) -> None:
        self._marker, self._limits, self._address = marker, limits, address
        try:
            self._client = Client(address, timeout=SECONDS_FOR_A_CONNECTION, set_as_default=False)
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise WorkersLostError(f"no scheduler can be reached at {address} ({reason})") from None
        self._executor = self._client.get_executor(pure=False)
        self._threads = 0
        self._counted: float | None = None
        self._running = 0

    def room(self) -> int:
        """As many as there are idle threads; workers may come and go."""
        if self._counted is None or time.monotonic() - self._counted > SECONDS_BETWEEN_COUNTS:
            self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
        return max(self._threads, 1) - self._running

    def start(self, job: Job) -> Answer:
        self._running += 1
        answer: Answer = self._executor.submit(mark_within, self._marker, job, self._limits, 0.0)
        return answer

    def expire(self) -> None:
        """Nothing: the process that marks a submission ends itself when the time is over."""

    def outcome(self, answer: Answer) -> Marked | Failure:
        self._running -= 1
        try:
            return answer.result()
        except KilledWorker:
            problem = f"The process that marked it died, or took longer than {self._limits.seconds:g} s, several times."
            return Failure(problem, by_limits=True)
        except CancelledError:
            raise WorkersLostError(f"the scheduler at {self._address} is gone; start again to go on") from None

    def close(self) -> None:
        self._executor.shutdown(wait=False)
        self._client.close()
