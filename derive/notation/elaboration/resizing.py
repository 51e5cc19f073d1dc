"""Identities, unit vectors and vectors of ones take their sizes from where they stand."""

from dataclasses import replace

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import Shape, matrix
from derive.expressions.tree import (
    Add,
    Expr,
    Fill,
    Identity,
    MatMul,
    Negative,
    Quantified,
    Scale,
    Slice,
    Transpose,
)
from derive.expressions.walk import walk


def resized(value: Expr, shape: Shape) -> Expr:
    """An identity, a vector of ones, or what is made of them, with its open sizes filled in."""
    match value:
        case Identity():
            if not shape.is_square:
                raise Meaningless(f"the identity stands where {shape} is needed, which is not square", value.span)
            return Identity(shape.rows, span=value.span)
        case Fill(number, own):
            dims = tuple(
                mine if mine.size is not None else theirs for mine, theirs in zip(own.dims, shape.dims, strict=True)
            )
            return Fill(number, Shape(dims), span=value.span)
        case Transpose(inner):
            return Transpose(resized(inner, shape.transposed), span=value.span)
        case Negative(inner):
            return Negative(resized(inner, shape), span=value.span)
        case Scale(factor, operand):
            return Scale(factor, resized(operand, shape), span=value.span)
        case Slice(Identity(span=place), index, along) if shape.is_vector and shape.is_column == (along == "column"):
            return Slice(Identity(shape.length, span=place), index, along, span=value.span)
        case Quantified(body=body):
            return _checked(replace(value, body=resized(body, shape)))
        case MatMul(left, right) if left.shape.is_column and right.shape.is_row:
            first = resized(left, matrix(shape.rows, left.shape.columns)) if left.shape.is_open else left
            second = resized(right, matrix(right.shape.rows, shape.columns)) if right.shape.is_open else right
            return MatMul(first, second, span=value.span)
        case Add(terms):
            return Add(tuple(resized(term, shape) if term.shape.is_open else term for term in terms), span=value.span)
    raise Unreadable("the size of this cannot be told from where it stands", value.span)


def _checked(value: Quantified) -> Quantified:
    """A sum of unit vectors, whose index must be one of theirs."""
    for node in walk(value.body):
        if isinstance(node, Slice) and node.index == value.index and isinstance(node.operand, Identity):
            size = node.operand.size
            if size.size is not None and value.range.last >= size.size:
                raise Meaningless(f"a unit vector of length {size} has no such index", node.span)
    return value
