"""`derive lint`: each finding where it belongs, with what to do; nothing on exercises that are as they should be."""

import json
import os
import re

import pytest
from homework import NAMES, exercise_path
from remembering import lint

from derive import cli
from derive.grading.linting import CHECKS, Finding, answers
from derive.writing.starting import TEMPLATES, exercise_like

SOUND = {
    "dims": "{N: 4, D: 3, H: 5}",
    "symbols": "{X: N x D, W: D x H, b: 1 x H, T: N x H, \\lambda: scalar}",
    "model": "{S: 'X W + b', R: S - T, L: '\\frac{1}{N} \\|R\\|_F^2 + \\lambda \\|W\\|_F^2'}",
    "loss": "L",
    "parts": "[{id: a, ask: '\\frac{\\partial L}{\\partial W}', points: 3, prompt: Derive it.}]",
}
PART = "{{id: {id}, ask: '{ask}', points: 1, prompt: Derive it.}}"
BY_W, BY_B, BY_S = (rf"\frac{{\partial L}}{{\partial {name}}}" for name in "WbS")


@pytest.fixture
def found(tmp_path):
    """What is found on a sound exercise with some of its keys changed; a key that is null is left out."""

    def findings(text: str = "", name: str = "exercise.md", **changed: str | None) -> list[Finding]:
        setting = {key: value for key, value in {**SOUND, **changed}.items() if value is not None}
        lines = "".join(f"{key}: {value}\n" for key, value in setting.items())
        path = tmp_path / name
        if name.endswith(".tex"):
            head = "".join(f"% {line}\n" for line in ["---", *lines.splitlines(), "---"])
            path.write_text(f"{head}\\begin{{document}}\n{text}\n\\end{{document}}\n", encoding="utf-8")
        elif name.endswith(".ipynb"):
            cells = [{"cell_type": "markdown", "metadata": {}, "source": f"---\n{lines}---\n\n{text}\n"}]
            path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        else:
            path.write_text(f"---\n{lines}---\n\n{text}\n", encoding="utf-8")
        return list(lint(path))

    return findings


def parts(*asks: str) -> str:
    return f"[{', '.join(PART.format(id=name, ask=ask) for name, ask in zip('abcdef', asks, strict=False))}]"


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.where, one.code, one.problem) for one in findings]


# ── each check ──


def test_nothing_is_wrong_with_a_sound_exercise(found):
    assert found("Derive the gradient of $L$, with $S = X W + b$.") == []


WRONG = {
    "an unknown name": (
        {"parts": parts(BY_W, r"\frac{\partial L}{\partial Q}")},
        ("6:128", "unreadable-part", "what is asked has no value in the model: the name Q is not defined or declared"),
    ),
    "broken LaTeX": (
        {"parts": parts(BY_W, r"\frac{\partial L}{")},
        ("6:118", "unreadable-part", "what is asked has no value in the model: { is never closed"),
    ),
    "an unknown key": (
        {"parts": "[{id: a, ask: L, pionts: 3}]"},
        ("6:25", "unreadable-part", "unknown key 'pionts' in a part; did you mean 'points'?"),
    ),
    "two parts of one name": (
        {"parts": parts(BY_W, BY_B).replace("id: b", "id: a")},
        ("6:92", "unreadable-part", "the part 'a' stands twice, here and in line 6"),
    ),
    "a loss without the variable": (
        {"parts": parts(r"\frac{\partial S}{\partial W}", r"\frac{\partial R}{\partial \lambda}")},
        ("6:101", "always-zero", r"part b: R does not depend on \lambda, so this is always 0"),
    ),
    "a variable that cancels": (
        {
            "model": "{S: X W + b, R: S - X W - T, L: '\\frac{1}{N} \\|R\\|_F^2'}",
            "symbols": "{X: N x D, W: D x H, b: 1 x H, T: N x H}",
        },
        ("6:23", "always-zero", "part a: this is 0 for every value of the symbols"),
    ),
    "one ask in two spellings": (
        {"parts": parts(BY_W, r"\nabla_{W} L")},
        ("6:101", "asked-twice", "part b asks what part a asks in line 6"),
    ),
    "a model that computes the answer": (
        {"model": SOUND["model"][:-1] + r", G: '\frac{2}{N} (S - T)'}", "parts": parts(BY_S)},
        ("6:23", "given-by-setting", "part a: G in the model (line 4) is the answer already"),
    ),
    "a notation that is the answer": (
        {"notation": r"{g: '\frac{2}{N} R'}", "parts": parts(BY_S)},
        ("6:23", "given-by-setting", "part a: g in the notation (line 7) is the answer already"),
    ),
    "an ask for a name of the model": (
        {"parts": parts("R")},
        ("6:23", "given-by-setting", "part a: R in the model (line 4) is the answer already"),
    ),
    "a derivative by an expression": (
        {"parts": parts(r"\frac{\partial L}{\partial (X W)}")},
        (
            "6:23",
            "no-closed-form",
            "part a: no closed form of this is known (a derivative by an expression that is no name)",
        ),
    ),
    "two dimensions of one size": (
        {"dims": "{N: 4, D: 3, H: 3}"},
        ("2:20", "equal-sizes", "D and H are both 3, so a wrong transpose can have shapes that fit"),
    ),
    "a dimension of size 1": (
        {"dims": "{N: 4, D: 1, H: 3}"},
        ("2:14", "size-one", "D is 1, so a sum over it is its only term, and a row of it a column"),
    ),
    "a mean over two": (
        {"dims": "{N: 2, D: 4, H: 3}"},
        ("2:8", "size-like-factor", "N = 2 is a number in the model, so a lost N and a lost 2 cannot be told apart"),
    ),
    "a mean over three and a factor 3": (
        {"dims": "{N: 3, D: 4, H: 5}", "model": SOUND["model"].replace("R: S", "R: 3 S")},
        ("2:8", "size-like-factor", "N = 3 is a number in the model, so a lost N and a lost 3 cannot be told apart"),
    ),
    "a root of four": (
        {"dims": "{N: 5, D: 4, H: 3}", "model": SOUND["model"].replace("X W + b", "\\frac{1}{\\sqrt{D}} X W + b")},
        (
            "2:14",
            "size-like-factor",
            r"\sqrt{D} = 2 is a number in the model, so a lost \sqrt{D} and a lost 2 cannot be told apart",
        ),
    ),
    "a bias and broadcasting": (
        {"allow": "[broadcast]", "parts": parts(BY_W, BY_B)},
        (
            "7:1",
            "lenient-convention",
            "part b: b is added to every example, and an answer without the sum over them is right under 'broadcast'",
        ),
    ),
    "a penalty that may be left out": (
        {"allow": "[one-term]", "parts": parts(BY_W, BY_B)},
        (
            "7:1",
            "lenient-convention",
            "part a: W stands in a term of the loss of its own, and an answer without it is right under 'one-term'",
        ),
    ),
    "two indices that may be equal": (
        {"allow": "[distinct-index]", "parts": parts(r"\frac{\partial S_{ij}}{\partial W_{kl}}")},
        (
            "7:1",
            "lenient-convention",
            "part a: an answer that forgets the case of equal indices is right under 'distinct-index'",
        ),
    ),
    "a symbol that nothing uses": (
        {"symbols": SOUND["symbols"].replace("{X", "{\\mu: scalar, X")},
        ("3:11", "unused-symbol", r"\mu is declared, and no formula of the setting uses it"),
    ),
    "no points": (
        {"parts": parts(BY_W).replace("points: 1, ", "")},
        ("6:9", "no-points", "part a does not say its points, and is worth 1"),
    ),
    "0 points": (
        {"parts": parts(BY_W).replace("points: 1", "points: 0")},
        ("6:63", "no-points", "part a is worth 0 points"),
    ),
    "no prompt": (
        {"parts": parts(BY_W).replace(", prompt: Derive it.", "")},
        ("6:14", "no-prompt", "part a has no prompt, so students see a formula alone"),
    ),
    "a code that no mistake has": (
        {"policy": "{mistake: {missing-men: half}}"},
        ("7:20", "idle-policy", "no known mistake has the code 'missing-men'"),
    ),
    "a mistake as good as all others": (
        {"policy": "{mistake: {wrong-sign: half, default: half}}"},
        ("7:20", "idle-policy", "'wrong-sign' earns what 'default' says of every mistake"),
    ),
    "a part's policy that says nothing new": (
        {"parts": parts(BY_W).replace("points", "policy: {unknown: review}, points")},
        ("6:64", "idle-policy", "part a: 'unknown' says what holds for the whole exercise"),
    ),
    "a policy that every part overrules": (
        {"policy": "{unknown: half}", "parts": parts(BY_W).replace("points", "policy: {unknown: none}, points")},
        ("7:10", "idle-policy", "every part says something else for 'unknown'"),
    ),
    "credit for a form where any will do": (
        {"policy": "{form: half}", "parts": parts(BY_W).replace("points", "form: any, points")},
        ("7:10", "idle-policy", "'form' in the policy has no effect where an answer may have any form"),
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=list(WRONG))
def test_a_finding(found, case):
    changed, expected = case
    assert [one for one in told(found(**changed)) if one[1] == expected[1]] == [expected]


LIKE_IT = {
    "a name of the model that the question needs": {"model": "{S: X W + b, R: S - T, L: '\\frac{1}{2} \\|R\\|_F^2'}"},
    "a notation that names what is asked": {"notation": rf"{{\delta: '{BY_S}'}}", "parts": parts(BY_S)},
    "a size of 2 that is no number": {"dims": "{N: 4, D: 2, H: 3}"},
    "a convention that no part can use": {"allow": "[broadcast]"},
    "a symbol that only the notation uses": {
        "symbols": SOUND["symbols"].replace("{X", "{\\mu: scalar, X"),
        "notation": r"{k: \mu W}",
    },
    "a family of rows": {"symbols": SOUND["symbols"].replace("{X", "{x_i: row of X as a column, X")},
    "a policy that makes a difference": {"policy": "{unknown: half, mistake: {wrong-sign: half, default: none}}"},
    "sizes that are chosen": {"dims": None},
}


@pytest.mark.parametrize("name", LIKE_IT)
def test_what_resembles_a_finding_is_none(found, name):
    unlike = {"unused-symbol"} if "model" in LIKE_IT[name] else set()  # the penalty is left out there
    assert [one for one in told(found(**LIKE_IT[name])) if one[1] not in unlike] == []


# ── answers ──


ANSWER = rf"{BY_W} = \frac{{2}}{{N}} X^T R + 2 \lambda W"


@pytest.mark.parametrize(
    "name, text, where",
    [
        ("exercise.md", f"Show that $${ANSWER}$$ and no more.", "9:43"),
        ("exercise.md", f"Show that ${ANSWER}$.", "9:42"),
        ("exercise.tex", f"\\[ {ANSWER} \\]", "9:34"),
        ("exercise.ipynb", f"$${ANSWER}$$", "cell 1:9:33"),
    ],
)
def test_a_text_that_gives_the_answer(found, name, text, where):
    (one,) = found(text, name)
    assert (one.code, one.problem, one.part) == ("given-in-text", "the text gives the answer to part a", "a")
    assert one.where == where


@pytest.mark.parametrize(
    "text",
    [
        rf"$${BY_W} = \frac{{2}}{{N}} X^T R$$",
        rf"$${BY_W} = {BY_W}$$",
        rf"$${BY_S} = \frac{{2}}{{N}} R$$",
        "$$S = X W + b$$",
    ],
)
def test_a_text_that_gives_no_answer(found, text):
    assert found(text) == []


def test_an_answer_that_takes_long(found, monkeypatch):
    seconds = iter(range(0, 100, 5))
    monkeypatch.setattr(answers, "process_time", lambda: next(seconds))
    (one,) = found()
    assert (one.where, one.code, one.problem) == ("6:23", "slow-answer", "part a: a right answer takes 5 s to check")
    assert one.advice == "choose smaller sizes, or ask for a step before it"


# ── places and order ──


def test_findings_stand_in_the_order_of_their_places(found):
    several = found(dims="{N: 2, D: 1, H: 3}", parts=parts(BY_W, BY_W), allow="[one-term]")
    assert [one.code for one in several] == [
        "size-like-factor",
        "size-one",
        "asked-twice",
        "lenient-convention",
        "lenient-convention",
    ]


def test_the_place_in_a_notebook_names_its_cell(found):
    (one,) = found("Derive.", "exercise.ipynb", dims="{N: 4, D: 3, H: 3}")
    assert (one.where, one.code) == ("cell 1:2:20", "equal-sizes")


def test_every_check_has_a_test():
    tested = {expected[1] for _, expected in WRONG.values()} | {"given-in-text", "slow-answer"}
    assert tested == {check.code for check in CHECKS}


def test_codes_are_plain_and_there_once():
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)
    assert all(check.because.endswith(".") for check in CHECKS)


# ── exercises to use ──


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_the_homework(name):
    assert told(lint(exercise_path(name))) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_wrong_with_a_template(name, tmp_path):
    path = tmp_path / "exercise.md"
    path.write_text(exercise_like(name), encoding="utf-8")
    assert told(lint(path)) == []


# ── the command ──


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DERIVE_CACHE_DIR", str(tmp_path / "cache"))

    def called(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(["lint", *arguments])
        return status, *capsys.readouterr()

    return called


@pytest.fixture
def square(found):
    """An exercise with one finding, as `square.md`."""
    found(name="square.md", dims="{N: 4, D: 3, H: 3}")


SAID = "D and H are both 3, so a wrong transpose can have shapes that fit; give H a size of its own"


def test_a_finding_is_one_line(run, square):
    assert run("square.md") == (1, f"square.md:2:20: equal-sizes: {SAID}\n", "")


def test_nothing_wrong_is_silence(run, found):
    found(name="sound.md")
    assert run("sound.md") == (0, "", "")


def test_bad_input_is_one_line_and_stops_nothing(run, square, tmp_path):
    (tmp_path / "notes.md").write_text("No exercise.\n", encoding="utf-8")
    status, out, err = run("none.md", "notes.md", "square.md")
    assert (status, out) == (2, f"square.md:2:20: equal-sizes: {SAID}\n")
    assert err == (
        "none.md: there is no such file\n"
        "notes.md: an exercise has 'parts', a list such as [{id: a, ask: L, points: 4}]\n"
    )


def test_a_setting_that_cannot_be_used_is_bad_input(run, found, tmp_path):
    found(name="broken.md")
    path = tmp_path / "broken.md"
    path.write_text(path.read_text(encoding="utf-8").replace("X W + b", "W X + b"), encoding="utf-8")
    status, out, err = run("broken.md")
    assert (status, out) == (2, "")
    assert err == "broken.md:4:13: cannot multiply D x H by N x D: the inner sizes H and N differ\n"


def test_what_is_wrong_in_code_is_bad_input(run, found):
    found(code="{function: f, arguments: {X: X}, results: [L], draws: {X: 0/1}}")
    status, out, err = run("exercise.md")
    assert (status, out) == (2, "")
    assert re.fullmatch(r"exercise\.md:7:65: '0/1' in 'draws' is not read; expected '0 or 1', [^\n]*\n", err)


def test_no_exercise_is_bad_usage(run):
    assert run() == (2, "", "derive lint: missing argument 'EX...'. (see derive lint --help)\n")


def test_json_is_an_object_a_line(run, square, found):
    found(name="sound.md")
    status, out, _ = run("--json", "square.md", "sound.md")
    first, second = map(json.loads, out.splitlines())
    problem, _, advice = SAID.partition("; ")
    finding = {"code": "equal-sizes", "line": 2, "column": 20, "problem": problem, "advice": advice}
    assert status == 1
    assert first == {
        "schema": "derive.lint/1",
        "exercise": "square.md",
        "findings": [{**finding, "part": None, "cell": None}],
    }
    assert second == {"schema": "derive.lint/1", "exercise": "sound.md", "findings": []}


def test_workflow_commands(run, square):
    command = "::warning file=square.md,line=2,col=20,title=derive lint (equal-sizes)::"
    assert run("--format", "github", "square.md") == (1, f"{command}{SAID}\n", "")


def test_a_hostile_name_stays_on_its_line(run, found):
    name = "a\x1b[31m\nb.md"
    found(name=name, dims="{N: 4, D: 3, H: 3}")
    status, out, _ = run(name)
    assert (status, out) == (1, f"a\\x1b[31m\\nb.md:2:20: equal-sizes: {SAID}{os.linesep}")


def test_the_checks_are_listed(run):
    status, out, err = run("--checks")
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == [check.code for check in CHECKS]
