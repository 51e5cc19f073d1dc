r"""From a number's formula of entries to its derivative by one entry, with the operator before what is left to do.

`\frac{\partial}{\partial S_y} \log \sum_j e^{S_j} - \frac{\partial}{\partial S_y} S_y`: the terms without the entry go,
of a sum over examples one is left, logarithms come apart, then the chain rule.
"""

from collections.abc import Iterator, Sequence

from derive.expressions.latex import latex
from derive.expressions.tree import (
    Add,
    Apply,
    Derivative,
    Entry,
    Expr,
    IndexVariable,
    Negative,
    Quantified,
    Quotient,
    Scale,
    Symbol,
)  # fmt: skip
from derive.expressions.walk import rebuilt, walk
from derive.gradients.indices import Indices, replaced, unbound_letters
from derive.gradients.tidy import number, times
from derive.records import dataclass
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Step
from derive.sheets.value_lines import formula_in_numbers, with_logarithms_apart
from derive.sheets.written_out import with_other_letters

DIFFERENCE = "The logarithm of a quotient is a difference."


def operator_steps(computation: Computation, asked: Derivative) -> Iterator[Step]:
    """The steps from the formula of a number to its derivative by an entry; none where matrices are in between."""
    by = asked.by
    assert isinstance(asked.of, Symbol)
    assert isinstance(by, Entry)
    assert isinstance(by.operand, Symbol)
    formula = formula_in_numbers(computation, asked.of.name)
    if formula is None or not _is_of_entries(computation, formula, by.operand.name):
        return
    indices, name = computation.differentiator.context.indices, latex(by)
    formula = with_other_letters(formula, unbound_letters(by))
    terms = formula.terms if isinstance(formula, Add) else (formula,)
    yield Step(_sum([Derivative(term, by) for term in terms]))
    left = [term for term in terms if _mentions(term, by.operand)]
    yield Step(_sum([Derivative(term, by) for term in left]), said(f"No other term depends on ${name}$."))
    alone = [_of_one_example(term, by) for term in left]
    yield Step(_sum([_operated(one, by) for one in alone]), said(f"Of the sum one term depends on ${name}$."))
    apart = [_Part(part.factor, with_logarithms_apart(part.term)) for part in alone]
    together = [Scale(one.factor, Derivative(one.term, by)) for one in apart if one.factor is not None]
    if len(together) == len(apart):
        yield Step(_sum(together), said(DIFFERENCE))
    yield Step(_sum([_operated(one, by) for one in apart]), () if together else said(DIFFERENCE))
    once = _sum([_operated(one, by, indices) for one in apart])
    yield Step(once, said("The slope of the logarithm is one over its argument."))


@dataclass(frozen=True)
class _Part:
    """A term that is differentiated, and the number in front of the operator, if there is one."""

    factor: Expr | None
    term: Expr


def _is_of_entries(computation: Computation, formula: Expr, name: str) -> bool:
    """Whether a name stands in a formula by its entries alone, and nothing else in it is computed from the name."""
    bare = rebuilt(formula, lambda part: number(0) if isinstance(part, Entry) and _is(part.operand, name) else None)
    rest = [part.name for part in walk(bare) if isinstance(part, Symbol)]
    has_entries = any(isinstance(part, Entry) and _is(part.operand, name) for part in walk(formula))
    return has_entries and not any(other == name or computation.depends(other, name) for other in rest)


def _is(node: Expr, name: str) -> bool:
    return isinstance(node, Symbol) and node.name == name


def _mentions(node: Expr, symbol: Symbol) -> bool:
    return any(part == symbol for part in walk(node))


def _sum(terms: Sequence[Expr]) -> Expr:
    return terms[0] if len(terms) == 1 else Add(tuple(terms))


def _of_one_example(term: Expr, by: Entry) -> _Part:
    """Of c sum_i f(x_i), of which only f(x_k) holds the entry of row k, this and c; of another term all of it."""
    factor, total = (term.factor, term.operand) if isinstance(term, Scale) else (None, term)
    if not isinstance(total, Quantified) or total.kind != "sum" or total.condition is not None:
        return _Part(None, term)
    entries = [part for part in walk(total.body) if isinstance(part, Entry) and part.operand == by.operand]
    is_of_rows = all(entry.row == total.index for entry in entries)
    is_whole = total.range.extent == "dimension" and total.range.first == total.range.from_end == 0
    if not (is_of_rows and is_whole and isinstance(by.row, IndexVariable)):
        return _Part(None, term)
    return _Part(factor, replaced(total.body, total.index, by.row))


def _operated(part: _Part, by: Entry, indices: Indices | None = None) -> Expr:
    """The operator before each term of a part, its number in front; with `indices` one step of it is done."""
    if not isinstance(part.term, Add):
        inner = _once(Derivative(part.term, by), indices)
    else:
        ordered = sorted(part.term.terms, key=lambda term: isinstance(term, Negative))
        inner = _sum([_signed(term, by, indices) for term in ordered])
    return inner if part.factor is None else Scale(part.factor, inner)


def _signed(term: Expr, by: Entry, indices: Indices | None) -> Expr:
    if isinstance(term, Negative):
        return Negative(_once(Derivative(term.operand, by), indices))
    return _once(Derivative(term, by), indices)


def _once(node: Derivative, indices: Indices | None) -> Expr:
    """The slope of a logarithm, and that of an entry by an entry; others stay."""
    match node.of, node.by:
        case Apply("log", operand), by if indices is not None:
            return Scale(Quotient(number(1), operand), Derivative(operand, by))
        case Entry(of, row, column), Entry(whole, at_row, at_column) if of == whole and indices is not None:
            return times(indices.same(row, at_row), indices.same(column, at_column))
    return node
