"""Bad input through the command line: one clear line each, no traceback, and the other steps go on."""

import json
from pathlib import Path

import pytest

from derive import cli
from derive.checking import beginning, session, statements

HEAD = "---\nsymbols: {a: scalar, b: scalar, x: 3 x 1}\n---\n\n"
GOOD = "$$ a + a = 2a $$\n"


@pytest.fixture(autouse=True)
def _short_steps(tmp_path, monkeypatch):
    for module in (session, statements, beginning):
        monkeypatch.setattr(module, "STEP_SECONDS", 1)
    monkeypatch.delenv("DERIVE_DEBUG", raising=False)
    monkeypatch.chdir(tmp_path)


def run(capsys: pytest.CaptureFixture[str], name: str) -> tuple[int, list[dict[str, object]], str]:
    """The exit status, the steps, standard error."""
    status = cli.main(["check", "--json", name])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    steps = [step for line in captured.out.splitlines() for step in json.loads(line)["steps"]]
    return status, steps, captured.err


WHOLE = [
    ("empty.md", b"---\nlos: L\n---\n", "empty.md:2:1: unknown key 'los'; did you mean 'loss'?"),
    ("binary.md", b"ab\0c", "binary.md: a binary file (byte 3 is zero), not a text"),
    ("latin.md", b"abc\n\xff\xfe$$", "latin.md:2:1: the byte 0xFF is not UTF-8; save the text as UTF-8"),
    ("big.md", b"x" * 10_000_000, "big.md: the file has 10,000,000 bytes; at most 5,000,000 are read"),
    (
        "yaml.md",
        b"---\nsymbols: {x: scalar\n---\n",
        "yaml.md:3:1: invalid YAML: a {...} that is not closed or misses a comma; if it is LaTeX, "
        "put the value in single quotes",
    ),
    (
        "huge.md",
        b"---\nsymbols:\n" + b"  x: scalar\n" * 20_000 + b"---\n",
        "huge.md:2:1: the setting has 240009 characters; at most 100000 are read",
    ),
    (
        "dims.md",
        b"---\ndims: {N: 2}\nsymbols: {x: M x 1}\n---\n",
        "dims.md:3:14: the dimension M is not declared; the setting's dims are N",
    ),
    ("name.md", b"---\nmodel: {S: X}\n---\n", "name.md:2:12: the name X is not defined or declared"),
    (
        "long.md",
        f"---\nsymbols: {{A: n x {'9' * 5000}}}\n---\n".encode(),
        "long.md:2:14: the size 99999999999999999999... is not between 1 and 50",
    ),
    (
        "twice.md",
        b"---\nsymbols: {x: scalar}\nmodel: {x: 2}\n---\n",
        "twice.md:3:9: x is computed here, but is declared already",
    ),
]


@pytest.mark.parametrize("name, data, line", WHOLE, ids=[name for name, _, _ in WHOLE])
def test_a_document_that_cannot_be_used_is_one_line(capsys, name, data, line) -> None:
    Path(name).write_bytes(data)
    status, steps, err = run(capsys, name)
    assert (status, steps) == (2, [])
    assert err == line + "\n"


def test_no_file_and_a_directory(capsys) -> None:
    Path("folder.md").mkdir()
    assert run(capsys, "none.md") == (2, [], "none.md: there is no such file\n")
    assert run(capsys, "folder.md") == (2, [], "folder.md: a directory, not a document\n")


def test_a_long_text_is_read_through(capsys) -> None:
    Path("long.md").write_text(HEAD + "lorem ipsum " * 400_000 + "\n\n" + GOOD)
    status, steps, err = run(capsys, "long.md")
    assert (status, [step["verdict"] for step in steps], err) == (0, ["proved"], "")


FOREVER = "limit of 1 s was reached"
STEPS = [
    (r"a + {b = b", "unreadable", "{ is never closed."),
    (r"\foo a = a", "unreadable", r"The command \foo is not known."),
    (r"a = (a", "unreadable", "( is never closed."),
    (r"a = q", "unreadable", "The name q is not defined or declared."),
    (r"x \in \mathbb{R}^{4}", "refuted", "x is 3 x 1, not 4 x 1."),
    (r"a + x_1 x_{7} = b", "refuted", "outside its range"),
    (r"a = 2a", "refuted", "The two sides differ"),
    ("(" * 1000 + "a" + ")" * 1000 + " = a", "unreadable", "nested more than 60 deep"),
    ("{" * 1000 + " = a", "unreadable", "nested more than 60 deep"),
    ("a^{" * 500 + "a" + "}" * 500 + " = a", "unreadable", "nested more than 60 deep"),
    (" + ".join(["a"] * 4_900) + " = 4900 a", "proved", ""),
    (" + ".join(["a"] * 20_000) + " = 20000 a", "unreadable", "This formula has 80,007 characters; at most 20,000"),
    (f"a = {'9' * 5000}", "unreadable", "A number of 5,000 digits; at most 1,000 are read."),
    (f"a_{{{'1' * 5000}}} = b^{{0.{'1' * 5000}}}", "unreadable", "A number of 5,000 digits; at most 1,000 are read."),
    ("9^{9^{9^9}} = a", "unknown", "a number grew beyond the limit"),
    pytest.param(r"\hat " * 3000 + "a = a", "unreadable", ""),
    pytest.param(r"\frac" * 3000 + " = a", "unreadable", ""),
    pytest.param("x_1_2 = a", "unreadable", "A second subscript stands here; write both in one, as in x_{i,j}."),
]


@pytest.mark.parametrize("display, verdict, message", STEPS, ids=range(len(STEPS)))
def test_a_bad_equation_never_stops_the_others(capsys, display, verdict, message) -> None:
    Path("a.md").write_text(f"{HEAD}{GOOD}\n$$ {display} $$\n\n{GOOD}")
    status, steps, err = run(capsys, "a.md")
    assert err == ""
    assert [step["verdict"] for step in steps] == ["proved", verdict, "proved"]
    assert message in str(steps[1]["message"])
    assert steps[1]["line"] == 7
    assert status == {"refuted": 1, "unreadable": 2, "unknown": 0, "proved": 0}[verdict]


def test_a_display_that_is_never_closed(capsys) -> None:
    Path("a.md").write_text(f"{HEAD}{GOOD}\n$$ a = b\n")
    status, steps, err = run(capsys, "a.md")
    assert (status, [step["verdict"] for step in steps], err) == (2, ["proved", "unreadable"], "")
    assert "never closed" in str(steps[1]["message"])


def test_a_step_that_would_take_forever(capsys) -> None:
    head = "---\ndims: {n: 40}\nsymbols: {A: n x n, B: n x n, C: n x n, a: scalar}\n---\n\n"
    Path("a.md").write_text(f"{head}{GOOD}\n$$ A B C A B C = C B A C B A $$\n\n{GOOD}")
    status, steps, err = run(capsys, "a.md")
    assert (status, [step["verdict"] for step in steps], err) == (0, ["proved", "unknown", "proved"], "")
    assert FOREVER in str(steps[1]["message"])
