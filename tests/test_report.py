"""The JSON report: its keys, their order, its values, on one line."""

import json

from hypothesis import given
from hypothesis import strategies as st

from derive.checking.results import VERDICTS, Counterexample, Diagnosis, DocumentResult, Inferred, Question, StepResult
from derive.writing.report import report, to_json

REFUTED = StepResult(
    tag="21",
    equation=7,
    step=1,
    line=40,
    column=3,
    lhs=r"\frac{\partial L}{\partial W_2}",
    relation="=",
    rhs=r"H^T \frac{\partial L}{\partial S}",
    verdict="refuted",
    message="one sentence for a person",
    shapes=("H x C", "H x C"),
    counterexample=Counterexample({"W_1": [["1/2", "-3"]], r"\lambda": "2"}, (1, 2), "7/4", "2"),
    diagnosis=(Diagnosis("missing-factor", "the right side lacks a factor 2", r"2 \lambda W_2"),),
    follows_from=(1, 2),
    excerpt="not part of the report",
)
PROVED = StepResult(
    None,
    8,
    1,
    50,
    1,
    "a",
    "=",
    "b",
    "proved",
    "equal",
    scope="all dimensions",
    ground="index form",
    side_conditions=(r"$\lambda \neq 0$", "the rows of $Y$ sum to 1"),
)
INFERRED = Inferred("W_1", "D x H", r"the text says $W_1 \in \mathbb{R}^{D \times H}$", 12, 3)
QUESTION = Question("W_2", "the shape of 'W_2' is not known", 14, 5)
RESULT = DocumentResult(
    "notes.md", "A title", {"N": 2, "D": 3}, (REFUTED, PROVED), inferred=(INFERRED,), questions=(QUESTION,)
)

EXPECTED = r"""
{"schema": "derive.report/1", "document": "notes.md", "exercise": null, "dims": {"N": 2, "D": 3}, "steps": [
{"tag": "21", "equation": 7, "step": 1, "line": 40, "column": 3,
 "lhs": "\\frac{\\partial L}{\\partial W_2}", "relation": "=", "rhs": "H^T \\frac{\\partial L}{\\partial S}",
 "verdict": "refuted", "conventions": [], "message": "one sentence for a person",
 "scope": null, "ground": null, "side_conditions": [], "shapes": {"lhs": "H x C", "rhs": "H x C"},
 "counterexample": {"at": {"W_1": [["1/2", "-3"]], "\\lambda": "2"}, "entry": [1, 2], "lhs": "7/4", "rhs": "2"},
 "diagnosis": [{"code": "missing-factor", "message": "the right side lacks a factor 2", "fix": "2 \\lambda W_2"}],
 "follows_from": [1, 2]},
{"tag": null, "equation": 8, "step": 1, "line": 50, "column": 1, "lhs": "a", "relation": "=", "rhs": "b",
 "verdict": "proved", "conventions": [], "message": "equal", "scope": "all dimensions", "ground": "index form",
 "side_conditions": ["$\\lambda \\neq 0$", "the rows of $Y$ sum to 1"], "shapes": null, "counterexample": null,
 "diagnosis": [], "follows_from": null}],
"summary": {"definition": 0, "proved": 1, "convention": 0, "refuted": 1, "unknown": 0, "unreadable": 0},
"inferred": [{"name": "W_1", "declaration": "D x H", "because": "the text says $W_1 \\in \\mathbb{R}^{D \\times H}$",
 "line": 12, "column": 3}],
"questions": [{"name": "W_2", "message": "the shape of 'W_2' is not known", "line": 14, "column": 5}]}
"""


def test_the_report_says_what_the_contract_says_in_its_order():
    expected = json.loads(EXPECTED)
    assert json.dumps(report(RESULT)) == json.dumps(expected)
    assert to_json(RESULT) == json.dumps(expected)


def test_a_document_without_steps_has_a_report():
    assert json.loads(to_json(DocumentResult("a.md", None, {}, exercise="ex.md"))) == {
        "schema": "derive.report/1",
        "document": "a.md",
        "exercise": "ex.md",
        "dims": {},
        "steps": [],
        "summary": dict.fromkeys(VERDICTS, 0),
        "inferred": [],
        "questions": [],
    }


@given(st.text(), st.text(), st.sampled_from(VERDICTS))
def test_any_text_comes_back_from_one_line_of_ascii(tag, message, verdict):
    line = to_json(DocumentResult("a.md", None, {}, (StepResult(tag, 1, 1, 1, 1, tag, "=", "b", verdict, message),)))
    assert line.isascii()
    assert "\n" not in line
    step = json.loads(line)["steps"][0]
    assert (step["tag"], step["lhs"], step["message"], step["verdict"]) == (tag, tag, message, verdict)
