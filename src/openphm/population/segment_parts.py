"""The sums behind the segment matrix, in two passes over the build.

1. who they are: people, person-time, age, sex, deprivation, ethnicity, conditions and attributes
2. what they used and what it cost, from person.month, and what belongs to nobody registered

Each gives one row for each place and subsegment; nothing is divided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from openphm.core.periods import Window
from openphm.criteria import compile_flags
from openphm.population.measures import CATEGORIES, SHARES, USE
from openphm.population.people import sql_date

NUMBERS = ("multimorbidity_count", "imd_decile")


class Point(NamedTuple):
    """A point of delivery that has columns in person.month, and its cost row in the matrix."""

    id: str
    category: str


def who_sql(place: str, as_at: date) -> str:
    """Sums over the people registered on the date, and person-days of all people in the window."""
    flags = compile_flags([(name.removesuffix("_share"), one) for name, one in SHARES.items()], "registered")
    day = sql_date(as_at)
    numbers = ", ".join(
        f"MAX(CASE WHEN attribute_id = '{name}' THEN value_number END) AS {name}" for name in NUMBERS
    )
    names = ", ".join(f"'{name}'" for name in NUMBERS)
    shares = ",\n    ".join(
        f"COALESCE(SUM(f.{name}), 0) AS {name}" for name in (s.removesuffix("_share") for s in SHARES)
    )
    return f"""
registered AS (SELECT * FROM people WHERE is_registered_as_at),
flags AS (
{flags}
),
numbers AS (
    SELECT person_key, {numbers}
    FROM attributes.person_attribute
    WHERE attribute_id IN ({names}) AND from_date <= {day} AND (to_date IS NULL OR to_date > {day})
    GROUP BY person_key
)
SELECT
    {place} AS place_code, p.subsegment_code,
    COUNT(*) AS people,
    COUNT(r.person_key) AS population,
    SUM(p.person_days) AS person_days,
    SUM(age_at(r.birth_month, r.as_at)) AS age,
    COUNT(r.birth_month) AS with_age,
    COUNT(CASE WHEN r.sex_code = '1' THEN 1 END) AS male,
    COUNT(CASE WHEN r.sex_code IN ('1', '2') THEN 1 END) AS with_sex,
    SUM(CASE WHEN r.person_key IS NOT NULL THEN n.imd_decile END) AS imd_decile,
    COUNT(CASE WHEN r.person_key IS NOT NULL THEN n.imd_decile END) AS with_imd_decile,
    COUNT(CASE WHEN r.person_key IS NOT NULL AND e.is_minority THEN 1 END) AS minority,
    COUNT(CASE WHEN r.person_key IS NOT NULL AND e.is_recorded THEN 1 END) AS with_ethnicity,
    SUM(CASE WHEN r.person_key IS NOT NULL THEN n.multimorbidity_count END) AS multimorbidity_count,
    {shares}
FROM people AS p
LEFT JOIN registered AS r ON r.person_key = p.person_key
LEFT JOIN flags AS f ON f.person_key = p.person_key
LEFT JOIN numbers AS n ON n.person_key = p.person_key
LEFT JOIN definitions.ethnic_category AS e ON e.ethnicity_code = r.ethnicity_code
GROUP BY {place}, p.subsegment_code"""


def use_sql(place: str, as_at: date, points: Sequence[Point], *, with_nobody: bool) -> str:
    """Pounds, contacts and bed days of the 12 months, with contributors and the largest of them.

    with_nobody: also one row without a subsegment, for activity of people who are not in `people`. Only
    where `people` is the whole system; otherwise that row would be about people outside the scope.
    """
    join = "LEFT JOIN" if with_nobody else "JOIN"
    names = [*(f"cost_{name}" for name in CATEGORIES), "cost_total", *USE]
    sums = ",\n    ".join(
        f"COALESCE(SUM(u.{n}), 0) AS {n}, COUNT(CASE WHEN u.{n} > 0 THEN 1 END) AS people_{n}, "
        f"COALESCE(MAX(u.{n}), 0) AS top_{n}"
        for n in names
    )
    return f"""
used AS (
    SELECT m.person_key, {_added_up(points)}
    FROM person.month AS m
    WHERE m.month_end BETWEEN {_window(as_at)}
    GROUP BY m.person_key
)
SELECT {place} AS place_code, p.subsegment_code, COUNT(*) AS users,
    {sums}
FROM used AS u
{join} people AS p ON p.person_key = u.person_key
GROUP BY {place}, p.subsegment_code"""


def _window(as_at: date) -> str:
    window = Window.twelve_months_to(as_at)
    return f"{sql_date(window.start)} AND {sql_date(window.last_day)}"


def _added_up(points: Sequence[Point]) -> str:
    """A sum for each cost row, the total and the two kinds of use."""
    columns = []
    for category in CATEGORIES:
        held = [f"cost_{point.id}_gbp" for point in points if point.category == category]
        columns.append(f"{_sum_of(held)} AS cost_{category}")
    costed = [f"cost_{point.id}_gbp" for point in points if point.category in CATEGORIES]
    columns.append(f"{_sum_of(costed)} AS cost_total")
    columns += [f"SUM(COALESCE(m.{name}, 0)) AS {name}" for name in USE]
    return ",\n        ".join(columns)


def _sum_of(columns: Sequence[str]) -> str:
    added = " + ".join(f"COALESCE(m.{column}, 0)" for column in columns)
    return f"SUM({added})" if columns else "CAST(0 AS DECIMAL(12, 2))"
