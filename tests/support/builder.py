"""Made-up people for tests, written as sentences, in the table shapes of a build.

    a_person().aged(72).with_condition("copd").attending_ed(7)

A person is an immutable value; `tables_of` turns people into the tables that criteria and
population read. Nothing here computes an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

AS_AT = date(2026, 3, 31)
LONG_AGO = date(2010, 1, 1)


@dataclass(frozen=True)
class Spell:
    """A condition from a day, until it resolved."""

    condition_id: str
    start: date
    resolved: date | None = None


@dataclass(frozen=True)
class Fact:
    """An attribute that holds for a time."""

    attribute_id: str
    value_text: str | None
    value_number: float | None
    start: date
    stop: date | None = None


@dataclass(frozen=True)
class Event:
    """One contact, or one month of a stay or service that lasts, with its price."""

    point_of_delivery: str
    day: date
    cost_gbp: Decimal = Decimal(0)
    bed_days: int = 0
    cost_basis: str = "record"
    is_start: bool = True


@dataclass(frozen=True)
class Recorded:
    """A code on a day. kept_in: gp, emergency, medicine, admission, outpatient or procedure."""

    kept_in: str
    code: str
    day: date


@dataclass(frozen=True)
class Registration:
    """A time at one practice."""

    practice_code: str
    start: date
    end: date | None = None


@dataclass(frozen=True)
class Person:
    """One made-up person."""

    birth_month: date | None = date(1980, 6, 15)
    sex_code: str | None = "2"
    ethnicity_code: str | None = "A"
    lsoa21_code: str | None = "E01000001"
    death_date: date | None = None
    registrations: tuple[Registration, ...] = (Registration("Y00001", LONG_AGO),)
    spells: tuple[Spell, ...] = ()
    facts: tuple[Fact, ...] = ()
    events: tuple[Event, ...] = ()
    codes: tuple[Recorded, ...] = ()

    @property
    def practice_code(self) -> str | None:
        return self.registrations[-1].practice_code if self.registrations else None

    def aged(self, years: int) -> Person:
        """So many whole years old on the as-at date, the birthday in the month before."""
        return replace(self, birth_month=date(AS_AT.year - years, 2, 15))

    def male(self) -> Person:
        return replace(self, sex_code="1")

    def of_ethnicity(self, code: str | None) -> Person:
        return replace(self, ethnicity_code=code)

    def living_in(self, lsoa21_code: str) -> Person:
        return replace(self, lsoa21_code=lsoa21_code)

    def registered_at(self, practice_code: str, start: date = LONG_AGO, end: date | None = None) -> Person:
        return replace(self, registrations=(Registration(practice_code, start, end),))

    def who_died(self, day: date) -> Person:
        """Dead on a day, and off the list from the day after."""
        ended = tuple(replace(r, end=day + timedelta(days=1)) for r in self.registrations)
        return replace(self, death_date=day, registrations=ended)

    def with_condition(self, name: str, since: date = LONG_AGO, resolved: date | None = None) -> Person:
        return replace(self, spells=(*self.spells, Spell(name, since, resolved)))

    def with_attribute(
        self,
        name: str,
        value: str | float | None = None,
        *,
        since: date = LONG_AGO,
        until: date | None = None,
    ) -> Person:
        text = value if isinstance(value, str) else None
        number = None if value is None or isinstance(value, str) else float(value)
        return replace(self, facts=(*self.facts, Fact(name, text, number, since, until)))

    def with_code(self, code: str, *days: date, kept_in: str = "gp") -> Person:
        """This code on record on each of the days."""
        return replace(self, codes=(*self.codes, *(Recorded(kept_in, code, day) for day in days)))

    def using(
        self,
        point_of_delivery: str,
        *days: date,
        cost: str = "0",
        bed_days: int = 0,
        goes_on: bool = False,
    ) -> Person:
        """One event of a kind on each of the days; `goes_on`: months of what began before."""
        new = tuple(
            Event(point_of_delivery, day, Decimal(cost), bed_days, is_start=not goes_on) for day in days
        )
        return replace(self, events=(*self.events, *new))

    def attending_ed(self, times: int) -> Person:
        """So many attendances, one a fortnight, going back from a week before the as-at date."""
        days = [AS_AT - timedelta(days=7 + 14 * n) for n in range(times)]
        return self.using("ed_attendance", *days, cost="280")


def a_person() -> Person:
    """A woman of 45 at practice Y00001, with nothing recorded about her."""
    return Person()
