"""Files and folders -> the submissions of a class, each with a name of its own.

| given | is taken as |
| --- | --- |
| a file | one submission |
| a folder | each document in it is one submission, and each folder in it is one student's |
| a folder that a learning platform made for one student | that student's |

A student's folder is searched to its bottom. Of several documents in it one is taken, none that is the exercise as it
was handed out: the exercise's namesake, else the last by name, numbers counted as numbers (`homework-v10.tex` is behind
`homework-v9.tex`). What is passed over is listed with its reason. Symbolic links inside a folder are passed over: what
they point at was not handed in.
"""

import filecmp
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from derive.documents.reading import READERS, shown_name
from derive.errors import DocumentError
from derive.grading.naming import safe_name
from derive.records import dataclass

OF_ONE_STUDENT = re.compile(
    r"_assignsubmission_|_onlinetext_"  # Moodle: Ada Lovelace_12345_assignsubmission_file_
    r"|^submission_\d+$",  # Gradescope: submission_123456789
)
IGNORED_FOLDERS = {"__MACOSX", "__pycache__", "node_modules"}
CODE = ".py"
NOT_WORK = re.compile(r"(?i)readme\b|license\b")


@dataclass(frozen=True)
class Submission:
    """What one student handed in. `name` is unique in the class and fit to be a file's name.

    `clues` are the names under which it lay, the file's first: they tell whose it is. `problem` says why there is no
    document in it to be marked; else it is null.
    """

    name: str
    path: Path
    clues: tuple[str, ...]
    problem: str | None = None


@dataclass(frozen=True)
class Skipped:
    """A file that is not marked, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Collection:
    """All submissions in the order of their names, what was passed over, and what could not be opened."""

    submissions: tuple[Submission, ...]
    skipped: tuple[Skipped, ...] = ()
    errors: tuple[DocumentError, ...] = ()


def collect(
    paths: Sequence[str | Path],
    exercise: Path,
    output: Path | None = None,
    folders_of: Iterable[str] = (),
    *,
    takes_code: bool = False,
) -> Collection:
    """The submissions that the paths lead to.

    The exercise itself is none, nor is anything in the folder of results, `output`. `folders_of` are names of students:
    a folder that bears one is that student's. `takes_code`: a module of Python is a submission, too; of one student a
    written document comes before it.
    """
    endings = (*READERS, CODE) if takes_code else tuple(READERS)
    collector = _Collector(exercise, output, {name.casefold() for name in folders_of if name}, endings)
    for path in paths:
        collector.take(Path(path))
    found = _with_unique_names(collector.found)
    return Collection(
        tuple(sorted(found, key=lambda submission: submission.name)),
        tuple(sorted(collector.skipped, key=lambda skipped: skipped.path)),
        tuple(collector.errors),
    )


class _Collector:
    """What has been found so far."""

    def __init__(self, exercise: Path, output: Path | None, folders_of: set[str], endings: tuple[str, ...]) -> None:
        self.endings = endings
        self.exercise = exercise
        self.namesake = exercise.stem.casefold()
        self.output = None if output is None else output.resolve()
        self.folders_of = folders_of
        self.found: list[Submission] = []
        self.skipped: list[Skipped] = []
        self.errors: list[DocumentError] = []
        self._seen: set[Path] = set()

    def take(self, path: Path) -> None:
        """One path of the command line."""
        if path.is_dir():
            if OF_ONE_STUDENT.search(path.name) or path.resolve().name.casefold() in self.folders_of:
                self._take_students(path)
            else:
                self._take_class(path)
        elif os.path.lexists(path):
            self._add(path, (path.name,))
        else:
            self.errors.append(DocumentError(shown_name(path), "there is no such file or folder"))

    def _take_class(self, folder: Path) -> None:
        for entry in self._entries(folder):
            if entry.is_dir():
                self._take_students(entry)
            elif self._is_document(entry) and not NOT_WORK.match(entry.stem):
                self._add(entry, (entry.name,))
            else:
                self._skip(entry, self._why_not(entry))

    def _take_students(self, folder: Path) -> None:
        """One submission, whatever the folder holds; none of an empty one."""
        files = list(self._files(folder))
        documents = [path for path in files if self._is_document(path) and not NOT_WORK.match(path.stem)]
        if not documents:
            if files:
                endings = ", ".join(self.endings)
                problem = f"The folder holds no document ({endings}), but {_some(files)}."
                self._add(folder, (folder.name,), problem)
            return
        chosen = max(documents, key=self._fitness)
        for path in files:
            if path != chosen:
                reason = f"{chosen.name} of the same student is marked" if path in documents else self._why_not(path)
                self._skip(path, reason)
        self._add(chosen, (chosen.name, *reversed(chosen.relative_to(folder).parts[:-1]), folder.name))

    def _is_document(self, path: Path) -> bool:
        return path.suffix.lower() in self.endings

    def _why_not(self, path: Path) -> str:
        return "not the work of a student" if self._is_document(path) else "not a document"

    def _fitness(self, path: Path) -> tuple[bool, bool, bool, list[tuple[int, str]], str]:
        """How likely a document is the work to be marked: the greatest is taken."""
        is_written = path.suffix.lower() != CODE
        is_namesake = self.namesake in path.stem.casefold()
        return not self._is_handed_out(path), is_written, is_namesake, natural(path.stem), str(path)

    def _is_handed_out(self, path: Path) -> bool:
        """Whether a document is the exercise, unchanged."""
        try:
            return filecmp.cmp(path, self.exercise, shallow=False)
        except OSError:
            return False

    def _files(self, folder: Path) -> Iterator[Path]:
        for entry in self._entries(folder):
            if entry.is_dir():
                yield from self._files(entry)
            else:
                yield entry

    def _entries(self, folder: Path) -> list[Path]:
        """What lies in a folder and counts, in the order of names."""
        try:
            entries = sorted(folder.iterdir(), key=lambda path: natural(path.name))
        except OSError as error:
            reason = error.strerror or str(error)
            self.errors.append(DocumentError(shown_name(folder), f"the folder can not be read ({reason})"))
            return []
        counted = []
        for entry in entries:
            if entry.name.startswith(".") or (entry.name in IGNORED_FOLDERS and entry.is_dir()):
                continue
            if entry.is_symlink():
                self._skip(entry, "a symbolic link")
            elif entry.resolve() == self.exercise.resolve():
                self._skip(entry, "the exercise")
            elif entry.resolve() == self.output:
                continue
            else:
                counted.append(entry)
        return counted

    def _add(self, path: Path, clues: tuple[str, ...], problem: str | None = None) -> None:
        """A path that is given twice, as by a folder and a file in it, is one submission."""
        resolved = path.resolve()
        if resolved not in self._seen:
            self._seen.add(resolved)
            self.found.append(Submission("", path, clues, problem))

    def _skip(self, path: Path, reason: str) -> None:
        self.skipped.append(Skipped(shown_name(path), reason))


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts numbers in names as numbers.

    >>> sorted(["a10", "a9", "b"], key=natural)
    ['a9', 'a10', 'b']
    """
    pieces = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(int(piece[:18]), piece) if piece[0] in "0123456789" else (-1, piece) for piece in pieces]


def _some(files: Sequence[Path]) -> str:
    names = [shown_name(path.name) for path in files[:3]]
    return ", ".join(names) + (f" and {len(files) - 3} more" if len(files) > 3 else "")


def _with_unique_names(found: Sequence[Submission]) -> list[Submission]:
    """Each submission named by the least that tells it from all others.

    That is the name of its file without the ending, or of its student's folder; then the whole of its path.
    """
    named: dict[int, str] = {}
    waiting = list(range(len(found)))
    for proposal in _PROPOSALS:
        proposed = {number: safe_name(proposal(found[number])) for number in waiting}
        holders = defaultdict(list)
        for number, name in proposed.items():
            holders[name.casefold()].append(number)
        taken = {name.casefold() for name in named.values()}
        for name, numbers in holders.items():
            if len(numbers) == 1 and name not in taken:
                named[numbers[0]] = proposed[numbers[0]]
        waiting = [number for number in waiting if number not in named]
    for number in sorted(waiting, key=lambda number: str(found[number].path)):
        named[number] = _numbered(safe_name(found[number].path.stem), {name.casefold() for name in named.values()})
    return [replace(submission, name=named[number]) for number, submission in enumerate(found)]


def _numbered(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}-{number}".casefold() in taken:
        number += 1
    return f"{name}-{number}"


def _short(submission: Submission) -> str:
    return submission.clues[-1] if len(submission.clues) > 1 or submission.problem else Path(submission.clues[0]).stem


def _with_ending(submission: Submission) -> str:
    return submission.clues[-1] if len(submission.clues) > 1 or submission.problem else submission.clues[0]


def _with_folder(submission: Submission) -> str:
    path = submission.path.resolve()
    return "-".join([path.parent.name, path.name])


def _whole(submission: Submission) -> str:
    return "-".join(submission.path.resolve().parts[1:])


_PROPOSALS = (_short, _with_ending, _with_folder, _whole)
