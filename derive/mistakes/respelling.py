"""Formulas that are written otherwise in one term: for mistakes after which nothing has a shape any more."""

import itertools
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import fields, replace

from derive.notation.symbols import words_in
from derive.notation.syntax import (
    Formula,
    Fraction,
    Group,
    List,
    Name,
    Partial,
    Script,
    Scripted,
    Syntax,
    Term,
    listed,
    nodes,
    parse,
)
from derive.notation.tokens import tokenize

Rule = Callable[[Term], Iterable[Term]]
"""What may stand in place of a term: its factors and what stands between them."""


def each_product(content: List, rule: Rule) -> Iterator[List]:
    """Every formula in which the rule is applied to one term, also one in brackets, but in no script or comparison."""
    yield from _lists(_changed(content, rule, in_comparisons=False))


def each_comparison(content: List, rule: Rule) -> Iterator[List]:
    """Every formula in which the rule is applied to one term of a comparison, as in `1(z > 0)`."""
    yield from _lists(_changed(content, rule, in_comparisons=True))


def each_subscript(content: List, rule: Rule) -> Iterator[List]:
    """Every formula in which the rule is applied to the indices of one name: `W_{kh}` for `W_{hk}`."""
    yield from _lists(_with_script(content, rule))


def _with_script(node: Syntax, rule: Rule) -> Iterator[Syntax]:
    if isinstance(node, Scripted):
        for at, script in enumerate(node.scripts):
            if script.kind == "sub" and script.content is not None:
                for changed in (*_reversed_list(script.content), *each_product(script.content, rule)):
                    scripts = (*node.scripts[:at], replace(script, content=changed), *node.scripts[at + 1 :])
                    yield replace(node, scripts=scripts)
    for part in fields(node):
        if part.name != "span":
            for value in _with_script_inside(getattr(node, part.name), rule):
                yield replace(node, **{part.name: value})  # type: ignore[arg-type]


def _reversed_list(content: List) -> Iterator[List]:
    """`k, h` for `h, k`."""
    if len(content.entries) > 1:
        yield replace(content, entries=content.entries[::-1])


def _with_script_inside(value: object, rule: Rule) -> Iterator[object]:
    if isinstance(value, Syntax):
        yield from _with_script(value, rule)
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            for changed in _with_script_inside(item, rule):
                yield (*value[:at], changed, *value[at + 1 :])


def _lists(found: Iterable[Syntax]) -> Iterator[List]:
    for changed in found:
        assert isinstance(changed, List)
        yield changed


def _changed(node: Syntax, rule: Rule, in_comparisons: bool, is_compared: bool = False) -> Iterator[Syntax]:
    if isinstance(node, Term) and is_compared == in_comparisons:
        yield from rule(node)
    is_compared = is_compared or (isinstance(node, Formula) and bool(node.relations))
    for part in fields(node):
        if part.name not in ("span", "scripts"):
            for value in _changed_value(getattr(node, part.name), rule, in_comparisons, is_compared):
                yield replace(node, **{part.name: value})  # type: ignore[arg-type]


def _changed_value(value: object, rule: Rule, in_comparisons: bool, is_compared: bool) -> Iterator[object]:
    if isinstance(value, Syntax):
        yield from _changed(value, rule, in_comparisons, is_compared)
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            for changed in _changed_value(item, rule, in_comparisons, is_compared):
                yield (*value[:at], changed, *value[at + 1 :])


# ── factors ──


def is_transposed(factor: Syntax) -> bool:
    """Whether a factor ends in a transpose: `W^T`, `W^\\top`, `W^{[2]T}`."""
    return isinstance(factor, Scripted) and any(_ends_in_transpose(script) for script in factor.scripts)


def _ends_in_transpose(script: Script) -> bool:
    if script.kind == "transpose":
        return True
    only = None if script.content is None or script.kind != "sup" else script.content.only
    last = only.terms[-1].factors[-1] if only is not None else None
    return isinstance(last, Name) and last.text in TRANSPOSES


TRANSPOSES = frozenset({"T", "\\top", "\\intercal"})


def transposed(factor: Syntax) -> Syntax:
    """A factor with a transpose, or without the one that is all that it has."""
    if isinstance(factor, Scripted):
        kept = tuple(script for script in factor.scripts if not _is_transpose(script))
        if len(kept) < len(factor.scripts):
            return replace(factor, scripts=kept) if kept else factor.base
    span = factor.span
    bracketed = factor if isinstance(factor, (Name, Group)) else Group("(", listed(factor), span=span)
    return Scripted(bracketed, (Script("sup", listed(Name("T", span=span)), span=span),), span=span)


def _is_transpose(script: Script) -> bool:
    if script.kind == "transpose":
        return True
    only = None if script.content is None or script.kind != "sup" else script.content.only
    factor = None if only is None else only.single_factor
    return isinstance(factor, Name) and factor.text in TRANSPOSES


def with_factor(term: Term, at: int, factor: Syntax) -> Term:
    """The term with another factor in that place."""
    return replace(term, factors=(*term.factors[:at], factor, *term.factors[at + 1 :]))


def in_order(term: Term, order: Iterable[int]) -> Term:
    """The factors of a term in another order; what stands between them stays where it is."""
    return replace(term, factors=tuple(term.factors[at] for at in order))


def exchanged(term: Term) -> Iterator[Term]:
    """The term with two of its factors exchanged; a name and the brackets behind it may be one of them."""
    for groups in dict.fromkeys((_groups(term), tuple((at,) for at in range(len(term.factors))))):
        for first, second in itertools.combinations(range(len(groups)), 2):
            order = list(groups)
            order[first], order[second] = order[second], order[first]
            yield in_order(term, itertools.chain.from_iterable(order))


def holds_jacobian(term: Term, loss: str | None) -> bool:
    """Whether a factor is the derivative of something else than the loss, written with ∂ or d."""
    return any(_is_derivative(factor) and not _is_of(factor, loss) for factor in term.factors)


def _is_derivative(factor: Syntax) -> bool:
    if not isinstance(factor, Fraction):
        return False
    return all(any(isinstance(node, Partial) for node in nodes(part)) for part in (factor.top, factor.bottom))


def _is_of(factor: Syntax, loss: str | None) -> bool:
    assert isinstance(factor, Fraction)
    return any(isinstance(node, Name) and node.text == loss for node in nodes(factor.top))


def _groups(term: Term) -> tuple[tuple[int, ...], ...]:
    """The positions of factors that belong together: a name and the round brackets behind it."""
    groups: list[tuple[int, ...]] = []
    for at, factor in enumerate(term.factors):
        is_argument = isinstance(factor, Group) and factor.kind == "(" and at > 0 and not term.operators[at - 1].kind
        if is_argument and isinstance(term.factors[at - 1], (Name, Scripted)):
            groups[-1] = (*groups[-1], at)
        else:
            groups.append((at,))
    return tuple(groups)


def joined_otherwise(term: Term, kinds: Container[str], kind: str) -> Iterator[Term]:
    """The term with one sign of these kinds between its factors replaced by another one, then with all of them."""
    places = [at for at, operator in enumerate(term.operators) if operator.kind in kinds]
    for chosen in [*([at] for at in places), *([places] if len(places) > 1 else [])]:
        operators = tuple(
            replace(operator, kind=kind) if at in chosen else operator for at, operator in enumerate(term.operators)
        )
        yield replace(term, operators=operators)


def named(name: str) -> Syntax | None:
    """A canonical name as it is written; null where it is written as text, and so reads as a product of letters."""
    return parse(tokenize(name, words_in(name))).entries[0].single_factor
