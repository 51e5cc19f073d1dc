r"""The `code:` setting of an exercise: which functions are marked, what they are given, what they return.

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
    text relu       a text, 'relu'

A list or a mapping of such is a list or a dictionary. `results` say what comes back in the same words: one formula, a
list for a tuple or a list, a mapping for a dictionary or for the attributes of an object; keys that begin with `self.`
are attributes of the student's own object after the call. `-` stands for a result that nobody looks at. The derivative
of a number has the shape of what it is taken by, whatever the exercise's layout; and the form in which the code is
given that, unless another one is said.

Where a forward pass and a backward pass are functions or methods of their own, `calls` says what is called one after
the other. What a call returns may be `kept as` a name, and later calls are given it as it came back, whatever it is:

```yaml
code:
  calls:
    - {function: affine_forward, arguments: {x: X, w: W, b: flat b}, results: [Z, kept as cache]}
    - function: affine_backward
      arguments: {dout: '\frac{\partial L}{\partial Z}', cache: kept cache}
      results: ['\frac{\partial L}{\partial X}', '\frac{\partial L}{\partial W}']
```

`A_1 kept as A1` is looked at and kept. An argument that is a formula is the exercise's own value, so that what is
wrong with one function does not show in the results of the next; `kept A1` is the student's. With a `class` the calls
are those of one object, each with its `method`, and functions may stand between them:

```yaml
code:
  class: Linear
  construct: {inputs: D, outputs: H}
  attributes: {W: W, b: flat b}
  calls:
    - {method: forward, arguments: {x: X}, results: Z}
    - method: backward
      arguments: {dout: '\frac{\partial L}{\partial Z}'}
      results: {self.dW: '\frac{\partial L}{\partial W}'}
```

`labels: from 0` (or `from 1`) is the number of the first class in the code, `dtype: float64` (or `float32`) what
arguments are given as, `draws: {t: 0 or 1}` what the entries of a name may be (`derive.implementations.drawn`). With
`allow: transposed` a result may come back with rows and columns exchanged.
"""

from collections import Counter
from dataclasses import replace

from derive.documents.document import Aside, AsideList, AsideMapping
from derive.errors import DocumentError
from derive.grading.parts import ExerciseDocument
from derive.grading.policy import error_at, nearest
from derive.implementations.drawn import read_draws
from derive.implementations.quantities import CodeCall, CodeSetting, Form, Parameter
from derive.implementations.values import Values, forms_of, identifier
from derive.models import Model
from derive.source import Text

DTYPES = ("float64", "float32")
MOST_CALLS = 20

_OF_A_CALL = ("function", "method", "arguments", "results")
_KEYS = (
    "function", "class", "construct", "attributes", "method", "arguments", "results", "calls", "labels", "dtype",
    "draws", "allow",
)  # fmt: skip
_ALLOWED = ("nothing", "transposed")
_OF_CLASSES = ("construct", "attributes", "method")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def read_code_setting(exercise: ExerciseDocument) -> CodeSetting:
    """The `code:` setting of an exercise. Raises `DocumentError` with the place of what is wrong in it."""
    aside = exercise.document.setting.aside.get("code")
    if aside is None:
        problem = "the exercise has no 'code' in its setting, which says what function is marked and what it returns"
        raise DocumentError(exercise.name, problem)
    if not isinstance(aside, AsideMapping):
        raise error_at(aside, "'code' is not a mapping; expected lines such as 'function: loss'")
    _refuse_unknown(aside, _KEYS, "'code'")
    return _Reader(exercise.model, aside).setting()


def _refuse_unknown(aside: AsideMapping, keys: tuple[str, ...], where: str) -> None:
    for key, _ in aside.pairs:
        if key.value not in keys:
            raise error_at(key, f"unknown key '{key.value[:40]}' in {where}{nearest(key.value, keys)}")


class _Reader:
    """Reads one setting with the names of a model."""

    def __init__(self, model: Model, aside: AsideMapping) -> None:
        self.model = model
        self.aside = aside
        self.values = Values(model)

    def setting(self) -> CodeSetting:
        class_name = self._class()
        construct = self.values.parameters("construct", self.aside.get("construct"), prefers_sizes=True)
        attributes = self.values.parameters("attributes", self.aside.get("attributes"), are_places=True)
        calls = self._one_call(attributes) if self.aside.get("calls") is None else self._calls(attributes)
        return CodeSetting(
            calls,
            class_name,
            construct,
            attributes,
            self._first_label(),
            self._choice("dtype", DTYPES),
            {} if (draws := self.aside.get("draws")) is None else read_draws(draws, self.model),
            self._choice("allow", _ALLOWED) == "transposed",
        )

    def _class(self) -> str | None:
        """The class, if the exercise is about one; what belongs to classes stands nowhere else."""
        class_name = self._word("class")
        if self.aside.get("calls") is not None:
            for key in _OF_A_CALL:
                if (other := self.aside.get(key)) is not None:
                    raise error_at(other, f"'{key}' stands beside 'calls'; expected in one of them")
        elif (self._word("function") is None) == (class_name is None):
            raise error_at(
                self.aside, "'code' names a 'function', or a 'class' with its 'method', or 'calls'; one of these"
            )
        if class_name is not None:
            return identifier(class_name)
        for key in _OF_CLASSES:
            if (other := self.aside.get(key)) is not None:
                named = "none" if self.aside.get("function") is None else "a function"
                raise error_at(other, f"'{key}' belongs to a 'class', and 'code' names {named}")
        return None

    # ── calls ──

    def _one_call(self, attributes: tuple[Parameter, ...]) -> tuple[CodeCall, ...]:
        """The one call that the setting itself says."""
        name, class_name = self._word("function") or self._word("method"), self._word("class")
        if name is None:
            assert class_name is not None
            raise error_at(class_name, f"the class {class_name.value[:40]} has no 'method' that is called")
        call = identifier(name)
        arguments = self.values.parameters("arguments", self.aside.get("arguments"))
        if not arguments and not attributes:
            raise error_at(self.aside.get("arguments") or self.aside, "'code' has no 'arguments', such as {X: X, w: w}")
        aside = self.aside.get("results")
        if aside is None:
            raise error_at(self.aside, "'code' has no 'results', such as [L, '\\frac{\\partial L}{\\partial W}']")
        results, keeps = self.values.results(aside, forms_of((*attributes, *arguments)), "")
        if not results:
            raise error_at(aside, "'results' names nothing that is looked at")
        return (CodeCall(call, arguments, results, class_name is not None, keeps, call),)

    def _calls(self, attributes: tuple[Parameter, ...]) -> tuple[CodeCall, ...]:
        """The calls, in the order in which they are made."""
        aside = self.aside.get("calls")
        assert aside is not None
        if not isinstance(aside, AsideList) or not aside.items:
            raise error_at(aside, "'calls' is no list of calls; expected one such as [{function: forward, ...}]")
        if len(aside.items) > MOST_CALLS:
            raise error_at(aside, f"there are {len(aside.items)} calls; expected at most {MOST_CALLS}")
        several = [(item, *self._called(item)) for item in aside.items]
        times = Counter((is_method, name) for _, name, is_method in several)
        made = Counter[tuple[bool, str]]()
        calls: list[CodeCall] = []
        forms = forms_of(attributes)
        for item, name, is_method in several:
            made[is_method, name] += 1
            is_only = times[is_method, name] == 1
            shown = name if is_only else f"the {_ordinal(made[is_method, name])} {name}"
            calls.append(self._call(item, CodeCall(name, (), (), is_method, shown=shown), forms))
        if (class_name := self._word("class")) is not None and not any(call.is_method for call in calls):
            raise error_at(class_name, f"the class {class_name.value[:40]} has no 'method' that is called")
        if not any(call.results for call in calls):
            raise error_at(aside, "'calls' names no result that is looked at")
        return tuple(calls)

    def _called(self, item: Aside) -> tuple[str, bool]:
        """What an item of `calls` names, and whether it is a method."""
        if not isinstance(item, AsideMapping):
            raise error_at(item, "this is no call; expected one such as {function: forward, arguments: {X: X}}")
        _refuse_unknown(item, _OF_A_CALL, "a call")
        function, method = self._word("function", item), self._word("method", item)
        name = method if function is None else function
        if name is None or (function is not None and method is not None):
            raise error_at(item, "a call names a 'function', or a 'method' of the class; one of the two")
        if method is not None and self.aside.get("class") is None:
            raise error_at(method, f"the method {method.value[:40]} has no class; expected 'class' beside 'calls'")
        return identifier(name), method is not None

    def _call(self, item: Aside, call: CodeCall, forms: dict[str, Form]) -> CodeCall:
        """One call, with what it is given and what comes back; `forms` are those of what is given so far."""
        assert isinstance(item, AsideMapping)
        arguments = self.values.parameters("arguments", item.get("arguments"))
        forms.update(forms_of(arguments))
        aside = item.get("results")
        if aside is None:
            return replace(call, arguments=arguments)
        results, keeps = self.values.results(aside, forms, call.shown)
        return replace(call, arguments=arguments, results=results, keeps=keeps)

    # ── words ──

    def _word(self, key: str, aside: AsideMapping | None = None) -> Text | None:
        value = (aside or self.aside).get(key)
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


def _ordinal(number: int) -> str:
    """`second`, `11th`."""
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"
