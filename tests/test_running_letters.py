"""Letters that run over the entries of a vector and stand in names that are numbered: the names must all be there."""

import pytest
from remembering import check_document

from derive.checking.results import StepResult
from derive.documents.markdown import read_markdown
from derive.documents.reading import read_text
from derive.source import Source

SETTING = r"""---
dims: {N: %d}
symbols:
  y: N x 1
  t: N x 1
model:
  L: \frac12 \|y - t\|^2
loss: L
---
"""
NAMED = "$$r_{0} = y_{0} - t_{0}$$\n\n"
CLAIM = r"$$\frac{\partial L}{\partial y_i} = r_i$$"


def results(text: str) -> tuple[StepResult, ...]:
    document, _ = read_text(Source("notes.md", text), read_markdown)
    return check_document(document).steps


def verdict(size: int, named: list[int], claim: str = CLAIM) -> StepResult:
    text = SETTING % size + "".join(NAMED.replace("0", str(number)) for number in named) + claim
    return results(text)[-1]


@pytest.mark.parametrize("named", [[2], [1], [1, 2, 3], [2, 3, 4]])
def test_a_claim_for_all_entries_is_not_made_by_names_for_some(named: list[int]) -> None:
    found = verdict(4, named)
    lacking = next(number for number in range(1, 5) if number not in named)
    assert found.verdict == "unreadable"
    assert found.message.startswith(f"At i = {lacking}: There is no r_{lacking}; ")


def test_with_a_name_for_each_entry_it_is_proved_at_this_size() -> None:
    found = verdict(3, [1, 2, 3])
    assert (found.verdict, found.scope) == ("proved", "these dimensions")


def test_a_name_that_is_false_is_found() -> None:
    found = verdict(3, [1, 2, 3], CLAIM.replace("= r_i", "= 2 r_i"))
    assert (found.verdict, found.message[:9]) == ("refuted", "At i = 1:")


def test_numbered_vectors_are_still_said_of_each_number() -> None:
    text = SETTING % 3 + "$$a_1 = y$$ $$a_2 = 2 y$$ $$b_1 = 3 a_1$$ $$b_2 = 3 a_2$$ $$b_l = 3 a_l$$"
    assert [step.verdict for step in results(text)] == ["definition"] * 4 + ["proved"]
