"""Printing an expression and reading it again gives the same expression."""

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import TABLE, expressions
from thoroughness import examples

from derive.expressions import tree
from derive.expressions.latex import latex, write
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import rebuilt, walk
from derive.notation.elaboration import Options, elaborated
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize


def read(text: str) -> Expr:
    return elaborated(TABLE, parse(tokenize(text, TABLE.words)), Options("gradient")).value


def without_scopes(expression: Expr) -> Expr:
    """The same expression with its bound indices told apart by their letters alone."""

    def changed(node: Node) -> Node | None:
        return tree.IndexVariable(node.name, -1) if isinstance(node, tree.IndexVariable) else None

    result = rebuilt(expression, changed)
    assert isinstance(result, Expr)
    return result


WITH_DOTS = [
    r"x_1 + \dots + x_D",
    r"x_{1} + \dots + x_{D-1}",
    r"x_1 + \dots + x_3",
    r"e^{X_{2,1}} + \dots + e^{X_{2,D}}",
    r"1 x_1 + \dots + D x_D",
    r"\begin{bmatrix} x_1 & \cdots & x_D \end{bmatrix}",
    r"\begin{bmatrix} X_{1,1} & \cdots & X_{1,D} \\ \vdots & & \vdots \\ X_{N,1} & \cdots & X_{N,D} \end{bmatrix}",
    r"\begin{bmatrix} \frac{\partial x}{\partial x_1} & \cdots & \frac{\partial x}{\partial x_D} \end{bmatrix}",
    r"\begin{bmatrix} X_{1,:} \\ \vdots \\ X_{N,:} \end{bmatrix}",
    r"\begin{bmatrix} x_1 & 2 x_1 \\ \vdots & \vdots \\ x_D & 2 x_D \end{bmatrix}",
    r"\begin{bmatrix} \sum_i X_{i,1} & \cdots & \sum_i X_{i,D} \end{bmatrix}",
]  # fmt: skip


@settings(max_examples=examples(250), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions())
def test_reading_what_was_printed_gives_the_same_expression(expression: Expr) -> None:
    text = latex(expression)
    assert without_scopes(read(text)) == without_scopes(expression), text


@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions())
def test_printing_again_gives_the_same_text(expression: Expr) -> None:
    text = latex(expression)
    assert latex(read(text)) == text


def test_every_node_can_be_printed() -> None:
    nodes = [
        node for node in vars(tree).values() if isinstance(node, type) and issubclass(node, Expr) and node is not Expr
    ]
    missing = [node.__name__ for node in nodes if write.dispatch(node) is write.dispatch(object)]
    assert not missing, f"add rules to derive/expressions/latex.py for {missing}"


@pytest.mark.parametrize(
    "text",
    [
        r"\frac{\partial a}{\partial \lambda}",
        r"\frac{\partial z}{\partial u_{1}}",
        r"\sum_{j \neq k} x_{j}",
        r"\begin{cases} 0 & \text{if } a \leq 0 \\ a & \text{otherwise} \end{cases}",
        r"\begin{bmatrix} a & 0 \\ 0 & 1 \end{bmatrix}",
        r"\mathbb{1}\left(k = 2\right)",
        r"x \otimes \hat{\mathbf{y}}",
        r"Q^{-1}",
        r"Q^{3}",
        r"score_{2,:}",
        r"\operatorname{diag}\left(x\right)",
        r"\max_{j} x_{j}",
        r"\langle x, x \rangle",
        *WITH_DOTS,
        r"\begin{bmatrix} x_2 & \cdots & x_D \end{bmatrix}",
    ],
)
def test_notation_is_printed_as_it_is_read(text: str) -> None:
    assert without_scopes(read(latex(read(text)))) == without_scopes(read(text))


@pytest.mark.parametrize(
    "text",
    [
        *WITH_DOTS,
        r"\sum_{i=1}^{D} x_i",
        r"\sum_{i=1}^{3} x_i",
        r"\sum_{i=1}^{2} x_i",
        r"\sum_{i=2}^{D} x_i",
        r"\sum_{i=1}^{D-1} x_i x_{i+1}",
        r"\sum_i x_i",
        r"\sum_{i=1}^{D} 2",
        r"x_D - x_{D-1} + x_3",
        r"\sum_{k \in N} \frac{1}{N}",
    ],
)
def test_what_holds_at_every_size_is_printed_as_such(text: str) -> None:
    value = read(text)
    assert at_every_size(read(latex(value))) == at_every_size(value)


def at_every_size(value: Expr) -> list[object]:
    """What a tree says beyond the sizes at hand, which its equality passes over."""
    found: list[object] = []
    for node in walk(value):
        match node:
            case tree.Range():
                found.append((node.extent, node.dim.name, node.first, node.from_end))
            case tree.IndexNumber(position, _, end):
                found.append(position if end is None else end.name)
            case tree.Size(dim):
                found.append(dim.name)
            case tree.EntryFormula() | tree.Blocks():
                found.append(str(node.shape))
    return found
