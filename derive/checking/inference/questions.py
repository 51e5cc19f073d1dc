"""What cannot be inferred is asked for: one line for each name of which nothing is known, with what to add.

Asked for is what a setting declares: the size that a sum counts to, the matrix whose entries `w_{ij}` are, the vector
for each time behind `h_{t-1}`.
"""

import re
from collections.abc import Iterable
from dataclasses import field

from derive.checking.claims import Judgement
from derive.checking.inference.declaring import INDEX_LETTERS
from derive.checking.inference.names import index_letters, spelled
from derive.checking.inference.settings import Inference
from derive.checking.results import Question
from derive.documents.document import Passage
from derive.notation.names import plain
from derive.notation.symbols import Computed, Given, SymbolTable, shown
from derive.records import dataclass
from derive.source import Place

_AT_TIME = re.compile(r"_\{(?:t(?:[+-]\d)?|T)\}$")
NUMBERS = frozenset({"\\alpha", "\\eta", "\\lambda", "\\epsilon", "\\varepsilon", "\\rho", "\\tau", "\\kappa"})
"""Letters that mostly stand for a number: a rate, a strength, a small constant."""


@dataclass
class Questions:
    """The questions about a document, each asked where its name stands first in a step that cannot be read."""

    inference: Inference
    asked: dict[str, Question] = field(default_factory=dict)

    def ask_for(self, judgements: Iterable[Judgement], passage: Passage, table: SymbolTable) -> None:
        """Asks for the unknown names of a display's steps."""
        for judgement in judgements if passage.kind == "display" else ():
            if judgement.unknown_name is not None and judgement.span is not None:
                self.ask(judgement.unknown_name, passage.text.place(judgement.span.start), table)

    def ask(self, name: str, place: Place, table: SymbolTable) -> None:
        """Asks for a name that no equation of the document is for; where the setting has a model, for none."""
        known = any(text in self.inference.told for text in spelled([name]))
        is_name = name[:1].isalpha() or (name[:1] == "\\" and name[1:2].isalpha())
        if not self.inference.asks or known or not is_name:
            return
        declared, message = self._message(name, table)
        if declared not in self.asked:
            self.asked[declared] = Question(shown(declared), message, place.line, place.column)

    def _message(self, name: str, table: SymbolTable) -> tuple[str, str]:
        """The name to declare, and what is said of it."""
        text = shown(name)
        if plain(name) in {plain(key) for key in self.inference.differentiated}:
            missing = f"'{text}' is differentiated and nothing says what it is"
            return name, f"{missing}; add a setting such as  model: {{{text}: …}}"
        if plain(name) in {plain(size) for size in self.inference.sizes}:
            return name, f"the size '{text}' is not known; add a setting such as  dims: {{{text}: 3}}"
        declared, declaration = self._declaration(name, table)
        text, missing = shown(declared), f"the shape of '{shown(declared)}' is not known"
        return declared, f"{missing}; add a setting such as  symbols: {{{text}: {declaration}}}"

    def _declaration(self, name: str, table: SymbolTable) -> tuple[str, str]:
        """What to declare for a name, and an example of how."""
        if name in self.inference.possible:
            return name, self.inference.possible[name]
        if _AT_TIME.search(name):
            return _AT_TIME.sub("_t", name), f"{_column(table)} for t = 1..T"
        base, letters = index_letters(name)
        if not letters or not all(letter in self.inference.letters | INDEX_LETTERS for letter in letters):
            return name, "scalar" if name in NUMBERS else _matrix(table)
        whole = _matrix_of(base, table)
        if whole is not None and len(letters) == 1:
            return name, f"row of {whole} as a column"
        return base, _column(table) if len(letters) == 1 else _matrix(table)


def _matrix_of(base: str, table: SymbolTable) -> str | None:
    """The matrix X beside an x_i."""
    letter = plain(base)
    name = table.find(letter.upper()) if len(letter) == 1 and letter.islower() else None
    meaning = None if name is None else table.meanings[name]
    is_matrix = isinstance(meaning, (Given, Computed)) and meaning.shape.is_matrix and not meaning.shape.is_vector
    return name if is_matrix else None


def _matrix(table: SymbolTable) -> str:
    """A declaration in the document's own dimensions."""
    names = [shown(name) for name in table.dims]
    return " x ".join(names[:2]) if len(names) > 1 else f"{names[0]} x 1" if names else "m x n"


def _column(table: SymbolTable) -> str:
    return f"{next((shown(name) for name in table.dims), 'n')} x 1"
