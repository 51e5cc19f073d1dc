r"""The text of an exercise, which is Markdown from outside -> blocks: words, lists, emphasis, code, formulas.

What is no Markdown that a sheet shows is plain words, HTML too; a formula that is not understood is code. Formulas are
where the reader of documents finds them, so that what is shown as one is what is checked as one.

>>> prose_text("**each** row")
(Words(text='each', style='strong'), Words(text=' row', style='plain'))
"""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from derive.documents.document import Document, Passage
from derive.documents.markdown import behind, find_front_matter, find_mathematics
from derive.records import dataclass
from derive.sheets.blocks import Block, Bullets, Display, Formula, Heading, Paragraph, Style, Table, Text, Words
from derive.sheets.safe_math import rebuilt
from derive.source import Source

_OPENER = re.compile(
    r"(?:\$\$|\$`?|\\\[|\\\(|^[ \t>]*(?:```+|~~~+|:::+)[ \t]*\{?math\}?[^\n]*\n(?:[ \t>]*:\w+:[^\n]*\n)*)[\s>]*\Z",
    re.MULTILINE,
)
_CLOSER = re.compile(r"[\s>]*(?:\$\$|`?\$|\\\]|\\\)|(?:```+|~~~+|:::+)[ \t]*(?=\n|\Z))")
_LABEL = re.compile(r"[ \t]*(?:\{#[^}\n]*\}|\([\w:./-]+\)[ \t]*(?=\n|\Z))")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FARTHEST = 400
"""How many characters before a formula what opens it is looked for."""
_MARK = re.compile("\ue000(\\d+)\ue001")
_MARKS = re.compile("[\ue000\ue001]")


def prose_blocks(document: Document) -> tuple[Block, ...]:
    """The text of an exercise without its setting and without the title at its head; of a `.md` alone."""
    if not document.source.name.lower().endswith((".md", ".markdown")):
        return ()
    head = find_front_matter(document.source)
    start = 0 if head is None else behind(head)
    written = find_mathematics(document.source, start)
    blocks = _Marked.of(document.source, start, written, _without_macros(written, document.passages)).blocks()
    return blocks[1:] if blocks and isinstance(blocks[0], Heading) and blocks[0].level == 1 else blocks


def prose_text(text: str) -> Text:
    """Markdown as one line: a prompt, a title."""
    source = Source("", " ".join(_MARKS.sub("", text).split()))
    written = find_mathematics(source)
    marked = _Marked.of(source, 0, written, written)
    tokens = MarkdownIt("commonmark", {"html": False}).parseInline(marked.text)
    return tuple(run for token in tokens for run in marked.runs(token))


def _without_macros(written: Sequence[Passage], read: Sequence[Passage]) -> list[Passage | None]:
    """For each formula as it is written the one without macros that stands there; null where it only defines some."""
    found: list[Passage | None] = []
    waiting = list(reversed(read))
    for passage in written:
        while waiting and waiting[-1].text.offset(0) < passage.text.start:
            waiting.pop()
        is_here = bool(waiting) and waiting[-1].text.offset(0) <= passage.text.end
        found.append(waiting.pop() if is_here else None)
    return found


@dataclass
class _Marked:
    """A Markdown text in which each formula is a mark that holds its number; a null one says nothing."""

    text: str
    passages: Sequence[Passage | None]

    @classmethod
    def of(cls, source: Source, start: int, written: Sequence[Passage], read: Sequence[Passage | None]) -> "_Marked":
        """The text of a source from an offset on, its formulas as they are written and as they are read."""
        pieces: list[str] = []
        at = start
        for number, passage in enumerate(written):
            first, last = _extent(source.text, passage, at)
            if first < at:
                continue
            pieces += [_words_between(source.text[at:first]), f"\ue000{number}\ue001"]
            at = last
        return cls("".join([*pieces, _words_between(source.text[at:])]), read)

    def blocks(self) -> tuple[Block, ...]:
        """The blocks of the text in their order."""
        parser = MarkdownIt("commonmark", {"html": False}).enable("table")
        return tuple(_Blocks(self, parser.parse(self.text)).all())

    # ── a line of text ──

    def runs(self, token: Token) -> Iterator[Words | Formula]:
        """The runs of an inline token, displays as formulas in the line."""
        for piece in self.pieces(token):
            yield from (_formula(piece),) if isinstance(piece, Passage) else piece

    def pieces(self, token: Token) -> Iterator[Text | Passage]:
        """An inline token as lines of text and, between them, the displays that stand in it."""
        line: list[Words | Formula] = []
        strong = emphasis = 0
        links: list[str] = []
        for child in token.children or ():
            strong += _change(child, "strong")
            emphasis += _change(child, "em")
            if child.type == "link_open":
                links.append(str(child.attrs.get("href", "")))
            elif child.type == "link_close":
                address = links.pop()
                line += [] if _says(line, address) else [Words(f" ({address})")]
            style: Style = "strong" if strong else "emphasis" if emphasis else "plain"
            for run in self._child(child, style):
                if isinstance(run, Passage):
                    yield tuple(line)
                    yield run
                    line = []
                else:
                    line.append(run)
        yield tuple(line)

    def _child(self, child: Token, style: Style) -> Iterator[Words | Formula | Passage]:
        if child.type == "code_inline":
            yield Words(self.unmarked(child.content), "code")
        elif child.type in ("softbreak", "hardbreak"):
            yield Words(" ")
        elif child.type == "image":
            yield Words(self.unmarked(child.content), style)
        elif child.content:
            yield from self._words(child.content, style)

    def _words(self, text: str, style: Style) -> Iterator[Words | Formula | Passage]:
        """Words, and the formulas whose marks stand among them."""
        for at, piece in enumerate(_MARK.split(text)):
            if at % 2 == 0:
                yield from (Words(piece, style),) if piece else ()
            else:
                passage = self.passages[int(piece)]
                if passage is not None:
                    yield passage if passage.kind == "display" else _formula(passage)

    def unmarked(self, text: str) -> str:
        """A text with formulas as their authors wrote them."""
        return _MARK.sub(lambda mark: self._in_code(self.passages[int(mark[1])]), text)

    @staticmethod
    def _in_code(passage: Passage | None) -> str:
        return "" if passage is None else f"${passage.text.value}$"


def _words_between(text: str) -> str:
    return _COMMENT.sub("", _MARKS.sub("", text))


def _extent(text: str, passage: Passage, earliest: int) -> tuple[int, int]:
    """Where a formula begins and ends, its delimiters and its label included."""
    start, end = passage.text.offset(0), passage.text.end
    opener = _OPENER.search(text, max(earliest, start - _FARTHEST), start)
    if opener is None:
        return start, end
    closer = _CLOSER.match(text, end)
    end = end if closer is None else closer.end()
    label = _LABEL.match(text, end) if passage.label is not None else None
    return opener.start(), end if label is None else label.end()


def _formula(passage: Passage) -> Words | Formula:
    """A formula, or its LaTeX as code where it is not understood."""
    found = None if passage.problem is not None else rebuilt(passage.text.value)
    return Words(passage.text.value, "code") if found is None else Formula(found.latex)


def _change(child: Token, name: str) -> int:
    return {f"{name}_open": 1, f"{name}_close": -1}.get(child.type, 0)


def _says(line: Sequence[Words | Formula], address: str) -> bool:
    """Whether a line ends with an address, as an address that is its own link does."""
    return bool(line) and isinstance(line[-1], Words) and line[-1].text.rstrip("/") in address


class _Blocks:
    """Walks over Markdown's tokens once."""

    def __init__(self, marked: _Marked, tokens: Sequence[Token]) -> None:
        self.marked = marked
        self.tokens = tokens
        self.lists: list[bool] = []
        self.items: list[Text] = []
        self.rows: list[list[Text]] = []

    def all(self) -> Iterator[Block]:
        """Every block, in order."""
        for at, token in enumerate(self.tokens):
            if token.type in ("bullet_list_open", "ordered_list_open"):
                self.lists.append(token.type.startswith("ordered"))
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                yield from self._list()
                self.lists.pop()
            elif token.type in ("fence", "code_block"):
                lines = self.marked.unmarked(token.content).splitlines()
                yield from (Paragraph((Words(line, "code"),)) for line in lines if line.strip())
            elif token.type == "tr_open":
                self.rows.append([])
            elif token.type == "table_close":
                yield self._table()
            elif token.type == "inline":
                yield from self._inline(token, self.tokens[at - 1])

    def _inline(self, token: Token, around: Token) -> Iterator[Block]:
        """The text of a heading, a cell, an item or a paragraph."""
        if around.type == "heading_open":
            yield Heading(tuple(self.marked.runs(token)), int(around.tag[1:]))
        elif around.type in ("th_open", "td_open"):
            self.rows[-1].append(tuple(self.marked.runs(token)))
        else:
            for piece in self.marked.pieces(token):
                yield from self._piece(piece)

    def _piece(self, piece: Text | Passage) -> Iterator[Block]:
        """A line of text, or a display, which ends the list in which it stands."""
        if isinstance(piece, Passage):
            yield from self._list()
            found = None if piece.problem is not None else rebuilt(piece.text.value)
            if found is None:
                yield Paragraph((Words(" ".join(piece.text.value.split()), "code"),))
            else:
                yield Display(found.latex, piece.label or found.tag)
        elif any(not isinstance(run, Words) or run.text.strip() for run in piece):
            if self.lists:
                self.items.append(_stripped(piece))
            else:
                yield Paragraph(_stripped(piece))

    def _list(self) -> Iterator[Block]:
        """The items since the list began, or since a display in it."""
        if self.items:
            yield Bullets(tuple(self.items), self.lists[-1])
        self.items = []

    def _table(self) -> Table:
        header, *rows = map(tuple, self.rows)
        self.rows = []
        return Table(header, tuple(rows), (True,) * len(header))


def _stripped(text: Text) -> Text:
    """A line without white space at its ends."""
    runs = list(text)
    if isinstance(runs[0], Words):
        runs[0] = Words(runs[0].text.lstrip(), runs[0].style)
    if isinstance(runs[-1], Words):
        runs[-1] = Words(runs[-1].text.rstrip(), runs[-1].style)
    return tuple(run for run in runs if not isinstance(run, Words) or run.text)
