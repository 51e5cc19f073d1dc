r"""The numbers of layers in other places: `W_1` becomes `W^{(1)}` or `W^{[1]}`, and the other way round."""

import re
from collections.abc import Iterator

from derive.grading.parts import ExerciseDocument
from derive.notation.names import read_name
from derive.notation.symbols import SymbolTable
from derive.notation.tokens import Token
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, with_formulas
from derive.sheets.variants.formulas import Edit, edited, tokens_of
from derive.sheets.variants.letters import Letters

PLACES = ("_#", "^{(#)}", "^{[#]}")
_NUMBERED = re.compile(r"(?P<base>.*?)(?:_\{?(?P<below>\d)\}?|\^\{(?P<above>[(\[])\d[)\]]\})")


def vary_layers(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft with the numbers of its names in another place; the same where none has one, or in several places."""
    table = exercise.model.table
    names = Letters(draft, table).names
    numbered = {read_name(name): match for name in names if (match := _NUMBERED.fullmatch(name))}
    places = {"_#" if match["below"] else PLACES["([".index(match["above"]) + 1] for match in numbered.values()}
    if len(places) != 1 or len(numbered) < 2:
        return draft
    (old,) = places
    new = choices.one_of(PLACES)
    if new == old:
        return draft
    change = _to_above if old == "_#" else _to_below if new == "_#" else _to_other_brackets
    keys = frozenset(numbered)
    try:
        return with_formulas(draft, lambda formula: edited(formula, list(change(table, formula, keys, new))))
    except _NotReadable:
        return draft


class _NotReadable(Exception):
    """A script for which there is no place beside the number."""


def _to_other_brackets(table: SymbolTable, formula: str, keys: frozenset[str], new: str) -> Iterator[Edit]:
    tokens = tokens_of(table, formula)
    for at, token in enumerate(tokens):
        number = tokens[at + 3 : at + 6]
        if token.kind == "NAME" and _kinds(tokens, at + 1, 2) == ["CARET", "LBRACE"] and _is_in_brackets(number):
            opening, closing = new[2], new[4]
            yield number[0].start, number[0].end, opening
            yield number[2].start, number[2].end, closing


def _kinds(tokens: list[Token], first: int, count: int) -> list[str]:
    return [token.kind for token in tokens[first : first + count]]


def _is_in_brackets(tokens: list[Token]) -> bool:
    kinds = [token.kind for token in tokens]
    return kinds in (["LPAR", "NUMBER", "RPAR"], ["LBRACK", "NUMBER", "RBRACK"])


def _to_below(table: SymbolTable, formula: str, keys: frozenset[str], new: str) -> Iterator[Edit]:
    """`W^{[1]T}` becomes `W_1^T`; an index below the name finds no place any more."""
    tokens = tokens_of(table, formula)
    for at, token in enumerate(tokens):
        number = tokens[at + 3 : at + 6]
        if token.kind != "NAME" or _kinds(tokens, at + 1, 2) != ["CARET", "LBRACE"] or not _is_in_brackets(number):
            continue
        end = next(place for place in range(at + 6, len(tokens)) if tokens[place].kind == "RBRACE")
        if _kinds(tokens, end + 1, 1) == ["UNDERSCORE"]:
            raise _NotReadable
        rest = formula[number[2].end : tokens[end].start]
        above = "" if not rest else f"^{rest}" if len(rest) == 1 else f"^{{{rest}}}"
        yield tokens[at + 1].start, tokens[end].end, f"_{number[1].text}{above}"


def _to_above(table: SymbolTable, formula: str, keys: frozenset[str], new: str) -> Iterator[Edit]:
    r"""`W_1^T` becomes `W^{(1)T}`; a power finds no place beside the number, nor does a second index."""
    tokens = tokens_of(table, formula)
    for at, token in enumerate(tokens):
        found = _number_below(tokens, at)
        if found is None or read_name(f"{token.text}_{tokens[found[0]].text}") not in keys:
            continue
        number, behind = found
        script = new.replace("#", tokens[number].text)
        start, end = tokens[at + 1].start, tokens[behind - 1].end
        if _kinds(tokens, behind, 1) == ["CARET"]:
            inside, last = _superscript(tokens, behind)
            if not re.fullmatch(r"\{?(?:T|\\top|\\mathsf\{T\})\}?", formula[inside.start : last.end].strip()):
                raise _NotReadable
            mark = formula[inside.start : last.end].strip("{}") if inside.kind == "LBRACE" else inside.text
            script, end = f"{script[:-1]}{mark}}}", last.end
        yield start, end, script


def _number_below(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """Where the number below a name stands, and what comes behind it."""
    if tokens[at].kind != "NAME":
        return None
    if _kinds(tokens, at + 1, 2) == ["UNDERSCORE", "NUMBER"]:
        return at + 2, at + 3
    braced = ["UNDERSCORE", "LBRACE", "NUMBER", "RBRACE"]
    return (at + 3, at + 5) if _kinds(tokens, at + 1, 4) == braced else None


def _superscript(tokens: list[Token], caret: int) -> tuple[Token, Token]:
    """The first and the last token of what stands above."""
    if tokens[caret + 1].kind != "LBRACE":
        return tokens[caret + 1], tokens[caret + 1]
    end = next(place for place in range(caret + 2, len(tokens)) if tokens[place].kind == "RBRACE")
    return tokens[caret + 1], tokens[end]
