"""What platforms and spreadsheets take: by their schemas, harmless, and nothing in it that gives an answer away."""

import csv
import dataclasses
import io
import json
from fractions import Fraction

import pytest
from jsonschema import Draft202012Validator

from derive.checking.results import (
    Counterexample,
    Diagnosis,
    DocumentResult,
    Inferred,
    Question,
    StepResult,
)
from derive.documents.document import Heading
from derive.grading.entries import Entry, Student
from derive.grading.results import STATUSES, Marked, PartResult
from derive.writing.gradebooks import NBGRADER, to_nbgrader_csv, to_otter_csv
from derive.writing.grades_csv import to_grades_csv
from derive.writing.gradescope import to_gradescope
from derive.writing.marks import marks_json, marks_report, read_marks, to_number
from derive.writing.prairielearn import to_prairielearn
from derive.writing.reading_back import DamagedError, read
from derive.writing.table import harmless, to_csv

# --- As the platforms' manuals say ---------------------------------------------------------------

TEXT_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}

GRADESCOPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score", "tests"],
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": TEXT_FORMAT,
        "test_output_format": TEXT_FORMAT,
        "test_name_format": TEXT_FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "dependentRequired": {"score": ["max_score"], "status": ["score"]},
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": TEXT_FORMAT,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": TEXT_FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
        "leaderboard": {"type": "array"},
    },
}

PRAIRIELEARN = {
    "type": "object",
    "properties": {
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "gradable": {"type": "boolean"},
        "format_errors": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "succeeded": {"type": "boolean"},
        "message": {"type": "string"},
        "output": {"type": "string"},
        "max_points": {"type": "number"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "points", "max_points"],
                "properties": {
                    "name": {"type": "string"},
                    "description": {"type": "string"},
                    "points": {"type": "number"},
                    "max_points": {"type": "number"},
                    "message": {"type": "string"},
                    "output": {"type": "string"},
                },
            },
        },
    },
    "if": {"properties": {"gradable": {"const": False}}, "required": ["gradable"]},
    "then": {"required": ["format_errors"], "not": {"required": ["score"]}},
    "else": {"required": ["score"]},
}

REPORT = {
    "type": "object",
    "required": ["schema", "document", "exercise", "dims", "steps", "summary", "parts", "points", "max_points"],
    "properties": {
        "schema": {"const": "derive.report/1"},
        "points": {"type": "number"},
        "max_points": {"type": "number"},
        "problem": {"type": ["string", "null"]},
        "steps": {"type": "array"},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "status", "points", "max_points", "step", "diagnosis", "message"],
                "properties": {
                    "id": {"type": "string"},
                    "status": {"enum": list(STATUSES)},
                    "points": {"type": "number"},
                    "max_points": {"type": "number"},
                    "step": {
                        "anyOf": [
                            {"type": "null"},
                            {"type": "array", "prefixItems": [{"type": "integer"}] * 2, "minItems": 2, "maxItems": 2},
                        ]
                    },
                    "message": {"type": "string"},
                    "diagnosis": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["code", "message", "fix"],
                            "additionalProperties": {"type": "string"},
                        },
                    },
                },
            },
        },
    },
}

MISTAKE = Diagnosis("wrong-sign", "The sign is wrong.", "the-answer")


def part(name: str, status: str = "right", points: object = 4, most: object = 4, **more: object) -> PartResult:
    return PartResult(name, "ask", "Derive.", status, Fraction(points), Fraction(most), f"It is {status}.", **more)


def submission(*parts: PartResult, problem: str | None = None, name: str = "ada") -> Marked:
    result = None if problem else DocumentResult("ada.md", None, {"N": 2})
    return Marked(name, "ex.md", parts, result, problem)


CASES = [
    submission(part("a"), part("b", "partial", "5/3", 6, diagnosis=(MISTAKE,))),
    submission(part("a", "missing", 0), part("b", "wrong", 0, 6, diagnosis=(MISTAKE, MISTAKE))),
    submission(part("a", "review", 0), part("b")),
    submission(part("a", "review", 0), problem="Marking it takes longer than 60 s."),
    submission(part("a", most=0, points=0)),
]


@pytest.mark.parametrize("marked", CASES)
@pytest.mark.parametrize(
    "schema, write",
    [(GRADESCOPE, to_gradescope), (PRAIRIELEARN, to_prairielearn), (REPORT, marks_report)],
    ids=["Gradescope", "PrairieLearn", "report"],
)
def test_what_is_written_keeps_to_the_schema(schema, write, marked):
    Draft202012Validator.check_schema(schema)
    data = json.loads(json.dumps(write(marked), allow_nan=False))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []


def test_gradescope_gets_a_test_a_part():
    assert to_gradescope(CASES[0])["tests"] == [
        {
            "score": 4,
            "max_score": 4,
            "status": "passed",
            "name": "Part a",
            "number": "1",
            "output": "It is right.",
            "tags": ["right"],
            "extra_data": {"part": "a", "status": "right"},
        },
        {
            "score": 1.6667,
            "max_score": 6,
            "status": "failed",
            "name": "Part b",
            "number": "2",
            "output": "It is partial.\nThe sign is wrong.",
            "tags": ["partial", "wrong-sign"],
            "extra_data": {"part": "b", "status": "partial"},
        },
    ]


def test_what_a_person_must_decide_is_no_zero():
    under_review = to_gradescope(CASES[2])
    assert under_review["output"] == "A person will look at part a."
    assert "score" not in under_review["tests"][0]
    assert under_review["score"] == 4
    found = to_prairielearn(CASES[3])
    assert (found["gradable"], found["format_errors"]) == (
        False,
        ["Marking it takes longer than 60 s.", "A person will look at part a."],
    )


def test_prairielearn_gets_the_share_of_the_points():
    assert to_prairielearn(CASES[0])["score"] == pytest.approx(17 / 30)
    assert to_prairielearn(CASES[4])["score"] == 1.0


@pytest.mark.parametrize("write", [to_gradescope, to_prairielearn])
def test_students_are_never_told_what_is_right(write):
    assert "the-answer" not in json.dumps(write(CASES[0]))


@pytest.mark.parametrize("write", [to_gradescope, to_prairielearn])
def test_results_stay_small(write):
    long = Diagnosis("wrong-sign", "x" * 1_000_000, "")
    assert len(json.dumps(write(submission(*(part(str(n), diagnosis=(long,)) for n in range(40)))))) < 1_000_000


# --- Tables --------------------------------------------------------------------------------------


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


BLANK = (part("a", "missing", 0), part("b", "missing", 0, 6))
ADA, BEN = Student("1", "Ada Lovelace", "ada@x.org"), Student("2", "Plato")


@pytest.mark.parametrize(
    "text, cell",
    [
        ("=1+1", "'=1+1"),
        ("+4", "'+4"),
        ("-4", "'-4"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r\n=1", "'=1"),
        ("＝1", "'＝1"),
        (" \u200b=1", "'=1"),
        ("a=b", "a=b"),
        ("two\nlines", "two lines"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(text, cell):
    assert harmless(text) == cell
    assert rows(to_csv([[text, 3, None]])) == [[cell, "3", ""]]


def test_names_of_students_and_messages_are_no_formulas_in_any_table():
    evil = "=HYPERLINK(0)"
    entry = Entry(Student(evil, evil, evil), BLANK, submission(part("a"), problem=evil, name=evil))
    for text in (to_grades_csv([entry], BLANK), to_nbgrader_csv([entry], evil), to_otter_csv([entry], BLANK)):
        cells = [cell for row in rows(text) for cell in row]
        assert f"'{evil}" in cells
        assert not any(cell.startswith("=") for cell in cells)


def test_a_part_that_is_named_as_a_column_is_told_apart_from_it():
    blank = (part("total"), part("b"))
    assert rows(to_grades_csv([], blank)) == [
        ["id", "name", "submission", "part total", "b", "total", "max", "status", "problem"]
    ]


def test_nbgraders_columns():
    table = rows(to_nbgrader_csv([Entry(ADA, BLANK, CASES[0]), Entry(BEN, BLANK), Entry(ADA, BLANK, CASES[2])], "hw"))
    assert table == [
        list(NBGRADER),
        ["hw", "", "", "1", "Lovelace", "Ada", "ada@x.org", "5.6667", "0.0", "5.6667", "10.0"],
        ["hw", "", "", "2", "Plato", "", "", "0.0", "0.0", "0.0", "10.0"],
        ["hw", "", "", "1", "Lovelace", "Ada", "ada@x.org", "", "0.0", "", "8.0"],
    ]


def test_otters_columns():
    table = rows(to_otter_csv([Entry(ADA, BLANK, CASES[0]), Entry(BEN, BLANK), Entry(ADA, BLANK, CASES[2])], BLANK))
    assert table == [
        ["file", "a", "b", "total_points_earned", "percent_correct", "grading_status"],
        ["points-per-question", "4.0", "6.0", "10.0", "", ""],
        ["ada", "4.0", "1.6667", "5.6667", "0.5667", "Completed"],
        ["ada", "", "4.0", "", "", "Needs review"],
    ]


# --- A report that was read is the one that was written ------------------------------------------

WHOLE_STEP = StepResult(
    tag="21",
    equation=7,
    step=2,
    line=4,
    column=3,
    lhs="a",
    relation="=",
    rhs="b",
    verdict="refuted",
    message="No.",
    conventions=("kink",),
    shapes=("1 x 2", "2 x 1"),
    counterexample=Counterexample({"a": "1/2", "W": [["1", "-3"]]}, (1, 2), "7/4", "2", (3, 2)),
    diagnosis=(MISTAKE,),
    follows_from=(3, 1),
    excerpt="a = b",
    span=(17, 22),
    scope="these dimensions",
    ground="entries",
    side_conditions=("$a \\neq 0$",),
    expectation=("proved",),
    label="eq",
    cell=5,
)
WHOLE_RESULT = DocumentResult(
    "ada.ipynb",
    "A title",
    {"N": 2},
    (WHOLE_STEP, StepResult(None, 8, 1, 1, 1, "x", "=", "y", "proved", "")),
    "ex.md",
    (Inferred("x", "scalar", "why", 1, 2),),
    (Question("z", "what?", 3, 4),),
    (("\\input", 9),),
    headings=(Heading(2, (("The loss ", False), ("L", True)), 3, 4),),
)
WHOLE_PART = part(
    "b",
    "partial",
    "1/3",
    "7/2",
    answer="H^T",
    step=(7, 2),
    where="cell 5:4:3",
    diagnosis=(MISTAKE,),
    conventions=("layout",),
    follows_from=(1, 1),
)
WHOLE = Marked("ada", "ex.md", (WHOLE_PART, part("a")), WHOLE_RESULT, "Look.")
NOT_IN_HOMEWORK = {"second_reading"}


@pytest.mark.parametrize("record", [WHOLE_STEP, WHOLE_RESULT, WHOLE_PART, WHOLE], ids=lambda one: type(one).__name__)
def test_the_example_below_leaves_no_field_out(record):
    """A new field of a result must be remembered: give it a value here, and see the next test."""
    left_out = {
        field.name
        for field in dataclasses.fields(record)
        if field.default is not dataclasses.MISSING and getattr(record, field.name) == field.default
    }
    assert left_out <= NOT_IN_HOMEWORK


@pytest.mark.parametrize("marked", [WHOLE, *CASES])
def test_what_is_read_is_what_was_written(marked):
    text = marks_json(marked, "the key")
    assert read_marks(text) == (marked, "the key")
    assert marks_json(*read_marks(text)) == text


@pytest.mark.parametrize(
    "change",
    [
        {"parts": None},
        {"parts": []},
        {"points": 3, "remembered": {}},
        {"steps": [{}]},
        {"problem": 7},
        {"submission": None},
        {"dims": {"N": "2"}},
        {"inferred": [{"name": "x"}]},
    ],
)
def test_other_data_is_no_report(change):
    data = {**json.loads(marks_json(WHOLE)), **change}
    with pytest.raises(DamagedError):
        read_marks(json.dumps(data))


@pytest.mark.parametrize(
    "kind, data",
    [
        (int, True),
        (int, "1"),
        (str | None, 3),
        (tuple[int, int], [1]),
        (tuple[int, ...], "12"),
        (Fraction, "1/0"),
        (Fraction, 1),
        (Student, {"id": "a", "age": 3}),
        (Student, {}),
    ],
)
def test_data_of_another_type_is_damaged(kind, data):
    with pytest.raises(DamagedError):
        read(kind, data)


@pytest.mark.parametrize(
    "points, number", [("3", 3), ("5/2", 2.5), ("2/3", 0.6667), ("0", 0), ("1/30000", 0.0), ("100000", 100000)]
)
def test_points_are_whole_or_have_four_places(points, number):
    assert to_number(Fraction(points)) == number
    assert type(to_number(Fraction(points))) is type(number)
