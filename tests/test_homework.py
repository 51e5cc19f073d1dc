"""The homework is complete, its planted mistakes are refuted, and it gets the marks set down beforehand."""

from collections import Counter

import homework
import pytest
from homework import CODES, HOMEWORK, NAMES, Sample

from derive.checking.results import ACCEPTED, StepResult
from derive.documents import read_document

RIGHT, WRONG = 1, 3  # at least so many submissions of each kind

SAMPLES = [pytest.param(sample, id=f"{sample.exercise}/{sample.name}") for sample in homework.all_samples()]


def shown(step: StepResult) -> str:
    """A step as a person finds it: its place, its formula, what was said of it."""
    return f"{step.where}: {step.lhs} {step.relation} {step.rhs}\n{step.verdict}: {step.message}"


# --- The files -----------------------------------------------------------------------------------


def test_there_are_exercises():
    assert sorted(path.name for path in HOMEWORK.iterdir() if path.is_dir()) == NAMES
    assert len(NAMES) >= 11


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_asks_for_something_in_words_that_differ(name):
    setting = homework.setting(name)
    prompts = [part["prompt"] for part in setting["parts"]]
    assert len(set(prompts)) == len(prompts)
    assert len(homework.parts(name)) == len(prompts) >= 2
    assert all(part.ask and part.points > 0 for part in homework.parts(name).values())
    assert "expect" not in setting


@pytest.mark.parametrize("name", NAMES)
def test_no_two_dimensions_of_an_exercise_have_one_size(name):
    sizes = list(homework.setting(name).get("dims", {}).values())
    assert len(set(sizes)) == len(sizes)


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_tells_no_answers(name):
    passages = read_document(homework.exercise_path(name)).passages
    assert [passage.text.value for passage in passages if passage.kind == "display"] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_submission_has_marks(name):
    files = sorted(path.name for path in (HOMEWORK / name / "submissions").iterdir())
    assert sorted(sample.name for sample in homework.samples(name)) == files


@pytest.mark.parametrize("name", NAMES)
def test_there_are_right_and_wrong_submissions(name):
    samples = homework.samples(name)
    right = [sample for sample in samples if sample.is_right]
    wrong = [sample for sample in samples if any(part.status in ("wrong", "partial") for part in sample.parts)]
    assert len(right) >= RIGHT
    assert len(wrong) >= WRONG


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_marks_add_up(sample: Sample):
    most = homework.parts(sample.exercise)
    assert sum(part.points for part in sample.parts) == sample.points
    for part in sample.parts:
        assert 0 <= part.points <= most[part.id].points
        assert (part.points == most[part.id].points) == (part.status == "right")
        assert part.status == "partial" or part.points in (0, most[part.id].points)


@pytest.mark.parametrize("sample", SAMPLES)
def test_mistakes_are_of_the_catalogue(sample: Sample):
    for part in sample.parts:
        assert set(part.mistakes) <= CODES
        assert not (part.mistakes and part.status in ("right", "missing"))


def test_most_mistakes_of_the_catalogue_are_made():
    made = Counter(code for sample in homework.all_samples() for part in sample.parts for code in part.mistakes)
    assert len(made) >= 30
    assert sum(made.values()) >= 45


# --- The verdicts --------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
def test_steps_are_accepted_or_refuted_as_planted(sample: Sample):
    steps = homework.checked(sample).steps
    refuted = [step for step in steps if step.verdict == "refuted"]
    open_steps = [step for step in steps if step.verdict not in (*ACCEPTED, "refuted")]
    assert sample.is_for_a_person or not open_steps, "\n".join(map(shown, open_steps))
    assert len(refuted) >= len(sample.mistaken), "a planted mistake is not refuted"
    if sample.is_right:
        assert not refuted, "\n".join(map(shown, refuted))


# --- The marks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_submission_gets_the_marks_set_down_beforehand(sample: Sample):
    marked = homework.marked(sample)
    given = {part.id: (part.status, part.points) for part in marked.parts}
    assert given == {part.id: (part.status, part.points) for part in sample.parts}
    assert marked.points == sample.points


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_points_are_given_that_the_author_does_not_give(sample: Sample):
    expected = {part.id: part.points for part in sample.parts}
    assert all(part.points <= expected[part.id] for part in homework.marked(sample).parts)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_slip_is_followed_through_where_that_is_right(sample: Sample):
    following = {part.id for part in homework.marked(sample).parts if part.follows_from is not None}
    assert following == {part.id for part in sample.parts if part.follows}


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_mistake_is_named_that_was_not_made(sample: Sample):
    made = {part.id: set(part.mistakes) for part in sample.parts}
    for part in homework.marked(sample).parts:
        assert {diagnosis.code for diagnosis in part.diagnosis} <= made[part.id]


def test_nearly_every_mistake_is_named_by_its_own_code():
    named = Counter()
    for sample in homework.all_samples():
        found = {part.id: {diagnosis.code for diagnosis in part.diagnosis} for part in homework.marked(sample).parts}
        named.update(code in found[part.id] for part in sample.parts for code in part.mistakes)
    assert named[True] >= 0.95 * named.total()


def test_an_answer_that_follows_from_a_slip_in_another_form_is_not_called_true():
    tomas = next(sample for sample in homework.all_samples() if sample.name == "tomas.tex")
    message = next(part.message for part in homework.marked(tomas).parts if part.id == "c")
    assert message == (
        "This follows correctly from an earlier mistake, in line 8, "
        r"but $\frac{\partial E}{\partial p}$ is still left in it, and no derivative may be."
    )
