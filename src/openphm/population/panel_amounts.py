"""Amounts of a panel: what was counted or priced in each month before and after each index date.

Months are personal: month 1 before the index date ends on the day before it, month 1 after it begins on it.
Events are counted on the day they begin, nights and pounds on the day of their event. Of a criterion the
months are counted in which it held, by the last day of each month (the last day followed, in the last one).
What happened on the day of death is part of the follow-up, and so is the death.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openphm.criteria import Criterion, compile_criterion
from openphm.criteria.trees import text
from openphm.population.asking import Asking
from openphm.population.measuring.event_sources import SOURCES as EVENT_SOURCES
from openphm.population.measuring.event_sources import where_sql
from openphm.population.person_time import DIED, TIMED
from openphm.population.risk_set import ROWS

Word = Literal["activity", "cost", "bed_days", "events", "people"]
Floats = NDArray[np.float32]
POINTS: dict[str, tuple[str, str, str]] = {
    "activity": ("activity.event", "1", "e.is_start"),
    "bed_days": ("activity.event", "COALESCE(e.bed_days, 0)", "e.is_start"),
    "cost": ("costs.event_cost", "COALESCE(e.cost_gbp, 0)", "TRUE"),
}
"""Words that count by point of delivery: the table, the value of a row, and which rows."""


@dataclass(frozen=True)
class Amount:
    """Something to count in each month of a person.

    word       activity, bed_days, cost: events, nights or pounds of points of delivery
               events: rows of an event source that pass every test of `where`, or the sum of a column
                          people: 1 in a month at whose end the criterion held, or at whose end there had been
               `at_least` such events within `within_months`
    of         the points of delivery; for events the source; empty for people with a criterion
    feeds      records that it comes from, where points of delivery do not say so
    """

    name: str
    word: Word
    of: tuple[str, ...] = ()
    where: tuple[Any, ...] = ()
    sum: str = ""
    criterion: Criterion | None = None
    feeds: tuple[str, ...] = ()
    at_least: int = 0
    within_months: int = 0

    def plain(self) -> list[Any]:
        """As plain data, for the hash of a plan."""
        said: list[Any] = [self.word, *self.of]
        if self.where or self.sum:
            said += [list(self.where), self.sum]
        if self.at_least:
            said += [self.at_least, self.within_months]
        return said if self.criterion is None else [*said, self.criterion.plain()]

    def dated_sql(self) -> str:
        """Its rows: person_key, event_date and amount. Raises ValueError for a criterion, which has none."""
        if self.word in POINTS:
            table, value, which = POINTS[self.word]
            points = ", ".join(text(point).sql() for point in self.of)
            return (
                f"SELECT e.person_key, e.event_date, {value} AS amount FROM {table} AS e "
                f"WHERE e.point_of_delivery IN ({points}) AND {which}"
            )
        if self.word == "events":
            value = f"COALESCE(e.{self.sum}, 0)" if self.sum else "1"
            return (
                f"SELECT e.person_key, e.event_date, {value} AS amount "
                f"FROM ({EVENT_SOURCES[self.of[0]]}) AS e WHERE {self.tests_sql}"
            )
        raise ValueError("a criterion holds over time and has no dated rows")

    @property
    def tests_sql(self) -> str:
        """What must be true of a row `e` of the event source."""
        return " AND ".join(where_sql(one) for one in self.where) or "TRUE"

    def held_sql(self) -> str:
        """The rows (person_key, as_at) of `spine` at which it held, for what holds over time."""
        if self.criterion is not None:
            return compile_criterion(self.criterion, "spine")
        return f"""SELECT s.person_key, s.as_at
FROM spine AS s
JOIN ({EVENT_SOURCES[self.of[0]]}) AS e ON e.person_key = s.person_key AND e.event_date <= s.as_at
    AND e.event_date >= add_months(add_days(s.as_at, 1), -{self.within_months})
WHERE {self.tests_sql}
GROUP BY s.person_key, s.as_at HAVING COUNT(*) >= {self.at_least}"""


def monthly_amounts(
    population: Asking, amounts: Sequence[Amount], *, rows: int, look_back: int, follow_up: int
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Before (rows, look_back) and after (rows, follow_up) of each amount, by its name."""
    found = {one.name: np.zeros((rows, look_back + follow_up), dtype=np.float32) for one in amounts}
    for asked, select in _questions(amounts, look_back, follow_up):
        _fill([found[one.name] for one in asked], population.ask_kept(select), look_back)
    return (
        {name: array[:, :look_back] for name, array in found.items()},
        {name: array[:, look_back:] for name, array in found.items()},
    )


def _questions(
    amounts: Sequence[Amount], look_back: int, follow_up: int
) -> Iterator[tuple[list[Amount], str]]:
    """One question for all amounts that read a table by point of delivery, one for each other amount."""
    for word in POINTS:
        asked = [one for one in amounts if one.word == word and one.of]
        if asked:
            yield asked, _by_point(word, asked, look_back)
    for one in amounts:
        if one.word == "events":
            yield [one], _summed(f"({one.dated_sql()})", "0", "e.amount", look_back)
        elif one.word == "people":
            yield [one], _held(one, look_back, follow_up)


def _by_point(word: str, asked: Sequence[Amount], look_back: int) -> str:
    source, value, which = POINTS[word]
    listed = ", ".join(f"({text(point).sql()}, {n})" for n, one in enumerate(asked) for point in one.of)
    points = ", ".join(text(point).sql() for point in sorted({point for one in asked for point in one.of}))
    return _summed(
        source, "p.number", value, look_back,
        f"JOIN (VALUES {listed}) AS p (point, number) ON p.point = e.point_of_delivery",
        f"AND e.point_of_delivery IN ({points}) AND {which}",
    )  # fmt: skip


def _summed(source: str, number: str, value: str, look_back: int, join: str = "", where: str = "") -> str:
    day, index = "e.event_date", "r.index_date"
    # A date near the end of a long month may fall a day outside the first month.
    month = f"months_from({index}, {day}) - CASE WHEN day({day}) < day({index}) THEN 1 ELSE 0 END"
    return f"""SELECT r.row_id, {number} AS number, CAST(GREATEST({month}, -{look_back}) AS INTEGER) AS month,
    CAST(SUM({value}) AS DOUBLE) AS amount
FROM {TIMED} AS r
JOIN {source} AS e ON e.person_key = r.person_key
{join}
WHERE {day} >= add_months({index}, -{look_back})
    AND ({day} < r.stop_date OR ({day} = r.stop_date AND r.ended_by = {DIED})) {where}
GROUP BY ALL"""


def _held(amount: Amount, look_back: int, follow_up: int) -> str:
    """1 for each month at whose end it held; of a month cut short, the share that was followed."""
    months = ", ".join(f"({month})" for month in range(-look_back, follow_up))
    return f"""WITH month_of AS (
    SELECT r.row_id, s.person_key, m.month,
        add_months(r.index_date, m.month) AS began, add_months(r.index_date, m.month + 1) AS ends,
        LEAST(add_months(r.index_date, m.month + 1), r.stop_date) AS stops,
        s.practice_code, s.pcn_code, s.birth_month, s.sex_code, s.ethnicity_code, s.lsoa21_code
    FROM {TIMED} AS r JOIN {ROWS} AS s ON s.row_id = r.row_id
    CROSS JOIN (VALUES {months}) AS m (month)
    WHERE add_months(r.index_date, m.month) < r.stop_date
),
spine AS (
    SELECT DISTINCT person_key, add_days(stops, -1) AS as_at,
        practice_code, pcn_code, birth_month, sex_code, ethnicity_code, lsoa21_code
    FROM month_of
),
held AS (
{amount.held_sql()}
)
SELECT m.row_id, 0 AS number, m.month,
    CAST(MAX(days_between(m.began, m.stops)) AS DOUBLE) / MAX(days_between(m.began, m.ends)) AS amount
FROM month_of AS m
JOIN held AS h ON h.person_key = m.person_key AND h.as_at = add_days(m.stops, -1)
GROUP BY m.row_id, m.month"""


def _fill(arrays: Sequence[Floats], table: pa.Table, look_back: int) -> None:
    """Put the sums where they belong: each row, amount and month stands once in the table."""
    number = table["number"].to_numpy()
    row, month = table["row_id"].to_numpy(), table["month"].to_numpy() + look_back
    amount = table["amount"].to_numpy().astype(np.float32)
    for place, array in enumerate(arrays):
        mine = slice(None) if len(arrays) == 1 else number == place
        array[row[mine], np.minimum(month[mine], array.shape[1] - 1)] += amount[mine]
