"""Answering: who asks the API, how an answer is written, and what is said when it cannot be given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openphm.access import Purpose, Role
from openphm.core.errors import AccessRefused
from openphm.web.asker import Asker, NeedsPurpose
from openphm.web.asking import NotSignedIn, cookie_name
from openphm.web.directory import ROLE_NAMES
from openphm.web.limits import ANSWERS
from openphm.web.presenting import Shown
from openphm.web.screen import READERS
from openphm.web.suite import Suite

ROOT = "/api/v1"


class Form(StrEnum):
    """How an answer is written."""

    JSON = "json"
    CSV = "csv"


@dataclass
class Answer:
    """An answer after disclosure control: `suppressed` is a column of it where figures may be hidden."""

    question: str
    columns: list[str]
    rows: list[list[str | int | float | bool | None]]
    provenance: dict[str, Any]
    notes: list[str]


@dataclass
class Problem:
    """What is wrong: where, what was found, what is allowed, how to mend it."""

    where: str
    found: str
    allowed: str = ""
    remedy: str = ""


def asker_of(request: Request) -> Asker:
    """Who asks: the owner of a token, or whoever is signed in. Raises NotSignedIn."""
    suite: Suite = request.app.state.suite
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        held = suite.register.tokens.find(token.strip(), date.today())
        if held is None:
            raise NotSignedIn
        user = suite.directory.user(held.owner, Role(held.role))
        asker = Asker(suite, user, Purpose(held.purpose))
    else:
        session = suite.sessions.of(request.cookies.get(cookie_name(suite)))
        if session is None:
            raise NotSignedIn
        asker = Asker(suite, suite.directory.user(session.name, session.role), session.purpose)
    suite.limits.take(f"api {asker.user.name}", ANSWERS)
    return asker


Who = Annotated[Asker, Depends(asker_of)]
PlaceCode = Annotated[str | None, Query(max_length=12, description="A practice, network or LSOA code.")]
AsAt = Annotated[date | None, Query(description="A month end of the build; its own when not given.")]
MISTAKES: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "No token, or one that may no longer be used."},
    403: {"model": Problem, "description": "Not for this role, purpose or place."},
    404: {"model": Problem, "description": "There is no such thing."},
    422: {"model": Problem, "description": "It cannot be asked like that."},
    429: {"model": Problem, "description": "Too many requests in a minute: see Retry-After."},
    503: {"model": Problem, "description": "There is no build to answer from."},
}
ANSWERS_OF: dict[int | str, dict[str, Any]] = {
    200: {"model": Answer, "content": {"text/csv": {"schema": {"type": "string"}}}},
    **MISTAKES,
}


def problem(status: int, error: Exception) -> Response:
    """A mistake or fault of the API, as JSON: never how our program looks inside."""
    if isinstance(error, NotSignedIn):
        said = Problem("authorization", "you are not signed in", "A token of /tokens, as Bearer.", "send one")
        return JSONResponse(vars(said), 401, headers={"www-authenticate": "Bearer"})
    if isinstance(error, NeedsPurpose):
        return JSONResponse(
            vars(Problem("purpose", "you have not said why you ask", "", "see /purpose")), 403
        )
    parts = [
        str(getattr(error, name, "")).removeprefix("--") for name in ("where", "found", "allowed", "remedy")
    ]
    if not parts[0]:
        parts[:2] = ["request", _FOUND.get(status, "it cannot be answered")]
    return JSONResponse(vars(Problem(*parts)), status)


_FOUND = {404: "there is no such thing", 422: "it cannot be asked like that", 429: "too many requests"}


def for_readers(who: Asker) -> None:
    """Refuse who sees registers and logs alone. Raises AccessRefused."""
    if not who.roles & READERS:
        who.remember("access.refused", route=ROOT, found="no figures for this role")
        raise AccessRefused("API", "your role sees registers and logs, not figures")


def for_roles(who: Asker, roles: frozenset[Role], what: str, route: str) -> None:
    """Refuse who has none of these roles. Raises AccessRefused, and the log remembers."""
    if who.roles & roles:
        return
    allowed = ", ".join(ROLE_NAMES[role] for role in ROLE_NAMES if role in roles)
    refusal = AccessRefused(what, "your role may not have this", f"It is for: {allowed}.")
    who.remember("access.refused", route=f"{ROOT}{route}", found=refusal.found)
    raise refusal


def answered(who: Asker, shown: Shown, form: Form) -> Response:
    """A released answer, remembered in the log first: a program may keep it as a file."""
    source = shown.provenance
    who.remember(
        "release.api",
        question=shown.released.question,
        rule=source.disclosure,
        format=str(form),
        build=source.build,
    )
    kind = "text/csv; charset=utf-8" if form is Form.CSV else "application/json"
    return Response(shown.as_file(str(form)), media_type=kind)
