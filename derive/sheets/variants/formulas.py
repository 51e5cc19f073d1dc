"""Formulas rewritten by the places of what stands in them: all else stays as its author wrote it.

>>> edited("W X", [(0, 1, "\\\\Theta")])
'\\\\Theta X'
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from derive.errors import FormulaError
from derive.expressions.tree import Expr, Node, parts
from derive.notation.elaboration import Options, elaborated
from derive.notation.numbering import TRANSPOSES
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import List, listed, parse
from derive.notation.tokens import Token, tokenize, without_fonts
from derive.records import dataclass
from derive.sheets.variants.draft import Draft, with_text_formulas
from derive.source import Span

Edit = tuple[int, int, str]
"""What stands from one offset to another is replaced by a text."""

_COMMAND_AT_END = re.compile(r"\\[A-Za-z]+$")


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made, none of which meet; a command stays apart from a letter that follows it."""
    at, pieces = 0, [""]
    for start, end, new in sorted(edits):
        for piece in (text[at:start], new):
            parted = " " if _COMMAND_AT_END.search(pieces[-1]) and piece[:1].isalpha() else ""
            pieces += [parted + piece] if piece else []
        at = end
    rest = text[at:]
    parted = " " if len(pieces) > 1 and _COMMAND_AT_END.search(pieces[-1]) and rest[:1].isalpha() else ""
    return "".join([*pieces, parted + rest])


def tokens_of(table: SymbolTable, formula: str) -> list[Token]:
    """The tokens of a formula."""
    return tokenize(formula, table.words)


def is_transpose(tokens: list[Token], at: int) -> bool:
    """Whether a token is the T of a superscript, alone or behind the number of a layer."""
    if tokens[at].kind != "NAME" or without_fonts(tokens[at].text) not in TRANSPOSES or not at:
        return False
    if tokens[at - 1].kind == "CARET":
        return True
    is_last = at + 1 < len(tokens) and tokens[at + 1].kind == "RBRACE"
    return is_last and tokens[at - 1].kind in ("RBRACK", "RPAR", "LBRACE")


def are_spelled_alike(table: SymbolTable, one: str, other: str) -> bool:
    """Whether two formulas have the same tokens."""
    first, second = ([(token.kind, token.text) for token in tokens_of(table, text)] for text in (one, other))
    return first == second


@dataclass(frozen=True)
class Side:
    """What stands between the relation signs and commas of a formula."""

    span: Span
    content: List
    table: SymbolTable

    @cached_property
    def value(self) -> Expr | None:
        """What this is, None where it has no reading."""
        try:
            return elaborated(self.table, self.content, Options(self.table.layout)).value
        except FormulaError:
            return None


@dataclass(frozen=True)
class Equation:
    """The sides of one formula, in order."""

    sides: tuple[Side, ...]


def equations(table: SymbolTable, formula: str) -> tuple[Equation, ...]:
    """The formulas between commas, each with its sides; nothing where the whole is not read."""
    try:
        content = parse(tokens_of(table, formula))
    except FormulaError:
        return ()
    sides = ([side for side in entry.sides if side is not None] for entry in content.entries)
    return tuple(Equation(tuple(Side(side.span, listed(side), table) for side in entry)) for entry in sides)


def values_in(table: SymbolTable, formula: str) -> Iterator[Expr]:
    """What stands in a formula: the value of every side that is read."""
    for equation in equations(table, formula):
        yield from (side.value for side in equation.sides if side.value is not None)


def place_of(node: Node) -> Span:
    """Where a node stands that was read. Raises `FormulaError` where it was not written, but understood."""
    if node.span is None:
        raise FormulaError("this is understood, and stands nowhere")
    return node.span


def written(formula: str, node: Node) -> str:
    """How a node is written in the formula in which it was read."""
    span = place_of(node)
    return formula[span.start : span.end]


def outermost(node: Node, is_meant: Callable[[Node], bool]) -> Iterator[Node]:
    """The nodes in a tree that are meant, without those within one of them."""
    if is_meant(node):
        yield node
    else:
        for part in parts(node):
            yield from outermost(part, is_meant)


# ── the model's formulas, in the setting and in the text ──


@dataclass(frozen=True)
class Told:
    """How the text repeats the formula of a name: word for word somewhere, or in another way."""

    alike: bool
    otherwise: bool


def how_told(draft: Draft, table: SymbolTable, name: str, formulas: Sequence[str]) -> Told:
    """Whether the text gives a name its formula."""
    formula = draft.value(name)
    members = [text for shown in formulas for text in _members_of(table, name, shown)]
    alike = [are_spelled_alike(table, text, formula) for text in members]
    return Told(any(alike), not all(alike))


def with_model_formula(draft: Draft, table: SymbolTable, name: str, new: str) -> Draft:
    """The draft in which a name is computed by another formula, in its text as in its setting."""
    old = draft.value(name)

    def change(formula: str) -> str:
        found = _spans_of(table, name, formula)
        alike = [one for one in found if are_spelled_alike(table, formula[one.start : one.end], old)]
        return edited(formula, [(one.start, one.end, new) for one in alike])

    model = tuple((key, new if key == name else text) for key, text in draft.model)
    return with_text_formulas(replace(draft, model=model), change)


def _members_of(table: SymbolTable, name: str, formula: str) -> list[str]:
    return [formula[span.start : span.end] for span in _spans_of(table, name, formula)]


def _spans_of(table: SymbolTable, name: str, formula: str) -> list[Span]:
    """The places of what a formula says that a name is equal to."""
    found = []
    for equation in equations(table, formula):
        first, *others = equation.sides
        if others and are_spelled_alike(table, formula[first.span.start : first.span.end], name):
            found += [side.span for side in others]
    return found
