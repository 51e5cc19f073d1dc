"""What was found in one document is the same for another that says the same: memory changes nothing but the time."""

from pathlib import Path

import pytest
from homework import HOMEWORK

from derive.checking.check import check_document
from derive.checking.memory import Memory
from derive.checking.results import DocumentResult
from derive.documents import read_document

NAMES = ["linear-regression", "residual-block", "two-layer-sigmoid-cross-entropy"]


def checked(exercise: str, path: Path, memory: Memory | None) -> DocumentResult:
    document = read_document(path, None, HOMEWORK / exercise / "exercise.md")
    return check_document(document, memory=memory)


@pytest.mark.parametrize("exercise", NAMES)
def test_with_a_memory_every_report_is_what_it_is_without(exercise):
    paths = sorted((HOMEWORK / exercise / "submissions").iterdir())
    alone = [checked(exercise, path, None) for path in paths]
    memory = Memory()
    for order in (paths, paths[::-1]):
        found = {path: checked(exercise, path, memory) for path in order}
        assert [found[path] for path in paths] == alone


def test_a_definition_of_its_own_makes_another_claim_of_the_same_words(tmp_path):
    setting = "---\ndims: {n: 2}\nsymbols: {x: n x 1, y: n x 1}\n---\n\n"
    memory = Memory()
    verdicts = []
    for value in ("x + y", "x - y", "x + y"):
        path = tmp_path / "own.md"
        path.write_text(f"{setting}$$ d = {value} $$\n\n$$ d - x = y $$\n")
        verdicts.append(check_document(read_document(path), memory=memory).steps[-1].verdict)
    assert verdicts == ["proved", "refuted", "proved"]


def test_the_same_words_under_another_setting_are_another_claim(tmp_path):
    memory = Memory()
    verdicts = []
    for value in ("2 x", "3 x"):
        path = tmp_path / "model.md"
        path.write_text(f"---\ndims: {{n: 2}}\nsymbols: {{x: n x 1}}\nmodel: {{z: {value}}}\n---\n\n$$ z = 2 x $$\n")
        verdicts.append(check_document(read_document(path), memory=memory).steps[-1].verdict)
    assert verdicts == ["proved", "refuted"]


def test_a_full_memory_begins_anew(monkeypatch):
    monkeypatch.setattr("derive.checking.memory.MOST", 2)
    memory = Memory()
    numbers = [memory.number("a"), memory.number("b")]
    for key in "abc":
        memory.keep(key, key)
    assert (memory.recall("a"), memory.recall("c")) == (None, "c")
    assert memory.number("d") not in numbers
