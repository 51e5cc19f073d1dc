"""Trees that differ from a formula at one place: what most repairs are made of."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from fractions import Fraction

from derive.errors import FormulaError
from derive.expressions.shapes import Dim
from derive.expressions.tree import Add, Expr, Negative, Node, Number, Quotient, Scale, Size

Rule = Callable[[Expr], Iterable[Expr]]
"""What may stand in place of a node."""


def everywhere(value: Expr, rule: Rule) -> Iterator[Expr]:
    """Every tree in which the rule is applied at one place, the outermost first; what has no shape is left out."""
    waiting: list[tuple[Expr, Callable[[Expr], Expr]]] = [(value, lambda changed: changed)]
    for node, in_place in waiting:
        for changed in _fitting(rule(node)):
            try:
                yield in_place(changed)
            except FormulaError:
                continue
        waiting.extend(_places(node, in_place))


def _fitting(found: Iterable[Expr]) -> Iterator[Expr]:
    """What a rule gives, until it makes something that has no shape."""
    try:
        yield from found
    except FormulaError:
        return


def _places(node: Node, in_place: Callable[[Expr], Expr]) -> Iterator[tuple[Expr, Callable[[Expr], Expr]]]:
    """The expressions that a node is made of, each with the function that puts another one in its place."""
    for name, path, part in _parts(node):

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


def sum_of(terms: Iterable[Expr]) -> Expr:
    """The sum of at least one term."""
    first, *others = terms
    return Add((first, *others)) if others else first


def each_term(value: Expr, rule: Rule) -> Iterator[Expr]:
    """The formula with the rule applied to the whole of it, then to each of its terms."""
    yield from _fitting(rule(value))
    terms = terms_of(value)
    if len(terms) == 1:
        return
    for at, term in enumerate(terms):
        for changed in _fitting(rule(term)):
            try:
                yield sum_of([*terms[:at], changed, *terms[at + 1 :]])
            except FormulaError:
                continue


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
