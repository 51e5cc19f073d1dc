r"""Derivatives that a document sets to zero: `\frac{\partial L}{\partial w} = X^T (X w - y) = 0`.

The 0 at the end of such a chain is no claim but an equation for `w`, and so is `\frac{\partial L}{\partial w} = 0`
where the text before says that it is set so. What is not true for every value of the symbols is then not refuted:
this 0 itself, a later 0 in the same names, and `w = …`, the value of a given name at which the derivative vanishes:
whether these follow is not decided. An equation follows where the difference of its sides is what was set to zero times
a constant, and the document has shown what that is: the normal equations `X^T X w = X^T y`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.checking.claims import Claimed, Judgement
from derive.checking.course import Course
from derive.checking.implications import factor_between, says_what_something_is
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.documents.document import Kind
from derive.expressions.tree import Derivative, Entry, Expr, Fill, Negative, Number, Slice, Symbol, Transpose
from derive.expressions.walk import symbols_of
from derive.notation.chains import Chain, kind_of
from derive.notation.symbols import Computed, Given, shown
from derive.records import dataclass

SET = "This is set to zero here: an equation for the values at which it holds, not true for every value."
STILL = "By itself this is not true for every value; whether it follows from what was set to zero is not decided."
FOLLOWS = "This follows from what was set to zero before: the sides differ by that{}."
CONDITION = "what was set to zero is zero"
VALUE = "{} is given; whether what was set to zero holds where it has this value is not decided."

_SAID = re.compile(
    r"\b(?:set(?:s|ting)?|equat(?:e|es|ing))\b[^.:]{0,60}?\b(?:0|zero|zeros)\b"
    r"|\b(?:vanish(?:es|ing)?|first[- ]order condition|stationar(?:y|ity)|critical point)\b"
    r"|令|置零|[等为]于?[0零]|\bannul\w+|\bgleich (?:0|null)\b|\bNull setzen\b|\bigual\w* a (?:0|cero)\b|\bприравн\w+",
    re.IGNORECASE,
)

_FULL_STOP = re.compile(r"[.!?]\s|。")


def says_set_to_zero(words: str) -> bool:
    """Whether the sentence that leads to a formula says that something is set to zero."""
    return _SAID.search(_FULL_STOP.split(words.replace("$", " "))[-1]) is not None


Found = tuple[list[Judgement], frozenset[str], tuple[Claimed, ...]]


@dataclass
class SetToZero:
    """The names in what a document has set to zero so far, and the equations for them that it has shown."""

    names: frozenset[str] = frozenset()
    equations: tuple[Claimed, ...] = ()

    def judged(
        self, course: Course, chain: Chain, judgements: Sequence[Judgement], words: str, kind: Kind
    ) -> list[Judgement]:
        """The judgements on a chain, before which these words stand; in a line of text they set nothing to zero."""
        is_said = kind == "display" and says_set_to_zero(words)
        if not any(map(_fails, judgements)) or not (self.names or _may_end_with_zero(chain)):
            return list(judgements)
        found, self.names, self.equations = course.asked(
            lambda: ("set to zero", chain.key, is_said, self.names, tuple(one.key for one in self.equations)),
            lambda session: SetToZero(self.names, self.equations).found(session, chain, judgements, is_said),
        )
        return found

    def found(self, session: Session, chain: Chain, judgements: Sequence[Judgement], is_said: bool) -> Found:
        """The judgements on a chain, and the names and equations behind it."""
        found = list(judgements)
        last = len(found) - 1
        claims = [kind_of(relation) == "claim" for relation in chain.relations]
        if all(claims) and _fails(found[last]) and _is_zero(_right(session, found[last])):
            first = _left(session, found[0])
            if (_is_derivative(first) and last > 0) or is_said:
                self._set(session, found, first)
                found[last] = _undecided(found[last], SET)
        later = [self._later(session, one) if is_claim else one for one, is_claim in zip(found, claims, strict=True)]
        return later, self.names, self.equations

    def _set(self, session: Session, found: Sequence[Judgement], first: Expr | None) -> None:
        """Notes what a chain sets to zero; it is believed if all that stands before the 0 is true."""
        self.names |= _names(session, first)
        claimed = found[-1].claimed
        is_shown = len(found) > 1 and all(one.verdict in ("proved", "convention") for one in found[:-1])
        if is_shown and claimed is not None and not claimed.restrictions:
            self.equations += (claimed,)

    def _later(self, session: Session, judgement: Judgement) -> Judgement:
        """The judgement on an equation behind what was set to zero."""
        if not (self.names and _fails(judgement)):
            return judgement
        left = _left(session, judgement)
        if _is_derivative(left):
            return judgement
        factor = self._factor(session, judgement)
        if factor is not None:
            written = "" if factor == "1" else f", times ${factor}$"
            message, conditions = FOLLOWS.format(written), (CONDITION,)
            return replace(
                judgement, verdict="proved", message=message, counterexample=None, side_conditions=conditions
            )
        if _is_zero(_right(session, judgement)) and left is not None and _names(session, left) <= self.names:
            return _undecided(judgement, STILL)
        name = _given(session, left)
        return judgement if name not in self.names else _undecided(judgement, VALUE.format(shown(name)))

    def _factor(self, session: Session, judgement: Judgement) -> str | None:
        """By which constant the sides of an equation differ from what was set to zero."""
        claimed = judgement.claimed
        if claimed is None or claimed.restrictions or says_what_something_is(session, claimed):
            return None
        factors = (factor_between(session, claimed, equation) for equation in self.equations)
        return next((factor for factor in factors if factor is not None), None)


def _may_end_with_zero(chain: Chain) -> bool:
    """Whether a 0 stands behind the last relation, perhaps in a font and before punctuation."""
    return any(token.text == "0" or token.text.endswith("{0}") for token in chain.last.tokens[:3])


def _fails(judgement: Judgement) -> bool:
    return judgement.verdict == "refuted" and judgement.counterexample is not None and judgement.claimed is not None


def _undecided(judgement: Judgement, message: str) -> Judgement:
    return Judgement("unknown", message, shapes=judgement.shapes, claimed=judgement.claimed)


def _left(session: Session, judgement: Judgement) -> Expr | None:
    claimed = judgement.claimed
    return None if claimed is None else _value(session, claimed, claimed.left)


def _right(session: Session, judgement: Judgement) -> Expr | None:
    claimed = judgement.claimed
    return None if claimed is None else _value(session, claimed, claimed.right)


def _value(session: Session, claimed: Claimed, side: Side) -> Expr | None:
    found = side.read(session, None, dict(claimed.formal)).upto(1)
    return found[0].value if found else None


def _is_zero(value: Expr | None) -> bool:
    return isinstance(value, (Number, Fill)) and value.value == 0


def _is_derivative(value: Expr | None) -> bool:
    """Whether a value is a derivative by itself, with any sign."""
    bare = value.operand if isinstance(value, (Transpose, Negative)) else value
    return isinstance(bare, Derivative)


def _given(session: Session, value: Expr | None) -> str:
    """The given name that a value is, or of which it is an entry or a part; nothing for any other value."""
    while isinstance(value, (Transpose, Entry, Slice)):
        value = value.operand
    is_given = isinstance(value, Symbol) and isinstance(session.table.meanings.get(value.name), Given)
    return value.name if is_given and isinstance(value, Symbol) else ""


def _names(session: Session, value: Expr | None) -> frozenset[str]:
    """All given names on which a value depends, through the definitions of computed ones."""
    return frozenset() if value is None else frozenset(_below(session, value, set()))


def _below(session: Session, value: Expr, seen: set[str]) -> Iterator[str]:
    for symbol in symbols_of(value):
        if symbol.name in seen:
            continue
        seen.add(symbol.name)
        meaning = session.table.meanings.get(symbol.name)
        if isinstance(meaning, Computed) and meaning.value is not None:
            yield from _below(session, meaning.value, seen)
        elif isinstance(meaning, Given):
            yield symbol.name
