"""Properties that the text gives to names: `a symmetric matrix $A$`, `$Q$ is orthogonal`, `for nonnegative $a$`.

What is refuted without such a property may be true with it: then a person has to look. Where a declaration can say the
property, what is false with it as well stays refuted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derive.checking.claims import Claimed, Judgement, judge
from derive.checking.course import Course
from derive.checking.following.dependence import names_behind
from derive.checking.inference.prose import before, behind
from derive.checking.session import STEP_SECONDS, Session
from derive.deciding.limits import Deadline
from derive.documents.document import Document, Passage
from derive.errors import FormulaError, Undecidable
from derive.notation.chains import split
from derive.notation.symbols import Given, SymbolTable, shown

# a property in words -> its declaration: a structure of a matrix, or a kind; empty where none says it
PROPERTIES: Mapping[str, str] = {
    "symmetric": "symmetric",
    "orthogonal": "orthogonal",
    "orthonormal": "orthogonal",
    "diagonal": "diagonal",
    "invertible": "invertible",
    "nonsingular": "invertible",
    "positive definite": "positive definite",
    "positive semidefinite": "positive definite",
    "positive": "positive",
    "nonnegative": "positive",
    "negative": "",
    "nonzero": "",
    "idempotent": "",
    "skew-symmetric": "",
    "triangular": "",
    "binary": "",
    "unit vector": "",
    "probability vector": "",
    "stochastic vector": "",
}
_WORDS = "|".join(sorted((re.escape(word).replace(r"\ ", r"[\s-]+") for word in PROPERTIES), key=len, reverse=True))
_THING = r"(?:\s+(?:real|square|matrix|matrices|vectors?|numbers?|scalars?|constants?|entries))*"
_AHEAD = re.compile(rf"\b(?P<word>{_WORDS}){_THING}\s*[$(\\]*$", re.IGNORECASE)
_BEHIND = re.compile(
    rf"^[$)\\]*(?:(?:,|\s+and)\s*\$[^$]{{1,20}}\$)*,?\s*(?:(?:which|that|both)\s+)?"
    rf"(?:is|are|be|being|has|have|with)\s+(?:an?\s+|both\s+|real\s+|square\s+)*"
    rf"(?P<word>{_WORDS})\b(?!\s+(?:part|class|example|log))",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|no|non|need\s+not\s+be)\s*$|n't\s*$", re.IGNORECASE)
_HYPHENS = {"non-negative": "nonnegative", "non-zero": "nonzero", "non-singular": "nonsingular"}
MESSAGE = "The text calls {} {}, which its declaration does not say; with it, this step may be true."


class PropertiesInWords:
    """What the text of a document says of names, beside their declarations."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._found: list[tuple[str, str]] | None = None

    def held(self, course: Course, judgements: Sequence[Judgement]) -> list[Judgement]:
        """The judgements on a chain, one withdrawn that refutes what a property in words may make true."""
        refuted = [one for one in judgements if one.verdict == "refuted" and one.counterexample is not None]
        if not refuted or not self._said(course.table):
            return list(judgements)
        made = tuple((one.verdict, one.message, None if one.claimed is None else one.claimed.key) for one in judgements)
        return course.asked(
            lambda: ("properties in words", tuple(self._said(course.table)), made),
            lambda session: [self._held(session, one) for one in judgements],
        )

    def _said(self, table: SymbolTable) -> list[tuple[str, str]]:
        """The names with the properties that the text gives to them."""
        if self._found is None:
            passages = [one for one in self._document.passages if one.kind == "inline" and one.problem is None]
            words = ((passage, _property(passage)) for passage in passages)
            self._found = [(name, word) for passage, word in words if word for name in _names(passage, table)]
        return self._found

    def _held(self, session: Session, judgement: Judgement) -> Judgement:
        claimed = judgement.claimed
        if claimed is None or judgement.verdict != "refuted" or judgement.counterexample is None:
            return judgement
        about = _names_of(session, claimed)
        for name, word in self._said(session.table):
            key = session.table.find(name)
            meaning = None if key is None else session.table.meanings.get(key)
            if key is None or key not in about or not isinstance(meaning, Given):
                continue
            declared = PROPERTIES[word]
            if (declared and declared in (meaning.structure, meaning.kind)) or meaning.kind not in ("real", "integer"):
                continue
            if not declared or not _is_refuted(session, claimed, key, _with(meaning, declared)):
                message = MESSAGE.format(shown(key), f"a {word}" if word.endswith("vector") else word)
                return Judgement("unknown", message, shapes=judgement.shapes, claimed=claimed)
        return judgement


def _property(passage: Passage) -> str:
    """The property that the words around a formula give to it; nothing where they give it none, or deny it."""
    for pattern, text in ((_AHEAD, _plain(before(passage))), (_BEHIND, _plain(behind(passage)))):
        match = pattern.search(text)
        if match is not None and not _DENIED.search(text[: match.start("word")]):
            return " ".join(match["word"].lower().replace("positive-", "positive ").split())
    return ""


def _plain(text: str) -> str:
    for written, word in _HYPHENS.items():
        text = re.sub(written, word, text, flags=re.IGNORECASE)
    return text


def _names(passage: Passage, table: SymbolTable) -> Iterator[str]:
    """The names of which a formula in the text speaks: `A`, `A, B`, and the A of `A \\in \\mathbb{R}^{n \\times n}`."""
    for chain in split(passage.text.value, table.words)[:1]:
        yield from (token.text for token in chain.members[0].tokens if token.kind == "NAME")


def _names_of(session: Session, claimed: Claimed) -> frozenset[str]:
    """All names on which the sides of a claim depend."""
    found: frozenset[str] = frozenset()
    for side in (claimed.left, claimed.right):
        for reading in side.read(session, None, dict(claimed.formal)).upto(1):
            found |= names_behind(session.table, reading.value)
    return found


def _with(meaning: Given, declared: str) -> Given:
    """A declaration with a property more, where it can have that."""
    if declared == "positive":
        return replace(meaning, kind="positive")
    return replace(meaning, structure=declared) if meaning.shape.is_square else meaning


def _is_refuted(session: Session, claimed: Claimed, key: str, meaning: Given) -> bool:
    """Whether a claim is false as well where a name has another declaration."""
    other = Session(replace(session.model, table=session.table.with_meaning(key, meaning)), session.allow)
    deadline = Deadline(STEP_SECONDS / 4)
    try:
        with deadline.enforced():
            found = judge(other, claimed.left, claimed.right, claimed.restrictions, dict(claimed.formal), deadline)
    except (FormulaError, Undecidable):
        return False
    return found.verdict == "refuted"
