"""How large a request may be, and how often one may come."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import field

from starlette.requests import Request

from derive.records import dataclass
from derive.web.asked import BadRequestError

LARGEST_BODY = 4_000_000
LONGEST_TAKEN = 64_000_000
SECONDS_FOR_BODY = 30.0
MOST_VISITORS = 10_000


@dataclass
class Rate:
    """A bucket for each visitor: so many requests at once, so many more each second.

    >>> rate = Rate(per_second=1, at_once=2, clock=lambda: 0.0)
    >>> [rate.allows("a"), rate.allows("a"), rate.allows("a"), rate.allows("b")]
    [True, True, False, True]
    """

    per_second: float
    at_once: float
    clock: Callable[[], float] = time.monotonic
    _buckets: "OrderedDict[str, tuple[float, float]]" = field(default_factory=OrderedDict)

    def allows(self, visitor: str) -> bool:
        """Whether a visitor may ask once more now."""
        now = self.clock()
        left, then = self._buckets.pop(visitor, (self.at_once, now))
        left = min(self.at_once, left + (now - then) * self.per_second)
        is_allowed = left >= 1
        self._buckets[visitor] = (left - is_allowed, now)
        while len(self._buckets) > MOST_VISITORS:
            self._buckets.popitem(last=False)
        return is_allowed


async def body_of(request: Request, largest: int = LARGEST_BODY, seconds: float = SECONDS_FOR_BODY) -> bytes:
    """The body of a request, in reasonable time. Raises `BadRequestError`.

    What is too long is still taken, up to a limit, and thrown away: who sends it listens only afterwards.
    """
    found, length = bytearray(), 0
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                length += len(piece)
                if length > LONGEST_TAKEN:
                    break
                if length <= largest:
                    found += piece
    except TimeoutError:
        raise BadRequestError(f"the body of this request did not arrive within {seconds:g} s", status=408) from None
    if length > largest:
        raise BadRequestError(f"this request has more than {largest:,} bytes", status=413)
    return bytes(found)
