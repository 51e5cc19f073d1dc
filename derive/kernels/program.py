"""A model -> what its kernel computes: statements in order, each a tree in the names of those before it.

A gradient is taken in terms of the gradients by later names, as the chain rule has it, or closed, where that is
shorter: then something cancels, as in P - Y after a softmax, and what cancels is not computed.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.expressions.tree import Derivative, Expr, Label, Symbol
from derive.expressions.walk import walk
from derive.gradients import Differentiator, NoClosedForm, closed_forms
from derive.gradients.closed import ClosedForms
from derive.gradients.presented import presented
from derive.kernels.recognised import with_names
from derive.kernels.refusal import NoKernel
from derive.kernels.unrolled import names_of_exponentials, unrolled
from derive.models import Model
from derive.notation.symbols import Computed, Given, SymbolTable, shown
from derive.records import dataclass


@dataclass(frozen=True)
class Statement:
    """One quantity and the tree of its value; `quantity` is a name of the model or a derivative."""

    quantity: Expr
    value: Expr

    @property
    def shape(self) -> Shape:
        """The shape of the quantity."""
        return self.quantity.shape


@dataclass(frozen=True)
class Program:
    """What a kernel computes.

    `forward` are the names of the model in their order, `backward` the derivatives of the loss from the loss back,
    `gradients` the names by which they are asked for, `derivatives` whatever else is asked for.
    """

    model: Model
    loss: str | None
    forward: tuple[Statement, ...]
    backward: tuple[Statement, ...] = ()
    gradients: tuple[str, ...] = ()
    derivatives: tuple[Statement, ...] = ()

    @property
    def table(self) -> SymbolTable:
        """The names of the model."""
        return self.model.table

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The given names that something is computed from, in the order of the setting."""
        values = [one.value for one in (*self.forward, *self.backward, *self.derivatives)]
        named = {name for value in values for name in names_in(value, self.table)}
        return tuple(name for name, meaning in self.table.meanings.items() if name in named and _is_given(meaning))


def _is_given(meaning: object) -> bool:
    return isinstance(meaning, Given)


def names_in(node: tree.Node, table: SymbolTable) -> Iterator[str]:
    """The names whose values an expression needs: its symbols, functions and labels; of a hot index its vector."""
    for part in walk(node):
        if isinstance(part, (Symbol, Label, tree.Unspecified, tree.UnspecifiedMap)):
            meaning = table.meanings.get(part.name)
            target = meaning.target if isinstance(meaning, Given) else None
            yield target or part.name


def program_of(model: Model, by: Collection[str] | None = None, derivatives: Iterable[Expr] = ()) -> Program:
    """The program of a model: its names, its loss, the gradients by some names, and further derivatives.

    `by`: the names by which the loss is differentiated; left out: all that are given and can vary.
    Raises `NoKernel` where there is no closed form for what is asked.
    """
    table = model.table
    spelled = with_names(table)
    forward = tuple(_forward(Differentiator(table, model.kink)))
    further = tuple(_further(Differentiator(spelled, model.kink), derivatives))
    if not forward and not further:
        raise NoKernel("a name that the model computes")
    if table.loss is None:
        return Program(model, None, forward, derivatives=further)
    forms = closed_forms(spelled, model.kink, table.loss)
    wanted = tuple(name for name in forms.names if name in by) if by is not None else _all_given(forms)
    if by is not None and (unknown := [name for name in by if name not in wanted]):
        raise NoKernel(f"a derivative of {shown(table.loss)} by {shown(unknown[0])}")
    return Program(model, table.loss, forward, tuple(_Backward(forms).to(wanted)), wanted, further)


def with_exponentials_unrolled(program: Program) -> Program:
    """The same program, with derivatives in which names of exponentials are written out.

    The names by which something is differentiated stay. Raises `NoKernel`.
    """
    model, table = program.model, program.table
    names = names_of_exponentials(table)

    def spelled(kept: Collection[str]) -> SymbolTable:
        return with_names(unrolled(table, [name for name in names if name not in kept]))

    derivatives = [
        _further(Differentiator(spelled(set(names_in(one.quantity, table))), model.kink), [one.quantity])
        for one in program.derivatives
    ]
    backward = program.backward
    if program.loss is not None:
        forms = closed_forms(spelled(program.gradients), model.kink, program.loss)
        backward = tuple(_Backward(forms).to(program.gradients))
    return replace(program, backward=backward, derivatives=tuple(one for (one,) in derivatives))


def _all_given(forms: ClosedForms) -> tuple[str, ...]:
    """The given real names on which a loss depends, in the order of the setting."""
    meanings = forms.differentiator.table.meanings
    names = set(forms.names)
    return tuple(
        name
        for name, meaning in meanings.items()
        if name in names and isinstance(meaning, Given) and meaning.kind in ("real", "positive")
    )


def _forward(differentiator: Differentiator) -> Iterator[Statement]:
    for name, meaning in differentiator.table.meanings.items():
        if isinstance(meaning, Computed):
            value = differentiator.value_of(name)
            if value is None:
                raise NoKernel(f"{shown(name)}, of which only the shape is known")
            if name in differentiator.unclosed:
                raise NoKernel(differentiator.unclosed[name].reason)
            yield Statement(Symbol(name, meaning.shape), value)


def _further(differentiator: Differentiator, derivatives: Iterable[Expr]) -> Iterator[Statement]:
    for quantity in derivatives:
        try:
            yield Statement(quantity, presented(differentiator.without_derivatives(quantity)))
        except NoClosedForm as refusal:
            raise NoKernel(refusal.reason, quantity.span) from None


class _Backward:
    """The derivatives of a loss that some of them need, each after those that it is made from."""

    def __init__(self, forms: ClosedForms) -> None:
        self.forms = forms
        self.found: dict[str, Statement] = {}

    def to(self, names: Iterable[str]) -> list[Statement]:
        for name in names:
            self._find(name)
        return list(self.found.values())

    def _find(self, name: str) -> None:
        if name in self.found:
            return
        try:
            value = self._shorter(name)
        except NoClosedForm as refusal:
            raise NoKernel(refusal.reason, refusal.span) from None
        for part in walk(value):
            if isinstance(part, Derivative) and isinstance(part.by, Symbol):
                self._find(part.by.name)
        symbol = Symbol(name, self.forms.differentiator.shape_of(name))
        self.found[name] = Statement(Derivative(self.forms.loss, symbol), value)

    def _shorter(self, name: str) -> Expr:
        """The derivative by a name, closed or in terms of those by later names, whichever takes less to compute."""
        steps = self.forms.in_steps(name)
        if not any(isinstance(part, Derivative) for part in walk(steps)):
            return steps
        try:
            closed = self.forms[name]
        except NoClosedForm:
            return steps
        return closed if _weight(closed) <= _weight(steps) + 1 else steps


def _weight(node: tree.Node) -> int:
    """How much there is to compute: nodes, a derivative that is known being one of them."""
    if isinstance(node, (Derivative, Symbol, tree.Number, tree.Size)):
        return 1
    return 1 + sum(map(_weight, tree.parts(node)))
