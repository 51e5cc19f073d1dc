"""`derive serve`: it says where it is, ends when it is told to, and says in one line why it can not start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from derive.cli import main
from derive.commands import serve as command

TOKEN = "a-token-for-tests-only"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    document = tmp_path / "ridge.md"
    document.write_text("$$ x + x = 2 x $$\n")
    arguments = ["serve", str(document), "--port", "0", "--token", TOKEN, "--workers", "1"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "derive", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    assert process.stdout is not None
    yield process, process.stdout.readline()
    process.kill()
    process.communicate()


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    return [int(number) for number in listed.stdout.split()]


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/status").read_text().find("State:\tZ") < 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("number, status", [(signal.SIGINT, 0), (signal.SIGKILL, -9)])
def test_it_serves_until_it_is_ended_and_leaves_no_process_behind(server, number: int, status: int):
    process, said = server
    address = said.split()[1]
    assert said == f"derive: {address}  (Ctrl-C ends)\n"
    assert address.endswith(f"/?token={TOKEN}")
    asked = urllib.request.Request(
        address.partition("?")[0] + "live/check",
        json.dumps({"page": "p", "name": "a.md", "text": "$$x \\in \\mathbb{R}$$\n\n$$ x + x = 2 x $$"}).encode(),
        {"Authorization": f"Bearer {TOKEN}"},
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        events = [json.loads(line) for line in answer]
    assert events[-1]["summary"]["proved"] == 1
    workers = workers_of(process)
    assert len(workers) == 1
    process.send_signal(number)
    assert process.wait(20) == status
    for _ in range(100):
        if not any(map(is_there, workers)):
            break
        time.sleep(0.05)
    assert not any(map(is_there, workers))
    assert process.stderr is not None
    said_wrong = process.stderr.read()
    assert said_wrong == ""


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "",
        f"derive serve: 127.0.0.1:{port} can not be served: Address already in use\n",
    )


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nothing.md"], "nothing.md: there is no such file\n"),
        (["--exercises", "nothing"], "derive serve: --exercises: nothing is no folder (see derive serve --help)\n"),
        (["--token", "short"], "derive serve: --token: at least 16 plain characters (see derive serve --help)\n"),
        (
            ["--port", "70000"],
            "derive serve: invalid value for '--port': 70000 is not in the range 0<=x<=65535."
            " (see derive serve --help)\n",
        ),
        (["--host", "300.1.2.3"], "derive serve: 300.1.2.3:8765 can not be served: Name or service not known\n"),
    ],
)
def test_what_can_not_be_served_is_one_line(arguments: list[str], said: str, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["serve", *arguments]) == 2
    assert capsys.readouterr().err == said


def test_a_notebook_stands_in_the_editor_as_markdown(tmp_path: Path):
    notebook = tmp_path / "notes.ipynb"
    cells = [{"cell_type": "markdown", "source": "$$ x = x $$"}]
    notebook.write_text(json.dumps({"nbformat": 4, "cells": cells}))
    assert command._text_of(str(notebook)) == ("notes.md", "$$ x = x $$\n")
