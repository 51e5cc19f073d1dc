"""What the writers of sheets share: the heads of remarks, which tables are lists of values, formulas that are safe."""

import re
from collections.abc import Mapping
from functools import lru_cache

from derive.sheets.blocks import Formula, RemarkKind, Table
from derive.sheets.safe_math import rebuilt

REMARKS: Mapping[RemarkKind, str] = {
    "proved": "Proved",
    "rule": "Rule",
    "kink": "At the kink",
    "mistake": "A common mistake",
    "note": "Note",
}
"""What stands at the head of a remark."""


@lru_cache(maxsize=4_096)
def safe(latex: str) -> str | None:
    """The formula from known parts alone; null where it has others, and is to be shown as code."""
    found = rebuilt(latex)
    return None if found is None else found.latex


def is_list_of_values(table: Table) -> bool:
    """Whether a table gives names their values, matrices among them, which take less room side by side."""
    cells = [cell for row in table.rows for cell in row]
    alone = all(len(cell) == 1 and isinstance(cell[0], Formula) for cell in cells)
    return (
        len(table.header) == 2
        and alone
        and any(r"\begin{" in run.latex for (run,) in cells if isinstance(run, Formula))
    )


_FACTOR_BEFORE_WORD = re.compile(r"(?<=[A-Za-z0-9}\])]) (?=\\text\{[A-Za-z]+\} ?(?:\(|\\left))")


def spaced(latex: str) -> str:
    r"""A formula with a thin space between a factor and a function with a name in words: `\delta \, \text{sign}(r)`."""
    return _FACTOR_BEFORE_WORD.sub(r" \\, ", latex)
