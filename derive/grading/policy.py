"""What is earned by what is not simply right: the `policy` of an exercise, or of one part.

A credit is a share of the points, or `review`: then a person decides.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from difflib import get_close_matches
from fractions import Fraction
from typing import Literal

from derive.documents.document import Aside, AsideMapping
from derive.errors import DocumentError
from derive.records import dataclass
from derive.source import Text

Credit = Fraction | Literal["review"]

FULL, HALF, NONE = Fraction(1), Fraction(1, 2), Fraction(0)
WORDS: Mapping[str, Credit] = {"full": FULL, "half": HALF, "none": NONE, "review": "review"}
OTHERS = "default"
"""Stands for every mistake that the policy does not name."""

_FRACTION = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})")
_PERCENTAGE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s*%")
_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CODES_ARE = "a mistake's code is of small letters, digits and -"


@dataclass(frozen=True)
class Policy:
    """What each outcome earns: right up to a convention; a step that follows from an earlier slip; an undecided answer;
    an unreadable one; a true one in a form that was not asked for; a wrong one whose only fault is a named mistake.
    """

    convention: Credit = FULL
    follow_through: Credit = HALF
    unknown: Credit = "review"
    unreadable: Credit = "review"
    form: Credit = NONE
    mistake: Mapping[str, Credit] = field(default_factory=lambda: {OTHERS: NONE})

    def for_mistakes(self, codes: Sequence[str]) -> Credit:
        """What an answer earns that has these named mistakes and no other fault: the least that one of them does."""
        earned = [self.mistake.get(code, self.mistake[OTHERS]) for code in codes]
        shares = [credit for credit in earned if credit != "review"]
        return "review" if len(shares) < len(earned) else min(shares, default=NONE)


OUTCOMES = ("convention", "follow_through", "unknown", "unreadable", "form", "mistake")


def read_policy(aside: Aside | None, above: Policy) -> Policy:
    """The policy that a setting says; what it leaves out is as above. Raises `DocumentError` at a word not known."""
    if aside is None or (isinstance(aside, Text) and not aside.value):
        return above
    if not isinstance(aside, AsideMapping):
        raise error_at(aside, "'policy' is not a mapping; expected lines such as 'convention: full'")
    said = {}
    for key, value in aside.pairs:
        if key.value not in OUTCOMES:
            raise error_at(key, f"unknown outcome '{key.value[:40]}' in 'policy'{nearest(key.value, OUTCOMES)}")
        said[key.value] = _mistakes(value, above) if key.value == "mistake" else _credit(key, value)
    return replace(above, **said)  # type: ignore[arg-type]


def _mistakes(aside: Aside, above: Policy) -> Mapping[str, Credit]:
    """One credit for every mistake, or one for each code; `default` for the others."""
    if not isinstance(aside, AsideMapping):
        return {OTHERS: _credit(at(aside), aside)}
    found = dict(above.mistake)
    for key, value in aside.pairs:
        if not _CODE.fullmatch(key.value):
            raise error_at(key, f"'{key.value[:40]}' names no mistake: {_CODES_ARE}")
        found[key.value] = _credit(key, value)
    return found


def _credit(key: Text, value: Aside) -> Credit:
    """A word, a fraction, a percentage or a decimal between 0 and 1."""
    if not isinstance(value, Text):
        raise error_at(value, f"the credit for '{key.value}' is not one word or number; {_EXPECTED}")
    word = value.value.strip()
    if word in WORDS:
        return WORDS[word]
    share = _share(word)
    if share is None or share > 1:
        raise error_at(value, f"the credit '{word[:40]}' is not known; {_EXPECTED}{nearest(word, WORDS)}")
    return share


_EXPECTED = "expected full, half, none, review, a fraction such as 2/3 or a percentage such as 60%"


def _share(word: str) -> Fraction | None:
    if match := _FRACTION.fullmatch(word):
        return Fraction(int(match[1]), int(match[2])) if int(match[2]) else None
    if match := _PERCENTAGE.fullmatch(word):
        return Fraction(match[1]) / 100
    return Fraction(word) if re.fullmatch(r"[01](?:\.\d{1,6})?|\.\d{1,6}", word) else None


# ── words for errors ──


def at(aside: Aside) -> Text:
    """The text at whose place a value stands."""
    return aside if isinstance(aside, Text) else aside.at


def error_at(aside: Aside, problem: str) -> DocumentError:
    """The error that points at a value."""
    text = at(aside)
    return DocumentError.at(text.source, text.start, problem)


def nearest(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """`; did you mean 'full'?`, or what is known where nothing is near."""
    near = get_close_matches(word.lower()[:40], list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}"
