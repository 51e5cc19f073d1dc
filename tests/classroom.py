"""Small exercises for the tests of marking, and submissions marked against them."""

import tempfile
from functools import cache
from pathlib import Path

from remembering import mark

from derive.grading.parts import ExerciseDocument, read_exercise
from derive.grading.results import Marked, PartResult

SOFTMAX = r"""dims: {N: 5, D: 3, C: 4}
symbols:
  X: N x D
  W: D x C
  b: 1 x C
  Y: one-hot N x C
model:
  S: X W + b
  P: softmax(S)
  L: -\frac{1}{N}\sum_{i,k} Y_{ik}\log P_{ik}
loss: L
"""
RIDGE = r"""dims: {n: 5, d: 3}
symbols:
  X: n x d
  w: d x 1
  y: n x 1
  \lambda: scalar
model:
  J: \frac{1}{2n}\|X w - y\|^2 + \frac{\lambda}{2}\|w\|^2
loss: J
"""
NEURON = r"""symbols: {x: scalar, w: scalar, b: scalar, t: scalar}
model:
  z: w x + b
  a: \sigma(z)
  E: \frac12 (a - t)^2
loss: E
"""
LAYERS = r"""dims: {n: 3, m: 2, k: 4}
symbols:
  \mathbf{x}: n x 1
  \mathbf{W}^{[1]}: m x n
  \mathbf{W}^{[2]}: k x m
  \mathbf{y}: k x 1
model:
  \mathbf{z}^{[1]}: \mathbf{W}^{[1]} \mathbf{x}
  \mathbf{a}^{[1]}: \tanh(\mathbf{z}^{[1]})
  \mathbf{z}^{[2]}: \mathbf{W}^{[2]} \mathbf{a}^{[1]}
  C: \frac12 \|\mathbf{z}^{[2]} - \mathbf{y}\|^2
loss: C
"""
SCORES = r"""dims: {C: 4}
symbols: {s: C x 1, t: one-hot C x 1}
model:
  p: softmax(s)
  L: -\sum_k t_k \log p_k
loss: L
"""

TWO = (
    r"- {id: a, ask: '\frac{\partial L}{\partial S}', points: 4}",
    r"- {id: b, ask: '\frac{\partial L}{\partial W}', points: 6}",
)
WEIGHTS = TWO[1:]
REGRESSION = (r"- {id: g, ask: '\nabla_w J', points: 2}", r"- {id: H, ask: '\nabla_w^2 J', points: 2}")
SCALARS = (r"- {id: w, ask: '\frac{\partial E}{\partial w}'}", r"- {id: b, ask: '\frac{\partial E}{\partial b}'}")
LAYERED = (
    r"- {id: one, ask: '\frac{\partial C}{\partial \mathbf{W}^{[1]}}'}",
    r"- {id: two, ask: '\frac{\partial C}{\partial \mathbf{W}^{[2]}}'}",
)
ENTRIES = (r"- {id: J, ask: '\frac{\partial p_i}{\partial s_j}'}", r"- {id: d, ask: '\frac{\partial L}{\partial s_i}'}")

FOLDER = tempfile.TemporaryDirectory()


@cache
def exercise(setting: str, parts: tuple[str, ...], policy: str = "") -> ExerciseDocument:
    """The exercise with this setting and these parts, in a file of its own."""
    path = Path(FOLDER.name) / f"exercise-{abs(hash((setting, parts, policy)))}.md"
    path.write_text(f"---\n{setting}parts:\n  {chr(10).join(parts).replace(chr(10), chr(10) + '  ')}\n{policy}---\n")
    return read_exercise(path)


def marked(of: ExerciseDocument, text: str, suffix: str = ".md") -> Marked:
    """The marks of a submission with this text."""
    path = Path(FOLDER.name) / f"submission{suffix}"
    path.write_text(text, encoding="utf-8")
    return mark(of, path)


def result(of: ExerciseDocument, text: str, part: str) -> PartResult:
    """The marks of one part."""
    return next(one for one in marked(of, text).parts if one.id == part)


def statuses(of: ExerciseDocument, text: str) -> str:
    """The status of each part in order, as `right wrong`."""
    return " ".join(part.status for part in marked(of, text).parts)


def said(of: ExerciseDocument, text: str, part: str) -> tuple[str, str]:
    """The status of a part and the message."""
    found = result(of, text, part)
    return found.status, found.message
