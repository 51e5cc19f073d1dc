"""Forward and backward as functions or methods of their own: calls one after another, with a cache between them."""

import pytest
from implemented import HEAD, codes, named, run_here

from derive.errors import DocumentError
from derive.grading.parts import exercise_from_text
from derive.implementations import calls
from derive.implementations.marking import mark_code
from derive.implementations.preparing import Prepared, prepare
from derive.implementations.quantities import Kept
from derive.implementations.setting import read_code_setting
from derive.implementations.source import read_code
from derive.source import Source

LAYERS = r"""---
dims: {N: 4, D: 3, H: 2}
symbols: {X: N x D, W: D x H, b: 1 x H, T: N x H}
model:
  Z: X W + b
  A: \tanh(Z)
  L: \frac{1}{2} \|A - T\|_F^2
loss: L
parts:
  - {id: a, ask: Z}
  - {id: b, ask: '\frac{\partial L}{\partial W}'}
  - {id: c, ask: '\frac{\partial L}{\partial X}'}
code:
CODE
---
"""

FUNCTIONS = r"""  calls:
    - {function: affine_forward, arguments: {x: X, w: W, b: flat b}, results: [Z, kept as affine]}
    - {function: tanh_forward, arguments: {z: Z}, results: [A, kept as tanh]}
    - {function: tanh_backward, arguments: {da: '\frac{\partial L}{\partial A}', cache: kept tanh},
       results: '\frac{\partial L}{\partial Z}'}
    - function: affine_backward
      arguments: {dout: '\frac{\partial L}{\partial Z}', cache: kept affine}
      results: ['\frac{\partial L}{\partial X}', '\frac{\partial L}{\partial W}', '\frac{\partial L}{\partial b}']
"""

RIGHT = """import numpy as np

def affine_forward(x, w, b):
    out = x.dot(w) + b
    cache = (x, w, b)
    return out, cache

def tanh_forward(z):
    a = np.tanh(z)
    return a, a

def tanh_backward(da, cache):
    return da * (1 - cache ** 2)

def affine_backward(dout, cache):
    x, w, b = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(axis=0)
"""

CLASS = r"""  class: Layer
  construct: {inputs: D, outputs: H}
  attributes: {W: W, b: flat b}
  calls:
    - {method: forward, arguments: {X: X}, results: A}
    - method: backward
      arguments: {dA: '\frac{\partial L}{\partial A}'}
      results: {self.dW: '\frac{\partial L}{\partial W}', self.db: '\frac{\partial L}{\partial b}'}
"""

LAYER = """import numpy as np

class Layer:
    def __init__(self, inputs, outputs):
        self.W, self.b = np.zeros((inputs, outputs)), np.zeros(outputs)

    def forward(self, X):
        self.X, self.A = X, np.tanh(X @ self.W + self.b)
        return self.A

    def backward(self, dA):
        dZ = dA * (1 - self.A ** 2)
        self.dW, self.db = self.X.T @ dZ, dZ.sum(axis=0)
        return dZ @ self.W.T
"""


@pytest.fixture(autouse=True)
def at_hand(monkeypatch):
    """The code runs here and now, which is quicker."""
    monkeypatch.setattr(calls, "run", run_here)


_PREPARED: dict[str, Prepared] = {}


def mark(text, code=FUNCTIONS):
    if code not in _PREPARED:
        _PREPARED[code] = prepare(exercise_from_text(LAYERS.replace("CODE\n", code), "ex.md"))
    return mark_code(_PREPARED[code], read_code(Source("net.py", text)), trust=True)


def changed(text, *pairs):
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


# --- Right ---------------------------------------------------------------------------------------


def test_functions_that_hand_on_a_cache():
    result = mark(RIGHT)
    assert result.called == "affine_forward, tanh_forward, tanh_backward and affine_backward"
    assert [(one.label, one.verdict) for one in result.results] == [
        ("result 1 of affine_forward", "right"),
        ("result 1 of tanh_forward", "right"),
        ("the result of tanh_backward", "right"),
        ("result 1 of affine_backward", "right"),
        ("result 2 of affine_backward", "right"),
        ("result 3 of affine_backward", "right"),
    ]
    assert result.is_right
    assert codes(result) == []
    assert {"x", "w", "b", "z", "da", "dout"} == set(result.example)


def test_a_class_whose_object_is_the_cache():
    result = mark(LAYER, CLASS)
    assert result.called == "Layer.forward and Layer.backward"
    assert [(one.label, one.verdict) for one in result.results] == [
        ("the result of forward", "right"),
        ("self.dW after backward", "right"),
        ("self.db after backward", "right"),
    ]
    assert (result.is_right, codes(result)) == (True, [])


TWICE = r"""  calls:
    - function: activate
      arguments: {Z: X, kind: text tanh, options: {scale: 1, keep: true}}
      results: ['-', kept as unused]
    - function: activate
      arguments: {Z: Z, kind: text tanh, options: {scale: 1, keep: true}}
      results: [A kept as A, '-']
    - {function: cost, arguments: {out: kept A, all: [kept A, T]}, results: L}
"""


def test_one_function_twice_what_is_looked_at_and_kept_texts_and_lists():
    text = """import numpy as np
def activate(Z, kind, options):
    assert kind == "tanh" and options == {"scale": 1, "keep": True}
    return np.tanh(Z), {"Z": Z}
def cost(out, all):
    assert all[0] is out
    return 0.5 * np.sum((out - all[1]) ** 2)
"""
    result = mark(text, TWICE)
    assert [(one.label, one.verdict) for one in result.results] == [
        ("result 1 of the second activate", "right"),
        ("the result of cost", "right"),
    ]
    assert {"Z", "Z of the second activate"} <= set(result.example)


# --- Mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pairs,said",
    [
        ([("x.dot(w) + b", "x.dot(w)")], {"result 1 of affine_forward": ("missing-term",)}),
        ([("1 - cache ** 2", "1 - cache")], {"the result of tanh_backward": ("unsquared-activation",)}),
        ([(" * (1 - cache ** 2)", "")], {"the result of tanh_backward": ("missing-activation-derivative",)}),
        ([("dout.sum(axis=0)", "dout")], {"result 3 of affine_backward": ("dropped-batch-sum",)}),
        ([("dout.sum(axis=0)", "dout.sum(axis=1)")], {"result 3 of affine_backward": ("wrong-axis",)}),
        ([("x.T.dot(dout), d", "-x.T.dot(dout), d")], {"result 2 of affine_backward": ("wrong-sign",)}),
        (
            [("a = np.tanh(z)", "a = z")],
            {
                "result 1 of tanh_forward": ("missing-activation",),
                "the result of tanh_backward": ("see result 1 of tanh_forward",),
            },
        ),
    ],
)
def test_a_mistake_is_named_where_it_arises_and_shows_only_where_it_is_handed_on(pairs, said):
    result = mark(changed(RIGHT, *pairs))
    assert named(result) == said
    assert result.faults == ()


@pytest.mark.parametrize(
    "pairs,said",
    [
        ([("1 - self.A ** 2", "1 - self.A")], {"self.db": ("unsquared-activation",), "self.dW": ("see self.db",)}),
        ([("dZ.sum(axis=0)", "dZ.mean(axis=0)")], {"self.db": ("mean-for-sum",)}),
    ],
)
def test_a_mistake_in_a_method(pairs, said):
    after = {f"{key} after backward": tuple(f"{one} after backward" if "self" in one else one for one in value)
             for key, value in said.items()}  # fmt: skip
    assert named(mark(changed(LAYER, *pairs), CLASS)) == after


# --- What does not come to its end ---------------------------------------------------------------


def test_a_call_that_fails_takes_none_with_it_that_needs_nothing_of_it():
    result = mark(changed(RIGHT, ("    a = np.tanh(z)\n", "    a = np.tanh(z).reshape(7, 7)\n")))
    error = "ValueError: cannot reshape array of size 8 into shape (7,7)"
    assert [(one.verdict, one.message) for one in result.results[:4]] == [
        ("right", "Right."),
        ("error", f"The call of tanh_forward ends with {error}, in line 9."),
        (
            "error",
            "The call of tanh_backward is not made: there is no tanh, as the call that returns it came to no end.",
        ),
        ("right", "Right."),
    ]
    assert [one.code for one in result.faults] == ["exception"]


def test_a_function_that_is_not_there():
    result = mark(RIGHT.replace("def tanh_backward", "def tanh_back"))
    assert [(one.verdict, one.message) for one in result.results if one.verdict != "right"] == [
        ("error", "The call of tanh_backward is not made: there is no function tanh_backward.")
    ]
    result = mark("def other(x):\n    return x\n")
    assert result.problem == (
        "There is no one of affine_forward, tanh_forward, tanh_backward and affine_backward in it; defined are other."
    )


def test_no_cache_where_one_is_expected():
    result = mark(changed(RIGHT, ("    return out, cache\n", "    return out\n")))
    assert [(one.verdict, one.message) for one in result.results if one.verdict != "right"] == [
        ("missing", "It is missing: one value came back (of the type ndarray), where several are expected."),
        *[
            (
                "error",
                "The call of affine_backward is not made: there is no affine: one value came back (of the type "
                "ndarray), where several are expected.",
            )
        ]
        * 3,
    ]


def test_a_method_is_not_called_behind_one_that_failed():
    result = mark(changed(LAYER, ("self.W + self.b", "self.V")), CLASS)
    assert [one.message for one in result.results] == [
        "The call of forward ends with AttributeError: 'Layer' object has no attribute 'V', in line 8.",
        *["The call of backward is not made: forward came to no end before it."] * 2,
    ]


# --- State ---------------------------------------------------------------------------------------


def faults(text, code=FUNCTIONS):
    return [(one.code, one.message) for one in mark(text, code).faults]


def test_a_backward_pass_that_uses_what_the_last_forward_pass_left_behind():
    text = changed(RIGHT, ("    return a, a", "    global last\n    last = a\n    return a, None"))
    assert faults(changed(text, ("1 - cache ** 2", "1 - last ** 2"))) == [
        ("hidden-state", "Calls with other inputs in between change the results: the result of tanh_backward.")
    ]


def test_objects_that_share_their_state():
    text = changed(LAYER, ("class Layer:\n", "class Layer:\n    kept = {}\n"))
    text = text.replace("self.X, self.A = X, np", "self.kept['X'], self.A = X, np").replace(
        "self.X.T", "self.kept['X'].T"
    )
    assert faults(text, CLASS) == [
        ("hidden-state", "Calls with other inputs in between change the results: self.dW after backward.")
    ]


def test_gradients_that_add_up_from_call_to_call():
    text = changed(LAYER, ("np.zeros(outputs)\n", "np.zeros(outputs)\n        self.dW = np.zeros((inputs, outputs))\n"))
    text = changed(text, ("self.dW, self.db = self.X.T @ dZ, dZ", "self.dW, self.db = self.dW + self.X.T @ dZ, dZ"))
    assert faults(text, CLASS)[0][0] == "hidden-state"


def test_inputs_and_results_that_a_later_call_changes():
    text = changed(RIGHT, ("    x, w, b = cache\n", "    x, w, b = cache\n    x += 1\n    x = x - 1\n"))
    assert faults(text) == [("input-changed", "It changes x, which belongs to its caller.")]
    text = changed(
        RIGHT,
        ("    return da * (1 - cache ** 2)", "    result = da * (1 - cache ** 2)\n    cache *= 0\n    return result"),
    )
    result = mark(text)
    assert [(one.code, one.message) for one in result.findings] == [
        ("result-overwritten", "A later call changes what an earlier one returned: result 1 of tanh_forward."),
        (
            "cache-changed",
            "It changes cache, which an earlier call returned: given once more, it may give other results.",
        ),
    ]


# --- The setting ---------------------------------------------------------------------------------


def test_what_is_kept_and_what_is_given_of_it():
    setting = read_code_setting(exercise_from_text(LAYERS.replace("CODE\n", FUNCTIONS), "ex.md"))
    assert setting.wanted == ("affine_forward", "tanh_forward", "tanh_backward", "affine_backward")
    assert [call.keeps for call in setting.calls] == [
        (("affine", (("item", 1),)),),
        (("tanh", (("item", 1),)),),
        (),
        (),
    ]
    assert setting.calls[-1].arguments[1].value == Kept("affine")
    assert [one.quantity.form for one in setting.calls[-1].results] == ["whole", "whole", "flat"]


CODE = "code: {calls: [{function: f, arguments: {X: X}, results: [L, kept as c]}]}\n"


@pytest.mark.parametrize(
    "old,new,problem",
    [
        (
            "[{function: f, arguments: {X: X}, results: [L, kept as c]}]",
            "f",
            "15: 'calls' is no list of calls; expected one such as [{function: forward, ...}]",
        ),
        ("{calls:", "{function: g, calls:", "18: 'function' stands beside 'calls'; expected in one of them"),
        ("{calls:", "{construct: {n: 1}, calls:", "19: 'construct' belongs to a 'class', and 'code' names none"),
        ("{calls:", "{class: F, calls:", "15: the class F has no 'method' that is called"),
        ("function: f", "method: f", "25: the method f has no class; expected 'class' beside 'calls'"),
        (
            "function: f",
            "function: f, method: g",
            "16: a call names a 'function', or a 'method' of the class; one of the two",
        ),
        ("function: f", "funtion: f", "17: unknown key 'funtion' in a call; did you mean 'function'?"),
        (
            "[{function",
            "[f, {function",
            "16: this is no call; expected one such as {function: forward, arguments: {X: X}}",
        ),
        ("[L, kept as c]", "kept as c", "15: 'calls' names no result that is looked at"),
        ("{X: X}", "{X: kept c}", "50: no earlier call keeps c"),
        ("[L, kept as c]", "[L kept as c, kept as c]", "80: c is kept twice; expected a name for each"),
        ("kept as c", "kept as c-d", "70: 'c-d' is no name in Python"),
    ],
)
def test_whatever_is_wrong_is_said_with_its_place(old, new, problem):
    assert CODE.count(old) == 1
    with pytest.raises(DocumentError) as error:
        read_code_setting(exercise_from_text(f"{HEAD}{CODE.replace(old, new)}---\n", "ex.md"))
    assert str(error.value) == f"ex.md:24:{problem}"
