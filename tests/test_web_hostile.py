"""Documents and requests that mean harm: nothing dies of them, nothing hangs, nothing of them becomes a page's own."""

import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from hostile_documents import BOMBS, broken, for_pages
from live_server import TOKEN, LiveServer, live_server
from marked_pages import ATTRIBUTES_OF_PAGES, OF_PAGES
from test_bad_input import GOOD, HEAD
from test_web_api import EXERCISE, RIDGE

from derive.certificates import Store
from derive.errors import DocumentError
from derive.web.desk import Desk
from derive.web.live import check

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks at processes")
ELEMENTS = OF_PAGES - {"html", "head", "meta", "title", "style", "script", "body", "input", "output", "label", "nav"}
ATTRIBUTES = (ATTRIBUTES_OF_PAGES - {"http-equiv", "content", "charset"}) | {
    "data-equation", "data-line", "data-step", "data-verdict", "open"
}  # fmt: skip


class Markup(HTMLParser):
    """Elements and attributes of a piece of HTML, all of them allowed, each element closed where it should be."""

    VOID = frozenset(["img", "br", "hr", "input", "meta", "link"])

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()
        self.wrong += [f"<{name}> is not closed" for name in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.wrong.append(f"<{tag}>")
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.wrong.append(f"{name}={value}")
            if name == "href" and not re.fullmatch(r"#[\w-]+", value or ""):
                self.wrong.append(f"{name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}>")


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with live_server("--workers", "2", "--seconds", "4", "--memory", "1.5") as made:
        yield made


@pytest.fixture(scope="module")
def client(server: LiveServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.address, headers=server.headers, timeout=60) as made:
        yield made


def events_of(client: httpx.Client, text: str, name: str = "notes.md", page: str = "a page") -> list[Mapping[str, Any]]:
    answer = client.post("/live/check", json={"page": page, "name": name, "text": text})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def goes_on(server: LiveServer) -> bool:
    """Whether the server answers a good document as it should."""
    body = json.dumps({"page": "goes on", "name": "notes.md", "text": HEAD + GOOD}).encode()
    answer = sent(
        server,
        request(server, "POST /live/check HTTP/1.1", body, f"Content-Length: {len(body)}", "Connection: close"),
        to_the_end=True,
        seconds=30,
    )
    done = json.loads(next(line for line in reversed(answer.splitlines()) if line.startswith(b"{")))
    return done["event"] == "done" and done["summary"]["proved"] == 1


def is_whole(events: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a stream has its end, and equations in order, the last word on each of them said."""
    *before, last = events
    final = {event["number"] for event in before if event["event"] == "equation" and event["final"]}
    told = {event["number"] for event in before if event["event"] == "equation"}
    assert {event["event"] for event in before} <= {"headings", "pending", "equation", "verdicts"}
    return last["event"] == "problem" or (
        last["event"] == "done" and final == told == set(range(1, last["equations"] + 1))
    )


# --- Documents -----------------------------------------------------------------------------------


def test_the_check_of_markup_finds_what_it_is_for():
    assert Markup('<section class="equation"><a href="#step-1-1">x &lt;b&gt;</a></section>').wrong == []
    for html in (
        "<img src=x>", "<b onclick=x>y</b>", "<b style='x'>y</b>", "<a href='javascript:x'>y</a>", "<b>", "</b>",
        "<!-- x -->", "<script>x</script>", "<a href='//evil.example/'>x</a>", "<b data-evil=''>x</b>",
    ):  # fmt: skip
        assert Markup(html).wrong, html


@pytest.mark.parametrize("text", [*for_pages(), *broken()], ids=range(len([*for_pages(), *broken()])))
def test_nothing_of_a_document_becomes_markup(text: str):
    """In this process: it is the same code as in a worker, and many documents are tried."""
    desk, events = Desk(Store(None)), []
    try:
        check({"page": "a", "name": "notes.md", "text": text, "shows_fixes": True}, desk, events.append)
    except DocumentError as error:
        assert "\n" not in error.problem
        return
    assert is_whole(events)
    assert "Traceback" not in json.dumps(events)
    assert [Markup(event["html"]).wrong for event in events if "html" in event] == [
        [] for event in events if "html" in event
    ]


@pytest.mark.parametrize("name", BOMBS)
def test_no_document_ends_the_server_or_is_answered_by_more_than_a_line(server, client, name: str):
    began = time.monotonic()
    events = events_of(client, BOMBS[name], name)
    assert is_whole(events)
    assert [Markup(event["html"]).wrong for event in events if "html" in event] == [
        [] for event in events if "html" in event
    ]
    asked = {"document": {"name": name, "text": BOMBS[name]}}
    answer = client.post("/api/check", json=asked)
    assert answer.status_code in (200, 422, 504), answer.text
    assert "Traceback" not in answer.text
    assert "Internal error" not in answer.text + json.dumps(events)
    assert time.monotonic() - began < 40
    if answer.status_code == 422:
        assert "\n" not in answer.json()["message"]
        assert events[-1]["message"] == answer.json()["message"]


def test_submissions_that_mean_harm_are_marked_or_for_a_person(server, client):
    names = ("macros.tex", "aliases.md", "deep.md", "numbers.md", "deep.ipynb", "nul.md", "none.exe", "setting.md")
    submissions = [{"name": name, "text": BOMBS[name]} for name in names]
    asked = {"exercise": {"name": "task.md", "text": EXERCISE}, "submissions": submissions}
    answer = client.post("/api/grade", json=asked)
    assert answer.status_code == 200
    for found, sent in zip(answer.json()["results"], submissions, strict=True):
        assert found["submission"] == sent["name"]
        assert (found["points"], "Traceback" in json.dumps(found), "Internal" in json.dumps(found)) == (0, False, False)
    assert goes_on(server)


# --- Bytes ---------------------------------------------------------------------------------------


def sent(
    server: LiveServer, data: bytes, *, then_closes: bool = False, to_the_end: bool = False, seconds: float = 10
) -> bytes:
    """All that is answered to some bytes, until the server closes the connection or says no more."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as made:
        made.settimeout(seconds)
        answer = b""
        try:
            made.sendall(data)
            if then_closes:
                made.shutdown(socket.SHUT_WR)
            while piece := made.recv(65536):
                answer += piece
                if not (then_closes or to_the_end) and _is_whole_answer(answer):
                    break
        except OSError:  # closed before all was sent, or nothing more comes
            pass
        return answer


def _is_whole_answer(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return length is not None and len(body) >= int(length[1])


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return 0 if found is None else int(found[1])


def request(server: LiveServer, line: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [line, f"Host: 127.0.0.1:{server.port}", f"Authorization: Bearer {TOKEN}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


BAD_BYTES = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 400, {0, 400}),
    "nothing": (b"\r\n\r\n", {0, 400}),
    "an old version": (b"GET / HTTP/0.9\r\n\r\n", {400, 421}),
    "no host": (b"GET /health HTTP/1.1\r\n\r\n", {400, 421}),
    "no host, as old programs do": (b"GET /health HTTP/1.0\r\n\r\n", {421}),
    "two hosts": (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n", {400}),
    "another host": (b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n", {421}),
    "a proxy's request": (b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", {421}),
    "a tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", {400, 421}),
    "two lengths": (b"POST /api/check HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345", {400}),
    "no length": (b"POST /api/check HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", {400}),
    "a length beyond all": (b"POST /api/check HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n", {400, 421}),
    "chunked and of a length": (
        b"POST /api/check HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400, 421}
    ),
    "a line folded": (b"GET /health HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", {400, 421}),
    "a name with a space": (b"GET /health HTTP/1.1\r\nHost : a\r\n\r\n", {400}),
    "zero bytes": (b"GET /health HTTP/1.1\r\nHost: a\0b\r\n\r\n", {400}),
    "a header that is too long": (b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", {0, 400, 421}),
    "headers without end": (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, {0, 400}),
    "an address that is too long": (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {0, 400, 421}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_BYTES)
def test_bytes_that_are_no_request(server: LiveServer, name: str):
    data, statuses = BAD_BYTES[name]
    answer = sent(server, data, then_closes=True)
    assert status(answer) in statuses
    assert b"Traceback" not in answer
    assert TOKEN.encode() not in answer


PATHS = [
    "/static/../access.py", "/static/..%2f..%2faccess.py", "/static/%2e%2e/access.py", "/static/..\\access.py",
    "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/check.js%00.css", "/static/", "/static/.",
    "/static/check.js/", "/static/..", "//evil.example/", "/%2f%2fevil.example", "/api/../health/..", "/%ff%fe",
    "/api/exercises/../../etc/passwd", "/exercises/..%2f..%2fetc%2fpasswd", "/live/", "/api", "/api/", "/.git/config",
    "/static/__init__.py", "/static/%5c..%5c", "/" + "a/" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out(server: LiveServer, path: str):
    answer = sent(server, request(server, f"GET {path} HTTP/1.1"))
    assert status(answer) in (303, 307, 404, 405)
    head = answer.partition(b"\r\n\r\n")[0]
    location = re.search(rb"(?im)^location: (\S*)", head)
    assert location is None or location[1].startswith((b"/", server.address.encode()))
    assert location is None or not location[1].startswith(b"//")
    assert b"root:" not in answer


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "get", "X"])
def test_methods_that_nobody_takes(server: LiveServer, method: str):
    answer = sent(server, request(server, f"{method} /live/check HTTP/1.1"), then_closes=True)
    assert status(answer) == 405
    assert TOKEN.encode() not in answer  # as TRACE would tell
    assert re.search(rb"(?im)^allow: POST\r?$", answer)


BODIES = {
    "no UTF-8": (b'{"page": "a", "text": "\xff\xfe"}', 400),
    "UTF-16": ('{"page": "a", "text": ""}'.encode("utf-16"), 400),
    "half a character": (rb'{"page": "a", "text": "\ud800"}', 400),
    "deep": (b"[" * 1_000_000, 400),
    "deep objects": (b'{"a":' * 300_000, 400),
    "a name twice": (b'{"page": "a", "text": "x", "text": "y"}', 400),
    "no number": (b'{"page": NaN, "text": "x"}', 400),
    "a number that is too long": (b'{"page": ' + b"9" * 100_000 + b', "text": "x"}', 400),
    "no page": (b'{"text": "x"}', 400),
    "a page that is no text": (b'{"page": {}, "text": "x"}', 400),
    "too long": (b'{"page": "a", "text": "' + b"x" * 5_000_000 + b'"}', 413),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_are_no_fields(client, name: str):
    body, expected = BODIES[name]
    answer = client.post("/live/check", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == expected
    assert list(answer.json()) == ["message"]
    assert "\n" not in answer.json()["message"]


def test_a_body_in_pieces_that_lie(server: LiveServer):
    head = request(
        server, "POST /live/check HTTP/1.1", b"", "Transfer-Encoding: chunked", "Content-Type: application/json"
    )
    for pieces in (b"zz\r\n{}\r\n0\r\n\r\n", b"-1\r\n{}\r\n", b"2\r\n{}{}{}\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n{}"):
        assert status(sent(server, head + pieces, then_closes=True)) in (0, 400)
    assert goes_on(server)


def test_a_body_without_end_is_cut_off(server: LiveServer):
    head = request(server, "POST /live/check HTTP/1.1", b"", "Content-Length: 90000000")
    answer = sent(server, head + b"x" * 70_000_000)
    assert status(answer) in (0, 413)  # 0: cut off before the answer was read
    assert goes_on(server)


def test_several_requests_at_once_on_one_connection(server: LiveServer):
    body = json.dumps({"page": "pipe", "name": "notes.md", "text": HEAD + GOOD}).encode()
    check_ = request(server, "POST /live/check HTTP/1.1", body, f"Content-Length: {len(body)}")
    last = request(server, "GET /health HTTP/1.1", b"", "Connection: close")
    answer = sent(server, check_ * 3 + last, to_the_end=True, seconds=30)
    assert answer.count(b"HTTP/1.1 200") == 4
    assert answer.count(b'"event": "done"') == 3


# --- Connections and processes -------------------------------------------------------------------


def test_who_leaves_in_the_middle_leaves_nothing_behind(server: LiveServer):
    text = HEAD + "".join(f"$$ (a + {n} b)^3 = a^3 $$\n\n" for n in range(60))
    body = json.dumps({"page": "left", "name": "notes.md", "text": text}).encode()
    for cut in (len(body), len(body) // 2, 0):
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as made:
                head = request(server, "POST /live/check HTTP/1.1", b"", f"Content-Length: {len(body)}")
                made.sendall(head + body[:cut])
    assert goes_on(server)


def test_many_that_say_nothing_keep_nobody_out(server: LiveServer):
    silent = []
    try:
        for number in range(250):
            made = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            made.sendall(b"GET / HTTP/1.1\r\nX: y\r\n" if number % 2 else b"")
            silent.append(made)
        assert goes_on(server)
    finally:
        for made in silent:
            made.close()
    assert goes_on(server)


def test_thousands_of_pages_are_forgotten_again(server: LiveServer, client: httpx.Client):
    before = max(server.bytes_held())
    for number in range(60):
        assert events_of(client, HEAD + GOOD, page=f"page {number}" + "x" * 5000)[-1]["event"] in ("done", "problem")
        time.sleep(0.01)
    assert max(server.bytes_held()) < before + 100_000_000


def test_a_storm_of_requests_of_one_page_ends_with_the_last(server: LiveServer, client: httpx.Client):
    def ask(number: int) -> tuple[int, str]:
        asked = {"page": "storm", "name": "notes.md", "text": f"{HEAD}$$ a + {number} = {number} + a $$\n"}
        answer = client.post("/live/check", json=asked)
        return answer.status_code, answer.text

    time.sleep(2)  # the bucket of requests fills again
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(ask, range(80)))
    assert {status for status, _ in found} <= {200, 429}
    lasts = [json.loads(text.splitlines()[-1])["event"] for status, text in found if status == 200]
    assert set(lasts) <= {"done", "superseded"}
    assert "done" in lasts
    assert goes_on(server)


def test_a_worker_that_is_killed_is_replaced_and_the_others_answer_rightly(server: LiveServer, client: httpx.Client):
    time.sleep(2)
    before = server.workers()

    def ask(number: int) -> list[Mapping[str, Any]]:
        text = HEAD + "".join(f"$$ {number} a + {n} b = {n} b + {number} a $$\n\n" for n in range(40))
        return events_of(client, text, page=f"killed {number}")

    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(ask, number) for number in range(6)]
        time.sleep(0.4)
        os.kill(before[0], signal.SIGKILL)
        found = [each.result() for each in asked]
    for number, events in enumerate(found):
        if events[-1]["event"] == "problem":
            assert events[-1]["status"] == 500
            continue
        assert is_whole(events)
        assert events[-1]["summary"]["proved"] == 40
        assert all(f"<mn>{number}</mn>" in event["html"] for event in events if event["event"] == "equation")
    assert goes_on(server)
    deadline = time.monotonic() + 20
    while len(server.workers()) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(server.workers()) == 2
    assert before[0] not in server.workers()


def test_the_token_stands_in_no_argument_of_a_worker(server: LiveServer):
    for worker in server.workers():
        for name in ("cmdline", "environ"):
            assert TOKEN.encode() not in Path(f"/proc/{worker}/{name}").read_bytes()


def test_exercises_are_where_they_were():
    assert (RIDGE / "exercise.md").is_file()
