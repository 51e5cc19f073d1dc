r"""What the author of an exercise says in passing, so written that it claims nothing for whoever checks the sheet.

An equation in a line of text is a claim, or a definition. `if $t_i = 1$` is neither, and only a person sees that: the
sign of equality is set between two formulas, where it looks the same and is read as words.

>>> from derive.sheets.blocks import Formula, Words
>>> unclaimed((Words("if "), Formula("t_i = 1")))
(Words(text='if ', style='plain'), Formula(latex='t_i'), Words(text=' = ', style='plain'), Formula(latex='1'))
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from derive.sheets.blocks import Block, Bullets, Formula, Heading, Paragraph, Table, Text, Words

_TOKEN = re.compile(r"\\(?:left|right|begin|end)(?![A-Za-z])|\\[A-Za-z]+|\\.|.", re.DOTALL)
_OPENING, _CLOSING = ("{", "(", "[", r"\{", r"\begin"), ("}", ")", "]", r"\}", r"\end")


def unclaimed_block(block: Block) -> Block:
    """A block of text without equations in its lines; displays stay what they are."""
    match block:
        case Paragraph(text):
            return Paragraph(unclaimed(text))
        case Heading(text):
            return replace(block, text=unclaimed(text))
        case Bullets(items):
            return replace(block, items=tuple(map(unclaimed, items)))
        case Table(header, rows):
            cells = tuple(tuple(map(unclaimed, row)) for row in rows)
            return replace(block, header=tuple(map(unclaimed, header)), rows=cells)
    return block


def unclaimed(text: Text) -> Text:
    """A line of text in which each equation is taken apart at its signs of equality."""
    return tuple(part for run in text for part in (_apart(run.latex) if isinstance(run, Formula) else (run,)))


def _apart(latex: str) -> Iterator[Words | Formula]:
    sides = [side.strip() for side in _sides(latex)]
    if not all(sides):
        yield Formula(latex)
        return
    for number, side in enumerate(sides):
        if number:
            yield Words(" = ")
        yield Formula(side)


def _sides(latex: str) -> list[str]:
    """What stands between the signs of equality that are in no bracket."""
    sides, depth = [""], 0
    for match in _TOKEN.finditer(latex):
        token = match[0]
        depth += (token in _OPENING) - (token in _CLOSING)
        if token == "=" and depth == 0:
            sides.append("")
        else:
            sides[-1] += token
    return sides if depth == 0 else [latex]
