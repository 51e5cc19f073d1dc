"""One submission marked inside a worker, within its limits; whatever goes wrong becomes a `Failure`."""

import faulthandler
import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from derive.records import dataclass

try:
    import resource
except ImportError:  # a system without limits of this kind
    resource = None  # type: ignore[assignment]

from derive.errors import DocumentError
from derive.grading.entries import Job
from derive.grading.results import Marked

Marker = Callable[[str, str], Marked]
"""The exercise's path and the submission's -> its marks."""

GARBAGE_AFTER = (50_000, 20, 20)
SECONDS_BETWEEN_LOOKS = 2.0
PATIENCE = 30.0
"""Seconds past the limit: nobody has ended the worker by then, so nobody is there who could."""


@dataclass(frozen=True)
class Limits:
    """What one submission may cost: seconds, and bytes of memory of the process that marks it."""

    seconds: float = 60.0
    memory: int = 1_000_000_000


@dataclass(frozen=True)
class Failure:
    """Why a submission has no marks, in one sentence. `by_limits`: more time or memory might have helped.

    `may_be_anothers` says that what was marked before in the same process may be to blame.
    """

    problem: str
    by_limits: bool = False
    may_be_anothers: bool = False


def prepare(limits: Limits, parent: int) -> None:
    """Make a process a worker: limited, deaf to Ctrl-C, gone when its parent is."""
    limit_memory(limits.memory)
    gc.set_threshold(*GARBAGE_AFTER)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def limit_memory(memory: int) -> None:
    """Let this process take no more bytes of memory than these, where the system can say so."""
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    except (ValueError, OSError):  # known by name and not supported
        return


def _end_with(parent: int) -> None:
    """End this process when another has become its parent."""
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)


def load(marker: Marker) -> None:
    """Nothing: that the marker has arrived means that all it needs is loaded."""
    assert callable(marker)


def mark_within(marker: Marker, job: Job, limits: Limits, patience: float = PATIENCE) -> Marked | Failure:
    """The marks of a submission under its name in the class.

    Where its time has run out by `patience` seconds, this process ends.
    """
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(limits.seconds + patience, exit=True, file=nowhere)
        try:
            return replace(marker(job.exercise, job.path), submission=job.name)
        except MemoryError:
            return Failure(memory_problem(limits), by_limits=True, may_be_anothers=True)
        except DocumentError as error:
            return Failure(_sentence(error))
        except RecursionError:
            return Failure("The submission is nested too deeply to be marked.")
        except Exception as error:  # the boundary: a defect met in one submission does not stop the others
            said = " ".join(f"{type(error).__name__}: {error}".split())
            return Failure(f"Internal error (please report it): {said}")
        finally:
            faulthandler.cancel_dump_traceback_later()


def _sentence(error: DocumentError) -> str:
    """What is wrong with a document, with the place in it and the file's own name."""
    name = Path(error.name).name
    where = name if error.place is None else f"{name}:{error.place.line}:{error.place.column}"
    return f"{where}: {error.problem}."


def memory_problem(limits: Limits) -> str:
    """What is said of a submission that needs too much memory."""
    return f"Marking it needs more than {limits.memory / 1e9:g} GB of memory."


def time_problem(limits: Limits) -> str:
    """What is said of a submission that takes too long."""
    return f"Marking it takes longer than {limits.seconds:g} s."
