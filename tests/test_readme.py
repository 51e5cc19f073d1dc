"""README.md runs as a test: its commands, its Python, its table and its promises are those of the program.

Blocks are taken in the order of the text. A document shown in a fence is the file that the line above names in
backticks; in a `console` fence a line behind `$ ` is run by a shell and what follows is its whole output.
`python tests/test_readme.py` writes the present output of every command into README.md.
"""

import doctest
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from derive.checking.conventions import CONVENTIONS
from derive.checking.results import VERDICTS
from derive.cli import commands
from derive.sandbox import is_available

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"

FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<language>\w*)\n(?P<body>.*?)^(?P=ticks)\n", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"`([\w.-]+\.(?:md|yaml|py))`")
PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, where it begins, and the file that the line above it names."""

    language: str
    body: str
    line: int
    file: str | None


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a Markdown text, in order."""
    for match in FENCE.finditer(text):
        above = text[: match.start()].rstrip("\n").rpartition("\n")[2]
        named = FILE_NAME.findall(above)
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match["language"], match["body"], line, named[-1] if named else None)


def commands_of(block: Block) -> list[str]:
    """The commands behind the prompts of a console block."""
    return [line.removeprefix(PROMPT) for line in block.body.splitlines() if line.startswith(PROMPT)]


def output_of(command: str, folder: Path) -> str:
    """What a shell prints for a command on both streams, 80 columns wide; `derive` is the one under test."""
    scripts = folder / ".scripts"
    if not scripts.exists():
        scripts.mkdir()
        for name, arguments in (("derive", " -m derive"), ("python", "")):
            (scripts / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{arguments} "$@"\n')
            (scripts / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "DERIVE_DEBUG"}}
    environment = {
        **kept,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "80",
        "PYTHONUTF8": "1",
        "TERM": "dumb",
    }
    run = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return run.stdout


def transcript(block: Block, folder: Path) -> str:
    """The console block as it should be: every command with its whole output."""
    return "".join(f"{PROMPT}{command}\n{output_of(command, folder)}" for command in commands_of(block))


def table(header: str) -> list[list[str]]:
    """The cells of the table under this header row."""
    lines = README.read_text(encoding="utf-8").partition(header + "\n")[2].splitlines()
    rows = []
    for line in lines[1:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def command_lines() -> list[str]:
    """The lines of the `sh` blocks: what a newcomer types on a fresh machine."""
    return [
        line
        for block in blocks(README.read_text(encoding="utf-8"))
        if block.language == "sh"
        for line in block.body.splitlines()
    ]


def test_every_command_and_every_python_block_gives_what_is_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    ran = 0
    for block in blocks(README.read_text(encoding="utf-8")):
        where = f"README.md, the block in line {block.line}"
        if block.language == "console":
            assert commands_of(block), f"{where}: no command"
            if "derive code" in block.body and not is_available():
                continue  # students' code is run in a sandbox alone
            assert block.body == transcript(block, tmp_path), where
            ran += len(commands_of(block))
        elif block.language == "python":
            test = doctest.DocTestParser().get_doctest(block.body, names, "README", str(README), block.line)
            runner = doctest.DocTestRunner()
            runner.run(test, clear_globs=False)
            names = test.globs
            assert test.examples
            assert runner.failures == 0, where
        elif block.file is not None:
            (tmp_path / block.file).write_text(block.body, encoding="utf-8")
    assert ran >= 3


def test_every_document_shown_is_used(tmp_path):
    shown = {block.file for block in blocks(README.read_text(encoding="utf-8")) if block.file is not None}
    used = " ".join(
        command
        for block in blocks(README.read_text(encoding="utf-8"))
        if block.language == "console"
        for command in commands_of(block)
    )
    assert shown
    assert {name for name in shown if name not in used} == set()


def test_the_table_of_conventions_is_the_programs():
    by_default = {True: "yes", False: "only in `allow`"}
    assert table("| convention | sentence | by default |") == [
        [f"`{convention.name}`", convention.sentence, by_default[convention.by_default]]
        for convention in CONVENTIONS.values()
    ]


def test_the_table_of_verdicts_is_complete():
    names = [row[0].strip("`") for row in table("| verdict | says | rests on |")]
    assert names == list(VERDICTS)


def test_the_table_of_the_report_names_every_key(tmp_path):
    from derive.checking.results import Counterexample, DocumentResult, SecondReading, StepResult
    from derive.writing.report import report

    found = Counterexample({}, None, "1", "2")
    step = StepResult(
        "1", 1, 1, 1, 1, "a", "=", "b", "refuted", "", (), ("1", "1"), found, expectation=("refuted",), cell=1
    )
    written = report(
        DocumentResult("a.md", None, {}, (step,), left_out=(("\\input{b}", 1),), second_reading=SecondReading(0, ()))
    )
    keys = [*written, *written["steps"][0], *written["steps"][0]["counterexample"]]
    named = {name for row in table("| key | holds |") for name in re.findall(r"`(\w+)`", row[0])}
    assert named == set(keys)


def test_no_command_is_named_that_is_not_there():
    named = set(re.findall(r"\bderive ([a-z]+)\b(?=[^`\n]*`)", README.read_text(encoding="utf-8")))
    assert named <= set(commands.commands)


def test_two_commands_install_and_run_and_test():
    assert len(command_lines()) == 2
    main, tests = command_lines()
    start = "python3 -m venv .venv && .venv/bin/pip install "
    assert main.startswith(f"{start}. && .venv/bin/derive check exercises/")
    assert tests.startswith(f"{start}'.[test]' && .venv/bin/pytest")


def test_the_document_of_the_main_command_is_read_whole(tmp_path):
    document = ROOT / command_lines()[0].split()[-1]
    output = output_of(f"derive check {document}; echo exit status $?", tmp_path)
    assert output.splitlines()[-1] in ("exit status 0", "exit status 1")
    assert "unreadable" not in output
    assert "unknown" not in output


def test_the_gates_run_the_test_command_as_it_stands():
    gates = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in gates if line.strip() == command_lines()[1]] != []


def test_files_that_are_linked_exist():
    targets = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert [name for name in targets if "://" not in name and not (ROOT / name).exists()] == []


def rewritten(text: str) -> str:
    """The text of README.md with the present output of every command."""
    with tempfile.TemporaryDirectory() as folder:
        for block in list(blocks(text)):
            if block.language == "console":
                text = text.replace(block.body, transcript(block, Path(folder)))
            elif block.file is not None:
                (Path(folder) / block.file).write_text(block.body, encoding="utf-8")
    return text


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
