"""Code as students write it, marked: what is right is accepted, and of what is wrong the defect is named.

`implementations/right/<exercise>/` holds right code in many styles for homework that has a `code` setting. The table
`implementations/defects.yaml` plants a defect in one of them: it replaces text, and says which results are then wrong
and what is found, neither more nor less. `implementations/sources/` holds code after that of published derivations.
What is right runs in the sandbox, as that of any student does. What differs from it in the planted text alone runs in
this process: the subject is what is found in it, and to start two hundred sandboxes takes longer than to look for it.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from implemented import run_here

from derive.grading.parts import read_exercise
from derive.implementations import calls
from derive.implementations.marking import mark_code
from derive.implementations.preparing import prepare
from derive.implementations.results import CodeResult
from derive.implementations.source import read_code
from derive.sandbox import is_available
from derive.source import Source

in_the_sandbox = pytest.mark.skipif(
    not is_available(), reason="bubblewrap is not installed, or may not make namespaces here"
)

CODE = Path(__file__).parent / "implementations"
EXERCISES = Path(__file__).parent.parent / "exercises"

OF_THE_MACHINE = {"left-out", "slow-growth", "stopped"}
"""Remarks on what is not installed in the sandbox, and on time, which is another one on another machine."""

OF_A_DEFECT = {"defect", "change", "wrong", "finds", "convention", "remarks"}


@dataclass(frozen=True)
class Planted:
    """A defect in right code: the texts to replace, and what is to be found."""

    path: str
    defect: str
    changes: tuple[tuple[str, str], ...] = ()
    wrong: tuple[str, ...] = ()
    finds: tuple[str, ...] = ()
    convention: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def _planted() -> list[Planted]:
    table = yaml.safe_load((CODE / "defects.yaml").read_text(encoding="utf-8"))
    return [_read(path, row) for path, rows in table.items() for row in rows]


def _read(path: str, row: dict) -> Planted:
    assert set(row) <= OF_A_DEFECT, set(row)

    def words(key: str) -> tuple[str, ...]:
        return tuple(str(word) for word in row.get(key, ()))

    lists = (words(key) for key in ("wrong", "finds", "convention", "remarks"))
    return Planted(path, row["defect"], tuple(row["change"].items()), *lists)


RIGHT = sorted(str(path.relative_to(CODE / "right")) for path in (CODE / "right").glob("*/*"))
PLANTED = _planted()


# ── marking ──


@cache
def _prepared(exercise: str):
    return prepare(read_exercise(EXERCISES / exercise))


def _marked(exercise: str, name: str, text: str) -> CodeResult:
    return mark_code(_prepared(exercise), read_code(Source(name, text)))


def _text(one: Planted) -> str:
    """The right code with the defect in it."""
    text = (CODE / "right" / one.path).read_text(encoding="utf-8")
    for before, after in one.changes:
        assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {one.path}"
        text = text.replace(before, after)
    return text


def marked(one: Planted) -> CodeResult:
    """What is found in right code, or in such code with its defect."""
    return _marked(f"homework/{Path(one.path).parent}/exercise.md", Path(one.path).name, _text(one))


def _labels(result: CodeResult, *verdicts: str) -> tuple[str, ...]:
    """The results with these verdicts, by the last word of their labels: `W1` of `result 2['W1']`.

    Of `result['dW'] of backward` it is `dW`, of `the result of cost` it is `cost`.
    """
    labels = (one.label for one in result.results if one.verdict in verdicts)
    labels = (label if label.startswith("the") else re.sub(r" (of|after) .*", "", label) for label in labels)
    return tuple(re.sub(r"\W+$", "", label).split("'")[-1].split()[-1].removeprefix("self.") for label in labels)


def _found(result: CodeResult) -> set[str]:
    """The codes of the mistakes and faults that are named."""
    mistakes = {diagnosis.code for one in result.results for diagnosis in one.diagnosis}
    return mistakes | {finding.code for finding in result.faults}


# ── tests ──


@in_the_sandbox
@pytest.mark.parametrize("path", RIGHT)
def test_right_code_is_accepted(path):
    result = marked(Planted(path, ""))
    assert result.is_right
    assert [one.verdict for one in result.results] == ["right"] * len(result.results)
    assert {finding.code for finding in result.remarks} <= OF_THE_MACHINE


@pytest.mark.parametrize("one", PLANTED, ids=lambda one: f"{Path(one.path).stem}: {one.defect}")
def test_a_defect_is_found_and_named(one, monkeypatch):
    monkeypatch.setattr(calls, "run", run_here)
    result = marked(one)
    assert result.problem is None
    assert _labels(result, "wrong", "missing", "error") == one.wrong
    assert _labels(result, "convention") == one.convention
    assert _found(result) == set(one.finds)
    assert tuple(one.code for one in result.remarks if one.code not in OF_THE_MACHINE) == one.remarks
    assert result.is_right == (not one.wrong and not result.faults)


def test_the_corpus_is_large_enough():
    assert len(RIGHT) >= 20
    assert len({Path(path).parent for path in RIGHT}) >= 6
    assert sum(bool(one.finds) for one in PLANTED) >= 40
    assert len({code for one in PLANTED for code in one.finds}) >= 20


@in_the_sandbox
def test_the_code_of_a_published_derivation_is_marked_with_its_three_defects():
    """A name that nothing defines, an exponential that overflows, an array changed in place under two names."""
    path = CODE / "sources" / "softmax-loss-of-a-score-matrix" / "network.py"
    result = _marked("sources/softmax-loss-of-a-score-matrix.md", path.name, path.read_text(encoding="utf-8"))
    assert [(one.code, one.text) for one in result.findings] == [
        ("undefined-name", "upstream_W2 = hidden.T.dot(upstream_outputs)"),
        ("overflow", "exponentials = np.exp(scores)"),
        ("two-names", "pre[pre < 0] = 0"),
    ]
    assert all(one.diagnosis == () and one.message.endswith("it is right.") for one in result.results)
