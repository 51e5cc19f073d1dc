r"""Another activation: $\tanh(Z)$ becomes $\max(0, Z)$, in the formulas and in the words of an exercise.

Only functions of hidden units change. What is a probability, since its logarithm is taken, stays one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.expressions.tree import Apply, Expr, Extremum, Node, Number, Symbol
from derive.expressions.walk import symbols_of, walk
from derive.grading.parts import ExerciseDocument
from derive.notation.names import read_name
from derive.notation.symbols import SymbolTable
from derive.records import dataclass
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, prose_of, text_formulas, with_prose, with_text_formulas
from derive.sheets.variants.formulas import Edit, edited, outermost, place_of, values_in, written
from derive.sheets.variants.sentences import with_last_sentence, without_sentences


@dataclass(frozen=True)
class Activation:
    """How a function is written, called and defined; `#` stands for its argument.

    `mention` finds it in words, `spelled` in a formula that is not read. `hint` is said where it has a kink.
    """

    formula: str
    noun: str
    definition: str
    mention: str
    spelled: str
    hint: str = ""


ACTIVATIONS: Mapping[str, Activation] = {
    "relu": Activation(
        r"\max(0, #)",
        "ReLU",
        r"\text{ReLU}(z) = \max(0, z)",
        r"(?<!leaky )\bReLU\b|(?<!leaky )\brectifier\b",
        r"\\text\{ReLU\}|\\operatorname\{ReLU\}|\(\\cdot\)\^\+",
        "At the kink of the ReLU take zero for its derivative.",
    ),
    "leaky": Activation(
        r"\max(\frac{1}{10} #, #)",
        "leaky ReLU",
        r"\text{LeakyReLU}(z) = \max(\frac{1}{10} z, z)",
        r"\bleaky (?:ReLU|rectifier)\b|\bleaks?\b",
        r"LeakyReLU|LReLU",
    ),
    "tanh": Activation(
        r"\tanh(#)",
        "tanh",
        r"\tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}",
        r"\btanh\b|\bhyperbolic tangent\b",
        r"\\tanh",
    ),
    "sigmoid": Activation(
        r"\sigma(#)",
        "sigmoid",
        r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        r"\b(?:logistic )?sigmoid\b|\blogistic function\b",
        r"\\sigma(?![A-Za-z])|\\text\{sigmoid\}",
    ),
    "softplus": Activation(
        r"\text{softplus}(#)",
        "softplus",
        r"\text{softplus}(z) = \log(1 + e^z)",
        r"\bsoftplus\b",
        r"\\text\{softplus\}|\\operatorname\{softplus\}",
    ),
}

KINKED = frozenset({"relu", "leaky"})
_OF_KINKS = re.compile(r"\bkinks?\b|\bat zero\b")


@dataclass(frozen=True)
class Use:
    """A place at which a function is applied to a vector or matrix, in the formula of a name.

    `is_held` says that it must stay: it yields a probability, or is one part of a function made of several.
    """

    function: str
    name: str
    is_held: bool


def function_of(node: Node) -> str | None:
    """The activation that a node applies to a vector or matrix, None where it applies none."""
    operand = operand_of(node)
    if operand is None or operand.shape.is_scalar:
        return None
    return node.function if isinstance(node, Apply) else "relu"


def operand_of(node: Node) -> Expr | None:
    """What an activation is applied to, None where a node is no activation."""
    if isinstance(node, Apply) and node.function in ACTIVATIONS and not node.order and not node.parameters:
        return node.operand
    if isinstance(node, Extremum) and node.kind == "max":
        zero = Number(Fraction(0))
        sides = [side for side in (node.left, node.right) if side != zero]
        return sides[0] if len(sides) == 1 else None
    return None


def uses_of(draft: Draft, table: SymbolTable) -> list[Use]:
    """All activations of a model."""
    values = [(name, value) for name, formula in draft.model for value in values_in(table, formula)]
    logged = set(_under_logarithms(value for _, value in values))
    found = []
    for name, value in values:
        nodes = outermost(value, lambda node: function_of(node) is not None)
        is_held = read_name(name) in logged or any(map(is_minimum, walk(value)))
        found += [Use(function_of(node) or "", name, is_held) for node in nodes]
    return found


def is_minimum(node: Node) -> bool:
    """One half of a leaky ReLU that is written as two."""
    return isinstance(node, Extremum) and node.kind == "min"


def _under_logarithms(values: Iterator[Expr]) -> Iterator[str]:
    """The names of which a logarithm is taken, alone or in a formula."""
    for value in values:
        for node in walk(value):
            if isinstance(node, Apply) and node.function == "log":
                yield from (symbol.name for symbol in symbols_of(node))


def vary_activation(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft with another activation in its hidden units; the same where none can be another one."""
    table = exercise.model.table
    uses = uses_of(draft, table)
    present = {use.function for use in uses}
    prose = prose_of(draft)
    for function in choices.in_any_order(sorted(present)):
        own = [use for use in uses if use.function == function]
        named = re.search(ACTIVATIONS[function].mention, prose)
        hidden = [use for use in own if not use.is_held]
        if not hidden or (len(hidden) < len(own) and named):
            continue
        held = frozenset(use.name for use in own if use.is_held)
        for other in choices.in_any_order([name for name in ACTIVATIONS if name not in present]):
            changed = _with_other(draft, table, function, other, held)
            if changed is not None:
                return changed
    return draft


def _with_other(draft: Draft, table: SymbolTable, old: str, new: str, held: frozenset[str]) -> Draft | None:
    """The draft with one function for another, save in the formulas of some names; None where the text resists."""

    def change(formula: str) -> str:
        return edited(formula, _edits(table, formula, old, new))

    def change_in_text(formula: str) -> str:
        if any(formula.replace(" ", "").startswith(f"{name}=".replace(" ", "")) for name in held):
            return formula
        return _as_definition(change(formula), old, new)

    if "#" in ACTIVATIONS[new].formula.replace("#", "", 1) and not _is_simple(draft, table, old):
        return None
    if old in KINKED:
        draft = without_sentences(draft, _OF_KINKS)
    model = tuple((name, formula if name in held else change(formula)) for name, formula in draft.model)
    changed = with_text_formulas(replace(draft, model=model), change_in_text)
    spelled = re.compile(ACTIVATIONS[old].spelled)
    shown = [formula for formula in text_formulas(changed) if not held]
    if any(map(spelled.search, shown)) or (new in KINKED and ACTIVATIONS[new].definition in shown):
        return None
    mention = re.compile(ACTIVATIONS[old].mention)
    changed = with_prose(changed, lambda words: mention.sub(ACTIVATIONS[new].noun, words))
    hint = ACTIVATIONS[new].hint if old not in KINKED else ""
    return with_last_sentence(changed, hint) if hint else changed


def _is_simple(draft: Draft, table: SymbolTable, function: str) -> bool:
    """Whether a function is applied to names alone, everywhere, and nothing else is said of it in formulas."""
    shown = list(text_formulas(draft))
    values = [value for formula in (*shown, *dict(draft.model).values()) for value in values_in(table, formula)]
    nodes = [node for value in values for node in outermost(value, lambda node: function_of(node) == function)]
    spelled = re.compile(ACTIVATIONS[function].spelled)
    unread = [formula for formula in shown if spelled.search(formula) and "=" in formula and "cdot" in formula]
    return not unread and all(isinstance(operand_of(node), Symbol) for node in nodes)


def _edits(table: SymbolTable, formula: str, old: str, new: str) -> list[Edit]:
    """One edit for each place at which a formula applies the old function."""
    edits = []
    for value in values_in(table, formula):
        for node in outermost(value, lambda node: function_of(node) == old):
            operand = operand_of(node)
            assert isinstance(node, Expr)
            assert operand is not None
            span, argument = place_of(node), written(formula, operand)
            edits.append((span.start, span.end, ACTIVATIONS[new].formula.replace("#", argument)))
    return edits


def _as_definition(formula: str, old: str, new: str) -> str:
    """A formula that says what the old function is, `f(z) = ...`, says it of the new one; others stay."""
    if re.match(rf"(?:{ACTIVATIONS[old].spelled})\([a-z]\) *=", formula):
        return ACTIVATIONS[new].definition
    return formula.replace(r"(\cdot)^+", ACTIVATIONS[new].formula.replace("#", r"\cdot")) if old == "relu" else formula
