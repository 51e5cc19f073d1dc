"""Exact derivatives over a graph of cut symbols.

Every cut symbol has a definition in given symbols and earlier cut symbols.
The definitions are differentiated one by one; the derivative of a symbol `s` by a symbol `t`
takes `t` as free, everything downstream of it varies and nothing upstream:

    ∂s/∂t = sum_u ∂s/∂u · ∂def(u)/∂t   over the symbols u whose definition mentions t.

Each ∂s/∂t that is more than a number or a symbol is a cut symbol itself, computed once for a document,
so that `∂L/∂W = X^T ∂L/∂u` is seen without opening `∂L/∂u`, and derivatives of derivatives need no rule of their own.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import field

from derive.errors import Undecidable, Unreadable
from derive.exact.scalars import ONE, ZERO, Number, Scalar, Symbol, add
from derive.records import dataclass
from derive.source import Span


@dataclass
class Definitions:
    """The cut symbols of a document, their definitions, and what is known of given symbols.

    `mentions` are all the symbols that a cut symbol is made of; `users` are, in their order, the cut symbols that
    mention a symbol in their own definition. `on_define` hears of every new definition, in an order in which each is in
    terms of earlier ones.
    """

    on_define: Callable[[Symbol, Scalar], None] = lambda symbol, expression: None
    values: dict[Symbol, Scalar] = field(default_factory=dict)
    rank: dict[Symbol, int] = field(default_factory=dict)
    mentions: dict[Symbol, frozenset[Symbol]] = field(default_factory=dict)
    users: dict[Symbol, list[Symbol]] = field(default_factory=dict)
    known: dict[tuple[Symbol, Symbol], Scalar] = field(default_factory=dict)
    local: dict[tuple[Symbol, Symbol], Scalar] = field(default_factory=dict)
    partitions: list[tuple[Symbol, ...]] = field(default_factory=list)
    positives: set[Symbol] = field(default_factory=set)
    whole: set[Symbol] = field(default_factory=set)
    definites: list[tuple[tuple[Symbol, ...], ...]] = field(default_factory=list)
    on_fact: Callable[[], None] = lambda: None
    counter: "itertools.count[int]" = field(default_factory=itertools.count)

    # ── facts ──

    def partition(self, group: Sequence[Symbol]) -> None:
        """Of these symbols exactly one is 1 and the others are 0."""
        self.partitions.append(tuple(group))
        self.on_fact()

    def positive(self, symbol: Symbol) -> None:
        self.positives.add(symbol)
        self.on_fact()

    def integers(self, symbol: Symbol) -> None:
        self.whole.add(symbol)
        self.on_fact()

    def definite(self, entries: tuple[tuple[Symbol, ...], ...]) -> None:
        self.definites.append(entries)
        self.on_fact()

    # ── definitions ──

    def define(self, symbol: Symbol, value: Scalar) -> None:
        """A cut symbol in terms of given and earlier cut symbols."""
        self.values[symbol] = value
        direct = value.free_symbols
        self.rank[symbol] = len(self.rank)
        upstream = frozenset(direct).union(*(self.mentions.get(other, frozenset()) for other in direct))
        self.mentions[symbol] = upstream
        for other in direct:
            self.users.setdefault(other, []).append(symbol)
        self.on_define(symbol, value)

    def depends(self, symbol: Symbol, on: Symbol) -> bool:
        return symbol is on or on in self.mentions.get(symbol, frozenset())

    def opened(self, expression: Scalar, on: Symbol) -> Scalar:
        """The expression with every cut symbol that depends on a symbol replaced by its definition."""
        for _ in range(200):
            hidden = {
                symbol: self.values[symbol]
                for symbol in expression.free_symbols
                if symbol is not on and symbol in self.values and self.depends(symbol, on)
            }
            if not hidden:
                return expression
            expression = expression.xreplace(hidden)
        raise Undecidable("a definition is nested too deeply")

    # ── derivatives ──

    def derivative(self, expression: Scalar, by: Symbol) -> Scalar:
        """The total derivative of an expression by a symbol that is taken as free."""
        terms = []
        for symbol in _ordered(expression.free_symbols):
            if symbol is by:
                terms.append(expression.diff(symbol))
            elif symbol in self.values and self.depends(symbol, by):
                terms.append(expression.diff(symbol) * self.of_symbol(symbol, by))
        return add(*terms)

    def of_symbol(self, symbol: Symbol, by: Symbol) -> Scalar:
        """∂s/∂t of two symbols."""
        if symbol is by:
            return ONE
        if not self.depends(symbol, by):
            return ZERO
        if (symbol, by) not in self.known:
            upstream = self.mentions[symbol]
            between = [user for user in self.users[by] if user is symbol or user in upstream]
            value = add(*(self.of_symbol(symbol, user) * self._local(user, by) for user in between))
            self.known[symbol, by] = self._cut(value)
        return self.known[symbol, by]

    def _local(self, symbol: Symbol, by: Symbol) -> Scalar:
        if (symbol, by) not in self.local:
            self.local[symbol, by] = self.values[symbol].diff(by)
        return self.local[symbol, by]

    def _cut(self, value: Scalar) -> Scalar:
        """A symbol for a value, unless it is a number or a symbol already."""
        if isinstance(value, (Number, Symbol)):
            return value
        symbol = Symbol(f"g{next(self.counter)}")
        self.define(symbol, value)
        return symbol

    # ── derivatives by an expression ──

    def by_expressions(
        self, numerators: Sequence[Scalar], variables: Sequence[Scalar], fresh: Sequence[Symbol], span: Span | None
    ) -> list[list[Scalar]]:
        """∂f/∂u where u is an expression, taken as a fresh variable; `fresh` may stand for it in f already.

        Raises `Unreadable` where f is no function of u alone: something of which u is made remains in it.
        """
        if len(set(variables)) < len(variables) or any(isinstance(variable, Number) for variable in variables):
            raise Unreadable(
                "this derivative is by an expression whose entries are not independent of one another", span
            )
        standing = dict(zip(variables, fresh, strict=True))
        back: dict[Scalar, Scalar] = {symbol: variable for variable, symbol in standing.items()}
        hidden = frozenset[Symbol]().union(*(variable.free_symbols for variable in variables))
        rows = []
        for numerator in numerators:
            function = self._as_function_of(numerator, standing, hidden, span)
            rows.append([function.diff(symbol).xreplace(back) for symbol in fresh])
        return rows

    def _as_function_of(
        self, numerator: Scalar, fresh: dict[Scalar, Symbol], hidden: frozenset[Symbol], span: Span | None
    ) -> Scalar:
        for _ in range(12):
            function = numerator.xreplace(fresh)
            if function.free_symbols & hidden:
                break
            cut = {
                symbol: self.values[symbol]
                for symbol in function.free_symbols
                if symbol in self.values and any(self.depends(symbol, part) for part in hidden)
            }
            if not cut:
                return function
            numerator = numerator.xreplace(cut)
        raise Unreadable(
            "this derivative is by an expression that does not make up all of what is differentiated", span
        )


def _ordered(symbols: frozenset[Symbol]) -> list[Symbol]:
    return sorted(symbols, key=lambda symbol: (len(symbol.name), symbol.name))
