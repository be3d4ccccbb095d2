"""The guard before every route: host, size, origin; and the headers on every answer."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 256 * 1024
LONGEST_ADDRESS = 4_000
STATIC = "/static/"
_SAFE_METHODS = {"GET", "HEAD"}
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_FOR_PAGES = {"cache-control": "no-store", "vary": "HX-Request"}
_FOR_FILES = {"cache-control": "public, max-age=31536000, immutable"}
_FOR_TLS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}

Refusal = tuple[int, str]


class Guard:
    """Refuses what no page of ours would send, before any of our code reads it."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], is_tls: bool) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._always = _encoded({**_HEADERS, **(_FOR_TLS if is_tls else {})})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        is_file = scope["path"].startswith(STATIC)
        added = [*self._always, *_encoded(_FOR_FILES if is_file else _FOR_PAGES)]
        if refusal:
            await _answer(refusal, added, send)
            return
        body, too_large = await _body(receive)
        if too_large:
            await _answer((413, "This is too large."), added, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        sent = False

        async def once_more() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, once_more, with_headers)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> Refusal | None:
        host = headers.get("host", "").lower()
        if _without_port(host) not in self._hosts:
            return 421, "This service does not answer to that name."
        if len(scope["path"]) + len(scope.get("query_string", b"")) > LONGEST_ADDRESS:
            return 414, "This address is too long. Go back and choose fewer filters."
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > LARGEST_BODY:
            return 413, "This is too large."
        return None if scope["method"] in _SAFE_METHODS else _from_elsewhere(headers, host)


def _from_elsewhere(headers: dict[str, str], host: str) -> Refusal | None:
    """Why a form is refused that another site made the browser send."""
    refused = 403, "This was sent from another site, so nothing was done."
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return refused
    origin = headers.get("origin")
    return refused if origin is not None and urlsplit(origin).netloc.lower() != host else None


async def _body(receive: Receive) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            return b"", True
        if not message.get("more_body"):
            return b"".join(parts), False


async def _answer(said: Refusal, headers: list[tuple[bytes, bytes]], send: Send) -> None:
    status, text = said
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": text.encode()})


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _without_port(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host
