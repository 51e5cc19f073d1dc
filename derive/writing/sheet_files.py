"""A sheet -> the files of its form: the sheet, for Markdown its pictures beside it.

What writes a form is loaded when that form is asked for: no other one is waited for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from derive.errors import DocumentError
from derive.records import dataclass
from derive.sheets.blocks import Sheet
from derive.writing.latex_engine import LatexError, compile_to_pdf, find_engine


@dataclass(frozen=True)
class Options:
    """How a sheet is to look: lines above its title; the name and text of a user's template; the LaTeX engine.

    `inputs` is the folder of the template, whose files it may use.
    """

    headings: tuple[str, ...] = ()
    template: tuple[str, str] | None = None
    engine: str | None = None
    inputs: Path | None = None


Written = Mapping[str, bytes]
"""What stands in each file, by its name."""


def _markdown(sheet: Sheet, path: Path, options: Options) -> Written:
    from derive.writing.sheet_markdown import to_markdown  # noqa: PLC0415

    made = to_markdown(sheet, headings=options.headings, stem=path.stem)
    return _encoded({path.name: made.text, **made.pictures})


def _latex(sheet: Sheet, path: Path, options: Options) -> Written:
    from derive.writing.sheet_latex import to_latex  # noqa: PLC0415

    return _encoded({path.name: to_latex(sheet, headings=options.headings, template=options.template)})


def _html(sheet: Sheet, path: Path, options: Options) -> Written:
    from derive.writing.sheet_html import to_html  # noqa: PLC0415

    return _encoded({path.name: to_html(sheet, headings=options.headings)})


def _pdf(sheet: Sheet, path: Path, options: Options) -> Written:
    from derive.writing.sheet_latex import to_latex  # noqa: PLC0415

    source = to_latex(sheet, headings=options.headings, template=options.template)
    with TemporaryDirectory(prefix="derive-") as folder:
        made = Path(folder) / "sheet.pdf"
        compile_to_pdf(source, made, engine=options.engine, inputs=options.inputs)
        return {path.name: made.read_bytes()}


def _encoded(texts: Mapping[str, str]) -> Written:
    return {name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()}


FORMS: Mapping[str, Callable[[Sheet, Path, Options], Written]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".tex": _latex,
    ".pdf": _pdf,
    ".html": _html,
    ".htm": _html,
}
"""The forms of a sheet, by the ending of its file."""


def check_target(path: Path, name: str, exercise: Path, options: Options) -> None:
    """Raises `DocumentError` where no sheet can be written to a path, before the work of it is done.

    A sheet that was made before is made anew; the exercise itself is never written over.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMS:
        raise DocumentError(name, f"the form of a sheet is its file's ending, one of {', '.join(FORMS)}")
    if options.template is not None and suffix not in (".tex", ".pdf"):
        raise DocumentError(name, f"--template is LaTeX; it has no meaning for {suffix}")
    if options.engine is not None and suffix != ".pdf":
        raise DocumentError(name, f"--engine makes a PDF; it has no meaning for {suffix}")
    if path.exists() and exercise.exists() and path.samefile(exercise):
        raise DocumentError(name, "this is the exercise itself; its sheet needs another name")
    if suffix == ".pdf":
        try:
            find_engine(options.engine)
        except LatexError as error:
            raise DocumentError(name, str(error)) from None


def write_sheet(sheet: Sheet, path: Path, name: str, options: Options) -> Sequence[str]:
    """Write a sheet in the form that the ending of its file says; the names of all files that were written.

    Raises `DocumentError` where that is not possible. `name` is the path as messages show it.
    """
    try:
        files = FORMS[path.suffix.lower()](sheet, path, options)
    except LatexError as error:
        raise DocumentError(name, str(error)) from None
    return list(_write(files, path.parent))


def _write(files: Written, folder: Path) -> Iterator[str]:
    """Write files; the name of each that was written."""
    for name, content in files.items():
        shown = str(folder / name)
        try:
            with (folder / name).open("wb") as file:
                file.write(content)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise DocumentError(shown, f"the file can not be written ({reason})") from None
        yield shown
