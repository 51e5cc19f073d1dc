"""Claims by other hands, true and false: no false one is accepted, no true one refuted.

Each line was once read wrongly, or could easily be. The tables say what is true; mathematics decides, not the program.
"""

from pathlib import Path

import pytest
from remembering import check_document

from derive.checking.results import StepResult
from derive.documents.document import Document
from derive.documents.reading import read_document

ACCEPTED = {"proved", "convention", "definition"}

VECTORS = """
dims: {n: 3, m: 2}
symbols:
  x: n x 1
  y: n x 1
  W: m x n
  A: n x n
  B: n x n
  a: scalar
  b: scalar
  s: positive scalar
  f: function
"""

FALSE = [
    r"A_{i,:}^T = A_{:,i}",
    r"\sum_i A_{i,:}^T x_i = A x",
    r"\frac{\partial \operatorname{tr}(A B)}{\partial A} = B_{ij}",
    r"A^T = A_{ij}",
    r"(x_i)^2 = x_i x_i + a \mathbb{1}(i = 3), \quad i = 2, \dots, n",
    r"(x_i)^2 = x_i x_i + a \mathbb{1}(i = 2), \quad i = 1, \dots, n - 1",
    r"\frac{\partial (x + y)}{\partial x} = 2",
    r"\frac{\partial}{\partial a} \log(-e^a) = 1",
    r"0 \cdot \log(-e^a) = 0",
    r"\max(x) = x",
    r"\det(A) = A",
    r"e^{\sigma(s)} = 3",
    r"(A^T A)^{-1}_{11} = \frac{1}{(A^T A)_{11}}",
    r"A^{-1}_{ij} = \frac{1}{A_{ij}}",
    r"A^T_{ij} = A_{ij}",
    r"(A B)^T_{ij} = (A B)_{ij}",
    r"\sum_{a=1}^{n} a = n a",
    r"(-1)^{2a} = 1",
    r"a^{2b} = (a^2)^b",
    r"a - a = 0 \quad b = 0",
    r"\frac{d}{da} a^2 = \begin{cases} 2a & a \neq 0 \\ 7 & a = 0 \end{cases}",
    r"\frac{\partial a^2}{\partial a} + \mathbb{1}(b = 0) = 2a",
    r"a \in [0,1]",
    r"a \in \mathbb{N}",
    r"e^a + 5 \in (0,1)",
    r"\tanh^{-1}(a) = \frac{1}{\tanh(a)}",
    r"f^{-1}(a) = \frac{1}{f(a)}",
    r"W^{-1} = \frac{1}{W}",
    r"\frac{\partial (n a)}{\partial n} = 0",
    r"\frac{\partial a}{\partial 2} = 0",
    r"\frac{d}{da} a^2 + b = 2a",
    r"x^T \frac{\partial \tanh(y)}{\partial y} = x^T (1 - \tanh(y) \odot \tanh(y))",
    r"A = A^T",
    r"A^T B = B^T A",
    r"\log(a^2) = 2 \log(a) + 1",
    r"e^{\log s} = 3s",
    r"\sqrt{a^2} = a",
    r"|a| = a",
    r"A B = B A",
    r"\|x + y\| = \|x\| + \|y\|",
    r"x^T y = x y^T",
    r"\operatorname{tr}(A B) = \operatorname{tr}(A) \operatorname{tr}(B)",
    r"\frac{\partial \|x\|^2}{\partial x} = x",
    r"\nabla_x \frac12 x^T A x = A x",
    r"\sum_{i=1}^n x_i y_i = (\sum_i x_i)(\sum_i y_i)",
    r"f'(a) = f(a)",
    r"\frac{1}{n} \sum_i x_i = \frac{1}{2} \sum_i x_i",
    r"n a = 3 a",
    r"a = b, \quad a^2 < 0",
    r"a = b \quad \text{if } e^a < 0",
    r"a = b \quad \text{if } a > 0, a < 0",
    r"\begin{bmatrix} x_1 & \cdots & x_n \\ 2x_1 & \cdots & 2x_n \end{bmatrix} = "
    r"\begin{bmatrix} x_1 & x_2 & x_3 \\ 2x_1 & x_2 & 2x_3 \end{bmatrix}",
    r"\begin{bmatrix} x_1 & y_1 \\ \vdots & \vdots \\ x_n & y_n \end{bmatrix} = "
    r"\begin{bmatrix} x_1 & y_1 \\ x_2 & x_2 \\ x_3 & y_3 \end{bmatrix}",
    r"\begin{bmatrix} x_1 & \cdots & x_n \\ y_1 & \cdots & y_2 \end{bmatrix} = "
    r"\begin{bmatrix} x_1 & x_2 & x_3 \\ y_1 & y_2 & y_2 \end{bmatrix}",
    r"\begin{bmatrix} x_1 & x_3 & \cdots & x_n \end{bmatrix} = \begin{bmatrix} x_1 & x_3 & x_3 \end{bmatrix}",
]

TRUE = [
    r"\sum_i A_{i,:}^T x_i = A^T x",
    r"A_{:,i}^T x = (A^T x)_i",
    r"\frac{\partial \operatorname{tr}(A B)}{\partial A} = B_{ji}",
    r"\frac{\partial (x + y)}{\partial x} = 1",
    r"\frac{\partial x^T A x}{\partial A} = x_i x_j",
    r"A^T_{ij} = A_{ji}",
    r"(x_i)^2 = x_i x_i + a \mathbb{1}(i = 3), \quad i = 1, \dots, n - 1",
    r"(x_i)^2 = x_i x_i + a \mathbb{1}(i = 3), \quad i \in \{1, \dots, n - 1\}",
    r"(A B)^T_{ij} = (A B)_{ji}",
    r"\sum_{a=1}^{n} a x_a = \sum_{i=1}^n i x_i",
    r"e^{x^T y} = \exp(x^T y)",
    r"e^{\frac12 x^T y} = \exp\left(\frac{x^T y}{2}\right)",
    r"e^{b \log 2} = \exp(b \log(2))",
    r"\log(1+e^{a}) = a + \log(1+e^{-a})",
    r"\log(e^a) = a",
    r"\operatorname{tr}(A+I) = \operatorname{tr}(A) + n",
    r"\sum_{i=1}^{n-1} x_i = \sum_{i=1}^{n} x_i - x_n",
    r"\left(\sum_i x_i\right)^2 = \sum_i x_i^2 + 2\sum_{i<j} x_i x_j",
    r"x^T y = \sum_i x_i y_i",
    r"A x^T y = (x^T y) A",
    r"(x_i)^2 = x_i x_i + a \mathbb{1}(i = 1), \quad i = 2, \dots, n",
    r"(x_i)^2 = x_i x_i + a \mathbb{1}(i = 1) \quad \forall i \in \{2, \dots, n\}",
    r"|a| = a, \quad a > 0",
    r"|a| = a \quad a > 0",
    r"\text{if } a > 0, \quad |a| = a",
    r"\boxed{\frac{\partial a^2}{\partial a} = 2a}",
    r"\left\{\begin{aligned} a &= a + b - b \\ b &= b \end{aligned}\right.",
    r"\sqrt{a}\sqrt{a} = |a|",
    r"\nabla_x \frac12 (A x - y)^T (A x - y) = A^T (A x - y)",
    r"\frac{\partial}{\partial x} (A x - y)^T (A x - y) = 2 A^T (A x - y)",
    r"\nabla_x \frac12 x^T x = x",
    r"\sigma'(z) = \sigma(z)(1 - \sigma(z))",
    r"\sigma'(x) = \sigma(x)(1 - \sigma(x))",
    r"\frac{d}{dz} \tanh(z) = 1 - \tanh^2(z)",
    r"\frac{\partial \tanh(y)}{\partial y} = \operatorname{diag}(1 - \tanh(y) \odot \tanh(y))",
    r"\frac{\partial x^T A x}{\partial x} = (A + A^T) x",
    r"\frac{\partial}{\partial A} \operatorname{tr}(A B) = B^T",
    r"\frac{\partial \log \det A}{\partial A} = (A^{-1})^T",
    r"A A^{-1} = I",
    r"(A B)^{-1} = B^{-1} A^{-1}",
    r"\frac{\partial^2 \|x\|^2}{\partial x \partial x} = 2 I",
    r"\frac{1}{n}\sum_i (x_i - \frac1n \sum_j x_j) = 0",
    r"\log \frac{1}{s} \exp(a) = a - \log s",
    r"W := W - a W",
    r"\text{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    r"\frac{\partial \text{softmax}(x)_i}{\partial x_j} = \text{softmax}(x)_i (\delta_{ij} - \text{softmax}(x)_j)",
    r"\|x\|^2 = x^T x",
    r"\max(a, b) = \frac{a + b + |a - b|}{2}",
    r"\frac{\partial f(a^2)}{\partial a} = 2 a f'(a^2)",
    r"\begin{bmatrix} x_1 & \cdots & x_n \\ 2x_1 & \cdots & 2x_n \end{bmatrix} = "
    r"\begin{bmatrix} x^T \\ 2x^T \end{bmatrix}",
    r"\begin{bmatrix} x_1 & y_1 \\ \vdots & \vdots \\ x_n & y_n \end{bmatrix} = "
    r"\begin{bmatrix} x & y \end{bmatrix}",
]


def checked(folder: Path, setting: str, *displays: str) -> list[StepResult]:
    text = f"---\n{setting.strip()}\n---\n\n" + "\n\n".join(f"$$ {display} $$" for display in displays) + "\n"
    return check_document(document(folder, text)).steps  # type: ignore[return-value]


def document(folder: Path, text: str) -> Document:
    path = folder / "claims.md"
    path.write_text(text, encoding="utf-8")
    return read_document(path)


FROM_ZERO = """
dims: {n: 4, N: 3}
index_base: 0
symbols: {x: n x 1, v: N x 1}
"""


@pytest.mark.parametrize(
    "claim, is_true",
    [
        (r"\begin{bmatrix} x_0 & \cdots & x_{n-1} \end{bmatrix} = x^T", True),
        (
            r"\begin{bmatrix} x_0 & \cdots & x_{n-1} \end{bmatrix} = "
            r"\begin{bmatrix} x_0 & x_1 & x_2 & x_2 \end{bmatrix}",
            False,
        ),
        (r"\sum_{i=0}^{N-1} v_i = v_0 + v_1 + v_{N-1}", True),
        (r"\sum_{i=0}^{N-1} v_i = v_0 + v_1 + v_{N}", False),
        (r"v_0 + \dots + v_{N-1} = v_0 + v_1 + v_2", True),
        (r"x_{n-1} = x_3", True),
        (r"x_{n-1} = x_2", False),
        (r"x_{n-2} = x_2", True),
    ],
)
def test_the_name_of_a_dimension_is_no_position_where_counting_starts_at_0(
    tmp_path: Path, claim: str, is_true: bool
) -> None:
    steps = checked(tmp_path, FROM_ZERO, claim)
    assert (steps[-1].verdict in ACCEPTED) is is_true, steps[-1]


@pytest.mark.parametrize("claim", FALSE)
def test_a_false_claim_is_not_accepted(tmp_path: Path, claim: str) -> None:
    steps = checked(tmp_path, VECTORS, claim)
    assert steps
    assert steps[-1].verdict not in ACCEPTED, steps[-1]


@pytest.mark.parametrize("claim", TRUE)
def test_a_true_claim_is_accepted(tmp_path: Path, claim: str) -> None:
    steps = checked(tmp_path, VECTORS, claim)
    assert steps
    assert all(step.verdict in ACCEPTED for step in steps), steps


def test_a_bare_nabla_is_taken_by_the_argument_of_its_function(tmp_path: Path) -> None:
    displays = [
        r"h(x) = \frac12 \|A x - y\|^2",
        r"\nabla h(x) = A^T (A x - y)",
        r"\nabla h(x) = A (A x - y)",
        r"\nabla h(x) = A x - y",
        r"\nabla^2 h(x) = A^T A",
    ]
    verdicts = [step.verdict for step in checked(tmp_path, VECTORS, *displays)]
    assert verdicts == ["definition", "proved", "refuted", "refuted", "proved"]


DECLARED_FIRST = r"""---
symbols: {x: n x 1, W: n x n, c: n x 1}
model:
  L: c^T W x
loss: L
---
$$h \in \mathbb{R}^n$$

$$D = \frac{\partial h}{\partial x}$$

$$D = 0$$

$$g = \frac{\partial (h^T x)}{\partial x} = h$$

$$h = W x$$

"""


@pytest.mark.parametrize(
    "claim, verdict",
    [
        (r"D = 0", "refuted"),
        (r"D x = 0", "refuted"),
        (r"c + D x = c", "refuted"),
        (r"g = h", "refuted"),
        (r"2 g = g + h", "refuted"),
        (r"D = W", "proved"),
        (r"g = W x + W^T x", "proved"),
    ],
)
def test_what_was_proved_of_a_name_without_a_value_is_not_believed_of_its_value(tmp_path, claim, verdict):
    """Without a value a name depends on nothing: its derivatives by all else were zero, and are so no more."""
    path = tmp_path / "a.md"
    path.write_text(f"{DECLARED_FIRST}$${claim}$$\n", encoding="utf-8")
    steps = check_document(read_document(path)).steps
    assert [step.verdict for step in steps[:2]] == ["definition", "definition"]
    assert [step.verdict for step in steps if step.lhs == "D"][1] == "proved"
    assert steps[-1].verdict == verdict
