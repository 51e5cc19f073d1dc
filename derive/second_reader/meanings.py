"""SymPy's expressions from the second reader -> scalars, every name in them read as the document's reader reads it.

Names are opaque: a computed one is a symbol of its own. So two scalars differ only if the formulas do.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import sympy
from sympy.core.function import AppliedUndef

from derive.errors import Unreadable
from derive.exact import functions, scalars
from derive.exact.derivatives import Definitions
from derive.exact.entries import Entries, scalar
from derive.exact.scalars import HALF, ZERO, Number, Scalar
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Entry, Expr, Label, Symbol
from derive.expressions.walk import walk
from derive.notation.elaboration import Options, elaborated
from derive.notation.symbols import Computed, Given, Meaning, SymbolTable
from derive.notation.syntax import parse
from derive.notation.tables import GREEK
from derive.notation.tokens import tokenize

MAX_TERMS = 50
ARGUMENT = "argument"
"""The name of what an unspecified function is applied to, while its call is read."""

Bound = Mapping[sympy.Symbol, Scalar]


class Meanings:
    """What formulas mean by one symbol table, whoever has read them."""

    def __init__(self, table: SymbolTable) -> None:
        self.table = table
        opaque = {name: _opaque(meaning) for name, meaning in table.meanings.items()}
        self.entries = Entries(replace(table, meanings=opaque), ZERO, Definitions())

    def of_expression(self, value: Expr) -> Scalar | None:
        """The scalar of what our reader has read, or None where more than scalars and entries is in it."""
        operands = {id(node.operand) for node in walk(value) if isinstance(node, Entry)}
        for node in walk(value):
            whole = isinstance(node, Symbol) and not node.shape.is_scalar and id(node) not in operands
            if whole or isinstance(node, Label):
                return None
        return self.entries.lower(value, {}).entries[0] if value.shape.is_scalar else None

    def of_name(self, latex: str) -> Scalar:
        """The scalar that a name of the document stands for. Raises `Unreadable` where it stands for none."""
        return self._read(latex, {})

    def of_call(self, function: str, argument: Scalar) -> Scalar:
        """The value of a function of the document. Raises `Unreadable` where it has none."""
        self.entries.arrays[ARGUMENT] = scalar(argument)
        try:
            return self._read(f"{function}({ARGUMENT})", {ARGUMENT: Symbol(ARGUMENT, SCALAR)})
        finally:
            del self.entries.arrays[ARGUMENT]

    def _read(self, latex: str, formal: dict[str, Expr]) -> Scalar:
        words = self.table.words.union(formal)
        reading = elaborated(self.table, parse(tokenize(latex, words)), Options(self.table.layout, formal))
        if reading.free or reading.conventions:
            raise Unreadable(f"{latex} is no scalar")
        found = self.of_expression(reading.value)
        if found is None:
            raise Unreadable(f"{latex} is no scalar")
        return found

    def of_sympy(self, expression: sympy.Expr, bound: Bound) -> Scalar:
        """The scalar of what the second reader has read. Raises `Unreadable` where it is none that has a name here."""
        if expression.is_Rational:
            return scalars.number(Fraction(int(expression.p), int(expression.q)))
        match expression:
            case sympy.Symbol():
                return bound[expression] if expression in bound else self.of_name(latex_of(expression.name))
            case sympy.Sum() | sympy.Product():
                return self._repeated(expression, bound)
        arguments = [self.of_sympy(argument, bound) for argument in expression.args]
        if isinstance(expression, AppliedUndef) and len(arguments) == 1:
            return self.of_call(latex_of(expression.func.__name__), arguments[0])
        rule = _RULES.get(expression if expression in _CONSTANTS else type(expression))
        if rule is None:
            raise Unreadable(f"{type(expression).__name__} is nothing that is compared")
        return rule(*arguments)

    def _repeated(self, expression: sympy.Sum | sympy.Product, bound: Bound) -> Scalar:
        """A sum or a product over one index between whole numbers, written out."""
        body, (index, first, last) = expression.args[0], expression.limits[0]
        ends = [self.of_sympy(end, bound) for end in (first, last)]
        low, high = (int(end.value) if isinstance(end, Number) and end.value.denominator == 1 else None for end in ends)
        if low is None or high is None or high - low > MAX_TERMS or len(expression.limits) > 1:
            raise Unreadable("these bounds are not compared")
        terms = [self.of_sympy(body, {**bound, index: scalars.number(at)}) for at in range(low, high + 1)]
        return (scalars.add if isinstance(expression, sympy.Sum) else scalars.mul)(*terms)


def latex_of(name: str) -> str:
    """The LaTeX of a name as the second reader spells it: `lambda` is `\\lambda`, all else stands as it was written."""
    head = re.match(r"[A-Za-z]+", name)
    return "\\" + name if head and "\\" + head.group() in GREEK else name


def _opaque(meaning: Meaning) -> Meaning:
    match meaning:
        case Computed(shape=shape):
            return Given("real", shape)
        case Given(kind="positive", shape=shape):
            return Given("positive", shape)
        case Given(kind="real" | "integer" | "one-hot", shape=shape):
            return Given("real", shape)
    return meaning


def _logarithm(argument: Scalar, base: Scalar = scalars.E) -> Scalar:
    return scalars.log(argument) / scalars.log(base)


def _extremum(sign: int) -> Callable[..., Scalar]:
    def fold(first: Scalar, *others: Scalar) -> Scalar:
        found = first
        for other in others:
            found = sign * functions.maximum(sign * found, sign * other, HALF)
        return found

    return fold


_CONSTANTS = frozenset({sympy.E, sympy.pi})

_RULES: dict[object, Callable[..., Scalar]] = {
    sympy.E: lambda: scalars.E,
    sympy.pi: lambda: scalars.PI,
    sympy.Add: scalars.add,
    sympy.Mul: scalars.mul,
    sympy.Pow: scalars.power,
    sympy.exp: scalars.exp,
    sympy.log: _logarithm,
    sympy.Abs: functions.absolute,
    sympy.Max: _extremum(1),
    sympy.Min: _extremum(-1),
    sympy.sin: scalars.sin,
    sympy.cos: scalars.cos,
    sympy.tanh: scalars.tanh,
    sympy.sinh: lambda u: (scalars.exp(u) - scalars.exp(-u)) / 2,
    sympy.cosh: lambda u: (scalars.exp(u) + scalars.exp(-u)) / 2,
}
