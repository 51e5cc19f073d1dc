"""A setting -> a model: every declaration, the sizes, and one line with its place for whatever is wrong."""

import pytest

from derive.documents.setting import make_setting, read_entries
from derive.errors import DocumentError
from derive.models import Model, build_model
from derive.notation.symbols import Computed, Given
from derive.source import Source, Text


def model(yaml: str, *, at_other_sizes: bool = False) -> Model:
    setting = make_setting(read_entries(Text(yaml, Source("s.yaml", yaml), 0)))
    return build_model(setting, at_other_sizes=at_other_sizes)


def problem(yaml: str) -> str:
    with pytest.raises(DocumentError) as caught:
        model(yaml)
    return str(caught.value)


def sizes(yaml: str, *, at_other_sizes: bool = False) -> dict[str, int | None]:
    return {name: dim.size for name, dim in model(yaml, at_other_sizes=at_other_sizes).table.dims.items()}


DECLARATIONS = [
    ("N x D", "real", "N x D", ""),
    ("real N x D", "real", "N x D", ""),
    ("positive N x D", "positive", "N x D", ""),
    ("1 x H", "real", "1 x H", ""),
    ("h x 1", "real", "h x 1", ""),
    ("5 x 7", "real", "5 x 7", ""),
    ("scalar", "real", "scalar", ""),
    ("positive scalar", "positive", "scalar", ""),
    ("integer", "integer", "scalar", ""),
    ("labels N of C", "labels", "N x 1", ""),
    ("label of C", "labels", "scalar", ""),
    ("one-hot k x 1", "one-hot", "k x 1", ""),
    ("one-hot N x C", "one-hot", "N x C", ""),
    ("symmetric D x D", "real", "D x D", "symmetric"),
    ("diagonal D x D", "real", "D x D", "diagonal"),
    ("orthogonal D x D", "real", "D x D", "orthogonal"),
    ("invertible D x D", "real", "D x D", "invertible"),
    ("positive definite D x D", "real", "D x D", "positive definite"),
    ("function", "function", "scalar", ""),
    ("function h -> k", "map", "scalar", ""),
]


@pytest.mark.parametrize("text, kind, shape, structure", DECLARATIONS)
def test_every_declaration_of_the_contract(text: str, kind: str, shape: str, structure: str) -> None:
    given = model(f"symbols: {{Q: {text}}}").table.meanings["Q"]
    assert isinstance(given, Given)
    assert (given.kind, str(given.shape), given.structure) == (kind, shape, structure)


def test_classes_domains_and_codomains() -> None:
    table = model("symbols: {y: labels N of C, t: one-hot k x 1, Y: one-hot N x C, g: function h -> k}").table
    found = table.meanings
    assert [str(found[name].classes) for name in ("y", "t", "Y")] == ["C", "k", "C"]  # type: ignore[union-attr]
    assert (str(found["g"].domain), str(found["g"].codomain)) == ("h", "k")  # type: ignore[union-attr]


@pytest.mark.parametrize("one_hot, kind, shape", [("k x 1", "hot index", "scalar"), ("N x k", "labels", "N x 1")])
def test_a_hot_index_may_stand_before_its_one_hot(one_hot: str, kind: str, shape: str) -> None:
    meaning = model(f"symbols: {{'\\ell': 'hot index of t', t: one-hot {one_hot}}}").table.meanings["\\ell"]
    assert isinstance(meaning, Given)
    assert (meaning.kind, str(meaning.shape), meaning.target, str(meaning.classes)) == (kind, shape, "t", "k")


# ── sizes ──


def test_chosen_sizes_are_distinct_and_none_is_1() -> None:
    yaml = "dims: {N: 3, A, B: , C: null}".replace("A,", "A: ,")
    for other in (False, True):
        found = [size for size in sizes(yaml, at_other_sizes=other).values() if size is not None]
        assert len(set(found)) == len(found) == 4
        assert min(found) > 1


def test_sizes_without_dims_are_chosen_apart_from_the_written_ones() -> None:
    found = sizes("symbols: {X: N x D, v: 2 x 4, g: function h -> k, y: labels N of C}")
    assert set(found) == {"N", "D", "h", "k", "C"}
    assert len(set(found.values()) | {1, 2, 4}) == 5 + 3


def test_dims_with_equal_sizes_stay_as_they_are_and_apart() -> None:
    yaml = "dims: {N: 3, D: 3, H: 2}\nsymbols: {X: N x D, W: D x D}\nmodel:\n  S: X W"
    assert sizes(yaml) == {"N": 3, "D": 3, "H": 2}
    assert str(model(yaml).table.meanings["S"].shape) == "N x D"  # type: ignore[union-attr]
    other = sizes(yaml, at_other_sizes=True)
    assert other["N"] == other["D"] != other["H"]


# ── computed names, notation, loss ──

FAMILIES = r"""
dims: {N: 3, D: 2}
symbols: {X: N x D, w: D x 1}
model:
  L_i: \sum_j X_{i,j} w_j
  p_{ij}: X_{ij} w_j
  L: \sum_i L_i + \sum_{i,j} p_{ij}
loss: L
"""


def test_families_are_vectors_and_matrices_of_their_entries() -> None:
    table = model(FAMILIES).table
    assert set(table.families) == {"L", "p"}
    assert [str(table.meanings[table.families[base]].shape) for base in "Lp"] == ["N x 1", "N x D"]  # type: ignore[union-attr]
    assert isinstance(table.meanings["L"], Computed)
    assert table.loss == "L"


def test_a_notation_carries_the_indices_that_its_meaning_has() -> None:
    table = model("dims: {k: 3}\nsymbols: {z: k x 1}\nnotation:\n  h_{0_i}: z_i\n  d_i: z").table
    indexed, plain = table.abbreviations
    assert indexed.letters == ("i",)
    assert indexed.pattern.fullmatch("h_{0_{2}}")
    assert plain.letters == ()


def test_indices_count_from_the_index_base() -> None:
    yaml = "dims: {N: 3}\nindex_base: 0\nsymbols: {x: N x 1}\nmodel:\n  a: x_0\n  b: "
    assert model(yaml + "x_2").table.index_base == 0
    assert problem(yaml + "x_3") == "s.yaml:6:6: the index 3 of x is outside its range 0..N-1 = 2"


# ── what is wrong ──

X = "symbols: {X: N x D, W: H x C}\nmodel:\n  "
EXAMPLES = (
    "“N x D”, “scalar”, “positive scalar”, “integer”, “labels N of C”, “label of C”, “one-hot k x 1”, "
    "“hot index of y”, “function”"
)
PROBLEMS = [
    ("dims: {Nn: 2, D: 3}\nsymbols: {X: N x D}", "2:14: the dimension N is not declared (did you mean Nn?)"),
    ("dims: {Q: 2}\nsymbols: {X: a x Q}", "2:14: the dimension a is not declared; the setting's dims are Q"),
    ("symbols: {X: banana}", f"1:14: the declaration “banana” is not read; expected one like {EXAMPLES}"),
    ("symbols: {X: 0 x D}", "1:14: the size 0 is not between 1 and 50"),
    ("symbols: {X: 51 x D}", "1:14: the size 51 is not between 1 and 50"),
    ("symbols: {W_1: scalar, 'W_{1}': N x D}", "1:25: W_1 is declared twice, first in line 1"),
    ("symbols: {x: scalar, x: N x D}", "1:22: 'x' stands twice, here and in line 1"),
    ("symbols: {x: scalar}\nmodel: {x: 2}", "2:9: x is computed here, but is declared already"),
    ("model: {a: 2, '{a}': 3}", "1:16: a is computed here, but is declared already"),
    (
        "symbols: {x: scalar}\nnotation: {x: 2}",
        "2:12: x stands for an expression in the notation, but is also declared as a name of its own",
    ),
    (
        "model: {a: 2}\nnotation: {a: 3}",
        "2:12: a stands for an expression in the notation, but is also declared as a name of its own",
    ),
    ("symbols: {A: symmetric N x D}", "1:14: symmetric matrices are square, not N x D"),
    ("symbols: {q: hot index of t}", "1:14: t is not declared"),
    ("symbols: {t: N x 1, q: hot index of t}", "1:24: t is not declared as one-hot, so it has no hot index"),
    ("symbols: {'a_': scalar}", "1:12: a_ is not a name: an index is missing behind _; write one as in x_i or x_{i,j}"),
    (X + "S: X V_1", "3:8: the name V_1 is not defined or declared"),
    (X + "S: X W", "3:6: cannot multiply N x D by H x C: the inner sizes D and H differ"),
    (X + "S: X + W", "3:10: cannot add N x D and H x C"),
    (X + "S: X +", "3:8: something is missing behind +"),
    (X + "S: (X", "3:6: ( is never closed"),
    (X + r"S: \foo X", r"3:6: the command \foo is not known"),
    (X + "S: X_{7,1}", "3:6: the index 7 of X is outside its range 1..N = 2"),
    (X + "S: X_{i,j}", "3:6: the index i is free in the definition of S, which has no index i"),
    (X + "S_i: X_{i,j}", "3:8: the index j is free in the definition of S_i, which has no index j"),
    (X + "S_{ijk}: X_{i,j}", "3:12: a name with 3 indices is not read"),
    (X + "S_i: X_{i,i}", "3:8: the index i runs over N in one place and over D in another"),
    (X + "S: X = X", "3:6: one expression was expected here, not a list or a relation"),
    ("model: {b: 2 a, a: 3}", "1:14: the name a is not defined or declared"),
    ("notation: {d: '(a'}", "1:16: ( is never closed"),
    (X + "S: X\nloss: S", "4:7: the loss S is no scalar"),
    ("model: {a: 2}\nloss: M", "2:7: the loss M is not computed by the model"),
    ("model: {Loss: 2}\nloss: Los", "2:7: the loss Los is not computed by the model (did you mean Loss?)"),
    pytest.param(
        "symbols: {X: N x D}\nloss: X",
        "2:7: the loss X is not computed by the model",
    ),
]


@pytest.mark.parametrize("yaml, line", PROBLEMS)
def test_what_is_wrong_is_one_line_with_its_place(yaml: str, line: str) -> None:
    assert problem(yaml) == f"s.yaml:{line}"
