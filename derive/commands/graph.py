"""`derive graph`: the computational graph of a model, or its network of layers."""

from typing import TYPE_CHECKING

import click

from derive.commands.pictures import check_output, loss_in, model_in, write_picture
from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, one_line_for_errors

if TYPE_CHECKING:
    from derive.figures.scene import Scene
    from derive.writing.findings import Outcome

EXIT_STATUS = """\b
Exit status:
  0  the picture is written
  2  the document, a name or the command line is wrong
"""


@click.command(epilog=EXIT_STATUS)
@click.argument("document", metavar="EX", type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Write to this .svg, .tex or .pdf file.  [default: SVG, printed]")
@click.option("--backward", is_flag=True, help="Show the derivatives of the loss below the wires, in red.")
@click.option("--network", is_flag=True, help="Draw the network as layers of units.")
@click.option("--of", "name", metavar="NAME", help="Draw what this name is computed from.  [default: the loss]")
@click.option("--bare", is_flag=True, help="Write the tikzpicture alone to a .tex file, for a document of your own.")
@click.option(
    "--setting", metavar="YAML", type=click.Path(), help="Take from this file what the document's setting lacks."
)
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def graph(
    document: str,
    output: str | None,
    backward: bool,
    network: bool,
    name: str | None,
    bare: bool,
    setting: str | None,
    debug: bool,
) -> int:
    """Draw the computation of EX: an exercise, or any document whose setting or text says what is computed."""
    outcomes: list[Outcome] = []
    with one_line_for_errors(document, debug, outcomes):
        check_output(output, bare=bare)
        draw = _network if network else _graph
        write_picture(draw(document, setting, name, backward=backward), output, bare=bare)
    return BAD_INPUT if outcomes else NOTHING_WRONG


def _graph(document: str, setting: str | None, name: str | None, *, backward: bool) -> "Scene":
    from derive.errors import DocumentError
    from derive.figures.backwards import backward_labels
    from derive.figures.graph import graph_of

    model = model_in(document, setting)
    loss = loss_in(model, document, name)
    if backward and loss is None:
        raise DocumentError(document, "--backward needs a loss: the setting has none; --of NAME says what is meant")
    return graph_of(model, loss, backward_labels(model, loss) if backward and loss is not None else None)


def _network(document: str, setting: str | None, name: str | None, *, backward: bool) -> "Scene":
    from derive.errors import DocumentError
    from derive.figures.network import network_of

    if backward:
        raise DocumentError(document, "a network of layers shows no backward pass; leave out --network or --backward")
    model = model_in(document, setting)
    scene = network_of(model, loss_in(model, document, name))
    if scene is None:
        problem = "the model is no network of layers, each an affine image of the one before under an activation"
        raise DocumentError(document, problem)
    return scene
