"""The marks of a class before and after its exercise was corrected -> who gained and who lost, part by part."""

from collections.abc import Iterator, Mapping

from derive.grading.entries import Change, Mark
from derive.grading.results import Marked

Marks = Mapping[str, Mapping[str, Mark]]
"""The marks of submissions by their names, and of their parts by theirs."""


def marks_of(marked: Mapping[str, Marked]) -> Marks:
    """The marks alone."""
    return {name: {part.id: Mark(part.status, part.points) for part in one.parts} for name, one in marked.items()}


def compare(before: Marks, after: Marks) -> tuple[Change, ...]:
    """What differs in the submissions that were marked both times, by name and then in the order of the parts."""
    return tuple(change for name in sorted(before.keys() & after.keys()) for change in _of(name, before, after))


def _of(name: str, before: Marks, after: Marks) -> Iterator[Change]:
    old, new = before[name], after[name]
    for part in dict.fromkeys([*new, *old]):
        if old.get(part) != new.get(part):
            yield Change(name, part, old.get(part), new.get(part))
