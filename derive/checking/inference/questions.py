"""What cannot be inferred is asked for: one line for each name of which nothing is known, with what to add."""

from dataclasses import dataclass, field

from derive.checking.inference.settings import Inference
from derive.checking.results import Question
from derive.notation.names import plain
from derive.notation.symbols import SymbolTable, shown
from derive.source import Place


@dataclass
class Questions:
    """The questions about a document, each asked where its name stands first in a step that cannot be read."""

    inference: Inference
    asked: dict[str, Question] = field(default_factory=dict)

    def ask(self, name: str, place: Place, table: SymbolTable) -> None:
        """Asks for a name; one that looks like a known name is a slip, and one of a setting with a model is its own."""
        if not self.inference.asks or name in self.asked or table.suggestion(name):
            return
        message = self._message(name, table)
        self.asked[name] = Question(shown(name), message, place.line, place.column)

    def _message(self, name: str, table: SymbolTable) -> str:
        text = shown(name)
        if plain(name) in {plain(key) for key in self.inference.differentiated}:
            return (
                f"what '{text}' is is not said in a way that can be read; add a setting such as  model: {{{text}: …}}"
            )
        declaration = self.inference.possible.get(name) or _example(table)
        return f"the shape of '{text}' is not known; add a setting such as  symbols: {{{text}: {declaration}}}"


def _example(table: SymbolTable) -> str:
    """A declaration in the document's own dimensions."""
    names = [shown(name) for name in table.dims]
    return " x ".join(names[:2]) if len(names) > 1 else f"{names[0]} x 1" if names else "scalar"
