"""The arguments with which bubblewrap shuts a process in."""

import os
from collections.abc import Sequence

from derive.sandbox.places import FOLDER, LOADER, Places

# Namespaces of its own: no other process to be seen, no network, no shared memory, no name of the computer. Whom the
# kernel takes it for has no rights there, and it ends when we do.
ALONE = (
    "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
    "--uid", "65534", "--gid", "65534", "--hostname", "sandbox", "--cap-drop", "ALL",
    "--die-with-parent", "--new-session",
)  # fmt: skip


def bubblewrap_arguments(shown: Places, inner: str, *, filter_fd: int, room: int | None) -> list[str]:
    """What bubblewrap is told: which files there are, and that only one folder can be written to.

    `inner` is the path of the program that is to be seen beside the places, `filter_fd` where the refused system calls
    are read from, `room` how many bytes the folder can hold: where none are given, it can not be written to either.
    There is no `/proc`, no `/sys`, no device but `/dev/null`, no home.
    """
    files = [argument for path in shown.libraries for argument in _seen(path)]
    files += [argument for path in LOADER for argument in ("--ro-bind-try", path, path)]
    files += [argument for path in shown.hidden for argument in ("--tmpfs", path)]
    files += _read_only([*shown.packages, shown.interpreter, inner])
    closed = [argument for path in [*shown.hidden, "/"] for argument in ("--remount-ro", path)]
    folder = ["--dir", FOLDER] if room is None else ["--size", str(room), "--tmpfs", FOLDER]
    written = ["--dev-bind", os.devnull, os.devnull, *folder]
    return [*ALONE, "--seccomp", str(filter_fd), *files, *written, *closed, "--chdir", FOLDER, "--"]


def _seen(path: str) -> list[str]:
    """A folder, or the link that stands in its place."""
    return ["--symlink", os.readlink(path), path] if os.path.islink(path) else _read_only([path])


def _read_only(paths: Sequence[str]) -> list[str]:
    return [argument for path in paths for argument in ("--ro-bind", path, path)]
