"""The table of NumPy: what each kind of operation is in its code, and in that of libraries that are written alike."""

from derive.kernels.backend import Backend, Drawing, Places
from derive.kernels.error_function import error_function
from derive.kernels.operations import Operation, is_constant
from derive.kernels.spelling import (
    COMMON,
    PRODUCT,
    Code,
    Spell,
    along_some,
    axis_of,
    beside_arrays,
    call,
    einsum,
    expand,
    fitted_choice,
    function,
    indexed,
    is_python_number,
    rows_of_blocks,
    shape_in_code,
    square,
    value_of,
)


def spelled_as_in_numpy(module: str) -> dict[str, Spell]:
    """The table of a library that has the functions and methods of NumPy, imported as `module`."""
    return {
        **COMMON,
        "positions": lambda operation, _: Code(f"{module}.arange({operation.axes[0]})"),
        "identity": lambda operation, _: Code(f"{module}.eye({operation.axes[0]}, dtype=DTYPE)"),
        "fill": lambda operation, _: _fill(module, operation),
        "square": square(module),
        "maximum": call(f"{module}.maximum"),
        "minimum": call(f"{module}.minimum"),
        "logical_and": call(f"{module}.logical_and"),
        "where": lambda operation, arguments: _where(module, operation, arguments),
        **{
            kind: function(module)
            for kind in ("exp", "expm1", "log", "tanh", "sin", "cos", "tan", "sinh", "cosh", "sqrt", "abs")
        },
        "sign": call(f"{module}.sign"),
        "as_number": lambda operation, arguments: _as_number(module, operation, arguments),
        "coth": lambda _, arguments: Code(f"1 / {module}.tanh({arguments[0].text})", PRODUCT),
        **dict.fromkeys(("sum", "max", "min", "prod"), _reduction),
        "vdot": call(f"{module}.vdot"),
        "einsum": einsum(module),
        "permute": _permute,
        "expand": lambda operation, arguments: _expand(module, operation, arguments),
        "pick": lambda operation, arguments: _pick(module, operation, arguments),
        "broadcast": lambda operation, arguments: Code(
            f"{module}.broadcast_to({arguments[0].text}, {shape_in_code(operation.axes)})"
        ),
        "fold": lambda operation, arguments: Code(f"{arguments[0].atom}.reshape{shape_in_code(operation.axes)}"),
        "reshape": lambda _, arguments: Code(f"{arguments[0].atom}.reshape(-1, 1)"),
        "diagonal": lambda operation, arguments: _diagonal(module, operation, arguments),
        "diagonal_matrix": lambda _, arguments: Code(f"{module}.diagflat({arguments[0].text})"),
        "inverse": call(f"{module}.linalg.inv"),
        "solve": call(f"{module}.linalg.solve"),
        "determinant": call(f"{module}.linalg.det"),
        "matrix_power": lambda operation, arguments: Code(
            f"{module}.linalg.matrix_power({arguments[0].text}, {operation.data[0]})"
        ),
        "kronecker": call(f"{module}.kron"),
        "blocks": lambda operation, arguments: Code(
            f"{module}.block([{', '.join(rows_of_blocks(operation, arguments))}])"
        ),
        "place_of_one": lambda _, arguments: Code(f"{arguments[0].atom}.argmax()"),
    }


def _fill(module: str, operation: Operation) -> Code:
    value, shape = value_of(operation), shape_in_code(operation.axes)
    if value in (0, 1):
        return Code(f"{module}.{'ones' if value else 'zeros'}({shape}, dtype=DTYPE)")
    return Code(f"{module}.full({shape}, {float(value)!r}, dtype=DTYPE)")


def _where(module: str, operation: Operation, arguments: list[Code]) -> Code:
    codes = fitted_choice(operation, beside_arrays(operation, arguments), "DTYPE({})")
    return Code(f"{module}.where({', '.join(one.text for one in codes)})")


def _as_number(module: str, operation: Operation, arguments: list[Code]) -> Code:
    if operation.is_scalar:
        return Code(f"DTYPE({arguments[0].text})")
    (array,) = operation.arguments
    if array.kind == "positions":
        return Code(f"{module}.arange({array.axes[0]}, dtype=DTYPE)")
    return Code(f"{arguments[0].atom}.astype(DTYPE)")


def _reduction(operation: Operation, arguments: list[Code]) -> Code:
    axes = along_some(operation)
    return Code(f"{arguments[0].atom}.{operation.kind}({f'axis={axes}' if axes else ''})")


def _permute(operation: Operation, arguments: list[Code]) -> Code:
    if operation.data == (1, 0):
        return Code(f"{arguments[0].atom}.T")
    return Code(f"{arguments[0].atom}.transpose({', '.join(map(str, operation.data))})")


def _expand(module: str, operation: Operation, arguments: list[Code]) -> Code:
    (array,) = operation.arguments
    shape = shape_in_code(operation.axes)
    if is_constant(array):
        return Code(f"{module}.full({shape}, {arguments[0].text}, dtype=DTYPE)")
    if is_python_number(array):
        return Code(f"{module}.reshape({arguments[0].text}, {shape})")
    return expand(operation, arguments)


def _pick(module: str, operation: Operation, arguments: list[Code]) -> Code:
    array, labels = operation.arguments
    axis, places = axis_of(operation), arguments[1].text
    if not labels.axes:
        return indexed(arguments[0], [":"] * axis + [places])
    if len(array.axes) == 2 and len(labels.axes) == 1:
        rows = f"{module}.arange({array.axes[1 - axis]})"
        return Code(f"{arguments[0].atom}[{f'{rows}, {places}' if axis == 1 else f'{places}, {rows}'}]")
    array_code = arguments[0].text
    return Code(
        f"{module}.take_along_axis({array_code}, {module}.expand_dims({places}, {axis}), {axis}).squeeze({axis})"
    )


def _diagonal(module: str, operation: Operation, arguments: list[Code]) -> Code:
    count = len(operation.arguments[0].axes)
    axes = "" if count == 2 else f", axis1={count - 2}, axis2={count - 1}"
    return Code(f"{module}.diagonal({arguments[0].text}{axes})")


def _less_one(places: Places) -> tuple[str, ...]:
    array = places.array.text if places.is_own else f"{places.array.atom}.copy()"
    at = places.entries(f"np.arange({places.lines})")
    return f"{places.name} = {array}", f"{places.name}[{at}] -= 1"


WRITTEN_OVER = frozenset({
    "exp", "log", "sqrt", "tanh", "negative", "maximum", "minimum", "add", "subtract", "multiply", "divide",
})  # fmt: skip


def _over(operation: Operation, _: Operation, arguments: list[Code], name: str) -> str | None:
    if operation.kind not in WRITTEN_OVER:
        return None
    codes = ", ".join(one.text for one in beside_arrays(operation, arguments))
    return f"np.{operation.kind}({codes}, out={name})"


HELPERS = {
    "sigmoid": '''def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)''',
    "erf": error_function("np"),
}

DRAWING = Drawing(
    parameter="rng: np.random.Generator",
    argument="np.random.default_rng(0)",
    before="",
    normal="rng.normal(size={0}).astype(DTYPE)",
    positive="rng.uniform(0.5, 1.5, size={0}).astype(DTYPE)",
    number="float(rng.normal())",
    positive_number="float(rng.uniform(0.5, 1.5))",
    labels="rng.integers({1}, size={0})",
    label="int(rng.integers({1}))",
    one_hot=(
        "np.eye({0}, dtype=DTYPE)[:, rng.integers({0}, size={1})]",
        "np.eye({1}, dtype=DTYPE)[rng.integers({1}, size={0})]",
    ),
    whole="rng.integers(1, 5, size={0}).astype(DTYPE)",
    structures={
        "symmetric": "(lambda a: a + a.T)({0})",
        "diagonal": "np.diag(rng.uniform(0.5, 1.5, size={n})).astype(DTYPE)",
        "orthogonal": "np.linalg.qr({0})[0]",
        "positive definite": "(lambda a: a @ a.T + np.eye({n}, dtype=DTYPE))({0})",
        "": "{0} + 3 * np.eye({n}, dtype=DTYPE)",
    },
    functions=("np.tanh", "lambda z: 1 - np.tanh(z) ** 2", "lambda z: -2 * np.tanh(z) * (1 - np.tanh(z) ** 2)"),
    mapped="lambda z: np.resize(np.tanh(z), {0})",
)

TEST = (
    '"""Print how far the gradients are from central differences of the loss, relative to the largest."""',
    "arguments = example(np.random.default_rng(0))",
    "check_inputs(**arguments)",
    "gradients = loss_and_gradients(**arguments)[1]",
    "h = 1e-5 if DTYPE == np.float64 else 1e-2",
    "for name in {names}:",
    "    value = np.asarray(arguments[name])",
    "    found = np.zeros(value.shape)",
    "    for place in np.ndindex(value.shape):",
    "        step = np.zeros_like(value)",
    "        step[place] = h",
    "        above, below = (loss(**{**arguments, name: value + side}) for side in (step, -step))",
    "        found[place] = (above - below) / (2 * h)",
    "    error = np.abs(found - gradients[name]).max() / max(1.0, np.abs(found).max())",
    '    print(f"{name}: {error:.1e}")',
    "    if not error < (1e-6 if DTYPE == np.float64 else 1e-2):",
    '        raise SystemExit(f"the gradient by {name} is not that of the loss")',
)

NUMPY = Backend(
    name="NumPy",
    imports=("import numpy as np", "import numpy.typing as npt"),
    types={"Array": "npt.NDArray[np.floating]", "Labels": "npt.NDArray[np.integer]"},
    scalar="float",
    results="dict[str, Array | float]",
    dtypes={"float64": "np.float64", "float32": "np.float32"},
    spellings={
        **spelled_as_in_numpy("np"),
        "sigmoid": call("sigmoid"),
        "erf": call("erf"),
        "softplus": lambda _, arguments: Code(f"np.logaddexp(0, {arguments[0].text})"),
    },
    kept=lambda array, kind, axes: f"{array}.{kind}(axis={axes}, keepdims=True)",
    copy=lambda array: f"{array}.copy()",
    less_one=_less_one,
    over=_over,
    helpers=HELPERS,
    numbers={"float32": "{0} = DTYPE({0})"},  # a function of a float gives a np.float64
    drawing=DRAWING,
    test=TEST,
)
