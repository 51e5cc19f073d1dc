"""Closed forms are trusted once SymPy's Jacobians agree, remembered after that, and not trusted where they do not."""

import subprocess
import sys
from pathlib import Path

import pytest

from derive.certificates import Store, key_of
from derive.checking import certification, certifying
from derive.checking.certification import certified_names
from derive.checking.check import check_document
from derive.checking.session import Session
from derive.documents import read_document
from derive.errors import Undecidable
from derive.expressions.tree import Negative
from derive.gradients import ClosedForms
from derive.indexed.prover import GeneralProof, Prover
from derive.models import build_model

NETWORK = r"""---
dims: {N: 2, D: 3, C: 3}
symbols: {X: N x D, W: D x C, y: labels N of C, \lambda: scalar}
model:
  S: X W
  P: \text{softmax}(S)
  L: -\frac{1}{N} \sum_{i=1}^N \log P_{i,y_i} + \lambda \|W\|^2
loss: L
---
$$\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial S} + 2 \lambda W$$
$$\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial S} + \lambda W$$
"""


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "network.md"
    path.write_text(NETWORK, encoding="utf-8")
    certification._in_this_process.clear()
    return read_document(path)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


def names_of(document, store, **options) -> frozenset[str]:
    return certified_names(build_model(document.setting), key_of(document.setting), store, **options)


def judged(document, store, **options) -> list[tuple[str, str | None]]:
    return [(step.verdict, step.scope) for step in check_document(document, store=store, **options).steps]


def test_every_derivative_of_the_loss_is_certified(document, store):
    assert names_of(document, store) == {"L", "\\lambda", "P", "S", "W", "X"}
    assert judged(document, store) == [("proved", "all dimensions"), ("refuted", None)]


def test_what_is_remembered_is_not_certified_again(document, store, monkeypatch):
    names = names_of(document, store)
    certification._in_this_process.clear()
    monkeypatch.setattr(certifying, "certify", lambda *_: pytest.fail("certified again"))
    assert names_of(document, store) == names


def test_with_a_certificate_sympy_is_not_loaded(document, store, tmp_path):
    names_of(document, store)
    path, folder = str(tmp_path / "network.md"), str(store.directory)
    code = f"""import sys
from pathlib import Path
from derive.certificates import Store
from derive.checking.check import check_document
from derive.documents import read_document
result = check_document(read_document(Path({path!r})), store=Store(Path({folder!r})))
print([step.scope for step in result.steps], "sympy" in sys.modules)"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "['all dimensions', None] False\n"


def test_a_closed_form_that_disagrees_is_not_trusted(document, store, monkeypatch):
    """As if reverse mode had a wrong sign for W: what it says is not believed, and the entries decide."""
    right = ClosedForms.__getitem__
    monkeypatch.setattr(
        ClosedForms, "__getitem__", lambda self, name: Negative(right(self, name)) if name == "W" else right(self, name)
    )
    monkeypatch.setattr(certifying, "_in_steps", lambda *_: None)
    assert names_of(document, store) == {"L", "\\lambda", "P", "S", "X"}
    assert judged(document, store) == [("proved", "these dimensions"), ("refuted", None)]


def test_an_index_form_that_disagrees_with_sympy_is_not_trusted(document, store, monkeypatch):
    """As if the index form proved everything: SymPy's entries do not agree with a wrong closed form."""
    right = ClosedForms.__getitem__
    monkeypatch.setattr(
        ClosedForms, "__getitem__", lambda self, name: Negative(right(self, name)) if name == "W" else right(self, name)
    )
    monkeypatch.setattr(certifying, "_in_steps", lambda *_: None)
    monkeypatch.setattr(Prover, "prove", lambda *_, **__: GeneralProof(()))
    assert "W" not in names_of(document, store)


def test_when_the_time_is_over_the_rest_is_not_trusted_nor_remembered(document, store, monkeypatch):
    monkeypatch.setattr(certifying, "CERTIFY_SECONDS", 0.0)
    assert names_of(document, store) == frozenset()
    assert store.recall(key_of(document.setting)) is None


def test_certifying_anew_asks_sympy_about_every_proof(document, store, monkeypatch):
    assert judged(document, store, certify=True) == [("proved", "all dimensions"), ("refuted", None)]
    monkeypatch.setattr(Prover, "prove", lambda *_, **__: GeneralProof((), is_total=True))
    assert judged(document, store, certify=True)[1] == ("refuted", None)


def test_a_proof_that_the_entries_do_not_confirm_is_unknown(document, store, monkeypatch):
    names_of(document, store)
    decide = Session.decide

    def undecided(self, equations, deadline, general=None):
        if general is None and self.trust.confirms:
            raise Undecidable("nothing was tried")
        return decide(self, equations, deadline, general)

    monkeypatch.setattr(Session, "decide", undecided)
    step = check_document(document, store=store, certify=True).steps[0]
    assert (step.verdict, step.scope) == ("unknown", None)


def test_a_model_without_a_loss_has_nothing_to_certify(tmp_path, store):
    path = tmp_path / "a.md"
    path.write_text("---\nsymbols: {x: n x 1}\n---\n$$x^T x = \\|x\\|^2$$\n", encoding="utf-8")
    document = read_document(path)
    assert names_of(document, store) == frozenset()
    assert judged(document, store) == [("proved", "all dimensions")]
    assert not Path(store.directory).exists()
