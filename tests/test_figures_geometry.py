"""Every picture of every exercise: no label on another one, on a wire or on a box that is not its own."""

from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from derive.documents import read_document
from derive.figures import scene as scenes
from derive.figures.backwards import backward_labels
from derive.figures.graph import graph_of
from derive.figures.network import network_of
from derive.figures.plot import plot_of
from derive.figures.scene import Box, Circle, Label, Rectangle, Scene
from derive.models import Model, build_model

EXERCISES = Path(__file__).resolve().parents[1] / "exercises"
DRAWN = sorted([*EXERCISES.glob("homework/*/exercise.md"), *EXERCISES.glob("*.md")])
SLACK = 0.6


@cache
def model_of(path: Path) -> Model:
    return build_model(read_document(path).setting)


def computes(path: Path) -> bool:
    return bool(read_document(path).setting.model)


WITH_MODEL = [path for path in DRAWN if computes(path)]


def name_of(path: Path) -> str:
    return path.parent.name if path.name == "exercise.md" else path.stem


def meeting(scene: Scene) -> list[str]:
    """What meets what it should not, in words."""
    labels = [item for item in scene.items if isinstance(item, Label)]
    boxes = [item for item in scene.items if isinstance(item, (Box, Circle)) and getattr(item, "role", "") != "frame"]
    found = [
        f"labels {said(one)} and {said(other)}"
        for one, other in combinations(labels, 2)
        if one.bounds().meets(other.bounds(), SLACK)
    ]
    for label in labels:
        own = label.bounds()
        found += [
            f"label {said(label)} and a box at {box.x:.0f}, {box.y:.0f}"
            for box in boxes
            if own.meets(box.bounds(), SLACK) and not box.bounds().holds(own, 1.5)
        ]
        found += [f"label {said(label)} and a wire at {piece}" for piece in pieces(scene) if own.meets(piece, SLACK)]
    return found


def pieces(scene: Scene) -> list[Rectangle]:
    """The straight pieces of all wires, a stroke of a fraction left out, each a little thick."""
    lines = [item for item in scene.items if isinstance(item, scenes.Path) and item.role == "forward"]
    return [
        Rectangle(min(x, right) - 0.4, min(y, bottom) - 0.4, max(x, right) + 0.4, max(y, bottom) + 0.4)
        for line in lines
        for (x, y), (right, bottom) in zip(line.points, line.points[1:], strict=False)
    ]


def crossed(scene: Scene) -> list[str]:
    """The boxes through which a wire goes."""
    boxes = [item.bounds() for item in scene.items if isinstance(item, (Box, Circle))]
    return [f"{piece} through {box}" for piece in pieces(scene) for box in boxes if piece.meets(box, 1.0)]


def doubled(scene: Scene) -> list[str]:
    """Straight pieces of wires that lie on each other; wires may cross."""
    found = []
    for one, other in combinations(pieces(scene), 2):
        across = min(one.right, other.right) - max(one.left, other.left)
        down = min(one.bottom, other.bottom) - max(one.top, other.top)
        if min(across, down) > 0.3 and max(across, down) > 3:
            found.append(f"{one} on {other}")
    return found


def said(label: Label) -> str:
    return f"{''.join(getattr(piece, 'text', '?') for piece in label.text)} at {label.x:.0f}, {label.y:.0f}"


@pytest.mark.parametrize("path", WITH_MODEL, ids=name_of)
def test_nothing_meets_in_the_graph_of_an_exercise(path):
    scene = graph_of(model_of(path))
    assert meeting(scene) + crossed(scene) + doubled(scene) == []
    assert scene.width <= scenes.PAGE


@pytest.mark.parametrize("path", WITH_MODEL, ids=name_of)
def test_nothing_meets_in_the_graph_with_the_backward_pass(path):
    model = model_of(path)
    if model.table.loss is None:
        pytest.skip("the exercise has no loss")
    scene = graph_of(model, None, backward_labels(model, model.table.loss))
    assert meeting(scene) + crossed(scene) + doubled(scene) == []
    assert scene.width <= scenes.PAGE


@pytest.mark.parametrize("path", WITH_MODEL, ids=name_of)
def test_nothing_meets_in_the_network_of_an_exercise(path):
    scene = network_of(model_of(path))
    if scene is not None:
        assert meeting(scene) == []


@pytest.mark.parametrize("together", [False, True])
def test_nothing_meets_in_a_plot(together):
    names = ("relu", "leaky-relu(0.1)", "softplus(1)", "gelu", "sign", "sin", r"\max(0, 1 - z)", "|x^2 - 2|")
    scene = plot_of(names, together=together)
    labels = [item.bounds() for item in scene.items if isinstance(item, Label)]
    assert [pair for pair in combinations(labels, 2) if pair[0].meets(pair[1])] == []
    assert scene.width <= scenes.PAGE
