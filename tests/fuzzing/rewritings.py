"""Edits after which a claim says the same: algebra, spellings of functions, index forms. (The oracle looks anyway.)"""

from fractions import Fraction

from derive.expressions import tree
from derive.expressions.tree import Expr, IndexNumber, IndexVariable
from fuzzing.edits import Context, Edit, fresh, number, scaled, uses, whole

HALF = Fraction(1, 2)
FIRST = IndexNumber(0)


def commute(node: Expr, context: Context) -> Expr | None:
    """A ⊙ B = B ⊙ A; a sum in another order."""
    match node:
        case tree.Hadamard(left, right):
            return tree.Hadamard(right, left)
        case tree.Add(terms):
            return tree.Add(tuple(context.generator.sample(terms, len(terms))))
        case tree.Scale(factor, operand) if operand.shape.is_scalar:
            return tree.Scale(operand, factor)
    return None


def associate(node: Expr, context: Context) -> Expr | None:
    match node:
        case tree.MatMul(tree.MatMul(a, b), c):
            return tree.MatMul(a, tree.MatMul(b, c))
        case tree.MatMul(a, tree.MatMul(b, c)):
            return tree.MatMul(tree.MatMul(a, b), c)
        case tree.Hadamard(tree.Hadamard(a, b), c):
            return tree.Hadamard(a, tree.Hadamard(b, c))
    return None


def distribute(node: Expr, context: Context) -> Expr | None:
    """A (B + C) = A B + A C and its kin; a broadcast term stays where it is."""
    match node:
        case tree.MatMul(left, tree.Add(terms) as total) if all(term.shape == total.shape for term in terms):
            return tree.Add(tuple(tree.MatMul(left, term) for term in terms))
        case tree.MatMul(tree.Add(terms) as total, right) if all(term.shape == total.shape for term in terms):
            return tree.Add(tuple(tree.MatMul(term, right) for term in terms))
        case tree.Hadamard(left, tree.Add(terms)):
            return tree.Add(tuple(tree.Hadamard(left, term) for term in terms))
        case tree.Hadamard(tree.Add(terms), right):
            return tree.Add(tuple(tree.Hadamard(term, right) for term in terms))
        case tree.Scale(factor, tree.Add(terms)):
            return tree.Add(tuple(tree.Scale(factor, term) for term in terms))
        case tree.Scale(tree.Add(terms), operand):
            return tree.Add(tuple(tree.Scale(term, operand) for term in terms))
        case tree.Quotient(tree.Add(terms), right) if right.shape.is_scalar:
            return tree.Add(tuple(tree.Quotient(term, right) for term in terms))
        case tree.Quantified("sum", index, over, tree.Add(terms), condition):
            return tree.Add(tuple(tree.Quantified("sum", index, over, term, condition) for term in terms))
    return None


def transpose(node: Expr, context: Context) -> Expr | None:
    match node:
        case tree.Transpose(tree.MatMul(a, b)):
            return tree.MatMul(tree.Transpose(b), tree.Transpose(a))
        case tree.Transpose(tree.Add(terms)):
            return tree.Add(tuple(tree.Transpose(term) for term in terms))
        case tree.Transpose(tree.Hadamard(a, b)):
            return tree.Hadamard(tree.Transpose(a), tree.Transpose(b))
        case tree.Transpose(tree.Scale(factor, a)):
            return tree.Scale(factor, tree.Transpose(a))
        case tree.Transpose(tree.Transpose(a)):
            return a
        case tree.MatMul(a, b):
            return tree.Transpose(tree.MatMul(tree.Transpose(b), tree.Transpose(a)))
        case _ if node.shape.is_matrix:
            return tree.Transpose(tree.Transpose(node))
    return None


def move_scalar(node: Expr, context: Context) -> Expr | None:
    match node:
        case tree.Scale(c, tree.MatMul(a, b)):
            return (
                tree.MatMul(tree.Scale(c, a), b)
                if context.generator.random() < 0.5
                else tree.MatMul(a, tree.Scale(c, b))
            )
        case tree.Scale(c, tree.Hadamard(a, b)):
            return tree.Hadamard(tree.Scale(c, a), b)
        case tree.MatMul(tree.Scale(c, a), b) | tree.MatMul(a, tree.Scale(c, b)):
            return tree.Scale(c, tree.MatMul(a, b))
        case tree.Hadamard(tree.Scale(c, a), b) | tree.Hadamard(a, tree.Scale(c, b)):
            return tree.Scale(c, tree.Hadamard(a, b))
        case tree.Scale(tree.Quotient(tree.Number(value), c), a) if value == 1:
            return tree.Quotient(a, c)
        case tree.Scale(c, tree.Quantified("sum", index, over, body, condition)) if not uses(c, index):
            return tree.Quantified("sum", index, over, tree.Scale(c, body), condition)
        case tree.Quantified("sum", index, over, tree.Scale(c, body), condition) if not uses(c, index):
            return tree.Scale(c, tree.Quantified("sum", index, over, body, condition))
    return None


def negate(node: Expr, context: Context) -> Expr | None:
    match node:
        case tree.Negative(tree.Add(terms)):
            return tree.Add(tuple(tree.Negative(term) for term in terms))
        case tree.Negative(a):
            return tree.Scale(tree.Negative(number(1)), a)
        case tree.Add(terms):
            return tree.Negative(tree.Add(tuple(tree.Negative(term) for term in terms)))
    return None


def add_nothing(node: Expr, context: Context) -> Expr | None:
    """A + B - B, 2 A - A, 1/2 A + 1/2 A, 3 (A / 3)."""
    if node.shape.is_open:
        return None
    other = context.some(node.shape)
    c = context.generator.choice((2, 3, 5))
    forms = (
        tree.Add((node, other, tree.Negative(other))),
        tree.Add((scaled(2, node), tree.Negative(node))),
        tree.Add((scaled(HALF, node), scaled(HALF, node))),
        scaled(c, tree.Quotient(node, number(c))),
    )
    return context.generator.choice(forms)


def unfold(node: Expr, context: Context) -> Expr | None:
    """A name for what it stands for."""
    return context.definition(node.name) if isinstance(node, tree.Symbol) else None


def fold(node: Expr, context: Context) -> Expr | None:
    """What a name stands for, for the name."""
    for name, meaning in context.table.meanings.items():
        if getattr(meaning, "value", None) == node and not isinstance(node, tree.Symbol):
            return tree.Symbol(name, node.shape)
    return None


def _over_one_plus(u: Expr) -> Expr:
    return tree.Quotient(number(1), tree.Add((number(1), tree.Apply("exp", tree.Negative(u)))))


def spell(node: Expr, context: Context) -> Expr | None:
    """Functions by other functions."""
    if not isinstance(node, tree.Apply) or node.order:
        return None
    u, choose = node.operand, context.generator.choice
    grown, shrunk = tree.Apply("exp", u), tree.Apply("exp", tree.Negative(u))
    positive = tree.Indicator(tree.Comparison(u, ">", number(0)))
    match node.function:
        case "sigmoid":
            half = tree.Apply("tanh", scaled(HALF, u))
            one = tree.Quotient(grown, tree.Add((number(1), grown)))
            return choose((_over_one_plus(u), one, scaled(HALF, tree.Add((number(1), half)))))
        case "tanh":
            quotient = tree.Quotient(tree.Add((grown, tree.Negative(shrunk))), tree.Add((grown, shrunk)))
            doubled = scaled(2, tree.Apply("sigmoid", scaled(2, u)))
            return choose((quotient, tree.Add((doubled, tree.Negative(number(1))))))
        case "relu":
            forms = [tree.Extremum("max", number(0), u), scaled(HALF, tree.Add((u, tree.Apply("abs", u))))]
            forms += [tree.Scale(u, positive) if u.shape.is_scalar else tree.Hadamard(u, positive)]
            return choose(forms)
        case "leaky":
            slope = node.parameters[0]
            rest = tree.Apply("relu", tree.Negative(u))
            return tree.Add((tree.Apply("relu", u), tree.Negative(tree.Scale(slope, rest))))
        case "softplus":
            return choose(
                (
                    tree.Apply("log", tree.Add((number(1), grown))),
                    tree.Add((u, tree.Apply("log", tree.Add((number(1), shrunk))))),
                )
            )
        case "gelu":
            inner = tree.Apply("erf", tree.Quotient(u, tree.Apply("sqrt", number(2))))
            factor = scaled(HALF, tree.Add((number(1), inner)))
            return tree.Scale(u, factor) if u.shape.is_scalar else tree.Hadamard(u, factor)
        case "exp" if isinstance(u, tree.Add) and len(u.terms) == 2 and not u.shape.is_open:
            first, second = (tree.Apply("exp", term) for term in u.terms)
            return tree.Scale(first, second) if u.shape.is_scalar else tree.Hadamard(first, second)
    return None


def respell_mask(node: Expr, context: Context) -> Expr | None:
    """1(H > 0) and 1(Z > 0), where H is ReLU(Z); 1 - 1(Z <= 0)."""
    match node:
        case tree.Indicator(tree.Comparison(left, ">", tree.Number(value) as zero)) if value == 0:
            inner = context.definition(left.name) if isinstance(left, tree.Symbol) else None
            match inner:
                case tree.Apply("relu", source) | tree.Extremum("max", tree.Number(), source):
                    return tree.Indicator(tree.Comparison(source, ">", zero))
            other = tree.Indicator(tree.Comparison(left, "<=", zero))
            return context.generator.choice(
                (
                    tree.Add((number(1), tree.Negative(other))),
                    tree.Indicator(tree.Comparison(tree.Apply("relu", left), ">", zero)),
                    tree.Hadamard(node, node) if node.shape.is_matrix else tree.Scale(node, node),
                )
            )
    return None


def expand_square(node: Expr, context: Context) -> Expr | None:
    """a (1 - a) = a - a ⊙ a; 1 - a ⊙ a = (1 - a) ⊙ (1 + a)."""
    match node:
        case tree.Hadamard(a, tree.Add((tree.Number(value), tree.Negative(b)))) if value == 1 and a == b:
            return tree.Add((a, tree.Negative(tree.Hadamard(a, a))))
        case tree.Add((tree.Number(value) as one, tree.Negative(tree.Hadamard(a, b)))) if value == 1 and a == b:
            return tree.Hadamard(tree.Add((one, tree.Negative(a))), tree.Add((one, a)))
        case tree.Power(base, tree.Number(value)) if value == 2:
            return tree.Scale(base, base) if base.shape.is_scalar else tree.Hadamard(base, base)
    return None


def at(node: Expr, row: tree.Index, column: tree.Index) -> Expr:
    """The entry of a matrix, whatever else it is broadcast with."""
    shape = node.shape
    return tree.Entry(node, FIRST if shape.is_row else row, FIRST if shape.is_column else column)


def by_entries(node: Expr, context: Context) -> Expr | None:
    """A matrix by the formula of its entries."""
    if node.shape.is_open or not node.shape.is_matrix:
        return None
    scope = fresh(node, context.generator)
    i, j, k = (IndexVariable(letter, scope) for letter in "pqr")
    row, column = (FIRST if node.shape.is_row else i), (FIRST if node.shape.is_column else j)
    match node:
        case tree.MatMul(a, b) if not node.shape.is_scalar:
            body: Expr = tree.Scale(tree.Entry(a, row, k), tree.Entry(b, k, column))
            body = tree.Quantified("sum", k, whole(a.shape.columns), body)
        case tree.Hadamard(a, b) if a.shape == b.shape:
            body = tree.Scale(tree.Entry(a, row, column), tree.Entry(b, row, column))
        case tree.Transpose(a):
            body = tree.Entry(a, column, row)
        case tree.Symbol() | tree.Derivative():
            body = tree.Entry(node, row, column)
        case _:
            return None
    rows = None if node.shape.is_row else i
    columns = None if node.shape.is_column else j
    if rows is None and columns is None:
        return None
    return tree.EntryFormula(rows, columns, body, node.shape)


def expand_entry(node: Expr, context: Context) -> Expr | None:
    """(A B)_ij = sum_k A_ik B_kj; (A + B)_ij = A_ij + B_ij; (A^T)_ij = A_ji."""
    if not isinstance(node, tree.Entry):
        return None
    k = IndexVariable("r", fresh(node, context.generator))
    match node.operand:
        case tree.MatMul(a, b):
            body = tree.Scale(tree.Entry(a, node.row, k), tree.Entry(b, k, node.column))
            return tree.Quantified("sum", k, whole(a.shape.columns), body)
        case tree.Add(terms) as total if all(term.shape == total.shape for term in terms):
            return tree.Add(tuple(tree.Entry(term, node.row, node.column) for term in terms))
        case tree.Transpose(a):
            return tree.Entry(a, node.column, node.row)
        case tree.Symbol(name):
            value = context.definition(name)
            return None if value is None else tree.Entry(value, node.row, node.column)
    return None


def expand_reduction(node: Expr, context: Context) -> Expr | None:
    """‖A‖² = sum_ij A_ij² = tr(A^T A)."""
    match node:
        case tree.Power(tree.Reduce("l2", a), tree.Number(value)) if value == 2 and a.shape.is_matrix:
            if context.generator.random() < 0.5:
                product = tree.MatMul(tree.Transpose(a), a)
                return product if product.shape.is_scalar else tree.Reduce("trace", product)
            scope = fresh(node, context.generator)
            i, j = IndexVariable("p", scope), IndexVariable("q", scope)
            row, column = (FIRST if a.shape.is_row else i), (FIRST if a.shape.is_column else j)
            total: Expr = tree.Power(tree.Entry(a, row, column), number(2))
            for index, dim in ((j, a.shape.columns), (i, a.shape.rows)):
                total = tree.Quantified("sum", index, whole(dim), total)
            return total
    return None


def shift_softmax(node: Expr, context: Context) -> Expr | None:
    if isinstance(node, tree.Softmax) and not node.logarithm:
        shift = context.generator.choice((number(3), tree.Entry(node.operand, FIRST, FIRST)))
        return tree.Softmax(tree.Add((node.operand, shift)), node.axis)
    return None


def multiply_by_one(node: Expr, context: Context) -> Expr | None:
    """I A, A I, and a sum of probabilities."""
    if node.shape.is_open or not node.shape.is_matrix:
        return None
    if context.generator.random() < 0.5:
        return tree.MatMul(tree.Identity(node.shape.rows), node)
    return tree.MatMul(node, tree.Identity(node.shape.columns))


def split_sum(node: Expr, context: Context) -> Expr | None:
    """The first term of a sum apart."""
    match node:
        case tree.Quantified("sum", index, tree.Range(0, last, dim), body, None) if last >= 1:
            first = tree.Quantified("sum", index, tree.Range(0, 0, dim), body)
            return tree.Add((first, tree.Quantified("sum", index, tree.Range(1, last, dim), body)))
    return None


REWRITINGS: dict[str, Edit] = {
    "commute": commute, "associate": associate, "distribute": distribute, "transpose": transpose,
    "move a scalar": move_scalar, "negate twice": negate, "add nothing": add_nothing, "unfold": unfold, "fold": fold,
    "spell a function": spell, "respell a mask": respell_mask, "expand a square": expand_square,
    "by entries": by_entries, "expand an entry": expand_entry, "expand a norm": expand_reduction,
    "shift a softmax": shift_softmax, "multiply by one": multiply_by_one, "split a sum": split_sum,
}  # fmt: skip
