"""What marking code finds, as data: a verdict for each result, and what there is to say about the code as a whole.

Writers only arrange these; no writer decides anything.
"""

from collections.abc import Mapping
from typing import Literal

from derive.checking.results import Diagnosis
from derive.records import dataclass

Verdict = Literal["right", "convention", "wrong", "missing", "error"]
VERDICTS: tuple[Verdict, ...] = ("right", "convention", "wrong", "missing", "error")
DIGITS = "digits"
"""What stands beside `wrong` where a result is right to some digits only: a person decides what that is."""

ACCEPTED: tuple[Verdict, ...] = ("right", "convention")

Shown = str | list[str] | list[list[str]]
"""A value for people: a number, a list of numbers, or rows of them."""


@dataclass(frozen=True)
class Difference:
    """An entry, by its indices in NumPy, at which a result is not what it should be."""

    entry: tuple[int, ...]
    found: float
    expected: float


@dataclass(frozen=True)
class ResultVerdict:
    """The verdict on one result: where it stands among the results, what it should be, one sentence on it.

    `convention`: its numbers are right and it is turned, or has another shape or type. `error`: the call did not come
    to its end. `follows_from` is the label of the result at which the mistake is named that explains this one too;
    where this one has a `diagnosis` of its own, both were made.
    `differences` are a few of those at the example, `differing` says how many there are.
    """

    label: str
    latex: str
    verdict: Verdict
    message: str
    conventions: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    differing: int = 0
    diagnosis: tuple[Diagnosis, ...] = ()
    follows_from: str | None = None


@dataclass(frozen=True)
class Finding:
    """Something about the code as a whole. A fault makes it wrong; a remark is said and costs nothing.

    `line` is the student's own, in a notebook that of the `cell`; `text` is what stands there.
    """

    code: str
    message: str
    is_fault: bool
    cell: int | None = None
    line: int | None = None
    text: str = ""

    @property
    def where(self) -> str:
        """Its place behind the file's name: `12`, in a notebook `cell 3:12`; empty where it has none."""
        if self.line is None:
            return ""
        return str(self.line) if self.cell is None else f"cell {self.cell}:{self.line}"


@dataclass(frozen=True)
class CodeResult:
    """All that marking a student's code finds. `problem`: why it could not be run, in one sentence.

    `sizes` and `example` are those at which the differences are shown.
    """

    exercise: str
    submission: str
    called: str
    results: tuple[ResultVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    sizes: Mapping[str, int] | None = None
    example: Mapping[str, Shown] | None = None
    problem: str | None = None

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that make the code wrong."""
        return tuple(finding for finding in self.findings if finding.is_fault)

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """The findings that cost nothing."""
        return tuple(finding for finding in self.findings if not finding.is_fault)

    @property
    def is_right(self) -> bool:
        """Whether every result is right, and nothing is wrong with the code as a whole."""
        return self.problem is None and not self.faults and all(one.verdict in ACCEPTED for one in self.results)
