"""Waiting: pathways that are open longer than they should be, by the newest return of each provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from openphm.population.asking import Asking
from openphm.population.people import sql_date

Floats = NDArray[np.float64]
ENDS_IN: dict[str, tuple[str, ...]] = {
    "IRTT": ("day_case", "elective_inpatient"),
    "ORTT": ("outpatient_first",),
}
"""What a pathway of each type waits for; several share it as the year's activity does."""
FEWEST_WAITING = 10
"""People of a list that is counted: fewer would be told by what they add."""


def long_waits(
    population: Asking, as_at: date, weeks: int, *, names: Sequence[str], units: Floats
) -> dict[str, float]:
    """Activity that pathways open for more than so many weeks wait for, by point of delivery.

    units: of the year by point of delivery, in the order of names. Returns are believed for as long as the
    attribute on_waiting_list believes them. A list of fewer than 10 people is left out.
    """
    rows = population.ask(_sql(as_at, weeks), as_at)
    found: dict[str, float] = {}
    for row in rows:
        wanted = [name for name in ENDS_IN[str(row["type"])] if name in names]
        used = np.array([units[names.index(name)] for name in wanted])
        if row["people"] < FEWEST_WAITING or used.sum() == 0:
            continue
        for name, share in zip(wanted, used / used.sum(), strict=True):
            found[name] = float(row["pathways"]) * float(share)
    return found


def _sql(as_at: date, weeks: int) -> str:
    day = sql_date(as_at)
    return f"""
believed AS (
    SELECT a.attribute_id, CAST(FLOOR(7 * p.value_number) AS INTEGER) AS days
    FROM definitions.attribute AS a
    JOIN definitions.attribute_parameter AS p ON p.attribute_id = a.attribute_id
    WHERE a.attribute_id = 'on_waiting_list' AND p.parameter = 'weeks_without_return_to_close'
),
closed AS (
    SELECT value_text AS status FROM definitions.attribute_parameter
    WHERE attribute_id = 'on_waiting_list' AND parameter = 'closed_statuses'
),
newest AS (
    SELECT w.provider_code, MAX(w.week_ending_date) AS week_ending_date
    FROM standard.waiting_list_pathway AS w
    WHERE w.week_ending_date <= {day}
    GROUP BY w.provider_code
)
SELECT w.waiting_list_type AS type, COUNT(DISTINCT w.pathway_key) AS pathways,
    COUNT(DISTINCT w.person_key) AS people
FROM people AS p
JOIN standard.waiting_list_pathway AS w ON w.person_key = p.person_key
JOIN newest AS n ON n.provider_code = w.provider_code AND n.week_ending_date = w.week_ending_date
CROSS JOIN believed AS b
LEFT JOIN closed AS c ON c.status = w.period_status_code
WHERE p.is_registered_as_at AND c.status IS NULL AND w.waiting_list_type IN ({_types()})
    AND days_between(w.week_ending_date, {day}) < b.days
    AND days_between(w.clock_start_date, {day}) > {7 * weeks}
GROUP BY w.waiting_list_type"""


def _types() -> str:
    return ", ".join(f"'{name}'" for name in ENDS_IN)
