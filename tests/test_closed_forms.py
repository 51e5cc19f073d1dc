"""A known closed form is proved where it holds, agrees with finite differences, and is not seen where it nearly holds."""

import itertools
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import oracle
import pytest
from test_gradients import model_of, symbol

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.style import Style
from derive.expressions.tree import Derivative, Expr
from derive.expressions.walk import walk
from derive.gradients import ClosedForms, closed_forms, derivative
from derive.gradients.indices import free_indices
from derive.gradients.presented import presented
from derive.gradients.tidy import number, times, transposed
from derive.models import Model
from derive.notation.elaboration import Options, elaborated
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.sheets.closed_forms import CATALOGUE, Equality, Recognised, fused, place_of, preferred, recognised

SHORT = Style(brackets="fitting", short=True, transpose="^T", norms=("", ""), ones="bare", total="ones", commas=False)

# settings, a name each
MODELS = {
    "softmax of rows": r"""
dims: {N: 2, C: 3}
symbols: {S: N x C, Y: one-hot N x C}
model:
  P: \text{softmax}(S)
  L: -\frac{1}{N} \sum_{i=1}^N \sum_{j=1}^C Y_{ij} \log P_{ij}
loss: L
""",
    "softmax of columns": r"""
dims: {m: 2, K: 3}
symbols: {Z: K x m, y: labels m of K}
model:
  Q_{kn}: \frac{e^{Z_{kn}}}{\sum_{r=1}^K e^{Z_{rn}}}
  J: -\sum_{n=1}^m \log Q_{y_n,n}
loss: J
""",
    "softmax of one example": r"""
dims: {c: 3}
symbols:
  \mathbf{z}: c x 1
  \hat{t}: one-hot c x 1
model:
  \mathbf{q}: \text{softmax}(\mathbf{z})
  J: -\hat{t}^T \log \mathbf{q}
loss: J
""",
    "softmax with labels": r"""
dims: {N: 2, C: 3}
symbols: {F: N x C, y: labels N of C}
model:
  L: \frac{1}{N} \sum_{i=1}^N \left(-F_{i,y_i} + \log \sum_{j=1}^C e^{F_{ij}}\right)
loss: L
""",
    "sigmoid of examples": r"""
dims: {N: 3}
symbols: {z: N x 1, t: N x 1}
model:
  p: \sigma(z)
  E: -\frac{1}{N} \sum_{i=1}^N (t_i \log p_i + (1 - t_i) \log(1 - p_i))
loss: E
""",
    "sigmoid of one number": r"""
symbols:
  z^{[2]}: scalar
  y: scalar
model:
  \hat{y}: \sigma(z^{[2]})
  J: -y \log \hat{y} - (1 - y) \log(1 - \hat{y})
loss: J
""",
    "sigmoid of a matrix": r"""
dims: {B: 2, K: 3}
symbols: {R: B x K, G: B x K}
model:
  O: \sigma(R)
  L: -\sum_{b=1}^B \sum_{k=1}^K (G_{bk} \ln O_{bk} + (1 - G_{bk}) \ln(1 - O_{bk}))
loss: L
""",
    "squares": r"""
dims: {N: 3, K: 2}
symbols: {X: N x K, W: K x K, t: N x K, \lambda: positive scalar, w: K x 1, A: N x K, b: N x 1, V: K x N, \mu: positive scalar}
model:
  y: X W
  L: \frac{1}{N} \|y - t\|^2
  R: \lambda \|W\|^2
  r: A w - b
  E: \frac{1}{2} r^T r
  Q: \frac{\mu}{2} \|w\|^2
  M: \sum_{i,j} (V_{ij} - X_{ji})^2
  U: \mu \sum_{i,j} V_{ij}^2
""",
    "vectors": r"""
dims: {n: 3, m: 2}
symbols: {x: n x 1, b: n x 1, A: n x n, C: n x m, r: 1 x m, B: m x m, d: m x 1}
model:
  l: \log \sum_{i=1}^n e^{x_i}
  k: \text{logsumexp}(r)
  s: \text{logsumexp}(b)
  v: \|x\|
  u: \|x - b\|
  n: \|C\|
  q: x^T A x
  h: \text{tr}(C^T A C)
  g: b^T A b + x^T b
  f: d^T B d + 3
  p: \text{softmax}(x)
  \pi: \text{softmax}(r)
  o: \text{softmax}(b)
""",
    "activations": r"""
dims: {N: 2, H: 3}
symbols: {Z: N x H, z: H x 1, s: 1 x H, G: N x H, g: H x 1, f: 1 x H, \alpha: positive scalar, \beta: positive scalar}
model:
  A: \tanh(Z)
  a: \tanh(z)
  b: \tanh(s)
  O: \sigma(Z)
  o: \sigma(z)
  p: \sigma(s)
  X: \exp(Z)
  x: \exp(z)
  c: \exp(s)
  F: \text{softplus}(Z)
  d: \log(1 + e^{z})
  h: \text{softplus}(s)
  R: \max(0, Z)
  r: \text{ReLU}(z)
  t: \max(s, 0)
  M: \max(0, Z) + \alpha \min(0, Z)
  m: \text{LeakyReLU}(z, \beta)
  n: \max(0, s) + \beta \min(0, s)
  L_1: \text{tr}(G^T A)
  L_2: g^T a
  L_3: f b^T
  L_4: \text{tr}(G^T O)
  L_5: g^T o
  L_6: f p^T
  L_7: \text{tr}(G^T X)
  L_8: g^T x
  L_9: f c^T
  L_{10}: \text{tr}(G^T F)
  L_{11}: g^T d
  L_{12}: f h^T
  L_{13}: \text{tr}(G^T R)
  L_{14}: g^T r
  L_{15}: f t^T
  L_{16}: \text{tr}(G^T M)
  L_{17}: g^T m
  L_{18}: f n^T
""",
    "normalised features": r"""
dims: {N: 3}
symbols: {x: N x 1, g: N x 1, \gamma: scalar, \epsilon: positive scalar}
model:
  \mu: \frac{1}{N} \sum_{i=1}^{N} x_i
  v: \frac{1}{N} \sum_{i=1}^{N} (x_i - \mu)^2
  s: \sqrt{v + \epsilon}
  \hat{x}: \frac{x - \mu}{s}
  y: \gamma \hat{x}
  L: \sum_{i=1}^{N} g_i y_i
""",
    "normalised examples": r"""
dims: {d: 3}
symbols: {a: 1 x d, \gamma: 1 x d, u: 1 x d, \epsilon: positive scalar}
model:
  m: \frac{1}{d} a \mathbf{1}
  c: a - m
  \tau: \frac{1}{\sqrt{\frac{1}{d} c c^T + \epsilon}}
  z: \tau c
  o: \gamma \odot z
  L: u o^T
""",
    "normalised batch": r"""
dims: {N: 3, D: 2}
symbols: {X: N x D, G: N x D, \epsilon: positive scalar}
model:
  m: \frac{1}{N} \mathbf{1}^T X
  C: X - m
  v: \frac{1}{N} \mathbf{1}^T (C \odot C)
  s: \sqrt{v + \epsilon}
  Z: \frac{C}{s}
  L: \text{tr}(G^T Z)
""",
    "attention": r"""
dims: {n: 2, m: 3, k: 2}
symbols: {S: n x m, V: m x k, G: n x k, z: m x 1, w: m x 1, f: 1 x m, e: 1 x m}
model:
  A: \text{softmax}(S)
  O: A V
  L: \text{tr}(G^T O)
  p: \text{softmax}(z)
  J: w^T p
  q: \text{softmax}(f)
  E: e q^T
""",
    "classifiers": r"""
dims: {N: 3, D: 2}
symbols: {X: N x D, w: D x 1, t: N x 1, A: D x N, v: D x 1, y: N x 1, u: 1 x D, b: scalar}
model:
  z: X w
  p: \sigma(z)
  E: -\frac{1}{N} \sum_{i=1}^N (t_i \log p_i + (1 - t_i) \log(1 - p_i))
  r: A^T v + b \mathbf{1}
  q: \sigma(r)
  J: -\sum_{i=1}^N (y_i \log q_i + (1 - y_i) \log(1 - q_i))
  s: u A
  \pi: \sigma(s)
  L: -\sum_{i=1}^N (y_i \log \pi_i + (1 - y_i) \log(1 - \pi_i))
  M: \frac{1}{N} \|X w - t\|^2
  P: \frac{1}{2} \|A^T v - y\|^2
  Q: \|X w\|^2
""",
    "margins": r"""
dims: {N: 3, K: 2}
symbols: {m: N x 1, n: 1 x N, M: N x K}
model:
  L: \frac{1}{N} \sum_{i=1}^N \max(0, 1 - m_i)
  J: \sum_{i=1}^N \text{ReLU}(1 - n_i)
  E: \frac{1}{K} \sum_{i,k} \max(1 - M_{ik}, 0)
""",
    "linear maps": r"""
dims: {N: 2, D: 3, H: 2}
symbols: {X: N x D, W: D x H, G: N x H, V: H x D, x: D x 1, u: H x 1, r: 1 x D, c: 1 x H}
model:
  S: X W
  L: \text{tr}(G^T \tanh(S))
  s: V x
  J: u^T \sigma(s)
  t: r W
  E: c \tanh(t)^T
""",
}

# the model, what is asked there, which known form that has, and what it is in the model's names
HOLDS = [
    ("softmax of rows",        r"\frac{\partial L}{\partial S}",          "softmax with cross-entropy",         r"\frac{1}{N} (P - Y)"),
    ("softmax of one example", r"\frac{\partial J}{\partial \mathbf{z}}", "softmax with cross-entropy",         r"\mathbf{q} - \hat{t}"),
    ("softmax of columns",     r"\frac{\partial J}{\partial Z_{kn}}",     "softmax with cross-entropy",         r"Q_{kn} - \mathbb{1}(y_n = k)"),
    ("sigmoid of examples",    r"\frac{\partial E}{\partial z}",          "sigmoid with binary cross-entropy",  r"\frac{1}{N} (p - t)"),
    ("sigmoid of one number",  r"\frac{\partial J}{\partial z^{[2]}}",    "sigmoid with binary cross-entropy",  r"\hat{y} - y"),
    ("sigmoid of a matrix",    r"\frac{\partial L}{\partial R}",          "sigmoid with binary cross-entropy",  r"O - G"),
    ("squares",                r"\frac{\partial L}{\partial y}",          "squared error",                      r"\frac{2}{N} (y - t)"),
    ("squares",                r"\frac{\partial M}{\partial V}",          "squared error",                      r"2 (V - X^T)"),
    ("squares",                r"\frac{\partial E}{\partial r}",          "squared error",                      r"r"),
    ("squares",                r"\frac{\partial R}{\partial W}",          "squared penalty",                    r"2 \lambda W"),
    ("squares",                r"\frac{\partial Q}{\partial w}",          "squared penalty",                    r"\mu w"),
    ("squares",                r"\frac{\partial U}{\partial V}",          "squared penalty",                    r"2 \mu V"),
    ("squares",                r"\frac{\partial R}{\partial \lambda}",    "penalty by its coefficient",         r"\|W\|^2"),
    ("squares",                r"\frac{\partial Q}{\partial \mu}",        "penalty by its coefficient",         r"\frac{1}{2} \|w\|^2"),
    ("squares",                r"\frac{\partial U}{\partial \mu}",        "penalty by its coefficient",         r"\|V\|^2"),
    ("margins",                r"\frac{\partial L}{\partial m}",          "hinge",                              r"-\frac{1}{N} \mathbb{1}(m < 1)"),
    ("margins",                r"\frac{\partial J}{\partial n}",          "hinge",                              r"-\mathbb{1}(n < 1)"),
    ("margins",                r"\frac{\partial E}{\partial M}",          "hinge",                              r"-\frac{1}{K} \mathbb{1}(M < 1)"),
    ("vectors",                r"\frac{\partial l}{\partial x}",          "log-sum-exp",                        r"p"),
    ("vectors",                r"\frac{\partial k}{\partial r}",          "log-sum-exp",                        r"\pi"),
    ("vectors",                r"\frac{\partial s}{\partial b}",          "log-sum-exp",                        r"o"),
    ("vectors",                r"\frac{\partial v}{\partial x}",          "norm",                               r"\frac{1}{v} x"),
    ("vectors",                r"\frac{\partial u}{\partial x}",          "norm",                               r"\frac{1}{u} (x - b)"),
    ("vectors",                r"\frac{\partial n}{\partial C}",          "norm",                               r"\frac{1}{n} C"),
    ("vectors",                r"\frac{\partial q}{\partial x}",          "quadratic form",                     r"(A + A^T) x"),
    ("vectors",                r"\frac{\partial h}{\partial C}",          "quadratic form",                     r"(A + A^T) C"),
    ("vectors",                r"\frac{\partial g}{\partial b}",          "quadratic form",                     r"(A + A^T) b + x"),
    ("vectors",                r"\frac{\partial p}{\partial x}",          "softmax Jacobian",                   r"\operatorname{diag}(p) - p p^T"),
    ("vectors",                r"\frac{\partial \pi}{\partial r}",        "softmax Jacobian",                   r"\operatorname{diag}(\pi) - \pi^T \pi"),
    ("vectors",                r"\frac{\partial o}{\partial b}",          "softmax Jacobian",                   r"\operatorname{diag}(o) - o o^T"),
    ("vectors",                r"\frac{\partial^2 l}{\partial x \partial x^T}", "softmax Jacobian",             r"\operatorname{diag}(p) - p p^T"),
    ("softmax of columns",     r"\frac{\partial Q_{kn}}{\partial Z_{jn}}", "softmax Jacobian",                  r"Q_{kn} (\mathbb{1}(j = k) - Q_{jn})"),
    ("vectors",                r"\frac{\partial^2 q}{\partial x \partial x^T}", "Hessian of a quadratic form",  r"A + A^T"),
    ("vectors",                r"\frac{\partial^2 g}{\partial b \partial b^T}", "Hessian of a quadratic form",  r"A + A^T"),
    ("vectors",                r"\frac{\partial^2 f}{\partial d \partial d^T}", "Hessian of a quadratic form",  r"B + B^T"),
    ("classifiers",            r"\frac{\partial^2 E}{\partial w \partial w^T}", "logistic Hessian",             r"\frac{1}{N} X^T \operatorname{diag}(p \odot (1 - p)) X"),
    ("classifiers",            r"\frac{\partial^2 J}{\partial v \partial v^T}", "logistic Hessian",             r"A \operatorname{diag}(q \odot (1 - q)) A^T"),
    ("classifiers",            r"\frac{\partial^2 L}{\partial u \partial u^T}", "logistic Hessian",             r"A \operatorname{diag}(\pi \odot (1 - \pi)) A^T"),
    ("classifiers",            r"\frac{\partial^2 M}{\partial w \partial w^T}", "Hessian of squares",           r"\frac{2}{N} X^T X"),
    ("classifiers",            r"\frac{\partial^2 P}{\partial v \partial v^T}", "Hessian of squares",           r"A A^T"),
    ("classifiers",            r"\frac{\partial^2 Q}{\partial w \partial w^T}", "Hessian of squares",           r"2 X^T X"),
    ("activations",            r"\frac{\partial a}{\partial z}",          "tanh",                               r"\operatorname{diag}(1 - a^2)"),
    ("activations",            r"\frac{\partial b}{\partial s}",          "tanh",                               r"\operatorname{diag}(1 - b^2)"),
    ("activations",            r"\frac{\partial o}{\partial z}",          "sigmoid",                            r"\operatorname{diag}(o \odot (1 - o))"),
    ("activations",            r"\frac{\partial d}{\partial z}",          "softplus",                           r"\operatorname{diag}(o)"),
    ("activations",            r"\frac{\partial r}{\partial z}",          "ReLU",                               r"\operatorname{diag}(\mathbb{1}(z > 0))"),
    ("activations",            r"\frac{\partial m}{\partial z}",          "leaky ReLU",                         r"\operatorname{diag}(\mathbb{1}(z > 0) + \beta \mathbb{1}(z \leq 0))"),
    ("activations",            r"\frac{\partial x}{\partial z}",          "exponential",                        r"\operatorname{diag}(x)"),
]  # fmt: skip

# the model, the number, the name, which known form the step to it has, and what that is
STEPS = [
    ("activations",          "L_{1}",  "Z", "tanh",        r"\frac{\partial L_1}{\partial A} \odot (1 - A \odot A)"),
    ("activations",          "L_{2}",  "z", "tanh",        r"\frac{\partial L_2}{\partial a} \odot (1 - a^2)"),
    ("activations",          "L_{3}",  "s", "tanh",        r"\frac{\partial L_3}{\partial b} \odot (1 - b^2)"),
    ("activations",          "L_{4}",  "Z", "sigmoid",     r"\frac{\partial L_4}{\partial O} \odot O \odot (1 - O)"),
    ("activations",          "L_{5}",  "z", "sigmoid",     r"\frac{\partial L_5}{\partial o} \odot o \odot (1 - o)"),
    ("activations",          "L_{6}",  "s", "sigmoid",     r"\frac{\partial L_6}{\partial p} \odot p \odot (1 - p)"),
    ("activations",          "L_{7}",  "Z", "exponential", r"\frac{\partial L_7}{\partial X} \odot X"),
    ("activations",          "L_{8}",  "z", "exponential", r"\frac{\partial L_8}{\partial x} \odot x"),
    ("activations",          "L_{9}",  "s", "exponential", r"\frac{\partial L_9}{\partial c} \odot c"),
    ("activations",          "L_{10}", "Z", "softplus",    r"\frac{\partial L_{10}}{\partial F} \odot O"),
    ("activations",          "L_{11}", "z", "softplus",    r"\frac{\partial L_{11}}{\partial d} \odot o"),
    ("activations",          "L_{12}", "s", "softplus",    r"\frac{\partial L_{12}}{\partial h} \odot p"),
    ("activations",          "L_{13}", "Z", "ReLU",        r"\frac{\partial L_{13}}{\partial R} \odot \mathbb{1}(Z > 0)"),
    ("activations",          "L_{14}", "z", "ReLU",        r"\frac{\partial L_{14}}{\partial r} \odot \mathbb{1}(z > 0)"),
    ("activations",          "L_{15}", "s", "ReLU",        r"\frac{\partial L_{15}}{\partial t} \odot \mathbb{1}(s > 0)"),
    ("activations",          "L_{16}", "Z", "leaky ReLU",  r"\frac{\partial L_{16}}{\partial M} \odot (\mathbb{1}(Z > 0) + \alpha \mathbb{1}(Z < 0))"),
    ("activations",          "L_{17}", "z", "leaky ReLU",  r"\frac{\partial L_{17}}{\partial m} \odot (\mathbb{1}(z > 0) + \beta \mathbb{1}(z \leq 0))"),
    ("activations",          "L_{18}", "s", "leaky ReLU",  r"\frac{\partial L_{18}}{\partial n} \odot (\mathbb{1}(s > 0) + \beta \mathbb{1}(s < 0))"),
    ("normalised features",  "L",      "x", "normalisation", r"\frac{1}{N s} \left(N \frac{\partial L}{\partial \hat{x}} - \mathbf{1}^T \frac{\partial L}{\partial \hat{x}} - \left(\left(\frac{\partial L}{\partial \hat{x}}\right)^T \hat{x}\right) \hat{x}\right)"),
    ("normalised examples",  "L",      "c", "normalisation", r"\tau \left(\frac{\partial L}{\partial z} - \frac{\frac{\partial L}{\partial z} z^T}{d} z\right)"),
    ("attention",            "L",      "S", "through a softmax", r"A \odot \left(\frac{\partial L}{\partial A} - \left(A \odot \frac{\partial L}{\partial A}\right) \mathbf{1}\right)"),
    ("attention",            "J",      "z", "through a softmax", r"p \odot \left(\frac{\partial J}{\partial p} - \mathbf{1}^T \left(p \odot \frac{\partial J}{\partial p}\right)\right)"),
    ("attention",            "E",      "f", "through a softmax", r"q \odot \left(\frac{\partial E}{\partial q} - \left(q \odot \frac{\partial E}{\partial q}\right) \mathbf{1}\right)"),
    ("linear maps",          "L",      "W", "through a linear map", r"X^T \frac{\partial L}{\partial S}"),
    ("linear maps",          "J",      "V", "through a linear map", r"\frac{\partial J}{\partial s} x^T"),
    ("linear maps",          "E",      "r", "through a linear map", r"\frac{\partial E}{\partial t} W^T"),
]  # fmt: skip

# the model, the number, the name, which known form the whole gradient has, and what that is
FUSED = [
    ("normalised features", "L", "x", "normalisation",        r"\frac{\gamma}{N s} (N g - \mathbf{1}^T g - (g^T \hat{x}) \hat{x})"),
    ("normalised examples", "L", "a", "normalisation",        r"\tau \left(u \odot \gamma - \frac{(u \odot \gamma) \mathbf{1}}{d} - \frac{(u \odot \gamma) z^T}{d} z\right)"),
    ("normalised batch",    "L", "X", "normalisation",        r"\frac{N G - \mathbf{1}^T G - \mathbf{1}^T (G \odot Z) \odot Z}{N s}"),
    ("normalised batch",    "L", "C", "normalisation",        r"\frac{N G - \mathbf{1}^T (G \odot Z) \odot Z}{N s}"),
    ("attention",           "L", "S", "through a softmax",    r"A \odot (G V^T - (A \odot G V^T) \mathbf{1})"),
    ("classifiers",         "E", "w", "through a linear map", r"\frac{1}{N} X^T (p - t)"),
]  # fmt: skip


@cache
def model(name: str) -> Model:
    return model_of(MODELS[name])


@cache
def equality(name: str) -> Equality:
    return Equality(model(name))


@cache
def fused_forms(name: str, loss: str) -> tuple[ClosedForms, dict[str, Recognised]]:
    return fused(model(name), loss)


def read(name: str, text: str) -> Expr:
    table = model(name).table
    return elaborated(table, parse(tokenize(text, table.words)), Options(table.layout)).value


def step(name: str, loss: str, by: str) -> tuple[Derivative, Expr]:
    """∂L/∂name, and that in terms of the derivatives by later names."""
    asked = Derivative(symbol(model(name), loss), symbol(model(name), by))
    return asked, closed_forms(model(name).table, model(name).kink, loss).in_steps(by)


def have_equal_values(name: str, left: Expr, right: Expr) -> bool:
    """Whether two expressions have the same entries at random points; a derivative is that of finite differences."""
    free = sorted(free_indices(left) | free_indices(right), key=lambda index: index.name)
    seen = []
    for point in oracle.points(model(name).table, 3, seed=5):
        for positions in itertools.product(range(2), repeat=len(free)):
            environment = dict(zip(free, positions, strict=True))
            sides = oracle.value_at(point, left, environment), oracle.value_at(point, right, environment)
            seen.append(oracle.close(*sides))
    return False not in seen and True in seen


@pytest.mark.parametrize("name, ask, known, written", HOLDS)
def test_a_known_form_is_found_in_the_names_of_a_model(name: str, ask: str, known: str, written: str) -> None:
    asked = read(name, ask)
    found = derivative(asked, model(name).table, model(name).kink)
    place = place_of(asked, model(name).table)
    assert place is not None
    choice = recognised(place, found, equality(name))
    assert choice is not None
    assert (choice.known.name, latex(choice.value, SHORT)) == (known, written)
    assert choice.value == found or equality(name)(found, choice.value)
    assert have_equal_values(name, asked, choice.value)


@pytest.mark.parametrize("name, loss, by, known, written", STEPS)
def test_a_known_form_is_found_in_a_step(name: str, loss: str, by: str, known: str, written: str) -> None:
    asked, found = step(name, loss, by)
    value = preferred(model(name), asked, found, equality(name))
    assert value is not None
    assert latex(value, SHORT) == written
    assert value == found or equality(name)(found, value)
    assert have_equal_values(name, asked, value)
    entry = next(entry for entry in CATALOGUE if entry.name == known)
    place = place_of(asked, model(name).table, lambda other: Derivative(asked.of, symbol(model(name), other)))
    assert place is not None
    assert value in map(presented, entry.propose(place))


@pytest.mark.parametrize("name, loss, by, known, written", FUSED)
def test_a_known_form_takes_the_place_of_a_long_one(name: str, loss: str, by: str, known: str, written: str) -> None:
    forms, chosen = fused_forms(name, loss)
    assert latex(forms[by], SHORT) == written
    assert chosen[by].known.name == known
    assert have_equal_values(name, Derivative(forms.loss, symbol(model(name), by)), forms[by])


def test_every_known_form_is_held_by_three_models() -> None:
    cases = Counter(known for _, _, known, _ in HOLDS) + Counter(known for _, _, _, known, _ in (*STEPS, *FUSED))
    assert {entry.name: cases[entry.name] for entry in CATALOGUE if cases[entry.name] < 3} == {}
    assert len({entry.name for entry in CATALOGUE}) == len(CATALOGUE)


def nearly(found: Expr) -> Iterator[Expr]:
    """What somebody may have found who made a mistake."""
    yield times(number(2), found)
    yield times(number(-1), found)
    yield times(number(Fraction(1, 2)), found)
    for part in walk(found):
        if isinstance(part, tree.Size):
            yield times(part, found)
            break
    if found.shape.is_square:
        yield transposed(found)
    if found.shape.is_matrix:
        yield times(found, found)


@pytest.mark.parametrize("name, ask, known, written", HOLDS)
def test_what_nearly_holds_is_not_taken_for_it(name: str, ask: str, known: str, written: str) -> None:
    asked = read(name, ask)
    place = place_of(asked, model(name).table)
    assert place is not None
    found = derivative(asked, model(name).table, model(name).kink)
    for wrong in nearly(found):
        choice = recognised(place, wrong, equality(name))
        assert choice is None or have_equal_values(name, wrong, choice.value)


def test_a_loss_with_a_factor_is_no_plain_difference() -> None:
    twice = model_of(MODELS["softmax of one example"].replace("-\\hat{t}^T", "-2 \\hat{t}^T"))
    forms, known = fused(twice, "J")
    assert latex(forms["\\mathbf{z}"], SHORT) == r"2 (\mathbf{q} - \hat{t})"
    assert "\\mathbf{z}" not in known


def test_a_target_that_is_no_one_hot_vector_leaves_its_sum() -> None:
    free = model_of(MODELS["softmax of one example"].replace("one-hot c x 1", "c x 1"))
    forms, known = fused(free, "J")
    assert latex(forms["\\mathbf{z}"], SHORT) == r"(\mathbf{1}^T \hat{t}) \mathbf{q} - \hat{t}"
    assert known["\\mathbf{z}"].known.name == "through a softmax"
