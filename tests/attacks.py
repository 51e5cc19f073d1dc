"""What hostile code tries, the line in which each of it ends, and how it is run so that nothing is left of it."""

import os
import random
import time
from ast import literal_eval
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from derive.sandbox import Limits, is_available, run

needs_sandbox = pytest.mark.skipif(
    not is_available(), reason="bubblewrap is not installed, or may not make namespaces here"
)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="students' code is run on Linux and macOS alone")

# Takes away what gives refusals their reasons, so that the system alone is left to refuse.
WITHOUT_REASONS = "import __main__; __main__.ACTS.clear(); __main__.PATHS.clear()\n"
LIMITS = Limits()
SHORT = Limits(seconds=0.6)

# What is tried, and the status and the line in which it ends.
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
        ")",
        "failed", "it failed: SyntaxError: unmatched ')' (<runner>, line 1)",
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


def processes(mark: str) -> list[str]:
    """The processes with a mark in their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            arguments = path.read_bytes().split(b"\0")
            found += [path.parent.name] if mark.encode() in arguments else []
    return found


def marked() -> tuple[int, str]:
    """A number of bytes that no other run has: the processes of a run have it in their arguments."""
    number = 4096 * random.randrange(2000, 9000)
    return number, str(number)


def gone(mark: str, seconds: float = 3.0) -> bool:
    deadline = time.monotonic() + seconds
    while processes(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not processes(mark)


def contained(script: str, request: bytes = b"", limits: Limits = LIMITS):
    """A run in the sandbox, of which no process is left."""
    number, mark = marked()
    done = run(script, request, replace(limits, file_bytes=number))
    assert gone(mark)
    return done


def attempt(code: str, prelude: str = ""):
    """What some code comes to whose reasons are taken away: the value of its last line, or its error."""
    *lines, last = code.splitlines()
    body = "\n".join([*lines, f"answer(repr(({last})).encode())"])
    done = contained(WITHOUT_REASONS + prelude + body)
    return done.output.decode() or done.message


def attempts(codes: list[str]) -> list[str]:
    """What each of some codes comes to, one after the other in one process: the error of each, or nothing."""
    script = f"""
ends = []
for code in {codes!r}:
    try: exec(code, {{}}); ends.append("")
    except Exception as error: ends.append(str(error))
answer(repr(ends).encode())
"""
    return literal_eval(contained(WITHOUT_REASONS + script).output.decode())
