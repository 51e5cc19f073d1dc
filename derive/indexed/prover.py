"""Whether two expressions are equal for every size of every dimension: the difference of their forms is zero.

Names and derivatives are cut: they stand for themselves as long as that suffices, and are opened from the latest on. An
equation that is proved is remembered: where its name is opened next, it is opened to what it was proved to be, so that
each step of a derivation rests on the one before (sweeping). Kinked functions are opened last.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from math import prod

from derive.expressions.shapes import Dim
from derive.expressions.tree import Condition, Expr, IndexVariable
from derive.indexed.context import UNSAID, dim_key, slots_of
from derive.indexed.heads import (
    FIRST_POSITION,
    LAST_POSITION,
    SLOTS,
    Factor,
    Form,
    NotGeneral,
    Number,
    free_indices,
    indices_of,
)
from derive.indexed.lowering import Lowering
from derive.indexed.replacement import KINKED, Replacement
from derive.indexed.totality import Totality
from derive.notation.symbols import SymbolTable
from derive.records import dataclass

MAX_ROUNDS = 120
MAX_DENOMINATORS = 12
MAX_POSITIONS = 36
STEPS = 30_000
"""Products that are settled for one claim: about a second."""


@dataclass(frozen=True)
class GeneralProof:
    """The sides are equal for all dimensions, wherever both have a value; `conditions` say in words where they have.

    `is_total`: both have a value for all values of the symbols.
    """

    conditions: tuple[str, ...]
    is_total: bool = False


@dataclass(frozen=True)
class NoProof:
    """No proof for all dimensions was found, which says nothing about truth."""

    reason: str


@dataclass(frozen=True)
class Impatient:
    """It would take longer than was asked for."""


@dataclass
class Rests:
    """On which equations what was asked rests: the names that were opened, each with the number of the equation by
    which it was, null where that was its definition.

    With other equations the same would be found if these names were `opened` as they were; a name that is only
    `followed` may have lost its equation.
    """

    opened: dict[str, int | None] = field(default_factory=dict)
    followed: dict[str, int | None] = field(default_factory=dict)


class _OutOfPatience(Exception):
    pass


class Prover:
    """Proves equations of one document for all dimensions."""

    def __init__(self, table: SymbolTable, kink: Number = 0) -> None:
        self.lowering = Lowering(table, kink, check=lambda: self._check())  # noqa: PLW0108  # it changes
        self._check: Callable[[], None] = lambda: None
        self._patience = STEPS
        self._proved: dict[int, Form] = {}
        self._sources: dict[int, int] = {}
        self._remembered_so_far = 0
        self.rests = Rests()
        self._totality = Totality(self.lowering)
        self._names: dict[int, str] = {}

    def learn(self, table: SymbolTable) -> None:
        """Go on with a table that has more names."""
        before = self.lowering.table.meanings
        if any(table.meanings.get(name) is not meaning for name, meaning in before.items()):
            self.lowering.forget()
        self.lowering.table = table

    def prove(
        self,
        left: Expr,
        right: Expr,
        free: Mapping[str, Dim] | None = None,
        last: frozenset[str] = frozenset(),
        conditions: Sequence[Condition] = (),
        check: Callable[[], None] = lambda: None,
        patience: int = STEPS,
    ) -> GeneralProof | NoProof | Impatient:
        """A proof that both sides are equal wherever the conditions hold, for all values of the free index letters.

        `patience`: how many products may be settled while names are opened until `Impatient` is the answer.
        """
        self._check = check
        self._patience = patience
        algebra = self.lowering.algebra
        algebra.steps = 0
        algebra.limit = STEPS
        self.lowering.conditions = {}
        try:
            environment = self._environment(left, right, free or {}, last)
            sides = self.lowering.lower(left, environment), self.lowering.lower(right, environment)
            difference = algebra.add(*sides, -1)
            for condition in conditions:
                difference = algebra.multiply(difference, self.lowering.condition(condition, environment))
            is_total = self.lowering.declared.issuperset(self.lowering.conditions) and all(
                map(self._totality.of, sides)
            )
            opened = self._all_zero(difference)
        except _OutOfPatience:
            return Impatient()
        except NotGeneral as reason:
            return NoProof(str(reason))
        except RecursionError:
            return NoProof("an expression is nested too deeply")
        if opened is None:
            return NoProof("the index forms of the two sides are different, which alone does not refute")
        return GeneralProof(self._conditions(opened), is_total)

    def _environment(
        self, left: Expr, right: Expr, free: Mapping[str, Dim], last: frozenset[str]
    ) -> dict[IndexVariable, int]:
        """What the free index letters are. Raises `NotGeneral` where the sides have one shape at these sizes only."""
        if slots_of(left.shape) != slots_of(right.shape):
            raise NotGeneral(f"{left.shape} and {right.shape} agree at these sizes only")
        environment: dict[IndexVariable, int] = {}
        for letter, dim in free.items():
            index = IndexVariable(letter)
            number = LAST_POSITION if letter in last else self.lowering.letter(index)
            environment[index] = number
            if number > FIRST_POSITION:
                self.lowering.run_along(number, dim_key(dim))
        return environment

    # ── opening ──

    def _all_zero(self, difference: Form) -> set[int] | None:
        """The heads that had to be opened; beside fixed positions, every value of an index whose size is a number."""
        dims = self.lowering.functions.dims_of(difference)
        counted = {index: int(dim) for index, dim in dims.items() if dim.isdigit()}
        if not counted or not any(index <= FIRST_POSITION for index in indices_of(difference)):
            return self._is_zero(difference)
        if prod(counted.values()) > MAX_POSITIONS:
            raise NotGeneral("a matrix that is written out is too large")
        opened: set[int] = set()
        for positions in itertools.product(*(range(size) for size in counted.values())):
            names = {index: FIRST_POSITION - at for index, at in zip(counted, positions, strict=True)}
            found = self._is_zero(self.lowering.algebra.renamed(difference, names))
            if found is None:
                return None
            opened |= found
        return opened

    def _is_zero(self, difference: Form) -> set[int] | None:
        """The heads that had to be opened until nothing was left; None where something is."""
        opened: set[int] = set()
        start = self.lowering.algebra.steps
        for _ in range(MAX_ROUNDS):
            if not difference:
                return opened
            if self.lowering.algebra.steps - start > self._patience:
                raise _OutOfPatience
            values = self._latest(difference)
            if not values:
                break
            opened |= set(values)
            difference = self.lowering.replaced(difference, values)
        difference = self._without_kinks(difference)
        return None if self._without_denominators(difference) else opened

    def _latest(self, form: Form) -> Mapping[int, Form]:
        """The cut heads of the highest rank in a form, with what they stand for. A derivative in all terms can wait."""
        cuts, heads = self.lowering.cuts, self.lowering.heads
        present = {head for head in heads.mentioned(form) if head in cuts.definitions}
        if not present:
            return {}
        shared = set.intersection(*({head for head, _, _ in monomial} for monomial in form))
        present = {head for head in present if head not in shared or not heads[head].is_derivative} or present
        highest = max(cuts.rank[head] for head in present)
        return {head: self._opened(head) for head in present if cuts.rank[head] == highest}

    def _opened(self, head: int) -> Form:
        """What a cut head stands for: what it was proved to be, else its definition."""
        self.rests.opened[self._called(head)] = self._sources.get(head)
        return self._proved.get(head, self.lowering.cuts.definitions[head])

    def _without_kinks(self, form: Form) -> Form:
        heads = self.lowering.heads
        if not any(heads[head].kind in KINKED for head in heads.mentioned(form)):
            return form
        return Replacement(self.lowering.functions, {}, smooth=True).form(form)

    def _without_denominators(self, form: Form) -> Form:
        """The form times all its denominators that are no part of a sum, which are not zero where it has a value."""
        algebra = self.lowering.algebra
        for _ in range(MAX_DENOMINATORS):
            found = self._denominator(form)
            if found is None:
                return form
            head, indices, exponent = found
            form = algebra.multiply(form, {((head, indices, (-exponent).__floor__()),): 1})
        return form

    def _denominator(self, form: Form) -> Factor | None:
        """A group under a reciprocal that is no part of a sum, with its lowest power."""
        heads = self.lowering.heads
        below = [
            (exponent, head, indices)
            for monomial in form
            for head, indices, exponent in monomial
            if exponent <= -1 and heads[head].kind == "group" and all(index < 0 for index in indices)
        ]
        if not below:
            return None
        exponent, head, indices = min(below)
        return head, indices, exponent

    # ── what was proved ──

    def remember(self, left: Expr, right: Expr, proof: GeneralProof) -> None:
        """A proved equation for one name: where it is opened, it is opened to the other side from now on.

        It must hold for all values of the symbols, since what rests on it does not say where it holds.
        """
        self._remembered_so_far += 1
        if not proof.is_total:
            return
        try:
            first, second = self.lowering.lower(left, {}), self.lowering.lower(right, {})
        except NotGeneral:
            return
        if not self._remembered(first, second):
            self._remembered(second, first)

    def _remembered(self, name: Form, value: Form) -> bool:
        if len(name) != 1:
            return False
        ((monomial, number),) = name.items()
        if len(monomial) != 1 or number != 1:
            return False
        head, indices, exponent = monomial[0]
        cuts = self.lowering.cuts
        if head not in cuts.definitions or exponent != 1 or len(set(indices)) < len(indices):
            return False
        if any(index not in SLOTS for index in indices) or not free_indices(value) <= set(indices):
            return False
        if self._reaches(value, head):
            return False
        rank = cuts.rank[head]
        if any(cuts.rank.get(other, 0) > rank for other in self.lowering.heads.mentioned(value)):
            return False
        self._sources[head] = self._remembered_so_far - 1
        self._proved[head] = self.lowering.algebra.renamed(value, dict(zip(indices, SLOTS, strict=False)))
        return True

    def _reaches(self, form: Form, head: int) -> bool:
        """Whether opening a form would come to a head."""
        waiting = list(self.lowering.heads.mentioned(form))
        seen: set[int] = set()
        while waiting:
            current = waiting.pop()
            if current == head:
                self.rests.opened.update(self._followed(seen))
                return True
            if current in seen:
                continue
            seen.add(current)
            if current in self.lowering.cuts.definitions:
                waiting += self.lowering.heads.mentioned(self.lowering.cuts.definitions[current])
                waiting += self.lowering.heads.mentioned(self._proved.get(current, {}))
        self.rests.followed.update(self._followed(seen))
        return False

    # ── which of it was needed ──

    @property
    def settled(self) -> dict[str, int]:
        """The names that are opened to what they were proved to be, each with the number of that equation."""
        return {self._called(head): number for head, number in self._sources.items()}

    def _followed(self, heads: Iterable[int]) -> dict[str, int | None]:
        return {self._called(head): self._sources.get(head) for head in heads if head in self.lowering.cuts.definitions}

    def _called(self, head: int) -> str:
        """The name of a cut head, by which another prover knows it too: the number of a head is each prover's own."""
        known = self._names.get(head)
        if known is None:
            one = self.lowering.heads[head]
            known = one.name
            if one.is_derivative and one.kind == "cut":
                of, by = one.name.removeprefix("∂").split("/∂")
                known = f"∂({self._called(int(of))})/∂({self._called(int(by))})"
            self._names[head] = known
        return known

    # ── what a proof presupposes ──

    def _conditions(self, opened: set[int]) -> tuple[str, ...]:
        found = dict(self.lowering.conditions)
        for head in sorted(opened):
            found.update(dict.fromkeys(self.lowering.presupposed.get(head, ())))
        return tuple(words for words in found if words is not UNSAID)
