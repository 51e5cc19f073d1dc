r"""A sheet as Markdown, as GitHub, Quarto and MyST show it: displays between `$$`, tables, pictures in files beside it.

The setting stands at its head as front matter, so that the sheet is a document that can be checked again. The reasons
of a display are a list below it, for a formula is no place for words that a phone has to scroll to.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatchmethod

from derive.figures.svg import svg
from derive.records import dataclass
from derive.sheets.blocks import (
    AnswerSpace,
    Block,
    Bullets,
    Chain,
    Display,
    Formula,
    Heading,
    Member,
    Paragraph,
    Picture,
    Question,
    Remark,
    Sheet,
    Table,
    Text,
    Words,
)  # fmt: skip
from derive.writing.cells import printable
from derive.writing.feedback import escaped
from derive.writing.sheet_chains import in_groups
from derive.writing.sheet_parts import REMARKS, safe
from derive.writing.statuses import of_points

STYLES = {"strong": "**", "emphasis": "*"}

IN_DISPLAY = {
    "<": r"\lt ", ">": r"\gt ", "|": r"\vert ", r"\|": r"\Vert ", r"\{": r"\lbrace ", r"\}": r"\rbrace ",
}  # fmt: skip
IN_LINE = IN_DISPLAY | {
    r"\\": r"\cr ",
    r"\,": r"\thinspace ",
    r"\;": r"\thickspace ",
    r"\:": r"\medspace ",
    r"\!": "",
    r"\ ": r"\space ",
}
"""Signs that HTML, a table or Markdown's escapes would take for their own, as the commands that mean the same."""
_BEGINS_A_BLOCK = re.compile(r"^(\d*)([-+=.)])")
_SIGN = re.compile(r"\\[A-Za-z]+|\\.|[<>|]", re.DOTALL)


@dataclass(frozen=True)
class MarkdownSheet:
    """The text of a sheet, and the pictures that stand beside it by the names of their files."""

    text: str
    pictures: Mapping[str, str]


def to_markdown(sheet: Sheet, *, headings: Sequence[str] = (), stem: str | None = "sheet") -> MarkdownSheet:
    """The sheet as Markdown; its pictures are to be written beside it, under names that begin with `stem`.

    Without a stem they are told in words.
    """
    writer = _Writer(stem)
    parts = [f"---\n{sheet.setting.rstrip()}\n---", *(escaped(line) for line in headings), f"# {_text(sheet.title)}"]
    parts += [f"*{_text(sheet.source)}*"] if sheet.source else []
    parts += [f"*{escaped(sheet.proved)}*"] if sheet.proved else []
    parts += [f"*variant {sheet.variant}*"] if sheet.variant is not None else []
    parts += [_together(one) if isinstance(one, tuple) else writer.block(one) for one in in_groups(sheet.blocks)]
    return MarkdownSheet("\n\n".join(part.strip("\n") for part in parts if part) + "\n", writer.pictures)


def _text(text: Text) -> str:
    return "".join(_formula(run.latex) if isinstance(run, Formula) else _words(run) for run in text)


def _line(text: Text) -> str:
    """A text that begins a line, where some signs would begin a list, a ruler or a heading."""
    return _BEGINS_A_BLOCK.sub(r"\1\\\2", _text(text).strip())


def _formula(latex: str) -> str:
    """A formula in a line, where a backslash before a sign would escape it for Markdown."""
    known = safe(latex)
    return _code(latex) if known is None else f"${_spelled(known, IN_LINE)}$"


def _math(latex: str) -> str:
    """A formula in a display, or its LaTeX as words."""
    known = safe(latex)
    return _in_words(latex) if known is None else _spelled(known, IN_DISPLAY)


def _spelled(latex: str, signs: Mapping[str, str]) -> str:
    line = _SIGN.sub(lambda sign: signs.get(sign[0], sign[0]), latex)
    return re.sub(" +", " ", line).strip()


def _in_words(latex: str) -> str:
    """What of a formula that is not understood can stand in a display: its letters and digits."""
    return rf"\text{{{' '.join(re.findall('[A-Za-z0-9]+', latex))}}}"


def _words(run: Words) -> str:
    if run.style == "code":
        return _code(run.text)
    words = escaped(run.text).replace(":::", r"\:::")
    mark = STYLES.get(run.style, "")
    inside = words.strip()
    if not mark or not inside:
        return words
    return f"{words[: len(words) - len(words.lstrip())]}{mark}{inside}{mark}{words[len(words.rstrip()) :]}"


def _code(text: str) -> str:
    """Code between more backticks than it holds in a row; in a table a stroke would end the cell."""
    line = printable(" ".join(text.split())).replace("|", "¦")
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


class _Writer:
    """Writes blocks, and keeps the pictures that they show."""

    def __init__(self, stem: str | None) -> None:
        self.stem = stem
        self.pictures: dict[str, str] = {}

    @singledispatchmethod
    def block(self, block: Block) -> str:
        raise NotImplementedError(f"sheet_markdown has no rule for {type(block).__name__}")

    @block.register
    def _heading(self, block: Heading) -> str:
        return f"{'#' * (block.level + 1)} {_text(block.text)}"

    @block.register
    def _paragraph(self, block: Paragraph) -> str:
        return _line(block.text)

    @block.register
    def _bullets(self, block: Bullets) -> str:
        marks = (f"{at}." if block.numbered else "-" for at in range(1, len(block.items) + 1))
        return "\n".join(f"{mark} {_line(item)}" for mark, item in zip(marks, block.items, strict=True))

    @block.register
    def _chain(self, block: Chain) -> str:
        parts = ["**Result.**"] if block.is_result else []
        parts += [f"$$\n{_display(block)}\n$$", "\n".join(_reasons(block.members))]
        return "\n\n".join(part for part in parts if part)

    @block.register
    def _author_display(self, block: Display) -> str:
        tag = "" if block.label is None else rf" \tag{{{_tag(block.label)}}}"
        return f"$$\n{_math(block.latex)}{tag}\n$$"

    @block.register
    def _table(self, block: Table) -> str:
        lines = [block.header, *block.rows]
        rows = ["| " + " | ".join(_text(cell) for cell in line) + " |" for line in lines]
        rows.insert(1, "|" + " --- |" * len(block.header))
        caption = f"*{_text(block.caption)}*\n\n" if block.caption else ""
        return caption + "\n".join(rows)

    @block.register
    def _picture(self, block: Picture) -> str:
        if self.stem is None:
            return f"*{_text(block.caption)}* {escaped(block.description)}"
        name = f"{self.stem}-{len(self.pictures) + 1}.svg"
        self.pictures[name] = svg(block.scene)
        caption = f"\n\n*{_text(block.caption)}*" if block.caption else ""
        return f"![{escaped(block.description)}](<{name}>){caption}"

    @block.register
    def _remark(self, block: Remark) -> str:
        return f"> **{REMARKS[block.kind]}.** {_text(block.text)}"

    @block.register
    def _answer_space(self, block: AnswerSpace) -> str:
        return "\n\n".join(["&nbsp;"] * max(1, block.lines // 2))

    @block.register
    def _question(self, block: Question) -> str:
        said = [
            f"### ({escaped(block.id)}) {_formula(block.asked)} · {of_points(block.points)}",
            _text(block.prompt),
            _text(block.form),
        ]
        return "\n\n".join(part for part in said if part)


def _together(chains: Sequence[Chain]) -> str:
    """Equations one below the other in one display."""
    rows = (f"{_math(chain.lhs)} &{_member(member)}" for chain in chains for member in chain.members)
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"


def _member(member: Member) -> str:
    return f"{member.relation} {_math(member.latex)}"


def _display(chain: Chain) -> str:
    """The chain as one formula, aligned where it has several lines."""
    tag = "" if chain.label is None else rf" \tag{{{_tag(chain.label)}}}"
    members = [_member(member) for member in chain.members]
    if len(members) == 1:
        return f"{_math(chain.lhs)} {members[0]}{tag}"
    rows = " \\\\\n".join(f"&{member}" for member in members)
    return f"\\begin{{aligned}}\n{_math(chain.lhs)} {rows}\n\\end{{aligned}}{tag}"


def _tag(label: str) -> str:
    return re.sub(r"[^\w .:'-]", "", label)


def _reasons(members: Sequence[Member]) -> Iterator[str]:
    """The reasons of a chain, each with the line that it is for; a full stop ends each, as a sentence."""
    for at, member in enumerate(members, 1):
        if member.reason:
            words = _text(member.reason)
            stop = "" if words.endswith((".", "!", "?")) else "."
            yield f"- line {at}: {words}{stop}" if len(members) > 1 else f"- {words}{stop}"
