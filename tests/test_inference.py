"""Documents that explain themselves: their declarations, their forward pass and their loss stand in their text."""

from pathlib import Path

import pytest
from remembering import check_document
from without_settings import in_the_text

from derive.checking.results import DocumentResult
from derive.documents import read_document
from derive.writing.lines import to_text

TESTS = Path(__file__).resolve().parent
EXERCISES = TESTS.parent / "exercises"

SHORT = {"definition": "·", "proved": "✓", "convention": "≈", "refuted": "✗", "unknown": "?", "unreadable": "!"}


def checked(folder: Path, text: str) -> DocumentResult:
    path = folder / "notes.md"
    path.write_text(text, encoding="utf-8")
    return check_document(read_document(path))


def verdicts(result: DocumentResult) -> str:
    return "".join(SHORT[step.verdict] for step in result.steps)


def inferred(result: DocumentResult) -> dict[str, str]:
    return {found.name: found.declaration for found in result.inferred}


# A document of each hand, its verdicts, and what is inferred. Each has true steps and false ones.
DOCUMENTS = {
    "two layers in rows, declared after use": (
        r"""
The input $X \in \mathbb{R}^{N \times D}$ has one example in a row, the targets are $T \in \mathbb{R}^{N\times C}$.
$$
\begin{aligned}
Z &= X W_1 + b_1 \\
A &= \tanh(Z) \\
S &= A W_2 + b_2
\end{aligned}
$$
$$L = \frac{1}{2N} \|S - T\|_F^2 + \frac{\lambda}{2} \|W_1\|^2$$
where $W_1 \in \mathbb{R}^{D \times H}$, $b_1 \in \mathbb{R}^{1\times H}$, $W_2 \in \mathbb{R}^{H\times C}$,
$b_2 \in \mathbb{R}^{1\times C}$ and $\lambda > 0$.
$$\frac{\partial L}{\partial S} = \frac{1}{N} (S - T)$$
$$\frac{\partial L}{\partial W_2} = A^T \frac{\partial L}{\partial S}$$
$$\frac{\partial L}{\partial W_1}
= X^T \left(\frac{\partial L}{\partial S} W_2^T \odot (1 - A \odot A)\right) + \lambda W_1$$
$$\frac{\partial L}{\partial W_1} = X^T \left(\frac{\partial L}{\partial S} W_2^T \odot (1 - A \odot A)\right)$$
$$\frac{\partial L}{\partial b_1} = \frac{\partial L}{\partial S} W_2^T \odot (1 - A \odot A)$$
""",
        "····✓✓✓✗✗",
        {"X": "N x D", "T": "N x C", "W_1": "D x H", "b_1": "1 x H", "W_2": "H x C", "b_2": "1 x C",
         r"\lambda": "positive scalar", "L": "the loss"},
    ),
    "logistic regression with labels of 0 and 1": (
        r"""
The data are $X \in \mathbb{R}^{N \times D}$ and labels $y_i \in \{0, 1\}$ for $i = 1, \dots, N$; $w \in \mathbb{R}^D$.
$$L = -\sum_{i=1}^N \left( y_i \log p_i + (1 - y_i) \log (1 - p_i) \right)$$
where $p = \sigma(Xw)$.
$$\nabla_w L = X^T (p - y)$$
$$\nabla_w L = X^T (y - p)$$
""",
        "·✓✗",
        {"X": "N x D", "y": "N x 1", "w": "D x 1", "L": "the loss"},
    ),
    "linear regression with its intercept": (
        r"""
Let $X \in \mathbb{R}^{N \times D}$ and $w \in \mathbb{R}^D$.
$$\hat{y} = X w + b$$
$$J = \frac{1}{2} \|\hat{y} - y\|^2$$
$$\frac{\partial J}{\partial w} = X^T (\hat{y} - y)$$
$$\frac{\partial J}{\partial b} = \sum_{i=1}^N (\hat{y}_i - y_i)$$
$$\frac{\partial J}{\partial b} = \hat{y} - y$$
""",
        "··✓✓✗",
        {"X": "N x D", "w": "D x 1", "b": "scalar", "y": "N x 1", "J": "the loss"},
    ),
    "ridge with little declared, and its normal equations": (
        r"""
The data are $X \in \mathbb{R}^{N\times D}$ and $y \in \mathbb{R}^N$.
$$J = \|Xw - y\|^2 + \lambda \|w\|^2$$
$$\nabla_w J = 2 X^T (Xw - y) + 2\lambda w$$
$$\nabla_w J = 2 X^T (Xw - y) + \lambda w$$
It vanishes at
$$w = (X^T X + \lambda I)^{-1} X^T y$$
""",
        "·✓✗?",
        {"X": "N x D", "y": "N x 1", "w": "D x 1", r"\lambda": "scalar", "J": "the loss"},
    ),
    "softmax regression on one-hot rows": (
        r"""
Let $X \in \mathbb{R}^{N\times D}$ and $Y \in \{0,1\}^{N\times C}$, the rows of $Y$ being one-hot;
a matrix $W \in \mathbb{R}^{D\times C}$ gives
$$S = XW$$
$$P_{ik} = \frac{e^{S_{ik}}}{\sum_{j=1}^C e^{S_{ij}}}$$
$$L = -\frac{1}{N} \sum_{i=1}^N \sum_{k=1}^C Y_{ik} \log P_{ik}$$
$$\frac{\partial L}{\partial S} = \frac1N (P - Y)$$
$$\frac{\partial L}{\partial W} = X^T (P-Y)$$
""",
        "···✓✗",
        {"X": "N x D", "Y": "one-hot N x C", "W": "D x C", "L": "the loss"},
    ),
    "softmax with class labels": (
        r"""
A batch $X \in \mathbb{R}^{N\times D}$ with labels $y_i \in \{1, \ldots, C\}$, $i = 1, \ldots, N$, weights
$W \in \mathbb{R}^{D\times C}$.
$$S = XW + b$$
$$L = -\frac1N \sum_{i=1}^N \log \frac{e^{S_{i,y_i}}}{\sum_j e^{S_{ij}}}$$
$$\frac{\partial L}{\partial S_{ik}}
= \frac{1}{N}\left(\frac{e^{S_{ik}}}{\sum_j e^{S_{ij}}} - \mathbb{1}\{k = y_i\}\right)$$
$$\frac{\partial L}{\partial S_{ik}} = \frac{e^{S_{ik}}}{\sum_j e^{S_{ij}}} - \mathbb{1}\{k = y_i\}$$
$$\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial S}$$
$$\frac{\partial L}{\partial b} = \mathbf{1}^T \frac{\partial L}{\partial S}$$
$$\frac{\partial L}{\partial b} = \frac{\partial L}{\partial S}$$
""",
        "··✓✗✓✓✗",
        {"X": "N x D", "y": "labels N of C", "W": "D x C", "b": "1 x C", "L": "the loss"},
    ),
    "a step of a recurrent network": (
        r"""
Let $x \in \mathbb{R}^d$, $h_0 \in \mathbb{R}^m$, $U \in \mathbb{R}^{m\times d}$, $V \in \mathbb{R}^{m \times m}$.
$$a = U x + V h_0 + b$$
$$h = \tanh(a)$$
$$\ell = \frac12 \|h - y\|^2$$
$$\frac{\partial \ell}{\partial a} = (h - y) \odot (1 - h \odot h)$$
$$\frac{\partial \ell}{\partial V} = \frac{\partial \ell}{\partial a} h_0^T$$
$$\frac{\partial \ell}{\partial h_0} = V^T \frac{\partial \ell}{\partial a}$$
$$\frac{\partial \ell}{\partial b} = \frac{\partial \ell}{\partial a}$$
$$\frac{\partial \ell}{\partial h_0} = V \frac{\partial \ell}{\partial a}$$
""",
        "···✓✓✓✓✗",
        {"x": "d x 1", "h_0": "m x 1", "U": "m x d", "V": "m x m", "b": "m x 1", "y": "m x 1", r"\ell": "the loss"},
    ),
    "from the loss down, all in one sentence": (
        r"""
The loss is $$L = \frac12 \|a - y\|^2,$$ where $a = \sigma(z)$ and $z = Wx + b$ with $W \in \mathbb{R}^{m\times n}$,
$x \in \mathbb{R}^n$ and $a, y \in \mathbb{R}^m$.
$$\frac{\partial L}{\partial z} = (a - y) \odot a \odot (1-a)$$
$$\frac{\partial L}{\partial W} = \frac{\partial L}{\partial z} x^T$$
$$\frac{\partial L}{\partial W} = x \frac{\partial L}{\partial z}$$
""",
        "·✓✓✗",
        {"W": "m x n", "x": "n x 1", "y": "m x 1", "b": "m x 1", "L": "the loss"},
    ),
    "vectors that only fit as rows": (
        r"""
Let $x \in \mathbb{R}^D$, $W \in \mathbb{R}^{D\times H}$, $y \in \mathbb{R}^H$.
$$z = xW + b$$
$$L = \frac12 \|z - y\|^2$$
$$\frac{\partial L}{\partial W} = x^T (z - y)$$
$$\frac{\partial L}{\partial W} = x^T (y - z)$$
""",
        "··✓✗",
        {"vectors": "row", "x": "1 x D", "W": "D x H", "y": "1 x H", "b": "1 x H", "L": "the loss"},
    ),
    "shapes in words": (
        r"""
The data matrix $X$ is $N \times D$ and $W$ ($D \times H$) holds the weights. The targets are an
$N \times H$ matrix $T$. Here $\lambda$ is a positive scalar.
$$L = \|XW - T\|_F^2 + \lambda \|W\|_F^2$$
$$\frac{\partial L}{\partial W} = 2X^T(XW - T) + 2\lambda W$$
$$\frac{\partial L}{\partial W} = 2(XW - T)X^T + 2\lambda W$$
""",
        "·✓✗",
        {"X": "N x D", "W": "D x H", "T": "N x H", r"\lambda": "positive scalar", "L": "the loss"},
    ),
    "a part of it in a setting": (
        r"""---
symbols:
  X: N x D
  W: D x H
---
$$Z = XW + b$$
$$L = \|Z - T\|_F^2$$
$$\frac{\partial L}{\partial W} = 2 X^T (Z - T)$$
$$\frac{\partial L}{\partial b} = 2\, \mathbf{1}^T (Z - T)$$
$$\frac{\partial L}{\partial b} = 2 (Z - T)$$
""",
        "··✓✓✗",
        {"b": "1 x H", "T": "N x H", "L": "the loss"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_explains_itself(tmp_path, name):
    text, expected, declarations = DOCUMENTS[name]
    result = checked(tmp_path, text)
    found = (verdicts(result), inferred(result))
    assert found == (expected, declarations), to_text(result, 120, "utf-8")
    assert result.questions == ()


def test_a_document_without_setting_among_those_with_one():
    result = check_document(read_document(TESTS / "documents" / "tanh-network-without-setting.md"))
    assert verdicts(result) == "····✓✓✓·✓✓✓✓"
    assert inferred(result)["b_1"] == "h x 1"


# ── nothing is guessed that could make a false step true ──

GUESSES = {
    "shapes of which several fit are asked for, and no product is taken for one of numbers": (
        "$$Z = XW + b$$\n$$L = \\|Z - Y\\|^2$$\n$$\\frac{\\partial L}{\\partial W} = 2 (Z - Y) X^T$$",
        "!!!",
        {},
    ),
    "a claim does not choose a shape": (
        "Let $X \\in \\mathbb{R}^{N \\times D}$ and $t \\in \\mathbb{R}^N$.\n$$L = \\|X w - t\\|^2$$\n"
        "$$\\frac{\\partial L}{\\partial w} = 2 X (X w - t)$$",
        "·✗",
        {"X": "N x D", "t": "N x 1", "w": "D x 1", "L": "the loss"},
    ),
    "a sign that formulas ask for is not declared by what holds in one case": (
        "The ReLU has slope one where $x > 0$.\n$$r = \\max(0, x)$$\n$$\\frac{d r}{d x} = 1$$\n$$r = x$$",
        "·✗✗",
        {"x": "scalar", "r": "the loss"},
    ),
    "an answer is no definition of what is given": (
        "Let $x \\in \\mathbb{R}^n$ and $A \\in \\mathbb{R}^{n \\times n}$.\n$$f = x^T A x$$\n"
        "$$\\frac{\\partial f}{\\partial x} = 2 A x$$\n$$A = A^T$$",
        "·✗✗",
        {"x": "n x 1", "A": "n x n", "f": "the loss"},
    ),
    "examples by an index are no single vector": (
        "Let $x_i \\in \\mathbb{R}^d$ for $i = 1, \\dots, N$ and $w \\in \\mathbb{R}^d$.\n"
        "$$L = \\sum_{i=1}^N (w^T x_i)^2$$\n$$\\nabla_w L = 2 N (w^T x_1) x_1$$",
        "·✗",
        {"x_i": "d x 1 for i of N", "w": "d x 1", "L": "the loss"},
    ),
    "examples by an index of which nobody knows how many there are": (
        "Let $x_i \\in \\mathbb{R}^d$ and $w \\in \\mathbb{R}^d$.\n"
        "$$L = \\sum_i (w^T x_i)^2$$\n$$\\nabla_w L = 2 (\\sum_i w^T x_i) x_i$$",
        "!!",
        {"w": "d x 1"},
    ),
    "what is called one-hot by no means is not": (
        "Here $y \\in \\{0, 1\\}^C$ is not one-hot.\n$$s = \\sum_{k=1}^C y_k$$\n$$s = 1$$",
        "·✗",
        {"y": "C x 1"},
    ),
}


@pytest.mark.parametrize("name", GUESSES)
def test_nothing_is_guessed(tmp_path, name):
    text, expected, declarations = GUESSES[name]
    result = checked(tmp_path, text)
    found = (verdicts(result), inferred(result))
    assert found == (expected, declarations), to_text(result, 120, "utf-8")


# ── what is said, and what is asked for ──


def test_what_was_inferred_is_said_in_one_block_behind_the_steps(tmp_path):
    result = checked(tmp_path, "Let $x \\in \\mathbb{R}^n$ and $\\lambda > 0$.\n\n$$f = \\lambda \\|x\\|^2$$\n")
    text = to_text(result, 100, "utf-8").replace(str(tmp_path) + "/", "")
    assert text == (
        "notes.md\nchecked at n = 2\n\nequation 1  notes.md:3:5\n  · f = λ‖x‖²\n\n"
        "inferred from the text: x: n x 1 (line 1), λ: positive scalar (line 1)\n\n1 step: 1 defined\n"
    )
    assert [(found.because, found.line, found.column) for found in result.inferred] == [
        ("the text says $x \\in \\mathbb{R}^n$", 1, 6),
        ("the text says $\\lambda > 0$", 1, 31),
    ]


QUESTIONS = {
    "a shape that may be one of several": (
        r"Let $X \in \mathbb{R}^{N \times D}$, $W_1 \in \mathbb{R}^{D \times H}$, $T \in \mathbb{R}^{N\times C}$."
        "\n$$H = \\tanh(X W_1)$$\n$$S = H W_2 V$$\n$$L = \\|S - T\\|^2$$\n"
        r"$$\frac{\partial L}{\partial S} = 2(S - T)$$",
        "·!!!",
        [("W_2", "the shape of 'W_2' is not known; add a setting such as  symbols: {W_2: H x N}", 3, 9)],
    ),
    "a loss that nothing defines": (
        "Let $X \\in \\mathbb{R}^{N \\times D}$.\n$$\\frac{\\partial L}{\\partial X} = 2 X$$",
        "!",
        [("L", "'L' is differentiated and nothing says what it is; add a setting such as  model: {L: …}", 2, 18)],
    ),
    "nothing at all": (
        "$$L = \\|XW\\|$$",
        "!",
        [("X", "the shape of 'X' is not known; add a setting such as  symbols: {X: m x n}", 1, 9)],
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_not_known_is_asked_for(tmp_path, name):
    text, expected, questions = QUESTIONS[name]
    result = checked(tmp_path, text)
    asked = [(found.name, found.message, found.line, found.column) for found in result.questions]
    assert (verdicts(result), asked) == (expected, questions)


def test_a_question_stands_in_a_line_that_names_its_place(tmp_path):
    text = to_text(checked(tmp_path, "$$L = \\|XW\\|$$"), 250, "utf-8")
    line = next(line for line in text.splitlines() if "not known" in line)
    assert line.endswith("notes.md:1:9: the shape of 'X' is not known; add a setting such as  symbols: {X: m x n}")


def test_a_declaration_that_contradicts_another_is_refuted(tmp_path):
    text = "Let $x \\in \\mathbb{R}^n$. Later $x \\in \\mathbb{R}^{n \\times m}$.\n$$f = \\|x\\|^2$$"
    result = checked(tmp_path, text)
    assert [(step.verdict, step.message) for step in result.steps] == [
        ("refuted", "x is n x 1, not n x m."),
        ("definition", "f is introduced, a scalar."),
    ]


def test_a_value_that_the_text_supposes_is_no_step(tmp_path):
    text = (
        "Let $x, y \\in \\mathbb{R}^n$.\n$$f = \\|x - y\\|^2$$\nIt vanishes if $x = y$. Take $y = 0$:\n"
        "$$\\nabla_x f = 2 (x - y)$$\n$$x = y$$\n"
    )
    result = checked(tmp_path, text)
    assert [(step.verdict, step.message) for step in result.steps if step.verdict not in ("definition", "proved")] == [
        ("unknown", "x is given; whether something holds where it has this value is not decided.")
    ]


def test_a_submission_declares_nothing_for_its_exercise(tmp_path):
    exercise, answer = tmp_path / "exercise.md", tmp_path / "answer.md"
    exercise.write_text("---\nsymbols: {x: n x 1}\nmodel: {f: \\|x\\|^2}\nloss: f\n---\n")
    answer.write_text("Let $c > 0$.\n$$\\frac{\\partial f}{\\partial x} = 2 x$$\n$$c = 3$$\n")
    result = check_document(read_document(answer, exercise=exercise))
    assert (verdicts(result), result.inferred) == ("✓·", ())


# ── the exercises, with their settings moved into their text ──

MOVED = (
    "binary-cross-entropy", "classification-with-tanh-and-sigmoid", "jacobian-of-a-composition-of-linear-maps",
    "jacobian-of-a-composition-with-equal-weights", "jacobian-of-a-sum-of-linear-maps",
    "jacobian-of-a-sum-with-equal-weights", "jacobian-of-a-vector-function", "regression-with-a-scaled-relu",
    "relu-layer-and-bias-jacobians", "small-computational-graph", "soft-maximum-and-soft-argmax",
    "two-layer-relu-softmax-batch-loss",
)  # fmt: skip


@pytest.mark.parametrize("name", MOVED)
def test_a_setting_in_the_text_is_as_good_as_one_at_the_head(tmp_path, name):
    path = EXERCISES / f"{name}.md"
    plain = check_document(read_document(path))
    moved = checked(tmp_path, in_the_text(path) or "")
    pairs = zip(plain.steps, moved.steps[len(moved.steps) - len(plain.steps) :], strict=True)
    differing = [(a.tag, a.step, a.verdict, b.verdict) for a, b in pairs if a.verdict != b.verdict]
    assert differing == []


ASKED = {
    "a size": (
        r"$$L = \frac{1}{n} \sum_{i=1}^n x_i^2$$",
        ["the size 'n' is not known; add a setting such as  dims: {n: 3}"],
    ),
    "entries": (
        r"$$\frac{\partial L}{\partial w_{ij}} = w_{ij} \eta$$",
        ["the shape of 'w' is not known; add a setting such as  symbols: {w: m x n}"],
    ),
    "a time": (
        r"$$z_t = h_{t-1} + c$$",
        ["the shape of 'h_t' is not known; add a setting such as  symbols: {h_t: n x 1 for t = 1..T}"],
    ),
    "a part of a matrix": (
        r"Let $X \in \mathbb{R}^{N \times D}$, $w \in \mathbb{R}^D$. $$z_i = x_i^T w$$",
        ["the shape of 'x_i' is not known; add a setting such as  symbols: {x_i: row of X as a column}"],
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_for_is_what_a_setting_declares(tmp_path, name):
    text, questions = ASKED[name]
    asked = [found.message for found in checked(tmp_path, text).questions]
    assert [message for message in asked if "differentiated" not in message][: len(questions)] == questions
