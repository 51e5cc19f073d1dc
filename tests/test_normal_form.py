"""The normal form proves identities, and never anything else."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import pytest
import sympy
from sympy import Expr, Rational, S, Symbol, cos, cosh, erf, exp, log, pi, sin, sinh, sqrt, symbols, tanh, zoo

from derive.deciding.limits import SIZES, Deadline
from derive.errors import Undecidable
from derive.exact.elements import NoValue
from derive.exact.exponentials import Finer
from derive.exact.feasibility import Constraint, impossible
from derive.exact.normal_form import _RULES, Algebra
from derive.exact.polynomials import Polynomial, Ring, exponent, exponents, packed
from derive.exact.scalars import Function, Scalar
from derive.exact.signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, UNKNOWN, Signs
from derive.exact.span import Span
from derive.exact.sympy_form import from_sympy, to_sympy
from derive.exact.sympy_functions import (
    Absolute,
    Maximum,
    Positive,
    Sign,
    Unspecified,
    UnspecifiedComponent,
    Zero,
    absolute,
    maximum,
    unspecified,
    unspecified_component,
)
from derive.exact.vanishing import NotZero

a, b, c, p, q, u, v, w, x, y, z, eps = symbols("a b c p q u v w x y z epsilon")
labels = symbols("Y_1:4")
Y1, Y2, Y3 = labels


def scalar(expression: Any) -> Scalar:
    """An expression that SymPy wrote, as it is decided."""
    return from_sympy(sympy.sympify(expression))


LABELS = tuple(map(scalar, labels))


def relu(argument: Expr) -> Expr:
    return maximum(argument, S.Zero)


def sigmoid(argument: Expr) -> Expr:
    return 1 / (1 + exp(-argument))


def softplus(argument: Expr) -> Expr:
    return log(1 + exp(argument))


def gelu(argument: Expr) -> Expr:
    return argument * (1 + erf(argument / sqrt(2))) / 2


def kinks_of(
    lhs: Any, rhs: Any, positive: Sequence[Symbol] = (), where: Any = S.One, splits: Sequence[bool] = (False, True)
) -> tuple[Expr, ...]:
    """The kinks of the first proof that is found; raises what the last attempt raises."""
    failure: Exception = AssertionError("no attempt")
    for split in splits:
        exponentials, roots = 1, 2
        for _ in range(5):
            signs = Signs(frozenset(map(scalar, positive)), frozenset(LABELS), lambda symbol: None)
            algebra = Algebra(
                SIZES, Deadline(20).check, signs, (LABELS,), lambda symbol: None, split, exponentials, roots
            )
            try:
                difference = algebra.convert(scalar(lhs) - scalar(rhs))
                kinks = algebra.vanishes(difference, algebra.convert(scalar(where))).kinks
                return tuple(map(to_sympy, kinks))
            except Finer as finer:
                exponentials = max(exponentials, finer.exponentials)
                roots = max(roots, finer.roots)
            except (NotZero, NoValue, Undecidable) as reason:
                failure = reason
                break
    raise failure


IDENTITIES = {
    # exponentials
    "exp(a+b)": (exp(a + b), exp(a) * exp(b)),
    "exp(x/2)²": (exp(x / 2) * exp(x / 2) * y, y * exp(x)),
    "thirds and fifths of exponents": (exp(x / 3) * exp(2 * x / 15), exp(7 * x / 15)),
    "nested": (exp(exp(a + b)), exp(exp(a) * exp(b))),
    "e": (exp(2), exp(1) * exp(1)),
    "e to a half": (exp(Rational(1, 2)) ** 2 * x, sympy.E * x),
    "exp(log(p q))": (exp(log(p * q) + x), p * q * exp(x)),
    "exp(x)^y": (exp(x) ** y, exp(x * y)),
    "cosh² - sinh²": (cosh(x) ** 2 - sinh(x) ** 2, 1),
    "sinh 2x": (sinh(2 * x), 2 * sinh(x) * cosh(x)),
    # sigmoid, tanh
    "sigmoid": (sigmoid(x), exp(x) / (1 + exp(x))),
    "sigmoid'": (sympy.diff(sigmoid(x), x), sigmoid(x) * (1 - sigmoid(x))),
    "sigmoid' by exponentials": (sympy.diff(sigmoid(x), x), exp(x) / (1 + exp(x)) ** 2),
    "sigmoid' symmetric": (sympy.diff(sigmoid(x), x), sigmoid(x) * sigmoid(-x)),
    "sigmoid' by cosh": (sympy.diff(sigmoid(x), x), 1 / (4 * cosh(x / 2) ** 2)),
    "tanh by sigmoid": (tanh(x), 2 * sigmoid(2 * x) - 1),
    "tanh by exponentials": (tanh(x), (exp(x) - exp(-x)) / (exp(x) + exp(-x))),
    "tanh by sinh and cosh": (tanh(x), sinh(x) / cosh(x)),
    "tanh'": (1 - tanh(x) ** 2, 1 / cosh(x) ** 2),
    "tanh(a+b)": (tanh(a + b), (tanh(a) + tanh(b)) / (1 + tanh(a) * tanh(b))),
    "softplus'": (sympy.diff(softplus(x), x), sigmoid(x)),
    "softplus(x) - softplus(-x)": (softplus(x) - softplus(-x), x),
    "log sigmoid": (log(sigmoid(x)), -softplus(-x)),
    "log(1 - sigmoid)": (log(1 - sigmoid(x)), -softplus(x)),
    "BCE": (-y * log(sigmoid(x)) - (1 - y) * log(1 - sigmoid(x)), softplus(x) - x * y),
    "BCE'": (sympy.diff(-y * log(sigmoid(x)) - (1 - y) * log(1 - sigmoid(x)), x), sigmoid(x) - y),
    "GELU'": (
        sympy.diff(gelu(x), x),
        (1 + erf(x / sqrt(2))) / 2 + x * exp(-(x**2) / 2) / sqrt(2 * pi),
    ),
    "GELU odd part": (gelu(x) - gelu(-x), x),
    # softmax
    "softmax sums to 1": ((exp(a) + exp(b) + exp(c)) / (exp(a) + exp(b) + exp(c)) * x, x),
    "softmax shifted": (exp(a - z) / (exp(a - z) + exp(b - z)), exp(a) / (exp(a) + exp(b))),
    "log softmax": (log(exp(a) / (exp(a) + exp(b))), a - log(exp(a) + exp(b))),
    "softmax of two is a sigmoid": (exp(a) / (exp(a) + exp(b)), sigmoid(a - b)),
    "partial fractions": (1 / ((1 + exp(x)) * (1 + 2 * exp(x))), 2 / (1 + 2 * exp(x)) - 1 / (1 + exp(x))),
    # fractions
    "x/x": (x * y / (x * z + x), y / (z + 1)),
    "difference of fractions": (1 / (x - y) - 1 / (x + y), 2 * y / (x**2 - y**2)),
    "one and one in a factored and an expanded denominator": (1 / (x + y) ** 2, 1 / (x**2 + 2 * x * y + y**2)),
    # steps
    "relu(u) = u θ(u)": (relu(u), u * Positive(u)),
    "θ(2u)": (Positive(2 * u), Positive(u)),
    "θ(u/3 - v)": (Positive(u / 3 - v), Positive(2 * u - 6 * v)),
    "θ²": (Positive(u) ** 2, Positive(u)),
    "θ(u) θ(-u)": (Positive(u) * Positive(-u), 0),
    "partition": (Positive(u) + Positive(-u) + Zero(u), 1),
    "Zero(-u)": (Zero(v - u), Zero(u - v)),
    "θ of a positive number": (Positive(exp(x) + y**2), 1),
    "θ(p u)": (Positive(p * u - p * v), Positive(u - v), (p,)),
    "θ(u e^x)": (Positive(exp(x) * u - exp(x) * v), Positive(u - v)),
    "θ(u v)": (Positive(u * v), Positive(u) * Positive(v) + Positive(-u) * Positive(-v)),
    "θ(u²)": (Positive(u**2), 1 - Zero(u)),
    "θ(1/u)": (Positive(1 / u), Positive(u)),
    "θ(u/v)": (Positive(u / v), Positive(u * v)),
    "relu relu": (relu(relu(u)), relu(u)),
    "relu(u) - relu(-u)": (relu(u) - relu(-u), u),
    "relu²": (relu(u) ** 2, u * relu(u)),
    "e^relu": (exp(relu(u)), 1 + Positive(u) * (exp(u) - 1)),
    "1/(1 + relu)": (1 / (1 + relu(u)), 1 - Positive(u) + Positive(u) / (1 + u)),
    "leaky relu": (maximum(u, u / 10), u * Positive(u) + u * (1 - Positive(u)) / 10),
    "relu by absolute value": (relu(u), (u + absolute(u)) / 2),
    "max(a,b) = max(b,a)": (maximum(a, b), maximum(b, a)),
    "max(a,b) = b + relu(a-b)": (maximum(a, b), b + relu(a - b)),
    "max(max(a,b),c)": (maximum(maximum(a, b), c), maximum(a, maximum(b, c))),
    "max + min": (maximum(a, b) - maximum(-a, -b), a + b),
    "|ab|": (absolute(a * b), absolute(a) * absolute(b)),
    "|x|²": (absolute(x) ** 2, x**2),
    "|x| = x sign x": (absolute(x), x * Sign(x)),
    "1/|x|": (1 / absolute(x), absolute(x) / x**2),
    "sign x = |x|/x": (Sign(x), absolute(x) / x),
    "signs that exclude each other": (Positive(x) * Positive(-1 - x), 0),
    "signs that follow from each other": (Positive(x) * Positive(x + 1), Positive(x)),
    "u [u = 0]": (u * Zero(u), 0),
    "modulo u in [u = 0]": ((x**2 - y**2) * Zero(x - y), 0),
    "max-shifted softmax": (
        exp(a - maximum(a, maximum(b, c))) / sum(exp(s - maximum(a, maximum(b, c))) for s in (a, b, c)),
        exp(a) / (exp(a) + exp(b) + exp(c)),
    ),
    "max-shifted log-sum-exp": (
        maximum(a, b) + log(exp(a - maximum(a, b)) + exp(b - maximum(a, b))),
        log(exp(a) + exp(b)),
    ),
    # one-hot labels
    "Σ Y": (Y1 + Y2 + Y3, 1),
    "Y_1 Y_2": (Y1 * Y2, 0),
    "Y_3 Y_1": (Y1 * Y3 + Y3**2, Y3),
    "f(Σ Y_k u_k)": (exp(Y1 * a + Y2 * b + Y3 * c), Y1 * exp(a) + Y2 * exp(b) + Y3 * exp(c)),
    "log Σ Y_k u_k": (log(Y1 * a + Y2 * b + Y3 * c), Y1 * log(a) + Y2 * log(b) + Y3 * log(c)),
    "1/(1+Y)": (1 / (1 + Y1), 1 - Y1 / 2),
    # logarithms
    "log(pq)": (log(p * q), log(p) + log(q), (p, q)),
    "log(p/q)": (log(p / q), log(p) - log(q), (p, q)),
    "log p²": (log(p**2), 2 * log(p), (p,)),
    "log(p x)": (log(p * x), log(p) + log(x), (p,)),
    "log(x e^y)": (log(x * exp(y)), log(x) + y),
    "log 6": (log(6), log(2) + log(3)),
    "log(x³)": (log(x**3), 3 * log(x)),
    "log √x": (log(sqrt(x)), log(x) / 2),
    "log e^u": (log(exp(u * v)), u * v),
    "log-sum-exp shift": (log(exp(a) + exp(b)), a + log(1 + exp(b - a))),
    "log of common factors": (log(p * a + p * b), log(p) + log(a + b), (p,)),
    "log base change": (2**x, exp(x * log(2))),
    "p^x": (p**x * p**y, p ** (x + y), (p,)),
    # roots
    "√(x²)": (sqrt(x**2), absolute(x)),
    "√((x-y)²)": (sqrt(x**2 - 2 * x * y + y**2), absolute(x - y)),
    "√(pq)": (sqrt(p * q), sqrt(p) * sqrt(q), (p, q)),
    "√(x² p)": (sqrt(x**2 * p), absolute(x) * sqrt(p), (p,)),
    "√(e^x)": (sqrt(exp(x)), exp(x / 2)),
    "√x √x": (sqrt(x) * sqrt(x) * y, x * y),
    "1/√u": (1 / sqrt(u), sqrt(u) / u),
    "√8": (sqrt(8) * x, 2 * sqrt(2) * x),
    "√6": (sqrt(6) * x, sqrt(2) * sqrt(3) * x),
    "√(2π)": (sqrt(2 * pi) * x, sqrt(2) * sqrt(pi) * x),
    "√(x/9)": (sqrt(x / 9), sqrt(x) / 3),
    "roots of different order": (sqrt(p) * p ** Rational(1, 3) * x, p ** Rational(5, 6) * x, (p,)),
    "rationalised": (1 / (1 + sqrt(x)), (1 - sqrt(x)) / (1 - x)),
    "norm": (sympy.diff(sqrt(x**2 + y**2), x), x / sqrt(x**2 + y**2)),
    "(1+x²)^(3/2)": ((1 + x**2) ** Rational(3, 2), (1 + x**2) * sqrt(1 + x**2)),
    # trigonometry, erf
    "sin² + cos²": (sin(x + y) ** 2 + cos(x + y) ** 2, 1),
    "cos⁴ - sin⁴": (cos(x) ** 4 - sin(x) ** 4, 1 - 2 * sin(x) ** 2),
    "sin odd": (sin(a - b), -sin(b - a)),
    "cos even": (cos(a - b), cos(b - a)),
    "erf odd": (erf(a - b), -erf(b - a)),
    # unspecified functions
    "f of equal arguments": (unspecified("f", x * (x + 1)), unspecified("f", x**2 + x)),
    "f of equal fractions": (unspecified("f", x / (x + y) + y / (x + y)), unspecified("f", S.One)),
    "chain rule": (sympy.diff(unspecified("f", x**2), x), 2 * x * unspecified("f", x * x, 1)),
    "f of a label": (unspecified("f", Y1), Y1 * unspecified("f", S.One) + (1 - Y1) * unspecified("f", S.Zero)),
}

LAYER_NORM_MEAN = (x + y + z) / 3
LAYER_NORM_VARIANCE = ((x - LAYER_NORM_MEAN) ** 2 + (y - LAYER_NORM_MEAN) ** 2 + (z - LAYER_NORM_MEAN) ** 2) / 3
NORMED = [(one - LAYER_NORM_MEAN) / sqrt(LAYER_NORM_VARIANCE + eps) for one in (x, y, z)]
IDENTITIES |= {
    "layer norm, ∂y_1/∂x": (
        sympy.diff(NORMED[0], x),
        (1 - Rational(1, 3) - NORMED[0] ** 2 / 3) / sqrt(LAYER_NORM_VARIANCE + eps),
    ),
    "layer norm, ∂y_1/∂y": (
        sympy.diff(NORMED[0], y),
        (-Rational(1, 3) - NORMED[0] * NORMED[1] / 3) / sqrt(LAYER_NORM_VARIANCE + eps),
    ),
    "layer norm sums to 0": (sum(NORMED), 0),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity_is_proved(name: str) -> None:
    lhs, rhs, *positive = IDENTITIES[name]
    assert kinks_of(lhs, rhs, *positive) == ()


OFF_KINKS = {
    "Heaviside with 1 at 0": (1 - Positive(-u), Positive(u), ("u",)),
    "subgradient 1/2 or 0": (sympy.diff(relu(u), u), Positive(u), ("u",)),
    "θ(-u) = 1 - θ(u)": (Positive(-u), 1 - Positive(u), ("u",)),
    "a value at the kink": (Positive(-u) + Zero(u) / 2 + Positive(u), 1 + x * Zero(u), ("u",)),
    "stable softplus, of which the value at 0 is not seen": (relu(u) + log(1 + exp(-absolute(u))), softplus(u), ("u",)),
    "|u|' = sign u": (sympy.diff(absolute(u, S.One), u), Sign(u), ("u",)),
    "tie of a maximum": (sympy.diff(maximum(a, b, S.One), a), Positive(a - b), ("a - b", "-a + b")),
}


@pytest.mark.parametrize("name", OFF_KINKS)
def test_identity_is_proved_off_its_kink_only(name: str) -> None:
    lhs, rhs, names = OFF_KINKS[name]
    found = kinks_of(lhs, rhs)
    assert len(found) == 1
    assert str(found[0]) in names


FALSE = {
    "√(x²) = x": (sqrt(x**2), x),
    "log(x²) = 2 log x": (log(x**2), 2 * log(x)),
    "1/θ = θ": (1 / Positive(u), Positive(u)),
    "θ · 1/θ": (Positive(u) * y * (1 / (Positive(u) + Zero(u))), y),
    "1/Y_1": (Y1 / Y1**2 * x + Y2 - Y2, x * Y1),
    "log Y_1": (Y1 * log(Y1), 0),
    "one 1e-30": (x + Rational(1, 10**30), x),
    "inside an exponential": (exp(x + Rational(1, 10**30)), exp(x)),
    "missing mask": (u * Positive(v), u),
    "θ(u+1) = θ(u)": (Positive(u + 1), Positive(u)),
    "θ(uv) = θ(u)θ(v)": (Positive(u * v), Positive(u) * Positive(v)),
    "θ(p u), p unsigned": (Positive(p * u), Positive(u)),
    "e^relu = relu(e^u)": (exp(relu(u)), relu(exp(u))),
    "max = sum": (maximum(a, b), a + b),
    "relu(-u) = -relu(u)": (relu(-u), -relu(u)),
    "e = 2.718281828": (exp(1), Rational(2718281828, 10**9)),
    "π = 355/113": (pi, Rational(355, 113)),
    "e^x + e^y = e^(x+y)": (exp(x) + exp(y), exp(x + y)),
    "√(p+q)": (sqrt(p + q), sqrt(p) + sqrt(q), (p, q)),
    "√(pq), unsigned": (sqrt(p * q), absolute(sqrt(p)) * q),
    "(x⁴)^(1/4) = x": ((x**4) ** Rational(1, 4), x),
    "(x²)^(3/2) = x³": ((x**2) ** Rational(3, 2), x**3),
    "1/√(x²) = 1/x": (1 / sqrt(x**2), 1 / x),
    "Σ of two labels": (Y1 + Y2, 1),
    "Y² = 1": (Y1**2, 1),
    "sin² = 1 - cos": (sin(x) ** 2, 1 - cos(x)),
    "cos = √(1 - sin²)": (cos(x), sqrt(1 - sin(x) ** 2)),
    "f'(x) = f(x)": (unspecified("f", x, 1), unspecified("f", x)),
    "f = g": (unspecified("f", x), unspecified("g", x)),
    "f odd": (unspecified("f", -x), -unspecified("f", x)),
    "components": (unspecified_component("g", 0, (x, y)), unspecified_component("g", 1, (x, y))),
    "orders": (unspecified_component("g", 0, (x, y), (1, 0)), unspecified_component("g", 0, (x, y), (0, 1))),
    "softmax without its sum": (exp(a) / (exp(a) + exp(b)), exp(a)),
    "σ' without its square": (sympy.diff(sigmoid(x), x), sigmoid(x)),
    "impossible only if strict": (Positive(x) * Positive(1 - x), 0),
    "log of opposite signs": (log(-x) + log(-y), log(x) + log(y)),
    "a power of an unsigned base": ((x**2) ** y, x ** (2 * y)),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_not_proved(name: str) -> None:
    lhs, rhs, *positive = FALSE[name]
    with pytest.raises((NotZero, NoValue, Undecidable)):
        kinks_of(lhs, rhs, *positive)


def test_a_condition_is_a_factor() -> None:
    assert kinks_of(relu(u), u, where=Positive(u)) == ()
    assert kinks_of(Y1 * x, x, where=Y1) == ()
    with pytest.raises(NotZero):
        kinks_of(relu(u), u, where=Positive(u + 1))


def test_no_value() -> None:
    for nothing in (1 / (exp(x) * exp(-x + y) - exp(y) * (1 + z) + z * exp(y)), log(x * (y - y * 1) + z - z)):
        with pytest.raises(NoValue):
            kinks_of(nothing, x)
    with pytest.raises(NoValue):
        kinks_of(sympy.Pow(-(p + q), Rational(1, 2), evaluate=False), x, (p, q))
    with pytest.raises(NoValue):
        kinks_of(zoo, x)


def test_every_kind_of_scalar_has_a_rule() -> None:
    def kinds(kind: type[Scalar]) -> Iterator[type[Scalar]]:
        for below in kind.__subclasses__():
            yield below
            yield from kinds(below)

    written = {kind for kind in kinds(Scalar) if kind is not Function and not kind.__name__.startswith("_")}
    assert set(_RULES) == written


NO_SIGNS = Signs(frozenset(), frozenset(), lambda symbol: None)
ALGEBRA_WITHOUT_TIME = Algebra(SIZES, Deadline(0).check, NO_SIGNS, (), lambda symbol: None, split=False)


def test_sizes_are_guarded() -> None:
    wide = sum(symbols("t:40"))
    with pytest.raises(Undecidable, match=r"product|sum|attempt"):
        kinks_of(wide**12, (wide + x) ** 12)
    with pytest.raises(Undecidable, match="power"):
        kinks_of((x + y) ** 1000, z)
    with pytest.raises(Undecidable):
        kinks_of((x ** (10**9)) ** 10 * exp(10**9 * x), z)
    many = sum(relu(s) for s in symbols("t:9"))
    with pytest.raises(Undecidable, match="cases"):
        kinks_of(exp(many), 1, splits=(True,))
    with pytest.raises(Undecidable, match="time"):
        ALGEBRA_WITHOUT_TIME.convert(scalar(x + y))


def test_signs() -> None:
    definitions = {v: exp(u), w: -(x**2)}
    opened = {scalar(symbol): scalar(value) for symbol, value in definitions.items()}
    signs = Signs(frozenset({scalar(p)}), frozenset(LABELS), opened.get)
    table = {
        p: POSITIVE,
        p + exp(x): POSITIVE,
        x: UNKNOWN,
        x**2: NONNEGATIVE,
        -(x**2): NONPOSITIVE,
        x**2 + 1: POSITIVE,
        -p: NEGATIVE,
        -p - 1: NEGATIVE,
        p - 1: UNKNOWN,
        x**-2: POSITIVE,
        sqrt(x): NONNEGATIVE,
        1 / sqrt(x): POSITIVE,
        v: POSITIVE,
        w: NONPOSITIVE,
        v * w: NONPOSITIVE,
        1 / w: NEGATIVE,
        Y1: NONNEGATIVE,
        Maximum(p, x, S.Zero): POSITIVE,
        Maximum(x, y, S.Zero): UNKNOWN,
        Absolute(x, S.Zero): NONNEGATIVE,
        tanh(p): POSITIVE,
        erf(-p): NEGATIVE,
        p**x: POSITIVE,
        x**y: UNKNOWN,
        pi - 3: UNKNOWN,
    }
    assert {expression: signs.of(scalar(expression)) for expression in table} == table


def test_signs_that_are_known_decide_cases() -> None:
    assert kinks_of(Positive(-(x**2) - exp(y)), 0) == ()
    assert kinks_of(absolute(x**2 + 1), x**2 + 1) == ()
    assert kinks_of(Positive(-(x**2)), 0) == ()
    assert kinks_of(relu(-(x**2)), 0) == ()


def test_packed_monomials() -> None:
    for powers in ({0: 3}, {0: -1, 2: 5, 3: -4}, {1: -7}, {}):
        monomial = packed(powers.items())
        assert exponents(monomial) == powers
        assert [exponent(monomial, index) for index in range(6)] == [powers.get(index, 0) for index in range(6)]


def test_long_division() -> None:
    ring = Ring(SIZES, Deadline(10).check)
    first, second = (ring.power_of(ring.generator()) for _ in range(2))
    total = ring.add([(1, first), (2, second)])
    square = ring.multiply(total, total)
    quotient = ring.divided(square, total)
    assert quotient is not None
    assert quotient.parts == total.parts
    assert ring.divided(square, ring.add([(1, first), (3, second)])) is None
    assert ring.divided(total, square) is None


def test_rules_of_roots_lower_every_power() -> None:
    ring = Ring(SIZES, Deadline(10).check)
    base = ring.power_of(ring.generator())
    root = ring.generator(2, ring.add([(1, base), (1, Polynomial({0: {0: 1}}))]))
    fifth = ring.power(ring.power_of(root), 5)
    assert all(exponent(monomial, root) == 1 for monomial in fifth.parts[0])
    assert len(fifth) == 3


def test_span() -> None:
    span: Span[str] = Span()
    assert span.combination({"s": Fraction(1), "t": Fraction(1)}) is None
    assert span.combination({"s": Fraction(1)}) is None
    assert span.combination({"t": Fraction(2)}) == {0: 2, 1: -2}
    assert span.combination({"r": Fraction(1), "t": Fraction(2)}) is None
    assert span.combination({"r": Fraction(1, 2)}) == {2: Fraction(1, 2), 0: -1, 1: 1}
    assert span.combination({}) == {}


def test_feasibility() -> None:
    def above(constant: int, **coefficients: int) -> Constraint:
        return Constraint({ord(name): Fraction(one) for name, one in coefficients.items()}, Fraction(constant), ">")

    assert impossible([above(0, s=1), above(0, s=-1)])
    assert impossible([above(0, s=1, t=-1), above(0, t=1, r=-1), above(0, r=1, s=-1)])
    assert not impossible([above(0, s=1, t=-1), above(0, t=1, r=-1), above(0, r=-1, s=1)])
    assert impossible([above(0, s=1), Constraint({ord("s"): Fraction(1)}, Fraction(1), "=")])
    assert not impossible([above(1, s=1), Constraint({ord("s"): Fraction(1)}, Fraction(0), "=")])
    at_least = Constraint({ord("s"): Fraction(1)}, Fraction(0), ">=")
    at_most = Constraint({ord("s"): Fraction(-1)}, Fraction(0), ">=")
    assert not impossible([at_least, at_most])
    assert impossible([at_least, at_most, above(0, s=1)])
    assert not impossible([])


def test_functions_differentiate_and_substitute() -> None:
    assert Maximum(x, y, Rational(1, 3)).diff(x) == Positive(x - y) + Zero(x - y) / 3
    assert Maximum(x, y, Rational(1, 3)).diff(y) == Positive(y - x) + Zero(x - y) / 3
    assert Absolute(x, S.One).diff(x) == Positive(x) - Positive(-x) + Zero(x)
    assert Positive(x**2).diff(x) == Zero(x).diff(x) == Sign(x).diff(x) == 0
    assert Positive(x).subs(x, 2) == 1
    assert Positive(x).xreplace({x: S.Zero}) == 0
    assert Zero(x).subs(x, 0) == 1
    assert Sign(x).subs(x, Rational(-1, 2)) == -1
    assert Maximum(x, y, S.Zero).subs({x: 1, y: 2}) == 2
    assert Absolute(x, S.Zero).subs(x, -3) == 3
    assert str(Zero(x) + 1) == "Zero(x) + 1"
    function = unspecified("f", x**2)
    assert function.diff(x, 2).expand() == 2 * unspecified("f", x**2, 1) + 4 * x**2 * unspecified("f", x**2, 2)
    assert function.xreplace({x: y}) == unspecified("f", y**2)
    assert function.diff(Symbol("f")) == 0
    assert function.free_symbols == {x}
    assert function.xreplace({Symbol("f"): y}) == function.subs(Symbol("f"), y) == function
    assert function.subs(x, 2) == unspecified("f", S(4))
    assert unspecified("f", Symbol("f")).xreplace({Symbol("f"): y}) == unspecified("f", y)
    vector = unspecified_component("g", 1, (x * y, y))
    assert vector.subs({x: 1, y: 2}) == unspecified_component("g", 1, (S(2), S(2)))
    assert vector.xreplace({vector: x}) == x
    assert vector.diff(x, y) == vector.diff(y, x)
    assert vector.diff(x) == y * unspecified_component("g", 1, (x * y, y), (1, 0))
    assert isinstance(vector, UnspecifiedComponent)
    assert isinstance(function, Unspecified)
    assert vector.free_symbols == {x, y}
    with pytest.raises(ValueError, match="1 orders of derivatives for 2 arguments"):
        unspecified_component("g", 0, (x, y), (1,))
