"""What was found of a claim in one document, for others that make the same claim under the same setting.

A class hands in hundreds of documents about one exercise, and many of their steps are the same. What is found of a
claim depends on how it is written, on the names that the document has defined, and on what it has proved so far; where
all of this is the same, so is the verdict, and it is not looked for again. Nothing but what is certain is kept: no step
that ran out of time.
"""

import itertools
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import field
from typing import Any

from derive.checking.sameness import in_full
from derive.expressions.tree import Expr
from derive.indexed.prover import GeneralProof
from derive.notation.elaboration import Options
from derive.notation.symbols import SymbolTable
from derive.records import dataclass

MOST = 20_000
"""A memory holds so many entries, and so many numbers; those that were not asked for the longest time are forgotten."""

Fact = tuple[Expr, Expr, GeneralProof]
"""Two sides that were proved to be equal, on which later proofs may rest."""


@dataclass
class Memory:
    """What was found under settings that are named by their content, at most `most` of everything."""

    most: int = MOST
    _found: "OrderedDict[Hashable, Any]" = field(default_factory=OrderedDict)
    _numbers: "OrderedDict[Hashable, int]" = field(default_factory=OrderedDict)
    _numbered: "OrderedDict[int, tuple[object, int]]" = field(default_factory=OrderedDict)
    _next: "itertools.count[int]" = field(default_factory=itertools.count)

    def recall(self, key: Hashable) -> Any | None:
        """What was kept under a key; null where nothing was."""
        found = self._found.get(key)
        if found is not None:
            self._found.move_to_end(key)
        return found

    def keep(self, key: Hashable, found: Any) -> None:
        """Keep what was found."""
        self._found[key] = found
        self._found.move_to_end(key)
        self._forget_first(self._found)

    def number(self, key: Hashable) -> int:
        """A number for each key, so that a long history is a short key; none is ever given to two keys.

        A key that was forgotten has another number than before: what was found under that is not found any more.
        """
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = next(self._next)
            self._forget_first(self._numbers)
        else:
            self._numbers.move_to_end(key)
        return known

    def _forget_first(self, things: "OrderedDict[Any, Any]") -> None:
        while len(things) > self.most:
            things.popitem(last=False)

    def number_behind(self, number: int | None, facts: Iterable[Fact]) -> int | None:
        """The number of a history to which some facts are added; of none it is null."""
        for fact in facts:
            number = self.number(("fact", number, self.number_of_fact(fact)))
        return number

    def number_of_fact(self, fact: Fact) -> int:
        """A number for a fact, in which the names of dimensions count."""
        return self.number_of(fact, lambda: ("fact", in_full(fact, with_places=False)))

    def number_of(self, thing: object, key: Callable[[], Hashable]) -> int:
        """A number for a thing that never changes, by its key: that is not asked for again, nor looked through."""
        known = self._numbered.get(id(thing))
        if known is None:
            known = self._numbered[id(thing)] = thing, self.number(key())
            self._forget_first(self._numbered)
        else:
            self._numbered.move_to_end(id(thing))
        return known[1]


def key_of_table(table: SymbolTable, given: SymbolTable) -> Hashable:
    """What a document has added to the table with which it began, and for which numbers it is read."""
    added = [(name, one) for name, one in table.meanings.items() if given.meanings.get(name) is not one]
    return (
        tuple([(name, in_full(one, with_places=False)) for name, one in added]),
        in_full(table.dims),
        in_full(table.other_values, with_places=False),
        _frozen(table.families),
        _frozen(table.members),
        _frozen(table.fixed),
        table.introduced,
        table.without_units,
    )


def key_of_options(options: Options) -> Hashable:
    """All that decides how a side is read, but for the table."""
    return (
        options.layout,
        _frozen(options.formal),
        _frozen(options.treated_apart),
        _frozen(options.argument_orders),
        options.varied,
        options.unsummed,
    )


def _frozen(mapping: Mapping[str, Any]) -> Hashable:
    return tuple(mapping.items())
