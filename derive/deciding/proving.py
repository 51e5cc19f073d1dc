"""Proofs: the normal form of `(lhs - rhs) · where`, with cut symbols as free symbols first, then opened."""

from collections.abc import Iterator
from contextlib import suppress

from derive.deciding.facts import EntryEquation
from derive.deciding.knowledge import Knowledge
from derive.deciding.limits import SIZES, WORKING_BITS, Deadline
from derive.deciding.refuting import Question, Refuter
from derive.errors import Undecidable
from derive.exact.balls import PLEASANT_POINTS, NoUse, Points, differ
from derive.exact.elements import NoValue
from derive.exact.exponentials import Finer
from derive.exact.functions import Zero, zero
from derive.exact.normal_form import Algebra
from derive.exact.scalars import ONE, Add, Mul, Scalar, Symbol, add
from derive.exact.signs import NONNEGATIVE, Signs
from derive.exact.vanishing import NotZero, Proof

_PLAUSIBLE_POINTS = 2
_FINER_TRIES = 6


class Prover:
    """Looks for proofs."""

    def __init__(self, knowledge: Knowledge, refuter: Refuter) -> None:
        self._knowledge = knowledge
        self._refuter = refuter
        self._points: dict[int, Points] = {}
        self._attempts: dict[tuple[int, bool], Algebra] = {}
        facts = knowledge.facts
        labels = frozenset(symbol for group in facts.partitions for symbol in group)
        self._signs = Signs(facts.positive, labels, knowledge.definitions.get)

    def start(self) -> None:
        """Begin with new questions: what was converted for others is not kept."""
        self._attempts = {}

    def proof(self, question: Question, deadline: Deadline, at_kinks: bool) -> tuple[str, tuple[str, ...]]:
        """The first stage that proves the equation, and the kinks where it does not; `Undecidable` if there is none.

        If it is proved away from kinks only, the kinks are looked at one by one, should `at_kinks` ask for that.
        """
        equation = at_zero(question.equation)
        if self._knowledge.contents(equation).without_value:
            raise Undecidable("a side has no value where the equation is claimed")
        if not question.has_value and equation.where is ONE:
            raise Undecidable("no point was found at which both sides have a value")
        method, proof = self._proof(equation, deadline, at_kinks)
        return method, tuple(map(str, proof.kinks))

    def _proof(self, equation: EntryEquation, deadline: Deadline, at_kinks: bool) -> tuple[str, Proof]:
        reason = "the normal forms of the two sides are different, which alone does not refute"
        for threshold in self._thresholds(equation):
            deadline.check()
            if threshold > 1 and not self._plausible(equation, threshold):
                continue
            for split in (False, True):
                try:
                    algebra, proof = self._attempt(equation, threshold, split, deadline)
                except NotZero:
                    algebra, proof = self._attempts[threshold, split], None
                except NoValue as none:
                    algebra, proof, reason = None, None, str(none)
                except Undecidable as limit:
                    deadline.check()
                    algebra, proof, reason = None, None, str(limit)
                if proof is not None and proof.kinks and at_kinks:
                    holds = all(self._holds_at(equation, kink, threshold, deadline) for kink in proof.kinks)
                    proof = Proof() if holds else proof
                if proof is not None and proof.kinks and self._knowledge.contents(equation).zeros:
                    proof, reason = None, "what is claimed at a kink was proved away from it only"
                if proof is not None:
                    return _stage(threshold <= self._knowledge.highest_rank, split), proof
                if algebra is not None and not algebra.left_opaque:
                    break
        raise Undecidable(f"no proof was found: {reason}")

    def _holds_at(self, equation: EntryEquation, kink: Scalar, threshold: int, deadline: Deadline) -> bool:
        """Whether the equation is proved where `kink = 0`, too, with the kink solved for a symbol and put in."""
        there = at_zero(EntryEquation(equation.lhs, equation.rhs, equation.where * zero(kink)))
        if self._knowledge.contents(there).without_value:
            return False
        if there.lhs is equation.lhs and there.rhs is equation.rhs:
            return False
        try:
            _, proof = self._attempt(there, threshold, True, deadline)
        except (NotZero, NoValue, Undecidable):
            deadline.check()
            return False
        return not proof.kinks

    def _thresholds(self, equation: EntryEquation) -> Iterator[int]:
        """Ranks from which on cut symbols are opened: above all, then the highest that still occurs, and so on."""
        ranks = self._knowledge.ranks
        yield self._knowledge.highest_rank + 1
        occurring = {symbol for symbol in self._knowledge.contents(equation).symbols if symbol in ranks}
        while occurring:
            threshold = max(ranks[symbol] for symbol in occurring)
            yield threshold
            opened = {symbol for symbol in occurring if ranks[symbol] == threshold}
            occurring -= opened
            for symbol in opened:
                occurring |= {one for one in self._knowledge.mentioned(symbol) if one in ranks}

    def _attempt(
        self, equation: EntryEquation, threshold: int, split: bool, deadline: Deadline
    ) -> tuple[Algebra, Proof]:
        """One normal form; made again with finer exponents where fractions of them turn up."""
        exponentials, roots = 1, 2
        for _ in range(_FINER_TRIES):
            algebra = self._attempts.get((threshold, split))
            if algebra is None:
                algebra = Algebra(
                    SIZES,
                    deadline.check,
                    self._signs,
                    self._knowledge.facts.partitions,
                    _From(self._knowledge, threshold).get,
                    split,
                    exponentials,
                    roots,
                )
                self._attempts[threshold, split] = algebra
            algebra.ring.work = 0
            try:
                for symbol in self._knowledge.contents(equation).cuts:
                    if self._knowledge.ranks[symbol] >= threshold:
                        with suppress(NoValue, Undecidable):
                            algebra.convert(symbol)
                deadline.check()
                where = algebra.convert(equation.where)
                if not where:
                    raise NoValue("the equation is claimed nowhere")
                difference = algebra.convert(equation.lhs - equation.rhs)
                return algebra, algebra.vanishes(difference, where)
            except Finer as finer:
                exponentials = max(algebra.granularity, finer.exponentials)
                roots = max(algebra.root_order, finer.roots)
                del self._attempts[threshold, split]
        raise Undecidable("exponents with too many different fractions")

    def _plausible(self, equation: EntryEquation, threshold: int) -> bool:
        """Whether the equation may hold for all values of the cut symbols below the threshold: it does at some points.

        This only saves work: a `no` skips an attempt that could not succeed.
        """
        points = self._points.get(threshold)
        if points is None:
            positive = self._knowledge.facts.positive
            signed = _Signed(positive, self._signs, self._knowledge.definitions)
            points = self._refuter.points_over(_From(self._knowledge, threshold), signed)
            self._points[threshold] = points
        compared = 0
        for index in range(PLEASANT_POINTS, PLEASANT_POINTS + 3 * _PLAUSIBLE_POINTS):
            point = points.at(index)
            if equation.where is not ONE and not self._refuter.claimed(equation, point, True):
                continue
            point.prepare(self._knowledge.contents(equation).cuts, WORKING_BITS, False)
            try:
                lhs, rhs = point.value(equation.lhs, WORKING_BITS), point.value(equation.rhs, WORKING_BITS)
            except NoUse:
                continue
            if differ(lhs, rhs, WORKING_BITS):
                return False
            compared += 1
            if compared == _PLAUSIBLE_POINTS:
                break
        return True


class _From:
    """The definitions of the cut symbols from a rank on."""

    def __init__(self, knowledge: Knowledge, threshold: int) -> None:
        self._knowledge = knowledge
        self._threshold = threshold

    def get(self, symbol: Symbol) -> Scalar | None:
        """The definition, if it is to be put in."""
        is_opened = self._knowledge.ranks.get(symbol, 0) >= self._threshold
        return self._knowledge.definitions.get(symbol) if is_opened else None


class _Signed:
    """The symbols that are certainly not negative."""

    def __init__(self, positive: frozenset[Symbol], signs: Signs, definitions: dict[Symbol, Scalar]) -> None:
        self._positive = positive
        self._signs = signs
        self._definitions = definitions

    def __contains__(self, symbol: object) -> bool:
        if symbol in self._positive:
            return True
        if not isinstance(symbol, Symbol) or symbol not in self._definitions:
            return False
        return self._signs.of(symbol) >= NONNEGATIVE


def _stage(opened: bool, split: bool) -> str:
    return "normal form" + (", definitions put in" if opened else "") + (", by cases" if split else "")


def at_zero(equation: EntryEquation) -> EntryEquation:
    """The equation with `s = s - u/c` put in where it is claimed for `[u = 0]`, `u` linear in `s` with slope `c`."""
    lhs, rhs, where = equation.lhs, equation.rhs, equation.where
    for factor in where.factors if isinstance(where, Mul) else (where,):
        if not isinstance(factor, Zero):
            continue
        solution = _solution(factor.args[0])
        if solution:
            lhs, rhs = lhs.xreplace(solution), rhs.xreplace(solution)
    return EntryEquation(lhs, rhs, where)


def _solution(argument: Scalar) -> dict[Symbol, Scalar]:
    """`s = -rest/c` for an argument `c s + rest` whose rest does not mention `s`; empty if there is no such symbol."""
    terms = argument.summands if isinstance(argument, Add) else [argument]
    for position, term in enumerate(terms):
        slope, symbol = (term.coefficient, term.core) if isinstance(term, Mul) else (1, term)
        rest = terms[:position] + terms[position + 1 :]
        if isinstance(symbol, Symbol) and not any(symbol in other.free_symbols for other in rest):
            return {symbol: add(*rest) / -slope}
    return {}
