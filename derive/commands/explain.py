"""`derive explain`: a mistake or a convention with an example, or all of them."""

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, is_styled, one_line_for_errors, text_width

if TYPE_CHECKING:
    from derive.writing.findings import Outcome
    from derive.writing.topics import Topic

EXIT_STATUS = """\b
Exit status:
  0  it is explained
  2  there is no such CODE, or the page cannot be written
"""


@click.command(epilog=EXIT_STATUS)
@click.argument("code", metavar="[CODE]", required=False)
@click.option("--json", "form", flag_value="json", help="Print one JSON object, formulas as LaTeX.")
@click.option("--markdown", "form", flag_value="markdown", help="Print a page of reference as Markdown.")
@click.option("--html", "html_file", metavar="FILE", type=click.Path(), help="Write an HTML page, formulas rendered.")
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def explain(code: str | None, form: str | None, html_file: str | None, debug: bool) -> int:
    """Explain the mistake or the convention CODE with an example; without CODE list all of them."""
    outcomes: list[Outcome] = []
    with one_line_for_errors(html_file or "derive explain", debug, outcomes):
        some = _topics(code)
        if html_file is not None:
            _write(some, html_file)
        if html_file is None or form is not None:
            _print(some, form, is_list=code is None)
    return BAD_INPUT if outcomes else NOTHING_WRONG


def _topics(code: str | None) -> "list[Topic]":
    from derive.errors import DocumentError
    from derive.writing.topics import UnknownTopicError, topic, topics

    try:
        return topics() if code is None else [topic(code)]
    except UnknownTopicError as error:
        raise DocumentError("derive explain", str(error)) from None


def _write(some: "list[Topic]", path: str) -> None:
    from derive.errors import DocumentError
    from derive.writing.explaining import write_html

    try:
        write_html(some, path)
    except OSError as error:
        raise DocumentError(path, f"the page can not be written ({error.strerror or error})") from None


def _print(some: "list[Topic]", form: str | None, *, is_list: bool) -> None:
    from derive.writing.explaining import lines, to_json, to_markdown, to_text

    if form is not None:
        click.echo(to_json(some) if form == "json" else to_markdown(some).removesuffix("\n"))
    elif is_styled():
        from derive.writing.terminal import ResultConsole, print_lines

        print_lines(partial(lines, some, is_list=is_list), ResultConsole())
    else:
        click.echo(to_text(some, text_width(), sys.stdout.encoding or "ascii", is_list=is_list), nl=False)
