"""What the sentences around formulas make of them: a condition, a declaration, or a case that a display treats.

`If $i = k$:` before a display says of which values the display speaks, as far as the sentence goes: it ends with a full
stop, in the text or in a display, with a heading or a paragraph, and where another condition is said. `for $i \neq k$.`
right behind a display says the same of this display. A formula behind `if` or `where` is no claim.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from derive.documents.document import Passage
from derive.records import dataclass

Role = Literal["claim", "condition", "declaration"]

_CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|for|provided|given|suppose|assume|assuming"
    r"|(?<!\bthis )(?<!\bthat )(?<!\bwhich )(?<!\bthe latter )cases?(?:\s+(?:where|when|that|of|[\dIVXa-d]{1,3}\b))?)"
    r"(?:\s+(?:all|each|every|any|some|that|now|instead|both))*[\s:.,()*_–—-]*$",
    re.IGNORECASE,
)
_CASE = re.compile(r"\bcases?\b[^$\\]{0,20}$", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\s.:,;*_)]*")
_BEHIND = re.compile(
    r"[\s,(]*(?:if|for|when|whenever|where|with|provided|unless)(?:\s+(?:all|each|every|any|that))?\s*", re.IGNORECASE
)
_ENDS_CLAUSE = re.compile(r"[\s)*_]*(?:[.;]|,?\s*\b(?:and|while|whereas|but|otherwise|else)\b|$)", re.IGNORECASE)
_OTHERWISE_BEHIND = re.compile(r"[\s,(]*(?:otherwise|else|elsewhere)\b", re.IGNORECASE)
_OF_CLASS = re.compile(
    r"\b(?:for|at)\s+(?:(?:all|each|every|any)\s+)?(?:(?:of\s+)?the\s+|an?\s+)?"
    r"(?:(?P<correct>correct|true|right|target|actual|gold|ground[- ]truth)|other|wrong|incorrect|false|remaining)"
    r"\s+(?:class(?:es)?|labels?|categor(?:y|ies))\b",
    re.IGNORECASE,
)
_MAY_DECLARE = re.compile(r"\b(?:where|with)\b", re.IGNORECASE)
_UNEQUAL = r"[<>≤≥≠]|\\(?:neq?|leq?|geq?|lt|gt)(?![A-Za-z])"
_COMPARISON = re.compile(rf"=|{_UNEQUAL}")
_NO_DECLARATION = re.compile(rf"{_UNEQUAL}|=\s*[01][\s.,]*$")
_NEGATED = re.compile(r"\bunless\s*$", re.IGNORECASE)
_DECLARATION = re.compile(
    r"\b(?:where|let|with|denote|define|set|put)(?:\s+(?:now|that|by|us))*[\s:,(]*$", re.IGNORECASE
)
_JOINED = re.compile(r"[\s,]*(?:and|or)\s*")
_OTHERWISE = re.compile(r"\b(?:otherwise|else)\b", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"\b(?:or|in general)\b", re.IGNORECASE)
_FULL_STOP = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\beq)(?<!\bresp)(?<!\bw\.r\.t)[.!?](?=[\s*_)\"']|$)", re.IGNORECASE
)
_BOUNDARY = re.compile(
    r"\\(?:item|(?:sub){0,2}section|paragraph|end)\b|^[ \t>]*(?:#{1,6}|[-*+]|\d{1,2}[.)])[ \t]", re.MULTILINE
)
_NEW_SENTENCE = re.compile(r"[A-Z]")
_DELIMITER = re.compile(
    r"\$+`?|`?\$+|\\[\[\]()]|\\begin\s*\{[^{}]*\}|^[ \t>]*(?:```+|~~~+)[^\n]*|\\(?:noindent|par)\b", re.MULTILINE
)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_PARAGRAPH = re.compile(r"\n[ \t>]*\n")


@dataclass(frozen=True)
class Premise:
    """A condition that a sentence makes: a formula behind `if` or `unless`, or one of several joined by `or`.

    Without a formula it says `for the correct class`, or `for the others` where it is negated.
    """

    formula: str | None
    is_negated: bool = False
    is_alternative: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What the text says of a formula.

    `premises`: under which conditions a display speaks; `are_new`: they were said since the display before it.
    """

    role: Role = "claim"
    premises: tuple[Premise, ...] = ()
    are_new: bool = False


def surroundings(passages: Sequence[Passage]) -> list[Surroundings]:
    """What the text says of each passage of a document, in their order."""
    return list(_read(passages))


def _read(passages: Sequence[Passage]) -> Iterator[Surroundings]:
    sentence = _Sentence()
    before: Passage | None = None
    behind: Premise | None = None
    for number, passage in enumerate(passages):
        said = _between(before, passage)
        if behind is not None and behind.formula is None:
            said = sentence.take_class_behind(behind, said)
        if passage.kind == "display":
            behind = _condition_behind(passages, number)
            yield sentence.take_display(passage, said, behind)
        elif behind is not None and behind.formula is not None:
            yield sentence.take_condition_behind(behind)
            behind = None
        else:
            behind = None
            yield sentence.take_inline(passage, said)
        before = passage


def _condition_behind(passages: Sequence[Passage], number: int) -> Premise | None:
    """The condition that ends the clause of a display: `for $k \neq y$,` and what it says is over."""
    display, *following = passages[number : number + 3]
    words = words_between(display, following[0] if following else None)
    of_class = _OF_CLASS.match(words.lstrip(" \n,("))
    if of_class and not _ends_with_full_stop(display) and _ends_clause(words.lstrip(" \n,(")[of_class.end() :]):
        return Premise(None, not of_class["correct"])
    if not following or following[0].kind != "inline" or _ends_with_full_stop(display):
        return None
    said, condition = _between(display, following[0]), following[0]
    may_declare = _MAY_DECLARE.search(said)
    compares = (_NO_DECLARATION if may_declare else _COMPARISON).search(condition.text.value)
    if not _BEHIND.fullmatch(said) or _PARAGRAPH.search(said.strip()) or not compares:
        return None
    behind = _between(condition, following[1]) if len(following) > 1 else _rest(condition)
    return Premise(condition.text.value, bool(_NEGATED.search(said))) if _ends_clause(behind) else None


def _ends_clause(words: str) -> bool:
    """Whether what was said is over before some words: they go on with `and`, or stand in a paragraph of their own."""
    return _ENDS_CLAUSE.match(_PARAGRAPH.split(words, maxsplit=1)[0]) is not None


def _rest(passage: Passage) -> str:
    """The words behind the last formula of a text, as far as they are looked at."""
    source, end = passage.text.source, passage.text.end
    return _DELIMITER.sub(" ", source.text[end : end + FARTHEST])


def words_between(one: Passage | None, other: Passage | None) -> str:
    """The words between two formulas, or before the first one or behind the last, without what only delimits them."""
    if other is None:
        return _rest(one) if one is not None else ""
    return _between(one, other)


def _between(one: Passage | None, other: Passage) -> str:
    """The words between two formulas, without what only delimits these."""
    source = other.text.source
    if one is None or one.text.source is not source:
        text = "\n\n" + source.text[max(0, other.text.start - FARTHEST) : other.text.start]
    else:
        text = source.text[one.text.end : other.text.start]
    if source.name.endswith(".tex"):
        text = _COMMENT.sub("", text)
    return _DELIMITER.sub(" ", text)


FARTHEST = 200
"""How many characters before the first formula of a text are looked at."""


class _Sentence:
    """The conditions of the sentence in which a reader stands; `latest` are those of the last one that had any."""

    def __init__(self) -> None:
        self.role: Role = "claim"
        self.premises: tuple[Premise, ...] = ()
        self.latest: tuple[Premise, ...] = ()
        self.are_new = False
        self.is_case = False
        self.is_behind_text = True

    def take_inline(self, passage: Passage, said: str) -> Surroundings:
        is_joined = self.role != "claim" and _JOINED.fullmatch(said) is not None
        if not is_joined:
            self._pass_over(said)
            self.role = _role(said, passage)
        self.is_behind_text = True
        if self.role == "claim":
            return Surroundings("claim", self.premises)
        if self.role == "condition":
            earlier = self.premises if is_joined else ()
            self.premises = (*earlier, Premise(passage.text.value, bool(_NEGATED.search(said))))
            if is_joined and "or" in said:
                self.premises = tuple(replace(premise, is_alternative=True) for premise in self.premises)
            self.latest = self.premises
            self.is_case = _CASE.search(said) is not None
            self.are_new = True
        return Surroundings(self.role)

    def take_condition_behind(self, premise: Premise) -> Surroundings:
        """A condition behind a display, which speaks of nothing else."""
        self.latest, self.premises, self.are_new = (premise,), (), False
        self.role, self.is_behind_text = "condition", True
        return Surroundings("condition")

    def take_class_behind(self, premise: Premise, said: str) -> str:
        """The words behind a display without the class of which they say that it is treated there."""
        self.latest, self.premises, self.are_new = (premise,), (), False
        return _OF_CLASS.sub(" ", said, count=1)

    def take_display(self, passage: Passage, said: str, behind: Premise | None = None) -> Surroundings:
        if not (self.is_case and _PUNCTUATION.fullmatch(said)):
            self._pass_over(said)
        self.is_behind_text = self.is_case = False
        premises = self.premises if behind is None else (behind,)
        found = Surroundings("claim", premises, (self.are_new or behind is not None) and bool(premises))
        self.role, self.are_new = "claim", False
        if _ends_with_full_stop(passage):
            self._forget()
        return found

    def _pass_over(self, said: str) -> None:
        """Read the words between two formulas."""
        if _ends(said, is_behind_text=self.is_behind_text) or _ALTERNATIVE.search(said):
            self._forget()
        if _OTHERWISE.search(said) and len(self.latest) == 1:
            self.premises = (replace(self.latest[0], is_negated=not self.latest[0].is_negated),)
            self.are_new = True
        of_class = _OF_CLASS.search(said)
        if of_class and not (_FULL_STOP.search(said, of_class.end()) or _ALTERNATIVE.search(said, of_class.end())):
            self.premises = self.latest = (Premise(None, not of_class["correct"]),)
            self.are_new = True

    def _forget(self) -> None:
        self.premises, self.are_new = (), False


def _role(said: str, passage: Passage) -> Role:
    """What the words before a formula make of it; `where $i \\neq k$` declares nothing."""
    if _CONDITION.search(said):
        return "condition"
    declares = _DECLARATION.search(said)
    if declares and _MAY_DECLARE.match(declares[0]) and re.search(_UNEQUAL, passage.text.value):
        return "condition"
    return "declaration" if declares else "claim"


def _ends(said: str, *, is_behind_text: bool) -> bool:
    """Whether a sentence ends in the words between two formulas; behind a display a line may be left blank."""
    if _FULL_STOP.search(said) or _BOUNDARY.search(said) or _NEW_SENTENCE.match(said.strip()):
        return True
    paragraphs = _PARAGRAPH.split(said)
    if not is_behind_text:
        paragraphs = [part for part in paragraphs if part.strip()]
    return any(part.strip() for part in paragraphs[1:])


def _ends_with_full_stop(passage: Passage) -> bool:
    """Whether a display ends with a full stop, inside its last environment or behind it."""
    text = re.sub(r"\\(?:end|label|tag)\s*\{[^{}]*\}|\\(?:nonumber|notag)\b", " ", passage.text.value)
    return text.rstrip(" \n\\,;").endswith(".") and not text.rstrip(" \n").endswith(("\\right.", "\\left."))
