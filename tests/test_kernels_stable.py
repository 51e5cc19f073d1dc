"""Losses and gradients at scores of ±10000, however an author spells them: no overflow, and the right limits.

What is right is computed in as many digits as it takes.
"""

import numpy as np
import pytest
from kernel_points import setting_from
from kernel_precise import Precise

from derive.expressions.shapes import SCALAR
from derive.expressions.tree import Derivative, Symbol
from derive.kernels.assembled import kernel_of
from derive.kernels.compiled import compiled
from derive.kernels.model import model_of_any_size
from derive.kernels.program import program_of
from derive.kernels.writing import module_text
from derive.models import build_model

# ── two classes ──

SIGMOIDS = {
    "fraction": r"\frac{1}{1+e^{-z}}",
    "exp": r"\frac{1}{1+\exp(-z)}",
    "quotient": r"\frac{e^{z}}{1+e^{z}}",
    "other order": r"\frac{e^{z}}{e^{z}+1}",
    "inverse": r"(1+e^{-z})^{-1}",
    "complement": r"1-\frac{1}{1+e^{z}}",
    "by tanh": r"\frac{1}{2}(1+\tanh(\frac{z}{2}))",
    "by name": r"\sigma(z)",
}
ONE_EXAMPLE = {name: text.replace("z", "z_i") for name, text in SIGMOIDS.items()}
CROSS_ENTROPY = r"-\sum_i (y_i \log p_i + (1-y_i) \log(1-p_i))"
BINARY = {
    **{
        f"cross-entropy of p, {name}": {"p": p, "L": r"-\frac{1}{N} \sum_{i=1}^N (y_i \log p_i + (1-y_i) \log(1-p_i))"}
        for name, p in SIGMOIDS.items()
    },
    **{
        f"cross-entropy of p and q, {name}": {"p": p, "q": "1 - p", "L": r"-\sum_i (y_i \log p_i + (1-y_i) \log q_i)"}
        for name, p in SIGMOIDS.items()
    },
    **{
        f"cross-entropy, {name}": {
            "L": rf"-\sum_i (y_i \log\left({p}\right) + (1-y_i) \log\left(1-\left({p}\right)\right))"
        }
        for name, p in ONE_EXAMPLE.items()
    },
    **{f"squares, {name}": {"p": p, "L": r"\|p-y\|^2"} for name, p in SIGMOIDS.items()},
    "softplus": {"L": r"\sum_i \log(1+e^{z_i}) - \sum_i y_i z_i"},
    "softplus, other order": {"L": r"\sum_i \log(e^{z_i}+1)"},
    "softplus of -z": {"L": r"\sum_i \log(1+\exp(-z_i))"},
    "softplus by name": {"L": r"\sum_i \text{softplus}(z_i)"},
    "softplus of a named exponential": {"E": "e^{z}", "L": r"\sum_i \log(1+E_i)"},
    "softplus of a margin": {"L": r"\sum_i \log(1+e^{-(2 y_i-1) z_i})"},
    "half of it": {"L": r"\sum_i \log(\frac{1}{2}+\frac{1}{2} e^{z_i})"},
    "log sigmoid": {"L": r"-\sum_i \log \sigma(z_i)"},
    "log sigmoid as a fraction": {"L": r"-\sum_i \log\frac{1}{1+e^{-z_i}}"},
    "log sigmoid as a quotient": {"L": r"-\sum_i \log\frac{e^{z_i}}{1+e^{z_i}}"},
    "log sigmoid of -z": {"L": r"-\sum_i \log(1-\sigma(z_i))"},
    "log odds": {"L": r"\sum_i \log\frac{\sigma(z_i)}{1-\sigma(z_i)}"},
    "focal": {"L": r"-\sum_i (1-\sigma(z_i))^2\log\sigma(z_i)"},
    "tanh": {"L": r"\sum_i y_i \frac{e^{z_i}-e^{-z_i}}{e^{z_i}+e^{-z_i}}"},
    "tanh by squares": {"L": r"\sum_i \frac{e^{2z_i}-1}{e^{2z_i}+1}"},
    "tanh by inverse squares": {"L": r"\sum_i \frac{1-e^{-2z_i}}{1+e^{-2z_i}}"},
    "tanh by sigmoid": {"L": r"\sum_i (2\sigma(2z_i)-1)"},
    "tanh by a fraction": {"L": r"\sum_i (\frac{2}{1+e^{-2z_i}}-1)"},
    "tanh by sinh": {"L": r"\sum_i \frac{\sinh(z_i)}{\cosh(z_i)}"},
    "tanh of a column": {"a": r"\frac{e^{z}-e^{-z}}{e^{z}+e^{-z}}", "L": r"\|a-y\|^2"},
    "tanh of a column by squares": {"a": r"\frac{e^{2z}-1}{e^{2z}+1}", "L": r"\|a-y\|^2"},
    "swish": {"L": r"\sum_i z_i \sigma(z_i)"},
    "swish as a fraction": {"L": r"\sum_i \frac{z_i}{1+e^{-z_i}}"},
    "swish as a quotient": {"L": r"\sum_i \frac{z_i e^{z_i}}{1+e^{z_i}}"},
    "mish": {"L": r"\sum_i z_i \tanh(\log(1+e^{z_i}))"},
    "slope": {"L": r"\sum_i \frac{e^{-z_i}}{(1+e^{-z_i})^2}"},
    "ELU": {"L": r"\sum_i \text{ELU}(z_i)"},
    "GELU": {"L": r"\sum_i \text{GELU}(z_i)"},
    "bell": {"L": r"\sum_i e^{-z_i^2}"},
    "log cosh": {"L": r"\sum_i \log\cosh(z_i)"},
    "log of a mean": {"L": r"\sum_i \log(\frac{e^{z_i}+e^{-z_i}}{2})"},
    "one over cosh": {"L": r"\sum_i \frac{1}{\cosh(z_i)}"},
    "cross-entropy of a named exponential": {"E": "e^{z}", "p": r"\frac{E}{1+E}", "L": CROSS_ENTROPY},
    "cross-entropy of a named denominator": {"E": "e^{-z}", "D": "1+E", "p": r"\frac{1}{D}", "L": CROSS_ENTROPY},
    "cross-entropy of a scaled score": {"p": r"\sigma(-z/2)", "L": CROSS_ENTROPY},
    "cross-entropy as products": {"p": r"\sigma(z)", "L": r"-(y^T \log p + (1-y)^T \log(1-p))"},
    "log of a named sigmoid": {"p": r"\sigma(z)", "q": "1-p", "g": r"\log q", "L": r"-\sum_i g_i y_i"},
    "named odds": {"p": r"\sigma(z)", "o_i": r"\frac{p_i}{1-p_i}", "L": r"\sum_i \log o_i"},
    "softplus of a denominator": {"D": "1+e^{z}", "L": r"\sum_i \log D_i"},
    "softplus of another sum": {"L": r"\sum_i \log(2+3e^{2z_i+1})"},
    "softplus as an inverse": {"L": r"-\sum_i \log((1+e^{z_i})^{-1})"},
    "softplus as a sum of a column": {"L": r"\text{sum}(\log(1+e^{z}))"},
    "softplus from the size": {"L": r"\sum_i (\max(z_i,0) - z_i y_i + \log(1+e^{-|z_i|}))"},
    "log of one plus tanh": {"L": r"-\sum_i \log(1+\tanh(z_i))"},
    "log of the slope of tanh": {"L": r"-\sum_i \log(1-\tanh^2(z_i))"},
    "two bells": {"L": r"-\sum_i \log(\frac{1}{2}e^{-(z_i-1)^2}+\frac{1}{2}e^{-(z_i+1)^2})"},
    "a share of two": {"L": r"-\sum_i \log \frac{e^{z_i}}{e^{z_i}+e^{-z_i}}"},
    "a named exponential over its sum": {"E": "e^{z}", "L": r"\sum_i \frac{E_i}{1+E_i}"},
    "a slope of a named exponential": {"E": "e^{-z}", "L": r"\sum_i \frac{E_i}{(1+E_i)^2}"},
    "tanh of named exponentials": {"E": "e^{z}", "F": "e^{-z}", "t": r"\frac{E-F}{E+F}", "L": r"\|t-y\|^2"},
    "tanh of one named exponential": {"E": "e^{2z}", "L": r"\sum_i \frac{E_i-1}{E_i+1} y_i"},
    "log of half of one plus tanh": {"L": r"-\sum_i \log\frac{1+\tanh z_i}{2}"},
    "log of a half and half tanh": {"L": r"-\sum_i \log(\frac{1}{2}+\frac{1}{2}\tanh(z_i))"},
    "log of half of one less tanh": {"L": r"-\sum_i \log\frac{1-\tanh z_i}{2}"},
    "log of one less a named tanh": {"t": r"\tanh(z)", "L": r"-\sum_i \log(1-t_i)"},
    "log of the slope of a named tanh": {"t": r"\tanh(z)", "L": r"-\sum_i \log(1-t_i^2)"},
    "artanh of tanh": {"t": r"\tanh(z)", "L": r"\sum_i \frac{1}{2} \log\frac{1+t_i}{1-t_i}"},
    "log of a difference of squares": {"t": r"\tanh(z)", "L": r"\sum_i \log((1-t_i)(1+t_i))"},
    "log of a power of p": {"p": r"\sigma(z)", "L": r"-\sum_i \log(p_i^2)"},
    "log of a root of p": {"p": r"\sigma(z)", "L": r"-\sum_i \log\sqrt{p_i}"},
    "log of one less a square": {"p": r"\sigma(z)", "L": r"-\sum_i \log(1-p_i^2)"},
    "focal for both classes": {
        "p": r"\sigma(z)",
        "L": r"-\sum_i (y_i (1-p_i)^2 \log p_i + (1-y_i) p_i^2 \log(1-p_i))",
    },
    "smoothed labels": {
        "p": r"\sigma(z)",
        "q": r"0.9 y + 0.05",
        "L": r"-\sum_i (q_i \log p_i + (1-q_i) \log(1-p_i))",
    },
    "relative entropy to a coin": {
        "p": r"\sigma(z)",
        "L": r"\sum_i (p_i \log\frac{p_i}{1/2} + (1-p_i) \log\frac{1-p_i}{1/2})",
    },
    "squared hinge": {"L": r"\sum_i \max(0, 1-(2y_i-1)z_i)^2"},
    "exponential loss": {"L": r"\log\sum_i e^{-(2y_i-1)z_i}"},
}
SCORES = np.array([[1e4, -1e4, 1e4, -1e4, 0, 3, -800, 800, 40, -40]]).T
TARGETS = np.array([[1.0, 1, 0, 0, 1, 0, 1, 1, 1, 0]]).T


@pytest.mark.parametrize("name", BINARY)
def test_two_classes(name):
    symbols = {"z": "N x 1", "y": "N x 1"}
    assert wrong(symbols, BINARY[name], {"N": 10}, {"z": SCORES, "y": TARGETS}) == []


# ── many classes ──

LABELS = {
    "a fraction": {"L": r"-\log\frac{e^{s_y}}{\sum_j e^{s_j}}"},
    "exp": {"L": r"-\log\frac{\exp(s_y)}{\sum_{j=1}^C \exp(s_j)}"},
    "a difference": {"L": r"-s_y+\log\sum_j e^{s_j}"},
    "softmax": {"p": r"\text{softmax}(s)", "L": r"-\log p_y"},
    "softmax without a name": {"L": r"-\log \text{softmax}(s)_y"},
    "a named fraction": {"p": r"\frac{e^{s}}{\sum_j e^{s_j}}", "L": r"-\log p_y"},
    "shifted": {"m": r"\max_j s_j", "L": r"-(s_y-m)+\log\sum_j e^{s_j-m}"},
    "shifted inside": {"L": r"-\log\frac{e^{s_y-\max_k s_k}}{\sum_j e^{s_j-\max_k s_k}}"},
    "log softmax": {"q": r"\log(\text{softmax}(s))", "L": "-q_y"},
    "log softmax as a difference": {"q": r"s-\log\sum_j e^{s_j}", "L": "-q_y"},
    "logsumexp": {"L": r"\text{logsumexp}(s)-s_y"},
    "named exponentials": {"E": "e^{s}", "L": r"-\log\frac{E_y}{\sum_j E_j}"},
    "a named sum": {"Q": r"\sum_j e^{s_j}", "L": r"-s_y+\log Q"},
    "differences of scores": {"L": r"\log\sum_j e^{s_j-s_y}"},
    "squares": {"p": r"\text{softmax}(s)", "L": r"(1-p_y)^2"},
    "entropy": {"p": r"\text{softmax}(s)", "L": r"-\sum_k p_k \log p_k"},
    "a named scaled softmax": {"p": r"\text{softmax}(s/2)", "L": r"-\log p_y"},
    "a scaled fraction": {"p": r"\frac{e^{s/2}}{\sum_j e^{s_j/2}}", "L": r"-\log p_y"},
    "a named score scaled": {"z": "-3 s", "p": r"\frac{e^{z}}{\sum_j e^{z_j}}", "L": r"-\log p_y"},
    "all of it named": {"E": "e^{s}", "Q": r"\sum_j E_j", "p": r"\frac{E}{Q}", "q": "p_y", "L": r"-\log q"},
    "a sum in words": {"E": "e^{s}", "p": r"\frac{E}{\text{sum}(E)}", "L": r"-\log p_y"},
    "one over a sum": {"p": r"\frac{1}{\sum_j e^{s_j-s_y}}", "L": r"-\log p"},
    "log of a named softmax": {"p": r"\text{softmax}(s)", "g": r"\log p", "L": "-g_y"},
    "log of a named quotient": {"E": "e^{s}", "Q": r"\sum_j E_j", "g": r"\log E - \log Q", "L": "-g_y"},
    "one beside the sum": {"L": r"\log (1 + \sum_j e^{s_j}) - s_y"},
    "the other classes": {"p": r"\text{softmax}(s)", "L": r"-\log(1-p_y)"},
    "the other classes without a name": {"L": r"-\log(1-\text{softmax}(s)_y)"},
    "odds": {"p": r"\text{softmax}(s)", "L": r"-\log\frac{p_y}{1-p_y}"},
    "a margin to the other classes": {"L": r"\log(1+\sum_{k\neq y} e^{s_k-s_y})"},
    "focal": {"p": r"\text{softmax}(s)", "L": r"-(1-p_y)^2 \log p_y"},
    "smoothed": {"p": r"\text{softmax}(s)", "L": r"-\frac{9}{10} \log p_y - \frac{1}{10 C} \sum_k \log p_k"},
    "entropy of order 2": {"p": r"\text{softmax}(s)", "L": r"-\log\sum_k p_k^2"},
}
TARGETED = {
    "softmax": {"p": r"\text{softmax}(s)", "L": r"-\sum_k t_k \log p_k"},
    "a named fraction": {"p": r"\frac{e^{s}}{\sum_j e^{s_j}}", "L": r"-\sum_k t_k \log p_k"},
    "a product": {"p": r"\text{softmax}(s)", "L": r"-t^T \log p"},
    "without a name": {"L": r"-\sum_k t_k \log\frac{e^{s_k}}{\sum_j e^{s_j}}"},
    "a difference": {"L": r"-t^T s + \log\sum_j e^{s_j}"},
    "log softmax": {"q": r"s-\log\sum_j e^{s_j}", "L": r"-\sum_k t_k q_k"},
    "shifted": {"m": r"\max_j s_j", "p": r"\frac{e^{s-m}}{\sum_j e^{s_j-m}}", "L": r"-\sum_k t_k \log p_k"},
}
ROWS = {
    "softmax": {"P": r"\text{softmax}(S)", "L": r"-\frac{1}{N} \sum_i \log P_{i,y_i}"},
    "a fraction": {"L": r"-\frac{1}{N} \sum_i \log\frac{e^{S_{i,y_i}}}{\sum_j e^{S_{i,j}}}"},
    "a difference": {"L": r"\frac{1}{N} \sum_i (\log\sum_j e^{S_{i,j}}-S_{i,y_i})"},
    "shifted": {
        "m_i": r"\max_j S_{i,j}",
        "L": r"-\frac{1}{N} \sum_i \log\frac{e^{S_{i,y_i}-m_i}}{\sum_j e^{S_{i,j}-m_i}}",
    },
    "loss by loss": {"L_i": r"-\log\frac{e^{S_{i,y_i}}}{\sum_j e^{S_{i,j}}}", "L": r"\frac{1}{N} \sum_i L_i"},
    "named exponentials": {
        "E": "e^{S}",
        "P_{i,k}": r"\frac{E_{i,k}}{\sum_j E_{i,j}}",
        "L": r"-\frac{1}{N} \sum_i \log P_{i,y_i}",
    },
    "all of it named": {
        "E": "e^{S}",
        "Q_i": r"\sum_j E_{i,j}",
        "P_{i,k}": r"\frac{E_{i,k}}{Q_i}",
        "q_i": "P_{i,y_i}",
        "L": r"-\frac{1}{N} \sum_i \log q_i",
    },
    "all of it named and shifted": {
        "m_i": r"\max_j S_{i,j}",
        "E_{i,k}": r"e^{S_{i,k}-m_i}",
        "Q_i": r"\sum_j E_{i,j}",
        "P_{i,k}": r"\frac{E_{i,k}}{Q_i}",
        "L": r"-\frac{1}{N} \sum_i \log P_{i,y_i}",
    },
    "a scaled softmax": {"P": r"\text{softmax}(S/2)", "L": r"-\frac{1}{N} \sum_i \log P_{i,y_i}"},
    "one entry named": {"q_i": r"\frac{e^{S_{i,y_i}}}{\sum_j e^{S_{i,j}}}", "L": r"-\frac{1}{N} \sum_i \log q_i"},
    "squares of named exponentials": {
        "E": "e^{S}",
        "P_{i,k}": r"\frac{E_{i,k}}{\sum_j E_{i,j}}",
        "L": r"\sum_i (1-P_{i,y_i})^2",
    },
}
HOT_ROWS = {
    "softmax": {"P": r"\text{softmax}(S)", "L": r"-\frac{1}{N} \sum_i\sum_k Y_{i,k}\log P_{i,k}"},
    "a fraction": {"L": r"-\frac{1}{N} \sum_i\sum_k Y_{i,k}\log\frac{e^{S_{i,k}}}{\sum_j e^{S_{i,j}}}"},
    "a trace": {"P": r"\text{softmax}(S)", "L": r"-\frac{1}{N} \text{tr}(Y^T \log P)"},
    "squares of named exponentials": {
        "E": "e^{S}",
        "Q_i": r"\sum_j E_{i,j}",
        "P_{i,k}": r"\frac{E_{i,k}}{Q_i}",
        "L": r"\|P-Y\|_F^2",
    },
}
HOT_ROWS |= {
    f"shares by diag, {name}": nodes
    for name, nodes in {
        "named": {"E": "e^{S}", "Q_i": r"\sum_j E_{i,j}", "P": r"\text{diag}(Q)^{-1} E"},
        "by ones": {"E": "e^{S}", "Q": r"E \mathbf{1}", "P": r"\operatorname{diag}(Q)^{-1} E"},
        "without names": {"P": r"\operatorname{diag}(e^{S} \mathbf{1})^{-1} e^{S}"},
    }.items()
    for nodes in ({**nodes, "L": r"\|P-Y\|_F^2"},)
}
TWO_SOFTMAXES = {
    name: {"p": r"\text{softmax}(s)", "q": r"\text{softmax}(u)", "m": r"\frac{1}{2}(p+q)", "L": text}
    for name, text in {
        "relative entropy": r"\sum_k q_k \log\frac{q_k}{p_k} + \sum_k m_k",
        "relative entropy as a difference": r"\sum_k q_k (\log q_k - \log p_k) + \sum_k m_k",
        "Jensen and Shannon": r"\sum_k p_k \log\frac{p_k}{m_k} + \sum_k q_k \log\frac{q_k}{m_k}",
    }.items()
}
UNSAFE = {
    "odds of a sigmoid": ({"p": r"\sigma(z)", "L": r"\sum_i \frac{1-p_i}{p_i}"}, "L and dz"),
    "log softplus": ({"L": r"\sum_i \log(\text{softplus}(z_i))"}, "L and dz"),
    "one over the root of softplus": ({"L": r"\sum_i \sqrt{\text{softplus}(z_i)}"}, "dz"),
    "a named exponential": ({"E": "e^{z}", "L": r"\sum_i \log(1+E_i)"}, "E"),
}
HOT_COLUMNS = {
    "softmax": {"P": r"\text{softmax}(S^T)^T", "L": r"-\frac{1}{N} \sum_i\sum_k Y_{i,k}\log P_{k,i}"},
    "a fraction": {"L": r"-\frac{1}{N} \sum_i\sum_k Y_{i,k}\log\frac{e^{S_{k,i}}}{\sum_j e^{S_{j,i}}}"},
    "a named fraction": {
        "P_{k,i}": r"\frac{e^{S_{k,i}}}{\sum_j e^{S_{j,i}}}",
        "L": r"-\frac{1}{N} \sum_i\sum_k Y_{i,k}\log P_{k,i}",
    },
}
LINES = np.array([[1e4, -1e4, 0, 1], [-1e4, -1e4, -1e4, 3], [1e4, 1e4, 5, -800], [0, 1, -2, 800.0]])
CLASSES = np.array([1, 3, 1, 3])


@pytest.mark.parametrize("shape", ["C x 1", "1 x C"])
@pytest.mark.parametrize("name", LABELS)
def test_one_example_with_a_label(name, shape):
    given = [
        {"s": line[:, None] if shape == "C x 1" else line[None, :], "y": np.array(label)}
        for line, label in zip(LINES, CLASSES, strict=True)
    ]
    assert wrong({"s": shape, "y": "label of C"}, LABELS[name], {"C": 4}, *given) == []


@pytest.mark.parametrize("kind", ["one-hot ", ""])
@pytest.mark.parametrize("name", TARGETED)
def test_one_example_with_a_target(name, kind):
    targets = np.eye(4)[CLASSES] if kind else np.tile([0.1, 0.2, 0.3, 0.4], (4, 1))
    given = [{"s": line[:, None], "t": target[:, None]} for line, target in zip(LINES, targets, strict=True)]
    assert wrong({"s": "C x 1", "t": f"{kind}C x 1"}, TARGETED[name], {"C": 4}, *given) == []


@pytest.mark.parametrize("name", ROWS)
def test_rows_with_labels(name):
    given = {"S": LINES, "y": CLASSES}
    assert wrong({"S": "N x C", "y": "labels N of C"}, ROWS[name], {"N": 4, "C": 4}, given) == []


@pytest.mark.parametrize("name", HOT_ROWS)
def test_rows_with_one_hot_rows(name):
    given = {"S": LINES, "Y": np.eye(4)[CLASSES]}
    assert wrong({"S": "N x C", "Y": "one-hot N x C"}, HOT_ROWS[name], {"N": 4, "C": 4}, given) == []


@pytest.mark.parametrize("name", HOT_COLUMNS)
def test_columns_with_one_hot_rows(name):
    given = {"S": LINES.T.copy(), "Y": np.eye(4)[CLASSES]}
    assert wrong({"S": "C x N", "Y": "one-hot N x C"}, HOT_COLUMNS[name], {"N": 4, "C": 4}, given) == []


@pytest.mark.parametrize("name", TWO_SOFTMAXES)
def test_two_softmaxes(name):
    given = [{"s": one[:, None], "u": other[:, None]} for one, other in zip(LINES, LINES[::-1], strict=True)]
    assert wrong({"s": "C x 1", "u": "C x 1"}, TWO_SOFTMAXES[name], {"C": 4}, *given) == []


@pytest.mark.parametrize("name", UNSAFE)
def test_what_may_overflow_all_the_same_is_said(name):
    nodes, names = UNSAFE[name]
    text = module_text(kernel_of(program_of(model_of_any_size(setting_from({"z": "N x 1"}, nodes, {"N": 3})))))
    said = f"Where arguments are large, as 10000, there may be overflow or no digit right in {names}."
    assert said in " ".join(text.partition('"""\n\n')[0].split())


def test_a_gradient_is_not_written_over_what_it_is_made_of():
    nodes = {"p": r"\text{softmax}(s)", "L": r"-\log\sum_{k\neq y} p_k"}
    given = {"s": np.array([[0.5, -1, 2, 0.25]]).T, "y": np.array(2)}
    assert wrong({"s": "C x 1", "y": "label of C"}, nodes, {"C": 4}, given) == []


# ── comparing ──


def wrong(symbols, nodes, dims, *draws):
    """Which of the loss and its gradients are not right at some values, or that something overflows on the way."""
    setting = setting_from(symbols, nodes, dims)
    kernel = compiled(program_of(model_of_any_size(setting)))
    model = build_model(setting)
    precise = Precise(model)
    top = Symbol("L", SCALAR)
    names = [one.statement.quantity.by.name for one in kernel.kernel.gradients]
    quantities = [top, *(Derivative(top, Symbol(name, model.table.meanings[name].shape)) for name in names)]
    found = []
    for given in draws:
        arguments = {
            one.identifier: given[one.name] if one.axes else given[one.name].item() for one in kernel.kernel.inputs
        }
        with np.errstate(all="raise", under="ignore"):
            loss = kernel.loss(**arguments)
            same, gradients = kernel.loss_and_gradients(**arguments)
        right = precise.values(quantities, given)
        values = [same, *(gradients[one.key] for one in kernel.kernel.gradients)]
        pairs = [("loss", loss, right[0]), *zip(["loss beside gradients", *names], values, right, strict=True)]
        found += [
            f"{name}: {np.asarray(value).tolist()}, not {expected.tolist()}"
            for name, value, expected in pairs
            if not np.all(np.abs(value - expected) <= 1e-12 * (1 + np.max(np.abs(expected))))
        ]
    return found
