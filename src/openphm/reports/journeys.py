"""Journeys: contacts around an event, the order of settings before it, and the last GP contact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

from openphm.pages.drawing import Series, Stack, lines, stacked_bars
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures, pounds
from openphm.population import Population
from openphm.population.journeys import GP_BANDS, Journey

ALL = "all"
PARTS = {
    "people": "People with the event, and what followed",
    "steps": "Contacts for each 100 people, by 30 days before (-) and after the event",
    "order": "Settings in the 90 days before the event, last on the right",
    "last_gp_contact": "Time from the last GP contact to the event",
}
SETTINGS = {
    "general_practice": "General practice",
    "emergency_department": "Emergency department",
    "emergency_admission": "Emergency admission",
    "planned_admission": "Planned admission",
    "outpatient_and_other": "Outpatient and other acute",
    "same_day_emergency_care": "Same day emergency care",
    "ambulance": "Ambulance",
    "community": "Community",
    "mental_health": "Mental health",
    "social_care": "Social care",
    "urgent_care": "NHS 111",
}
BANDS = {name: name.replace("_", " ").capitalize() for _, name in GP_BANDS}
NAMES = {
    **PARTS, **SETTINGS, **BANDS,
    "subject": "", ALL: "All", "again": "The same again", "died": "Died",
    "none": "No contact", "other": "Other orders", "0": "Day 0",
}  # fmt: skip


def journeys(
    population: Population,
    *,
    as_at: date | None = None,
    by: str | None = None,
    cohort: str | None = None,
    event: str | None = None,
    months: int | None = None,
    person: str | None = None,
) -> Page:
    """What happened before and after an event; or, for direct care, one person's timeline."""
    if person is not None:
        return _timeline(population, person, as_at)
    usual = Journey()
    asked = Journey(event or usual.event, cohort, months or usual.months)
    result = population.journeys(as_at, asked=asked)
    name = population.event_name(asked.event)
    of = f", {cohort}" if cohort else ""
    return Page(
        title=f"Journeys around: {name}{of}",
        result=result,
        headline=partial(headline, event=name),
        next_step="another event with --event ed_attendance or onset:CONDITION; some people with --cohort",
        layout=Layout(
            "subject",
            "step",
            "value",
            split="part",
            titles={**NAMES, "people": "People", **_routes(str(row[1]) for row in result.rows)},
        ),
        charts=partial(charts, event=name, months=asked.months),
    )


def _routes(subjects: Iterable[str]) -> dict[str, str]:
    """Names for people of the sequences of settings."""
    return {one: route(one) for one in set(subjects) if " > " in one}


def route(sequence: str) -> str:
    """general_practice > ambulance as General practice → Ambulance."""
    return " → ".join(NAMES.get(one, one.replace("_", " ")) for one in sequence.split(" > "))


def headline(records: Sequence[Record], event: str) -> str:
    """How many people, the setting that changed most, and how many had seen a GP in the week before."""
    people = Figures([r for r in records if r["part"] == "people"], "subject", "step").figure(ALL, "people")
    if not people:
        return "Too few people had this event to say anything about their journeys."
    said = [f"{people:,.0f} people had this event: {event}."]
    gp = Figures([r for r in records if r["part"] == "last_gp_contact"], "subject", "step")
    week = [gp.figure(name, "people") for name in ("same_day", "1_to_7_days")]
    if all(one is not None for one in week):
        said.append(f"{sum(one or 0 for one in week) / people:.0%} had a GP contact in the 7 days before.")
    changed = _changed(records)
    if changed:
        name, before, after = changed
        said.append(
            f"{NAMES.get(name, name)}: {before:,.1f} contacts for each 100 people in the 30 days before, "
            f"{after:,.1f} in the 30 days after."
        )
    return " ".join(said)


def _changed(records: Sequence[Record]) -> tuple[str, float, float] | None:
    """The setting with the largest change from the step before to the step after."""
    steps = Figures([r for r in records if r["part"] == "steps"], "subject", "step")
    found = [
        (abs(after - before), name, before, after)
        for name in steps.names
        if (before := steps.figure(name, "-1")) is not None and (after := steps.figure(name, "1")) is not None
    ]
    return max(found)[1:] if found else None


def charts(records: Sequence[Record], event: str, months: int) -> list[str]:
    """A line for each setting around the event, and bars of the orders and of the last GP contact."""
    steps = Figures([r for r in records if r["part"] == "steps"], "subject", "step")
    order = [str(step) for step in range(-months, months + 1)]
    series = [
        Series(NAMES.get(name, name), tuple((int(step), steps.figure(name, step)) for step in order))
        for name in sorted(steps.names, key=lambda one: list(SETTINGS).index(one) if one in SETTINGS else 99)
    ]
    title = f"Contacts for each 100 people around: {event}"
    drawn = [lines(title, series, at="event", step="periods of 30 days before and after")] if series else []
    for part in ("order", "last_gp_contact"):
        held = Figures([r for r in records if r["part"] == part], "subject", "step")
        stacks = [
            Stack(route(name), (figure,), figure)
            for name in held.names
            if name != ALL and (figure := held.figure(name, "people")) is not None
        ]
        if stacks:
            drawn.append(stacked_bars(PARTS[part], ["People"], stacks, lambda n: f"{n:,.0f}"))
    return drawn


def _timeline(population: Population, person: str, as_at: date | None) -> Page:
    return Page(
        title="Timeline of one person",
        result=population.timeline(person, as_at),
        headline=_events_named,
        next_step="the person's own practice asks the custodian to turn person_id back",
    )


def _events_named(records: Sequence[Record]) -> str:
    """How many events, and what they cost."""
    cost = sum(float(str(r["cost_gbp"])) for r in records if r["cost_gbp"] is not None)
    return f"{len(records)} events in the 12 months, {pounds(cost)}."
