"""`derive grade`: the marks of a class."""

import re
from typing import TYPE_CHECKING

import click

from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, one_line_for_errors, progress_bar, said_when_interrupted

if TYPE_CHECKING:
    from derive.writing.findings import Outcome
    from derive.writing.run_summary import Summary

NEEDS_REVIEW = 1
INTERRUPTED = "interrupted; what was marked is kept, and the same command goes on from there"

LEAST_MEMORY = 256_000_000
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}

EXIT_STATUS = """\b
Exit status:
  0  all submissions have final marks
  1  some need review by a person
  2  an input or the command line is wrong

A SUBMISSION is a file, or a folder in which every document and every folder
is one student's. What was marked before for the same exercise is taken over.
"""


def _to_bytes(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """A size of memory, `800MB` or `1.5 GB`, as a number of bytes."""
    match = re.fullmatch(r"\s*([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([kmgt]?)(?:i?b)?\s*", value.lower())
    if match is None:
        raise click.BadParameter(f"'{value}' is no size; expected one such as 800MB or 2GB.", context, parameter)
    size = int(float(match[1]) * UNITS[match[2]])
    if size < LEAST_MEMORY:
        least = f"at least {LEAST_MEMORY // 10**6}MB are needed"
        raise click.BadParameter(f"'{value}' is too little to mark anything; {least}.", context, parameter)
    return size


@click.command(epilog=EXIT_STATUS)
@click.argument("exercise", metavar="EX", type=click.Path())
@click.argument("submissions", metavar="SUBMISSION...", nargs=-1, type=click.Path())
@click.option("-o", "--output", metavar="DIR", type=click.Path(), help="Write the results to this folder.")
@click.option("--students", metavar="CSV", type=click.Path(), help="The class: columns id, name, email or file.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 1024), help="Mark on N processes.  [default: all cores]")
@click.option(
    "--seconds",
    metavar="S",
    type=click.FloatRange(0, 86_400, min_open=True),
    default=60.0,
    show_default=True,
    help="A submission that takes longer is for a person.",
)
@click.option(
    "--memory",
    metavar="SIZE",
    callback=_to_bytes,
    default="1GB",
    show_default=True,
    help="A submission that needs more is for a person. On a cluster its own limits hold.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Mark on the dask.distributed cluster with this scheduler.")
@click.option("--trust", is_flag=True, help="Run students' code without a sandbox where there is none.")
@click.option("--rubric", is_flag=True, help="Print what will be awarded for what, and mark nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def grade(
    exercise: str,
    submissions: tuple[str, ...],
    output: str | None,
    students: str | None,
    jobs: int | None,
    seconds: float,
    memory: int,
    scheduler: str | None,
    trust: bool,
    rubric: bool,
    as_json: bool,
    debug: bool,
) -> int:
    """Mark every SUBMISSION of the exercise EX."""
    outcomes: list[Outcome] = []
    if rubric:
        with one_line_for_errors(exercise, debug, outcomes):
            _print_rubric(exercise)
        return BAD_INPUT if outcomes else NOTHING_WRONG
    _require(submissions, output)
    status = BAD_INPUT
    with one_line_for_errors(output or "", debug, outcomes):
        from derive.commands.class_run import Order, grade_class
        from derive.errors import DocumentError, MissingExtraError
        from derive.grading.marker import Limits

        order = Order(exercise, submissions, output or "", students, Limits(seconds, memory), jobs, scheduler, trust)
        try:
            with said_when_interrupted(INTERRUPTED), progress_bar(exercise) as progress:
                summary, all_found = grade_class(order, progress)
        except MissingExtraError as error:
            raise DocumentError("derive grade", str(error)) from None
        _print_summary(summary, as_json)
        if all_found:
            status = NEEDS_REVIEW if summary.entries("review") else NOTHING_WRONG
    return status


def _require(submissions: tuple[str, ...], output: str | None) -> None:
    """Without `--rubric` there is something to mark and a place for the results."""
    context = click.get_current_context()
    if not submissions:
        raise click.UsageError("Missing argument 'SUBMISSION...'.", context)
    if output is None:
        raise click.UsageError("Missing option '-o' / '--output'.", context)


def _print_rubric(exercise: str) -> None:
    from derive.grading.parts import read_exercise
    from derive.grading.rubric import rubric
    from derive.writing.rubric import to_text

    click.echo(to_text(rubric(read_exercise(exercise))), nl=False)


def _print_summary(summary: "Summary", as_json: bool) -> None:
    from derive.writing.run_summary import to_json, to_lines

    for line in [to_json(summary)] if as_json else to_lines(summary):
        click.echo(line)
