"""The code of others is contained: every attack ends in one line, and nothing outside is touched by it."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from ast import literal_eval
from contextlib import suppress
from pathlib import Path

import pytest

from derive.sandbox import Limits, NoSandboxError, is_available, places, run, running
from derive.sandbox.endings import finished, harmless, has_begun, last_line
from derive.sandbox.system_calls import MACHINES, filter_program
from derive.sandbox.watching import Watched

needs_sandbox = pytest.mark.skipif(
    not is_available(), reason="bubblewrap is not installed, or may not make namespaces here"
)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="students' code is run on Linux and macOS alone")

# Takes away what gives refusals their reasons, so that the system alone is left to refuse.
WITHOUT_REASONS = "import __main__; __main__.ACTS.clear(); __main__.PATHS.clear()\n"
LIMITS = Limits()
SHORT = Limits(seconds=0.6)


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A folder with something in it, in which the run is started, and in which temporary files would lie."""
    (tmp_path / "exercise.md").write_text("marks: 10", encoding="utf-8")
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    before = _files(tmp_path)
    yield tmp_path
    assert _files(tmp_path) == before


def _files(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def _running(mark: str) -> list[str]:
    """The processes with a mark in their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            arguments = path.read_bytes().split(b"\0")
            found += [path.parent.name] if mark.encode() in arguments else []
    return found


def _marked() -> tuple[int, str]:
    """A number of bytes that no other run has: the processes of a run have it in their arguments."""
    number = 4096 * random.randrange(2000, 9000)
    return number, str(number)


def _gone(mark: str, seconds: float = 3.0) -> bool:
    deadline = time.monotonic() + seconds
    while _running(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _running(mark)


def contained(script: str, request: bytes = b"", limits: Limits = LIMITS):
    """A run in the sandbox, of which no process is left."""
    number, mark = _marked()
    done = run(
        script,
        request,
        Limits(
            limits.seconds,
            limits.cpu_seconds,
            limits.memory_bytes,
            limits.output_bytes,
            limits.printed_bytes,
            number,
        ),
    )
    assert _gone(mark)
    return done


# --- What works ----------------------------------------------------------------------------------


@needs_sandbox
def test_a_script_gets_its_request_and_answers(outside):
    request = bytes(range(256)) * 1000
    done = contained("print('hello'); answer(request[:3]); answer(request[3:])", request)
    assert (done.status, done.output, done.printed, done.message, done.attempts) == (
        "done",
        request,
        "hello\n",
        "it came to its end",
        (),
    )


@needs_sandbox
def test_numpy_is_there_and_nothing_else_that_is_installed(outside):
    script = "import numpy, sys; answer(str(numpy.arange(3) @ numpy.ones(3)).encode())\nimport pytest"
    done = contained(script)
    assert (done.output, done.message) == (b"3.0", "it failed: ModuleNotFoundError: No module named 'pytest'")


@needs_sandbox
def test_it_may_write_in_a_folder_of_its_own(outside):
    script = """
import os, tempfile
with tempfile.TemporaryFile() as file:
    file.write(b"x")
open("a", "w").write("b")
answer(f"{os.listdir('.')} {open('a').read()} {os.getcwd()}".encode())
"""
    assert contained(script).output == b"['a'] b /sandbox"


@needs_sandbox
def test_it_knows_nothing_of_us(outside, monkeypatch):
    monkeypatch.setenv("SECRET", "yes")
    script = (
        "import os, socket, sys; answer(repr((dict(os.environ), os.getuid(), sys.argv[1:], os.uname()[1])).encode())"
    )
    variables, user, arguments, host = literal_eval(contained(script).output.decode())
    assert {"SECRET", "USER", "PATH"}.isdisjoint(variables)
    assert (variables["HOME"], user, arguments, host) == ("/sandbox", 65534, [], "sandbox")


# --- What is tried, and the line in which it ends ----------------------------------------------------

ATTACKS = {
    "a command": (
        "import os; os.system('touch exercise.md; id')",
        "refused", "it tried to start another process (touch exercise.md; id), which is not allowed",
    ),
    "a program": (
        "import subprocess; subprocess.run(['ls', '-l'])",
        "refused", "it tried to start another process (ls -l), which is not allowed",
    ),
    "another program in its place": (
        "import os; os.execv('/bin/sh', ['sh'])",
        "refused", "it tried to start another process (/bin/sh), which is not allowed",
    ),
    "a fork": (
        "import os; os.fork()",
        "refused", "it tried to start another process, which is not allowed",
    ),
    "a fork bomb": (
        "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
        "time", "it did not end within 0.6 s and was stopped",
    ),
    "a bomb of threads": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
        "failed", "it failed: RuntimeError: can't start new thread",
    ),
    "a process beside": (
        "import multiprocessing; multiprocessing.get_context('fork').Process(target=print).start()",
        "refused", "it tried to start another process, which is not allowed",
    ),
    "a connection": (
        "import socket; socket.create_connection(('127.0.0.1', 80))",
        "refused", "it tried to use the network (127.0.0.1), which is not allowed",
    ),
    "a socket": (
        "import socket; socket.socket(socket.AF_UNIX)",
        "refused", "it tried to use the network, which is not allowed",
    ),
    "a page": (
        "import urllib.request; urllib.request.urlopen('http://example.org/')",
        "refused", "it tried to use the network (http://example.org/), which is not allowed",
    ),
    "the users": (
        "open('/etc/passwd').read()",
        "refused", "it tried to reach a file outside its folder (/etc/passwd), which is not allowed",
    ),
    "upwards": (
        "open('../exercise.md')",
        "refused", "it tried to reach a file outside its folder (/exercise.md), which is not allowed",
    ),
    "a link": (
        "import os; os.symlink('/etc/passwd', 'x')",
        "refused", "it tried to reach a file outside its folder (/etc/passwd), which is not allowed",
    ),
    "the environment of another": (
        "open('/proc/1/environ').read()",
        "refused", "it tried to reach a file outside its folder (/proc/1/environ), which is not allowed",
    ),
    "an array of a terabyte": (
        "import numpy; numpy.ones(1 << 37)",
        "memory", "it needed more than 1 GiB of memory (Unable to allocate 1.00 TiB for an array with shape "
        "(137438953472,) and data type float64)",
    ),
    "an endless loop": (
        "while True: pass",
        "time", "it did not end within 0.6 s and was stopped",
    ),
    "endless sleep that heeds no signal": (
        "import signal, time\nfor one in (1, 2, 3, 13, 15, 24): signal.signal(one, signal.SIG_IGN)\ntime.sleep(60)",
        "time", "it did not end within 0.6 s and was stopped",
    ),
    "a flood of prints": (
        "while True: print('x' * 1000)",
        "output", "it printed more than 1 MiB and was stopped",
    ),
    "a flood of errors": (
        "import sys\nwhile True: sys.stderr.write('x' * 1000)",
        "output", "it printed more than 1 MiB and was stopped",
    ),
    "a flood of answers": (
        "while True: answer(b'x' * 100000)",
        "output", "it answered more than 16 MiB and was stopped",
    ),
    "a signal to its parent": (
        "import os; os.kill(os.getppid(), 9)",
        "refused", "it tried to send a signal to another process, which is not allowed",
    ),
    "a signal to itself": (
        "import os; os.kill(os.getpid(), 9)",
        "killed", "it was ended by the signal SIGKILL",
    ),
    "leaving": (
        "answer(b'all is right'); exit()",
        "left", "it ended its process before it was done, as exit() does",
    ),
    "leaving at once": (
        "import os; os._exit(0)",
        "left", "it ended its process before it was done, as exit() does",
    ),
    "an invalid address": (
        "import ctypes; ctypes.string_at(0)",
        "killed", "it crashed: it reached for memory that is not its own, as calls without end do",
    ),
    "giving up": (
        "import os; os.abort()",
        "killed", "it crashed: a library that it uses gave up, as without memory",
    ),
    "an error": (
        "1 / 0",
        "failed", "it failed: ZeroDivisionError: division by zero",
    ),
    "an error on several lines, in colours": (
        "raise ValueError('a\\n\\x1b[31mb')",
        "failed", "it failed: ValueError: a \N{REPLACEMENT CHARACTER}[31mb",
    ),
    "an error that is one itself": (
        "class Odd(Exception):\n  def __str__(self): raise self\nraise Odd",
        "failed", "it failed: Odd",
    ),
    "no text": (
        "\0",
        "failed", "it failed: SyntaxError: source code string cannot contain null bytes",
    ),
    "closed descriptors": (
        "import os; os.closerange(0, 64)",
        "left", "it ended its process before it was done, as exit() does",
    ),
    "closed descriptors and no end": (
        "import os, time; os.closerange(0, 64); time.sleep(60)",
        "time", "it did not end within 0.6 s and was stopped",
    ),
    "something left for the end": (
        "import atexit, time; atexit.register(time.sleep, 60)",
        "done", "it came to its end",
    ),
}  # fmt: skip


@needs_sandbox
@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_ends_in_one_line(name, outside):
    code, status, message = ATTACKS[name]
    done = contained(code, limits=SHORT if status == "time" else LIMITS)
    assert (done.status, done.message) == (status, message)
    assert "\n" not in done.message


@needs_sandbox
def test_what_was_tried_is_said_where_the_code_goes_on(outside):
    script = (
        "import os\nfor _ in range(1000):\n  try: os.system('id')\n  except OSError as error: pass\nanswer(b'right')"
    )
    done = contained(script)
    assert (done.status, done.output) == ("done", b"right")
    assert done.attempts == ("it tried to start another process (id), which is not allowed",)


@needs_sandbox
def test_files_memory_and_processor_are_bounded(outside):
    file = "with open('x', 'wb') as file:\n  while True: file.write(bytes(1 << 20))"
    assert contained(file).message.startswith("it wrote more than ")
    files = "n = 0\nwhile True:\n  with open(str(n), 'wb') as file: file.write(bytes(1 << 20))\n  n += 1"
    assert contained(files).status == "output"
    held = "import builtins\nbuiltins.x = []\nwhile True: builtins.x = [builtins.x]"
    small = contained(held, limits=Limits(memory_bytes=60 << 20))
    assert (small.status, small.message) == ("memory", "it needed more than 60 MiB of memory")
    busy = contained("while True: pass", limits=Limits(cpu_seconds=1))
    assert (busy.status, busy.message) == ("time", "it did not end within 1 s of computing and was stopped")


@needs_sandbox
def test_what_was_answered_before_the_end_stays_answered(outside):
    done = contained("answer(b'one '); print('so far', flush=True)\nwhile True: pass", limits=Limits(seconds=1.5))
    assert (done.status, done.output, done.printed) == ("time", b"one ", "so far\n")


# --- Without the reasons: the system itself ------------------------------------------------------


def attempt(code: str, prelude: str = ""):
    """What some code comes to whose reasons are taken away: the value of its last line, or its error."""
    *lines, last = code.splitlines()
    body = "\n".join([*lines, f"answer(repr(({last})).encode())"])
    done = contained(WITHOUT_REASONS + prelude + body)
    return done.output.decode() or done.message


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
    refused = "it failed: PermissionError: [Errno 1] Operation not permitted"
    assert attempt("import os\nos.fork()") == refused
    assert attempt("import os\nos.system('id') != 0") == "True"
    assert attempt("import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])").startswith(refused)
    assert attempt("import os\nos.execv('/bin/sh', ['sh'])").endswith("No such file or directory")
    assert attempt("import socket\nsocket.socket()") == refused


@needs_sandbox
def test_there_is_nothing_to_be_seen_but_python(outside):
    assert set(literal_eval(attempt("import os\nos.listdir('/sandbox')"))) == set()
    seen = set(literal_eval(attempt("import os\nos.listdir('/')")))
    roots = {Path(path).parts[1] for path in [*places.places(["numpy"]).readable, str(running.INSIDE)]}
    assert seen <= {*roots, "etc"}
    assert {"proc", "sys", "run", "var", "boot", "mnt"}.isdisjoint(seen)
    assert set(literal_eval(attempt("import os\nos.listdir('/dev')"))) == {"null"}
    assert set(literal_eval(attempt("import os\nos.listdir('/etc')"))) <= {"ld.so.cache", "alternatives"}


@needs_sandbox
@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/self/maps", "/dev/shm/x", "/tmp/x", "/dev/tty", "~"],
)
def test_what_is_ours_is_not_there(path, outside):
    """Also through a link: the names have no meaning inside."""
    path = os.path.expanduser("~/.ssh/id_rsa") if path == "~" else path
    assert "No such file or directory" in attempt(f"open({path!r})")
    assert "No such file or directory" in attempt(f"import os; os.symlink({path!r}, 'x')\nopen('x')")
    assert "No such file or directory" in attempt(f"import os; os.link({path!r}, 'x')\nopen('x')")


@needs_sandbox
def test_the_folder_in_which_we_work_is_not_there(outside):
    for path in [outside / "exercise.md", Path(__file__), running.INSIDE.with_name("running.py")]:
        assert path.exists()
        assert "No such file or directory" in attempt(f"open({str(path)!r})")


@needs_sandbox
def test_what_is_shown_can_not_be_changed(outside):
    numpy = next(path for path in places.places(["numpy"]).packages if path.endswith("numpy"))
    for path in [f"{numpy}/__init__.py", os.__file__, str(running.INSIDE)]:
        before = Path(path).read_bytes()
        assert "Read-only file system" in attempt(f"open({path!r}, 'r+')"), path
        assert "Read-only file system" in attempt(f"import os\nos.remove({path!r})"), path
        assert Path(path).read_bytes() == before
    for folder in ["/", "/dev", "/usr/lib", numpy, os.path.dirname(os.__file__)]:
        assert "Read-only file system" in attempt(f"open('{folder}/planted', 'w')"), folder
        assert not os.path.exists(f"{folder}/planted")


@needs_sandbox
def test_other_processes_are_not_there(outside):
    assert attempt("import os\nos.kill(os.getppid(), 9), os.getpid(), os.getppid()") == "(None, 2, 1)"
    assert (
        attempt(f"import os\nos.kill({os.getpid()}, 15)") == "it failed: ProcessLookupError: [Errno 3] No such process"
    )
    assert attempt("import os\nos.getsid(0) != 0") == "True"


@needs_sandbox
def test_limits_can_not_be_raised(outside):
    for name in ["AS", "CPU", "FSIZE", "NOFILE", "CORE"]:
        code = f"import resource as r\nr.setrlimit(r.RLIMIT_{name}, (r.RLIM_INFINITY, r.RLIM_INFINITY))"
        assert attempt(code) == "it failed: ValueError: not allowed to raise maximum limit"


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
    number, mark = _marked()

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
    assert _gone(mark)


@needs_sandbox
def test_a_run_ends_with_the_program_that_started_it(outside):
    number, mark = _marked()
    script = "import time; answer(b'x'); time.sleep(60)"
    code = f"from derive.sandbox import Limits, run; run({script!r}, b'', Limits(seconds=60, file_bytes={number}))"
    folders = os.pathsep.join([str(Path(running.__file__).parents[2]), *sys.path])
    program = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": folders})
    deadline = time.monotonic() + 10
    while not _running(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _running(mark)
    program.kill()
    program.wait()
    assert _gone(mark)


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


@needs_posix
def test_what_trusted_code_started_ends_with_it(alone):
    script = "import os, time\nchild = os.fork()\nif child == 0: time.sleep(60)\nanswer(str(child).encode())"
    done = run(WITHOUT_REASONS + script, b"", Limits(seconds=1.5), trust=True)
    assert done.status == "time"  # what it started is waited for
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        try:
            os.kill(int(done.output), 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    pytest.fail("it still runs")
