"""What the commands share: one line for whatever is wrong, a bar for what is long, the exit status of both."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.writing.findings import Outcome

NOTHING_WRONG, BAD_INPUT = 0, 2

SECONDS_WITHOUT_PROGRESS = 1.0


class ReaderGoneError(Exception):
    """Nobody reads standard output any more. (A broken pipe, under a name that click does not take for its own.)"""


def program_version() -> str:
    """The installed version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("derive")
    except PackageNotFoundError:
        return "(not installed)"


# --- Standard output ---------------------------------------------------------------------------


def is_styled() -> bool:
    """Whether standard output shows colours: at a terminal, or where the user says so."""
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def text_width() -> int:
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


# --- Errors --------------------------------------------------------------------------------------


@contextmanager
def one_line_for_errors(name: str, debug: bool, outcomes: "list[Outcome]") -> Iterator[None]:
    """What is wrong inside becomes an outcome and one line on standard error; a defect of the program says that too."""
    from derive.errors import DocumentError

    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error
    except DocumentError as error:
        outcomes.append(error)
        complain(str(error))
    except Exception as error:  # the boundary: a defect met in one document does not stop the others
        problem = f"internal error (please report it): {type(error).__name__}: {error}"
        outcomes.append(DocumentError(name, problem))
        complain(f"{name}: {problem}{'' if debug else '; --debug shows where'}")
        if debug:
            print(traceback.format_exc(), file=sys.stderr)


def complain(line: str) -> None:
    """One line on standard error, whatever the text holds."""
    from derive.writing.cells import printable

    print(printable(" ".join(line.split("\n"))), file=sys.stderr)


@contextmanager
def said_when_interrupted(line: str) -> Iterator[None]:
    """One line for who interrupts the work inside, on standard error."""
    try:
        yield
    except KeyboardInterrupt:
        complain(line)
        raise


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """What goes on inside until it is interrupted: to interrupt it is no error."""
    with suppress(KeyboardInterrupt):
        yield


# --- Progress ------------------------------------------------------------------------------------


@contextmanager
def progress_bar(label: str) -> "Iterator[Callable[[int, int], None] | None]":
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
