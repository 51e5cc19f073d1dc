"""Looking on while a document is checked, and asking of its formulas what no step of it claims.

The catalogue of mistakes is loaded when the first one is looked for: to check a document takes none.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from derive.checking.candidates import Restriction
from derive.checking.claims import Claimed, Judgement, failed, judge
from derive.checking.piecewise import held
from derive.checking.results import Diagnosis, StepResult
from derive.checking.session import STEP_SECONDS, Session
from derive.checking.sides import Side
from derive.checking.sizes import OtherSizes, withdrawn
from derive.checking.unnamed_letters import open_for_unnamed
from derive.deciding.limits import Deadline
from derive.documents.document import Passage
from derive.errors import FormulaError, Undecidable
from derive.expressions.tree import Expr
from derive.notation.chains import Chain
from derive.notation.symbols import SymbolTable
from derive.records import dataclass


@dataclass(frozen=True)
class Observed:
    """A chain that was judged just now, one judgement for each of its relations.

    `steps` are those that it has in the report: in a line of text not every relation is one. `session` knows all that
    stands before and in the chain, and will know what follows; `other` is the same at other sizes, if these count.
    """

    session: Session
    other: OtherSizes | None
    passage: Passage
    chain: Chain
    judgements: tuple[Judgement, ...]
    steps: tuple[StepResult, ...]


Observer = Callable[[Observed], None]


@contextmanager
def knowing(session: Session, table: SymbolTable, numbers: Mapping[str, int]) -> Iterator[None]:
    """A while in which a session knows a table, its letters for numbers of layers or times fixed."""
    before = session.table
    session.learn(replace(table, fixed=numbers) if numbers else table)
    try:
        yield
    finally:
        session.learn(before)


@dataclass(frozen=True)
class Question:
    """Whether two sides are equal, for the names that are bound and the numbers for which letters stand.

    `restrictions` are the conditions under which alone this is asked.
    """

    left: Side
    right: Side
    formal: Mapping[str, Expr]
    numbers: Mapping[str, int]
    restrictions: tuple[Restriction, ...] = ()


def decide(session: Session, other: OtherSizes | None, question: Question) -> Judgement:
    """The verdict on a question with all that a session knows, at other sizes too where sizes are counted."""
    judgement = _judged(session, question)
    if other is None or judgement.verdict not in ("proved", "convention") or judgement.scope == "all dimensions":
        return judgement
    elsewhere = other.caught_up()
    second = _judged(elsewhere, question)
    return judgement if second.counterexample is None else withdrawn(judgement, second, elsewhere.table)


def mistakes(session: Session, question: Question) -> tuple[Diagnosis, ...]:
    """The mistakes that were made on the right where the two sides differ."""
    from derive.checking.diagnosing import diagnosed  # noqa: PLC0415

    with knowing(session, session.table, question.numbers):
        claimed = Claimed(question.left, question.right, question.formal, question.restrictions, question.numbers)
        return diagnosed(session, claimed)


def _judged(session: Session, question: Question) -> Judgement:
    deadline = Deadline(STEP_SECONDS)
    session.unsummed = None
    try:
        with knowing(session, session.table, question.numbers), deadline.enforced():
            formal = dict(question.formal)
            sides = question.left, question.right
            found = judge(session, *sides, question.restrictions, formal, deadline)
            found = open_for_unnamed(session, found, question.restrictions, sides, formal)
            return held(session, found, *sides, formal)
    except Undecidable as error:
        return Judgement("unknown", f"Neither a proof nor a counterexample was found: {error}.")
    except FormulaError as error:
        return failed(error)
    except RecursionError:
        return Judgement("unreadable", "This formula is nested too deeply to be read.")


def first_value(session: Session, side: Side, formal: Mapping[str, Expr]) -> Expr | None:
    """What a side is as it is plainly read, null where it is not readable."""
    try:
        found = side.read(session, None, dict(formal)).upto(1)
    except (FormulaError, RecursionError):
        return None
    return found[0].value if found else None
