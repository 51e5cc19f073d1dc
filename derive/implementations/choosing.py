"""Which inputs code is tried at: a few that together show all that many would show.

Of many candidates one after the other is taken that shows most of what is not shown yet, until none shows more
(`derive.implementations.coverage`). The first is one that people can follow.
"""

from collections.abc import Iterator, Sequence

from derive.implementations.coverage import NOTHING_SHOWN, Shown, shown_by
from derive.implementations.evaluation import NoValue
from derive.implementations.programs import Program, inputs_at
from derive.implementations.truth import Draw, Truth
from derive.records import dataclass

CANDIDATES = 8
"""So many candidates for each draw that may be chosen."""

LEAST = 3
"""So many draws at least, even where they show no more than the first does."""

MOST_SCORE, ENOUGH = 6.0, 12
"""Candidates whose scores are no larger are preferred if there are enough of them. Beyond it probabilities are so small
that what right code adds to them for safety's sake, as in log(p + 1e-12), is seen in its results."""


@dataclass(frozen=True)
class _Candidate:
    draw: Draw
    shown: Shown


def chosen_draws(truth: Truth, program: Program, most: int) -> list[Draw]:
    """Up to so many draws at which all that is needed has a value; none if no candidate is such a draw."""
    left = _calm(list(_candidates(truth, program, most * CANDIDATES)))
    found: list[Draw] = []
    seen: frozenset[object] = frozenset()
    while left and len(found) < most:
        best = max(left, key=lambda one: ((one.draw.is_plain or bool(found)), len(one.shown.sides - seen)))
        if len(found) >= LEAST and not best.shown.sides - seen:
            break
        left.remove(best)
        if truth.is_usable(best.draw):
            found.append(best.draw)
            seen |= best.shown.sides
    return found


def _candidates(truth: Truth, program: Program, number: int) -> Iterator[_Candidate]:
    """Draws with what they show; what cannot be run on them shows nothing, and may be used all the same."""
    for draw in truth.candidates(number):
        try:
            yield _Candidate(draw, shown_by(program, inputs_at(draw)))
        except NoValue:
            yield _Candidate(draw, NOTHING_SHOWN)


def _calm(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Those with small scores, in their order; of large ones only so many that there are enough."""
    ranked = sorted(candidates, key=lambda one: one.shown.score)
    limit = max(MOST_SCORE, *(one.shown.score for one in ranked[:ENOUGH]))
    return [one for one in candidates if one.shown.score <= limit]
