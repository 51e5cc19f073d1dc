"""A table of students as people have it -> whose each submission is."""

from pathlib import Path

import pytest

from derive.errors import DocumentError
from derive.grading.collecting import Submission
from derive.grading.entries import Student
from derive.grading.roster import enrol, entries, read_students

ADA, BEN = Student("1815", "Ada Lovelace", "ada@x.org"), Student("17", "Ben Bö", "ben@x.org")


def read(tmp_path, content: str | bytes) -> tuple[Student, ...]:
    path = tmp_path / "class.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_students(path)


@pytest.mark.parametrize(
    "content",
    [
        "id,name,email\n1815,Ada Lovelace,ada@x.org\n17,Ben Bö,ben@x.org\n",
        "\ufeffid;name;email\r\n1815;Ada Lovelace;ada@x.org\r\n17;Ben Bö;ben@x.org\r\n",
        "\n Student ID \tE-Mail address\tFirst Name\tLAST NAME\tSection\n"
        "1815\tada@x.org\tAda\tLovelace\t3\n\n17\tben@x.org\tBen\tBö",
        '"SID","Name","Email","Comment"\n"1815","Ada Lovelace","ada@x.org","a ""b"", c\nd"\n'
        '"17","Ben Bö","ben@x.org"\n',
        "id;name;email\n1815;Ada Lovelace;ada@x.org\n17;Ben Bö;ben@x.org\n".encode("cp1252"),
        "id\tname\temail\n1815\tAda Lovelace\tada@x.org\n17\tBen Bö\tben@x.org\n".encode("utf-16"),
        "full name,username,mail\nAda Lovelace,1815,ada@x.org\n ,,\nBen Bö,17,ben@x.org,too,many\n",
    ],
    ids=["plain", "mark, semicolons", "tabs, two names", "quotes", "8 bit", "UTF-16", "short and long rows"],
)
def test_tables_are_read_as_programs_write_them(tmp_path, content):
    assert read(tmp_path, content) == (ADA, BEN)


def test_who_has_no_id_has_the_address_or_the_name(tmp_path):
    assert read(tmp_path, "name,email\nAda,ada@x.org\nBen,\n") == (
        Student("ada@x.org", "Ada", "ada@x.org"),
        Student("Ben", "Ben"),
    )


@pytest.mark.parametrize(
    "content, message",
    [
        ("", ":1:1: expected a column titled id, name or email in the first line, found nothing"),
        ("Ada,Ben\nx,y\n", ":1:1: expected a column titled id, name or email in the first line, found “Ada”, “Ben”"),
        ("id\n7\n8\n7\n", ":4:1: the student “7” stands in line 2 already"),
        ('id,name\n1,"' + "x" * 200_000 + '"\n', ":2:1: not a table (field larger than field limit (131072))"),
    ],
)
def test_what_is_no_table_is_said_in_one_line(tmp_path, content, message):
    with pytest.raises(DocumentError) as error:
        read(tmp_path, content)
    assert str(error.value) == f"{tmp_path / 'class.csv'}{message}"


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(DocumentError, match=r"none\.csv: there is no such file$"):
        read_students(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "clues",
    [
        ("hw.md", "Ada Lovelace_12345_assignsubmission_file_"),
        ("lovelaceada_554_hw.md",),
        ("1815.md",),
        ("hw_1815_final.md",),
        ("hw.md", "ADA"),
        ("ada@x.org.tex",),
        ("Lovelace, Ada.md",),
        ("hw.md", "solution", "ada-lovelace"),
    ],
)
def test_a_submission_is_found_by_id_address_or_name(clues):
    submission = Submission("x", Path(*reversed(clues)), clues)
    assert enrol([ADA, BEN, Student("9", "Eve")], [submission]).students == {"x": ADA}


@pytest.mark.parametrize("clues", [("hw17b.md",), ("homework 1.md",), ("adam.md",), ("x18151.md",), ("lovelace.md",)])
def test_what_only_looks_like_somebodys_is_nobodys(clues):
    submission = Submission("x", Path(clues[0]), clues)
    enrolment = enrol([ADA, BEN, Student("1", "Eve")], [submission])
    assert (enrolment.students, enrolment.strangers) == ({}, ("x",))
    assert len(enrolment.missing) == 3


def test_who_fits_as_well_as_another_is_not_chosen():
    twins = [Student("100", "Jo Li"), Student("200", "Jo Li")]
    assert enrol(twins, [Submission("x", Path("jo li.md"), ("jo li.md",))]).strangers == ("x",)


def test_a_file_named_in_the_table_comes_first():
    student = Student("5", "Eve", file="group/ada.md")
    assert enrol([ADA, student], [Submission("x", Path("all/group/ada.md"), ("ada.md",))]).students == {"x": student}


def test_of_two_submissions_of_one_student_the_last_by_name_is_marked():
    two = [Submission(f"ada-v{n}", Path(f"ada-v{n}.md"), (f"ada-v{n}.md",)) for n in (9, 10)]
    enrolment = enrol([ADA, BEN], two)
    assert dict(enrolment.students) == {"ada-v10": ADA}
    assert dict(enrolment.superseded) == {"ada-v9": "ada-v10"}
    assert enrolment.missing == (BEN,)


def test_the_table_of_marks_has_a_line_for_everybody_in_the_order_of_ids():
    enrolment = enrol([ADA, BEN], [Submission("s", Path("1815.md"), ("1815.md",))])
    from derive.grading.results import Marked

    made = entries({"s": Marked("s", "ex", ()), "k": Marked("k", "ex", ())}, enrolment, ())
    assert [(one.student.id, one.standing) for one in made] == [("k", "graded"), ("17", "missing"), ("1815", "graded")]
