"""Answers that were handed in: who handed in what, and the files in which they are kept.

Without a folder to keep them nothing is written anywhere; what the server knows of a visitor it forgets when it stops.
In a folder every exercise has one of its own, with a file for each answer and the names of all who handed in, so that
`derive grade EX FOLDER/EXERCISE -o RESULTS --students FOLDER/EXERCISE/students.csv` marks the class.

A server knows browsers, not people. In an exam whoever has seen the marks could hand in once more from another browser:
there the first answer under a name counts, and others are kept apart, in `FOLDER/EXERCISE-again`, without marks.
"""

import csv
import threading
from collections import OrderedDict
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from unicodedata import normalize

from derive.errors import ServingError
from derive.grading.naming import safe_name
from derive.records import dataclass
from derive.writing.table import to_csv

MOST_ANSWERS = 50
"""How often a visitor may hand in answers to one exercise."""
MOST_REMEMBERED = 20_000
MOST_SHOWN_AGAIN = 1_000
"""Exams whose marks the server can show once more."""
LONGEST_STUDENT = 100
LARGEST_ANSWER = 500_000
STUDENTS = "students.csv"
TITLES = ["id", "name"]
AGAIN = "-again"
"""What the folder is called besides in which answers are kept that do not count."""

Key = tuple[str, str]


@dataclass(frozen=True)
class Receipt:
    """That an answer was handed in, by whom and when; `file` is the name under which it is kept, `html` its marks.

    One `is_again` where another under this name counts.
    """

    student: str
    when: datetime
    file: str | None = None
    html: str | None = None
    is_again: bool = False

    @property
    def time(self) -> str:
        """When that was, for people."""
        return f"{self.when:%Y-%m-%d %H:%M:%S}"


@dataclass
class Book:
    """How often each visitor has handed in an answer to each exercise, and the last receipt."""

    _counted: "OrderedDict[Key, int]" = field(default_factory=OrderedDict)
    _names: dict[tuple[str, str], Key] = field(default_factory=dict)
    _receipts: "OrderedDict[Key, Receipt]" = field(default_factory=OrderedDict)

    def count(self, key: Key) -> int:
        """How often a visitor has handed in an answer to an exercise."""
        return self._counted.get(key, 0)

    def receipt(self, key: Key) -> Receipt | None:
        """What is known of the last answer that was handed in."""
        return self._receipts.get(key)

    def claim(self, key: Key) -> None:
        """Count an answer before it is kept, so that of two that come at once only one is the first."""
        self._counted[key] = self.count(key) + 1
        while len(self._counted) > MOST_REMEMBERED:
            self._counted.popitem(last=False)

    def takes_name(self, key: Key, student: str) -> bool:
        """Whether nobody else has handed in an answer to the exercise under a name; from now on the visitor has."""
        return self._names.setdefault((key[1], folded(student)), key) == key

    def release(self, key: Key) -> None:
        """The answer could not be kept: it does not count."""
        self._counted[key] = max(0, self.count(key) - 1)
        self._names = {name: holder for name, holder in self._names.items() if holder != key}

    def note(self, key: Key, receipt: Receipt) -> None:
        """Remember the last answer; of those long ago, only that they were handed in."""
        self._receipts.pop(key, None)
        self._receipts[key] = receipt
        if len(self._receipts) > MOST_SHOWN_AGAIN:
            old = list(self._receipts)[-MOST_SHOWN_AGAIN - 1]
            self._receipts[old] = replace(self._receipts[old], html=None)
        while len(self._receipts) > MOST_REMEMBERED:
            self._receipts.popitem(last=False)


def folded(student: str) -> str:
    """A name as it is compared: `Ada  LOVELACE` is Ada Lovelace."""
    return normalize("NFKC", " ".join(student.split())).casefold()


@dataclass
class Keeper:
    """Writes answers into a folder, one file each, none over another.

    The same name from two browsers is two people until somebody has looked: neither replaces the other's answer.
    """

    folder: Path
    _ids: dict[tuple[Path, str, str], str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def names(self, exercise: str) -> frozenset[str]:
        """The names, as they are compared, under which answers to an exercise are kept. Raises `ServingError`."""
        try:
            with (self.folder / safe_name(exercise) / STUDENTS).open(encoding="utf-8", newline="") as file:
                return frozenset(folded(row[1]) for row in csv.reader(file) if len(row) == len(TITLES))
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise ServingError(f"the answer can not be kept ({error.strerror or error})") from None

    def keep(self, exercise: str, visitor: str, receipt: Receipt, ending: str, text: str) -> str:
        """Write an answer; the name of its file. Raises `ServingError` where that can not be."""
        folder = self.folder / f"{safe_name(exercise)}{AGAIN if receipt.is_again else ''}"
        try:
            with self._lock:
                folder.mkdir(parents=True, exist_ok=True)
                identity = self._id(folder / STUDENTS, visitor, receipt.student)
                stem = f"{safe_name(receipt.student)}-{identity}-{receipt.when:%Y-%m-%d-%H%M%S}"
                return _written(folder, stem, ending, text)
        except OSError as error:
            raise ServingError(f"the answer can not be kept ({error.strerror or error})") from None

    def _id(self, table: Path, visitor: str, student: str) -> str:
        """The number of who handed in, which the table of students gains with the name when it is new."""
        key = table, visitor, student
        if key not in self._ids:
            lines = table.read_text(encoding="utf-8").count("\n") if table.exists() else 0
            identity = f"s{max(lines, 1):03}"
            with table.open("a", encoding="utf-8", newline="") as file:
                file.write(to_csv([*([] if lines else [TITLES]), [identity, student]]))
            self._ids[key] = identity
        return self._ids[key]


def _written(folder: Path, stem: str, ending: str, text: str) -> str:
    """A new file with a text in it; its name has a number where others were written in the same second."""
    number = 1
    while True:
        name = f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}"
        try:
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            number += 1
        else:
            return name
