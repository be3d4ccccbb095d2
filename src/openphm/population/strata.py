"""People by age, sex and deprivation, with what they used: the ground of every fair comparison.

Written as CTEs over `people` of `Asking.ask`, in the portable subset:

    described   one row for each person of the scope: age band, sex, IMD quintile, ethnic group, person-time
    used        what each used in the 12 months, from person.month
    person_use  both together, with nought where nothing was used
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from openphm.core.periods import Window
from openphm.core.results import Cell
from openphm.population.asking import Asking
from openphm.population.people import sql_date

CATEGORIES = (
    "acute_planned",
    "acute_unplanned",
    "acute_other",
    "general_practice",
    "community_mental_health",
    "social_care",
)
"""The cost rows of Figure 12: definitions.point_of_delivery says which activity belongs to which."""

BAND_YEARS = 5
OLDEST_BAND = 90
AGE_BANDS = tuple(range(0, OLDEST_BAND + 1, BAND_YEARS))
"""First ages of the 19 bands of the European Standard Population 2013: 0-4, 5-9 ... 85-89, 90 and over."""

QUINTILES = (1, 2, 3, 4, 5)
"""Fifths of England by deprivation; 1 is most deprived. Deciles of the same index, two by two."""


DEATHS = "deaths"
"""People who died in the 12 months: a column of person_use, 0 or 1."""

Parts = Mapping[str, Any]
"""A row of `sums_sql`, or several added up."""


class Quantity(NamedTuple):
    """Something used: an id, the columns of person.month that make it, and its name for people."""

    id: str
    columns: tuple[str, ...]
    name: str


def quantities(population: Asking) -> dict[str, Quantity]:
    """What this build can add up: contacts, attendances, admissions, bed days, and pounds by setting."""
    held = population.columns("person.month")
    points = [
        point
        for point in population.ask_reference(
            "SELECT point_of_delivery, cost_category, is_ed_attendance, is_emergency_admission "
            "FROM definitions.point_of_delivery ORDER BY point_of_delivery"
        )
        if f"cost_{point['point_of_delivery']}_gbp" in held
    ]

    def of(prefix: str, suffix: str, chosen: Sequence[object]) -> tuple[str, ...]:
        return tuple(f"{prefix}_{id_}{suffix}" for id_ in chosen)

    ed = [point["point_of_delivery"] for point in points if point["is_ed_attendance"]]
    admitted = [point["point_of_delivery"] for point in points if point["is_emergency_admission"]]
    found = [
        Quantity("gp_contacts", ("gp_contacts",), "GP contacts"),
        Quantity("ed_attendances", of("n", "", ed), "ED attendances"),
        Quantity("emergency_admissions", of("n", "", admitted), "Emergency admissions"),
        Quantity("emergency_bed_days", ("emergency_bed_days",), "Emergency bed days"),
    ]
    for category in CATEGORIES:
        held_by = [point["point_of_delivery"] for point in points if point["cost_category"] == category]
        name = category.replace("_", " ").capitalize()
        found.append(Quantity(f"cost_{category}", of("cost", "_gbp", held_by), name))
    costed = [point["point_of_delivery"] for point in points if point["cost_category"] in CATEGORIES]
    found.append(Quantity("cost_total", of("cost", "_gbp", costed), "Cost"))
    return {quantity.id: quantity for quantity in found}


def person_use_sql(chosen: Sequence[Quantity], as_at: date) -> str:
    """The three CTEs for the 12 months to a date; begin a question with them."""
    window = Window.twelve_months_to(as_at)
    months = f"{sql_date(window.start)} AND {sql_date(window.last_day)}"
    added = ", ".join(f"{_added(quantity.columns)} AS {quantity.id}" for quantity in chosen)
    filled = ", ".join(f"COALESCE(u.{quantity.id}, 0) AS {quantity.id}" for quantity in chosen)
    return f"""
described AS (
{described_sql(as_at)}
),
used AS (
    SELECT m.person_key, {added}
    FROM person.month AS m
    JOIN people AS p ON p.person_key = m.person_key
    WHERE m.month_end BETWEEN {months}
    GROUP BY m.person_key
),
person_use AS (
    SELECT d.*, {filled}
    FROM described AS d
    LEFT JOIN used AS u ON u.person_key = d.person_key
)"""


def described_sql(as_at: date) -> str:
    """One row for each person of `people`: who they are as at the date, and person-years in the 12 months.

    Person-years are of 365 days, or 366 where the 12 months have so many: a whole window is exactly 1.
    """
    window = Window.twelve_months_to(as_at)
    first, day, days = sql_date(window.start), sql_date(as_at), window.days
    return f"""
SELECT
    p.person_key, p.practice_code, p.pcn_code, p.subsegment_code, p.is_registered_as_at, p.as_at,
    CAST(p.person_days AS DOUBLE) / {days} AS person_years,
    age_at(p.birth_month, p.as_at) AS age_years,
    LEAST(CAST(FLOOR(age_at(p.birth_month, p.as_at) / {BAND_YEARS}) AS INTEGER) * {BAND_YEARS},
        {OLDEST_BAND}) AS age_from,
    CASE WHEN p.sex_code IN ('1', '2') THEN p.sex_code END AS sex_code,
    CAST(CEIL(area.imd_decile / 2) AS INTEGER) AS imd_quintile,
    e.ethnic_group,
    CASE WHEN person.death_date BETWEEN {first} AND {day} THEN 1 ELSE 0 END AS {DEATHS}
FROM people AS p
JOIN person.person AS person ON person.person_key = p.person_key
LEFT JOIN (
    SELECT person_key, MAX(value_number) AS imd_decile
    FROM attributes.person_attribute
    WHERE attribute_id = 'imd_decile' AND from_date <= {day} AND (to_date IS NULL OR to_date > {day})
    GROUP BY person_key
) AS area ON area.person_key = p.person_key
LEFT JOIN definitions.ethnic_category AS e ON e.ethnicity_code = p.ethnicity_code AND e.is_recorded"""


def sums_sql(names: Sequence[str], table: str = "p") -> str:
    """Sums of a group, for each name: the total, its squares, the people with any, and the largest.

    Squares and products with person-time give intervals that know that one person's contacts come in runs.
    """
    parts = [
        f"COUNT(*) AS n_people, COALESCE(SUM({table}.person_years), 0) AS person_years, "
        f"COALESCE(SUM({table}.person_years * {table}.person_years), 0) AS person_years_squared"
    ]
    for name in names:
        x = f"CAST({table}.{name} AS DOUBLE)"
        parts.append(
            f"COALESCE(SUM({table}.{name}), 0) AS {name}, COALESCE(SUM({x} * {x}), 0) AS {name}_squared, "
            f"COALESCE(SUM({x} * {table}.person_years), 0) AS {name}_by_time, "
            f"COUNT(CASE WHEN {table}.{name} > 0 THEN 1 END) AS {name}_people, "
            f"COALESCE(MAX({table}.{name}), 0) AS {name}_top"
        )
    return ",\n    ".join(parts)


def sum_cell(parts: Parts, name: str) -> Cell:
    """A total with the people behind it: those who contribute or, when nobody does, those who might have."""
    return Cell(parts[name], n_people=_behind(parts, name), largest_share=_largest(parts, name))


def rate_cell(parts: Parts, name: str) -> Cell:
    """A total for each person-year; None without any."""
    total, years = float(parts[name]), float(parts["person_years"])
    return Cell(
        total / years if years else None,
        numerator=total,
        denominator=years,
        n_people=_behind(parts, name),
        largest_share=_largest(parts, name),
    )


def _behind(parts: Parts, name: str) -> int:
    return int(parts[f"{name}_people"]) or int(parts["n_people"])


def _largest(parts: Parts, name: str) -> float | None:
    total, top = float(parts[name]), float(parts[f"{name}_top"])
    return min(1.0, top / total) if total > 0 else None


def _added(columns: Sequence[str]) -> str:
    return f"SUM({' + '.join(f'COALESCE(m.{column}, 0)' for column in columns)})" if columns else "SUM(0)"
