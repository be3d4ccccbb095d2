"""What an earlier year tells of a study before it begins: how much people like these have, and how it varies.

Only data before the first index date are opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from openphm.criteria import Criterion, compile_criterion
from openphm.population.asking import Asking
from openphm.population.cohorts.members import considered
from openphm.population.panel_amounts import Amount
from openphm.population.people import sql_date


def earlier_amounts(
    population: Asking, rule: Criterion, amount: Amount, *, before: date, months: int
) -> NDArray[np.float64]:
    """Amounts in the months up to a date, one a person who met the rule when those months began.

    Empty when the build does not reach back so far, or when the amount is a criterion, which has no dated
    rows to add up. before: the first index date; nothing from it on is read.
    """
    if amount.word == "people":
        return np.zeros(0)
    ends = [day for day in population.month_ends if day < before]
    if len(ends) < months + 12:
        return np.zeros(0)
    began = ends[-1 - months]
    population.keep_months(
        "earlier",
        f"""considered AS (
{considered(rule)}
),
held AS (
{compile_criterion(rule, "considered")}
)
SELECT person_key FROM held""",
        [began],
    )
    table = population.ask_kept(f"""SELECT CAST(COALESCE(SUM(e.amount), 0) AS DOUBLE) AS amount
FROM memory.main.earlier AS h
LEFT JOIN (
    SELECT e.person_key, e.amount FROM ({amount.dated_sql()}) AS e
    WHERE e.event_date > {sql_date(began)} AND e.event_date < {sql_date(before)}
) AS e ON e.person_key = h.person_key
GROUP BY h.person_key ORDER BY h.person_key""")
    return np.asarray(table["amount"].to_numpy(), dtype=np.float64)


def count_controls(population: Asking, table: str, months: Sequence[object]) -> tuple[int, int, int]:
    """(people, rows, months without any) of the controls kept in a risk set."""
    [row] = population.ask_kept(
        f"SELECT COUNT(DISTINCT person_key) AS people, COUNT(*) AS n, COUNT(DISTINCT month_end) AS months "
        f"FROM {table} WHERE NOT is_treated"
    ).to_pylist()
    return row["people"], row["n"], len(months) - row["months"]
