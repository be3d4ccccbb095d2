"""The words of the criteria language, as immutable values.

A criterion says which people are meant, as at a date. Cohorts, segments, measures and evaluations
are all written in it. Every value here prints as the YAML it was read from, and combines with
`&`, `|` and `~`:

    Attribute("age", at_least=41) & Condition(("copd", "asthma")) & ~Attribute("care_home")

A criterion is either true or false of a person at a date. What is not recorded is false, so that
`not` always turns people in into people out and nobody is lost between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any as Anything

import yaml

Plain = dict[str, Anything]

# Answered from the spine row itself (the person and the date), not from a table of intervals.
AGE = "age"
COLUMN_ATTRIBUTES = ("sex", "ethnicity", "ethnic_group")

REGISTERED_LEVELS = ("registered_practice", "registered_pcn")
RESIDENT_LEVELS = ("resident_lsoa21", "resident_ward", "resident_ltla")
PLACE_LEVELS = REGISTERED_LEVELS + RESIDENT_LEVELS


@dataclass(frozen=True)
class Criterion:
    """Anything that is true or false of a person as at a date."""

    def __and__(self, other: Criterion) -> All:
        return All((*_parts(self, All), *_parts(other, All)))

    def __or__(self, other: Criterion) -> Any:
        return Any((*_parts(self, Any), *_parts(other, Any)))

    def __invert__(self) -> Criterion:
        return self.of if isinstance(self, Not) else Not(self)

    @property
    def children(self) -> tuple[Criterion, ...]:
        """The criteria directly inside this one; none for a leaf."""
        return ()

    def walk(self) -> Iterator[Criterion]:
        """This criterion and everything inside it, outermost first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def plain(self) -> Plain:
        """The criterion as dictionaries, lists, text and numbers, ready for YAML or JSON."""
        raise TypeError(f"{type(self).__name__} is not a part of the language")

    def __str__(self) -> str:
        """The YAML a person would write in a definition file."""
        written: str = yaml.safe_dump(self.plain(), sort_keys=False, allow_unicode=True, width=100)
        return written.rstrip()


def given_settings(criterion: Criterion, *skip: str) -> Plain:
    """The settings that were given, in the order the language names them."""
    given: Plain = {}
    for field in fields(criterion):
        value = getattr(criterion, field.name)
        if field.name in skip or value is None or value is False or value == ():
            continue
        given[field.name] = list(value) if isinstance(value, tuple) else value
    return given


def one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _parts(criterion: Criterion, kind: type[All] | type[Any]) -> tuple[Criterion, ...]:
    return criterion.of if isinstance(criterion, kind) else (criterion,)


@dataclass(frozen=True)
class Everyone(Criterion):
    """True of every person: the last rule of a waterfall."""

    def plain(self) -> Plain:
        """As plain data."""
        return {"everyone": True}


@dataclass(frozen=True)
class Attribute(Criterion):
    """A fact that holds for a time: age, frailty, care home, deprivation decile.

    With no test it asks whether the attribute holds. `within_months` asks whether it held at any
    time in the months up to the date, instead of on the date itself.
    """

    name: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    any_of: tuple[str | float, ...] = ()
    within_months: int | None = None

    @property
    def is_tested(self) -> bool:
        """True when a value is asked for, and not only whether it holds."""
        limits = (self.at_least, self.at_most, self.above, self.below)
        return bool(self.any_of) or any(limit is not None for limit in limits)

    @property
    def is_on_spine(self) -> bool:
        """True when the answer is in the spine row (age, sex, ethnicity)."""
        return self.name == AGE or self.name in COLUMN_ATTRIBUTES

    def plain(self) -> Plain:
        """As plain data."""
        return {"attribute": self.name, **given_settings(self, "name")}


@dataclass(frozen=True)
class Condition(Criterion):
    """Lives with any of these conditions.

    Current unless `ever` (also when it has resolved) or `onset_within_months` (it began in the
    months up to the date) is given.
    """

    any_of: tuple[str, ...]
    ever: bool = False
    onset_within_months: int | None = None

    def plain(self) -> Plain:
        """As plain data."""
        return {"condition": one_or_list(self.any_of), **given_settings(self, "any_of")}


@dataclass(frozen=True)
class Activity(Criterion):
    """Used any of these points of delivery in the months up to the date.

    By event date in the window (date - months, date]. A stay or service that lasts has one row of
    activity.event for each month: any of them answers "is there any", counts of two or more count
    beginnings, and pounds are those of costs.event_cost on every row.
    """

    any_of: tuple[str, ...]
    within_months: int
    count_at_least: int | None = None
    count_at_most: int | None = None
    cost_at_least_gbp: float | None = None
    cost_at_most_gbp: float | None = None

    @property
    def is_presence(self) -> bool:
        """True when one row is enough to answer yes."""
        limits = (self.count_at_most, self.cost_at_least_gbp, self.cost_at_most_gbp)
        return self.count_at_least in (None, 1) and limits == (None, None, None)

    @property
    def asks_count(self) -> bool:
        """True when beginnings must be counted."""
        return self.count_at_least is not None or self.count_at_most is not None

    @property
    def asks_cost(self) -> bool:
        """True when pounds must be added up."""
        return self.cost_at_least_gbp is not None or self.cost_at_most_gbp is not None

    @property
    def only_count(self) -> Activity:
        """The same question without its pounds."""
        return replace(self, cost_at_least_gbp=None, cost_at_most_gbp=None)

    @property
    def only_cost(self) -> Activity:
        """The same question without its counts."""
        return replace(self, count_at_least=None, count_at_most=None)

    def plain(self) -> Plain:
        """As plain data."""
        rest = given_settings(self, "any_of", "within_months")
        return {"activity": one_or_list(self.any_of), **rest, "within_months": self.within_months}


@dataclass(frozen=True)
class Place(Criterion):
    """Registered in, or resident in, any of these places: two hierarchies, never mixed."""

    level: str
    any_of: tuple[str, ...]

    def plain(self) -> Plain:
        """As plain data."""
        return {"place": self.level, "any_of": list(self.any_of)}


@dataclass(frozen=True)
class Segment(Criterion):
    """In any of these segments or subsegments at that month end."""

    any_of: tuple[str, ...]

    def plain(self) -> Plain:
        """As plain data."""
        return {"segment": one_or_list(self.any_of)}


@dataclass(frozen=True)
class Cohort(Criterion):
    """In a cohort that is defined elsewhere: its criterion stands here, and only its id is written."""

    id: str
    of: Criterion

    @property
    def children(self) -> tuple[Criterion, ...]:
        """The criterion of that cohort."""
        return (self.of,)

    def plain(self) -> Plain:
        """As plain data."""
        return {"cohort": self.id}


@dataclass(frozen=True)
class All(Criterion):
    """Every part holds."""

    of: tuple[Criterion, ...]

    @property
    def children(self) -> tuple[Criterion, ...]:
        """The parts."""
        return self.of

    def plain(self) -> Plain:
        """As plain data."""
        return {"all": [part.plain() for part in self.of]}


@dataclass(frozen=True)
class Any(Criterion):
    """At least one part holds."""

    of: tuple[Criterion, ...]

    @property
    def children(self) -> tuple[Criterion, ...]:
        """The parts."""
        return self.of

    def plain(self) -> Plain:
        """As plain data."""
        return {"any": [part.plain() for part in self.of]}


@dataclass(frozen=True)
class Not(Criterion):
    """The part does not hold, or nothing is recorded about it."""

    of: Criterion

    @property
    def children(self) -> tuple[Criterion, ...]:
        """The one part."""
        return (self.of,)

    def plain(self) -> Plain:
        """As plain data."""
        return {"not": self.of.plain()}


@dataclass(frozen=True)
class AtLeast(Criterion):
    """At least `count` of the parts hold."""

    count: int
    of: tuple[Criterion, ...]

    @property
    def children(self) -> tuple[Criterion, ...]:
        """The parts."""
        return self.of

    def plain(self) -> Plain:
        """As plain data."""
        return {"at_least": self.count, "of": [part.plain() for part in self.of]}
