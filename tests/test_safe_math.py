"""Formulas from outside come out of known parts alone, or not at all."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.notation.tokens import tokenize
from derive.sheets.safe_math import DEEPEST, LONGEST, SIGNS, rebuilt

# what is written, what comes out
REBUILT = [
    (r"W_1^\top \hat y", r"W_{1}^{\top} \hat{y}"),
    (r"\frac12 x'^2_i", r"\frac{1}{2} x'^{2}_{i}"),
    (r"\softmax(z) \lt 1", r"\operatorname{softmax}(z) < 1"),
    (r"λ · W₁ᵀ ⊙ ŷ", r"\lambda \cdot W_{1}^{T} \odot \hat{y}"),
    (r"\sum\limits_{i=1}^N a_i", r"\sum _{i=1}^{N} a_{i}"),
    (r"\left( \frac{a}{b} \right)^2", r"\left(\frac{a}{b}\right)^{2}"),
    (r"\left. a \middle| b \right]", r"\left.a \middle| b\right]"),
    (r"\begin{pmatrix} 1 & 2 \\[2pt] 3 & 4 \\ \end{pmatrix}", r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"),
    (r"\begin{matrix} a \\ [b] \end{matrix}", r"\begin{matrix} a \\ {} [b] \end{matrix}"),
    (r"\begin{align*} a &= b \\ &= c \end{align*}", r"\begin{aligned} a & = b \\ & = c \end{aligned}"),
    (r"\begin{equation} a = b \label{x} \end{equation}", "a = b"),
    (r"f(x) = \begin{dcases} 1 & \text{if } x > 0 \end{dcases}", r"f(x) = \begin{cases} 1 & \text{if } x > 0 \end{cases}"),
    (r"\sqrt[3]{x} + \mathbb R^{n \times m}", r"\sqrt[3]{x} + \mathbb{R}^{n \times m}"),
    (r"\bm w \mathds 1 \bold{x}", r"\boldsymbol{w} \mathbb{1} \mathbf{x}"),
    (r"^T", r"{}^{T}"),
    (r"\big( a \big)", r"\big( a \big)"),
]  # fmt: skip

REFUSED = [
    r"\input{/etc/passwd}", r"\include{x}", r"\write18{rm}", r"\immediate\write18{rm}", r"\openout\o=x", r"\read5 to\x",
    r"\catcode`\%=12", r"\def\x{y}", r"\newcommand{\x}{y}", r"\let\x\y", r"\csname x\endcsname", r"\expandafter a",
    r"\begin{document} x", r"a \end{document}", r"\begin{verbatim} a \end{verbatim}", r"\begin{tikzpicture} \end{tikzpicture}",
    r"\usepackage{x}", r"\special{x}", r"\directlua{x}", r"\pdfobj{x}", r"\href{x}{y}", r"\includegraphics{x}",
    r"\text{\input{x}}", r"\text{a $b$}", r"\text{<script>}", r"\operatorname{\input}", r"\mbox{a_b}", r"\text{a%}",
    "a % b", "a # b", "a $ b", "$", "a $$ b", "`ls`", '"', "^^41", r"\^^41", "a^b^c", "a_b_c", "a^2'", "a''^2'", "x^", "x_",
    "{a", "a}", "}{", r"\frac{a}", r"\frac", r"\hat", r"\sqrt", r"\left( a", r"a \right)", r"\left a \right)", r"\left",
    "a & b", r"a \\ b", r"{a & b}", r"\begin{pmatrix} {a & b} \end{pmatrix}", r"\begin{pmatrix} a", r"\end{pmatrix}",
    r"\begin{pmatrix} a \end{bmatrix}", r"\begin{array}{p{9cm}} a \end{array}", r"\begin{array} a \end{array}",
    r"\begin{align} a & b", r"\hspace{99cm}", r"\kern99cm", r"\vspace{1cm}", r"\rule{9cm}{9cm}", r"\color{red} x",
    r"\textcolor{red}{x}", r"\footnote{x}", r"\intertext{x}", r"\tag{a}" + "{", r"\label{\input{x}}", r"\phantom",
    "\x00", "\u202e a", "数", r"\unknown", r"\@ifnextchar", r"\relaxed", "", "   ", r"\over", r"a \over b",
    r"\big a", r"\overset{a}", r"\begin{}", r"\begin", r"\end", r"\tag", "\\", "a\\", r"{\bf x}", r"\middle| a",
]  # fmt: skip


@pytest.mark.parametrize("written, expected", REBUILT)
def test_a_formula_comes_out_in_a_form_that_every_reader_of_latex_knows(written, expected):
    found = rebuilt(written)
    assert found is not None
    assert found.latex == expected


@pytest.mark.parametrize("latex", REFUSED)
def test_what_is_not_known_is_refused(latex):
    assert rebuilt(latex) is None


@pytest.mark.parametrize("written", [written for written, _ in REBUILT])
def test_rebuilding_again_changes_nothing(written):
    once = rebuilt(written)
    again = None if once is None else rebuilt(once.latex)
    assert once is not None
    assert again is not None
    assert again.latex == once.latex


def test_a_formula_keeps_its_meaning():
    for written, expected in REBUILT[:3]:
        read = [(token.kind, token.text) for token in tokenize(written, frozenset())]
        again = [(token.kind, token.text) for token in tokenize(expected, frozenset())]
        assert [kind for kind, _ in again if kind not in ("LBRACE", "RBRACE")] == [
            kind for kind, _ in read if kind not in ("LBRACE", "RBRACE")
        ]


def test_the_name_of_a_display_is_taken_out_of_it():
    found = rebuilt(r"a = b \tag{eq. 7}")
    assert found is not None
    assert (found.latex, found.tag) == ("a = b", "eq. 7")
    both = rebuilt(r"\begin{align} a &= b \tag{1} \\ c &= d \tag{2} \end{align}")
    assert both is not None
    assert both.tag is None


def test_length_and_depth_are_bounded():
    assert rebuilt("a" * LONGEST) is not None
    assert rebuilt("a" * (LONGEST + 1)) is None
    assert rebuilt("{" * (DEEPEST - 2) + "a" + "}" * (DEEPEST - 2)) is not None
    assert rebuilt("{" * DEEPEST + "a" + "}" * DEEPEST) is None
    assert rebuilt(r"\hat" * 200 + "a") is None


PIECES = st.sampled_from([
    "a", "1", "{", "}", "^", "_", "'", "&", "\\\\", "\\left(", "\\right)", "\\frac", "\\hat", "\\begin{cases}",
    "\\end{cases}", "\\input", "\\text", "{x}", "$", "%", "\\", "λ", "\\mathbb", "\\middle|", "[", "]", "\\sqrt", " ",
])  # fmt: skip


@given(st.lists(PIECES, max_size=14))
def test_what_comes_out_is_balanced_and_holds_known_commands_alone(pieces):
    found = rebuilt("".join(pieces))
    if found is None:
        return
    latex = re.sub(r"\\\\|\\[{}]", "", found.latex)
    assert latex.count("{") == latex.count("}")
    assert latex.isascii()
    assert not re.search(r"[$%#~`\"]", latex)
    assert latex.count(r"\left") == latex.count(r"\right")
    commands = set(re.findall(r"\\[A-Za-z]+", latex))
    assert commands <= SIGNS | {
        r"\left", r"\right", r"\middle", r"\frac", r"\hat", r"\begin", r"\end", r"\text", r"\mathbb", r"\sqrt",
    }  # fmt: skip
