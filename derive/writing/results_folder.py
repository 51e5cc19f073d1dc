"""The folder of a class: the marks of every submission, kept one by one, and known again by what they follow from.

Marks hold as long as the exercise, the submission and the program are the same to the byte. Each file is written whole;
one that is damaged counts as none.
"""

import json
import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from derive.grading.entries import Job, Mark
from derive.grading.results import Marked
from derive.writing.files import remove_unfinished, write_whole
from derive.writing.marks import marks_json, read_marks
from derive.writing.reading_back import DamagedError, read

SCHEMA = "derive.marks/1"
LARGEST_RESULT = 100_000_000
AT_ONCE = 1 << 20

Marks = Mapping[str, Mapping[str, Mark]]


class ResultsFolder:
    """The marks in a folder `results`. `basis` says which exercise and which program they follow from."""

    def __init__(self, folder: Path, basis: str, limits: str) -> None:
        self._results = folder / "results"
        self._state = folder / "state.json"
        self._basis, self._limits = basis, limits
        self._content: dict[str, str | None] = {}
        self._results.mkdir(parents=True, exist_ok=True)
        remove_unfinished(self._results)

    def recall(self, job: Job) -> Marked | None:
        """The marks that were recorded, if they still hold."""
        self._content[job.name] = content = _digest_of_file(Path(job.path))
        if content is None:
            return None
        found = self._read(self._path(job.name))
        if found is None or found[0].submission != job.name:
            return None
        keys = {self._key(job, content, by_limits=False), self._key(job, content, by_limits=True)}
        return found[0] if found[1] in keys else None

    def record(self, job: Job, marked: Marked, *, by_limits: bool) -> None:
        """Keep marks, under what the submission held when it was asked for: what changed since is marked again."""
        content = self._content.get(job.name)
        key = None if content is None else self._key(job, content, by_limits=by_limits)
        write_whole(self._path(job.name), marks_json(marked, key), durable=True)

    def _key(self, job: Job, content: str, *, by_limits: bool) -> str:
        limits = self._limits if by_limits else None
        return digest([SCHEMA, self._basis, job.name, Path(job.path).suffix.lower(), content, limits])

    def _path(self, name: str) -> Path:
        return self._results / f"{name}.json"

    def _read(self, path: Path) -> tuple[Marked, str | None] | None:
        try:
            if path.stat().st_size > LARGEST_RESULT:
                return None
            return read_marks(path.read_text(encoding="utf-8"))
        except (OSError, DamagedError, UnicodeDecodeError):
            return None

    # --- Before the exercise was corrected -------------------------------------------------------

    def begin(self) -> Marks:
        """The marks under the exercise as it was before its last correction; they are kept before any is replaced."""
        state = self._read_state()
        if state is not None and state[0] == self._basis:
            return state[1]
        before = {} if state is None else self._all_marks()
        self._write_state(before)
        return before

    def _all_marks(self) -> Marks:
        """The marks of all results, whatever they follow from."""
        found = (self._read(path) for path in sorted(self._results.glob("*.json")))
        return {
            one[0].submission: {part.id: Mark(part.status, part.points) for part in one[0].parts}
            for one in found
            if one is not None
        }

    def _write_state(self, before: Marks) -> None:
        marks = {
            name: {part: {"status": mark.status, "points": str(mark.points)} for part, mark in parts.items()}
            for name, parts in before.items()
        }
        state = {"schema": SCHEMA, "basis": self._basis, "before": marks}
        write_whole(self._state, json.dumps(state) + "\n", durable=True)

    def _read_state(self) -> tuple[str, Marks] | None:
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
            return read(str, state["basis"]), read(Mapping[str, Mapping[str, Mark]], state["before"])
        except (OSError, KeyError, TypeError, ValueError, RecursionError):
            return None


def basis_of(exercise: Path, program: str) -> str:
    """What the marks of all submissions follow from: the exercise's text and the program."""
    return digest([SCHEMA, program, _digest_of_file(exercise)])


def digest(value: Any) -> str:
    """A digest of data."""
    return sha256(json.dumps(value).encode("ascii")).hexdigest()


def _digest_of_file(path: Path) -> str | None:
    """A digest of a file's bytes; null where there are none to be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return None
        found = sha256()
        with open(path, "rb") as file:
            while piece := file.read(AT_ONCE):
                found.update(piece)
        return found.hexdigest()
    except (OSError, ValueError):
        return None
