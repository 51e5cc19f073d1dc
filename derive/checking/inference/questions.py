"""What cannot be inferred is asked for: one line for each name of which nothing is known, with what to add."""

from collections.abc import Iterable
from dataclasses import field

from derive.checking.claims import Judgement
from derive.checking.inference.names import spelled
from derive.checking.inference.settings import Inference
from derive.checking.results import Question
from derive.documents.document import Passage
from derive.notation.names import plain
from derive.notation.symbols import SymbolTable, shown
from derive.records import dataclass
from derive.source import Place


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
        if not self.inference.asks or name in self.asked or known or not is_name:
            return
        message = self._message(name, table)
        self.asked[name] = Question(shown(name), message, place.line, place.column)

    def _message(self, name: str, table: SymbolTable) -> str:
        text = shown(name)
        if plain(name) in {plain(key) for key in self.inference.differentiated}:
            return (
                f"'{text}' is differentiated and nothing says what it is; add a setting such as  model: {{{text}: …}}"
            )
        declaration = self.inference.possible.get(name) or _example(table)
        return f"the shape of '{text}' is not known; add a setting such as  symbols: {{{text}: {declaration}}}"


def _example(table: SymbolTable) -> str:
    """A declaration in the document's own dimensions."""
    names = [shown(name) for name in table.dims]
    return " x ".join(names[:2]) if len(names) > 1 else f"{names[0]} x 1" if names else "m x n"
