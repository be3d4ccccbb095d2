"""The API: what the pages show, as JSON and CSV, under the same access and the same release.

A program sends a personal token (`Authorization: Bearer openphm_…`, made at /tokens); a browser that is
signed in may read it too. /api/v1/openapi.json describes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from openphm.access import Purpose, Role
from openphm.core.errors import AccessRefused, UsageError
from openphm.reports import REPORTS
from openphm.reports.measures import measure_list, measures_page
from openphm.reports.outcomes import grid_page
from openphm.web.asker import Asker, NeedsPurpose
from openphm.web.asking import NotFound, NotSignedIn, cookie_name
from openphm.web.directory import ROLE_NAMES
from openphm.web.limits import ANSWERS
from openphm.web.presenting import Shown
from openphm.web.screen import READERS
from openphm.web.screens.kept_answers import find
from openphm.web.screens.outcomes_work import GRID, SEGMENTS, key_of_framework
from openphm.web.screens.reports import SCREENS, ReportScreen
from openphm.web.suite import Suite

ROOT = "/api/v1"
router = APIRouter(prefix=ROOT)
_BY_NAME = {one.report: one for one in SCREENS}


class Form(StrEnum):
    """How an answer is written."""

    JSON = "json"
    CSV = "csv"


@dataclass
class ReportListed:
    """A report that the asker may have."""

    name: str
    says: str
    page: str
    by: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class Answer:
    """An answer after disclosure control: `suppressed` is a column of it where figures may be hidden."""

    question: str
    columns: list[str]
    rows: list[list[str | int | float | bool | None]]
    provenance: dict[str, Any]
    notes: list[str]


@dataclass
class PlaceListed:
    """A practice or network of the build."""

    kind: str
    code: str
    name: str


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
_MISTAKES: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "No token, or one that may no longer be used."},
    403: {"model": Problem, "description": "Not for this role, purpose or place."},
    404: {"model": Problem, "description": "There is no such thing."},
    422: {"model": Problem, "description": "It cannot be asked like that."},
    429: {"model": Problem, "description": "Too many requests in a minute: see Retry-After."},
    503: {"model": Problem, "description": "There is no build to answer from."},
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Answer, "content": {"text/csv": {"schema": {"type": "string"}}}},
    **_MISTAKES,
}


@router.get("/reports", response_model=list[ReportListed], responses=_MISTAKES)
def reports(who: Who) -> list[ReportListed]:
    """The reports that you may have."""
    return [
        ReportListed(
            one.report,
            REPORTS[one.report].says,
            one.path,
            list(REPORTS[one.report].by),
            [option.name for option in one.options],
        )
        for one in SCREENS
        if one.roles & who.roles
    ]


@router.get("/reports/{name}", response_model=None, responses=_ANSWERS)
def report(
    who: Who,
    name: str,
    place: PlaceCode = None,
    as_at: AsAt = None,
    by: Annotated[str | None, Query(max_length=40)] = None,
    event: Annotated[str | None, Query(max_length=80)] = None,
    cohort: Annotated[str | None, Query(max_length=80)] = None,
    months: Annotated[int | None, Query(ge=1, le=24)] = None,
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
) -> Response:
    """One report, as its page shows it."""
    one = _report_named(name)
    _for_roles(who, one)
    given: dict[str, Any] = {"as_at": as_at, "by": by}
    own = {"event": event, "cohort": cohort, "months": months}
    asked: dict[str, Any] = {key: value for key, value in own.items() if value is not None}
    REPORTS[name].check_options(asked)
    for option in one.options:
        if option.check is not None and option.name in asked:
            asked[option.name] = option.read(asked[option.name])
            if asked[option.name] is None:
                raise UsageError(option.name, "it is not one that can be asked for")
    given |= asked
    make = REPORTS[name]
    if cohort is not None:
        shown = who.shown_of_cohort(
            name,
            [given["cohort"]],
            lambda population: make(population, **given),
            place=place,
            as_at=as_at,
            options=given,
        )
    else:
        shown = who.shown(name, lambda population: make(population, **given), place=place, options=given)
    return _answer(who, shown, form)


@router.get("/measures", response_model=None, responses=_ANSWERS)
def measures(who: Who, form: Annotated[Form, Query(alias="format")] = Form.JSON) -> Response:
    """Every measure in force."""
    _for_readers(who)
    return _answer(who, who.shown("measure-list", measure_list), form)


@router.get("/measures/{measure_id}", response_model=None, responses=_ANSWERS)
def measure(
    who: Who,
    measure_id: str,
    place: PlaceCode = None,
    as_at: AsAt = None,
    by: Annotated[str, Query(max_length=60, description="Up to two groups, such as pcn,sex.")] = "",
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
) -> Response:
    """One measure: value, interval, numerator and denominator, by up to two groups."""
    _for_readers(who)
    if measure_id not in who.definitions.contents.measures:
        raise NotFound
    groups = [name.strip() for name in by.split(",") if name.strip()]
    if len(groups) > 2:
        raise UsageError("by", "these are too many groups", "At most two.", "leave some out")
    given = {"measure": measure_id, "as_at": as_at, "by": ",".join(groups)}
    shown = who.shown(
        "measure",
        lambda population: measures_page(population, [measure_id], groups, as_at=as_at),
        place=place,
        options=given,
    )
    return _answer(who, shown, form)


@router.get("/outcomes", response_model=None, responses=_ANSWERS)
def outcomes(who: Who, form: Annotated[Form, Query(alias="format")] = Form.JSON) -> Response:
    """The outcomes framework, once it was worked out for this build: see the page /outcomes."""
    _for_readers(who)
    answer = find(who, key_of_framework(who))
    if answer is None:
        raise UsageError(
            "outcomes",
            "they were not worked out yet for this build",
            "That is long work.",
            "open /outcomes in the suite and press Work it out",
        )
    return _answer(who, who.released(grid_page(answer.results[GRID], answer.said[SEGMENTS])), form)


@router.get("/places", response_model=list[PlaceListed], responses=_MISTAKES)
def places(who: Who) -> list[PlaceListed]:
    """The practices and networks of the live build."""
    _for_readers(who)
    with who.population() as population:
        return [PlaceListed(one.kind, one.code, one.name) for one in population.places]


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request) -> Response:
    """What the API is, for programs. It holds no data, so nobody need sign in."""
    return JSONResponse(request.app.openapi())


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


def _report_named(name: str) -> ReportScreen:
    if name not in _BY_NAME:
        raise NotFound
    return _BY_NAME[name]


def _for_roles(who: Asker, one: ReportScreen) -> None:
    if who.roles & one.roles:
        return
    allowed = ", ".join(ROLE_NAMES[role] for role in ROLE_NAMES if role in one.roles)
    refusal = AccessRefused(one.report, "your role may not have this report", f"It is for: {allowed}.")
    who.remember("access.refused", route=f"{ROOT}/reports/{one.report}", found=refusal.found)
    raise refusal


def _for_readers(who: Asker) -> None:
    if not who.roles & READERS:
        who.remember("access.refused", route=ROOT, found="no figures for this role")
        raise AccessRefused("API", "your role sees registers and logs, not figures")


def _answer(who: Asker, shown: Shown, form: Form) -> Response:
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
