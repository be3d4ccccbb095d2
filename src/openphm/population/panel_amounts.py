"""Amounts of a panel: what was counted or priced in each month before and after each index date.

Months are personal: month 1 before the index date ends on the day before it, month 1 after it begins on it.
Events are counted on the day they begin, nights and pounds on the day of their event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from openphm.criteria.trees import text
from openphm.population.asking import Asking
from openphm.population.person_time import TIMED

Word = Literal["activity", "cost", "bed_days"]
Floats = NDArray[np.float32]
SOURCES: dict[str, tuple[str, str, str]] = {
    "activity": ("activity.event", "1", "e.is_start"),
    "bed_days": ("activity.event", "COALESCE(e.bed_days, 0)", "e.is_start"),
    "cost": ("costs.event_cost", "COALESCE(e.cost_gbp, 0)", "TRUE"),
}


@dataclass(frozen=True)
class Amount:
    """Something to count: events, nights or pounds of some points of delivery."""

    name: str
    word: Word
    of: tuple[str, ...]


def monthly_amounts(
    population: Asking, amounts: Sequence[Amount], *, rows: int, look_back: int, follow_up: int
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Before (rows, look_back) and after (rows, follow_up) of each amount, by its name."""
    found = {one.name: np.zeros((rows, look_back + follow_up), dtype=np.float32) for one in amounts}
    for word in SOURCES:
        asked = [one for one in amounts if one.word == word]
        points = sorted({point for one in asked for point in one.of})
        if not points:
            continue
        table = population.ask_kept(_sql(word, points, look_back))
        for one in asked:
            _add(found[one.name], table, one.of, look_back)
    return (
        {name: array[:, :look_back] for name, array in found.items()},
        {name: array[:, look_back:] for name, array in found.items()},
    )


def _sql(word: str, points: Sequence[str], look_back: int) -> str:
    source, value, which = SOURCES[word]
    listed = ", ".join(text(point).sql() for point in points)
    day, index = "e.event_date", "r.index_date"
    return f"""SELECT r.row_id, e.point_of_delivery,
    CAST(months_from({index}, {day}) - CASE WHEN day({day}) < day({index}) THEN 1 ELSE 0 END AS INTEGER)
        AS month,
    CAST(SUM({value}) AS DOUBLE) AS amount
FROM {TIMED} AS r
JOIN {source} AS e ON e.person_key = r.person_key
WHERE e.point_of_delivery IN ({listed}) AND {which}
    AND {day} >= add_months({index}, -{look_back}) AND {day} < r.stop_date
GROUP BY ALL"""


def _add(array: Floats, table: pa.Table, points: Sequence[str], look_back: int) -> None:
    for row, place, amount in _parts(table, points):
        # A date near the end of a long month may fall a day outside the first month.
        inside = np.clip(place + look_back, 0, array.shape[1] - 1)
        np.add.at(array, (row, inside), amount)


def _parts(
    table: pa.Table, points: Sequence[str]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Floats]]:
    names = table["point_of_delivery"].combine_chunks().dictionary_encode()
    wanted = np.isin(
        names.indices.to_numpy(), [i for i, name in enumerate(names.dictionary.to_pylist()) if name in points]
    )
    yield (
        table["row_id"].to_numpy()[wanted].astype(np.int64),
        table["month"].to_numpy()[wanted].astype(np.int64),
        table["amount"].to_numpy()[wanted].astype(np.float32),
    )
