"""The table of NumPy: what each kind of operation is in its code."""

from fractions import Fraction

from derive.kernels.backends import Backend
from derive.kernels.operations import Operation, is_constant
from derive.kernels.spelling import (
    PRODUCT,
    SIGN,
    Code,
    Spell,
    along,
    at,
    call,
    comparison,
    expand,
    indexed,
    infix,
    number,
    shape_in_code,
    sliced,
)


def _number(operation: Operation, _: list[Code]) -> Code:
    value = operation.data[0]
    assert isinstance(value, Fraction)
    return number(value)


def _name(operation: Operation, _: list[Code]) -> Code:
    return Code(str(operation.data[0]))


def _constant(operation: Operation, _: list[Code]) -> Code:
    return Code({"-inf": "-math.inf", "inf": "math.inf"}.get(str(operation.data[0]), f"math.{operation.data[0]}"))


def _fill(operation: Operation, _: list[Code]) -> Code:
    value = operation.data[0]
    assert isinstance(value, Fraction)
    shape = shape_in_code(operation.axes)
    if value in (0, 1):
        return Code(f"np.{'ones' if value else 'zeros'}({shape}, dtype=DTYPE)")
    return Code(f"np.full({shape}, {float(value)!r}, dtype=DTYPE)")


def _negative(_: Operation, arguments: list[Code]) -> Code:
    return Code(f"-{arguments[0].at_least(SIGN)}", SIGN)


def _square(operation: Operation, arguments: list[Code]) -> Code:
    (code,) = arguments
    if operation.is_scalar or code.text.isidentifier():
        return Code(f"{code.at_least(PRODUCT)} * {code.at_least(SIGN)}", PRODUCT)
    return Code(f"np.square({code.text})")


def _function(name: str, in_math: str | None = None) -> Spell:
    """A function of NumPy; of numbers that sizes alone determine, that of Python's `math`."""

    def spell(operation: Operation, arguments: list[Code]) -> Code:
        module = "math" if is_constant(operation.arguments[0]) else "np"
        return Code(f"{module}.{(in_math or name) if module == 'math' else name}({arguments[0].text})")

    return spell


def _reduction(name: str) -> Spell:
    def spell(operation: Operation, arguments: list[Code]) -> Code:
        (array,) = operation.arguments
        axes = "" if len(operation.data) == len(array.axes) else f"axis={along(operation.data)}"
        return Code(f"{arguments[0].atom}.{name}({axes})")

    return spell


def _permute(operation: Operation, arguments: list[Code]) -> Code:
    if operation.data == (1, 0):
        return Code(f"{arguments[0].atom}.T")
    return Code(f"{arguments[0].atom}.transpose({', '.join(map(str, operation.data))})")


def _pick(operation: Operation, arguments: list[Code]) -> Code:
    array, labels = operation.arguments
    (axis,) = operation.data
    assert isinstance(axis, int)
    if not labels.axes:
        return indexed(operation, arguments[0], [":"] * axis + [arguments[1].text])
    if len(array.axes) == 2 and len(labels.axes) == 1:
        rows = f"np.arange({array.axes[1 - axis]})"
        first, second = (rows, arguments[1].text) if axis == 1 else (arguments[1].text, rows)
        return Code(f"{arguments[0].atom}[{first}, {second}]")
    places = arguments[1].text if not labels.axes else f"np.expand_dims({arguments[1].text}, {axis})"
    return Code(f"np.take_along_axis({arguments[0].text}, {places}, {axis}).squeeze({axis})")


def _einsum(operation: Operation, arguments: list[Code]) -> Code:
    *inputs, output = map(str, operation.data)
    codes = ", ".join(one.text for one in arguments)
    return Code(f'np.einsum("{",".join(inputs)}->{output}", {codes})')


def _broadcast(operation: Operation, arguments: list[Code]) -> Code:
    return Code(f"np.broadcast_to({arguments[0].text}, {shape_in_code(operation.axes)})")


def _reshape(operation: Operation, arguments: list[Code]) -> Code:
    return Code(f"{arguments[0].atom}.reshape(-1, 1)")


def _diagonal(operation: Operation, arguments: list[Code]) -> Code:
    count = len(operation.arguments[0].axes)
    axes = "" if count == 2 else f", axis1={count - 2}, axis2={count - 1}"
    return Code(f"np.diagonal({arguments[0].text}{axes})")


def _matrix_power(operation: Operation, arguments: list[Code]) -> Code:
    return Code(f"np.linalg.matrix_power({arguments[0].text}, {operation.data[0]})")


def _blocks(operation: Operation, arguments: list[Code]) -> Code:
    (width,) = operation.data
    assert isinstance(width, int)
    texts = [one.text for one in arguments]
    rows = [f"[{', '.join(texts[start : start + width])}]" for start in range(0, len(texts), width)]
    return Code(f"np.block([{', '.join(rows)}])")


def _called(operation: Operation, arguments: list[Code]) -> Code:
    return Code(f"{operation.data[0]}({arguments[0].text})")


SPELLINGS: dict[str, Spell] = {
    "number": _number,
    "name": _name,
    "size": _name,
    "constant": _constant,
    "positions": lambda operation, _: Code(f"np.arange({operation.axes[0]})"),
    "identity": lambda operation, _: Code(f"np.eye({operation.axes[0]}, dtype=DTYPE)"),
    "fill": _fill,
    "negative": _negative,
    "add": infix("+", 1),
    "subtract": infix("-", 1),
    "multiply": infix("*", PRODUCT),
    "divide": infix("/", PRODUCT),
    "matmul": infix("@", PRODUCT),
    "power": lambda _, arguments: Code(f"{arguments[0].atom} ** {arguments[1].at_least(SIGN)}", 4),
    "square": _square,
    "maximum": call("np.maximum"),
    "minimum": call("np.minimum"),
    "equal": comparison("=="),
    "not_equal": comparison("!="),
    "less": comparison("<"),
    "less_equal": comparison("<="),
    "greater": comparison(">"),
    "greater_equal": comparison(">="),
    "logical_and": call("np.logical_and"),
    "where": call("np.where"),
    "exp": _function("exp"),
    "expm1": _function("expm1"),
    "log": _function("log"),
    "tanh": _function("tanh"),
    "sin": _function("sin"),
    "cos": _function("cos"),
    "tan": _function("tan"),
    "sinh": _function("sinh"),
    "cosh": _function("cosh"),
    "sqrt": _function("sqrt"),
    "abs": _function("abs", "fabs"),
    "sign": call("np.sign"),
    "as_number": lambda _, arguments: Code(f"{arguments[0].atom}.astype(DTYPE)"),
    "coth": lambda _, arguments: Code(f"1 / np.tanh({arguments[0].text})", PRODUCT),
    "erf": call("erf"),
    "sigmoid": call("sigmoid"),
    "softplus": lambda _, arguments: Code(f"np.logaddexp(0, {arguments[0].text})"),
    "called": _called,
    "mapped": _called,
    "sum": _reduction("sum"),
    "max": _reduction("max"),
    "min": _reduction("min"),
    "prod": _reduction("prod"),
    "vdot": call("np.vdot"),
    "einsum": _einsum,
    "permute": _permute,
    "expand": expand,
    "at": at,
    "slice": sliced,
    "pick": _pick,
    "broadcast": _broadcast,
    "reshape": _reshape,
    "diagonal": _diagonal,
    "diagonal_matrix": lambda _, arguments: Code(f"np.diagflat({arguments[0].text})"),
    "inverse": call("np.linalg.inv"),
    "solve": call("np.linalg.solve"),
    "determinant": call("np.linalg.det"),
    "matrix_power": _matrix_power,
    "kronecker": call("np.kron"),
    "blocks": _blocks,
    "place_of_one": lambda _, arguments: Code(f"{arguments[0].atom}.argmax()"),
}
"""What each kind of operation is in NumPy. `subtract_at` is a statement of its own."""

HELPERS = {
    "sigmoid": '''def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)''',
    "erf": '''def erf(x: Array) -> Array:
    """The error function, entry by entry."""
    return np.vectorize(math.erf, otypes=[DTYPE])(x)''',
}

NUMPY = Backend(
    name="NumPy",
    imports=("import numpy as np", "import numpy.typing as npt"),
    types={"Array": "npt.NDArray[np.floating]", "Labels": "npt.NDArray[np.integer]"},
    dtype="np.float64",
    spellings=SPELLINGS,
    kept=lambda array, kind, axes: f"{array}.{kind}(axis={axes}, keepdims=True)",
    copy=lambda array: f"{array}.copy()",
    less_one=lambda array, places: f"{array}[{places}] -= 1",
    over={kind: f"np.{kind}" for kind in (
        "exp", "log", "sqrt", "tanh", "negative", "maximum", "minimum", "add", "subtract", "multiply", "divide",
    )},
    helpers=HELPERS,
)  # fmt: skip
