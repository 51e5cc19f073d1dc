"""What the tree keeps of the names of dimensions, where several of them have one size.

Here every dimension has the size 3: only names tell them apart.
"""

import pytest

from derive.checking.conditions import read_range
from derive.documents.setting import make_setting, read_entries
from derive.expressions import tree
from derive.expressions.latex import condition
from derive.expressions.shapes import Dim
from derive.expressions.walk import walk
from derive.models import build_model
from derive.notation.elaboration import Elaborator, Options, Reading, elaborated
from derive.notation.symbols import Computed, SymbolTable, UserFunction
from derive.notation.syntax import List, parse
from derive.notation.tokens import tokenize
from derive.source import Source, Text

SETTING = r"""dims: {N: 3, D: 3, H: 3, n: 3, m: 3}
symbols:
  X: N x D
  W: D x H
  Q: D x D
  b: 1 x H
  x: D x 1
  v: N x 1
  w: n x 1
  M: 3 x 5
  t: one-hot H x 1
  T: one-hot N x H
  y: labels N of H
  k: label of H
  \ell: hot index of t
  g: function n -> m
  s: scalar
model:
  S: X W + b
  p_{ij}: S_{i,j}^2
  q_i: v_i^2
  f: g(w)
  L: \sum_{i,j} S_{i,j}
"""


def table(setting: str = SETTING) -> SymbolTable:
    found = build_model(make_setting(read_entries(Text(setting, Source("s.yaml", setting), 0)))).table
    return found.with_meaning("h", UserFunction(("z",), syntax(found, r"\frac{z}{\sum_j e^{z_j}}")))


def syntax(names: SymbolTable, text: str) -> List:
    return parse(tokenize(text, names.words))


TABLE = table()
COUNTED_FROM_0 = table("index_base: 0\n" + SETTING)


def read(text: str, names: SymbolTable = TABLE) -> Reading:
    return elaborated(names, syntax(names, text), Options("gradient"))


def found(text: str, kind: type[tree.Node], names: SymbolTable = TABLE) -> list[tree.Node]:
    return [node for node in walk(read(text, names).value) if isinstance(node, kind)]


# ── shapes ──


@pytest.mark.parametrize(
    "text, shape",
    [
        ("X W", "N x H"),
        ("X W + b", "N x H"),
        ("b + X W", "N x H"),
        ("X^T", "D x N"),
        ("X^T X W", "D x H"),
        (r"X \odot X", "N x D"),
        (r"\frac{X W}{s}", "N x H"),
        (r"X I", "N x D"),
        (r"I X", "N x D"),
        (r"Q^{-1} W", "D x H"),
        (r"Q^2 W", "D x H"),
        (r"\tanh(X W)", "N x H"),
        (r"\text{softmax}(X W)", "N x H"),
        (r"\max(0, S)", "N x H"),
        ("S", "N x H"),
        ("p", "N x H"),
        ("q", "N x 1"),
        ("f", "m x 1"),
        ("h(x)", "D x 1"),
        ("T", "N x H"),
        ("X_{1,:}", "1 x D"),
        ("X_{:,1}", "N x 1"),
        (r"\operatorname{diag}(x)", "D x D"),
        (r"\operatorname{diag}(Q)", "D x 1"),
        (r"\operatorname{vec}(W)", "D·H x 1"),
        (r"\operatorname{kron}(X, W)", "N·D x D·H"),
        (r"x \otimes t", "D x H"),
        (r"x t^T", "D x H"),
        (r"x \mathbf{1}_N^T", "D x N"),
        (r"\mathbf{1}^T X", "1 x D"),
        (r"\frac{\partial L}{\partial X}", "N x D"),
        (r"\frac{\partial L}{\partial S} \frac{\partial S}{\partial W}", "D x H"),
        (r"\frac{\partial g(w)}{\partial w}", "m x n"),
        (r"\frac{\partial f}{\partial w}", "m x n"),
        (r"\frac{\partial S}{\partial x}", "(N x H) by (D x 1)"),
        (r"\nabla_X L", "N x D"),
        (r"\begin{bmatrix} X & v \end{bmatrix}", "N x D+1"),
        (r"\begin{bmatrix} X^T \\ W^T \end{bmatrix}", "D+H x N"),
        (r"\begin{bmatrix} 1 & 2 & 3 \end{bmatrix}", "1 x 3"),
        ("M", "3 x 5"),
        (r"\begin{cases} X & s > 0 \\ 0 & \text{otherwise} \end{cases}", "N x D"),
    ],
)
def test_shapes_carry_the_names_of_what_they_are_made_of(text: str, shape: str) -> None:
    assert str(read(text).value.shape) == shape


@pytest.mark.parametrize(
    "text, name",
    [("X I", "D"), ("I X", "N"), ("Q + I", "D"), ("I + Q", "D"), (r"\operatorname{diag}(x) - I", "D"), ("I_H", "H")],
)
def test_an_identity_takes_the_name_from_where_it_stands(text: str, name: str) -> None:
    assert [str(node.size) for node in found(text, tree.Identity)] == [name]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text, shape",
    [
        (r"\mathbf{1}^T X", "N x 1"),
        (r"X \mathbf{1}", "D x 1"),
        (r"x \mathbf{1}_N^T", "N x 1"),
        (r"x + \mathbf{1}", "D x 1"),
        (r"\mathbf{1}_3^T v", "3 x 1"),
    ],
)
def test_a_vector_of_ones_takes_the_name_from_where_it_stands(text: str, shape: str) -> None:
    assert [str(node.shape) for node in found(text, tree.Fill)] == [shape]  # type: ignore[attr-defined]


def test_values_of_the_model_are_formulas_of_named_dimensions() -> None:
    names = {"p_{ij} for every i, j": "N x H", "q_{i} for every i": "N x 1"}
    for name, shape in names.items():
        meaning = TABLE.meanings[name]
        assert isinstance(meaning, Computed)
        assert str(meaning.shape) == str(meaning.value.shape) == shape  # type: ignore[union-attr]


@pytest.mark.parametrize("text, name", [(r"\frac{1}{N}", "N"), (r"\frac{s}{D}", "D"), ("H s", "H")])
def test_a_size_written_by_name_stays_that_size(text: str, name: str) -> None:
    (size,) = found(text, tree.Size)
    assert str(size.dim) == name  # type: ignore[attr-defined]


def test_a_size_written_as_a_number_stays_a_number() -> None:
    assert not found(r"\frac{1}{3} s", tree.Size)


@pytest.mark.parametrize(
    "text, names",
    [
        ("X_{i,j}", {"i": {"N"}, "j": {"D"}}),
        ("S_{i,y_i}", {"i": {"N"}}),
        (r"\mathbb{1}(y_i = j)", {"i": {"N"}, "j": {"H"}}),
        (r"\mathbb{1}(k = j)", {"j": {"H"}}),
        (r"\mathbb{1}(\ell = j)", {"j": {"H"}}),
        ("T_{i,j}", {"i": {"N"}, "j": {"H"}}),
        ("p_{i,j}", {"i": {"N"}, "j": {"H"}}),
        ("f_i + w_j", {"i": {"m"}, "j": {"n"}}),
        ("v_i x_i", {"i": {"N", "D"}}),
        (r"\frac{\partial f_i}{\partial w_j}", {"i": {"m"}, "j": {"n"}}),
    ],
)
def test_free_indices_run_along_named_dimensions(text: str, names: dict[str, set[str]]) -> None:
    free = read(text).free
    assert {letter: {use.dim.name for use in uses} for letter, uses in free.items()} == names


# ── ranges ──

WHOLE, FIXED, HERE = "dimension", "numbers", "these sizes"


@pytest.mark.parametrize(
    "text, first, from_end, dim, extent",
    [
        (r"\sum_{i=1}^{N} v_i", 0, 0, "N", WHOLE),
        (r"\sum_{i=1}^N X_{i,j}", 0, 0, "N", WHOLE),
        (r"\sum_i v_i", 0, 0, "N", WHOLE),
        (r"\sum_{i \in N} v_i", 0, 0, "N", WHOLE),
        (r"\sum_k^D x_k", 0, 0, "D", WHOLE),
        (r"\sum_{1 \leq i \leq N} v_i", 0, 0, "N", WHOLE),
        (r"\sum_{i=1}^{N} 2", 0, 0, "N", WHOLE),
        (r"\sum_{i \neq j} v_i", 0, 0, "N", WHOLE),
        (r"\sum_{j=1}^{H} \mathbb{1}(k = j)", 0, 0, "H", WHOLE),
        (r"\max_j x_j", 0, 0, "D", WHOLE),
        (r"\prod_{i=1}^N v_i", 0, 0, "N", WHOLE),
        ("h(x)", 0, 0, "D", WHOLE),
        ("h(v)", 0, 0, "N", WHOLE),
        (r"\sum_{j=1}^{5} M_{1,j}", 0, 0, "5", FIXED),
        (r"\sum_j M_{1,j}", 0, 0, "5", WHOLE),
        (r"\sum_{i=2}^{N} v_i", 1, 0, "N", WHOLE),
        (r"\sum_{i=1}^{N-1} v_i", 0, 1, "N", WHOLE),
        (r"\sum_{1 \leq i < N} v_i", 0, 1, "N", WHOLE),
        (r"\sum_{i=1}^{N-1} v_{i+1}", 0, 1, "N", WHOLE),
        (r"\sum_i v_{i+1}", 0, 1, "N", WHOLE),
        (r"\sum_i v_i v_{i-1}", 1, 0, "N", WHOLE),
        (r"\sum_{i=1}^{3} v_i", 0, 0, "N", FIXED),
        (r"\sum_{i=1}^{2} v_i", 0, 1, "N", FIXED),
        (r"\sum_k^3 x_k", 0, 0, "D", FIXED),
        (r"\sum_{i=1}^{D} v_i", 0, 0, "N", HERE),
        (r"\sum_{i=1}^{N} v_i x_i", 0, 0, "N", HERE),
        (r"\sum_i v_i x_i", 0, 0, "N", HERE),
        (r"\sum_{i=N}^{N} v_i", 2, 0, "N", HERE),
        (r"\sum_{i=1}^{N+D-D} v_i", 0, 0, "N", HERE),
        (r"\sum_i^{D} v_i", 0, 0, "N", HERE),
        (r"v_1 + \dots + v_N", 0, 0, "N", WHOLE),
        (r"v_2 + \dots + v_N", 1, 0, "N", WHOLE),
        (r"v_1 + \dots + v_{N-1}", 0, 1, "N", WHOLE),
        (r"e^{w_1} + \dots + e^{w_n}", 0, 0, "n", WHOLE),
        (r"X_{1,1} + \dots + X_{N,1}", 0, 0, "N", WHOLE),
        (r"v_1 + \dots + v_3", 0, 0, "N", FIXED),
        (r"v_1 + \dots + v_D", 0, 0, "N", HERE),
        (r"v_1 x_1 + \dots + v_N x_N", 0, 0, "N", HERE),
    ],
)
def test_a_range_says_what_it_is_at_other_sizes(text: str, first: int, from_end: int, dim: str, extent: str) -> None:
    (node,) = found(text, tree.Range)
    assert isinstance(node, tree.Range)
    assert (node.first, node.from_end, str(node.dim), node.extent) == (first, from_end, dim, extent)
    assert node.is_whole == ((first, from_end, extent) == (0, 0, WHOLE))


@pytest.mark.parametrize(
    "text, first, from_end, extent",
    [
        (r"\sum_{i=0}^{N-1} v_i", 0, 0, WHOLE),
        (r"\sum_{i=1}^{N} v_i", 0, 0, WHOLE),
        (r"\sum_{i=1}^{N-1} v_i", 1, 0, WHOLE),
        (r"\sum_{i=0}^{N-2} v_i", 0, 1, WHOLE),
        (r"\sum_{i=0}^{D-1} v_i", 0, 0, HERE),
        (r"\sum_{i=0}^{2} v_i", 0, 0, FIXED),
        (r"\sum_{i=1}^{3} v_i", 0, 0, HERE),
        (r"v_0 + \dots + v_{N-1}", 0, 0, WHOLE),
    ],
)
def test_ranges_where_counting_starts_at_0(text: str, first: int, from_end: int, extent: str) -> None:
    (node,) = found(text, tree.Range, COUNTED_FROM_0)
    assert isinstance(node, tree.Range)
    assert (node.first, node.from_end, str(node.dim), node.extent) == (first, from_end, "N", extent)


@pytest.mark.parametrize(
    "names, text, position, end",
    [(TABLE, "v_N", 2, "N"), (TABLE, "v_{N-1}", 1, "N"), (TABLE, "v_3", 2, None), (COUNTED_FROM_0, "v_{N-1}", 2, "N")],
)
def test_a_position_says_whether_it_is_written_from_the_end(
    names: SymbolTable, text: str, position: int, end: str | None
) -> None:
    entry = read(text, names).value
    assert isinstance(entry, tree.Entry)
    assert isinstance(entry.row, tree.IndexNumber)
    assert (entry.row.position, entry.row.end and entry.row.end.name) == (position, end)


@pytest.mark.parametrize(
    "text, first, last",
    [(r"i = 2, \dots, n", "2", "n"), (r"i = 1, \dots, n - 1", "1", "n - 1"), (r"i = 1, \dots, 3", "1", "3")],
)
def test_a_condition_keeps_the_name_of_the_dimension_at_which_it_ends(text: str, first: str, last: str) -> None:
    restriction = read_range(tokenize(text, TABLE.words), Elaborator.plain(TABLE, {}))
    assert restriction is not None
    assert condition(restriction.condition) == rf"i \geq {first}, i \leq {last}"


# ── matrices with dots ──


def written(cells: str) -> str:
    return rf"\begin{{pmatrix}} {cells} \end{{pmatrix}}"


JACOBIAN = (
    r"\begin{pmatrix} \frac{\partial f_1}{\partial w_1} & \cdots & \frac{\partial f_1}{\partial w_n} \\"
    r" \vdots & \ddots & \vdots \\"
    r" \frac{\partial f_m}{\partial w_1} & \cdots & \frac{\partial f_m}{\partial w_n} \end{pmatrix}"
)


@pytest.mark.parametrize(
    "text, shape, formulas",
    [
        (written(r"w_1 & \cdots & w_n"), "1 x n", 1),
        (written(r"w_1 \\ \vdots \\ w_n"), "n x 1", 1),
        (written(r"w_1 & w_2 & \cdots & w_n"), "1 x n", 1),
        (written(r"w_1 & w_2 & \cdots"), "1 x n", 1),
        (written(r"\frac{\partial L}{\partial v_1} & \cdots & \frac{\partial L}{\partial v_N}"), "1 x N", 1),
        (JACOBIAN, "m x n", 1),
        (written(r"\frac{\partial f}{\partial w_1} & \cdots & \frac{\partial f}{\partial w_n}"), "m x n", 1),
        (written(r"\nabla_w^T f_1 \\ \vdots \\ \nabla_w^T f_m"), "m x n", 1),
        (written(r"X_{1,:} \\ \vdots \\ X_{N,:}"), "N x D", 1),
        (written(r"X_{1,1} & X_{1,2} & \dots \\ X_{2,1} & X_{2,2} & \dots \\ \vdots & \vdots & \ddots"), "N x D", 1),
        (written(r"\sum_j X_{1,j} \\ \vdots \\ \sum_j X_{N,j}"), "N x 1", 1),
        (written(r"w_1 & \cdots & w_n \\ 2w_1 & \cdots & 2w_n"), "2 x n", 2),
        (written(r"v_1 & q_1 \\ \vdots & \vdots \\ v_N & q_N"), "N x 2", 2),
    ],
)  # fmt: skip
def test_a_matrix_with_dots_is_the_formula_of_its_entries(text: str, shape: str, formulas: int) -> None:
    value = read(text).value
    assert str(value.shape) == shape
    assert len([node for node in walk(value) if isinstance(node, tree.EntryFormula)]) == formulas
    assert all(node.filled is None for node in walk(value) if isinstance(node, tree.Blocks))


@pytest.mark.parametrize(
    "text, shape",
    [
        (written(r"w_2 & \cdots & w_n"), "1 x n-1"),
        (written(r"v_1 & \cdots & v_D"), "1 x D"),
        (written(r"v_1 x_1 & \cdots & v_N x_N"), "1 x N"),
        (written(r"1 w_1 & \cdots & n w_n"), "1 x n"),
        (written(r"w_1 & \cdots & w_{n-1} & w_n"), "1 x n"),
        (written(r"X_{1,1} & \cdots & X_{1,3} \\ \vdots & & \vdots \\ X_{N,1} & \cdots & X_{N,3}"), "N x 3"),
        (written(r"X_{1,:} & \cdots & X_{N,:}"), "1 x D+D+D"),
    ],
)  # fmt: skip
def test_what_only_these_sizes_fill_in_says_so(text: str, shape: str) -> None:
    value = read(text).value
    assert isinstance(value, tree.Blocks)
    assert value.filled is not None
    assert str(value.shape) == str(value.filled) == shape


@pytest.mark.parametrize(
    "text", [written(r"w_1 & \cdots & w_3"), written(r"M_{1,1} & M_{1,2} & \cdots")]
)  # fmt: skip
def test_dots_between_numbers_stay_written_out(text: str) -> None:
    value = read(text).value
    assert isinstance(value, tree.Blocks)
    assert value.filled is None
    assert isinstance(value.shape.columns, Dim)
    assert value.shape.columns.name == ""


def test_a_written_cell_that_fits_at_these_sizes_only_is_no_instance_of_the_formula() -> None:
    text = (
        r"\begin{pmatrix} X_{1,1} & X_{1,2} & \cdots & X_{1,D} \\ X_{2,1} & X_{2,D-1} & \cdots & X_{2,D} \\"
        r" \vdots & \vdots & \ddots & \vdots \\ X_{N,1} & X_{N,2} & \cdots & X_{N,D} \end{pmatrix}"
    )
    value = read(text).value
    assert isinstance(value, tree.Blocks)
    assert str(value.filled) == "N x D"
