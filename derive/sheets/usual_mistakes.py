"""The mistakes that are often made in each part, with what they look like there.

The answer is broken (`slips`); a break is shown only if the checker refutes it, and if the mistake that is named is
proved to be the one that was made: undone, the claim holds.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from derive.checking.check import check_document
from derive.checking.diagnosing import is_made
from derive.checking.observing import Observed
from derive.documents.document import Document, Expectation, Setting
from derive.documents.markdown import read_markdown
from derive.expressions.tree import Derivative, Symbol
from derive.mistakes.catalogue import CATALOGUE
from derive.mistakes.mistake import Mistake
from derive.notation.symbols import Given
from derive.records import dataclass
from derive.sheets.auxiliary import with_names
from derive.sheets.composition import Composition, ProvedAnswer
from derive.sheets.slips import slips
from derive.sheets.value_lines import is_value
from derive.source import Source, Text

MOST_FOR_A_PART = 3
"""So many mistakes are shown with a part; each is shown once, where it can first be made."""

MOST_TRIED = 3
"""So many answers are tried for each mistake."""

_BY_CODE = {mistake.code: mistake for mistake in CATALOGUE}
_EXPECTED = Expectation(Text("*", Source("", "*"), 0), ("refuted",))


@dataclass(frozen=True)
class UsualMistake:
    """A mistake, and what the answer of a part looks like with it."""

    mistake: Mistake
    latex: str


@dataclass(frozen=True)
class _Broken:
    part: str
    code: str
    lhs: str
    latex: str


def usual_mistakes(composition: Composition) -> dict[str, tuple[UsualMistake, ...]]:
    """The mistakes that can be made in each part, by the part's id."""
    broken = _first_of_each([one for answer in composition.answers for one in _broken(composition, answer)])
    found: dict[str, tuple[UsualMistake, ...]] = {}
    for one in _confirmed(composition, broken):
        found[one.part] = (*found.get(one.part, ()), UsualMistake(_BY_CODE[one.code], one.latex))
    return found


def _first_of_each(broken: Sequence[_Broken]) -> list[_Broken]:
    """Of each mistake the first few answers that may show it: it is shown once."""
    seen: Counter[str] = Counter()
    kept = []
    for one in broken:
        seen[one.code] += 1
        if seen[one.code] <= MOST_TRIED:
            kept.append(one)
    return kept


def _broken(composition: Composition, answer: ProvedAnswer) -> list[_Broken]:
    """The answer to a part with one mistake in it, in each of the usual ways."""
    if not answer.is_whole or is_value(answer.part.value):
        return []
    last = answer.lines[-1]
    closed = with_names(last.line.closed, composition.names)
    asked = answer.part.value
    by = asked.by if isinstance(asked, Derivative) else None
    is_given = isinstance(by, Symbol) and isinstance(composition.exercise.model.table.meanings.get(by.name), Given)
    parameter = by.name if is_given and isinstance(by, Symbol) else None
    return [
        _Broken(answer.part.id, slip.code, last.chain.lhs, composition.written(slip.value))
        for slip in slips(closed, parameter)
    ]


def _confirmed(composition: Composition, broken: Sequence[_Broken]) -> list[_Broken]:
    """Those of the broken answers that are refuted and show the mistake that they are meant to show."""
    if not broken:
        return []
    definitions = [f"{chain.lhs} = {chain.members[0].latex}" for _, chain in composition.definitions]
    claims = [rf"{one.lhs} = {one.latex} \tag{{{number}}}" for number, one in enumerate(broken)]
    source = Source(composition.exercise.name, "\n".join(f"$${text}$$\n" for text in (*definitions, *claims)))
    document = Document(source, _expecting(composition.exercise.document.setting), read_markdown(source).passages)
    found: list[_Broken] = []

    def look(observed: Observed) -> None:
        tag, judgement = observed.steps[0].tag if observed.steps else None, observed.judgements[0]
        if tag is None or judgement.claimed is None or judgement.verdict != "refuted":
            return
        one = broken[int(tag)]
        if _is_wanted(one, found) and is_made(observed.session, judgement.claimed, _BY_CODE[one.code]):
            found.append(one)

    check_document(document, store=composition.store, observer=look)
    return found


def _is_wanted(one: _Broken, found: Sequence[_Broken]) -> bool:
    """Whether a mistake was not shown yet, and its part has room for it."""
    is_new = all(other.code != one.code for other in found)
    return is_new and sum(other.part == one.part for other in found) < MOST_FOR_A_PART


def _expecting(setting: Setting) -> Setting:
    """The setting for claims all of which are false: no explanation is looked for."""
    return replace(setting, aside={}, expect=(_EXPECTED,))
