"""`derive serve`: derivations checked as they are typed, on a page of the local machine."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from derive.commands.speaking import NOTHING_WRONG, complain, ended_by_interrupt, one_line_for_errors

if TYPE_CHECKING:
    from derive.web.setup import Setup
    from derive.writing.findings import Outcome

DEFAULT_PORT = 8765
SHORTEST_TOKEN = 16

EXIT_STATUS = """\b
Exit status:
  0  the server was stopped
  2  it could not be started, or the command line is wrong
"""


@click.command(epilog=EXIT_STATUS)
@click.argument("document", metavar="[DOC]", required=False, type=click.Path())
@click.option("--exercises", metavar="DIR", type=click.Path(), help="Offer the exercises in this folder.")
@click.option("--exam", "is_exam", is_flag=True, help="Hide verdicts on exercises until an answer is handed in.")
@click.option("--teacher", "is_teacher", is_flag=True, help="Show the solutions of exercises.")
@click.option("--save", metavar="DIR", type=click.Path(), help="Keep what is handed in in this folder.")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Listen at this address.")
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    help=f"Listen at this port.  [default: {DEFAULT_PORT}, or the next that is free]",
)
@click.option(
    "--token",
    metavar="TEXT",
    envvar="DERIVE_TOKEN",
    help="What visitors must know.  [default: made anew at each start]",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 64),
    help="How many processes check.  [default: one for each core]",
)
@click.option(
    "--seconds",
    metavar="N",
    type=click.FloatRange(1, 3600),
    default=60.0,
    show_default=True,
    help="End a check that takes longer.",
)
@click.option(
    "--memory",
    metavar="GB",
    type=click.FloatRange(0.3, 1024),
    default=2.0,
    show_default=True,
    help="How much memory one process may take.",
)
@click.option("--open", "opens", is_flag=True, help="Open the page in a browser.")
def serve(
    document: str | None,
    exercises: str | None,
    is_exam: bool,
    is_teacher: bool,
    save: str | None,
    host: str,
    port: int | None,
    token: str | None,
    workers: int | None,
    seconds: float,
    memory: float,
    opens: bool,
) -> int:
    """Check derivations on a page of the local machine, as they are typed; DOC stands there at first."""
    if token is not None and (len(token) < SHORTEST_TOKEN or not (token.isascii() and token.isprintable())):
        raise click.UsageError(f"--token: at least {SHORTEST_TOKEN} plain characters", click.get_current_context())
    folder = _folder(exercises, "--exercises")
    _check_exercises(exercises, save, is_exam=is_exam, is_teacher=is_teacher)
    failed: list[Outcome] = []
    with one_line_for_errors(document or host, False, failed):
        import secrets
        import webbrowser

        from derive.errors import ServingError
        from derive.web.serving import serve as run
        from derive.web.setup import Setup
        from derive.web.workers import Limits

        setup = Setup(
            token=token or secrets.token_urlsafe(24),
            host=host,
            port=DEFAULT_PORT if port is None else port,
            document=None if document is None else _text_of(document),
            exercises=folder,
            is_exam=is_exam,
            is_teacher=is_teacher,
            save=None if save is None else Path(save),
            limits=Limits(workers or max(2, os.cpu_count() or 1), seconds, int(memory * 1e9)),
        )

        def say(taken: "Setup") -> None:
            click.echo(f"derive: {taken.address}  (Ctrl-C ends)")
            if opens:
                webbrowser.open(taken.address)

        try:
            with ended_by_interrupt():
                run(setup, say, may_move=port is None)
        except ServingError as error:
            complain(f"derive serve: {error}")
            return 2
    return 2 if failed else NOTHING_WRONG


def _check_exercises(exercises: str | None, save: str | None, *, is_exam: bool, is_teacher: bool) -> None:
    """Whether the options that are about exercises go together."""
    context = click.get_current_context()
    given = {"--exam": is_exam, "--teacher": is_teacher, "--save": save is not None}
    alone = [option for option, is_given in given.items() if is_given and exercises is None]
    if alone:
        raise click.UsageError(f"{alone[0]} is about exercises: --exercises DIR says where they are", context)
    if is_exam and is_teacher:
        raise click.UsageError("--exam and --teacher: whoever sits the exam would see the solutions", context)


def _text_of(path: str) -> tuple[str, str]:
    """The name and the text of a document; of a notebook, the Markdown of its cells."""
    from derive.documents.notebook import text_of_notebook
    from derive.documents.reading import read_document, read_source

    read_document(path)
    source = read_source(path)
    name = Path(path).name
    if name.lower().endswith(".ipynb"):
        return f"{name[:-6]}.md", text_of_notebook(source)
    return name, source.text


def _folder(path: str | None, option: str) -> Path | None:
    if path is None:
        return None
    if not Path(path).is_dir():
        raise click.UsageError(f"{option}: {path} is no folder", click.get_current_context())
    return Path(path)
