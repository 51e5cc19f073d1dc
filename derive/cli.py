"""The command line: `derive check` and what it says, on which stream, with which exit status.

Standard output holds results alone. Whatever is wrong with a document is one
line on standard error, and the other documents are still checked.
Imports stand inside the commands, so that `--help` answers at once.
"""

import gc
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from derive.checking.results import DocumentResult
    from derive.checking.second_reading import Compare

NOTHING_WRONG, REFUTED, UNREADABLE_OR_BAD_INPUT = 0, 1, 2
INTERRUPTED, BROKEN_PIPE = 130, 141

SECONDS_WITHOUT_PROGRESS = 1.0

# Loading modules and building expressions make many objects that stay: to look for garbage early finds none.
GARBAGE_AFTER = (50_000, 20, 20)

EXIT_STATUS = """\b
Exit status:
  0  no step is refuted or unreadable
  1  some step is refuted
  2  some step is unreadable and none is refuted,
     or a document or the command line is wrong and no step is refuted
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
        _complain(_usage_line(error))
        return UNREADABLE_OR_BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (BrokenPipeError, _ReaderGoneError):
        _silence_standard_output()
        return BROKEN_PIPE


class _ReaderGoneError(Exception):
    """Nobody reads standard output any more. (A broken pipe, under a name that click does not take for its own.)"""


def _version() -> str:
    """The installed version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("derive")
    except PackageNotFoundError:
        return "(not installed)"


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"derive {_version()}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Say the version."
)
def commands() -> None:
    """Checks derivations: every step proved, or refuted with a counterexample."""


@commands.command(epilog=EXIT_STATUS)
@click.argument("documents", metavar="DOC...", nargs=-1, required=True, type=click.Path())
@click.option("--exercise", metavar="EX", type=click.Path(), help="Check against the setting of this exercise.")
@click.option(
    "--setting", metavar="YAML", type=click.Path(), help="Take from this file what a document's setting lacks."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON report a line, and nothing else.")
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
    as_json: bool,
    html_file: str | None,
    certify: bool,
    wants_second_reader: bool,
    debug: bool,
) -> int:
    """Give every step of every DOC a verdict."""
    second_reader = _second_reader() if wants_second_reader else None
    results: list[DocumentResult] = []
    all_good = True
    for number, document in enumerate(documents, 1):
        with _one_line_for_errors(document, debug) as outcome:
            label = document if len(documents) == 1 else f"{document} ({number} of {len(documents)})"
            result = _check_one(document, setting, exercise, label, certify=certify, second_reader=second_reader)
            _print_result(result, as_json, is_first=not results)
            results.append(result)
        all_good = all_good and outcome.is_good
    if html_file is not None:
        with _one_line_for_errors(html_file, debug) as outcome:
            _write_html(results, html_file)
        all_good = all_good and outcome.is_good
    return _exit_status(results, all_good)


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

    with _progress(label) as progress:
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


def _print_result(result: "DocumentResult", as_json: bool, *, is_first: bool) -> None:
    """The result on standard output: a line of JSON or a text for people."""
    if as_json:
        from derive.writing.report import to_json

        print(to_json(result))
        return
    if not is_first:
        print()
    if _is_styled():
        from derive.writing.terminal import ResultConsole, print_result

        print_result(result, ResultConsole())
    else:
        from derive.writing.lines import to_text

        print(to_text(result, _width(), sys.stdout.encoding or "ascii"), end="")


def _is_styled() -> bool:
    """Whether standard output shows colours: at a terminal, or where the user says so."""
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def _width() -> int:
    """How wide a text that goes through a pipe may be: as wide as the user says, or as the terminal behind it."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and columns.isascii() and int(columns) > 0:
        return int(columns)
    for stream in (sys.__stdin__, sys.__stderr__):
        try:
            if stream is not None and (width := os.get_terminal_size(stream.fileno()).columns) > 0:
                return width
        except (OSError, ValueError):
            continue
    return 80


def _write_html(results: "Sequence[DocumentResult]", path: str) -> None:
    from derive.errors import DocumentError
    from derive.writing.html import write_html

    try:
        write_html(results, Path(path))
    except OSError as error:
        raise DocumentError(path, f"the page can not be written ({error.strerror or error})") from None


def _exit_status(results: "Sequence[DocumentResult]", all_good: bool) -> int:
    """The worst of all documents: a refuted step, then unreadable steps and bad input."""
    verdicts = {step.verdict for result in results for step in result.steps}
    if "refuted" in verdicts:
        return REFUTED
    return NOTHING_WRONG if all_good and "unreadable" not in verdicts else UNREADABLE_OR_BAD_INPUT


# --- Errors --------------------------------------------------------------------------------------


class _Outcome:
    is_good = True


@contextmanager
def _one_line_for_errors(name: str, debug: bool) -> Iterator[_Outcome]:
    """What is wrong inside becomes one line on standard error; a defect of the program says that it is one."""
    from derive.errors import DocumentError

    outcome = _Outcome()
    try:
        yield outcome
    except BrokenPipeError as error:
        raise _ReaderGoneError from error
    except DocumentError as error:
        outcome.is_good = False
        _complain(str(error))
    except Exception as error:  # the boundary: a defect met in one document does not stop the others
        outcome.is_good = False
        kind = type(error).__name__
        hint = "" if debug else "; --debug shows where"
        _complain(f"{name}: internal error (please report it): {kind}: {error}{hint}")
        if debug:
            print(traceback.format_exc(), file=sys.stderr)


def _complain(line: str) -> None:
    """One line on standard error, whatever the text holds."""
    from derive.writing.cells import printable

    print(printable(" ".join(line.split("\n"))), file=sys.stderr)


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


# --- Progress ------------------------------------------------------------------------------------


@contextmanager
def _progress(label: str) -> "Iterator[Callable[[int, int], None] | None]":
    """A callback that draws a bar on standard error once the work is long; null where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(label, total=None)
    started = time.monotonic()

    def show(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if not bar.live.is_started and time.monotonic() - started > SECONDS_WITHOUT_PROGRESS:
            bar.start()

    try:
        yield show
    finally:
        bar.stop()
