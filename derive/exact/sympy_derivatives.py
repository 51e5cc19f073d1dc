"""SymPy's own derivatives over the same graph of cut symbols: what our derivatives are held against.

The entries of a matrix are one expression in different symbols. SymPy tells symbols apart by their names alone, so that
an expression with its symbols renamed, one to one, has the renamed derivative: SymPy differentiates one of them, in
symbols that are numbered, and its answer is renamed for the others.
"""

from functools import lru_cache

import sympy

from derive.exact.derivatives import Definitions
from derive.exact.scalars import ZERO, Add, Scalar, Symbol, add, mul
from derive.exact.sympy_form import from_sympy, to_sympy

SYMPY_VERSION: str = sympy.__version__

_REMEMBERED = 4096


class SympyDefinitions(Definitions):
    """Definitions that SymPy differentiates, one by one; what follows from them by the chain rule is the same."""

    def derivative(self, expression: Scalar, by: Symbol) -> Scalar:
        """The total derivative of an expression by a symbol that is taken as free."""
        terms = []
        for symbol in sorted(expression.free_symbols, key=lambda symbol: (len(symbol.name), symbol.name)):
            if symbol is by:
                terms.append(_differentiated(expression, symbol))
            elif symbol in self.values and self.depends(symbol, by):
                terms.append(mul(_differentiated(expression, symbol), self.of_symbol(symbol, by)))
        return add(*terms) if terms else ZERO

    def _local(self, symbol: Symbol, by: Symbol) -> Scalar:
        if (symbol, by) not in self.local:
            self.local[symbol, by] = _differentiated(self.values[symbol], by)
        return self.local[symbol, by]


def _differentiated(expression: Scalar, by: Symbol) -> Scalar:
    """The derivative of an expression by a symbol: of a sum that of every term in which it is met."""
    terms = expression.summands if isinstance(expression, Add) else [expression]
    return add(*(_by_sympy(term, by) for term in terms if by in term.free_symbols))


def _by_sympy(expression: Scalar, by: Symbol) -> Scalar:
    """SymPy's derivative of an expression by a symbol, found in numbered symbols."""
    numbers = _numbers(expression, by)
    derivative = _by_the_first(expression.xreplace(numbers))
    return derivative.xreplace({number: symbol for symbol, number in numbers.items()})


def _numbers(expression: Scalar, by: Symbol) -> dict[Symbol, Symbol]:
    """A numbered symbol for each that is met in an expression: `by` first, and what has it before what has not."""
    numbers = {by: _numbered(0)}
    seen: set[Scalar] = set()
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        if isinstance(part, Symbol):
            numbers.setdefault(part, _numbered(len(numbers)))
        waiting += sorted(part.operands, key=lambda operand: by in operand.free_symbols)
    return numbers


@lru_cache(_REMEMBERED)
def _by_the_first(expression: Scalar) -> Scalar:
    """SymPy's derivative of an expression in numbered symbols by the first of them."""
    return from_sympy(sympy.diff(to_sympy(expression), to_sympy(_numbered(0))))


@lru_cache(_REMEMBERED)
def _numbered(number: int) -> Symbol:
    return Symbol(f"s{number}")
