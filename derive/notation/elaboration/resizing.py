"""Identities, unit vectors and vectors of ones take their sizes from where they stand."""

from collections.abc import Sequence
from dataclasses import replace

from derive.errors import Meaningless, Unreadable
from derive.expressions.shapes import OPEN, Dim, Shape, column, matrix, meet, row
from derive.expressions.tree import (
    Add,
    Blocks,
    Expr,
    Fill,
    Identity,
    MatMul,
    Negative,
    Number,
    Quantified,
    Scale,
    Slice,
    Transpose,
)
from derive.expressions.walk import walk
from derive.source import Span


def resized(value: Expr, shape: Shape) -> Expr:
    """An identity, a vector of ones, or what is made of them, with its open sizes filled in."""
    if all(
        mine.size is not None or theirs.size is None for mine, theirs in zip(value.shape.dims, shape.dims, strict=True)
    ):
        return value
    match value:
        case Identity():
            if meet(shape.rows, shape.columns) is None:
                raise Meaningless(f"the identity stands where {shape} is needed, which is not square", value.span)
            return Identity(_known(shape.dims), span=value.span)
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
        case MatMul() if shape.is_square and all(map(_is_open_ones, factors := _factors(value))):
            return _product([_of_length(factor, shape.rows) for factor in factors], value.span)
        case MatMul(left, right):
            return joined(
                resized(left, matrix(shape.rows, left.shape.columns)),
                resized(right, matrix(right.shape.rows, shape.columns)),
                value.span,
            )
        case Add(terms):
            return Add(tuple(resized(term, shape) if term.shape.is_open else term for term in terms), span=value.span)
    raise Unreadable("the size of this cannot be told from where it stands", value.span)


def joined(left: Expr, right: Expr, span: Span | None) -> MatMul:
    """A matrix product in which each factor takes the inner size of the other."""
    inner = left.shape.columns if left.shape.columns.size is not None else right.shape.rows
    first = matrix(inner if _is_square(left) else left.shape.rows, inner)
    second = matrix(inner, inner if _is_square(right) else right.shape.columns)
    fits = meet(left.shape.columns, right.shape.rows) is not None
    return MatMul(resized(left, first), resized(right, second), span=span) if fits else MatMul(left, right, span=span)


def blocks(lines: Sequence[Sequence[Expr]], span: Span | None) -> Blocks:
    """A matrix of blocks, in which ones, identities and zeros are as high and as wide as the blocks around them."""
    if len({len(line) for line in lines}) > 1 or not any(block.shape.is_open for line in lines for block in line):
        return Blocks(tuple(map(tuple, lines)), span=span)
    heights = [_known([block.shape.rows for block in line if block.shape.is_matrix]) for line in lines]
    widths = [
        _known([block.shape.columns for block in line if block.shape.is_matrix]) for line in zip(*lines, strict=True)
    ]
    squares = [(i, j) for i, line in enumerate(lines) for j, block in enumerate(line) if _is_square(block)]
    for _ in squares:
        for i, j in squares:
            heights[i] = widths[j] = _known([heights[i], widths[j]])
    return Blocks(
        tuple(
            tuple(_block(block, matrix(height, width)) for block, width in zip(line, widths, strict=True))
            for line, height in zip(lines, heights, strict=True)
        ),
        span=span,
    )


def _block(block: Expr, shape: Shape) -> Expr:
    """A block with the size of its place; a 0 among blocks is a block of zeros."""
    if isinstance(block, Number) and block.value == 0:
        return Fill(0, shape, span=block.span)
    return resized(block, shape) if block.shape.is_open else block


def _known(dims: Sequence[Dim]) -> Dim:
    """The first dimension of some that has a size."""
    return next((dim for dim in dims if dim.size is not None), OPEN)


def _is_square(value: Expr) -> bool:
    """Whether an expression of open sizes is square because there is an identity in it."""
    match value:
        case Identity():
            return True
        case Transpose(inner) | Negative(inner) | Scale(_, inner):
            return _is_square(inner)
        case Add(terms):
            return any(map(_is_square, terms))
        case MatMul(left, right):
            return _is_square(left) and _is_square(right)
    return False


def _factors(value: Expr) -> list[Expr]:
    """The factors of a matrix product, from the left."""
    return [*_factors(value.left), *_factors(value.right)] if isinstance(value, MatMul) else [value]


def _is_open_ones(value: Expr) -> bool:
    """Whether this is a vector of ones, its transpose or a multiple, of a length that is not told yet."""
    match value:
        case Transpose(inner) | Negative(inner) | Scale(_, inner):
            return _is_open_ones(inner)
    return isinstance(value, Fill) and value.shape.is_vector and value.shape.is_open


def _of_length(value: Expr, size: Dim) -> Expr:
    r"""That vector of ones with its length: all the \mathbf{1} of a product that is n x n have n entries."""
    return resized(value, column(size) if value.shape.is_column else row(size))


def _product(factors: Sequence[Expr], span: Span | None) -> Expr:
    total = factors[0]
    for factor in factors[1:]:
        total = MatMul(total, factor, span=span)
    return total


def _checked(value: Quantified) -> Quantified:
    """A sum of unit vectors, whose index must be one of theirs."""
    for node in walk(value.body):
        if isinstance(node, Slice) and node.index == value.index and isinstance(node.operand, Identity):
            size = node.operand.size
            if size.size is not None and value.range.last >= size.size:
                raise Meaningless(f"a unit vector of length {size} has no such index", node.span)
    return value
