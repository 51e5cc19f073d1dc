"""The command `derive code` from its command line: what it says, on which stream, with which exit status."""

import json
from pathlib import Path

import pytest
from implemented import FUNCTION, HEAD, NETWORK, changed

from derive import cli
from derive.implementations import calls, marks
from derive.sandbox import Limits, NoSandboxError


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("ex.md").write_text(f"{HEAD}{FUNCTION}---\n", encoding="utf-8")

    def called(text: str, *arguments: str) -> tuple[int, str, str]:
        Path("net.py").write_text(text, encoding="utf-8")
        status = cli.main(["code", "ex.md", "net.py", "--trust", *arguments])
        return status, *capsys.readouterr()

    return called


RIGHT = """net.py  network_loss
against the exercise ex.md
called at N = 4, D = 3, H = 5, C = 2

  ✓ result 1  L
  ✓ result 2['W1']  ∂L/∂W₁
  ✓ result 2['b1']  ∂L/∂b₁
  ✓ result 2['W2']  ∂L/∂W₂

4 results: 4 right
"""


def test_everything_right(run):
    assert run(NETWORK) == (0, RIGHT, "")


def test_a_mistake_with_numbers_and_its_example(run):
    status, out, err = run(changed(("dZ.sum(axis=0)", "dZ.mean(axis=0)"), ("def network", "seen = []\ndef network")))
    assert (status, err) == (1, "")
    lines = out.splitlines()
    assert lines[6:8] == ["  ✗ result 2['b1']  ∂L/∂b₁", "      wrong: 4 of its 5 entries differ."]
    assert lines[8].startswith("      at the example entry [0] is ")
    assert "      → Which one is needed here: the mean over the examples, or their sum? (in the derivative by\n" in out
    assert "        b_1)  [mean-for-sum]\n" in out
    assert "\nthe example:\n      X = [[" in out
    assert lines[-1] == "4 results: 3 right, 1 wrong"


def test_a_fault_and_a_remark_with_their_lines(run):
    text = changed(("    S = S - S.max(axis=1, keepdims=True)\n", ""))
    text = text.replace("    return L", "    T = dW2\n    T[:] = T\n    T = (dW2, T)\n    return L")
    status, out, _ = run(text)
    assert status == 1
    assert out.endswith(
        "  ✗ line 7: At scores of about 10000 it is not finite: result 1, result 2['W1'], result 2['b1'] and\n"
        "    result 2['W2'].  [overflow]\n"
        "        P = np.exp(S)\n"
        "  · line 16: dW2 and T are one array, and what changes it under one name changes both.  [two-names]\n"
        "        T[:] = T\n"
        "\n"
        "4 results: 4 right, 1 fault, 1 remark\n"
    )


def test_one_error_is_told_once(run):
    status, out, _ = run(changed(("    N = X", "    raise RuntimeError('no')\n    N = X")))
    assert status == 1
    assert out.count("RuntimeError: no, in line 4.") == 1
    assert out.endswith("4 results: 4 not returned, 1 fault\n")


def test_the_report_as_json(run):
    status, out, _ = run(changed(("'b1': dZ.sum(axis=0)", "'b1': dZ.sum(axis=0) / 0")), "--json")
    report = json.loads(out)
    assert status == 1
    assert (report["schema"], report["called"], report["right"]) == ("derive.code/1", "network_loss", False)
    assert report["sizes"] == {"N": 4, "D": 3, "H": 5, "C": 2}
    assert report["summary"] == {"right": 3, "convention": 0, "wrong": 1, "missing": 0, "error": 0}
    (wrong,) = (one for one in report["results"] if one["verdict"] == "wrong")
    assert wrong["formula"] == "\\frac{\\partial L}{\\partial b_1}"
    assert wrong["differences"][0]["found"] in ("inf", "-inf")
    assert {finding["code"] for finding in report["findings"]} == {"numerical-warning", "overflow"}


@pytest.mark.parametrize(
    "text,problem",
    [
        ("x = (", "net.py:1:5: this is no valid Python: '(' was never closed\n"),
        ("", "net.py: there is no code in it\n"),
    ],
)
def test_code_that_cannot_be_read(run, text, problem):
    assert run(text) == (2, "", problem)


def test_an_exercise_without_the_setting(run):
    Path("ex.md").write_text(f"{HEAD}---\n", encoding="utf-8")
    problem = "the exercise has no 'code' in its setting, which says what function is marked and what it returns"
    assert run(NETWORK) == (2, "", f"ex.md: {problem}\n")


def test_a_function_that_is_not_there(run):
    status, out, err = run("def other(x):\n    return x\n")
    assert (status, err) == (2, "")
    assert out.endswith("  ! There is no function network_loss in it; defined are other.\n\nnot run\n")


def test_without_a_sandbox_nothing_is_run(run, monkeypatch):
    def refuse(*_arguments, **_options):
        raise NoSandboxError("there is none; add --trust")

    monkeypatch.setattr(calls, "run", refuse)
    assert run(NETWORK) == (2, "", "net.py: there is none; add --trust\n")


def test_an_endless_loop_comes_to_an_end(run, monkeypatch):
    monkeypatch.setitem(calls.converse.__kwdefaults__, "limits", Limits(seconds=2.0, cpu_seconds=2))
    status, out, _ = run(changed(("    N = X", "    while True: pass\n    N = X")))
    assert status == 2
    assert "  ! The call of network_loss came to no end: " in out


# --- Marks ---------------------------------------------------------------------------------------


def parts(text):
    Path("net.py").write_text(text, encoding="utf-8")
    marked = marks.mark_code_file("ex.md", "net.py", trust=True)
    return {part.id: (part.status, float(part.points)) for part in marked.parts}


def test_parts_are_those_whose_formulas_come_back(run):
    assert parts(NETWORK) == {"a": ("right", 4), "b": ("right", 4), "c": ("right", 2), "d": ("missing", 0)}


def test_a_mistake_costs_what_the_policy_says_and_once(run):
    found = parts(changed(("dS = dS / N", "")))
    assert found == {"a": ("partial", 2), "b": ("partial", 2), "c": ("partial", 1), "d": ("missing", 0)}


def test_a_fault_costs_what_the_policy_says_of_its_code(run):
    assert parts(changed(("    N = X", "    W1 *= 2\n    W1 -= W1 / 2\n    N = X")))["a"] == ("right", 4)
    assert parts(changed(("    return L", "    X += 1\n    return L")))["a"] == ("partial", 2)


def test_code_that_cannot_be_run_is_for_a_person(run):
    assert set(parts("def other(x):\n    return x\n").values()) == {("review", 0)}
    assert set(parts("x = (").values()) == {("review", 0)}
