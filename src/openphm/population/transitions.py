"""Transitions: who moved between segments in a year, who was born, joined, died and left, by age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from openphm.core.errors import PlanError
from openphm.core.periods import Month
from openphm.population.asking import Asking
from openphm.population.people import sql_date

Floats = NDArray[np.float64]
GROUPS = (0, 18, 40, 65, 80)
"""First ages of the groups that movement is counted in."""


@dataclass(frozen=True)
class Movements:
    """Counts of a year by group of age (K) and segment (S).

    stayed   from each segment to each, of people registered at both ends [K, S, S]
    died, left           by segment at the beginning [K, S]
    born, joined         by segment at the end [K, S]
    """

    stayed: Floats
    died: Floats
    left: Floats
    born: Floats
    joined: Floats


def movements(population: Asking, as_at: date) -> Movements:
    """The movements of the 12 months to a date. Raises PlanError where the history is shorter."""
    before = Month.containing(as_at).plus(-12).end
    if before not in population.month_ends:
        raise PlanError(
            "baseline, movement",
            f"the history does not reach back to {before}.",
            "Movement between segments is counted over 12 months.",
            "write `movement: fixed`",
        )
    rows = population.ask_months(_sql(before, as_at), [before, as_at])
    codes = {one.code: number for number, one in enumerate(population.subsegments)}
    shape = (len(GROUPS), len(codes))
    found = Movements(
        np.zeros((*shape, len(codes))), np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    )
    for row in rows:
        group, people = int(row["age_group"]), float(row["people"])
        was, now = codes.get(row["was"], -1), codes.get(row["is_now"], -1)
        if was >= 0 and now >= 0:
            found.stayed[group, was, now] += people
        elif was >= 0:
            (found.died if row["is_dead"] else found.left)[group, was] += people
        else:
            (found.born if row["is_born"] else found.joined)[group, now] += people
    return found


def _sql(before: date, as_at: date) -> str:
    then, now = sql_date(before), sql_date(as_at)
    groups = " ".join(f"WHEN m.age >= {first} THEN {n}" for n, first in reversed(list(enumerate(GROUPS))))
    return f"""
moved AS (
    SELECT
        p.person_key, MAX(p.birth_month) AS birth_month,
        COALESCE(MIN(age_at(p.birth_month, p.as_at)), 0) AS age,
        MAX(CASE WHEN p.as_at = {then} THEN p.subsegment_code END) AS was,
        MAX(CASE WHEN p.as_at = {now} THEN p.subsegment_code END) AS is_now
    FROM people AS p
    GROUP BY p.person_key
)
SELECT
    CASE {groups} ELSE 0 END AS age_group, m.was, m.is_now,
    COALESCE(person.death_date <= {now}, FALSE) AS is_dead, m.birth_month > {then} AS is_born,
    COUNT(*) AS people
FROM moved AS m
JOIN person.person AS person ON person.person_key = m.person_key
GROUP BY 1, 2, 3, 4, 5"""
