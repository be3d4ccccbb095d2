"""Folding: a long table with one figure a row, as a table that people read.

The answer of a report is long (one row for each subsegment and measure), which programs like; people
want measures down the side and subsegments across.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openphm.core.results import Scalar
from openphm.release.released import Figure, Released


@dataclass(frozen=True)
class Fold:
    """Which column goes down the side, which across the top, and what stands in the cells.

    titles   names for people of the codes in both, for example {"mean_age": "Mean age"}
    groups   a heading for each row of the side, for example {"mean_age": "Population"}
    """

    down: str
    across: str
    value: str
    unit: str = "unit"
    titles: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of a wide table: its name, its heading, its unit and its figures."""

    name: str
    group: str
    unit: str | None
    items: tuple[Figure | Scalar, ...]


@dataclass(frozen=True)
class Wide:
    """A table to be read: a corner, names across the top, and lines."""

    corner: str
    across: tuple[str, ...]
    lines: tuple[Line, ...]


def widen(released: Released, fold: Fold | None) -> Wide:
    """A released table as lines: folded, or as it is with its first column down the side."""
    return _as_it_is(released) if fold is None else _folded(released, fold)


def _as_it_is(released: Released) -> Wide:
    units = _unit_of_rows(released)
    lines = tuple(
        Line(str(row[0] if row else ""), "", unit, tuple(row[1:]))
        for row, unit in zip(released.rows, units, strict=True)
    )
    names = [column.replace("_", " ") for column in released.columns]
    return Wide(names[0] if names else "", tuple(names[1:]), lines)


def _unit_of_rows(released: Released) -> list[str | None]:
    if "unit" not in released.columns:
        return [None] * len(released)
    place = released.columns.index("unit")
    return [str(row[place]) for row in released.rows]


def _folded(released: Released, fold: Fold) -> Wide:
    place = {name: released.columns.index(name) for name in (fold.down, fold.across, fold.value, fold.unit)}
    across: dict[str, None] = {}
    cells: dict[tuple[str, str], Figure | Scalar] = {}
    units: dict[str, str] = {}
    for row in released.rows:
        down, top = str(row[place[fold.down]]), str(row[place[fold.across]])
        across.setdefault(top)
        cells[down, top] = row[place[fold.value]]
        units.setdefault(down, str(row[place[fold.unit]]))
    lines = tuple(
        Line(
            fold.titles.get(down, down.replace("_", " ")),
            fold.groups.get(down, ""),
            unit,
            tuple(cells.get((down, top)) for top in across),
        )
        for down, unit in units.items()
    )
    names = tuple(fold.titles.get(top, top) for top in across)
    return Wide(fold.down.replace("_", " "), names, lines)
