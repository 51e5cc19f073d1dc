"""A document that is checked again and again as it is written gets what a check from scratch says."""

from pathlib import Path

from remembering import check_document

from derive.certificates import Store, default_directory
from derive.checking.rechecking import Rechecker
from derive.documents import read_document

EXERCISES = Path(__file__).resolve().parents[1] / "exercises"


class Told:
    """What a check told, in order."""

    def __init__(self):
        self.events = []

    def pending(self, passage, chain):
        self.events.append("pending")

    def judged(self, steps, is_final):
        self.events.append((steps, is_final))


def test_the_steps_of_each_chain_are_told_in_order():
    document = read_document(EXERCISES / "binary-cross-entropy.md")
    told = Told()
    result = Rechecker(Store(default_directory())).check(document, told)
    assert result == check_document(document)
    final = [step for event in told.events if event != "pending" and event[1] for step in event[0]]
    assert tuple(final) == result.steps
