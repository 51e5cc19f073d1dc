"""Which names vary in a document: those whose differentials stand in it, where some surely are differentials."""

import re
from collections.abc import Iterable, Sequence

from derive.checking.session import Session
from derive.checking.sides import Side
from derive.errors import FormulaError
from derive.expressions.shapes import Dim
from derive.notation.chains import Chain, kind_of
from derive.notation.elaboration import Elaborator
from derive.notation.elaboration.differentials import may_hold_differentials
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import List, Name, Syntax, Term, nodes, parse

_MAY_BE_ONE = re.compile(r"(?<![A-Za-z\\])d(?![A-Za-z]{2})|\\partial|\\{d\\}|(?<![A-Za-z])d[A-Z]")


def mentions_differentials(text: str) -> bool:
    """Whether it is worth looking for differentials in a display."""
    return _MAY_BE_ONE.search(text) is not None


def learn_differentials(session: Session, passages: Iterable[Iterable[Chain]]) -> None:
    """Notes which names vary in the equations of a document, if it surely speaks of differentials."""
    found = [_varying(session, chains) for chains in passages]
    certain = any(is_certain for _, is_certain in found)
    session.varied = frozenset[str]().union(*(names for names, _ in found)) if certain else None


def _varying(session: Session, chains: Iterable[Chain]) -> tuple[frozenset[str], bool]:
    """The names that vary in some equations, and whether these surely speak of differentials."""
    memory = session.memory
    if memory is None:
        return _found(session.table, chains)
    chains = list(chains)
    key = "differentials", session.state(memory), tuple(chain.key for chain in chains)
    known: tuple[frozenset[str], bool] | None = memory.recall(key)
    if known is None:
        known = _found(session.table, chains)
        memory.keep(key, known)
    return known


def _found(table: SymbolTable, chains: Iterable[Chain]) -> tuple[frozenset[str], bool]:
    elaborator = Elaborator.plain(table, {})
    varying: set[str] = set()
    certain = False
    for chain in chains:
        sides = _sides(chain)
        try:
            if any(map(may_hold_differentials, sides)) and _claims(chain):
                written = [list(elaborator.differentials(side)) for side in sides]
                varying = varying.union(*map(elaborator.varying, written))
                certain = certain or elaborator.speaks_of_differentials(written)
        except FormulaError:
            continue
    return frozenset(varying), certain


def speaks_of_differentials(sides: Sequence[Side], elaborator: Elaborator) -> bool:
    """Whether an equation that could introduce a name says something of differentials instead."""
    contents = [side.content for side in sides if side.content is not None]
    found = [list(elaborator.differentials(content)) for content in contents]
    if not found or not found[0]:
        return False
    return any(written.certain for written in found[0]) or any(found[1:])


def dimension_before_name(content: List, elaborator: Elaborator) -> Syntax | None:
    """A dimension called d that stands directly before something known, as the sign of a differential does."""
    for term in nodes(content):
        if isinstance(term, Term):
            for factor, operator, following in zip(term.factors, term.operators, term.factors[1:], strict=False):
                resolved = elaborator.resolve(factor) if isinstance(factor, Name) and factor.text == "d" else None
                is_dimension = resolved is not None and isinstance(resolved.meaning, Dim)
                if is_dimension and not operator.kind and elaborator.resolve(following) is not None:
                    return factor
    return None


def _claims(chain: Chain) -> bool:
    return any(kind_of(relation) in ("claim", "define") for relation in chain.relations)


def _sides(chain: Chain) -> list[List]:
    sides = []
    for member in chain.members:
        try:
            sides.append(parse(member.tokens))
        except FormulaError:
            continue
    return sides
