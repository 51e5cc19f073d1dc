"""Who may ask, and what every answer says of safety.

A request must name the server as its host (so no other site's name can be bound to this address), must carry the
token, and, where it changes or computes something, must come from a page of this server. The token comes in the
address that the server printed and is then kept as a cookie; tools send it as `Authorization: Bearer …`.
"""

import hmac
import secrets
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from derive.records import dataclass
from derive.web.limits import Rate

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types derive",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
OPEN_PATHS = frozenset({"/health"})
"""What is answered without a token: that the server is there."""
READING = frozenset({"GET", "HEAD"})
WITHOUT_TOKEN = "this page is opened by the whole address that `derive serve` printed, with its token"
FROM_ELSEWHERE = "this request comes from another site"
NOT_THIS_HOST = "this server is not known by that name"
TOO_OFTEN = "too many requests; wait a second"


@dataclass(frozen=True)
class Gate:
    """What is asked of a request. `hosts` are the names, with port, by which this server is known; empty for any."""

    token: str
    port: int
    hosts: frozenset[str] = frozenset()

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the token: one for each port, since cookies are shared among ports."""
        return f"derive-{self.port}"

    @property
    def visitor_cookie(self) -> str:
        """The name of the cookie that tells visitors apart."""
        return f"derive-visitor-{self.port}"

    def knows_host(self, headers: Headers) -> bool:
        """Whether the request names this server."""
        return not self.hosts or headers.get("host", "").lower() in self.hosts

    def knows_token(self, given: str | None) -> bool:
        """Whether this is the token."""
        return given is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def new_visitor(self) -> str:
        """A name for a visitor that nobody else can have made."""
        name = secrets.token_urlsafe(12)
        return f"{name}.{self._signature(name)}"

    def visitor(self, given: str | None) -> str | None:
        """The visitor's name, null where this server has not given it."""
        name, _, signature = (given or "").partition(".")
        return name if name and hmac.compare_digest(signature.encode(), self._signature(name).encode()) else None

    def _signature(self, name: str) -> str:
        return hmac.new(self.token.encode(), name.encode(), sha256).hexdigest()[:32]


class Access:
    """Lets through what may pass a gate, as often as it may come, and puts the headers of safety on every answer.

    A request that passes has `visitor` in its state: a name that tells people apart.
    """

    def __init__(self, app: ASGIApp, gate: Gate, rate: Rate) -> None:
        self.app, self.gate, self.rate = app, gate, rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        answer = self._refusal(scope)
        await (self.app if answer is None else answer)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that does not pass; null for one that does."""
        headers, path = Headers(scope=scope), scope["path"]
        if not self.gate.knows_host(headers):
            return _said(path, NOT_THIS_HOST, 421)
        cookies = _cookies(headers)
        if path not in OPEN_PATHS:
            refused = self._without_token(scope, headers, cookies)
            if refused is not None:
                return refused
        visitor = self.gate.visitor(cookies.get(self.gate.visitor_cookie))
        address = (scope.get("client") or ("", 0))[0]
        if not self.rate.allows(visitor or f"at {address}"):
            answer = _said(path, TOO_OFTEN, 429)
            answer.headers["Retry-After"] = "1"
            return answer
        scope.setdefault("state", {})["visitor"] = visitor or f"at {address}"
        return None

    def _without_token(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> Response | None:
        path, method = scope["path"], scope["method"]
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.gate.knows_token(credentials.strip()):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        in_address = next((value for name, value in query if name == "token"), None)
        if method in READING and self.gate.knows_token(in_address):
            return self._entered(path, query)
        if not self.gate.knows_token(cookies.get(self.gate.cookie)):
            return _said(path, WITHOUT_TOKEN, 401)
        return None if method in READING or _is_from_here(headers) else _said(path, FROM_ELSEWHERE, 403)

    def _entered(self, path: str, query: list[tuple[str, str]]) -> Response:
        """The same address without the token, which is a cookie from now on."""
        rest = urlencode([pair for pair in query if pair[0] != "token"])
        local = "/" + path.lstrip("/")
        answer = RedirectResponse(f"{local}?{rest}" if rest else local, status_code=303)
        for name, value in ((self.gate.cookie, self.gate.token), (self.gate.visitor_cookie, self.gate.new_visitor())):
            answer.set_cookie(name, value, httponly=True, samesite="lax", path="/")
        return answer


def _is_from_here(headers: Headers) -> bool:
    """Whether a browser sent the request from a page of this server. Every browser says at least its origin."""
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if origin is None:
        return site == "same-origin"
    return origin.partition("://")[2] == headers.get("host") and site in (None, "same-origin")


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        found: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in found.items()}


def _said(path: str, message: str, status: int) -> Response:
    """One line: for tools in JSON, for people as it is."""
    if path.startswith(("/api/", "/live/")):
        return JSONResponse({"message": message}, status)
    return PlainTextResponse(f"derive: {message}\n", status)
