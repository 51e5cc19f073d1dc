"""Documents as kernels and as references, and the values at which both are held against one another.

A draw is a `Point` of the oracle: it says what every given name is, numbers, labels and functions alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from oracle import Point

from derive.documents import read_document
from derive.documents.document import Setting
from derive.expressions import tree
from derive.kernels.assembled import Input
from derive.kernels.compiled import Compiled, compiled
from derive.kernels.model import model_at, model_of_any_size
from derive.kernels.program import program_of
from derive.kernels.reference import Reference, reference
from derive.models import Model, build_model
from derive.notation.elaboration import Options, elaborated
from derive.notation.symbols import Given
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize

ROOT = Path(__file__).parent.parent
FOLDERS = ("exercises", "exercises/sources", "exercises/gallery")
PATHS = [
    *(path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.md"))),
    *sorted((ROOT / "exercises/homework").glob("*/exercise.md")),
]


def called(path: Path) -> str:
    """`homework/attention`, `sources/jacobian-of-a-sum`, `hessians`."""
    folder = path.parent if path.stem == "exercise" else path.with_suffix("")
    return str(folder.relative_to(ROOT / "exercises"))


DOCUMENTS = {called(path): path for path in PATHS}


@cache
def setting_of(name: str) -> Setting:
    """The setting of a document of the exercises."""
    return read_document(DOCUMENTS[name]).setting


def sizes_of(setting: Setting) -> list[dict[str, int]]:
    """Three sets of sizes: of up to eight dimensions, no two have one size in all of them."""
    names = [dim.name for dim in build_model(setting).table.dims.values()]
    parity = {place: place.bit_count() % 2 for place in range(len(names))}
    return [
        {name: 2 + place % 2 for place, name in enumerate(names)},
        {name: 2 + place // 2 % 2 for place, name in enumerate(names)},
        {name: 1 + parity[place] for place, name in enumerate(names)},
    ]


def formula(model: Model, text: str) -> tree.Expr:
    """An expression in the names of a model."""
    return elaborated(model.table, parse(tokenize(text, model.table.words)), Options(model.table.layout)).value


# ── points ──


def points_of(model: Model, count: int = 2) -> list[Point]:
    """Draws; where logarithms and roots need it, the last one is all positive."""
    return [Point(model.table, 3 + number, positive=number == count - 1) for number in range(count)]


def drawn(points: list[Point]) -> dict[str, Any]:
    """What a reference takes: the values of all points, by the names of the document."""
    found: dict[str, Any] = {}
    for name, meaning in points[0].table.meanings.items():
        if isinstance(meaning, Given):
            match meaning.kind:
                case "function":
                    found[name] = _waves(points, name)
                case "map":
                    found[name] = _components(points, name)
                case _:
                    found[name] = np.stack([_array(point, name, meaning) for point in points])
    return found


def _array(point: Point, name: str, given: Given) -> Any:
    if given.kind == "labels":
        if given.shape.is_scalar:
            return np.array(point.label(name, None))
        return np.array([point.label(name, example) for example in range(given.shape.length.size or 1)])
    if given.kind == "hot index":
        return np.array(0)
    value = point.given(name, given.shape)[0]
    return value if given.shape.dims else value[0, 0]


def _waves(points: list[Point], name: str) -> Any:
    def wave(order: int, values: Any) -> Any:
        wide = np.broadcast_to(values, (len(points),))
        return np.stack([point.wave(name, value, order) for point, value in zip(points, wide, strict=True)])

    return wave


def _components(points: list[Point], name: str) -> Any:
    def component(number: int, orders: tuple[int, ...], arguments: Iterable[Any]) -> Any:
        wide = np.stack([np.broadcast_to(one, (len(points),)) for one in arguments], axis=1)
        return np.stack([point.component(name, number, at, orders) for point, at in zip(points, wide, strict=True)])

    return component


def arguments_at(inputs: Iterable[Input], point: Point) -> dict[str, Any]:
    """What a kernel takes: the values of a point, by the identifiers of its arguments."""
    found: dict[str, Any] = {}
    for one in inputs:
        if one.given.kind == "function":
            found[one.identifier] = lambda u, name=one.name, order=one.order: point.wave(name, u, order)
        elif one.given.kind == "map":
            found[one.identifier] = _map(point, one)
        else:
            given = point.table.meanings[one.name]
            assert isinstance(given, Given)
            value = _array(point, one.name, given)
            found[one.identifier] = value if one.axes else value.item()
    return found


def _map(point: Point, one: Input) -> Any:
    given = point.table.meanings[one.name]
    assert isinstance(given, Given)
    outputs = given.shape.length.size or 1

    def mapped(vector: Any) -> Any:
        flat = np.ravel(vector)
        values = [point.component(one.name, number, flat, [0] * len(flat)) for number in range(outputs)]
        return np.array(values).reshape((-1, 1) if vector.shape[1] == 1 else (1, -1))

    return mapped


# ── kernels and references ──


@dataclass(frozen=True)
class Compared:
    """A quantity at some points, as a kernel has it and as a reference has it; `what` says which one it is."""

    what: str
    kernel: Any
    expected: Any


@cache
def kernel(name: str, *asked: str) -> Compiled:
    """The kernel of a document, with further quantities that are asked for in LaTeX. Raises `NoKernel`."""
    model = model_of_any_size(setting_of(name))
    return compiled(program_of(model, derivatives=[formula(model, one) for one in asked]))


def compared(found: Compiled, expected: Reference, points: list[Point], asked: Mapping[str, tree.Expr]) -> list[Compared]:
    """Everything that a kernel computes at some points, beside what the reference says."""
    exact = expected.at(drawn(points))
    by_name = {**{_name_of(one): value for one, value in exact.items()}, **{one: exact[of] for one, of in asked.items()}}
    results = []
    for number, point in enumerate(points):
        arguments = arguments_at(found.kernel.inputs, point)
        with np.errstate(all="ignore"):
            values = found.values(arguments)
        further = iter(asked)
        extra = {one.statement.quantity: next(further) for one in found.kernel.derivatives}
        for quantity, value in values.items():
            what = extra.get(quantity) or _name_of(quantity)
            results.append(Compared(what, np.asarray(value), by_name[what][number]))
    return results


def _name_of(quantity: tree.Expr) -> str:
    if isinstance(quantity, tree.Derivative):
        return f"d{_name_of(quantity.of)}/d{_name_of(quantity.by)}"
    assert isinstance(quantity, tree.Symbol)
    return quantity.name


def differing(pairs: list[Compared], tolerance: float = 1e-10) -> list[str]:
    """The quantities that a kernel has otherwise than expected, where that is a number at all."""
    wrong = []
    for one in pairs:
        if one.kernel.shape != one.expected.shape:
            wrong.append(f"{one.what}: shape {one.kernel.shape}, expected {one.expected.shape}")
        elif np.all(np.isfinite(one.expected)):
            scale = 1 + np.max(np.abs(one.expected), initial=0)
            if not np.all(np.abs(one.kernel - one.expected) <= tolerance * scale):
                wrong.append(f"{one.what}: {one.kernel.tolist()}, expected {one.expected.tolist()}")
    return wrong


