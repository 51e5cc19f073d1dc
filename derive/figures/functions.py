r"""What `derive plot` draws: a function of one variable, by name (`leaky-relu(0.1)`) or as LaTeX (`\max(0, 1 - z)`)."""

import re
from collections.abc import Callable
from fractions import Fraction

from derive.errors import Unreadable
from derive.expressions import functions, tree
from derive.expressions.latex import latex
from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Expr, Number, Symbol
from derive.gradients.closed import gradient
from derive.notation.elaboration import Options, elaborated
from derive.notation.symbols import Given, SymbolTable, shown
from derive.notation.syntax import List, Name, nodes, parse
from derive.notation.tokens import tokenize
from derive.records import dataclass

LONGEST = 500
Z = Symbol("z", SCALAR)


@dataclass(frozen=True)
class Plotted:
    """A function with its derivative: how both are called, what they say where that is short, the variable."""

    name: str
    formula: str
    variable: str
    value: Expr
    slope: Expr


def read_function(text: str, kink: Fraction) -> Plotted:
    """The function that a text names or writes. Raises `FormulaError`; its message says what was expected."""
    if len(text) > LONGEST:
        raise Unreadable(f"a function of more than {LONGEST} characters is not plotted")
    named = _named(text)
    if named is None:
        letter, value = _written(text)
        name, shown_formula = "f", latex(value)
    else:
        letter, (name, shown_formula, value) = "z", named
    table = SymbolTable().with_meaning(letter, Given("real", SCALAR))
    return Plotted(name, shown_formula, shown(letter), value, gradient(value, letter, table, kink))


# ── by name ──────────────────────────────────────────────────────────────────────────────────────────

Named = tuple[str, str, Expr]
_CALL = re.compile(
    r"\s*([A-Za-z][A-Za-z-]*)\s*(?:\(\s*(?:beta\s*=|alpha\s*=|slope\s*=)?\s*([0-9]{1,6}(?:[./][0-9]{1,6})?)\s*\))?\s*"
)


def _number(value: Fraction) -> str:
    text = latex(Number(value))
    decimal = f"{float(value):.6g}"
    return decimal if value.denominator != 1 and Fraction(decimal) == value else text


def _applied(function: str, *parameters: Fraction) -> Expr:
    return tree.Apply(function, Z, tuple(map(Number, parameters)))


def _plain(name: str, formula: str, function: str) -> Callable[[Fraction | None], Named]:
    """A function without a parameter."""

    def made(parameter: Fraction | None) -> Named:
        if parameter is not None:
            raise Unreadable(f"{name.strip(chr(92))} takes no parameter".replace("text{", "").replace("}", ""))
        return name, formula, _applied(function)

    return made


def _leaky(parameter: Fraction | None) -> Named:
    slope = Fraction(1, 100) if parameter is None else parameter
    return r"\text{LeakyReLU}", rf"\max(0, z) + {_number(slope)}\,\min(0, z)", _applied("leaky", slope)


def _elu(parameter: Fraction | None) -> Named:
    alpha = Fraction(1) if parameter is None else parameter
    factor = "" if alpha == 1 else _number(alpha)
    return r"\text{ELU}", rf"\max(0, z) + {factor}(e^{{\min(0, z)}} - 1)", _applied("elu", alpha)


def _softplus(parameter: Fraction | None) -> Named:
    beta = Fraction(1) if parameter is None else parameter
    if beta == 0:
        raise Unreadable("softplus takes a parameter that is not 0")
    if beta == 1:
        return r"\text{Softplus}", r"\log(1 + e^{z})", _applied("softplus")
    inner = tree.Apply("softplus", tree.Scale(Number(beta), Z))
    factor = _number(beta)
    formula = rf"\log(1 + e^{{{factor} z}})/{factor}"
    return r"\text{Softplus}", formula, tree.Scale(Number(1 / beta), inner)


def _hinge(parameter: Fraction | None) -> Named:
    margin = Number(Fraction(1) if parameter is None else parameter)
    inner = tree.Add((margin, tree.Negative(Z)))
    return r"\text{hinge}", rf"\max(0, {_number(margin.value)} - z)", tree.Extremum("max", Number(Fraction(0)), inner)


_NAMED: dict[str, Callable[[Fraction | None], Named]] = {
    "relu": _plain(r"\text{ReLU}", r"\max(0, z)", "relu"),
    "leaky-relu": _leaky, "leakyrelu": _leaky, "lrelu": _leaky,
    "softplus": _softplus,
    "gelu": _plain(r"\text{GELU}", r"z\,\Phi(z)", "gelu"),
    "elu": _elu,
    "silu": _plain(r"\text{SiLU}", r"z\,\sigma(z)", "silu"),
    "swish": _plain(r"\text{swish}", r"z\,\sigma(z)", "silu"),
    "sigmoid": _plain(r"\sigma", r"1/(1 + e^{-z})", "sigmoid"),
    "logistic": _plain(r"\sigma", r"1/(1 + e^{-z})", "sigmoid"),
    "tanh": _plain("f", r"\tanh(z)", "tanh"),
    "abs": _plain("f", "|z|", "abs"),
    "sign": _plain("f", r"\text{sign}(z)", "sign"),
    "hinge": _hinge,
    "exp": _plain("f", "e^{z}", "exp"), "log": _plain("f", r"\log z", "log"), "sqrt": _plain("f", r"\sqrt{z}", "sqrt"),
    "sin": _plain("f", r"\sin(z)", "sin"), "cos": _plain("f", r"\cos(z)", "cos"), "tan": _plain("f", r"\tan(z)", "tan"),
    "sinh": _plain("f", r"\sinh(z)", "sinh"), "cosh": _plain("f", r"\cosh(z)", "cosh"),
    "erf": _plain("f", r"\text{erf}(z)", "erf"),
}  # fmt: skip

NAMES = tuple(_NAMED)


def _named(text: str) -> Named | None:
    match = _CALL.fullmatch(text)
    if match is None or match[1].lower() not in _NAMED:
        return None
    parameter = None
    if match[2] is not None:
        try:
            parameter = Fraction(match[2])
        except ZeroDivisionError:
            raise Unreadable(f"the parameter {match[2]} divides by zero") from None
    return _NAMED[match[1].lower()](parameter)


# ── as LaTeX ─────────────────────────────────────────────────────────────────────────────────────────

_CONSTANTS = frozenset({"e", r"\pi", r"\mathbb{1}", r"\mathbf{1}"})


def _written(text: str) -> tuple[str, Expr]:
    """The variable of a formula, and the formula."""
    content = parse(tokenize(text, frozenset()))
    letter = _variable(content)
    table = SymbolTable().with_meaning(letter, Given("real", SCALAR))
    value = elaborated(table, content, Options("gradient")).value
    if not value.shape.is_scalar:
        raise Unreadable(f"a function has numbers for values, and this is {value.shape}")
    return letter, value


def _variable(content: List) -> str:
    """The one letter that is free."""
    names = [node.text for node in nodes(content) if isinstance(node, Name)]
    free = [name for name in dict.fromkeys(names) if name not in _CONSTANTS and not _is_function(name)]
    if len(free) == 1:
        return free[0]
    if not free:
        raise Unreadable("a function has one free letter, and this has none")
    raise Unreadable(f"a function has one free letter, and this has {', '.join(free[:4])}")


def _is_function(name: str) -> bool:
    return functions.entrywise(name) is not None or functions.other(name) is not None
