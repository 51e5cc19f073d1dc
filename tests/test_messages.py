"""What is said of faulty input, whole: where it is, what was found, and what could be written instead.

A new way of being faulty is a row more. Every message is at most two sentences, and points at the text that it is about.
"""

import re

import pytest
from remembering import check_document

from derive.checking.results import StepResult
from derive.documents import read_document

HEAD = r"""---
dims: {N: 2, D: 3, H: 4, C: 5}
symbols:
  X: N x D
  W_1: D x H
  W_2: H x C
  b_1: 1 x H
  x: D x 1
  w: D x 1
  y: labels N of C
  a: scalar
  b: scalar
  z: scalar
  \lambda: scalar
  \hat{y}: scalar
  f: function
model:
  S: X W_1 + b_1
  L: \sum_{i,j} S_{i,j}^2
loss: L
---
"""

# what is written, the verdict, the column, the text that is pointed at (None where it is the relation), what is said
CATALOGUE = [
    # commands and names
    (r"\sigmod(z) = z", "unreadable", 1, r"\sigmod", r"The command \sigmod is not known (did you mean \operatorname{sigmoid} or \sigma?)."),
    (r"\lamda a = a", "unreadable", 1, r"\lamda", r"The command \lamda is not known (did you mean \lambda or \Lambda?)."),
    (r"a = \foo z", "unreadable", 5, r"\foo", r"The command \foo is not known."),
    (r"a = x \tims b", "unreadable", 7, r"\tims", r"The command \tims is not known (did you mean \times or \otimes?)."),
    (r"a = \sigmoid(z)", "unreadable", 5, r"\sigmoid", r"The command \sigmoid is not known (did you mean \operatorname{sigmoid}?)."),
    (r"a = \newcommand{\x}{a}", "unreadable", 3, None, "A side of this relation is missing."),
    (r"a = \mathrm{sigmod}(z)", "unreadable", 5, r"\mathrm{sigmod}", "The name sigmod is not defined or declared (did you mean sigmoid?)."),
    (r"a = \operatorname{sofmax}(x)", "unreadable", 5, r"\operatorname{sofmax}", "The name sofmax is not defined or declared (did you mean softmax?)."),
    ("L = W_3 a", "unreadable", 5, "W_3", "The name W_3 is not defined or declared (did you mean W_1 or W_2?)."),
    (r"\frac{dL}{dW} = a", "unreadable", 12, "W", "The name W is not defined or declared (did you mean W_1 or W_2?)."),
    (r"a = \hat{x}", "unreadable", 5, r"\hat{x}", r"The name \hat{x} is not defined or declared (did you mean \hat{y}?)."),
    ("a = q", "unreadable", 5, "q", "The name q is not defined or declared."),
    ("a = lamda b", "unreadable", 5, "l", r"The letters lamda are read one by one, and not all of them are known (did you mean \lambda?)."),
    ("a = if z > 0", "unreadable", 5, "i", r"The word if stands inside a formula; write \text{if}, and what it says is read."),
    ("a = b where z > 0", "unreadable", 8, "h", r"The word where stands inside a formula; write \text{where}, and what it says is read."),
    ("a = q + 1$$ $$q = 3", "unreadable", 5, "q", "The name q is defined only later, in line 22; move that before its first use."),
    (r"a = \mathbb{E}[z]", "unreadable", 5, r"\mathbb{E}[z]", "An expectation is not read; write the sum that it is."),
    ("z' = a", "unreadable", 1, "z'", "A prime stands at something that is no function."),
    ("y = a", "unreadable", 1, "y", "The labels y have no value as a whole; write one of them, y_i."),
    ("a_1 = b", "unreadable", 1, "a_1", "The symbol a is a scalar and has no entry _{1}."),
    ("a = d b", "unreadable", 5, "d b", "The name db is not defined, and whether it is a differential is not certain; define it first, or say in the setting's notation what it stands for."),
    # signs
    (r"a = \int_0^1 z \, dz", "unreadable", 5, r"\int", "Integrals are not read."),
    (r"a = \lim_{z \to 0} z", "unreadable", 5, r"\lim", "Limits are not read."),
    (r"a = \binom{a}{b}", "unreadable", 5, r"\binom", "Binomial coefficients are not read; write the number or a fraction."),
    ("a = b!", "unreadable", 6, "!", "Factorials are not read; write the product."),
    (r"a = 50\% b", "unreadable", 7, r"\%", "A per cent sign is not read; write /100."),
    ("a = b @ x", "refuted", 3, None, "The left side is scalar and the right side D x 1: these shapes cannot be equal."),
    ("a = b @", "unreadable", 7, "@", "Something is missing behind @."),
    ("a = b @ @ x", "unreadable", 9, "@", "@ follows @ at once; something is missing between them."),
    ("a = √", "unreadable", 5, "√", r"Nothing stands under this root; write \sqrt{a}."),
    ("a = b ? c", "unreadable", 7, "?", "The character ? is not read in a formula."),
    (r"a = b \pm 1", "unreadable", 7, r"\pm", r"\pm stands for two formulas; write them apart."),
    ("a = 1.2.3", "unreadable", 5, "1.2.3", "1.2.3 is no number."),
    ("a = 1,5 b", "unreadable", 5, "1,5 b", "One expression was expected here, not a list or a relation."),
    (r"a = 3 \quad b", "unreadable", 13, "b", "A wide space stands between two expressions; what joins them is not certain."),
    (r"a = \overline{a + b}", "unreadable", 5, r"\overline", r"\overline stands over one name or letter, and here it does not."),
    (r"a = \hat{}", "unreadable", 5, r"\hat", r"\hat stands over one name or letter, and here it does not."),
    # brackets
    ("a = {a + b", "unreadable", 5, "{", "{ is never closed."),
    ("a = a + b}", "unreadable", 10, "}", "} closes a bracket that nothing opens."),
    ("a = (a + b", "unreadable", 5, "(", "( is never closed."),
    (r"a = \left( a + b", "unreadable", 5, r"\left(", "( is never closed."),
    (r"a = a + b \right)", "unreadable", 11, r"\right)", ") closes a bracket that nothing opens."),
    ("a = [a + b)", "unreadable", 11, ")", "[ is closed by )."),
    (r"a = \left( \frac{a}{b} \right]", "unreadable", 24, r"\right]", "( is closed by ]."),
    (r"a = \frac{a}{b", "unreadable", 13, "{", "{ is never closed."),
    ("|a = b", "unreadable", 1, "|", "These bars have no partner: one | opens and none closes it."),
    (r"\|x = a", "unreadable", 1, r"\|", r"These norm bars have no partner: one \| opens and none closes it."),
    (r"\begin{pmatrix} a & b \end{bmatrix} = x", "unreadable", 23, r"\end{bmatrix}", r"\begin{pmatrix} is closed by \end{bmatrix}."),
    (r"\begin{pmatrix} a & b \\ a = x", "unreadable", 1, r"\begin{pmatrix}", r"\begin{pmatrix} is never closed."),
    (r"\end{pmatrix} = x", "unreadable", 1, r"\end{pmatrix}", r"\end{pmatrix} closes a bracket that nothing opens."),
    (r"\begin{cass} a \end{cass} = b", "unreadable", 1, r"\begin{cass} a \end{cass}", "The environment cass is not read inside a formula (did you mean cases?)."),
    (r"\begin{tikzpicture} a \end{tikzpicture} = b", "unreadable", 1, r"\begin{tikzpicture} a \end{tikzpicture}", "The environment tikzpicture is not read inside a formula."),
    ("a = ()", "unreadable", 5, "()", "Nothing stands in these brackets."),
    ("f() = a", "unreadable", 2, "()", "Nothing stands in these brackets."),
    ("a = (a, b)", "refuted", 3, None, "The left side is scalar and the right side 2 x 1: these shapes cannot be equal."),
    ("a = (+ ; a)", "unreadable", 8, ";", "Something is missing between + and ;."),
    (r"a = \{a & b\}", "unreadable", 9, "&", r"& parts the columns of an align or a matrix, and none is open here; write \& for the sign."),
    (r"a = (a \\ b)", "unreadable", 8, r"\\", r"\\ ends a row of an align or a matrix, and none is open here."),
    # what is missing
    (r"\frac{}{b} = a", "unreadable", 1, r"\frac", r"Nothing stands above the line of this fraction; write \frac{a}{b}."),
    (r"\frac{a}{} = b", "unreadable", 1, r"\frac", r"Nothing stands below the line of this fraction; write \frac{a}{b}."),
    (r"\frac{a} = b", "unreadable", 1, r"\frac", r"Nothing stands below the line of this fraction; write \frac{a}{b}."),
    (r"\frac = a", "unreadable", 1, r"\frac", r"Nothing stands above the line of this fraction; write \frac{a}{b}."),
    (r"\sqrt{} = a", "unreadable", 1, r"\sqrt", r"Nothing stands under this root; write \sqrt{a}."),
    (r"\sqrt[3 a = b", "unreadable", 1, r"\sqrt", r"The degree of this root is missing; write \sqrt[3]{a}."),
    ("a =", "unreadable", 3, None, "A side of this relation is missing."),
    ("= a", "unreadable", 1, None, "A side of this relation is missing."),
    ("a = = b", "unreadable", 3, None, "A side of this relation is missing."),
    ("a = b +", "unreadable", 7, "+", "Something is missing behind +."),
    ("a + = b", "unreadable", 3, "+", "Something is missing behind +."),
    (r"a = b \cdot", "unreadable", 7, r"\cdot", r"Something is missing behind \cdot."),
    (r"a = \cdot b", "unreadable", 5, r"\cdot", r"Something is missing before \cdot."),
    ("a * * b = a", "unreadable", 5, "*", "* follows * at once; something is missing between them."),
    ("a = (b + )", "unreadable", 10, ")", "Something is missing between + and )."),
    (r"a = (\cdot b)", "unreadable", 6, r"\cdot", r"Something is missing between ( and \cdot."),
    ("a^ = b", "unreadable", 2, "^", "A power is missing behind ^; write one as in x^2 or x^{n+1}."),
    ("a_ = b", "unreadable", 2, "_", "An index is missing behind _; write one as in x_i or x_{i,j}."),
    ("_1 = a", "unreadable", 1, "_", "Nothing stands before _ that it could belong to; write {} or a name before it."),
    ("a = ^2", "unreadable", 5, "^", "Nothing stands before ^ that it could belong to; write {} or a name before it."),
    ("a__b = a", "unreadable", 2, "_", "A second _ follows at once; an index stands behind each, as in x_i."),
    ("x_1_2 = a", "unreadable", 4, "_2", "A second subscript stands here; write both in one, as in x_{i,j}."),
    ("a^2^3 = b", "unreadable", 4, "^3", "A second power stands here; write (x^a)^b or x^{a^b}, whichever is meant."),
    (r"\log = a", "unreadable", 1, r"\log", r"The function \log has no argument here."),
    ("f = a", "unreadable", 1, "f", "The function f has no argument here."),
    (r"\sum x_i = a", "unreadable", 1, r"\sum", r"This sum does not say over which index; write it below, as in \sum_i."),
    (r"\sum_{i=1}^{D} = a", "unreadable", 1, r"\sum_{i=1}^{D}", "A sum sign has nothing to sum."),
    (r"\sum_{i=1}^{Q} x_i = a", "unreadable", 13, "Q", "The bound Q is no dimension that is declared; known are N, D, H and C."),
    (r"\sum_{i \in B} x_i = a", "unreadable", 7, r"i \in B", "The set over which this sum runs is not known."),
    (r"a = x_1 + \ldots", "unreadable", 5, r"x_1 + \ldots", r"These dots have no first and last term; write both, as in x_1 + \dots + x_n."),
    # derivatives
    (r"\frac{\partial L}{W_1} = a", "unreadable", 19, "W_1", r"There is a ∂ above this fraction's line and none below it; write \partial before this."),
    (r"\frac{L}{\partial W_1} = a", "unreadable", 7, "L", r"There is a ∂ below this fraction's line and none above it; write \partial before this."),
    (r"\frac{\partial L}{\partial Q} = a", "unreadable", 28, "Q", "The name Q is not defined or declared."),
    (r"\frac{\partial}{\partial W_1} = a", "refuted", 31, None, "The left side is D x H and the right side scalar: these shapes cannot be equal."),
    (r"\frac{\partial L}{\partial 2} = a", "unreadable", 28, "2", "A derivative is taken by a variable, not by a number."),
    (r"\nabla_{W_1} = a", "refuted", 14, None, "The left side is D x H and the right side scalar: these shapes cannot be equal."),
    (r"\nabla_Q L = a", "unreadable", 8, "Q", "The name Q is not defined or declared."),
    (r"a = \partial", "unreadable", 5, r"\partial", "A derivative sign stands here without the rest of a derivative."),
    (r"\sin^{-1} z = a", "unreadable", 1, r"\sin^{-1} z", r"A negative power of a function could be its inverse; write \frac{1}{…} for the reciprocal."),
    # shapes and indices
    ("X W_2 = a", "refuted", 1, "X W_2", "Cannot multiply N x D by H x C: the inner sizes D and H differ."),
    ("S = X^T W_1", "refuted", 5, "X^T W_1", "Cannot multiply D x N by D x H: the inner sizes N and D differ; the first factor without its transpose would fit."),
    ("S = X W_1^T", "refuted", 5, "X W_1^T", "Cannot multiply N x D by H x D: the inner sizes D and H differ; the second factor without its transpose would fit."),
    ("S = W_1 X", "refuted", 5, "W_1 X", "Cannot multiply D x H by N x D: the inner sizes H and N differ."),
    ("S = X W_1 + W_2", "refuted", 13, "W_2", "Cannot add N x H and H x C."),
    ("x w = a", "refuted", 5, None, "The left side is D x 1 and the right side scalar: these shapes cannot be equal."),
    (r"x \odot w^T = x", "refuted", 1, r"x \odot w^T", "Cannot multiply D x 1 and 1 x D entry by entry."),
    ("X = W_1", "refuted", 3, None, "The left side is N x D and the right side D x H: these shapes cannot be equal."),
    (r"\mathbb{1} a = a", "refuted", 14, None, "The left side is a matrix or vector whose size nothing tells and the right side scalar: these shapes cannot be equal."),
    ("X^{-1} = a", "refuted", 1, "X^{-1}", "N x D is not square and has no inverse."),
    (r"\det X = a", "refuted", 1, r"\det X", "Det needs a square matrix, not N x D."),
    ("x_4 = a", "refuted", 1, "x_4", "The index 4 of x is outside its range 1..D = 3."),
    ("(W_1)_{4,1} = a", "refuted", 1, "(W_1)_{4,1}", "The index 4 of W_1 is outside its range 1..D = 3."),
    ("(W_1)_{1} = a", "unreadable", 1, "(W_1)_{1}", "The symbol W_1 is D x H and needs two indices, not one index; its row i is written (W_1)_{i,:}."),
    ("X_{i,j,k} = a", "unreadable", 1, "X_{i,j,k}", "The symbol X is N x D and needs two indices, not 3 indices; its row i is written X_{i,:}."),
    ("f(a, b) = a", "unreadable", 1, "f(a, b)", "The function f takes one argument, not 2."),
    (r"a \in \mathbb{R}^{3}", "refuted", 3, None, "a is a scalar, not 3 x 1."),
    (r"x \in \mathbb{R}^{H}", "refuted", 3, None, "x is D x 1, not H x 1."),
    (r"x \in \mathbb{R}^{M}", "unreadable", 19, "M", "The dimension M is not declared; known are N, D, H and C."),
    ("x : D", "unreadable", 5, "D", r"A shape like \mathbb{R}^{m \times n} was expected here."),
]  # fmt: skip


def judged(display: str, path) -> StepResult:
    """The first step of a display that is not accepted."""
    path.write_text(f"{HEAD}$${display}$$\n")
    steps = check_document(read_document(path)).steps
    return next(step for step in steps if step.verdict in ("unreadable", "refuted"))


@pytest.mark.parametrize("display, verdict, column, excerpt, message", CATALOGUE)
def test_what_is_said_of_faulty_input(tmp_path, display, verdict, column, excerpt, message) -> None:
    step = judged(display, tmp_path / "a.md")
    assert (step.verdict, step.column - len("$$"), step.excerpt, step.message) == (verdict, column, excerpt, message)


def test_the_excerpt_is_what_stands_at_the_column() -> None:
    assert all(
        excerpt is None or display[column - 1 :].startswith(excerpt) for display, _, column, excerpt, _ in CATALOGUE
    )


def test_messages_are_short_and_speak_of_mathematics() -> None:
    for *_, message in CATALOGUE:
        assert len(re.findall(r"[.;] ", message)) < 2, message
        assert not re.search(r"token|parse|unexpected|syntax|None|LBRACE|RPAR", message), message


# ── names ──

RIGHT = [
    (r"\frac{d}{dt} t^2 = 2 t", "proved"),
    (r"\frac{df}{dt} = f'(t)", "proved"),
    (r"a^{\top} = a", "proved"),
    (r"{a^2}^3 = a^6", "proved"),
    (r"(a^2)^3 = a^6", "proved"),
    (r"a^{2^3} = a^8", "proved"),
]


@pytest.mark.parametrize("display, verdict", RIGHT)
def test_what_is_certain_is_still_read(tmp_path, display, verdict) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"{HEAD}$${display}$$\n")
    assert [step.verdict for step in check_document(read_document(path)).steps] == [verdict]


def test_a_declaration_in_the_text_further_down_holds_before_it(tmp_path) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"{HEAD}$$X Q + X Q = 2 X Q$$\n\nwhere $Q \\in \\mathbb{{R}}^{{D \\times H}}$\n")
    assert [step.verdict for step in check_document(read_document(path)).steps] == ["proved"]
