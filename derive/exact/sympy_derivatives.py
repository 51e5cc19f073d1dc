"""SymPy's own derivatives over the same graph of cut symbols: what our derivatives are held against."""

import sympy

from derive.exact.derivatives import Definitions
from derive.exact.scalars import ZERO, Scalar, Symbol, add, mul
from derive.exact.sympy_form import from_sympy, to_sympy

SYMPY_VERSION: str = sympy.__version__


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
    return from_sympy(sympy.diff(to_sympy(expression), to_sympy(by)))
