"""Right code with one small thing changed in it is never accepted where it computes something else."""

import contextlib
import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from mutants import Judge, mutants, sampled

from derive.grading.parts import read_exercise
from derive.implementations.preparing import prepare
from derive.implementations.source import read_code
from derive.source import Source

HOMEWORK = Path(__file__).parents[1] / "exercises" / "homework"
RIGHT = Path(__file__).parent / "implementations" / "right"
TRIED = ("residual-block/finn", "linear-svm/quinn", "softplus-columns/yves", "two-layer-tanh-squared-error/bela")
MUTANTS, INPUTS, SELDOM = 40, 12, 0.2


@cache
def prepared(exercise):
    return prepare(read_exercise(HOMEWORK / exercise / "exercise.md"))


def read(name):
    """The exercise and the text of right code for it."""
    exercise, author = name.split("/")
    return prepared(exercise), (RIGHT / exercise / f"{author}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TRIED)
def test_a_mutant_that_computes_something_else_is_refuted(name):
    known, text = read(name)
    judge = Judge(known, read_code(Source("net.py", text)), INPUTS)
    tried = sampled(mutants(text), MUTANTS, name)
    with np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        accepted = [one for one in tried if judge.accepts(one.made())]
        wrong = [one.what for one in accepted if judge.difference(one.made()) > SELDOM]
    assert wrong == []
    assert len(accepted) < len(tried) / 2


@pytest.mark.parametrize(
    "name,place,other",
    [
        ("residual-block/finn", "du = (B.T @ dy) * (u > 0)", "du = np.abs((B.T @ dy) * (u > 0))"),
        ("residual-block/finn", "(B.T @ dy) * (u > 0)", "np.maximum(B.T @ dy, 0) * (u > 0)"),
        ("residual-block/finn", "* (u > 0)", "* ((u > 0) | (B.T @ dy < 0))"),
        ("residual-block/finn", "dy = y - t", "dy = np.minimum(y - t, 1)"),
        ("two-layer-relu-softmax-rows/alina", "dZ = dH * (Z > 0)", "dZ = np.minimum(dH, 0) * (Z > 0)"),
        ("two-layer-relu-softmax-rows/alina", "dZ = dH * (Z > 0)", "dZ = dH * ((Z > 0) | (dH > 0))"),
        ("two-layer-relu-softmax-rows/alina", "H = np.maximum(0, Z)", "H = np.clip(Z, 0, 1)"),
        ("linear-svm/quinn", "m < 1", "abs(m) < 1"),
        ("linear-svm/quinn", "m < 1", "m < 1.001"),
        ("linear-svm/quinn", "m < 1", "m < 0.999"),
        ("residual-block/finn", "* (u > 0)", "* (u > 1e-3)"),
        ("residual-block/finn", "* (u > 0)", "* (u + 1e-3 > 0)"),
        ("two-layer-relu-softmax-rows/alina", "dZ = dH * (Z > 0)", "dZ = dH * (Z > 1e-3)"),
        ("two-layer-relu-softmax-rows/alina", "dZ = dH * (Z > 0)", "dZ = dH * (Z > -1e-3)"),
        ("two-layer-relu-softmax-rows/alina", "H = np.maximum(0, Z)", "H = np.clip(Z, 0, 5)"),
        ("two-layer-relu-softmax-rows/alina", "dZ = dH * (Z > 0)", "dZ = np.clip(dH, -5, 5) * (Z > 0)"),
    ],
)
def test_code_that_is_wrong_on_one_side_only_is_refuted(name, place, other):
    known, text = read(name)
    assert text.count(place) == 1
    judge = Judge(known, read_code(Source("net.py", text)), 0)
    assert not judge.accepts(read_code(Source("net.py", text.replace(place, other))).cells[0].tree)
