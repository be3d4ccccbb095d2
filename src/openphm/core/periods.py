"""Periods: months, financial years and the window of twelve months.

All intervals are half-open, [first day, day after the last): a person resident to 31 March and one
resident from 1 April neither overlap nor leave a gap.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month: Month(2026, 3) is March 2026."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"a month is 1 to 12, not {self.number}")

    @classmethod
    def containing(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """2026-03."""
        year, _, number = text.partition("-")
        return cls(int(year), int(number))

    @property
    def start(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def end(self) -> date:
        """The last day of the month."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Month:
        """The month so many later, or earlier when negative."""
        years, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, index + 1)

    def until(self, last: Month) -> Iterator[Month]:
        """This month and each one after it, up to and with the last."""
        month = self
        while month <= last:
            yield month
            month = month.plus(1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def month_end(day: date) -> date:
    """The last day of the month this day is in."""
    return Month.containing(day).end


def is_month_end(day: date) -> bool:
    return (day + ONE_DAY).day == 1


def month_ends(first: date, last: date) -> list[date]:
    """Every month end from `first` to `last`, both included when they are month ends."""
    months = Month.containing(first).until(Month.containing(last))
    return [month.end for month in months if first <= month.end <= last]


@dataclass(frozen=True, order=True)
class FinancialYear:
    """1 April to 31 March, named by its first year: FinancialYear(2023) is 2023/24."""

    start: int

    @classmethod
    def containing(cls, day: date) -> FinancialYear:
        return cls(day.year if day.month >= 4 else day.year - 1)

    @classmethod
    def parse(cls, text: str) -> FinancialYear:
        """2023/24, 2023-24 or 2023/2024. The second part must follow the first."""
        first, separator, second = text.strip().replace("-", "/").partition("/")
        year = int(first)
        if not separator or int(second) % 100 != (year + 1) % 100:
            raise ValueError(f"'{text}' is not a financial year: write it as 2023/24")
        return cls(year)

    @property
    def first_day(self) -> date:
        return date(self.start, 4, 1)

    @property
    def last_day(self) -> date:
        return date(self.start + 1, 3, 31)

    def __str__(self) -> str:
        return f"{self.start}/{(self.start + 1) % 100:02d}"


@dataclass(frozen=True, order=True)
class Window:
    """A half-open span of days, [start, stop)."""

    start: date
    stop: date

    def __post_init__(self) -> None:
        if self.stop < self.start:
            raise ValueError(f"a window cannot stop ({self.stop}) before it starts ({self.start})")

    @classmethod
    def twelve_months_to(cls, as_at: date) -> Window:
        """The twelve months that end with the as-at date, that day included.

        For a month end this is twelve whole months: to 31 March 2026 it starts on 1 April 2025.
        """
        stop = as_at + ONE_DAY
        try:
            start = stop.replace(year=stop.year - 1)
        except ValueError:  # 29 February has no anniversary; the year begins on 1 March
            start = date(stop.year - 1, 3, 1)
        return cls(start, stop)

    @property
    def days(self) -> int:
        return (self.stop - self.start).days

    @property
    def last_day(self) -> date:
        return self.stop - ONE_DAY

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.stop


def age_at(birth: date, day: date) -> int:
    """Whole years. Born on 29 February: a year older on 1 March of a common year."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
