"""Covariates of a panel: what was known of each person on the day before their index date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openphm.criteria import Criterion, compile_criterion, compile_flags
from openphm.criteria.trees import text
from openphm.population.asking import Asking
from openphm.population.risk_set import ROWS

_OF_PERSON = {
    "age_years": "age_at(r.birth_month, r.as_at)",
    "female": "CASE WHEN r.sex_code = '2' THEN 1 ELSE 0 END",
    "ethnic_minority": "CASE WHEN c.is_minority THEN 1 ELSE 0 END",
    "imd_decile": "COALESCE(area.imd2025_decile, area.imd2019_decile)",
    "conditions": "COALESCE(held.n, 0)",
}
"""What can be asked by one word; each is dated to the day before the index date."""


@dataclass(frozen=True)
class Covariate:
    """One characteristic: a word of the person, a criterion (0 or 1), or activity of the 12 months before."""

    name: str
    of: str = ""
    criterion: Criterion | None = None
    activity: tuple[str, ...] = ()


def covariates(population: Asking, asked: Sequence[Covariate]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """(names, rows by names). A value that is not recorded is the mean, beside a flag column that says so."""
    columns: dict[str, NDArray[np.float64]] = {}
    columns.update(_of_person(population, [one for one in asked if one.of]))
    columns.update(_flags(population, [one for one in asked if one.criterion is not None]))
    for one in asked:
        if one.activity:
            columns[one.name] = _activity(population, one)
    names: list[str] = []
    values: list[NDArray[np.float64]] = []
    for one in asked:
        column = columns[one.name]
        missing = np.isnan(column)
        names.append(one.name)
        values.append(np.where(missing, np.nanmean(column) if not missing.all() else 0.0, column))
        if missing.any():
            names.append(f"{one.name}_not_recorded")
            values.append(missing.astype(np.float64))
    rows = population.ask_kept(f"SELECT COUNT(*) AS n FROM {ROWS}")["n"][0].as_py()
    return tuple(names), np.column_stack(values) if values else np.zeros((rows, 0))


def _of_person(population: Asking, asked: Sequence[Covariate]) -> dict[str, NDArray[np.float64]]:
    if not asked:
        return {}
    chosen = ", ".join(f"CAST({_OF_PERSON[one.of]} AS DOUBLE) AS c{n}" for n, one in enumerate(asked))
    table = population.ask_kept(f"""WITH held AS (
    SELECT r.row_id, COUNT(DISTINCT p.condition_id) AS n
    FROM {ROWS} AS r
    JOIN conditions.person_condition AS p ON p.person_key = r.person_key
        AND p.start_date <= r.as_at AND (p.resolved_date IS NULL OR p.resolved_date > r.as_at)
    JOIN definitions.condition AS d ON d.condition_id = p.condition_id AND d.is_counted
    GROUP BY r.row_id
)
SELECT {chosen}
FROM {ROWS} AS r
LEFT JOIN reference.lsoa21 AS area ON area.lsoa21_code = r.lsoa21_code
LEFT JOIN definitions.ethnic_category AS c ON c.ethnicity_code = r.ethnicity_code
LEFT JOIN held ON held.row_id = r.row_id
ORDER BY r.row_id""")
    return {one.name: _floats(table[f"c{n}"]) for n, one in enumerate(asked)}


def _flags(population: Asking, asked: Sequence[Covariate]) -> dict[str, NDArray[np.float64]]:
    if not asked:
        return {}
    criteria = [(f"f{n}", one.criterion) for n, one in enumerate(asked) if one.criterion is not None]
    names = ", ".join(f"f.{name}" for name, _ in criteria)
    table = population.ask_kept(f"""WITH spine AS (SELECT * FROM {ROWS}),
flags AS (
{compile_flags(criteria, "spine")}
)
SELECT {names} FROM {ROWS} AS r
JOIN flags AS f ON f.person_key = r.person_key AND f.as_at = r.as_at ORDER BY r.row_id""")
    return {one.name: _floats(table[f"f{n}"]) for n, one in enumerate(asked)}


def _activity(population: Asking, asked: Covariate) -> NDArray[np.float64]:
    """Logarithm of one more than the number of events in the 12 months before."""
    points = ", ".join(text(point).sql() for point in asked.activity)
    table = population.ask_kept(f"""WITH counted AS (
    SELECT r.row_id, COUNT(*) AS n FROM {ROWS} AS r
    JOIN activity.event AS e ON e.person_key = r.person_key
    WHERE e.point_of_delivery IN ({points}) AND e.is_start
        AND e.event_date >= add_months(r.index_date, -12) AND e.event_date < r.index_date
    GROUP BY r.row_id
)
SELECT COALESCE(counted.n, 0) AS n FROM {ROWS} AS r
LEFT JOIN counted ON counted.row_id = r.row_id ORDER BY r.row_id""")
    return np.asarray(np.log1p(_floats(table["n"])), dtype=np.float64)


def was_eligible(population: Asking, rule: Criterion) -> NDArray[np.bool_]:
    """Whether each row met the rule 12 months earlier too, for a placebo date."""
    table = population.ask_kept(f"""WITH earlier AS (
    SELECT DISTINCT person_key, month_end(add_months(month_end, -12)) AS as_at,
        practice_code, pcn_code, birth_month, sex_code, ethnicity_code, lsoa21_code
    FROM {ROWS}
),
spine AS (
    SELECT e.*, h.practice_code IS NOT NULL AS is_there FROM earlier AS e
    JOIN segments.history AS h ON h.person_key = e.person_key AND h.month_end = e.as_at
        AND h.is_registered_at_month_end
),
held AS (
{compile_criterion(rule, "spine")}
)
SELECT held.person_key IS NOT NULL AS met FROM {ROWS} AS r
LEFT JOIN (SELECT DISTINCT person_key, as_at FROM held) AS held
    ON held.person_key = r.person_key AND held.as_at = month_end(add_months(r.month_end, -12))
ORDER BY r.row_id""")
    return np.asarray(table["met"].to_numpy(), dtype=np.bool_)


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """A column as numbers; what is not recorded is NaN."""
    return np.asarray(column.to_numpy(), dtype=np.float64)
