"""Connections that are slow on purpose are cut off; slow people are not."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from derive.web import patience

LINE = b"GET / HTTP/1.1\r\nHost: a\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Takes its time where it is asked to, and answers much where it is asked to."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        """The body."""
    await asyncio.sleep(1.2 if scope["path"] == "/slow" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
    for _ in range(400 if scope["path"] == "/much" else 1):
        await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    before = patience.SECONDS_FOR_A_REQUEST, patience.SECONDS_FOR_AN_ANSWER, patience.MOST_FROM_ONE_PLACE
    patience.SECONDS_FOR_A_REQUEST, patience.SECONDS_FOR_AN_ANSWER, patience.MOST_FROM_ONE_PLACE = 0.6, 0.6, 20
    taken = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=patience.PatientProtocol, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    yield taken.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    patience.SECONDS_FOR_A_REQUEST, patience.SECONDS_FOR_AN_ANSWER, patience.MOST_FROM_ONE_PLACE = before


def opened(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=15)


def all_of(made: socket.socket) -> bytes:
    found = b""
    try:
        while piece := made.recv(1 << 20):
            found += piece
    except ConnectionError:
        """Cut off."""
    return found


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET", LINE, LINE + b"Content-Length: 9\r\n\r\n123", LINE + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12"],
    ids=["nothing", "a word", "half of the headers", "half of the body", "half of a piece"],
)
def test_a_request_that_never_ends_is_cut_off(port: int, begun: bytes):
    with opened(port) as made:
        made.sendall(begun)
        assert all_of(made) == b""


def by_the_byte(made: socket.socket, data: bytes) -> None:
    for byte in data:
        made.sendall(bytes([byte]))
        time.sleep(0.02)


def test_a_request_by_the_byte_is_cut_off(port: int):
    began = time.monotonic()
    with opened(port) as made, pytest.raises(ConnectionError):
        by_the_byte(made, LINE * 100)
    assert time.monotonic() - began < 10


def test_an_answer_that_nobody_reads_is_cut_off(port: int):
    with opened(port) as made:
        made.sendall(b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(2.5)
        assert len(all_of(made)) < 40_000_000


def test_who_reads_gets_everything(port: int):
    with opened(port) as made:
        made.sendall(b"GET /much HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert len(all_of(made)) > 40_000_000


def test_who_waits_for_an_answer_may_wait(port: int):
    with opened(port) as made:
        made.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert all_of(made).startswith(b"HTTP/1.1 200")


def test_a_connection_may_rest_between_two_requests(port: int):
    with opened(port) as made:
        for last in (b"", b"Connection: close\r\n"):
            made.sendall(LINE + last + b"\r\n")
            if not last:
                assert made.recv(100).startswith(b"HTTP/1.1 200")
                time.sleep(1.2)
        assert b"HTTP/1.1 200" in all_of(made)


def test_one_place_does_not_take_all_connections(port: int):
    made = [opened(port) for _ in range(40)]
    time.sleep(0.3)
    cut_off = 0
    for each in made:
        each.setblocking(False)
        try:
            cut_off += each.recv(1) == b""
        except BlockingIOError:
            """Still open."""
        except ConnectionError:
            cut_off += 1
        each.close()
    assert 15 <= cut_off <= 25
