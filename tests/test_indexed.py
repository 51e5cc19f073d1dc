"""The index form proves equations for every size of every dimension, and never one that fails at some size or point."""

from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from index_claims import AT_THESE_SIZES, FALSE, SIZED, TRUE
from oracle import Point, UnjudgedError, close, value_at
from resizing import NoSuchPlaceError, resized, resized_table

from derive.checking.candidates import sized
from derive.documents.setting import make_setting, read_entries
from derive.expressions import tree
from derive.expressions.shapes import SCALAR, Dim, column
from derive.expressions.tree import IndexVariable
from derive.indexed.prover import GeneralProof, NoProof, Prover, Rests
from derive.models import build_model
from derive.models.model import Model
from derive.notation.elaboration import Options, Reading, elaborated
from derive.notation.symbols import Computed
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Source, Text


@cache
def model(setting: str) -> Model:
    return build_model(make_setting(read_entries(Text(setting, Source("s.yaml", setting), 0))))


def read(setting: str, text: str) -> Reading:
    table = model(setting).table
    return elaborated(table, parse(tokenize(text, table.words)), Options(table.layout))


def both(setting: str, left: str, right: str) -> tuple[Reading, Reading, dict[str, Dim]]:
    """Two sides with open sizes filled in, and the dimensions of their free letters."""
    first, second = read(setting, left), read(setting, right)
    values = sized(first.value, second.value)
    free = {letter: uses[0].dim for side in (first, second) for letter, uses in side.free.items() if uses}
    return replace(first, value=values[0]), replace(second, value=values[1]), free


def proof(setting: str, left: str, right: str) -> GeneralProof | NoProof:
    first, second, free = both(setting, left, right)
    found = model(setting)
    return Prover(found.table, found.kink).prove(first.value, second.value, free)


def is_proved(setting: str, left: str, right: str) -> bool:
    return isinstance(proof(setting, left, right), GeneralProof)


def reason(setting: str, left: str, right: str) -> str:
    found = proof(setting, left, right)
    return found.reason if isinstance(found, NoProof) else "proved"


# ── claims with their settings ──


def claims(tables: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    return [(setting, left, right) for setting, rows in tables.items() for left, right in rows]


def test_there_are_many_claims():
    assert len(claims(TRUE)) >= 120
    assert len(claims(FALSE)) + len(AT_THESE_SIZES) >= 120


@pytest.mark.parametrize("setting, left, right", [pytest.param(*claim, id=claim[1][:60]) for claim in claims(TRUE)])
def test_what_is_true_for_all_dimensions_is_proved(setting, left, right):
    assert is_proved(setting, left, right)
    assert differs_at(setting, left, right, step=1) is not True


@pytest.mark.parametrize("setting, left, right", [pytest.param(*claim, id=claim[2][:60]) for claim in claims(FALSE)])
def test_what_is_false_is_not_proved(setting, left, right):
    assert not is_proved(setting, left, right)


@pytest.mark.parametrize("left, right", AT_THESE_SIZES)
def test_what_is_true_at_some_sizes_is_not_proved_for_all(left, right):
    assert not is_proved(SIZED, left, right)


def differs_at(setting: str, left: str, right: str, step: int) -> bool | None:
    """Whether two sides differ at a point when every dimension is so much longer; None where that cannot be told."""
    first, second, free = both(setting, left, right)
    table = model(setting).table
    sizes = {dim.name: (dim.size or 0) % 3 + 1 + step for dim in table.dims.values()}
    try:
        point = Point(resized_table(table, sizes), 1)
        sides = [resized(side.value, sizes) for side in (first, second)]
        seen = []
        for places in product(*(range(min(2, sizes[dim.name])) for dim in free.values())):
            environment = {IndexVariable(letter): place for letter, place in zip(free, places, strict=True)}
            seen.append(close(*(value_at(point, side, environment) for side in sides), 1e-5))
    except (UnjudgedError, NoSuchPlaceError):
        return None
    return True if False in seen else None if None in seen else False


# ── one test for each way in which a proof once went wrong ──

SQUARE = """symbols:
  M: n x n
  B: n x n
  S: symmetric n x n
  D: diagonal n x n
  x: n x 1
  v: n x 1
  p: positive n x 1
  s: scalar
"""


def test_an_index_of_an_inverse_is_not_the_one_that_its_matrix_sums_over():
    """Σ_k g_ik M_kk M_kj is no Σ_k g_ik Σ_l M_lk M_lj."""
    diagonal = r"(M^T M + B)^{-1} (\mathrm{diag}(\mathrm{diag}(M)) M + B)"
    assert not is_proved(SQUARE, diagonal, "I")
    assert is_proved(SQUARE, "(M^T M + B)^{-1} (M^T M + B)", "I")


def test_what_is_put_in_for_a_parameter_keeps_its_own_rows():
    """f(q) = Σ_k e^(q v_k) of every entry of x is Σ_k e^(x_i v_k), not Σ_k e^(x_k v_k)."""
    table = model(SQUARE).table
    n = table.dims["n"]
    parameter, x, v = tree.Symbol("q", SCALAR), tree.Symbol("x", column(n)), tree.Symbol("v", column(n))
    k, i = IndexVariable("k", 1), IndexVariable("i", 2)
    first = tree.IndexNumber(0)

    def total(of: tree.Expr) -> tree.Expr:
        body = tree.Apply("exp", tree.Scale(of, tree.Entry(v, k, first)))
        return tree.Quantified("sum", k, tree.Range(0, (n.size or 0) - 1, n, "dimension"), body)

    applied = tree.EntryByEntry(parameter, total(parameter), x)
    right = tree.EntryFormula(i, None, total(tree.Entry(x, i, first)), column(n))
    wrong = tree.Scale(total(tree.Entry(x, k, first)), tree.Fill(1, column(n)))
    assert isinstance(Prover(table).prove(applied, right), GeneralProof)
    assert isinstance(Prover(table).prove(applied, wrong), NoProof)


def test_a_position_that_is_cut_off_must_be_there():
    """Σ_{i=3}^n 1 is n - 2 from n = 2 on: at n = 1 it is 0."""
    for left, right, size in (
        (r"\sum_{i=3}^{n} x_1", "n x_1 - 2 x_1", 2),
        (r"\sum_i \mathbb{1}(i = 3) x_i^0", "1", 3),
    ):
        found = proof(SQUARE, left, right)
        assert isinstance(found, GeneralProof)
        assert found.conditions == (f"n is at least {size}",)
    assert proof(SQUARE, r"\sum_{i=2}^{n} x_1", "n x_1 - x_1") == GeneralProof(())
    assert proof(SQUARE, r"\sum_i \mathbb{1}(i = 1) x_i", "x_1") == GeneralProof(())


def test_positions_of_two_dimensions_can_be_compared():
    setting = "symbols:\n  x: n x 1\n  w: m x 1\n"
    claim = r"\sum_i \mathbb{1}(i = 1) x_i + \sum_i \mathbb{1}(i = 1) w_i"
    assert proof(setting, claim, "x_1 + w_1") == GeneralProof(())


@pytest.mark.parametrize(
    "left, right",
    [
        ("D^{-1} D", "I"),
        (r"\mathrm{diag}(p)^{-1}", r"\mathrm{diag}(1/p)"),
        (r"\mathrm{diag}(p)^{-1} x", "x / p"),
        ("(D + 2 I)^{-1} (D + 2 I)", "I"),
        ("S^{-1} S", "I"),
        ("S S^{-1} x", "x"),
        ("x^T S^{-1} S S^{-1} v", "v^T S^{-1} x"),
        ("(M + I)^{-1} (M + I)", "I"),
    ],
)
def test_inverses_of_matrices_with_a_structure(left, right):
    assert is_proved(SQUARE, left, right)


@pytest.mark.parametrize("kink", ["0", "1/2", "1"])
@pytest.mark.parametrize(
    "left, right, kinks",
    [
        (r"\frac{\partial}{\partial x} |\max(x, 0)|", r"\frac{\partial}{\partial x} \max(x, 0)", "0 1"),
        (r"\frac{\partial}{\partial x} |x|", r"\frac{\partial}{\partial x} |{-x}|", "0"),
        (r"\frac{\partial}{\partial x} \max(0, x)", r"\frac{\partial}{\partial x} \max(x, 0)", "0 1/2 1"),
        (r"\frac{\partial}{\partial x} \max(-x, 0)", r"\frac{\partial}{\partial x} (\max(x, 0) - x)", "1/2"),
        (r"\frac{\partial}{\partial x} \min(x, 0)", r"1 - \frac{\partial}{\partial x} \max(x, 0)", "1/2"),
        (r"\frac{\partial}{\partial x} \max(x, 0)", r"\mathbb{1}(x > 0)", "0"),
        (r"\frac{\partial}{\partial x} \max(x, 0)", r"\mathbb{1}(x \ge 0)", "1"),
        (r"\frac{\partial}{\partial x} \max(\max(x, 0), 0)", r"\frac{\partial}{\partial x} \max(x, 0)", "0 1"),
        (r"\frac{\partial}{\partial x} |x|", r"\text{sign}(x)", "0"),
        (r"\frac{\partial}{\partial x} |x|^2", "2 x", "0 1/2 1"),
        (r"\frac{\partial}{\partial x} \max(x, 0)^2", r"2 \max(x, 0)", "0 1/2 1"),
        (r"\frac{\partial}{\partial x} \max(x, 2 x)", r"1 + \mathbb{1}(x > 0)", ""),
        (r"\frac{\partial}{\partial x} |x|", r"\frac{\partial}{\partial x} (\max(x, 0) + \max(-x, 0))", "0"),
    ],
)
def test_a_proof_about_derivatives_holds_at_the_kink(kink, left, right, kinks):
    """κ is what a derivative is at a kink; the sides are equal there for these κ alone."""
    setting = f"kink: {kink}\nsymbols:\n  x: scalar\n"
    assert is_proved(setting, left, right) == (kink in kinks.split())


@pytest.mark.parametrize(
    "left, right",
    [
        (r"\frac{\partial (X \odot X)}{\partial X}", r"2 \mathrm{diag}(X)"),
        (r"\frac{\partial S}{\partial X}", "W^T"),
        (r"\mathrm{diag}(X)", r"\mathrm{diag}(X)"),
    ],
)
def test_a_matrix_that_is_a_vector_at_one_size_is_left_to_that_size(left, right):
    setting = "dims: {N: 1, D: 3, C: 4}\nsymbols:\n  X: N x D\n  W: D x C\nmodel:\n  S: X W\n"
    assert "at these sizes only" in reason(setting, left, right)
    assert is_proved(setting, "X W", "S")


def test_the_largest_of_zeros_is_zero():
    assert is_proved(SQUARE, r"\max_i (x_i - x_i)", "0")


POSITIVE = "symbols:\n  a: scalar\n  b: positive scalar\n  x: n x 1\n  p: positive n x 1\n"


@pytest.mark.parametrize(
    "left, right",
    [
        (r"b^a", r"e^{a \log b}"),
        (r"\frac{\partial}{\partial b} b^a", "a b^{a-1}"),
        (r"\frac{\partial}{\partial a} b^a", r"b^a \log b"),
        (r"\log b^a", r"a \log b"),
        (r"\prod_{k=1}^{n} p_k", r"e^{\sum_k \log p_k}"),
        (r"\log \prod_{k=1}^{n} p_k", r"\sum_k \log p_k"),
        (r"\frac{\partial}{\partial p_j} \prod_{k=1}^{n} p_k", r"\frac{1}{p_j} \prod_{k=1}^{n} p_k"),
        (r"\log \|x\|", r"\frac{1}{2} \log(x^T x)"),
    ],
)
def test_powers_and_products_of_what_is_positive(left, right):
    assert is_proved(POSITIVE, left, right)


def test_powers_and_products_of_what_may_be_negative_are_left_alone():
    assert "may be negative" in reason(POSITIVE, "a^b", r"e^{b \log a}")
    assert "may be negative" in reason(POSITIVE, r"\prod_{k=1}^{n} x_k", r"e^{\sum_k \log x_k}")


PAIRS = r"""symbols:
  x: n x 1
  X: n x m
  S: symmetric n x n
  s: positive scalar
  f: function
model:
  K_{ij}: e^{-\frac{\sum_k (X_{ik} - X_{jk})^2}{2 s^2}}
"""


@pytest.mark.parametrize(
    "left, right, holds",
    [
        ("K", "K^T", True),
        (r"|x_i - x_j|", r"|x_j - x_i|", True),
        (r"\cos(x_i - x_j)", r"\cos(x_j - x_i)", True),
        (r"\sin(x_i - x_j)", r"\sin(x_j - x_i)", False),
        (r"f(x_i x_j)", "f(x_j x_i)", True),
        (r"f(x_i - x_j)", "f(x_j - x_i)", False),
        ("f'(S_{ij})", "f'(S_{ji})", True),
        (r"\max(0, x_i - x_j)", r"\max(0, x_j - x_i)", False),
        (r"\mathbb{1}(x_i > x_j)", r"\mathbb{1}(x_j > x_i)", False),
        (r"\sum_{ij} x_i |x_i - x_j|", r"\sum_{ij} x_j |x_i - x_j|", True),
    ],
)
def test_a_function_of_two_indices_knows_whether_they_can_be_exchanged(left, right, holds):
    assert is_proved(PAIRS, left, right) == holds


def test_a_name_that_is_declared_again_in_another_space_is_another_array():
    table = model(SIZED).table
    prover = Prover(table)
    for space, right in (("n", "x"), ("m", "w")):
        again = table.with_meaning("z", Computed(column(table.dims[space]), None))
        prover.learn(again)
        texts = (rf"\frac{{\partial}}{{\partial z}} (z^T {right} + \sum_i z_i)", rf"{right} + \mathbf{{1}}")
        sides = [elaborated(again, parse(tokenize(text, again.words)), Options(again.layout)).value for text in texts]
        assert isinstance(prover.prove(*sized(*sides)), GeneralProof)


# ── what was proved before ──

ONE_EXAMPLE = """
dims: {D: 3, C: 4}
symbols:
  x: 1 x D
  W: D x C
  u: C x 1
  Y: one-hot 1 x C
model:
  S: x W
  P: \\text{softmax}(S)
  Q: S^T S
  L: -\\sum_{k=1}^{C} Y_{k} \\log P_{k}
loss: L
"""


def after(setting: str, proved: tuple[str, str], left: str, right: str) -> bool:
    """Whether a claim is proved by a prover that has proved, and remembers, another one."""
    prover = Prover(model(setting).table)
    first, second, _ = both(setting, *proved)
    found = prover.prove(first.value, second.value)
    assert isinstance(found, GeneralProof)
    prover.remember(first.value, second.value, found)
    first, second, free = both(setting, left, right)
    return isinstance(prover.prove(first.value, second.value, free), GeneralProof)


def test_a_sum_that_is_known_says_nothing_of_its_terms():
    known = r"\sum_{k=1}^{C} P_k", "1"
    assert not after(ONE_EXAMPLE, known, "L", r"\sum_{k=1}^{C} Y_k \log P_k")
    assert not after(ONE_EXAMPLE, known, "P_k", "1")
    assert after(ONE_EXAMPLE, known, "L", r"-\sum_{k=1}^{C} Y_k \log P_k")


def test_a_derivative_that_is_known_is_used_where_it_is_opened():
    known = r"\frac{\partial L}{\partial S}", "P - Y"
    assert after(ONE_EXAMPLE, known, r"\frac{\partial L}{\partial W}", "x^T (P - Y)")
    assert not after(ONE_EXAMPLE, known, r"\frac{\partial L}{\partial W}", "x^T (Y - P)")


# ── on what a proof rests ──

POWERS = r"""
dims: {n: 2}
symbols: {x: n x 1, a: n x 1}
model: {f: a^T x, g: f^2, L: g + f}
loss: L
"""


def part(text: str) -> tree.Expr:
    return read(POWERS, text).value


def test_a_proof_says_which_names_it_opened():
    prover = Prover(model(POWERS).table)
    said = part("L"), part("f (f + 1)")
    assert prover.prove(*said) == GeneralProof((), True)
    assert prover.rests.opened == {"L": None, "g": None}
    prover.remember(*said, GeneralProof((), True))
    assert prover.settled == {"L": 0}
    prover.rests = Rests()
    assert isinstance(prover.prove(part("L"), part("(f + 1) f")), GeneralProof)
    assert prover.rests.opened == {"L": 0}


def test_a_derivative_has_the_same_name_in_every_prover():
    names = []
    for first in ("x", r"\frac{\partial L}{\partial g}", r"\frac{\partial g}{\partial f}"):
        prover = Prover(model(POWERS).table)
        prover.prove(part(first), part(first))
        prover.prove(part(r"\frac{\partial L}{\partial f}"), part("2 f + 1"))
        names.append(set(prover.rests.opened))
    assert names[0] == names[1] == names[2] != set()


def test_what_would_lead_back_to_itself_is_not_remembered():
    prover = Prover(model(POWERS).table)
    proof = GeneralProof((), True)
    prover.remember(part("L"), part("g + f"), proof)
    prover.remember(part("g"), part("L - f"), proof)
    assert prover.settled == {"L": 0}
    assert prover.rests.followed.keys() | prover.rests.opened.keys() >= {"L", "g"}
