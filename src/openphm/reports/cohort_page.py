"""The monthly page of a cohort that a team looks after: what changed, where, who they are, what to do.

One long table in parts. Parts with people are figures under disclosure control; the service specification
is text. The worklist, one row a person, is a page of its own and for direct care alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from openphm.core.additivity import Additivity, Dimension
from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.definitions.interventions import Intervention
from openphm.pages.page import Layout, Page, Record
from openphm.pages.reading import Figures
from openphm.population import Population
from openphm.population.cohorts import Cohort, profile_rows

CHANGE, PLACES, REASONS, PROFILE, TREND = "change", "places", "reasons", "profile", "trend"
PATHWAY, FIRST, OUTCOMES = "pathway", "first_contact", "outcomes"
PARTS = {
    CHANGE: "People in the cohort, and who is new or left since the month before",
    PLACES: "By network and practice",
    REASONS: "Why people are new or left: the step they newly meet, or no longer meet",
    PROFILE: "Who they are, next to everybody registered",
    TREND: "Month by month",
    PATHWAY: "What the team does",
    FIRST: "What a link worker does first",
    OUTCOMES: "What the service hopes to change",
}
WHOLE = {"new": "people", "continuing": "people"}
"""New and continuing people are the people in the cohort."""
NO_PART = frozenset({"left", "share_of_registered"})
NOW = "now"
COLUMNS = ("part", "subject", "measure", "value", "unit")
TITLES = {
    "now": "This month",
    "people": "People",
    "new": "New",
    "continuing": "Continuing",
    "left": "Left",
    "share_of_registered": "Of registered",
    "subject": "",
    "registered": "Everybody registered",
    "published": "Published",
    "standardised_mean_difference": "Difference (SD)",
    "cohort": "Cohort",
}
MOST_LINES = {PROFILE: 26, TREND: 24}
TREND_MONTHS = 24

Row = tuple[Cell | Scalar, ...]


@dataclass(frozen=True)
class _Made:
    """The rows of a page, with the names of places and what is part of what."""

    rows: tuple[Row, ...]
    titles: Mapping[str, str]
    groups: Mapping[str, str]
    places: Mapping[str, str]
    provenance: Provenance


def cohort_page(
    population: Population, id_: str, *, as_at: date | None = None, by: str | None = None
) -> Page:
    """The page of one shipped cohort. by: "practice" for every practice, beside every network."""
    cohort = population.cohort(id_)
    made = _made(population, cohort, as_at, by)
    # New and continuing make the people; practices make a network. What networks make stands in another part.
    apart = frozenset(str(subject) for part, subject, *_ in made.rows if part not in (CHANGE, PLACES))
    parents = {**made.places, **WHOLE}
    additivity = Additivity((Dimension("subject", None, parents, (apart | NO_PART) - {"people"}),))
    notes = (
        "Registered population. New, continuing and left compare two month ends; left includes people who "
        "died or are no longer registered here.",
    )
    question = f"report/{id_.removeprefix('cohorts/').replace('_', '-')}"
    result = Result(question, COLUMNS, made.rows, made.provenance, notes, additivity=additivity)
    service = cohort.intervention
    return Page(
        title=cohort.chosen.title,
        result=result,
        headline=lambda records: headline(records, service),
        next_step=_next_step(population, id_),
        layout=Layout(
            "subject", "measure", "value", split="part", titles={**TITLES, **PARTS, **made.titles},
            groups=made.groups,
        ),
        most_lines=MOST_LINES,
    )  # fmt: skip


def worklist_page(population: Population, id_: str, *, as_at: date | None = None) -> Page:
    """One row a person, for direct care alone. Raises AccessRefused for any other scope."""
    cohort = population.cohort(id_)
    return Page(
        title=f"{cohort.chosen.title}: worklist",
        result=cohort.worklist(as_at),
        headline=lambda records: worklist_headline(records),
        next_step="send the list to the custodian, who turns person_id back for each person's own practice",
    )


def _made(population: Population, cohort: Cohort, as_at: date | None, by: str | None) -> _Made:
    changes, profile = cohort.changes(as_at), cohort.profile(as_at)
    with_practices = by == "practice" or not population.scope.is_whole_system
    rows: list[Row] = []
    titles: dict[str, str] = {}
    for kind, code, name, measure, value, unit in changes.rows:
        if kind == "all":
            rows.append((CHANGE, measure, NOW, value, unit))
        elif measure != "continuing" and (kind == "pcn" or with_practices):
            rows.append((PLACES, code, measure, value, unit))
            titles[str(code)] = str(name)
    rows += [
        (REASONS, reason, status, value, "people") for status, reason, value in cohort.reasons(as_at).rows
    ]
    shown = {cohort.chosen.id: "cohort"}
    rows += [
        (PROFILE, measure, shown.get(str(group), group), value, unit)
        for group, measure, value, unit in profile.rows
    ]
    for _, day, members, _, part in cohort.trend(TREND_MONTHS, as_at).rows:
        rows.append((TREND, f"{day:%B %Y}", "people", members, "people"))
        rows.append((TREND, f"{day:%B %Y}", "share_of_registered", part, "share"))
    rows += list(_service(cohort.intervention))
    names, groups = _profile_names(population)
    places = {one.code: one.pcn for one in _practices(population)} if with_practices else {}
    return _Made(tuple(rows), {**names, **titles}, groups, places, changes.provenance)


@dataclass(frozen=True)
class _Practice:
    code: str
    pcn: str


def _practices(population: Population) -> Iterator[_Practice]:
    rows = population.ask_reference(
        "SELECT practice_code, pcn_code FROM reference.practice WHERE pcn_code IS NOT NULL"
    )
    for row in rows:
        yield _Practice(row["practice_code"], row["pcn_code"])


def _profile_names(population: Population) -> tuple[dict[str, str], dict[str, str]]:
    """Titles and headings of the rows of the profile."""
    rows = profile_rows(population)
    return {row.id: row.title for row in rows}, {row.id: row.group for row in rows}


def _service(service: Intervention | None) -> Iterator[Row]:
    """The service specification as text."""
    if service is None:
        return
    for stage in service.pathway:
        yield PATHWAY, stage.name, "who", stage.who, ""
        yield PATHWAY, stage.name, "what", stage.what, ""
        yield PATHWAY, stage.name, "within", f"{stage.within_days} days of the list", ""
    for number, words in enumerate(service.first_contact, start=1):
        yield FIRST, str(number), "do", words, ""
    arrows = {"up": "more", "down": "fewer", "monitor": "watch"}
    for outcome in service.outcomes:
        yield OUTCOMES, outcome.name, "kind", outcome.kind, ""
        yield OUTCOMES, outcome.name, "direction", arrows[outcome.direction], ""
        yield OUTCOMES, outcome.name, "seen_in", " ".join((outcome.source, *outcome.of)), ""


def _next_step(population: Population, id_: str) -> str:
    if population.scope.granularity == "person" and population.scope.purpose == "direct_care":
        return "the worklist says for each person why, what changed and what to do next"
    return (
        f"a clinician of a network asks for the worklist ({id_}), one row a person with the reason and the "
        "next step; here: openphm cohort attrition and near-misses say what the criteria do"
    )


def headline(records: Sequence[Record], service: Intervention | None) -> str:
    """How many, how many new and left, how they spread over networks, and whether the team can take them."""
    held = Figures([r for r in records if r["part"] in (CHANGE, PLACES)], "subject", "measure")
    people = held.figure("people", NOW)
    if people is None:
        return "There are too few people here to say anything about them."
    said = f"{people:,.0f} people are in the cohort"
    new, left = held.figure("new", NOW), held.figure("left", NOW)
    moved = [f"{number:,.0f} {word}" for number, word in ((new, "new"), (left, "left")) if number is not None]
    said += f"; {' and '.join(moved)} since the month before." if moved else "."
    networks = [name for name in held.names if name.startswith("U")]
    counts = [count for name in networks if (count := held.figure(name, "people")) is not None]
    if len(networks) > 1 and len(counts) == len(networks):  # a median of those shown alone would be too high
        said += f" {len(networks)} networks have a median of {median(counts):,.0f} people"
        said += f" ({min(counts):,.0f} to {max(counts):,.0f})."
    if service and people > service.capacity * max(len(networks), 1):
        said += f" One team supports {service.capacity:,} people at a time: choose whom to begin with."
    return said


def worklist_headline(records: Sequence[Record]) -> str:
    """How many new, continuing and left people stand in the list."""
    counts = {status: sum(r["status"] == status for r in records) for status in ("new", "continuing", "left")}
    said = ", ".join(f"{number:,} {status}" for status, number in counts.items())
    return f"{said}. New people come first."
