"""A worker whose jobs go wrong, for the tests of those who must live with it: started with this file's path."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from derive.deciding.limits import Deadline
from derive.web import worker
from derive.web.desk import Desk

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
