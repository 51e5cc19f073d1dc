"""Corrections of what is known of a document's names, written to the head of its text."""

import re
from collections.abc import Iterator

from derive.checking.check import check_document
from derive.checking.inference import infer
from derive.checking.inference.proposal import propose
from derive.documents.correcting import Correction, CorrectionError, Section, corrected, head_of, with_head
from derive.documents.reading import read_sources
from derive.documents.setting import LARGEST_DIMENSION, read_entries
from derive.errors import DocumentError, FormulaError
from derive.models import build_model
from derive.models.declarations import Undeclarable, read_declaration
from derive.notation.names import read_name
from derive.notation.symbols import shown
from derive.source import Source
from derive.web.desk import Desk
from derive.web.live import Content, Tell, source_of
from derive.web.problems import Event, problem
from derive.web.setting_rows import setting_rows
from derive.writing.front_matter import to_front_matter

SIZE = re.compile(r"[1-9][0-9]{0,3}")


def correct(content: Content, desk: Desk, tell: Tell) -> None:
    """The text with corrections: `name`, `text`, `corrections` of declarations, `sizes` of dimensions, `all`.

    With `all` everything that was inferred is written to the head as well. What can not be taken is told as a problem
    with the name that it is about, and nothing is changed.
    """
    source, name = source_of(content), None
    try:
        if content["all"]:
            source = _with_all(source, desk)
        source = _with_all_dims(source) if content["sizes"] else source
        for section, name, value in _asked(content):
            source = _with(source, section, name, value)
        _check(source)
    except CorrectionError as error:
        tell(_problem(name, error.problem))
    except DocumentError as error:
        tell(_problem(name, error.problem))
    else:
        tell({"event": "setting", "text": source.text})


def _problem(name: str | None, words: str) -> Event:
    return {**problem(words[:1].upper() + words[1:].rstrip(".") + "."), "name": name}


def _asked(content: Content) -> Iterator[tuple[Section, str, str]]:
    for name, value in content["corrections"].items():
        yield "symbols", name, value
    for name, value in content["sizes"].items():
        yield "dims", name, value


def _with(source: Source, section: Section, name: str, value: str) -> Source:
    """The text with one correction. Raises `CorrectionError`."""
    if section == "symbols":
        _check_declaration(value)
    elif not SIZE.fullmatch(value.strip()) or int(value) > LARGEST_DIMENSION:
        raise CorrectionError(f"the size of a dimension is a number from 1 to {LARGEST_DIMENSION}")
    correction = Correction(section, _as_written(source, section, name), value)
    return Source(source.name, corrected(source, correction))


def _check_declaration(value: str) -> None:
    try:
        read_declaration(" ".join(value.split()))
    except Undeclarable as error:
        raise CorrectionError(str(error)) from None


def _as_written(source: Source, section: Section, name: str) -> str:
    """The name as the setting spells it, where it stands there."""
    head = head_of(source)
    entry = None if head is None else read_entries(head).get(section)
    pairs = () if entry is None else entry.pairs
    return next((known.value for known, _ in pairs if _is_same(known.value, name)), name)


def _is_same(known: str, name: str) -> bool:
    """Whether two spellings typeset the same."""
    try:
        return known == name or read_name(known) == read_name(name)
    except FormulaError:
        return False


def _with_all(source: Source, desk: Desk) -> Source:
    """The text with all that was inferred: the whole setting that `derive init` proposes where it has none."""
    document = read_sources(source)
    result = check_document(document, store=desk.store)
    if head_of(source) is None:
        return Source(source.name, with_head(source, to_front_matter(propose(document, result))))
    for row in setting_rows(document, result):
        if row["origin"] == "inferred" and row["section"] == "symbols":
            source = _with(source, "symbols", row["name"], row["declaration"])
    return source


def _with_all_dims(source: Source) -> Source:
    """The text with a list of all its dimensions, where it has none: who says one size has to name all of them."""
    document = read_sources(source)
    if document.setting.dims:
        return source
    for key in build_model(infer(document).setting).table.dims:
        source = Source(source.name, corrected(source, Correction("dims", shown(key), "")))
    return source


def _check(source: Source) -> None:
    """Whether the setting can be used as it is now. Raises `DocumentError`."""
    document = read_sources(source)
    build_model(document.setting)
    infer(document)
