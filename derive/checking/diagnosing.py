"""Which mistake was made in a refuted claim: one whose repair is proved, or two.

The catalogue (`derive.mistakes`) says how a wrong formula would look without a mistake. Floating point picks the few of
these formulas that may equal the other side; a mistake is named only if the repaired claim is *proved*. Where one
repair is not enough, every repair is repaired once more.
"""

import itertools
from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from functools import cached_property

from derive.checking.arrays import Values
from derive.checking.candidates import Candidate, Uses, joined
from derive.checking.claims import Claimed, judge
from derive.checking.evidence import environments, involves_derivative
from derive.checking.general import GeneralAttempt
from derive.checking.probing import NoValueError, Probe, alike
from derive.checking.results import Diagnosis
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.expressions.latex import latex
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.expressions.walk import walk
from derive.gradients.indices import free_indices
from derive.mistakes.catalogue import CATALOGUE, ONCE_MORE, ONLY_ALONE, RESPELLED, SHAPED_OTHERWISE
from derive.mistakes.mistake import Mistake
from derive.mistakes.rewriting import fitting
from derive.mistakes.wrong import Known, Wrong
from derive.notation.elaboration import Reading, Settled, readings
from derive.notation.symbols import Computed, Given
from derive.notation.syntax import List
from derive.records import dataclass

SECONDS = 3.0
"""The search for a mistake in one step may take this long; what is not found then is not named."""

POINTS = (7, 8, 9)
"""Points at which formulas are compared: behind the pleasant ones, where different formulas agree by accident."""

PLACES = 6
"""At so many points, and for so many values of free indices, formulas are compared."""

MOST_REPAIRS = 200
"""More repairs of one formula than these are not repaired once more."""


def diagnosed(session: Session, claimed: Claimed) -> tuple[Diagnosis, ...]:
    """The mistakes that were made in a refuted claim; nothing where the catalogue does not explain it."""
    deadline = Deadline(SECONDS)
    try:
        with deadline.enforced(), session.only_trying():
            for search in _searches(session, claimed, deadline):
                found = () if search.is_zero else search.one_mistake() or search.two_mistakes()
                if found:
                    return found
    except (Undecidable, FormulaError, RecursionError):
        pass
    return ()


def is_made(session: Session, claimed: Claimed, mistake: Mistake) -> bool:
    """Whether one mistake explains a refuted claim: one of its repairs is proved."""
    deadline = Deadline(SECONDS)
    try:
        with deadline.enforced(), session.only_trying():
            return any(search.shows(mistake) for search in _searches(session, claimed, deadline))
    except (Undecidable, FormulaError, RecursionError):
        return False


def _searches(session: Session, claimed: Claimed, deadline: Deadline) -> Iterator["_Search"]:
    """Mistakes are looked for on the right, then on the left, unless that is but the name of a quantity.

    Where the right side speaks of the left one, the step is an equation to be solved, and no mistake made it.
    """
    left, right = (_first(session, side, claimed) for side in (claimed.left, claimed.right))
    if left is not None and right is not None and left.value in walk(right.value):
        return
    if left is not None:
        yield _Search(session, claimed, claimed.left, claimed.right, left, right, deadline)
    if right is not None and not isinstance(left.value if left is not None else None, (Symbol, Derivative)):
        yield _Search(session, claimed, claimed.right, claimed.left, right, left, deadline)


def _first(session: Session, side: Side, claimed: Claimed) -> Reading | None:
    found = side.read(session, None, dict(claimed.formal)).upto(1)
    return found[0] if found else None


@dataclass
class _Search:
    """The search for the mistake in one side, `written`, of a claim; the other one, `quantity`, is taken as it is.

    `settled` is what the readings of its repairs share: most of what stands in a repair stands in the formula, too.
    """

    session: Session
    claimed: Claimed
    quantity_side: Side
    written_side: Side
    quantity: Reading
    written: Reading | None
    deadline: Deadline
    probes: list[Probe] = field(default_factory=list)
    target: list[Values] = field(default_factory=list)
    settled: dict[Hashable, list[Settled]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        know_all_names(self.session)
        for probe in itertools.islice(self._probes(), PLACES):
            try:
                self.target.append(probe.value(self.quantity.value))
            except NoValueError:
                continue
            self.probes.append(probe)
        written = None if self.written is None else self.written.value
        kink = self.session.model.kink
        syntax = self.written_side.content
        free = {letter: uses[0].dim for letter, uses in self.free.items() if uses}
        self.wrong = Wrong(Known(self.session.table, kink, self.quantity.value, free), written, syntax)

    @property
    def free(self) -> Uses:
        """Where the indices are used for all of whose values the claim is made: they run as they do in the quantity."""
        written = {} if self.written is None else self.written.free
        return {
            **joined(self.quantity.free, written),
            **{name: uses for name, uses in self.quantity.free.items() if uses},
        }

    def _probes(self) -> Iterator[Probe]:
        """The points and the values of free indices for which the claim is made."""
        candidate = Candidate(self.quantity.value, self.quantity.value, frozenset(), self.free)
        places = list(environments(self.session, candidate, self.claimed.restrictions))
        for index, environment in itertools.product(POINTS, places):
            probe = Probe(self.session, self.session.decider().point(index), environment)
            conditions = [restriction.condition for restriction in self.claimed.restrictions]
            if all(probe.holds(condition) for condition in conditions):
                yield probe

    @property
    def is_zero(self) -> bool:
        """Whether what was written is 0 wherever it was looked at: no work in which a mistake could be found."""
        try:
            values = [] if self.wrong.written is None else [probe.value(self.wrong.written) for probe in self.probes]
        except NoValueError:
            return False
        return bool(values) and not any(value.largest for value in values)

    @cached_property
    def is_of_derivatives(self) -> bool:
        """Whether a derivative stands in the claim or in what its names are defined by."""
        written = self.quantity.value if self.wrong.written is None else self.wrong.written
        return involves_derivative(self.session, Candidate(self.quantity.value, written, frozenset()))

    def one_mistake(self) -> tuple[Diagnosis, ...]:
        """The first mistake of the catalogue whose repair is proved."""
        for mistake, repaired in self._repaired(self.wrong):
            if self._is_right(repaired.written):
                return (self._diagnosis(mistake, repaired),)
        return ()

    def shows(self, mistake: Mistake) -> bool:
        """Whether a repair by one mistake is proved."""
        return any(self._is_right(repaired.written) for _, repaired in self._repaired(self.wrong, [mistake]))

    def two_mistakes(self) -> tuple[Diagnosis, ...]:
        """Two mistakes whose repairs one after the other are proved, or one that was made twice."""
        alone = [mistake for mistake in CATALOGUE if mistake not in ONLY_ALONE]
        firsts = list(itertools.islice(self._repaired(self.wrong, alone), MOST_REPAIRS))
        for mistake, once in firsts:
            for other, twice in self._repaired(once, self._more(mistake, once)):
                if self._is_right(twice.written):
                    return tuple(self._diagnosis(each, twice) for each in dict.fromkeys((mistake, other)))
        return ()

    def _more(self, mistake: Mistake, once: Wrong) -> Sequence[Mistake]:
        """What may be tried on a repaired formula: another spelling while it has no shape, else what may be right."""
        if once.written is None:
            return RESPELLED if mistake in RESPELLED else ()
        return ONCE_MORE if once.written.shape == self.wrong.shape else SHAPED_OTHERWISE

    def _diagnosis(self, mistake: Mistake, repaired: Wrong) -> Diagnosis:
        """What is said of a mistake; the shorter one of the repaired formula and the one known to be right."""
        forms = [latex(value) for value in (repaired.written, self.wrong.truth) if value is not None]
        return Diagnosis(mistake.code, mistake.message, min(forms, key=len))

    def _repaired(self, wrong: Wrong, mistakes: Sequence[Mistake] = CATALOGUE) -> Iterator[tuple[Mistake, Wrong]]:
        """Every repair of a formula by each mistake in turn; one made in differentiating only where that was done."""
        for mistake in mistakes:
            if mistake.of_derivatives and not self.is_of_derivatives:
                continue
            for repair in fitting(mistake.repairs(wrong)):
                self.deadline.check()
                if isinstance(repair, List):
                    yield mistake, wrong.rewritten(self._read(repair), repair)
                else:
                    yield mistake, wrong.rewritten(repair, None)

    def _read(self, repair: List) -> Expr | None:
        """Syntax as a tree; null where it has no plain reading."""
        options = self.session.options(None, dict(self.claimed.formal))
        found = next(readings(self.session.table, repair, options, self.settled), None)
        return found.value if isinstance(found, Reading) and not found.conventions else None

    def _is_right(self, value: Expr | None) -> bool:
        """Whether a repaired claim is proved. Floating point spares most of the proofs.

        Where sizes stand as numbers a proof at these dimensions is not enough: at N = 2 a factor N is a factor 2.
        """
        if value is None or value.shape != self.wrong.shape or not self._is_closed(value):
            return False
        if not self._may_be_right(value):
            return False
        try:
            return self._holds_for_all_sizes(value) if self.wrong.known.averaged else self._holds(value)
        except FormulaError:
            return False

    def _holds_for_all_sizes(self, value: Expr) -> bool:
        candidate = Candidate(self.quantity.value, value, frozenset(), self.free)
        return GeneralAttempt(self.session, candidate, self.claimed.restrictions, self.deadline).holds()

    def _holds(self, value: Expr) -> bool:
        fixed = Side(None, fixed=Reading(value, frozenset(), self.free))
        formal = dict(self.claimed.formal)
        found = judge(self.session, self.quantity_side, fixed, self.claimed.restrictions, formal, self.deadline)
        return found.verdict == "proved"

    def _is_closed(self, value: Expr) -> bool:
        """Whether a formula has no free indices but those of the claim: one taken out of its sum may have more."""
        return all(index.name in self.free for index in free_indices(value))

    def _may_be_right(self, value: Expr) -> bool:
        """Whether floating point finds no difference at the points where the quantity has a value."""
        for probe, expected in zip(self.probes, self.target, strict=True):
            try:
                if not alike(probe.value(value), expected):
                    return False
            except NoValueError:
                return False
        return bool(self.probes)


def know_all_names(session: Session) -> None:
    """Lowers every name, so that all facts are known before a point is chosen that satisfies them."""
    for name, meaning in session.table.meanings.items():
        if isinstance(meaning, (Given, Computed)):
            with suppress(Undecidable, FormulaError):
                session.entries.of_name(name, meaning.shape)
    session.entries.begin()
