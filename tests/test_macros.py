"""Macros: what they yield, where that stands in the file, and what happens to those that nobody can follow."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.documents.document import Passage
from derive.documents.expansion import MOST_WORK_IN_A_FORMULA
from derive.documents.latex import read_latex
from derive.documents.markdown import read_markdown
from derive.errors import DocumentError
from derive.notation.chains import kind_of, split
from derive.source import Place, Source


def passages_of(text: str) -> tuple[Passage, ...]:
    return read_latex(Source("notes.tex", text)).passages


def found(text: str) -> list[str]:
    return [passage.text.value for passage in passages_of(text)]


EXPANDED = {
    # ways to define
    "no argument": (r"\newcommand{\R}{\mathbb{R}} $x \in \R$", [r"x \in \mathbb{R}"]),
    "bare name": (r"\newcommand\R{\mathbb R} $\R$", [r"\mathbb R"]),
    "starred": (r"\newcommand*{\sq}[1]{#1^2} $\sq a \sq{b}$", [r"a^2 b^2"]),
    "two arguments": (r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} $\pd L{W_1}$",)
    + ([r"\frac{\partial L}{\partial W_1}"],),
    "a default": (r"\newcommand{\g}[2][L]{\nabla_{#2}#1} $\g{W} \g[J]{W}$", [r"\nabla_{W}L \nabla_{W}J"]),
    "redefined": (r"\renewcommand{\vec}[1]{\mathbf{#1}} $\vec x$", [r"\mathbf{x}"]),
    "provided": (r"\providecommand{\x}{a}\providecommand{\x}{b} $\x$", ["a"]),
    "def": (r"\def\W{\mathbf{W}}\def\f#1#2{#2#1} $\W \f ab$", [r"\mathbf{W} ba"]),
    "let": (r"\let\vv\vec \renewcommand{\vec}[1]{\vv{\mathbf{#1}}} $\vec{x}$", [r"\vec{\mathbf{x}}"]),
    "let a macro": (r"\def\a{1}\let\b=\a \def\a{2} $\a\b$", ["21"]),
    "operator": (r"\DeclareMathOperator{\sm}{softmax} $\sm(z)$", [r"\operatorname{softmax}(z)"]),
    "starred operator": (r"\DeclareMathOperator*{\am}{arg\,min} $\am_x$", [r"\operatorname*{argmin}_x"]),
    "paired": (
        r"\DeclarePairedDelimiter{\n}{\lVert}{\rVert} $\n{x}$ $\n*{x}$ $\n[\big]{x}$",
        [r"\lVert x\rVert", r"\left\lVert x\right\rVert", r"\lVert x\rVert"],
    ),
    "paired with a body": (
        r"\DeclarePairedDelimiterX{\ip}[2]{\langle}{\rangle}{#1, #2} $\ip{a}{b}$",
        [r"\langle a, b\rangle"],
    ),
    "document command": (
        r"\NewDocumentCommand{\d}{s m O{L}}{\IfBooleanTF{#1}{#3/#2}{\frac{#3}{#2}}} $\d{W} \d*{W} \d{W}[J]$",
        [r"\frac{L}{W} L/W \frac{J}{W}"],
    ),
    "missing argument": (
        r"\DeclareDocumentCommand\d{o m}{\IfNoValueTF{#1}{d}{d^{#1}}#2\IfValueT{#1}{!}} $\d x \d[2]x$",
        ["dx d^{2}x!"],
    ),
    "bold": (r"\bmdefine{\bw}{w} $\bw$", [r"\bm{w}"]),
    "internal names": (r"\makeatletter\def\a@b{z}\newcommand{\q}{\a@b}\makeatother $\q a@b$", ["z a@b"]),
    # arguments
    "a macro in a macro": (r"\def\W{\mathbf{W}}\newcommand{\n}[1]{\|#1\|} $\n{\W_1}$", [r"\|\mathbf{W}_1\|"]),
    "spaces before arguments": (r"\newcommand{\f}[2]{(#1,#2)} $\f  a {b}$", ["(a,b)"]),
    "a bare macro in a fraction": (r"\def\ab{a+b} $\frac\ab2 \sqrt\ab \sqrt[3]\ab$",)
    + ([r"\frac{a+b}2 \sqrt{a+b} \sqrt[3]{a+b}"],),
    "a script that a macro brings": (r"\newcommand{\T}{^\top} $W\T \alpha\T x$", [r"W^\top \alpha^\top x"]),
    "a letter behind a command": (r"\newcommand{\al}{\alpha} $\al{}x \al x$", [r"\alpha{}x \alpha x"]),
    "a letter that would run on": (r"\newcommand{\f}[1]{\alpha#1} $\f x$", [r"\alpha x"]),
    "definitions in definitions": (r"\newcommand{\mk}[1]{\newcommand{\x}[1]{#1##1}} $\mk a \x b$", ["ab"]),
    # where a definition holds
    "from its place on": (r"$\x$ \def\x{1} $\x$", [r"\x", "1"]),
    "in its group": (r"{\def\x{1} $\x$} $\x$", ["1", r"\x"]),
    "in its environment": (r"\begin{proof}\def\x{1} $\x$ \end{proof} $\x$", ["1", r"\x"]),
    "in its formula": (r"$\def\x{1} \x$ $\x$", ["1", r"\x"]),
    "in its cell": (r"\[\begin{matrix}\def\x{1}\x & \x\end{matrix}\]", [r"\begin{matrix}1 & \x\end{matrix}"]),
    "at the beginning": (r"\AtBeginDocument{\def\x{1}} $\x$", ["1"]),
    # only in mathematics, save what opens a display
    "not in text": (r"\newcommand{\eq}{$a = b$} \eq", []),
    "shorthands": (r"\def\be{\begin{equation}}\def\ee{\end{equation}} \be a \ee", [r"\begin{equation} a \end{equation}"]),
    "a display as a macro": (r"\newcommand{\eq}[1]{\[ #1 \]} \eq{a = b}", ["a = b"]),
    "an environment": (
        r"\newenvironment{eq}[1]{\begin{align}\label{#1}}{\end{align}} \begin{eq}{x} a \end{eq}",
        [r"\begin{align}\label{x} a \end{align}"],
    ),
    # packages
    "physics": (
        r"$\pdv{L}{W} \pdv[2]{f}{x} \pdv{f}{x}{y} \pdv{x} \dv{f}{x} \qty(a) \vb{x} \vdot$",
        [
            r"\frac{\partial L}{\partial W} \frac{\partial^{2} f}{\partial x^{2}} \frac{\partial^2 f}{\partial x \partial y} "
            r"\frac{\partial}{\partial x} \frac{\mathrm{d} f}{\mathrm{d} x} \left( a \right) \mathbf{x} \cdot"
        ],
    ),
    "brackets in brackets": (r"$\qty(f(x) + \qty[a])$", [r"\left( f(x) + \left[ a \right] \right)"]),
    "the author's own stands above": (r"\newcommand{\norm}[1]{\|#1\|_2} $\norm{x}$", [r"\|x\|_2"]),
    "IEEE": (
        "\\begin{IEEEeqnarray}{rCl} a &=& b \\end{IEEEeqnarray}",
        ["\\begin{align} a &=& b \\end{align}"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("text, expected", EXPANDED.values(), ids=EXPANDED)
def test_what_a_macro_yields(text, expected):
    assert found(text) == expected


# --- What can not be followed --------------------------------------------------------------------

UNREAD = {
    "delimited": (
        r"\def\v#1,{#1} $\v a, = 3$",
        {0: r"\v is not followed: its arguments are delimited by text; define it with \newcommand"},
    ),
    "edef": (r"\edef\x{1} $a = \x$", {4: r"\x is not followed: \edef defines it; define it with \newcommand"}),
    "xparse": (
        r"\NewDocumentCommand{\x}{r() m}{#1} $\x(a)b$",
        {0: r"\x is not followed: its arguments 'r() m' are of a kind that is not followed; "
            r"define it with m, o, O and s alone"},
    ),
    "too few": (r"\newcommand{\f}[2]{#1#2} $\f{a}$", {0: r"\f is not followed by the arguments that it takes"}),
    "known notation": (r"\def\vec#1;{x} $\vec{a}; = 1$",)
    + ({0: r"\vec is not followed: its arguments are delimited by text; define it with \newcommand"},),
}  # fmt: skip


@pytest.mark.parametrize("text, expected", UNREAD.values(), ids=UNREAD)
def test_a_macro_that_can_not_be_followed_says_why(text, expected):
    (passage,) = passages_of(text)
    assert passage.unread == expected


BOMBS = {
    "itself": (r"\def\a{\a} $\a$", r"1:13: \a"),
    "twice itself": (r"\def\a{\a\a} $\a$", r"1:15: \a"),
    "each other": ("\\def\\a#1{\\b{#1#1}}\n\\def\\b#1{\\a{#1#1}}\n $x + \\a x$", r"3:7: \a"),
    "a cascade": ("".join(rf"\def\{a}{{\{b}\{b}}}" for a, b in zip("abcdefghijklmnopqrs", "bcdefghijklmnopqrst", strict=True))
                  + r"\def\t{tttttttttt} $\a$", r"1:249: \r"),
    "an environment": (r"\newenvironment{x}{\begin{x}}{} \begin{x}", r"1:33: \begin{x}"),
}  # fmt: skip


@pytest.mark.parametrize("text, where", BOMBS.values(), ids=BOMBS)
def test_a_macro_without_end_is_one_line(text, where):
    started = time.perf_counter()
    with pytest.raises(DocumentError) as caught:
        passages_of(text)
    assert time.perf_counter() - started < 10
    problem = f"takes or yields more than {MOST_WORK_IN_A_FORMULA:,} tokens"
    hint = "does it call itself, or is a brace behind it never closed?"
    assert str(caught.value) == f"notes.tex:{where} {problem}; {hint}"


def test_a_definition_without_end_is_one_line():
    with pytest.raises(DocumentError) as caught:
        passages_of("a\n \\newcommand{\\x}{\\frac{a}{b} $a = b$")
    assert str(caught.value) == (
        "notes.tex:2:2: the definition that \\newcommand begins here is never closed; expected }"
    )


@pytest.mark.parametrize("sign", [r"\mathrel{\mathop:}=", r"\mathrel{:}=", r"\vcentcolon=", r"\coloneqq", ":="])
def test_the_usual_ways_to_write_a_definition(sign):
    (passage,) = passages_of(rf"\newcommand{{\defeq}}{{{sign}}} \[ a \defeq b \]")
    (chain,) = split(passage.text.value, frozenset())
    assert [kind_of(relation) for relation in chain.relations] == ["define"]


# --- Places --------------------------------------------------------------------------------------


def test_an_argument_keeps_its_place_and_the_rest_has_that_of_the_call():
    text = "\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}\n$x =\n  \\pd{L}{W_1} + y$"
    (passage,) = passages_of(text)
    value = passage.text.value
    assert value == "x =\n  \\frac{\\partial L}{\\partial W_1} + y"
    assert passage.text.place(0) == Place(2, 2)
    assert passage.text.place(value.index("\\frac")) == Place(3, 3)
    assert passage.text.place(value.index("L")) == Place(3, 7)
    assert passage.text.place(value.index("W_1")) == Place(3, 10)
    assert passage.text.place(value.index("y")) == Place(3, 17)
    first, last = value.index("\\frac"), value.index(" + y")
    assert passage.text.written(first, last) == "\\pd{L}{W_1}"
    assert passage.text.part(first, last).written(0, 3) == "\\pd{L}{W_1}"
    assert passage.text.written(value.index("W_1"), value.index("W_1") + 3) == "W_1"


def test_a_comment_in_a_display_moves_nothing():
    (passage,) = passages_of("\\[ a % = $ { \\]\n = b \\]")
    assert passage.text.value == "a = b"
    assert passage.text.place(4) == Place(2, 4)


NAMES = st.sampled_from(["L", "W_1", r"\mathbf{x}", "a+b", r"\frac{a}{b}", r"x^{2}"])
FORMULAS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(st.just("\\f"), inner),
        st.tuples(st.just("\\g"), inner, inner),
        st.tuples(st.just("\\h"), inner, inner),
    ),
    max_leaves=12,
)
DEFINED = r"\newcommand{\f}[1]{\lVert #1 \rVert^2}\def\g#1#2{\frac{\partial #1}{\partial #2}}\newcommand{\h}[2][x]{\f{#1}+(#2)}"


def with_macros(tree) -> str:
    if isinstance(tree, str):
        return tree
    first, *arguments = tree
    shown = [with_macros(argument) for argument in arguments]
    return f"{first}[{{{shown[0]}}}]{{{shown[1]}}}" if first == "\\h" else first + "".join(f"{{{a}}}" for a in shown)


def written_out(tree) -> str:
    if isinstance(tree, str):
        return tree
    first, *arguments = tree
    shown = [written_out(argument) for argument in arguments]
    if first == "\\f":
        return f"\\lVert {shown[0]} \\rVert^2"
    if first == "\\g":
        return f"\\frac{{\\partial {shown[0]}}}{{\\partial {shown[1]}}}"
    return f"\\lVert {shown[0]} \\rVert^2+({shown[1]})"


@settings(max_examples=100, deadline=None)
@given(FORMULAS)
def test_expanding_is_writing_out(tree):
    """Braces around an argument of an argument are TeX's own, and change nothing."""
    (passage,) = passages_of(f"{DEFINED}${with_macros(tree)}$")
    plain = str.maketrans("", "", "{} ")
    assert passage.text.value.translate(plain) == written_out(tree).translate(plain)
    for at in range(len(passage.text.value)):
        assert len(DEFINED) < passage.text.offset(at) < len(passage.text.source.text)


# --- Markdown ------------------------------------------------------------------------------------

MARKDOWN = {
    "from a display on": ("$\\R$\n\n$$\\newcommand{\\R}{\\mathbb{R}} x \\in \\R$$\n\n$\\R$",)
    + (["\\R", "x \\in \\mathbb{R}", "\\mathbb{R}"],),
    "a display of definitions": ("$$\n\\def\\a{1}\n\\def\\b{2}\n$$\n$\\a\\b$", ["12"]),
    "between paragraphs": ("\\newcommand{\\R}{\\mathbb{R}}\n\\DeclareMathOperator{\\tr}{tr}\n\nThen $\\tr \\R$.",)
    + (["\\operatorname{tr} \\mathbb{R}"],),
    "not in code": ("`\\def\\a{1}` and\n\n```\n\\def\\a{2}\n```\n$\\a$", ["\\a"]),
    "no definition": ("\\newcommand is a command, \\def too, and $x$", ["x"]),
    "packages": ("$$\\pdv{L}{W}$$", ["\\frac{\\partial L}{\\partial W}"]),
}


@pytest.mark.parametrize("text, expected", MARKDOWN.values(), ids=MARKDOWN)
def test_macros_in_markdown(text, expected):
    assert [passage.text.value for passage in read_markdown(Source("notes.md", text)).passages] == expected


def test_a_quotation_keeps_its_places():
    text = "$$\\def\\a{1}$$\n\n> $$\n> x =\n> \\a\n> $$\n"
    (passage,) = read_markdown(Source("notes.md", text)).passages
    assert passage.text.value.split() == ["x", "=", "1"]
    assert passage.text.place(passage.text.value.index("1")) == Place(5, 3)


@pytest.mark.parametrize(
    "unit", ["\\def\\a{", "\\newcommand{\\a}", "$\\def\\a{1}\\a$ ", "$\\pdv{x}$ ", "$\\pdv{$ "], ids=repr
)
def test_repetition_takes_linear_time(unit):
    started = time.perf_counter()
    try:
        read_markdown(Source("notes.md", unit * (20_000 // len(unit))))
    except DocumentError as error:
        assert "tokens; does it call itself" in str(error)
    assert time.perf_counter() - started < 5
