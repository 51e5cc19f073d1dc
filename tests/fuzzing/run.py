"""Many mutants in many processes: each takes the mutants of one network at a time."""

import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from fuzzing.mutants import PER_NETWORK
from fuzzing.tally import Tally
from fuzzing.verdicts import Outcome, outcome

SECONDS = 9.0
"""A claim that is not decided within this time is undecided."""


def outcomes(seed: int, numbers: range, seconds: float = SECONDS) -> list[Outcome]:
    return [outcome(seed, number, seconds) for number in numbers]


def run(
    seed: int,
    count: int,
    jobs: int = 1,
    seconds: float = SECONDS,
    per_network: int = PER_NETWORK,
    progress: Callable[[Tally, int], None] | None = None,
) -> Tally:
    """The first mutants of each network, `count` of them all together."""
    tally = Tally()
    for found in _each(seed, groups(count, per_network), jobs, seconds):
        for one in found:
            tally.add(one)
        if progress is not None:
            progress(tally, count)
    tally.outcomes.sort(key=lambda one: one.number)
    return tally


def groups(count: int, per_network: int) -> list[range]:
    """The numbers of the mutants, by network: with fewer of each there are more networks in a small sample."""
    found = []
    while count > 0:
        start = len(found) * PER_NETWORK
        found.append(range(start, start + min(count, per_network)))
        count -= per_network
    return found


def _each(seed: int, parts: list[range], jobs: int, seconds: float) -> Iterator[list[Outcome]]:
    work = functools.partial(outcomes, seed, seconds=seconds)
    if jobs == 1:
        yield from map(work, parts)
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(work, part) for part in parts]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
