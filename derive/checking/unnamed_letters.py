r"""Letters of a condition that nothing names: the c of `\partial E / \partial z_k = q_k, \; k \neq c`.

Its author means one certain index by such a letter. What holds for every index holds for that one, too; what does not
may still be right. A condition that is an equation says which index its letters are.
"""

from collections.abc import Sequence

from derive.checking.candidates import Restriction
from derive.checking.claims import Judgement
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.expressions.tree import Comparison, Condition, Expr, IndexVariable
from derive.expressions.walk import walk


def open_for_unnamed(
    session: Session,
    judgement: Judgement,
    restrictions: Sequence[Restriction],
    sides: Sequence[Side],
    formal: dict[str, Expr],
) -> Judgement:
    """The judgement on a claim; one that is false for some index is open where only a condition has its letter."""
    if judgement.verdict != "refuted" or judgement.counterexample is None or not restrictions:
        return judgement
    known = {letter for side in sides for found in side.read(session, None, formal).upto(1) for letter in found.free}
    known = known.union(*(_letters(one.condition) for one in restrictions if _is_equality(one.condition)))
    letters = sorted(set[str]().union(*(_letters(one.condition) for one in restrictions)) - known)
    if not letters:
        return judgement
    message = f"Nothing says what {letters[0]} is, which stands in the condition only."
    return Judgement("unreadable", message, shapes=judgement.shapes)


def _letters(condition: Condition) -> set[str]:
    """The free letters of a condition."""
    return {node.name for node in walk(condition) if isinstance(node, IndexVariable) and not node.scope}


def _is_equality(condition: Condition) -> bool:
    return isinstance(condition, Comparison) and condition.comparator == "="
