"""`derive new`: an exercise to start from."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, one_line_for_errors

if TYPE_CHECKING:
    from derive.writing.findings import Outcome

EXIT_STATUS = """\b
Exit status:
  0  the exercise is written
  2  there is such a file already, or the command line is wrong
"""

SUFFIXES = (".md", ".markdown")


@click.command(epilog=EXIT_STATUS)
@click.argument("name", metavar="[NAME]", default="exercise")
@click.option("--like", "template", metavar="TEMPLATE", help="Start from this one.  [default: linear-regression]")
@click.option("-o", "--output", metavar="FILE", help="Write to this file, - for standard output.  [default: NAME.md]")
@click.option("--list", "wants_list", is_flag=True, help="List the templates, and write nothing.")
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def new(name: str, template: str | None, output: str | None, wants_list: bool, debug: bool) -> int:
    """Write an exercise that works as it stands to NAME.md, each key explained, ready to be changed."""
    outcomes: list[Outcome] = []
    path = _path(name) if output is None else output
    with one_line_for_errors(path, debug, outcomes):
        if wants_list:
            _print_list()
        else:
            _write(_text(template), path)
    return BAD_INPUT if outcomes else NOTHING_WRONG


def _path(name: str) -> str:
    return name if name.lower().endswith(SUFFIXES) else f"{name}.md"


def _text(template: str | None) -> str:
    from difflib import get_close_matches

    from derive.errors import DocumentError
    from derive.writing.starting import TEMPLATES, USUAL, UnknownTemplateError, exercise_like

    try:
        return exercise_like(USUAL if template is None else template)
    except UnknownTemplateError:
        near = get_close_matches(str(template).lower()[:40], list(TEMPLATES), n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(TEMPLATES)}"
        problem = f"no template is called '{str(template)[:40]}'; {hint}"
        raise DocumentError("derive new", problem) from None


def _write(text: str, path: str) -> None:
    """Write to a file that is not there yet, and say what to do with it."""
    from derive.documents.reading import shown_name
    from derive.errors import DocumentError

    if path == "-":
        click.echo(text, nl=False)
        return
    name = shown_name(path)
    if not path.lower().endswith(SUFFIXES):
        raise DocumentError(name, f"the exercise is Markdown; its name has to end in {' or '.join(SUFFIXES)}")
    try:
        with Path(path).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise DocumentError(name, "there is such a file already, and it is not overwritten") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DocumentError(name, f"the file can not be written ({reason})") from None
    click.echo(f"{name}: written; after your changes, derive lint {name} says what is wrong with it")


def _print_list() -> None:
    from derive.writing.starting import TEMPLATES

    width = max(map(len, TEMPLATES))
    for name, about in TEMPLATES.items():
        click.echo(f"{name:{width}}  {about}")
