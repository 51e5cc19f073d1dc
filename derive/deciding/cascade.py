"""The cascade: whether equations between real expressions hold, cheapest method first.

1. both sides are the same expression: `Equal`;
2. balls at rational points away from kinks: if one excludes equality, `Different` with that point;
3. the normal form of `(lhs - rhs) · where`, with cut symbols as free symbols first, then opened from the latest on:
   if it is zero, `Equal`, or `EqualOffKinks`;
4. the balls again, with high precision;
5. else `Undecided`, with the reason.

If the answer is `Equal`, an exact identity was found *and* a point where both sides have a value, unless the sides are
the same expression. If it is `Different`, both values are certain. The same question gets the same answer, whatever was
asked before, as long as the time suffices.
"""

from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

import sympy
from flint import fmpq
from sympy import Expr, S, Symbol

from derive.deciding.evidence import Different, Equal, EqualOffKinks, Evidence, Undecided
from derive.deciding.facts import EntryEquation, Facts
from derive.deciding.limits import (
    FIRST_POINTS,
    HIGH_BITS,
    HIGH_POINTS,
    POINT_TRIES,
    SIZES,
    WORKING_BITS,
    Deadline,
)
from derive.errors import Undecidable
from derive.exact.balls import PLEASANT_POINTS, DefinitionTable, NoUse, Point, Points, described, differ, texts
from derive.exact.elements import NoValue
from derive.exact.exponentials import Finer
from derive.exact.functions import Unspecified, UnspecifiedComponent, Zero, parts_of
from derive.exact.normal_form import Algebra
from derive.exact.signs import NONNEGATIVE, Signs
from derive.exact.vanishing import NotZero, Proof

_GIVEN_TRIES = 6
_PLAUSIBLE_POINTS = 2
_FINER_TRIES = 6
_NO_VALUES = frozenset({S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity})


@dataclass(frozen=True)
class _Contents:
    """What occurs in an equation, and the cut symbols that it depends on, each after those it depends on itself."""

    symbols: frozenset[Symbol]
    functions: frozenset[Expr]
    cuts: tuple[Symbol, ...]
    zeros: tuple[Zero, ...]
    without_value: bool


@dataclass
class _Question:
    """One equation on its way through the cascade: at how many points it was compared, and where it has values."""

    number: int
    equation: EntryEquation
    compared: list[Point] = field(default_factory=list)
    tried: int = 0
    has_value: bool = False


class Decider:
    """Decides equations of one document; remembers the values of what it has evaluated."""

    def __init__(self, facts: Facts, seed: int = 0) -> None:
        self._seed = seed
        self._definitions: dict[Symbol, Expr] = {}
        self._ranks: dict[Symbol, int] = {}
        self._mentioned: dict[Symbol, frozenset[Symbol]] = {}
        self.know(facts)

    def know(self, facts: Facts) -> None:
        """Replace the facts about symbols; definitions stay, and those of the facts are added."""
        self.facts = facts
        self._forget()
        for symbol, definition in facts.definitions.items():
            self.define(symbol, definition)

    def define(self, symbol: Symbol, definition: Expr) -> None:
        """Add a cut symbol, defined in given symbols and earlier cut symbols."""
        known = self._definitions.get(symbol)
        if known is not None:
            if known != definition:
                raise ValueError(f"{symbol} is defined twice")
            return
        mentioned = frozenset(part for part in parts_of(definition) if isinstance(part, Symbol))
        if symbol in mentioned:
            raise ValueError(f"{symbol} is defined by itself")
        self._ranks[symbol] = 1 + max((self._ranks.get(one, 0) for one in mentioned), default=0)
        self._definitions[symbol] = definition
        self._mentioned[symbol] = mentioned
        if symbol in self._seen or symbol in self._points.used:
            self._forget()

    def _forget(self) -> None:
        """Start anew with the facts as they are: no value and no sign that was found before is kept."""
        labels = frozenset(symbol for group in self.facts.partitions for symbol in group)
        self._signs = Signs(self.facts.positive, labels, self._definitions.get)
        self._points = self._points_over(self._definitions, self.facts.positive)
        self._cut_points: dict[int, Points] = {}
        self._seen: set[Symbol] = set()
        self._known_contents: dict[EntryEquation, _Contents] = {}

    def decide(self, equations: Sequence[EntryEquation], deadline: Deadline) -> Evidence:
        """Whether all the equations hold: evidence, never a guess."""
        try:
            for equation in equations:
                self._seen |= self._contents(equation).symbols
            return self._decide(equations, deadline)
        except Undecidable as limit:
            return Undecided(str(limit))
        except RecursionError:
            return Undecided("an expression is nested too deeply")

    def has_values(self, equations: Sequence[EntryEquation], deadline: Deadline) -> bool:
        """Whether points are found at which the equations are claimed and both sides have a value."""
        for equation in equations:
            self._seen |= self._contents(equation).symbols
            if self._contents(equation).without_value or not self._is_valued(equation, deadline):
                return False
        return True

    def _is_valued(self, equation: EntryEquation, deadline: Deadline) -> bool:
        for index in range(POINT_TRIES):
            deadline.check()
            for point, kinks in self._places(equation, index):
                point.prepare(self._contents(equation).cuts, WORKING_BITS, kinks)
                if _has_value(equation, point):
                    return True
        return False

    def _decide(self, equations: Sequence[EntryEquation], deadline: Deadline) -> Evidence:
        questions = []
        for number, equation in enumerate(equations):
            if self._contents(equation).without_value:
                return Undecided(f"a side of equation {number + 1} has no value: it divides by zero")
            if equation.lhs != equation.rhs:
                questions.append(_Question(number, equation))
        if not questions:
            return Equal("identical")
        refuted = self._refuted(questions, FIRST_POINTS, deadline)
        if refuted is not None:
            return refuted
        attempts: dict[tuple[int, bool], Algebra] = {}
        methods: list[str] = []
        kinks: list[str] = []
        for question in questions:
            try:
                method, proof = self._proof(question, attempts, deadline, at_kinks=not kinks)
            except Undecidable as reason:
                again = self._refuted_closely(questions, deadline)
                return again or Undecided(str(reason))
            methods.append(method)
            kinks += map(str, proof.kinks)
        method = max(methods, key=len)
        return EqualOffKinks(method, tuple(dict.fromkeys(kinks))) if kinks else Equal(method)

    # Refutation

    def _points_over(self, definitions: DefinitionTable, positive: Container[Symbol]) -> Points:
        facts = self.facts
        return Points(self._seed, definitions, facts.partitions, positive, facts.integers, facts.definite)

    def _refuted(self, questions: Sequence[_Question], wanted: int, deadline: Deadline) -> Different | None:
        """A point at which some equation certainly fails, among the first `wanted` at which it has values."""
        for index in range(POINT_TRIES):
            for question in questions:
                if question.tried > index or len(question.compared) >= wanted:
                    continue
                question.tried = index + 1
                deadline.check()
                for point, kinks in self._places(question.equation, index):
                    if self._differs_at(question, point, kinks, WORKING_BITS):
                        return self._difference(question, point, kinks, WORKING_BITS)
        return None

    def _refuted_closely(self, questions: Sequence[_Question], deadline: Deadline) -> Different | None:
        """The same at more points, and with high precision at the last of them."""
        refuted = self._refuted(questions, POINT_TRIES, deadline)
        if refuted is not None:
            return refuted
        for question in questions:
            for point in question.compared[-HIGH_POINTS:]:
                deadline.check()
                kinks = bool(self._contents(question.equation).zeros)
                if self._differs_at(question, point, kinks, HIGH_BITS):
                    return self._difference(question, point, kinks, HIGH_BITS)
        return None

    def _places(self, equation: EntryEquation, index: int) -> Iterator[tuple[Point, bool]]:
        """The point of that number if the equation is claimed there; for a claim at a kink, a point moved onto it."""
        point = self._points.at(index)
        at_kink = bool(self._contents(equation).zeros)
        if equation.where is S.One or self._claimed(equation, point, at_kink):
            if not at_kink or index >= PLEASANT_POINTS:
                yield point, at_kink
        elif at_kink and index >= PLEASANT_POINTS:
            moved = self._moved(equation, point)
            if moved is not None:
                yield moved, True

    def _claimed(self, equation: EntryEquation, point: Point, kinks: bool) -> bool:
        try:
            value = point.value(equation.where, WORKING_BITS, kinks)
        except NoUse:
            return False
        return isinstance(value, fmpq) and value == 1

    def _moved(self, equation: EntryEquation, point: Point) -> Point | None:
        """A point where `u = 0` for the `Zero(u)` of the condition: one coordinate is solved for."""
        for flag in self._contents(equation).zeros:
            argument = flag.args[0]
            for symbol in self._given_in(EntryEquation(argument, S.Zero))[:_GIVEN_TRIES]:
                if symbol in self._points.group_of or symbol in self._points.entry_of or symbol in self.facts.integers:
                    continue
                solution = _solved(argument, symbol, point)
                if solution is None or (symbol in self.facts.positive and solution <= 0):
                    continue
                moved = point.with_fixed({symbol: solution})
                if self._claimed(equation, moved, True):
                    return moved
        return None

    def _differs_at(self, question: _Question, point: Point, kinks: bool, bits: int) -> bool:
        equation = question.equation
        point.prepare(self._contents(equation).cuts, bits, kinks)
        try:
            lhs, rhs = point.value(equation.lhs, bits, kinks), point.value(equation.rhs, bits, kinks)
        except NoUse:
            if not kinks and not question.has_value:
                point.prepare(self._contents(equation).cuts, bits, True)
                question.has_value = _has_value(equation, point)
            return False
        question.has_value = True
        if bits == WORKING_BITS:
            question.compared.append(point)
        return differ(lhs, rhs, bits)

    def _difference(self, question: _Question, point: Point, kinks: bool, bits: int) -> Different:
        equation = question.equation
        lhs, rhs = texts(point.value(equation.lhs, bits, kinks), point.value(equation.rhs, bits, kinks), bits)
        at = {symbol.name: point.coordinate(symbol) for symbol in self._given_in(equation)}
        functions = dict(sorted(described(point, one) for one in self._unspecified_in(equation)))
        return Different(at, question.number, lhs, rhs, functions)

    def _contents(self, equation: EntryEquation) -> _Contents:
        """What occurs in an equation, through definitions."""
        known = self._known_contents.get(equation)
        if known is not None:
            return known
        parts = parts_of(equation.lhs, equation.rhs, equation.where)
        symbols = frozenset(part for part in parts if isinstance(part, Symbol))
        waiting, found = list(symbols), set[Symbol]()
        while waiting:
            symbol = waiting.pop()
            if symbol in self._definitions and symbol not in found:
                found.add(symbol)
                waiting += self._mentioned[symbol]
        known = _Contents(
            symbols,
            frozenset(part for part in parts if isinstance(part, Unspecified | UnspecifiedComponent)),
            tuple(sorted(found, key=lambda one: (self._ranks[one], one.name))),
            tuple(sorted((part for part in parts_of(equation.where) if isinstance(part, Zero)), key=str)),
            not parts.isdisjoint(_NO_VALUES),
        )
        self._known_contents[equation] = known
        return known

    def _given_in(self, equation: EntryEquation) -> list[Symbol]:
        """The given symbols that an equation depends on, through definitions, by name."""
        contents = self._contents(equation)
        found = contents.symbols.union(*(self._mentioned[symbol] for symbol in contents.cuts))
        return sorted(found - self._definitions.keys(), key=lambda one: one.name)

    def _unspecified_in(self, equation: EntryEquation) -> set[Expr]:
        """The unspecified functions that an equation depends on, through definitions."""
        contents = self._contents(equation)
        parts = parts_of(*(self._definitions[symbol] for symbol in contents.cuts))
        return {part for part in parts if isinstance(part, Unspecified | UnspecifiedComponent)} | contents.functions

    # Proof

    def _proof(
        self, question: _Question, attempts: dict[tuple[int, bool], Algebra], deadline: Deadline, at_kinks: bool
    ) -> tuple[str, Proof]:
        """The first stage that proves the equation, and its proof; `Undecidable` with what was tried.

        If it is proved away from kinks only, the kinks are looked at one by one, should `at_kinks` ask for that.
        """
        equation = _at_zero(question.equation)
        if self._contents(equation).without_value:
            raise Undecidable("a side has no value where the equation is claimed")
        if not question.has_value and equation.where is S.One:
            raise Undecidable("no point was found at which both sides have a value")
        reason = "the normal forms of the two sides are different, which alone does not refute"
        for threshold in self._thresholds(equation):
            deadline.check()
            if threshold > 1 and not self._plausible(equation, threshold):
                continue
            for split in (False, True):
                try:
                    algebra, proof = self._attempt(equation, threshold, split, attempts, deadline)
                except NotZero:
                    algebra, proof = attempts[threshold, split], None
                except NoValue as none:
                    algebra, proof, reason = None, None, str(none)
                except Undecidable as limit:
                    deadline.check()
                    algebra, proof, reason = None, None, str(limit)
                if proof is not None and proof.kinks and at_kinks:
                    holds = all(self._holds_at(equation, kink, threshold, attempts, deadline) for kink in proof.kinks)
                    proof = Proof() if holds else proof
                if proof is not None and proof.kinks and self._contents(equation).zeros:
                    proof, reason = None, "what is claimed at a kink was proved away from it only"
                if proof is not None:
                    return _stage(threshold < max(self._ranks.values(), default=0) + 1, split), proof
                if algebra is not None and not algebra.left_opaque:
                    break
        raise Undecidable(f"no proof was found: {reason}")

    def _holds_at(
        self,
        equation: EntryEquation,
        kink: Expr,
        threshold: int,
        attempts: dict[tuple[int, bool], Algebra],
        deadline: Deadline,
    ) -> bool:
        """Whether the equation is proved where `kink = 0`, too, with the kink solved for a symbol and put in."""
        there = _at_zero(EntryEquation(equation.lhs, equation.rhs, equation.where * Zero(kink)))
        if self._contents(there).without_value or (there.lhs == equation.lhs and there.rhs == equation.rhs):
            return False
        try:
            _, proof = self._attempt(there, threshold, True, attempts, deadline)
        except (NotZero, NoValue, Undecidable):
            deadline.check()
            return False
        return not proof.kinks

    def _thresholds(self, equation: EntryEquation) -> Iterator[int]:
        """Ranks from which on cut symbols are opened: above all, then the highest that still occurs, and so on."""
        threshold = max(self._ranks.values(), default=0) + 1
        yield threshold
        occurring = {symbol for symbol in self._contents(equation).symbols if symbol in self._ranks}
        while occurring:
            threshold = max(self._ranks[symbol] for symbol in occurring)
            yield threshold
            opened = {symbol for symbol in occurring if self._ranks[symbol] == threshold}
            occurring -= opened
            for symbol in opened:
                occurring |= {one for one in self._mentioned[symbol] if one in self._ranks}

    def _attempt(
        self,
        equation: EntryEquation,
        threshold: int,
        split: bool,
        attempts: dict[tuple[int, bool], Algebra],
        deadline: Deadline,
    ) -> tuple[Algebra, Proof]:
        """One normal form; made again with finer exponents where fractions of them turn up."""
        exponentials, roots = 1, 2
        for _ in range(_FINER_TRIES):
            algebra = attempts.get((threshold, split))
            if algebra is None:
                algebra = Algebra(
                    SIZES,
                    deadline.check,
                    self._signs,
                    self.facts.partitions,
                    _Opened(self._definitions, self._ranks, threshold).get,
                    split,
                    exponentials,
                    roots,
                )
                attempts[threshold, split] = algebra
            algebra.ring.work = 0
            try:
                for symbol in self._contents(equation).cuts:
                    if self._ranks[symbol] >= threshold:
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
                del attempts[threshold, split]
        raise Undecidable("exponents with too many different fractions")

    def _plausible(self, equation: EntryEquation, threshold: int) -> bool:
        """Whether the equation may hold for all values of the cut symbols below the threshold: it does at some points.

        This only saves work: a `no` skips an attempt that could not succeed.
        """
        points = self._cut_points.get(threshold)
        if points is None:
            opened = _Opened(self._definitions, self._ranks, threshold)
            points = self._points_over(opened, _Signed(self.facts.positive, self._signs, self._definitions))
            self._cut_points[threshold] = points
        compared = 0
        for index in range(PLEASANT_POINTS, PLEASANT_POINTS + 3 * _PLAUSIBLE_POINTS):
            point = points.at(index)
            if equation.where is not S.One and not self._claimed(equation, point, True):
                continue
            point.prepare(self._contents(equation).cuts, WORKING_BITS, False)
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


class _Opened:
    """The definitions of the cut symbols from a rank on."""

    def __init__(self, definitions: dict[Symbol, Expr], ranks: dict[Symbol, int], threshold: int) -> None:
        self._definitions = definitions
        self._ranks = ranks
        self._threshold = threshold

    def get(self, symbol: Symbol) -> Expr | None:
        """The definition, if it is to be put in."""
        return self._definitions[symbol] if self._ranks.get(symbol, 0) >= self._threshold else None


class _Signed:
    """The symbols that are certainly not negative."""

    def __init__(self, positive: frozenset[Symbol], signs: Signs, definitions: dict[Symbol, Expr]) -> None:
        self._positive = positive
        self._signs = signs
        self._definitions = definitions

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._positive or (symbol in self._definitions and self._signs.of(symbol) >= NONNEGATIVE)


def decide(facts: Facts, equations: Sequence[EntryEquation], deadline: Deadline, seed: int = 0) -> Evidence:
    """Whether all the equations hold under the facts; for many questions of one document, keep a `Decider`."""
    return Decider(facts, seed).decide(equations, deadline)


def _stage(opened: bool, split: bool) -> str:
    return "normal form" + (", definitions put in" if opened else "") + (", by cases" if split else "")


def _at_zero(equation: EntryEquation) -> EntryEquation:
    """The equation with `s = s - u/c` put in where it is claimed for `Zero(u)`, `u` linear in `s` with slope `c`."""
    lhs, rhs = equation.lhs, equation.rhs
    for factor in sympy.Mul.make_args(equation.where):
        if not isinstance(factor, Zero):
            continue
        solution = _solution(factor.args[0])
        if solution:
            lhs, rhs = lhs.xreplace(solution), rhs.xreplace(solution)
    return EntryEquation(lhs, rhs, equation.where)


def _solution(argument: Expr) -> dict[Symbol, Expr]:
    """`s = -rest/c` for an argument `c s + rest` whose rest does not mention `s`; empty if there is no such symbol."""
    terms = sympy.Add.make_args(argument)
    for position, term in enumerate(terms):
        slope, symbol = term.as_coeff_Mul()
        rest = terms[:position] + terms[position + 1 :]
        if isinstance(symbol, Symbol) and slope.is_Rational and symbol not in parts_of(*rest):
            return {symbol: sympy.Add(*rest) / -slope}
    return {}


def _has_value(equation: EntryEquation, point: Point) -> bool:
    """Whether both sides have a value at the point, be it on a kink."""
    try:
        point.value(equation.lhs, WORKING_BITS, True)
        point.value(equation.rhs, WORKING_BITS, True)
    except NoUse:
        return False
    return True


def _solved(argument: Expr, symbol: Symbol, point: Point) -> Fraction | None:
    """The value of the symbol at which the argument is zero, if the argument is rational and linear in it."""
    values = []
    for trial in range(3):
        try:
            value = point.with_fixed({symbol: Fraction(trial)}).value(argument, WORKING_BITS, True)
        except NoUse:
            return None
        if not isinstance(value, fmpq):
            return None
        values.append(Fraction(int(value.p), int(value.q)))
    slope = values[1] - values[0]
    if not slope or values[2] - values[1] != slope:
        return None
    return -values[0] / slope
