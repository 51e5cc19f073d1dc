"""A worker whose jobs go wrong, for the tests of those who must live with it: started with this file's path.

Its process is the subject: what the server's own jobs need is not loaded, which would take a second for each process.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any


class Desk:
    """What the server's own jobs work on; those here need none."""


def _in_place_of(module: str, **names: Any) -> None:
    sys.modules[module] = ModuleType(module)
    vars(sys.modules[module]).update(names)


_in_place_of("derive.web.jobs", JOBS={})
_in_place_of("derive.web.desk", Desk=Desk)
_in_place_of("derive.web.shelf", NoExerciseError=type("NoExerciseError", (Exception,), {}))

from derive.deciding.limits import Deadline  # noqa: E402
from derive.web import worker  # noqa: E402

Content = Mapping[str, Any]
Tell = Callable[[Mapping[str, Any]], None]

HELD: list[bytes] = []


def echo(content: Content, _desk: Desk, tell: Tell) -> None:
    tell({"event": "done", "said": content["said"], "process": os.getpid()})


def sleep(content: Content, _desk: Desk, tell: Tell) -> None:
    """Deaf while it sleeps."""
    tell({"event": "asleep"})
    time.sleep(content["seconds"])
    tell({"event": "done"})


def tick(content: Content, _desk: Desk, tell: Tell) -> None:
    """Hears at every tick that nobody waits."""
    for number in range(content["times"]):
        tell({"event": "tick", "number": number})
        time.sleep(0.01)


def look(_content: Content, _desk: Desk, tell: Tell) -> None:
    """Says nothing for long, and looks at the clock."""
    tell({"event": "looking", "process": os.getpid()})
    deadline = Deadline(1000)
    for _ in range(6000):
        deadline.check()
        time.sleep(0.01)


def explain(content: Content, _desk: Desk, tell: Tell) -> None:
    """Verdicts at once, and then a while in which it hears that it is to leave off."""
    tell({"event": "verdicts", "of": content["of"]})
    for _ in range(content["times"]):
        tell({"event": "equation"})
        time.sleep(0.01)
    tell({"event": "done", "of": content["of"]})


def die(_content: Content, _desk: Desk, tell: Tell) -> None:
    tell({"event": "dying"})
    os.abort()


def fail(_content: Content, _desk: Desk, _tell: Tell) -> None:
    raise ZeroDivisionError("a defect\nof two lines")


def take(content: Content, _desk: Desk, tell: Tell) -> None:
    taken = b"x" * content["bytes"]
    tell({"event": "done", "bytes": len(taken)})


def hold(content: Content, _desk: Desk, tell: Tell) -> None:
    """Keeps what it takes."""
    HELD.append(b"x" * content["bytes"])
    tell({"event": "done", "process": os.getpid()})


def environment(_content: Content, _desk: Desk, tell: Tell) -> None:
    tell({"event": "done", "names": sorted(os.environ)})


def nest(_content: Content, desk: Desk, tell: Tell) -> None:
    nest(_content, desk, tell)


def talk(_content: Content, _desk: Desk, tell: Tell) -> None:
    """Prints where answers are expected."""
    print("noise")
    os.write(1, b"more noise\n")
    tell({"event": "done"})


worker.JOBS = {
    each.__name__: each for each in (echo, sleep, tick, look, explain, die, fail, take, hold, environment, nest, talk)
}  # type: ignore[misc]

if __name__ == "__main__":
    worker.main(int(sys.argv[1]))
