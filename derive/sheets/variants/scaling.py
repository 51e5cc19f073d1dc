r"""Another constant in front of an activation: $5\,\tanh(Z)$ becomes $3\,\tanh(Z)$; where there is none, one is put."""

import re
from fractions import Fraction

from derive.expressions.tree import Expr, Node, Number, Scale
from derive.expressions.walk import walk
from derive.grading.parts import ExerciseDocument
from derive.notation.symbols import SymbolTable
from derive.sheets.variants.activation import function_of, uses_of
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, prose_of, text_formulas, with_formulas
from derive.sheets.variants.formulas import edited, how_told, tokens_of, values_in, with_model_formula

FACTORS = (2, 3, 4, 5)


def vary_scaling(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft with another factor in front of its activations; the same where no factor can stand there."""
    table = exercise.model.table
    values = [value for _, formula in draft.model for value in values_in(table, formula)]
    present = {factor for value in values for factor in _factors(value)}
    if present:
        return _with_another(draft, table, min(present), choices)
    return _with_one(draft, table, choices)


def _factors(value: Expr) -> list[int]:
    """The whole numbers that stand in front of activations."""
    return [int(factor) for node in walk(value) if (factor := _factor(node)) is not None]


def _factor(node: Node) -> Fraction | None:
    """The whole number above 1 in front of an activation that a node is, None where it is none."""
    match node:
        case Scale(Number(factor), operand) if function_of(operand) is not None:
            return factor if factor > 1 and factor.denominator == 1 else None
    return None


def _with_another(draft: Draft, table: SymbolTable, old: int, choices: Choices) -> Draft:
    """The draft with another number for one that stands in its formulas for that factor alone."""
    if re.search(rf"\b{old}\b", prose_of(draft)):
        return draft
    new = choices.one_of([factor for factor in FACTORS if factor != old])

    def change(formula: str) -> str:
        numbers = [token for token in tokens_of(table, formula) if token.kind == "NUMBER" and token.text == str(old)]
        return edited(formula, [(token.start, token.end, str(new)) for token in numbers])

    values = [value for _, formula in draft.model for value in values_in(table, formula)]
    others = [node for value in values for node in walk(value) if isinstance(node, Number) and node.value == old]
    scaled = sum(len(_factors(value)) for value in values)
    return with_formulas(draft, change) if len(others) == scaled else draft


def _with_one(draft: Draft, table: SymbolTable, choices: Choices) -> Draft:
    """The draft with a factor in front of each activation that is the formula of a name, as its text tells it."""
    shown = list(text_formulas(draft))
    uses = [use for use in uses_of(draft, table) if not use.is_held]
    whole = [use for use in uses if _is_whole(table, draft.value(use.name))]
    told = [how_told(draft, table, use.name, shown) for use in whole]
    if len(whole) < len(uses) or not all(one.alike and not one.otherwise for one in told):
        return draft
    factor = choices.one_of(FACTORS)
    for use in whole:
        draft = with_model_formula(draft, table, use.name, rf"{factor} {draft.value(use.name)}")
    return draft


def _is_whole(table: SymbolTable, formula: str) -> bool:
    value = next(values_in(table, formula), None)
    return value is not None and function_of(value) is not None
