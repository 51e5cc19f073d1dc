"""A chain said of every layer, or of every time: it is judged for each number that its letters can have.

`\\delta^l = ((w^{l+1})^T \\delta^{l+1}) \\odot \\sigma'(z^l)` is a claim for each l for which all of its names are
there; a condition behind it may say for fewer. Where it is false, the first number for which it is so is named. What is
proved so is proved for the number of layers, or of times, that there are.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derive.checking.claims import Judgement
from derive.checking.conditions import holds_for_numbers
from derive.checking.definitions import new_name
from derive.checking.results import Scope, Verdict
from derive.checking.running import positions
from derive.checking.session import Session
from derive.checking.statements import Statement
from derive.errors import FormulaError
from derive.notation.chains import Chain
from derive.notation.elaboration import Elaborator
from derive.notation.elaboration.free_numbers import free_numbers
from derive.notation.symbols import shown
from derive.notation.syntax import List, parse

MAX_CASES = 64


def judgements(
    session: Session, chain: Chain, is_inline: bool = False, known: Mapping[int, Judgement] | None = None
) -> list[Judgement]:
    """One judgement for each relation of a chain, in order; `known` are those of relations that are judged already."""
    known = known or {}
    letters = _letters(session, chain)
    if not letters:
        return _at_depth(session, Statement(session, chain, is_inline, known).judgements())
    entries = positions(session, chain, letters)
    cases = _Cases(session, chain, is_inline, known, tuple(letters), frozenset(entries))
    found = cases.judged(_numbers(session, letters, entries))
    return _at_depth(session, [cases.together(number, found) for number in range(len(chain.relations))])


def numbers_of(session: Session, chain: Chain) -> list[dict[str, int]]:
    """For which numbers of its letters a chain is said: one empty choice where it has none."""
    letters = _letters(session, chain)
    if not letters:
        return [{}]
    ranges = _numbers(session, letters, positions(session, chain, letters))
    if math.prod(map(len, ranges)) > MAX_CASES:
        return []
    cases = _Cases(session, chain, False, {}, tuple(letters))
    return [numbers for numbers in cases.choices(ranges) if cases.within(numbers) is not None]


def _letters(session: Session, chain: Chain) -> dict[str, frozenset[str]]:
    """The letters of a chain that are the numbers of names, with the patterns of those names."""
    if not session.table.numbers:
        return {}
    reader = Elaborator.plain(session.table, {})
    found: dict[str, frozenset[str]] = {}
    for member in chain.members:
        try:
            letters = free_numbers(reader, parse(member.tokens)) if member.tokens else {}
        except FormulaError:
            continue
        for letter, patterns in letters.items():
            found[letter] = found.get(letter, frozenset()) | patterns
    return found


def _numbers(session: Session, letters: dict[str, frozenset[str]], entries: Mapping[str, range]) -> list[range]:
    """The numbers that each letter may have: those of its names and of all declared ones, and one on either side.

    A letter that runs over entries has their indices.
    """
    ranges = []
    counted = session.table.counted & session.table.numbers.keys()
    for letter, patterns in letters.items():
        if letter in entries:
            ranges.append(entries[letter])
            continue
        numbers = {number for pattern in patterns | counted for number in session.table.numbers[pattern]} or {0}
        ranges.append(range(min(numbers) - 1, max(numbers) + 2))
    return ranges


Found = list[tuple[dict[str, int], list[Judgement]]]
"""The judgements on a chain for each case in which it is judged."""


class _Cases:
    """A chain with letters that stand for numbers."""

    def __init__(
        self,
        session: Session,
        chain: Chain,
        is_inline: bool,
        known: Mapping[int, Judgement],
        letters: tuple[str, ...],
        entries: frozenset[str] = frozenset(),
    ) -> None:
        self.session = session
        self.chain = chain
        self.is_inline = is_inline
        self.known = known
        self.letters = letters
        self.entries = entries

    def choices(self, ranges: Sequence[range]) -> Iterator[dict[str, int]]:
        """Every choice of a number for each letter."""
        return (dict(zip(self.letters, values, strict=True)) for values in itertools.product(*ranges))

    def judged(self, ranges: Sequence[range]) -> Found:
        """The judgements for all numbers that the conditions allow.

        A claim about names of which some are there introduces none for the other numbers.
        """
        waiting: list[tuple[dict[str, int], Chain]] = []
        found: Found = []
        if math.prod(map(len, ranges)) > MAX_CASES:
            message = f"This would be judged for more than {MAX_CASES} numbers of {', '.join(self.letters)}."
            return [({}, [Judgement("unknown", message)] * len(self.chain.relations))]
        for numbers in self.choices(ranges):
            chain = self.within(numbers)
            if chain is not None and self._introduces(numbers, chain):
                waiting.append((numbers, chain))
            elif chain is not None:
                found.append((numbers, self._judgements(numbers, chain)))
        if all(judgement.is_missing for _, case in found for judgement in case):
            introduced = [(numbers, self._judgements(numbers, chain)) for numbers, chain in waiting]
            found = sorted((*found, *introduced), key=lambda case: tuple(case[0].values()))
            missing = [case[0].is_missing for _, case in introduced]
            self.session.waiting += itertools.compress(waiting, missing)
            if not all(missing):
                self._introduce_what_waited()
        return found

    def _introduce_what_waited(self) -> None:
        """Definitions that refer to one another: z of one layer to a of the layer before it, a to z of its own."""
        grows = True
        while grows:
            still = []
            for numbers, chain in self.session.waiting:
                if self._judgements(numbers, chain)[0].is_missing:
                    still.append((numbers, chain))
            grows = len(still) < len(self.session.waiting)
            self.session.waiting = still

    def _fixed(self, numbers: dict[str, int]) -> None:
        self.session.learn(replace(self.session.table, fixed=numbers))

    def within(self, numbers: dict[str, int]) -> Chain | None:
        """The chain without the conditions that hold for these numbers; None where one does not."""
        self._fixed(numbers)
        reader = Elaborator.plain(self.session.table, {})
        kept = []
        try:
            for tokens in self.chain.conditions:
                held = holds_for_numbers(tokens, reader)
                if held is False:
                    return None
                if held is None:
                    kept.append(tokens)
        finally:
            self._fixed({})
        return replace(self.chain, conditions=kept)

    def _introduces(self, numbers: dict[str, int], chain: Chain) -> bool:
        """Whether a name on the left side is new, also one in a list: `z_t, s_t \\in \\mathbb{R}^D`."""
        self._fixed(numbers)
        try:
            reader = Elaborator.plain(self.session.table, {})
            left = parse(chain.members[0].tokens)
            names = [List((entry,), span=entry.span) for entry in left.entries]
            return any(new_name(name, reader) is not None for name in names)
        except FormulaError:
            return False
        finally:
            self._fixed({})

    def _judgements(self, numbers: dict[str, int], chain: Chain) -> list[Judgement]:
        self._fixed(numbers)
        try:
            return Statement(self.session, chain, self.is_inline, self.known).judgements()
        finally:
            self._fixed({})

    def together(self, number: int, found: Found) -> Judgement:
        """The judgement on one relation from those for each case: the first that is not accepted, else all of them."""
        cases = [(numbers, case[number]) for numbers, case in found if not case[number].is_missing]
        if not cases:
            if not found:
                return Judgement("unknown", "The condition of this step holds for no number that there is.")
            middle = found[len(found) // 2][1][number]
            return replace(middle, message=f"For no {self.letters[0]} are all of these names there. {middle.message}")
        lacking = [(numbers, case[number]) for numbers, case in found if self.entries and case[number].is_missing]
        for verdict in ("refuted", "unreadable", "unknown"):
            failing = [(numbers, case) for numbers, case in cases if case.verdict == verdict]
            if failing:
                return self._failing(*self._telling(failing), {case.message for _, case in cases})
        if lacking:
            numbers, first = lacking[0]
            return replace(first, message=f"At {_written(numbers)}: {first.message}")
        accepted = _accepted([case for _, case in cases])
        is_bounded = bool(self.entries) and accepted.scope is not None
        return replace(accepted, scope="these dimensions") if is_bounded else accepted

    def _telling(self, failing: list[tuple[dict[str, int], Judgement]]) -> tuple[dict[str, int], Judgement]:
        """The first case that fails, one with the numbers that are declared before one with the 0 in front of them."""
        declared = [case for case in failing if not self._is_before_the_first(case[0])]
        return (declared or failing)[0]

    def _is_before_the_first(self, numbers: dict[str, int]) -> bool:
        return self.session.table.starts == {1} and 0 in numbers.values()

    def _failing(self, numbers: dict[str, int], case: Judgement, said: set[str]) -> Judgement:
        """What is not accepted. Of the 0 before all numbers that are declared it is not certain that it is meant."""
        if case.verdict == "refuted" and self._is_before_the_first(numbers):
            words = f"At {_written(numbers)} this is false; whether that is meant is not certain, so write for which"
            return Judgement("unknown", f"{words} {', '.join(map(shown, numbers))} it is said.", shapes=case.shapes)
        if not numbers or (case.verdict == "unreadable" and len(said) == 1):
            return case
        return replace(case, message=f"At {_written(numbers)}: {case.message}")


def _written(numbers: dict[str, int]) -> str:
    """`l = 2`."""
    return ", ".join(f"{shown(letter)} = {number}" for letter, number in numbers.items())


def _accepted(cases: Sequence[Judgement]) -> Judgement:
    """What is accepted for every number: under all the conventions and conditions, as far as the least far of them."""
    order: tuple[Verdict, ...] = ("convention", "proved", "definition")
    first = next(case for verdict in order for case in cases if case.verdict == verdict)
    conditions = dict.fromkeys(condition for case in cases for condition in case.side_conditions)
    scopes = {case.scope for case in cases if case.scope is not None}
    scope: Scope | None = "these dimensions" if "these dimensions" in scopes else first.scope
    narrowest = next((case for case in cases if case.scope == scope), first)
    return replace(first, scope=scope, ground=narrowest.ground, side_conditions=tuple(conditions))


def _at_depth(session: Session, found: Sequence[Judgement]) -> list[Judgement]:
    """What is proved for all dimensions is proved for as many layers, or times, as there are."""
    depths = tuple(_depths(session))
    return [
        replace(judgement, side_conditions=(*judgement.side_conditions, *depths))
        if judgement.scope == "all dimensions"
        else judgement
        for judgement in found
    ]


def _depths(session: Session) -> Iterator[str]:
    for dim in session.table.dims.values():
        if dim.name in session.table.depths:
            yield f"${dim.name} = {dim.size}$"
