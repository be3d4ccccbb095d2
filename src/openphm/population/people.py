"""The root of every question: who is meant, in a scope, as at a date.

One row for each person registered on any day of the 12 months to the date, with the practice and
subsegment on the date, or on the last registered day for people who died or left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from openphm.access import Scope
from openphm.core.periods import Window


def sql_date(day: date) -> str:
    """A date literal."""
    return f"DATE '{day.isoformat()}'"


def people_sql(scope: Scope, as_at: date, *, is_build_date: bool) -> str:
    """SELECT of the people in scope, with their person-time; nobody else can be reached through it.

    is_build_date: the as-at date of the build itself, for which the window is stored.
    """
    window = "segments.window" if is_build_date else f"(\n{window_sql(as_at)}\n)"
    limits = scope.predicate(practice="w.practice_code", pcn="practice.pcn_code", lsoa="person.lsoa21_code")
    return f"""
SELECT
    w.person_key, w.practice_code, practice.pcn_code, w.subsegment_code, w.person_days,
    w.is_registered_as_at, {sql_date(as_at)} AS as_at,
    person.birth_month, person.sex_code, person.ethnicity_code, person.lsoa21_code
FROM {window} AS w
JOIN person.person AS person ON person.person_key = w.person_key
LEFT JOIN reference.practice AS practice ON practice.practice_code = w.practice_code
WHERE {limits}"""


def people_of_months_sql(scope: Scope, month_ends: Sequence[date]) -> str:
    """SELECT of the people in scope who are registered at each of several month ends, one row for each.

    The same columns as `people_sql` without person_days: for counting over time, not for rates.
    """
    limits = scope.predicate(practice="h.practice_code", pcn="practice.pcn_code", lsoa="person.lsoa21_code")
    days = ", ".join(sql_date(day) for day in sorted(month_ends))
    return f"""
SELECT
    h.person_key, h.practice_code, practice.pcn_code, h.subsegment_code,
    TRUE AS is_registered_as_at, h.month_end AS as_at,
    person.birth_month, person.sex_code, person.ethnicity_code, person.lsoa21_code
FROM segments.history AS h
JOIN person.person AS person ON person.person_key = h.person_key
LEFT JOIN reference.practice AS practice ON practice.practice_code = h.practice_code
WHERE h.is_registered_at_month_end AND h.month_end IN ({days}) AND {limits}"""


def window_sql(as_at: date) -> str:
    """segments.window for another month end than that of the build, by the same rules."""
    window = Window.twelve_months_to(as_at)
    first, last, stop = (sql_date(day) for day in (window.start, as_at, as_at + timedelta(days=1)))
    return f"""
SELECT
    held.person_key, h.practice_code, h.subsegment_code, held.person_days,
    h.month_end = {last} AND h.is_registered_at_month_end AS is_registered_as_at
FROM (
    SELECT
        r.person_key,
        SUM(days_between(GREATEST(r.start_date, {first}), LEAST(COALESCE(r.end_date, {stop}), {stop})))
            AS person_days
    FROM person.registration AS r
    WHERE r.start_date <= {last} AND (r.end_date IS NULL OR r.end_date > {first})
    GROUP BY r.person_key
) AS held
JOIN (
    SELECT person_key, MAX(month_end) AS month_end
    FROM segments.history
    WHERE month_end BETWEEN {first} AND {last}
    GROUP BY person_key
) AS latest ON latest.person_key = held.person_key
JOIN segments.history AS h ON h.person_key = latest.person_key AND h.month_end = latest.month_end"""
