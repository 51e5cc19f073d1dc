"""The numbers of a small graph: the value of every node, and how much the end changes with it, from the end back."""

from collections.abc import Mapping
from fractions import Fraction

from derive.errors import Unreadable
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Expr, Node, Symbol
from derive.expressions.walk import rebuilt
from derive.figures.evaluation import At, Value
from derive.figures.flow import Flow
from derive.gradients.closed import gradient
from derive.notation.symbols import Given, shown
from derive.records import dataclass

VARIED = "varied input"


@dataclass(frozen=True)
class Numbers:
    """The value of each node, and the derivative of the end by it where that was asked for."""

    values: tuple[Value, ...]
    slopes: tuple[Value, ...]


def numbers_of(flow: Flow, given: Mapping[str, Fraction], kink: Fraction) -> Numbers:
    """The numbers of a graph of scalars with one end. Raises `FormulaError` where there are none."""
    _check(flow, given)
    expressions = {number: value for value, number in flow.known.items()}
    names: dict[str, Value] = {}
    values: list[Value] = []
    for number, node in enumerate(flow.nodes):
        values.append(_value(flow, number, expressions, values, names, given))
        names |= dict.fromkeys(node.names, values[-1])
    slopes: list[Value] = [Fraction(0)] * len(flow.nodes)
    slopes[-1] = Fraction(1)
    for number, node in reversed(list(enumerate(flow.nodes))):
        for one in dict.fromkeys(node.inputs):
            local = _local(flow, expressions, number, one, kink)
            slopes[one] += slopes[number] * At({**names, VARIED: values[one]})(local)
    return Numbers(tuple(values), tuple(slopes))


def _check(flow: Flow, given: Mapping[str, Fraction]) -> None:
    needed = [node.names[0] for node in flow.nodes if node.kind == "given" and node.names]
    missing = [shown(name) for name in needed if name not in given]
    if missing:
        raise Unreadable(f"there is no number for {', '.join(missing)}")
    shaped = next((node for node in flow.nodes if not node.shape.is_scalar), None)
    if shaped is not None:
        raise Unreadable(f"numbers are for graphs of scalars, and here is one of {shaped.shape}")
    if sum(node.kind == "result" for node in flow.nodes) != 1:
        raise Unreadable("numbers are for graphs with one end; --of NAME says which is meant")


def _value(
    flow: Flow,
    number: int,
    expressions: Mapping[int, Expr],
    values: list[Value],
    names: Mapping[str, Value],
    given: Mapping[str, Fraction],
) -> Value:
    node = flow.nodes[number]
    if node.kind == "result":
        return values[node.inputs[0]]
    if node.kind == "given" and node.names:
        return given[node.names[0]]
    try:
        return At(names)(_expression(expressions, number))
    except (ArithmeticError, ValueError):
        raise Unreadable("at these numbers a value is not defined") from None


def _expression(expressions: Mapping[int, Expr], number: int) -> Expr:
    if number not in expressions:
        raise Unreadable("numbers are for small graphs, and here is an operation of many terms")
    return expressions[number]


def _local(flow: Flow, expressions: Mapping[int, Expr], number: int, source: int, kink: Fraction) -> Expr:
    """The derivative of a node's value by one of its inputs, all others being held."""
    varied = Symbol(VARIED, SCALAR)
    if flow.nodes[number].kind == "result":
        return gradient(varied, VARIED, flow.table.with_meaning(VARIED, Given("real", SCALAR)), kink)
    own = flow.nodes[source].names
    held = [expressions[one] for one in flow.nodes[number].inputs if one != source and one in expressions]

    def change(part: Node) -> Node | None:
        if part == expressions.get(source) or (isinstance(part, Symbol) and part.name in own):
            return varied
        return part if part in held else None

    changed = rebuilt(_expression(expressions, number), change)
    assert isinstance(changed, Expr)
    return gradient(changed, VARIED, flow.table.with_meaning(VARIED, Given("real", SCALAR)), kink)


def number_label(value: Value) -> str:
    """A number as it stands beside a wire: a short fraction, else rounded."""
    if isinstance(value, Fraction) and value.denominator <= 100:
        return str(value)
    return f"{float(value):.3g}"
