"""The command line: streams, exit statuses, one line for whatever is wrong, and nothing that stops the others."""

import io
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from derive import cli
from derive.certificates import Store
from derive.checking.results import DocumentResult, StepResult, Verdict
from derive.commands import speaking
from derive.documents.document import Document

USAGE_HINT = "(see derive check --help)"


def fake_check(
    document: Document,
    *,
    progress: Callable[[int, int], None] | None = None,
    certify: bool = False,
    store: Store | None = None,
    second_reader: object | None = None,
) -> DocumentResult:
    """A step for each display, whose text names its verdict; `crash` and `interrupt` do that."""
    steps = []
    for number, passage in enumerate(document.passages, 1):
        if progress is not None:
            progress(number, len(document.passages))
        text = passage.text.value
        if text == "crash":
            raise ZeroDivisionError("a defect\nof two lines")
        if text == "interrupt":
            raise KeyboardInterrupt
        verdict: Verdict = text  # type: ignore[assignment]
        place = passage.text.place()
        steps.append(
            StepResult(
                None, number, 1, place.line, place.column, "a", "=", "b", verdict, "certified" if certify else "é"
            )
        )
    return DocumentResult(document.source.name, document.setting.title, {"N": 2}, tuple(steps))


@pytest.fixture(autouse=True)
def _a_checker_that_does_as_told(monkeypatch):
    module = types.ModuleType("derive.checking.check")
    module.check_document = fake_check  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "derive.checking.check", module)
    monkeypatch.delenv("DERIVE_DEBUG", raising=False)


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Write a document with these displays; the working directory is its folder."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, *displays: str, head: str = "") -> str:
        Path(name).write_text(head + "\n\n".join(f"$${display}$$" for display in displays), encoding="utf-8")
        return name

    return write


@pytest.fixture
def run(capfd):
    """Run the command line: exit status, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(arguments)
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return call


STATUSES = [
    ((), 0),
    (("proved", "definition", "convention", "unknown"), 0),
    (("proved", "refuted"), 1),
    (("unreadable", "proved"), 2),
    (("unreadable", "refuted"), 1),
]


@pytest.mark.parametrize("verdicts, status", STATUSES)
def test_the_exit_status_says_the_worst(make, run, verdicts, status):
    document = make("a.md", *verdicts)
    assert run("check", document)[0] == status
    assert run("check", document, "--json")[0] == status


def test_over_several_documents_refuted_is_worse_than_bad_input(make, run):
    make("good.md", "proved")
    make("refuted.md", "refuted")
    make("unreadable.md", "unreadable")
    assert run("check", "good.md", "unreadable.md", "good.md")[0] == 2
    assert run("check", "none.md", "good.md")[0] == 2
    assert run("check", "none.md", "refuted.md", "unreadable.md")[0] == 1


def test_the_terminal_gets_the_rendering(make, run):
    make("a.md", "proved")
    make("b.md", "refuted")
    expected = (
        "a.md\nchecked at N = 2\n\nequation 1  a.md:1:3\n  ✓ a = b\n\n1 step: 1 proved\n"
        "\n"
        "b.md\nchecked at N = 2\n\nequation 1  b.md:1:3\n  ✗ a = b\n      refuted: é\n\n1 step: 1 refuted\n"
    )
    assert run("check", "a.md", "b.md") == (1, expected, "")


def test_json_is_one_object_a_line_and_nothing_else(make, run):
    make("a.md", "proved")
    make("b.md", "unknown", "proved")
    status, out, err = run("check", "a.md", "none.md", "b.md", "--json")
    reports = [json.loads(line) for line in out.splitlines()]
    assert [(report["document"], len(report["steps"])) for report in reports] == [("a.md", 1), ("b.md", 2)]
    assert (status, err) == (2, "none.md: there is no such file\n")


def test_one_bad_document_never_stops_the_others(make, run):
    make("crash.md", "crash")
    make("bad.md", head="---\nlos: L\n---\n")
    make("good.md", "proved")
    status, out, err = run("check", "crash.md", "bad.md", ".", "notes.tex", "good.md")
    assert status == 2
    assert out.endswith("1 step: 1 proved\n")
    assert err == (
        "crash.md: internal error (please report it): ZeroDivisionError: a defect of two lines; --debug shows where\n"
        "bad.md:2:1: unknown key 'los'; did you mean 'loss'?\n"
        ".: a directory, not a document\n"
        "notes.tex: there is no such file\n"
    )


def test_debug_shows_where_a_defect_is(make, run, monkeypatch):
    make("crash.md", "crash")
    _, _, err = run("check", "--debug", "crash.md")
    assert err.startswith(
        "crash.md: internal error (please report it): ZeroDivisionError: a defect of two lines\nTraceback"
    )
    monkeypatch.setenv("DERIVE_DEBUG", "1")
    assert "Traceback" in run("check", "crash.md")[2]


WRONG_USAGE = [
    ((), "derive: missing command (see derive --help)"),
    (("chek",), "derive: no such command 'chek'. Did you mean 'check'? (see derive --help)"),
    (("check",), f"derive check: missing argument 'DOC...'. {USAGE_HINT}"),
    (("check", "a.md", "--jsn"), f"derive check: no such option '--jsn'. Did you mean '--json'? {USAGE_HINT}"),
    (("check", "a.md", "--html"), "derive: option '--html' requires an argument. (see derive --help)"),
]


@pytest.mark.parametrize("arguments, line", WRONG_USAGE)
def test_wrong_usage_is_one_line(run, arguments, line):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    # click's own sentences differ a little between its versions
    assert err.split(":")[0] == line.split(":")[0]
    assert err.strip().endswith(line[line.rindex("(") :])


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("check", "--help"), ("--version",)])
def test_help_and_version(run, arguments):
    status, out, err = run(*arguments)
    assert (status, err) == (0, "")
    assert out.startswith("derive " if "--version" in arguments else "Usage: derive")


def test_help_says_the_exit_statuses_of_several_documents(run):
    assert (
        "  Exit status:\n"
        "    0  no step is refuted or unreadable\n"
        "    1  some step is refuted\n"
        "    2  some step is unreadable and none is refuted,\n"
        "       or a document or the command line is wrong and no step is refuted\n"
    ) in run("check", "--help")[1]


def test_help_is_quick_because_it_loads_nothing_heavy():
    code = "import sys; from derive.cli import main; main(['check', '--help']); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for name in ("sympy", "flint", "lark", "rich", "yaml", "markdown_it", "jinja2"):
        assert f"'{name}'" not in loaded


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_only_a_terminal_loads_rich_and_only_a_page_loads_jinja(make, option):
    document = make("a.md", head="---\ntitle: Nothing\n---\n")
    code = f"import sys; from derive.cli import main; main({['check', document, *option]}); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "derive.checking.check" in loaded
    for name in ("rich", "jinja2", "latex2mathml", "lark"):
        assert f"'{name}'" not in loaded


def test_a_text_for_a_pipe_is_as_wide_as_the_user_says(make, run, monkeypatch):
    make("a.md", "proved", head="---\ntitle: A title of some words that go on and on\n---\n")
    monkeypatch.setenv("COLUMNS", "30")
    assert run("check", "a.md")[1].splitlines()[:2] == ["a.md  A title of some words", "that go on and on"]
    for columns in ("", "0", "wide", "٣٠", "-5"):
        monkeypatch.setenv("COLUMNS", columns)
        assert run("check", "a.md")[1].splitlines()[0] == "a.md  A title of some words that go on and on"


def test_colours_go_through_a_pipe_where_the_user_says_so(make, run, monkeypatch):
    make("a.md", "refuted")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[1;31m  ✗" in run("check", "a.md")[1]


def checked_in_another_process(document: str) -> tuple[list[str], bool]:
    """The verdicts on a document, and whether SymPy was loaded."""
    code = f"""import sys
from derive.checking.check import check_document
from derive.documents import read_document
from pathlib import Path
print(*(step.verdict for step in check_document(read_document(Path({document!r}))).steps))
print('sympy' in sys.modules)"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    verdicts, loaded = run.stdout.splitlines()
    return verdicts.split(), loaded == "True"


def test_sympy_is_loaded_for_no_proof(make):
    """What is refuted needs points only, a proof the index form or the entries in scalars of our own."""
    head = "---\nsymbols: {x: D x 1, y: D x 1}\ndims: {D: 3}\nmodel:\n  s: x^T y\n---\n"
    same, wrong = r"\sum_i x_i y_i = \sum_j y_j x_j", r"\frac{\partial s}{\partial x} = 2 y"
    general, at_this_size = r"\log(e^{x^T y}) = s", r"e^{\sum_i x_i} = e^{x_1} e^{x_2} e^{x_3}"
    found = checked_in_another_process(make("a.md", same, wrong, general, head=head))
    assert found == (["proved", "refuted", "proved"], False)
    found = checked_in_another_process(make("b.md", same, wrong, at_this_size, head=head))
    assert found == (["proved", "refuted", "proved"], False)


# --- The other options ---------------------------------------------------------------------------


def test_the_checker_is_told_to_certify_anew(make, run):
    make("a.md", "proved")
    for arguments, message in [((), "é"), (("--certify",), "certified")]:
        status, out, _ = run("check", "a.md", "--json", *arguments)
        assert (status, json.loads(out)["steps"][0]["message"]) == (0, message)


def test_an_exercise_is_named_in_the_report(make, run):
    make("ex.md", head="---\nsymbols: {X: N x D}\n---\n")
    make("sub.md", "proved", head="---\ntitle: Ada\n---\n")
    status, out, _ = run("check", "sub.md", "--exercise", "ex.md", "--json")
    assert (status, json.loads(out)["exercise"]) == (0, "ex.md")


def test_a_bad_exercise_or_setting_is_one_line_for_each_document(make, run):
    make("a.md", "proved")
    Path("s.yaml").write_text("dims: {N: 0}")
    line = "s.yaml:1:11: the size of dimension 'N' is '0'; expected 1, 2, 3, ...\n"
    assert run("check", "a.md", "--setting", "s.yaml") == (2, "", line)
    assert run("check", "a.md", "--exercise", "none.md") == (2, "", "none.md: there is no such file\n")


def test_the_html_page_holds_every_document(make, run):
    make("a.md", "proved", head="---\ntitle: One\n---\n")
    make("b.md", "refuted", head="---\ntitle: Two\n---\n")
    status, out, err = run("check", "a.md", "b.md", "--json", "--html", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert (status, err, out.count("\n")) == (1, "", 2)
    assert "<h1>One</h1>" in page
    assert "<h1>Two</h1>" in page


def test_a_page_that_can_not_be_written_is_one_line(make, run):
    make("a.md", "proved")
    status, _, err = run("check", "a.md", "--json", "--html", "none/page.html")
    assert (status, err) == (2, "none/page.html: the page can not be written (No such file or directory)\n")


# --- Streams -------------------------------------------------------------------------------------


def test_an_interrupt_is_quiet(make, run):
    make("a.md", "interrupt")
    status, out, err = run("check", "a.md")
    assert (status, out, err.strip()) == (130, "", "")


def test_a_reader_who_has_gone_is_no_error(make, run, monkeypatch):
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

        def fileno(self) -> int:
            return os.open(os.devnull, os.O_WRONLY)

    make("a.md", "proved")
    monkeypatch.setattr(sys, "stdout", Gone())
    assert run("check", "a.md", "--json") == (141, "", "")
    assert run("check", "a.md") == (141, "", "")


def test_names_and_messages_can_not_control_the_terminal(make, run):
    status, _, err = run("check", "a\x1b[31m\nb.md")
    assert (status, err) == (2, "a\\x1b[31m\\nb.md: there is no such file\n")


def test_a_progress_bar_is_drawn_only_for_a_terminal_and_long_work(make, run, monkeypatch):
    make("a.md", "proved", "proved")
    assert run("check", "a.md", "--json")[2] == ""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for seconds, is_drawn in [(60.0, False), (-1.0, True)]:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(speaking, "SECONDS_WITHOUT_PROGRESS", seconds)
        monkeypatch.setenv("TERM", "xterm")
        status, out, _ = run("check", "a.md", "--json")
        assert status == 0
        assert json.loads(out)["document"] == "a.md"
        assert ("2/2" in terminal.getvalue()) == is_drawn


def test_the_module_runs(make):
    make("a.txt")
    finished = subprocess.run(
        [sys.executable, "-m", "derive", "check", "a.txt"], capture_output=True, text=True, check=False
    )
    line = "a.txt: a document's name ends in one of .md, .markdown, .tex, .ipynb; this one does not\n"
    assert (finished.returncode, finished.stdout, finished.stderr) == (2, "", line)


def test_an_encoding_without_unicode_is_no_error(make):
    make("é.md")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "derive", "check", "é.md", "ü.md"]
    finished = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert finished.returncode == 2
    assert b"\\xfc.md: there is no such file\n" in finished.stderr
    assert b"Traceback" not in finished.stderr
