"""Person-time: from each index date to death, deregistration, own treatment, the planned end or the last day.

A short gap between two registrations (up to a month) is a move between practices; a longer one is leaving. A
registration that ends up to a month before a death ended because of it: the person is followed to the death.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from openphm.population.asking import Asking
from openphm.population.people import sql_date
from openphm.population.risk_set import ROWS

TIMED = "memory.main.risk_time"
GAP_DAYS = 31
DAYS_A_MONTH = 30.4375
COMPLETE, DIED, LEFT, TREATED = range(4)


@dataclass(frozen=True, eq=False)
class PersonTime:
    """One entry a row: months followed, and why it ended (0 planned end or last day, 1 died, 2 left,
    3 own treatment)."""

    months: NDArray[np.float64]
    ended_by: NDArray[np.int64]
    is_cut: NDArray[np.bool_]


def keep_person_time(population: Asking, follow_up: int, *, last: date | None = None) -> None:
    """Put row_id, person_key, index_date, stop_date and ended_by into `memory.main.risk_time`.

    last: the last day that may be looked at; the build's own when not given.
    """
    end = sql_date((last or population.as_at) + timedelta(days=1))
    planned = f"LEAST(add_months(r.index_date, {follow_up}), {end})"
    died = "COALESCE(person.death_date, DATE '9999-01-01')"
    # A registration that ends shortly before a death ended because of it.
    because = f"s.left_on <= {died} AND days_between(s.left_on, {died}) <= {GAP_DAYS}"
    left = f"CASE WHEN s.left_on IS NULL OR ({because}) THEN DATE '9999-01-01' ELSE s.left_on END"
    own = "COALESCE(CASE WHEN r.is_treated THEN NULL ELSE r.offered_on END, DATE '9999-01-01')"
    population.keep_more(
        "risk_time",
        f"""WITH {_stays()},
timed AS (
    SELECT r.row_id, r.person_key, r.is_treated, r.index_date,
        add_months(r.index_date, {follow_up}) > {end} AS is_cut,
        {planned} AS planned, {died} AS died, {left} AS left_on, {own} AS own
    FROM {ROWS} AS r
    JOIN person.person AS person ON person.person_key = r.person_key
    LEFT JOIN stay AS s
        ON s.person_key = r.person_key AND s.start_date <= r.index_date
        AND (s.left_on IS NULL OR s.left_on > r.index_date)
)
SELECT row_id, person_key, is_treated, index_date, is_cut,
    LEAST(planned, died, left_on, own) AS stop_date,
    CAST(CASE WHEN LEAST(died, left_on, own) >= planned THEN {COMPLETE}
        WHEN died <= LEAST(left_on, own) THEN {DIED}
        WHEN left_on <= own THEN {LEFT}
        ELSE {TREATED} END AS INTEGER) AS ended_by
FROM timed
WHERE LEAST(planned, died, left_on, own) > index_date""",
    )


def _stays() -> str:
    """Unbroken stays in the system of the people of the risk set."""
    return f"""spell AS (
    SELECT person_key, start_date, end_date,
        MAX(COALESCE(end_date, DATE '9999-01-01')) OVER (
            PARTITION BY person_key ORDER BY start_date, COALESCE(end_date, DATE '9999-01-01')
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM person.registration
    WHERE person_key IN (SELECT person_key FROM {ROWS})
),
begun AS (
    SELECT *, SUM(CASE WHEN before IS NULL OR days_between(before, start_date) > {GAP_DAYS} THEN 1 ELSE 0 END)
        OVER (PARTITION BY person_key ORDER BY start_date, COALESCE(end_date, DATE '9999-01-01')) AS number
    FROM spell
),
stay AS (
    SELECT person_key, number, MIN(start_date) AS start_date,
        CASE WHEN COUNT(*) = COUNT(end_date) THEN MAX(end_date) END AS left_on
    FROM begun GROUP BY person_key, number
)"""


def person_time(population: Asking, follow_up: int) -> PersonTime:
    """The arrays of the rows kept, by row_id."""
    found = population.ask_kept(
        f"SELECT days_between(index_date, stop_date) AS days, ended_by, is_cut FROM {TIMED} ORDER BY row_id"
    )
    days = found["days"].to_numpy().astype(np.float64)
    return PersonTime(
        np.minimum(days / DAYS_A_MONTH, float(follow_up)),
        found["ended_by"].to_numpy().astype(np.int64),
        found["is_cut"].to_numpy().astype(np.bool_),
    )
