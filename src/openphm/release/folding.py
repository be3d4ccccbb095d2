"""Folding: a long table with one figure a row, as tables that people read.

The answer of a report is long (one row for each subsegment and measure), which programs like; people
want measures down the side and subsegments across.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openphm.core.results import Scalar
from openphm.release.deciding import Figure
from openphm.release.released import Released

Item = Figure | Scalar
Limits = tuple[Item, Item] | None
NOTHING: tuple[Item, str | None, Limits] = (None, None, None)

LOWER, UPPER = "95% from", "to"
"""What stands above the confidence limits of the column before."""
WITHIN = "95% interval"
"""What is said of a column whose limits stand in its cells."""


@dataclass(frozen=True)
class Fold:
    """Which column goes down the side, which across the top, and what stands in the cells.

    across  empty where each row is one figure: they stand in one column
    split   a column of which each value gets a table of its own; None for one table
    titles  names for people of the codes, for example {"mean_age": "Mean age"}
    groups  a heading for each row of the side, for example {"mean_age": "Population"}
    lower, upper  columns with confidence limits; where there are any, they stand beside the value
    limits_within people read the limits under the value, in its own cell, for a table that would be too wide
    lifted  measures that are no figures: their words stand above the table, as a warning does
    lead    the part that is read first, before any drawing
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
    limits_within: bool = False
    lifted: Sequence[str] = ()
    lead: str = ""

    def title(self, code: str) -> str:
        """The name of a code; without one, the code itself."""
        return self.titles.get(code, code)


@dataclass(frozen=True)
class Line:
    """One line of a wide table: its name, its heading, its figures and the unit of each.

    limits  of each figure that has its own in the same cell; empty when they have columns or there are none
    """

    name: str
    group: str
    items: tuple[Item, ...]
    units: tuple[str | None, ...]
    limits: tuple[tuple[Item, Item] | None, ...] = ()

    def limits_of(self, place: int) -> tuple[Item, Item] | None:
        """The limits in the cell of a column."""
        return self.limits[place] if self.limits else None


@dataclass(frozen=True)
class Wide:
    """A table to be read: a caption, a corner, names across the top, and lines.

    part     the value that a table was split by; empty for a table that was not
    lifted   (what it is, words) that stand above the table
    is_lead  it is read first
    """

    part: str
    caption: str
    corner: str
    across: tuple[str, ...]
    lines: tuple[Line, ...]
    lifted: tuple[tuple[str, str], ...] = ()
    is_lead: bool = False

    @property
    def is_headed(self) -> bool:
        """Whether anything stands across the top: a sheet of words has no headings."""
        return bool(self.corner or any(self.across))

    @property
    def has_limits_within(self) -> bool:
        """Whether some cells hold their own limits."""
        return any(line.limits for line in self.lines)


def widen(released: Released, fold: Fold | None, *, limits_apart: bool = False) -> tuple[Wide, ...]:
    """A released table as tables to be read: folded, or one with its first column down the side.

    limits_apart: limits have columns of their own whatever the fold says, as a spreadsheet wants them.
    """
    if fold is None:
        return (_as_it_is(released),)
    if limits_apart:
        fold = replace(fold, limits_within=False)
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
    down, unit, value = (released.columns.index(name) for name in (fold.down, fold.unit, fold.value))
    across = released.columns.index(fold.across) if fold.across else None
    named = [(row, fold.value if across is None else str(row[across])) for row in rows]
    lifted = tuple((str(row[down]), str(row[value])) for row, over in named if over in fold.lifted)
    places = [(value, "")]
    if not fold.limits_within:
        beside = ((fold.lower, LOWER), (fold.upper, UPPER))
        places += [(released.columns.index(name), said) for name, said in beside if name]
    top: dict[tuple[str, str], None] = {}
    cells: dict[str, dict[tuple[str, str], tuple[Item, str | None, Limits]]] = {}
    for row, over in named:
        if over in fold.lifted:
            continue
        line = cells.setdefault(str(row[down]), {})
        limits = _limits(released, row, fold) if fold.limits_within else None
        for place, said in places:
            if not said or row[place] is not None:
                top.setdefault((over, said))
                line[over, said] = (row[place], str(row[unit]), limits)
    columns = _limits_beside(top)
    lines = tuple(
        _line(fold, side, [held.get(one, NOTHING) for one in columns]) for side, held in cells.items()
    )
    with_limits = {over for held in cells.values() for (over, _), cell in held.items() if cell[2] is not None}
    names = tuple(
        said or fold.title(over) + (f" ({WITHIN})" if over in with_limits else "") for over, said in columns
    )
    caption, corner = fold.title(part), fold.title(fold.down)
    return Wide(part, caption, corner, names, lines, lifted, is_lead=bool(part) and part == fold.lead)


def _line(fold: Fold, side: str, cells: Sequence[tuple[Item, str | None, Limits]]) -> Line:
    items, units, limits = zip(*cells, strict=True)
    held = limits if any(one is not None for one in limits) else ()
    return Line(fold.title(side), fold.groups.get(side, ""), items, units, held)


def _limits(released: Released, row: tuple[Item, ...], fold: Fold) -> Limits:
    """The limits of a row, when it has any."""
    low, high = (
        None if name is None else row[released.columns.index(name)] for name in (fold.lower, fold.upper)
    )
    return None if low is None or high is None else (low, high)


def _limits_beside(columns: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The columns in their order, with the limits of each right after its value."""
    held = list(columns)
    return [one for over, said in held if not said for one in held if one[0] == over]
