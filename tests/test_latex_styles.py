"""In the style of any author, what is printed is read back as the same expression."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import TABLE, D, H, N, expressions
from test_round_trip import read, without_scopes
from thoroughness import examples

from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.shapes import SCALAR, column, matrix, row
from derive.expressions.style import PLAIN, Style, in_style
from derive.expressions.tree import Expr
from derive.expressions.walk import walk
from derive.indexed.prover import GeneralProof, Prover

NAMES = {"W_{1}": "W_1", "\\hat{\\mathbf{y}}": "\\hat {\\mathbf y}", "u_{1}": "\\mathbf{u}_1"}

styles = st.builds(
    Style,
    transpose=st.sampled_from(["^{T}", "^T", r"^\top", r"^{\mathsf T}", r"^\intercal", r"^{\mathrm{T}}", ".T"]),
    entrywise=st.sampled_from([r"\odot", r"\circ", "*"]),
    products=st.sampled_from(["", r"\cdot"]),
    indicator=st.sampled_from([(r"\mathbb{1}", "(", ")"), (r"\mathbf{1}", r"\{", r"\}"), (r"\mathbb{1}", "[", "]")]),
    masks=st.sampled_from(["indicator", "cases"]),
    derivative=st.sampled_from(["fraction", "gradient"]),
    exponential=st.sampled_from(["function", "power"]),
    total=st.sampled_from(["function", "ones", "indices"]),
    norms=st.sampled_from([("", ""), ("_2", "_F"), ("_F", "_F")]),
    brackets=st.sampled_from(["scaling", "fitting"]),
    joined=st.booleans(),
    ones=st.sampled_from(["sized", "bare"]),
    commas=st.booleans(),
    bounds=st.booleans(),
    short=st.booleans(),
    names=st.sampled_from([{}, NAMES]),
    functions=st.sampled_from(
        [{}, {"log": r"\ln", "softmax": r"\operatorname{softmax}", "sigmoid": r"\text{sigmoid}"}]
    ),
)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(), styles)
def test_reading_what_was_printed_in_a_style_gives_the_same_expression(expression: Expr, style: Style) -> None:
    text = latex(expression, style)
    assert without_scopes(read(text)) == without_scopes(in_style(expression, style)), text


def pieces() -> st.SearchStrategy[Expr]:
    """Numbers made of what styles write in their own ways."""
    vector, whole, number = expressions(column(D), 1), expressions(matrix(N, D), 1), expressions(SCALAR, 1)
    total = st.builds(tree.Reduce, st.just("sum"), st.one_of(vector, expressions(row(D), 1), whole))
    dots = st.one_of(st.builds(tree.Dot, vector, vector), st.builds(tree.Dot, whole, whole))
    functions = st.sampled_from(["tanh", "sigmoid", "log", "exp", "sin"])
    bases = st.one_of(
        st.builds(tree.Reduce, st.sampled_from(["l2", "l1"]), vector), st.builds(tree.Apply, functions, number), total
    )
    powers = st.builds(tree.Power, bases, st.sampled_from([2, 3]).map(lambda size: tree.Number(Fraction(size))))
    derivative = tree.Derivative(tree.Symbol("a", SCALAR), tree.Symbol("x", column(D)))
    weighted = st.builds(lambda left: tree.MatMul(tree.Transpose(derivative), left), vector)
    masks = st.builds(
        lambda left, right: tree.Reduce("sum", tree.Indicator(tree.Comparison(left, ">", right))), vector, vector
    )
    letters = tree.IndexVariable("i", -1), tree.IndexVariable("j", -1)
    sums = tree.Quantified(
        "sum",
        letters[0],
        tree.Range(0, 2, D),
        tree.Quantified("sum", letters[1], tree.Range(0, 2, D), tree.Entry(tree.Symbol("Q", matrix(D, D)), *letters)),
    )
    return st.one_of(total, dots, powers, weighted, masks, st.just(sums))


def around(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Where a number may stand."""
    other = expressions(SCALAR, 1)
    return st.one_of(
        st.builds(lambda left, right: tree.Add((left, right)), inner, st.one_of(inner, other)),
        st.builds(lambda left, right: tree.Add((left, tree.Negative(right))), other, inner),
        st.builds(tree.Scale, other, inner),
        st.builds(tree.Scale, inner, other),
        st.builds(tree.Quotient, inner, other),
        st.builds(tree.Negative, inner),
        st.builds(lambda operand: tree.Apply("tanh", operand), inner),
        st.builds(lambda base: tree.Power(base, tree.Number(Fraction(2))), inner),
    )


numbers = st.recursive(pieces(), around, max_leaves=3)
in_products = st.builds(tree.Scale, numbers, expressions(matrix(D, H), 1))


@settings(max_examples=examples(120), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(numbers, in_products), styles)
def test_sums_powers_and_masks_in_any_style_are_read_back(expression: Expr, style: Style) -> None:
    text = latex(expression, style)
    assert without_scopes(read(text)) == without_scopes(in_style(expression, style)), text


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(pieces(), styles)
def test_a_style_changes_no_value(expression: Expr, style: Style) -> None:
    other = in_style(expression, style)
    if not any(isinstance(part, (tree.Softmax, tree.Extremum, tree.Slice)) for part in walk(expression)):
        assert other == expression or isinstance(Prover(TABLE).prove(expression, other), GeneralProof)


FITTING = Style(brackets="fitting")
SHORT = Style(brackets="fitting", short=True, transpose="^T", commas=False)
ONES = Style(total="ones", transpose="^T", ones="bare")
INDICES = Style(total="indices", brackets="fitting", short=True, commas=False)
BRACES = Style(indicator=(r"\mathbf{1}", r"\{", r"\}"), brackets="fitting")
CASES = Style(masks="cases", brackets="fitting")
NABLA = Style(derivative="gradient", brackets="fitting", short=True, transpose="^T")
MARKS = Style(transpose=r"^\top", entrywise=r"\circ", joined=True)
NORMS = Style(norms=("_2", "_F"), brackets="fitting", short=True)
NAMED = Style(names={"\\hat{\\mathbf{y}}": r"\hat{\mathbf y}"}, functions={"log": r"\ln"}, exponential="power")

WRITTEN = [
    # read from                           style    written
    (r"(\tanh(x))^2",                     SHORT,   r"\tanh^2(x)"),
    (r"(\log(a))^2",                      SHORT,   r"(\log(a))^2"),
    (r"(\sigma(x))^2 \odot x",            SHORT,   r"\sigma(x)^2 \odot x"),
    (r"\|W_1\|^2 + \|x\|^2",              NORMS,   r"\|W_1\|_F^2 + \|x\|_2^2"),
    (r"\|W_1\|^2",                        FITTING, r"\|W_{1}\|_{F}^{2}"),
    (r"\|W_1\|^2",                        PLAIN,   r"\left(\|W_{1}\|_{F}\right)^{2}"),
    (r"(\frac{a}{2} + 1) x",              SHORT,   r"\left(\frac{a}{2} + 1\right) x"),
    (r"(a + 1) x",                        SHORT,   r"(a + 1) x"),
    (r"(a + 1) x",                        PLAIN,   r"\left(a + 1\right) x"),
    (r"\frac{1}{2} \sum_{i=1}^D x_i - a", SHORT,   r"\frac{1}{2} \sum_{i=1}^D x_i - a"),
    (r"(\sum_{i=1}^D x_i) a",             SHORT,   r"\left(\sum_{i=1}^D x_i\right) a"),
    (r"\sum_{i=1}^N \sum_j X_{i,j}",      SHORT,   r"\sum_{i=1}^N \sum_{j=1}^D X_{ij}"),
    (r"X_{1,2}",                          SHORT,   r"X_{1,2}"),
    (r"X^T \odot X^T",                    MARKS,   r"X^\top \circ X^\top"),
    (r"(W^{[2]})^T",                      MARKS,   r"W^{[2]\top}"),
    (r"(W^{[2]})^T",                      SHORT,   r"(W^{[2]})^T"),
    (r"\mathbb{1}(x > 0)",                BRACES,  r"\mathbf{1}\{x > 0\}"),
    (r"\mathbb{1}(a > 0)",                CASES,   r"\begin{cases} 1 & \text{if } a > 0\\ 0 & \text{otherwise} \end{cases}"),
    (r"x \odot \mathbb{1}(x > 0)",        CASES,   r"x \odot \mathbb{1}(x > 0)"),
    (r"\text{sum}(x)",                    SHORT,   r"\text{sum}(x)"),
    (r"\text{sum}(x)",                    ONES,    r"\mathbf{1}^T x"),
    (r"\text{sum}(X)",                    ONES,    r"\mathbf{1}^T X \mathbf{1}"),
    (r"\langle x, x \rangle",             ONES,    r"x^T x"),
    (r"\langle X, X \rangle",             ONES,    r"\operatorname{tr}\left(X^T X\right)"),
    (r"\text{sum}(x \odot x)",            INDICES, r"\sum_{i=1}^D x_i x_i"),
    (r"\text{sum}(X)",                    INDICES, r"\sum_{i=1}^N \sum_{j=1}^D X_{ij}"),
    (r"\frac{\partial a}{\partial x}",    NABLA,   r"\nabla_x a"),
    (r"(\frac{\partial a}{\partial x})^T x", NABLA, r"(\nabla_x a)^T x"),
    (r"\frac{\partial^2 a}{\partial x \partial x^T}", SHORT, r"\frac{\partial^2 a}{\partial x \partial x^T}"),
    (r"\frac{\partial^2 a}{\partial \lambda \partial a}", SHORT, r"\frac{\partial^2 a}{\partial \lambda \partial a}"),
    (r"\frac{\partial^2 a}{\partial \lambda^2}", FITTING, r"\frac{\partial^{2} a}{\partial \lambda \partial \lambda}"),
    (r"\frac{\partial^2 a}{\partial x \partial x^T}", PLAIN, r"\frac{\partial \frac{\partial a}{\partial x^{T}}}{\partial x}"),
    (r"\log(a) + \exp(a)",                NAMED,   r"\ln\left(a\right) + e^{a}"),
    (r"\hat{\mathbf{y}} W_1",             NAMED,   r"\hat{\mathbf y} W_{1}"),
]  # fmt: skip


@pytest.mark.parametrize("source, style, written", WRITTEN)
def test_each_choice_of_a_style_is_written(source: str, style: Style, written: str) -> None:
    assert latex(read(source), style) == written
    assert without_scopes(read(written)) == without_scopes(in_style(read(source), style))
