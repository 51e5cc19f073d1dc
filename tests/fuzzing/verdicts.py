"""What the program says of a claim, and whether the oracle can live with it."""

import time
from dataclasses import dataclass
from typing import Literal

from derive.checking.claims import Judgement, judge
from derive.checking.session import Session
from derive.checking.sides import Side
from derive.deciding.limits import Deadline
from derive.errors import FormulaError, Undecidable
from fuzzing.mutants import Mutant, Workbench, mutant
from fuzzing.truth import Claim, Oracle, Truth
from fuzzing.values import UnjudgedError

Fault = Literal["", "false proof", "false refutation", "wrong counterexample", "wrong digits", "not read", "crash"]

EVERY_SIZE = "all dimensions"
"""The `scope` of a judgement that holds for every choice of sizes."""

HELD_TO_MANY_DIGITS = 8
"""Of so many counterexamples one is computed in many digits, the others only where floats do not confirm them."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant, as plain data that goes from one process to another."""

    number: int
    about: str
    edits: tuple[str, ...]
    truth: Truth
    verdict: str
    conventions: tuple[str, ...]
    message: str
    scope: str
    ground: str
    witness: bool
    fault: Fault
    judging: float
    judging_truth: float
    weighing: float
    setting: str = ""
    left: str = ""
    right: str = ""
    counterexample: str = ""

    @property
    def is_proved(self) -> bool:
        return self.verdict in ("proved", "convention")


def verdict(session: Session, claim: Claim, seconds: float) -> Judgement:
    """The program's verdict within a time limit."""
    deadline = Deadline(seconds)
    sides = (Side(None, fixed=reading) for reading in (claim.left, claim.right))
    try:
        with deadline.enforced():
            return judge(session, *sides, [], {}, deadline)
    except Undecidable as error:
        return Judgement("unknown", f"Neither a proof nor a counterexample was found: {error}.")


def outcome(seed: int, number: int, seconds: float, tell: bool = False) -> Outcome:
    """A mutant's truth, its verdict, and the fault where these contradict each other."""
    bench, found = mutant(seed, number)
    started = time.process_time()
    truth = bench.oracle.opinion(found.claim)
    middle = time.process_time()
    crash = ""
    try:
        judgement = verdict(bench.session, found.claim, seconds)
    except FormulaError as error:
        judgement = Judgement("unreadable", str(error))
    except Exception as error:  # a fault of the program's, to be shown with what brought it about
        judgement, crash = Judgement("unknown", f"{type(error).__name__}: {error}"), "crash"
    ended = time.process_time()
    closely = number % HELD_TO_MANY_DIGITS == 0
    fault, truth, witness = _weighed(bench.oracle, found.claim, judgement, truth, closely)
    example = judgement.counterexample
    return Outcome(
        number=number,
        about=found.about,
        edits=found.edits,
        truth=truth,
        verdict=judgement.verdict,
        conventions=judgement.conventions,
        message=judgement.message,
        scope=judgement.scope or "",
        ground=judgement.ground or "",
        witness=witness,
        fault=crash or fault,  # type: ignore[arg-type]
        judging=ended - middle,
        judging_truth=middle - started,
        weighing=time.process_time() - ended,
        **_told(bench, found) if tell or crash or fault or judgement.verdict == "unknown" else {},
        counterexample="" if example is None else f"{example.at} {example.entry}: {example.lhs} and {example.rhs}",
    )


def _told(bench: Workbench, found: Mutant) -> dict[str, str]:
    left, right = found.texts
    return {"setting": bench.network.yaml(), "left": left, "right": right}


def _weighed(
    oracle: Oracle, claim: Claim, judgement: Judgement, truth: Truth, closely: bool = True
) -> tuple[Fault, Truth, bool]:
    """The fault in a verdict, if there is one; what is true, looked at again where they differ; the witness's word."""
    match judgement.verdict:
        case "refuted":
            as_said = _witnessed(oracle, claim, judgement, closely)
            if as_said:
                return "", Truth.FALSE if truth is Truth.TRUE else truth, True
            if (
                as_said is False
                and judgement.counterexample
                and oracle.differs_at(claim, judgement.counterexample, 100)
            ):
                return "wrong digits", truth, True
            if as_said is False:
                return "wrong counterexample", truth, False
            truth = oracle.opinion(claim, careful=True) if truth is not Truth.FALSE else truth
            return ("" if truth in (Truth.FALSE, Truth.UNJUDGED) else "false refutation"), truth, False
        case "proved" | "convention":
            if _contradicts(judgement, truth):
                truth = oracle.opinion(claim, careful=True)
            if judgement.scope == EVERY_SIZE and truth in (Truth.TRUE, Truth.OFF_KINKS):
                truth = truth if oracle.holds_at_a_third_choice(claim) else Truth.HERE
            return ("false proof" if _contradicts(judgement, truth) else ""), truth, False
        case "unreadable" | "definition":
            return "not read", truth, False
    return "", truth, False


def _witnessed(oracle: Oracle, claim: Claim, judgement: Judgement, closely: bool) -> bool | None:
    """Whether the sides differ at the counterexample as it says; None where there is none, or no value."""
    if judgement.counterexample is None:
        return None
    try:
        if not closely and oracle.differs_plainly_at(claim, judgement.counterexample):
            return True
        return oracle.differs_at(claim, judgement.counterexample)
    except UnjudgedError:
        return None


def _contradicts(judgement: Judgement, truth: Truth) -> bool:
    """Whether a proof says more than is true."""
    if truth is Truth.OFF_KINKS:
        return "kink" not in judgement.conventions
    if truth is Truth.HERE:
        return judgement.scope == EVERY_SIZE
    return truth is Truth.FALSE
