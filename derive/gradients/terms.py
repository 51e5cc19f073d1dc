"""Expressions as sums of terms c · a^p b^q …: what tidying works on.

A term is a rational number, powers of scalars and powers of entrywise factors. Everything that is no sum, product,
quotient or whole power stays shut: it is one factor, whatever is in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from fractions import Fraction

from derive.errors import Meaningless
from derive.expressions import tree
from derive.expressions.shapes import ONE, SCALAR, Shape, column, matrix
from derive.expressions.tree import Expr, Number, broadcast
from derive.records import dataclass, remembered

Powers = Mapping[Expr, int]

_ONE, _MINUS_ONE = Fraction(1), Fraction(-1)


@dataclass(frozen=True)
class Term:
    """`number · scalars · factors`, broadcast to a shape; without factors every entry is the same."""

    number: Fraction
    shape: Shape = SCALAR
    scalars: Powers = field(default_factory=dict)
    factors: Powers = field(default_factory=dict)

    def times(self, other: "Term") -> "Term":
        """The product, entry by entry."""
        shape = joined(self.shape, other.shape)
        return Term(
            self.number * other.number,
            shape,
            _multiplied(self.scalars, other.scalars),
            _multiplied(self.factors, other.factors),
        )

    def to_the(self, exponent: int) -> "Term":
        """c^n a^(pn) …"""
        return Term(
            self.number**exponent,
            self.shape,
            {atom: power * exponent for atom, power in self.scalars.items() if exponent},
            {atom: power * exponent for atom, power in self.factors.items() if exponent},
        )

    def scaled(self, number: Fraction) -> "Term":
        return Term(self.number * number, self.shape, self.scalars, self.factors)

    @property
    def kind(self) -> tuple[frozenset[tuple[Expr, int]], frozenset[tuple[Expr, int]]]:
        """What two terms have in common that can be added."""
        return frozenset(self.scalars.items()), frozenset(self.factors.items())


def joined(first: Shape, second: Shape) -> Shape:
    """The shape of an entrywise product; a column times a row is a matrix."""
    shape = broadcast(first, second)
    if shape is not None:
        return shape
    if first.is_column and second.is_row:
        return matrix(first.rows, second.columns)
    if first.is_row and second.is_column:
        return matrix(second.rows, first.columns)
    raise Meaningless(f"{first} and {second} do not fit")


def _multiplied(first: Powers, second: Powers) -> Powers:
    powers = dict(first)
    for atom, power in second.items():
        powers[atom] = powers.get(atom, 0) + power
    return {atom: power for atom, power in powers.items() if power}


# ── an expression as terms ──


def term_of(node: Expr) -> Term:
    """The expression as one term; a sum is one factor of it."""
    term = _opened(node) if isinstance(node, _OPENED) else None
    if term is not None:
        return term
    return Term(_ONE, node.shape, *(({node: 1}, {}) if node.shape.is_scalar else ({}, {node: 1})))


_OPENED = (tree.Number, tree.Fill, tree.Negative, tree.Scale, tree.Hadamard, tree.Quotient, tree.Power)


@remembered
def _opened(node: Expr) -> Term | None:
    """The term that a number, a product, a quotient or a whole power is; null where it stays shut."""
    match node:
        case tree.Number(value):
            return Term(value)
        case tree.Fill(value, shape):
            return Term(Fraction(value), shape)
        case tree.Negative(operand):
            return term_of(operand).scaled(_MINUS_ONE)
        case tree.Scale(factor, operand) | tree.Hadamard(factor, operand):
            return term_of(factor).times(term_of(operand))
        case tree.Quotient(numerator, denominator):
            below = term_of(denominator)
            if below.number:
                return term_of(numerator).times(below.to_the(-1))
        case tree.Power(base, tree.Number(value)) if value.denominator == 1:
            inner = term_of(base)
            if value > 0 or (inner.number and value):
                return inner.to_the(int(value))
    return None


def terms_of(node: Expr) -> list[Term]:
    """The expression as a sum of terms; a scaled sum is opened too."""
    if isinstance(node, tree.Add):
        opened = [term for part in node.terms for term in terms_of(part)]
        return [filled(term, node.shape) for term in opened]
    term = term_of(node)
    sums = [atom for atom, power in _powers(term) if isinstance(atom, tree.Add) and power == 1]
    if len(sums) == 1 and len(term.factors) == (0 if term.shape.is_scalar else 1):
        rest = without(term, sums[0])
        if not term.shape.is_scalar and sums[0].shape.is_scalar:
            return [term]
        if any(isinstance(atom, tree.Add) for atom in rest.scalars):
            return [term]
        return [rest.times(inner) for inner in terms_of(sums[0])]
    return [term]


def parts_of(node: Expr) -> list[Term]:
    """The expression as a sum of the terms that are written, none opened."""
    return [term_of(part) for part in node.terms] if isinstance(node, tree.Add) else [term_of(node)]


def filled(term: Term, shape: Shape) -> Term:
    """The term, broadcast to a shape."""
    return Term(term.number, shape, term.scalars, term.factors)


def without(term: Term, atom: Expr) -> Term:
    """The term less one of its factors."""
    scalars = {other: power for other, power in term.scalars.items() if other != atom}
    factors = {other: power for other, power in term.factors.items() if other != atom}
    return Term(term.number, term.shape, scalars, factors)


def _powers(term: Term) -> list[tuple[Expr, int]]:
    return [*term.scalars.items(), *term.factors.items()]


def collected(terms: Iterable[Term]) -> list[Term]:
    """Equal terms added, those that vanish left out."""
    found: dict[object, Term] = {}
    for term in terms:
        before = found.get(term.kind)
        found[term.kind] = (
            term if before is None else Term(before.number + term.number, before.shape, before.scalars, before.factors)
        )
    return [term for term in found.values() if term.number]


def expanded(term: Term, limit: int = 64) -> list[Term]:
    """The term with its sums multiplied out, innermost ones too."""
    total = [Term(term.number, term.shape)]
    for atom, power in _powers(term):
        if isinstance(atom, tree.Add) and 1 <= power <= 2:
            inner = [found for part in terms_of(atom) for found in expanded(part, limit)]
            for _ in range(power):
                total = [left.times(right) for left in total for right in inner]
        else:
            single = ({atom: power}, {}) if atom.shape.is_scalar else ({}, {atom: power})
            total = [left.times(Term(_ONE, atom.shape, *single)) for left in total]
        if len(total) > limit:
            return [term]
    return collected(total)


# ── terms as an expression ──


def zero(shape: Shape) -> Expr:
    """0 of a shape."""
    return Number(Fraction(0)) if shape.is_scalar else tree.Fill(0, shape)


def expression_of_sum(terms: list[Term], shape: Shape) -> Expr:
    """The sum of collected terms: what is common in front, as they come, a positive one first where there is one."""
    if not terms:
        return zero(shape)
    if len(terms) == 1:
        return expression(filled(terms[0], shape))
    front, rest = _common(terms)
    first = next((at for at, term in enumerate(rest) if term.number > 0), 0)
    ordered = [rest[first], *rest[:first], *rest[first + 1 :]]
    parts = tuple(expression(_narrowed(term)) for term in ordered)
    inner = _added(parts, shape)
    if front.number == 1 and not front.scalars:
        return inner
    return _scaled(front, inner)


def _added(parts: tuple[Expr, ...], shape: Shape) -> Expr:
    """A + B + …, where a row, a column or a scalar is spread out if nothing else has the whole shape."""
    if not shape.is_scalar and all(part.shape != shape for part in parts):
        parts = (spread(parts[0], shape), *parts[1:])
    try:
        return tree.Add(parts)
    except Meaningless:
        return tree.Add(tuple(part if part.shape.is_scalar else spread(part, shape) for part in parts))


def _narrowed(term: Term) -> Term:
    """A term of a sum: one without factors is a scalar that is added to every entry."""
    shape = SCALAR
    for atom in term.factors:
        shape = joined(shape, atom.shape)
    return filled(term, shape)


def _common(terms: list[Term]) -> tuple[Term, list[Term]]:
    """The scalars that all terms have, their number where it is one and the same, and what remains of the terms."""
    sizes = {abs(term.number) for term in terms}
    number = sizes.pop() if len(sizes) == 1 else Fraction(1)
    if all(term.number < 0 for term in terms):
        number = -number
    shared = {
        atom: power
        for atom, power in terms[0].scalars.items()
        if all(term.scalars.get(atom) == power for term in terms)
    }
    if any(not term.factors and len(term.scalars) == len(shared) for term in terms) and not _all_below(shared):
        shared = {}
    rest = [
        Term(
            term.number / number,
            term.shape,
            {atom: power for atom, power in term.scalars.items() if atom not in shared},
            term.factors,
        )
        for term in terms
    ]
    return Term(number, SCALAR, shared), rest


def _all_below(powers: Powers) -> bool:
    return all(power < 0 for power in powers.values())


def expression(term: Term) -> Expr:
    """The tree of one term: sign, scalars, entrywise factors."""
    if term.number == 0:
        return zero(term.shape)
    if term.shape.is_scalar:
        return _signed(term, _fraction(term))
    core = _core(term)
    return _scaled(term, core)


def _scaled(term: Term, core: Expr) -> Expr:
    """The number and the scalars of a term times something."""
    front = _fraction(term)
    is_one = isinstance(front, Number) and front.value == 1
    return _signed(term, core if is_one else (_joined_product(front, core)))


def _joined_product(front: Expr, core: Expr) -> Expr:
    """c A; under one fraction bar with c where A is a scalar or a fraction itself."""
    if not core.shape.is_scalar and isinstance(core, tree.Quotient):
        above, below = core.numerator, core.denominator
        over, under = (front.numerator, front.denominator) if isinstance(front, tree.Quotient) else (front, None)
        if isinstance(front, Number):
            over, under = Number(Fraction(front.value.numerator)), Number(Fraction(front.value.denominator))
        return tree.Quotient(_unless_one(over, above), below if under is None else _unless_one(under, below))
    if core.shape.is_scalar and isinstance(front, tree.Quotient):
        if isinstance(front.numerator, Number) and front.numerator.value == 1:
            return tree.Scale(front, core)
        return tree.Quotient(tree.Scale(front.numerator, core), front.denominator)
    return tree.Scale(front, core)


def _unless_one(front: Expr, core: Expr) -> Expr:
    if isinstance(front, Number) and front.value == 1:
        return core
    return front if isinstance(core, Number) and core.value == 1 else tree.Scale(front, core)


def _signed(term: Term, value: Expr) -> Expr:
    return tree.Negative(value) if term.number < 0 else value


def _fraction(term: Term) -> Expr:
    """|c| · scalars as one fraction."""
    size = abs(term.number)
    above = [_power(atom, power) for atom, power in term.scalars.items() if power > 0]
    below = [_power(atom, -power) for atom, power in term.scalars.items() if power < 0]
    if not below and above and size.denominator > 1:
        return _product([Number(size), *above])
    if size.numerator != 1 or not above:
        above.insert(0, Number(size if size.denominator == 1 else Fraction(size.numerator)))
    if size.denominator != 1:
        below.insert(0, Number(Fraction(size.denominator)))
    if not below:
        return _product(above)
    if not term.scalars:
        return Number(size)
    return tree.Quotient(_product(above), _product(below))


def _product(factors: list[Expr]) -> Expr:
    total = factors[0]
    for factor in factors[1:]:
        total = tree.Scale(total, factor)
    return total


def _power(atom: Expr, power: int) -> Expr:
    """a^p; of a matrix A ⊙ A ⊙ …, since A^p is its power as a matrix."""
    if power == 1:
        return atom
    if atom.shape.is_scalar or atom.shape.is_vector:
        return tree.Power(atom, Number(Fraction(power)))
    total = atom
    for _ in range(power - 1):
        total = tree.Hadamard(total, atom)
    return total


def _core(term: Term) -> Expr:
    """The entrywise factors of a term that has a matrix's shape."""
    above = _entrywise([_power(atom, power) for atom, power in term.factors.items() if power > 0])
    below = _entrywise([_power(atom, -power) for atom, power in term.factors.items() if power < 0])
    if above is None and below is None:
        return tree.Fill(1, term.shape)
    if below is not None:
        above = tree.Quotient(above if above is not None else Number(Fraction(1)), below)
    assert above is not None
    return spread(above, term.shape)


def _entrywise(factors: list[Expr]) -> Expr | None:
    """A ⊙ B ⊙ …; a column times a row is a matrix product."""
    if not factors:
        return None
    if all(factor.shape.is_vector for factor in factors):
        columns = [factor for factor in factors if factor.shape.is_column]
        rows = [factor for factor in factors if not factor.shape.is_column]
        if columns and rows:
            return tree.MatMul(_hadamard(columns), _hadamard(rows))
    return _hadamard(factors)


def _hadamard(factors: list[Expr]) -> Expr:
    """A ⊙ B ⊙ …, a row and a column one after the other."""
    total = factors[0]
    for factor in factors[1:]:
        if broadcast(total.shape, factor.shape) is not None:
            total = tree.Hadamard(total, factor)
        else:
            total = tree.MatMul(*((total, factor) if total.shape.is_column else (factor, total)))
    return total


def spread(node: Expr, shape: Shape) -> Expr:
    """A scalar, a row or a column as the whole that it stands for in a sum."""
    if node.shape == shape:
        return node
    if isinstance(node, tree.Negative):
        return tree.Negative(spread(node.operand, shape))
    if node.shape.is_scalar:
        return tree.Scale(node, tree.Fill(1, shape))
    if node.shape.is_column and node.shape.rows == shape.rows:
        return tree.MatMul(node, tree.Transpose(tree.Fill(1, column(shape.columns))))
    if node.shape.is_row and node.shape.columns == shape.columns:
        return tree.MatMul(tree.Fill(1, column(shape.rows)), node)
    raise Meaningless(f"{node.shape} is no part of {shape}")


def scalar_as(node: Expr, shape: Shape) -> Expr:
    """A scalar where a 1 x 1 matrix is meant, or the other way round."""
    if node.shape.is_scalar and shape.is_matrix and shape == matrix(ONE, ONE):
        return tree.Blocks(((node,),))
    return node
