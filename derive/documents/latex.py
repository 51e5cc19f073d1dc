r"""The mathematics of a LaTeX file, each formula without its macros and with its exact place.

One walk over the file's tokens, as TeX goes: definitions hold from where they
stand to the end of their group; comments, verbatim text and what `\iffalse` hides
are no mathematics; a preamble defines and claims nothing.

>>> from derive.source import Source
>>> contents = read_latex(Source("notes.tex", "\\def\\R{\\mathbb{R}} % $a$\nLet $x \\in \\R$, so \\[a = b\\]"))
>>> [(passage.kind, passage.text.value, passage.text.place().line) for passage in contents.passages]
[('inline', 'x \\in \\mathbb{R}', 2), ('display', 'a = b', 2)]
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import field

from derive.documents.conditionals import Conditionals
from derive.documents.document import Contents, Heading, Kind, Passage
from derive.documents.expansion import Expander
from derive.documents.formulas import Formulas
from derive.documents.headings import runs_of_latex
from derive.documents.lexing import LONGEST_FORMULA, Piece, Stream, text_of
from derive.documents.macros import DefinitionError, Macro, is_definition, read_definition
from derive.errors import DocumentError
from derive.records import dataclass
from derive.source import Run, Source, Text

MOST_REREAD = 500_000
"""How many tokens may be read again because something that they followed is never closed."""

_OUTER = ("equation", "align", "alignat", "gather", "multline", "eqnarray", "flalign", "displaymath")
_INNER = ("aligned", "alignedat", "gathered", "split")
DISPLAYS = frozenset(name + star for name in (*_OUTER, *_INNER) for star in ("", "*"))
OUTER_DISPLAYS = frozenset(name + star for name in _OUTER for star in ("", "*"))
VERBATIM = frozenset({
    "verbatim", "verbatim*", "Verbatim", "Verbatim*", "BVerbatim", "LVerbatim", "SaveVerbatim", "alltt", "lstlisting",
    "minted", "comment", "filecontents", "filecontents*", "pycode", "pythoncode", "tikzpicture", "pgfpicture", "asy",
    "luacode",
})  # fmt: skip
LEVELS = {"\\part": 1, "\\chapter": 2, "\\section": 3, "\\subsection": 4, "\\subsubsection": 5, "\\paragraph": 6}
SECTIONS = frozenset({*LEVELS, "\\item"})

_OPENS_OR_CLOSES = re.compile(
    r"\\[\[\]]|\$\$|\\(?:begin|end)\s*\{(?:" + "|".join((*_OUTER, *_INNER)) + r"|IEEEeqnarray|dmath)\*?\}"
)
_VERBATIM_COMMAND = re.compile(r"\*?(?:\[[^\]\n]*\])?(?:\{[^{}\n]*\}|([^\s\w{*\[])[^\n]*?\1)")
_MINTED_COMMAND = re.compile(r"(?:\[[^\]\n]*\])?\{[^{}\n]*\}(?:\{[^{}\n]*\}|([^\s\w{*\[])[^\n]*?\1)")
_ADDRESS = re.compile(r"\s*(?:\[[^\]\n]*\])?\{[^{}\n]*\}")
_OTHER_FILE = re.compile(r"\*?\s*(?:\{[^{}\n]*\}){1,2}|[^\S\n]+[^\s{}\\%$]+")


def read_latex(source: Source) -> Contents:
    """The setting's YAML, the passages, the headings and the commands that take other files of a LaTeX document."""
    head = find_commented_front_matter(source)
    reader = _Reader(source)
    reader.read()
    formulas = reader.formulas
    return Contents(head, tuple(formulas.found), formulas.first, tuple(reader.left_out), tuple(reader.headings))


# --- The setting ---------------------------------------------------------------------------------

_BEFORE_HEAD = re.compile(r"(?:[^\S\n]*(?:%[^\S\n]*(?:!|-\*-)[^\n]*)?\n)*")
_FENCE = re.compile(r"%[^\S\n]?---[^\S\n]*(?:\n|$)")
_END_FENCE = re.compile(r"%[^\S\n]?(?:---|\.\.\.)[^\S\n]*(?:\n|$)")
_LINE = re.compile(r"%[^\S\n]?([^\n]*)(?:\n|$)")
_KEY = re.compile(r"[ \t]*(?:#|[\w-]+[ \t]*:(?:\s|$))")


def find_commented_front_matter(source: Source) -> Text | None:
    """The YAML between the lines `% ---` at the head of a text, without the `% ` of its lines; null where it has none.

    Comments for editors, `% !TEX …`, may stand before it.
    """
    head = _BEFORE_HEAD.match(source.text)
    first = _FENCE.match(source.text, 0 if head is None else head.end())
    if first is None:
        return None
    at = first.end()
    lines: list[str] = []
    runs: list[Run] = []
    length = 0
    while _END_FENCE.match(source.text, at) is None:
        line = _LINE.match(source.text, at)
        if line is None or (not lines and _KEY.match(line[1]) is None):
            if not lines:
                return None
            problem = "the front matter that begins here is never closed; expected a line % ---"
            raise DocumentError.at(source, first.start(), problem)
        lines.append(line[1] + "\n")
        runs.append(Run(length, line.start(1), line.end(1) + 1, True))
        length += len(lines[-1])
        at = line.end()
    return Text("".join(lines), source, runs[0].start if runs else at, tuple(runs))


# --- The text ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Opener:
    """What begins mathematics: its tokens, what ends it, whether these belong to it as those of an environment do."""

    kind: Kind
    pieces: list[Piece]
    closer: str
    is_environment: bool = False

    def problem(self, source: Source, is_parted: bool) -> str:
        """What is wrong if it is never closed, or not before a blank line."""
        first, last = self.pieces[0], self.pieces[-1]
        fault = "is not closed before the blank line" if is_parted else "is never closed"
        problem = f"the display that {source.text[first.start : last.end]} opens here {fault}"
        closer = f"\\end{{{self.closer}}}" if self.is_environment else self.closer
        return f"{problem}; expected {closer}" if first.is_copied else problem


@dataclass
class _Collected:
    """The tokens of a formula up to its closer, or to where it cannot go on.

    `is_parted`: that is a blank line, which is no mathematics. `blank`: where the first is in an environment.
    """

    pieces: list[Piece] = field(default_factory=list)
    is_closed: bool = False
    is_parted: bool = False
    blank: int | None = None


class _Reader:
    """One walk over a file. Each method reads what begins with a token."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stream = Stream(source.text, 0)
        self.formulas = Formulas()
        self.macros = self.formulas.macros
        self.expander = Expander(source, self.macros, is_scoped=True)
        self.conditionals = Conditionals(self.stream)
        self.left_out: list[Text] = []
        self.headings: list[Heading] = []
        self.edges: dict[str, tuple[Macro, bool]] = {}
        self.is_over = False

    def read(self) -> None:
        while not self.is_over:
            self.stream.skip_prose()
            piece = self.stream.next()
            if piece is None:
                break
            if self.stream.reads > 2 * self.stream.at + MOST_REREAD:
                raise DocumentError.at(
                    self.source, piece.start, "too many formulas and braces are never closed up to here"
                )
            if piece.is_copied:
                self.expander.calls.begin_formula()
            if piece.kind in ("word", "symbol"):
                self._command(piece)
            elif piece.kind in _KINDS:
                _KINDS[piece.kind](self, piece)

    def _command(self, piece: Piece) -> None:
        rule = _RULES.get(piece.text)
        if rule is not None:
            rule(self, piece)
        elif is_definition(piece.text):
            self._define(piece)
        elif not self.conditionals.read(piece):
            self._replace(piece)

    def _define(self, piece: Piece) -> None:
        """A definition; what is no definition that can be read defines nothing."""
        self.stream.put_back([piece])
        try:
            read_definition(self.stream, self.macros)
        except DefinitionError as error:
            if error.is_unclosed:
                raise DocumentError.at(self.source, error.piece.start, error.problem) from None

    def _replace(self, piece: Piece) -> bool:
        """A macro that opens or closes a display yields what it does; any other in the text stays unread."""
        macro = self.macros.known.get(piece.text)
        if macro is None or macro.place is None or not self._opens_or_closes(piece.text, macro):
            return False
        return self.expander.calls.replace(self.stream, piece, macro) is None

    def _opens_or_closes(self, name: str, macro: Macro) -> bool:
        """Whether a macro yields the beginning or the end of a display; the same one is looked at once."""
        asked, found = self.edges.get(name, (None, False))
        if asked is not macro:
            found = any(_OPENS_OR_CLOSES.search(text_of(pattern.body)) for pattern in macro.patterns)
            self.edges[name] = (macro, found)
        return found

    # ── environments ──

    def _name(self) -> tuple[str, list[Piece]]:
        """The name behind `\\begin` or `\\end`, and its tokens."""
        group = self.stream.bracketed("{", "}") or []
        return text_of(group[1:-1]).strip(), group

    def _begin(self, piece: Piece) -> None:
        name, group = self._name()
        if name == "document":
            self.formulas.begin_document()
            self.headings.clear()
        elif name in VERBATIM:
            self.stream.skip_behind(re.compile(rf"\\end\s*\{{{re.escape(name)}\}}"))
        elif name in DISPLAYS or name == "math":
            self._formula(_Opener("inline" if name == "math" else "display", [piece, *group], name, True))
        elif not self._replace_environment(piece, name, group):
            self.macros.open_group()

    def _end(self, piece: Piece) -> None:
        name, group = self._name()
        if name == "document":
            self.is_over = True
        elif not self._replace_environment(piece, name, group):
            self.macros.close_group()

    def _replace_environment(self, piece: Piece, name: str, group: list[Piece]) -> bool:
        """An environment of the author's, or of a package, yields what it stands for."""
        environment = self.macros.environments.get(name)
        if environment is None:
            return False
        calls = self.expander.calls
        call = piece._replace(text=piece.text + text_of(group), end=group[-1].end)
        if piece.text == "\\begin":
            return calls.replace(self.stream, call, environment.opening) is None
        self.stream.put_back(calls.filled(environment.closing, call, ()))
        return True

    # ── formulas ──

    def _dollar(self, piece: Piece) -> None:
        following = self.stream.peek()
        if following is not None and following.kind == "dollar":
            self._formula(_Opener("display", [piece, self.stream.next() or following], "$$"))
        else:
            self._formula(_Opener("inline", [piece], "$"))

    def _bracket(self, piece: Piece) -> None:
        self._formula(_Opener("display", [piece], "\\]"))

    def _parenthesis(self, piece: Piece) -> None:
        self._formula(_Opener("inline", [piece], "\\)"))

    def _formula(self, opener: _Opener) -> None:
        """Everything up to the closer is one passage; up to where the text must go on, if it is missing."""
        found = _Collector(self, opener).collect()
        if not found.is_closed:
            self._shorten(opener, found)
        if found.is_closed or opener.kind == "display":
            inside = Stream("", 0)
            inside.put_back([*opener.pieces, *found.pieces] if opener.is_environment else found.pieces)
            expanded = self.expander.expand(inside, opener.pieces[0].start)
            problem = None if found.is_closed else opener.problem(self.source, found.is_parted)
            self.formulas.add(Passage(opener.kind, expanded.text, problem=problem, unread=expanded.unread))

    def _shorten(self, opener: _Opener, found: _Collected) -> None:
        """What follows the part that a formula without its closer may hold is text again.

        That is up to a blank line; `$` whose braces are not balanced ends at the next `$`, and else is text.
        """
        kept = behind = len(found.pieces) if found.blank is None else found.blank
        if opener.kind == "inline":
            dollars = (at for at, piece in enumerate(found.pieces) if piece.kind == "dollar" and opener.closer == "$")
            kept = next(dollars, 0)
            behind = kept + (kept > 0)
            found.is_closed = kept > 0
        self.stream.put_back(found.pieces[behind:])
        del found.pieces[kept:]

    # ── headings ──

    def _heading(self, piece: Piece) -> None:
        """`\\section[short]{words}`: what its words claim is read as any text."""
        star, short = self.stream.take("*"), self.stream.bracketed("[", "]")
        words = self.stream.bracketed("{", "}")
        if words is not None:
            runs = runs_of_latex(words[1:-1])
            self.headings.append(Heading(LEVELS[piece.text], runs, self.source.place(piece.start).line))
        self.stream.put_back([*([] if star is None else [star]), *(short or ()), *(words or ())])

    # ── what is passed over ──

    def _other_file(self, piece: Piece) -> None:
        """`\\input{intro}`: other files are not opened."""
        named = self.stream.skip(_OTHER_FILE)
        if named and piece.is_copied:
            self.left_out.append(Text(piece.text + named, self.source, piece.start))

    def _verbatim(self, _piece: Piece) -> None:
        self.stream.skip(_VERBATIM_COMMAND)

    def _minted(self, _piece: Piece) -> None:
        self.stream.skip(_MINTED_COMMAND)

    def _address(self, _piece: Piece) -> None:
        self.stream.skip(_ADDRESS)

    def _open_group(self, _piece: Piece) -> None:
        self.macros.open_group()

    def _close_group(self, _piece: Piece) -> None:
        self.macros.close_group()

    def _transparent(self, _piece: Piece) -> None:
        """A command whose argument holds definitions as if it stood alone."""
        self.stream.take("{")

    def _at_is_letter(self, _piece: Piece) -> None:
        self.stream.internal = True

    def _at_is_other(self, _piece: Piece) -> None:
        self.stream.internal = False


_RULES: Mapping[str, Callable[[_Reader, Piece], None]] = {
    "\\begin": _Reader._begin,
    "\\end": _Reader._end,
    "\\[": _Reader._bracket,
    "\\(": _Reader._parenthesis,
    **dict.fromkeys(("\\input", "\\include", "\\subfile", "\\import", "\\subimport"), _Reader._other_file),
    **dict.fromkeys(("\\verb", "\\lstinline"), _Reader._verbatim),
    "\\mintinline": _Reader._minted,
    **dict.fromkeys(("\\url", "\\href", "\\path", "\\nolinkurl", "\\hyperref"), _Reader._address),
    **dict.fromkeys(("\\begingroup", "\\bgroup"), _Reader._open_group),
    **dict.fromkeys(("\\endgroup", "\\egroup"), _Reader._close_group),
    **dict.fromkeys(("\\AtBeginDocument", "\\AtEndPreamble"), _Reader._transparent),
    **dict.fromkeys(LEVELS, _Reader._heading),
    "\\makeatletter": _Reader._at_is_letter,
    "\\makeatother": _Reader._at_is_other,
}

_KINDS: Mapping[str, Callable[[_Reader, Piece], None]] = {
    "dollar": _Reader._dollar,
    "open": _Reader._open_group,
    "close": _Reader._close_group,
}


class _Collector:
    """Collects the tokens of one formula up to its closer."""

    def __init__(self, reader: _Reader, opener: _Opener) -> None:
        self.reader = reader
        self.stream = reader.stream
        self.opener = opener
        self.found = _Collected()
        self.inner: list[str] = []
        self.depth = 0
        self.parentheses = 0

    def collect(self) -> _Collected:
        """The tokens, as far as the formula goes."""
        for piece in self.stream.rest():
            if piece.kind == "paragraph":
                if not self.opener.is_environment:
                    self.found.is_parted = True
                    return self._broken([piece])
                self.found.blank = len(self.found.pieces) if self.found.blank is None else self.found.blank
            if piece.text in ("\\begin", "\\end"):
                ended = self._edge(piece)
            elif piece.kind in ("word", "symbol"):
                ended = self._command(piece)
            else:
                ended = self._plain(piece)
            if ended or len(self.found.pieces) > LONGEST_FORMULA:
                break
        return self.found

    def _closed(self) -> bool:
        self.found.is_closed = True
        return True

    def _broken(self, pieces: list[Piece]) -> _Collected:
        """The formula cannot go on before these tokens."""
        self.stream.put_back(pieces)
        return self.found

    def _plain(self, piece: Piece) -> bool:
        self.depth += {"open": 1, "close": -1}.get(piece.kind, 0)
        if piece.kind == "dollar":
            if self.opener.closer == "$" and self.depth <= 0:
                return self._closed()
            following = self.stream.peek()
            if self.opener.closer == "$$" and following is not None and following.kind == "dollar":
                self.stream.next()
                return self._closed()
        self.found.pieces.append(piece)
        return False

    def _command(self, piece: Piece) -> bool:
        if piece.text == "\\(" and self.opener.closer == "\\)":
            self.parentheses += 1
        elif piece.text == "\\)" and self.parentheses:
            self.parentheses -= 1
        elif piece.text == self.opener.closer:
            return self._closed()
        elif piece.text == "\\[" or piece.text in SECTIONS:
            self._broken([piece])
            return True
        elif self.reader.conditionals.read(piece) or self.reader._replace(piece):
            return False
        self.found.pieces.append(piece)
        return False

    def _edge(self, piece: Piece) -> bool:
        """`\\begin{name}` or `\\end{name}`; whether the formula ends with it or before it."""
        name, group = self.reader._name()
        if group and self.reader._replace_environment(piece, name, group):
            return False
        if piece.text == "\\begin":
            if name in OUTER_DISPLAYS and self.opener.is_environment and not self._is_empty():
                self._broken([piece, *group])
                return True
            self.inner.append(name)
        elif name in self.inner:
            while self.inner.pop() != name:
                pass
        elif self.opener.is_environment and name == self.opener.closer:
            self.found.pieces += [piece, *group]
            return self._closed()
        else:
            self._broken([piece, *group])
            return True
        self.found.pieces += [piece, *group]
        return False

    def _is_empty(self) -> bool:
        return all(piece.kind == "space" for piece in self.found.pieces)
