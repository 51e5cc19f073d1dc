"""Numbers that are sizes: a claim with `1/N` must not hold only because N is 2 here.

Where a document counts by a dimension, each step that was accepted at these sizes only is judged a second time with
every size changed. If the sides then certainly differ, the step is `unknown`: it is true at the sizes that were asked
for, and at those only.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.checking.claims import Judgement
from derive.checking.premises import judgements as judgements_on
from derive.checking.session import Session
from derive.documents.document import Document
from derive.expressions.tree import Size
from derive.expressions.walk import walk
from derive.notation.chains import Chain, kind_of
from derive.notation.symbols import Computed, shown
from derive.notation.tokens import Token, tokenize


def counts_by_size(session: Session, document: Document) -> bool:
    """Whether a dimension stands as a number in the model or in a formula."""
    values = [meaning.value for meaning in session.table.meanings.values() if isinstance(meaning, Computed)]
    if any(isinstance(node, Size) for value in values if value is not None for node in walk(value)):
        return True
    dims = {name for name in session.table.dims if name not in session.table.meanings}
    texts = (passage.text.value for passage in document.passages)
    return any(_mentions(tokenize(text, session.table.words), dims) for text in texts)


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

    def __init__(self, begin: Callable[[], Session]) -> None:
        self._begin = begin
        self._session: Session | None = None
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
        session = self.caught_up()
        again = judgements_on(session, chain, is_inline, premises=premises)
        return [
            withdrawn(first, second, session) if holds and second.counterexample is not None else first
            for first, second, holds in zip(judgements, again, accepted, strict=True)
        ]

    def caught_up(self) -> Session:
        """The session after all that stood before."""
        if self._session is None:
            self._session = self._begin()
        for chain, is_inline in self._waiting:
            judgements_on(self._session, chain, is_inline)
        self._waiting.clear()
        return self._session


def withdrawn(first: Judgement, second: Judgement, other: Session) -> Judgement:
    """What was accepted at these sizes only, where a second judgement has a counterexample at others."""
    example = second.counterexample
    assert example is not None
    sizes = ", ".join(f"{shown(name)} = {dim.size}" for name, dim in other.table.dims.items())
    message = (
        f"The sides are equal at these sizes only: at {sizes} they differ, {example.lhs} on the left and {example.rhs} "
        "on the right."
    )
    return replace(
        first, verdict="unknown", message=message, conventions=(), scope=None, ground=None, side_conditions=()
    )
