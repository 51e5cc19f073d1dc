"""A kernel -> a module of code for any sizes, which depends on one library of arrays alone.

Every word of the code is this program's own or a generated identifier; formulas stand in comments.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from derive.expressions.latex import latex
from derive.kernels.assembled import Input, Kernel, Quantity
from derive.kernels.backend import Backend
from derive.kernels.checks import check_inputs, example, main, quoted, self_test
from derive.kernels.hazards import is_hazard
from derive.kernels.numpy_code import NUMPY
from derive.kernels.operations import STRUCTURAL, Operation, everything_before
from derive.kernels.refusal import NoKernel
from derive.kernels.scheduling import Line, Schedule
from derive.kernels.spelling import is_python_number
from derive.records import dataclass

INDENT = "    "
WIDTH = 100

_PAIRS = re.compile(r", (?=\"\w+\": )")
_WORD = re.compile(r"[A-Za-z_]\w*")


def _as_it_is(formula: str) -> str:
    return formula


@dataclass(frozen=True)
class Printing:
    """How a module is written: for which library, under which title, and how formulas stand in its comments."""

    backend: Backend = NUMPY
    title: str = ""
    formula: Callable[[str], str] = _as_it_is
    has_checks: bool = True


PLAIN = Printing(has_checks=False)


def module_text(kernel: Kernel, printing: Printing = PLAIN) -> str:
    """The source of the module."""
    writer = _Writer(kernel, printing)
    functions = list(writer.functions())
    body = "\n\n\n".join("\n".join(lines) for lines in functions)
    helpers = [text for name, text in printing.backend.helpers.items() if f"{name}(" in body]
    head = "\n".join(writer.head("\n".join([*helpers, body])))
    return "\n\n\n".join([head, *helpers, body]) + "\n"


@dataclass(frozen=True)
class _Function:
    """A function of the module: what it returns, and under which names people know what it computes.

    `first` are returned one by one, `returned` in a dictionary by their names.
    """

    name: str
    result: str
    doc: tuple[str, ...]
    named: tuple[Quantity, ...]
    first: tuple[Operation, ...] = ()
    returned: tuple[tuple[str, Operation], ...] = ()
    writes_over: bool = True


@dataclass(frozen=True)
class _Writer:
    kernel: Kernel
    printing: Printing

    # ── the head ──

    def head(self, code: str) -> Iterator[str]:
        """The docstring, what is imported, and the names of types."""
        backend = self.printing.backend
        yield f'"""{_printable(self.printing.title) or "A kernel"}.'
        yield ""
        yield from wrap(self._summary(), WIDTH)
        is_of_numbers = not any(one.axes for one in self.kernel.inputs)
        notes = (*backend.notes, *(backend.notes_on_numbers if is_of_numbers else ()))
        for note in (*notes, *self._unsafe()):
            yield ""
            yield from wrap(self._filled(note), WIDTH)
        yield '"""'
        yield ""
        types = [f"{name} = {meaning}" for name, meaning in backend.types.items() if re.search(rf"\b{name}\b", code)]
        words = set(_WORD.findall("\n".join([*types, code])))
        standard = [text for word, text in _STANDARD.items() if word in words]
        yield "\n\n".join("\n".join(part) for part in (standard, backend.imports) if part)
        yield ""
        yield from types
        if "DTYPE" in words:
            yield f"DTYPE = {backend.dtypes[backend.dtype]}"

    def _summary(self) -> str:
        kernel = self.kernel
        parts = ["the forward pass"]
        parts += ["the loss"] if kernel.loss is not None else []
        parts += ["its gradients"] if kernel.gradients else []
        parts += ["further derivatives"] if kernel.derivatives else []
        listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
        given = "; ".join(f"{one.identifier}: {_described(one)}" for one in kernel.inputs)
        return (
            f"{listed[0].upper()}{listed[1:]}, for any sizes, in {self.printing.backend.name}. "
            f"A column is n x 1, a row 1 x n, a scalar a number. The arguments: {given}."
        )

    def _unsafe(self) -> Iterator[str]:
        """A warning of what no rule keeps from overflow."""
        quantities = (*self.kernel.forward, *self.kernel.steps, *self.kernel.derivatives)
        names: list[str] = []
        seen: set[Operation] = set()
        for one in quantities:
            found = set(filter(is_hazard, everything_before(one.operation)))
            if found - seen and one.identifier not in names:
                names.append(one.identifier)
            seen |= found
        if names:
            listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
            yield f"Where arguments are large, as 10000, there may be overflow or no digit right in {listed}."

    def _filled(self, note: str) -> str:
        """A note, with the names of functions that this module has."""
        gradients = "loss_and_gradients" if self.kernel.gradients else "forward"
        fixed = [
            one.identifier
            for one in self.kernel.inputs
            if one.is_function or (one.given.kind == "integer" and not one.axes)
        ]
        static = f", static_argnames=({', '.join(map(quoted, fixed))},)" if fixed else ""
        return note.replace("{function}", gradients).replace("{static}", static)

    # ── functions ──

    def functions(self) -> Iterator[list[str]]:
        """The functions of the module, each as its lines."""
        for one in self._declared():
            yield self._function(one)
        if self.printing.has_checks:
            yield check_inputs(self.kernel, self._signature())
            test = self_test(self.kernel, self.printing.backend)
            if test:
                yield from (example(self.kernel, self.printing.backend), test, list(main()))

    def _declared(self) -> Iterator[_Function]:
        kernel, scalar, results = self.kernel, self.printing.backend.scalar, self.printing.backend.results
        everything = tuple((one.key, one.operation) for one in kernel.forward)
        doc = ("Every quantity of the model, by its name.", "", *self._shapes(kernel.forward))
        yield _Function("forward", results, doc, kernel.forward, returned=everything, writes_over=False)
        if kernel.loss is not None:
            value = (kernel.loss.operation,)
            yield _Function("loss", scalar, ("The loss.",), kernel.forward, value)
            if kernel.gradients:
                returned = tuple((one.key, one.operation) for one in kernel.gradients)
                doc = (
                    "The loss, and its gradients by the name of what they are taken by, each of the shape of that.",
                    "",
                    *self._shapes(kernel.steps),
                )
                named = (*kernel.forward, *kernel.steps)
                yield _Function("loss_and_gradients", f"tuple[{scalar}, {results}]", doc, named, value, returned)
        if kernel.derivatives:
            returned = tuple((one.key, one.operation) for one in kernel.derivatives)
            doc = ("Further derivatives, by name.", "", *self._shapes(kernel.derivatives))
            named = (*kernel.forward, *kernel.derivatives)
            yield _Function("derivatives", results, doc, named, returned=returned)

    def _shapes(self, quantities: Iterable[Quantity]) -> Iterator[str]:
        """What each name is, and its shape."""
        for one in quantities:
            meaning = self._plain(latex(one.statement.quantity))
            yield f"{one.identifier}: {one.statement.shape}" + (f", {meaning}" if meaning != one.identifier else "")

    def _signature(self) -> str:
        return ", ".join(f"{one.identifier}: {_type(one, self.printing.backend)}" for one in self.kernel.inputs)

    def _function(self, function: _Function) -> list[str]:
        kept = [*function.first, *(one for _, one in function.returned)]
        named = {one.operation: one.identifier for one in reversed(function.named)}
        backend = self.printing.backend
        is_gradient = function.writes_over and function.name != "loss"
        may_overwrite = is_gradient if backend.differentiates else function.writes_over
        schedule = Schedule(named, kept, backend, self.kernel.identifiers.copy(), may_overwrite=may_overwrite)
        lines = schedule.made()
        result = self._result(schedule, function)
        return [
            *([backend.without] if is_gradient and backend.without else []),
            *_head_of_function(function, self._signature()),
            *_docstring(function.doc),
            *(f"{INDENT}{line}" for line in self._first(kept, lines, result)),
            *(f"{INDENT}{line}" for line in self._sizes(kept, lines, result)),
            *self._body(lines, named, function),
            *_returned(result),
        ]

    def _body(self, lines: Iterable[Line], named: Mapping[Operation, str], function: _Function) -> Iterator[str]:
        """The lines, those of quantities that people know below their formulas."""
        formulas = {one.operation: self._formula(one) for one in reversed(function.named)}
        for line in lines:
            if line.operation in named:
                yield from (f"{INDENT}# {text}" for text in wrap(formulas[line.operation], WIDTH))
            yield from (f"{INDENT}{code}" for code in line.code)

    def _formula(self, quantity: Quantity) -> str:
        statement = quantity.statement
        return f"{self._plain(latex(statement.quantity))} = {self._plain(latex(statement.value))}"

    def _plain(self, text: str) -> str:
        return _printable(self.printing.formula(text))

    def _first(self, kept: Sequence[Operation], lines: Iterable[Line], result: str) -> Iterator[str]:
        """The names of the library's own that the code needs, and numbers as its functions need them."""
        backend = self.printing.backend
        template = backend.numbers.get(backend.dtype)
        numbers = [] if template is None else [template.format(name) for name in self._numbers(kept)]
        words = set(_WORD.findall("\n".join([*(code for line in lines for code in line.code), result, *numbers])))
        found: list[str] = []
        for name, (line, of_numbers) in reversed(list(backend.head.items())):
            if name in words:
                found.insert(0, self._from_argument(line, of_numbers))
                words.update(_WORD.findall(line))
        yield from [*found, *numbers]

    def _from_argument(self, line: str, of_numbers: str) -> str:
        """A line that takes something from the first array, or from the first number where there are numbers alone."""
        given = [one for one in self.kernel.inputs if not one.is_function]
        arrays = [one for one in given if one.axes]
        if not given:
            raise NoKernel(f"a model without arguments in {self.printing.backend.name}")
        return line.format(arrays[0].identifier) if arrays else of_numbers.format(given[0].identifier)

    def _numbers(self, kept: Sequence[Operation]) -> Iterator[str]:
        """The arguments that are numbers and that some function of the library takes, by itself or in arithmetic."""
        plain = self.printing.backend.plain
        numbers = {
            name.data[0]
            for one in everything_before(*kept)
            if one.kind not in plain
            for part in one.arguments
            if is_python_number(part)
            for name in everything_before(part)
            if name.kind == "name"
        }
        return (one.identifier for one in self.kernel.inputs if one.identifier in numbers and not one.is_labels)

    def _sizes(self, kept: Sequence[Operation], lines: Iterable[Line], result: str) -> Iterator[str]:
        """The sizes that the code needs."""
        words = set(_WORD.findall(result))
        for line in lines:
            words.update(word for code in line.code for word in _WORD.findall(code))
        words |= {str(one.data[0]) for one in everything_before(*kept) if one.kind == "size"}
        for size, identifier, axis in self.kernel.sizes:
            if size in words:
                yield f"{size} = {identifier}.shape[{axis}]"

    def _result(self, schedule: Schedule, function: _Function) -> str:
        codes = [schedule.code(one).text for one in function.first]
        if not function.returned:
            return ", ".join(codes)
        pairs = ", ".join(_pairs(schedule, function.returned))
        return ", ".join([*codes, f"{{{pairs}}}"])


_STANDARD = {
    "math": "import math", "Callable": "from collections.abc import Callable", "Any": "from typing import Any",
}  # fmt: skip


def _printable(text: str) -> str:
    """A text from outside on one line of a comment: nothing unprintable, no quotation mark, no backslash."""
    kept = "".join(letter if letter.isprintable() and letter not in '"\\' else " " for letter in text)
    return " ".join(kept.split())


def _type(given: Input, backend: Backend) -> str:
    if given.is_function:
        return "Callable[[Array], Array]"
    if given.is_labels:
        return "Labels" if given.axes else "int"
    return "Array" if given.axes else backend.scalar


def _described(given: Input) -> str:
    """What an argument is."""
    shape = str(given.given.shape)
    match given.given.kind:
        case "function" | "map":
            return f"a function{' (its derivative)' if given.order else ''}"
        case "labels":
            return f"{given.given.shape.dims[0]} class numbers from 0" if given.axes else "a class number from 0"
        case "one-hot":
            return f"{shape}, one-hot"
        case "integer":
            return "whole number" if not given.axes else f"{shape}, whole numbers"
    return f"{given.given.structure} {shape}".strip()


def _head_of_function(function: _Function, signature: str) -> list[str]:
    line = f"def {function.name}({signature}) -> {function.result}:"
    if len(line) <= WIDTH:
        return [line]
    return [
        f"def {function.name}(",
        *(f"{INDENT}{text}," for text in _arguments(signature)),
        f") -> {function.result}:",
    ]


def _arguments(signature: str) -> list[str]:
    """The arguments one by one; only commas outside brackets part them."""
    return re.split(r", (?=[A-Za-z_]\w*: )", signature)


def _docstring(lines: Sequence[str]) -> list[str]:
    if len(lines) == 1:
        return [f'{INDENT}"""{lines[0]}"""']
    quoted = [f"{INDENT}{line}".rstrip() for line in lines[1:]]
    return [f'{INDENT}"""{lines[0]}', *quoted, f'{INDENT}"""']


def _returned(result: str) -> Iterator[str]:
    """The line that returns something, in a long dictionary a name a line."""
    line = f"{INDENT}return {result}"
    head, brace, pairs = line.partition("{")
    if len(line) <= WIDTH or not brace:
        yield line
        return
    yield f"{head}{{"
    yield from (f"{INDENT * 2}{pair}," for pair in _PAIRS.split(pairs.removesuffix("}")))
    yield f"{INDENT}}}"


def _pairs(schedule: Schedule, returned: Sequence[tuple[str, Operation]]) -> Iterator[str]:
    """What is returned by name; nothing of it shares memory with an argument or with anything else that is."""
    seen: set[Operation] = set()
    for name, one in returned:
        code = schedule.code(one)
        owner, is_shared = one, False
        while owner.kind in STRUCTURAL:
            is_shared = is_shared or owner.kind == "broadcast"
            owner = owner.arguments[0]
        is_shared = is_shared or owner in seen or owner.kind == "name" or (owner is not one and schedule.is_kept(owner))
        seen.add(owner)
        text = schedule.backend.copy(code.atom) if one.axes and is_shared else code.text
        yield f'"{name}": {text}'
