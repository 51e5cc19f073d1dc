"""Declarations in words: `N x D`, `positive scalar`, `labels N of C`, `one-hot k x 1`, `function h -> k`."""

import re
from collections.abc import Callable

from derive.expressions.shapes import ONE, SCALAR, Dim, Shape, column, matrix, row
from derive.notation.symbols import Given, Kind
from derive.records import dataclass

STRUCTURES = ("symmetric", "diagonal", "orthogonal", "invertible", "positive definite")
EXAMPLES = (
    "“N x D”, “scalar”, “positive scalar”, “integer”, “labels N of C”, “label of C”, “one-hot k x 1”, "
    "“hot index of y”, “function”"
)


class Undeclarable(Exception):
    """A declaration that is not read; the text says why."""


@dataclass(frozen=True)
class Declaration:
    """A declaration taken apart: its kind, its dimensions by name in order, and a name that it refers to."""

    kind: str
    dims: tuple[str, ...] = ()
    structure: str = ""
    target: str = ""


NAME = r"(?:\\?[A-Za-z](?:[A-Za-z0-9_\\^]|\{[^{}]*\})*|\d+)"
_TIMES = r"\s*(?:x|×|\\times|\*)\s*"
_STRUCTURE = "|".join(STRUCTURES)


def _array(match: re.Match[str]) -> Declaration:
    """`N x D`, `positive N x D`."""
    positive = (match[1] or "").startswith("pos")
    return Declaration("positive" if positive else "real", (match[2], match[3]))


_FORMS: tuple[tuple[str, Callable[[re.Match[str]], Declaration]], ...] = (
    (r"(?:real\s+)?scalar", lambda match: Declaration("real")),
    (r"positive(?:\s+scalar)?", lambda match: Declaration("positive")),
    (r"integer(?:\s+scalar)?", lambda match: Declaration("integer")),
    (rf"labels\s+({NAME})\s+of\s+({NAME})", lambda match: Declaration("labels", (match[1], match[2]))),
    (rf"label\s+of\s+({NAME})", lambda match: Declaration("label", (match[1],))),
    (rf"one-?hot\s+({NAME}){_TIMES}({NAME})", lambda match: Declaration("one-hot", (match[1], match[2]))),
    (r"hot\s+index\s+of\s+(.+)", lambda match: Declaration("hot index", target=match[1].strip())),
    (r"function", lambda match: Declaration("function")),
    (rf"function\s+({NAME})\s*(?:->|→|\\to)\s*({NAME})", lambda match: Declaration("map", (match[1], match[2]))),
    (rf"({_STRUCTURE})\s+({NAME}){_TIMES}({NAME})", lambda match: Declaration("real", match.group(2, 3), match[1])),
    (rf"(positive\s+|real\s+)?({NAME}){_TIMES}({NAME})", _array),
)  # fmt: skip


def read_declaration(text: str) -> Declaration:
    """A declaration taken apart. Raises `Undeclarable`."""
    words = " ".join(text.split())
    for pattern, make in _FORMS:
        match = re.fullmatch(pattern, words, re.IGNORECASE if pattern[0] in "(r" and "scalar" in pattern else 0)
        if match:
            return make(match)
    raise Undeclarable(f"the declaration “{words}” is not read; expected one like {EXAMPLES}")


def given(declaration: Declaration, dim: Callable[[str], Dim], target: Callable[[str], tuple[str, Given]]) -> Given:
    """The symbol that a declaration declares. Raises `Undeclarable`."""
    dims = tuple(ONE if name == "1" else dim(name) for name in declaration.dims)
    match declaration.kind:
        case "labels":
            return Given("labels", column(dims[0]), classes=dims[1])
        case "label":
            return Given("labels", SCALAR, classes=dims[0])
        case "one-hot":
            shape = matrix(*dims)
            return Given("one-hot", shape, classes=shape.length if shape.is_vector else shape.columns)
        case "hot index":
            name, one_hot = target(declaration.target)
            if one_hot.kind != "one-hot":
                raise Undeclarable(f"{declaration.target} is not declared as one-hot, so it has no hot index")
            examples = SCALAR if one_hot.shape.is_vector else column(one_hot.shape.rows)
            return Given(
                "labels" if not examples.is_scalar else "hot index", examples, classes=one_hot.classes, target=name
            )
        case "function":
            return Given("function", SCALAR)
        case "map":
            return Given("map", SCALAR, domain=dims[0], codomain=dims[1])
    shape = Shape(dims)
    if declaration.structure and not shape.is_square:
        raise Undeclarable(f"{declaration.structure} matrices are square, not {shape}")
    return Given(_KINDS[declaration.kind], shape, declaration.structure)


_KINDS: dict[str, Kind] = {"real": "real", "positive": "positive", "integer": "integer"}


def shape_of_space(dims: list[Dim], vectors: str) -> Shape:
    """The shape that ℝ^n or ℝ^{m x n} declares."""
    if len(dims) == 1:
        return column(dims[0]) if vectors == "column" else row(dims[0])
    return Shape(tuple(dims))
