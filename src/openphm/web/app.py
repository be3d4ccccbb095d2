"""The app: every screen that there is, what they share, and what is said when something is wrong."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response

from openphm.core.errors import AccessRefused, OpenPHMError, StoreError
from openphm.web import api
from openphm.web.asker import NeedsPurpose
from openphm.web.asking import NotFound, NotSignedIn
from openphm.web.guarding import Guard
from openphm.web.limits import TooMany
from openphm.web.screens import all_screens
from openphm.web.settings import Settings
from openphm.web.suite import STATIC, Suite
from openphm.web.warming import warm

_OK, _FORBIDDEN, _MISSING, _WRONG, _TOO_MANY, _FAULT, _NO_DATA = 200, 403, 404, 422, 429, 500, 503


def make_app(settings: Settings, *, asks_apart: bool = False) -> FastAPI:
    """The application. Raises UsageError when the demo could be reached from elsewhere.

    asks_apart: answers come from processes of their own (openphm.web.apart), as they do where it is served.
    """
    settings.check()
    held = all_screens()
    paths = {rule.path: rule.roles for one in held for rule in one.rules if rule.method == "GET"}
    entries = tuple(entry for one in held for entry in one.entries)
    suite = Suite(settings, entries, paths, asks_apart)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        if settings.is_warmed:
            threading.Thread(target=warm, args=(suite,), daemon=True).start()
            threading.Thread(target=len, args=(suite.log_index,), daemon=True).start()  # reads it once
        yield
        suite.close()

    app = FastAPI(
        title="OpenPHM",
        redirect_slashes=False,
        version="1",
        description=api.__doc__ or "",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=life,
    )
    app.state.suite = suite
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Guard, hosts=settings.hosts, is_tls=settings.is_tls)
    for one in held:
        app.include_router(one.router)
    app.include_router(api.router)
    app.add_api_route("/static/{digest}/{name:path}", _static, include_in_schema=False)
    app.add_api_route("/healthz", _health, include_in_schema=False)
    for kind in (OpenPHMError, NotFound, TooMany, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _problem)
    app.add_exception_handler(NotSignedIn, _to_sign_in)
    app.add_exception_handler(NeedsPurpose, _to_purpose)
    return app


def _static(digest: str, name: str) -> Response:
    """A file for browsers. The digest is for caches: whatever it is, the file is the one we have."""
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        raise NotFound
    kinds = {".mjs": "text/javascript", ".js": "text/javascript"}
    return FileResponse(path, media_type=kinds.get(path.suffix))


def _health() -> Response:
    return JSONResponse({"status": "ok"})


async def _to_sign_in(request: Request, error: Exception) -> Response:
    if _is_api(request):
        return api.problem(401, error)
    return _elsewhere(request, "/sign-in")


async def _to_purpose(request: Request, error: Exception) -> Response:
    if _is_api(request):
        return api.problem(_FORBIDDEN, error)
    return _elsewhere(request, "/purpose")


def _is_api(request: Request) -> bool:
    return request.url.path.startswith(api.ROOT)


def _elsewhere(request: Request, path: str) -> Response:
    """Another page first, and then back here when this was a page."""
    query = f"?{request.url.query}" if request.url.query else ""
    back = f"{request.url.path}{query}" if request.method == "GET" else ""
    query = urlencode({"next": back}) if back else ""
    target = f"{path}?{query}" if query else path
    if "hx-request" in request.headers:
        return Response(status_code=_OK, headers={"hx-redirect": target})
    return RedirectResponse(target, 303)


async def _problem(request: Request, error: Exception) -> Response:
    """The page for a mistake or a fault: what is wrong and what to do, never how our program looks inside."""
    status = _status(error)
    said = error if isinstance(error, OpenPHMError) else None
    if status == _FAULT:
        # its text may hold a value of a row, so its kind alone is said
        print(f"web suite: a fault of its own, {type(error).__name__}", file=sys.stderr)  # noqa: T201
    headers = {"retry-after": str(error.seconds)} if isinstance(error, TooMany) else {}
    if _is_api(request):
        answer = api.problem(status, error)
        answer.headers.update(headers)
        return answer
    suite: Suite = request.app.state.suite
    asking = getattr(request.state, "asking", None)
    around = asking.around() if asking is not None else {}
    page = suite.templates.get_template("problem.html").render(**around, status=status, said=said)
    return HTMLResponse(page, status, headers=headers)


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, AccessRefused):
        return _FORBIDDEN
    if isinstance(error, NotFound):
        return _MISSING
    if isinstance(error, TooMany):
        return _TOO_MANY
    if isinstance(error, StoreError):
        return _NO_DATA
    return _WRONG if isinstance(error, OpenPHMError | RequestValidationError) else _FAULT
