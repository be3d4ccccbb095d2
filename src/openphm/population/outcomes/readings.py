"""Readings: outcomes that no extract carries, delivered as CSV files in `readings/` beside the builds.

Columns: measure, period (a month end), place (empty for the whole system), segment (empty for everybody),
numerator, denominator. Finance, workforce and carer outcomes are added in this way, as data.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openphm.core.errors import DefinitionError, Problem, nearest
from openphm.core.periods import is_month_end
from openphm.definitions.measures import MeasureFile

FOLDER = "readings"
COLUMNS = ("measure", "period", "place", "segment", "numerator", "denominator")


@dataclass(frozen=True)
class Reading:
    """One recorded figure: a numerator and a denominator for a period, a place and a segment."""

    measure: str
    period: date
    place: str
    segment: str
    numerator: float
    denominator: float

    def value(self, per: int) -> float | None:
        """The figure in the unit of its measure; None when there is nothing to divide by."""
        return self.numerator / self.denominator * per if self.denominator else None


def read_readings(folder: Path, measures: Mapping[str, MeasureFile]) -> tuple[Reading, ...]:
    """Every reading of a folder, oldest first. Raises DefinitionError with every problem of every file."""
    problems: list[Problem] = []
    found: list[Reading] = []
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else []:
        found += _read_file(path, measures, problems)
    if problems:
        raise DefinitionError.of(problems)
    return tuple(sorted(found, key=lambda one: (one.measure, one.period, one.place, one.segment)))


def readings_of(
    readings: Iterable[Reading], measure: str, place: str, segments: tuple[str, ...]
) -> list[Reading]:
    """The readings of a measure for a place and a population, oldest first."""
    wanted = set(segments) or {""}
    return [
        one for one in readings if one.measure == measure and one.place == place and one.segment in wanted
    ]


def _read_file(path: Path, measures: Mapping[str, MeasureFile], problems: list[Problem]) -> Iterator[Reading]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            problems.append(
                Problem(
                    path.name, f"there is no column {', '.join(missing)}.", f"Columns: {', '.join(COLUMNS)}."
                )
            )
            return
        for number, row in enumerate(rows, start=2):
            reading = _reading(row, f"{path.name}, line {number}", measures, problems)
            if reading is not None:
                yield reading


def _reading(
    row: Mapping[str, str | None], where: str, measures: Mapping[str, MeasureFile], problems: list[Problem]
) -> Reading | None:
    text = {name: (row.get(name) or "").strip() for name in COLUMNS}
    before = len(problems)
    measure = measures.get(text["measure"])
    if measure is None or not measure.is_recorded:
        near = nearest(text["measure"], [one.id for one in measures.values() if one.is_recorded])
        remedy = f"write '{near}' if that is what you mean" if near else ""
        problems.append(Problem(f"{where}, measure", "this is no recorded measure.", "", remedy))
    period = _day(text["period"])
    if period is None or not is_month_end(period):
        problems.append(Problem(f"{where}, period", "this is no month end.", "For example 2026-03-31."))
    numbers = {name: _number(text[name]) for name in ("numerator", "denominator")}
    for name, value in numbers.items():
        if value is None:
            problems.append(Problem(f"{where}, {name}", "this is no number.", "A number of 0 or more."))
    if len(problems) > before or period is None:
        return None
    return Reading(
        text["measure"], period, text["place"], text["segment"], numbers["numerator"] or 0.0,
        numbers["denominator"] or 0.0,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
