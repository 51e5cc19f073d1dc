"""What is arranged in lines for a person at a terminal, with its colours."""

from collections.abc import Callable, Iterable
from functools import partial

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from derive.checking.results import DocumentResult
from derive.records import dataclass
from derive.writing.cells import Line
from derive.writing.lines import lines

Arranged = Callable[[int, str], Iterable[Line]]
"""The lines for a width and an encoding."""


@dataclass(frozen=True)
class Rendering:
    """Lines as rich renders them on a console."""

    arranged: Arranged

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.arranged(options.max_width, console.encoding or "ascii"):
            yield Text.assemble(*line)


class ResultConsole(Console):
    """A console that leaves it to its caller what a reader who has gone means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_result(result: DocumentResult, console: Console) -> None:
    """Write a document's result to a console."""
    print_lines(partial(lines, result), console)


def print_lines(arranged: Arranged, console: Console) -> None:
    """Write lines to a console."""
    console.print(Rendering(arranged), highlight=False, markup=False, emoji=False)
