"""Who may ask, and what every answer says of safety.

A request must name the server as its host (so no other site's name can be bound to this address), must show that it
knows the token, and, where it changes or computes something, must come from a page of this server. The token comes in
the address that the server printed, and leads to a cookie that names the visitor and is signed with it; tools send the
token itself as `Authorization: Bearer …`.
"""

import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
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
WITHOUT_BEARER = "send the token in the address that `derive serve` printed, as Authorization: Bearer …"
FROM_ELSEWHERE = "this request comes from another site"
NOT_THIS_HOST = "this server is not known by that name"
TOO_OFTEN = "too many requests; wait a second"
DEFECT = "internal error (please report it)"
LOG = logging.getLogger("derive.web")


@dataclass(frozen=True)
class Gate:
    """What is asked of a request. `hosts` are the names, with port, by which this server is known; empty for any."""

    token: str
    port: int
    hosts: frozenset[str] = frozenset()

    @property
    def cookie(self) -> str:
        """The name of the cookie that names a visitor: one for each port, since cookies are shared among ports."""
        return f"derive-{self.port}"

    def knows_host(self, headers: Headers) -> bool:
        """Whether the request names this server."""
        named = headers.get("host", "").lower()
        return named in self.hosts if self.hosts else named != ""

    def knows_token(self, given: str | None) -> bool:
        """Whether this is the token."""
        return given is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def new_visitor(self) -> str:
        """A name for a visitor that nobody else can have made."""
        name = secrets.token_urlsafe(12)
        return f"{name}.{self._signature(name)}"

    def visitor(self, headers: Headers) -> str | None:
        """The visitor whom a cookie names, null where this server has given none of the cookies.

        Other servers on this machine can set cookies of the same name, and these may stand first.
        """
        for given in _cookies(headers, self.cookie):
            name, _, signature = given.partition(".")
            if name and hmac.compare_digest(signature.encode(), self._signature(name).encode()):
                return name
        return None

    def _signature(self, name: str) -> str:
        return hmac.new(self.token.encode(), name.encode(), sha256).hexdigest()[:32]


class Access:
    """Lets through what may pass a gate, as often as it may come, and puts the headers of safety on every answer.

    A request that passes has `visitor` in its state: a name that tells people apart. A defect met in one request is
    one line for who runs the server, and one for who asked.
    """

    def __init__(self, app: ASGIApp, gate: Gate, rate: Rate) -> None:
        self.app, self.gate, self.rate = app, gate, rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope)
        try:
            await (self.app if answer is None else answer)(scope, receive, send_with_headers)
        except Exception as error:  # the boundary: a defect met in one request does not stop the others
            words = " ".join(f"{type(error).__name__}: {error}".split())
            LOG.error("derive serve: internal error (please report it): %s: %s", scope["path"][:80], words)
            if has_begun:  # the answer can not be mended: the connection ends in the middle of it
                raise BrokenAnswerError from None
            await said(scope["path"], DEFECT, 500)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that does not pass; null for one that does."""
        headers, path = Headers(scope=scope), scope["path"]
        if not self.gate.knows_host(headers):
            return said(path, NOT_THIS_HOST, 421)
        known = self.gate.visitor(headers)
        visitor = known or f"at {(scope.get('client') or ('',))[0]}"
        scope.setdefault("state", {})["visitor"] = visitor
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        enters = scope["method"] in READING and any(
            name == "token" and self.gate.knows_token(value) for name, value in query
        )
        if not enters and path not in OPEN_PATHS and not _has_token(headers, self.gate):
            if known is None:
                message = WITHOUT_BEARER if path.startswith("/api/") else WITHOUT_TOKEN
                return said(path, message, 401, {"WWW-Authenticate": "Bearer"})
            if scope["method"] not in READING and not _is_from_here(headers):
                return said(path, FROM_ELSEWHERE, 403)
        if not self.rate.allows(visitor):
            return said(path, TOO_OFTEN, 429, {"Retry-After": "1"})
        return self._entered(path, query, known) if enters else None

    def _entered(self, path: str, query: Sequence[tuple[str, str]], known: str | None) -> Response:
        """The same address without the token, whose knowledge a cookie shows from now on."""
        rest = urlencode([pair for pair in query if pair[0] != "token"])
        local = "/" + path.lstrip("/")
        answer = RedirectResponse(f"{local}?{rest}" if rest else local, status_code=303)
        if known is None:
            answer.set_cookie(self.gate.cookie, self.gate.new_visitor(), httponly=True, samesite="lax", path="/")
        return answer


class BrokenAnswerError(Exception):
    """An answer that ended in the middle; why was said already."""


def _has_token(headers: Headers, gate: Gate) -> bool:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and gate.knows_token(credentials.strip())


def _is_from_here(headers: Headers) -> bool:
    """Whether a browser sent the request from a page of this server. Every browser says at least its origin."""
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if origin is None:
        return site == "same-origin"
    return origin.partition("://")[2] == headers.get("host") and site in (None, "same-origin")


def _cookies(headers: Headers, name: str) -> Sequence[str]:
    """The values of all cookies of a name, whatever stands between them."""
    pairs = [each.partition("=") for line in headers.getlist("cookie") for each in line.split(";")]
    return [value.strip() for given, _, value in pairs if given.strip() == name]


def said(path: str, message: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """One line: for tools in JSON, for people as it is."""
    if path.startswith(("/api/", "/live/")):
        return JSONResponse({"message": message}, status, headers)
    return PlainTextResponse(f"derive: {message}\n", status, headers)
