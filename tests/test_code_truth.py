"""What everything is worth at chosen inputs, and the programs on which mistakes are tried."""

from pathlib import Path

import numpy as np
import pytest
from implemented import HEAD, prepared

from derive.gradients.indices import free_indices
from derive.grading.parts import exercise_from_text, read_exercise
from derive.implementations.preparing import prepare
from derive.implementations.programs import inputs_at, program_of
from derive.implementations.truth import Truth, at_other_sizes
from derive.implementations.work import work_of

HOMEWORK = Path(__file__).parents[1] / "exercises" / "homework"
NAMES = ("attention", "layer-norm", "multiclass-hinge", "recurrent-step", "softmax-loss-of-scores", "tied-embedding")


def by_differences(draw_values, name, loss, step=1e-6):
    """The gradient of a loss in NumPy by central differences."""
    found = np.zeros_like(draw_values[name])
    for at in np.ndindex(found.shape):
        ends = []
        for sign in (1, -1):
            moved = {key: value.copy() for key, value in draw_values.items()}
            moved[name][at] += sign * step
            ends.append(loss(**moved))
        found[at] = (ends[0] - ends[1]) / (2 * step)
    return found


def test_the_expected_values_are_those_of_the_loss_and_its_differences():
    trial = prepared().trials[0]
    given = {one.name: trial.draw.value(one.value, 0) for one in trial.setting.inputs}

    def loss(**v):
        scores = np.tanh(v["X"] @ v["W1"] + v["b1"]) @ v["W2"]
        hot = scores[np.arange(len(scores)), v["y"].astype(int)]
        return np.mean(np.log(np.exp(scores).sum(1)) - hot) + v["reg"] * (v["W2"] ** 2).sum()

    assert trial.expected[0] == pytest.approx(loss(**given), rel=1e-14)
    for at, name in ((1, "W1"), (2, "b1"), (3, "W2")):
        assert trial.expected[at] == pytest.approx(by_differences(given, name, loss), abs=1e-8)


def test_inputs_are_multiples_of_a_quarter_and_labels_differ():
    trial = prepared().trials[0]
    inputs, labels = (trial.draw.value(one.value, 0) for one in trial.setting.inputs[:2])
    assert np.array_equal(inputs * 4, np.round(inputs * 4))
    assert np.all(inputs)
    assert set(labels.tolist()) == {0, 1}


def test_other_sizes_are_all_different():
    assert prepared().trials[-1].sizes == {"N": 3, "D": 5, "H": 4, "C": 6}
    exercise = exercise_from_text(f"{HEAD}---\n".replace("dims: {N: 4, D: 3, H: 5, C: 2}\n", ""), "ex.md")
    model = at_other_sizes(exercise.document.setting)
    assert sorted(dim.size for dim in model.table.dims.values()) == [2, 3, 4, 5]


def test_at_large_scores_the_truth_is_still_exact():
    known = prepared()
    draws = [large.draw for large in known.large.values()]
    losses = [float(draw.numbers(known.trials[0].setting.results[0].quantity.value)) for draw in draws]
    assert len(losses) == 2
    assert 1e4 < max(losses) < 1e10


def test_a_sigmoid_that_is_1_to_the_last_digit_has_a_logarithm_of_its_rest():
    exercise = read_exercise(HOMEWORK / "two-layer-sigmoid-cross-entropy" / "exercise.md")
    truth = Truth(exercise.model, [part.value for part in exercise.parts])
    assert truth.large(truth.draws(1)[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_program_gives_what_the_exact_entries_give(name):
    model = read_exercise(HOMEWORK / name / "exercise.md").model
    exercise = read_exercise(HOMEWORK / name / "exercise.md")
    asked = [part.value for part in exercise.parts if not free_indices(part.value) and not part.value.shape.is_tensor]
    draw = Truth(model, asked).draws(1)[0]
    program = program_of(model, asked)
    values = program.run(inputs_at(draw), {}, {})
    assert None not in program.results
    for node, result in zip(asked, program.results, strict=True):
        assert values[result] == pytest.approx(draw.numbers(node), rel=1e-12, abs=1e-12)


def test_work_grows_with_each_dimension_as_the_products_do():
    model = prepared().model
    base = dict.fromkeys("NDHC", 16)
    grown = {name: work_of(model, {**base, name: 128}) / work_of(model, base) for name in base}
    assert 7 < grown["N"] < 8
    assert all(1 < grown[name] < 8 for name in "DHC")


def test_no_code_is_marked_for_a_function_that_nobody_knows():
    text = "---\nsymbols: {x: n x 1, f: function}\nmodel: {y: f(x), L: y^T y}\nloss: L\nparts: [{id: a, ask: L}]\n"
    text += "code: {function: g, arguments: {x: x}, results: [L]}\n---\n"
    with pytest.raises(Exception, match=r"ex\.md:6:7: f is any function, so nothing can be said of code for it"):
        prepare(exercise_from_text(text, "ex.md"))
