"""How much may be spent on one question. Passing a limit raises `Undecidable`; it never changes an answer.

FLINT aborts the process when memory runs out, and Python slows to a halt long before: so every product of
polynomials is measured before it is made, and every loop looks at the clock. That clock counts the processor's time:
how busy the machine is otherwise decides no question.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from derive.errors import Undecidable
from derive.exact.polynomials import Sizes
from derive.exact.scalars import is_forgetting

FIRST_POINTS = 8
"""Points that an equation passes before a proof is tried: a mask that hides while all units are active shows at one."""

POINTS_AT_ONCE = 3
"""Points at which one entry is compared before the others are made: some mask is seldom the same at all of them."""

POINT_TRIES = 30
"""Points that are tried to find those, and again if no proof is found: whole numbers often hit kinks and poles."""

WORKING_BITS = 128
"""Precision of balls: enough at these sizes for differences down to about 1e-30."""

HIGH_BITS = 1024
"""Precision of the second look, when no proof was found: refutes differences down to about 1e-300."""

HIGH_POINTS = 3
"""Points that are looked at with high precision: a difference shows at nearly every one."""

SIZES = Sizes(
    product=400_000,
    terms=60_000,
    work=6_000_000,
    exponent=1 << 24,
    power=64,
    cases=81,
    factor_terms=64,
    factor_generators=10,
    granularity=5_040,
)
"""Of polynomials. A product of 400,000 pairs takes about 0.1 s and some 10 MB; an attempt may take about 15 of them."""


SHARE_OF_PROOFS = 0.7
"""The part of the time that is left for a proof; after that the points are looked at more closely."""

GRACE_SECONDS = 0.5
"""What does not look at the clock is interrupted this much after its deadline."""

clock = time.thread_time
"""Seconds that the processor spent on this thread."""


def _nothing() -> None:
    """Somebody waits."""


_look: Callable[[], None] = _nothing


@contextmanager
def attended(look: Callable[[], None]) -> Iterator[None]:
    """Inside, whoever looks at a deadline calls `look` as well, which may raise to give up all of the work."""
    global _look  # noqa: PLW0603  # one work at a time is done in a process
    before, _look = _look, look
    try:
        yield
    finally:
        _look = before


class Deadline:
    """A moment after which nothing more is tried: `check` raises from then on, in the thread that set it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = clock() + seconds
        self._suspended = False

    @property
    def left(self) -> float:
        """Seconds that remain; negative afterwards."""
        return self._end - clock()

    def share(self, part: float) -> "Deadline":
        """The moment at which such a part of what is left has passed."""
        earlier = Deadline(self.seconds)
        earlier._end = clock() + part * max(self.left, 0.0)
        return earlier

    def check(self) -> None:
        """Raise `Undecidable` if the time is over; what is raised where nobody waits any more, if that is so."""
        _look()
        if clock() >= self._end:
            raise Undecidable(f"the time limit of {self.seconds:g} s was reached")

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Inside, time does not count and nothing is interrupted: to load a package half would break it for good."""
        start = clock()
        self._suspended = True
        try:
            yield
        finally:
            self._suspended = False
            self._end += clock() - start

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Inside, passing the deadline raises `Undecidable` even where nothing looks at the clock.

        That needs the main thread of a system with interval timers; elsewhere `check` alone holds the limit.
        """
        if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
            yield
            return

        def interrupt(number: int, frame: FrameType | None) -> None:
            if self._suspended or self.left > 0 or is_forgetting(frame):  # the timer comes again
                return
            raise Undecidable(f"the time limit of {self.seconds:g} s was reached")

        before = signal.signal(signal.SIGPROF, interrupt)
        signal.setitimer(signal.ITIMER_PROF, max(self.left, 0.001) + GRACE_SECONDS, GRACE_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
