"""How large a request may be, and how often one may come."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import field

from starlette.requests import Request

from derive.records import dataclass
from derive.web.asked import BadRequestError

LARGEST_BODY = 4_000_000
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


async def body_of(request: Request, largest: int = LARGEST_BODY) -> bytes:
    """The body of a request, which is refused as soon as it is too long. Raises `BadRequestError`."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > largest:
            raise BadRequestError(f"this request has more than {largest:,} bytes", status=413)
    return bytes(found)
