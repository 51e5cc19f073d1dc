r"""What typesets alike reads alike: spellings of one formula give one tree, whatever the names and whatever is around.

In `GROUPS` stand spellings of one formula; M, v and x in it are a matrix, a vector and a number, each written in one of
the ways of `NAMES`. A space stands for any space that TeX passes over. A new spelling is one more line, or one more in
a line.
"""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.documents.setting import make_setting, read_entries
from derive.expressions.tree import Expr
from derive.models import build_model
from derive.notation.elaboration import Options, elaborated
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Source, Text

SETTING = r"""
dims: {n: 3, C: 4}
symbols:
  W: n x n
  W_1: n x n
  \mathbf{V}^{[2]}: n x n
  \Theta: n x n
  u: n x 1
  \hat{y}: n x 1
  \mathbf{s}_1: n x 1
  a^{(i)}: n x 1
  t: scalar
  \lambda: scalar
  score: scalar
  z^\star: scalar
  r: positive scalar
  c: label of n
model:
  h: W u
  L: \|h\|^2 + t^2
loss: L
notation:
  dW: \frac{\partial L}{\partial W}
"""
TABLE = build_model(make_setting(read_entries(Text(SETTING, Source("s.yaml", SETTING), 0)))).table

NAMES = {
    "M": [
        ["W", "{W}", r"\mathbf{W}", r"\mathbf W", r"\boldsymbol{W}", r"\bm W", r"{\bf W}", r"\mathcal{W}", "𝐖", "𝑊"],
        ["W_1", "W_{1}", "{W}_1", "{W_1}", "W₁", r"\mathbf{W}_1", r"\mathbf{W}_{1}", r"\mathbf{W_1}", "W _ 1", "𝐖₁"],
        [r"\mathbf{V}^{[2]}", "V^{[2]}", "{V}^{[2]}", r"\mathbf V^{ [2] }", r"\mathbf{V^{[2]}}", r"{\bf V}^{[2]}"],
        [r"\Theta", r"{\Theta}", "Θ", r"\boldsymbol{\Theta}", r"\boldsymbol\Theta", r"\bm{\Theta}", r"\mathbf{\Theta}"],
    ],
    "v": [
        ["u", "{u}", r"\mathbf{u}", r"\mathbf u", r"\boldsymbol u", "𝐮", r"{\bf u}", "𝒖"],
        [r"\hat{y}", r"\hat y", r"\widehat{y}", "ŷ", "y\u0302", r"\hat{\mathbf{y}}", r"\mathbf{\hat{y}}", r"{\hat y}"],
        [r"\mathbf{s}_1", r"\mathbf s_1", "s_1", "s_{1}", r"\mathbf{s}_{1}", "s₁", r"\mathbf{s_1}",
         r"\boldsymbol{s}_1"],
        ["a^{(i)}", "{a}^{(i)}", r"\mathbf{a}^{(i)}", "a^{( i )}", "a⁽ⁱ⁾", r"\mathbf a^{(i)}"],
    ],
    "x": [
        ["t", "{t}", r"\mathit{t}", "𝑡", r"\mathrm{t}", r"{\rm t}"],
        [r"\lambda", "λ", r"{\lambda}", "𝜆"],
        ["score", r"\text{score}", r"\mathrm{score}", r"\operatorname{score}", r"\mathit{score}", r"{\rm score}",
         r"\textit{score}"],
        [r"z^\star", r"z^{\star}", "{z}^⋆", r"z^{ \star }"],
    ],
}  # fmt: skip

GROUPS = [
    ["{M}^T", r"{M}^\top", r"{M}^{\top}", r"{M}^{\intercal}", r"{M}^{\mathsf T}", r"{M}^{\mathsf{T}}",
     r"{M}^{\mathrm{T}}",
     r"{M}^{\rm T}", r"(M)^T", r"\left(M\right)^{\top}", "{M}ᵀ", "{M}^⊤", "{M}.T", r"{M}^{\text{T}}",
     r"\bigl(M\bigr)^\top", "[M]^T"],
    ["{M}^{-T}", r"{M}^{-\top}", r"(M)^{-T}", r"{M}^{-\mathsf{T}}", "{M}⁻ᵀ"],
    ["{M}^{-1}", "(M)^{-1}", "{M}⁻¹", r"\left(M\right)^{-1}"],
    ["M v", "M{v}", "{M v}", r"M \, v", "M(v)", "(M) v"],
    [r"M \cdot v", "M · v", "M ⋅ v", r"M\cdotp v"],
    [r"{v} \odot {v}", "{v} ⊙ {v}", r"{v}\odot{v}", r"(v) \odot (v)"],
    [r"{v} \circ {v}", "{v} ∘ {v}"],
    [r"v \otimes v", "v ⊗ v"],
    [r"{x} \times {x}", "{x} × {x}"],
    ["v - v", "v − v", r"v \mathbin{-} v"],
    ["{x}^2", "{x}²", "{x}^{2}", "(x)^2", r"\left({x}\right)^2", "{x}^{ 2 }"],
    ["{x}^{10}", "{x}¹⁰"],
    [r"\frac{x}{2}", r"\dfrac{x}{2}", r"\tfrac{x}{2}", r"\cfrac{x}{2}", "{x \\over 2}", r"\frac{x}2"],
    [r"\frac12 x", r"\frac{1}{2} x", r"\tfrac12 x", "½ x", r"{1 \over 2} x"],
    ["x/2", "x / 2", r"{x}/{2}"],
    [r"\sqrt{2}", r"\sqrt2", "√2", r"\sqrt 2"],
    [r"\|v\|^2", r"\lVert v\rVert^2", "||v||^2", r"\left\|v\right\|^2", r"\Vert v \Vert^2", "‖v‖²", r"\big\|v\big\|^2",
     r"\left\lVert v \right\rVert^2", r"{\|v\|}^2", r"\|v\|_2^2", r"\|v\|^2_2", r"\left\Vert v\right\Vert_2^{2}"],
    [r"\|M\|_F^2", r"\lVert M\rVert_F^2", "||M||_F^2", r"\left\|M\right\|_F^2", r"\|M\|^2", r"\|M\|^2_F",
     r"\|M\|_{F}^{2}",
     r"\|M\|_{\mathrm{F}}^2", r"\|M\|_{\text{F}}^2", r"\|M\|_{\rm F}^2", "‖M‖²"],
    [r"\|v\|_1", r"\lVert v\rVert_{1}", "||v||_1", r"\left\|v\right\|_1", "‖v‖₁"],
    ["|x|", r"\lvert x\rvert", r"\left|x\right|", r"\vert x \vert", r"\left\lvert x \right\rvert", r"\big|x\big|"],
    [r"\exp(x)", r"e^{x}", r"\exp\{x\}", r"\exp\left[x\right]", r"\exp\left\{x\right\}", r"\text{exp}(x)", r"\exp{x}",
     r"\operatorname{exp}(x)", r"\mathrm{e}^{x}", r"\exp\big(x\big)", r"{\rm e}^{x}", r"\text{e}^{x}", "exp(x)",
     r"\mathrm{exp}(x)"],
    [r"\log(r)", r"\ln(r)", r"\log r", r"\log\big(r\big)", r"\text{log}(r)", r"\log\left(r\right)", r"\mathrm{ln}(r)",
     r"\log\{r\}",
     "log(r)", "ln(r)", r"\operatorname{log} r", r"\log{r}", r"{\rm ln}(r)"],
    [r"\sigma'(x)", r"\sigma^\prime(x)", r"\sigma^{\prime}(x)", "σ'(x)", "σ′(x)"],
    [r"\tanh''(x)", r"\tanh^{\prime\prime}(x)", "\\tanh″(x)"],
    [r"\operatorname{diag}(v)", r"\mathrm{diag}(v)", r"\text{diag}(v)", r"\mathop{\rm diag}(v)", r"\textrm{diag}(v)",
     "diag(v)",
     r"\mathsf{diag}(v)", r"{\rm diag}(v)", r"\mathop{\mathrm{diag}}(v)", r"\operatorname{diag}\left(v\right)",
     r"\diag(v)",
     r"\operatorname*{diag}(v)", r"\operatorname{diag}\{v\}", r"\operatorname{diag}[v]"],
    [r"\operatorname{tr}(M)", r"\mathrm{tr}(M)", r"\text{tr}(M)", r"\operatorname{Tr}(M)", r"\operatorname{tr} M",
     r"\tr(M)",
     r"\mathop{\rm tr}(M)", r"{\rm tr}(M)", r"\mathrm{Tr}\left[M\right]", r"\operatorname{trace}(M)"],
    [r"\operatorname{softmax}(v)", r"\text{softmax}(v)", r"\mathrm{softmax}(v)", r"\textrm{softmax}\left(v\right)",
     "softmax(v)",
     r"\mathop{\rm softmax}(v)", r"\mathsf{softmax}(v)", r"{\rm softmax}(v)"],
    [r"\text{ReLU}(v)", r"\operatorname{ReLU}(v)", r"\mathrm{ReLU}(v)", "ReLU(v)", r"{\rm ReLU}(v)", r"\text{relu}(v)"],
    [r"\max(0, x)", r"\max\{0, x\}", r"\max \left(0, x\right)", r"\text{max}(0, x)", r"\max\left\{0, x\right\}",
     "max(0, x)"],
    ["(v)^+", "(v)_+", "[v]^+", "[v]_+", r"\left(v\right)^+", r"(v)^{+}", r"(v)_{+}", r"\left[v\right]_+"],
    [r"\sum_{i=1}^n (v)_i", r"\sum\limits_{i=1}^n (v)_i", r"\sum\nolimits_{i=1}^{n} (v)_i",
     r"\displaystyle\sum_{i=1}^n (v)_i", r"\sum^n_{i=1} (v)_i",
     r"∑_{i=1}^n (v)_i", r"Σ_{i=1}^n (v)_i", r"\Sigma_{i=1}^{n} (v)_i", r"\sum_{i = 1}^{n} [v]_{i}",
     r"\sum_{1 \le i \le n} (v)_i", r"\sum_{1 ≤ i ≤ n} (v)_i"],
    [r"\sum_{i,j} (M)_{ij}", r"\sum_{ij} (M)_{i,j}", r"\sum_{i, j} [M]_{ij}"],
    [r"\sum_{\substack{i=1 \\ i \neq c}}^n (v)_i", r"\sum_{i=1, i \ne c}^n (v)_i", r"\sum_{i=1,\, i ≠ c}^{n} (v)_i"],
    [r"\mathbb{1}(x > 0)", r"\mathbb{1}\{x > 0\}", r"\mathbf{1}_{x > 0}", r"\mathbf 1_{[x>0]}", "I[x>0]",
     r"[\![x>0]\!]", r"1\{x>0\}",
     r"\mathbb 1[x>0]", r"\llbracket x>0 \rrbracket", r"\mathbb{I}(x>0)", r"\mathbb{I}\{x > 0\}",
     r"\mathbf{1}\{x > 0\}", "I(x > 0)",
     r"\mathbf{1}_{\{x>0\}}", r"\mathbb{1}_{(x>0)}", "𝟙(x > 0)", "⟦x > 0⟧", r"\mathds{1}_{x>0}",
     r"\mathbbm{1}_{x > 0}", "1_{x>0}",
     r"\mathbb{1}\left(x > 0\right)", r"\mathbb{1}\!\left\{x > 0\right\}", "[x > 0]", r"{\bf 1}(x>0)",
     r"\mathbb{1}[x \gt 0]"],
    [r"\mathbb{1}(x \ge 0)", r"\mathbb{1}(x \geq 0)", r"\mathbb{1}(x ≥ 0)", r"\mathbb{1}(x \geqslant 0)"],
    [r"\frac{\partial L}{\partial W}", r"\dfrac{\partial\mathcal{L}}{\partial\mathbf{W}}",
     r"\tfrac{\partial L}{\partial W}", r"\partial L/\partial W", r"{\partial L}/{\partial W}",
     "∂L/∂W", r"\frac{∂L}{∂W}", r"\frac{\partial}{\partial W} L", r"\frac{\partial}{\partial W}(L)",
     r"\frac{\mathrm{d}L}{\mathrm{d}W}",
     r"\frac{dL}{dW}", r"{\partial L \over \partial W}", r"\frac{\partial{L}}{\partial{W}}",
     r"\frac{\partial(L)}{\partial(W)}", "dW", r"\mathrm{d}W",
     r"\nabla_W L", r"\nabla_{W}L", r"\nabla_{\mathbf{W}} \mathcal{L}", "∇_W L",
     r"\frac{\partial \mathcal L}{\partial \mathbf W}",
     r"\frac{\partial\,L}{\partial\,W}", r"\mathrm{dW}", r"{\rm d}W", r"\frac{\rm d L}{\rm d W}"],
    [r"\frac{\partial^2 L}{\partial t^2}", r"\frac{d^2 L}{dt^2}", r"\frac{\partial^{2}L}{\partial{t}^{2}}",
     r"\frac{\partial}{\partial t} \frac{\partial L}{\partial t}",
     r"\frac{\mathrm{d}^2L}{\mathrm{d}t^2}", r"\frac{∂²L}{∂t²}", r"\frac{\partial^2}{\partial t^2} L"],
    [r"\nabla_u^2 L", r"\nabla^2_u L", r"\nabla_u \nabla_u L", r"\nabla_u \nabla_u^T L", r"∇²_u L"],
    ["V^{[2]T} u", "{V^{[2]}}^T u", r"\left(V^{[2]}\right)^{\top} u", r"V^{[2]\top} u", r"V^{[2]\mathsf{T}} u",
     r"{V^{[2]}}^{\mathrm T} u", "V^{[2]}ᵀ u"],
    ["a^{(i)T} u", r"a^{(i)\top} u", r"{a^{(i)}}^T u", r"(a^{(i)})^\top u", r"\mathbf{a}^{(i)\intercal} \mathbf{u}"],
    ["(M)_{12}", "(M)_{1,2}", "(M)_{1 2}", "(M)_{ 1, 2 }", "[M]_{12}", "(M)₁₂"],
    ["(v)_1", "(v)_{1}", "[v]_1", "(v)₁", r"\left(v\right)_1", "{v}[1]"],
    ["(M)_{1,:}", "(M)_{1, :}", r"\left[M\right]_{1,:}"],
    [r"\begin{pmatrix} x & 1 \\ 0 & x \end{pmatrix}", r"\begin{bmatrix} x & 1 \\ 0 & x \end{bmatrix}",
     r"\left(\begin{array}{cc} x & 1 \\ 0 & x \end{array}\right)",
     r"\left[\begin{matrix} x & 1 \\ 0 & x \end{matrix}\right]",
     r"\begin{pmatrix} x & 1 \\[2pt] 0 & x \\ \end{pmatrix}"],
    [r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
     r"\begin{cases} x, & \text{if } x > 0, \\ 0, & \text{else.} \end{cases}",
     r"\begin{dcases} x & \mbox{if } x > 0 \\ 0 & \mbox{otherwise} \end{dcases}"],
    [r"u_1 + u_2 + \dots + u_n", r"u_1 + u_2 + \cdots + u_n", "u_1 + u_2 + … + u_n", "u₁ + u₂ + ⋯ + uₙ",
     r"u_{1} + u_{2} + \ldots + u_{n}"],
    [r"\underbrace{M v}_{\text{note}}", "M v", r"\overbrace{M v}^{n}", r"\textcolor{red}{M v}", r"{\color{blue} M v}",
     r"\boxed{M v}", r"\left. M v \right."],
]  # fmt: skip

AROUND = [
    "@",
    "2 (@)",
    "(@)",
    r"\left(@\right)",
    "{@}",
    "(@) + (@)",
    r"\frac{@}{2}",
    "-(@)",
    r"\bigl[@\bigr]",
    r"{\color{red} @}",
]
SPACES = [" ", "  ", r"\, ", r"\; ", "~", r"\! ", "\n"]
LETTER = re.compile(r"(?<![\\A-Za-z])[Mvx](?![A-Za-z])")


def read(text: str) -> Expr:
    """What a formula means; with the place in the message where it cannot be read."""
    try:
        return elaborated(TABLE, parse(tokenize(text, TABLE.words)), Options(TABLE.layout)).value
    except Exception as error:
        raise AssertionError(f"{text}\n{error}") from error


def filled(spelling: str, names: dict[str, Sequence[str]], choose: st.DataObject) -> str:
    """The spelling with names in its places, each in one of its own spellings, and other spaces."""

    def name(match: re.Match[str]) -> str:
        return choose.draw(st.sampled_from(names[match.group()]))

    spaced = re.sub(r"(?<![\\A-Za-z]) ", lambda _: choose.draw(st.sampled_from(SPACES)), spelling)
    return LETTER.sub(name, spaced)


@pytest.mark.parametrize("group", GROUPS, ids=[group[0] for group in GROUPS])
def test_all_spellings_of_a_formula_are_one_tree(group: list[str]) -> None:
    plain = {letter: [spellings[0][0]] for letter, spellings in NAMES.items()}
    texts = [LETTER.sub(lambda match: plain[match.group()][0], spelling) for spelling in group]
    first = read(texts[0])
    assert [text for text in texts if read(text) != first] == []


@settings(max_examples=300, deadline=None)
@given(choose=st.data())
def test_spellings_read_alike_whatever_the_names_and_whatever_is_around(choose: st.DataObject) -> None:
    group = choose.draw(st.sampled_from(GROUPS))
    names = {letter: choose.draw(st.sampled_from(spellings)) for letter, spellings in NAMES.items()}
    around = choose.draw(st.lists(st.sampled_from(AROUND), max_size=2))
    texts = []
    for spelling in choose.draw(st.lists(st.sampled_from(group), min_size=2, max_size=2)):
        text = filled(spelling, names, choose)
        for context in around:
            text = context.replace("@", text)
        texts.append(text)
    assert read(texts[0]) == read(texts[1]), " | ".join(texts)


@pytest.mark.parametrize("letter, spellings", [(letter, group) for letter, groups in NAMES.items() for group in groups])
def test_all_spellings_of_a_name_are_one_symbol(letter: str, spellings: list[str]) -> None:
    first = read(spellings[0])
    assert [text for text in spellings if read(text) != first] == []


def test_names_that_typeset_differently_are_different() -> None:
    values = [read(spellings[0]) for groups in NAMES.values() for spellings in groups]
    assert len(set(values)) == len(values)
