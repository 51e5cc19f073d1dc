"""`∂L/∂P += B`: what some terms of the loss add to its derivative, which a document treats in a step of its own.

A proof is remembered in the session, so that other steps may leave these terms out (convention `one-term`).
"""

import itertools
from dataclasses import replace

from derive.checking.claims import Judgement, failed, judge
from derive.checking.session import Session, loss_terms, mentions, without
from derive.checking.sides import Side
from derive.deciding.limits import Deadline
from derive.errors import Undecidable
from derive.exact.scalars import ZERO
from derive.expressions.tree import Derivative, Expr, Symbol
from derive.notation.elaboration import Reading
from derive.notation.symbols import shown


def judge_added(session: Session, left: Side, right: Side, formal: dict[str, Expr], deadline: Deadline) -> Judgement:
    """The verdict on `left += right`, where the left side is a derivative of the loss."""
    readings = left.read(session, None, formal)
    if readings.failure is not None:
        return failed(readings.failure)
    value = readings.found[0].value
    if not (isinstance(value, Derivative) and isinstance(value.of, Symbol) and isinstance(value.by, Symbol)):
        return Judgement(
            "unreadable", "Only to a derivative of the loss can something be added in this way.", span=value.span
        )
    return _added_term(session, value, value.of, value.by, right, formal, deadline)


def _added_term(
    session: Session,
    derivative: Derivative,
    of: Symbol,
    by: Symbol,
    right: Side,
    formal: dict[str, Expr],
    deadline: Deadline,
) -> Judgement:
    terms = loss_terms(session.table) if of.name == session.table.loss else []
    if not terms:
        message = f"{shown(of.name)} is not the loss of the setting, so it has no terms that could be added."
        return Judgement("unreadable", message, span=derivative.span)
    direct = frozenset(at for at, term in enumerate(terms) if mentions(term, by.name))
    failures: list[Judgement] = []
    for chosen in _subsets(len(terms), direct):
        part = Derivative(without(terms, frozenset(range(len(terms))) - chosen), by, derivative.layout)
        judgement = judge(session, Side(None, fixed=Reading(part)), right, (), formal, deadline)
        if judgement.verdict in ("unreadable", "unknown"):
            return judgement
        if judgement.verdict in ("proved", "convention") and not _is_zero(session, part):
            if len(chosen) < len(terms):
                session.treated_apart[f"{of.name} by {by.name}"] = (without(terms, chosen),)
            return _accepted(judgement)
        failures.append(judgement)
    first = failures[0]
    message = f"No term of the loss adds this to the derivative. {first.message}"
    return Judgement("refuted", message, (), first.shapes, first.counterexample, first.span)


def _accepted(judgement: Judgement) -> Judgement:
    if judgement.verdict == "convention":
        return judgement
    return replace(judgement, message="This is what a term of the loss adds to the derivative.")


def _is_zero(session: Session, value: Expr) -> bool:
    try:
        return all(entry is ZERO for entry in session.entries.lower(value, {}).entries)
    except Undecidable:
        return False


def _subsets(count: int, direct: frozenset[int]) -> list[frozenset[int]]:
    """Which terms may be meant: those that mention the variable themselves, each, every proper part, then all."""
    singles = [frozenset({at}) for at in range(count)]
    larger = (
        [frozenset(part) for size in range(2, count) for part in itertools.combinations(range(count), size)]
        if count <= 5
        else []
    )
    return list(dict.fromkeys([*([direct] if direct else []), *singles, *larger, frozenset(range(count))]))
