"""What a module carries to check itself: the shapes of arguments, and gradients against central differences."""

from collections.abc import Iterator

from derive.kernels.assembled import Input, Kernel
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


def example(kernel: Kernel) -> list[str]:
    """`example`, which draws arguments."""
    sizes = dict(zip((size for size, _, _ in kernel.sizes), MOST_SIZES, strict=False))
    lines = [
        "def example(rng: np.random.Generator) -> dict[str, Any]:",
        f'{INDENT}"""Arguments of small sizes, drawn at random."""',
    ]
    if sizes:
        lines.append(f"{INDENT}{', '.join(sizes)} = {', '.join(map(str, sizes.values()))}")
    lines.append(f"{INDENT}return {{")
    lines += [f'{INDENT * 2}"{one.identifier}": {draw(one)},' for one in kernel.inputs]
    return [*lines, f"{INDENT}}}"]


def draw(given: Input) -> str:
    """The code that draws one argument."""
    shape = shape_in_code(given.axes)
    kind, structure = given.given.kind, given.given.structure
    match kind:
        case "function":
            return ("np.tanh", "lambda z: 1 - np.tanh(z) ** 2", "lambda z: -2 * np.tanh(z) * (1 - np.tanh(z) ** 2)")[
                given.order
            ]
        case "map":
            return f"lambda z: np.resize(np.tanh(z), {shape_of_map(given)})"
        case "labels":
            classes = _classes(given)
            return f"rng.integers({classes}, size={shape})" if given.axes else f"int(rng.integers({classes}))"
        case "one-hot":
            rows, columns = given.axes
            drawn = f"np.eye({columns}, dtype=DTYPE)[rng.integers({columns}, size={rows})]"
            return drawn if columns != 1 else f"np.eye({rows}, dtype=DTYPE)[:, rng.integers({rows}, size=1)]"
        case "integer":
            return "3" if not given.axes else f"rng.integers(1, 5, size={shape}).astype(DTYPE)"
    if not given.axes:
        return "float(rng.uniform(0.5, 1.5))" if kind == "positive" else "float(rng.normal())"
    if structure:
        return _structured(structure, given)
    array = f"rng.uniform(0.5, 1.5, size={shape})" if kind == "positive" else f"rng.normal(size={shape})"
    return f"{array}.astype(DTYPE)"


def shape_of_map(given: Input) -> str:
    """The shape that a function from vectors to vectors gives."""
    codomain = given.given.codomain
    return f"({codomain.size if codomain is not None else 1}, 1)"


def _classes(given: Input) -> str:
    classes = given.classes
    return "2" if classes is None else str(classes)


def _structured(structure: str, given: Input) -> str:
    n = given.axes[0]
    square = f"rng.normal(size=({n}, {n}))"
    match structure:
        case "symmetric":
            return f"(lambda a: (a + a.T).astype(DTYPE))({square})"
        case "diagonal":
            return f"np.diag(rng.uniform(0.5, 1.5, size={n})).astype(DTYPE)"
        case "orthogonal":
            return f"np.linalg.qr({square})[0].astype(DTYPE)"
        case "positive definite":
            return f"(lambda a: (a @ a.T + np.eye({n})).astype(DTYPE))({square})"
    return f"({square} + 3 * np.eye({n})).astype(DTYPE)"


def self_test(kernel: Kernel) -> list[str]:
    """`self_test`, which holds the gradients against central differences of the loss."""
    labels = {one.identifier for one in kernel.inputs if one.given.kind in ("labels", "function", "map", "integer")}
    names = [one.key for one in kernel.gradients if one.key in {given.identifier for given in kernel.inputs} - labels]
    lines = [
        "def self_test() -> None:",
        f'{INDENT}"""Print how far the gradients are from central differences of the loss, relative to the largest."""',
        f"{INDENT}arguments = example(np.random.default_rng(0))",
        f"{INDENT}check_inputs(**arguments)",
        f"{INDENT}gradients = loss_and_gradients(**arguments)[1]",
        f"{INDENT}h = 1e-5 if DTYPE == np.float64 else 1e-2",
        f"{INDENT}for name in ({', '.join(map(_quoted, names))},):",
        f"{INDENT * 2}value = np.asarray(arguments[name])",
        f"{INDENT * 2}found = np.zeros(value.shape)",
        f"{INDENT * 2}for place in np.ndindex(value.shape):",
        f"{INDENT * 3}step = np.zeros_like(value)",
        f"{INDENT * 3}step[place] = h",
        f"{INDENT * 3}above, below = (loss(**{{**arguments, name: value + side}}) for side in (step, -step))",
        f"{INDENT * 3}found[place] = (above - below) / (2 * h)",
        f"{INDENT * 2}error = np.abs(found - gradients[name]).max() / max(1.0, np.abs(found).max())",
        f'{INDENT * 2}print(f"{{name}}: {{error:.1e}}")',
        f"{INDENT * 2}if not error < (1e-6 if DTYPE == np.float64 else 1e-2):",
        f'{INDENT * 3}raise SystemExit(f"the gradient by {{name}} is not that of the loss")',
    ]
    return lines if names else []


def _quoted(name: str) -> str:
    return f'"{name}"'


def main() -> Iterator[str]:
    """What the module does when it is run."""
    yield 'if __name__ == "__main__":'
    yield f"{INDENT}self_test()"
