"""Coverage: was what a measure needs delivered for its window? A gap in a feed is not a zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from openphm.core.periods import Month
from openphm.definitions.measures import MeasureFile
from openphm.definitions.quantities import Quantity
from openphm.population.asking import Asking
from openphm.population.measuring.event_sources import tables_of

NO_FEED = "no feed of it covers the months"
NO_TABLE = "this build does not hold it"
NOT_RECORDED = "nobody has it recorded in this build"
RECORDED = "not collected yet"


@dataclass(frozen=True)
class Coverage:
    """What was delivered: the share of the usual rows of each record and month, and the gaps of practices."""

    shares: Mapping[str, Mapping[date, float]]
    gaps: frozenset[tuple[str, str, date]]
    recorded: frozenset[str]
    tables: frozenset[str]

    def can_be_computed(self, measure: MeasureFile) -> bool:
        """True when the build holds every table that the measure reads."""
        return not measure.is_recorded and all(
            tables_of(str(part.of)) <= self.tables
            for part in (measure.numerator, measure.denominator)
            if part is not None and part.word == "events"
        )

    def why_missing(self, measure: MeasureFile, as_at: date, months: int) -> str:
        """Why there is no figure of this measure as at a date; empty when there is one."""
        if measure.is_recorded:
            return RECORDED
        if not self.can_be_computed(measure):
            return NO_TABLE
        if any(name not in self.recorded for name in measure.needs):
            return NOT_RECORDED
        if measure.feeds and not any(
            self._covers(feed, as_at, _months_needed(measure, months), measure.least_coverage)
            for feed in measure.feeds
        ):
            return NO_FEED
        return ""

    def practice_missing(self, measure: MeasureFile, practice: str, as_at: date, months: int) -> bool:
        """True when a practice itself left out a month of a record it usually sends."""
        return any(
            (feed, practice, month.end) in self.gaps
            for feed in measure.feeds
            for month in _window(as_at, months)
        )

    def _covers(self, feed: str, as_at: date, months: int, least: float) -> bool:
        shares = self.shares.get(feed, {})
        return all(shares.get(month.end, 0.0) >= least for month in _window(as_at, months))


def coverage_of(population: Asking) -> Coverage:
    """Read once from the quality tables of the build."""
    shares: dict[str, dict[date, float]] = {}
    for row in population.ask_reference(
        "SELECT record, month_end, SUM(usual_rows) AS usual, "
        "SUM(CASE WHEN is_missing THEN usual_rows ELSE 0 END) AS missing "
        "FROM quality.feed_coverage GROUP BY record, month_end"
    ):
        usual, missing = float(row["usual"] or 0), float(row["missing"] or 0)
        share = 1 - missing / usual if usual else 1.0
        shares.setdefault(row["record"], {})[row["month_end"]] = share
    gaps = population.ask_reference(
        "SELECT record, provider_code, month_end FROM quality.feed_coverage WHERE is_missing"
    )
    found = population.ask_reference("SELECT DISTINCT attribute_id FROM attributes.person_attribute")
    return Coverage(
        shares,
        frozenset((row["record"], row["provider_code"], row["month_end"]) for row in gaps),
        frozenset(row["attribute_id"] for row in found),
        frozenset(population.tables()),
    )


def _months_needed(measure: MeasureFile, months: int) -> int:
    parts: Iterable[Quantity | None] = (measure.numerator, measure.denominator)
    return max([months, *(part.within_months or 0 for part in parts if part is not None)])


def _window(as_at: date, months: int) -> list[Month]:
    last = Month.containing(as_at)
    return [last.plus(-back) for back in range(months)]
