"""The guard before every route: host, size, origin; and the headers on every answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 256 * 1024
_SAFE_METHODS = {"GET", "HEAD"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # to no other host; a page that may say nothing at all sends its own forms with "Origin: null"
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_FOR_TLS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


class Guard:
    """Refuses what no page of ours would send, before any of our code reads it."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], is_tls: bool) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        headers = {**_HEADERS, **(_FOR_TLS if is_tls else {})}
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope["method"], headers)
        if refusal:
            await _answer(refusal, self._headers, send)
            return
        body, too_large = await _body(receive)
        if too_large:
            await _answer((413, "too large"), self._headers, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self._headers]}
            await send(message)

        async def once_more() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, once_more, with_headers)

    def _refusal(self, method: str, headers: dict[str, str]) -> tuple[int, str] | None:
        host = headers.get("host", "").lower()
        if _without_port(host) not in self._hosts:
            return 421, "this service does not answer to that name"
        if (
            headers.get("content-length", "0").isdigit()
            and int(headers.get("content-length", "0")) > LARGEST_BODY
        ):
            return 413, "too large"
        if method in _SAFE_METHODS:
            return None
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403, "sent from another site"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host:
            return 403, "sent from another site"
        return None


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


async def _answer(said: tuple[int, str], headers: Iterable[tuple[bytes, bytes]], send: Send) -> None:
    status, text = said
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": text.encode()})


def _without_port(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host
