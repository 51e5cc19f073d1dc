"""Closed forms against the oracle, against the exact entries, and as they are printed."""

import inspect
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import oracle
import pytest
import strategies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from thoroughness import examples

from derive.checking.session import Session
from derive.deciding.evidence import Equal
from derive.deciding.facts import EntryEquation
from derive.deciding.limits import Deadline
from derive.documents import read_document
from derive.documents.document import Setting
from derive.documents.markdown import read_markdown
from derive.documents.setting import make_setting, read_entries
from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.shapes import SCALAR, column, matrix, row
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.expressions.walk import walk
from derive.gradients import ClosedForms, NoClosedForm, closed_forms, gradient, jacobian
from derive.gradients.backward import shares
from derive.models import Model, build_model
from derive.notation.symbols import Computed, Given
from derive.source import Source

HERE = Path(__file__).parent
DOCUMENTS = [*sorted((HERE.parent / "exercises").glob("*.md")), *sorted((HERE / "documents").glob("*.md"))]


def setting_of(text: str) -> Setting:
    contents = read_markdown(Source("model.md", f"---\n{text.lstrip()}---\n"))
    assert contents.setting is not None
    return make_setting(read_entries(contents.setting))


def model_of(text: str) -> Model:
    return build_model(setting_of(text))


def forms_of(model: Model, loss: str | None = None) -> ClosedForms:
    name = loss or model.table.loss
    assert name is not None
    return closed_forms(model.table, model.kink, name)


def symbol(model: Model, name: str) -> Symbol:
    meaning = model.table.meanings[name]
    assert isinstance(meaning, Given | Computed)
    return Symbol(name, meaning.shape)


def points_of(model: Model) -> list[oracle.Point]:
    return oracle.points(model.table, 3, seed=11)


def agrees(
    model: Model,
    ours: Expr,
    theirs: Expr,
    *,
    points: Sequence[oracle.Point] | None = None,
    tolerance: float = oracle.TOLERANCE,
) -> bool:
    """Whether two expressions have the same values at random points, at one of them at least."""
    seen = []
    for point in points or points_of(model):
        left, right = oracle.value_at(point, ours), oracle.value_at(point, theirs)
        seen.append(oracle.close(left, right, tolerance))
    assert False not in seen, f"{latex(ours)}"
    return True in seen


def check_all(model: Model, loss: str | None = None) -> None:
    forms, points = forms_of(model, loss), points_of(model)
    assert len(forms) > 1
    for name in forms:
        form = forms[name]
        by = symbol(model, name)
        assert form.shape == by.shape
        derivative = Derivative(forms.loss, by)
        assert agrees(model, form, derivative, points=points), f"no value of ∂L/∂{name} could be compared"
        assert agrees(model, forms.in_steps(name), derivative, points=points)


# ── models of documents ──


@pytest.mark.parametrize("at_other_sizes", [False, True])
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_closed_forms_of_documents_agree_with_finite_differences(path: Path, at_other_sizes: bool) -> None:
    model = build_model(read_document(path).setting, at_other_sizes=at_other_sizes)
    if model.table.loss is None:
        pytest.skip("a document without a loss")
    check_all(model)


# ── two-layer networks ──

ROWS = r"""
dims: {{N: 2, D: 3, H: 4, C: 5}}
symbols:
  X: N x D
  W_1: D x H
  b_1: 1 x H
  W_2: H x C
  b_2: 1 x C
  y: labels N of C
  Y: one-hot N x C
  T: N x C
  \lambda: scalar
model:
  H_0: X W_1 + b_1
  H: '{activation}'
  S: H W_2 + b_2
  P: \text{{softmax}}(S)
  L: '{loss}'
loss: L
kink: {kink}
"""

COLUMNS = r"""
dims: {{D: 2, H: 3, C: 4}}
symbols:
  x: D x 1
  W_1: H x D
  b_1: H x 1
  W_2: C x H
  b_2: C x 1
  t: one-hot C x 1
  q: hot index of t
  k: label of C
  T: C x 1
  \lambda: scalar
model:
  H_0: W_1 x + b_1
  H: '{activation}'
  S: W_2 H + b_2
  P: \text{{softmax}}(S)
  L: '{loss}'
loss: L
kink: {kink}
"""

ACTIVATIONS = {
    "relu": r"\max(0, H_0)",
    "scaled relu": r"3 \text{ReLU}(H_0)",
    "leaky": r"\text{LeakyReLU}(H_0)",
    "sigmoid": r"\sigma(H_0)",
    "tanh": r"\tanh(H_0)",
    "softplus": r"\text{softplus}(H_0)",
    "gelu": r"\text{GELU}(H_0)",
    "elu": r"\text{ELU}(H_0)",
    "silu": r"\text{SiLU}(H_0)",
    "square": r"H_0 \odot H_0",
    "absolute": r"\text{abs}(H_0)",
    "exponential": "e^{H_0}",
    "sine": r"\sin(H_0) + \cos(H_0)",
    "hyperbolic": r"\sinh(H_0) - \cosh(H_0)",
    "erf": r"\text{erf}(H_0)",
}

LOSSES_OF_ROWS = {
    "labels": r"\frac{1}{N}\sum_{i=1}^{N} -\log\frac{e^{S_{i,y_i}}}{\sum_{j=1}^{C} e^{S_{i,j}}} + \lambda \sum_{k,l} (W_1)_{k,l}^2",
    "one-hot": r"-\frac{1}{N}\sum_i \sum_j Y_{ij} \log P_{ij} + \frac{1}{2}\lambda \|W_1\|_F^2",
    "labels of P": r"-\frac{1}{N}\sum_i \log P_{i,y_i}",
    "log-softmax": r"-\frac{1}{N} \sum_i \sum_j Y_{ij} \text{logsoftmax}(S)_{ij}",
    "sum": r"-\frac{1}{N} \text{sum}(Y \odot \log P)",
    "trace": r"-\frac{1}{N} \text{tr}(Y^T \log P)",
    "soft targets": r"-\text{sum}(T \odot \log P)",
    "logsumexp": r"\frac{1}{N} \sum_i (\log (\sum_j e^{S_{ij}}) - S_{i,y_i})",
    "hinge": r"\frac{1}{N} \sum_{i=1}^{N} \sum_{j \neq y_i} \max(0, S_{ij} - S_{i,y_i} + 1)",
    "squares": r"\frac{1}{2 N}\|S - T\|_F^2",
    "squares of entries": r"\frac{1}{N}\sum_i\sum_j (S_{ij} - T_{ij})^2",
    "mean": r"\text{mean}((S - T) \odot (S - T))",
    "binary": r"-\frac{1}{N}\sum_i\sum_j (T_{ij} \log \sigma(S_{ij}) + (1 - T_{ij}) \log(1 - \sigma(S_{ij})))",
    "lasso": r"\|S - T\|_1 + \lambda\sum_{i,j}|(W_1)_{ij}|",
}

LOSSES_OF_COLUMNS = {
    "one-hot": r"-\sum_{i} t_i \log(\text{softmax}(S)_i)",
    "product": r"-t^T \log P",
    "cross-entropy": r"\text{CrossEntropy}(t, P)",
    "cross-entropy of a label": r"\text{CrossEntropy}(k, P)",
    "log of sum": r"\log(\sum_{i} e^{S_i}) - S_q",
    "logsumexp": r"\text{logsumexp}(S) - S_q",
    "log of quotient": r"-\log\frac{e^{S_q}}{\sum_j e^{S_j}}",
    "binary": r"-\sum_{i} (T_i \log(\sigma(S_i)) + (1 - T_i) \log(1 - \sigma(S_i)))",
    "maximum": r"\max(S) + \sum_i S_i T_i",
    "norm": r"\|S - T\|",
    "half": r"\frac{1}{2}(S - T)^T (S - T)",
    "quadratic": r"S^T W_2 W_2^T S + \lambda \det(W_2^T W_2 + I)",
}


def network(template: str, loss: str, activation: str = r"\tanh(H_0)", kink: str = "0") -> Setting:
    return setting_of(template.format(loss=loss, activation=activation, kink=kink))


@pytest.mark.parametrize("at_other_sizes", [False, True])
@pytest.mark.parametrize("loss", LOSSES_OF_ROWS)
def test_networks_of_rows(loss: str, at_other_sizes: bool) -> None:
    check_all(build_model(network(ROWS, LOSSES_OF_ROWS[loss]), at_other_sizes=at_other_sizes))


@pytest.mark.parametrize("at_other_sizes", [False, True])
@pytest.mark.parametrize("loss", LOSSES_OF_COLUMNS)
def test_networks_of_columns(loss: str, at_other_sizes: bool) -> None:
    check_all(build_model(network(COLUMNS, LOSSES_OF_COLUMNS[loss]), at_other_sizes=at_other_sizes))


@pytest.mark.parametrize("template", [ROWS, COLUMNS], ids=["rows", "columns"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(template: str, activation: str) -> None:
    check_all(build_model(network(template, r"\frac{1}{2}\|S - T\|^2", ACTIVATIONS[activation])))


# ── other models ──

MODELS = {
    "attention": r"""
dims: {N: 2, D: 3, K: 4, V: 5}
symbols: {X: N x D, W_Q: D x K, W_K: D x K, W_V: D x V, T: N x V}
model:
  Q: X W_Q
  K: X W_K
  U: X W_V
  E: \frac{Q K^T}{\sqrt{4}}
  A: \text{softmax}(E)
  O: A U
  L: \frac{1}{2}\|O - T\|_F^2
loss: L
""",
    "layer normalisation": r"""
dims: {D: 3}
symbols: {x: D x 1, g: D x 1, b: D x 1, t: D x 1, \epsilon: positive scalar}
model:
  m: \frac{1}{D} \sum_i x_i
  v: \frac{1}{D} \sum_i (x_i - m)^2
  u: \frac{x - m}{\sqrt{v + \epsilon}}
  y: g \odot u + b
  L: \frac{1}{2}\|y - t\|^2
loss: L
""",
    "batch normalisation": r"""
dims: {N: 3, D: 2}
symbols: {X: N x D, g: 1 x D, b: 1 x D, T: N x D, \epsilon: positive scalar}
model:
  m_j: \frac{1}{N} \sum_{i=1}^{N} X_{ij}
  s_j: \frac{1}{N} \sum_{i=1}^{N} (X_{ij} - m_j)^2
  U_{ij}: \frac{X_{ij} - m_j}{\sqrt{s_j + \epsilon}}
  Y_{ij}: g_j U_{ij} + b_j
  L: \frac{1}{2} \sum_i \sum_j (Y_{ij} - T_{ij})^2
loss: L
vectors: row
""",
    "matrix functions": r"""
dims: {D: 3}
symbols: {A: D x D, x: D x 1, z: D x 1}
model:
  L: \text{tr}(A^{-1} A^T) + \log(\det(A A^T + I)) + \text{tr}(A^3) + x^T A z + \text{tr}(\text{diag}(x) A) + z^T \text{diag}(A)
loss: L
""",
    "indices": r"""
dims: {N: 2, D: 4}
symbols: {A: D x D, B: N x D, x: D x 1, z: D x 1}
model:
  L: \prod_{i} x_i + \sum_{i<3} x_i x_{i+1} + \sum_i \sum_{j \neq i} A_{ij} x_i x_j + \|B_{1,:}\|^2 + \max_i x_i + B_{2,:} z + \sum_i B_{1,:} A_{:,i}
loss: L
""",
    "functions": r"""
dims: {N: 2, D: 3}
symbols: {A: D x D, x: D x 1, z: D x 1, a: positive scalar, f: function, \varphi: function D -> N, c: N x 1}
model:
  u: A x
  p: \varphi(u)
  L: c^T p + \sum_i f(a x_i) + a^3 + \sum_i \max(x_i, z_i) + a^{x_1} + \text{logsumexp}(A) + z^T f'(x) + z^T \tanh'(x)
loss: L
""",
    "written out": r"""
dims: {N: 2, D: 3}
symbols: {A: D x D, B: N x D, x: D x 1, z: D x 1, a: scalar}
model:
  L: \sum_i \begin{cases} x_i^2 & x_i > 0 \\ z_i & \text{otherwise} \end{cases} + \text{mean}(B) + \text{tr}(\begin{bmatrix} x_1 & a \\ z_2 & x_2 a \end{bmatrix}) + x^T (x z^T) z + \text{sum}(\frac{x}{z \odot z + 1}) + \text{sum}(\text{vec}(A)) + (B \otimes x)_{1,2} + \text{sum}(\text{vec}(A) \odot \text{vec}(A)) + \max(A) - \min(B)
loss: L
""",
    "penalties by derivative": r"""
dims: {D: 3}
symbols: {x: D x 1, w: D x 1, t: scalar}
model:
  y: \sigma(w^T x)
  E: (y - t)^2
  L: E + \|\frac{\partial y}{\partial x}\|^2
loss: L
""",
}


@pytest.mark.parametrize("name", MODELS)
def test_other_models(name: str) -> None:
    check_all(model_of(MODELS[name]))


@pytest.mark.parametrize("kink", ["0", "1", "1/2"])
def test_the_value_at_a_kink_is_that_of_the_model(kink: str) -> None:
    formula = r"\max(0, x) + \text{abs}(x) + \max(x, a) + 2 \min(x, a) + \text{LeakyReLU}(x) + \text{ELU}(x)"
    equal_exactly(model_of(f"symbols: {{x: scalar, a: scalar}}\nmodel:\n  L: {formula}\nloss: L\nkink: {kink}\n"))


# ── the exact entries ──


def equal_exactly(model: Model) -> None:
    session = Session(model)
    forms = forms_of(model)
    for name in forms:
        derivative = Derivative(forms.loss, symbol(model, name))
        exact, closed = session.entries.lower(derivative, {}), session.entries.lower(forms[name], {})
        assert exact.sizes == closed.sizes
        equations = [EntryEquation(a, b) for a, b in zip(exact.entries, closed.entries, strict=True)]
        evidence = session.decide(equations, Deadline(20))
        assert isinstance(evidence, Equal), f"∂L/∂{name} = {latex(forms[name])}: {evidence}"


@pytest.mark.parametrize("loss", ["labels", "one-hot", "labels of P", "hinge", "squares", "binary"])
def test_networks_of_rows_equal_their_exact_entries(loss: str) -> None:
    equal_exactly(
        build_model(
            network(ROWS.replace("D: 3, H: 4, C: 5", "D: 2, H: 2, C: 3"), LOSSES_OF_ROWS[loss], r"\max(0, H_0)")
        )
    )


@pytest.mark.parametrize("loss", ["one-hot", "log of sum", "half", "cross-entropy of a label"])
def test_networks_of_columns_equal_their_exact_entries(loss: str) -> None:
    equal_exactly(build_model(network(COLUMNS, LOSSES_OF_COLUMNS[loss], r"\sigma(H_0)")))


def test_derivatives_of_functions_equal_their_exact_entries() -> None:
    for function in ("tanh", "sigmoid", "exp", "log", "sin", "cos", "tan", "sqrt", "softplus", "relu", "abs"):
        primes = f"x {function_of(function, 1)} + {function_of(function, 2)}"
        equal_exactly(model_of(f"symbols: {{x: positive scalar}}\nmodel:\n  L: {primes}\nloss: L\n"))


def function_of(name: str, order: int) -> str:
    return rf"\operatorname{{{name}}}{chr(39) * order}(x)"


# ── as printed ──

PRINTED_ROWS = {
    "S": r"\frac{1}{N} \left(P - Y\right)",
    "P": r"-\frac{Y}{N P}",
    "W_{2}": r"\frac{1}{N} H^{T} \left(P - Y\right)",
    "b_{2}": r"\frac{1}{N} \mathbf{1}_{N}^{T} \left(P - Y\right)",
    "H": r"\frac{1}{N} \left(P - Y\right) W_{2}^{T}",
    "H_{0}": r"\frac{1}{N} \left(P - Y\right) W_{2}^{T} \odot \mathbb{1}\left(H_{0} > 0\right)",
    "W_{1}": r"\lambda W_{1} + \frac{1}{N} X^{T} \left(\left(P - Y\right) W_{2}^{T} \odot \mathbb{1}\left(H_{0} > 0\right)\right)",
    "X": r"\frac{1}{N} \left(\left(P - Y\right) W_{2}^{T} \odot \mathbb{1}\left(H_{0} > 0\right)\right) W_{1}^{T}",
    r"\lambda": r"\frac{1}{2} \left(\|W_{1}\|_{F}\right)^{2}",
}

STEPS_OF_ROWS = {
    "S": r"P \odot \left(\frac{\partial L}{\partial P} - \left(P \odot \frac{\partial L}{\partial P}\right) \mathbf{1}_{C}\right)",
    "W_{2}": r"H^{T} \frac{\partial L}{\partial S}",
    "b_{2}": r"\mathbf{1}_{N}^{T} \frac{\partial L}{\partial S}",
    "H": r"\frac{\partial L}{\partial S} W_{2}^{T}",
    "H_{0}": r"\frac{\partial L}{\partial H} \odot \mathbb{1}\left(H_{0} > 0\right)",
    "W_{1}": r"\lambda W_{1} + X^{T} \frac{\partial L}{\partial H_{0}}",
}

PRINTED_COLUMNS = {
    "S": "P - t",
    "W_{2}": r"\left(P - t\right) H^{T}",
    "H": r"W_{2}^{T} \left(P - t\right)",
    "H_{0}": r"W_{2}^{T} \left(P - t\right) \odot H \odot \left(1 - H\right)",
    "x": r"W_{1}^{T} \left(W_{2}^{T} \left(P - t\right) \odot H \odot \left(1 - H\right)\right)",
}


def test_the_closed_forms_of_rows_are_those_of_the_textbook() -> None:
    forms = forms_of(build_model(network(ROWS, LOSSES_OF_ROWS["one-hot"], r"\max(0, H_0)")))
    assert {name: latex(forms[name]) for name in PRINTED_ROWS} == PRINTED_ROWS
    assert {name: latex(forms.in_steps(name)) for name in STEPS_OF_ROWS} == STEPS_OF_ROWS


def test_the_closed_forms_of_columns_are_those_of_the_textbook() -> None:
    forms = forms_of(build_model(network(COLUMNS, LOSSES_OF_COLUMNS["product"], r"\sigma(H_0)")))
    assert {name: latex(forms[name]) for name in PRINTED_COLUMNS} == PRINTED_COLUMNS


ONE_HOT_OF_LABELS = r"\left[\mathbb{1}\left(y_{i} = j\right)\right]_{ij}"
FUSED = {
    "labels": rf"\frac{{1}}{{N}} \left(P - {ONE_HOT_OF_LABELS}\right)",
    "labels of P": rf"\frac{{1}}{{N}} \left(P - {ONE_HOT_OF_LABELS}\right)",
    "logsumexp": rf"\frac{{1}}{{N}} \left(P - {ONE_HOT_OF_LABELS}\right)",
    "log-softmax": r"\frac{1}{N} \left(P - Y\right)",
    "sum": r"\frac{1}{N} \left(P - Y\right)",
    "trace": r"\frac{1}{N} \left(P - Y\right)",
    "binary": r"\frac{1}{N} \left(\sigma\left(S\right) - T\right)",
    "squares": r"\frac{1}{N} \left(S - T\right)",
    "squares of entries": r"\frac{2}{N} \left(S - T\right)",
    "mean": r"\frac{2}{N C} \left(S - T\right)",
}


@pytest.mark.parametrize("loss", FUSED)
def test_a_loss_is_fused_with_what_it_is_taken_of(loss: str) -> None:
    assert latex(forms_of(build_model(network(ROWS, LOSSES_OF_ROWS[loss])))["S"]) == FUSED[loss]


@pytest.mark.parametrize("loss", [loss for loss in LOSSES_OF_COLUMNS if "entropy of" not in loss][:6])
def test_a_loss_of_a_column_is_fused_too(loss: str) -> None:
    assert latex(forms_of(build_model(network(COLUMNS, LOSSES_OF_COLUMNS[loss])))["S"]) == "P - t"


SLOPES = {
    "relu": r"\mathbb{1}\left(H_{0} > 0\right)",
    "scaled relu": r"\mathbb{1}\left(H_{0} > 0\right)",
    "leaky": r"\left(\mathbb{1}\left(H_{0} > 0\right) + \frac{1}{100} \mathbb{1}\left(H_{0} \leq 0\right)\right)",
    "sigmoid": r"H \odot \left(1 - H\right)",
    "tanh": r"\left(1 - H^{2}\right)",
    "softplus": r"\sigma\left(H_{0}\right)",
    "exponential": "H",
}


@pytest.mark.parametrize("activation", SLOPES)
def test_slopes_are_in_the_models_own_names(activation: str) -> None:
    forms = forms_of(build_model(network(COLUMNS, r"\frac{1}{2}\|S - T\|^2", ACTIVATIONS[activation])))
    front = "3 " if activation == "scaled relu" else ""
    assert latex(forms["H_{0}"]) == rf"{front}W_{{2}}^{{T}} \left(S - T\right) \odot {SLOPES[activation]}"


# ── refusals ──


def test_what_has_no_closed_form_says_why() -> None:
    model = model_of("symbols: {x: 3 x 1, \\varphi: function 3 -> 2}\nmodel:\n  p: \\varphi(x)\n")
    first = Derivative(tree.UnspecifiedMap("\\varphi", symbol(model, "x"), *_dims(model)), symbol(model, "x"))
    with pytest.raises(NoClosedForm, match="which is not specified"):
        gradient(tree.Reduce("l2", first), "x", model.table, model.kink)


def _dims(model: Model) -> Iterator[tree.Dim]:
    return (symbol(model, name).shape.length for name in "xp")


def test_a_one_hot_vector_is_not_free_where_its_hot_index_is_used() -> None:
    forms = forms_of(build_model(network(COLUMNS, LOSSES_OF_COLUMNS["log of sum"] + " + t^T S")))
    with pytest.raises(NoClosedForm, match="t is not free where its hot index is used"):
        forms["t"]


def test_a_name_on_which_nothing_depends_has_the_derivative_zero() -> None:
    model = model_of("symbols: {x: scalar, a: 2 x 1}\nmodel:\n  L: x^2\nloss: L\n")
    assert gradient(symbol(model, "L"), "a", model.table, model.kink) == tree.Fill(0, symbol(model, "a").shape)
    assert "a" not in forms_of(model)


# ── Jacobians and second derivatives ──

VECTORS = r"""
dims: {D: 2, H: 3, C: 4}
symbols:
  x: D x 1
  W: H x D
  V: C x H
  b: H x 1
  r: 1 x D
  s: scalar
  \varphi: function H -> C
  t: one-hot C x 1
model:
  z: W x + b
  a: \sigma(z)
  o: V a
  p: \text{softmax}(o)
  h: \max(0, z)
  g: \varphi(h)
  q: r W^T
  e: \tanh(q)
  n: \frac{z}{\|z\|}
  c: s z
  L: -t^T \log p
  M: \frac{1}{2} \|z\|^2
"""

JACOBIANS = {
    ("z", "x"): "W",
    ("z", "b"): "I_{H}",
    ("a", "z"): r"\operatorname{diag}\left(a \odot \left(1 - a\right)\right)",
    ("h", "z"): r"\operatorname{diag}\left(\mathbb{1}\left(z > 0\right)\right)",
    ("h", "x"): r"\operatorname{diag}\left(\mathbb{1}\left(z > 0\right)\right) W",
    ("p", "o"): r"\operatorname{diag}\left(p\right) - p p^{T}",
    ("p", "a"): r"\left(\operatorname{diag}\left(p\right) - p p^{T}\right) V",
    ("g", "h"): r"\frac{\partial g}{\partial h}",
    ("q", "r"): "W",
    ("e", "q"): r"\operatorname{diag}\left(1 - \left(e\right)^{2}\right)",
    ("e", "r"): r"\operatorname{diag}\left(1 - \left(e\right)^{2}\right) W",
    ("n", "z"): r"\frac{1}{\|z\|_{F}} I_{H} - \frac{1}{\left(\|z\|_{F}\right)^{3}} z z^{T}",
    ("n", "x"): r"\left(\frac{1}{\|z\|_{F}} I_{H} - \frac{1}{\left(\|z\|_{F}\right)^{3}} z z^{T}\right) W",
    ("a", "x"): r"\operatorname{diag}\left(a \odot \left(1 - a\right)\right) W",
    ("o", "x"): r"V \operatorname{diag}\left(a \odot \left(1 - a\right)\right) W",
    (
        "p",
        "x",
    ): r"\left(\operatorname{diag}\left(p\right) - p p^{T}\right) V \operatorname{diag}\left(a \odot \left(1 - a\right)\right) W",
    ("c", "z"): "s I_{H}",
    ("c", "s"): "z",
}


@pytest.mark.parametrize("of, by", JACOBIANS, ids=lambda name: name)
def test_jacobians(of: str, by: str) -> None:
    model = model_of(VECTORS)
    found = jacobian(symbol(model, of), by, model.table, model.kink)
    derivative = Derivative(symbol(model, of), symbol(model, by))
    expected = found if found.shape == derivative.shape else tree.Transpose(found)
    assert agrees(model, expected, derivative)
    assert latex(found) == JACOBIANS[of, by]


@pytest.mark.parametrize(
    "of, by, then", [("L", "o", "o"), ("M", "z", "x"), ("M", "x", "x"), ("L", "a", "a"), ("L", "o", "x")]
)
def test_second_derivatives(of: str, by: str, then: str) -> None:
    model = model_of(VECTORS)
    first = Derivative(symbol(model, of), symbol(model, by))
    found = jacobian(first, then, model.table, model.kink)
    assert agrees(model, found, Derivative(first, symbol(model, then)), tolerance=1e-4)


def test_a_second_derivative_of_a_scalar() -> None:
    model = model_of("symbols: {x: scalar, a: scalar}\nmodel:\n  y: \\tanh(a x)\n  L: y^3\n")
    first = Derivative(symbol(model, "L"), symbol(model, "x"))
    found = gradient(first, "a", model.table, model.kink)
    assert agrees(model, found, Derivative(first, symbol(model, "a")), tolerance=1e-4)


def test_a_chain_of_derivatives_is_differentiated_by_its_closed_form() -> None:
    model = model_of(VECTORS)
    L, p, o, x = (symbol(model, name) for name in "Lpox")  # noqa: N806
    chain = tree.ChainRule((Derivative(L, p), Derivative(p, o), Derivative(o, x)))
    value = tree.Dot(chain, chain)
    assert agrees(model, gradient(value, "x", model.table, model.kink), Derivative(value, x), tolerance=1e-4)


# ── random expressions ──


SLOW = settings(max_examples=examples(150), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@SLOW
@given(expression=strategies.expressions(SCALAR, depth=3), seed=st.integers(0, 5))
def test_random_expressions_agree_with_finite_differences(expression: Expr, seed: int) -> None:
    model = Model(strategies.TABLE, Fraction(0))
    assert_gradients(model, expression, seed)


def assert_gradients(model: Model, expression: Expr, seed: int) -> None:
    extrema = [part for part in walk(expression) if isinstance(part, tree.Extremum)]
    assume(all(part.left != part.right for part in extrema))
    partial = [part for part in walk(expression) if isinstance(part, tree.Apply) and part.function in ("log", "sqrt")]
    assume(not (extrema and partial))  # a comparison with what has no value
    assume(sum(isinstance(part, Derivative) for part in walk(expression)) <= 1)
    names = {part.name: part for part in walk(expression) if isinstance(part, Symbol)}
    points = oracle.points(model.table, 2, seed)
    for name, by in names.items():
        if name not in model.table.meanings:
            continue
        found = gradient(expression, name, model.table, model.kink)
        assert found.shape == by.shape
        for point in points:
            try:
                theirs = oracle.value_at(point, Derivative(expression, by))
                ours = oracle.value_at(point, found)
            except (oracle.UnjudgedError, np.linalg.LinAlgError):
                continue
            assert oracle.close(ours, theirs, 1e-4) is not False, f"by {name}: {latex(expression)}: {latex(found)}"


# ── every node ──

EXPRESSIONS = [
    node
    for _, node in inspect.getmembers(tree, inspect.isclass)
    if issubclass(node, tree.Expr) and node is not tree.Expr
]


@pytest.mark.parametrize("node", EXPRESSIONS, ids=lambda node: node.__name__)
def test_every_expression_has_a_rule_for_its_adjoints(node: type[Expr]) -> None:
    assert shares.dispatch(node) is not shares.dispatch(object), f"no rule for {node.__name__}"
    assert shares.dispatch(node).__doc__


# ── random expressions of the rarer nodes ──

D = strategies.D
ROW, COLUMN = tree.IndexVariable("i", -2), tree.IndexVariable("j", -3)
WHOLE_D = tree.Range(0, 2, D)
FIRST = tree.IndexNumber(0)


def number(value: int) -> Expr:
    return tree.Number(Fraction(value))


def above(node: Expr, than: Expr) -> tree.Comparison:
    return tree.Comparison(node, ">", than)


def unlike(left: tree.Index, right: tree.Index) -> tree.Comparison:
    return tree.Comparison(tree.IndexValue(left), "!=", tree.IndexValue(right))


def total(node: Expr) -> Expr:
    """A number from a matrix, all entries of which matter differently."""
    wave = tree.Apply("sin", node)
    return tree.Scale(node, wave) if node.shape.is_scalar else tree.Reduce("sum", tree.Hadamard(node, wave))


RARER = {
    "kronecker": tree.Kronecker,
    "kronecker of rows": lambda q, x: tree.Kronecker(tree.Transpose(x), q),
    "outer": lambda q, x: tree.Outer(x, tree.MatMul(q, x)),
    "inverse": lambda q, x: tree.Inverse(tree.Add((tree.Scale(number(4), tree.Identity(D)), q))),
    "matrix power": lambda q, x: tree.MatrixPower(q, 3),
    "diagonal": lambda q, x: tree.Diagonal(tree.Diagonal(q)),
    "diagonal of a row": lambda q, x: tree.Diagonal(tree.Transpose(x)),
    "vec": lambda q, x: tree.Vectorised(q),
    "row": lambda q, x: tree.Slice(q, tree.IndexNumber(2), "row"),
    "column at a label": lambda q, x: tree.Slice(q, tree.Label("k"), "column"),
    "softmax of rows": lambda q, x: tree.Softmax(q, 1),
    "softmax of columns": lambda q, x: tree.Softmax(q, 0),
    "log-softmax": lambda q, x: tree.Softmax(q, 1, logarithm=True),
    "softmax across a vector": lambda q, x: tree.Softmax(x, 1),
    "rows and columns added": lambda q, x: tree.Add((q, x, tree.Transpose(x), number(2))),
    "broadcast quotient": lambda q, x: tree.Quotient(q, tree.Add((number(3), tree.Apply("exp", x)))),
    "number over": lambda q, x: tree.Quotient(number(1), tree.Add((number(3), tree.Apply("exp", q)))),
    "power": lambda q, x: tree.Power(tree.Apply("exp", q), tree.Entry(x, tree.IndexNumber(1), FIRST)),
    "maximum": lambda q, x: tree.Extremum("max", q, x),
    "minimum": lambda q, x: tree.Extremum("min", tree.Entry(x, FIRST, FIRST), q),
    "blocks": lambda q, x: tree.Blocks(((q, x), (tree.Transpose(x), number(1)))),
    "cases": lambda q, x: tree.Cases(((tree.Power(q, number(2)), above(q, number(0))), (x, None))),
    "cases without end": lambda q, x: tree.Cases(
        ((q, above(x, number(0))), (x, above(number(1), x)), (number(1), None))
    ),
    "entry by entry": lambda q, x: tree.EntryByEntry(
        Symbol("formal z", SCALAR),
        tree.Scale(Symbol("a", SCALAR), tree.Power(Symbol("formal z", SCALAR), number(3))),
        q,
    ),
    "formula": lambda q, x: tree.EntryFormula(
        ROW, COLUMN, tree.Scale(tree.Entry(q, COLUMN, ROW), tree.Apply("sin", tree.Entry(x, ROW, FIRST))), matrix(D, D)
    ),
    "formula with a sum": lambda q, x: tree.EntryFormula(
        ROW,
        None,
        tree.Quantified(
            "sum",
            COLUMN,
            WHOLE_D,
            tree.Scale(tree.Entry(q, ROW, COLUMN), tree.Entry(q, COLUMN, ROW)),
            unlike(COLUMN, ROW),
        ),
        column(D),
    ),
    "formula of a row": lambda q, x: tree.EntryFormula(
        None, COLUMN, tree.Apply("exp", tree.Entry(q, COLUMN, tree.Label("k"))), row(D)
    ),
    "product": lambda q, x: tree.Quantified("product", ROW, WHOLE_D, tree.Add((tree.Entry(x, ROW, FIRST), number(2)))),
    "product of products": lambda q, x: tree.Quantified(
        "sum",
        ROW,
        WHOLE_D,
        tree.Quantified("product", COLUMN, WHOLE_D, tree.Entry(q, ROW, COLUMN), unlike(ROW, COLUMN)),
    ),
    "largest": lambda q, x: tree.Quantified("max", ROW, WHOLE_D, tree.Entry(x, ROW, FIRST)),
    "largest of each row": lambda q, x: tree.EntryFormula(
        ROW, None, tree.Quantified("max", COLUMN, WHOLE_D, tree.Entry(q, ROW, COLUMN)), column(D)
    ),
    "shifted": lambda q, x: tree.Quantified(
        "sum",
        ROW,
        tree.Range(0, 1, D),
        tree.Scale(tree.Entry(x, tree.IndexShift(ROW, 1), FIRST), tree.Entry(q, ROW, tree.IndexShift(ROW, 1))),
    ),
    "sum of outer products": lambda q, x: tree.Quantified(
        "sum", ROW, WHOLE_D, tree.Outer(tree.Slice(q, ROW, "row"), tree.Slice(q, ROW, "column"))
    ),
    "sum of quadratic forms": lambda q, x: tree.Quantified(
        "sum", ROW, WHOLE_D, tree.MatMul(tree.MatMul(tree.Slice(q, ROW, "row"), q), tree.Slice(q, ROW, "column"))
    ),
    "largest entry": lambda q, x: tree.Reduce("max", q),
    "smallest entry": lambda q, x: tree.Reduce("min", x),
    "mean": lambda q, x: tree.Reduce("mean", tree.Hadamard(q, q)),
    "logsumexp": lambda q, x: tree.Reduce("logsumexp", q),
    "norm": lambda q, x: tree.Reduce("l2", q),
    "sum of absolute values": lambda q, x: tree.Reduce("l1", q),
    "determinant": lambda q, x: tree.Reduce("det", q),
    "inner product": lambda q, x: tree.Dot(q, tree.Transpose(q)),
    "inner product of a row and a column": lambda q, x: tree.Dot(x, tree.Slice(q, FIRST, "row")),
    "leaky with a slope": lambda q, x: tree.Apply("leaky", q, (Symbol("a", SCALAR),)),
    "elu with a scale": lambda q, x: tree.Apply("elu", q, (Symbol("a", SCALAR),)),
    "second derivative of a function": lambda q, x: tree.Apply("sigmoid", q, (), 2),
}


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data(), seed=st.integers(0, 5))
@pytest.mark.parametrize("name", RARER)
def test_rarer_nodes_agree_with_finite_differences(name: str, data: st.DataObject, seed: int) -> None:
    smooth = strategies.expressions
    q = data.draw(st.one_of(st.just(Symbol("Q", matrix(D, D))), smooth(matrix(D, D), depth=1)))
    x = data.draw(st.one_of(st.just(Symbol("x", column(D))), smooth(column(D), depth=1)))
    assert_gradients(Model(strategies.TABLE, Fraction(0)), total(RARER[name](q, x)), seed)
