r"""LaTeX -> its tokens as TeX sees them, each with the characters of the source that it stands for.

A stream is read from left to right; what a macro yields is put back in front of
it. Comments are never seen. What stands in a stream is data: nothing is run.

>>> stream = Stream(r"\pd {L}W % so\n", 0)
>>> [piece.text for piece in stream.rest()]
['\\pd', ' ', '{', 'L', '}', 'W', ' ']
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

LONGEST_FORMULA = 100_000
"""How many tokens a formula or an argument may have."""

Kind = Literal["word", "symbol", "space", "paragraph", "open", "close", "dollar", "parameter", "other"]

_TOKEN = r"""(?P<word>\\[{letters}]+) | (?P<symbol>\\(?:.|$))
           | (?P<comment>%[^\n]*(?:\n(?![^\S\n]*\n)[^\S\n]*)?) | (?P<space>\s+)
           | (?P<open>\{{) | (?P<close>\}}) | (?P<dollar>\$) | (?P<parameter>\#+[1-9]?) | (?P<other>.)"""
_PLAIN = re.compile(_TOKEN.format(letters="A-Za-z"), re.VERBOSE | re.DOTALL)
_INTERNAL = re.compile(_TOKEN.format(letters="A-Za-z@"), re.VERBOSE | re.DOTALL)
_PROSE = re.compile(r"[^\\%$\{\}]+")


class Piece(NamedTuple):
    """One token: its characters, and those of the source that it stands for, which are the same if it is copied.

    A final one is no macro, whatever it is called: `\\let` keeps the old meaning of a name.
    """

    kind: Kind
    text: str
    start: int = 0
    end: int = 0
    is_copied: bool = True
    is_final: bool = False


class Stream:
    """The tokens of a text that stands in its source from an offset on.

    `internal`: `@` is a letter. `reads` counts the tokens that were asked for, some of them again and again.
    """

    def __init__(self, text: str, offset: int, at: int = 0) -> None:
        self.text = text
        self.offset = offset
        self.at = at
        self.internal = False
        self.reads = 0
        self._returned: list[Piece] = []

    def next(self) -> Piece | None:
        """The next token, null at the end."""
        self.reads += 1
        if self._returned:
            return self._returned.pop()
        tokens = _INTERNAL if self.internal else _PLAIN
        while match := tokens.match(self.text, self.at):
            self.at = match.end()
            kind = match.lastgroup
            if kind == "comment":
                continue
            if kind == "space" and match[0].count("\n") > 1:
                kind = "paragraph"
            start = match.start() + self.offset
            return Piece(kind, match[0], start, start + len(match[0]))  # type: ignore[arg-type]
        return None

    def peek(self) -> Piece | None:
        """The next token, which stays."""
        piece = self.next()
        if piece is not None:
            self._returned.append(piece)
        return piece

    def rest(self) -> Iterator[Piece]:
        """All tokens to the end."""
        while (piece := self.next()) is not None:
            yield piece

    def put_back(self, pieces: Iterable[Piece]) -> None:
        """Let these come next."""
        self._returned.extend(reversed(list(pieces)))

    def skip_prose(self) -> None:
        """Go on to where something can begin."""
        self.skip(_PROSE)

    def skip(self, pattern: re.Pattern[str]) -> str:
        """What matches a pattern here in the text itself, passed over; nothing, if tokens were put back before it."""
        match = None if self._returned else pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def skip_behind(self, pattern: re.Pattern[str]) -> None:
        """Go on behind the next match of a pattern in the text, or to its end."""
        match = pattern.search(self.text, self.at)
        self.move_to(len(self.text) if match is None else match.end())

    def move_to(self, at: int) -> None:
        """Go on at an offset of the text."""
        self._returned.clear()
        self.at = at

    def skip_space(self) -> list[Piece]:
        """The spaces that come next, taken away; a blank line stays."""
        return [self.next() or piece for piece in self._coming(("space",))]

    def take(self, text: str) -> Piece | None:
        """The next token behind spaces if it is this one, taken away; else nothing is."""
        spaces = self.skip_space()
        piece = self.peek()
        if piece is not None and piece.text == text:
            return self.next()
        self.put_back(spaces)
        return None

    def _coming(self, kinds: tuple[Kind, ...]) -> Iterator[Piece]:
        while (piece := self.peek()) is not None and piece.kind in kinds:
            yield piece

    def argument(self) -> list[Piece] | None:
        """An undelimited argument as TeX takes it, its braces kept: the next token or group; null if there is none."""
        spaces = self.skip_space()
        piece = self.next()
        if piece is None or piece.kind in ("close", "paragraph"):
            self.put_back([*spaces, *([] if piece is None else [piece])])
            return None
        return [piece] if piece.kind != "open" else self._up_to("}", [piece])

    def bracketed(self, opener: str, closer: str) -> list[Piece] | None:
        """An argument between two characters, with them; null, and nothing taken, if it does not come next."""
        first = self.take(opener)
        return None if first is None else self._up_to(closer, [first])

    def _up_to(self, closer: str, taken: list[Piece]) -> list[Piece] | None:
        """What comes up to a closer outside all braces, pairs like its own passed over; null if it never comes."""
        depth, pairs = 0, 0
        opener = taken[0].text
        for piece in self.rest():
            taken.append(piece)
            if depth == 0 and piece.text == closer:
                if pairs == 0:
                    return taken
                pairs -= 1
            elif depth == 0 and piece.text == opener and closer not in ("}", opener):
                pairs += 1
            elif piece.kind == "open":
                depth += 1
            elif piece.kind == "close":
                depth -= 1
            if depth < 0 or len(taken) > LONGEST_FORMULA:
                break
        self.put_back(taken)
        return None


def pieces_of(text: str) -> tuple[Piece, ...]:
    """The tokens of LaTeX that stands in no document."""
    return tuple(Stream(text, 0).rest())


def text_of(pieces: Iterable[Piece]) -> str:
    """The characters of some tokens, a space between a command and a letter behind it that is not its own."""
    shown: list[str] = []
    before: Piece | None = None
    for piece in pieces:
        if before is not None and needs_space(before, piece):
            shown.append(" ")
        shown.append(piece.text)
        before = piece
    return "".join(shown)


def needs_space(before: Piece, piece: Piece) -> bool:
    """Whether two tokens would become one if they stood side by side."""
    return before.kind == "word" and piece.text[:1].isalpha()
