"""The style of an exercise's author is found in its text, and what is printed in it is read in the exercise."""

from pathlib import Path

import pytest
from test_round_trip import without_scopes

from derive.documents.setting import make_setting, read_entries
from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.style import in_style
from derive.expressions.tree import Expr
from derive.expressions.walk import walk
from derive.gradients import NoClosedForm, closed_forms
from derive.gradients.tidy import tidied
from derive.grading.parts import read_exercise
from derive.notation.elaboration import Options, elaborated
from derive.notation.symbols import Given, SymbolTable
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.sheets.notation import is_harmless, style_of, style_of_exercise
from derive.source import Source, Text

EXERCISES = sorted(Path(__file__).resolve().parents[1].glob("exercises/homework/*/exercise.md"))
EMPTY = SymbolTable()


def found(text: str, choice: str, setting: str = "dims: {N: 2}", table: SymbolTable = EMPTY) -> object:
    source = Source("exercise.md", setting)
    return getattr(style_of([text], make_setting(read_entries(Text(setting, source, 0))), table), choice)


CHOICES = [
    # the text of an exercise                                choice         what is found
    (r"$S = X^\top w$, $T = x^T$, $U = X^{\top} X$",         "transpose",   r"^\top"),
    (r"$W^{[2]T} \delta$",                                   "transpose",   "^T"),
    (r"$W^{[2]T} \delta$",                                   "joined",      True),
    (r"$(W^{[2]})^T \delta$",                                "joined",      False),
    (r"$x^{\mathsf T} x$",                                   "transpose",   r"^{\mathsf T}"),
    (r"$x^\mathrm{T} x$",                                    "transpose",   r"^{\mathrm T}"),
    (r"$x^\intercal x$",                                     "transpose",   r"^\intercal"),
    (r"$\sum_{t=1}^T x_t^\top$, $\prod_{t=1}^{T} a^\top$",   "transpose",   r"^\top"),
    (r"no mathematics",                                      "transpose",   "^T"),
    (r"$a \circ b \circ c + d \odot e$",                     "entrywise",   r"\circ"),
    (r"$H.T$ is the transpose, $W_2.T$",                     "transpose",   ".T"),
    (r"*bold* $A * B$ $\frac{a}{b} * c$",                    "entrywise",   "*"),
    (r"*a* $x$ and *more* $y$",                              "entrywise",   r"\odot"),
    (r"$W \cdot x$ and $f(\cdot)$",                          "products",    r"\cdot"),
    (r"$f(\cdot) = 3 (\cdot)^+$, $2 \cdot 3$",               "products",    ""),
    (r"$\sum_i x_i$, $\sum_{j} x_j$, $\sum_{k=1}^n x_k$",    "bounds",      False),
    (r"$\sum_k^D \sum_{j=1}^C x_j$, $\sum_i x_i$",           "bounds",      True),
    (r"$\mathbf{1}\{z > 0\}$",                               "indicator",   (r"\mathbf{1}", r"\{", r"\}")),
    (r"$\mathbb 1\left[z > 0\right]$",                       "indicator",   (r"\mathbb{1}", "[", "]")),
    (r"$\mathbf{1}^T x$",                                    "indicator",   (r"\mathbb{1}", "(", ")")),
    (r"\begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}",  "masks",       "cases"),
    (r"$\mathbb{1}(z > 0)$ \begin{cases} a & b \end{cases}", "masks",       "indicator"),
    (r"$\nabla_W L = X^T \nabla_S L$",                       "derivative",  "gradient"),
    (r"$\nabla_W L$, $\partial L / \partial x$",             "derivative",  "fraction"),
    (r"$e^{x_i} + \exp(y) + e^y$",                           "exponential", "power"),
    (r"$\exp(z)$",                                           "exponential", "function"),
    (r"$\mathbf{1}^T y$ or $\sum_i y_i$",                    "total",       "ones"),
    (r"$\sum_i y_i$",                                        "total",       "indices"),
    (r"$\text{sum}(y)$",                                     "total",       "function"),
    (r"$\mathbf{1}_N^T y$",                                  "ones",        "sized"),
    (r"$\mathbf{1}^T y$",                                    "ones",        "bare"),
    (r"$\|x - y\|_2^2 + \|W\|_F^2$",                         "norms",       ("_2", "_F")),
    (r"$\|w\|^2$",                                           "norms",       ("", "")),
    (r"$Y_{i,j}$",                                           "commas",      True),
    (r"$Y_{ij}$",                                            "commas",      False),
    (r"$W_{1}$, $b_{1}$, $x_2$",                             "short",       False),
    (r"$\ln p$",                                             "functions",   {"log": r"\ln"}),
    (r"$\operatorname{softmax}(z)$, $\text{softmax}(z)$, $\operatorname{softmax}(s)$", "functions", {"softmax": r"\operatorname{softmax}"}),
    (r"$\vec{x}$, $\sum_i x_i$, $\sqrt{x}$, $\max(a, b)$",   "functions",   {}),
]  # fmt: skip


@pytest.mark.parametrize("text, choice, what", CHOICES)
def test_a_choice_is_found_in_the_text(text: str, choice: str, what: object) -> None:
    assert found(text, choice) == what


def test_names_are_spelled_as_the_setting_spells_them() -> None:
    setting = "symbols: {W_1: 2 x 3, '\\mathbf{W}^{(1)}': 2 x 3, \\hat y: 3 x 1}\nmodel: {score: W_1 \\hat y}"
    names = found("", "names", setting)
    assert names == {
        "W_{1}": "W_1", "\\mathbf{W}^{(1)}": "\\mathbf{W}^{(1)}", "\\hat{y}": "\\hat y", "score": "score",
    }  # fmt: skip


def test_where_sigma_is_a_name_the_sigmoid_is_called_by_its_word() -> None:
    table = SymbolTable(meanings={"\\sigma": Given("positive", tree.Size(tree.Dim(1, "1"), "").shape)})
    assert found(r"$\sigma^2$", "functions", table=table) == {"sigmoid": r"\text{sigmoid}"}


@pytest.mark.parametrize(
    "spelling",
    [r"W\input{secret}", r"\write18{ls}", r"x\catcode`\%=12", "<script>", "x % y", r"\color{red} W", "x$", "W&", r"\\", "{x}#1"],
)  # fmt: skip
def test_a_spelling_that_could_do_something_is_not_used(spelling: str) -> None:
    assert not is_harmless(spelling)


def readable(node: Expr) -> bool:
    """Whether there is a notation for everything in it."""
    return not any(isinstance(part, (tree.EntryFormula, tree.EntryByEntry)) for part in walk(node))


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.parent.name)
def test_closed_forms_in_the_style_of_an_exercise_are_read_back_in_it(path: Path) -> None:
    exercise = read_exercise(path)
    style, table = style_of_exercise(exercise), exercise.model.table
    forms = closed_forms(table, exercise.model.kink, table.loss) if table.loss else {}
    checked = 0
    for name in forms:
        try:
            values = [forms.in_layout(name, table.layout), forms.in_steps(name, table.layout)]  # type: ignore[union-attr]
        except NoClosedForm:
            continue
        for value in filter(readable, values):
            text = latex(value, style)
            again = elaborated(table, parse(tokenize(text, table.words)), Options(table.layout)).value
            assert tidied(without_scopes(again)) == tidied(without_scopes(in_style(value, style))), text
            checked += 1
    assert checked or not forms
