"""A kernel -> a module of NumPy code for any sizes, which depends on NumPy alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from derive.expressions.latex import latex
from derive.kernels.assembled import Input, Kernel, Quantity
from derive.kernels.backends import Backend
from derive.kernels.numpy_code import NUMPY
from derive.kernels.operations import STRUCTURAL, Operation, everything_before
from derive.kernels.scheduling import Line, Schedule

INDENT = "    "


def module_text(kernel: Kernel, title: str = "", backend: Backend = NUMPY) -> str:
    """The source of the module."""
    functions = [_forward(kernel, backend)]
    if kernel.loss is not None:
        functions += [_loss(kernel, backend)]
    if kernel.gradients:
        functions += [_loss_and_gradients(kernel, backend)]
    if kernel.derivatives:
        functions += [_derivatives(kernel, backend)]
    body = "\n\n\n".join("\n".join(lines) for lines in functions)
    helpers = [text for name, text in backend.helpers.items() if f"{name}(" in body]
    parts = ["\n".join(_head(title, "\n".join([*helpers, body]), backend)), *helpers, body]
    return "\n\n\n".join(parts) + "\n"


def _head(title: str, code: str, backend: Backend) -> Iterator[str]:
    yield f'"""{_plain(title) or "A kernel"}: the forward pass, the loss and its gradients, for any sizes.'
    yield ""
    yield "Arrays have the shapes that stand beside them: a column is n x 1, a row 1 x n, a scalar a number."
    yield '"""'
    yield ""
    if "math." in code:
        yield "import math"
    if "Callable" in code:
        yield "from collections.abc import Callable"
    if "math." in code or "Callable" in code:
        yield ""
    yield from backend.imports
    yield ""
    for name, meaning in backend.types.items():
        if name in code:
            yield f"{name} = {meaning}"
    if "DTYPE" in code:
        yield f"DTYPE = {backend.dtype}"


def _plain(text: str) -> str:
    """A title in a docstring: printable ASCII, no quotation marks or backslashes."""
    kept = "".join(letter if 31 < ord(letter) < 127 and letter not in '"\\' else " " for letter in text)
    return " ".join(kept.split())


# ── functions ──


def _forward(kernel: Kernel, backend: Backend) -> list[str]:
    named = {one.operation: one.identifier for one in reversed(kernel.forward)}
    kept = [one.operation for one in kernel.forward]
    returned = [(one.identifier, one.operation) for one in kernel.forward]
    doc = ["Every quantity of the model, by its name.", "", *_shapes(kernel.forward)]
    return _function(
        kernel, backend, "forward", "dict[str, Array | float]", doc, named, kept, returned, (), overwrite=False
    )


def _loss(kernel: Kernel, backend: Backend) -> list[str]:
    assert kernel.loss is not None
    named = {one.operation: one.identifier for one in reversed(kernel.forward)}
    doc = [f"The loss {_formula(kernel.loss)}."]
    return _function(kernel, backend, "loss", "float", doc, named, [kernel.loss.operation], [], (), overwrite=True)


def _loss_and_gradients(kernel: Kernel, backend: Backend) -> list[str]:
    assert kernel.loss is not None
    named = {one.operation: one.identifier for one in reversed((*kernel.forward, *kernel.steps))}
    kept = [kernel.loss.operation, *(one.operation for one in kernel.gradients)]
    returned = [(one.key, one.operation) for one in kernel.gradients]
    doc = ["The loss, and its gradients by name, each of the shape of what it is taken by.", "", *_shapes(kernel.steps)]
    return _function(
        kernel,
        backend,
        "loss_and_gradients",
        "tuple[float, dict[str, Array | float]]",
        doc,
        named,
        kept,
        returned,
        (kernel.loss.operation,),
        overwrite=True,
    )


def _derivatives(kernel: Kernel, backend: Backend) -> list[str]:
    named = {one.operation: one.identifier for one in reversed((*kernel.forward, *kernel.derivatives))}
    kept = [one.operation for one in kernel.derivatives]
    returned = [(one.identifier, one.operation) for one in kernel.derivatives]
    doc = ["Further derivatives, by name.", "", *_shapes(kernel.derivatives)]
    return _function(
        kernel, backend, "derivatives", "dict[str, Array | float]", doc, named, kept, returned, (), overwrite=True
    )


def _function(
    kernel: Kernel,
    backend: Backend,
    name: str,
    result: str,
    doc: Sequence[str],
    named: Mapping[Operation, str],
    kept: Sequence[Operation],
    returned: Sequence[tuple[str, Operation]],
    before: Sequence[Operation],
    *,
    overwrite: bool,
) -> list[str]:
    operations = everything_before(*kept)
    schedule = Schedule(named, kept, backend, kernel.identifiers.copy(), may_overwrite=overwrite)
    lines = schedule.made()
    used = {str(one.data[0]) for one in operations if one.kind == "size"} | _sizes_in(lines)
    arguments = ", ".join(f"{one.identifier}: {_type(one)}" for one in kernel.inputs)
    found = [f"def {name}({arguments}) -> {result}:", *_docstring(doc)]
    found += [f"{INDENT}{line}" for line in _sizes(kernel, used)]
    comments = {one.operation: _formula(one) for one in (*kernel.derivatives, *kernel.steps, *kernel.forward)}
    for line in lines:
        comment = comments.get(line.operation)
        if comment and line.name in named.values():
            found.append(f"{INDENT}# {comment}")
        found += [f"{INDENT}{code}" for code in line.code]
    found.append(f"{INDENT}return {_result(schedule, returned, before, kept)}")
    return found


def _result(
    schedule: Schedule,
    returned: Sequence[tuple[str, Operation]],
    before: Sequence[Operation],
    kept: Sequence[Operation],
) -> str:
    if not returned:
        return schedule.code(kept[0]).text
    codes = [schedule.code(one).text for one in before]
    pairs = ", ".join(_pairs(schedule, returned))
    return ", ".join([*codes, f"{{{pairs}}}"])


def _pairs(schedule: Schedule, returned: Sequence[tuple[str, Operation]]) -> Iterator[str]:
    """What is returned by name; nothing of it shares memory with an argument or with anything else that is."""
    seen: set[Operation] = set()
    for name, one in returned:
        code = schedule.code(one)
        owner = one
        while owner.kind in STRUCTURAL:
            owner = owner.arguments[0]
        is_shared = one.axes and (
            owner in seen or owner.kind == "name" or (owner is not one and schedule.is_kept(owner))
        )
        seen.add(owner)
        text = schedule.backend.copy(code.atom) if is_shared else code.text
        yield f'"{name}": {text}'


def _sizes_in(lines: Iterable[Line]) -> set[str]:
    """Words that stand in code, among which are the sizes that it needs."""
    words: set[str] = set()
    for line in lines:
        for code in line.code:
            words.update("".join(letter if letter.isalnum() or letter == "_" else " " for letter in code).split())
    return words


def _sizes(kernel: Kernel, used: set[str]) -> Iterator[str]:
    for size, identifier, axis in kernel.sizes:
        if size in used:
            yield f"{size} = {identifier}.shape[{axis}]"


def _type(given: Input) -> str:
    if given.is_function:
        return "Callable[[Array], Array]"
    if given.is_labels:
        return "Labels" if given.axes else "int"
    return "Array" if given.axes else "float"


def _shapes(quantities: Iterable[Quantity]) -> list[str]:
    return [f"{one.identifier}: {one.statement.shape}" for one in quantities]


def _formula(quantity: Quantity) -> str:
    """The formula of a line, in LaTeX."""
    text = f"{latex(quantity.statement.quantity)} = {latex(quantity.statement.value)}"
    return " ".join(text.split())


def _docstring(lines: Sequence[str]) -> list[str]:
    quoted = [f"{INDENT}{line}".rstrip() for line in lines]
    if len(lines) == 1:
        return [f'{INDENT}r"""{lines[0]}"""']
    return [f'{INDENT}r"""{lines[0]}', *quoted[1:], f'{INDENT}"""']
