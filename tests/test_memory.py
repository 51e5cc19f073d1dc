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


def test_a_full_memory_forgets_what_was_not_asked_for_the_longest_time():
    memory = Memory(most=2)
    numbers = [memory.number("a"), memory.number("b")]
    assert memory.number("a") == numbers[0]
    third = memory.number("c")
    assert (memory.number("a"), memory.number("c")) == (numbers[0], third)
    assert memory.number("b") not in (*numbers, third)
    for key in "ab":
        memory.keep(key, key)
    assert memory.recall("a") == "a"
    memory.keep("c", "c")
    assert [memory.recall(key) for key in "abc"] == ["a", None, "c"]


def test_a_thing_that_was_forgotten_gets_the_number_of_its_key():
    memory, things = Memory(most=2), [("one",), ("two",), ("three",)]
    first = [memory.number_of(thing, lambda thing=thing: thing) for thing in things]
    assert len(set(first)) == 3
    assert memory.number_of(things[2], lambda: ("not asked for",)) == first[2]
    assert memory.number_of(things[0], lambda: ("two",)) == first[1]
