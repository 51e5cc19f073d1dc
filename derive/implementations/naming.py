"""Which mistake was made: the program of the exercise, broken at one place, gives what the student's code gives.

A mistake is named only if it gives every entry of every result that it touches, at all inputs that were tried, and
leaves all others as they should be. Where breaks of different kinds do that, all of these kinds are named. One break
that explains several results is named at the first of them; the others follow from it.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from derive.checking.results import Diagnosis
from derive.implementations.breaks import AllBreaks, Break, breaks, breaks_of_closed_forms
from derive.implementations.comparing import compare
from derive.implementations.exchanged import exchanged, transposed
from derive.implementations.programs import Program
from derive.implementations.results import DIGITS, ResultVerdict
from derive.implementations.worlds import Seen, World, worlds_of
from derive.mistakes.catalogue import CATALOGUE
from derive.mistakes.of_code import RESULTS
from derive.notation.symbols import shown
from derive.records import dataclass

SECONDS = 6.0
MOST_FIRST_OF_TWO = 6
MOST_NAMED = 2

SPEAKS_FOR: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("missing-regulariser", ("path-left-out", "missing-constant-factor", "missing-term")),
    ("missing-target", ("path-left-out", "plus-for-minus")),
    ("missing-mask", ("missing-activation-derivative", "other-derivative", "mask-of-wrong-quantity")),
    (
        "missing-activation-derivative",
        ("other-derivative", "derivative-at-wrong-argument", "path-left-out", "whole-numbers"),
    ),
    ("derivative-at-wrong-argument", ("wrong-layer", "other-derivative")),
    ("difference-reversed", ("wrong-sign", "plus-for-minus")),
    ("plus-for-minus", ("wrong-sign",)),
    ("wrong-sign", ("path-left-out", "missing-constant-factor")),
    ("regulariser-divided", ("mean-twice", "mean-for-sum")),
    ("missing-mean", ("sum-for-mean", "missing-constant-factor", "missing-activation-derivative")),
    ("mean-for-sum", ("mean-twice",)),
    ("missing-factor-two", ("missing-constant-factor", "plus-for-minus", "wrong-size")),
    ("extra-factor-two", ("sum-for-mean", "constant-differentiated", "wrong-size")),
    ("missing-transpose", ("extra-transpose",)),
    ("softmax-elementwise", ("dropped-batch-sum",)),
    ("dropped-batch-sum", ("path-left-out",)),
    ("mask-of-wrong-quantity", ("wrong-layer",)),
    ("label-off-by-one", ("wrong-layer",)),
    ("path-left-out", ("wrong-layer", "missing-constant-factor", "upstream-left-out")),
    ("missing-activation", ("other-activation",)),
)
"""Mistakes, and those that say no more where both explain the same. A reader checks that the left one says more."""

IN_FORWARD: Mapping[str, str] = {
    "missing-mean": "The loss is a mean over the examples. Is yours one, too?",
    "missing-regulariser": "Does every term of the loss appear in yours?",
    "missing-factor-two": "Something here is half as large as it should be. Look at the constant factors.",
    "missing-transpose": "A factor has to be transposed; write the shape below each array.",
}
"""What is said of mistakes in the forward pass, where the catalogue speaks of derivatives."""

EXCHANGED, TRANSPOSED = "results-exchanged", "transposed-result"

GENERAL = ("path-left-out", "missing-term", "missing-constant-factor", "wrong-layer", "upstream-left-out")
"""What is not named beside anything else."""

_MESSAGES: Mapping[str, str] = {
    **{mistake.code: mistake.message for mistake in CATALOGUE},
    **{mistake.code: mistake.message for mistake in RESULTS},
}


@dataclass(frozen=True)
class Explanation:
    """A break, and the numbers of the results that it explains; `is_on_top` of those of the first group."""

    broken: Break
    results: frozenset[int]
    is_on_top: bool = False


def explained(verdicts: Sequence[ResultVerdict], seen: Sequence[Seen]) -> list[ResultVerdict]:
    """The verdicts, the wrong ones with the mistakes that are found; `seen` are calls, those of one size together."""
    wrong = frozenset(at for at, one in enumerate(verdicts) if one.verdict == "wrong" and DIGITS not in one.conventions)
    if not wrong or not seen:
        return list(verdicts)
    told = list(verdicts)
    calls = [(one.found, one.trial.expected) for one in seen]
    for at in transposed(wrong, calls):
        told[at] = replace(told[at], diagnosis=(Diagnosis(TRANSPOSED, _MESSAGES[TRANSPOSED], ""),))
        wrong -= {at}
    wrong = frozenset(at for at in wrong if _is_often_wrong(at, seen))
    for at, other in exchanged(wrong, calls, seen[0].trial.setting.together).items():
        message = f"{_MESSAGES[EXCHANGED]} This is {verdicts[other].label}."
        told[at] = replace(told[at], diagnosis=(Diagnosis(EXCHANGED, message, ""),))
        wrong -= {at}
    if not wrong:
        return told
    worlds = worlds_of(seen)
    unknown = frozenset(at for at, one in enumerate(verdicts) if one.verdict in ("error", "missing"))
    found = _Search(worlds, wrong, unknown).explanations()
    return _told(told, found, worlds[0].program)


def _is_often_wrong(at: int, seen: Sequence[Seen]) -> bool:
    """Whether a result is wrong at two calls at least, if there are more: one call alone is explained by chance."""
    times = sum(not compare(one.found[at], one.trial.expected[at]).is_right for one in seen)
    return times >= min(2, len(seen))


class _Search:
    """Looks for breaks that explain what is wrong; they may reach what is `unknown`, as it did not come back."""

    def __init__(self, worlds: Sequence[World], wrong: frozenset[int], unknown: frozenset[int]) -> None:
        self.worlds = worlds
        self.wrong = wrong
        self.unknown = unknown
        self.zero = _zero(worlds[0].seen)
        self.end = time.thread_time() + SECONDS

    def explanations(self) -> list[list[Explanation]]:
        """Groups of breaks that say the same, together for as many results as can be explained."""
        first = self.worlds[0]
        whole: list[Explanation] = []
        partial: list[tuple[int, Break]] = []
        for broken in breaks(first.program, self.wrong | self.unknown):
            if time.thread_time() > self.end:
                break
            agreeing, differing = first.matches(broken)
            explains = agreeing & self.wrong
            if not explains or explains & self.zero:
                continue
            if not differing and self._holds_elsewhere(broken, explains):
                whole.append(Explanation(broken, explains))
            elif differing <= self.wrong:
                partial.append((len(explains), broken))
        chosen = self._chosen(whole)
        chosen += self._chosen(self._in_closed_forms(chosen))
        left = self.wrong - {at for group in chosen for at in group[0].results}
        if left and partial:
            chosen = self._with_two(partial) or chosen
        return chosen

    def _in_closed_forms(self, chosen: Sequence[Sequence[Explanation]]) -> list[Explanation]:
        """Breaks of what is left, where it is said by what is given and computed, without derivatives before it."""
        first, left = self.worlds[0], self.wrong - {at for group in chosen for at in group[0].results}
        found = []
        for broken in breaks_of_closed_forms(first.program, left | self.unknown):
            if time.thread_time() > self.end:
                break
            explains, differing = first.matches(broken)
            is_whole = bool(explains) and not differing and not explains & self.zero
            if is_whole and self._holds_elsewhere(broken, explains, breaks_of_closed_forms):
                found.append(Explanation(broken, explains))
        return found

    def _holds_elsewhere(self, broken: Break, explains: frozenset[int], all_breaks: AllBreaks = breaks) -> bool:
        """Whether a break of the same kind of the same statement explains the same at other sizes."""
        for world in self.worlds[1:]:
            alike = world.breaks_like(broken, self.wrong | self.unknown, all_breaks)
            found = (world.matches(other) for other in alike)
            if not any(explains <= agreeing and not differing for agreeing, differing in found):
                return False
        return True

    def _chosen(self, found: Sequence[Explanation]) -> list[list[Explanation]]:
        """The fewest breaks for the most results: those that explain most first, each result once."""
        chosen: list[list[Explanation]] = []
        covered: frozenset[int] = frozenset()
        for explanation in sorted(found, key=lambda one: -len(one.results)):
            same = next((group for group in chosen if group[0].results == explanation.results), None)
            if same is not None:
                same.append(explanation)
            elif not explanation.results & covered:
                chosen.append([explanation])
                covered |= explanation.results
        return chosen

    def _with_two(self, partial: Sequence[tuple[int, Break]]) -> list[list[Explanation]]:
        """Two breaks of different statements that together explain everything."""
        first = self.worlds[0]
        ranked = [broken for _, broken in sorted(partial, key=lambda pair: -pair[0])]
        for one in ranked[:MOST_FIRST_OF_TWO]:
            own, _ = first.matches(one)
            left = (self.wrong - own) | self.unknown
            for other in breaks(first.program, left):
                if time.thread_time() > self.end:
                    return []
                if not self._explain_all(first, one, other) or not self._hold_elsewhere(one, other):
                    continue
                seconds = list(breaks(first.program, left))
                return [
                    [Explanation(broken, own) for broken in ranked if self._explain_all(first, broken, other)],
                    [
                        Explanation(broken, self.wrong - own, is_on_top=True)
                        for broken in seconds
                        if self._explain_all(first, one, broken)
                    ],
                ]
        return []

    def _explain_all(self, world: World, one: Break, other: Break) -> bool:
        """Whether two breaks of different statements give everything that the student's code gives."""
        if other.changed.keys() & one.changed.keys() or other.for_adjoints != one.for_adjoints:
            return False
        agreeing, differing = world.matches(one, other)
        return not differing and self.wrong <= agreeing

    def _hold_elsewhere(self, one: Break, other: Break) -> bool:
        """Whether two such breaks explain everything at other sizes as well."""
        for world in self.worlds[1:]:
            ones, others = (world.breaks_like(each, self.wrong | self.unknown) for each in (one, other))
            if not any(self._explain_all(world, first, second) for first in ones for second in others):
                return False
        return True


def _zero(seen: Sequence[Seen]) -> frozenset[int]:
    """The results that are zero everywhere, which many mistakes would explain: they were never computed."""
    values = [[one.found[at] for one in seen] for at in range(len(seen[0].found))]
    return frozenset(
        at
        for at, several in enumerate(values)
        if all(value.numbers is not None and not np.any(value.numbers) for value in several)
    )


# ── in words ──


def _told(
    verdicts: list[ResultVerdict], found: Iterable[Sequence[Explanation]], program: Program
) -> list[ResultVerdict]:
    """The verdicts with what was found, named at the first result that it explains, as the program computes them."""
    order = {statement.name: at for at, statement in enumerate(program.statements)}
    label: str | None = None
    for group in found:
        first, *others = sorted(group[0].results, key=lambda at: (order.get(program.results[at] or "", -1), at))
        below = label if group[0].is_on_top else None
        label = verdicts[first].label
        verdicts[first] = replace(verdicts[first], diagnosis=_diagnosis(group), follows_from=below)
        for at in others:
            verdicts[at] = replace(verdicts[at], follows_from=label)
    return verdicts


def _diagnosis(group: Sequence[Explanation]) -> tuple[Diagnosis, ...]:
    """The mistakes that explain the same, each kind once, at the statement next to the results."""
    codes = _telling(dict.fromkeys(one.broken.code for one in group))
    nearest = [_nearest([one.broken for one in group if one.broken.code == code]) for code in codes]
    return tuple(
        Diagnosis(broken.code, f"{_message(broken)} {_where(broken)}".strip(), "") for broken in nearest[:MOST_NAMED]
    )


def _telling(codes: Iterable[str]) -> list[str]:
    """The codes without those that say no more than another one."""
    found = set(codes)
    for code, others in SPEAKS_FOR:
        if code in found:
            found -= set(others)
    found = found - set(GENERAL) or found
    return [code for code in codes if code in found]


def _message(broken: Break) -> str:
    if not broken.of.is_derivative and broken.code in IN_FORWARD:
        return IN_FORWARD[broken.code]
    return _MESSAGES[broken.code]


def _nearest(several: Sequence[Break]) -> Break:
    """The break that changes least, the last of those."""
    least = min(len(broken.changed) for broken in several)
    return [broken for broken in several if len(broken.changed) == least][-1]


def _where(broken: Break) -> str:
    """Which quantity is wrong, in words."""
    name = shown(broken.of.of)
    if broken.of.name.startswith("asked"):
        return ""
    several = " and in others like it" if len(broken.changed) > 1 else ""
    if broken.of.is_adjoint:
        return f"(in the derivative by {name}{several})"
    return f"(in {name}{several})"
