"""A `DocumentResult` for a person at a terminal: the lines of text, with their colours."""

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from derive.checking.results import DocumentResult
from derive.records import dataclass
from derive.writing.lines import lines


@dataclass(frozen=True)
class Rendering:
    """A document's result as rich renders it on a console."""

    result: DocumentResult

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in lines(self.result, options.max_width, console.encoding or "ascii"):
            yield Text.assemble(*line)


class ResultConsole(Console):
    """A console that leaves it to its caller what a reader who has gone means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_result(result: DocumentResult, console: Console) -> None:
    """Write a document's result to a console."""
    console.print(Rendering(result), highlight=False, markup=False, emoji=False)
