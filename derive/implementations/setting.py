r"""The `code:` setting of an exercise: which function is marked, what it is given, what it returns.

```yaml
code:
  function: two_layer_loss
  arguments: {X: X, y: labels of Y, W1: W_1, b1: flat b_1, reg: \lambda}
  results: [L, {W1: '\frac{\partial L}{\partial W_1}', b1: '\frac{\partial L}{\partial b_1}'}]
```

`function`, or `class` with `construct` (the constructor's arguments: sizes and numbers), `attributes` (what is set
after it: `"params['W1']": W_1`) and `method`. `arguments` are the parameters in order. A value is a formula of the
exercise, a name of the model or a derivative (an upstream gradient), and may stand in another form:

    W_1             an array as the model declares it, 64-bit floating point; a scalar as a number
    flat b_1        with one dimension: a row or a column of H numbers as (H,)
    transpose of X  turned
    labels of Y     of a one-hot symbol, its classes as whole numbers; labels themselves need no word
    one-hot of y    of labels, the rows of zeros and ones
    size of H       a dimension as a whole number; `H` alone, where no symbol has this name
    0.5, none, true a constant

A list or a mapping of such is a list or a dictionary. `results` say what comes back in the same words: one formula, a
list for a tuple or a list, a mapping for a dictionary or for the attributes of an object; keys that begin with `self.`
are attributes of the student's own object after the call. `-` stands for a result that nobody looks at. The derivative
of a number has the shape of what it is taken by, whatever the exercise's layout; and the form in which the code is
given that, unless another one is said.

`labels: from 0` (or `from 1`) is the number of the first class in the code, `dtype: float64` (or `float32`) what
arguments are given as, `draws: {t: 0 or 1}` what the entries of a name may be (`derive.implementations.drawn`). With
`allow: transposed` a result may come back with rows and columns exchanged.
"""

import re
from collections.abc import Iterator, Mapping

from derive.documents.document import Aside, AsideList, AsideMapping
from derive.errors import DocumentError, FormulaError
from derive.expressions.shapes import Dim
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.grading.parts import ExerciseDocument
from derive.grading.policy import error_at, nearest
from derive.implementations.drawn import read_draws
from derive.implementations.quantities import (
    CodeSetting,
    Constant,
    Expected,
    Form,
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

DTYPES = ("float64", "float32")

_KEYS = (
    "function", "class", "construct", "attributes", "method", "arguments", "results", "labels", "dtype", "draws",
    "allow",
)  # fmt: skip
_ALLOWED = ("nothing", "transposed")
_OF_CLASSES = ("construct", "attributes", "method")
_FORMS = re.compile(r"(?:(labels|transpose|one-hot|size)\s+of\s+|(flat)\s+)(?=\S)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:[eE][+-]?[0-9]{1,3})?")
_CONSTANTS: Mapping[str, bool | None] = {"none": None, "true": True, "false": False}
_PYTHON_NAME = re.compile(r"[^\W\d]\w{0,99}")
_PLACE_IN_OBJECT = re.compile(r"([^\W\d]\w*)((?:\.[^\W\d]\w*|\[(?:'[^'\\]*'|\"[^\"\\]*\"|\d{1,6})\])*)")

# ── reading ──


def read_code_setting(exercise: ExerciseDocument) -> CodeSetting:
    """The `code:` setting of an exercise. Raises `DocumentError` with the place of what is wrong in it."""
    aside = exercise.document.setting.aside.get("code")
    if aside is None:
        problem = "the exercise has no 'code' in its setting, which says what function is marked and what it returns"
        raise DocumentError(exercise.name, problem)
    if not isinstance(aside, AsideMapping):
        raise error_at(aside, "'code' is not a mapping; expected lines such as 'function: loss'")
    for key, _ in aside.pairs:
        if key.value not in _KEYS:
            raise error_at(key, f"unknown key '{key.value[:40]}' in 'code'{nearest(key.value, _KEYS)}")
    return _Reader(exercise.model, aside).setting()


class _Reader:
    """Reads one setting with the names of a model."""

    def __init__(self, model: Model, aside: AsideMapping) -> None:
        self.model = model
        self.aside = aside

    def setting(self) -> CodeSetting:
        function, class_name = self._called()
        construct = self._parameters("construct", prefers_sizes=True)
        attributes = self._parameters("attributes", are_places=True)
        arguments = self._parameters("arguments")
        if not arguments and not attributes:
            raise error_at(self.aside.get("arguments") or self.aside, "'code' has no 'arguments', such as {X: X, w: w}")
        given = {
            leaf.name: leaf.form
            for parameter in (*attributes, *arguments)
            for leaf in leaves(parameter.value)
            if isinstance(leaf, Quantity) and leaf.name is not None
        }
        return CodeSetting(
            function,
            arguments,
            self._results(given),
            class_name,
            construct,
            attributes,
            self._first_label(),
            self._choice("dtype", DTYPES),
            {} if (draws := self.aside.get("draws")) is None else read_draws(draws, self.model),
            self._choice("allow", _ALLOWED) == "transposed",
        )

    def _called(self) -> tuple[str, str | None]:
        """The function, or the method and its class."""
        function, class_name = self._word("function"), self._word("class")
        if (function is None) == (class_name is None):
            raise error_at(self.aside, "'code' names a 'function', or a 'class' with its 'method'; one of the two")
        if function is not None:
            for key in _OF_CLASSES:
                if (other := self.aside.get(key)) is not None:
                    raise error_at(other, f"'{key}' belongs to a 'class', and 'code' names a function")
            return self._identifier(function), None
        assert class_name is not None
        method = self._word("method")
        if method is None:
            raise error_at(class_name, f"the class {class_name.value[:40]} has no 'method' that is called")
        return self._identifier(method), self._identifier(class_name)

    def _identifier(self, text: Text) -> str:
        if not _PYTHON_NAME.fullmatch(text.value):
            raise error_at(text, f"'{text.value[:40]}' is no name in Python")
        return text.value

    def _word(self, key: str) -> Text | None:
        value = self.aside.get(key)
        if value is None or isinstance(value, Text):
            return value
        raise error_at(value, f"'{key}' in 'code' is not text")

    def _choice(self, key: str, choices: tuple[str, ...]) -> str:
        text = self._word(key)
        if text is not None and text.value not in choices:
            raise error_at(text, f"'{key}' is '{text.value[:40]}'; expected {' or '.join(choices)}")
        return choices[0] if text is None else text.value

    def _first_label(self) -> int:
        return ("from 0", "from 1").index(self._choice("labels", ("from 0", "from 1")))

    # ── what is given ──

    def _parameters(self, key: str, *, are_places: bool = False, prefers_sizes: bool = False) -> tuple[Parameter, ...]:
        """A mapping of names to values, in its order."""
        aside = self.aside.get(key)
        if aside is None or (isinstance(aside, Text) and not aside.value):
            return ()
        if not isinstance(aside, AsideMapping):
            raise error_at(aside, f"'{key}' is not a mapping; expected one such as {{X: X}}")
        found = []
        for name, value in aside.pairs:
            if are_places and not _PLACE_IN_OBJECT.fullmatch(name.value):
                raise error_at(name, f"'{name.value[:40]}' is no place in an object; expected W1 or params['W1']")
            if not are_places:
                self._identifier(name)
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
        """A size, a constant or a quantity."""
        if not text.value:
            raise error_at(text, "a value is missing here; expected a name of the exercise")
        if text.value.lower() in _CONSTANTS:
            return Constant(_CONSTANTS[text.value.lower()])
        if _NUMBER.fullmatch(text.value):
            return Constant(int(text.value) if re.fullmatch(r"[+-]?\d+", text.value) else float(text.value))
        match = _FORMS.match(text.value)
        if match is not None and match[1] == "size":
            return self._size(text.part(match.end(), len(text.value)))
        dim = self._dim(text.value)
        if dim is not None and (prefers_sizes or self._declared(text.value) is None):
            return Size(dim)
        return self._quantity(text)

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

    def _results(self, given: Mapping[str, Form]) -> tuple[Expected, ...]:
        aside = self.aside.get("results")
        if aside is None:
            raise error_at(self.aside, "'code' has no 'results', such as [L, '\\frac{\\partial L}{\\partial W}']")
        found = tuple(self._expected(aside, (), given))
        if not found:
            raise error_at(aside, "'results' names nothing that is looked at")
        return found

    def _expected(self, aside: Aside, path: tuple[Step, ...], given: Mapping[str, Form]) -> Iterator[Expected]:
        if isinstance(aside, AsideList):
            for number, item in enumerate(aside.items):
                yield from self._expected(item, (*path, ("item", number)), given)
        elif isinstance(aside, AsideMapping):
            for key, value in aside.pairs:
                yield from self._expected(value, (*path, *_steps(key)), given)
        elif aside.value != "-":
            if not aside.value:
                raise error_at(
                    aside, "a result is missing here; expected a formula, or - for one that is not looked at"
                )
            yield Expected(_from_self(path), _as_given(self._quantity(aside), given))


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
