"""The second reader: where it can be installed both readers agree but for its known defects; a difference is a warning.

What needs latex2sympy2 itself is skipped where it is not installed; a stand-in that reads what a table says shows the
rest everywhere.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sympy

from derive import cli
from derive.checking import second_reading
from derive.checking.check import check_document
from derive.checking.results import DocumentResult, SecondReading, TwoReadings
from derive.checking.second_reading import Compare
from derive.documents import read_document
from derive.expressions.shapes import SCALAR, Dim, column
from derive.notation.elaboration import Options, elaborated
from derive.notation.names import read_name
from derive.notation.symbols import Given, SymbolTable
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.second_reader.agreement import Comparison, Difference, compare
from derive.second_reader.defects import DEFECTS, Defect, defects_in
from derive.second_reader.meanings import latex_of
from derive.writing.html import to_html
from derive.writing.lines import to_text
from derive.writing.report import report

NAMES = ("a", "b", "c", r"\lambda", r"\theta_1", r"\hat{y}", r"\mathbf{w}", "W^{[2]}", "a'", "L")


def table() -> SymbolTable:
    """Scalars of all kinds of names, a positive one, a vector with three entries, and a function."""
    found = SymbolTable(dims={"D": Dim(3, "D")})
    for name in NAMES:
        found = found.with_meaning(read_name(name), Given("positive" if name == r"\lambda" else "real", SCALAR))
    found = found.with_meaning("x", Given("real", column(Dim(3, "D"))))
    return found.with_meaning("f", Given("function", SCALAR))


def compared(formula: str, read: Callable[[str], object]) -> Comparison:
    known = table()
    value = elaborated(known, parse(tokenize(formula, known.words)), Options("gradient")).value
    return compare(read, formula, value, known)


def reading(expression: object) -> Callable[[str], object]:
    """A second reader that reads everything as the same expression."""
    return lambda formula: expression


# ── what a difference is ──

a, b, c, t = sympy.symbols("a b c t")
STAND_INS = [
    # formula, what the second reader makes of it, what comes of it
    ("a b", a * b, "agree"),
    ("a + b - b", a, "agree"),
    (r"\theta_1 + \lambda", sympy.Symbol("theta_1") + sympy.Symbol("lambda"), "agree"),
    ("x_2 x_3", sympy.Symbol("x_2") * sympy.Symbol("x_{3}"), "agree"),
    (r"\tanh a", sympy.Function(r"\tanh")(a), "agree"),
    (r"\sigma(a)", 1 / (1 + sympy.exp(-a)), "agree"),
    (r"\max(a, b)", (a + b + sympy.Abs(a - b)) / 2, "agree"),
    (r"\sum_{k=1}^{3} k a", sympy.Sum(t * a, (t, 1, 3)), "agree"),
    (r"\ln a", sympy.log(a, sympy.E, evaluate=False), "agree"),
    ("1/2 a", 1 / (2 * a), Difference(r"\frac{1}{2 a}")),
    ("a - b - c", a - (b - c), Difference("a - b + c")),
    ("a^2 b", a ** (2 * b), Difference("a^{2 b}")),
    (r"\log a", sympy.log(a, 10), "known defect"),
    ("a + b", a + sympy.Symbol("unheard"), "not compared"),
    ("a + b", sympy.zeta(a), "not compared"),
    ("a + b", sympy.Derivative(a, b), "not compared"),
    ("a + b", None, "not compared"),
    ("x + x", 2 * sympy.Symbol("x"), "not compared"),
    (r"x^T x", sympy.Symbol("x") ** 2, "not compared"),
    ("f(a)", sympy.Function("f")(b), Difference(r"f{\left(b \right)}")),
    (r"\sum_{k=1}^{3} k", sympy.Sum(t, (t, 1, 10**9)), "not compared"),
]


@pytest.mark.parametrize("formula, expression, outcome", STAND_INS)
def test_a_certain_difference_is_told_from_all_else(formula: str, expression: object, outcome: Comparison) -> None:
    assert compared(formula, reading(expression)) == outcome


def test_names_are_spelled_as_their_author_spells_them() -> None:
    names = ("lambda", "theta_1", "theta_{12}", "x_{i,j}", r"\hat{y}", "beta", "W")
    spelled = (r"\lambda", r"\theta_1", r"\theta_{12}", "x_{i,j}", r"\hat{y}", r"\beta", "W")
    assert tuple(map(latex_of, names)) == spelled


# ── the package itself ──


@pytest.fixture(scope="module")
def package_read() -> Callable[[str], object]:
    reason = "latex2sympy2 is not installed, or its ANTLR runtime cannot be imported by this Python"
    pytest.importorskip("latex2sympy2", reason=reason, exc_type=ImportError)
    from derive.second_reader.latex2sympy import read

    return read


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_each_known_defect_occurs_in_its_example(defect: Defect) -> None:
    assert defect in defects_in(defect.example)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_each_known_defect_is_one_still(package_read, defect: Defect) -> None:
    """If a later version reads it right, the row can go."""
    import latex2sympy2

    latex2sympy2.set_variances({})
    assert str(latex2sympy2.latex2sympy(defect.example)) == defect.read_as


AGREED = [
    "a + b", "a - b - c", "2 a b", "a(1 - a)", "(a + b)(a - b)", r"\frac{a}{b}c", r"a \cdot b \times c", "a * b",
    "a/b/c",
    "a^2 b", "a^{b^c}", "-a^2", "a^{-1}", "2^{-a}", "0.5 a", r"\lambda^2/2", r"\theta_1^2", "x_1 x_{2}", "x_1^2 + x_3",
    r"\hat{y} - b", r"\mathbf{w} a", r"e^{-a} + e^b", r"\frac{1}{1 + e^{-a}}", r"\exp(a) b", r"\ln(a) b", r"\ln a + b",
    r"\ln \lambda a", r"\sqrt{\lambda}", r"\sqrt[3]{\lambda}", r"\tanh a", r"\tanh^2 a", r"\tanh(a) b", r"\sin 2a",
    r"\cos a",
    r"\max(0, a)", r"\min(a, b)", r"\max(a, b, c)", "|a - b|", r"\sigma(a)", r"\sigma(a)(1 - \sigma(a))", "f(a)",
    r"\sum_{k=1}^{3} k^2 a", r"\prod_{k=1}^{4} k", r"\left(a + b\right) c", "[a + b] c", r"\{a + b\} c",
    r"\dfrac{a}{b}",
]  # fmt: skip


@pytest.mark.parametrize("formula", AGREED)
def test_both_readers_agree_on_scalars(package_read, formula: str) -> None:
    assert compared(formula, package_read) == "agree"


READ_IN_TWO_WAYS = [("1/2 a", r"\frac{1}{2 a}"), ("a/b c", r"\frac{a}{b c}")]


@pytest.mark.parametrize("formula, second", READ_IN_TWO_WAYS)
def test_a_slash_before_a_product_is_read_in_two_ways(package_read, formula: str, second: str) -> None:
    assert compared(formula, package_read) == Difference(second)


@pytest.mark.parametrize("formula", ["x.T[1]", "(W_1)_{k,l}", r"a \odot b", r"\hat y", "a &", "", "}" * 50])
def test_what_the_package_does_not_understand_is_refused_whole(package_read, formula: str) -> None:
    assert package_read(formula) is None


def test_one_formula_leaves_nothing_behind_for_the_next(package_read, capsys) -> None:
    for earlier in (r"\frac{d}{dx} x^2", "a := 2", r"a \in \mathbb{R}^{2 \times 3}", "score", r"\dfrac{1}{2}", "(("):
        package_read(earlier)
    assert compared("a + b", package_read) == "agree"
    assert capsys.readouterr() == ("", "")


DOCUMENT = """---
symbols: {a: scalar, b: scalar, x: 3 x 1}
---
$$ c = a/2b $$
$$ a + b = b + a, \\qquad x + x = 2 x, \\qquad \\log a = \\log a $$
"""


def test_a_document_is_compared_as_it_is_checked(package_read, tmp_path) -> None:
    path = tmp_path / "a.md"
    path.write_text(DOCUMENT)
    result = check_document(read_document(path), second_reader=second_reading.second_reader())
    difference = TwoReadings(4, 8, "a/2b", r"\frac{a}{2} b", r"\frac{a}{2 b}")
    assert result.second_reading == SecondReading(3, (difference,))


def test_both_readers_agree_on_an_exercise(package_read) -> None:
    path = Path(__file__).resolve().parents[1] / "exercises" / "small-computational-graph.md"
    result = check_document(read_document(path), second_reader=second_reading.second_reader())
    assert result.second_reading == SecondReading(4, ())


# ── the command ──


def doubting(formula: str) -> Compare:
    """A second reader that reads one formula otherwise."""
    return lambda latex, value, known: "a + a" if latex == formula else ""


def test_the_command_warns_and_changes_no_verdict(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr(second_reading, "second_reader", lambda: doubting("2a"))
    path = tmp_path / "a.md"
    path.write_text("---\nsymbols: {a: scalar}\n---\n$$ a + a = 2a $$\n")
    assert cli.main(["check", "--second-reader", "--json", str(path)]) == 0
    found = json.loads(capsys.readouterr().out)
    difference = {"line": 4, "column": 12, "formula": "2a", "reading": "2 a", "second_reading": "a + a"}
    assert found["second_reader"] == {"compared": 2, "differences": [difference]}
    assert [step["verdict"] for step in found["steps"]] == ["proved"]
    assert cli.main(["check", "--json", str(path)]) == 0
    assert "second_reader" not in json.loads(capsys.readouterr().out)


MISSING = "latex2sympy2 is not installed; pip install 'derive[latex2sympy2]'"


@pytest.mark.parametrize("source, message", [(None, MISSING), ("import typing.no_such_module", None), ("1/0", None)])
def test_without_the_package_one_line_says_what_to_install(monkeypatch, tmp_path, capsys, source, message) -> None:
    monkeypatch.delitem(sys.modules, "latex2sympy2", raising=False)
    monkeypatch.delitem(sys.modules, "derive.second_reader.latex2sympy", raising=False)
    if source is None:
        monkeypatch.setitem(sys.modules, "latex2sympy2", None)
    else:
        (tmp_path / "latex2sympy2.py").write_text(source)
        monkeypatch.syspath_prepend(tmp_path)
    assert cli.main(["check", "--second-reader", "a.md"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("derive check: --second-reader: latex2sympy2 ")
    assert message is None or message in printed.err
    assert message is not None or "cannot be loaded (" in printed.err


# ── what is written ──

TWO = TwoReadings(4, 8, "a/2b", r"\frac{a}{2} b", r"\frac{a}{2 b}")
RESULT = DocumentResult("a.md", None, {}, second_reading=SecondReading(3, (TWO,)))


def test_the_warning_as_text() -> None:
    assert to_text(RESULT, 80, "utf-8") == (
        "a.md\n"
        "\n"
        "read in two ways  a.md:4:8\n"
        "      a/2b\n"
        "      here: (a/2) b\n"
        "      by the second reader: a/(2 b)\n"
        "\n"
        "3 formulas were compared with the second reader\n"
        "\n"
        "no steps\n"
    )


def test_the_warning_as_a_page() -> None:
    page = to_html([RESULT])
    assert "3 formulas were compared with the second reader." in page
    assert "<pre>a/2b</pre>" in page
    assert '<p>Read in two ways <span class="place">a.md:4:8</span></p>' in page
    assert "Read in two ways" not in to_html([DocumentResult("a.md", None, {})])


def test_the_warning_in_a_report() -> None:
    assert report(RESULT)["second_reader"]["differences"][0]["second_reading"] == r"\frac{a}{2 b}"
