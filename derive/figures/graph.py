"""The computational graph of a model: values flow from left to right, each wire with the shape of its value.

A graph that is too wide for a page goes on in bands one under the other: what a later band uses of an earlier one
stands at its left again, in a dashed box. The backward pass stands below the wires, in red.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from derive.figures.bands import bands_of
from derive.figures.flow import Flow, flows_of
from derive.figures.numeric import numbers_of
from derive.figures.parts import Writing
from derive.figures.scene import PAGE, Scene, fitted, stacked
from derive.models.model import Model
from derive.notation.symbols import shown


def graph_of(
    model: Model,
    loss: str | None = None,
    backward: Mapping[str, str] | None = None,
    numbers: Mapping[str, Fraction] | None = None,
    *,
    page: float = PAGE,
) -> Scene:
    """The graph of a model up to its loss, or to all that it computes.

    `backward` are labels below the wires, LaTeX by the names of values. `numbers` for all that is given make the
    picture one of numbers, forward and, where `backward` names anything, backward. Raises `FormulaError` where there
    are none: the graph is not small, or not of scalars.
    """
    end = loss or model.table.loss
    flows = flows_of(model, end)
    labels = {shown(name): label for name, label in (backward or {}).items()}
    what = f"Computational graph of {shown(end)}" if end else "Computational graph"
    scenes: list[Scene] = []
    for flow in flows:
        found = None if numbers is None else numbers_of(flow, numbers, model.kink)
        scenes += bands_of(flow, Writing(labels, found), page)
    return fitted(stacked(scenes, what, "; ".join(map(_in_words, flows))), page)


def _in_words(flow: Flow) -> str:
    """What is computed from what, for those who do not see the picture."""
    found = []
    for node in flow.nodes:
        if node.kind == "operation" and node.names:
            found.append(f"{' = '.join(map(shown, node.names))} from {', '.join(_named_inputs(flow, node.inputs))}")
    return "; ".join(found)


def _named_inputs(flow: Flow, inputs: Sequence[int]) -> list[str]:
    found: list[str] = []
    for number in inputs:
        node = flow.nodes[number]
        found += [shown(node.names[0])] if node.names else _named_inputs(flow, node.inputs)
    return list(dict.fromkeys(found))
