"""Networks as layers of units: which models are networks, and what is drawn of them."""

import pytest
from test_figures_graph import homework, model_of, texts

from derive.figures import scene as scenes
from derive.figures.layering import network_in
from derive.figures.network import network_of
from derive.figures.scene import Circle, Path, Point

NETWORKS = {
    "leaky-relu-cross-entropy": "X; W_{1}; Z,H_{1}; W_{2}+b_{2}; S,P",
    "linear-regression": "X; w+b; y",
    "logistic-regression": "X; w; z,p",
    "one-example-relu-softmax": "x; W_{1}+b_{1}; h_{0},h; W_{2}+b_{2}; s",
    "softmax-regression-columns": r"X; \Theta^{T}+c; Z",
    "softplus-columns": "X; W; Z,F; v^{T}; o",
    "tied-embedding": "x; E^{T}; u; W; r; E; s,p",
    "two-layer-sigmoid-cross-entropy":
        r"x; W^{[1]}+b^{[1]}; z^{[1]},a^{[1]}; \left(w^{[2]}\right)^{T}+b^{[2]}; z^{[2]},\hat{y}",
    "two-layer-tanh-squared-error": r"X; W_{1}+b_{1}; Z_{1},A_{1}; W_{2}+b_{2}; \hat{Y}",
}  # fmt: skip
NO_NETWORKS = ("attention", "batch-norm", "layer-norm", "matrix-calculus-warm-ups", "recurrent-step", "residual-block")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_layers_of_a_network_are_those_of_its_model(name):
    model = homework(name)
    found = network_in(model, model.table.loss)
    assert found is not None
    said = []
    for layer in found.layers:
        said += [f"{layer.weight}{'+' * bool(layer.bias)}{layer.bias}"] * bool(layer.weight) + [",".join(layer.names)]
    assert "; ".join(said) == NETWORKS[name]


@pytest.mark.parametrize("name", NO_NETWORKS)
def test_other_models_are_no_networks(name):
    assert network_of(homework(name)) is None


@pytest.mark.parametrize(
    "model",
    [
        r"h: \tanh(W x); L: \|V h + x\|^2",
        r"h: \tanh(W x); y: V h; L: \|y\|^2 + \|h\|^2",
        r"h: \text{softmax}(W x); y: V h; L: \|y\|^2",
        r"h: W x \odot W x; y: V h; L: \|y\|^2",
        r"h: \tanh(\sigma(W x)); y: V h; L: \|y\|^2",
    ],
)
def test_a_model_that_is_nearly_a_network_is_none(tmp_path, model):
    assert network_of(model_of(tmp_path, "x: n x 1; W: n x n; V: n x n", model)) is None


def test_units_are_circles_and_every_pair_has_an_edge():
    scene = network_of(homework("two-layer-sigmoid-softmax-columns"))
    assert scene is not None
    roles = [item.role for item in scene.items if isinstance(item, Circle)]
    assert (roles.count("given"), roles.count("operation"), roles.count("result")) == (2, 3, 4)
    assert sum(isinstance(item, Path) for item in scene.items) == 2 * 3 + 3 * 4
    assert texts(scene, "muted") == ["d=2", "h=3", "k=4"]
    assert texts(scene)[-3:] == ["k=4", r"\mathrm{softmax}", r"(W^{[2]})^{T},\mskip3mu b^{[2]}"]


def test_a_wide_layer_has_dots(tmp_path):
    model = model_of(tmp_path, "x: d x 1; W: k x d", r"y: W x; L: \|y\|^2", head="dims: {d: 20, k: 6}")
    scene = network_of(model)
    assert scene is not None
    assert sum(isinstance(item, Circle) for item in scene.items) == 3 + 6
    assert sum(isinstance(item, Point) for item in scene.items) == 3


def test_where_no_sizes_are_given_none_are_shown(tmp_path):
    scene = network_of(model_of(tmp_path, "x: d x 1; W: k x d", r"y: W x; L: \|y\|^2"))
    assert scene is not None
    assert texts(scene, "muted") == ["d", "k"]
    assert sum(isinstance(item, Point) for item in scene.items) == 6


def test_eight_layers_stand_on_a_page(tmp_path):
    symbols = ["X: N x d_0", *(f"W_{n}: d_{n - 1} x d_{n}; b_{n}: 1 x d_{n}" for n in range(1, 9))]
    lines = [f"A_{n}: \\tanh({f'A_{n - 1}' if n > 1 else 'X'} W_{n} + b_{n})" for n in range(1, 9)]
    scene = network_of(model_of(tmp_path, "; ".join(symbols), "; ".join([*lines, r"L: \|A_8\|_F^2"])))
    assert scene is not None
    assert scene.width <= scenes.PAGE
