"""Files that are there whole or not at all, and one writer of a folder at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without locks of this kind
    fcntl = None  # type: ignore[assignment]

UNFINISHED = ".part"


class FolderInUseError(Exception):
    """Another run writes to this folder."""


def write_whole(path: Path, text: str, *, durable: bool = False) -> None:
    """Write a file so that nobody ever sees half of it. Durable: once this returns, no loss of power takes it away."""
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    with open(unfinished, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(unfinished, path)


def remove_unfinished(folder: Path) -> None:
    """Remove what a run left that was ended while it wrote."""
    for path in folder.glob(f".*{UNFINISHED}"):
        path.unlink(missing_ok=True)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Inside, no other run writes to the folder. Raises `FolderInUseError` where one does already."""
    with open(folder / ".lock", "a", encoding="ascii") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FolderInUseError("another run of derive grade writes to this folder") from None
        yield
