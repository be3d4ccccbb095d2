"""A page: what a report hands to the command line or the web suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from openphm.core.results import Result, Scalar

Record = Mapping[str, Scalar]


@dataclass(frozen=True)
class Layout:
    """How a long table is folded for people: the columns that go down, across and into the cells.

    across  empty where each row is one figure: they stand in one column
    split   a column of which each value gets a table of its own
    titles  names for people of measures and codes
    groups  a heading for each measure
    key     what the short codes across the top mean
    lower, upper  columns with the confidence limits of the value, shown beside it where there are any
    limits_within  the limits stand under the value in its own cell, but in a workbook
    lifted  measures that are words to stand above the table, as a warning does
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
    key: Mapping[str, str] = field(default_factory=dict)
    limits_within: bool = False
    lifted: Sequence[str] = ()
    lead: str = ""


@dataclass(frozen=True)
class Page:
    """One report.

    headline   gives the sentence, from the released rows
    next_step  what to do now, in one sentence
    layout     None when the table is read as it is
    most_lines so many on a terminal, for each table of a split one; the whole goes to a file
    charts     gives drawings (SVG, from `openphm.pages.drawing`) for an HTML page, from the released rows
    """

    title: str
    result: Result
    headline: Callable[[Sequence[Record]], str]
    next_step: str = ""
    layout: Layout | None = None
    most_lines: Mapping[str, int] = field(default_factory=dict)
    charts: Callable[[Sequence[Record]], Sequence[str]] = lambda records: ()
