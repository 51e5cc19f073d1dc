"""Edits after which a claim says something else: mistakes that people make. Some of them happen to be true."""

from fractions import Fraction

from derive.expressions import tree
from derive.expressions.tree import Expr, IndexNumber, IndexVariable
from derive.expressions.walk import walk
from fuzzing.edits import Context, Edit, number, scaled

TINY = (Fraction(1, 10**12), Fraction(1, 10**30))


def drop_transpose(node: Expr, context: Context) -> Expr | None:
    return node.operand if isinstance(node, tree.Transpose) else None


def add_transpose(node: Expr, context: Context) -> Expr | None:
    return tree.Transpose(node) if node.shape.is_square and not node.shape.is_vector else None


def swap_factors(node: Expr, context: Context) -> Expr | None:
    match node:
        case tree.MatMul(a, b) if a != b:
            return tree.MatMul(b, a)
        case tree.Quotient(a, b) if a.shape == b.shape:
            return tree.Quotient(b, a)
    return None


def flip_sign(node: Expr, context: Context) -> Expr | None:
    match node:
        case tree.Add(terms):
            at = context.generator.randrange(len(terms))
            flipped = terms[at].operand if isinstance(terms[at], tree.Negative) else tree.Negative(terms[at])
            return tree.Add((*terms[:at], flipped, *terms[at + 1 :]))
        case tree.Negative(a):
            return a
    return tree.Negative(node)


def wrong_factor(node: Expr, context: Context) -> Expr | None:
    return scaled(context.generator.choice((2, Fraction(1, 2), 3)), node)


def wrong_number(node: Expr, context: Context) -> Expr | None:
    if isinstance(node, tree.Number):
        return number(node.value + context.generator.choice((1, 2, Fraction(1, 2))))
    return None


def wrong_scale(node: Expr, context: Context) -> Expr | None:
    """1/N dropped or squared; λ dropped or divided by something."""
    match node:
        case tree.Scale(c, a):
            return context.generator.choice((a, tree.Scale(c, tree.Scale(c, a))))
        case tree.Quotient(a, tree.Size() as size):
            return context.generator.choice((a, tree.Quotient(node, size)))
    return None


def by_a_size(node: Expr, context: Context) -> Expr | None:
    """Divided by the number of examples, or of something else: a mean for a sum."""
    dim = context.generator.choice(list(context.table.dims.values()))
    return tree.Scale(tree.Quotient(number(1), tree.Size(dim, dim.name)), node)


def drop_term(node: Expr, context: Context) -> Expr | None:
    if not isinstance(node, tree.Add):
        return None
    at = context.generator.randrange(len(node.terms))
    rest = (*node.terms[:at], *node.terms[at + 1 :])
    return rest[0] if len(rest) == 1 else tree.Add(rest)


def double_term(node: Expr, context: Context) -> Expr | None:
    return tree.Add((*node.terms, context.generator.choice(node.terms))) if isinstance(node, tree.Add) else None


def drop_factor(node: Expr, context: Context) -> Expr | None:
    """A mask or a slope left out."""
    match node:
        case tree.Hadamard(a, b):
            return context.generator.choice((a, b))
        case tree.MatMul(a, b):
            return context.generator.choice([side for side in (a, b) if side.shape == node.shape] or [node])
    return None


def other_symbol(node: Expr, context: Context) -> Expr | None:
    """Another name of the same shape: H for Z, the weights or the mask of another layer."""
    if isinstance(node, (tree.Symbol, tree.Derivative)):
        return context.generator.choice(context.symbols(node.shape) or [node])
    return None


def other_variable(node: Expr, context: Context) -> Expr | None:
    """The derivative by another variable of the same shape."""
    if isinstance(node, tree.Derivative) and isinstance(node.by, tree.Symbol):
        found = [by for by in context.symbols(node.by.shape) if isinstance(by, tree.Symbol) and by != node.of]
        found = [by for by in found if by.name not in ("P", "\\hat{Y}")]
        return tree.Derivative(node.of, context.generator.choice(found or [node.by]), node.layout)
    return None


def other_function(node: Expr, context: Context) -> Expr | None:
    names = ("sigmoid", "tanh", "relu", "softplus", "gelu", "exp")
    match node:
        case tree.Apply(function, operand, _, order) if function in (*names, "leaky"):
            other = context.generator.choice(names)
            return tree.Apply(other, operand, (), order)
        case tree.Extremum(kind, a, b):
            return tree.Extremum("min" if kind == "max" else "max", a, b)
    return None


def complement(node: Expr, context: Context) -> Expr | None:
    """a for 1 - a, 1 - a for a."""
    match node:
        case tree.Add((tree.Number(value), tree.Negative(a))) if value == 1 and a.shape == node.shape:
            return a
        case tree.Symbol() | tree.Indicator():
            return tree.Add((number(1), tree.Negative(node)))
    return None


def elementwise(node: Expr, context: Context) -> Expr | None:
    """Entry by entry for a matrix product, and the other way round."""
    match node:
        case tree.MatMul(a, b):
            return tree.Hadamard(a, b)
        case tree.Hadamard(a, b):
            return tree.MatMul(a, b)
    return None


def other_range(node: Expr, context: Context) -> Expr | None:
    """A sum that begins too late or ends too early."""
    match node:
        case tree.Quantified(kind, index, tree.Range(first, last, dim), body, condition) if last > first:
            over = context.generator.choice((tree.Range(first + 1, last, dim), tree.Range(first, last - 1, dim)))
            return tree.Quantified(kind, index, over, body, condition)
    return None


def other_index(node: Expr, context: Context) -> Expr | None:
    """Indices in the wrong order, or another position."""
    if not isinstance(node, tree.Entry):
        return None
    rows, columns = node.operand.shape.sizes()
    if node.operand.shape.is_vector:
        at = IndexNumber(context.generator.randrange(max(rows, columns)))
        return tree.Entry(node.operand, *((at, node.column) if columns == 1 else (node.row, at)))
    if rows == columns and context.generator.random() < 0.6:
        return tree.Entry(node.operand, node.column, node.row)
    at = IndexNumber(context.generator.randrange(min(rows, 2)))
    return tree.Entry(node.operand, at, node.column) if isinstance(node.row, IndexVariable) else None


def other_condition(node: Expr, context: Context) -> Expr | None:
    if isinstance(node, tree.Indicator) and isinstance(node.condition, tree.Comparison):
        compared = node.condition
        other = context.generator.choice([sign for sign in ("<", "<=", ">", ">=") if sign != compared.comparator])
        return tree.Indicator(tree.Comparison(compared.left, other, compared.right))  # type: ignore[arg-type]
    return None


def mean_for_sum(node: Expr, context: Context) -> Expr | None:
    match node:
        case tree.Reduce("sum", a):
            return tree.Reduce("mean", a)
        case tree.Quantified("sum", _, over, _, None):
            return tree.Quotient(node, tree.Size(over.dim, over.dim.name))
        case tree.MatMul(tree.Fill() | tree.Transpose(tree.Fill()), a) | tree.MatMul(a, tree.Fill()):
            dim = a.shape.rows if node.shape.is_row else a.shape.columns
            return tree.Quotient(node, tree.Size(dim, dim.name))
    return None


def add_tiny(node: Expr, context: Context) -> Expr | None:
    """What no sample of floats would show."""
    if node.shape.is_open:
        return None
    return tree.Add((node, scaled(context.generator.choice(TINY), context.some(node.shape))))


def power(node: Expr, context: Context) -> Expr | None:
    match node:
        case tree.Power(base, tree.Number(value)):
            return tree.Power(base, number(value + 1))
        case tree.Hadamard(a, b) if a == b:
            return a
    return None


BREAKAGES: dict[str, Edit] = {
    "drop a transpose": drop_transpose, "add a transpose": add_transpose, "swap factors": swap_factors,
    "flip a sign": flip_sign, "wrong factor": wrong_factor, "wrong number": wrong_number, "wrong scale": wrong_scale,
    "divide by a size": by_a_size, "drop a term": drop_term, "double a term": double_term, "drop a factor": drop_factor,
    "another name": other_symbol, "another variable": other_variable, "another function": other_function,
    "complement": complement, "entry by entry": elementwise, "another range": other_range, "another index": other_index,
    "another condition": other_condition, "mean for sum": mean_for_sum, "add a tiny term": add_tiny, "power": power,
}  # fmt: skip


def is_tiny(node: Expr) -> bool:
    """Whether a number in a tree is too small for floats beside the others."""
    return any(_is_tiny_number(part) for part in walk(node))


def _is_tiny_number(node: tree.Node) -> bool:
    match node:
        case tree.Number(value):
            return 0 < abs(value) < Fraction(1, 10**9)
        case tree.Power(tree.Number(), tree.Number(exponent)) | tree.Power(
            tree.Number(), tree.Negative(tree.Number(exponent))
        ):
            return abs(exponent) >= 9
    return False
