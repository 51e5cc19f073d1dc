"""True claims on a network, in LaTeX: the textbook's backward and forward pass, single entries, sums that are 1."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from derive.notation.elaboration import Elaborator, Options, Reading, readings
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.notation.words import new_words
from fuzzing.networks import Layer, Network, affine, entry, target_entry, transposed


@dataclass(frozen=True)
class Written:
    """A claim as its author writes it, and what it is about."""

    about: str
    left: str
    right: str


def read(table: SymbolTable, text: str) -> Reading:
    """The plain reading of a formula, as the program reads it. What cannot be read is a fault of the claim's."""
    words = table.words | new_words(text, Elaborator.plain(table, {}))
    found = next(readings(table, parse(tokenize(text, words)), Options(table.layout)))
    if not isinstance(found, Reading):
        raise ValueError(f"{text} is not read: {found}")
    return found


def claims(network: Network, generator: random.Random) -> list[Written]:
    """Claims of every kind on a network; how far each is written out is random."""
    return [*_backward(network, generator), *_backward_entries(network), *_forward(network, generator)]


def by(name: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {name}}}"


def in_brackets(text: str) -> str:
    return rf"\left( {text} \right)"


def with_name(text: str, name: str, value: str) -> str:
    """A formula with a value for a name; the E in GELU is none."""
    return re.sub(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])", lambda _: in_brackets(value), text)


# ── backward ──


def slope(layer: Layer, generator: random.Random) -> str:
    """The activation's derivative entry by entry, in the names of the layer."""
    pre, post = layer.pre, layer.post
    forms = {
        "relu": (rf"\mathbb{{1}}({pre} > 0)", rf"\mathbb{{1}}({post} > 0)"),
        "3relu": (rf"3 \mathbb{{1}}({pre} > 0)", rf"3 \mathbb{{1}}({post} > 0)"),
        "leaky": (
            rf"\left( \mathbb{{1}}({pre} > 0) + \frac{{1}}{{100}} \mathbb{{1}}({pre} \leq 0) \right)",
            rf"\text{{LeakyReLU}}'({pre})",
        ),
        "sigmoid": (
            rf"{post} \odot (1 - {post})",
            rf"\sigma({pre}) \odot (1 - \sigma({pre}))",
            rf"\sigma'({pre})",
        ),
        "tanh": (rf"(1 - {post} \odot {post})", rf"\tanh'({pre})", rf"(1 - \tanh^2({pre}))"),
        "softplus": (rf"\sigma({pre})", rf"(1 - e^{{-{post}}})", rf"\text{{softplus}}'({pre})"),
        "gelu": (
            rf"\text{{GELU}}'({pre})",
            rf"\left( \frac{{1}}{{2}} (1 + \text{{erf}}(\frac{{{pre}}}{{\sqrt{{2}}}})) "
            rf"+ \frac{{1}}{{\sqrt{{2 \pi}}}} {pre} \odot e^{{-\frac{{1}}{{2}} {pre} \odot {pre}}} \right)",
        ),
    }
    return generator.choice(forms[layer.activation])


def by_scores(network: Network) -> str:
    """∂L/∂S as a matrix; nothing where only labels say which class is right."""
    lead, scores = network.lead, network.scores
    target = transposed("Y") if network.target == "Y" and network.batch and not network.rows else network.target
    match network.loss:
        case "one-hot" | "hot-index" | "bce":
            return rf"{lead} ({network.probabilities} - {target})"
        case "squared":
            return rf"{'' if network.half else '2'} {lead} ({scores} - {target})"
        case "hinge":
            return rf"- {lead} {target} \odot \mathbb{{1}}(1 - {target} \odot {scores} > 0)"
    return ""


def after(network: Network, delta: str, layer: Layer) -> str:
    """∂L/∂ of a layer's source from that of its affine map."""
    weight = transposed(layer.weight)
    return f"{delta} {weight}" if network.rows else f"{weight} {delta}"


def decay(network: Network, layer: Layer) -> str:
    """What a penalty adds to the derivative by a weight."""
    factor = network.decay.get(layer.weight)
    if factor is None:
        return ""
    return rf" + \lambda {layer.weight}" if "frac" in factor else rf" + 2 \lambda {layer.weight}"


def _backward(network: Network, generator: random.Random) -> Iterator[Written]:
    lead = by_scores(network)
    if lead:
        yield Written("by scores", by(network.scores), lead)
    written_out = in_brackets(lead) if lead else by(network.scores)
    for layer in reversed(network.layers):
        for delta in dict.fromkeys((by(layer.pre), written_out)):
            source = transposed(layer.source)
            product = f"{source} {delta}" if network.rows else f"{delta} {source}"
            yield Written("by weight", by(layer.weight), product + decay(network, layer))
            yield Written("by bias", by(layer.bias), _summed(network, delta, generator))
            yield Written("by source", by(layer.source), after(network, delta, layer))
        before = next((other for other in network.layers if other.post == layer.source), None)
        if before is not None:
            mask = slope(before, generator)
            through = after(network, by(layer.pre), layer)
            yield Written("by map", by(before.pre), rf"{by(before.post)} \odot {mask}")
            yield Written("by map", by(before.pre), rf"{in_brackets(through)} \odot {mask}")
            written_out = in_brackets(rf"{in_brackets(after(network, written_out, layer))} \odot {mask}")
            yield Written("by map", by(before.pre), written_out)


def _summed(network: Network, delta: str, generator: random.Random) -> str:
    """A bias is added to every example."""
    if not network.batch:
        return delta
    if network.rows:
        return generator.choice((rf"\mathbf{{1}}^T {delta}", rf"\sum_{{i=1}}^{{N}} {in_brackets(delta)}_{{i,:}}"))
    return generator.choice((rf"{delta} \mathbf{{1}}", rf"\sum_{{i=1}}^{{N}} {in_brackets(delta)}_{{:,i}}"))


def _backward_entries(network: Network) -> Iterator[Written]:
    yield from _entries_of_scores(network)
    for layer in network.layers:
        penalty = decay(network, layer).replace(layer.weight, entry(layer.weight, "k", "l"))
        unit, source = ("l", "k") if network.rows else ("k", "l")
        delta, given = by(network.entry(layer.pre, "i", unit)), network.entry(layer.source, "i", source)
        total = rf"\sum_{{i=1}}^{{N}} {given} {delta}" if network.batch else f"{given} {delta}"
        yield Written("entry by weight", by(entry(layer.weight, "k", "l")), total + penalty)
        weight = entry(layer.weight, "k", "j") if network.rows else entry(layer.weight, "j", "k")
        through = rf"\sum_{{j}} {by(network.entry(layer.pre, 'i', 'j'))} {weight}"
        yield Written("entry by source", by(network.entry(layer.source, "i", "k")), through)


def _entries_of_scores(network: Network) -> Iterator[Written]:
    scores = network.scores
    left, score = by(network.entry(scores, "i", "j")), network.entry(scores, "i", "j")
    label = "y_i" if network.batch else "y"
    if network.loss in ("labels", "hot-index"):
        total = rf"\sum_{{k=1}}^{{C}} e^{{{network.entry(scores, 'i', 'k')}}}"
        share = rf"\frac{{e^{{{score}}}}}{{{total}}}"
        yield Written("entry by scores", left, rf"{network.lead} \left( {share} - \mathbb{{1}}({label} = j) \right)")
    elif network.loss == "class-hinge":
        right = network.entry(scores, "i", label)

        def violated(unit: str) -> str:
            return rf"\mathbb{{1}}({network.entry(scores, 'i', unit)} - {right} + 1 > 0)"

        count = rf"\sum_{{k \neq {label}}} {violated('k')}"
        others = rf"\mathbb{{1}}(j \neq {label}) {violated('j')}"
        yield Written(
            "entry by scores",
            left,
            rf"{network.lead} \left( {others} - \mathbb{{1}}(j = {label}) {in_brackets(count)} \right)",
        )
    elif network.loss == "one-hot":
        share, target = network.entry(network.probabilities, "i", "j"), target_entry(network, "i", "j")
        yield Written("entry by scores", left, rf"{network.lead} ({share} - {target})")


# ── forward ──


def _forward(network: Network, generator: random.Random) -> Iterator[Written]:
    inside = network.input
    for layer in network.layers:
        yield Written("map", layer.pre, affine(network, layer))
        yield Written("map", layer.pre, affine(network, layer, inside))
        source, pre = network.entry(layer.source, "i", "k"), network.entry(layer.pre, "i", "j")
        weight = entry(layer.weight, "k", "j") if network.rows else entry(layer.weight, "j", "k")
        yield Written("entry of map", pre, rf"\sum_{{k}} {source} {weight} + {entry(layer.bias, 'j')}")
        if layer.post:
            inside = in_brackets(with_name(network.nodes[layer.post], layer.pre, affine(network, layer, inside)))
            yield Written("activation", layer.post, network.nodes[layer.post])
            yield Written("activation", layer.post, inside)
    if network.probabilities:
        yield Written("probabilities", network.probabilities, network.nodes[network.probabilities])
    if network.probabilities and network.loss != "bce":
        share = network.entry(network.probabilities, "i", "j")
        yield Written("row sum", rf"\sum_{{j=1}}^{{C}} {share}", "1")
        score = network.entry(network.scores, "i", "j")
        total = rf"\sum_{{k=1}}^{{C}} e^{{{network.entry(network.scores, 'i', 'k')}}}"
        yield Written("softmax", share, rf"\frac{{e^{{{score}}}}}{{{total}}}")
    if network.loss != "class-hinge":
        yield Written("loss", "L", network.nodes["L"])
    weight = generator.choice(network.layers).weight
    yield Written("norm", rf"\|{weight}\|_F^2", rf"\text{{tr}}({transposed(weight)} {weight})")
    if network.loss == "squared" and network.batch:
        scores = network.scores
        forms = rf"\|{scores} - T\|_F^2", rf"\|{scores}\|_F^2 - 2 \text{{tr}}({transposed(scores)} T) + \|T\|_F^2"
        yield Written("norm", *forms)
