"""A figure of a report as a numerator and a denominator that were added up by name.

For reports that make their own sums in SQL (life stages, impact). Measures that people define are files in
definitions/measures and are asked through `Population.measure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openphm.core.results import Cell

Parts = Mapping[str, Decimal | int | float]


@dataclass(frozen=True)
class Measure:
    """One row of the matrix.

    kind         count, share (of people), mean (over people), sum (pounds) or rate (over person-years)
    numerator    the sum on top
    denominator  the sum below; empty for a count or a sum
    """

    id: str
    unit: str
    kind: str
    numerator: str
    denominator: str = ""

    def cell(self, parts: Parts) -> Cell:
        """The figure, with the people behind it. None where there is nothing to divide by."""
        return _KINDS[self.kind](self, parts)


def _count(measure: Measure, parts: Parts) -> Cell:
    people = int(parts[measure.numerator])
    return Cell(people, n_people=people)


def _share(measure: Measure, parts: Parts) -> Cell:
    people, base = int(parts[measure.numerator]), int(parts[measure.denominator])
    return Cell(people / base if base else None, numerator=people, denominator=base, n_people=people)


def _mean(measure: Measure, parts: Parts) -> Cell:
    total, people = float(parts[measure.numerator]), int(parts[measure.denominator])
    value = total / people if people else None
    return Cell(value, numerator=total, denominator=float(people), n_people=people)


def _sum(measure: Measure, parts: Parts) -> Cell:
    total = parts[measure.numerator]
    return Cell(total, n_people=_behind(measure, parts), largest_share=_largest(measure, parts))


def _rate(measure: Measure, parts: Parts) -> Cell:
    total, years = float(parts[measure.numerator]), float(parts[measure.denominator])
    return Cell(
        total / years if years else None,
        numerator=total,
        denominator=years,
        n_people=_behind(measure, parts),
        largest_share=_largest(measure, parts),
    )


def _behind(measure: Measure, parts: Parts) -> int:
    """The people who contribute; when nobody does, the people who might have."""
    contributing = int(parts[f"people_{measure.numerator}"])
    return contributing or int(parts.get("people", 0))


def _largest(measure: Measure, parts: Parts) -> float | None:
    total, top = float(parts[measure.numerator]), float(parts[f"top_{measure.numerator}"])
    return min(1.0, top / total) if total > 0 else None


_KINDS = {"count": _count, "share": _share, "mean": _mean, "sum": _sum, "rate": _rate}
