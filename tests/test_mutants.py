"""Planted mistakes are caught, and true steps said in another way are not called false.

Each true step of the exercises, and of some further derivations in `documents/`, is edited in one place. A mistake must
not be proved unless it happens to be true, and a convention must be the reason wherever one is named; a refutation must
be right, and its numbers too. What is true here is decided by `oracle`, which shares no rule with the checker.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import oracle
import pytest
from mutation import Claim, Edit, Step, mistakes, rewritings, true_steps
from remembering import check_document
from thoroughness import THOROUGH

from derive.documents import read_document

HERE = Path(__file__).parent
DOCUMENTS = [*sorted((HERE.parent / "exercises").glob("*.md")), *sorted((HERE / "documents").glob("*.md"))]

PARTS = 4
"""The documents are edited in parts, which workers share; what is asked of all of them is asked of each part."""

MISTAKES_OF_ONE_DOCUMENT, REWRITINGS_OF_ONE_DOCUMENT = (36, 20) if THOROUGH else (18, 10)
MISTAKES, REWRITINGS = 14 * MISTAKES_OF_ONE_DOCUMENT // PARTS, 10 * REWRITINGS_OF_ONE_DOCUMENT // PARTS
"""At least so many claims of each part can be judged: some documents have no more than a few."""
POINTS = 12
LARGEST_SHARE_OF_UNKNOWN = 0.03


@dataclass
class Count:
    """How many edits got which verdict, and what went wrong."""

    verdicts: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def judged(self) -> int:
        """How many edits made a claim that could be read."""
        return self.verdicts.total() - self.verdicts["unreadable"] - self.verdicts["definition"]

    def fault(self, what: str, step: Step, edit: Edit, claim: Claim) -> None:
        left = step.left if edit.left is None else edit.left
        self.faults.append(
            f"{what} ({edit.kind}) in {step.document}, {step.tag}: {left} {step.sign} {edit.right}"
            f" [{', '.join(claim.judgement.conventions)}] {claim.judgement.message}"
        )

    def __str__(self) -> str:
        verdicts = ", ".join(f"{count} {name}" for name, count in sorted(self.verdicts.items()))
        notes = ", ".join(f"{count} {name}" for name, count in sorted(self.notes.items()))
        return "\n".join([f"{self.judged} judged: {verdicts}; {notes}", *self.faults])


@cache
def steps_of(path: Path) -> list[Step]:
    return true_steps(path)


class Points:
    """The points at which the oracle looks: the same for all edits of a step."""

    def __init__(self) -> None:
        self._known: dict[int, list[oracle.Point]] = {}

    def of(self, step: Step) -> list[oracle.Point]:
        if id(step.table) not in self._known:
            self._known[id(step.table)] = oracle.points(step.table, POINTS)
        return self._known[id(step.table)]


def edits_of(path: Path, edits: Callable[[Step], list[Edit]]) -> Iterator[tuple[Step, Edit]]:
    """All edits of a document's steps in a random but fixed order, each kind in its turn."""
    generator = random.Random(path.stem)
    kinds: dict[str, list[tuple[Step, Edit]]] = defaultdict(list)
    for step in steps_of(path):
        for edit in edits(step):
            kinds[edit.kind].append((step, edit))
    for found in kinds.values():
        generator.shuffle(found)
    while kinds:
        for kind in sorted(kinds):
            yield kinds[kind].pop()
        kinds = {kind: found for kind, found in kinds.items() if found}


def part_of_documents(part: int) -> list[Path]:
    """Neighbours in the list, so that a worker that edits them has read them once."""
    size = -(-len(DOCUMENTS) // PARTS)
    return DOCUMENTS[part * size : (part + 1) * size]


def judged_edits(
    part: int, edits: Callable[[Step], list[Edit]], most: int, count: Count
) -> Iterator[tuple[Step, Edit, Claim]]:
    """The readable edits of every document of a part, up to a number of each."""
    for path in part_of_documents(part):
        done = 0
        for step, edit in edits_of(path, edits):
            if done == most:
                break
            claim = step.judged(edit.right, edit.left)
            if claim is None:
                continue
            count.verdicts[claim.judgement.verdict] += 1
            if claim.judgement.verdict not in ("unreadable", "definition"):
                done += 1
                yield step, edit, claim


def test_every_document_is_in_one_part() -> None:
    assert [path for part in range(PARTS) for path in part_of_documents(part)] == DOCUMENTS


@pytest.mark.parametrize("part", range(PARTS))
def test_planted_mistakes_are_caught(part: int, record_property: Callable[[str, object], None]) -> None:
    count, shared = Count(), Points()
    for step, edit, claim in judged_edits(part, mistakes, MISTAKES_OF_ONE_DOCUMENT, count):
        points = shared.of(step)
        match claim.judgement.verdict:
            case "proved":
                _look_at_proof(count, step, edit, claim, points)
            case "convention":
                _look_at_convention(count, step, edit, claim, points)
            case "refuted":
                _look_at_refutation(count, step, edit, claim, points)
    record_property("mistakes", str(count))
    assert not count.faults, str(count)
    assert count.judged >= MISTAKES, str(count)
    assert count.verdicts["unknown"] <= LARGEST_SHARE_OF_UNKNOWN * count.judged, str(count)


def _look_at_proof(count: Count, step: Step, edit: Edit, claim: Claim, points: list[oracle.Point]) -> None:
    if claim.opinion(points).plain is True:
        count.notes["true all the same"] += 1
    else:
        count.fault("FALSE ACCEPT", step, edit, claim)


def _look_at_convention(count: Count, step: Step, edit: Edit, claim: Claim, points: list[oracle.Point]) -> None:
    if claim.holds_under(claim.judgement.conventions, points):
        count.notes["under a convention that explains them"] += 1
    else:
        count.fault("FALSE ACCEPT under a convention", step, edit, claim)


def _look_at_refutation(count: Count, step: Step, edit: Edit, claim: Claim, points: list[oracle.Point]) -> None:
    opinion, as_reported = claim.opinion(points), claim.differs_as_reported()
    if as_reported is False:
        count.fault("WRONG COUNTEREXAMPLE", step, edit, claim)
    elif opinion.plain is True and not as_reported:
        count.fault("FALSE REJECT", step, edit, claim)
    elif opinion.plain is None and not as_reported:
        count.notes["without an opinion of the oracle"] += 1
    elif as_reported:
        count.notes["counterexamples with the same numbers"] += 1
    else:
        count.notes["refuted by shapes, or under a reading of their own"] += 1


@pytest.mark.parametrize("part", range(PARTS))
def test_true_steps_said_in_another_way_are_not_refuted(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    count, shared = Count(), Points()
    for step, edit, claim in judged_edits(part, rewritings, REWRITINGS_OF_ONE_DOCUMENT, count):
        match claim.judgement.verdict:
            case "refuted":
                count.fault("FALSE REJECT", step, edit, claim)
            case "proved":
                _look_at_proof(count, step, edit, claim, shared.of(step)[:3])
            case "convention":
                _look_at_convention(count, step, edit, claim, shared.of(step)[:3])
    record_property("rewritings", str(count))
    assert not count.faults, str(count)
    assert count.judged >= REWRITINGS, str(count)
    assert count.verdicts["unknown"] <= LARGEST_SHARE_OF_UNKNOWN * count.judged, str(count)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_oracle_agrees_with_every_step_that_holds(path: Path) -> None:
    for step in steps_of(path):
        claim = step.judged()
        assert claim is not None
        points = oracle.points(step.table, 3)
        if step.verdict == "proved":
            assert claim.opinion(points).plain is True, f"{step.tag}: {step.left} {step.sign} {step.right}"
        else:
            assert claim.holds_under(step.conventions, points), f"{step.tag}: {step.left} {step.sign} {step.right}"


@pytest.mark.parametrize(
    "step",
    [
        r"\frac{\partial}{\partial x} \log(-e^x) = 1",
        r"\frac{\partial}{\partial x} \log(x) = \frac{\partial}{\partial x} \log(-x)",
        r"\frac{\partial}{\partial x} \sqrt{-1 - x^2} = \frac{-x}{\sqrt{-1 - x^2}}",
        r"0 \cdot \log(-e^x) = 0",
    ],
)
def test_what_has_a_value_nowhere_is_not_proved(step: str, tmp_path: Path) -> None:
    document = tmp_path / "step.md"
    document.write_text(f"---\nsymbols: {{x: scalar}}\n---\n$${step}$$\n", encoding="utf-8")
    assert [found.verdict for found in check_document(read_document(document)).steps] != ["proved"]


@pytest.mark.parametrize(
    "step",
    [
        r"f(x) = x W",
        r"f(x) = W x^T",
        r"q(x) = x x^T",
        r"\max(x) = x",
        r"\text{logsumexp}(x) = x",
        r"\text{tr}(A) = A",
        r"\det(A) = A^T",
    ],
)
def test_what_holds_for_numbers_is_not_said_of_vectors(step: str, tmp_path: Path) -> None:
    setting = "dims: {a: 3, b: 2}\nsymbols: {x: a x 1, W: b x a, A: a x a}"
    document = tmp_path / "step.md"
    text = f"---\n{setting}\n---\n$$f(v) = W v$$\n\n$$q(v) = v^T v$$\n\n$${step}$$\n"
    document.write_text(text, encoding="utf-8")
    assert check_document(read_document(document)).steps[-1].verdict not in ("proved", "convention")
