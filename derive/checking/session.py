"""What is known while one document is checked: its names so far, their exact entries, the decider."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace

from derive.checking.kinks import has_minima, with_other_slope_of_minima
from derive.checking.memory import Fact, Memory, key_of_table
from derive.deciding.cascade import Decider, GeneralProving
from derive.deciding.evidence import Different, Evidence
from derive.deciding.facts import EntryEquation, Facts
from derive.deciding.limits import Deadline
from derive.exact.derivatives import Definitions
from derive.exact.entries import Entries
from derive.exact.scalars import HALF, MINUS_ONE, ONE, ZERO, Number, Scalar, number
from derive.expressions.tree import Add, Expr, Layout, Negative
from derive.expressions.walk import symbols_of
from derive.indexed.prover import GeneralProof, Prover
from derive.models import Model
from derive.notation.chains import Chain
from derive.notation.elaboration import Options
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.records import dataclass

STEP_SECONDS = 9.0
"""A step may take this long; what is not decided then is `unknown`."""


KINKS: tuple[Scalar, ...] = (ZERO, ONE, HALF, MINUS_ONE)
"""Values that authors choose for a derivative where a function has none."""


@dataclass(frozen=True)
class Trust:
    """What a proof for all dimensions may rest on.

    `names`: those by which derivatives of the loss are certified; null trusts all. `none_at_all`: nothing is trusted.
    `confirms`: what is proved for all dimensions is to be proved by the entries as well.
    """

    names: frozenset[str] | None = None
    none_at_all: bool = False
    confirms: bool = False


@dataclass(frozen=True)
class Known:
    """What a document said so far, as far as it matters to what follows: with it another session can go on."""

    table: SymbolTable
    facts: tuple[Fact, ...]
    treated_apart: Mapping[str, tuple[Expr, ...]]
    argument_orders: Mapping[str, tuple[str, ...]]
    waiting: tuple[tuple[dict[str, int], Chain], ...]
    varied: frozenset[str] | None

    @property
    def key(self) -> Hashable:
        """What it says beside the table and the facts."""
        waiting = tuple((tuple(numbers.items()), chain.key) for numbers, chain in self.waiting)
        return tuple(self.treated_apart.items()), tuple(self.argument_orders.items()), waiting, self.varied

    def is_continued_by(self, other: "Known") -> bool:
        """Whether nothing but what was proved is more in another one."""
        if self.table is not other.table or len(self.facts) > len(other.facts):
            return False
        are_same = all(first is second for first, second in zip(self.facts, other.facts, strict=False))
        return are_same and self.key == other.key


@dataclass
class Session:
    """The state of a check. `table` grows with the document's definitions.

    `definitions` are empty; they say who differentiates. `trusted` are names of which everything is known to be trusted
    that they stand for. `varied` are the names whose differentials stand in the document, null where none surely does.
    `unsummed` are the index letters of the left side of an equation under Einstein's convention. `memory` is what was
    found in other documents under the same `setting`, of which this is the content's name; `facts` are what was proved.
    """

    model: Model
    allow: frozenset[str] = frozenset()
    trust: Trust = field(default_factory=Trust)
    definitions: Definitions = field(default_factory=Definitions)
    memory: Memory | None = None
    setting: str = ""
    table: SymbolTable = field(init=False)
    entries: Entries = field(init=False)
    prover: Prover = field(init=False)
    treated_apart: dict[str, tuple[Expr, ...]] = field(default_factory=dict)
    argument_orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    trusted: set[str] = field(default_factory=set)
    waiting: list[tuple[dict[str, int], Chain]] = field(default_factory=list)
    varied: frozenset[str] | None = None
    unsummed: frozenset[str] | None = None
    facts: list[Fact] = field(default_factory=list)
    _key_of_table: tuple[SymbolTable, int] | None = None
    _key_of_facts: tuple[int, int | None] = (0, None)
    _other_kinks: "dict[tuple[Scalar, bool], Session]" = field(default_factory=dict)
    _decider: Decider | None = None
    _facts_known: int = -1
    _is_learning: bool = True

    def __post_init__(self) -> None:
        kink = number(self.model.kink)
        self.table = self.model.table
        self.entries = Entries(self.table, kink, self.definitions)
        self.prover = Prover(self.table, self.model.kink)

    def learn(self, table: SymbolTable) -> None:
        """Goes on with a table that has more names."""
        if table is not self.table:
            self.trusted.clear()
        self.table = table
        self.entries.table = table
        self.prover.learn(table)

    def learn_value(self, table: SymbolTable) -> None:
        """Goes on with a table that says what a name is, of which maybe only the shape was known before."""
        known = self.table.meanings
        if any(table.meanings.get(name) is not meaning for name, meaning in known.items()):
            self.relearn(table)
        else:
            self.learn(table)

    def relearn(self, table: SymbolTable) -> None:
        """Goes on with a table in which a known name has another value: what was computed or proved of it is not kept.

        What was proved took the name as free: its derivatives by all else were zero; with its value they may differ.
        """
        self.definitions = type(self.definitions)()
        self.entries = Entries(table, self.entries.kink, self.definitions)
        self.prover = Prover(table, self.model.kink)
        self.facts.clear()
        self._key_of_facts = 0, None
        self._other_kinks.clear()
        self._decider, self._facts_known = None, -1
        self.learn(replace(table, other_values={}))

    def remember(self, left: Expr, right: Expr, proof: GeneralProof) -> None:
        """Two sides that are equal for all values of their symbols: later proofs may rest on it."""
        if self._is_learning:
            self.facts.append((left, right, proof))
            self.prover.remember(left, right, proof)

    @contextmanager
    def only_trying(self) -> Iterator[None]:
        """Inside, what is proved is not remembered: the document does not say it."""
        before, self._is_learning = self._is_learning, False
        try:
            yield
        finally:
            self._is_learning = before

    def known(self) -> Known:
        """What the document said so far."""
        return Known(
            self.table,
            tuple(self.facts),
            dict(self.treated_apart),
            dict(self.argument_orders),
            tuple(self.waiting),
            self.varied,
        )

    def know(self, known: Known) -> None:
        """Go on from what a document said so far; for a session that has seen nothing, or only the beginning of it."""
        if known.table is not self.table:
            self.learn(known.table)
        for fact in known.facts[len(self.facts) :]:
            self.remember(*fact)
        self.treated_apart = dict(known.treated_apart)
        self.argument_orders = dict(known.argument_orders)
        self.waiting = list(known.waiting)
        self.varied = known.varied

    def rest(self, memory: Memory) -> Hashable:
        """All of the document so far but what was proved."""
        return self.state(memory)[:-1], self.known().key

    def state(self, memory: Memory) -> tuple[Hashable, ...]:
        """All of the document so far on which the verdict on a claim may depend; what was proved comes last."""
        if self._key_of_table is None or self._key_of_table[0] is not self.table:
            key = key_of_table(self.table, self.model.table)
            self._key_of_table = self.table, memory.number(("table", self.setting, key))
        known, number = self._key_of_facts
        number = memory.number_behind(number, self.facts[known:])
        self._key_of_facts = len(self.facts), number
        return self.setting, self.table.einstein, self.allow, self.trust, self._key_of_table[1], number

    def decide(
        self, equations: Sequence[EntryEquation], deadline: Deadline, general: GeneralProving | None = None
    ) -> Evidence:
        """The evidence on some equations between entries; `general` may know more of what they are entries of."""
        return self.decider().decide(equations, deadline, general)

    def refuted_at_once(self, equation: EntryEquation, deadline: Deadline) -> Different | None:
        """One of the first points, if an equation fails there."""
        return self.decider().refuted_at_once(equation, deadline)

    def decider(self) -> Decider:
        """The decider, which knows every fact and definition so far."""
        facts = (
            len(self.definitions.partitions)
            + len(self.definitions.positives)
            + len(self.definitions.whole)
            + len(self.definitions.definites)
        )
        if self._decider is None or facts != self._facts_known:
            self._facts_known = facts
            self._decider = Decider(
                Facts(
                    definitions=dict(self.definitions.values),
                    partitions=tuple(self.definitions.partitions),
                    positive=frozenset(self.definitions.positives),
                    integers=frozenset(self.definitions.whole),
                    definite=tuple(self.definitions.definites),
                )
            )
            self.definitions.on_define = self._decider.define
        return self._decider

    def with_other_kinks(self) -> "Iterator[Session]":
        """The same document with other values for derivatives where a function has none, also for minima alone."""
        yield from (self._with_kink(value, self.table) for value in KINKS if value is not self.entries.kink)
        if has_minima(self.table):
            turned = with_other_slope_of_minima(self.table)
            yield from (self._with_kink(value, turned) for value in (ZERO, ONE))

    def _with_kink(self, value: Scalar, table: SymbolTable) -> "Session":
        key = value, table is self.table
        if key not in self._other_kinks:
            other = Session(self.model, self.allow, self.trust, type(self.definitions)())
            other.entries.kink = value
            assert isinstance(value, Number)
            other.prover = Prover(table, value.value)
            self._other_kinks[key] = other
        other = self._other_kinks[key]
        other.learn(table)
        other.treated_apart = self.treated_apart
        other.varied = self.varied
        other.unsummed = self.unsummed
        return other

    def options(
        self, layout: Layout | None = None, formal: dict[str, Expr] | None = None, with_apart: bool = True
    ) -> Options:
        """How the members of a step are read."""
        apart = self._apart() if with_apart else {}
        return Options(
            layout or self.table.layout, formal or {}, apart, self.argument_orders, self.varied, self.unsummed
        )

    def _apart(self) -> dict[str, tuple[Expr, ...]]:
        """For each derivative of the loss, the loss without the terms that are treated apart."""
        if "one-term" not in self.allow or self.table.loss is None:
            return self.treated_apart
        terms = loss_terms(self.table)
        given = [name for name, meaning in self.table.meanings.items() if isinstance(meaning, Given)]
        allowed = {f"{self.table.loss} by {name}": self._without_one(terms, name) for name in given}
        return {**allowed, **self.treated_apart}

    def _without_one(self, terms: Sequence[Expr], name: str) -> tuple[Expr, ...]:
        """The loss without one of the terms that mention a variable themselves, as a penalty does."""
        direct = [at for at, term in enumerate(terms) if mentions(term, name)]
        return tuple(without(terms, frozenset({at})) for at in direct) if len(terms) > 1 else ()


def loss_terms(table: SymbolTable) -> list[Expr]:
    """The additive terms of the loss, with their signs."""
    meaning = table.meanings.get(table.loss or "")
    if not isinstance(meaning, Computed) or meaning.value is None:
        return []
    return additive_terms(meaning.value)


def additive_terms(value: Expr) -> list[Expr]:
    """The terms of a sum, of sums in it too."""
    match value:
        case Add(terms):
            return [part for term in terms for part in additive_terms(term)]
        case Negative(Add() as inner):
            return [Negative(part) for part in additive_terms(inner)]
    return [value]


def without(terms: Sequence[Expr], dropped: frozenset[int]) -> Expr:
    """The sum of the terms that are not dropped."""
    kept = [term for at, term in enumerate(terms) if at not in dropped]
    return kept[0] if len(kept) == 1 else Add(tuple(kept))


def mentions(value: Expr, name: str) -> bool:
    """Whether a name stands in an expression itself, not only in what it is computed from."""
    return any(symbol.name == name for symbol in symbols_of(value))
