"""The cascade: `Equal` only for what is true, `Different` only for what is false, in time."""

import random
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thoroughness import examples

from derive.deciding.cascade import Decider, decide
from derive.deciding.evidence import Different, Equal, EqualOffKinks, Evidence, Undecided
from derive.deciding.facts import EntryEquation, Facts
from derive.deciding.limits import Deadline
from derive.errors import Undecidable
from derive.exact.functions import (
    absolute,
    maximum,
    positive,
    sign,
    unspecified,
    unspecified_component,
    zero,
)
from derive.exact.scalars import (
    HALF,
    MINUS_ONE,
    NOTHING,
    ONE,
    PI,
    ZERO,
    Add,
    Constant,
    Exp,
    Mul,
    Number,
    Scalar,
    Symbol,
    add,
    cos,
    erf,
    exp,
    log,
    number,
    parts_of,
    sin,
    sqrt,
    symbols,
    tanh,
)
from derive.exact.sympy_form import from_sympy, to_sympy

a, b, c, k, p, q, u, v, x, y, z = symbols("a b c k p q u v x y z")
LABELS = symbols("Y_1 Y_2 Y_3")
Y1, Y2, Y3 = LABELS


def made(value: Any) -> Scalar:
    """Numbers as scalars."""
    return value if isinstance(value, Scalar) else number(value)


def sinh(argument: Scalar) -> Scalar:
    return (exp(argument) - exp(-argument)) / 2


def cosh(argument: Scalar) -> Scalar:
    return (exp(argument) + exp(-argument)) / 2


def decided(lhs: Any, rhs: Any, where: Any = ONE, seconds: float = 10, **facts: Any) -> Evidence:
    equation = EntryEquation(made(lhs), made(rhs), made(where))
    return decide(Facts(**facts), [equation], Deadline(seconds))


def relu(argument: Scalar) -> Scalar:
    return maximum(argument, ZERO)


# Each stage


def test_the_same_expression() -> None:
    assert decided(x / y, x / y) == Equal("identical")
    assert decide(Facts(), [], Deadline(1)) == Equal("identical")


def test_a_counterexample_says_where() -> None:
    found = decided(2 * exp(x) * y, exp(x) * y)
    assert isinstance(found, Different)
    assert set(found.at) == {"x", "y"}
    assert found.equation == 0
    assert float(found.lhs) == pytest.approx(2 * float(found.rhs), rel=1e-4)
    value = 2 * mpmath.exp(float(found.at["x"])) * float(found.at["y"])
    assert float(found.lhs) == pytest.approx(float(value), rel=1e-5)
    assert found.functions == {}


def test_the_equation_that_fails_is_named() -> None:
    good, bad = EntryEquation(relu(u), u * positive(u)), EntryEquation(relu(u), u)
    found = decide(Facts(), [good, bad, good], Deadline(5))
    assert isinstance(found, Different)
    assert found.equation == 1
    assert found.at["u"] < 0
    assert (found.lhs, found.rhs) == ("0", str(found.at["u"]))


@pytest.mark.parametrize(
    "lhs, rhs",
    [
        (positive(u), positive(relu(u)) + zero(relu(u))),
        (positive(u), positive(3 * relu(u)) + zero(3 * relu(u))),
        (u * positive(u), u * (1 - positive(positive(u) * x))),
        (x * positive(y), x * zero(maximum(relu(y), relu(u)))),
    ],
)
def test_a_dead_unit_is_no_kink(lhs: Scalar, rhs: Scalar) -> None:
    """Where ReLU(u) is zero all around a point, [ReLU(u) >= 0] has a value there that no convention changes."""
    assert isinstance(decided(lhs, rhs), Different)


@pytest.mark.parametrize("rhs", [positive(u) + zero(u), positive(u) + zero(u) / 2])
def test_a_kink_is_still_a_kink(rhs: Scalar) -> None:
    assert isinstance(decided(positive(u), rhs), EqualOffKinks)


def test_deep_networks_come_alive_at_some_point() -> None:
    """Ten layers of one unit: with weights of either sign it is alive once in a thousand points."""
    definitions, before = {}, x
    for weight, unit in zip(
        symbols("w0 w1 w2 w3 w4 w5 w6 w7 w8 w9"), symbols("h0 h1 h2 h3 h4 h5 h6 h7 h8 h9"), strict=True
    ):
        definitions[unit] = relu(weight * before)
        before = unit
    found = decide(Facts(definitions=definitions), [EntryEquation(before, 2 * before)], Deadline(5))
    assert isinstance(found, Different)
    assert all(value > 0 for value in found.at.values())


def test_counterexamples_name_given_symbols_behind_definitions() -> None:
    facts = Facts(definitions={u: x * y, v: u + z})
    found = decide(facts, [EntryEquation(v, 2 * u + z)], Deadline(5))
    assert isinstance(found, Different)
    assert set(found.at) == {"x", "y", "z"}
    assert Fraction(found.lhs) == found.at["x"] * found.at["y"] + found.at["z"]


def test_counterexamples_with_unspecified_functions() -> None:
    found = decided(unspecified("f", x, 1), unspecified("f", x))
    assert isinstance(found, Different)
    assert set(found.functions) == {"f"}
    function = from_sympy(sympy.sympify(found.functions["f"].removeprefix("f(x) = ").replace("^", "**")))
    at = {x: number(found.at["x"])}
    assert str(function.diff(x).xreplace(at)) == found.lhs
    assert str(function.xreplace(at)) == found.rhs
    vector = unspecified_component("g", 0, (x, y))
    found = decided(vector.diff(x), vector.diff(y))
    assert isinstance(found, Different)
    assert set(found.functions) == {"g_0"}


def test_tiny_differences_are_refuted() -> None:
    for tiny in (30, 100, 250):
        found = decided(exp(x + Fraction(1, 10**tiny)), exp(x))
        assert isinstance(found, Different)
        assert found.lhs != found.rhs
    assert isinstance(decided(1 + Fraction(1, 10**300), 1), Different)
    assert isinstance(decided(exp(x) + Fraction(1, 10**2000), exp(x)), Undecided)


@pytest.mark.parametrize(
    "lhs, rhs",
    [
        (sqrt(x**2), x),
        (PI, Fraction(355, 113)),
        (exp(ONE), Fraction(2718281828, 10**9)),
        (2, maximum(number(2), x)),
        (x**5, x**3),
    ],
)
def test_refuted(lhs: Scalar, rhs: Scalar) -> None:
    assert isinstance(decided(lhs, rhs), Different)


@pytest.mark.parametrize(
    "lhs, rhs",
    [
        (1 / positive(u), positive(u)),
        (1 / Y1, Y1),
        (Y1 * log(Y1), 0),
        (log(x**2), 2 * log(x)),
        (1 / ZERO, 1),
        (x + log(ZERO), 1),
        (sqrt(-(x**2) - 1), sqrt(-(x**2) - 1) + 0 * x + y - y + sin(x) ** 2 + cos(x) ** 2 - 1),
        (sqrt(MINUS_ONE) * x * (x + 1), sqrt(MINUS_ONE) * x**2 + sqrt(MINUS_ONE) * x),
        (log(-exp(x)), log(-exp(x) * 1) * exp(y) * exp(-y + z) * exp(-z)),
    ],
)
def test_without_a_value_nothing_is_decided(lhs: Any, rhs: Any) -> None:
    found = decided(lhs, rhs, partitions=(LABELS,))
    assert isinstance(found, Undecided) or lhs == rhs
    if isinstance(found, Undecided):
        assert found.reason


def test_kinks() -> None:
    assert decided(1 - positive(-u), positive(u)) == EqualOffKinks("cases of signs", ("u",))
    assert decided(relu(u).diff(u), positive(u)) == EqualOffKinks("cases of signs", ("u",))
    assert isinstance(decided(exp(u) * positive(x - u), exp(u) * (1 - positive(u - x))), EqualOffKinks)
    assert isinstance(decided(relu(u) + log(1 + exp(-absolute(u))), log(1 + exp(u))), Equal)
    assert isinstance(decided(exp(relu(u)), 1 + positive(u) * (exp(u) - 1)), Equal)


def test_signs_prove_by_cases() -> None:
    """Without SymPy; what turns on the values of the arguments is left to the normal form."""
    covered = 1 - (1 - positive(u) - zero(u)) * (1 - positive(-u))
    assert decided(covered, 1) == Equal("cases of signs")
    assert decided(covered * exp(x), exp(x), positive(y) + zero(y)) == Equal("cases of signs")
    assert decided(sign(u), positive(u) - positive(-u)) == Equal("cases of signs")
    assert decided(u * zero(u), 0) == Equal("normal form")
    assert isinstance(decided(positive(u), positive(2 * u)), Equal)
    assert isinstance(decided(positive(u), positive(u + 1)), Different)
    assert isinstance(decided(positive(x**2 + 1), 1 - zero(x**2 + 1)), Undecided | Equal)
    cut, late = symbols("h g")
    decider = Decider(Facts(definitions={cut: x + y, late: 3 * positive(cut)}))
    assert decider.decide([EntryEquation(late, 3 - 3 * positive(-cut) - 3 * zero(cut))], Deadline(5)) == Equal(
        "cases of signs"
    )


def test_what_one_case_excludes_is_not_excluded_in_the_others() -> None:
    """At x = 0 and y < 0 the sides are 1 and 2; only where y > 0 do they have no value at x = 0."""
    lhs = (positive(y) * x**2 + 1 - positive(y)) ** Fraction(-1, 2)
    rhs = (positive(y) * x**2 + (1 - positive(y)) / (1 + zero(x)) ** 2) ** Fraction(-1, 2)
    assert not isinstance(decided(lhs, rhs), Equal)
    assert isinstance(decided(lhs, positive(y) / absolute(x) + 1 - positive(y)), Equal)


def test_claims_at_a_kink() -> None:
    slope = maximum(x - 2 * y, ZERO, number(Fraction(1, 3))).diff(x)
    at_kink = zero(x - 2 * y)
    assert isinstance(decided(slope, Fraction(1, 3), at_kink), Equal)
    found = decided(slope, 0, at_kink)
    assert isinstance(found, Different)
    assert found.at["x"] == 2 * found.at["y"]
    assert (found.lhs, found.rhs) == ("1/3", "0")
    assert isinstance(decided(exp(x - 2 * y), 1, at_kink), Equal)
    assert isinstance(decided(exp(x - 2 * y), 2, at_kink), Different)
    assert isinstance(decided(exp(x), 5, zero(exp(x) - 4)), Undecided)
    assert isinstance(decided(relu(x), 0, zero(x) + positive(-x)), Equal)


def test_claims_with_a_condition() -> None:
    assert isinstance(decided(relu(u), u, positive(u)), Equal)
    assert isinstance(decided(relu(u), u, positive(u + 1)), Different)
    assert isinstance(decided(exp(x * Y1), exp(x), Y1, partitions=(LABELS,)), Equal)
    found = decided(x * Y2, x, Y1, partitions=(LABELS,))
    assert isinstance(found, Different)
    assert found.at["Y_1"] == 1
    assert isinstance(decided(x, y, positive(-(x**2) - 1)), Undecided)
    assert isinstance(decided(x, y, positive(x) * positive(-x)), Undecided)


def test_facts_are_used() -> None:
    assert isinstance(decided(log(p * q), log(p) + log(q), positive=frozenset({p, q})), Equal)
    assert isinstance(decided(log(p * q), log(p) + log(q)), Undecided)
    assert isinstance(decided(Y1 + Y2 + Y3, 1, partitions=(LABELS,)), Equal)
    assert isinstance(decided(Y1 + Y2 + Y3, 1), Different)
    found = decided(sin(k), 0, integers=frozenset({k}))
    assert isinstance(found, Different)
    assert found.at["k"].denominator == 1
    entries = ((a, b), (b, c))
    found = decided(sqrt(a * c - b**2), a, definite=(entries,))
    assert isinstance(found, Different)
    assert found.at["a"] * found.at["c"] > found.at["b"] ** 2


def test_definitions_are_opened_as_far_as_needed() -> None:
    s, t, w = symbols("s t w")
    decider = Decider(Facts(definitions={s: exp(x), t: s * y}))
    assert decider.decide([EntryEquation(t / s, y)], Deadline(5)) == Equal("normal form, definitions put in")
    assert decider.decide([EntryEquation((t + s) ** 2, t**2 + 2 * s * t + s**2)], Deadline(5)) == Equal("normal form")
    decider.define(w, t + 1)
    decider.define(w, t + 1)
    assert isinstance(decider.decide([EntryEquation(w - 1, exp(x) * y)], Deadline(5)), Equal)
    assert isinstance(decider.decide([EntryEquation(w, exp(x) * y)], Deadline(5)), Different)
    with pytest.raises(ValueError, match="defined twice"):
        decider.define(w, t + 2)
    with pytest.raises(ValueError, match="by itself"):
        decider.define(z, z + 1)


def test_a_symbol_may_be_defined_after_it_was_used() -> None:
    decider = Decider(Facts())
    claim = [EntryEquation(u, x**2 * exp(y))]
    assert isinstance(decider.decide(claim, Deadline(5)), Different)
    decider.define(u, x * v)
    assert isinstance(decider.decide(claim, Deadline(5)), Different)
    decider.define(v, x * exp(y))
    assert isinstance(decider.decide(claim, Deadline(5)), Different | Equal)


def test_long_chains_of_definitions() -> None:
    """`s_i = tanh(w s_(i-1))`: 400 layers are no deep recursion."""
    w, *chain = [Symbol("w"), *(Symbol(f"s_{at}") for at in range(400))]
    definitions = {chain[0]: x} | {late: tanh(w * early) for early, late in pairwise(chain)}
    decider = Decider(Facts(definitions))
    assert isinstance(decider.decide([EntryEquation(chain[-1], 2 * chain[-2])], Deadline(10)), Different)
    assert decider.decide([EntryEquation(chain[-1] * w, w * tanh(chain[-2] * w))], Deadline(10)) == Equal(
        "normal form, definitions put in"
    )


def test_facts_may_be_added() -> None:
    decider = Decider(Facts())
    claim = [EntryEquation(sqrt(p * q), sqrt(p) * sqrt(q))]
    assert isinstance(decider.decide(claim, Deadline(5)), Undecided)
    decider.know(Facts(positive=frozenset({p, q})))
    assert isinstance(decider.decide(claim, Deadline(5)), Equal)


def test_signs_of_cut_symbols_are_those_of_their_definitions() -> None:
    s, t = symbols("s t")
    decider = Decider(Facts(definitions={s: exp(x), t: -exp(y)}))
    assert isinstance(decider.decide([EntryEquation(log(s * p**2), x + log(p**2))], Deadline(5)), Equal)
    assert isinstance(decider.decide([EntryEquation(absolute(t), -t)], Deadline(5)), Equal)


def test_the_same_question_has_the_same_answer() -> None:
    claims = [EntryEquation(exp(x) * relu(y), exp(x) * y), EntryEquation(sqrt(x**2), x)]
    first, second = Decider(Facts()), Decider(Facts())
    second.decide([claims[1]], Deadline(5))
    second.decide([EntryEquation(x + y, z)], Deadline(5))
    assert first.decide([claims[0]], Deadline(5)) == second.decide([claims[0]], Deadline(5))
    assert Decider(Facts(), seed=1).decide([claims[1]], Deadline(5)) != Undecided("")


def test_limits_are_an_answer() -> None:
    many = [Symbol(f"t{at}") for at in range(40)]
    wide = add(*many) ** 8
    start = time.monotonic()
    found = decided(wide * exp(x), exp(x + 1) * wide * exp(MINUS_ONE))
    assert isinstance(found, Undecided | Equal)
    shifted = add(*many) + sin(x) ** 2 + cos(x) ** 2 - 1
    assert isinstance(decided(add(*many) ** 9, shifted**9), Undecided)
    assert time.monotonic() - start < 10
    found = decided(exp(x), exp(x) + sin(x) ** 2 + cos(x) ** 2 - 1, seconds=0)
    assert found == Undecided("the time limit of 0 s was reached")
    deep: Scalar = sin(x)
    for _ in range(3000):
        deep = deep * y + 1
    assert isinstance(decided(deep, x), Undecided | Different)


def work(seconds: float) -> None:
    """Keeps the processor busy for so long."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_what_is_suspended_takes_no_time() -> None:
    deadline = Deadline(0.2)
    with deadline.enforced(), deadline.suspended():
        work(1)
    deadline.check()
    with pytest.raises(Undecidable, match="the time limit"), deadline.enforced():
        work(3)


def test_a_busy_machine_takes_nothing_of_the_time() -> None:
    deadline = Deadline(0.1)
    with deadline.enforced():
        time.sleep(0.8)
        deadline.check()


def test_deadline() -> None:
    deadline = Deadline(1000)
    deadline.check()
    assert 0 < deadline.left <= 1000
    expired = Deadline(0.001)
    work(0.002)
    with pytest.raises(Undecidable, match=r"the time limit of 0\.001 s"):
        expired.check()


# A network with two layers


Matrix = np.ndarray[Any, Any]


def matrix(name: str, rows: int, columns: int) -> Matrix:
    return np.array([[Symbol(f"{name}_{i}_{j}") for j in range(columns)] for i in range(rows)], dtype=object)


def each(function: Callable[[Scalar], Scalar], values: Matrix) -> Matrix:
    return np.array([[function(value) for value in row] for row in values], dtype=object)


def column(size: int) -> Matrix:
    return np.full((size, 1), ONE, dtype=object)


class Network:
    """`L = -Σ Y log softmax(act(X W_1 + b_1) W_2 + b_2) / N`, with every node and every derivative a cut symbol."""

    def __init__(self, activation: Callable[[Scalar], Scalar], sizes: tuple[int, int, int, int] = (2, 3, 4, 3)) -> None:
        self.n, d, h, o = sizes
        n = self.n
        self.X, self.W1, self.b1 = matrix("X", n, d), matrix("W_1", d, h), matrix("b_1", 1, h)
        self.W2, self.b2, self.Y = matrix("W_2", h, o), matrix("b_2", 1, o), matrix("Y", n, o)
        self.definitions: dict[Symbol, Scalar] = {}
        self.H0 = self.cut("H_0", self.X @ self.W1 + column(n) @ self.b1)
        self.H = self.cut("H", each(activation, self.H0))
        self.S = self.cut("S", self.H @ self.W2 + column(n) @ self.b2)
        powers = each(exp, self.S)
        self.P = self.cut("P", powers / (powers @ column(o)))
        self.loss = -(self.Y * each(log, powers / (powers @ column(o)))).sum() / n
        self.dS = self.cut("dS", each(self.loss.diff, self.S))
        self.dH = self.cut("dH", self.dS @ self.W2.T)
        self.mask = each(lambda s: activation(s).diff(s), self.H0)
        self.dH0 = self.cut("dH_0", self.dH * self.mask)
        self.dW1 = self.cut("dW_1", self.X.T @ self.dH0)
        self.db1 = self.cut("db_1", column(n).T @ self.dH0)
        self.dW2 = self.cut("dW_2", self.H.T @ self.dS)
        self.facts = Facts(self.definitions, tuple(tuple(self.Y[i, :]) for i in range(n)))

    def cut(self, name: str, values: Matrix) -> Matrix:
        names = matrix(name, *values.shape)
        self.definitions.update(zip(names.flat, values.flat, strict=True))
        return names

    def opened(self, values: Matrix) -> Matrix:
        """All definitions put in, down to the inputs and weights."""
        done: dict[Symbol, Scalar] = {}
        for symbol, definition in self.definitions.items():
            done[symbol] = definition.xreplace(done)
        return each(lambda value: value.xreplace(done), values)


def claims(lhs: Matrix, rhs: Matrix) -> list[EntryEquation]:
    return [EntryEquation(left, right) for left, right in zip(lhs.flat, rhs.flat, strict=True)]


ACTIVATIONS: Mapping[str, Callable[[Scalar], Scalar]] = {
    "relu": relu,
    "sigmoid": lambda s: 1 / (1 + exp(-s)),
    "tanh": tanh,
    "softplus": lambda s: log(1 + exp(s)),
    "gelu": lambda s: s * (1 + erf(s / sqrt(number(2)))) / 2,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_two_layer_network(name: str) -> None:
    net = Network(ACTIVATIONS[name])
    decider = Decider(net.facts)
    delta = (net.P - net.Y) / net.n
    hidden = (delta @ net.W2.T) * net.mask
    start = time.monotonic()
    for lhs, rhs in (
        (net.dS, delta),
        (net.dW2, net.H.T @ delta),
        (net.dH0, hidden),
        (net.dW1, net.X.T @ hidden),
        (net.db1, column(net.n).T @ hidden),
    ):
        assert isinstance(decider.decide(claims(lhs, rhs), Deadline(10)), Equal)
    for lhs, rhs in (
        (net.dS, net.P - net.Y),
        (net.dS, (net.Y - net.P) / net.n),
        (net.dW2, net.H0.T @ delta),
        (net.dW1, net.X.T @ (delta @ net.W2.T)),
        (net.dW1, net.X.T @ hidden * 2),
        (net.db1, hidden[:1, :]),
    ):
        found = decider.decide(claims(lhs, rhs), Deadline(10))
        assert isinstance(found, Different)
        assert all(len(symbol.split("_")) in (2, 3, 4) for symbol in found.at)
    assert time.monotonic() - start < 8


def test_two_layer_network_with_everything_opened() -> None:
    net = Network(relu)
    hidden = ((net.P - net.Y) / net.n @ net.W2.T) * net.mask
    decider = Decider(Facts(partitions=net.facts.partitions))
    lhs, rhs = net.opened(net.dW1), net.opened(net.X.T @ hidden)
    assert isinstance(decider.decide(claims(lhs, rhs), Deadline(10)), Equal)
    wrong = net.opened(net.X.T @ ((net.P - net.Y) / net.n @ net.W2.T))
    assert isinstance(decider.decide(claims(lhs, wrong), Deadline(10)), Different)


def test_the_mask_at_the_kink_is_a_convention() -> None:
    net = Network(relu)
    closed = each(lambda s: 1 - positive(-s), net.H0)
    hidden = ((net.P - net.Y) / net.n @ net.W2.T) * closed
    found = Decider(net.facts).decide(claims(net.dW1, net.X.T @ hidden), Deadline(10))
    assert isinstance(found, EqualOffKinks)
    assert set(found.kinks) == set(map(str, net.H0.flat))


def test_labels_that_do_not_sum_to_one_refute_the_gradient() -> None:
    net = Network(relu)
    found = Decider(Facts(net.definitions)).decide(claims(net.dS, (net.P - net.Y) / net.n), Deadline(10))
    assert isinstance(found, Different)


def test_a_mask_that_hides_while_all_units_are_active() -> None:
    """With a large bias nearly every unit is active: the missing mask shows at few points."""
    definitions = {u: x + 3, v: relu(u)}
    slope = relu(u).diff(u)
    found = decide(Facts(definitions), [EntryEquation(y * slope, y)], Deadline(5))
    assert isinstance(found, Different)
    assert found.at["x"] < -3


# Random expressions, rewritten by true and by false rules


def expanded(expression: Scalar) -> Scalar:
    """Multiplied out by SymPy; as it was where SymPy leaves the real numbers for that."""
    product = to_sympy(expression).expand()
    return expression if product.has(sympy.I) else from_sympy(product)


LEAVES = (x, y, z, p, q, Y1, Y2, ONE, number(2), MINUS_ONE, HALF)
Rule = Callable[[Scalar, Scalar], Scalar]
UNARY: tuple[Callable[[Scalar], Scalar], ...] = (
    exp, log, tanh, sqrt, sin, cos, erf, sinh, cosh, positive, sign, relu, absolute,
    lambda e: 1 / (1 + exp(-e)), lambda e: e**2, lambda e: 1 / e, lambda e: -e, lambda e: e ** Fraction(1, 3),
)  # fmt: skip
BINARY: tuple[Rule, ...] = (
    lambda e, f: e + f, lambda e, f: e * f, lambda e, f: e / f, maximum, lambda e, f: exp(e) / (exp(e) + exp(f)),
)  # fmt: skip
TRUE_RULES: tuple[Rule, ...] = (
    lambda e, f: e * positive(f) + e * positive(-f) + e * zero(f),
    lambda e, f: log(exp(e)),
    lambda e, f: relu(e) - relu(-e),
    lambda e, f: absolute(e) * sign(e),
    lambda e, f: e + tanh(f) - (exp(f) - exp(-f)) / (exp(f) + exp(-f)),
    lambda e, f: e * sin(f) ** 2 + e * cos(f) ** 2,
    lambda e, f: Y1 * e + Y2 * e + Y3 * e,
    lambda e, f: e + sqrt(f**2) - absolute(f),
    lambda e, f: e + maximum(e, f) - maximum(f, e),
    lambda e, f: e + log(p * (1 + exp(f))) - log(p) - log(1 + exp(f)),
    lambda e, f: e + exp(f * Y1) - 1 - Y1 * (exp(f) - 1),
    lambda e, f: expanded(e),
)
FALSE_RULES: tuple[Rule, ...] = (
    lambda e, f: sqrt(e**2),
    lambda e, f: -1 * e,
    lambda e, f: e * positive(f),
    lambda e, f: e * (positive(f) + positive(-f)),
    maximum,
    lambda e, f: e * (Y1 + Y2),
    lambda e, f: e + Fraction(1, 10**25),
    lambda e, f: e + log(f**2) - 2 * log(f),
    lambda e, f: e + exp(relu(f)) - relu(exp(f)),
    lambda e, f: e + (f**2) ** Fraction(3, 2) - f**3,
    lambda e, f: e / positive(f),
    lambda e, f: e + sqrt(f * x) - sqrt(f) * sqrt(x),
)


class NoNumber(Exception):
    """The independent evaluation has no certain value."""


def independent(expression: Scalar, values: Mapping[Scalar, Any]) -> Any:
    """The value by mpmath with many digits; `NoNumber` where it is not certain."""
    if expression in values:
        return values[expression]
    if expression is NOTHING:
        raise NoNumber
    if isinstance(expression, Number):
        return fraction(expression.value)
    if isinstance(expression, Constant):
        return +mpmath.pi if expression is PI else +mpmath.e
    if isinstance(expression, Exp) and expression.args[0] is ONE:
        return +mpmath.e
    parts = [independent(operand, values) for operand in expression.operands]
    if any(abs(part) > 10**9 for part in parts):
        raise NoNumber
    if isinstance(expression, Add):
        factors = [fraction(factor) for _, factor in expression.terms]
        return fraction(expression.constant) + mpmath.fdot(factors, parts)
    if isinstance(expression, Mul):
        return fraction(expression.coefficient) * mpmath.fprod(parts)
    return _applied(type(expression).__name__, parts)


def fraction(value: Any) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def _applied(name: str, parts: list[Any]) -> Any:
    def sign(value: Any) -> int:
        if abs(value) < mpmath.mpf(10) ** -20:
            raise NoNumber
        return 1 if value > 0 else -1

    steps: dict[str, Callable[[], Any]] = {
        "Positive": lambda: (1 + sign(parts[0])) // 2,
        "Zero": lambda: 0 * sign(parts[0]),
        "Sign": lambda: sign(parts[0]),
        "Absolute": lambda: sign(parts[0]) * parts[0],
        "Maximum": lambda: parts[0] if sign(parts[0] - parts[1]) > 0 else parts[1],
    }
    if name in steps:
        return steps[name]()
    if name == "Pow":
        whole = parts[1] == int(parts[1])
        if sign(parts[0]) < 0 and not whole:
            raise NoNumber
        return parts[0] ** (int(parts[1]) if whole else parts[1])
    if name == "Log" and sign(parts[0]) < 0:
        raise NoNumber
    return getattr(mpmath, name.lower())(parts[0])


def differs(lhs: Scalar, rhs: Scalar, chance: random.Random) -> bool | None:
    """Whether an independent evaluation sees a difference; None if it finds no point with values."""
    compared = False
    with mpmath.workdps(60):
        for _ in range(20):
            values = {one: mpmath.mpf(chance.randint(-3000, 3000)) / 1009 for one in (x, y, z)}
            values |= {one: mpmath.mpf(chance.randint(1, 3000)) / 1009 for one in (p, q)}
            chosen = chance.choice(LABELS)
            values |= {one: mpmath.mpf(one == chosen) for one in LABELS}
            try:
                first, second = independent(lhs, values), independent(rhs, values)
            except (NoNumber, OverflowError, ZeroDivisionError):
                continue
            compared = True
            if abs(first - second) > mpmath.mpf(10) ** -35 * (1 + abs(first)):
                return True
    return False if compared else None


def grown(chance: random.Random, depth: int) -> Scalar:
    """A random expression."""
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(LEAVES)
    if chance.random() < 0.5:
        return chance.choice(UNARY)(grown(chance, depth - 1))
    return chance.choice(BINARY)(grown(chance, depth - 1), grown(chance, depth - 1))


def rewritten(expression: Scalar, rules: tuple[Rule, ...], chance: random.Random) -> Scalar:
    """The expression with one rule applied to one of its parts."""
    parts = sorted(parts_of(expression), key=lambda part: part.digest)
    part = chance.choice(parts)
    other = chance.choice(parts) if chance.random() < 0.5 else chance.choice(LEAVES)
    return expression.xreplace({part: chance.choice(rules)(part, other)})


def random_pair(seed: int, rules: tuple[Rule, ...], steps: int) -> tuple[Scalar, Scalar] | None:
    """An expression and what rules make of it; None if one of them has no value."""
    chance = random.Random(seed)
    lhs = rhs = grown(chance, chance.choice((1, 2, 3)))
    for _ in range(steps):
        rhs = rewritten(rhs, rules, chance)
    if any(side is NOTHING or len(parts_of(side)) > 150 for side in (lhs, rhs)):
        return None
    return lhs, rhs


FUZZED = Facts(partitions=(LABELS,), positive=frozenset({p, q}))
FUZZ = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_true_rules_are_never_refuted(seed: int, steps: int) -> None:
    pair = random_pair(seed, TRUE_RULES, steps)
    if pair is None:
        return
    found = decide(FUZZED, [EntryEquation(*pair)], Deadline(3))
    assert not isinstance(found, Different) or differs(*pair, random.Random(seed)) is not False


@FUZZ
@given(st.integers(0, 10**6), st.integers(1, 2))
def test_what_differs_is_never_proved(seed: int, steps: int) -> None:
    pair = random_pair(seed, FALSE_RULES + TRUE_RULES[:4], steps)
    if pair is None:
        return
    found = decide(FUZZED, [EntryEquation(*pair)], Deadline(3))
    if isinstance(found, Equal | EqualOffKinks):
        assert differs(*pair, random.Random(seed)) is not True
    if isinstance(found, Different):
        values = {Symbol(name): mpmath.mpf(value.numerator) / value.denominator for name, value in found.at.items()}
        try:
            with mpmath.workdps(120):
                first, second = independent(pair[0], values), independent(pair[1], values)
                assert abs(first - second) > mpmath.mpf(10) ** -100
        except (NoNumber, OverflowError):
            pass


def test_what_fails_at_once_is_the_same_as_what_fails() -> None:
    """The look at one equation at one point finds what the cascade finds, or nothing."""
    decider = Decider(Facts(definitions={u: x * y}))
    wrong, right = EntryEquation(u, 2 * x * y), EntryEquation(u, x * y)
    assert decider.refuted_at_once(wrong, Deadline(5)) == decider.decide([wrong, right], Deadline(5))
    assert decider.refuted_at_once(right, Deadline(5)) is None
    assert decider.refuted_at_once(EntryEquation(u, u), Deadline(5)) is None
    assert decider.refuted_at_once(EntryEquation(NOTHING, u), Deadline(5)) is None


def test_a_share_of_the_time_ends_earlier_and_names_the_whole() -> None:
    whole = Deadline(10)
    assert 6.9 < whole.share(0.7).left <= 7
    with pytest.raises(Undecidable, match="the time limit of 10 s was reached"):
        whole.share(0).check()
