"""Why a step of the chain rule is what it is: the rule of each operation between a name and what is computed from it.

One sentence a rule, for students; formulas stand between dollar signs. None of them is an equation: it would be a claim
for whoever checks the sheet.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.tree import Expr, Layout, Symbol
from derive.expressions.walk import symbols_of

FUNCTIONS: Mapping[str, str] = {
    "relu": "ReLU acts entry by entry; its slope is 1 where the input is positive and 0 where it is negative.",
    "leaky": "The leaky ReLU acts entry by entry; its slope is 1 where the input is positive, a small one elsewhere.",
    "elu": "ELU acts entry by entry; its slope is 1 where the input is positive, and an exponential below.",
    "sigmoid": "The sigmoid acts entry by entry; its slope is its value times one minus its value.",
    "tanh": r"The hyperbolic tangent acts entry by entry, and its slope is one minus its square.",
    "softplus": r"The slope of the softplus is the sigmoid, entry by entry.",
    "silu": r"The product rule for the input times its sigmoid, entry by entry.",
    "gelu": r"The product rule for the input times the normal distribution function, entry by entry.",
    "exp": "The exponential is its own slope, entry by entry.",
    "log": "The slope of the logarithm is one over its argument.",
    "sqrt": "The slope of the root is one over twice the root.",
    "abs": "The slope of the absolute value is the sign.",
    "sin": "The slope of the sine is the cosine.",
    "cos": "The slope of the cosine is minus the sine.",
    "erf": "The slope of the error function is a bell curve.",
}
"""What is said of a function of one variable, by its name in `derive.expressions.functions`."""

REDUCED: Mapping[str, str] = {
    "sum": "Every entry goes into the sum once, so each gets the same gradient.",
    "mean": "Every entry goes into the mean once, so each gets the same share.",
    "l2": "The norm grows fastest along its argument: its gradient is the argument over the norm.",
    "l1": "The gradient of the sum of absolute values is the sign of each entry.",
    "logsumexp": "The gradient of log-sum-exp is the softmax.",
    "trace": "The trace sees the diagonal alone.",
    "det": "The gradient of the determinant is itself times the transposed inverse.",
    "max": "The largest entry alone gets the gradient.",
    "min": "The smallest entry alone gets the gradient.",
}


def rules_between(value: Expr, name: str, layout: Layout = "gradient") -> tuple[str, ...]:
    """What is said of the operations between a formula and a name in it, the outermost first, each sentence once."""
    found: dict[str, None] = {}
    for way in ways(value, name):
        said = [sentence for parent, child in _without_squared_norms(way) if (sentence := _rule(parent, child, layout))]
        if not said and any(isinstance(parent, (tree.Add, tree.Negative)) for parent, _ in way):
            said = ["A sum hands the gradient on as it is."]
        found.update(dict.fromkeys(said))
    return tuple(found)


def jacobian_rules(value: Expr, name: str) -> tuple[str, ...]:
    """What is said of the Jacobian of a formula by a name in it, each sentence once."""
    said = [
        sentence
        for way in ways(value, name)
        for parent, child in way
        if (rule := _OF_JACOBIANS.get(type(parent), _RULES.get(type(parent)))) is not None
        and (sentence := rule(parent, child)) is not None
    ]
    return tuple(dict.fromkeys(said))


def _without_squared_norms(way: tuple[tuple[Expr, Expr], ...]) -> Iterator[tuple[Expr, Expr]]:
    """The way without the norms that are squared: of these the square is the rule."""
    squared = [child for parent, child in way if isinstance(parent, tree.Power)]
    return ((parent, child) for parent, child in way if parent not in squared or not isinstance(parent, tree.Reduce))


def ways(node: Expr, name: str) -> Iterator[tuple[tuple[Expr, Expr], ...]]:
    """Every way from a node down to a name: pairs of an operation and the operand on the way."""
    if isinstance(node, Symbol):
        if node.name == name:
            yield ()
        return
    for part in tree.parts(node):
        if isinstance(part, Expr) and any(symbol.name == name for symbol in symbols_of(part)):
            for way in ways(part, name):
                yield (node, part), *way


def _rule(parent: Expr, child: Expr, layout: Layout) -> str | None:
    if layout == "numerator" and isinstance(parent, tree.MatMul) and not parent.shape.is_scalar:
        return _matmul_by_row(parent, child)
    rule = _RULES.get(type(parent))
    return None if rule is None else rule(parent, child)


def _add(parent: Expr, child: Expr) -> str | None:
    if child.shape == parent.shape:
        return None
    what = f"${_short(child)}$" if _short(child) else "It"
    if child.shape.is_scalar:
        return f"{what} is added to every entry, so its gradient is the sum of all entries."
    line = "row" if child.shape.is_row else "column"
    return f"{what} is added to every {line}, so its gradient is the sum of the {line}s."


def _matmul(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.MatMul)
    if parent.shape.is_scalar:
        return "In an inner product the gradient of one factor is the other."
    other, side = (parent.right, "right") if child is parent.left else (parent.left, "left")
    short = _short(other)
    factor = f"the other factor, ${short}$," if short else "the other factor"
    return f"In a matrix product {factor} comes transposed, from the {side}."


def _matmul_by_row(parent: tree.MatMul, child: Expr) -> str:
    """The same in numerator layout, where the derivative stands at the left and is a row for a column."""
    other, side = (parent.right, "left") if child is parent.left else (parent.left, "right")
    short = _short(other)
    return f"In a matrix product the other factor{f', ${short}$,' if short else ''} comes as it is, from the {side}."


def _scale(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.Scale)
    if parent.operand.shape.is_scalar:
        other = parent.factor if child is parent.operand else parent.operand
        return (
            "In a product of numbers each factor gets the other one times the gradient." if symbols_of(other) else None
        )
    if child is parent.operand:
        return None
    return "A number that multiplies a matrix gets the inner product of that matrix and the gradient."


def _hadamard(parent: Expr, child: Expr) -> str | None:
    if child.shape == parent.shape:
        return "In an entrywise product each entry is multiplied by that of the other factor."
    line = "row" if child.shape.is_row else "column"
    return f"It multiplies every {line} entry by entry, so its gradient is summed over the {line}s."


def _quotient(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.Quotient)
    return None if child is parent.numerator else r"The slope of $\frac{1}{u}$ is $-\frac{1}{u^2}$."


def _apply(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.Apply)
    return FUNCTIONS.get(parent.function) if parent.order == 0 else None


def _extremum(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.Extremum)
    other = parent.right if child is parent.left else parent.left
    if isinstance(other, tree.Number) and other.value == Fraction(0) and parent.kind == "max":
        return FUNCTIONS["relu"]
    which = "larger" if parent.kind == "max" else "smaller"
    return f"Only where this argument is the {which} one it hands the gradient on."


def _power(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.Power)
    if isinstance(parent.base, tree.Reduce) and parent.base.kind == "l2":
        return "The gradient of a squared norm is twice its argument."
    return "The power rule, entry by entry." if not parent.shape.is_scalar else "The power rule."


def _softmax(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.Softmax)
    if parent.logarithm:
        return "The logarithm of a softmax has for its Jacobian the identity less the probabilities in every row."
    line = "" if parent.operand.shape.is_vector else "row" if parent.axis == 1 else "column"
    where = f" of each {line}" if line else ""
    sums = rf" The product with $\mathbf{{1}}$ adds up each {line}." if line else ""
    return f"The Jacobian of the softmax{where}: $p_k (1 - p_k)$ on the diagonal, $-p_j p_k$ beside it.{sums}"


def _reduce(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.Reduce)
    return REDUCED.get(parent.kind)


def _quantified(parent: Expr, child: Expr) -> str | None:
    assert isinstance(parent, tree.Quantified)
    if parent.kind == "max":
        return "Only the largest term hands the gradient on."
    return "The product rule over all factors." if parent.kind == "product" else None


_RULES: Mapping[type[Expr], Callable[[Expr, Expr], str | None]] = {
    tree.Add: _add,
    tree.MatMul: _matmul,
    tree.Scale: _scale,
    tree.Hadamard: _hadamard,
    tree.Quotient: _quotient,
    tree.Dot: lambda parent, child: "In an inner product the gradient of one factor is the other.",
    tree.Outer: lambda parent, child: "In an outer product the other factor is summed out.",
    tree.Transpose: lambda parent, child: "A transpose hands the gradient on transposed.",
    tree.Inverse: lambda parent, child: "The derivative of an inverse has the inverse on both sides.",
    tree.Power: _power,
    tree.Apply: _apply,
    tree.Extremum: _extremum,
    tree.Softmax: _softmax,
    tree.Reduce: _reduce,
    tree.Quantified: _quantified,
}


JACOBIAN_OF_A_SUM = "The Jacobian of a sum is the sum of the Jacobians."

_OF_JACOBIANS: Mapping[type[Expr], Callable[[Expr, Expr], str | None]] = {
    tree.MatMul: lambda parent, child: "The Jacobian of a linear map is its matrix.",
    tree.Add: lambda parent, child: JACOBIAN_OF_A_SUM if _is_twice(parent) else None,
    tree.Hadamard: lambda parent, child: "An entrywise product by a constant has a diagonal Jacobian.",
    tree.Transpose: lambda parent, child: None,
}


def _is_twice(node: Expr) -> bool:
    """Whether some name stands in more than one term of a sum."""
    assert isinstance(node, tree.Add)
    names = [{symbol.name for symbol in symbols_of(term)} for term in node.terms]
    return any(first & second for at, first in enumerate(names) for second in names[:at])


def _short(node: Expr) -> str:
    """A name; of what is longer nothing."""
    return latex(node) if isinstance(node, Symbol) else ""
