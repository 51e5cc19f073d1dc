"""A sheet as one page that needs nothing else: formulas as MathML, pictures as SVG, no script."""

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from derive.figures.svg import svg
from derive.records import dataclass
from derive.sheets.blocks import Block, Chain, Display, Formula, Picture, Sheet, Table, Text, Words, text_of
from derive.writing.cells import printable
from derive.writing.formula_width import table_cells
from derive.writing.mathml import to_mathml
from derive.writing.pages import BASE, environment, page
from derive.writing.sheet_chains import Row, arranged, in_groups
from derive.writing.sheet_parts import REMARKS, is_list_of_values, safe, spaced
from derive.writing.statuses import of_points

STYLES = (*BASE, "sheet.css")
TEMPLATE = "sheet.html"
BLOCKS = "sheet_blocks.html"
MEASURE = 42_000
"""How wide a display may be on a wide screen, in thousandths of an em; on a narrow one it scrolls by itself."""

_ALIGNED = re.compile(
    r"\\begin\{(?:aligned|gathered)\} ((?:(?!\\(?:begin|end)\{(?:aligned|gathered)).)*) \\end\{(?:aligned|gathered)\}",
    re.DOTALL,
)
_ELEMENTS = {"strong": "strong", "emphasis": "em", "code": "code"}


@dataclass(frozen=True)
class ShownRow:
    """One line of a display: what stands left of the relation, the rest, the reason, whether it goes on with a sum."""

    left: Markup
    right: Markup
    reason: Markup
    goes_on: bool = False


@dataclass(frozen=True)
class ShownDisplay:
    """A display in lines. `label` names it, `is_result` sets it off, `is_beside` says where the reasons stand."""

    rows: tuple[ShownRow, ...]
    label: str = ""
    is_result: bool = False
    is_beside: bool = False


def to_html(sheet: Sheet, *, headings: Sequence[str] = ()) -> str:
    """The sheet as a page."""
    return page(
        TEMPLATE,
        STYLES,
        headings=[_shown(line) for line in headings],
        sheet=sheet,
        plain_title=_shown(text_of(sheet.title)),
        **_values(sheet.blocks),
    )


def to_fragment(blocks: Sequence[Block]) -> str:
    """Blocks of a sheet as a part of somebody else's page, which needs the sheet's style."""
    return environment().get_template(BLOCKS).render(_values(blocks))


def _values(blocks: Sequence[Block]) -> dict[str, object]:
    """The blocks, and what shows them."""
    return {
        "blocks": list(_blocks(blocks)),
        "remarks": REMARKS,
        "text": _text,
        "display": _displayed,
        "shown": _shown,
        "picture": _picture,
        "of_points": of_points,
    }


def _blocks(blocks: Sequence[Block]) -> Iterator[tuple[str, object]]:
    """The blocks by the names of their kinds, displays as they are laid out."""
    for block in in_groups(blocks):
        if isinstance(block, tuple):
            yield "Equations", ShownDisplay(tuple(row for chain in block for row in _chain(chain).rows))
        elif isinstance(block, Chain):
            yield "Equations", _chain(block)
        elif isinstance(block, Display):
            yield "Equations", _author_display(block)
        elif isinstance(block, Table) and is_list_of_values(block):
            yield "Values", block
        else:
            yield type(block).__name__, block


def _chain(chain: Chain) -> ShownDisplay:
    """A chain in the lines that fit on a wide screen."""
    layout = arranged(chain, MEASURE)
    left = _displayed(chain.lhs)
    rows: list[ShownRow] = []
    for row in layout.rows:
        rows += _rows(row, Markup("") if rows else left)
    return ShownDisplay(tuple(rows), chain.label or "", chain.is_result, layout.beside is not None)


def _author_display(display: Display) -> ShownDisplay:
    """A display of the exercise; the rows of one that is aligned are rows here, too."""
    known = safe(display.latex) or display.latex
    inside = _ALIGNED.fullmatch(known)
    cells = [["", known]] if inside is None else table_cells(inside[1])
    rows = (
        ShownRow(_cell(first if others else ""), _cell(" ".join(others) or first), Markup(""))
        for first, *others in cells
    )
    return ShownDisplay(tuple(rows), display.label or "")


def _cell(latex: str) -> Markup:
    return _displayed(latex) if latex.strip() else Markup("")


def _rows(row: Row, left: Markup) -> Iterator[ShownRow]:
    first, *others = row.lines
    lines = [_displayed(f"{row.relation} {first}", True), *(_displayed(other, True) for other in others)]
    for at, line in enumerate(lines):
        is_last = at == len(lines) - 1
        yield ShownRow(left if at == 0 else Markup(""), line, _text(row.reason) if is_last else Markup(""), at > 0)


def _picture(picture: Picture) -> Markup:
    """A picture whose colours are those of the page, the only style sheet that the page allows."""
    return Markup(re.sub(r'<style>.*?</style>| style="[^"]*"', "", svg(picture.scene), flags=re.DOTALL))


_BEFORE_FUNCTION = re.compile(
    r"(?<=[A-Za-z0-9}\])]) (?=\\(?:ln|log|exp|tanh|sinh|cosh|sin|cos|tan|det|max|min)(?![A-Za-z]))"
)
"""Between a factor and a function, where TeX has a thin space of itself."""


def _displayed(latex: str, in_display: bool = False) -> Markup:
    """A formula as MathML, or its LaTeX as code."""
    known = safe(latex)
    mathml = None if known is None else to_mathml(_BEFORE_FUNCTION.sub(r" \\, ", spaced(known)), in_display)
    return Markup(mathml) if mathml is not None else Markup("<code>{}</code>").format(_shown(latex))


def _text(text: Text) -> Markup:
    runs = (_displayed(run.latex) if isinstance(run, Formula) else _words(run) for run in text)
    return Markup("").join(runs)


def _words(run: Words) -> Markup:
    element = _ELEMENTS.get(run.style)
    words = escape(_shown(run.text))
    return words if element is None else Markup(f"<{element}>{{}}</{element}>").format(words)


def _shown(text: str) -> str:
    """Words in which nothing is invisible or turns what follows around."""
    return text if text.isprintable() else printable(" ".join(text.split()))
