"""The code of others is contained: every attack ends in one line, and nothing outside is touched by it."""

from ast import literal_eval

import pytest
from attacks import ATTACKS, LIMITS, SHORT, contained, needs_sandbox

from derive.sandbox import Limits

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
    held = "import builtins, gc\ngc.disable()\nbuiltins.x = []\nwhile True: builtins.x = [builtins.x]"
    small = contained(held, limits=Limits(memory_bytes=60 << 20))
    assert (small.status, small.message) == ("memory", "it needed more than 60 MiB of memory")
    mapped = contained("import mmap\nmmap.mmap(-1, 1 << 40)")
    assert (mapped.status, mapped.message) == (
        "memory",
        "it needed more than 1 GiB of memory (OSError: [Errno 12] Cannot allocate memory)",
    )
    busy = contained("while True: pass", limits=Limits(cpu_seconds=1))
    assert (busy.status, busy.message) == ("time", "it did not end within 1 s of computing and was stopped")


@needs_sandbox
def test_what_was_answered_before_the_end_stays_answered(outside):
    done = contained("answer(b'one '); print('so far')\nwhile True: pass", limits=Limits(seconds=1.5))
    assert (done.status, done.output, done.printed) == ("time", b"one ", "so far\n")
