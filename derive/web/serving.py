"""A server's life: it takes its address, says it, and serves until it is stopped."""

import errno
import socket
from collections.abc import Callable
from dataclasses import replace

import uvicorn

from derive.errors import ServingError
from derive.web.application import application
from derive.web.patience import PatientProtocol
from derive.web.setup import Setup

PORTS_TO_TRY = 50


def serve(setup: Setup, say: Callable[[Setup], None], *, may_move: bool) -> None:
    """Serve until interrupted; `say` is told the address once it answers. Raises `ServingError`.

    A port that is taken is followed by the next ones where the server `may_move`.
    """
    taken = _bound(setup, PORTS_TO_TRY if may_move else 1)
    setup = replace(setup, port=taken.getsockname()[1])
    config = uvicorn.Config(
        application(setup),
        http=PatientProtocol,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
        limit_concurrency=500,
        h11_max_incomplete_event_size=32_768,
        ws="none",
    )
    server = _Server(config, lambda: say(setup))
    try:
        server.run(sockets=[taken])
    finally:
        taken.close()
    if not server.started:
        raise ServingError("the server did not start: its processes ended as soon as they were started")


class _Server(uvicorn.Server):
    """A server that says when it answers: its processes take a moment to start."""

    def __init__(self, config: uvicorn.Config, say: Callable[[], None]) -> None:
        super().__init__(config)
        self._say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._say()


def _bound(setup: Setup, tries: int) -> socket.socket:
    """A socket at the address, or at one of the next ports. Raises `ServingError`."""
    ports = range(setup.port, setup.port + tries) if setup.port else [0]
    for port in ports:
        try:
            return _socket(setup.host, port)
        except OSError as error:
            reason = error.strerror or str(error)
            if error.errno != errno.EADDRINUSE:
                break
        except OverflowError:
            reason = "a port is a number from 0 to 65535"
            break
    raise ServingError(f"{setup.host}:{setup.port} can not be served: {reason}")


def _socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError):
        made.close()
        raise
    return made
