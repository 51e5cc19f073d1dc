"""Connections with a patience that ends: what comes too slowly, or is read too slowly, is cut off.

A server of its own accord waits for ever for the rest of a request, and for who reads an answer by the byte; a few
hundred such connections would keep everybody else out.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_FOR_A_REQUEST = 40.0
"""From the first byte of a request, or from the connection itself, to its last byte."""
SECONDS_FOR_AN_ANSWER = 60.0
"""So long an answer may be stuck because nobody reads it."""
MOST_FROM_ONE_PLACE = 300


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose requests and answers must go on."""

    _request_timer: asyncio.TimerHandle | None = None
    _answer_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if sum(_place(each) == _place(self) for each in self.connections) > MOST_FROM_ONE_PLACE:
            transport.abort()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._request_timer = self._ended(self._request_timer)
        self._answer_timer = self._ended(self._answer_timer)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._answer_timer = self._answer_timer or self.loop.call_later(SECONDS_FOR_AN_ANSWER, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._answer_timer = self._ended(self._answer_timer)

    def _watch(self) -> None:
        """Time runs while some of a request is still to come; between two requests another clock runs."""
        is_between = self.timeout_keep_alive_task is not None
        if is_between or self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._request_timer = self._ended(self._request_timer)
        elif self._request_timer is None and not self.transport.is_closing():
            self._request_timer = self.loop.call_later(SECONDS_FOR_A_REQUEST, self.transport.abort)

    @staticmethod
    def _ended(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
        """No timer in place of one that is stopped."""
        if timer is not None:
            timer.cancel()
        return None


def _place(connection: object) -> object:
    """The address at the other end, without its port."""
    return (getattr(connection, "client", None) or (None,))[0]
