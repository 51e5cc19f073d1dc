"""The exercises in a folder, by names that lead nowhere else.

An exercise is a document whose setting has `parts`. Where a folder holds a file named `exercise`, that is its one
exercise, named by the folder: what lies beside it, as work that was handed in, is not looked at. A name is found among
those that there are; it is never made a path. Symbolic links are passed over.
"""

import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from fractions import Fraction
from pathlib import Path
from typing import Any

from derive.documents.reading import READERS, read_document, read_source
from derive.errors import DocumentError
from derive.grading.collecting import IGNORED_FOLDERS, natural
from derive.grading.naming import safe_name
from derive.grading.parts import ExerciseDocument, read_exercise
from derive.records import dataclass

OF_ITS_FOLDER = "exercise"
NOT_EXERCISES = {*IGNORED_FOLDERS, "submissions", "solutions"}
DEEPEST = 4
MOST_FILES = 2_000
MOST_READ = 32
"""Exercises that are kept ready for answers; the one that was not asked for longest is read anew."""
MOST_MADE = 64
"""Pages and pictures of exercises that are kept, likewise."""

_MAY_HAVE_PARTS = re.compile(r"\bparts\b[\"']?[ \t]*:")

State = tuple[int, int]
Made = Mapping[str, Any]


class NoExerciseError(Exception):
    """There is no exercise of this name."""


@dataclass(frozen=True)
class Listed:
    """One line of the list: an exercise, or the problem for which it can not be used."""

    id: str
    title: str
    parts: int = 0
    points: Fraction = Fraction(0)
    problem: str | None = None


@dataclass
class Shelf:
    """The exercises in a folder. What was read of a file is kept until the file changes."""

    folder: Path
    _listed: dict[Path, tuple[State, Listed | None]] = field(default_factory=dict)
    _read: "OrderedDict[Path, tuple[State, ExerciseDocument]]" = field(default_factory=OrderedDict)
    _made: "OrderedDict[tuple[str, str], tuple[State, Made]]" = field(default_factory=OrderedDict)

    def listed(self) -> tuple[Listed, ...]:
        """All exercises, by their names."""
        paths = self.paths()
        self._listed = {path: known for path, known in self._listed.items() if path in set(paths.values())}
        found = (self._line(name, path) for name, path in paths.items())
        return tuple(line for line in found if line is not None)

    def exercise(self, name: str) -> ExerciseDocument:
        """The exercise of a name. Raises `NoExerciseError` where there is none, `DocumentError` where it is no use."""
        path = self.path(name)
        state = _state(path)
        known = self._read.pop(path, None)
        found = known[1] if known is not None and known[0] == state else _exercise(path)
        self._read[path] = state, found
        while len(self._read) > MOST_READ:
            self._read.popitem(last=False)
        return found

    def made(self, name: str, what: str, make: Callable[[ExerciseDocument], Made]) -> Made:
        """What is made of an exercise, once as long as its file stays the same."""
        key, state = (name, what), _state(self.path(name))
        known = self._made.pop(key, None)
        found = known[1] if known is not None and known[0] == state else make(self.exercise(name))
        self._made[key] = state, found
        while len(self._made) > MOST_MADE:
            self._made.popitem(last=False)
        return found

    def path(self, name: str) -> Path:
        """The file of an exercise. Raises `NoExerciseError` where there is none of this name."""
        path = self.paths().get(name)
        if path is None:
            raise NoExerciseError(name)
        return path

    def paths(self) -> Mapping[str, Path]:
        """The documents that may be exercises, each by a name of its own."""
        paths = list(_documents(self.folder, DEEPEST))[:MOST_FILES]
        found: dict[str, Path] = {}
        taken: set[str] = set()
        for path in paths:
            name = _name(path.relative_to(self.folder))
            if name.casefold() in taken:
                name = safe_name("-".join(path.relative_to(self.folder).parts))
            name = _numbered(name, taken)
            taken.add(name.casefold())
            found[name] = path
        return found

    def _line(self, name: str, path: Path) -> Listed | None:
        state = _state(path)
        known = self._listed.get(path)
        if known is None or known[0] != state or (known[1] is not None and known[1].id != name):
            known = state, _listed(name, path)
            self._listed[path] = known
        return known[1]


def _documents(folder: Path, depth: int) -> Iterator[Path]:
    """The documents of a folder and of the folders in it, in the order of names."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: natural(entry.name))
    except OSError:
        return
    files = [entry for entry in entries if entry.is_file(follow_symlinks=False) and _is_document(entry.name)]
    of_folder = next((entry for entry in files if Path(entry.name).stem.casefold() == OF_ITS_FOLDER), None)
    if of_folder is not None:
        yield Path(of_folder.path)
        return
    for entry in entries:
        if entry in files:
            yield Path(entry.path)
        elif depth and entry.is_dir(follow_symlinks=False) and _may_hold_exercises(entry.name):
            yield from _documents(Path(entry.path), depth - 1)


def _may_hold_exercises(folder: str) -> bool:
    return not folder.startswith(".") and folder.casefold() not in NOT_EXERCISES


def _is_document(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in READERS


def _name(path: Path) -> str:
    """The folders and the stem of a file; those of its folder alone where it is the one exercise there."""
    parts = [*path.parent.parts, path.stem]
    if len(parts) > 1 and parts[-1].casefold() == OF_ITS_FOLDER:
        parts.pop()
    return safe_name("-".join(parts))


def _numbered(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _state(path: Path) -> State:
    """What changes when a file does."""
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return status.st_mtime_ns, status.st_size


def _listed(name: str, path: Path) -> Listed | None:
    """What the list says of a document; null where it is no exercise."""
    try:
        if not _MAY_HAVE_PARTS.search(read_source(path).text):
            return None
        exercise = _exercise(path)
    except DocumentError as error:
        return None if _has_no_parts(path) else Listed(name, name, problem=_problem(error))
    return Listed(name, exercise.document.setting.title or name, len(exercise.parts), exercise.points)


def _has_no_parts(path: Path) -> bool:
    """Whether a document can be read and is no exercise."""
    try:
        return "parts" not in read_document(path).setting.aside
    except (DocumentError, RecursionError):
        return False


def _exercise(path: Path) -> ExerciseDocument:
    """The exercise in a file. Raises `DocumentError`."""
    try:
        return read_exercise(path)
    except RecursionError:
        raise DocumentError(path.name, "this is nested too deeply to be read") from None


def _problem(error: DocumentError) -> str:
    """What is wrong with an exercise, for its author, without the folders in which it lies."""
    name = Path(error.name).name
    where = name if error.place is None else f"{name}:{error.place.line}:{error.place.column}"
    return f"{where}: {error.problem}"
