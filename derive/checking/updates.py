"""New values for known names: `W = W - \\eta \\nabla_W L`, `W \\mathrel{-}= \\eta\\,dW`, `b += …`.

What follows still speaks of the old values, so that nothing is claimed and nothing is changed.
"""

from collections.abc import Iterator

from derive.checking.claims import Judgement
from derive.checking.session import Session, additive_terms
from derive.checking.sides import Side
from derive.expressions.tree import Derivative, Entry, Expr, Slice, Symbol
from derive.expressions.walk import walk
from derive.notation.symbols import Computed, Given

UPDATED = Judgement("definition", "A name is given a new value here; what follows still speaks of the old one.")


def is_update(session: Session, left: Side, right: Side, formal: dict[str, Expr]) -> bool:
    """Whether `left += right` or `left -= right` changes a given name by something of its shape."""
    sides = _values(session, left, right, formal)
    return sides is not None and isinstance(_given(session, sides[0]), Given) and sides[0].shape == sides[1].shape


def is_gradient_step(session: Session, left: Side, right: Side, formal: dict[str, Expr]) -> bool:
    """Whether `left = right` can be no equation, and is a step of gradient descent.

    On the left stands a given name or an entry of one. On the right stands the same, once, with terms that hold
    derivatives by it, and nothing else.
    """
    sides = _values(session, left, right, formal)
    if sides is None or sides[0].shape != sides[1].shape:
        return False
    name, terms = sides[0], additive_terms(sides[1])
    others = [term for term in terms if term != name]
    part = name.operand if isinstance(name, (Entry, Slice)) else name
    if _given(session, part) is None or len(terms) - len(others) != 1 or not others:
        return False
    return all(any(derivative.by == name for derivative in _derivatives(session, term)) for term in others)


def _values(session: Session, left: Side, right: Side, formal: dict[str, Expr]) -> tuple[Expr, Expr] | None:
    found = [side.read(session, None, formal).upto(1) for side in (left, right)]
    return (found[0][0].value, found[1][0].value) if all(found) else None


def _given(session: Session, value: Expr) -> Given | None:
    meaning = session.table.meanings.get(value.name) if isinstance(value, Symbol) else None
    return meaning if isinstance(meaning, Given) else None


def _derivatives(session: Session, value: Expr) -> Iterator[Derivative]:
    """The derivatives in an expression, and in what its names were defined as."""
    for node in walk(value):
        if isinstance(node, Derivative):
            yield node
        elif isinstance(node, Symbol) and node.name in session.table.introduced:
            meaning = session.table.meanings.get(node.name)
            if isinstance(meaning, Computed) and meaning.value is not None:
                yield from (inner for inner in walk(meaning.value) if isinstance(inner, Derivative))
