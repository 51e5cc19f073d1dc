"""A model as a flow of values: what is given, the operations, the result, each with the value that leaves it.

An expression becomes one operation for each of its parts, and equal parts are one operation. Numbers and sizes are no
values of their own: they stand in the operation that uses them. A formula in indices is one operation, named after
what it is where `derive.figures.recognised` knows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from fractions import Fraction
from typing import Any, Literal

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.shapes import SCALAR, Shape, column, row
from derive.expressions.tree import Expr, Number, Symbol
from derive.expressions.walk import rebuilt, walk
from derive.figures.dependencies import computed_in, ends_of, upstream
from derive.figures.mathematics import Formula, formula, width
from derive.figures.operations import REDUCTIONS, activation_label, constant_label, displayed, length_label
from derive.figures.recognised import Recognised, is_constant, names_in, recognised, taken_apart
from derive.models.model import Model
from derive.notation.symbols import Computed, Given, SymbolTable
from derive.records import dataclass

LONGEST_LABEL = 78.0
"""A formula that is wider than this many points has no place in an operation."""
MOST_INPUTS = 3
"""An operation has one input from the left, one from above and one from below."""


@dataclass(frozen=True)
class Node:
    """Something from which a value comes: its label, the names of the value, its shape, and what it is made from.

    `statement` counts the names of the model up to the one for which it is computed.
    """

    kind: Literal["given", "operation", "result"]
    label: tuple[Formula, ...]
    shape: Shape
    inputs: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    statement: int = 0


@dataclass
class Flow:
    """The nodes in the order in which their values come to be; `at` is where each name stands."""

    table: SymbolTable
    nodes: list[Node] = field(default_factory=list)
    at: dict[str, int] = field(default_factory=dict)
    known: dict[Expr, int] = field(default_factory=dict)
    statement: int = 0
    current: str = ""

    # ── names ──

    def value_of(self, name: str) -> int:
        """The node of a name; of what is given one is made when it is first used."""
        if name not in self.at:
            meaning = self.table.meanings.get(name)
            target = meaning.target if isinstance(meaning, Given) else None
            if target is not None:  # a hot index is drawn as the vector that it belongs to
                return self.value_of(target)
            shape = self.shape_of(name)
            self.at[name] = self.add(Node("given", (formula(displayed(name)),), shape, (), (name,)))
        return self.at[name]

    def shape_of(self, name: str) -> Shape:
        """The shape of a name; of a family of vectors or numbers that of one of them."""
        meaning = self.table.meanings.get(name)
        shape = meaning.shape if isinstance(meaning, (Given, Computed)) else SCALAR
        member = next((one for one in self.table.members.values() if one.holder == name), None)
        if member is None or " for every " not in name:
            return shape
        if member.along == "entry":
            return SCALAR
        return column(shape.rows) if member.along == "column" else row(shape.columns)

    def define(self, name: str, value: Expr) -> None:
        """Compute a name; another name for the same value is one more name of its node."""
        self.statement += 1
        self.current = name
        body = value.body if isinstance(value, tree.EntryFormula) and self._is_family(name) else value
        number = self.lower(self._of_members(body))
        node = self.nodes[number]
        shape = node.shape if node.kind == "given" else self.shape_of(name)
        self.nodes[number] = replace(node, names=(*node.names, name), shape=shape)
        self.at[name] = number

    def _is_family(self, name: str) -> bool:
        return any(member.holder == name for member in self.table.members.values()) and " for every " in name

    def _of_members(self, value: Expr) -> Expr:
        """The value with a family's name in place of one of its members."""

        def change(part: tree.Node) -> tree.Node | None:
            if isinstance(part, (tree.Slice, tree.Entry)) and isinstance(part.operand, Symbol):
                name = part.operand.name
                return Symbol(name, self.shape_of(name)) if self._is_family(name) else None
            return None

        if any(isinstance(part, tree.Quantified) for part in walk(value)):
            return value
        changed = rebuilt(value, change)
        assert isinstance(changed, Expr)
        return changed

    # ── expressions ──

    def add(self, node: Node) -> int:
        self.nodes.append(replace(node, statement=self.statement))
        return len(self.nodes) - 1

    def lower(self, value: Expr) -> int:
        """The node whose value an expression is."""
        if isinstance(value, Symbol) and value.name in self.table.meanings:
            return self.value_of(value.name)
        if value not in self.known:
            self.known[value] = self._made(value)
        return self.known[value]

    def _made(self, value: Expr) -> int:
        found = recognised(value)
        if found is not None:
            return self._recognised(found, value)
        if is_constant(value):
            return self.add(Node("given", (formula(latex(value)),), value.shape))
        if taken_apart(value).sums:
            return self.of_formula(value)
        return _RULES.get(type(value), Flow.of_formula)(self, value)

    def _recognised(self, found: Recognised, value: Expr) -> int:
        number = self.operation(found.label, [self.value_of(name) for name in found.names], value.shape)
        return self.unary(rf"\times\,{found.factor}", number, value.shape) if found.factor else number

    def operation(self, label: Sequence[str], inputs: Sequence[int], shape: Shape) -> int:
        """An operation, the lines of its label in LaTeX."""
        return self.add(Node("operation", tuple(map(formula, label)), shape, tuple(inputs)))

    def unary(self, label: str, source: int, shape: Shape) -> int:
        return self.operation([label], [source], shape)

    def binary(self, label: str, left: Expr, right: Expr, shape: Shape) -> int:
        return self.operation([label], [self.lower(left), self.lower(right)], shape)

    def of_formula(self, value: Expr) -> int:
        """One operation for a whole formula: what it says where it is short, else the name that it defines."""
        inputs = list(dict.fromkeys(self.value_of(name) for name in names_in(value) if name in self.table.meanings))
        short = formula(latex(value))
        label = short if width(short, 9) <= LONGEST_LABEL else formula(displayed(self.current))
        if len(inputs) > MOST_INPUTS:
            inputs = [self._joined(inputs[: len(inputs) - MOST_INPUTS + 1]), *inputs[len(inputs) - MOST_INPUTS + 1 :]]
        return self.add(Node("operation", (label,), value.shape, tuple(inputs)))

    def _joined(self, inputs: list[int]) -> int:
        """Several values together, as one input."""
        while len(inputs) > 1:
            inputs = [self.operation([r"(\cdot,\cdot)"], inputs[:MOST_INPUTS], SCALAR), *inputs[MOST_INPUTS:]]
        return inputs[0]

    # ── sums ──

    def of_sum(self, value: tree.Add) -> int:
        """Numbers stand in an operation of their own; one term taken from another is a difference."""
        constants = [term for term in value.terms if is_constant(term)]
        terms = [term for term in value.terms if not is_constant(term)]
        if not terms:
            return self.of_formula(value)
        taken = [term for term in terms if isinstance(term, tree.Negative) and recognised(term) is None]
        minus = [term.operand for term in taken]
        plus = [term for term in terms if term not in taken]
        if constants and len(terms) == 1:
            total = latex(tree.Add(tuple(constants)) if len(constants) > 1 else constants[0])
            label = rf"\cdot + {total}" if plus else rf"{total} - \cdot"
            return self.unary(label.replace("+ -", "- "), self.lower((plus or minus)[0]), value.shape)
        if len(plus) == 1 and len(minus) == 1:
            number = self.binary("-", plus[0], minus[0], value.shape)
        else:
            number = self._total([self.lower(term) for term in terms], value.shape)
        for constant in constants:
            number = self.unary(rf"\cdot + {latex(constant)}", number, value.shape)
        return number

    def _total(self, terms: list[int], shape: Shape) -> int:
        while len(terms) > 1:
            terms = [self.operation(["+"], terms[:MOST_INPUTS], shape), *terms[MOST_INPUTS:]]
        return terms[0]

    def of_negative(self, value: tree.Negative) -> int:
        inner = value.operand
        if isinstance(inner, tree.Scale) and is_constant(inner.factor):
            return self.unary(rf"\times\,(-{constant_label(inner.factor)})", self.lower(inner.operand), value.shape)
        return self.unary("-", self.lower(inner), value.shape)

    # ── products ──

    def of_scale(self, value: tree.Scale) -> int:
        if is_constant(value.factor):
            return self.unary(rf"\times\,{constant_label(value.factor)}", self.lower(value.operand), value.shape)
        if is_constant(value.operand):
            return self.unary(rf"\times\,{constant_label(value.operand)}", self.lower(value.factor), value.shape)
        return self.binary(r"\times", value.operand, value.factor, value.shape)

    def of_matrix_product(self, value: tree.MatMul) -> int:
        if is_constant(value.left):
            return self.unary(rf"{constant_label(value.left)}\,\cdot", self.lower(value.right), value.shape)
        if is_constant(value.right):
            return self.unary(rf"\cdot\,{constant_label(value.right)}", self.lower(value.left), value.shape)
        return self.binary(r"\cdot", value.left, value.right, value.shape)

    def of_hadamard(self, value: tree.Hadamard) -> int:
        for constant, other in ((value.left, value.right), (value.right, value.left)):
            if is_constant(constant):
                return self.unary(rf"\odot\,{constant_label(constant)}", self.lower(other), value.shape)
        return self.binary(r"\odot", value.left, value.right, value.shape)

    def of_quotient(self, value: tree.Quotient) -> int:
        if is_constant(value.denominator):
            return self.unary(rf"\div\,{constant_label(value.denominator)}", self.lower(value.numerator), value.shape)
        if is_constant(value.numerator):
            return self.unary(rf"{constant_label(value.numerator)}/\,\cdot", self.lower(value.denominator), value.shape)
        return self.binary(r"\div", value.numerator, value.denominator, value.shape)

    def of_power(self, value: tree.Power) -> int:
        """The square of a length is one operation."""
        base, exponent = value.base, value.exponent
        if not is_constant(exponent):
            return self.binary(r"(\cdot)^{(\cdot)}", base, exponent, value.shape)
        if isinstance(base, tree.Reduce) and base.kind == "l2" and exponent == Number(_TWO):
            return self.unary(length_label(base) + "^{2}", self.lower(base.operand), value.shape)
        return self.unary(rf"(\cdot)^{{{latex(exponent)}}}", self.lower(base), value.shape)

    # ── functions ──

    def of_function(self, value: tree.Apply) -> int:
        label = activation_label(value)
        constants = [constant_label(parameter) for parameter in value.parameters if is_constant(parameter)]
        if constants and value.function == "leaky":
            label = rf"\text{{LeakyReLU}}_{{{','.join(constants)}}}"
        others = [self.lower(parameter) for parameter in value.parameters if not is_constant(parameter)]
        return self.operation([label], [self.lower(value.operand), *others], value.shape)

    def of_unspecified(self, value: tree.Unspecified) -> int:
        return self.unary(activation_label(value), self.lower(value.operand), value.shape)

    def of_map(self, value: tree.UnspecifiedMap) -> int:
        return self.unary(displayed(value.name), self.lower(value.operand), value.shape)

    def of_extremum(self, value: tree.Extremum) -> int:
        for constant, other in ((value.left, value.right), (value.right, value.left)):
            if is_constant(constant):
                return self.unary(activation_label(value), self.lower(other), value.shape)
        return self.binary(rf"\{value.kind}", value.left, value.right, value.shape)

    def of_softmax(self, value: tree.Softmax) -> int:
        label = "log-softmax" if value.logarithm else "softmax"
        return self.unary(rf"\text{{{label}}}", self.lower(value.operand), value.shape)

    def of_reduction(self, value: tree.Reduce) -> int:
        label = length_label(value) if value.kind in ("l1", "l2") else REDUCTIONS[value.kind]
        return self.unary(label, self.lower(value.operand), value.shape)


_TWO = Fraction(2)


def _simple(label: str) -> Callable[[Flow, Any], int]:
    """The rule for an operation of one operand."""
    return lambda flow, value: flow.unary(label, flow.lower(value.operand), value.shape)


def _of_two(label: str) -> Callable[[Flow, Any], int]:
    """The rule for an operation of a left and a right operand."""
    return lambda flow, value: flow.binary(label, value.left, value.right, value.shape)


_RULES: dict[type[Expr], Callable[[Flow, Any], int]] = {
    tree.Add: Flow.of_sum,
    tree.Negative: Flow.of_negative,
    tree.Scale: Flow.of_scale,
    tree.MatMul: Flow.of_matrix_product,
    tree.Hadamard: Flow.of_hadamard,
    tree.Quotient: Flow.of_quotient,
    tree.Power: Flow.of_power,
    tree.Apply: Flow.of_function,
    tree.Unspecified: Flow.of_unspecified,
    tree.UnspecifiedMap: Flow.of_map,
    tree.Extremum: Flow.of_extremum,
    tree.Softmax: Flow.of_softmax,
    tree.Reduce: Flow.of_reduction,
    tree.Transpose: _simple(r"(\cdot)^{T}"),
    tree.Inverse: _simple(r"(\cdot)^{-1}"),
    tree.Diagonal: _simple(r"\text{diag}"),
    tree.Vectorised: _simple(r"\text{vec}"),
    tree.Dot: _of_two(r"\langle\cdot,\cdot\rangle"),
    tree.Outer: _of_two(r"\otimes"),
    tree.Kronecker: _of_two(r"\otimes"),
}


def flows_of(model: Model, loss: str | None) -> list[Flow]:
    """The flow of a model up to its loss; without one up to all that nothing else is computed from.

    Ends that have nothing computed in common have a flow each.
    """
    table = model.table
    computed = computed_in(table)
    groups: list[set[str]] = []
    for end in [loss] if loss in computed else ends_of(computed):
        needed = upstream(computed, [str(end)])
        shared = [group for group in groups if group & needed]
        groups = [group for group in groups if not group & needed] + [needed.union(*shared)]
    order = list(computed)
    groups.sort(key=lambda group: min(map(order.index, group)))
    return [_flow(table, {name: value for name, value in computed.items() if name in group}) for group in groups]


def _flow(table: SymbolTable, computed: dict[str, Expr]) -> Flow:
    flow = Flow(table)
    for name, value in computed.items():
        flow.define(name, value)
    _add_results(flow)
    return flow


def _add_results(flow: Flow) -> None:
    """A value that nothing is computed from goes to a box with its name."""
    used = {number for node in flow.nodes for number in node.inputs}
    for number, node in list(enumerate(flow.nodes)):
        if number not in used and node.kind == "operation":
            label = formula("=".join(map(displayed, node.names)))
            flow.nodes.append(Node("result", (label,), node.shape, (number,), (), node.statement))
