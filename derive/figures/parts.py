"""What a graph is drawn of: nodes with the labels of the wire that leaves each, and where they stand in a band."""

from collections.abc import Mapping, Sequence
from typing import Literal

from derive.expressions.shapes import Shape
from derive.figures.data import Rank, data_rank
from derive.figures.flow import Flow, Node
from derive.figures.layers import Vertex
from derive.figures.mathematics import Formula, formula, height, width
from derive.figures.numeric import Numbers, number_label
from derive.figures.operations import displayed
from derive.figures.scene import NORMAL, SMALL, TINY, Role
from derive.notation.symbols import shown
from derive.records import dataclass

LINE = 9.5
"""From one line of a label to the next."""
RADIUS = 8.0
SYMBOLS = frozenset({r"\cdot", "+", "-", r"\times", r"\odot", r"\div", r"\otimes"})


@dataclass(frozen=True)
class Note:
    """One line beside a wire; a fraction is two, with a stroke between them."""

    text: Formula
    size: float
    role: Role
    under: Formula = ()

    @property
    def width(self) -> float:
        return max(width(self.text, self.size), width(self.under, self.size) + 2 if self.under else 0.0)

    @property
    def height(self) -> float:
        return self.size * (2.4 if self.under else sum(height(self.text, 1.0)) + 0.06)


@dataclass(frozen=True)
class Part:
    """A node as it is drawn: its box, the lines in it, what stands above and below the wire that leaves it."""

    look: Literal["given", "again", "operation", "result"]
    lines: tuple[Formula, ...]
    width: float
    height: float
    is_round: bool
    above: tuple[Note, ...]
    below: tuple[Note, ...]
    vertex: Vertex

    @property
    def size_of_type(self) -> float:
        return NORMAL if self.look != "operation" or self.is_round else SMALL

    @property
    def wire(self) -> float:
        """How wide the labels of the wire are."""
        return max((note.width for note in (*self.above, *self.below)), default=0.0)


@dataclass(frozen=True)
class Writing:
    """What is written beside the wires: the derivatives by names, and in a small graph the numbers of its nodes."""

    backward: Mapping[str, str]
    numbers: Numbers | None = None

    def above(self, flow: Flow, number: int, *, has_name: bool) -> tuple[Note, ...]:
        """The name of the value, then its shape or, where it is known, the value itself."""
        node = flow.nodes[number]
        notes = [Note(formula("=".join(map(displayed, node.names))), NORMAL, "forward")] if has_name else []
        if self.numbers is not None:
            notes.append(Note(formula(number_label(self.numbers.values[number])), SMALL, "result"))
        elif not node.shape.is_scalar:
            notes.append(Note(formula(shape_label(node.shape)), TINY, "muted"))
        return tuple(notes)

    def below(self, flow: Flow, number: int) -> tuple[Note, ...]:
        """The derivative of the loss by the value: as a number where there are numbers."""
        if self.numbers is not None and self.backward:
            return (Note(formula(number_label(self.numbers.slopes[number])), SMALL, "backward"),)
        names = map(shown, flow.nodes[number].names)
        label = next((self.backward[name] for name in names if name in self.backward), None)
        return () if label is None else (_derivative(label),)


def shape_label(shape: Shape) -> str:
    """N × D in LaTeX."""
    return r" \times ".join(str(dim) for dim in shape.dims)


def _derivative(label: str) -> Note:
    """A label that is one fraction stands as one."""
    parts = _fraction(label.strip())
    if parts is None:
        return Note(formula(label), SMALL, "backward")
    return Note(formula(parts[0]), SMALL, "backward", formula(parts[1]))


def _fraction(label: str) -> tuple[str, str] | None:
    """The two arguments of a fraction that is all of a label."""
    for command in (r"\frac{", r"\tfrac{", r"\dfrac{"):
        if label.startswith(command) and label.endswith("}"):
            depth, inside = 1, label[len(command) :]
            for at, character in enumerate(inside):
                depth += (character == "{") - (character == "}")
                if depth == 0:
                    rest = inside[at + 1 :]
                    return (inside[:at], rest[1:-1]) if rest.startswith("{") and _is_one_group(rest) else None
    return None


def _is_one_group(text: str) -> bool:
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if depth == 0:
            return at == len(text) - 1
    return False


# ── the parts of a band ──────────────────────────────────────────────────────────────────────────────


def parts_of(flow: Flow, statements: range, writing: Writing) -> list[Part]:
    """What is drawn for some statements: their nodes, what they use of others, and what others use of them."""
    inside = [number for number, node in enumerate(flow.nodes) if node.statement in statements and node.kind != "given"]
    used = {one for number in inside for one in flow.nodes[number].inputs}
    sources = sorted(used - set(inside))
    later = {one for node in flow.nodes if node.statement not in statements for one in node.inputs}
    numbers = [*sources, *inside]
    at = {number: place for place, number in enumerate(numbers)}
    parts = [_part(flow, number, at, statements, writing) for number in numbers]
    for number in inside:
        if number in later and number not in used:
            label = (formula("=".join(map(displayed, flow.nodes[number].names))),)
            parts.append(_again(label, Vertex((at[number],), False), ()))
    return parts


def _part(flow: Flow, number: int, at: Mapping[int, int], statements: range, writing: Writing) -> Part:
    node = flow.nodes[number]
    if node.kind == "given" and node.statement in statements:
        return _given(node, writing.above(flow, number, has_name=False), writing.below(flow, number))
    if node.kind == "given" or node.statement not in statements:
        label = node.label if node.kind == "given" else (formula("=".join(map(displayed, node.names))),)
        return _again(label, Vertex((), True), writing.above(flow, number, has_name=False))
    if node.kind == "result":
        return _result(node, at)
    has_name = bool(node.names) and _is_used_inside(flow, number, at)
    above, below = writing.above(flow, number, has_name=has_name), writing.below(flow, number)
    inputs = tuple(at[one] for one in node.inputs)
    vertex = Vertex(inputs, False, _left(flow, node), _preferred(node))
    return _operation(node, above, below, vertex)


def _is_used_inside(flow: Flow, number: int, at: Mapping[int, int]) -> bool:
    """Whether some operation uses a value; that of a result alone has its name in the box of the result."""
    return any(number in flow.nodes[one].inputs for one in at if flow.nodes[one].kind == "operation")


def _given(node: Node, above: tuple[Note, ...], below: tuple[Note, ...]) -> Part:
    wide = max(18.0, width(node.label[0], NORMAL) + 9)
    return Part("given", node.label, wide, 17.0, False, above, below, Vertex((), True))


def _again(label: tuple[Formula, ...], vertex: Vertex, above: tuple[Note, ...]) -> Part:
    wide = max(18.0, width(label[0], NORMAL) + 9)
    return Part("again", label, wide, 17.0, False, above, (), vertex)


def _result(node: Node, at: Mapping[int, int]) -> Part:
    wide = max(18.0, width(node.label[0], NORMAL) + 9)
    return Part("result", node.label, wide, 18.0, False, (), (), Vertex((at[node.inputs[0]],), False))


_AS_SYMBOLS = frozenset(formula(symbol) for symbol in SYMBOLS)


def _operation(node: Node, above: tuple[Note, ...], below: tuple[Note, ...], vertex: Vertex) -> Part:
    if len(node.label) == 1 and node.label[0] in _AS_SYMBOLS:
        return Part("operation", node.label, 2 * RADIUS, 2 * RADIUS, True, above, below, vertex)
    wide = max(20.0, max(width(line, SMALL) for line in node.label) + 9)
    high = 17.0 + LINE * (len(node.label) - 1)
    return Part("operation", node.label, wide, high, False, above, below, vertex)


# ── from where the inputs come ───────────────────────────────────────────────────────────────────────

_MINUS, _QUOTIENT, _POWER, _PRODUCT = map(formula, ("-", r"\div", r"(\cdot)^{(\cdot)}", r"\cdot"))


def _left(flow: Flow, node: Node) -> int:
    """The input from the left: where the order matters the first one, else what is computed last, else the data."""
    if len(node.inputs) < 2 or node.label[0] in (_MINUS, _QUOTIENT, _POWER):
        return 0
    depth = {one: _depth(flow, one) for one in node.inputs}
    deepest = max(depth.values())
    if deepest:
        return next(place for place, one in enumerate(node.inputs) if depth[one] == deepest)
    return _data(flow, node.inputs)


def _depth(flow: Flow, number: int) -> int:
    """How many operations stand before a value and work on what is computed or on several values."""
    node = flow.nodes[number]
    if node.kind == "given":
        return 0
    below = max((_depth(flow, one) for one in node.inputs), default=0)
    return below + 1 if below or len(node.inputs) > 1 else 0


def _data(flow: Flow, inputs: Sequence[int]) -> int:
    """Which of some given things is the data."""

    def rank(place: int) -> Rank:
        number = inputs[place]
        while flow.nodes[number].inputs:
            number = flow.nodes[number].inputs[0]
        names = flow.nodes[number].names
        return data_rank(flow.table, names[0]) if names else (True, 0, len(flow.table.meanings))

    return min(range(len(inputs)), key=rank)


def _preferred(node: Node) -> Literal["above", "below"]:
    return "above" if node.label[0] == _PRODUCT else "below"
