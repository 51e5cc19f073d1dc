"""The world as somebody sees it who goes on from wrong values: these stand for their quantities, all else follows.

A value that stands for ∂L/∂S is handed back in place of it, so that every derivative behind S is what follows from it;
what reaches them around S, as the derivative of a penalty does, is as it was. A value that stands for a name changes
the model. The value itself is held as it is: nothing is differentiated through the derivative for which it stands.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from derive.checking.claims import Claimed, Judgement, judge
from derive.checking.following.dependence import names_behind
from derive.checking.following.expressed import said_by, with_parts
from derive.checking.following.free_sizes import freed, with_free_sizes
from derive.checking.following.one_entry import handed_back, letters_of
from derive.checking.following.quantities import VARIABLE
from derive.checking.kinks import has_minima, with_other_slope_of_minima
from derive.checking.session import Session, additive_terms, loss_terms
from derive.checking.sides import Attempt, Readings, Side
from derive.deciding.limits import Deadline
from derive.errors import Unreadable
from derive.expressions.shapes import SCALAR, Shape
from derive.expressions.tree import (
    DIAGONAL,
    ENTRYWISE,
    Apply,
    ChainRule,
    Derivative,
    Entry,
    EntryByEntry,
    Expr,
    Hadamard,
    Layout,
    LocalFactor,
    MatMul,
    Node,
    Scale,
    Slice,
    Symbol,
    Transpose,
)
from derive.expressions.walk import rebuilt, walk
from derive.gradients import Differentiator, NoClosedForm, Supposed
from derive.notation.elaboration import Reading
from derive.notation.symbols import Computed, SymbolTable
from derive.records import dataclass

Place = tuple[int, int]
OTHER_KINKS = (Fraction(1), Fraction(1, 2))
"""Values of a derivative where there is none under which a step is tried as well."""


@dataclass(frozen=True)
class Choice:
    """How a world is made: the derivative where there is none, whether the other one for minima, any sizes."""

    kink: Fraction
    turns_minima: bool = False
    frees_sizes: bool = False

    def table(self, table: SymbolTable) -> SymbolTable:
        """A table as it is chosen."""
        table = with_free_sizes(table) if self.frees_sizes else table
        return with_other_slope_of_minima(table) if self.turns_minima else table


@dataclass(frozen=True)
class Slip:
    """A quantity and the wrong value that a step gives it; `root` is the step from which that followed, or itself."""

    place: Place
    what: Expr
    value: Expr
    root: Place

    @property
    def gives_a_value(self) -> bool:
        """Whether it is of a name, and so changes the model, not of a derivative."""
        return isinstance(self.what, Symbol)

    @property
    def of(self) -> str | None:
        """The name of that of which it is the derivative, or of whose entry."""
        derivative = self.what.derivative if isinstance(self.what, LocalFactor) else self.what
        of = derivative.of if isinstance(derivative, Derivative) else None
        whole = of.operand if isinstance(of, Entry) else of
        return whole.name if isinstance(whole, Symbol) else None


class World:
    """A document's names with the values of some slips, the earliest first; `parts` are said by what these are of.

    Raises `NoClosedForm` where what follows from them cannot be written down.
    """

    def __init__(
        self, session: Session, slips: Sequence[Slip], parts: Mapping[Expr, Expr], choice: Choice | None = None
    ) -> None:
        self._before = session
        self._slips = slips
        self._parts = parts
        self._choice = Choice(session.model.kink) if choice is None else choice
        self._supposed = Supposed()
        self._nodes: dict[Expr, Expr] = {}
        self.changed: set[str] = set()
        self._use(self._choice.table(with_parts(session.table, parts)))
        for slip in slips:
            self._suppose(slip)
            self._follow_in_names()

    # ── what is supposed ──

    def _use(self, table: SymbolTable) -> None:
        self.table = table
        self._known: dict[Expr, Expr] = {}
        self._differentiator = Differentiator(
            table, self._choice.kink, uses_facts=False, uses_names=False, supposed=self._supposed
        )

    def _suppose(self, slip: Slip) -> None:
        """One more value, as it is in the world so far."""
        value = self.expression(slip.value)
        if isinstance(slip.what, Symbol):
            self._give(slip.what, value, slip.place)
            return
        if letters_of(slip.what):
            self._suppose_of_entries(slip.what, value)
            return
        held = self._held(value, slip.place)
        match slip.what:
            case Derivative(of, Symbol() as by) if of.shape.is_scalar:
                self._hand_back(of, by, held)
            case Derivative(Symbol() as of, Symbol() as by) if of.shape.is_vector and by.shape.is_vector:
                self._share(of, by, _through_jacobian(held, by.shape))
            case Apply(function, order=1):
                slopes = {**self._supposed.slopes, function: (Symbol(VARIABLE, SCALAR), value)}
                self._supposed = replace(self._supposed, slopes=slopes)
                self._use(self.table)
            case LocalFactor(Derivative(Symbol() as of, Symbol() as by), paired, turned):
                self._nodes[slip.what] = held
                self._share(of, by, _through_factor(Transpose(held) if turned else held, paired))
            case _:
                self._nodes[slip.what] = held

    def _suppose_of_entries(self, what: Expr, value: Expr) -> None:
        assert isinstance(what, Derivative)
        whole = [part.operand if isinstance(part, Entry) else part for part in (what.of, what.by)]
        of, by = whole
        if not (isinstance(of, Symbol) and isinstance(by, Symbol)):
            raise NoClosedForm("entries of the derivative of what has no name")
        self._share(of, by, handed_back(what, value, self._differentiator))

    def _held(self, value: Expr, place: Place) -> Symbol:
        """A name for a value, which no author writes."""
        name = f"({place[0]}, {place[1]})"
        self._use(_with(self.table, name, value))
        return Symbol(name, value.shape)

    def _give(self, what: Symbol, value: Expr, place: Place) -> None:
        """Another value for a name; where it is made of the old one, that keeps a name."""
        meaning = self.table.meanings[what.name]
        assert isinstance(meaning, Computed)
        assert meaning.value is not None
        old = Symbol(f"({place[0]}, {place[1]}) before", what.shape)
        changed = rebuilt(value, lambda node: old if node == what else None)
        assert isinstance(changed, Expr)
        table = _with(self.table, old.name, meaning.value)
        if what.name in names_behind(table, changed):
            raise NoClosedForm("a value that is computed from what it is the value of")
        self.changed.add(what.name)
        self._use(_with(table, what.name, changed))

    def _hand_back(self, of: Expr, by: Symbol, held: Symbol) -> None:
        """`held` for the derivative of a number; also of the loss without terms that do not depend on this name."""
        adjoints = {**self._supposed.adjoints, (of, by.name): held}
        if isinstance(of, Symbol):
            self._share(of, by, lambda adjoint: Scale(adjoint, held))
        if of == Symbol(self.table.loss or "", of.shape):
            for part in {self._sized(part) for parts in self._treated_apart.values() for part in parts}:
                if not any(by.name in names_behind(self.table, term) for term in self._left_out(part)):
                    adjoints[part, by.name] = held
        self._supposed = replace(self._supposed, adjoints=adjoints)
        self._use(self.table)

    @property
    def _treated_apart(self) -> dict[str, tuple[Expr, ...]]:
        apart = self._before.treated_apart
        return {name: tuple(said_by(part, self._parts) for part in found) for name, found in apart.items()}

    def _left_out(self, part: Expr) -> list[Expr]:
        """The terms of the loss that are not in a part of it."""
        kept = additive_terms(part)
        return [term for term in loss_terms(self.table) if term not in kept]

    def _share(self, of: Symbol, by: Symbol, share: Callable[[Expr], Expr]) -> None:
        self._supposed = replace(self._supposed, shares={**self._supposed.shares, (of.name, by.name): share})
        self._use(self.table)

    def _follow_in_names(self) -> None:
        """The names that the document defined by derivatives have the values that these have now."""
        for name in self._before.table.introduced:
            meaning = self.table.meanings.get(name)
            if isinstance(meaning, Computed) and meaning.value is not None:
                value = self.expression(meaning.value)
                if value is not meaning.value:
                    self.changed.add(name)
                    self._use(_with(self.table, name, value))

    # ── what follows ──

    def expression(self, value: Expr) -> Expr:
        """An expression with what is supposed in it; the very same where that is nothing. Raises `NoClosedForm`."""
        return rebuilt(self._sized(value), self._change)  # type: ignore[return-value]

    def _sized(self, value: Expr) -> Expr:
        return freed(value) if self._choice.frees_sizes else value

    def _change(self, node: Node) -> Node | None:
        if isinstance(node, Expr) and node in self._nodes:
            return self._nodes[node]
        match node:
            case Derivative() if self._reaches(node):
                return self._closed(node)
            case ChainRule(factors) if any(map(self._reaches, factors)):
                return self._closed(node)
            case Apply(function, operand, (), 1) if function in self._supposed.slopes:
                variable, formula = self._supposed.slopes[function]
                return EntryByEntry(variable, formula, self.expression(operand))
            case LocalFactor(derivative) if self._reaches(derivative):
                raise NoClosedForm("a factor of the chain rule that is not the one supposed", node.span)
        return None

    def _closed(self, node: Derivative | ChainRule) -> Expr:
        if node not in self._known:
            self._known[node] = self._differentiator.closed_form(node)
        return self._known[node]

    def _reaches(self, node: Derivative) -> bool:
        """Whether something is supposed on a path from what is differentiated to the name by which it is."""
        by = node.by.operand if isinstance(node.by, (Entry, Slice, Transpose)) else node.by
        if not isinstance(by, Symbol) or any(isinstance(part, Derivative) for part in walk(node.of)):
            return False
        behind = names_behind(self.table, node.of)
        if any(self._applies(name) for name in behind - self._behind(by.name) - {by.name}):
            return True
        pairs = [pair for pair in self._supposed.shares if pair[0] in behind]
        pairs += [("", name) for of, name in self._supposed.adjoints if of == node.of]
        return any(name == by.name or by.name in self._behind(name) for _, name in pairs)

    def _applies(self, name: str) -> bool:
        """Whether a name is computed by a function of which something is supposed."""
        meaning = self.table.meanings.get(name)
        value = meaning.value if isinstance(meaning, Computed) else None
        return value is not None and any(
            isinstance(node, Apply) and node.function in self._supposed.slopes for node in walk(value)
        )

    def _behind(self, name: str) -> frozenset[str]:
        meaning = self.table.meanings.get(name)
        has_value = isinstance(meaning, Computed) and meaning.value is not None
        return names_behind(self.table, meaning.value) if has_value else frozenset()  # type: ignore[union-attr,arg-type]

    # ── deciding ──

    @cached_property
    def session(self) -> Session:
        """A session in this world."""
        before = self._before
        model = replace(before.model, kink=self._choice.kink)
        session = Session(model, before.allow, replace(before.trust, names=None), type(before.definitions)())
        session.treated_apart = self._treated_apart
        session.argument_orders = before.argument_orders
        session.varied = before.varied
        session.learn(self.table)
        return session

    def touches(self, claimed: Claimed) -> bool:
        """Whether a claim says something else in this world."""
        values = [reading.value for reading in self._first_readings(claimed)]
        if any(self.changed & names_behind(self.table, value) for value in values):
            return True
        return any(self.expression(value) is not value for value in values)

    def _first_readings(self, claimed: Claimed) -> Iterator[Reading]:
        self.session.learn(self._table_for(claimed))
        for side in (claimed.left, claimed.right):
            yield from side.read(self.session, None, dict(claimed.formal)).upto(1)

    def _table_for(self, claimed: Claimed) -> SymbolTable:
        same = claimed.numbers == self.table.fixed
        return self.table if same else replace(self.table, fixed=claimed.numbers)

    def reading_of(self, claimed: Claimed) -> Reading | None:
        """What the left side of a claim is in this world."""
        found = next(self._first_readings(claimed), None)
        return None if found is None else replace(found, value=self.expression(found.value))

    def shows(self, claimed: Claimed, deadline: Deadline) -> bool:
        """Whether a claim is proved in this world, maybe under a convention, and whatever sizes are as numbers."""
        for choice in self._choices():
            world = self if choice == self._choice else World(self._before, self._slips, self._parts, choice)
            found = world._judged(claimed, deadline)
            if found.verdict in ("proved", "convention"):
                return found.scope == "all dimensions" or world._shows_freely(claimed, deadline)
            if found.verdict != "unknown":
                break
        return False

    def _choices(self) -> Iterator[Choice]:
        """The setting's value where there is no derivative, then others."""
        yield self._choice
        if has_minima(self.table):
            yield replace(self._choice, turns_minima=True)
        yield from (replace(self._choice, kink=kink) for kink in OTHER_KINKS if kink != self._choice.kink)

    def _shows_freely(self, claimed: Claimed, deadline: Deadline) -> bool:
        world = World(self._before, self._slips, self._parts, replace(self._choice, frees_sizes=True))
        return world._judged(claimed, deadline).verdict in ("proved", "convention")

    def _judged(self, claimed: Claimed, deadline: Deadline) -> Judgement:
        self.session.learn(self._table_for(claimed))
        self.session.unsummed = self._before.unsummed
        left, right = (_InWorld(side, self) for side in (claimed.left, claimed.right))
        formal = dict(claimed.formal)
        return judge(self.session, left, right, claimed.restrictions, formal, deadline, (left, right))


class _InWorld(Side):
    """A side of a claim that is read as somebody means it in a world."""

    def __init__(self, side: Side, world: World) -> None:
        super().__init__(side.content, side.error)
        self._side = side
        self._world = world

    def read(self, session: Session, layout: Layout | None, formal: dict[str, Expr]) -> Readings:
        """The readings, with what is supposed in them; one of which it cannot be said how it follows is none."""
        return Readings(self._attempts(self._side.read(session, layout, formal)))

    def _attempts(self, readings: Readings) -> Iterator[Attempt]:
        count = 1
        while len(found := readings.upto(count)) == count:
            reading = found[-1]
            try:
                yield replace(reading, value=self._world.expression(reading.value))
            except NoClosedForm as refusal:
                yield Unreadable(refusal.reason, refusal.span)
            count += 1
        yield from readings.errors[:1]


def _with(table: SymbolTable, name: str, value: Expr) -> SymbolTable:
    """The table with a value for a name; where it had another one, what was proved before may not hold any more."""
    other_values = {} if name in table.meanings else table.other_values
    return replace(table, meanings={**table.meanings, name: Computed(value.shape, value)}, other_values=other_values)


# ── what a wrong factor of the chain rule makes of an adjoint ──


def _through_jacobian(jacobian: Expr, by: Shape) -> Callable[[Expr], Expr]:
    """J^T g of a vector by a vector, standing as that by which it is."""

    def share(adjoint: Expr) -> Expr:
        value = MatMul(Transpose(jacobian), adjoint if adjoint.shape.is_column else Transpose(adjoint))
        return value if by.is_column else Transpose(value)

    return share


def _through_factor(factor: Expr, paired: tuple[int, int]) -> Callable[[Expr], Expr]:
    """Σ_ij G_ij T_ijkl, where T is the identity along two paired axes and the factor F along the others."""

    def share(adjoint: Expr) -> Expr:
        match paired:
            case (0, 0):
                return MatMul(adjoint, factor)
            case (1, 1):
                return MatMul(Transpose(factor), adjoint)
            case (0, 1):
                return Transpose(MatMul(adjoint, factor))
            case (1, 0):
                return Transpose(MatMul(Transpose(factor), adjoint))
        assert paired in (DIAGONAL, ENTRYWISE)
        turned = factor.shape != adjoint.shape and factor.shape.transposed == adjoint.shape
        return Hadamard(Transpose(factor) if turned else factor, adjoint)

    return share
