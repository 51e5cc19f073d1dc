"""What `draws` says of targets: code that relies on it is right, and whatever is wrong in it is one line."""

import numpy as np
import pytest
from implemented import HEAD, run_here

from derive.errors import DocumentError
from derive.grading.parts import exercise_from_text
from derive.implementations import calls
from derive.implementations.marking import mark_code
from derive.implementations.preparing import prepare
from derive.implementations.setting import read_code_setting
from derive.implementations.source import read_code
from derive.source import Source

LOGISTIC = r"""---
dims: {N: 4, D: 3}
symbols: {X: N x D, w: D x 1, t: N x 1}
model:
  z: X w
  p: \sigma(z)
  E: -\frac{1}{N} \sum_{i=1}^{N} (t_i \log p_i + (1 - t_i) \log(1 - p_i))
loss: E
parts: [{id: a, ask: '\frac{\partial E}{\partial w}'}]
code:
  function: loss
  arguments: {X: X, w: flat w, t: flat t}
  results: [E, '\frac{\partial E}{\partial w}']
---
"""

BY_MASK = """import numpy as np

def loss(X, w, t):
    p = 1 / (1 + np.exp(-X @ w))
    ones = t == 1
    found = -np.log(p[ones]).sum() - np.log(1 - p[~ones]).sum()
    return found / len(t), X.T @ (p - t) / len(t)
"""

SQUARED = r"""---
dims: {N: 3, C: 4}
symbols: {S: N x C, T: N x C, v: C x 1, a: scalar}
model:
  P: \text{softmax}(S)
  L: -\sum_{i=1}^{N} \sum_{k=1}^{C} T_{ik} \log P_{ik} + a v^T v
loss: L
parts: [{id: a, ask: '\frac{\partial L}{\partial S}'}]
code:
  function: loss
  arguments: {S: S, T: T, v: flat v, a: a}
  draws: DRAWS
  results: '\frac{\partial L}{\partial S}'
---
"""


def marked(exercise, text, monkeypatch):
    monkeypatch.setattr(calls, "run", run_here)
    return mark_code(prepare(exercise_from_text(exercise, "ex.md")), read_code(Source("net.py", text)), trust=True)


def test_code_that_relies_on_targets_of_0_and_1_is_right_where_the_exercise_says_so(monkeypatch):
    said = LOGISTIC.replace("  results:", "  draws: {t: 0 or 1}\n  results:")
    assert [one.verdict for one in marked(said, BY_MASK, monkeypatch).results] == ["right", "right"]
    assert [one.verdict for one in marked(LOGISTIC, BY_MASK, monkeypatch).results] == ["wrong", "right"]


def test_targets_that_sum_to_1_make_a_short_gradient_right(monkeypatch):
    text = "import numpy as np\ndef loss(S, T, v, a):\n    e = np.exp(S)\n    return e / e.sum(1, keepdims=True) - T\n"
    assert marked(SQUARED.replace("DRAWS", "{T: rows that sum to 1}"), text, monkeypatch).results[0].verdict == "right"
    assert marked(SQUARED.replace("DRAWS", "{T: positive}"), text, monkeypatch).results[0].verdict == "wrong"


@pytest.mark.parametrize(
    "words,holds",
    [
        ("{T: 0 or 1}", lambda one: set(one["T"].ravel()) == {0, 1}),
        ("{T: -1 or 0.5 or 2}", lambda one: set(one["T"].ravel()) <= {-1, 0.5, 2}),
        ("{T: between 0 and 1}", lambda one: one["T"].min() > 0 and one["T"].max() < 1),
        ("{T: positive, v: positive}", lambda one: one["T"].min() > 0 and one["v"].min() > 0),
        ("{T: rows that sum to 1}", lambda one: one["T"].min() > 0 and np.all(one["T"].sum(axis=1) == 1)),
        ("{T: columns that sum to 1}", lambda one: one["T"].min() > 0 and np.all(one["T"].sum(axis=0) == 1)),
        ("{a: -1 or 2}", lambda one: one["a"] in (-1, 2)),
    ],
)
def test_inputs_are_as_it_is_said(words, holds):
    known = prepare(exercise_from_text(SQUARED.replace("DRAWS", words), "ex.md"))
    assert len(known.trials) > 3
    for trial in known.trials:
        values = {one.name: trial.draw.value(one.value, 0) for one in trial.setting.inputs}
        assert holds(values)


CODE = "code: {function: f, arguments: {X: X}, results: [L], draws: DRAWS}\n"
EXPECTED = "'0 or 1', '-1 or 1', 'between 0 and 1', 'positive' or 'rows that sum to 1'"


@pytest.mark.parametrize(
    "draws,problem",
    [
        ("x", f"61: 'draws' is not a mapping; expected one such as {{t: 0 or 1}}, with {EXPECTED}"),
        ("{X: [0, 1]}", f"65: 'draws' says of X what is no text; expected {EXPECTED}"),
        ("{X: 0/1}", f"65: '0/1' in 'draws' is not read; expected {EXPECTED}"),
        (
            "{Q: 0 or 1}",
            "62: 'draws' names Q, which is no symbol of the exercise; known are X, W_{1}, b_{1}, W_{2}, Y, \\lambda",
        ),
        ("{A: 0 or 1}", "62: A is computed by the model, so 'draws' cannot say what it may be"),
        ("{Y: 0 or 1}", "62: Y is declared as one-hot, which says already what it may be"),
        ("{X: 1 or 1}", "65: '1 or 1' names 1 numbers; expected 2 to 20"),
        ("{X: between 1 and 0}", "65: there is no number between 1 and 0; expected the smaller one first"),
        ("{\\lambda: 0 or 1}", "71: '0 or 1' contradicts the declaration as positive"),
        ("{\\lambda: rows that sum to 1}", "71: 'rows that sum to 1' is said of a number, which has no rows"),
    ],
)
def test_whatever_is_wrong_is_said_with_its_place(draws, problem):
    with pytest.raises(DocumentError) as error:
        read_code_setting(exercise_from_text(f"{HEAD}{CODE.replace('DRAWS', draws)}---\n", "ex.md"))
    assert str(error.value) == f"ex.md:24:{problem}"
