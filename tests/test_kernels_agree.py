"""The kernel of every exercise agrees with the reference of its model, with perturbed inputs and with PyTorch.

What is shared ends with the setting: the reference is made of exact entries and SymPy's derivatives, the oracle steps
into the complex plane, and PyTorch differentiates the exact entries of the values alone.
"""

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from kernel_points import (
    DOCUMENTS,
    Compared,
    arguments_at,
    compared,
    differing,
    everything,
    exact,
    formula,
    model_at,
    points_of,
    setting_of,
    sizes_of,
)
from oracle import value_at
from thoroughness import THOROUGH

from derive.documents.document import AsideList, AsideMapping
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Derivative, Expr, IndexVariable, Node, Symbol
from derive.expressions.walk import walk
from derive.gradients import closed_forms
from derive.kernels.compiled import Compiled, compiled
from derive.kernels.model import model_of_any_size
from derive.kernels.program import program_of
from derive.kernels.reference import Reference, reference
from derive.kernels.refusal import NoKernel
from derive.models import Model
from derive.notation.symbols import Computed, Given
from derive.source import Text

WITHOUT_KERNEL = {
    **dict.fromkeys(
        [
            "gallery/declarations",
            "gallery/entries",
            "gallery/functions",
            "gallery/indicators-and-cases",
            "gallery/matrices",
            "gallery/names",
            "gallery/products",
            "gallery/sums",
            "gallery/transposes-and-powers",
            "jacobian-of-a-composition-of-linear-maps",
            "jacobian-of-a-sum-of-linear-maps",
            "small-computational-graph",
            "soft-maximum-and-soft-argmax",
        ],
        "a name that the model computes",
    ),
}
"""The documents without a kernel, and what there is not."""

FURTHER = {
    "hessians": [r"\nabla_x L", r"\nabla_x^2 L", "J_r(x)", r"\nabla_z^2 C", "J_p(z)", r"\nabla_z \cdot p"],
    "einstein": [],
    "differentials": [],
}
"""What else is computed of a document that asks nothing."""

WITH_KERNEL = [name for name in DOCUMENTS if name not in WITHOUT_KERNEL]


def asked(name: str) -> list[str]:
    """The LaTeX of what the parts of an exercise ask."""
    parts = setting_of(name).aside.get("parts")
    if not isinstance(parts, AsideList):
        return FURTHER.get(name, [])
    items = [item.get("ask") for item in parts.items if isinstance(item, AsideMapping)]
    return [item.value for item in items if isinstance(item, Text)]


def further(name: str, model: Model) -> list[Expr]:
    """What is asked as one array: no general entry, which an index letter stands in, and nothing with four indices."""
    usual = model_of_any_size(setting_of(name))
    arrays = [text for text in asked(name) if not any(map(_is_no_array, walk(formula(usual, text))))]
    return [formula(model, text) for text in arrays]


def _is_no_array(part: Node) -> bool:
    return isinstance(part, IndexVariable) or (isinstance(part, Expr) and part.shape.is_tensor)


@cache
def kernel(name: str) -> Compiled:
    """The kernel of a document, with what it asks. Raises `NoKernel`."""
    model = model_of_any_size(setting_of(name))
    return compiled(program_of(model, derivatives=further(name, model)))


@cache
def model_of(name: str, which: int) -> Model:
    """The model of a document at one of its sets of sizes."""
    setting = setting_of(name)
    return model_at(setting, sizes_of(setting)[which])


@cache
def reference_of(name: str, which: int) -> Reference:
    """The reference of a document at one of its sets of sizes."""
    model = model_of(name, which)
    return reference(model, further(name, model))


def losses() -> list[str]:
    """The documents with a kernel and a loss."""
    return [name for name in WITH_KERNEL if setting_of(name).loss is not None]


def has_functions(name: str) -> bool:
    """Whether a document speaks of functions that are known by name only."""
    meanings = model_of_any_size(setting_of(name)).table.meanings.values()
    return any(isinstance(one, Given) and one.kind in ("function", "map") for one in meanings)


# ── the reference ──

ALL_SIZES = range(3)
SIZES_OF_REFERENCES = ALL_SIZES if THOROUGH else (1,)
"""References are long in the making; the oracle's imaginary steps hold every kernel to all of its sizes."""


@pytest.mark.parametrize("which", SIZES_OF_REFERENCES)
@pytest.mark.parametrize("name", WITH_KERNEL)
def test_a_kernel_agrees_with_the_reference_of_its_model(name, which):
    expected = reference_of(name, which)
    points = points_of(expected.model)
    pairs = compared(kernel(name), points, exact(expected, points, further(name, expected.model)))
    assert differing(pairs) == []


def test_what_has_no_kernel_says_why():
    found = {}
    for name in DOCUMENTS:
        try:
            kernel(name)
        except NoKernel as refusal:
            found[name] = refusal.problem
    assert found == WITHOUT_KERNEL


@pytest.mark.parametrize("name", losses())
def test_gradients_by_computed_names_agree_too(name):
    setting = setting_of(name)
    found = compiled(program_of(model_of_any_size(setting), by=reaching(name)))
    expected = reference_of(name, 1)
    points = points_of(expected.model)
    assert [one.statement.quantity.by.name for one in found.kernel.gradients] == list(reaching(name))
    assert differing(compared(found, points, exact(expected, points))) == []


def reaching(name: str) -> tuple[str, ...]:
    """The names that the loss depends on, computed ones among them."""
    table = model_of_any_size(setting_of(name)).table
    forms = closed_forms(table, Fraction(0), table.loss or "")
    return tuple(one for one in forms.names if one != table.loss and varies(table.meanings[one]))


def varies(meaning: object) -> bool:
    return isinstance(meaning, Computed) or (isinstance(meaning, Given) and meaning.kind in ("real", "positive"))


# ── other ways to the same numbers ──


@pytest.mark.parametrize("which", ALL_SIZES)
@pytest.mark.parametrize("name", WITH_KERNEL)
def test_a_kernel_agrees_with_imaginary_steps(name, which):
    """The oracle evaluates trees; the derivative of a value is the imaginary part after an imaginary step."""
    model = model_of(name, which)
    pairs = []
    for point in points_of(model):
        for (kind, of), value in everything(kernel(name), point).items():
            quantity = quantity_of(model, kind, of)
            if quantity is not None:
                expected = value_at(point, quantity).reshape(np.shape(value))
                pairs.append(Compared(f"{kind} {of}", np.asarray(value), expected))
    assert differing(pairs) == []


def quantity_of(model: Model, kind: str, name: object) -> Expr | None:
    """The tree of a value or of a gradient; not of second derivatives: there is one imaginary axis too few."""
    symbol = Symbol(str(name), model.table.meanings[name].shape) if name in model.table.meanings else None
    if symbol is None or kind == "value":
        return symbol
    return Derivative(Symbol(model.table.loss or "", SCALAR), symbol)


STEP = 1e-5


@pytest.mark.parametrize("name", losses())
def test_gradients_agree_with_central_differences_of_the_loss(name):
    found = kernel(name)
    inputs = {one.identifier: one for one in found.kernel.inputs}
    for point in points_of(model_of(name, 0)):
        arguments = arguments_at(inputs.values(), point)
        with np.errstate(all="ignore"):
            value, gradients = found.loss_and_gradients(**arguments)
        for number, (by, gradient) in enumerate(gradients.items()):
            direction = np.random.default_rng(number).normal(size=np.shape(arguments[by]))
            above, below = (
                found.loss(**{**arguments, by: arguments[by] + sign * STEP * direction}) for sign in (1, -1)
            )
            if np.isfinite(value):
                slope = (above - below) / (2 * STEP)
                rounding = 1e-6 + 1e-10 * abs(value)
                assert slope == pytest.approx(np.sum(gradient * direction), rel=1e-6, abs=rounding), by


@pytest.mark.parametrize("name", [name for name in losses() if not has_functions(name)])
def test_gradients_agree_with_pytorch(name):
    model = model_of(name, 0)
    points = points_of(model)
    tensors = pytest.importorskip("kernel_torch").Tensors(model, points)
    gradients = tensors.gradients()
    pairs = []
    for number, point in enumerate(points):
        for (kind, by), value in everything(kernel(name), point).items():
            if kind == "gradient":
                pairs.append(Compared(str(by), np.asarray(value), gradients[by][number]))
            elif kind == "loss":
                pairs.append(Compared("loss", np.asarray(value), tensors.loss.detach().numpy()[number]))
    assert len(pairs) >= 2 * len(kernel(name).kernel.gradients)
    assert differing(pairs) == []


# ── arrays ──


@pytest.mark.parametrize("name", WITH_KERNEL)
def test_a_kernel_changes_no_input_and_shares_no_memory(name):
    found = kernel(name)
    (point,) = points_of(model_of(name, 0), 1)
    arguments = arguments_at(found.kernel.inputs, point)
    before = {one: np.copy(value) for one, value in arguments.items() if not callable(value)}
    given = [value for value in arguments.values() if isinstance(value, np.ndarray)]
    for function in (found.forward, found.loss_and_gradients, found.derivatives):
        if function is not None:
            with np.errstate(all="ignore"):
                result = function(**arguments)
            results = (result if isinstance(result, dict) else result[1]).items()
            arrays = [(one, value) for one, value in results if isinstance(value, np.ndarray)]
            for place, (one, value) in enumerate(arrays):
                assert not any(np.shares_memory(value, other) for other in given), one
                assert not any(np.shares_memory(value, other) for _, other in arrays[:place]), one
                assert value.flags.writeable, one
    assert all(np.array_equal(arguments[one], value) for one, value in before.items())


@pytest.mark.parametrize("name", WITH_KERNEL)
def test_single_precision_stays_single(name, monkeypatch):
    found = kernel(name)
    (point,) = points_of(model_of(name, 0), 1)
    monkeypatch.setitem(found.forward.__globals__, "DTYPE", np.float32)
    arguments = {one: in_single_precision(value) for one, value in arguments_at(found.kernel.inputs, point).items()}
    for function in (found.forward, found.loss_and_gradients, found.derivatives):
        if function is not None:
            with np.errstate(all="ignore"):
                result = function(**arguments)
            arrays = result if isinstance(result, dict) else result[1]
            assert {one: np.asarray(value).dtype for one, value in arrays.items() if np.ndim(value)} == {
                one: np.float32 for one, value in arrays.items() if np.ndim(value)
            }


def in_single_precision(value: object) -> object:
    if callable(value):
        return lambda u: value(u).astype(np.float32)
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value
