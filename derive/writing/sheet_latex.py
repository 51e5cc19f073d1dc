r"""A sheet as LaTeX: one template that can be replaced, and the body of the sheet, which it takes in.

The file carries its setting at its head, so that it is a document that can be checked again: every display in it is a
claim. Words are escaped, and pure ASCII comes out; a formula stands as it is only where `safe_math` lets it through.
"""

from collections.abc import Sequence
from functools import singledispatchmethod

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from derive.errors import DocumentError
from derive.sheets.blocks import (
    AnswerSpace,
    Block,
    Bullets,
    Chain,
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
from derive.writing.pages import resource
from derive.writing.sheet_chains import Layout, Row, arranged, text_width
from derive.writing.statuses import of_points
from derive.writing.tex_text import to_plain, to_tex

TEMPLATE = "sheet.tex"

REMARKS = {
    "proved": "Proved",
    "rule": "Rule",
    "kink": "At the kink",
    "mistake": "A common mistake",
    "note": "Note",
}
"""What stands at the head of a remark."""

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
        "has_pictures": any(isinstance(block, Picture) for block in sheet.blocks),
        "picture_preamble": "",
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
    words = to_tex(run.text)
    return f"{STYLES[run.style]}{{{words}}}" if run.style in STYLES else words


def _formula(latex: str) -> str:
    return f"${_one_line(latex)}$"


def _one_line(latex: str) -> str:
    r"""A formula on one line; a bare `\mathbb{1}` has no glyph in the usual fonts, so the template draws it."""
    return " ".join(latex.split()).replace(r"\mathbb{1}", r"\indicator{}")


class _Body:
    """Writes blocks one after the other on lines of a width, in thousandths of an em."""

    def __init__(self, measure: float) -> None:
        self.measure = measure

    def written(self, blocks: Sequence[Block]) -> str:
        return "\n".join(self._block(block) for block in blocks)

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
        return f"\\begin{{result}}\n{display}\\end{{result}}\n" if block.is_result else display

    @_block.register
    def _table(self, block: Table) -> str:
        columns = "".join(r">{\raggedright\arraybackslash}X" if wide else "l" for wide in self._wide(block))
        header = " & ".join(rf"\textbf{{{_text(cell)}}}" for cell in block.header)
        rows = "".join(" & ".join(map(_text, row)) + " \\\\\n" for row in block.rows)
        caption = f"\\sheetcaption{{{_text(block.caption)}}}\n" if block.caption else ""
        environment = "tabularx" if "X" in columns else "tabular"
        width_ = r"{\linewidth}" if "X" in columns else ""
        return (
            f"\\begin{{sheettable}}\n{caption}\\begin{{{environment}}}{width_}{{@{{}}{columns}@{{}}}}\n\\toprule\n"
            f"{header} \\\\\n\\midrule\n{rows}\\bottomrule\n\\end{{{environment}}}\n\\end{{sheettable}}\n"
        )

    def _wide(self, block: Table) -> list[bool]:
        """Which columns take the space that is left: all of them where the others would not fit."""
        narrow = [at for at, wide in enumerate(block.wide) if not wide]
        widths = [max(text_width(row[at]) for row in [block.header, *block.rows]) * 1.1 for at in narrow]
        room = self.measure * (0.7 if any(block.wide) else 1) - 1_200 * len(block.wide)
        return [wide or sum(widths) > room for wide in block.wide]

    @_block.register
    def _picture(self, block: Picture) -> str:
        return f"\\begin{{sheetpicture}}\n\\sheetcaption{{{_text(block.caption)}}}\n\\end{{sheetpicture}}\n"

    @_block.register
    def _remark(self, block: Remark) -> str:
        return f"\\begin{{remark}}{{{REMARKS[block.kind]}}}\n{_text(block.text)}\n\\end{{remark}}\n"

    @_block.register
    def _answer_space(self, block: AnswerSpace) -> str:
        return f"\\answerspace{{{max(block.lines, 0)}}}\n"

    @_block.register
    def _question(self, block: Question) -> str:
        head = f"\n\\question{{{to_tex(block.id)}}}{{{of_points(block.points)}}}{{{_one_line(block.asked)}}}\n"
        return head + "".join(f"\n{_text(text)}\n" for text in (block.prompt, block.form) if text)


# --- Chains --------------------------------------------------------------------------------------


def _display(chain: Chain, layout: Layout) -> str:
    """A chain as an align, each line a row of it."""
    rows = [f"{_one_line(chain.lhs)} "] if not layout.lhs_alone else [f"&{_one_line(chain.lhs)}", r"&\quad "]
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
    start = "\\displaystart\n"
    return start + display if layout.size == "normal" else f"{start}{{\\{layout.size}\n{display}}}\n"


def _lines(row: Row, layout: Layout) -> list[str]:
    """A member as rows of an align, and its reason."""
    cell = "" if layout.lhs_alone else "&"
    first, *others = map(_one_line, row.lines)
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
