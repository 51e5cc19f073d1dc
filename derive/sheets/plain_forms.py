"""The same formula as people leave it: no transpose of a symmetric matrix, what terms share in front of them."""

from collections.abc import Iterator
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Add, Expr, Negative, Node, Quotient, Scale, Symbol, Transpose
from derive.expressions.walk import rebuilt
from derive.gradients.presented import presented
from derive.gradients.terms import Term, expression, parts_of
from derive.gradients.tidy import number, tidied
from derive.notation.symbols import Given, SymbolTable
from derive.sheets.computation import Computation
from derive.sheets.pieces import away_from_zero, in_pieces

SYMMETRIC = ("symmetric", "diagonal", "positive definite")
"""The structures of a matrix that is its own transpose."""

Key = tuple[Fraction, frozenset[tuple[Expr, int]]]


def plainer(computation: Computation, node: Expr) -> Expr:
    """The same value, in a plainer form where there is one."""
    indices = computation.differentiator.context.indices
    node = _tidied(rebuilt(node, lambda part: _without_turn(computation.table, part)), node)
    node = _tidied(rebuilt(node, lambda part: in_pieces(indices, part)), node)
    grouped = rebuilt(node, lambda part: _grouped(part) if isinstance(part, Add) else None)
    return rebuilt(grouped, _apart)  # type: ignore[return-value]


def has_kinks(computation: Computation, derivative: Expr) -> bool:
    """Whether a derivative depends on what is taken where functions have none, its pieces looked at one by one."""
    if not computation.depends_on_kinks(derivative):
        return False
    forms = computation.at_kinks(derivative)
    if forms is None:
        return True
    first, second = (presented(away_from_zero(computation.table, plainer(computation, form))) for form in forms)
    return first != second and not computation.are_equal(first, second)


def _tidied(changed: Node, before: Expr) -> Expr:
    """What was changed, made tidy; what was not, as it was."""
    assert isinstance(changed, Expr)
    return before if changed == before else presented(tidied(changed))


def _without_turn(table: SymbolTable, node: Node) -> Node | None:
    """A for A^T, and A^-1 for (A^-1)^T, of a symmetric A."""
    match node:
        case Transpose(Symbol(name) as matrix) | Transpose(tree.Inverse(Symbol(name)) as matrix):
            meaning = table.meanings.get(name)
            return matrix if isinstance(meaning, Given) and meaning.structure in SYMMETRIC else None
    return None


def _apart(node: Node) -> Node | None:
    """A sum, a derivative or cases behind the fraction in which they stand."""
    match node:
        case Quotient(tree.Quantified("sum") | tree.Derivative() | tree.Cases() as top, below) if _stands_apart(
            top, below
        ):
            return Scale(Quotient(number(1), below), top)
        case Quotient(Scale(factor, tree.Derivative() as top), below) if _stands_apart(top, below):
            return Scale(Quotient(factor, below), top)
    return None


def _stands_apart(top: Expr, below: Expr) -> bool:
    """Whether a sum, a derivative or cases stand behind the fraction by which they are divided: 1/n sum_i e_i."""
    return top.shape.is_scalar and (isinstance(top, (tree.Derivative, tree.Cases)) or isinstance(below, tree.Size))


def _grouped(total: Add) -> Expr | None:
    """c x - c m + … as c (x - m) + …; null where no two terms of a vector share a scalar."""
    if total.shape.is_scalar:
        return None
    terms = parts_of(total)
    groups: dict[Key, dict[int, Term]] = {}
    fronts: dict[Key, Term] = {}
    for at, term in enumerate(terms):
        for front, rest in _splits(term):
            key = front.number, frozenset(front.scalars.items())
            fronts.setdefault(key, front)
            groups.setdefault(key, {}).setdefault(at, rest)
    parts: dict[int, Expr] = dict(enumerate(total.terms))
    for key, found in sorted(groups.items(), key=lambda group: -len(group[1])):
        left = {at: rest for at, rest in found.items() if at in parts and parts[at] is total.terms[at]}
        if len(left) > 1 and any(rest.factors for rest in left.values()):
            first, *others = left
            parts[first] = _group(fronts[key], list(left.values()))
            for at in others:
                del parts[at]
    if len(parts) == len(terms):
        return None
    return next(iter(parts.values())) if len(parts) == 1 else Add(tuple(parts.values()))


def _splits(term: Term) -> Iterator[tuple[Term, Term]]:
    """What stands in front of a vector, and of each scalar that is added to all of its entries; and these.

    What is divided by a size alone stays: where all terms are, this is in front already, or is to be seen on each.
    """
    size, sign = abs(term.number), Fraction(1 if term.number > 0 else -1)
    if term.factors:
        if not all(isinstance(atom, tree.Size) for atom in term.scalars):
            yield Term(size, scalars=term.scalars), Term(sign, term.shape, {}, term.factors)
        return
    for atom, power in term.scalars.items():
        rest = {other: exponent for other, exponent in term.scalars.items() if other != atom}
        if power == 1 and rest:
            yield Term(size, scalars=rest), Term(sign, SCALAR, {atom: 1})


def _group(front: Term, rests: list[Term]) -> Expr:
    """c (x - m): the first vector is positive."""
    rests.sort(key=lambda rest: not rest.factors)
    sign = rests[0].number
    inner = Add(tuple(expression(rest.scaled(sign)) for rest in rests))
    found = Scale(expression(front), inner)
    return found if sign > 0 else Negative(found)
