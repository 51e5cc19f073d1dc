"""What functions are given and what comes back, as data: formulas of the exercise in the forms that code has."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from itertools import accumulate, pairwise
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
    """A number as Python spells it, a text, or True, False, None."""

    value: float | int | bool | str | None


@dataclass(frozen=True)
class Kept:
    """What an earlier call returned, as it came back, under the name by which the setting calls it."""

    name: str


Leaf = Quantity | Size | Constant | Kept


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
    """One result: the steps to it from what the call returns, and what it should be.

    `of` are the words for the call, where there are several.
    """

    path: tuple[Step, ...]
    quantity: Quantity
    of: str = ""

    @property
    def label(self) -> str:
        """Where it stands among the results, for people: `result 2['W1']`, `self.dW1 after backward`."""
        if not self.of:
            return label_of(self.path)
        is_own = bool(self.path) and self.path[0][0] == "self"
        return f"{label_of(self.path)} {'after' if is_own else 'of'} {self.of}"


@dataclass(frozen=True)
class CodeCall:
    """One call of a function, or with `is_method` of a method of the student's object.

    `keeps` are the names under which later calls are given something of what came back, with the steps to it. `shown`
    are the words for the call.
    """

    name: str
    arguments: tuple[Parameter, ...]
    results: tuple[Expected, ...]
    is_method: bool = False
    keeps: tuple[tuple[str, tuple[Step, ...]], ...] = ()
    shown: str = ""


@dataclass(frozen=True)
class CodeSetting:
    """What is called, one after the other, with what, and what comes back; `class_name` and `construct` for a class.

    `draws` are the names of the model of whose numbers more is said than their declarations do. With
    `may_be_transposed` a result may come back with rows and columns exchanged.
    """

    calls: tuple[CodeCall, ...]
    class_name: str | None = None
    construct: tuple[Parameter, ...] = ()
    attributes: tuple[Parameter, ...] = ()
    first_label: int = 0
    dtype: str = "float64"
    draws: Mapping[str, Drawn] = field(default_factory=dict)
    may_be_transposed: bool = False

    @property
    def results(self) -> tuple[Expected, ...]:
        """What should come back, call by call."""
        return tuple(expected for call in self.calls for expected in call.results)

    @property
    def together(self) -> tuple[range, ...]:
        """The numbers of the results of each call."""
        ends = list(accumulate((len(call.results) for call in self.calls), initial=0))
        return tuple(range(first, last) for first, last in pairwise(ends))

    @property
    def shown(self) -> str:
        """What is called, for people."""
        return listed([f"{self.class_name}.{one.name}" if one.is_method else one.name for one in _once(self.calls)])

    @property
    def wanted(self) -> tuple[str, ...]:
        """The names that the code has to define: its class, and the functions that are called."""
        functions = (one.name for one in _once(self.calls) if not one.is_method)
        return (*functions, *(() if self.class_name is None else (self.class_name,)))

    @property
    def is_made_of_values(self) -> bool:
        """Whether the constructor is given values of the exercise: then each call needs an object of its own."""
        return any(isinstance(leaf, Quantity) for one in self.construct for leaf in leaves(one.value))

    @property
    def inputs(self) -> tuple[Parameter, ...]:
        """Everything that the code is given."""
        return (*self.construct, *self.attributes, *(one for call in self.calls for one in call.arguments))


def values_given(setting: CodeSetting, *, with_results: bool = False) -> list[list[Expr]]:
    """For each call the formulas whose values are given to it, or to the calls before it whose results it is given.

    The methods of an object hand on to each other whatever they like. With `with_results` also what these results are.
    """
    found: list[list[Expr]] = []
    kept: dict[str, list[Expr]] = {}
    own = [leaf.value for one in setting.attributes for leaf in leaves(one.value) if isinstance(leaf, Quantity)]
    for call in setting.calls:
        given = [leaf for one in call.arguments for leaf in leaves(one.value)]
        values = [leaf.value for leaf in given if isinstance(leaf, Quantity)]
        values += [value for leaf in given if isinstance(leaf, Kept) for value in kept[leaf.name]]
        if call.is_method:
            own = values = [*own, *values]
        looked_at = {expected.path: expected.quantity.value for expected in call.results if with_results}
        kept.update({name: [*values, *([looked_at[path]] if path in looked_at else [])] for name, path in call.keeps})
        found.append(values)
    return found


def _once(calls: tuple[CodeCall, ...]) -> list[CodeCall]:
    """The calls without those of what is called before."""
    return list({(one.is_method, one.name): one for one in reversed(calls)}.values())[::-1]


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


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
