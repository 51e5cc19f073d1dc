"""A server of its own for tests: `derive serve` as a process, at a port that is free."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from derive.records import dataclass

TOKEN = "a-token-for-tests-only"


@dataclass(frozen=True)
class LiveServer:
    """Where it listens, and its process."""

    port: int
    process: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """What a tool sends."""
        return {"Authorization": f"Bearer {TOKEN}"}

    def workers(self) -> list[int]:
        """The processes that check."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        return [int(child) for child in children if b"derive.web.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]

    def bytes_held(self) -> list[int]:
        """The memory of the server and of each worker, as far as it is in use."""
        size = os.sysconf("SC_PAGE_SIZE")
        return [
            int(Path(f"/proc/{each}/statm").read_text().split()[1]) * size for each in (self.process, *self.workers())
        ]


@contextmanager
def live_server(*options: str, errors: Sequence[str] = ()) -> Iterator[LiveServer]:
    """A server while it is needed; at its end nothing stands on its standard error but what is expected."""
    command = [sys.executable, "-m", "derive", "serve", "--port", "0", "--token", TOKEN, *options]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        said = started.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        assert found, said + started.stderr.read()
        yield LiveServer(int(found[1]), started.pid)
    finally:
        started.terminate()
        _, left = started.communicate(timeout=20)
    assert left.splitlines() == list(errors)
