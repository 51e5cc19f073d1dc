"""What may help with a name that nothing knows: it is a word, a letter without its backslash, or defined later."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from derive.checking.claims import Judgement
from derive.documents.document import Passage
from derive.errors import FormulaError
from derive.notation.chains import Member, kind_of, split
from derive.notation.names import canonical, plain
from derive.notation.symbols import shown
from derive.notation.syntax import parse
from derive.notation.tables import CONDITION_WORDS, GREEK, NOTE_WORDS, OTHERWISE_WORDS, SEPARATING_WORDS
from derive.records import dataclass

WORDS = CONDITION_WORDS | OTHERWISE_WORDS | SEPARATING_WORDS | NOTE_WORDS


@dataclass
class LaterDefinitions:
    """Where a document defines or declares names, by the number of the passage; found when a name is first missed."""

    passages: Sequence[Passage]
    words: frozenset[str]
    _found: list[tuple[int, str, int]] | None = None

    def line(self, name: str, after: int) -> int | None:
        """The first line behind a passage in which a name is defined."""
        if self._found is None:
            self._found = list(self._definitions())
        return next((line for number, other, line in self._found if number > after and other == plain(name)), None)

    def _definitions(self) -> Iterator[tuple[int, str, int]]:
        for number, passage in enumerate(self.passages):
            for chain in split(passage.text.value, self.words, unread=passage.unread):
                if chain.relations and kind_of(chain.relations[0]) in ("claim", "define", "member"):
                    name = _whole(chain.members[0])
                    if name is not None:
                        yield number, name, passage.text.place(chain.relations[0].start).line


def hinted(judgement: Judgement, number: int, definitions: LaterDefinitions) -> Judgement:
    """The judgement on something in the passage of that number, with a better message if it misses a name."""
    if judgement.unknown_name is None or judgement.span is None:
        return judgement
    message = _of_letters(definitions.passages[number].text.value, judgement.span.start)
    line = definitions.line(judgement.unknown_name, number)
    if message is None and line is not None:
        name = shown(judgement.unknown_name)
        message = f"The name {name} is defined only later, in line {line}; move that before its first use."
    return judgement if message is None else replace(judgement, message=message)


def _of_letters(text: str, at: int) -> str | None:
    """Letters side by side that are a word of a sentence, or nearly a Greek letter, are no product."""
    run = next(
        (run for run in re.finditer(r"(?<![\\A-Za-z])[A-Za-z]{2,}", text) if run.start() <= at < run.end()), None
    )
    if run is None:
        return None
    letters = run.group()
    if letters.lower() in WORDS:
        return f"The word {letters} stands inside a formula; write \\text{{{letters}}}, and what it says is read."
    greek = get_close_matches(f"\\{letters}", sorted(GREEK), n=1, cutoff=0.8) if len(letters) > 2 else []
    if greek:
        return f"The letters {letters} are read one by one, and not all of them are known (did you mean {greek[0]}?)."
    return None


def _whole(member: Member) -> str | None:
    """What a member is spelled like, without fonts: its name, if it is one."""
    try:
        return plain(canonical(parse(member.tokens)).strip())
    except FormulaError:
        return None
