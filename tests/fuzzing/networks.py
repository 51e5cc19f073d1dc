"""Random networks, written as settings: names, declarations and formulas in LaTeX, as people write them.

A network runs on rows (`X W + b`) or on columns (`W X + b`), on one example or on a batch. The same network can be
written at other sizes: nothing but the numbers in `dims` differs.
"""

import random
from dataclasses import dataclass, field, replace

from derive.documents.setting import make_setting, read_entries
from derive.models import Model, build_model
from derive.source import Source, Text

ACTIVATIONS = ("relu", "3relu", "leaky", "sigmoid", "tanh", "softplus", "gelu")
LOSSES = ("labels", "one-hot", "hot-index", "bce", "squared", "hinge", "class-hinge")
HIDDEN_DIMS = ("H", "M", "R")


@dataclass(frozen=True)
class Layer:
    """An affine map of a network and what comes after it; `post` is empty behind the last one."""

    weight: str
    bias: str
    source: str
    pre: str
    post: str
    activation: str
    inputs: str
    outputs: str


@dataclass(frozen=True)
class Network:
    """A network with its loss. `lead` stands before the data's loss; `decay` is each penalised weight's factor."""

    rows: bool
    batch: bool
    input: str
    layers: tuple[Layer, ...]
    loss: str
    target: str
    labels: str
    probabilities: str
    half: bool
    lead: str
    decay: dict[str, str]
    dims: dict[str, int]
    symbols: dict[str, str]
    nodes: dict[str, str]
    at_zero: str = field(default="", compare=False)

    @property
    def scores(self) -> str:
        return self.layers[-1].pre

    def entry(self, name: str, example: str, unit: str) -> str:
        """The entry of a name for an example and a unit, wherever they stand."""
        if not self.batch:
            return entry(name, unit)
        return entry(name, example, unit) if self.rows else entry(name, unit, example)

    def yaml(self) -> str:
        """The setting as a document would hold it."""
        lines = [f"dims: {{{', '.join(f'{name}: {size}' for name, size in self.dims.items())}}}", "symbols:"]
        lines += [f"  {_quoted(name)}: {text}" for name, text in self.symbols.items()]
        lines += ["model:", *(f"  {_quoted(name)}: {_quoted(text)}" for name, text in self.nodes.items())]
        return "\n".join([*lines, "loss: L", "layout: gradient"])

    def model(self) -> Model:
        yaml = self.yaml()
        return build_model(make_setting(read_entries(Text(yaml, Source("network.yaml", yaml), 0))))

    def at_sizes(self, dims: dict[str, int]) -> "Network":
        return replace(self, dims=dims)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def entry(name: str, *indices: str) -> str:
    """`S_{i,j}`, `(W_1)_{i,j}`, `W^{(1)}_{i,j}`."""
    base = name if "_" not in name else f"({name})"
    return f"{base}_{{{','.join(indices)}}}"


def transposed(name: str) -> str:
    return f"{name}^T" if "^" not in name else f"({name})^T"


# ── names ──


def _indexed(weight: str, bias: str, pre: str, post: str, script: str) -> list[tuple[str, str, str, str]]:
    return [tuple(name + script.format(number) for name in (weight, bias, pre, post)) for number in range(1, 5)]  # type: ignore[misc]


NAMES = (
    _indexed("W", "b", "Z", "H", "_{}"),
    _indexed("W", "b", "z", "a", "^{{[{}]}}"),
    _indexed(r"\mathbf{W}", r"\mathbf{b}", r"\mathbf{z}", r"\mathbf{h}", "^{{({})}}"),
    _indexed(r"\Theta", r"\beta", "A", r"\Phi", "_{}"),
    [("V", "c", "Z", "H"), ("U", "d", "A", "B"), ("Q", "r", "E", "F"), (r"\Omega", "v", "G", "M")],
)
INPUTS = ("X", "X", r"\mathbf{X}", "x")


# ── a network ──


def random_network(generator: random.Random) -> Network:
    """A network of 1 to 4 layers."""
    depth = generator.choices((1, 2, 3, 4), (3, 5, 3, 1))[0]
    rows, batch = generator.random() < 0.6, generator.random() < 0.7
    loss = generator.choice(LOSSES)
    names = generator.choice(NAMES)
    common = generator.choice(ACTIVATIONS) if generator.random() < 0.7 else None
    units = ["D", *HIDDEN_DIMS[: depth - 1], "C"]
    given = generator.choice(INPUTS)
    layers: list[Layer] = []
    for number, (weight, bias, pre, post) in enumerate(names[:depth]):
        source = layers[-1].post if layers else given
        activation = "" if number == depth - 1 else common or generator.choice(ACTIVATIONS)
        last = number == depth - 1
        scores = generator.choice(("S", pre)) if last else pre
        layers.append(
            Layer(weight, bias, source, scores, "" if last else post, activation, *units[number : number + 2])
        )
    network = Network(
        rows=rows,
        batch=batch,
        input=given,
        layers=tuple(layers),
        loss=loss,
        target="T" if loss in ("bce", "squared", "hinge") else "Y" if loss in ("one-hot", "hot-index") else "",
        labels="y" if loss in ("labels", "hot-index", "class-hinge") else "",
        probabilities=_probabilities(loss, generator),
        half=generator.random() < 0.7,
        lead=generator.choice((r"\frac{1}{N}", r"\frac{1}{N}", "")) if batch else "",
        decay=_decay(layers, generator),
        dims=random_sizes(generator, ["N", *units] if batch else units),
        symbols={},
        nodes={},
    )
    return replace(network, symbols=_symbols(network), nodes=_nodes(network, generator))


def random_sizes(generator: random.Random, names: list[str]) -> dict[str, int]:
    """Distinct sizes in 2..5 as far as these go; sometimes all equal, so that a wrong transpose fits."""
    if generator.random() < 0.25:
        return dict.fromkeys(names, generator.choice((2, 2, 3)))
    sizes = generator.sample(range(2, 6), 4)
    sizes += [generator.choice((2, 3)) for _ in names[4:]]
    generator.shuffle(sizes)
    return dict(zip(names, sizes, strict=False))


def distinct_sizes(generator: random.Random, names: list[str], other_than: dict[str, int]) -> dict[str, int]:
    """Sizes all distinct, each another one than before."""
    while True:
        sizes = generator.sample(range(2, 10), len(names))
        if all(size != other_than[name] for name, size in zip(names, sizes, strict=True)):
            return dict(zip(names, sizes, strict=True))


def special_sizes(generator: random.Random, names: list[str], other_than: dict[str, int]) -> dict[str, int]:
    """All equal, or one of them 1, where rows, columns and scalars are hard to tell apart."""
    if len(set(other_than.values())) > 1 and generator.random() < 0.5:
        return dict.fromkeys(names, generator.choice((2, 3, 4)))
    sizes = dict(zip(names, generator.sample(range(2, 8), len(names)), strict=True))
    return {**sizes, generator.choice([name for name in names if name != "C"]): 1}


def _probabilities(loss: str, generator: random.Random) -> str:
    if loss in ("one-hot", "hot-index", "bce"):
        return generator.choice(("P", r"\hat{Y}"))
    return "P" if loss == "labels" and generator.random() < 0.6 else ""


def _decay(layers: list[Layer], generator: random.Random) -> dict[str, str]:
    """The factor λ or λ/2 of the square of each penalised weight."""
    if generator.random() < 0.45:
        return {}
    factor = generator.choice((r"\lambda", r"\frac{\lambda}{2}"))
    chosen = [layer.weight for layer in layers if generator.random() < 0.8] or [layers[0].weight]
    return dict.fromkeys(chosen, factor)


def _symbols(network: Network) -> dict[str, str]:
    def shape(rows: str, columns: str) -> str:
        return f"{rows} x {columns}" if network.rows else f"{columns} x {rows}"

    examples = "N" if network.batch else "1"
    symbols = {network.input: shape(examples, "D")}
    for layer in network.layers:
        symbols[layer.weight] = shape(layer.inputs, layer.outputs)
        symbols[layer.bias] = shape("1", layer.outputs)
    if network.target == "T":
        symbols["T"] = shape(examples, "C")
    elif network.target == "Y":
        symbols["Y"] = "one-hot N x C" if network.batch else f"one-hot {shape('1', 'C')}"
    if network.labels:
        several = "labels N of C" if network.batch else "label of C"
        symbols["y"] = "hot index of Y" if network.target == "Y" else several
    if network.decay:
        symbols[r"\lambda"] = "scalar"
    return symbols


ACTIVATED = {
    "relu": (r"\max(0, {})", r"\text{{ReLU}}({})"),
    "3relu": (r"3 \, \text{{ReLU}}({})", r"3 \max(0, {})"),
    "leaky": (r"\text{{LeakyReLU}}({})",),
    "sigmoid": (r"\sigma({})", r"\frac{{1}}{{1 + e^{{-{}}}}}"),
    "tanh": (r"\tanh({})",),
    "softplus": (r"\text{{softplus}}({})", r"\log(1 + e^{{{}}})"),
    "gelu": (r"\text{{GELU}}({})",),
}


def affine(network: Network, layer: Layer, source: str | None = None) -> str:
    """X W + b or W X + b."""
    given = source or layer.source
    product = f"{given} {layer.weight}" if network.rows else f"{layer.weight} {given}"
    return f"{product} + {layer.bias}"


def _nodes(network: Network, generator: random.Random) -> dict[str, str]:
    nodes = {}
    for layer in network.layers:
        nodes[layer.pre] = affine(network, layer)
        if layer.post:
            nodes[layer.post] = generator.choice(ACTIVATED[layer.activation]).format(layer.pre)
    if network.probabilities:
        nodes[network.probabilities] = _probabilities_of(network)
    nodes["L"] = _loss(network, generator) + _penalty(network, generator)
    return nodes


def _probabilities_of(network: Network) -> str:
    """A softmax of a matrix runs along its rows, whatever its sizes: columns are transposed for it."""
    if network.loss == "bce":
        return rf"\sigma({network.scores})"
    if network.batch and not network.rows:
        return rf"\text{{softmax}}({transposed(network.scores)})^T"
    return rf"\text{{softmax}}({network.scores})"


def _over_examples(network: Network, lead: str, body: str) -> str:
    return rf"{lead} \sum_{{i=1}}^{{N}} {body}" if network.batch else body


def target_entry(network: Network, example: str, unit: str) -> str:
    """An entry of the target; a one-hot matrix has its examples in rows wherever the scores have theirs."""
    if network.target == "Y" and network.batch:
        return entry("Y", example, unit)
    return network.entry(network.target, example, unit)


def _loss(network: Network, generator: random.Random) -> str:
    def of(name: str, unit: str) -> str:
        return network.entry(name, "i", unit)

    lead, scores, label = network.lead, network.scores, "y_i" if network.batch else "y"
    target = target_entry(network, "i", "k")
    match network.loss:
        case "labels":
            forms = [rf"-\log\frac{{e^{{{of(scores, label)}}}}}{{\sum_{{j=1}}^{{C}} e^{{{of(scores, 'j')}}}}}"]
            forms.append(rf"\left( \log \sum_{{j=1}}^{{C}} e^{{{of(scores, 'j')}}} - {of(scores, label)} \right)")
            if network.probabilities:
                forms.append(rf"-\log({of(network.probabilities, label)})")
            return _over_examples(network, lead, generator.choice(forms))
        case "one-hot" | "hot-index":
            body = rf"\sum_{{k=1}}^{{C}} {target} \log {of(network.probabilities, 'k')}"
            return f"-{_over_examples(network, lead, body)}"
        case "bce":
            p = of(network.probabilities, "k")
            body = rf"\sum_{{k=1}}^{{C}} \left( {target} \log({p}) + (1 - {target}) \log(1 - {p}) \right)"
            return f"-{_over_examples(network, lead, body)}"
        case "squared":
            half = r"\frac{1}{2} " if network.half else ""
            if generator.random() < 0.5:
                return rf"{half}{lead} \| {scores} - T \|{'_F' if network.batch else ''}^2"
            body = rf"\sum_{{k=1}}^{{C}} ({of(scores, 'k')} - {target})^2"
            return half + _over_examples(network, lead, body)
        case "hinge":
            body = rf"\sum_{{k=1}}^{{C}} \max(0, 1 - {target} {of(scores, 'k')})"
            return _over_examples(network, lead, body)
    body = rf"\sum_{{j \neq {label}}} \max(0, {of(scores, 'j')} - {of(scores, label)} + 1)"
    return _over_examples(network, lead, body)


def _penalty(network: Network, generator: random.Random) -> str:
    terms = []
    for weight, factor in network.decay.items():
        forms = (rf"\sum_{{k,l}} {entry(weight, 'k', 'l')}^2", rf"\|{weight}\|_F^2")
        terms.append(f" + {factor} {generator.choice(forms)}")
    return "".join(terms)
