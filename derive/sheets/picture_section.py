"""The pictures of a sheet: the graph of the computation, and the network as layers of units where it is one."""

from collections.abc import Iterator

from derive.figures.graph import graph_of
from derive.figures.network import network_of
from derive.models import Model
from derive.sheets.blocks import Block, Heading, Picture, said


def picture_blocks(model: Model) -> Iterator[Block]:
    """The graph of what is computed from what, and the layers of units."""
    graph, network = graph_of(model), network_of(model)
    yield Heading(said("The computation"))
    yield Picture(graph, said("What is computed from what, with the shapes."), graph.description)
    if network is not None:
        yield Picture(network, said("The same as layers of units."), network.description)
