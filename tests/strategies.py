"""Random well-shaped expressions over a fixed symbol table."""

from fractions import Fraction

from hypothesis import strategies as st

from derive.expressions import tree
from derive.expressions.shapes import SCALAR, Dim, Shape, column, matrix, row
from derive.expressions.tree import Expr
from derive.notation.symbols import Computed, Given, SymbolTable

N, D, H = Dim(2, "N"), Dim(3, "D"), Dim(4, "H")
DIMS = (N, D, H)

SYMBOLS: dict[str, Shape] = {
    "a": SCALAR,
    "\\lambda": SCALAR,
    "x": column(D),
    "u_{1}": column(H),
    "\\hat{\\mathbf{y}}": row(D),
    "W_{1}": matrix(D, H),
    "W^{[2]}": matrix(H, N),
    "X": matrix(N, D),
    "Q": matrix(D, D),
    "score": matrix(N, H),
}

TABLE = SymbolTable(
    dims={dim.name: dim for dim in DIMS},
    meanings={
        **{name: Given("real", shape) for name, shape in SYMBOLS.items()},
        "k": Given("labels", SCALAR, classes=D),
        "f": Given("function", SCALAR),
        "z": Computed(column(H), tree.Symbol("u_{1}", column(H))),
    },
    words=frozenset({"score"}),
)

ENTRYWISE = ("exp", "log", "tanh", "sigmoid", "relu", "softplus", "sin", "gelu", "sqrt", "abs")

shapes = st.sampled_from([SCALAR, column(D), column(H), row(D), matrix(D, H), matrix(H, N), matrix(D, D), matrix(N, D)])
numbers = st.builds(tree.Number, st.sampled_from([Fraction(1), Fraction(2), Fraction(3), Fraction(10)]))


@st.composite
def expressions(draw: st.DrawFn, shape: Shape | None = None, depth: int = 3, index: str | None = None) -> Expr:
    """An expression of a shape, any where none is asked for; `index` is a bound letter that it may use."""
    target = draw(shapes) if shape is None else shape
    makers = [_leaf]
    if depth > 0:
        makers += [_sum, _negative, _scaled, _function, _entrywise_product, _quotient]
        makers += [_reduction, _total, _entry, _derivative, _extremum] if target.is_scalar else [_product, _transpose]
        if target.is_vector:
            makers += [_softmax, _slice]
    return draw(draw(st.sampled_from(makers))(target, depth, index))


def _leaf(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    fitting = [tree.Symbol(name, of) for name, of in SYMBOLS.items() if of == shape]
    transposed = [
        tree.Transpose(tree.Symbol(name, of)) for name, of in SYMBOLS.items() if of.transposed == shape and of.is_matrix
    ]
    leaves = st.sampled_from(fitting + transposed) if fitting or transposed else st.just(_ones(shape))
    return st.one_of(leaves, numbers) if shape.is_scalar else leaves


def _ones(shape: Shape) -> Expr:
    """A matrix of ones, made of vectors of ones."""
    if shape.is_column:
        return tree.Fill(1, shape)
    if shape.is_row:
        return tree.Transpose(tree.Fill(1, shape.transposed))
    return tree.Outer(tree.Fill(1, column(shape.rows)), tree.Fill(1, column(shape.columns)))


def _sum(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    terms = st.lists(expressions(shape, depth - 1, index), min_size=2, max_size=3)
    unnested = terms.filter(lambda found: not any(isinstance(term, tree.Add) for term in found))
    return unnested.map(lambda found: tree.Add(tuple(found)))


def _negative(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    return expressions(shape, depth - 1, index).map(tree.Negative)


def _scaled(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    return st.builds(tree.Scale, expressions(SCALAR, depth - 1, index), expressions(shape, depth - 1, index))


def _function(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    inner = expressions(shape, depth - 1, index)
    known = st.builds(tree.Apply, st.sampled_from(ENTRYWISE), inner)
    unknown = st.builds(lambda operand, order: tree.Unspecified("f", operand, order), inner, st.integers(0, 2))
    return st.one_of(known, unknown)


def _entrywise_product(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    if shape.is_scalar:
        return _scaled(shape, depth, index)
    return st.builds(tree.Hadamard, expressions(shape, depth - 1, index), expressions(shape, depth - 1, index))


def _quotient(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    return st.builds(tree.Quotient, expressions(shape, depth - 1, index), expressions(SCALAR, depth - 1, index))


def _product(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    def pair(inner: Dim) -> st.SearchStrategy[Expr]:
        left = expressions(matrix(shape.rows, inner), depth - 1, index)
        right = expressions(matrix(inner, shape.columns), depth - 1, index)
        return st.builds(tree.MatMul, left, right)

    return st.sampled_from(DIMS).flatmap(pair)


def _transpose(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    return expressions(shape.transposed, depth - 1, index).map(tree.Transpose)


def _reduction(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    norm = st.builds(tree.Reduce, st.sampled_from(["l2", "l1"]), expressions(column(D), depth - 1, index))
    trace = st.builds(tree.Reduce, st.just("trace"), expressions(matrix(D, D), depth - 1, index))
    return st.one_of(norm, trace)


def _total(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    """A sum over an index that its body uses."""
    letter = {None: "i", "i": "j", "j": "l"}.get(index)
    if letter is None:
        return numbers
    bound = tree.IndexVariable(letter, -1)

    def make(body: Expr, at: Expr) -> Expr:
        return tree.Quantified("sum", bound, tree.Range(0, 2, D), tree.Scale(at, body))

    entry = st.just(tree.Entry(tree.Symbol("x", column(D)), bound, tree.IndexNumber(0)))
    return st.builds(make, expressions(SCALAR, depth - 1, letter), entry)


def _entry(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    position = st.one_of(st.integers(0, 2).map(lambda at: tree.IndexNumber(at, str(at + 1))), st.just(tree.Label("k")))
    operands = expressions(column(D), depth - 1, index)
    return st.builds(lambda operand, at: tree.Entry(operand, at, tree.IndexNumber(0)), operands, position)


def _derivative(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    return st.builds(tree.Derivative, expressions(SCALAR, depth - 1, index), st.just(tree.Symbol("a", SCALAR)))


def _extremum(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    inner = expressions(shape, depth - 1, index)
    return st.builds(tree.Extremum, st.sampled_from(["max", "min"]), inner, inner)


def _softmax(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    return expressions(shape, depth - 1, index).map(lambda operand: tree.Softmax(operand, 0 if shape.is_column else 1))


def _slice(shape: Shape, depth: int, index: str | None) -> st.SearchStrategy[Expr]:
    along = "row" if shape.is_row else "column"
    whole = matrix(H, shape.columns) if shape.is_row else matrix(shape.rows, H)
    operands = expressions(whole, depth - 1, index)
    return operands.map(lambda operand: tree.Slice(operand, tree.IndexNumber(1, "2"), along))
