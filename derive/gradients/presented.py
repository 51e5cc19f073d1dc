"""The last touch on a closed form: scalars at the first factor of a product, as people write `2 A B`; `a (1 - a)`."""

from fractions import Fraction

from derive.expressions import tree
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import rebuilt
from derive.gradients.indices import lettered
from derive.gradients.tidy import plus


def presented(node: Expr) -> Expr:
    """The same value, as it should be read."""
    return lettered(_presented(node))


def _presented(node: Expr) -> Expr:
    return rebuilt(node, _change)  # type: ignore[return-value]


def _change(node: Node) -> Node | None:
    match node:
        case tree.MatMul(tree.Scale(factor, tree.Hadamard() as left), right):
            return tree.MatMul(tree.Scale(_presented(factor), _presented(left)), _presented(right))
        case tree.Scale(factor, operand) if isinstance(operand, (tree.MatMul, tree.Hadamard)):
            moved = _at_first_factor(factor, operand)
            return None if moved == node else _presented(moved)
        case tree.Add() if _slope_of_sigmoid(node) is not None:
            return _slope_of_sigmoid(node)
        case tree.Scale(factor, tree.Add() as total) if total.shape.is_scalar and _slope_of_sigmoid(total) is not None:
            slope = _slope_of_sigmoid(total)
            assert isinstance(slope, tree.Scale)
            return tree.Scale(tree.Scale(_presented(factor), slope.factor), slope.operand)
        case tree.Add(terms) if sum(isinstance(_unsigned(term), tree.EntryFormula) for term in terms) > 1:
            return _with_one_formula(terms)
    return None


def _slope_of_sigmoid(total: tree.Add) -> Expr | None:
    """a - a² as a (1 - a)."""
    match total.terms:
        case (first, tree.Negative(tree.Power(base, tree.Number(value)))) if first == base and value == 2:
            rest = tree.Add((tree.Number(Fraction(1)), tree.Negative(first)))
            return tree.Scale(first, rest) if first.shape.is_scalar else tree.Hadamard(first, rest)
    return None


def _at_first_factor(factor: Expr, product: Expr) -> Expr:
    """c (A B) = (c A) B."""
    match product:
        case tree.MatMul(left, right):
            first = _at_first_factor(factor, left) if isinstance(left, tree.MatMul) else tree.Scale(factor, left)
            return tree.MatMul(first, right)
        case tree.Hadamard(left, right) if left.shape == product.shape:
            return tree.Hadamard(_at_first_factor(factor, left), right)
    return tree.Scale(factor, product)


def _unsigned(node: Expr) -> Expr:
    return node.operand if isinstance(node, tree.Negative) else node


def _with_one_formula(terms: tuple[Expr, ...]) -> Expr:
    """[a]_ij + [b]_ij = [a + b]_ij: formulas have standard letters."""
    formulas = [term for term in terms if isinstance(_unsigned(term), tree.EntryFormula)]
    first = _unsigned(formulas[0])
    assert isinstance(first, tree.EntryFormula)
    same = [term for term in formulas if _indices(term) == _indices(first)]
    if len(same) < 2:
        return tree.Add(tuple(_presented(term) for term in terms))
    body = plus(*(_body(term) for term in same))
    joint = tree.EntryFormula(first.row, first.column, body, first.of_shape)
    rest = tuple(_presented(term) for term in terms if term not in same)
    return tree.Add((joint, *rest)) if rest else joint


def _indices(node: Expr) -> tuple[object, ...]:
    formula = _unsigned(node)
    assert isinstance(formula, tree.EntryFormula)
    return formula.row, formula.column, formula.of_shape


def _body(node: Expr) -> Expr:
    formula = _unsigned(node)
    assert isinstance(formula, tree.EntryFormula)
    return tree.Negative(formula.body) if isinstance(node, tree.Negative) else formula.body
