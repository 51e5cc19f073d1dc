"""Numbers that are sizes: a claim with `1/N` must not hold only because N is 2 here.

Where a document counts by a dimension, each step that was accepted at these sizes only is judged a second time with
every size changed. If the sides then certainly differ, the step is `unknown`: it is true at the sizes that were asked
for, and at those only.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.checking.claims import Judgement
from derive.checking.course import Course
from derive.checking.premises import judgements as judgements_on
from derive.checking.session import Session
from derive.documents.document import Document
from derive.expressions.tree import Size
from derive.expressions.walk import walk
from derive.notation.chains import Chain, kind_of
from derive.notation.symbols import Computed, SymbolTable, shown
from derive.notation.tokens import Token, tokenize


def counts_by_size(table: SymbolTable, document: Document) -> bool:
    """Whether a dimension stands as a number in the model or in a formula."""
    values = [meaning.value for meaning in table.meanings.values() if isinstance(meaning, Computed)]
    if any(isinstance(node, Size) for value in values if value is not None for node in walk(value)):
        return True
    dims = {name for name in table.dims if name not in table.meanings}
    texts = (passage.text.value for passage in document.passages)
    return any(_mentions(tokenize(text, table.words), dims) for text in texts)


def _mentions(tokens: list[Token], dims: set[str]) -> bool:
    """Whether a dimension's name stands outside all scripts, where shapes and bounds have theirs."""
    depth: list[bool] = []
    for at, token in enumerate(tokens):
        in_script = at > 0 and tokens[at - 1].kind in ("CARET", "UNDERSCORE")
        if token.kind == "LBRACE":
            depth.append(in_script)
        elif token.kind == "RBRACE" and depth:
            depth.pop()
        elif token.kind == "NAME" and token.text in dims and not in_script and not any(depth):
            return True
    return False


class OtherSizes:
    """The same document with every size changed. It is followed only as far as some step needs it."""

    def __init__(self, begin: Callable[[], Course]) -> None:
        self._begin = begin
        self._course: Course | None = None
        self._waiting: list[tuple[Chain, bool]] = []

    def held(
        self,
        judgements: list[Judgement],
        chain: Chain,
        is_inline: bool,
        premises: Sequence[Sequence[Token]] = (),
    ) -> list[Judgement]:
        """The judgements on a chain, an accepted one withdrawn where it fails at other sizes."""
        kinds = [kind_of(relation) for relation in chain.relations]
        accepted = [judgement.verdict in ("proved", "convention") for judgement in judgements]
        defines = any(judgement.verdict == "definition" for judgement in judgements) or "member" in kinds
        if not defines and not any(accepted):
            return judgements
        if all(
            judgement.scope == "all dimensions" for judgement, holds in zip(judgements, accepted, strict=True) if holds
        ):
            self._waiting.append((chain, is_inline))
            return judgements
        course = self._caught_up()
        again = _judged(course, chain, is_inline, premises)
        return [
            withdrawn(first, second, course.table) if holds and second.counterexample is not None else first
            for first, second, holds in zip(judgements, again, accepted, strict=True)
        ]

    def caught_up(self) -> Session:
        """The session after all that stood before."""
        return self._caught_up().session

    def _caught_up(self) -> Course:
        if self._course is None:
            self._course = self._begin()
        for chain, is_inline in self._waiting:
            _judged(self._course, chain, is_inline, ())
        self._waiting.clear()
        return self._course


def _judged(course: Course, chain: Chain, is_inline: bool, premises: Sequence[Sequence[Token]]) -> list[Judgement]:
    return course.asked(
        lambda: (chain.key, is_inline, tuple(map(tuple, premises))),
        lambda session: judgements_on(session, chain, is_inline, premises=premises),
    )


def withdrawn(first: Judgement, second: Judgement, other: SymbolTable) -> Judgement:
    """What was accepted at these sizes only, where a second judgement has a counterexample at others."""
    example = second.counterexample
    assert example is not None
    sizes = ", ".join(f"{shown(name)} = {dim.size}" for name, dim in other.dims.items())
    message = (
        f"The sides are equal at these sizes only: at {sizes} they differ, {example.lhs} on the left and {example.rhs} "
        "on the right."
    )
    return replace(
        first, verdict="unknown", message=message, conventions=(), scope=None, ground=None, side_conditions=()
    )
