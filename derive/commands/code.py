"""`derive code`: a student's NumPy implementation, marked against an exercise."""

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, is_styled, one_line_for_errors, text_width

if TYPE_CHECKING:
    from derive.implementations.results import CodeResult
    from derive.writing.findings import Outcome

SOMETHING_WRONG = 1

EXIT_STATUS = """\b
Exit status:
  0  every result is right, and nothing is wrong with the code
  1  some result is wrong or missing, or the code has a fault
  2  the code could not be run, or an input or the command line is wrong

FILE is a module or a notebook. It runs in a process of its own without
network or files; where no sandbox is installed, only with --trust.
"""


@click.command(epilog=EXIT_STATUS)
@click.argument("exercise", metavar="EX", type=click.Path())
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option("--trust", is_flag=True, help="Run the code without a sandbox where there is none: it is not hostile.")
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def code(exercise: str, file: str, as_json: bool, trust: bool, debug: bool) -> int:
    """Mark the NumPy implementation in FILE against the exercise EX, whose setting `code` says what is called."""
    outcomes: list[Outcome] = []
    status = BAD_INPUT
    with one_line_for_errors(file, debug, outcomes):
        result = _mark(exercise, file, trust)
        _print(result, as_json)
        if result.problem is None:
            status = NOTHING_WRONG if result.is_right else SOMETHING_WRONG
    return status


def _mark(exercise: str, file: str, trust: bool) -> "CodeResult":
    from derive.errors import DocumentError
    from derive.grading.parts import read_exercise
    from derive.implementations.source import read_code_file

    read = read_exercise(exercise)
    student = read_code_file(file)
    from derive.implementations.marking import mark_code
    from derive.implementations.preparing import prepare
    from derive.sandbox import NoSandboxError

    try:
        return mark_code(prepare(read), student, trust=trust)
    except NoSandboxError as error:
        raise DocumentError(student.name, str(error)) from None


def _print(result: "CodeResult", as_json: bool) -> None:
    if as_json:
        from derive.writing.code_report import to_json

        click.echo(to_json(result))
    elif is_styled():
        from derive.writing.code_lines import code_lines
        from derive.writing.terminal import ResultConsole, print_lines

        print_lines(partial(code_lines, result), ResultConsole())
    else:
        from derive.writing.code_lines import to_text

        click.echo(to_text(result, text_width(), sys.stdout.encoding or "ascii"), nl=False)
