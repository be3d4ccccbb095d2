"""Stratify: any measure by one or two kinds of group, for everybody, a place or a cohort."""

from __future__ import annotations

from datetime import date
from functools import partial

from starlette.responses import Response

from openphm.access import Role
from openphm.pages import Page
from openphm.population import Population
from openphm.reports.stratified import GROUPS, stratified
from openphm.web.asking import Ask, Asking
from openphm.web.filters import Filters, Option
from openphm.web.presenting import Shown
from openphm.web.screen import ANALYSTS, Screen
from openphm.web.screens.reports import COHORT, place_and_date, show_report

ORDER = 12
DEFAULT = "ed_attendances_pppy"
ROLES = ANALYSTS | {Role.CLINICIAN, Role.EXECUTIVE}
STEPS = {"The same for two cohorts": "/compare", "Build a cohort": "/cohorts/new", "Outcomes": "/outcomes"}
screen = Screen("overview", roles=ROLES)


@screen.get(
    "/stratify", "Stratify", says="Any measure by segment, age, sex, deprivation, ethnic group or place."
)
def page(ask: Ask) -> Response:
    """The measure of the filters, group by group."""
    filters = ask.filters(_options(ask))
    chosen = {name: filters.value(name) for name in ("measure", "rows", "columns")}
    shown = _shown(ask, chosen, filters)
    return show_report(ask, shown, filters, STEPS)


def _shown(ask: Asking, chosen: dict[str, str], filters: Filters) -> Shown:
    as_at = filters.day("as_at") if "as_at" in filters.chosen else None
    place, cohort = filters.chosen.get("place"), filters.chosen.get("cohort")
    down, across = chosen["rows"], chosen["columns"] if chosen["columns"] != chosen["rows"] else ""
    make = partial(_made, chosen["measure"], down, across, as_at, cohort)
    options = {**chosen, "as_at": as_at}
    if cohort:
        return ask.shown_of_cohort("stratify", [cohort], make, place=place, as_at=as_at, options=options)
    return ask.shown("stratify", make, place=place, options=options)


def _made(
    measure: str, down: str, across: str, as_at: date | None, cohort: str | None, population: Population
) -> Page:
    return stratified(population, measure, down, across, as_at=as_at, where=cohort)


def _options(ask: Asking) -> list[Option]:
    """Measure, rows and columns; then place, date and cohort as on a report."""
    measures = [one for one in ask.definitions.contents.measures.values() if not one.is_recorded]
    named = {one.id: one.title for one in sorted(measures, key=lambda one: one.title)}
    first = DEFAULT if DEFAULT in named else next(iter(named))
    return [
        Option("measure", "Measure", {first: named[first], **named}, default=first),
        Option("rows", "Rows", GROUPS, default="segment"),
        Option("columns", "Columns", {"": "None", **GROUPS}),
        *place_and_date(ask),
        COHORT,
    ]
