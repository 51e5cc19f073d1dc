"""`derive graph`: the computational graph of a model, or its network of layers."""

from functools import partial
from typing import TYPE_CHECKING

import click

from derive.commands.pictures import check_output, loss_in, model_in, read_number, write_picture
from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, one_line_for_errors

if TYPE_CHECKING:
    from fractions import Fraction

    from derive.figures.scene import Scene
    from derive.models.model import Model
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
@click.option("--at", "numbers", metavar="NUMBERS", help="Show numbers in a small graph: 'x = -2, y = 5, z = -4'.")
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
    numbers: str | None,
    bare: bool,
    setting: str | None,
    debug: bool,
) -> int:
    """Draw the computation of EX: an exercise, or any document whose setting or text says what is computed."""
    outcomes: list[Outcome] = []
    with one_line_for_errors(document, debug, outcomes):
        check_output(output, bare=bare)
        model = model_in(document, setting)
        loss = loss_in(model, document, name)
        if network and (backward or numbers is not None):
            raise _cannot(document, "a network of layers shows no backward pass and no numbers; leave out --network")
        draw = partial(_network, model, document, loss)
        if not network:
            draw = partial(_graph, model, document, loss, numbers, backward=backward)
        write_picture(draw(), output, bare=bare)
    return BAD_INPUT if outcomes else NOTHING_WRONG


def _cannot(document: str, problem: str) -> Exception:
    from derive.errors import DocumentError

    return DocumentError(document, problem)


def _graph(model: "Model", document: str, loss: str | None, numbers: str | None, *, backward: bool) -> "Scene":
    from derive.errors import FormulaError
    from derive.figures.backwards import backward_labels
    from derive.figures.graph import graph_of

    if backward and loss is None:
        raise _cannot(document, "--backward needs a loss: the setting has none; --of NAME says what is meant")
    labels = backward_labels(model, loss) if backward and loss is not None else None
    if numbers is None:
        return graph_of(model, loss, labels)
    try:
        return graph_of(model, loss, labels, _numbers(model, document, numbers))
    except FormulaError as error:
        raise _cannot(document, f"--at: {error.problem}") from None


def _numbers(model: "Model", document: str, text: str) -> "dict[str, Fraction]":
    """`x = -2, y = 1/2` by the names of the model. Raises `DocumentError`."""
    from derive.errors import FormulaError
    from derive.notation.names import read_name
    from derive.notation.symbols import Given

    found = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        number = read_number(value)
        if not equals or number is None:
            raise _cannot(document, f"--at takes numbers such as 'x = -2, y = 1/2', not '{part.strip()[:40]}'")
        try:
            key = model.table.find(read_name(name)) or ""
        except FormulaError as error:
            raise _cannot(document, f"--at {name[:40]} is not a name: {error.problem}") from None
        if not isinstance(model.table.meanings.get(key), Given):
            raise _cannot(document, f"--at {name[:40]}: nothing of this name is given")
        found[key] = number
    return found


def _network(model: "Model", document: str, loss: str | None) -> "Scene":
    from derive.figures.network import network_of

    scene = network_of(model, loss)
    if scene is None:
        problem = "the model is no network of layers, each an affine image of the one before under an activation"
        raise _cannot(document, problem)
    return scene
