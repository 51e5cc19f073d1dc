"""Widths of formulas: estimates that hold against what LaTeX itself measures, and never break what belongs together."""

import pytest

from derive.writing.formula_width import broken, table_cells, width

# measured by LaTeX as displays in Latin Modern, in thousandths of an em
MEASURED = [
    (r"a + b = c", 4181),
    (r"\frac{a}{b}", 769),
    (r"\sqrt{a}", 1362),
    (r"x^{2} + x_{ij}", 3518),
    (r"\log x", 2029),
    (r"\operatorname{tr} x", 1519),
    (r"\hat{x}", 572),
    (r"\left( \sum_{i=1}^{N} a \right)", 3723),
    (r"\left( \frac{a}{b} \right)", 1963),
    (r"\begin{bmatrix} a & b \end{bmatrix}", 2791),
    (r"\frac{e^{Z_{kn}}}{\sum_{j=1}^{K} e^{Z_{jn}}}", 4770),
    (r"\frac{\partial L_{i}}{\partial S_{j}} = \left(\frac{e^{S_{j}}}{\sum _{j=1}^{C} e^{S_{j}}}\right)", 9054),
    (r"\frac{\partial L}{\partial s_{j}} = \frac{e^{s_{j}}}{\sum _{k=1}^{C} e^{s_{k}}} - \mathbb{1}(j = y)", 12397),
    (r"\left(W^{[2]} X^{T}\right)^{T} = W^{[2]T} X", 10151),
    (r"\nabla _{W^{[1]}} J = (\hat{y} - y) \left(w^{[2]} \odot \sigma '(a^{[1]})\right) x^{T}", 16263),
]  # fmt: skip


@pytest.mark.parametrize("latex, measured", MEASURED)
def test_an_estimate_is_close(latex, measured):
    assert 0.94 * measured <= width(latex) <= 1.18 * measured


@pytest.mark.parametrize(
    "latex", ["", " ", "{", "}", "\\frac", "\\left(", "\\begin{bmatrix}", "^", "a_", "\\text{", "&", "\\"]
)
def test_what_is_no_formula_has_some_width(latex):
    assert width(latex) >= 0
    assert isinstance(broken(latex, 1_000, 1_000), list)


def test_nothing_is_lost_when_a_formula_is_broken():
    latex = r"a + \frac{b + c}{d} - \left(e + f\right) g + \sum_{i = 1}^{n} -h_{i + 1} + \begin{bmatrix} 1 + 2 \end{bmatrix}"
    for room in range(500, 20_000, 500):
        lines = broken(latex, room, room)
        assert " ".join(lines).replace(" ", "") == latex.replace(" ", "")
        assert all(line[0] in "+-" for line in lines[1:])
        assert all(line.count("{") == line.count("}") for line in lines)


def test_the_cells_of_a_table():
    assert table_cells(r"a & b \\ \begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix} & {c & d} \\") == [
        ["a", "b"], [r"\begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix}", "{c & d}"],
    ]  # fmt: skip
