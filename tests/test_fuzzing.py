"""The checker against its adversary: no false proof, no false refutation, and few claims left undecided.

What is true is said by the oracle of `fuzzing`, which is held to known pairs of its own here: an oracle that could be
wrong unseen, or had no opinion, would make every run a good one. `python -m fuzzing` makes as many mutants as wanted.
"""

import random
from collections.abc import Callable
from functools import cache

import pytest
from fuzzing.breakages import BREAKAGES, is_tiny
from fuzzing.claims import claims, read, with_name
from fuzzing.mutants import PER_NETWORK, mutant, workbench
from fuzzing.networks import ACTIVATIONS, LOSSES, random_network, random_sizes
from fuzzing.rewritings import REWRITINGS
from fuzzing.run import outcomes
from fuzzing.tally import PROVED, REFUTED_WITH_A_WITNESS, Tally
from fuzzing.truth import Claim, Oracle, Truth
from fuzzing.verdicts import outcome
from thoroughness import THOROUGH

from derive.checking.results import Counterexample
from derive.documents.setting import make_setting, read_entries
from derive.models import build_model
from derive.notation.symbols import SymbolTable
from derive.source import Source, Text

SAMPLE = 2_000
SAMPLE_SEED = 7
PARTS = 5
"""The sample is made in parts, of so many networks each; what is asked of all is asked of each."""
TRIED = PARTS if THOROUGH else 2


# ── the checker ──


@pytest.mark.parametrize("part", range(TRIED))
def test_the_checker_against_its_adversary(part: int, record_testsuite_property: Callable[[str, object], None]) -> None:
    """Nothing false is said, and little is left undecided."""
    size = SAMPLE // PARTS
    assert size % PER_NETWORK == 0
    tally = Tally()
    for outcome_of_one in outcomes(SAMPLE_SEED, range(part * size, (part + 1) * size)):
        tally.add(outcome_of_one)
    record_testsuite_property(f"mutants, part {part + 1} of {PARTS}", str(tally))
    assert len(tally.outcomes) == size
    assert not tally.faults, str(tally)
    assert len(tally.of(Truth.FALSE)) >= size // 4, str(tally)
    assert len(tally.of(Truth.TRUE)) >= size // 5, str(tally)
    assert len(tally.of(Truth.UNJUDGED)) <= 0.01 * size, str(tally)
    assert tally.refuted >= REFUTED_WITH_A_WITNESS, str(tally)
    assert tally.proved >= PROVED, str(tally)


# ── the oracle ──

ROWS = r"""
dims: {N: 3, D: 2, H: 4, C: 2}
symbols:
  {X: N x D, W: D x H, b: 1 x H, V: H x C, U: H x C, Q: C x C, \lambda: scalar, Y: one-hot N x C, y: hot index of Y}
model:
  Z: X W + b
  H: \max(0, Z)
  S: H V
  P: \text{softmax}(S)
  L: -\frac{1}{N} \sum_{i=1}^{N} \log P_{i,y_i} + \lambda \|V\|_F^2
loss: L
"""


@cache
def table(*sizes: int) -> SymbolTable:
    dims = ", ".join(f"{name}: {size}" for name, size in zip("NDHC", sizes, strict=True))
    yaml = ROWS.replace("N: 3, D: 2, H: 4, C: 2", dims)
    return build_model(make_setting(read_entries(Text(yaml, Source("rows.yaml", yaml), 0)))).table


@cache
def oracle(*sizes: int) -> Oracle:
    return Oracle(table(*sizes), table(4, 5, 3, 6), 11)


def claim(left: str, right: str, sizes: tuple[int, ...]) -> Claim:
    first, second = (read(table(*sizes), text) for text in (left, right))
    return Claim(first, second, is_tiny(second.value))


def opinion(left: str, right: str, sizes: tuple[int, ...] = (3, 2, 4, 2), careful: bool = False) -> Truth:
    return oracle(*sizes).opinion(claim(left, right, sizes), careful)


DELTA = r"\frac{1}{N}(P - Y)"
BY_W = r"\frac{\partial L}{\partial W}"

TRUE = [
    (r"\frac{\partial L}{\partial S}", DELTA),
    (r"\frac{\partial L}{\partial V}", rf"H^T {DELTA} + 2 \lambda V"),
    (BY_W, rf"X^T (({DELTA} V^T) \odot \mathbb{{1}}(Z > 0))"),
    (r"\frac{\partial L}{\partial b}", r"\mathbf{1}^T \frac{\partial L}{\partial Z}"),
    (r"\frac{\partial L}{\partial S_{i,j}}", r"\frac{1}{N}(P_{i,j} - \mathbb{1}(j = y_i))"),
    (r"\frac{\partial L}{\partial \lambda}", r"\text{tr}(V^T V)"),
    (r"\sum_{k=1}^{C} P_{i,k}", "1"),
    ("H", r"Z \odot \mathbb{1}(Z > 0)"),
    ("H", r"Z \odot \mathbb{1}(Z \geq 0)"),
    (r"\tanh(Z)", r"2 \sigma(2 Z) - 1"),
    (r"\sigma'(Z)", r"\sigma(Z) \odot (1 - \sigma(Z))"),
    (r"\text{GELU}(Z)", r"\frac{1}{2} Z \odot (1 + \text{erf}(\frac{Z}{\sqrt{2}}))"),
]

FALSE = [
    (r"\frac{\partial L}{\partial S}", "P - Y"),
    (r"\frac{\partial L}{\partial S}", r"\frac{1}{N}(Y - P)"),
    (r"\frac{\partial L}{\partial S}", rf"{DELTA} + 10^{{-12}} S"),
    (r"\frac{\partial L}{\partial S}", rf"{DELTA} + 10^{{-30}} S"),
    (r"\frac{\partial L}{\partial V}", rf"H^T {DELTA} + \lambda V"),
    (r"\frac{\partial L}{\partial V}", rf"H^T {DELTA} + 2 \lambda U"),
    (BY_W, rf"X^T ({DELTA} V^T)"),
    (BY_W, rf"X^T (({DELTA} V^T) \odot \mathbb{{1}}(Z < 0))"),
    (r"\frac{\partial L}{\partial b}", r"\frac{1}{N} \mathbf{1}^T \frac{\partial L}{\partial Z}"),
    (r"\frac{\partial L}{\partial S_{i,j}}", r"\frac{1}{N}(P_{i,j} - \mathbb{1}(1 = y_i))"),
    (r"\sum_{k=1}^{C} P_{k,j}", "1"),
    (r"\sigma'(Z)", r"\sigma(Z) \odot (1 + \sigma(Z))"),
    ("S Q", "S Q^T"),
]


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("left, right", TRUE)
def test_the_oracle_knows_what_is_true(left: str, right: str, careful: bool) -> None:
    assert opinion(left, right, careful=careful) is Truth.TRUE


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("left, right", FALSE)
def test_the_oracle_knows_what_is_false(left: str, right: str, careful: bool) -> None:
    sizes = (2, 2, 2, 2) if "P_{k,j}" in left else (3, 2, 4, 2)
    assert opinion(left, right, sizes, careful) is Truth.FALSE


@pytest.mark.parametrize(
    "left, right, sizes",
    [
        ("S", r"H V + \frac{1}{N} S - \frac{1}{C} S", (2, 3, 4, 2)),
        (r"\sum_{i=1}^{N} S_{i,1}", "S_{1,1} + S_{2,1}", (2, 3, 4, 2)),
        (r"\text{tr}(Q)", "Q_{1,1} + Q_{2,2}", (3, 4, 5, 2)),
        ("Z V", "Z V + Z W - Z W", (3, 2, 2, 2)),
    ],
)
def test_the_oracle_tells_what_is_true_at_some_sizes_only(left: str, right: str, sizes: tuple[int, ...]) -> None:
    assert opinion(left, right, sizes) is Truth.HERE


@pytest.mark.parametrize(
    "left, right, holds",
    [
        (r"\frac{\partial L}{\partial S}", DELTA, True),
        (r"\text{tr}(Q)", r"\sum_{k=1}^{C} Q_{k,k}", True),
        ("S", r"H V + 10^{-9} (N - 4)(N - 3) S", False),
    ],
)
def test_the_oracle_has_a_third_choice_of_sizes(left: str, right: str, holds: bool) -> None:
    sizes = (3, 2, 4, 2)
    found = Oracle(table(*sizes), table(4, 5, 3, 6), 11, table(1, 3, 2, 4))
    assert found.opinion(claim(left, right, sizes)) is Truth.TRUE
    assert found.holds_at_a_third_choice(claim(left, right, sizes)) is holds


@pytest.mark.parametrize(
    "left, right",
    [
        (r"\mathbb{1}(Z > 0)", r"\mathbb{1}(Z \geq 0)"),
        (r"\frac{\partial L}{\partial Z}", rf"({DELTA} V^T + 2 \lambda (H - H)) \odot \mathbb{{1}}(Z \geq 0)"),
    ],
)
def test_the_oracle_looks_at_kinks(left: str, right: str) -> None:
    assert opinion(left, right) is Truth.OFF_KINKS


X = [["1", "2"], ["-1", "1/2"], ["0", "3"]]


@pytest.mark.parametrize(
    "lhs, rhs, entry, is_so",
    [("2", "4", (1, 2), True), ("1/2", "1", (2, 2), True), ("2", "4", (2, 2), False), ("3", "4", (1, 2), False)],
)
def test_a_counterexample_is_held_to_its_numbers(lhs: str, rhs: str, entry: tuple[int, int], is_so: bool) -> None:
    sizes = (3, 2, 4, 2)
    example = Counterexample({"X": X}, entry, lhs, rhs)
    assert oracle(*sizes).differs_at(claim("X", "2 X", sizes), example) is is_so


def test_a_counterexample_of_equal_sides_is_none() -> None:
    sizes = (3, 2, 4, 2)
    example = Counterexample({"X": X}, (1, 2), "4", "4")
    assert oracle(*sizes).differs_at(claim("X + X", "2 X", sizes), example) is False


# ── what is made ──


def test_networks_of_every_kind_are_made() -> None:
    networks = [random_network(random.Random(seed)) for seed in range(120)]
    assert {network.loss for network in networks} == set(LOSSES)
    assert {layer.activation for network in networks for layer in network.layers} == {"", *ACTIVATIONS}
    assert {len(network.layers) for network in networks} == {1, 2, 3, 4}
    assert {(network.rows, network.batch, bool(network.decay)) for network in networks} == {
        (rows, batch, decay) for rows in (True, False) for batch in (True, False) for decay in (True, False)
    }
    sizes = [tuple(random_sizes(random.Random(seed), ["N", "D", "C"]).values()) for seed in range(40)]
    assert {len(set(found)) for found in sizes} >= {1, 3}


@pytest.mark.parametrize("seed", range(8))
def test_the_claims_of_a_network_are_true(seed: int) -> None:
    bench = workbench(1000 + seed, 0)
    for written in claims(bench.network, random.Random(seed)):
        first, second = (read(bench.session.table, text) for text in (written.left, written.right))
        assert bench.oracle.opinion(Claim(first, second), careful=False) is Truth.TRUE, (
            f"{written}\n{bench.network.yaml()}"
        )


def test_a_name_within_a_word_is_none() -> None:
    assert with_name(r"\text{GELU}(E) + E", "E", "Q H") == r"\text{GELU}(\left( Q H \right)) + \left( Q H \right)"
    assert with_name(r"\max(0, z^{[1]})", "z^{[1]}", "x") == r"\max(0, \left( x \right))"


def test_a_mutant_is_a_function_of_its_number() -> None:
    numbers = [0, 41, 3, 82, 2]
    first = [mutant(5, number)[1] for number in numbers]
    workbench.cache_clear()
    again = [mutant(5, number)[1] for number in reversed(numbers)]
    assert first == again[::-1]


def test_every_edit_is_made() -> None:
    missing = {*REWRITINGS, *BREAKAGES}
    for number in range(0, 12_000, 3):
        missing -= set(mutant(1, number)[1].edits)
        if not missing:
            return
    assert not missing


def test_a_false_proof_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checker that proves everything, and one that refutes everything, are caught."""
    from fuzzing import verdicts

    from derive.checking.claims import Judgement

    for said, fault in (("proved", "false proof"), ("refuted", "false refutation")):
        monkeypatch.setattr(verdicts, "verdict", lambda *_, _said=said: Judgement(_said, ""))
        faults = [outcome(2, number, 1.0).fault for number in range(20)]
        assert faults.count(fault) >= 2
        assert set(faults) == {fault, ""}
