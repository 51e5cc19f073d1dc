"""What is shown of the exercises in a folder: the list, the question of one, its solution sheet, its pictures."""

from collections.abc import Mapping
from typing import Any

from derive.figures.backwards import backward_labels
from derive.figures.graph import graph_of
from derive.figures.network import network_of
from derive.figures.scene import Scene
from derive.figures.svg import svg
from derive.grading.parts import ExerciseDocument
from derive.models import Model
from derive.sheets.sheet import questions_of, sheet_of
from derive.web.desk import Desk
from derive.web.live import Content, Tell
from derive.writing.pages import formula, words
from derive.writing.sheet_html import to_fragment
from derive.writing.statuses import of_points

PICTURES = {
    "graph": "What is computed from what, with the shapes.",
    "backward": "The same with the derivatives of the loss, which go back.",
    "network": "The network as layers of units.",
}
"""The pictures that there may be of a computation, with what is said below them."""


def listed(content: Content, desk: Desk, tell: Tell) -> None:
    """The exercises in a folder: `folder`."""
    lines = [
        {
            "id": line.id,
            "title": str(words(line.title)),
            "parts": line.parts,
            "points": of_points(line.points),
            "problem": line.problem,
        }
        for line in desk.shelf(content["folder"]).listed()
    ]
    tell({"event": "exercises", "exercises": lines})


def question(content: Content, desk: Desk, tell: Tell) -> None:
    """What is given and what is asked: `folder`, `exercise`."""

    def make(exercise: ExerciseDocument) -> Mapping[str, Any]:
        html = to_fragment(questions_of(exercise, desk.store))
        parts = [
            {"id": part.id, "ask": str(formula(part.ask)), "points": of_points(part.points)} for part in exercise.parts
        ]
        return {"event": "question", **_title(exercise, content), "html": html, "parts": parts}

    tell(desk.shelf(content["folder"]).made(content["exercise"], "question", make))


def solution(content: Content, desk: Desk, tell: Tell) -> None:
    """The solution sheet: `folder`, `exercise`."""

    def make(exercise: ExerciseDocument) -> Mapping[str, Any]:
        sheet = sheet_of(exercise, store=desk.store)
        found = {"event": "solution", **_title(exercise, content), "html": to_fragment(sheet.blocks)}
        return {**found, "proved": sheet.proved}

    tell(desk.shelf(content["folder"]).made(content["exercise"], "solution", make))


def pictures(content: Content, desk: Desk, tell: Tell) -> None:
    """The pictures of the computation, each with its description: `folder`, `exercise`."""

    def make(exercise: ExerciseDocument) -> Mapping[str, Any]:
        drawn = {kind: _scene(exercise.model, kind) for kind in PICTURES}
        shown = [
            {"kind": kind, "caption": PICTURES[kind], "description": scene.description, "svg": svg(scene)}
            for kind, scene in drawn.items()
            if scene is not None
        ]
        return {"event": "pictures", **_title(exercise, content), "pictures": shown}

    tell(desk.shelf(content["folder"]).made(content["exercise"], "pictures", make))


def _scene(model: Model, kind: str) -> Scene | None:
    """A picture of a computation, null where there is none of this kind."""
    loss = model.table.loss
    match kind:
        case "graph":
            return graph_of(model, loss)
        case "backward":
            return None if loss is None else graph_of(model, loss, backward_labels(model, loss))
    return network_of(model, loss)


def _title(exercise: ExerciseDocument, content: Content) -> Mapping[str, str]:
    """The title as words and as HTML; without one the exercise goes by its name."""
    title = exercise.document.setting.title or content["exercise"]
    return {"title": title, "heading": str(words(title))}
