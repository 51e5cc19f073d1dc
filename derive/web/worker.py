"""A process that does the server's work, one job at a time, and can be killed at any moment.

It takes jobs as lines of JSON on standard input, `{"number": 7, "job": "check", "content": {…}}`, and tells events as
lines on standard output, `{"number": 7, "event": {…}}`, the last of a job `{"number": 7, "end": true, "done": …,
"leaves": …}`. A line `{"stop": 7}` asks to give the job up. Where the input ends, the server has gone, and so does the
process. One that has come to hold much memory leaves after its job: what it knew is found again.
"""

import gc
import json
import os
import queue
import sys
import threading
from collections.abc import Mapping
from typing import IO, Any

from derive.deciding.limits import attended
from derive.errors import DocumentError
from derive.grading.marker import GARBAGE_AFTER, limit_memory
from derive.records import dataclass
from derive.web.desk import Desk
from derive.web.jobs import JOBS
from derive.web.problems import DEFECT, problem, problem_of
from derive.web.shelf import NoExerciseError

Event = Mapping[str, Any]

SHARE_TO_LEAVE_AT = 0.5
"""Of the memory that a process may come to take: where it holds more after a job, it makes place for a new one."""


class StoppedError(Exception):
    """The job was given up: nobody waits for its answer."""


@dataclass
class Inbox:
    """Lines from the server, read beside the work so that a job can be stopped."""

    lines: "queue.SimpleQueue[dict[str, Any]]"
    stopped: set[int]

    def read(self, stream: IO[bytes]) -> None:
        """Take lines until there are no more; then end the process."""
        for line in stream:
            said = json.loads(line)
            if "stop" in said:
                self.stopped.add(said["stop"])
            else:
                self.lines.put(said)
        os._exit(0)


def main(memory: int) -> None:
    """Do jobs until the server goes; `memory` is how many bytes the process may take."""
    limit_memory(memory)
    gc.set_threshold(*GARBAGE_AFTER)
    answers = _own_output()
    inbox = Inbox(queue.SimpleQueue(), set())
    threading.Thread(target=inbox.read, args=(sys.stdin.buffer,), daemon=True).start()
    desk = Desk()
    first = _taken()
    most = int(first + SHARE_TO_LEAVE_AT * max(0, memory - first))
    _write(answers, {"ready": True})
    while True:
        _do(inbox.lines.get(), inbox, desk, answers, most)


def _own_output() -> IO[bytes]:
    """Standard output for answers alone: whatever else is printed goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _do(said: Mapping[str, Any], inbox: Inbox, desk: Desk, answers: IO[bytes], most: int) -> None:
    """One job with all that it tells; whatever goes wrong in it is one line."""
    number = said["number"]

    def look() -> None:
        if number in inbox.stopped:
            raise StoppedError

    def tell(event: Event) -> None:
        look()
        _write(answers, {"number": number, "event": event})

    is_done = True
    try:
        with attended(look):
            JOBS[said["job"]](said["content"], desk, tell)
    except StoppedError:
        is_done = False
    except DocumentError as error:
        _write(answers, {"number": number, "event": problem_of(error)})
    except NoExerciseError:
        _write(answers, {"number": number, "event": problem("There is no such exercise.", 404)})
    except MemoryError:
        _write(answers, {"number": number, "event": problem("This needs more memory than one request may take.")})
    except RecursionError:
        _write(answers, {"number": number, "event": problem("This is nested too deeply to be read.")})
    except Exception as error:  # the boundary: a defect met in one job does not stop the others
        words = " ".join(f"{type(error).__name__}: {error}".split())
        _write(answers, {"number": number, "event": problem(f"Internal error (please report it): {words}", DEFECT)})
    inbox.stopped.discard(number)
    leaves = _taken() > most
    _write(answers, {"number": number, "end": True, "done": is_done, "leaves": leaves})
    if leaves:
        os._exit(0)


def _taken() -> int:
    """How many bytes of addresses this process has taken, as its limit counts them; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _write(answers: IO[bytes], said: Mapping[str, Any]) -> None:
    try:
        answers.write(json.dumps(said).encode() + b"\n")
        answers.flush()
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
