"""The `draws` of a `code:` setting: what the entries of a name may be, beyond that they are numbers.

```yaml
draws: {t: 0 or 1, y: -1 or 1, p: between 0 and 1, v: positive, Q: rows that sum to 1}
```

Code is tried at inputs that are chosen by chance. Where targets are 0 or 1, right code may rely on that, as a mask
`t == 1` does; then the exercise says so, and such code is tried at no others.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

from derive.documents.document import Aside, AsideMapping
from derive.errors import FormulaError
from derive.grading.policy import error_at, nearest
from derive.implementations.quantities import Between, Drawn, OneOf, Shares
from derive.models import Model
from derive.notation.names import read_name
from derive.notation.symbols import Computed, Given
from derive.source import Text

EXPECTED = "'0 or 1', '-1 or 1', 'between 0 and 1', 'positive' or 'rows that sum to 1'"
MOST_NUMBERS = 20

_NUMBER = r"[+-]?(?:\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})"
_ONE_OF = re.compile(rf"{_NUMBER}(?:\s+or\s+{_NUMBER})+")
_BETWEEN = re.compile(rf"between\s+({_NUMBER})\s+and\s+({_NUMBER})")
_SHARES = re.compile(r"(rows|columns)\s+that\s+sum\s+to\s+1")


def read_draws(aside: Aside, model: Model) -> Mapping[str, Drawn]:
    """What is said of each name, by the model's spelling of it. Raises `DocumentError`."""
    if not isinstance(aside, AsideMapping):
        raise error_at(aside, f"'draws' is not a mapping; expected one such as {{t: 0 or 1}}, with {EXPECTED}")
    found: dict[str, Drawn] = {}
    for key, value in aside.pairs:
        name, meaning = _given(key, model)
        if name in found:
            raise error_at(key, f"'draws' says twice what {key.value[:40]} may be")
        if not isinstance(value, Text):
            raise error_at(value, f"'draws' says of {key.value[:40]} what is no text; expected {EXPECTED}")
        drawn = _drawn(value)
        _refuse_contradiction(value, meaning, drawn)
        found[name] = drawn
    return found


def _given(key: Text, model: Model) -> tuple[str, Given]:
    """The declared name that a key is, with numbers as its entries."""
    try:
        name = model.table.find(read_name(key.value))
    except FormulaError:
        name = None
    meaning = None if name is None else model.table.meanings[name]
    shown = key.value[:40]
    if isinstance(meaning, Computed):
        raise error_at(key, f"{shown} is computed by the model, so 'draws' cannot say what it may be")
    if name is None or not isinstance(meaning, Given):
        known = [one for one, what in model.table.meanings.items() if isinstance(what, Given)]
        raise error_at(key, f"'draws' names {shown}, which is no symbol of the exercise{nearest(key.value, known)}")
    if meaning.kind not in ("real", "positive", "integer"):
        raise error_at(key, f"{shown} is declared as {meaning.kind}, which says already what it may be")
    if meaning.structure:
        raise error_at(key, f"{shown} is declared as {meaning.structure}, and 'draws' says nothing of such matrices")
    return name, meaning


def _drawn(text: Text) -> Drawn:
    words = " ".join(text.value.split())
    if words == "positive":
        return Between(Fraction(0))
    if _ONE_OF.fullmatch(words):
        numbers = tuple(dict.fromkeys(Fraction(word) for word in words.split(" or ")))
        if not 2 <= len(numbers) <= MOST_NUMBERS:
            raise error_at(text, f"'{words[:40]}' names {len(numbers)} numbers; expected 2 to {MOST_NUMBERS}")
        return OneOf(numbers)
    if match := _BETWEEN.fullmatch(words):
        low, high = Fraction(match[1]), Fraction(match[2])
        if low >= high:
            raise error_at(
                text, f"there is no number between {match[1]} and {match[2]}; expected the smaller one first"
            )
        return Between(low, high)
    if match := _SHARES.fullmatch(words):
        return Shares("rows" if match[1] == "rows" else "columns")
    raise error_at(text, f"'{words[:40]}' in 'draws' is not read; expected {EXPECTED}")


def _refuse_contradiction(text: Text, meaning: Given, drawn: Drawn) -> None:
    """Numbers that the declaration forbids."""
    numbers = drawn.numbers if isinstance(drawn, OneOf) else ()
    least = drawn.low if isinstance(drawn, Between) else min(numbers, default=Fraction(1))
    if meaning.kind == "positive" and (least < 0 or 0 in numbers):
        raise error_at(text, f"'{text.value[:40]}' contradicts the declaration as positive")
    is_whole = all(number.denominator == 1 for number in numbers)
    if meaning.kind == "integer" and not (numbers and is_whole):
        raise error_at(text, f"'{text.value[:40]}' contradicts the declaration as an integer")
    if isinstance(drawn, Shares) and meaning.shape.is_scalar:
        raise error_at(text, f"'{text.value[:40]}' is said of a number, which has no {drawn.along}")
