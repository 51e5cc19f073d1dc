"""Syntax -> typed expressions, by a symbol table.

`readings` yields every reading of a piece of syntax, the plainest first, each
with the conventions under which it is one. What has no reading raises: `Unreadable` where
notation or names are not known, `Meaningless` where shapes or index ranges cannot agree.
"""

import heapq
import itertools
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import field

from derive.errors import Meaningless, Unreadable
from derive.expressions.tree import Expr, Fill, Identity, IndexVariable, Layout
from derive.expressions.walk import walk
from derive.notation.elaboration.base import Choices
from derive.notation.elaboration.base import Settled as Settled
from derive.notation.elaboration.big import BigOperators
from derive.notation.elaboration.blocks import Bracketed
from derive.notation.elaboration.constants import check_assumed
from derive.notation.elaboration.differentials import Differentials
from derive.notation.elaboration.einstein import Contractions
from derive.notation.elaboration.jacobians import NamedJacobians
from derive.notation.symbols import IndexUse, SymbolTable
from derive.notation.syntax import List
from derive.records import dataclass

MAX_RUNS = 240


class Elaborator(Contractions, Differentials, NamedJacobians, Bracketed, BigOperators):
    """All parts together."""

    @classmethod
    def plain(cls, table: SymbolTable, formal: Mapping[str, Expr]) -> "Elaborator":
        """One that takes the plain option everywhere."""
        return cls(table, Choices(), table.layout, formal=dict(formal))


@dataclass(frozen=True)
class Reading:
    """A value, the conventions that this reading costs, where free indices were used in it, and those summed unsaid."""

    value: Expr
    conventions: frozenset[str] = frozenset()
    free: dict[str, list[IndexUse]] = field(default_factory=dict)
    summed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Options:
    """What a reading may presuppose: names that are bound for one step, the layout, terms that are treated apart."""

    layout: Layout
    formal: dict[str, Expr] = field(default_factory=dict)
    treated_apart: dict[str, tuple[Expr, ...]] = field(default_factory=dict)
    argument_orders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    varied: frozenset[str] | None = None
    unsummed: frozenset[str] | None = None


def elaborated(table: SymbolTable, content: List, options: Options) -> Reading:
    """The plain reading."""
    return _run(table, content, options, Choices(), None)


def _run(
    table: SymbolTable, content: List, options: Options, choices: Choices, settled: dict[Hashable, list[Settled]] | None
) -> Reading:
    """One reading, by the choices that are prescribed; `settled` is what other runs have found."""
    elaborator = Elaborator(
        table,
        choices,
        options.layout,
        formal=dict(options.formal),
        treated_apart=options.treated_apart,
        argument_orders=options.argument_orders,
        varied=options.varied,
        unsummed=options.unsummed,
        settled=None if table.einstein else settled,
    )
    try:
        value = elaborator.list_value(content)
    except RecursionError:
        raise Unreadable("this formula is nested too deeply") from None
    if elaborator.assumed:
        check_assumed(value, elaborator.assumed)
    if not value.shape.is_open:
        _check_sizes(value)
    elaborator.share_ranges()
    free: dict[str, list[IndexUse]] = {}
    for index, uses in elaborator.uses.items():
        if isinstance(index, IndexVariable) and index.scope == 0:
            free.setdefault(index.name, []).extend(uses)
    if table.einstein:
        standing = {node.name for node in walk(value) if isinstance(node, IndexVariable) and node.scope == 0}
        free = {letter: uses for letter, uses in free.items() if letter in standing}
    return Reading(value, choices.conventions(), free, frozenset(elaborator.summed))


def _check_sizes(value: Expr) -> None:
    """Every identity and vector of ones in a value must have got its size from where it stands."""
    for node in walk(value):
        if isinstance(node, (Identity, Fill)) and node.shape.is_open:
            raise Unreadable("the size of this cannot be told from where it stands", node.span)


def readings(
    table: SymbolTable, content: List, options: Options, settled: dict[Hashable, list[Settled]] | None = None
) -> Iterator[Reading | Unreadable | Meaningless]:
    """All readings by the number of conventions they cost, the plain one first; a failed attempt yields its error.

    `settled` is what was found of pieces of syntax in other formulas, with the same table and the same options.
    """
    counter = itertools.count()
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, next(counter), ())]
    seen: set[Expr] = set()
    settled = {} if settled is None else settled
    for _ in range(MAX_RUNS):
        if not waiting:
            return
        _, _, prescribed = heapq.heappop(waiting)
        choices = Choices(prescribed)
        try:
            reading = _run(table, content, options, choices, settled)
        except (Unreadable, Meaningless) as error:
            yield error
        else:
            if reading.value not in seen:
                seen.add(reading.value)
                yield reading
        for place in range(len(prescribed), len(choices.made)):
            for option in range(1, len(choices.offered[place])):
                taken = (*choices.made[:place], option)
                cost = sum(len(offered[made]) for offered, made in zip(choices.offered, taken, strict=False))
                heapq.heappush(waiting, (cost, next(counter), taken))
