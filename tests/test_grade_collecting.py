"""Files and folders as platforms hand them out -> one submission a student, each with a name of its own."""

import os
from pathlib import Path

import pytest

from derive.grading.collecting import collect, natural
from derive.grading.naming import safe_name


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ex.md").write_text("the exercise")
    return tmp_path


def lay(*names: str) -> None:
    """Files with their names as content."""
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def found(*paths: str, output: str | None = None, folders_of: tuple[str, ...] = ()) -> dict[str, str]:
    collection = collect(paths, Path("ex.md"), None if output is None else Path(output), folders_of)
    return {one.name: one.path.as_posix() for one in collection.submissions}


def skipped(*paths: str) -> dict[str, str]:
    return {one.path: one.reason for one in collect(paths, Path("ex.md")).skipped}


def test_a_file_is_a_submission_whatever_its_ending(folder):
    lay("ada.md", "ben.pdf")
    assert found("ada.md", "ben.pdf") == {"ada": "ada.md", "ben": "ben.pdf"}


def test_a_folder_holds_a_document_a_student(folder):
    lay("class/ada.md", "class/ben.tex", "class/cleo.ipynb", "class/dan.markdown", "class/notes.pdf", "class/README.md")
    assert sorted(found("class")) == ["ada", "ben", "cleo", "dan"]
    assert skipped("class") == {
        "class/README.md": "not the work of a student",
        "class/notes.pdf": "not a document",
    }


def test_a_folder_in_it_is_one_students(folder):
    lay("class/ada/homework.md", "class/ben/deep/er/homework.md", "class/ben/plot.png")
    assert found("class") == {"ada": "class/ada/homework.md", "ben": "class/ben/deep/er/homework.md"}


def test_moodles_and_gradescopes_folders_are_one_students_wherever_they_stand(folder):
    moodle = "Ada Lovelace_12345_assignsubmission_file_"
    lay(f"{moodle}/v9.md", f"{moodle}/v10.md", "submission_77/a.tex", "submission_77/b.tex")
    assert found(moodle, "submission_77") == {
        "Ada_Lovelace_12345_assignsubmission_file": f"{moodle}/v10.md",
        "submission_77": "submission_77/b.tex",
    }
    assert skipped(moodle) == {f"{moodle}/v9.md": "v10.md of the same student is marked"}


def test_a_folder_with_a_students_name_is_that_students(folder):
    lay("ada/one.md", "ada/two.md")
    assert sorted(found("ada")) == ["one", "two"]
    assert found("ada", folders_of=("Ada",)) == {"ada": "ada/two.md"}


def test_of_several_documents_the_namesake_of_the_exercise_is_taken_unless_it_is_the_exercise(folder):
    lay("class/ada/ex-solved.md", "class/ada/zz.md", "class/ben/mine.md")
    Path("class/ben/ex.md").write_text("the exercise")
    assert found("class") == {"ada": "class/ada/ex-solved.md", "ben": "class/ben/mine.md"}


def test_an_exercise_that_came_back_unchanged_is_a_submission(folder):
    lay("class/ben/x")
    Path("class/ben/ex.md").write_text("the exercise")
    assert found("class") == {"ben": "class/ben/ex.md"}


def test_a_folder_without_a_document_is_for_a_person(folder):
    lay("class/ada/scan.pdf", "class/ada/b.png", "class/ada/c", "class/ada/d", "class/ben/.hidden.md")
    collection = collect(["class"], Path("ex.md"))
    assert [(one.name, one.problem) for one in collection.submissions] == [
        (
            "ada",
            "The folder holds no document (.md, .markdown, .tex, .ipynb), but b.png, c, d and 1 more.",
        )
    ]


def test_the_exercise_and_the_results_are_no_submissions(folder):
    lay("ada.md", "out/feedback/ada.md", "out/ben.md")
    assert found(".", output="out") == {"ada": "ada.md"}
    assert skipped("ada.md", ".")["ex.md"] == "the exercise"


def test_links_are_not_followed(folder):
    lay("secret/other.md", "class/ada.md", "class/ben/x.pdf")
    os.symlink(Path("secret/other.md").resolve(), "class/link.md")
    os.symlink(Path("secret").resolve(), "class/folder")
    os.symlink(Path("secret/other.md").resolve(), "class/ben/hw.md")
    assert found("class") == {"ada": "class/ada.md", "ben": "class/ben"}
    assert skipped("class")["class/link.md"] == "a symbolic link"


@pytest.mark.parametrize(
    "files, names",
    [
        (["a/hw.md", "b/hw.md"], ["a-hw.md", "b-hw.md"]),
        (["a/ada.md", "a/ada.tex", "a/ben.md"], ["ada.md", "ada.tex", "ben"]),
        (["a/Ada.md", "a/ada.md"], ["Ada.md", "ada.md"]),
        (["a/x y.md", "a/x_y.md"], None),
        (["a/1/hw.md", "b/1/hw.md"], None),
    ],
)
def test_names_tell_all_submissions_apart_on_every_file_system(folder, files, names):
    lay(*files)
    own = found(*files)
    assert sorted(own.values()) == sorted(files)
    assert len({name.casefold() for name in own}) == len(files)
    if names is not None and names != ["Ada.md", "ada.md"]:
        assert sorted(own) == names


def test_a_path_given_twice_is_one_submission(folder):
    lay("class/ada.md")
    assert found("class", "class/ada.md", "./class/../class/ada.md") == {"ada": "class/ada.md"}


def test_what_is_not_there_is_said_and_the_others_are_found(folder):
    lay("ada.md")
    collection = collect(["none.md", "ada.md"], Path("ex.md"))
    assert [str(error) for error in collection.errors] == ["none.md: there is no such file or folder"]
    assert [one.name for one in collection.submissions] == ["ada"]


@pytest.mark.parametrize(
    "text, name",
    [
        ("Ada Lovelace", "Ada_Lovelace"),
        ("../../etc/passwd", "etc_passwd"),
        ("CON", "_CON"),
        ("a\x00b\nc", "a_b_c"),
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoë"),
        ("", "_"),
        ("=cmd|' /C calc'!A0", "cmd_C_calc_A0"),
    ],
)
def test_names_are_safe(text, name):
    assert safe_name(text) == name


def test_long_names_are_cut_and_stay_apart():
    long, other = safe_name("é" * 300 + "a"), safe_name("é" * 300 + "b")
    assert long != other
    assert len(long.encode()) <= 100


def test_numbers_in_names_count_as_numbers():
    assert sorted(["v10", "w", "v9", "V1"], key=natural) == ["V1", "v9", "v10", "w"]
