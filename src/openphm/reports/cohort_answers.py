"""The answers about one cohort as pages: count, attrition, profile, comparison, near misses, difference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from openphm.core.results import Result, Scalar
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures, figure
from openphm.population import Population
from openphm.population.cohorts import Cohort, profile_rows
from openphm.population.cohorts.chosen import What
from openphm.reports.cohort_page import TITLES

MOST_ROWS = 26
HIDDEN = "too few people to say"


def count(population: Population, what: What, *, as_at: date | None = None) -> Page:
    """How many people are in it."""
    cohort = population.cohort(what)
    return Page(
        title=cohort.chosen.title,
        result=cohort.count(as_at),
        headline=_count_headline,
        next_step=f"openphm cohort attrition {_short(cohort)} says what each step does",
        layout=Layout("measure", "cohort", "value", titles=_count_titles(cohort)),
    )


def _count_titles(cohort: Cohort) -> dict[str, str]:
    return {
        "people": "People",
        "registered": "Registered in scope",
        "share_of_registered": "Share of registered",
        cohort.chosen.id: "Cohort",
    }


def _count_headline(records: Sequence[Record]) -> str:
    held = Figures(records, "measure", "cohort")
    name = str(records[0]["cohort"]) if records else ""
    people, registered = held.figure("people", name), held.figure("registered", name)
    if people is None or registered is None:
        return f"In the cohort: {HIDDEN}."
    return f"{people:,.0f} of {registered:,.0f} people registered are in the cohort."


def attrition(population: Population, what: What, *, as_at: date | None = None) -> Page:
    """How many remain after each step, and what each step alone removes."""
    cohort = population.cohort(what)
    return Page(
        title=f"{cohort.chosen.title}: step by step",
        result=cohort.attrition(as_at),
        headline=_attrition_headline,
        next_step=f"openphm cohort near-misses {_short(cohort)} says how near others are",
    )


def _attrition_headline(records: Sequence[Record]) -> str:
    left = figure(records[-1], "remaining") if records else None
    if left is None:
        return f"After all steps: {HIDDEN}."
    alone = {str(r["criterion"]): removed for r in records if (removed := figure(r, "removed_alone"))}
    if not alone:
        return f"{left:,.0f} people remain."
    most = max(alone, key=lambda name: alone[name])
    return f"{left:,.0f} people remain. Without “{most}” alone it would be {alone[most]:,.0f} more."


def profile(population: Population, what: What, *, as_at: date | None = None) -> Page:
    """Who they are, next to everybody registered."""
    cohort = population.cohort(what)
    return Page(
        title=f"{cohort.chosen.title}: who they are",
        result=cohort.profile(as_at),
        headline=lambda records: _profile_headline(records, population),
        next_step=f"openphm cohort compare {_short(cohort)} OTHER puts two cohorts side by side",
        layout=_side_by_side(population, [cohort]),
        most_lines={"": MOST_ROWS},
    )


def compare(population: Population, what: What, other_one: What, *, as_at: date | None = None) -> Page:
    """Two cohorts side by side, with standardised differences."""
    cohort, other = population.cohort(what), population.cohort(other_one)
    return Page(
        title=f"{cohort.chosen.title} and {other.chosen.title}",
        result=cohort.compare(other, as_at),
        headline=lambda records: _profile_headline(records, population),
        next_step="a difference of 0.1 standard deviations or less is commonly read as alike",
        layout=_side_by_side(population, [cohort, other]),
        most_lines={"": MOST_ROWS},
    )


def _side_by_side(population: Population, cohorts: Sequence[Cohort]) -> Layout:
    rows = profile_rows(population)
    titles = {row.id: row.title for row in rows}
    names = {one.chosen.id: one.chosen.title for one in cohorts}
    named = {**TITLES, **titles, **names, "people_in_both": "People in both"}
    groups = {"people": "People", "people_in_both": "People", **{row.id: row.group for row in rows}}
    return Layout("measure", "group", "value", titles=named, groups=groups)


def _profile_headline(records: Sequence[Record], population: Population) -> str:
    """What differs most, in standard deviations."""
    titles = {row.id: row.title for row in profile_rows(population)}
    gaps = {
        str(r["measure"]): gap
        for r in records
        if r["group"] == "standardised_mean_difference" and (gap := figure(r, "value")) is not None
    }
    if not gaps:
        return "There are too few people here to compare."
    most = sorted(gaps, key=lambda name: -abs(gaps[name]))[:3]
    said = ", ".join(f"{titles.get(name, name)} ({gaps[name]:+.1f} SD)" for name in most)
    return f"What differs most: {said}."


def near_misses(population: Population, what: What, *, as_at: date | None = None) -> Page:
    """How many people miss one step only, and by how much."""
    cohort = population.cohort(what)
    return Page(
        title=f"{cohort.chosen.title}: near misses",
        result=cohort.near_misses(as_at),
        headline=_near_headline,
        next_step="change a step in a YAML file of your own, then: openphm cohort difference",
    )


def _near_headline(records: Sequence[Record]) -> str:
    near = [figure(r, "people") for r in records if r["missed_by"] == 1.0]
    known = [number for number in near if number is not None]
    if known:
        return f"{sum(known):,.0f} people miss one step only, by one."
    return "Each line counts people who meet every other step."


def difference(population: Population, what: What, other_one: What, *, as_at: date | None = None) -> Page:
    """From one definition to another: how many people join and leave."""
    cohort, other = population.cohort(what), population.cohort(other_one)
    return Page(
        title=f"From {cohort.chosen.title} to {other.chosen.title}",
        result=cohort.difference(other, as_at),
        headline=_difference_headline,
        next_step="openphm cohort compare says how those differ who are in either",
    )


def _difference_headline(records: Sequence[Record]) -> str:
    held = {str(r["measure"]): figure(r, "people") for r in records}
    said = [f"{held[name]:,.0f} {name}" for name in ("join", "leave") if held.get(name) is not None]
    return f"{', '.join(said)}." if said else f"Who joins or leaves: {HIDDEN}."


def explain(population: Population, what: What, person_id: str, *, as_at: date | None = None) -> Page:
    """Which steps one person meets. Raises AccessRefused unless the scope is for direct care."""
    cohort = population.cohort(what)
    result = cohort.explain(person_id, as_at)
    return Page(
        title=f"{cohort.chosen.title}: one person",
        result=result,
        headline=lambda records: result.notes[0],
        next_step="the custodian turns person_id back for the person's own practice",
    )


def freeze(population: Population, what: What, *, as_at: date | None = None) -> tuple[dict[str, Any], Result]:
    """The frozen definition, and its count as a Result: only what release shows of that may be written."""
    cohort = population.cohort(what)
    return cohort.freeze(as_at), cohort.count(as_at)


def listing(population: Population, *, as_at: date | None = None) -> Page:
    """Every cohort in force, with its steps and service."""
    rows: list[tuple[Scalar, ...]] = []
    for one in population.definitions.all("cohorts"):
        file = population.definitions.contents.cohorts[one.name]
        rows.append((one.id, one.title, one.version, one.status, file.intervention))
    columns = ("cohort", "title", "version", "status", "intervention")
    return Page(
        title="Cohorts",
        result=Result("cohort/list", columns, tuple(rows), population.provenance()),
        headline=lambda records: f"{len(records)} cohorts are defined.",
        next_step="openphm cohort count COHORT",
    )


def _short(cohort: Cohort) -> str:
    return cohort.chosen.id.removeprefix("cohorts/")
