"""Which date a build speaks about, and which months of history it holds.

A build answers "as at" a month end. When nobody says which, it is the last month in which the feeds came in
as they usually do: a few rows dated in the future must not decide it, and a month that has only begun must
not look like a fall in activity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from openphm.core.errors import BuildCheckFailed, UsageError
from openphm.core.periods import FinancialYear, Month, Window, is_month_end

MOST_MONTHS = 60
"""Months of history in a build: five years, the longest window any definition asks about."""

FEWEST_MONTHS = 12
USUAL_SHARE = 0.5
"""A month counts as delivered when it has at least this share of the median month's rows."""


@dataclass(frozen=True)
class BuildDates:
    """The dates of one build. `months` run from the first month of history to the month of `as_at`."""

    as_at: date
    months: tuple[Month, ...]

    @property
    def window(self) -> Window:
        """The twelve months to the as-at date."""
        return Window.twelve_months_to(self.as_at)

    @property
    def price_year(self) -> str:
        """The financial year in whose prices all costs are told, for example 2025/26."""
        return str(FinancialYear.containing(self.as_at))

    @property
    def year_ends(self) -> tuple[date, ...]:
        """The as-at date and the three year ends before it, as far as history goes."""
        last = Month.containing(self.as_at)
        wanted = [last.plus(-12 * years) for years in range(4)]
        return tuple(month.end for month in wanted if month in self.months)


def choose_dates(rows_by_month: Mapping[Month, int], as_at: date | None) -> BuildDates:
    """The dates of a build from how many rows of activity each month has.

    as_at   what the user asked for; None: the last month that was delivered as usual
    Raises UsageError when as_at is no month end, BuildCheckFailed when no month has a row.
    """
    if as_at is not None and not is_month_end(as_at):
        raise UsageError(
            "--as-at",
            f"{as_at.isoformat()} is not the last day of a month.",
            "A build speaks as at a month end.",
            f"write {Month.containing(as_at).end.isoformat()}",
        )
    if as_at is None and not rows_by_month:
        raise BuildCheckFailed(
            "delivery",
            "no dated row was loaded, so there is no date to build as at.",
            remedy="look at the quarantine, or say --as-at",
        )
    usual = _usual_months(rows_by_month)
    last = Month.containing(as_at) if as_at is not None else max(usual)
    earliest = last.plus(1 - MOST_MONTHS)
    found = [month for month in usual if earliest <= month <= last]
    first = min([*found, last.plus(1 - FEWEST_MONTHS)])
    return BuildDates(last.end, tuple(first.until(last)))


def _usual_months(rows_by_month: Mapping[Month, int]) -> list[Month]:
    """The months with at least half of the rows of the median month, among the last five years of rows."""
    if not rows_by_month:
        return []
    busiest = sorted(rows_by_month.values())[-MOST_MONTHS:]
    least = USUAL_SHARE * median(busiest)
    return sorted(month for month, rows in rows_by_month.items() if rows >= least)
