"""The reference of a model: exact entries as numeric code, at many draws at once, under generated names alone."""

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from kernel_points import formula, setting_from

from derive.kernels.reference import FUNCTIONS, reference
from derive.models import build_model

RNG = np.random.default_rng(5)
X, W, B, Y = (RNG.normal(size=shape) for shape in ((4, 2, 3), (4, 3, 2), (4, 1, 2), (4, 2, 2)))
DRAWS = {"X": X, r"\mathbf{W}^{[1]}": W, "b": B, "Y": Y}


def line():
    """A layer of two outputs, tanh, and squares."""
    symbols = {"X": "N x D", r"\mathbf{W}^{[1]}": "D x C", "b": "1 x C", "Y": "N x C"}
    nodes = {"Z": r"X \mathbf{W}^{[1]} + \mathbf{1}_N b", "A": r"\tanh(Z)", "L": r"\frac{1}{2} \|A - Y\|_F^2"}
    return build_model(setting_from(symbols, nodes, {"N": 2, "D": 3, "C": 2}))


def test_values_are_those_of_the_formulas_at_every_draw():
    found = reference(line()).values(DRAWS)
    assert list(found) == ["Z", "A", "L"]
    z = X @ W + B
    assert found["Z"] == pytest.approx(z)
    assert found["A"] == pytest.approx(np.tanh(z))
    assert found["L"] == pytest.approx(np.sum((np.tanh(z) - Y) ** 2, axis=(1, 2)) / 2)


def test_gradients_have_the_shapes_of_their_names_and_the_values_of_the_chain_rule():
    found = reference(line()).gradients(DRAWS)
    assert {name: value.shape for name, value in found.items()} == {
        "X": (4, 2, 3), r"\mathbf{W}^{[1]}": (4, 3, 2), "b": (4, 1, 2), "Y": (4, 2, 2), "Z": (4, 2, 2), "A": (4, 2, 2),
    }  # fmt: skip
    a = np.tanh(X @ W + B)
    back = (a - Y) * (1 - a**2)
    assert found["A"] == pytest.approx(a - Y)
    assert found["Y"] == pytest.approx(Y - a)
    assert found["Z"] == pytest.approx(back)
    assert found[r"\mathbf{W}^{[1]}"] == pytest.approx(X.transpose(0, 2, 1) @ back)
    assert found["b"] == pytest.approx(back.sum(axis=1, keepdims=True))
    assert found["X"] == pytest.approx(back @ W.transpose(0, 2, 1))


def test_further_quantities_are_found_beside_the_others():
    model = line()
    gradient = formula(model, r"\frac{\partial L}{\partial A}")
    slope = formula(model, r"\frac{\partial L}{\partial b_{1,2}}")
    sizes = formula(model, "N + D")
    found = reference(model, [sizes, slope]).at(DRAWS)
    assert found[sizes].tolist() == [5, 5, 5, 5]
    assert found[gradient].shape == (4, 2, 2)
    back = (np.tanh(X @ W + B) - Y) / np.cosh(X @ W + B) ** 2
    assert found[slope] == pytest.approx(back.sum(axis=1)[:, 1])


@pytest.mark.parametrize("kink", ["0", "1/2", "1"])
def test_a_derivative_at_a_kink_is_what_the_model_says(kink):
    setting = setting_from({"x": "D x 1"}, {"L": r"\sum_i \text{ReLU}(x_i)"}, {"D": 3})
    model = replace(build_model(setting), kink=Fraction(kink))
    found = reference(model).gradients({"x": np.array([[[-2.0], [0.0], [3.0]]])})
    assert found["x"].tolist() == [[[0.0], [float(Fraction(kink))], [1.0]]]


def test_labels_are_counted_from_zero_and_nothing_is_differentiated_by_them():
    symbols = {"S": "N x C", "y": "labels N of C"}
    model = build_model(setting_from(symbols, {"L": r"\sum_i S_{i,y_i}"}, {"N": 2, "C": 3}))
    scores = RNG.normal(size=(2, 2, 3))
    draws = {"S": scores, "y": np.array([[0, 2], [1, 1]])}
    found = reference(model)
    assert found.values(draws)["L"] == pytest.approx([scores[0, 0, 0] + scores[0, 1, 2], scores[1, :, 1].sum()])
    assert {name: value.tolist() for name, value in found.gradients(draws).items()} == {
        "S": [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]]]
    }


def test_a_function_that_is_not_specified_is_called_with_its_order_and_all_draws():
    model = build_model(setting_from({"f": "function", "x": "D x 1"}, {"L": r"\sum_i f(x_i)"}, {"D": 2}))
    asked = []

    def wave(order, values):
        asked.append(order)
        return (np.sin, np.cos)[order](values)

    values = np.array([[[0.5], [1.0]], [[2.0], [3.0]]])
    found = reference(model).gradients({"x": values, "f": wave})
    assert found["x"] == pytest.approx(np.cos(values))
    assert set(asked) == {0, 1}


def test_a_model_without_a_loss_has_no_gradients():
    model = line()
    without = replace(model, table=replace(model.table, loss=None))
    found = reference(without)
    assert found.gradients(DRAWS) == {}
    assert list(found.values(DRAWS)) == ["Z", "A", "L"]


def test_what_depends_on_no_draw_has_one_value_for_each():
    model = build_model(setting_from({"x": "D x 1"}, {"c": "2", "L": r"c \sum_i x_i"}, {"D": 2}))
    found = reference(model)
    draws = {"x": np.ones((3, 2, 1))}
    assert found.values(draws)["c"].tolist() == [2, 2, 2]
    assert found.gradients(draws)["x"].shape == (3, 2, 1)


def test_no_word_of_a_document_stands_in_the_code():
    names = (r"\text{import}", r"\mathrm{lambda}", "x_{0}")
    symbols = {names[0]: "D x 1", names[1]: "scalar", names[2]: "scalar"}
    loss = rf"{names[1]} \sum_i \tanh({names[0]}_i) + e^{{{names[2]}}}"
    model = build_model(setting_from(symbols, {"L": loss}, {"D": 2}))
    code = reference(model).code.__code__
    assert all(re.fullmatch(r"[xdft]\d+", name) for name in code.co_varnames)
    assert set(code.co_names) <= {"tanh", "exp", "sqrt", "log"}


def test_conditions_look_at_real_parts_so_that_imaginary_steps_go_through():
    step = np.array([2 + 1e-30j, -2 + 1e-30j, 0j])
    assert FUNCTIONS["Positive"](step).tolist() == [1, 0, 0]
    assert FUNCTIONS["Zero"](step).tolist() == [0, 0, 1]
    assert FUNCTIONS["Sign"](step).tolist() == [1, -1, 0]
    assert FUNCTIONS["Maximum"](step, 0, None).tolist() == [2 + 1e-30j, 0, 0]
    assert FUNCTIONS["Absolute"](step, None).tolist() == [2 + 1e-30j, 2 - 1e-30j, 0]
