"""The people of a window as at one date or many: the root of every measure.

One row for each date and person registered on any day of the months to it, with the practice and
subsegment on the date, or on the last registered day for people who died or left, and the day itself.
The scope's predicate stands here, so that nothing written over `people` can reach anybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openphm.access import Scope
from openphm.population.people import sql_date


def people_over_time_sql(
    scope: Scope, dates: Sequence[date], months: int, *, with_days: bool, is_stored: bool
) -> str:
    """SELECT of the people in scope at each date: person_key, as_at, own_date, person_days and who they are.

    months: how far the window reaches back from each date. with_days: count days registered in it.
    is_stored: the one date and 12 months for which the build keeps the window.
    """
    limits = scope.predicate(practice="w.practice_code", pcn="practice.pcn_code", lsoa="person.lsoa21_code")
    window = _stored(dates[0]) if is_stored else _windows(dates, months, with_days=with_days)
    return f"""
SELECT
    w.person_key, w.as_at, w.own_date, w.practice_code, practice.pcn_code, w.subsegment_code,
    w.person_days, w.is_registered_as_at,
    person.birth_month, person.sex_code, person.ethnicity_code, person.lsoa21_code
FROM (
{window}
) AS w
JOIN person.person AS person ON person.person_key = w.person_key
LEFT JOIN reference.practice AS practice ON practice.practice_code = w.practice_code
WHERE {limits}"""


def month_before_sql(day: str, months: int) -> str:
    """The month end so many months before a month end: a window begins on the day after it."""
    return f"month_end(add_months({day}, -{months}))"


def _stored(as_at: date) -> str:
    """segments.window, and the last registered day of the few who are no longer registered."""
    day = sql_date(as_at)
    return f"""
    SELECT
        s.person_key, {day} AS as_at,
        CASE WHEN s.is_registered_as_at THEN {day} ELSE COALESCE(l.own_date, {day}) END AS own_date,
        s.practice_code, s.subsegment_code, s.person_days, s.is_registered_as_at
    FROM segments.window AS s
    LEFT JOIN (
        SELECT person_key, add_days(MAX(end_date), -1) AS own_date
        FROM person.registration WHERE start_date <= {day} AND end_date <= {day}
        GROUP BY person_key
    ) AS l ON l.person_key = s.person_key AND NOT s.is_registered_as_at"""


def _windows(dates: Sequence[date], months: int, *, with_days: bool) -> str:
    """The same for any month ends, from the history of segments and the registrations."""
    listed = ", ".join(sql_date(day) for day in dates)
    asked = f"(SELECT month_end FROM build.month WHERE month_end IN ({listed}))"
    before = month_before_sql("m.month_end", months)
    held, join = "segments.history", "m.month_end = h.month_end"
    if months > 1:
        held = """(
        SELECT *, LEAD(month_end) OVER (PARTITION BY person_key ORDER BY month_end) AS next_month
        FROM segments.history
    )"""
        join = (
            "m.month_end >= h.month_end AND (h.next_month IS NULL OR m.month_end < h.next_month) "
            f"AND h.month_end > {before}"
        )
    days = "CAST(NULL AS INTEGER)"
    joined = ""
    if with_days:
        days, joined = "d.person_days", _days_join(asked, before)
    return f"""
    SELECT
        h.person_key, m.month_end AS as_at, h.as_at AS own_date, h.practice_code, h.subsegment_code,
        {days} AS person_days,
        h.month_end = m.month_end AND h.is_registered_at_month_end AS is_registered_as_at
    FROM {held} AS h
    JOIN {asked} AS m ON {join}{joined}"""


def _days_join(asked: str, before: str) -> str:
    first, stop = f"add_days({before}, 1)", "add_days(m.month_end, 1)"
    return f"""
    JOIN (
        SELECT r.person_key, m.month_end,
            SUM(days_between(GREATEST(r.start_date, {first}), LEAST(COALESCE(r.end_date, {stop}), {stop})))
                AS person_days
        FROM person.registration AS r
        JOIN {asked} AS m
            ON r.start_date <= m.month_end AND (r.end_date IS NULL OR r.end_date > {before})
        GROUP BY r.person_key, m.month_end
    ) AS d ON d.person_key = h.person_key AND d.month_end = m.month_end"""
