"""What a student's code is given, call by call, as the runner in the sandbox is told of it.

Numbers are hexadecimal: the bytes of 64-bit floating point, so that nothing is rounded on the way.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.expressions.shapes import Shape
from derive.implementations.quantities import (
    CodeSetting,
    Constant,
    Kept,
    Named,
    OneOf,
    Parameter,
    Quantity,
    Several,
    Size,
    Structure,
    steps_of,
)
from derive.implementations.truth import Array, Draw
from derive.models import Model
from derive.notation.symbols import Given

Json = dict[str, Any]


def inputs_at(setting: CodeSetting, draw: Draw) -> Json:
    """What the code is given at a draw."""
    return _inputs(setting, lambda structure: _encoded(setting, structure, draw))


def inputs_of_sizes(setting: CodeSetting, model: Model, sizes: Mapping[str, int]) -> Json:
    """Chance numbers of these sizes, by the dimensions' names: to see how long a call takes."""
    return _inputs(setting, lambda structure: _drawn(setting, structure, model, sizes))


def _inputs(setting: CodeSetting, encoded: Callable[[Structure], Json]) -> Json:
    def pairs(parameters: Sequence[Parameter]) -> list[list[Any]]:
        return [[one.name, encoded(one.value)] for one in parameters]

    attributes = [
        [one.name, [list(step) for step in steps_of(one.name)], encoded(one.value)] for one in setting.attributes
    ]
    arguments = [pairs(call.arguments) for call in setting.calls]
    return {"construct": pairs(setting.construct), "attributes": attributes, "arguments": arguments}


def _encoded(setting: CodeSetting, structure: Structure, draw: Draw) -> Json:
    match structure:
        case Several(items):
            return {"kind": "list", "items": [_encoded(setting, item, draw) for item in items]}
        case Named(pairs):
            return {"kind": "dict", "items": [[key, _encoded(setting, item, draw)] for key, item in pairs]}
        case Size(dim):
            sizes = {key: one.size for key, one in draw.session.table.dims.items()}
            return {"kind": "plain", "value": sizes.get(dim.name, dim.size)}
        case Constant(value):
            return _constant(value)
        case Kept(name):
            return _kept(name)
    found = draw.value(structure, setting.first_label)
    return encoded_numbers(found, setting.dtype)


def encoded_numbers(found: Array | NDArray[np.int64], dtype: str) -> Json:
    """An array or a number as the request holds it; whole numbers stay such."""
    if found.dtype.kind == "i":
        if found.ndim == 0:
            return {"kind": "plain", "value": int(found)}
        return _array(found, "int64")
    if found.ndim == 0:
        return {"kind": "float", "value": float(found).hex()}
    return _array(found, dtype)


def _array(found: Array | NDArray[np.int64], dtype: str) -> Json:
    data = np.ascontiguousarray(found, dtype="<f8").tobytes().hex()
    return {"kind": "array", "shape": list(found.shape), "dtype": dtype, "data": data}


def _constant(value: float | int | bool | str | None) -> Json:
    return {"kind": "float", "value": value.hex()} if isinstance(value, float) else {"kind": "plain", "value": value}


def _kept(name: str) -> Json:
    """What a call before returned: the runner has it."""
    return {"kind": "kept", "value": name}


def _drawn(setting: CodeSetting, structure: Structure, model: Model, sizes: Mapping[str, int]) -> Json:
    match structure:
        case Several(items):
            return {"kind": "list", "items": [_drawn(setting, item, model, sizes) for item in items]}
        case Named(pairs):
            return {"kind": "dict", "items": [[key, _drawn(setting, item, model, sizes)] for key, item in pairs]}
        case Size(dim):
            return {"kind": "plain", "value": sizes.get(dim.name, dim.size)}
        case Constant(value):
            return _constant(value)
        case Kept(name):
            return _kept(name)
    return _drawn_quantity(setting, structure, model, sizes)


def _drawn_quantity(setting: CodeSetting, quantity: Quantity, model: Model, sizes: Mapping[str, int]) -> Json:
    shape = sizes_of(quantity.value.shape, sizes)
    if quantity.form in ("labels", "one-hot"):
        meaning = model.table.meanings[quantity.name or ""]
        assert isinstance(meaning, Given)
        assert meaning.classes is not None
        count = sizes.get(meaning.classes.name, meaning.classes.size or 1)
        rows = [] if _is_one_label(meaning) else shape[:1]
        if quantity.form == "one-hot":
            return _array(np.tile(np.eye(1, count), (rows[0], 1)) if rows else np.eye(1, count)[0], setting.dtype)
        first = setting.first_label
        if not rows:
            return {"kind": "plain", "value": first}
        return {"kind": "classes", "shape": rows, "low": first, "high": first + count, "number": 1}
    if not shape:
        return {"kind": "float", "value": (0.5).hex()}
    shape = [int(np.prod(shape))] if quantity.form == "flat" else shape
    shape = shape[::-1] if quantity.form == "transpose" else shape
    drawn = setting.draws.get(quantity.name or "")
    among = [float(number) for number in drawn.numbers] if isinstance(drawn, OneOf) else None
    return {"kind": "drawn", "shape": shape, "dtype": setting.dtype, "number": 1, "among": among}


def _is_one_label(meaning: Given) -> bool:
    return meaning.shape.is_vector if meaning.kind == "one-hot" else meaning.shape.is_scalar


def sizes_of(shape: Shape, sizes: Mapping[str, int]) -> list[int]:
    """A shape at given sizes of the dimensions with names."""
    return [sizes.get(dim.name, dim.size or 1) for dim in shape.dims]
