"""The few words around a formula that change what it says: `if`, `is`, `one-hot`."""

import re
from typing import Literal

from derive.documents.document import Passage
from derive.source import Text

_CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|until|for|at|suppose|assume|assuming|case|say|e\.g\.)\s*[$(\\]*\s*$", re.I
)
_QUANTIFIER = re.compile(
    r"\b(?:for|all|any|every|each|some)(?:\s+(?:scalar|vector|number|point|input)s?)?\s*[$(\\]*\s*$", re.I
)
_IS = re.compile(
    r"[$)\\]*\s*(?:\(|,?\s*(?:which|that|both)?\s*(?:is|are|has|have|be|of|being|with)\b"
    r"(?:\s+(?:an?|the|all|real|its|shape|shapes|size|sizes|dimension|dimensions|matrix|matrices|of|order|both))*)\s*[$(\\]*",
    re.I,
)
_MATRIX = re.compile(
    r"[$)\\]*\s+(?:real\s+)?(?:weight\s+|data\s+|design\s+|input\s+)?(?:matrix|array|vector|row|column)\s+[$(\\]*", re.I
)
_ONE_HOT_AHEAD = re.compile(r"\bone[- ]hot\b[^.;$\n]{0,40}\\?[$(]*$", re.I)
_ONE_HOT_BEHIND = re.compile(
    r"^[$)\\]*[^.;$]{0,40}?(?:\b(?:is|are|be|being|a|an|the|as|ist|sei|est|soit|es|sea)\b|[,(是为は])"
    r"\s*(?:an?\s+|the\s+|eine?n?\s+|une?\s+|un\s+|vecteur\s+|vector\s+)*one[- ]hot\b",
    re.I,
)
_SCALAR_BEHIND = re.compile(
    r"^[$)\\]*\s*(?:is|are|being)\s+(?:an?\s+)?(?P<positive>positive\s+)?(?:real\s+)?(?:scalar|number|constant)s?\b",
    re.I,
)
_DEFINITE = r"positive[- ]definite"
_STRUCTURE = rf"(?P<structure>symmetric(?:,?\s+(?:and\s+)?{_DEFINITE})?|{_DEFINITE}|orthogonal|diagonal|invertible)"
_STRUCTURE_AHEAD = re.compile(rf"\b{_STRUCTURE}(?:\s+(?:square\s+)?matrix)?\s*\\?[$(]*$", re.I)
_STRUCTURE_BEHIND = re.compile(
    rf"^[$)\\]*\s*(?:,?\s*(?:which\s+|that\s+)?(?:is|be|being)\s+)?(?:an?\s+)?{_STRUCTURE}\b", re.I
)
_END_OF_SENTENCE = re.compile(r"[.!?;]\s|\n\s*\n")
_DENIAL = re.compile(r"\bnot\b|n't\b|\bneed\b|\bwithout\b", re.I)


def before(passage: Passage) -> str:
    """The text that stands before a formula, as far as it can be seen."""
    text = passage.text
    if not _stands_there(passage):
        return ""
    return text.source.text[max(text.start - 80, 0) : text.start]


def behind(passage: Passage) -> str:
    """The text that stands behind a formula, as far as it can be seen."""
    if not _stands_there(passage):
        return ""
    end = passage.text.end
    return passage.text.source.text[end : end + 120]


def _stands_there(passage: Passage) -> bool:
    text = passage.text
    return bool(text.runs) or text.source.text[text.start : text.end] == text.value


def is_condition(passage: Passage) -> bool:
    """Whether a formula in the text stands behind `if`, `when`, `for` or the like."""
    return _CONDITION.search(before(passage)) is not None


def is_quantified(passage: Passage) -> bool:
    """Whether a formula in the text stands behind `for all`, `for any`, `for every` or the like."""
    return _QUANTIFIER.search(before(passage)) is not None


def mark_between(one: Passage, other: Passage) -> Literal["name first", "set first"] | None:
    """Whether the words between two formulas in the text say that one is the shape of the other."""
    if one.kind != "inline" or other.kind != "inline" or one.text.source is not other.text.source:
        return None
    if not (_stands_there(one) and _stands_there(other)):
        return None
    between = one.text.source.text[one.text.end : other.text.start]
    if _IS.fullmatch(between) and between.strip("$()\\ \n,"):
        return "name first"
    if _IS.fullmatch(between) and "(" in between.replace("\\(", ""):
        return "name first"
    return "set first" if _MATRIX.fullmatch(between) else None


def is_called_one_hot(passage: Passage) -> bool:
    """Whether the words around a formula in the text call it one-hot, and do not deny it."""
    ahead, following = _ONE_HOT_AHEAD.search(before(passage)), _ONE_HOT_BEHIND.search(behind(passage))
    found = [match.group() for match in (ahead, following) if match is not None]
    return bool(found) and not any(_DENIAL.search(text) for text in (*found, before(passage)[-30:]))


def called_structure(passage: Passage) -> str | None:
    """The structure, as a setting calls it, that the words around a declaration give to the matrix."""
    if is_condition(passage) and not is_quantified(passage):
        return None
    match = _STRUCTURE_BEHIND.search(behind(passage)) or _STRUCTURE_AHEAD.search(before(passage))
    if match is None or _DENIAL.search(match.group()):
        return None
    words = match["structure"].lower()
    return "positive definite" if "definite" in words else words


def in_one_sentence(one: Text, other: Text) -> bool:
    """Whether no sentence ends between two places of a text, as far as it can be seen."""
    if one.source is not other.source:
        return False
    first, last = sorted((one, other), key=lambda text: text.start)
    return _END_OF_SENTENCE.search(one.source.text[first.start : last.start]) is None


def is_called_scalar(passage: Passage) -> str | None:
    """`scalar` or `positive scalar`, where the words behind a formula in the text call it so."""
    match = _SCALAR_BEHIND.search(behind(passage))
    return None if match is None else "positive scalar" if match["positive"] else "scalar"
