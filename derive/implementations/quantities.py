"""What a function is given and what comes back, as data: formulas of the exercise in the forms that code has."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from fractions import Fraction
from typing import Literal

from derive.expressions.shapes import Dim
from derive.expressions.tree import Expr
from derive.records import dataclass
from derive.source import Text

Form = Literal["whole", "flat", "transpose", "labels", "one-hot"]
_STEP = re.compile(r"\.([^\W\d]\w*)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(\d+)\]")

Step = tuple[Literal["item", "key", "attribute", "self"], str | int]
"""One step from what a call returns to one of its results; the step `self` begins at the student's object."""


@dataclass(frozen=True)
class Quantity:
    """A formula of the exercise, in a form: what an argument is given as, or a result should be. `text` is its place.

    `name` is the declared name that it is, if it is one alone.
    """

    latex: str
    value: Expr
    form: Form
    text: Text
    name: str | None = None


@dataclass(frozen=True)
class Size:
    """A dimension as a whole number."""

    dim: Dim


@dataclass(frozen=True)
class Constant:
    """A number as Python spells it, or True, False, None."""

    value: float | int | bool | None


Leaf = Quantity | Size | Constant


@dataclass(frozen=True)
class Several:
    """A list of values."""

    items: "tuple[Structure, ...]"


@dataclass(frozen=True)
class Named:
    """A dictionary of values."""

    items: "tuple[tuple[str, Structure], ...]"


Structure = Leaf | Several | Named


@dataclass(frozen=True)
class OneOf:
    """Entries that are one of some numbers: `0 or 1`."""

    numbers: tuple[Fraction, ...]


@dataclass(frozen=True)
class Between:
    """Entries between two numbers, which they never are themselves; without `high` there is no end: `positive`."""

    low: Fraction
    high: Fraction | None = None


@dataclass(frozen=True)
class Shares:
    """Positive entries of which those of each row sum to 1, or those of each column."""

    along: Literal["rows", "columns"]


Drawn = OneOf | Between | Shares
"""What is said of the entries of a name, beyond that they are numbers."""


@dataclass(frozen=True)
class Parameter:
    """Something that is given a value: a parameter, or a place in the object such as `params['W1']`."""

    name: str
    value: Structure


@dataclass(frozen=True)
class Expected:
    """One result: the steps to it from what the call returns, and what it should be."""

    path: tuple[Step, ...]
    quantity: Quantity

    @property
    def label(self) -> str:
        """Where it stands among the results, for people: `result 2['W1']`, `self.dW1`."""
        return label_of(self.path)


@dataclass(frozen=True)
class CodeSetting:
    """What is called, with what, and what comes back; `class_name` and `construct` for a class.

    `draws` are the names of the model of whose numbers more is said than their declarations do. With
    `may_be_transposed` a result may come back with rows and columns exchanged.
    """

    function: str
    arguments: tuple[Parameter, ...]
    results: tuple[Expected, ...]
    class_name: str | None = None
    construct: tuple[Parameter, ...] = ()
    attributes: tuple[Parameter, ...] = ()
    first_label: int = 0
    dtype: str = "float64"
    draws: Mapping[str, Drawn] = field(default_factory=dict)
    may_be_transposed: bool = False

    @property
    def shown(self) -> str:
        """What is called, for people."""
        return self.function if self.class_name is None else f"{self.class_name}.{self.function}"

    @property
    def is_made_of_values(self) -> bool:
        """Whether the constructor is given values of the exercise: then each call needs an object of its own."""
        return any(isinstance(leaf, Quantity) for one in self.construct for leaf in leaves(one.value))

    @property
    def inputs(self) -> tuple[Parameter, ...]:
        """Everything that the code is given."""
        return (*self.construct, *self.attributes, *self.arguments)


def label_of(path: tuple[Step, ...]) -> str:
    """The words for a path: `result 2['W1']`, `result['W1']`, `self.dW1`; `the result` for all that is returned."""
    if path and path[0][0] == "self":
        return "self" + "".join(_shown_step(step) for step in path[1:])
    if path and path[0][0] == "item":
        return f"result {int(path[0][1]) + 1}" + "".join(_shown_step(step) for step in path[1:])
    return "result" + "".join(_shown_step(step) for step in path) if path else "the result"


def _shown_step(step: Step) -> str:
    kind, name = step
    if kind == "attribute":
        return f".{name}"
    return f"[{name!r}]"


def leaves(structure: Structure) -> Iterator[Leaf]:
    """All values in a list or a dictionary, in order."""
    if isinstance(structure, Several):
        for item in structure.items:
            yield from leaves(item)
    elif isinstance(structure, Named):
        for _, item in structure.items:
            yield from leaves(item)
    else:
        yield structure


def steps_of(place: str) -> tuple[Step, ...]:
    """`.grads['W1']` taken apart; a name at the head counts as an attribute."""
    written = place if place.startswith(".") else f".{place}"
    found: list[Step] = []
    for attribute, single, double, number in _STEP.findall(written):
        if attribute:
            found.append(("attribute", attribute))
        else:
            found.append(("key", single or double) if not number else ("item", int(number)))
    return tuple(found)
