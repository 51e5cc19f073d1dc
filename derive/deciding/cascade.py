"""The cascade: whether equations between real expressions hold, cheapest method first.

1. both sides are the same expression: `Equal`;
2. a fingerprint says what to try first; it decides nothing;
3. balls at rational points away from kinks: if one excludes equality, `Different` with that point;
4. a proof for all dimensions of what the equations are entries of: `Equal`;
5. the signs of what steps depend on: if the sides are one expression in every case, `Equal`, or `EqualOffKinks`;
6. the normal form of the entries: if it is zero, `Equal`, or `EqualOffKinks`;
7. the balls again, at more points, with high precision, and where units are dead;
8. else `Undecided`, with the reason.

`refuted_at_once` looks at one equation at very few points before the others are made. If the answer is `Equal`, an
exact identity was found *and* a point where both sides have a value, unless the sides are the same expression. If it is
`Different`, both values are certain. The same question gets the same answer, whatever was asked before, as long as the
time suffices.
"""

from collections.abc import Sequence
from typing import Protocol

from derive.deciding.evidence import Different, Equal, EqualOffKinks, Evidence, Undecided
from derive.deciding.facts import EntryEquation, Facts
from derive.deciding.knowledge import Knowledge
from derive.deciding.limits import FIRST_POINTS, POINTS_AT_ONCE, SHARE_OF_PROOFS, Deadline
from derive.deciding.refuting import Question, Refuter
from derive.deciding.sign_cases import kinks_by_signs
from derive.errors import Undecidable
from derive.exact.balls import Point, Value
from derive.exact.fingerprint import Fingerprints
from derive.exact.functions import zero
from derive.exact.scalars import Scalar, Symbol, mul


class Proving(Protocol):
    """What looks for proofs."""

    def start(self) -> None:
        """Begin with new questions."""

    def proof(self, question: Question, deadline: Deadline, at_kinks: bool) -> tuple[str, tuple[str, ...]]:
        """The method that proved it, and the kinks where it did not."""


class GeneralProving(Protocol):
    """What may prove all the equations at once, for every size of what they are entries of."""

    def holds(self) -> bool:
        """Whether there is such a proof."""


class Decider:
    """Decides equations of one document; remembers the values of what it has evaluated."""

    def __init__(self, facts: Facts, seed: int = 0) -> None:
        self._seed = seed
        self._knowledge = Knowledge(facts)
        self.know(facts)

    def know(self, facts: Facts) -> None:
        """Replace the facts about symbols; definitions stay, and those of the facts are added."""
        self._knowledge.facts = facts
        self._forget()
        for symbol, definition in facts.definitions.items():
            self.define(symbol, definition)

    def define(self, symbol: Symbol, definition: Scalar) -> None:
        """Add a cut symbol, defined in given symbols and earlier cut symbols."""
        is_new = self._knowledge.define(symbol, definition)
        if is_new and (symbol in self._seen or symbol in self._fingerprints.used or self._refuter.has_used(symbol)):
            self._forget()

    def _forget(self) -> None:
        """Start anew with the facts as they are: no value and no sign that was found before is kept."""
        self._seen: set[Symbol] = set()
        self._knowledge.forget_contents()
        self._refuter = Refuter(self._knowledge, self._seed)
        self._fingerprints = Fingerprints(self._knowledge.definitions, self._knowledge.facts.partitions)
        self._known_prover: Proving | None = None

    def _prover(self, deadline: Deadline) -> Proving:
        """What looks for proofs. It takes a while to load, and many documents ask for none: so not before the first."""
        if self._known_prover is None:
            with deadline.suspended():
                from derive.deciding.proving import Prover  # noqa: PLC0415

            self._known_prover = Prover(self._knowledge, self._refuter)
        return self._known_prover

    def decide(
        self, equations: Sequence[EntryEquation], deadline: Deadline, general: GeneralProving | None = None
    ) -> Evidence:
        """Whether all the equations hold: evidence, never a guess."""
        try:
            for equation in equations:
                self._seen |= self._knowledge.contents(equation).symbols
            return self._decide(equations, deadline, general)
        except Undecidable as limit:
            return Undecided(str(limit))
        except RecursionError:
            return Undecided("an expression is nested too deeply")

    def refuted_at_once(self, equation: EntryEquation, deadline: Deadline) -> Different | None:
        """One of the first points, if the equation fails there: what is wrong is mostly wrong everywhere."""
        contents = self._knowledge.contents(equation)
        if contents.without_value or equation.lhs is equation.rhs:
            return None
        self._seen |= contents.symbols
        try:
            return self._refuter.refuted([Question(0, equation)], POINTS_AT_ONCE, deadline)
        except RecursionError:
            return None

    def point(self, index: int) -> Point:
        """One of the points at which counterexamples are looked for."""
        return self._refuter.point(index)

    def values(self, found: Different, symbols: Sequence[Symbol]) -> list[Value]:
        """Values of symbols at a counterexample, given or cut; of those it does not depend on, any by the facts."""
        return self._refuter.values(found, symbols)

    def _decide(
        self, equations: Sequence[EntryEquation], deadline: Deadline, general: GeneralProving | None
    ) -> Evidence:
        questions = []
        for number, equation in enumerate(equations):
            if self._knowledge.contents(equation).without_value:
                return Undecided(f"a side of equation {number + 1} has no value: it divides by zero")
            if equation.lhs is not equation.rhs:
                questions.append(Question(number, equation))
        if not questions:
            return Equal("identical", is_general=general is not None and general.holds())
        doubtful = [question for question in questions if not self._seems_true(question.equation)]
        refuted = self._refuter.refuted(doubtful, FIRST_POINTS, deadline)
        refuted = refuted or self._refuter.refuted_where_valued(questions, deadline)
        if refuted is None and general is not None:
            if all(question.has_value for question in questions) and general.holds():
                return Equal("index form", is_general=True)
            refuted = self._refuter.refuted(questions, FIRST_POINTS, deadline)
        if refuted is not None:
            return refuted
        by_signs = self._by_signs(questions, deadline)
        if by_signs is not None:
            return by_signs
        prover = self._prover(deadline)
        prover.start()
        earlier = deadline.share(SHARE_OF_PROOFS)
        methods: list[str] = []
        kinks: list[str] = []
        for question in questions:
            try:
                method, at = prover.proof(question, earlier, at_kinks=not kinks)
            except Undecidable as reason:
                return self._refuter.refuted_closely(questions, deadline) or Undecided(str(reason))
            methods.append(method)
            kinks += at
        method = max(methods, key=len)
        return EqualOffKinks(method, tuple(dict.fromkeys(kinks))) if kinks else Equal(method)

    def _by_signs(self, questions: Sequence[Question], deadline: Deadline) -> Equal | EqualOffKinks | None:
        """A proof for every sign of what steps depend on; that it does not hold at a kink must be certain."""
        kinks: list[Scalar] = []
        for question in questions:
            found = kinks_by_signs(self._knowledge, question.equation) if question.has_value else None
            if found is None or not all(self._fails_at(kink, question.equation, deadline) for kink in found):
                return None
            kinks += found
        method = "cases of signs"
        return EqualOffKinks(method, tuple(map(str, dict.fromkeys(kinks)))) if kinks else Equal(method)

    def _fails_at(self, kink: Scalar, equation: EntryEquation, deadline: Deadline) -> bool:
        """Whether an equation certainly fails somewhere where the argument of a step is zero."""
        there = EntryEquation(equation.lhs, equation.rhs, mul(equation.where, zero(kink)))
        return self._refuter.refuted([Question(0, there)], FIRST_POINTS, deadline) is not None

    def _seems_true(self, equation: EntryEquation) -> bool:
        """What the fingerprint says: if so, a proof is tried at once, else balls at several points come first."""
        cuts = self._knowledge.contents(equation).cuts
        return self._fingerprints.agree(equation.lhs, equation.rhs, equation.where, cuts)


def decide(facts: Facts, equations: Sequence[EntryEquation], deadline: Deadline, seed: int = 0) -> Evidence:
    """Whether all the equations hold under the facts; for many questions of one document, keep a `Decider`."""
    return Decider(facts, seed).decide(equations, deadline)
