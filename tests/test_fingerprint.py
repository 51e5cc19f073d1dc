"""Fingerprints agree on what is true of sums, products, quotients and exponentials, and differ on nearly all else."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.exact.fingerprint import POINTS, PRIMES, Fingerprints
from derive.exact.functions import absolute, maximum, positive, sign, unspecified, unspecified_component, zero
from derive.exact.scalars import (
    NOTHING,
    ONE,
    PI,
    ZERO,
    E,
    Scalar,
    Symbol,
    cos,
    erf,
    exp,
    log,
    number,
    sin,
    sqrt,
    symbols,
    tanh,
)

a, b, u, v, w, x, y, z = symbols("a b u v w x y z")
LABELS = symbols("Y_1 Y_2 Y_3")


def agree(lhs: Scalar, rhs: Scalar, where: Scalar = ONE) -> bool:
    return Fingerprints({}, (LABELS,)).agree(lhs, rhs, where, ())


def relu(argument: Scalar) -> Scalar:
    return maximum(argument, ZERO)


def sigmoid(argument: Scalar) -> Scalar:
    return 1 / (1 + exp(-argument))


def test_the_primes_are_a_chain() -> None:
    assert [2 * after + 1 for after in PRIMES[1:]] == list(PRIMES[:-1])
    for prime, order in pairwise(PRIMES):
        assert pow(4, order, prime) == 1
        assert all(prime % factor for factor in range(2, 50_000))


@pytest.mark.parametrize(
    "lhs, rhs",
    [
        ((x + y) ** 2, x**2 + 2 * x * y + y**2),
        (x / (x * y + x), 1 / (y + 1)),
        (exp(a + b), exp(a) * exp(b)),
        (exp(a / 2 + b / 3) ** 6, exp(3 * a) * exp(2 * b)),
        (exp(exp(a + b)), exp(exp(a) * exp(b))),
        (E**2 * exp(x), exp(x + 2)),
        (sigmoid(x), 1 - sigmoid(-x)),
        (sigmoid(x).diff(x), sigmoid(x) * (1 - sigmoid(x))),
        (tanh(x), 2 * sigmoid(2 * x) - 1),
        (log(1 + exp(x)).diff(x), sigmoid(x)),
        (relu(x), x * positive(x)),
        (relu(x) - relu(-x), x),
        (1 - positive(-u), positive(u)),
        (absolute(x * y), x * y * sign(x * y)),
        (maximum(x, y), y + relu(x - y)),
        (exp(relu(u)), 1 + positive(u) * (exp(u) - 1)),
        (sum(LABELS, ZERO), ONE),
        (exp(x * LABELS[0]), 1 + LABELS[0] * (exp(x) - 1)),
        (LABELS[0] * LABELS[1], ZERO),
        (sqrt(x * y), sqrt(x) * sqrt(y)),
        (x ** number(5) ** -1, (x**3) ** number(15) ** -1),
        (sin(x - y), -sin(y - x)),
        (cos(x * (y - z)), cos(x * z - x * y)),
        (erf(x * y - x), -erf(x * (1 - y))),
        (unspecified("f", x * (y + 1), 2), unspecified("f", x * y + x, 2)),
        (unspecified_component("g", 0, (x, 2 * (x + y))), unspecified_component("g", 0, (x, 2 * x + 2 * y))),
        ((1 + x**2) ** (y + z), (1 + x**2) ** y * (1 + x**2) ** z),
    ],
)  # fmt: skip
def test_what_agrees(lhs: Scalar, rhs: Scalar) -> None:
    assert agree(lhs, rhs)


@pytest.mark.parametrize(
    "lhs, rhs",
    [
        (x, x + number(1) / 10**30),
        (exp(x), exp(x + number(1) / 10**30)),
        (exp(x), exp(-x)),
        (PI, number(355) / 113),
        (relu(x), x),
        (y * relu(x).diff(x), y),
        (absolute(x), x),
        (sin(x), cos(x)),
        (log(x), log(y)),
        (LABELS[0], LABELS[1]),
        (unspecified("f", x), unspecified("f", x, 1)),
        (unspecified_component("g", 0, (x, y)), unspecified_component("g", 1, (x, y))),
        (exp(exp(exp(x))), exp(exp(exp(y)))),
    ],
)
def test_what_differs(lhs: Scalar, rhs: Scalar) -> None:
    assert not agree(lhs, rhs)


@pytest.mark.parametrize("lhs", [x / (LABELS[0] * LABELS[1]), 1 / zero(x), NOTHING, log(x) * (x - x + 1) / zero(y)])
def test_without_a_value_there_is_no_opinion(lhs: Scalar) -> None:
    assert not agree(lhs, lhs)
    assert Fingerprints({}, (LABELS,)).of(lhs) == (None,) * POINTS


def test_a_division_by_zero_concerns_its_points_alone() -> None:
    values = Fingerprints({}, (LABELS,)).of(exp(x) / LABELS[0] + y)
    assert None in values
    assert len(set(values)) > 2
    assert agree(x / LABELS[0], x * LABELS[0])


def test_only_points_where_the_claim_is_made_count() -> None:
    assert agree(relu(x), x, positive(x))
    assert not agree(relu(x), 2 * x, positive(x))
    assert not agree(x, x, zero(x))


def test_definitions_are_followed() -> None:
    definitions: dict[Symbol, Scalar] = {u: x + y, v: exp(u)}
    prints = Fingerprints(definitions)
    assert prints.agree(v, exp(x) * exp(y), ONE, (u, v))
    assert prints.used == {x, y}
    assert not prints.agree(v, w, ONE, (u, v))


def test_long_chains_are_no_deep_recursion() -> None:
    chain = [x, *(Symbol(f"s{at}") for at in range(3000))]
    definitions = {late: tanh(early * w) for early, late in pairwise(chain)}
    prints = Fingerprints(definitions)
    assert prints.agree(chain[-1], tanh(chain[-2] * w), ONE, chain[1:])
    deep: Scalar = sin(x)
    for _ in range(3000):
        deep = deep * y + 1
    assert not Fingerprints({}).agree(deep, deep, ONE, ())


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(4)))
def test_values_do_not_depend_on_what_was_asked_before(order: list[int]) -> None:
    asked = [exp(x) * y, relu(x - y), sqrt(x) / LABELS[1], log(exp(exp(x)))]
    first, second = Fingerprints({}, (LABELS,)), Fingerprints({}, (LABELS,))
    for at in order:
        first.of(asked[at])
    assert [first.of(one) for one in asked] == [second.of(one) for one in asked]
