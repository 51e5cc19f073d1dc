"""A document that is checked again and again as it is written gets what a check from scratch says."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from remembering import check_document

from derive.certificates import Store, default_directory
from derive.checking import diagnosing, remembered_course
from derive.checking.memory import Memory
from derive.checking.rechecking import Rechecker
from derive.checking.results import DocumentResult
from derive.checking.sameness import in_full
from derive.documents.document import Document
from derive.documents.reading import READERS, read_text
from derive.errors import DocumentError
from derive.expressions.shapes import Dim, column
from derive.expressions.tree import Symbol
from derive.source import Source, Span

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = ROOT / "exercises"
DOCUMENTS = {
    "a loss by its output": EXERCISES / "binary-cross-entropy.md",
    "the summation convention": EXERCISES / "einstein.md",
    "second derivatives": EXERCISES / "hessians.md",
    "differentials": EXERCISES / "differentials.md",
    "a batch, and sizes as numbers": EXERCISES / "multilayer-perceptron-batch.md",
    "terms that are added": EXERCISES / "sources/batch-relu-softmax.md",
    "cases, and chains over displays": EXERCISES / "sources/one-example-relu-softmax.md",
    "no setting, and macros": ROOT / "tests/documents/overleaf-homework.tex",
}
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$|\\\[.+?\\\]|\\begin\{(align|equation)\*?\}.+?\\end\{\1", re.DOTALL)
FRONT_MATTER = re.compile(r"---\n.*?\n---\n", re.DOTALL)
TYPED = (*"axWHNik012+-=^_{}() .&", "\\", "\n\n", r"\frac{1}{2}", r" \tag{new}")
SAID = ("\n\n", ".", " If $i = j$, then ", " where $q = 2$ ", "\n\n$$ q = 3 $$\n\n")

SMALL = r"""---
dims: {n: 3}
symbols: {x: n x 1, a: n x 1, \lambda: scalar}
model: {f: a^T x, L: f^2 + \lambda x^T x}
loss: L
---

$$ \frac{\partial L}{\partial f} = 2 f $$

$$ g(t) = t^2, \qquad g(f) = f^2 $$

Here $g'(f) = 2 f$ again, so

$$ \frac{\partial L}{\partial x} = 2 f a + 2 \lambda x $$

$$ = a \frac{\partial L}{\partial f} + 2 \lambda x $$
"""


class Watched(Exception):
    """What a watch raises that gives a check up."""


class Told:
    """What a check told, in order; it is given up before event number `most`."""

    def __init__(self, most=None):
        self.events = []
        self.most = most

    def _note(self, event):
        if len(self.events) == self.most:
            raise Watched
        self.events.append(event)

    def pending(self, passage, chain):
        self._note(("pending", passage.text.value))

    def judged(self, steps, is_final):
        self._note(("final" if is_final else "first", steps))

    def decided(self):
        self._note(("decided", None))

    def of_kind(self, kind):
        return [what for event, what in self.events if event == kind]


def rechecker(memory=None) -> Rechecker:
    return Rechecker(Store(default_directory()), memory)


def document(text: str, name: str = "notes.md") -> Document:
    return read_text(Source(name, text), READERS[Path(name).suffix])[0]


def outcome(check, read: Document) -> DocumentResult | str:
    """The result of a check, or what it says that is wrong with the document."""
    try:
        return check(read)
    except DocumentError as error:
        return str(error)


def recheck(checker: Rechecker, text: str, name: str = "notes.md", most=None) -> tuple[DocumentResult | str, Told]:
    told = Told(most)
    return outcome(lambda read: checker.check(read, told), document(text, name)), told


def edited(random: Random, text: str) -> str:
    """The text with a character of a formula typed, deleted or replaced, or with all of it deleted, doubled, moved."""
    front = FRONT_MATTER.match(text)
    spans = [found.span() for found in FORMULA.finditer(text, front.end() if front else 0)]
    (start, end), (other, behind) = sorted(random.choices(spans, k=2))
    at = random.randrange(start + 1, end - 1)
    typed = random.choice(TYPED)
    return random.choice(
        (
            text[:at] + typed + text[at:],
            text[:at] + text[at + 1 :],
            text[:at] + typed + text[at + 1 :],
            text[:start] + text[end:],
            text[:end] + "\n\n" + text[start:end] + text[end:],
            text[:start] + text[other:behind] + text[end:other] + text[start:end] + text[behind:]
            if end <= other
            else text,
            text[:end] + random.choice(SAID) + text[end:],
        )
    )


@pytest.mark.parametrize("path", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_version_gets_what_a_check_from_scratch_says(path):
    random, checker = Random(path.name), rechecker()
    versions = [path.read_text(encoding="utf-8")]
    for _ in range(4):
        before = random.choice(versions)
        versions += [edited(random, before), before]
    for text in versions:
        try:
            found, told = recheck(checker, text, path.name)
        except DocumentError:  # a text that is no document is none for both
            continue
        assert found == outcome(check_document, document(text, path.name))
        last = {steps[0].equation: steps for steps in told.of_kind("final")}
        if isinstance(found, DocumentResult):
            assert tuple(step for equation in sorted(last) for step in last[equation]) == found.steps


def test_a_formula_that_is_typed_and_taken_back():
    checker, typed = rechecker(), "\n$$ \\frac{\\partial f}{\\partial x} = a $$\n"
    for end in (*range(len(typed)), *range(len(typed), 0, -7)):
        text = SMALL + typed[:end]
        assert recheck(checker, text)[0] == check_document(document(text))


@pytest.mark.parametrize(
    "old, new",
    [
        ("n: 3", "n: 2"),
        ("a: n x 1", "a: 1 x n"),
        (r"+ \lambda x^T x}", "}"),
        ("loss: L", "layout: numerator\nloss: L"),
        ("loss: L", "title: Notes\nloss: L"),
        ("loss: L", "allow: [one-term]\nloss: L"),
        ("loss: L", 'expect: {"#1": refuted}\nloss: L'),
        ("loss: L", 'expect: {"#9": refuted}\nloss: L'),
        ("loss: L", "loss: K"),
    ],
)
def test_another_setting_and_back(old, new):
    checker = rechecker()
    for text in (SMALL, SMALL.replace(old, new), SMALL):
        assert recheck(checker, text)[0] == outcome(check_document, document(text))


def test_a_submission_keeps_its_exercise():
    exercise, checker = replace(document(SMALL), exercise="exercise.md"), rechecker()
    for formula in ("a = 2 x", "a = 2 f", r"\frac{\partial L}{\partial f} = f", r"b \in \mathbb{R}^n"):
        read = document(f"$$ {formula} $$\n\n$$ b + b = 3 b $$\n\n$$ b = 2 a $$\n")
        read = replace(read, exercise="exercise.md", setting=exercise.setting)
        assert checker.check(read, Told()) == check_document(read)


# --- What is told ---------------------------------------------------------------------------------


def test_only_what_is_new_is_pending():
    checker = rechecker()
    assert len(recheck(checker, SMALL)[1].of_kind("pending")) == 6
    assert recheck(checker, SMALL)[1].of_kind("pending") == []
    assert recheck(checker, SMALL.replace("\n$$ g(t)", "\nMore words.\n\n$$ g(t)"))[1].of_kind("pending") == []
    pending = recheck(checker, SMALL.replace("$$ = a", "$$ = 3 a"))[1].of_kind("pending")
    assert pending == [r"= 3 a \frac{\partial L}{\partial f} + 2 \lambda x"]


def test_what_rests_on_nothing_that_changed_is_not_pending():
    other = "$$ \\frac{\\partial L}{\\partial \\lambda} = x^T x $$\n\n"
    text = SMALL.replace("$$ g(t)", f"{other}$$ g(t)")
    checker = rechecker()
    recheck(checker, text)
    found, told = recheck(checker, text.replace("= x^T x $$", "= 2 x^T x $$"))
    assert [steps.verdict for steps in found.steps][:3] == ["proved", "refuted", "definition"]
    assert told.of_kind("pending") == [r"\frac{\partial L}{\partial \lambda} = 2 x^T x"]


def test_what_rests_on_what_changed_is_pending():
    text = (
        SMALL.replace("L: f^2", "L: f^3 + f^2")
        .replace("2 f a", "(3 f^2 + 2 f) a")
        .replace("= 2 f $$", "= 3 f^2 + 2 f $$")
    )
    checker = rechecker()
    assert [step.scope for step in recheck(checker, text)[0].steps[-2:]] == ["all dimensions"] * 2
    told = recheck(checker, text.replace("= 3 f^2 + 2 f $$", "= 3 f^2 + 3 f $$"))[1]
    assert len(told.of_kind("pending")) == 3


def test_verdicts_come_before_explanations_and_in_order():
    text = SMALL.replace("= 2 f $$", "= f $$")
    told = recheck(rechecker(), text)[1]
    kinds = [kind for kind, _ in told.events if kind != "pending"]
    first = [steps[0] for kind, steps in told.events if kind in ("first", "final")]
    assert kinds.index("decided") == 6
    assert [step.equation for step in first] == [1, 2, 3, 4, 5, 6, 1, 5, 6][: len(first)]
    assert kinds[0] == "first"
    assert first[0].verdict == "refuted"
    assert first[0].diagnosis == ()
    (mended,) = [steps[0] for steps in told.of_kind("final") if steps[0].equation == 1]
    assert [found.code for found in mended.diagnosis] == ["missing-factor-two"]


def test_what_is_explained_already_is_told_once():
    checker, text = rechecker(), SMALL.replace("= 2 f $$", "= f $$")
    found, _ = recheck(checker, text)
    again, told = recheck(checker, text)
    assert again == found
    assert [kind for kind, _ in told.events] == ["final"] * (len(told.events) - 1) + ["decided"]
    assert tuple(step for steps in told.of_kind("final") for step in steps) == found.steps


def searches(monkeypatch) -> list[str]:
    """The right sides in which a mistake was looked for since the list was emptied."""
    found, real = [], diagnosing.diagnosed

    def counted(session, claimed):
        found.append(str(claimed.right.content))
        return real(session, claimed)

    monkeypatch.setattr(diagnosing, "diagnosed", counted)
    return found


PENALTY = "$$ \\frac{\\partial L}{\\partial \\lambda} = x^T x $$\n\n"


def test_no_mistake_is_looked_for_again_where_something_else_was_changed(monkeypatch):
    checker, looked = rechecker(), searches(monkeypatch)
    text = SMALL.replace("$$ g(t)", f"{PENALTY}$$ g(t)").replace("= a \\frac", "= 3 a \\frac")
    before = recheck(checker, text)[0]
    assert [step.verdict for step in before.steps][-1] == "refuted"
    assert len(looked) == 1
    for changed in ("= x^T x + 0 $$", "= 0 + x^T x $$"):
        looked.clear()
        after, told = recheck(checker, text.replace("= x^T x $$", changed))
        assert after == check_document(document(text.replace("= x^T x $$", changed)))
        assert len(looked) == 1  # that of the check from scratch
        assert [kind for kind, _ in told.events if kind == "first"] == []


def test_a_new_slip_may_explain_what_is_wrong_behind_it(monkeypatch):
    checker, looked = rechecker(), searches(monkeypatch)
    text = SMALL.replace("2 f a", "f a").replace("= a \\frac", "= \\frac")
    before = recheck(checker, text)[0]
    assert [step.follows_from for step in before.steps if step.verdict == "refuted"] == [None, None]
    looked.clear()
    after, told = recheck(checker, text.replace("= 2 f $$", "= f $$"))
    assert [step.follows_from for step in after.steps if step.verdict == "refuted"] == [None, (1, 1), None]
    assert len(looked) <= 2
    assert [steps[0].equation for steps in told.of_kind("first")] == [1, 5, 6]
    assert after == check_document(document(text.replace("= 2 f $$", "= f $$")))


def test_what_is_expected_is_told_at_the_end():
    text = SMALL.replace("loss: L", 'expect: {"#1": refuted}\nloss: L')
    found, told = recheck(rechecker(), text)
    assert told.events[-1] == ("final", found.steps[:1])
    assert found.steps[0].expectation == ("refuted",)


def test_a_check_that_is_given_up_spoils_nothing():
    checker = rechecker()
    texts = [SMALL, SMALL.replace("= 2 f $$", "= f $$"), SMALL.replace("g(t) = t^2", "g(t) = t^3")]
    for most, text in enumerate(texts * 2):
        with pytest.raises(Watched):
            recheck(checker, text, most=most)
    for text in texts:
        assert recheck(checker, text)[0] == check_document(document(text))


# --- What is remembered ---------------------------------------------------------------------------


def test_what_may_have_run_out_of_time_is_not_remembered(monkeypatch):
    text = SMALL + "\n$$ x^T x \\approx 3 $$\n\n$$ x^T x = 3 $$\n"
    monkeypatch.setattr(remembered_course, "CERTAINLY_IN_TIME", -1.0)
    checker = rechecker()
    found, _ = recheck(checker, text)
    open_steps = [step for step in found.steps if step.verdict == "unknown"]
    again, told = recheck(checker, text)
    assert again == found == check_document(document(text))
    assert len(told.of_kind("pending")) == len(open_steps)


def test_little_is_remembered_where_there_is_little_room(monkeypatch):
    monkeypatch.setattr(remembered_course, "ANSWERS", 3)
    monkeypatch.setattr(remembered_course, "VERSIONS", 0)
    monkeypatch.setattr(remembered_course, "MOST_SESSIONS", 1)
    monkeypatch.setattr("derive.checking.memory.MOST", 5)
    memory = Memory()
    checker = rechecker(memory)
    for text in (SMALL, SMALL.replace("= 2 f $$", "= f $$"), SMALL):
        assert recheck(checker, text)[0] == check_document(document(text))
        remembered = checker._remembered
        assert len(remembered.answers) <= 3
        assert len(remembered.sessions) <= 1


def test_what_is_the_same_in_full():
    one, other = (Symbol("x", column(Dim(2, name))) for name in "nm")
    assert one == other
    assert in_full(one) != in_full(other)
    placed = replace(one, span=Span(1, 2))
    assert in_full(placed) != in_full(one)
    assert in_full(placed, with_places=False) == in_full(one, with_places=False)
