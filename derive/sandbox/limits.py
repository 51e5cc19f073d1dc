"""What code may use, and how it ended."""

from typing import Literal

from derive.records import dataclass

Status = Literal["done", "left", "failed", "refused", "time", "memory", "output", "killed"]
"""How a script ended.

- `done`: it came to its end. Its answer still is whatever the student's code made of it.
- `left`: the process was ended from within before that, as by `exit()`.
- `failed`: an error of Python went through to its end.
- `refused`: so did the refusal of something that is not allowed here: a process, a signal, the network, a file.
- `time`, `memory`, `output`: it needed more than its limits.
- `killed`: the system ended it, as at an invalid access to memory.
"""


@dataclass(frozen=True)
class Limits:
    """What a script may use.

    There is one process with one thread, so the limit of memory is one of all memory; the files that it writes come
    on top of it and are in memory too. `seconds` counts from the start, that of Python included.
    """

    seconds: float = 10.0
    cpu_seconds: int = 10
    memory_bytes: int = 1 << 30
    output_bytes: int = 16 << 20
    printed_bytes: int = 1 << 20
    file_bytes: int = 16 << 20


@dataclass(frozen=True)
class Finished:
    """How a script ended, and what came of it.

    `output` is what it answered, as far as it came; `printed` what it printed, errors and warnings among it;
    `message` one line on how it ended; `attempts` one line each on what it tried and was refused, also where it went
    on as if nothing had been. All of it may have been written by the student: it is text, to be shown as such.
    """

    status: Status
    output: bytes
    printed: str
    message: str
    attempts: tuple[str, ...] = ()


class NoSandboxError(Exception):
    """There is no sandbox here, and the code is not trusted; the message says on one line what to do."""
