"""The `code` setting of an exercise: what it says, and one line for whatever is wrong in it."""

import pytest
from implemented import CLASS, FUNCTION, HEAD

from derive.errors import DocumentError
from derive.grading.parts import exercise_from_text
from derive.implementations.quantities import Constant, Quantity, Size, steps_of
from derive.implementations.setting import read_code_setting


def read(code):
    return read_code_setting(exercise_from_text(f"{HEAD}{code}---\n", "ex.md"))


def test_a_function_with_its_arguments_and_results_in_their_order():
    setting = read(FUNCTION)
    assert setting.shown == "network_loss"
    assert [(one.name, one.value.latex, one.value.form) for one in setting.inputs] == [
        ("X", "X", "whole"),
        ("y", "Y", "labels"),
        ("W1", "W_1", "whole"),
        ("b1", "b_1", "flat"),
        ("W2", "W_2", "whole"),
        ("reg", "\\lambda", "whole"),
    ]
    assert [one.label for one in setting.results] == ["result 1", "result 2['W1']", "result 2['b1']", "result 2['W2']"]


def test_a_derivative_has_the_form_of_the_argument_unless_the_setting_says_another():
    assert [one.quantity.form for one in read(FUNCTION).results] == ["whole", "whole", "flat", "whole"]
    other = FUNCTION.replace("W_2}'\n", "W_2}'\n      t: transpose of \\frac{\\partial L}{\\partial b_1}\n")
    assert read(other).results[-1].quantity.form == "transpose"


def test_a_class_with_what_is_set_and_what_stays_in_the_object():
    setting = read(CLASS)
    assert (setting.shown, setting.first_label) == ("Network.loss", 1)
    assert [(one.name, one.value.dim.name) for one in setting.construct] == [
        ("inputs", "D"),
        ("hidden", "H"),
        ("classes", "C"),
    ]
    assert [one.name for one in setting.attributes] == ["params['W1']", "params['b1']", "params['W2']"]
    assert [one.path for one in setting.results[1:]] == [
        (("self", ""), ("attribute", "dW1")),
        (("self", ""), ("attribute", "grads"), ("key", "W2")),
    ]
    assert [one.label for one in setting.results] == ["result 1", "self.dW1", "self.grads['W2']"]


def test_places_in_objects_are_taken_apart():
    assert steps_of("params['W1']") == (("attribute", "params"), ("key", "W1"))
    assert steps_of("layers[0].W") == (("attribute", "layers"), ("item", 0), ("attribute", "W"))


def test_sizes_constants_lists_and_formulas_may_be_given():
    code = FUNCTION.replace(
        "reg: \\lambda",
        "n: size of N, eps: 1e-5, k: 3, flag: true, rest: [W_1, {d: '\\frac{\\partial L}{\\partial S}'}]",
    )
    values = {one.name: one.value for one in read(code).inputs}
    assert isinstance(values["n"], Size)
    assert (values["eps"], values["k"], values["flag"]) == (Constant(1e-5), Constant(3), Constant(True))
    first, second = values["rest"].items
    assert isinstance(first, Quantity)
    assert second.items[0][1].latex == "\\frac{\\partial L}{\\partial S}"


def test_a_result_that_is_not_looked_at():
    code = FUNCTION.replace("- L", "- '-'")
    assert read(code).results[0].label == "result 2['W1']"


CODE = "code: {function: f, arguments: {X: X}, results: [L]}\n"


@pytest.mark.parametrize(
    "code,problem",
    [
        (
            "",
            "ex.md: the exercise has no 'code' in its setting, which says what function is marked and what it returns",
        ),
        ("code: f\n", "ex.md:24:7: 'code' is not a mapping; expected lines such as 'function: loss'"),
        (
            CODE.replace("function", "fuction"),
            "ex.md:24:8: unknown key 'fuction' in 'code'; did you mean 'function'?",
        ),
        (
            CODE.replace("function: f,", ""),
            "ex.md:24:7: 'code' names a 'function', or a 'class' with its 'method', or 'calls'; one of these",
        ),
        (CODE.replace(": f,", ": f-1,"), "ex.md:24:18: 'f-1' is no name in Python"),
        (
            CODE.replace("function: f,", "class: F,"),
            "ex.md:24:15: the class F has no 'method' that is called",
        ),
        (
            CODE.replace(": f,", ": f, method: g,"),
            "ex.md:24:29: 'method' belongs to a 'class', and 'code' names a function",
        ),
        (
            CODE.replace("{X: X}", "{X: Q}"),
            "ex.md:24:36: 'Q' has no value in the model: the name Q is not defined or declared",
        ),
        (
            CODE.replace("{X: X}", "{X: labels of X}"),
            "ex.md:24:46: X has no labels: it is declared neither as one-hot nor as labels",
        ),
        (
            CODE.replace("{X: X}", "{X: one-hot of Y}"),
            "ex.md:24:47: Y has no one-hot rows: it is not declared as labels",
        ),
        (
            CODE.replace("{X: X}", "{X: size of X}"),
            "ex.md:24:44: 'X' is no dimension of the exercise; known are N, D, H, C",
        ),
        (CODE.replace("{X: X}", "[X]"), "ex.md:24:32: 'arguments' is not a mapping; expected one such as {X: X}"),
        (CODE.replace("{X: X}", "{2X: X}"), "ex.md:24:33: '2X' is no name in Python"),
        (
            CODE.replace("[L]", "['-']"),
            "ex.md:24:49: 'results' names nothing that is looked at",
        ),
        (
            CODE.replace("[L]", "[L, {self.a b: L}]"),
            "ex.md:24:54: 'self.a b' is no place in an object; expected self.dW1 or self.grads['W1']",
        ),
        (CODE.replace("[L]", "[L], labels: one"), "ex.md:24:62: 'labels' is 'one'; expected from 0 or from 1"),
        (CODE.replace("[L]", "[L], dtype: int"), "ex.md:24:61: 'dtype' is 'int'; expected float64 or float32"),
    ],
)
def test_whatever_is_wrong_is_said_with_its_place(code, problem):
    with pytest.raises(DocumentError) as error:
        read(code)
    assert str(error.value) == problem
