"""What the writers of sheets share: the heads of remarks, and formulas that are safe in every form."""

from collections.abc import Mapping
from functools import lru_cache

from derive.sheets.blocks import RemarkKind
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
