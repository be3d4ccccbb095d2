"""What a set of measures needs of each person, each thing once: criteria, use, numbers, events.

A measure becomes two expressions over named columns (`c1`, `u2`, `e3` ...), its top and its bottom. Where the
columns come from is decided elsewhere: from the tables as at any date, or from the wide snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openphm.core.errors import DefinitionError
from openphm.criteria import Criterion, Everyone, Known, parse
from openphm.definitions.measures import MeasureFile
from openphm.definitions.quantities import EVERYONE, TOTAL, Quantity
from openphm.population.measuring.event_sources import where_sql

AGE = "age"


@dataclass(frozen=True)
class Event:
    """One count or sum of rows of an event source in the months to the date."""

    source: str
    months: int
    tests: str
    total: str | None


@dataclass(frozen=True)
class Use:
    """Columns of person.month that are added up over the window."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """A measure as SQL over one row a person: what is added up above and below the line."""

    measure: MeasureFile
    top: str
    bottom: str


@dataclass
class Needed:
    """Everything some measures ask of a person, numbered in the order in which it was first asked."""

    known: Known
    points: Mapping[str, str]
    months: int
    criteria: dict[Criterion, str] = field(default_factory=dict)
    at_start: dict[Criterion, str] = field(default_factory=dict)
    uses: dict[Use, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    events: dict[Event, str] = field(default_factory=dict)
    read: dict[str, Criterion] = field(default_factory=dict)
    person_time: bool = False

    @property
    def needs_everybody(self) -> bool:
        """True when people who died or left in the window count, not only those registered on the date."""
        return bool(self.person_time or self.uses or self.events)

    def criterion(self, criterion: Criterion) -> str:
        """The column (true or false) of a criterion as at the date; TRUE for everyone."""
        if isinstance(criterion, Everyone):
            return "TRUE"
        return self.criteria.setdefault(criterion, f"c{len(self.criteria) + 1}")

    def started(self, criterion: Criterion) -> str:
        """The column of a criterion as at the beginning of the window, of people registered then."""
        return self.at_start.setdefault(criterion, f"z{len(self.at_start) + 1}")

    def parts(self, measure: MeasureFile) -> Parts:
        """The two expressions of a measure. Raises DefinitionError when a criterion is not sound."""
        guards = []
        if measure.population is not None:
            guards.append(self.criterion(self._parsed(measure.population, f"{measure.label}, population")))
        if measure.at_start is not None:
            guards.append(self.started(self._parsed(measure.at_start, f"{measure.label}, at_start")))
        top, bottom = measure.numerator, measure.denominator
        assert top is not None
        if bottom is None:
            return Parts(measure, self._part(top, measure, guards), "0")
        below = self._part(bottom, measure, guards)
        if bottom.counts_people:
            guards = self._tests(bottom, measure, guards)
        return Parts(measure, self._part(top, measure, guards), below)

    def _tests(self, quantity: Quantity, measure: MeasureFile, guards: Sequence[str]) -> list[str]:
        """What must be true of a person so that a quantity counts them."""
        tests = [*guards]
        if quantity.counts_people:
            tests = ["is_registered_as_at", *guards, self._quantity(quantity, measure)]
        return [one for one in dict.fromkeys(tests) if one != "TRUE"]

    def _part(self, quantity: Quantity, measure: MeasureFile, guards: Sequence[str]) -> str:
        tests = self._tests(quantity, measure, guards)
        if quantity.counts_people:
            return f"CASE WHEN {' AND '.join(tests)} THEN 1 END"
        value = self._quantity(quantity, measure)
        return f"CASE WHEN {' AND '.join(tests)} THEN {value} ELSE 0 END" if tests else value

    def _quantity(self, quantity: Quantity, measure: MeasureFile) -> str:
        """The quantity of one person, before any guard."""
        if quantity.word == "people":
            if quantity.of == EVERYONE:
                return "TRUE"
            part = "numerator" if quantity is measure.numerator else "denominator"
            return self.criterion(self._parsed(quantity.of, f"{measure.label}, {part}.people"))
        if quantity.word == "person_years":
            self.person_time = True
            return "person_days"
        if quantity.word == "attribute":
            return f"COALESCE({self.numbers.setdefault(quantity.of, f'n_{quantity.of}')}, 0)"
        if quantity.word == "events":
            return self._events(quantity)
        use = Use(self._columns(quantity))
        return f"COALESCE({self.uses.setdefault(use, f'u{len(self.uses) + 1}')}, 0)"

    def _events(self, quantity: Quantity) -> str:
        tests = " AND ".join(where_sql(test) for test in quantity.where) or "TRUE"
        event = Event(str(quantity.of), quantity.within_months or self.months, tests, quantity.sum)
        column = f"COALESCE({self.events.setdefault(event, f'e{len(self.events) + 1}')}, 0)"
        return column if quantity.people_with is None else f"{column} >= {quantity.people_with}"

    def _columns(self, quantity: Quantity) -> tuple[str, ...]:
        """The columns of person.month that make a quantity of use."""
        if quantity.word == "bed_days":
            return ("emergency_bed_days",)
        if quantity.word == "contacts":
            return ("gp_contacts",)
        if quantity.word == "activity":
            return tuple(f"n_{one}" for one in quantity.of if one in self.points)
        wanted = [
            point
            for point, category in self.points.items()
            if (TOTAL in quantity.of and category != "none")
            or category in quantity.of
            or point in quantity.of
        ]
        return tuple(f"cost_{point}_gbp" for point in wanted)

    def _parsed(self, data: Any, where: str) -> Criterion:
        """A criterion of a file, read once for each set of names: definitions do not change."""
        if where not in self.read:
            self.read[where] = parse(data, self.known, where)
        return self.read[where]


def check_measures(
    measures: Sequence[MeasureFile], known: Known, points: Mapping[str, str], read: dict[str, Criterion]
) -> None:
    """Parse every criterion of these measures. Raises DefinitionError with the problems of all of them."""
    problems = []
    for measure in measures:
        if measure.is_recorded:
            continue
        try:
            Needed(known, points, measure.window_months, read=read).parts(measure)
        except DefinitionError as error:
            problems.extend(error.problems)
    if problems:
        raise DefinitionError.of(problems)
