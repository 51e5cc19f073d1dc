"""Names of several letters that an equation introduces: `CE_{loss} = …` is one name, not C times E."""

import re

from derive.notation.symbols import SymbolTable
from derive.notation.tokens import FUNCTION_WORDS

_FIRST_NAME = re.compile(
    r"^(?:\s|&|\\begin\{[a-z]+\*?\})*([A-Za-z]{2,})\s*(?:_\s*(?:\{[^{}]*\}|\w)|\^\s*\{?[\[(][^{}]*\}?|\([^()=]*\))?\s*&?\s*(?::=|=|\\equiv|\\triangleq|\\in\b)"
)


def new_words(text: str, table: SymbolTable) -> frozenset[str]:
    """A run of letters that is a whole left side, where not every letter of it is known by itself."""
    found = set()
    for row in re.split(r"\\\\", text):
        match = _FIRST_NAME.match(row)
        if match and match[1] not in FUNCTION_WORDS and not all(_known(letter, table) for letter in match[1]):
            found.add(match[1])
    return frozenset(found)


def _known(letter: str, table: SymbolTable) -> bool:
    return table.find(letter) is not None or letter in table.families
