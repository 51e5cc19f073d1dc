"""Letters that the text gives to the class of a one-hot vector: `let $c$ be the correct class`, `the true class $c$`.

A letter is read so only where nothing else is known of it, there is one such vector and no label, and the text gives it
to no other class: `for the other classes $k$` makes k any class.
"""

import re
from collections.abc import Mapping, Sequence

from derive.checking.sentences import words_between
from derive.documents.document import Passage
from derive.expressions.shapes import SCALAR
from derive.notation.symbols import Given, SymbolTable

_LETTER = re.compile(r"[A-Za-z]|\\ell")
_CORRECT = r"(?:correct|true|right|target|actual|gold|ground[- ]truth)\s+(?:class|label|category)(?!\w)"
_BEFORE = re.compile(rf"\b{_CORRECT}\s*$", re.IGNORECASE)
_BEHIND = re.compile(
    rf"\s*(?:is|be|denotes?|for)\s+(?:the\s+)?(?:(?:index|number)\s+of\s+)?(?:the\s+)?{_CORRECT}", re.IGNORECASE
)
_OTHERS = re.compile(
    r"\b(?:other|wrong|incorrect|any|all|each|every|a)\s+(?:(?:other|wrong|incorrect)\s+)?(?:class|label|categor)\w*\s*$",
    re.IGNORECASE,
)


def hot_letters(table: SymbolTable, passages: Sequence[Passage]) -> Mapping[str, Given]:
    """The letters that name the class of the only one-hot vector, as the text says."""
    given = [(name, one) for name, one in table.meanings.items() if isinstance(one, Given)]
    targets = [(name, one) for name, one in given if one.kind == "one-hot" and one.shape.is_vector]
    if len(targets) != 1 or any(one.kind in ("labels", "hot index") for _, one in given):
        return {}
    target, vector = targets[0]
    meaning = Given("hot index", SCALAR, classes=vector.classes, target=target)
    return {letter: meaning for letter in _named_by_text(passages) if _is_free(table, letter)}


def _named_by_text(passages: Sequence[Passage]) -> list[str]:
    """The letters that the text gives to the correct class and to no other."""
    named: dict[str, None] = {}
    others: set[str] = set()
    for before, passage, behind in zip([None, *passages], passages, [*passages[1:], None], strict=False):
        letter = passage.text.value.strip()
        if passage.kind != "inline" or not _LETTER.fullmatch(letter):
            continue
        said, goes_on = words_between(before, passage), words_between(passage, behind)
        if _BEFORE.search(said) or _BEHIND.match(goes_on):
            named[letter] = None
        if _OTHERS.search(said):
            others.add(letter)
    return [letter for letter in named if letter not in others]


def _is_free(table: SymbolTable, letter: str) -> bool:
    """Whether nothing else is known of a letter."""
    return table.find(letter) is None and table.find_dim(letter) is None and table.find_family(letter) is None
