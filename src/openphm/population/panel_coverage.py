"""Coverage of a study: was each outcome's feed delivered for every month that the study looks at?

A gap in a feed is not a zero: a feed that begins in mid-study looks like a rise, one that stops like a fall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openphm.core.periods import Month
from openphm.criteria.trees import text
from openphm.population.asking import Asking
from openphm.population.measuring.coverage import coverage_of
from openphm.population.measuring.event_sources import tables_of
from openphm.population.panel_amounts import POINTS, Amount

LEAST_SHARE = 0.9
SEASONAL = 0.5


@dataclass(frozen=True)
class Gap:
    """What is missing of an amount's feed.

    begins   the first month delivered, when that is after the first month looked at
    months   months of the study with less than nine tenths of the usual rows
    is_absent  the build does not hold the tables that it is counted from
    """

    amount: str
    begins: date | None
    months: int
    is_absent: bool = False


def gaps(population: Asking, amounts: Sequence[Amount], first: Month, last: Month) -> tuple[Gap, ...]:
    """The amounts whose feed does not cover the months first to last."""
    records = _records(population, amounts)
    shares = coverage_of(population).shares
    looked_at, tables = list(first.until(last)), set(population.tables())
    found = []
    for one in amounts:
        named = {name for point in one.of for name in records.get(point, ())} | set(one.feeds)
        gap = _gap(one.name, [shares.get(record, {}) for record in sorted(named)], first, looked_at)
        is_counted = one.word == "events" or one.at_least
        if gap is None and is_counted and not tables_of(one.of[0]) <= tables:
            gap = Gap(one.name, None, 0, is_absent=True)
        if gap is not None:
            found.append(gap)
    return tuple(found)


def _gap(
    name: str, feeds: Sequence[Mapping[date, float]], first: Month, looked_at: list[Month]
) -> Gap | None:
    """What is missing of feeds of which any may bring the amount; None when nothing is or is known."""
    held: dict[date, float] = {}
    for feed in feeds:
        for day, share in feed.items():
            held[day] = max(held.get(day, 0.0), share)
    if not held:
        return None
    begins = min(held)
    short = sum(held.get(month.end, 1.0) < LEAST_SHARE for month in looked_at)
    if short > len(looked_at) * SEASONAL:
        short = 0  # a feed that comes in some seasons only has no gaps
    late = begins if begins > first.end else None
    return Gap(name, late, short) if late is not None or short else None


def _records(population: Asking, amounts: Sequence[Amount]) -> dict[str, tuple[str, ...]]:
    """The records that events of each point of delivery come from."""
    points = sorted({point for one in amounts if one.word in POINTS for point in one.of})
    if not points or "source_record" not in population.columns("activity.event"):
        return {}  # a build that does not say where its events came from
    listed = ", ".join(text(point).sql() for point in points)
    rows = population.ask_reference(
        "SELECT point_of_delivery, source_record FROM activity.event "
        f"WHERE point_of_delivery IN ({listed}) GROUP BY 1, 2"
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row["point_of_delivery"]] = (*found.get(row["point_of_delivery"], ()), row["source_record"])
    return found
