"""All of marking that is the same for every submission: the setting, the inputs, what should come back for them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from derive.documents.document import AsideMapping
from derive.errors import DocumentError
from derive.grading.parts import ExerciseDocument
from derive.implementations.behaviour import FIRST, OTHER, SIZES, THIRD
from derive.implementations.programs import Program, program_of
from derive.implementations.quantities import CodeSetting, Constant, Quantity, leaves
from derive.implementations.results import Shown
from derive.implementations.setting import read_code_setting
from derive.implementations.truth import Array, Draw, Truth, at_other_sizes, needed_values
from derive.models import Model
from derive.notation.symbols import Given
from derive.records import dataclass


@dataclass(frozen=True)
class Trial:
    """Inputs, and what should come back for them; `setting` is that of the exercise at the sizes of these inputs."""

    id: str
    model: Model
    setting: CodeSetting
    draw: Draw
    expected: tuple[Array, ...]

    @cached_property
    def program(self) -> Program:
        """The model as a program, with the results of the setting."""
        return program_of(self.model, [expected.quantity.value for expected in self.setting.results])

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes of the dimensions, by their names."""
        return {dim.name: dim.size for dim in self.model.table.dims.values() if dim.size is not None and dim.name}


@dataclass(frozen=True)
class Prepared:
    """All of marking that is the same for every submission: the setting, the inputs, what should come back."""

    exercise: ExerciseDocument
    setting: CodeSetting
    trials: tuple[Trial, ...]
    large: tuple[Draw, ...]

    @property
    def model(self) -> Model:
        return self.exercise.model

    def trial(self, name: str) -> Trial | None:
        """The trial of that name."""
        return next((trial for trial in self.trials if trial.id == name), None)


def prepare(exercise: ExerciseDocument) -> Prepared:
    """Read an exercise's `code` and choose inputs. Raises `DocumentError`."""
    setting = read_code_setting(exercise)
    _refuse_unsaid(exercise)
    needed = needed_values(setting)
    truth = Truth(exercise.model, needed)
    names = (FIRST, OTHER, THIRD)
    draws = truth.draws(len(names))
    if not draws:
        problem = "no inputs were found at which all that 'code' names has a value"
        raise DocumentError(exercise.name, problem)
    trials = [_trial(name, exercise.model, draw, setting) for name, draw in zip(names, draws, strict=False)]
    trials += _at_other_sizes(exercise)
    return Prepared(exercise, setting, tuple(trials), tuple(truth.large(draws[0])))


def _trial(name: str, model: Model, draw: Draw, setting: CodeSetting) -> Trial:
    values = (draw.value(expected.quantity, setting.first_label) for expected in setting.results)
    return Trial(name, model, setting, draw, tuple(np.asarray(value, dtype=np.float64) for value in values))


def _at_other_sizes(exercise: ExerciseDocument) -> Iterator[Trial]:
    """The same with every dimension of another size, where the model has such sizes."""
    model = at_other_sizes(exercise.document.setting)
    if model is None:
        return
    other = replace(exercise, model=model)
    try:
        setting = read_code_setting(other)
    except DocumentError:
        return
    for draw in Truth(model, needed_values(setting)).draws(1):
        yield _trial(SIZES, model, draw, setting)


def _refuse_unsaid(exercise: ExerciseDocument) -> None:
    """Nobody can write code for a function that the exercise does not say."""
    for name, meaning in exercise.model.table.meanings.items():
        if isinstance(meaning, Given) and meaning.kind in ("function", "map"):
            aside = exercise.document.setting.aside["code"]
            assert isinstance(aside, AsideMapping)
            problem = f"{name} is any function, so nothing can be said of code for it"
            raise DocumentError.at(aside.at.source, aside.at.start, problem)


# ── inputs for people ──


def shown_sizes(sizes: Mapping[str, int]) -> str:
    """`N = 5, D = 2`."""
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def shown_inputs(trial: Trial) -> dict[str, Shown]:
    """What the code is given at a trial, by its own names."""
    found: dict[str, Shown] = {}
    for parameter in trial.setting.inputs:
        values = list(leaves(parameter.value))
        for number, leaf in enumerate(values, 1):
            name = parameter.name if len(values) == 1 else f"{parameter.name} ({number})"
            if isinstance(leaf, Quantity):
                found[name] = shown_numbers(trial.draw.value(leaf, trial.setting.first_label))
            elif isinstance(leaf, Constant):
                found[name] = str(leaf.value)
    return found


def shown_numbers(found: "Array | np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> Shown:
    """Numbers with up to 6 digits."""
    if found.ndim == 0:
        return f"{found.item():.6g}"
    if found.ndim == 1:
        return [f"{value:.6g}" for value in found.tolist()]
    return [[f"{value:.6g}" for value in row] for row in found.tolist()]
