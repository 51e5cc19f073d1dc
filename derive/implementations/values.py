"""The values of a `code:` setting, read with the names of an exercise: what calls are given, what comes back of them.

`derive.implementations.setting` says what may stand there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from derive.documents.document import Aside, AsideList, AsideMapping
from derive.errors import DocumentError, FormulaError
from derive.expressions.shapes import Dim
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.grading.policy import error_at, nearest
from derive.implementations.quantities import (
    Constant,
    Expected,
    Form,
    Kept,
    Leaf,
    Named,
    Parameter,
    Quantity,
    Several,
    Size,
    Step,
    Structure,
    leaves,
    steps_of,
)
from derive.models import Model
from derive.notation.elaboration import Options, elaborated
from derive.notation.names import read_name
from derive.notation.symbols import Computed, Given
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Text

_FORMS = re.compile(r"(?:(labels|transpose|one-hot|size)\s+of\s+|(flat)\s+)(?=\S)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:[eE][+-]?[0-9]{1,3})?")
_CONSTANTS: Mapping[str, bool | None] = {"none": None, "true": True, "false": False}
_WORDS = re.compile(r"text\s+(\S.{0,99})")
_KEPT = re.compile(r"kept\s+([^\W\d]\w{0,99})")
_KEPT_AS = re.compile(r"(?:(.*\S)\s+)?kept\s+as\s+(\S+)")
_PYTHON_NAME = re.compile(r"[^\W\d]\w{0,99}")
_PLACE_IN_OBJECT = re.compile(r"([^\W\d]\w*)((?:\.[^\W\d]\w*|\[(?:'[^'\\]*'|\"[^\"\\]*\"|\d{1,6})\])*)")

Keeps = tuple[tuple[str, tuple[Step, ...]], ...]
"""The names under which results are kept for later calls, with the steps to them."""


class Values:
    """Reads values with the names of a model; `kept` are the names under which calls keep what came back, so far."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.kept: list[str] = []

    # ── what is given ──

    def parameters(
        self, key: str, aside: Aside | None, *, are_places: bool = False, prefers_sizes: bool = False
    ) -> tuple[Parameter, ...]:
        """A mapping of names to values, in its order; `key` is the word that it stands behind."""
        if aside is None or (isinstance(aside, Text) and not aside.value):
            return ()
        if not isinstance(aside, AsideMapping):
            raise error_at(aside, f"'{key}' is not a mapping; expected one such as {{X: X}}")
        found = []
        for name, value in aside.pairs:
            if are_places and not _PLACE_IN_OBJECT.fullmatch(name.value):
                raise error_at(name, f"'{name.value[:40]}' is no place in an object; expected W1 or params['W1']")
            if not are_places:
                identifier(name)
            found.append(Parameter(name.value, self._structure(value, prefers_sizes=prefers_sizes)))
        return tuple(found)

    def _structure(self, aside: Aside, *, prefers_sizes: bool) -> Structure:
        if isinstance(aside, AsideList):
            return Several(tuple(self._structure(item, prefers_sizes=prefers_sizes) for item in aside.items))
        if isinstance(aside, AsideMapping):
            pairs = ((key.value, self._structure(value, prefers_sizes=prefers_sizes)) for key, value in aside.pairs)
            return Named(tuple(pairs))
        return self._leaf(aside, prefers_sizes=prefers_sizes)

    def _leaf(self, text: Text, *, prefers_sizes: bool) -> Leaf:
        """A size, a constant, what is kept, or a quantity."""
        if not text.value:
            raise error_at(text, "a value is missing here; expected a name of the exercise")
        if text.value.lower() in _CONSTANTS:
            return Constant(_CONSTANTS[text.value.lower()])
        if _NUMBER.fullmatch(text.value):
            return Constant(int(text.value) if re.fullmatch(r"[+-]?\d+", text.value) else float(text.value))
        if (match := _WORDS.fullmatch(text.value)) is not None:
            return Constant(match[1])
        if (match := _KEPT.fullmatch(text.value)) is not None:
            return self._kept_before(match[1], text.part(match.start(1), match.end(1)))
        match = _FORMS.match(text.value)
        if match is not None and match[1] == "size":
            return self._size(text.part(match.end(), len(text.value)))
        dim = self._dim(text.value)
        if dim is not None and (prefers_sizes or self._declared(text.value) is None):
            return Size(dim)
        return self._quantity(text)

    def _kept_before(self, name: str, text: Text) -> Kept:
        if name not in self.kept:
            known = nearest(name, self.kept) if self.kept else ""
            raise error_at(text, f"no earlier call keeps {name[:40]}{known}")
        return Kept(name)

    def _size(self, text: Text) -> Size:
        dim = self._dim(text.value)
        if dim is None:
            known = ", ".join(self.model.table.dims)
            raise error_at(text, f"'{text.value[:40]}' is no dimension of the exercise; known are {known}")
        return Size(dim)

    def _dim(self, word: str) -> Dim | None:
        try:
            return self.model.table.find_dim(read_name(word))
        except FormulaError:
            return None

    def _declared(self, word: str) -> str | None:
        """The name of the model that a text is."""
        try:
            name = self.model.table.find(read_name(word))
        except FormulaError:
            return None
        meaning = None if name is None else self.model.table.meanings[name]
        return name if isinstance(meaning, (Given, Computed)) else None

    def _quantity(self, text: Text) -> Quantity:
        """A formula with the form that is said before it."""
        match = _FORMS.match(text.value)
        formula = text if match is None else text.part(match.end(), len(text.value))
        form: Form = "whole" if match is None else match[1] or match[2]  # type: ignore[assignment]
        name = self._declared(formula.value)
        meaning = None if name is None else self.model.table.meanings[name]
        is_labels = isinstance(meaning, Given) and meaning.kind in ("labels", "hot index")
        is_hot = isinstance(meaning, Given) and meaning.kind == "one-hot"
        if form == "labels" and not (is_labels or is_hot):
            raise error_at(
                formula, f"{formula.value[:40]} has no labels: it is declared neither as one-hot nor as labels"
            )
        if form == "one-hot" and not is_labels:
            raise error_at(formula, f"{formula.value[:40]} has no one-hot rows: it is not declared as labels")
        if is_labels and name is not None and isinstance(meaning, Given):
            if form not in ("whole", "labels", "one-hot"):
                raise error_at(text, f"labels have no form '{form}'")
            value: Expr = Symbol(name, meaning.shape)
            return Quantity(formula.value, value, "one-hot" if form == "one-hot" else "labels", text, name)
        return Quantity(" ".join(formula.value.split()), self._value(formula), form, text, name)

    def _value(self, text: Text) -> Expr:
        """What a formula is in the model."""
        try:
            content = parse(tokenize(text.value, self.model.table.words))
            reading = elaborated(self.model.table, content, Options("gradient"))
            if reading.value.shape.is_open or reading.value.shape.is_tensor or reading.free:
                raise FormulaError("it is no array with known sizes")
            return reading.value
        except FormulaError as error:
            offset = min(error.span.start if error.span else 0, len(text.value) - 1)
            problem = f"'{text.value[:60]}' has no value in the model: {error.problem}"
            raise DocumentError(text.source.name, problem, text.place(offset)) from None
        except RecursionError:
            raise error_at(text, "this formula is nested too deeply to be read") from None

    # ── what comes back ──

    def results(self, aside: Aside, given: Mapping[str, Form], of: str) -> tuple[tuple[Expected, ...], Keeps]:
        """What should come back of a call, and what of it is kept from here on; `given` are the forms of names."""
        found, keeps = [], list[tuple[str, tuple[Step, ...]]]()
        for text, path in _places(aside, ()):
            match = _KEPT_AS.fullmatch(text.value)
            if match is not None:
                keeps.append((self._new_name(text.part(match.start(2), match.end(2))), path))
            if match is None or match[1] is not None:
                formula = text if match is None else text.part(0, match.end(1))
                found.append(Expected(path, _as_given(self._quantity(formula), given), of))
        return tuple(found), tuple(keeps)

    def _new_name(self, text: Text) -> str:
        name = identifier(text)
        if name in self.kept:
            raise error_at(text, f"{name[:40]} is kept twice; expected a name for each")
        self.kept.append(name)
        return name


def identifier(text: Text) -> str:
    """A text that is a name in Python. Raises `DocumentError`."""
    if not _PYTHON_NAME.fullmatch(text.value):
        raise error_at(text, f"'{text.value[:40]}' is no name in Python")
    return text.value


def forms_of(parameters: Iterable[Parameter]) -> dict[str, Form]:
    """The forms in which names are given."""
    return {
        leaf.name: leaf.form
        for parameter in parameters
        for leaf in leaves(parameter.value)
        if isinstance(leaf, Quantity) and leaf.name is not None
    }


def _places(aside: Aside, path: tuple[Step, ...]) -> Iterator[tuple[Text, tuple[Step, ...]]]:
    """What stands in a list or a mapping of results, with the steps to it."""
    if isinstance(aside, AsideList):
        for number, item in enumerate(aside.items):
            yield from _places(item, (*path, ("item", number)))
    elif isinstance(aside, AsideMapping):
        for key, value in aside.pairs:
            yield from _places(value, (*path, *_steps(key)))
    elif not aside.value:
        raise error_at(aside, "a result is missing here; expected a formula, or - for one that is not looked at")
    elif aside.value != "-":
        yield aside, _from_self(path)


def _steps(key: Text) -> tuple[Step, ...]:
    """`W1` is a key; `self.grads['W1']` begins at the student's object."""
    if not key.value.startswith("self."):
        return (("key", key.value),)
    match = _PLACE_IN_OBJECT.fullmatch(key.value)
    if match is None:
        raise error_at(key, f"'{key.value[:40]}' is no place in an object; expected self.dW1 or self.grads['W1']")
    return (("self", ""), *steps_of(key.value.removeprefix("self")))


def _from_self(path: tuple[Step, ...]) -> tuple[Step, ...]:
    """A path, from the student's object on where it leads there."""
    starts = [position for position, (kind, _) in enumerate(path) if kind == "self"]
    return path[starts[-1] :] if starts else path


def _as_given(quantity: Quantity, given: Mapping[str, Form]) -> Quantity:
    """The derivative by a name in the form in which this is given, unless the setting says a form."""
    value = quantity.value
    if quantity.form != "whole" or not (isinstance(value, Derivative) and isinstance(value.by, Symbol)):
        return quantity
    if not value.of.shape.is_scalar:
        return quantity
    form = given.get(value.by.name, "whole")
    if form not in ("flat", "transpose"):
        return quantity
    return Quantity(quantity.latex, value, form, quantity.text, quantity.name)
