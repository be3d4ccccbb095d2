"""Presenting: a released page as what templates show. Nothing else reaches a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from openphm.core.results import Provenance
from openphm.core.units import LIGHT
from openphm.pages import Layout, Page
from openphm.population import Population
from openphm.release import (
    DisclosureRule,
    Figure,
    Fold,
    Line,
    Overlap,
    Released,
    Wide,
    as_text,
    secondary_use,
    shown,
    shown_limits,
    spoken,
    widen,
)
from openphm.release.xlsx_book import as_xlsx

CONFIDENTIAL = "[c]"
"""What stands for a hidden figure, as the Government Statistical Service writes it."""


@dataclass(frozen=True)
class ShownCell:
    """One figure of a table.

    kind    "hidden", "unknown", "label", "light" or "figure"
    limits  of the figure, when they stand in its cell
    """

    text: str
    said: str
    kind: str
    limits: str = ""


@dataclass(frozen=True)
class ShownLine:
    """One line of a table, with the heading it stands under."""

    name: str
    group: str
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True)
class ShownTable:
    """One table to be read; what is lifted stands above it, and one that leads before the drawings."""

    caption: str
    corner: str
    across: tuple[str, ...]
    lines: tuple[ShownLine, ...]
    lifted: tuple[tuple[str, str], ...] = ()
    is_lead: bool = False
    is_headed: bool = True


@dataclass(frozen=True)
class Shown:
    """A page after disclosure control: the sentence, tables, drawings, notes and where it is from.

    key  what the short codes across the top mean
    """

    title: str
    headline: str
    tables: tuple[ShownTable, ...]
    drawings: tuple[str, ...]
    notes: tuple[str, ...]
    key: Mapping[str, str]
    provenance: Provenance
    n_hidden: int
    released: Released = field(repr=False)
    fold: Fold | None = field(repr=False, default=None)

    def as_file(self, form: str) -> bytes:
        """The table as CSV, JSON or XLSX."""
        if form == "xlsx":
            return as_xlsx(self.released, title=self.title, summary=self.headline, fold=self.fold)
        return as_text(self.released, form, title=self.title, summary=self.headline, fold=self.fold).encode()


class Answer:
    """A page that was asked once, and released once; anew for a question that meets an earlier one."""

    def __init__(self, page: Page, rule: DisclosureRule) -> None:
        self._page = page
        self._rule = rule

    def shown(self, overlaps: Sequence[Overlap] = ()) -> Shown:
        """Raises AccessRefused for rows about people."""
        return present(self._page, self._rule, overlaps) if overlaps else self._alone

    @cached_property
    def _alone(self) -> Shown:
        return present(self._page, self._rule)


@dataclass(frozen=True)
class Asked:
    """What is asked of a build, and under which rule its answer is released."""

    make: Callable[[Population], Page]
    rule: DisclosureRule

    def __call__(self, population: Population) -> Answer:
        return Answer(self.make(population), self.rule)


def present(page: Page, rule: DisclosureRule, overlaps: Sequence[Overlap] = ()) -> Shown:
    """Release a page under a rule and lay it out. Raises AccessRefused for rows about people."""
    released = secondary_use(page.result, rule, overlaps=overlaps)
    records = list(released.records())
    fold = _fold(page.layout)
    return Shown(
        title=page.title,
        headline=page.headline(records) or "There are too few people here to say anything.",
        tables=tuple(_table(wide, page.title) for wide in widen(released, fold)),
        drawings=tuple(page.charts(records)),
        notes=tuple(note.replace("(*)", CONFIDENTIAL) for note in released.notes),
        key=page.layout.key if page.layout else {},
        provenance=released.provenance,
        n_hidden=sum(_is_hidden(item) for row in released.rows for item in row),
        released=released,
        fold=fold,
    )


def _fold(layout: Layout | None) -> Fold | None:
    if layout is None:
        return None
    return Fold(
        layout.down,
        layout.across,
        layout.value,
        layout.unit,
        split=layout.split,
        lower=layout.lower,
        upper=layout.upper,
        titles=layout.titles,
        groups=layout.groups,
        limits_within=layout.limits_within,
        lifted=layout.lifted,
        lead=layout.lead,
    )


def _table(wide: Wide, title: str) -> ShownTable:
    lines = tuple(ShownLine(line.name, line.group, tuple(_cells(line))) for line in wide.lines)
    return ShownTable(
        wide.caption or title, wide.corner, wide.across, lines, wide.lifted, wide.is_lead, wide.is_headed
    )


def _cells(line: Line) -> Iterator[ShownCell]:
    for place, (item, unit) in enumerate(zip(line.items, line.units, strict=True)):
        cell = _cell(item, unit)
        yield replace(cell, limits=shown_limits(line.limits_of(place), unit))


def _cell(item: object, unit: str | None) -> ShownCell:
    if _is_hidden(item):
        return ShownCell(CONFIDENTIAL, "not shown, too few people", "hidden")
    text, said = shown(item, unit), spoken(item, unit)  # type: ignore[arg-type]  # an item of a released row
    if text != said:
        return ShownCell(text, said, "unknown")
    word = "light" if unit == LIGHT else "label"
    return ShownCell(text, said, word if isinstance(item, str) else "figure")


def _is_hidden(item: object) -> bool:
    return isinstance(item, Figure) and item.is_suppressed
