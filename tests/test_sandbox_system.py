"""The sandbox holds without the reasons that it gives: the system itself refuses, each layer of it on its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from ast import literal_eval
from pathlib import Path

import pytest
from attacks import WITHOUT_REASONS, attempt, attempts, contained, gone, marked, needs_sandbox, processes

from derive.sandbox import Limits, places, run, running
from derive.sandbox.system_calls import filter_program

C = "import ctypes; c = ctypes.CDLL(None, use_errno=True)\n"


CALLS = [
    "c.fork()", "c.vfork()", "c.socket(1, 1, 0)", "c.socket(2, 1, 0)", "c.socketpair(1, 1, 0, b'12345678')",
    "c.ptrace(16, 1, 0, 0)", "c.unshare(0x10000000)", "c.setns(0, 0)", "c.mount(b'a', b'/', b'tmpfs', 0, 0)",
    "c.chroot(b'/')", "c.memfd_create(b'a', 0)", "c.shmget(1, 1 << 20, 0o1600)", "c.syscall(435, 0, 0)",
    "c.process_vm_readv(1, 0, 0, 0, 0, 0)", "c.syscall(425, 8, 0)",
]  # fmt: skip


@needs_sandbox
def test_system_calls_are_refused(outside):
    each = ", ".join(f"({call}, ctypes.get_errno())" for call in CALLS)
    assert literal_eval(attempt(f"[{each}]", C)) == [(-1, 1)] * len(CALLS)


@needs_sandbox
def test_another_set_of_numbers_ends_the_process(outside):
    if running.platform.machine() != "x86_64":
        pytest.skip("only x86_64 has two sets of numbers")
    assert attempt("c.syscall(0x40000000 + 57)", C) == "it was ended by the signal SIGSYS"


@needs_sandbox
def test_python_can_start_nothing(outside):
    codes = [
        "import os; os.fork()",
        "import socket; socket.socket()",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])",
        "import os, sys; os.posix_spawn(sys.executable, ['python'], {})",
        "import os; raise OSError(os.system('id'))",
        "import os; os.execv('/bin/sh', ['sh'])",
    ]
    ends = attempts(codes)
    assert ends[:2] == ["[Errno 1] Operation not permitted"] * 2
    assert [end.partition(":")[0] for end in ends[2:4]] == ["[Errno 1] Operation not permitted"] * 2
    assert ends[4] not in {"", "0"}
    assert ends[5] == "[Errno 2] No such file or directory"


@needs_sandbox
def test_there_is_nothing_to_be_seen_but_python(outside):
    folder, root, devices, settings = literal_eval(
        attempt("import os\n[set(os.listdir(path)) or {''} for path in ('/sandbox', '/', '/dev', '/etc')]")
    )
    shown = [*places.places(["numpy"]).readable, str(running.INSIDE)]
    assert folder == {""}
    assert root <= {Path(path).parts[1] for path in shown} | {"etc"}
    assert {"proc", "sys", "run", "var", "boot", "mnt"}.isdisjoint(root)
    assert devices == {"null"}
    assert settings <= {"ld.so.cache", "alternatives", ""}


@needs_sandbox
def test_what_is_ours_is_not_there(outside):
    """Also through links: the names have no meaning inside."""
    home = os.path.expanduser("~")
    ours = [str(outside / "exercise.md"), __file__, str(running.INSIDE.with_name("running.py"))]
    assert all(map(os.path.exists, ours))
    known = ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/self/maps", "/dev/tty", "/dev/shm/x", "/tmp/x"]
    paths = [*ours, *known, f"{home}/.ssh/id_rsa", f"{home}/.bashrc"]
    links = [f"import os; os.symlink({path!r}, '{i}'); open('{i}')" for i, path in enumerate(paths)]
    hard = [f"import os; os.link({path!r}, 'x')" for path in paths]
    ends = attempts([*[f"open({path!r})" for path in paths], *links, *hard])
    assert len(ends) == 3 * len(paths)
    assert [end for end in ends if not end.startswith("[Errno 2] No such file or directory")] == []


@needs_sandbox
def test_what_is_shown_can_not_be_changed(outside):
    numpy = next(path for path in places.places(["numpy"]).packages if path.endswith("numpy"))
    files = [f"{numpy}/__init__.py", os.__file__, str(running.INSIDE)]
    folders = ["/", "/dev", "/usr/lib", numpy, os.path.dirname(os.__file__)]
    before = [Path(path).read_bytes() for path in files]
    changed = [f"open({path!r}, 'r+')" for path in files] + [f"import os; os.remove({path!r})" for path in files]
    ends = attempts([*changed, *[f"open('{folder}/planted', 'w')" for folder in folders]])
    assert [end for end in ends if not _is_refused(end)] == []
    assert [Path(path).read_bytes() for path in files] == before
    assert not any(os.path.exists(f"{folder}/planted") for folder in folders)


def _is_refused(message: str) -> bool:
    """Whether writing failed: for all, or already for those whom the kernel takes the code for."""
    return "Read-only file system" in message or "Permission denied" in message


@needs_sandbox
def test_other_processes_are_not_there(outside):
    assert attempt("import os\nos.kill(os.getppid(), 9), os.getpid(), os.getppid()") == "(None, 2, 1)"
    assert (
        attempt(f"import os\nos.kill({os.getpid()}, 15)") == "it failed: ProcessLookupError: [Errno 3] No such process"
    )
    assert attempt("import os\nos.getsid(0) != 0") == "True"


@needs_sandbox
def test_limits_can_not_be_raised(outside):
    raised = "import resource as r; r.setrlimit(r.RLIMIT_{}, (r.RLIM_INFINITY, r.RLIM_INFINITY))"
    ends = attempts([raised.format(name) for name in ["AS", "CPU", "FSIZE", "NOFILE", "CORE"]])
    assert ends == ["not allowed to raise maximum limit"] * 5


@needs_sandbox
def test_the_namespaces_hold_where_no_system_call_is_refused(outside, monkeypatch):
    """A server on this computer is not reached, by address or by path, and processes end with the first."""
    everything = filter_program(running.platform.machine())[-8:]  # the step that allows what is left
    monkeypatch.setattr(running, "filter_program", lambda machine: everything)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
        server.settimeout(0.01)
        abstract.bind(b"\0derive-test-%d" % os.getpid())
        abstract.listen()
        abstract.settimeout(0.01)
        address = server.getsockname()
        assert "Connection refused" in attempt(f"import socket\nsocket.create_connection({address!r})")
        assert "Connection refused" in attempt(
            f"import socket\nsocket.socket(socket.AF_UNIX).connect({abstract.getsockname()!r})"
        )
        assert "Network is unreachable" in attempt("import socket\nsocket.create_connection(('192.0.2.1', 80))")
        for one in (server, abstract):
            with pytest.raises(TimeoutError):
                one.accept()
    lasting = "import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(60)\nelse: "
    done = contained(WITHOUT_REASONS + lasting + "answer(b'gone')")
    assert done.output == b"gone"


@needs_sandbox
def test_a_run_that_is_broken_off_leaves_nothing(outside):
    number, mark = marked()

    def interrupt(*_):
        raise TimeoutError("enough")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.4)
    try:
        with pytest.raises(TimeoutError, match="enough"):
            run("while True: pass", b"", Limits(file_bytes=number))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert gone(mark)


@needs_sandbox
def test_a_run_ends_with_the_program_that_started_it(outside):
    number, mark = marked()
    script = "import time; answer(b'x'); time.sleep(60)"
    code = f"from derive.sandbox import Limits, run; run({script!r}, b'', Limits(seconds=60, file_bytes={number}))"
    folders = os.pathsep.join([str(Path(running.__file__).parents[2]), *sys.path])
    program = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": folders})
    deadline = time.monotonic() + 10
    while not processes(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes(mark)
    program.kill()
    program.wait()
    assert gone(mark)
