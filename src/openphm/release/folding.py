"""Folding: a long table with one figure a row, as tables that people read.

The answer of a report is long (one row for each subsegment and measure), which programs like; people
want measures down the side and subsegments across.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openphm.core.results import Scalar
from openphm.release.released import Figure, Released

Item = Figure | Scalar


@dataclass(frozen=True)
class Fold:
    """Which column goes down the side, which across the top, and what stands in the cells.

    split   a column of which each value gets a table of its own; None for one table
    titles  names for people of the codes, for example {"mean_age": "Mean age"}
    groups  a heading for each row of the side, for example {"mean_age": "Population"}
    """

    down: str
    across: str
    value: str
    unit: str = "unit"
    split: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)

    def title(self, code: str) -> str:
        """The name of a code; without one, the code itself."""
        return self.titles.get(code, code)


@dataclass(frozen=True)
class Line:
    """One line of a wide table: its name, its heading, its figures and the unit of each."""

    name: str
    group: str
    items: tuple[Item, ...]
    units: tuple[str | None, ...]


@dataclass(frozen=True)
class Wide:
    """A table to be read: a caption, a corner, names across the top, and lines.

    part   the value that a table was split by; empty for a table that was not
    """

    part: str
    caption: str
    corner: str
    across: tuple[str, ...]
    lines: tuple[Line, ...]


def widen(released: Released, fold: Fold | None) -> tuple[Wide, ...]:
    """A released table as tables to be read: folded, or one with its first column down the side."""
    if fold is None:
        return (_as_it_is(released),)
    if fold.split is None:
        return (_folded(released, released.rows, fold, ""),)
    place = released.columns.index(fold.split)
    parts: dict[str, list[tuple[Item, ...]]] = {}
    for row in released.rows:
        parts.setdefault(str(row[place]), []).append(row)
    return tuple(_folded(released, rows, fold, name) for name, rows in parts.items())


def _as_it_is(released: Released) -> Wide:
    names = [column.replace("_", " ") for column in released.columns]
    lines = tuple(Line(str(row[0]), "", tuple(row[1:]), (None,) * (len(row) - 1)) for row in released.rows)
    return Wide("", "", names[0], tuple(names[1:]), lines)


def _folded(released: Released, rows: Sequence[tuple[Item, ...]], fold: Fold, part: str) -> Wide:
    down, across, value, unit = (
        released.columns.index(name) for name in (fold.down, fold.across, fold.value, fold.unit)
    )
    top: dict[str, None] = {}
    cells: dict[str, dict[str, tuple[Item, str | None]]] = {}
    for row in rows:
        side, over = str(row[down]), str(row[across])
        top.setdefault(over)
        cells.setdefault(side, {})[over] = (row[value], str(row[unit]))
    lines = tuple(
        Line(
            fold.title(side),
            fold.groups.get(side, ""),
            tuple(held.get(over, (None, None))[0] for over in top),
            tuple(held.get(over, (None, None))[1] for over in top),
        )
        for side, held in cells.items()
    )
    return Wide(part, fold.title(part), fold.title(fold.down), tuple(fold.title(over) for over in top), lines)
