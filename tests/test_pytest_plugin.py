"""The pytest plugin as its users meet it: what is collected and under which names, what passes, how a failure reads."""

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from derive.integrations import pytest_items, pytest_plugin

pytest_plugins = ["pytester"]

DOCUMENT = r"""---
dims: {D: 2}
symbols: {x: D x 1, y: D x 1, A: D x D}
model: {s: x^T y}
---

$$s = y^T x \tag{1}$$

$$s = x^T y = x^T x \tag{2}$$

$$A x = x A$$
"""

FAILURES = """\
(2)  notes.md:9:13
  ✗ xᵀ y = xᵀ x
      refuted: The two sides differ: 2 on the left, 5 on the right.
      for example the left side is 2, the right side 5, at
        x = [ 1 ]    y = [ 2 ]
            [ 2 ]        [ 0 ]
      → One of these names is another quantity than the one that belongs here.
        In a network it is often that of another layer.  [wrong-layer]; write xᵀ y
_________________________________ notes.md: #3 _________________________________
equation 3  notes.md:11:9
  ✗ A x = x A
      refuted: Cannot multiply D x 1 by D x D: the inner sizes 1 and D
      differ; the first factor transposed would fit.
      x A
      → The order of the factors matters in a matrix product; look at which of
        them comes first.  [swapped-factors]; write A x
"""


def without_numbers(text: str) -> str:
    """A text on one line with N for every number: which counterexample is found is not the subject here."""
    return re.sub(r"-?\d+(?:/\d+)?", "N", " ".join(text.split()))


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """Whatever else is installed, these runs load no other plugin."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


@pytest.fixture
def run(pytester):
    """Run pytest in the folder of the documents."""

    def call(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments, plugins=[pytest_plugin])

    return call


@pytest.fixture
def make(pytester):
    def write(name: str, text: str = DOCUMENT) -> Path:
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def collected(result: pytest.RunResult) -> list[str]:
    """The node ids in the output of a quiet collection."""
    return [line for line in result.outlines if "::" in line and " " not in line]


def test_every_step_is_a_test_with_a_name(make, run):
    make("notes.md")
    assert collected(run("--collect-only", "-q")) == ["notes.md::1", "notes.md::2/1", "notes.md::2/2", "notes.md::#3"]


def test_a_failure_shows_the_equation_its_place_the_reason_and_the_numbers(make, run):
    make("notes.md")
    result = run()
    result.assert_outcomes(passed=2, failed=2)
    text = result.stdout.str()
    shown = text[text.index("(2)  ") : text.index("=== short test summary info ===")]
    assert without_numbers(shown.rstrip("=")) == without_numbers(FAILURES)
    result.stdout.fnmatch_lines(
        [
            "*___ notes.md: 2/2 ___*",
            "FAILED notes.md::2/2 - refuted: The two sides differ: *",
            "FAILED notes.md::#3 - refuted: Cannot multiply D x 1 by D x D: the inner size*",
        ]
    )
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "arguments, names",
    [
        (["notes.md::2/2"], ["notes.md::2/2"]),
        (["notes.md::#3"], ["notes.md::#3"]),
        (["-k", "2/1"], ["notes.md::2/1"]),
        (["-k", "refuted"], ["notes.md::2/2", "notes.md::#3"]),
        (["-k", "equation-3"], ["notes.md::#3"]),
    ],
)
def test_steps_are_selected_by_name_and_by_verdict(make, run, arguments, names):
    make("notes.md")
    assert collected(run("--collect-only", "-q", *arguments)) == names


def test_every_step_is_named_where_the_names_are_asked_for(make, run):
    make("notes.md", DOCUMENT.replace(r"\tag{1}", r"\tag{1.3}"))
    passed, failed = "PASSED", "FAILED"
    lines = [line.split() for line in run("-v", "--tb=no").outlines]
    assert [line[:2] for line in lines if len(line) > 1 and line[1] in (passed, failed)] == [
        ["notes.md::1.3", passed],
        ["notes.md::2/1", passed],
        ["notes.md::2/2", failed],
        ["notes.md::#3", failed],
    ]


def test_what_the_setting_expects_passes_and_what_it_does_not_fails(make, run):
    make("notes.md", DOCUMENT.replace("model:", 'expect: {"2/2": refuted, "#3": [refuted], "1": refuted}\nmodel:'))
    result = run()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["(1)  notes.md:8:5", "*s = yᵀ x*", "      Expected refuted, found proved.", "FAILED notes.md::1 - Expected*"]
    )


UNKNOWN = "---\nsymbols: {x: scalar}\n---\n$$\\sin(x)^2 + \\cos(x)^2 = 1 \\tag{a}$$\n$$x = \\frac{x \\tag{b}$$\n"


@pytest.fixture
def _undecided(monkeypatch):
    """Whatever is proved is unknown."""
    check = pytest_items.check_document

    def undecided(*arguments, **options):
        result = check(*arguments, **options)
        unknown = [
            type(step)(**{**vars(step), "verdict": "unknown", "message": "Nothing was found."})
            if step.verdict == "proved"
            else step
            for step in result.steps
        ]
        return type(result)(**{**vars(result), "steps": tuple(unknown)})

    monkeypatch.setattr(pytest_items, "check_document", undecided)


@pytest.mark.usefixtures("_undecided")
def test_an_unknown_step_is_skipped_with_its_reason_and_an_unreadable_one_fails(make, run):
    make("notes.md", UNKNOWN)
    result = run("-rs")
    result.assert_outcomes(skipped=1, failed=1)
    result.stdout.fnmatch_lines(["SKIPPED [[]1[]] notes.md: a in line 4 is unknown: Nothing was found."])


@pytest.mark.usefixtures("_undecided")
@pytest.mark.parametrize("asked", ["option", "configuration"])
def test_strictly_an_unknown_step_fails(make, run, pytester, asked):
    make("notes.md", UNKNOWN)
    if asked == "configuration":
        pytester.makeini("[pytest]\nderive_strict = true\n")
    result = run(*(["--derive-strict"] if asked == "option" else []))
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["FAILED notes.md::a - unknown: Nothing was found."])


@pytest.mark.usefixtures("_undecided")
def test_a_step_that_is_meant_to_be_unknown_passes_strictly(make, run):
    make("notes.md", UNKNOWN.replace("---\n$$", "expect: {a: unknown, b: unreadable}\n---\n$$"))
    run("--derive-strict").assert_outcomes(passed=2)


def test_other_peoples_files_are_none_of_its_business(make, run, pytester):
    make("README.md", "# A project\n\n$$a = b$$\n")
    make("post.md", "---\ntitle: A post\nlayout: post\n---\n$$a = b$$\n")
    make("notes.txt")
    pytester.makepyfile("def test_something(): pass")
    run().assert_outcomes(passed=1)


def test_files_are_collected_that_the_configuration_names(make, run, pytester):
    for name in ("README.md", "a/notes.md", "a/b/deep.md", "c/other.md"):
        make(name, "$$1 = 1$$\n")
    for patterns, names in [
        ("a/*.md", ["a/b/deep.md::#1", "a/notes.md::#1"]),
        ("**/notes.md c/**/*.md", ["a/notes.md::#1", "c/other.md::#1"]),
        ("README.*", ["README.md::#1"]),
    ]:
        pytester.makeini(f"[pytest]\nderive_files = {patterns}\n")
        assert sorted(collected(run("--collect-only", "-q"))) == names


def test_a_document_that_can_not_be_used_is_one_failure_of_one_line(make, run):
    make("bad.md", "---\nsymbols:\n  x: D x 1\nlos: L\n---\n$$x = x$$\n")
    make("key.md", DOCUMENT.replace("model:", "expect: {3: refuted}\nmodel:"))
    make("notes.md")
    result = run()
    result.assert_outcomes(passed=2, failed=4)
    result.stdout.fnmatch_lines(
        [
            "*___ bad.md: document ___*",
            "bad.md:4:1: unknown key 'los'; did you mean 'loss'?",
            "*___ key.md: document ___*",
            "key.md:4:10: 'expect': no equation has the name '3'; *",
            "FAILED bad.md::document - unknown key 'los'; did you mean 'loss'?",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_a_defect_of_the_program_fails_loudly_and_alone(make, run, monkeypatch):
    def crash(document, **_):
        raise ZeroDivisionError(document.source.name)

    make("notes.md")
    monkeypatch.setattr(pytest_items, "check_document", crash)
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAILED notes.md::document - ZeroDivisionError: notes.md"])


def test_an_editor_finds_the_line_of_a_step(make, pytester):
    config = pytester.parseconfigure("-p", "derive.integrations.pytest_plugin")
    items = pytester.genitems([pytester.getnode(config, make("notes.md"))])
    assert [item.reportinfo() for item in items] == [
        (pytester.path / "notes.md", line - 1, f"notes.md: {name}")
        for line, name in [(7, "1"), (9, "2/1"), (9, "2/2"), (11, "#3")]
    ]


def test_what_failed_last_is_run_again(make, pytester):
    make("notes.md")
    pytester.runpytest_inprocess(plugins=[pytest_plugin]).assert_outcomes(passed=2, failed=2)
    pytester.runpytest_inprocess("--lf", plugins=[pytest_plugin]).assert_outcomes(failed=2)


# --- In processes of their own -------------------------------------------------------------------


def in_a_process(folder: Path, *arguments: str) -> str:
    """What pytest says there."""
    path = os.pathsep.join([str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    run = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, encoding="utf-8", check=False
    )
    return run.stdout + run.stderr


PLUGIN = ("-p", "derive.integrations.pytest_plugin")


def test_it_works_with_xdist(make, pytester):
    make("notes.md")
    assert "2 failed, 2 passed" in in_a_process(pytester.path, *PLUGIN, "-p", "xdist", "-n", "2")


def test_it_is_installed_and_can_be_left_out(make, pytester, monkeypatch):
    (plugin,) = entry_points(group="pytest11", name="derive")
    assert plugin.load() is pytest_plugin
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    make("notes.md")
    others = ("-p", "no:benchmark", "-p", "no:hypothesispytest")
    assert "no tests collected" in in_a_process(pytester.path, "--collect-only", *others, "-p", "no:derive")


def test_a_run_without_documents_loads_nothing_that_checks(make, pytester):
    make("README.md", "# A project\n")
    pytester.makepyfile(
        """
        import sys

        def test_what_is_loaded():
            ours = {name for name in sys.modules if name.startswith("derive.")}
            assert ours == {
                "derive.integrations", "derive.integrations.pytest_plugin", "derive.integrations.recognition"
            }
            assert not {"sympy", "flint", "yaml", "markdown_it", "jinja2", "click"} & set(sys.modules)
        """
    )
    assert "1 passed" in in_a_process(pytester.path, *PLUGIN)
