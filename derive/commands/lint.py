"""`derive lint`: what is wrong with exercises, before students see them."""

from typing import TYPE_CHECKING

import click

from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, one_line_for_errors

if TYPE_CHECKING:
    from derive.grading.linting import Finding
    from derive.writing.findings import Outcome

FINDINGS = 1
FORMATS = ("text", "json", "github")

EXIT_STATUS = """\b
Exit status:
  0  nothing is wrong
  1  there are findings
  2  an exercise cannot be read, or the command line is wrong
"""


@click.command(epilog=EXIT_STATUS)
@click.argument("exercises", metavar="EX...", nargs=-1, required=False, type=click.Path())
@click.option(
    "--format",
    "form",
    metavar="FORMAT",
    type=click.Choice(FORMATS),
    default="text",
    help="text for people, json for an object a line, github for workflow commands.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--checks", is_flag=True, help="List what is looked for, and look at nothing.")
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def lint(exercises: tuple[str, ...], form: str, checks: bool, debug: bool) -> int:
    """Say what is wrong with every exercise EX: a line for each finding, with what to do."""
    if checks:
        _print_checks()
        return NOTHING_WRONG
    if not exercises:
        raise click.UsageError("Missing argument 'EX...'.", click.get_current_context())
    outcomes: list[Outcome] = []
    count = 0
    for exercise in exercises:
        with one_line_for_errors(exercise, debug, outcomes):
            from derive.certificates import Store, default_directory
            from derive.grading.linting import lint as findings_of

            found = findings_of(exercise, Store(default_directory()))
            _read_code_setting(exercise)
            _print(exercise, found, form)
            count += len(found)
    if outcomes:
        return BAD_INPUT
    return FINDINGS if count else NOTHING_WRONG


def _read_code_setting(path: str) -> None:
    """Read `code` where an exercise has it. Raises `DocumentError` with the place of what is wrong in it."""
    from derive.grading.parts import read_exercise
    from derive.implementations.setting import read_code_setting

    exercise = read_exercise(path)
    if "code" in exercise.document.setting.aside:
        read_code_setting(exercise)


def _print(exercise: str, found: "tuple[Finding, ...]", form: str) -> None:
    from derive.documents.reading import shown_name
    from derive.writing.lint_lines import to_github, to_json, to_lines

    name = shown_name(exercise)
    if form == "json":
        click.echo(to_json(name, found))
        return
    for line in to_lines(name, found) if form == "text" else to_github(name, found):
        click.echo(line)


def _print_checks() -> None:
    from derive.grading.linting import CHECKS

    width = max(len(check.code) for check in CHECKS)
    for check in CHECKS:
        click.echo(f"{check.code:{width}}  {check.because}")
