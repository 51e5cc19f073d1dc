"""What a document says of its symbols, and what of that an equation needs."""

from collections.abc import Iterable

from derive.deciding.facts import EntryEquation, Facts
from derive.exact.functions import Unspecified, UnspecifiedComponent, Zero
from derive.exact.scalars import NOTHING, ONE, Scalar, Symbol, parts_of
from derive.records import dataclass

Named = Unspecified | UnspecifiedComponent


@dataclass(frozen=True)
class Contents:
    """What occurs in an equation, and the cut symbols that it depends on, each after those it depends on itself."""

    symbols: frozenset[Symbol]
    cuts: tuple[Symbol, ...]
    zeros: tuple[Zero, ...]
    without_value: bool


class Knowledge:
    """Facts, and the definitions of cut symbols with their ranks: a definition mentions symbols of lower ranks only."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.definitions: dict[Symbol, Scalar] = {}
        self.ranks: dict[Symbol, int] = {}
        self._contents: dict[EntryEquation, Contents] = {}
        self._unspecified_in: dict[Scalar, tuple[Named, ...]] = {}

    def define(self, symbol: Symbol, definition: Scalar) -> bool:
        """Add a cut symbol, defined in given symbols and earlier cut symbols; whether it was unknown."""
        known = self.definitions.get(symbol)
        if known is not None:
            if known is not definition:
                raise ValueError(f"{symbol} is defined twice")
            return False
        mentioned = definition.free_symbols
        if symbol in mentioned:
            raise ValueError(f"{symbol} is defined by itself")
        self.ranks[symbol] = 1 + max((self.ranks.get(one, 0) for one in mentioned), default=0)
        self.definitions[symbol] = definition
        return True

    def forget_contents(self) -> None:
        """Look at equations anew: a symbol in them has a definition now."""
        self._contents.clear()

    @property
    def highest_rank(self) -> int:
        """The rank of the last cut symbols."""
        return max(self.ranks.values(), default=0)

    def mentioned(self, symbol: Symbol) -> frozenset[Symbol]:
        """The symbols in the definition of a cut symbol."""
        return self.definitions[symbol].free_symbols

    def contents(self, equation: EntryEquation) -> Contents:
        """What occurs in an equation, through definitions."""
        known = self._contents.get(equation)
        if known is None:
            known = self._contents[equation] = self._found(equation)
        return known

    def _found(self, equation: EntryEquation) -> Contents:
        sides = (equation.lhs, equation.rhs, equation.where)
        symbols = frozenset[Symbol]().union(*(side.free_symbols for side in sides))
        waiting, found = list(symbols), set[Symbol]()
        while waiting:
            symbol = waiting.pop()
            if symbol in self.definitions and symbol not in found:
                found.add(symbol)
                waiting += self.mentioned(symbol)
        zeros = [] if equation.where is ONE else [part for part in parts_of(equation.where) if isinstance(part, Zero)]
        return Contents(
            symbols,
            tuple(sorted(found, key=lambda one: (self.ranks[one], one.name))),
            tuple(sorted(zeros, key=lambda one: one.digest)),
            NOTHING in sides,
        )

    def given_in(self, equation: EntryEquation) -> list[Symbol]:
        """The given symbols that an equation depends on, through definitions, by name."""
        contents = self.contents(equation)
        found = contents.symbols.union(*map(self.mentioned, contents.cuts))
        return sorted(found - self.definitions.keys(), key=lambda one: one.name)

    def unspecified_in(self, equation: EntryEquation) -> Iterable[Named]:
        """The unspecified functions that an equation depends on, through definitions."""
        definitions = (self.definitions[symbol] for symbol in self.contents(equation).cuts)
        for expression in (equation.lhs, equation.rhs, equation.where, *definitions):
            known = self._unspecified_in.get(expression)
            if known is None:
                found = (part for part in parts_of(expression) if isinstance(part, Unspecified | UnspecifiedComponent))
                known = self._unspecified_in[expression] = tuple(found)
            yield from known
