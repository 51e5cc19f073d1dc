"""The form of an expression has its value, at any sizes and any point, and one form has one spelling."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from forms import Forms
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracle import Point, UnjudgedError, close, value_at
from resizing import resized, resized_table
from strategies import TABLE, expressions

from derive.documents.setting import make_setting, read_entries
from derive.errors import Meaningless
from derive.expressions import tree
from derive.expressions.shapes import Shape
from derive.expressions.tree import Expr
from derive.indexed.heads import SLOTS, NotGeneral
from derive.indexed.lowering import Lowering
from derive.indexed.prover import NoProof, Prover
from derive.models import build_model
from derive.notation.elaboration import Options, elaborated
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Source, Text

SIZES = ({"N": 2, "D": 3, "H": 4}, {"N": 3, "D": 2, "H": 2}, {"N": 2, "D": 2, "H": 2})
QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def agree(node: Expr, table: SymbolTable, sizes: dict[str, int], seed: int = 1) -> bool | None:
    """Whether the form of an expression has its value there; None where that cannot be told."""
    lowering = Lowering(table)
    lowering.algebra.limit = 3_000
    try:
        form = lowering.lower(node, {})
    except NotGeneral:
        return None
    point = Point(resized_table(table, sizes), seed, positive=seed % 2 == 0)
    try:
        value = value_at(point, resized(node, sizes))
        forms = Forms(lowering, point, sizes)
        found = np.zeros(value.shape)
        for position in itertools.product(*map(range, value.shape)):
            places = {SLOTS[at]: position[at] for at, dim in enumerate(node.shape.dims) if not dim.is_unit}
            found[position] = forms.value(form, places)
    except (UnjudgedError, Meaningless, np.linalg.LinAlgError, OverflowError):
        return None
    if not np.all(np.isfinite(value)) or np.max(np.abs(value)) > 1e6:
        return None
    return close(value, found, 1e-4)


def far_from_kinks(node: Expr) -> bool:
    """Whether no function with a kink stands in an expression: the oracle cannot tell the sides of one."""
    kinked = isinstance(node, tree.Extremum) or (isinstance(node, tree.Apply) and node.function in ("relu", "abs"))
    return not kinked and all(far_from_kinks(part) for part in tree.parts(node))  # type: ignore[arg-type]


@QUICK
@given(expressions(depth=3), st.sampled_from(SIZES), st.integers(0, 5))
def test_a_form_has_the_value_of_its_expression(node, sizes, seed):
    assume(not node.shape.is_open)
    assert agree(node, TABLE, sizes, seed) is not False


VARIABLES = ("a", "x", "W_{1}", "Q", "u_{1}")


@QUICK
@given(
    expressions(depth=2),
    st.sampled_from(VARIABLES),
    st.sampled_from(["gradient", "numerator", "denominator"]),
    st.sampled_from(SIZES),
    st.integers(0, 5),
)
def test_a_derived_form_has_the_value_of_the_derivative(node, name, layout, sizes, seed):
    shape: Shape = TABLE.meanings[name].shape
    assume(
        node.shape.is_scalar
        or (node.shape.is_vector and not shape.is_matrix)
        or (node.shape.is_vector and shape.is_vector)
    )
    assume(far_from_kinks(node))
    derivative = tree.Derivative(node, tree.Symbol(name, shape), layout)
    assert agree(derivative, TABLE, sizes, seed) is not False


# ── a richer model ──

SETTING = r"""dims: {n: 4, m: 3}
symbols:
  s: scalar
  r: positive scalar
  x: n x 1
  v: n x 1
  A: n x n
  S: symmetric n x n
  D: diagonal n x n
  X: n x m
  W: m x n
  Y: one-hot n x m
  y: labels n of m
  c: label of n
  f: function
  g: function n -> m
model:
  z: A x
  h: \tanh(A x)
  u: \mathrm{softmax}(v + x)
  P: \mathrm{softmax}(X)
  q: \sigma(W x)
  a: \|x\|^2 + r
  L: \sum_{i=1}^n -\log P_{i,y_i} + \sum_i h_i u_i
  E: \frac{1}{2} \|X W x - v\|^2
"""
RICH = build_model(make_setting(read_entries(Text(SETTING, Source("s.yaml", SETTING), 0)))).table


def read(text: str) -> Expr:
    return elaborated(RICH, parse(tokenize(text, RICH.words)), Options(RICH.layout)).value


@pytest.mark.parametrize("sizes", [{"n": 3, "m": 2}, {"n": 2, "m": 2}, {"n": 1, "m": 3}], ids=str)
@pytest.mark.parametrize(
    "text",
    [
        r"\frac{\partial L}{\partial X}",
        r"\frac{\partial L}{\partial x}",
        r"\frac{\partial L}{\partial A}",
        r"\frac{\partial L}{\partial z}",
        r"\frac{\partial E}{\partial x}",
        r"\frac{\partial E}{\partial W}",
        r"\frac{\partial^2 E}{\partial x \partial x}",
        r"\frac{\partial h}{\partial x}",
        r"\frac{\partial u}{\partial v}",
        r"\frac{\partial q}{\partial x}",
        r"\frac{\partial}{\partial x} \frac{x}{\|x\|}",
        r"\frac{\partial}{\partial x} f(x^T v)",
        r"\frac{\partial}{\partial x} \sum_k g(x)_k",
        r"\frac{\partial}{\partial s} \log(a + e^s)^{-\frac{3}{2}}",
        r"\frac{\partial}{\partial A} v^T (A + 4 I)^{-1} x",
        r"\frac{\partial}{\partial A} \det(A + 4 I)",
        r"\frac{\partial}{\partial x} \sin(x^T v) \cos(s)",
        r"\frac{\partial}{\partial x} \text{erf}(x)",
        r"\sum_{i \ne c} P_{i,y_i} v_i",
        r"\sum_i \sum_{j \ne i} A_{ij} e^{x_i - x_j}",
        r"\sum_i \sum_{j < i} A_{ij} x_j",
        r"\mathrm{tr}(S A S) + \mathrm{tr}(D A)",
        r"\max_i x_i + \log \sum_i e^{x_i - \max_j x_j}",
        r"\sum_{i=2}^{n} x_i^2",
        r"\begin{cases} \log a & s > 0 \\ s^3 & \text{otherwise} \end{cases}",
    ],
)
def test_forms_of_models_have_the_values_of_their_expressions(text, sizes):
    assert agree(read(text), RICH, sizes) is not False
    if 1 not in sizes.values():
        assert any(agree(read(text), RICH, sizes, seed) for seed in (1, 2, 3))


# ── one form, one spelling ──


@QUICK
@given(st.permutations(["X_{ij}", "W_{jk}", "A_{ki}", "v_k", "x_i", "P_{ij}"]), st.permutations(list("ijkpqt")))
def test_forms_know_neither_the_names_of_letters_nor_the_order_of_factors(factors, letters):
    def total(parts: list[str], names: dict[str, str]) -> Expr:
        body = " ".join(parts)
        text = rf"\sum_i \sum_j \sum_k {body}"
        for old, new in names.items():
            text = (
                text.replace(f"_{old}", f"_<{new}>").replace(f"{{{old}", f"{{<{new}>").replace(f"{old}}}", f"<{new}>}}")
            )
        return read(text.replace("<", "").replace(">", ""))

    lowering = Lowering(RICH)
    plain = ["X_{ij}", "W_{jk}", "A_{ki}", "v_k", "x_i", "P_{ij}"]
    first = lowering.lower(total(plain, {}), {})
    second = lowering.lower(total(list(factors), dict(zip("ijk", letters, strict=False))), {})
    assert first == second


@QUICK
@given(
    st.lists(st.sampled_from(["x_i", "e^{x_i}", r"\sigma(v_i)", "A_{ii}", "f(x_i)", "u_i^2"]), min_size=2, max_size=4)
)
def test_sums_and_products_do_not_depend_on_their_order(parts):
    lowering = Lowering(RICH)
    for sign in (" + ", " "):
        forms = [
            lowering.lower(read(rf"\sum_i \log(1 + e^{{{sign.join(order)}}})"), {}) for order in (parts, parts[::-1])
        ]
        assert forms[0] == forms[1]


# ── limits ──


@pytest.mark.parametrize(
    "text",
    [
        r"(1 + s + r + x_1 + x_2 + v_1 + v_2)^{24}",
        r"(\sum_i x_i)^{24}",
        r"\log(1 + \log(1 + (s + r + x_1 + v_1 + v_2)^{12})^{12})",
        r"(A + S + D + I)^{12}",
        r"(\sum_i (x_i + v_i + 1)^{12})^{12}",
        " ".join(rf"\max(x_1, v_{{{at}}} + {at})" for at in (1, 2, 3, 4) for _ in range(4)),
    ],
)
def test_what_is_too_large_ends_soon(text):
    prover = Prover(RICH)
    found = prover.prove(
        read(text), tree.Number(Fraction(0)) if read(text).shape.is_scalar else tree.Fill(0, read(text).shape)
    )
    assert isinstance(found, NoProof)
