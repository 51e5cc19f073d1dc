r"""The mathematics of a Markdown text, each formula with its exact offset.

Markdown's own block structure (code, quotations, paragraphs) comes from
markdown-it; within it one scan from left to right finds the delimiters.
Whatever begins first wins: a `$$` in code is code, and a row of a display
that begins with `-`, `=` or four spaces is no list, heading or code.
The scan takes linear time, whatever the text.

>>> from derive.source import Source
>>> contents = read_markdown(Source("notes.md", "The loss $L = 1$:\n\n$$\na = b\n$$ {#eq-first}\n"))
>>> [(passage.kind, passage.text.value, passage.label) for passage in contents.passages]
[('inline', 'L = 1', None), ('display', 'a = b', 'eq-first')]
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import cached_property
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from derive.documents.document import Contents, Heading, Passage
from derive.documents.formulas import LARGEST_NUMBER_OF_PASSAGES, Formulas, too_many
from derive.documents.headings import runs_of_markdown
from derive.documents.lexing import Stream
from derive.documents.macros import DefinitionError, Macros, read_definition
from derive.errors import DocumentError
from derive.records import dataclass
from derive.source import Source, Text

FARTHEST_INDENT = 80

ENVIRONMENTS = ("equation", "align", "alignat", "aligned", "gather", "multline", "split", "eqnarray", "flalign")
_ENVIRONMENT = r"(?:" + "|".join(ENVIRONMENTS) + r")\*?"
_RAW_TAGS = "pre|script|style|textarea|code"
_DEFINER = r"(?:(?:re)?newcommand|providecommand|def|DeclareMathOperator)(?![A-Za-z])"

# What stands between two places where something could begin.
_ORDINARY = re.compile(
    rf"""(?: [^\\$`<:]++
          |  \\ (?! [\[(] | begin\s*\{{{_ENVIRONMENT}\}} | {_DEFINER} ) [^\n]?+
          |  < (?! !-- | (?:{_RAW_TAGS})\b )
          |  : (?! ::+[ \t]*\{{math\}} )
          )*+""",
    re.VERBOSE | re.IGNORECASE,
)
_OPENER = re.compile(
    rf"""(?P<bracket> \\\[ )
      |  (?P<parenthesis> \\\( )
      |  \\begin\s*\{{ (?P<environment> {_ENVIRONMENT} ) \}}
      |  \\(?P<definition> {_DEFINER} )
      |  (?P<ruler> \$\$\$\$+ )
      |  (?P<dollars> \$\$ )
      |  (?P<dollar> \$ )
      |  (?P<backticks> `+ )
      |  (?P<comment> <!-- )
      |  < (?P<raw> {_RAW_TAGS} )\b
      |  (?P<directive> :::+[ \t]*\{{math\}}[ \t]*(?=\n) )""",
    re.VERBOSE | re.IGNORECASE,
)
# The inside of a display up to a closer, a blank line or something that cannot stand in a display.
_INSIDE_DOLLARS = re.compile(r"(?:[^\\$\n]++|\\(?!\[)[^\n]?+|\$(?!\$)|\n(?![ \t]*\n))*+")
_INSIDE_BRACKETS = re.compile(r"(?:[^\\$\n]++|\\(?![\[\]])[^\n]?+|\$(?!\$)|\n(?![ \t]*\n))*+")
_INSIDE_DOLLAR = re.compile(r"(?:[^\\$`]++|\\.?+)*+", re.DOTALL)
_INSIDE_BACKTICKS = re.compile(r"`([^`\n]++)`\$")
_INSIDE_PARENTHESES = re.compile(r"(?:[^\\]++|\\(?![()]).?+)*+", re.DOTALL)
_ENVIRONMENT_EDGE = re.compile(rf"\\\\|\\(begin|end)\s*\{{({_ENVIRONMENT})\}}")

_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
_NEW_BLOCK = re.compile(r"\s*(?:\#{1,6}[ \t]|```|~~~|<!--|:::|\\\[|\$\$.*\$\$[ \t]*$)", re.MULTILINE)
_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}[,:;]? [a-z]{2,}[,:;]? [a-z]{2,}|(?<![\\$])\$(?!\$)")
_MARK_OF_MATHEMATICS = re.compile(r"\\[A-Za-z]|[_^=]")
_PROSE_IN_BLANKS = re.compile(
    r"(?<![\\A-Za-z{])[A-Za-z]{2,}[,:;.]?\s+[A-Za-z]{2,}|\s(?:and|at|by|each|for|from|in|is|of|or|per|than|to|with)\s*$"
)
_LABEL = re.compile(r"[ \t]*(?:\{\#([\w:.-]+)[^}\n]*\}|\(([\w:./-]+)\)[ \t]*(?=\n|$))")
_OPTION = re.compile(r"[ \t>]*:(\w+):[ \t]*([^\n]*)\n")
_FENCE_OF_MATHEMATICS = re.compile(r"\s*(?:math|\{math\})(?:\s|$)")
_END_OF_DIRECTIVE = re.compile(r"\n[ \t]*:::+[ \t]*(?=\n|$)")


def read_markdown(source: Source) -> Contents:
    """The setting's YAML, the passages and the headings of a Markdown document."""
    formulas = Formulas()
    head = find_front_matter(source)
    passages, headings = find_contents(source, 0 if head is None else behind(head))
    formulas.add_all(source, passages)
    return Contents(head, tuple(formulas.found), formulas.first, headings=headings)


def behind(head: Text) -> int:
    """The offset behind front matter."""
    return head.start + len(head.value) + len("---")


_FIRST_LINE = re.compile(r"---[ \t]*\n(?![ \t]*\n)")
_LAST_LINE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"(?:[ \t]*#[^\n]*\n)*[\w-]+[ \t]*:(?:\s|$)")


def find_front_matter(source: Source, start: int = 0) -> Text | None:
    """The YAML between the `---` lines at the head of a text, without these lines; null where it has none."""
    first = _FIRST_LINE.match(source.text, start)
    if first is None:
        return None
    last = _LAST_LINE.search(source.text, first.end())
    if last is None:
        if _KEY.match(source.text, first.end()):
            raise DocumentError.at(
                source, start, "the front matter that begins here is never closed; expected a line ---"
            )
        return None
    return Text(source.text[first.end() : last.start()], source, first.end())


def find_mathematics(source: Source, start: int = 0) -> tuple[Passage, ...]:
    """The passages of a Markdown text from an offset on, in their order, macros and all."""
    return find_contents(source, start)[0]


def find_contents(source: Source, start: int = 0) -> tuple[tuple[Passage, ...], tuple[Heading, ...]]:
    """The same, and the headings between them: lines that look like one in a display are none."""
    blocks = _read_blocks(source, start)
    passages = _Scan(source, blocks).passages(start)
    displays = [(passage.text.start, passage.text.end) for passage in passages if passage.kind == "display"]
    return passages, tuple(_headings(source, blocks, displays))


def _headings(source: Source, blocks: "_Blocks", displays: Sequence[tuple[int, int]]) -> Iterator[Heading]:
    """The headings outside of displays, which are given by where they begin and end."""
    for level, (first, behind_it), words in blocks.headings:
        start, end = blocks.line_starts[first], blocks.line_starts[behind_it]
        before = bisect_left(displays, (end, 0)) - 1
        if before < 0 or displays[before][1] <= start:
            yield Heading(level, runs_of_markdown(words), first + 1, source.cell)


# --- Where displays end --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Extent:
    """A display from its opener to behind its closer; `inside` is the mathematics between."""

    inside: tuple[int, int]
    end: int
    problem: str | None = None


@dataclass(frozen=True)
class _Displays:
    """Where each display of a text ends; asked twice of the same opener, it answers from memory."""

    source: Source
    text: str
    known: dict[int, _Extent | None] = field(default_factory=dict)

    def at(self, start: int) -> _Extent | None:
        """The display that opens at an offset, if one does."""
        if start not in self.known:
            if len(self.known) == LARGEST_NUMBER_OF_PASSAGES:
                raise too_many(self.source, start)
            self.known[start] = self._find(start)
        return self.known[start]

    def _find(self, start: int) -> _Extent | None:
        opener = _OPENER.match(self.text, start)
        if opener is None:
            return None
        if opener["dollars"]:
            return self._delimited(start, "$$", "$$", _INSIDE_DOLLARS)
        if opener["bracket"]:
            return self._delimited(start, r"\[", r"\]", _INSIDE_BRACKETS)
        if opener["environment"]:
            return self._environment(start, opener["environment"])
        return None

    def _delimited(self, start: int, opener: str, closer: str, inside: re.Pattern[str]) -> _Extent:
        """The display between two delimiters, blank lines included where what follows them is still mathematics."""
        first = stop = start + 2
        first_blank = None
        while True:
            match = inside.match(self.text, stop)
            assert match is not None
            stop = match.end()
            if self.text.startswith(closer, stop) and not self._is_line_of_displays(stop):
                return _Extent((first, stop), stop + 2)
            if not self.text.startswith("\n", stop):
                break
            first_blank = stop if first_blank is None else first_blank
            stop = self._behind_blank_lines(stop)
            if self._begins_other_text(stop):
                break
        end = stop if first_blank is None else first_blank
        return _Extent((first, end), end, f"the display that {opener} opens here is never closed; expected {closer}")

    def _environment(self, start: int, name: str) -> _Extent:
        """The environment from `\\begin` to its own `\\end`, both included."""
        end = self._environment_ends.get(start)
        if end is not None:
            return _Extent((start, end), end)
        blank = _BLANK_LINE.search(self.text, start)
        end = len(self.text) if blank is None else blank.start()
        problem = rf"the display that \begin{{{name}}} opens here is never closed; expected \end{{{name}}}"
        return _Extent((start, end), end, problem)

    @cached_property
    def _environment_ends(self) -> dict[int, int]:
        """For the offset of each `\\begin` that has an `\\end`, the offset behind that."""
        ends: dict[int, int] = {}
        open_at: dict[str, list[int]] = defaultdict(list)
        for edge in _ENVIRONMENT_EDGE.finditer(self.text):
            if edge[1] == "begin":
                open_at[edge[2]].append(edge.start())
            elif edge[1] == "end" and open_at[edge[2]]:
                ends[open_at[edge[2]].pop()] = edge.end()
        return ends

    def _is_line_of_displays(self, at: int) -> bool:
        """Whether `$$` begins a line with an even number of them: then it opens a display, and closes none before."""
        near = max(0, at - FARTHEST_INDENT)
        line_start = self.text.rfind("\n", near, at) + 1 or (None if near else 0)
        if line_start is None or not self.text.startswith("$$", at) or self.text[line_start:at].strip(" \t>"):
            return False
        line_end = self.text.find("\n", at)
        return self.text.count("$$", at, line_end if line_end >= 0 else len(self.text)) % 2 == 0

    def _behind_blank_lines(self, newline: int) -> int:
        """The offset of the last newline of the blank lines that begin behind this one."""
        while blank := _BLANK_LINE.match(self.text, newline):
            newline = blank.end()
        return newline

    def _begins_other_text(self, newline: int) -> bool:
        """Whether the paragraph behind a blank line is a heading, code, a display of its own or prose."""
        if _NEW_BLOCK.match(self.text, newline):
            return True
        line_end = self.text.find("\n", newline + 1)
        line = self.text[newline + 1 : line_end if line_end >= 0 else len(self.text)]
        prose = _PROSE.search(line)
        return prose is not None and line.count("{", 0, prose.start()) == line.count("}", 0, prose.start())


# --- Markdown's blocks ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Code:
    """The lines of a code block, as offsets; of a math fence the inside too."""

    start: int
    end: int
    inside: tuple[int, int] | None = None
    problem: str | None = None


@dataclass(frozen=True)
class _Blocks:
    """What the scan needs to know of Markdown's blocks, by line numbers from 0.

    Of a heading that is its level, its first line and the one behind it, and its words.
    """

    displays: _Displays
    line_starts: list[int]
    code: list[_Code]
    paragraph_starts: list[int]
    paragraph_ends: list[int]
    quote_depth: dict[int, int]
    headings: list[tuple[int, tuple[int, int], str]]

    def line_of(self, offset: int) -> int:
        """The number of the line that holds a character."""
        return bisect_right(self.line_starts, offset) - 1

    def limit(self, offset: int) -> int:
        """The end of the paragraph that holds a character: no inline formula or code reaches beyond it."""
        line = self.line_of(offset)
        which = bisect_right(self.paragraph_starts, line) - 1
        if which >= 0 and line < self.paragraph_ends[which]:
            return self.line_starts[self.paragraph_ends[which]]
        blank = _BLANK_LINE.search(self.displays.text, offset)
        return len(self.displays.text) if blank is None else blank.start()


def _make_parser() -> MarkdownIt:
    """A Markdown parser of blocks alone, in which displays are blocks and come before all others."""
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["block"])
    parser.block.ruler.disable("reference")
    parser.block.ruler.before("code", "display", _display_block, {"alt": ["paragraph", "blockquote", "list"]})
    return parser


def _display_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """markdown-it's rule for a display that begins a line: its lines are nothing else."""
    start = state.bMarks[start_line] + state.tShift[start_line]
    if not state.src.startswith(("$$", r"\[", r"\begin"), start) or state.is_code_block(start_line):
        return False
    extent = state.env["displays"].at(start)
    if extent is None or extent.problem:
        return False
    if not silent:
        state.line = min(bisect_right(state.env["line_starts"], extent.end - 1), end_line)
    return True


def _read_blocks(source: Source, start: int) -> _Blocks:
    """The block structure of a text from an offset on."""
    text = source.text
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    shown = re.sub(r"[^\n]", " ", text[:start]) + text[start:].replace("\r", " ").replace("\0", " ")
    displays = _Displays(source, shown)
    tokens = _make_parser().parse(shown, {"displays": displays, "line_starts": line_starts})
    blocks = _Blocks(displays, [*line_starts, len(text)], [], [], [], {}, [])
    for at, token in enumerate(tokens):
        if token.map is None:
            continue
        if token.type in ("fence", "code_block"):
            blocks.code.append(_read_code(token, token.map, blocks))
        elif token.type == "inline":
            blocks.paragraph_starts.append(token.map[0])
            blocks.paragraph_ends.append(token.map[1])
        elif token.type == "heading_open" and token.level == 0:
            blocks.headings.append((int(token.tag[1:]), (token.map[0], token.map[1]), tokens[at + 1].content))
        elif token.type == "blockquote_open":
            for line in range(*token.map):
                blocks.quote_depth[line] = blocks.quote_depth.get(line, 0) + 1
    return blocks


def _read_code(token: Token, lines: list[int], blocks: _Blocks) -> _Code:
    """The extent of a code block; that of a math fence with its inside."""
    first, behind = lines
    start, end = blocks.line_starts[first], blocks.line_starts[behind]
    if token.type != "fence" or not _FENCE_OF_MATHEMATICS.match(token.info):
        return _Code(start, end)
    inside_start = blocks.line_starts[first + 1]
    last_line = blocks.displays.text[blocks.line_starts[behind - 1] : end].strip(" \t>\n")
    if behind - 1 > first and last_line.startswith(token.markup):
        return _Code(start, end, (inside_start, blocks.line_starts[behind - 1]))
    problem = f"the fence that {token.markup}{token.info.strip()} opens here is never closed; expected {token.markup}"
    return _Code(start, end, (inside_start, end), problem)


# --- The scan ------------------------------------------------------------------------------------


class _Scan:
    """One walk over a text, from opener to opener; each method reads what begins and says where to go on."""

    def __init__(self, source: Source, blocks: _Blocks) -> None:
        self.source = source
        self.text = blocks.displays.text
        self.blocks = blocks
        self.found: list[Passage] = []
        self.absent: set[str] = set()
        self.paragraph_end = 0
        self.definitions_end = 0

    def passages(self, at: int) -> tuple[Passage, ...]:
        """Every passage from an offset on."""
        for code in [*self.blocks.code, _Code(len(self.text), len(self.text))]:
            at = self._scan(at, code.start)
            if at > code.start:
                continue  # a display or a comment that began earlier runs into this block
            if code.inside is not None:
                self._add_directive(*code.inside, code.problem)
            at = code.end
        return tuple(self.found)

    def _scan(self, at: int, end: int) -> int:
        """Read everything that begins between two offsets; where the last of it ends."""
        while at < end:
            ordinary = _ORDINARY.match(self.text, at, end)
            assert ordinary is not None
            at = ordinary.end()
            opener = _OPENER.match(self.text, at, end)
            if opener is not None:
                at = self._read(opener)
            elif at < end:
                at += 1
        return at

    def _read(self, opener: re.Match[str]) -> int:
        """What an opener begins; the offset at which to go on."""
        match opener.lastgroup:
            case "dollars" | "bracket" | "environment":
                return self._display(opener)
            case "dollar":
                return self._inline_dollar(opener)
            case "parenthesis":
                return self._inline_parentheses(opener)
            case "backticks":
                return self._code_span(opener)
            case "comment":
                return self._behind("-->", opener)
            case "definition":
                return self._definition(opener)
            case "raw":
                return self._behind(f"</{opener['raw']}", opener)
            case "directive":
                return self._directive(opener)
            case _:
                return opener.end()

    def _display(self, opener: re.Match[str]) -> int:
        """`$$...$$`, `\\[...\\]` or an environment, and the label behind it."""
        extent = self.blocks.displays.at(opener.start())
        assert extent is not None
        label = None if extent.problem else _LABEL.match(self.text, extent.end)
        name = None if label is None else label[1] or label[2]
        self._add("display", *extent.inside, label=name, problem=extent.problem)
        return extent.end if label is None else label.end()

    def _inline_dollar(self, opener: re.Match[str]) -> int:
        """`$...$` as Pandoc reads it, or with blanks, and GitHub's form with backticks; another dollar is money."""
        start, limit = opener.end(), self._limit(opener.start())
        quoted = _INSIDE_BACKTICKS.match(self.text, start, limit)
        if quoted is not None:
            self._add("inline", *quoted.span(1))
            return quoted.end()
        inside = _INSIDE_DOLLAR.match(self.text, start, limit)
        assert inside is not None
        stop = inside.end()
        if stop == start or not self.text.startswith("$", stop, limit):
            return start
        if (self.text[start].isspace() or self.text[stop - 1].isspace()) and not self._is_formula(start, stop):
            return start
        if self.text[stop + 1 : stop + 2].isdigit():
            return start
        self._add("inline", start, stop)
        return stop + 1

    def _is_formula(self, start: int, stop: int) -> bool:
        """Whether what two dollars enclose with a blank beside one of them is a formula, and none is a price."""
        inside, following = self.text[start:stop], self.text[stop + 1 : stop + 2]
        is_marked = _MARK_OF_MATHEMATICS.search(inside) is not None
        return (
            is_marked
            and _PROSE_IN_BLANKS.search(inside) is None
            and not following.isalnum()
            and following not in ("\\", "{")
        )

    def _inline_parentheses(self, opener: re.Match[str]) -> int:
        """`\\(...\\)` within a paragraph; without its closer it is Markdown's escape of a bracket."""
        start, limit = opener.end(), self._limit(opener.start())
        inside = _INSIDE_PARENTHESES.match(self.text, start, limit)
        assert inside is not None
        if not self.text.startswith(r"\)", inside.end(), limit):
            return start
        self._add("inline", start, inside.end())
        return inside.end() + 2

    def _definition(self, opener: re.Match[str]) -> int:
        """A macro that is defined between formulas: as if a formula held nothing else."""
        start, limit = opener.start(), self._limit(opener.start())
        if start < self.definitions_end:
            return opener.end()
        stream = Stream(self.text[start:limit], 0)
        try:
            read_definition(stream, Macros({}))
        except DefinitionError:
            self.definitions_end = limit
            return opener.end()
        self._add("inline", start, start + stream.at)
        return start + stream.at

    def _code_span(self, opener: re.Match[str]) -> int:
        """Text between two equally long runs of backticks in one paragraph."""
        length = opener.end() - opener.start()
        runs = self._backtick_runs[length]
        following = bisect_left(runs, opener.end())
        if following < len(runs) and runs[following] < self._limit(opener.start()):
            return runs[following] + length
        return opener.end()

    @cached_property
    def _backtick_runs(self) -> dict[int, list[int]]:
        """Where the runs of backticks of each length begin."""
        runs: dict[int, list[int]] = defaultdict(list)
        for run in re.finditer("`+", self.text):
            runs[len(run[0])].append(run.start())
        return runs

    def _behind(self, closer: str, opener: re.Match[str]) -> int:
        """The offset behind a closer; without one nothing is hidden, and the scan goes on behind the opener."""
        closer = closer.lower()
        if closer not in self.absent:
            found = re.compile(re.escape(closer), re.IGNORECASE).search(self.text, opener.end())
            if found is not None:
                return found.end()
            self.absent.add(closer)
        return opener.end()

    def _directive(self, opener: re.Match[str]) -> int:
        """MyST's `:::{math}` up to the next line of colons."""
        closer = None if ":::" in self.absent else _END_OF_DIRECTIVE.search(self.text, opener.end())
        if closer is not None:
            self._add_directive(opener.end() + 1, closer.start() + 1, None)
            return closer.end()
        self.absent.add(":::")
        blank = _BLANK_LINE.search(self.text, opener.end())
        end = len(self.text) if blank is None else blank.start()
        problem = "the directive :::{math} that opens here is never closed; expected :::"
        self._add_directive(opener.end() + 1, end, problem)
        return end

    def _add_directive(self, start: int, end: int, problem: str | None) -> None:
        """The inside of a directive: lines `:name: value`, of which `label` counts, then mathematics."""
        label = None
        while option := _OPTION.match(self.text, start, end):
            label = option[2].strip() or label if option[1] == "label" else label
            start = option.end()
        self._add("display", start, end, label=label, problem=problem)

    def _add(
        self,
        kind: Literal["display", "inline"],
        start: int,
        end: int,
        label: str | None = None,
        problem: str | None = None,
    ) -> None:
        """Keep a passage, without the white space at its ends; an empty one says nothing unless it has a problem."""
        inside = self._without_quote_marks(start, end)
        start += len(inside) - len(inside.lstrip())
        text = inside.strip()
        if not text and problem is None:
            return
        if len(self.found) == LARGEST_NUMBER_OF_PASSAGES:
            raise too_many(self.source, start)
        self.found.append(Passage(kind, Text(text, self.source, start), label, problem))

    def _without_quote_marks(self, start: int, end: int) -> str:
        """A slice of the source in which the marks of the quotations around it are blanked."""
        text = self.source.text[start:end]
        line = self.blocks.line_of(start)
        depth = self.blocks.quote_depth.get(line, 0)
        if depth == 0:
            return text
        line_start = "(?m:^)" if start == self.blocks.line_starts[line] else r"(?<=\n)"
        marks = re.compile(rf"{line_start}[ \t]*>(?:[ \t]*>){{0,{depth - 1}}}")
        return marks.sub(lambda mark: " " * len(mark[0]), text)

    def _limit(self, at: int) -> int:
        """The end of the paragraph that holds a character."""
        if at >= self.paragraph_end:
            self.paragraph_end = self.blocks.limit(at)
        return self.paragraph_end
