"""A table of students -> which submission is whose, who handed in nothing, and what is nobody's.

The table is a CSV file as platforms and spreadsheets write it: columns in any order, found by their titles; commas,
semicolons or tabs between them; UTF-8 with or without its mark, UTF-16, or a Western 8-bit encoding.

| a submission is a student's whose | stands in |
| --- | --- |
| file | the name of its file or folder, or the end of its path |
| id | one of these names, whole or (three characters at least) between others that are no letters or digits |
| e-mail address, or what stands before its @ | one of these names, likewise |
| name, its words in any order | one of these names |

The first of these rows under which exactly one student fits decides.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from derive.documents.reading import shown_name
from derive.errors import DocumentError
from derive.grading.collecting import Submission, natural
from derive.grading.entries import Entry, Student
from derive.grading.results import Marked, PartResult
from derive.records import dataclass
from derive.source import Place

LARGEST_TABLE = 20_000_000
DELIMITERS = ",;\t|"
SHORTEST_IN_A_NAME = 3
"""Of an id: the 1 of `homework 1.md` is nobody's number."""

TITLES = {
    "id": ("id", "sid", "studentid", "idnumber", "username", "userid", "login", "netid", "matriculationnumber", "uid"),
    "name": ("name", "fullname", "student", "studentname", "displayname"),
    "first": ("firstname", "givenname", "forename"),
    "last": ("lastname", "surname", "familyname"),
    "email": ("email", "emailaddress", "mail"),
    "file": ("file", "filename", "submission", "path", "document"),
}


@dataclass(frozen=True)
class Enrolment:
    """Whose each submission is, by the submission's name; the students without one; the submissions without one.

    `superseded` are those of a student from whom another is marked, with that other's name.
    """

    students: Mapping[str, Student]
    missing: tuple[Student, ...] = ()
    strangers: tuple[str, ...] = ()
    superseded: Mapping[str, str] = field(default_factory=dict)


# --- The table -----------------------------------------------------------------------------------


def read_students(path: str | Path) -> tuple[Student, ...]:
    """The students in a CSV file. Raises `DocumentError` where it is no such table or names somebody twice."""
    name = shown_name(path)
    text = _decoded(_bytes_of(path, name))
    header, *rows = _rows(text, name) or [(1, [])]
    columns = _columns(header[1])
    if not columns.keys() & {"id", "name", "email", "first", "last"}:
        found = ", ".join(f"“{title.strip()}”" for title in header[1] if title.strip()) or "nothing"
        problem = f"expected a column titled id, name or email in the first line, found {found}"
        raise DocumentError(name, problem, Place(1, 1))
    students: dict[str, int] = {}
    found_students = []
    for line, row in rows:
        student = _student({key: row[at].strip() if at < len(row) else "" for key, at in columns.items()})
        if student is None:
            continue
        if student.id in students:
            problem = f"the student “{student.id}” stands in line {students[student.id]} already"
            raise DocumentError(name, problem, Place(line, 1))
        students[student.id] = line
        found_students.append(student)
    return tuple(found_students)


def _bytes_of(path: str | Path, name: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_TABLE + 1)
    except FileNotFoundError:
        raise DocumentError(name, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(name, f"the file can not be read ({reason})") from None
    if len(data) > LARGEST_TABLE:
        raise DocumentError(name, f"the table has more than {LARGEST_TABLE:,} bytes")
    return data


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with its line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DocumentError(name, f"not a table ({error})", Place(max(reader.line_num, 1), 1)) from None


def _columns(titles: Sequence[str]) -> dict[str, int]:
    """At which place each known column stands; of two with one meaning the first."""
    plain = [re.sub(r"[^a-z]", "", title.casefold()) for title in titles]
    return {
        key: min(plain.index(title) for title in known if title in plain)
        for key, known in TITLES.items()
        if not set(known).isdisjoint(plain)
    }


def _student(cells: dict[str, str]) -> Student | None:
    """The student of a row; null where it names nobody."""
    name = cells.get("name") or " ".join(filter(None, (cells.get("first"), cells.get("last"))))
    email = cells.get("email", "")
    identity = cells.get("id") or email or name
    return Student(identity, name, email, cells.get("file", "")) if identity else None


# --- The table of marks --------------------------------------------------------------------------


def entries(marked: Mapping[str, Marked], enrolment: Enrolment, blank: Sequence[PartResult]) -> tuple[Entry, ...]:
    """One entry a student, and one a submission without a student, in the order of their ids."""
    parts = tuple(blank)
    found = [
        *(Entry(enrolment.students.get(name, Student(name)), parts, one) for name, one in marked.items()),
        *(Entry(student, parts) for student in enrolment.missing),
    ]
    return tuple(sorted(found, key=lambda entry: (natural(entry.student.id), entry.student.id, entry.submission)))


# --- Whose is it? --------------------------------------------------------------------------------


def enrol(students: Sequence[Student], submissions: Sequence[Submission]) -> Enrolment:
    """Give each submission its student. Of several of one student the last by name is kept."""
    owners: dict[str, list[Submission]] = {}
    strangers = []
    for submission in submissions:
        student = _owner(students, submission)
        if student is None:
            strangers.append(submission.name)
        else:
            owners.setdefault(student.id, []).append(submission)
    kept = {identity: max(own, key=lambda one: natural(one.name)) for identity, own in owners.items()}
    superseded = {
        submission.name: kept[identity].name
        for identity, own in owners.items()
        for submission in own
        if submission is not kept[identity]
    }
    return Enrolment(
        {kept[student.id].name: student for student in students if student.id in kept},
        tuple(student for student in students if student.id not in kept),
        tuple(strangers),
        superseded,
    )


def _owner(students: Iterable[Student], submission: Submission) -> Student | None:
    """The one student who fits; null where none does, or several do equally well."""
    for fits in _FITS:
        fitting = [student for student in students if fits(student, submission)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return None
    return None


def _file_fits(student: Student, submission: Submission) -> bool:
    if not student.file:
        return False
    wanted = Path(student.file.replace("\\", "/")).parts
    return wanted == submission.path.parts[-len(wanted) :] or student.file in submission.clues


def _id_fits(student: Student, submission: Submission) -> bool:
    return any(_stands_in(student.id, clue) for clue in submission.clues)


def _email_fits(student: Student, submission: Submission) -> bool:
    local = student.email.partition("@")[0]
    return any(_stands_in(part, clue) for part in (student.email, local) for clue in submission.clues)


def _name_fits(student: Student, submission: Submission) -> bool:
    """Whether all words of the name stand in a clue; a platform may have left out the spaces: `lovelaceada_12`."""
    words = _words(student.name)
    return bool(words) and any(_has_words(clue, words) for clue in submission.clues)


def _has_words(clue: str, words: Sequence[str]) -> bool:
    found = _words(clue)
    joined = {"".join(words), "".join(reversed(words)), "".join([words[-1], *words[:-1]])}
    return set(words) <= set(found) or not joined.isdisjoint(found)


def _stands_in(wanted: str, clue: str) -> bool:
    """Whether a clue is the wanted text, or holds it with neither end inside a longer word or number."""
    if len(wanted) < SHORTEST_IN_A_NAME:
        return bool(wanted) and wanted.casefold() in (clue.casefold(), Path(clue).stem.casefold())
    return re.search(rf"(?<![^\W_]){re.escape(wanted.casefold())}(?![^\W_])", clue.casefold()) is not None


def _words(text: str) -> list[str]:
    """The words of a text without their accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain)


_FITS: tuple[Callable[[Student, Submission], bool], ...] = (_file_fits, _id_fits, _email_fits, _name_fits)
