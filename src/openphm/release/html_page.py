"""A released table as one HTML page: readable, printable, accessible, and with nothing to fetch."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from openphm.release.folding import Fold, widen
from openphm.release.released import Released
from openphm.release.shown import shown, spoken


@lru_cache(maxsize=1)
def _template() -> Template:
    loader = PackageLoader("openphm.release", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("table.html")


def as_html(released: Released, *, title: str, summary: str = "", fold: Fold | None = None) -> str:
    """The page: title, the sentence that says what matters, the table, notes and provenance.

    Everything from the data is escaped. Hidden figures are spoken as such by a screen reader.
    """
    table = widen(released, fold)
    return _template().render(
        title=title,
        summary=summary,
        table=table,
        cells=[[(shown(i, line.unit), spoken(i, line.unit)) for i in line.items] for line in table.lines],
        provenance=released.provenance,
        notes=released.notes,
    )
