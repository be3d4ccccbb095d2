"""Days as whole numbers since 1970-01-01, months of the history, and drawing days that look real.

Every date in this room is an int32 array, which Arrow takes as date32 without a copy. Intervals are
half-open. `FAR` stands for "not, as far as this history goes".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]

FAR = np.int32(2**30)
_EPOCH = date(1970, 1, 1)
YEAR = 365.2425


def to_day(value: date) -> int:
    """The day number of a date."""
    return (value - _EPOCH).days


def add_months(days: Days, months: int) -> Days:
    """The same day of the month so many months later; the last day of a shorter month."""
    dates = np.asarray(days, dtype=np.int64).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    offset = (dates - month.astype("datetime64[D]")).astype(np.int64)
    target = month + months
    last = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64) - 1
    return (target.astype("datetime64[D]").astype(np.int64) + np.minimum(offset, last)).astype(np.int32)


@dataclass(frozen=True)
class Clock:
    """The history that is written: `years` whole years that end with the as-at date."""

    as_at: date
    years: int

    @property
    def stop(self) -> int:
        """The day after the as-at date."""
        return to_day(self.as_at) + 1

    @property
    def start(self) -> int:
        """The first day of the history."""
        return int(add_months(np.array([self.stop], dtype=np.int32), -12 * self.years)[0])

    @property
    def month_starts(self) -> Days:
        """First day of each month of the history, and of the month after it."""
        first = np.datetime64(self.start, "D").astype("datetime64[M]")
        months = first + np.arange(12 * self.years + 1)
        return months.astype("datetime64[D]").astype(np.int64).astype(np.int32)

    @property
    def labels(self) -> list[str]:
        """The months as `2025-04`; element -1 of the history is the load before it."""
        months = np.asarray(self.month_starts[:-1], dtype=np.int64).astype("datetime64[D]")
        return [str(month) for month in months.astype("datetime64[M]")]

    def month_of(self, days: Days) -> NDArray[np.int16]:
        """Index of the month of each day; -1 before the history."""
        return (np.searchsorted(self.month_starts, days, side="right") - 1).astype(np.int16)

    def year_ends(self) -> list[int]:
        """The as-at date and the year ends before it that lie inside the history."""
        return [self.back(k) - 1 for k in range(min(4, self.years))]

    def back(self, years: int) -> int:
        """The day after the as-at date, so many years before."""
        return int(add_months(np.array([self.stop], dtype=np.int32), -12 * years)[0])


class Calendar:
    """Draws days between bounds, more often on days that carry more weight.

    A cumulative weight of all days from `first` to `last` turns one uniform number into one day, so
    seasons, week days and holidays cost one search for each row.
    """

    def __init__(
        self, first: int, last: int, *, weekend: float, winter: float, holidays: float = 1.0
    ) -> None:
        days = np.arange(first, last + 1)
        weekday = (days + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
        season = 1 + winter * np.cos(
            2 * np.pi * (days.astype("datetime64[D]") - np.datetime64("2025-01-12")).astype(int) / YEAR
        )
        weight = season * np.where(weekday >= 5, weekend, 1.0)
        month_day = (
            np.char.replace(np.datetime_as_string(days.astype("datetime64[D]")), "-", "").astype(np.int64)
            % 10000
        )
        weight = weight * np.where(np.isin(month_day, (1225, 1226, 101)), holidays, 1.0)
        self.first = first
        self.total = np.concatenate(([0.0], np.cumsum(weight)))

    def draw(self, start: Days, stop: Days, rng: np.random.Generator) -> Days:
        """One day in each [start, stop)."""
        low = self.total[start - self.first]
        high = self.total[stop - self.first]
        target = low + (high - low) * rng.random(len(start))
        day = np.searchsorted(self.total, target, side="right") - 1 + self.first
        return np.clip(day, start, np.maximum(stop - 1, start)).astype(np.int32)
