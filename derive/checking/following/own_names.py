"""Names that a student gives to derivatives without saying so: `dS = …`, `\\delta_2 := …`, `\\bar{S} = …`.

The name says of which quantity it may be the derivative of the loss: a `d`, a bar or a subscript names it, a δ leaves
it open, and is tried for all of one shape. A name that is right for one of them is no slip. It may also be the
derivative of what the loss is the mean of, the loss of one example. Other names may be of anything, a mask or an error,
and say nothing.
"""

import itertools
import re
from collections.abc import Iterator

from derive.checking.candidates import Candidate
from derive.checking.evidence import evidence
from derive.checking.following.dependence import names_behind
from derive.checking.following.quantities import Saying
from derive.checking.session import Session
from derive.deciding.evidence import Different
from derive.deciding.limits import Deadline
from derive.expressions.shapes import Dim
from derive.expressions.tree import Derivative, Quotient, Scale, Size, Symbol
from derive.expressions.walk import walk
from derive.gradients.tidy import number
from derive.notation.names import plain
from derive.notation.symbols import Computed, Given, SymbolTable

MAX_NODES = 6

_OF_A_NAME = (
    re.compile(r"d(?P<name>.+)"),
    re.compile(r"(?:dL|grad)_?\{?d?(?P<name>[^{}]+(?:_\{.*\})?)\}?"),
    re.compile(r"\\(?:bar|overline)\s*\{?(?P<name>[^{}]+)\}?(?P<rest>.*)"),
    re.compile(r"(?:\\delta|\\Delta|\\nabla)\s*[_^]\{(?P<name>.+)\}"),
)
_OPEN = re.compile(r"(?:\\delta|\\Delta|\\nabla)(?![A-Za-z]).*")


def derivatives_meant(session: Session, name: str, deadline: Deadline) -> list[Saying]:
    """What a name may be meant to say of the loss, nothing where it is right for one quantity; the plainest first."""
    table = session.table
    meaning = table.meanings.get(name)
    if table.loss is None or not isinstance(meaning, Computed) or meaning.value is None:
        return []
    nodes = [node for node in _nodes(table, name) if node.shape == meaning.shape]
    if len(nodes) > MAX_NODES:
        return []
    meant = [Derivative(_symbol(table, table.loss), node) for node in nodes]
    own = Symbol(name, meaning.shape)
    if not all(_differ(session, own, derivative, deadline) for derivative in meant):
        return []
    averaged = _averaged(table)
    of_one = (
        Saying(derivative, Scale(Quotient(number(1), Size(dim, dim.name)), own))
        for derivative in meant
        for dim in averaged & set(derivative.by.shape.dims)
    )
    return [*(Saying(derivative, own) for derivative in meant), *of_one]


def _averaged(table: SymbolTable) -> set[Dim]:
    """The dimensions by whose size something is divided in the loss."""
    meaning = table.meanings.get(table.loss or "")
    value = meaning.value if isinstance(meaning, Computed) else None
    return {node.dim for node in walk(value) if isinstance(node, Size)} if value is not None else set()


def _differ(session: Session, own: Symbol, derivative: Derivative, deadline: Deadline) -> bool:
    found = evidence(session, Candidate(derivative, own, frozenset()), (), deadline)
    return isinstance(found.evidence, Different)


def _nodes(table: SymbolTable, name: str) -> Iterator[Symbol]:
    """What the loss depends on, that the name names; else, where the name leaves it open, all of it, the loss first."""
    behind = names_behind(table, _symbol(table, table.loss)) - {table.loss}
    symbols = [_symbol(table, other) for other in reversed(list(table.meanings)) if other in behind]
    symbols = [symbol for symbol in symbols if _can_vary(table, symbol.name)]
    spelled = [name, *(base for base, holder in table.families.items() if holder == name)]
    for each, pattern in itertools.product(spelled, _OF_A_NAME):
        found = pattern.fullmatch(each.strip())
        named = None if found is None else plain("".join(found.groups("")))
        here = [symbol for symbol in symbols if named is not None and plain(symbol.name) == named]
        if here:
            yield from here
            return
    if any(_OPEN.fullmatch(each.strip()) for each in spelled):
        yield from symbols


def _can_vary(table: SymbolTable, name: str) -> bool:
    meaning = table.meanings.get(name)
    return isinstance(meaning, Computed) or (isinstance(meaning, Given) and meaning.kind in ("real", "positive"))


def _symbol(table: SymbolTable, name: str | None) -> Symbol:
    meaning = table.meanings[name or ""]
    assert isinstance(meaning, (Given, Computed))
    return Symbol(name or "", meaning.shape)
