"""Who may ask the live page's server, and what it says to others."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from derive.web.access import (
    FROM_ELSEWHERE,
    HEADERS,
    NOT_THIS_HOST,
    TOO_OFTEN,
    WITHOUT_BEARER,
    WITHOUT_TOKEN,
    Access,
    Gate,
)
from derive.web.limits import Rate
from derive.web.setup import Setup

TOKEN = "a-token-for-tests-only"
HOST = "127.0.0.1:8000"


async def visitor(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.state.visitor)


def client(at_once: float = 100, **options: object) -> TestClient:
    setup = Setup(TOKEN, **options)  # type: ignore[arg-type]
    middleware = Middleware(Access, gate=Gate(TOKEN, 8000, setup.hosts), rate=Rate(0, at_once))
    routes = [Route(path, visitor, methods=["GET", "POST"]) for path in ("/", "/health", "/live/check", "/api/check")]
    return TestClient(Starlette(routes=routes, middleware=[middleware]), base_url=f"http://{HOST}")


def entered(at_once: float = 100) -> TestClient:
    made = client(at_once)
    assert made.get("/", params={"token": TOKEN}).status_code == 200
    return made


def test_the_address_with_the_token_leads_to_one_without():
    answer = client().get("/", params={"token": TOKEN, "page": "a b"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?page=a+b")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("derive-8000=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert TOKEN not in cookie


def test_the_address_does_not_lead_elsewhere():
    answer = client().get(f"//evil.example/?token={TOKEN}", follow_redirects=False)
    location = answer.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "ü" * 20])
def test_without_the_token_nothing_is_answered(token: str):
    made = client()
    answers = [
        made.get("/", params={"token": token}),
        made.get("/", headers={"Authorization": f"Bearer {token}".encode()}),
        made.get("/", headers={"Cookie": f"derive-8000={token}".encode()}),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, f"derive: {WITHOUT_TOKEN}\n")}


def test_tools_are_told_in_json():
    answer = client().post("/api/check")
    assert (answer.status_code, answer.json()) == (401, {"message": WITHOUT_BEARER})


def test_a_tool_needs_no_cookie():
    answer = client().post("/api/check", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200


def test_that_the_server_is_there_everybody_may_know():
    assert client().get("/health").status_code == 200


@pytest.mark.parametrize("host", ["evil.example:8000", "127.0.0.1:9", "localhost", "127.0.0.1.evil.example:8000"])
def test_another_name_bound_to_this_address_is_refused(host: str):
    answer = client().get("/", params={"token": TOKEN}, headers={"Host": host})
    assert (answer.status_code, answer.text) == (421, f"derive: {NOT_THIS_HOST}\n")


def test_a_server_for_other_machines_is_known_by_any_name():
    assert client(host="0.0.0.0").get("/health", headers={"Host": "lab.example:8000"}).status_code == 200


FROM_OTHERS = [
    {},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FROM_OTHERS)
def test_a_form_on_another_site_can_not_use_the_cookie(headers: dict[str, str]):
    answer = entered().post("/live/check", headers=headers)
    assert (answer.status_code, answer.json()) == (403, {"message": FROM_ELSEWHERE})


@pytest.mark.parametrize("headers", [{"Origin": f"http://{HOST}"}, {"Sec-Fetch-Site": "same-origin"}])
def test_the_own_page_can(headers: dict[str, str]):
    assert entered().post("/live/check", headers=headers).status_code == 200


def test_the_token_in_the_address_is_for_opening_a_page_only():
    assert client().post("/live/check", params={"token": TOKEN}).status_code == 401


def test_visitors_are_told_apart_and_can_not_choose_who_they_are():
    one, other = entered(), entered()
    assert one.get("/").text == one.get("/").text != other.get("/").text
    name = one.get("/").text
    forged = client()
    for cookie in (f"{name}.{'0' * 32}", f"{name}.", name, f".{'0' * 32}", TOKEN):
        assert forged.get("/", headers={"Cookie": f"derive-8000={cookie}"}).status_code == 401


def test_who_asks_too_often_waits_and_others_do_not():
    one, other = entered(at_once=4), entered()  # to enter takes one
    answers = [one.get("/") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert (answers[-1].text, answers[-1].headers["Retry-After"]) == (f"derive: {TOO_OFTEN}\n", "1")
    assert other.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/", "/nothing"])
def test_every_answer_has_the_headers_of_safety(path: str):
    headers = entered().get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_cookies_that_are_none_are_no_cookies():
    assert client().get("/", headers={"Cookie": "=;;;\x01=2; derive-8000"}).status_code == 401


# --- Cookies of others ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "others",
    [
        "a=b",
        'theme={"dark": true}',
        "[x]=1; =;;",
        "a b=c",
        "_xsrf=2|8c|1; b=\x01",
        "derive-8000=tossed",
        "derive-8000=",
    ],
)
def test_cookies_of_other_servers_do_not_matter(others: str):
    made = entered()
    mine = made.cookies["derive-8000"]
    name = made.get("/").text
    for line in (f"{others}; derive-8000={mine}", f"derive-8000={mine}; {others}"):
        answer = client().get("/", headers={"Cookie": line.encode("latin-1")})
        assert (answer.status_code, answer.text) == (200, name)


def test_the_cookie_of_a_server_is_none_of_another():
    mine = entered().cookies["derive-8000"]
    middleware = Middleware(Access, gate=Gate("another-token-for-tests", 8000), rate=Rate(0, 100))
    other = TestClient(Starlette(routes=[Route("/", visitor)], middleware=[middleware]), base_url=f"http://{HOST}")
    assert other.get("/", headers={"Cookie": f"derive-8000={mine}"}).status_code == 401


def test_who_opens_the_address_again_stays_who_he_is():
    made = entered()
    before = made.get("/").text
    assert made.get("/", params={"token": TOKEN}).text == before


def test_who_enters_again_and_again_waits_as_well():
    made = client(at_once=3)
    answers = [made.get("/", params={"token": TOKEN}, follow_redirects=False).status_code for _ in range(5)]
    assert 429 in answers


@pytest.mark.parametrize("token", ["sixteen; a=b, c\\d", 'quotes "and" spaces', "plain-and-long-enough%2B+"])
def test_a_token_may_hold_any_character(token: str):
    middleware = Middleware(Access, gate=Gate(token, 8000), rate=Rate(0, 100))
    made = TestClient(Starlette(routes=[Route("/", visitor)], middleware=[middleware]), base_url=f"http://{HOST}")
    assert made.get("/", params={"token": token}).status_code == 200
    assert made.get("/").status_code == 200
    assert made.get("/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_at_the_port_of_http_browsers_leave_the_port_out():
    assert {"localhost", "127.0.0.1", "localhost:80"} <= Setup(TOKEN, port=80).hosts
    assert "localhost" not in Setup(TOKEN, port=8000).hosts


def test_a_request_that_names_no_host_is_refused_everywhere():
    made = client(host="0.0.0.0")
    assert made.get("/health", headers={"Host": ""}).status_code == 421
    answer = made.post("/live/check", headers={"Host": "", "Origin": "null"})
    assert answer.status_code == 421


@pytest.mark.parametrize("path", ["/\\evil.example/", "/%5cevil.example", "/%09/evil.example", "///evil.example"])
def test_no_address_leads_to_another_server(path: str):
    answer = client().get(f"http://{HOST}{path}?token={TOKEN}", follow_redirects=False)
    location = answer.headers.get("location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\", "/\t"))
