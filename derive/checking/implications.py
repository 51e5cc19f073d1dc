r"""Implications: `\nabla L = 0 \Rightarrow X^T X w = X^T y`. What stands before the sign may be a hypothesis, no claim.

Where all that stands before the sign is true by itself, so must be what stands behind it. Else an equation before it is
a hypothesis, and one behind it follows where the difference of its sides is that of the hypothesis times a constant:

    second.left - second.right = c (first.left - first.right),  c from a table, maybe transposed

An equation for a derivative, or for a computed quantity by itself, is never accepted so: it says what that is, and an
answer must be true without a hypothesis. An equation that gives a derivative by itself a value other than 0 is no
hypothesis either, but a result from which its author goes on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.checking.claims import Claimed, Judgement, judge
from derive.checking.course import Course
from derive.checking.session import STEP_SECONDS, Session
from derive.checking.sides import Side
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from derive.expressions.tree import Derivative, Symbol, Transpose
from derive.expressions.walk import walk
from derive.notation.chains import Chain, kind_of
from derive.notation.symbols import Computed
from derive.notation.syntax import (
    Formula,
    Group,
    List,
    Literal,
    Operator,
    Script,
    Scripted,
    Sum,
    Syntax,
    Term,
    listed,
    parse,
)
from derive.notation.tokens import tokenize

CONSTANTS = ("1", "-1", "2", "-2", r"\frac{1}{2}", r"-\frac{1}{2}")
HYPOTHESIS = "This stands before an implication as a hypothesis; by itself it is not true for every value."
NOT_DECIDED = "Whether this follows from the hypothesis before the implication is not decided."
FOLLOWS = "This follows from the hypothesis before the implication: the sides differ by what they differ by there{}."


class Implications:
    """The hypotheses under which the chains of a document are claimed, one chain after the other."""

    def __init__(self) -> None:
        self.hypotheses: tuple[Claimed, ...] = ()

    def judged(self, course: Course, chain: Chain, judgements: Sequence[Judgement]) -> list[Judgement]:
        """The judgements on a chain, where it follows from another or another from it."""
        if not chain.is_implied:
            self.hypotheses = ()
        if not (self.hypotheses or chain.implies):
            return list(judgements)
        return course.asked(None, lambda session: self._judged(session, chain, judgements))

    def _judged(self, session: Session, chain: Chain, judgements: Sequence[Judgement]) -> list[Judgement]:
        found = list(judgements)
        if self.hypotheses:
            found = [_under(session, one, self.hypotheses) if _fails(one) else one for one in found]
        if chain.implies:
            assumed = [
                judgement.claimed
                if judgement.claimed is not None
                and kind_of(relation) in ("claim", "define")
                and _fails(judgement)
                and not _gives_derivative(session, judgement.claimed)
                else None
                for judgement, relation in zip(judgements, chain.relations, strict=True)
            ]
            self.hypotheses = tuple(claimed for claimed in assumed if claimed is not None) or self.hypotheses
            found = [
                _as_hypothesis(one) if claimed is not None else one for one, claimed in zip(found, assumed, strict=True)
            ]
        return found


def _fails(judgement: Judgement) -> bool:
    """Whether an equation is not true by itself, and might be under a hypothesis."""
    return judgement.verdict == "unknown" or (judgement.verdict == "refuted" and judgement.counterexample is not None)


def _as_hypothesis(judgement: Judgement) -> Judgement:
    is_refuted = judgement.verdict == "refuted" and _fails(judgement)
    return _undecided(judgement, HYPOTHESIS) if is_refuted else judgement


def _undecided(judgement: Judgement, message: str) -> Judgement:
    return Judgement("unknown", message, shapes=judgement.shapes, claimed=judgement.claimed)


def _under(session: Session, judgement: Judgement, hypotheses: Sequence[Claimed]) -> Judgement:
    """The judgement on an equation under hypotheses."""
    claimed = judgement.claimed
    if claimed is None or claimed.restrictions or says_what_something_is(session, claimed):
        return _undecided(judgement, NOT_DECIDED)
    for hypothesis in hypotheses:
        if hypothesis.restrictions:
            continue
        factor = factor_between(session, claimed, hypothesis)
        if factor is not None:
            written = "" if factor == "1" else f", times ${factor}$"
            return replace(
                judgement,
                verdict="proved",
                message=FOLLOWS.format(written),
                counterexample=None,
                diagnosis=(),
                side_conditions=("the hypothesis before the implication",),
            )
    return _undecided(judgement, NOT_DECIDED)


def _gives_derivative(session: Session, claimed: Claimed) -> bool:
    """Whether an equation says what a derivative is, other than 0."""
    if claimed.right.content is not None and _is_zero(claimed.right.content):
        return False
    found = claimed.left.read(session, None, dict(claimed.formal)).upto(1)
    value = found[0].value if found else None
    return isinstance(value.operand if isinstance(value, Transpose) else value, Derivative)


def says_what_something_is(session: Session, claimed: Claimed) -> bool:
    """Whether a derivative stands in an equation, or a side is a computed quantity by itself."""
    for side in (claimed.left, claimed.right):
        found = side.read(session, None, dict(claimed.formal)).upto(1)
        if not found:
            return True
        value = found[0].value
        bare = value.operand if isinstance(value, Transpose) else value
        meaning = session.table.meanings.get(bare.name) if isinstance(bare, Symbol) else None
        if isinstance(meaning, Computed) or any(isinstance(node, Derivative) for node in walk(value)):
            return True
    return False


def factor_between(session: Session, claimed: Claimed, hypothesis: Claimed) -> str | None:
    """By which constant the sides of an equation differ from those of a hypothesis."""
    here, there = _difference(claimed), _difference(hypothesis)
    if here is None or there is None:
        return None
    formal = {**hypothesis.formal, **claimed.formal}
    for factor, scaled in _scaled(there):
        deadline = Deadline(STEP_SECONDS / 4)
        try:
            with deadline.enforced():
                if judge(session, Side(here), Side(scaled), (), formal, deadline).verdict == "proved":
                    return factor
        except (FormulaError, Undecidable):
            continue
    return None


def _scaled(difference: List) -> Iterator[tuple[str, List]]:
    """A difference times each of the constants, and transposed."""
    group = Group("(", difference, span=difference.span)
    turned = Scripted(group, (Script("transpose", span=difference.span),), span=difference.span)
    for factor in CONSTANTS:
        constant = Group("braces", parse(tokenize(factor, frozenset())), span=difference.span)
        for what in (group, turned):
            yield factor, listed(_product(constant, what))


def _product(first: Syntax, second: Syntax) -> Term:
    return Term((first, second), (Operator("CDOT", "", span=second.span),), span=second.span)


def _difference(claimed: Claimed) -> List | None:
    """`left - right`; a side that is 0 is left away."""
    left, right = claimed.left.content, claimed.right.content
    if left is None or right is None:
        return None
    if _is_zero(right):
        return left
    terms = tuple(Term((Group("(", side, span=side.span),), (), span=side.span) for side in (left, right))
    whole = Sum(("", "-"), terms, span=left.span)
    return List((Formula((whole,), (), span=left.span),), span=left.span)


def _is_zero(content: List) -> bool:
    factor = None if content.only is None else content.only.single_factor
    return isinstance(factor, Literal) and factor.text == "0"
