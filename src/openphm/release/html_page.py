"""A released table as one HTML page: readable, printable, accessible, and with nothing to fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from openphm.core.results import Scalar
from openphm.core.units import LIGHT
from openphm.release.deciding import Figure
from openphm.release.folding import Fold, Limits, Wide, widen
from openphm.release.released import Released
from openphm.release.shown import shown, shown_limits, spoken


@lru_cache(maxsize=1)
def _template() -> Template:
    loader = PackageLoader("openphm.release", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("table.html")


def as_html(
    released: Released,
    *,
    title: str,
    summary: str = "",
    fold: Fold | None = None,
    drawings: Sequence[str] = (),
) -> str:
    """The page: title, the sentence that says what matters, drawings, the table, notes and provenance.

    The part that leads stands before the drawings, what is lifted above its table.

    Everything from the data is escaped. Hidden figures are spoken as such by a screen reader. drawings: SVG
    markup that its maker has escaped already.
    """
    tables = [(table, _cells(table)) for table in widen(released, fold)]
    return _template().render(
        title=title,
        summary=summary,
        drawings=drawings,
        leading=[one for one in tables if one[0].is_lead],
        tables=[one for one in tables if not one[0].is_lead],
        provenance=released.provenance,
        notes=released.notes,
    )


@dataclass(frozen=True)
class _Cell:
    """A figure as it is seen and as it is spoken, with its limits.

    kind  "words" stand left and wrap, a "light" is a badge, all else is a "figure"
    """

    text: str
    said: str
    limits: str
    kind: str


def _cells(table: Wide) -> list[list[_Cell]]:
    return [
        [_cell(item, unit, line.limits_of(place)) for place, (item, unit) in enumerate(of_line)]
        for line, of_line in ((line, zip(line.items, line.units, strict=True)) for line in table.lines)
    ]


def _cell(item: Figure | Scalar, unit: str | None, limits: Limits) -> _Cell:
    value = item.value if isinstance(item, Figure) else item
    words = "light" if unit == LIGHT else "words"
    kind = words if isinstance(value, str) else "figure"
    return _Cell(shown(item, unit), spoken(item, unit), shown_limits(limits, unit), kind)
