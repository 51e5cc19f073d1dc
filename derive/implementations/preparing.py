"""All of marking that is the same for every submission: the setting, the inputs, what should come back for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from derive.documents.document import AsideMapping
from derive.errors import DocumentError
from derive.expressions.tree import Expr, Symbol
from derive.expressions.walk import walk
from derive.grading.parts import ExerciseDocument
from derive.implementations.behaviour import FIRST, LARGE, OTHER, SIZES, numbered
from derive.implementations.choosing import chosen_draws
from derive.implementations.kinks import MOST_KINKS, beside_kinks
from derive.implementations.programs import Program, program_of
from derive.implementations.quantities import CodeSetting, Constant, Leaf, Quantity, Structure, leaves, values_given
from derive.implementations.results import Shown
from derive.implementations.setting import read_code_setting
from derive.implementations.truth import Array, Draw, Truth, at_other_sizes, needed_values, scores_in
from derive.models import Model
from derive.notation.symbols import Computed, Given
from derive.records import dataclass

MOST_OTHERS, MOST_AT_OTHER_SIZES = 7, 3
"""So many inputs beside the first, and so many of other sizes, at most."""


@dataclass(frozen=True)
class Trial:
    """Inputs, and what should come back for them.

    `setting` is that of the exercise at the sizes of these inputs, `program` the model there with the results asked.
    """

    id: str
    setting: CodeSetting
    draw: Draw
    expected: tuple[Array, ...]
    program: Program

    @property
    def is_of_other_sizes(self) -> bool:
        """Whether its sizes are not those of the exercise."""
        return self.id.startswith(SIZES)

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes of the dimensions, by their names."""
        dims = self.program.table.dims.values()
        return {dim.name: dim.size for dim in dims if dim.size is not None and dim.name}


@dataclass(frozen=True)
class LargeTrial:
    """Inputs at which scores are large, and the numbers of the results that can be finite there."""

    draw: Draw
    results: frozenset[int]


@dataclass(frozen=True)
class Prepared:
    """All of marking that is the same for every submission: the setting, the inputs, what should come back."""

    exercise: ExerciseDocument
    setting: CodeSetting
    trials: tuple[Trial, ...]
    large: Mapping[str, LargeTrial]

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
    truth = Truth(exercise.model, needed_values(setting), setting.draws)
    trials = _trials(truth, setting, (FIRST, *numbered(OTHER, MOST_OTHERS + MOST_KINKS)), 1 + MOST_OTHERS)
    if not trials:
        problem = "no inputs were found at which all that 'code' names has a value"
        raise DocumentError(exercise.name, problem)
    draws = truth.large(trials[0].draw)
    large = {f"{LARGE} {number}": _large_trial(setting, draw) for number, draw in enumerate(draws)}
    return Prepared(exercise, setting, (*trials, *_at_other_sizes(exercise)), large)


def _large_trial(setting: CodeSetting, draw: Draw) -> LargeTrial:
    """A draw with large scores; what is computed from a probability that was rounded to 1 need not be finite.

    So `cost(p, t)` with -(1 - t) log(1 - p) is not, however well it is written.
    """
    pairs = zip(values_given(setting, with_results=True), setting.together, strict=True)
    lost = {at for values, results in pairs if any(_is_saturated(draw, value) for value in values) for at in results}
    return LargeTrial(draw, frozenset(range(len(setting.results))) - lost)


def _is_saturated(draw: Draw, value: Expr) -> bool:
    """Whether this is computed with an exponential, and entries of it were rounded to 0, 1 or -1."""
    meaning = draw.session.table.meanings.get(value.name) if isinstance(value, Symbol) else None
    if not isinstance(meaning, Computed) or meaning.value is None or not any(map(scores_in, walk(meaning.value))):
        return False
    return bool(np.any(np.isin(np.abs(draw.numbers(value)), (0.0, 1.0))))


def _trials(truth: Truth, setting: CodeSetting, names: Sequence[str], most: int) -> list[Trial]:
    """The inputs of one size at which code is tried, with what should come back: so many at most, the rest at kinks."""
    pairs = zip(setting.calls, values_given(setting), strict=True)
    given = [values for call, values in pairs for _ in call.results]
    program = program_of(truth.model, [expected.quantity.value for expected in setting.results], given)
    draws = chosen_draws(truth, program, most)
    draws += beside_kinks(truth, program, draws[0]) if draws and len(names) > most else []
    return [
        Trial(name, setting, draw, tuple(_expected(draw, setting)), program)
        for name, draw in zip(names, draws, strict=False)
    ]


def _expected(draw: Draw, setting: CodeSetting) -> Iterator[Array]:
    for expected in setting.results:
        yield np.asarray(draw.value(expected.quantity, setting.first_label), dtype=np.float64)


def _at_other_sizes(exercise: ExerciseDocument) -> list[Trial]:
    """The same with every dimension of another size, where the model has such sizes."""
    model = at_other_sizes(exercise.document.setting)
    if model is None:
        return []
    try:
        setting = read_code_setting(replace(exercise, model=model))
    except DocumentError:
        return []
    truth = Truth(model, needed_values(setting), setting.draws)
    return _trials(truth, setting, numbered(SIZES, MOST_AT_OTHER_SIZES), MOST_AT_OTHER_SIZES)


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
    for name, leaf in _named_inputs(trial.setting):
        if isinstance(leaf, Quantity):
            found[name] = shown_numbers(trial.draw.value(leaf, trial.setting.first_label))
        elif isinstance(leaf, Constant):
            found[name] = str(leaf.value)
    return found


def _named_inputs(setting: CodeSetting) -> Iterator[tuple[str, Leaf]]:
    """Each value that the code is given, once; where calls give one name to different values, with the call."""
    seen: dict[str, Structure] = {}
    of_no_call = [("", parameter) for parameter in (*setting.construct, *setting.attributes)]
    of_calls = [(f" of {call.shown}", parameter) for call in setting.calls for parameter in call.arguments]
    for of, parameter in (*of_no_call, *of_calls):
        if seen.get(parameter.name) == parameter.value:
            continue
        name = f"{parameter.name}{of}" if parameter.name in seen else parameter.name
        seen.setdefault(parameter.name, parameter.value)
        values = list(leaves(parameter.value))
        for number, leaf in enumerate(values, 1):
            yield (name if len(values) == 1 else f"{name} ({number})"), leaf


def shown_numbers(found: "Array | np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> Shown:
    """Numbers with up to 6 digits."""
    if found.ndim == 0:
        return f"{found.item():.6g}"
    if found.ndim == 1:
        return [f"{value:.6g}" for value in found.tolist()]
    return [[f"{value:.6g}" for value in row] for row in found.tolist()]
