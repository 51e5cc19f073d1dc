"""The command line: `derive check` and what it says, on which stream, with which exit status.

Standard output holds results alone. Whatever is wrong with a document is one
line on standard error, and the other documents are still checked.
Imports stand inside the commands, so that `--help` answers at once.
"""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands.code import code
from derive.commands.explain import explain
from derive.commands.grade import grade
from derive.commands.graph import graph
from derive.commands.kernel import kernel
from derive.commands.lint import lint
from derive.commands.new import new
from derive.commands.plot import plot
from derive.commands.serve import serve
from derive.commands.sheet import sheet
from derive.commands.speaking import (
    BAD_INPUT,
    NOTHING_WRONG,
    ReaderGoneError,
    complain,
    is_styled,
    one_line_for_errors,
    program_version,
    progress_bar,
    text_width,
)

if TYPE_CHECKING:
    from derive.checking.results import DocumentResult
    from derive.checking.second_reading import Compare
    from derive.writing.findings import Outcome

FORMATS = ("text", "json", "github", "sarif", "junit")

REFUTED = 1
INTERRUPTED, BROKEN_PIPE = 130, 141

# Loading modules and building expressions make many objects that stay: to look for garbage early finds none.
GARBAGE_AFTER = (50_000, 20, 20)

EXIT_STATUS = """\b
Exit status:
  0  no step is refuted or unreadable
  1  some step is refuted
  2  some step is unreadable and none is refuted,
     or a document or the command line is wrong and no step is refuted
Where a setting expects something of a step, it counts as refuted if it is
not as expected, and else not at all.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status."""
    _never_fail_to_print()
    if arguments is None:  # the process is this command's own
        gc.set_threshold(*GARBAGE_AFTER)
    try:
        given = None if arguments is None else list(arguments)
        status = commands.main(given, prog_name="derive", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else NOTHING_WRONG
    except click.exceptions.Exit as exit_request:
        return exit_request.exit_code
    except click.ClickException as error:
        complain(_usage_line(error))
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (BrokenPipeError, ReaderGoneError):
        _silence_standard_output()
        return BROKEN_PIPE


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"derive {program_version()}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Say the version."
)
def commands() -> None:
    """Checks derivations: every step proved, or refuted with a counterexample."""


for command in (code, explain, grade, graph, kernel, lint, new, plot, serve, sheet):
    commands.add_command(command)


@commands.command(epilog=EXIT_STATUS)
@click.argument("documents", metavar="DOC...", nargs=-1, required=True, type=click.Path())
@click.option("--exercise", metavar="EX", type=click.Path(), help="Check against the setting of this exercise.")
@click.option(
    "--setting", metavar="YAML", type=click.Path(), help="Take from this file what a document's setting lacks."
)
@click.option(
    "--format",
    "form",
    metavar="FORMAT",
    type=click.Choice(FORMATS),
    default="text",
    help="text for people, json for a report a line, github for workflow commands, sarif or junit for one file on all.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--only-with-setting", is_flag=True, help="Pass over documents that hold no setting.")
@click.option(
    "--html", "html_file", metavar="FILE", type=click.Path(), help="Write all results to this HTML page, too."
)
@click.option(
    "--certify",
    is_flag=True,
    help="Hold the model's closed forms against SymPy anew, and confirm every proved step by SymPy.",
)
@click.option(
    "--second-reader",
    "wants_second_reader",
    is_flag=True,
    help="Warn where latex2sympy2, if it is installed, reads a formula in another way.",
)
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def check(
    documents: tuple[str, ...],
    exercise: str | None,
    setting: str | None,
    form: str,
    only_with_setting: bool,
    html_file: str | None,
    certify: bool,
    wants_second_reader: bool,
    debug: bool,
) -> int:
    """Give every step of every DOC a verdict."""
    second_reader = _second_reader() if wants_second_reader else None
    if only_with_setting:
        documents = _with_setting(documents)
    outcomes: list[Outcome] = []
    results: list[DocumentResult] = []
    for number, document in enumerate(documents, 1):
        with one_line_for_errors(document, debug, outcomes):
            label = document if len(documents) == 1 else f"{document} ({number} of {len(documents)})"
            result = _check_one(document, setting, exercise, label, certify=certify, second_reader=second_reader)
            _print_result(result, form, is_first=not results)
            results.append(result)
            outcomes.append(result)
    _print_list(outcomes, form)
    if html_file is not None:
        with one_line_for_errors(html_file, debug, outcomes):
            _write_html(results, html_file)
    return _exit_status(results, all_good=len(outcomes) == len(results))


def _with_setting(documents: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the documents that hold a setting, and those that can not be read."""
    from derive.integrations.recognition import holds_setting

    return tuple(document for document in documents if not os.path.isfile(document) or holds_setting(Path(document)))


@commands.command(
    epilog="\b\nExit status:\n  0  the setting is printed\n  2  the document or the command line is wrong\n"
)
@click.argument("document", metavar="DOC", type=click.Path())
@click.option(
    "--setting", metavar="YAML", type=click.Path(), help="Take from this file what the document's setting lacks."
)
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def init(document: str, setting: str | None, debug: bool) -> int:
    """Print the setting that DOC implies, ready to be corrected and pasted at its head.

    What was inferred says so in a comment, with its line and its reason; what could not be inferred is asked for.
    """
    outcomes: list[Outcome] = []
    with one_line_for_errors(document, debug, outcomes):
        from derive.documents import read_document

        read = read_document(document, setting)
        from derive.certificates import Store, default_directory
        from derive.checking.check import check_document
        from derive.checking.inference.proposal import propose
        from derive.writing.front_matter import to_front_matter

        with progress_bar(document) as progress:
            result = check_document(read, progress=progress, store=Store(default_directory()))
        print(to_front_matter(propose(read, result)), end="")
    return BAD_INPUT if outcomes else NOTHING_WRONG


def _check_one(
    document: str,
    setting: str | None,
    exercise: str | None,
    label: str,
    *,
    certify: bool,
    second_reader: "Compare | None" = None,
) -> "DocumentResult":
    """Read a document and check it."""
    from derive.documents import read_document

    read = read_document(document, setting, exercise)
    from derive.certificates import Store, default_directory
    from derive.checking.check import (
        check_document,  # takes a while to load: not before the document is known to be one
    )

    with progress_bar(label) as progress:
        store = Store(default_directory())
        result = check_document(read, progress=progress, certify=certify, store=store, second_reader=second_reader)
    return result if exercise is None else replace(result, exercise=read.exercise)


def _second_reader() -> "Compare":
    """The second reader, or a line that says what it needs."""
    from derive.checking.second_reading import second_reader
    from derive.errors import MissingExtraError

    try:
        return second_reader()
    except MissingExtraError as error:
        raise click.UsageError(f"--second-reader: {error}", click.get_current_context()) from None


def _print_list(outcomes: "Sequence[Outcome]", form: str) -> None:
    """What a format that makes one text of all documents has to say."""
    if form == "github":
        from derive.writing.github import to_github

        print(to_github(outcomes), end="")
    elif form == "sarif":
        from derive.writing.sarif import to_sarif

        print(to_sarif(outcomes, program_version()), end="")
    elif form == "junit":
        from derive.writing.junit import to_junit

        print(to_junit(outcomes), end="")


def _print_result(result: "DocumentResult", form: str, *, is_first: bool) -> None:
    """The result on standard output, in a format that has a text for each document."""
    if form not in ("text", "json"):
        return
    if form == "json":
        from derive.writing.report import to_json

        print(to_json(result))
        return
    if not is_first:
        print()
    if is_styled():
        from derive.writing.terminal import ResultConsole, print_result

        print_result(result, ResultConsole())
    else:
        from derive.writing.lines import to_text

        print(to_text(result, text_width(), sys.stdout.encoding or "ascii"), end="")


def _write_html(results: "Sequence[DocumentResult]", path: str) -> None:
    from derive.errors import DocumentError
    from derive.writing.html import write_html

    try:
        write_html(results, Path(path))
    except OSError as error:
        raise DocumentError(path, f"the page can not be written ({error.strerror or error})") from None


def _exit_status(results: "Sequence[DocumentResult]", all_good: bool) -> int:
    """The worst of all documents: a refuted step, then unreadable steps and bad input."""
    concerns = {step.concern for result in results for step in result.steps}
    if not concerns.isdisjoint({"refuted", "unexpected"}):
        return REFUTED
    return NOTHING_WRONG if all_good and "unreadable" not in concerns else BAD_INPUT


# --- Errors --------------------------------------------------------------------------------------


def _usage_line(error: click.ClickException) -> str:
    """What is wrong with a command line, with the command to ask for help."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "derive"
    message = error.format_message().replace("\n", " ").strip()
    return f"{path}: {message[:1].lower()}{message[1:]} (see {path} --help)"


def _never_fail_to_print() -> None:
    """Characters that a stream's encoding lacks are spelled out."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _silence_standard_output() -> None:
    """Let the interpreter's last flush go nowhere: the reader has gone."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
