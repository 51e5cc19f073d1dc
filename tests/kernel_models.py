"""Random small models as settings: layers, a way to write them, and a loss, in names of several hands."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

SIZES = {"N": 2, "D": 2, "H": 2, "G": 1, "C": 3}

HANDS = (
    (r"\mathbf{W}^{[%d]}", r"\mathbf{b}^{[%d]}", r"\mathbf{Z}^{[%d]}", r"\mathbf{A}^{[%d]}"),
    (r"\Theta_{%d}", r"\beta_{%d}", r"\Phi_{%d}", r"\Psi_{%d}"),
    ("V_%d", "c_%d", "U_%d", "H_%d"),
    (r"W^{(%d)}", r"b^{(%d)}", r"\tilde{Z}^{(%d)}", r"\hat{A}^{(%d)}"),
)
"""What weights, biases, what goes into an activation and what comes out are called in layer %d."""

ACTIVATIONS = (
    r"\sigma(%s)",
    r"\tanh(%s)",
    r"\text{ReLU}(%s)",
    r"\log(1+e^{%s})",
    r"\frac{1}{1+e^{-%s}}",
    r"%s \odot %s",
    "2 %s",
)

REDUCTIONS = (
    r"\sum_{i=1}^N \sum_{k=1}^C %s",
    r"\frac{1}{N} \sum_i \sum_k %s",
    r"\frac{1}{2} \sum_k \sum_i %s",
)
"""Sums of what has the indices i of an example and k of a class."""

WHOLE = (r"\text{sum}(%s)", r"\text{mean}(%s)", r"\mathbf{1}^T (%s) \mathbf{1}", r"\frac{1}{N} \text{sum}(%s)")
"""Sums of a matrix."""


@dataclass(frozen=True)
class RandomModel:
    """The symbols, the model and the sizes of a setting whose loss is L."""

    symbols: dict[str, str]
    nodes: dict[str, str]
    dims: dict[str, int]


@st.composite
def models(draw: st.DrawFn) -> RandomModel:
    """A model of none to two layers below its scores, examples in rows or in columns."""
    is_rows = draw(st.booleans())
    hand = draw(st.sampled_from(HANDS))
    widths = ["D", *draw(st.sampled_from([(), ("H",), ("G",), ("H", "G")])), "C"]
    symbols = {"X": "N x D" if is_rows else "D x N"}
    nodes: dict[str, str] = {}
    before = "X"
    for layer, (width, following) in enumerate(pairwise(widths), start=1):
        weight, bias, inner, outer = (name % layer for name in hand)
        symbols[weight] = f"{width} x {following}" if is_rows else f"{following} x {width}"
        value = f"{before} {weight}" if is_rows else f"{weight} {before}"
        if draw(st.booleans()):
            symbols[bias] = f"1 x {following}" if is_rows else f"{following} x 1"
            value += rf" + \mathbf{{1}}_N {bias}" if is_rows else rf" + {bias} \mathbf{{1}}_N^T"
        nodes[inner] = value
        before = inner
        if following != "C":
            nodes[outer] = draw(st.sampled_from(ACTIVATIONS)).replace("%s", inner)
            before = outer
    more, values, loss = draw(losses(before, is_rows))
    if draw(st.booleans()):
        symbols[r"\lambda"] = "scalar"
        loss += draw(st.sampled_from([r" + \lambda \|%s\|_F^2", r" - \frac{\lambda}{2} \|%s\|_F^2"])) % weight
    used = {word for text in (*symbols.values(), *more.values()) for word in text.split()}
    dims = {name: size for name, size in SIZES.items() if name in used}
    return RandomModel(symbols | more, nodes | values | {"L": loss}, dims)


@st.composite
def losses(draw: st.DrawFn, scores: str, is_rows: bool) -> tuple[dict[str, str], dict[str, str], str]:
    """Further symbols and quantities of a loss of scores, and the loss."""
    shape = "N x C" if is_rows else "C x N"

    def entry(name: str, column: str = "k") -> str:
        return f"({name})_{{i,{column}}}" if is_rows else f"({name})_{{{column},i}}"

    softmax = rf"\text{{softmax}}({scores})" if is_rows else rf"\text{{softmax}}({scores}^T)^T"
    kind = draw(
        st.sampled_from(["labels", "one-hot", "fraction", "squares", "norm", "binary", "hinge", "named", "whole"])
    )
    reduction = draw(st.sampled_from(REDUCTIONS))
    match kind:
        case "labels":
            loss = rf"-\frac{{1}}{{N}} \sum_{{i=1}}^N \log {entry('P', 'y_i')}"
            return {"y": "labels N of C"}, {"P": softmax}, loss
        case "one-hot":
            return {"T": shape}, {"P": softmax}, "-" + reduction % rf"{entry('T')} \log {entry('P')}"
        case "fraction":
            share = rf"\frac{{e^{{{entry(scores, 'y_i')}}}}}{{\sum_j e^{{{entry(scores, 'j')}}}}}"
            return {"y": "labels N of C"}, {}, rf"-\frac{{1}}{{N}} \sum_i \log {share}"
        case "named":
            cell, sums = ("{i,k}", "E_{i,j}") if is_rows else ("{k,i}", "E_{j,i}")
            values = {"E": f"e^{{{scores}}}", "Q_i": rf"\sum_j {sums}", f"P_{cell}": rf"\frac{{E_{cell}}}{{Q_i}}"}
            return {"y": "labels N of C"}, values, rf"-\frac{{1}}{{N}} \sum_i \log {entry('P', 'y_i')}"
        case "squares":
            return {"T": shape}, {}, reduction % f"({entry(scores)} - {entry('T')})^2"
        case "norm":
            return {"T": shape}, {"R": f"{scores} - T"}, draw(st.sampled_from([r"\|R\|_F^2", r"\text{tr}(R^T R)"]))
        case "binary":
            inner = rf"({entry('T')} \log {entry('P')} + (1-{entry('T')}) \log(1-{entry('P')}))"
            return {"T": shape}, {"P": rf"\sigma({scores})"}, "-" + reduction % inner
        case "hinge":
            return {"T": shape}, {}, reduction % rf"\max(0, 1 - {entry('T')} {entry(scores)})"
    return {"T": shape}, {"P": rf"\tanh({scores})"}, draw(st.sampled_from(WHOLE)) % r"T \odot P"
