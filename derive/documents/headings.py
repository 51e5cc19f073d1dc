r"""The words of a heading, without what only says how they look; its formulas stay LaTeX.

>>> runs_of_markdown("The gradient of **each** $W_1$ {#sec-first}")
(('The gradient of each ', False), ('W_1', True))
>>> from derive.documents.lexing import pieces_of
>>> runs_of_latex(pieces_of(r"\textbf{Step~1}: the loss $L$\label{sec:loss}"))
(('Step 1: the loss ', False), ('L', True))
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from unicodedata import normalize

from markdown_it import MarkdownIt

from derive.documents.lexing import Piece, Stream, text_of

Runs = tuple[tuple[str, bool], ...]

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_ATTRIBUTES = re.compile(r"\s*\{[^{}$]*\}\s*$")
_FORMULA = re.compile(r"(?<!\\)\$\$?(?!\s)([^$]+)(?<!\s)\$\$?(?!\d)|\\\((.+?)\\\)")
_MARK = re.compile("\ue000(\\d+)\ue001")
_MARKS = re.compile("[\ue000\ue001]")

_WITHOUT_WORDS = frozenset(["\\label", "\\footnote", "\\thanks", "\\index", "\\vspace", "\\hspace", "\\footnotemark"])
_FIRST_OF_TWO = frozenset(["\\texorpdfstring"])
_ACCENTS = {"\\`": "\u0300", "\\'": "\u0301", "\\^": "\u0302", "\\~": "\u0303", '\\"': "\u0308"}
_LETTERS = {"\\i": "i", "\\ss": "ß", "\\ae": "æ", "\\o": "ø", "\\l": "ł", "\\LaTeX": "LaTeX", "\\dots": "…"}
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("`", "‘"), ("'", "’"))


def runs_of_markdown(words: str) -> Runs:
    """The words of a line of Markdown."""
    formulas: list[str] = []

    def marked(found: re.Match[str]) -> str:
        formulas.append((found[1] or found[2]).strip())
        return f"\ue000{len(formulas) - 1}\ue001"

    text = _FORMULA.sub(marked, _MARKS.sub("", _ATTRIBUTES.sub("", words)))
    children = [child for token in _MARKDOWN.parseInline(text) for child in token.children or ()]
    plain = "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in children)
    pieces = _MARK.split(plain)
    return _joined((formulas[int(piece)], True) if at % 2 else (piece, False) for at, piece in enumerate(pieces))


def runs_of_latex(pieces: Iterable[Piece]) -> Runs:
    """The words of some LaTeX: arguments of commands count as words."""
    stream = Stream("", 0)
    stream.put_back(pieces)
    return _joined(_runs(stream), _LIGATURES)


def _runs(stream: Stream) -> Iterator[tuple[str, bool]]:
    accent, is_behind_command = "", False
    for piece in stream.rest():
        is_swallowed = is_behind_command and piece.kind == "space"
        is_behind_command = piece.kind == "word"
        if is_swallowed:
            continue
        if piece.kind == "dollar" or piece.text == "\\(":
            yield _formula_of(stream, piece), True
        elif piece.text in _WITHOUT_WORDS:
            stream.bracketed("{", "}")
        elif piece.text in _FIRST_OF_TWO:
            first = stream.bracketed("{", "}") or []
            stream.bracketed("{", "}")
            stream.put_back(first)
        elif piece.text in _ACCENTS:
            accent = _ACCENTS[piece.text]
        elif words := _word(piece):
            yield words + accent, False
            accent = ""


def _formula_of(stream: Stream, opener: Piece) -> str:
    """What stands up to the closer of a formula."""
    closer = "$" if opener.kind == "dollar" else "\\)"
    inside: list[Piece] = []
    for piece in stream.rest():
        if piece.text == closer:
            break
        inside.append(piece)
    return text_of(inside).strip()


def _word(piece: Piece) -> str:
    """What a reader sees of one token."""
    match piece.kind:
        case "open" | "close":
            return ""
        case "space" | "paragraph":
            return " "
        case "word":
            return _LETTERS.get(piece.text, "")
        case "symbol":
            return piece.text[1:] if piece.text[1:] in tuple("&%$#_{}") else " "
    return " " if piece.text == "~" else piece.text


def _joined(runs: Iterable[tuple[str, bool]], ligatures: Sequence[tuple[str, str]] = ()) -> Runs:
    """Words with single spaces and no others at both ends, formulas as they are, none of both empty."""
    found: list[tuple[str, bool]] = []
    for is_formula, group in groupby(runs, key=lambda run: run[1]):
        texts = [text for text, _ in group]
        found += [(text, True) for text in texts] if is_formula else [(_plain("".join(texts), ligatures), False)]
    for at, stripped in ((0, str.lstrip), (-1, str.rstrip)):
        if found and not found[at][1]:
            found[at] = stripped(found[at][0]), False
    return tuple(run for run in found if run[0])


def _plain(text: str, ligatures: Sequence[tuple[str, str]]) -> str:
    for written, meant in ligatures:
        text = text.replace(written, meant)
    return normalize("NFC", re.sub(r"\s+", " ", text))
