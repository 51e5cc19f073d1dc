"""How a run ended, as one line: from what was seen of the process, and from its notes."""

import json
import signal
from collections.abc import Iterator, Mapping

from derive.sandbox.limits import Finished, Limits, Status
from derive.sandbox.watching import Watched

TRIED: Mapping[str, str] = {
    "process": "tried to start another process",
    "signal": "tried to send a signal to another process",
    "network": "tried to use the network",
    "file": "tried to reach a file outside its folder",
}
"""What is refused, by the kinds of `inside`."""

MOST_ATTEMPTS = 10
MOST_CHARACTERS = 200
SHELL_SIGNAL = 128  # bubblewrap says by such a number, with that of the signal added, that a signal ended the process

_CRASHES: Mapping[str, str] = {
    "SIGSEGV": "it crashed: it reached for memory that is not its own, as calls without end do",
    "SIGBUS": "it crashed: it reached for memory that is not there",
    "SIGFPE": "it crashed: an operation of the processor failed",
    "SIGILL": "it crashed: it met what is no instruction of the processor",
    "SIGABRT": "it crashed: a library that it uses gave up, as without memory",
}

Note = tuple[str, str]


def finished(watched: Watched, limits: Limits) -> Finished:
    """How a run ended."""
    notes = list(_notes(watched.notes))
    status, message = _ending(watched, notes, limits)
    attempts = dict.fromkeys(attempt(*note) for note in notes if note[0] in TRIED)
    printed = watched.printed.decode("utf-8", errors="replace")
    return Finished(status, watched.answer, printed, message, tuple(attempts)[:MOST_ATTEMPTS])


def has_begun(watched: Watched) -> bool:
    """Whether the script was reached: what is wrong before that is not the student's."""
    return ("begun", "") in _notes(watched.notes)


def last_line(printed: bytes) -> str:
    """The last line that was printed."""
    lines = [line for line in printed.decode("utf-8", errors="replace").splitlines() if line.strip()]
    return harmless(lines[-1]) if lines else ""


def attempt(kind: str, detail: str = "") -> str:
    """One line on what was tried and refused."""
    about = f" ({harmless(detail)})" if detail else ""
    return f"it {TRIED[kind]}{about}, which is not allowed"


def harmless(text: str) -> str:
    """Text of others on one line that is not long, without what a terminal takes as a command."""
    line = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in " ".join(text.split()))
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…"


def size(count: int) -> str:
    """A number of bytes, in the unit in which it is said.

    >>> size(1 << 30), size(1536), size(10)
    ('1 GiB', '1.5 KiB', '10 bytes')
    """
    for unit, bits in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if count >= 1 << bits:
            return f"{count / (1 << bits):.3g} {unit}"
    return f"{count} bytes"


def _ending(watched: Watched, notes: list[Note], limits: Limits) -> tuple[Status, str]:
    """What was seen from outside counts before what was noted inside."""
    if watched.stopped == "time":
        return "time", f"it did not end within {limits.seconds:g} s and was stopped"
    if watched.stopped:
        return "output", f"it {_too_much(watched.stopped, limits)} and was stopped"
    killer = _killer(watched.code)
    if killer == "SIGXCPU":
        return "time", f"it did not end within {limits.cpu_seconds} s of computing and was stopped"
    if killer is not None:
        return "killed", _CRASHES.get(killer, f"it was ended by the signal {killer}")
    return _noted(watched.code, notes, limits)


def _too_much(channel: str, limits: Limits) -> str:
    if channel == "answer":
        return f"answered more than {size(limits.output_bytes)}"
    if channel == "printed":
        return f"printed more than {size(limits.printed_bytes)}"
    return "tried too often what is not allowed"


def _noted(code: int, notes: list[Note], limits: Limits) -> tuple[Status, str]:
    """The ending by the last note."""
    kind, detail = notes[-1] if notes else ("", "")
    why = harmless(detail)
    match kind:
        case "ended" if code == 0:
            return "done", "it came to its end"
        case "memory":
            about = f" ({why})" if why else ""
            return "memory", f"it needed more than {size(limits.memory_bytes)} of memory{about}"
        case "written":
            return "output", f"it wrote more than {size(limits.file_bytes)} to files"
        case "refused":
            tried = [attempt(*note) for note in notes if note[0] in TRIED]
            return "refused", tried[-1] if tried else "it tried what is not allowed"
        case "failed":
            return "failed", f"it failed: {why}"
    return "left", "it ended its process before it was done, as exit() does"


def _killer(code: int) -> str | None:
    """The signal that ended a process, told by the system or by bubblewrap."""
    number = -code if code < 0 else code - SHELL_SIGNAL
    return next((one.name for one in signal.Signals if one == number), None)


def _notes(data: bytes) -> Iterator[Note]:
    """The notes, as far as they are notes: anybody inside can write there."""
    for line in data.splitlines():
        try:
            note = json.loads(line)
        except (ValueError, RecursionError):
            continue
        match note:
            case [str(kind), str(detail)]:
                yield kind, detail
