"""`derive kernel`: the forward pass, the loss and the gradients of a model, as a module of array code."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, one_line_for_errors

if TYPE_CHECKING:
    from derive.documents.document import Document
    from derive.expressions.tree import Expr
    from derive.models.model import Model
    from derive.writing.findings import Outcome

EXIT_STATUS = """\b
Exit status:
  0  the module is written
  2  the document, a name or the command line is wrong, or there is no such code
"""

BACKENDS = ("numpy", "torch", "jax", "array-api")
DTYPES = ("float64", "float32")


@click.command(epilog=EXIT_STATUS)
@click.argument("document", metavar="EX", type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Write to this .py file.  [default: printed]")
@click.option(
    "--backend",
    metavar="NAME",
    type=click.Choice(BACKENDS),
    default=BACKENDS[0],
    show_default=True,
    help=f"For this library of arrays: {', '.join(BACKENDS)}.",
)
@click.option(
    "--dtype",
    metavar="NAME",
    type=click.Choice(DTYPES),
    default=DTYPES[0],
    show_default=True,
    help=f"With numbers of this type: {', '.join(DTYPES)}.",
)
@click.option("--by", "names", metavar="NAMES", help="Gradients by these names alone: 'W_1, b_1'.")
@click.option(
    "--setting", metavar="YAML", type=click.Path(), help="Take from this file what the document's setting lacks."
)
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def kernel(
    document: str, output: str | None, backend: str, dtype: str, names: str | None, setting: str | None, debug: bool
) -> int:
    """Write a module that computes the model of EX and its gradients, for any sizes."""
    outcomes: list[Outcome] = []
    with one_line_for_errors(document, debug, outcomes):
        from derive.documents.reading import shown_name

        text = _module(document, names, setting, (backend, dtype))
        if output is None or output == "-":
            click.echo(text, nl=False)
        else:
            _write(text, document, output)
            click.echo(f"{shown_name(output)}: written")
    return BAD_INPUT if outcomes else NOTHING_WRONG


def _module(document: str, names: str | None, setting: str | None, library: tuple[str, str]) -> str:
    """The source of the module, for a library of arrays and a type of numbers. Raises `DocumentError`."""
    from derive.documents import read_document
    from derive.errors import DocumentError
    from derive.kernels.asked import further_derivatives, gradient_names
    from derive.kernels.assembled import kernel_of
    from derive.kernels.backends import BACKENDS, with_dtype
    from derive.kernels.program import program_of
    from derive.kernels.refusal import NoKernel
    from derive.kernels.writing import Printing, module_text
    from derive.writing.plain import plain

    read = read_document(document, setting)
    model = _model(read)
    try:
        by = None if names is None else gradient_names(model, [name.strip() for name in names.split(",")])
        program = program_of(model, by, further_derivatives(model, _asked(document, model)))
        backend, dtype = library
        printing = Printing(backend=with_dtype(BACKENDS[backend], dtype), title=read.setting.title or "", formula=plain)
        return module_text(kernel_of(program), printing)
    except NoKernel as refusal:
        raise DocumentError(document, f"there is no code for {refusal.problem}") from None


def _model(document: "Document") -> "Model":
    """The model of a document: of its setting, else of the definitions in its text. Raises `DocumentError`."""
    from derive.checking.defined import model_of_text
    from derive.commands.pictures import computes
    from derive.errors import DocumentError
    from derive.kernels.model import model_of_any_size, with_sizes_of_any_choice

    model = model_of_any_size(document.setting)
    if not computes(model):
        setting = with_sizes_of_any_choice(document.setting)
        model = model_of_text(replace(document, setting=setting)) or model
    if not computes(model):
        problem = "nothing is computed here: the setting has no 'model', and the text defines no names"
        raise DocumentError(document.source.name, problem)
    return model


def _asked(document: str, model: "Model") -> "list[Expr]":
    """What the parts ask for, where there are parts."""
    from derive.documents import read_document
    from derive.grading.parts import items_of, read_part
    from derive.grading.policy import Policy

    read = read_document(document)
    if "parts" not in read.setting.aside:
        return []
    return [read_part(item, model, Policy())[1].value for item in items_of(read)]


def _write(text: str, document: str, output: str) -> None:
    """The whole file or none. Raises `DocumentError`."""
    from derive.commands.pictures import write_whole
    from derive.errors import DocumentError

    path = Path(output)
    if path.suffix != ".py":
        raise DocumentError(output, "code is written to a file that ends with .py")
    if path.exists() and path.samefile(document):
        raise DocumentError(output, "this is the exercise itself")
    try:
        write_whole(text, path)
    except OSError as error:
        raise DocumentError(output, f"the code can not be written ({error.strerror or error})") from None
