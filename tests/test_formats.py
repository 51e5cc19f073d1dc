"""What other programs read: GitHub's workflow commands, a SARIF log, a JUnit file. Whole texts, and hostile content."""

import json
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import cli
from derive.checking.results import VERDICTS, Counterexample, DocumentResult, Question, StepResult
from derive.errors import DocumentError
from derive.source import Place
from derive.writing.findings import LEVELS, findings, step_names
from derive.writing.github import to_github
from derive.writing.junit import to_junit
from derive.writing.sarif import RULES, log, to_sarif

STEPS = (
    StepResult("2", 1, 1, 10, 3, "H_0", "=", "x_i W_1", "definition", "H_0 is new here."),
    StepResult("2", 1, 2, 11, 3, "x_i W_1", "=", "b_1", "proved", "Equal.", expectation=("refuted",)),
    StepResult(
        "21",
        2,
        1,
        20,
        3,
        r"\frac{\partial L}{\partial W_2}",
        "=",
        "H^T S",
        "refuted",
        "They differ: 100 %.",
        counterexample=Counterexample({r"\lambda": "3/4"}, None, "7/4", "2"),
    ),
    StepResult(None, 3, 1, 30, 1, "a", "=", "b", "unknown", "Neither was found."),
    StepResult(None, 4, 1, 34, 1, "x", "=", r"\frac{1", "unreadable", "A brace is never closed."),
    StepResult("21", 5, 1, 40, 1, "a", "=", "c", "refuted", "Wrong on purpose.", expectation=("refuted",)),
)
OUTCOMES = [
    DocumentResult("notes/a, b.md", "Two layers", {"N": 2}, STEPS),
    DocumentError("bad.md", "unknown key 'los'", Place(2, 1)),
    DocumentResult("good.md", None, {}, STEPS[:1]),
    DocumentResult("short.md", None, {}, questions=(Question("w", "the shape of 'w' is not known", 3, 11),)),
    DocumentError("none.md", "there is no such file"),
]


def test_steps_have_names_of_their_own():
    assert step_names(OUTCOMES[0]) == ["2/1", "2/2", "21/1", "#3", "#4", "21/2"]


GITHUB = """\
::error file=notes/a%2C b.md,line=11,col=3,title=unexpected (2/2)::Expected refuted, found proved. Equal.%0Axᵢ W₁ = b₁
::error file=notes/a%2C b.md,line=20,col=3,title=refuted (21/1)::They differ: 100 %25.%0A∂L/∂W₂ = Hᵀ S
::notice file=notes/a%2C b.md,line=30,col=1,title=unknown (#3)::Neither was found.%0Aa = b
::error file=notes/a%2C b.md,line=34,col=1,title=unreadable (#4)::A brace is never closed.%0Ax = \\frac{1
::error file=bad.md,line=2,col=1,title=derive::unknown key 'los'
::notice file=short.md,line=3,col=11,title=question::the shape of 'w' is not known
::error file=none.md,title=derive::there is no such file
"""


def test_github_gets_a_command_for_each_finding():
    assert to_github(OUTCOMES) == GITHUB.replace("xᵢ", "x_i")
    assert to_github([OUTCOMES[2]]) == ""


@given(st.text(), st.text())
def test_no_text_ends_a_command_or_begins_another(text, name):
    step = StepResult(name, 1, 1, 1, 1, text, "=", text, "refuted", text)
    commands = to_github([DocumentResult(name, None, {}, (step,)), DocumentError(name, text)])
    assert re.split(r"\r|\n", commands)[2:] == [""]
    for line in re.split(r"\r|\n", commands)[:2]:
        properties = line.removeprefix("::error ").split("::")[0].split(",")
        assert properties[0].startswith("file=")
        assert not set(properties[-1]) & set(":\r\n")


# --- SARIF ---------------------------------------------------------------------------------------

RESULT = {
    "ruleId": "refuted",
    "ruleIndex": 0,
    "level": "error",
    "message": {"text": "Refuted (21/1). They differ: 100 %.\n∂L/∂W₂ = Hᵀ S"},
    "locations": [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "notes/a%2C%20b.md"},
                "region": {"startLine": 20, "startColumn": 3},
            }
        }
    ],
}


def test_a_sarif_log_has_one_run_with_a_result_for_each_finding():
    written = json.loads(to_sarif(OUTCOMES, "1.2.3"))
    [run] = written["runs"]
    assert (written["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("derive", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == list(RULES) == list(LEVELS)
    refuted = run["results"][1]
    fingerprints = refuted.pop("partialFingerprints")
    assert refuted == RESULT
    assert [re.fullmatch("[0-9a-f]{64}", value) is not None for value in fingerprints.values()] == [True]
    assert [result["ruleId"] for result in run["results"]] == [
        *("unexpected", "refuted", "unknown", "unreadable", "document", "question", "document")
    ]
    assert [result["level"] for result in run["results"]] == [
        *("error", "error", "note", "error", "error", "note", "error")
    ]
    assert "region" not in run["results"][6]["locations"][0]["physicalLocation"]


def test_braces_in_a_message_are_not_arguments():
    results = log(OUTCOMES, "1")["runs"][0]["results"]
    assert results[3]["message"]["text"] == "Unreadable (#4). A brace is never closed.\nx = \\frac{{1"


# What the schema of SARIF 2.1.0 requires and allows of the objects that are written.
SCHEMA = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"results", "columnKind"}),
    "driver": ({"name"}, {"version", "rules"}),
    "rule": ({"id"}, {"name", "shortDescription", "defaultConfiguration"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints"}),
    "region": (set(), {"startLine", "startColumn"}),
}


def assert_fits(kind: str, written: dict) -> None:
    required, optional = SCHEMA[kind]
    assert required <= set(written) <= required | optional, kind


@given(st.text(), st.integers(1, 9), st.sampled_from(VERDICTS))
def test_any_log_keeps_to_the_schema(text, line, verdict):
    step = StepResult(text, 1, 1, line, 1, text, "=", text, verdict, text)
    outcomes = [DocumentResult(text, text, {}, (step, step)), DocumentError(text, text)]
    written = json.loads(to_sarif(outcomes, "1"))
    assert_fits("log", written)
    [run] = written["runs"]
    assert_fits("run", run)
    assert_fits("driver", run["tool"]["driver"])
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert_fits("rule", rule)
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    prints = set()
    for result in run["results"]:
        assert_fits("result", result)
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        location = result["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"(?:[A-Za-z0-9/_.~-]|%[0-9A-F]{2})*", location["artifactLocation"]["uri"])
        assert_fits("region", location.get("region", {}))
        assert all(value >= 1 for value in location.get("region", {}).values())
        prints.add(*result["partialFingerprints"].values())
    assert len(prints) == len(run["results"])


def test_a_fingerprint_follows_the_formula_not_the_line():
    def fingerprint(step: StepResult) -> str:
        [result] = log([DocumentResult("a.md", None, {}, (step,))], "1")["runs"][0]["results"]
        return result["partialFingerprints"]["deriveStep/v1"]

    step = StepResult("1", 1, 1, 3, 4, "a b", "=", "c", "refuted", "m")
    moved = StepResult("2", 7, 1, 90, 1, "a  b", "=", "c", "refuted", "n")
    other = StepResult("1", 1, 1, 3, 4, "a b", "=", "d", "refuted", "m")
    assert fingerprint(step) == fingerprint(moved) != fingerprint(other)


# --- JUnit ---------------------------------------------------------------------------------------

JUNIT = """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="derive" tests="9" failures="3" errors="2" skipped="1">
  <testsuite name="notes/a, b.md" tests="6" failures="3" errors="0" skipped="1">
    <testcase classname="notes/a, b.md" name="(2/1) H₀ = x_i W₁" file="notes/a, b.md" line="10" />
    <testcase classname="notes/a, b.md" name="(2/2) x_i W₁ = b₁" file="notes/a, b.md" line="11">
      <failure type="unexpected" message="Expected refuted, found proved.">(2)  notes/a, b.md:11:3
  ✓ x_i W₁ = b₁
      Expected refuted, found proved.
</failure>
    </testcase>
    <testcase classname="notes/a, b.md" name="(21/1) ∂L/∂W₂ = Hᵀ S" file="notes/a, b.md" line="20">
      <failure type="refuted" message="They differ: 100 %.">(21)  notes/a, b.md:20:3
  ✗ ∂L/∂W₂ = Hᵀ S
      refuted: They differ: 100 %.
      for example the left side is 7/4, the right side 2, at
        λ = 3/4
</failure>
    </testcase>
    <testcase classname="notes/a, b.md" name="(#3) a = b" file="notes/a, b.md" line="30">
      <skipped message="unknown: Neither was found." />
    </testcase>
    <testcase classname="notes/a, b.md" name="(#4) x = \\frac{1" file="notes/a, b.md" line="34">
      <failure type="unreadable" message="A brace is never closed.">equation 4  notes/a, b.md:34:1
  ! x = \\frac{1
      unreadable: A brace is never closed.
</failure>
    </testcase>
    <testcase classname="notes/a, b.md" name="(21/2) a = c" file="notes/a, b.md" line="40" />
  </testsuite>
  <testsuite name="bad.md" tests="1" failures="0" errors="1" skipped="0">
    <testcase classname="bad.md" name="document" file="bad.md" line="2">
      <error type="document" message="unknown key 'los'">bad.md:2:1: unknown key 'los'</error>
    </testcase>
  </testsuite>
  <testsuite name="good.md" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="good.md" name="(2) H₀ = x_i W₁" file="good.md" line="10" />
  </testsuite>
  <testsuite name="short.md" tests="0" failures="0" errors="0" skipped="0" />
  <testsuite name="none.md" tests="1" failures="0" errors="1" skipped="0">
    <testcase classname="none.md" name="document" file="none.md" line="1">
      <error type="document" message="there is no such file">none.md: there is no such file</error>
    </testcase>
  </testsuite>
</testsuites>
"""


def test_a_junit_file_has_a_suite_for_each_document_and_a_case_for_each_step():
    assert to_junit(OUTCOMES) == JUNIT


@given(st.text(), st.sampled_from(VERDICTS))
def test_any_text_is_well_formed_xml(text, verdict):
    step = StepResult(text, 1, 1, 1, 1, text, "=", text, verdict, text)
    root = ElementTree.fromstring(to_junit([DocumentResult(text, text, {}, (step,)), DocumentError(text, text)]))
    assert root.attrib["tests"] == "2"


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def _documents(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text("$$1 = 2$$\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("---\ndims: {N: 2}\n---\n$$2 = 3$$\n", encoding="utf-8")


@pytest.mark.usefixtures("_documents")
def test_the_command_prints_one_text_for_all_documents(capsys):
    arguments = ["check", "a.md", "none.md", "b.md", "--format"]
    for form in ("github", "sarif", "junit"):
        assert cli.main([*arguments, form]) == 1
        out, err = capsys.readouterr()
        assert err == "none.md: there is no such file\n"
        if form == "github":
            assert [line.split(",")[0] for line in out.splitlines()] == [
                f"::error file={name}" for name in ("a.md", "none.md", "b.md")
            ]
        elif form == "sarif":
            assert [result["ruleId"] for result in json.loads(out)["runs"][0]["results"]] == [
                *("refuted", "document", "refuted")
            ]
        else:
            names = [suite.attrib["name"] for suite in ElementTree.fromstring(out.encode())]
            assert names == ["a.md", "none.md", "b.md"]


@pytest.mark.usefixtures("_documents")
def test_json_is_a_format(capsys):
    cli.main(["check", "a.md", "--json"])
    short = capsys.readouterr().out
    cli.main(["check", "a.md", "--format", "json"])
    assert capsys.readouterr().out == short
    cli.main(["check", "a.md", "--format", "text"])
    assert capsys.readouterr().out.startswith("a.md\n")


@pytest.mark.usefixtures("_documents")
def test_a_format_that_is_not_known_is_one_line(capsys):
    assert cli.main(["check", "a.md", "--format", "xml"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "'xml' is not one of 'text', 'json', 'github', 'sarif', 'junit'" in err


@pytest.mark.usefixtures("_documents")
def test_only_documents_with_a_setting(capsys):
    assert cli.main(["check", "a.md", "none.md", "b.md", "--only-with-setting", "--format", "github"]) == 1
    out, err = capsys.readouterr()
    assert re.findall("file=(.*?),", out) == ["none.md", "b.md"]
    assert err == "none.md: there is no such file\n"
    assert cli.main(["check", "a.md", "--only-with-setting"]) == 0
    assert capsys.readouterr() == ("", "")


def test_what_nobody_need_look_at_is_no_finding():
    assert list(findings([OUTCOMES[2]])) == []
