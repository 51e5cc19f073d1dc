"""A wrong closed form is refused twice: by the index form, and by SymPy's Jacobian where the index form would take it.

Every size of the network is the same, so that what is transposed or summed along the wrong axis has the right shape.
"""

import pytest

from derive.certificates import Store
from derive.checking import certifying
from derive.checking.certifying import certify
from derive.documents.setting import make_setting, read_entries
from derive.expressions.tree import Expr
from derive.indexed.prover import GeneralProof, Prover
from derive.models import Model, build_model
from derive.notation.elaboration import Options, Reading, readings
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Source, Text

SETTING = r"""
dims: {N: 2}
symbols: {X: N x N, W: N x N, V: N x N, b: 1 x N, Y: N x N, \lambda: scalar}
model:
  Z: X W + b
  H: \max(0, Z)
  P: \sigma(H V)
  L: \frac{1}{N} \|P - Y\|^2 + \lambda \|W\|^2
loss: L
"""
BY_H, BY_P, BY_Z = (rf"\frac{{\partial L}}{{\partial {name}}}" for name in "HPZ")

RIGHT = {
    "P": r"\frac{2}{N} (P - Y)",
    "V": rf"H^T ({BY_P} \odot P \odot (1 - P))",
    "H": rf"({BY_P} \odot P \odot (1 - P)) V^T",
    "Z": rf"{BY_H} \odot \mathbb{{1}}(Z > 0)",
    "b": rf"\mathbf{{1}}^T {BY_Z}",
    "W": rf"X^T {BY_Z} + 2 \lambda W",
    "X": rf"{BY_Z} W^T",
    r"\lambda": r"\|W\|^2",
}

WRONG = {
    "P, the other sign": ("P", r"\frac{2}{N} (Y - P)"),
    "P, without the factor 2": ("P", r"\frac{1}{N} (P - Y)"),
    "P, without the mean": ("P", r"2 (P - Y)"),
    "P, transposed": ("P", r"\frac{2}{N} (P - Y)^T"),
    "P, without the target": ("P", r"\frac{2}{N} P"),
    "V, without a transpose": ("V", rf"H ({BY_P} \odot P \odot (1 - P))"),
    "V, without the sigmoid's slope": ("V", rf"H^T {BY_P}"),
    "V, half of the sigmoid's slope": ("V", rf"H^T ({BY_P} \odot (1 - P))"),
    "V, transposed": ("V", rf"({BY_P} \odot P \odot (1 - P))^T H"),
    "H, without a transpose": ("H", rf"({BY_P} \odot P \odot (1 - P)) V"),
    "H, factors swapped": ("H", rf"V^T ({BY_P} \odot P \odot (1 - P))"),
    "Z, without the mask": ("Z", BY_H),
    "Z, the mask turned round": ("Z", rf"{BY_H} \odot \mathbb{{1}}(Z < 0)"),
    "Z, the mask of another quantity": ("Z", rf"{BY_H} \odot \mathbb{{1}}(X > 0)"),
    "Z, the mask at the kink": ("Z", rf"{BY_H} \odot \mathbb{{1}}(Z \geq 0)"),
    "b, along the other axis": ("b", rf"({BY_Z} \mathbf{{1}})^T"),
    "b, a mean for the sum": ("b", rf"\frac{{1}}{{N}} \mathbf{{1}}^T {BY_Z}"),
    "W, without the regulariser": ("W", rf"X^T {BY_Z}"),
    "W, the regulariser without its 2": ("W", rf"X^T {BY_Z} + \lambda W"),
    "W, the regulariser transposed": ("W", rf"X^T {BY_Z} + 2 \lambda W^T"),
    "X, without a transpose": ("X", rf"{BY_Z} W"),
    "λ, without the square": (r"\lambda", r"\|W\|"),
    "λ, off by very little": (r"\lambda", r"\|W\|^2 + 10^{-20}"),
}


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(make_setting(read_entries(Text(SETTING, Source("setting.yaml", SETTING), 0))))


def form_of(model: Model, latex: str) -> Expr:
    (first, *_) = readings(model.table, parse(tokenize(latex, model.table.words)), Options(model.table.layout))
    assert isinstance(first, Reading), f"{latex}: {first}"
    return first.value


def certified(model: Model, monkeypatch: pytest.MonkeyPatch, latex: dict[str, str]) -> frozenset[str]:
    """The names that are certified where their closed forms are these."""
    forms = {name: form_of(model, written) for name, written in latex.items()}
    for name, form in forms.items():
        assert form.shape == model.table.meanings[name].shape, f"{name}: refused by its shape alone"
    monkeypatch.setattr(certifying, "_names", lambda _: list(forms))
    monkeypatch.setattr(certifying, "_in_steps", lambda _forms, name, _certified: forms[name])
    monkeypatch.setattr(certifying, "_written_out", lambda *_: None)
    return certify(model, "0" * 64, Store(None))


def test_right_ones_are_taken(model, monkeypatch):
    assert certified(model, monkeypatch, RIGHT) == set(RIGHT)


@pytest.mark.parametrize("name", WRONG)
def test_sympy_refuses(name, model, monkeypatch):
    """As if the index form proved everything."""
    monkeypatch.setattr(Prover, "prove", lambda *_, **__: GeneralProof((), is_total=True))
    by, latex = WRONG[name]
    assert certified(model, monkeypatch, {by: latex}) == frozenset()


@pytest.mark.parametrize("name", WRONG)
def test_the_index_form_refuses(name, model, monkeypatch):
    """As if SymPy agreed with everything."""
    monkeypatch.setattr(certifying, "_agrees", lambda *_: True)
    by, latex = WRONG[name]
    assert certified(model, monkeypatch, {by: latex}) == frozenset()
