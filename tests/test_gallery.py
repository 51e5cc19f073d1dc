r"""The gallery shows every notation that is read, in a step that is true and in one that is false.

Its documents are in `exercises/gallery`, for people to read; each says itself, by `expect`, what is expected of its
steps. The tables below list the notations one by one: whoever lets the program read a new one writes it there, too.
A notation is found by a piece of a step's formula, all spaces left out.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from remembering import check_document

from derive.checking.conventions import CONVENTIONS
from derive.checking.results import DocumentResult, StepResult
from derive.documents import read_document

GALLERY = Path(__file__).parent.parent / "exercises" / "gallery"
NAMES = sorted(path.stem for path in GALLERY.glob("*.md"))
ACCEPTED = ("definition", "proved", "convention")


@cache
def checked(name: str) -> DocumentResult:
    return check_document(read_document(GALLERY / f"{name}.md"))


def shown(step: StepResult) -> str:
    found = ", ".join([step.verdict, *step.conventions])
    return f"({step.tag}) line {step.line}: {step.lhs} {step.relation} {step.rhs}\n  {found}: {step.message}"


@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_as_the_document_expects(name: str) -> None:
    others = [shown(step) for step in checked(name).steps if not is_as_meant(step)]
    assert not others, "\n".join(others)


def is_as_meant(step: StepResult) -> bool:
    return step.verdict in ACCEPTED if step.is_as_expected is None else step.is_as_expected


@pytest.mark.parametrize("name", NAMES)
def test_a_document_shows_true_steps_and_false_ones(name: str) -> None:
    assert {True, False} == {step.verdict in ACCEPTED for step in checked(name).steps}


def test_what_is_wrong_is_refuted_and_named_so() -> None:
    for name in NAMES:
        for step in checked(name).steps:
            assert (step.verdict == "refuted") == ("refuted" in step.expectation), shown(step)
            assert not (step.tag or "").startswith("wrong") or step.verdict == "refuted", shown(step)


# ── notations: what they are called -> a piece of a formula ──

TRUE_AND_FALSE = {
    # products
    "juxtaposition": "(AB)^T",
    "dot": r"u\cdotv",
    "dot product of two columns": r"u\cdotv",
    "times": r"\alpha\times\beta",
    "star between matrices": "*",
    r"\odot": r"\odot",
    r"\circ entry by entry": r"C\circA",
    r"\circ between functions": r"\exp\circ\tanh",
    r"\otimes of vectors": r"u\otimesv",
    r"\otimes of matrices": r"\operatorname{vec}(AD",
    r"\oslash": r"u\oslashv",
    "fraction of equal shapes": r"\frac{u}{v}",
    "what binds tighter": r"W^T\delta\odot",
    "another grouping": r"Wz\odotv",
    # transposes, powers, quotients
    "^T": "^T",
    "[2]T": "[2]T",
    "(i)": "a^{(i)",
    "^{-1}": "^{-1}",
    "^{-T}": "^{-T}",
    "power of a matrix": "A^2",
    "power of a vector": "v^2",
    r"\frac": r"\frac",
    "/": r"\alpha/\beta",
    r"\sqrt": r"\sqrt",
    r"\sqrt[n]": r"\sqrt[3]",
    # sums
    "sum with bounds": r"\sum_{k=1}^K",
    "sum without bounds": r"\sum_k",
    "index out of range": r"\sum_{j",
    "condition below a sum": r"\sum_{k\neqj}",
    "two indices below a sum": r"\sum_{k,l}",
    "inequality below a sum": r"\sum_{i<j}",
    "dots in a sum": r"a_1+a_2+\dots+a_K",
    r"\prod": r"\prod_{k=1}^K",
    # entries
    "S_{i,j}": "(XW_1)_{i,j}",
    "w_{ij}": "w_{ij}",
    "(W_1)_{k,l}": "(W_1)_{",
    "W^{[1]}_{jk}": "W^{[1]}_{jk}",
    "S_{i,y_i}": "S_{i,y_i}",
    "s[i]": r"\mathbf{s}_1[",
    "M[i][j]": "M[i][j]",
    "row": "X_{i,:}",
    "row of a product": "(XW_1)_{i,:}",
    # functions
    r"\exp": r"\exp",
    "e^": "e^{z}",
    r"\log": r"\log",
    r"\log without brackets": r"\logts",
    r"\max": r"\max(x,t)",
    "max over an index": r"\max_iz_i",
    r"\tanh": r"\tanh(x)",
    r"\sigma": r"\sigma(x)",
    "ReLU": r"\text{ReLU}(x)",
    "positive part": "(x)^+",
    "LeakyReLU": r"\text{LeakyReLU}",
    "softplus": r"\text{softplus}",
    "GELU": r"\text{GELU}",
    "ELU": r"\text{ELU}(x)",
    "SiLU": r"\text{SiLU}",
    "abs": "|x|",
    "sign": r"\text{sign}(x)",
    "sin": r"\sinx",
    "cos": r"\cosx",
    "softmax": r"\text{softmax}(z)",
    "softmax of a matrix": r"\text{softmax}(Z)",
    "softmax along an axis": r"\text{softmax}_{\text{col}}(Z)",
    "logsumexp": r"\text{logsumexp}(z)",
    "log-softmax": r"\text{log-softmax}(z)",
    "CrossEntropy": r"\text{CrossEntropy}(p",
    "diag": r"\operatorname{diag}(u)",
    "tr": r"\operatorname{tr}",
    "det": r"\det(",
    "vec": r"\text{vec}(",
    "norm": r"\|z\|",
    "norm 1": r"\|z\|_1",
    "norm F": r"\|A\|_F^2",
    "f'": r"\sigma'(x)",
    "f''": r"\tanh''(x)",
    "function that is not specified": "f(x^2)",
    "function of vectors": "g(z)",
    "indicator": r"\mathbb{1}(x>0)",
    "indicator in a subscript": r"\mathbf{1}_{x>0}",
    "indicator by 1": r"1\{x>0\}",
    "Iverson's bracket": r"[\![x>0]\!]",
    "indicator of a vector": r"\mathbb{1}(z>0)",
    "indicator of indices": r"\mathbb{1}\{y_i",
    "two comparisons": r"0<x\le1",
    "Kronecker's delta": r"\delta_{ij}",
    "ones": r"\mathbf{1}",
    "identity": "IA",
    "cases": r"\begin{cases}",
    # matrices
    "matrix": r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
    "bmatrix": r"\begin{bmatrix}",
    "vector with dots": r"\\\vdots\\a_n",
    "matrix with dots": r"\vdots&\ddots&\vdots",
    "diagonal matrix with dots": r"&&\\&\ddots&\\&&",
    "listed vector": r")^T",
    "blocks": r"\begin{bmatrix}A&a\end{bmatrix}",
    # derivatives
    r"\frac{\partial L}{\partial W}": r"\frac{\partialL}{\partialW}",
    r"\partial L / \partial W": r"\partialL/\partialW",
    r"\frac{\partial}{\partial x}(…)": r"\frac{\partial}{\partialx}(x^2+x)",
    r"\frac{d}{dx}": r"\frac{d}{dx}",
    r"\nabla_W L": r"\nabla_WL",
    r"\nabla L": r"\nabla\|u\|^2",
    "second derivative": r"\frac{\partial^2x^3}{\partialx^2}",
    "mixed second derivative": r"\frac{\partial^2(x^2t)}{\partialx\partialt}",
    "Hessian": r"\nabla^2_u",
    "derivative by an entry": r"\frac{\partialL}{\partialW_{kl}}",
    "derivative by an expression": r"\frac{\partial(x^2)^3}{\partial(x^2)}",
    "operator without brackets": r"\frac{\partial}{\partialu}",
    "chain rule": r"\frac{\partialL}{\partialA}",
    "derivative of a vector by a vector": r"\frac{\partialMu}{\partialu}",
    "derivative of a softmax": r"\frac{\partial\operatorname{softmax}(u)}{\partialu}",
    "dW": "dW",
    "loss left out": r"\nabla_z",
    # documents
    "member": r"\mathbb{R}^{n\timesm}",
    "+=": r"\frac{\partialL}{\partialw}",
    "condition behind an equation": "|x|",
    "name with a star": r"\mathbf{w}^\star",
    "name with a word": r"\theta^{new}",
    "name with a step": r"\theta^{(t+1)}",
    "accents": r"\tilde{x}",
    "words": r"\text{score}",
    "sizes": r"\bigl(",
    "underbrace": r"\underbrace{",
    "colour": r"\textcolor{red}",
    "family of entries": "p_{ij}",
    # characters
    "∂": "∂L/∂W",
    "ᵀ": "Wᵀ",
    "Σ": "Σ_{i=1}^n",
    "⊗": "a⊗y",
    "²": "t²",
    "½": "½",
    "′": "σ′(z)",
    "σ": "σ(z)",
    "∈": "W₁",
    "‖": "‖a‖²",
    "𝟙": "𝟙(",
    "ᵢⱼ": "(ayᵀ)ᵢⱼ",
}

TRUE = {
    **{text: text for text in (
        r"^\top", r"^\intercal", r"^{\mathsfT}", r"^{\mathsf{T}}", r"^{\mathrmT}", r"^{\mathbfT}", r"^{\textsfT}", ".T",
        "{W^{[2]}}^T", r"\left(W^{[2]}\right)^{\top}", r"a^{(i)\top}", r"\frac12", r"\dfrac", r"\tfrac",
        r"\langleu,v\rangle",
        r"\sum\limits_{i}", r"\sum\nolimits", r"\sum_k^K", r"\Sigma_{k=1}^{K}",
        r"\substack", r"\exp\{x\}", r"\exp\left[x\right]", r"\log\big(t\big)", r"\ln", r"\text{log}", r"\log_2",
        r"\operatorname{sgn}",
        r"\min", r"\text{erf}", r"\text{sqrt}", "(x)_+", r"\text{swish}", r"\operatorname{LSE}", r"\text{LogSoftmax}",
        r"\mathrm{diag}", r"\text{diag}", r"{\rmdiag}", r"\textrm{diag}", r"\mathsf{diag}", r"\lVertz\rVert^2",
        "||z||^2",
        r"\left\|z\right\|_2^2", r"\lVertA\rVert_F^2", "||A||^2", r"\mathbb{1}\{x>0\}", r"\mathbb{1}[x>0]",
        r"\mathbf{1}\{x>0\}",
        r"\mathbf1_{[x>0]}", "I[x>0]", r"\llbracket", r"\mathbb{I}(x>0)", r"\mathbb1[x>0]", "[x>0]", r"\mathbb{I}A",
        r"\mathbb{1}A", "I_nA",
        r"\begin{dcases}", r"\begin{vmatrix}", r"\begin{array}", r"\operatorname{diag}(a_1,\dots,a_n)", "X_{:,j}",
        "X_{i:}",
        r"\mathbf{s}_{1,i}", r"\dfrac{\partial\mathcal{L}}{\partial\mathbf{W}}", r"\nabla_{W}L", r"\over",
        r"\frac{\mathrm{d}L}{\mathrm{d}W}", r"\mathrm{d}W", r"\nabla\nabla",
        r"\frac{\partial^2(u^TBu)}{\partialu\partialu^T}",
        r"\overbrace", r"\color{blue}", r"\boxed{2\lambdav}", r"{\bfx}", r"\boldsymbol{V}",
        "⊙", "·", "×", "−", "≥", "√", "∇_W", "λ", "¼", "aᵢ", "ŷ", "𝐖", "∘", "∏", "∑", "⟨a,a⟩", "t⁻¹",
    )},
    ":=": ":=", r"\equiv": r"\equiv", r"\triangleq": r"\triangleq", r"\leftarrow": r"\leftarrow", r"\in": r"\in",
}  # fmt: skip


def pieces(step: StepResult) -> str:
    return "".join(f"{step.lhs}{step.relation}{step.rhs}".split())


@cache
def formulas(of_accepted: bool) -> tuple[str, ...]:
    steps = (step for name in NAMES for step in checked(name).steps)
    return tuple(pieces(step) for step in steps if (step.verdict in ACCEPTED) == of_accepted)


@pytest.mark.parametrize("piece", [*TRUE_AND_FALSE.values(), *TRUE.values()], ids=[*TRUE_AND_FALSE, *TRUE])
def test_a_notation_stands_in_a_true_step(piece: str) -> None:
    assert any(piece in formula for formula in formulas(True)), f"no true step of the gallery holds {piece}"


@pytest.mark.parametrize("piece", TRUE_AND_FALSE.values(), ids=TRUE_AND_FALSE)
def test_a_notation_stands_in_a_false_step(piece: str) -> None:
    assert any(piece in formula for formula in formulas(False)), f"no false step of the gallery holds {piece}"


def conventions_shown() -> Iterator[str]:
    for name in NAMES:
        for step in checked(name).steps:
            yield from step.conventions


def test_every_convention_is_shown() -> None:
    assert set(CONVENTIONS) <= set(conventions_shown())


# ── what is not read, or not as one might think ──

SETTING = r"""---
dims: {n: 3, m: 2}
symbols:
  A: n x m
  B: n x n
  u: n x 1
  x: scalar
model:
  L: \|u\|^2
loss: L
ALLOW---
"""

REFUSED = [
    ("I^T = I", "No side says how large it is; write the size, as in I_n."),
    (r"\nabla_u^T \nabla_u L = 6", "Which second derivatives these two ∇ stand for is not certain."),
    (r"\nabla_u \nabla_x (x u^T u) = 2 u",
     r"Two ∇ by different variables: write \frac{\partial^2 f}{\partial x \partial y}."),
    (r"\begin{pmatrix} B & & \\ & \ddots & \\ & & B \end{pmatrix} = I",
     "Blocks on a diagonal are not read; write each block of the matrix, zeros too."),
    ("u = (B, B)", "A list in brackets stands where a value is expected."),
    (r"\left(\frac{\partial}{\partial u}\right) u = 2 u", "A derivative operator has nothing to differentiate."),
    (r"\frac{\partial x^4}{\partial (x^2)} = 2 x^2",
     "This derivative is by an expression that does not make up all of what is differentiated."),
    ("x_* + 1 = 2", "A subscript * has no meaning here."),
]  # fmt: skip


def verdicts(tmp_path: Path, formula: str, allow: str = "") -> StepResult:
    path = tmp_path / "one.md"
    path.write_text(SETTING.replace("ALLOW", f"allow: [{allow}]\n" if allow else "") + f"$${formula}$$\n", "utf-8")
    (step,) = check_document(read_document(path)).steps
    return step


@pytest.mark.parametrize("formula, message", REFUSED, ids=[formula for formula, _ in REFUSED])
def test_what_is_not_certain_is_refused(tmp_path: Path, formula: str, message: str) -> None:
    step = verdicts(tmp_path, formula)
    assert (step.verdict, step.message) == ("unreadable", message)


def test_a_step_under_the_convention_of_distinct_indices_is_not_called_proved(tmp_path: Path) -> None:
    formula = r"\frac{\partial u_i}{\partial u_j} = 0"
    assert verdicts(tmp_path, formula).verdict == "refuted"
    allowed = verdicts(tmp_path, formula, "distinct-index")
    assert (allowed.verdict, allowed.conventions) == ("convention", ("distinct-index",))
    other = verdicts(tmp_path, r"\frac{\partial u_i}{\partial u_j} = \mathbb{1}(i = j)", "distinct-index")
    assert (other.verdict, other.conventions) == ("proved", ())


def test_an_abbreviation_of_the_setting_is_not_defined_anew(tmp_path: Path) -> None:
    path = tmp_path / "one.md"
    notation = "notation:\n  du: \\frac{\\partial L}{\\partial u}\n---\n"
    path.write_text(SETTING.replace("ALLOW---\n", notation) + "$$du = 2 u$$\n\n$$du = u$$\n", "utf-8")
    assert [step.verdict for step in check_document(read_document(path)).steps] == ["proved", "refuted"]
