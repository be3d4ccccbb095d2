"""Figures of the API: reports, measures, outcomes and places, as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from openphm.core.errors import UsageError
from openphm.reports import REPORTS
from openphm.reports.measures import measure_list, measures_page
from openphm.reports.outcomes import grid_page
from openphm.web.api.answering import (
    ANSWERS_OF,
    MISTAKES,
    AsAt,
    Form,
    PlaceCode,
    Who,
    answered,
    for_readers,
    for_roles,
)
from openphm.web.asking import NotFound
from openphm.web.screens.kept_answers import find
from openphm.web.screens.outcomes_work import GRID, SEGMENTS, key_of_framework
from openphm.web.screens.reports import SCREENS, ReportScreen

router = APIRouter()
_BY_NAME = {one.report: one for one in SCREENS}


@dataclass
class ReportListed:
    """A report that the asker may have."""

    name: str
    says: str
    page: str
    by: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class PlaceListed:
    """A practice or network of the build."""

    kind: str
    code: str
    name: str


@router.get("/reports", response_model=list[ReportListed], responses=MISTAKES)
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


@router.get("/reports/{name}", response_model=None, responses=ANSWERS_OF)
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
    for_roles(who, one.roles, one.report, f"/reports/{name}")
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
    return answered(who, shown, form)


@router.get("/measures", response_model=None, responses=ANSWERS_OF)
def measures(who: Who, form: Annotated[Form, Query(alias="format")] = Form.JSON) -> Response:
    """Every measure in force."""
    for_readers(who)
    return answered(who, who.shown("measure-list", measure_list), form)


@router.get("/measures/{measure_id}", response_model=None, responses=ANSWERS_OF)
def measure(
    who: Who,
    measure_id: str,
    place: PlaceCode = None,
    as_at: AsAt = None,
    by: Annotated[str, Query(max_length=60, description="Up to two groups, such as pcn,sex.")] = "",
    form: Annotated[Form, Query(alias="format")] = Form.JSON,
) -> Response:
    """One measure: value, interval, numerator and denominator, by up to two groups."""
    for_readers(who)
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
    return answered(who, shown, form)


@router.get("/outcomes", response_model=None, responses=ANSWERS_OF)
def outcomes(who: Who, form: Annotated[Form, Query(alias="format")] = Form.JSON) -> Response:
    """The outcomes framework, once it was worked out for this build: see the page /outcomes."""
    for_readers(who)
    answer = find(who, key_of_framework(who))
    if answer is None:
        raise UsageError(
            "outcomes",
            "they were not worked out yet for this build",
            "That is long work.",
            "open /outcomes in the suite and press Work it out",
        )
    return answered(who, who.released(grid_page(answer.results[GRID], answer.said[SEGMENTS])), form)


@router.get("/places", response_model=list[PlaceListed], responses=MISTAKES)
def places(who: Who) -> list[PlaceListed]:
    """The practices and networks of the live build."""
    for_readers(who)
    with who.population() as population:
        return [PlaceListed(one.kind, one.code, one.name) for one in population.places]


def _report_named(name: str) -> ReportScreen:
    if name not in _BY_NAME:
        raise NotFound
    return _BY_NAME[name]
