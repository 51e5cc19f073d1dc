"""Variants of an exercise: the same kind of exercise for each student, sound, and none like another."""

import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from homework import HOMEWORK, NAMES, samples
from oracle import Point, value_at
from remembering import check_document, lint, mark_file

from derive.documents.reading import read_document
from derive.errors import DocumentError
from derive.expressions.shapes import Shape
from derive.expressions.tree import Symbol
from derive.grading.parts import ExerciseDocument, exercise_from_text, read_exercise
from derive.notation.symbols import Computed, Given
from derive.sheets.notation import style_of_exercise
from derive.sheets.variants import ASPECTS, variant_of
from derive.sheets.variants.draft import draft_of, prose_of
from derive.sheets.variants.formulas import is_transpose, tokens_of
from derive.sheets.variants.letters import Letters, letter_of
from derive.sheets.variants.soundness import closed_forms_of

NUMBERS = (1, 2, 3)
CASES = [(name, number) for name in NAMES for number in NUMBERS]


@cache
def original(name: str) -> ExerciseDocument:
    return read_exercise(HOMEWORK / name / "exercise.md")


@cache
def made(name: str, number: int, only: tuple[str, ...]) -> str:
    return variant_of(original(name), number, only)


def text_of(name: str, number: int) -> str:
    return made(name, number, ASPECTS)


@cache
def variant(name: str, number: int, only: tuple[str, ...] = ASPECTS) -> ExerciseDocument:
    return exercise_from_text(made(name, number, only), f"{name}.md")


def exercise(text: str) -> ExerciseDocument:
    return exercise_from_text(text, "own.md")


# ── what a variant is ──


@pytest.mark.parametrize("name, number", CASES)
def test_a_variant_asks_for_as_much_as_its_original(name: str, number: int) -> None:
    old, new = original(name), variant(name, number)
    assert [(part.id, part.points, part.form, part.policy) for part in new.parts] == [
        (part.id, part.points, part.form, part.policy) for part in old.parts
    ]
    assert new.policy == old.policy
    assert (new.document.setting.layout, new.document.setting.kink) == (
        old.document.setting.layout,
        old.document.setting.kink,
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_a_variant_has_a_closed_form(name: str) -> None:
    assert None not in closed_forms_of(variant(name, 2))


@pytest.mark.parametrize("name, number", CASES)
def test_sizes_are_distinct_and_more_than_one(name: str, number: int) -> None:
    sizes = [size for size, _ in variant(name, number).document.setting.dims.values()]
    assert len(set(sizes)) == len(sizes) == len(original(name).document.setting.dims)
    assert all(size is not None and 1 < size < 8 for size in sizes)


@pytest.mark.parametrize("name, number", CASES)
def test_no_letter_of_the_original_is_left_over(name: str, number: int) -> None:
    old, new = _letters(original(name)), _letters(variant(name, number))
    gone = (old.symbols | old.dims) - (new.symbols | new.dims)
    assert not gone & _standing(new)


def _letters(document: ExerciseDocument) -> Letters:
    return Letters(draft_of(document), document.model.table)


def _standing(letters: Letters) -> set[str]:
    """The letters in formulas, those of marks and norms left out, and letters that stand as words."""
    found = set(re.findall(r"(?<![\w'])[B-HJ-Zb-z](?![\w'])", prose_of(letters.draft).replace(" x ", " ")))
    for formula in letters.formulas:
        tokens = tokens_of(letters.table, formula)
        for at, token in enumerate(tokens):
            of_norm = [one.kind for one in tokens[max(0, at - 2) : at]] == ["NORM", "UNDERSCORE"]
            if token.kind == "NAME" and not is_transpose(tokens, at) and not of_norm:
                found.add(letter_of(token.text))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_different_numbers_give_different_exercises(name: str) -> None:
    texts = [text_of(name, number) for number in NUMBERS]
    assert len({*texts, original(name).document.source.text}) == len(NUMBERS) + 1


def test_a_class_gets_as_many_exercises() -> None:
    texts = {text_of("two-layer-tanh-squared-error", number) for number in range(1, 11)}
    assert len(texts) == 10


SCRIPT = """
from hashlib import sha256
from pathlib import Path
from derive.grading.parts import read_exercise
from derive.sheets.variants import variant_of
for path in {paths}:
    print(sha256(variant_of(read_exercise(path), 2).encode()).hexdigest())
"""


def test_a_number_gives_the_same_bytes_in_every_process() -> None:
    names = ("batch-norm", "softmax-regression-columns", "two-layer-relu-softmax-rows")
    paths = [str(HOMEWORK / name / "exercise.md") for name in names]
    assert len({_digests(paths, seed) for seed in ("0", "1")}) == 1


def _digests(paths: list[str], seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent)}
    script = SCRIPT.format(paths=paths)
    return subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    ).stdout


# ── the same mathematics ──

SAME = ("orientation", "notation", "names")


@pytest.mark.parametrize("name", NAMES)
def test_other_names_marks_and_orientation_change_no_value(name: str) -> None:
    """A variant with an odd number has rows for columns where that is done at all."""
    old, new = original(name).model.table, variant(name, 5, SAME).model.table
    pairs = list(zip(old.meanings.items(), new.meanings.items(), strict=True))
    here, there = Point(old, 7), Point(new, 7)
    for (before, given), (after, other) in pairs:
        if isinstance(given, Given) and given.kind == "labels":
            count = given.shape.length.size if given.shape.is_vector else 1
            labels = [here.label(before, place if given.shape.is_vector else None) for place in range(count or 1)]
            there.fixed[after] = here.fixed[before] = np.array(labels)
        elif isinstance(given, Given):
            assert isinstance(other, Given)
            there.fixed[after] = _turned(here.given(before, given.shape), given, other)
    for (before, computed), (after, other) in pairs:
        if isinstance(computed, Computed):
            assert isinstance(other, Computed)
            value = value_at(here, Symbol(before, computed.shape))
            assert np.allclose(
                value_at(there, Symbol(after, other.shape)), _turned(value[None], computed, other)[0], rtol=1e-9
            )


def _turned(value: np.ndarray, old: Given | Computed, new: Given | Computed) -> np.ndarray:
    """The transpose, where the shape of the one is that of the other transposed."""
    if old.shape.sizes() == new.shape.sizes():
        return value
    assert old.shape.transposed.sizes() == new.shape.sizes()
    return np.swapaxes(value, 1, 2)


# ── a variant is an exercise for students ──


@pytest.mark.parametrize("name", ["linear-svm", "residual-block", "ridge-regression", "scaled-relu-regression"])
def test_what_is_right_for_the_original_does_not_pass(name: str, tmp_path: Path) -> None:
    path = tmp_path / "exercise.md"
    path.write_text(text_of(name, 1), encoding="utf-8")
    best = max(samples(name), key=lambda sample: sample.points)
    marked = mark_file(path, HOMEWORK / name / "submissions" / best.name)
    assert best.points == original(name).points > marked.points


@pytest.mark.parametrize("name", ["jacobians-of-sums-and-compositions", "multiclass-hinge", "linear-svm"])
def test_lint_finds_nothing_more_in_a_variant(name: str, tmp_path: Path) -> None:
    path = tmp_path / "exercise.md"
    path.write_text(text_of(name, 2), encoding="utf-8")
    found, known = (Counter(finding.code for finding in lint(one)) for one in (path, HOMEWORK / name / "exercise.md"))
    assert not found - known


@pytest.mark.parametrize("name", ["softplus-columns", "recurrent-step", "two-layer-tanh-squared-error"])
def test_the_equations_of_the_text_stay_true(name: str, tmp_path: Path) -> None:
    path = tmp_path / "exercise.md"
    path.write_text(text_of(name, 1), encoding="utf-8")
    verdicts = [step.verdict for step in check_document(read_document(path)).steps]
    assert set(verdicts) <= {"proved", "definition"}


# ── what can be reached ──


TURNED = (
    "linear-svm", "multiclass-hinge", "softmax-loss-of-scores", "softmax-regression-columns", "softplus-columns",
    "temporal-difference", "two-layer-sigmoid-cross-entropy", "two-layer-tanh-squared-error",
)  # fmt: skip


def test_variants_come_in_all_marks_and_both_orientations() -> None:
    """How many of the first 78 have which sign of a transpose, as they are or turned; and of some fifth ones."""
    reached = Counter(_look(original(name), variant(name, number)) for name, number in CASES)
    reached += Counter(_look(original(name), variant(name, 5, SAME)) for name in TURNED)
    assert reached == {
        ("^T", False): 21,
        ("^T", True): 7,
        (r"^\top", False): 18,
        (r"^\top", True): 7,
        (r"^{\mathsf T}", False): 26,
        (r"^{\mathsf T}", True): 7,
    }


def _look(old: ExerciseDocument, new: ExerciseDocument) -> tuple[str, bool]:
    """The sign of a transpose in a variant, and whether its dimensions stand the other way round."""
    return style_of_exercise(new).transpose, any(_is_turned(*pair) for pair in _arrays(old, new))


def _arrays(old: ExerciseDocument, new: ExerciseDocument) -> list[tuple[Shape, Shape]]:
    """The shapes of each vector in an exercise and in its variant."""
    pairs = zip(old.model.table.meanings.values(), new.model.table.meanings.values(), strict=True)
    shapes = [(one.shape, other.shape) for one, other in pairs if isinstance(one, (Given, Computed))]
    return [(one, other) for one, other in shapes if one.is_vector and not one.is_scalar]


def _is_turned(old: Shape, new: Shape) -> bool:
    return old.is_column != new.is_column


# ── what cannot be done ──

FIXED = """---
title: Nothing to vary
symbols:
  i: 3 x 1
model:
  e: i^T i
loss: e
parts:
  - {id: a, ask: '\\frac{\\partial e}{\\partial i}'}
---
"""


def test_an_exercise_in_which_nothing_varies_says_so() -> None:
    with pytest.raises(DocumentError) as caught:
        variant_of(exercise(FIXED), 3)
    assert str(caught.value) == (
        "own.md: nothing in this exercise can vary but the sizes of its dimensions, so it has no variants"
    )


def test_an_exercise_with_macros_says_why_it_has_no_variants() -> None:
    text = FIXED.replace("---\n", "---\n", 1) + "\n$\\newcommand{\\half}{\\frac{1}{2}}$ Here is $\\half e$.\n"
    with pytest.raises(DocumentError) as caught:
        variant_of(exercise(text), 1)
    assert str(caught.value) == (
        "own.md: a variant is made of an exercise in Markdown that defines no macros, and this is none"
    )


def test_an_unknown_aspect_is_refused() -> None:
    with pytest.raises(ValueError, match="no aspect is called 'colour'; there are activation, loss, scaling, shapes"):
        variant_of(exercise(FIXED), 1, only=("colour",))


def test_a_text_that_is_no_exercise_is_called_by_its_name() -> None:
    with pytest.raises(DocumentError) as caught:
        exercise_from_text("---\ndims: {n: 3}\nmodel:\n  f: x\n---\n", "variant 3 of a.md")
    assert str(caught.value) == "variant 3 of a.md:4:6: the name x is not defined or declared"
