"""Claims of a subject -> verdicts, through the whole judge."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from benchmarks.subjects import Claim, Subject
from derive.certificates import Store, key_of
from derive.checking.certification import certified_names
from derive.checking.claims import Judgement, judge
from derive.checking.session import STEP_SECONDS, Session, Trust
from derive.checking.sides import Side
from derive.deciding.limits import Deadline
from derive.documents.setting import make_setting, read_entries
from derive.models import Model, build_model
from derive.notation.elaboration import Options, Reading, readings
from derive.notation.symbols import SymbolTable
from derive.notation.syntax import parse
from derive.notation.tokens import tokenize
from derive.source import Source, Text

Pair = tuple[Side, Side]


@dataclass(frozen=True)
class Prepared:
    """A model that was read, and the names by which its loss's derivatives are certified."""

    model: Model
    trust: Trust

    def session(self) -> Session:
        """A new one, which knows nothing but the model."""
        return Session(self.model, trust=self.trust)


@cache
def prepared(subject: Subject) -> Prepared:
    """The model of a subject, its closed forms certified."""
    setting = make_setting(read_entries(Text(subject.setting, Source("setting.yaml", subject.setting), 0)))
    model = build_model(setting)
    return Prepared(model, Trust(certified_names(model, key_of(setting), Store(None))))


def written(table: SymbolTable, claims: Sequence[Claim]) -> list[Pair]:
    """The sides of claims as their LaTeX, parsed and not yet read as mathematics."""

    def side(latex: str) -> Side:
        return Side(parse(tokenize(latex, table.words)))

    return [(side(claim.left), side(claim.right)) for claim in claims]


def read(table: SymbolTable, claims: Sequence[Claim]) -> list[Pair]:
    """The sides of claims as trees."""

    def side(latex: str) -> Side:
        (first, *_) = readings(table, parse(tokenize(latex, table.words)), Options(table.layout))
        assert isinstance(first, Reading), f"{latex}: {first}"
        return Side(None, fixed=first)

    return [(side(claim.left), side(claim.right)) for claim in claims]


def verdicts(session: Session, pairs: Sequence[Pair]) -> list[Judgement]:
    """The verdict on each claim."""
    found = []
    for left, right in pairs:
        deadline = Deadline(STEP_SECONDS)
        with deadline.enforced():
            found.append(judge(session, left, right, [], {}, deadline))
    return found


def is_right(claim: Claim, judgement: Judgement) -> bool:
    """Whether a true claim was proved for all dimensions, a wrong one refuted with a counterexample."""
    if claim.holds:
        return (judgement.verdict, judgement.scope) == ("proved", "all dimensions")
    return judgement.verdict == "refuted" and judgement.counterexample is not None
