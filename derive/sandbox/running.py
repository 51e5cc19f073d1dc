"""A script run in a sandbox, or without one where its code is trusted."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from derive.sandbox.bubblewrap import bubblewrap_arguments
from derive.sandbox.endings import TRIED, finished, has_begun, last_line
from derive.sandbox.limits import Finished, Limits, NoSandboxError
from derive.sandbox.places import FOLDER, Places, places
from derive.sandbox.system_calls import MACHINES, filter_program
from derive.sandbox.watching import Watched, watch

INSIDE = Path(__file__).with_name("inside.py")
# Nothing of the user's: no variable, no folder, no site. What is printed is there at once, also before a sudden end.
PYTHON_OPTIONS = ("-I", "-S", "-B", "-u", "-X", "utf8")

# All that the environment says. Libraries of linear algebra start as many threads as there are cores otherwise.
ENVIRONMENT: Mapping[str, str] = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}

OR_TRUST = "or add --trust if you trust the code: it can do here all that you can"


def run(
    script: str,
    request: bytes,
    limits: Limits | None = None,
    *,
    packages: Sequence[str] = ("numpy",),
    trust: bool = False,
) -> Finished:
    """Run a script of ours with code of others in it, in a sandbox.

    `packages` are what it can import beside the standard library. With `trust` it is run without a sandbox where
    there is none: in a process and a folder of its own and with the same limits, which is no protection against malice
    (on systems other than Linux the limit on memory may not hold either). Raises `NoSandboxError`.
    """
    limits = limits or Limits()
    shown = places(packages)
    obstacle = _obstacle()
    if not obstacle:
        watched = _run_contained(script, request, limits, shown)
        if has_begun(watched) or watched.stopped:
            return finished(watched, limits)
        why = last_line(watched.printed) or "it does not say why"
        obstacle = f"bubblewrap can not shut a process in here ({why}); allow it to make namespaces"
    if not trust:
        raise NoSandboxError(f"students' code is run in a sandbox, and {obstacle}, {OR_TRUST}")
    return finished(_run_trusted(script, request, limits, shown), limits)


@cache
def is_available() -> bool:
    """Whether there is a sandbox: bubblewrap is installed, and has just run nothing in one."""
    try:
        return run("", b"", packages=()).status == "done"
    except NoSandboxError:
        return False


def _obstacle() -> str:
    """Why there can be no sandbox here, and what to do about it: nothing as far as can be seen without trying."""
    if sys.platform != "linux":
        return f"there is one on Linux alone, not on {sys.platform}; use Linux"
    if platform.machine() not in MACHINES:
        return f"there is one on {' and '.join(MACHINES)} alone, not on {platform.machine()}; use such a machine"
    if _bubblewrap() is None:
        return "bubblewrap is not installed; install it, on Debian or Ubuntu: apt-get install bubblewrap"
    return ""


def _bubblewrap() -> str | None:
    return shutil.which("bwrap")


@cache
def _bounds_folders(program: str) -> bool:
    """Whether this bubblewrap can make a folder of bounded size, which those before 0.7 can not."""
    described = watch([program, "--help"], b"", Limits(), environment={}, folder="/")
    return b" --size " in described.printed


def _run_contained(script: str, request: bytes, limits: Limits, shown: Places) -> Watched:
    program = _bubblewrap()
    assert program is not None
    reading, writing = os.pipe()
    os.write(writing, filter_program(platform.machine()))
    os.close(writing)
    try:
        room = limits.file_bytes if _bounds_folders(program) else None
        outer = bubblewrap_arguments(shown, str(INSIDE), filter_fd=reading, room=room)
        return watch(
            [program, *outer, *_python(shown)],
            _fed(script, request, limits, [*shown.readable, str(INSIDE)], shown.search, strict=True),
            limits,
            environment={**ENVIRONMENT, "HOME": FOLDER, "TMPDIR": FOLDER},
            folder="/",
            inherited=(reading,),
        )
    finally:
        os.close(reading)


def _run_trusted(script: str, request: bytes, limits: Limits, shown: Places) -> Watched:
    if os.name != "posix":
        raise NoSandboxError("students' code is run on Linux and macOS alone")
    with TemporaryDirectory(prefix="derive-", ignore_cleanup_errors=True) as folder:
        readable = [*shown.readable, folder, str(INSIDE)]
        return watch(
            _python(shown),
            _fed(script, request, limits, readable, shown.search, strict=False),
            limits,
            environment={**ENVIRONMENT, "HOME": folder, "TMPDIR": folder},
            folder=folder,
        )


def _python(shown: Places) -> list[str]:
    return [shown.interpreter, *PYTHON_OPTIONS, str(INSIDE)]


def _fed(
    script: str, request: bytes, limits: Limits, readable: Sequence[str], search: Sequence[str], *, strict: bool
) -> bytes:
    """What `inside` reads: its settings on one line, the script, the request."""
    code = script.encode("utf-8")
    settings = {
        "script": len(code),
        "search": list(search),
        "readable": list(readable),
        "strict": strict,
        "tried": dict(TRIED),
        "limits": {
            "RLIMIT_AS": limits.memory_bytes,
            "RLIMIT_CPU": limits.cpu_seconds,
            "RLIMIT_FSIZE": limits.file_bytes,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_CORE": 0,
        },
    }
    return json.dumps(settings).encode() + b"\n" + code + request
