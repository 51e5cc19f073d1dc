"""Counterexamples: points at which balls show that an equation fails.

Whatever is returned as `Different` is certain: both values are exact or enclosed, and no step function is at its kink
unless the equation is claimed there.
"""

import itertools
from collections.abc import Container, Iterator, Sequence
from dataclasses import field
from fractions import Fraction

from flint import fmpq

from derive.deciding.evidence import Different
from derive.deciding.facts import EntryEquation
from derive.deciding.knowledge import Knowledge
from derive.deciding.limits import HIGH_BITS, HIGH_POINTS, POINT_TRIES, WORKING_BITS, Deadline
from derive.exact.balls import (
    FLAT,
    PLEASANT_POINTS,
    DefinitionTable,
    Kinks,
    NoUse,
    Point,
    Points,
    Value,
    described,
    differ,
    texts,
)
from derive.exact.scalars import ONE, ZERO, Scalar, Symbol
from derive.records import dataclass

_GIVEN_TRIES = 6


@dataclass
class Question:
    """One equation on its way through the cascade: at how many points it was compared, and where it has values."""

    number: int
    equation: EntryEquation
    compared: list[Point] = field(default_factory=list)
    tried: int = 0
    has_value: bool = False


class Refuter:
    """Looks for counterexamples; remembers the values of what it has evaluated."""

    def __init__(self, knowledge: Knowledge, seed: int) -> None:
        self._knowledge = knowledge
        self._seed = seed
        self._points = self.points_over(knowledge.definitions, knowledge.facts.positive)

    def has_used(self, symbol: Symbol) -> bool:
        """Whether a symbol had a value as a given one."""
        return symbol in self._points.used

    def point(self, index: int) -> Point:
        """The point of that number."""
        return self._points.at(index)

    def points_over(self, definitions: DefinitionTable, positive: Container[Symbol]) -> Points:
        """The points that satisfy the facts, for other definitions."""
        facts = self._knowledge.facts
        return Points(self._seed, definitions, facts.partitions, positive, facts.integers, facts.definite)

    def refuted(self, questions: Sequence[Question], wanted: int, deadline: Deadline) -> Different | None:
        """A point at which some equation certainly fails, among the first `wanted` at which it has values."""
        for index in range(POINT_TRIES):
            for question in questions:
                if question.tried > index or len(question.compared) >= wanted:
                    continue
                refuted = self._refuted_at(question, index, deadline)
                if refuted is not None:
                    return refuted
        return None

    def refuted_where_valued(self, questions: Sequence[Question], deadline: Deadline) -> Different | None:
        """The same, until each has a point at which both sides have a value: a proof asks for one."""
        for question in questions:
            while not question.has_value and question.tried < POINT_TRIES:
                refuted = self._refuted_at(question, question.tried, deadline)
                if refuted is not None:
                    return refuted
        return None

    def _refuted_at(self, question: Question, index: int, deadline: Deadline) -> Different | None:
        """The point of that number, if the equation certainly fails there."""
        question.tried = index + 1
        deadline.check()
        for point, kinks in self._places(question.equation, index):
            if self._differs_at(question, point, kinks, WORKING_BITS):
                return self._difference(question, point, kinks, WORKING_BITS)
        return None

    def refuted_closely(self, questions: Sequence[Question], deadline: Deadline) -> Different | None:
        """The same at more points, with high precision at the last of them, and where arguments of steps are flat."""
        refuted = self.refuted(questions, POINT_TRIES, deadline)
        if refuted is not None:
            return refuted
        for question in questions:
            for point in question.compared[-HIGH_POINTS:]:
                deadline.check()
                kinks = bool(self._knowledge.contents(question.equation).zeros)
                if self._differs_at(question, point, kinks, HIGH_BITS):
                    return self._difference(question, point, kinks, HIGH_BITS)
        return self._refuted_where_flat(questions, deadline)

    def _refuted_where_flat(self, questions: Sequence[Question], deadline: Deadline) -> Different | None:
        """A point at which some equation fails, with arguments of step functions that are zero all around it."""
        for index, question in itertools.product(range(POINT_TRIES), questions):
            deadline.check()
            equation, point = question.equation, self._points.at(index)
            if self._knowledge.contents(equation).zeros and equation.where is not ONE:
                continue
            if point in question.compared or not (equation.where is ONE or self.claimed(equation, point, FLAT)):
                continue
            if self._differs_at(question, point, FLAT, WORKING_BITS):
                return self._difference(question, point, FLAT, WORKING_BITS)
        return None

    def _places(self, equation: EntryEquation, index: int) -> Iterator[tuple[Point, bool]]:
        """The point of that number if the equation is claimed there; for a claim at a kink, a point moved onto it."""
        point = self._points.at(index)
        at_kink = bool(self._knowledge.contents(equation).zeros)
        if equation.where is ONE or self.claimed(equation, point, at_kink):
            if not at_kink or index >= PLEASANT_POINTS:
                yield point, at_kink
        elif at_kink and index >= PLEASANT_POINTS:
            moved = self._moved(equation, point)
            if moved is not None:
                yield moved, True

    def claimed(self, equation: EntryEquation, point: Point, kinks: Kinks) -> bool:
        """Whether an equation is claimed at a point."""
        try:
            value = point.value(equation.where, WORKING_BITS, kinks)
        except NoUse:
            return False
        return isinstance(value, fmpq) and value == 1

    def _moved(self, equation: EntryEquation, point: Point) -> Point | None:
        """A point where `u = 0` for the `[u = 0]` of the condition: one coordinate is solved for."""
        facts = self._knowledge.facts
        for flag in self._knowledge.contents(equation).zeros:
            argument = flag.args[0]
            for symbol in self._knowledge.given_in(EntryEquation(argument, ZERO))[:_GIVEN_TRIES]:
                if symbol in self._points.group_of or symbol in self._points.entry_of or symbol in facts.integers:
                    continue
                solution = _solved(argument, symbol, point)
                if solution is None or (symbol in facts.positive and solution <= 0):
                    continue
                moved = point.with_fixed({symbol: solution})
                if self.claimed(equation, moved, True):
                    return moved
        return None

    def _differs_at(self, question: Question, point: Point, kinks: Kinks, bits: int) -> bool:
        equation = question.equation
        cuts = self._knowledge.contents(equation).cuts
        point.prepare(cuts, bits, kinks)
        try:
            lhs, rhs = point.value(equation.lhs, bits, kinks), point.value(equation.rhs, bits, kinks)
        except NoUse:
            if not kinks and not question.has_value:
                point.prepare(cuts, bits, True)
                question.has_value = _has_value(equation, point)
            return False
        question.has_value = True
        if bits == WORKING_BITS:
            question.compared.append(point)
        return differ(lhs, rhs, bits)

    def _difference(self, question: Question, point: Point, kinks: Kinks, bits: int) -> Different:
        equation = question.equation
        lhs, rhs = texts(point.value(equation.lhs, bits, kinks), point.value(equation.rhs, bits, kinks), bits)
        given = self._together(self._knowledge.given_in(equation))
        at = {symbol.name: point.coordinate(symbol) for symbol in given}
        functions = dict(sorted(described(point, one) for one in self._knowledge.unspecified_in(equation)))
        return Different(at, question.number, lhs, rhs, functions)

    def _together(self, symbols: Sequence[Symbol]) -> list[Symbol]:
        """Symbols with those that a fact ties to them: which label is the 1, what else stands in a definite matrix."""
        found = dict.fromkeys(symbols)
        for symbol in symbols:
            found.update(dict.fromkeys(self._points.group_of.get(symbol, ())))
            rows, _, _ = self._points.entry_of.get(symbol, ((), 0, 0))
            found.update(dict.fromkeys(entry for row in rows for entry in row))
        return list(found)

    def values(self, found: Different, symbols: Sequence[Symbol]) -> list[Value]:
        """Values of symbols at a counterexample; of those it does not depend on, any that satisfy the facts."""
        at = {Symbol(name): value for name, value in found.at.items()}
        point = self._points.at(0).with_fixed(at)
        point.prepare(symbols, WORKING_BITS, True)
        return [point.value(symbol, WORKING_BITS, True) for symbol in symbols]


def _has_value(equation: EntryEquation, point: Point) -> bool:
    """Whether both sides have a value at the point, be it on a kink."""
    try:
        point.value(equation.lhs, WORKING_BITS, True)
        point.value(equation.rhs, WORKING_BITS, True)
    except NoUse:
        return False
    return True


def _solved(argument: Scalar, symbol: Symbol, point: Point) -> Fraction | None:
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
