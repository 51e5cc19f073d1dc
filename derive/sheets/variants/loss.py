r"""Other constants in a loss: half a squared error, a sum for a mean, $\frac{\lambda}{2}$ for $\lambda$."""

import re
from collections.abc import Iterator
from fractions import Fraction

from derive.expressions.tree import (
    Add,
    Expr,
    Negative,
    Number,
    Power,
    Quantified,
    Quotient,
    Reduce,
    Scale,
    Size,
    Symbol,
)
from derive.grading.parts import ExerciseDocument
from derive.records import dataclass
from derive.sheets.variants.choosing import Choices
from derive.sheets.variants.draft import Draft, prose_of, text_formulas, with_prose
from derive.sheets.variants.formulas import Edit, edited, how_told, place_of, values_in, with_model_formula, written

_OF_MEANS = re.compile(r"\bmeans?\b|\baverag", re.IGNORECASE)
_SUMS_FOR_MEANS = (
    ("mean cross-entropy", "total cross-entropy"),
    ("the mean of the squared errors", "the sum of the squared errors"),
    ("the mean squared error", "the total squared error"),
    ("mean squared error", "total squared error"),
)


@dataclass(frozen=True)
class Way:
    """How a term of a loss can be another one: what changes in its formula, and what no word may have said of it."""

    edit: Edit
    unsaid: re.Pattern[str]
    is_sum_for_mean: bool = False


def vary_loss(draft: Draft, exercise: ExerciseDocument, choices: Choices) -> Draft:
    """The draft with another constant in one term of its loss; the same where none can be another one."""
    table = exercise.model.table
    shown = list(text_formulas(draft))
    found = [
        (name, way)
        for name, formula in draft.model
        if not (told := how_told(draft, table, name, shown)).otherwise
        for value in values_in(table, formula)
        if value.shape.is_scalar
        for way in _ways(value, formula)
        if _fits(draft, exercise, way, told.alike)
    ]
    if not found:
        return draft
    name, way = choices.one_of(found)
    if way.is_sum_for_mean:
        draft = with_prose(draft, _with_sums)
    return with_model_formula(draft, table, name, edited(draft.value(name), [way.edit]).strip())


def _with_sums(words: str) -> str:
    for mean, total in _SUMS_FOR_MEANS:
        words = words.replace(mean, total)
    return words


def _fits(draft: Draft, exercise: ExerciseDocument, way: Way, is_told: bool) -> bool:
    """Whether nothing that is said in words, or by the policy, becomes wrong."""
    prose = prose_of(draft)
    if way.is_sum_for_mean:
        policies = (exercise.policy, *(part.policy for part in exercise.parts))
        if any("mean" in code for policy in policies for code in policy.mistake):
            return False
        return not _OF_MEANS.search(_with_sums(prose))
    return is_told or not way.unsaid.search(prose)


def _ways(value: Expr, formula: str) -> Iterator[Way]:
    """Each way for each term; where several have one coefficient, they keep it."""
    terms = value.terms if isinstance(value, Add) else (value,)
    cores = [term.operand if isinstance(term, Negative) else term for term in terms]
    factors = [core.factor for core in cores if isinstance(core, Scale)]
    for core in cores:
        if not isinstance(core, Scale) or factors.count(core.factor) == 1:
            yield from _ways_of_term(core, formula)


_OF_SQUARES = re.compile(r"\bhalf\b|\bsquare|\bdistance|\bmean\b|\baverag", re.IGNORECASE)
_SPACE = re.compile(r"(?:\s|\\,)*")
_OF_PENALTIES = re.compile(r"\bhalf\b|\btimes\b|\bsquares\b", re.IGNORECASE)


def _ways_of_term(term: Expr, formula: str) -> Iterator[Way]:
    """Each way in which a term can have another constant; a term whose coefficient is no simple one has none."""
    factor, core = (term.factor, term.operand) if isinstance(term, Scale) else (None, term)
    if factor is None:
        if _is_square(core):
            yield Way((place_of(core).start, place_of(core).start, r"\frac{1}{2} "), _OF_SQUARES)
        return
    start, end = place_of(factor).start, place_of(factor).end
    space = _SPACE.match(formula, end)
    dropped = (start, end if space is None else space.end(), "")
    match factor:
        case Symbol() if _is_penalty(core):
            yield Way((start, end, rf"\frac{{{written(formula, factor)}}}{{2}}"), _OF_PENALTIES)
        case Quotient(Symbol(), Number(value)) if value == 2 and _is_penalty(core):
            yield Way((start, end, written(formula, factor.numerator)), _OF_PENALTIES)
        case Quotient(Number(value), Number(below)) if value == 1 and below == 2 and _is_square(core):
            yield Way(dropped, _OF_SQUARES)
        case Quotient(Number(value), Size() as size) if value == 1:
            if _is_square(core):
                yield Way((start, end, rf"\frac{{1}}{{2 {written(formula, size)}}}"), _OF_SQUARES)
            yield Way(dropped, _OF_MEANS, is_sum_for_mean=True)
        case Quotient(Number(value), Scale(Number(two), Size() as size)) if (
            value == 1 and two == 2 and _is_square(core)
        ):
            yield Way((start, end, rf"\frac{{1}}{{{written(formula, size)}}}"), _OF_SQUARES)


def _is_penalty(core: Expr) -> bool:
    """Squares, or several of them in brackets."""
    return all(map(_is_square, core.terms)) if isinstance(core, Add) else _is_square(core)


def _is_square(node: Expr) -> bool:
    """A squared norm, the square of a number, or a sum of squares."""
    while isinstance(node, Quantified) and node.kind == "sum":
        node = node.body
    if not isinstance(node, Power) or node.exponent != Number(Fraction(2)):
        return False
    return isinstance(node.base, Reduce) or node.base.shape.is_scalar
