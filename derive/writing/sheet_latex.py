r"""A sheet as LaTeX: one template that can be replaced, and the body of the sheet, which it takes in.

The file carries its setting at its head, so that it is a document that can be checked again: every display in it is a
claim. Words are escaped, and pure ASCII comes out; a formula stands as it is only where `safe_math` lets it through.
"""

from collections.abc import Sequence
from functools import singledispatchmethod

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from derive.errors import DocumentError
from derive.figures.tikz import TIKZ_PREAMBLE, tikz
from derive.sheets.blocks import (
    AnswerSpace,
    Block,
    Bullets,
    Chain,
    Display,
    Formula,
    Heading,
    Paragraph,
    Picture,
    Question,
    Remark,
    Sheet,
    Table,
    Text,
    Words,
    text_of,
)  # fmt: skip
from derive.writing.formula_width import broken, width
from derive.writing.pages import resource
from derive.writing.sheet_chains import INDENT, SAFETY, Layout, Row, arranged, in_groups, text_width
from derive.writing.sheet_parts import REMARKS, is_list_of_values, safe, spaced
from derive.writing.statuses import of_points
from derive.writing.tex_text import LONGEST_CODE_UNBROKEN, to_plain, to_tex

TEMPLATE = "sheet.tex"

MOST_KEPT_TOGETHER = 32
"""How many lines are kept on one page."""
LINES_OF_VALUES = 12
"""So many lines are kept with a heading above a list of values."""
SIZE_OF_TABLES = 0.913
BETWEEN_COLUMNS = 1_200
DISPLAY_BEGINS = "\\displaystart\n"
SECTIONS = ("section", "subsection", "subsubsection")
STYLES = {"strong": r"\textbf", "emphasis": r"\emph", "code": r"\texttt"}


def to_latex(sheet: Sheet, *, headings: Sequence[str] = (), template: tuple[str, str] | None = None) -> str:
    """The sheet as a LaTeX document. `headings` are lines above its title; `template` is the name and text of a user's.

    Raises `DocumentError` where the user's template can not be used.
    """
    name, text = template or (TEMPLATE, resource(TEMPLATE))
    values = {
        "head": _head(sheet.setting),
        "headings": [to_tex(line) for line in headings],
        "title": _text(sheet.title),
        "plain_title": to_plain(text_of(sheet.title)),
        "source": _text(sheet.source),
        "is_solution": sheet.is_solution,
        "variant": sheet.variant,
        "proved": to_tex(sheet.proved),
        "body": lambda measure: _Body(float(measure) * 1_000).written(sheet.blocks),
        "picture_preamble": TIKZ_PREAMBLE if any(isinstance(block, Picture) for block in sheet.blocks) else "",
    }
    try:
        return _environment().from_string(text).render(values)
    except TemplateSyntaxError as error:
        raise DocumentError(name, f"line {error.lineno} of the template: {error.message}") from None
    except (TemplateError, TypeError, ValueError) as error:
        raise DocumentError(name, f"the template can not be filled in: {error}") from None


def _environment() -> ImmutableSandboxedEnvironment:
    r"""Templates with delimiters that TeX's own braces allow: `\BLOCK{…}`, `\VAR{…}`, `\COMMENT{…}`."""
    return ImmutableSandboxedEnvironment(
        block_start_string=r"\BLOCK{",
        block_end_string="}",
        variable_start_string=r"\VAR{",
        variable_end_string="}",
        comment_start_string=r"\COMMENT{",
        comment_end_string="}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # that is the way of HTML; every value is TeX already
        undefined=StrictUndefined,
    )


def _head(setting: str) -> str:
    """The setting behind per cent signs, so that the file is read again with it."""
    lines = ["---", *setting.rstrip().splitlines(), "---"]
    return "".join(f"% {line}".rstrip() + "\n" for line in lines)


def _text(text: Text) -> str:
    return "".join(_formula(run.latex) if isinstance(run, Formula) else _words(run) for run in text)


def _words(run: Words) -> str:
    words = to_tex(run.text, LONGEST_CODE_UNBROKEN) if run.style == "code" else to_tex(run.text)
    return f"{STYLES[run.style]}{{{words}}}" if run.style in STYLES else words


def _formula(latex: str) -> str:
    known = safe(latex)
    return rf"\texttt{{{to_tex(latex, LONGEST_CODE_UNBROKEN)}}}" if known is None else f"${_drawn(known)}$"


def _math(latex: str) -> str:
    """A formula in a display, or its LaTeX as code."""
    known = safe(latex)
    return rf"\text{{\texttt{{{to_tex(latex)}}}}}" if known is None else _drawn(known)


def _drawn(latex: str) -> str:
    r"""A formula for LaTeX; a bare `\mathbb{1}` has no glyph in the usual fonts, so the template draws it."""
    return spaced(latex).replace(r"\mathbb{1}", r"\indicator{}")


class _Body:
    """Writes blocks one after the other on lines of a width, in thousandths of an em."""

    def __init__(self, measure: float) -> None:
        self.measure = measure

    def written(self, blocks: Sequence[Block]) -> str:
        groups = list(in_groups(blocks, self.measure))
        texts = [_together(one) if isinstance(one, tuple) else self._block(one) for one in groups]
        for at, one in enumerate(groups):
            following = "".join(texts[at + 1 : at + 2])
            if isinstance(one, Question):
                first = at - 1 if at and isinstance(groups[at - 1], Heading) else at
                texts[first] = _kept(6 + 3 * (at - first) + _need(groups[at + 1 : at + 2], following)) + texts[first]
            elif isinstance(one, Heading) and any(map(_is_values, groups[at + 1 : at + 3])):
                texts[at] = _kept(LINES_OF_VALUES) + texts[at]
            elif isinstance(one, Paragraph) and following.startswith(DISPLAY_BEGINS):
                texts[at] = texts[at].rstrip("\n")
        return "\n".join(texts)

    @singledispatchmethod
    def _block(self, block: Block) -> str:
        raise NotImplementedError(f"sheet_latex has no rule for {type(block).__name__}")

    @_block.register
    def _heading(self, block: Heading) -> str:
        command = SECTIONS[min(block.level, len(SECTIONS)) - 1]
        plain = to_plain(text_of(block.text))
        return f"\n\\{command}{{\\texorpdfstring{{{_text(block.text)}}}{{{plain}}}}}\n"

    @_block.register
    def _paragraph(self, block: Paragraph) -> str:
        return f"\n{_text(block.text)}\n"

    @_block.register
    def _bullets(self, block: Bullets) -> str:
        name = "enumerate" if block.numbered else "itemize"
        items = "".join(f"\\item {_text(item)}\n" for item in block.items)
        return f"\\begin{{{name}}}\n{items}\\end{{{name}}}\n"

    @_block.register
    def _chain(self, block: Chain) -> str:
        measure = self.measure - (2_000 if block.is_result else 0)
        display = _display(block, arranged(block, measure))
        if not block.is_result:
            return display
        return f"{_kept(_lines_of(display))}\\begin{{result}}\n{display}\\end{{result}}\n"

    @_block.register
    def _author_display(self, block: Display) -> str:
        tag = "" if block.label is None else rf" \tag{{{to_tex(block.label)}}}"
        room = self.measure - (0 if block.label is None else 1_500 + 550 * len(block.label))
        formula = _math(block.latex)
        lines = (
            [block.latex]
            if r"\begin{aligned}" in block.latex
            else broken(block.latex, room / SAFETY, room / SAFETY - INDENT)
        )
        if any(width(line) * SAFETY > room for line in lines):
            formula = rf"\squeezed{{{room / 1_000:.2f}em}}{{{formula}}}"
        elif len(lines) > 1:
            rows = " \\\\\n".join([f"&{_math(lines[0])}", *(rf"&\quad {{}} {_math(line)}" for line in lines[1:])])
            formula = f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"
        return f"{DISPLAY_BEGINS}\\[\n{formula}{tag}\n\\]\n"

    @_block.register
    def _table(self, block: Table) -> str:
        if is_list_of_values(block):
            return self._values(block)
        wide, room = self._columns(block)
        columns = "".join(r">{\raggedright\arraybackslash}X" if each else "l" for each in wide)
        header = " & ".join(rf"\textbf{{{_text(cell)}}}" for cell in block.header)
        rows = "".join(_table_row(row, wide, room) for row in block.rows)
        caption = f"\\sheetcaption{{{_text(block.caption)}}}\n" if block.caption else ""
        environment = "tabularx" if any(wide) else "tabular"
        given_width = r"{\linewidth}" if any(wide) else ""
        return (
            f"\\begin{{sheettable}}\n{caption}\\begin{{{environment}}}{given_width}{{@{{}}{columns}@{{}}}}\n\\toprule\n"
            f"{header} \\\\\n\\midrule\n{rows}\\bottomrule\n\\end{{{environment}}}\n\\end{{sheettable}}\n"
        )

    def _values(self, block: Table) -> str:
        """Names with their values side by side, as many on a line as fit."""
        pairs = "".join(
            f"\\sheetvalue{{{_text(name)}}}{{{_cell(value, self.measure * 0.85)}}}\n" for name, value in block.rows
        )
        return f"\\begin{{sheetvalues}}{{{_text(block.header[0])}}}\n{pairs}\\end{{sheetvalues}}\n"

    def _columns(self, block: Table) -> tuple[list[bool], float]:
        """Which columns share the space that is left, all of them where the others would not fit; what each gets."""
        measure = self.measure / SIZE_OF_TABLES - BETWEEN_COLUMNS * (len(block.wide) - 1)
        cells = [[text_width(row[at]) * SAFETY for row in (block.header, *block.rows)] for at in range(len(block.wide))]
        narrow = sum(max(column) for column, wide in zip(cells, block.wide, strict=True) if not wide)
        is_tight = narrow > measure * (0.65 if any(block.wide) else 1)
        wide = [True if is_tight else each for each in block.wide]
        return wide, (measure - (0 if is_tight else narrow)) / max(1, sum(wide))

    @_block.register
    def _picture(self, block: Picture) -> str:
        drawn = f"\\fitted{{%\n{tikz(block.scene).strip()}%\n}}\n"
        return f"\\begin{{sheetpicture}}\n{drawn}\\sheetcaption{{{_text(block.caption)}}}\n\\end{{sheetpicture}}\n"

    @_block.register
    def _remark(self, block: Remark) -> str:
        return f"\\begin{{remark}}{{{REMARKS[block.kind]}}}\n{_text(block.text)}\n\\end{{remark}}\n"

    @_block.register
    def _answer_space(self, block: AnswerSpace) -> str:
        return f"\\answerspace{{{max(block.lines, 0)}}}\n"

    @_block.register
    def _question(self, block: Question) -> str:
        head = f"\\question{{{to_tex(block.id)}}}{{{to_tex(of_points(block.points))}}}{{{_math(block.asked)}}}\n"
        prompt = f"\n{_text(block.prompt)}\n" if block.prompt else ""
        form = f"\n{{\\itshape\\color{{quiet}}{_text(block.form)}}}\n" if block.form else ""
        return head + prompt + form


def _is_values(group: object) -> bool:
    return isinstance(group, Table) and is_list_of_values(group)


def _table_row(row: Sequence[Text], wide: Sequence[bool], room: float) -> str:
    """A row of a table; one with formulas that stand alone in their cells gets more space."""
    cells = " & ".join(_cell(cell, room if each else None) for cell, each in zip(row, wide, strict=True))
    is_tall = any(r"\frac" in cell[0].latex for cell in row if len(cell) == 1 and isinstance(cell[0], Formula))
    space = "\\addlinespace[0.3em]\n" if is_tall else ""
    return f"{space}{cells} \\\\\n{space}"


def _cell(cell: Text, room: float | None) -> str:
    """A cell; a formula that is alone in it stands as in a display, squeezed where it cannot be broken to fit."""
    match cell:
        case (Formula(latex),):
            lines = [latex] if room is None else broken(latex, room / SAFETY, room / SAFETY)
            if room is not None and any(width(line) * SAFETY > room for line in lines):
                return rf"\squeezed{{{room / 1_000:.2f}em}}{{{_math(latex)}}}"
            return rf"$\displaystyle {_math(latex)}$"
    return _text(cell)


_HEIGHTS = ((r"\underbrace", 3.8), (r"\begin", 4.0), (r"\frac", 2.9), (r"\sum", 3.2), (r"\why", 1.3))
"""How many lines of text a row of a display takes, about, by what stands in it; the first that fits."""


def _lines_of(display: str) -> float:
    """How many lines of text a display takes, about."""
    rows = display.split("\\\\\n")
    heights = (next((height for part, height in _HEIGHTS if part in row), 1.8) for row in rows)
    return sum(heights) + sum(0.9 * (len(row) // 110) for row in rows if r"\why" in row) + 2


def _need(groups: Sequence[object], text: str) -> float:
    """How many lines what follows a question takes: room for an answer, or the display that begins the answer."""
    space = next((group.lines for group in groups if isinstance(group, AnswerSpace)), None)
    return _lines_of(text) if space is None else space


def _kept(lines: float) -> str:
    """What keeps the next lines on one page, if they are not too many."""
    return f"\\keep{{{min(round(lines), MOST_KEPT_TOGETHER)}}}\n"


# --- Chains --------------------------------------------------------------------------------------


def _together(chains: Sequence[Chain]) -> str:
    """Equations one below the other in one align."""
    rows = (
        f"{_math(chain.lhs)} &{member.relation} {_math(member.latex)}" for chain in chains for member in chain.members
    )
    return DISPLAY_BEGINS + "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}\n"


def _display(chain: Chain, layout: Layout) -> str:
    """A chain as an align, each line a row of it."""
    rows = [f"{_math(chain.lhs)} "] if not layout.lhs_alone else [f"&{_math(chain.lhs)}", r"&\quad "]
    first = True
    lines: list[str] = []
    for row in layout.rows:
        for line in _lines(row, layout):
            lead = rows[-1] if first else (r"&\quad " if layout.lhs_alone else "")
            lines.append(lead + line)
            first = False
    lines = [*rows[:-1], *lines]
    tag = "" if chain.label is None else rf" \tag{{{to_tex(chain.label)}}}"
    display = "\\begin{align*}\n" + " \\\\\n".join(lines) + f"{tag}\n\\end{{align*}}\n"
    return DISPLAY_BEGINS + display if layout.size == "normal" else f"{DISPLAY_BEGINS}{{\\{layout.size}\n{display}}}\n"


def _lines(row: Row, layout: Layout) -> list[str]:
    """A member as rows of an align, and its reason."""
    cell = "" if layout.lhs_alone else "&"
    first, *others = map(_math, row.lines)
    if row.squeezed is not None:
        first = rf"\squeezed{{{row.squeezed / 1_000:.2f}em}}{{{first}}}"
    beside = f" && {_why(row, layout.beside)}" if row.reason and layout.beside else ""
    lines = [f"{cell}{row.relation} {first}{beside}"]
    lines += [rf"{cell}\quad {{}} {other}" for other in others]
    if row.reason and layout.below and not layout.beside:
        lines.append(rf"{cell}\quad {_why(row, layout.below)}")
    return lines


def _why(row: Row, column: float) -> str:
    return rf"\why{{{column / 1_000:.2f}em}}{{{_text(row.reason)}}}"
