"""Exercises with a `code` setting, and implementations of them, for the tests of marking code."""

from functools import cache

from derive.grading.parts import exercise_from_text
from derive.implementations import runner
from derive.implementations.marking import mark_code
from derive.implementations.preparing import Prepared, prepare
from derive.implementations.results import CodeResult, ResultVerdict
from derive.implementations.source import read_code
from derive.sandbox import Finished, Limits
from derive.source import Source

HEAD = r"""---
title: A network
dims: {N: 4, D: 3, H: 5, C: 2}
symbols:
  X: N x D
  W_1: D x H
  b_1: 1 x H
  W_2: H x C
  Y: one-hot N x C
  \lambda: positive scalar
model:
  Z: X W_1 + b_1
  A: \tanh(Z)
  S: A W_2
  P: \text{softmax}(S)
  L: -\frac{1}{N} \sum_{i=1}^{N} \sum_{k=1}^{C} Y_{ik} \log P_{ik} + \lambda \|W_2\|_F^2
loss: L
parts:
  - {id: a, ask: '\frac{\partial L}{\partial W_2}', points: 4}
  - {id: b, ask: '\frac{\partial L}{\partial W_1}', points: 4}
  - {id: c, ask: '\frac{\partial L}{\partial b_1}', points: 2}
  - {id: d, ask: '\frac{\partial L}{\partial S}', points: 2}
policy: {mistake: {default: none, missing-mean: half, input-changed: half}}
"""

FUNCTION = r"""code:
  function: network_loss
  arguments: {X: X, y: labels of Y, W1: W_1, b1: flat b_1, W2: W_2, reg: \lambda}
  results:
    - L
    - W1: '\frac{\partial L}{\partial W_1}'
      b1: '\frac{\partial L}{\partial b_1}'
      W2: '\frac{\partial L}{\partial W_2}'
"""

CLASS = r"""code:
  class: Network
  construct: {inputs: D, hidden: H, classes: C}
  attributes: {"params['W1']": W_1, "params['b1']": b_1, "params['W2']": W_2}
  method: loss
  arguments: {X: X, y: labels of Y, reg: \lambda}
  labels: from 1
  results: [L, {self.dW1: '\frac{\partial L}{\partial W_1}', "self.grads['W2']": '\frac{\partial L}{\partial W_2}'}]
"""

NETWORK = """import numpy as np

def network_loss(X, y, W1, b1, W2, reg):
    N = X.shape[0]
    A = np.tanh(X @ W1 + b1)
    S = A @ W2
    S = S - S.max(axis=1, keepdims=True)
    P = np.exp(S)
    P = P / P.sum(axis=1, keepdims=True)
    L = -np.mean(S[np.arange(N), y] - np.log(np.exp(S).sum(axis=1))) + reg * np.sum(W2 ** 2)
    dS = P.copy()
    dS[np.arange(N), y] -= 1
    dS = dS / N
    dW2 = A.T @ dS + 2 * reg * W2
    dZ = (dS @ W2.T) * (1 - A ** 2)
    return L, {'W1': X.T @ dZ, 'b1': dZ.sum(axis=0), 'W2': dW2}
"""


def run_here(script: str, request: bytes, limits: Limits | None = None, *, trust: bool = False) -> Finished:
    """What the sandbox does, in this process: the runner with the test's own code."""
    said: list[bytes] = []
    runner.main(request, said.append)
    return Finished("done", b"".join(said), "", "It came to its end.")


@cache
def prepared(code: str = FUNCTION) -> Prepared:
    """The exercise with one of the settings, ready to mark."""
    return prepare(exercise_from_text(f"{HEAD}{code}---\n", "ex.md"))


def mark(text: str, code: str = FUNCTION, name: str = "net.py") -> CodeResult:
    """What is found in a text of code."""
    return mark_code(prepared(code), read_code(Source(name, text)), trust=True)


def changed(*pairs: tuple[str, str]) -> str:
    """The right network with other pieces in the place of some."""
    text = NETWORK
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def named(result: CodeResult) -> dict[str, tuple[str, ...]]:
    """The mistakes that are named at each wrong result; one that follows from another has its label."""
    return {one.label: _said_of(one) for one in result.results if one.verdict not in ("right", "convention")}


def _said_of(one: ResultVerdict) -> tuple[str, ...]:
    follows = () if one.follows_from is None else (f"see {one.follows_from}",)
    return (*(found.code for found in one.diagnosis), *follows)


def codes(result: CodeResult) -> list[str]:
    """The codes of the faults, then of the remarks."""
    return [finding.code for finding in (*result.faults, *result.remarks)]
