"""A second, plain measure: one person at a time, to compare population's answer with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openphm.core.periods import Window
from openphm.criteria import Criterion, Known, parse
from openphm.definitions.measures import MeasureFile
from openphm.definitions.quantities import EVERYONE, TOTAL, Quantity
from tests.support.builder import Event, Person
from tests.support.plain_criteria import age_on, matches
from tests.support.store import held_months, person_days

Number = float | Decimal


@dataclass(frozen=True)
class Plain:
    """How one person counts in a measure: above and below the line."""

    top: Number
    bottom: Number


class PlainMeasures:
    """Measures of people as at a date, over the 12 months to it."""

    def __init__(self, known: Known, points: dict[str, dict[str, object]], as_at: date) -> None:
        self.known, self.points, self.as_at = known, points, as_at
        self.window = Window.twelve_months_to(as_at)

    def sums(
        self, measure: MeasureFile, people: Sequence[Person], group: Callable[[Person, date], object],
        where: Criterion | None = None,
    ) -> dict[object, tuple[Number, Number]]:  # fmt: skip
        """Numerator and denominator of each group of people with a registered day in the window."""
        found: dict[object, tuple[Number, Number]] = {}
        for person in people:
            held = [one for one in held_months(person) if self.window.start <= one.month_end <= self.as_at]
            if not held or (where is not None and not matches(where, person, held[-1].as_at)):
                continue
            here = held[-1].month_end == self.as_at and held[-1].is_registered
            one = self._one(measure, person, held[-1].as_at, here)
            key = group(person, held[-1].as_at)
            top, bottom = found.get(key, (0, 0))
            found[key] = (top + one.top, bottom + one.bottom)  # type: ignore[operator]
        return found

    def _one(self, measure: MeasureFile, person: Person, day: date, here: bool) -> Plain:
        if measure.population is not None and not self._meets(measure.population, person, day):
            return Plain(0, 0)
        bottom = self._quantity(measure.denominator, person, day, here) if measure.denominator else 0
        assert measure.numerator is not None
        if measure.denominator is not None and measure.denominator.counts_people and not bottom:
            return Plain(0, bottom)
        return Plain(self._quantity(measure.numerator, person, day, here), bottom)

    def _meets(self, data: object, person: Person, day: date) -> bool:
        return data == EVERYONE or matches(parse(data, self.known), person, day)

    def _quantity(self, quantity: Quantity, person: Person, day: date, here: bool) -> Number:
        used = [one for one in person.events if one.day in self.window]
        if quantity.word == "people":
            return int(here and self._meets(quantity.of, person, day))
        if quantity.word == "person_years":
            return person_days(person, self.as_at)
        if quantity.word == "activity":
            return sum(one.is_start for one in used if one.point_of_delivery in quantity.of)
        if quantity.word == "contacts":
            return sum(bool(self._point(one)["is_gp_contact"]) for one in used)
        if quantity.word == "bed_days":
            return sum(one.bed_days for one in used if self._point(one)["counts_bed_days"])
        if quantity.word == "cost":
            return sum((one.cost_gbp for one in used if self._is_priced(one, quantity)), Decimal(0))
        return self._value(str(quantity.of), person, day)

    def _point(self, event: Event) -> dict[str, object]:
        return self.points[event.point_of_delivery]

    def _is_priced(self, event: Event, quantity: Quantity) -> bool:
        category = self._point(event)["cost_category"]
        return (TOTAL in quantity.of and category != "none") or category in quantity.of

    def _value(self, name: str, person: Person, day: date) -> float:
        if name == "age":
            return age_on(person.birth_month, day) or 0
        held = [
            fact.value_number for fact in person.facts
            if fact.attribute_id == name and fact.start <= day and (fact.stop is None or fact.stop > day)
        ]  # fmt: skip
        return max((value for value in held if value is not None), default=0)
