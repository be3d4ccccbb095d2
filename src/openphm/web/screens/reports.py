"""Every report of `openphm.reports` as a page: one table says where each stands and what can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.responses import Response

from openphm.access import Action, Role
from openphm.core.identifiers import LSOACode, ODSCode
from openphm.pages import Page
from openphm.population import Population
from openphm.reports import REPORTS, data_quality
from openphm.web.asking import DOWNLOAD, Ask, Asking
from openphm.web.filters import Filters, Option
from openphm.web.presenting import Shown
from openphm.web.screen import ANALYSTS, READERS, Screen

ORDER = 10
_CLINICIAN, _EXECUTIVE, _FINANCE = Role.CLINICIAN, Role.EXECUTIVE, Role.FINANCE
_CARE = frozenset({_CLINICIAN, Role.CARE_COORDINATOR})

BY_NAMES = {
    "pcn": "Network (PCN)",
    "practice": "Practice",
    "sex": "Sex",
    "imd_quintile": "Deprivation",
    "ethnic_group": "Ethnic group",
    "segment": "Segment",
    "subsegment": "Subsegment",
    "1": "Healthy",
    "2": "Acute episodic",
    "3": "Long term conditions",
    "4": "High need",
    "5": "End of life",
    "all": "All segments",
}


@dataclass(frozen=True)
class ReportScreen:
    """A report at an address.

    by_label  what the choice of `by` is called here
    steps     where a reader goes next: a text and an address
    has_map   it is given the shapes of places, when the suite knows them
    """

    path: str
    section: str
    title: str
    report: str
    roles: frozenset[Role]
    by_label: str = "Split by"
    options: tuple[Option, ...] = ()
    steps: Mapping[str, str] = field(default_factory=dict)
    has_map: bool = False


def _cohort_id(text: str) -> str | None:
    """The id of a definition; a file's path is never read from an address."""
    name = text.removeprefix("cohorts/")
    return (
        f"cohorts/{name}" if name.replace("_", "").isalnum() and name.isascii() and len(name) < 80 else None
    )


def _event(text: str) -> str | None:
    plain = text.replace("_", "").replace(":", "")
    return text if plain.isalnum() and plain.isascii() and len(text) < 80 else None


EVENTS = Option("event", "Event", check=_event)
COHORT = Option("cohort", "Cohort", check=_cohort_id)
MONTHS = Option("months", "Months before and after", {str(n): str(n) for n in (3, 6, 12, 24)}, default="6")

SCREENS = (
    ReportScreen(
        "/overview/numbers",
        "overview",
        "Headline numbers",
        "headlines",
        READERS,
        steps={
            "The same for each segment": "/segments/matrix",
            "Where each outcome stands": "/outcomes",
            "Any measure by group": "/stratify",
        },
    ),
    ReportScreen(
        "/overview/conditions",
        "overview",
        "Conditions and their impact",
        "condition-impact",
        ANALYSTS | {_CLINICIAN, _FINANCE, _EXECUTIVE},
        steps={"Make a cohort of a condition": "/cohorts/new", "What happened before it": "/journeys"},
    ),
    ReportScreen(
        "/overview/cost",
        "overview",
        "Cost by life stage",
        "life-stage-cost",
        ANALYSTS | {_CLINICIAN, _FINANCE, _EXECUTIVE},
        steps={"Cost by segment": "/segments/matrix", "Cost if nothing changes": "/projections/baseline"},
    ),
    ReportScreen(
        "/overview/inequalities",
        "overview",
        "Inequalities",
        "inequalities",
        ANALYSTS | {_CLINICIAN, _EXECUTIVE},
        by_label="Compare by",
        steps={"Where are the gaps": "/overview/areas"},
    ),
    ReportScreen(
        "/overview/areas",
        "overview",
        "Areas",
        "areas",
        ANALYSTS | {_CLINICIAN, _EXECUTIVE},
        by_label="Compare",
        steps={"The same by deprivation and ethnic group": "/overview/inequalities"},
        has_map=True,
    ),
    ReportScreen(
        "/segments/matrix",
        "segments",
        "Segment matrix",
        "segments",
        READERS,
        steps={"Who moved between segments": "/segments/flows", "Outcomes of each segment": "/outcomes"},
    ),
    ReportScreen(
        "/segments/flows",
        "segments",
        "Movement between segments",
        "movement",
        ANALYSTS | {_EXECUTIVE},
        steps={"Sizes of the segments": "/segments/matrix"},
    ),
    ReportScreen(
        "/journeys",
        "overview",
        "Journeys",
        "journeys",
        ANALYSTS | {_CLINICIAN},
        options=(EVENTS, COHORT, MONTHS),
        steps={"Conditions and their impact": "/overview/conditions"},
    ),
    ReportScreen(
        "/worklists/hiu",
        "worklists",
        "High-intensity use",
        "high-intensity-use",
        ANALYSTS | _CARE | {_EXECUTIVE},
        steps={"Did the service change anything": "/evaluations"},
    ),
    ReportScreen(
        "/worklists/fuel-poverty",
        "worklists",
        "Fuel poverty",
        "fuel-poverty",
        ANALYSTS | _CARE | {_EXECUTIVE},
        steps={"What the service does": "/interventions"},
    ),
    ReportScreen(
        "/worklists/msk-hub",
        "worklists",
        "Aches and pains hub",
        "msk-hub",
        ANALYSTS | _CARE | {_EXECUTIVE},
        steps={"What the service does": "/interventions"},
    ),
)

QUALITY = frozenset({Role.ICB_ANALYST, Role.SUPER_USER, _FINANCE, Role.IG_LEAD})
"""Those whose grant has READ_QUALITY."""

USUAL: Mapping[str, object] = {"as_at": None, "by": None}
"""What a page without filters asks."""

screen = Screen("overview", roles=ANALYSTS)


def _place(text: str) -> str | None:
    found = LSOACode.parse(text) or ODSCode.parse(text)
    return found.text if found else None


def _places(population: Population) -> dict[str, str]:
    """The places a user may choose, networks first; those of another are refused all the same."""
    scope = population.scope
    own = [
        one
        for one in sorted(population.places, key=lambda one: (one.kind != "pcn", one.name))
        if (scope.practices is None or one.code in scope.practices)
        and (scope.pcns is None or one.code in scope.pcns)
    ]
    return {one.code: f"{one.name} ({one.code})" for one in own}


def place_and_date(ask: Asking) -> list[Option]:
    """The places and month ends that this user may choose."""
    with ask.population() as population:
        dates = {day.isoformat(): f"{day:%-d %B %Y}" for day in reversed(population.month_ends[11:])}
        newest = population.as_at.isoformat()
        places = _places(population)
    return [
        Option("place", "Place", {"": "All that I may see", **places}, check=_place),
        Option("as_at", "As at", {newest: dates.get(newest, newest), **dates}, default=newest),
    ]


def options_of(one: ReportScreen, ask: Asking) -> list[Option]:
    """What can be chosen on a report's page by this user."""
    report = REPORTS[one.report]
    made = place_and_date(ask)
    if report.by:
        choices = {"": "Not split", **{name: BY_NAMES.get(name, name) for name in report.by}}
        made.append(Option("by", one.by_label, choices))
    return [*made, *one.options]


def shown_of(one: ReportScreen, ask: Asking, filters: Filters) -> Shown:
    """The report for the filters of its page."""
    given: dict[str, Any] = {"as_at": filters.day("as_at") if "as_at" in filters.chosen else None}
    given["by"] = filters.chosen.get("by")
    given |= {o.name: filters.chosen[o.name] for o in one.options if o.name in filters.chosen}
    if "months" in given:
        given["months"] = int(given["months"])
    shapes = {"shapes": ask.suite.settings.shapes} if one.has_map else {}
    make = partial(_made, one.report, {**given, **shapes})
    place = filters.chosen.get("place")
    if "cohort" in given:
        return ask.shown_of_cohort(
            one.report, [given["cohort"]], make, place=place, as_at=given["as_at"], options=given
        )
    return ask.shown(one.report, make, place=place, options=given)


def _made(name: str, given: Mapping[str, Any], population: Population) -> Page:
    return REPORTS[name](population, **given)


def _add(one: ReportScreen) -> None:
    """Make the route of one report."""
    own = Screen(one.section, roles=one.roles)

    def answer(ask: Ask) -> Response:
        filters = ask.filters(options_of(one, ask))
        shown = shown_of(one, ask, filters)
        return show_report(ask, shown, filters, one.steps)

    answer.__annotations__ = {"ask": Ask, "return": Response}
    own.get(one.path, one.title, says=REPORTS[one.report].says)(answer)
    screen.router.include_router(own.router)
    screen.entries += own.entries
    screen.rules += own.rules


def show_report(
    ask: Asking,
    shown: Shown,
    filters: Filters,
    steps: Mapping[str, str],
    template: str = "report.html",
    **said: Any,
) -> Response:
    """A released page with its filters: as a page, as the part that htmx asks for, or as a file."""
    form = ask.request.query_params.get(DOWNLOAD, "")
    if form:
        return ask.download(shown, form)
    status = 422 if filters.dropped else 200
    seen = {entry.path for entry in ask.suite.entries if entry.roles & ask.roles}
    steps = {text: path for text, path in steps.items() if path in seen}
    answer = ask.page(template, status=status, shown=shown, filters=filters, steps=steps, **said)
    if ask.is_partial:
        answer.headers["hx-push-url"] = filters.address()
    return answer


for _one in SCREENS:
    _add(_one)


@screen.get("/governance/data-quality", "Data quality", roles=QUALITY)
def quality(ask: Ask) -> Response:
    """Coverage, completeness, validity, linkage and reconciliation."""
    shown = ask.shown("data-quality", data_quality, action=Action.READ_QUALITY)
    return show_report(ask, shown, ask.filters(), {})
