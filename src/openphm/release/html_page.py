"""A released table as one HTML page: readable, printable, accessible, and with nothing to fetch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from openphm.core.results import Scalar
from openphm.release.deciding import Figure
from openphm.release.folding import Fold, Wide, widen
from openphm.release.released import Released
from openphm.release.shown import shown, spoken


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

    Everything from the data is escaped. Hidden figures are spoken as such by a screen reader. drawings: SVG
    markup that its maker has escaped already.
    """
    return _template().render(
        title=title,
        summary=summary,
        drawings=drawings,
        tables=[(table, _cells(table)) for table in widen(released, fold)],
        provenance=released.provenance,
        notes=released.notes,
    )


def _cells(table: Wide) -> list[list[tuple[str, str, bool]]]:
    """Each figure as it is seen and as it is spoken, and whether it is words, which stand left and wrap."""
    return [
        [
            (shown(i, unit), spoken(i, unit), _is_words(i))
            for i, unit in zip(line.items, line.units, strict=True)
        ]
        for line in table.lines
    ]


def _is_words(item: Figure | Scalar) -> bool:
    value = item.value if isinstance(item, Figure) else item
    return isinstance(value, str)
