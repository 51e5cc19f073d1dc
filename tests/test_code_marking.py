"""Students' code, marked: what is right in any style, what is wrong, which mistake it is."""

import json
from dataclasses import replace

import numpy as np
import pytest
from implemented import CLASS, FUNCTION, NETWORK, changed, codes, mark, named, run_here

from derive.implementations import calls
from derive.implementations.calls import Value
from derive.implementations.comparing import compare
from derive.sandbox import Finished


@pytest.fixture(autouse=True)
def at_hand(monkeypatch):
    """The code runs here and now, which is quicker; tests of the command run it in the sandbox."""
    monkeypatch.setattr(calls, "run", run_here)


# --- Right in any style --------------------------------------------------------------------------

LOOPS = """
import math
import numpy as np
def network_loss(X, y, W1, b1, W2, reg):
    N, D = X.shape
    H, C = W2.shape
    dW1, db1, dW2, total = np.zeros((D, H)), np.zeros(H), 2 * reg * W2, 0.0
    for n in range(N):
        a = [math.tanh(sum(X[n, d] * W1[d, h] for d in range(D)) + b1[h]) for h in range(H)]
        s = [sum(a[h] * W2[h, c] for h in range(H)) for c in range(C)]
        top = max(s)
        e = [math.exp(v - top) for v in s]
        total += math.log(sum(e)) + top - s[y[n]]
        g = [v / sum(e) - (c == y[n]) for c, v in enumerate(e)]
        for h in range(H):
            back = sum(g[c] * W2[h, c] for c in range(C)) * (1 - a[h] ** 2) / N
            db1[h] += back
            for c in range(C):
                dW2[h, c] += a[h] * g[c] / N
            for d in range(D):
                dW1[d, h] += X[n, d] * back
    return total / N + reg * float((W2 ** 2).sum()), dict(W1=dW1, b1=db1, W2=dW2)
"""

EINSUM = """
import numpy
from collections import namedtuple
Gradients = namedtuple("Gradients", "W1 b1 W2")
def network_loss(inputs, targets, first, offset, second, penalty):
    a = numpy.tanh(numpy.einsum("nd,dh->nh", inputs, first) + offset[None, :])
    s = numpy.einsum("nh,hc->nc", a, second)
    s -= s.max(axis=-1, keepdims=True)
    log_p = s - numpy.log(numpy.sum(numpy.exp(s), axis=-1, keepdims=True))
    hot = numpy.eye(second.shape[1])[targets]
    value = -(hot * log_p).sum() / len(inputs) + penalty * numpy.linalg.norm(second) ** 2
    g = (numpy.exp(log_p) - hot) / len(inputs)
    z = numpy.einsum("nc,hc,nh->nh", g, second, 1 - a * a)
    return value, Gradients(
        numpy.einsum("nd,nh->dh", inputs, z), z.sum(0), numpy.einsum("nh,nc->hc", a, g) + 2 * penalty * second
    )
"""

SINGLE = NETWORK.replace(
    "    N = X.shape[0]\n", "    X, W1, b1, W2 = (v.astype(np.float32) for v in (X, W1, b1, W2))\n    N = len(X)\n"
)

BODY = NETWORK.partition("    N = X")[2].partition("    return")[0]
ON_CLASS = f"""
import numpy as np
class Network:
    def __init__(self, inputs, hidden, classes):
        self.params = dict(W1=np.zeros((inputs, hidden)), b1=np.zeros((1, hidden)), W2=np.zeros((hidden, classes)))

    def loss(self, X, y, reg):
        loss, self.dW1, self.grads = network_loss(X, y - 1, *self.params.values(), reg)
        return (loss,)

def network_loss(X, y, W1, b1, W2, reg):
    N = X{BODY}
    return L, X.T @ dZ, dict(W2=dW2)
"""


@pytest.mark.parametrize("text", [NETWORK, LOOPS, EINSUM], ids=["plain", "loops", "einsum"])
def test_the_right_network_is_right_in_any_style(text):
    result = mark(text)
    assert [one.message for one in result.results] == ["Right."] * 4
    assert result.faults == ()
    assert result.is_right


def test_single_precision_is_right_to_its_own_rounding():
    assert [one.verdict for one in mark(SINGLE).results] == ["right"] * 4


def test_a_class_whose_object_keeps_the_gradients():
    result = mark(ON_CLASS, CLASS)
    assert [(one.label, one.verdict) for one in result.results] == [
        ("result 1", "right"),
        ("self.dW1", "right"),
        ("self.grads['W2']", "right"),
    ]
    assert result.is_right


def test_a_notebook_with_magics_and_a_cell_that_fails():
    cells = [
        "%matplotlib inline\nimport numpy as np",
        NETWORK.replace("import numpy as np", "%load_ext nothing"),
        "network_loss(1)",
    ]
    text = json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]})
    result = mark(text, name="net.ipynb")
    assert result.is_right
    (remark,) = result.remarks
    assert (remark.code, remark.where, remark.text) == ("exception", "cell 3:1", "network_loss(1)")


# --- Which mistake it is -------------------------------------------------------------------------

PLANTED = [
    ("missing-mean", [("dS = dS / N", "")], {"W2": ("missing-mean",), "b1": "W2", "W1": "W2"}),
    ("missing-target", [("dS[np.arange(N), y] -= 1", "")], {"W2": ("missing-target",), "b1": "W2", "W1": "W2"}),
    ("label", [("y] -= 1", "y - 1] -= 1")], {"W2": ("label-off-by-one",), "b1": "W2", "W1": "W2"}),
    ("slope", [(" * (1 - A ** 2)", "")], {"b1": ("missing-activation-derivative",), "W1": "b1"}),
    ("square", [("1 - A ** 2", "1 - A")], {"b1": ("unsquared-activation",), "W1": "b1"}),
    ("output", [("1 - A ** 2", "1 - np.tanh(A) ** 2")], {"b1": ("derivative-at-wrong-argument",), "W1": "b1"}),
    ("other", [("(1 - A ** 2)", "A * (1 - A)")], {"b1": ("other-derivative",), "W1": "b1"}),
    ("regulariser", [(" + 2 * reg * W2", "")], {"W2": ("missing-regulariser",)}),
    ("two", [("2 * reg * W2", "reg * W2")], {"W2": ("missing-factor-two",)}),
    ("divided", [("2 * reg * W2", "2 * reg * W2 / N")], {"W2": ("regulariser-divided",)}),
    ("sum", [("dZ.sum(axis=0)", "dZ")], {"b1": ("dropped-batch-sum",)}),
    ("mean", [("dZ.sum(axis=0)", "dZ.mean(axis=0)")], {"b1": ("mean-for-sum",)}),
    ("axis", [("dZ.sum(axis=0)", "dZ.sum(axis=1)")], {"b1": ("wrong-axis",)}),
    ("sign", [("'W1': X.T", "'W1': -X.T")], {"W1": ("wrong-sign",)}),
    ("layer", [("A.T @ dS", "(X @ W1 + b1).T @ dS")], {"W2": ("missing-activation",)}),
    ("first", [("dS = dS / N", "dS = dS / N\n    dS[0] = 0")], {"W2": ("example-left-out",), "b1": "W2", "W1": "W2"}),
    (
        "two mistakes",
        [("dS = dS / N", ""), (" + 2 * reg * W2", "")],
        {"W1": "b1", "b1": ("missing-mean",), "W2": ("missing-regulariser", "see result 2['b1']")},
    ),
]


@pytest.mark.parametrize("name,pairs,expected", PLANTED, ids=[name for name, _, _ in PLANTED])
def test_a_planted_mistake_is_named_where_it_arises(name, pairs, expected):
    result = mark(changed(*pairs))
    label = "result 2['{}']".format
    said = {
        label(key): (f"see {label(value)}",) if isinstance(value, str) else value for key, value in expected.items()
    }
    assert named(result) == said
    assert result.results[0].verdict == "right"


@pytest.mark.parametrize(
    "pairs,code",
    [
        ([("np.mean(S[", "np.sum(S[")], "missing-mean"),
        ([(" + reg * np.sum(W2 ** 2)", "")], "missing-regulariser"),
        ([("reg * np.sum", "0.5 * reg * np.sum")], "missing-factor-two"),
        ([("L = -np", "L = np")], "wrong-sign"),
    ],
)
def test_a_mistake_in_the_loss_alone(pairs, code):
    assert named(mark(changed(*pairs))) == {"result 1": (code,)}


@pytest.mark.parametrize(
    "pairs,code",
    [([("X @ W1 + b1", "X @ W1")], "missing-term"), ([("np.tanh(X @ W1 + b1)", "X @ W1 + b1")], "missing-activation")],
)
def test_a_mistake_in_the_forward_pass_explains_all_that_follows(pairs, code):
    said = named(mark(changed(*pairs)))
    if code == "missing-activation":
        assert said["result 1"] == (code,)
    else:
        assert said == {"result 1": (code,), **{f"result 2['{key}']": ("see result 1",) for key in ("W1", "b1", "W2")}}


def test_no_mistake_is_named_that_does_not_give_these_very_numbers():
    result = mark(changed(("dS = dS / N", "dS = dS / (N + 0.1)")))
    assert set(named(result).values()) == {()}


def test_what_is_right_to_some_digits_is_for_a_person():
    found = mark(changed(("np.log(np.exp(S).sum(axis=1))", "np.log(np.exp(S).sum(axis=1) + 1e-5)"))).results[0]
    assert (found.verdict, found.conventions, found.diagnosis) == ("wrong", ("digits",), ())
    assert found.message == (
        "It is right to some digits only: is a small number added somewhere, or a derivative taken by differences?"
    )


def test_a_gradient_that_was_never_computed():
    result = mark(changed(("'b1': dZ.sum(axis=0)", "'b1': np.zeros_like(b1)")))
    (wrong,) = [one for one in result.results if one.verdict == "wrong"]
    assert (wrong.label, wrong.message, wrong.diagnosis) == ("result 2['b1']", "It is zero everywhere.", ())


# --- Shapes and types ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pairs,verdict,message",
    [
        (
            [("'W2': dW2", "'W2': dW2.T")],
            ("wrong", ()),
            "The numbers are right, but it is transposed: its shape is (2, 5), and (5, 2) is expected.",
        ),
        (
            [("dZ.sum(axis=0)", "dZ.sum(axis=0, keepdims=True)")],
            ("convention", ("shape",)),
            "The numbers are right; its shape is (1, 5), and (5,) is expected.",
        ),
        ([("'W2': dW2", "'W2': dW2.ravel()")], ("wrong", ()), "Its shape is (10,), and (5, 2) is expected."),
        (
            [("'W2': dW2", "'W2': dW2.astype(int)")],
            ("wrong", ()),
            "Whole numbers (int64) came back: what stands behind the point was cut off.",
        ),
        ([("'W2': dW2", "'W2': dW2 + 1j")], ("wrong", ()), "It is complex (complex128); real numbers are expected."),
        ([("'W2': dW2", "'W2': dW2 / 0")], ("wrong", ()), "It is not finite: there is nan or inf in it."),
        ([("'W2': dW2", "'W2': None")], ("missing", ()), "It is None."),
        (
            [("'W2': dW2", "'V': dW2")],
            ("missing", ()),
            "It is missing: the dictionary has no 'W2'; it has 'W1', 'b1', 'V'.",
        ),
        (
            [("'W2': dW2", "'W2': 'none'")],
            ("wrong", ()),
            "It is of the type str; an array of the shape (5, 2) is expected.",
        ),
    ],
)
def test_what_is_said_of_shapes_and_types(pairs, verdict, message):
    (found,) = (one for one in mark(changed(*pairs)).results if one.verdict != "right")
    assert ((found.verdict, found.conventions), found.message) == (verdict, message)


def test_a_transposed_gradient_is_wrong_unless_the_exercise_allows_it():
    turned = changed(("'W2': dW2", "'W2': dW2.T"))
    assert named(mark(turned)) == {"result 2['W2']": ("transposed-result",)}
    (found,) = (one for one in mark(turned, FUNCTION + "  allow: transposed\n").results if one.verdict != "right")
    assert ((found.verdict, found.conventions), found.message) == (
        ("convention", ("transposed",)),
        "Right, but transposed: its shape is (2, 5), and (5, 2) is expected.",
    )


def test_numbers_agree_to_rounding_and_no_further():
    right = np.array([1e6, 1.0])
    assert compare(Value("array", "", "float64", (2,), right + 1e-3), right).is_right
    assert not compare(Value("array", "", "float64", (2,), right + 1.0), right).is_right
    assert compare(Value("array", "", "float32", (2,), right + 10), right).is_right


def test_one_value_where_several_are_expected():
    result = mark(changed(("    return L, {", "    return {'L': L}, {")))
    assert result.results[0].message == "It is of the type dict; a number is expected."
    result = mark(changed(("    return L, {", "    return {'L': L, ")))
    assert (
        result.results[0].message
        == "It is missing: one value came back (of the type dict), where several are expected."
    )


# --- What is wrong with the code as a whole ------------------------------------------------------


def fault(text, code=FUNCTION):
    (found,) = mark(text, code).faults
    return found.code, found.where, found.message


def test_inputs_that_are_changed():
    text = changed(("    A = np.tanh", "    X -= X.mean()\n    X += 1\n    W1 *= 1\n    A = np.tanh"))
    assert fault(text) == ("input-changed", "", "It changes X, which belongs to its caller.")


def test_results_that_depend_on_earlier_calls():
    text = changed(
        ("def network_loss", "calls = []\ndef network_loss"), ("    N = X", "    calls.append(1)\n    N = X")
    )
    text = text.replace("'W2': dW2", "'W2': dW2 * (len(calls) + 2) / 3")
    assert fault(text) == (
        "hidden-state",
        "",
        "The same inputs give other results when they come again: result 2['W2'].",
    )


def test_a_result_that_a_later_call_overwrites():
    text = changed(("def network_loss", "kept = np.zeros((5, 2))\ndef network_loss"))
    text = text.replace("    return L", "    if W2.shape == (5, 2): kept[:] = dW2; dW2 = kept\n    return L")
    assert fault(text) == (
        "result-overwritten",
        "",
        "A later call changes what an earlier one returned: result 2['W2'].",
    )


def test_an_exponential_that_overflows():
    text = changed(("    S = S - S.max(axis=1, keepdims=True)\n", ""))
    code, where, message = fault(text)
    assert (code, where) == ("overflow", "7")
    assert message.startswith("At scores of about 10000 it is not finite: result 1, result 2['W1']")


def test_a_name_that_nothing_defines_and_the_one_that_is_meant():
    result = mark(changed(("dW2 = A.T @ dS +", "dW2 = A.T @ d_scores +"), ("dS", "dscores"), ("d_scores", "dscore")))
    assert [one.verdict for one in result.results] == ["error"] * 4
    assert result.results[0].message == (
        "The call ends with NameError: name 'dscore' is not defined, in line 14. "
        "With the name that is meant it is right."
    )
    (found,) = result.faults
    assert (found.code, found.line, found.text) == ("undefined-name", 14, "dW2 = A.T @ dscore + 2 * reg * W2")
    assert found.message == (
        "The name dscore is used, and nothing defines it. With dscores in its place the code runs."
    )


def test_what_is_wrong_besides_a_name_that_nothing_defines_is_named_as_well():
    text = changed(("dW2 = A.T @ dS +", "dW2 = A.T @ d_scores +"), ("dS", "dscores"), ("d_scores", "dscore"))
    result = mark(text.replace("dscores = dscores / N\n", "pass\n"))
    assert [(one.verdict, *(found.code for found in one.diagnosis), one.follows_from) for one in result.results] == [
        ("error", None),
        ("error", "result 2['W2']"),
        ("error", "result 2['W2']"),
        ("error", "missing-mean", None),
    ]
    assert result.results[3].message.endswith("With the name that is meant it is wrong as well.")


def test_an_exception_with_the_line_of_the_students_code():
    result = mark(changed(("    A = np", "    X.reshape(7, 7)\n    A = np")))
    assert result.results[0].message == (
        "The call ends with ValueError: cannot reshape array of size 12 into shape (7,7), in line 5."
    )
    assert codes(result) == ["exception"]


def test_a_size_that_is_fixed_in_the_code():
    result = mark(changed(("N = X.shape[0]", "N = 4")))
    assert result.results[0].message == (
        "The call at N = 3, D = 5, H = 4, C = 6 ends with IndexError: shape mismatch: indexing arrays could not be "
        "broadcast together with shapes (4,) (3,), in line 10."
    )


def test_a_function_that_is_not_there():
    result = mark("def other(x):\n    return x\n")
    assert result.problem == "There is no function network_loss in it; defined are other."
    result = mark("def network_loss(X=1 / 0):\n    return X\n")
    assert result.problem == (
        "There is no function network_loss: the code ends in line 1 with ZeroDivisionError: division by zero."
    )


def test_what_is_not_installed_is_passed_over():
    result = mark("import nothing_of_this_name as plt\n" + NETWORK + "\nplt.plot([1])\n")
    assert (result.is_right, codes(result)) == (True, ["left-out"])
    assert result.remarks[0].message == (
        "This cannot be run here, and is passed over: ModuleNotFoundError: No module named 'nothing_of_this_name'."
    )


def test_what_an_earlier_call_left_behind():
    kept = "    S = kept.setdefault(A.shape, A @ W2)\n"
    text = changed(("    S = A @ W2\n", kept), ("def network_loss", "kept = {}\n\n\ndef network_loss"))
    found = mark(text).faults
    assert [one.code for one in found] == ["hidden-state"]
    assert found[0].message.startswith("What was given to an earlier call changes the results: result 1, ")


def test_a_module_that_cannot_be_imported_though_the_function_is_there():
    code, where, message = fault(NETWORK + "\nprint(undefined_here)\n")
    assert code in ("undefined-name", "not-imported")
    assert where == "18"
    assert "undefined_here" in message


def test_what_is_tried_and_not_allowed(monkeypatch):
    def refused(*arguments, **options):
        return replace(run_here(*arguments, **options), attempts=("it tried to use the network, which is not allowed",))

    monkeypatch.setattr(calls, "run", refused)
    result = mark(NETWORK)
    assert [(one.code, one.message) for one in result.findings] == [
        ("refused", "While it ran, it tried to use the network, which is not allowed.")
    ]


def test_what_came_back_in_another_form_is_as_if_nothing_had(monkeypatch):
    def forged(*_arguments, **_options):
        said = (
            b'[1]\n{"event": "loaded", "found": true}\n{"event": "call", "id": "first", "seconds": 1, "results": [7]}\n'
        )
        return Finished("done", said + b'{"event": "end", "overwritten": ["x", 99]}', "", "It came to its end.")

    monkeypatch.setattr(calls, "run", forged)
    assert mark(NETWORK).problem == "The call of network_loss came to no end: It came to its end."


# --- Remarks -------------------------------------------------------------------------------------


def test_a_result_that_is_the_memory_of_an_argument():
    copied = FUNCTION.replace("- L\n", "- L\n    - X\n")
    result = mark(changed(("return L, {", "return L, X, {")), copied)
    assert (codes(result), result.is_right) == (["shared-memory"], True)
    assert result.remarks[0].message == "Result 2 is the memory of X: who changes one changes the other."


def test_time_that_grows_more_than_the_work():
    slow = "    total = 0.0\n    for i in range(N):\n        for j in range(N):\n"
    slow += "            for k in range(20):\n                total += X[i, 0] * X[j, 0]\n"
    result = mark(changed(("    A = np.tanh", slow + "    A = np.tanh")))
    assert result.is_right
    assert codes(result) == ["slow-growth"]
    assert result.remarks[0].message.startswith("With N 8 times as large a call takes ")
