"""Layers by a symbolic number: Nielsen's equations and Ng's, each for every layer, and what is false of some layer."""

from functools import cache

import pytest
from claimed import ACCEPTED, judged, last

from derive.checking.results import StepResult
from derive.documents.setting import make_setting, read_entries
from derive.errors import DocumentError
from derive.models import build_model
from derive.source import Source, Text

NIELSEN = r"""
dims: {L: 4, n_1: 3, n_2: 4, n_3: 5, n_4: 2}
symbols:
  w^l: n_l x n_{l-1} for l = 2..L
  b^l: n_l x 1 for l = 2..L
  x: n_1 x 1
  y: n_L x 1
  \sigma: function
model:
  a^1: x
  z^l: w^l a^{l-1} + b^l
  a^l: \sigma(z^l)
  C: \frac{1}{2} \|y - a^L\|^2
loss: C
"""

NIELSEN_DEFINES = r"\delta^l_j \equiv \frac{\partial C}{\partial z^l_j}"

NIELSEN_TRUE = [
    r"z^l = w^l a^{l-1} + b^l",
    r"a^l_j = \sigma\left(\sum_k w^l_{jk} a^{l-1}_k + b^l_j\right)",
    r"C = \frac{1}{2} \sum_j (y_j - a^L_j)^2",
    r"\delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma'(z^L_j)",
    r"\delta^L = (a^L - y) \odot \sigma'(z^L)",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
    r"\frac{\partial C}{\partial b^l_j} = \delta^l_j",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j",
    r"\delta^l_j = \sum_k \frac{\partial C}{\partial z^{l+1}_k} \frac{\partial z^{l+1}_k}{\partial z^l_j}",
    r"\delta^l_j = \sum_k \frac{\partial z^{l+1}_k}{\partial z^l_j} \delta^{l+1}_k",
    r"z^{l+1}_k = \sum_j w^{l+1}_{kj} \sigma(z^l_j) + b^{l+1}_k",
    r"\frac{\partial z^{l+1}_k}{\partial z^l_j} = w^{l+1}_{kj} \sigma'(z^l_j)",
    r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)",
    r"\frac{\partial C}{\partial w^l} = \delta^l (a^{l-1})^T",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l), \quad l = L-1, \dots, 2",
    r"\delta^{l-1} = ((w^l)^T \delta^l) \odot \sigma'(z^{l-1}), \quad 3 \le l \le L",
    r"\delta^l = {w^{l+1}}^T \delta^{l+1} \odot \sigma'(z^l)",
    r"\delta^l_j = \sum_{k=1}^{n_{l+1}} w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)",
]

NIELSEN_FALSE = [
    r"\delta^l = (w^{l+1} \delta^{l+1}) \odot \sigma'(z^l)",
    r"\delta^l = ((w^l)^T \delta^{l+1}) \odot \sigma'(z^l)",
    r"\delta^l = ((w^{l+1})^T \delta^l) \odot \sigma'(z^l)",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^{l+1})",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma(z^l)",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^l_k \delta^l_j",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_j \delta^l_k",
    r"\frac{\partial C}{\partial b^l_j} = \delta^{l+1}_j",
    r"\frac{\partial C}{\partial b^l} = 2 \delta^l",
    r"\frac{\partial C}{\partial w^l} = \delta^{l+1} (a^l)^T",
    r"\delta^L = (y - a^L) \odot \sigma'(z^L)",
    r"\delta^l = {w^{l+1}}^T \delta^{l+1} \odot \sigma(z^l)",
    r"\delta^l_j = \sum_{k=1}^{n_{l+1}} w^{l+1}_{kj} \delta^{l+1}_k",
    r"z^{l+1}_j = \sum_{k=1}^{n_{l+1}} w^{l+1}_{jk} a^l_k + b^{l+1}_j",
]

NG = r"""
dims: {L: 3, m: 7}
symbols:
  W^{[l]}: n^{[l]} x n^{[l-1]} for l = 1..L
  b^{[l]}: n^{[l]} x 1 for l = 1, \dots, L
  X: n^{[0]} x m
  Y: n^{[L]} x m
  g^{[l]}: function for l = 1..L
  \lambda: scalar
model:
  A^{[0]}: X
  Z^{[l]}: W^{[l]} A^{[l-1]} + b^{[l]}
  A^{[l]}: g^{[l]}(Z^{[l]})
  J: \frac{1}{2m} \|A^{[L]} - Y\|_F^2 + \frac{\lambda}{2m} \sum_{l=1}^{L} \|W^{[l]}\|_F^2
notation:
  dZ^{[l]}: \frac{\partial J}{\partial Z^{[l]}}
  dA^{[l]}: \frac{\partial J}{\partial A^{[l]}}
  dW^{[l]}: \frac{\partial J}{\partial W^{[l]}}
  db^{[l]}: \frac{\partial J}{\partial b^{[l]}}
loss: J
"""

NG_TRUE = [
    r"A^{[l]} = g^{[l]}(Z^{[l]})",
    r"W^{[l]} \in \mathbb{R}^{n^{[l]} \times n^{[l-1]}}",
    r"dZ^{[L]} = \frac1m (A^{[L]} - Y) * g^{[L]\prime}(Z^{[L]})",
    r"dZ^{[l]} = dA^{[l]} * g^{[l]\prime}(Z^{[l]})",
    r"dA^{[l-1]} = W^{[l]T} dZ^{[l]}",
    r"dW^{[l]} = dZ^{[l]} A^{[l-1]T} + \frac{\lambda}{m} W^{[l]}",
    r"db^{[l]} = \sum_{i=1}^m dZ^{[l]}_{:,i}",
    r"dZ^{[l]} = (W^{[l+1]T} dZ^{[l+1]}) * g^{[l]\prime}(Z^{[l]})",
    r"\frac{\partial J}{\partial Z^{[l]}} = (W^{[l+1]})^T \frac{\partial J}{\partial Z^{[l+1]}} \odot g^{[l]'}(Z^{[l]})",  # noqa: E501
    r"\frac{\partial}{\partial W^{[l]}} \sum_{k=1}^{L} \|W^{[k]}\|_F^2 = 2 W^{[l]}",
    r"\sum_l \|W^{[l]}\|_F^2 = \|W^{[1]}\|^2 + \|W^{[2]}\|^2 + \|W^{[3]}\|^2",
]

NG_FALSE = [
    r"dW^{[l]} = A^{[l-1]} dZ^{[l]T} + \frac{\lambda}{m} W^{[l]}",
    r"dW^{[l]} = dZ^{[l]} A^{[l]T} + \frac{\lambda}{m} W^{[l]}",
    r"dW^{[l]} = dZ^{[l]} A^{[l-1]T}",
    r"dA^{[l]} = W^{[l]T} dZ^{[l]}",
    r"dZ^{[l]} = (W^{[l+1]T} dZ^{[l+1]}) * g^{[l+1]\prime}(Z^{[l]})",
    r"db^{[l]} = dZ^{[l]}",
    r"\frac{\partial}{\partial W^{[l]}} \sum_{k=2}^{L} \|W^{[k]}\|_F^2 = 2 W^{[l]}",
]


@cache
def nielsen() -> list[StepResult]:
    return judged(NIELSEN, NIELSEN_DEFINES, *NIELSEN_TRUE, *NIELSEN_FALSE)


@cache
def ng() -> list[StepResult]:
    return judged(NG, *NG_TRUE, *NG_FALSE)


@pytest.mark.parametrize("number", range(len(NIELSEN_TRUE)))
def test_what_is_true_of_every_layer_is_proved(number):
    step = nielsen()[1 + number]
    assert (step.verdict, step.message) == ("proved", "Both sides are equal for every value of the symbols.")


@pytest.mark.parametrize("number", range(len(NIELSEN_FALSE)))
def test_what_is_false_of_some_layer_is_refuted(number):
    step = nielsen()[1 + len(NIELSEN_TRUE) + number]
    assert step.verdict == "refuted", f"{step.rhs}: {step.message}"


@pytest.mark.parametrize("number", range(len(NG_TRUE)))
def test_what_is_true_of_a_batch_in_every_layer_is_accepted(number):
    step = ng()[number]
    assert step.verdict == "proved", f"{step.rhs}: {step.message}"


@pytest.mark.parametrize("number", range(len(NG_FALSE)))
def test_what_is_false_of_a_batch_in_some_layer_is_refuted(number):
    step = ng()[len(NG_TRUE) + number]
    assert step.verdict == "refuted", f"{step.rhs}: {step.message}"


def test_a_definition_for_every_layer_introduces_one_name_a_layer():
    assert nielsen()[0].verdict == "definition"


def test_a_proof_speaks_of_the_layers_that_there_are():
    step = nielsen()[1]
    assert (step.scope, step.side_conditions) == ("all dimensions", ("$L = 4$",))


def test_the_first_layer_at_which_a_claim_fails_is_named():
    step = nielsen()[1 + len(NIELSEN_TRUE)]
    assert step.message == (
        "At l = 2: Cannot multiply n_3 x n_2 by n_3 x 1: the inner sizes n_2 and n_3 differ; the first factor "
        "transposed would fit."
    )


SMALL = r"""
dims: {L: 3, n: 2}
symbols:
  W_l: n x n for l = 1..L
  c: scalar
model:
  h_0: \mathbf{1}_n
  h_l: c W_l h_{l-1}
  J: \|h_L\|^2
loss: J
"""

SAID = [
    (
        r"h_l = c W_l h_{l-1}, \quad l > 17",
        "unknown",
        "The condition of this step holds for no number that there is.",
    ),
    (
        r"h_l = c W_{l+9} h_{l-1}",
        "unreadable",
        "For no l are all of these names there. There is no W_{11}; there are W_1, …, W_3.",
    ),
    (r"J = \|h_4\|^2", "unreadable", "There is no h_4; there are h_0, …, h_3."),
    (r"h_l = c V h_{l-1}", "unreadable", "The name V is not defined or declared."),
    (
        r"h_3 = \prod_{l=1}^3 W_l h_0",
        "unreadable",
        "The order of the factors of this product is not certain; write it out.",
    ),
]


@pytest.mark.parametrize("formula, verdict, message", SAID)
def test_what_is_said_of_numbers_that_no_name_has(formula, verdict, message):
    step = last(SMALL, formula)
    assert (step.verdict, step.message) == (verdict, message)


def test_a_layer_that_is_another_function_has_a_node_of_its_own():
    setting = SMALL.replace(r"  J: \|h_L\|^2", "  h_L: \\tanh(W_L h_{L-1})\n  J: \\|h_L\\|^2")
    steps = judged(setting, r"h_l = c W_l h_{l-1}, \quad l < L", r"h_L = \tanh(W_L h_{L-1})", r"h_l = c W_l h_{l-1}")
    assert [step.verdict for step in steps] == ["proved", "proved", "refuted"]
    assert steps[2].message.startswith("At l = 3: The two sides differ in entry")


def test_names_with_numbers_of_their_own_are_read_by_a_letter():
    setting = r"""
dims: {d: 2, e: 3, f: 4}
symbols:
  W^{(1)}: e x d
  W^{(2)}: f x e
  a^{(0)}: d x 1
model:
  a^{(1)}: \tanh(W^{(1)} a^{(0)})
  a^{(2)}: \tanh(W^{(2)} a^{(1)})
"""
    true, false = r"a^{(l)} = \tanh(W^{(l)} a^{(l-1)})", r"a^{(l)} = \tanh(W^{(l)} a^{(l-1)}) \odot a^{(l)}"
    steps = judged(setting, true, false)
    assert [(step.verdict, step.side_conditions) for step in steps] == [("proved", ()), ("refuted", ())]


def test_an_abbreviation_of_the_notation_is_not_defined_anew():
    setting = "dims: {N: 2, D: 3}\nsymbols:\n  W: N x D\n  x: D x 1\nmodel:\n  J: \\|W x\\|^2\n"
    setting += "notation:\n  dW: \\frac{\\partial J}{\\partial W}\n"
    assert last(setting, r"dW = W").verdict == "refuted"
    assert last(setting, r"dW = 2 W x x^T").verdict in ACCEPTED


IN_THE_TEXT = r"""
dims: {L: 3}
symbols:
  W^{[l]}: n_l x n_{l-1} for l = 1..L
  x: n_0 x 1
  y: n_L x 1
"""


def test_definitions_that_refer_to_one_another_are_followed_through_all_layers():
    steps = judged(
        IN_THE_TEXT,
        r"a^{[0]} = x",
        r"z^{[l]} = W^{[l]} a^{[l-1]}",
        r"a^{[l]} = \tanh(z^{[l]})",
        r"J = \frac{1}{2} \|a^{[L]} - y\|^2",
        r"\delta^{[l]} = \frac{\partial J}{\partial z^{[l]}}",
        r"\delta^{[L]} = (a^{[L]} - y) \odot (1 - a^{[L]} \odot a^{[L]})",
        r"\frac{\partial J}{\partial W^{[l]}} = \delta^{[l]} a^{[l-1]T}",
        r"\frac{\partial J}{\partial W^{[l]}} = 2 \delta^{[l]} a^{[l-1]T}",
        r"\delta^{[L]} = 0",
    )
    assert [step.verdict for step in steps] == ["definition"] * 5 + ["proved"] * 2 + ["refuted"] * 2


CONDITIONS = [
    (r"\quad l = 1, \dots, L", "refuted"),
    (r"\quad l = 2, \dots, L", "proved"),
    (r"\quad l = L, L-1, \dots, 2", "proved"),
    (r"\quad \text{for } l = 2, \ldots, L", "proved"),
    (r"\quad \text{for all } l > 1", "proved"),
    (r"\quad 1 < l \le L", "proved"),
    (r"\quad l \neq 1", "proved"),
    (r"\quad l = L", "proved"),
    (r"\quad \forall l", "refuted"),
    (r"\quad l \geq 1", "refuted"),
]


@pytest.mark.parametrize("condition, verdict", CONDITIONS)
def test_conditions_say_for_which_numbers(condition, verdict):
    setting = "dims: {L: 3, n: 2}\nsymbols:\n  \\mathbf{v}^{(l)}: n x 1 for l = 1..L\n  s: scalar\nmodel:\n"
    setting += "  u^{(1)}: \\mathbf{v}^{(1)}\n  u^{(l)}: s \\mathbf{v}^{(l)}\n"
    assert last(setting, rf"u^{{(l)}} = s \mathbf{{v}}^{{(l)}}, {condition}").verdict == verdict


BAD = [
    ("symbols:\n  W^{[l]}: n x n for l = 1..K^2\n", "the range 1..K^2 is not read; expected one like 1..L"),
    ("symbols:\n  W^{[l]}: n x n for l = 3..2\n", "the range 3..2 is empty"),
    ("symbols:\n  W: n x n for l = 1..L\n", "W has no l in a script"),
    (
        "symbols:\n  W_l: n x n for l = 1..L\n  x: n x 1\nmodel:\n  h_l: W_l h_{l-1}\n",
        "there is no h_0 yet",
    ),
]


@pytest.mark.parametrize("setting, problem", BAD)
def test_settings_that_number_nothing(setting, problem):
    with pytest.raises(DocumentError) as raised:
        build_model(make_setting(read_entries(Text(setting, Source("s.yaml", setting), 0))))
    assert raised.value.problem == problem
