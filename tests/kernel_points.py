"""Documents as kernels and as references, and the values at which both are held against one another.

A draw is a `Point` of the oracle: it says what every given name is, numbers, labels and functions alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from oracle import Point

from derive.documents import read_document
from derive.documents.document import Setting
from derive.documents.setting import make_setting, read_entries
from derive.expressions import tree
from derive.kernels.assembled import Input
from derive.kernels.compiled import Compiled
from derive.kernels.reference import Reference
from derive.models import Model, build_model
from derive.notation.elaboration import Options, elaborated
from derive.notation.symbols import Given
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Source, Text

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


def setting_from(symbols: Mapping[str, str], nodes: Mapping[str, str], dims: Mapping[str, int]) -> Setting:
    """The setting of a loss L."""
    lines = [f"dims: {{{', '.join(f'{name}: {size}' for name, size in dims.items())}}}", "symbols:"]
    lines += [f"  '{name}': '{text}'" for name, text in symbols.items()]
    lines += ["model:", *(f"  '{name}': '{text}'" for name, text in nodes.items()), "loss: L"]
    text = "\n".join(lines)
    return make_setting(read_entries(Text(text, Source("setting.yaml", text), 0)))


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
        elif one.name in point.table.dims and one.name not in point.table.meanings:
            found[one.identifier] = point.table.dims[one.name].size
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
    assert given.codomain is not None
    outputs = given.codomain.size or 1

    def mapped(vector: Any) -> Any:
        flat = np.ravel(vector)
        values = [point.component(one.name, number, flat, [0] * len(flat)) for number in range(outputs)]
        return np.array(values).reshape({1: (-1,)}.get(vector.ndim, (-1, 1) if vector.shape[-1] == 1 else (1, -1)))

    return mapped


# ── kernels and references ──


def model_at(setting: Setting, sizes: Mapping[str, int]) -> Model:
    """The model of a setting at some sizes; those that count names stay."""
    table = build_model(setting).table
    nowhere = Text("", Source("", ""), 0)
    dims: dict[str, tuple[int | None, Text]] = {
        dim.name: (dim.size if key in table.depths else sizes[dim.name], nowhere) for key, dim in table.dims.items()
    }
    return build_model(replace(setting, dims=dims))


@dataclass(frozen=True)
class Compared:
    """A quantity at a point, as a kernel has it and as something else has it."""

    what: str
    kernel: Any
    expected: Any


def everything(found: Compiled, point: Point) -> dict[tuple[str, object], Any]:
    """What a kernel computes at a point: values and gradients by names, other derivatives by their numbers."""
    arguments = arguments_at(found.kernel.inputs, point)
    with np.errstate(all="ignore"):
        forward = found.forward(**arguments)
        values = {("value", one.statement.quantity.name): forward[one.key] for one in found.kernel.forward}
        if found.loss_and_gradients is not None:
            loss, gradients = found.loss_and_gradients(**arguments)
            values |= {
                ("gradient", one.statement.quantity.by.name): gradients[one.key] for one in found.kernel.gradients
            }
            values["loss", ""] = loss
        if found.loss is not None:
            values["loss alone", ""] = found.loss(**arguments)
        if found.derivatives is not None:
            further = found.derivatives(**arguments)
            values |= {("further", at): further[one.key] for at, one in enumerate(found.kernel.derivatives)}
    return values


def exact(expected: Reference, points: list[Point], further: Iterable[tree.Expr] = ()) -> dict[tuple[str, object], Any]:
    """The same of all points, from a reference."""
    at = expected.at(drawn(points))
    found = {("value", name): value for name, value in expected.values(drawn(points)).items()}
    found |= {("gradient", name): value for name, value in expected.gradients(drawn(points)).items()}
    found |= {("further", number): at[quantity] for number, quantity in enumerate(further)}
    loss = expected.model.table.loss
    if loss is not None:
        found["loss", ""] = found["loss alone", ""] = found["value", loss]
    return found


def compared(found: Compiled, points: list[Point], expected: Mapping[tuple[str, object], Any]) -> list[Compared]:
    """Everything that a kernel computes at some points, beside what it should be there."""
    return [
        Compared(" ".join(map(str, what)), np.asarray(value), expected[what][number])
        for number, point in enumerate(points)
        for what, value in everything(found, point).items()
    ]


def differing(pairs: list[Compared], tolerance: float = 1e-10) -> list[str]:
    """What a kernel has otherwise than expected, and what is expected to be a number at no point at all."""
    wrong = []
    seen = dict.fromkeys((one.what for one in pairs), False)
    for one in pairs:
        if one.kernel.shape != one.expected.shape:
            wrong.append(f"{one.what}: shape {one.kernel.shape}, expected {one.expected.shape}")
        elif np.all(np.isfinite(one.expected)):
            seen[one.what] = True
            scale = 1 + np.max(np.abs(one.expected), initial=0)
            if not np.all(np.abs(one.kernel - one.expected) <= tolerance * scale):
                wrong.append(f"{one.what}: {one.kernel.tolist()}, expected {one.expected.tolist()}")
    return wrong + [f"{what}: no value" for what, found in seen.items() if not found and not wrong]
