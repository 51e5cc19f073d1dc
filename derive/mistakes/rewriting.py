"""Trees that differ from a formula at one place: what most repairs are made of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from fractions import Fraction
from typing import TypeVar

from derive.errors import FormulaError
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Add,
    ChainRule,
    Derivative,
    EntryByEntry,
    Expr,
    Fill,
    IndexVariable,
    MatMul,
    Negative,
    Node,
    Number,
    Power,
    Quantified,
    Quotient,
    Reduce,
    Scale,
    Size,
)
from derive.expressions.walk import rebuilt, walk

T = TypeVar("T")
Rule = Callable[[Expr], Iterable[Expr]]
"""What may stand in place of a node."""


def everywhere(value: Expr, rule: Rule) -> Iterator[Expr]:
    """Every tree in which the rule is applied at one place, the outermost first, but not inside of a derivative.

    What has no shape is left out.
    """
    waiting: list[tuple[Expr, Callable[[Expr], Expr]]] = [(value, lambda changed: changed)]
    for node, in_place in waiting:
        for changed in fitting(rule(node)):
            try:
                yield in_place(changed)
            except FormulaError:
                continue
        if not isinstance(node, (Derivative, ChainRule)):
            waiting.extend(_places(node, in_place))


def fitting(found: Iterable[T]) -> Iterator[T]:
    """What is made one after the other, until something of it has no shape."""
    try:
        yield from found
    except FormulaError:
        return


def _places(node: Node, in_place: Callable[[Expr], Expr]) -> Iterator[tuple[Expr, Callable[[Expr], Expr]]]:
    """The expressions that a node is made of, each with the function that puts another one in its place.

    The parameter of a formula that is taken entry by entry stays what it is.
    """
    for name, path, part in _parts(node):
        if isinstance(node, EntryByEntry) and name == "parameter":
            continue

        def within(changed: Node, name: str = name, path: tuple[int, ...] = path) -> Expr:
            return in_place(replace(node, **{name: _with(getattr(node, name), path, changed)}))  # type: ignore[arg-type]

        if isinstance(part, Expr):
            yield part, within
        else:
            yield from _places(part, within)


def _parts(node: Node) -> Iterator[tuple[str, tuple[int, ...], Node]]:
    for part in fields(node):
        if part.init and part.name != "span":
            for path, value in _nodes(getattr(node, part.name), ()):
                yield part.name, path, value


def _nodes(value: object, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Node]]:
    if isinstance(value, Node):
        yield path, value
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from _nodes(item, (*path, at))


def _with(value: object, path: tuple[int, ...], changed: Node) -> object:
    """A field's value with another node at a path of positions in tuples."""
    if not path:
        return changed
    assert isinstance(value, tuple)
    at, *rest = path
    return (*value[:at], _with(value[at], tuple(rest), changed), *value[at + 1 :])


# ── terms and factors ──


def terms_of(value: Expr) -> list[Expr]:
    """What is added to one another, with its sign, in sums within sums too."""
    match value:
        case Add(terms):
            return [part for term in terms for part in terms_of(term)]
        case Negative(Add() as inner):
            return [negated(part) for part in terms_of(inner)]
    return [value]


def expanded_terms(value: Expr) -> list[Expr]:
    """The same, with a factor that stands before a sum put before each of its terms."""
    return [part for term in terms_of(value) for part in _spread(term)]


def _spread(term: Expr) -> list[Expr]:
    match term:
        case Negative(inner):
            return [negated(part) for part in expanded_terms(inner)]
        case Scale(factor, operand):
            return [Scale(factor, part) for part in expanded_terms(operand)]
        case Quotient(numerator, denominator):
            return [Quotient(part, denominator) for part in expanded_terms(numerator)]
        case MatMul(left, right):
            lefts, rights = expanded_terms(left), expanded_terms(right)
            return [MatMul(first, second) for first in lefts for second in rights]
    return [term]


def sum_of(terms: Iterable[Expr]) -> Expr:
    """The sum of at least one term."""
    first, *others = terms
    return Add((first, *others)) if others else first


def each_term(value: Expr, rule: Rule) -> Iterator[Expr]:
    """The formula with the rule applied to the whole of it, then to each term of it and of every sum inside it.

    Plain numbers are left alone: the 1 of 1 - tanh^2 is no term that lacks a factor.
    """
    yield from fitting(rule(value))
    yield from everywhere(value, lambda node: _each_summand(node, rule))


def _each_summand(node: Expr, rule: Rule) -> Iterator[Expr]:
    if isinstance(node, Add):
        for at, term in enumerate(node.terms):
            if isinstance(term, Number):
                continue
            for changed in fitting(rule(term)):
                yield Add((*node.terms[:at], changed, *node.terms[at + 1 :]))


def negated(value: Expr) -> Expr:
    """-A, without two signs."""
    return value.operand if isinstance(value, Negative) else Negative(value)


def times(factor: int | Fraction, value: Expr) -> Expr:
    """c A."""
    return Scale(Number(Fraction(factor)), value)


def times_size(dim: Dim, value: Expr) -> Expr:
    """N A, where N is the size of a dimension."""
    return Scale(Size(dim, dim.name), value)


def over_size(dim: Dim, value: Expr) -> Expr:
    """A / N, where N is the size of a dimension."""
    return Scale(Quotient(Number(Fraction(1)), Size(dim, dim.name)), value)


def divides_by(dim: Dim, value: Expr) -> int:
    """How often the size of a dimension stands below a fraction's line, or the mean of all entries is taken."""
    below = [node.denominator for node in walk(value) if isinstance(node, Quotient)]
    sizes = (inner for denominator in below for inner in walk(denominator) if isinstance(inner, Size))
    powers = sum(isinstance(inner, Power) for denominator in below for inner in walk(denominator))
    return sum(size.dim == dim for size in sizes) + powers


def sums_over(dim: Dim, node: Node) -> bool:
    """Whether a node is a sum along a dimension: with a sign, with a vector of ones, or of all entries."""
    match node:
        case Quantified("sum", _, positions):
            return positions.dim == dim
        case Fill(1) if node.shape.is_vector:
            return node.shape.length == dim
        case Reduce("sum" | "mean", operand):
            return dim in operand.shape.dims
    return False


def substituted(value: Expr, old: Expr, new: Expr) -> Expr:
    """The formula with another part in place of one, wherever that stands but in a derivative.

    It is the very same formula where that stands nowhere.
    """

    def change(node: Node) -> Node | None:
        return node if isinstance(node, Derivative) else new if node == old else None

    return rebuilt(value, change)  # type: ignore[return-value]


def exchanged(value: Expr, first: IndexVariable, second: IndexVariable) -> Expr:
    """The formula with each of two indices in the place of the other."""
    other: dict[Node, Node] = {first: second, second: first}
    return rebuilt(value, other.get)  # type: ignore[return-value]


def renamed(value: Expr, index: IndexVariable, other: IndexVariable) -> Expr:
    """The formula with another index in place of one."""
    return rebuilt(value, lambda node: other if node == index else None)  # type: ignore[return-value]
