"""A process that is started, fed, listened to and ended: the one place here that starts one.

It gets a list of arguments and no shell, its own session, and none of our descriptors but those named.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing, suppress
from typing import IO

from derive.records import dataclass
from derive.sandbox.limits import Limits

NOTES_BYTES = 1 << 16
GRACE_SECONDS = 5.0  # how long the end of a process that was ended is waited for
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Watched:
    """What a process said, and how it ended: `stopped` says whether it was ended by us, and for what."""

    stopped: str  # "", "time", or the channel that it wrote too much to: "answer", "printed", "notes"
    code: int  # negative: the signal that ended it
    answer: bytes
    printed: bytes
    notes: bytes


def watch(
    command: Sequence[str],
    fed: bytes,
    limits: Limits,
    *,
    environment: Mapping[str, str],
    folder: str,
    inherited: Sequence[int] = (),
) -> Watched:
    """Start a program and stay with it until it has ended, by itself or by us, and all that it started with it.

    It is told two more arguments, the descriptors of its answer and of its notes, and is fed after its first note: by
    then it is bound to end with us, and before that, an end of ours leaves it without anything to do. Raises `OSError`
    if it can not be started.
    """
    with _pipe() as answer, _pipe() as notes:
        arguments = [*command, str(answer.written), str(notes.written)]
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            cwd=folder,
            env=dict(environment),
            pass_fds=(answer.written, notes.written, *inherited),
            start_new_session=True,
        )
        answer.close_written()
        notes.close_written()
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            printed = process.stdout.fileno()
            channels = {
                answer.read: _Channel("answer", limits.output_bytes),
                printed: _Channel("printed", limits.printed_bytes),
                notes.read: _Channel("notes", NOTES_BYTES),
            }
            try:
                stopped = _converse(process.stdin, fed, channels, time.monotonic() + limits.seconds)
            finally:
                _end(process)
            _listen_to_the_end(channels, time.monotonic() + GRACE_SECONDS)
    said = {channel.name: bytes(channel.heard) for channel in channels.values()}
    return Watched(stopped, process.returncode, said["answer"], said["printed"], said["notes"])


class _Pipe:
    """Both ends of a pipe, by their descriptors."""

    def __init__(self) -> None:
        self.read, self.written = os.pipe()
        self._open = {self.read, self.written}

    def close_written(self) -> None:
        self._open.remove(self.written)
        os.close(self.written)

    def close(self) -> None:
        while self._open:
            os.close(self._open.pop())


def _pipe() -> AbstractContextManager[_Pipe]:
    return closing(_Pipe())


class _Channel:
    """What comes through a descriptor: what is more than its limit is let fall, and remembered as too much."""

    def __init__(self, name: str, most: int) -> None:
        self.name = name
        self.most = most
        self.heard = bytearray()
        self.is_open = True
        self.has_too_much = False

    def hear(self, descriptor: int) -> None:
        data = os.read(descriptor, _CHUNK)
        self.is_open = bool(data)
        self.has_too_much |= len(self.heard) + len(data) > self.most
        self.heard += data[: self.most - len(self.heard)]


def _converse(fed_to: IO[bytes], fed: bytes, channels: Mapping[int, _Channel], deadline: float) -> str:
    """Feed a process and hear what it says until all channels are closed; why it is to be stopped before."""
    view, is_fed = memoryview(fed), False
    os.set_blocking(fed_to.fileno(), False)
    with selectors.DefaultSelector() as selector:
        for descriptor in channels:
            selector.register(descriptor, selectors.EVENT_READ)
        while any(channel.is_open for channel in channels.values()):
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return "time"
            for key, _ in selector.select(remaining):
                if key.fileobj is fed_to:
                    view = view[_fed(fed_to, view) :]
                    if not view:
                        selector.unregister(fed_to)
                        fed_to.close()
                    continue
                channel = channels[key.fd]
                channel.hear(key.fd)
                if channel.has_too_much:
                    return channel.name
                if channel.name == "notes" and channel.heard and not is_fed:
                    selector.register(fed_to, selectors.EVENT_WRITE)
                    is_fed = True
                if not channel.is_open:
                    selector.unregister(key.fd)
    return ""


def _fed(fed_to: IO[bytes], view: memoryview) -> int:
    """How many bytes a process has taken; it takes all where it does not want to know any more."""
    try:
        return os.write(fed_to.fileno(), view[:_CHUNK]) if view else 0
    except BrokenPipeError:
        return len(view)


def _listen_to_the_end(channels: Mapping[int, _Channel], deadline: float) -> None:
    """Hear what an ended process said last. The channels are closed when nothing is left that it had started."""
    with selectors.DefaultSelector() as selector:
        for descriptor, channel in channels.items():
            if channel.is_open:
                selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map() and (remaining := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(remaining):
                channels[key.fd].hear(key.fd)
                if not channels[key.fd].is_open:
                    selector.unregister(key.fd)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its group, and wait for it. Its number is its own until then."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
