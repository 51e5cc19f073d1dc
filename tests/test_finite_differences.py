"""The exact derivatives against finite differences: every ∂L/∂node, evaluated at points, beside numpy's own.

The exact side gives entries in symbols, which are evaluated here by their definitions, one after the other.
The numerical side knows only the model and perturbs it (`oracle`).
"""

import itertools
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.checking.session import Session
from derive.documents import read_document
from derive.documents.markdown import read_markdown
from derive.documents.setting import make_setting, read_entries
from derive.exact import scalars
from derive.exact.entries import Array
from derive.exact.functions import Unspecified, UnspecifiedComponent
from derive.exact.scalars import PI, Scalar
from derive.expressions.tree import Derivative, Layout, Symbol
from derive.models import build_model
from derive.notation.symbols import Computed, Given
from derive.source import Source

HERE = Path(__file__).parent
DOCUMENTS = [*sorted((HERE.parent / "exercises").glob("*.md")), *sorted((HERE / "documents").glob("*.md"))]
PRECISION = 1e-6


# ── exact entries as numbers ──

FUNCTIONS: dict[str, Callable[..., float]] = {
    "Pow": lambda base, exponent: base**exponent,
    "Exp": math.exp,
    "Log": math.log,
    "Tanh": math.tanh,
    "Sin": math.sin,
    "Cos": math.cos,
    "Erf": math.erf,
    "Positive": lambda u: float(u > 0),
    "Zero": lambda u: float(u == 0),
    "Sign": lambda u: float(u > 0) - float(u < 0),
    "Absolute": lambda u, kink: abs(u),
    "Maximum": lambda a, b, kink: max(a, b),
}


class Numbers:
    """The symbols of a session as numbers, at a point of the oracle."""

    def __init__(self, session: Session, point: oracle.Point) -> None:
        self.session, self.point = session, point
        self.known: dict[scalars.Symbol, float] = {}

    def of(self, expression: Scalar) -> float:
        match expression:
            case scalars.Symbol():
                return self.of_symbol(expression)
            case scalars.Number():
                return float(expression.value)
            case scalars.Constant():
                return math.pi if expression is PI else math.e
            case scalars.Add():
                terms = (float(factor) * self.of(term) for term, factor in expression.terms)
                return math.fsum((float(expression.constant), *terms))
            case scalars.Mul():
                return float(expression.coefficient) * math.prod(map(self.of, expression.factors))
            case Unspecified():
                argument = np.array(self.of(expression.args[0]))
                return float(self.point.wave(expression.name, argument, expression.order))
            case UnspecifiedComponent():
                arguments = np.array([self.of(argument) for argument in expression.args])
                return self.point.component(expression.name, expression.component, arguments, expression.orders)
        return FUNCTIONS[type(expression).__name__](*map(self.of, expression.operands))

    def of_symbol(self, symbol: scalars.Symbol) -> float:
        if symbol not in self.known:
            definition = self.session.definitions.values.get(symbol)
            self.known[symbol] = self._given(symbol) if definition is None else self.of(definition)
        return self.known[symbol]

    def _given(self, symbol: scalars.Symbol) -> float:
        """A given symbol's entry; a label's entry is whether it is that class."""
        name, position = self.session.entries.origin[symbol]
        meaning = self.session.table.meanings[name]
        assert isinstance(meaning, Given)
        if meaning.kind == "labels":
            return float(self.point.label(name, None if meaning.shape.is_scalar else position[0]) == position[1])
        value = self.point.given(name, meaning.shape)[0]
        return float(value[position or (0, 0)])


def numbers(session: Session, point: oracle.Point, array: Array) -> np.ndarray[Any, Any]:
    evaluated = Numbers(session, point)
    return np.array([evaluated.of(entry) for entry in array.entries]).reshape(array.sizes or (1, 1))


# ── models of documents ──


def session_of(text: str) -> Session:
    source = Source("model.md", text)
    contents = read_markdown(source)
    assert contents.setting is not None
    return Session(build_model(make_setting(read_entries(contents.setting))))


def named(session: Session) -> dict[str, Symbol]:
    """What can be differentiated by: given real symbols and computed names."""
    found = {}
    for name, meaning in session.table.meanings.items():
        real = isinstance(meaning, Given) and meaning.kind in ("real", "positive")
        if real or (isinstance(meaning, Computed) and meaning.value is not None):
            found[name] = Symbol(name, meaning.shape)  # type: ignore[union-attr]
    return found


def compare(session: Session, of: Symbol, by: Symbol, layout: Layout, points: list[oracle.Point]) -> None:
    derivative = Derivative(of, by, layout)
    exact = session.entries.lower(derivative, {})
    for point in points:
        ours, theirs = oracle.value_at(point, derivative), numbers(session, point, exact)
        assert ours.shape == theirs.shape
        scale = 1 + np.maximum(np.abs(ours), np.abs(theirs))
        difference = np.abs(ours - theirs)
        assert np.all(difference <= PRECISION * scale), f"∂{of.name}/∂{by.name} in layout {layout}: {ours} and {theirs}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_derivatives_of_every_node_agree_with_finite_differences(path: Path) -> None:
    document = read_document(path)
    if not document.setting.model:
        pytest.skip("a document without a model")
    session = Session(build_model(document.setting))
    symbols = named(session)
    computed = [name for name, meaning in session.table.meanings.items() if isinstance(meaning, Computed)]
    points = oracle.points(session.table, 2, seed=3)
    for name in computed[-1:] if session.table.loss is None else [session.table.loss]:
        for symbol in symbols.values():
            compare(session, symbols[name], symbol, session.table.layout, points)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_jacobians_between_neighbouring_nodes_agree_with_finite_differences(path: Path) -> None:
    document = read_document(path)
    session = Session(build_model(document.setting))
    symbols = named(session)
    computed = [symbols[name] for name, meaning in session.table.meanings.items() if isinstance(meaning, Computed)]
    points = oracle.points(session.table, 1, seed=4)
    for before, after in itertools.pairwise(computed):
        for layout in ("gradient", "numerator", "denominator"):
            compare(session, after, before, layout, points)


# ── random models ──

ACTIVATIONS = {
    "tanh": r"\tanh(z)",
    "sigmoid": r"\sigma(z)",
    "relu": r"\max(0, z)",
    "leaky": r"\text{LeakyReLU}(z)",
    "softplus": r"\text{softplus}(z)",
    "elu": r"\text{ELU}(z)",
    "silu": r"\text{SiLU}(z)",
    "gelu": r"\text{GELU}(z)",
    "square": r"z \odot z",
    "absolute": r"\text{abs}(z)",
    "exponential": r"e^{z}",
    "sine": r"\sin(z)",
}  # fmt: skip

LOSSES = {
    "squares": r"\frac{1}{2} \|y - t\|^2",
    "mean of squares": r"\frac{1}{K} \sum_{i} (y_i - t_i)^2",
    "absolute values": r"\|y - t\|_1",
    "norm": r"\|y - t\|",
    "cross-entropy": r"-\sum_{i} c_i \log(\text{softmax}(y)_i)",
    "log-sum-exp": r"\log(\sum_{i} e^{y_i}) - y_{q}",
    "binary": r"-\sum_{i} (c_i \log(\sigma(y_i)) + (1 - c_i) \log(1 - \sigma(y_i)))",
    "largest": r"\max(y) + \sum_i y_i t_i",
}

PENALTIES = {
    "none": "",
    "ridge": r" + \lambda \|W\|_F^2",
    "lasso": r" + \lambda \sum_{i,j} |W_{ij}|",
    "trace": r" + \lambda \text{tr}(W W^T)",
}

MODEL = r"""---
dims: {{D: 2, H: 3, K: 2}}
symbols:
  x: {x}
  W: {W}
  b: {b}
  V: {V}
  t: {t}
  c: one-hot {t}
  q: hot index of c
  \lambda: scalar
model:
  z: {z}
  a: '{activation}'
  y: {y}
  L: '{loss}'
loss: L
vectors: {vectors}
---
"""

SHAPES: Mapping[str, Mapping[str, str]] = {
    "column": {"x": "D x 1", "W": "H x D", "b": "H x 1", "V": "K x H", "t": "K x 1", "z": "W x + b", "y": "V a"},
    "row": {"x": "1 x D", "W": "D x H", "b": "1 x H", "V": "H x K", "t": "1 x K", "z": "x W + b", "y": "a V"},
}


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    vectors=st.sampled_from(sorted(SHAPES)),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    loss=st.sampled_from(sorted(LOSSES)),
    penalty=st.sampled_from(sorted(PENALTIES)),
    seed=st.integers(0, 99),
)
def test_random_models_agree_with_finite_differences(
    vectors: str, activation: str, loss: str, penalty: str, seed: int
) -> None:
    shapes = SHAPES[vectors]
    formulas = {"activation": ACTIVATIONS[activation], "loss": LOSSES[loss] + PENALTIES[penalty]}
    text = MODEL.format(vectors=vectors, **formulas, **shapes)
    session = session_of(text)
    symbols = named(session)
    points = oracle.points(session.table, 1, seed)
    for name in ("y", "a", "z", "W", "b", "V", "x", "t", r"\lambda"):
        compare(session, symbols["L"], symbols[name], "gradient", points)


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"square"}))
def test_second_derivatives_of_activations_agree_with_finite_differences(activation: str) -> None:
    formula = ACTIVATIONS[activation].replace("z", "x")
    session = session_of(f"---\nsymbols: {{x: scalar, w: scalar}}\nmodel:\n  y: w {formula}\n---\n")
    x, y = Symbol("x", named(session)["x"].shape), named(session)["y"]
    first = Derivative(y, x)
    points = oracle.points(session.table, 3, seed=5)
    exact = session.entries.lower(Derivative(first, x), {})
    for point in points:
        ours, theirs = oracle.value_at(point, Derivative(first, x)), numbers(session, point, exact)
        assert np.allclose(ours, theirs, rtol=PRECISION, atol=PRECISION)
