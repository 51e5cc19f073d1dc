"""`derive new`: an exercise that works as it stands, every key of it explained."""

import re

import pytest
import yaml

from derive import cli
from derive.documents.setting import KEYS
from derive.grading.linting import lint
from derive.grading.parts import read_exercise
from derive.writing.starting import COMMENTS, TEMPLATES, UnknownTemplateError, exercise_like, template


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["new", *arguments])
        return status, *capsys.readouterr()

    return called


def setting_of(text: str) -> dict:
    _, head, _ = text.split("---\n", 2)
    return yaml.load(head, Loader=yaml.BaseLoader)


# ── the templates ──


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_a_whole_exercise(name, tmp_path):
    path = tmp_path / "exercise.md"
    path.write_text(exercise_like(name), encoding="utf-8")
    exercise = read_exercise(path)
    assert len(exercise.parts) >= 4
    assert all(part.prompt and part.points > 0 for part in exercise.parts)
    assert {"title", "dims", "symbols", "model", "loss", "parts", "policy"} == set(setting_of(exercise_like(name)))


@pytest.mark.parametrize("name", TEMPLATES)
def test_comments_change_nothing(name):
    assert setting_of(exercise_like(name)) == setting_of(template(name))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_key_stands_below_its_comment(name):
    lines = exercise_like(name).split("---\n")[1].splitlines()
    keys = [at for at, line in enumerate(lines) if re.match(r"\w+:", line)]
    assert all(lines[at - 1].startswith("# ") for at in keys)
    assert max(map(len, lines)) < 120


def test_comments_speak_of_keys_that_there_are():
    assert set(COMMENTS) <= set(KEYS)


def test_nothing_is_wrong_with_the_usual_template(run, tmp_path):
    assert run()[0] == 0
    assert lint(tmp_path / "exercise.md") == ()


def test_no_template_has_another_name():
    with pytest.raises(UnknownTemplateError):
        exercise_like("../report")


# ── the command ──


def test_an_exercise_is_written_and_the_next_step_said(run, tmp_path):
    assert run("week-3") == (
        0,
        "week-3.md: written; after your changes, derive lint week-3.md says what is wrong with it\n",
        "",
    )
    assert (tmp_path / "week-3.md").read_text(encoding="utf-8") == exercise_like("linear-regression")


def test_it_is_like_the_template_that_is_named(run, tmp_path):
    assert run("week-3.md", "--like", "rnn", "-o", "rnn.md")[0] == 0
    assert (tmp_path / "rnn.md").read_text(encoding="utf-8") == exercise_like("rnn")
    assert not (tmp_path / "week-3.md").exists()


def test_it_goes_to_standard_output(run, tmp_path):
    assert run("-o", "-") == (0, exercise_like("linear-regression"), "")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_overwritten(run, tmp_path):
    (tmp_path / "mine.md").write_text("mine", encoding="utf-8")
    assert run("mine") == (2, "", "mine.md: there is such a file already, and it is not overwritten\n")
    assert (tmp_path / "mine.md").read_text(encoding="utf-8") == "mine"


def test_the_templates_are_listed(run):
    status, out, err = run("--list")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(TEMPLATES)


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--like", "twolayer"], "derive new: no template is called 'twolayer'; did you mean 'two-layer'?"),
        (["--like", "../a"], f"derive new: no template is called '../a'; there are {', '.join(TEMPLATES)}"),
        (["no/where"], "no/where.md: the file can not be written (No such file or directory)"),
        (["-o", "ex.tex"], "ex.tex: the exercise is Markdown; its name has to end in .md or .markdown"),
        (["a", "b"], "derive new: got unexpected extra argument (b) (see derive new --help)"),
    ],
)
def test_what_cannot_be_done_is_one_line(run, tmp_path, arguments, said):
    assert run(*arguments) == (2, "", f"{said}\n")
    assert list(tmp_path.iterdir()) == []
