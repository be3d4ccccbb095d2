"""Person costs: what people of a segment, age group, sex and deprivation quintile cost in 12 months.

Counted once over the people of the scope, by their state on the date or on the last registered day; only sums
leave the build. People without a quintile are in quintile 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openphm.core.periods import Window
from openphm.population.asking import Asking
from openphm.population.people import sql_date
from openphm.population.transitions import GROUPS


@dataclass(frozen=True)
class PersonCosts:
    """One group: registered people, and the pounds of everybody who was in it."""

    segment: str
    age_group: int
    sex: int
    quintile: int
    people: int
    cost: float


def person_costs(population: Asking, as_at: date) -> list[PersonCosts]:
    """Every group that has people. age_group: a place in `transitions.GROUPS`; sex: 0 male, 1 female."""
    rows = population.ask(_sql(tuple(population.points), as_at), as_at)
    return [PersonCosts(*row.values()) for row in rows]


def _sql(points: Sequence[str], as_at: date) -> str:
    window = Window.twelve_months_to(as_at)
    pounds = " + ".join(f"CAST(m.cost_{name}_gbp AS DOUBLE)" for name in points)
    groups = " ".join(
        f"WHEN age_at(p.birth_month, p.as_at) >= {first} THEN {n}"
        for n, first in reversed(list(enumerate(GROUPS)))
    )
    return f"""
used AS (
    SELECT m.person_key, SUM({pounds}) AS pounds
    FROM person.month AS m
    WHERE m.month_end BETWEEN {sql_date(window.start)} AND {sql_date(as_at)}
    GROUP BY m.person_key
)
SELECT
    p.subsegment_code AS segment, CASE {groups} ELSE 0 END AS age_group,
    CASE WHEN p.sex_code = '2' THEN 1 ELSE 0 END AS sex,
    COALESCE(CAST(FLOOR((area.imd2025_decile + 1) / 2) AS INTEGER), 0) AS quintile,
    CAST(COUNT(*) FILTER (WHERE p.is_registered_as_at) AS INTEGER) AS people,
    COALESCE(SUM(u.pounds), 0.0) AS pounds
FROM people AS p
LEFT JOIN used AS u ON u.person_key = p.person_key
LEFT JOIN reference.lsoa21 AS area ON area.lsoa21_code = p.lsoa21_code
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4"""
