r"""A label's mathematics, read once and set by either writer: letters, scripts, accents, fractions on one line.

Only what stands in the tables of `derive.figures.characters` is a command; the name of any other is shown as a word,
so that no label can make TeX or a browser do anything but show it.

>>> width(formula(r"\mathbf{W}^{[2]}"), 10) > width(formula("W"), 10) > 0
True
>>> tex(formula(r"\input{secret} \% \alpha_1"))
'\\mathrm{input}secret\\%\\alpha _{1}'
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from derive.figures.characters import (
    ACCENTS,
    BINARY,
    CAPITALS,
    FONTS,
    FUNCTIONS,
    GREEK,
    LETTERLIKE,
    PASSED_OVER,
    RELATIONS,
    SIGNS,
    SPACES,
)
from derive.figures.escaping import escaped
from derive.figures.widths import width_of
from derive.records import dataclass

Face = Literal["italic", "upright", "bold", "SCRIPT", "FRAKTUR", "DOUBLE-STRUCK"]
Kind = Literal["ordinary", "binary", "relation", "opening", "punctuation"]

SCRIPT, WIDE_SCRIPT = 0.7, 0.77
"""The size of a script beside that of its base, and its width: small type is wider for its size."""
AROUND = {"binary": 0.2, "relation": 0.27}
DEEPEST = 12
"""Groups within groups beyond this many are left out."""


@dataclass(frozen=True)
class Glyphs:
    """Characters of one face with the accents above them, and the LaTeX that sets them."""

    text: str
    face: Face
    tex: str
    kind: Kind = "ordinary"
    accents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Space:
    """An empty place, by its width at size 1."""

    width: float


@dataclass(frozen=True)
class Scripts:
    """A base with what stands below and above its right side."""

    base: "Formula"
    below: "Formula"
    above: "Formula"


Piece = Glyphs | Space | Scripts
Formula = tuple[Piece, ...]


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────

_TOKEN = re.compile(r"\\(?P<command>[A-Za-z]+|.)\s*|(?P<sign>[^\s])", re.DOTALL)


def formula(latex: str) -> Formula:
    """The label that a piece of LaTeX stands for; whatever it is, this raises nothing."""
    tokens = [("\\" + match["command"]) if match["command"] else match["sign"] for match in _TOKEN.finditer(latex)]
    return _with_signs(_Reader(tokens).formula())


def words(text: str) -> Formula:
    """Plain text as a label."""
    return (Glyphs(text, "upright", rf"\mathrm{{{escaped(text)}}}"),) if text else ()


@dataclass
class _Reader:
    """The tokens of a label with the place that is reached in them."""

    tokens: list[str]
    at: int = 0
    depth: int = 0

    def formula(self, face: Face | None = None) -> Formula:
        """All up to a closing brace or the end."""
        pieces: list[Piece] = []
        while self.at < len(self.tokens):
            token = self._next()
            if token == "}" and self.depth:
                break
            if token in ("^", "_", "'"):
                base = pieces.pop() if pieces and not isinstance(pieces[-1], Space) else None
                pieces.append(self._scripted(() if base is None else (base,), token))
            elif token not in ("{", "}"):
                pieces += self._piece(token, face)
            elif token == "{":
                pieces += self._group(face)
        return tuple(pieces)

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _group(self, face: Face | None) -> Formula:
        """What stands between a brace that was read and its partner."""
        self.depth += 1
        inner = self.formula(face)
        self.depth -= 1
        return inner if self.depth < DEEPEST else ()

    def _argument(self, face: Face | None = None) -> Formula:
        """One token or a group."""
        if self.at >= len(self.tokens):
            return ()
        token = self._next()
        return self._group(face) if token == "{" else () if token == "}" else tuple(self._piece(token, face))

    def _scripted(self, base: Formula, mark: str) -> Scripts:
        """A base with all the scripts and primes that follow it; a second one of a kind stands behind the first."""
        scripts: dict[str, Formula] = {"_": (), "^": ()}
        if len(base) == 1 and isinstance(base[0], Scripts):
            scripts = {"_": base[0].below, "^": base[0].above}
            base = base[0].base
        inner: Formula = (Glyphs("′", "upright", r"\prime"),) if mark == "'" else self._argument()
        place = "^" if mark == "'" else mark
        scripts[place] = (*scripts[place], *inner)
        return Scripts(base, scripts["_"], scripts["^"])

    def _piece(self, token: str, face: Face | None) -> Iterator[Piece]:
        """What a token that is no brace and no script stands for."""
        name = token[1:]
        if len(token) == 1:
            yield _of_character(token, face)
        elif name in FONTS:
            yield from self._in_font(name)
        elif name in ACCENTS:
            yield from _accented(self._argument(face), name)
        elif name in ("frac", "tfrac", "dfrac"):
            top, bottom = self._argument(face), self._argument(face)
            fraction = (*_in_brackets(top), Glyphs("/", "upright", "/"), *_in_brackets(bottom))
            yield from _bracketed(fraction) if self._is_followed_by_factor() else fraction
        elif name == "sqrt":
            yield Glyphs("√", "upright", r"\surd ")
            yield from _in_brackets(self._argument(face))
        elif name in SPACES:
            yield Space(SPACES[name])
        elif name not in PASSED_OVER:
            yield _of_command(name, face)

    def _is_followed_by_factor(self) -> bool:
        """Whether what comes next would be read as a part of the denominator."""
        passed = {*SPACES, *PASSED_OVER}
        token = next((one for one in self.tokens[self.at :] if one[1:] not in passed), "}")
        name = token[1:]
        if len(token) == 1:
            return token.isalnum() or token in "({|"
        return not (name in BINARY or name in RELATIONS)

    def _in_font(self, name: str) -> Iterator[Piece]:
        """The argument of a command for a font; upright letters stay together as one word."""
        face: Face = FONTS[name]  # type: ignore[assignment]
        inner = self._argument(face)
        word = "".join(piece.text for piece in inner if isinstance(piece, Glyphs))
        if face == "upright" and len(inner) > 1 and all(isinstance(piece, Glyphs) for piece in inner):
            yield Glyphs(word, "upright", rf"\mathrm{{{escaped(word)}}}")
        else:
            yield from inner


def _of_command(name: str, face: Face | None) -> Glyphs:
    for table, own in ((GREEK, "italic"), (CAPITALS, "upright"), (LETTERLIKE, "italic"), (SIGNS, "upright")):
        if name in table:
            is_bold = face == "bold"
            tex = rf"\boldsymbol{{\{name}}}" if is_bold else rf"\{name}" + " " * name.isalpha()
            kind: Kind = "opening" if name in ("langle", "{", "sum", "prod") else "ordinary"
            return Glyphs(table[name], "bold" if is_bold else own, tex, kind)  # type: ignore[arg-type]
    if name in BINARY:
        return Glyphs(BINARY[name], "upright", rf"\{name} ", "binary")
    if name in RELATIONS:
        return Glyphs(RELATIONS[name], "upright", rf"\{name} ", "relation")
    if name in FUNCTIONS:
        return Glyphs(name, "upright", rf"\mathrm{{{name}}}")
    return Glyphs(name, "upright", escaped(name) if len(name) == 1 else rf"\mathrm{{{escaped(name)}}}")


_KINDS: dict[str, Kind] = {
    "+": "binary", "-": "binary", "=": "relation", "<": "relation", ">": "relation", "(": "opening", "[": "opening",
    ",": "punctuation",
}  # fmt: skip

_AS_THEY_ARE = frozenset("+-=<>()[],.:;/!?|@*")


def _of_character(character: str, face: Face | None) -> Glyphs:
    if character == "~":
        return Glyphs("\u00a0", "upright", r"\ ")
    if character == "-" and face == "upright":
        return Glyphs("-", "upright", r"\mbox{-}")
    kind = _KINDS.get(character, "ordinary")
    shown = {"-": "−", "*": "∗"}.get(character, character)
    if not (character.isascii() and character.isalnum()):
        return Glyphs(shown, "upright", character if character in _AS_THEY_ARE else escaped(character), kind)
    if face in ("SCRIPT", "FRAKTUR", "DOUBLE-STRUCK") and character.isalpha():
        return _in_alphabet(character, face)
    if face in ("bold", "DOUBLE-STRUCK"):
        return Glyphs(character, "bold", rf"\mathbf{{{character}}}")
    if face == "upright" or character.isdigit():
        return Glyphs(character, "upright", rf"\mathrm{{{character}}}" if character.isalpha() else character)
    return Glyphs(character, "italic", character)


def _in_alphabet(letter: str, face: Face) -> Glyphs:
    """A letter of the script, the black letters or the double-struck ones."""
    case = "CAPITAL" if letter.isupper() else "SMALL"
    command = {"SCRIPT": "mathcal", "FRAKTUR": "mathfrak", "DOUBLE-STRUCK": "mathbb"}[face]
    if case == "SMALL" and face != "FRAKTUR":  # TeX's alphabets have no small letters here
        return Glyphs(letter, "italic", letter)
    for name in (f"{'BLACK-LETTER' if face == 'FRAKTUR' else face} {case} {letter.upper()}",
                 f"MATHEMATICAL {face} {case} {letter.upper()}"):  # fmt: skip
        try:
            return Glyphs(unicodedata.lookup(name), "upright", rf"\{command}{{{letter}}}")
        except KeyError:
            continue
    return Glyphs(letter, "italic", letter)


def _accented(inner: Formula, name: str) -> Formula:
    """The first letter takes the accent; what has none to take it stays as it is."""
    match inner:
        case (Glyphs() as first, *rest):
            tex = rf"\{name}{{{first.tex}}}"
            return (Glyphs(first.text, first.face, tex, first.kind, (*first.accents, ACCENTS[name])), *rest)
        case (Scripts(base, below, above), *rest):
            return (Scripts(_accented(base, name), below, above), *rest)
    return inner


def _in_brackets(part: Formula) -> Formula:
    """A part of a fraction on one line: in brackets where it has several factors, but for ∂W and √d."""
    shown = [piece for piece in part if not isinstance(piece, Space)]
    is_one = len(shown) == 1 or (len(shown) == 2 and isinstance(shown[0], Glyphs) and shown[0].text in "∂√")
    is_number = all(isinstance(piece, Glyphs) and piece.text.isdigit() for piece in shown)
    if is_one or is_number:
        return part
    return _bracketed(part)


def _bracketed(part: Formula) -> Formula:
    return (Glyphs("(", "upright", "(", "opening"), *_with_signs(part), Glyphs(")", "upright", ")"))


def _with_signs(pieces: Formula) -> Formula:
    """A plus or minus with nothing before it is a sign, and has no space around it."""
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        before = found[-1] if found else None
        alone = len(pieces) == 1 or before is None or number == len(pieces) - 1
        if isinstance(piece, Glyphs) and piece.text in FUNCTIONS and _is_factor(before):
            found.append(Space(SPACES[","]))
        if isinstance(piece, Glyphs) and piece.kind == "binary" and (alone or _takes_sign(before)):
            found.append(Glyphs(piece.text, piece.face, f"{{{piece.tex}}}", "ordinary", piece.accents))
        else:
            found.append(piece)
    return tuple(found)


def _is_factor(before: Piece | None) -> bool:
    """Whether a function's name needs a thin space behind what stands before it."""
    return isinstance(before, Scripts) or (isinstance(before, Glyphs) and before.kind == "ordinary")


def _takes_sign(before: Piece | None) -> bool:
    return isinstance(before, Glyphs) and before.kind != "ordinary"


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────


def width(label: Formula, size: float) -> float:
    """How wide a label is, about: small type is wider for its size."""
    return sum(_width(piece) for piece in label) * size * (1 + max(0.0, 0.04 * (10 - size)) * (size > 1))


def _width(piece: Piece) -> float:
    match piece:
        case Space(own):
            return own
        case Scripts(base, below, above):
            return width(base, 1) + WIDE_SCRIPT * max(width(below, 1), width(above, 1)) + 0.05
        case Glyphs(text, face, _, kind):
            return width_of(text, face) + 2 * AROUND.get(kind, 0) + (0.17 if kind == "punctuation" else 0)


def height(label: Formula, size: float) -> tuple[float, float]:
    """How far a label reaches above and below its line, about."""
    above = max((_above(piece) for piece in label), default=0.7)
    below = 0.36 if any(isinstance(piece, Scripts) and piece.below for piece in label) else 0.24
    return above * size, below * size


def _above(piece: Piece) -> float:
    match piece:
        case Scripts(base, _, above):
            return max(height(base, 1)[0], 1.02 if above else 0.0)
        case Glyphs(_, _, _, _, accents):
            return 0.72 + 0.2 * bool(accents)
    return 0.0


# ── LaTeX ────────────────────────────────────────────────────────────────────────────────────────────


def tex(label: Formula) -> str:
    """The label for TeX's mathematics, of known commands alone."""
    return "".join(_tex(piece) for piece in label)


def _tex(piece: Piece) -> str:
    match piece:
        case Space(own):
            return rf"\mskip{round(18 * own)}mu " if own else ""
        case Scripts(base, below, above):
            is_letter = len(base) == 1 and isinstance(base[0], Glyphs)
            scripts = (f"_{{{tex(below)}}}" if below else "") + (f"^{{{tex(above)}}}" if above else "")
            return (tex(base) if is_letter else f"{{{tex(base)}}}") + scripts
        case Glyphs(_, _, own):
            return own
