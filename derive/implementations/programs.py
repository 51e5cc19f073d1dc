"""A model as a program: one statement for each quantity, the forward pass and then the derivatives of the loss.

A statement says a quantity in terms of those before it, so that what a wrong statement does to all that follow can be
seen by running the rest of the program on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from derive.errors import FormulaError
from derive.expressions import tree
from derive.expressions.tree import Derivative, Expr, Node, Symbol
from derive.expressions.walk import rebuilt, symbols_of, walk
from derive.gradients import ClosedForms, NoClosedForm, closed_forms, derivative
from derive.implementations.evaluation import Evaluator
from derive.implementations.truth import Array, Draw
from derive.models import Model
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.records import dataclass

ADJOINT = "adjoint "
"""What the name of ∂L/∂S begins with in a program, before S: no author's name has a space."""


@dataclass(frozen=True)
class Statement:
    """`name := value`. `others` are the same quantity said in other ways, as in the model's names alone.

    `of` is the quantity: a name of the model, or the one by which the loss is differentiated.
    """

    name: str
    value: Expr
    others: tuple[Expr, ...] = ()

    @property
    def is_adjoint(self) -> bool:
        """Whether this is a derivative of the loss."""
        return self.name.startswith(ADJOINT)

    @property
    def is_derivative(self) -> bool:
        """Whether this is no part of the forward pass."""
        return " " in self.name

    @property
    def of(self) -> str:
        """The name of the model that it is about."""
        return self.name.removeprefix(ADJOINT)


@dataclass(frozen=True)
class Program:
    """Statements, each in terms of what is given and of those before it; `results` are the names of what is asked.

    `pins` are for each result the statements whose right values the call is given that computes it: whatever is wrong
    with these, nothing behind them in that call is.
    """

    table: SymbolTable
    statements: tuple[Statement, ...]
    results: tuple[str | None, ...]
    pins: tuple[frozenset[str], ...]

    @cached_property
    def uses(self) -> Mapping[str, frozenset[str]]:
        """The names that stand in each statement, by its own name."""
        return {one.name: _names_in(one.value) for one in self.statements}

    def behind(self, name: str) -> frozenset[str]:
        """A statement and all that are computed from it."""
        moved = {name}
        for one in self.statements:
            if self.uses[one.name] & moved:
                moved.add(one.name)
        return frozenset(moved)

    def dependents(self, name: str, *, of_adjoints: bool = False) -> frozenset[int]:
        """The results that come from a statement; with `of_adjoints` those that a derivative hands on to them."""
        moved = {pinned: self._moved(name, pinned, of_adjoints=of_adjoints) for pinned in set(self.pins)}
        pairs = enumerate(zip(self.results, self.pins, strict=True))
        return frozenset(at for at, (result, pinned) in pairs if result in moved[pinned])

    def _moved(self, name: str, pinned: frozenset[str], *, of_adjoints: bool) -> set[str]:
        """The statements that come from one, where some have their right values whatever comes before them."""
        moved = {name}
        for one in self.statements:
            if self.uses[one.name] & (moved - pinned) and (one.is_derivative or not of_adjoints):
                moved.add(one.name)
        return moved - {name} if of_adjoints else moved

    def run(
        self,
        given: "Inputs",
        changed: Mapping[str, Expr],
        before: Mapping[str, Array],
        *,
        for_adjoints: bool = False,
        pinned: frozenset[str] = frozenset(),
    ) -> dict[str, Array]:
        """The values of all statements, some of which have another value; the others are taken over from `before`.

        With `for_adjoints` the forward pass has the other values only where derivatives use it, and its own quantities
        are as they were. Those that are `pinned` have for all that comes from them the values before. Raises `NoValue`.
        """
        values = {**given.values, **before}
        own: dict[str, Array] = {}
        moved: set[str] = set()
        for statement in self.statements:
            name, value = statement.name, changed.get(statement.name)
            is_moved = value is not None or not moved.isdisjoint(self.uses[name])
            value = statement.value if value is None else value
            if is_moved or name not in before:
                own[name] = Evaluator(values, given.classes, self.table.index_base).value(value)
                if name not in pinned:
                    values[name] = own[name]
                    moved.add(name)
        if for_adjoints:
            own.update({one.name: before[one.name] for one in self.statements if not one.is_derivative})
        return {**values, **own}


@dataclass(frozen=True)
class Inputs:
    """The values of what is given, and the classes of labels, from 0."""

    values: Mapping[str, Array]
    classes: Mapping[str, Array]


def inputs_at(draw: Draw) -> Inputs:
    """What is given at a draw."""
    values: dict[str, Array] = {}
    classes: dict[str, Array] = {}
    for name, meaning in draw.session.table.meanings.items():
        if not isinstance(meaning, Given):
            continue
        if meaning.kind in ("labels", "hot index"):
            rows = draw.label_rows(name)
            classes[name] = rows.argmax(axis=1).astype(np.float64)
        elif meaning.kind in ("real", "positive", "integer", "one-hot"):
            values[name] = draw.numbers(Symbol(name, meaning.shape))
            if meaning.kind == "one-hot":
                whole = values[name].reshape(1, -1) if meaning.shape.is_vector else values[name]
                classes[name] = whole.argmax(axis=1).astype(np.float64)
    return Inputs(values, classes)


def program_of(model: Model, asked: Sequence[Expr], given: Sequence[Iterable[Expr]] | None = None) -> Program:
    """The program of a model, with a statement for everything that is asked that has a closed form.

    `given` are for each thing that is asked the values that are known where it is computed.
    """
    table = model.table
    forward = [
        Statement(name, meaning.value)
        for name, meaning in table.meanings.items()
        if isinstance(meaning, Computed) and meaning.value is not None and not _has_derivative(meaning.value)
    ]
    adjoints = _adjoints(model) if table.loss is not None else []
    statements = [*forward, *adjoints]
    results: list[str | None] = []
    for number, value in enumerate(asked):
        name, made = _asked(model, value, number, {statement.name for statement in statements})
        results.append(name)
        statements += made
    ordered = _ordered(statements)
    names = {statement.name for statement in ordered}
    known = [()] * len(asked) if given is None else given
    pins = tuple(
        frozenset(name for value in values if (name := _statement_of(model, value)) in names and name is not None)
        for values in known
    )
    return Program(table, ordered, tuple(results), pins)


def _has_derivative(node: Node) -> bool:
    return any(isinstance(part, (Derivative, tree.ChainRule, tree.LocalFactor)) for part in walk(node))


def _adjoints(model: Model) -> list[Statement]:
    """∂L/∂name for every name, in terms of the derivatives by the names that are computed from it."""
    assert model.table.loss is not None
    forms = closed_forms(model.table, model.kink, model.table.loss)
    found = []
    for name in forms.names:
        try:
            value = _with_adjoints(forms.in_steps(name), forms)
            closed = forms[name]
        except (NoClosedForm, FormulaError, RecursionError):
            continue
        if not _has_derivative(value):
            found.append(Statement(ADJOINT + name, value, () if closed == value else (closed,)))
    return found


def _with_adjoints(value: Expr, forms: ClosedForms) -> Expr:
    """An expression with a name for each derivative of the loss in it."""

    def change(node: Node) -> Node | None:
        match node:
            case Derivative(Symbol(loss), Symbol(name) as by) if loss == forms.loss.name:
                return Symbol(ADJOINT + name, by.shape)
        return None

    return rebuilt(value, change)  # type: ignore[return-value]


def _asked(model: Model, value: Expr, number: int, known: set[str]) -> tuple[str | None, list[Statement]]:
    """The name under which something that is asked stands in the program, with a statement for it if it needs one."""
    own = _statement_of(model, value)
    if own in known:
        return own, []
    try:
        closed = derivative(value, model.table, model.kink)
    except (NoClosedForm, FormulaError, RecursionError):
        return None, []
    name = f"asked {number}"
    return name, [Statement(name, closed)]


def _statement_of(model: Model, value: Expr) -> str | None:
    """The name that the statement of a quantity has, if there is one."""
    match value:
        case Symbol(name):
            return name
        case Derivative(Symbol(loss), Symbol(name)) if loss == model.table.loss and value.layout != "numerator":
            return ADJOINT + name
    return None


def _ordered(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements, each behind those that it needs; what can never be computed is left out."""
    waiting = list(statements)
    names = {statement.name for statement in waiting}
    done: dict[str, Statement] = {}
    while waiting:
        ready = [one for one in waiting if all(name in done for name in _needed(one, names))]
        if not ready:
            break
        done.update({one.name: one for one in ready})
        waiting = [one for one in waiting if one.name not in done]
    return tuple(done.values())


def _names_in(value: Expr) -> frozenset[str]:
    return frozenset(symbol.name for symbol in symbols_of(value))


def _needed(statement: Statement, names: set[str]) -> set[str]:
    return {symbol.name for symbol in symbols_of(statement.value)} & names - {statement.name}
