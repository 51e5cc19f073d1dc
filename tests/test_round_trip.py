"""Printing an expression and reading it again gives the same expression."""

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import TABLE, expressions

from derive.expressions import tree
from derive.expressions.latex import latex, write
from derive.expressions.tree import Expr, Node
from derive.expressions.walk import rebuilt
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


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions())
def test_reading_what_was_printed_gives_the_same_expression(expression: Expr) -> None:
    text = latex(expression)
    assert without_scopes(read(text)) == without_scopes(expression), text


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
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
    ],
)
def test_notation_is_printed_as_it_is_read(text: str) -> None:
    assert without_scopes(read(latex(read(text)))) == without_scopes(read(text))
