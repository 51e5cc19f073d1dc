"""Which of the given things of a product is the data, and which the weights: for the eye alone, nothing depends on it.

Where one has the name of an input, an x in any font, it is that one; a thing that the model uses again, in a penalty or
at another time, are weights; else the setting names the data first.
"""

import re

from derive.expressions.tree import Symbol
from derive.expressions.walk import walk
from derive.notation.names import plain
from derive.notation.symbols import Computed, SymbolTable

_LETTER = re.compile(r"(?:\\[a-z]+\{)*([A-Za-z])")

Rank = tuple[bool, int, int]


def data_rank(table: SymbolTable, name: str) -> Rank:
    """The lower, the more likely a given name is the data."""
    match = _LETTER.match(plain(name))
    is_input = match is not None and match[1] in "xX"
    return not is_input, _uses(table, name), list(table.meanings).index(name) if name in table.meanings else -1


def _uses(table: SymbolTable, name: str) -> int:
    """How often the model uses a name."""
    values = [meaning.value for meaning in table.meanings.values() if isinstance(meaning, Computed) and meaning.value]
    return sum(isinstance(part, Symbol) and part.name == name for value in values for part in walk(value))
