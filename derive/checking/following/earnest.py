"""Whether a slip leaves what comes after it as it is, or makes it easy: then nothing that follows earns anything.

A derivative must still depend on some parameter or datum on which the right one depends. Where the right one is itself
constant but for steps, as that of a hinge loss by the margins, a constant will do that is neither 0 nor 1: only the
steps are lost. A value in the forward pass must still depend on all on which the right one depends, and may not be
straight where that one bends, so that a left-out layer, activation, weight or target is another exercise, not a slip in
this one. (Another activation, or a factor, is a slip.)
"""

from collections.abc import Iterator, Sequence

from derive.checking.candidates import Candidate, Uses
from derive.checking.evidence import evidence
from derive.checking.following.dependence import depends, given_behind, names_behind
from derive.checking.following.one_entry import letters_of
from derive.checking.following.quantities import VARIABLE
from derive.checking.following.world import Slip
from derive.checking.session import Session
from derive.deciding.evidence import Different
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.expressions.tree import (
    AllOf,
    Apply,
    Comparison,
    Derivative,
    Expr,
    Fill,
    Label,
    Node,
    Symbol,
    parts,
)
from derive.expressions.walk import symbols_of
from derive.gradients import Differentiator, NoClosedForm
from derive.gradients.tidy import number
from derive.notation.symbols import Computed, IndexUse


def is_earnest(session: Session, slip: Slip, deadline: Deadline) -> bool:
    """Whether the value of a slip still depends on what the right one depends on."""
    free = {letter: [IndexUse(dim, None)] for letter, dim in letters_of(slip.what).items()}
    given = [VARIABLE] if isinstance(slip.what, Apply) else given_behind(session.table, slip.what)
    if not slip.gives_a_value:
        is_kept = depends(session, slip.value, given, deadline, free)
        return is_kept or _loses_steps_alone(session, slip, free, deadline)
    is_kept = all(depends(session, slip.value, [name], deadline) for name in given)
    return is_kept and _keeps_its_bends(session, slip, given, deadline)


def _loses_steps_alone(session: Session, slip: Slip, free: Uses, deadline: Deadline) -> bool:
    """Whether the right derivative of a number is constant but for steps, and the slip gives it a constant as well."""
    if not isinstance(slip.what, Derivative) or names_behind(session.table, slip.value):
        return False
    if not slip.what.of.shape.is_scalar:
        return False
    try:
        right = Differentiator(session.table, session.model.kink, uses_facts=False, uses_names=False)
        if any(isinstance(node, (Symbol, Label)) for node in _outside_of_conditions(right.closed_form(slip.what))):
            return False
        constants = (number(value) if slip.value.shape.is_scalar else Fill(value, slip.value.shape) for value in (0, 1))
        candidates = [Candidate(slip.value, constant, frozenset(), free) for constant in constants]
        return all(isinstance(evidence(session, each, (), deadline).evidence, Different) for each in candidates)
    except (NoClosedForm, FormulaError, Undecidable):
        return False


def _outside_of_conditions(value: Expr) -> Iterator[Node]:
    waiting: list[Node] = [value]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (Comparison, AllOf)):
            yield node
            waiting.extend(parts(node))


def _keeps_its_bends(session: Session, slip: Slip, given: Sequence[str], deadline: Deadline) -> bool:
    """Whether a value is no simpler a function: it has no constant slope where the right one has another."""
    meaning = session.table.meanings[slip.what.name] if isinstance(slip.what, Symbol) else None
    value = meaning.value if isinstance(meaning, Computed) else None
    for symbol in dict.fromkeys(symbols_of(value)) if value is not None else ():
        bends = depends(session, Derivative(slip.what, symbol), given, deadline)
        if bends and not depends(session, Derivative(slip.value, symbol), given, deadline):
            return False
    return True
