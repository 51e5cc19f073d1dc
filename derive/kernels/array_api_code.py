"""The table of the array API standard (2024.12): functions that every library of arrays has which follows it.

No einsum and no index made of arrays; nothing is written over what is there, which not every library allows.
"""

from derive.kernels.backend import Backend, Places
from derive.kernels.error_function import error_function
from derive.kernels.operations import Operation, is_constant
from derive.kernels.spelling import (
    COMMON,
    PRODUCT,
    SUM,
    Code,
    Spell,
    along,
    along_some,
    at,
    axis_of,
    beside_arrays,
    call,
    expand,
    fitted_choice,
    function,
    infix,
    rows_of_blocks,
    run,
    shape_in_code,
    square,
    value_of,
    whole_index,
)

MADE = "dtype=dtype, device=device"
ARRAY = f"xp.asarray({{0}}, {MADE})"


def _of_array(spell: Spell) -> Spell:
    """A function that takes no numbers of Python alone: one of them becomes an array."""

    def spelled(operation: Operation, arguments: list[Code]) -> Code:
        codes = list(arguments)
        if all(map(is_constant, operation.arguments)):
            codes[0] = Code(ARRAY.format(codes[0].text))
        return spell(operation, codes)

    return spelled


def _fill(operation: Operation, _: list[Code]) -> Code:
    value, shape = value_of(operation), shape_in_code(operation.axes)
    if value in (0, 1):
        return Code(f"xp.{'ones' if value else 'zeros'}({shape}, {MADE})")
    return Code(f"xp.full({shape}, {float(value)!r}, {MADE})")


def _product(operation: Operation, arguments: list[Code]) -> Code:
    """A product, in which what is true or false is made a number."""
    codes = [
        Code(f"xp.astype({code.text}, dtype)") if part.is_logical else code
        for part, code in zip(operation.arguments, arguments, strict=True)
    ]
    return infix("*", PRODUCT)(operation, codes)


def _where(operation: Operation, arguments: list[Code]) -> Code:
    codes = fitted_choice(operation, beside_arrays(operation, arguments), ARRAY)
    return Code(f"xp.where({', '.join(one.text for one in codes)})")


def _as_number(operation: Operation, arguments: list[Code]) -> Code:
    (array,) = operation.arguments
    if array.kind == "positions":
        return Code(f"xp.arange({array.axes[0]}, {MADE})")
    if operation.is_scalar and not array.is_logical:
        return Code(ARRAY.format(arguments[0].text))
    return Code(f"xp.astype({arguments[0].text}, dtype)")


def _reduction(operation: Operation, arguments: list[Code]) -> Code:
    axes = along_some(operation)
    return Code(f"xp.{operation.kind}({arguments[0].text}{f', axis={axes}' if axes else ''})")


def _vdot(_: Operation, arguments: list[Code]) -> Code:
    first, second = arguments
    if first == second:
        return Code(f"xp.sum(xp.square({first.text}))")
    return Code(f"xp.sum({first.at_least(PRODUCT)} * {second.at_least(PRODUCT + 1)})")


def _einsum(operation: Operation, arguments: list[Code]) -> Code:
    """Sums of products: each array with an axis for each letter, the letters in their order."""
    *inputs, output = map(str, operation.data)
    letters = sorted(set("".join(inputs)))
    factors = []
    for own, code in zip(inputs, arguments, strict=True):
        in_order = sorted(own)
        ordered = code
        if list(own) != in_order:
            ordered = Code(f"xp.permute_dims({code.text}, {tuple(own.index(letter) for letter in in_order)})")
        places = [":" if letter in own else "None" for letter in letters]
        factors.append(whole_index(ordered, places) if "None" in places else ordered)
    summed = tuple(place for place, letter in enumerate(letters) if letter not in output)
    left = [letter for letter in letters if letter in output]
    product = " * ".join(one.at_least(PRODUCT + 1) for one in factors)
    total = f"xp.sum({product}, axis={along(summed)})" if summed else product
    if left != list(output):
        return Code(f"xp.permute_dims({total}, {tuple(left.index(letter) for letter in output)})")
    return Code(total) if summed else Code(total, PRODUCT)


def _permute(operation: Operation, arguments: list[Code]) -> Code:
    if operation.data == (1, 0):
        return Code(f"{arguments[0].atom}.T")
    return Code(f"xp.permute_dims({arguments[0].text}, {shape_in_code(operation.data)})")


def _expand(operation: Operation, arguments: list[Code]) -> Code:
    (array,) = operation.arguments
    if is_constant(array):
        return Code(f"xp.full({shape_in_code(operation.axes)}, {arguments[0].text}, {MADE})")
    return expand(operation, arguments)


def _pick(operation: Operation, arguments: list[Code]) -> Code:
    array, labels = operation.arguments
    axis, places = axis_of(operation), arguments[1]
    count = len(array.axes)
    if not labels.axes:
        return whole_index(arguments[0], [":"] * axis + [places.text] + [":"] * (count - axis - 1))
    names = whole_index(places, _entry(axis, count, "None"))
    taken = Code(f"xp.take_along_axis({arguments[0].text}, {names.text}, axis={axis})")
    return whole_index(taken, _entry(axis, count, "0"))


def _entry(axis: int, count: int, entry: str) -> list[str]:
    return [entry if place == axis else ":" for place in range(count)]


def _blocks(operation: Operation, arguments: list[Code]) -> Code:
    rows = rows_of_blocks(operation, arguments)
    lines = [f"xp.concat({row}, axis=1)" if axis_of(operation) > 1 else row[1:-1] for row in rows]
    return Code(lines[0] if len(lines) == 1 else f"xp.concat([{', '.join(lines)}], axis=0)")


def _kronecker(operation: Operation, arguments: list[Code]) -> Code:
    left = whole_index(arguments[0], [":", "None", ":", "None"])
    right = whole_index(arguments[1], ["None", ":", "None", ":"])
    return Code(f"xp.reshape({left.text} * {right.text}, {shape_in_code(operation.axes)})")


def _less_one(places: Places) -> tuple[str, ...]:
    """1 taken away from the entries whose place is the label."""
    rows, columns = places.axes
    if places.axis == 1:
        places_hit = f"{places.labels}[:, None] == xp.arange({columns}, device=device)[None, :]"
    else:
        places_hit = f"{places.labels}[None, :] == xp.arange({rows}, device=device)[:, None]"
    return (f"{places.name} = {places.array.at_least(SUM)} - xp.astype({places_hit}, dtype)",)


SPELLINGS: dict[str, Spell] = {
    **COMMON,
    "positions": lambda operation, _: Code(f"xp.arange({operation.axes[0]}, device=device)"),
    "identity": lambda operation, _: Code(f"xp.eye({operation.axes[0]}, {MADE})"),
    "fill": _fill,
    "multiply": _product,
    "square": square("xp"),
    "maximum": _of_array(call("xp.maximum")),
    "minimum": _of_array(call("xp.minimum")),
    "logical_and": call("xp.logical_and"),
    "where": _where,
    **{
        kind: function("xp")
        for kind in ("exp", "expm1", "log", "tanh", "sin", "cos", "tan", "sinh", "cosh", "sqrt", "abs")
    },
    "sign": _of_array(call("xp.sign")),
    "as_number": _as_number,
    "coth": _of_array(lambda _, arguments: Code(f"1 / xp.tanh({arguments[0].text})", PRODUCT)),
    "erf": _of_array(call("erf")),
    "sigmoid": _of_array(call("sigmoid")),
    "softplus": _of_array(call("softplus")),
    **dict.fromkeys(("sum", "max", "min", "prod"), _reduction),
    "vdot": _vdot,
    "einsum": _einsum,
    "permute": _permute,
    "expand": _expand,
    "at": lambda operation, arguments: whole_index(arguments[0], at(operation)),
    "slice": lambda operation, arguments: whole_index(arguments[0], run(operation)),
    "pick": _pick,
    "broadcast": lambda operation, arguments: Code(
        f"xp.broadcast_to({arguments[0].text}, {shape_in_code(operation.axes)})"
    ),
    "fold": lambda operation, arguments: Code(f"xp.reshape({arguments[0].text}, {shape_in_code(operation.axes)})"),
    "reshape": lambda _, arguments: Code(f"xp.reshape({arguments[0].text}, (-1, 1))"),
    "diagonal": call("xp.linalg.diagonal"),
    "diagonal_matrix": lambda operation, arguments: Code(
        f"xp.eye({operation.axes[0]}, {MADE}) * {arguments[0].at_least(PRODUCT + 1)}", PRODUCT
    ),
    "inverse": call("xp.linalg.inv"),
    "solve": call("xp.linalg.solve"),
    "determinant": call("xp.linalg.det"),
    "matrix_power": lambda operation, arguments: Code(
        f"xp.linalg.matrix_power({arguments[0].text}, {operation.data[0]})"
    ),
    "kronecker": _kronecker,
    "blocks": _blocks,
    "place_of_one": lambda _, arguments: Code(f"xp.argmax({arguments[0].text})"),
}

NAMESPACE = "xp = x.__array_namespace__()"

HELPERS = {
    "sigmoid": f'''def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow."""
    {NAMESPACE}
    e = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, 1.0, e) / (1 + e)''',
    "softplus": f'''def softplus(x: Array) -> Array:
    """log(1 + exp(x)), without overflow."""
    {NAMESPACE}
    return xp.maximum(x, 0.0) + xp.log1p(xp.exp(-xp.abs(x)))''',
    "erf": error_function("xp", NAMESPACE),
}

ARRAY_API = Backend(
    name="functions of the array API standard",
    imports=(),
    types={"Array": "Any", "Labels": "Any"},
    scalar="Array | float",
    results="dict[str, Array | float]",
    dtypes={"float64": '"float64"', "float32": '"float32"'},
    spellings=SPELLINGS,
    kept=lambda array, kind, axes: f"xp.{kind}({array}, axis={axes}, keepdims=True)",
    copy=lambda array: f"xp.asarray({array}, copy=True)",
    less_one=_less_one,
    helpers=HELPERS,
    head={
        "xp": ("xp = {0}.__array_namespace__()",) * 2,
        "dtype": ("dtype = getattr(xp, DTYPE)",) * 2,
        "device": ("device = {0}.device",) * 2,
    },
    numbers=dict.fromkeys(("float64", "float32"), f"{{0}} = {ARRAY}"),
    notes=("The arguments are arrays of any library that follows the standard of 2024.12.",),
    notes_on_numbers=("The first argument is an array without axes.",),
)
