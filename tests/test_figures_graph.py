"""The graph of a model: its operations, its shapes, what it is derived from; and numbers in a small one."""

from fractions import Fraction
from pathlib import Path

import pytest

from derive.documents.reading import read_document
from derive.errors import FormulaError
from derive.figures import scene as scenes
from derive.figures.backwards import backward_labels
from derive.figures.flow import Flow, flows_of
from derive.figures.graph import graph_of
from derive.figures.mathematics import Formula, Scripts, formula, tex
from derive.figures.numeric import numbers_of
from derive.figures.parts import Writing, parts_of, shape_label
from derive.figures.scene import Box, Circle, Label, Scene
from derive.models import Model, build_model
from derive.notation.symbols import shown

EXERCISES = Path(__file__).resolve().parents[1] / "exercises"


def model_of(tmp_path: Path, symbols: str, model: str, loss: str | None = "L", head: str = "") -> Model:
    """The model of `x: n x 1; W: m x n` and `L: …`, given one name after the other."""
    lines = ["---", *head.splitlines(), "symbols:", *(f"  {one.strip()}" for one in symbols.split(";"))]
    lines += ["model:", *(f"  {one.strip()}" for one in model.split(";"))]
    lines += [f"loss: {loss}"] if loss else []
    path = tmp_path / "model.md"
    path.write_text("\n".join([*lines, "---", ""]), encoding="utf-8")
    return build_model(read_document(path).setting)


def homework(name: str) -> Model:
    return build_model(read_document(EXERCISES / "homework" / name / "exercise.md").setting)


def the_flow(model: Model) -> Flow:
    (flow,) = flows_of(model, model.table.loss)
    return flow


def steps(model: Model) -> list[str]:
    """The operations of a model with the names of what goes in, in order: `· of X, W_1`."""
    flow = the_flow(model)
    called = {number: name_of(flow, number) for number in range(len(flow.nodes))}
    return [
        f"{label_of(flow, number)} of {', '.join(called[one] for one in node.inputs)}"
        for number, node in enumerate(flow.nodes)
        if node.kind == "operation"
    ]


def name_of(flow: Flow, number: int) -> str:
    node = flow.nodes[number]
    return shown(node.names[0]) if node.names else f"({number})"


def label_of(flow: Flow, number: int) -> str:
    return " ".join(seen(line) for line in flow.nodes[number].label)


def seen(label: Formula) -> str:
    """A label without its scripts."""
    return "".join(seen(piece.base) if isinstance(piece, Scripts) else getattr(piece, "text", "") for piece in label)


def texts(scene: Scene, role: str = "") -> list[str]:
    labels = (item for item in scene.items if isinstance(item, Label) and role in ("", item.role))
    return [tex(label.text) for label in labels]


# --- Operations ----------------------------------------------------------------------------------


def test_a_compound_formula_is_shown_as_its_operations(tmp_path):
    model = model_of(
        tmp_path,
        "X: N x D; W_1: D x H; b_1: 1 x H; W_2: H x C; b_2: 1 x C",
        r"S: \max(0, X W_1 + b_1) W_2 + b_2; L: \|S\|_F^2",
    )
    assert steps(model) == [
        "· of X, W_1",
        "+ of (2), b_1",
        "max(0,·) of (4)",
        "· of (5), W_2",
        "+ of (7), b_2",
        "‖·‖ of S",
    ]


def test_a_subexpression_is_one_node_however_often_it_is_written(tmp_path):
    model = model_of(tmp_path, "x: n x 1; V: n x n", r"y: V x + \tanh(V x); L: \|y\|^2")
    assert steps(model)[:3] == ["· of V, x", "tanh of (2)", "+ of (2), (3)"]


def test_weights_that_are_used_twice_are_one_node(tmp_path):
    flow = the_flow(homework("tied-embedding"))
    table = flow.at["E"]
    assert sum(node.names == ("E",) for node in flow.nodes) == 1
    assert sum(table in node.inputs for node in flow.nodes) == 2


@pytest.mark.parametrize(
    "loss, label",
    [
        (r"-\frac{1}{N} \sum_{i=1}^{N} \sum_{k=1}^{C} Y_{ik} \log P_{ik}", "mean cross-entropy"),
        (r"-\sum_{i=1}^{N} \sum_{k=1}^{C} Y_{ik} \log P_{ik}", "cross-entropy"),
        (r"-\frac{1}{N} \sum_{i=1}^{N} \log P_{i,y_i}", "mean cross-entropy"),
        (r"\frac{1}{N} \sum_{i=1}^{N} -\log\frac{e^{P_{i,y_i}}}{\sum_{j=1}^{C} e^{P_{i,j}}}",
         "mean\u00a0softmax cross-entropy"),
        (r"\sum_{i=1}^{N} (\log \sum_{j=1}^{C} e^{P_{i,j}} - P_{i,y_i})", "softmax cross-entropy"),
        (r"\sum_{i=1}^{N} \sum_{k=1}^{C} P_{ik}^2", "∑(·)"),
        (r"\frac{1}{N} \sum_{i=1}^{N} (u_i - v_i)^2", "mean\u00a0of (·−·)"),
        (r"\sum_{i=1}^{N} u_i v_i", "⟨·,·⟩"),
        (r"\frac{1}{N} \sum_{i=1}^{N} u_i", "mean"),
        (r"\sum_{i=1}^{N} \max(0, 1 - u_i)", "hinge"),
        (r"\sum_{i=1}^{N} \sum_{j \neq y_i} \max(0, P_{ij} - P_{i,y_i} + 1)", "multi-class hinge"),
        (r"\log \sum_{i=1}^{N} e^{u_i}", "log-sum-exp"),
        (r"-\frac{1}{N} \sum_{i=1}^{N} (v_i \log u_i + (1 - v_i) \log(1 - u_i))", "mean\u00a0binary cross-entropy"),
    ],
)  # fmt: skip
def test_a_formula_in_indices_is_named_after_what_it_is(tmp_path, loss, label):
    model = _with_loss(tmp_path, loss)
    flow = the_flow(model)
    operations = [number for number, node in enumerate(flow.nodes) if node.kind == "operation"]
    assert [label_of(flow, number) for number in operations] == [label]


@pytest.mark.parametrize(
    "loss",
    [
        r"\sum_{i=1}^{N} \sum_{k=1}^{C} Y_{ik} \log P_{ik}",
        r"-\sum_{i=1}^{N} \sum_{k=1}^{2} Y_{ik} \log P_{ik}",
        r"-\sum_{i=1}^{N} \sum_{k=1}^{C} Y_{ik} \log P_{i1}",
        r"-\sum_{i=1}^{N} (v_i \log u_i + (1 - u_i) \log(1 - v_i))",
        r"\sum_{i=1}^{N} \max(0, 2 - u_i)",
        r"\sum_{i=1}^{N} P_{i1}^2",
        r"\sum_{i=1}^{N} \sum_{j=1}^{C} \max(0, P_{ij} - P_{i,y_i} + 1)",
        r"-\sum_{i=1}^{N} \log P_{i,y_1}",
        r"-\sum_{k=1}^{C} Y_{1k} \log P_{1k}",
        r"-\sum_{i=1}^{N} \log P_{1,y_1}",
        r"\sum_{i=1}^{N} (\log \sum_{j=1}^{2} e^{P_{i,j}} - P_{i,y_i})",
    ],
)
def test_a_formula_that_is_nearly_something_does_not_get_its_name(tmp_path, loss):
    flow = the_flow(_with_loss(tmp_path, loss))
    named = " ".join(label_of(flow, number) for number in range(len(flow.nodes)))
    assert "entropy" not in named
    assert "hinge" not in named
    assert "∑(·)" not in named


def _with_loss(tmp_path: Path, loss: str) -> Model:
    symbols = "Y: one-hot N x C; P: N x C; y: labels N of C; u: N x 1; v: N x 1"
    return model_of(tmp_path, symbols, f"L: {loss}", head="dims: {N: 2, C: 3}")


def test_a_second_name_of_a_value_stands_beside_the_first(tmp_path):
    model = model_of(tmp_path, "x: n x 1; W: n x n", r"s: W x; y: s; L: \|y\|^2")
    assert the_flow(model).at["s"] == the_flow(model).at["y"]
    assert "s=y" in texts(graph_of(model))


def test_what_the_loss_does_not_need_is_left_out():
    names = {name for node in the_flow(homework("softmax-loss-of-scores")).nodes for name in node.names}
    assert names == {"B", "W", "F", "y", "\\lambda", "L"}


def test_ends_with_nothing_computed_in_common_are_pictures_of_their_own(tmp_path):
    model = model_of(tmp_path, "x: n x 1; c: n x 1", r"p: \|x\|^2; q: \|x - c\|^2; r: 2 q", loss=None)
    flows = flows_of(model, None)
    assert [sorted(name for node in flow.nodes for name in node.names) for flow in flows] == [
        ["p", "x"],
        ["c", "q", "r", "x"],
    ]


# --- Shapes and derivatives on the wires ---------------------------------------------------------

NAMES = sorted(path.parent.name for path in EXERCISES.glob("homework/*/exercise.md"))


@pytest.mark.parametrize("name", NAMES)
def test_the_shape_on_a_wire_is_that_of_its_value(name):
    model = homework(name)
    for flow in flows_of(model, model.table.loss):
        last = max(node.statement for node in flow.nodes)
        parts = parts_of(flow, range(1, last + 1), Writing({}))
        for part, node in zip(parts, _in_order(flow), strict=True):
            expected = [] if node.shape.is_scalar or node.kind == "result" else [formula(shape_label(node.shape))]
            assert [note.text for note in part.above if note.role == "muted"] == expected
            for key in node.names:
                assert node.shape == flow.shape_of(key)


def _in_order(flow: Flow) -> list:
    """The nodes as they are drawn: what is given first."""
    return [node for node in flow.nodes if node.kind == "given"] + [node for node in flow.nodes if node.kind != "given"]


def test_the_backward_pass_names_the_derivative_by_every_value():
    model = homework("two-layer-tanh-squared-error")
    labels = backward_labels(model, "L")
    assert set(map(shown, labels)) == {"X", "Y", "W_1", "b_1", "W_2", "b_2", "Z_1", "A_1", r"\hat{Y}"}
    assert labels["W_{1}"] == r"\frac{\partial L}{\partial W_{1}}"
    assert texts(graph_of(model, None, labels), "backward").count(r"\partial L") == len(labels)


def test_labels_and_one_hot_vectors_have_no_derivative():
    assert "Y" not in backward_labels(homework("softmax-regression-rows"), "L")
    assert "y" not in backward_labels(homework("softmax-loss-of-scores"), "L")


def test_a_label_that_is_no_fraction_stands_as_it_is():
    scene = graph_of(homework("logistic-regression"), None, {"z": r"\delta"})
    assert texts(scene, "backward") == [r"\delta "]


def test_there_is_no_backward_pass_unless_it_is_asked_for():
    assert texts(graph_of(homework("attention")), "backward") == []


# --- Pages ---------------------------------------------------------------------------------------


def test_a_graph_that_is_too_wide_goes_on_below_under_the_same_names():
    model = homework("two-layer-relu-softmax-rows")
    wide, narrow = graph_of(model, page=2000), graph_of(model, page=300)
    assert wide.width > 450
    assert narrow.width <= 300
    assert narrow.height > wide.height
    dashed = [item for item in narrow.items if isinstance(item, Box) and item.is_dashed]
    assert len(dashed) >= 4
    assert not any(isinstance(item, Box) and item.is_dashed for item in wide.items)


def test_what_does_not_fit_at_all_is_made_smaller(tmp_path):
    model = model_of(tmp_path, "x: n x 1; W: n x n", r"L: \|\tanh(W \tanh(W \tanh(W \tanh(W \tanh(W x)))))\|^2")
    scene = graph_of(model, page=200)
    assert scene.width == 200
    assert all(item.bounds().right <= 200 for item in scene.items)


def test_eight_layers_stand_on_a_page(tmp_path):
    symbols = ["X: N x d_0", *(f"W_{n}: d_{n - 1} x d_{n}; b_{n}: 1 x d_{n}" for n in range(1, 9))]
    lines = [f"A_{n}: \\tanh({f'A_{n - 1}' if n > 1 else 'X'} W_{n} + b_{n})" for n in range(1, 9)]
    model = model_of(tmp_path, "; ".join(symbols), "; ".join([*lines, r"L: \|A_8\|_F^2"]))
    scene = graph_of(model)
    assert scene.width <= scenes.PAGE
    assert scene.height <= 700
    assert texts(scene).count(r"\mathrm{tanh}") == 8


def test_a_picture_lies_inside_its_frame():
    scene = graph_of(homework("recurrent-step"))
    for item in scene.items:
        bounds = item.bounds()
        assert bounds.left >= 0
        assert bounds.top >= 0
        assert bounds.right <= scene.width
        assert bounds.bottom <= scene.height


def test_a_picture_says_in_words_what_is_computed_from_what():
    scene = graph_of(homework("attention"))
    assert scene.title == "Computational graph of L"
    assert scene.description == "S from Q, K; A from S; O from A, V; L from G, O"


# --- Numbers -------------------------------------------------------------------------------------

SMALL = "a: x y + z; b: a (x + x); w: a b + b"


def test_a_small_graph_shows_its_numbers_forward_and_backward(tmp_path):
    model = model_of(tmp_path, "x: scalar; y: scalar; z: scalar", SMALL, "w")
    flow = the_flow(model)
    found = numbers_of(flow, {"x": Fraction(2), "y": Fraction(-1), "z": Fraction(3)}, Fraction(0))
    values = {name: found.values[number] for name, number in flow.at.items()}
    slopes = {name: found.slopes[number] for name, number in flow.at.items()}
    assert values == {"x": 2, "y": -1, "z": 3, "a": 1, "b": 4, "w": 8}
    assert slopes == {"x": -8, "y": 24, "z": 12, "a": 12, "b": 2, "w": 1}


def test_the_numbers_stand_on_the_wires(tmp_path):
    model = model_of(tmp_path, "x: scalar; y: scalar; z: scalar", SMALL, "w")
    at = {"x": Fraction(2), "y": Fraction(-1), "z": Fraction(3)}
    scene = graph_of(model, None, backward_labels(model, "w"), at)
    assert sorted(texts(scene, "backward")) == sorted(["{-}8", "24", "12", "12", "12", "2", "2", "1", "1"])
    assert "{-}1" in texts(scene, "result")
    assert any(isinstance(item, Circle) for item in scene.items)


@pytest.mark.parametrize(
    "symbols, model, at, problem",
    [
        ("x: scalar; y: scalar", "L: x y", {"x": 1}, "there is no number for y"),
        ("x: n x 1", r"L: \|x\|^2", {"x": 1}, "numbers are for graphs of scalars, and here is one of n x 1"),
        ("x: scalar", r"L: \log(x)", {"x": -1}, "at these numbers a value is not defined"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(tmp_path, symbols, model, at, problem):
    with pytest.raises(FormulaError) as error:
        graph_of(model_of(tmp_path, symbols, model), None, None, {name: Fraction(one) for name, one in at.items()})
    assert error.value.problem == problem
