"""What runs in the sandbox: it sets the limits, refuses what can be refused with a reason, and runs the script.

It is started as a program with two descriptors, for the answer and for notes on how the run goes. It notes that it is
ready, and reads from its input one line of settings, the script and the request. It imports nothing but the standard
library. The script is run with these names:

- `request`, the bytes;
- `answer(data)`, which appends bytes to the answer: what was answered before the end stays answered;
- `Refused`, the error that stands for what is not allowed. A script that catches errors of the student's code lets
  this one and `MemoryError` through, so that the end says what it was.

The refusals here are for the message: who goes around them meets those of the system, which give no reason.
"""

import errno
import json
import os
import resource
import site
import sys
from collections.abc import Callable
from typing import Any

# What the interpreter announces before it does it, and what that is.
ACTS = {
    "os.system": "process", "os.fork": "process", "os.forkpty": "process", "os.exec": "process",
    "os.posix_spawn": "process", "os.spawn": "process", "subprocess.Popen": "process", "pty.spawn": "process",
    "os.kill": "signal", "os.killpg": "signal",
    "socket.__new__": "network", "socket.connect": "network", "socket.bind": "network", "socket.sendto": "network",
    "socket.getaddrinfo": "network", "socket.gethostbyname": "network", "socket.gethostbyaddr": "network",
    "socket.getnameinfo": "network", "urllib.Request": "network", "http.client.connect": "network",
    "ftplib.connect": "network", "smtplib.connect": "network",
}  # fmt: skip

# How many of the arguments of an announcement are paths.
PATHS = {
    "open": 1, "os.listdir": 1, "os.scandir": 1, "os.chdir": 1, "os.remove": 1, "os.rename": 2, "os.link": 2,
    "os.symlink": 2, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1, "os.chmod": 1, "os.chown": 1, "os.utime": 1,
    "os.setxattr": 1, "os.removexattr": 1, "os.getxattr": 1, "os.listxattr": 1, "shutil.rmtree": 1,
}  # fmt: skip

MOST_CHARACTERS = 300
"""The most that is told of an error or of what was refused."""

MOST_NOTES = 50
"""How many different refusals are told: an endless loop of them ends as one."""

RESERVE_BYTES = 8 << 20
"""What is kept back, so that there is memory left to say that there is none."""

# The errors of the system by which a limit is felt.
LIMIT_REACHED: dict[int | None, str] = {errno.EFBIG: "written", errno.ENOSPC: "written", errno.ENOMEM: "memory"}


class Refused(PermissionError):
    """What was tried is not allowed here."""


def main() -> None:
    """Run what the input says. What is not caught here ends the process, and the reader of the notes sees it."""
    answers, notes = int(sys.argv[1]), int(sys.argv[2])

    def note(kind: str, detail: str = "") -> None:
        _write(notes, json.dumps([kind, detail[:MOST_CHARACTERS]]).encode() + b"\n")

    note("ready")
    settings = json.loads(sys.stdin.buffer.readline())
    script = sys.stdin.buffer.read(settings["script"])
    request = sys.stdin.buffer.read()
    set_limits(settings)
    sys.path += settings["search"]
    sys.argv[1:] = []
    site.setquit()  # `exit()`, which a Python without its site does not have
    sys.addaudithook(refusing(settings["readable"], settings["tried"], note))
    note("begun")
    ended = run(script, {"request": request, "answer": lambda data: _write(answers, data), "Refused": Refused}, note)
    if ended:
        note("ended")
    os._exit(0 if ended else 1)  # what the student's code wanted done at the end is not done


def set_limits(settings: dict[str, Any]) -> None:
    """The limits of this process, which it can not raise again. Raises `OSError` and `ValueError`.

    Where nothing else contains the process, a limit that the system does not know is left out.
    """
    for name, wanted in settings["limits"].items():
        kind = getattr(resource, name)
        most = resource.getrlimit(kind)[1]
        soft = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        hard = soft + 1 if name == "RLIMIT_CPU" and soft != most else soft  # it is told before it is ended
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):
            if settings["strict"]:
                raise


def run(script: bytes, names: dict[str, Any], note: Callable[[str, str], None]) -> bool:
    """Whether the script came to its end; where it did not, the notes say why."""
    reserve = [bytes(RESERVE_BYTES)]
    try:
        exec(compile(script, "<runner>", "exec"), {"__name__": "runner", **names})
    except MemoryError as error:
        reserve.clear()
        note("memory", _said(error))
    except Refused:
        note("refused", "")
    except Exception as error:
        number = error.errno if isinstance(error, OSError) else None
        note(LIMIT_REACHED.get(number, "failed"), ": ".join(filter(None, [type(error).__name__, _said(error)])))
    else:
        return True
    return False


def refusing(
    readable: list[str], tried: dict[str, str], note: Callable[[str, str], None]
) -> Callable[[str, tuple[Any, ...]], None]:
    """What the interpreter asks before everything it does that is announced: an error stops it, and is noted."""
    own = os.getpid()
    noted: set[tuple[str, str]] = set()

    def refuse(kind: str, detail: str) -> None:
        if (kind, detail) not in noted and len(noted) < MOST_NOTES:
            noted.add((kind, detail))
            note(kind, detail)
        about = f" ({detail[:MOST_CHARACTERS]})" if detail else ""
        raise Refused(f"it {tried[kind]}{about}, which is not allowed")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in PATHS:
            wrong = next((path for path in map(_path, arguments[: PATHS[event]]) if not _may(path, readable)), None)
            if wrong is not None:
                refuse("file", wrong)
        elif event in ACTS and not (event == "os.kill" and arguments[0] == own):
            refuse(ACTS[event], _detail(event, arguments))

    return hook


def _path(path: Any) -> str:
    """A path from the root; an open descriptor has none, and the folder worked in is meant where there is none."""
    if path is None or isinstance(path, int):
        return os.getcwd()
    return os.path.abspath(os.fsdecode(path))


def _may(path: str, readable: list[str]) -> bool:
    return any(path == place or path.startswith(place.rstrip("/") + "/") for place in readable)


def _detail(event: str, arguments: tuple[Any, ...]) -> str:
    """What an act is about, as far as it is told: a command, a host."""
    if event == "subprocess.Popen":
        command = arguments[1]
        return command if isinstance(command, str) else " ".join(os.fsdecode(word) for word in command)
    if event in {"os.system", "os.exec", "os.posix_spawn"}:
        return os.fsdecode(arguments[0])
    if event in {"socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"}:
        return str(arguments[0])
    return ""


def _said(error: BaseException) -> str:
    """What an error says; its class may be the student's, and say nothing."""
    try:
        return str(error)
    except Exception:
        return ""


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    main()
