"""The labels of operations: how functions are called, and where their argument stands."""

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.tree import Expr
from derive.figures.recognised import is_constant

_FUNCTIONS = {
    "tanh": r"\tanh", "sigmoid": r"\sigma", "sqrt": r"\sqrt{\cdot}", "abs": r"|\cdot|", "exp": r"\exp", "log": r"\log",
    "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh", "coth": r"\coth",
}  # fmt: skip
_SHOWN = {"relu": "ReLU", "leaky": "LeakyReLU", "gelu": "GELU", "elu": "ELU", "silu": "SiLU"}
REDUCTIONS = {
    "sum": r"\text{sum}", "mean": r"\text{mean}", "max": r"\max", "min": r"\min", "logsumexp": r"\text{log-sum-exp}",
    "trace": r"\text{tr}", "det": r"\det",
}  # fmt: skip


def activation_label(value: Expr) -> str:
    """The label of a function of one variable, entry by entry or along rows."""
    match value:
        case tree.Apply(function):
            label = _FUNCTIONS.get(function, rf"\text{{{_SHOWN.get(function, function)}}}")
            return label + "'" * value.order
        case tree.Unspecified(name):
            return displayed(name) + "'" * value.order
        case tree.Extremum(kind, left, right):
            return rf"\{kind}({constant_label(left if is_constant(left) else right)},\cdot)"
    return r"\text{softmax}"


def displayed(name: str) -> str:
    """A canonical name as LaTeX: that of a family is the name of one of its members."""
    return name.split(" for every ", maxsplit=1)[0]


def constant_label(value: Expr) -> str:
    """A number or size, in brackets where it is a sum."""
    text = latex(value)
    return rf"({text})" if isinstance(value, (tree.Add, tree.Negative)) else text


def length_label(value: tree.Reduce) -> str:
    """‖·‖, with the F of Frobenius for a matrix."""
    script = "_{1}" if value.kind == "l1" else "" if value.operand.shape.is_vector else "_{F}"
    return rf"\|\cdot\|{script}"
