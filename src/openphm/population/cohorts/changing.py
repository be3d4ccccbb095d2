"""Who is new, who continues and who left since the month before, and because of which step.

Each person has a pattern of bits at both month ends, as in counting. Somebody who is new and was
registered the month before met fewer steps then; somebody who left either meets fewer now, or is no
longer registered in scope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from openphm.core.results import Cell, Result, Scalar
from openphm.population.asking import Asking
from openphm.population.cohorts.chosen import Chosen
from openphm.population.cohorts.counting import cell, share, whole_pattern
from openphm.population.cohorts.members import considered, flags_sql, pattern_of, steps_of
from openphm.population.people import sql_date

NEW, CONTINUING, LEFT = "new", "continuing", "left"
STATUSES = (NEW, CONTINUING, LEFT)
NEWLY_REGISTERED = "Newly registered here"
DIED, MOVED = "Died", "No longer registered here"
CHANGE_COLUMNS = ("place_kind", "place_code", "place_name", "measure", "value", "unit")
REASON_COLUMNS = ("status", "reason", "people")


@dataclass(frozen=True)
class Moved:
    """People of one practice with one pattern at both month ends."""

    practice_code: str
    is_now: int | None
    was: int | None
    died: bool
    people: int

    def status(self, whole: int) -> str:
        """new, continuing or left."""
        if self.is_now != whole:
            return LEFT
        return CONTINUING if self.was == whole else NEW


def either_sql(chosen: Chosen, as_at: date, before: date) -> str:
    """CTEs that end in `either`: one row for each person in the cohort at either of two month ends.

    person_key, practice_code (now, or else before), is_now and was (patterns; null when not registered in
    scope), and died.
    """
    now, then = (f"p.as_at = {sql_date(day)}" for day in (as_at, before))
    whole = whole_pattern(chosen)
    return f"""
considered AS (
{considered(chosen.criterion)}
),
flags AS (
{flags_sql(steps_of(chosen), "considered")}
),
either AS (
    SELECT
        p.person_key,
        COALESCE(MAX(CASE WHEN {now} THEN p.practice_code END), MAX(p.practice_code)) AS practice_code,
        MAX(CASE WHEN {now} THEN {pattern_of(len(chosen.steps))} END) AS is_now,
        MAX(CASE WHEN {then} THEN {pattern_of(len(chosen.steps))} END) AS was,
        COALESCE(MAX(person.death_date) <= {sql_date(as_at)}, FALSE) AS died
    FROM considered AS p
    JOIN flags AS f ON f.person_key = p.person_key AND f.as_at = p.as_at
    JOIN person.person AS person ON person.person_key = p.person_key
    GROUP BY p.person_key
    HAVING is_now = {whole} OR was = {whole}
)"""


def moved(population: Asking, chosen: Chosen, as_at: date, before: date) -> list[Moved]:
    """Everybody in the cohort at either month end, counted by practice and patterns."""
    rows = population.ask_months(
        f"{either_sql(chosen, as_at, before)}\n"
        "SELECT practice_code, is_now, was, died, COUNT(*) AS people FROM either GROUP BY ALL",
        (before, as_at),
    )
    return [
        Moved(row["practice_code"], row["is_now"], row["was"], bool(row["died"]), int(row["people"]))
        for row in rows
    ]


def changes(population: Asking, chosen: Chosen, found: Sequence[Moved], as_at: date) -> Result:
    """New, continuing and left people, for the whole scope and for each network and practice."""
    whole = whole_pattern(chosen)
    registered = _registered(population, as_at)
    counts: Counter[tuple[str, str]] = Counter()
    for one in found:
        counts[one.practice_code, one.status(whole)] += one.people
    rows: list[tuple[Cell | Scalar, ...]] = []
    for kind, code, name, practices in _places(population, set(registered) | {p for p, _ in counts}):
        by_status = {s: sum(counts[practice, s] for practice in practices) for s in STATUSES}
        members = by_status[NEW] + by_status[CONTINUING]
        base = sum(registered.get(practice, 0) for practice in practices)
        label = (kind, code, name)
        rows.append((*label, "people", cell(members), "people"))
        rows += [(*label, status, cell(by_status[status]), "people") for status in STATUSES]
        rows.append((*label, "share_of_registered", share(members, base), "share"))
    provenance = population.provenance(as_at, asked_with=chosen.used)
    return Result("cohort/changes", CHANGE_COLUMNS, tuple(rows), provenance)


def _registered(population: Asking, as_at: date) -> dict[str, int]:
    rows = population.ask_months(
        "SELECT practice_code, COUNT(*) AS people FROM people GROUP BY practice_code", (as_at,)
    )
    return {row["practice_code"]: int(row["people"]) for row in rows}


def _places(population: Asking, practices: set[str]) -> Iterator[tuple[str, str, str, list[str]]]:
    """The whole scope, each network and each practice: kind, code, name and its practices."""
    yield "all", "all", "All", sorted(practices)
    rows = population.ask_reference(
        "SELECT practice_code, name, pcn_code, pcn_name FROM reference.practice ORDER BY practice_code"
    )
    known = [row for row in rows if row["practice_code"] in practices]
    networks = sorted({(str(row["pcn_code"]), str(row["pcn_name"])) for row in known if row["pcn_code"]})
    for code, name in networks:
        yield "pcn", code, name, [row["practice_code"] for row in known if row["pcn_code"] == code]
    for row in known:
        yield "practice", row["practice_code"], row["name"], [row["practice_code"]]


def reasons(population: Asking, chosen: Chosen, found: Sequence[Moved], as_at: date) -> Result:
    """Why people are new or left: the steps that they newly meet, or no longer meet.

    Somebody who changed in two steps is counted at both.
    """
    counts: Counter[tuple[str, str]] = Counter()
    whole = whole_pattern(chosen)
    for one in found:
        for reason in why(one.is_now, one.was, chosen, died=one.died):
            counts[one.status(whole), reason] += one.people
    rows = tuple((status, reason, cell(people)) for (status, reason), people in sorted(counts.items()))
    return Result(
        "cohort/reasons", REASON_COLUMNS, rows, population.provenance(as_at, asked_with=chosen.used)
    )


def why(is_now: int | None, was: int | None, chosen: Chosen, *, died: bool) -> list[str]:
    """The steps that made the difference, in plain words; none for somebody who continues."""
    whole = whole_pattern(chosen)
    if is_now == whole and was == whole:
        return []
    if is_now is None:
        return [DIED if died else MOVED]
    other = was if is_now == whole else is_now
    if other is None:
        return [NEWLY_REGISTERED]
    return [name for place, name in enumerate(chosen.names) if not other & (1 << place)]
