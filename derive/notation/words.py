"""Names of several letters that an equation introduces: `CE_{loss} = …` is one name, not C times E."""

import re

from derive.errors import FormulaError
from derive.expressions.shapes import Dim
from derive.notation.elaboration import Elaborator
from derive.notation.functions import FUNCTION_WORDS
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize

_SCRIPT = r"\s*[_^]\s*(?:\{[^{}]*\}|\\?\w)"
_FIRST_NAME = re.compile(
    rf"(?:^|\\\\|\\q?quad|[,;])(?:\s|&|\\begin\{{[a-z]+\*?\}})*(?P<name>(?P<word>[A-Za-z]{{2,}})(?:{_SCRIPT})*)"
    r"(?:\([^()=]*\))?\s*&?\s*(?::=|=|\\equiv|\\triangleq|\\in\b)"
)


def new_words(text: str, elaborator: Elaborator) -> frozenset[str]:
    """Runs of letters that are a whole left side, where not every letter of them is known by itself.

    A left side begins a text, a row, or what stands behind a comma, a semicolon or a wide space.
    """
    found = set()
    for match in _FIRST_NAME.finditer(text):
        if match["word"] not in FUNCTION_WORDS and not _is_product(match["name"], elaborator):
            found.add(match["word"])
    return frozenset(found)


def _is_product(name: str, elaborator: Elaborator) -> bool:
    """Whether every letter of a run stands for something, so that the run is their product."""
    try:
        only = parse(tokenize(name, elaborator.table.words)).only
        resolved = (
            [] if only is None else [elaborator.resolve(factor) for term in only.terms for factor in term.factors]
        )
    except FormulaError:
        return False
    if not resolved:
        return False
    if name.startswith("d") and resolved[0] is not None and isinstance(resolved[0].meaning, Dim):
        return False
    return all(found is not None for found in resolved)
