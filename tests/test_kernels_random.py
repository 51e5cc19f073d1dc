"""Kernels of random small models against the exact entries of these models and against central differences."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from kernel_models import RandomModel, models
from kernel_points import arguments_at, compared, differing, exact, points_of, setting_from

from derive.kernels.compiled import compiled
from derive.kernels.model import model_of_any_size
from derive.kernels.program import program_of
from derive.kernels.reference import reference
from derive.models import build_model

STEP = 1e-5


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(models())
def test_a_kernel_agrees_with_the_reference_and_with_differences(model):
    assert wrong(model) == []


def wrong(random: RandomModel) -> list[str]:
    """What the kernel of a model has otherwise than its reference, or than central differences of its loss."""
    setting = setting_from(random.symbols, random.nodes, random.dims)
    kernel = compiled(program_of(model_of_any_size(setting)))
    model = build_model(setting)
    points = points_of(model)
    found = differing(compared(kernel, points, exact(reference(model), points)))
    for point in points:
        arguments = arguments_at(kernel.kernel.inputs, point)
        with np.errstate(all="ignore"):
            loss, gradients = kernel.loss_and_gradients(**arguments)
        for number, (by, gradient) in enumerate(gradients.items()):
            direction = np.random.default_rng(number).normal(size=np.shape(arguments[by]))
            sides = ({**arguments, by: arguments[by] + sign * STEP * direction} for sign in (1, -1))
            above, below = (kernel.loss(**side) for side in sides)
            slope = (above - below) / (2 * STEP)
            if np.isfinite(loss) and slope != pytest.approx(np.sum(gradient * direction), rel=1e-5, abs=1e-5):
                found.append(f"{by}: {np.sum(gradient * direction)}, by differences {slope}")
    return found


def test_what_is_said_at_the_sizes_of_a_setting_is_computed():
    """The square of an array that is square at its sizes is a product; at other sizes it would be of each entry."""
    nodes = {"Z": "X W", "A": "Z^2", "L": r"\text{sum}(A)"}
    assert wrong(RandomModel({"X": "N x D", "W": "D x H"}, nodes, {"N": 2, "D": 3, "H": 2})) == []
    assert wrong(RandomModel({"X": "N x D", "W": "D x H"}, nodes, {"N": 2, "D": 3, "H": 4})) == []
