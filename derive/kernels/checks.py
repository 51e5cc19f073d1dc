"""What a module carries to check itself: the shapes of arguments, and gradients against others."""

from collections.abc import Iterator

from derive.kernels.assembled import Input, Kernel
from derive.kernels.backend import Backend, Drawing
from derive.kernels.spelling import shape_in_code

INDENT = "    "
MOST_SIZES = range(2, 30)


def check_inputs(kernel: Kernel, signature: str) -> list[str]:
    """`check_inputs`, which says of arguments that do not fit together which one it is."""
    arrays = [one for one in kernel.inputs if one.axes]
    lines = [f"def check_inputs({signature}) -> None:"]
    lines.append(f'{INDENT}"""Raise ValueError where an argument has not the shape that the others need."""')
    if not arrays:
        return [*lines, f"{INDENT}del {', '.join(one.identifier for one in kernel.inputs)}"]
    lines.append(f"{INDENT}counts = {{")
    lines += [f'{INDENT * 2}"{one.identifier}": ({one.identifier}, {len(one.axes)}),' for one in arrays]
    lines += [
        f"{INDENT}}}",
        f"{INDENT}for name, (array, count) in counts.items():",
        f"{INDENT * 2}if len(array.shape) != count:",
        f'{INDENT * 3}raise ValueError(f"{{name}} has {{len(array.shape)}} axes, expected {{count}}")',
    ]
    lines += [f"{INDENT}{size} = {name}.shape[{axis}]" for size, name, axis in kernel.sizes]
    lines.append(f"{INDENT}shapes = {{")
    lines += [f'{INDENT * 2}"{one.identifier}": ({one.identifier}, {shape_in_code(one.axes)}),' for one in arrays]
    lines += [
        f"{INDENT}}}",
        f"{INDENT}for name, (array, shape) in shapes.items():",
        f"{INDENT * 2}if tuple(array.shape) != shape:",
        f'{INDENT * 3}raise ValueError(f"{{name}} has the shape {{tuple(array.shape)}}, expected {{shape}}")',
    ]
    return lines


def example(kernel: Kernel, backend: Backend) -> list[str]:
    """`example`, which draws arguments; nothing where the library draws none."""
    drawing = backend.drawing
    if drawing is None:
        return []
    sizes = dict(zip((size for size, _, _ in kernel.sizes), MOST_SIZES, strict=False))
    lines = [
        f"def example({drawing.parameter}) -> dict[str, Any]:",
        f'{INDENT}"""Arguments of small sizes, drawn at random."""',
    ]
    if sizes:
        lines.append(f"{INDENT}{', '.join(sizes)} = {', '.join(map(str, sizes.values()))}")
    drawn = [f'{INDENT * 2}"{one.identifier}": {draw(one, drawing)},' for one in kernel.inputs]
    if drawing.before:
        lines.append(f"{INDENT}{drawing.before.format(len(kernel.inputs))}")
    return [*lines, f"{INDENT}return {{", *drawn, f"{INDENT}}}"]


def draw(given: Input, drawing: Drawing) -> str:
    """The code that draws one argument."""
    shape = shape_in_code(given.axes)
    kind, structure = given.given.kind, given.given.structure
    match kind:
        case "function":
            return drawing.functions[given.order]
        case "map":
            return drawing.mapped.format(shape_of_map(given))
        case "labels":
            return (drawing.labels if given.axes else drawing.label).format(shape, given.classes or 2)
        case "one-hot":
            return drawing.one_hot[0 if given.axes[1] == 1 else 1].format(*given.axes)
        case "integer":
            return drawing.whole.format(shape) if given.axes else "3"
    if not given.axes:
        return drawing.positive_number if kind == "positive" else drawing.number
    if structure:
        n = given.axes[0]
        square = drawing.normal.format(f"({n}, {n})")
        return drawing.structures.get(structure, drawing.structures[""]).format(square, n=n)
    return (drawing.positive if kind == "positive" else drawing.normal).format(shape)


def shape_of_map(given: Input) -> str:
    """The shape that a function from vectors to vectors gives."""
    codomain = given.given.codomain
    return f"({codomain.size if codomain is not None else 1}, 1)"


def self_test(kernel: Kernel, backend: Backend) -> list[str]:
    """`self_test`, which holds the gradients against others; nothing where there are none, or no library's own."""
    fixed = {one.identifier for one in kernel.inputs if one.given.kind in ("labels", "function", "map", "integer")}
    names = [one.key for one in kernel.gradients if one.key in {given.identifier for given in kernel.inputs} - fixed]
    if not names or not backend.test:
        return []
    listed = f"({', '.join(map(quoted, names))}{',' if len(names) == 1 else ''})"
    lines = (line.replace("{names}", listed) for line in backend.test)
    return ["def self_test() -> None:", *(f"{INDENT}{line}" for line in lines)]


def quoted(name: str) -> str:
    """A name as a text in code."""
    return f'"{name}"'


def main() -> Iterator[str]:
    """What the module does when it is run."""
    yield 'if __name__ == "__main__":'
    yield f"{INDENT}self_test()"
