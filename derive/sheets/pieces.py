"""Sums in which the same two conditions stand several times, as one formula with two pieces: Huber's gradient.

`1(|r| <= d) r/n + d {0 if |r| <= d, 1/n if |r| > d} sign(r)` becomes `1/n {r if |r| <= d, d sign(r) if |r| > d}`.
"""

from fractions import Fraction

from derive.expressions.tree import (
    Add,
    Apply,
    Cases,
    Comparison,
    Condition,
    Derivative,
    Entry,
    EntryFormula,
    Expr,
    IndexNumber,
    Indicator,
    Node,
    Quantified,
    Scale,
    Symbol,
)
from derive.expressions.walk import rebuilt, walk
from derive.gradients.indices import Indices
from derive.gradients.presented import presented
from derive.gradients.terms import Term, expression, term_of
from derive.gradients.tidy import number, tidied
from derive.notation.symbols import Given, SymbolTable
from derive.sheets.jacobian_entries import OPPOSITES
from derive.sheets.written_out import opened


def in_pieces(indices: Indices, node: Node) -> Expr | None:
    """A sum in pieces, of a vector the formula of its entries; null where it has no two opposite conditions."""
    if not isinstance(node, Add):
        return None
    if node.shape.is_scalar:
        return None if _opposites(node) is None else _of_number(opened(indices, node))
    formula = next((term for term in node.terms if isinstance(term, EntryFormula)), None)
    if formula is None:
        return None
    first = IndexNumber(0)
    entry = opened(indices, Entry(node, formula.row or first, formula.column or first))
    front, body = _front(_of_number(presented(tidied(entry))))
    if body is None:
        return None
    found = EntryFormula(formula.row, formula.column, body, formula.of_shape)
    return found if front is None else Scale(front, found)


def _front(node: Expr | None) -> tuple[Expr | None, Expr | None]:
    """What stands in front of a formula in pieces, and this."""
    return (node.factor, node.operand) if isinstance(node, Scale) else (None, node)


def _of_number(node: Expr) -> Expr | None:
    """A number in two pieces, what both have in common in front."""
    conditions = _opposites(node)
    if conditions is None or any(isinstance(part, (Derivative, Quantified)) for part in walk(node)):
        return None
    values = [presented(tidied(_where(node, holds, conditions))) for holds in conditions]
    front, rests = _common([term_of(value) for value in values])
    pieces = Cases(tuple(zip(map(expression, rests), conditions, strict=True)))
    return pieces if front == number(1) else Scale(front, pieces)


def _opposites(node: Expr) -> tuple[Comparison, Comparison] | None:
    """Two opposite conditions by which every case in a formula goes."""
    cases = [part for part in walk(node) if isinstance(part, Cases)]
    found = {condition for one in cases for _, condition in one.branches if condition is not None}
    if len(found) != 2 or not cases:
        return None
    first, second = (condition for _, condition in cases[0].branches[:2])
    if not (isinstance(first, Comparison) and isinstance(second, Comparison)) or found != {first, second}:
        return None
    is_opposite = second == Comparison(first.left, OPPOSITES[first.comparator], first.right)
    return (first, second) if is_opposite else None


def _where(node: Expr, holds: Condition, conditions: tuple[Comparison, Comparison]) -> Expr:
    """A formula where one of two opposite conditions holds."""

    def change(part: Node) -> Node | None:
        match part:
            case Cases(branches):
                return next(value for value, condition in branches if condition in (holds, None))
            case Indicator(condition) if condition in conditions:
                return number(1 if condition == holds else 0)
        return None

    return rebuilt(node, change)  # type: ignore[return-value]


def _common(terms: list[Term]) -> tuple[Expr, list[Term]]:
    """What two terms have in common, and what is left of them."""
    first, second = terms
    shared = {atom: power for atom, power in first.scalars.items() if second.scalars.get(atom) == power}
    size = abs(first.number) if abs(first.number) == abs(second.number) else Fraction(1)
    rests = [
        Term(term.number / (size or 1), term.shape, {a: p for a, p in term.scalars.items() if a not in shared})
        for term in terms
    ]
    return expression(Term(size or Fraction(1), scalars=shared)), rests


def away_from_zero(table: SymbolTable, node: Expr) -> Expr:
    """The same value without `1(x = 0)` in the pieces where |x| is more than a positive number."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Cases):
            return None
        return Cases(tuple((_without_zero(table, value, condition), condition) for value, condition in part.branches))

    return rebuilt(node, change)  # type: ignore[return-value]


def _without_zero(table: SymbolTable, value: Expr, condition: Condition | None) -> Expr:
    match condition:
        case Comparison(Apply("abs", inner), ">", Symbol(name)) if _is_positive(table, name):
            at_zero = Indicator(Comparison(inner, "=", number(0)))
            return tidied(rebuilt(value, lambda part: number(0) if part == at_zero else None))  # type: ignore[arg-type]
    return value


def _is_positive(table: SymbolTable, name: str) -> bool:
    meaning = table.meanings.get(name)
    return isinstance(meaning, Given) and meaning.kind == "positive"
