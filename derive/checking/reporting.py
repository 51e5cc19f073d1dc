"""Chains that were judged -> the steps of the report, each explained where it is refuted, and placed in its file."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from derive.checking.claims import Judgement
from derive.checking.explaining import Explainer, Refuted
from derive.checking.hints import LaterDefinitions, hinted
from derive.checking.inference import Inference
from derive.checking.inference.questions import Questions
from derive.checking.judging import Judged
from derive.checking.memory import Memory
from derive.checking.placing import placed
from derive.checking.results import Question, StepResult
from derive.checking.sentences import Role
from derive.documents.document import Document
from derive.notation.chains import kind_of
from derive.records import dataclass

Found = tuple[int, Judgement, Refuted | None]
"""The number of a relation in its chain, the judgement on it, and what has to be explained of it."""


@dataclass(frozen=True)
class Reported:
    """A chain with the number of its equation and those of its relations that are steps."""

    judged: Judged
    equation: int
    found: tuple[Found, ...]

    @property
    def has_refuted(self) -> bool:
        """Whether some of it is to be explained."""
        return any(refuted is not None for _, _, refuted in self.found)


class Reporting:
    """The report on one document, which is shown all chains in their order."""

    def __init__(
        self, document: Document, inference: Inference, words: frozenset[str], memory: Memory | None = None
    ) -> None:
        self._document = document
        self._definitions = LaterDefinitions(document.passages, words)
        self._questions = Questions(inference)
        self._explainer = Explainer(memory, document.setting.expect)
        self._equations = 0

    def heard(self, judged: Judged) -> Reported:
        """A chain as it stands in the report."""
        hint = partial(hinted, number=judged.number, definitions=self._definitions)
        judged = replace(judged, judgements=tuple(map(hint, judged.judgements)))
        self._questions.ask_for(judged.judgements, judged.passage, judged.standing.table)
        found = tuple(self._steps(judged))
        self._equations += bool(found)
        return Reported(judged, self._equations, found)

    def _steps(self, judged: Judged) -> Iterator[Found]:
        chain, is_inline = judged.chain, judged.passage.kind == "inline"
        for number, judgement in enumerate(judged.judgements):
            if not (is_inline and _is_silent(kind_of(chain.relations[number]), judgement, judged.around.role)):
                place, names = (self._equations + 1, number + 1), (chain.tag, chain.label)
                yield number, judgement, self._explainer.heard(judgement, place, names, judged.standing)

    def known(self, reported: Reported) -> tuple[StepResult, ...] | None:
        """The steps of a chain, those before which are explained; null where an explanation has to be looked for."""
        for _, _, refuted in reported.found:
            if refuted is not None:
                if not self._explainer.is_known(refuted):
                    return None
                self._explainer.explained(refuted)
        return self.steps(reported)

    def steps(self, reported: Reported) -> tuple[StepResult, ...]:
        """The steps of a chain, those before which are explained."""
        found = [
            (number, judgement if refuted is None else self._explainer.explained(refuted))
            for number, judgement, refuted in reported.found
        ]
        return self._placed(reported, found)

    def unexplained(self, reported: Reported) -> tuple[StepResult, ...]:
        """The steps of a chain with their verdicts alone."""
        return self._placed(reported, [(number, judgement) for number, judgement, _ in reported.found])

    def _placed(self, reported: Reported, found: list[tuple[int, Judgement]]) -> tuple[StepResult, ...]:
        judged, left_out = reported.judged, self._document.left_out
        return tuple(
            placed(judged.passage, judged.chain, reported.equation, number, judgement, left_out)
            for number, judgement in found
        )

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is to be asked of the document's author."""
        return tuple(self._questions.asked.values())


def _is_silent(kind: str, judgement: Judgement, role: Role) -> bool:
    """Whether it is no step: mathematics in a line of text is one only if it can be read, a declaration if refuted.

    An equation behind `where` declares; it is no claim.
    """
    if kind == "member":
        return judgement.verdict != "refuted"
    return role != "claim" or kind not in ("claim", "define") or judgement.verdict in ("unreadable", "definition")
