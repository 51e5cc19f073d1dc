r"""How the members of a chain stand on a page of a certain width: which lines, which reasons beside or below them.

Every line is estimated to fit. A chain that does not fit as it is, is broken, its left side put on a line of its own,
set in smaller type, and as the last resort a member is squeezed.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from derive.records import dataclass
from derive.sheets.blocks import Block, Chain, Formula, Text, Words
from derive.writing.formula_width import broken, width

RELATION = 1_334
"""The width of a relation with the space around it, in thousandths of an em."""
GAP = 2_000
INDENT = 2_000
NARROWEST_REASON = 8_000
MOST_LINES_OF_REASON = 3
SIZE_OF_REASONS = 0.92
LETTER_OF_CODE = 525
SAFETY = 1.03
"""Estimates may be too small by so much."""

Size = Literal["normal", "small", "footnotesize", "scriptsize"]
SIZES: dict[Size, float] = {"normal": 1.0, "small": 0.913, "footnotesize": 0.822, "scriptsize": 0.731}


@dataclass(frozen=True)
class Row:
    """A member in lines, of which all but the first go on with a sum. `squeezed`: the width into which it is forced."""

    relation: str
    lines: tuple[str, ...]
    reason: Text
    squeezed: float | None = None


@dataclass(frozen=True)
class Layout:
    """A chain on a page. `reasons` is where they stand and how wide, null where there are none."""

    rows: tuple[Row, ...]
    lhs_alone: bool = False
    size: Size = "normal"
    beside: float | None = None
    below: float | None = None


def in_groups(blocks: Sequence[Block], measure: float | None = None) -> Iterator[Block | tuple[Chain, ...]]:
    """The blocks in their order, plain equations that follow one another as one display, aligned at their relations.

    Those of a display fit into a measure, if there is one.
    """
    group: list[Chain] = []
    for block in blocks:
        if isinstance(block, Chain) and _is_plain(block) and _fit_together([*group, block], measure):
            group.append(block)
            continue
        yield from _as_group(group)
        is_first = isinstance(block, Chain) and _is_plain(block) and _fit_together([block], measure)
        group = [block] if is_first and isinstance(block, Chain) else []
        if not group:
            yield block
    yield from _as_group(group)


def _as_group(group: list[Chain]) -> Iterator[Block | tuple[Chain, ...]]:
    if group:
        yield group[0] if len(group) == 1 else tuple(group)


def _is_plain(chain: Chain) -> bool:
    return len(chain.members) == 1 and chain.label is None and not chain.is_result and not chain.members[0].reason


def _fit_together(chains: Sequence[Chain], measure: float | None) -> bool:
    if measure is None:
        return True
    widest = max(_wide(chain.members[0].latex) for chain in chains)
    return max(_wide(chain.lhs) for chain in chains) + RELATION + widest <= measure


def arranged(chain: Chain, measure: float) -> Layout:
    """A layout in which every line fits into a measure, in thousandths of an em."""
    room = measure - (0 if chain.label is None else 1_500 + 550 * len(chain.label))
    return _beside(chain, room) or _below(chain, room)


def text_width(text: Text) -> float:
    """The width of a text on one line."""
    return sum(map(_run_width, text))


def _run_width(run: Words | Formula) -> float:
    if isinstance(run, Formula):
        return width(run.latex)
    return len(run.text) * LETTER_OF_CODE if run.style == "code" else width(rf"\text{{{_letters(run.text)}}}")


def _letters(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " .,;:-" else "m" for letter in text)


def _beside(chain: Chain, room: float) -> Layout | None:
    """Each member on one line, all reasons beside them; null where there is no room."""
    lines = max(_wide(member.latex) for member in chain.members)
    reasons = [text_width(member.reason) * SIZE_OF_REASONS * SAFETY for member in chain.members]
    if not any(reasons):
        return None
    left = room - _wide(chain.lhs) - RELATION - lines - GAP
    column = min(left, max(reasons) + 300)
    if column < min(NARROWEST_REASON, max(reasons)) or max(reasons) > column * (MOST_LINES_OF_REASON - 0.4):
        return None
    return Layout(tuple(Row(each.relation, (each.latex,), each.reason) for each in chain.members), beside=column)


def _below(chain: Chain, room: float) -> Layout:
    """Reasons below their members, lines broken; as large as it fits."""
    for size, scale in SIZES.items():
        for alone in (False, True):
            taken = INDENT if alone else _wide(chain.lhs)
            rows = _rows(chain, room / scale - taken - RELATION)
            is_fitting = not alone or _wide(chain.lhs) <= room / scale
            if is_fitting and all(row.squeezed is None for row in rows):
                return Layout(rows, alone, size, below=max(room / scale - taken - INDENT, NARROWEST_REASON))
    scale = SIZES["footnotesize"]
    rows = _rows(chain, room / scale - INDENT - RELATION)
    return Layout(rows, True, "footnotesize", below=room / scale - INDENT - INDENT)


def _rows(chain: Chain, room: float) -> tuple[Row, ...]:
    return tuple(_row(member.relation, member.latex, member.reason, room) for member in chain.members)


def _row(relation: str, latex: str, reason: Text, room: float) -> Row:
    """A member in as many lines as it needs, or squeezed into one."""
    lines = broken(latex, room / SAFETY, (room - INDENT) / SAFETY) if _wide(latex) > room else [latex]
    fits = _fits(lines, room)
    return Row(relation, tuple(lines), reason) if fits else Row(relation, (latex,), reason, squeezed=room)


def _fits(lines: Sequence[str], room: float) -> bool:
    return all(_wide(line) <= room - (INDENT if at else 0) for at, line in enumerate(lines))


def _wide(latex: str) -> float:
    return width(latex) * SAFETY
