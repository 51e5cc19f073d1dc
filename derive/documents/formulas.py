"""The formulas of a document in their order, without macros; and a setting's formulas by the same rules."""

import re
from dataclasses import replace

from derive.documents.document import Passage
from derive.documents.expansion import Expander
from derive.documents.lexing import Stream
from derive.documents.macros import Macros, is_definition
from derive.documents.packages import package_macros
from derive.documents.setting import Entries, Entry
from derive.errors import DocumentError
from derive.source import Source, Text

LARGEST_NUMBER_OF_PASSAGES = 100_000

_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\begin\s*\{([^{}]*)\}")


class Formulas:
    """Collects passages. `macros` are those that hold now, `first` those that held at the first formula."""

    def __init__(self, macros: Macros | None = None) -> None:
        self.macros = macros or package_macros()
        self.found: list[Passage] = []
        self._first: Macros | None = None

    @property
    def first(self) -> Macros:
        return self._first or self.macros

    def add(self, passage: Passage) -> None:
        """Keep a passage without macros; an empty one says nothing unless it has a problem."""
        if not passage.text.value and passage.problem is None:
            return
        if len(self.found) == LARGEST_NUMBER_OF_PASSAGES:
            raise too_many(passage.text.source, passage.text.start)
        self._first = self._first or self.macros.copy()
        self.found.append(passage)

    def add_all(self, source: Source, passages: tuple[Passage, ...]) -> None:
        """Keep the passages of a text on the web, where what a formula defines holds from there on."""
        expander = Expander(source, self.macros)
        for passage in passages:
            if _mentions_macros(passage.text.value, self.macros):
                expanded = expander.expand(Stream(passage.text.value, passage.text.start), passage.text.start)
                self.add(replace(passage, text=expanded.text, unread=expanded.unread))
            else:
                self.add(passage)

    def begin_document(self) -> None:
        """What stood before was a preamble, which makes no claims."""
        self.found.clear()
        self._first = None


def too_many(source: Source, offset: int) -> DocumentError:
    return DocumentError.at(source, offset, f"more than {LARGEST_NUMBER_OF_PASSAGES:,} formulas in one document")


def _mentions_macros(text: str, macros: Macros) -> bool:
    if any(name in macros.known or is_definition(name) for name in _COMMAND.findall(text)):
        return True
    return any(name in macros.environments for name in _ENVIRONMENT.findall(text))


# --- Settings ------------------------------------------------------------------------------------


def expand_entries(entries: Entries, macros: Macros) -> dict[str, Entry]:
    """A setting's names and formulas without macros."""
    return {key: _expanded_entry(entry, macros) for key, entry in entries.items()}


def _expanded_entry(entry: Entry, macros: Macros) -> Entry:
    pairs = tuple((_plain(name, macros), _plain(value, macros)) for name, value in entry.pairs)
    return replace(entry, pairs=pairs, words=tuple(_plain(word, macros) for word in entry.words))


def _plain(text: Text, macros: Macros) -> Text:
    """A name or a formula of a setting without macros."""
    if not _mentions_macros(text.value, macros):
        return text
    expanded = Expander(text.source, macros.copy()).expand(Stream(text.value, text.offset(0)))
    for offset, problem in expanded.unread.items():
        raise DocumentError(text.source.name, problem, expanded.text.place(offset))
    return expanded.text
