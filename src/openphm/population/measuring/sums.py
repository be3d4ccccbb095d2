"""Sums of a measure over groups of people: what is kept so that parts can be added before dividing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
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


def select_sums(parts: Sequence[Parts], groups: Sequence[Group], where: str) -> str:
    """One row for each group, with the sums of every measure, over `frame`."""
    by = [f"by_{group.name}" for group in groups]
    inner = [*by]
    outer = [*by]
    for number, part in enumerate(parts, start=1):
        inner += [f"{part.top} AS t{number}", f"{part.bottom} AS b{number}"]
        outer += [
            f"SUM(t{number}) AS t{number}", f"SUM(b{number}) AS b{number}",
            f"COUNT(CASE WHEN t{number} > 0 THEN 1 END) AS k{number}", f"MAX(t{number}) AS m{number}",
            f"COUNT({'*' if part.measure.denominator is None else f'CASE WHEN b{number} > 0 THEN 1 END'}) "
            f"AS q{number}",
        ]  # fmt: skip
        if part.measure.interval == "normal":
            outer.append(f"SUM(CAST(t{number} AS DOUBLE) * t{number}) AS s{number}")
    grouped = f"\nGROUP BY {', '.join(by)}" if by else ""
    kept = f"\n    WHERE {where}" if where and where != "TRUE" else ""
    return (
        f"SELECT {', '.join(outer)}\nFROM (\n    SELECT {', '.join(inner)}\n    FROM frame{kept}\n) AS one"
        + grouped
    )


def read_sums(row: Any, number: int) -> Sums:
    """The sums of the measure of a number in a row of `select_sums`."""
    return Sums(
        _number(row[f"t{number}"]), _number(row[f"b{number}"]), int(row[f"k{number}"] or 0),
        _number(row[f"m{number}"]), int(row[f"q{number}"] or 0), float(row.get(f"s{number}") or 0.0),
    )  # fmt: skip


def _number(value: Any) -> Number:
    """Sums of whole numbers come as decimals without places."""
    if value is None:
        return 0
    if isinstance(value, Decimal) and value.as_tuple().exponent == 0:
        return int(value)
    return value  # type: ignore[no-any-return]
