"""Journeys: what happened in the months before and after an event, for the people of a cohort.

The first event of each person in 12 months is the index; the 12 months end so long before the date that
everybody can be followed for as many months as are asked about. People who die or leave are followed until
then: contacts are for each 30 days that people were registered and alive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openphm.core.additivity import Additivity, Dimension
from openphm.core.errors import UsageError, nearest
from openphm.core.periods import Month
from openphm.core.results import Cell, Result, Scalar
from openphm.population.asking import Asking, Row
from openphm.population.cohorts.chosen import What, choose
from openphm.population.cohorts.members import members_sql
from openphm.population.journeys_sql import (
    LOOK_BACK_DAYS,
    STEP_DAYS,
    around_sql,
    question_sql,
)

COLUMNS = ("part", "subject", "step", "value", "unit")
PEOPLE, STEPS, ORDER, LAST_GP = "people", "steps", "order", "last_gp_contact"
KINDS = ("people", "steps", "before")
ALL, NONE, OTHER = "all", "none", "other"
ONSET = "onset"
MOST_SEQUENCES = 12
GP_BANDS = (
    (0, "same_day"),
    (7, "1_to_7_days"),
    (30, "8_to_30_days"),
    (90, "31_to_90_days"),
    (365, "91_to_365_days"),
)
"""Most days since the last GP contact, and the name of the band."""

Line = tuple[Cell | Scalar, ...]


@dataclass(frozen=True)
class Journey:
    """What is asked: around which event, for whom, how many months to each side."""

    event: str = "emergency_admission"
    cohort: What | None = None
    months: int = 6


def journeys(population: Asking, as_at: date, asked: Journey) -> Result:
    """Contacts by setting and step, the order of settings before the event, and the last GP contact.

    Raises UsageError for an unknown event or too many months, DefinitionError for an unknown cohort.
    """
    _check_event(population, asked.event)
    anchor = _anchor(population, as_at, asked.months)
    chosen = choose(asked.cohort, population.definitions, population.known) if asked.cohort else None
    around = around_sql(asked.event, asked.months, anchor, members_sql(chosen) if chosen else None)
    rows = population.ask(question_sql(around, asked.months, as_at), anchor)
    after, steps, before = ([row for row in rows if row["kind"] == kind] for kind in KINDS)
    lines = [*_people(after[0], asked.event), *_steps(steps), *_order(before), *_last_gp(before)]
    settings = frozenset(str(row["subject"]) for row in steps)
    return Result(
        "report/journeys",
        COLUMNS,
        tuple(lines),
        population.provenance(as_at, asked_with=chosen.used if chosen else ()),
        _notes(asked, anchor),
        additivity=Additivity((Dimension("subject", ALL, apart=settings | {"died", "again"}),)),
    )


def _notes(asked: Journey, anchor: date) -> tuple[str, ...]:
    return (
        f"The first {asked.event} of each person in the 12 months to {anchor:%-d %B %Y}, which leaves "
        f"{asked.months} months to follow everybody. Step 1 is day 1 to {STEP_DAYS} after it, step -1 the "
        f"{STEP_DAYS} days before it, step 0 the day itself.",
        f"Contacts for each 100 people registered and alive for {STEP_DAYS} days; on the day, for each 100 "
        "people. The event itself is one of the contacts of the day.",
        f"Order: the last different settings in the {LOOK_BACK_DAYS} days before the event; contacts of one "
        "day stand in the order in which they were recorded. It says what came before, not what caused what.",
    )


def _check_event(population: Asking, event: str) -> None:
    points = [
        str(row["point_of_delivery"])
        for row in population.ask_reference("SELECT point_of_delivery FROM definitions.point_of_delivery")
    ]
    conditions = [
        str(row["condition_id"])
        for row in population.ask_reference("SELECT condition_id FROM definitions.condition")
    ]
    kind, separator, name = event.rpartition(":")
    known = conditions if separator and kind == ONSET else points
    if (not separator or kind == ONSET) and name in known:
        return
    close = nearest(name, known)
    prefix = f"{ONSET}:" if separator else ""
    raise UsageError(
        "--event",
        f"'{event[:60]}' is not an event of this build.",
        f"A point of delivery ({', '.join(points[:4])} ...) or {ONSET}:CONDITION.",
        f"did you mean '{prefix}{close}'?" if close else "openphm definitions list shows the names",
    )


def _anchor(population: Asking, as_at: date, months: int) -> date:
    """The last day of an event that can be followed up; the months before its year must be known too."""
    anchor = Month.containing(as_at).plus(-months).end
    first = Month.containing(anchor).plus(-11 - months).end
    if first not in population.month_ends or anchor not in population.month_ends:
        raise UsageError(
            "--months",
            f"{months} months before and after {as_at} are more than this build's history.",
            f"Its history begins in {population.month_ends[0]:%B %Y}.",
            "ask for fewer months, or a later --as-at",
        )
    return anchor


def event_name(population: Asking, event: str) -> str:
    """An event in words, from the definitions of the build; the event itself when it is not one."""
    kind, _, name = event.rpartition(":")
    table, key = (
        ("condition", "condition_id") if kind == ONSET else ("point_of_delivery", "point_of_delivery")
    )
    rows = population.ask_reference(f"SELECT {key} AS id, name FROM definitions.{table}")
    found = {str(row["id"]): str(row["name"]) for row in rows}.get(name, event)
    return f"First record of {found}" if kind == ONSET else found


def _count(people: int) -> Cell:
    return Cell(people, n_people=people)


def _people(row: Row, event: str) -> list[Line]:
    names = [("n_1", ALL), ("n_2", "again"), ("n_3", "died")]
    if ":" in event:
        names.remove(("n_2", "again"))  # a condition begins once
    return [(PEOPLE, subject, "people", _count(int(row[name])), "people") for name, subject in names]


def _steps(rows: Iterable[Row]) -> list[Line]:
    lines: list[Line] = []
    for row in rows:
        contacts, days, step = int(row["n_2"]), float(row["n_1"] or 0), int(row["step"])
        units = days if step == 0 else days / STEP_DAYS
        share = min(1.0, row["n_4"] / contacts) if contacts else None
        value = 100 * contacts / units if units else None
        # Where nobody had a contact the people who might have are behind the nought.
        behind = int(row["n_3"]) or int(units)
        cell = Cell(value, float(contacts), units, behind, share)
        lines.append((STEPS, str(row["subject"]), str(step), cell, "per_100"))
    return lines


def _order(rows: Sequence[Row]) -> list[Line]:
    """The most common sequences, the others together, and all."""
    held: Counter[str] = Counter()
    for row in rows:
        held[row["subject"] or NONE] += int(row["n_1"])
    # By tens and then by name: the order among the few would say who are fewer.
    ranked = sorted(held, key=lambda one: (-(held[one] // 10), one))
    kept, rest = ranked[:MOST_SEQUENCES], ranked[MOST_SEQUENCES:]
    counted = {one: held[one] for one in kept} | ({OTHER: sum(held[one] for one in rest)} if rest else {})
    return _counted(ORDER, counted)


def _last_gp(rows: Sequence[Row]) -> list[Line]:
    counted = dict.fromkeys([name for _, name in GP_BANDS] + [NONE], 0)
    for row in rows:
        counted[_band(row["step"])] += int(row["n_1"])
    return _counted(LAST_GP, counted)


def _band(days: Any) -> str:
    return next((name for most, name in GP_BANDS if days is not None and days <= most), NONE)


def _counted(part: str, counted: dict[str, int]) -> list[Line]:
    everybody = sum(counted.values())
    whole = {**counted, ALL: everybody}
    return [(part, subject, "people", _count(people), "people") for subject, people in whole.items()]
