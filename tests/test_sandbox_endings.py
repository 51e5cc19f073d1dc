"""How a run ends, as one line; and what is done where there is no sandbox."""

import os
import sys
import time
from pathlib import Path

import pytest
from attacks import ATTACKS, LIMITS, SHORT, WITHOUT_REASONS, contained, needs_posix, needs_sandbox

from derive.sandbox import Limits, NoSandboxError, run, running
from derive.sandbox.endings import finished, harmless, has_begun, last_line
from derive.sandbox.system_calls import MACHINES
from derive.sandbox.watching import Watched

# --- Notes and answers of the student's own --------------------------------------------------------


@needs_sandbox
def test_who_writes_the_notes_gets_no_further_than_a_line(outside):
    script = r"""
import os, sys
for descriptor in range(3, 64):
    for note in [b'["file", "\\ud800\\u001b[2J"]', b"[" * 5000, b"\xff", b"7", b'["failed", 7]', b'["nothing", ""]']:
        try: os.write(descriptor, note + b"\n")
        except OSError: pass
"""
    done = contained(script)
    assert done.status == "done"
    assert done.attempts == (
        "it tried to reach a file outside its folder (\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[2J), "
        "which is not allowed",
    )
    flood = """
import os
while True:
    for descriptor in range(3, 64):
        try: os.write(descriptor, b"x" * 5000)
        except OSError: pass
"""
    assert contained(WITHOUT_REASONS + flood).status == "output"


LEFT = "it ended its process before it was done, as exit() does"
CRASHED = "it crashed: it reached for memory that is not its own, as calls without end do"


@pytest.mark.parametrize(
    "watched, status, message",
    [
        (Watched("", 0, b"", b"", b'["begun", ""]\n["ended", ""]\n'), "done", "it came to its end"),
        (Watched("", 1, b"", b"", b'["begun", ""]\n["ended", ""]\n'), "left", LEFT),
        (Watched("", 3, b"", b"", b'["begun", ""]\n'), "left", LEFT),
        (Watched("notes", -9, b"", b"", b""), "output", "it tried too often what is not allowed and was stopped"),
        (Watched("", -24, b"", b"", b""), "time", "it did not end within 10 s of computing and was stopped"),
        (Watched("", 128 + 11, b"", b"", b""), "killed", CRASHED),
        (Watched("", 250, b"", b"", b""), "left", LEFT),
        (Watched("", 1, b"", b"", b'["refused", ""]\n'), "refused", "it tried what is not allowed"),
    ],
)  # fmt: skip
def test_an_ending_is_one_line(watched, status, message):
    done = finished(watched, LIMITS)
    assert (done.status, done.message) == (status, message)


def test_lines_of_others_are_harmless():
    assert harmless(" a\tb\n\x1b]0;x\x07 ") == "a b \N{REPLACEMENT CHARACTER}]0;x\N{REPLACEMENT CHARACTER}"
    assert harmless("x" * 300) == "x" * 199 + "…"
    assert last_line(b"one\ntwo \xff\n\n") == "two \N{REPLACEMENT CHARACTER}"
    assert last_line(b"\n") == ""
    assert not has_begun(Watched("", 0, b"", b"", b'["begun"]\nbegun\n'))


# --- An old bubblewrap -------------------------------------------------------------------------------


@needs_sandbox
def test_where_a_folder_can_not_be_bounded_nothing_can_be_written(outside, monkeypatch):
    program = outside / "temporary" / "bwrap"
    lines = [
        "#!/bin/sh",
        'case "$*" in',
        "  --help*) echo '    --tmpfs DEST   Mount new tmpfs on DEST' ;;",
        "  *--size*) echo 'bwrap: Unknown option --size' >&2; exit 1 ;;",
        f'  *) exec {running._bubblewrap()} "$@" ;;',
        "esac",
    ]
    program.write_text("\n".join(lines), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(running, "_bubblewrap", lambda: str(program))
    done = run("answer(b'x'); open('y', 'w')", b"")
    program.unlink()
    assert (done.output, done.message) == (b"x", "it failed: OSError: [Errno 30] Read-only file system: 'y'")


# --- No sandbox ----------------------------------------------------------------------------------

OR_TRUST = ", or add --trust if you trust the code: it can do here all that you can"


@needs_posix
def test_without_bubblewrap_nothing_is_run(outside, monkeypatch):
    monkeypatch.setattr(running, "watch", lambda *arguments, **named: pytest.fail("it was run"))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(running.platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("PATH", str(outside))
    assert _refusal() == (
        "students' code is run in a sandbox, and bubblewrap is not installed; install it, on Debian or Ubuntu: "
        "apt-get install bubblewrap" + OR_TRUST
    )
    monkeypatch.setattr(running.platform, "machine", lambda: "riscv64")
    assert _refusal() == (
        "students' code is run in a sandbox, and there is one on x86_64 and aarch64 alone, not on riscv64; "
        "use such a machine" + OR_TRUST
    )
    monkeypatch.setattr(sys, "platform", "darwin")
    assert _refusal() == (
        "students' code is run in a sandbox, and there is one on Linux alone, not on darwin; use Linux" + OR_TRUST
    )


def _refusal() -> str:
    with pytest.raises(NoSandboxError) as caught:
        run("answer(b'x')", b"")
    return str(caught.value)


@needs_posix
def test_a_bubblewrap_that_may_not_make_namespaces_runs_nothing(outside, monkeypatch):
    if sys.platform != "linux" or running.platform.machine() not in MACHINES:
        pytest.skip("there is no sandbox on this system")
    folder = outside / "temporary"
    program = folder / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin")
    assert _refusal() == (
        "students' code is run in a sandbox, and bubblewrap can not shut a process in here (bwrap: No permissions to "
        "create new namespace); allow it to make namespaces" + OR_TRUST
    )
    assert run("answer(b'x')", b"", trust=True).output == b"x"
    program.unlink()


@pytest.fixture
def alone(outside, monkeypatch):
    """No sandbox: code is run because it is trusted."""
    monkeypatch.setattr(running, "_bubblewrap", lambda: None)
    return outside


@needs_posix
@pytest.mark.parametrize(
    "name",
    [
        "a command", "a fork", "a connection", "the users", "an endless loop", "a flood of prints",
        "a flood of answers", "a signal to its parent", "leaving", "an error",
    ],
)  # fmt: skip
def test_trusted_code_is_told_the_same(name, alone):
    code, status, message = ATTACKS[name]
    done = run(code, b"", SHORT if status == "time" else LIMITS, trust=True)
    assert (done.status, done.message) == (status, message)


@needs_posix
def test_trusted_code_works_in_a_folder_that_is_removed(alone):
    script = "import os, numpy; open('x', 'w').write('y'); answer(os.getcwd().encode()); print(*os.listdir('.'))"
    done = run(script, b"", trust=True)
    assert (done.status, done.printed) == ("done", "x\n")
    assert Path(done.output.decode()).parent == alone / "temporary"
    assert not os.path.exists(done.output)


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="processes are looked up in /proc")
def test_what_trusted_code_started_ends_with_it(alone):
    script = "import os, time\nchild = os.fork()\nif child == 0: time.sleep(60)\nanswer(str(child).encode())"
    done = run(WITHOUT_REASONS + script, b"", Limits(seconds=1.0), trust=True)
    assert done.status == "time"  # what it started is waited for
    deadline = time.monotonic() + 3
    while _lives(int(done.output)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(int(done.output))


def _lives(process: int) -> bool:
    """Whether a process runs: one that has ended may wait for long until somebody asks how."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
