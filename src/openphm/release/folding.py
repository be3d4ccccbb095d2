"""Folding: a long table with one figure a row, as tables that people read.

The answer of a report is long (one row for each subsegment and measure), which programs like; people
want measures down the side and subsegments across.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from openphm.core.results import Scalar
from openphm.release.deciding import Figure
from openphm.release.released import Released

Item = Figure | Scalar

LOWER, UPPER = "95% from", "to"
"""What stands above the confidence limits of the column before."""


@dataclass(frozen=True)
class Fold:
    """Which column goes down the side, which across the top, and what stands in the cells.

    split   a column of which each value gets a table of its own; None for one table
    titles  names for people of the codes, for example {"mean_age": "Mean age"}
    groups  a heading for each row of the side, for example {"mean_age": "Population"}
    lower, upper  columns with confidence limits; where there are any, they stand beside the value
    """

    down: str
    across: str
    value: str
    unit: str = "unit"
    split: str | None = None
    lower: str | None = None
    upper: str | None = None
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
    down, across, unit = (released.columns.index(name) for name in (fold.down, fold.across, fold.unit))
    values = [(fold.value, ""), (fold.lower, LOWER), (fold.upper, UPPER)]
    places = [(released.columns.index(name), said) for name, said in values if name]
    top: dict[tuple[str, str], None] = {}
    cells: dict[str, dict[tuple[str, str], tuple[Item, str | None]]] = {}
    for row in rows:
        side, over = str(row[down]), str(row[across])
        line = cells.setdefault(side, {})
        for place, said in places:
            if not said or row[place] is not None:
                top.setdefault((over, said))
                line[over, said] = (row[place], str(row[unit]))
    nothing = (None, None)
    columns = _limits_beside(top)
    lines = tuple(
        Line(
            fold.title(side),
            fold.groups.get(side, ""),
            tuple(held.get(one, nothing)[0] for one in columns),
            tuple(held.get(one, nothing)[1] for one in columns),
        )
        for side, held in cells.items()
    )
    names = tuple(said or fold.title(over) for over, said in columns)
    return Wide(part, fold.title(part), fold.title(fold.down), names, lines)


def _limits_beside(columns: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The columns in their order, with the limits of each right after its value."""
    held = list(columns)
    return [one for over, said in held if not said for one in held if one[0] == over]
