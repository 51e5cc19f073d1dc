"""Words and formulas beside an answer that take it back or change it: what is meant then is for a person."""

import re

from derive.grading.workings import Line

_TAKES_BACK = re.compile(r"\b(?:not|wrong|incorrect|false|instead|maybe|perhaps|possibly)\b", re.I)
_WORDS = re.compile(r"\\(?:text[a-z]*|mbox|hbox|mathrm)\s*\{([^{}]*)\}")
_END_OF_ROW = re.compile(r"\\\\")
_SEMICOLON = re.compile(r"(?<!\\);")
_RELATION = re.compile(r"[=<>]|\\(?:in|ne|neq|le|leq|ge|geq|forall|to|mapsto|text[a-z]*|mbox|hbox)(?![A-Za-z])")
_ARRANGING = re.compile(r"\\(?:tag|label|end|begin)\s*\{[^{}]*\}|\\q?quad|\\(?:right|nonumber|notag)(?![A-Za-z])")


def doubt(line: Line) -> str | None:
    """Why it is not certain that a line is meant as it stands; null where nothing beside it says so."""
    first, last = line.members[0].span, line.members[-1].span
    if first is None or last is None:
        return None
    text = line.passage.text.value
    ends = [match.start() for match in _END_OF_ROW.finditer(text)]
    before = text[max((end for end in ends if end < first.start), default=0) : first.start]
    behind = text[last.end : min((end for end in ends if end >= last.end), default=len(text))]
    remarks = [*_WORDS.finditer(before), *_WORDS.finditer(behind)]
    words = [found[0] for remark in remarks if (found := _TAKES_BACK.search(remark[1]))]
    if words:
        return f'The word "{words[0]}" stands beside this; whether it is meant as the answer is for a person.'
    if any(_is_formula(piece) for piece in _SEMICOLON.split(behind)[1:]):
        return "Another formula stands behind this; which of them is meant is for a person."
    return None


def _is_formula(piece: str) -> bool:
    """Whether a piece behind a semicolon says a value: it has no relation of its own, and is no remark."""
    return _RELATION.search(piece) is None and re.search(r"\w", _ARRANGING.sub(" ", piece)) is not None
