"""`expect` in a setting: which steps a key means, whether it gets what it should, one line for what means nothing."""

import json
import re

import pytest
from remembering import check_document

from derive import cli
from derive.checking.expectations import with_expectations
from derive.checking.results import ACCEPTED, VERDICTS, DocumentResult, StepResult
from derive.documents import expectations as documents_expectations
from derive.documents import read_document
from derive.documents.expectations import expectations
from derive.documents.setting import CONVENTIONS, make_setting, read_entries
from derive.errors import DocumentError
from derive.source import Source, Text
from derive.writing.html import to_html
from derive.writing.lines import to_text
from derive.writing.report import report


def expected_of(yaml: str, steps: list[StepResult]) -> list[tuple[str, ...]]:
    """What the YAML below `expect:` expects of each step."""
    text = f"expect:\n{yaml}"
    setting = make_setting(read_entries(Text(text, Source("s.yaml", text), 0)))
    return [step.expectation for step in with_expectations(setting.expect, steps)]


def problem_of(yaml: str, steps: list[StepResult]) -> str:
    with pytest.raises(DocumentError) as caught:
        expected_of(yaml, steps)
    return str(caught.value)


def chain(tag: str | None, equation: int, length: int = 1) -> list[StepResult]:
    """The steps of an equation."""
    return [StepResult(tag, equation, n, equation, 1, "a", "=", "b", "proved", "") for n in range(1, length + 1)]


# 21 | 21/2 | eq:loss | wrong-sign | wrong-factor/1 | /2 | /3 | no name | a second equation under 21
STEPS = [
    *chain("21", 1, 2),
    *chain("eq:loss", 2),
    *chain("wrong-sign", 3),
    *chain("wrong-factor", 4, 3),
    *chain(None, 5),
    *chain("21", 6),
]

KEYS = [
    ("eq:loss", [2]),
    ('"21"', [0, 1, 8]),
    ('"21/2"', [1]),
    ('"21/3"', [8]),
    ("wrong-*", [3, 4, 5, 6]),
    ("wrong-*/2", [5]),
    ("wrong-?????", []),
    ("'wrong-[fs]*/1'", [3, 4]),
    ('"#5"', [7]),
    ('"#4/3"', [6]),
    ('"#1"', [0, 1]),
    ('"*"', list(range(9))),
]


@pytest.mark.parametrize("key, meant", [(key, meant) for key, meant in KEYS if meant])
def test_a_key_means_steps(key, meant):
    found = expected_of(f"  {key}: refuted", STEPS)
    assert [at for at, words in enumerate(found) if words == ("refuted",)] == meant
    assert set(found) <= {(), ("refuted",)}


def test_the_more_exact_key_stands_wherever_it_stands():
    yaml = '  wrong-factor/2: proved\n  wrong-factor: refuted\n  "*": [unknown, refuted]\n  wrong-*/1: transposed\n'
    sure, unsure = ("refuted",), ("unknown", "refuted")
    transposed = ("transposed",)
    assert expected_of(yaml, STEPS) == [
        *(unsure, unsure, unsure, transposed, transposed, ("proved",), sure, unsure, unsure)
    ]


def test_between_equals_the_later_stands():
    assert expected_of('  "21": refuted\n  "#1": unknown', chain("21", 1)) == [("unknown",)]
    assert expected_of('  "#1": unknown\n  "21": refuted', chain("21", 1)) == [("refuted",)]


def test_a_name_is_itself_whatever_it_looks_like():
    steps = [*chain("a*", 1), *chain("ab", 2), *chain("c/2", 3), *chain("c", 4, 2)]
    assert expected_of('  "a*": refuted\n  c/2: unknown\n', steps) == [("refuted",), (), ("unknown",), (), ()]


def test_an_equation_with_a_tag_and_a_label_is_known_by_both(tmp_path):
    """Wrong examples may be numbered like any other and still be marked where they stand, by a label that says so."""
    head = "---\nexpect:\n  wrong-*: refuted\n  {}: refuted\n---\n"
    body = "$$1 = 2 \\tag{3.7} \\label{wrong-a}$$\n\n$$1 = 3 \\tag{3.8}$$ {#wrong-b}\n\n$$1 = 4 \\tag{3.9}$$\n"
    document = tmp_path / "a.md"
    for key in ("3.9", "'*'", '"3.[789]"'):
        document.write_text(head.format(key) + body, encoding="utf-8")
        steps = check_document(read_document(document)).steps
        assert [(step.tag, step.label) for step in steps] == [("3.7", "wrong-a"), ("3.8", "wrong-b"), ("3.9", None)]
        assert [step.expectation for step in steps] == [("refuted",)] * 3


PROBLEMS = [
    ('  "22": refuted', "s.yaml:2:4: 'expect': no equation has the name '22'; did you mean '21'?"),
    ("  eq:los: refuted", "s.yaml:2:3: 'expect': no equation has the name 'eq:los'; did you mean 'eq:loss'?"),
    (
        "  z: refuted",
        "s.yaml:2:3: 'expect': no equation has the name 'z'; an equation without a name goes by its number, as in '#7'",
    ),
    ("  right-*: refuted", "s.yaml:2:3: 'expect': no equation has a name like 'right-*'"),
    ('  "#9": refuted', "s.yaml:2:4: 'expect': there is no #9; the equations that have a step are #1 to #6"),
    ('  "#0": refuted', "s.yaml:2:4: 'expect': there is no #0; the equations that have a step are #1 to #6"),
    ('  "21/4": refuted', "s.yaml:2:4: 'expect': 21 has 3 steps"),
    ("  eq:loss/2: refuted", "s.yaml:2:3: 'expect': eq:loss has 1 step"),
    ("  wrong-*/4: refuted", "s.yaml:2:3: 'expect': wrong-* has 3 steps"),
    ('  "21": refused', "s.yaml:2:9: unknown verdict 'refused'; did you mean 'refuted'?"),
    ('  "21": [refuted, transposd]', "s.yaml:2:19: unknown verdict 'transposd'; did you mean 'transposed'?"),
    (
        '  "21": q',
        "s.yaml:2:9: unknown verdict 'q'; expected definition, proved, convention, refuted, unknown, unreadable, "
        "accepted or the name of a convention",
    ),
    ('  "21":', "s.yaml:2:4: nothing is expected of '21'; expected a verdict, as in '21: refuted'"),
    ('  "21": []', "s.yaml:2:4: nothing is expected of '21'; expected a verdict, as in '21: refuted'"),
    ('  "21": {a: b}', "s.yaml:2:9: '21' holds a mapping; expected a list of names"),
    ("  #7: refuted", "s.yaml:1:1: 'expect' is empty; a name that begins with # stands in quotes"),
    ("  refuted", "s.yaml:2:3: 'expect' is text; expected a mapping of names, 'name: value'"),
    ('  "21": proved\n  "21": refuted', "s.yaml:3:4: '21' stands twice, here and in line 2"),
]


@pytest.mark.parametrize("yaml, problem", PROBLEMS)
def test_what_means_nothing_is_one_line_with_its_place(yaml, problem):
    assert problem_of(yaml, STEPS) == problem


def test_the_words_are_the_verdicts_of_the_checker():
    assert documents_expectations.VERDICTS == VERDICTS
    assert expectations((), CONVENTIONS) == ()


# expected words, verdict, conventions: as expected, why to look at it
MET = [
    ("", "proved", "", None, None),
    ("", "refuted", "", None, "refuted"),
    ("", "unknown", "", None, "unknown"),
    ("", "unreadable", "", None, "unreadable"),
    ("refuted", "refuted", "", True, None),
    ("refuted unknown", "unknown", "", True, None),
    ("unreadable", "unreadable", "", True, None),
    ("refuted", "proved", "", False, "unexpected"),
    ("refuted", "unknown", "", False, "unexpected"),
    ("proved", "convention", "layout", False, "unexpected"),
    ("convention", "convention", "layout", True, None),
    ("layout", "convention", "layout", True, None),
    ("layout", "convention", "layout transposed", False, "unexpected"),
    ("layout transposed", "convention", "transposed layout", True, None),
    ("layout", "proved", "", False, "unexpected"),
    *(("accepted", verdict, "", True, None) for verdict in ACCEPTED),
    *(("accepted", verdict, "", False, "unexpected") for verdict in VERDICTS if verdict not in ACCEPTED),
]  # fmt: skip


@pytest.mark.parametrize("words, verdict, conventions, as_expected, concern", MET)
def test_what_is_expected_and_what_is_found(words, verdict, conventions, as_expected, concern):
    step = StepResult("1", 1, 1, 1, 1, "a", "=", "b", verdict, "m", tuple(conventions.split()))
    found = StepResult(**{**vars(step), "expectation": tuple(words.split())})
    assert (found.is_as_expected, found.concern) == (as_expected, concern)
    assert (found.surprise is None) == (concern != "unexpected")


# --- In a document, from the setting to the page -------------------------------------------------

DOCUMENT = r"""---
title: Wrong on purpose
dims: {D: 2}
symbols: {x: D x 1, y: D x 1}
model: {s: x^T y}
expect:
  wrong-*: refuted
  "2": [unknown, refuted]
---

$$s = x^T x \label{wrong-factor}$$

$$s = y^T x = y^T y \label{wrong-chain}$$

$$s = \sum_i x_i y_i \tag{2}$$

$$s = y^T x$$
"""

TEXT = """\
notes.md  Wrong on purpose
checked at D = 2

(wrong-factor)  notes.md:11:5
  ✗ s = xᵀ x
      refuted, as expected: The two sides differ: -5/2 on the left, 13/4 on the
      right.
      for example the left side is -5/2, the right side 13/4, at
        x = [   1 ]    y = [ -1 ]
            [ 3/2 ]        [ -1 ]

(wrong-chain)  notes.md:13:5
  ✓ s = yᵀ x   ∀ dims
      Expected refuted, found proved.
  ✗   = yᵀ y
      refuted, as expected: The two sides differ: -5/2 on the left, 2 on the
      right.
      for example the left side is -5/2, the right side 2, at
        x = [   1 ]    y = [ -1 ]
            [ 3/2 ]        [ -1 ]

(2)  notes.md:15:5
  ✓ s = ∑_i x_i y_i   ∀ dims
      Expected unknown or refuted, found proved.

equation 4  notes.md:17:5
  ✓ s = yᵀ x   ∀ dims

5 steps: 3 proved for all dimensions, 2 refuted as expected, 2 not as expected
"""


@pytest.fixture
def result(tmp_path, monkeypatch) -> DocumentResult:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.md").write_text(DOCUMENT, encoding="utf-8")
    return check_document(read_document("notes.md"))


def without_numbers(text: str) -> str:
    """A text on one line with N for every number: which counterexample is found is not the subject here."""
    return re.sub(r"-?\d+(?:/\d+)?", "N", " ".join(text.split()))


def test_the_terminal_says_quietly_what_is_as_expected_and_loudly_what_is_not(result):
    assert without_numbers(to_text(result, 80, "utf-8")) == without_numbers(TEXT)


def test_the_report_says_of_steps_with_an_expectation_whether_it_is_met(result):
    steps = report(result)["steps"]
    assert [step.get("expected", "-") for step in steps] == [True, False, True, False, "-"]
    assert list(steps[0])[-2:] == ["follows_from", "expected"]


def test_the_page_says_the_same(result):
    page = to_html([result])
    assert page.count('<details class="step refuted expected"') == 2
    assert '<b class="verdict" aria-hidden="true">refuted, as expected:</b> ' in page
    assert page.count('<b class="surprise">') == 2
    assert '<b class="surprise">Expected unknown or refuted, found proved.</b>' in page
    assert '<b>2</b> refuted<span class="scope"> as expected</span></li>' in page


BODY = r"$$s = x^T x \tag{a}$$" + "\n\n" + r"$$s = y^T x \tag{b}$$" + "\n\n" + r"$$s = \frac{x \tag{c}$$" + "\n"
STATUSES = [
    ("", 1),
    ("expect: {a: refuted}", 2),
    ("expect: {a: refuted, c: unreadable}", 0),
    ("expect: {a: refuted, c: refuted}", 1),
    ("expect: {a: refuted, c: unreadable, b: refuted}", 1),
    ("expect: {a: accepted, c: unreadable}", 1),
    ("expect: {d: refuted}", 2),
]


@pytest.mark.parametrize("expect, status", STATUSES)
def test_the_exit_status_counts_what_is_not_as_expected(tmp_path, capsys, expect, status):
    head = "\n".join(DOCUMENT.splitlines()[:5])
    (tmp_path / "a.md").write_text(f"{head}\n{expect}\n---\n\n{BODY}", encoding="utf-8")
    assert cli.main(["check", str(tmp_path / "a.md"), "--json"]) == status
    out, err = capsys.readouterr()
    if "d:" in expect:
        assert (out, err.count("\n")) == ("", 1)
        assert "a.md:6:10: 'expect': no equation has the name 'd'" in err
    else:
        assert len(json.loads(out)["steps"]) == 3


def test_what_an_exercise_expects_of_its_own_steps_is_not_expected_of_a_submission(tmp_path):
    exercise, submission = tmp_path / "exercise.md", tmp_path / "submission.md"
    exercise.write_text(DOCUMENT, encoding="utf-8")
    submission.write_text("$$s = y^T x$$\n", encoding="utf-8")
    [step] = check_document(read_document(submission, exercise=exercise)).steps
    assert (step.verdict, step.expectation) == ("proved", ())
    submission.write_text("---\nexpect: {a: refuted}\n---\n$$s = x \\tag{a}$$\n", encoding="utf-8")
    with pytest.raises(DocumentError, match="'expect' belongs to an exercise; a submission can not give it"):
        read_document(submission, exercise=exercise)


def test_a_file_with_settings_may_expect_something_and_not_twice(tmp_path):
    document, setting = tmp_path / "a.md", tmp_path / "s.yaml"
    document.write_text("$$1 = 2 \\tag{a}$$\n", encoding="utf-8")
    setting.write_text("expect: {a: refuted}\n", encoding="utf-8")
    [step] = check_document(read_document(document, setting)).steps
    assert (step.verdict, step.is_as_expected) == ("refuted", True)
    document.write_text("---\nexpect: {a: proved}\n---\n$$1 = 2 \\tag{a}$$\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_document(document, setting)
    assert str(caught.value) == f"{document}:2:1: 'expect' is given differently in {setting}:1:1"


# ── what is expected need not be explained ──


@pytest.mark.parametrize("tag, key", [("", "'*'"), ("", "'#1'"), (r"\tag{4}", "'*'"), (r"\tag{4}", "'4/1'")])
@pytest.mark.parametrize("word, times", [("refuted", 0), ("unknown", 1)])
def test_no_mistake_is_looked_for_in_what_is_expected_to_be_refuted(tag, key, word, times, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("derive.checking.diagnosing.diagnosed", lambda *claim: asked.append(claim) or ())
    document = tmp_path / "a.md"
    setting = f"dims: {{N: 2}}\nsymbols: {{x: N x 1}}\nexpect: {{{key}: {word}}}"
    document.write_text(f"---\n{setting}\n---\n$$x^T x = 2 x^T x {tag}$$\n", encoding="utf-8")
    (step,) = check_document(read_document(document)).steps
    assert (step.verdict, step.expectation, len(asked)) == ("refuted", (word,), times)
