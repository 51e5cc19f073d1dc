"""The table of PyTorch: functions on tensors, changed in place where nothing needs them any more."""

from derive.kernels.backend import Backend, Drawing, Places
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
    rows_of_blocks,
    shape_in_code,
    square,
    value_of,
)

MADE = "dtype=DTYPE, device=device"
TENSOR = f"torch.as_tensor({{0}}, {MADE})"


def _of_tensor(spell: Spell) -> Spell:
    """A function that takes tensors alone: a number of Python becomes one."""

    def spelled(operation: Operation, arguments: list[Code]) -> Code:
        codes = [
            Code(TENSOR.format(code.text)) if is_constant(part) else code
            for part, code in zip(operation.arguments, arguments, strict=True)
        ]
        return spell(operation, codes)

    return spelled


def _fill(operation: Operation, _: list[Code]) -> Code:
    value, shape = value_of(operation), shape_in_code(operation.axes)
    if value in (0, 1):
        return Code(f"torch.{'ones' if value else 'zeros'}({shape}, {MADE})")
    return Code(f"torch.full({shape}, {float(value)!r}, {MADE})")


def _bounded(side: str) -> Spell:
    """`torch.clamp(x, min=0.0)` beside a number, else `torch.maximum(x, y)`."""
    name, bound = ("maximum", "min") if side == "max" else ("minimum", "max")

    def spell(operation: Operation, arguments: list[Code]) -> Code:
        first, second = beside_arrays(operation, arguments)
        if is_constant(operation.arguments[1]):
            return Code(f"torch.clamp({first.text}, {bound}={second.text})")
        return Code(f"torch.{name}({first.text}, {second.text})")

    return spell


def _where(operation: Operation, arguments: list[Code]) -> Code:
    codes = fitted_choice(operation, beside_arrays(operation, arguments), TENSOR)
    return Code(f"torch.where({', '.join(one.text for one in codes)})")


def _as_number(operation: Operation, arguments: list[Code]) -> Code:
    (array,) = operation.arguments
    if array.kind == "positions":
        return Code(f"torch.arange({array.axes[0]}, {MADE})")
    if operation.is_scalar:
        return Code(TENSOR.format(arguments[0].text))
    return Code(f"{arguments[0].atom}.to(DTYPE)")


_ALONG_SOME = {"sum": "sum", "max": "amax", "min": "amin", "prod": "prod"}


def _reduction(operation: Operation, arguments: list[Code]) -> Code:
    array = arguments[0].atom
    axes = along_some(operation)
    if not axes:
        return Code(f"{array}.{operation.kind}()")
    if operation.kind == "prod" and len(operation.data) > 1:  # one axis at a time
        return Code(array + "".join(f".prod(dim={axis})" for axis in reversed(operation.data)))
    return Code(f"{array}.{_ALONG_SOME[operation.kind]}(dim={axes})")


def _vdot(_: Operation, arguments: list[Code]) -> Code:
    first, second = arguments
    if first == second:
        return Code(f"{first.atom}.square().sum()")
    return Code(f"({first.at_least(PRODUCT)} * {second.at_least(PRODUCT + 1)}).sum()")


def _permute(operation: Operation, arguments: list[Code]) -> Code:
    if operation.data == (1, 0):
        return Code(f"{arguments[0].atom}.mT")
    return Code(f"{arguments[0].atom}.permute({', '.join(map(str, operation.data))})")


def _expand(operation: Operation, arguments: list[Code]) -> Code:
    (array,) = operation.arguments
    if is_constant(array):
        return Code(f"torch.full({shape_in_code(operation.axes)}, {arguments[0].text}, {MADE})")
    return expand(operation, arguments)


def _pick(operation: Operation, arguments: list[Code]) -> Code:
    array, labels = operation.arguments
    axis, places = axis_of(operation), arguments[1].text
    if not labels.axes:
        return indexed(arguments[0], [":"] * axis + [places])
    if len(array.axes) == 2 and len(labels.axes) == 1:
        rows = f"torch.arange({array.axes[1 - axis]}, device=device)"
        return Code(f"{arguments[0].atom}[{f'{rows}, {places}' if axis == 1 else f'{places}, {rows}'}]")
    return Code(
        f"torch.take_along_dim({arguments[0].text}, {arguments[1].atom}.unsqueeze({axis}), {axis}).squeeze({axis})"
    )


def _diagonal(operation: Operation, arguments: list[Code]) -> Code:
    axes = "" if len(operation.arguments[0].axes) == 2 else ", dim1=-2, dim2=-1"
    return Code(f"torch.diagonal({arguments[0].text}{axes})")


def _blocks(operation: Operation, arguments: list[Code]) -> Code:
    rows = rows_of_blocks(operation, arguments)
    lines = [f"torch.cat({row}, dim=1)" if axis_of(operation) > 1 else row[1:-1] for row in rows]
    return Code(lines[0] if len(lines) == 1 else f"torch.cat([{', '.join(lines)}], dim=0)")


def _less_one(places: Places) -> tuple[str, ...]:
    array = places.array.text if places.is_own else f"{places.array.atom}.clone()"
    at = places.entries(f"torch.arange({places.lines}, device=device)")
    return f"{places.name} = {array}", f"{places.name}[{at}] -= 1"


_IN_PLACE = {
    "exp": "exp_", "log": "log_", "sqrt": "sqrt_", "tanh": "tanh_", "sigmoid": "sigmoid_", "negative": "neg_",
    "add": "add_", "subtract": "sub_", "multiply": "mul_", "divide": "div_",
}  # fmt: skip


def _over(operation: Operation, free: Operation, arguments: list[Code], name: str) -> str | None:
    codes = beside_arrays(operation, arguments)
    others = [code.text for part, code in zip(operation.arguments, codes, strict=True) if part is not free]
    if operation.kind in _IN_PLACE:
        if not others and len(operation.arguments) > 1:
            others = [name]
        return f"{name}.{_IN_PLACE[operation.kind]}({', '.join(others)})"
    if operation.kind in ("maximum", "minimum") and is_constant(operation.arguments[1]):
        return f"{name}.clamp_({'min' if operation.kind == 'maximum' else 'max'}={others[0]})"
    return None


SPELLINGS: dict[str, Spell] = {
    **COMMON,
    "positions": lambda operation, _: Code(f"torch.arange({operation.axes[0]}, device=device)"),
    "identity": lambda operation, _: Code(f"torch.eye({operation.axes[0]}, {MADE})"),
    "fill": _fill,
    "square": square("torch"),
    "maximum": _bounded("max"),
    "minimum": _bounded("min"),
    "logical_and": call("torch.logical_and"),
    "where": _where,
    **{
        kind: function("torch")
        for kind in ("exp", "expm1", "log", "tanh", "sin", "cos", "tan", "sinh", "cosh", "sqrt", "abs")
    },
    "sign": _of_tensor(call("torch.sign")),
    "as_number": _as_number,
    "coth": _of_tensor(lambda _, arguments: Code(f"1 / torch.tanh({arguments[0].text})", PRODUCT)),
    "erf": _of_tensor(call("torch.erf")),
    "sigmoid": _of_tensor(call("torch.sigmoid")),
    "softplus": _of_tensor(call("softplus")),
    **dict.fromkeys(_ALONG_SOME, _reduction),
    "vdot": _vdot,
    "einsum": einsum("torch"),
    "permute": _permute,
    "expand": _expand,
    "pick": _pick,
    "broadcast": lambda operation, arguments: Code(
        f"torch.broadcast_to({arguments[0].text}, {shape_in_code(operation.axes)})"
    ),
    "fold": lambda operation, arguments: Code(f"{arguments[0].atom}.reshape{shape_in_code(operation.axes)}"),
    "reshape": lambda _, arguments: Code(f"{arguments[0].atom}.reshape(-1, 1)"),
    "diagonal": _diagonal,
    "diagonal_matrix": lambda _, arguments: Code(f"torch.diagflat({arguments[0].text})"),
    "inverse": call("torch.linalg.inv"),
    "solve": call("torch.linalg.solve"),
    "determinant": call("torch.linalg.det"),
    "matrix_power": lambda operation, arguments: Code(
        f"torch.linalg.matrix_power({arguments[0].text}, {operation.data[0]})"
    ),
    "kronecker": call("torch.kron"),
    "blocks": _blocks,
    "place_of_one": lambda _, arguments: Code(f"{arguments[0].atom}.argmax()"),
}

DRAWING = Drawing(
    parameter="generator: torch.Generator",
    argument="torch.Generator().manual_seed(0)",
    before="",
    normal="torch.randn({0}, generator=generator, dtype=DTYPE)",
    positive="0.5 + torch.rand({0}, generator=generator, dtype=DTYPE)",
    number="torch.randn((), generator=generator, dtype=DTYPE)",
    positive_number="0.5 + torch.rand((), generator=generator, dtype=DTYPE)",
    labels="torch.randint({1}, {0}, generator=generator)",
    label="int(torch.randint({1}, (), generator=generator))",
    one_hot=(
        "torch.eye({0}, dtype=DTYPE)[:, torch.randint({0}, ({1},), generator=generator)]",
        "torch.eye({1}, dtype=DTYPE)[torch.randint({1}, ({0},), generator=generator)]",
    ),
    whole="torch.randint(1, 5, {0}, generator=generator).to(DTYPE)",
    structures={
        "symmetric": "(lambda a: a + a.mT)({0})",
        "diagonal": "torch.diag(0.5 + torch.rand({n}, generator=generator, dtype=DTYPE))",
        "orthogonal": "torch.linalg.qr({0})[0]",
        "positive definite": "(lambda a: a @ a.mT + torch.eye({n}, dtype=DTYPE))({0})",
        "": "{0} + 3 * torch.eye({n}, dtype=DTYPE)",
    },
    functions=(
        "torch.tanh",
        "lambda z: 1 - torch.tanh(z) ** 2",
        "lambda z: -2 * torch.tanh(z) * (1 - torch.tanh(z) ** 2)",
    ),
    mapped="lambda z: torch.tanh(z).sum() * torch.ones({0}, dtype=DTYPE)",
)

TEST = (
    '"""Print how far the gradients are from those of torch.autograd, relative to the largest."""',
    "arguments = example(torch.Generator().manual_seed(0))",
    "check_inputs(**arguments)",
    "gradients = loss_and_gradients(**arguments)[1]",
    "for name in {names}:",
    "    value = arguments[name].clone().requires_grad_()",
    "    (found,) = torch.autograd.grad(loss(**{**arguments, name: value}), value)",
    "    error = (found - gradients[name]).abs().max() / max(1.0, found.abs().max())",
    '    print(f"{name}: {error:.1e}")',
    "    if not error < (1e-9 if DTYPE == torch.float64 else 1e-4):",
    '        raise SystemExit(f"the gradient by {name} is not that of the loss")',
)

HELPERS = {
    "softplus": '''def softplus(x: Array) -> Array:
    """log(1 + exp(x)), without overflow and to rounding, which torch.nn.functional.softplus is not above 20."""
    return torch.clamp(x, min=0.0) + torch.log1p(torch.exp(-torch.abs(x)))''',
}

TORCH = Backend(
    name="PyTorch",
    imports=("import torch",),
    types={"Array": "torch.Tensor", "Labels": "torch.Tensor", "Scalar": "torch.Tensor | float"},
    scalar="Scalar",
    results="dict[str, Scalar]",
    dtypes={"float64": "torch.float64", "float32": "torch.float32"},
    spellings=SPELLINGS,
    kept=lambda array, kind, axes: f"{array}.{_ALONG_SOME[kind]}(dim={axes}, keepdim=True)",
    copy=lambda array: f"{array}.clone()",
    less_one=_less_one,
    over=_over,
    helpers=HELPERS,
    head={"device": ("device = {0}.device", "device = torch.get_default_device()")},
    numbers=dict.fromkeys(("float64", "float32"), f"{{0}} = {TENSOR}"),
    differentiates=True,
    without="@torch.no_grad()",
    notes=("`torch.compile({function})` fuses what goes entry by entry, which pays for large tensors.",),
    drawing=DRAWING,
    test=TEST,
)
