"""`derive sheet`: the solution sheet of an exercise, or its question sheet."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, one_line_for_errors

if TYPE_CHECKING:
    from derive.sheets.blocks import Sheet
    from derive.writing.findings import Outcome
    from derive.writing.sheet_files import Options

EXIT_STATUS = """\b
Exit status:
  0  the sheet is written
  2  the exercise cannot be used, the file cannot be written, or the command line is wrong
"""

ENGINES = ("pdflatex", "lualatex", "xelatex")


@click.command(epilog=EXIT_STATUS)
@click.argument("exercise", metavar="EX", type=click.Path())
@click.option(
    "-o", "--output", metavar="FILE", help="Write to this file: .tex, .pdf, .md or .html.  [default: Markdown, printed]"
)
@click.option("--student", is_flag=True, help="The questions alone, with room for answers.")
@click.option(
    "--variant", metavar="N", type=click.IntRange(min=0), help="Another exercise of the same kind, the same for each N."
)
@click.option("--heading", "headings", metavar="TEXT", multiple=True, help="A line above the title; may be repeated.")
@click.option("--template", metavar="FILE", type=click.Path(), help="Take this template for LaTeX.")
@click.option("--engine", metavar="NAME", type=click.Choice(ENGINES), help=f"Make the PDF by: {', '.join(ENGINES)}.")
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def sheet(
    exercise: str,
    output: str | None,
    student: bool,
    variant: int | None,
    headings: tuple[str, ...],
    template: str | None,
    engine: str | None,
    debug: bool,
) -> int:
    """Write the solution sheet of the exercise EX, each line of it proved."""
    outcomes: list[Outcome] = []
    with one_line_for_errors(exercise, debug, outcomes):
        options = _options(headings, template, engine)
        if output is None or output == "-":
            _print(_sheet(exercise, student, variant), options)
        else:
            _write(exercise, student, variant, output, options)
    return BAD_INPUT if outcomes else NOTHING_WRONG


def _options(headings: tuple[str, ...], template: str | None, engine: str | None) -> "Options":
    from derive.documents.reading import read_source
    from derive.writing.sheet_files import Options

    if template is None:
        return Options(headings, engine=engine)
    source = read_source(template)
    return Options(headings, (source.name, source.text), engine, Path(template).parent)


def _sheet(exercise: str, student: bool, variant: int | None) -> "Sheet":
    from derive.certificates import Store, default_directory
    from derive.grading.parts import read_exercise
    from derive.sheets.sheet import sheet_of

    return sheet_of(read_exercise(exercise), student=student, variant=variant, store=Store(default_directory()))


def _print(made: "Sheet", options: "Options") -> None:
    """The sheet on standard output, its pictures in words."""
    from derive.writing.sheet_markdown import to_markdown

    click.echo(to_markdown(made, headings=options.headings, stem=None).text, nl=False)


def _write(exercise: str, student: bool, variant: int | None, output: str, options: "Options") -> None:
    from derive.documents.reading import shown_name
    from derive.writing.sheet_files import check_target, write_sheet

    name = shown_name(output)
    check_target(Path(output), name, Path(exercise), options)
    for written in write_sheet(_sheet(exercise, student, variant), Path(output), name, options):
        click.echo(f"{shown_name(written)}: written")
