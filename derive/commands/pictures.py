"""What the commands that draw share: a model to draw, and a picture on standard output or in a file by its ending."""

import os
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from derive.figures.scene import Scene
    from derive.models.model import Model

_NUMBER = re.compile(r"[+-]?\d{1,6}(?:\.\d{1,6}|/[1-9]\d{0,5})?")
ENDINGS = (".svg", ".tex", ".pdf")


def check_output(output: str | None, *, bare: bool) -> None:
    """Whether a picture can be written to a file of this name. Raises `DocumentError`."""
    from derive.errors import DocumentError

    if output is not None and output != "-" and Path(output).suffix.lower() not in ENDINGS:
        raise DocumentError(output, f"a picture is written to a file that ends with {', '.join(ENDINGS)}")
    if bare and (output is None or Path(output).suffix.lower() != ".tex"):
        raise DocumentError(output or "--bare", "only a .tex file can hold the tikzpicture alone")


def write_picture(scene: "Scene", output: str | None, *, bare: bool) -> None:
    """SVG on standard output, or what the file's ending says. Raises `DocumentError`."""
    from derive.errors import DocumentError
    from derive.figures.svg import svg
    from derive.figures.tikz import standalone, tikz

    if output in (None, "-"):
        click.echo(svg(scene), nl=False)
        return
    assert output is not None
    path = Path(output)
    try:
        match path.suffix.lower():
            case ".svg":
                write_whole(svg(scene), path)
            case ".tex":
                write_whole(tikz(scene) if bare else standalone(scene), path)
            case _:
                _write_pdf(standalone(scene), path)
    except OSError as error:
        raise DocumentError(output, f"the picture can not be written ({error.strerror or error})") from None


def write_whole(text: str, path: Path) -> None:
    """The whole file or none."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    os.replace(unfinished, path)


def _write_pdf(source: str, path: Path) -> None:
    from derive.errors import DocumentError
    from derive.writing.latex_engine import LatexError, compile_to_pdf

    try:
        compile_to_pdf(source, path)
    except LatexError as error:
        raise DocumentError(str(path), str(error)) from None


def read_number(text: str) -> Fraction | None:
    """The number that an option gives: -2, 0.5 or 1/2."""
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def model_in(document: str, setting: str | None) -> "Model":
    """The model of a document: of its setting, else of the definitions in its text. Raises `DocumentError`."""
    from derive.documents import read_document
    from derive.errors import DocumentError
    from derive.models import build_model

    read = read_document(document, setting)
    model = build_model(read.setting)
    if not computes(model):
        from derive.checking.defined import model_of_text

        model = model_of_text(read) or model
    if not computes(model):
        problem = "nothing is computed here: the setting has no 'model', and the text defines no names"
        raise DocumentError(document, problem)
    return model


def computes(model: "Model") -> bool:
    """Whether a model computes anything."""
    from derive.notation.symbols import Computed

    meanings = model.table.meanings.values()
    return any(isinstance(meaning, Computed) and meaning.value is not None for meaning in meanings)


def loss_in(model: "Model", document: str, name: str | None) -> str | None:
    """The name up to which a model is drawn: the given one, else its loss. Raises `DocumentError`."""
    from derive.errors import DocumentError, FormulaError
    from derive.notation.names import read_name
    from derive.notation.symbols import Computed, shown

    if name is None:
        return model.table.loss
    try:
        key = model.table.find(read_name(name)) or ""
    except FormulaError as error:
        raise DocumentError(document, f"--of {name[:40]} is not a name: {error.problem}") from None
    if not isinstance(model.table.meanings.get(key), Computed):
        computed = (shown(one) for one, meaning in model.table.meanings.items() if isinstance(meaning, Computed))
        raise DocumentError(document, f"--of {name[:40]}: no such name is computed; there are {', '.join(computed)}")
    return key
