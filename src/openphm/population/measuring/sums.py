"""Sums of a measure over groups of people: what is kept so that parts can be added before dividing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from openphm.population.measuring.groups import Group
from openphm.population.measuring.needed import Parts

Number = int | float | Decimal


@dataclass(frozen=True)
class Sums:
    """The parts of one measure in one group.

    top, bottom    numerator and denominator, added up over people
    contributing   people with something in the numerator
    largest        the most that one person adds to the numerator
    base           people with something in the denominator; everybody where there is none
    squares        sum of the squares of the people's numerators, for the interval of a mean
    """

    top: Number = 0
    bottom: Number = 0
    contributing: int = 0
    largest: Number = 0
    base: int = 0
    squares: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.top + other.top,  # type: ignore[operator]
            self.bottom + other.bottom,  # type: ignore[operator]
            self.contributing + other.contributing,
            max(self.largest, other.largest),
            self.base + other.base,
            self.squares + other.squares,
        )


NOTHING = Sums()


def added(parts: Iterable[Sums]) -> Sums:
    """The sums of several groups together."""
    total = NOTHING
    for part in parts:
        total = total + part
    return total


@dataclass(frozen=True)
class Selected:
    """One statement for the sums of many measures, and how to read them from its rows.

    Expressions that measures share (person-time, the people of a group) are added up once. Of a number of
    people it is enough to know the number.
    """

    parts: tuple[Parts, ...]
    groups: tuple[Group, ...]
    where: str = "TRUE"

    @property
    def sql(self) -> str:
        """The statement, over `frame`."""
        by = [f"by_{group.name}" for group in self.groups]
        places = self._places
        outer = [
            f"{'SUM' if expression in self._amounts else 'COUNT'}({name}) AS {name}"
            for expression, name in places.items()
        ]
        outer += [
            f"COUNT(CASE WHEN {name} > 0 THEN 1 END) AS k_{name}"
            for expression, name in places.items()
            if expression in self._amounts
        ]
        outer += [f"MAX({places[one]}) AS m_{places[one]}" for one in self._largest]
        outer += [
            f"SUM(CAST({places[one]} AS DOUBLE) * {places[one]}) AS s_{places[one]}" for one in self._squared
        ]
        inner = [f"{expression} AS {name}" for expression, name in places.items()]
        kept = f"\n    WHERE {self.where}" if self.where != "TRUE" else ""
        grouped = f"\nGROUP BY {', '.join(by)}" if by else ""
        return (
            f"SELECT {', '.join([*by, 'COUNT(*) AS n_rows', *outer])}\n"
            f"FROM (\n    SELECT {', '.join([*by, *inner])}\n    FROM frame{kept}\n) AS one{grouped}"
        )

    def read(self, row: Any, number: int) -> Sums:
        """The sums of one of the measures, from a row."""
        part, places = self.parts[number], self._places
        top, bottom = places[part.top], places[part.bottom]
        above = _number(row[top])
        counts = part.measure.numerator is not None and part.measure.numerator.counts_people
        people = int(above) if counts else int(row[f"k_{top}"] or 0)
        largest = int(above > 0) if counts else _number(row[f"m_{top}"])
        return Sums(
            above, _number(row[bottom]), people, largest, self._base(row, part, bottom),
            float(row.get(f"s_{top}") or 0.0),
        )  # fmt: skip

    @staticmethod
    def _base(row: Any, part: Parts, bottom: str) -> int:
        below = part.measure.denominator
        if below is None:
            return int(row["n_rows"])
        return int(row[bottom] or 0) if below.counts_people else int(row[f"k_{bottom}"] or 0)

    @cached_property
    def _places(self) -> dict[str, str]:
        """Each expression once, with the name of its column."""
        found = dict.fromkeys(one for part in self.parts for one in (part.top, part.bottom))
        return {expression: f"x{number}" for number, expression in enumerate(found, start=1)}

    @cached_property
    def _amounts(self) -> set[str]:
        """The expressions that are more than nought or one of each person."""
        found = {"0"}
        for part in self.parts:
            for quantity, one in (
                (part.measure.numerator, part.top),
                (part.measure.denominator, part.bottom),
            ):
                if quantity is not None and not quantity.counts_people:
                    found.add(one)
        return found

    @property
    def _largest(self) -> list[str]:
        """Amounts of which one person may make up too much: those that stand above a line."""
        return list(dict.fromkeys(part.top for part in self.parts if part.top in self._amounts))

    @property
    def _squared(self) -> list[str]:
        return list(dict.fromkeys(part.top for part in self.parts if part.measure.interval == "normal"))


def _number(value: Any) -> Number:
    """Sums of whole numbers come as decimals without places."""
    if value is None:
        return 0
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        return int(value)
    return value  # type: ignore[no-any-return]
