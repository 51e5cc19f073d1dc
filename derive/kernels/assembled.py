"""A program -> the operations of its kernel, with the names that its quantities have in code."""

from collections.abc import Iterator
from dataclasses import replace

from derive.expressions.shapes import SCALAR, Dim
from derive.expressions.tree import Derivative, Expr, Symbol, Unspecified, UnspecifiedMap
from derive.expressions.walk import walk
from derive.kernels.hazards import hazards
from derive.kernels.identifiers import Identifiers, identifier_of
from derive.kernels.lowered import LOWERED
from derive.kernels.lowering import Lowering
from derive.kernels.operations import Axes, Extent, Operation
from derive.kernels.program import Program, Statement, with_exponentials_unrolled
from derive.kernels.refusal import NoKernel
from derive.kernels.rules import algebra
from derive.notation.symbols import Given
from derive.records import dataclass

OWN_NAMES = frozenset({
    "np", "npt", "math", "torch", "jnp", "jax", "xp", "dtype", "device", "Array", "Labels", "Scalar", "DTYPE",
    "Callable", "Any", "sigmoid", "softplus", "erf", "polynomial", "forward", "loss", "loss_and_gradients",
    "derivatives", "gradients", "check_inputs", "example", "self_test",
})  # fmt: skip
"""What a module names itself."""


@dataclass(frozen=True)
class Input:
    """One argument of a kernel: what it is called, what the exercise calls it, what it is.

    `order`: of a function, how often it is differentiated; `classes`: of labels, how many there are.
    """

    identifier: str
    name: str
    given: Given
    axes: Axes
    order: int = 0
    classes: Extent | None = None

    @property
    def is_labels(self) -> bool:
        """Whether this is class numbers, from 0."""
        return self.given.kind == "labels"

    @property
    def is_function(self) -> bool:
        """Whether this is a function that the caller gives."""
        return self.given.kind in ("function", "map")


@dataclass(frozen=True)
class Quantity:
    """One quantity that a kernel computes, with the statement that says what it is.

    `key` is the name under which it is returned: of a gradient, the name of what it is taken by.
    """

    identifier: str
    statement: Statement
    operation: Operation
    key: str


@dataclass(frozen=True)
class Kernel:
    """What the code of a program is made from.

    `sizes` are the names of sizes in code, with the input and the axis that has each. `forward`, `gradients` and
    `derivatives` are the quantities of the program; `steps` the derivatives that gradients are made from.
    """

    program: Program
    inputs: tuple[Input, ...]
    sizes: tuple[tuple[str, str, int], ...]
    loss: Quantity | None
    forward: tuple[Quantity, ...]
    steps: tuple[Quantity, ...]
    gradients: tuple[Quantity, ...]
    derivatives: tuple[Quantity, ...]
    identifiers: Identifiers


def kernel_of(program: Program) -> Kernel:
    """The operations of a program; without the names of exponentials where fewer of them may overflow so.

    Raises `NoKernel`.
    """
    kernel = _Assembly(program).kernel()
    if not hazards(one.operation for one in (*kernel.gradients, *kernel.derivatives)):
        return kernel
    try:
        best = _safest(kernel, _Assembly(with_exponentials_unrolled(program)).kernel())
    except NoKernel:
        return kernel
    return kernel if best == program else _Assembly(best).kernel()


def _safest(first: Kernel, second: Kernel) -> Program:
    """The program of the first kernel, its gradients and other derivatives from the second where these are safer."""
    one, two = (hazards(each.operation for each in kernel.gradients) for kernel in (first, second))
    derivatives = (
        min(pair, key=lambda each: hazards([each.operation])).statement
        for pair in zip(first.derivatives, second.derivatives, strict=True)
    )
    backward = second.program.backward if two < one else first.program.backward
    return replace(first.program, backward=backward, derivatives=tuple(derivatives))


class _Assembly:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.identifiers = Identifiers(OWN_NAMES)
        self.algebra = algebra()
        self.sizes: dict[str, tuple[str, str, int]] = {}
        self.extents: dict[str, str | int] = {}
        self._names_of_sizes: dict[int | None, str] = {}
        self.lowering = Lowering(
            self.algebra, self.extents, LOWERED, index_base=program.table.index_base, kink=program.model.kink
        )

    def kernel(self) -> Kernel:
        names = [(name, self._identifier_of_input(name)) for name in self.program.inputs]
        for statement in self.program.forward:
            assert isinstance(statement.quantity, Symbol)
            self._identifier(statement.quantity.name)  # before the sizes, which are seldom seen
        for name, identifier in names:
            self._find_sizes(identifier, self._given(name))
        lengths = tuple(self._sizes_of_functions())
        self._functions()
        inputs = (*(one for name, identifier in names for one in self._inputs(name, identifier)), *lengths)
        self._hot_indices()
        forward = tuple(self._forward())
        steps = {one.statement.quantity: one for one in self._steps()}
        loss = next((one for one in forward if _named(one.statement.quantity, self.program.loss)), None)
        wanted = [one for one in steps.values() if _by(one.statement.quantity) in self.program.gradients]
        in_order = sorted(wanted, key=lambda one: self.program.gradients.index(_by(one.statement.quantity)))
        return Kernel(
            self.program,
            inputs,
            tuple(self.sizes.values()),
            loss,
            forward,
            tuple(steps.values()),
            tuple(in_order),
            tuple(self._derivatives()),
            self.identifiers,
        )

    def _identifier(self, name: str) -> str:
        return self.identifiers.of(name, identifier_of(name))

    def _identifier_of_input(self, name: str) -> str:
        is_function = self._given(name).kind in ("function", "map")
        return self.identifiers.of((name, 0), identifier_of(name)) if is_function else self._identifier(name)

    def _given(self, name: str) -> Given:
        meaning = self.program.table.meanings[name]
        assert isinstance(meaning, Given)
        return meaning

    def _find_sizes(self, identifier: str, given: Given) -> None:
        """The sizes that an input has, those that none before it had."""
        for axis, dim in enumerate(given.shape.dims):
            if not dim.is_unit and not self._is_known(dim):
                self.sizes[dim.name] = (self._size_name(dim), identifier, axis)

    def _is_known(self, dim: Dim) -> bool:
        """Whether a size has a name in code, or is a number; two dimensions of one size have one name."""
        if dim.name in ("", str(dim.size)) or dim.name in self.extents:
            return True
        same = self._names_of_sizes.get(dim.size)
        if same is not None:
            self.extents[dim.name] = same
        return same is not None

    def _size_name(self, dim: Dim) -> str:
        """What a size is called: as the dimension, with a number where a name of the model is called so."""
        name = self.identifiers.of(("size", dim.name), identifier_of(dim.name))
        self.extents[dim.name] = self._names_of_sizes[dim.size] = name
        return name

    def _sizes_of_functions(self) -> Iterator[Input]:
        """The length of what a function gives, where nothing else has it, is an argument of its own."""
        for name in self.program.inputs:
            given = self._given(name)
            for dim in (given.domain, given.codomain):
                if given.kind == "map" and dim is not None and not self._is_known(dim):
                    yield Input(self._size_name(dim), dim.name, Given("integer", SCALAR), ())

    def _functions(self) -> None:
        """A function that is not specified, and each of its derivatives that something needs, is an argument."""
        statements = (*self.program.forward, *self.program.backward, *self.program.derivatives)
        for part in (part for one in statements for part in walk(one.value)):
            if isinstance(part, (Unspecified, UnspecifiedMap)):
                order = part.order if isinstance(part, Unspecified) else 0
                wanted = identifier_of(part.name) + "_prime" * order
                self.lowering.functions[part.name, order] = self.identifiers.of((part.name, order), wanted)

    def _inputs(self, name: str, identifier: str) -> Iterator[Input]:
        given = self._given(name)
        if given.kind in ("function", "map"):
            for (of, order), called in sorted(self.lowering.functions.items()):
                if of == name:
                    yield Input(called, name, given, (), order)
        else:
            yield self._input(name, identifier)

    def _input(self, name: str, identifier: str) -> Input:
        given = self._given(name)
        axes = self.lowering.axes(given.shape)
        if given.kind == "labels":
            axes = axes[:1]
            self.lowering.labels[name] = self.algebra.named(identifier, axes)
            classes = None if given.classes is None else self.lowering.extent(given.classes)
            return Input(identifier, name, given, axes, classes=classes)
        array = self.algebra.named(identifier, axes)
        self.lowering.names[name] = array
        self.algebra.shared.add(array)
        if given.kind == "one-hot":
            self.algebra.one_hot[array] = 0 if given.shape.is_column else 1
            self.algebra.one_hot[self.algebra.permute(array, (1, 0))] = 1 if given.shape.is_column else 0
        return Input(identifier, name, given, axes)

    def _hot_indices(self) -> None:
        """A hot index is the place of the one in its vector."""
        for name, meaning in self.program.table.meanings.items():
            if isinstance(meaning, Given) and meaning.kind == "hot index" and meaning.target in self.lowering.names:
                target = self.lowering.names[meaning.target]
                self.lowering.labels[name] = self.algebra.graph.make("place_of_one", (target,), ())

    def _forward(self) -> Iterator[Quantity]:
        for statement in self.program.forward:
            assert isinstance(statement.quantity, Symbol)
            name = statement.quantity.name
            operation = self.lowering.array(statement.value)
            self.lowering.names[name] = operation
            self.algebra.shared.add(operation)
            yield Quantity(self._identifier(name), statement, operation, self._identifier(name))

    def _steps(self) -> Iterator[Quantity]:
        for statement in self.program.backward:
            operation = self.lowering.array(statement.value)
            self.lowering.derivatives[statement.quantity] = operation
            self.algebra.shared.add(operation)
            by = self._identifier(_by(statement.quantity))
            identifier = self.identifiers.of(statement.quantity, f"d{by}")
            yield Quantity(identifier, statement, operation, by)

    def _derivatives(self) -> Iterator[Quantity]:
        for statement in self.program.derivatives:
            wanted = _name_of_derivative(statement.quantity)
            operation = self.lowering.array(statement.value)
            identifier = self.identifiers.of(("further", statement.quantity), wanted)
            yield Quantity(identifier, statement, operation, identifier)


def _named(node: Expr, name: str | None) -> bool:
    return isinstance(node, Symbol) and node.name == name


def _by(node: Expr) -> str:
    """The name by which a derivative is taken."""
    if isinstance(node, Derivative) and isinstance(node.by, Symbol):
        return node.by.name
    raise NoKernel("a derivative by what is no name", node.span)


def _name_of_derivative(node: Expr) -> str:
    """`dg_dx`, `d2L_dw_dw`."""
    by: list[str] = []
    while isinstance(node, Derivative):
        by.append(identifier_of(node.by.name) if isinstance(node.by, Symbol) else "part")
        node = node.of
    top = identifier_of(node.name) if isinstance(node, Symbol) else "value"
    order = str(len(by)) if len(by) > 1 else ""
    return f"d{order}{top}_" + "_".join(f"d{name}" for name in by) if by else top
