"""Worklists for those who look after the people in them: one row a person, under a pseudonym.

For direct care alone: the population refuses any other scope, every list is remembered before it is shown,
and only the custodian turns a person_id back into somebody.
"""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from openphm.access import Action, Purpose
from openphm.core.errors import AccessRefused, UsageError
from openphm.core.results import Result
from openphm.population import Population
from openphm.release import Recipient, ReleasedRows, direct_care
from openphm.web.asking import Ask, Asking, NotFound
from openphm.web.filters import Option
from openphm.web.screen import CARE, READERS, Screen
from openphm.web.screens.contacts_held import STATES, contacts_of, keep_contact, newest_contacts

ORDER = 60
screen = Screen("worklists", roles=READERS)
LISTS = {
    "hiu": ("high_intensity_use", "High-intensity use"),
    "fuel-poverty": ("fuel_poverty_respiratory", "Fuel poverty"),
    "msk-hub": ("msk_hub", "Aches and pains hub"),
}
"""By the last part of the address: the cohort, and what the list is called."""


@screen.get("/worklists", "Worklists", says="Who is new, who continues, who left, and what to do next.")
def listed(ask: Ask) -> Response:
    """Every worklist; the rows for those who look after the people, totals for everybody else."""
    seen = {entry.path for entry in ask.suite.entries if entry.roles & ask.roles}
    return ask.page("worklists/list.html", lists=LISTS, seen=seen, may_care=bool(ask.roles & CARE))


@screen.get("/worklists/{name}/people", "Worklist", roles=CARE)
def people(ask: Ask, name: str) -> Response:
    """One row a person: new, continuing, left; why, what changed, what to do next."""
    if name not in LISTS:
        raise NotFound
    cohort, title = LISTS[name]
    _check_purpose(ask)
    with ask.population(action=Action.READ_PERSON) as population:
        days = population.month_ends[12:] or [population.as_at]
        newest = population.as_at
        months = {day.strftime("%Y-%m"): f"{day:%B %Y}" for day in reversed(days)}
        filters = ask.filters([Option("month", "Month", months, default=newest.strftime("%Y-%m"))])
        chosen = next((day for day in days if day.strftime("%Y-%m") == filters.value("month")), newest)
        released = _released(ask, _worklist(population, cohort, chosen))
    answer = ask.page(
        "worklists/rows.html" if ask.is_partial else "worklists/people.html",
        status=422 if filters.dropped else 200, rows=list(released.records()), notes=released.notes,
        filters=filters, name=name, list_title=title, cohort=cohort, as_at=chosen,
        contacts=newest_contacts(ask, name),
    )  # fmt: skip
    if ask.is_partial:
        answer.headers["hx-push-url"] = filters.address()
    return answer


@screen.get("/worklists/{name}/people/{person_id}", "One person", roles=CARE)
def person(ask: Ask, name: str, person_id: str) -> Response:
    """Which steps of the cohort one person meets, and their 12 months in order."""
    if name not in LISTS:
        raise NotFound
    _check_purpose(ask)
    with ask.population(action=Action.READ_PERSON) as population:
        try:
            steps = population.cohort(LISTS[name][0]).explain(person_id)
            events = population.timeline(person_id)
        except UsageError:
            raise NotFound from None
    told = [_released(ask, one) for one in (steps, events)]
    return ask.page(
        "worklists/person.html", steps=list(told[0].records()), events=list(told[1].records()),
        notes=told[0].notes, name=name, list_title=LISTS[name][1], cohort=LISTS[name][0],
        person_id=person_id,
        contacts=contacts_of(ask, name, person_id), states=STATES, today=date.today().isoformat(),
    )  # fmt: skip


@screen.post("/worklists/{name}/people/{person_id}", roles=CARE)
def contacted(ask: Ask, name: str, person_id: str) -> Response:
    """Write a contact with one of one's own people down: how it went, and the day."""
    if name not in LISTS:
        raise NotFound
    _check_purpose(ask)
    with ask.population(action=Action.READ_PERSON) as population:
        try:
            population.cohort(LISTS[name][0]).explain(person_id)
        except UsageError:
            raise NotFound from None
    keep_contact(ask, name, person_id, state=ask.field("state"), day=ask.field("day"))
    return ask.see(f"/worklists/{name}/people/{person_id}")


def _worklist(population: Population, cohort: str, day: date) -> Result:
    return population.cohort(cohort).worklist(day)


def _check_purpose(ask: Asking) -> None:
    if ask.purpose is not Purpose.DIRECT_CARE:
        raise AccessRefused(
            "worklist",
            "rows about people are for direct care alone",
            "You said that you ask for another purpose.",
            "say that you ask for the direct care of your own patients (/purpose)",
        )


def _released(ask: Asking, result: Result) -> ReleasedRows:
    """Rows for this user, remembered before they are shown."""
    place = " ".join(sorted(ask.user.practices | ask.user.pcns))
    ask.remember(
        "release.direct_care",
        question=result.question,
        rows=len(result),
        place=place,
        build=result.provenance.build,
    )
    roles = ", ".join(sorted(ask.roles))
    right = f"the role {roles} in the access register"
    return direct_care(result, Recipient(ask.user.name, right, place))
