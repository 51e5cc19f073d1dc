"""The loss said by a quantity that it is written without: (1/N) Σ_i L_i for the mean of what each L_i is.

Only so does a slip in ∂L_i/∂F reach the loss of the batch. The quantity is looked for as a part of a formula, and as
that of which a term of the loss is the sum or the mean; what is found is proved, whatever the sizes are as numbers.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.checking.candidates import Candidate
from derive.checking.evidence import evidence
from derive.checking.following.dependence import names_behind
from derive.checking.following.free_sizes import freed, with_free_sizes
from derive.checking.session import Session, additive_terms
from derive.deciding.evidence import Equal
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.expressions.shapes import SCALAR, Dim
from derive.expressions.tree import Expr, Power, Quotient, Reduce, Scale, Size, Symbol
from derive.expressions.walk import rebuilt
from derive.gradients import Differentiator, NoClosedForm
from derive.gradients.tidy import is_zero, number
from derive.notation.symbols import Computed, Meaning, SymbolTable

SECONDS = 2.0
"""For what is asked of one quantity."""

NUMBERS = (Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(2), Fraction(-1, 2), Fraction(-2))
"""By which a term of a loss may differ from the sum, or the mean, of what it is said by."""


def expressed(session: Session, name: str, deadline: Deadline) -> dict[Expr, Expr]:
    """For what the loss is made of, how it is said by a quantity; nothing where it is said by that as it is."""
    table = session.table
    value, loss = (_formula(table, each) for each in (name, table.loss or ""))
    if value is None or loss is None or name in {table.loss, *names_behind(table, loss)}:
        return {}
    own = Symbol(name, value.shape)
    before = names_behind(table, value)
    if table.loss in before:
        return {}
    found = _by_its_formula(session, own, value, before, deadline)
    return found or _by_sums(session, own, loss, deadline)


def is_summed(session: Session, name: str) -> bool:
    """Whether the loss is a sum of what a name stands for, as a mean over examples is, and of what is apart from it."""
    table = with_parts(session.table, expressed(session, name, Deadline(SECONDS)))
    loss = table.meanings.get(table.loss or "")
    if not isinstance(loss, Computed):
        return False
    try:
        differentiator = Differentiator(table, session.model.kink, uses_facts=False, uses_names=False)
        gradient = differentiator.gradient(Symbol(table.loss or "", loss.shape), name)
    except (NoClosedForm, FormulaError):
        return False
    return not is_zero(gradient) and not names_behind(table, gradient)


def _formula(table: SymbolTable, name: str) -> Expr | None:
    meaning = table.meanings.get(name)
    return meaning.value if isinstance(meaning, Computed) else None


def _by_its_formula(
    session: Session, own: Symbol, value: Expr, before: frozenset[str], deadline: Deadline
) -> dict[Expr, Expr]:
    """Formulas in which the quantity's own formula stands, with its name there."""
    table = session.table
    differentiator = Differentiator(table, session.model.kink, uses_facts=False, uses_names=False)
    sought = differentiator.matrix_notation(value)
    found = {}
    for name in names_behind(table, Symbol(table.loss or "", SCALAR)) - before:
        formula = _formula(table, name)
        for part in [] if formula is None else dict.fromkeys((formula, *additive_terms(formula))):
            plain = differentiator.matrix_notation(part)
            said = rebuilt(plain, lambda node: own if node == sought else None)
            assert isinstance(said, Expr)
            if said is not plain and _is_equal(session, part, said, deadline):
                found[part] = said
    return found


def _by_sums(session: Session, own: Symbol, loss: Expr, deadline: Deadline) -> dict[Expr, Expr]:
    """A term of the loss, or all of it, as a multiple of the sum of all entries, or of their squares."""
    is_number = own.shape.is_scalar
    sums = (own if is_number else Reduce("sum", own), Power(own if is_number else Reduce("l2", own), number(2)))
    for part in dict.fromkeys((loss, *additive_terms(loss))):
        for total, factor in itertools.product(sums, _factors(own)):
            said = Scale(factor, total)
            if _is_equal(session, part, said, deadline, at_these_sizes=True):
                return {part: said} if _is_equal(session, part, said, deadline) else {}
    return {}


def _factors(own: Symbol) -> Iterator[Expr]:
    dims = [dim for dim in own.shape.dims if dim.size != 1]
    some = [chosen for count in range(len(dims) + 1) for chosen in itertools.combinations(dims, count)]
    for factor, chosen in itertools.product(NUMBERS, reversed(some)):
        yield _over(number(factor), chosen)


def _over(value: Expr, dims: tuple[Dim, ...]) -> Expr:
    for dim in dims:
        value = Quotient(value, Size(dim, dim.name))
    return value


def _is_equal(session: Session, first: Expr, second: Expr, deadline: Deadline, *, at_these_sizes: bool = False) -> bool:
    table, values = session.table, (first, second)
    if not at_these_sizes:
        table, values = with_free_sizes(table), (freed(first), freed(second))
    other = Session(session.model, session.allow, replace(session.trust, names=None), type(session.definitions)())
    other.learn(table)
    try:
        found = evidence(other, Candidate(*values, frozenset()), (), deadline)
    except (FormulaError, Undecidable):
        return False
    return isinstance(found.evidence, Equal)


# ── what is found, put in ──


def with_parts(table: SymbolTable, parts: Mapping[Expr, Expr]) -> SymbolTable:
    """A table in which what is computed is said so."""
    if not parts:
        return table
    meanings: dict[str, Meaning] = {}
    for name, meaning in table.meanings.items():
        is_computed = isinstance(meaning, Computed) and meaning.value is not None
        meanings[name] = replace(meaning, value=said_by(meaning.value, parts)) if is_computed else meaning  # type: ignore
    return replace(table, meanings=meanings)


def said_by(value: Expr, parts: Mapping[Expr, Expr]) -> Expr:
    """An expression with its parts said so."""
    return rebuilt(value, lambda node: parts.get(node) if isinstance(node, Expr) else None) if parts else value  # type: ignore[return-value]
