"""Entries of Jacobians, line by line: the Jacobian first, then the formula of its entry, then its cases."""

from collections.abc import Iterator, Mapping, Sequence

from derive.expressions.tree import (
    AllOf,
    Cases,
    Comparator,
    Comparison,
    Condition,
    Derivative,
    Entry,
    Expr,
    IndexValue,
    Indicator,
    Scale,
    Symbol,
)  # fmt: skip
from derive.gradients.presented import presented
from derive.gradients.refusal import NoClosedForm
from derive.gradients.tidy import number, tidied, times
from derive.sheets.blocks import said
from derive.sheets.computation import Computation
from derive.sheets.lines import Known, Line, Step, line
from derive.sheets.vector_lines import jacobian_lines, local_slopes
from derive.sheets.written_out import PLACES, entry_of, opened

OPPOSITES: Mapping[str, Comparator] = {"=": "!=", "!=": "=", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}


def jacobian_entry_lines(computation: Computation, asked: Entry, known: Known) -> Iterator[Line]:
    """The lines that lead to (∂f/∂x)_ij of two vectors. Raises `NoClosedForm`."""
    whole = asked.operand
    if not (isinstance(whole, Derivative) and isinstance(whole.of, Symbol) and isinstance(whole.by, Symbol)):
        raise NoClosedForm("no entry of a derivative of a name by a name", asked.span)
    if whole.layout == "denominator" or not whole.shape.is_matrix or whole.of.shape.is_scalar:
        raise NoClosedForm("no entry of a Jacobian", asked.span)
    yield from jacobian_lines(computation, whole.of.name, whole.by.name, known)
    yield line(asked, *_steps(computation, asked, whole, known))


def _steps(computation: Computation, asked: Entry, whole: Derivative, known: Known) -> Iterator[Step]:
    """An entry of a Jacobian: what it is a derivative of, its formula, its cases."""
    assert isinstance(whole.of, Symbol)
    assert isinstance(whole.by, Symbol)
    indices = computation.differentiator.context.indices
    entry = Derivative(entry_of(whole.of, asked.row), entry_of(whole.by, asked.column), whole.layout)
    yield Step(entry, said(PLACES))
    value = presented(tidied(opened(indices, Entry(known[whole], asked.row, asked.column))))
    formula = computation.value(whole.of.name)
    slopes = None if formula is None else local_slopes(computation, formula, whole.by.name)
    if slopes is None:
        yield Step(value, said(f"The entry of ${computation.derivative(whole.of.name, whole.by.name)}$."))
        yield Step(by_cases(value), said("Case by case."))
        return
    plain = presented(tidied(opened(indices, Entry(slopes, asked.row, asked.column))))
    yield Step(by_cases(plain), said("Case by case."))
    yield Step(by_cases(value), said(f"Written with ${computation.written(whole.of.name)}$ itself."))


def by_cases(node: Expr) -> Expr:
    """A product with indicators as cases: one branch where all of them hold, and one for each that does not."""
    factors = list(_scalar_factors(node))
    conditions = [condition for one in factors if (condition := _comparison(one)) is not None]
    if not conditions:
        return node
    conditions.sort(key=lambda condition: not isinstance(condition.left, IndexValue))
    kept = [one for one in factors if _comparison(one) is None]
    branches: list[tuple[Expr, Condition | None]] = [(times(number(1), *kept), _all_of(conditions))]
    for at in reversed(range(len(conditions))):
        branches.append((number(0), _all_of([*conditions[:at], _opposite(conditions[at])])))
    return Cases(tuple(branches))


def _scalar_factors(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Scale):
        yield from _scalar_factors(node.factor)
        yield from _scalar_factors(node.operand)
    else:
        yield node


def _comparison(factor: Expr) -> Comparison | None:
    """The condition of an indicator, where it is one comparison."""
    is_one = isinstance(factor, Indicator) and isinstance(factor.condition, Comparison)
    return factor.condition if is_one else None  # type: ignore[attr-defined]


def _opposite(condition: Comparison) -> Comparison:
    return Comparison(condition.left, OPPOSITES[condition.comparator], condition.right)


def _all_of(conditions: Sequence[Comparison]) -> Condition:
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))
