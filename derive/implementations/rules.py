"""What may stand in place of a node where somebody got it wrong: the rules that need to know nothing but the node."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.shapes import Dim
from derive.expressions.tree import (
    Add,
    Apply,
    Expr,
    Hadamard,
    Indicator,
    MatMul,
    Negative,
    Node,
    Number,
    Power,
    Quotient,
    Reduce,
    Scale,
    Size,
    Softmax,
    Transpose,
)
from derive.expressions.walk import rebuilt, symbols_of
from derive.implementations.programs import ADJOINT
from derive.mistakes.rewriting import over_size, sum_of, times_size

Rule = Callable[[Expr], Iterable[Expr]]

ONE = Number(Fraction(1))


def in_nested(node: Expr, rule: Rule) -> Iterator[Expr]:
    """`(G ⊙ a) ⊙ b` with a rule applied to `a ⊙ b`."""
    if isinstance(node, Hadamard) and isinstance(node.left, Hadamard) and has_upstream(node.left.left):
        for changed in rule(Hadamard(node.left.right, node.right)):
            yield Hadamard(node.left.left, changed)


def has_upstream(node: Node) -> bool:
    """Whether a derivative of the loss by a later quantity stands in something."""
    return any(symbol.name.startswith(ADJOINT) for symbol in symbols_of(node))


def turned_round(node: Expr) -> Iterator[Expr]:
    """`c (p - y)` as `c (y - p)`, where that is all."""
    match node:
        case Scale(factor, operand):
            yield from (Scale(factor, changed) for changed in turned_round(operand))
        case Negative(operand):
            yield from (Negative(changed) for changed in turned_round(operand))
        case Add((first, Negative(second))) if not isinstance(first, Number):
            yield Add((second, Negative(first)))


def unsquared(node: Expr) -> Iterator[Expr]:
    """`1 - a a` as `1 - a`."""
    match node:
        case Add((Number() as one, Negative(Hadamard(left, right)))) if left == right:
            yield Add((one, Negative(left)))


def without_condition(node: Expr) -> Iterator[Expr]:
    """A sum over the other classes as one over all."""
    if isinstance(node, tree.Quantified) and node.condition is not None:
        yield replace(node, condition=None)


def divided_by(dim: Dim) -> Callable[[Expr], Expr]:
    return lambda node: over_size(dim, node)


def multiplied_by(dim: Dim) -> Callable[[Expr], Expr]:
    return lambda node: times_size(dim, node)


def without_indicator(node: Expr) -> Iterator[Expr]:
    """`G ⊙ 1(…)` as `G`, whatever the condition says."""
    match node:
        case Hadamard(kept, Indicator()) | Hadamard(Indicator(), kept) | Scale(Indicator(), kept):
            yield kept
        case Hadamard(kept, tree.Cases()) | Hadamard(tree.Cases(), kept):
            yield kept
        case Scale(factor, Indicator()):
            yield Scale(factor, tree.Fill(1, node.shape))


def without_size(node: Expr) -> Iterator[Expr]:
    match node:
        case Quotient(numerator, Size()):
            yield numerator
        case Reduce("mean", operand):
            yield Reduce("sum", operand)


def sum_for_mean(node: Expr) -> Iterator[Expr]:
    match node:
        case Quotient(numerator, Number()):
            yield numerator


def without_scalar(node: Expr) -> Iterator[Expr]:
    """`c A` as `A`."""
    match node:
        case Scale(factor, operand) if not isinstance(factor, Indicator):
            yield operand
            if isinstance(factor, Scale):
                yield Scale(factor.factor, operand)
                yield Scale(factor.operand, operand)
        case Quotient(numerator, denominator) if denominator.shape.is_scalar and numerator.shape == node.shape:
            yield numerator


def without_power(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Power):
        yield node.base


def plus_for_minus(node: Expr) -> Iterator[Expr]:
    """`1 - a²` with the other sign of a term."""
    if isinstance(node, Add) and any(isinstance(term, Number) for term in node.terms):
        yield from other_sign(node)


def other_sign(node: Expr) -> Iterator[Expr]:
    """One term of a sum with the other sign."""
    if isinstance(node, Add):
        for at, term in enumerate(node.terms):
            other = term.operand if isinstance(term, Negative) else Negative(term)
            yield Add((*node.terms[:at], other, *node.terms[at + 1 :]))


def without_any_term(node: Expr) -> Iterator[Expr]:
    if isinstance(node, Add):
        for at in range(len(node.terms)):
            yield sum_of([*node.terms[:at], *node.terms[at + 1 :]])


def below_the_largest(value: Expr, axis: int) -> Expr:
    """A matrix without the largest entry of each row (axis 1) or column, as exponentials are kept small."""
    row, column, other = (tree.IndexVariable(letter, 1) for letter in ("row", "column", "other"))
    dim = value.shape.dims[axis]
    place = (other, column) if axis == 0 else (row, other)
    along = tree.Range(0, (dim.size or 1) - 1, dim, "dimension")
    largest = tree.Quantified("max", other, along, tree.Entry(value, *place))
    return tree.EntryFormula(row, column, Add((tree.Entry(value, row, column), Negative(largest))), value.shape)


def without_example(value: Expr, position: int) -> Expr:
    """A matrix with zeros in one row."""
    row, column = (tree.IndexVariable(letter, 1) for letter in ("row", "column"))
    is_other = tree.Comparison(tree.IndexValue(row), "!=", tree.IndexValue(tree.IndexNumber(position)))
    return Hadamard(value, tree.EntryFormula(row, column, Indicator(is_other), value.shape))


def other_axis(node: Expr) -> Iterator[Expr]:
    """A sum or a softmax along the other axis, or what keeps a softmax small taken along it."""
    match node:
        case Softmax(operand, axis, logarithm) if not operand.shape.is_vector:
            yield Softmax(below_the_largest(operand, 1 if axis == 0 else 0), axis, logarithm)
            for shifted in (operand, below_the_largest(operand, axis)):
                yield Softmax(shifted, 1 if axis == 0 else 0, logarithm)
                if not logarithm:
                    yield Quotient(Apply("exp", shifted), Reduce("sum", Apply("exp", shifted)))
        case MatMul(Transpose(tree.Fill(value)), operand) if operand.shape.is_matrix:
            ones = tree.Fill(value, replace(operand.shape, dims=(operand.shape.columns, _ONE)))
            yield Transpose(MatMul(operand, ones))
            yield MatMul(operand, ones)
        case MatMul(operand, tree.Fill(value)) if operand.shape.is_matrix:
            ones = tree.Fill(value, replace(operand.shape, dims=(operand.shape.rows, _ONE)))
            yield MatMul(Transpose(ones), operand)
            yield Transpose(MatMul(Transpose(ones), operand))


_ONE = Dim(1, "1")


def with_first_transposed(node: Expr) -> Iterator[Expr]:
    """`A B` as `Aᵀ B`, where the shapes happen to fit."""
    if isinstance(node, MatMul) and not isinstance(node.left, Transpose):
        yield MatMul(Transpose(node.left), node.right)


def with_second_transposed(node: Expr) -> Iterator[Expr]:
    """`A B` as `A Bᵀ`, where the shapes happen to fit."""
    if isinstance(node, MatMul) and not isinstance(node.right, Transpose):
        yield MatMul(node.left, Transpose(node.right))


def without_function(node: Expr) -> Iterator[Expr]:
    match node:
        case Apply(_, operand) | Softmax(operand):
            yield operand
        case tree.Extremum(_, Number(), operand) | tree.Extremum(_, operand, Number()):
            yield operand


_ACTIVATIONS = ("relu", "sigmoid", "tanh")
SLOPES = ("sigmoid", "tanh", "relu", "softplus")


def other_function(node: Expr) -> Iterator[Expr]:
    match node:
        case Apply(function, operand) if function in _ACTIVATIONS:
            yield from (Apply(other, operand) for other in _ACTIVATIONS if other != function)
        case tree.Extremum("max", Number(value), operand) | tree.Extremum("max", operand, Number(value)) if not value:
            yield from (Apply(other, operand) for other in _ACTIVATIONS if other != "relu")


def other_base(node: Expr) -> Iterator[Expr]:
    match node:
        case Apply("log"):
            yield from (Quotient(node, Apply("log", Number(Fraction(base)))) for base in (2, 10))


def spellings(function: str, output: Expr, argument: Expr) -> list[Expr]:
    """The derivative of an activation, in the ways in which a program says it."""
    if function == "softplus":
        return [Apply("sigmoid", argument)]
    if function == "sigmoid":
        return [Hadamard(output, Add((ONE, Negative(output))))]
    if function == "tanh":
        squares: list[Expr] = [Hadamard(output, output), Power(output, Number(Fraction(2)))]
        return [Add((ONE, Negative(square))) for square in squares]
    return [Indicator(tree.Comparison(argument, ">", Number(Fraction(0))))]


def with_labels(node: Expr, by: int) -> Expr:
    """An expression with every label in it one class further."""

    def change(part: Node) -> Node | None:
        return tree.IndexShift(part, by) if isinstance(part, tree.Label) else None

    return rebuilt(node, change)  # type: ignore[return-value]
