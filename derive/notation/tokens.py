"""LaTeX mathematics -> tokens, each with its place.

What typesets alike becomes alike: decoration is passed over, arguments get
their braces (`\\frac12`, `\\hat y`), accents and fonts become part of a name
(`\\hat{\\mathbf{y}}`), letters that make up a known word are one name. Nothing is refused here:
a command that nobody knows is a token UNKNOWN, so that one bad formula does not
hide its neighbours.

>>> [token.kind for token in tokenize(r"\\frac12 \\hat y_i", frozenset())]
['FRAC', 'LBRACE', 'NUMBER', 'RBRACE', 'LBRACE', 'NUMBER', 'RBRACE', 'NAME', 'UNDERSCORE', 'NAME']
"""

import re
from collections.abc import Callable, Container, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from derive.notation import characters, tables
from derive.notation.functions import FUNCTION_COMMANDS, FUNCTION_WORDS, LISTING_WORDS
from derive.source import Span

_RAW = re.compile(
    rf"(?P<characters>{characters.PATTERN})|"
    r"(?P<space>\s+)|(?P<comment>(?<!\\)%[^\n]*)|(?P<command>\\(?:tag|operatorname|hspace|vspace)\*|\\[A-Za-z]+|\\[^A-Za-z])|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<letter>[A-Za-z])|(?P<other>.)",
    re.DOTALL,
)


class Token(NamedTuple):
    """One token: what it is, its text in canonical form, its characters in the display."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class _Raw(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def tokenize(text: str, words: frozenset[str], unread: Container[int] = ()) -> list[Token]:
    """All tokens of a piece of LaTeX mathematics; `words` are the names of several letters that are known.

    A command at one of the offsets `unread` is known to be no notation, whatever it is called. A formula is asked for
    several times on its way to a verdict: what it consists of is remembered.
    """
    return _tokens(text, words, unread) if unread else list(_remembered(text, words_in(text, words)))


@lru_cache(maxsize=4096)
def words_in(text: str, words: frozenset[str]) -> frozenset[str]:
    """Those of some words on which the tokens of a text can rest: the letters of any other one stand nowhere in it.

    A differential is a word, too, though commands may stand between its letters. So they may where a character stands
    for several, or a comment between two lines.
    """
    if "%" in text or not text.isascii():
        return frozenset(words)
    return frozenset(word for word in words if word.replace("_", "") in text or word.startswith("d"))


@lru_cache(maxsize=4096)
def _remembered(text: str, words: frozenset[str]) -> tuple[Token, ...]:
    return tuple(_tokens(text, words, ()))


def _tokens(text: str, words: frozenset[str], unread: Container[int]) -> list[Token]:
    raw = [_Raw(match.lastgroup or "", match.group(), *match.span()) for match in _RAW.finditer(text)]
    reader = _Reader(text, [piece for piece in raw if piece.kind != "comment"], words, unread)
    reader.read_all()
    joined = _marks_of_names(_joined_relations(_numbers_behind_names(reader.out, words)))
    return _differentials(_primes(_names_in_scripts(_placeholders(joined))), words)


def _numbers_behind_names(tokens: list[Token], words: frozenset[str]) -> list[Token]:
    """`W1` is `W_1` where that is known and W is not, so that the words hold `W_1`."""
    out: list[Token] = []
    for token in tokens:
        name = out[-1] if out else None
        if token.kind == "NUMBER" and name is not None and name.kind == "NAME" and name.end == token.start:
            is_scripted = len(out) > 1 and out[-2].kind in ("UNDERSCORE", "CARET")
            if f"{name.text}_{token.text}" in words and not is_scripted:
                out.append(Token("UNDERSCORE", "_", token.start, token.start))
        out.append(token)
    return out


def _placeholders(tokens: list[Token]) -> list[Token]:
    """A dot that stands alone in brackets is the name of an argument: `f(\\cdot)`."""
    marked = list(tokens)
    for at, token in enumerate(tokens[1:-1], 1):
        if token.kind != "CDOT":
            continue
        if tokens[at - 1].kind in ("LPAR", "COMMA") and tokens[at + 1].kind in ("RPAR", "COMMA"):
            marked[at] = Token("NAME", "\\cdot", token.start, token.end)
    return marked


def _marks_of_names(tokens: list[Token]) -> list[Token]:
    """`w^{new}` is w with the word new, not with the letters n, e and w."""
    out: list[Token] = []
    for token in tokens:
        if token.kind == "RBRACE":
            first = next((at for at in range(len(out) - 1, -1, -1) if out[at].kind != "NAME"), -1)
            letters = out[first + 1 :]
            word = "".join(letter.text for letter in letters)
            in_script = first > 0 and out[first].kind == "LBRACE" and out[first - 1].kind in ("CARET", "UNDERSCORE")
            if in_script and len(letters) > 1 and word in tables.MARKS_OF_NAMES:
                out[first + 1 :] = [Token("NAME", word, letters[0].start, letters[-1].end)]
        out.append(token)
    return out


def _names_in_scripts(tokens: list[Token]) -> list[Token]:
    """A star that begins a superscript is a name, `w^*`; so is a function that is a whole script, `x_{\\max}`."""
    named = list(tokens)
    for at, token in enumerate(tokens):
        if token.kind != "STAR" and token.text not in FUNCTION_COMMANDS:
            continue
        braced = at > 0 and tokens[at - 1].kind == "LBRACE"
        first = at - 2 if braced else at - 1
        before = tokens[first].kind if first >= 0 else ""
        whole = not braced or (at + 1 < len(tokens) and tokens[at + 1].kind == "RBRACE")
        if token.kind == "STAR":
            if before == "CARET":
                named[at] = Token("NAME", "*", token.start, token.end)
        elif before in ("CARET", "UNDERSCORE") and whole:
            named[at] = Token("NAME", token.text[1:], token.start, token.end)
    return named


def _differentials(tokens: list[Token], words: frozenset[str]) -> list[Token]:
    """`\\mathrm{d}W` is the name `dW` where that is known."""
    if all(token.text != "d" for token in tokens):
        return tokens
    out: list[Token] = []
    for token in tokens:
        sign = [before.text for before in out[-3:]]
        taken = 3 if sign == ["{", "d", "}"] else int(sign[-1:] == ["d"])
        name = "d" + without_fonts(token.text)
        if taken and token.kind == "NAME" and name in words:
            out[-taken:] = [Token("NAME", name, out[-taken].start, token.end)]
        else:
            out.append(token)
    return out


def _primes(tokens: list[Token]) -> list[Token]:
    """`f^\\prime` and `f^{\\prime\\prime}` are `f'` and `f''`."""
    if all(token.text != "\\prime" for token in tokens):
        return tokens
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        inside = at + 1
        braced = inside < len(tokens) and tokens[inside].kind == "LBRACE"
        first = end = inside + braced
        while end < len(tokens) and tokens[end].text == "\\prime":
            end += 1
            if not braced:
                break
        whole = not braced or (end < len(tokens) and tokens[end].kind == "RBRACE")
        if tokens[at].kind == "CARET" and end > first and whole:
            out += [Token("PRIME", "'", token.start, token.end) for token in tokens[first:end]]
            at = end + braced
        else:
            out.append(tokens[at])
            at += 1
    return out


_BEFORE_EQUALS = {"COLON": ":=", "PLUS": "+=", "MINUS": "-="}


def _joined_relations(tokens: list[Token]) -> list[Token]:
    """`:` `=` is `:=`, `+` `=` is `+=`, `-` `=` is `-=`, `==` is `=`, and `=` `:` is `=:`."""
    joined: list[Token] = []
    for token in tokens:
        if token.text not in ("=", ":"):
            joined.append(token)
            continue
        before = joined[-1] if joined else None
        in_script = len(joined) > 1 and joined[-2].kind in ("CARET", "UNDERSCORE")
        if before is not None and token.text == "=" and before.end == token.start and not in_script:
            sign = "=" if before.text == "=" else _BEFORE_EQUALS.get(before.kind)
            if sign is not None:
                joined[-1] = Token("RELATION", sign, before.start, token.end)
                continue
        if before is not None and before.text == "=" and token.text == ":" and before.end == token.start:
            joined[-1] = Token("RELATION", "=:", before.start, token.end)
            continue
        joined.append(token)
    return joined


_SINGLE = {
    **tables.OPERATORS, **dict.fromkeys(tables.RELATIONS, "RELATION"), **tables.OPENING, **tables.CLOSING,
    **dict.fromkeys(tables.DOTS, "DOTS"), "\\mid": "MID", "|": "BAR", "\\vert": "BAR", "\\|": "NORM", "\\Vert": "NORM",
    "{": "LBRACE", "}": "RBRACE", "\\\\": "NEWLINE", "\\cr": "NEWLINE", "\\newline": "NEWLINE",
    "\\quad": "QUAD", "\\qquad": "QUAD",
}  # fmt: skip


_SIZES = frozenset(
    {"\\left", "\\right", "\\middle"}
    | {f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")}
)


_OPERANDS = frozenset({"NAME", "NUMBER", "RPAR", "RBRACK", "RBRACE", "PRIME", "TRANSPOSE"})
"""What a product sign can stand behind."""

_BARS = frozenset({"BAR", "NORM", "RBAR", "RNORM"})


def _by_itself(piece: _Raw) -> tuple[str, str]:
    """The kind and the text of the token that a piece is, whatever stands beside it."""
    text = piece.text
    if piece.kind == "number":
        return "NUMBER", text
    if text == "'":
        return "PRIME", "'"
    if piece.kind == "command" and (text in tables.LETTERLIKE or text in FUNCTION_COMMANDS):
        return "NAME", text
    return "UNKNOWN", text


_LONGEST_FUNCTION_WORD = max(map(len, FUNCTION_WORDS))

MAX_DEPTH = 60
"""Commands within commands deeper than this are not read."""


class _Reader:
    """Walks over the raw pieces once; `out` collects the tokens."""

    def __init__(self, text: str, raw: list[_Raw], words: frozenset[str], unread: Container[int] = ()) -> None:
        self.text, self.raw, self.words, self.unread = text, list(raw), words, unread
        self.at = 0
        self.depth = 0
        self.nesting = 0
        self.has_over = any(piece.text == "\\over" for piece in self.raw)
        self.out: list[Token] = []

    def read_all(self) -> None:
        line = self.fraction_line(0, len(self.raw))
        if line is not None:
            self.read_over(0, line, len(self.raw))
        while self.at < len(self.raw):
            self.read_one()

    def emit(self, kind: str, text: str, start: int, end: int) -> None:
        self.out.append(Token(kind, text, start, end))

    def read_one(self) -> None:
        piece = self.raw[self.at]
        handler = _HANDLERS.get(piece.text)
        if piece.start in self.unread:
            self.at += 1
            self.emit("UNKNOWN", piece.text, piece.start, piece.end)
        elif handler is not None:
            self.at += 1
            handler(self, piece)
        elif piece.kind == "letter":
            self.read_letters()
        elif not (piece.text == "{" and (self.passes_over_empty_braces() or self.read_braces_around_fraction())):
            self.at += 1
            self.read_plain(piece)

    def passes_over_empty_braces(self) -> bool:
        """Pass over `{}`, if the brace here begins that, and it is neither a script nor carries one."""
        if self.at + 1 == len(self.raw) or self.raw[self.at + 1].text != "}":
            return False
        behind = self.raw[self.at + 2].text if self.at + 2 < len(self.raw) else ""
        is_empty = behind not in ("_", "^") and not (self.out and self.out[-1].kind in ("CARET", "UNDERSCORE"))
        self.at += 2 * is_empty
        return is_empty

    def fraction_line(self, first: int, behind: int) -> int | None:
        """Where `\\over` stands among some pieces, outside all braces within them."""
        depth = 0
        for at in range(first, behind) if self.has_over else ():
            depth += {"{": 1, "}": -1}.get(self.raw[at].text, 0)
            if depth == 0 and self.raw[at].text == "\\over":
                return at
        return None

    def read_over(self, first: int, line: int, behind: int) -> None:
        """`a \\over b`, all that stands in a pair of braces: a fraction."""
        sign = self.raw[line]
        self.emit("FRAC", "\\frac", sign.start, sign.end)
        self.braced(self.raw[first:line], sign)
        self.braced(self.raw[line + 1 : behind], sign)
        self.at = behind

    def read_braces_around_fraction(self) -> bool:
        """Read `{a \\over b}`, if the brace here begins it."""
        start = self.at
        if not self.has_over:
            return False
        depth = 0
        for at in range(start, len(self.raw)):
            depth += {"{": 1, "}": -1}.get(self.raw[at].text, 0)
            if depth == 0:
                line = self.fraction_line(start + 1, at)
                if line is not None:
                    self.emit("LBRACE", "{", self.raw[start].start, self.raw[start].end)
                    self.read_over(start + 1, line, at)
                    self.emit("RBRACE", "}", self.raw[at].start, self.raw[at].end)
                    self.at = at + 1
                return line is not None
        return False

    def read_plain(self, piece: _Raw) -> None:
        """A piece that takes no argument: a sign, a space, a number, a letter of its own."""
        text = piece.text
        if text in tables.TAKING_NOTHING and self.takes_braces():
            self.emit("UNKNOWN", text, piece.start, piece.end)
        elif piece.kind == "space" or text in tables.PASSED_OVER or text in tables.SIZES_OF_TYPE:
            if text in ("\\left", "\\right", "\\middle") and self.peek() == ".":
                self.at += 1
        elif text == "|" and self.peek() == "|" and self.raw[self.at].start == piece.end:
            self.emit("NORM", "||", piece.start, self.raw[self.at].end)
            self.at += 1
        elif text in _SINGLE:
            self.emit(_SINGLE[text], text, self.sized_from(piece), piece.end)
            if _SINGLE[text] == "NEWLINE":
                self.skip_optional_argument()
        elif piece.kind == "characters" and (latex := characters.in_latex(text)) is not None:
            for part in tokenize(latex, self.words):
                self.emit(part.kind, part.text, piece.start, piece.end)
        elif text == ".":
            self.read_dot(piece)
        elif text == "\\_" and self.is_escaped_subscript():
            self.emit("UNDERSCORE", "_", piece.start, piece.end)
        elif text == "\\star" and self.out and self.out[-1].kind in _OPERANDS:
            self.emit("STAR", text, piece.start, piece.end)
        else:
            self.emit(*_by_itself(piece), piece.start, piece.end)

    def is_escaped_subscript(self) -> bool:
        """Whether `\\_` stands between a name and one index, as in `x\\_i`, to keep the sign from Markdown."""
        behind = [piece.kind if piece.text != "{" else "{" for piece in self.raw[self.at : self.at + 2]]
        is_one = behind[:1] == ["{"] or (behind[:1] in (["letter"], ["number"]) and behind[1:] != ["letter"])
        return bool(self.out) and (self.out[-1].kind in _OPERANDS or self.out[-1].kind in _BARS) and is_one

    def sized_from(self, piece: _Raw) -> int:
        """Where a bracket begins with its `\\left` or `\\big`."""
        before = self.raw[self.at - 2] if self.at >= 2 else piece
        sized = before.text in _SIZES and before.end == piece.start
        return before.start if sized else piece.start

    def peek(self) -> str:
        return self.raw[self.at].text if self.at < len(self.raw) else ""

    def takes_braces(self) -> bool:
        """Whether braces that hold something follow."""
        rest = [piece.text for piece in self.raw[self.at : self.at + 3] if piece.kind != "space"]
        return rest[:1] == ["{"] and rest[1:2] != ["}"]

    def skip_space(self) -> None:
        while self.at < len(self.raw) and self.raw[self.at].kind == "space":
            self.at += 1

    def read_dot(self, piece: _Raw) -> None:
        """`.T` is a transpose, `.*` and `./` go entry by entry; three dots are dots; another dot is punctuation."""
        rest = self.raw[self.at : self.at + 2]
        entrywise = {"*": "ODOT", "/": "OSLASH", "^": "UNKNOWN"}.get(rest[0].text) if rest else None
        if [part.text for part in rest] == [".", "."]:
            self.at += 2
            self.emit("DOTS", "...", piece.start, rest[-1].end)
        elif rest and rest[0].text == "T" and (len(rest) == 1 or rest[1].kind != "letter"):
            self.at += 1
            self.emit("TRANSPOSE", ".T", piece.start, rest[0].end)
        elif entrywise is not None and rest[0].start == piece.end:
            self.at += 1
            self.emit(entrywise, "." + rest[0].text, piece.start, rest[0].end)
        else:
            self.emit("PERIOD", ".", piece.start, piece.end)

    def read_letters(self) -> None:
        """A run of letters without space between them, cut into the known words and single letters."""
        first = self.at
        while self.at < len(self.raw) and self.raw[self.at].kind == "letter":
            self.at += 1
        pieces = self.raw[first : self.at]
        run = "".join(piece.text for piece in pieces)
        place = 0
        if run in LISTING_WORDS and self._stands_before_list():
            self.emit("NAME", run, pieces[0].start, pieces[-1].end)
            place = len(run)
        while place < len(run):
            longest = min(self.longest_word, len(run) - place)
            size = next((size for size in range(longest, 1, -1) if self.is_word(run[place : place + size])), 1)
            self.emit("NAME", run[place : place + size], pieces[place].start, pieces[place + size - 1].end)
            place += size

    def _stands_before_list(self) -> bool:
        """Whether a bracket with a comma comes next."""
        rest = [piece.text for piece in self.raw[self.at :] if piece.kind != "space" and piece.text != "\\left"]
        depth = 0
        for text in rest if rest[:1] == ["("] else ():
            depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(text, 0)
            if depth == 0 or (depth == 1 and text == ","):
                return depth == 1
        return False

    @cached_property
    def longest_word(self) -> int:
        """How many letters the longest word has that is known."""
        return max((_LONGEST_FUNCTION_WORD, *map(len, self.words)))

    def is_word(self, letters: str) -> bool:
        return letters in self.words or letters in FUNCTION_WORDS

    # ── arguments ──

    def argument(self) -> list[_Raw]:
        """The raw pieces of the next argument: what a pair of braces holds, or one piece."""
        self.skip_space()
        if self.at >= len(self.raw):
            return []
        piece = self.raw[self.at]
        if piece.kind == "number" and len(piece.text) > 1:
            self.raw[self.at] = _Raw("number", piece.text[1:], piece.start + 1, piece.end)
            return [_Raw("number", piece.text[0], piece.start, piece.start + 1)]
        if piece.text != "{":
            return self.unbraced_argument()
        depth, first = 0, self.at + 1
        while self.at < len(self.raw):
            depth += {"{": 1, "}": -1}.get(self.raw[self.at].text, 0)
            self.at += 1
            if depth == 0:
                return self.raw[first : self.at - 1]
        self.at = first
        self.emit("UNCLOSED", "{", piece.start, piece.end)
        return []

    def unbraced_argument(self) -> list[_Raw]:
        """One piece, with the arguments of its own where it is an accent, a font or a fraction: `\\frac1{\\hat y}`.

        A relation sign or the end of a cell is no argument: where one stands, the argument is missing.
        """
        first = self.at
        text = self.raw[first].text
        if text in tables.RELATIONS or text in ("&", "\\\\"):
            return []
        self.at += 1
        takes_one = text in tables.ACCENTS or text in tables.FONTS or text in tables.WORDS
        if self.nesting < MAX_DEPTH:
            self.nesting += 1
            for _ in range(2 if text.endswith("frac") else int(takes_one)):
                self.argument()
            self.nesting -= 1
        elif not self._is_too_deep():
            self.emit("TOODEEP", text, self.raw[first].start, self.raw[first].end)
        return self.raw[first : self.at]

    def _is_too_deep(self) -> bool:
        """Whether the argument that was taken last has commands within commands that are not read."""
        return bool(self.out) and self.out[-1].kind == "TOODEEP"

    def tokens_of(self, raw: list[_Raw]) -> list[Token]:
        """The tokens of an argument that was taken just now; none where it is too deep, which is said already."""
        if self._is_too_deep():
            return []
        if self.depth > MAX_DEPTH:
            return [Token("TOODEEP", piece.text, piece.start, piece.end) for piece in raw[:1]]
        inner = _Reader(self.text, raw, self.words, self.unread)
        inner.depth = self.depth + 1
        inner.read_all()
        return _joined_relations(inner.out)

    def skip_optional_argument(self) -> None:
        """`\\\\[2pt]`: a length after the end of a row."""
        match = re.compile(r"\[\s*-?[\d.]+\s*[a-z]+\s*\]").match(self.text, self.raw[self.at - 1].end)
        if match:
            while self.at < len(self.raw) and self.raw[self.at].start < match.end():
                self.at += 1

    def braced(self, raw: list[_Raw], around: _Raw) -> None:
        start = raw[0].start if raw else around.end
        end = raw[-1].end if raw else around.end
        opened = self.text[start - 1 : start] == "{"
        inside = self.tokens_of(raw)
        self.emit("LBRACE", "{", start - opened, start)
        self.out.extend(inside)
        self.emit("RBRACE", "}", end, end + (opened and self.text[end : end + 1] == "}"))

    def plain_text(self, raw: list[_Raw]) -> str:
        return self.text[raw[0].start : raw[-1].end] if raw else ""


# ── commands with arguments ──────────────────────────────────────────────────────────────────────────


def _fraction(reader: _Reader, piece: _Raw) -> None:
    reader.emit("FRAC", "\\frac", piece.start, piece.end)
    reader.braced(reader.argument(), piece)
    reader.braced(reader.argument(), piece)


def _root(reader: _Reader, piece: _Raw) -> None:
    reader.skip_space()
    if reader.peek() == "[":
        closing = next((at for at in range(reader.at, len(reader.raw)) if reader.raw[at].text == "]"), reader.at)
        degree = reader.raw[reader.at + 1 : closing]
        reader.at = closing + 1
        reader.emit("NTHROOT", "\\sqrt", piece.start, piece.end)
        reader.braced(degree, piece)
    else:
        reader.emit("SQRT", "\\sqrt", piece.start, piece.end)
    reader.braced(reader.argument(), piece)


def _accent(reader: _Reader, piece: _Raw) -> None:
    """An accent belongs to the first name below it: `\\hat{y_i}` is `\\hat{y}_i`."""
    raw = reader.argument()
    tokens = reader.tokens_of(raw)
    accent = "\\" + tables.ACCENTS[piece.text]
    if tokens and tokens[0].kind in ("NAME", "NUMBER") and all(token.kind in _SCRIPT_KINDS for token in tokens[1:]):
        end = raw[-1].end + (1 if len(tokens) == 1 else 0)
        reader.emit("NAME", f"{accent}{{{tokens[0].text}}}", piece.start, tokens[0].end if len(tokens) > 1 else end)
        reader.out.extend(tokens[1:])
    elif tokens and all(token.kind == "NAME" and len(token.text) == 1 for token in tokens):
        reader.emit("NAME", f"{accent}{{{''.join(token.text for token in tokens)}}}", piece.start, raw[-1].end)
    else:
        reader.emit("UNKNOWN", piece.text, piece.start, piece.end)


_SCRIPT_KINDS = frozenset({"NAME", "NUMBER", "UNDERSCORE", "CARET", "LBRACE", "RBRACE", "COMMA", "PRIME"})


def _font(reader: _Reader, piece: _Raw) -> None:
    """A font with its argument."""
    _in_font(reader, piece, tables.FONTS[piece.text], reader.argument())


def _font_switch(reader: _Reader, piece: _Raw) -> None:
    """`{\\bf x}`: a font for what follows up to the end of the group, of the cell or of the row."""
    depth, first = 0, reader.at
    while reader.at < len(reader.raw):
        text = reader.raw[reader.at].text
        depth += {"{": 1, "}": -1}.get(text, 0)
        if depth < 0 or (depth == 0 and text in ("&", "\\\\")):
            break
        reader.at += 1
    _in_font(reader, piece, tables.FONT_SWITCHES[piece.text], reader.raw[first : reader.at], is_switch=True)


def _in_font(reader: _Reader, piece: _Raw, font: str, raw: list[_Raw], is_switch: bool = False) -> None:
    """A font is part of each name below it; an upright word is one name."""
    tokens = reader.tokens_of(raw)
    letters = "".join(token.text for token in tokens)
    if len(tokens) > 1 and letters.isalpha() and font in ("rm", "sf", "tt", "it", "bf"):
        closed = reader.text[raw[-1].end : raw[-1].end + 1] == "}"
        reader.emit("NAME", letters, piece.start, raw[-1].end + closed)
        return
    for at, token in enumerate(tokens):
        text = _with_font(token.text, font) if token.kind in ("NAME", "NUMBER") else token.text
        kind = "NAME" if at == 0 and token.kind == "NUMBER" and _is_constant(tokens) else token.kind
        reader.emit(kind, text if kind == "NAME" else token.text, token.start, token.end)
    if len(tokens) == 1 and reader.out:
        last = reader.out.pop()
        closed = not is_switch and reader.text[raw[-1].end : raw[-1].end + 1] == "}"
        reader.emit(last.kind, last.text, piece.start, raw[-1].end + closed)


def _is_constant(tokens: Sequence[Token]) -> bool:
    """Whether what stands in a font begins with a number that is a name there: `\\mathbf{1}`, `\\mathbf{0_n}`."""
    if len(tokens) == 1:
        return True
    return tokens[0].text in ("0", "1") and tokens[1].kind in ("CARET", "UNDERSCORE")


def _with_font(name: str, font: str) -> str:
    """The font goes inside the accents; upright and italic are no fonts of their own, and bold of bold is bold."""
    if font in ("rm", "it", "sf", "tt") or name.startswith(f"\\math{font}{{"):
        return name
    accented = re.fullmatch(r"(\\(?:hat|tilde|bar|vec|dot|ddot|check|breve|underline)\{)(.*)(\})", name)
    if accented:
        return accented[1] + _with_font(accented[2], font) + accented[3]
    return f"\\math{font}{{{name}}}"


_FONT_OF_NAME = re.compile(r"\\math(?:bf|cal|bb|frak)\{((?:[^{}]|\{[^{}]*\})*)\}")


def without_fonts(name: str) -> str:
    """A name as it reads with every font dropped."""
    return _fontless(name) if "\\math" in name else name


@lru_cache(maxsize=4096)
def _fontless(name: str) -> str:
    before = ""
    while name != before:
        before, name = name, _FONT_OF_NAME.sub(r"\1", name)
    return name


def _words(reader: _Reader, piece: _Raw) -> None:
    """Words, and the formulas that stand between dollars among them: `\\text{if $k = 1$}`."""
    raw = reader.argument()
    dollars = [at for at, inner in enumerate(raw) if inner.text == "$"]
    if len(dollars) % 2 or not dollars:
        _word(reader, piece, raw, raw[-1].end + 1 if raw else piece.end)
        return
    ends = [-1, *dollars, len(raw)]
    for number, (before, behind) in enumerate(pairwise(ends)):
        inside = raw[before + 1 : behind]
        if number % 2:
            reader.out.extend(reader.tokens_of(inside))
        elif inside:
            _word(reader, _Raw(piece.kind, piece.text, inside[0].start, inside[0].start), inside, inside[-1].end)


def _word(reader: _Reader, piece: _Raw, raw: list[_Raw], end: int) -> None:
    """Words: one that makes a condition or separates equations, a note of several words, or a name."""
    for inner in raw:
        if inner.start in reader.unread:
            reader.emit("UNKNOWN", inner.text, inner.start, inner.end)
    words = re.sub(r"\\ |~|\s+", " ", reader.plain_text(raw)).replace("\\_", "_").strip()
    plain = words.lower().strip(" ,.:()")
    if not plain:
        return
    plain = tables.CONDITIONS_ABROAD.get(plain, plain)
    if plain in tables.CONDITION_WORDS:
        reader.emit("CONDITION", plain, piece.start, end)
    elif plain in tables.OTHERWISE_WORDS:
        reader.emit("OTHERWISE", plain, piece.start, end)
    elif plain in tables.SEPARATING_WORDS or plain in tables.NOTE_WORDS:
        reader.emit("WORDS", words, piece.start, end)
    elif piece.text == "\\textbf" and re.fullmatch(r"[^\W_]", words):
        _in_font(reader, piece, "bf", raw)
    elif re.fullmatch(r"[^\W\d][\w-]*", words):
        reader.emit("NAME", words, piece.start, end)
    elif re.fullmatch(r"[\d.]+", words):
        reader.emit("NUMBER", words, piece.start, end)
    else:
        first, *others = plain.split()
        is_condition = first in ("if", "for", "when") and others in ([], ["all"], ["each"], ["every"])
        reader.emit("CONDITION" if is_condition else "WORDS", plain if is_condition else words, piece.start, end)


def _begin_or_end(reader: _Reader, piece: _Raw) -> None:
    raw = reader.argument()
    name = reader.plain_text(raw).strip().rstrip("*")
    end = raw[-1].end + 1 if raw else piece.end
    if piece.text == "\\begin":
        if name in ("array", "alignat", "alignedat"):
            reader.argument()
        reader.emit("BEGIN", name, piece.start, end)
    else:
        reader.emit("END", name, piece.start, end)


def _eqalign(reader: _Reader, piece: _Raw) -> None:
    """`\\eqalign{a &= b \\cr &= c}` is an old spelling of aligned rows."""
    raw = reader.argument()
    end = raw[-1].end if raw else piece.end
    reader.emit("BEGIN", "aligned", piece.start, piece.end)
    reader.out.extend(reader.tokens_of(raw))
    reader.emit("END", "aligned", end, end)


def _rows_in_braces(reader: _Reader, piece: _Raw) -> None:
    """`\\eqalign{a &= b \\cr &= c}` is an environment of rows."""
    raw = reader.argument()
    end = raw[-1].end if raw else piece.end
    reader.emit("BEGIN", "aligned", piece.start, piece.end)
    reader.out.extend(reader.tokens_of(raw))
    reader.emit("END", "aligned", end, end + 1)


def _tag(reader: _Reader, piece: _Raw) -> None:
    raw = reader.argument()
    kind = "LABEL" if piece.text == "\\label" else "TAG"
    name = reader.plain_text(raw).strip()
    if piece.text == "\\tag*" and re.fullmatch(r"\([^()]*\)", name):
        name = name[1:-1]
    reader.emit(kind, name, piece.start, raw[-1].end + 1 if raw else piece.end)


def _pass_over_with_argument(reader: _Reader, piece: _Raw) -> None:
    reader.argument()


def _transparent(reader: _Reader, piece: _Raw) -> None:
    kept, count = tables.TRANSPARENT[piece.text]
    arguments = [reader.argument() for _ in range(count)]
    sign = _WITH_EQUALS.get("".join(reader.plain_text(arguments[kept]).split()))
    if sign is not None and reader.peek() == "=":
        reader.at += 1
        reader.emit("RELATION", sign, piece.start, reader.raw[reader.at - 1].end)
        return
    if piece.text in ("\\mathrel", "\\mathbin"):
        reader.out.extend(reader.tokens_of(arguments[kept]))
    else:
        reader.braced(arguments[kept], piece)


_WITH_EQUALS = {"+": "+=", "-": "-=", ":": ":=", "\\mathop:": ":=", "\\mathop{:}": ":="}


def _annotated(reader: _Reader, piece: _Raw) -> None:
    """`\\underbrace{x}_{note}` is x; `\\underset{note}{x}` and `\\stackrel{note}{=}` are x."""
    first = reader.argument()
    script = tables.ANNOTATED[piece.text]
    if not script:
        _annotated_sign(reader, piece, reader.plain_text(first).strip())
        return
    reader.emit("LBRACE", "{", piece.start, piece.start)
    reader.out.extend(reader.tokens_of(first))
    end = first[-1].end + 1 if first else piece.end
    reader.skip_space()
    if reader.peek() in ("_", "^"):
        reader.at += 1
        note = reader.argument()
        end = note[-1].end + 1 if note else end
    reader.emit("RBRACE", "}", end, end)


def _annotated_sign(reader: _Reader, piece: _Raw, note: str) -> None:
    """What stands below or above a note; `=` with a mark of demand or of doubt is another sign."""
    reader.skip_space()
    braced = reader.peek() == "{"
    raw = reader.argument()
    if not raw and reader.peek() == "=":
        raw = [reader.raw[reader.at]]
        reader.at += 1
    sign = f"\\overset{{{note}}}{{{reader.plain_text(raw).strip()}}}"
    if sign in tables.RELATIONS:
        reader.emit("RELATION", sign, piece.start, raw[-1].end + braced)
    else:
        reader.out.extend(reader.tokens_of(raw))


def _substack(reader: _Reader, piece: _Raw) -> None:
    """`\\substack{i < n \\\\ i \\neq j}`: lines below a sum are what stands between commas."""
    for token in reader.tokens_of(reader.argument()):
        is_line = token.kind == "NEWLINE"
        reader.emit("COMMA" if is_line else token.kind, "," if is_line else token.text, token.start, token.end)


def _root_sign(reader: _Reader, piece: _Raw) -> None:
    """`√t`, `√10`, `√(a + b)`: of one letter or number, or of a bracket."""
    reader.skip_space()
    first = reader.at
    depth = 0
    while reader.at < len(reader.raw):
        depth += {"(": 1, ")": -1}.get(reader.raw[reader.at].text, 0)
        reader.at += 1
        if depth == 0:
            break
    reader.emit("SQRT", "\\sqrt", piece.start, piece.end)
    reader.braced(reader.raw[first : reader.at], piece)


def _capital_sigma(reader: _Reader, piece: _Raw) -> None:
    """`\\Sigma_{k=1}^K` is a sum; another `\\Sigma` is a name."""
    follows = re.compile(r"\s*(?:\\limits|\\nolimits)?\s*(?:\^(?:\{[^{}]*\}|\S)\s*)?_\s*\{[^{}]*(?:=|\\in\b)").match(
        reader.text, piece.end
    )
    reader.emit("SUM" if follows else "NAME", "\\Sigma", piece.start, piece.end)


_HANDLERS: dict[str, Callable[[_Reader, _Raw], None]] = {
    **dict.fromkeys(("\\frac", "\\dfrac", "\\tfrac", "\\cfrac", "\\nicefrac", "\\sfrac"), _fraction),
    "\\sqrt": _root,
    "√": _root_sign,
    **dict.fromkeys(tables.ACCENTS, _accent),
    **dict.fromkeys(tables.FONTS, _font),
    **dict.fromkeys(tables.FONT_SWITCHES, _font_switch),
    **dict.fromkeys((*tables.WORDS, "\\operatorname*"), _words),
    "\\substack": _substack,
    "\\eqalign": _eqalign,
    "\\begin": _begin_or_end,
    "\\end": _begin_or_end,
    **dict.fromkeys(tables.ROWS_IN_BRACES, _rows_in_braces),
    **dict.fromkeys(("\\tag", "\\tag*", "\\label"), _tag),
    **dict.fromkeys(tables.PASSED_OVER_WITH_ARGUMENT - {"\\label"}, _pass_over_with_argument),
    **dict.fromkeys(tables.TRANSPARENT, _transparent),
    **dict.fromkeys(tables.ANNOTATED, _annotated),
    "\\Sigma": _capital_sigma,
    "Σ": _capital_sigma,
}

KNOWN_COMMANDS = frozenset(
    text
    for text in (*_HANDLERS, *_SINGLE, *tables.LETTERLIKE, *FUNCTION_COMMANDS)
    if re.fullmatch(r"\\[A-Za-z]{2,}", text)
)
