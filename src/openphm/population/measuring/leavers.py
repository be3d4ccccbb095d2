"""Leavers: people who died or left in the window, as rows of the snapshot's form, kept in memory.

The snapshot holds those registered on its date; rates also count the time and the use of those who were
registered in the 12 months before it and are not any more. They are few, and are put together once for a
date, as at the last registered day of each. `joiners` are the registered who were not for the whole window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from openphm.population.asking import Asking
from openphm.population.measuring.wide import MONTHS, SNAPSHOT
from openphm.population.over_time import month_before_sql
from openphm.population.people import sql_date

_WHO: Mapping[str, str] = {
    "person_key": "p.person_key",
    "as_at": "p.as_at",
    "practice_code": "p.practice_code",
    "pcn_code": "p.pcn_code",
    "subsegment_code": "p.subsegment_code",
    "segment_code": "r.segment_code",
    "age_years": "age_at(p.birth_month, p.own_date)",
    "sex_code": "p.sex_code",
    "ethnicity_code": "p.ethnicity_code",
    "ethnic_group": "e.ethnic_group",
    "is_ethnic_minority": "e.is_minority",
    "lsoa21_code": "p.lsoa21_code",
    "ltla_code": "l.ltla_code",
}
_VALUES = {"DOUBLE": "t.value_number", "STRING": "t.value_text"}


def leavers_table(as_at: date) -> str:
    """The name under which they are kept."""
    return f"leavers_{as_at:%Y%m%d}"


def joiners_table(as_at: date) -> str:
    """The name under which the days of those who joined are kept."""
    return f"joiners_{as_at:%Y%m%d}"


def keep_leavers_and_joiners(population: Asking, as_at: date, full_days: int) -> None:
    """Put both together for the people of the scope."""
    population.keep_over_time(leavers_table(as_at), _leavers_sql(population, as_at), as_at)
    joined = (
        f"SELECT person_key, person_days FROM people WHERE is_registered_as_at AND person_days <> {full_days}"
    )
    population.keep_over_time(joiners_table(as_at), joined, as_at)


def _leavers_sql(population: Asking, as_at: date) -> str:
    columns = population.columns(SNAPSHOT)
    conditions = [name for name in columns if name.startswith("has_")]
    used = set(population.columns("person.month")) & set(columns) - {"person_key"}
    summed = _sums_of_points(population, columns)
    attributes = [
        name
        for name in columns
        if name not in _WHO and name not in conditions and name not in used | set(summed)
    ]
    chosen = [f"{_expression(name, columns, used, summed)} AS {name}" for name in columns]
    day, before = sql_date(as_at), month_before_sql(sql_date(as_at), MONTHS)
    return f"""left_now AS (SELECT * FROM people WHERE NOT is_registered_as_at),
attribute AS (
    SELECT p.person_key, {_pivot("attribute_id", "", attributes, columns)}
    FROM left_now AS p
    JOIN attributes.person_attribute AS t
        ON t.person_key = p.person_key AND t.from_date <= p.own_date
        AND (t.to_date IS NULL OR t.to_date > p.own_date)
    GROUP BY p.person_key
),
condition AS (
    SELECT p.person_key, {_pivot("condition_id", "has_", conditions, columns)}
    FROM left_now AS p
    JOIN conditions.person_condition AS t
        ON t.person_key = p.person_key AND t.start_date <= p.own_date
        AND (t.resolved_date IS NULL OR t.resolved_date > p.own_date)
    GROUP BY p.person_key
),
used AS (
    SELECT p.person_key, {", ".join(f"SUM(m.{name}) AS {name}" for name in sorted(used)) or "COUNT(*) AS n"}
    FROM left_now AS p
    JOIN person.month AS m
        ON m.person_key = p.person_key AND m.month_end > {before} AND m.month_end <= {day}
    GROUP BY p.person_key
)
SELECT {", ".join(chosen)}, p.person_days, FALSE AS is_registered_as_at
FROM left_now AS p
LEFT JOIN definitions.segment_rule AS r ON r.subsegment_code = p.subsegment_code
LEFT JOIN definitions.ethnic_category AS e ON e.ethnicity_code = p.ethnicity_code AND e.is_recorded
LEFT JOIN reference.lsoa21 AS l ON l.lsoa21_code = p.lsoa21_code
LEFT JOIN attribute AS t ON t.person_key = p.person_key
LEFT JOIN condition AS c ON c.person_key = p.person_key
LEFT JOIN used AS u ON u.person_key = p.person_key"""


def _sums_of_points(population: Asking, columns: Mapping[str, str]) -> dict[str, str]:
    """The snapshot's own sums of pounds: of each category, and of all."""
    points = population.points
    found = {}
    for category in dict.fromkeys(points.values()):
        mine = [f"cost_{point}_gbp" for point, one in points.items() if one == category]
        found[f"cost_{category}_gbp"] = _added(mine)
    found["cost_total_gbp"] = _added([f"cost_{point}_gbp" for point in points])
    return {name: sql for name, sql in found.items() if name in columns and name not in {
        f"cost_{point}_gbp" for point in points
    }}  # fmt: skip


def _added(columns: Sequence[str]) -> str:
    return " + ".join(f"COALESCE(u.{one}, 0)" for one in columns) or "0"


def _expression(name: str, columns: Mapping[str, str], used: set[str], summed: Mapping[str, str]) -> str:
    if name in _WHO:
        return _WHO[name]
    if name in summed:
        return f"({summed[name]})"
    if name in used:
        return f"COALESCE(u.{name}, 0)"
    if name.startswith("has_"):
        return f"COALESCE(c.{name} = 1, FALSE)"
    return f"COALESCE(t.{name} = 1, FALSE)" if columns[name] == "BOOLEAN" else f"t.{name}"


def _pivot(column: str, prefix: str, names: Sequence[str], columns: Mapping[str, str]) -> str:
    """One column an id: the value that holds on the day, or 1 when anything holds."""
    return (
        ", ".join(
            f"MAX(CASE WHEN t.{column} = '{name.removeprefix(prefix)}' "
            f"THEN {_VALUES.get(columns[name], '1')} END) AS {name}"
            for name in names
        )
        or "COUNT(*) AS n"
    )
