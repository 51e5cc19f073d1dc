r"""The five sources' closed forms stand in the sheets of their networks, and what the sources got wrong stands right.

A row is one equation: the exercise in `exercises/sources`, the source's own name for it, its two sides as they are
printed. `PRINTED` stands in the sheet as it is, but for the order of terms and the letters of sums; `PUT_RIGHT` is what
the sheet corrects, with what a check says of it; `UNDER_CONVENTIONS` stands in the sheet as it is, with the conventions
under which it holds, beside what holds without any; `ADDED` is what a line adds to the quantity on its left.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from test_round_trip import without_scopes

from derive.certificates import Store
from derive.checking.check import check_document
from derive.checking.results import StepResult
from derive.documents.document import Document, Expectation
from derive.documents.latex import read_latex
from derive.documents.markdown import read_markdown
from derive.documents.reading import read_text
from derive.errors import FormulaError
from derive.expressions import tree
from derive.expressions.latex import latex
from derive.expressions.tree import Expr
from derive.expressions.walk import rebuilt
from derive.gradients.indices import replaced
from derive.gradients.tidy import tidied, transposed
from derive.grading.parts import read_exercise
from derive.notation.elaboration import Options, Reading, readings
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.sheets.composition import Composition
from derive.sheets.jacobian_entries import OPPOSITES
from derive.sheets.sheet import sheet_of
from derive.sheets.shorthands import ADDS
from derive.source import Source, Text
from derive.writing.sheet_latex import to_latex
from derive.writing.sheet_markdown import to_markdown

SOURCES = Path(__file__).resolve().parents[1] / "exercises" / "sources"
NAMES = sorted(path.stem for path in SOURCES.glob("*.md"))

ONE = "one-example-relu-softmax"
PERCEPTRON, BATCH, RELU = "multilayer-perceptron-one-example", "multilayer-perceptron-batch", "relu-layer-jacobians"
SCORES, COLUMNS = "softmax-loss-of-a-score-matrix", "two-layer-sigmoid-softmax-columns"
REGRESSION, CLASSES = "regression-with-a-scaled-relu", "classification-with-tanh-and-sigmoid"
SUM, COMPOSED, TWICE = (
    "jacobian-of-a-sum",
    "jacobian-of-a-composition",
    "jacobian-of-a-composition-with-equal-weights",
)
WHOLE_BATCH, JACOBIAN, NUMBERS = "batch-relu-softmax", "the-jacobian-matrix", "functions-of-one-number"
SOFT, GRAPH = "soft-maximum", "small-graph"

COLUMNS_OF_JACOBIAN = r"\begin{bmatrix} \frac{\partial \mathbf{f}}{\partial x_1} & \cdots & \frac{\partial \mathbf{f}}{\partial x_n} \end{bmatrix}"
MATRIX_OF_SCORES = (
    r"\begin{pmatrix} \frac{\partial L}{\partial score_{0,0}} & \frac{\partial L}{\partial score_{0,1}} & \dots \\"
    r" \frac{\partial L}{\partial score_{1,0}} & \frac{\partial L}{\partial score_{1,1}} & \dots \\"
    r" \vdots & \vdots & \ddots \end{pmatrix}"
)

PRINTED = [
    # ── one example through a two-layer ReLU network, rows ──
    (ONE, "2", "H_0", "x_i W_1 + b_1"),
    (ONE, "3", "H", r"\max(0, H_0)"),
    (ONE, "4", "S", "H W_2 + b_2"),
    (ONE, "8", r"\frac{\partial L_i}{\partial S_y}", r"\frac{\partial}{\partial S_y} - \log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right)"),
    (ONE, "9", r"\frac{\partial L_i}{\partial S_y}", r"\frac{\partial}{\partial S_y} \log\left(\sum_{j=1}^C e^{S_j}\right) - \frac{\partial}{\partial S_y} S_y"),
    (ONE, "10", r"\frac{\partial L_i}{\partial S_y}", r"\left(\frac{1}{\sum_{j=1}^C e^{S_j}}\right) \frac{\partial}{\partial S_y} (e^{S_1} + \dots + e^{S_y} + \dots + e^{S_C}) - 1"),
    (ONE, "11", r"\frac{\partial L_i}{\partial S_y}", r"\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right) - 1"),
    (ONE, "13", r"\frac{\partial L_i}{\partial S_j}", r"\frac{\partial}{\partial S_j} - \log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right)"),
    (ONE, "14", r"\frac{\partial L_i}{\partial S_j}", r"\frac{\partial}{\partial S_j} \log\left(\sum_{j=1}^C e^{S_j}\right) - \frac{\partial}{\partial S_j} S_y"),
    (ONE, "21 and 41", r"\frac{\partial L_i}{\partial W_2}", r"H.T \frac{\partial L_i}{\partial S} + \lambda * 2 * W_2"),
    (ONE, "22", r"\frac{\partial L_i}{\partial H}", r"\frac{\partial L_i}{\partial S} \frac{\partial S}{\partial H}"),
    (ONE, "25", r"\frac{\partial L_i}{\partial H}", r"\frac{\partial L_i}{\partial S} W_2.T"),
    (ONE, "26", r"\frac{\partial L_i}{\partial H_0}", r"\frac{\partial L_i}{\partial S} \frac{\partial S}{\partial H} \frac{\partial H}{\partial H_0}"),
    (ONE, "28", r"\frac{\partial L_i}{\partial H_0}", r"\left(\frac{\partial L_i}{\partial S} W_2.T \right) * \mathbb{1}(H_0 > 0)"),
    (ONE, "31", r"\frac{\partial L_i}{\partial x_i}", r"\frac{\partial L_i}{\partial S} \frac{\partial S}{\partial H} \frac{\partial H}{\partial H_0} \frac{\partial H_0}{\partial x_i}"),
    (ONE, "34", r"\frac{\partial L_i}{\partial x_i}", r"[(\frac{\partial L_i}{\partial S} W_2.T) * \mathbb{1}(H_0 > 0)] W_1.T"),
    (ONE, "38 and 40", r"\frac{\partial L_i}{\partial W_1}", r"x_i.T[(\frac{\partial L_i}{\partial S} W_2.T) * \mathbb{1}(H_0 > 0)] + \lambda * 2 * W_1"),
    # ── functions of one number ──
    (NUMBERS, "000-i3", "f", r"\max(0, x)"),
    (NUMBERS, "000-29", "f", r"\begin{cases} 0 & \text{if } x \leq 0 \\ x & \text{if } x > 0 \end{cases}"),
    (NUMBERS, "000-30, 001-fc", r"\frac{df}{dx}", r"\begin{cases} 0 & \text{if } x \leq 0 \\ 1 & \text{if } x > 0 \end{cases}"),
    (NUMBERS, "003-sigma", "s", r"\frac{1}{1+e^{-x}}"),
    (NUMBERS, "004-k3", "s", r"(1 + \exp(-x))^{-1}"),
    # ── a multi-layer perceptron, rows; its ReLU layer, columns; the Jacobian of a vector function ──
    (PERCEPTRON, "u", r"\mathbf{u}", r"\mathbf{x}W + c"),
    (PERCEPTRON, "h", "h", r"\max\left(0, u\right)"),
    (PERCEPTRON, "z", "z", r"\mathbf{h}w + b"),
    (PERCEPTRON, "Li", "L_i", r"-\log\left(\frac{e^{z_{y_i}}}{\sum_j e^{z_j}}\right)"),
    (PERCEPTRON, "p", "p_k", r"\frac{e^{z_k}}{\sum_j e^{z_j}}"),
    (PERCEPTRON, "CE", "CE_{loss}", r"-\sum_{j}^{C} y_{j} \log (p_{j})"),
    (PERCEPTRON, "Lp", "L_i", r"-\log\left(p_{y_i}\right)"),
    (PERCEPTRON, "dz", r"\frac{\partial L_i}{\partial z_k}", r"p_k - \mathbb{1}(y_i = k)"),
    (BATCH, "dh", r"\frac{\partial L}{\partial h}", r"\frac{\partial L}{\partial z} w^T"),
    (BATCH, "L", "L", r"\underbrace{\frac{1}{N} \sum_{i} L_{i}}_{\text{data loss}} + \underbrace{\frac{1}{2} \lambda \sum_{k} \sum_{l} W_{k,l}^{2}}_{\text{regularization loss}}"),
    (BATCH, "dW", r"\frac{\partial L}{\partial W}", r"\mathbf{X}^T \frac{\partial L}{\partial u} + \lambda W"),
    (RELU, "hu, left", r"\mathbf{h}", r"\max(\mathbf{0}, \mathbf{u})"),
    (RELU, "hu, right 1", r"\frac{\partial \mathbf{h}}{\partial \mathbf{u}}", r"\begin{bmatrix} \frac{\partial h_{1}}{\partial u_{1}} & \frac{\partial h_{1}}{\partial u_{2}} \\ \frac{\partial h_{2}}{\partial u_{1}} & \frac{\partial h_{2}}{\partial u_{2}} \end{bmatrix}"),
    (RELU, "hu, right 2", r"\frac{\partial \mathbf{h}}{\partial \mathbf{u}}", r"\begin{bmatrix} \frac{\partial h_{1}}{\partial u_{1}} & 0 \\ 0 & \frac{\partial h_{2}}{\partial u_{2}} \end{bmatrix}"),
    (RELU, "du", r"\frac{\partial L}{\partial \mathbf{u}}", r"\left(\frac{\partial \mathbf{h}}{\partial \mathbf{u}}\right)^T \frac{\partial L}{\partial h}"),
    (RELU, "duf", r"\frac{\partial L}{\partial \mathbf{u}}", r"\mathbb{1}(\mathbf{u} > 0) \odot \frac{\partial L}{\partial h}"),
    (RELU, "dcJ", r"\frac{\partial L}{\partial c}", r"\left(\frac{\partial \mathbf{u}}{\partial \mathbf{c}}\right)^T \frac{\partial L}{\partial \mathbf{u}}"),
    (RELU, "dcI, 1", r"\frac{\partial L}{\partial c}", r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}^T \frac{\partial L}{\partial \mathbf{u}}"),
    (RELU, "dcI, 2", r"\frac{\partial L}{\partial c}", r"\frac{\partial L}{\partial \mathbf{u}}"),
    (JACOBIAN, "J, 1", COLUMNS_OF_JACOBIAN, r"\frac{\partial \mathbf{f}}{\partial \mathbf{x}}"),
    (JACOBIAN, "J, 2", COLUMNS_OF_JACOBIAN, r"\begin{bmatrix} \nabla^{\mathrm{T}} f_1 \\ \vdots \\ \nabla^{\mathrm{T}} f_m \end{bmatrix}"),
    (JACOBIAN, "J, 3", COLUMNS_OF_JACOBIAN, r"\begin{bmatrix} \frac{\partial f_1}{\partial x_1} & \cdots & \frac{\partial f_1}{\partial x_n} \\ \vdots & \ddots & \vdots \\ \frac{\partial f_m}{\partial x_1} & \cdots & \frac{\partial f_m}{\partial x_n} \end{bmatrix}"),
    # ── the softmax loss of a score matrix: its formulas, and what its code computes ──
    (SCORES, "code, a", "a", "X W^{(1)} + b^{(1)}"),
    (SCORES, "code, b", "b", r"\max(0, X W^{(1)} + b^{(1)})"),
    (SCORES, "code, scores", "score", "b W^{(2)} + b^{(2)}"),
    (SCORES, "ds", MATRIX_OF_SCORES, r"\frac{\partial L}{\partial score}"),
    (SCORES, "code, W2", r"\frac{\partial L}{\partial W^{(2)}}", r"b^T \frac{\partial L}{\partial score} + 2 \lambda W^{(2)}"),
    (SCORES, "code, b", r"\frac{\partial L}{\partial b}", r"\frac{\partial L}{\partial score} W^{(2)T}"),
    (SCORES, "code, b2", r"\frac{\partial L}{\partial b^{(2)}}", r"\mathbf{1}^T \frac{\partial L}{\partial score}"),
    (SCORES, "code, a", r"\frac{\partial L}{\partial a}", r"\mathbb{1}(a > 0) \odot \frac{\partial L}{\partial b}"),
    (SCORES, "code, W1", r"\frac{\partial L}{\partial W^{(1)}}", r"X^T \frac{\partial L}{\partial a} + 2 \lambda W^{(1)}"),
    (SCORES, "code, X", r"\frac{\partial L}{\partial X}", r"\frac{\partial L}{\partial a} W^{(1)T}"),
    (SCORES, "code, b1", r"\frac{\partial L}{\partial b^{(1)}}", r"\mathbf{1}^T \frac{\partial L}{\partial a}"),
    # ── a two-layer sigmoid network, columns ──
    (COLUMNS, "z2", "z^{[2]}", "W^{[2]T} a^{[1]} + b^{[2]}"),
    (COLUMNS, "a1", "a^{[1]}", r"\sigma (z^{[1]})"),
    (COLUMNS, "z1", "z^{[1]}", r"W^{[1]T} \vec{x} + b^{[1]}"),
    (COLUMNS, "J, 2", "J", r"-\Sigma_{k=1}^k \vec{y}_k \log(\hat{y}_k)"),
    (COLUMNS, "J, 3", "J", r"-\vec{y}_\ell \log(\hat{y}_{\ell})"),
    (COLUMNS, "J, 4", "J", r"-\vec{y}_\ell \log(\text{softmax}_\ell(z^{[2]}))"),
    (COLUMNS, "dz2", r"\frac{\partial J}{\partial z^{[2]}}", r"\hat{y} - \vec{y}"),
    (COLUMNS, "dW2, row 3", r"\frac{\partial J}{\partial W^{[2]}}", r"a^{[1]} \cdot \left[ \frac{\partial J}{\partial z^{[2]}} \right] ^T"),
    (COLUMNS, "dW2, row 4", r"\frac{\partial J}{\partial W^{[2]}}", r"a^{[1]} \cdot (\hat{y} - \vec{y})^T"),
    (COLUMNS, "db2", r"\frac{\partial J}{\partial b^{[2]}}", r"\hat{y} - \vec{y}"),
    (COLUMNS, "db2-b", r"\frac{\partial z^{[2]}}{\partial b^{[2]}}", r"\mathbb{I}"),
    (COLUMNS, "dW1-g", r"\frac{\partial J}{\partial z^{[1]}}", r"\left[ W^{[2]} \cdot (\hat{y} - \vec{y}) \right] \odot a^{[1]} \odot (1-a^{[1]})"),
    (COLUMNS, "dW1-h", r"\frac{\partial J}{\partial W^{[1]}}", r"\vec{x} \otimes \left[ \left[ W^{[2]} \cdot (\hat{y} - \vec{y}) \right] \odot a^{[1]} \odot (1-a^{[1]}) \right]^T"),
    (COLUMNS, "db1, row 3", r"\frac{\partial J}{\partial b^{[1]}}", r"\frac{\partial J}{\partial z^{[1]}}"),
    (COLUMNS, "db1, row 4", r"\frac{\partial J}{\partial b^{[1]}}", r"\left[ W^{[2]} \cdot (\hat{y} - \vec{y}) \right] \odot a^{[1]} \odot (1-a^{[1]})"),
    (COLUMNS, "J, 1", "J", r"\text{CrossEntropy}(\vec{y}, \hat{y})"),
    (COLUMNS, "dz2, row 1", r"\frac{\partial J}{\partial z^{[2]}}", r"\frac{\partial \text{CrossEntropy}(\vec{y}, \hat{y})}{\partial z^{[2]}}"),
    (COLUMNS, "dW1-g, row 2", r"\frac{\partial J}{\partial z^{[1]}}", r"\left[ (\hat{y} - \vec{y})^T \cdot W^{[2]T} \right]^T \odot a^{[1]} \odot (1-a^{[1]})"),
    (COLUMNS, "dW1-h, row 2", r"\frac{\partial J}{\partial W^{[1]}}", r"\left[ \left[ \left[ W^{[2]} \cdot (\hat{y} - \vec{y}) \right] \odot a^{[1]} \odot (1-a^{[1]}) \right] \otimes\vec{x}^T \right]^T"),
    (COLUMNS, "db1, row 1", r"\frac{\partial J}{\partial b^{[1]}}", r"\frac{\partial J}{\partial z^{[1]}} \cdot \frac{\partial z^{[1]}}{\partial b^{[1]}}"),
    # ── regression and classification in numerator layout ──
    (REGRESSION, "b1", r"\mathbf{s}_1", r"\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)}"),
    (REGRESSION, "b2", r"\mathbf{a}_1", r"3\text{ReLU}(\mathbf{s}_1)"),
    (REGRESSION, "b2", r"\mathbf{a}_1", r"3\text{ReLU}(\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)})"),
    (REGRESSION, "b3", r"\mathbf{s}_2", r"\mathbf{W}^{(2)}\mathbf{a}_1 + \mathbf{b}^{(2)}"),
    (REGRESSION, "b3", r"\mathbf{s}_2", r"3\mathbf{W}^{(2)}\text{ReLU}(\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)}) + \mathbf{b}^{(2)}"),
    (REGRESSION, "b4", r"\tilde{\mathbf{y}}", r"\mathbf{s}_2"),
    (REGRESSION, "b4", r"\tilde{\mathbf{y}}", r"3\mathbf{W}^{(2)}\text{ReLU}(\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)}) + \mathbf{b}^{(2)}"),
    (REGRESSION, "E1", "C", r"\|\tilde{\mathbf{y}} - \mathbf{y}\|^2"),
    (REGRESSION, "c2", r"\frac{\partial C}{\partial \mathbf{s}_2}", r"\frac{\partial C}{\partial \tilde{\mathbf{y}}} \frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2}"),
    (REGRESSION, "c2", r"\frac{\partial C}{\partial \mathbf{W}^{(2)}}", r"\frac{\partial C}{\partial \mathbf{s}_2} \frac{\partial \mathbf{s}_2}{\partial \mathbf{W}^{(2)}}"),
    (REGRESSION, "c2", r"\frac{\partial C}{\partial \mathbf{b}^{(2)}}", r"\frac{\partial C}{\partial \mathbf{s}_2} \frac{\partial \mathbf{s}_2}{\partial \mathbf{b}^{(2)}}"),
    (REGRESSION, "c3", r"\frac{\partial C}{\partial \mathbf{a}_1}", r"\frac{\partial C}{\partial \mathbf{s}_2} \frac{\partial \mathbf{s}_2}{\partial \mathbf{a}_1}"),
    (REGRESSION, "c4", r"\frac{\partial C}{\partial \mathbf{W}^{(1)}}", r"\frac{\partial C}{\partial \mathbf{s}_1} \frac{\partial \mathbf{s}_1}{\partial \mathbf{W}^{(1)}}"),
    (REGRESSION, "c4", r"\frac{\partial C}{\partial \mathbf{b}^{(1)}}", r"\frac{\partial C}{\partial \mathbf{s}_1} \frac{\partial \mathbf{s}_1}{\partial \mathbf{b}^{(1)}}"),
    (REGRESSION, "c2", r"\frac{\partial C}{\partial \mathbf{W}^{(2)}}", r"\mathbf{a}_1 \frac{\partial C}{\partial \tilde{\mathbf{y}}} \frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2}"),
    (REGRESSION, "c2", r"\frac{\partial C}{\partial \mathbf{b}^{(2)}}", r"\frac{\partial C}{\partial \tilde{\mathbf{y}}} \frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2}"),
    (REGRESSION, "c3", r"\frac{\partial C}{\partial \mathbf{a}_1}", r"\frac{\partial C}{\partial \tilde{\mathbf{y}}} \frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2} \mathbf{W}^{(2)}"),
    (REGRESSION, "c4", r"\frac{\partial C}{\partial \mathbf{s}_1}", r"\frac{\partial C}{\partial \mathbf{a}_1} \frac{\partial \mathbf{a}_1}{\partial \mathbf{s}_1}"),
    (REGRESSION, "c4", r"\frac{\partial C}{\partial \mathbf{s}_1}", r"\frac{\partial C}{\partial \tilde{\mathbf{y}}} \frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2} \mathbf{W}^{(2)} \cdot \frac{\partial \mathbf{a}_1}{\partial \mathbf{s}_1}"),
    (REGRESSION, "c4", r"\frac{\partial C}{\partial \mathbf{W}^{(1)}}", r"\mathbf{x} \frac{\partial C}{\partial \tilde{\mathbf{y}}} \frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2} \mathbf{W}^{(2)} \frac{\partial \mathbf{a}_1}{\partial \mathbf{s}_1}"),
    (REGRESSION, "c4", r"\frac{\partial C}{\partial \mathbf{b}^{(1)}}", r"\frac{\partial C}{\partial \tilde{\mathbf{y}}} \frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2} \mathbf{W}^{(2)} \frac{\partial \mathbf{a}_1}{\partial \mathbf{s}_1}"),
    (REGRESSION, "d1", r"\frac{\partial \mathbf{a}_1}{\partial \mathbf{s}_1}[i][j]", r"\begin{cases} 3 & i = j, \mathbf{s}_1[i] \geq 0 \\ 0 & i = j, \mathbf{s}_1[i] < 0 \\ 0 & i \neq j \end{cases}"),
    (REGRESSION, "d2", r"\frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2}", "I"),
    (REGRESSION, "d3", r"\frac{\partial C}{\partial \tilde{\mathbf{y}}}", r"2(\tilde{\mathbf{y}} - \mathbf{y})^T"),
    (REGRESSION, "c2", r"\frac{\partial C}{\partial \mathbf{W}^{(2)}}", r"3\text{ReLU}(\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)}) \frac{\partial C}{\partial \tilde{\mathbf{y}}} \frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2}"),
    (CLASSES, "k4", r"\mathbf{a}_1", r"\tanh(\mathbf{s}_1)"),
    (CLASSES, "k4", r"\mathbf{a}_1", r"\tanh(\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)})"),
    (CLASSES, "k5", r"\mathbf{s}_2", r"\mathbf{W}^{(2)}\mathbf{a}_1 + \mathbf{b}^{(2)}"),
    (CLASSES, "k5", r"\mathbf{s}_2", r"\mathbf{W}^{(2)} \tanh(\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)}) + \mathbf{b}^{(2)}"),
    (CLASSES, "k6", r"\tilde{\mathbf{y}}", r"\sigma(\mathbf{s}_2)"),
    (CLASSES, "k6", r"\tilde{\mathbf{y}}", r"(1 + \exp(-\mathbf{W}^{(2)} \tanh(\mathbf{W}^{(1)}\mathbf{x} + \mathbf{b}^{(1)}) - \mathbf{b}^{(2)}))^{-1}"),
    (CLASSES, "k7-M", r"\frac{\partial \mathbf{a}_1}{\partial \mathbf{s}_1}[i][j]", r"\begin{cases} 1 - \tanh^2(\mathbf{s}_1[i]) & i = j \\ 0 & i \neq j \end{cases}"),
    (CLASSES, "bce", "D", r"\frac{1}{K} \sum_{i=1}^K -[\mathbf{y}_i \log(\tilde{\mathbf{y}}_i) + (1 - \mathbf{y}_i) \log(1 - \tilde{\mathbf{y}}_i)]"),
    (CLASSES, "dbce", r"\frac{\partial D}{\partial \tilde{\mathbf{y}}}", r"-\frac{1}{K} \frac{\mathbf{y}^T}{\tilde{\mathbf{y}}^T} + \frac{1}{K} \frac{1 - \mathbf{y}^T}{1 - \tilde{\mathbf{y}}^T}"),
    # ── Jacobians of linear maps ──
    (SUM, "j6", r"\frac{\partial f}{\partial \mathbf{x}}", r"\mathbf{W}_1"),
    (SUM, "j7", r"\frac{\partial g}{\partial \mathbf{x}}", r"\mathbf{W}_2"),
    (SUM, "j8", r"\frac{\partial h}{\partial \mathbf{x}}", r"\mathbf{W}_1 + \mathbf{W}_2"),
    (SUM, "j13", r"\frac{\partial k}{\partial \mathbf{x}}", r"2\mathbf{W}_1"),
    (COMPOSED, "q6", r"\frac{\partial f}{\partial \mathbf{x}}", r"\mathbf{W}_1"),
    (COMPOSED, "q7", r"\frac{\partial h}{\partial f}", r"\mathbf{W}_2"),
    (COMPOSED, "q8", r"\frac{\partial h}{\partial \mathbf{x}}", r"\mathbf{W}_2 \mathbf{W}_1"),
    (TWICE, "q13", r"\frac{\partial h}{\partial \mathbf{x}}", r"\mathbf{W}_1 \mathbf{W}_1"),
    # ── a graph of numbers; the soft maximum ──
    (GRAPH, "g1", "a", "xy + z"),
    (GRAPH, "g2", "b", "a(x + x)"),
    (GRAPH, "g3", "w", "ab + b"),
    (SOFT, "softmax", "m", r"\frac{1}{\beta} \log \frac{1}{N} \sum_{n=1}^N \exp(\beta e_n)"),
    (SOFT, "softargmax", "s", r"\frac{\exp(\beta e)}{\sum_{n=1}^N \exp(\beta e_n)}"),
]  # fmt: skip
"""Exercise, equation, left side, right side."""

PUT_RIGHT = [
    # the whole map is differentiated: brackets
    (ONE, "17", r"\frac{\partial S}{\partial W_2}",
     r"\frac{\partial}{\partial W_2} HW_2 + b_2",
     r"\frac{\partial}{\partial W_2} (HW_2 + b_2)",
     "operator-scope"),
    (ONE, "23", r"\frac{\partial S}{\partial H}",
     r"\frac{\partial}{\partial H} HW_2 + b_2",
     r"\frac{\partial}{\partial H} (HW_2 + b_2)",
     "operator-scope"),
    (ONE, "32", r"\frac{\partial H_0}{\partial x_i}",
     r"\frac{\partial}{\partial x_i} x_i W_1 + b_1",
     r"\frac{\partial}{\partial x_i} (x_i W_1 + b_1)",
     "operator-scope"),
    (ONE, "36", r"\frac{\partial H_0}{\partial W_1}",
     r"\frac{\partial}{\partial W_1} x_i W_1 + b_1",
     r"\frac{\partial}{\partial W_1} (x_i W_1 + b_1)",
     "operator-scope"),
    # the bounds of the sums of both penalties
    (WHOLE_BATCH, "1 and 39", "L",
     r"1/N \sum_{i=1}^N -\log\left(\frac{e^{S_{y_i}}}{\sum_{j=1}^C e^{S_j}}\right) + \lambda \sum_k^D \sum_l^C (W_1)_{l,k}^2 + \lambda \sum_k^D \sum_l^C (W_2)_{l,k}^2",
     r"1/N \sum_{i=1}^N -\log\left(\frac{e^{S_{i,y_i}}}{\sum_{j=1}^C e^{S_{i,j}}}\right) + \lambda \sum_k^D \sum_l^H (W_1)_{k,l}^2 + \lambda \sum_k^H \sum_l^C (W_2)_{k,l}^2",
     "unreadable"),
    (ONE, "5", "L_i",
     r"-\log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right) + \lambda \sum_k^D \sum_l^C (W_1)_{l,k}^2 + \lambda \sum_k^D \sum_l^C (W_2)_{l,k}^2",
     r"-\log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right) + \lambda \sum_k^D \sum_l^H (W_1)_{k,l}^2 + \lambda \sum_k^H \sum_l^C (W_2)_{k,l}^2",
     "refuted"),
    (ONE, "7", r"\frac{\partial L_i}{\partial S_y}",
     r"\frac{\partial}{\partial S_y} - \log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right) + \frac{\partial}{\partial S_y} \lambda \sum_k^D \sum_l^C (W_1)_{l,k}^2 + \frac{\partial}{\partial S_y} \lambda \sum_k^D \sum_l^C (W_2)_{l,k}^2",
     r"\frac{\partial}{\partial S_y} \left(- \log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right)\right) + \frac{\partial}{\partial S_y} \lambda \sum_k^D \sum_l^H (W_1)_{k,l}^2 + \frac{\partial}{\partial S_y} \lambda \sum_k^H \sum_l^C (W_2)_{k,l}^2",
     "refuted"),
    (ONE, "12", r"\frac{\partial L_i}{\partial S_j}",
     r"\frac{\partial}{\partial S_j} - \log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right) + \frac{\partial}{\partial S_j} \lambda \sum_k^D \sum_l^C (W_1)_{l,k}^2 + \frac{\partial}{\partial S_j} \lambda \sum_k^D \sum_l^C (W_2)_{l,k}^2",
     r"\frac{\partial}{\partial S_j} \left(- \log\left(\frac{e^{S_y}}{\sum_{j=1}^C e^{S_j}}\right)\right) + \frac{\partial}{\partial S_j} \lambda \sum_k^D \sum_l^H (W_1)_{k,l}^2 + \frac{\partial}{\partial S_j} \lambda \sum_k^H \sum_l^C (W_2)_{k,l}^2",
     "refuted"),
    # a row equated with one entry of it
    # one letter for two indices; the largest probability is no class
    (ONE, "6", r"\text{best}_i",
     r"\max\left(\frac{e^{S_j}}{\sum_{j=1}^C e^{S_j}}\right)",
     r"\max_j\left(\frac{e^{S_j}}{\sum_{k=1}^C e^{S_k}}\right)",
     "refuted"),
    # the true class among all
    (ONE, "15", r"\frac{\partial L_i}{\partial S_j}",
     r"\left(\frac{1}{\sum_{k=1}^C e^{S_k}}\right) \frac{\partial}{\partial S_j} (e^{S_1} + \dots + e^{S_j} + \dots + e^{S_C})",
     r"\left(\frac{1}{\sum_{k=1}^C e^{S_k}}\right) \frac{\partial}{\partial S_j} (e^{S_1} + \dots + e^{S_j} + \dots + e^{S_C}) - \mathbb{1}(y = j)",
     "refuted"),
    (ONE, "16", r"\frac{\partial L_i}{\partial S_j}",
     r"\left(\frac{e^{S_j}}{\sum_{j=1}^C e^{S_j}}\right)",
     r"\frac{e^{S_j}}{\sum_{k=1}^C e^{S_k}} - \mathbb{1}(y = j)",
     "refuted"),
    # the penalty left out
    # no shape
    (ONE, "20", r"\frac{\partial L_i}{\partial W_2}",
     r"\frac{\partial L_i}{\partial S} H",
     r"2 \lambda W_2 + H.T \frac{\partial L_i}{\partial S}",
     "refuted"),
    # a penalty that is not in the loss, and sums over the batch that are left out
    (BATCH, "dw", r"\frac{\partial L}{\partial w}",
     r"h^T \frac{\partial L}{\partial z} + \lambda w",
     r"h^T \frac{\partial L}{\partial z}",
     "refuted"),
    (BATCH, "db", r"\frac{\partial L}{\partial b}",
     r"\frac{\partial L}{\partial z}",
     r"\mathbf{1}^T \frac{\partial L}{\partial z}",
     "refuted"),
    (BATCH, "dc", r"\frac{\partial L}{\partial c}",
     r"\frac{\partial L}{\partial u}",
     r"\mathbf{1}^T \frac{\partial L}{\partial u}",
     "refuted"),
    # the index of the column
    (JACOBIAN, "Jij", r"\left(\frac{\partial \mathbf{f}}{\partial \mathbf{x}}\right)_{ij}",
     r"\frac{\partial f_i}{\partial x_i}",
     r"\frac{\partial f_i}{\partial x_j}",
     "refuted"),
    # norms that do not close, and the mean of the loss
    (SCORES, "L, 1", "L",
     r"\frac{1}{N} \sum_i L_i + \lambda(||W^{(1)}||^2 + W^{(2)}||^2)",
     r"\frac{1}{N} \sum_i L_i + \lambda(||W^{(1)}||^2 + ||W^{(2)}||^2)",
     "unreadable"),
    (SCORES, "L, 2", "L",
     r"\frac{1}{N} \sum_i -\text{log}\frac{e^{score_{i,y_i}}}{\sum_j e^{score_{i,j}}} + \lambda(||W^{(1)}||^2 + W^{(2)}||^2)",
     r"\frac{1}{N} \sum_i -\text{log}\frac{e^{score_{i,y_i}}}{\sum_j e^{score_{i,j}}} + \lambda(||W^{(1)}||^2 + ||W^{(2)}||^2)",
     "unreadable"),
    (SCORES, "L, 3", "L",
     r"-score_{i,y_i} + \text{log}\sum_j e^{score_{i,j}} + \lambda(||W^{(1)}||^2 + ||W^{(2)}||^2)",
     r"\frac{1}{N} \sum_i \left(-score_{i,y_i} + \text{log}\sum_j e^{score_{i,j}}\right) + \lambda(||W^{(1)}||^2 + ||W^{(2)}||^2)",
     "refuted"),
    (SCORES, "dik", r"\frac{\partial L}{\partial score_{i,k}}",
     r"\frac{\partial (-score_{i,y_i} + \text{log}\sum_j e^{score_{i,j}})}{\partial score_{i,k}}",
     r"\frac{1}{N} \frac{\partial (-score_{i,y_i} + \text{log}\sum_j e^{score_{i,j}})}{\partial score_{i,k}}",
     "refuted"),
    (SCORES, "kne, 1", r"\frac{\partial L}{\partial score_{i,k}}",
     r"\frac{\partial (\text{log}\sum_j e^{score_{i,j}})}{\partial score_{i,k}}",
     r"\frac{1}{N}\left(\frac{\partial (\text{log}\sum_j e^{score_{i,j}})}{\partial score_{i,k}} - \frac{\partial score_{i,y_i}}{\partial score_{i,k}}\right)",
     "refuted"),
    (SCORES, "kne, 2", r"\frac{\partial L}{\partial score_{i,k}}",
     r"\frac{\partial (\text{log}\sum_j e^{score_{i,j}})}{\partial \sum_j e^{score_{i,j}}} \frac{\partial \sum_j e^{score_{i,j}}}{\partial e^{score_{i,k}} }",
     r"\frac{1}{N}\left(\frac{1}{\sum_j e^{score_{i,j}}} \frac{\partial \sum_j e^{score_{i,j}}}{\partial score_{i,k}} - \mathbb{1}(y_i = k)\right)",
     "refuted"),
    (SCORES, "kne, 3", r"\frac{\partial L}{\partial score_{i,k}}",
     r"\frac{1}{\sum_j e^{score_{i,j}}} e^{score_{i,k}}",
     r"\frac{1}{N} \left(\frac{e^{score_{i,k}}}{\sum_j e^{score_{i,j}}} - \mathbb{1}(y_i = k)\right)",
     "refuted"),
    (SCORES, "keq", r"\frac{\partial L}{\partial score_{i,y_i}}",
     r"-1 + \frac{1}{\sum_j e^{score_{i,j}}} e^{score_{i,y_i}}",
     r"\frac{1}{N} \left(\frac{e^{score_{i,y_i}}}{\sum_j e^{score_{i,j}}} - 1\right)",
     "refuted"),
    # a sign of a derivative left out
    (COLUMNS, "dW2, row 2", r"\frac{\partial J}{\partial W^{[2]}}",
     r"\left[ \frac{\partial J}{z^{[2]}} \cdot a^{[1]T} \right] ^T",
     r"\left[ \frac{\partial J}{\partial z^{[2]}} \cdot a^{[1]T} \right] ^T",
     "unreadable"),
    # a product that does not fit: the identity stands in front of a column
    (COLUMNS, "db1, row 2", r"\frac{\partial J}{\partial b^{[1]}}",
     r"\frac{\partial J}{\partial z^{[1]}} \cdot \mathbb{I}",
     r"\mathbb{I} \cdot \frac{\partial J}{\partial z^{[1]}}",
     "layout"),
    # the square of a score in place of the score
    (CLASSES, "k8-N", r"\frac{\partial \tilde{\mathbf{y}}}{\partial \mathbf{s}_2}[i][j]",
     r"\begin{cases} \sigma((\mathbf{s}_2[i])^2)(1 - \sigma((\mathbf{s}_2[i])^2)) & i = j \\ 0 & i \neq j \end{cases}",
     r"\begin{cases} \sigma(\mathbf{s}_2[i])(1 - \sigma(\mathbf{s}_2[i])) & i = j \\ 0 & i \neq j \end{cases}",
     "refuted"),
]  # fmt: skip
"""Exercise, equation, left side, right side as printed, right side in the sheet, what a check says of the printed one."""

UNDER_CONVENTIONS = [
    # a derivative with three or four indices is no matrix: its entries are written, and the factor that stands for it
    (ONE, "18", r"\frac{\partial S}{\partial W_2}",
     "H",
     r"\frac{\partial S_j}{\partial (W_2)_{kl}}",
     r"H_k \mathbb{1}(l = j)",
     "local-factor"),
    (ONE, "37", r"\frac{\partial H_0}{\partial W_1}",
     "x_i",
     r"\frac{\partial (H_0)_j}{\partial (W_1)_{kl}}",
     r"(x_i)_k \mathbb{1}(l = j)",
     "local-factor"),
    (BATCH, "dzdh", r"\frac{\partial z}{\partial h}",
     "w^T",
     r"\frac{\partial z_{jk}}{\partial h_{lm}}",
     r"\mathbb{1}(l = j) w_{mk}",
     "local-factor"),
    (COLUMNS, "dW2-b", r"\frac{\partial z^{[2]}}{\partial W^{[2]}}",
     "a^{[1]}",
     r"\frac{\partial z^{[2]}_i}{\partial W^{[2]}_{jl}}",
     r"a^{[1]}_j \mathbb{1}(l = i)",
     "local-factor"),
    (COLUMNS, "dW1-d", r"\frac{\partial z^{[1]}}{\partial W^{[1]}}",
     r"\vec{x}",
     r"\frac{\partial z^{[1]}_i}{\partial W^{[1]}_{jl}}",
     r"\vec{x}_j \mathbb{1}(l = i)",
     "local-factor"),
    (COLUMNS, "dW2, row 1", r"\frac{\partial J}{\partial W^{[2]}}",
     r"\left[ \frac{\partial J}{\partial z^{[2]}} \cdot \left[ \frac{\partial z^{[2]}}{\partial W^{[2]}} \right] ^T \right] ^T",
     r"\frac{\partial J}{\partial W^{[2]}}",
     r"\frac{\partial J}{\partial z^{[2]}} \frac{\partial z^{[2]}}{\partial W^{[2]}}",
     "local-factor"),
    (COLUMNS, "dW1", r"\frac{\partial J}{\partial W^{[1]}}",
     r"\left[ \left[ \left[ \left[ \frac{\partial J}{\partial z^{[2]}} \right]^T \cdot \frac{\partial z^{[2]}}{\partial a^{[1]}} \right] ^T \odot \frac{\partial a^{[1]}}{\partial z^{[1]}} \right] \otimes \left[ \frac{\partial z^{[1]}}{\partial W^{[1]}} \right] ^T \right] ^T",
     r"\frac{\partial J}{\partial W^{[1]}}",
     r"\frac{\partial J}{\partial z^{[1]}} \frac{\partial z^{[1]}}{\partial W^{[1]}}",
     "local-factor"),
    (COLUMNS, "dW1-h, row 1", r"\frac{\partial J}{\partial W^{[1]}}",
     r"\left[ \frac{\partial J}{\partial z^{[1]}} \otimes \left[ \frac{\partial z^{[1]}}{\partial W^{[1]}} \right]^T \right]^T",
     r"\frac{\partial J}{\partial W^{[1]}}",
     r"\frac{\partial J}{\partial z^{[1]}} \frac{\partial z^{[1]}}{\partial W^{[1]}}",
     "local-factor"),
    # the formula of an entry stands behind an entry, and behind the whole
    (ONE, "3, entries", "H", r"\max(0, (H_0)_j)", "H_j", r"\max(0, (H_0)_j)", "entrywise"),
    (ONE, "27, entries", r"\frac{\partial H}{\partial H_0}", r"\mathbb{1}((H_0)_j > 0)",
     r"\left(\frac{\partial H}{\partial H_0}\right)_{jk}", r"\mathbb{1}(j = k) \mathbb{1}((H_0)_j > 0)", "local-factor, entrywise"),
    # a diagonal Jacobian is a matrix, and its diagonal is the factor that stands for it
    (ONE, "27", r"\frac{\partial H}{\partial H_0}",
     r"\mathbb{1}(H_0 > 0)",
     r"\frac{\partial H}{\partial H_0}",
     r"\operatorname{diag}(\mathbb{1}(H_0 > 0))",
     "local-factor"),
    (COLUMNS, "dW1-c, row 1", r"\frac{\partial a^{[1]}}{\partial z^{[1]}}",
     r"\sigma(z^{[1]}) \odot (1 - \sigma(z^{[1]}))",
     r"\frac{\partial a^{[1]}}{\partial z^{[1]}}",
     r"\operatorname{diag}(\sigma(z^{[1]}) \odot (1 - \sigma(z^{[1]})))",
     "local-factor"),
    (COLUMNS, "dW1-c, row 2", r"\frac{\partial a^{[1]}}{\partial z^{[1]}}",
     r"a^{[1]} \odot (1 - a^{[1]})",
     r"\frac{\partial a^{[1]}}{\partial z^{[1]}}",
     r"\operatorname{diag}(a^{[1]} \odot (1 - a^{[1]}))",
     "local-factor"),
    # the penalty is left out, and added in a line of its own
    (ONE, "19", r"\frac{\partial L_i}{\partial W_2}",
     r"\frac{\partial L_i}{\partial S} \frac{\partial S}{\partial W_2}",
     r"\frac{\partial L_i}{\partial W_2}",
     r"\frac{\partial L_i}{\partial S} \frac{\partial S}{\partial W_2} + 2 \lambda W_2",
     "one-term"),
    (ONE, "35", r"\frac{\partial L_i}{\partial W_1}",
     r"\frac{\partial L_i}{\partial S} \frac{\partial S}{\partial H} \frac{\partial H}{\partial H_0} \frac{\partial H_0}{\partial W_1}",
     r"\frac{\partial L_i}{\partial W_1}",
     r"\frac{\partial L_i}{\partial S} \frac{\partial S}{\partial H} \frac{\partial H}{\partial H_0} \frac{\partial H_0}{\partial W_1} + 2 \lambda W_1",
     "one-term"),
    (ONE, "21", r"\frac{\partial L_i}{\partial W_2}",
     r"H.T \frac{\partial L_i}{\partial S}",
     r"\frac{\partial L_i}{\partial W_2}",
     r"H.T \frac{\partial L_i}{\partial S} + 2 \lambda W_2",
     "one-term"),
    (ONE, "38", r"\frac{\partial L_i}{\partial W_1}",
     r"x_i.T[(\frac{\partial L_i}{\partial S} W_2.T) * \mathbb{1}(H_0 > 0)]",
     r"\frac{\partial L_i}{\partial W_1}",
     r"x_i.T[(\frac{\partial L_i}{\partial S} W_2.T) * \mathbb{1}(H_0 > 0)] + 2 \lambda W_1",
     "one-term"),
    # rows, where the source lets a gradient have the shape of its variable, a column
    (COLUMNS, "db2, row 1", r"\frac{\partial J}{\partial b^{[2]}}",
     r"\left[ \frac{\partial J}{\partial z^{[2]}} \right] ^T \cdot \frac{\partial z^{[2]}}{\partial b^{[2]}}",
     r"\frac{\partial J}{\partial b^{[2]}}",
     r"\left(\frac{\partial z^{[2]}}{\partial b^{[2]}}\right)^T \cdot \frac{\partial J}{\partial z^{[2]}}",
     "transposed"),
    (COLUMNS, "db2, row 2", r"\frac{\partial J}{\partial b^{[2]}}",
     r"\left[ \frac{\partial J}{\partial z^{[2]}} \right] ^T \cdot \mathbb{I}",
     r"\frac{\partial J}{\partial b^{[2]}}",
     r"\mathbb{I} \cdot \frac{\partial J}{\partial z^{[2]}}",
     "transposed"),
    (COLUMNS, "db2, row 3", r"\frac{\partial J}{\partial b^{[2]}}",
     r"\left[ \frac{\partial J}{\partial z^{[2]}} \right] ^T",
     r"\frac{\partial J}{\partial b^{[2]}}",
     r"\frac{\partial J}{\partial z^{[2]}}",
     "transposed"),
    (COLUMNS, "db2, row 4", r"\frac{\partial J}{\partial b^{[2]}}",
     r"(\hat{y} - \vec{y})^T",
     r"\frac{\partial J}{\partial b^{[2]}}",
     r"\hat{y} - \vec{y}",
     "layout"),
    (COLUMNS, "dW1-f, row 1", r"\frac{\partial J}{\partial a^{[1]}}",
     r"\left[ \frac{\partial J}{\partial z^{[2]}} \right]^T \cdot \frac{\partial z^{[2]}}{\partial a^{[1]}}",
     r"\frac{\partial J}{\partial a^{[1]}}",
     r"\left(\frac{\partial z^{[2]}}{\partial a^{[1]}}\right)^T \frac{\partial J}{\partial z^{[2]}}",
     "transposed"),
    (COLUMNS, "dW1-f, row 2", r"\frac{\partial J}{\partial a^{[1]}}",
     r"(\hat{y} - \vec{y})^T \cdot W^{[2]T}",
     r"\frac{\partial J}{\partial a^{[1]}}",
     r"W^{[2]} \cdot (\hat{y} - \vec{y})",
     "layout"),
    (COLUMNS, "dW1-g, row 1", r"\frac{\partial J}{\partial z^{[1]}}",
     r"\left[ \frac{\partial J}{\partial a^{[1]}} \right]^T \odot \frac{\partial a^{[1]}}{\partial z^{[1]}}",
     r"\frac{\partial J}{\partial z^{[1]}}",
     r"\frac{\partial J}{\partial a^{[1]}} \odot a^{[1]} \odot (1-a^{[1]})",
     "transposed, local-factor"),
    # a Jacobian transposed; the third with the shape of the right one, which is no convention and is not in the sheet
    (ONE, "24", r"\frac{\partial S}{\partial H}",
     "W_2",
     r"\frac{\partial S}{\partial H}",
     "W_2.T",
     "layout"),
    (ONE, "33", r"\frac{\partial H_0}{\partial x_i}",
     "W_1",
     r"\frac{\partial H_0}{\partial x_i}",
     "W_1.T",
     "layout"),
    (COLUMNS, "dW1-b", r"\frac{\partial z^{[2]}}{\partial a^{[1]}}",
     "W^{[2]}",
     r"\frac{\partial z^{[2]}}{\partial a^{[1]}}",
     "W^{[2]T}",
     "layout"),
]  # fmt: skip
"""Exercise, equation, both sides as printed; both sides that hold plainly; the conventions under which the first do."""

ADDED = [
    (ONE, "40", r"\frac{\partial L_i}{\partial W_1}", r"\lambda * 2 * W_1"),
    (ONE, "41", r"\frac{\partial L_i}{\partial W_2}", r"\lambda * 2 * W_2"),
]
"""Exercise, equation, a gradient, what the penalty adds to it."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("certificates"))


_COMPOSITIONS: dict[str, Composition] = {}


def composition(name: str, store: Store) -> Composition:
    if name not in _COMPOSITIONS:
        _COMPOSITIONS[name] = Composition(read_exercise(SOURCES / f"{name}.md"), store)
    return _COMPOSITIONS[name]


def canonical(node: Expr) -> Expr:
    """A tree in which the order of terms and of entrywise factors, and other trifles of writing, make no difference."""

    def change(part: tree.Node) -> tree.Node | None:
        match part:
            case tree.Outer(left, right):
                column = left if left.shape.is_column else transposed(left)
                return tree.MatMul(canonical(column), canonical(right if right.shape.is_row else transposed(right)))
            case tree.Identity():
                return tree.Symbol("I", part.shape)
            case tree.ChainRule(factors) if _fit(factors):
                return canonical(_product(factors))
            case tree.LocalFactor(derivative, paired, True):
                return tree.Transpose(tree.LocalFactor(derivative, paired))
            case tree.Power(base, tree.Number(value)) if value == -1:
                return tree.Quotient(tree.Number(Fraction(1)), canonical(base))
            case tree.Cases(((first, tree.Comparison() as holds), (second, None))):
                return canonical(tree.Cases(((first, holds), (second, opposite(holds)))))
            case tree.Cases(branches):
                return tree.Cases(tuple(sorted(((canonical(value), holds) for value, holds in branches), key=str)))
        return None

    return _with_equal_letters(_ordered(tidied(rebuilt(tidied(without_scopes(node)), change))))


def _with_equal_letters(node: Expr, depth: int = 0) -> Expr:
    """The letter of an index that a sum binds is a trifle."""

    def change(part: tree.Node) -> tree.Node | None:
        if not isinstance(part, tree.Quantified):
            return None
        index = tree.IndexVariable(f"bound {depth}", 0)
        body = _with_equal_letters(replaced(part.body, part.index, index), depth + 1)
        return replace(part, index=index, body=body)

    return rebuilt(node, change)


def _fit(factors: tuple[tree.Derivative, ...]) -> bool:
    """Whether the product of matrices is what the chain rule means."""
    if not all(factor.shape.is_matrix or factor.shape.is_row for factor in factors):
        return False
    return all(first.shape.columns == second.shape.rows for first, second in pairwise(factors))


def _product(factors: tuple[tree.Derivative, ...]) -> Expr:
    product: Expr = factors[0]
    for factor in factors[1:]:
        product = tree.MatMul(product, factor)
    return product


def opposite(holds: tree.Comparison) -> tree.Comparison:
    return tree.Comparison(holds.left, OPPOSITES[holds.comparator], holds.right)


def _ordered(node: Expr) -> Expr:
    def change(part: tree.Node) -> tree.Node | None:
        if isinstance(part, tree.Add):
            return tree.Add(tuple(sorted(map(_ordered, part.terms), key=latex)))
        if isinstance(part, tree.Hadamard) and part.left.shape == part.right.shape:
            factors = sorted(map(_ordered, _factors(part)), key=latex)
            product = factors[0]
            for factor in factors[1:]:
                product = tree.Hadamard(product, factor)
            return product
        return None

    return rebuilt(node, change)


def _factors(node: Expr) -> Iterator[Expr]:
    if isinstance(node, tree.Hadamard) and node.left.shape == node.right.shape:
        yield from _factors(node.left)
        yield from _factors(node.right)
    else:
        yield node


_READ: dict[tuple[str, str, str | None], str | None] = {}


def read(name: str, text: str, store: Store, lhs: str | None = None) -> str | None:
    """The canonical spelling of a formula in an exercise, read as what is equal to `lhs`; null where it has no value."""
    if (name, text, lhs) not in _READ:
        found = list(values(name, text, store))
        shapes = [] if lhs is None else [value.shape for value in itertools.islice(values(name, lhs, store), 1)]
        shapes += [shape.transposed for shape in shapes if shape.is_matrix]
        fitting = [value for shape in shapes for value in found if value.shape == shape]
        _READ[name, text, lhs] = next((latex(canonical(value)) for value in (*fitting, *found)), None)
    return _READ[name, text, lhs]


def values(name: str, text: str, store: Store) -> Iterator[Expr]:
    """What a formula may mean, the plainest first."""
    table = composition(name, store).exercise.model.table
    try:
        for reading in readings(table, parse(tokenize(text, table.words)), Options(table.layout)):
            if isinstance(reading, Reading):
                yield reading.value
    except FormulaError:
        return


def members(name: str, lhs: str, store: Store) -> list[str]:
    """What a sheet says that a quantity is equal to."""
    made, asked = composition(name, store), read(name, lhs, store)
    chains = [*made.forward, *(line.chain for line in made.lines)]
    found = [member.latex for chain in chains if read(name, chain.lhs, store) == asked for member in chain.members]
    assert found, f"no line of the sheet has {lhs} on its left"
    return found


def under_conventions(name: str, lhs: str, relation: str, store: Store) -> list[str]:
    """What a sheet says that a quantity is under a convention that it names, or what it says is added."""
    made, asked = composition(name, store), read(name, lhs, store)
    chains = [line.chain for line in made.shorthands if line.chain.members[0].relation == relation]
    return [member.latex for chain in chains if read(name, chain.lhs, store) == asked for member in chain.members]


def assert_holds(name: str, lhs: str, rhs: str, store: Store) -> None:
    found = members(name, lhs, store)
    assert read(name, rhs, store, lhs) in [read(name, member, store, lhs) for member in found], "\n".join(found)


def ids(row: tuple[str, ...]) -> str:
    return f"{row[0]} ({row[1]})"


@pytest.mark.parametrize("row", PRINTED, ids=ids)
def test_what_a_source_prints_stands_in_the_sheet(row: tuple[str, ...], store: Store):
    name, _, lhs, rhs = row
    assert read(name, rhs, store) is not None
    assert_holds(name, lhs, rhs, store)


@pytest.mark.parametrize("row", PUT_RIGHT, ids=ids)
def test_what_a_source_got_wrong_stands_right_in_the_sheet(row: tuple[str, ...], store: Store):
    name, _, lhs, printed, right, found = row
    assert said_of(judged(name, store)[lhs, printed]) == found
    assert_holds(name, lhs, right, store)


@pytest.mark.parametrize("row", UNDER_CONVENTIONS, ids=ids)
def test_what_a_source_prints_under_a_convention_stands_in_the_sheet_beside_what_holds_plainly(
    row: tuple[str, ...], store: Store
):
    name, _, lhs, printed, own_lhs, own, found = row
    assert said_of(judged(name, store)[lhs, printed]) == found
    assert composition(name, store).computation.setting.conventions.issuperset(found.split(", "))
    forms = under_conventions(name, lhs, "=", store)
    assert read(name, printed, store, lhs) is not None
    assert read(name, printed, store, lhs) in [read(name, form, store, lhs) for form in forms], "\n".join(forms)
    assert_holds(name, own_lhs, own, store)


@pytest.mark.parametrize("row", ADDED, ids=ids)
def test_what_a_source_adds_is_added_in_the_sheet(row: tuple[str, ...], store: Store):
    name, _, lhs, printed = row
    (added,) = under_conventions(name, lhs, ADDS, store)
    assert read(name, added, store) == read(name, printed, store)


def said_of(steps: list[StepResult]) -> str:
    """The verdict of an equation that is one step, or the conventions under which it holds."""
    (step,) = steps
    return ", ".join(step.conventions) or step.verdict


NOT_EXPLAINED = Expectation(Text("*", Source("", "*"), 0), ("refuted",))
"""What is expected to be wrong is not explained, which takes time."""

_JUDGED: dict[str, dict[tuple[str, str], list[StepResult]]] = {}


def judged(name: str, store: Store) -> dict[tuple[str, str], list[StepResult]]:
    """The steps of the equations of an exercise that do not hold plainly as they are printed."""
    if name not in _JUDGED:
        rows = [(row[2], row[3]) for row in (*PUT_RIGHT, *UNDER_CONVENTIONS) if row[0] == name]
        displays = [f"{lhs} = {rhs}" for lhs, rhs in rows]
        displays += [f"{row[2]} {ADDS} {row[3]}" for row in ADDED if row[0] == name]
        source = Source(name, "\n".join(f"$${display}$$" for display in displays))
        setting = composition(name, store).exercise.document.setting
        plain = replace(setting, aside={}, expect=(NOT_EXPLAINED,))
        found = check_document(Document(source, plain, read_markdown(source).passages), store=store).steps
        _JUDGED[name] = {row: [step for step in found if step.line == at] for at, row in enumerate(rows, start=1)}
    return _JUDGED[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_sheet_of_a_source_is_whole(name: str, store: Store):
    made = composition(name, store)
    assert [answer.part.id for answer in made.answers if not answer.is_whole or answer.problem] == []
    lines = (*made.lines, *made.shorthands)
    assert all(line.reaches_the_end and line.holds_for_all_dimensions for line in lines)


@pytest.mark.parametrize("name", sorted({row[0] for row in UNDER_CONVENTIONS}))
def test_a_sheet_with_conventions_reads_again_and_each_step_holds_under_those_that_it_names(name: str, store: Store):
    sheet = sheet_of(composition(name, store).exercise, store=store)
    for text, reader in ((to_markdown(sheet).text, read_markdown), (to_latex(sheet), read_latex)):
        document, _ = read_text(Source(name, text), reader)
        steps = check_document(document, store=store).steps
        under = {(step.tag, step.step): step.conventions for step in steps if step.verdict == "convention"}
        assert {step.verdict for step in steps} <= {"definition", "proved", "convention"}
        assert under == {
            (line.chain.label, at): names
            for line in composition(name, store).shorthands
            for at, names in enumerate(line.conventions, start=1)
            if names
        }
        assert all(step.expectation == step.conventions for step in steps if step.verdict == "convention")


def test_every_exercise_of_a_source_is_in_the_tables():
    assert sorted({row[0] for row in (*PRINTED, *PUT_RIGHT, *UNDER_CONVENTIONS)}) == NAMES
