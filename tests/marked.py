r"""A class that was never taught: marks as marking would give them, their steps from real checks.

A sheet with an answer of every kind is checked once against an exercise; each student is a choice of its answers.
Marks, messages and named mistakes are set down in the table below.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from remembering import check_document

from derive.checking.results import Diagnosis, DocumentResult, StepResult
from derive.documents import read_document
from derive.grading.results import Marked, PartResult, Status
from derive.records import dataclass

EXERCISE = Path(__file__).resolve().parents[1] / "exercises" / "multilayer-perceptron-batch.md"
TITLE = "A batch through a multilayer perceptron"

FORWARD = r"p_{i,k} = \frac{e^{z_{i,k}}}{\sum_j e^{z_{i,j}}}"
SCORES, OUTPUT, HIDDEN = (rf"\frac{{\partial L}}{{\partial {name}}}" for name in ("z", "w", "W"))
BY_INPUT = HIDDEN + r" = \mathbf{X}^T"
MASKED = r"\left( \frac{\partial L}{\partial z} w^T \odot \mathbb{1}\{u > 0\} \right)"


@dataclass(frozen=True)
class Answer:
    """What somebody answers to a part, and its marks: `at` is the step of the chain that counts, from 1."""

    latex: str
    status: Status
    points: Fraction
    message: str
    weight: int
    at: int = 1
    mistake: Diagnosis | None = None
    follows: bool = False


PARTS = {
    "a": (SCORES, "Derive the gradient with respect to the scores $z$.", 3),
    "b": (OUTPUT, "Derive the gradient for the output weights $w$.", 4),
    "c": (HIDDEN, "Derive the gradient for the hidden weights $W$; the penalty counts.", 5),
}

_ENTRY = r"\frac{\partial L}{\partial z_{i,k}} = "
_MISSING = Answer("", "missing", Fraction(0), "No equation of the submission could be an answer to this part.", 4)

ANSWERS: dict[str, Sequence[Answer]] = {
    "a": (
        Answer(
            _ENTRY + r"\frac{1}{N} \left(p_{i,k} - \mathbb{1}\{k = y_i\}\right)", "right", Fraction(3),
            "The answer is right for every value of the symbols.", 60,
        ),
        Answer(
            _ENTRY + r"p_{i,k} - \mathbb{1}\{k = y_i\}", "partial", Fraction(3, 2),
            "The answer differs from the gradient that was asked for.", 16, 1,
            Diagnosis("missing-mean", "A factor that belongs to the mean over the batch is missing.", _ENTRY + "1"),
        ),
        Answer(
            _ENTRY + r"\frac{1}{N} p_{i,k}", "wrong", Fraction(0),
            "The answer differs from the gradient that was asked for.", 7, 1,
            Diagnosis("missing-target", "The target does not occur: the labels are left out.", _ENTRY + "2"),
        ),
        Answer(
            _ENTRY + r"\frac{1}{N} \left(\mathbb{1}\{k = y_i\} - p_{i,k}\right)", "wrong", Fraction(0),
            "The answer differs from the gradient that was asked for.", 8, 1,
            Diagnosis("difference-reversed", "The difference is taken the wrong way round.", _ENTRY + "3"),
        ),
        Answer(
            _ENTRY + r"\frac{1}{N} \left(q_{i,k} - \mathbb{1}\{k = y_i\}\right)", "review", Fraction(0),
            "The answer could not be read: the name $q_{i,k}$ is not defined.", 5,
        ),
        _MISSING,
    ),
    "b": (
        Answer(
            OUTPUT + r" = h^T \frac{\partial L}{\partial z}", "right", Fraction(4),
            "The answer is right for every value of the symbols.", 58,
        ),
        Answer(
            OUTPUT + r" = \frac{\partial L}{\partial z}^T h", "right", Fraction(4),
            "The answer is right up to a transpose, which the course allows.", 14,
        ),
        Answer(
            OUTPUT + r" = h \frac{\partial L}{\partial z}", "wrong", Fraction(0),
            "The shapes of the product do not fit.", 14, 1,
            Diagnosis("missing-transpose", "One factor of a product must be transposed.", OUTPUT + "= 4"),
        ),
        Answer(
            OUTPUT + r" = h^T \frac{\partial L}{\partial z} + \lambda w", "wrong", Fraction(0),
            "The answer differs from the gradient that was asked for.", 9,
        ),
        _MISSING,
    ),
    "c": (
        Answer(
            rf"{BY_INPUT} \frac{{\partial L}}{{\partial u}} + \lambda W = \mathbf{{X}}^T {MASKED} + \lambda W",
            "right", Fraction(5), "The answer is right for every value of the symbols.", 40, 2,
        ),
        Answer(
            rf"{BY_INPUT} \frac{{\partial L}}{{\partial u}} = \mathbf{{X}}^T {MASKED}", "wrong",
            Fraction(0), "The answer differs from the gradient that was asked for.", 18, 2,
            Diagnosis("missing-regulariser", "The penalty on the weights adds a term that is missing.", HIDDEN + "= 5"),
        ),
        Answer(
            rf"{BY_INPUT} \frac{{\partial L}}{{\partial z}} w^T + \lambda W", "wrong", Fraction(0),
            "The answer differs from the gradient that was asked for.", 14, 1,
            Diagnosis("missing-mask", "The derivative of the activation of the hidden layer is left out.", HIDDEN),
        ),
        Answer(
            rf"{BY_INPUT} {MASKED} + 2 \lambda W", "partial", Fraction(5, 2),
            "It follows correctly from your earlier step, in which a slip was made.", 12, 1, follows=True,
        ),
        Answer(
            BY_INPUT + r" \left( \frac{\partial L}{\partial z} w^T \odot \mathrm{mask}(u) \right) + \lambda W",
            "review", Fraction(0), "The answer could not be read: the name $mask$ is not defined.", 8,
        ),
        _MISSING,
    ),
}  # fmt: skip

FIRST_NAMES = """
    Ada Alan Amara Anders Anjali Bao Björn Carla Chidi Dana Deniz Elif Emmy Farid Grace Hana Hugo Ines Ivan Jing
    Kofi Lena Mateo Mina Nils Noor Olga Priya Rosa Sven
""".split()  # noqa: SIM905
LAST_NAMES = """
    Adeyemi Bakker Castro Demir Eriksson Fischer Gupta Haddad Ito Jensen Kowalski Lopez Mensah Novak Okafor
    Petrov Quispe Rossi Singh Tanaka Umarov Vogel Wang Xu Yilmaz Zhou Hernandez-Montgomery Nakamura Lindqvist
    Osei Papadopoulos Ramires Smirnov Takahashi
""".split()  # noqa: SIM905
SUFFIXES = (".md", ".tex", ".ipynb")


# What stands on the sheet, an equation each: the definition that all begin with, then every answer.
LINES = (FORWARD, *(answer.latex for answers in ANSWERS.values() for answer in answers if answer.latex))


@cache
def checked() -> tuple[StepResult, ...]:
    """The steps of the sheet."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.md"
        path.write_text("\n\n".join(f"$${line}$$" for line in LINES) + "\n", encoding="utf-8")
        return check_document(read_document(path, exercise=EXERCISE)).steps


def _steps_of(answer: Answer, equation: int, slip: tuple[int, int] | None) -> list[StepResult]:
    """The steps of an answer as they stand in a submission, the mistake named at the first that is refuted."""
    wanted = LINES.index(answer.latex) + 1
    found = [step for step in checked() if step.equation == wanted]
    named = answer.mistake
    placed = []
    for step in found:
        is_refuted = step.verdict == "refuted"
        here = (named,) if named is not None and is_refuted else ()
        named = None if here else named
        follows = slip if answer.follows and is_refuted else None
        placed.append(
            replace(
                step, equation=equation, tag=str(equation), line=8 + 4 * equation, diagnosis=here, follows_from=follows
            )
        )
    return placed


def student(name: str, chosen: Sequence[Answer]) -> Marked:
    """The marks of somebody who answers the parts in this way."""
    steps = [replace(checked()[0], tag=None, line=8)]
    parts = []
    slip: tuple[int, int] | None = None
    for (name_of_part, (ask, prompt, most)), answer in zip(PARTS.items(), chosen, strict=True):
        part = PartResult(name_of_part, ask, prompt, answer.status, answer.points, Fraction(most), answer.message)
        if answer.latex:
            equation = steps[-1].equation + 1
            own = _steps_of(answer, equation, slip)
            steps += own
            counted = own[answer.at - 1]
            part = replace(
                part,
                answer=counted.rhs,
                step=(equation, answer.at),
                where=counted.where,
                diagnosis=() if answer.mistake is None else (answer.mistake,),
                conventions=counted.conventions,
                follows_from=slip if answer.follows else None,
            )
            slip = slip or next(((step.equation, step.step) for step in own if step.verdict == "refuted"), None)
        parts.append(part)
    result = DocumentResult(name, None, {"N": 2, "D": 3, "M": 4, "C": 5}, tuple(steps), EXERCISE.name)
    return Marked(name, EXERCISE.name, tuple(parts), result)


def unread(name: str) -> Marked:
    """Somebody of whose file nothing could be read."""
    parts = tuple(
        PartResult(part, ask, prompt, "review", Fraction(0), Fraction(most), "Nothing of the file could be read.")
        for part, (ask, prompt, most) in PARTS.items()
    )
    return Marked(name, EXERCISE.name, parts, None, f"{name}:1:1: a notebook is JSON, and this is not.")


def a_class(size: int, choice: int = 1) -> list[Marked]:
    """Any number of submissions, always the same ones for the same numbers; every 97th cannot be read."""
    random = Random(choice)
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    random.shuffle(names)
    found = []
    for at in range(size):
        name = names[at % len(names)].lower().replace(" ", "-").replace("ö", "oe") + SUFFIXES[at % 3]
        chosen = [random.choices(answers, [each.weight for each in answers])[0] for answers in ANSWERS.values()]
        follows = any(each.status in ("wrong", "partial") for each in chosen[:2])
        chosen[2] = ANSWERS["c"][0] if chosen[2].follows and not follows else chosen[2]
        found.append(unread(name) if at % 97 == 96 else student(name, chosen))
    return found
