"""A file -> its `Document`: bytes to text, the reader for its kind, its setting.

Everything that can be wrong with a file is one `DocumentError`.
"""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from derive.documents.document import Contents, Document, Passage
from derive.documents.formulas import expand_entries
from derive.documents.latex import read_latex
from derive.documents.markdown import read_markdown
from derive.documents.notebook import read_notebook
from derive.documents.packages import package_macros
from derive.documents.setting import (
    Entries,
    fill_entries,
    ignored_entries,
    make_setting,
    read_entries,
    take_exercise,
)
from derive.errors import DocumentError
from derive.records import dataclass
from derive.source import Place, Source, Text

LARGEST_FILE = 5_000_000
LARGEST_NUMBER_OF_LINES = 100_000
LONGEST_FORMULA = 20_000
SHOWN_OF_A_LONG_ONE = 500
LARGEST_NOTEBOOK = 50_000_000
"""A notebook holds the outputs of its cells too, which are not read."""

Reader = Callable[[Source], Contents]


def read_document(
    path: str | Path,
    setting_file: str | Path | None = None,
    exercise: str | Path | None = None,
) -> Document:
    """The document in a file; a settings file fills up its setting, an exercise's setting stands above it."""
    reader = _reader_for(path)
    setting, given = (None if other is None else read_source(other) for other in (setting_file, exercise))
    return _document(reader, read_source(path), setting, given)


def read_sources(source: Source, setting: Source | None = None, exercise: Source | None = None) -> Document:
    """The same for texts that are in no files; the ending of each name says what it is.

    Raises `DocumentError` where a name has no such ending, or a text is not one as a file may hold it.
    """
    reader = _reader_of(source.name)
    for given in (source, setting, exercise):
        if given is not None:
            check_text(given)
    return _document(reader, source, setting, exercise)


def _document(
    reader: Reader, source: Source, setting: Source | None = None, exercise: Source | None = None
) -> Document:
    contents = _contents(reader, source)
    entries = _entries_of(contents)
    if setting is not None:
        entries = fill_entries(entries, _entries_of_settings(setting))
    if exercise is not None:
        entries = take_exercise(entries, entries_in_exercise(exercise))
    name = None if exercise is None else exercise.name
    return Document(source, make_setting(entries), contents.passages, name, contents.left_out, contents.headings)


@dataclass(frozen=True)
class Submission:
    """A submission under its exercise's setting alone, and the keys of its own setting that are not followed.

    `unread` says why its own setting could not be read; then nothing of it is followed either.
    """

    document: Document
    ignored: tuple[Text, ...] = ()
    unread: str | None = None


def read_submission(path: str | Path, exercise: Document, given: Entries) -> Submission:
    """The document in a file under the setting of an exercise, whose entries are given, whatever its own setting says.

    Raises `DocumentError` where the file is no document.
    """
    source = read_source(path)
    return _submission(_reader_for(path), source, exercise, given)


def submission_of(source: Source, exercise: Document, given: Entries) -> Submission:
    """The same for a text that is in no file. Raises `DocumentError` as `read_sources` does."""
    check_text(source)
    return _submission(_reader_of(source.name), source, exercise, given)


def _submission(reader: Reader, source: Source, exercise: Document, given: Entries) -> Submission:
    contents = _contents(reader, source)
    try:
        own, unread = _entries_of(contents, others_allowed=True), None
    except DocumentError as error:
        line = "" if error.place is None else f"line {error.place.line}: "
        own, unread = {}, f"{line}{error.problem}"
    title = _title_of(own)
    setting = replace(exercise.setting, title=title, source_note=None, expect=(), aside={})
    name = exercise.source.name
    document = Document(source, setting, contents.passages, name, contents.left_out, contents.headings)
    return Submission(document, ignored_entries(own, given), unread)


def _title_of(own: Entries) -> str | None:
    words = own["title"].words if "title" in own else ()
    return " ".join(words[0].value.split()) if words else None


def read_text(source: Source, reader: Reader, remembered: Entries | None = None) -> tuple[Document, Entries]:
    """The document in a text that is in no file of its own, with the entries of its setting.

    A text without a setting takes those remembered of an earlier one, save what was expected of its steps.
    """
    contents = _contents(reader, source)
    if contents.setting is not None:
        entries = _entries_of(contents)
    else:
        entries = {key: entry for key, entry in (remembered or {}).items() if key != "expect"}
    return Document(source, make_setting(entries), contents.passages, headings=contents.headings), entries


def _contents(reader: Reader, source: Source) -> Contents:
    """What a reader finds; of a formula that no person could follow only the beginning, as one that is not read."""
    contents = reader(source)
    return replace(contents, passages=tuple(map(_of_modest_length, contents.passages)))


def _of_modest_length(passage: Passage) -> Passage:
    """The passage, or what stands around its first relation, so that it has a step that says why it is not read."""
    length = len(passage.text.value)
    if length <= LONGEST_FORMULA:
        return passage
    problem = f"this formula has {length:,} characters; at most {LONGEST_FORMULA:,} are read"
    start = max(0, passage.text.value.find("=") - SHOWN_OF_A_LONG_ONE // 2)
    shown = passage.text.part(start, min(length, start + SHOWN_OF_A_LONG_ONE))
    return replace(passage, text=shown, problem=problem)


def read_source(path: str | Path) -> Source:
    """The text of a file: UTF-8 without its mark, lines ended by `\\n` alone."""
    name = shown_name(path)
    is_notebook = Path(path).suffix.lower() == ".ipynb"
    data = _read_bytes(path, name, LARGEST_NOTEBOOK if is_notebook else LARGEST_FILE)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError(name, "the text is in UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise DocumentError(name, f"a binary file (byte {data.index(0) + 1} is zero), not a text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = _with_plain_lines(error.object[: error.start].decode("utf-8"))
        place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        byte = error.object[error.start]
        raise DocumentError(name, f"the byte 0x{byte:02X} is not UTF-8; save the text as UTF-8", place) from None
    source = Source(name, _with_plain_lines(text))
    if not is_notebook:
        _check_lines(source)
    return source


def check_text(source: Source) -> None:
    """Whether a text is one that a file may hold. Raises `DocumentError` where it is too long, or binary."""
    is_notebook = source.name.lower().endswith(".ipynb")
    largest = LARGEST_NOTEBOOK if is_notebook else LARGEST_FILE
    if len(source.text) > largest:
        raise DocumentError(source.name, f"the text has {len(source.text):,} characters; at most {largest:,} are read")
    if "\0" in source.text:
        raise DocumentError.at(source, source.text.index("\0"), "a character with the code zero, which no text holds")
    if not is_notebook:
        _check_lines(source)


def _check_lines(source: Source) -> None:
    lines = source.text.count("\n")
    if lines > LARGEST_NUMBER_OF_LINES:
        raise DocumentError(source.name, f"the file has {lines:,} lines; at most {LARGEST_NUMBER_OF_LINES:,} are read")


def shown_name(path: str | Path) -> str:
    """A path as messages show it: on one line, every character printable."""
    text = os.fspath(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def _with_plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_bytes(path: str | Path, name: str, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file of a modest size."""
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise DocumentError(name, "a directory, not a document")
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(name, "not a regular file")
        if status.st_size > largest:
            raise DocumentError(name, f"the file has {status.st_size:,} bytes; at most {largest:,} are read")
        with open(path, "rb") as file:
            return file.read(largest)
    except FileNotFoundError:
        raise DocumentError(name, "there is no such file") from None
    except PermissionError:
        raise DocumentError(name, "the file may not be read (permission denied)") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DocumentError(name, f"the file can not be read ({reason})") from None


# --- Readers by suffix ---------------------------------------------------------------------------


READERS: Mapping[str, Reader] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".tex": read_latex,
    ".ipynb": read_notebook,
}


def _reader_for(path: str | Path) -> Reader:
    """The reader for a file's suffix; what is no file at all is said first."""
    name = shown_name(path)
    if Path(path).suffix.lower() not in READERS and not os.path.isfile(path):
        _read_bytes(path, name)
    return _reader_of(name)


def _reader_of(name: str) -> Reader:
    reader = READERS.get(Path(name).suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise DocumentError(name, f"a document's name ends in one of {known}; this one does not")
    return reader


# --- Settings from elsewhere ---------------------------------------------------------------------


def _entries_of_settings(source: Source) -> Entries:
    """The entries of a text in YAML."""
    return expand_entries(read_entries(Text(source.text, source, 0)), package_macros())


def entries_of_exercise(path: str | Path) -> Entries:
    """The entries of an exercise: a document with a setting."""
    _reader_for(path)
    return entries_in_exercise(read_source(path))


def entries_in_exercise(source: Source) -> Entries:
    """The same of a text that is in no file."""
    contents = _contents(_reader_of(source.name), source)
    if contents.setting is None:
        raise DocumentError(source.name, "an exercise has a setting at its head, and this document has none")
    return _entries_of(contents)


def _entries_of(contents: Contents, *, others_allowed: bool = False) -> Entries:
    """The entries of a document's own setting, without its macros."""
    if contents.setting is None:
        return {}
    return expand_entries(read_entries(contents.setting, others_allowed=others_allowed), contents.macros)
