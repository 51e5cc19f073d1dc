"""The table of JAX: as NumPy, but that nothing is written over what is there."""

from derive.kernels.backend import Backend, Drawing, Places
from derive.kernels.numpy_code import spelled_as_in_numpy
from derive.kernels.operations import Operation
from derive.kernels.spelling import Code, call


def _as_number(operation: Operation, arguments: list[Code]) -> Code:
    (array,) = operation.arguments
    if array.kind == "positions":
        return Code(f"jnp.arange({array.axes[0]}, dtype=DTYPE)")
    if operation.is_scalar:
        return Code(f"jnp.asarray({arguments[0].text}, dtype=DTYPE)")
    return Code(f"{arguments[0].atom}.astype(DTYPE)")


def _less_one(places: Places) -> tuple[str, ...]:
    at = places.entries(f"jnp.arange({places.lines})")
    return (f"{places.name} = {places.array.atom}.at[{at}].add(-1.0)",)


DRAWING = Drawing(
    parameter="key: jax.Array",
    argument="jax.random.key(0)",
    before="keys = iter(jax.random.split(key, {0}))",
    normal="jax.random.normal(next(keys), {0}, dtype=DTYPE)",
    positive="jax.random.uniform(next(keys), {0}, dtype=DTYPE, minval=0.5, maxval=1.5)",
    number="jax.random.normal(next(keys), dtype=DTYPE)",
    positive_number="jax.random.uniform(next(keys), dtype=DTYPE, minval=0.5, maxval=1.5)",
    labels="jax.random.randint(next(keys), {0}, 0, {1})",
    label="jax.random.randint(next(keys), (), 0, {1})",
    one_hot=(
        "jax.nn.one_hot(jax.random.randint(next(keys), ({1},), 0, {0}), {0}, dtype=DTYPE, axis=0)",
        "jax.nn.one_hot(jax.random.randint(next(keys), ({0},), 0, {1}), {1}, dtype=DTYPE)",
    ),
    whole="jax.random.randint(next(keys), {0}, 1, 5).astype(DTYPE)",
    structures={
        "symmetric": "(lambda a: a + a.T)({0})",
        "diagonal": "jnp.diag(jax.random.uniform(next(keys), ({n},), dtype=DTYPE, minval=0.5, maxval=1.5))",
        "orthogonal": "jnp.linalg.qr({0})[0]",
        "positive definite": "(lambda a: a @ a.T + jnp.eye({n}, dtype=DTYPE))({0})",
        "": "{0} + 3 * jnp.eye({n}, dtype=DTYPE)",
    },
    functions=("jnp.tanh", "lambda z: 1 - jnp.tanh(z) ** 2", "lambda z: -2 * jnp.tanh(z) * (1 - jnp.tanh(z) ** 2)"),
    mapped="lambda z: jnp.resize(jnp.tanh(z), {0})",
)

TEST = (
    '"""Print how far the gradients are from those of jax.grad, relative to the largest."""',
    'jax.config.update("jax_enable_x64", DTYPE == jnp.float64)',
    "arguments = example(jax.random.key(0))",
    "check_inputs(**arguments)",
    "gradients = jax.jit(lambda: loss_and_gradients(**arguments)[1])()",
    "values = {name: arguments[name] for name in {names}}",
    "found = jax.jit(jax.grad(lambda values: loss(**{**arguments, **values})))(values)",
    "for name, value in found.items():",
    "    error = jnp.abs(value - gradients[name]).max() / max(1.0, jnp.abs(value).max())",
    '    print(f"{name}: {error:.1e}")',
    "    if not error < (1e-9 if DTYPE == jnp.float64 else 1e-4):",
    '        raise SystemExit(f"the gradient by {name} is not that of the loss")',
)

JAX = Backend(
    name="JAX",
    imports=("import jax", "import jax.numpy as jnp"),
    types={"Array": "jax.Array", "Labels": "jax.Array", "Scalar": "jax.Array | float"},
    scalar="Scalar",
    results="dict[str, Scalar]",
    dtypes={"float64": "jnp.float64", "float32": "jnp.float32"},
    spellings={
        **spelled_as_in_numpy("jnp"),
        "as_number": _as_number,
        "sigmoid": call("jax.nn.sigmoid"),
        "softplus": call("jax.nn.softplus"),
        "erf": call("jax.scipy.special.erf"),
    },
    kept=lambda array, kind, axes: f"{array}.{kind}(axis={axes}, keepdims=True)",
    copy=lambda array: array,
    less_one=_less_one,
    differentiates=True,
    notes=(
        "`jax.jit({function}{static})` compiles all of it into one program for each set of shapes, "
        "which pays from the second call on.",
        'Numbers of 64 bits need `jax.config.update("jax_enable_x64", True)` before the first array is made; '
        "without it all is float32.",
    ),
    drawing=DRAWING,
    test=TEST,
)
